"""What each course of one initiative does downstream: what is delayed, lost or stranded.

What requires it cannot go on where it is stopped; what it helps loses a share. A course that ends
it later makes what requires it wait. The worth at stake enters that initiative's own ledger and
nothing else: the portfolio uses what each is worth by itself, so that nothing counts twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from changeadvisor.graph import wording
from changeadvisor.graph.dependencies import DependencyGraph, later
from changeadvisor.model import (
    Initiative,
    Programme,
    months_between,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]


class Worth(Protocol):
    """What the graph must know of an initiative; `trajectory.Prospect` has it."""

    @property
    def worth(self) -> Mapping[str, Grid]:
        """Worth of each course, draw by draw."""
        ...

    def lost_by(self, months: Grid) -> Grid:
        """Mean worth lost by so many months of delay."""
        ...


@dataclass(frozen=True, slots=True)
class Loss:
    """What one dependant loses."""

    id: str
    """The id of the dependant."""
    path: tuple[str, ...]
    """The shortest path by which it hangs on the initiative, as ids."""
    how: str
    """In which way it loses: `stranded`, `helped` or `delayed`."""
    mean: float | None
    """Mean worth lost, in the programme's currency; None: not known."""
    share: float | None = None
    """The share (0 to 1) of its worth that rests on the helper; None: it is stranded or delayed."""
    months: float | None = None
    """Months of delay; None: it is not delayed, or its planned end is not known."""
    statutory: bool = False
    """Whether the law requires it."""


@dataclass(frozen=True, slots=True)
class Downstream:
    """What one course does downstream."""

    course: str
    """The course."""
    losses: tuple[Loss, ...]
    """What each dependant loses."""
    lost: tuple[float, float, float] | None
    """Mean, P10 and P90 of the worth lost, in the programme's currency.

    None: none of it is priced.
    """
    unpriced: tuple[str, ...]
    """Ids of dependants that would lose something, but whose worth is not known.

    The loss is at least what is said.
    """
    people: float
    """People reached no longer, each counted once.

    Without those whom the rest of the programme reaches all the same.
    """
    people_unknown: tuple[str, ...]
    """Ids of initiatives among them whose reach is not known."""
    statutory: tuple[str, ...]
    """Ids of dependants that the law requires and that could not go on or would be late."""
    sentences: tuple[str, ...] = ()
    """The same in words."""


@dataclass(frozen=True, slots=True)
class Enabler:
    """One of those a dependant rests on."""

    id: str
    """The id of the initiative it rests on."""
    dependant: str
    """The id of the dependant."""
    part: float
    """Its part of the dependant's worth (Shapley 1953), in the programme's currency."""


def stopped_with(graph: DependencyGraph, id: str) -> tuple[str, ...]:
    """Itself and all that cannot go on without it."""
    return tuple(sorted({id, *graph.requirers(id)}))


def best(worth: Mapping[str, Grid]) -> str | None:
    """The course of the greatest mean among those that go on.

    None where none is priced or stopping is better.
    """
    means = {course: float(w.mean()) for course, w in worth.items()}
    running = {c: m for c, m in means.items() if c != "stop"}
    if not running:
        return None
    top = max(sorted(running), key=lambda c: running[c])
    return top if running[top] >= means.get("stop", 0.0) else None


