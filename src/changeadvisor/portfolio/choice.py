"""Choosing a set exactly.

The courses of greatest worth within every limit, with the gap that is proven.

Where no set keeps to all limits, it is said which of them, dropped by itself, would let one, and by
how much the measured ones must give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from changeadvisor.portfolio.problem import (
    Problem,
    broken,
    outcome,
    spent_on_few,
    within,
)
from changeadvisor.portfolio.solver import (
    Chosen,
    Effort,
    Infeasible,
    Model,
    gap_to,
    solved,
)

#: Up to so many initiatives the best set is proven to the last pound; beyond, to a thousandth.
EXACT = 60


def effort_for(problem: Problem, seconds: float | None = None) -> Effort:
    """What is asked of the search by default."""
    return Effort(0.0 if len(problem.groups) <= EXACT else 1e-3, seconds=seconds)


def choose(
    problem: Problem,
    worths: Sequence[float] | None = None,
    *,
    other: Sequence[float] | None = None,
    at_least: float | None = None,
    lift: float = 0.0,
    effort: Effort | None = None,
) -> Chosen | Infeasible:
    """The set of the greatest worth within every limit.

    worths: another worth of each row than its own. other: a second worth of each row (its worth for
    few, if none is given). at_least: a floor under it. lift: what each pound of it counts more in
    the first, to choose among equals.
    """
    return solved(Model(problem, worths, other, at_least, lift), effort or effort_for(problem))


def early(problem: Problem, found: Chosen) -> Chosen:
    """The same set with each start as early as loses nothing: of equals the solver may take any."""
    rows = list(found.rows)
    for _ in range(len(rows)):
        before = list(rows)
        for at, row in enumerate(before):
            rows[at] = next(
                (r for r in _earlier(problem, row) if _no_worse(problem, rows, at, r)), rows[at]
            )
        if rows == before:
            break
    got = outcome(problem, rows)
    bound = max(found.bound, got.worth)
    return Chosen(tuple(sorted(rows)), got, got.worth, bound, gap_to(bound, got.worth))


def _earlier(problem: Problem, row: int) -> list[int]:
    """Rows that do the same earlier, the earliest first."""
    course = problem.courses[row]
    return [r for r in problem.same(course) if problem.courses[r].later < course.later]


def _no_worse(problem: Problem, rows: Sequence[int], at: int, row: int) -> bool:
    """Whether a set with another row in one place keeps to the limits and is worth no less."""
    changed = [row if k == at else r for k, r in enumerate(rows)]
    worth = outcome(problem, rows).worth
    return outcome(problem, changed).worth >= worth - 1e-9 * max(1.0, abs(worth)) and not broken(
        problem, changed
    )


# --- where there is none --------------------------------------------------------------------------

#: How far to search for what is in the way.
_EASILY = Effort(1e-6, 2_000)


def explained(problem: Problem, found: Infeasible) -> Infeasible:
    """Which kinds of limit, dropped by themselves, let a set be found.

    How far the measured ones must give.
    """
    nothing: Mapping[str, dict[str, Any]] = {
        "budget": {"budgets": tuple(None for _ in problem.budgets)},
        "capacity": {"capacities": tuple(float("inf") for _ in problem.capacities)},
        "requires": {"requires": ()},
        "conflicts-with": {"conflicts": ()},
        "share_for_few": {"share_for_few": None},
    }
    eased = {kind: replace(problem, **without) for kind, without in nothing.items()}
    tried = {kind: solved(Model(p), _EASILY) for kind, p in eased.items() if p != problem}
    sets = {kind: got for kind, got in tried.items() if isinstance(got, Chosen)}
    enough = {kind: _enough(problem, kind, eased[kind], got) for kind, got in sets.items()}
    known = {kind: least for kind, (least, _) in enough.items() if least is not None}
    return replace(
        found, limits=tuple(sets), enough=known, short=enough.get("capacity", (None, ()))[1]
    )


#: The least by which a limit must give (None: not measured), and which of several would be
#: exceeded.
_Give = tuple[float | None, tuple[int, ...]]


def _enough(problem: Problem, kind: str, eased: Problem, found: Chosen) -> _Give:
    """The least by which one limit must give. eased: the problem without it, found: a set of it."""
    if kind == "budget":
        return _least_over(eased, _spent_and_caps(problem))
    if kind == "capacity":
        used = [[c.use[k] for c in problem.courses] for k in range(len(problem.capacities))]
        return _least_over(eased, list(zip(used, problem.capacities, strict=True)))
    return (_share_kept(eased, found) if kind == "share_for_few" else None), ()


def _spent_and_caps(problem: Problem) -> list[tuple[list[float], float]]:
    """For each budget: what each course spends in its periods, and the cap."""
    return [
        ([sum(c.spend[t] for t in ts) for c in problem.courses], cap) for ts, cap in problem.caps
    ]


def _least_over(eased: Problem, limits: Sequence[tuple[Sequence[float], float]]) -> _Give:
    """By how much some set exceeds the limit that it exceeds most, at least.

    limits: amount by row, and cap.
    """
    model = Model(eased, [0.0] * len(eased.courses))
    unit = sum(sum(amounts) for amounts, _ in limits) or 1.0
    over = model.added(-1.0)
    for amounts, cap in limits:
        parts = [(k, amounts[r] / unit) for k, r in enumerate(model.order)]
        model.line([*parts, (over, -1.0)], -float("inf"), cap / unit)
    got = solved(model, _EASILY)
    if isinstance(got, Infeasible):
        return None, ()
    by = [sum(amounts[r] for r in got.rows) - cap for amounts, cap in limits]
    return max(by), tuple(k for k, more in enumerate(by) if not within(more, 0.0))


def _share_kept(problem: Problem, found: Chosen) -> float:
    """The greatest share of spend that goes to the few.

    Dinkelbach 1967, Management Science 13(7).
    """
    share = _share(problem, found.rows)
    for _ in range(50):
        over = [
            sum(c.spend) * ((c.runs and c.initiative in problem.few) - share)
            for c in problem.courses
        ]
        got = solved(Model(problem, over), _EASILY)
        if not isinstance(got, Chosen) or _share(problem, got.rows) <= share:
            break
        share = _share(problem, got.rows)
    return share


def _share(problem: Problem, rows: Sequence[int]) -> float:
    """The share of the spend of a set that goes to the few."""
    chosen = [problem.courses[r] for r in rows]
    return spent_on_few(problem, chosen) / (sum(sum(c.spend) for c in chosen) or 1.0)
