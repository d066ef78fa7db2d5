"""The chance of meeting an aim by its date, and what changed when an initiative began.

The chance comes from the series' own behaviour: a level that wanders (local level models, Harvey
1989), with and without a steady drift, each weighed by how well it foretold the series so far.
Before and after are compared by an interrupted time series (Wagner et al. 2002) with errors that
remember (Prais and Winsten 1954).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Fewest readings for a chance, and fewest before and after a start for a comparison.
FEWEST, BEFORE, AFTER = 8, 8, 6
#: How much the level wanders each step, as a share of the variance of one reading.
WANDER: Final = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
#: Draws of what is not known of the series, for the interval of the chance.
DRAWS: Final = 400


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability that a reading meets an aim."""

    probability: float
    """0 to 1, over all models."""
    low: float
    """P10 of it, for what is not known of the series."""
    high: float
    """P90 of it, for what is not known of the series."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What models of a level that wanders more or less say of a reading to come.

    All but freedom have one value a degree of wandering.
    """

    mean: Floats
    """The centre of the level then."""
    sure: Floats
    """How far the estimate of that level may be out, as a variance."""
    noise: Floats
    """The variance of the reading about it."""
    weight: Floats
    """The log of how well each foretold the series so far."""
    freedom: int
    """Degrees of freedom of the variances."""


def chance(
    values: Sequence[float],
    ahead: int,
    aim: float,
    better: str,
    rng: np.random.Generator,
    season: float = 0.0,
) -> Chance | None:
    """The chance that the reading `ahead` steps on is at `aim` or on its better side.

    None with too few readings. season: what the season adds at that reading, already taken out of
    `values`.
    """
    y = np.asarray(values, dtype=np.float64)
    if len(y) < FEWEST or ahead < 1:
        return None
    sign = 1.0 if better == "higher" else -1.0
    if float(np.ptp(y)) == 0.0:
        met = float(sign * (y[-1] + season - aim) >= 0)
        return Chance(met, met, met)
    models = [_wandering(y, ahead, drift) for drift in (False, True)]
    log = np.concatenate([m.weight for m in models])
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    return _mixed(models, weights, sign, aim - season, rng)


def _mixed(
    models: Sequence[_Model], weights: Floats, sign: float, aim: float, rng: np.random.Generator
) -> Chance:
    """The chance under all models, weighed; its interval from draws of level, drift and noise."""
    from scipy.special import ndtr, stdtr

    mean, sure, noise = (
        np.concatenate([getattr(m, name) for m in models]) for name in ("mean", "sure", "noise")
    )
    freedom = np.concatenate([np.full(len(m.mean), m.freedom) for m in models])
    chances = stdtr(freedom, sign * (mean - aim) / np.sqrt(sure + noise))
    which = rng.choice(len(weights), size=DRAWS, p=weights)
    shrink = freedom[which] / rng.chisquare(freedom[which])
    level = mean[which] + np.sqrt(sure[which] * shrink) * rng.standard_normal(DRAWS)
    drawn = ndtr(sign * (level - aim) / np.sqrt(noise[which] * shrink))
    low, high = np.quantile(drawn, (0.1, 0.9))
    return Chance(float((weights * chances).sum()), float(low), float(high))


def _wandering(y: Floats, ahead: int, drift: bool) -> _Model:
    """The Kalman filter of a level that wanders, for every degree of wandering at once.

    Variances are in units of noise, whose own is then read from the errors (Harvey 1989). Drift is
    a second state that does not change. What the first readings do not tell is left wide open.
    """
    q = np.asarray(WANDER)
    states = 2 if drift else 1
    a = np.zeros((len(q), 2))
    a[:, 0] = y[0]
    p = np.zeros((len(q), 2, 2))
    p[:, 0, 0] = 1.0
    scale = float(np.var(np.diff(y))) or 1.0
    # The prior of a drift: half a reading's noise a step. A proper prior, so that the weights of
    # models compare.
    p[:, 1, 1] = 0.25 if drift else 0.0
    total, logs = np.zeros(len(q)), np.zeros(len(q))
    for value in y[1:]:
        a[:, 0] += a[:, 1]
        p = _moved(p, q)
        f = p[:, 0, 0] + 1.0
        error = value - a[:, 0]
        gain = p[:, :, 0] / f[:, None]
        a = a + gain * error[:, None]
        p = p - gain[:, :, None] * p[:, 0, None, :]
        total += error**2 / f
        logs += np.log(f)
    n = len(y) - 1
    variance = np.maximum(total / n, 1e-12 * scale)
    level = a[:, 0] + ahead * a[:, 1]
    sure = p[:, 0, 0] + 2 * ahead * p[:, 0, 1] + ahead**2 * p[:, 1, 1]
    weight = -0.5 * logs - 0.5 * n * np.log(variance) - math.log(states)
    return _Model(level, sure * variance, (q * ahead + 1.0) * variance, weight, n)


