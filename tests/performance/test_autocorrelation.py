"""Readings adjusted for memory and season; the rates of false alarm themselves are in benchmarks/false_alarms.py."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from changeadvisor.performance import autocorrelation, spc


def stable(r: float, count: int = 2000, points: int = 36) -> spc.Floats:
    noise = np.random.default_rng(7).standard_normal((count, points))
    values = np.empty_like(noise)
    values[:, 0] = noise[:, 0]
    for k in range(1, points):
        values[:, k] = r * values[:, k - 1] + np.sqrt(1 - r * r) * noise[:, k]
    return values


@pytest.mark.parametrize(
    ("r", "low", "high"), [(0.0, 0.0, 0.06), (0.5, 0.3, 0.55), (0.8, 0.6, 0.9)]
)
def test_memory_is_found(r: float, low: float, high: float) -> None:
    assert low <= float(autocorrelation.estimate(stable(r)).r.mean()) <= high


@pytest.mark.parametrize("r", [0.5, 0.7, 0.9])
def test_stable_series_with_memory_raise_fewer_false_alarms(r: float) -> None:
    values = stable(r)
    plain = (spc.xmr(values).directions()[:, -1] != 0).mean()
    adjusted = (autocorrelation.read(values)[0].directions()[:, -1] != 0).mean()
    assert adjusted < plain / 2


def test_a_step_is_no_memory_and_is_still_found() -> None:
    values = np.random.default_rng(1).standard_normal((500, 36))
    values[:, -9:] += 3
    charts, found = autocorrelation.read(values, 12)
    assert float(found.r.mean()) < 0.1
    assert (charts.directions()[:, -1] > 0).mean() > 0.85


def test_a_season_is_taken_out() -> None:
    season = 3 * np.sin(2 * np.pi * np.arange(36) / 12)
    values = np.random.default_rng(2).standard_normal((500, 36)) + season
    charts, found = autocorrelation.read(values, 12)
    assert found.seasonal.mean() > 0.99
    assert (charts.directions()[:, -1] != 0).mean() < 0.05
    assert np.abs(found.season.mean(axis=0) - season).max() < 0.3


@pytest.mark.parametrize("period", [None, 1, 12])
def test_too_few_points_for_a_season(period: int | None) -> None:
    assert not autocorrelation.estimate(stable(0.0, 5, 12), period).seasonal.any()


def test_without_memory_the_chart_is_the_nhs_chart() -> None:
    values = np.array([[3.0, 4, 3, 5, 4, 3, 4, 5, 3]])  # too few points to judge memory
    ours, found = autocorrelation.read(values)
    assert found.r[0] == 0
    assert (ours.upper == spc.xmr(values).upper).all()
    assert (ours.directions() == spc.xmr(values).directions()).all()


@given(arrays(np.float64, (3, 24), elements=st.integers(-20, 20).map(float)))
def test_many_at_once_equal_one_by_one(rows: spc.Floats) -> None:
    together, found = autocorrelation.read(rows, 12)
    for k, row in enumerate(rows):
        alone, single = autocorrelation.read(row, 12)
        assert single.r[0] == pytest.approx(found.r[k], abs=1e-9)
        assert alone.upper[0] == pytest.approx(together.upper[k], rel=1e-9, abs=1e-9)


@given(arrays(np.float64, (1, 24), elements=st.integers(-20, 20).map(float)))
def test_limits_are_never_narrower_for_memory(rows: spc.Floats) -> None:
    ours, _ = autocorrelation.read(rows)
    plain = spc.xmr(rows)
    assert (ours.upper - ours.centre >= plain.upper - plain.centre - 1e-9).all()
