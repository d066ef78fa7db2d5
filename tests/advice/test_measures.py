"""One measure read three ways, neighbours, and what the three say together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from changeadvisor import performance
from changeadvisor.advice import measures
from changeadvisor.advice.measures import attend, read_one
from changeadvisor.io import rules
from changeadvisor.model import Programme
from changeadvisor.performance.own_past import Drawing
from changeadvisor.performance.reading import Performance, read_performance
from changeadvisor.performance.wording import lacking
from tests import councils
from tests.helpers import programme

needs = pytest.mark.skipif(
    not councils.PANEL.exists(), reason="the shared data are not beside this checkout"
)


def months(values: list[float], first: str = "2023-10-01") -> list[dict[str, Any]]:
    start = dt.date.fromisoformat(first)
    return [
        {
            "period": dt.date(
                start.year + (start.month - 1 + k) // 12, (start.month - 1 + k) % 12 + 1, 1
            ),
            "value": v,
        }
        for k, v in enumerate(values)
    ]


def read(how: Any = None, areas: list[dict[str, Any]] | None = None, **measure: Any) -> Performance:
    made = programme(
        areas=areas or [],
        measures=[{"id": "m", "better": "higher", "type": "proportion", "unit": "%", **measure}],
    )
    only = made.measures[0]
    return read_performance(made, only, performance.readings(only, made.as_of), how=how)


WAVY = [50.0, 52, 49, 51, 50, 48, 52, 51, 49, 50, 51, 50] * 2


@pytest.mark.parametrize(
    ("values", "better", "past"),
    [
        (WAVY, "higher", "no-different"),
        ([*WAVY, 60, 61, 60, 62], "higher", "better"),
        ([*WAVY, 60, 61, 60, 62], "lower", "worse"),
        ([*WAVY, 60, 61, 60, 62], "neutral", None),
    ],
)
def test_against_its_own_past(values: list[float], better: str, past: str | None) -> None:
    found = read(observations=months(values), better=better).ipsative
    assert found is not None
    assert found.past == past


def test_a_neutral_measure_is_neither_better_nor_worse() -> None:
    found = read(observations=months([*WAVY, 90]), better="neutral").ipsative
    assert found is not None
    assert found.last.variation == "neither"


def test_few_readings_give_no_chart_and_say_so() -> None:
    found = read(observations=months([1.0, 2]))
    assert found.ipsative is None
    assert "readings" in found.why
    assert "fewer than 3 readings" in lacking("readings")


def test_short_series_have_trial_limits() -> None:
    found = read(observations=months(WAVY[:11])).ipsative
    assert found is not None
    assert found.trial


def test_a_rebase_begins_a_new_segment() -> None:
    found = read(
        observations=months([*WAVY[:12], *(v + 20 for v in WAVY[:12])]),
        rebase=[{"on": "2024-10-01", "because": "counted anew"}],
    ).ipsative
    assert found is not None
    assert found.points[0].centre + 19 < found.points[-1].centre
    assert all(p.variation == "common-cause" for p in found.points)


def test_standard_and_target_are_kept_apart() -> None:
    found = read(observations=months(WAVY), standard=40, target=90, target_date="2027-09-30")
    assert (found.standard.assurance, found.target.assurance) == ("pass", "fail")
    assert found.standard.chance is not None
    assert found.standard.chance.probability > 0.95
    assert found.target.chance is not None
    assert found.target.chance.probability < 0.05
    assert found.standard.distance == pytest.approx(10 + (51 + 50 + 50) / 3 - 50, abs=0.7)


@pytest.mark.parametrize(("target", "met"), [(45, 1.0), (60, 0.0)])
def test_a_target_whose_date_is_past_was_met_or_not(target: float, met: float) -> None:
    found = read(observations=months(WAVY), target=target, target_date="2025-01-31")
    assert found.target.chance is not None
    assert found.target.chance.probability == met


def test_the_present_level_counts_for_the_rules_where_it_moved() -> None:
    """The NHS's chart over the whole series says never; the level of the last year says otherwise."""
    values = [*WAVY, *(v + 12 for v in WAVY[:12])]
    found = read(observations=months(values), target=54, better="higher")
    assert found.target.assurance == "hit-and-miss"
    assert found.target.now == "pass"


