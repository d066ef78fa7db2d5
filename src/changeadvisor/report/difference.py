"""A difference in plain English.

The answer first, then each changed answer with its reason, then all else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from changeadvisor.errors import plain
from changeadvisor.whatif.difference import (
    AnswerChange,
    AnswerState,
    Cause,
    Course,
    Difference,
    FactChange,
    FieldChange,
    InitiativeDifference,
    Kind,
    OutlookChange,
    PlaceChange,
    Placed,
    RuleChange,
    Why,
)
from changeadvisor.words import (
    CLOSED,
    NOT_KNOWN,
    answer_in_sentence,
    answer_label,
    capitalised,
    day_text,
    fine_per_cent,
    in_100,
    listed,
    many,
    money_text,
    strength,
    three_figures,
)

_ASKED = {"action": "What to do", "route": "How to lead it", "evidenced": "Rating by the evidence"}
_KINDS: dict[Kind, str] = {
    "data": "data",
    "age": "age of the evidence",
    "threshold": "threshold",
    "rule": "rule",
    "limit": "limit",
    "course": "course set by hand",
}
#: Of rules under one answer, of facts under one rule and of values in one list, so many are shown.
_RULES, _SHOWN, _LISTED = 5, 6, 12


def rows(found: Difference) -> Iterator[tuple[str, str, str, str, str]]:
    """Every changed answer: initiative, what was asked, before, after, because of."""
    for item in found.initiatives:
        for a in item.answers:
            yield (
                plain(item.title, 200),
                _ASKED[a.question],
                _stand(a.before),
                _stand(a.after),
                _kinds(a.why),
            )
    if found.portfolio is None:
        return
    if (change := found.portfolio.set) is not None:
        yield (
            "All",
            "Which set to run",
            _has_set(change.before),
            _has_set(change.after),
            _kinds(change.why),
        )
    for c in found.portfolio.courses:
        yield (
            plain(c.initiative, 200),
            "In the set to run",
            _placed(c.before),
            _placed(c.after),
            _kinds(c.why),
        )


def headline(found: Difference) -> str:
    """The line that answers."""
    courses = len(found.portfolio.courses) if found.portfolio else 0
    in_set = (
        f", and the set to run does something else with {many(courses, 'initiative')}"
        if courses
        else ""
    )
    if found.portfolio and (one := found.portfolio.set):
        in_set = ", and there is a set to run now" if one.after else ", and no set to run is left"
    coming = [many(len(found.new), "new initiative")] if found.new else []
    going = [f"{many(len(found.vanished), 'initiative')} no longer there"] if found.vanished else []
    also = "".join(f"; {text}" for text in (*coming, *going))
    if found.empty:
        return "Nothing changes."
    verb = "change" if found.changed > 1 else "changes"
    rest = "" if found.changed or in_set or also else " What else does is below."
    return (
        f"{found.changed or 'None'} of {many(found.answers, 'answer')} {verb}{in_set}{also}.{rest}"
    )


def below(found: Difference) -> Iterator[str]:
    """All that is said under the table."""
    yield from _went_in(found)
    for item in found.initiatives:
        yield from _initiative(item, found.currency)
    yield from _set(found)
    yield from _comings(found)
    yield from _decisions(found)
    yield from _margins(found)
    yield from found.notices


# --- what went in ---------------------------------------------------------------------------------


def _went_in(found: Difference) -> Iterator[str]:
    for cause in found.causes:
        yield from _cause(cause)
    if not found.causes:
        yield "What went in is the same."


def _cause(cause: Cause) -> Iterator[str]:
    head = capitalised(_KINDS[cause.kind])
    if cause.kind == "course":
        yield f"{head}: {plain(cause.name)}: {answer_in_sentence(cause.changes[0].after)}"
        return
    if len(cause.changes) == 1:
        yield f"{head}: {_field(cause.changes[0])}"
        return
    yield f"{head}: {many(len(cause.changes), 'value')} differ"
    yield from (f"  {_field(c)}" for c in cause.changes[:_LISTED])
    yield from _more(cause.changes, _LISTED)


def _field(change: FieldChange) -> str:
    if (
        isinstance(change.before, dict)
        and isinstance(change.after, dict)
        and change.field.endswith(_READINGS)
    ):
        return f"{plain(change.field, 160)}: {_readings(change.before, change.after)}"
    return f"{plain(change.field, 160)}: {_value(change.before)} → {_value(change.after)}"


_READINGS = (".observations", ".comparators")


def _readings(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Readings that are new, gone or another one."""
    new, gone = [p for p in after if p not in before], [p for p in before if p not in after]
    revised = [f"{p}: {_value(before[p])} → {_value(after[p])}" for p in after if p in before]
    parts = [
        f"{many(len(new), 'new reading')} ({_span(new)})" if new else "",
        f"{many(len(gone), 'reading')} taken out ({_span(gone)})" if gone else "",
        (
            f"{len(revised)} revised"
            f" ({'; '.join(revised[:_SHOWN])}{'; …' if len(revised) > _SHOWN else ''})"
            if revised
            else ""
        ),
    ]
    return ", ".join(p for p in parts if p)


