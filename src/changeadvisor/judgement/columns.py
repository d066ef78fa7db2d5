"""Conditions judged over many rows at once, as arrays.

The same three values as for one sheet: one boolean array says where a condition holds and one where
it fails; where neither is set, it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from changeadvisor.facts import Fact, Single
from changeadvisor.judgement.conditions import ORDER, AnyOf, Condition, Not, Test

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Codes = NDArray[np.int8] | NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Column:
    """A fact over many rows."""

    data: Numbers | Codes
    """Numbers as they are; of other facts the codes of their values (their order in `Fact.values`;
    -1 unknown)."""
    missing: Flags | None = None
    """Rows where it is unknown; None where it is known in every row."""

    def rows(self, piece: slice) -> Column:
        """The column over some of the rows."""
        return Column(self.data[piece], None if self.missing is None else self.missing[piece])


def column_of(fact: Fact, values: Sequence[Single | None]) -> Column:
    """A column from a list of values, None where it is unknown."""
    missing = np.array([value is None for value in values], dtype=np.bool_)
    if fact.values:
        codes: dict[Single | None, int] = {value: i for i, value in enumerate(fact.values)}
        codes[None] = -1
        kind = np.int8 if len(fact.values) < 128 else np.int16
        data: Any = np.array([codes[value] for value in values], dtype=kind)
    else:
        # Of None numpy makes NaN.
        data = np.array(values, dtype=np.float64)
    return Column(data, missing if missing.any() else None)


@dataclass(frozen=True, slots=True)
class Flagged:
    """A condition over many rows."""

    holds: Flags
    """Rows where it holds for certain."""
    fails: Flags | None = None
    """Rows where it fails for certain; None where that is just the opposite of `holds`."""

    @property
    def negated(self) -> Flags:
        """Rows where it fails for certain."""
        return ~self.holds if self.fails is None else self.fails


class Batch:
    """Judges conditions over columns of equal length; a test that several share is judged once."""

    def __init__(
        self, columns: Mapping[str, Column], vocabulary: Mapping[str, Fact], rows: int
    ) -> None:
        """Columns by fact name; a fact without a column is unknown in every row."""
        self._columns, self._vocabulary, self._rows = columns, vocabulary, rows
        self._judged: dict[Condition, Flagged] = {}

    def judge(self, condition: Condition) -> Flagged:
        """Where the condition holds and where it fails."""
        flagged = self._judged.get(condition)
        if flagged is None:
            flagged = self._judged[condition] = self._judge(condition)
        return flagged

    def _judge(self, condition: Condition) -> Flagged:
        if isinstance(condition, Test):
            return self._test(condition)
        if isinstance(condition, Not):
            inner = self.judge(condition.part)
            return Flagged(inner.negated, None if inner.fails is None else inner.holds)
        if not condition.parts:
            # A rule without a condition holds in every row.
            return Flagged(np.ones(self._rows, dtype=np.bool_))
        return _joined([self.judge(part) for part in condition.parts], isinstance(condition, AnyOf))

    def _test(self, test: Test) -> Flagged:
        column = self._columns.get(test.fact)
        if column is None:
            nowhere = np.zeros(self._rows, dtype=np.bool_)
            return Flagged(nowhere, nowhere)
        holds = self._compare(test, column)
        if column.missing is None:
            return Flagged(holds)
        known = ~column.missing
        return Flagged(holds & known, ~holds & known)

    def _compare(self, test: Test, column: Column) -> Flags:
        fact = self._vocabulary[test.fact]
        if test.operator in ORDER:
            return np.asarray(ORDER[test.operator](column.data, test.values[0]), dtype=np.bool_)
        sought: list[Any] = list(test.values)
        if fact.values:
            sought = [fact.values.index(v) for v in test.values]
        equal = column.data == sought[0]
        for value in sought[1:]:
            equal |= column.data == value
        return np.asarray(~equal if test.operator == "is not" else equal, dtype=np.bool_)


def _joined(parts: list[Flagged], either: bool) -> Flagged:
    """`any` of the parts, or `all` of them."""
    holds = _folded([p.holds for p in parts], either)
    if all(p.fails is None for p in parts):
        return Flagged(holds)
    return Flagged(holds, _folded([p.negated for p in parts], not either))


def _folded(flags: list[Flags], either: bool) -> Flags:
    """Flags joined by or, or by and, pair by pair: no copy of them all is made."""
    joined = flags[0]
    for other in flags[1:]:
        joined = joined | other if either else joined & other
    return joined
