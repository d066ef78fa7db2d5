"""What the readers of packs, frameworks and base rates share: every fault of a file is gathered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard, TypeVar

from pydantic import ValidationError

from changeadvisor import validation
from changeadvisor.errors import Fault, InputError, did_you_mean
from changeadvisor.facts import Fact
from changeadvisor.model import Record
from changeadvisor.validation import Location, Place

_File = TypeVar("_File", bound=Record)


def validated(record: type[_File], data: object, place: Place) -> _File:
    """A written file from plain data; `place` tells where a value stands.

    Raises InputError with every fault.
    """
    try:
        return record.model_validate(data)
    except ValidationError as error:
        raise InputError(validation.faults_of(error, record, data, place)) from None


class FaultList:
    """The faults of one written file, gathered while it is read."""

    def __init__(self, file: Record, place: Place) -> None:
        """The file as it was read, and where its values stand."""
        self._file, self._place = file, place
        self._faults: list[Fault] = []

    def __len__(self) -> int:
        """How many there are so far."""
        return len(self._faults)

    def add(self, at: Location, found: str, expected: str, mend: str = "") -> None:
        """One more, at a location in the file."""
        field = validation.dotted(at, self._file.model_dump())
        self._faults.append(Fault(self._place(at), field, found, expected, mend))

    def check_word(self, at: Location, word: str, known: Iterable[str]) -> None:
        """A fault where a word is not one of those that are known."""
        words = tuple(known)
        if word not in words:
            self.add(at, f"`{word}`", "one of " + ", ".join(words), did_you_mean(word, words))

    def check_given(
        self, at: Location, name: str, value: Any, vocabulary: Mapping[str, Fact]
    ) -> None:
        """A fault where an example gives a fact that is not there, or a value it cannot take."""
        fact = vocabulary.get(name)
        found = f"`{name}: {value}`"
        if fact is None:
            mend = did_you_mean(name, vocabulary)
            self.add(at, found, "a fact of the vocabulary", mend)
        elif not all(map(fact.accepts, value if isinstance(value, list) else [value])):
            self.add(at, found, fact.expected(), did_you_mean(value, fact.levels))

    def raise_any(self) -> None:
        """Raises InputError with all of them, where there are any."""
        if self._faults:
            raise InputError(self._faults)


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number: yes and no are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_number(value: Any) -> Any:
    """Whole numbers as floats, so that equal numbers are the same value."""
    return float(value) if is_number(value) else value
