"""A programme put as a choice under limits.

What each course is worth, costs and needs, and what hangs on what.

Nothing unknown is filled in. An initiative whose worth is not known is not weighed: it goes on if
it has begun, and waits if it has not, unless something worth having requires it. Its spend and its
people, where known, count against the limits.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from changeadvisor.graph import DependencyGraph, Timing, later
from changeadvisor.model import (
    AdjustStrategy,
    AdjustTactics,
    Dependency,
    Initiative,
    Programme,
    add_months,
    months_between,
)
from changeadvisor.portfolio import wording
from changeadvisor.portfolio.problem import Course, Problem
from changeadvisor.portfolio.quarters import QUARTERS, quarter, quarter_bounds, quarter_label
from changeadvisor.trajectory import Prospect, Spending, why_unpriced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: What is set from outside: initiative id -> course.
Locks = Mapping[str, str]
NO_LOCKS: Locks = MappingProxyType({})
#: First and last day.
Dates = tuple[dt.date, dt.date]
#: Money that nobody would notice.
PENNIES = 0.5
#: Quarters by which the start of what has not begun may be put off.
PUT_OFF = 8
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A budget period."""

    name: str
    limit: float | None
    """In money; None: none given."""
    months: tuple[float, ...]
    """The share of each coming month that falls in it."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many of a role there are in a quarter (full-time equivalents)."""

    role: str
    quarter: str
    limit: float
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class ChoiceProblem:
    """The choice that a programme faces, with what is needed to say it in words.

    held: initiatives whose worth is not known, and why. assumed: what was taken for want of
    figures, in sentences.
    """

    programme: Programme
    problem: Problem
    periods: tuple[Period, ...]
    capacities: tuple[Capacity, ...]
    held: Mapping[str, str]
    assumed: tuple[str, ...]
    runs: Mapping[tuple[str, str, float], Dates | None]

    def initiative(self, id: str) -> Initiative:
        """The initiative of that id. Raises KeyError where there is none."""
        found = self.programme.initiative(id)
        if found is None:
            raise KeyError(id)
        return found

    def dates(self, course: Course) -> Dates | None:
        """From when to when it runs and needs its people.

        None where it does not, or it is not known.
        """
        return self.runs.get((course.initiative, course.course, course.later))

    def as_run(self, rows: Sequence[int]) -> Programme:
        """The programme with the dates at which a set runs what has not begun."""
        chosen = {
            c.initiative: c for c in (self.problem.courses[r] for r in rows) if c.runs and c.later
        }
        return self.programme.model_copy(
            update={
                "initiatives": tuple(
                    self._moved(i, chosen.get(i.id)) for i in self.programme.initiatives
                )
            }
        )

    def _moved(self, initiative: Initiative, course: Course | None) -> Initiative:
        dates = None if course is None else self.dates(course)
        return (
            initiative
            if dates is None
            else initiative.model_copy(update={"started": dates[0], "ends": dates[1]})
        )


def choice_problem(
    programme: Programme,
    graph: DependencyGraph,
    prospects: Mapping[str, Prospect],
    locks: Locks = NO_LOCKS,
) -> ChoiceProblem:
    """What there is to choose.

    `prospects` by initiative id; closed initiatives are met and not here.
    """
    return _Builder(programme, graph, prospects, locks).choice_problem()


def counts_as_few(programme: Programme, initiative: Initiative) -> bool | None:
    """Whether it is deep change for few people, on the likely values.

    None where it is not known.
    """
    few = programme.limits.few if programme.limits else None
    if few is None or initiative.reach is None or initiative.impact is None:
        return None
    return initiative.reach.likely < few.reach_below and initiative.impact.likely > few.impact_above


def begun(programme: Programme, initiative: Initiative) -> bool:
    """Whether it has begun: as its stage and its start say."""
    if initiative.stage in ("idea", "closed"):
        return False
    if initiative.started is not None:
        return initiative.started <= programme.as_of
    return initiative.stage in ("pilot", "delivery", "embedding")


