"""The frontier of few and all as it is shown, with the set that is advised marked on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from changeadvisor.portfolio.build import ChoiceProblem
from changeadvisor.portfolio.frontier import POINTS, Exchange, Point, exchanges, frontier
from changeadvisor.portfolio.problem import Problem, courses_by_initiative, outcome
from changeadvisor.portfolio.result import FrontierPoint
from changeadvisor.portfolio.solver import Effort


def few_and_all(
    choice_problem: ChoiceProblem,
    rows: Sequence[int],
    points: int = POINTS,
    effort: Effort | None = None,
) -> tuple[FrontierPoint, ...]:
    """The frontier of worth for few against worth in all. rows: the set that is advised."""
    problem = choice_problem.problem
    curve = frontier(problem, points, effort)
    advised, courses = outcome(problem, rows), courses_by_initiative(problem, rows)
    shown = []
    for point in curve.points:
        near = abs(point.worth - advised.worth) <= 1e-6 * max(1.0, abs(point.worth))
        shown.append(
            _shown(problem, point, near and courses_by_initiative(problem, point.rows) == courses)
        )
    steps = zip(shown[1:], exchanges(curve), strict=True)
    return (*shown[:1], *(_stepped(point, step) for point, step in steps))


def _shown(problem: Problem, point: Point, chosen: bool) -> FrontierPoint:
    return FrontierPoint(
        few=point.few,
        all=point.worth,
        bound=point.bound,
        gap=point.gap,
        courses=courses_by_initiative(problem, point.rows),
        spend_on_few=point.spent_on_few,
        chosen=chosen,
    )


def _stepped(point: FrontierPoint, step: Exchange) -> FrontierPoint:
    return replace(
        point, gained=step.gained, given_up=step.given_up, moved=step.moved, by_pound=step.by_pound
    )
