"""What stands in whose way, in words: reasons, ways out, and what could not be checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from changeadvisor.model import Initiative
from changeadvisor.portfolio.change_load import (
    Overload,
    Relief,
    Run,
    Span,
    champions,
    led_from_the_top,
    peak,
    runs_in,
    staff_asked,
)
from changeadvisor.portfolio.quarters import quarter, quarter_label
from changeadvisor.words import agree, day_text, joined, quarters_text

E_AND_O = "Beer and Nohria 2000"
OURS = "our judgement, not measured"
#: The source of a conflict between a way to lead and a date.
OF_TIME = f"Hope Hailey and Balogun 2002 (time); {OURS}"
#: Names in a list, at most; more are counted.
_NAMED = 12


def in_the_way(pair: tuple[str, str]) -> str:
    """What the register itself says."""
    return f"the register says that {pair[0]} and {pair[1]} stand in each other's way"


# --- change load ----------------------------------------------------------------------------------


def overload(overload: Overload) -> str:
    """How many changes and when, who leads them, who asks everybody, what stopping spares."""
    return "; ".join(_overload(overload))


def _overload(overload: Overload) -> Iterator[str]:
    most, limit = peak(overload.spans), overload.limit
    each = agree(len(overload.groups), "", " each")
    when = f"up to {len(most)} changes at once {_when(overload.spans)}"
    yield f"{_names(overload.groups)} would{each} carry {when}, where the limit is {limit:g}"
    yield f"they are {_names([r.id for r in runs_in(overload.spans)])}"
    yield _led(most, limit)
    if overload.everybody:
        asks = agree(len(overload.everybody), "asks", "ask")
        counts = agree(len(overload.everybody), "counts", "count")
        yield f"{_names(overload.everybody)} {asks} all staff, so {counts} here too"
    if overload.spared:
        yield (
            f"stopping {_names(overload.spared)}, as proposed, relieves these staff and is "
            "counted already"
        )


def _led(runs: Sequence[Run], limit: float) -> str:
    """How many are led from the top, and whether these alone are too many."""
    top, unknown = led_from_the_top(runs), sum(r.route is None for r in runs)
    alone = ", which alone is more than the limit" if top > limit else ""
    open_ = f"; how to lead {unknown} of them is not known" if unknown else ""
    return (
        f"{top} of the {len(runs)} {agree(top, 'is', 'are')} led from the top, "
        f"blends included{alone}{open_}"
    )


def _when(spans: Sequence[Span]) -> str:
    """The quarters in which it happens, in runs: from October 2026 to June 2027."""
    quarters = sorted({q for s in spans for q in range(quarter(s.start), quarter(s.end) + 1)})
    starts = [q for q in quarters if q - 1 not in quarters]
    ends = [q for q in quarters if q + 1 not in quarters]
    said = []
    for first, last in zip(starts, ends, strict=True):
        period = quarters_text(quarter_label(first), quarter_label(last))
        said.append(f"from {period}")
    return _names(said)


def who_could_wait(asked: Sequence[Initiative], as_of: dt.date) -> str:
    """Which could wait: those that have still to begin and that no law requires."""
    waiting = [i.id for i in asked if i.started and i.started > as_of and not i.statutory]
    if waiting:
        return f"Not begun yet, so the easiest to put off: {_names(waiting)}"
    return (
        "All have begun or are required by law: agree with these staff which comes first, "
        "and join what can be joined"
    )


def relief(relief: Relief) -> str:
    """What stopping relieves."""
    return (
        f"Stopping {_names(relief.stopped)}, as proposed, relieves {relief.group}: without that "
        f"it would carry {relief.changes} changes at once, over the limit of {relief.limit:g}."
    )


NO_LOAD_LIMIT = (
    "No limit is given for the changes a staff group should carry at once (`limits: load`): "
    "they are counted, not judged."
)
NO_GROUPS = (
    "No initiative says which staff it asks to change (`adoption: groups`): "
    "change load and shared champions cannot be checked."
)


def left_out(silent: Sequence[str], undated: Sequence[str], past: Sequence[str]) -> Iterator[str]:
    """Whose load is not in the count: without groups, without dates, past the end."""
    cannot = "their load cannot be checked"
    if silent:
        yield (
            f"Which staff are asked to change is not given for {_names(silent)} "
            f"(`adoption: groups`): {cannot}."
        )
    if undated:
        yield f"Both dates are not given for {_names(undated)} (`started`, `ends`): {cannot}."
    if past:
        yield (
            f"Past the end, but not closed: {_names(past)}. "
            "Taken as ended where change load is counted."
        )


# --- champions ------------------------------------------------------------------------------------

SHARE_CHAMPIONS = (
    "Agree one list of champions for these staff, or let one initiative ask after the other"
)


def shared_champions(
    runs: Sequence[Run], groups: Sequence[str], start: dt.date, end: dt.date
) -> str:
    """Who seeks champions among the same staff, how many of how many."""
    ids, unknown = [r.id for r in runs], [r.id for r in runs if r.route is None]
    staff = max(map(staff_asked, runs))
    among = f"of at most {staff:,} staff" if staff else "of how many staff is not known"
    each = _names([f"{r.id} {champions(r):,} of {_staff_said(r)}" for r in runs])
    said = (
        f"{_names(ids)} seek champions among the same staff ({_names(groups)}) "
        f"from {day_text(start)} to {day_text(end)}: together {sum(map(champions, runs)):,} "
        f"champions {among} ({each}); whoever is asked twice has half the time for each"
    )
    if unknown:
        they_are = agree(len(unknown), "it is", "they are")
        said += f"; how to lead {_names(unknown)} is not known, and {they_are} counted"
    return said


def _staff_said(run: Run) -> str:
    staff = staff_asked(run)
    return f"{staff:,}" if staff else "unknown"


def champions_not_given(ids: Sequence[str]) -> str:
    """Initiatives that may seek champions."""
    return (
        f"Whether {_names(ids)} {agree(len(ids), 'seeks', 'seek')} champions is not given "
        "(`adoption: champions`)."
    )


# --- routes and dependencies ----------------------------------------------------------------------


def no_say(mine: str, other: str) -> str:
    """Led from below, and waiting for what is made above."""
    return (
        f"{mine} is to be led from below, but requires {other}, which is to be led from the top "
        "and is not finished: its teams would wait for something they have no say in, and what "
        "they design must fit it"
    )


def give_a_say(mine: str, other: str) -> str:
    """The way out of it."""
    return f"Give the front line of {mine} a say in {other}, before it is settled"


def no_date(mine: str, other: str, deadline: dt.date, ready: dt.date) -> str:
    """Driven to a date from above, and requiring what grows from below and ends later."""
    return (
        f"{mine} is to be led from the top to a deadline of {day_text(deadline)}, but requires "
        f"{other}, which is to be led from below and cannot be relied on before "
        f"{day_text(ready)}: what people work out for themselves takes its time and keeps no "
        "date set above"
    )


def move_the_deadline(mine: str, other: str) -> str:
    """The way out of it."""
    return (
        f"Move the deadline of {mine}, or agree with the teams of {other} what must be ready "
        "by then"
    )


def two_messages(mine: str, other: str, groups: Sequence[str]) -> str:
    """Asked to comply by one, and to act of their own accord by another."""
    return (
        f"{mine} counts on the help of {other}, but asks the same staff ({_names(groups)}) to "
        f"comply while {other} asks them to act of their own accord: "
        "the two messages undermine each other"
    )


def say_which_first(mine: str, other: str) -> str:
    """The way out of it."""
    return (
        "Say openly which comes first and why; let one leader answer for both, direction for "
        f"{mine}, room for {other}"
    )


def unclear(mine: str, other: str, kind: str, missing: Sequence[str]) -> str:
    """A dependency that could clash, but of which too little is known to say."""
    how = "requires" if kind == "requires" else "is helped by"
    return (
        f"Whether the ways to lead clash where {mine} {how} {other} cannot be checked. "
        f"Not known: {_names(missing)}."
    )


_MISSING = {
    "route": "how to lead {}",
    "groups": "which staff {} asks",
    "kind": "of which kind {} is",
    "end": "when {} ends",
    "deadline": "by when {} must be done",
}


def missing(kind: str, id: str) -> str:
    """One thing that is not known of an initiative."""
    return _MISSING[kind].format(id)


def _names(words: Sequence[str]) -> str:
    """Words as a list people read; a long one is cut and says so."""
    return joined(words, _NAMED)
