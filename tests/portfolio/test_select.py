"""The set to run in words: what the law, locks, dependants and limits do to it, and when what waits may begin."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor.graph import DependencyGraph
from changeadvisor.model import Programme
from changeadvisor.portfolio import (
    NO_LOCKS,
    ChoiceProblem,
    Locks,
    Selection,
    choice_problem,
    delivered,
    select,
    starts,
    wording,
)
from changeadvisor.portfolio.build import financial_year
from changeadvisor.portfolio.timing import finishes, paired
from changeadvisor.trajectory import LATER, Prospect, Spending
from changeadvisor.trajectory.posterior import POINTS
from tests.graph.test_graph import item, programme

RUNNING: dict[str, Any] = {"stage": "delivery", "started": "2026-01-01", "ends": "2027-09-30"}


def flat(value: float) -> Any:
    return np.full(POINTS, value)


def prospect(
    id: str,
    monthly: float = 0.0,
    begins: float = 0.0,
    late: float = 0.0,
    delay: Any = None,
    **worth: float,
) -> Prospect:
    """Known for sure: worth of courses by name (`adjust_tactics`), money a month for two years."""
    named = {course.replace("_", "-"): flat(value) for course, value in worth.items()}
    nothing = Spending(flat(0.0), flat(0.0), flat(0.0), 0.0, 0.0)
    going_on = replace(nothing, monthly=flat(monthly), begins=begins, ends=begins + 24.0)
    spending = {course: nothing if course == "stop" else going_on for course in (*named, "stop")}
    lost = tuple(late * months for months in LATER)
    delays = flat(1.0) if delay is None else delay
    stream = zlib.crc32(id.encode())
    return Prospect(id, stream, named, {}, spending, delays, None, lost if named else None, {})


class Case:
    """A programme with what is known of each initiative."""

    def __init__(self, made: Programme, prospects: list[Prospect], locks: Locks = NO_LOCKS) -> None:
        self.graph = DependencyGraph(made)
        self.prospects = {p.id: p for p in prospects}
        self.locks = locks
        self.setting: ChoiceProblem = choice_problem(made, self.graph, self.prospects, locks)

    def selection(self) -> Selection:
        return select(
            self.setting, self.prospects, lambda ids: 10.0 * len(ids), self.locks, 0, None
        )

    def runs(self) -> dict[str, str]:
        """What runs, and how."""
        return {p.id: p.course for p in self.selection().chosen}


def limited(made: Programme, **limits: Any) -> Programme:
    return Programme.model_validate(
        {**made.model_dump(mode="json", exclude_none=True), "limits": limits}
    )


# --- what may be chosen ---------------------------------------------------------------------------


def test_what_the_law_requires_cannot_be_dropped() -> None:
    made = programme(item("law", statutory=True, **RUNNING), item("other", **RUNNING))
    case = Case(
        made, [prospect("law", persist=-500.0, stop=0.0), prospect("other", persist=-5.0, stop=0.0)]
    )
    assert case.runs() == {"law": "persist"}
    (pick,) = case.selection().chosen
    assert pick.because.startswith("The law requires it: it cannot be dropped.")
    assert pick.without is None


def test_what_the_law_requires_may_be_done_otherwise() -> None:
    options = [{"action": "adjust-strategy", "cost": 1, "runs": 12}]
    made = programme(item("law", statutory=True, options=options, **RUNNING))
    case = Case(made, [prospect("law", persist=-500.0, adjust_strategy=-100.0, stop=0.0)])
    assert case.runs() == {"law": "adjust-strategy"}
    assert (
        "Going on as planned instead is worth -£500 by itself" in case.selection().chosen[0].because
    )


def test_locks_hold_and_say_so() -> None:
    made = programme(item("a", **RUNNING), item("b", **RUNNING))
    prospects = [prospect("a", persist=-50.0, stop=0.0), prospect("b", persist=70.0, stop=0.0)]
    assert Case(made, prospects).runs() == {"b": "persist"}
    found = Case(made, prospects, {"a": "persist", "b": "stop"}).selection()
    assert [(p.id, p.locked) for p in found.chosen] == [("a", True)]
    assert [(p.id, p.locked) for p in found.deferred] == [("b", True)]
    assert found.chosen[0].because.startswith("A person set this course.")


def test_an_enabler_of_little_worth_is_kept_for_what_requires_it() -> None:
    made = programme(
        item("base", **RUNNING), item("top", "base", **RUNNING), item("tip", "top", **RUNNING)
    )
    top, tip = prospect("top", persist=100.0, stop=0.0), prospect("tip", persist=10.0, stop=0.0)
    case = Case(made, [prospect("base", persist=-60.0, stop=0.0), top, tip])
    found = {p.id: p for p in case.selection().chosen}
    assert set(found) == {"base", "top", "tip"}
    assert (
        "tip and top cannot run without it and are worth £110 together in this set."
        in found["base"].because
    )
    assert found["base"].without == pytest.approx(50.0)
    dear = Case(made, [prospect("base", persist=-160.0, stop=0.0), top, tip])
    assert dear.runs() == {}
    assert (
        "It requires base, which does not run."
        in {p.id: p for p in dear.selection().deferred}["top"].because
    )


def test_of_two_that_conflict_one_runs_and_the_other_says_why() -> None:
    against = {"depends_on": [{"initiative": "a", "kind": "conflicts-with"}]}
    made = programme(item("a", **RUNNING), {"id": "b", **against, **RUNNING})
    found = Case(
        made, [prospect("a", persist=30.0, stop=0.0), prospect("b", persist=20.0, stop=0.0)]
    ).selection()
    assert [p.id for p in found.chosen] == ["a"]
    assert "It stands in the way of a, which runs." in found.deferred[0].because
    assert found.deferred[0].without == pytest.approx(10.0)


def test_two_that_conflict_and_must_both_run_are_left_to_people() -> None:
    against = {"depends_on": [{"initiative": "a", "kind": "conflicts-with"}]}
    made = programme(
        item("a", statutory=True, **RUNNING), {"id": "b", "statutory": True, **against, **RUNNING}
    )
    case = Case(made, [prospect("a", persist=30.0), prospect("b", persist=20.0)])
    assert set(case.runs()) == {"a", "b"}
    said = "a and b stand in each other's way, and neither can be dropped: the set runs both all the same."
    assert said in case.setting.assumed


def test_what_has_no_known_worth_is_not_weighed() -> None:
    made = programme(item("a", **RUNNING), item("idea", stage="idea"), item("known", **RUNNING))
    case = Case(made, [prospect("known", persist=5.0, stop=0.0)])
    found = case.selection()
    assert {p.id: p.worth for p in found.chosen} == {"a": None, "known": pytest.approx(5.0)}
    assert found.deferred[0].because.endswith("It has not begun, so it waits.")
    assert found.chosen[0].because.endswith("It has begun, so it is counted as going on.")


def test_a_closed_initiative_is_met_and_not_chosen() -> None:
    made = programme(item("done", stage="closed"), item("a", "done", **RUNNING))
    case = Case(made, [prospect("a", persist=5.0, stop=0.0)])
    assert case.runs() == {"a": "persist"}
    assert case.setting.problem.requires == ()


def test_a_helper_that_does_not_run_takes_its_share() -> None:
    made = programme(item("help", **RUNNING), item("a", helps=("help",), **RUNNING))
    found = Case(
        made, [prospect("help", persist=-50.0, stop=0.0), prospect("a", persist=100.0, stop=0.0)]
    ).selection()
    assert [p.id for p in found.chosen] == ["a"]
    assert found.chosen[0].worth == pytest.approx(70.0)
    assert "Without help, which would help it, it is worth £70." in found.chosen[0].because


def test_another_way_to_go_on_is_weighed_in_the_set() -> None:
    """Other tactics are worth more by themselves, but run for money that another needs."""
    made = limited(programme(item("a", **RUNNING), item("b", **RUNNING)), budget=240)
    a = prospect("a", persist=50.0, adjust_tactics=60.0, stop=0.0)
    dear = {
        **a.spending,
        "persist": a.spending["stop"],
        "adjust-tactics": replace(a.spending["stop"], cost=flat(100.0)),
    }
    found = Case(
        made, [replace(a, spending=dear), prospect("b", monthly=15.0, persist=40.0, stop=0.0)]
    ).selection()
    said = "Adjusting tactics instead is worth £60 by itself, and would make the best set worth £30 less."
    assert {p.id: p.course for p in found.chosen} == {"a": "persist", "b": "persist"}
    assert said in found.chosen[0].because


# --- limits ---------------------------------------------------------------------------------------


def two_years(carry_over: bool | None) -> Case:
    """From October 2026: 60 may be spent to March 2027 and 60 in the next year; b costs 10 a month from April 2027."""
    made = programme(item("b", stage="idea", started="2027-04-01", ends="2029-03-31"))
    budget = {"2026-27": 60, "2027-28": 60}
    more = {} if carry_over is None else {"carry_over": carry_over}
    return Case(
        limited(made, budget=budget, **more),
        [prospect("b", 10.0, 6.0, late=5.0, persist=9.0, stop=0.0)],
    )


def test_money_is_carried_over_only_where_it_may_be() -> None:
    assert two_years(True).runs() == {"b": "persist"}
    assert two_years(False).runs() == {}
    unsaid = two_years(None)
    assert unsaid.runs() == {}
    assert any("`limits: carry_over`" in said for said in unsaid.setting.assumed)
    assert [p.name for p in unsaid.setting.periods] == ["2026-27", "2027-28"]


@pytest.mark.parametrize(
    ("day", "year"),
    [("2027-03-31", "2026-27"), ("2027-04-01", "2027-28"), ("2099-12-31", "2099-00")],
)
def test_financial_years_begin_in_april(day: str, year: str) -> None:
    assert financial_year(dt.date.fromisoformat(day)) == year


def test_a_share_is_kept_for_the_few_and_its_cost_is_said() -> None:
    """The deep change costs 120 of 360 in the year: a third."""
    deep = item("deep", reach=60, impact=5000, **RUNNING)
    made = programme(deep, item("broad", reach=9000, impact=5, **RUNNING), item("other", **RUNNING))
    prospects = [
        prospect("deep", 10.0, persist=-20.0, stop=0.0),
        prospect("broad", 10.0, persist=100.0, stop=0.0),
        prospect("other", 10.0, persist=50.0, stop=0.0),
    ]
    few = {"few": {"reach_below": 350, "impact_above": 1000}}
    assert set(Case(limited(made, budget=1000, **few), prospects).runs()) == {"broad", "other"}
    case = Case(limited(made, budget=1000, share_for_few=1 / 3, **few), prospects)
    found = case.selection()
    assert {p.id for p in found.chosen} == {"deep", "broad", "other"}
    assert {p.id: p.few for p in found.chosen} == {"deep": True, "broad": False, "other": False}
    assert found.totals is not None
    assert found.totals.share_for_few == pytest.approx(1 / 3)
    assert [x.kind for x in found.limits] == ["budget", "share_for_few"]
    told = wording.few_and_all(case.setting, found, ())
    assert told.sentences == (told.spent, told.kept)
    assert told.finding == told.kept
    assert told.kept.startswith("Keeping 33 in 100 for them costs everybody together £20 of value")
    assert {x.limit: x.costs for x in found.limits} == {
        "budget the next twelve months": 0.0,
        "share for few": pytest.approx(20.0),
    }


def test_people_count_for_the_part_of_a_quarter_they_are_needed() -> None:
    """Four analysts from 16 November on: half of the quarter's days from 1 October, near enough."""
    needs: dict[str, Any] = {"needs": {"analysts": 4}}
    late = item("a", stage="idea", started="2026-11-16", ends="2028-01-01", **needs)
    case = Case(
        limited(programme(late), capacity={"analysts": 4}), [prospect("a", persist=9.0, stop=0.0)]
    )
    use = {(c.quarter): c.used for c in case.selection().capacity}
    assert use["2026-Q4"] == pytest.approx(4 * 46 / 92)
    assert use["2027-Q1"] == pytest.approx(4.0)
    short = Case(
        limited(programme(late), capacity={"analysts": 3.9}), [prospect("a", persist=9.0, stop=0.0)]
    )
    assert short.runs() == {}
    assert "No set within the limits can run it." in short.selection().deferred[0].because


