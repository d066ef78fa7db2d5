"""A choice among courses of action under limits, as numbers.

What every solver and every check of one reads.

One course of each initiative is chosen. Whatever is locked, required by law or cannot be begun is
settled before: the courses that are not open are simply not here. Order of rows and names of
initiatives carry no meaning.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

#: What is within this share of a limit is within it (floating point, and the solver's own
#: tolerance).
SLACK = 1e-6
#: Months are of unequal length: so small a part of one is none.
NEARLY = 0.15


@dataclass(frozen=True, slots=True)
class Course:
    """One thing that can be done with one initiative.

    runs: whether the initiative goes on under it. worth: mean present value; few: the part of it
    that counts as deep change for few people (all of it or nothing). spend: mean spend by budget
    period. use: of each capacity, as the rows of `Problem.capacities`. later: months after the
    start in the register. begins, ready: months from today at which it begins, and from which what
    requires it may begin; as they stand where time does not matter.
    """

    initiative: str
    course: str
    runs: bool
    worth: float
    few: float = 0.0
    spend: tuple[float, ...] = ()
    use: tuple[float, ...] = ()
    later: float = 0.0
    begins: float = math.inf
    ready: float = -math.inf


@dataclass(frozen=True)
class Problem:
    """Courses and limits. Exactly one course of each initiative is chosen.

    budgets: by period, in order; None: no limit. carry_over: what is left of one period may be
    spent in the next. capacities: limits, one a role and quarter. requires: (dependant, needed): a
    dependant runs only if what it needs does, and begins only when that is ready; lags: months that
    must lie between, by pair. helps: (dependant, helper, share): where the helper does not run, the
    share is taken off the worth of the dependant's running course, if that is above 0; shares of
    several are added, up to 1. conflicts: pairs of which one at most runs. few: initiatives that
    count as deep for few; share_for_few: least share of spend for them.
    """

    courses: tuple[Course, ...]
    budgets: tuple[float | None, ...] = ()
    carry_over: bool = False
    capacities: tuple[float, ...] = ()
    requires: tuple[tuple[str, str], ...] = ()
    helps: tuple[tuple[str, str, float], ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    few: frozenset[str] = frozenset()
    share_for_few: float | None = None
    lags: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def in_time(self, pair: tuple[str, str], dependant: Course, needed: Course) -> bool:
        """Whether one may begin when it does, given when what it requires is ready."""
        return needed.ready + self.lags.get(pair, 0.0) <= dependant.begins + NEARLY

    @cached_property
    def groups(self) -> Mapping[str, tuple[int, ...]]:
        """The rows of `courses` of each initiative, by id."""
        found: dict[str, tuple[int, ...]] = {}
        rows = sorted(
            enumerate(self.courses), key=lambda c: (c[1].initiative, c[1].course, c[1].later)
        )
        for row, course in rows:
            found[course.initiative] = (*found.get(course.initiative, ()), row)
        return found

    def same(self, course: Course) -> list[int]:
        """Rows that do the same with the same initiative, the earliest first."""
        return [
            r for r in self.groups[course.initiative] if self.courses[r].course == course.course
        ]

    def put_off(self, course: Course) -> bool:
        """Whether it runs and begins later than it could."""
        return course.runs and course.later > self.courses[self.same(course)[0]].later

    @cached_property
    def caps(self) -> tuple[tuple[tuple[int, ...], float], ...]:
        """Periods whose spend is held together, and to how much.

        One by one, or with all before them.
        """
        found = []
        for t, limit in enumerate(self.budgets):
            if limit is None:
                continue
            together = (
                tuple(p for p in range(t + 1) if self.budgets[p] is not None)
                if self.carry_over
                else (t,)
            )
            found.append((together, sum(self.budgets[p] or 0.0 for p in together)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a choice comes to.

    Worth of all, its part for few, spend by period, use of each capacity.
    """

    worth: float
    few: float
    spend: tuple[float, ...]
    use: tuple[float, ...]

    @property
    def spent(self) -> float:
        """Spend over all periods."""
        return sum(self.spend)


def within(amount: float, limit: float, scale: float = 1.0) -> bool:
    """Whether an amount keeps to a limit.

    scale: what is weighed against, where that is more than the limit.
    """
    return amount <= limit + SLACK * max(scale, abs(limit))


def kept(problem: Problem, course: Course, running: frozenset[str]) -> float:
    """The share of a course's worth that is left, given what runs."""
    if not course.runs or course.worth <= 0.0:
        return 1.0
    lost = sum(
        s
        for dependant, helper, s in problem.helps
        if dependant == course.initiative and helper not in running
    )
    return max(0.0, 1.0 - lost)


def outcome(problem: Problem, rows: Iterable[int]) -> Outcome:
    """What the chosen rows come to, helpers that do not run taken off."""
    chosen = [problem.courses[r] for r in rows]
    running = frozenset(c.initiative for c in chosen if c.runs)
    left = [kept(problem, c, running) for c in chosen]
    return Outcome(
        sum(c.worth * k for c, k in zip(chosen, left, strict=True)),
        sum(c.few * k for c, k in zip(chosen, left, strict=True)),
        tuple(sum(c.spend[t] for c in chosen) for t in range(len(problem.budgets))),
        tuple(sum(c.use[r] for c in chosen) for r in range(len(problem.capacities))),
    )


def spent_on_few(problem: Problem, chosen: Iterable[Course]) -> float:
    """Spend, over all periods, on what runs and counts as deep for few."""
    return sum(sum(c.spend) for c in chosen if c.runs and c.initiative in problem.few)


def broken(problem: Problem, rows: Sequence[int]) -> tuple[str, ...]:
    """Which kinds of limit a choice breaks; empty where it may be run."""
    chosen = [problem.courses[r] for r in rows]
    running, found = {c.initiative: c for c in chosen if c.runs}, outcome(problem, rows)
    for_few = spent_on_few(problem, chosen)
    most = max(1.0, sum(sum(c.spend) for c in problem.courses))
    kinds = {
        "budget": any(not within(sum(found.spend[t] for t in ts), cap) for ts, cap in problem.caps),
        "capacity": any(
            not within(u, cap) for u, cap in zip(found.use, problem.capacities, strict=True)
        ),
        "requires": any(
            d in running
            and (n not in running or not problem.in_time((d, n), running[d], running[n]))
            for d, n in problem.requires
        ),
        "conflicts-with": any(a in running and b in running for a, b in problem.conflicts),
        "share_for_few": not within((problem.share_for_few or 0.0) * found.spent, for_few, most),
        "one course each": sorted(c.initiative for c in chosen) != sorted(problem.groups),
    }
    return tuple(kind for kind, is_broken in kinds.items() if is_broken)


def courses_by_initiative(problem: Problem, rows: Sequence[int]) -> dict[str, str]:
    """What a set does with each initiative."""
    return dict(sorted((problem.courses[r].initiative, problem.courses[r].course) for r in rows))
