"""What the results say: the Bayesian reading of a measure since its path began.

For each curve of the plan the outcome A and the depth of the dip are integrated in closed form (a
linear model with normal noise; A within the bounds of its class, as truncated normals), for each
kind and size of noise. What is left is a finite mixture, whose weights are exact; points are spread
evenly over it, the same way for every initiative. Nothing hangs on a seed or a name.

Better readings never make success less likely: `_never_worse`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from changeadvisor.trajectory import noise
from changeadvisor.trajectory.curves import Curves, uniforms
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

#: Points from the posterior.
POINTS = 1024
#: Noise that explains the readings worse than the best by so much (natural logarithms) is left out;
#: every so many-th curve is enough to tell.
_HOPELESS, _FEW = 3.0, 4
#: How much worse the readings might have been, in shares of the way (`_never_worse`).
_WORSE = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8)
#: Kinds and sizes of noise by which that is worked out.
_TRIED = 2
#: What sets the points of a prior and of a posterior apart.
_PRIOR, _POSTERIOR = 0x5EED, 0xF00D


@dataclass(frozen=True, slots=True)
class Posterior:
    """What an initiative may be: `POINTS` points, each with the same weight."""

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
    """Of full, partial and none; exact, not counted among the points."""


# --- what does not hang on the readings' values ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Design:
    """Curves at the months of the readings, under every kind of noise."""

    curves: Curves
    """Those of the plan."""
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
    begun: Grid
    """1 for each reading since the start, 0 for one before it."""
    fixed: Grid | None
    """What earlier changes add to progress, classes x curves x readings; None: nothing."""


def design(
    curves: Curves,
    months: tuple[float, ...],
    fixed: Grid | None = None,
    *,
    loose: bool = False,
) -> Design:
    """Curves at `months` since the path began (below 0: before).

    loose: the baseline was estimated, so that the level of all readings together says nothing.
    """
    import numpy as np

    at, kinds = np.asarray(months), noise.kinds(months, int(loose))
    s, d = map(kinds.plain, curves.at(at))
    sf, df = (part[kinds.alike] @ kinds.free for part in (s, d))
    solved = sf @ kinds.solve, df @ kinds.solve
    products = (
        _inner(s, s)[kinds.alike] - _inner(sf, solved[0]),
        _inner(s, d)[kinds.alike] - _inner(sf, solved[1]),
        _inner(d, d)[kinds.alike] - _inner(df, solved[1]),
    )
    begun = np.asarray(at > 0.0, dtype=np.float64)
    return Design(curves, len(months), kinds, s, d, *solved, products, begun, fixed)


def _inner(a: Grid, b: Grid) -> Grid:
    """Sums over readings, correlations x curves."""
    import numpy as np

    products: Grid = np.einsum("mkn,mkn->mk", a, b)
    return products


@dataclass(frozen=True, slots=True)
class _Seen:
    """Products of readings, less what is fixed, each kinds x curves x (1 or classes).

    And what they become where every reading since the start is lower by a step.
    """

    sy: Grid
    """With the rise."""
    dy: Grid
    """With the dip."""
    yy: Grid
    """With themselves."""
    sl: Grid
    """Of the step with the rise, kinds x curves x 1."""
    dl: Grid
    """Of the step with the dip, kinds x curves x 1."""
    yl: Grid
    """Of the step with the readings."""
    ll: Grid
    """Of the step with itself, kinds x 1 x 1."""

    @classmethod
    def of(cls, seen: Design, progress: Sequence[float]) -> _Seen:
        """The products of readings in shares of the way."""
        import numpy as np

        values, kinds = np.asarray(progress, dtype=np.float64), seen.kinds
        left = values[None, None, :] if seen.fixed is None else values - seen.fixed
        y, step = kinds.plain(left), kinds.plain(seen.begun[None, None, :])
        yf, lf = (part[kinds.alike] @ kinds.free[:, None] for part in (y, step))

        def curves_with(plain: Grid, free: Grid, other: Grid, other_free: Grid) -> Grid:
            whole = np.einsum("mkn,mckn->mkc", plain, other)[kinds.alike]
            less: Grid = whole - np.einsum("mkf,mckf->mkc", free, other_free)
            return less

        def with_step(other: Grid, other_free: Grid) -> Grid:
            whole = np.einsum("mckn,mn->mkc", other, step[:, 0, 0])[kinds.alike]
            solved = np.einsum("mfg,mg->mf", kinds.solve, lf[:, 0, 0])
            less: Grid = whole - np.einsum("mckf,mf->mkc", other_free, solved)
            return less

        sy = curves_with(seen.rise, seen.rise_free, y, yf)
        yy = np.einsum("mckn,mckn->mkc", y, y)[kinds.alike] - np.einsum(
            "mckf,mfg,mckg->mkc", yf, kinds.solve, yf
        )
        return cls(
            sy,
            curves_with(seen.dip, seen.dip_free, y, yf),
            np.broadcast_to(yy, sy.shape),
            curves_with(seen.rise, seen.rise_free, step, lf),
            curves_with(seen.dip, seen.dip_free, step, lf),
            with_step(y, yf),
            with_step(step, lf),
        )

    def lower(self, by: float) -> _Seen:
        """The same readings, every one since the start lower by a step."""
        yy = self.yy - 2.0 * by * self.yl + by**2 * self.ll
        return replace(self, sy=self.sy - by * self.sl, dy=self.dy - by * self.dl, yy=yy)


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


def read(
    seen: Design, progress: Sequence[float], shares: Sequence[float], floor: float
) -> Posterior:
    """The posterior of a path with `shares` of full, partial and none beforehand.

    progress: the readings in shares of the way, at the months of the design. floor: the least
    error that a reading has, in shares of the way.
    """
    import numpy as np

    products, sizes = _Seen.of(seen, progress), _sizes(seen, progress, floor)
    # Kinds and sizes of noise that hardly explain the readings are left out.
    every = _Products.of(seen, products)
    evidence = _evidence_of(every.rows(slice(None, None, _FEW)), sizes, seen.readings)
    likely = evidence > evidence.max() - _HOPELESS
    sizes, evidence = sizes[likely], evidence[likely]
    cells = _cells(every, sizes, seen.readings)
    weights = _weights(cells, shares)
    chances = _by_class(weights)
    better = _never_worse(chances, seen, products, _best(sizes, evidence), shares)
    # Within a class all stays as it is.
    scale = np.divide(better, chances, out=np.zeros(3), where=chances > 0.0)
    return _spread_over(cells, weights * scale[pieces_of_outcome().of], better)


def _weights(cells: _Cells, shares: Sequence[float]) -> Grid:
    """The weight of each cell, 1 in all."""
    import numpy as np

    pieces = pieces_of_outcome()
    with np.errstate(divide="ignore"):
        log = cells.log + (np.log(np.asarray(shares)[pieces.of]) + pieces.log)
    weights: Grid = np.exp(log - log.max())
    weights /= weights.sum()
    return weights


def _by_class(weights: Grid) -> Grid:
    """The chances of full, partial and none."""
    import numpy as np

    by_piece, of = weights.sum(axis=(0, 1)), pieces_of_outcome().of
    return np.array([by_piece[of == k].sum() for k in range(3)])


def _never_worse(
    chances: Grid, seen: Design, products: _Seen, sizes: Grid, shares: Sequence[float]
) -> Grid:
    """The chances, held so that better readings never make success less likely.

    By the mixture alone they may: a level far above the target reads as a gain that will fade, and
    a better dip as no dip at all. So full counts at least as likely, and none at most, as they
    would be had every reading since the start been worse by the same (a running bound, as in
    isotonic regression: Barlow and others 1972; ours). By how much is worked out with the likeliest
    noise alone.
    """
    import numpy as np

    def by(worse: float) -> Grid:
        cells = _cells(_Products.of(seen, products.lower(worse)), sizes, seen.readings)
        return _by_class(_weights(cells, shares))

    now = by(0.0)
    lower = np.array([by(worse) for worse in _WORSE])
    full = min(chances[0] + max(float((lower[:, 0] - now[0]).max()), 0.0), 1.0)
    none = max(chances[2] - max(float((now[2] - lower[:, 2]).max()), 0.0), 0.0)
    none = min(none, 1.0 - full)
    return np.array([full, 1.0 - full - none, none])


def _best(sizes: Grid, evidence: Grid) -> Grid:
    """The kinds and sizes of noise that explain the readings best."""
    import numpy as np

    best: Grid = sizes[np.argsort(-evidence, kind="stable")[:_TRIED]]
    return best


def prior(curves: Curves, shares: Sequence[float]) -> Posterior:
    """Without readings: as the plan and the class say; the scatter of readings to come is a guess.

    The points stand in an order that has nothing to do with that of any other posterior.
    """
    import numpy as np
    from scipy.special import ndtri

    u = uniforms(_PRIOR, POINTS, 4)
    order = np.argsort(u[3], kind="stable")
    at = (order + 0.5) / POINTS
    total = math.fsum(shares)
    kind = np.minimum(np.searchsorted(np.cumsum(shares) / total, at, side="right"), 2)
    ends = np.cumsum(np.exp(curves.log_share))
    curve = np.minimum(np.searchsorted(ends, u[0] * ends[-1]), len(curves) - 1)
    outcome = outcomes(POINTS)[kind, np.argsort(u[1], kind="stable")]
    depth = curves.depth + curves.width * ndtri(np.clip(u[2], 1e-9, 1.0 - 1e-9))
    full, partial, none = (s / total for s in shares)
    ones = np.ones(POINTS)
    return Posterior(
        kind, curve, outcome, depth, noise.TYPICAL * ones, 0.3 * ones, (full, partial, none)
    )


def _evidence_of(products: _Products, sizes: Grid, readings: int) -> Grid:
    """The log of how well each noise explains the readings, over all curves and pieces."""
    import numpy as np

    rough = _cells(products, sizes, readings).log
    top = rough.max(axis=(1, 2))
    evidence: Grid = top + np.log(np.exp(rough - top[:, None, None]).sum(axis=(1, 2)))
    return evidence


def _sizes(seen: Design, progress: Sequence[float], floor: float) -> Grid:
    """Every noise that is tried, a row each.

    Its kind, scatter, correlation and log weight beforehand.
    """
    import numpy as np

    estimate, error = noise.scatter(progress, floor)
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

    s: rise, d: dip, y: readings, which are less the mean dip already (it lowers them).
    """

    depth: float
    """Of the dip, on average."""
    width: float
    """How far about that the depth may lie (one standard deviation)."""
    log_share: Grid
    """The log of the share that each curve stands for."""
    ss: Grid
    sd: Grid
    dd: Grid
    sy: Grid
    dy: Grid
    yy: Grid

    @classmethod
    def of(cls, seen: Design, products: _Seen) -> _Products:
        (ss, sd, dd), d0 = seen.products, seen.curves.depth
        sy, dy, yy = products.sy, products.dy, products.yy
        yy = yy + 2.0 * d0 * dy + (d0**2 * dd)[..., None]
        sy, dy = sy + (d0 * sd)[..., None], dy + (d0 * dd)[..., None]
        if sy.shape[-1] > 1:
            sy, dy, yy = (part[..., pieces_of_outcome().of] for part in (sy, dy, yy))
        return cls(d0, seen.curves.width, seen.curves.log_share, ss, sd, dd, sy, dy, yy)

    def rows(self, which: slice) -> _Products:
        """Some of the curves."""
        parts = {name: getattr(self, name)[:, which] for name in _PRODUCTS}
        return replace(self, **parts, log_share=self.log_share[which])


