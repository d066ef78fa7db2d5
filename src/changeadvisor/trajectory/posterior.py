"""What the results say: the Bayesian reading of a measure since its path began.

For each curve drawn from the plan the outcome A and the depth of the dip are integrated in closed
form (a linear model with normal noise; A within the bounds of its class, as truncated normals), for
each kind and size of noise. What is left is a finite mixture, whose weights are exact; draws from
it are spread evenly over it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from changeadvisor.trajectory import noise
from changeadvisor.trajectory.curves import CURVES, Curves, uniforms
from changeadvisor.trajectory.outcome_classes import (
    outcomes,
    pieces_of_outcome,
    share_within,
    truncated,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Draws from the posterior.
DRAWS = 256
#: How deep a dip may be where the plan has none, in shares of the way (one standard deviation; our
#: judgement).
UNPLANNED_DIP = 0.1
#: Noise that explains the readings worse than the best by so much (natural logarithms) is left out;
#: every so many-th curve is enough to tell.
_HOPELESS, _FEW = 3.0, 4
#: How much of what readings say counts in sorting a pool (a power of their likelihood).
_MILD = 0.7


@dataclass(frozen=True, slots=True)
class Posterior:
    """What an initiative may be: `DRAWS` draws, each with the same weight."""

    kind: NDArray[np.intp]
    """The outcome class: 0 full, 1 partial, 2 none."""
    curve: NDArray[np.intp]
    """The curve it follows, a row of the curves."""
    a: Grid
    """The outcome, in shares of the way."""
    depth: Grid
    """The depth of its dip, in shares of the way."""
    scatter: Grid
    """The standard deviation of its readings about the curve."""
    correlation: Grid
    """The correlation of readings a month apart."""
    chances: tuple[float, float, float]
    """Of full, partial and none; exact, not counted among the draws."""


# --- what does not hang on the readings' values ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Design:
    """Curves at the months of the readings, under every kind of noise."""

    curves: Curves
    """Those that are followed."""
    readings: int
    """How many there are."""
    kinds: noise.Kinds
    """The kinds of noise at these months."""
    rise: Grid
    """In plain noise, correlations x curves x readings."""
    dip: Grid
    """In plain noise, correlations x curves x readings."""
    rise_free: Grid
    """What of the rise looks like season or a level, kinds x curves x parts."""
    dip_free: Grid
    """What of the dip looks like season or a level, kinds x curves x parts."""
    products: tuple[Grid, Grid, Grid]
    """Of rise with itself, of rise with dip, of dip with itself, kinds x curves."""
    fixed: Grid | None
    """What earlier changes add to progress, classes x curves x readings; None: nothing."""


def design(
    curves: Curves,
    months: tuple[float, ...],
    fixed: Grid | None = None,
    *,
    loose: bool = False,
    only: int | None = None,
) -> Design:
    """Curves at `months` since the path began (below 0: before).

    loose: the baseline was estimated, so that the level of all readings together says nothing.
    only: one kind of noise.
    """
    import numpy as np

    at, kinds = np.asarray(months), noise.kinds(months, int(loose))
    kinds = kinds if only is None else kinds.only(only)
    s, d = map(kinds.plain, curves.at(at))
    sf, df = (part[kinds.alike] @ kinds.free for part in (s, d))
    solved = sf @ kinds.solve, df @ kinds.solve
    products = (
        _inner(s, s)[kinds.alike] - _inner(sf, solved[0]),
        _inner(s, d)[kinds.alike] - _inner(sf, solved[1]),
        _inner(d, d)[kinds.alike] - _inner(df, solved[1]),
    )
    return Design(curves, len(months), kinds, s, d, *solved, products, fixed)


def _inner(a: Grid, b: Grid) -> Grid:
    """Sums over readings, correlations x curves."""
    import numpy as np

    products: Grid = np.einsum("mkn,mkn->mk", a, b)
    return products


def _seen(seen: Design, progress: Sequence[float]) -> tuple[Grid, Grid, Grid]:
    """Products of readings, less what is fixed, with rise, dip and themselves.

    Each kinds x curves x (1 or classes).
    """
    import numpy as np

    values, kinds = np.asarray(progress, dtype=np.float64), seen.kinds
    left = values[None, None, :] if seen.fixed is None else values - seen.fixed
    y = kinds.plain(left)
    yf = y[kinds.alike] @ kinds.free[:, None]
    sy, dy = (
        np.einsum("mkn,mckn->mkc", plain, y)[kinds.alike] - np.einsum("mkf,mckf->mkc", free, yf)
        for plain, free in ((seen.rise, seen.rise_free), (seen.dip, seen.dip_free))
    )
    yy = np.einsum("mckn,mckn->mkc", y, y)[kinds.alike] - np.einsum(
        "mckf,mfg,mckg->mkc", yf, kinds.solve, yf
    )
    return sy, dy, np.broadcast_to(yy, sy.shape)


#: The kind of noise by which a pool is sorted: neighbours somewhat alike, no season.
_SORTED_BY = 1


def sorted_out(
    pool: Curves,
    months: tuple[float, ...],
    progress: Sequence[float],
    fixed: Grid | None,
    *,
    loose: bool,
    seed: int,
) -> tuple[NDArray[np.intp], Grid]:
    """Which curves of a pool to follow, and the log of how many each stands for.

    Those that the readings favour are kept as they are; of the others a few stand for all
    (Fearnhead and Clifford 2003, J. R. Statist. Soc. B 65(4), 887-899). What is favoured is weighed
    mildly, for one kind of noise alone.
    """
    import numpy as np

    seen = design(pool, months, fixed, loose=loose, only=_SORTED_BY)
    scatter, _ = noise.scatter(progress)
    log = _cells(
        _Products.of(seen, _seen(seen, progress)), np.array([[0.0, scatter, 0.0, 0.0]]), len(months)
    ).log[0]
    # Each class on its own, that none is left without curves.
    weight = np.exp(_MILD * (log - log.max(axis=0)))
    share = (weight / weight.sum(axis=0)).mean(axis=1)
    return _kept(0.9 * share + 0.1 / len(pool), uniforms(seed ^ 0xF0, 1, 1)[0, 0])


def _kept(share: Grid, u: float) -> tuple[NDArray[np.intp], Grid]:
    """Draw `CURVES` of many by their shares.

    Large ones for certain, each small one standing for its like.
    """
    import numpy as np

    chance = np.minimum(CURVES * share, 1.0)
    for _ in range(4):
        sure = chance >= 1.0
        left = share * (CURVES - np.count_nonzero(sure)) / max(share[~sure].sum(), 1e-300)
        chance = np.where(sure, 1.0, np.minimum(left, 1.0))
    steps = np.floor(np.concatenate([[0.0], np.cumsum(chance)]) + u + 1e-9)
    which = np.flatnonzero(np.diff(steps) > 0)
    return which, -np.log(chance[which])


# --- weighing -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cells:
    """Every combination that is weighed, noise x curves x pieces, and what fixes A in each."""

    log: Grid
    """The log of its weight, before the shares of classes."""
    mean: Grid
    """Of A, before the bounds of its class."""
    sd: Grid
    """Of A, before the bounds of its class."""
    dip: tuple[Grid, Grid, Grid]
    """Given A the depth of the dip is normal: its value at A = 0, its slope and its sd.

    Noise x curves, the first with a last axis of pieces or 1.
    """
    noise: Grid
    """Scatter and correlation of each noise."""


def read(seen: Design, progress: Sequence[float], shares: Sequence[float], seed: int) -> Posterior:
    """The posterior of a path with `shares` of full, partial and none beforehand.

    progress: the readings in shares of the way, at the months of the design.
    """
    import numpy as np

    cells, pieces = _weighed(seen, progress), pieces_of_outcome()
    with np.errstate(divide="ignore"):
        log = cells.log + (np.log(np.asarray(shares)[pieces.of]) + pieces.log)
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    return _drawn(cells, weights, seed)


def prior(curves: Curves, shares: Sequence[float], seed: int) -> Posterior:
    """Without readings: as the plan and the class say; the scatter of readings to come is a guess.

    The draws stand in an order that has nothing to do with that of any other posterior.
    """
    import numpy as np
    from scipy.special import ndtri

    u = uniforms(seed ^ 0x5EED, DRAWS, 4)
    order = np.argsort(u[3], kind="stable")
    at = (order + 0.5) / DRAWS
    total = math.fsum(shares)
    kind = np.minimum(np.searchsorted(np.cumsum(shares) / total, at, side="right"), 2)
    curve = (u[0] * len(curves)).astype(int)
    outcome = outcomes(DRAWS)[kind, np.argsort(u[1], kind="stable")]
    depth = curves.depth[curve] + _kernel(curves)[curve] * ndtri(np.clip(u[2], 1e-9, 1.0 - 1e-9))
    full, partial, none = (s / total for s in shares)
    ones = np.ones(DRAWS)
    return Posterior(
        kind, curve, outcome, depth, noise.TYPICAL * ones, 0.3 * ones, (full, partial, none)
    )


def _kernel(curves: Curves) -> Grid:
    """How far about its drawn depth a dip may lie.

    Draws stand for the gaps between them, and no plan is sure of none.
    """
    import numpy as np

    width: Grid = np.where(curves.depth > 0.0, 0.35 * curves.depth + 1e-4, UNPLANNED_DIP)
    return width


def _weighed(seen: Design, progress: Sequence[float]) -> _Cells:
    """All cells, kinds and sizes of noise that hardly explain the readings left out."""
    products, sizes = _Products.of(seen, _seen(seen, progress)), _sizes(seen, progress)
    evidence = _evidence_of(products.rows(slice(None, None, _FEW)), sizes, seen.readings)
    return _cells(products, sizes[evidence > evidence.max() - _HOPELESS], seen.readings)


def _evidence_of(products: _Products, sizes: Grid, readings: int) -> Grid:
    """The log of how well each noise explains the readings, over all curves and pieces."""
    import numpy as np

    rough = _cells(products, sizes, readings).log
    top = rough.max(axis=(1, 2))
    evidence: Grid = top + np.log(np.exp(rough - top[:, None, None]).sum(axis=(1, 2)))
    return evidence


def _sizes(seen: Design, progress: Sequence[float]) -> Grid:
    """Every noise that is tried, a row each.

    Its kind, scatter, correlation and log weight beforehand.
    """
    import numpy as np

    estimate, error = noise.scatter(progress)
    correlation, weight = seen.kinds.correlation, seen.kinds.log_weight
    kind = np.arange(len(correlation))
    rows = [
        np.stack([kind, scatter, correlation, prior + weight], axis=1)
        for scatter, prior in noise.steps(estimate, error, correlation)
    ]
    return np.concatenate(rows)


@dataclass(frozen=True, slots=True)
class _Products:
    """Inner products by kind of noise, kinds x curves (with readings: x pieces or 1).

    s: rise, d: dip, y: readings, which are less the drawn dip already (it lowers them).
    """

    depth: Grid
    """The drawn depth of each curve's dip."""
    width: Grid
    """How far about it the dip may lie (one standard deviation)."""
    log_share: Grid
    """The log of how many curves each stands for."""
    ss: Grid
    sd: Grid
    dd: Grid
    sy: Grid
    dy: Grid
    yy: Grid

    @classmethod
    def of(cls, seen: Design, products: tuple[Grid, Grid, Grid]) -> _Products:
        (ss, sd, dd), (sy, dy, yy), d0 = seen.products, products, seen.curves.depth
        yy = yy + (2.0 * d0)[:, None] * dy + (d0**2 * dd)[..., None]
        sy, dy = sy + (d0 * sd)[..., None], dy + (d0 * dd)[..., None]
        if sy.shape[-1] > 1:
            sy, dy, yy = (part[..., pieces_of_outcome().of] for part in (sy, dy, yy))
        return cls(d0, _kernel(seen.curves), seen.curves.log_share, ss, sd, dd, sy, dy, yy)

    def rows(self, which: slice) -> _Products:
        """Some of the curves."""
        one = (self.depth[which], self.width[which], self.log_share[which])
        return _Products(
            *one, *(getattr(self, n)[:, which] for n in ("ss", "sd", "dd", "sy", "dy", "yy"))
        )


