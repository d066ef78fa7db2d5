"""Across initiatives.

What is asked of the same staff at the same time, and ways of leading that clash.

Pure: reads the register, the recommended routes and actions, and says what stands in whose way. It
never rewrites an answer. What the register does not say (staff groups, dates, routes) is named as
not checkable and never filled in.

Too many changes at once wear people out and make them cynical (Abrahamson 2004, Avoiding repetitive
change syndrome, MIT Sloan Management Review 45(2)). No published number says how many are too many:
the limit is the council's own (`limits: load`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from changeadvisor.errors import plain
from changeadvisor.graph import DependencyGraph, later
from changeadvisor.model import Dependency, Initiative, Programme
from changeadvisor.words import (
    agree,
    day_text,
    joined,
    quarter_text,
)

#: Recommended answers by initiative id; None where there is none or it was not asked for.
Answers = Mapping[str, str | None]
NONE: Answers = MappingProxyType({})
#: A group of one of these names is everybody, so it also counts for every other group.
EVERYBODY = frozenset({"all", "all staff", "everyone", "everybody"})
#: Calendar quarters looked ahead.
QUARTERS = 40
#: Routes that are led from the top: a blend is, in part.
FROM_THE_TOP = frozenset({"top-down", "blended"})
_FROM_BELOW = frozenset({"bottom-up", "blended"})
_ALL = "all staff"
_NAMED = 12
_DAY = dt.timedelta(days=1)
#: The last day that is looked at, so that a quarter after it can still be written.
_LAST = dt.date(9999, 9, 30)
E_AND_O = "Beer and Nohria 2000"
OURS = "our judgement, not measured"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Initiatives that stand in each other's way.

    Which staff groups, from when until when, and a way out.
    """

    kind: str
    initiatives: tuple[str, ...]
    because: str
    groups: tuple[str, ...] = ()
    start: Annotated[dt.date | None, Field(serialization_alias="from")] = None
    until: dt.date | None = None
    suggestion: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """The most changes on one staff group on any one day of a quarter, and how many of those are led from the top.

    A blend counts as led from the top; changes without a recommended route are in `route_unknown`.
    limit: None where the register gives none.
    """

    group: str
    quarter: str
    changes: int
    top_down: int
    route_unknown: int
    limit: float | None


# --- who asks whom, and when ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
    """An initiative while it asks staff to change.

    Group keys, first and last day still to come, recommended route.
    """

    id: str
    groups: frozenset[str]
    start: dt.date
    end: dt.date
    route: str | None
    initiative: Initiative = field(compare=False)

    def asks(self, group: str) -> bool:
        return group in self.groups or _ALL in self.groups


@dataclass(frozen=True, slots=True)
class _Span:
    """Days from start to end on which the same changes run."""

    start: dt.date
    end: dt.date
    runs: tuple[_Run, ...]


def _key(name: str) -> str:
    """A group's name as it is compared.

    Case and spaces do not matter, all words for everybody are one.
    """
    key = " ".join(name.casefold().split())
    return _ALL if key in EVERYBODY else key


def _groups(initiative: Initiative) -> frozenset[str]:
    return (
        frozenset(_key(g) for g in initiative.adoption.groups if g.strip())
        if initiative.adoption
        else frozenset()
    )


def _spelled(programme: Programme) -> dict[str, str]:
    """Each group as people write it; of several spellings the first by the alphabet."""
    names = sorted(
        " ".join(g.split()) for i in programme.initiatives if i.adoption for g in i.adoption.groups
    )
    return {**{_key(n): plain(n, 60) for n in reversed(names)}, _ALL: _ALL}


def _open(programme: Programme) -> list[Initiative]:
    return sorted((i for i in programme.initiatives if i.stage != "closed"), key=lambda i: i.id)


def _first(programme: Programme) -> dt.date:
    """The first day that counts.

    The one after as_of, for what is over by then asks nothing any more.
    """
    return min(programme.as_of, _LAST - _DAY) + _DAY


def _horizon(programme: Programme) -> dt.date:
    """The last day that counts: the end of the last quarter looked ahead."""
    return quarter_bounds(min(quarter(_first(programme)) + QUARTERS - 1, quarter(_LAST)))[1]


