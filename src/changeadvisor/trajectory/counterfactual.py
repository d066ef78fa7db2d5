"""Readings as progress, less what would have happened without the initiative.

An initiative begun in a bad month gains by itself (regression to the mean), others may have moved
as well, and a measure may have several initiatives working on it. Each correction is kept beside
the readings, so that it can be said.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from changeadvisor.model import (
    COVERS,
    Initiative,
    Measure,
    Programme,
    Reading,
    Series,
    months_between,
)
from changeadvisor.trajectory.plan import since

#: Months before the start that make a baseline of their own (formats.md), and how far back they are
#: looked for.
ENOUGH_BEFORE, LOOK_BACK = 12, 36
#: Scatters beyond all its neighbours at which a reading stands alone; the least scatter, in shares
#: of the way; and the changes between neighbours that are needed to tell.
FAR, LEAST_SCATTER, FEWEST_TO_TAME = 3.0, 0.01, 8
#: Areas whose common movement is worth taking off.
AREAS = 3


@dataclass(frozen=True, slots=True)
class OthersMoved:
    """How other areas moved since the start, which is taken off."""

    areas: int
    """How many moved."""
    moved: float
    """By how much on average, in the measure's unit."""


@dataclass(frozen=True, slots=True)
class BaselineEstimated:
    """A baseline taken from readings before the start, in place of the plan's."""

    planned: float
    """The plan's, in the measure's unit."""
    estimated: float
    """The mean of the readings, others' movement taken off."""
    readings: int
    """How many there are."""


@dataclass(frozen=True, slots=True)
class SharedMeasure:
    """A measure that several initiatives move."""

    others: tuple[str, ...]
    """Ids of the others, sorted."""
    share: float
    """The part of its change, as of today, that counts as this one's."""


@dataclass(frozen=True, slots=True)
class StandsAlone:
    """A reading that stands far from its neighbours, and is held."""

    period: dt.date
    """The first day of the period it covers."""
    value: float
    """As it was read, in the measure's unit."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Readings as progress, in shares of the way from baseline to target, oldest first.

    What was corrected is kept beside them; `wording.correction_sentences` says it.
    """

    months: tuple[float, ...]
    """Of each reading, since the path began; below 0: before it."""
    progress: tuple[float, ...]
    """0 at the baseline, 1 at the target."""
    baseline: float
    """From where progress counts, in the measure's unit."""
    target: float
    """In the measure's unit."""
    loose: bool
    """Whether the baseline was estimated, so that the level of all readings says nothing."""
    since: int
    """How many of the readings are after the start."""
    measure: str
    """Its id."""
    unit: str | None
    """The measure's unit; None: not given."""
    others_moved: OthersMoved | None
    """None: too few other areas, or none."""
    estimated: BaselineEstimated | None
    """None: progress counts from the plan's baseline."""
    shared: SharedMeasure | None
    """None: no other initiative moves the measure."""
    alone: tuple[StandsAlone, ...]
    """The readings that were held."""
    rounding: float = 0.0
    """The standard deviation that rounding leaves, in shares of the way."""

    def level(self, progress: float) -> float:
        """Progress as a level of the measure."""
        return self.baseline + progress * (self.target - self.baseline)


def observed(
    programme: Programme, initiative: Initiative, measure: Measure, series: Series
) -> Observed | None:
    """The readings of an initiative's measure as progress.

    None where its path has no start or no way to go.
    """
    path, begun = initiative.path, since(initiative)
    if path is None or begun is None or path.baseline is None or path.target is None:
        return None
    if path.target == path.baseline:
        return None
    before, after = _parted(series, begun)
    common, others_moved = _common_movement(programme, measure, begun)
    baseline, estimated = path.baseline, None
    if len(before) * COVERS[series.every or "month"] >= ENOUGH_BEFORE:
        baseline = math.fsum(p.value - common(p.middle) for p in before) / len(before)
        estimated = BaselineEstimated(path.baseline, baseline, len(before))
    if baseline == path.target:
        return None
    own = after if estimated is None else [*before, *after]
    share, shared = _share(programme, initiative, measure)
    progress = tuple(
        (p.value - common(p.middle) - baseline) / (path.target - baseline) * share(p.middle)
        for p in own
    )
    held = tamed(progress)
    return Observed(
        months=tuple(round(months_between(begun, p.middle), 2) for p in own),
        progress=held,
        baseline=baseline,
        target=path.target,
        loose=estimated is not None,
        since=len(after),
        measure=measure.id,
        unit=measure.unit,
        # Before any reading nothing has been taken off.
        others_moved=others_moved if after else None,
        estimated=estimated,
        shared=shared if after else None,
        alone=tuple(
            StandsAlone(own[k].period, own[k].value) for k, p in enumerate(progress) if p != held[k]
        ),
        rounding=_rounding([p.value for p in own]) / abs(path.target - baseline),
    )


def _rounding(values: Sequence[float]) -> float:
    """The standard deviation that rounding leaves, by the digits that values are written with.

    Even over the last digit: its step over the root of twelve. Whole numbers that are all multiples
    of five or ten were rounded to those.
    """
    for step in (10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01):
        if all(abs(v / step - round(v / step)) < 1e-6 for v in values):
            return step / math.sqrt(12.0)
    return 0.0


