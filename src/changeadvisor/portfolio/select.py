"""Which set to run: what is chosen and what waits, what each limit costs, and who gains.

Figures and keys only: a `PickWorking` holds what is known of one pick, and `wording` tells it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from changeadvisor.model import Initiative
from changeadvisor.portfolio import wording
from changeadvisor.portfolio.build import (
    ChoiceProblem,
    Locks,
    begun,
    spent_by_period,
)
from changeadvisor.portfolio.choice import choose, early, effort_for, explained
from changeadvisor.portfolio.frontier import POINTS, Exchange, Point, exchanges, frontier
from changeadvisor.portfolio.problem import (
    Course,
    Outcome,
    Problem,
    broken,
    kept,
    outcome,
    spent_on_few,
    within,
)
from changeadvisor.portfolio.result import (
    Alternative,
    CapacityUse,
    FindOut,
    FrontierPoint,
    Gainer,
    LimitCost,
    Pick,
    Robust,
    Selection,
    Totals,
)
from changeadvisor.portfolio.robust import (
    Values,
    core,
    different,
    good_sets,
    worth_of_knowing,
)
from changeadvisor.portfolio.solver import Chosen, Effort, Infeasible
from changeadvisor.portfolio.timing import JOINT, paired, worth_drawn
from changeadvisor.portfolio.working import (
    CourseWorth,
    Instead,
    LateNeed,
    Obstacle,
    PickWorking,
    PutOff,
    TooFewPeople,
    TooLittleForFew,
    TooMuchSpent,
)
from changeadvisor.trajectory import Prospect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Up to so many initiatives it is worked out what each would change by itself.
EACH = 40
#: Money that nobody would notice.
PENNIES = 0.5
#: How closely: figures are told in three digits.
_CLOSE = Effort(1e-4, 2_000)

#: Initiative ids -> people they reach in a year, each counted once.
CountPeople = Callable[[frozenset[str]], float]


# --- the set --------------------------------------------------------------------------------------


def select(
    choice_problem: ChoiceProblem,
    prospects: Mapping[str, Prospect],
    people: CountPeople,
    locks: Locks,
    seed: int,
    seconds: float | None,
) -> Selection:
    """The set of the greatest mean worth within the limits.

    people: counts the people that a set of initiatives reaches, each once. locks: courses set from
    outside. seconds: a clock on the search; None: none.
    """
    problem = choice_problem.problem
    effort = effort_for(problem, seconds)
    best = choose(problem, effort=effort)
    if isinstance(best, Infeasible):
        why = wording.why_none(choice_problem, explained(problem, best))
        return Selection((), (), None, None, None, why_none=why)
    chosen = early(problem, best)
    report = SelectionReport(choice_problem, prospects, chosen, effort, locks, seed)
    return report.selection(people)


class SelectionReport:
    """A chosen set, and what is worked out of it: reasons, totals, limits, gainers, capacity."""

    def __init__(
        self,
        choice_problem: ChoiceProblem,
        prospects: Mapping[str, Prospect],
        chosen: Chosen,
        effort: Effort,
        locks: Locks,
        seed: int,
    ) -> None:
        self.choice_problem, self.prospects, self.chosen = choice_problem, prospects, chosen
        self.problem, self.effort, self.locks, self.seed = (
            choice_problem.problem,
            effort,
            locks,
            seed,
        )
        self.courses = [self.problem.courses[r] for r in chosen.rows]
        self.running = frozenset(c.initiative for c in self.courses if c.runs)
        self.small = len(self.problem.groups) <= EACH

    def selection(self, people: CountPeople) -> Selection:
        """All of it."""
        picks = [self._pick(c) for c in sorted(self.courses, key=lambda c: c.initiative)]
        return Selection(
            tuple(p for p in picks if p.id in self.running),
            tuple(p for p in picks if p.id not in self.running),
            self._totals(people),
            self.chosen.bound,
            self.chosen.gap,
            tuple(self._limits()),
            tuple(self._gainers()),
            tuple(self._capacity()),
            rows=self.chosen.rows,
        )

    # --- each initiative --------------------------------------------------------------------------

    def _pick(self, course: Course) -> Pick:
        initiative = self._initiative(course.initiative)
        held = course.initiative in self.choice_problem.held
        worth = None
        if not held:
            worth = course.worth * kept(self.problem, course, self.running)
        working = self._working(course, initiative, worth)
        has_begun = begun(self.choice_problem.programme, initiative)
        dates = None if has_begun else self.choice_problem.dates(course)
        return Pick(
            id=course.initiative,
            course=course.course,
            because=wording.pick_because(working),
            worth=worth,
            spend=sum(course.spend),
            without=working.without,
            locked=working.locked,
            few=working.few,
            start=None if dates is None else dates[0],
            planned=None if dates is None else initiative.started,
            put_off=wording.put_off(working),
            begun=has_begun,
        )

    def _working(self, course: Course, initiative: Initiative, worth: float | None) -> PickWorking:
        """Everything that tells why. worth: as chosen; None where it is not known."""
        id, problem = course.initiative, self.problem
        turned = [r for r in problem.groups[id] if problem.courses[r].runs != course.runs]
        worked_out = worth is not None and self.small
        locked = id in self.locks
        working = PickWorking(
            id=id,
            currency=self.choice_problem.programme.currency,
            course=course.course,
            runs=course.runs,
            locked=locked,
            statutory=bool(initiative.statutory),
            why_held=self.choice_problem.held.get(id),
            few=id in problem.few,
            may_turn=worked_out and not locked and bool(turned),
            without=self._loses(id, turned) if worked_out else None,
        )
        if worth is None:
            return working
        if not course.runs:
            return self._waiting(working, course)
        return self._running(working, course, worth)

    def _running(self, working: PickWorking, course: Course, worth: float) -> PickWorking:
        """With what is known of what runs: its helpers, what hangs on it, other ways to go on."""
        id = course.initiative
        without_helpers = None
        if course.worth - worth > PENNIES:
            helpers = {h for d, h, _ in self.problem.helps if d == id} - self.running
            without_helpers = (tuple(sorted(helpers)), worth)
        return replace(
            working,
            alone=_by_itself(course),
            without_helpers=without_helpers,
            requirers=self._requirers(id),
            helped=self._helped(id),
            instead=tuple(self._instead(course)) if self.small and not working.locked else (),
            put_off=self._put_off(course) if self.problem.put_off(course) else None,
        )

    def _waiting(self, working: PickWorking, course: Course) -> PickWorking:
        """With what is known of what does not run: its best way to go on, and what it lacks."""
        id, problem = course.initiative, self.problem
        going = [problem.courses[r] for r in problem.groups[id] if problem.courses[r].runs]
        best = max(going, key=lambda c: (c.worth, c.course), default=None)
        required = {n for d, n in problem.requires if d == id}
        conflicting = {b if a == id else a for a, b in problem.conflicts if id in (a, b)}
        return replace(
            working,
            alone=_by_itself(course) if course.worth else None,
            going_on=None if best is None else _by_itself(best),
            lacking=tuple(sorted(required - self.running)),
            in_the_way_of=tuple(sorted(conflicting & self.running)),
        )

    def _loses(self, id: str, allowed: Sequence[int]) -> float | None:
        """What the best set loses if one initiative must take one of these rows.

        None where no set then keeps to the limits.
        """
        if not allowed:
            return None
        rows = self.problem.groups[id]
        courses = tuple(
            c for r, c in enumerate(self.problem.courses) if r not in rows or r in allowed
        )
        other = choose(replace(self.problem, courses=courses), effort=_CLOSE)
        return max(0.0, self.chosen.worth - other.worth) if isinstance(other, Chosen) else None

    def _requirers(self, id: str) -> tuple[tuple[str, ...], float] | None:
        """What runs and requires it, directly or through others, and what that is worth."""
        requirers, ahead = set[str](), [id]
        while ahead:
            at = ahead.pop()
            direct = {d for d, n in self.problem.requires if n == at and d in self.running}
            more = direct - requirers
            requirers |= more
            ahead.extend(more)
        if not requirers:
            return None
        hanging = [c for c in self.courses if c.initiative in requirers]
        worth = sum(c.worth * kept(self.problem, c, self.running) for c in hanging)
        return tuple(sorted(requirers)), worth

    def _helped(self, id: str) -> tuple[tuple[str, ...], float] | None:
        """What runs and would be worth less without it, and how much less."""
        helped = {d for d, h, _ in self.problem.helps if h == id and d in self.running}
        without = self.running - {id}
        lost = sum(
            c.worth * (kept(self.problem, c, self.running) - kept(self.problem, c, without))
            for c in self.courses
            if c.initiative in helped
        )
        return (tuple(sorted(helped)), lost) if lost >= PENNIES else None

    def _instead(self, course: Course) -> Iterator[Instead]:
        """Each other way to go on with it, and what that would do to the set."""
        others: dict[str, list[int]] = {}
        for row in self.problem.groups[course.initiative]:
            other = self.problem.courses[row]
            if other.runs and other.course != course.course:
                others.setdefault(other.course, []).append(row)
        for name, rows in others.items():
            loses = self._loses(course.initiative, rows)
            best = max(rows, key=lambda r: self.problem.courses[r].worth)
            worth = self.problem.courses[best].worth
            better = loses is not None and worth > course.worth
            obstacle = self._obstacle(course, best) if better else None
            yield Instead(name, worth, loses, obstacle)

    def _put_off(self, course: Course) -> PutOff | None:
        """Why it does not begin as planned; None where its dates are not known."""
        dates = self.choice_problem.dates(course)
        planned = self._initiative(course.initiative).started
        first = self.problem.same(course)[0]
        if dates is None or planned is None:
            return None
        waits = self._late_need(course, first) is None and self.problem.courses[first].later > 0.0
        return PutOff(
            start=dates[0],
            planned=planned,
            obstacle=self._obstacle(course, first),
            waits_for_required=waits,
            keeping=self._loses(course.initiative, [first]) if self.small else None,
            worked_out=self.small,
        )

    def _obstacle(self, course: Course, instead: int) -> Obstacle | None:
        """What the set would run into with another row for one initiative, all else the same."""
        late = self._late_need(course, instead)
        if late is not None:
            return late
        rows = [
            instead if self.problem.courses[r].initiative == course.initiative else r
            for r in self.chosen.rows
        ]
        reached = outcome(self.problem, rows)
        short = self._too_few_people(reached) or self._too_much_spent(reached)
        if short is not None:
            return short
        if "share_for_few" in broken(self.problem, rows):
            return TooLittleForFew(self.problem.share_for_few or 0.0)
        if self.problem.courses[instead].worth < course.worth:
            return "later-is-better"
        return None

    def _late_need(self, course: Course, instead: int) -> LateNeed | None:
        """What it requires and would not be ready in time, where there is anything."""
        running = {c.initiative: c for c in self.courses if c.runs}
        other = self.problem.courses[instead]
        for pair in self.problem.requires:
            dependant, required = pair
            needed = running.get(required)
            if dependant != course.initiative or needed is None:
                continue
            if not self.problem.in_time(pair, other, needed):
                dates = self.choice_problem.dates(needed)
                lag = self.problem.lags.get(pair) or 0.0
                return LateNeed(required, dates[1] if dates else None, lag)
        return None

    def _too_few_people(self, reached: Outcome) -> TooFewPeople | None:
        """The role and quarter that is shortest."""
        short = [
            (use - limit, -k)
            for k, (use, limit) in enumerate(zip(reached.use, self.problem.capacities, strict=True))
            if not within(use, limit)
        ]
        if not short:
            return None
        k = -max(short)[1]
        capacity = self.choice_problem.capacities[k]
        return TooFewPeople(capacity.role, capacity.quarter, reached.use[k], capacity.limit)

    def _too_much_spent(self, reached: Outcome) -> TooMuchSpent | None:
        """The first budget that would be exceeded."""
        for periods, cap in self.problem.caps:
            spent = sum(reached.spend[t] for t in periods)
            if not within(spent, cap):
                name = self.choice_problem.periods[periods[-1]].name
                return TooMuchSpent(name, len(periods) > 1, spent, cap)
        return None

    def _initiative(self, id: str) -> Initiative:
        initiative = self.choice_problem.programme.initiative(id)
        if initiative is None:
            raise KeyError(id)
        return initiative

    # --- the set as a whole -----------------------------------------------------------------------

    def _totals(self, people: CountPeople) -> Totals:
        import numpy as np

        reached = self.chosen.outcome
        worth = worth_drawn(self.choice_problem, self.prospects, self.chosen.rows, self.seed)
        low, high = np.quantile(worth, [0.1, 0.9])
        few = spent_on_few(self.problem, self.courses)
        return Totals(
            all=reached.worth,
            few=reached.few,
            spend=reached.spent,
            overspend=self._overspend(),
            low=float(low),
            high=float(high),
            share_for_few=few / reached.spent if reached.spent > 0 else None,
            spend_over=tuple(p.name for p in self.choice_problem.periods),
            people=people(self.running),
        )

    def _overspend(self) -> float | None:
        """The chance that some budget is exceeded, 0 to 1, from joint draws.

        None where none is given.
        """
        import numpy as np

        if not self.problem.caps:
            return None
        periods = self.choice_problem.periods
        spent = [np.zeros(JOINT) for _ in periods]
        for course in self.courses:
            prospect = self.prospects.get(course.initiative)
            spending = prospect.spending.get(course.course) if prospect else None
            if spending is not None:
                pairs = paired(self.seed, course.initiative)
                by_period = spent_by_period(spending, periods, course.later)
                spent = [s + more[pairs] for s, more in zip(spent, by_period, strict=True)]
        over = np.zeros(JOINT, dtype=bool)
        for together, cap in self.problem.caps:
            over |= sum((spent[t] for t in together), np.zeros(JOINT)) > cap
        return float(over.mean())

    def _limits(self) -> Iterator[LimitCost]:
        """Each limit, with what the best set would gain without it."""
        problem, reached = self.problem, self.chosen.outcome
        for periods, cap in problem.caps:
            last = periods[-1]
            budgets = tuple(None if k == last else b for k, b in enumerate(problem.budgets))
            name = self.choice_problem.periods[last].name
            yield LimitCost(
                limit=wording.budget_limit(name, so_far=len(periods) > 1),
                used=sum(reached.spend[t] for t in periods),
                of=cap,
                costs=self._gain_without(replace(problem, budgets=budgets)),
                kind="budget",
            )
        for role in dict.fromkeys(c.role for c in self.choice_problem.capacities):
            yield self._capacity_cost(role)
        if problem.share_for_few is not None:
            few = spent_on_few(problem, self.courses)
            yield LimitCost(
                limit=wording.SHARE_FOR_FEW,
                used=few / reached.spent if reached.spent > 0 else None,
                of=problem.share_for_few,
                costs=self._gain_without(replace(problem, share_for_few=None)),
                kind="share_for_few",
            )

    def _capacity_cost(self, role: str) -> LimitCost:
        """The limit on people of one role, at its fullest quarter."""
        problem, use = self.problem, self.chosen.outcome.use
        rows = [k for k, c in enumerate(self.choice_problem.capacities) if c.role == role]
        unlimited = tuple(math.inf if k in rows else c for k, c in enumerate(problem.capacities))
        full = max(rows, key=lambda k: use[k] / max(problem.capacities[k], 1e-9))
        return LimitCost(
            limit=wording.capacity_limit(role),
            used=use[full],
            of=problem.capacities[full],
            costs=self._gain_without(replace(problem, capacities=unlimited)),
            kind="capacity",
        )

    def _gain_without(self, eased: Problem) -> float:
        """What the best set would gain in an eased problem, in money; pennies are nothing."""
        other = choose(eased, effort=self.effort)
        gain = max(0.0, other.worth - self.chosen.worth) if isinstance(other, Chosen) else 0.0
        return gain if gain > PENNIES else 0.0

    def _gainers(self) -> Iterator[Gainer]:
        """What runs, by service, and what stopping the rest comes to."""
        by_service: dict[str, list[Course]] = {}
        for course in self.courses:
            if course.runs:
                service = self._initiative(course.initiative).service or wording.NO_SERVICE
                by_service.setdefault(service, []).append(course)
        for service, courses in sorted(by_service.items()):
            yield self._gainer(service, courses)
        ending = [c for c in self.courses if not c.runs and (c.worth or sum(c.spend))]
        if ending:
            spend = sum(sum(c.spend) for c in ending)
            yield Gainer(wording.STOPPING, sum(c.worth for c in ending), 0.0, spend, 0)

    def _gainer(self, service: str, courses: Sequence[Course]) -> Gainer:
        """What runs for one service."""
        shares = [kept(self.problem, c, self.running) for c in courses]
        worth = sum(c.worth * k for c, k in zip(courses, shares, strict=True))
        few = sum(c.few * k for c, k in zip(courses, shares, strict=True))
        return Gainer(service, worth, few, sum(sum(c.spend) for c in courses), len(courses))

    def _capacity(self) -> Iterator[CapacityUse]:
        """Each role that the set uses, in each quarter up to the last in which any is used."""
        used = self.chosen.outcome.use
        in_use = [c for k, c in enumerate(self.choice_problem.capacities) if used[k] > 0.0]
        roles = {c.role for c in in_use}
        last = max((c.quarter for c in in_use), default="")
        for k, capacity in enumerate(self.choice_problem.capacities):
            if capacity.role in roles and capacity.quarter <= last:
                yield CapacityUse(capacity.role, capacity.quarter, used[k], capacity.limit)


def _by_itself(course: Course) -> CourseWorth:
    return CourseWorth(course.course, course.worth, sum(course.spend))


# --- few and all ----------------------------------------------------------------------------------


def few_and_all(
    choice_problem: ChoiceProblem,
    rows: Sequence[int],
    points: int = POINTS,
    effort: Effort | None = None,
) -> tuple[FrontierPoint, ...]:
    """The frontier of worth for few against worth in all. rows: the set that is advised."""
    problem = choice_problem.problem
    curve = frontier(problem, points, effort)
    advised, courses = outcome(problem, rows), _courses(problem, rows)
    shown = []
    for point in curve.points:
        near = abs(point.worth - advised.worth) <= 1e-6 * max(1.0, abs(point.worth))
        shown.append(_shown(problem, point, near and _courses(problem, point.rows) == courses))
    steps = zip(shown[1:], exchanges(curve), strict=True)
    return (*shown[:1], *(_stepped(point, step) for point, step in steps))


def _courses(problem: Problem, rows: Sequence[int]) -> dict[str, str]:
    """What a set does with each initiative."""
    return dict(sorted((problem.courses[r].initiative, problem.courses[r].course) for r in rows))


def _shown(problem: Problem, point: Point, chosen: bool) -> FrontierPoint:
    return FrontierPoint(
        few=point.few,
        all=point.worth,
        bound=point.bound,
        gap=point.gap,
        courses=_courses(problem, point.rows),
        spend_on_few=point.spent_on_few,
        chosen=chosen,
    )


def _stepped(point: FrontierPoint, step: Exchange) -> FrontierPoint:
    return replace(
        point, gained=step.gained, given_up=step.given_up, moved=step.moved, by_pound=step.by_pound
    )


# --- what runs whatever the weights and values ----------------------------------------------------


def robust_choice(
    choice_problem: ChoiceProblem, prospects: Mapping[str, Prospect], rows: Sequence[int], seed: int
) -> Robust:
    """Core, borderline and exterior initiatives, what to find out, and sets that really differ.

    rows: the set that is advised.
    """
    problem = choice_problem.problem
    good = good_sets(problem, _states(choice_problem, prospects), seed)
    sets = tuple(sorted({*good.sets, tuple(sorted(rows))}))
    shares = core(problem, good.sets)
    borderline = {id for id, share in shares.items() if 0.0 < share < 1.0}
    draws = {
        id: prospects[id].worth for id in borderline if id in prospects and prospects[id].worth
    }
    knowing = [
        FindOut(id, shares[id], worth) for id, worth in worth_of_knowing(problem, sets, draws)
    ]
    unlike = (
        replace(_alternative(problem, rows, other), good=other in good.sets)
        for other in different(problem, good, rows)
    )
    return Robust(
        core=shares,
        exact=good.exact,
        sets=len(good.sets),
        find_out=tuple(sorted(knowing, key=lambda f: (-f.worth, f.id))),
        alternatives=tuple(unlike),
    )


def _states(choice_problem: ChoiceProblem, prospects: Mapping[str, Prospect]) -> list[Values]:
    """Every course worth what is expected; as little as one time in ten.

    As much as one time in ten.
    """
    import numpy as np

    def drawn(course: Course) -> tuple[float, float, float]:
        prospect = prospects.get(course.initiative)
        draws = prospect.worth.get(course.course) if prospect else None
        if draws is None:
            return course.worth, course.worth, course.worth
        # Begun later, every draw is worth so much less or more.
        low, high = np.quantile(draws, [0.1, 0.9]) + (course.worth - draws.mean())
        return course.worth, float(low), float(high)

    problem = choice_problem.problem
    every = [drawn(c) for c in problem.courses]
    counts = [c.runs and c.initiative in problem.few for c in problem.courses]
    return [
        Values(
            tuple(values[k] for values in every),
            tuple(values[k] if few else 0.0 for values, few in zip(every, counts, strict=True)),
        )
        for k in range(3)
    ]


def _alternative(problem: Problem, rows: Sequence[int], other: Sequence[int]) -> Alternative:
    reached = outcome(problem, other)
    advised, instead = _courses(problem, rows), _courses(problem, other)
    differs = {id: course for id, course in instead.items() if advised[id] != course}
    return Alternative(reached.worth, reached.few, reached.spent, differs)