class _Builder:
    def __init__(
        self,
        programme: Programme,
        graph: DependencyGraph,
        prospects: Mapping[str, Prospect],
        locks: Locks,
    ) -> None:
        self.programme, self.prospects, self.locks = programme, prospects, locks
        self.open = [i for i in programme.initiatives if i.stage != "closed"]
        self.timings = graph.schedule()
        self.graph = graph
        self.periods = tuple(_periods(programme))
        self.capacities = tuple(_capacities(programme))
        self.held: dict[str, str] = {}
        self.assumed: list[str] = []
        self.unstopped: list[str] = []
        self.runs: dict[tuple[str, str, float], Dates | None] = {}
        #: Months by which what has not begun must wait for what it requires, even as planned.
        self.least = {i.id: self._least(i) for i in self.open}

    def choice_problem(self) -> ChoiceProblem:
        courses = tuple(c for i in self.open for c in self._courses(i))
        self.assumed.extend(self._notices())
        limits = self.programme.limits
        few = frozenset(i.id for i in self.open if counts_as_few(self.programme, i))
        problem = Problem(
            courses,
            tuple(p.limit for p in self.periods),
            bool(limits and limits.carry_over),
            tuple(c.limit for c in self.capacities),
            tuple(self._pairs("requires")),
            tuple(self._helps()),
            tuple(self._conflicts(courses)),
            few,
            limits.share_for_few if limits and limits.few else None,
            dict(self._lags()),
        )
        said = tuple(self.assumed)
        return ChoiceProblem(
            self.programme, problem, self.periods, self.capacities, self.held, said, self.runs
        )

    # --- courses ----------------------------------------------------------------------------------

    def _courses(self, initiative: Initiative) -> Iterator[Course]:
        """What is open to one initiative.

        A lock comes first (what-if guards it: nobody may lock a stop that the law forbids); then
        the law, which leaves only courses that run.
        """
        every = list(self._priced(initiative)) or list(self._unpriced(initiative))
        lock = self.locks.get(initiative.id)
        if lock is not None:
            yield from [c for c in every if c.course == lock] or [self._unknown(initiative, lock)]
            return
        required = initiative.statutory and any(c.runs for c in every)
        yield from (c for c in every if c.runs or not required)

    def _priced(self, initiative: Initiative) -> Iterator[Course]:
        found = self.prospects.get(initiative.id)
        if found is None or "persist" not in found.worth:
            return
        for name, worth in found.worth.items():
            for months in self._starts(initiative, name):
                yield self._course(initiative, name, float(worth.mean()), months)
        if "stop" not in found.worth:
            yield self._course(initiative, "stop", 0.0)
            if begun(self.programme, initiative) and not initiative.statutory:
                self.unstopped.append(initiative.id)

    def _unpriced(self, initiative: Initiative) -> Iterator[Course]:
        found = self.prospects.get(initiative.id)
        why = found.unpriced.get("persist") if found else None
        self.held[initiative.id] = wording.WORTH_NOT_KNOWN if why is None else why_unpriced(why)
        begins = begun(self.programme, initiative)
        # What the law requires is done, whatever is known of its worth.
        if begins or initiative.statutory or self.graph.requirers(initiative.id):
            yield self._course(initiative, "persist", 0.0)
        if not begins:
            yield self._course(initiative, "stop", 0.0)

    def _unknown(self, initiative: Initiative, name: str) -> Course:
        """A course set from outside of which the register does not say enough to price it."""
        self.held[initiative.id] = wording.not_priced_course(name)
        return self._course(initiative, name, 0.0)

    # --- when what has not begun begins -----------------------------------------------------------

    def _least(self, initiative: Initiative) -> float:
        """Months by which it must wait for what it requires, by the plans of those."""
        start = self.timings.get(initiative.id, Timing(None, None)).start
        if start is None or initiative.started is None or begun(self.programme, initiative):
            return 0.0
        return max(0.0, months_between(initiative.started, start))

    def _starts(self, initiative: Initiative, name: str) -> list[float]:
        """Months after its planned start at which a course may begin.

        Quarter by quarter for what has not begun.
        """
        least, found = self.least[initiative.id], self.prospects.get(initiative.id)
        dated = initiative.started is not None and initiative.ends is not None
        fixed = (
            begun(self.programme, initiative) or not dated or found is None or found.late is None
        )
        # What the law requires may have its day: it is never put off.
        if name != "persist" or fixed or initiative.statutory:
            return [least if name == "persist" else 0.0]
        start = (
            months_between(self.programme.as_of, initiative.started) + least
            if initiative.started
            else 0.0
        )
        later_on = (3.0 * k for k in range(1, PUT_OFF + 1))
        return [least, *(least + k for k in later_on if start + k < self._limited_to())]

    def _limited_to(self) -> float:
        """Months from today that have a budget.

        Beyond them nothing is put off, for money there is not counted.
        """
        ends = [
            k + 1
            for p in self.periods
            if p.limit is not None
            for k, share in enumerate(p.months)
            if share
        ]
        return float(max(ends, default=math.inf))

    def _course(
        self, initiative: Initiative, name: str, worth: float, months: float = 0.0
    ) -> Course:
        """A course, begun so many months after its planned start."""
        import numpy as np

        runs, found = name != "stop", self.prospects.get(initiative.id)
        if months and found is not None:
            worth -= float(found.lost_by(np.array([months]))[0])
        few = worth if counts_as_few(self.programme, initiative) and runs else 0.0
        dates = self._dates(initiative, name, months)
        self.runs[initiative.id, name, months] = dates
        use, spend = (
            capacity_use(initiative, dates, self.capacities),
            self._spend(initiative, name, months),
        )
        return Course(
            initiative.id,
            name,
            runs,
            worth,
            few,
            spend,
            use,
            months,
            *self._times(initiative, name, dates),
        )

    def _times(self, initiative: Initiative, name: str, dates: Dates | None) -> tuple[float, float]:
        """Months from today at which it begins, and at which it is ready for what requires it.

        Without bounds where it has begun.
        """
        if dates is None or name != "persist" or begun(self.programme, initiative):
            return math.inf, -math.inf
        return months_between(self.programme.as_of, dates[0]), months_between(
            self.programme.as_of, dates[1]
        )

    def _spend(self, initiative: Initiative, name: str, months: float) -> tuple[float, ...]:
        """Mean spend by period; nothing where it is not known, which is said."""
        found = self.prospects.get(initiative.id)
        spending = found.spending.get(name) if found else None
        if spending is None:
            return tuple(0.0 for _ in self.periods)
        return tuple(float(s.mean()) for s in spent_by_period(spending, self.periods, months))

    def _dates(self, initiative: Initiative, name: str, months: float) -> Dates | None:
        """The first and last day on which it runs and needs its people.

        None where it does not, or it is not known.
        """
        timing, as_of = self.timings.get(initiative.id, Timing(None, None)), self.programme.as_of
        option = next((o for o in initiative.options if o.action == name), None)
        if name == "stop" or timing.end is None:
            return None
        start, end = max(timing.start or as_of, as_of + dt.timedelta(days=1)), timing.end
        if isinstance(option, AdjustTactics):
            end = later(end, option.extends or 0.0)
        if isinstance(option, AdjustStrategy) and option.runs is not None:
            start, end = as_of + dt.timedelta(days=1), later(as_of, option.runs)
        quarters = round(max(0.0, months - self.least[initiative.id]))
        start, end = add_months(start, quarters), add_months(end, quarters)
        return (start, end) if start <= end else None

    # --- between initiatives ----------------------------------------------------------------------

    def _pairs(self, kind: str) -> Iterator[tuple[str, str]]:
        ids = {i.id for i in self.open}
        for i in self.open:
            yield from (
                (i.id, d.initiative) for d in i.depends_on if d.kind == kind and d.initiative in ids
            )

    def _lags(self) -> Iterator[tuple[tuple[str, str], float]]:
        """Months that must lie between the end of what is required and a start, if any."""
        for i in self.open:
            for d in i.depends_on:
                if d.kind == "requires" and d.lag_months:
                    yield (i.id, d.initiative), d.lag_months

    def _helps(self) -> Iterator[tuple[str, str, float]]:
        ids = {i.id for i in self.open}
        for i in self.open:
            for d in i.depends_on:
                if d.kind == "helps" and d.initiative in ids and d.share is not None:
                    yield i.id, d.initiative, d.share

    def _conflicts(self, courses: Sequence[Course]) -> Iterator[tuple[str, str]]:
        """Pairs of which one may run; where both must, it is said and left to people."""
        can_stop = {c.initiative for c in courses if not c.runs}
        for pair in self.graph.conflicts():
            if not all(any(c.initiative == id for c in courses) for id in pair):
                continue
            if can_stop.isdisjoint(pair):
                self.assumed.append(wording.runs_both(*pair))
            else:
                yield pair

    # --- what is not known ------------------------------------------------------------------------

    def _notices(self) -> Iterator[str]:
        """What was taken for want of figures."""
        if self.unstopped:
            yield wording.stopping_not_priced(self.unstopped)
        yield from self._unlimited_money()
        yield from self._unlimited_people()
        limits = self.programme.limits
        by_year = limits is not None and isinstance(limits.budget, dict) and limits.budget
        if limits is not None and by_year and limits.carry_over is None:
            yield wording.CARRY_OVER_NOT_GIVEN
        yield from self._unknown_figures()

    def _unknown_figures(self) -> Iterator[str]:
        """Starts that are over, ends, spend and shares that are not given."""
        every, as_of = self.open, self.programme.as_of
        overdue = [i.id for i in every if i.stage == "idea" and _past(i.started, as_of)]
        undated = [i.id for i in every if i.needs and self.timings[i.id].end is None]
        unspent = [i.id for i in every if begun(self.programme, i) and not self._costed(i)]
        unshared = [i.id for i in every if any(map(_helps_by_unknown_share, i.depends_on))]
        for ids, tell in (
            (overdue, wording.start_is_over),
            (undated, wording.end_not_known),
            (unspent, wording.spend_not_known),
            (unshared, wording.share_not_given),
        ):
            if ids:
                yield tell(ids)

    def _unlimited_money(self) -> Iterator[str]:
        """Budgets and shares of them that are not given, or that can hold nothing."""
        limits = self.programme.limits
        budget = limits.budget if limits else None
        if budget is None or budget == {}:
            yield wording.NO_BUDGET
        elif all(p.limit is None for p in self.periods):
            yield wording.NO_YEAR_TO_COME
        if limits is None or limits.few is None:
            yield wording.few_not_given(limits is not None and limits.share_for_few is not None)
        elif limits.share_for_few is None:
            yield wording.NO_SHARE_FOR_FEW

    def _unlimited_people(self) -> Iterator[str]:
        """Roles that are not limited, that nothing needs, or limited in some quarters only."""
        capacity = self.programme.limits.capacity if self.programme.limits else {}
        needed, given = {role for i in self.open for role in i.needs}, set(capacity)
        if needed - given:
            yield wording.capacity_not_given(sorted(needed - given))
        if given - needed:
            yield wording.capacity_not_needed(sorted(given - needed))
        for role, limit in capacity.items():
            if isinstance(limit, dict) and role in needed:
                quarters = [c.quarter for c in self.capacities if c.role == role]
                yield wording.capacity_given_for(role, quarters)

    def _costed(self, initiative: Initiative) -> bool:
        found = self.prospects.get(initiative.id)
        return found is not None and "persist" in found.spending


