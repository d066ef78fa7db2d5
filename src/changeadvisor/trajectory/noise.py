"""Noise around the curve: how far readings scatter, whether neighbours are alike, the seasons.

None of the three is news of the initiative. A few kinds of noise are weighed by how well each
explains the readings; their shapes depend on the dates alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Correlation of readings a month apart; yearly wave over the scatter; how likely beforehand (our
#: judgement).
KINDS = (
    (0.0, 0.0, 0.24),
    (0.3, 0.0, 0.28),
    (0.6, 0.0, 0.12),
    (0.0, 1.2, 0.12),
    (0.3, 1.2, 0.16),
    (0.6, 1.2, 0.08),
)
#: Before any reading: the scatter as a share of the way, and the readings that this guess is worth
#: (our judgement).
TYPICAL, WORTH = 0.15, 3.0
#: The least error of a reading, in shares of the way, beside what rounding leaves: no family of
#: curves is exactly right, so that smooth readings are not certain ones (our judgement).
ROUGH = 0.05
#: Steps of the scatter about its estimate, in standard errors, and their weights (a normal curve in
#: five).
STEPS = ((-1.3, 0.27), (0.0, 0.46), (1.3, 0.27))
#: Variance of a level that is free, over that of the scatter.
_LOOSE = 25.0


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of noise at given dates, for a scatter of 1.

    Neighbours may be alike, and waves or a level are free. Readings are made plain (their errors
    independent) by ``fresh * (x - keep * x before)``. What is free is integrated out by the matrix
    inversion lemma (Woodbury 1950): `solve`.
    """

    correlation: Grid
    """Of readings a month apart, by kind."""
    alike: NDArray[np.intp]
    """For each kind, its row of `keep` and `fresh`."""
    keep: Grid
    """How much of the reading before is taken off, correlations x readings."""
    fresh: Grid
    """What makes the rest of size 1, correlations x readings."""
    free: Grid
    """Plain forms of what may be added to readings (level, season), kinds x readings x parts."""
    solve: Grid
    """The inverse of ``1 + free' free``, by kind."""
    log_weight: Grid
    """How likely a kind is beforehand, less half the log determinant."""

    def plain(self, rows: Grid) -> Grid:
        """Readings with the likeness of neighbours taken out.

        From any x readings, correlations x any x readings.
        """
        shape = (len(self.keep), *(1,) * (rows.ndim - 1), rows.shape[-1])
        fresh, drag = self.fresh.reshape(shape), (self.keep * self.fresh).reshape(shape)
        plain: Grid = fresh * rows
        plain[..., 1:] -= drag[..., 1:] * rows[..., :-1]
        return plain


@lru_cache(maxsize=1024)
def kinds(months: tuple[float, ...], loose: int) -> Kinds:
    """The kinds of noise at `months`. loose: their common level is free (an estimated baseline)."""
    import numpy as np

    t, correlations = np.asarray(months), sorted({c for c, _, _ in KINDS})
    keep = np.stack([np.concatenate([[0.0], c ** np.diff(t)]) for c in correlations])
    fresh = 1.0 / np.sqrt(1.0 - keep**2)
    alike = np.array([correlations.index(c) for c, _, _ in KINDS])
    added = np.stack([_added(t, loose, wave) for _, wave, _ in KINDS])
    drag = (keep * fresh)[alike][:, None, :]
    free = fresh[alike][:, None, :] * added
    free[..., 1:] -= drag[..., 1:] * added[..., :-1]
    free = free.swapaxes(1, 2)
    inner = np.eye(free.shape[2]) + free.swapaxes(1, 2) @ free
    size = 0.5 * np.linalg.slogdet(inner)[1] - np.log(fresh).sum(axis=1)[alike]
    log_weight = np.log([p for _, _, p in KINDS]) - size
    correlation = np.array([c for c, _, _ in KINDS])
    return Kinds(
        correlation, alike, keep, fresh, free, np.asarray(np.linalg.inv(inner)), log_weight
    )


def _added(t: Grid, loose: int, wave: float) -> Grid:
    """What may be added to readings at `t`, each with a standard normal size.

    A level, a yearly wave and one of half a year.
    """
    import numpy as np

    angle = 2.0 * np.pi * t / 12.0
    high, half = wave * math.sqrt(1.0 / 1.5), wave * math.sqrt(0.5 / 1.5)
    year = [
        high * np.cos(angle),
        high * np.sin(angle),
        half * np.cos(2.0 * angle),
        half * np.sin(2.0 * angle),
    ]
    return np.stack([np.full_like(t, math.sqrt(_LOOSE) * loose), *year])


def scatter(values: Sequence[float], floor: float = ROUGH) -> tuple[float, float]:
    """The scatter of readings about their curve, and the standard error of its logarithm.

    From the median change between neighbours, which a dip, a step or a trend hardly moves, weighed
    with a guess that is worth three readings. Neighbours that are alike hide a part of it (`steps`
    makes that good). No less than `floor` is believed.
    """
    changes = sorted(abs(b - a) for a, b in pairwise(values))
    worth = len(changes) * 0.4
    if not changes or changes[-1] <= 0.0:
        return math.hypot(TYPICAL, floor), 1.0 / math.sqrt(WORTH)
    # Of two normal readings with a standard deviation of 1, the median of |x - y| is 0.954, its
    # mean 1.128.
    seen = max(median(changes) / 0.954, 0.3 * math.fsum(changes) / len(changes) / 1.128, 1e-6)
    log = (worth * math.log(seen) + WORTH * 0.4 * math.log(TYPICAL)) / (worth + WORTH * 0.4)
    return math.hypot(math.exp(log), floor), min(1.0 / math.sqrt(2.0 * (worth + WORTH * 0.4)), 0.6)


def steps(estimate: float, error: float, correlation: Grid) -> list[tuple[Grid, float]]:
    """Values of the scatter to weigh, by correlation, with the log of each one's prior."""
    import numpy as np

    whole = estimate / np.sqrt(1.0 - correlation)
    return [(whole * math.exp(max(error, 0.2) * z), math.log(p)) for z, p in STEPS]
