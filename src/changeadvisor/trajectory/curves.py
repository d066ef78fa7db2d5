"""Curves that an initiative may follow: a dip, then a rise by one of several shapes.

Progress, in shares of the way, is ``A * rise(t) - D * dip(t)``: `rise` is scaled to a mean of 1
over months 49 to 60, so that A is the outcome itself (formats.md: outcome classes) and a class's
shares are never corrected twice; `dip` has its trough 1. Nothing published gives a general depth,
length or shape of the dip (methods.md 3.2), so shapes are mixed and the plan's own ranges are
laid out on a grid, stretched by the `delay` and deepened by the `deeper` of its reference class.
Nothing is drawn by chance: equal plans have equal curves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from changeadvisor.model import Estimate, ReferenceClass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Months over which the outcome is read (formats.md: outcome classes).
OUTCOME = tuple(48.5 + k for k in range(12))
#: Lengths on the grid of a plan, and troughs: of curves that wait for their dip, and that do not.
LENGTHS, TROUGHS = 16, (5, 2)
#: Where a dip is planned, so many of the curves rise all the while beneath it, so that it shows
#: less than its depth; the others fall as planned first and rise only then (our judgement).
BENEATH = 0.25
#: How deep a dip may be where the plan has none, in shares of the way (one standard deviation; our
#: judgement).
UNPLANNED_DIP = 0.1


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
class Shape:
    """One way of rising, with how many of the curves rise so (our judgement)."""

    rise: Callable[[Grid, float], Grid]
    """From 0 at the start to about 1 at the target, by share of the length."""
    share: float
    """Of all curves."""
    begins: float = 0.0
    """Where a sudden step lies, as a share of the length."""
    fades: float | None = None
    """When the gain begins to fade, from soon (0) to late (1); None: never."""
    kept: float = 1.0
    """What is left of the gain once it has faded."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves of a plan, one a row."""

    shape: NDArray[np.intp]
    """Which shape it rises by (`SHAPES`); rows of one shape stand together."""
    late: NDArray[np.bool_]
    """Whether it rises only after its dip."""
    length: Grid
    """Months to the target."""
    trough: Grid
    """The month of the deepest dip."""
    scale: Grid
    """The mean of the bare rise over months 49 to 60."""
    log_share: Grid
    """The log of the share of all curves of the plan that it stands for."""
    depth: float
    """Of the dip, in shares of the way, on average."""
    width: float
    """How far about that the depth may lie (one standard deviation)."""

    def __len__(self) -> int:
        return len(self.length)

    def rows(self, which: NDArray[np.intp], log_share: Grid) -> Curves:
        """Some of the curves, in their order, each standing for others."""
        names = ("shape", "late", "length", "trough", "scale")
        parts = {name: getattr(self, name)[which] for name in names}
        return replace(self, **parts, log_share=log_share)

    def at(self, months: Grid) -> tuple[Grid, Grid]:
        """Rise and dip at `months` since the path began, curves x months.

        The rise has a mean of 1 over months 49 to 60, the dip its trough at 1.
        """
        import numpy as np

        t = np.asarray(months, dtype=np.float64)[None, :]
        bare = _unfaded(self, t)
        dip = _dipped(self, t, bare)
        return _faded(self, t, bare) / self.scale[:, None], dip


def family(plan: Plan, reference: ReferenceClass | None) -> Curves:
    """The curves of a plan, its ranges corrected by its reference class."""
    import numpy as np

    delay, deeper = np.ones(1), np.ones(1)
    if reference is not None and reference.delay is not None:
        delay = reference.delay.sample(_even(16))
    if reference is not None and reference.deeper is not None:
        deeper = reference.deeper.sample(_even(16))
    length, slow, mass = _lengths(plan.months.sample(_even(64)), delay)
    dips = plan.dip is not None and plan.dip_month is not None and plan.dip.high > 0.0
    # Where the plan has no dip, one may come all the same, early on.
    depth, width = 0.0, UNPLANNED_DIP
    ways = [(False, 1.0, 0.2 * length[:, None])]
    if dips and plan.dip is not None and plan.dip_month is not None:
        depths = (plan.dip.sample(_even(32))[:, None] * deeper) / abs(plan.span)
        depth, width = float(depths.mean()), max(float(depths.std()), 0.1 * float(depths.mean()))
        ways = [
            (late, part, _troughs(plan.dip_month.sample(_even(count)), slow, length))
            for late, part, count in zip(
                (True, False), (1.0 - BENEATH, BENEATH), TROUGHS, strict=True
            )
        ]
    shares = np.array([shape.share for shape in SHAPES])
    rows = []
    for late, part, trough in ways:
        shape, at, low = (
            axis.ravel() for axis in np.indices((len(SHAPES), len(length), trough.shape[1]))
        )
        share = shares[shape] * part * mass[at] / trough.shape[1]
        rows.append((shape, np.full(len(shape), late), length[at], trough[at, low], share))
    shape, waits, lengths, troughs, share = (
        np.concatenate(parts) for parts in zip(*rows, strict=True)
    )
    # Rows of one shape stand together.
    order = np.argsort(shape, kind="stable")
    curves = Curves(
        shape=shape[order],
        late=waits[order],
        length=lengths[order],
        trough=troughs[order],
        scale=np.ones(len(order)),
        log_share=np.log(share[order]),
        depth=depth,
        width=width,
    )
    t = np.asarray(OUTCOME)[None, :]
    scale = np.maximum(_faded(curves, t, _unfaded(curves, t)).mean(axis=1), 0.05)
    return replace(curves, scale=scale)


