"""A measure among other areas: funnel limits, ranks with their uncertainty, and the gap over time.

Limits follow Spiegelhalter 2005 (Funnel plots for comparing institutional performance, Statistics
in Medicine 24) and, for over-dispersion, Spiegelhalter 2005 (Quality and Safety in Health Care 14).
Ranks are drawn (Goldstein and Spiegelhalter 1996, JRSS A 159): most areas cannot be told apart, so
a rank never stands without its interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Two-sided 95 % and 99.8 % of the normal distribution.
Z95, Z998 = 1.959964, 3.090232
#: Fewest areas for over-dispersion to be estimated, and for the spread of areas to say anything.
DISPERSED, SPREAD = 8, 4
DRAWS: Final = 10_000

Flag = Literal["within", "above-95", "below-95", "above-998", "below-998"]
Position = Literal["much-better", "better", "similar", "worse", "much-worse"]


# --- limits ---------------------------------------------------------------------------------------


def proportion_limits(
    average: float, size: Any, z: float, between: float = 0.0
) -> tuple[Floats, Floats]:
    """Funnel limits of a proportion (0 to 1) among `size` cases, held to 0 and 1.

    The Wilson interval turned about. between: the variance between areas beyond chance (tau
    squared).
    """
    reach = z * np.sqrt(average * (1.0 - average) / np.asarray(size, dtype=np.float64) + between)
    return np.clip(average - reach, 0.0, 1.0), np.clip(average + reach, 0.0, 1.0)


def ratio_limits(expected: Any, share: float) -> tuple[Floats, Floats]:
    """Exact Poisson limits of observed over expected.

    share: of chance that lies outside (0.05 or 0.002).
    """
    from scipy.special import chdtri

    e = np.asarray(expected, dtype=np.float64)
    low = chdtri(2.0 * e, 1.0 - share / 2.0) / (2.0 * e)
    return low, chdtri(2.0 * (e + 1.0), share / 2.0) / (2.0 * e)


def flag_of(value: float, wide: tuple[float, float], near: tuple[float, float]) -> Flag:
    """Where a value lies: beyond the wide limits (99.8 %), the near ones (95 %), or within."""
    if value > wide[1]:
        return "above-998"
    if value < wide[0]:
        return "below-998"
    if value > near[1]:
        return "above-95"
    return "below-95" if value < near[0] else "within"


# --- over-dispersion ------------------------------------------------------------------------------


def log_ratio_z(observed: Any, expected: Any) -> Floats:
    """Z of observed over expected on the log scale (SHMI)."""
    o, e = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    return np.sqrt(e) * np.log(o / e)


def root_ratio_z(observed: Any, expected: Any) -> Floats:
    """Z of observed over expected on the square-root scale (CQC)."""
    o, e = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    return 2.0 * np.sqrt(e) * (np.sqrt(o / e) - 1.0)


def winsorised(z: Any, share: float = 0.1) -> Floats:
    """Z with the outer `share` at each end held to its quantile (CQC)."""
    values = np.asarray(z, dtype=np.float64)
    return np.clip(values, np.quantile(values, share), np.quantile(values, 1.0 - share))


def truncated(z: Any, share: float = 0.1) -> Floats:
    """Z without the outer `share` of areas at each end, in whole areas (SHMI)."""
    values = np.sort(np.asarray(z, dtype=np.float64))
    out = int(len(values) * share)
    return values[out : len(values) - out]


def dispersion(z: Any) -> float:
    """phi: the mean of squared z; 1 is chance alone."""
    return float(np.mean(np.asarray(z, dtype=np.float64) ** 2))


def between_variance(phi: float, errors: Any) -> float:
    """Tau squared: the variance between areas beyond chance.

    From phi and each area's standard error, by moments (DerSimonian and Laird 1986; Spiegelhalter
    2005).
    """
    s = np.asarray(errors, dtype=np.float64)
    n, w = len(s), 1.0 / s**2
    if n * phi < n - 1:
        return 0.0
    return max(0.0, float((n * phi - (n - 1)) / (w.sum() - (w**2).sum() / w.sum())))


# --- one comparison -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AreaLevel:
    """One area's level for the period compared."""

    area: str
    """Its name, or code."""
    value: float
    """In the measure's unit."""
    size: float | None = None
    """How many cases stand behind it; None: not known."""
    expected: float | None = None
    """Of a ratio, how many were to be expected; None: not known."""
    error: float | None = None
    """The standard error of the value; None where nothing tells it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where our level stands among areas."""

    levels: tuple[AreaLevel, ...]
    """Every area's, ours included, by name."""
    rank: int | None
    """Ours, 1 is best; None where no direction is better."""
    rank_interval: tuple[int, int] | None
    """Where our rank lies in 95 % of draws; None where nothing tells how sure the values are."""
    top_quarter: float | None
    """The share of draws in which we are in the best quarter."""
    above_median: float | None
    """The share of draws in which we are in the better half."""
    ahead_of: tuple[tuple[str, float], ...]
    """For every other area, how often we are better in the draws."""
    basis: Literal["chance", "spread"] | None
    """What limits are drawn from: chance at our size, how far the others lie apart, or nothing."""
    average: float | None
    """The middle of the funnel."""
    near: tuple[float, float] | None
    """The 95 % limits at our size."""
    wide: tuple[float, float] | None
    """The 99.8 % limits at our size."""
    between: float
    """The variance between areas beyond chance by which limits were widened (tau squared)."""
    flag: Flag | None
    """Where our value lies among the limits."""
    position: Position | None
    """What that means; None where no direction is better."""


