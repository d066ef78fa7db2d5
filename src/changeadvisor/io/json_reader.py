"""JSON as plain data, each value with its line.

Python's own decoder does the reading; each value is wrapped with the offset at which it begins, and
unwrapped into plain data once the whole text has proved to be JSON.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import Any

from changeadvisor.errors import InputError, plain
from changeadvisor.io.placed_data import (
    MOST_DEPTH,
    Document,
    EarlyFault,
    Location,
    is_encodable,
    line_of,
    named_faults,
)


class _Placed:
    """A JSON value and the offset at which it begins."""

    __slots__ = ("offset", "value")

    def __init__(self, value: Any, offset: int) -> None:
        self.value, self.offset = value, offset


def read_json(text: str, name: str) -> Document:
    """JSON with the line of every value; keys that stand twice, NaN and Infinity are faults."""
    deepest = _deepest(text)
    if deepest is not None:
        raise InputError.one(
            f"{name}:{line_of(text, deepest)}",
            "values nested too deep",
            f"at most {MOST_DEPTH} levels",
        )
    try:
        root = _PlacedDecoder().decode(text)
    except json.JSONDecodeError as error:
        where = f"{name}:{error.lineno}:{error.colno}"
        raise InputError.one(
            where, plain(error.msg).lower(), "JSON", "look at this line and the one before"
        ) from None
    return _PlacedReader(name, text).document(root)


def _deepest(text: str) -> int | None:
    """The offset at which brackets nest beyond the limit, strings apart; None where they do not."""
    depth, inside, escaped = 0, False, False
    for offset, character in enumerate(text):
        if inside:
            inside, escaped = character != '"' or escaped, character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                return offset
        elif character in "]}":
            depth -= 1
    return None


class _PlacedDecoder(json.JSONDecoder):
    """Python's own decoder, each value wrapped with its offset."""

    def __init__(self) -> None:
        from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]
        from json.scanner import py_make_scanner  # type: ignore[attr-defined]

        super().__init__(object_pairs_hook=list, parse_constant=_Constant, parse_int=_whole_number)
        self.parse_object = lambda at, strict, _scan, hook, pairs, memo: JSONObject(
            at, strict, self._scan, hook, pairs, memo
        )
        self.parse_array = lambda at, _scan: JSONArray(at, self._scan)
        self._inner = py_make_scanner(self)
        self.scan_once = self._scan

    def _scan(self, text: str, offset: int) -> tuple[_Placed, int]:
        value, end = self._inner(text, offset)
        return _Placed(value, offset), end


class _Constant(str):
    """NaN, Infinity or -Infinity, which are not JSON, or a whole number of absurd length."""

    __slots__ = ()


def _whole_number(digits: str) -> int | _Constant:
    try:
        return int(digits)
    except ValueError:
        return _Constant(digits)


class _PlacedReader:
    """Turns placed JSON values into plain data."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.places: dict[Location, str] = {}
        self.faults: list[EarlyFault] = []
        self.ends = [i for i, c in enumerate(text) if c == "\n"]

    def document(self, root: _Placed) -> Document:
        """The whole document."""
        data = self._value(root, ())
        self.places[()] = self.name
        return Document(data, self.places, named_faults(self.faults, data))

    def _line(self, placed: _Placed) -> int:
        return bisect_left(self.ends, placed.offset) + 1

    def _value(self, placed: _Placed, location: Location) -> Any:
        where = f"{self.name}:{self._line(placed)}"
        self.places[location] = where
        value = placed.value
        if isinstance(value, _Constant):
            expected = (
                "a number of usual size" if value.lstrip("-").isdigit() else "a finite number"
            )
            self._fault(where, location, f"`{plain(value)}`", expected)
            return None
        if isinstance(value, str) and not is_encodable(value):
            self._fault(where, location, "half a character (a lone surrogate)", "whole characters")
            return None
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            return self._map(value, location)
        if isinstance(value, list):
            # An empty map and an empty list both decode to an empty list; the text tells which.
            if not value and self.text[placed.offset] == "{":
                return {}
            return [self._value(item, (*location, i)) for i, item in enumerate(value)]
        return value

    def _map(self, pairs: list[tuple[str, _Placed]], location: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in pairs:
            if key in values:
                again = f"`{plain(key)}` again (first in line {first[key]})"
                where = f"{self.name}:{self._line(value)}"
                self._fault(
                    where, (*location, key), again, "each key once", "remove one of the two"
                )
                continue
            first[key] = self._line(value)
            values[key] = self._value(value, (*location, key))
        return values

    def _fault(
        self, where: str, location: Location, found: str, expected: str, mend: str = ""
    ) -> None:
        self.faults.append(EarlyFault(where, location, found, expected, mend))
