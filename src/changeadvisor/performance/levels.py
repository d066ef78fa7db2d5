"""A measure's readings with their times, its recent level, and its distance from its lines.

A reading covers a month, a quarter or a year from its first day, stands for the middle of it, and
is known on its last day plus the measure's lag (formats.md, Time). What became known after `as_of`
is not used.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from changeadvisor.model import (
    COVERS,
    Every,
    Measure,
    Reading,
    Rebase,
    Series,
    add_months,
)

#: Readings that make the recent level, and readings needed on each side of a trend.
RECENT = 3
#: Mean moving range over this is the standard deviation (d2 for two readings; Montgomery 2009).
D2 = 1.128
#: Two-sided 5 % of the normal distribution.
Z95 = 1.959964

Trend = Literal["improving", "steady", "worsening"]


@dataclass(frozen=True, slots=True)
class Levels:
    """Where a measure stands, in its own unit; None where that cannot be said."""

    latest: float | None
    """The last reading."""
    recent: float | None
    """The mean of the last three readings, or of as many as there are."""
    to_target: float | None
    """How far the recent level is on the better side of the target."""
    to_standard: float | None
    """How far the recent level is on the better side of the standard."""


def readings(measure: Measure, as_of: dt.date) -> Series:
    """The readings known by `as_of`, oldest first.

    Own rows among the comparators fill periods not observed.
    """
    values = {c.period: c.value for c in measure.comparators if c.area == measure.own_area}
    values |= {o.period: o.value for o in measure.observations}
    every = measure.every or cadence(sorted(values))
    points = [
        _reading(period, value, every, measure.lag_days) for period, value in sorted(values.items())
    ]
    known = tuple(p for p in points if p.known_on <= as_of)
    return Series(measure.id, every, known, tuple(p.period for p in points if p.known_on > as_of))


def cadence(periods: Sequence[dt.date]) -> Every | None:
    """Month, quarter or year, from the shortest step between readings; None for fewer than two."""
    steps = [_months(b) - _months(a) for a, b in itertools.pairwise(periods)]
    shortest = min(steps, default=0)
    if shortest < 1:
        return None
    if shortest < 3:
        return "month"
    return "quarter" if shortest < 12 else "year"


def _months(day: dt.date) -> int:
    return day.year * 12 + day.month


def _reading(period: dt.date, value: float, every: Every | None, lag_days: int) -> Reading:
    """A reading with its times; of unknown cadence it is taken to cover a month."""
    last = _after(period, COVERS[every or "month"]) - dt.timedelta(days=1)
    middle = period + (last - period) / 2
    return Reading(period, middle, last + dt.timedelta(days=lag_days), value)


def _after(day: dt.date, months: int) -> dt.date:
    """The first day after a period of so many months.

    A period that begins on the first ends with a month.
    """
    if day.day == 1:
        return add_months(day, months).replace(day=1)
    return add_months(day, months)


def rebased(measure: Measure, series: Series) -> Rebase | None:
    """The latest rebase that has readings after it.

    What was counted before is not compared with what came after.
    """
    last = series.points[-1].period if series.points else None
    return next((r for r in reversed(measure.rebase) if last is not None and r.on <= last), None)


def comparable(measure: Measure, series: Series) -> Series:
    """The readings since the latest rebase."""
    since = rebased(measure, series)
    if since is None:
        return series
    return replace(series, points=tuple(p for p in series.points if p.period >= since.on))


def recent_level(series: Series, count: int = RECENT) -> float | None:
    """The mean of the last readings, up to `count`; None without any."""
    last = [p.value for p in series.points[-count:]]
    return math.fsum(last) / len(last) if last else None


def noise(values: Sequence[float]) -> float | None:
    """The standard deviation of one reading, from moving ranges; needs three readings."""
    if len(values) < 3:
        return None
    ranges = [abs(b - a) for a, b in itertools.pairwise(values)]
    return math.fsum(ranges) / len(ranges) / D2


def against(measure: Measure, series: Series) -> Levels:
    """Where the recent level stands beside target and standard.

    Where no direction is better, no side is.
    """
    recent = recent_level(series)
    sign = {"higher": 1.0, "lower": -1.0}.get(measure.better or "")

    def distance(line: float | None) -> float | None:
        return None if line is None or recent is None or sign is None else sign * (recent - line)

    latest = series.points[-1].value if series.points else None
    return Levels(latest, recent, distance(measure.target), distance(measure.standard))


def trend(series: Series, better: str | None) -> Trend | None:
    """The last three readings against the three before, beside the noise.

    None with fewer than six readings, or where no direction is better. Two means of three differ by
    more than chance (one time in twenty) where they are 1.96 x noise x sqrt(2/3) apart.
    """
    values = [p.value for p in series.points]
    spread = noise(values)
    if len(values) < 2 * RECENT or better not in ("higher", "lower") or spread is None:
        return None
    after, before = values[-RECENT:], values[-2 * RECENT : -RECENT]
    moved = (math.fsum(after) - math.fsum(before)) / RECENT * (1 if better == "higher" else -1)
    if abs(moved) <= Z95 * spread * math.sqrt(2 / RECENT):
        return "steady"
    return "improving" if moved > 0 else "worsening"
