"""Deep change for few beside cost-effectiveness for all: what each costs the other, never netted.

The frontier holds the sets of which none can give the few more without leaving the whole worth less
(epsilon-constraint method: Haimes, Lasdon and Wismer 1971; Mavrotas 2009). A small programme's
frontier is complete; of a larger one so many points, each with the worth that no set with as much
for few can exceed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from changeadvisor.portfolio.choice import choose
from changeadvisor.portfolio.problem import Problem, outcome, spent_on_few
from changeadvisor.portfolio.solver import (
    Chosen,
    Effort,
    gap_to,
    valued,
)

#: Points of a frontier, at most, unless more are asked for.
POINTS = 20
#: Up to so many initiatives every point is looked for.
COMPLETE = 40
#: Worth that tells two sets apart, in shares of the most that is for few.
_FINE = 1e-6
#: So little for each pound of the second worth that it only decides between equals in the first.
_LIFT = 1e-7


@dataclass(frozen=True, slots=True)
class Point:
    """A set on the frontier.

    Its worth for few and in all, spend by those who count as few, and the proven bound.
    """

    rows: tuple[int, ...]
    few: float
    worth: float
    spent_on_few: float
    spent: float
    bound: float
    gap: float


@dataclass(frozen=True, slots=True)
class Frontier:
    """Points, least for few first; complete: no point is left out."""

    points: tuple[Point, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """What moving from one point to the next does.

    moved: more spend on the few. gained: more worth for them. given_up: less worth for all others.
    by_pound: what each pound of worth for the few costs the others; None where the others lose
    nothing.
    """

    moved: float
    gained: float
    given_up: float
    by_pound: float | None


def frontier(problem: Problem, points: int = POINTS, effort: Effort | None = None) -> Frontier:
    """The frontier of worth for few against worth in all, within every limit.

    Empty where no set keeps to them.
    """
    exact = len(problem.groups) <= COMPLETE
    if exact:
        sets, complete = efficient(
            problem, [c.worth for c in problem.courses], [c.few for c in problem.courses]
        )
        every = _kept([_point(problem, rows, outcome(problem, rows).worth) for rows in sets])
        return Frontier(tuple(_some(every, points)), complete and len(every) <= points)
    effort = effort or Effort(0.01, 500)
    first, last = _ends(problem, effort)
    if first is None or last is None:
        return Frontier((), True)
    return Frontier(tuple(_kept(_levels(problem, first, last, points, effort))), False)


def efficient(
    problem: Problem, first: Sequence[float], second: Sequence[float], most: int = 400
) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """Every set that no other matches in both of two worths and beats in one.

    The least of the second worth comes first.

    first, second: worth of each row. Of sets that are equal in both, one; and of sets whose second
    worths lie within four millionths of the greatest row's, which the solver cannot tell apart, the
    one that is worth more by the first. Whether they are all there are: `most` ends the search. The
    epsilon-constraint method: the best by the first with a little more of the second each time.
    """
    effort = Effort(0.0)
    last = choose(problem, second, effort=effort)
    found: list[tuple[int, ...]] = []
    if not isinstance(last, Chosen):
        return (), True
    # A little more than the solver's own tolerance, which is in shares of the greatest worth.
    step = 2.0 * _FINE * max(1.0, *(abs(v) for v in second))
    floor: float | None = None
    while floor is None or floor <= last.worth:
        if len(found) >= most:
            return tuple(found), False
        after = choose(problem, first, other=second, at_least=floor, lift=_LIFT, effort=effort)
        if not isinstance(after, Chosen):
            break
        found.append(after.rows)
        floor = valued(problem, after.rows, second) + 2.0 * step
    return tuple(found), True


def _ends(problem: Problem, effort: Effort) -> tuple[Point | None, Point | None]:
    """The set of most worth in all, and the one of most worth for few; ties go by the other."""
    best = choose(problem, lift=_LIFT, effort=effort)
    few = choose(problem, [c.few for c in problem.courses], effort=effort)
    if not isinstance(best, Chosen) or not isinstance(few, Chosen):
        return None, None
    deepest = _at(problem, few.outcome.few, effort) or _point(problem, few.rows, few.outcome.worth)
    return _point(problem, best.rows, best.bound), deepest


def _at(problem: Problem, level: float, effort: Effort) -> Point | None:
    """The best set in all with so much for few, or None."""
    slack = _FINE * max(1.0, abs(level)) * 1e-2
    found = choose(problem, at_least=level - slack, lift=_LIFT, effort=effort)
    return _point(problem, found.rows, found.bound) if isinstance(found, Chosen) else None


def _point(problem: Problem, rows: Sequence[int], bound: float) -> Point:
    got = outcome(problem, rows)
    chosen = [problem.courses[r] for r in rows]
    on_few = spent_on_few(problem, chosen)
    bound = max(bound, got.worth)
    return Point(
        tuple(rows), got.few, got.worth, on_few, got.spent, bound, gap_to(bound, got.worth)
    )


def _levels(
    problem: Problem, first: Point, last: Point, points: int, effort: Effort
) -> list[Point]:
    """Points at even steps of worth for few."""
    step = (last.few - first.few) / max(points - 1, 1)
    between = (
        (_at(problem, first.few + step * k, effort) for k in range(1, points - 1))
        if step > 0.0
        else ()
    )
    return [first, *(p for p in between if p is not None), last]


def _kept(points: Sequence[Point]) -> list[Point]:
    """Those that no other matches in both."""
    found: list[Point] = []
    for point in sorted(points, key=lambda p: (-p.few, -p.worth)):
        if not found or point.worth > found[-1].worth + _FINE * max(1.0, abs(point.worth)) * 1e-3:
            found.append(point)
    return found[::-1]


def _some(points: Sequence[Point], most: int) -> list[Point]:
    """So many of them, ends included, evenly over the worth for few."""
    if len(points) <= most:
        return list(points)
    low, high = points[0].few, points[-1].few
    wanted = [low + (high - low) * k / (most - 1) for k in range(most)]
    return [
        points[i]
        for i in sorted(
            {min(range(len(points)), key=lambda j: abs(points[j].few - w)) for w in wanted}
        )
    ]


def exchanges(found: Frontier) -> tuple[Exchange, ...]:
    """What each step along a frontier gains and gives up."""
    return tuple(_exchange(a, b) for a, b in pairwise(found.points))


def _exchange(a: Point, b: Point) -> Exchange:
    gained = b.few - a.few
    given_up = (a.worth - a.few) - (b.worth - b.few)
    return Exchange(
        b.spent_on_few - a.spent_on_few,
        gained,
        given_up,
        given_up / gained if given_up > 0.0 else None,
    )
