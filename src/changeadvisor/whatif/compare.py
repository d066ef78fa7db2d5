"""What differs between two pieces of advice: answers, how sure they are, decisions, the set to run.

Nothing here says why; `causes` works that out and puts it in. What is compared is what people
read: an answer, its margin, a chance. The portfolio is read by the keys of the advice's JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from changeadvisor.advice import Advice, Chances, InitiativeAdvice, Portfolio
from changeadvisor.judgement import Recommendation
from changeadvisor.model import as_json, tidy_number, to_plain
from changeadvisor.portfolio import Conflict, Pick
from changeadvisor.whatif.difference import (
    CHANCE,
    MARGIN,
    QUESTIONS,
    SUM,
    WORTH,
    AnswerChange,
    AnswerState,
    Course,
    DecisionChange,
    Difference,
    FieldChange,
    InitiativeDifference,
    MarginChange,
    Named,
    OutlookChange,
    PlaceChange,
    Placed,
    PortfolioDifference,
    Question,
    SetChange,
    Side,
    WireChange,
)

#: The questions that are counted: the evidenced rating follows from the same facts.
_COUNTED: tuple[Question, ...] = ("action", "route")


def difference(before: Advice, after: Advice) -> Difference:
    """What differs, without reasons."""
    both = [
        (old, new) for old in before.initiatives if (new := after.initiative(old.id)) is not None
    ]
    differences = [_initiative(old, new) for old, new in both]
    changed = [a for i in differences for a in i.answers if a.question in _COUNTED]
    compared = [
        (old, new)
        for old, new in both
        for q in _COUNTED
        if not (answer_state(old, q).ended and answer_state(new, q).ended)
    ]
    return Difference(
        engine=after.engine,
        before=_side(before, after),
        after=_side(after, before),
        seed=after.seed,
        answers=len(compared),
        changed=len(changed),
        currency=after.currency,
        initiatives=tuple(i for i in differences if not i.empty),
        new=tuple(_named(i) for i in after.initiatives if before.initiative(i.id) is None),
        vanished=tuple(_named(i) for i in before.initiatives if after.initiative(i.id) is None),
        margins=tuple(m for old, new in both for m in _margins(old, new)),
        decisions=tuple(_decisions(before, after)),
        portfolio=_portfolio(before, after),
    )


def _side(advice: Advice, other: Advice) -> Side:
    """What was judged, and by which packs where the other side used others."""
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
    given: Recommendation | None = getattr(item, question)
    if given is None or ended:
        return AnswerState(None, ended=ended)
    return AnswerState(given.answer, given.margin, given.finely_balanced, given.stands)


def _initiative(old: InitiativeAdvice, new: InitiativeAdvice) -> InitiativeDifference:
    answers, sureness = [], []
    for question in QUESTIONS:
        a, b = answer_state(old, question), answer_state(new, question)
        if _answers_apart(a, b):
            answers.append(AnswerChange(question, a, b))
        elif _sureness(a) != _sureness(b):
            sureness.append(AnswerChange(question, a, b))
    declared = None
    if old.declared != new.declared:
        declared = FieldChange("declared", old.declared, new.declared)
    return InitiativeDifference(
        new.id,
        new.title,
        tuple(answers),
        tuple(sureness),
        declared,
        _outlook(old, new),
        tuple(_tripwires(old, new)),
    )


def _answers_apart(a: AnswerState, b: AnswerState) -> bool:
    return (a.answer, a.ended) != (b.answer, b.ended)


def _sureness(a: AnswerState) -> tuple[bool | None, bool | None]:
    return a.finely_balanced, a.stands


def _margins(old: InitiativeAdvice, new: InitiativeAdvice) -> Iterator[MarginChange]:
    """Margins that moved where the answer and how sure it is did not."""
    for question in _COUNTED:
        a, b = answer_state(old, question), answer_state(new, question)
        same = not _answers_apart(a, b) and _sureness(a) == _sureness(b)
        if same and _moved(a.margin, b.margin, MARGIN):
            yield MarginChange(new.id, question, b.answer, a.margin, b.margin)


def _moved(a: float | None, b: float | None, least: float) -> bool:
    """Whether a number moved by `least` or more, or became known or unknown."""
    if a is None or b is None:
        return a is not b
    # 1e-12: two numbers that are `least` apart in tenths need not be so in binary.
    return abs(a - b) >= least - 1e-12


def _outlook(old: InitiativeAdvice, new: InitiativeAdvice) -> OutlookChange | None:
    """Chances that moved, and the worth of the recommended course where that moved."""
    before, after = _chances(old), _chances(new)
    chances = tuple(
        FieldChange(name, share, after[name])
        for name, share in before.items()
        if _moved(share, after[name], CHANCE)
    )
    a, b = _course(old), _course(new)
    least = WORTH * max(abs(a.worth or 0.0), abs(b.worth or 0.0), 1.0)
    known = a.worth is not None or b.worth is not None
    if known and (a.course != b.course or _moved(a.worth, b.worth, least)):
        return OutlookChange(chances, a, b)
    return OutlookChange(chances) if chances else None


def _chances(item: InitiativeAdvice) -> dict[str, float | None]:
    """The chances of each outcome, None where they are not known."""
    chances = item.outlook.probability or Chances(None, None, None)
    return {"full": chances.full, "partial": chances.partial, "none": chances.none}


def _course(item: InitiativeAdvice) -> Course:
    """The recommended course and what it is worth on average."""
    course = answer_state(item, "action").answer
    priced = (item.outlook.value or {}).get(course or "")
    return Course(course, None if priced is None else priced.mean)


def _tripwires(old: InitiativeAdvice, new: InitiativeAdvice) -> Iterator[WireChange]:
    """Tripwires in another state, or in one of the two only."""
    states = [{(w.by, w.measure, w.then): w.state for w in i.tripwires} for i in (old, new)]
    for key in sorted({*states[0], *states[1]}):
        before, after = (s.get(key) for s in states)
        if before != after:
            yield WireChange(*key, before, after)


def _decisions(before: Advice, after: Advice) -> Iterator[DecisionChange]:
    """Decisions needed in one of the two only, or other ones."""
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
    """The known numbers of a set, by their names in a difference, as exact as in the JSON."""
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


def to_json(result: Difference) -> str:
    """The difference as JSON text, ending in a newline."""
    data = to_plain(result)
    return as_json({"format": data.pop("format"), **data})
