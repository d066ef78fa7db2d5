"""Published base rates: how changes like these have ended, and how ratings have moved.

Both are files in `rules/` that carry their sources; the edges open them and this reads them.
Classes start a reading where an initiative names one. Moves of ratings are words for people: they
weigh nothing in any answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from changeadvisor.judgement import wording
from changeadvisor.judgement.checking import validated
from changeadvisor.model import (
    Colour,
    Count,
    Record,
    ReferenceClass,
    Text,
    canonical_json,
    digest,
)
from changeadvisor.validation import Place

#: The file of published classes, by its name among the rules.
CLASSES = "reference-classes"
#: The file of how ratings moved.
MOVES = "rating-moves"
FILES = (CLASSES, MOVES)
#: Ratings, best first.
RATINGS: tuple[Colour, ...] = get_args(Colour)


class ClassesFile(Record):
    """Published reference classes as they stand in their file, with what a reader must know."""

    base_rates: Literal["reference-classes"]
    """Names what the file holds."""
    version: Text
    """The version of the file."""
    title: Text
    """What it holds, for people."""
    notes: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """What a reader must know, in sentences."""
    classes: Annotated[tuple[ReferenceClass, ...], Field(strict=False)]
    """The classes, in the order of the file."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Nothing is published without a title and a source, and an id means one class."""
        incomplete = [c.id for c in self.classes if c.title is None or c.source is None]
        ids = [c.id for c in self.classes]
        if incomplete or len(set(ids)) < len(ids):
            raise PydanticCustomError(
                "told", "a title and a source for every class, and each id once"
            )
        return self

    @property
    def by_id(self) -> Mapping[str, ReferenceClass]:
        """The classes by their ids, in the order of the file."""
        return MappingProxyType({c.id: c for c in self.classes})


def read_classes(data: object, place: Place) -> ClassesFile:
    """Published classes from plain data; `place` tells where a value stands.

    Raises InputError with every fault.
    """
    return validated(ClassesFile, data, place)


# --- how ratings moved ----------------------------------------------------------------------------


class RatingRow(Record):
    """Projects of one rating, and what became of it a year later."""

    rating: Colour
    """The rating they had."""
    improved: Count
    """How many were rated better a year later."""
    same: Count
    """How many were rated the same."""
    worsened: Count
    """How many were rated worse."""
    left: Count
    """Projects that were no longer listed; why is unknown."""

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.improved + self.same + self.worsened + self.left


@dataclass(frozen=True, slots=True)
class ByItself:
    """What would have come had each project been given a rating drawn from all."""

    improved: float
    """The share (0 to 1) that would have been rated better."""
    same: float
    """The share (0 to 1) that would have been rated the same."""
    worsened: float
    """The share (0 to 1) that would have been rated worse."""


class RatingMoves(Record):
    """How published ratings moved in a year, as it stands in its file."""

    base_rates: Literal["rating-moves"]
    """Names what the file holds."""
    version: Text
    """The version of the file."""
    title: Text
    """What it holds, for people."""
    source: Text
    """Where the ratings were published."""
    ratings: Annotated[tuple[RatingRow, ...], Field(strict=False)]
    """What became of each rating, best first."""

    @model_validator(mode="after")
    def _every_rating(self) -> Self:
        """Every rating once, best first, and each with cases."""
        ratings = tuple(row.rating for row in self.ratings)
        if ratings != RATINGS or not all(row.cases for row in self.ratings):
            raise PydanticCustomError(
                "ratings", "each rating once, best first, with cases: {all}", {"all": RATINGS}
            )
        return self

    @property
    def digest(self) -> str:
        """Of what it says, so that advice names what it used."""
        return digest(canonical_json(self))

    def row(self, rating: Colour) -> RatingRow:
        """What became of one rating."""
        return self.ratings[RATINGS.index(rating)]

    def by_itself(self, rating: Colour) -> ByItself:
        """What chance alone makes of a rating.

        An extreme one moves towards the middle without anybody's doing (regression to the mean).
        """
        at, cases = RATINGS.index(rating), [row.cases for row in self.ratings]
        everything = sum(cases)
        return ByItself(
            improved=sum(cases[:at]) / everything,
            same=cases[at] / everything,
            worsened=sum(cases[at + 1 :]) / everything,
        )


def read_moves(data: object, place: Place) -> RatingMoves:
    """How ratings moved, from plain data; `place` tells where a value stands.

    Raises InputError with every fault.
    """
    return validated(RatingMoves, data, place)


@dataclass(frozen=True, slots=True)
class DeclaredMoves:
    """What became of published ratings like the declared one; weighed nowhere."""

    rating: str
    """The declared rating."""
    cases: int
    """How many projects had it."""
    improved: float
    """The share (0 to 1) that were rated better a year later."""
    same: float
    """The share (0 to 1) that were rated the same."""
    worsened: float
    """The share (0 to 1) that were rated worse."""
    left: float
    """The share (0 to 1) that were no longer listed; why is unknown."""
    by_itself: ByItself
    """What chance alone would have made of them."""
    source: str
    """Where the ratings were published."""
    sentences: tuple[str, ...]
    """The same in plain sentences."""


def declared_moves(moves: RatingMoves, rating: Colour) -> DeclaredMoves:
    """What the table says of a declared rating."""
    row, by_itself = moves.row(rating), moves.by_itself(rating)
    return DeclaredMoves(
        rating=rating,
        cases=row.cases,
        improved=row.improved / row.cases,
        same=row.same / row.cases,
        worsened=row.worsened / row.cases,
        left=row.left / row.cases,
        by_itself=by_itself,
        source=moves.source,
        sentences=wording.rating_moves(row, by_itself),
    )