def test_where_nothing_keeps_to_the_limits_it_is_said_how_far_they_must_give() -> None:
    made = limited(programme(item("law", statutory=True, **RUNNING)), budget=100)
    found = Case(made, [prospect("law", 10.0, persist=9.0)]).selection()
    assert found.totals is None
    assert found.why_none == (
        "No set keeps to all limits together. What has to run in any case: law. This would be enough to allow one: £20 "
        "more money."
    )


def test_it_is_said_which_people_are_short() -> None:
    needs: dict[str, Any] = {"statutory": True, "needs": {"analysts": 3}}
    made = limited(
        programme(item("law", **needs, **RUNNING)),
        capacity={"analysts": {"2026-Q4": 3, "2027-Q1": 1}},
    )
    found = Case(made, [prospect("law", persist=9.0)]).selection()
    assert found.why_none is not None
    assert found.why_none.endswith(
        "up to 2 more full-time people (analysts in January to March 2027)."
    )


def test_totals_count_people_and_the_chance_of_overspending() -> None:
    made = limited(programme(item("a", **RUNNING)), budget=120)
    one = prospect("a", persist=9.0, stop=0.0)
    half = np.where(np.arange(POINTS) % 2, 9.0, 10.5)
    drawn = replace(
        one, spending={**one.spending, "persist": replace(one.spending["persist"], monthly=half)}
    )
    found = Case(made, [drawn]).selection()
    assert found.totals is not None
    assert found.totals.people == 10.0
    assert found.totals.spend == pytest.approx(12 * 9.75)
    assert found.totals.overspend == pytest.approx(0.5, abs=0.03)


