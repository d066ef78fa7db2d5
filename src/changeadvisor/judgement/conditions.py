"""The condition language of rules: parse it, put it in words, judge one sheet.

A test is `fact operator literal-or-$parameter`; only `all`, `any` and `not` nest. Judgement is
three-valued (Kleene 1952): a test of an unknown fact is unknown, so learning a fact never reverses
what was already decided. `columns` judges the same conditions over many rows at once.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from changeadvisor.errors import did_you_mean, plain
from changeadvisor.facts import Fact, Single

#: The operators that compare by size; only numbers take them.
ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}
_SHAPE = re.compile(
    r"\s*(?P<fact>\S+)\s+(?P<operator>is\s+not|is|in|>=|>|<=|<)\s+(?P<literal>.+?)\s*", re.DOTALL
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


class ConditionError(ValueError):
    """A condition that cannot be read: what was found, what was expected, how to mend it."""

    #: What a single test looks like, for messages.
    FORM = "`fact operator value`, with one of is, is not, in [..], >=, >, <=, <"

    def __init__(self, found: str, expected: str, mend: str = "") -> None:
        """Keep the three parts; the caller knows the place."""
        self.found, self.expected, self.mend = found, expected, mend
        super().__init__(f"{found}; expected {expected}")


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a fact with a literal."""

    __test__ = False  # not a pytest class

    fact: str
    """The name of the fact."""
    operator: str
    """One of is, is not, in, >=, >, <=, <."""
    values: tuple[Single, ...]
    """One literal, or those of `in`."""
    parameters: tuple[str, ...] = ()
    """The names of the parameters that literals came from."""

    def holds(self, value: Single) -> bool:
        """Whether a known value passes."""
        if self.operator in ORDER:
            return ORDER[self.operator](value, self.values[0])
        return (value in self.values) != (self.operator == "is not")

    def __str__(self) -> str:
        """The test as it is written, parameters by their values."""
        shown = [literal_text(v) for v in self.values]
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


def literal_text(value: Single) -> str:
    """A value as it is written in a condition."""
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
            plain(source),
            "a condition, or a map with one of all, any, not",
            f"write {ConditionError.FORM}",
        )
    (word, inner), *_ = source.items()
    if word == "not":
        return Not(parse(inner, vocabulary, parameters))
    if word not in ("all", "any"):
        raise ConditionError(
            f"`{plain(word)}`", "one of all, any, not", did_you_mean(word, ("all", "any", "not"))
        )
    if not isinstance(inner, list | tuple) or not inner:
        raise ConditionError(f"`{word}: {plain(inner)}`", f"a list of conditions under `{word}`")
    parts = tuple(parse(part, vocabulary, parameters) for part in inner)
    return AllOf(parts) if word == "all" else AnyOf(parts)


def _parse_test(
    source: str, vocabulary: Mapping[str, Fact], parameters: Mapping[str, Single]
) -> Test:
    match = _SHAPE.fullmatch(source)
    if match is None:
        raise ConditionError(f"`{plain(source)}`", ConditionError.FORM)
    fact = vocabulary.get(match["fact"])
    if fact is None:
        raise ConditionError(
            f"unknown fact `{plain(match['fact'])}`",
            "a fact of the vocabulary",
            did_you_mean(match["fact"], vocabulary),
        )
    word = " ".join(match["operator"].split())
    values, named = _literals(match["literal"], word, parameters)
    for value in values:
        _check(fact, word, value)
    return Test(fact.name, word, values, named)


def _literals(
    text: str, operator: str, parameters: Mapping[str, Single]
) -> tuple[tuple[Single, ...], tuple[str, ...]]:
    """The values of a literal and the parameters they came from."""
    if operator == "in":
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
                did_you_mean(text[1:], parameters),
            )
        return parameters[text[1:]]
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text)
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text


def _check(fact: Fact, word: str, value: Single) -> None:
    """Refuse a literal the fact cannot take, and an order on what has none."""
    if word in ORDER and fact.kind != "number":
        raise ConditionError(
            f"`{fact.name} {word}`",
            f"`is`, `is not` or `in` for a fact that takes {fact.expected()}",
        )
    if not fact.accepts(value):
        raise ConditionError(
            f"`{plain(literal_text(value))}` for {fact.name}",
            fact.expected(),
            did_you_mean(value, fact.levels),
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
