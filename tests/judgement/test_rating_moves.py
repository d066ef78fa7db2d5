"""How ratings moved: the table equals the data, says what it says in plain words, and weighs nothing."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from changeadvisor.advice import Advice, advise
from changeadvisor.errors import InputError
from changeadvisor.io import rules
from changeadvisor.judgement import base_rates
from changeadvisor.judgement.base_rates import (
    RATINGS,
    RatingMoves,
    declared_moves,
)
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.judgement.wording import candour_means
from changeadvisor.model import Colour, Programme
from changeadvisor.report import render
from scripts import rating_moves as script
from tests.helpers import programme

MOVES = rules.rating_moves()


# --- the table ------------------------------------------------------------------------------------


def test_what_is_shipped_equals_the_data() -> None:
    if not (script.DATA / "panel.csv").exists():
        pytest.skip("the GMPP panel is not beside this checkout")
    for path, made in script.made().items():
        assert path.read_bytes() == made, f"{path.name} is not fresh; run `make moves`"


def test_the_table_holds_every_case_and_its_source() -> None:
    assert sum(r.cases for r in MOVES.ratings) == 888
    assert "Infrastructure and Projects Authority" in MOVES.source
    assert "Open Government Licence" in MOVES.source


def moves(**rows: tuple[int, int, int, int]) -> RatingMoves:
    """A table of improved, same, worsened and left; ratings not named have one case that stayed."""
    names = ("improved", "same", "worsened", "left")
    found = [rows.get(r.replace("-", "_"), (0, 1, 0, 0)) for r in RATINGS]
    rated = [
        {"rating": r, **dict(zip(names, row, strict=True))}
        for r, row in zip(RATINGS, found, strict=True)
    ]
    return base_rates.read_moves(
        {
            "base_rates": "rating-moves",
            "version": "1",
            "title": "T",
            "source": "S",
            "ratings": rated,
        },
        str,
    )


@pytest.mark.parametrize(
    ("rating", "improved", "same", "worsened"),
    [
        ("green", 0.0, 0.1, 0.9),
        ("amber-green", 0.1, 0.1, 0.8),
        ("amber", 0.2, 0.6, 0.2),
        ("red", 0.9, 0.1, 0.0),
    ],
)
def test_what_chance_alone_would_do(
    rating: Colour, improved: float, same: float, worsened: float
) -> None:
    alone = moves(amber=(1, 2, 2, 1)).by_itself(rating)
    assert dataclasses.astuple(alone) == pytest.approx((improved, same, worsened))


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[:-1],
        lambda rows: [*rows[1:], rows[0]],
        lambda rows: [*rows[:-1], rows[0]],
        lambda rows: [*rows[:-1], {**rows[-1], "improved": 0, "same": 0, "left": 0}],
        lambda rows: [*rows[:-1], {**rows[-1], "same": -1}],
    ],
)
def test_a_table_that_is_not_whole_is_refused(change: Any) -> None:
    data = MOVES.model_dump(mode="json")
    with pytest.raises(InputError):
        base_rates.read_moves({**data, "ratings": change(data["ratings"])}, str)


# --- words ----------------------------------------------------------------------------------------


def test_the_words_of_a_declared_amber() -> None:
    found = declared_moves(MOVES, "amber")
    assert (found.cases, round(found.improved, 3)) == (378, 0.172)
    assert found.sentences[:2] == (
        (
            "Declared amber. Of 378 government major projects rated amber, a year later 17 in 100 were rated better, 45 the "
            "same and 16 worse; 21 were no longer listed, and why is unknown."
        ),
        "Had each next rating been drawn from all ratings, 29 in 100 would have improved by themselves, and 29 worsened.",
    )


@pytest.mark.parametrize("rating", RATINGS)
def test_an_extreme_rating_is_said_to_move_by_itself_and_what_cannot_be_is_not_said(
    rating: Colour,
) -> None:
    text = " ".join(declared_moves(MOVES, rating).sentences)
    extreme = rating in ("green", "red")
    assert ("regression to the mean" in text) == extreme
    assert (" 0 in 100" in text) is False
    assert ("better" in text) == (rating != "green")
    assert ("worse" in text) == (rating != "red")
    assert "They weigh nothing in the answer." in text


@pytest.mark.parametrize(
    ("declared", "evidenced", "says"),
    [
        (
            "amber",
            "amber",
            "Its owners and its results say the same: significant issues, resolvable.",
        ),
        (
            "amber",
            "amber-red",
            (
                "Declared amber says: significant issues, resolvable. The results support amber-red: in doubt. Of government "
                "major projects rated amber-red, 41 in 100 were rated better a year later. Until results show it, go by what "
                "they support."
            ),
        ),
        (
            "green",
            "red",
            (
                "Declared green says: on course. The results support red: not achievable as things stand. Of government major "
                "projects rated red, 53 in 100 were rated better a year later, by whatever step; here it takes 4. Until "
                "results show it, go by what they support."
            ),
        ),
        (
            "red",
            "amber-green",
            (
                "Declared red says: not achievable as things stand. The results support amber-green: probably on course. Its "
                "owners may know what the measure does not show yet, or take an expected dip for failure: ask which. Of "
                "government major projects rated red, 53 in 100 were rated better a year later."
            ),
        ),
    ],
)
def test_what_the_step_between_declared_and_evidenced_means(
    declared: Colour, evidenced: Colour, says: str
) -> None:
    assert candour_means(declared, evidenced, MOVES) == says
    without = candour_means(declared, evidenced, None)
    assert without.split(". ")[0] in says
    assert "government" not in without


# --- in the advice --------------------------------------------------------------------------------


def rated(**more: Any) -> Programme:
    return programme(initiatives=[{"id": "a", "title": "A", **more}])


@pytest.mark.parametrize(
    ("more", "there"),
    [({"declared": "amber"}, True), ({}, False), ({"declared": "amber", "stage": "closed"}, False)],
)
def test_it_is_said_where_a_rating_is_declared(
    more: dict[str, Any], there: bool, rulebook: Rulebook
) -> None:
    advice = advise(rated(**more), rulebook)
    item = advice.initiatives[0]
    assert (item.declared_moves is not None) == there
    text = render.explanation(advice, item)
    assert ("Of 378 government major projects rated amber" in text) == there
    assert ("Of 378 government major projects rated amber" in render.html(advice)) == there


def test_every_rating_of_a_programme_has_its_words(northfield_advice: Advice) -> None:
    for item in northfield_advice.initiatives:
        closed = item.evidence.initiative.stage == "closed"
        assert (item.declared_moves is None) == (item.declared is None or closed)
        assert (item.candour_means is None) == (item.candour is None or closed)
    assert [t.pack for t in northfield_advice.engine.tables] == ["rating-moves"]
    assert northfield_advice.engine.tables[0].digest == MOVES.digest


def test_it_enters_neither_the_ledger_nor_the_curve(
    northfield: Programme, northfield_advice: Advice, rulebook: Rulebook
) -> None:
    other_moves = dataclasses.replace(rulebook, moves=moves(red=(99, 1, 0, 0)))
    again = advise(northfield, other_moves, parts=("action", "route"))
    for one, other in zip(northfield_advice.initiatives, again.initiatives, strict=True):
        assert (one.action, one.route, one.outlook) == (other.action, other.route, other.outlook)
        assert one.sheet == other.sheet
    assert not any(
        re.search(r"moves|base_rate", name)
        for item in northfield_advice.initiatives
        for name in item.sheet
    )


# --- out of time ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "whole", "limits"),
    [(0, 6, (0.0, 0.3903)), (6, 6, (0.6097, 1.0)), (5, 10, (0.2366, 0.7634))],
)
def test_limits_of_a_share(part: int, whole: int, limits: tuple[float, float]) -> None:
    assert script.wilson(part, whole) == pytest.approx(limits, abs=5e-4)


def test_brier_sums_over_the_moves() -> None:
    told = {"improved": 0.5, "same": 0.5, "worsened": 0.0, "left": 0.0}
    assert script.brier(told, "same") == pytest.approx(0.5)
    assert script.brier(told, "left") == pytest.approx(1.5)


def test_a_forecast_of_its_own_past_lies_within_the_limits() -> None:
    found = [
        script.Case(f"{rating}{k}", "2016", rating, script.MOVES[k % 4 if 0 < i < 4 else 1])
        for i, rating in enumerate(RATINGS)
        for k in range(40)
    ]
    told = script.forecasts(found)
    cells = script.reliability(found, told["the shares of each rating"])
    assert len(cells) == 18
    assert all(c.within for c in cells)
    assert script.picture(cells) == script.picture(cells)
    same = script.scores(found, told["the shares of each rating"])
    assert script.interval(found, [0.0] * len(same)) == (0.0, 0.0)
