"""The condition language: parsing, three-valued judgement, and the batch that must agree with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor.facts import Fact, Single
from changeadvisor.judgement.columns import Batch, Column, column_of
from changeadvisor.judgement.conditions import (
    AllOf,
    AnyOf,
    Condition,
    ConditionError,
    Not,
    Test,
    each_test,
    judge,
    parse,
    text,
)

LEVEL = Fact("mood", "m", "pack", levels=MappingProxyType({"good": "", "fair": "", "bad": ""}))
NUMBER = Fact("months", "m", "pack", unit="months", low=0, high=60)
BOOLEAN = Fact("legal", "m", "pack")
VOCABULARY: Mapping[str, Fact] = {f.name: f for f in (LEVEL, NUMBER, BOOLEAN)}
PARAMETERS: Mapping[str, Single] = {"six": 6.0, "worst": "bad", "yes": True}


def read(source: object) -> Condition:
    return parse(source, VOCABULARY, PARAMETERS)


@pytest.mark.parametrize(
    ("source", "known", "verdict"),
    [
        ("mood is good", {"mood": "good"}, True),
        ("mood is good", {"mood": "bad"}, False),
        ("mood is good", {}, None),
        ("mood is not good", {"mood": "bad"}, True),
        ("mood is not good", {"mood": "good"}, False),
        ("mood  is   not good", {"mood": "fair"}, True),
        ("mood is not good", {}, None),
        ("mood in [good, fair]", {"mood": "fair"}, True),
        ("mood in [good, fair]", {"mood": "bad"}, False),
        ("mood in [good]", {}, None),
        ("mood in [$worst, good]", {"mood": "bad"}, True),
        ("mood is 'good'", {"mood": "good"}, True),
        ("months >= 6", {"months": 6.0}, True),
        ("months >= 6", {"months": 5.999}, False),
        ("months > 6", {"months": 6.0}, False),
        ("months > 6", {"months": 6.001}, True),
        ("months <= 6", {"months": 6.0}, True),
        ("months <= 6", {"months": 6.001}, False),
        ("months < 6", {"months": 6.0}, False),
        ("months < 6", {"months": 5.0}, True),
        ("months >= $six", {"months": 6.0}, True),
        ("months is 6", {"months": 6.0}, True),
        ("months is -1.5", {"months": -1.5}, True),
        ("months is 1e1", {"months": 10.0}, True),
        ("months in [1, $six]", {"months": 6.0}, True),
        ("legal is true", {"legal": True}, True),
        ("legal is true", {"legal": False}, False),
        ("legal is not true", {"legal": False}, True),
        ("legal is $yes", {"legal": True}, True),
        ({"not": "legal is true"}, {"legal": True}, False),
        ({"not": "legal is true"}, {}, None),
        ({"all": ["legal is true", "months > 1"]}, {"legal": True, "months": 2.0}, True),
        ({"all": ["legal is true", "months > 1"]}, {"legal": False}, False),
        ({"all": ["legal is true", "months > 1"]}, {"months": 1.0}, False),
        ({"all": ["legal is true", "months > 1"]}, {"legal": True}, None),
        ({"any": ["legal is true", "months > 1"]}, {"legal": True}, True),
        ({"any": ["legal is true", "months > 1"]}, {"months": 3.0}, True),
        ({"any": ["legal is true", "months > 1"]}, {"legal": False}, None),
        ({"any": ["legal is true", "months > 1"]}, {"legal": False, "months": 1.0}, False),
        (
            {"any": [{"all": ["legal is true", {"not": "mood is bad"}]}, "months > 9"]},
            {"legal": True, "mood": "good"},
            True,
        ),
    ],
)
def test_judges_three_valued(
    source: object, known: Mapping[str, Single], verdict: bool | None
) -> None:
    assert judge(read(source), known) is verdict


@pytest.mark.parametrize(
    ("source", "found", "expected", "mend"),
    [
        ("mood good", "`mood good`", "`fact operator value`", ""),
        (
            "moood is good",
            "unknown fact `moood`",
            "a fact of the vocabulary",
            "did you mean `mood`?",
        ),
        ("zzz is good", "unknown fact `zzz`", "a fact of the vocabulary", ""),
        ("mood is god", "`god` for mood", "one of good, fair, bad", "did you mean `good`?"),
        ("mood is true", "`true` for mood", "one of good, fair, bad", ""),
        ("mood > good", "`mood >`", "`is`, `is not` or `in`", ""),
        ("legal >= true", "`legal >=`", "true or false", ""),
        ("legal is 1", "`1` for legal", "true or false", ""),
        ("months > soon", "`soon` for months", "a number (months)", ""),
        (
            "months >= $sx",
            "unknown parameter `$sx`",
            "a parameter of this pack",
            "did you mean `six`?",
        ),
        ("mood in good", "`in good`", "a list in brackets", ""),
        ("mood in [good", "`in [good`", "a list in brackets", ""),
        ("mood in good]", "`in good]`", "a list in brackets", ""),
        ("mood in [good,,bad]", "`[good,,bad]`", "a value between the commas", ""),
        ({"some": []}, "`some`", "one of all, any, not", ""),
        ({"al": ["legal is true"]}, "`al`", "one of all, any, not", "did you mean `all`?"),
        ({"all": []}, "`all: []`", "a list of conditions", ""),
        ({"any": "legal is true"}, "`any: legal is true`", "a list of conditions", ""),
        (
            {"all": ["legal is true"], "any": ["legal is true"]},
            "all",
            "a map with one of all, any, not",
            "write `fact",
        ),
        (["legal is true"], "legal is true", "a condition", "write `fact"),
        (7, "7", "a condition", "write `fact"),
    ],
)
def test_says_what_is_wrong(source: object, found: str, expected: str, mend: str) -> None:
    with pytest.raises(ConditionError) as caught:
        read(source)
    assert found in caught.value.found
    assert expected in caught.value.expected
    assert caught.value.mend.startswith(mend) if mend else caught.value.mend == ""
    assert str(caught.value) == f"{caught.value.found}; expected {caught.value.expected}"


def test_parses_to_what_was_written() -> None:
    condition = read(
        {"all": ["months >= $six", {"any": ["mood in [good, fair]", {"not": "legal is true"}]}]}
    )
    assert condition == AllOf(
        (
            Test("months", ">=", (6.0,), ("six",)),
            AnyOf((Test("mood", "in", ("good", "fair")), Not(Test("legal", "is", (True,))))),
        )
    )
    assert text(condition) == "months >= 6 and (mood in [good, fair] or (not (legal is true)))"
    assert [t.fact for t in each_test(condition)] == ["months", "mood", "legal"]
    assert text(AllOf(())) == "always"


def test_a_quoted_literal_loses_its_quotes_only_in_pairs() -> None:
    assert read('mood is "bad"') == Test("mood", "is", ("bad",))
    with pytest.raises(ConditionError):
        read("mood is 'bad")
    with pytest.raises(ConditionError):
        read("mood is '")


# --- properties -----------------------------------------------------------------------------------

_tests = st.one_of(
    st.builds(lambda v: f"mood is {v}", st.sampled_from(["good", "fair", "bad"])),
    st.builds(lambda v: f"mood is not {v}", st.sampled_from(["good", "fair", "bad"])),
    st.just("mood in [good, bad]"),
    st.builds(
        lambda o, v: f"months {o} {v}",
        st.sampled_from([">=", ">", "<=", "<", "is", "is not"]),
        st.integers(0, 3),
    ),
    st.builds(lambda v: f"legal is {v}", st.sampled_from(["true", "false"])),
)
_conditions = st.recursive(
    _tests,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
).map(read)
_rows = st.fixed_dictionaries(
    {
        "mood": st.sampled_from([None, "good", "fair", "bad"]),
        "months": st.sampled_from([None, 0.0, 1.0, 1.5, 2.0, 3.0]),
        "legal": st.sampled_from([None, False, True]),
    }
)


def known(row: Mapping[str, Single | None]) -> dict[str, Single]:
    return {n: v for n, v in row.items() if v is not None}


@given(_conditions, st.lists(_rows, min_size=1, max_size=8))
def test_batch_equals_one_by_one(
    condition: Condition, rows: list[dict[str, Single | None]]
) -> None:
    columns = {n: column_of(VOCABULARY[n], [r[n] for r in rows]) for n in VOCABULARY}
    flagged = Batch(columns, VOCABULARY, len(rows)).judge(condition)
    for i, row in enumerate(rows):
        verdict = judge(condition, known(row))
        assert bool(flagged.holds[i]) is (verdict is True)
        assert bool(flagged.negated[i]) is (verdict is False)


@given(_conditions, _rows)
def test_learning_a_fact_never_reverses_a_verdict(
    condition: Condition, row: dict[str, Single | None]
) -> None:
    full = {"mood": "good", "months": 1.0, "legal": True, **known(row)}
    before = judge(condition, known(row))
    if before is not None:
        assert judge(condition, full) is before


@given(_conditions, _rows)
def test_not_turns_a_verdict_round(condition: Condition, row: dict[str, Single | None]) -> None:
    verdict = judge(condition, known(row))
    assert judge(Not(condition), known(row)) is (None if verdict is None else not verdict)


def test_a_fact_without_a_column_is_unknown_everywhere() -> None:
    flagged = Batch({}, VOCABULARY, 2).judge(read("legal is true"))
    assert not flagged.holds.any()
    assert not flagged.negated.any()


def test_no_condition_holds_in_every_row() -> None:
    assert Batch({}, VOCABULARY, 3).judge(AllOf(())).holds.all()


def test_a_test_is_judged_once() -> None:
    columns = {"legal": Column(column_of(BOOLEAN, [True, False]).data)}
    batch = Batch(columns, VOCABULARY, 2)
    assert batch.judge(read("legal is true")) is batch.judge(read("legal is true"))
