"""The outcome classes: what full, partial and none may come to, in shares of the way.

Each class is a mixture of normal pieces within its bounds. Nothing published says how outcomes lie
within a class: the pieces are our judgement, declared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]


#: Bounds of the outcome classes (formats.md), best first.
FULL, PARTIAL = 0.8, 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """One normal piece of what a class's outcome may be, cut to the class's bounds."""

    of: int
    """The class: 0 full, 1 partial, 2 none."""
    mean: float
    """Before it is cut."""
    sd: float
    """The standard deviation before it is cut."""
    share: float
    """How much of its class it is."""
    low: float
    """The lower bound of its class."""
    high: float
    """The upper bound of its class."""


#: A class says that the outcome is within its bounds. Most of it lies near what was meant; some of
#: it far out.
OUTCOMES = (
    Outcome(0, 1.0, 0.15, 0.9, FULL, math.inf),
    Outcome(0, 1.2, 0.5, 0.1, FULL, math.inf),
    Outcome(1, 0.5, 0.3, 1.0, PARTIAL, FULL),
    Outcome(2, 0.05, 0.15, 0.9, -math.inf, PARTIAL),
    Outcome(2, -0.2, 0.5, 0.1, -math.inf, PARTIAL),
)


#: Where the pieces of full, partial and none stand.
_ABOVE, _BETWEEN, _BELOW = slice(0, 2), slice(2, 3), slice(3, 5)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces as arrays, fields as in `Outcome`."""

    of: NDArray[np.intp]
    mean: Grid
    sd: Grid
    low: Grid
    high: Grid
    log: Grid
    """The log of a piece's share of its class, over its part within the class's bounds."""


@cache
def pieces_of_outcome() -> Pieces:
    """`OUTCOMES` as arrays."""
    import numpy as np
    from scipy.special import ndtr

    of, mean, sd, share, low, high = (
        np.array([getattr(o, n) for o in OUTCOMES])
        for n in ("of", "mean", "sd", "share", "low", "high")
    )
    within = ndtr((high - mean) / sd) - ndtr((low - mean) / sd)
    return Pieces(of, mean, sd, low, high, np.log(share) - np.log(within))


@cache
def outcomes(count: int) -> Grid:
    """What full, partial and none may come to, classes x count, evenly over each class."""
    import numpy as np

    every, classes = pieces_of_outcome(), []
    for kind in range(3):
        own = [k for k, outcome in enumerate(OUTCOMES) if outcome.of == kind]
        share = np.array([OUTCOMES[k].share for k in own])
        ends = np.cumsum(share)
        # Even places over the class: which piece each falls in, and how far within it.
        place = (np.arange(count) + 0.5) / count
        which = np.searchsorted(ends, place * ends[-1])
        within = (place * ends[-1] - np.concatenate([[0.0], ends])[which]) / share[which]
        piece = np.array(own)[which]
        classes.append(truncated(every.mean[piece], every.sd[piece], piece, within))
    return np.stack(classes)


def share_within(mean: Grid, sd: Grid) -> Grid:
    """The part of a normal curve within the bounds of each piece, the last axis.

    Full lies above, none below, partial between. Each end is taken in the lower tail, where small
    parts are exact.
    """
    import numpy as np
    from scipy.special import ndtr

    part = np.empty(np.broadcast_shapes(mean.shape, sd.shape))
    z = (mean - FULL) / sd
    part[..., _ABOVE] = ndtr(z[..., _ABOVE])
    part[..., _BELOW] = ndtr((PARTIAL - mean[..., _BELOW]) / sd[..., _BELOW])
    # Between: from the nearer end.
    low, high = (PARTIAL - mean[..., _BETWEEN]) / sd[..., _BETWEEN], -z[..., _BETWEEN]
    flip = low > 0
    part[..., _BETWEEN] = ndtr(np.where(flip, -low, high)) - ndtr(np.where(flip, -high, low))
    return np.maximum(part, 1e-300)


def truncated(mean: Grid, sd: Grid, piece: NDArray[np.intp], u: Grid) -> Grid:
    """Normal draws within the bounds of their pieces."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    low, high = pieces_of_outcome().low[piece], pieces_of_outcome().high[piece]
    a, b = (low - mean) / sd, (high - mean) / sd
    # By inversion; an interval in the upper tail is turned about, for small parts are exact below.
    flip = a > 0
    lo, hi = ndtr(np.where(flip, -b, a)), ndtr(np.where(flip, -a, b))
    z = ndtri(np.clip(lo + (hi - lo) * u, 1e-300, 1.0 - 1e-16))
    drawn: Grid = np.clip(mean + sd * np.where(flip, -z, z), low, high)
    return drawn
