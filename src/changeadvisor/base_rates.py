"""Published base rates: how changes like these have ended, and how ratings have moved.

Both are files in `rules/` that carry their sources; the edges open them and this reads them. Classes start a reading
where an initiative names one. Moves of ratings are words for people: they weigh nothing in any answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from changeadvisor import validation
from changeadvisor.errors import InputError
from changeadvisor.model import Record, ReferenceClass, Text
from changeadvisor.validation import Place

#: The file of published classes, by its name among the rules.
CLASSES = "reference-classes"
FILES = (CLASSES,)

_File = TypeVar("_File", bound=Record)


class ClassesFile(Record):
    """Published reference classes as they stand in their file, with what a reader must know of them."""

    base_rates: Literal["reference-classes"]
    version: Text
    title: Text
    notes: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    classes: Annotated[tuple[ReferenceClass, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _told(self) -> Self:
        """Nothing is published without a title and a source, and an id means one class."""
        untold = [c.id for c in self.classes if c.title is None or c.source is None]
        ids = [c.id for c in self.classes]
        if untold or len(set(ids)) < len(ids):
            raise PydanticCustomError("told", "a title and a source for every class, and each id once")
        return self

    @property
    def by_id(self) -> Mapping[str, ReferenceClass]:
        """The classes by their ids, in the order of the file."""
        return MappingProxyType({c.id: c for c in self.classes})


def read_classes(data: object, place: Place) -> ClassesFile:
    """Published classes from plain data; `place` tells where a value stands. Raises InputError with every fault."""
    return _read(ClassesFile, data, place)


def _read(file: type[_File], data: object, place: Place) -> _File:
    try:
        return file.model_validate(data)
    except ValidationError as error:
        raise InputError(validation.faults_of(error, file, data, place)) from None
