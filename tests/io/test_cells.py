"""What people type in a cell."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor.io import cells


@pytest.mark.parametrize(
    "mark", ["", "  ", "-", "–", "TBC", "tbc", "n/a", "N/A", "TBD", "unknown", "?", None]
)
def test_marks_of_not_knowing(mark: object) -> None:
    assert cells.unknown(mark)
    assert cells.number(mark) is None
    assert cells.date(mark) is None
    assert cells.yes_no(mark) is None
    assert cells.words(mark) == []


@pytest.mark.parametrize("value", ["0", 0, False, "none", "no"])
def test_not_every_short_word_is_unknown(value: object) -> None:
    assert not cells.unknown(value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), ("1,234.5", 1234.5), ("£25.80", 25.8), ("£1.2m", 1.2e6), ("120k", 120e3), ("£2bn", 2e9), ("3 million", 3e6),
        ("12%", 12), ("(1,200)", -1200), ("-£120.11m", -120.11e6), ("£-3", -3), ("−4", -4), (".5", 0.5), ("1e3", 1000), (7, 7), (2.5, 2.5),
        ("+8", 8), (" 9 ", 9), ("£12,743.00", 12743),
    ],
)  # fmt: skip
def test_numbers(text: object, number: float) -> None:
    assert cells.number(text) == pytest.approx(number)


@pytest.mark.parametrize(
    "text",
    [
        "twelve",
        "1,23",
        "12 13",
        "(3",
        "3)",
        "--3",
        "-£-3",
        True,
        "1e999",
        float("inf"),
        float("nan"),
        "#REF!",
    ],
)
def test_no_numbers(text: object) -> None:
    with pytest.raises(ValueError, match="number"):
        cells.number(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-30", (2026, 9, 30)), ("30/09/2026", (2026, 9, 30)), ("17.11.23", (2023, 11, 17)), ("1-2-99", (1999, 2, 1)),
        ("3 Mar 2024", (2024, 3, 3)), ("3rd March 2024", (2024, 3, 3)), ("03-Mar-24", (2024, 3, 3)), ("2026-09-30T00:00:00", (2026, 9, 30)),
        (dt.date(2026, 1, 2), (2026, 1, 2)), (dt.datetime(2026, 1, 2), (2026, 1, 2)), ("31.12.40", (2040, 12, 31)),
    ],
)  # fmt: skip
def test_dates(text: object, day: tuple[int, int, int]) -> None:
    assert cells.date(text) == dt.date(*day)


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2026-13-01",
        "31/02/2026",
        "2026/09/30",
        "No end date",
        45000,
        dt.datetime(2026, 1, 2, 3),
        "3 Foo 2024",
    ],
)
def test_no_dates(text: object) -> None:
    with pytest.raises(ValueError, match="a date"):
        cells.date(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", True),
        ("Y", True),
        ("TRUE", True),
        (True, True),
        ("no", False),
        ("N", False),
        (False, False),
    ],
)
def test_yes_and_no(text: object, answer: bool) -> None:
    assert cells.yes_no(text) is answer


def test_neither_yes_nor_no() -> None:
    with pytest.raises(ValueError, match="yes or no"):
        cells.yes_no("perhaps")


def test_lists_and_maps() -> None:
    assert cells.words(" a ;b;; c d ") == ["a", "b", "c d"]
    assert cells.small_map("a: 1; change managers: 2.5") == {"a": "1", "change managers": "2.5"}
    assert cells.small_map("12:30: x") == {"12:30": "x"}
    for wrong in ("a", "a:", ": 1", "a: 1; a: 2"):
        with pytest.raises(ValueError, match="`"):
            cells.small_map(wrong)


@given(st.text())
def test_guarded_text_comes_back_and_is_no_formula(text: str) -> None:
    safe = cells.safe_text(text)
    assert cells.from_safe(safe) == text
    assert safe[:1] not in ("=", "@", "\t", "\r")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("-4.5", "-4.5"),
        ("+44 1", "'+44 1"),
        ("@x", "'@x"),
        ("'a", "''a"),
        ("a", "a"),
    ],
)
def test_formulas_are_made_safe(text: str, safe: str) -> None:
    assert cells.safe_text(text) == safe
