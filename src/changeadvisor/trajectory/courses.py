"""The courses of action and what their worth rests on: time, stakes, paths, and what can be done.

What each is worth with no later choice is worked out in `fixed_worth`, with the choices still open
after it in `later_choices`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

COURSES = ("persist", "adjust-tactics", "adjust-strategy", "stop")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months from today, the reviews to come, and what each of them will have seen."""

    months: int
    """Of the horizon."""
    alive: float
    """Months until what was gained ends."""
    reviews: tuple[int, ...]
    """The month of each review to come."""
    windows: tuple[tuple[int, ...], ...]
    """Readings to come, as month numbers from 0: a review period's worth each."""
    seen: tuple[int, ...]
    """How many windows each review will have seen."""
    discount: float
    """What one year takes off, 0.035 for 3.5 %."""

    def up_to(self, count: int) -> Calendar:
        """The same with its first `count` reviews only."""
        seen = self.seen[:count]
        windows = self.windows[: max(seen, default=0)] or self.windows[:1]
        return replace(self, reviews=self.reviews[:count], windows=windows, seen=seen)

    @property
    def weights(self) -> Grid:
        """The present worth of money in each month, paid in its middle."""
        import numpy as np

        return np.asarray(
            (1.0 + self.discount) ** (-(np.arange(self.months) + 0.5) / 12.0), dtype=np.float64
        )

    def counted(self) -> Grid:
        """The weights of value: nothing after what was gained has ended."""
        import numpy as np

        counted: Grid = self.weights * np.clip(self.alive - np.arange(self.months), 0.0, 1.0)
        return counted


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is gained and spent a month, by draw, in the programme's currency."""

    benefit: Grid
    """A month at progress 1."""
    spend: Grid
    """A month while it runs."""
    after: Grid
    """A month once it has ended."""
    ends: float
    """Months until running spend ends."""
    cap: float = math.inf
    """Progress beyond it is worth nothing."""
    begins: float = 0.0
    """Months until running spend begins."""


@dataclass(frozen=True, slots=True)
class Way:
    """Progress along a path, by draw."""

    monthly: Grid
    """In the middle of each month, draws x months."""
    at: Grid
    """At each point of choice, today first, draws x (1 + reviews)."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The option to stop."""

    cost: Grid
    """By draw."""
    fade: float
    """Months over which what was gained fades."""


@dataclass(frozen=True, slots=True)
class Tactics:
    """The option to adjust tactics."""

    cost: Grid
    """By draw."""
    gain: Grid
    """In shares of the way, by draw."""
    months: Grid
    """Over which the gain rises, by draw."""
    extends: float
    """Months by which running spend goes on longer."""
    by_class: NDArray[np.intp] | None = None
    """The outcome class of each draw, where the gain hangs on it."""
    later: tuple[Grid, Grid] | None = None
    """What choices after it add where it begins at each review, draws x reviews, and what of that
    is luck; None: not worked out."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """The option to change strategy."""

    cost: Grid
    """By draw."""
    way: Way
    """The new path from its start."""
    runs: float
    """Months for which it runs."""
    fade: float
    """Months over which the old gain fades."""
    tactics: Tactics | None = None
    """The tactics that fit the new path, if any."""
    later: Grid | None = None
    """What choices after it add, by draw; None: not worked out."""
    stopped_later: Grid | None = None
    """What a later stop alone adds, as in `Worth.within`, by draw; None: not worked out."""


@dataclass(frozen=True, slots=True)
class Options:
    """What can still be done, beside going on; None: not open, or not priced."""

    stop: Stopping | None = None
    """Stop it."""
    tactics: Tactics | None = None
    """Keep the idea, change how it is done."""
    strategy: Strategy | None = None
    """Keep the aim, change the idea."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a course is worth from today, by draw, in the programme's currency."""

    flexible: Grid
    """With the choices still open after it."""
    fixed: Grid
    """Chosen for good."""
    within: Grid
    """With a later stop as the only later choice, where it costs no more than the spend saved."""
    coming: Coming | None = None
    """Of going on: what the next review may see and do."""


@dataclass(frozen=True, slots=True)
class Coming:
    """The next review that has news, along one way."""

    mean: Grid
    """Of the new readings in shares of the way, noise apart, by draw."""
    scatter: Grid
    """Of that mean, by draw."""
    worth: Grid
    """Of going on after it and of each course chosen then, courses x draws.

    The luck of what is untried is averaged out.
    """
    names: tuple[str, ...]
    """The courses, going on first."""
