"""How a register is laid out in Excel: its sheets and columns, derived from the models.

Headings are the keys, with spaces for `_` and for nesting; an estimate takes three columns,
`… low`, `… likely`, `… high`. Reading and writing share this, so that what is written is read back.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from changeadvisor import model
from changeadvisor.io import cells
from changeadvisor.model import (
    Estimate,
    Part,
    Programme,
    Share,
)

#: An id that begins so marks the worked row of a new register; it is no valid id, so no real row is
#: mistaken for it.
EXAMPLE = "(example)"
#: The three points of an estimate, in the order in which a record holds them.
POINTS = ("low", "likely", "high")
#: How the cells of a column are read and written.
Kind = Literal[
    "text",
    "date",
    "number",
    "whole",
    "yes-no",
    "choice",
    "words",
    "map",
    "level",
    "teams",
    "budget",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet."""

    path: tuple[str, ...]
    """The keys that lead to its value inside a record."""
    kind: Kind
    """How its cells are read and written."""
    words: tuple[str, ...] = ()
    """The words allowed in it; empty where any text or number may stand."""
    point: str | None = None
    """Of an estimate, which of its three points; None for any other value."""
    title: str | None = None
    """Its heading, where that is not made of the keys."""
    share: bool = False
    """Whether it holds a share: 40 % is 0.4 then. In any other column 40 % is 40."""

    @property
    def heading(self) -> str:
        """The heading: the keys with spaces, or a title of its own."""
        if self.title is not None:
            return self.title
        words = [key.replace("_", " ") for key in self.path]
        if self.point is not None:
            words.append(self.point)
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a row for each record."""

    name: str
    """What the sheet is called."""
    records: tuple[type[BaseModel], ...]
    """The models of its records: several where a key of the record tells them apart."""
    key: str
    """The list that its records go into, of the parent or of the programme itself."""
    parent: Literal["initiative", "measure"] | None = None
    """The column that names the parent; None where records belong to the programme itself."""
    id: str | None = None
    """The column of the record's own id; None where it has none."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, that of the parent first."""
        return _columns_of(self)


#: Fields that have a sheet of their own, or columns named by the people who fill them in.
_CHILDREN = frozenset(
    {
        "adoption",
        "options",
        "tripwires",
        "judgements",
        "history",
        "depends_on",
        "observations",
        "comparators",
        "rebase",
        "features",
        "tied",
    }
)
#: Fields of the programme that are no line of the sheet Programme.
_TOP = frozenset({"aims", "reference_classes", "areas", "measures", "initiatives", "format"})


SHEETS = (
    Sheet("Aims", (model.Aim,), "aims", id="id"),
    Sheet("Classes", (model.ReferenceClass,), "reference_classes", id="id"),
    Sheet("Measures", (model.Measure,), "measures", id="id"),
    Sheet("Observations", (model.Observation,), "observations", "measure"),
    Sheet("Comparators", (model.Comparator,), "comparators", "measure"),
    Sheet("Areas", (model.Area,), "areas", id="area"),
    Sheet("Initiatives", (model.Initiative,), "initiatives", id="id"),
    Sheet("Adoption", (model.Adoption,), "adoption", "initiative"),
    Sheet(
        "Options", (model.AdjustTactics, model.AdjustStrategy, model.Stop), "options", "initiative"
    ),
    Sheet("Tripwires", (model.Tripwire,), "tripwires", "initiative"),
    Sheet("Dependencies", (model.Dependency,), "depends_on", "initiative"),
    Sheet("Judgements", (model.Judgement,), "judgements", "initiative"),
    Sheet("History", (model.Change,), "history", "initiative"),
    Sheet("Rebase", (model.Rebase,), "rebase", "measure"),
)