_POSITIONS: dict[Flag, tuple[Position, Position]] = {
    "within": ("similar", "similar"),
    "above-95": ("better", "worse"),
    "below-95": ("worse", "better"),
    "above-998": ("much-better", "much-worse"),
    "below-998": ("much-worse", "much-better"),
}


def compare(
    own: AreaLevel,
    others: Sequence[AreaLevel],
    kind: str | None,
    better: str | None,
    scale: float,
    rng: np.random.Generator | None,
) -> Comparison:
    """Our level among others.

    kind: proportion, rate, ratio, or another word, for which only their spread tells. scale: what
    the value is multiplied by (100 for per cent, 1000 for a rate per thousand). rng: for the draws
    of ranks; without it none are drawn.
    """
    limits = _limits(own, others, kind, scale)
    flag = flag_of(own.value, limits.wide, limits.near) if limits else None
    signed = better in ("higher", "lower")
    position = _POSITIONS[flag][better == "lower"] if flag and signed else None
    ranks = _ranks(own, others, better, rng) if signed and others else None
    return Comparison(
        levels=tuple(sorted((own, *others), key=lambda level: level.area)),
        rank=ranks.rank if ranks else None,
        rank_interval=ranks.interval if ranks else None,
        top_quarter=ranks.top_quarter if ranks else None,
        above_median=ranks.above_median if ranks else None,
        ahead_of=ranks.ahead_of if ranks else (),
        basis=limits.basis if limits else None,
        average=limits.average if limits else None,
        near=limits.near if limits else None,
        wide=limits.wide if limits else None,
        between=limits.between if limits else 0.0,
        flag=flag,
        position=position,
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    """As in `Comparison`."""

    basis: Literal["chance", "spread"]
    average: float
    near: tuple[float, float]
    wide: tuple[float, float]
    between: float


def _limits(
    own: AreaLevel, others: Sequence[AreaLevel], kind: str | None, scale: float
) -> _Limits | None:
    """Limits from chance where the sizes are known, else from the spread of the others."""
    every = [own, *others]
    sized = len(others) > 0 and all(a.size for a in every)
    if kind == "proportion" and sized and 0 <= own.value <= scale:
        return _of_proportion(every, scale)
    if kind == "rate" and sized and scale > 0:
        return _of_rate(every, scale)
    if kind == "ratio" and others and all(a.expected for a in every):
        observed = [a.value / scale * (a.expected or 0.0) for a in every]
        return _of_counts(observed, [a.expected or 0.0 for a in every], scale)
    return _of_spread(others)


def _of_rate(every: Sequence[AreaLevel], scale: float) -> _Limits | None:
    """Limits of a rate: its count beside what the average rate would give at that size."""
    sizes = [a.size or 0.0 for a in every]
    counts = [a.value / scale * size for a, size in zip(every, sizes, strict=True)]
    average = sum(counts) / sum(sizes)
    if average <= 0:
        return None
    return _of_counts(counts, [average * size for size in sizes], average * scale)


def _of_proportion(every: Sequence[AreaLevel], scale: float) -> _Limits | None:
    sizes = np.array([a.size for a in every], dtype=np.float64)
    values = np.array([a.value for a in every], dtype=np.float64) / scale
    average = float((values * sizes).sum() / sizes.sum())
    if not 0 < average < 1:
        return None
    errors = np.sqrt(average * (1.0 - average) / sizes)
    between = _between((values - average) / errors, errors)
    near, wide = (proportion_limits(average, sizes[0], z, between) for z in (Z95, Z998))
    return _Limits("chance", average * scale, _pair(near, scale), _pair(wide, scale), between)


def _of_counts(observed: Sequence[float], expected: Sequence[float], average: float) -> _Limits:
    """Limits of our count about what is expected of it, exact where there is no over-dispersion."""
    e = np.array(expected, dtype=np.float64)
    o = np.maximum(np.array(observed, dtype=np.float64), 0.0)
    errors = 1.0 / (2.0 * np.sqrt(e))
    between = _between(root_ratio_z(o, e), errors)
    near, wide = (
        _count_limits(float(e[0]), z, share, between) for z, share in ((Z95, 0.05), (Z998, 0.002))
    )
    return _Limits("chance", average, _pair(near, average), _pair(wide, average), between)


def _of_spread(others: Sequence[AreaLevel]) -> _Limits | None:
    """Limits from how far the others lie apart.

    Where one more like them would lie: a prediction interval of the t distribution.
    """
    if len(others) < SPREAD:
        return None
    from scipy.special import stdtrit

    values = np.array([a.value for a in others], dtype=np.float64)
    n, middle = len(values), float(values.mean())
    reach = float(values.std(ddof=1)) * math.sqrt(1.0 + 1.0 / n)
    if reach <= 1e-12 * max(1.0, abs(middle)):
        return None
    near, wide = (float(stdtrit(n - 1, share)) * reach for share in (0.975, 0.999))
    return _Limits(
        "spread", middle, (middle - near, middle + near), (middle - wide, middle + wide), 0.0
    )


def _between(z: Floats, errors: Floats) -> float:
    return between_variance(dispersion(winsorised(z)), errors) if len(z) >= DISPERSED else 0.0


def _pair(ends: tuple[Any, Any], scale: float) -> tuple[float, float]:
    return float(ends[0]) * scale, float(ends[1]) * scale


def limits_at(
    among: Comparison, kind: str | None, size: float, scale: float
) -> tuple[float, float, float, float]:
    """99.8 % low, 95 % low, 95 % high and 99.8 % high of the same funnel at another size.

    Of a ratio, at another expected count.
    """
    average, tau = (among.average or 0.0), among.between
    if kind == "proportion":
        near, wide = (proportion_limits(average / scale, size, z, tau) for z in (Z95, Z998))
        ends = [float(v) * scale for v in (wide[0], near[0], near[1], wide[1])]
    else:
        expected = average / scale * size if kind == "rate" else size
        inner, outer = (
            _count_limits(expected, z, share, tau) for z, share in ((Z95, 0.05), (Z998, 0.002))
        )
        ends = [v * average for v in (outer[0], inner[0], inner[1], outer[1])]
    return ends[0], ends[1], ends[2], ends[3]


def _count_limits(expected: float, z: float, share: float, between: float) -> tuple[float, float]:
    """Limits of observed over expected: exact, or wider on the scale of the square root.

    There the error is 1 / (2 sqrt(expected)), to which the variance between areas is added.
    """
    if between == 0.0:
        low, high = ratio_limits(expected, share)
        return float(low), float(high)
    reach = z * math.sqrt(1.0 / (4.0 * expected) + between)
    return max(0.0, 1.0 - reach) ** 2, (1.0 + reach) ** 2


# --- ranks ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ranks:
    """As in `Comparison`."""

    rank: int
    interval: tuple[int, int] | None
    top_quarter: float | None
    above_median: float | None
    ahead_of: tuple[tuple[str, float], ...]


def _ranks(
    own: AreaLevel, others: Sequence[AreaLevel], better: str | None, rng: np.random.Generator | None
) -> _Ranks:
    """Our rank, and how it varies among draws of everybody's true level.

    These are normal about the value that was read.
    """
    sign = 1.0 if better == "higher" else -1.0
    beats = [sign * a.value > sign * own.value for a in others]
    rank = 1 + sum(beats)
    if rng is None or own.error is None or any(a.error is None for a in others):
        return _Ranks(rank, None, None, None, ())
    ours = sign * (own.value + own.error * rng.standard_normal(DRAWS))
    theirs = np.array([sign * a.value for a in others])[:, None]
    errors = np.array([a.error for a in others], dtype=np.float64)[:, None]
    ahead = ours > theirs + errors * rng.standard_normal((len(others), DRAWS))
    ranks = 1 + len(others) - ahead.sum(axis=0)
    low, high = (int(q) for q in np.quantile(ranks, (0.025, 0.975), method="nearest"))
    every = len(others) + 1
    shares = zip(others, ahead.mean(axis=1), strict=True)
    ahead_of = tuple(sorted((a.area, round(float(share), 4)) for a, share in shares))
    quarter, half = (round(float((ranks <= every * part).mean()), 4) for part in (0.25, 0.5))
    return _Ranks(rank, (low, high), quarter, half, ahead_of)


def rank_intervals(
    levels: Sequence[AreaLevel], better: str | None, rng: np.random.Generator
) -> tuple[tuple[str, int, int], ...]:
    """For every area, best first, the interval of its rank in 95 % of draws.

    Empty where an error is not known, or no direction is better.
    """
    if better not in ("higher", "lower") or any(a.error is None for a in levels):
        return ()
    sign = -1.0 if better == "higher" else 1.0
    values = np.array([a.value for a in levels])[:, None]
    errors = np.array([a.error for a in levels], dtype=np.float64)[:, None]
    drawn = sign * (values + errors * rng.standard_normal((len(levels), DRAWS)))
    ranks = drawn.argsort(axis=0).argsort(axis=0) + 1
    ends = np.quantile(ranks, (0.025, 0.975), axis=1, method="nearest").astype(int)
    best_first = sorted(range(len(levels)), key=lambda i: (sign * levels[i].value, levels[i].area))
    return tuple((levels[i].area, int(ends[0, i]), int(ends[1, i])) for i in best_first)


# --- the gap over time ----------------------------------------------------------------------------

Gap = Literal["closing", "steady", "widening", "too-few"]
#: Fewest years from which a trend of the gap is read.
YEARS: Final = 4


def gap_trend(gaps: Sequence[float]) -> Gap:
    """Whether the gap to the others moves, from ours less theirs on the better side, oldest first.

    A straight line through the gaps; a slope that chance gives one time in twenty or more is
    steady. `closing` is movement to the better side, from behind or further ahead; `widening` is
    falling back.
    """
    if len(gaps) < YEARS:
        return "too-few"
    from scipy.special import stdtrit

    y = np.asarray(gaps, dtype=np.float64)
    x = np.arange(len(y)) - (len(y) - 1) / 2.0
    slope = float((x * y).sum() / (x * x).sum())
    left = y - y.mean() - slope * x
    error = math.sqrt(float((left**2).sum()) / (len(y) - 2) / float((x * x).sum()))
    if abs(slope) <= float(stdtrit(len(y) - 2, 0.975)) * error:
        return "steady"
    return "closing" if slope > 0 else "widening"
