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
    """A number or level with a name, used in conditions as `$name`."""

    value: bool | Number | Text
    """The number or level."""
    unit: Text | None = None
    """The unit of a number; None: it has none."""
    label: Text | None = None
    """What it is, in words; None: not given."""
    source: Text | None = None
    """Who says so; None: not given."""


class ReadFromFile(Record):
    """The question of ours that a pack's own fact is read from."""

    fact: Text
    """The name of our fact in the vocabulary."""
    levels: dict[str, Text | Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]]
    """What each of its levels means here.

    A level that lies between means several; the fact is then the set of them, as where raters
    differ.
    """


class FactFile(Record):
    """A fact a pack declares for itself; without levels, unit and range it is yes or no."""

    levels: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)] | None = None
    """Its levels, worst last; None: a number, or yes or no."""
    unit: Text | None = None
    """The unit of a number; None: it has none."""
    range: Annotated[tuple[Number, ...], Field(strict=False, min_length=2, max_length=2)] | None = (
        None
    )
    """The least and the greatest that the number can be; None: it is no number."""
    worse: Literal["higher", "lower"] | None = None
    """Which way a number gets worse; None: neither, or not known."""
    ordered: bool = True
    """Whether its levels run from good to bad."""
    meaning: Text | None = None
    """What it is, in words; None: its name stands for it."""
    question: Text | None = None
    """What to ask to learn it; None: not given."""
    from_: ReadFromFile | None = Field(default=None, alias="from")
    """The question of ours that it is read from; None: it is given itself."""


class RuleTestFile(Record):
    """An example beside its rule."""

    it: Text
    """What the rule does then, in words."""
    given: dict[str, bool | Number | Text | list[bool | Number | Text]] = Field(
        default_factory=dict
    )
    """The facts, by name."""
    expect: State
    """What the rule then does."""


class FromFact(Record):
    """A weight in decibans that is read from a fact."""

    fact: Text
    """The name of the fact."""
    cap: Number | Text
    """The most it may weigh either way, in decibans: a number or `$parameter`."""


class RuleFile(Record):
    """One rule as written."""

    id: Text
    """Its id, used once and never again."""
    title: Text | None = None
    """What it looks for, in words; None: its id stands for it."""
    evidence: Text | None = None
    """What it looks at; within one, only the strongest weight each way counts.

    None: it stands alone.
    """
    when: Any = None
    """The condition under which it fires; None: always."""
    unless: Any = None
    """The condition under which it does not; None: there is none."""
    then: Text
    """The answer it speaks for."""
    weight: int | FromFact | None = None
    """What it weighs, 1, 2, 4, 7 or 10 decibans or negative, or the fact that says.

    None: nothing is weighed, or it is a veto.
    """
    veto: bool = False
    """Whether it takes its answer out."""
    because: Text | None = None
    """Its reason, in a sentence; None: not given."""
    source: Text | None = None
    """Who says so; None: not given."""
    tests: Annotated[tuple[RuleTestFile, ...], Field(strict=False)] = ()
    """Examples of what it does."""


class PackFile(Record):
    """A rule pack as written."""

    pack: Text
    """Its name."""
    version: Text
    """Its version."""
    title: Text | None = None
    """What it is, for people; None: its name stands for it."""
    description: Text | None = None
    """What it is for, in sentences; None: not given."""
    question: Text
    """The question it answers: `action`, `route`, or any name of one's own."""
    answers: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)]
    """The answers it can give, mildest first."""
    meanings: dict[str, Text] = Field(default_factory=dict)
    """What each answer means, in words."""
    combine: Combine
    """How its rules give an answer: weighed; exactly one may fire; or the first that fires."""
    ordered: bool = True
    """Whether its answers run from mild to severe: worse facts must not give a milder one."""
    parameters: dict[str, ParameterFile] = Field(default_factory=dict)
    """Its numbers and levels, by name."""
    facts: dict[str, FactFile] = Field(default_factory=dict)
    """The facts it declares for itself, by name."""
    retired: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Ids of rules that were taken out and must not be used again."""
    rules: Annotated[tuple[RuleFile, ...], Field(strict=False)]
    """Its rules; their order matters in `first` alone."""
