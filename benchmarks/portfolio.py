"""Speed of choosing.

Carry-over budgets, strict yearly budgets, and a frontier, each with the gap that was proven.

Programmes are made at random: courses with worth about in proportion to spend, people by quarter,
dependencies and conflicts. Limits within this run, in seconds of the clock on two cores. Exit
status 1 where a bar is missed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from changeadvisor.portfolio.choice import choose, effort_for
from changeadvisor.portfolio.frontier import frontier
from changeadvisor.portfolio.problem import Course, Problem
from changeadvisor.portfolio.robust import Values, core, good_sets
from changeadvisor.portfolio.solver import Chosen, Effort

ROWS = 8


def pairs(rng: np.random.Generator, ids: list[str], many: int) -> list[tuple[str, str]]:
    """So many pairs at most, the later one first, so that nothing goes round in a circle."""
    drawn = (rng.choice(len(ids), 2, replace=False) for _ in range(many))
    found = {tuple(sorted(int(x) for x in two)) for two in drawn}
    return [(ids[b], ids[a]) for a, b in sorted(found)]


def made(count: int, seed: int, *, years: int = 2, carry_over: bool = True) -> Problem:
    """A programme of so many initiatives with three courses each.

    Money for half of it and people for six in ten.
    """
    rng = np.random.default_rng(seed)
    ids = [f"i{k:04d}" for k in range(count)]
    few = frozenset(id for id in ids if rng.random() < 0.2)
    rows: list[Course] = []
    spent, needed = np.zeros(years), np.zeros(ROWS)
    for id in ids:
        spend = rng.lognormal(12.0, 0.8, years)
        worth = float(spend.sum() * rng.lognormal(0.6, 0.7))
        use = (rng.integers(0, 3, ROWS) * (rng.random(ROWS) < 0.5)).astype(float)
        spent, needed = spent + spend, needed + use
        for name, dearer, better in (("persist", 1.0, 1.0), ("adjust-tactics", 1.15, 1.2)):
            value = worth * better * float(rng.uniform(0.9, 1.1))
            deep = value if id in few else 0.0
            rows.append(
                Course(
                    id,
                    name,
                    True,
                    value,
                    deep,
                    tuple(map(float, spend * dearer)),
                    tuple(map(float, use)),
                )
            )
        stopping = tuple(float(s) * 0.05 for s in spend)
        rows.append(Course(id, "stop", False, -sum(stopping), 0.0, stopping, (0.0,) * ROWS))
    return Problem(
        tuple(rows),
        tuple(float(s) * 0.5 for s in spent),
        carry_over,
        tuple(float(x) * 0.6 for x in needed),
        tuple(pairs(rng, ids, count // 4)),
        tuple((a, b, 0.2) for a, b in pairs(rng, ids, count // 6)),
        tuple(pairs(rng, ids, count // 12)),
        few,
        0.1,
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds by the clock, and what came out."""
    before = time.perf_counter()
    found = work()
    return time.perf_counter() - before, found


def choice(name: str, problem: Problem, effort: Effort, gap: float, seconds: float) -> bool:
    """One choice, held to a gap and a time."""
    spent, found = timed(lambda: choose(problem, effort=effort))
    if not isinstance(found, Chosen):
        print(f"{name}: nothing found in {spent:.1f} s")
        return False
    print(
        f"{name}: {spent:.1f} s (bar {seconds:g}), gap {100 * found.gap:.3f} % (bar"
        f" {100 * gap:g} %)"
    )
    return spent <= seconds and found.gap <= gap


def twenty_points(seed: int) -> bool:
    """A frontier of twenty points at a hundred initiatives."""
    spent, found = timed(lambda: frontier(made(100, seed), points=20))
    gaps = ", ".join(f"{100 * p.gap:.2f}" for p in found.points)
    print(
        f"frontier of {len(found.points)} points, 100 initiatives: {spent:.1f} s (bar 30), gaps in"
        f" %: {gaps}"
    )
    return spent <= 30.0 and len(found.points) >= 15


def core_of_forty(seed: int) -> bool:
    """Core and borderline of forty initiatives, exactly."""
    problem = made(40, seed)
    worth = np.array([c.worth for c in problem.courses])
    deep = np.array([c.few != 0.0 for c in problem.courses])
    wide = np.abs(worth) * np.random.default_rng(seed).uniform(0.2, 0.7, len(worth))
    states = [
        Values(tuple(v), tuple(np.where(deep, v, 0.0)))
        for v in (worth, worth - 1.28 * wide, worth + 1.28 * wide)
    ]
    spent, good = timed(lambda: good_sets(problem, states, 0))
    kinds = list(core(problem, good.sets).values())
    split = (
        f"{kinds.count(1.0)} core, {sum(0 < k < 1 for k in kinds)} borderline, {kinds.count(0.0)}"
        " exterior"
    )
    print(
        f"core of 40 initiatives: {spent:.1f} s, {len(good.sets)} sets,"
        f" {'exact' if good.exact else 'SAMPLED'}: {split}"
    )
    return bool(good.exact)


def main() -> int:
    """Every bar."""
    met = []
    for seed in (1, 2, 3):
        big, huge, yearly = (
            made(500, seed),
            made(2_000, seed),
            made(100, seed, years=4, carry_over=False),
        )
        met += [
            choice(f"carry-over, 500 initiatives, seed {seed}", big, effort_for(big), 1e-3, 15.0),
            choice(
                f"carry-over, 2,000 initiatives, seed {seed}", huge, effort_for(huge), 1e-3, 45.0
            ),
            choice(f"strict years, 100 initiatives, seed {seed}", yearly, Effort(0.01), 0.01, 10.0),
            twenty_points(seed),
            core_of_forty(seed),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
