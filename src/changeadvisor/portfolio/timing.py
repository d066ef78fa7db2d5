"""Which to start when, and when it will be finished.

The value of delay under limits, and delays passed down the graph.

Cost of delay is worth lost by each month of beginning later; where capacity is short, what loses
most for the time it takes goes first (Smith 1956; Reinertsen 2009). Here the starts are chosen
exactly, quarter by quarter, with the set and within the same limits. Finish dates are drawn
jointly: each initiative takes longer or shorter as its class has done, and what requires it waits
(Van Slyke 1963, Operations Research 11(5)).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.graph import DependencyGraph, Network, criticality, later, propagate
from changeadvisor.model import months_between
from changeadvisor.portfolio import wording
from changeadvisor.portfolio.build import ChoiceProblem, begun
from changeadvisor.portfolio.problem import kept, outcome
from changeadvisor.portfolio.result import Delivered, Delivery, Finish, Pick, Start
from changeadvisor.trajectory import Prospect, stream
from changeadvisor.trajectory.posterior import POINTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Joint draws.
JOINT = 4_096
#: Months of waiting that are said.
NOTICED = 0.05


# --- joint draws ----------------------------------------------------------------------------------
#
# Each initiative has its own draws of worth, spend and delay. They are put together by a stream of
# the initiative's own, so that its worth and its delay stay those of one draw, and two initiatives
# are independent of one another.


def paired(seed: int, own: int) -> NDArray[np.intp]:
    """Which of its own draws an initiative has in each joint draw. own: `Prospect.stream`."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(stream(seed, f"joint/{own}"))).integers(
        0, POINTS, JOINT
    )


def worth_drawn(
    setting: ChoiceProblem, prospects: Mapping[str, Prospect], rows: Sequence[int], seed: int
) -> Grid:
    """Worth of a set in each joint draw, as planned, helpers that do not run taken off."""
    import numpy as np

    chosen = [setting.problem.courses[r] for r in rows]
    running = frozenset(c.initiative for c in chosen if c.runs)
    total = np.zeros(JOINT)
    for course in chosen:
        found = prospects.get(course.initiative)
        draws = None if found is None else found.worth.get(course.course)
        if found is not None and draws is not None:
            # Begun later, every draw is worth so much less or more; without its helpers, a share of
            # the mean less.
            moved = course.worth - float(draws.mean())
            lost = course.worth * (1.0 - kept(setting.problem, course, running))
            total = total + draws[paired(seed, found.stream)] + moved - lost
    # The joint draws are a sample: their mean is set to the worth that the set was chosen by.
    return total + (outcome(setting.problem, rows).worth - float(total.mean()))


# --- starts ---------------------------------------------------------------------------------------


def starts(
    setting: ChoiceProblem, prospects: Mapping[str, Prospect], picks: Sequence[Pick]
) -> tuple[Start, ...]:
    """When to begin each initiative that has not begun and that the set runs.

    picks: what it does with each.
    """
    found = (_start(setting, prospects.get(p.id), p) for p in picks)
    return tuple(s for s in found if s is not None)


def _start(setting: ChoiceProblem, prospect: Prospect | None, pick: Pick) -> Start | None:
    initiative = setting.programme.initiative(pick.id)
    if pick.start is None or pick.planned is None or initiative is None:
        return None
    late = max(0.0, months_between(pick.planned, pick.start))
    monthly = _month_lost(prospect, late)
    length = months_between(pick.planned, initiative.ends) if initiative.ends else 0.0
    by_length = None if monthly is None or length <= 0 else monthly / length
    return Start(
        pick.id,
        pick.planned,
        pick.start,
        late,
        monthly,
        by_length,
        wording.start_because(pick, pick.start, pick.planned, setting.programme.as_of),
    )


def _month_lost(prospect: Prospect | None, late: float) -> float | None:
    """Mean worth lost by each month of a further quarter; None where it is not priced."""
    import numpy as np

    if prospect is None or prospect.late is None:
        return None
    now, then = prospect.lost_by(np.array([late, late + 3.0]))
    return float(then - now) / 3.0


# --- finishes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ends:
    """When what runs ends, when all is delivered, and the months each waits, by draw."""

    finishes: tuple[Finish, ...]
    delivery: tuple[Delivery, ...]
    waits: Mapping[str, Grid]