_PRODUCTS = ("ss", "sd", "dd", "sy", "dy", "yy")


def _cells(p: _Products, sizes: Grid, readings: int) -> _Cells:
    """For each noise: log weight, mean and sd of A before its bounds, and the depth given A.

    A linear model y = A s - D d + noise (Gelman and others 2013, Bayesian Data Analysis, chapter
    14): the depth D has a normal prior about its mean; integrating it out leaves a normal
    likelihood of A, exp(-(a A^2 - 2 b A + c) / 2), which meets the normal pieces of the classes.
    """
    import numpy as np

    kind, scatter = sizes[:, 0].astype(int), sizes[:, 1]
    ss, sd, dd, sy, dy, yy = (getattr(p, name)[kind] for name in _PRODUCTS)
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
    dip = (p.depth - gain[..., None] * dy, gain * sd, np.sqrt(gain * v))
    return _Cells(log + common[..., None], mean, spread, dip, sizes[:, 1:3])


# --- points ---------------------------------------------------------------------------------------


def _spread_over(cells: _Cells, weights: Grid, chances: Grid) -> Posterior:
    """Points spread evenly over the cells (systematic resampling).

    Then A within its bounds, then the depth.
    """
    import numpy as np
    from scipy.special import ndtri

    u = uniforms(_POSTERIOR, POINTS, 2)
    # Pieces outermost, so that each class has its share of the points to within one.
    flat = np.moveaxis(weights, 2, 0)
    edges = np.cumsum(flat)
    at = np.searchsorted(edges, (_apart(POINTS) + 0.5) / POINTS * edges[-1], side="right")
    piece, size, curve = np.unravel_index(np.minimum(at, flat.size - 1), flat.shape)
    outcome = truncated(cells.mean[size, curve, piece], cells.sd[size, curve, piece], piece, u[0])
    at_nought, slope, width = cells.dip
    base = at_nought[size, curve, piece if at_nought.shape[2] > 1 else 0]
    depth = (
        base
        + slope[size, curve] * outcome
        + width[size, curve] * ndtri(np.clip(u[1], 1e-9, 1.0 - 1e-9))
    )
    full, partial, none = chances.tolist()
    scatter, correlation = cells.noise[size].T
    kind = pieces_of_outcome().of[piece]
    return Posterior(kind, curve, outcome, depth, scatter, correlation, (full, partial, none))


@cache
def _apart(count: int) -> Grid:
    """Even places first, then the odd ones: each half of the points is spread over all of it."""
    import numpy as np

    return np.concatenate([np.arange(0.0, count, 2.0), np.arange(1.0, count, 2.0)])
