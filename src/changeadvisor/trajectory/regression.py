"""What reviews to come will see, and choosing by it: regression on the readings known by then.

At each review the worth of a course less that of going on is regressed on what will have been read
(Longstaff and Schwartz 2001, Review of Financial Studies 14(1), 113-147). The rule for one half of
the draws is fitted on the other half, so that no choice knows its own future.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from changeadvisor.trajectory.courses import Way
from changeadvisor.trajectory.discounting import Discounting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Noise:
    """The noise of readings to come."""

    scatter: Grid
    """Of the mean of one window, by draw."""
    error: Grid
    """Of each window, for a scatter of 1, windows x draws."""

    @classmethod
    def of(cls, scatter: Grid, correlation: Grid, shocks: Grid) -> Noise:
        """From the correlation of neighbouring windows by draw, and normal shocks by window."""
        import numpy as np

        error = np.sqrt(1.0 - correlation**2) * shocks
        error[0] = shocks[0]
        for k in range(1, len(error)):
            error[k] += correlation * error[k - 1]
        return cls(scatter, error)


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings to come along several ways, as what each review goes by."""

    features: Grid
    """Reviews x ways x halves x features x draws / 2."""
    solve: Grid
    """The map from worth to what is fitted on each half, draws / 2 x features."""
    windows: Grid
    """The means of the windows themselves, windows x ways x draws."""


def halves(draws: Grid) -> Grid:
    """The two halves of the draws apart: ... x 2 x (courses or features) x draws / 2.

    Each is spread over all that may be. The last axis holds draws, the one before it courses or
    features, unless there are only ways.
    """
    apart = draws.reshape(*draws.shape[:-1], 2, -1)
    return apart.swapaxes(-3, -2) if draws.ndim > 2 else apart


def readings(ways: Sequence[Way], money: Discounting, noise: Noise) -> Readings:
    """Readings to come along each way, as features of each review, standardised."""
    import numpy as np

    error = noise.scatter * noise.error[: len(money.calendar.windows)]
    seen = np.stack([money.mean.T @ w.monthly.T for w in ways], axis=1) + error[:, None]
    fitted = regression(_features(seen, np.array(money.calendar.seen)))
    return replace(fitted, windows=seen)


def regression(features: Grid) -> Readings:
    """The map from worth to forecast, for features of reviews x ways x features x draws.

    Each half is fitted on the other.
    """
    import numpy as np

    apart = np.ascontiguousarray(halves(features))
    turned = apart.swapaxes(-1, -2)
    # Ridge: where nothing is known yet, or two readings say the same, the forecast is the plain
    # mean.
    solve = turned @ np.linalg.inv(apart @ turned + 1e-3 * np.eye(features.shape[-2]))
    return Readings(apart, solve, features[..., 0, :])


def _features(seen: Grid, counts: NDArray[np.intp]) -> Grid:
    """What each review goes by: the newest window, the one before, the mean, a square, a product.

    seen: windows x ways x draws; counts: windows that each review has seen. Gives reviews x ways x
    features x draws.
    """
    import numpy as np

    known = np.concatenate([np.zeros((2, *seen.shape[1:])), seen])
    last, before = known[counts + 1], known[np.where(counts > 1, counts, 0)]
    # The mean of all says nothing new until there are three.
    share = np.where(counts > 2, 1.0 / np.maximum(counts, 1), 0.0)[:, None, None]
    every = np.cumsum(seen, axis=0)[counts - 1] * share
    f = np.empty((len(counts), seen.shape[1], 6, seen.shape[2]))
    f[:, :, 0], f[:, :, 1], f[:, :, 2], f[:, :, 3] = 1.0, last, before, every
    plain = f[:, :, 1:4]
    plain -= plain.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.einsum("rwfn,rwfn->rwf", plain, plain) / seen.shape[2])
    plain /= np.maximum(spread, 1e-12)[..., None]
    f[:, :, 4], f[:, :, 5] = f[:, :, 1] ** 2 - 1.0, f[:, :, 1] * f[:, :, 2]
    return f


def chooses(
    worth: Grid, choices: Grid, seen: Readings, r: int, barred: NDArray[np.bool_] | None = None
) -> NDArray[np.intp]:
    """What one review chooses, draw by draw: 0 goes on, k is the k-th course.

    The course whose worth is forecast to be greatest above that of going on. worth: ways x 2 x
    draws / 2; choices: ways x 2 x courses x draws / 2; barred: ways x courses that are not open.
    Fitted on one half, used on the other.
    """
    import numpy as np

    fitted = (choices - worth[..., None, :]) @ seen.solve[r]
    forecast = fitted[:, ::-1] @ seen.features[r]
    if barred is not None:
        forecast -= np.where(barred, np.inf, 0.0)[:, None, :, None]
    best, take = np.zeros(worth.shape), np.zeros(worth.shape, dtype=np.intp)
    for k in range(choices.shape[-2]):
        better = forecast[..., k, :] > best
        best, take = np.where(better, forecast[..., k, :], best), np.where(better, k + 1, take)
    return take


def taken(take: NDArray[np.intp], worth: Grid, choices: Grid) -> Grid:
    """The worth of what was chosen, shapes as in `chooses`."""
    import numpy as np

    for k in range(choices.shape[-2]):
        worth = np.where(take == k + 1, choices[..., k, :], worth)
    return worth
