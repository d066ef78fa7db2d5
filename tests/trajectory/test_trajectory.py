"""The path a plan describes, and where the results stand beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor import performance, trajectory
from changeadvisor.model import (
    Estimate,
    Initiative,
    Measure,
    Path,
    ReferenceClass,
)
from changeadvisor.trajectory.counterfactual import tamed

PLAN: dict[str, Any] = {
    "measure": "m",
    "baseline": 68,
    "target": 82,
    "dip": [1, 3, 6],
    "dip_month": [2, 4, 7],
    "months_to_target": [12, 18, 30],
}
AS_OF = dt.date(2026, 9, 30)


def initiative(**more: Any) -> Initiative:
    return Initiative.model_validate(
        {"id": "a", "title": "A", "started": "2026-04-01", "path": PLAN, **more}
    )


def measure(values: dict[str, float], **more: Any) -> Measure:
    rows = [{"period": p, "value": v} for p, v in values.items()]
    return Measure.model_validate(
        {"id": "m", "better": "higher", "every": "month", "observations": rows, **more}
    )


def against_plan(
    made: Initiative, values: dict[str, float], **more: Any
) -> trajectory.PathReading | None:
    m = measure(values, **more)
    return trajectory.read_against_plan(made, m, performance.readings(m, AS_OF), AS_OF)


BEFORE = {f"2025-{m:02}-01": 68 + (m % 3 - 1) * 0.8 for m in range(4, 13)} | {
    "2026-01-01": 68.3,
    "2026-02-01": 67.5,
    "2026-03-01": 68.4,
}


def since(*values: float) -> dict[str, float]:
    return BEFORE | {f"2026-{4 + k:02}-01": v for k, v in enumerate(values)}


@pytest.mark.parametrize(
    ("values", "against"),
    [
        ((67.0, 66.0, 65.1, 64.6, 64.4), "on-path"),
        ((68.0, 70.0, 73.0, 76.0, 79.0), "ahead"),
        ((62.5, 62.0, 61.8, 61.6, 61.4), "behind"),
        ((50.0, 45.0, 40.0, 35.0, 30.0), "far-behind"),
    ],
)
def test_a_dip_as_planned_is_on_the_path(values: tuple[float, ...], against: str) -> None:
    found = against_plan(initiative(), since(*values))
    assert found is not None
    assert found.readings == 5
    assert found.against_path == against
    assert "paths drawn from its own plan" in trajectory.path_working(found)


def test_the_reading_carries_its_numbers() -> None:
    found = against_plan(initiative(), since(67.0, 66.0, 65.1, 64.6, 64.4))
    assert found is not None
    assert found.progress == pytest.approx((64.7 - 68) / 14)
    assert found.expected_low is not None
    assert found.expected_high is not None
    assert found.expected is not None
    assert found.expected_low < found.expected < found.expected_high
    assert found.share_below is not None


@pytest.mark.parametrize(
    ("change", "values", "because"),
    [
        ({"path": {**PLAN, "target": 68}}, since(67.0, 66.0), "baseline and target that differ"),
        ({"path": {"measure": "m"}}, since(67.0, 66.0), "baseline and target that differ"),
        ({}, since(67.0), "1 reading since it began, and 2 are needed"),
        (
            {"path": {"measure": "m", "baseline": 68, "target": 82}},
            since(67.0, 66.0),
            "how many months",
        ),
    ],
)
def test_what_cannot_be_said_is_said(
    change: dict[str, Any], values: dict[str, float], because: str
) -> None:
    found = against_plan(initiative(**change), values)
    assert found is not None
    assert found.against_path is None
    assert because in trajectory.path_working(found)


def test_without_a_path_or_a_start_there_is_nothing_to_stand_beside() -> None:
    assert against_plan(initiative(path=None), since(1.0, 2.0)) is None
    assert against_plan(initiative(started=None), since(1.0, 2.0)) is None


def test_a_steady_series_without_noise_is_judged_by_the_paths_alone() -> None:
    made = initiative(path={"measure": "m", "baseline": 0, "target": 10, "months_to_target": 10})
    found = against_plan(made, {f"2026-{m:02}-01": 20.0 for m in range(4, 9)})
    assert found is not None
    assert (found.share_below, found.against_path) == (1.0, "ahead")


# --- the drawn path -------------------------------------------------------------------------------


def path(**more: Any) -> Path:
    return Path.model_validate({**PLAN, **more})


def test_a_path_without_ranges_goes_through_its_points() -> None:
    made = path(dip=3, dip_month=4, months_to_target=18)
    drawn = trajectory.expected_path(made, [0, 4, 18, 30])
    assert drawn is not None
    assert np.allclose(drawn, np.array([[0, -3 / 14, 1, 1]]))


def test_a_path_downwards_is_the_same_in_shares() -> None:
    down = path(baseline=82, target=68, dip=3, dip_month=4, months_to_target=18)
    up = path(dip=3, dip_month=4, months_to_target=18)
    months = [1.0, 5.0, 11.0]
    falling = trajectory.expected_path(down, months)
    rising = trajectory.expected_path(up, months)
    assert falling is not None
    assert rising is not None
    assert np.array_equal(falling, rising)


def test_without_a_dip_it_only_rises() -> None:
    drawn = trajectory.expected_path(path(dip=None), list(range(20)))
    assert drawn is not None
    assert (np.diff(drawn, axis=1) >= 0).all()


def test_equal_plans_have_equal_paths() -> None:
    one, again = (trajectory.expected_path(path(), [6.0]) for _ in range(2))
    assert np.array_equal(one, again)  # type: ignore[arg-type]
    assert trajectory.expected_path(path(months_to_target=None), [1.0]) is None


@pytest.mark.parametrize(
    ("months", "phase"),
    [(-1, "before"), (0, "dip"), (7, "dip"), (7.1, "climb"), (30, "climb"), (30.1, "due")],
)
def test_phases_by_the_slow_estimates(months: float, phase: str) -> None:
    assert trajectory.phase(path(), months) == phase


def test_phases_of_plans_that_say_less() -> None:
    assert trajectory.phase(path(dip=0), 3) == "climb"
    assert trajectory.phase(path(months_to_target=None), 9) is None
    assert trajectory.phase(path(months_to_target=None), 3) == "dip"


def test_a_changed_strategy_begins_the_path_anew() -> None:
    assert trajectory.since(initiative()) == dt.date(2026, 4, 1)
    assert trajectory.since(initiative(path={**PLAN, "since": "2026-06-01"})) == dt.date(2026, 6, 1)
    history = [
        {"on": "2026-05-01", "did": "adjust-tactics"},
        {"on": "2026-07-01", "did": "adjust-strategy"},
    ]
    assert trajectory.since(initiative(history=history)) == dt.date(2026, 7, 1)
    assert trajectory.since(initiative(started=None)) is None


# --- tripwires, classes, reviews ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "state", "level"),
    [
        ({"by": "2026-12-31", "below": 66}, "not due", None),
        ({"by": "2026-08-31", "below": 66}, "broken", 65),
        ({"by": "2026-08-31", "below": 65}, "kept", 65),
        ({"by": "2026-08-31", "above": 64}, "broken", 65),
        ({"by": "2026-08-31", "above": 65}, "kept", 65),
        ({"by": "2026-02-28", "below": 66}, "no reading", None),
    ],
)
def test_tripwires_are_judged_on_what_became_known_before(
    wire: dict[str, Any], state: str, level: float | None
) -> None:
    made = initiative(tripwires=[{"measure": "m", "then": "stop", **wire}])
    m = measure({"2026-05-01": 99, "2026-06-01": 66, "2026-07-01": 65, "2026-08-01": 64})
    found = trajectory.tripwires(made, {"m": performance.readings(m, AS_OF)}, AS_OF, 3)[0]
    assert (found.state, found.level) == (state, level)


def test_a_tripwire_without_a_review_period_or_series_has_no_reading() -> None:
    made = initiative(tripwires=[{"measure": "m", "then": "stop", "by": "2026-08-31", "below": 1}])
    assert trajectory.tripwires(made, {}, AS_OF, 3)[0].state == "no reading"
    m = measure({"2026-07-01": 65})
    assert (
        trajectory.tripwires(made, {"m": performance.readings(m, AS_OF)}, AS_OF, None)[0].state
        == "no reading"
    )


def test_class_shares_are_as_given() -> None:
    assert trajectory.class_outlook(None) is None
    assert trajectory.class_outlook(ReferenceClass(id="c")) is None
    assert trajectory.class_outlook(ReferenceClass(id="c", full=0.4)) == (0.4, None, None)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-09-30", 3, "2026-12-31"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-01-15", 1, "2026-02-15"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_reviews_keep_the_end_of_the_month(day: str, months: int, then: str) -> None:
    assert str(trajectory.next_review(dt.date.fromisoformat(day), months)) == then


# --- properties -----------------------------------------------------------------------------------


@given(st.lists(st.floats(40, 90), min_size=3, max_size=5), st.floats(0.1, 10))
def test_better_readings_never_stand_lower(values: list[float], lift: float) -> None:
    """All readings lifted alike: the noise stays, the level rises."""
    low = against_plan(initiative(), {f"2026-{4 + k:02}-01": v for k, v in enumerate(values)})
    high = against_plan(
        initiative(), {f"2026-{4 + k:02}-01": v + lift for k, v in enumerate(values)}
    )
    assert low is not None
    assert high is not None
    assert low.share_below is not None
    assert high.share_below is not None
    assert high.share_below >= low.share_below - 1e-12


@given(st.lists(st.floats(40, 90), min_size=3, max_size=5))
def test_the_unit_changes_nothing(values: list[float]) -> None:
    scaled = {
        k: ([10 * x for x in v] if k == "dip" else 10 * v if k in ("baseline", "target") else v)
        for k, v in PLAN.items()
    }
    one = against_plan(initiative(), {f"2026-{4 + k:02}-01": v for k, v in enumerate(values)})
    ten = against_plan(
        initiative(path=scaled), {f"2026-{4 + k:02}-01": 10 * v for k, v in enumerate(values)}
    )
    assert one is not None
    assert ten is not None
    assert one.share_below == pytest.approx(ten.share_below)


# --- estimates (Keelin 2016) ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "points", [(250, 320, 400), (1, 3, 6), (0, 1, 5.9), (2, 2, 2), (0, 1, 100), (0, 99, 100)]
)
def test_estimates_go_through_their_three_points(points: tuple[float, ...]) -> None:
    """Metalog through P10, P50, P90 (Keelin 2016, eq. for the symmetric-percentile triplet), or straight lines."""
    made = Estimate.of(*points)
    assert np.allclose(made.quantile(np.array([0.1, 0.5, 0.9])), points)
    draws = made.sample(np.linspace(0, 1, 4001))
    assert (np.diff(draws) >= -1e-9).all()
    assert np.isfinite(draws).all()


@pytest.mark.parametrize(
    ("points", "carried"),
    [
        ((0, 50, 100), True),
        ((0, 17, 100), True),
        ((0, 16, 100), False),
        ((0, 84, 100), False),
        ((5, 5, 5), True),
        ((0, 0, 9), False),
    ],
)
def test_which_triplets_a_metalog_carries(points: tuple[float, ...], carried: bool) -> None:
    """Keelin 2016: r = (P50 - P10)/(P90 - P10) between 0.16658 and 0.83342."""
    assert Estimate.of(*points).carried is carried


def test_a_symmetric_triplet_is_a_logistic() -> None:
    made = Estimate.of(-1, 0, 1)
    assert made.quantile(np.array([0.75]))[0] == pytest.approx(np.log(3) / np.log(9))


def test_straight_lines_go_on_at_the_same_slope_to_the_tails() -> None:
    made = Estimate.of(0, 0, 8)
    assert made.sample(np.array([0.0, 1.0])) == pytest.approx([0.0, 8 * 0.499 / 0.4])


def test_natural_bounds_clip_and_keep_the_points() -> None:
    made = Initiative.model_validate(
        {"id": "a", "title": "A", "reach": [1, 20, 60], "adoption": {"ready": [0.5, 0.9, 0.99]}}
    )
    assert made.reach is not None
    assert made.adoption is not None
    assert made.adoption.ready is not None
    assert made.reach.sample(np.array([0.0]))[0] == 0
    assert made.adoption.ready.sample(np.array([1.0]))[0] == 1
    assert np.allclose(made.reach.quantile(np.array([0.1, 0.5, 0.9])), (1, 20, 60))


def test_a_reading_that_stands_alone_is_held_and_a_step_is_not() -> None:
    calm = [0.02, -0.03, 0.01, 0.04, -0.02, 0.0, 0.03, -0.01, 0.02, 0.01]
    assert tamed(calm) == tuple(calm)
    for at in (4, 9):
        wild = [*calm[:at], -30.0, *calm[at + 1 :]]
        held = tamed(wild)
        assert held[at] > -0.3
        assert [h for k, h in enumerate(held) if k != at] == [
            w for k, w in enumerate(wild) if k != at
        ]
    step = [*calm[:5], *(0.9 + c for c in calm[5:])]
    assert tamed(step) == tuple(step)
    assert tamed([0.0, 0.1, 5.0]) == (0.0, 0.1, 5.0)
