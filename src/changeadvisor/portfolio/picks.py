"""What the set does with each initiative, and everything that tells why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from changeadvisor.model import Initiative
from changeadvisor.portfolio import wording
from changeadvisor.portfolio.build import PENNIES, ChoiceProblem, Locks, begun
from changeadvisor.portfolio.choice import choose
from changeadvisor.portfolio.problem import Course, Outcome, broken, kept, outcome, within
from changeadvisor.portfolio.result import Pick
from changeadvisor.portfolio.solver import Chosen, Effort
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

#: Up to so many initiatives it is worked out what each would change by itself.
MAX_WORKED_OUT_EACH = 40
#: How closely the set is chosen again without one of its picks: figures are told in three digits.
_CLOSE = Effort(1e-4, 2_000)


class PickReasons:
    """Looks at each course of a chosen set: what it is worth there and what stands beside it."""

    def __init__(self, choice_problem: ChoiceProblem, chosen: Chosen, locks: Locks) -> None:
        self.choice_problem, self.chosen, self.locks = choice_problem, chosen, locks
        self.problem = choice_problem.problem
        self.courses = [self.problem.courses[r] for r in chosen.rows]
        self.running = frozenset(c.initiative for c in self.courses if c.runs)
        self.each_worked_out = len(self.problem.groups) <= MAX_WORKED_OUT_EACH

    def picks(self) -> list[Pick]:
        """What is done with each initiative, by id."""
        return [self.pick(c) for c in sorted(self.courses, key=lambda c: c.initiative)]

    def pick(self, course: Course) -> Pick:
        """What is done with one initiative, and why."""
        initiative = self.choice_problem.initiative(course.initiative)
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
        worked_out = worth is not None and self.each_worked_out
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
        with_others = self.each_worked_out and not working.locked
        return replace(
            working,
            alone=_by_itself(course),
            without_helpers=without_helpers,
            requirers=self._requirers(id),
            helped=self._helped(id),
            instead=tuple(self._instead(course)) if with_others else (),
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
        planned = self.choice_problem.initiative(course.initiative).started
        first = self.problem.same(course)[0]
        if dates is None or planned is None:
            return None
        waits = self._late_need(course, first) is None and self.problem.courses[first].later > 0.0
        return PutOff(
            start=dates[0],
            planned=planned,
            obstacle=self._obstacle(course, first),
            waits_for_required=waits,
            keeping=self._loses(course.initiative, [first]) if self.each_worked_out else None,
            worked_out=self.each_worked_out,
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
        limits = self.problem.capacities
        over = [k for k, use in enumerate(reached.use) if not within(use, limits[k])]
        if not over:
            return None
        k = max(over, key=lambda k: reached.use[k] - limits[k])
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


def _by_itself(course: Course) -> CourseWorth:
    return CourseWorth(course.course, course.worth, sum(course.spend))
