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

from changeadvisor.errors import Fault, InputError, nearest
from changeadvisor.model import Measure, Programme, Series
from changeadvisor.words import many

#: Fewest common steps of two series for their correlation; fewest readings to tell a story.
COMMON, LONG = 8, {"month": 12, "quarter": 8, "year": 4}


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts for how much.

    Our judgement, not measured: covering an aim outweighs all that one measure is.
    """

    aim: float = 20.0
    service: float = 6.0
    external: float = 4.0
    comparable: float = 2.0
    aimed: float = 1.0
    long: float = 1.0
    redundant: float = 3.0
    alike: float = 1.0


@dataclass(frozen=True, slots=True)
class Named:
    """A measure and why it was chosen, or left out."""

    id: str
    because: str


@dataclass(frozen=True, slots=True)
class CorporateChoice:
    """The measures chosen, and those left out.

    Objective, bound: in points of the weights; gap: 0 is proven best.
    """

    count: int
    chosen: tuple[Named, ...]
    left_out: tuple[Named, ...]
    objective: float
    bound: float
    gap: float
    aims_uncovered: tuple[str, ...]
    services_uncovered: tuple[str, ...]
    overlap_unknown: tuple[tuple[str, str], ...]


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

    Raises InputError.
    """
    _refuse(programme, count, pinned, barred)
    case = _Case.of(programme, series, weights or Weights(), frozenset(pinned), frozenset(barred))
    chosen, value, bound = case.best(count)
    return case.told(programme, chosen, count, value, bound)


