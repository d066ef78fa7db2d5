"""What the results say: the Bayesian reading of a measure since its path began.

For each curve drawn from the plan the outcome A and the depth of the dip are integrated in closed form (a linear
model with normal noise; A within the bounds of its class, as truncated normals), for each kind and size of noise.
What is left is a finite mixture, whose weights are exact; draws from it are spread evenly over it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.trajectory import noise
from changeadvisor.trajectory.curves import CURVES, Curves, uniforms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Draws from the posterior.
DRAWS = 320
#: Bounds of the outcome classes (formats.md), best first.
FULL, PARTIAL = 0.8, 0.25
CLASSES = ("full", "partial", "none")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One normal piece of what a class's outcome may be, cut to the class's bounds (our judgement, declared)."""

    of: int
    mean: float
    sd: float
    share: float
    low: float
    high: float


#: A class says that the outcome is within its bounds. Most of it lies near what was meant; some of it far out.
OUTCOMES = (
    Outcome(0, 1.0, 0.15, 0.85, FULL, math.inf),
    Outcome(0, 1.2, 0.8, 0.15, FULL, math.inf),
    Outcome(1, 0.5, 0.3, 1.0, PARTIAL, FULL),
    Outcome(2, 0.0, 0.15, 0.85, -math.inf, PARTIAL),
    Outcome(2, -0.2, 0.8, 0.15, -math.inf, PARTIAL),
)


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings in shares of the way.

    months: since the path began (below 0: before). since: how many of them lie after the start. fixed: for each of
    the three classes, what is added to progress by earlier changes, curves x readings (None: nothing). loose: whether
    the baseline was estimated, so that the level of all readings together says nothing.
    """

    months: tuple[float, ...]
    progress: Grid
    loose: bool
    fixed: tuple[Grid, Grid, Grid] | None = None


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


@dataclass(frozen=True, slots=True)
class _Cells:
    """Every combination that is weighed: log weights (noise x curves x pieces), with what fixes A in each."""

    log: Grid
    mean: Grid
    sd: Grid
    dip: tuple[Grid, Grid, Grid]
    noise: tuple[tuple[float, float], ...]


def read(curves: Curves, readings: Readings | None, shares: Sequence[float], seed: int) -> Posterior:
    """The posterior of a path with `shares` of full, partial and none beforehand; without readings, the prior."""
    import numpy as np

    cells = _unread(curves) if readings is None or not readings.months else _weighed(curves, readings)
    with np.errstate(divide="ignore"):
        prior = np.log([shares[o.of] * o.share for o in OUTCOMES]) - _mass()
    log = cells.log + prior
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    return _drawn(cells, weights, seed)


def _mass() -> Grid:
    """Log of the part of each normal piece that lies within its class's bounds."""
    import numpy as np
    from scipy.special import ndtr

    of = np.array([ndtr((o.high - o.mean) / o.sd) - ndtr((o.low - o.mean) / o.sd) for o in OUTCOMES])
    found: Grid = np.log(of)
    return found


def _unread(curves: Curves) -> _Cells:
    """Cells of a path without readings: as the plan and the class say; the scatter is a guess."""
    import numpy as np

    shape = (1, CURVES, len(OUTCOMES))
    none = np.zeros((1, CURVES, 1))
    mean = np.broadcast_to([o.mean for o in OUTCOMES], shape)
    sd = np.broadcast_to([o.sd for o in OUTCOMES], shape)
    depth = (none + curves.depth[None, :, None], none, none + _kernel(curves)[None, :, None])
    return _Cells(np.log(_within(mean, sd)) + np.zeros(shape), mean, sd, depth, ((noise.TYPICAL, 0.3),))


def _kernel(curves: Curves) -> Grid:
    """How far about its drawn depth a dip may lie: the draws of a plan stand for the gaps between them too."""
    found: Grid = 0.35 * curves.depth + 1e-4
    return found


