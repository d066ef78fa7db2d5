"""XmR charts: the published cases of NHSRplotthedots, a plain recomputation over the NHS's own data, and invariants."""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor.performance import spc
from changeadvisor.performance.own_past import variation
from tests.helpers import SHARED

CASES = SHARED / "spc_replay" / "plotthedots_cases.json"
AE = SHARED / "nhs_ae" / "ae_attendances.csv"
needs = pytest.mark.skipif(
    not CASES.exists(), reason="the shared data are not beside this checkout"
)


def cases() -> list[dict[str, Any]]:
    return json.loads(CASES.read_text(encoding="utf-8")) if CASES.exists() else []


def signs(values: list[int]) -> spc.Signs:
    return np.atleast_2d(np.array(values, dtype=np.int8))


def printed(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def answer(case: dict[str, Any]) -> tuple[object, object]:
    """What we find, and what was published, in the same form."""
    given_, expected = case["input"], case["expected"]
    name = case["function"]
    if name == "seven_point_one_side_of_mean":
        return np.abs(spc.shift_ends(signs(given_["sign_relative_to_mean"])))[0].tolist(), expected
    if name == "part_of_seven_trend":
        return np.abs(spc.backfilled(signs(given_["flags"])))[0].tolist(), expected
    if name == "seven_point_trend":
        return spc.trend_ends(np.atleast_2d(np.array(given_["y"], dtype=float)))[
            0
        ].tolist(), expected
    if name.startswith(("two_in_three", "part_of_two_in_three")):
        close, side = np.broadcast_arrays(
            signs(given_["close_to_limits"]) > 0, signs(given_["sign_relative_to_mean"])
        )
        found = spc.two_of_three(close, side)
        return (found & close if name.startswith("part") else found)[0].astype(
            int
        ).tolist(), expected
    if name == "assurance_type":
        return assured(given_), expected
    if name == "point_type_tail2":
        last = spc.xmr(np.array(given_["y"])).directions()[0, -2:]
        return [variation(int(d), "higher").replace("-", "_") for d in last], expected
    return limits(given_, expected, name)


def assured(given_: dict[str, Any]) -> list[str | None]:
    """The assurance of each group, from the limits of its last row."""
    better = {"increase": "higher", "decrease": "lower", "neutral": "neutral"}[
        given_["improvement_direction"]
    ]
    words = {"pass": "consistent_pass", "fail": "consistent_fail", "hit-and-miss": "inconsistent"}
    last = {row["f"]: row for row in given_["rows"]}
    found = [
        spc.assurance(row["lpl"], row["upl"], row["target"], better)
        for _, row in sorted(last.items())
    ]
    return [words.get(word) for word in found]


def limits(given_: dict[str, Any], expected: Any, name: str) -> tuple[object, object]:
    """Limits and counts of a chart, to the digits that were printed."""
    if name == "readme_example_RQM":
        return readme(given_), expected
    y = np.array(given_["y"])
    if name == "xmr_limits":
        chart = spc.xmr(y, screen=given_["screen_outliers"])
        side = np.sign(chart.values - chart.centre)[0].astype(int).tolist()
        found = {
            "mean": printed(float(chart.centre[0, 0]), 7),
            "lpl": printed(float(chart.lower[0, 0]), 7),
            "upl": printed(float(chart.upper[0, 0]), 7),
            "outside_limits_first14": (chart.outside[0, :14] != 0).tolist(),
            "relative_to_mean_first14": side[:14],
            "relative_to_mean_first15": side[:15],
        }
        return {k: found[k] for k in expected}, expected
    groups = given_.get("facet", [0] * len(y))
    rows = [
        summary(y[np.array(groups) == g], g if "facet" in given_ else None)
        for g in sorted(set(groups))
    ]
    return [{k: row[k] for k in e} for row, e in zip(rows, expected, strict=True)], expected


def summary(y: spc.Floats, group: int | None) -> dict[str, Any]:
    chart = spc.xmr(y)
    kinds = [variation(int(d), "higher") for d in chart.directions()[0]]
    return {
        "f": group,
        "mean": printed(float(chart.centre[0, 0]), 3),
        "lpl": printed(float(chart.lower[0, 0]), 3),
        "upl": printed(float(chart.upper[0, 0]), 3),
        "n": len(y),
        "common_cause": kinds.count("common-cause"),
        "special_cause_improvement": kinds.count("improvement"),
    }


def readme(given_: dict[str, Any]) -> dict[str, str]:
    """Type 1 breaches of RQM up to March 2018, as in the package's own README."""
    values = [
        b
        for org, kind, period, _, b in attendances()
        if (org, kind) == ("RQM", "1") and period < "2018-04-01"
    ]
    chart = spc.xmr(np.array(values))
    last = variation(int(chart.directions()[0, -1]), "lower").replace("-", "_")
    word = spc.assurance(
        float(chart.lower[0, -1]), float(chart.upper[0, -1]), given_["target"], "lower"
    )
    return {
        "variation_type": last,
        "assurance_type": {"hit-and-miss": "inconsistent"}.get(word, word),
    }


def attendances() -> list[tuple[str, str, str, float, float]]:
    """Organisation, type, period, attendances and breaches, in order of time."""
    with AE.open(encoding="utf-8") as file:
        rows = [
            (r["org_code"], r["type"], r["period"], float(r["attendances"]), float(r["breaches"]))
            for r in csv.DictReader(file)
        ]
    return sorted(rows, key=lambda r: r[2])


@needs
@pytest.mark.parametrize("case", cases(), ids=lambda c: c["id"])
def test_published_cases(case: dict[str, Any]) -> None:
    """nhs-r-community/NHSRplotthedots at 050b07d, its own tests (MIT)."""
    found, expected = answer(case)
    assert found == expected


@needs
def test_there_are_fifty_cases() -> None:
    assert len(cases()) == 50


def test_screening_by_hand() -> None:
    """methods.md 6.2: one spike in a series of ones and twos."""
    y = np.array([1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], dtype=float)
    chart = spc.xmr(y)
    assert (
        round(chart.centre[0, 0], 2),
        round(chart.upper[0, 0], 2),
        round(chart.lower[0, 0], 2),
    ) == (
        1.94,
        4.60,
        -0.72,
    )
    assert chart.signals(0, 4)[0] == "outside"
    plain = spc.xmr(y, screen=False)
    assert (round(plain.upper[0, 0], 2), round(plain.lower[0, 0], 2)) == (6.95, -3.06)
    ranges = np.abs(np.diff(y))
    assert round(float(ranges.mean()), 3) == 1.882
    assert round(3.267 * float(ranges.mean()), 3) == 6.150
    assert spc.moving_range(y[None, :])[0] == 1.0


# --- a plain recomputation, written apart from the product ----------------------------------------


def plain_chart(y: list[float]) -> dict[str, Any]:
    """The published rules in loops, sharing nothing with the product."""
    n = len(y)
    mean = sum(y) / n
    moving = [abs(b - a) for a, b in itertools.pairwise(y)]
    average = sum(moving) / len(moving)
    kept = [m for m in moving if m < 3.267 * average] or moving
    reach = 2.66 * (sum(kept) / len(kept))
    upper, lower = mean + reach, mean - reach
    side = [(v > mean) - (v < mean) for v in y]
    outside = [v > upper or v < lower for v in y]
    near = [not o and abs(v - mean) > reach * 2 / 3 for v, o in zip(y, outside, strict=True)]
    trend, shift, two = plain_runs(y, side, near)
    label = [side[k] if outside[k] else trend[k] or two[k] or shift[k] for k in range(n)]
    return {
        "mean": mean,
        "upper": upper,
        "lower": lower,
        "label": label,
        "flags": (outside, trend, two, shift),
    }


def plain_runs(
    y: list[float], side: list[int], near: list[bool]
) -> tuple[list[int], list[int], list[int]]:
    """Trend, shift and two of three, in loops."""
    n = len(y)
    steps = [(b > a) - (b < a) for a, b in itertools.pairwise(y)]
    trend = [marked(steps[max(0, k - 6) : k + 6], 6) for k in range(n)]
    shift = [marked(side[max(0, k - 6) : k + 7], 7) for k in range(n)]
    two = [side[k] if near[k] and near_twice(side, near, k) else 0 for k in range(n)]
    return trend, shift, two


def marked(signs: list[int], length: int) -> int:
    """The first sign that comes `length` times in a row."""
    for i in range(len(signs) - length + 1):
        if abs(sum(signs[i : i + length])) == length:
            return signs[i]
    return 0


def near_twice(side: list[int], near: list[bool], k: int) -> bool:
    """Whether any three in a row with point k lie on one side, two of them near the limit."""
    threes = [range(i, i + 3) for i in range(max(0, k - 2), min(k, len(side) - 3) + 1)]
    return any(
        abs(sum(side[i] for i in three)) == 3 and sum(near[i] for i in three) >= 2
        for three in threes
    )


@needs
@pytest.mark.parametrize(
    ("what", "better", "aim"), [("performance", "higher", 95.0), ("breaches", "lower", 1200.0)]
)
def test_every_organisation_equals_a_plain_recomputation(
    what: str, better: str, aim: float
) -> None:
    """NHS England A&E, 36 months: limits, flags, variation and assurance of every organisation and type."""
    series: dict[tuple[str, str], list[float]] = defaultdict(list)
    for org, kind, _, seen, late in attendances():
        if what == "breaches" or seen > 0:
            series[org, kind].append(late if what == "breaches" else 100 * (1 - late / seen))
    whole = {k: v for k, v in series.items() if len(v) == 36}
    assert len(whole) > 100
    charts = spc.xmr(np.array(list(whole.values())))
    directions = charts.directions()
    for row, y in enumerate(whole.values()):
        plain = plain_chart(y)
        assert charts.centre[row, 0] == pytest.approx(plain["mean"], rel=1e-12)
        assert charts.upper[row, 0] == pytest.approx(plain["upper"], rel=1e-12, abs=1e-12)
        assert charts.lower[row, 0] == pytest.approx(plain["lower"], rel=1e-12, abs=1e-12)
        if float(np.ptp(y)) == 0.0:
            continue  # a constant series: the last bit of its mean decides, and neither says anything
        found = (charts.outside, charts.trend, charts.two_of_three, charts.shift)
        for ours, theirs in zip(found, plain["flags"], strict=True):
            assert [bool(f) for f in ours[row]] == [bool(f) for f in theirs]
        assert directions[row].tolist() == plain["label"]
        assert variation(plain["label"][-1], better) == variation(int(directions[row, -1]), better)
        above, below = aim > plain["upper"], aim < plain["lower"]
        word = (
            "hit-and-miss"
            if not above and not below
            else "fail"
            if above == (better == "higher")
            else "pass"
        )
        assert (
            spc.assurance(float(charts.lower[row, -1]), float(charts.upper[row, -1]), aim, better)
            == word
        )


# --- invariants -----------------------------------------------------------------------------------

series_ = st.lists(st.integers(-50, 50), min_size=1, max_size=40)


@given(st.lists(st.lists(st.integers(-50, 50), min_size=20, max_size=20), min_size=1, max_size=6))
def test_many_at_once_equal_one_by_one(rows: list[list[int]]) -> None:
    together = spc.xmr(np.array(rows, dtype=float))
    for k, row in enumerate(rows):
        alone = spc.xmr(np.array(row, dtype=float))
        for name in ("centre", "lower", "upper", "outside", "trend", "two_of_three", "shift"):
            assert (getattr(alone, name)[0] == getattr(together, name)[k]).all(), name


@given(series_, st.sampled_from([-3.0, 0.5, 4.0]), st.integers(-20, 20))
def test_another_unit_tells_the_same(values: list[int], factor: float, moved: int) -> None:
    """Charts do not depend on unit; turned about, high becomes low."""
    y = np.array(values, dtype=float)
    plain, other = spc.xmr(y), spc.xmr(y * factor + moved)
    if len({*values}) > 2 and not near_tie(plain):
        assert (np.abs(other.directions()) == np.abs(plain.directions())).all()
        assert (other.directions() == math.copysign(1, factor) * plain.directions()).all()


def near_tie(chart: spc.Charts) -> bool:
    """Whether a point lies on the mean or a limit but for the last bits."""
    reach = chart.upper - chart.centre
    far = np.abs(chart.values - chart.centre)
    lines = (np.zeros_like(reach), reach, 2 * reach / 3)
    return any(bool((np.abs(far - line) < 1e-9).any()) for line in lines)


@given(series_, series_)
def test_segments_are_charts_of_their_own(first: list[int], second: list[int]) -> None:
    both = spc.xmr(np.array(first + second, dtype=float), starts=(0, len(first)))
    alone = spc.xmr(np.array(second, dtype=float))
    assert (both.centre[0, len(first) :] == alone.centre[0]).all()
    assert (both.directions()[0, len(first) :] == alone.directions()[0]).all()


def test_a_baseline_fixes_the_limits() -> None:
    y = np.array([1.0, 2, 1, 2, 1, 2, 9, 9, 9])
    chart = spc.xmr(y, baseline=6)
    assert chart.centre[0, -1] == 1.5
    assert chart.signals(0, 8)[0] == "outside"


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        spc.xmr(np.array([1.0, math.nan]))


@pytest.mark.parametrize(
    ("lower", "upper", "aim", "better", "word"),
    [
        (1, 3, 4, "higher", "fail"),
        (5, 7, 4, "higher", "pass"),
        (1, 5, 4, "higher", "hit-and-miss"),
        (1, 3, 4, "lower", "pass"),
        (5, 7, 4, "lower", "fail"),
        (1, 5, None, "lower", "unknown"),
        (1, 5, 4, "neutral", "unknown"),
    ],
)
def test_assurance(lower: float, upper: float, aim: float | None, better: str, word: str) -> None:
    """methods.md 6.2, the table of assurance."""
    assert spc.assurance(lower, upper, aim, better) == word