def test_without_a_budget_it_is_said() -> None:
    found = Case(programme(item("a", **RUNNING)), [prospect("a", 10.0, persist=9.0, stop=0.0)])
    assert any("No budget is given" in said for said in found.setting.assumed)
    assert found.selection().limits == ()
    totals = found.selection().totals
    assert totals is not None
    assert totals.overspend is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-50, 100), st.integers(0, 20), st.booleans()), min_size=1, max_size=6
    ),
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1]),
        max_size=4,
        unique=True,
    ),
    st.integers(0, 900),
    st.integers(0, 300),
)
def test_a_larger_budget_never_lowers_the_best(
    rows: Any, pairs: Any, budget: int, more: int
) -> None:
    """From the register to the totals."""
    needs = {b: [f"i{a}" for a, at in pairs if at == b and a < len(rows)] for b in range(len(rows))}
    made = programme(
        *(item(f"i{k}", *needs[k], statutory=law, **RUNNING) for k, (_, _, law) in enumerate(rows))
    )
    prospects = [
        prospect(f"i{k}", float(m), persist=float(w), stop=0.0) for k, (w, m, _) in enumerate(rows)
    ]
    found = [
        Case(limited(made, budget=b), prospects).selection().totals for b in (budget, budget + more)
    ]
    if found[0] is not None:
        assert found[1] is not None
        assert found[1].all >= found[0].all - 1e-6


