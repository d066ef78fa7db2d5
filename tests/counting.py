"""Every set of a small programme, counted: what the solver is held against. Written apart from the product's own code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from changeadvisor.portfolio.problem import Problem

Grid = NDArray[np.float64]
#: Whole numbers are counted: this is only for floating point.
FINE = 1e-6


class Counted:
    """All sets of a programme that keep to its limits. rows: one a set, a row of the problem for each initiative."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.ids = list(problem.groups)
        every = np.meshgrid(*(np.array(rows) for rows in problem.groups.values()), indexing="ij")
        rows = np.stack([e.ravel() for e in every], axis=1)
        self.rows = rows[self._within(rows)]

    def _of(self, name: str, rows: NDArray[np.int_]) -> Grid:
        found: Grid = np.array([getattr(c, name) for c in self.problem.courses], dtype=float)[rows]
        return found

    def _column(self, rows: NDArray[np.int_], id: str) -> NDArray[np.bool_]:
        """Where an initiative runs."""
        found: NDArray[np.bool_] = self._of("runs", rows)[:, self.ids.index(id)] > 0.5
        return found

    def _within(self, rows: NDArray[np.int_]) -> NDArray[np.bool_]:
        problem, good = self.problem, np.ones(len(rows), dtype=bool)
        spend = self._of("spend", rows)
        left = 0.0
        for t, limit in enumerate(problem.budgets):
            if limit is not None:
                spent, left = (
                    spend[:, :, t].sum(axis=1),
                    (left if problem.carry_over else 0.0) + limit,
                )
                good &= spent <= left + FINE
                left = left - spent
        for at, limit in enumerate(problem.capacities):
            good &= self._of("use", rows)[:, :, at].sum(axis=1) <= limit + FINE
        for dependant, needed in problem.requires:
            lag = problem.lags.get((dependant, needed), 0.0)
            ready = self._of("ready", rows)[:, self.ids.index(needed)] + lag
            in_time = ready <= self._of("begins", rows)[:, self.ids.index(dependant)] + 0.15
            good &= ~self._column(rows, dependant) | (self._column(rows, needed) & in_time)
        for one, other in problem.conflicts:
            good &= ~(self._column(rows, one) & self._column(rows, other))
        few = sum(
            (spend[:, self.ids.index(i)].sum(axis=1) * self._column(rows, i) for i in self._few()),
            0.0,
        )
        good &= (problem.share_for_few or 0.0) * spend.sum(axis=(1, 2)) <= few + FINE
        return good

    def _few(self) -> Sequence[str]:
        return [i for i in self.ids if i in self.problem.few]

    def _kept(self, worths: Grid) -> Grid:
        """The share of the worth of each course that is left where helpers do not run."""
        lost = np.zeros(self.rows.shape)
        for dependant, helper, share in self.problem.helps:
            lost[:, self.ids.index(dependant)] += share * ~self._column(self.rows, helper)
        counts = (self._of("runs", self.rows) > 0.5) & (worths > 0.0)
        return np.where(counts, np.maximum(0.0, 1.0 - lost), 1.0)

    def valued(self, worths: Sequence[float]) -> Grid:
        """What each set is worth where each row has this worth."""
        own = np.array(worths)[self.rows]
        found: Grid = (own * self._kept(own)).sum(axis=1)
        return found

    @cached_property
    def worth(self) -> Grid:
        """What each set is worth."""
        return self.valued([c.worth for c in self.problem.courses])

    @cached_property
    def few(self) -> Grid:
        """What of it is for few: it shrinks as the worth it is a part of does."""
        kept = self._kept(self._of("worth", self.rows))
        found: Grid = (self._of("few", self.rows) * kept).sum(axis=1)
        return found

    def best(self) -> float | None:
        """The greatest worth; None where no set keeps to the limits."""
        return float(self.worth.max()) if len(self.rows) else None

    def frontier(self) -> list[tuple[float, float]]:
        """(few, worth) of every set that no other matches in both and beats in one, least for few first."""
        return _undominated(self.few, self.worth)[0]

    def good(self, worths: Sequence[float], few: Sequence[float]) -> set[tuple[int, ...]]:
        """Every set that no other matches in both of two worths and beats in one, as sorted rows."""
        _, at = _undominated(self.valued(few), self.valued(worths))
        return {tuple(sorted(int(r) for r in self.rows[k])) for k in at}


def _undominated(few: Grid, worth: Grid) -> tuple[list[tuple[float, float]], list[int]]:
    """Pairs on the frontier and one set for each, by a sweep from the most for few down."""
    found: list[int] = []
    for k in np.lexsort((-worth, -few)):
        if not found or worth[k] > worth[found[-1]] + FINE:
            found.append(int(k))
    return [(float(few[k]), float(worth[k])) for k in reversed(found)], found
