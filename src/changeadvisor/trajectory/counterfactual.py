"""Readings as progress: what would have happened anyway is taken off first.

An initiative begun in a bad month gains by itself, others may have moved as well, and a measure may
have several initiatives working on it. Each correction is said.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

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
from changeadvisor.words import day_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Months before the start that make a baseline of their own (formats.md), and how far back they are
#: looked for.
ENOUGH_BEFORE, LOOK_BACK = 12, 36
#: Scatters beyond all its neighbours at which a reading stands alone; the least scatter, in shares
#: of the way; and the changes between neighbours that are needed to tell.
FAR, LEAST_SCATTER, FEWEST_TO_TAME = 3.0, 0.01, 8
#: Areas whose common movement is worth taking off.
AREAS = 3


@dataclass(frozen=True, slots=True)
class Observed:
    """Readings in shares of the way, oldest first, `months` since the path began (below 0.

    Before it).

    baseline: from where progress counts, in the measure's unit. loose: whether it was estimated.
    since: the readings after the start. recent: mean progress of the latest readings, at most
    three.
    """

    months: tuple[float, ...]
    progress: tuple[float, ...]
    baseline: float
    target: float
    loose: bool
    since: int
    notices: tuple[str, ...]

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
    if (
        path is None
        or begun is None
        or path.baseline is None
        or path.target is None
        or path.target == path.baseline
    ):
        return None
    before, after = _parted(series, begun)
    common, said = _common(programme, measure, begun)
    notices = [said] if said and after else []
    covers = COVERS[series.every or "month"]
    baseline, loose = path.baseline, len(before) * covers >= ENOUGH_BEFORE
    if loose:
        estimated = math.fsum(p.value - common(p.middle) for p in before) / len(before)
        notices += [_rebased(measure, path.baseline, estimated, len(before))]
        baseline = estimated
    if baseline == path.target:
        return None
    own = [*before, *after] if loose else after
    share, split = _share(programme, initiative, measure)
    notices += [split] if split and after else []
    progress = tuple(
        (p.value - common(p.middle) - baseline) / (path.target - baseline) * share(p.middle)
        for p in own
    )
    months = tuple(round(months_between(begun, p.middle), 2) for p in own)
    held = tamed(progress)
    notices += [_alone(measure, own[k]) for k, p in enumerate(progress) if p != held[k]]
    return Observed(months, held, baseline, path.target, loose, len(after), tuple(notices))


def tamed(progress: Sequence[float]) -> tuple[float, ...]:
    """Readings that stand alone held to `FAR` scatters beyond all their neighbours.

    One slip is no news.

    The scatter is that of the median change between neighbours, which a few wild readings hardly
    move. Few readings cannot tell a slip from a change, and are left as they are.
    """
    changes = [abs(b - a) for a, b in pairwise(progress)]
    if len(changes) < FEWEST_TO_TAME:
        return tuple(progress)
    reach = FAR * max(median(changes) / 0.954, LEAST_SCATTER)
    found = []
    for k, p in enumerate(progress):
        beside = [*progress[max(k - 2, 0) : k], *progress[k + 1 : k + 3]]
        found.append(min(max(p, min(beside) - reach), max(beside) + reach))
    return tuple(found)


def _alone(measure: Measure, reading: Reading) -> str:
    """What is said of a reading that stands alone."""
    unit = f" {measure.unit}" if measure.unit else ""
    return (
        f"The reading of {reading.value:.4g}{unit} for the period from {day_text(reading.period)} stands far from its "
        "neighbours: check it. It counts only as far as such readings scatter."
    )


def _parted(series: Series, begun: dt.date) -> tuple[list[Reading], list[Reading]]:
    before = [
        p
        for p in series.points
        if p.middle < begun and months_between(p.middle, begun) <= LOOK_BACK
    ]
    return before, [p for p in series.points if p.middle >= begun]


def _rebased(measure: Measure, planned: float, estimated: float, readings: int) -> str:
    """What the estimated baseline changes, in words."""
    unit = f" {measure.unit}" if measure.unit else ""
    return (
        f"Progress counts from {estimated:.4g}{unit}, the mean of {readings} readings before the start, and not "
        f"from the plan's baseline of {planned:.4g}{unit}: a change of {estimated - planned:+.3g} is not its doing."
    )


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
        if not earlier or not later:
            return (earlier[-1] if earlier else later[0])[1]
        (a, x), (b, y) = earlier[-1], later[0]
        return x + (y - x) * (day - a).days / (b - a).days


def _common(programme: Programme, measure: Measure, begun: dt.date) -> tuple[_Movement, str | None]:
    """How other areas have moved since the start, and that it was taken off."""
    rows: dict[dt.date, dict[str, float]] = {}
    for c in measure.comparators:
        if c.area != measure.own_area and c.period <= programme.as_of:
            rows.setdefault(c.period, {})[c.area] = c.value
    first = max((p for p in rows if p < begun), default=None)
    later = sorted(p for p in rows if p >= begun)
    if first is None or not later:
        return _Movement(()), None
    covers = COVERS[measure.every or "month"] * 15
    start, points = rows[first], [(first + dt.timedelta(days=covers), 0.0)]
    areas = 0
    for period in later:
        both = sorted(start.keys() & rows[period].keys())
        if len(both) >= AREAS:
            areas = len(both)
            moved = math.fsum(rows[period][a] - start[a] for a in both) / len(both)
            points.append((period + dt.timedelta(days=covers), moved))
    if not areas:
        return _Movement(()), None
    unit = f" {measure.unit}" if measure.unit else ""
    said = f"Other areas ({areas}) moved by {points[-1][1]:+.3g}{unit} since its start: that is taken off its progress."
    return _Movement(points), said


def _share(
    programme: Programme, initiative: Initiative, measure: Measure
) -> tuple[_Split, str | None]:
    """Its part of a measure that several initiatives move, by expected gain."""
    others = [
        i for i in programme.movers.get(measure.id, ()) if _moves(i, measure, programme.as_of)
    ]
    if len(others) < 2 or initiative not in others:
        return _Split(()), None
    names = ", ".join(sorted(i.id for i in others if i.id != initiative.id))
    gains = tuple((_gain(i), _begun(i), _months(i), i.id == initiative.id) for i in others)
    split = _Split(gains)
    part = split(programme.as_of)
    return (
        split,
        f"{measure.id} is also moved by {names}: by expected gain, {part:.0%} of its change counts as this one's.",
    )


def _moves(initiative: Initiative, measure: Measure, as_of: dt.date) -> bool:
    path, begun = initiative.path, since(initiative)
    if path is None or path.measure != measure.id or begun is None or begun > as_of:
        return False
    return path.baseline is not None and path.target is not None


def _gain(initiative: Initiative) -> float:
    path = initiative.path
    return abs((path.target or 0.0) - (path.baseline or 0.0)) if path else 0.0


def _begun(initiative: Initiative) -> dt.date:
    return since(initiative) or dt.date.max


def _months(initiative: Initiative) -> float:
    months = initiative.path.months_to_target if initiative.path else None
    return months.likely if months is not None else 12.0


class _Split:
    """The share of a measure's change that is one initiative's.

    Its expected gain by then, over everybody's.
    """

    def __init__(self, gains: tuple[tuple[float, dt.date, float, bool], ...]) -> None:
        self._gains = gains

    def __call__(self, day: dt.date) -> float:
        if not self._gains:
            return 1.0
        due = [(_due(g, b, m, day), own) for g, b, m, own in self._gains]
        total = math.fsum(d for d, _ in due)
        if total <= 0.0:
            due = [(g, own) for g, b, _, own in self._gains]
            total = math.fsum(d for d, _ in due) or 1.0
        return math.fsum(d for d, own in due if own) / total


def _due(gain: float, begun: dt.date, months: float, day: dt.date) -> float:
    """The gain expected of one by a day, rising evenly."""
    return gain * min(max(months_between(begun, day), 0.0) / max(months, 0.5), 1.0)


def known(series: Mapping[str, Series], measure: Measure | None) -> Series | None:
    """The readings of a measure, or None."""
    return series.get(measure.id) if measure is not None else None