# --- starts and finishes --------------------------------------------------------------------------


def waiting(id: str, *needs: str, **more: Any) -> dict[str, Any]:
    return item(
        id, *needs, **{"stage": "idea", "started": "2027-01-01", "ends": "2027-06-30", **more}
    )


def test_what_loses_most_by_waiting_begins_first_where_people_are_short() -> None:
    """Two need the same four people for half a year: the one that loses more by waiting goes first."""
    needs = {"needs": {"analysts": 4}}
    made = limited(
        programme(waiting("a", **needs), waiting("b", **needs)), capacity={"analysts": 4}
    )
    prospects = [
        prospect("a", late=1.0, persist=100.0, stop=0.0),
        prospect("b", late=5.0, persist=100.0, stop=0.0),
    ]
    case = Case(made, prospects)
    found = {s.id: s for s in starts(case.setting, case.prospects, case.selection().chosen)}
    assert found["b"].start == dt.date(2027, 1, 1)
    assert found["a"].start == dt.date(2027, 7, 1)
    assert found["a"].months_later == 6.0
    assert found["b"].cost_of_delay == pytest.approx(5.0)
    assert found["a"].because == (
        "It begins on 1 July 2027 and not on 1 January 2027. As planned the set would need 8 analysts in January to March 2027, and "
        "there are 4. Keeping to the earliest start would cost £24, as others would have to give way."
    )


