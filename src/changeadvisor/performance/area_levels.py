"""Levels that can be compared: ours and other areas', by period, each with its standard error.

Registers hold what was published: years that begin in April, areas that have been joined since, our
own months beside other people's years. Here they are put on one footing.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import statistics
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from changeadvisor.model import (
    COVERS,
    Area,
    Comparator,
    Every,
    Measure,
    Programme,
    Series,
    add_months,
)
from changeadvisor.performance import spc
from changeadvisor.performance.compare import AreaLevel
from changeadvisor.performance.levels import D2, cadence

#: Fewest readings of one area from which its own noise is read.
FEWEST_FOR_NOISE = 4

#: The comparators of a measure: by area, by the first day of the period.
Rows = dict[str, dict[dt.date, Comparator]]


@dataclass(frozen=True, slots=True)
class GapYear:
    """Our level and the others' quartiles in one period, in the measure's unit.

    Over the areas that have every period shown.
    """

    period: dt.date
    """The first day of the period."""
    own: float
    """Ours."""
    low_quartile: float
    """A quarter of the others lie below."""
    median: float
    """Half of the others lie below."""
    high_quartile: float
    """A quarter of the others lie above."""
    areas: int
    """How many other areas there are."""


@dataclass(frozen=True, slots=True)
class LevelTable:
    """Levels by period, ours and the others', at the comparators' own cadence."""

    own: Mapping[dt.date, AreaLevel]
    """Ours, by the first day of the period."""
    others: Mapping[str, Mapping[dt.date, AreaLevel]]
    """Those of each other area."""
    months: int
    """How many months a period covers."""

    def level(self, area: str, period: dt.date) -> AreaLevel | None:
        """An area's level for the period nearest ours, at most half a period away.

        England's years begin in April.
        """
        rows = self.others.get(area, {})
        if period in rows:
            return rows[period]
        near = [p for p in rows if abs(_index(p) - _index(period)) * 2 <= self.months]
        if not near:
            return None
        return rows[min(near, key=lambda p: (abs(_index(p) - _index(period)), p))]

    def last_period(self, areas: Sequence[str]) -> dt.date | None:
        """Our last period that at least half as many areas have as any of our periods.

        None where no area has any of them.
        """
        counts = {p: sum(self.level(a, p) is not None for a in areas) for p in self.own}
        most = max(counts.values(), default=0)
        return max((p for p, n in counts.items() if n and 2 * n >= most), default=None)

    def years(self, areas: Sequence[str]) -> Iterator[GapYear]:
        """Every period with the same areas throughout.

        Those that have each of our periods: an area that comes or goes would move the quartiles.
        """
        periods = [p for p in sorted(self.own) if any(self.level(a, p) for a in areas)]
        whole = [a for a in areas if all(self.level(a, p) for p in periods)]
        if len(whole) < 2:
            return
        for period in periods:
            levels = [self.level(area, period) for area in whole]
            values = sorted(level.value for level in levels if level is not None)
            low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
            yield GapYear(period, self.own[period].value, low, middle, high, len(whole))


def _index(day: dt.date) -> float:
    """A day as a number of months."""
    return day.year * 12 + day.month + (day.day - 1) / 31


def level_table(programme: Programme, measure: Measure, series: Series) -> LevelTable | None:
    """All levels that can be compared; None where there are none of others, or none of ours."""
    rows: Rows = {}
    for row in measure.comparators:
        if row.area != measure.own_area:
            rows.setdefault(row.area, {})[row.period] = row
    months = COVERS[_usual_cadence(rows) or series.every or "month"]
    # What is not over yet is not known yet.
    rows = {
        area: {p: row for p, row in own.items() if add_months(p, months) <= programme.as_of}
        for area, own in rows.items()
    }
    if not any(rows.values()):
        return None
    _join_succeeded(programme.areas, rows)
    noise = _usual_noise(rows)
    periods = {period for own in rows.values() for period in own}
    ours = _own_levels(measure, series, months, noise, periods)
    if not ours:
        return None
    others = {
        area: {p: _area_level(measure, row, noise) for p, row in own.items()}
        for area, own in rows.items()
    }
    return LevelTable(ours, others, months)


def _usual_cadence(rows: Rows) -> Every | None:
    """The cadence that most areas keep."""
    cadences = [cadence(sorted(own)) for own in rows.values()]
    kept = sorted(every for every in cadences if every is not None)
    return statistics.mode(kept) if kept else None


def _join_succeeded(areas: Sequence[Area], rows: Rows) -> None:
    """Put areas that were joined under the area that succeeded them.

    Where all their sizes are known; else they are left as they are.
    """
    for new in sorted({area.succeeded_by for area in areas if area.succeeded_by}):
        old = [area.area for area in areas if area.succeeded_by == new and area.area in rows]
        sized = all(row.denominator for name in old for row in rows[name].values())
        if old and sized:
            _join(rows, new, old)


def _join(rows: Rows, new: str, old: Sequence[str]) -> None:
    """Put the rows of `old` areas under the `new` one, in the periods that all of them have."""
    joined, parted = rows.setdefault(new, {}), [rows.pop(name) for name in old]
    for period in sorted(set.intersection(*map(set, parted)) - set(joined)):
        joined[period] = _as_one(new, period, [own[period] for own in parted])


def _as_one(area: str, period: dt.date, parts: Sequence[Comparator]) -> Comparator:
    """The rows of areas that were joined, as one: weighed by their sizes."""
    size = math.fsum(p.denominator or 0.0 for p in parts)
    value = math.fsum(p.value * (p.denominator or 0.0) for p in parts) / size
    return Comparator(area=area, period=period, value=value, denominator=size)


def _usual_noise(rows: Rows) -> float | None:
    """The noise of one reading, from the areas' own ups and downs.

    For where sizes do not tell it. None where fewer than two areas do.
    """
    each = []
    for own in rows.values():
        values = [own[p].value for p in sorted(own)]
        if len(values) >= FEWEST_FOR_NOISE:
            each.append(float(spc.moving_range(np.array([values]))[0]) / D2)
    usual = statistics.median(each) if len(each) >= 2 else 0.0
    return usual if usual > 0 else None


def _area_level(measure: Measure, row: Comparator, noise: float | None) -> AreaLevel:
    """An area's level with its standard error."""
    error = _standard_error(measure, row.value, row, noise)
    return AreaLevel(row.area, row.value, row.denominator, row.expected, error)


