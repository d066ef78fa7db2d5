"""The chance of meeting an aim, and before and after a start."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor.performance.forecast import before_after, chance


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def noise(count: int, seed: int = 3) -> list[float]:
    return list(np.random.default_rng(seed).standard_normal(count))


@pytest.mark.parametrize(("aim", "low", "high"), [(-4, 0.97, 1.0), (0, 0.3, 0.7), (4, 0.0, 0.03)])
def test_a_stable_series(aim: float, low: float, high: float) -> None:
    found = chance(noise(36), 1, aim, "higher", rng())
    assert found is not None
    assert low <= found.probability <= high
    assert found.low <= found.high


def test_a_rising_series_is_likely_to_go_on() -> None:
    values = [0.5 * k + e for k, e in enumerate(noise(30))]
    near, far = (chance(values, ahead, 19.0, "higher", rng()) for ahead in (1, 12))
    assert near is not None
    assert far is not None
    assert near.probability < 0.1 < 0.8 < far.probability


@pytest.mark.parametrize(("values", "ahead"), [([1.0] * 3, 1), (noise(20), 0)])
def test_what_cannot_be_said(values: list[float], ahead: int) -> None:
    assert chance(values, ahead, 0.0, "higher", rng()) is None


@pytest.mark.parametrize(
    ("aim", "better", "met"),
    [(5, "higher", 1), (5.1, "higher", 0), (5, "lower", 1), (4, "lower", 0)],
)
def test_a_constant_series_is_certain(aim: float, better: str, met: float) -> None:
    found = chance([5.0] * 10, 3, aim, better, rng())
    assert found is not None
    assert (found.probability, found.low, found.high) == (met, met, met)


def test_a_season_is_put_back() -> None:
    low = chance(noise(36), 1, 3.0, "higher", rng())
    high = chance(noise(36), 1, 3.0, "higher", rng(), season=5.0)
    assert low is not None
    assert high is not None
    assert low.probability < 0.05 < 0.9 < high.probability


@given(st.integers(8, 30), st.integers(1, 12), st.floats(-3, 3))
def test_either_side_adds_up(count: int, ahead: int, aim: float) -> None:
    up, down = (chance(noise(count), ahead, aim, better, rng()) for better in ("higher", "lower"))
    assert up is not None
    assert down is not None
    assert up.probability + down.probability == pytest.approx(1.0, abs=1e-9)
    assert 0 <= up.probability <= 1


def test_the_chances_are_about_right() -> None:
    """Of readings foretold at about 30 %, about 30 % come: 400 stable series with a random aim."""
    made = np.random.default_rng(5)
    foretold, came = [], []
    for _ in range(400):
        y = made.standard_normal(25)
        aim = made.standard_normal()
        found = chance(list(y[:-1]), 1, float(aim), "higher", rng())
        assert found is not None
        foretold.append(found.probability)
        came.append(float(y[-1] >= aim))
    assert np.mean((np.array(foretold) - np.array(came)) ** 2) < 0.2
    assert np.mean(foretold) == pytest.approx(np.mean(came), abs=0.06)


# --- before and after -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "better", "verdict"),
    [
        (4.0, "higher", "improved"),
        (4.0, "lower", "worsened"),
        (-4.0, "lower", "improved"),
        (0.0, "higher", "no-clear-change"),
    ],
)
def test_a_step_at_the_start(step: float, better: str, verdict: str) -> None:
    y = [e + (step if k >= 24 else 0.0) for k, e in enumerate(noise(36))]
    found = before_after(y, 24, better, 12)
    assert found.verdict == verdict
    assert found.effect is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.effect < found.high
    assert (found.trend, found.season) == (True, True)


def test_a_line_that_goes_on_is_no_effect() -> None:
    y = [0.4 * k + e for k, e in enumerate(noise(36))]
    assert before_after(y, 24, "higher", None).verdict == "no-clear-change"


@pytest.mark.parametrize(("count", "start"), [(20, 4), (20, 18), (0, 0)])
def test_not_enough_data(count: int, start: int) -> None:
    found = before_after(noise(count), start, "higher", 12)
    assert (found.verdict, found.effect) == ("not-enough", None)


def test_no_better_side_no_verdict() -> None:
    assert before_after(noise(36), 24, "neutral").verdict == "not-enough"


def test_few_readings_before_leave_line_and_season_alone() -> None:
    found = before_after(noise(18), 9, "higher", 12)
    assert (found.trend, found.season) == (False, False)
