"""What each limit costs: how much more the best set would be worth without it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from changeadvisor.portfolio import wording
from changeadvisor.portfolio.build import PENNIES, ChoiceProblem
from changeadvisor.portfolio.choice import choose
from changeadvisor.portfolio.problem import Problem, spent_on_few
from changeadvisor.portfolio.result import LimitCost
from changeadvisor.portfolio.solver import Chosen, Effort


@dataclass(frozen=True, slots=True)
class LimitCosts:
    """Chooses again without one limit after another."""

    choice_problem: ChoiceProblem
    chosen: Chosen
    """The best set with all limits."""
    effort: Effort
    """How closely the others are looked for."""
    share_for_few: float | None = None
    """What is kept for the few, where it is no limit of the problem but is shown beside them."""
    free: bool = False
    """Whether no limit changed the set, so that none costs anything."""

    @property
    def problem(self) -> Problem:
        """The problem as numbers, with all its limits."""
        return self.choice_problem.problem

    def costs(self) -> Iterator[LimitCost]:
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
        share = self.share_for_few if problem.share_for_few is None else problem.share_for_few
        if share is not None:
            few = spent_on_few(problem, [problem.courses[r] for r in self.chosen.rows])
            yield LimitCost(
                limit=wording.SHARE_FOR_FEW,
                used=few / reached.spent if reached.spent > 0 else None,
                of=share,
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
        if self.free or eased == self.problem:
            return 0.0
        other = choose(eased, effort=self.effort)
        gain = max(0.0, other.worth - self.chosen.worth) if isinstance(other, Chosen) else 0.0
        return gain if gain > PENNIES else 0.0
