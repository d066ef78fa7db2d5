"""Is it news, or only the series being like itself? Charts adjusted for it.

On a series whose months resemble their neighbours, plain limits are too narrow and runs come by
themselves: about one last point in four of a stable series is then called special (Alwan and
Roberts 1988 on such series; Maragah and Woodall 1992 on their false alarms). So the facts that
rules weigh are read from charts whose limits are wider by 1/sqrt(1 - r) and whose runs must be
longer, r being the correlation of neighbours; a steady season is taken out first. A real step also
makes neighbours alike. Which of the two it is, step or autocorrelation, is decided by the Bayesian
information criterion (Schwarz 1978). All of it works on n series x t points at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from changeadvisor.performance import spc
from changeadvisor.performance.spc import Charts, Floats

#: Fewest points from which it can be judged, and fewest whole seasons from which a season can.
FEWEST, SEASONS = 10, 2
#: A correlation stronger than this is held to it: beyond, level and noise cannot be told apart.
MOST: Final = 0.95
#: From this correlation on, two of three near a limit say nothing.
NEAR_TO: Final = 0.2
#: A season is taken out where chance alone would show as much one time in a hundred.
SEASON_LEVEL: Final = 0.01


@dataclass(frozen=True, slots=True)
class Autocorrelation:
    """What makes the points of each series alike."""

    r: Floats
    """The correlation of neighbours that limits are adjusted for, one a series; 0: none clear."""
    season: Floats
    """The season around 0, series x points; all 0 where there is none."""
    seasonal: NDArray[np.bool_]
    """Whether there is a season, one a series."""


def read(
    values: Floats, period: int | None = None, places: tuple[int, ...] | None = None
) -> tuple[Charts, Autocorrelation]:
    """Adjusted charts, and what they were adjusted for.

    period: points in a year, where there may be a season. places: the place of each point in its
    year, where some are missing; one after the other by default.
    """
    rows = np.atleast_2d(np.asarray(values, dtype=np.float64))
    likeness = estimate(rows, period, places)
    spread = np.sqrt(_freedom(rows.shape[1], period, likeness.seasonal))
    # Runs are lengthened until they are as rare as seven points are where neighbours are unlike:
    # six more on the same side (each one in two), or five more rises (each one in three).
    run = 1 + np.round(6 * np.log(2) / -np.log(_same_side(likeness.r))).astype(np.intp)
    rises = 1 + np.round(5 * np.log(3) / -np.log(_same_way(likeness.r))).astype(np.intp)
    charts = spc.xmr(
        rows - likeness.season,
        widen=spread / np.sqrt(1.0 - likeness.r),
        shift_run=run,
        trend_run=rises + 1,
        near=likeness.r < NEAR_TO,
    )
    return charts, likeness


def _freedom(points: int, period: int | None, seasonal: NDArray[np.bool_]) -> Floats:
    """Taking out a season also takes out noise; the factor that puts it back into the variance."""
    left = points / max(points - (period or 1) + 1, 1)
    return np.where(seasonal, left, 1.0)


def _same_side(r: Floats) -> Floats:
    """How often neighbours lie on the same side of their mean (Sheppard's arcsine law).

    A half where they are unlike.
    """
    return 0.5 + np.arcsin(r) / np.pi


def _same_way(r: Floats) -> Floats:
    """How often a rise follows a rise.

    A third where points are unlike, for neighbouring steps then correlate by -1/2.
    """
    return 0.5 + np.arcsin(-(1.0 - r) / 2.0) / np.pi


def estimate(
    rows: Floats, period: int | None = None, places: tuple[int, ...] | None = None
) -> Autocorrelation:
    """Season and correlation of neighbours of each series."""
    count, points = rows.shape
    season, seasonal = _season(rows, period, places or tuple(range(points)))
    if points < FEWEST:
        return Autocorrelation(np.zeros(count), season, seasonal)
    flat = rows - season
    return Autocorrelation(_correlation(flat), season, seasonal)


def _season(
    rows: Floats, period: int | None, places: tuple[int, ...]
) -> tuple[Floats, NDArray[np.bool_]]:
    """The season of each series, around 0, and whether there is one.

    An F test of what it explains beyond a straight line.
    """
    count, points = rows.shape
    none = np.zeros_like(rows), np.zeros(count, dtype=np.bool_)
    if period is None or period < 2 or points < max(SEASONS * period, period + 4):
        return none
    if len({p % period for p in places}) < period:
        return none
    both, inverse = _design(places, period)
    left = points - both.shape[1]
    fitted = rows @ inverse.T
    before = (_without_line(rows) ** 2).sum(axis=1)
    after = ((rows - fitted @ both.T) ** 2).sum(axis=1)
    gained = (before - after) / (period - 1)
    clear = gained * left > after * _season_limit(period - 1, left)
    season = fitted[:, 2:] @ both[:, 2:].T
    return np.where(clear[:, None], season, 0.0), clear


@lru_cache(maxsize=256)
def _design(places: tuple[int, ...], period: int) -> tuple[Floats, Floats]:
    """One, the line and the season of points at their places, and their pseudo-inverse."""
    points, place = len(places), np.array(places) % period
    line = np.stack([np.ones(points), np.arange(points) - (points - 1) / 2.0], axis=1)
    months = (place[:, None] == np.arange(1, period)[None, :]).astype(np.float64)
    both = np.concatenate([line, months - months.mean(axis=0)], axis=1)
    inverse: Floats = np.asarray(np.linalg.pinv(both), dtype=np.float64)
    return both, inverse


@lru_cache(maxsize=256)
def _season_limit(gained: int, left: int) -> float:
    """The F that chance alone exceeds one time in a hundred."""
    from scipy.special import fdtri

    return float(fdtri(gained, left, 1.0 - SEASON_LEVEL))


@lru_cache(maxsize=256)
def _line(points: int) -> tuple[Floats, Floats]:
    """One and the line, and their pseudo-inverse."""
    x = np.stack([np.ones(points), np.arange(points, dtype=np.float64)], axis=1)
    inverse: Floats = np.asarray(np.linalg.pinv(x), dtype=np.float64)
    return x, inverse


def _correlation(rows: Floats) -> Floats:
    """R of neighbours, corrected for its bias.

    0 where a step or a line explains a series better than likeness of neighbours does.
    """
    points = rows.shape[1]
    flat = rows - rows.mean(axis=1, keepdims=True)
    stepped = _without_step(rows)
    lined = _without_line(rows)
    # Six models of each series, with their parameters (the scatter among them): a level, a step and
    # a line, each without and with likeness of neighbours.
    criteria = [
        _bic(flat, 2),
        _bic(_innovations(flat), 3),
        _bic(stepped, 4),
        _bic(lined, 3),
        _bic(_innovations(stepped), 5),
        _bic(_innovations(lined), 4),
    ]
    best = np.argmin(np.stack(criteria), axis=0)
    has_step = ((best == 2) | (best == 4))[:, None]
    has_line = ((best == 3) | (best == 5))[:, None]
    r = _r(np.where(has_step, stepped, np.where(has_line, lined, flat)))
    # Marriott and Pope 1954: the estimate is too low by about (1 + 3 r) / n, more so where a step
    # was taken out.
    corrected = (points * r + 1.0) / (points - 3.0)
    # One standard error of r where there is none.
    clear = r > 1.0 / np.sqrt(points)
    held: Floats = np.clip(np.where(clear, corrected, 0.0), 0.0, MOST)
    return held


def _r(rows: Floats) -> Floats:
    """The correlation of neighbours; 0 for a constant series."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    total = (centred**2).sum(axis=1)
    neighbours = (centred[:, 1:] * centred[:, :-1]).sum(axis=1)
    r: Floats = np.where(total > 0, neighbours / np.where(total > 0, total, 1.0), 0.0)
    return r


def _innovations(rows: Floats) -> Floats:
    """What is new at each point of a series whose neighbours are alike.

    The first is scaled as the stationary law has it.
    """
    r = np.clip(_r(rows), 0.0, MOST)[:, None]
    first = rows[:, :1] * np.sqrt(1.0 - r**2)
    return np.concatenate([first, rows[:, 1:] - r * rows[:, :-1]], axis=1)


def _bic(left: Floats, parameters: int) -> Floats:
    """The Bayesian information criterion of what a model leaves over; the least is best."""
    points = left.shape[1]
    fit = points * np.log((left**2).mean(axis=1) + 1e-300)
    bic: Floats = fit + parameters * np.log(points)
    return bic


def _without_line(rows: Floats) -> Floats:
    """A series less its straight line."""
    x, inverse = _line(rows.shape[1])
    line: Floats = rows @ inverse.T @ x.T
    return rows - line


def _without_step(rows: Floats) -> Floats:
    """A series less its means before and after the step that explains most of it.

    Three points at least on each side.
    """
    points = rows.shape[1]
    sums = np.cumsum(rows, axis=1)
    total = sums[:, -1:]
    at = np.arange(3, points - 2)
    before = sums[:, at - 1] / at
    after = (total - sums[:, at - 1]) / (points - at)
    gained = at * (points - at) / points * (before - after) ** 2
    best = gained.argmax(axis=1)
    row = np.arange(len(rows))
    early = np.arange(points)[None, :] < at[best][:, None]
    level: Floats = np.where(early, before[row, best][:, None], after[row, best][:, None])
    return rows - level
