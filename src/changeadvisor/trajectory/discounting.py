"""Money over time: discounted months, added up once for each calendar."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from changeadvisor.trajectory.courses import Calendar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Discounting:
    """Sums of discounted months of one calendar."""

    calendar: Calendar
    """Whose months these are."""
    paid: Grid = field(repr=False)
    """Of all months up to each."""
    counted: Grid = field(repr=False)
    """Each month that counts for value."""
    upto: Grid = field(repr=False)
    """Months that count until each review, months x reviews."""
    delays: Grid = field(repr=False)
    """Months that count from today and from each review on, as months of something begun then."""
    mean: Grid = field(repr=False)
    """What takes the mean of each window of readings, months x windows."""

    def until(self, month: float | Grid) -> Grid:
        """Discounted months up to `month`, which may be a part of one."""
        import numpy as np

        return np.asarray(
            np.interp(month, np.arange(self.calendar.months + 1.0), self.paid), dtype=np.float64
        )

    def at(self, month: Grid) -> Grid:
        """The present worth of a cost that falls in the month after `month`.

        Nothing beyond the horizon.
        """
        import numpy as np

        worth: Grid = np.where(
            month < self.calendar.months,
            (1.0 + self.calendar.discount) ** (-(month + 0.5) / 12.0),
            0.0,
        )
        return worth

    @property
    def today(self) -> float:
        """The present worth of a cost that falls today, in the middle of the first month."""
        worth: float = (1.0 + self.calendar.discount) ** (-0.5 / 12.0)
        return worth

    @property
    def reviews(self) -> Grid:
        """The months of the reviews, as numbers to reckon with."""
        import numpy as np

        return np.asarray(self.calendar.reviews, dtype=np.float64)

    @property
    def points(self) -> Grid:
        """The months at which something can be chosen: today and the reviews."""
        import numpy as np

        return np.concatenate([[0.0], self.reviews])


@lru_cache(maxsize=64)
def discounting(calendar: Calendar) -> Discounting:
    """The sums of a calendar."""
    import numpy as np

    n, counted = calendar.months, calendar.counted()
    reviews = np.minimum(np.asarray(calendar.reviews, dtype=int), n)
    mean = np.zeros((n, len(calendar.windows)))
    for k, window in enumerate(calendar.windows):
        np.add.at(mean[:, k], np.minimum(window, n - 1), 1.0 / len(window))
    return Discounting(
        calendar,
        paid=np.concatenate([[0.0], np.cumsum(calendar.weights)]),
        counted=counted,
        upto=counted[:, None] * (np.arange(n)[:, None] < reviews),
        delays=np.stack([np.pad(counted, (0, n))[s : s + n] for s in (0, *reviews)], axis=1),
        mean=mean,
    )


@lru_cache(maxsize=256)
def fading(calendar: Calendar, fade: float) -> Grid:
    """Worth of progress 1 that fades evenly to nothing from today and from each review on."""
    import numpy as np

    steps = np.arange(1.0, math.ceil(fade) + 1.0) - 0.5
    left = np.clip(1.0 - steps / fade, 0.0, 1.0) if fade > 0 else np.zeros(0)
    counted = np.concatenate([calendar.counted(), np.zeros(len(left) + 1)])
    starts = (0, *(min(review, calendar.months) for review in calendar.reviews))
    return np.array([counted[s : s + len(left)] @ left for s in starts])
