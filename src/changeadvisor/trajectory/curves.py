"""Curves that an initiative may follow: a dip, then a rise by one of several shapes.

Progress, in shares of the way, is ``A * rise(t) - D * dip(t)``: `rise` is scaled to a mean of 1
over months 49 to 60, so that A is the outcome itself (formats.md: outcome classes) and a class's
shares are never corrected twice; `dip` has its trough 1. Nothing published gives a general depth,
length or shape of the dip (methods.md 3.2), so shapes are mixed and the plan's own ranges are
drawn, stretched by the `delay` and deepened by the `deeper` of its reference class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from changeadvisor.model import Estimate, ReferenceClass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Curves drawn from one plan (ten shapes, so a multiple of ten), and how many of them are followed
#: once readings have sorted them.
POOL, CURVES = 320, 100
#: Months over which the outcome is read (formats.md: outcome classes).
OUTCOME = tuple(48.5 + k for k in range(12))
#: A curve may pass its outcome by so much before it fades to it.
_LEAST_KEPT = 0.25


@dataclass(frozen=True, slots=True)
class Plan:
    """What a path, or an option's new path, says."""

    months: Estimate
    """To the target."""
    dip: Estimate | None
    """Its depth in the measure's unit; None where none is expected."""
    dip_month: Estimate | None
    """The month of its trough; None where none is expected."""
    span: float
    """From baseline to target in the measure's unit."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves drawn from a plan, one a row."""

    shape: NDArray[np.intp]
    """Which shape it rises by (`_SHAPES`); rows of one shape stand together."""
    late: NDArray[np.bool_]
    """Whether it rises only after its dip."""
    length: Grid
    """Months to the target."""
    trough: Grid
    """The month of the deepest dip."""
    depth: Grid
    """Of the dip, in shares of the way."""
    begins: Grid
    """Where a sudden step lies, as a share of the length."""
    fade: Grid
    """The month in which the gain begins to fade."""
    kept: Grid
    """What is left of the gain once it has faded; 1 where it does not fade."""
    scale: Grid
    """The mean of the bare rise over months 49 to 60."""
    log_share: Grid
    """The log of how many curves of the plan it stands for."""

    def __len__(self) -> int:
        return len(self.length)

    def rows(self, which: NDArray[np.intp], log_share: Grid) -> Curves:
        """Some of the curves, in their order, each standing for others."""
        parts = {f: getattr(self, f)[which] for f in self.__slots__ if f != "log_share"}
        return Curves(**parts, log_share=log_share)

    def at(self, months: Grid) -> tuple[Grid, Grid]:
        """Rise and dip at `months` since the path began, curves x months.

        The rise has a mean of 1 over months 49 to 60, the dip its trough at 1.
        """
        import numpy as np

        t = np.asarray(months, dtype=np.float64)[None, :]
        bare = _unfaded(self, t)
        dip = _dipped(self, t, bare)
        return _faded(self, t, bare) / self.scale[:, None], dip


def draw(plan: Plan, reference: ReferenceClass | None, seed: int, count: int = CURVES) -> Curves:
    """Curves from a plan, its ranges corrected by its reference class. The seed fixes them."""
    import numpy as np

    u = uniforms(seed, count, 8)
    delay = reference.delay.sample(u[1]) if reference and reference.delay else np.ones(count)
    deeper = reference.deeper.sample(u[2]) if reference and reference.deeper else np.ones(count)
    length = np.maximum(plan.months.sample(u[0]) * delay, 0.5)
    # Where the plan has no dip, one may come all the same, early on.
    trough, depth = 0.2 * length, np.zeros(count)
    if plan.dip is not None and plan.dip_month is not None and plan.dip.high > 0.0:
        trough = np.clip(plan.dip_month.sample(u[3]) * delay, 0.25, 0.9 * length)
        depth = plan.dip.sample(u[4]) * deeper / abs(plan.span)
    shape = np.arange(count) // (count // len(_SHAPES))
    curves = Curves(
        shape,
        np.arange(count) % 3 == 2,
        length,
        trough,
        depth,
        0.35 + 0.6 * u[7],
        np.maximum(0.7 * length, 15.0) + 27.0 * u[5],
        np.where(shape >= _FADES, _LEAST_KEPT + (0.9 - _LEAST_KEPT) * u[6], 1.0),
        np.ones(count),
        np.zeros(count),
    )
    t = np.asarray(OUTCOME)[None, :]
    scale = np.maximum(_faded(curves, t, _unfaded(curves, t)).mean(axis=1), 0.05)
    return replace(curves, scale=scale)


