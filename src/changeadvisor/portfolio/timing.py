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

from changeadvisor.graph import (
    DependencyGraph,
    Network,
    criticality,
    later,
    propagate,
)
from changeadvisor.model import months_between
from changeadvisor.portfolio.build import ChoiceProblem, begun
from changeadvisor.portfolio.joint import JOINT, paired
from changeadvisor.portfolio.select import Pick
from changeadvisor.trajectory import Prospect
from changeadvisor.words import day_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Start:
    """When to begin what has not begun and is in the set. planned: as the register has it.

    cost_of_delay: mean worth lost by each month of a further quarter; for_its_length: the same over
    the months it takes (what is greatest goes first where people are short).
    """

    id: str
    planned: dt.date
    start: dt.date
    months_later: float
    cost_of_delay: float | None
    for_its_length: float | None
    because: str


@dataclass(frozen=True, slots=True)
class Finish:
    """When one initiative ends, as drawn.

    Start, planned: from when to when it runs in the set, with no delay.

    register: the end that the register gives. late: share of draws that end after `planned`.
    critical: share in which it holds up the last end.
    """

    id: str
    start: dt.date
    planned: dt.date
    p10: dt.date
    p50: dt.date
    p90: dt.date
    critical: float
    late: float
    register: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The chance that all that runs has ended by a day, and how many have on average."""

    by: dt.date
    chance: float
    expected: float
    of: int


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
        _why(pick, pick.start, pick.planned, setting.programme.as_of),
    )


def _month_lost(prospect: Prospect | None, late: float) -> float | None:
    """Mean worth lost by each month of a further quarter; None where it is not priced."""
    import numpy as np

    if prospect is None or prospect.late is None:
        return None
    now, then = prospect.lost_by(np.array([late, late + 3.0]))
    return float(then - now) / 3.0


def _why(pick: Pick, start: dt.date, planned: dt.date, as_of: dt.date) -> str:
    if pick.put_off:
        return pick.put_off
    if planned <= as_of and start <= as_of + dt.timedelta(days=1):
        return f"Its planned start, {day_text(planned)}, is over: it is counted from {day_text(start)} on."
    if start <= planned:
        return f"It begins as planned, on {day_text(start)}."
    return f"It begins on {day_text(start)} and not on {day_text(planned)}: what it requires ends later."


# --- finishes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ends:
    """When what runs ends, when all of it is delivered, and the months each waits for what it requires, by draw."""

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
        found: Grid = prospect.delay[paired(self.seed, id)]
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
        """The day that is nearest to so many months from today, so that what ends as planned ends on its day."""
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
