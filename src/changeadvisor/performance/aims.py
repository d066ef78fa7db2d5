"""A measure beside an outside standard and beside our own target.

Whether the aim will be met by chance alone, and the chance that the reading for its date meets it.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from changeadvisor.model import (
    COVERS,
    Measure,
    Series,
)
from changeadvisor.performance import autocorrelation, spc
from changeadvisor.performance.forecast import Chance, chance
from changeadvisor.performance.levels import comparable
from changeadvisor.performance.own_past import READINGS_A_YEAR, Ipsative, places
from changeadvisor.performance.spc import Assured


@dataclass(frozen=True, slots=True)
class Aim:
    """A measure beside a standard or a target, in its own unit."""

    value: float | None
    """The standard or target; None where none is given."""
    distance: float | None
    """How far the recent level is on its better side."""
    assurance: Assured
    """As the NHS has it, from the last limits of the whole chart."""
    now: Assured
    """For the rules, from the adjusted limits about the present level."""
    chance: Chance | None
    """That a reading meets it: the next one (standard), or the one for its date (target)."""
    by: dt.date | None = None
    """The date of a target."""


def standard_aim(
    measure: Measure,
    series: Series,
    own: Ipsative | None,
    recent: float | None,
    rng: np.random.Generator | None,
) -> Aim:
    """Beside an outside standard; the chance is that of the next reading."""
    odds = _chance(measure, series, measure.standard, 1, rng)
    return _aim(measure, own, recent, measure.standard, odds, None)


def target_aim(
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
    if by is not None and ahead is not None and ahead < 1:
        odds = _decided(measure, series, by)
    else:
        odds = _chance(measure, series, measure.target, ahead, rng)
    return _aim(measure, own, recent, measure.target, odds, by)


def _ahead(series: Series, by: dt.date) -> int | None:
    """How many readings after the last the one for a date is; 0 or less where it is in."""
    if not series.points or series.every is None:
        return None
    last = series.points[-1].period
    months = (by.year - last.year) * 12 + by.month - last.month - (by.day < last.day)
    return math.floor(months / COVERS[series.every])


def _decided(measure: Measure, series: Series, by: dt.date) -> Chance | None:
    """The reading for the date is in: the target was met or it was not."""
    covering = [p.value for p in series.points if p.period <= by]
    target = measure.target
    if not covering or target is None or measure.better not in ("higher", "lower"):
        return None
    met = covering[-1] >= target if measure.better == "higher" else covering[-1] <= target
    return Chance(float(met), float(met), float(met))


def _chance(
    measure: Measure,
    series: Series,
    value: float | None,
    ahead: int | None,
    rng: np.random.Generator | None,
) -> Chance | None:
    """The chance from the readings since the last rebase.

    A steady season is taken out and put back.
    """
    if value is None or ahead is None or rng is None:
        return None
    points = comparable(measure, series).points
    if len(points) < 2 or measure.better not in ("higher", "lower"):
        return None
    values, at_places = np.array([p.value for p in points]), places(points, series.every)
    year = READINGS_A_YEAR.get(series.every or "")
    season = autocorrelation.estimate(values[None, :], year, at_places).season[0]
    then = 0.0
    if year is not None and season.any():
        same = (at_places[-1] + ahead) % year
        then = next(
            float(s) for s, place in zip(season, at_places, strict=True) if place % year == same
        )
    return chance(list(values - season), ahead, value, measure.better, rng, then)


def _aim(
    measure: Measure,
    own: Ipsative | None,
    recent: float | None,
    value: float | None,
    odds: Chance | None,
    by: dt.date | None,
) -> Aim:
    sign = {"higher": 1.0, "lower": -1.0}.get(measure.better or "")
    distance = None
    if value is not None and recent is not None and sign is not None:
        distance = sign * (recent - value)
    if own is None:
        return Aim(value, distance, "unknown", "unknown", odds, by)
    whole = spc.assurance(own.last.lower, own.last.upper, value, measure.better)
    now = spc.assurance(*own.now, value, measure.better)
    return Aim(value, distance, whole, now, odds, by)
