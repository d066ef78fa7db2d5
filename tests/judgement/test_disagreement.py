"""Where the appraisal and the rest of the ledger disagree, it is said; where nothing is known, there is no answer and it is said what to find out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from changeadvisor.advice import Advice, advise, to_json
from changeadvisor.facts import FactSheet, Value
from changeadvisor.judgement import Disagreement, recommend
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme
from changeadvisor.report import board, render
from changeadvisor.report.initiative import initiative_view
from changeadvisor.report.terminal import advice_table
from changeadvisor.words import without_keys
from tests.helpers import programme

# --- the ledger: PA-27 has 4 decibans against stop where the idea works, PA-15 has 10 for stop wher

WORKS: Mapping[str, Value] = {"idea.works": "yes"}


def appraised(**weights: float) -> dict[str, Value]:
    return {
        "results.readings": 9.0,
        **{f"appraisal.{c.replace('_', '-')}": w for c, w in weights.items()},
    }


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({**appraised(persist=-8, stop=8), **WORKS}, ("stop", 16.0, "persist", 4.0)),
        ({**appraised(persist=-2, stop=2), **WORKS}, ("stop", 4.0, "persist", 4.0)),
        ({**appraised(persist=-1.9, stop=2), **WORKS}, None),  # the appraisal leads by less than `enough`
        ({**appraised(persist=-8, stop=8), "need.there": "yes"}, None),  # the rest leads by 2 only
        ({**appraised(persist=8, stop=-8), **WORKS}, None),  # both are for persisting
        ({**appraised(persist=-8, adjust_tactics=8), "need.there": "gone"}, None),  # one course is left
        ({**appraised(persist=-8), **WORKS}, None),  # nothing to compare
        ({**appraised(adjust_strategy=8, stop=-8), **WORKS}, None),  # what the rest is for is not priced
        ({**appraised(persist=-8, stop=8), **WORKS, "initiative.statutory": True}, None),  # a veto took it out
        ({"results.readings": 9.0, **WORKS}, None),
        (WORKS, None),
        ({}, None),
    ],
)  # fmt: skip
def test_strong_disagreement(
    rulebook: Rulebook, facts: Mapping[str, Value], found: tuple[object, ...] | None
) -> None:
    told = recommend(rulebook.action, FactSheet.of(facts)).disagreement
    said = (
        None
        if told is None
        else (told.appraisal, told.appraisal_leads, told.others, told.others_lead)
    )
    assert said == found


def test_the_words_name_both_courses_their_leads_and_the_strongest_reason(
    rulebook: Rulebook,
) -> None:
    told = recommend(
        rulebook.action, FactSheet.of({**appraised(persist=-8, stop=8), **WORKS})
    ).disagreement
    assert told is not None
    assert (told.rule, told.ask) == (
        "PA-27", "Where it is done as designed, do residents get the result it promised?"
    )  # fmt: skip
    (says,) = told.sentences
    assert says == (
        "The appraisal and the other evidence disagree. By what they are worth, stop leads persist (weight of evidence: very strong). By "
        "all else, persist leads stop (fair; most of it: The idea works, so there is something to lose, PA-27)."
    )


def test_packs_without_an_appraisal_have_none(rulebook: Rulebook) -> None:
    assert (
        recommend(rulebook.route, FactSheet.of({"route.commitment": "essential"})).disagreement
        is None
    )


# --- from end to end ------------------------------------------------------------------------------


def flat(**more: Any) -> Programme:
    """Two years of results that never rose, at a high price; people say that the idea works."""
    months = [(2024 + (9 + k) // 12, (9 + k) % 12 + 1) for k in range(22)]
    readings = [
        {"period": f"{year}-{month:02d}-01", "value": 66.6 if k % 2 else 65.4}
        for k, (year, month) in enumerate(months)
    ]
    return programme(
        **{"review_months": 3, "appraisal": {"discount_rate": 0.035, "horizon_years": 10}, **more},
        reference_classes=[{"id": "c", "full": 0.3, "partial": 0.3, "none": 0.4}],
        measures=[{"id": "m", "better": "higher", "observations": readings}],
        initiatives=[
            {
                "id": "a", "title": "A", "stage": "delivery", "started": "2024-11-01", "ends": "2028-10-31",
                "statutory": False, "reference_class": "c", "path": {**PATH, "months_to_target": [8, 12, 16]}, **WORTH,
                "judgements": {k: str(v) for k, v in WORKS.items()},
            }
        ],
    )  # fmt: skip


PATH = {
    "measure": "m", "baseline": 66, "target": 82, "dip": [1, 2, 3], "dip_month": [2, 4, 6], "months_to_target": [12, 18, 30]
}  # fmt: skip
WORTH = {
    "reach": [250, 320, 400], "impact": [1800, 2600, 3900],
    "spend": {"monthly": [60000, 80000, 100000], "after": [20000, 30000, 50000]},
    "options": [{"action": "stop", "cost": 20000, "fade_months": 6}],
}  # fmt: skip


@pytest.fixture(scope="module")
def apart(rulebook: Rulebook) -> Advice:
    return advise(flat(), rulebook)


def test_it_is_said_in_explain_report_table_and_json(apart: Advice) -> None:
    item = apart.initiatives[0]
    assert item.action is not None
    told = item.action.disagreement
    assert isinstance(told, Disagreement)
    assert (told.appraisal, told.others) == ("stop", "persist")
    assert told.sentences[1] == (
        'To settle it, ask somebody who did not start it "Where it is done as designed, do residents get the result it '
        'promised?", and read the next results of m at the review of 31 December 2026.'
    )
    for sentence in told.sentences:
        assert sentence in render.explanation(apart, item)
        assert sentence.replace('"', "&#34;") in render.html(apart)
    assert "The appraisal and the other evidence disagree." in " ".join(
        view.sureness for view in board.board_view(apart).rows
    )
    assert "disagree" in advice_table(apart, 110)
    written = json.loads(to_json(apart))["initiatives"][0]["action"]["disagreement"]
    assert written["others_lead"] == told.others_lead
    assert written["sentences"] == list(told.sentences)


def test_without_reviews_no_date_is_named(rulebook: Rulebook) -> None:
    found = advise(flat(review_months=None), rulebook, parts=("action",)).initiatives[0].action
    assert found is not None
    assert found.disagreement is None or found.disagreement.sentences[1].endswith(
        "read the next results of m."
    )


# --- nothing measured and nobody asked ------------------------------------------------------------

DATED = {"started": "2025-11-01", "ends": "2027-10-31"}
TACTICS = {
    "action": "adjust-tactics",
    "cost": [4e4, 6e4, 9e4],
    "gain": [0, 0.2, 0.5],
    "months": [3, 6, 9],
    "extends": 4,
}
BOTH = {**WORTH, "options": [*WORTH["options"], TACTICS]}


@pytest.mark.parametrize(
    ("initiative", "known", "says"),
    [
        ({}, {}, "cannot be said, since its path does not say enough."),
        ({**DATED, "path": PATH}, {}, "cannot be said, since how many people it reaches, what it is worth to each"),
        ({**DATED, "path": PATH, **WORTH, "options": []}, {}, "cannot be said: only one course can be priced."),
        ({**DATED, "path": PATH, **BOTH, "reference_class": "c"}, {}, "To know how it will end would be worth at most "),
        ({**DATED, "path": PATH, **BOTH}, {}, " (full, partial and none taken as equally likely)."),
        ({**DATED, "path": PATH, **BOTH, "reach": 0}, {}, "To know how it will end would change nothing: "),
        ({**DATED, "path": PATH, **BOTH, "stage": "design", "statutory": True, "declared": "red"}, {}, "To know how it will end"),
        ({**DATED, "path": PATH, **BOTH, "reference_class": "c"}, {"as_of": "2025-12-31"}, "To know how it will end"),
    ],
)  # fmt: skip
def test_there_is_no_answer_and_it_is_said_what_to_find_out_and_what_that_is_worth(
    rulebook: Rulebook, initiative: dict[str, Any], known: dict[str, Any], says: str
) -> None:
    more = {"review_months": 3, "appraisal": {"discount_rate": 0.035, "horizon_years": 10}, **known}
    classes = [{"id": "c", "full": 0.4, "partial": 0.3, "none": 0.3}]
    made = Programme.model_validate(
        {
            **programme(
                measures=[{"id": "m", "better": "higher"}], reference_classes=classes
            ).model_dump(exclude_defaults=True),
            **more,
            "initiatives": [{"id": "a", "title": "A", **initiative}],
        }
    )
    advice = advise(made, rulebook)
    item = advice.initiatives[0]
    assert item.action is not None
    assert item.action.answer is None
    assert item.action.missing[0].question
    for text in (render.explanation(advice, item), render.html(advice)):
        plain = without_keys(text.replace("&#39;", "'"))
        assert says in plain
        assert without_keys(f"Find out first: {item.action.missing[0].question}") in plain
        assert text.count("To know how it will end") <= 1
    questions = [row.text for row in initiative_view(item).answers[0].missing]
    assert all(questions)
    assert len(set(questions)) == len(questions)
