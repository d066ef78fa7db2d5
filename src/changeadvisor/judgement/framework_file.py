"""A framework as people write it; `framework_reader` makes of it one that can score."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field

from changeadvisor.model import Number, Positive, Record, Text


class LinearFile(Record):
    """(x - worst) / (best - worst), held to 0 to 1."""

    kind: Literal["linear"]
    worst: Number
    best: Number


class PointsFile(Record):
    """The fact's own number."""

    kind: Literal["points"]


class LevelsFile(Record):
    """Points for each level, as further keys beside `kind`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)

    kind: Literal["levels"]


class StepFile(Record):
    """A number up to and with `upto` (or below `below`) gives `points`; the last step has no
    end.
    """  # noqa: D205 (the schema's description)

    upto: Number | None = None
    below: Number | None = None
    points: Number


class StepsFile(Record):
    """A number turned into points in steps, rising."""

    kind: Literal["steps"]
    steps: Annotated[tuple[StepFile, ...], Field(strict=False, min_length=2)]


ValueFile = Annotated[LinearFile | PointsFile | LevelsFile | StepsFile, Discriminator("kind")]


class CriterionFile(Record):
    """One criterion: a fact, how it becomes a value, and its weight."""

    id: Text
    title: Text | None = None
    group: Text | None = None
    fact: Text
    value: ValueFile
    weight: Positive
    source: Text | None = None


class BandFile(Record):
    """A band of scores, bounds included; `upto` rising, the last left out, or `from`."""

    upto: Number | None = None
    from_: Number | None = Field(default=None, alias="from")
    answer: Text
    meaning: Text | None = None


class ExpectedFile(Record):
    """What an example should give: a score, or the two ends of an interval, and a band."""

    score: Number | Annotated[tuple[Number, Number], Field(strict=False)] | None = None
    band: Text | None = None


class ExampleFile(Record):
    """An inline test."""

    it: Text
    given: dict[str, bool | Number | Text] = Field(default_factory=dict)
    expect: ExpectedFile


class FrameworkFile(Record):
    """A framework as written."""

    framework: Text
    version: Text
    title: Text | None = None
    question: Text
    method: Literal["additive"]
    source: Text | None = None
    notes: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    criteria: Annotated[tuple[CriterionFile, ...], Field(strict=False, min_length=1)]
    bands: Annotated[tuple[BandFile, ...], Field(strict=False, min_length=1)]
    tests: Annotated[tuple[ExampleFile, ...], Field(strict=False)] = ()
