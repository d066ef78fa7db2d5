"""Noise around the curve: how far readings scatter, whether neighbours are alike, whether the year has its seasons.

None of the three is news of the initiative. A few kinds of noise are weighed by how well each explains the readings;
their shapes depend on the dates alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Correlation of readings a month apart; yearly wave over the scatter; how likely beforehand (our judgement).
KINDS = ((0.0, 0.0, 0.24), (0.3, 0.0, 0.28), (0.6, 0.0, 0.12), (0.0, 1.2, 0.12), (0.3, 1.2, 0.16), (0.6, 1.2, 0.08))
#: Before any reading: the scatter as a share of the way, and the readings that this guess is worth (our judgement).
TYPICAL, WORTH = 0.15, 3.0
#: Steps of the scatter about its estimate, in standard errors, and their weights (a normal curve in five).
STEPS = ((-2.0, 0.06), (-1.0, 0.24), (0.0, 0.40), (1.0, 0.24), (2.0, 0.06))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of noise at given dates.

    `whiten` makes it plain (readings x readings); `log_size` is half its log determinant.
    """

    correlation: float
    wave: float
    log_prior: float
    whiten: Grid
    log_size: float


@lru_cache(maxsize=256)
def kinds(months: tuple[float, ...], loose: int) -> tuple[Kind, ...]:
    """The kinds of noise at `months`. `loose`: their common level is free (an estimated baseline)."""
    import numpy as np

    t = np.asarray(months)
    gaps = np.abs(t[:, None] - t[None, :])
    season = np.cos(2.0 * np.pi * gaps / 12.0) + 0.5 * np.cos(4.0 * np.pi * gaps / 12.0)
    found = []
    for correlation, wave, prior in KINDS:
        alike = correlation**gaps if correlation else np.eye(len(t))
        root = np.linalg.cholesky(alike + wave**2 / 1.5 * season + 25.0 * loose)
        whiten = np.linalg.inv(root)
        found.append(Kind(correlation, wave, math.log(prior), whiten, float(np.log(np.diag(root)).sum())))
    return tuple(found)


def scatter(values: list[float]) -> tuple[float, float]:
    """The scatter of readings about their curve, and the standard error of its logarithm.

    From the median change between neighbours, which a dip, a step or a trend hardly moves, weighed with a guess that
    is worth three readings.
    """
    changes = sorted(abs(b - a) for a, b in pairwise(values))
    worth = len(changes) * 0.4
    if not changes or changes[-1] <= 0.0:
        return TYPICAL, 1.0 / math.sqrt(WORTH)
    seen = max(median(changes) / 0.954, 0.3 * math.fsum(changes) / len(changes) / 1.128, 1e-6)
    log = (worth * math.log(seen) + WORTH * 0.4 * math.log(TYPICAL)) / (worth + WORTH * 0.4)
    return math.exp(log), min(1.0 / math.sqrt(2.0 * (worth + WORTH * 0.4)), 0.6)


def steps(estimate: float, error: float) -> tuple[tuple[float, float], ...]:
    """Values of the scatter to weigh, with the log of how likely each is beforehand."""
    # An estimate from neighbours sees less than all of a correlated scatter; the grid leans upwards for that.
    error = max(error, 0.2)
    return tuple((estimate * math.exp(error * z + 0.1), math.log(p)) for z, p in STEPS)
