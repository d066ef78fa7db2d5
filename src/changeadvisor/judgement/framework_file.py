"""A framework as people write it; `framework_reader` makes of it one that can score."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field

from changeadvisor.model import Number, Positive, Record, Text


class LinearFile(Record):
    """(x - worst) / (best - worst), held to 0 to 1."""

    kind: Literal["linear"]
    """Names the way."""
    worst: Number
    """The number that gives 0, in the fact's unit."""
    best: Number
    """The number that gives 1, in the fact's unit."""


class PointsFile(Record):
    """The fact's own number."""

    kind: Literal["points"]
    """Names the way."""


class LevelsFile(Record):
    """Points for each level, as further keys beside `kind`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)

    kind: Literal["levels"]
    """Names the way."""


class StepFile(Record):
    """One step of a number."""

    upto: Number | None = None
    """The step ends at this number, which still belongs to it.

    None: `below` holds, or it is the last.
    """
    below: Number | None = None
    """The step ends before this number; None: `upto` holds, or it is the last."""
    points: Number
    """The points it gives."""


class StepsFile(Record):
    """A number turned into points in steps, rising."""

    kind: Literal["steps"]
    """Names the way."""
    steps: Annotated[tuple[StepFile, ...], Field(strict=False, min_length=2)]
    """The steps, rising; the last has no end."""


ValueFile = Annotated[LinearFile | PointsFile | LevelsFile | StepsFile, Discriminator("kind")]


class CriterionFile(Record):
    """One criterion: a fact, how it becomes a value, and its weight."""

    id: Text
    """Its id."""
    title: Text | None = None
    """What it is, for people; None: the meaning of its fact stands for it."""
    group: Text | None = None
    """The heading it stands under; None: not given."""
    fact: Text
    """The name of the fact it looks at."""
    value: ValueFile
    """How the fact becomes points."""
    weight: Positive
    """What its points are multiplied by."""
    source: Text | None = None
    """Who says so; None: not given."""


class BandFile(Record):
    """A band of scores."""

    upto: Number | None = None
    """Its upper end, included, rising from band to band; None: the last, or `from` holds."""
    from_: Number | None = Field(default=None, alias="from")
    """Its lower end, included; None: `upto` holds."""
    answer: Text
    """The answer it gives."""
    meaning: Text | None = None
    """What that answer means; None: not given."""


class ExpectedFile(Record):
    """What an example should give."""

    score: Number | Annotated[tuple[Number, Number], Field(strict=False)] | None = None
    """The score, or the two ends of an interval; None: not checked."""
    band: Text | None = None
    """The answer of its band; None: not checked."""


class ExampleFile(Record):
    """An inline test."""

    it: Text
    """What it shows, in words."""
    given: dict[str, bool | Number | Text] = Field(default_factory=dict)
    """The facts, by name."""
    expect: ExpectedFile
    """What it should give."""


class FrameworkFile(Record):
    """A framework as written."""

    framework: Text
    """Its name."""
    version: Text
    """Its version."""
    title: Text | None = None
    """What it is, for people; None: its name stands for it."""
    question: Text
    """The question it answers."""
    method: Literal["additive"]
    """How criteria become a score: the sum of weight times points."""
    source: Text | None = None
    """Who published it; None: not given."""
    notes: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """What a reader must know, in sentences."""
    criteria: Annotated[tuple[CriterionFile, ...], Field(strict=False, min_length=1)]
    """What is scored."""
    bands: Annotated[tuple[BandFile, ...], Field(strict=False, min_length=1)]
    """What a score means, from the lowest up."""
    tests: Annotated[tuple[ExampleFile, ...], Field(strict=False)] = ()
    """Examples of what it gives."""
