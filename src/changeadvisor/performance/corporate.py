"""A few corporate measures that together tell most of the story: an exact choice, with its reasons.

The choice covers aims and services, takes external measures first, then those that can be compared,
and avoids pairs that say the same. It is a linear programme in whole numbers, solved by HiGHS
(Huangfu and Hall 2018) to proven optimality; no clock limits it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from changeadvisor.errors import Fault, InputError, did_you_mean
from changeadvisor.model import Measure, Programme, Series
from changeadvisor.performance import wording

#: Fewest common steps of two series for their correlation; fewest readings to tell a story.
COMMON, LONG = 8, {"month": 12, "quarter": 8, "year": 4}


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts for how much, in points. Our judgement, not measured.

    Covering an aim outweighs all that one measure is.
    """

    aim: float = 20.0
    """For each aim that a chosen measure serves."""
    service: float = 6.0
    """For each service that a chosen measure is of."""
    external: float = 4.0
    """For a measure of what residents feel."""
    comparable: float = 2.0
    """For one with other areas' readings."""
    aimed: float = 1.0
    """For one with a target or a standard."""
    long: float = 1.0
    """For one with enough readings to tell a story (`LONG`)."""
    redundant: float = 3.0
    """Off for two that always move together, less the less they do, none below half."""
    alike: float = 1.0
    """Off for two of one service that serve the same aims."""


@dataclass(frozen=True, slots=True)
class MeasureReason:
    """A measure and why it was chosen, or left out."""

    id: str
    """Of the measure."""
    because: str
    """In words."""


@dataclass(frozen=True, slots=True)
class CorporateChoice:
    """The measures chosen, and those left out."""

    count: int
    """How many were asked for."""
    chosen: tuple[MeasureReason, ...]
    """By id, each with what would be lost without it."""
    left_out: tuple[MeasureReason, ...]
    """By id, each with what its best exchange would lose."""
    objective: float
    """What the chosen are worth together, in points of the weights."""
    bound: float
    """No set of so many is worth more."""
    gap: float
    """The bound less the objective; 0 is proven best."""
    aims_uncovered: tuple[str, ...]
    """Aims that no chosen measure serves."""
    services_uncovered: tuple[str, ...]
    """Services that no chosen measure is of."""
    overlap_unknown: tuple[tuple[str, str], ...]
    """Pairs of the chosen with too few common readings to tell whether they say the same."""


@dataclass(frozen=True, slots=True)
class WhyChosen:
    """Why a measure was chosen; `wording.why_chosen` says it."""

    pinned: bool
    """Whether it was asked for."""
    only_for_aims: tuple[str, ...]
    """Aims that no other chosen measure serves."""
    only_for_service: str | None
    """Its service, where no other chosen measure is of it."""
    kind: str | None
    """`external`: residents feel it; `process`: our own working; None: not said."""
    comparable: bool
    """Whether it has other areas' readings."""
    lost: float
    """Points that would be lost without it."""


@dataclass(frozen=True, slots=True)
class WhyLeftOut:
    """Why a measure was left out; `wording.why_left_out` says it."""

    barred: bool = False
    """Whether it was not to be chosen."""
    nearest: str | None = None
    """The chosen measure that moves most like it; None where no correlation is known."""
    likeness: float = 0.0
    """The size of the correlation of their changes."""
    exchange: str | None = None
    """The chosen measure in whose place it would cost least; None where all are pinned."""
    lost: float = 0.0
    """Points that the exchange would lose."""


def choose(
    programme: Programme,
    series: Mapping[str, Series],
    count: int,
    *,
    pinned: Sequence[str] = (),
    barred: Sequence[str] = (),
    weights: Weights | None = None,
) -> CorporateChoice:
    """Choose `count` measures. Of equally good sets, the one whose sorted ids come first.

    pinned: ids to be chosen in any case; barred: not to be chosen. Raises InputError.
    """
    _refuse(programme, count, pinned, barred)
    problem = MeasureProblem.of(
        programme, series, weights or Weights(), frozenset(pinned), frozenset(barred)
    )
    chosen, value, bound = problem.best(count)
    ids = [measure.id for measure in problem.measures]
    left_out = [i for i in range(len(ids)) if i not in chosen]
    aims = {aim for i in chosen for aim in problem.measures[i].aims}
    services = {problem.measures[i].service for i in chosen}
    return CorporateChoice(
        count=count,
        chosen=tuple(
            MeasureReason(ids[i], wording.why_chosen(problem.why_chosen(i, chosen))) for i in chosen
        ),
        left_out=tuple(
            MeasureReason(ids[i], wording.why_left_out(problem.why_left_out(i, chosen)))
            for i in left_out
        ),
        objective=value,
        bound=bound,
        # What is less than a millionth of a point is the solver's own rounding.
        gap=max(0.0, bound - value) if bound - value > 1e-6 else 0.0,
        aims_uncovered=tuple(aim for aim in problem.aims if aim not in aims),
        services_uncovered=tuple(s for s in problem.services if s not in services),
        overlap_unknown=tuple(
            (ids[i], ids[j])
            for (i, j), r in problem.likeness.items()
            if r is None and i in chosen and j in chosen
        ),
    )