def test_what_requires_another_never_begins_before_it_is_put_off() -> None:
    needs = {"needs": {"analysts": 4}}
    first, then = waiting("a", **needs), waiting("b", "a")
    made = limited(
        programme(first, then), capacity={"analysts": {"2027-Q1": 0, "2027-Q2": 4, "2027-Q3": 4}}
    )
    case = Case(
        made, [prospect("a", persist=9.0, stop=0.0), prospect("b", late=1.0, persist=9.0, stop=0.0)]
    )
    found = {s.id: s.start for s in starts(case.setting, case.prospects, case.selection().chosen)}
    assert found == {"a": dt.date(2027, 4, 1), "b": dt.date(2027, 9, 30)}


def test_what_has_time_to_spare_after_another_is_not_put_off_with_it() -> None:
    needs = {"needs": {"analysts": 4}}
    first, then = waiting("a", **needs), waiting("b", "a", started="2027-10-01", ends="2028-03-31")
    made = limited(
        programme(first, then), capacity={"analysts": {"2027-Q1": 0, "2027-Q2": 4, "2027-Q3": 4}}
    )
    case = Case(
        made, [prospect("a", persist=9.0, stop=0.0), prospect("b", late=1.0, persist=9.0, stop=0.0)]
    )
    found = {s.id: s.start for s in starts(case.setting, case.prospects, case.selection().chosen)}
    assert found == {"a": dt.date(2027, 4, 1), "b": dt.date(2027, 10, 1)}


def test_what_fits_nowhere_waits_and_says_so() -> None:
    made = limited(programme(waiting("a", needs={"analysts": 4})), capacity={"analysts": 3})
    case = Case(made, [prospect("a", persist=9.0, stop=0.0)])
    found = case.selection()
    assert starts(case.setting, case.prospects, found.chosen) == ()
    said = "By itself going on as planned would be worth £9. No set within the limits can run it."
    assert found.deferred[0].because == said


def test_a_start_is_put_off_rather_than_dropped() -> None:
    """Nothing is short as planned but the people of two quarters; a year later they are there again."""
    needs = {"needs": {"analysts": 4}}
    many = {"2027-Q1": 1, "2027-Q2": 2, "2027-Q3": 4, "2027-Q4": 4, "2028-Q1": 4}
    made = limited(programme(waiting("a", **needs)), capacity={"analysts": many})
    case = Case(made, [prospect("a", late=1.0, persist=9.0, stop=0.0)])
    (found,) = case.selection().chosen
    assert (found.course, found.start, found.planned) == (
        "persist",
        dt.date(2027, 7, 1),
        dt.date(2027, 1, 1),
    )
    assert found.worth == pytest.approx(3.0)
    assert found.put_off.startswith(
        "It begins on 1 July 2027 and not on 1 January 2027. As planned the set would need"
    )
    assert found.put_off.endswith("No set within the limits keeps to the earliest start.")


def test_what_waits_for_an_enabler_that_is_put_off_says_so() -> None:
    needs: dict[str, Any] = {"needs": {"analysts": 4}}
    made = programme(
        waiting("a", **needs), waiting("b", "a", started="2027-07-01", ends="2027-12-31")
    )
    many = {"2027-Q1": 0, "2027-Q2": 4, "2027-Q3": 4, "2027-Q4": 4}
    case = Case(
        limited(made, capacity={"analysts": many}),
        [prospect(i, late=1.0, persist=30.0, stop=0.0) for i in "ab"],
    )
    found = {p.id: p for p in case.selection().chosen}
    assert found["a"].start == dt.date(2027, 4, 1)
    assert found["b"].start == dt.date(2027, 10, 1)
    assert found["b"].put_off == (
        "It begins on 1 October 2027 and not on 1 July 2027. It requires a, which ends on 30 September 2027. No set within "
        "the limits keeps to the earliest start."
    )
    assert any(
        "is given only for January 2027 to December 2027" in said for said in case.setting.assumed
    )


def test_the_set_has_its_own_dates() -> None:
    """What is put off is put off in the programme as run, and nothing else."""
    needs = {"needs": {"analysts": 4}}
    made = programme(waiting("a", **needs), waiting("b"), item("c", **RUNNING))
    many = {"2027-Q1": 0, "2027-Q2": 4, "2027-Q3": 4}
    case = Case(
        limited(made, capacity={"analysts": many}),
        [prospect(i, persist=9.0, stop=0.0) for i in "abc"],
    )
    run = case.setting.as_run(case.selection().rows)
    assert {i.id: (i.started, i.ends) for i in run.initiatives} == {
        "a": (dt.date(2027, 4, 1), dt.date(2027, 9, 30)),
        "b": (dt.date(2027, 1, 1), dt.date(2027, 6, 30)),
        "c": (dt.date(2026, 1, 1), dt.date(2027, 9, 30)),
    }


