"""Lint finds a planted gap, overlap, unreachable rule, unused name and answer that gets milder when facts get worse."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from changeadvisor.judgement import RulePack
from changeadvisor.judgement import lint as lint_module
from changeadvisor.judgement.lint import lint
from tests.judgement.test_recommendation import GOOD, data, pack, read, rule

LEVELS = {"a": ["x", "y", "z", "w"], "b": ["p", "q", "r", "s", "t"], "c": ["k", "l", "m", "n", "o"]}
ROWS = list(itertools.product(*LEVELS.values()))


def table(**more: Any) -> dict[str, Any]:
    """A clean table of 100 rows over three facts, worse facts giving graver answers."""
    rules = [
        {
            "id": f"R{i:03}",
            "when": {"all": [f"{f} is {v}" for f, v in zip(LEVELS, row, strict=True)]},
            "then": ["go", "mend", "end"][
                min(2, sum(LEVELS[f].index(v) for f, v in zip(LEVELS, row, strict=True)) // 4)
            ],
        }
        for i, row in enumerate(ROWS)
    ]
    facts = {f: {"levels": v} for f, v in LEVELS.items()}
    return {**data(rules, "unique"), "facts": facts, "parameters": {}, **more}


def kinds(made: RulePack) -> list[str]:
    return [f.kind for f in lint(made).findings]


def test_a_clean_table_has_no_findings() -> None:
    assert lint(read(table())).findings == ()


def test_a_planted_gap_is_found() -> None:
    broken = table()
    del broken["rules"][17]
    found = lint(read(broken)).findings
    assert [f.kind for f in found] == ["gap"]
    gap = ", ".join(f"{f} = {v}" for f, v in zip(LEVELS, ROWS[17], strict=True))
    assert str(found[0]) == f"gap: 1 of 100 combinations have no rule, such as {gap}"


def test_a_planted_overlap_is_found() -> None:
    broken = table()
    broken["rules"].append(
        {"id": "X", "when": {"all": ["a is x", "b is p", "c is k"]}, "then": "go"}
    )
    found = lint(read(broken)).findings
    assert [(f.kind, f.about) for f in found] == [("overlap", ("R000", "X"))]
    assert "fire together in 1 combinations, such as a = x, b = p, c = k" in found[0].message


def test_a_planted_milder_answer_is_found() -> None:
    broken = table()
    broken["rules"][99]["then"] = "go"
    found = lint(read(broken)).findings
    assert {f.kind for f in found} == {"milder when worse"}
    assert {f.about for f in found} == {("a",), ("b",), ("c",)}
    assert "from end (a = z, b = t, c = o) to go (a = w, b = t, c = o)" in found[0].message
    assert lint(read({**broken, "ordered": False})).findings == ()


def test_facts_without_an_order_cannot_get_worse() -> None:
    broken = table()
    broken["rules"][99]["then"] = "go"
    for fact in broken["facts"].values():
        fact["ordered"] = False
    assert lint(read(broken)).findings == ()


def test_rules_that_cannot_fire() -> None:
    never = rule("N", {"all": ["mood is good", "mood is bad"]}, "go", 4)
    assert kinds(
        pack(GOOD, never, facts={"mood": {"levels": ["good", "fair", "bad"]}}, parameters={})
    ) == ["unreachable"]
    numbers = rule("N", {"all": ["months > 6", "months < 6"]}, "go", 4)
    assert kinds(pack(numbers, facts={"months": {"unit": "m"}}, parameters={})) == ["unreachable"]


def test_rules_in_the_shadow_of_earlier_ones() -> None:
    rules = [
        rule("A", "mood in [good, fair]", "go"),
        rule("B", "mood is good", "end"),
        rule("C", "mood is bad", "end"),
    ]
    made = pack(
        *rules, combine="first", facts={"mood": {"levels": ["good", "fair", "bad"]}}, parameters={}
    )
    assert [f.message for f in lint(made).findings] == [
        "B never answers: rules before it always fire first"
    ]


def test_a_dead_rule_is_named_once() -> None:
    rules = [
        rule("A", "mood is good", "go"),
        rule("B", {"all": ["mood is good", "mood is bad"]}, "end"),
        rule("C", "mood in [fair, bad]", "end"),
    ]
    made = pack(
        *rules, combine="first", facts={"mood": {"levels": ["good", "fair", "bad"]}}, parameters={}
    )
    assert [f.about for f in lint(made).findings] == [("B",)]


def test_unused_facts_and_parameters() -> None:
    made = pack(GOOD, parameters={"tie": {"value": 1}, "spare": {"value": 3}})
    found = lint(made).findings
    assert {f.about[0] for f in found if f.kind == "unused fact"} == {
        "help",
        "legal",
        "months",
        "worth",
    }
    assert [f.about for f in found if f.kind == "unused parameter"] == [("spare",)]
    used = pack(
        rule("A", "months > $spare", "go", 4),
        rule("B", None, "go", {"fact": "worth", "cap": "$lid"}),
        parameters={"spare": {"value": 3}, "lid": {"value": 9}},
        facts={"months": {"unit": "m"}, "worth": {"unit": "decibans"}},
    )
    assert lint(used).findings == ()


def test_numbers_are_cut_where_rules_cut_them() -> None:
    rules = [rule("A", "months < 6", "go"), rule("B", "months > 6", "end")]
    found = lint(
        pack(
            *rules,
            combine="unique",
            facts={"months": {"unit": "m", "worse": "higher"}},
            parameters={},
        )
    ).findings
    assert [str(f) for f in found] == ["gap: 1 of 3 combinations have no rule, such as months = 6"]
    falling = [rule("A", "months < 6", "end"), rule("B", "months >= 6", "go")]
    made = pack(
        *falling,
        combine="unique",
        facts={"months": {"unit": "m", "worse": "higher"}},
        parameters={},
    )
    assert kinds(made) == ["milder when worse"]
    made = pack(
        *falling, combine="unique", facts={"months": {"unit": "m", "worse": "lower"}}, parameters={}
    )
    assert kinds(made) == []


def test_yes_or_no_is_laid_out_too() -> None:
    made = pack(
        rule("A", "legal is true", "go"), combine="unique", facts={"legal": {}}, parameters={}
    )
    assert [str(f) for f in lint(made).findings] == [
        "gap: 1 of 2 combinations have no rule, such as legal = false"
    ]


def test_weigh_has_no_gaps_or_overlaps() -> None:
    assert (
        kinds(pack(GOOD, facts={"mood": {"levels": ["good", "fair", "bad"]}}, parameters={})) == []
    )
    assert kinds(pack(facts={}, parameters={})) == []


@pytest.mark.parametrize("combine", ["unique", "first"])
def test_too_many_combinations_are_sampled_and_said(
    monkeypatch: pytest.MonkeyPatch, combine: str
) -> None:
    monkeypatch.setattr(lint_module, "COMBINATIONS", 50)
    report = lint(read({**table(), "combine": combine}))
    assert report.notes == (
        "too many combinations to try them all: a fixed sample of 50 was tried",
    )
    assert report.findings == ()
