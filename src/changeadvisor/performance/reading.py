"""One measure read three ways: against its own past, a standard and a target, and other areas.

The chart follows the NHS rules to the letter (`ipsative`); what rules weigh is read from limits
adjusted for memory and season (`past`). Nothing is guessed: what cannot be said is None, and `why`
says why not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import statistics
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from changeadvisor.model import (
    COVERS,
    Area,
    Comparator,
    Every,
    Measure,
    Programme,
    Reading,
    Series,
    add_months,
)
from changeadvisor.performance import autocorrelation, compare, spc
from changeadvisor.performance.compare import Comparison, Gap, Level
from changeadvisor.performance.forecast import Chance, chance
from changeadvisor.performance.levels import D2, cadence, recent_level

#: Fewest readings for a chart, and fewest years of one area for its own noise.
FEWEST, YEARS = 3, 4
#: How many neighbours are found by distance (as CIPFA's "nearest neighbours" have it).
NEIGHBOURS = 15

Variation = Literal["improvement", "concern", "common-cause", "neither"]
Assured = Literal["pass", "fail", "hit-and-miss", "unknown"]
Past = Literal["better", "no-different", "worse"]
How = Literal["listed", "features", "region", "kind", "all"]
HOW: tuple[How, ...] = ("listed", "features", "region", "kind", "all")
_YEAR = {"month": 12, "quarter": 4}


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the chart is drawn.

    Whether moving ranges are screened, and how many points of a segment fix its limits.
    """

    screen: bool = True
    baseline: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the chart.

    Its limits, every signal it belongs to, and what the strongest means.
    """

    period: dt.date
    value: float
    centre: float
    lower: float
    upper: float
    signals: tuple[str, ...]
    variation: Variation


@dataclass(frozen=True, slots=True)
class Ipsative:
    """Against its own past.

    `trial`: fewer than 12 points since the last rebase, so the limits are only trial limits.

    past: the same question for the rules, from limits adjusted for r (the correlation of
    neighbours) and season. now: the adjusted limits about the present level: that of the last year
    where a special cause moved it.
    """

    points: tuple[Point, ...]
    trial: bool
    past: Past | None
    r: float
    seasonal: bool
    now: tuple[float, float]

    @property
    def last(self) -> Point:
        """The last point, by which the series is classed."""
        return self.points[-1]


@dataclass(frozen=True, slots=True)
class Aim:
    """Beside a standard or a target.

    distance: how far the recent level is on its better side, in the unit.

    assurance: as the NHS has it, from the last limits of the whole chart; now: for the rules, from
    the adjusted limits about the present level.
    """

    value: float | None
    distance: float | None
    assurance: Assured
    now: Assured
    chance: Chance | None
    by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class GapYear:
    """Our level and the others' quartiles in one period, over the areas that have every period shown."""

    period: dt.date
    own: float
    low_quartile: float
    median: float
    high_quartile: float
    areas: int


@dataclass(frozen=True, slots=True)
class Comparative:
    """Beside other areas in the last period that both have. how: the way the areas were chosen."""

    period: dt.date
    how: How
    comparison: Comparison
    years: tuple[GapYear, ...]
    gap: Gap


@dataclass(frozen=True, slots=True)
class Performance:
    """One measure read three ways; None where it cannot be, and `why` in plain words."""

    measure: str
    points: int
    recent: float | None
    ipsative: Ipsative | None
    standard: Aim
    target: Aim
    comparative: Comparative | None
    why: tuple[str, ...]


def read_performance(
    programme: Programme,
    measure: Measure,
    series: Series,
    *,
    seed: int = 0,
    how: How | None = None,
    drawing: Drawing | None = None,
    light: bool = False,
) -> Performance:
    """Read a measure. `series` as `standing.readings` gives it.

    how: which areas to compare with; by default the first way that finds any. drawing: how the
    chart is drawn; what rules weigh does not hang on it. light: without draws, for facts alone.
    """
    own = ipsative(measure, series, drawing or Drawing(), light=light)
    rng = _stream(seed, measure.id)
    recent = recent_level(_since_rebase(measure, series))
    return Performance(
        measure=measure.id,
        points=len(series.points),
        recent=recent,
        ipsative=own,
        standard=_standard(measure, series, own, recent, None if light else rng),
        target=_target(measure, series, own, recent, None if light else rng),
        comparative=comparative(programme, measure, series, None if light else rng, how),
        why=tuple(_why(measure, series)),
    )


