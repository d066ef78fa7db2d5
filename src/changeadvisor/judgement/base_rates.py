"""Published base rates: how changes like these have ended, and how ratings have moved.

Both are files in `rules/` that carry their sources; the edges open them and this reads them.
Classes start a reading where an initiative names one. Moves of ratings are words for people: they
weigh nothing in any answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from changeadvisor import validation
from changeadvisor.errors import InputError
from changeadvisor.facts import VOCABULARY
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
from changeadvisor.words import in_100, joined, rating_label

#: The file of published classes, by its name among the rules.
CLASSES = "reference-classes"
#: The file of how ratings moved.
MOVES = "rating-moves"
FILES = (CLASSES, MOVES)
#: Ratings, best first.
RATINGS: tuple[Colour, ...] = get_args(Colour)

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
    return _read(ClassesFile, data, place)


# --- how ratings moved ----------------------------------------------------------------------------


class RatingRow(Record):
    """Projects of one rating, and what became of it a year later.

    `left`: no longer listed, why is unknown.
    """

    rating: Colour
    improved: Count
    same: Count
    worsened: Count
    left: Count

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.improved + self.same + self.worsened + self.left


@dataclass(frozen=True, slots=True)
class ByItself:
    """Shares that would have been rated better, the same and worse, had each been given a rating drawn from all."""

    improved: float
    same: float
    worsened: float


class RatingMoves(Record):
    """How published ratings moved in a year, as it stands in its file."""

    base_rates: Literal["rating-moves"]
    version: Text
    title: Text
    source: Text
    ratings: Annotated[tuple[RatingRow, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Every rating once, best first, and each with cases."""
        if tuple(r.rating for r in self.ratings) != RATINGS or not all(
            r.cases for r in self.ratings
        ):
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

        An extreme one moves towards the middle without anybody's doing.
        """
        at, cases = RATINGS.index(rating), [r.cases for r in self.ratings]
        better, same = sum(cases[:at]) / sum(cases), cases[at] / sum(cases)
        return ByItself(better, same, sum(cases[at + 1 :]) / sum(cases))


def read_moves(data: object, place: Place) -> RatingMoves:
    """How ratings moved, from plain data; `place` tells where a value stands.

    Raises InputError with every fault.
    """
    return _read(RatingMoves, data, place)


@dataclass(frozen=True, slots=True)
class DeclaredMoves:
    """What became of published ratings like the declared one, in shares and plain sentences.

    Weighed nowhere.
    """

    rating: str
    cases: int
    improved: float
    same: float
    worsened: float
    left: float
    by_itself: ByItself
    source: str
    sentences: tuple[str, ...]


def declared_moves(moves: RatingMoves, rating: Colour) -> DeclaredMoves:
    """What the table says of a declared rating."""
    row = moves.row(rating)
    return DeclaredMoves(
        rating=rating,
        cases=row.cases,
        improved=row.improved / row.cases,
        same=row.same / row.cases,
        worsened=row.worsened / row.cases,
        left=row.left / row.cases,
        by_itself=moves.by_itself(rating),
        source=moves.source,
        sentences=tuple(_sentences(moves, row)),
    )


def _sentences(moves: RatingMoves, row: RatingRow) -> Iterator[str]:
    """The table's row for people, with what chance alone would have made of it."""
    became = [(row.improved, "better"), (row.same, "the same"), (row.worsened, "worse")]
    (first, how), *rest = ((n, how) for n, how in became if not _impossible(row.rating, how))
    others = [f"{in_100(n, row.cases)} {how}" for n, how in rest]
    rating = rating_label(row.rating)
    yield (
        f"Declared {rating}. Of {row.cases} government major projects rated {rating}, a year later "
        f"{joined([f'{in_100(first, row.cases)} in 100 were rated {how}', *others])}; "
        f"{in_100(row.left, row.cases)} were no longer listed, and why is unknown."
    )
    yield _alone(row.rating, moves.by_itself(row.rating))
    yield (
        "Those ratings were given from outside, to projects of government and not of councils. "
        "They weigh nothing in the answer."
    )


def _impossible(rating: Colour, how: str) -> bool:
    return (rating, how) in ((RATINGS[0], "better"), (RATINGS[-1], "worse"))


def _alone(rating: Colour, alone: ByItself) -> str:
    """What chance alone does; at the ends of the scale it is much of what is seen."""
    drawn = "Had each next rating been drawn from all ratings"
    if rating not in (RATINGS[0], RATINGS[-1]):
        better, worse = in_100(alone.improved), in_100(alone.worsened)
        return f"{drawn}, {better} in 100 would have improved by themselves, and {worse} worsened."
    share, how = (
        (alone.worsened, "worsened") if rating == RATINGS[0] else (alone.improved, "improved")
    )
    return (
        f"{drawn}, {in_100(share)} in 100 would have {how} by themselves: much of the movement of an extreme rating "
        f"is what any extreme rating would do (regression to the mean). To have {how} by next year shows little by "
        "itself."
    )


def candour_means(declared: Colour, evidenced: Colour, moves: RatingMoves | None) -> str:
    """What the step between the declared rating and the one the results support means, in plain sentences."""
    steps = RATINGS.index(evidenced) - RATINGS.index(declared)
    meaning = VOCABULARY["initiative.declared"].levels
    if steps == 0:
        return f"Its owners and its results say the same: {meaning[declared]}."
    both = (
        f"Declared {rating_label(declared)} says: {meaning[declared]}. "
        f"The results support {rating_label(evidenced)}: {meaning[evidenced]}."
    )
    return " ".join(
        [both, *(_kinder(evidenced, steps, moves) if steps > 0 else _harsher(declared, moves))]
    )


def _kinder(evidenced: Colour, steps: int, moves: RatingMoves | None) -> Iterator[str]:
    """Declared better than the evidence: whether time alone may close the gap."""
    if moves is not None:
        row = moves.row(evidenced)
        rose = f"{in_100(row.improved, row.cases)} in 100 were rated better a year later"
        far = "" if steps == 1 else f", by whatever step; here it takes {steps}"
        yield f"Of government major projects rated {rating_label(evidenced)}, {rose}{far}."
    yield "Until results show it, go by what they support."


def _harsher(declared: Colour, moves: RatingMoves | None) -> Iterator[str]:
    """Declared worse than the evidence: what its owners may know, and what a rise would show."""
    yield "Its owners may know what the measure does not show yet, or take an expected dip for failure: ask which."
    if moves is not None:
        row = moves.row(declared)
        rose = in_100(row.improved, row.cases)
        rating = rating_label(declared)
        yield f"Of government major projects rated {rating}, {rose} in 100 were rated better a year later."


def _read(file: type[_File], data: object, place: Place) -> _File:
    try:
        return file.model_validate(data)
    except ValidationError as error:
        raise InputError(validation.faults_of(error, file, data, place)) from None