def _refuse(programme: Programme, count: int, pinned: Sequence[str], barred: Sequence[str]) -> None:
    """Every fault of what was asked for, at once."""
    ids = [m.id for m in programme.measures]
    faults = [
        Fault(option, "", f"unknown measure `{name}`", "the id of a measure", _meant(name, ids))
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
    if count < max(1, len(set(pinned))) or count > left:
        found = f"{count}"
        faults.append(
            Fault("--choose", "", found, f"a number from {max(1, len(set(pinned)))} to {left}")
        )
    if faults:
        raise InputError(faults)


def _meant(name: str, ids: Iterable[str]) -> str:
    near = nearest(name, list(ids))
    return f"did you mean `{near}`?" if near else ""


@dataclass(frozen=True, slots=True)
class _Case:
    """The measures by id, what each is worth alone, what pairs cost, and what each covers."""

    measures: tuple[Measure, ...]
    weights: Weights
    alone: tuple[float, ...]
    pairs: Mapping[tuple[int, int], float]
    likeness: Mapping[tuple[int, int], float | None]
    aims: tuple[str, ...]
    services: tuple[str, ...]
    pinned: frozenset[str]
    barred: frozenset[str]

    @classmethod
    def of(
        cls,
        programme: Programme,
        series: Mapping[str, Series],
        weights: Weights,
        pinned: frozenset[str],
        barred: frozenset[str],
    ) -> _Case:
        """The case of a programme."""
        measures = programme.measures
        pairs, likeness = {}, {}
        for i, j in itertools.combinations(range(len(measures)), 2):
            a, b = measures[i], measures[j]
            r = correlation(series.get(a.id), series.get(b.id))
            likeness[i, j] = r
            cost = 0.0 if r is None else weights.redundant * 2.0 * max(0.0, abs(r) - 0.5)
            cost += (
                weights.alike
                if a.service is not None and (a.service, a.aims) == (b.service, b.aims)
                else 0.0
            )
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

        Fixed measure by measure in order of id while nothing is lost.
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
        """The best set with some measures fixed, and the proven bound.

        Empty where there is none.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp

        n, rows = len(self.measures), list(self._rows(count))
        cost = -np.array([*self.alone, *([self.weights.aim] * len(self.aims)), *self._rest()])
        low, high = np.zeros(len(cost)), np.ones(len(cost))
        for i, value in fixed.items():
            low[i] = high[i] = value
        matrix = np.zeros((len(rows), len(cost)))
        for k, (entries, _, _) in enumerate(rows):
            for at, share in entries:
                matrix[k, at] = share
        limits = LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])
        found = milp(
            cost,
            constraints=limits,
            bounds=Bounds(low, high),
            integrality=np.ones(len(cost)),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            return (), -math.inf
        return tuple(i for i in range(n) if found.x[i] > 0.5), -float(found.mip_dual_bound)

    def _rest(self) -> list[float]:
        return [*([self.weights.service] * len(self.services)), *(-c for c in self.pairs.values())]

    def _rows(self, count: int) -> Iterator[tuple[list[tuple[int, float]], float, float]]:
        """Constraints: so many are chosen; an aim or service is covered by a chosen measure.

        Both of a pair cost.
        """
        n = len(self.measures)
        yield [(i, 1.0) for i in range(n)], count, count
        for k, aim in enumerate(self.aims):
            yield (
                [(n + k, 1.0), *((i, -1.0) for i, m in enumerate(self.measures) if aim in m.aims)],
                -math.inf,
                0.0,
            )
        for k, service in enumerate(self.services, n + len(self.aims)):
            yield (
                [
                    (k, 1.0),
                    *((i, -1.0) for i, m in enumerate(self.measures) if m.service == service),
                ],
                -math.inf,
                0.0,
            )
        for k, (i, j) in enumerate(self.pairs, n + len(self.aims) + len(self.services)):
            yield [(i, 1.0), (j, 1.0), (k, -1.0)], -math.inf, 1.0

    def told(
        self, programme: Programme, chosen: tuple[int, ...], count: int, value: float, bound: float
    ) -> CorporateChoice:
        """The choice in words."""
        del programme
        covered = {a for i in chosen for a in self.measures[i].aims}
        services = {self.measures[i].service for i in chosen}
        others = [i for i in range(len(self.measures)) if i not in chosen]
        unknown = [p for p, r in self.likeness.items() if r is None and {*p} <= {*chosen}]
        return CorporateChoice(
            count=count,
            chosen=tuple(Named(self.measures[i].id, self._why(i, chosen)) for i in chosen),
            left_out=tuple(Named(self.measures[i].id, self._why_not(i, chosen)) for i in others),
            objective=value,
            bound=bound,
            gap=max(0.0, bound - value) if bound - value > 1e-6 else 0.0,
            aims_uncovered=tuple(a for a in self.aims if a not in covered),
            services_uncovered=tuple(s for s in self.services if s not in services),
            overlap_unknown=tuple((self.measures[i].id, self.measures[j].id) for i, j in unknown),
        )

    def _why(self, i: int, chosen: Sequence[int]) -> str:
        """What it alone covers among the chosen, and what it is."""
        m, rest = self.measures[i], [self.measures[k] for k in chosen if k != i]
        alone = [a for a in m.aims if not any(a in o.aims for o in rest)]
        parts = ["asked for"] if m.id in self.pinned else []
        parts += [f"the only one for {', '.join(alone)}"] if alone else []
        if m.service is not None and all(o.service != m.service for o in rest):
            parts.append(f"the only one of {m.service}")
        parts += (
            ["felt by residents"]
            if m.kind == "external"
            else ["about our own working"]
            if m.kind
            else []
        )
        parts += ["can be set beside other councils"] if m.comparators else []
        lost = self.value(chosen) - self.value([k for k in chosen if k != i])
        return f"{'; '.join(parts) or 'best of those left'} ({many(lost, 'point', 3)} would be lost without it)"

    def _why_not(self, i: int, chosen: Sequence[int]) -> str:
        """Which chosen one says much the same, or what the best exchange for it would lose."""
        m = self.measures[i]
        if m.id in self.barred:
            return "barred"
        near = max(
            ((abs(r), k) for k in chosen if (r := self._alike(i, k)) is not None), default=(0.0, -1)
        )
        same = (
            f"moves with {self.measures[near[1]].id} (correlation {near[0]:.2f} of changes); "
            if near[0] >= 0.7
            else ""
        )
        free = [k for k in chosen if self.measures[k].id not in self.pinned]
        if not free:
            return f"{same}all places are pinned"
        lost, k = min(
            (self.value(chosen) - self.value([*(c for c in chosen if c != k), i]), k) for k in free
        )
        points = many(max(0.0, lost), "point", 3)
        return f"{same}in place of {self.measures[k].id}, its best exchange, {points} would be lost"

    def _alike(self, i: int, k: int) -> float | None:
        return self.likeness[min(i, k), max(i, k)]


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

    None with fewer than eight, or a constant one.
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
