"""Joint draws over a programme.

What goes together in one draw, and what a set comes to draw by draw.

Each initiative has its own draws of worth, spend and delay. They are put together by a stream of
the initiative's own, so that its worth and its delay stay those of one draw, and two initiatives
are independent of one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.portfolio.build import ChoiceProblem
from changeadvisor.portfolio.problem import kept, outcome
from changeadvisor.trajectory import Prospect, stream
from changeadvisor.trajectory.posterior import DRAWS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Joint draws.
JOINT = 4_096
#: Months of waiting that are said.
_NOTICED = 0.05


def paired(seed: int, id: str) -> NDArray[np.intp]:
    """Which of its own draws an initiative has in each joint draw."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(stream(seed, f"joint/{id}"))).integers(
        0, DRAWS, JOINT
    )


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the set comes to where what is late makes others wait: mean, P10 and P90 of its worth.

    waiting: mean worth lost by waiting for what is required; waits: initiatives that wait, months
    on average.
    """

    mean: float
    p10: float
    p90: float
    waiting: float
    waits: Mapping[str, float]


def worth_drawn(
    setting: ChoiceProblem, prospects: Mapping[str, Prospect], rows: Sequence[int], seed: int
) -> Grid:
    """Worth of a set in each joint draw, each initiative as planned, helpers that do not run taken off."""
    import numpy as np

    chosen = [setting.problem.courses[r] for r in rows]
    running = frozenset(c.initiative for c in chosen if c.runs)
    total = np.zeros(JOINT)
    for course in chosen:
        found = prospects.get(course.initiative)
        draws = None if found is None else found.worth.get(course.course)
        if draws is not None:
            # Begun later, every draw is worth so much less or more; without its helpers, a share of
            # the mean less.
            moved = course.worth - float(draws.mean())
            lost = course.worth * (1.0 - kept(setting.problem, course, running))
            total = total + draws[paired(seed, course.initiative)] + moved - lost
    # The joint draws are a sample: their mean is set to the worth that the set was chosen by.
    return total + (outcome(setting.problem, rows).worth - float(total.mean()))


def delivered(
    setting: ChoiceProblem,
    prospects: Mapping[str, Prospect],
    rows: Sequence[int],
    waits: Mapping[str, Grid],
    seed: int,
) -> Delivered:
    """The same with delays passed down.

    waits: months that each waits for what it requires, by joint draw.
    """
    import numpy as np

    later = {c.initiative: c.later for c in (setting.problem.courses[r] for r in rows)}
    planned = worth_drawn(setting, prospects, rows, seed)
    lost = sum(
        (_lost(prospects[i], later[i], w) for i, w in waits.items() if i in prospects),
        np.zeros(JOINT),
    )
    worth = planned - lost
    low, high = np.quantile(worth, [0.1, 0.9])
    longest = {i: float(w.mean()) for i, w in sorted(waits.items()) if float(w.mean()) >= _NOTICED}
    return Delivered(float(worth.mean()), float(low), float(high), float(lost.mean()), longest)


def _lost(prospect: Prospect, later: float, waits: Grid) -> Grid:
    """Worth lost by waiting so many months more than it is begun later already."""
    import numpy as np

    found: Grid = prospect.lost_by(later + waits) - prospect.lost_by(np.array([later]))
    return found
