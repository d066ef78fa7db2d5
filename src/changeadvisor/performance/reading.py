"""One measure read three ways: against its own past, a standard and a target, and other areas.

`own_past`, `aims` and `comparators` are the three; here they are put together. Nothing is guessed:
what cannot be said is None, and `why` says for want of what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from changeadvisor.model import (
    Measure,
    Programme,
    Series,
)
from changeadvisor.performance.aims import Aim, standard_aim, target_aim
from changeadvisor.performance.comparators import Comparative, comparative
from changeadvisor.performance.levels import comparable, recent_level
from changeadvisor.performance.neighbours import How
from changeadvisor.performance.own_past import FEWEST, Drawing, Ipsative, ipsative

#: What is lacking for a part of the reading; `wording.lacking` says it.
Lacking = Literal["readings", "better", "comparators", "own-area"]


@dataclass(frozen=True, slots=True)
class Performance:
    """One measure read three ways."""

    measure: str
    """Its id."""
    points: int
    """How many readings are known."""
    recent: float | None
    """The mean of the last readings since the last rebase, three at most; None without any."""
    ipsative: Ipsative | None
    """Against its own past; None with fewer than three readings."""
    standard: Aim
    """Beside an outside standard."""
    target: Aim
    """Beside our own target."""
    comparative: Comparative | None
    """Beside other areas; None where it cannot be compared."""
    why: tuple[Lacking, ...]
    """What is lacking, and leaves a part of this unsaid."""


def read_performance(
    programme: Programme,
    measure: Measure,
    series: Series,
    *,
    seed: int = 0,
    how: How | None = None,
    drawing: Drawing | None = None,
    light: bool = False,
) -> Performance:
    """Read a measure. `series` as `levels.readings` gives it.

    how: which areas to compare with; by default the first way that finds any. drawing: how the
    chart is drawn; what rules weigh does not hang on it. light: without draws, for facts alone.
    """
    own = ipsative(measure, series, drawing or Drawing(), light=light)
    rng = None if light else np.random.Generator(np.random.PCG64(abs(seed)))
    recent = recent_level(comparable(measure, series))
    return Performance(
        measure=measure.id,
        points=len(series.points),
        recent=recent,
        ipsative=own,
        # The three draw from one stream, in this order.
        standard=standard_aim(measure, series, own, recent, rng),
        target=target_aim(measure, series, own, recent, rng),
        comparative=comparative(programme, measure, series, rng, how),
        why=tuple(_lacking(measure, series)),
    )


def _lacking(measure: Measure, series: Series) -> Iterator[Lacking]:
    if len(series.points) < FEWEST:
        yield "readings"
    if measure.better not in ("higher", "lower"):
        yield "better"
    if not measure.comparators:
        yield "comparators"
    elif measure.own_area is None:
        yield "own-area"