# --- periods and quarters -------------------------------------------------------------------------


def _past(day: dt.date | None, as_of: dt.date) -> bool:
    return day is not None and day <= as_of


def _helps_by_unknown_share(dependency: Dependency) -> bool:
    return dependency.kind == "helps" and dependency.share is None


def _middle(as_of: dt.date, month: int) -> dt.date:
    """A day in the middle of a coming month."""
    return add_months(as_of, month) + dt.timedelta(days=15)


def financial_year(day: dt.date) -> str:
    """The financial year of a day, April to March: 2026-27."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def _periods(programme: Programme) -> Iterator[Period]:
    """Budget periods in order.

    A year that is over is left out; of the current one its rest counts.
    """
    budget = programme.limits.budget if programme.limits else None
    years = _years(programme.as_of, budget) if isinstance(budget, dict) else []
    still = sorted(set(budget) & set(years)) if isinstance(budget, dict) else []
    if not isinstance(budget, dict) or not still:
        limit = None if isinstance(budget, dict) else budget
        yield Period(wording.NEXT_TWELVE_MONTHS, limit, (1.0,) * _YEAR)
        return
    for name in still:
        yield Period(name, budget[name], tuple(float(y == name) for y in years))


def _years(as_of: dt.date, budget: Mapping[str, float]) -> list[str]:
    """The financial year of each coming month, to the end of the last one that has a budget."""
    last = max((int(name[:4]) for name in budget), default=as_of.year - 2) + 1
    count = max(0, (last - as_of.year) * 12 + 4 - as_of.month)
    return [financial_year(_middle(as_of, k)) for k in range(count)]


def spent_by_period(spending: Spending, periods: Sequence[Period], months: float) -> list[Grid]:
    """Spend in each period, draw by draw, if it begins so many months later."""
    import numpy as np

    moved = (
        replace(spending, begins=spending.begins + months, ends=spending.ends + months)
        if months
        else spending
    )
    return [moved.over(np.array(p.months)) for p in periods]


def _capacities(programme: Programme) -> Iterator[Capacity]:
    """A row for each role and quarter that is limited and not over."""
    first = programme.as_of + dt.timedelta(days=1)
    for role, limit in programme.limits.capacity.items() if programme.limits else ():
        for q in range(quarter(first), quarter(first) + QUARTERS):
            name, (start, end) = quarter_label(q), quarter_bounds(q)
            held = limit.get(name) if isinstance(limit, dict) else limit
            if held is not None:
                yield Capacity(role, name, held, max(start, first), end)


def capacity_use(
    initiative: Initiative, dates: Dates | None, capacities: Sequence[Capacity]
) -> tuple[float, ...]:
    """Of each capacity: what it needs, times the share of the quarter's days on which it runs."""
    if dates is None:
        return tuple(0.0 for _ in capacities)
    return tuple(initiative.needs.get(c.role, 0.0) * _share(dates, c) for c in capacities)


def _share(dates: Dates, capacity: Capacity) -> float:
    """The share of the days of a quarter that lie within some dates."""
    days = (min(dates[1], capacity.last) - max(dates[0], capacity.first)).days + 1
    return max(0, days) / ((capacity.last - capacity.first).days + 1)