def _stream(seed: int, name: str) -> np.random.Generator:
    """The random stream that belongs to (seed, measure)."""
    key = hashlib.sha256(f"{seed}/measure/{name}".encode()).digest()[:16]
    return np.random.Generator(np.random.PCG64(int.from_bytes(key, "big")))


def _why(measure: Measure, series: Series) -> Iterator[str]:
    """What cannot be said of it, and for want of what."""
    if len(series.points) < FEWEST:
        yield f"fewer than {FEWEST} readings: no chart"
    if measure.better not in ("higher", "lower"):
        yield "which way is better is not given: nothing is called better or worse"
    if not measure.comparators:
        yield "no other areas' readings: it cannot be set beside others"
    elif measure.own_area is None:
        yield "`own_area` is not given: other areas are compared with our own readings only"


# --- against its own past -------------------------------------------------------------------------


def _starts(measure: Measure, points: Sequence[Reading]) -> tuple[int, ...]:
    """Where segments begin: at 0 and at each rebase that has points on both sides."""
    found = {
        next((k for k, p in enumerate(points) if p.period >= r.on), len(points))
        for r in measure.rebase
    }
    return (0, *sorted(k for k in found if 0 < k < len(points)))


def _since_rebase(measure: Measure, series: Series) -> Series:
    from changeadvisor.performance.levels import comparable

    return comparable(measure, series)


def ipsative(
    measure: Measure, series: Series, drawing: Drawing, *, light: bool = False
) -> Ipsative | None:
    """The chart, and the adjusted reading since the last rebase.

    None with fewer than three readings.

    light: of the chart the last point's limits alone.
    """
    points = series.points
    if len(points) < FEWEST:
        return None
    starts = _starts(measure, points)
    values = np.array([p.value for p in points])
    shown = (
        (_last(points[-1], values[starts[-1] :]),)
        if light
        else _points(measure, points, values, starts, drawing)
    )
    last = values[starts[-1] :]
    year = _YEAR.get(series.every or "")
    adjusted, found = autocorrelation.read(last, year, places(points[starts[-1] :], series.every))
    direction = int(adjusted.directions()[0, -1])
    past = _past(direction, measure.better) if len(last) >= FEWEST else None
    now = _now(adjusted, direction, year or FEWEST)
    return Ipsative(
        shown, len(last) < spc.TRIAL, past, float(found.r[0]), bool(found.seasonal[0]), now
    )