class Cascade:
    """What hangs on each initiative of a programme. Asked for one initiative at a time.

    stopped: set to stop already, so that nothing more can be lost there.
    """

    def __init__(
        self, programme: Programme, graph: DependencyGraph, stopped: frozenset[str] = frozenset()
    ) -> None:
        """Read what hangs on what."""
        self.programme, self.graph, self.stopped = programme, graph, stopped
        self.initiatives = {i.id: i for i in programme.initiatives}
        self.titles = {i.id: i.title for i in programme.initiatives}

    def touched(self, id: str) -> tuple[str, ...]:
        """All whose worth matters to what hangs on it."""
        gone = set(stopped_with(self.graph, id))
        helped = {
            initiative.id
            for initiative in self.programme.initiatives
            if initiative.stage != "closed" and self._helpers(initiative, gone)
        }
        return tuple(sorted((gone | helped) - {id} - self.stopped))

    def of(
        self, id: str, course: str, prospects: Mapping[str, Worth]
    ) -> tuple[Downstream, Grid | float]:
        """What one course does downstream, and the worth it loses, draw by draw."""
        if course == "stop":
            each = list(self._stopping(id, prospects))
            people, people_unknown = self._people(id)
        else:
            each = list(self._waiting(id, course, prospects))
            people, people_unknown = 0.0, ()
        losses = tuple(loss for loss, _ in each)
        priced = [draws for _, draws in each if draws is not None]
        drawn: Grid | float = sum(priced, 0.0)
        result = Downstream(
            course,
            losses,
            None if losses and not priced else _spread(drawn),
            tuple(loss.id for loss in losses if loss.mean is None),
            people,
            people_unknown,
            # What only loses some help goes on, so that no duty is broken.
            tuple(loss.id for loss in losses if loss.statutory and loss.how != "helped"),
        )
        sentences = tuple(
            wording.downstream_sentences(result, self.titles, self.programme.currency)
        )
        return replace(result, sentences=sentences), drawn

    # --- stopping ---------------------------------------------------------------------------------

    def _stopping(
        self, id: str, prospects: Mapping[str, Worth]
    ) -> Iterator[tuple[Loss, Grid | None]]:
        gone = set(stopped_with(self.graph, id))
        for other in self.touched(id):
            share = min(1.0, sum(self._helpers(self.initiatives[other], gone).values()))
            yield self._lost(id, other, other in gone, share, prospects.get(other))

    def _helpers(self, initiative: Initiative, gone: set[str]) -> dict[str, float]:
        """Those of its helpers that are gone, with their shares."""
        helps = (d for d in initiative.depends_on if d.kind == "helps" and d.initiative in gone)
        return {d.initiative: d.share for d in helps if d.share is not None}

    def _lost(
        self, id: str, other: str, stranded: bool, share: float, known: Worth | None
    ) -> tuple[Loss, Grid | None]:
        """One dependant stranded, or without its help; of both, what loses more."""
        drawn = None
        if known is not None and known.worth:
            drawn = _worth_lost(known.worth, stranded, share)
        mean = None if drawn is None else float(drawn.mean())
        how = "stranded" if stranded else "helped"
        statutory = bool(self.initiatives[other].statutory)
        path = self.graph.shortest(id, other)
        return Loss(other, path, how, mean, None if stranded else share, None, statutory), drawn

    def _people(self, id: str) -> tuple[float, tuple[str, ...]]:
        """People whom nobody reaches any more, each counted once."""
        running = [i.id for i in self.programme.initiatives if i.stage != "closed"]
        gone = set(stopped_with(self.graph, id))
        before = self.graph.reach(running)
        after = self.graph.reach(r for r in running if r not in gone)
        return max(0.0, before.likely - after.likely), tuple(i for i in before.unknown if i in gone)

    # --- ending later -----------------------------------------------------------------------------

    def _waiting(
        self, id: str, course: str, prospects: Mapping[str, Worth]
    ) -> Iterator[tuple[Loss, Grid | None]]:
        """What waits longer because this ends later under a course."""
        ends = self._ends(self.initiatives[id], course)
        if ends is None:
            return
        planned, moved = self.graph.finishes(), self.graph.finishes({id: ends})
        for other in self.graph.requirers(id):
            before, after = planned.get(other), moved.get(other)
            if other in self.stopped or before is None or after is None:
                continue
            months = months_between(before, after)
            if months > 0.0:
                yield self._late(id, other, months, prospects.get(other))

    def _ends(self, initiative: Initiative, course: str) -> dt.date | None:
        """When it ends under a course, where that is later than planned."""
        if initiative.ends is None:
            return None
        option = next((o for o in initiative.options if o.action == course), None)
        extends, runs = getattr(option, "extends", None), getattr(option, "runs", None)
        if extends:
            return later(initiative.ends, extends)
        moved = later(self.programme.as_of, runs) if runs else initiative.ends
        return moved if moved > initiative.ends else None

    def _late(
        self, id: str, other: str, months: float, known: Worth | None
    ) -> tuple[Loss, Grid | None]:
        import numpy as np

        drawn = None
        if known is not None and known.worth:
            # What is not worth running loses nothing by waiting.
            late = 0.0 if best(known.worth) is None else months
            drawn = known.lost_by(np.full(len(next(iter(known.worth.values()))), late))
        mean = None if drawn is None else float(drawn.mean())
        statutory = bool(self.initiatives[other].statutory)
        path = self.graph.shortest(id, other)
        return Loss(other, path, "delayed", mean, None, months, statutory), drawn

    # --- who shares a dependant -------------------------------------------------------------------

    def enablers(self, prospects: Mapping[str, Worth]) -> tuple[Enabler, ...]:
        """The worth of each dependant that is worth running, split among what it rests on.

        Open initiatives alone have a part. The Shapley value (1953): what cannot be had without
        several is split evenly among them, so that parts add up to what all of them hold together,
        and no part is counted twice.
        """
        parts = (
            part
            for initiative in self.programme.initiatives
            if initiative.stage != "closed"
            for part in self._split(initiative, prospects)
        )
        return tuple(sorted(parts, key=lambda part: (part.id, part.dependant)))

    def _split(self, initiative: Initiative, prospects: Mapping[str, Worth]) -> Iterator[Enabler]:
        known = prospects.get(initiative.id)
        if known is None or best(known.worth) is None:
            return
        worth = float(_worth_lost(known.worth, True, 0.0).mean())
        needed = self._needed(initiative.id)
        helpers = {
            helper: share
            for helper, share in self._helpers(initiative, set(self.initiatives)).items()
            if self.initiatives[helper].stage != "closed" and helper not in needed
        }
        # Shares of helpers that come to more than one are scaled down to one.
        scale = max(1.0, sum(helpers.values()))
        # Each bundle of initiatives holds its share of the worth together: without any one of
        # them, none of that share can be had.
        bundles = [(needed, 1.0 - sum(helpers.values()) / scale)]
        bundles += [
            (needed | {helper} | self._needed(helper), share / scale)
            for helper, share in helpers.items()
        ]
        parts: dict[str, float] = {}
        for together, share in bundles:
            for id in together - {initiative.id}:
                parts[id] = parts.get(id, 0.0) + worth * share / len(together - {initiative.id})
        for id, part in sorted(parts.items()):
            if part:
                yield Enabler(id, initiative.id, part)

    def _needed(self, id: str) -> set[str]:
        """What it cannot go on without, closed ones apart."""
        return {n for n in self.graph.requirements(id) if self.initiatives[n].stage != "closed"}


def _worth_lost(worth: Mapping[str, Grid], stranded: bool, share: float) -> Grid:
    """What is lost, draw by draw, where it cannot go on, or loses a share.

    Of both, what loses more on average.
    """
    import numpy as np

    top = best(worth)
    if top is None:
        return np.zeros(len(next(iter(worth.values()))))
    helped = worth[top] * share if float(worth[top].mean()) > 0.0 else worth[top] * 0.0
    if not stranded:
        return helped
    stranding = worth[top] - worth["stop"] if "stop" in worth else worth[top]
    return stranding if float(stranding.mean()) >= float(helped.mean()) else helped


def _spread(drawn: Grid | float) -> tuple[float, float, float]:
    """Mean, P10 and P90."""
    import numpy as np

    if isinstance(drawn, float | int):
        return float(drawn), float(drawn), float(drawn)
    low, high = np.quantile(drawn, [0.1, 0.9])
    return float(drawn.mean()), float(low), float(high)