def _within(mean: Grid, sd: Grid) -> Grid:
    """The part of a normal curve within each class's bounds, last axis pieces."""
    import numpy as np
    from scipy.special import ndtr

    low, high = (np.array([getattr(o, end) for o in OUTCOMES]) for end in ("low", "high"))
    z = np.stack([(low - mean) / sd, (high - mean) / sd])
    # Both ends in the lower tail, where differences are exact.
    flip = z[0] > 0
    a, b = np.where(flip, -z[1], z[0]), np.where(flip, -z[0], z[1])
    found: Grid = np.maximum(ndtr(b) - ndtr(a), 1e-300)
    return found


def _weighed(curves: Curves, readings: Readings) -> _Cells:
    """All cells, kinds and sizes of noise that hardly explain the readings left out."""
    import numpy as np

    months = np.asarray(readings.months)
    rise, dip = curves.rise(months), curves.dip(months)
    kinds = noise.kinds(readings.months, int(readings.loose))
    estimate, error = noise.scatter(list(readings.progress))
    sizes = noise.steps(estimate, error)
    few = slice(None, None, 7)
    parts, used = [], []
    coarse = [_gram(kind, rise[few], dip[few], readings, few) for kind in kinds]
    rough = np.array(
        [
            [_evidence(g, k, s, lp, curves, few, len(months)) for s, lp in sizes]
            for g, k in zip(coarse, kinds, strict=True)
        ]
    )
    keep = rough > rough.max() - 4.0
    for i, kind in enumerate(kinds):
        if keep[i].any():
            gram = _gram(kind, rise, dip, readings, slice(None))
            for j in np.flatnonzero(keep[i]):
                parts.append(_cells(gram, kind, *sizes[j], curves, slice(None), len(months)))
                used.append((sizes[j][0], kind.correlation))
    log, mean, sd, d0, slope, dsd = (np.stack([p[i] for p in parts]) for i in range(6))
    return _Cells(log, mean, sd, (d0, slope, dsd), tuple(used))


def _gram(kind: noise.Kind, rise: Grid, dip: Grid, readings: Readings, rows: slice) -> tuple[Grid, ...]:
    """Inner products of rise, dip and readings in plain noise: ss, sd, dd (curves), and for each class sy, dy, yy."""
    import numpy as np

    s, d = rise @ kind.whiten.T, dip @ kind.whiten.T
    fixed = readings.fixed
    ss, sd, dd = (np.einsum("kn,kn->k", a, b) for a, b in ((s, s), (s, d), (d, d)))
    if fixed is None:
        y = kind.whiten @ readings.progress
        sy, dy, yy = s @ y, d @ y, np.full(len(s), y @ y)
        return ss, sd, dd, *(v[:, None] for v in (sy, dy, yy))
    left = [(readings.progress[None, :] - f[rows]) @ kind.whiten.T for f in fixed]
    sy, dy, yy = (
        np.stack([np.einsum("kn,kn->k", a, y) for a, y in zip(pair, left, strict=True)], axis=1)
        for pair in ((s, s, s), (d, d, d), left)
    )
    of = [o.of for o in OUTCOMES]
    return ss, sd, dd, sy[:, of], dy[:, of], yy[:, of]


