"""The mixed-integer programme behind a choice, and its solver.

HiGHS (Huangfu and Hall 2018) through scipy.

It is limited by nodes, never by the clock unless that is asked for, so that the same problem gives
the same answer.
`requires` makes it a precedence-constrained knapsack (maximum closure where there is no budget:
Picard 1976, Management Science 22(11)).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from changeadvisor.portfolio.problem import (
    Outcome,
    Problem,
    broken,
    outcome,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Nodes of the search tree, at most.
NODES = 20_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to search: proven gap asked for, nodes at most, seconds at most (None: no clock)."""

    gap: float
    nodes: int = NODES
    seconds: float | None = None


#: Worth that is nothing.
SMALL = 1e-6
#: What scipy says where it is proven that there is no set.
_NO_SET = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """A set.

    One row of the problem for each initiative, what it comes to, and what no set can exceed.

    worth: what was asked to be greatest. bound: no set is worth more; gap: (bound - worth) /
    |worth|.
    """

    rows: tuple[int, ...]
    outcome: Outcome
    worth: float
    bound: float
    gap: float


@dataclass(frozen=True, slots=True)
class Infeasible:
    """No set keeps to every limit.

    Which limits, dropped by themselves, would let one, and what would be enough.

    proven: there is none; else none was found within the effort. enough: by kind of limit the least
    that lets a set run: `budget` money more in each period (only in the first where money is
    carried over), `capacity` people more of each role and quarter, `share_for_few` the greatest
    share that can be kept. short: the capacities that this would exceed, by their place.
    """

    limits: tuple[str, ...] = ()
    proven: bool = True
    enough: Mapping[str, float] = field(default_factory=dict)
    short: tuple[int, ...] = ()


