"""Funnels, over-dispersion, ranks and gaps: published examples with their source, and invariants."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor.performance import compare
from changeadvisor.performance.compare import AreaLevel
from tests.helpers import SHARED

CASES = SHARED / "spc_replay" / "funnelplotr_cases.json"
SIX = ([100, 150, 180, 80, 120, 225], [108, 112, 165, 95, 100, 220])
needs = pytest.mark.skipif(
    not CASES.exists(), reason="the shared data are not beside this checkout"
)


def cases() -> list[dict[str, Any]]:
    return json.loads(CASES.read_text(encoding="utf-8")) if CASES.exists() else []


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


# --- published examples ---------------------------------------------------------------------------


@needs
@pytest.mark.parametrize("case", cases(), ids=lambda c: c["id"])
def test_published_funnel_cases(case: dict[str, Any]) -> None:
    """nhs-r-community/FunnelPlotR at 9020d49, its own tests (MIT)."""
    given_, expected, name = case["input"], case["expected"], case["id"]
    if name == "poisson_limits":
        for key, share, end in (
            ("ll95", 0.05, 0),
            ("ul95", 0.05, 1),
            ("ll998", 0.002, 0),
            ("ul998", 0.002, 1),
        ):
            found = compare.ratio_limits(given_["expected"], share)[end]
            digits = 7 if key.startswith("l") else 6
            assert found == pytest.approx(expected[key], abs=0.5001 * 10**-digits), key
    elif name == "phi":
        z = compare.truncated(compare.log_ratio_z(given_["num"], given_["denom"]))
        assert round(compare.dispersion(z), 6) == expected
    elif name == "aggregate":
        assert ratios(given_) == expected["rr"]
    else:
        assert outliers(given_) == expected


def ratios(given_: dict[str, Any]) -> list[float]:
    """Observed over expected of each group, summed first."""
    found = {}
    for group in sorted(set(given_["group"])):
        at = [k for k, g in enumerate(given_["group"]) if g == group]
        found[group] = sum(given_["numerator"][k] for k in at) / sum(
            given_["denominator"][k] for k in at
        )
    return [round(v, 6) for v in found.values()]


def outliers(given_: dict[str, Any]) -> list[int]:
    """1 for each group outside the limits asked for."""
    name = f"OD{given_['limit']}" if given_["draw_adjusted"] else str(given_["limit"])
    upper = given_[f"{name}UCL"] if given_["draw_adjusted"] else given_[f"UCL{name}"]
    lower = given_[f"{name}LCL"] if given_["draw_adjusted"] else given_[f"LCL{name}"]
    ends = (lower, upper)
    return [
        int(compare.flag_of(v * given_["multiplier"], ends, ends) != "within") for v in given_["rr"]
    ]


@pytest.mark.parametrize(
    ("size", "z", "low", "high"),
    [
        (539, compare.Z95, 77.306949, 83.977947),
        (539, compare.Z998, 75.383440, 85.901456),
        (34936, compare.Z95, 80.228144, 81.056751),
        (34936, compare.Z998, 79.989225, 81.295671),
        (1, compare.Z95, 3.204264, 100.0),
        (2, compare.Z95, 25.885383, 100.0),
    ],
)
def test_limits_of_a_proportion(size: int, z: float, low: float, high: float) -> None:
    """UKHSA PHEindicatormethods at 093fd28, as quoted in methods.md 6.3; inputs are printed to eight digits."""
    found = [100 * float(v) for v in compare.proportion_limits(0.80642448, size, z)]
    assert found == pytest.approx([low, high], abs=2e-6)


@pytest.mark.parametrize(
    ("observed", "expected", "flag"),
    [
        (8, 6.2399, "within"),
        (151, 106.443, "above-998"),
        (191, 184.096, "within"),
        (150, 119.570, "above-95"),
        (159, 232.93, "below-998"),
    ],
)
def test_significance_of_a_ratio(observed: int, expected: float, flag: str) -> None:
    """UKHSA PHEindicatormethods at 093fd28, as quoted in methods.md 6.3."""
    near, wide = (compare.ratio_limits(expected, share) for share in (0.05, 0.002))
    found = compare.flag_of(
        observed / expected, (float(wide[0]), float(wide[1])), (float(near[0]), float(near[1]))
    )
    assert found == flag


def test_over_dispersion_of_six_groups() -> None:
    """methods.md 6.3: inputs from FunnelPlotR's tests, values computed there."""
    log, root = compare.log_ratio_z(*SIX), compare.root_ratio_z(*SIX)
    assert np.round(log, 4).tolist() == [-0.7998, 3.0917, 1.1177, -1.6750, 1.8232, 0.3333]
    assert np.round(root, 4).tolist() == [-0.7846, 3.3289, 1.1424, -1.6050, 1.9089, 0.3352]
    phi = compare.dispersion(compare.winsorised(root))
    assert round(phi, 4) == 2.3272
    assert round(compare.between_variance(phi, 1 / (2 * np.sqrt(SIX[1]))), 6) == 0.003440


def test_no_more_spread_than_chance_is_no_over_dispersion() -> None:
    assert compare.between_variance(0.5, np.array([0.1, 0.2, 0.3])) == 0.0


# --- one comparison -------------------------------------------------------------------------------


def areas(
    values: list[float], size: float | None = 1000.0, error: float | None = 1.0
) -> list[AreaLevel]:
    return [AreaLevel(f"a{k:02}", v, size, None, error) for k, v in enumerate(values)]


@pytest.mark.parametrize(
    ("own", "better", "position"),
    [
        (80, "higher", "similar"),
        (90, "higher", "much-better"),
        (90, "lower", "much-worse"),
        (77, "higher", "worse"),
    ],
)
def test_where_a_proportion_stands(own: float, better: str, position: str) -> None:
    found = compare.compare(
        AreaLevel("us", own, 1000, None, 1.2), areas([80.0] * 6), "proportion", better, 100, rng()
    )
    assert (found.basis, found.position) == ("chance", position)


