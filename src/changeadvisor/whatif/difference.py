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
    """A value that differs, by its dotted name."""

    field: str
    """Its name; of readings only those that differ are listed."""
    before: Any
    """What it was; None: not given."""
    after: Any
    """What it is now; None: not given."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that differs between the two: a setting, or a step from the old to the new."""

    name: str
    """Its name, by which `by` refers to it."""
    kind: Kind
    """What sort of difference it is."""
    changes: tuple[FieldChange, ...] = ()
    """The values that differ."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact under a rule, before and after."""

    fact: str
    """The name of the fact in the vocabulary."""
    before: str | float | bool | None
    """What it was; None: unknown."""
    after: str | float | bool | None
    """What it is now; None: unknown."""
    moved_by: tuple[str, ...] = ()
    """The changes that move it, each found by undoing it."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that counts otherwise."""

    rule: str
    """The id of the rule."""
    title: str
    """What it looks for, in words."""
    answer: Annotated[str, Field(serialization_alias="for")]
    """The answer it speaks for."""
    before: float | str | None
    """Decibans counted, `veto`, or `fired` in a table; None: nothing."""
    after: float | str | None
    """The same now."""
    because: str
    """Its reason, in a sentence."""
    differs: str | None = None
    """How the rule itself was changed; None: it was not."""
    facts: tuple[FactChange, ...] = ()
    """The facts under it that moved."""


@dataclass(frozen=True, slots=True)
class Why:
    """What made an answer another one, found by working it out again."""

    kinds: tuple[Kind, ...]
    """The sorts of causes."""
    how: Literal["alone", "either", "together"]
    """How they did.

    `alone`: this by itself; `either`: each of these by itself; `together`: all of these, and none
    can be left out.
    """
    by: tuple[str, ...]
    """Names of the causes."""
    fields: tuple[str, ...] = ()
    """Of changed data, those without which the answer would not have changed."""


@dataclass(frozen=True, slots=True)
class AnswerState:
    """An answer as it stands."""

    answer: str | None
    """The answer; None: there is none."""
    margin: float | None = None
    """By how much it leads, in decibans; None: nothing is weighed, or it was not asked for."""
    finely_balanced: bool | None = None
    """Whether it leads by so little that it could be another; None: as `margin`."""
    stands: bool | None = None
    """Whether nothing that is not known could change it; None: it was not asked for."""
    ended: bool = False
    """Whether the initiative is closed, so that nothing is asked."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """An answer that differs, or is less or more sure."""

    question: Question
    """Which answer."""
    before: AnswerState
    """As it stood."""
    after: AnswerState
    """As it stands now."""
    why: Why | None = None
    """What made it another one; None: not worked out."""
    rules: tuple[RuleChange, ...] = ()
    """The rules that count otherwise."""
    parameters: tuple[FieldChange, ...] = ()
    """Thresholds of its pack that differ."""


@dataclass(frozen=True, slots=True)
class MarginChange:
    """The same answer by another margin."""

    initiative: str
    """The id of the initiative."""
    question: Question
    """Which answer."""
    answer: str | None
    """The answer; None: there is none."""
    before: float | None
    """The margin as it was, in decibans; None: there was none."""
    after: float | None
    """The margin now, in decibans; None: there is none."""


@dataclass(frozen=True, slots=True)
class Course:
    """The worth of the recommended course."""

    course: str | None
    """The course; None: none is recommended."""
    worth: float | None
    """Its mean present worth from here on, in the programme's currency; None: it cannot be said."""


@dataclass(frozen=True, slots=True)
class OutlookChange:
    """Chances and worth that moved by as much as the thresholds say, or more."""

    chances: tuple[FieldChange, ...] = ()
    """Chances that moved, in shares."""
    before: Course | None = None
    """The recommended course and its worth as they were; None: they did not move."""
    after: Course | None = None
    """The same now; None: they did not move."""


@dataclass(frozen=True, slots=True)
class WireChange:
    """A tripwire in another state."""

    by: dt.date
    """The review at which it is judged."""
    measure: str
    """The id of the measure."""
    then: str
    """What was agreed to do where it is broken."""
    before: str | None
    """Its state as it was; None: it was not agreed."""
    after: str | None
    """Its state now; None: it is not agreed."""


