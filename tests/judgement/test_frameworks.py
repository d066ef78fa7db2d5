"""Frameworks: intervals for what is missing, bands only when all of the interval lies in one, contributions."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor.errors import InputError
from changeadvisor.facts import FactSheet, Single
from changeadvisor.io import rules
from changeadvisor.judgement import run_tests
from changeadvisor.judgement.framework_reader import read_framework
from changeadvisor.judgement.frameworks import Framework, score

DICE = rules.load_framework("dice")
NHS = rules.load_framework("nhs-sustainability")

BASE: dict[str, Any] = {
    "framework": "f",
    "version": "1",
    "question": "q",
    "method": "additive",
    "criteria": [
        {
            "id": "a",
            "fact": "support.sponsor",
            "value": {"kind": "levels", "strong": 1, "moderate": 2, "weak": 3, "opposed": 4},
            "weight": 2,
        },
        {
            "id": "b",
            "fact": "delivery.review_gap",
            "value": {"kind": "linear", "worst": 12, "best": 0},
            "weight": 3,
        },
        {
            "id": "c",
            "fact": "initiative.statutory",
            "value": {"kind": "levels", "true": 1, "false": 0},
            "weight": 1,
        },
    ],
    "bands": [{"upto": 4, "answer": "low"}, {"upto": 8, "answer": "mid"}, {"answer": "high"}],
}


def read(data: dict[str, Any]) -> Framework:
    return read_framework(data, lambda location: "f.yaml:" + ".".join(map(str, location)))


def changed(**more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BASE), **more}


def criterion(**more: Any) -> dict[str, Any]:
    made = changed()
    made["criteria"][1].update(more)
    return made


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (changed(method="weighted"), "one of additive"),
        (criterion(fact="delivery.reviewgap"), "Did you mean `delivery.review_gap`?"),
        (criterion(fact="support.staff"), "`linear` for support.staff; expected `levels`"),
        (criterion(value={"kind": "linear", "worst": 3, "best": 3}), "two different numbers"),
        (
            criterion(
                value={
                    "kind": "steps",
                    "steps": [{"upto": 3, "points": 1}, {"upto": 2, "points": 2}, {"points": 3}],
                }
            ),
            "steps out of order",
        ),
        (
            criterion(value={"kind": "steps", "steps": [{"points": 1}, {"points": 2}]}),
            "steps out of order",
        ),
        (
            criterion(value={"kind": "stepz"}),
            "`stepz`; expected one of linear, points, levels, steps. Did you mean `steps`?",
        ),
        (criterion(weight=-1), "a number ≥ 0"),
        (criterion(id="a"), "`a` again"),
        (
            {
                **changed(),
                "criteria": [{k: v for k, v in BASE["criteria"][0].items() if k != "weight"}],
            },
            "weight: nothing; expected this key",
        ),
        (
            changed(
                criteria=[
                    {**BASE["criteria"][0], "value": {"kind": "levels", "strong": 1, "weak": 2}}
                ]
            ),
            "no points for moderate, opposed",
        ),
        (
            changed(
                criteria=[
                    {
                        **BASE["criteria"][0],
                        "value": {
                            "kind": "levels",
                            "strong": 1,
                            "moderate": 1,
                            "week": 2,
                            "weak": 2,
                            "opposed": 3,
                        },
                    }
                ]
            ),
            "`week`; expected a level of support.sponsor",
        ),
        (
            changed(bands=[{"upto": 8, "answer": "a"}, {"upto": 4, "answer": "b"}]),
            "bands out of order",
        ),
        (
            changed(bands=[{"upto": 8, "answer": "a"}, {"from": 9, "answer": "b"}]),
            "bands out of order",
        ),
        (changed(bands=[{"upto": 8, "answer": "a"}, {"answer": "a"}]), "each band's answer once"),
        (
            changed(
                tests=[{"it": "x", "given": {"support.sponser": "weak"}, "expect": {"band": "low"}}]
            ),
            "Did you mean `support.sponsor`?",
        ),
        (
            changed(
                tests=[{"it": "x", "given": {"support.sponsor": "week"}, "expect": {"band": "low"}}]
            ),
            "Did you mean `weak`?",
        ),
    ],
)
def test_refuses_with_the_place_and_a_mend(data: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(data)
    assert message in str(caught.value)


def test_a_score_with_everything_known() -> None:
    card = score(
        read(BASE),
        FactSheet.of(
            {"support.sponsor": "weak", "delivery.review_gap": 3.0, "initiative.statutory": True}
        ),
    )
    assert (card.low, card.high, card.band, card.missing) == (9.25, 9.25, "high", ())
    by_id = {c.id: c for c in card.contributions}
    assert (by_id["a"].points_low, by_id["a"].gain_available) == (6, 2)
    assert (by_id["b"].points_low, by_id["b"].gain_available) == (2.25, 0.75)
    assert card.known()["score.f"].value == "high"
    assert card.known()["score.f.total"].value == 9.25


@pytest.mark.parametrize(
    ("months", "points"), [(0.0, 3.0), (12.0, 0.0), (24.0, 0.0), (-5.0, 3.0), (6.0, 1.5)]
)
def test_a_line_is_held_to_its_ends(months: float, points: float) -> None:
    card = score(
        read(BASE),
        FactSheet.of(
            {
                "support.sponsor": "strong",
                "delivery.review_gap": months,
                "initiative.statutory": False,
            }
        ),
    )
    assert card.low == 2 + points


def test_what_is_missing_widens_and_raters_widen() -> None:
    made = read(BASE)
    nothing = score(made, FactSheet.of({}))
    assert (nothing.low, nothing.high, nothing.band) == (2, 12, None)
    assert nothing.missing == ("delivery.review_gap", "initiative.statutory", "support.sponsor")
    assert nothing.known() == {}
    differ = score(
        made,
        FactSheet.of(
            {
                "support.sponsor": frozenset({"strong", "moderate"}),
                "delivery.review_gap": 12.0,
                "initiative.statutory": False,
            }
        ),
    )
    assert (differ.low, differ.high, differ.band) == (2, 4, "low")
    assert "score.f" in differ.known()
    assert "score.f.total" not in differ.known()


def test_points_are_the_number_itself() -> None:
    made = read(criterion(value={"kind": "points"}, weight=1))
    assert (
        score(
            made,
            FactSheet.of(
                {
                    "support.sponsor": "strong",
                    "delivery.review_gap": 5.0,
                    "initiative.statutory": False,
                }
            ),
        ).low
        == 7
    )
    assert made.range == (2, 33)


@pytest.mark.parametrize(
    ("total", "band"), [(4.0, "low"), (4.01, "mid"), (8.0, "mid"), (8.01, "high")]
)
def test_bounds_are_inside_their_band(total: float, band: str) -> None:
    assert next(b.answer for b in read(BASE).bands if b.holds(total)) == band


@pytest.mark.parametrize(
    ("total", "band"), [(55, "optimism"), (54.9, "grey"), (45, "grey"), (44.9, "act")]
)
def test_bands_that_fall(total: float, band: str) -> None:
    assert [b.answer for b in NHS.bands if b.holds(total)] == [band]


def test_facts_it_writes() -> None:
    facts = DICE.facts()
    assert list(facts["score.dice"].levels) == ["win", "worry", "woe"]
    assert (
        facts["score.dice.total"].low,
        facts["score.dice.total"].high,
        facts["score.dice.total"].worse,
    ) == (
        7,
        28,
        "higher",
    )
    assert NHS.facts()["score.nhs-sustainability.total"].worse == "lower"
    assert "support.sponsor" in facts["score.dice"].criteria
    assert DICE.cut_points("delivery.review_gap") == (2, 4, 8)
    assert read(BASE).cut_points("delivery.review_gap") == (0, 12)


def test_the_order_of_criteria_changes_nothing() -> None:
    mixed = changed(criteria=BASE["criteria"][::-1])
    assert read(mixed).digest == read(BASE).digest
    sheet = FactSheet.of({"support.sponsor": "weak"})
    assert score(read(mixed), sheet) == score(read(BASE), sheet)


_values: dict[str, list[Single]] = {
    "support.sponsor": ["strong", "moderate", "weak", "opposed"],
    "delivery.review_gap": [0.0, 6.0, 12.0],
    "initiative.statutory": [False, True],
}


@settings(max_examples=60)
@given(st.fixed_dictionaries({n: st.sampled_from([None, *v]) for n, v in _values.items()}))
def test_the_interval_holds_every_filling_and_no_more_is_claimed(
    row: dict[str, Single | None],
) -> None:
    made = read(BASE)
    card = score(made, FactSheet.of({n: v for n, v in row.items() if v is not None}))
    open_facts = [n for n, v in row.items() if v is None]
    cards = [
        score(
            made,
            FactSheet.of(
                {
                    **{n: v for n, v in row.items() if v is not None},
                    **dict(zip(open_facts, way, strict=True)),
                }
            ),
        )
        for way in itertools.product(*(_values[n] for n in open_facts))
    ]
    assert min(c.low for c in cards) == card.low
    assert max(c.high for c in cards) == card.high
    bands = {c.band for c in cards}
    assert card.band is None or bands == {card.band}


# --- the frameworks that come with this -----------------------------------------------------------


@pytest.mark.parametrize("framework", [DICE, NHS], ids=lambda f: f.name)
def test_inline_tests(framework: Framework) -> None:
    results = list(run_tests(framework))
    assert len(results) >= 6
    assert [r for r in results if not r.passed] == []


def dice(d: int, i: int, c1: int, c2: int, e: int) -> FactSheet:
    return FactSheet.of(
        {
            "delivery.review_gap": (1.0, 3.0, 6.0, 9.0)[d - 1],
            "delivery.team": ("very-good", "good", "average", "poor")[i - 1],
            "support.sponsor": ("strong", "moderate", "weak", "opposed")[c1 - 1],
            "support.staff": ("eager", "willing", "reluctant", "opposed")[c2 - 1],
            "delivery.extra_effort": (5.0, 15.0, 30.0, 50.0)[e - 1],
        }
    )


def test_dice_over_all_combinations() -> None:
    """methods.md 1.2: over the 4^5 = 1,024 combinations, 224 win, 288 worry, 512 woe; D + 2I + 2C1 + C2 + E."""
    counts = {"win": 0, "worry": 0, "woe": 0}
    for combination in itertools.product((1, 2, 3, 4), repeat=5):
        card = score(DICE, dice(*combination))
        d, i, c1, c2, e = combination
        assert card.low == card.high == d + 2 * i + 2 * c1 + c2 + e
        assert card.band is not None
        counts[card.band] += 1
    assert counts == {"win": 224, "worry": 288, "woe": 512}


def test_nhs_maxima_by_group() -> None:
    """methods.md 2.1: process 31.1, staff 52.4, organisation 16.5."""
    groups: dict[str, float] = {}
    for c in NHS.criteria:
        groups[c.group] = groups.get(c.group, 0) + c.high
    assert {g: round(v, 1) for g, v in groups.items()} == {
        "Process": 31.1,
        "Staff": 52.4,
        "Organisation": 16.5,
    }


def test_nhs_improvement_potential() -> None:
    """Implementation Science Communications 2021, table 5: largest potential senior leadership, then infrastructure, then behaviours."""
    means = {
        "training": 8.6,
        "senior_leaders": 8.2,
        "behaviour": 6.6,
        "infrastructure": 4.5,
        "credibility": 7.7,
        "monitoring": 4.7,
        "adaptability": 4.3,
        "benefits": 4.5,
    }
    potential = {c.id: round(c.high - means[c.id], 1) for c in NHS.criteria if c.id in means}
    top = sorted(potential.items(), key=lambda p: -p[1])[:3]
    assert top == [("senior_leaders", 6.8), ("infrastructure", 5.0), ("behaviour", 4.4)]


def test_unverified_figures_say_so() -> None:
    for c in NHS.criteria:
        assert "unverified" in c.source
    assert all("unverified" in b.meaning for b in NHS.bands)