@cache
def _columns_of(sheet: Sheet) -> tuple[Column, ...]:
    first = [Column((sheet.parent,), "text")] if sheet.parent else []
    if sheet.key == "judgements":
        first.append(Column(("fact",), "text"))
    # Several models on one sheet share columns: the words of each are allowed there.
    merged: dict[tuple[tuple[str, ...], str | None], Column] = {}
    for column in (c for record in sheet.records for c in _fields(record, ())):
        before = merged.get((column.path, column.point))
        words = (*before.words, *column.words) if before else column.words
        merged[column.path, column.point] = replace(column, words=tuple(dict.fromkeys(words)))
    if sheet.key == "depends_on":
        # Here `initiative` is the one that needs another, which stands under `depends on
        # initiative`.
        needed = merged[("initiative",), None]
        merged[needed.path, None] = Column(("depends_on", "initiative"), needed.kind)
    return (*first, *merged.values())


@cache
def programme_columns() -> tuple[Column, ...]:
    """The lines of the Programme sheet."""
    return tuple(_fields(Programme, ()))


def _fields(record: type[BaseModel], under: tuple[str, ...]) -> Iterator[Column]:
    """The columns of a record, nested records opened."""
    for name, info in record.model_fields.items():
        if name in _CHILDREN or (record is Programme and name in _TOP):
            continue
        path = (*under, name)
        if name == "gain":
            # One gain for all, or one for each outcome that there would be without the option.
            yield from _estimate(path)
            for outcome in ("full", "partial", "none"):
                yield from _estimate((*path, outcome))
            continue
        yield from _column(path, info.annotation)


def _estimate(path: tuple[str, ...]) -> Iterator[Column]:
    for point in POINTS:
        yield Column(path, "number", point=point)


def _column(path: tuple[str, ...], annotation: Any) -> Iterator[Column]:
    """The column or columns of one field."""
    inner = _unwrapped(annotation)
    if isinstance(inner, type) and issubclass(inner, Estimate):
        yield from (replace(c, share=_is_of(annotation, Part)) for c in _estimate(path))
    elif isinstance(inner, type) and issubclass(inner, BaseModel):
        yield from _fields(inner, path)
    else:
        kind, words = _kind(path[-1], inner)
        yield Column(path, kind, words, share=_is_of(annotation, Share))


def _is_of(annotation: Any, kind: Any) -> bool:
    """Whether an annotation is of a kind, alone or as one of several."""
    return annotation == kind or any(a == kind for a in get_args(annotation))


def _unwrapped(annotation: Any) -> Any:
    """An annotation without None and without Annotated."""
    if get_origin(annotation) is typing.Annotated:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        return _unwrapped(inner[0]) if len(inner) == 1 else annotation
    return annotation


#: Fields read in a way of their own, by name; all others are read by their type.
_SPECIAL: Mapping[str, Kind] = {"level": "level", "teams": "teams", "budget": "budget"}


_PLAIN: Mapping[Any, Kind] = {
    str: "text",
    dt.date: "date",
    float: "number",
    int: "whole",
    bool: "yes-no",
}


def _kind(name: str, inner: Any) -> tuple[Kind, tuple[str, ...]]:
    """How the cells of a field are read, and the words allowed in them."""
    if name in _SPECIAL:
        return _SPECIAL[name], ()
    if get_origin(inner) is Literal:
        return "choice", tuple(get_args(inner))
    if get_origin(inner) is tuple:
        return "words", ()
    if get_origin(inner) is dict:
        return "map", ()
    return _PLAIN[inner], ()


def folded(heading: object) -> str:
    """A heading as it is compared: small letters, `_` and white space alike."""
    return cells.folded(str(heading).replace("_", " ")).lower().rstrip("*").strip()


def is_guarded(text: str) -> bool:
    """Whether text would read as something else, so that an apostrophe goes before it.

    Marks of not knowing, formulas, outer white space, and text that begins with an apostrophe.
    """
    return (
        cells.unknown(text)
        or cells.safe_text(text) != text
        or text != text.strip()
        or text.startswith(EXAMPLE)
    )


def is_guarded_level(text: str) -> bool:
    """Whether a level in words would read as a number, or needs a guard as any text does."""
    try:
        return cells.number(text) is not None or is_guarded(text)
    except ValueError:
        return is_guarded(text)