def _standard_error(
    measure: Measure, value: float, row: Comparator | None, noise: float | None
) -> float | None:
    """From an area's size where the kind of measure allows, else from noise.

    The textbook errors of a proportion, a rate and a ratio of counts. So that an area without any
    case is not taken to be certain, a proportion is read with one case more on either side (the
    rule of succession), and a count is not taken below a half.
    """
    scale = unit_scale(measure)
    size = row.denominator if row else None
    if measure.type == "proportion" and size and 0 <= value <= scale:
        share = (value / scale * size + 1.0) / (size + 2.0)
        return scale * math.sqrt(share * (1.0 - share) / size)
    if measure.type == "rate" and size and scale > 0:
        return scale * math.sqrt(max(value / scale * size, 0.5)) / size
    expected = row.expected if row else None
    if measure.type == "ratio" and expected:
        return scale * math.sqrt(max(value / scale, 0.5 / expected) / expected)
    return noise


def _own_levels(
    measure: Measure, series: Series, months: int, noise: float | None, theirs: Collection[dt.date]
) -> dict[dt.date, AreaLevel]:
    """Our level in each period of the comparators.

    Our row among them, else our readings that make up the period. Counts are not put together:
    whether a year's is the sum or the mean of its months, nobody says.
    """
    own = measure.own_area or "us"
    rows = {c.period: c for c in measure.comparators if c.area == measure.own_area}
    step = COVERS[series.every or "month"]
    if step == months:
        return _same_cadence(measure, series, own, rows, noise)
    known_to = add_months(series.points[-1].known_on, 1) if series.points else dt.date.min
    levels = {
        period: _area_level(measure, row, noise)
        for period, row in rows.items()
        if add_months(period, months) <= known_to
    }
    if levels or measure.type == "count":
        return levels
    return _joined_readings(own, series, months // step, step, noise, theirs)


def _same_cadence(
    measure: Measure,
    series: Series,
    own: str,
    rows: Mapping[dt.date, Comparator],
    noise: float | None,
) -> dict[dt.date, AreaLevel]:
    """Our readings as they are, with the sizes that stand beside them or in our rows."""
    sizes = {
        o.period: Comparator.model_validate({**o.model_dump(), "area": own})
        for o in measure.observations
    }
    levels = {}
    for point in series.points:
        row = sizes.get(point.period) or rows.get(point.period)
        size, expected = (row.denominator, row.expected) if row else (None, None)
        error = _standard_error(measure, point.value, row, noise)
        levels[point.period] = AreaLevel(own, point.value, size, expected, error)
    return levels


def _joined_readings(
    own: str,
    series: Series,
    parts: int,
    step: int,
    noise: float | None,
    theirs: Collection[dt.date],
) -> dict[dt.date, AreaLevel]:
    """Means of whole runs of our readings, by the period they begin in.

    Where a period of the others begins.
    """
    if parts < 2:
        return {}
    levels = {}
    points = {p.period: p.value for p in series.points}
    for period in sorted(points.keys() & set(theirs)):
        values = [points.get(add_months(period, step * k)) for k in range(parts)]
        known = [v for v in values if v is not None]
        if len(known) == parts:
            levels[period] = AreaLevel(own, math.fsum(known) / parts, error=noise)
    return levels


def unit_scale(measure: Measure) -> float:
    """What a share is multiplied by in the measure's unit.

    100 for per cent, 1000 for a rate per thousand, else 1.
    """
    unit = (measure.unit or "").lower().replace(",", "")
    if "%" in unit or "per cent" in unit:
        return 100.0
    per = re.search(r"per (\d+)", unit)
    return float(per[1]) if per else 1.0