def finishes(
    setting: ChoiceProblem,
    graph: DependencyGraph,
    prospects: Mapping[str, Prospect],
    chosen: Sequence[int],
    seed: int,
) -> Ends:
    """When what runs will be finished, drawn jointly through what requires what."""
    import numpy as np

    drawn = _Drawn(setting, prospects, chosen, seed)
    ids = [id for id in graph.order() if id in drawn.dates]
    if not ids:
        return Ends((), (), {})
    net = Network.of(len(ids), drawn.edges(ids))
    times = [drawn.times(id) for id in ids]
    earliest, durations = (np.stack([t[k] for t in times]) for k in (0, 1))
    ends, critical = propagate(net, earliest, durations), criticality(net, earliest, durations)
    found = (drawn.finish(id, ends[k], float(critical[k])) for k, id in enumerate(ids))
    waits = {id: np.maximum(ends[k] - earliest[k] - durations[k], 0.0) for k, id in enumerate(ids)}
    in_order = tuple(sorted(found, key=lambda f: f.id))
    return Ends(in_order, tuple(_deliveries(setting.programme.as_of, ends)), waits)


class _Drawn:
    """What runs, in months from today."""

    def __init__(
        self,
        setting: ChoiceProblem,
        prospects: Mapping[str, Prospect],
        chosen: Sequence[int],
        seed: int,
    ) -> None:
        self.setting, self.prospects = setting, prospects
        self.as_of, self.seed = setting.programme.as_of, seed
        courses = [setting.problem.courses[r] for r in chosen]
        self.course = {c.initiative: c.course for c in courses if c.runs}
        found = ((c.initiative, setting.dates(c)) for c in courses if c.runs)
        self.dates = {id: dates for id, dates in found if dates is not None}

    def edges(self, ids: Sequence[str]) -> list[tuple[int, int, float]]:
        """What requires what among those that run, by their places."""
        place = {id: k for k, id in enumerate(ids)}
        return [
            (place[d.initiative], place[i.id], d.lag_months or 0.0)
            for i in self.setting.programme.initiatives
            for d in i.depends_on
            if d.kind == "requires" and i.id in place and d.initiative in place
        ]

    def _planned(self, id: str) -> tuple[float, float]:
        """Months from today until it begins (below 0 where it has begun) and ends, as planned."""
        initiative = self.setting.programme.initiative(id)
        first, last = self.dates[id]
        start = (
            first
            if initiative is None or not begun(self.setting.programme, initiative)
            else initiative.started
        )
        if self.course[id] == "adjust-strategy":
            start = first
        return months_between(self.as_of, start or first), months_between(self.as_of, last)

    def _stretch(self, id: str) -> Grid:
        import numpy as np

        prospect = self.prospects.get(id)
        if prospect is None:
            return np.ones(JOINT)
        found: Grid = prospect.delay[paired(self.seed, prospect.stream)]
        return found

    def times(self, id: str) -> tuple[Grid, Grid]:
        """From when it may go on, and how long it takes then, by draw.

        What has begun keeps its start, and cannot be finished before what it requires: it waits
        with nothing to do.
        """
        import numpy as np

        begins, planned = self._planned(id)
        takes = (planned - begins) * self._stretch(id)
        if begins <= 0.0:
            return np.maximum(begins + takes, 0.0), np.zeros(JOINT)
        return np.full(JOINT, begins), takes

    def finish(self, id: str, ends: Grid, critical: float) -> Finish:
        import numpy as np

        low, middle, high = (self._day(float(x)) for x in np.quantile(ends, [0.1, 0.5, 0.9]))
        first, last = self.dates[id]
        initiative = self.setting.programme.initiative(id)
        late = float((ends > months_between(self.as_of, last) + 0.5).mean())
        return Finish(
            id,
            first,
            last,
            low,
            middle,
            high,
            critical,
            late,
            initiative.ends if initiative else None,
        )

    def _day(self, months: float) -> dt.date:
        """The day nearest to so many months from today: what ends as planned ends on its day."""
        try:
            near = [later(self.as_of, max(months, 0.0)) + dt.timedelta(days=k) for k in (0, -1, 1)]
            return min(near, key=lambda day: abs(months_between(self.as_of, day) - months))
        except (OverflowError, ValueError):
            return dt.date.max


def _deliveries(as_of: dt.date, ends: Grid) -> Iterator[Delivery]:
    """By the end of each financial year to come, until nearly all is surely done.

    ends: what runs x draws.
    """
    year, last = as_of.year + (as_of > dt.date(as_of.year, 3, 31)), ends.max(axis=0)
    for k in range(10):
        by = dt.date(year + k, 3, 31)
        months = months_between(as_of, by)
        chance = float((last <= months).mean())
        yield Delivery(by, chance, float((ends <= months).mean(axis=1).sum()), len(ends))
        if chance >= 0.99:
            return


# --- what waiting takes away ----------------------------------------------------------------------


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
    longest = {i: float(w.mean()) for i, w in sorted(waits.items()) if float(w.mean()) >= NOTICED}
    return Delivered(float(worth.mean()), float(low), float(high), float(lost.mean()), longest)


def _lost(prospect: Prospect, later: float, waits: Grid) -> Grid:
    """Worth lost by waiting so many months more than it is begun later already."""
    import numpy as np

    found: Grid = prospect.lost_by(later + waits) - prospect.lost_by(np.array([later]))
    return found
