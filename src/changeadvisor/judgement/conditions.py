"""The condition language: parse, judge one sheet, judge a batch.

A test is `fact operator literal-or-$parameter`; only `all`, `any` and `not` nest. Judgement is
three-valued (Kleene 1952): a test of an unknown fact is unknown, so learning a fact never reverses
what was already decided. A batch is judged with one boolean array for "holds" and one for "fails";
where neither is set, it is unknown.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from changeadvisor.errors import nearest, plain
from changeadvisor.facts import Fact, Single

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Codes = NDArray[np.int8] | NDArray[np.int16]

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}
_SHAPE = re.compile(
    r"\s*(?P<fact>\S+)\s+(?P<operator>is\s+not|is|in|>=|>|<=|<)\s+(?P<literal>.+?)\s*", re.DOTALL
)
_FORM = "`fact operator value`, with one of is, is not, in [..], >=, >, <=, <"


class ConditionError(ValueError):
    """A condition that cannot be read: what was found, what was expected, how to mend it."""

    def __init__(self, found: str, expected: str, mend: str = "") -> None:
        """Keep the three parts; the caller knows the place."""
        self.found, self.expected, self.mend = found, expected, mend
        super().__init__(f"{found}; expected {expected}")


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison.

    `values` holds one literal, or those of `in`; `parameter` is the name a literal came from.
    """

    __test__ = False  # not a pytest class

    fact: str
    operator: str
    values: tuple[Single, ...]
    parameters: tuple[str, ...] = ()

    def holds(self, value: Single) -> bool:
        """Whether a known value passes."""
        if self.operator in _ORDER:
            return _ORDER[self.operator](value, self.values[0])
        return (value in self.values) != (self.operator == "is not")

    def __str__(self) -> str:
        """The test as it is written, parameters by their values."""
        shown = [_literal_text(v) for v in self.values]
        value = f"[{', '.join(shown)}]" if self.operator == "in" else shown[0]
        return f"{self.fact} {self.operator} {value}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where at least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where the part fails."""

    part: Condition


Condition = Test | AllOf | AnyOf | Not


def _literal_text(value: Single) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def text(condition: Condition) -> str:
    """A condition in words, `and`, `or` and `not` spelt out."""
    if isinstance(condition, Test):
        return str(condition)
    if isinstance(condition, Not):
        return f"not ({text(condition.part)})"
    joined = [text(p) if isinstance(p, Test) else f"({text(p)})" for p in condition.parts]
    return (" and " if isinstance(condition, AllOf) else " or ").join(joined) or "always"


