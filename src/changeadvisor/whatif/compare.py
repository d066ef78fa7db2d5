"""What differs between two pieces of advice.

Answers, how sure they are, outlook, decisions and the set to run.

Nothing here says why; `changing` works that out and puts it in. What is compared is what people
read: an answer, its margin, a chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from changeadvisor.advice.advise import (
    Advice,
    Chances,
    Engine,
    InitiativeAdvice,
    PackUsed,
    Portfolio,
)
from changeadvisor.judgement import Recommendation
from changeadvisor.model import as_json, tidy_number, to_plain
from changeadvisor.portfolio import Conflict, Pick

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
    """A fact under a rule, before and after (None.

    Unknown), and the changes that move it, each found by undoing it.
    """

    fact: str
    before: str | float | bool | None
    after: str | float | bool | None
    moved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that counts otherwise.

    Before, after: decibans counted, "veto", or "fired" in a table; None: nothing.

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
    """An answer as it stands (None: none), in decibans.

    ended: the initiative is closed, and nothing is asked.
    """

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
    """Chances that moved by CHANCE or more, and the worth of the recommended course where it moved by WORTH or more."""

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
    """There is a set to run on one side only.

    because: why there is none on the other, as far as it is said.
    """

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
    """One of the two: what was judged, as of when.

    Of packs and frameworks those that differ from the other side's.
    """

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
        found = (
            self.initiatives,
            self.new,
            self.vanished,
            self.margins,
            self.decisions,
            self.portfolio,
        )
        return not any(found)


def difference(before: Advice, after: Advice) -> Difference:
    """What differs, without reasons."""
    both = [
        (old, new) for old in before.initiatives if (new := after.initiative(old.id)) is not None
    ]
    found = [_initiative(old, new) for old, new in both]
    counted = [a for i in found for a in i.answers if a.question != "evidenced"]
    return Difference(
        engine=after.engine,
        before=_side(before, after),
        after=_side(after, before),
        seed=after.seed,
        answers=sum(
            not (answer_state(o, q).ended and answer_state(n, q).ended)
            for o, n in both
            for q in QUESTIONS[:2]
        ),
        changed=len(counted),
        initiatives=tuple(i for i in found if not i.empty),
        new=tuple(_named(i) for i in after.initiatives if before.initiative(i.id) is None),
        vanished=tuple(_named(i) for i in before.initiatives if after.initiative(i.id) is None),
        margins=tuple(m for old, new in both for m in _margins(old, new)),
        decisions=tuple(_decisions(before, after)),
        portfolio=_portfolio(before, after),
    )


def _side(advice: Advice, other: Advice) -> Side:
    theirs = (*other.engine.packs, *other.engine.frameworks)
    used = (p for p in (*advice.engine.packs, *advice.engine.frameworks) if p not in theirs)
    return Side(advice.programme, advice.as_of, advice.input_digest, tuple(used))


def _named(item: InitiativeAdvice) -> Named:
    return Named(
        item.id, item.title, answer_state(item, "action").answer, answer_state(item, "route").answer
    )


# --- one initiative -------------------------------------------------------------------------------


def answer_state(item: InitiativeAdvice, question: Question) -> AnswerState:
    """One answer as it stands."""
    ended = item.evidence.initiative.stage == "closed"
    if question == "evidenced":
        return AnswerState(item.evidenced)
    found: Recommendation | None = getattr(item, question)
    if found is None or ended:
        return AnswerState(None, ended=ended)
    return AnswerState(found.answer, found.margin, found.finely_balanced, found.stands)


def _initiative(old: InitiativeAdvice, new: InitiativeAdvice) -> InitiativeDifference:
    pairs = [(q, answer_state(old, q), answer_state(new, q)) for q in QUESTIONS]
    return InitiativeDifference(
        new.id,
        new.title,
        tuple(AnswerChange(q, a, b) for q, a, b in pairs if _answers_apart(a, b)),
        tuple(
            AnswerChange(q, a, b)
            for q, a, b in pairs
            if not _answers_apart(a, b) and _sureness(a) != _sureness(b)
        ),
        None
        if old.declared == new.declared
        else FieldChange("declared", old.declared, new.declared),
        _outlook(old, new),
        tuple(_wires(old, new)),
    )


def _answers_apart(a: AnswerState, b: AnswerState) -> bool:
    return (a.answer, a.ended) != (b.answer, b.ended)


def _sureness(a: AnswerState) -> tuple[bool | None, bool | None]:
    return a.finely_balanced, a.stands


def _margins(old: InitiativeAdvice, new: InitiativeAdvice) -> Iterator[MarginChange]:
    for question in QUESTIONS[:2]:
        a, b = answer_state(old, question), answer_state(new, question)
        same = not _answers_apart(a, b) and _sureness(a) == _sureness(b)
        if same and _moved(a.margin, b.margin, MARGIN):
            yield MarginChange(new.id, question, b.answer, a.margin, b.margin)


def _moved(a: float | None, b: float | None, least: float) -> bool:
    """Whether a number moved by `least` or more, or became known or unknown."""
    if a is None or b is None:
        return a is not b
    return abs(a - b) >= least - 1e-12


def _outlook(old: InitiativeAdvice, new: InitiativeAdvice) -> OutlookChange | None:
    shares = [_shares(i) for i in (old, new)]
    chances = tuple(
        FieldChange(n, a, shares[1][n])
        for n, a in shares[0].items()
        if _moved(a, shares[1][n], CHANCE)
    )
    a, b = _course(old), _course(new)
    worth = a.course != b.course or _moved(
        a.worth, b.worth, WORTH * max(abs(a.worth or 0.0), abs(b.worth or 0.0), 1.0)
    )
    if a.worth is None and b.worth is None:
        worth = False
    if not worth:
        return OutlookChange(chances) if chances else None
    return OutlookChange(chances, a, b)


def _shares(item: InitiativeAdvice) -> dict[str, float | None]:
    found = item.outlook.probability or Chances(None, None, None)
    return {"full": found.full, "partial": found.partial, "none": found.none}


def _course(item: InitiativeAdvice) -> Course:
    course = answer_state(item, "action").answer
    priced = (item.outlook.value or {}).get(course or "")
    return Course(course, None if priced is None else priced.mean)


def _wires(old: InitiativeAdvice, new: InitiativeAdvice) -> Iterator[WireChange]:
    states = [{(w.by, w.measure, w.then): w.state for w in i.tripwires} for i in (old, new)]
    for key in sorted({*states[0], *states[1]}):
        before, after = (s.get(key) for s in states)
        if before != after:
            yield WireChange(*key, before, after)


def _decisions(before: Advice, after: Advice) -> Iterator[DecisionChange]:
    needed = [{d.initiative: d.decision for d in a.decisions_needed} for a in (before, after)]
    for id in sorted({*needed[0], *needed[1]}):
        old, new = (n.get(id) for n in needed)
        if old != new:
            yield DecisionChange(id, old, new)


# --- the portfolio --------------------------------------------------------------------------------


def _portfolio(before: Advice, after: Advice) -> PortfolioDifference | None:
    stands = [a.portfolio.conflicts if a.portfolio else () for a in (before, after)]
    keys = [{_key(c) for c in cs} for cs in stands]
    sets = places(before), places(after)
    one_sided = (sets[0] is None) != (sets[1] is None)
    found = PortfolioDifference(
        _set(before, after) if one_sided else None,
        () if one_sided else tuple(place_changes(*sets)),
        () if one_sided else tuple(_totals(before, after)),
        tuple(c for c in stands[1] if _key(c) not in keys[0]),
        tuple(c for c in stands[0] if _key(c) not in keys[1]),
    )
    return None if found == PortfolioDifference() else found


def _set(before: Advice, after: Advice) -> SetChange:
    there = [places(a) is not None for a in (before, after)]
    lacking = before if there[1] else after
    because = lacking.portfolio.why_none if lacking.portfolio else None
    return SetChange(there[0], there[1], because)


def _key(conflict: Conflict) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return conflict.kind, conflict.initiatives, conflict.groups


def places(advice: Advice) -> dict[str, Placed] | None:
    """What the set to run does with each initiative; None where no set was chosen."""
    portfolio = advice.portfolio
    if portfolio is None or (portfolio.chosen is None and portfolio.deferred is None):
        return None
    placed = {pick.id: _placed("chosen", pick) for pick in portfolio.chosen or ()}
    return placed | {pick.id: _placed("deferred", pick) for pick in portfolio.deferred or ()}


def _placed(place: Literal["chosen", "deferred"], pick: Pick) -> Placed:
    start = None if pick.start is None else pick.start.isoformat()
    return Placed(place, pick.course, pick.because, start)


def place_changes(
    old: Mapping[str, Placed] | None, new: Mapping[str, Placed] | None
) -> Iterator[PlaceChange]:
    """Initiatives with which the set does something else.

    Where there is no set on either side there are none.
    """
    before, after = old or {}, new or {}
    for id in sorted({*before, *after}):
        a, b = before.get(id), after.get(id)
        if done(a) != done(b):
            yield PlaceChange(id, a, b)


def done(placed: Placed | None) -> tuple[str | None, ...] | None:
    """What is done with an initiative, without the reason."""
    return None if placed is None else (placed.place, placed.course, placed.start)


#: Sums over the whole programme: these are told as soon as a reader sees another number.
_SUMS = ("totals.all", "totals.few", "totals.people", "totals.spend")


def _totals(before: Advice, after: Advice) -> Iterator[FieldChange]:
    """Totals, bound and gap that moved; of numbers only what a reader would see."""
    numbers = [_numbers(a.portfolio) if a.portfolio else {} for a in (before, after)]
    for name in sorted({*numbers[0], *numbers[1]}):
        a, b = (n.get(name) for n in numbers)
        least = (SUM if name in _SUMS else WORTH) * max(abs(a or 0.0), abs(b or 0.0))
        if a != b and _moved(a, b, least):
            yield FieldChange(name, a, b)
    over = [
        ", ".join(a.portfolio.totals.spend_over) if a.portfolio and a.portfolio.totals else None
        for a in (before, after)
    ]
    if None not in over and over[0] != over[1]:
        yield FieldChange("totals.spend_over", *over)


def _numbers(portfolio: Portfolio) -> dict[str, float]:
    """The known numbers of a set, by the names that a difference gives them, as exact as the JSON has them."""
    named: dict[str, float | None] = {"bound": portfolio.bound, "gap": portfolio.gap}
    if (totals := portfolio.totals) is not None:
        named |= {
            "totals.all": totals.all,
            "totals.few": totals.few,
            "totals.spend": totals.spend,
            "totals.overspend": totals.overspend,
            "totals.low": totals.low,
            "totals.high": totals.high,
            "totals.share_for_few": totals.share_for_few,
            "totals.people": totals.people,
        }
    return {name: tidy_number(value) for name, value in named.items() if value is not None}


# --- as JSON --------------------------------------------------------------------------------------


def to_json(found: Difference) -> str:
    """The difference as JSON text, ending in a newline."""
    data = to_plain(found)
    return as_json({"format": data.pop("format"), **data})