def _troughs(months: Grid, slow: Grid, length: Grid) -> Grid:
    """The month of the trough, lengths x troughs: later where all is later, before the target."""
    import numpy as np

    trough: Grid = np.clip(months[None, :] * slow[:, None], 0.25, 0.9 * length[:, None])
    return trough


def _lengths(months: Grid, delay: Grid) -> tuple[Grid, Grid, Grid]:
    """Months to the target on a grid, even in its logarithm.

    With the mean delay of each, and its share of all.
    """
    import numpy as np

    every = np.log(np.maximum(months[:, None] * delay, 0.5)).ravel()
    delays = np.broadcast_to(delay, (len(months), len(delay))).ravel()
    low, high = float(every.min()), float(every.max())
    if high - low < 1e-6:
        return np.exp(every[:1]), delays[:1], np.ones(1)
    # What lies between two points of the grid is shared between them.
    place = (every - low) / (high - low) * (LENGTHS - 1)
    at = np.minimum(place.astype(int), LENGTHS - 2)
    mass, slow = np.zeros(LENGTHS), np.zeros(LENGTHS)
    for point, part in ((at, 1.0 - (place - at)), (at + 1, place - at)):
        np.add.at(mass, point, part)
        np.add.at(slow, point, part * delays)
    there = mass > 1e-9
    grid = np.exp(np.linspace(low, high, LENGTHS))
    return grid[there], slow[there] / mass[there], mass[there] / len(every)


def _even(count: int) -> Grid:
    """Even places between 0 and 1."""
    import numpy as np

    return (np.arange(count) + 0.5) / count


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


def uniforms(stream: int, points: int, dimensions: int) -> Grid:
    """Evenly spread uniforms, dimensions x points.

    Shifted as the stream says (Cranley and Patterson 1976); the same for every initiative.
    """
    import numpy as np

    shift = np.array([_mixed(stream + k * _GOLDEN) / 2.0**64 for k in range(1, dimensions + 1)])
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
    """The rise before scaling, in place of `bare`: some shapes fade."""
    import numpy as np

    for rows, shape in _by_shape(c):
        if shape.fades is not None:
            since = np.maximum(0.7 * c.length[rows], 15.0) + 27.0 * shape.fades
            bare[rows] *= 1.0 - (1.0 - shape.kept) * _eased((t - since[:, None]) / 18.0)
    return bare


def _unfaded(c: Curves, t: Grid) -> Grid:
    """The rise as each shape has it, from 0 to about 1."""
    import numpy as np

    start = np.where(c.late, c.trough, 0.0)[:, None]
    x = np.maximum(t - start, 0.0) / np.maximum(c.length[:, None] - start, 0.5)
    for rows, shape in _by_shape(c):
        x[rows] = shape.rise(x[rows], shape.begins)
    return x


def _by_shape(c: Curves) -> list[tuple[slice, Shape]]:
    """The rows of each shape."""
    import numpy as np

    ends = np.searchsorted(c.shape, np.arange(len(SHAPES) + 1)).tolist()
    return [(slice(a, b), s) for a, b, s in zip(ends, ends[1:], SHAPES, strict=False) if a < b]


def _dipped(c: Curves, t: Grid, bare: Grid) -> Grid:
    """Of two kinds: one that ebbs away by itself, one that the (bare) rise makes good."""
    import numpy as np

    x = np.maximum(t, 0.0) / c.trough[:, None]
    late, beneath = np.flatnonzero(c.late), np.flatnonzero(~c.late)
    x[beneath] *= np.exp(1.0 - x[beneath])
    x[late] = _eased(x[late]) * (1.0 - np.minimum(bare[late], 1.0))
    return x


def _eased(x: Grid) -> Grid:
    """From 0 to 1, level at both ends."""
    import numpy as np

    x = np.minimum(np.maximum(x, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)


def _exponential(x: Grid, _: float) -> Grid:
    import numpy as np

    rise: Grid = 1.0 - np.exp(-2.3 * x)
    return rise


def _logistic(x: Grid, _: float) -> Grid:
    import numpy as np

    low = 1.0 / (1.0 + math.exp(4.0))
    rise: Grid = (1.0 / (1.0 + np.exp(-8.0 * (x - 0.5))) - low) / (1.0 - low)
    return rise


def _gompertz(x: Grid, _: float) -> Grid:
    import numpy as np

    low = math.exp(-4.5)
    rise: Grid = (np.exp(-4.5 * np.exp(-4.0 * x)) - low) / (1.0 - low)
    return rise


def _smooth(x: Grid, _: float) -> Grid:
    return _eased(x)


def _straight(x: Grid, _: float) -> Grid:
    import numpy as np

    rise: Grid = np.minimum(x, 1.0)
    return rise


def _step(x: Grid, begins: float) -> Grid:
    return _eased((x - begins) / 0.08 + 0.5)


#: How curves rise; the shares are our judgement.
SHAPES = (
    Shape(_exponential, 0.23),
    Shape(_logistic, 0.23),
    Shape(_gompertz, 0.12),
    Shape(_smooth, 0.10),
    Shape(_straight, 0.05),
    *(Shape(_step, 0.03, begins=begins) for begins in (0.33, 0.45, 0.57, 0.69)),
    Shape(_smooth, 0.0375, fades=0.25, kept=0.4),
    Shape(_smooth, 0.0375, fades=0.75, kept=0.75),
    Shape(_exponential, 0.0375, fades=0.25, kept=0.75),
    Shape(_exponential, 0.0375, fades=0.75, kept=0.4),
)
