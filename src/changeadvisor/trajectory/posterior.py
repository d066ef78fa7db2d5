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

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Draws from the posterior.
DRAWS = 256
#: Bounds of the outcome classes (formats.md), best first.
FULL, PARTIAL = 0.8, 0.25
#: How deep a dip may be where the plan has none, in shares of the way (one standard deviation; our
#: judgement).
UNPLANNED_DIP = 0.1
#: Noise that explains the readings worse than the best by so much (natural logarithms) is left out;
#: every so many-th curve is enough to tell.
_HOPELESS, _FEW = 3.0, 4
#: How much of what readings say counts in sorting a pool (a power of their likelihood).
_MILD = 0.7


@dataclass(frozen=True, slots=True)
class Outcome:
    """One normal piece of what a class's outcome may be, cut to the class's bounds (our judgement, declared)."""

    of: int
    mean: float
    sd: float
    share: float
    low: float
    high: float


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
class _Pieces:
    """The pieces as arrays."""

    of: NDArray[np.intp]
    mean: Grid
    sd: Grid
    low: Grid
    high: Grid
    log: Grid


@cache
def _pieces() -> _Pieces:
    """`log`: a piece's share of its class, over its part within the class's bounds."""
    import numpy as np
    from scipy.special import ndtr

    of, mean, sd, share, low, high = (
        np.array([getattr(o, n) for o in OUTCOMES])
        for n in ("of", "mean", "sd", "share", "low", "high")
    )
    return _Pieces(
        of,
        mean,
        sd,
        low,
        high,
        np.log(share) - np.log(ndtr((high - mean) / sd) - ndtr((low - mean) / sd)),
    )


@dataclass(frozen=True, slots=True)
class Posterior:
    """Draws of what it is.

    `kind` (0 full, 1 partial, 2 none), `curve` (a row of the curves), outcome `a`, `depth` of its dip, `scatter`
    of its readings and their `correlation`; `chances`: of the three classes, exact.
    """

    kind: NDArray[np.intp]
    curve: NDArray[np.intp]
    a: Grid
    depth: Grid
    scatter: Grid
    correlation: Grid
    chances: tuple[float, float, float]


# --- what does not hang on the readings' values ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Design:
    """Curves at the months of the readings, under every kind of noise.

    rise, dip: in plain noise, correlations x curves x readings; rise_free, dip_free: what of them
    looks like season or a level, kinds x curves x parts. products: of rise with itself, with the
    dip, and of the dip with itself, kinds x curves. fixed: for each of the three classes, what
    earlier changes add to progress, classes x curves x readings (None: nothing).
    """

    curves: Curves
    readings: int
    kinds: noise.Kinds
    rise: Grid
    dip: Grid
    rise_free: Grid
    dip_free: Grid
    products: tuple[Grid, Grid, Grid]
    fixed: Grid | None


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
    import numpy as np

    found: Grid = np.einsum("mkn,mkn->mk", a, b)
    return found


def _seen(seen: Design, progress: Sequence[float]) -> tuple[Grid, Grid, Grid]:
    """Products of readings, less what is fixed, with rise, dip and themselves.

    Kinds x curves x (1 or classes).
    """
    import numpy as np

    values, kinds = np.asarray(progress, dtype=np.float64), seen.kinds
    left = values[None, None, :] if seen.fixed is None else values - seen.fixed
    y = kinds.plain(left)
    yf = y[kinds.alike] @ kinds.free[:, None]
    every = (
        np.einsum("mkn,mckn->mkc", plain, y)[kinds.alike] - np.einsum("mkf,mckf->mkc", free, yf)
        for plain, free in ((seen.rise, seen.rise_free), (seen.dip, seen.dip_free))
    )
    sy, dy = every
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
    """Every combination that is weighed (noise x curves x pieces).

    Log weights, and what fixes A in each.

    Given A the depth of the dip is normal: `dip` holds its value at A = 0, its slope and its sd
    (noise x curves, the first with a last axis of pieces or 1). noise: scatter and correlation of
    each noise.
    """

    log: Grid
    mean: Grid
    sd: Grid
    dip: tuple[Grid, Grid, Grid]
    noise: Grid


def read(seen: Design, progress: Sequence[float], shares: Sequence[float], seed: int) -> Posterior:
    """The posterior of a path with `shares` of full, partial and none beforehand.

    progress: the readings in shares of the way, at the months of the design.
    """
    import numpy as np

    cells, pieces = _weighed(seen, progress), _pieces()
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


@cache
def outcomes(count: int) -> Grid:
    """What full, partial and none may come to, classes x count, evenly over each class."""
    import numpy as np

    found = []
    for kind in range(3):
        pieces = [k for k, o in enumerate(OUTCOMES) if o.of == kind]
        shares = np.cumsum([OUTCOMES[k].share for k in pieces])
        place = (np.arange(count) + 0.5) / count
        which = np.searchsorted(shares, place * shares[-1])
        within = (place * shares[-1] - np.concatenate([[0.0], shares])[which]) / np.array(
            [OUTCOMES[k].share for k in pieces]
        )[which]
        piece = np.array(pieces)[which]
        found.append(_truncated(_pieces().mean[piece], _pieces().sd[piece], piece, within))
    return np.stack(found)


def _kernel(curves: Curves) -> Grid:
    """How far about its drawn depth a dip may lie.

    Draws stand for gaps between them, and no plan is sure of none.
    """
    import numpy as np

    found: Grid = np.where(curves.depth > 0.0, 0.35 * curves.depth + 1e-4, UNPLANNED_DIP)
    return found