def _runs(programme: Programme, routes: Answers, ids: Iterable[str]) -> list[_Run]:
    """What still runs by its dates, of those ids.

    Without groups or dates it is left to `notices`.
    """
    first, last = _first(programme), _horizon(programme)
    wanted = (i for i in map(programme.initiative, ids) if i is not None and _groups(i))
    return [
        _Run(i.id, _groups(i), max(i.started, first), min(i.ends, last), routes.get(i.id), i)
        for i in wanted
        if i.started and i.ends and i.ends >= first and i.started <= last
    ]


def _going_on(programme: Programme, actions: Answers) -> list[str]:
    """Ids of the open ones that are not recommended to stop."""
    return [i.id for i in _open(programme) if actions.get(i.id) != "stop"]


def _spans(runs: Sequence[_Run]) -> list[_Span]:
    """The time in which any run, cut wherever one begins or has ended."""
    cuts = sorted({r.start for r in runs} | {r.end + _DAY for r in runs})
    spans = (
        _Span(a, b - _DAY, tuple(r for r in runs if r.start <= a <= r.end))
        for a, b in pairwise(cuts)
    )
    return [s for s in spans if s.runs]


def _keys(runs: Sequence[_Run]) -> list[str]:
    return sorted({g for r in runs for g in r.groups})


def _from_the_top(runs: Iterable[_Run]) -> int:
    return sum(r.route in FROM_THE_TOP for r in runs)


def quarter(day: dt.date) -> int:
    """Calendar quarters since the year 0."""
    return day.year * 4 + (day.month - 1) // 3


def quarter_bounds(quarter: int) -> tuple[dt.date, dt.date]:
    """The first and last day of a quarter."""
    year, q = divmod(quarter, 4)
    after = dt.date(year + (q == 3), (3 * q + 4) if q < 3 else 1, 1)
    return dt.date(year, 3 * q + 1, 1), after - dt.timedelta(days=1)


def quarter_label(number: int) -> str:
    """A quarter by name: 2026-Q4."""
    return f"{number // 4}-Q{number % 4 + 1}"


# --- change load ----------------------------------------------------------------------------------


def _limit(programme: Programme) -> float | None:
    return programme.limits.load if programme.limits else None


def load(programme: Programme, routes: Answers = NONE, actions: Answers = NONE) -> tuple[Load, ...]:
    """How many changes each staff group is asked to carry at once, by group and calendar quarter.

    Open initiatives with groups and dates count from `started` to `ends`; those recommended to stop do not. Looks ahead
    `QUARTERS` quarters from the day after as_of; quarters with nothing are left out.
    """
    runs, names = _runs(programme, routes, _going_on(programme, actions)), _spelled(programme)
    rows = (
        row
        for key in _keys(runs)
        for row in _rows(names[key], _asking(runs, key), _limit(programme))
    )
    return tuple(sorted(rows, key=lambda r: (r.group, r.quarter)))


def _asking(runs: Sequence[_Run], group: str) -> list[_Run]:
    return [r for r in runs if r.asks(group)]


def _rows(group: str, runs: Sequence[_Run], limit: float | None) -> Iterator[Load]:
    spans = _spans(runs)
    for at in range(quarter(spans[0].start), quarter(spans[-1].end) + 1):
        low, high = quarter_bounds(at)
        peak = _peak([s for s in spans if s.start <= high and s.end >= low])
        if peak:
            unknown = sum(r.route is None for r in peak)
            yield Load(group, quarter_label(at), len(peak), _from_the_top(peak), unknown, limit)


def _peak(spans: Sequence[_Span]) -> tuple[_Run, ...]:
    """The most that run at once.

    Of equal numbers the one with more led from the top, then the earlier.
    """
    most = max(
        spans,
        key=lambda s: (len(s.runs), _from_the_top(s.runs), -s.start.toordinal()),
        default=None,
    )
    return most.runs if most else ()


def _overloads(programme: Programme, routes: Answers, actions: Answers) -> Iterator[Conflict]:
    """Groups that are asked too much, those with the very same changes together.

    A group asked by nothing but changes for all staff is not repeated beside `all staff`.
    """
    limit, names = _limit(programme), _spelled(programme)
    if limit is None:
        return
    found: dict[_Overload, list[str]] = {}
    runs = _runs(programme, routes, _going_on(programme, actions))
    stopped = _runs(
        programme, routes, [i.id for i in _open(programme) if actions.get(i.id) == "stop"]
    )
    for key in _keys(runs):
        over = tuple(s for s in _spans(_asking(runs, key)) if len(s.runs) > limit)
        if any(key in r.groups for s in over for r in s.runs):
            everybody = tuple(r.id for r in _of(over) if key not in r.groups)
            spared = tuple(
                r.id
                for r in _asking(stopped, key)
                if any(r.start <= s.end and r.end >= s.start for s in over)
            )
            found.setdefault(_Overload(over, everybody, spared), []).append(names[key])
    for what, groups in found.items():
        yield what.conflict(tuple(sorted(groups)), limit, programme.as_of)


