"""The dependency graph: order, what hangs on what, critical path, and people counted once.

`requires` and `helps` point from what is needed to what hangs on it; `conflicts-with` holds both
ways. networkx is used here only. Every result is in a fixed order, whatever the order of the input.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.errors import CycleError
from changeadvisor.graph.network import Network, reach_counts
from changeadvisor.model import (
    Initiative,
    Programme,
    add_months,
    months_between,
)

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.DiGraph[str]

#: The most paths listed for one initiative; a list that was cut says so.
MOST_PATHS = 1_000


@dataclass(frozen=True, slots=True)
class PathList:
    """Paths from one initiative down to everything that hangs on it."""

    paths: tuple[tuple[str, ...], ...]
    """Ids along each path, the initiative first; sorted."""
    cut: bool = False
    """Whether there were more than are listed."""


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """The longest chain of a network; all times are in the unit of the durations."""

    length: float
    """From the first start to the last finish."""
    path: tuple[str, ...]
    """The nodes of one longest chain, in order."""
    starts: Mapping[str, float]
    """The earliest start of each node."""
    finishes: Mapping[str, float]
    """The earliest finish of each node."""
    slack: Mapping[str, float]
    """How much later each node could finish without moving the end."""


@dataclass(frozen=True, slots=True)
class Reach:
    """People a year reached by a set of initiatives, each counted once."""

    low: float
    """One time in ten fewer (P10)."""
    likely: float
    """As likely more as fewer (P50)."""
    high: float
    """One time in ten more (P90)."""
    unknown: tuple[str, ...]
    """Ids of the set whose reach is not known, and not counted."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When an initiative can start and ends, as far as the register says."""

    start: dt.date | None
    """None where a date that fixes it is missing."""
    end: dt.date | None
    """None where a date that fixes it is missing."""


