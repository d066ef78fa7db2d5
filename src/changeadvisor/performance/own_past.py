"""A measure against its own past: the chart as the NHS draws it, and the reading that rules weigh.

The chart (`spc`) is drawn to the letter of the NHS rules. What rules weigh is read from limits that
are adjusted for autocorrelation and season (`autocorrelation`), over the readings since the last
rebase.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from changeadvisor.model import (
    COVERS,
    Every,
    Measure,
    Reading,
    Series,
)
from changeadvisor.performance import autocorrelation, spc

#: Fewest readings for a chart.
FEWEST = 3
#: Readings in a year, where there may be a season.
READINGS_A_YEAR = {"month": 12, "quarter": 4}

Variation = Literal["improvement", "concern", "common-cause", "neither"]
Past = Literal["better", "no-different", "worse"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the chart is drawn."""

    screen: bool = True
    """Whether wild moving ranges are left out of the limits."""
    baseline: int | None = None
    """How many points of a segment fix its limits; None: all."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the chart, in the measure's unit."""

    period: dt.date
    """The first day of the period it covers."""
    value: float
    """What was read."""
    centre: float
    """The mean of its segment."""
    lower: float
    """The lower process limit."""
    upper: float
    """The upper process limit."""
    signals: tuple[str, ...]
    """Every signal it belongs to, the strongest first (`spc.SIGNALS`)."""
    variation: Variation
    """What the strongest signal means."""


@dataclass(frozen=True, slots=True)
class Ipsative:
    """A measure against its own past."""

    points: tuple[Point, ...]
    """The chart, oldest first; with `light` the last point alone."""
    trial: bool
    """Fewer than 12 points since the last rebase: the limits are only trial limits."""
    past: Past | None
    """The same question for the rules, from adjusted limits; None where no direction is better."""
    r: float
    """The correlation of neighbours that the limits were adjusted for."""
    seasonal: bool
    """Whether a season was taken out."""
    now: tuple[float, float]
    """The adjusted limits about the present level.

    That is the mean of all, or of the last year where a special cause moved it.
    """

    @property
    def last(self) -> Point:
        """The last point, by which the series is classed."""
        return self.points[-1]


def ipsative(
    measure: Measure, series: Series, drawing: Drawing, *, light: bool = False
) -> Ipsative | None:
    """The chart, and the adjusted reading since the last rebase.

    None with fewer than three readings. light: of the chart the last point's limits alone.
    """
    points = series.points
    if len(points) < FEWEST:
        return None
    starts = _segment_starts(measure, points)
    values = np.array([p.value for p in points])
    since_rebase = values[starts[-1] :]
    shown: tuple[Point, ...]
    if light:
        shown = (_last_point(points[-1], since_rebase),)
    else:
        shown = _chart(measure, points, values, starts, drawing)
    year = READINGS_A_YEAR.get(series.every or "")
    adjusted, likeness = autocorrelation.read(
        since_rebase, year, places(points[starts[-1] :], series.every)
    )
    direction = int(adjusted.directions()[0, -1])
    return Ipsative(
        points=shown,
        trial=len(since_rebase) < spc.TRIAL,
        past=_past(direction, measure.better) if len(since_rebase) >= FEWEST else None,
        r=float(likeness.r[0]),
        seasonal=bool(likeness.seasonal[0]),
        now=_limits_now(adjusted, direction, year or FEWEST),
    )


def _segment_starts(measure: Measure, points: Sequence[Reading]) -> tuple[int, ...]:
    """Where segments begin: at 0 and at each rebase that has points on both sides."""
    starts = {
        next((k for k, p in enumerate(points) if p.period >= r.on), len(points))
        for r in measure.rebase
    }
    return (0, *sorted(k for k in starts if 0 < k < len(points)))


def places(points: Sequence[Reading], every: Every | None) -> tuple[int, ...]:
    """Where each reading stands on the calendar, counted in months or quarters.

    A missing reading leaves its place free.
    """
    months = COVERS[every or "month"]
    return tuple((p.period.year * 12 + p.period.month - 1) // months for p in points)


def _limits_now(adjusted: spc.Charts, direction: int, year: int) -> tuple[float, float]:
    """The adjusted limits about the present level.

    That is the mean of all, or of the last year where a special cause moved it.
    """
    reach = float(adjusted.upper[0, -1] - adjusted.centre[0, -1])
    values = adjusted.values[0] if direction == 0 else adjusted.values[0, -max(year, 6) :]
    level = float(values.mean())
    return level - reach, level + reach


def _last_point(point: Reading, values: spc.Floats) -> Point:
    """The last point with its limits, without its signals."""
    centre, reach = (float(v[0, 0]) for v in spc.limits(values[None, :]))
    return Point(
        point.period, point.value, centre, centre - reach, centre + reach, (), "common-cause"
    )


def _chart(
    measure: Measure,
    points: Sequence[Reading],
    values: spc.Floats,
    starts: tuple[int, ...],
    drawing: Drawing,
) -> tuple[Point, ...]:
    """Every point of the chart."""
    charts = spc.xmr(values, starts=starts, baseline=drawing.baseline, screen=drawing.screen)
    directions = charts.directions()[0]
    return tuple(
        Point(
            p.period,
            p.value,
            float(charts.centre[0, k]),
            float(charts.lower[0, k]),
            float(charts.upper[0, k]),
            charts.signals(0, k),
            variation(int(directions[k]), measure.better),
        )
        for k, p in enumerate(points)
    )


def variation(direction: int, better: str | None) -> Variation:
    """What a signal in that direction means; `neither` where no direction is better."""
    if direction == 0:
        return "common-cause"
    if better not in ("higher", "lower"):
        return "neither"
    return "improvement" if (direction > 0) == (better == "higher") else "concern"


def _past(direction: int, better: str | None) -> Past | None:
    """How it stands against its own past; None where no direction is better."""
    if better not in ("higher", "lower"):
        return None
    meaning: Mapping[Variation, Past] = {
        "improvement": "better",
        "concern": "worse",
        "common-cause": "no-different",
    }
    return meaning[variation(direction, better)]
