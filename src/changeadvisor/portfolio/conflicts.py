"""Across initiatives: what stands in whose way.

Too many changes on the same staff, champions sought twice, and ways of leading that clash. Reads
the register, the recommended routes and actions; never rewrites an answer. What the register does
not say is named as not checkable and never filled in. `wording_conflicts` tells what is found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from changeadvisor.graph import DependencyGraph, later
from changeadvisor.model import Dependency, Initiative, Programme
from changeadvisor.portfolio import wording_conflicts as wording
from changeadvisor.portfolio.change_load import (
    ALL_STAFF,
    NONE,
    Answers,
    Span,
    asked_groups,
    asking,
    champions,
    first_day,
    going_on,
    group_names,
    groups_of,
    load_limit,
    open_initiatives,
    overloads,
    reliefs,
    runs_in,
    runs_of,
    spans_of,
)

_FROM_BELOW = frozenset({"bottom-up", "blended"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """Initiatives that stand in each other's way."""

    kind: str
    """In which way: `conflicts-with`, `load`, `champions` or `route-and-dependency`."""
    initiatives: tuple[str, ...]
    """Their ids."""
    because: str
    """How, in sentences."""
    groups: tuple[str, ...] = ()
    """The staff groups concerned, as people spell them."""
    start: Annotated[dt.date | None, Field(serialization_alias="from")] = None
    """The first day on which they do; None: no days are known."""
    until: dt.date | None = None
    """The last day on which they do; None: no days are known."""
    suggestion: str | None = None
    """A way out, in a sentence; None: none is offered."""
    source: str | None = None
    """What says that it is a conflict; None: the register does."""


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
    every = [
        *(Conflict("conflicts-with", pair, wording.in_the_way(pair)) for pair in graph.conflicts()),
        *_overloads(programme, routes, actions),
        *_shared_champions(programme, routes, actions),
        *_clashes(programme, routes, actions),
    ]
    return tuple(sorted(every, key=lambda c: (c.kind, c.initiatives, c.groups, c.because)))


def _overloads(programme: Programme, routes: Answers, actions: Answers) -> Iterator[Conflict]:
    """More changes at once on a staff group than its limit."""
    for overload in overloads(programme, routes, actions):
        asked = runs_in(overload.spans)
        yield Conflict(
            "load",
            tuple(r.id for r in asked),
            wording.overload(overload),
            overload.groups,
            overload.spans[0].start,
            overload.spans[-1].end,
            wording.who_could_wait([r.initiative for r in asked], programme.as_of),
            wording.OURS,
        )


# --- champions ------------------------------------------------------------------------------------


def _shared_champions(
    programme: Programme, routes: Answers, actions: Answers
) -> Iterator[Conflict]:
    """Initiatives that seek champions in the same group at the same time.

    Every largest set, its groups together.
    """
    runs, names = runs_of(programme, routes, going_on(programme, actions)), group_names(programme)
    seeking = [r for r in runs if champions(r) and (r.route is None or r.route in _FROM_BELOW)]
    groups_by_ids: dict[tuple[str, ...], list[str]] = {}
    by_id = {r.id: r for r in seeking}
    for group in asked_groups(seeking):
        for ids in _largest(spans_of(asking(seeking, group))):
            groups_by_ids.setdefault(ids, []).append(names[group])
    for ids, names_of_groups in groups_by_ids.items():
        sharing, groups = [by_id[i] for i in ids], tuple(sorted(names_of_groups))
        start, end = max(r.start for r in sharing), min(r.end for r in sharing)
        because = wording.shared_champions(sharing, groups, start, end)
        yield Conflict(
            "champions", ids, because, groups, start, end, wording.SHARE_CHAMPIONS, wording.OURS
        )


def _largest(spans: Sequence[Span]) -> list[tuple[str, ...]]:
    """Sets of two or more that run on one day, without those that are part of another."""
    sets = {frozenset(r.id for r in s.runs) for s in spans if len(s.runs) > 1}
    return sorted(tuple(sorted(s)) for s in sets if not any(s < other for other in sets))


# --- routes and dependencies ----------------------------------------------------------------------

