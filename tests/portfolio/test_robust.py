"""Which initiatives are in every good set: the published method's worked case, and small programmes beside counting."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from changeadvisor.portfolio import robust
from changeadvisor.portfolio.problem import Course, Problem, broken
from changeadvisor.portfolio.solver import valued
from tests.counting import Counted
from tests.portfolio.test_choice import large, problems

#: methods.md 8.3: worth by two criteria, and cost.
FOUR = {"P1": (8.0, 2.0, 4.0), "P2": (3.0, 7.0, 3.0), "P3": (6.0, 5.0, 4.0), "P4": (4.0, 4.0, 2.0)}


def four() -> Problem:
    rows = [
        c
        for id, (_, _, cost) in FOUR.items()
        for c in (
            Course(id, "persist", True, 0.0, 0.0, (cost,)),
            Course(id, "stop", False, 0.0, 0.0, (0.0,)),
        )
    ]
    return Problem(tuple(rows), budgets=(7.0,))


def weighed(low: float, high: float) -> robust.Values:
    """Worth of each course by the two extreme weights of the first criterion."""
    values = [v for first, second, _ in FOUR.values() for v in ((first, second), (0.0, 0.0))]
    by = (tuple(w * a + (1.0 - w) * b for a, b in values) for w in (low, high))
    return robust.Values(*by)


@pytest.mark.parametrize(
    ("weights", "sets", "core"),
    [
        (
            (0.0, 1.0),
            {"P1 P2", "P1 P4", "P2 P3"},
            {"P1": 2 / 3, "P2": 2 / 3, "P3": 1 / 3, "P4": 1 / 3},
        ),
        ((0.55, 0.70), {"P1 P2", "P2 P3"}, {"P1": 0.5, "P2": 1.0, "P3": 0.5, "P4": 0.0}),
        ((0.40, 0.60), {"P2 P3"}, {"P1": 0.0, "P2": 1.0, "P3": 1.0, "P4": 0.0}),
    ],
)
def test_worked_case(weights: tuple[float, ...], sets: set[str], core: dict[str, float]) -> None:
    """Liesio, Mild and Salo 2007; figures of methods.md 8.3."""
    problem = four()
    found = robust.good_sets(problem, [weighed(*weights)], 0)
    names = {
        " ".join(problem.courses[r].initiative for r in rows if problem.courses[r].runs)
        for rows in found.sets
    }
    assert names == sets
    assert found.exact
    assert robust.core(problem, found.sets) == pytest.approx(core)


def counted(problem: Problem, states: list[robust.Values]) -> set[tuple[int, ...]]:
    """All good sets by counting every set; cases where two are too near for the solver are left."""
    every, found = Counted(problem), set[tuple[int, ...]]()
    for state in states:
        good = every.good(state.worth, state.few)
        levels = sorted(valued(problem, rows, state.few) for rows in good)
        assume(all(b - a > 1e-5 * max(1.0, *map(abs, state.few)) for a, b in pairwise(levels)))
        found |= good
    return found


@st.composite
def cases(draw: Any, initiatives: int, most: int) -> tuple[Problem, list[robust.Values]]:
    """A small programme with two states of values; no two sets are worth the same."""
    problem = draw(problems(initiatives, most))
    # Two helpers may take all a course is worth, and another course of it would then be worth the
    # same: one is kept.
    problem = replace(problem, helps=tuple({h[0]: h for h in problem.helps}.values()))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows = (
        tuple(float(x) for x in rng.uniform(-20.0, 60.0, len(problem.courses))) for _ in range(4)
    )
    a, b, c, d = rows
    return problem, [robust.Values(a, b), robust.Values(c, d)]


def as_by_counting(case: tuple[Problem, list[robust.Values]]) -> None:
    problem, states = case
    found = robust.good_sets(problem, states, 0)
    assert found.exact
    sets = counted(problem, states)
    assert set(found.sets) == sets
    runs = [{problem.courses[r].initiative for r in s if problem.courses[r].runs} for s in sets]
    shares = {id: sum(id in r for r in runs) / len(runs) for id in problem.groups} if runs else {}
    assert robust.core(problem, found.sets) == pytest.approx(shares)


@settings(max_examples=300, deadline=None)
@given(cases(14, 2))
def test_two_courses_each_as_by_counting(case: tuple[Problem, list[robust.Values]]) -> None:
    as_by_counting(case)


@settings(max_examples=250, deadline=None)
@given(cases(6, 5))
def test_five_courses_each_as_by_counting(case: tuple[Problem, list[robust.Values]]) -> None:
    as_by_counting(case)


def test_what_it_would_be_worth_to_know() -> None:
    """One of two may run: b is worth 10 for sure, a 0 or 30; knowing a first is worth (30 + 10) / 2 - 15 = 5."""
    rows = (
        Course("a", "persist", True, 15.0),
        Course("a", "stop", False, 0.0),
        Course("b", "persist", True, 10.0),
        Course("b", "stop", False, 0.0),
    )
    problem = Problem(rows, conflicts=(("a", "b"),))
    draws = {"a": {"persist": np.array([0.0, 30.0])}, "b": {"persist": np.array([10.0, 10.0])}}
    assert dict(robust.worth_of_knowing(problem, [(0, 3), (1, 2)], draws)) == {"a": 5.0, "b": 0.0}


def test_sets_that_differ_differ_in_two_things_at_least() -> None:
    rows = tuple(
        c
        for id, worth in (("a", 50.0), ("b", 49.0), ("c", 48.0), ("d", 47.0))
        for c in (
            Course(id, "persist", True, worth, 0.0, (1.0,)),
            Course(id, "stop", False, 0.0, 0.0, (0.0,)),
        )
    )
    problem = Problem(rows, budgets=(2.0,))
    sets = robust.Good(((0, 2, 5, 7), (0, 3, 4, 7), (1, 3, 4, 6)), True)
    (other,) = robust.different(problem, sets, (0, 2, 5, 7), near=0.9, count=1)
    assert other == (1, 3, 4, 6)
    assert robust.apart(problem, other, (0, 2, 5, 7)) == 4
    assert not robust.different(problem, sets, (0, 2, 5, 7), near=0.995)


def test_where_good_sets_are_alike_others_near_the_best_are_found() -> None:
    """Two of four may run: beside a and b stand c and d, and then pairs that share one with each."""
    rows = tuple(
        c
        for id, worth in (("a", 50.0), ("b", 49.0), ("c", 48.0), ("d", 47.0))
        for c in (
            Course(id, "persist", True, worth, 0.0, (1.0,)),
            Course(id, "stop", False, 0.0, 0.0, (0.0,)),
        )
    )
    problem = Problem(rows, budgets=(2.0,))
    others = robust.different(problem, robust.Good(((0, 2, 5, 7),), True), (0, 2, 5, 7), near=0.9)
    assert others[0] == (1, 3, 4, 6)
    every = [(0, 2, 5, 7), *others]
    assert len(every) == 4
    assert min(robust.apart(problem, s, t) for k, s in enumerate(every) for t in every[:k]) >= 2
    assert min(valued(problem, s, [c.worth for c in rows]) for s in every) >= 0.9 * 99


def test_of_a_large_programme_the_good_sets_are_a_sample_and_say_so() -> None:
    """The same seed draws the same; each set keeps to the limits."""
    problem = large()
    values = robust.Values(
        tuple(c.worth for c in problem.courses), tuple(c.few for c in problem.courses)
    )
    found = robust.good_sets(problem, [values], 1, draws=12)
    assert not found.exact
    assert 1 <= len(found.sets) <= 12
    assert found == robust.good_sets(problem, [values], 1, draws=12)
    assert not any(broken(problem, rows) for rows in found.sets)
    shares = robust.core(problem, found.sets)
    assert 0.0 < sum(shares.values()) < len(shares)
