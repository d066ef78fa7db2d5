"""A rule pack as people write it.

The rule is the unit: its condition, weight, reason, source and examples stand together in the file.
`pack_reader` makes of it a pack that can judge.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from changeadvisor.model import Number, Record, Text

#: What a rule does on a sheet.
State = Literal["fired", "silent", "unknown"]
#: How the rules of a pack give an answer: weighed; exactly one may fire; the first that fires.
Combine = Literal["weigh", "unique", "first"]


class ParameterFile(Record):
    """A number or level with a name, a unit and a source, used in conditions as `$name`."""

    value: bool | Number | Text
    unit: Text | None = None
    label: Text | None = None
    source: Text | None = None


class ReadFromFile(Record):
    """The question of ours that a pack's own fact is read from: what each of its levels means here.

    A level that lies between means several; the fact is then the set of them, as where raters
    differ.
    """

    fact: Text
    levels: dict[str, Text | Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]]


class FactFile(Record):
    """A fact a pack declares for itself: levels (worst last), a number with unit and range, or
    neither (yes or no).
    """  # noqa: D205 (the schema's description)

    levels: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)] | None = None
    unit: Text | None = None
    range: Annotated[tuple[Number, ...], Field(strict=False, min_length=2, max_length=2)] | None = (
        None
    )
    worse: Literal["higher", "lower"] | None = None
    ordered: bool = True
    meaning: Text | None = None
    question: Text | None = None
    from_: ReadFromFile | None = Field(default=None, alias="from")


class RuleTestFile(Record):
    """An example beside its rule: these facts, and what the rule then does."""

    it: Text
    given: dict[str, bool | Number | Text | list[bool | Number | Text]] = Field(
        default_factory=dict
    )
    expect: State


class FromFact(Record):
    """A weight read from a fact in decibans, held to plus or minus `cap` (a number or
    `$parameter`).
    """  # noqa: D205 (the schema's description)

    fact: Text
    cap: Number | Text


class RuleFile(Record):
    """One rule as written."""

    id: Text
    title: Text | None = None
    evidence: Text | None = None
    when: Any = None
    unless: Any = None
    then: Text
    weight: int | FromFact | None = None
    veto: bool = False
    because: Text | None = None
    source: Text | None = None
    tests: Annotated[tuple[RuleTestFile, ...], Field(strict=False)] = ()


class PackFile(Record):
    """A rule pack as written."""

    pack: Text
    version: Text
    title: Text | None = None
    description: Text | None = None
    question: Text
    answers: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)]
    meanings: dict[str, Text] = Field(default_factory=dict)
    combine: Combine
    ordered: bool = True
    parameters: dict[str, ParameterFile] = Field(default_factory=dict)
    facts: dict[str, FactFile] = Field(default_factory=dict)
    retired: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    rules: Annotated[tuple[RuleFile, ...], Field(strict=False)]
