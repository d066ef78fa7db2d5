"""A measure beside other areas: which, in what period, where ours stands, and how the gap moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from changeadvisor.model import (
    Measure,
    Programme,
    Series,
)
from changeadvisor.performance import compare
from changeadvisor.performance.area_levels import GapYear, level_table, unit_scale
from changeadvisor.performance.compare import Comparison, Gap
from changeadvisor.performance.neighbours import How, chosen_areas


@dataclass(frozen=True, slots=True)
class Comparative:
    """A measure beside other areas, in the last period that both have."""

    period: dt.date
    """The first day of that period."""
    how: How
    """The way the areas were chosen."""
    comparison: Comparison
    """Where our level stands among theirs."""
    years: tuple[GapYear, ...]
    """Our level and the others' quartiles, period by period."""
    gap: Gap
    """Whether the gap to the others' median closes."""


def comparative(
    programme: Programme,
    measure: Measure,
    series: Series,
    rng: np.random.Generator | None,
    how: How | None = None,
) -> Comparative | None:
    """Our level among other areas in the last period that both have. None without any."""
    table = level_table(programme, measure, series)
    if table is None:
        return None
    way, areas = chosen_areas(programme, measure, frozenset(table.others), how)
    period = table.last_period(areas)
    if period is None:
        return None
    levels = [table.level(area, period) for area in areas]
    compared = compare.compare(
        table.own[period],
        [level for level in levels if level is not None],
        measure.type,
        measure.better,
        unit_scale(measure),
        rng,
    )
    years = tuple(table.years(areas))
    return Comparative(period, way, compared, years, _gap(years, measure.better))


def _gap(years: Sequence[GapYear], better: str | None) -> Gap:
    sign = {"higher": 1.0, "lower": -1.0}.get(better or "")
    if sign is None:
        return "too-few"
    return compare.gap_trend([sign * (year.own - year.median) for year in years])


def funnel_at(
    measure: Measure, among: Comparison, size: float
) -> tuple[float, float, float, float]:
    """The funnel's limits at another size: 99.8 % low, 95 % low, 95 % high, 99.8 % high."""
    return compare.limits_at(among, measure.type, size, unit_scale(measure))