def test_what_the_law_requires_is_never_put_off() -> None:
    made = programme(waiting("law", statutory=True))
    case = Case(made, [prospect("law", late=-5.0, persist=-100.0)])
    (found,) = case.selection().chosen
    assert (found.start, found.put_off) == (dt.date(2027, 1, 1), "")


def test_a_planned_start_that_is_over_is_said() -> None:
    made = programme(waiting("a", started="2026-06-01", ends="2027-05-31"))
    case = Case(made, [prospect("a", persist=9.0, stop=0.0)])
    (found,) = starts(case.setting, case.prospects, case.selection().chosen)
    assert (
        found.because
        == "Its planned start, 1 June 2026, is over: it is counted from 1 October 2026 on."
    )
    assert any(said.startswith("The planned start of a is over") for said in case.setting.assumed)


def test_a_helper_says_whom_it_helps() -> None:
    made = programme(item("help", **RUNNING), item("a", helps=("help",), **RUNNING))
    found = Case(
        made, [prospect("help", persist=-5.0, stop=0.0), prospect("a", persist=100.0, stop=0.0)]
    ).selection()
    assert (
        "It helps a, which would be worth £30 less without it."
        in {p.id: p for p in found.chosen}["help"].because
    )


def test_where_nothing_is_short_all_begin_as_planned() -> None:
    """Also what loses nothing by waiting: of equals the earliest."""
    made = programme(
        waiting("a"), waiting("b", "a", started="2027-07-01", ends="2027-12-31"), waiting("c")
    )
    rows = [prospect("a", persist=9.0, stop=0.0), prospect("b", late=1.0, persist=9.0, stop=0.0)]
    for limits in ({}, {"budget": 1000}):
        case = Case(limited(made, **limits), [*rows, prospect("c", persist=1.0, stop=0.0)])
        found = {
            s.id: (s.start, s.because)
            for s in starts(case.setting, case.prospects, case.selection().chosen)
        }
        assert found == {
            "a": (dt.date(2027, 1, 1), "It begins as planned, on 1 January 2027."),
            "b": (dt.date(2027, 7, 1), "It begins as planned, on 1 July 2027."),
            "c": (dt.date(2027, 1, 1), "It begins as planned, on 1 January 2027."),
        }


def test_money_counts_when_it_is_spent_and_not_when_it_was_planned() -> None:
    """b is planned for January but requires a, which ends in June: in 2026-27 only a spends."""
    made = programme(waiting("a"), waiting("b", "a", ends="2027-12-31"))
    budget = {"2026-27": 30, "2027-28": 1000}
    rows = [
        prospect("a", 10.0, 3.0, persist=9.0, stop=0.0),
        prospect("b", 10.0, 3.0, persist=9.0, stop=0.0),
    ]
    case = Case(limited(made, budget=budget, carry_over=False), rows)
    found = case.selection()
    assert {p.id: p.start for p in found.chosen} == {
        "a": dt.date(2027, 1, 1),
        "b": dt.date(2027, 6, 30),
    }
    assert found.totals is not None
    assert next(x for x in found.limits if x.limit == "budget 2026-27").used == pytest.approx(30.0)
    order = {s.id: s.because for s in starts(case.setting, case.prospects, found.chosen)}
    assert (
        order["b"]
        == "It begins on 30 June 2027 and not on 1 January 2027: what it requires ends later."
    )


def test_finishes_wait_for_what_they_require() -> None:
    """a takes one and a half times as long; b begins when it ends, and takes no longer."""
    made = programme(waiting("a"), waiting("b", "a", started="2027-07-01", ends="2027-12-31"))
    late = prospect("a", delay=flat(1.5), persist=9.0, stop=0.0)
    case = Case(made, [late, prospect("b", persist=9.0, stop=0.0)])
    ends = finishes(case.setting, case.graph, case.prospects, case.selection().rows, 0)
    found, delivery = ends.finishes, ends.delivery
    by = {f.id: f for f in found}
    assert by["a"].planned == dt.date(2027, 6, 30)
    assert abs((by["a"].p50 - dt.date(2027, 9, 29)).days) <= 3
    assert abs((by["b"].p50 - dt.date(2028, 3, 29)).days) <= 4
    assert (by["a"].critical, by["b"].critical) == (1.0, 1.0)
    assert by["b"].late == 1.0
    chances = {d.by.year: (d.chance, d.expected, d.of) for d in delivery}
    assert chances[2027] == (0.0, 0.0, 2)
    assert chances[2028][1:] == pytest.approx((2.0, 2))


