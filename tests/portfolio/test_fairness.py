"""Depth against reach: published and hand-worked figures."""

from __future__ import annotations

import pytest

from changeadvisor.portfolio import fairness


@pytest.mark.parametrize(
    ("aversion", "level", "index"),
    [(0.5, 23.6104, 0.0556), (1.0, 22.1336, 0.1147), (1.3, 21.2328, 0.1507), (2.0, 19.2, 0.2320)],
)
def test_atkinson(aversion: float, level: float, index: float) -> None:
    """Atkinson 1970; figures of methods.md 8.4."""
    levels = [10.0, 20.0, 30.0, 40.0]
    assert fairness.equivalent(levels, aversion) == pytest.approx(level, abs=1e-4)
    assert fairness.atkinson(levels, aversion) == pytest.approx(index, abs=1e-4)


def deep(aversion: float) -> float:
    """Fifty people from 10 to 30."""
    return fairness.gain(50, 10, 30, aversion)


def broad(aversion: float) -> float:
    """Two thousand from 50 to 50.6."""
    return fairness.gain(2_000, 50, 50.6, aversion)


@pytest.mark.parametrize(
    ("aversion", "few", "all_"),
    [(0.0, 1000, 1200), (0.5, 231.5, 169.2), (1.0, 54.93, 23.86), (1.3, 23.45, 7.36)],
)
def test_depth_against_reach(aversion: float, few: float, all_: float) -> None:
    """The worked case of methods.md 8.4."""
    assert deep(aversion) == pytest.approx(few, rel=1e-3)
    assert broad(aversion) == pytest.approx(all_, rel=1e-3)


def test_the_aversion_at_which_it_turns() -> None:
    turns = fairness.turning(lambda e: deep(e) > broad(e))
    assert turns is not None
    assert deep(turns) > broad(turns)
    assert deep(turns - fairness.CLOSE) < broad(turns - fairness.CLOSE)
    assert fairness.turning(lambda _: True) is None


def test_weights_of_the_green_book() -> None:
    """methods.md 5.3: 2.462 at half the median, 0.406 at twice it."""
    assert fairness.weight(0.5) == pytest.approx(2.462, abs=1e-3)
    assert fairness.weight(2.0) == pytest.approx(0.406, abs=1e-3)