@dataclass(frozen=True, slots=True)
class _Overload:
    """When too many changes run, which of them ask all staff, and which are spared by a recommended stop."""

    spans: tuple[_Span, ...]
    everybody: tuple[str, ...]
    spared: tuple[str, ...]

    def conflict(self, groups: tuple[str, ...], limit: float, as_of: dt.date) -> Conflict:
        asking = _of(self.spans)
        ids, because = tuple(r.id for r in asking), "; ".join(self._because(groups, limit))
        way = _put_off([r.initiative for r in asking], as_of)
        return Conflict(
            "load", ids, because, groups, self.spans[0].start, self.spans[-1].end, way, OURS
        )

    def _because(self, groups: tuple[str, ...], limit: float) -> Iterator[str]:
        """How many and when, how many of them from the top, who asks everybody, and what stopping spares."""
        peak, each = _peak(self.spans), agree(len(groups), "", " each")
        when = f"up to {len(peak)} changes at once {_when(self.spans)}"
        yield f"{_names(groups)} would{each} carry {when}, where the limit is {limit:g}"
        yield f"they are {_names([r.id for r in _of(self.spans)])}"
        yield _led(peak, limit)
        if self.everybody:
            asks, counts = (
                agree(len(self.everybody), *w) for w in (("asks", "ask"), ("counts", "count"))
            )
            yield f"{_names(self.everybody)} {asks} all staff, so {counts} here too"
        if self.spared:
            yield f"stopping {_names(self.spared)}, as recommended, relieves these staff and is counted already"


def _of(spans: Sequence[_Span]) -> list[_Run]:
    """All that run in any of them, by id."""
    found = {r.id: r for s in spans for r in s.runs}
    return [found[id] for id in sorted(found)]


def _led(peak: Sequence[_Run], limit: float) -> str:
    """How many are led from the top, and whether these alone are too many."""
    top, unknown = _from_the_top(peak), sum(r.route is None for r in peak)
    alone = ", which alone is more than the limit" if top > limit else ""
    open_ = f"; how to lead {unknown} of them is not known" if unknown else ""
    return f"{top} of the {len(peak)} {agree(top, 'is', 'are')} led from the top, blends included{alone}{open_}"


def _when(spans: Sequence[_Span]) -> str:
    """The quarters in which it happens, in runs: in 2026-Q4; from 2026-Q4 to 2027-Q2."""
    quarters = sorted({q for s in spans for q in range(quarter(s.start), quarter(s.end) + 1)})
    starts = [q for q in quarters if q - 1 not in quarters]
    ends = [q for q in quarters if q + 1 not in quarters]
    runs = [
        tuple(quarter_text(quarter_label(q)) for q in run) for run in zip(starts, ends, strict=True)
    ]
    return _names(
        [f"in {first}" if first == last else f"from {first} to {last}" for first, last in runs]
    )


def _put_off(asking: Sequence[Initiative], as_of: dt.date) -> str:
    """Which could wait: those that have still to begin and that no law requires."""
    waiting = [i.id for i in asking if i.started and i.started > as_of and not i.statutory]
    if waiting:
        return f"Not begun yet, so the easiest to put off: {_names(waiting)}"
    return "All have begun or are required by law: agree with these staff which comes first, and join what can be joined"


# --- champions ------------------------------------------------------------------------------------


def _asked_twice(programme: Programme, routes: Answers, actions: Answers) -> Iterator[Conflict]:
    """Initiatives that seek champions in the same group at the same time.

    Every largest set, its groups together.
    """
    runs, names = _runs(programme, routes, _going_on(programme, actions)), _spelled(programme)
    seeking = [r for r in runs if _champions(r) and (r.route is None or r.route in _FROM_BELOW)]
    found: dict[tuple[str, ...], list[str]] = {}
    by_id = {r.id: r for r in seeking}
    for key in _keys(seeking):
        for ids in _largest(_spans(_asking(seeking, key))):
            found.setdefault(ids, []).append(names[key])
    for ids, groups in found.items():
        yield _shared_champions([by_id[i] for i in ids], tuple(sorted(groups)))