def test_finishes_are_drawn_jointly() -> None:
    """Half of the draws are late: the chance that both of two are in time is a quarter."""
    delay = np.where(np.arange(POINTS) % 2, 1.0, 3.0)
    made = programme(waiting("a"), waiting("b"))
    case = Case(made, [prospect(i, delay=delay, persist=9.0, stop=0.0) for i in ("a", "b")])
    ends = finishes(case.setting, case.graph, case.prospects, case.selection().rows, 0)
    by = {d.by: d for d in ends.delivery}[dt.date(2028, 3, 31)]
    assert by.chance == pytest.approx(0.25, abs=0.03)
    assert by.expected == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("ends", ["2027-08-31", "2027-09-30", "2028-02-29", "2030-10-31"])
def test_what_ends_as_planned_ends_on_its_day(ends: str) -> None:
    made = programme(item("a", **{**RUNNING, "ends": ends}))
    case = Case(made, [prospect("a", persist=9.0, stop=0.0)])
    (found,) = finishes(case.setting, case.graph, case.prospects, case.selection().rows, 0).finishes
    assert found.p10 == found.p50 == found.p90 == dt.date.fromisoformat(ends)
    assert found.late == 0.0


def test_what_waits_for_what_is_late_loses_what_delay_costs() -> None:
    """In half of the draws a ends six months late, and b, which begins when it ends, loses 2 for each month."""
    delay = np.where(np.arange(POINTS) % 2, 1.0, 2.0)
    made = programme(waiting("a"), waiting("b", "a", started="2027-07-01", ends="2027-12-31"))
    case = Case(
        made,
        [prospect("a", delay=delay, persist=50.0, stop=0.0), prospect("b", late=2.0, persist=90.0)],
    )
    rows = case.selection().rows
    ends = finishes(case.setting, case.graph, case.prospects, rows, 0)
    found = delivered(case.setting, case.prospects, rows, ends.waits, 0)
    assert set(found.waits) == {"b"}
    assert found.waits["b"] == pytest.approx(3.0, abs=0.2)
    assert found.waiting == pytest.approx(6.0, abs=0.4)
    assert found.mean == pytest.approx(140.0 - found.waiting)
    assert (found.p10, found.p90) == pytest.approx((128.0, 140.0), abs=0.5)


def test_one_initiative_is_late_and_worth_less_in_the_same_draws() -> None:
    """Draws of one initiative stay together; those of two whose names end alike do not."""
    assert list(paired(0, 11)) == list(paired(0, 11))
    one, other = paired(0, 11), paired(0, 12)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.08


def test_a_course_of_unknown_worth_set_by_hand_is_not_weighed() -> None:
    made = programme(item("a", **RUNNING))
    found = Case(made, [prospect("a", persist=9.0, stop=0.0)], {"a": "adjust-tactics"}).selection()
    (pick,) = found.chosen
    assert (pick.course, pick.worth) == ("adjust-tactics", None)
    assert "the register does not say what adjust tactics would cost and bring" in pick.because


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"budget": {}}, "No budget is given"),
        ({"budget": {"2019-20": 5}}, "No year of the budget (`limits: budget`) is still to come"),
        ({"capacity": {"wizards": 3}}, "Nothing that is open needs wizards"),
        ({}, "How many there are of analysts is not given"),
        ({}, "What counts as deep for few is not given"),
        ({"few": {"reach_below": 5, "impact_above": 5}}, "No share for few is given"),
    ],
)
def test_limits_that_hold_nothing_are_named(limits: dict[str, Any], said: str) -> None:
    made = programme(item("a", needs={"analysts": 2}, **RUNNING))
    case = Case(limited(made, **limits), [prospect("a", 10.0, persist=9.0, stop=0.0)])
    assert any(text.startswith(said) for text in case.setting.assumed)
    totals = case.selection().totals
    assert totals is not None
    assert totals.spend == pytest.approx(120.0)
