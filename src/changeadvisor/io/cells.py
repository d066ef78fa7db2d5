"""What people type in a cell: numbers, money, dates, yes and no, lists, marks of not knowing.

Nothing is guessed: a mark of not knowing is None, and what cannot be read raises ValueError with a
plain message.
"""

from __future__ import annotations

import datetime as dt
import re

#: What people put in a cell to say that nobody knows, in small letters.
UNKNOWN = frozenset(
    {
        "",
        "-",
        "–",
        "—",
        "?",
        "n/a",
        "na",
        "n.a.",
        "tbc",
        "t.b.c.",
        "tba",
        "tbd",
        "unknown",
        "not known",
    }
)
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "million": 1e6, "thousand": 1e3, "billion": 1e9}
_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])?\s*£?\s*(?P<sign2>[-+])?\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?P<power>[eE][-+]?\d+)?\s*"
    r"(?P<times>k|m|bn|million|thousand|billion)?\s*%?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_EXPECTED_NUMBER = "a number such as 1,234.5 or £1.2m"
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-]([A-Za-z]{3,9})\.?[ \-,]+(\d{2}|\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")


def folded(value: object) -> str:
    """Text with white space folded and trimmed; no-break spaces are spaces."""
    return " ".join(str(value).split())


def unknown(value: object) -> bool:
    """Whether a cell says that nobody knows: blank, TBC, n/a, a dash."""
    return value is None or (isinstance(value, str) and folded(value).lower() in UNKNOWN)


def number(value: object) -> float | None:
    """A number as people write it; None where unknown.

    `1,234.5`, `£25.80`, `£1.2m`, `120k`; `12%` is 12, and `(3)`, as accountants write it, is -3.
    """
    if unknown(value):
        return None
    if isinstance(value, bool):
        raise ValueError("a number, not yes or no")
    if isinstance(value, int | float):
        return _finite(float(value))
    match = _NUMBER.fullmatch(folded(value).replace("−", "-"))
    if match is None:
        raise ValueError(_EXPECTED_NUMBER)
    one_bracket = bool(match["open"]) != bool(match["close"])
    two_signs = match["sign"] and match["sign2"]
    if one_bracket or two_signs:
        raise ValueError(_EXPECTED_NUMBER)
    digits = match["digits"].replace(",", "") + (match["power"] or "")
    size = float(digits) * _TIMES[(match["times"] or "").lower()]
    minus = "-" in (match["sign"], match["sign2"]) or bool(match["open"])
    return _finite(-size if minus else size)


def _finite(value: float) -> float:
    if value != value or abs(value) == float("inf"):
        raise ValueError("a finite number")
    return value


def date(value: object) -> dt.date | None:
    """A date: ISO, or day first as in the UK; None where unknown.

    `2023-11-17`, `17/11/2023`, `17.11.23`, `3 Mar 2024`.
    """
    if unknown(value):
        return None
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise ValueError("a date without a time of day")
        return value.date()
    if isinstance(value, dt.date):
        return value
    parts = _parts(folded(value)) if isinstance(value, str) else None
    try:
        if parts is not None:
            return dt.date(*parts)
    except ValueError:
        pass
    raise ValueError("a date such as 2026-09-30 or 30/09/2026")


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day from text, or None."""
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _DAY_FIRST.fullmatch(text):
        return _year(match[3]), int(match[2]), int(match[1])
    if (match := _NAMED.fullmatch(text)) and match[2][:3].lower() in _MONTHS:
        return _year(match[3]), _MONTHS[match[2][:3].lower()], int(match[1])
    return None


def _year(text: str) -> int:
    """A year; of two digits, 00 to 69 are this century and 70 to 99 the last."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def yes_no(value: object) -> bool | None:
    """Yes or no; None where unknown."""
    if unknown(value):
        return None
    if isinstance(value, bool):
        return value
    text = folded(value).lower()
    if text in ("yes", "y", "true", "no", "n", "false"):
        return text[0] in "yt"
    raise ValueError("yes or no")


def words(value: object) -> list[str]:
    """A list written `a; b`."""
    return [] if unknown(value) else [w for w in (folded(p) for p in str(value).split(";")) if w]


def small_map(value: object) -> dict[str, str]:
    """A small map written `a: 1; b: 2`."""
    entries: dict[str, str] = {}
    for part in words(value):
        name, colon, text = (p.strip() for p in part.rpartition(":"))
        if not colon or not name or not text:
            raise ValueError("a small map such as `analysts: 6; change managers: 18`")
        if name in entries:
            raise ValueError(f"`{name}` once")
        entries[name] = text
    return entries


def safe_text(text: str) -> str:
    """Text that a spreadsheet will not take for a formula.

    Where it could, an apostrophe goes before it (OWASP, "CSV injection").
    """
    risky = text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") and not _plain_number(text)
    return f"'{text}" if risky else text


def from_safe(text: str) -> str:
    """The text that `safe_text` was given."""
    inner = text[1:]
    return inner if text[:1] == "'" and safe_text(inner) == text else text


def _plain_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", text) is not None