def _champions(run: _Run) -> int:
    return (run.initiative.adoption.champions or 0) if run.initiative.adoption else 0


def _largest(spans: Sequence[_Span]) -> list[tuple[str, ...]]:
    """Sets of two or more that run on one day, without those that are part of another."""
    sets = {frozenset(r.id for r in s.runs) for s in spans if len(s.runs) > 1}
    return sorted(tuple(sorted(s)) for s in sets if not any(s < other for other in sets))


def _shared_champions(runs: Sequence[_Run], groups: tuple[str, ...]) -> Conflict:
    start, end, ids = max(r.start for r in runs), min(r.end for r in runs), [r.id for r in runs]
    staff, unknown = max(map(_staff, runs)), [r.id for r in runs if r.route is None]
    among = f"of at most {staff:,} staff" if staff else "of how many staff is not known"
    each = _names(
        [
            f"{r.id} {_champions(r):,} of {f'{_staff(r):,}' if _staff(r) else 'unknown'}"
            for r in runs
        ]
    )
    because = (
        f"{_names(ids)} seek champions among the same staff ({_names(groups)}) "
        f"from {day_text(start)} to {day_text(end)}: together {sum(map(_champions, runs)):,} champions {among} "
        f"({each}); whoever is asked twice has half the time for each"
    )
    if unknown:
        they_are = agree(len(unknown), "it is", "they are")
        because += f"; how to lead {_names(unknown)} is not known, and {they_are} counted"
    way = "Agree one list of champions for these staff, or let one initiative ask after the other"
    return Conflict("champions", tuple(ids), because, groups, start, end, way, OURS)


def _staff(run: _Run) -> int:
    """Staff it asks to change; 0 where the register does not say."""
    return (run.initiative.adoption.staff or 0) if run.initiative.adoption else 0


# --- routes and dependencies ----------------------------------------------------------------------

#: Pairs (dependant's route, route of what it needs) in which a requirement can clash.
_CLASHING = frozenset({("bottom-up", "top-down"), ("top-down", "bottom-up")})


@dataclass(frozen=True, slots=True)
class _Edge:
    """A dependency between two that go on: who hangs on whom, and their routes."""

    dependant: Initiative
    needed: Initiative
    dependency: Dependency
    routes: tuple[str | None, str | None]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sorted((self.dependant.id, self.needed.id)))


def _edges(programme: Programme, routes: Answers, actions: Answers) -> list[_Edge]:
    """Dependencies between initiatives that are open and not recommended to stop."""
    going = {i: programme.initiative(i) for i in _going_on(programme, actions)}
    return [
        _Edge(dependant, needed, d, (routes.get(dependant.id), routes.get(needed.id)))
        for dependant in going.values()
        if dependant is not None
        for d in dependant.depends_on
        if d.kind != "conflicts-with" and (needed := going.get(d.initiative)) is not None
    ]


def _clashes(programme: Programme, routes: Answers, actions: Answers) -> Iterator[Conflict]:
    names = _spelled(programme)
    for edge in _edges(programme, routes, actions):
        if edge.dependency.kind == "helps":
            yield from _two_messages(edge, names)
        elif edge.routes == ("bottom-up", "top-down"):
            yield _no_say(edge)
        elif edge.routes == ("top-down", "bottom-up"):
            yield from _no_date(edge)


def _no_say(edge: _Edge) -> Conflict:
    """Led from below, and waiting for what is made above. Our judgement."""
    mine, other = edge.dependant.id, edge.needed.id
    because = (
        f"{mine} is to be led from below, but requires {other}, which is to be led from the top and is not finished: "
        "its teams would wait for something they have no say in, and what they design must fit it"
    )
    way = f"Give the front line of {mine} a say in {other}, before it is settled"
    return Conflict("route-and-dependency", edge.ids, because, suggestion=way, source=OURS)


def _deadline(initiative: Initiative) -> dt.date | None:
    """The earlier of the day it must count by and its end."""
    days = [initiative.ends, initiative.adoption.by if initiative.adoption else None]
    return min((d for d in days if d), default=None)