Routes = tuple[str | None, str | None]
#: Pairs (dependant's route, route of what it needs) in which a requirement can clash.
_BELOW_NEEDS_TOP: Routes = ("bottom-up", "top-down")
_TOP_NEEDS_BELOW: Routes = ("top-down", "bottom-up")


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency between two that go on: who hangs on whom, and their routes."""

    dependant: Initiative
    needed: Initiative
    dependency: Dependency
    routes: Routes

    @property
    def ids(self) -> tuple[str, ...]:
        """Both ids, sorted."""
        return tuple(sorted((self.dependant.id, self.needed.id)))


def _edges(programme: Programme, routes: Answers, actions: Answers) -> list[Edge]:
    """Dependencies between initiatives that are open and not recommended to stop."""
    going = {i: programme.initiative(i) for i in going_on(programme, actions)}
    return [
        Edge(dependant, needed, d, (routes.get(dependant.id), routes.get(needed.id)))
        for dependant in going.values()
        if dependant is not None
        for d in dependant.depends_on
        if d.kind != "conflicts-with" and (needed := going.get(d.initiative)) is not None
    ]


def _clashes(programme: Programme, routes: Answers, actions: Answers) -> Iterator[Conflict]:
    """Ways of leading that do not fit a dependency."""
    names = group_names(programme)
    for edge in _edges(programme, routes, actions):
        mine, other = edge.dependant.id, edge.needed.id
        if edge.dependency.kind == "helps":
            yield from _two_messages(edge, names)
        elif edge.routes == _BELOW_NEEDS_TOP:
            # Led from below, and waiting for what is made above. Our judgement.
            yield Conflict(
                "route-and-dependency",
                edge.ids,
                wording.no_say(mine, other),
                suggestion=wording.give_a_say(mine, other),
                source=wording.OURS,
            )
        elif edge.routes == _TOP_NEEDS_BELOW:
            yield from _no_date(edge)


def _no_date(edge: Edge) -> Iterator[Conflict]:
    """Driven to a date from above, and requiring what grows from below and ends later.

    Involvement takes longer than direction (Hope Hailey and Balogun 2002, on time); that it cannot
    be ordered to a date is our judgement.
    """
    mine, other, deadline = edge.dependant.id, edge.needed.id, _deadline(edge.dependant)
    if deadline is None or edge.needed.ends is None:
        return
    ready = _ready(edge.needed.ends, edge.dependency.lag_months)
    if ready > deadline:
        yield Conflict(
            "route-and-dependency",
            edge.ids,
            wording.no_date(mine, other, deadline, ready),
            (),
            deadline,
            ready,
            wording.move_the_deadline(mine, other),
            wording.OF_TIME,
        )


def _deadline(initiative: Initiative) -> dt.date | None:
    """The earlier of the day it must count by and its end."""
    days = [initiative.ends, initiative.adoption.by if initiative.adoption else None]
    return min((d for d in days if d), default=None)


def _ready(ends: dt.date, lag_months: float | None) -> dt.date:
    """The end plus the lag; beyond the calendar its last day."""
    try:
        return later(ends, lag_months or 0.0)
    except (OverflowError, ValueError):
        return dt.date.max


def _two_messages(edge: Edge, names: Mapping[str, str]) -> Iterator[Conflict]:
    """Culture change from below helps what is driven from above on the same staff.

    Theory E and Theory O side by side, without an order or an open account of both, undermine each
    other (Beer and Nohria 2000).
    """
    shared = _shared(edge)
    if edge.routes != _TOP_NEEDS_BELOW or edge.needed.kind != "culture" or not shared:
        return
    mine, other, groups = edge.dependant.id, edge.needed.id, tuple(sorted(names[g] for g in shared))
    yield Conflict(
        "route-and-dependency",
        edge.ids,
        wording.two_messages(mine, other, groups),
        groups,
        suggestion=wording.say_which_first(mine, other),
        source=wording.E_AND_O,
    )


def _shared(edge: Edge) -> frozenset[str]:
    """Groups that both ask; one that asks all staff asks those of the other."""
    mine, other = groups_of(edge.dependant), groups_of(edge.needed)
    if ALL_STAFF in mine and ALL_STAFF not in other:
        return other
    return mine if ALL_STAFF in other else mine & other


# --- what could not be checked --------------------------------------------------------------------


def notices(
    programme: Programme, routes: Answers = NONE, actions: Answers = NONE
) -> tuple[str, ...]:
    """What could not be checked and why, and what stopping relieves, in whole sentences."""
    every = open_initiatives(programme)
    if not every:
        return ()
    grouped = [i for i in every if groups_of(i)]
    if not grouped:
        return (wording.NO_GROUPS, *_unclear(programme, routes, actions))
    silent = [i.id for i in every if not groups_of(i)]
    said = _staff_notices(programme, grouped, silent, routes, actions)
    return (*said, *_unclear(programme, routes, actions))


def _staff_notices(
    programme: Programme,
    grouped: Sequence[Initiative],
    silent: Sequence[str],
    routes: Answers,
    actions: Answers,
) -> Iterator[str]:
    """What the register does not say of staff.

    grouped: initiatives that name groups; silent: ids of the others.
    """
    first = first_day(programme)
    dated = [i for i in grouped if i.started and i.ends]
    undated = [i.id for i in grouped if i not in dated]
    past = [i.id for i in dated if i.ends and i.ends < first]
    yield from wording.left_out(silent, undated, past)
    if load_limit(programme) is None:
        yield wording.NO_LOAD_LIMIT
    unsaid = [i.id for i in grouped if _champions_unsaid(i, routes, actions)]
    if unsaid:
        yield wording.champions_not_given(unsaid)
    yield from map(wording.relief, reliefs(programme, routes, actions))


def _unclear(programme: Programme, routes: Answers, actions: Answers) -> Iterator[str]:
    """Dependencies that could clash, but of which too little is known to say."""
    for edge in _edges(programme, routes, actions):
        missing = [wording.missing(kind, id) for kind, id in _not_known(edge)]
        if missing:
            kind = edge.dependency.kind
            yield wording.unclear(edge.dependant.id, edge.needed.id, kind, sorted(missing))


def _champions_unsaid(initiative: Initiative, routes: Answers, actions: Answers) -> bool:
    """Whether it may seek champions, and the register does not say how many."""
    if initiative.adoption is None or initiative.adoption.champions is not None:
        return False
    route = routes.get(initiative.id)
    return actions.get(initiative.id) != "stop" and (route is None or route in _FROM_BELOW)


#: What is missing to check a dependency: a way to lead, staff groups, a kind, an end, a deadline.
Unknown = Literal["route", "groups", "kind", "end", "deadline"]


def _not_known(edge: Edge) -> Iterator[tuple[Unknown, str]]:
    """What is missing to check a dependency that could clash, and of which initiative."""
    ends = (edge.dependant, edge.needed)
    unled = [i.id for i, route in zip(ends, edge.routes, strict=True) if route is None]
    if edge.dependency.kind == "helps":
        if not _could_send_two_messages(edge):
            return
        yield from (("route", id) for id in unled)
        yield from (("groups", i.id) for i in ends if not groups_of(i))
        if edge.needed.kind is None:
            yield "kind", edge.needed.id
    elif _could_be(edge.routes, _BELOW_NEEDS_TOP) or _could_be(edge.routes, _TOP_NEEDS_BELOW):
        yield from (("route", id) for id in unled)
        if edge.routes == _TOP_NEEDS_BELOW and edge.needed.ends is None:
            yield "end", edge.needed.id
        if edge.routes == _TOP_NEEDS_BELOW and _deadline(edge.dependant) is None:
            yield "deadline", edge.dependant.id


def _could_send_two_messages(edge: Edge) -> bool:
    """Whether help from below could clash with what is led from the top, as far as is known."""
    if edge.needed.kind not in ("culture", None) or not _could_be(edge.routes, _TOP_NEEDS_BELOW):
        return False
    both_named = groups_of(edge.dependant) and groups_of(edge.needed)
    return not both_named or bool(_shared(edge))


def _could_be(routes: Routes, pair: Routes) -> bool:
    """Whether two routes, as far as they are known, could be a pair."""
    return all(known in (None, wanted) for known, wanted in zip(routes, pair, strict=True))
