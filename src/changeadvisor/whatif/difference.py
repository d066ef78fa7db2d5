"""The difference between two pieces of advice, as it is given out: in JSON, and to the views.

`compare` says what differs, `causes` why. Every class here is part of the published schema.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from changeadvisor.advice import Engine, PackUsed
from changeadvisor.errors import plain
from changeadvisor.portfolio import Conflict

Question = Literal["action", "route", "evidenced"]
QUESTIONS: tuple[Question, ...] = ("action", "route", "evidenced")
#: What can make an answer another one. age: the day as of which is judged; course: set by hand.
Kind = Literal["data", "age", "threshold", "rule", "limit", "course"]
#: Chances that move by less are not listed; nor is a worth or a total that moves by a smaller share
#: of itself.
CHANCE, WORTH, SUM = 0.05, 0.05, 0.005
#: Margins are given to a tenth of a deciban: what moves by less is the same.
MARGIN = 0.05


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value that differs, by its dotted name; None: not given.

    Of readings only those that differ.
    """

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that differs between the two: a setting, or a step from the old to the new."""

    name: str
    kind: Kind
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact under a rule, before and after (None: unknown), and the changes that move it, each found by undoing it."""  # noqa: E501

    fact: str
    before: str | float | bool | None
    after: str | float | bool | None
    moved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that counts otherwise.

    before, after: decibans counted, "veto", or "fired" in a table; None: nothing.

    differs: how the rule itself was changed, where it was.
    """

    rule: str
    title: str
    answer: Annotated[str, Field(serialization_alias="for")]
    before: float | str | None
    after: float | str | None
    because: str
    differs: str | None = None
    facts: tuple[FactChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """What made an answer another one, found by working it out again.

    how: "alone": this by itself; "either": each of these by itself; "together": all of these, and
    none can be left out. by: names of causes. fields: of changed data, those without which the
    answer would not have changed.
    """

    kinds: tuple[Kind, ...]
    how: Literal["alone", "either", "together"]
    by: tuple[str, ...]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerState:
    """An answer as it stands (None: none), in decibans; ended: the initiative is closed, and nothing is asked."""  # noqa: E501

    answer: str | None
    margin: float | None = None
    finely_balanced: bool | None = None
    stands: bool | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """An answer that differs, or is less or more sure.

    parameters: thresholds of its pack that differ.
    """

    question: Question
    before: AnswerState
    after: AnswerState
    why: Why | None = None
    rules: tuple[RuleChange, ...] = ()
    parameters: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class MarginChange:
    """The same answer by another margin."""

    initiative: str
    question: Question
    answer: str | None
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """The worth of the recommended course (mean, from here on); None where it cannot be said."""

    course: str | None
    worth: float | None


@dataclass(frozen=True, slots=True)
class OutlookChange:
    """Chances that moved by CHANCE or more, and the worth of the recommended course where it moved by WORTH or more."""  # noqa: E501

    chances: tuple[FieldChange, ...] = ()
    before: Course | None = None
    after: Course | None = None


@dataclass(frozen=True, slots=True)
class WireChange:
    """A tripwire in another state; None: not agreed."""

    by: dt.date
    measure: str
    then: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class InitiativeDifference:
    """What differs for one initiative.

    sureness: answers that are the same but surer or less sure.
    """

    id: str
    title: str
    answers: tuple[AnswerChange, ...] = ()
    sureness: tuple[AnswerChange, ...] = ()
    declared: FieldChange | None = None
    outlook: OutlookChange | None = None
    tripwires: tuple[WireChange, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return self == InitiativeDifference(self.id, self.title)


@dataclass(frozen=True, slots=True)
class Named:
    """An initiative that is in one of the two only, with its answers there."""

    id: str
    title: str
    action: str | None
    route: str | None


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """A decision that is needed in one of the two only, or another one; None: none is needed."""

    initiative: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """What the set to run does with an initiative. start: of what has not begun, when it should."""

    place: Literal["chosen", "deferred"]
    course: str | None
    because: str | None
    start: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """An initiative with which the set to run does something else."""

    initiative: str
    before: Placed | None
    after: Placed | None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class SetChange:
    """There is a set to run on one side only; because: why there is none on the other, as far as it is said."""  # noqa: E501

    before: bool
    after: bool
    because: str | None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class PortfolioDifference:
    """What differs in the set to run, its totals, and what stands in whose way.

    set: where one side has none.
    """

    set: SetChange | None = None
    courses: tuple[PlaceChange, ...] = ()
    totals: tuple[FieldChange, ...] = ()
    new_conflicts: tuple[Conflict, ...] = ()
    resolved_conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what was judged, as of when; of packs and frameworks those that differ from the other side's."""  # noqa: E501

    programme: str
    as_of: dt.date
    input_digest: str
    packs: tuple[PackUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two pieces of advice, and why.

    answers: how many were compared (action and route of each open initiative in both); changed: how
    many of these differ. engine: what judged after. causes: all that differs in what went in.
    thresholds: what moves by less is not listed.
    """

    engine: Engine
    before: Side
    after: Side
    seed: int
    answers: int
    changed: int
    causes: tuple[Cause, ...] = ()
    initiatives: tuple[InitiativeDifference, ...] = ()
    new: tuple[Named, ...] = ()
    vanished: tuple[Named, ...] = ()
    margins: tuple[MarginChange, ...] = ()
    decisions: tuple[DecisionChange, ...] = ()
    portfolio: PortfolioDifference | None = None
    notices: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(
        default_factory=lambda: {"chance": CHANCE, "worth": WORTH, "sum": SUM, "margin": MARGIN}
    )
    format: Literal["changeadvisor-difference/1"] = "changeadvisor-difference/1"

    @property
    def empty(self) -> bool:
        """Whether nothing that comes out differs."""
        return not any(
            (
                self.initiatives,
                self.new,
                self.vanished,
                self.margins,
                self.decisions,
                self.portfolio,
            )
        )

    def __repr__(self) -> str:
        """What was compared and how much differs, in a few lines."""
        lines = [
            f"<Difference: {plain(self.before.programme, 80)}, {self.before.as_of}",
            f"  and: {plain(self.after.programme, 80)}, {self.after.as_of}",
            f"  changed: {self.changed} of {self.answers}",
            f"  causes: {', '.join(plain(c.name, 120) for c in self.causes) or 'none'}",
        ]
        return "\n".join(lines) + ">"
