"""Change load.

How many changes each staff group is asked to carry at once, and where that is too many.

What the register does not say (staff groups, dates, routes) is left out and never filled in. Too
many changes at once wear people out and make them cynical (Abrahamson 2004, Avoiding repetitive
change syndrome, MIT Sloan Management Review 45(2)). No published number says how many are too many:
the limit is the council's own (`limits: load`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from changeadvisor.errors import plain
from changeadvisor.model import Initiative, Programme
from changeadvisor.portfolio.quarters import QUARTERS, quarter, quarter_bounds, quarter_label

#: Recommended answers by initiative id; None where there is none or it was not asked for.
Answers = Mapping[str, str | None]
NONE: Answers = MappingProxyType({})
#: A group of one of these names is everybody, so it also counts for every other group.
EVERYBODY = frozenset({"all", "all staff", "everyone", "everybody"})
ALL_STAFF = "all staff"
#: Routes that are led from the top: a blend is, in part.
FROM_THE_TOP = frozenset({"top-down", "blended"})
_DAY = dt.timedelta(days=1)
#: The last day that is looked at, so that a quarter after it can still be written.
_LAST = dt.date(9999, 9, 30)


@dataclass(frozen=True, slots=True)
class Load:
    """The most changes on one staff group on any one day of a quarter."""

    group: str
    """The name of the group."""
    quarter: str
    """The calendar quarter, such as 2026-Q4."""
    changes: int
    """How many changes."""
    top_down: int
    """How many of those are led from the top; a blend counts as led from the top."""
    route_unknown: int
    """How many of those have no recommended way to lead them."""
    limit: float | None
    """The most that one group should carry; None: the register gives none."""


# --- who asks whom, and when ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """An initiative while it asks staff to change."""

    id: str
    """The id of the initiative."""
    groups: frozenset[str]
    """Keys of the groups it asks."""
    start: dt.date
    """The first day still to come."""
    end: dt.date
    """The last day still to come."""
    route: str | None
    """The recommended way to lead it; None: not known."""
    initiative: Initiative = field(compare=False)
    """The initiative itself."""

    def asks(self, group: str) -> bool:
        """Whether it asks a group, itself or with everybody."""
        return group in self.groups or ALL_STAFF in self.groups


@dataclass(frozen=True, slots=True)
class Span:
    """Days from start to end on which the same changes run."""

    start: dt.date
    """The first of these days."""
    end: dt.date
    """The last of these days."""
    runs: tuple[Run, ...]
    """What runs on them."""


@dataclass(frozen=True, slots=True)
class Overload:
    """Staff groups that are asked too much, by the very same changes."""

    groups: tuple[str, ...]
    """As people spell them."""
    spans: tuple[Span, ...]
    """When too many changes run."""
    everybody: tuple[str, ...]
    """Initiatives among them that ask all staff and do not name this group."""
    spared: tuple[str, ...]
    """Initiatives that would ask them too, were they not recommended to stop."""
    limit: float
    """The most changes at once that one group should carry."""


@dataclass(frozen=True, slots=True)
class Relief:
    """A group that stays within the limit because of what is recommended to stop."""

    group: str
    """The name of the group."""
    stopped: tuple[str, ...]
    """Ids of what is recommended to stop."""
    changes: int
    """Changes at once without the stop."""
    limit: float
    """The most changes at once that one group should carry."""


def group_key(name: str) -> str:
    """A group's name as it is compared.

    Case and spaces do not matter, all words for everybody are one.
    """
    key = " ".join(name.casefold().split())
    return ALL_STAFF if key in EVERYBODY else key


def groups_of(initiative: Initiative) -> frozenset[str]:
    """Keys of the staff groups it asks to change; empty where the register does not say."""
    if initiative.adoption is None:
        return frozenset()
    return frozenset(group_key(g) for g in initiative.adoption.groups if g.strip())


def group_names(programme: Programme) -> dict[str, str]:
    """Each group as people write it, by its key; of several spellings the first by the alphabet."""
    names = sorted(
        " ".join(g.split()) for i in programme.initiatives if i.adoption for g in i.adoption.groups
    )
    return {**{group_key(n): plain(n, 60) for n in reversed(names)}, ALL_STAFF: ALL_STAFF}


def open_initiatives(programme: Programme) -> list[Initiative]:
    """What is not closed, by id."""
    return sorted((i for i in programme.initiatives if i.stage != "closed"), key=lambda i: i.id)


def going_on(programme: Programme, actions: Answers) -> list[str]:
    """Ids of the open ones that are not recommended to stop."""
    return [i.id for i in open_initiatives(programme) if actions.get(i.id) != "stop"]


def first_day(programme: Programme) -> dt.date:
    """The first day that counts.

    The one after as_of, for what is over by then asks nothing any more.
    """
    return min(programme.as_of, _LAST - _DAY) + _DAY


def runs_of(programme: Programme, routes: Answers, ids: Iterable[str]) -> list[Run]:
    """What still runs by its dates, of those ids; what has no groups or dates is left out."""
    first = first_day(programme)
    last = quarter_bounds(min(quarter(first) + QUARTERS - 1, quarter(_LAST)))[1]
    runs = []
    for initiative in map(programme.initiative, ids):
        if initiative is None or initiative.started is None or initiative.ends is None:
            continue
        groups = groups_of(initiative)
        if groups and initiative.ends >= first and initiative.started <= last:
            start, end = max(initiative.started, first), min(initiative.ends, last)
            route = routes.get(initiative.id)
            runs.append(Run(initiative.id, groups, start, end, route, initiative))
    return runs


def spans_of(runs: Sequence[Run]) -> list[Span]:
    """The time in which any run, cut wherever one begins or has ended."""
    cuts = sorted({r.start for r in runs} | {r.end + _DAY for r in runs})
    spans = (
        Span(a, b - _DAY, tuple(r for r in runs if r.start <= a <= r.end))
        for a, b in pairwise(cuts)
    )
    return [s for s in spans if s.runs]


def asked_groups(runs: Sequence[Run]) -> list[str]:
    """Keys of all groups that any of them asks."""
    return sorted({g for r in runs for g in r.groups})


def asking(runs: Sequence[Run], group: str) -> list[Run]:
    """Those that ask one group."""
    return [r for r in runs if r.asks(group)]


def runs_in(spans: Sequence[Span]) -> list[Run]:
    """All that run in any of some spans, by id."""
    by_id = {r.id: r for s in spans for r in s.runs}
    return [by_id[id] for id in sorted(by_id)]


def led_from_the_top(runs: Iterable[Run]) -> int:
    """How many are led from the top, blends included."""
    return sum(r.route in FROM_THE_TOP for r in runs)


def peak(spans: Sequence[Span]) -> tuple[Run, ...]:
    """The most that run at once.

    Of equal numbers the one with more led from the top, then the earlier.
    """
    most = max(
        spans,
        key=lambda s: (len(s.runs), led_from_the_top(s.runs), -s.start.toordinal()),
        default=None,
    )
    return most.runs if most else ()


def champions(run: Run) -> int:
    """Champions it seeks; 0 where the register does not say."""
    return (run.initiative.adoption.champions or 0) if run.initiative.adoption else 0


def staff_asked(run: Run) -> int:
    """Staff it asks to change; 0 where the register does not say."""
    return (run.initiative.adoption.staff or 0) if run.initiative.adoption else 0


# --- change load ----------------------------------------------------------------------------------


def load_limit(programme: Programme) -> float | None:
    """The most changes a staff group should carry at once; None where the register does not say."""
    return programme.limits.load if programme.limits else None


def load(programme: Programme, routes: Answers = NONE, actions: Answers = NONE) -> tuple[Load, ...]:
    """How many changes each staff group is asked to carry at once, by group and calendar quarter.

    Open initiatives with groups and dates count from `started` to `ends`; those recommended to stop
    do not. Looks ahead `QUARTERS` quarters from the day after as_of; quarters with nothing are left
    out.
    """
    runs, names = runs_of(programme, routes, going_on(programme, actions)), group_names(programme)
    limit, rows = load_limit(programme), []
    for group in asked_groups(runs):
        spans = spans_of(asking(runs, group))
        for at in range(quarter(spans[0].start), quarter(spans[-1].end) + 1):
            first, last = quarter_bounds(at)
            most = peak([s for s in spans if s.start <= last and s.end >= first])
            if most:
                top, unknown = led_from_the_top(most), sum(r.route is None for r in most)
                label = quarter_label(at)
                rows.append(Load(names[group], label, len(most), top, unknown, limit))
    return tuple(sorted(rows, key=lambda r: (r.group, r.quarter)))


#: When too much is asked, which initiatives ask all staff, and which are spared.
_Asked = tuple[tuple[Span, ...], tuple[str, ...], tuple[str, ...]]


def overloads(programme: Programme, routes: Answers, actions: Answers) -> list[Overload]:
    """Groups that are asked too much, those with the very same changes together.

    A group asked by nothing but changes for all staff is not repeated beside `all staff`.
    """
    limit, names = load_limit(programme), group_names(programme)
    if limit is None:
        return []
    runs = runs_of(programme, routes, going_on(programme, actions))
    stopped_ids = [i.id for i in open_initiatives(programme) if actions.get(i.id) == "stop"]
    stopped = runs_of(programme, routes, stopped_ids)
    groups_by_what: dict[_Asked, list[str]] = {}
    for group in asked_groups(runs):
        over = _over(spans_of(asking(runs, group)), limit)
        asked = runs_in(over)
        everybody = tuple(r.id for r in asked if group not in r.groups)
        if len(everybody) < len(asked):
            spared = tuple(r.id for r in asking(stopped, group) if _meets(r, over))
            groups_by_what.setdefault((over, everybody, spared), []).append(names[group])
    return [
        Overload(tuple(sorted(groups)), spans, everybody, spared, limit)
        for (spans, everybody, spared), groups in groups_by_what.items()
    ]


def _over(spans: Sequence[Span], limit: float) -> tuple[Span, ...]:
    """Those in which more changes run than the limit."""
    return tuple(s for s in spans if len(s.runs) > limit)


def _meets(run: Run, spans: Sequence[Span]) -> bool:
    return any(run.start <= s.end and run.end >= s.start for s in spans)


def reliefs(programme: Programme, routes: Answers, actions: Answers) -> Iterator[Relief]:
    """Groups that stay within the limit because of what is recommended to stop."""
    limit, names = load_limit(programme), group_names(programme)
    everything = runs_of(programme, routes, [i.id for i in open_initiatives(programme)])
    stopped = {r.id for r in everything if actions.get(r.id) == "stop"}
    if limit is None or not stopped:
        return
    remaining = runs_of(programme, routes, going_on(programme, actions))
    for group in asked_groups(everything):
        before, after = (peak(spans_of(asking(runs, group))) for runs in (everything, remaining))
        if len(before) > limit >= len(after) and any(group in r.groups for r in before):
            ids = tuple(r.id for r in before if r.id in stopped)
            yield Relief(names[group], ids, len(before), limit)