def _cells(p: _Products, sizes: Grid, readings: int) -> _Cells:
    """For each noise: log weight, mean and sd of A before its bounds, and the depth given A.

    A linear model y = A s - D d + noise (Gelman and others 2013, Bayesian Data Analysis, chapter
    14): the depth D has a normal prior about its draw; integrating it out leaves a normal
    likelihood of A, exp(-(a A^2 - 2 b A + c) / 2), which meets the normal pieces of the classes.
    """
    import numpy as np

    kind, scatter = sizes[:, 0].astype(int), sizes[:, 1]
    ss, sd, dd, sy, dy, yy = (getattr(p, n)[kind] for n in ("ss", "sd", "dd", "sy", "dy", "yy"))
    v = (scatter**2)[:, None]
    gain = 1.0 / (dd + v / p.width**2)
    # The dip's own freedom is taken out of every product.
    a = ((ss - gain * sd**2) / v)[..., None]
    b = (sy - (gain * sd)[..., None] * dy) / v[..., None]
    c = (yy - gain[..., None] * dy**2) / v[..., None]
    pieces = pieces_of_outcome()
    tight = 1.0 / pieces.sd**2
    precision = a + tight
    mean = (b + tight * pieces.mean) / precision
    spread = 1.0 / np.sqrt(precision)
    log = 0.5 * (precision * mean**2 - c - tight * pieces.mean**2) + np.log(
        spread / pieces.sd * share_within(mean, spread)
    )
    common = (
        (sizes[:, 3] - readings * np.log(scatter))[:, None]
        + p.log_share
        - 0.5 * np.log1p(p.width**2 * dd / v)
    )
    # Given A: depth = d0 - gain * (dy' - A sd), for the dip enters with a minus.
    dip = (p.depth[:, None] - gain[..., None] * dy, gain * sd, np.sqrt(gain * v))
    return _Cells(log + common[..., None], mean, spread, dip, sizes[:, 1:3])