@lru_cache(maxsize=64)
def _lattice(points: int, dimensions: int) -> Grid:
    """Points that fill a cube evenly, dimensions x points.

    The additive recurrence of Roberts (2018), on the root of x^(d + 1) = x + 1 (the golden ratio
    for one dimension, the plastic number for two).
    """
    import numpy as np

    base = 2.0
    for _ in range(60):
        base = (1.0 + base) ** (1.0 / (dimensions + 1))
    steps = base ** -np.arange(1.0, dimensions + 1.0)
    return (np.arange(1.0, points + 1.0)[None, :] * steps[:, None]) % 1.0


def uniforms(seed: int, points: int, dimensions: int) -> Grid:
    """Evenly spread uniforms, dimensions x points.

    Shifted as the seed says (Cranley and Patterson 1976).
    """
    import numpy as np

    shift = np.array([_mixed(seed + k * _GOLDEN) / 2.0**64 for k in range(1, dimensions + 1)])
    shifted: Grid = (_lattice(points, dimensions) + shift[:, None]) % 1.0
    return shifted


_GOLDEN, _WORD = 0x9E3779B97F4A7C15, 2**64 - 1


def _mixed(x: int) -> int:
    """A number of 64 bits thoroughly mixed (SplitMix64: Steele, Lea and Flood 2014)."""
    x &= _WORD
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _WORD
    return x ^ (x >> 31)


def _faded(c: Curves, t: Grid, bare: Grid) -> Grid:
    """The rise before scaling, in place of `bare`: the last shapes fade."""
    import numpy as np

    rows = slice(int(np.searchsorted(c.shape, _FADES)), None)
    bare[rows] *= 1.0 - (1.0 - c.kept[rows])[:, None] * _eased((t - c.fade[rows, None]) / 18.0)
    return bare


def _unfaded(c: Curves, t: Grid) -> Grid:
    """The rise as each shape has it, from 0 to about 1."""
    import numpy as np

    start = np.where(c.late, c.trough, 0.0)[:, None]
    x = np.maximum(t - start, 0.0) / np.maximum(c.length[:, None] - start, 0.5)
    ends = np.searchsorted(c.shape, np.arange(len(_SHAPES) + 1))
    for k, shape in enumerate(_SHAPES):
        rows = slice(ends[k], ends[k + 1])
        x[rows] = shape(x[rows], c.begins[rows, None])
    return x


def _dipped(c: Curves, t: Grid, bare: Grid) -> Grid:
    """Two kinds take turns: one that ebbs away by itself, one that the (bare) rise makes good."""
    import numpy as np

    x = np.maximum(t, 0.0) / c.trough[:, None]
    late, soon = np.flatnonzero(c.late), np.flatnonzero(~c.late)
    x[soon] *= np.exp(1.0 - x[soon])
    x[late] = _eased(x[late]) * (1.0 - np.minimum(bare[late], 1.0))
    return x


def _eased(x: Grid) -> Grid:
    """From 0 to 1, level at both ends."""
    import numpy as np

    x = np.minimum(np.maximum(x, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)


def _exponential(x: Grid, _: Grid) -> Grid:
    import numpy as np

    rise: Grid = 1.0 - np.exp(-2.3 * x)
    return rise


def _logistic(x: Grid, _: Grid) -> Grid:
    import numpy as np

    low = 1.0 / (1.0 + np.exp(4.0))
    rise: Grid = (1.0 / (1.0 + np.exp(-8.0 * (x - 0.5))) - low) / (1.0 - low)
    return rise


def _gompertz(x: Grid, _: Grid) -> Grid:
    import numpy as np

    low = np.exp(-4.5)
    rise: Grid = (np.exp(-4.5 * np.exp(-4.0 * x)) - low) / (1.0 - low)
    return rise


def _smooth(x: Grid, _: Grid) -> Grid:
    return _eased(x)


def _step(x: Grid, begins: Grid) -> Grid:
    return _eased((x - begins) / 0.08 + 0.5)


#: How curves rise, from 0 at the start to about 1 at the target: shape by share of the length.
_SHAPES: tuple[Callable[[Grid, Grid], Grid], ...] = (
    _exponential,
    _exponential,
    _logistic,
    _logistic,
    _gompertz,
    _smooth,
    _step,
    _step,
    _smooth,
    _exponential,
)
#: From this one on the shapes fade.
_FADES = 8