def _span(periods: Sequence[str]) -> str:
    return periods[0] if len(periods) == 1 else f"{min(periods)} to {max(periods)}"


def _value(value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"
    if isinstance(value, list):
        return plain(
            f"[{', '.join(_value(v) for v in value)}]" if not _judged(value) else _raters(value),
            160,
        )
    if isinstance(value, dict):
        return plain("; ".join(f"{k}: {_value(v)}" for k, v in value.items()), 160)
    return plain(value, 160)


def _judged(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(v, dict) and "level" in v for v in value)


def _raters(value: list[Any]) -> str:
    """Judgements: the levels, with who gave them where several did."""
    if len(value) == 1:
        return _value(value[0]["level"])
    return " and ".join(f"{_value(v['level'])} ({v.get('by', 'rater not named')})" for v in value)


# --- each initiative ------------------------------------------------------------------------------


def _initiative(item: InitiativeDifference, currency: str) -> Iterator[str]:
    yield ""
    yield f"{plain(item.title, 200)} ({plain(item.id)})"
    for answer in item.answers:
        yield from _answer(answer)
    for answer in item.sureness:
        yield from _sureness(answer)
    if item.declared is not None:
        yield f"  Declared: {_value(item.declared.before)} → {_value(item.declared.after)}"
    if item.outlook is not None:
        yield from _outlook(item.outlook, currency)
    for w in item.tripwires:
        yield (
            f"  Tripwire of {day_text(w.by)} on {plain(w.measure)}: {_state(w.before)} →"
            f" {_state(w.after)}"
        )


def _state(state: str | None) -> str:
    return "not agreed" if state is None else state


def _answer(found: AnswerChange) -> Iterator[str]:
    yield (
        f"  {_ASKED[found.question]}: {_stand(found.before)} → {_stand(found.after)}."
        f" {_why(found.why)}".rstrip()
    )
    yield from _working(found)


def _sureness(found: AnswerChange) -> Iterator[str]:
    parts = []
    if found.before.finely_balanced != found.after.finely_balanced:
        parts.append(
            "now finely balanced" if found.after.finely_balanced else "no longer finely balanced"
        )
    if found.before.stands != found.after.stands:
        parts.append(
            "missing facts can no longer change it"
            if found.after.stands
            else "missing facts could now change it"
        )
    same = f"{_ASKED[found.question]}: {_stand(found.after)} as before"
    yield f"  {same}, {' and '.join(parts)}. {_margin(found)}".rstrip()
    yield from _working(found)


def _margin(found: AnswerChange) -> str:
    if found.before.margin is None or found.after.margin is None:
        return ""
    before, after = found.before.margin, found.after.margin
    words = f"{strength(before)} → {strength(after)}"
    return f"Its lead: {before:.1f} → {after:.1f} decibans (weight of evidence: {words})."


def _working(found: AnswerChange) -> Iterator[str]:
    """The rules that count otherwise, and the facts under them."""
    for change in found.parameters:
        yield f"    Threshold {_field(change)}"
    for rule in found.rules[:_RULES]:
        yield from _rule(rule)
    yield from _more(found.rules, _RULES, "    ")


def _rule(rule: RuleChange) -> Iterator[str]:
    count = f"{_count(rule.before)} → {_count(rule.after)}"
    unit = "" if isinstance(rule.before, str) or isinstance(rule.after, str) else " decibans"
    yield (
        f"    {plain(rule.rule)} {plain(rule.title, 200)}, for {answer_in_sentence(rule.answer)}:"
        f" {count}{unit}"
    )
    if rule.differs is not None:
        yield f"      The rule itself: {plain(rule.differs, 400)}"
    for fact in rule.facts[:_SHOWN]:
        yield f"      {_fact(fact)}"


def _count(value: float | str | None) -> str:
    if value is None:
        return "0"
    return f"{value:+g}" if isinstance(value, int | float) else value


def _fact(fact: FactChange) -> str:
    by = f", by {_listed(fact.moved_by)}" if fact.moved_by else ""
    before, after = (NOT_KNOWN if v is None else _value(v) for v in (fact.before, fact.after))
    return f"{fact.fact}: {before} → {after}{by}"


def _listed(names: Sequence[str]) -> str:
    return listed([plain(n, 160) for n in names], _SHOWN)


def _stand(found: AnswerState) -> str:
    return CLOSED if found.ended else answer_label(found.answer)


def _kinds(why: Why | None) -> str:
    """The kinds of cause, for a cell."""
    if why is None:
        return ""
    names = [_KINDS[k] for k in why.kinds]
    both = (
        ", together"
        if why.how == "together"
        else ", either alone would do it"
        if why.how == "either"
        else ""
    )
    return f"{' and '.join(names)}{both}"


def _why(why: Why | None) -> str:
    """What made it another answer, on the line of the answer."""
    if why is None:
        return ""
    kind = _kinds(why)
    # A kind that names itself (the steps between two programmes) needs no name after it.
    by = () if why.by == why.kinds else why.by
    fields = f"; it hangs on {_listed(why.fields)}" if why.fields else ""
    return f"Because of {kind}{f' ({_listed(by)})' if by else ''}{fields}."


def _outlook(found: OutlookChange, currency: str) -> Iterator[str]:
    if found.chances:
        moved = ", ".join(
            f"{c.field} {_share(c.before)} → {_share(c.after)}" for c in found.chances
        )
        yield f"  Chances in 100: {moved}"
    a, b = found.before, found.after
    if a is not None and b is not None:
        yield f"  Worth of what is recommended: {_worth(a, currency)} → {_worth(b, currency)}"


def _share(value: float | None) -> str:
    return NOT_KNOWN if value is None else str(in_100(value))


def _worth(recommended: Course, currency: str) -> str:
    if recommended.worth is None:
        return NOT_KNOWN
    worth = money_text(recommended.worth, currency)
    return f"{worth} ({answer_in_sentence(recommended.course)})"


# --- across the programme -------------------------------------------------------------------------


def _set(found: Difference) -> Iterator[str]:
    if found.portfolio is None:
        return
    yield ""
    yield "Across the programme"
    if (change := found.portfolio.set) is not None:
        yield (
            f"  Set to run: {_has_set(change.before)} → {_has_set(change.after)}."
            f" {_why(change.why)}".rstrip()
        )
        yield from [f"    {plain(change.because, 1_000)}"] if change.because else []
    for c in found.portfolio.courses:
        yield from _place(c)
    currency = found.currency
    for t in found.portfolio.totals:
        yield (
            f"  {_TOTALS.get(t.field, t.field)}: {_total(t.field, t.before, currency)} →"
            f" {_total(t.field, t.after, currency)}"
        )
    yield from (f"  New conflict: {plain(c.because, 1_000)}" for c in found.portfolio.new_conflicts)
    yield from (
        f"  No longer a conflict: {plain(c.because, 1_000)}"
        for c in found.portfolio.resolved_conflicts
    )


_TOTALS = {
    "bound": "Most that any set within the limits could be worth",
    "gap": "Gap to that",
    "totals.all": "Worth of the set",
    "totals.few": "Worth for few",
    "totals.high": "Worth of the set, one time in ten above",
    "totals.low": "Worth of the set, one time in ten below",
    "totals.overspend": "Chance of overspending",
    "totals.people": "People reached a year",
    "totals.share_for_few": "Share of the spend for few",
    "totals.spend": "Spend",
    "totals.spend_over": "Spend is counted over",
}


#: Totals that are shares, and people; all others are money.
_SHARES, _PEOPLE = ("gap", "totals.overspend", "totals.share_for_few"), "totals.people"


def _total(name: str, value: float | str | None, currency: str) -> str:
    """Money, a share or a number of people, or words. name: of the field in the JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return "none"
    if name in _SHARES:
        return fine_per_cent(value, 3)
    return three_figures(value) if name == _PEOPLE else money_text(value, currency)


def _has_set(there: bool) -> str:
    return "There is one" if there else "None keeps to the limits"


def _place(c: PlaceChange) -> Iterator[str]:
    yield (
        f"  {plain(c.initiative)}: {_placed(c.before)} → {_placed(c.after)}. {_why(c.why)}".rstrip()
    )
    if c.after is not None and c.after.because:
        yield f"    {plain(c.after.because, 1_000)}"


def _placed(found: Placed | None) -> str:
    if found is None:
        return "Not in it"
    course = answer_in_sentence(found.course) if found.course else ""
    if found.place != "chosen":
        return "Does not run"
    begins = day_text(dt.date.fromisoformat(found.start)) if found.start else None
    return f"Runs ({course if begins is None else f'begins on {begins}'})"


def _comings(found: Difference) -> Iterator[str]:
    """Initiatives that are in one of the two only."""
    if found.new or found.vanished:
        yield ""
    for head, these in (("New", found.new), ("No longer there", found.vanished)):
        for n in these:
            answers = ", ".join(answer_in_sentence(a) for a in (n.action, n.route))
            yield f"{head}: {plain(n.title, 200)} ({plain(n.id)}): {answers}"


def _decisions(found: Difference) -> Iterator[str]:
    if found.decisions:
        yield ""
        yield "Decisions needed"
    for d in found.decisions:
        if d.before is None:
            yield f"  New: {plain(d.initiative)}: {plain(d.after, 400)}"
        elif d.after is None:
            yield f"  No longer needed: {plain(d.initiative)}: {plain(d.before, 400)}"
        else:
            yield (
                f"  Another one: {plain(d.initiative)}: {plain(d.before, 400)} →"
                f" {plain(d.after, 400)}"
            )


def _margins(found: Difference) -> Iterator[str]:
    if not found.margins:
        return
    yield ""
    moved = (
        f"{plain(m.initiative)} {_ASKED[m.question].lower()} {_decibans(m.before)} →"
        f" {_decibans(m.after)}"
        for m in found.margins
    )
    yield f"Same answer, another lead (in decibans): {'; '.join(moved)}"


def _decibans(value: float | None) -> str:
    return "none" if value is None else f"{value:.1f}"


def _more(every: Sequence[object], shown: int, indent: str = "  ") -> Iterator[str]:
    if len(every) > shown:
        yield f"{indent}and {len(every) - shown} more (all with --format json)"