def tamed(progress: Sequence[float]) -> tuple[float, ...]:
    """Readings that stand alone held to `FAR` scatters beyond all their neighbours.

    One wild reading says little. The scatter is that of the median change between neighbours, which
    a few wild readings hardly move. Few readings cannot tell a slip from a change, and are left as
    they are.
    """
    changes = [abs(b - a) for a, b in pairwise(progress)]
    if len(changes) < FEWEST_TO_TAME:
        return tuple(progress)
    # The median of |x - y| for two normal readings is 0.954 of their standard deviation.
    reach = FAR * max(median(changes) / 0.954, LEAST_SCATTER)
    held = []
    for k, p in enumerate(progress):
        beside = [*progress[max(k - 2, 0) : k], *progress[k + 1 : k + 3]]
        held.append(min(max(p, min(beside) - reach), max(beside) + reach))
    return tuple(held)


def _parted(series: Series, begun: dt.date) -> tuple[list[Reading], list[Reading]]:
    """The readings before the start, not too long ago, and those since."""
    before = [
        p
        for p in series.points
        if p.middle < begun and months_between(p.middle, begun) <= LOOK_BACK
    ]
    return before, [p for p in series.points if p.middle >= begun]


class _Movement:
    """The common movement of other areas since the start.

    0 before it, straight lines between periods.
    """

    def __init__(self, points: Sequence[tuple[dt.date, float]]) -> None:
        self._points = points

    def __call__(self, day: dt.date) -> float:
        if not self._points:
            return 0.0
        earlier = [p for p in self._points if p[0] <= day]
        later = [p for p in self._points if p[0] > day]
        if not earlier:
            return later[0][1]
        if not later:
            return earlier[-1][1]
        (a, x), (b, y) = earlier[-1], later[0]
        return x + (y - x) * (day - a).days / (b - a).days


def _common_movement(
    programme: Programme, measure: Measure, begun: dt.date
) -> tuple[_Movement, OthersMoved | None]:
    """How other areas have moved since the start; of each period those that had a value then."""
    rows: dict[dt.date, dict[str, float]] = {}
    for c in measure.comparators:
        if c.area != measure.own_area and c.period <= programme.as_of:
            rows.setdefault(c.period, {})[c.area] = c.value
    first = max((p for p in rows if p < begun), default=None)
    later = sorted(p for p in rows if p >= begun)
    if first is None or not later:
        return _Movement(()), None
    # The middle of a period: half as many months, of thirty days.
    middle = dt.timedelta(days=COVERS[measure.every or "month"] * 15)
    start, points = rows[first], [(first + middle, 0.0)]
    areas = 0
    for period in later:
        both = sorted(start.keys() & rows[period].keys())
        if len(both) >= AREAS:
            areas = len(both)
            moved = math.fsum(rows[period][a] - start[a] for a in both) / len(both)
            points.append((period + middle, moved))
    if not areas:
        return _Movement(()), None
    return _Movement(points), OthersMoved(areas, points[-1][1])


def _share(
    programme: Programme, initiative: Initiative, measure: Measure
) -> tuple[_Split, SharedMeasure | None]:
    """Its part of a measure that several initiatives move, by expected gain."""
    movers = [
        i for i in programme.movers.get(measure.id, ()) if _moves(i, measure, programme.as_of)
    ]
    if len(movers) < 2 or initiative not in movers:
        return _Split(()), None
    split = _Split(tuple(_Gain.of(i, own=i.id == initiative.id) for i in movers))
    others = tuple(sorted(i.id for i in movers if i.id != initiative.id))
    return split, SharedMeasure(others, split(programme.as_of))


def _moves(initiative: Initiative, measure: Measure, as_of: dt.date) -> bool:
    """Whether an initiative has begun to move a measure, by how much its path says."""
    path, begun = initiative.path, since(initiative)
    if path is None or path.measure != measure.id or begun is None or begun > as_of:
        return False
    return path.baseline is not None and path.target is not None


@dataclass(frozen=True, slots=True)
class _Gain:
    """What one initiative is expected to gain on a measure."""

    size: float
    """From baseline to target, in the measure's unit, either way."""
    begun: dt.date
    """When its path began."""
    months: float
    """How long it should take."""
    own: bool
    """Whether it is the initiative that is read."""

    @classmethod
    def of(cls, initiative: Initiative, *, own: bool) -> _Gain:
        """That of an initiative, a year where its path does not say how long it should take."""
        path = initiative.path
        size = abs((path.target or 0.0) - (path.baseline or 0.0)) if path else 0.0
        planned = path.months_to_target if path else None
        months = planned.likely if planned is not None else 12.0
        return cls(size, since(initiative) or dt.date.max, months, own)

    def by(self, day: dt.date) -> float:
        """The gain expected by a day, rising evenly."""
        passed = max(months_between(self.begun, day), 0.0)
        return self.size * min(passed / max(self.months, 0.5), 1.0)


class _Split:
    """The share of a measure's change that is one initiative's.

    Its expected gain by then, over everybody's.
    """

    def __init__(self, gains: tuple[_Gain, ...]) -> None:
        self._gains = gains

    def __call__(self, day: dt.date) -> float:
        if not self._gains:
            return 1.0
        due = [(gain.by(day), gain.own) for gain in self._gains]
        total = math.fsum(size for size, _ in due)
        if total <= 0.0:
            # Before any has begun, by what they are meant to gain in all.
            due = [(gain.size, gain.own) for gain in self._gains]
            total = math.fsum(size for size, _ in due) or 1.0
        return math.fsum(size for size, own in due if own) / total