def test_without_sizes_only_the_spread_tells() -> None:
    found = compare.compare(
        AreaLevel("us", 90), areas([78.0, 79, 80, 81, 82], None, None), None, "higher", 1, rng()
    )
    assert (found.basis, found.position) == ("spread", "better")
    assert (found.rank, found.rank_interval) == (1, None)


@pytest.mark.parametrize("values", [[80.0, 81.0], [80.0] * 9])
def test_few_areas_or_areas_all_alike_tell_nothing(values: list[float]) -> None:
    found = compare.compare(
        AreaLevel("us", 90), areas(values, None, None), None, "higher", 1, rng()
    )
    assert (found.basis, found.flag, found.position) == (None, None, None)


def test_areas_that_differ_by_more_than_chance_widen_the_funnel() -> None:
    others = areas([60.0, 65, 70, 75, 80, 85, 90, 95], 5000)
    found = compare.compare(
        AreaLevel("us", 86, 5000, None, 1.0), others, "proportion", "higher", 100, rng()
    )
    assert found.between > 0
    assert found.position == "similar"


@pytest.mark.parametrize(
    ("own", "position"), [(10.0, "similar"), (14.0, "much-worse"), (8.2, "better")]
)
def test_a_rate_among_rates(own: float, position: str) -> None:
    others = [AreaLevel(f"a{k}", 10.0, 30_000, None, 0.6) for k in range(6)]
    found = compare.compare(
        AreaLevel("us", own, 30_000, None, 0.6), others, "rate", "lower", 1000, rng()
    )
    assert (found.basis, found.position) == ("chance", position)


def test_a_ratio_among_ratios() -> None:
    others = [AreaLevel(f"a{k}", 1.0, None, 100.0, 0.1) for k in range(6)]
    found = compare.compare(
        AreaLevel("us", 1.5, None, 100.0, 0.1), others, "ratio", "lower", 1, rng()
    )
    assert (found.basis, found.flag, found.position) == ("chance", "above-998", "much-worse")


def test_rates_that_differ_widely_widen_the_funnel() -> None:
    others = [AreaLevel(f"a{k}", 5.0 + 2 * k, 30_000, None, 0.6) for k in range(9)]
    found = compare.compare(
        AreaLevel("us", 15.0, 30_000, None, 0.6), others, "rate", "lower", 1000, rng()
    )
    assert found.between > 0
    assert found.position == "similar"


def test_a_rank_has_an_interval_and_pairs() -> None:
    """Goldstein and Spiegelhalter 1996: equal areas cannot be ranked, far ones can be told apart in pairs."""
    found = compare.compare(
        AreaLevel("us", 80, None, None, 2.0),
        areas([80.0] * 8 + [50.0], None, 2.0),
        None,
        "higher",
        1,
        rng(),
    )
    assert found.rank_interval is not None
    assert found.rank_interval[0] <= 2
    assert found.rank_interval[1] >= 8
    assert dict(found.ahead_of)["a08"] > 0.99
    assert dict(found.ahead_of)["a00"] == pytest.approx(0.5, abs=0.02)


def test_equal_areas_overlap_at_goldstein_and_healys_bars() -> None:
    """Bars of 1.386 standard errors overlap unless two areas differ at about 5 % (Goldstein and Healy 1995)."""
    apart = 2 * 1.386
    found = compare.compare(
        AreaLevel("us", apart, None, None, 1.0), areas([0.0], None, 1.0), None, "higher", 1, rng()
    )
    assert dict(found.ahead_of)["a00"] == pytest.approx(0.975, abs=0.005)


def test_every_area_has_a_rank_interval() -> None:
    found = compare.rank_intervals(areas([1.0, 5.0, 9.0], None, 0.1), "higher", rng())
    assert found == (("a02", 1, 1), ("a01", 2, 2), ("a00", 3, 3))
    assert compare.rank_intervals(areas([1.0], None, None), "higher", rng()) == ()


@pytest.mark.parametrize(
    ("gaps", "word"),
    [
        ([-10, -8, -6, -4, -2], "closing"),
        ([2, 0, -2, -4, -6], "widening"),
        ([1, -1, 1, -1, 1], "steady"),
        ([1, 2, 3], "too-few"),
        ([1, 1, 1, 1], "steady"),
    ],
)
def test_the_gap(gaps: list[float], word: str) -> None:
    assert compare.gap_trend(gaps) == word


@given(st.floats(0.01, 0.99), st.integers(1, 10_000), st.integers(1, 10_000))
def test_more_cases_never_widen_the_funnel(average: float, few: int, more: int) -> None:
    small, large = sorted((few, more))
    wide, narrow = (compare.proportion_limits(average, n, compare.Z95) for n in (small, large))
    assert wide[0] <= narrow[0] + 1e-12
    assert narrow[1] <= wide[1] + 1e-12
    assert 0 <= wide[0] <= average <= wide[1] <= 1


@given(st.lists(st.floats(1, 99), min_size=5, max_size=12), st.floats(1, 99))
def test_turned_about_better_is_worse(values: list[float], own: float) -> None:
    high = compare.compare(
        AreaLevel("us", own), areas(values, None, None), None, "higher", 1, rng()
    )
    low = compare.compare(AreaLevel("us", own), areas(values, None, None), None, "lower", 1, rng())
    mirror = {"much-better": "much-worse", "better": "worse", "similar": "similar"}
    mirror |= {v: k for k, v in mirror.items()}
    assert low.position == (None if high.position is None else mirror[high.position])
