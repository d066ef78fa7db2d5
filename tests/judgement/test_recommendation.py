"""Packs, the ledger, the recommendation and the batch."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor.errors import InputError, JudgementError
from changeadvisor.facts import (
    FactSheet,
    Known,
    Single,
    Value,
)
from changeadvisor.judgement import (
    Lever,
    Recommendation,
    RulePack,
    judge,
    lever_for,
    read_pack,
    recommend,
    run_tests,
)
from changeadvisor.judgement.batch import columns_of, judge_batch
from changeadvisor.judgement.pack import cut_points, probe_points
from changeadvisor.model import to_plain
from tests.helpers import ROOT, untested

GOLDEN = ROOT / "tests" / "golden" / "pack_faults.txt"
WORKING = ROOT / "tests" / "golden" / "recommendation.txt"

FACTS = {
    "mood": {"levels": ["good", "fair", "bad"]},
    "help": {"levels": ["much", "some", "none"]},
    "months": {"unit": "months", "range": [0, 60], "worse": "higher"},
    "legal": {},
    "worth": {"unit": "decibans", "range": [-30, 30]},
}


def rule(id: str, when: object, then: str, weight: object = None, **more: Any) -> dict[str, Any]:
    made = {"id": id, "when": when, "then": then, **more}
    return made if weight is None else {**made, "weight": weight}


def data(rules: Sequence[Mapping[str, Any]], combine: str = "weigh", **more: Any) -> dict[str, Any]:
    return {
        "pack": "p",
        "version": "1.0.0",
        "question": "q",
        "answers": ["go", "mend", "end"],
        "combine": combine,
        "parameters": {
            "tie": {"value": 1},
            "close": {"value": 3},
            "enough": {"value": 4},
            "cap": {"value": 20},
        },
        "facts": copy.deepcopy(FACTS),
        "rules": [dict(r) for r in rules],
        **more,
    }


def read(source: Mapping[str, Any]) -> RulePack:
    return read_pack(source, lambda location: "p.yaml:" + ".".join(map(str, location)))


def pack(*rules: Mapping[str, Any], combine: str = "weigh", **more: Any) -> RulePack:
    return read(data(rules, combine, **more))


def sheet(**values: Value) -> FactSheet:
    return FactSheet.of(values)


GOOD = rule("R1", "mood is good", "go", 7, evidence="mood", because="all is well", source="s")
BAD = rule("R2", "mood is bad", "end", 4, evidence="mood")
HELP = rule("R3", "help is none", "mend", 4, evidence="help")
LATE = rule("R4", "months >= 6", "end", 2, evidence="time")
LAW = rule("R5", "legal is true", "end", veto=True, because="the law requires it")


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answers": ["go"]}, "answers: "),
        ({"answers": ["go", "go", "end", "mend"]}, "each answer once"),
        ({"combine": "weight"}, "one of weigh, unique, first. Did you mean `weigh`?"),
        ({"rulez": []}, "unknown key `rulez`"),
        (
            {"rules": [rule("R1", "mood is good", "goo", 4)]},
            "one of go, mend, end. Did you mean `go`?",
        ),
        ({"rules": [rule("R1", "mood is good", "xyz", 4)]}, "`xyz`; expected one of go, mend, end"),
        ({"rules": [rule("R1", "mood is good", "go", 3)]}, "one of 1, 2, 4, 7, 10 decibans"),
        ({"rules": [rule("R1", "mood is good", "go")]}, "a `weight`, or `veto: true`"),
        (
            {"rules": [rule("R1", "mood is good", "go", 4, veto=True)]},
            "a `weight`, or `veto: true`",
        ),
        ({"rules": [{"id": "R1", "then": "go", "weight": 4}]}, "nothing; expected a condition"),
        ({"rules": [GOOD, GOOD]}, "rules[R1].id: `R1` again"),
        (
            {"rules": [GOOD], "retired": ["R1"]},
            "`R1`, which is retired; expected an id used once and never retired",
        ),
        ({"rules": [rule("R1", "moood is good", "go", 4)]}, "Did you mean `mood`?"),
        (
            {"rules": [rule("R1", "mood is good", "go", 4, unless="mood is wonderful")]},
            "rules[R1].unless",
        ),
        (
            {"rules": [rule("R1", None, "go", {"fact": "wort", "cap": 3})]},
            "a fact that is a number. Did you mean `worth`?",
        ),
        (
            {"rules": [rule("R1", None, "go", {"fact": "mood", "cap": 3})]},
            "a fact that is a number",
        ),
        (
            {"rules": [rule("R1", None, "go", {"fact": "zzzz", "cap": 3})]},
            "`zzzz`; expected a fact that is a number",
        ),
        (
            {"rules": [rule("R1", None, "go", {"fact": "worth", "cap": "$lid"})]},
            "`$lid`; expected a number above 0",
        ),
        ({"rules": [rule("R1", None, "go", {"fact": "worth", "cap": 0})]}, "a number above 0"),
        (
            {"combine": "unique", "rules": [rule("R1", "mood is good", "go", 4)]},
            "none where a pack combines by `unique`",
        ),
        (
            {"combine": "first", "rules": [rule("R1", "mood is good", "go", veto=True)]},
            "a weight or veto",
        ),
        ({"parameters": {"tie": {"value": "x"}}}, "a number, 0 or more"),
        ({"parameters": {"enough": {"value": -1}}}, "a number, 0 or more"),
        ({"parameters": {"close": {"value": True}}}, "a number, 0 or more"),
        (
            {
                "rules": [
                    {**GOOD, "tests": [{"it": "x", "given": {"mod": "good"}, "expect": "fired"}]}
                ]
            },
            "a fact of the vocabulary. Did you mean `mood`?",
        ),
        (
            {
                "rules": [
                    {**GOOD, "tests": [{"it": "x", "given": {"mood": "god"}, "expect": "fired"}]}
                ]
            },
            "one of good, fair, bad. Did you mean `good`?",
        ),
        (
            {
                "rules": [
                    {**GOOD, "tests": [{"it": "x", "given": {"months": "six"}, "expect": "fired"}]}
                ]
            },
            "a number (months)",
        ),
    ],
)
def test_refuses_with_the_place_and_a_mend(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read({**data([GOOD]), **change})
    assert message in str(caught.value)
    assert "p.yaml:" in str(caught.value)


def test_every_refusal_word_for_word() -> None:
    """The whole text of every fault above, kept beside the tests."""
    cases = next(
        m for m in test_refuses_with_the_place_and_a_mend.pytestmark if m.name == "parametrize"
    ).args[1]
    texts = []
    for change, _ in cases:
        with pytest.raises(InputError) as caught:
            read({**data([GOOD]), **change})
        texts.append(str(caught.value))
    assert texts == GOLDEN.read_text(encoding="utf-8").split("\n---\n")[:-1]


def test_lists_every_fault_at_once() -> None:
    with pytest.raises(InputError) as caught:
        pack(rule("A", "moood is good", "goo", 3), rule("B", "mood is gut", "go", 5))
    assert len(caught.value.faults) == 5


def test_rules_stand_by_id_but_as_written_in_first() -> None:
    assert [r.id for r in pack(HELP, GOOD).rules] == ["R1", "R3"]
    plain = [rule("B", "mood is good", "go"), rule("A", "mood is bad", "end")]
    assert [r.id for r in pack(*plain, combine="first").rules] == ["B", "A"]


def test_digest_is_of_the_canonical_pack() -> None:
    assert pack(GOOD, HELP).digest == pack(HELP, GOOD).digest
    assert pack(GOOD, HELP).digest != pack(GOOD, {**HELP, "weight": 2}).digest
    plain = [rule("B", "mood is good", "go"), rule("A", "mood is bad", "end")]
    assert pack(*plain, combine="first").digest != pack(*plain[::-1], combine="first").digest
    assert pack(GOOD).digest.startswith("sha256:")


# --- inline tests ---------------------------------------------------------------------------------


def test_inline_tests_show_what_the_rule_does() -> None:
    examples = [
        {"it": "fires", "given": {"mood": "good"}, "expect": "fired"},
        {"it": "silent", "given": {"mood": ["fair", "bad"]}, "expect": "silent"},
        {"it": "raters differ", "given": {"mood": ["good", "bad"]}, "expect": "unknown"},
        {"it": "wrong", "given": {}, "expect": "fired"},
    ]
    results = list(run_tests(pack({**GOOD, "tests": examples})))
    assert [r.passed for r in results] == [True, True, True, False]
    assert (results[3].rule, results[3].expected, results[3].found) == ("R1", "fired", "unknown")
    assert untested(pack({**GOOD, "tests": examples[:1]}).rules[0]) == ("silent", "unknown")


# --- the ledger -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "facts", "answer", "support", "margin"),
    [
        ([GOOD], {"mood": "good"}, "go", (7, 0, 0), 7),
        ([GOOD], {"mood": "bad"}, None, (0, 0, 0), 0),
        ([GOOD], {}, None, (0, 0, 0), 0),
        # Less than `enough` in all: no answer, however clear.
        ([LATE], {"months": 9.0}, None, (0, 0, 2), 2),
        ([BAD], {"mood": "bad"}, "end", (0, 0, 4), 4),
        # A tie is no answer.
        ([BAD, HELP], {"mood": "bad", "help": "none"}, None, (0, 4, 4), 0),
        # Below `tie` there is none either; at it there is.
        (
            [BAD, HELP, rule("R6", "legal is true", "end", 1)],
            {"mood": "bad", "help": "none", "legal": True},
            "end",
            (0, 4, 5),
            1,
        ),
        # Weights may speak against.
        (
            [GOOD, rule("R6", "legal is true", "go", -4)],
            {"mood": "good", "legal": True},
            "go",
            (3, 0, 0),
            3,
        ),
        ([rule("R6", "legal is true", "go", -4)], {"legal": True}, None, (-4, 0, 0), 0),
        # A veto takes its answer out; what it had it keeps.
        (
            [BAD, HELP, LATE, LAW],
            {"mood": "bad", "help": "none", "months": 9.0, "legal": True},
            "mend",
            (0, 4, 6),
            4,
        ),
        ([BAD, LAW], {"mood": "bad", "legal": True}, None, (0, 0, 4), 0),
    ],
)
def test_counts(
    rules: list[dict[str, Any]],
    facts: dict[str, Value],
    answer: str | None,
    support: tuple[float, ...],
    margin: float,
) -> None:
    ledger = judge(pack(*rules), sheet(**facts))
    assert (ledger.answer, tuple(ledger.support.values()), ledger.margin) == (
        answer,
        support,
        margin,
    )


def test_one_answer_left_needs_no_margin() -> None:
    out = [
        rule("V1", "legal is true", "end", veto=True),
        rule("V2", "legal is true", "mend", veto=True),
    ]
    ledger = judge(pack(GOOD, *out), sheet(mood="good", legal=True))
    assert (ledger.answer, ledger.margin) == ("go", None)
    none = judge(
        pack(GOOD, *out, rule("V3", "legal is true", "go", veto=True)),
        sheet(mood="good", legal=True),
    )
    assert (none.answer, none.margin) == (None, None)


def test_without_thresholds_only_a_tie_is_no_answer() -> None:
    free = pack(rule("A", "legal is true", "go", 1), parameters={})
    assert judge(free, sheet(legal=True)).answer == "go"
    assert judge(free, sheet(legal=False)).answer is None


COUNTED = [
    # (rules, facts, ids counted)
    # Within one body of evidence the largest each way counts for an answer.
    ([("A", "go", 4), ("B", "go", 7), ("C", "go", -2), ("D", "go", -4)], {"B", "D"}),
    # Ties go to the lower id.
    ([("B", "go", 4), ("A", "go", 4)], {"A"}),
    # Another answer is another count.
    ([("A", "go", 4), ("B", "end", 4)], {"A", "B"}),
    ([("A", "go", 4), ("B", "end", -4), ("C", "end", -7)], {"A", "C"}),
]


@pytest.mark.parametrize(("rules", "counted"), COUNTED)
def test_evidence_counts_once(rules: list[tuple[str, str, int]], counted: set[str]) -> None:
    made = pack(*(rule(i, "legal is true", a, w, evidence="one") for i, a, w in rules))
    found = recommend(made, sheet(legal=True))
    assert {r.rule for r in found.reasons if r.counted} == counted
    assert {r.rule for r in found.reasons} == {i for i, _, _ in rules}


def test_rules_without_evidence_stand_for_themselves() -> None:
    made = pack(rule("A", "legal is true", "go", 4), rule("B", "legal is true", "go", 4))
    assert judge(made, sheet(legal=True)).support["go"] == 8


APPRAISAL = rule("AP", None, "go", {"fact": "worth", "cap": "$cap"}, evidence="mood")


@pytest.mark.parametrize(
    ("worth", "support"),
    [
        (5.5, 5.5),
        (50.0, 20.0),
        (-50.0, -20.0),
        (float("inf"), 20.0),
        (float("-inf"), -20.0),
        (0.0, 0.0),
    ],
)
def test_the_appraisal_speaks_once_and_is_capped(worth: float, support: float) -> None:
    ledger = judge(pack(APPRAISAL, GOOD, BAD, HELP), sheet(worth=worth, mood="good", help="none"))
    assert ledger.support == {"go": support, "mend": 4, "end": 0}
    assert ledger.counted == (True, False, False, True)


def test_without_an_appraisal_its_rule_waits_and_the_others_count() -> None:
    found = recommend(pack(APPRAISAL, GOOD), sheet(mood="good"))
    assert found.support["go"] == 7
    assert [m.fact for m in found.missing] == ["worth"]
    assert found.missing[0].could_move == 27  # from +7 to the cap of -20


def test_an_appraisal_may_have_a_condition() -> None:
    made = pack({**APPRAISAL, "when": "legal is true"})
    assert judge(made, sheet(worth=9.0, legal=False)).support["go"] == 0
    assert judge(made, sheet(worth=9.0, legal=True)).support["go"] == 9
    assert made.states(sheet(legal=False)) == ("silent",)
    assert made.states(sheet(legal=True)) == ("unknown",)


def test_halving_and_doubling_leaves_the_appraisal_alone() -> None:
    made = pack({**APPRAISAL, "evidence": "money"}, HELP)
    assert (
        recommend(made, sheet(worth=6.0, help="none")).survives is False
    )  # doubled, mend would win
    assert recommend(made, sheet(worth=12.0, help="none")).survives is True
    assert (
        recommend(pack(GOOD), sheet(mood="good")).survives is False
    )  # halved, 3.5 is less than enough
    assert recommend(pack(GOOD, HELP), sheet(mood="good", help="much")).survives is False
    assert recommend(pack({**GOOD, "weight": 10}), sheet(mood="good")).survives is True
    assert recommend(pack(GOOD), sheet()).survives is None


def test_a_band_inherits_the_evidence_of_its_criteria() -> None:
    from changeadvisor.facts import VOCABULARY, Fact

    score = Fact(
        "score.s", "s", "framework", levels={"fine": "", "poor": ""}, criteria=("mood", "help")
    )
    rules = [
        BAD,
        rule("R6", "help is none", "end", 4, evidence="help"),
        rule("S1", "score.s is poor", "end", 2),
    ]
    made = read_pack(data(rules), lambda _: "p", {**VOCABULARY, "score.s": score})
    assert made.rules[2].evidence == {"S1", "mood", "help"}
    both = judge(made, FactSheet.of({"mood": "bad", "help": "much", "score.s": "poor"}))
    assert both.support["end"] == 4
    alone = judge(made, FactSheet.of({"mood": "fair", "help": "much", "score.s": "poor"}))
    assert alone.support["end"] == 2
    found = recommend(made, FactSheet.of({"mood": "fair"}))
    assert [m.fact for m in found.missing] == ["help"]  # the score is asked for by its criteria


# --- unique and first -----------------------------------------------------------------------------

TABLE = [
    rule("A", "mood is good", "go"),
    rule("B", "mood is fair", "mend"),
    rule("C", "mood is bad", "end"),
]


@pytest.mark.parametrize(
    ("combine", "rules", "facts", "answer"),
    [
        ("unique", TABLE, {"mood": "fair"}, "mend"),
        ("unique", TABLE, {}, None),
        ("unique", TABLE[:1], {"mood": "bad"}, None),
        ("unique", [*TABLE, rule("D", "legal is true", "go")], {"mood": "bad"}, None),
        (
            "unique",
            [*TABLE, rule("D", "legal is true", "go")],
            {"mood": "bad", "legal": False},
            "end",
        ),
        ("first", TABLE, {"mood": "bad"}, "end"),
        ("first", [*TABLE, rule("D", "legal is true", "go")], {"mood": "bad"}, "end"),
        ("first", [rule("D", "legal is true", "go"), *TABLE], {"mood": "bad"}, None),
        ("first", [rule("D", "legal is true", "go"), *TABLE], {"mood": "bad", "legal": True}, "go"),
        ("first", TABLE[:1], {"mood": "bad"}, None),
        ("first", TABLE, {}, None),
    ],
)
def test_tables(
    combine: str, rules: list[dict[str, Any]], facts: dict[str, Value], answer: str | None
) -> None:
    made = pack(*rules, combine=combine)
    found = recommend(made, sheet(**facts))
    assert found.answer == answer
    assert found.margin is None
    assert all(m.could_move is None for m in found.missing)
    batch = judge_batch(made, columns_of(made, {n: [v] for n, v in facts.items()}), 1)  # type: ignore[list-item]
    assert (None if batch.answer[0] < 0 else made.answers[batch.answer[0]]) == answer


def test_two_fired_where_one_may_is_an_error() -> None:
    made = pack(*TABLE, rule("D", "legal is true", "go"), combine="unique")
    with pytest.raises(JudgementError, match="C, D fired together"):
        judge(made, sheet(mood="bad", legal=True))
    columns = columns_of(made, {"mood": ["good", "bad"], "legal": [False, True]})
    with pytest.raises(JudgementError, match="C, D fired together in row 2"):
        judge_batch(made, columns, 2)


# --- missing, stands, flips -----------------------------------------------------------------------


def test_missing_says_by_how_much_an_answer_could_move() -> None:
    found = recommend(pack(GOOD, BAD, HELP, LATE), sheet())
    assert [(m.fact, m.could_move) for m in found.missing] == [
        ("mood", 7),
        ("help", 4),
        ("months", 2),
    ]
    assert found.missing[0].question == "What is mood?"


def test_missing_counts_only_what_is_not_already_counted() -> None:
    strong = rule("R0", "legal is true", "end", 7, evidence="mood")
    found = recommend(pack(strong, BAD), sheet(legal=True))
    assert found.missing == ()


def test_a_veto_could_move_an_answer_by_the_whole_scale() -> None:
    found = recommend(pack(BAD, LAW), sheet(mood="bad"))
    assert [(m.fact, m.could_move) for m in found.missing] == [("legal", 10)]
    assert found.stands is False


def test_missing_takes_the_best_case_of_the_other_unknowns() -> None:
    both = rule("R6", {"all": ["mood is bad", "help is none"]}, "end", 7)
    found = recommend(pack(both), sheet())
    assert [(m.fact, m.could_move) for m in found.missing] == [("help", 7), ("mood", 7)]


@pytest.mark.parametrize(
    ("rules", "facts", "stands"),
    [
        ([GOOD], {"mood": "good"}, True),
        ([GOOD, HELP], {"mood": "good"}, True),  # 7 to 4 still leads by 3
        ([GOOD, {**HELP, "weight": 7}], {"mood": "good"}, False),
        ([GOOD, rule("R6", "help is none", "go", -4)], {"mood": "good"}, True),
        ([BAD, rule("R6", "help is none", "end", -4)], {"mood": "bad"}, False),
        ([{**GOOD, "weight": 10}, LAW], {"mood": "good"}, True),  # a veto on another answer
        ([BAD, LAW], {"mood": "bad"}, False),
        ([GOOD, HELP], {}, False),
        ([LATE], {}, True),  # nothing that could come out would be enough
        ([GOOD, APPRAISAL], {"mood": "good"}, False),
        (
            [
                {**GOOD, "weight": 10},
                {**APPRAISAL, "evidence": "x", "weight": {"fact": "worth", "cap": 5}},
            ],
            {"mood": "good"},
            True,
        ),
    ],
)
def test_stands(rules: list[dict[str, Any]], facts: dict[str, Value], stands: bool) -> None:
    assert recommend(pack(*rules), sheet(**facts)).stands is stands


@pytest.mark.parametrize(
    ("combine", "rules", "facts", "stands"),
    [
        ("first", [rule("D", "legal is true", "end"), *TABLE], {"mood": "bad"}, False),
        ("unique", [*TABLE, rule("D", "legal is true", "go")], {"mood": "bad"}, False),
        ("first", [*TABLE, rule("D", "legal is true", "go")], {"mood": "bad"}, True),
    ],
)
def test_tables_stand(
    combine: str, rules: list[dict[str, Any]], facts: dict[str, Value], stands: bool
) -> None:
    assert recommend(pack(*rules, combine=combine), sheet(**facts)).stands is stands


def test_too_many_fillings_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from changeadvisor.judgement import unknowns

    # `help is none` tells no more than two kinds of values apart.
    monkeypatch.setattr(unknowns, "FILLINGS", 1)
    assert recommend(pack(GOOD, HELP), sheet(mood="good")).stands is False
    assert recommend(pack(HELP), sheet()).stands is False


def test_flips_are_the_smallest_changes_confirmed() -> None:
    made = pack(GOOD, BAD, HELP, {**LATE, "weight": 10})
    found = recommend(made, sheet(mood="good", help="much", months=3.0))
    by_fact = {f.fact: f for f in found.flips}
    assert set(by_fact) == {"mood", "months"}
    assert (by_fact["months"].to, by_fact["months"].before, by_fact["months"].at) == (
        "end",
        3.0,
        6.0,
    )
    assert by_fact["months"].share == pytest.approx(3 / 60)
    assert (by_fact["mood"].to, by_fact["mood"].before, by_fact["mood"].at) == (
        None,
        "good",
        "fair",
    )
    assert found.flips[0].fact == "months"
    assert by_fact["months"].change == "months: from 3 to 6 gives end"


def test_a_number_falls_just_below_its_cut() -> None:
    found = recommend(pack({**LATE, "weight": 10}), sheet(months=9.0))
    assert (found.flips[0].at, found.flips[0].to) == (5.99, None)


def test_raters_who_differ_may_flip_to_one_of_their_levels() -> None:
    found = recommend(pack(GOOD), sheet(mood=frozenset({"good", "fair"})))
    assert found.answer is None
    assert (found.flips[0].before, found.flips[0].at, found.flips[0].to) == (
        "fair or good",
        "good",
        "go",
    )


def test_a_continuous_lever_is_searched_outwards() -> None:
    made = pack({**LATE, "weight": 10})
    base = sheet(months=3.0)

    def at(reading: Single) -> FactSheet:
        return base.changed("months", float(reading) / 10)

    lever = Lever(
        "latest.x",
        30.0,
        (),
        at,
        20.0,
        lambda v: abs(float(v) - 30.0),
        (0.0, 100.0),
        "latest reading",
    )
    found = recommend(made, base, [lever])
    assert found.flips[0].to == "end"
    assert 60.0 <= float(found.flips[0].at) <= 60.2
    assert judge(made, at(found.flips[0].at)).answer == "end"
    assert (
        recommend(made, base, [Lever("l", 30.0, (), at, 20.0, lambda v: 0.0, (0.0, 50.0))]).flips
        == ()
    )


def test_a_flip_into_an_overlap_gives_no_answer() -> None:
    made = pack(*TABLE, rule("D", "legal is true", "go"), combine="unique")
    found = recommend(made, sheet(mood="bad", legal=False))
    assert next(f for f in found.flips if f.fact == "legal").to is None


def test_the_working_shows_every_test_with_its_value() -> None:
    made = pack({**GOOD, "unless": {"any": ["legal is true", "months > 3"]}}, LAW, BAD)
    found = recommend(made, sheet(mood="good", legal=False))
    first, second, third = found.workings
    assert (first.rule, first.state, first.decibans, first.counted) == (
        "R1",
        "unknown",
        None,
        False,
    )
    assert [(s.test, s.value, s.verdict) for s in first.when] == [("mood is good", "good", True)]
    assert [(s.test, s.value, s.verdict) for s in first.unless] == [
        ("legal is true", False, False),
        ("months > 3", None, None),
    ]
    assert (second.rule, second.state) == ("R2", "silent")
    assert (third.rule, third.veto, third.state) == ("R5", True, "silent")
    differ = recommend(made, sheet(mood=frozenset({"good", "bad"})))
    assert differ.workings[0].when[0].verdict is None


def test_reasons_rejected_and_not_chosen() -> None:
    against = rule("R6", "legal is true", "mend", -2, because="not now")
    made = pack(GOOD, {**BAD, "when": "legal is true"}, LAW, against)
    found = recommend(made, sheet(mood="good", legal=True))
    assert [(r.rule, r.decibans, r.counted) for r in found.reasons] == [
        ("R1", 7, True),
        ("R2", 4, True),
        ("R6", -2, True),
    ]
    assert [(r.answer, r.because, r.rule) for r in found.rejected] == [
        ("end", "the law requires it", "R5")
    ]
    assert [(r.answer, r.because) for r in found.not_chosen] == [
        (
            "mend",
            "Behind go: the weight of evidence between them is strong. Strongest against: not now (R6)",
        )
    ]
    bare = recommend(pack(GOOD), sheet(mood="good"))
    assert (
        bare.not_chosen[0].because
        == "Behind go: the weight of evidence between them is strong. No rule that fired speaks for it."
    )
    assert recommend(pack(GOOD), sheet()).not_chosen == ()


@pytest.mark.parametrize(("weight", "balanced"), [(4, True), (2, False)])
def test_finely_balanced_below_close(weight: int, balanced: bool) -> None:
    found = recommend(
        pack({**GOOD, "weight": 7 if weight == 2 else 4}, {**HELP, "weight": 2}),
        sheet(mood="good", help="none"),
    )
    assert found.finely_balanced is balanced


def whole() -> list[tuple[RulePack, FactSheet]]:
    """A pack with everything in it, and sheets that reach every part."""
    rules = [
        {**GOOD, "unless": "months >= 30", "title": "All is well"},
        {**BAD, "because": "it fell"},
        {**HELP, "weight": 7, "because": "nobody helps", "source": "Kanter 2009"},
        LATE,
        LAW,
        APPRAISAL,
        rule("R6", {"any": ["mood in [fair, bad]", "help is some"]}, "mend", 4, evidence="help"),
        rule(
            "R7", {"not": "legal is true"}, "go", -2, evidence="law", because="no law asks for it"
        ),
        rule("R8", {"all": ["help is none", "months < $young"]}, "mend", -4, evidence="time"),
    ]
    made = pack(
        *rules, parameters={**data([])["parameters"], "young": {"value": 3, "unit": "months"}}
    )
    sheets = [
        sheet(mood="good", help="none", months=4.0, legal=False),
        sheet(mood="bad", months=40.0, legal=True),
        sheet(mood=frozenset({"fair", "bad"}), help="some", worth=3.5),
        sheet(help="much", legal=False, months=2.0, mood="fair"),
        sheet(worth=-30.0, months=6.0),
        sheet(),
    ]
    return [(made, s) for s in sheets]


def spelled(found: Recommendation) -> dict[str, Any]:
    """A recommendation with its workings, as plain data."""
    plain = dataclasses.asdict(dataclasses.replace(found, judged=None))
    last = {n: plain.pop(n) for n in ("enough", "disagreement")}
    del plain["judged"]
    for reason in plain["reasons"]:
        # No part of what is written out: `test_a_reason_tells_whether_it_appraises` has it.
        del reason["appraises"]
    return {**plain, "workings": list(map(dataclasses.asdict, found.workings)), **last}


def test_recommendations_word_for_word() -> None:
    """The whole recommendation on a pack with everything in it, kept beside the tests."""
    found = [json.dumps(spelled(recommend(p, s)), indent=1, default=str) for p, s in whole()]
    assert "\n".join(found) + "\n" == WORKING.read_text(encoding="utf-8")


def test_a_reason_tells_whether_it_appraises_and_the_json_does_not() -> None:
    made, found = whole()[2]
    reasons = recommend(made, found).reasons
    assert {r.rule for r in reasons if r.appraises} == {APPRAISAL["id"]}
    assert all("appraises" not in to_plain(r) for r in reasons)


# --- properties -----------------------------------------------------------------------------------

_VALUES: dict[str, list[Single | None]] = {
    "mood": [None, "good", "fair", "bad"],
    "help": [None, "much", "some", "none"],
    "months": [None, 0.0, 3.0, 6.0, 9.0],
    "legal": [None, False, True],
    "worth": [None, -40.0, -3.5, 0.0, 2.25, 40.0],
}
_simple = st.sampled_from(
    [
        "mood is good",
        "mood is not bad",
        "help in [some, none]",
        "months >= 6",
        "months < 3",
        "legal is true",
        "help is none",
    ]
)
_when = st.one_of(
    _simple,
    st.builds(lambda a, b: {"all": [a, b]}, _simple, _simple),
    st.builds(lambda a, b: {"any": [a, {"not": b}]}, _simple, _simple),
)
_answer = st.sampled_from(["go", "mend", "end"])
_rule = st.one_of(
    st.fixed_dictionaries(
        {
            "when": _when,
            "then": _answer,
            "weight": st.sampled_from([1, 2, 4, 7, 10, -1, -2, -4, -7, -10]),
        },
        optional={"evidence": st.sampled_from(["e", "f"]), "unless": _when},
    ),
    st.fixed_dictionaries({"when": _when, "then": _answer, "veto": st.just(True)}),
    st.fixed_dictionaries(
        {"then": _answer, "weight": st.just({"fact": "worth", "cap": 10}), "evidence": st.just("e")}
    ),
)
#: Rules, not packs: Hypothesis says what it drew, and a whole pack is too long to say.
_rules = st.lists(_rule, min_size=1, max_size=6)


def numbered(rules: list[dict[str, Any]]) -> RulePack:
    return pack(*({**r, "id": f"R{i}"} for i, r in enumerate(rules)))


_sheets = st.fixed_dictionaries({n: st.sampled_from(v) for n, v in _VALUES.items()})


def known(row: Mapping[str, Single | None]) -> FactSheet:
    return FactSheet.of({n: v for n, v in row.items() if v is not None})


@settings(max_examples=150)
@given(_rules, st.lists(_sheets, min_size=1, max_size=6))
def test_batch_equals_one_by_one(
    drawn: list[dict[str, Any]], rows: list[dict[str, Single | None]]
) -> None:
    made = numbered(drawn)
    columns = columns_of(made, {n: [r[n] for r in rows] for n in _VALUES})
    result = judge_batch(made, columns, len(rows))
    for i, row in enumerate(rows):
        ledger = judge(made, known(row))
        states = made.states(known(row))
        assert (None if result.answer[i] < 0 else made.answers[result.answer[i]]) == ledger.answer
        assert tuple(result.support[i]) == tuple(ledger.support.values())
        assert result.margin[i] == ledger.margin or (
            ledger.margin is None and result.margin[i] != result.margin[i]
        )
        assert [bool(f) for f in result.fired[:, i]] == [s == "fired" for s in states]
        assert [bool(u) for u in result.unknown[:, i]] == [s == "unknown" for s in states]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(_when, _answer), min_size=1, max_size=4),
    st.sampled_from(["unique", "first"]),
    _sheets,
)
def test_table_batch_equals_one(
    rules: list[tuple[Any, str]], combine: str, row: dict[str, Single | None]
) -> None:
    made = pack(*(rule(f"R{i}", w, a) for i, (w, a) in enumerate(rules)), combine=combine)
    columns = columns_of(made, {n: [row[n]] for n in _VALUES})
    try:
        answer = judge(made, known(row)).answer
    except JudgementError:
        with pytest.raises(JudgementError):
            judge_batch(made, columns, 1)
        return
    found = judge_batch(made, columns, 1).answer[0]
    assert (None if found < 0 else made.answers[found]) == answer


def fillings(made: RulePack, row: Mapping[str, Single | None]) -> list[FactSheet]:
    open_facts = [n for n in made.facts if row[n] is None]
    ways = itertools.product(*([v for v in _VALUES[n] if v is not None] for n in open_facts))
    return [known({**row, **dict(zip(open_facts, way, strict=True))}) for way in ways]


@settings(max_examples=150)
@given(_rules, _sheets)
def test_stands_is_never_claimed_wrongly(
    drawn: list[dict[str, Any]], row: dict[str, Single | None]
) -> None:
    made = numbered(drawn)
    found = recommend(made, known(row), [])
    if found.stands:
        assert {judge(made, s).answer for s in fillings(made, row)} <= {found.answer}


@settings(max_examples=100)
@given(_rules, _sheets)
def test_flips_are_confirmed_by_judging_again(
    drawn: list[dict[str, Any]], row: dict[str, Single | None]
) -> None:
    made = numbered(drawn)
    found: Recommendation = recommend(made, known(row))
    for flip in found.flips:
        assert judge(made, known(row).changed(flip.fact, flip.at)).answer == flip.to != found.answer
    for name in made.facts:
        values = [v for v in _VALUES[name] if v is not None]
        changes = row[name] is not None and any(
            judge(made, known({**row, name: v})).answer != found.answer for v in values
        )
        if changes:
            assert name in {f.fact for f in found.flips}


@settings(max_examples=60)
@given(_rules, _sheets, st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_nothing(
    drawn: list[dict[str, Any]], row: dict[str, Single | None], shuffle: random.Random
) -> None:
    made = numbered(drawn)
    rules = [
        {"id": r.id, "when": "legal is true", "then": r.then, "evidence": r.evidence_name}
        | _weight(r)
        for r in made.rules
    ]
    first = pack(*rules)
    shuffle.shuffle(rules)
    assert recommend(first, known(row)) == recommend(pack(*rules), known(row))
    assert first.digest == pack(*rules).digest


def _weight(made: Any) -> dict[str, Any]:
    return {"veto": True} if made.veto else {"weight": int(made.weight) or 1}


# --- small pieces ---------------------------------------------------------------------------------


def test_between_has_one_point_of_every_kind() -> None:
    assert probe_points((2.0, 6.0)) == (1.0, 2.0, 4.0, 6.0, 7.0)
    assert probe_points((3.0,)) == (2.0, 3.0, 4.0)


def test_cut_points_are_the_numbers_compared() -> None:
    assert cut_points(pack(LATE, rule("R6", "months < 3", "go", 1)), "months") == (3.0, 6.0)
    assert cut_points(pack(LATE), "mood") == ()


def test_a_lever_on_a_rebuilt_sheet() -> None:
    made = pack({**LATE, "weight": 10})
    base = sheet(months=3.0)
    lever = lever_for(
        made.vocabulary["months"], base, (6.0,), lambda s: s.with_known({"mood": Known("good")})
    )
    assert lever.sheet_at(7.0).get("mood") == "good"
    assert lever.sheet_at(7.0).get("months") == 7.0
    assert 6.0 in lever.candidates


def test_columns_keep_unknown_apart() -> None:
    made = pack(GOOD, LATE)
    columns = columns_of(made, {"mood": ["good", None], "months": [None, 2.0], "other": ["x", "y"]})
    assert set(columns) == {"mood", "months"}
    assert columns["mood"].missing is not None
    assert list(columns["mood"].missing) == [False, True]
    assert columns_of(made, {"mood": ["good"]})["mood"].missing is None
