"""A measure beside its target and standard: times of readings, noise, trend."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor import performance
from changeadvisor.model import Measure
from changeadvisor.performance.targets import audit_targets
from tests.helpers import programme

DAY = dt.date(2026, 9, 30)


def measure(*values: float, first: int = 1, **more: Any) -> Measure:
    months = [
        dt.date(2026 + (first + k - 1) // 12, (first + k - 1) % 12 + 1, 1)
        for k in range(len(values))
    ]
    rows = [{"period": str(d), "value": v} for d, v in zip(months, values, strict=True)]
    return Measure.model_validate({"id": "m", "better": "higher", "observations": rows, **more})


@pytest.mark.parametrize(
    ("every", "lag", "known_on", "middle"),
    [
        ("month", 0, dt.date(2026, 4, 30), dt.date(2026, 4, 15)),
        ("month", 40, dt.date(2026, 6, 9), dt.date(2026, 4, 15)),
        ("quarter", 0, dt.date(2026, 6, 30), dt.date(2026, 5, 16)),
        ("year", 60, dt.date(2027, 5, 30), dt.date(2026, 9, 30)),
    ],
)
def test_a_reading_stands_for_its_middle_and_is_known_after_its_end(
    every: str, lag: int, known_on: dt.date, middle: dt.date
) -> None:
    series = performance.readings(
        measure(1.0, first=4, every=every, lag_days=lag), dt.date(2030, 1, 1)
    )
    assert (series.points[0].known_on, series.points[0].middle) == (known_on, middle)


def test_what_became_known_later_is_not_used() -> None:
    series = performance.readings(measure(*range(1, 13), lag_days=20), DAY)
    assert [p.value for p in series.points] == list(range(1, 9))
    assert series.not_yet == tuple(dt.date(2026, m, 1) for m in range(9, 13))


def test_a_period_may_begin_within_a_month() -> None:
    made = Measure.model_validate(
        {
            "id": "m",
            "observations": [
                {"period": "2026-01-15", "value": 1},
                {"period": "2026-02-15", "value": 2},
            ],
        }
    )
    assert performance.readings(made, DAY).points[0].known_on == dt.date(2026, 2, 14)


@pytest.mark.parametrize(
    ("periods", "every"),
    [
        (["2026-01-01", "2026-02-01"], "month"),
        (["2026-01-01", "2026-04-01"], "quarter"),
        (["2024-04-01", "2025-04-01"], "year"),
        (["2026-01-01"], None),
        (["2026-01-01", "2026-01-15"], None),
    ],
)
def test_cadence_is_read_from_the_periods(periods: list[str], every: str | None) -> None:
    made = Measure.model_validate(
        {"id": "m", "observations": [{"period": p, "value": 1} for p in periods]}
    )
    assert performance.readings(made, DAY).every == every


def test_own_rows_among_comparators_fill_gaps_and_observations_win() -> None:
    made = measure(
        5.0,
        6.0,
        own_area="E1",
        comparators=[
            {"area": "E1", "period": "2026-02-01", "value": 60},
            {"area": "E1", "period": "2026-03-01", "value": 7},
            {"area": "E2", "period": "2026-04-01", "value": 9},
        ],
    )
    assert [p.value for p in performance.readings(made, DAY).points] == [5, 6, 7]


@pytest.mark.parametrize(
    ("values", "level"), [((), None), ((4.0,), 4.0), ((1.0, 2.0, 3.0, 4.0), 3.0)]
)
def test_recent_level(values: tuple[float, ...], level: float | None) -> None:
    assert performance.recent_level(performance.readings(measure(*values), DAY)) == level


def test_noise_from_moving_ranges() -> None:
    assert performance.noise([1.0, 2.0]) is None
    assert performance.noise([1.0, 2.0, 1.0]) == pytest.approx(1 / 1.128)


@pytest.mark.parametrize(
    ("better", "to_target", "to_standard"),
    [("higher", -2.0, 3.0), ("lower", 2.0, -3.0), ("neutral", None, None), (None, None, None)],
)
def test_distances_are_positive_on_the_better_side(
    better: str | None, to_target: float | None, to_standard: float | None
) -> None:
    made = measure(8.0, 8.0, 8.0, better=better, target=10, standard=5)
    found = performance.against(made, performance.readings(made, DAY))
    assert (found.latest, found.recent, found.to_target, found.to_standard) == (
        8,
        8,
        to_target,
        to_standard,
    )
    bare = measure(8.0)
    assert performance.against(bare, performance.readings(bare, DAY)).to_target is None


@pytest.mark.parametrize(
    ("values", "better", "trend"),
    [
        ((1.0, 2.0, 1.0, 9.0, 9.5, 9.0), "higher", "improving"),
        ((1.0, 2.0, 1.0, 9.0, 9.5, 9.0), "lower", "worsening"),
        ((5.0, 9.0, 5.0, 9.0, 5.0, 9.0), "higher", "steady"),
        ((5.0, 5.0, 5.0, 5.0, 5.0, 5.0), "higher", "steady"),
        ((5.0, 5.0, 5.0, 5.0, 5.0), "higher", None),
        ((1.0, 2.0, 1.0, 9.0, 9.5, 9.0), "neutral", None),
        ((1.0, 2.0, 1.0, 9.0, 9.5, 9.0), None, None),
    ],
)
def test_trend_beside_the_noise(
    values: tuple[float, ...], better: str | None, trend: str | None
) -> None:
    assert performance.trend(performance.readings(measure(*values), DAY), better) == trend


@given(st.lists(st.floats(-100, 100), min_size=6, max_size=9))
def test_a_mirror_turns_the_trend_round(values: list[float]) -> None:
    series = performance.readings(measure(*values), dt.date(2030, 1, 1))
    turned = {"improving": "worsening", "worsening": "improving", "steady": "steady"}
    found = performance.trend(series, "higher")
    assert found is not None
    assert performance.trend(series, "lower") == turned[found]


def test_audit_counts_targets() -> None:
    made = programme(
        measures=[
            {
                "id": "a",
                "target": 1,
                "kind": "external",
                "corporate": True,
                "comparators": [{"area": "E", "period": "2026-01-01", "value": 1}],
            },
            {"id": "b", "target": 1, "kind": "process"},
            {"id": "c", "target": 1},
            {"id": "d", "kind": "external", "corporate": True},
        ]
    )
    found = audit_targets(made, {})
    assert (found.targets, found.external, found.process) == (3, 1, 1)
    assert (found.corporate, found.with_comparators) == (1, 1)


def test_readings_before_a_rebase_are_not_compared_with_those_after() -> None:
    made = programme(
        measures=[
            {
                "id": "m",
                "better": "higher",
                "target": 100,
                "rebase": [{"on": "2026-04-01", "because": "counted anew"}],
                "observations": [
                    {"period": f"2026-0{n}-01", "value": 10 if n < 4 else 90} for n in range(1, 7)
                ],
            }
        ]
    )
    measure = made.measures[0]
    series = performance.readings(measure, made.as_of)
    since = performance.comparable(measure, series)
    assert [p.value for p in since.points] == [90, 90, 90]
    assert performance.trend(series, "higher") == "improving"
    assert performance.trend(since, "higher") is None
    found = performance.rebased(measure, series)
    assert found is not None
    assert found.because == "counted anew"
