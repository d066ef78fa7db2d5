"""Why no set can be run, in words.

What has to run in any case, and what would be enough to allow one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from changeadvisor.portfolio.build import ChoiceProblem
from changeadvisor.portfolio.solver import Infeasible
from changeadvisor.words import joined, money_that_is_enough, quarter_text


def why_none(setting: ChoiceProblem, found: Infeasible) -> str:
    """Why no set can be run, and what would let one."""
    if not found.proven:
        return "No set that keeps to all limits was found in the search. That there is none is not proven."
    return " ".join(
        ("No set keeps to all limits together.", *_must(setting), *_ways(setting, found))
    )


def _must(setting: ChoiceProblem) -> Iterator[str]:
    """What has to run whatever is chosen."""
    problem = setting.problem
    must = [id for id, rows in problem.groups.items() if all(problem.courses[r].runs for r in rows)]
    if must:
        yield f"What has to run in any case: {joined(must)}."


def _ways(setting: ChoiceProblem, found: Infeasible) -> Iterator[str]:
    """What would be enough, each by itself."""
    ways = [_way(setting, kind, found) for kind in found.limits]
    if not ways:
        yield "Dropping one limit alone would not help."
    elif len(ways) == 1:
        yield f"This would be enough to allow one: {ways[0]}."
    else:
        lettered = "; ".join(f"({chr(97 + k)}) {way}" for k, way in enumerate(ways))
        yield f"Any one of these would be enough to allow one: {lettered}."


def _way(setting: ChoiceProblem, kind: str, found: Infeasible) -> str:
    """What would let a set run: how far a limit must give where that is measured."""
    dropped = {
        "budget": "no budget",
        "capacity": "no limit on people",
        "requires": "letting what requires another run without it",
        "conflicts-with": "running together what stands in each other's way",
        "share_for_few": "no share kept for few",
    }
    enough, problem = found.enough.get(kind), setting.problem
    if enough is None:
        return dropped[kind]
    if kind == "budget":
        each = len([b for b in problem.budgets if b is not None]) > 1
        first = next((p.name for p in setting.periods if p.limit is not None), "")
        more = f" in {first}" if each and problem.carry_over else " in each year" if each else ""
        return f"{money_that_is_enough(enough)} more money{more}"
    if kind == "capacity":
        return f"up to {_up(enough):g} more full-time people ({_short(setting, found)})"
    return f"{_down(100.0 * enough):g} in 100 kept for few, not {100.0 * (problem.share_for_few or 0.0):g}"


def _short(setting: ChoiceProblem, found: Infeasible) -> str:
    """Who is short, and when: the first quarters of each role."""
    by: dict[str, list[str]] = {}
    for k in found.short:
        by.setdefault(setting.capacities[k].role, []).append(setting.capacities[k].quarter)
    listed = {
        role: f"{joined([quarter_text(q) for q in at[:2]])}{' and later' if len(at) > 2 else ''}"
        for role, at in by.items()
    }
    return "; ".join(f"{role} in {at}" for role, at in listed.items())


def _up(value: float) -> float:
    """Rounded up to a tenth, so that it is still enough."""
    return float(math.ceil(value * 10 - 1e-6) / 10)


def _down(value: float) -> float:
    """Rounded down to a tenth, so that it can still be kept."""
    return float(math.floor(value * 10 + 1e-6) / 10)
