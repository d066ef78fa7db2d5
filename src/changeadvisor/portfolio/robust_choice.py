"""What runs in every good set, what to find out first, and other sets that really differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from changeadvisor.portfolio.build import ChoiceProblem
from changeadvisor.portfolio.problem import Course, Problem, courses_by_initiative, outcome
from changeadvisor.portfolio.result import Alternative, FindOut, Robust
from changeadvisor.portfolio.robust import Values, core, different, good_sets, worth_of_knowing
from changeadvisor.trajectory import Prospect


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
    """Three states of values: each course at its mean, at its P10 and at its P90."""
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
    for_few = [c.runs and c.initiative in problem.few for c in problem.courses]
    states = zip(*map(drawn, problem.courses), strict=True)
    return [
        Values(worth, tuple(w if few else 0.0 for w, few in zip(worth, for_few, strict=True)))
        for worth in states
    ]


def _alternative(problem: Problem, rows: Sequence[int], other: Sequence[int]) -> Alternative:
    reached = outcome(problem, other)
    advised, instead = courses_by_initiative(problem, rows), courses_by_initiative(problem, other)
    differs = {id: course for id, course in instead.items() if advised[id] != course}
    return Alternative(reached.worth, reached.few, reached.spent, differs)