def _cells(
    gram: tuple[Grid, ...], kind: noise.Kind, scatter: float, log_prior: float, curves: Curves, rows: slice, n: int
) -> tuple[Grid, ...]:
    """For one noise: log weight, mean and sd of A before its bounds, and the depth given A (at A = 0, slope, sd).

    The depth has a normal prior about its draw; integrating it out leaves a normal likelihood of A, which meets the
    normal pieces of the classes. Shapes curves x pieces.
    """
    import numpy as np

    ss, sd, dd, sy, dy, yy = gram
    v = scatter**2
    d0, width = curves.depth[rows], _kernel(curves)[rows]
    gain = 1.0 / (dd + v / width**2)
    # Readings less the drawn dip (which lowers them), then the dip's own freedom taken out of every product.
    sy, dy, yy = sy + (d0 * sd)[:, None], dy + (d0 * dd)[:, None], yy + (2.0 * d0)[:, None] * dy + (d0**2 * dd)[:, None]
    a = (ss - gain * sd**2)[:, None] / v
    b = (sy - (gain * sd)[:, None] * dy) / v
    c = (yy - gain[:, None] * dy**2) / v
    mean0, sd0 = (np.array([getattr(o, name) for o in OUTCOMES]) for name in ("mean", "sd"))
    tight = 1.0 / sd0**2
    precision = a + tight
    mean = (b + tight * mean0) / precision
    log = -0.5 * (c + tight * mean0**2 - precision * mean**2) - 0.5 * np.log(precision * sd0**2)
    spread = 1.0 / np.sqrt(precision)
    log = log + np.log(_within(mean, spread)) - 0.5 * np.log1p(width**2 * dd / v)[:, None]
    log += kind.log_prior + log_prior - kind.log_size - n * math.log(scatter)
    # Given A: depth = d0 - gain * (dy' - A sd), for the dip enters with a minus.
    return (
        log,
        np.broadcast_to(mean, log.shape),
        np.broadcast_to(spread, log.shape),
        np.broadcast_to(d0[:, None] - gain[:, None] * dy, log.shape),
        np.broadcast_to((gain * sd)[:, None], log.shape),
        np.broadcast_to(np.sqrt(gain * v)[:, None], log.shape),
    )


def _evidence(
    gram: tuple[Grid, ...], kind: noise.Kind, scatter: float, log_prior: float, curves: Curves, rows: slice, n: int
) -> float:
    """How well one noise explains the readings, over some of the curves."""
    import numpy as np

    log = _cells(gram, kind, scatter, log_prior, curves, rows, n)[0]
    top = float(log.max())
    return top + math.log(float(np.exp(log - top).sum()))


def _drawn(cells: _Cells, weights: Grid, seed: int) -> Posterior:
    """Draws spread evenly over the cells (systematic resampling), then A within its bounds, then the depth."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    u = uniforms(seed ^ 0x5EED, DRAWS, 3)
    # Pieces outermost, so that each class has its share of the draws to within one.
    flat = np.moveaxis(weights, 2, 0)
    edges = np.cumsum(flat.ravel())
    at = np.searchsorted(edges, (np.arange(DRAWS) + u[0, 0]) / DRAWS * edges[-1], side="right")
    piece, size, curve = np.unravel_index(np.minimum(at, flat.size - 1), flat.shape)
    mean, sd = cells.mean[size, curve, piece], cells.sd[size, curve, piece]
    low, high = (np.array([getattr(o, end) for o in OUTCOMES])[piece] for end in ("low", "high"))
    flip = (low - mean) / sd > 0
    a, b = (low - mean) / sd, (high - mean) / sd
    lo, hi = ndtr(np.where(flip, -b, a)), ndtr(np.where(flip, -a, b))
    z = ndtri(np.clip(lo + (hi - lo) * u[1], 1e-300, 1.0 - 1e-16))
    outcome = np.clip(mean + sd * np.where(flip, -z, z), low, high)
    d0, slope, width = (np.broadcast_to(part, cells.log.shape)[size, curve, piece] for part in cells.dip)
    depth = d0 + slope * outcome + width * ndtri(np.clip(u[2], 1e-9, 1.0 - 1e-9))
    scatter, correlation = (np.array([n[i] for n in cells.noise])[size] for i in (0, 1))
    by_class = [float(weights[..., [i for i, o in enumerate(OUTCOMES) if o.of == c]].sum()) for c in range(3)]
    order = np.array([OUTCOMES[p].of for p in range(len(OUTCOMES))])[piece]
    return Posterior(order, curve, outcome, depth, scatter, correlation, (by_class[0], by_class[1], by_class[2]))