def places(points: Sequence[Reading], every: Every | None) -> tuple[int, ...]:
    """Where each reading stands on the calendar, counted in months or quarters.

    A missing one leaves its place free.
    """
    months = COVERS[every or "month"]
    return tuple((p.period.year * 12 + p.period.month - 1) // months for p in points)


def _now(adjusted: spc.Charts, direction: int, year: int) -> tuple[float, float]:
    """The adjusted limits about the present level.

    The whole mean, or that of the last year where the level moved.
    """
    reach = float(adjusted.upper[0, -1] - adjusted.centre[0, -1])
    values = adjusted.values[0] if direction == 0 else adjusted.values[0, -max(year, 6) :]
    level = float(values.mean())
    return level - reach, level + reach


def _last(point: Reading, values: spc.Floats) -> Point:
    """The last point with its limits, without its signals."""
    centre, reach = (float(v[0, 0]) for v in spc.limits(values[None, :]))
    return Point(
        point.period, point.value, centre, centre - reach, centre + reach, (), "common-cause"
    )


def _points(
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
    """What a signal in that direction means.

    Better, worse, neither (no direction is better), or common cause.
    """
    if direction == 0:
        return "common-cause"
    if better not in ("higher", "lower"):
        return "neither"
    return "improvement" if (direction > 0) == (better == "higher") else "concern"


def _past(direction: int, better: str | None) -> Past | None:
    words: Mapping[Variation, Past] = {
        "improvement": "better",
        "concern": "worse",
        "common-cause": "no-different",
    }
    return words.get(variation(direction, better)) if better in ("higher", "lower") else None


# --- against a standard and a target --------------------------------------------------------------


def _standard(
    measure: Measure,
    series: Series,
    own: Ipsative | None,
    recent: float | None,
    rng: np.random.Generator | None,
) -> Aim:
    """Beside an outside standard; the chance is that of the next reading."""
    return _aim(measure, series, own, recent, measure.standard, 1, rng, None)


def _target(
    measure: Measure,
    series: Series,
    own: Ipsative | None,
    recent: float | None,
    rng: np.random.Generator | None,
) -> Aim:
    """Beside our own target.

    The chance is that of the reading for its date, and certain where that is in.
    """
    by = measure.target_date
    ahead = None if by is None else _ahead(series, by)
    if (
        measure.target is not None
        and by is not None
        and ahead is not None
        and ahead < 1
        and series.points
    ):
        return _decided(measure, series, own, recent, by)
    return _aim(measure, series, own, recent, measure.target, ahead, rng, by)


def _decided(
    measure: Measure, series: Series, own: Ipsative | None, recent: float | None, by: dt.date
) -> Aim:
    """The reading for the date is in: the target was met or it was not."""
    covering = [p.value for p in series.points if p.period <= by]
    plain = _aim(measure, series, own, recent, measure.target, None, None, by)
    if not covering or plain.value is None or measure.better not in ("higher", "lower"):
        return plain
    met = float(
        covering[-1] >= plain.value if measure.better == "higher" else covering[-1] <= plain.value
    )
    return Aim(plain.value, plain.distance, plain.assurance, plain.now, Chance(met, met, met), by)


def _ahead(series: Series, by: dt.date) -> int | None:
    """How many readings after the last the one for a date is; 0 or less where it is in."""
    if not series.points or series.every is None:
        return None
    last = series.points[-1].period
    months = (by.year - last.year) * 12 + by.month - last.month - (by.day < last.day)
    return math.floor(months / COVERS[series.every])


def _aim(
    measure: Measure,
    series: Series,
    own: Ipsative | None,
    recent: float | None,
    value: float | None,
    ahead: int | None,
    rng: np.random.Generator | None,
    by: dt.date | None,
) -> Aim:
    sign = {"higher": 1.0, "lower": -1.0}.get(measure.better or "")
    distance = None if value is None or recent is None or sign is None else sign * (recent - value)
    assured = (
        spc.assurance(own.last.lower, own.last.upper, value, measure.better) if own else "unknown"
    )
    now = spc.assurance(*own.now, value, measure.better) if own else "unknown"
    found = None
    if value is not None and sign is not None and ahead is not None and rng is not None:
        found = _chance(measure, series, value, ahead, rng)
    return Aim(value, distance, assured, now, found, by)  # type: ignore[arg-type]


def _chance(
    measure: Measure, series: Series, value: float, ahead: int, rng: np.random.Generator
) -> Chance | None:
    """The chance from the readings since the last rebase, a steady season taken out and put back."""
    points = _since_rebase(measure, series).points
    if len(points) < 2:
        return None
    values, at_places = np.array([p.value for p in points]), places(points, series.every)
    year = _YEAR.get(series.every or "")
    season = autocorrelation.memory(values[None, :], year, at_places).season[0]
    at = 0.0
    if year is not None and season.any():
        same = (at_places[-1] + ahead) % year
        at = next(
            float(s) for s, place in zip(season, at_places, strict=True) if place % year == same
        )
    return chance(list(values - season), ahead, value, measure.better or "", rng, at)


# --- against other areas --------------------------------------------------------------------------


def comparative(
    programme: Programme,
    measure: Measure,
    series: Series,
    rng: np.random.Generator | None,
    how: How | None = None,
) -> Comparative | None:
    """Our level among other areas in the last period that both have. None without any."""
    table = _table(programme, measure, series)
    if table is None:
        return None
    way, areas = _chosen(programme, measure, frozenset(table.others), how)
    period = table.last(areas)
    if period is None:
        return None
    found = [level for a in areas if (level := table.level(a, period)) is not None]
    compared = compare.compare(
        table.own[period], found, measure.type, measure.better, _scale(measure), rng
    )
    years = tuple(table.years(areas))
    return Comparative(period, way, compared, years, _gap(years, measure.better))


@dataclass(frozen=True, slots=True)
class _Table:
    """Levels by period.

    Ours, and by area the others', each at the comparators' own cadence of so many months.
    """

    own: Mapping[dt.date, Level]
    others: Mapping[str, Mapping[dt.date, Level]]
    months: int

    def level(self, area: str, period: dt.date) -> Level | None:
        """An area's level for the period nearest ours, at most half a period away (England's years begin in April)."""
        rows = self.others.get(area, {})
        if period in rows:
            return rows[period]
        near = [p for p in rows if abs(_index(p) - _index(period)) * 2 <= self.months]
        return rows[min(near, key=lambda p: (abs(_index(p) - _index(period)), p))] if near else None

    def last(self, areas: Sequence[str]) -> dt.date | None:
        """Our last period that at least half as many areas have as any of our periods.

        None where no area has any.
        """
        counts = {p: sum(self.level(a, p) is not None for a in areas) for p in self.own}
        most = max(counts.values(), default=0)
        return max((p for p, n in counts.items() if n and 2 * n >= most), default=None)

    def years(self, areas: Sequence[str]) -> Iterator[GapYear]:
        """Every period with the same areas throughout.

        Those that have each of ours, so that no boundary distorts.
        """
        periods = [p for p in sorted(self.own) if any(self.level(a, p) for a in areas)]
        whole = [a for a in areas if all(self.level(a, p) for p in periods)]
        for period in periods if len(whole) >= 2 else []:
            values = sorted(
                level.value for a in whole if (level := self.level(a, period)) is not None
            )
            low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
            yield GapYear(period, self.own[period].value, low, middle, high, len(whole))


def _index(day: dt.date) -> float:
    return day.year * 12 + day.month + (day.day - 1) / 31


def _table(programme: Programme, measure: Measure, series: Series) -> _Table | None:
    """All levels that can be compared; None where there are none of others, or none of ours."""
    by_area: dict[str, dict[dt.date, Comparator]] = {}
    for row in measure.comparators:
        if row.area != measure.own_area:
            by_area.setdefault(row.area, {})[row.period] = row
    months = COVERS[_usual(by_area) or series.every or "month"]
    by_area = {a: _over(rows, months, programme.as_of) for a, rows in by_area.items()}
    if not any(by_area.values()):
        return None
    _succeed(programme.areas, by_area)
    errors = _errors(by_area)
    own = _own(measure, series, months, errors, {p for found in by_area.values() for p in found})
    others = {
        a: {p: _level(measure, c, errors) for p, c in found.items()} for a, found in by_area.items()
    }
    return _Table(own, others, months) if own else None


def _over(
    rows: Mapping[dt.date, Comparator], months: int, as_of: dt.date
) -> dict[dt.date, Comparator]:
    """The readings of periods that are over by `as_of`."""
    return {p: row for p, row in rows.items() if add_months(p, months) <= as_of}


def _usual(
    by_area: Mapping[str, Mapping[dt.date, Comparator]],
) -> Literal["month", "quarter", "year"] | None:
    """The cadence that most areas keep."""
    kept = [c for rows in by_area.values() if (c := cadence(sorted(rows))) is not None]
    return statistics.mode(sorted(kept)) if kept else None


def _succeed(areas: Sequence[Area], by_area: dict[str, dict[dt.date, Comparator]]) -> None:
    """Put areas that were joined under the area that succeeded them, where their sizes are known.

    Else leave them.
    """
    for area in {a.succeeded_by for a in areas if a.succeeded_by}:
        before = [a.area for a in areas if a.succeeded_by == area and a.area in by_area]
        if area is None or not before:
            continue
        if not all(row.denominator for b in before for row in by_area[b].values()):
            continue
        rows, parted = by_area.setdefault(area, {}), [by_area.pop(b) for b in before]
        for period in sorted(set.intersection(*map(set, parted)) - set(rows)):
            parts = [old[period] for old in parted]
            size = math.fsum(p.denominator or 0.0 for p in parts)
            value = math.fsum(p.value * (p.denominator or 0.0) for p in parts) / size
            rows[period] = Comparator(area=area, period=period, value=value, denominator=size)


def _errors(by_area: Mapping[str, Mapping[dt.date, Comparator]]) -> float | None:
    """The noise of one reading, from the areas' own ups and downs, for where sizes do not tell it."""
    found = []
    for rows in by_area.values():
        values = [rows[p].value for p in sorted(rows)]
        if len(values) >= YEARS:
            found.append(float(spc.moving_range(np.array([values]))[0]) / D2)
    return statistics.median(found) if len(found) >= 2 and statistics.median(found) > 0 else None


def _level(measure: Measure, row: Comparator, noise: float | None) -> Level:
    """An area's level with its standard error.

    From its size where the kind of measure allows, else from noise.
    """
    return Level(
        row.area, row.value, row.denominator, row.expected, _error(measure, row.value, row, noise)
    )


def _error(
    measure: Measure, value: float, row: Comparator | None, noise: float | None
) -> float | None:
    scale = _scale(measure)
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


def _own(
    measure: Measure, series: Series, months: int, noise: float | None, theirs: Collection[dt.date]
) -> dict[dt.date, Level]:
    """Our level in each period of the comparators.

    Our row among them, else our readings that make up the period.

    Counts are not put together: whether a year's is the sum or the mean of its months, nobody says.
    """
    own = measure.own_area or "us"
    rows = {c.period: c for c in measure.comparators if c.area == measure.own_area}
    sizes = {
        o.period: Comparator.model_validate({**o.model_dump(), "area": own})
        for o in measure.observations
    }
    found: dict[dt.date, Level] = {}
    step = COVERS[series.every or "month"]
    if step == months:
        for p in series.points:
            row = sizes.get(p.period) or rows.get(p.period)
            size, expected = (row.denominator, row.expected) if row else (None, None)
            found[p.period] = Level(
                own, p.value, size, expected, _error(measure, p.value, row, noise)
            )
        return found
    for period, row in rows.items():
        if add_months(period, months) <= _end(series):
            found[period] = _level(measure, row, noise)
    return found or (
        {} if measure.type == "count" else _joined(own, series, months // step, step, noise, theirs)
    )


def _end(series: Series) -> dt.date:
    return add_months(series.points[-1].known_on, 1) if series.points else dt.date.min


def _joined(
    own: str,
    series: Series,
    parts: int,
    step: int,
    noise: float | None,
    theirs: Collection[dt.date],
) -> dict[dt.date, Level]:
    """Means of whole runs of our readings, by the period they begin in, where a period of theirs begins."""
    found = {}
    points = {p.period: p.value for p in series.points}
    for period in sorted(points.keys() & set(theirs)):
        values = [points.get(add_months(period, step * k)) for k in range(parts)]
        known = [v for v in values if v is not None]
        if parts > 1 and len(known) == parts:
            found[period] = Level(own, math.fsum(known) / parts, error=noise)
    return found


def _scale(measure: Measure) -> float:
    """What a share is multiplied by in the measure's unit.

    100 for per cent, 1000 for a rate per thousand, else 1.
    """
    unit = (measure.unit or "").lower().replace(",", "")
    if "%" in unit or "per cent" in unit:
        return 100.0
    found = re.search(r"per (\d+)", unit)
    return float(found[1]) if found else 1.0


def funnel_at(
    measure: Measure, among: Comparison, size: float
) -> tuple[float, float, float, float]:
    """The funnel's limits at another size: 99.8 % low, 95 % low, 95 % high, 99.8 % high."""
    return compare.limits_at(among, measure.type, size, _scale(measure))


def _gap(years: Sequence[GapYear], better: str | None) -> Gap:
    sign = {"higher": 1.0, "lower": -1.0}.get(better or "")
    return compare.gap_trend([sign * (y.own - y.median) for y in years]) if sign else "too-few"


# --- which areas to compare with ------------------------------------------------------------------


def _chosen(
    programme: Programme, measure: Measure, there: frozenset[str], how: How | None
) -> tuple[How, tuple[str, ...]]:
    """The areas to compare with, and how they were chosen.

    Listed by the user, else by features, region or kind.
    """
    for way in HOW if how is None else (how,):
        found = _by(way, programme, measure, there)
        if found:
            return way, tuple(sorted(found))
    return how or "all", ()


def _by(way: How, programme: Programme, measure: Measure, there: frozenset[str]) -> frozenset[str]:
    if way == "all":
        return there
    if way == "listed":
        listed = programme.organisation.neighbours if programme.organisation else ()
        return there & frozenset(listed)
    areas = {a.area: a for a in programme.areas}
    own = areas.get(measure.own_area or "")
    if own is None:
        return frozenset()
    alike = [areas[a] for a in there if a in areas]
    if way == "features":
        return _nearest(own, tuple(sorted(alike, key=lambda a: a.area)))
    wanted = getattr(own, way)
    return frozenset(a.area for a in alike if wanted is not None and getattr(a, way) == wanted)


def _nearest(own: Area, others: tuple[Area, ...]) -> frozenset[str]:
    """The nearest areas by standardised Euclidean distance over the features that all of them have.

    Areas of the same kind only, where kinds are known. Empty where no feature is shared by ours and
    two others.
    """
    alike = [a for a in others if own.kind is None or a.kind is None or a.kind == own.kind]
    names = [n for n in own.features if sum(n in a.features for a in alike) >= 2]
    known = [a for a in alike if all(n in a.features for n in names)]
    if not names or len(known) < 2:
        return frozenset()
    table = np.array([[a.features[n] for n in names] for a in (own, *known)], dtype=np.float64)
    spread = table.std(axis=0)
    steps = (table[1:] - table[0])[:, spread > 0] / spread[spread > 0]
    far = (steps**2).sum(axis=1)
    nearest = sorted(range(len(known)), key=lambda k: (far[k], known[k].area))[:NEIGHBOURS]
    return frozenset(known[k].area for k in nearest)