@dataclass(frozen=True, slots=True)
class InitiativeDifference:
    """What differs for one initiative."""

    id: str
    """The id of the initiative."""
    title: str
    """The name people know it by."""
    answers: tuple[AnswerChange, ...] = ()
    """Answers that are others."""
    sureness: tuple[AnswerChange, ...] = ()
    """Answers that are the same but surer or less sure."""
    declared: FieldChange | None = None
    """Its own rating; None: it is the same."""
    outlook: OutlookChange | None = None
    """Chances and worth; None: they did not move by enough."""
    tripwires: tuple[WireChange, ...] = ()
    """Tripwires in another state."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return self == InitiativeDifference(self.id, self.title)


@dataclass(frozen=True, slots=True)
class Named:
    """An initiative that is in one of the two only, with its answers there."""

    id: str
    """The id of the initiative."""
    title: str
    """The name people know it by."""
    action: str | None
    """Its action there; None: there is none."""
    route: str | None
    """Its route there; None: there is none."""


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """A decision that is needed in one of the two only, or another one."""

    initiative: str
    """The id of the initiative."""
    before: str | None
    """What was to be decided; None: nothing was."""
    after: str | None
    """What is to be decided now; None: nothing is."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What the set to run does with one initiative."""

    place: Literal["chosen", "deferred"]
    """Whether it runs or waits."""
    course: str | None
    """The course chosen for it; None: not known."""
    because: str | None
    """Why, in sentences; None: not known."""
    start: str | None = None
    """Of what has not begun, the ISO date at which it should; None: it has, or does not run."""


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """An initiative with which the set to run does something else."""

    initiative: str
    """The id of the initiative."""
    before: Placed | None
    """What the set did with it; None: it was not there."""
    after: Placed | None
    """What the set does with it now; None: it is not there."""
    why: Why | None = None
    """What made that another one; None: not worked out."""


@dataclass(frozen=True, slots=True)
class SetChange:
    """There is a set to run on one side only."""

    before: bool
    """Whether there was one."""
    after: bool
    """Whether there is one now."""
    because: str | None
    """Why there is none on the other side, as far as it is said; None: it is not said."""
    why: Why | None = None
    """What made the difference; None: not worked out."""


@dataclass(frozen=True, slots=True)
class PortfolioDifference:
    """What differs in the set to run, its totals, and what stands in whose way."""

    set: SetChange | None = None
    """That one side has none; None: both have one, or neither."""
    courses: tuple[PlaceChange, ...] = ()
    """Initiatives with which the set does something else."""
    totals: tuple[FieldChange, ...] = ()
    """Totals that moved, each in its own unit."""
    new_conflicts: tuple[Conflict, ...] = ()
    """Conflicts that are new."""
    resolved_conflicts: tuple[Conflict, ...] = ()
    """Conflicts that are no more."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared."""

    programme: str
    """The name of the programme."""
    as_of: dt.date
    """The day as of which it was judged."""
    input_digest: str
    """The SHA-256 of the programme in its canonical form."""
    packs: tuple[PackUsed, ...] = ()
    """Packs and frameworks that differ from those of the other side."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two pieces of advice, and why."""

    engine: Engine
    """What judged after."""
    before: Side
    """What was judged before."""
    after: Side
    """What was judged after."""
    seed: int
    """Where the random numbers begin, the same for both."""
    answers: int
    """How many answers were compared: action and route of each open initiative in both."""
    changed: int
    """How many of these differ."""
    currency: str
    """ISO code of the currency that its money is in."""
    causes: tuple[Cause, ...] = ()
    """All that differs in what went in."""
    initiatives: tuple[InitiativeDifference, ...] = ()
    """The initiatives in both for which something differs, by id."""
    new: tuple[Named, ...] = ()
    """Initiatives that are in the second only."""
    vanished: tuple[Named, ...] = ()
    """Initiatives that are in the first only."""
    margins: tuple[MarginChange, ...] = ()
    """Answers that are the same by another margin."""
    decisions: tuple[DecisionChange, ...] = ()
    """Decisions needed in one of the two only, or other ones."""
    portfolio: PortfolioDifference | None = None
    """What differs across initiatives; None: nothing does."""
    notices: tuple[str, ...] = ()
    """What was assumed or could not be compared, in sentences."""
    thresholds: Mapping[str, float] = field(
        default_factory=lambda: {"chance": CHANCE, "worth": WORTH, "sum": SUM, "margin": MARGIN}
    )
    """What moves by less is not listed: chances and shares of a sum, margins in decibans."""
    format: Literal["changeadvisor-difference/1"] = "changeadvisor-difference/1"
    """Names this form of the difference."""

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

    def _set_text(self) -> str:
        """What the set to run does otherwise, for `repr`."""
        if self.portfolio is None:
            return "the same"
        if self.portfolio.set is not None:
            return "in one only"
        others = [plain(change.initiative, 80) for change in self.portfolio.courses]
        return f"otherwise with {', '.join(others)}" if others else "the same courses"

    def __repr__(self) -> str:
        """What was compared and how much differs, in a few lines."""
        lines = [
            f"<Difference: {plain(self.before.programme, 80)}, {self.before.as_of}",
            f"  and: {plain(self.after.programme, 80)}, {self.after.as_of}",
            f"  answers changed: {self.changed} of {self.answers}",
            f"  set to run: {self._set_text()}",
            f"  causes: {', '.join(plain(c.name, 120) for c in self.causes) or 'none'}",
        ]
        return "\n".join(lines) + ">"