# --- draws ----------------------------------------------------------------------------------------


def _drawn(cells: _Cells, weights: Grid, seed: int) -> Posterior:
    """Draws spread evenly over the cells (systematic resampling).

    Then A within its bounds, then the depth.
    """
    import numpy as np
    from scipy.special import ndtri

    u = uniforms(seed ^ 0x5EED, DRAWS, 3)
    # Pieces outermost, so that each class has its share of the draws to within one.
    flat = np.moveaxis(weights, 2, 0)
    edges = np.cumsum(flat)
    at = np.searchsorted(edges, (_apart(DRAWS) + u[0, 0]) / DRAWS * edges[-1], side="right")
    piece, size, curve = np.unravel_index(np.minimum(at, flat.size - 1), flat.shape)
    outcome = truncated(cells.mean[size, curve, piece], cells.sd[size, curve, piece], piece, u[1])
    at_nought, slope, width = cells.dip
    base = at_nought[size, curve, piece if at_nought.shape[2] > 1 else 0]
    depth = (
        base
        + slope[size, curve] * outcome
        + width[size, curve] * ndtri(np.clip(u[2], 1e-9, 1.0 - 1e-9))
    )
    of = pieces_of_outcome().of
    by_class = weights.sum(axis=(0, 1))
    full, partial, none = (float(by_class[of == c].sum()) for c in range(3))
    scatter, correlation = cells.noise[size].T
    return Posterior(of[piece], curve, outcome, depth, scatter, correlation, (full, partial, none))


@cache
def _apart(count: int) -> Grid:
    """Even places first, then the odd ones: each half of the draws is spread over all of it."""
    import numpy as np

    return np.concatenate([np.arange(0.0, count, 2.0), np.arange(1.0, count, 2.0)])