# --- other areas ----------------------------------------------------------------------------------


def beside(values: dict[str, float], **more: Any) -> dict[str, Any]:
    return {
        "every": "year",
        "observations": [{"period": "2024-04-01", "value": 50}],
        "comparators": [{"area": a, "period": "2024-04-01", "value": v} for a, v in values.items()],
        "own_area": "us",
        **more,
    }


def test_years_that_begin_in_another_month_are_matched() -> None:
    """England's years are financial, Scotland's calendar."""
    found = read(
        **{
            **beside({}),
            "comparators": [
                {"area": f"s{k}", "period": "2024-01-01", "value": 40 + k} for k in range(5)
            ],
        }
    ).comparative
    assert found is not None
    assert len(found.comparison.levels) == 6


def test_an_area_that_ended_is_not_compared_after_its_end() -> None:
    rows = [{"area": "old", "period": f"{y}-04-01", "value": 30} for y in (2019, 2020, 2021)]
    rows += [
        {"area": f"a{k}", "period": f"{y}-04-01", "value": 40 + k}
        for k in range(5)
        for y in range(2019, 2025)
    ]
    own = [{"period": f"{y}-04-01", "value": 50} for y in range(2019, 2025)]
    found = read(**{**beside({}), "observations": own, "comparators": rows}).comparative
    assert found is not None
    assert "old" not in {level.area for level in found.comparison.levels}
    assert {y.areas for y in found.years} == {5}


def test_a_new_area_takes_the_joint_readings_of_those_it_succeeded_where_sizes_are_known() -> None:
    areas = [
        {"area": "new"},
        {"area": "p", "succeeded_by": "new"},
        {"area": "q", "succeeded_by": "new"},
    ]
    rows = [
        {"area": "p", "period": "2020-04-01", "value": 20, "denominator": 100},
        {"area": "q", "period": "2020-04-01", "value": 50, "denominator": 200},
        {"area": "new", "period": "2024-04-01", "value": 45, "denominator": 300},
    ]
    own = [{"period": f"{y}-04-01", "value": 50, "denominator": 300} for y in (2020, 2024)]
    found = read(
        areas=areas, how="all", **{**beside({}), "observations": own, "comparators": rows}
    ).comparative
    assert found is not None
    assert {level.area for level in found.comparison.levels} == {"new", "us"}


@pytest.mark.parametrize(
    ("how", "names"),
    [
        ("region", {"a", "b"}),
        ("kind", {"a", "c"}),
        ("features", {"a", "c"}),
        ("all", {"a", "b", "c", "d"}),
    ],
)
def test_which_areas_to_compare_with(how: str, names: set[str]) -> None:
    areas = [
        {"area": "us", "kind": "x", "region": "N", "people": 100},
        {"area": "a", "kind": "x", "region": "N", "people": 110},
        {"area": "b", "kind": "y", "region": "N", "people": 100},
        {"area": "c", "kind": "x", "region": "S", "people": 90},
        {"area": "d", "kind": "y", "region": "S", "people": 90},
    ]
    found = read(how, areas, **beside({"a": 1, "b": 2, "c": 3, "d": 4})).comparative
    assert found is not None
    assert (found.how, {level.area for level in found.comparison.levels}) == (how, names | {"us"})


def test_neighbours_listed_by_the_user_come_first() -> None:
    made = Programme.model_validate({
        **programme().model_dump(exclude_defaults=True),
        "organisation": {"neighbours": ["b"]},
        "measures": [{"id": "m", "better": "higher", **beside({"a": 1, "b": 2})}],
    })  # fmt: skip
    measure = made.measures[0]
    found = read_performance(made, measure, performance.readings(measure, made.as_of)).comparative
    assert found is not None
    assert (found.how, [level.area for level in found.comparison.levels]) == ("listed", ["b", "us"])