def each_test(condition: Condition) -> Iterator[Test]:
    """Every test inside, in the order written."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, Not):
        yield from each_test(condition.part)
    else:
        for part in condition.parts:
            yield from each_test(part)


# --- parse ----------------------------------------------------------------------------------------


def parse(
    source: object, vocabulary: Mapping[str, Fact], parameters: Mapping[str, Single]
) -> Condition:
    """A condition from its written form: text, or a map of one of `all`, `any`, `not`.

    Raises ConditionError with what was found and how to mend it.
    """
    if isinstance(source, str):
        return _parse_test(source, vocabulary, parameters)
    if not isinstance(source, Mapping) or len(source) != 1:
        raise ConditionError(
            plain(source), "a condition, or a map with one of all, any, not", f"write {_FORM}"
        )
    (word, inner), *_ = source.items()
    if word == "not":
        return Not(parse(inner, vocabulary, parameters))
    if word not in ("all", "any"):
        raise ConditionError(
            f"`{plain(word)}`", "one of all, any, not", _meant(word, ("all", "any", "not"))
        )
    if not isinstance(inner, list | tuple) or not inner:
        raise ConditionError(f"`{word}: {plain(inner)}`", f"a list of conditions under `{word}`")
    parts = tuple(parse(part, vocabulary, parameters) for part in inner)
    return AllOf(parts) if word == "all" else AnyOf(parts)


def _meant(word: object, known: Any) -> str:
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def _parse_test(
    source: str, vocabulary: Mapping[str, Fact], parameters: Mapping[str, Single]
) -> Test:
    match = _SHAPE.fullmatch(source)
    if match is None:
        raise ConditionError(f"`{plain(source)}`", _FORM)
    fact = vocabulary.get(match["fact"])
    if fact is None:
        raise ConditionError(
            f"unknown fact `{plain(match['fact'])}`",
            "a fact of the vocabulary",
            _meant(match["fact"], vocabulary),
        )
    word = " ".join(match["operator"].split())
    values, named = _literals(match["literal"], word, parameters)
    for value in values:
        _check(fact, word, value)
    return Test(fact.name, word, values, named)


def _literals(
    text: str, word: str, parameters: Mapping[str, Single]
) -> tuple[tuple[Single, ...], tuple[str, ...]]:
    """The values of a literal and the parameters they came from."""
    if word == "in":
        if not (text.startswith("[") and text.endswith("]")):
            raise ConditionError(
                f"`in {plain(text)}`", "a list in brackets, such as in [weak, opposed]"
            )
        items = [item.strip() for item in text[1:-1].split(",")]
    else:
        items = [text]
    if not all(items):
        raise ConditionError(f"`{plain(text)}`", "a value between the commas")
    named = tuple(item[1:] for item in items if item.startswith("$"))
    return tuple(_literal(item, parameters) for item in items), named


def _literal(text: str, parameters: Mapping[str, Single]) -> Single:
    if text.startswith("$"):
        if text[1:] not in parameters:
            raise ConditionError(
                f"unknown parameter `{plain(text)}`",
                "a parameter of this pack",
                _meant(text[1:], parameters),
            )
        return parameters[text[1:]]
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text):
        return float(text)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _check(fact: Fact, word: str, value: Single) -> None:
    """Refuse a literal the fact cannot take, and an order on what has none."""
    if word in _ORDER and fact.kind != "number":
        raise ConditionError(
            f"`{fact.name} {word}`",
            f"`is`, `is not` or `in` for a fact that takes {fact.expected()}",
        )
    if not fact.accepts(value):
        raise ConditionError(
            f"`{plain(_literal_text(value))}` for {fact.name}",
            fact.expected(),
            _meant(value, fact.levels),
        )


# --- judge one ------------------------------------------------------------------------------------


def judge(condition: Condition, known: Mapping[str, Single]) -> bool | None:
    """True, False, or None where what is known does not settle it."""
    if isinstance(condition, Test):
        value = known.get(condition.fact)
        return None if value is None else condition.holds(value)
    if isinstance(condition, Not):
        inner = judge(condition.part, known)
        return None if inner is None else not inner
    settles = isinstance(condition, AnyOf)
    unknown = False
    for part in condition.parts:
        verdict = judge(part, known)
        if verdict is settles:
            return settles
        unknown = unknown or verdict is None
    return None if unknown else not settles


# --- judge a batch --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A fact over many rows: numbers, or codes of its values (their order in `Fact.values`.

    -1 unknown).

    missing: rows where it is unknown, or None where it is known in every row.
    """

    data: Numbers | Codes
    missing: Flags | None = None


@dataclass(frozen=True, slots=True)
class Flagged:
    """A condition over many rows. `fails` is None where it is just the opposite of `holds`."""

    holds: Flags
    fails: Flags | None = None

    @property
    def negated(self) -> Flags:
        """Rows where it fails for certain."""
        return ~self.holds if self.fails is None else self.fails


class Batch:
    """Judges conditions over columns of equal length.

    A test that several conditions share is judged once.
    """

    def __init__(
        self, columns: Mapping[str, Column], vocabulary: Mapping[str, Fact], rows: int
    ) -> None:
        """Columns by fact name; a fact without a column is unknown in every row."""
        self._columns, self._vocabulary, self._rows = columns, vocabulary, rows
        self._done: dict[Condition, Flagged] = {}

    def judge(self, condition: Condition) -> Flagged:
        """Where the condition holds and where it fails."""
        found = self._done.get(condition)
        if found is None:
            found = self._done[condition] = self._judge(condition)
        return found

    def _judge(self, condition: Condition) -> Flagged:
        if isinstance(condition, Test):
            return self._test(condition)
        if isinstance(condition, Not):
            inner = self.judge(condition.part)
            return Flagged(inner.negated, None if inner.fails is None else inner.holds)
        if not condition.parts:
            return self._everywhere()
        return _joined([self.judge(part) for part in condition.parts], isinstance(condition, AnyOf))

    def _everywhere(self) -> Flagged:
        """A rule without a condition holds in every row."""
        import numpy as np

        return Flagged(np.ones(self._rows, dtype=np.bool_))

    def _test(self, test: Test) -> Flagged:
        import numpy as np

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
        import numpy as np

        fact = self._vocabulary[test.fact]
        if test.operator in _ORDER:
            return np.asarray(_ORDER[test.operator](column.data, test.values[0]), dtype=np.bool_)
        wanted: list[Any] = (
            [fact.values.index(v) for v in test.values] if fact.values else list(test.values)
        )
        found = column.data == wanted[0]
        for value in wanted[1:]:
            found |= column.data == value
        return np.asarray(~found if test.operator == "is not" else found, dtype=np.bool_)


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