def _no_date(edge: _Edge) -> Iterator[Conflict]:
    """Driven to a date from above, and requiring what grows from below and ends later.

    Involvement takes longer than direction (Hope Hailey and Balogun 2002, on time); that it cannot
    be ordered to a date is our judgement.
    """
    mine, other, deadline = edge.dependant.id, edge.needed.id, _deadline(edge.dependant)
    if deadline is None or edge.needed.ends is None:
        return
    ready = _ready(edge.needed.ends, edge.dependency.lag_months)
    if ready > deadline:
        because = (
            f"{mine} is to be led from the top to a deadline of {day_text(deadline)}, but requires {other}, which is "
            f"to be led from below and cannot be relied on before {day_text(ready)}: what people work out for "
            "themselves takes its time and keeps no date set above"
        )
        way = f"Move the deadline of {mine}, or agree with the teams of {other} what must be ready by then"
        source = f"Hope Hailey and Balogun 2002 (time); {OURS}"
        yield Conflict("route-and-dependency", edge.ids, because, (), deadline, ready, way, source)


def _ready(ends: dt.date, lag_months: float | None) -> dt.date:
    """The end plus the lag; beyond the calendar its last day."""
    try:
        return later(ends, lag_months or 0.0)
    except (OverflowError, ValueError):
        return dt.date.max


def _two_messages(edge: _Edge, names: Mapping[str, str]) -> Iterator[Conflict]:
    """Culture change from below helps what is driven from above on the same staff.

    Theory E and Theory O side by side, without an order or an open account of both, undermine each
    other (Beer and Nohria 2000).
    """
    shared = _shared(edge)
    if edge.routes != ("top-down", "bottom-up") or edge.needed.kind != "culture" or not shared:
        return
    mine, other, groups = edge.dependant.id, edge.needed.id, tuple(sorted(names[g] for g in shared))
    because = (
        f"{mine} counts on the help of {other}, but asks the same staff ({_names(groups)}) to comply while {other} "
        "asks them to act of their own accord: the two messages undermine each other"
    )
    way = f"Say openly which comes first and why; let one leader answer for both, direction for {mine}, room for {other}"
    yield Conflict(
        "route-and-dependency", edge.ids, because, groups, suggestion=way, source=E_AND_O
    )


def _shared(edge: _Edge) -> frozenset[str]:
    """Groups that both ask; one that asks all staff asks those of the other."""
    mine, other = _groups(edge.dependant), _groups(edge.needed)
    if _ALL in mine and _ALL not in other:
        return other
    return mine if _ALL in other else mine & other


# --- all of it ------------------------------------------------------------------------------------


def conflicts(
    programme: Programme, graph: DependencyGraph, routes: Answers = NONE, actions: Answers = NONE
) -> tuple[Conflict, ...]:
    """What stands in whose way, by kind, then initiatives.

    routes: the recommended way to lead by initiative id (top-down, blended, bottom-up or None);
    actions: what to do. Kinds: conflicts-with (the register says so), load (more changes at once on
    a staff group than `limits: load`), champions (the same staff asked for champions twice),
    route-and-dependency (ways of leading that do not fit a dependency). Initiatives that are
    recommended to stop count only in the first.
    """
    said = (
        Conflict(
            "conflicts-with",
            pair,
            f"the register says that {pair[0]} and {pair[1]} stand in each other's way",
        )
        for pair in graph.conflicts()
    )
    found = [
        *said,
        *(c for of in (_overloads, _asked_twice, _clashes) for c in of(programme, routes, actions)),
    ]
    return tuple(sorted(found, key=lambda c: (c.kind, c.initiatives, c.groups, c.because)))


def notices(
    programme: Programme, routes: Answers = NONE, actions: Answers = NONE
) -> tuple[str, ...]:
    """What could not be checked and why, and what stopping relieves, in whole sentences."""
    grouped = [i for i in _open(programme) if _groups(i)]
    if not _open(programme):
        return ()
    if not grouped:
        which = "No initiative says which staff it asks to change (`adoption: groups`)"
        return (
            f"{which}: change load and shared champions cannot be checked.",
            *_unclear(programme, routes, actions),
        )
    return (
        *_left_out(programme, grouped),
        *_unlimited(programme),
        *_no_champions(grouped, routes, actions),
        *_relief(programme, routes, actions),
        *_unclear(programme, routes, actions),
    )


