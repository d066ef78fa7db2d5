"""Choosing a set: published and hand-worked cases, and every small instance beside counting all sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor.portfolio.choice import choose, explained
from changeadvisor.portfolio.frontier import exchanges, frontier
from changeadvisor.portfolio.problem import Course, Problem, broken
from changeadvisor.portfolio.solver import Chosen, Effort, Infeasible
from tests.counting import Counted


def courses(**worths: float) -> tuple[Course, ...]:
    """Each initiative run for its worth, or not at all."""
    return tuple(
        c
        for id, w in worths.items()
        for c in (Course(id, "persist", True, w), Course(id, "stop", False, 0.0))
    )


def running(problem: Problem, found: Chosen | Infeasible) -> set[str]:
    assert isinstance(found, Chosen)
    return {problem.courses[r].initiative for r in found.rows if problem.courses[r].runs}


NEEDS = (("A", "B"), ("C", "B"), ("C", "D"))


@pytest.mark.parametrize(
    ("b", "d", "best", "worth"),
    [(-8, -3, {"A", "B", "C", "D"}, 5), (-8, -9, {"A", "B"}, 2), (-17, -3, set(), 0)],
)
def test_maximum_closure(b: float, d: float, best: set[str], worth: float) -> None:
    """Picard 1976; figures of methods.md 8.5."""
    problem = Problem(courses(A=10, B=b, C=6, D=d), requires=NEEDS)
    found = choose(problem)
    assert running(problem, found) == best
    assert isinstance(found, Chosen)
    assert found.worth == pytest.approx(worth)
    assert found.gap == 0.0


def test_helpers_that_do_not_run_take_their_share() -> None:
    helped = Problem(courses(A=100, H=-5), helps=(("A", "H", 0.3),))
    assert running(helped, choose(helped)) == {"A", "H"}
    dear = Problem(courses(A=100, H=-40), helps=(("A", "H", 0.3),))
    found = choose(dear)
    assert isinstance(found, Chosen)
    assert running(dear, found) == {"A"}
    assert found.worth == pytest.approx(70)


def test_shares_of_more_than_all_leave_nothing_and_never_less() -> None:
    problem = Problem(courses(A=100, H=-90, K=-90), helps=(("A", "H", 0.7), ("A", "K", 0.7)))
    found = choose(problem)
    assert isinstance(found, Chosen)
    assert found.worth == pytest.approx(0)


def test_what_is_in_the_way_is_named() -> None:
    must = (Course("A", "persist", True, 1.0, spend=(10.0,)),)
    problem = Problem(must, budgets=(5.0,))
    found = choose(problem)
    assert isinstance(found, Infeasible)
    assert found.proven
    why = explained(problem, found)
    assert why.limits == ("budget",)
    assert why.enough == {"budget": pytest.approx(5.0)}


def must_run(id: str, spend: float, use: float = 0.0) -> Course:
    return Course(id, "persist", True, 1.0, spend=(spend,), use=(use,))


@pytest.mark.parametrize(
    ("problem", "enough"),
    [
        (Problem((must_run("a", 10.0), must_run("b", 4.0)), budgets=(9.0,)), {"budget": 5.0}),
        (
            Problem((must_run("a", 0.0, 3.0), must_run("b", 0.0, 2.0)), (None,), capacities=(4.0,)),
            {"capacity": 1.0},
        ),
        # a and b must run and c may: at most 2 + 3 of 10 + 3 for the few.
        (
            Problem(
                (
                    must_run("a", 2.0),
                    must_run("b", 8.0),
                    must_run("c", 3.0),
                    Course("c", "stop", False, 0.0, 0.0, (0.0,)),
                ),
                (None,),
                few=frozenset({"a", "c"}),
                share_for_few=0.5,
            ),
            {"share_for_few": 5 / 13},
        ),
        (Problem((must_run("a", 0.0), must_run("b", 0.0)), (None,), conflicts=(("a", "b"),)), {}),
    ],
)
def test_how_far_a_limit_must_give(problem: Problem, enough: dict[str, float]) -> None:
    """Counted by hand; and that far is enough, and a little less is not."""
    found = choose(problem)
    assert isinstance(found, Infeasible)
    why = explained(problem, found)
    assert why.enough == {kind: pytest.approx(least) for kind, least in enough.items()}
    for kind, least in enough.items():
        assert isinstance(choose(given_way(problem, kind, least)), Chosen)
        assert isinstance(
            choose(given_way(problem, kind, least * (1.01 if kind == "share_for_few" else 0.99))),
            Infeasible,
        )


def given_way(problem: Problem, kind: str, least: float) -> Problem:
    """The problem with one limit moved."""
    if kind == "budget":
        return replace(
            problem, budgets=tuple(None if b is None else b + least for b in problem.budgets)
        )
    if kind == "capacity":
        return replace(problem, capacities=tuple(c + least for c in problem.capacities))
    return replace(problem, share_for_few=least - 1e-9)


def test_a_search_cut_short_is_not_called_proof() -> None:
    """With no time at all nothing is found, and that is not said to be impossible."""
    problem = Problem(
        tuple(
            c
            for k in range(30)
            for c in (
                Course(f"i{k}", "persist", True, 50.0 + k % 7, 0.0, (7.0 + k % 5,)),
                Course(f"i{k}", "stop", False, 0.0, 0.0, (0.0,)),
            )
        ),
        budgets=(101.0,),
    )
    found = choose(problem, effort=Effort(0.0, 1, 0.0))
    assert isinstance(found, Infeasible)
    assert not found.proven
    assert isinstance(choose(problem), Chosen)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    choose(Problem(courses(A=10, B=-8), requires=(("A", "B"),)))
    assert capfd.readouterr().out == ""


def test_money_left_over_is_spent_later_only_where_it_may_be() -> None:
    two = (
        Course("A", "persist", True, 5.0, spend=(1.0, 9.0)),
        Course("A", "stop", False, 0.0, spend=(0.0, 0.0)),
    )
    strict = Problem(two, budgets=(6.0, 6.0))
    assert running(strict, choose(strict)) == set()
    assert running(strict, choose(replace(strict, carry_over=True))) == {"A"}


# --- beside counting every set --------------------------------------------------------------------

WORTH = st.integers(-30, 60)
FEW = ("i00", "i01", "i02")


@st.composite
def problems(draw: Any, initiatives: int, most: int) -> Problem:
    """A programme, mostly of full size: limits that bind now and then, and every kind of dependency."""
    n = draw(st.one_of(st.integers(1, initiatives), st.just(initiatives), st.just(initiatives)))
    ids = [f"i{k:02}" for k in range(n)]
    rows = []
    for id in ids:
        for k in range(draw(st.sampled_from([1, *[most] * 5]))):
            runs = k != 1
            spend = (
                (float(draw(st.integers(0, 9))), float(draw(st.integers(0, 9))))
                if runs
                else (1.0, 0.0)
            )
            worth = float(draw(WORTH))
            few = worth if id in FEW else 0.0
            # Now and then it matters when: a course begins, and what requires it may begin three
            # months on.
            begins = draw(st.sampled_from([None, None, 0.0, 3.0, 6.0])) if runs else None
            times = (
                {} if begins is None else {"later": begins, "begins": begins, "ready": begins + 3.0}
            )
            rows.append(Course(id, f"c{k}", runs, worth, few, spend, (spend[0] % 4.0,), **times))
    pair = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda p: p[0] < p[1])
    pairs = st.lists(pair, max_size=n // 2, unique=True) if n > 1 else st.just([])
    helps = [(b, a, draw(st.sampled_from([0.2, 0.5, 0.7]))) for a, b in draw(pairs)]
    requires = tuple((b, a) for a, b in draw(pairs))
    lags = {pair: 3.0 for pair in requires if draw(st.booleans())}
    return Problem(
        tuple(rows),
        draw(
            st.sampled_from([(2.0 * n, 3.0 * n), (2.0 * n, None), (None, 3.0 * n), (300.0, 300.0)])
        ),
        draw(st.booleans()),
        (float(draw(st.integers(2, 2 * n))),),
        requires,
        tuple(helps),
        tuple(draw(pairs)) if draw(st.booleans()) else (),
        frozenset(FEW).intersection(ids),
        draw(st.sampled_from([None, 0.1, 0.3])),
        lags,
    )


def same_as_counting(problem: Problem) -> None:
    found, best = choose(problem), Counted(problem).best()
    if best is None:
        assert isinstance(found, Infeasible)
        return
    assert isinstance(found, Chosen)
    assert not broken(problem, found.rows)
    assert found.worth == pytest.approx(best, abs=1e-4)
    assert found.bound >= found.worth
    assert found.gap == pytest.approx(0.0, abs=1e-5)


@settings(max_examples=300, deadline=None)
@given(problems(14, 2))
def test_two_courses_each_as_by_counting(problem: Problem) -> None:
    same_as_counting(problem)


@settings(max_examples=250, deadline=None)
@given(problems(6, 5))
def test_five_courses_each_as_by_counting(problem: Problem) -> None:
    same_as_counting(problem)


@settings(max_examples=60, deadline=None)
@given(problems(6, 3))
def test_more_money_is_never_worse(problem: Problem) -> None:
    found = choose(problem)
    more = choose(
        replace(problem, budgets=tuple(None if b is None else b + 5.0 for b in problem.budgets))
    )
    if isinstance(found, Chosen):
        assert isinstance(more, Chosen)
        assert more.worth >= found.worth - 1e-4


@settings(max_examples=60, deadline=None)
@given(problems(6, 3), st.randoms(use_true_random=False))
def test_other_names_in_another_order_change_nothing(problem: Problem, random: Any) -> None:
    ids = sorted(problem.groups)
    others = random.sample([f"z{k}" for k in range(len(ids))], len(ids))
    name = dict(zip(ids, others, strict=True))
    rows = [replace(c, initiative=name[c.initiative]) for c in problem.courses]
    random.shuffle(rows)
    again = replace(
        problem,
        courses=tuple(rows),
        requires=tuple((name[a], name[b]) for a, b in problem.requires),
        lags={(name[a], name[b]): lag for (a, b), lag in problem.lags.items()},
        helps=tuple((name[a], name[b], s) for a, b, s in problem.helps),
        conflicts=tuple((name[a], name[b]) for a, b in problem.conflicts),
        few=frozenset(name[i] for i in problem.few if i in name),
    )
    found, other = choose(problem), choose(again)
    assert isinstance(found, Chosen) == isinstance(other, Chosen)
    if isinstance(found, Chosen) and isinstance(other, Chosen):
        assert other.worth == pytest.approx(found.worth, abs=1e-4)


# --- few and all ----------------------------------------------------------------------------------


def frontier_as_counted(problem: Problem) -> None:
    found, best = frontier(problem, points=1000), Counted(problem).frontier()
    assert found.complete
    assert [p.few for p in found.points] == pytest.approx([f for f, _ in best], abs=1e-3)
    assert [p.worth for p in found.points] == pytest.approx([w for _, w in best], abs=1e-3)
    assert all(not broken(problem, p.rows) and p.bound >= p.worth for p in found.points)


@settings(max_examples=300, deadline=None)
@given(problems(14, 2))
def test_frontier_of_two_courses_each_as_by_counting(problem: Problem) -> None:
    frontier_as_counted(problem)


@settings(max_examples=250, deadline=None)
@given(problems(6, 5))
def test_frontier_of_five_courses_each_as_by_counting(problem: Problem) -> None:
    frontier_as_counted(problem)


def test_what_a_pound_for_the_few_costs_the_others() -> None:
    rows = tuple(
        c
        for id, worth, few in (("deep", 40.0, 40.0), ("broad", 100.0, 0.0))
        for c in (
            Course(id, "persist", True, worth, few, (10.0,)),
            Course(id, "stop", False, 0.0, 0.0, (0.0,)),
        )
    )
    found = frontier(Problem(rows, budgets=(10.0,), few=frozenset({"deep"})))
    assert [(p.few, p.worth) for p in found.points] == [(0.0, 100.0), (40.0, 40.0)]
    (step,) = exchanges(found)
    assert (step.moved, step.gained, step.given_up, step.by_pound) == (10.0, 40.0, 100.0, 2.5)


def large(count: int = 44) -> Problem:
    """More initiatives than every good set is looked for of: money for half of them, and one in four deep for few."""
    rng = np.random.default_rng(3)
    ids = [f"i{k:02}" for k in range(count)]
    rows = []
    for k, id in enumerate(ids):
        spend, worth = float(rng.integers(5, 50)), float(rng.integers(5, 90))
        rows.append(Course(id, "persist", True, worth, worth if k % 4 == 0 else 0.0, (spend,)))
        rows.append(Course(id, "stop", False, 0.0, 0.0, (0.0,)))
    half = sum(c.spend[0] for c in rows) / 2
    needs = tuple((ids[k + 1], ids[k]) for k in range(0, count - 1, 5))
    return Problem(tuple(rows), (half,), requires=needs, few=frozenset(ids[::4]))


def test_of_a_large_programme_some_points_of_the_frontier_are_found_each_with_its_bound() -> None:
    problem = large()
    found = frontier(problem, points=8)
    assert not found.complete
    assert 3 <= len(found.points) <= 8
    assert [p.few for p in found.points] == sorted(p.few for p in found.points)
    assert [p.worth for p in found.points] == sorted((p.worth for p in found.points), reverse=True)
    best, deepest = choose(problem), choose(problem, [c.few for c in problem.courses])
    assert isinstance(best, Chosen)
    assert isinstance(deepest, Chosen)
    assert found.points[0].bound >= best.worth - 1e-6
    assert found.points[0].worth >= 0.99 * best.worth
    assert found.points[-1].few >= 0.99 * deepest.worth
    for point in found.points:
        assert not broken(problem, point.rows)
        assert 0.0 <= point.gap <= 0.01


def test_a_large_programme_without_a_set_has_no_frontier() -> None:
    problem = large()
    must = tuple(c for c in problem.courses if c.runs)
    assert frontier(replace(problem, courses=must)).points == ()