def _moved(p: Floats, q: Floats) -> Floats:
    """The variance one step on: the drift is added to the level, and the level wanders."""
    moved = p.copy()
    moved[:, 0, 0] = p[:, 0, 0] + 2 * p[:, 0, 1] + p[:, 1, 1] + q
    moved[:, 0, 1] = moved[:, 1, 0] = p[:, 0, 1] + p[:, 1, 1]
    return moved


# --- before and after -----------------------------------------------------------------------------

Verdict = Literal["improved", "no-clear-change", "worsened", "not-enough"]


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """What changed when something began."""

    verdict: Verdict
    """What that means; no clear change where the interval holds 0."""
    before: int
    """Readings before it began."""
    after: int
    """Readings since."""
    effect: float | None = None
    """How much the level changed, in the measure's unit; None with too few readings."""
    low: float | None = None
    """The lower end of its 95 % interval."""
    high: float | None = None
    """The upper end of its 95 % interval."""
    trend: bool = False
    """Whether the line before was allowed for."""
    season: bool = False
    """Whether a season was allowed for."""


def before_after(
    values: Sequence[float],
    start: int,
    better: str | None,
    period: int | None = None,
    places: Sequence[int] | None = None,
) -> BeforeAfter:
    """The level since point `start` against the level before.

    The line and the season before it are taken to go on as they were. places: the place of each
    point in its year, where some are missing; one after the other by default.
    """
    y = np.asarray(values, dtype=np.float64)
    before, after = start, len(y) - start
    if before < BEFORE or after < AFTER or better not in ("higher", "lower"):
        return BeforeAfter("not-enough", before, after)
    at = np.asarray(places if places is not None else range(len(y)))
    trend, season = before >= 12, period is not None and before >= 2 * period
    x = _design(at, start, trend, period if season else None)
    effect, error, freedom = _prais_winsten(y, x)
    from scipy.special import stdtrit

    reach = float(stdtrit(freedom, 0.975)) * error
    verdict = _verdict(effect, reach, 1.0 if better == "higher" else -1.0)
    return BeforeAfter(
        verdict, before, after, effect, effect - reach, effect + reach, trend, season
    )


def _verdict(effect: float, reach: float, sign: float) -> Verdict:
    if abs(effect) <= reach:
        return "no-clear-change"
    return "improved" if effect * sign > 0 else "worsened"


def _design(at: NDArray[np.int64], start: int, trend: bool, period: int | None) -> Floats:
    """Columns: since the start, one, the line, the season."""
    columns = [(np.arange(len(at)) >= start).astype(np.float64), np.ones(len(at))]
    if trend:
        columns.append(at - at.mean())
    if period is not None:
        columns += [(at % period == k).astype(np.float64) for k in range(1, period)]
    return np.stack(columns, axis=1)


def _inverse(square: Floats) -> Floats:
    """The inverse, or where the columns hang together the pseudo-inverse."""
    try:
        return np.asarray(np.linalg.inv(square), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(square), dtype=np.float64)


def _prais_winsten(y: Floats, x: Floats) -> tuple[float, float, int]:
    """The first coefficient, its standard error and degrees of freedom.

    Errors are alike from point to point (Prais and Winsten 1954).
    """
    r, n, k = 0.0, len(y), x.shape[1]
    for _ in range(3):
        root = math.sqrt(1.0 - r * r)
        ys = np.concatenate([[root * y[0]], y[1:] - r * y[:-1]])
        xs = np.concatenate([root * x[:1], x[1:] - r * x[:-1]])
        inverse = _inverse(xs.T @ xs)
        b = inverse @ xs.T @ ys
        left = y - x @ b
        total = float((left**2).sum())
        plain = float((left[1:] * left[:-1]).sum()) / total if total > 1e-18 else 0.0
        # The fitted columns hide some of the memory: the estimate is raised by about k / n
        # (Marriott and Pope 1954).
        r = min(0.9, max(0.0, (n * plain + k / 2.0 + 1.0) / (n - 3.0)))
    freedom = max(1, n - k - 1)
    sigma = float(((ys - xs @ b) ** 2).sum()) / freedom
    return float(b[0]), math.sqrt(max(0.0, sigma * float(inverse[0, 0]))), freedom
