"""The pipeline: what it says of Northfield, and that nothing but the programme, the packs and the seed can change it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

import changeadvisor
from changeadvisor import simulation
from changeadvisor.advice import (
    Advice,
    advise,
    complete,
    judge_initiative,
    missing_overall,
    to_data,
    to_json,
    wording,
)
from changeadvisor.advice.derived import candour_level, candour_steps
from changeadvisor.advice.flips import possible_range
from changeadvisor.facts import can_be_known
from changeadvisor.io import rules
from changeadvisor.judgement import judge
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme, to_plain
from tests.helpers import ROOT, programme


def test_it_has_every_key_of_the_format(northfield_advice: Advice) -> None:
    """formats.md section 2, written out."""
    found = to_data(northfield_advice)
    assert next(iter(found)) == "format"
    assert {
        "format",
        "engine",
        "programme",
        "as_of",
        "input_digest",
        "seed",
        "decisions_needed",
        "initiatives",
        "portfolio",
        "measures",
        "audit",
    } <= set(found)
    one = found["initiatives"][0]
    assert {
        "id",
        "action",
        "route",
        "outlook",
        "tripwires",
        "declared",
        "evidenced",
        "candour",
        "stale",
        "dependants",
    } <= set(one)
    judged = {
        "answer",
        "support",
        "margin",
        "finely_balanced",
        "stands",
        "reasons",
        "rejected",
        "missing",
        "flips",
        "survives_halved_and_doubled_weights",
    }
    assert judged <= set(one["action"])
    assert {*judged, "arrangement"} <= set(one["route"])
    assert {"rule", "for", "decibans", "counted", "evidence", "because", "source"} <= set(
        one["action"]["reasons"][0]
    )
    outlook = {
        "probability",
        "basis",
        "progress_now",
        "progress_expected_now",
        "looks_this_bad_and_succeeds",
        "looks_this_good_and_fails",
        "value",
        "worth_of_waiting",
        "next_review",
    }
    assert outlook <= set(one["outlook"])
    assert {"on", "measure", "below", "then"} <= set(one["outlook"]["next_review"])
    assert {"at_stake", "people", "paths"} <= set(one["dependants"])
    choice = {"chosen", "deferred", "totals", "bound", "gap", "frontier", "core"}
    assert {*choice, "conflicts", "load", "notices"} <= set(found["portfolio"])
    assert {"id", "course", "because"} <= set(found["portfolio"]["chosen"][0])
    assert {"all", "few", "spend", "overspend"} <= set(found["portfolio"]["totals"])
    assert {"few", "all", "bound", "gap", "courses"} <= set(found["portfolio"]["frontier"][0])
    assert all(0.0 <= share <= 1.0 for share in found["portfolio"]["core"].values())
    assert {"id", "points", "ipsative", "normative", "comparative"} <= set(found["measures"][0])
    assert {"targets", "external", "process", "corporate", "with_comparators"} <= set(
        found["audit"]
    )


def test_lists_are_in_the_order_of_the_format(northfield_advice: Advice) -> None:
    found = to_data(northfield_advice)
    assert [i["id"] for i in found["initiatives"]] == sorted(i["id"] for i in found["initiatives"])
    for item in found["initiatives"]:
        for part in ("action", "route"):
            assert [r["rule"] for r in item[part]["reasons"]] == sorted(
                r["rule"] for r in item[part]["reasons"]
            )
            moves = [m["could_move"] for m in item[part]["missing"]]
            assert moves == sorted(moves, reverse=True)
            shares = [f["share"] for f in item[part]["flips"]]
            assert shares == sorted(shares)


def shuffled(value: Any, shuffle: random.Random) -> Any:
    """The same data with every list of records and every map in another order."""
    if isinstance(value, dict):
        items = [(k, shuffled(v, shuffle)) for k, v in value.items()]
        shuffle.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        made = [shuffled(v, shuffle) for v in value]
        if made and all(isinstance(v, dict) for v in made):
            shuffle.shuffle(made)
        return made
    return value


def test_two_runs_and_a_shuffled_one_give_the_same_bytes(
    northfield: Programme, northfield_advice: Advice, rulebook: Rulebook
) -> None:
    assert to_json(advise(northfield, rulebook)) == to_json(northfield_advice)
    mixed = Programme.model_validate(
        shuffled(northfield.model_dump(mode="json", exclude_defaults=True), random.Random(5))
    )
    assert to_json(advise(mixed, rulebook)) == to_json(northfield_advice)


def test_rules_in_another_order_give_the_same_bytes(
    northfield: Programme, northfield_advice: Advice, rulebook: Rulebook
) -> None:
    from changeadvisor.io.documents import read_document
    from changeadvisor.judgement import RulePack, read_pack

    def mixed(name: str) -> RulePack:
        document = read_document(ROOT / "rules" / f"{name}.yaml")
        random.Random(3).shuffle(document.data["rules"])
        return read_pack(document.data, lambda _: "x", rules.vocabulary())

    again = replace(
        rulebook, action=mixed("persist-or-adjust"), route=mixed("top-down-or-bottom-up")
    )
    assert to_json(advise(northfield, again)) == to_json(northfield_advice)


def test_flips_are_confirmed_by_judging_the_changed_sheet(
    northfield_advice: Advice, rulebook: Rulebook
) -> None:
    """A judged fact is changed as a person would change it, scores follow, and the answer is the one the flip names."""
    confirmed = 0
    for item in northfield_advice.initiatives:
        for pack, found in ((rulebook.action, item.action), (rulebook.route, item.route)):
            assert found is not None
            for flip in found.flips:
                if not flip.fact.startswith("latest."):
                    sheet = complete(item.evidence.sheet.changed(flip.fact, flip.at), rulebook)
                    assert judge(pack, sheet).answer == flip.to != found.answer
                    confirmed += 1
    assert confirmed > 40


def test_a_reading_that_flips_is_read_again_by_the_model(rulebook: Rulebook) -> None:
    """Every flip of a latest reading, put into the file, gives what it says when all is advised anew."""
    drawn = simulation.draw(simulation.Worlds(), 12, 4)
    given = simulation.programme(drawn, simulation.Decisions.none(12), 12, range(12))
    before = advise(given, rulebook, parts=("action",))
    flips = [
        (i.id, f)
        for i in before.initiatives
        if i.action
        for f in i.action.flips
        if f.fact.startswith("latest.")
    ]
    data = given.model_dump(mode="json", exclude_defaults=True)
    for _, flip in flips:
        measure = next(m for m in data["measures"] if f"latest.{m['id']}" == flip.fact)
        measure["observations"][-1]["value"] = flip.at
    after = advise(Programme.model_validate(data), rulebook, parts=("action",))
    answers = {i.id: i.action.answer for i in after.initiatives if i.action}
    assert [answers[id] for id, _ in flips] == [f.to for _, f in flips]
    assert len(flips) >= 3


def test_past_spend_changes_nothing(
    northfield: Programme, northfield_advice: Advice, rulebook: Rulebook
) -> None:
    data = northfield.model_dump(mode="json", exclude_defaults=True)
    for initiative in data["initiatives"]:
        initiative.setdefault("spend", {})["to_date"] = 99_000_000
    again = advise(Programme.model_validate(data), rulebook, parts=("action", "route"))
    assert [(i.action, i.route) for i in again.initiatives] == [
        (i.action, i.route) for i in northfield_advice.initiatives
    ]


def test_only_some_parts(rulebook: Rulebook) -> None:
    bare = programme(initiatives=[{"id": "a", "title": "A"}])
    found = to_data(advise(bare, rulebook, parts=("action",)))
    assert (found["portfolio"], found["measures"], found["audit"]) == (None, None, None)
    assert found["initiatives"][0]["route"] is None
    assert found["initiatives"][0]["action"]["answer"] is None
    found = to_data(advise(bare, rulebook, parts=("measures",)))
    assert found["initiatives"][0]["action"] is None
    assert found["measures"] == []


def test_nothing_known_gives_no_answer_and_what_to_ask(rulebook: Rulebook) -> None:
    found = advise(programme(initiatives=[{"id": "a", "title": "A"}]), rulebook)
    item = found.initiatives[0]
    assert item.action is not None
    assert item.action.answer is None
    assert not item.action.stands
    assert item.action.missing
    assert found.notices == (
        "The time between reviews is not given (`review_months`): no review dates can be named.",
    )
    assert found.decisions_needed[0].decision.startswith("No answer yet. Find out first: ")
    assert (found.decisions_needed[0].by, found.decisions_needed[0].before) == (None, None)
    assert item.outlook.next_review is None


def test_an_idea_is_not_asked_how_it_is_done(rulebook: Rulebook) -> None:
    found = advise(
        programme(initiatives=[{"id": "a", "title": "A", "stage": "idea"}]), rulebook
    ).initiatives[0]
    assert found.action is not None
    assert not [
        m.fact
        for m in found.action.missing
        if m.fact.startswith(("doing.", "results.", "sustain."))
    ]
    assert can_be_known("doing.as_designed", "pilot")
    assert can_be_known("doing.as_designed", None)


@pytest.mark.parametrize(
    ("stage", "judgements", "decision"),
    [
        ("idea", {"need.there": "gone"}, "Not start it?"),
        ("delivery", {"need.there": "gone"}, "Stop it?"),
        (
            "delivery",
            {
                "idea.works": "no",
                "doing.as_designed": "yes",
                "idea.better_way": "clear",
                "need.there": "yes",
            },
            "Adjust strategy",
        ),
    ],
)
def test_decisions_in_words(
    rulebook: Rulebook, stage: str, judgements: dict[str, str], decision: str
) -> None:
    made = programme(
        review_months=3,
        initiatives=[
            {
                "id": "a",
                "title": "A",
                "stage": stage,
                "statutory": False,
                "sponsor": "S",
                "judgements": judgements,
            }
        ],
    )
    found = advise(made, rulebook).decisions_needed[0]
    assert found.decision.startswith(decision)
    assert (found.by, str(found.before)) == ("S", "2026-12-31")


def test_going_on_past_a_broken_tripwire_is_a_decision(northfield_advice: Advice) -> None:
    decided = [d for d in northfield_advice.decisions_needed if "A tripwire agreed" in d.decision]
    assert [d.initiative for d in decided] == ["benefits-digital"]


def test_progress_is_told_after_each(rulebook: Rulebook) -> None:
    told: list[tuple[int, int]] = []
    advise(
        programme(initiatives=[{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]),
        rulebook,
        on_progress=lambda *p: told.append(p),
    )
    assert told == [(1, 2), (2, 2)]


def test_missing_overall_names_each_fact_once(northfield_advice: Advice) -> None:
    rows = missing_overall(northfield_advice)
    assert len({(r.initiative, r.fact) for r in rows}) == len(rows)
    moves = [r.could_move or 0 for r in rows]
    assert moves == sorted(moves, reverse=True)


@pytest.mark.parametrize(
    ("declared", "rating", "level", "words"),
    [
        ("green", "red", "much-kinder", "declared 4 steps better than the evidence"),
        ("amber", "amber-red", "kinder", "declared 1 step better than the evidence"),
        ("amber", "amber", "same", "declared as the evidence supports"),
        ("red", "amber", "harsher", "declared 2 steps worse than the evidence"),
    ],
)
def test_candour(declared: str, rating: str, level: str, words: str) -> None:
    assert candour_level(declared, rating) == level
    assert wording.candour(candour_steps(declared, rating)) == words


def test_candour_is_told_where_both_ratings_are_known(northfield_advice: Advice) -> None:
    told = {
        item.id: item.candour for item in northfield_advice.initiatives if item.candour is not None
    }
    assert set(told) == {i.id for i in northfield_advice.initiatives if i.declared and i.evidenced}
    assert told
    assert any(item.candour is None for item in northfield_advice.initiatives)


@pytest.mark.parametrize("id", ["benefits-digital", "care-record", "planning-online"])
def test_one_initiative_is_judged_as_among_all(
    northfield: Programme, northfield_advice: Advice, rulebook: Rulebook, id: str
) -> None:
    """One with a tripwire broken, one on which others hang, and one that is closed."""
    among = northfield_advice.initiative(id)
    alone = judge_initiative(northfield, rulebook, id, flips=True)
    assert among is not None
    # What is proposed hangs on all of them together.
    assert to_plain(alone) == to_plain(replace(among, proposal=None))
    assert (alone.sheet, alone.scorecards) == (among.sheet, among.scorecards)


def test_one_initiative_without_flips_or_route(northfield: Programme, rulebook: Rulebook) -> None:
    among = advise(northfield, rulebook, parts=("action",), flips=False).initiative("care-record")
    alone = judge_initiative(northfield, rulebook, "care-record", questions=("action",))
    assert to_plain(alone) == to_plain(among)
    with pytest.raises(KeyError):
        judge_initiative(northfield, rulebook, "nowhere")


def test_insiders_and_readings_to_come_are_said(rulebook: Rulebook) -> None:
    made = programme(
        measures=[
            {
                "id": "m",
                "better": "higher",
                "every": "month",
                "observations": [{"period": f"2026-{m:02}-01", "value": m} for m in range(7, 12)],
            }
        ],
        initiatives=[
            {
                "id": "a",
                "title": "A",
                "sponsor": "S",
                "started": "2026-07-01",
                "path": {"measure": "m", "baseline": 1, "target": 9},
                "judgements": {"need.there": {"level": "yes", "by": "S"}},
            }
        ],
    )
    notices = advise(made, rulebook).initiatives[0].notices
    assert notices[0].startswith("Every judgement comes from its own sponsor or owner")
    assert notices[1] == "2 readings of m are not known yet."
    assert (
        notices[2]
        == "Where the results stand against the plan cannot be said: its path does not say how many months it should take."
    )


def test_outlook_is_that_of_the_class(rulebook: Rulebook) -> None:
    made = programme(
        reference_classes=[{"id": "c", "full": 0.4}, {"id": "d"}],
        initiatives=[
            {"id": "a", "title": "A", "reference_class": "c"},
            {"id": "b", "title": "B", "reference_class": "d"},
        ],
    )
    found = to_data(advise(made, rulebook))["initiatives"]
    assert found[0]["outlook"]["probability"] == {"full": 0.4, "partial": None, "none": None}
    assert found[0]["outlook"]["basis"] == "class"
    assert (found[1]["outlook"]["probability"], found[1]["outlook"]["basis"]) == (None, None)


def test_numbers_are_tidy_and_json_is_json(northfield_advice: Advice) -> None:
    text = to_json(northfield_advice)
    assert text.endswith("}\n")
    assert json.loads(text)["format"] == "changeadvisor-advice/1"
    assert to_plain({"a": [0.1 + 0.2, -0.0, 3]}) == {"a": [0.3, 0.0, 3]}


@pytest.mark.parametrize(
    ("kind", "unit", "span"),
    [
        ("proportion", "%", (0.0, 100.0)),
        ("count", None, (0.0, 130.0)),
        ("value", None, (-30.0, 130.0)),
        (None, None, (-30.0, 130.0)),
    ],
)
def test_readings_stay_possible(
    kind: str | None, unit: str | None, span: tuple[float, float]
) -> None:
    assert possible_range(kind, unit, -30.0, 130.0) == span


def _advised(**more: Any) -> Any:
    given = {"format": "changeadvisor/1", "programme": "P", "as_of": "2026-09-30", **more}
    return advise(
        Programme.model_validate(given), changeadvisor.load_rulebook(), parts=("action",)
    ).initiatives[0]


def test_a_judgement_dated_after_the_day_of_advice_waits() -> None:
    gone = {"level": "gone", "by": "X", "on": "2027-06-01"}
    one = _advised(
        initiatives=[
            {"id": "a", "title": "A", "stage": "delivery", "judgements": {"need.there": gone}}
        ]
    )
    assert "need.there" not in one.sheet
    assert one.action.answer is None
    assert any("need.there" in notice and "after 2026-09-30" in notice for notice in one.notices)


def test_reach_downstream_is_unknown_where_one_does_not_say() -> None:
    hangs = [{"initiative": "a", "kind": "requires"}]
    a, b = {"id": "a", "title": "A", "reach": 5}, {"id": "b", "title": "B", "depends_on": hangs}
    assert _advised(initiatives=[a, b]).dependants.people is None
    assert _advised(initiatives=[a, {**b, "reach": 100}]).dependants.people == 100


def test_of_a_path_not_begun_no_month_has_passed() -> None:
    one = _advised(
        initiatives=[{"id": "a", "title": "A", "stage": "design", "started": "2031-09-30"}]
    )
    assert one.sheet.get("path.months") == 0
    assert any("begins on 30 September 2031" in notice for notice in one.notices)