def _refuse(programme: Programme, count: int, pinned: Sequence[str], barred: Sequence[str]) -> None:
    """Every fault of what was asked for, at once."""
    ids = [m.id for m in programme.measures]
    faults = [
        Fault(
            option,
            "",
            f"unknown measure `{name}`",
            "the id of a measure",
            did_you_mean(name, list(ids)),
        )
        for option, names in (("--pin", pinned), ("--bar", barred))
        for name in names
        if name not in ids
    ]
    faults += [
        Fault("--pin", "", f"`{n}`, which is barred too", "one of the two")
        for n in pinned
        if n in barred
    ]
    left = len(set(ids) - set(barred))
    fewest = max(1, len(set(pinned)))
    if count < fewest or count > left:
        faults.append(Fault("--choose", "", f"{count}", f"a number from {fewest} to {left}"))
    if faults:
        raise InputError(faults)


@dataclass(frozen=True, slots=True)
class MeasureProblem:
    """The choice of measures as numbers: what each is worth, what pairs cost, what each covers.

    Measures are named by their place in `measures`.
    """

    measures: tuple[Measure, ...]
    """In the order of the programme, which is that of their ids."""
    weights: Weights
    """What counts for how much."""
    alone: tuple[float, ...]
    """What each is worth by itself, in points."""
    pairs: Mapping[tuple[int, int], float]
    """What two together cost, for saying the same; pairs that cost nothing are left out."""
    likeness: Mapping[tuple[int, int], float | None]
    """The correlation of the changes of each pair; None: too few common readings."""
    aims: tuple[str, ...]
    """All that any measure serves, sorted."""
    services: tuple[str, ...]
    """All that any measure is of, sorted."""
    pinned: frozenset[str]
    """Ids to be chosen in any case."""
    barred: frozenset[str]
    """Ids not to be chosen."""

    @classmethod
    def of(
        cls,
        programme: Programme,
        series: Mapping[str, Series],
        weights: Weights,
        pinned: frozenset[str],
        barred: frozenset[str],
    ) -> MeasureProblem:
        """The choice among the measures of a programme."""
        measures = programme.measures
        pairs, likeness = {}, {}
        for i, j in itertools.combinations(range(len(measures)), 2):
            a, b = measures[i], measures[j]
            r = correlation(series.get(a.id), series.get(b.id))
            likeness[i, j] = r
            cost = 0.0 if r is None else weights.redundant * 2.0 * max(0.0, abs(r) - 0.5)
            if a.service is not None and (a.service, a.aims) == (b.service, b.aims):
                cost += weights.alike
            if cost > 0:
                pairs[i, j] = cost
        alone = tuple(_alone(m, series.get(m.id), weights) for m in measures)
        aims = tuple(sorted({a for m in measures for a in m.aims}))
        services = tuple(sorted({m.service for m in measures if m.service is not None}))
        return cls(measures, weights, alone, pairs, likeness, aims, services, pinned, barred)

    def value(self, chosen: Iterable[int]) -> float:
        """What a set is worth, in points of the weights."""
        inside = sorted(chosen)
        aims = {a for i in inside for a in self.measures[i].aims}
        services = {self.measures[i].service for i in inside} - {None}
        total = self.weights.aim * len(aims) + self.weights.service * len(services)
        total += math.fsum(self.alone[i] for i in inside)
        return total - math.fsum(self.pairs.get(p, 0.0) for p in itertools.combinations(inside, 2))

    def best(self, count: int) -> tuple[tuple[int, ...], float, float]:
        """The best set, its worth, and the bound.

        Of equally good sets the first by id: measure by measure is taken in while nothing is lost.
        """
        fixed: dict[int, int] = {i: 1 for i, m in enumerate(self.measures) if m.id in self.pinned}
        fixed |= {i: 0 for i, m in enumerate(self.measures) if m.id in self.barred}
        chosen, bound = self._solve(count, fixed)
        best = self.value(chosen)
        for i in range(len(self.measures)):
            if i in fixed:
                continue
            if i not in chosen:
                other = self._solve(count, {**fixed, i: 1})
                if other[0] and self.value(other[0]) >= best - 1e-7:
                    chosen = other[0]
            fixed[i] = int(i in chosen)
        return chosen, self.value(chosen), bound

    def _solve(self, count: int, fixed: Mapping[int, int]) -> tuple[tuple[int, ...], float]:
        """The best set with some measures fixed, and the proven bound; empty: there is none."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        n, rows = len(self.measures), list(self._rows(count))
        # Variables: each measure, each aim covered, each service covered, each pair chosen.
        covered = [self.weights.aim] * len(self.aims) + [self.weights.service] * len(self.services)
        cost = -np.array([*self.alone, *covered, *(-c for c in self.pairs.values())])
        low, high = np.zeros(len(cost)), np.ones(len(cost))
        for i, value in fixed.items():
            low[i] = high[i] = value
        matrix = np.zeros((len(rows), len(cost)))
        for k, (entries, _, _) in enumerate(rows):
            for at, share in entries:
                matrix[k, at] = share
        limits = LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])
        solution = milp(
            cost,
            constraints=limits,
            bounds=Bounds(low, high),
            integrality=np.ones(len(cost)),
            options={"mip_rel_gap": 0.0},
        )
        if solution.x is None:
            return (), -math.inf
        return tuple(i for i in range(n) if solution.x[i] > 0.5), -float(solution.mip_dual_bound)

    def _rows(self, count: int) -> Iterator[tuple[list[tuple[int, float]], float, float]]:
        """Constraints, each as entries (variable, share) with its least and most.

        So many are chosen; an aim or service is covered by a chosen measure; both of a pair cost.
        """
        n = len(self.measures)
        yield [(i, 1.0) for i in range(n)], count, count
        for k, aim in enumerate(self.aims, n):
            serving = [(i, -1.0) for i, m in enumerate(self.measures) if aim in m.aims]
            yield [(k, 1.0), *serving], -math.inf, 0.0
        for k, service in enumerate(self.services, n + len(self.aims)):
            serving = [(i, -1.0) for i, m in enumerate(self.measures) if m.service == service]
            yield [(k, 1.0), *serving], -math.inf, 0.0
        for k, (i, j) in enumerate(self.pairs, n + len(self.aims) + len(self.services)):
            yield [(i, 1.0), (j, 1.0), (k, -1.0)], -math.inf, 1.0

    def why_chosen(self, i: int, chosen: Sequence[int]) -> WhyChosen:
        """What one of the chosen alone covers, what it is, and what would be lost without it."""
        measure = self.measures[i]
        rest = [self.measures[k] for k in chosen if k != i]
        service = measure.service
        if any(other.service == service for other in rest):
            service = None
        return WhyChosen(
            pinned=measure.id in self.pinned,
            only_for_aims=tuple(
                aim for aim in measure.aims if not any(aim in other.aims for other in rest)
            ),
            only_for_service=service,
            kind=measure.kind,
            comparable=bool(measure.comparators),
            lost=self.value(chosen) - self.value([k for k in chosen if k != i]),
        )

    def why_left_out(self, i: int, chosen: Sequence[int]) -> WhyLeftOut:
        """Which chosen measure moves most like it, and what the best exchange would lose."""
        if self.measures[i].id in self.barred:
            return WhyLeftOut(barred=True)
        nearest, likeness = None, 0.0
        for k in chosen:
            r = abs(self.likeness[min(i, k), max(i, k)] or 0.0)
            # Of equally near ones the last.
            if r > 0.0 and r >= likeness:
                nearest, likeness = self.measures[k].id, r
        free = [k for k in chosen if self.measures[k].id not in self.pinned]
        if not free:
            return WhyLeftOut(nearest=nearest, likeness=likeness)
        whole = self.value(chosen)
        lost, best = min(
            (whole - self.value([*(other for other in chosen if other != k), i]), k) for k in free
        )
        return WhyLeftOut(
            nearest=nearest, likeness=likeness, exchange=self.measures[best].id, lost=lost
        )


def _alone(measure: Measure, series: Series | None, weights: Weights) -> float:
    """What a measure is worth by itself."""
    readings = len(series.points) if series else 0
    long = readings >= LONG[(series.every if series else None) or "month"]
    return (
        weights.external * (measure.kind == "external")
        + weights.comparable * bool(measure.comparators)
        + weights.aimed * (measure.target is not None or measure.standard is not None)
        + weights.long * long
    )


def correlation(one: Series | None, other: Series | None) -> float | None:
    """The correlation of two measures' steps over common periods.

    None with fewer than eight steps, or where one does not move.
    """
    if one is None or other is None:
        return None
    theirs = {p.period: p.value for p in other.points}
    both = [(p.value, theirs[p.period]) for p in one.points if p.period in theirs]
    if len(both) < COMMON + 1:
        return None
    steps: Any = np.diff(np.array(both), axis=0)
    if (steps.std(axis=0) == 0).any():
        return None
    return float(np.corrcoef(steps.T)[0, 1])
