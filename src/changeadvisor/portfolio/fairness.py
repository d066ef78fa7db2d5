"""Depth against reach.

What a gain counts where those who gain are poorer, and when that turns the choice.

Nothing is netted silently. Worth is shown plain and weighed, and the inequality aversion at which
the choice turns is said instead of one answer. Distributional weights follow the Green Book (HM
Treasury 2022, annex 3): (median income / income) to the power of an elasticity, 1.3.
Equally-distributed-equivalent income: Atkinson 1970, J. Econ. Theory 2(3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from changeadvisor.portfolio.build import ChoiceProblem
from changeadvisor.portfolio.choice import choose
from changeadvisor.portfolio.solver import Chosen, Effort
from changeadvisor.trajectory import Prospect

#: Elasticity of the marginal utility of income in the Green Book.
ELASTICITY = 1.3
#: How far inequality aversion is looked at, in which steps, and how closely the turn is found.
MOST_AVERSE, STEP, CLOSE = 4.0, 0.5, 0.05


def weight(relative_income: float, elasticity: float = ELASTICITY) -> float:
    """What a pound counts for people of this income, in shares of the median."""
    return float((1.0 / relative_income) ** elasticity)


def utility(income: float, aversion: float) -> float:
    """Isoelastic utility: x^(1-e)/(1-e), the logarithm at e = 1."""
    if abs(aversion - 1.0) < 1e-12:
        return math.log(income)
    return float(income ** (1.0 - aversion) / (1.0 - aversion))


def gain(people: float, before: float, after: float, aversion: float) -> float:
    """What lifting so many people from one level to another counts (prioritarian sum)."""
    return people * (utility(after, aversion) - utility(before, aversion))


def equivalent(levels: Sequence[float], aversion: float) -> float:
    """The level that, shared evenly, would be as good (Atkinson 1970)."""
    mean = sum(utility(x, aversion) for x in levels) / len(levels)
    if abs(aversion - 1.0) < 1e-12:
        return math.exp(mean)
    return float((mean * (1.0 - aversion)) ** (1.0 / (1.0 - aversion)))


def atkinson(levels: Sequence[float], aversion: float) -> float:
    """Atkinson's index: the share of the mean lost by its being unevenly shared."""
    return 1.0 - equivalent(levels, aversion) / (sum(levels) / len(levels))


def turning(answer: Callable[[float], object]) -> float | None:
    """The least inequality aversion at which an answer is another than at none, to `CLOSE`.

    None: none up to 4.
    """
    at_none = answer(0.0)
    steps = [STEP * k for k in range(1, round(MOST_AVERSE / STEP) + 1)]
    high = next((e for e in steps if answer(e) != at_none), None)
    if high is None:
        return None
    low = high - STEP
    while high - low > CLOSE:
        middle = (low + high) / 2.0
        low, high = (middle, high) if answer(middle) == at_none else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class Weighed:
    """The choice with gains weighed by the income of those who gain."""

    elasticity: float
    """The Green Book's elasticity of the marginal utility of income, by which gains are weighed."""
    all: float
    """Worth of the best set in all, so weighed, in the programme's currency."""
    differs: Mapping[str, str]
    """What that set does otherwise than the advised one: the course by the id of the initiative."""
    turns_at: float | None
    """The least inequality aversion at which another set is best; None: none up to 4."""
    instead: Mapping[str, str]
    """What the set at that turn does otherwise: the course by the id of the initiative."""
    unknown: tuple[str, ...]
    """Ids of initiatives whose relative income is not given; their gains count plainly."""


def weighed(
    setting: ChoiceProblem, prospects: Mapping[str, Prospect], chosen: Sequence[int]
) -> Weighed | None:
    """The choice with distributional weights; None where no relative income is given."""
    incomes = {
        i.id: i.relative_income for i in setting.programme.initiatives if i.stage != "closed"
    }
    if not any(incomes.values()):
        return None
    effort = Effort(0.0 if len(setting.problem.groups) <= 60 else 1e-3, 5_000)

    def at(aversion: float) -> Chosen | None:
        worths = _worths(setting, prospects, incomes, aversion)
        found = choose(setting.problem, worths, effort=effort)
        return replace(found, rows=tuple(sorted(found.rows))) if isinstance(found, Chosen) else None

    green, turns = (
        at(ELASTICITY),
        turning(lambda e: getattr(at(e) if e else None, "rows", tuple(sorted(chosen)))),
    )
    after = None if turns is None else at(turns)
    unknown = tuple(sorted(i for i, known in incomes.items() if known is None))
    return Weighed(
        ELASTICITY,
        green.worth if green else 0.0,
        _differs(setting, chosen, green),
        turns,
        _differs(setting, chosen, after),
        unknown,
    )


def _worths(
    setting: ChoiceProblem,
    prospects: Mapping[str, Prospect],
    incomes: Mapping[str, float | None],
    aversion: float,
) -> list[float]:
    """Worth of each row, its gains weighed and its costs not: everybody pays them."""
    found = []
    for course in setting.problem.courses:
        income, prospect = incomes.get(course.initiative), prospects.get(course.initiative)
        gained = prospect.benefit.get(course.course, 0.0) if prospect else 0.0
        more = (weight(income, aversion) - 1.0) * gained if income else 0.0
        found.append(course.worth + more)
    return found


def _differs(setting: ChoiceProblem, chosen: Sequence[int], other: Chosen | None) -> dict[str, str]:
    """What another set does otherwise, by initiative."""
    if other is None:
        return {}
    courses = setting.problem.courses
    before = {courses[r].initiative: courses[r].course for r in chosen}
    return {
        courses[r].initiative: courses[r].course
        for r in other.rows
        if before[courses[r].initiative] != courses[r].course
    }