def _within(mean: Grid, sd: Grid) -> Grid:
    """The part of a normal curve within each class's bounds, last axis pieces.

    Full above, none below, partial between.

    Each end is taken in the lower tail, where small parts are exact.
    """
    import numpy as np
    from scipy.special import ndtr

    found = np.empty(np.broadcast_shapes(mean.shape, sd.shape))
    z = (mean - FULL) / sd
    found[..., _ABOVE] = ndtr(z[..., _ABOVE])
    found[..., _BELOW] = ndtr((PARTIAL - mean[..., _BELOW]) / sd[..., _BELOW])
    # Between: from the nearer end.
    low, high = (PARTIAL - mean[..., _BETWEEN]) / sd[..., _BETWEEN], -z[..., _BETWEEN]
    flip = low > 0
    found[..., _BETWEEN] = ndtr(np.where(flip, -low, high)) - ndtr(np.where(flip, -high, low))
    return np.maximum(found, 1e-300)


def _weighed(seen: Design, progress: Sequence[float]) -> _Cells:
    """All cells, kinds and sizes of noise that hardly explain the readings left out."""
    products, sizes = _Products.of(seen, _seen(seen, progress)), _sizes(seen, progress)
    evidence = _evidence_of(products.rows(slice(None, None, _FEW)), sizes, seen.readings)
    return _cells(products, sizes[evidence > evidence.max() - _HOPELESS], seen.readings)


def _evidence_of(products: _Products, sizes: Grid, readings: int) -> Grid:
    import numpy as np

    rough = _cells(products, sizes, readings).log
    top = rough.max(axis=(1, 2))
    found: Grid = top + np.log(np.exp(rough - top[:, None, None]).sum(axis=(1, 2)))
    return found


def _sizes(seen: Design, progress: Sequence[float]) -> Grid:
    """Every noise that is tried.

    Its kind, scatter, correlation and log weight beforehand, a row each.
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
    """Inner products by kind of noise, kinds x curves (with readings.

    X pieces or 1), and the drawn depths.

    Readings are less the drawn dip already (which lowers them).
    """

    depth: Grid
    width: Grid
    log_share: Grid
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
            sy, dy, yy = (part[..., _pieces().of] for part in (sy, dy, yy))
        return cls(d0, _kernel(seen.curves), seen.curves.log_share, ss, sd, dd, sy, dy, yy)

    def rows(self, which: slice) -> _Products:
        """Some of the curves."""
        one = (self.depth[which], self.width[which], self.log_share[which])
        return _Products(
            *one, *(getattr(self, n)[:, which] for n in ("ss", "sd", "dd", "sy", "dy", "yy"))
        )


def _cells(p: _Products, sizes: Grid, readings: int) -> _Cells:
    """For each noise: log weight, mean and sd of A before its bounds, and the depth given A.

    The depth has a normal prior about its draw; integrating it out leaves a normal likelihood of A,
    which meets the normal pieces of the classes.
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
    pieces = _pieces()
    tight = 1.0 / pieces.sd**2
    precision = a + tight
    mean = (b + tight * pieces.mean) / precision
    spread = 1.0 / np.sqrt(precision)
    log = 0.5 * (precision * mean**2 - c - tight * pieces.mean**2) + np.log(
        spread / pieces.sd * _within(mean, spread)
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
    """Draws spread evenly over the cells (systematic resampling), then A within its bounds, then the depth."""
    import numpy as np
    from scipy.special import ndtri

    u = uniforms(seed ^ 0x5EED, DRAWS, 3)
    # Pieces outermost, so that each class has its share of the draws to within one.
    flat = np.moveaxis(weights, 2, 0)
    edges = np.cumsum(flat)
    at = np.searchsorted(edges, (_apart(DRAWS) + u[0, 0]) / DRAWS * edges[-1], side="right")
    piece, size, curve = np.unravel_index(np.minimum(at, flat.size - 1), flat.shape)
    outcome = _truncated(cells.mean[size, curve, piece], cells.sd[size, curve, piece], piece, u[1])
    at_nought, slope, width = cells.dip
    base = at_nought[size, curve, piece if at_nought.shape[2] > 1 else 0]
    depth = (
        base
        + slope[size, curve] * outcome
        + width[size, curve] * ndtri(np.clip(u[2], 1e-9, 1.0 - 1e-9))
    )
    of = _pieces().of
    by_class = weights.sum(axis=(0, 1))
    full, partial, none = (float(by_class[of == c].sum()) for c in range(3))
    scatter, correlation = cells.noise[size].T
    return Posterior(of[piece], curve, outcome, depth, scatter, correlation, (full, partial, none))


@cache
def _apart(count: int) -> Grid:
    """Even places first, then the odd ones: each half of the draws is spread over all of it."""
    import numpy as np

    return np.concatenate([np.arange(0.0, count, 2.0), np.arange(1.0, count, 2.0)])


def _truncated(mean: Grid, sd: Grid, piece: NDArray[np.intp], u: Grid) -> Grid:
    """Normal draws within the bounds of their pieces."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    low, high = _pieces().low[piece], _pieces().high[piece]
    a, b = (low - mean) / sd, (high - mean) / sd
    flip = a > 0
    lo, hi = ndtr(np.where(flip, -b, a)), ndtr(np.where(flip, -a, b))
    z = ndtri(np.clip(lo + (hi - lo) * u, 1e-300, 1.0 - 1e-16))
    found: Grid = np.clip(mean + sd * np.where(flip, -z, z), low, high)
    return found