# --- the three together ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("past", "standard", "others", "answer"),
    [
        ("no-different", "fail", "similar", "standard"),
        ("worse", "pass", "better", "past"),
        ("no-different", "pass", "worse", "others"),
        ("better", "fail", "similar", "standard"),
        ("better", "pass", "similar", "none"),
        (None, None, "much-worse", "others"),
        (None, None, None, None),
    ],
)
def test_which_reading_should_drive_attention(
    past: str | None, standard: str | None, others: str | None, answer: str | None
) -> None:
    assert attend(rules.load_pack("which-lens"), past, standard, others).answer == answer


def test_a_sentence_for_the_combination() -> None:
    """The issue's own example: better than last year, below standard, like its neighbours."""
    made = programme(
        measures=[
            {
                "id": "m",
                "better": "higher",
                "unit": "%",
                "type": "proportion",
                "standard": 80,
                "own_area": "us",
                "observations": months([*WAVY, *(v + 12 for v in WAVY[:8])]),
                "comparators": [
                    {"area": f"a{k}", "period": p["period"], "value": 60 + k}
                    for k in range(5)
                    for p in months([0.0] * 32)
                ],
            }
        ]
    )
    found = read_one(made, made.measures[0], rules.load_pack("which-lens"), 0)
    assert found.says == (
        "Better than its own past; does not meet the standard of 80 % yet; like other areas."
    )
    assert found.attention.answer == "standard"


def test_northfield_as_its_own_command_prints_it(northfield: Programme) -> None:
    part = measures.measures_part(northfield, rules.load_pack("which-lens"), 0)
    data = measures.part_json(part)
    assert '"series"' in data
    assert len(part.measures) == len(northfield.measures)


# --- published councils ---------------------------------------------------------------------------


@needs
@pytest.mark.parametrize("own", ["E06000001", "S12000005", "W06000001", "E06000063"])
@pytest.mark.parametrize("how", ["region", "kind", "all"])
def test_any_council_beside_its_region_or_type(own: str, how: Any) -> None:
    rows = councils.panel()
    made = programme(areas=councils.areas(rows), measures=[councils.measure(own, rows, list(rows))])
    measure = made.measures[0]
    found = read_performance(made, measure, performance.readings(measure, made.as_of), how=how)
    assert found.comparative is not None
    levels = found.comparative.comparison.levels
    assert own in {level.area for level in levels}
    assert len(levels) >= 5
    assert all(0 < level.value < 100 for level in levels)


def test_a_missing_month_does_not_move_the_season() -> None:
    season = [0, 0, 0, 8, 8, 8, 0, 0, 0, -8, -8, -8]
    rows = months([50 + season[k % 12] + WAVY[k % 24] / 50 for k in range(36)], "2023-09-01")
    whole, holed = (read(observations=r).ipsative for r in (rows, [*rows[:14], *rows[15:]]))
    assert whole is not None
    assert holed is not None
    assert (whole.seasonal, holed.seasonal) == (True, True)
    assert (whole.past, holed.past) == ("no-different", "no-different")


def test_the_screen_is_the_users_to_switch() -> None:
    """methods.md 6.2: one spike, screened and not."""
    made = programme(
        measures=[
            {
                "id": "m",
                "better": "higher",
                "observations": months([1.0, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]),
            }
        ]
    )
    measure = made.measures[0]
    series = performance.readings(measure, made.as_of)
    uppers = [
        read_performance(made, measure, series, drawing=drawing).ipsative
        for drawing in (Drawing(), Drawing(screen=False), Drawing(baseline=4))
    ]
    assert [round(own.last.upper, 2) for own in uppers if own] == [4.60, 6.95, 4.16]


def test_without_a_better_way_nothing_is_called_better() -> None:
    made = programme(measures=[{"id": "m", "observations": months(WAVY)}])
    found = read_one(made, made.measures[0], rules.load_pack("which-lens"), 0)
    assert found.says.startswith("Which way is better is not given")
    assert found.attention.answer is None