class DependencyGraph:
    """What hangs on what in a programme.

    Raises CycleError where initiatives require one another in a ring.
    """

    def __init__(self, programme: Programme) -> None:
        """Read the dependencies.

        Those on initiatives that are not there are left to the loader's checks.
        """
        self._programme = programme
        self._initiatives = {i.id: i for i in programme.initiatives}
        self._requires = self._edges("requires")
        self._hangs = _graph(self._initiatives, [*self._requires, *self._edges("helps")])
        self._needs = _graph(self._initiatives, self._requires)
        ring = _ring(self._needs)
        if ring:
            raise CycleError(ring)

    def _edges(self, kind: str) -> list[tuple[str, str]]:
        """Pairs (needed, dependant), sorted."""
        return sorted(
            (d.initiative, i.id)
            for i in self._initiatives.values()
            for d in i.depends_on
            if d.kind == kind and d.initiative in self._initiatives
        )

    def order(self) -> tuple[str, ...]:
        """Every initiative after what it requires; of those that could come next, the lower id."""
        return _sorted_order(self._needs)

    def upstream(self, id: str) -> tuple[str, ...]:
        """All it hangs on, by requirement or help, directly or through others."""
        import networkx as nx

        return tuple(sorted(nx.ancestors(self._hangs, id) - {id}))

    def downstream(self, id: str) -> tuple[str, ...]:
        """All that hangs on it, by requirement or help, directly or through others."""
        import networkx as nx

        return tuple(sorted(nx.descendants(self._hangs, id) - {id}))

    def downstream_counts(self) -> dict[str, int]:
        """How many hang on each, by requirement or help, directly or through others."""
        ids = sorted(self._initiatives)
        place = {id: k for k, id in enumerate(ids)}
        try:
            net = Network.of(len(ids), [(place[a], place[b], 0.0) for a, b in self._hangs.edges])
        except CycleError:
            # Some help one another in a ring, which is allowed.
            return {id: len(self.downstream(id)) for id in ids}
        return dict(zip(ids, reach_counts(net).tolist(), strict=True))

    def requirements(self, id: str) -> tuple[str, ...]:
        """All it cannot go on without, directly or through others, closed ones included."""
        import networkx as nx

        return tuple(sorted(nx.ancestors(self._needs, id)))

    def shortest(self, id: str, other: str) -> tuple[str, ...]:
        """The shortest path down from one initiative to another that hangs on it.

        Of equally short ones the first by the alphabet.
        """
        import networkx as nx

        return tuple(min(nx.all_shortest_paths(self._hangs, id, other)))

    def dependants_first(self) -> tuple[str, ...]:
        """Every initiative after all that hang on it.

        Where they help one another in a ring, by the alphabet.
        """
        import networkx as nx

        rings = nx.condensation(self._hangs)
        places = {n: min(rings.nodes[n]["members"]) for n in rings}
        order = nx.lexicographical_topological_sort(rings.reverse(), key=lambda n: places[n])
        return tuple(id for n in order for id in sorted(rings.nodes[n]["members"]))

    def requirers(self, id: str) -> tuple[str, ...]:
        """All that cannot go on without it, directly or through others, closed ones apart."""
        import networkx as nx

        dependants = nx.descendants(self._needs, id)
        return tuple(sorted(d for d in dependants if self._initiatives[d].stage != "closed"))

    def statutory_dependants(self, id: str) -> tuple[str, ...]:
        """Those among `requirers` that the law requires."""
        return tuple(d for d in self.requirers(id) if self._initiatives[d].statutory)

    def conflicts(self) -> tuple[tuple[str, str], ...]:
        """Pairs that stand in each other's way, each pair once, lower id first."""
        pairs = [(min(a, b), max(a, b)) for a, b in self._edges("conflicts-with")]
        return tuple(sorted(set(pairs)))

    def paths(self, id: str, most: int = MOST_PATHS) -> PathList:
        """Every path from `id` down to something that hangs on it, sorted by its ids."""
        paths: list[tuple[str, ...]] = []
        for path in self._walk(id):
            if len(paths) == most:
                return PathList(tuple(sorted(paths)), True)
            paths.append(path)
        return PathList(tuple(sorted(paths)))

    def _walk(self, id: str) -> Iterator[tuple[str, ...]]:
        """Simple paths, depth first without recursion."""
        open_paths: list[tuple[str, ...]] = [(id,)]
        while open_paths:
            path = open_paths.pop()
            if len(path) > 1:
                yield path
            onward = sorted(self._hangs.successors(path[-1]), reverse=True)
            open_paths.extend((*path, n) for n in onward if n not in path)

    def reach(self, ids: Iterable[str]) -> Reach:
        """People reached by a set of initiatives, each counted once as far as `overlaps` tell."""
        chosen = [self._initiatives[i] for i in sorted(set(ids))]
        unknown = tuple(i.id for i in chosen if i.reach is None)
        low, likely, high = (self._together(chosen, which) for which in ("low", "likely", "high"))
        return Reach(low, likely, high, unknown)

    def _together(self, chosen: Sequence[Initiative], which: str) -> float:
        """Reach counted once: the largest first, then of each the share no earlier one reaches."""
        reached = [(float(getattr(i.reach, which)), i.id) for i in chosen if i.reach is not None]
        total = 0.0
        before: list[tuple[float, str]] = []
        for people, id in sorted(reached, key=lambda r: (-r[0], r[1])):
            new = people
            for other, other_id in before:
                new *= 1.0 - self._shared(id, people, other_id, other)
            total += new
            before.append((people, id))
        return total

    def _shared(self, id: str, people: float, other: str, others: float) -> float:
        """The share of `id`'s people whom `other` reaches too.

        Where both registers say, the larger overlap holds.
        """
        if people <= 0:
            return 0.0
        mine = self._initiatives[id].overlaps.get(other, 0.0) * people
        theirs = self._initiatives[other].overlaps.get(id, 0.0) * others
        return min(max(mine, theirs), people, others) / people

    def downstream_reach(self, id: str) -> Reach:
        """People reached by everything that hangs on `id`, itself apart."""
        return self.reach(self.downstream(id))

    def schedule(self) -> dict[str, Timing]:
        """When each can start, given the ends of what it requires, and when it ends.

        Unknown dates stay unknown. An initiative that has begun keeps its start. One to come starts
        when the last of its prerequisites has ended, plus its lag, and takes as long as planned. A
        closed prerequisite is met.
        """
        timings: dict[str, Timing] = {}
        for id in self.order():
            timings[id] = self._timing(self._initiatives[id], timings)
        return timings

    def _timing(self, initiative: Initiative, timings: Mapping[str, Timing]) -> Timing:
        if initiative.started is None or initiative.started <= self._programme.as_of:
            return Timing(initiative.started, initiative.ends)
        ready = [initiative.started]
        for dependency in initiative.depends_on:
            needed = self._initiatives.get(dependency.initiative)
            if dependency.kind != "requires" or needed is None or needed.stage == "closed":
                continue
            end = timings[needed.id].end
            if end is None:
                return Timing(None, None)
            ready.append(later(end, dependency.lag_months or 0.0))
        return _moved(initiative, max(ready))

    def finishes(self, moved: Mapping[str, dt.date] | None = None) -> dict[str, dt.date | None]:
        """When each is finished: not before what it requires is, plus the lag.

        moved: ends that differ from the plan, by id. One that has begun keeps its start, but cannot
        be finished before what it requires; one to come starts when it can, and takes as long as
        planned.
        """
        finishes: dict[str, dt.date | None] = {}
        for id in self.order():
            finishes[id] = self._finish(self._initiatives[id], finishes, (moved or {}).get(id))
        return finishes

    def _finish(
        self,
        initiative: Initiative,
        finishes: Mapping[str, dt.date | None],
        moved: dt.date | None,
    ) -> dt.date | None:
        ends = moved or initiative.ends
        if ends is None:
            return None
        ready = []
        for dependency in initiative.depends_on:
            needed = self._initiatives.get(dependency.initiative)
            if dependency.kind != "requires" or needed is None or needed.stage == "closed":
                continue
            end = finishes[needed.id]
            if end is not None:
                ready.append(later(end, dependency.lag_months or 0.0))
        start = initiative.started
        if start is None or start <= self._programme.as_of or not ready or max(ready) <= start:
            return max([ends, *ready])
        return later(max(ready), months_between(start, ends))

    def critical_path(self, durations: Mapping[str, float]) -> CriticalPath:
        """The longest chain of requirements, lags included; durations in months by id."""
        lags = {
            (d.initiative, i.id): d.lag_months or 0.0
            for i in self._initiatives.values()
            for d in i.depends_on
            if d.kind == "requires"
        }
        return critical_path(durations, {edge: lags[edge] for edge in self._requires})


