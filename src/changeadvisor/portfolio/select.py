"""The set to run, as it is told: what is chosen and what waits, totals, who gains, capacity.

`picks` says what it does with each initiative, `limit_costs` what each limit costs, `few_and_all`
and `robust_choice` what else might have been chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from changeadvisor.portfolio import wording
from changeadvisor.portfolio.build import ChoiceProblem, Locks, spent_by_period
from changeadvisor.portfolio.choice import choose, early, effort_for, explained
from changeadvisor.portfolio.limit_costs import LimitCosts
from changeadvisor.portfolio.picks import PickReasons
from changeadvisor.portfolio.problem import Course, courses_by_initiative, kept, spent_on_few
from changeadvisor.portfolio.proposals import Allowed
from changeadvisor.portfolio.result import CapacityUse, FreeOptimum, Gainer, Selection, Totals
from changeadvisor.portfolio.solver import Chosen, Infeasible
from changeadvisor.portfolio.timing import JOINT, paired, worth_drawn
from changeadvisor.trajectory import Prospect

#: Initiative ids -> people they reach in a year, each counted once.
CountPeople = Callable[[frozenset[str]], float]


def select(
    choice_problem: ChoiceProblem,
    prospects: Mapping[str, Prospect],
    people: CountPeople,
    locks: Locks,
    seed: int,
    seconds: float | None,
    proposed: Allowed | None = None,
    share_for_few: float | None = None,
) -> Selection:
    """The set of the greatest mean worth within the limits.

    people: counts the people that a set of initiatives reaches, each once. locks: courses set from
    outside. seconds: a clock on the search; None: none. proposed: the set that was chosen already;
    share_for_few: what is kept for the few, where it is no limit but a shortfall is said.
    """
    problem = choice_problem.problem
    effort = effort_for(problem, seconds)
    best = choose(problem, effort=effort) if proposed is None else proposed.chosen
    if isinstance(best, Infeasible):
        why = wording.why_none(choice_problem, explained(problem, best))
        return Selection(chosen=(), deferred=(), totals=None, bound=None, gap=None, why_none=why)
    chosen = early(problem, best) if proposed is None else best
    free = proposed is not None and proposed.as_merits
    report = SelectionReport(choice_problem, prospects, chosen, seed)
    picks = PickReasons(choice_problem, chosen, locks).picks()
    return Selection(
        chosen=tuple(p for p in picks if p.id in report.running),
        deferred=tuple(p for p in picks if p.id not in report.running),
        totals=report.totals(people),
        bound=chosen.bound,
        gap=chosen.gap,
        limits=tuple(LimitCosts(choice_problem, chosen, effort, share_for_few, free).costs()),
        gainers=tuple(report.gainers()),
        capacity=tuple(report.capacity()),
        rows=chosen.rows,
    )


class SelectionReport:
    """A chosen set as a whole: totals, who gains, the people it needs."""

    def __init__(
        self,
        choice_problem: ChoiceProblem,
        prospects: Mapping[str, Prospect],
        chosen: Chosen,
        seed: int,
    ) -> None:
        self.choice_problem = choice_problem
        self.prospects = prospects
        self.chosen = chosen
        self.seed = seed
        self.problem = choice_problem.problem
        self.courses = [self.problem.courses[r] for r in chosen.rows]
        self.running = frozenset(c.initiative for c in self.courses if c.runs)

    def totals(self, people: CountPeople) -> Totals:
        """Worth, spend and reach of the set. people: counts those reached, each once."""
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
            if prospect is not None and spending is not None:
                pairs = paired(self.seed, prospect.stream)
                by_period = spent_by_period(spending, periods, course.later)
                spent = [s + more[pairs] for s, more in zip(spent, by_period, strict=True)]
        over = np.zeros(JOINT, dtype=bool)
        for together, cap in self.problem.caps:
            over |= np.sum([spent[t] for t in together], axis=0) > cap
        return float(over.mean())

    def gainers(self) -> Iterator[Gainer]:
        """What runs, by service, and what stopping the rest comes to."""
        by_service: dict[str, list[Course]] = {}
        for course in self.courses:
            if course.runs:
                service = (
                    self.choice_problem.initiative(course.initiative).service or wording.NO_SERVICE
                )
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

    def capacity(self) -> Iterator[CapacityUse]:
        """Each role that the set uses, in each quarter up to the last in which any is used."""
        used = self.chosen.outcome.use
        in_use = [c for k, c in enumerate(self.choice_problem.capacities) if used[k] > 0.0]
        roles = {c.role for c in in_use}
        last = max((c.quarter for c in in_use), default="")
        for k, capacity in enumerate(self.choice_problem.capacities):
            if capacity.role in roles and capacity.quarter <= last:
                yield CapacityUse(capacity.role, capacity.quarter, used[k], capacity.limit)


def free_optimum(
    choice_problem: ChoiceProblem, proposed: Selection, seconds: float | None
) -> FreeOptimum | None:
    """The set of the greatest worth alone, beside what is proposed; None: none was found."""
    problem = replace(choice_problem.problem, share_for_few=None)
    best = choose(problem, effort=effort_for(problem, seconds))
    if isinstance(best, Infeasible) or proposed.totals is None:
        return None
    courses = courses_by_initiative(problem, early(problem, best).rows)
    picks = {p.id: p.course for p in (*proposed.chosen, *proposed.deferred)}
    differ = [id for id, course in courses.items() if picks.get(id) != course]
    worth, currency = best.outcome.worth, choice_problem.programme.currency
    said = wording.free_optimum(worth, proposed.totals.all, differ, currency)
    return FreeOptimum(courses, worth, best.outcome.spent, said)
