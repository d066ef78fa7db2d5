"""What happens downstream.

For each course of one initiative, what is delayed, lost or stranded, and for whom.

What requires it cannot go on where it is stopped; what it helps loses a share. A course that ends
it later makes what requires it wait. The worth at stake enters that initiative's own ledger and
nothing else: the portfolio uses what each is worth by itself, so that nothing counts twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from changeadvisor.graph.dependencies import DependencyGraph, later
from changeadvisor.model import Initiative, Programme, months_between
from changeadvisor.words import (
    COURSE_WORDS,
    NOT_KNOWN,
    capitalised,
    many,
    money_text,
    plain_per_cent,
    whole_number,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]


class Worth(Protocol):
    """What the graph must know of an initiative.

    Worth of its courses by draw, and what delay loses (trajectory).
    """

    @property
    def worth(self) -> Mapping[str, Grid]:
        """Worth of each course, draw by draw."""
        ...

    def lost_by(self, months: Grid) -> Grid:
        """Mean worth lost by so many months of delay."""
        ...


@dataclass(frozen=True, slots=True)
class Loss:
    """What one dependant loses.

    By which shortest path, how (stranded, helped, delayed), and how much (None: unknown).

    share: of its worth that rests on a helper; months: of delay; planned: None where its end is not
    known.
    """

    id: str
    path: tuple[str, ...]
    how: str
    mean: float | None
    share: float | None = None
    months: float | None = None
    statutory: bool = False


@dataclass(frozen=True, slots=True)
class Downstream:
    """What one course does downstream.

    lost: mean, P10, P90 of the worth lost; None where none of it is priced.

    unpriced: dependants that would lose something, but whose worth is not known: the loss is at
    least what is said. people: reached no longer, each counted once, without those whom the rest of
    the programme reaches all the same. sentences: the same in words.
    """

    course: str
    losses: tuple[Loss, ...]
    lost: tuple[float, float, float] | None
    unpriced: tuple[str, ...]
    people: float
    people_unknown: tuple[str, ...]
    statutory: tuple[str, ...]
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enabler:
    """One of those a dependant rests on, and its part of the dependant's worth (Shapley 1953)."""

    id: str
    dependant: str
    part: float


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

    def touched(self, id: str) -> tuple[str, ...]:
        """All whose worth matters to what hangs on it."""
        gone = set(stopped_with(self.graph, id))
        helped = (
            i.id
            for i in self.programme.initiatives
            if i.stage != "closed" and self._helpers(i, gone)
        )
        return tuple(sorted((gone | set(helped)) - {id} - self.stopped))

    def of(
        self, id: str, course: str, prospects: Mapping[str, Worth]
    ) -> tuple[Downstream, Grid | float]:
        """What one course does downstream, and the worth it loses, draw by draw."""
        found = list(
            self._stopping(id, prospects)
            if course == "stop"
            else self._waiting(id, course, prospects)
        )
        losses = tuple(loss for loss, _ in found)
        drawn: Grid | float = sum((d for _, d in found if d is not None), 0.0)
        priced = [d for _, d in found if d is not None]
        people, unknown = self._people(id) if course == "stop" else (0.0, ())
        statutory = tuple(x.id for x in losses if x.statutory and x.how != "helped")
        unpriced = tuple(x.id for x in losses if x.mean is None)
        lost = None if losses and not priced else _spread(drawn)
        found_out = Downstream(course, losses, lost, unpriced, people, unknown, statutory)
        return replace(found_out, sentences=tuple(self._said(found_out))), drawn

    # --- in words ---------------------------------------------------------------------------------

    def _said(self, found: Downstream) -> Iterator[str]:
        """What a course does downstream; nothing where it does nothing."""
        if not found.losses:
            return
        doing = capitalised(COURSE_WORDS[found.course].doing_with_it)
        yield f"{doing}: {'; '.join(map(self._one, found.losses))}."
        if found.lost is not None and len(found.losses) > 1:
            mean, low, high = map(money_text, found.lost)
            between = f" (eight times in ten between {low} and {high})" if low != high else ""
            yield f"In all that loses {mean} of worth{between}."
        if found.unpriced:
            yield f"It is at least so much: the worth of {', '.join(found.unpriced)} is not known."
        if found.people > 0.0:
            unknown = (
                f", those of {', '.join(found.people_unknown)} not counted"
                if found.people_unknown
                else ""
            )
            people = whole_number(found.people)
            yield f"About {people} people a year would be reached by nobody, each counted once{unknown}."

    def _one(self, loss: Loss) -> str:
        """What happens to one dependant."""
        worth = f"worth {NOT_KNOWN}" if loss.mean is None else f"worth {money_text(loss.mean)}"
        title = self.initiatives[loss.id].title
        law = ", which the law requires," if loss.statutory else ""
        if loss.how == "stranded":
            return f"{title}{law} cannot go on ({worth})"
        if loss.how == "helped":
            return f"{title}{law} loses {plain_per_cent(loss.share or 0.0)} of what it is worth ({worth})"
        months = max(1, round(loss.months or 0.0))
        return f"{title}{law} waits {many(months, 'month')} longer ({worth})"

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
        drawn = (
            None if known is None or not known.worth else _worth_lost(known.worth, stranded, share)
        )
        mean = None if drawn is None else float(drawn.mean())
        how = "stranded" if stranded else "helped"
        statutory = bool(self.initiatives[other].statutory)
        path = self._path(id, other)
        return Loss(other, path, how, mean, None if stranded else share, None, statutory), drawn

    def _path(self, id: str, other: str) -> tuple[str, ...]:
        """The shortest path down to a dependant, of equals the first by the alphabet."""
        return self.graph.shortest(id, other)

    def _people(self, id: str) -> tuple[float, tuple[str, ...]]:
        """People whom nobody reaches any more, each counted once."""
        running = [i.id for i in self.programme.initiatives if i.stage != "closed"]
        gone = set(stopped_with(self.graph, id))
        before, after = (
            self.graph.reach(running),
            self.graph.reach(r for r in running if r not in gone),
        )
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
        for other in (o for o in self.graph.requirers(id) if o not in self.stopped):
            before, after = planned.get(other), moved.get(other)
            months = (
                months_between(before, after) if before is not None and after is not None else 0.0
            )
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
        return Loss(other, self._path(id, other), "delayed", mean, None, months, statutory), drawn

    # --- who shares a dependant -------------------------------------------------------------------

    def enablers(self, prospects: Mapping[str, Worth]) -> tuple[Enabler, ...]:
        """Of each dependant that is worth running, its worth split among the open initiatives it rests on.

        The Shapley value (1953): what cannot be had without several is split evenly among them, so
        that parts add up to what all of them hold together, and no part is counted twice.
        """
        found = (
            e
            for i in self.programme.initiatives
            if i.stage != "closed"
            for e in self._split(i, prospects)
        )
        return tuple(sorted(found, key=lambda e: (e.id, e.dependant)))

    def _split(self, initiative: Initiative, prospects: Mapping[str, Worth]) -> Iterator[Enabler]:
        known = prospects.get(initiative.id)
        course = None if known is None else best(known.worth)
        if known is None or course is None:
            return
        worth = float(_worth_lost(known.worth, True, 0.0).mean())
        parts: dict[str, float] = {}
        needed = self._needed(initiative.id)
        helpers = self._helpers(initiative, set(self.initiatives))
        helpers = {
            h: s
            for h, s in helpers.items()
            if self.initiatives[h].stage != "closed" and h not in needed
        }
        more = max(1.0, sum(helpers.values()))
        bundles = [(needed, 1.0 - sum(helpers.values()) / more)]
        bundles += [(needed | {h} | self._needed(h), s / more) for h, s in helpers.items()]
        for together, share in bundles:
            for id in together - {initiative.id}:
                parts[id] = parts.get(id, 0.0) + worth * share / len(together - {initiative.id})
        yield from (Enabler(id, initiative.id, part) for id, part in sorted(parts.items()) if part)

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
