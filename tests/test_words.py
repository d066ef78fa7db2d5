"""Each value and the text it gives; and no other module has tables of such words."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor import words
from changeadvisor.adoption import WAYS
from changeadvisor.judgement.base_rates import RATINGS
from changeadvisor.model import Action
from changeadvisor.trajectory import COURSES

SOURCES = Path(words.__file__).parent
SHARES = st.floats(0.0, 1.0)
MONEY = st.floats(-1e12, 1e12)


# --- labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "label", "in_sentence", "meaning"),
    [
        ("persist", "Persist", "persist", "go on as planned"),
        (
            "adjust-tactics",
            "Adjust tactics",
            "adjust tactics",
            "keep the idea, change how it is done",
        ),
        ("adjust-strategy", "Adjust strategy", "adjust strategy", "keep the aim, change the idea"),
        ("stop", "Stop", "stop", "end it"),
        ("top-down", "Top-down", "top-down", "a board and strong programme management"),
        ("blended", "Blended", "blended", "direction from the top, design from the front line"),
        ("bottom-up", "Bottom-up", "bottom-up", "culture change from the front line"),
        (None, "No answer yet", "no answer yet", ""),
        # An answer of a pack of one's own.
        ("wait-and-see", "wait-and-see", "wait-and-see", ""),
    ],
)
def test_an_answer_reads_the_same_everywhere(
    answer: str | None, label: str, in_sentence: str, meaning: str
) -> None:
    assert words.answer_label(answer) == label
    assert words.answer_in_sentence(answer) == in_sentence
    assert words.answer_meaning(answer) == meaning


def test_every_course_way_and_rating_has_words_in_the_order_of_its_keys() -> None:
    assert tuple(words.COURSE_WORDS) == get_args(Action) == COURSES
    assert tuple(words.WAY_WORDS) == WAYS
    assert tuple(words.RATING_WORDS) == RATINGS
    assert tuple(words.OUTCOME_WORDS) == ("full", "partial", "none")


@pytest.mark.parametrize("course", words.COURSE_WORDS)
def test_the_forms_of_a_course_fit_a_sentence(course: str) -> None:
    known = words.COURSE_WORDS[course]
    inside = (
        known.imperative,
        known.doing,
        known.doing_in_set,
        known.doing_with_it,
        known.doing_in_ledger,
    )
    assert all(form == words.uncapitalised(form) for form in inside)
    assert all("ing" in form for form in inside[1:])
    assert known.label == words.capitalised(known.label)
    assert len(known.mark) == 1
    assert known.decision.endswith("?")
    assert known.decision_on_idea.endswith("?")


def test_no_two_courses_share_a_mark_or_a_label() -> None:
    for field in ("label", "mark", "imperative", "doing", "decision"):
        assert len({getattr(known, field) for known in words.COURSE_WORDS.values()}) == len(
            words.COURSE_WORDS
        )


@pytest.mark.parametrize(
    ("rating", "label"), [("amber-green", "amber-green"), ("own", "own"), (None, "not known")]
)
def test_a_rating(rating: str | None, label: str) -> None:
    assert words.rating_label(rating) == label


# --- weight of evidence ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decibans", "said"),
    [
        (0.0, "slight"),
        (2.9, "slight"),
        (3.0, "fair"),
        (-6.0, "fair"),
        (6.1, "strong"),
        (10.0, "strong"),
        (-10.1, "very strong"),
    ],
)
def test_weight_of_evidence_as_the_formats_bound_it(decibans: float, said: str) -> None:
    assert words.strength(decibans) == said


def test_what_a_weight_means() -> None:
    assert words.times_as_likely(10.0) == "about 10 times as likely"
    assert words.times_as_likely(-3.0) == "about 2 times as likely"


def test_a_board_reads_no_keys() -> None:
    told = "What is it worth (`reach`, `impact`)? No budget is given (`limits: budget`): shown."
    assert words.without_keys(told) == "What is it worth? No budget is given: shown."
    assert words.without_keys("kept (as it is) and `bare` too") == "kept (as it is) and bare too"


# --- figures and money ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "money", "enough", "figures"),
    [
        (0.0, "£0", "£0", "0"),
        (0.4, "£0", "£1", "0.4"),
        (12.0, "£12", "£12", "12"),
        (999.6, "£1,000", "£1,000", "1,000"),
        (12_345.0, "£12,300", "£12,400", "12,300"),
        (12_300.0, "£12,300", "£12,300", "12,300"),
        (999_999.0, "£1m", "£1m", "1,000,000"),
        (1_234_567.0, "£1.23m", "£1.24m", "1,230,000"),
        (19_580_000.0, "£19.6m", "£19.6m", "19,600,000"),
        (2_350_000_000.0, "£2.35bn", "£2.35bn", "2,350,000,000"),
        (0.012345, "£0", "£1", "0.0123"),
    ],
)
def test_figures(value: float, money: str, enough: str, figures: str) -> None:
    assert words.money_text(value, "GBP") == money
    assert words.money_that_is_enough(value, "GBP") == enough
    assert words.three_figures(value) == figures


def test_the_sign_stands_before_the_figure_and_the_minus_before_the_sign() -> None:
    assert words.money_text(-29_200.0, "GBP") == "-£29,200"
    assert words.money_text(-0.2, "GBP") == "£0"
    assert words.money_text(1_500.0, "EUR") == "€1,500"
    assert words.money_text(1_500.0, "SEK") == "SEK 1,500"
    assert words.money_to_the_penny(6.716, "GBP") == "£6.72"
    assert words.money_to_the_penny(-0.5, "GBP") == "-£0.50"


@pytest.mark.parametrize(
    ("value", "number", "money"),
    [
        (0.0, "0", "£0"),
        (0.5, "0.5", "£0"),
        (-1500.0, "-1,500", "−£1,500"),
        (1_500_000.0, "1,500,000", "£1.5m"),
    ],
)
def test_marks_of_an_axis(value: float, number: str, money: str) -> None:
    assert words.number_tick(value) == number
    assert words.money_tick(value, "GBP") == money


def _read(text: str) -> float:
    times = {"bn": 1e9, "m": 1e6}
    letter = next((unit for unit in times if text.endswith(unit)), "")
    figure = text.removesuffix(letter).replace(",", "").replace("£", "")
    return float(figure) * times.get(letter, 1.0)


@given(MONEY)
def test_money_keeps_its_sign_and_is_near(value: float) -> None:
    said = words.money_text(value, "GBP")
    assert _read(said) * value >= 0.0
    assert abs(_read(said) - value) <= max(0.5, 0.0051 * abs(value)) * (1 + 1e-9)


@given(MONEY)
def test_the_opposite_of_money_is_said_as_its_opposite(value: float) -> None:
    opposite, said = words.money_text(-value, "GBP"), words.money_text(value, "GBP")
    assert opposite.lstrip("-") == said.lstrip("-")


@given(st.floats(0.0, 1e12))
def test_money_that_is_enough_is_enough(value: float) -> None:
    said = _read(words.money_that_is_enough(value, "GBP"))
    assert said >= value - 1e-6 * max(1.0, 0.01 * value)
    assert said <= value + max(1.0, 0.011 * value)


# --- shares ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "per_cent", "chance", "plain", "of_100", "cases", "honest"),
    [
        (0.0, "0 %", "0 %", "0 %", "0", "0 in 100", "0 in 100"),
        (0.002, "under 1 %", "under 1 %", "0 %", "under 1", "0 in 100", "fewer than 1 in 100"),
        (0.005, "under 1 %", "under 1 %", "0 %", "under 1", "0 in 100", "fewer than 1 in 100"),
        (0.007, "1 %", "under 1 %", "1 %", "1", "1 in 100", "1 in 100"),
        (0.374, "37 %", "37 %", "37 %", "37", "37 in 100", "37 in 100"),
        (0.993, "99 %", "over 99 %", "99 %", "99", "99 in 100", "99 in 100"),
        (0.998, "over 99 %", "over 99 %", "100 %", "over 99", "100 in 100", "more than 99 in 100"),
        (1.0, "100 %", "100 %", "100 %", "100", "100 in 100", "100 in 100"),
    ],
)
def test_shares(
    share: float, per_cent: str, chance: str, plain: str, of_100: str, cases: str, honest: str
) -> None:
    assert words.per_cent(share) == per_cent
    assert words.chance_per_cent(share) == chance
    assert words.plain_per_cent(share) == plain
    assert words.of_100(share) == of_100
    assert words.cases_in_100(share) == cases
    assert words.honest_cases_in_100(share) == honest


@given(SHARES)
def test_only_what_is_certain_is_said_to_be(share: float) -> None:
    honest = (
        words.per_cent(share),
        words.chance_per_cent(share),
        words.of_100(share),
        words.honest_cases_in_100(share),
    )
    for said in honest:
        assert (said.split()[0] == "0") == (share == 0.0)
        assert (said.split()[0] == "100") == (share == 1.0)


@given(SHARES)
def test_a_plain_share_is_the_nearest(share: float) -> None:
    assert abs(words.in_100(share) - 100 * share) <= 0.5
    assert words.plain_per_cent(share) == f"{100 * share:.0f} %"


def test_a_part_of_a_whole_is_rounded_once() -> None:
    # 115 of 200 are 57.5 in a hundred; divided first, the share would already lie below.
    assert words.in_100(115, 200) == 58


@pytest.mark.parametrize(
    ("share", "digits", "said"),
    [(0.00123456, 3, "0.123 %"), (0.00123456, 2, "0.12 %"), (0.45, 6, "45 %")],
)
def test_a_share_much_smaller_than_one_per_cent(share: float, digits: int, said: str) -> None:
    assert words.fine_per_cent(share, digits) == said


# --- days, months, quarters -----------------------------------------------------------------------


def test_days_and_months() -> None:
    day = dt.date(2026, 3, 1)
    assert words.day_text(day) == "1 March 2026"
    assert words.month_text(day) == "March 2026"
    assert words.short_month_text(day) == "Mar 2026"
    assert words.quarter_text("2026-Q4") == "October to December 2026"
    assert words.short_quarter_text("2027-Q1") == "Jan to Mar 2027"
    assert words.quarters_text("2026-Q4", "2026-Q4") == "October to December 2026"
    assert words.quarters_text("2026-Q4", "2027-Q2") == "October 2026 to June 2027"


# --- numbers of things, lists, capitals -----------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 readings"),
        (1, "1 reading"),
        (3, "3 readings"),
        (1_000_000, "1000000 readings"),
        (1.0, "1 reading"),
        (0.5, "0.5 readings"),
        (1.0 + 1e-12, "1 reading"),
        (2.25, "2.25 readings"),
    ],
)
def test_so_many(count: float, said: str) -> None:
    assert words.many(count, "reading") == said


def test_other_plurals() -> None:
    assert words.many(1.004, "point", 3) == "1 point"
    assert [words.agree(n, "runs", "run") for n in (0, 1, 2)] == ["run", "runs", "run"]


@given(st.one_of(st.integers(0, 10**9), st.floats(0.0, 1e5)))
def test_one_is_what_reads_as_one(count: float) -> None:
    figure, noun = words.many(count, "reading").split()
    assert (noun == "reading") == (figure == "1")


@pytest.mark.parametrize(
    ("names", "most", "with_and", "with_commas"),
    [
        ("", 2, "", ""),
        ("a", 2, "a", "a"),
        ("ab", 2, "a and b", "a, b"),
        ("abc", 3, "a, b and c", "a, b, c"),
        ("abcde", 2, "a, b and 3 more", "a, b and 3 more"),
    ],
)
def test_lists(names: str, most: int, with_and: str, with_commas: str) -> None:
    assert words.joined(list(names), most) == with_and
    assert words.listed(list(names), most) == with_commas


def test_a_list_that_need_not_be_short_is_not_cut() -> None:
    assert words.joined([str(n) for n in range(20)]).endswith("17, 18 and 19")


@given(st.text())
def test_only_the_first_letter_is_changed(text: str) -> None:
    assert words.capitalised(text).endswith(text[1:])
    assert words.uncapitalised(words.capitalised("a" + text)) == "a" + text


# --- one place for each word ----------------------------------------------------------------------

KEYS = frozenset({*words.COURSE_WORDS, *words.ROUTE_WORDS, *words.WAY_WORDS})


def _labels(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Every course or route key that a literal ties to English: in a dict, or as a pair."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from _tied(node.lineno, list(zip(node.keys, node.values, strict=True)))
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
            yield from _tied(node.lineno, [(node.elts[0], node.elts[1])])


def _tied(
    line: int, pairs: list[tuple[ast.expr | None, ast.expr]]
) -> Iterator[tuple[int, str, str]]:
    for key, value in pairs:
        if not isinstance(key, ast.Constant) or key.value not in KEYS:
            continue
        if (
            isinstance(value, ast.Constant)
            and isinstance(value.value, str)
            and value.value not in KEYS
        ):
            yield line, key.value, value.value


@pytest.mark.parametrize(
    "path",
    sorted(p for p in SOURCES.rglob("*.py") if p.name != "words.py"),
    ids=lambda p: str(p.relative_to(SOURCES)),
)
def test_no_other_module_has_labels_of_courses_or_routes(path: Path) -> None:
    seen = list(_labels(ast.parse(path.read_text(encoding="utf-8"))))
    # One alone is no table: why one course cannot be priced, say.
    assert len({key for _, key, _ in seen}) < 2, seen


def test_the_search_for_labels_sees_them() -> None:
    seen = _labels(
        ast.parse(
            'a = {"persist": "go on"}; b = (("top-down", "from the top"),); c = {"start": "persist"}'
        )
    )
    assert {(key, label) for _, key, label in seen} == {
        ("persist", "go on"),
        ("top-down", "from the top"),
    }