def _left_out(programme: Programme, grouped: Sequence[Initiative]) -> Iterator[str]:
    """Whose load is not in the count."""
    first, known = _first(programme), {i.id for i in grouped}
    silent = [i.id for i in _open(programme) if i.id not in known]
    undated = [i.id for i in grouped if not (i.started and i.ends)]
    past = [i.id for i in grouped if i.started and i.ends and i.ends < first]
    cannot = "their load cannot be checked"
    if silent:
        yield f"Which staff are asked to change is not given for {_names(silent)} (`adoption: groups`): {cannot}."
    if undated:
        yield f"Both dates are not given for {_names(undated)} (`started`, `ends`): {cannot}."
    if past:
        yield f"Past the end, but not closed: {_names(past)}. Taken as ended where change load is counted."


def _unlimited(programme: Programme) -> Iterator[str]:
    if _limit(programme) is None:
        yield (
            "No limit is given for the changes a staff group should carry at once (`limits: load`): they are counted, "
            "not judged."
        )


def _no_champions(
    grouped: Sequence[Initiative], routes: Answers, actions: Answers
) -> Iterator[str]:
    found = [
        i.id
        for i in grouped
        if i.adoption
        and i.adoption.champions is None
        and actions.get(i.id) != "stop"
        and (routes.get(i.id) is None or routes.get(i.id) in _FROM_BELOW)
    ]
    if found:
        seek = agree(len(found), "seeks", "seek")
        yield f"Whether {_names(found)} {seek} champions is not given (`adoption: champions`)."


def _relief(programme: Programme, routes: Answers, actions: Answers) -> Iterator[str]:
    """Groups that stay within the limit because of what is recommended to stop."""
    limit, names = _limit(programme), _spelled(programme)
    going = _runs(programme, routes, _going_on(programme, actions))
    everything = _runs(programme, routes, [i.id for i in _open(programme)])
    stopped = [r.id for r in everything if actions.get(r.id) == "stop"]
    for key in _keys(everything) if limit is not None and stopped else ():
        peak, left = (_peak(_spans(_asking(runs, key))) for runs in (everything, going))
        if len(peak) > (limit or 0.0) >= len(left) and any(key in r.groups for r in peak):
            ids = _names([r.id for r in peak if r.id in stopped])
            yield (
                f"Stopping {ids}, as recommended, relieves {names[key]}: without that it would carry "
                f"{len(peak)} changes at once, over the limit of {limit:g}."
            )


def _unclear(programme: Programme, routes: Answers, actions: Answers) -> Iterator[str]:
    """Dependencies that could clash, but of which too little is known to say."""
    for edge in _edges(programme, routes, actions):
        missing = sorted(_not_known(edge))
        if missing:
            mine, other = edge.dependant.id, edge.needed.id
            how = "requires" if edge.dependency.kind == "requires" else "is helped by"
            yield (
                f"Whether the ways to lead clash where {mine} {how} {other} cannot be checked. "
                f"Not known: {_names(missing)}."
            )


def _not_known(edge: _Edge) -> Iterator[str]:
    """What is missing to check a dependency that could clash."""
    helps = edge.dependency.kind == "helps"
    wanted = {("top-down", "bottom-up")} if helps else _CLASHING
    if helps and edge.needed.kind not in ("culture", None):
        return
    if not any(
        all(r in (None, w) for r, w in zip(edge.routes, pair, strict=True)) for pair in wanted
    ):
        return
    ends = (edge.dependant, edge.needed)
    if helps and all(map(_groups, ends)) and not _shared(edge):
        return
    yield from (f"how to lead {i.id}" for i, r in zip(ends, edge.routes, strict=True) if r is None)
    if helps:
        yield from (f"which staff {i.id} asks" for i in ends if not _groups(i))
        yield from (f"of which kind {i.id} is" for i in ends[1:] if i.kind is None)
    elif edge.routes == ("top-down", "bottom-up"):
        yield from (f"when {edge.needed.id} ends" for _ in range(edge.needed.ends is None))
        yield from (
            f"by when {edge.dependant.id} must be done"
            for _ in range(_deadline(edge.dependant) is None)
        )


# --- words ----------------------------------------------------------------------------------------


def _names(words: Sequence[str]) -> str:
    """Words as a list people read; a long one is cut and says so."""
    return joined(words, _NAMED)