class Model:
    """Columns: a binary for each course, then what of a helped course is lost or kept.

    Columns stand in the order of their figures and not of their names, so that other names give the
    same search.
    """

    def __init__(
        self,
        problem: Problem,
        worths: Sequence[float] | None = None,
        other: Sequence[float] | None = None,
        at_least: float | None = None,
        lift: float = 0.0,
    ) -> None:
        self.problem = problem
        self.worths = [c.worth for c in problem.courses] if worths is None else list(worths)
        self.other = [c.few for c in problem.courses] if other is None else list(other)
        rows = range(len(problem.courses))
        self.order = sorted(rows, key=self._figures)
        self.column = {row: k for k, row in enumerate(self.order)}
        self.gain: list[float] = [self.worths[r] + lift * self.other[r] for r in self.order]
        self.second: list[float] = [self.other[r] for r in self.order]
        self.upper: list[float] = [1.0] * len(self.order)
        self.whole: list[int] = [1] * len(self.order)
        self.lines: list[tuple[dict[int, float], float, float]] = []
        self.lift = lift
        self._one_each()
        self._money_and_people()
        self._between()
        self._helped()
        if at_least is not None:
            scale = max((abs(v) for v in self.second), default=0.0) or 1.0
            self.line(enumerate(v / scale for v in self.second), at_least / scale, float("inf"))

    def _figures(self, row: int) -> tuple[Any, ...]:
        c = self.problem.courses[row]
        return (
            -self.worths[row],
            -self.other[row],
            c.spend,
            c.use,
            c.runs,
            c.later,
            c.course,
            c.initiative,
        )

    def line(self, parts: Any, low: float, high: float) -> None:
        """A constraint: low <= sum of coefficient x column <= high."""
        row: dict[int, float] = {}
        for column, value in parts:
            if value:
                row[column] = row.get(column, 0.0) + value
        self.lines.append((row, low, high))

    def _runs(self, id: str) -> list[int]:
        """Columns under which an initiative goes on."""
        return [
            self.column[r] for r in self.problem.groups.get(id, ()) if self.problem.courses[r].runs
        ]

    def _one_each(self) -> None:
        for rows in sorted(
            self.problem.groups.values(), key=lambda g: min(self.column[r] for r in g)
        ):
            self.line(((self.column[r], 1.0) for r in rows), 1.0, 1.0)

    def _money_and_people(self) -> None:
        """Budgets, capacities and the share for few, each in shares of its limit."""
        courses = self.problem.courses
        for periods, cap in self.problem.caps:
            scale = max(cap, 1.0)
            spent = (
                (k, sum(courses[r].spend[t] for t in periods) / scale)
                for k, r in enumerate(self.order)
            )
            self.line(spent, -float("inf"), cap / scale)
        for at, cap in enumerate(self.problem.capacities):
            scale = max(cap, 1.0)
            if cap < sum(
                max(courses[r].use[at] for r in rows) for rows in self.problem.groups.values()
            ):
                used = ((k, courses[r].use[at] / scale) for k, r in enumerate(self.order))
                self.line(used, -float("inf"), cap / scale)
        if self.problem.share_for_few:
            self._share_for_few(self.problem.share_for_few)

    def _share_for_few(self, share: float) -> None:
        scale = max((sum(c.spend) for c in self.problem.courses), default=0.0) or 1.0

        def over(row: int) -> float:
            c = self.problem.courses[row]
            return sum(c.spend) / scale * ((c.runs and c.initiative in self.problem.few) - share)

        self.line(((k, over(r)) for k, r in enumerate(self.order)), 0.0, float("inf"))

    def _between(self) -> None:
        """What requires what, and what stands in whose way."""
        needs = {need for d, n in self.problem.requires for need in self._needs(d, n)}
        for dependant, needed in sorted(needs):
            self.line(
                [*((k, 1.0) for k in dependant), *((k, -1.0) for k in needed)], -float("inf"), 0.0
            )
        for pair in sorted(
            {
                tuple(sorted((tuple(self._runs(a)), tuple(self._runs(b)))))
                for a, b in self.problem.conflicts
            }
        ):
            self.line(((k, 1.0) for side in pair for k in side), -float("inf"), 1.0)

    def _needs(
        self, dependant: str, needed: str
    ) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Columns of a dependant that begin by a time, and of what it needs that are ready then."""
        courses, pair = self.problem.courses, (dependant, needed)
        for latest in sorted({courses[self.order[k]].begins for k in self._runs(dependant)}):
            by = tuple(k for k in self._runs(dependant) if courses[self.order[k]].begins <= latest)
            last = courses[self.order[max(by, key=lambda k: courses[self.order[k]].begins)]]
            yield (
                by,
                tuple(
                    k
                    for k in self._runs(needed)
                    if self.problem.in_time(pair, last, courses[self.order[k]])
                ),
            )

    def _helped(self) -> None:
        """Of each running course that is helped and worth something.

        The part lost with each helper that is not run.
        """
        helpers: dict[str, list[tuple[str, float]]] = {}
        for dependant, helper, share in self.problem.helps:
            helpers.setdefault(dependant, []).append((helper, share))
        for k, row in enumerate(self.order):
            course = self.problem.courses[row]
            shares = helpers.get(course.initiative, [])
            if course.runs and shares and (self.gain[k] > 0.0 or self.second[k] > 0.0):
                if sum(s for _, s in shares) <= 1.0 + 1e-12:
                    self._losing(k, shares)
                else:
                    self._keeping(k, shares)

    def added(self, gain: float, second: float = 0.0, whole: bool = False) -> int:
        """A further column between 0 and 1; its place."""
        self.gain.append(gain)
        self.second.append(second)
        self.upper.append(1.0)
        self.whole.append(int(whole))
        return len(self.gain) - 1

    def _losing(self, k: int, shares: Sequence[tuple[str, float]]) -> None:
        """Lost: the share of each helper that does not run while the course does."""
        for _, share, runs in sorted((tuple(self._runs(h)), s, self._runs(h)) for h, s in shares):
            lost = self.added(-share * max(self.gain[k], 0.0), -share * max(self.second[k], 0.0))
            self.line([(lost, 1.0), (k, -1.0), *((r, 1.0) for r in runs)], 0.0, float("inf"))

    def _keeping(self, k: int, shares: Sequence[tuple[str, float]]) -> None:
        """Kept: where shares come to more than 1 nothing is left, but never less than nothing."""
        more = sum(s for _, s in shares)
        kept = self.added(max(self.gain[k], 0.0), max(self.second[k], 0.0))
        gone = self.added(0.0, 0.0, whole=True)
        self.gain[k], self.second[k] = min(self.gain[k], 0.0), min(self.second[k], 0.0)
        self.line([(kept, 1.0), (k, -1.0)], -float("inf"), 0.0)
        self.line([(kept, 1.0), (gone, 1.0)], -float("inf"), 1.0)
        helped = [(r, -s) for h, s in shares for r in self._runs(h)]
        self.line([(kept, 1.0), (gone, -more), *helped], -float("inf"), 1.0 - more)

    def arrays(self) -> tuple[Grid, Any, Grid, Grid]:
        """Objective, constraint matrix, and its two sides."""
        import numpy as np
        from scipy.sparse import csr_matrix

        at = [(i, k, v) for i, (row, _, _) in enumerate(self.lines) for k, v in sorted(row.items())]
        i, k, v = (np.array(x) for x in zip(*at, strict=True)) if at else (np.zeros(0, int),) * 3
        matrix = csr_matrix((v, (i, k)), shape=(len(self.lines), len(self.gain)))
        low, high = (np.array([line[side] for line in self.lines]) for side in (1, 2))
        return np.array(self.gain), matrix, low, high


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on file descriptor 1 while the solver runs.

    HiGHS prints there with its display off (scipy 1.17).
    """
    try:
        sys.stdout.flush()
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    except (OSError, ValueError, AttributeError):
        yield
        return
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def solved(model: Model, effort: Effort) -> Chosen | Infeasible:
    """The best set that was found.

    Infeasible where there is none, or none was found within the effort.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    gain, matrix, low, high = model.arrays()
    if not len(gain):
        return Chosen((), outcome(model.problem, ()), 0.0, 0.0, 0.0)
    scale = float(np.abs(gain).max()) or 1.0
    options: dict[str, Any] = {"mip_rel_gap": effort.gap, "node_limit": effort.nodes, "disp": False}
    if effort.seconds is not None:
        options["time_limit"] = effort.seconds
    with _quiet():
        got = milp(
            -gain / scale,
            constraints=LinearConstraint(matrix, low, high),
            integrality=np.array(model.whole),
            bounds=Bounds(0.0, np.array(model.upper)),
            options=options,
        )
    if got.x is None:
        return Infeasible(proven=got.status == _NO_SET)
    rows = tuple(sorted(model.order[k] for k in np.flatnonzero(got.x[: len(model.order)] > 0.5)))
    return _chosen(model, rows, -got.mip_dual_bound * scale)


def _chosen(model: Model, rows: tuple[int, ...], bound: float) -> Chosen | Infeasible:
    """A set with what it comes to, checked against the limits themselves."""
    problem = model.problem
    if broken(problem, rows):
        return Infeasible(proven=False)
    found = outcome(problem, rows)
    worth = valued(problem, rows, model.worths)
    lifted = model.lift * valued(problem, rows, model.other) if model.lift else 0.0
    bound = max(bound - lifted, worth)
    return Chosen(rows, found, worth, bound, gap_to(bound, worth))


def gap_to(bound: float, worth: float) -> float:
    """How much more a set could be worth, in shares of what one is worth.

    Infinite beside a worth of nothing.
    """
    gap = (bound - worth) / abs(worth) if worth else (0.0 if bound <= SMALL else float("inf"))
    return 0.0 if gap < 1e-9 else gap


def valued(problem: Problem, rows: Sequence[int], worths: Sequence[float]) -> float:
    """What a set is worth where each row has another worth."""
    running = frozenset(problem.courses[r].initiative for r in rows if problem.courses[r].runs)
    lost: dict[str, float] = {}
    for dependant, helper, share in problem.helps:
        if helper not in running:
            lost[dependant] = lost.get(dependant, 0.0) + share
    total = 0.0
    for row in rows:
        course, worth = problem.courses[row], worths[row]
        total += worth * (
            max(0.0, 1.0 - lost.get(course.initiative, 0.0)) if course.runs and worth > 0.0 else 1.0
        )
    return total