def later(day: dt.date, months: float) -> dt.date:
    """A day so many months later, a part of a month by its days."""
    return add_months(day, int(months)) + dt.timedelta(days=round((months % 1) * 30.4375))


def _moved(initiative: Initiative, start: dt.date) -> Timing:
    """The planned length from a later start."""
    if initiative.ends is None or initiative.started is None:
        return Timing(start, None)
    return Timing(start, later(start, months_between(initiative.started, initiative.ends)))


def _graph(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> Graph:
    import networkx as nx

    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(sorted(nodes))
    graph.add_edges_from(edges)
    return graph


def _ring(graph: Graph) -> tuple[str, ...]:
    """A ring of requirements, beginning and ending with its smallest id.

    Empty where there is none.
    """
    import networkx as nx

    rings = [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1]
    rings += [[n] for n in nx.nodes_with_selfloops(graph)]
    if not rings:
        return ()
    ring = min(rings)
    start = ring[0]
    if graph.has_edge(start, start):
        return (start, start)
    inside = graph.subgraph(ring)
    back = min((p for p in inside.predecessors(start)), key=str)
    return (*nx.shortest_path(inside, start, back), start)


def _sorted_order(graph: Graph) -> tuple[str, ...]:
    """Kahn's order (1962), the smallest ready node first."""
    waiting = dict(graph.in_degree())
    ready = [n for n, d in waiting.items() if d == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for after in graph.successors(node):
            waiting[after] -= 1
            if waiting[after] == 0:
                heapq.heappush(ready, after)
    return tuple(order)


def critical_path(
    durations: Mapping[str, float], edges: Mapping[tuple[str, str], float]
) -> CriticalPath:
    """The critical path of any network (Kelley and Walker 1959).

    durations by node; edges: (before, after) -> lag between the end of one and the start of the
    other. Raises CycleError where the edges make a ring.
    """
    graph = _graph(durations, edges)
    order = _sorted_order(graph)
    if len(order) < len(durations):
        raise CycleError(_ring(graph))
    starts: dict[str, float] = {}
    finishes: dict[str, float] = {}
    for node in order:
        ready = (finishes[b] + edges[b, node] for b in graph.predecessors(node))
        starts[node] = max(ready, default=0.0)
        finishes[node] = starts[node] + durations[node]
    length = max(finishes.values(), default=0.0)
    slack = _slack(graph, order, durations, edges, finishes, length)
    return CriticalPath(
        length, _chain(graph, edges, starts, finishes, length), starts, finishes, slack
    )


def _slack(
    graph: Graph,
    order: Sequence[str],
    durations: Mapping[str, float],
    edges: Mapping[tuple[str, str], float],
    finishes: Mapping[str, float],
    length: float,
) -> dict[str, float]:
    """How much later each could finish without moving the end."""
    latest: dict[str, float] = {}
    for node in reversed(order):
        limits = (latest[a] - durations[a] - edges[node, a] for a in graph.successors(node))
        latest[node] = min(limits, default=length)
    return {n: latest[n] - finishes[n] for n in sorted(finishes)}


def _chain(
    graph: Graph,
    edges: Mapping[tuple[str, str], float],
    starts: Mapping[str, float],
    finishes: Mapping[str, float],
    length: float,
) -> tuple[str, ...]:
    """One longest chain, the lower id where several are as long."""
    last = min((n for n, f in finishes.items() if f == length), default=None)
    chain = []
    while last is not None:
        chain.append(last)
        node = last
        before = (
            b for b in graph.predecessors(node) if finishes[b] + edges[b, node] == starts[node]
        )
        last = min(before, default=None)
    return tuple(reversed(chain))
