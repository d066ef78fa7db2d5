"""Which to start when, and when it will be finished: the value of delay under limits, and delays passed down the graph.

Cost of delay is worth lost by each month of beginning later; where capacity is short, what loses most for the time it
takes goes first (Smith 1956; Reinertsen 2009). Here the starts are chosen exactly, quarter by quarter, within the same
limits as the set. Finish dates are drawn jointly: each initiative takes longer or shorter as its class has done, and
what requires it waits (Van Slyke 1963, Operations Research 11(5)).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from changeadvisor.graph import DependencyGraph, Network, criticality, later, propagate
from changeadvisor.model import Initiative, add_months, day_text, months_between
from changeadvisor.portfolio.building import Setting, begun, capacity_use, counts_as_few
from changeadvisor.portfolio.choice import choose
from changeadvisor.portfolio.joint import JOINT, paired
from changeadvisor.portfolio.problem import Course, Problem
from changeadvisor.portfolio.solving import Chosen, Effort
from changeadvisor.trajectory import Prospect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Quarters by which a start may be put off.
PUT_OFF = 8
#: Months of unequal length: so small a part of a quarter is none.
_NEARLY = 0.05


@dataclass(frozen=True, slots=True)
class Start:
    """When to begin what has not begun. start: None where no start within two years fits.

    cost_of_delay: mean worth lost by each month of the first quarter it is put off; for_its_length: the same over the
    months it takes (what is greatest goes first where people are short).
    """

    id: str
    planned: dt.date
    start: dt.date | None
    months_later: float | None
    cost_of_delay: float | None
    for_its_length: float | None
    because: str


@dataclass(frozen=True, slots=True)
class Finish:
    """When one initiative ends: as planned and as drawn. critical: share of draws in which it holds up the last end."""

    id: str
    start: dt.date
    planned: dt.date
    p10: dt.date
    p50: dt.date
    p90: dt.date
    critical: float
    late: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """The chance that all that runs has ended by a day, and how many have on average."""

    by: dt.date
    chance: float
    expected: float
    of: int


# --- starts ----------------------------------------------------------------------------------------------------------


def starts(setting: Setting, prospects: Mapping[str, Prospect], chosen: Sequence[int]) -> tuple[Start, ...]:
    """When to begin each initiative that has not begun and has a price, the others as chosen."""
    waiting = [
        i
        for i in setting.programme.initiatives
        if i.stage != "closed"
        and i.started is not None
        and i.ends is not None
        and i.id not in setting.held
        and not begun(setting.programme, i)
        and setting.row(i.id, "persist") is not None
    ]
    if not waiting:
        return ()
    found, least = {}, dict.fromkeys((i.id for i in waiting), 0)
    for _ in range(PUT_OFF):
        found = _solved(setting, prospects, chosen, waiting, least)
        moved = {d: n for d, n in _out_of_order(setting, found) if n > least[d]}
        if not moved:
            break
        least.update(moved)
    return tuple(_start(setting, prospects, i, found.get(i.id)) for i in waiting)


def _solved(
    setting: Setting,
    prospects: Mapping[str, Prospect],
    chosen: Sequence[int],
    waiting: Sequence[Initiative],
    least: Mapping[str, int],
) -> dict[str, int]:
    """Quarters by which each is put off in the best order; left out where it does not fit at all."""
    ids = {i.id for i in waiting}
    fixed = [setting.problem.courses[r] for r in chosen if setting.problem.courses[r].initiative not in ids]
    rows = [c for i in waiting for c in _begins(setting, prospects, i, least[i.id])]
    problem: Problem = replace(setting.problem, courses=(*fixed, *rows))
    got = choose(problem, effort=Effort(1e-6, 5_000))
    if not isinstance(got, Chosen):
        return {}
    picked = (problem.courses[r] for r in got.rows)
    return {c.initiative: int(c.course.split("@")[1]) for c in picked if c.initiative in ids and c.runs}


def _begins(
    setting: Setting, prospects: Mapping[str, Prospect], initiative: Initiative, least: int
) -> Iterator[Course]:
    """The initiative begun in each quarter that it may be put off to, or not begun at all."""
    import numpy as np

    row = setting.row(initiative.id, "persist")
    stopping = setting.row(initiative.id, "stop")
    prospect = prospects[initiative.id]
    if row is None:
        return
    base, dates = setting.problem.courses[row], setting.runs[initiative.id, "persist"]
    for q in range(least, PUT_OFF + 1):
        spending = prospect.spending["persist"]
        moved = replace(spending, begins=spending.begins + 3.0 * q, ends=spending.ends + 3.0 * q)
        worth = base.worth - float(prospect.lost_by(np.array([3.0 * q]))[0])
        spend = tuple(float(moved.over(np.array(p.months)).mean()) for p in setting.periods)
        span = None if dates is None else (add_months(dates[0], 3 * q), add_months(dates[1], 3 * q))
        few = worth if counts_as_few(setting.programme, initiative) else 0.0
        use = capacity_use(initiative, span, setting.capacities)
        yield Course(initiative.id, f"persist@{q}", True, worth, few, spend, use)
    if stopping is not None:
        yield setting.problem.courses[stopping]


def _out_of_order(setting: Setting, found: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """What would begin before something it requires has ended, and by how many quarters it must be put off."""
    for dependant, needed in setting.problem.requires:
        if dependant in found and needed in found:
            least = _waits(setting, dependant, needed, found[needed])
            if found[dependant] < least:
                yield dependant, least


def _waits(setting: Setting, dependant: str, needed: str, late: int) -> int:
    """Quarters by which a dependant must be put off where what it requires is put off by so many."""
    then, before = setting.runs.get((dependant, "persist")), setting.runs.get((needed, "persist"))
    initiative = setting.programme.initiative(dependant)
    if then is None or before is None or initiative is None or not late:
        return late
    lags = [d.lag_months or 0.0 for d in initiative.depends_on if d.initiative == needed and d.kind == "requires"]
    free = later(add_months(before[1], 3 * late), max(lags, default=0.0))
    return min(PUT_OFF, max(0, math.ceil(months_between(then[0], free) / 3.0 - _NEARLY)))


def _start(setting: Setting, prospects: Mapping[str, Prospect], initiative: Initiative, late: int | None) -> Start:
    import numpy as np

    dates = setting.runs.get((initiative.id, "persist"))
    planned = dates[0] if dates else initiative.started or setting.programme.as_of
    prospect = prospects[initiative.id]
    monthly = float(prospect.lost_by(np.array([3.0]))[0]) / 3.0 if prospect.late is not None else None
    length = months_between(initiative.started, initiative.ends) if initiative.started and initiative.ends else 0.0
    start = None if late is None else add_months(planned, 3 * late)
    return Start(
        initiative.id,
        planned,
        start,
        None if late is None else 3.0 * late,
        monthly,
        None if monthly is None or length <= 0 else monthly / length,
        _why(start, planned, monthly),
    )


def _why(start: dt.date | None, planned: dt.date, monthly: float | None) -> str:
    if start is None:
        return "No start within two years of the plan fits the limits, or it is worth less than nothing."
    if start <= planned:
        return f"It fits as planned, from {day_text(planned)}."
    gains = monthly is not None and monthly < 0.0
    why = "beginning later is worth more" if gains else "money or people are short before"
    return f"Begin on {day_text(start)} and not on {day_text(planned)}: {why}."


# --- finishes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ends:
    """When what runs ends, when all of it is delivered, and the months each waits for what it requires, by draw."""

    finishes: tuple[Finish, ...]
    delivery: tuple[Delivery, ...]
    waits: Mapping[str, Grid]


def finishes(
    setting: Setting, graph: DependencyGraph, prospects: Mapping[str, Prospect], chosen: Sequence[int], seed: int
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
        setting: Setting,
        prospects: Mapping[str, Prospect],
        chosen: Sequence[int],
        seed: int,
    ) -> None:
        self.setting, self.prospects = setting, prospects
        self.as_of, self.seed = setting.programme.as_of, seed
        courses = [setting.problem.courses[r] for r in chosen]
        self.course = {c.initiative: c.course for c in courses if c.runs}
        found = ((id, setting.runs.get((id, course))) for id, course in self.course.items())
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
        start = first if initiative is None or not begun(self.setting.programme, initiative) else initiative.started
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

        What has begun keeps its start, and cannot be finished before what it requires: it waits with nothing to do.
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
        late = float((ends > months_between(self.as_of, last) + 0.5).mean())
        return Finish(id, first, last, low, middle, high, critical, late)

    def _day(self, months: float) -> dt.date:
        """The day that is nearest to so many months from today, so that what ends as planned ends on its day."""
        try:
            near = [later(self.as_of, max(months, 0.0)) + dt.timedelta(days=k) for k in (0, -1, 1)]
            return min(near, key=lambda day: abs(months_between(self.as_of, day) - months))
        except (OverflowError, ValueError):
            return dt.date.max


def _deliveries(as_of: dt.date, ends: Grid) -> Iterator[Delivery]:
    """By the end of each financial year to come, until nearly all is surely done. ends: what runs x draws."""
    year, last = as_of.year + (as_of > dt.date(as_of.year, 3, 31)), ends.max(axis=0)
    for k in range(10):
        by = dt.date(year + k, 3, 31)
        months = months_between(as_of, by)
        chance = float((last <= months).mean())
        yield Delivery(by, chance, float((ends <= months).mean(axis=1).sum()), len(ends))
        if chance >= 0.99:
            return
