"""Plain data with the place of every value: what each reader gives, whatever the form it reads.

A programme, a rule pack or a workbook becomes the same `Document`: data for the models, places for
the messages, the faults found so far, and a receipt of what was read, used and held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from changeadvisor.errors import Fault, plain
from changeadvisor.validation import dotted

#: A path inside a document: keys and list positions from the top.
Location = tuple[str | int, ...]

#: No document nests deeper: refused before anything is built.
MOST_DEPTH = 64


@dataclass(frozen=True, slots=True)
class TableReceipt:
    """What became of the rows of one sheet or file: read = used + held."""

    name: str
    """The sheet's name, or the file's."""
    read: int
    """Rows that hold something."""
    used: int
    """Rows that went into the programme."""
    held: tuple[str, ...] = ()
    """One line for each row that was not used: where it stands and why."""
    columns_not_understood: tuple[str, ...] = ()
    """Headings that mean nothing here (of the sheet Programme: rows)."""

    def lines(self) -> tuple[str, ...]:
        """The receipt of this table as lines of text."""
        head = f"{plain(self.name)}: {self.read} rows read, {self.used} used, {len(self.held)} held"
        columns = ", ".join(plain(c, 200) for c in self.columns_not_understood)
        what = "rows" if self.name == "Programme" else "columns"
        unknown = (f"  {what} not understood: {columns}",) if columns else ()
        return (head, *(f"  held: {plain(h, 200)}" for h in self.held), *unknown)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was read, table by table."""

    tables: tuple[TableReceipt, ...] = ()
    """One for each sheet or CSV file."""
    notes: tuple[str, ...] = ()
    """What else should be known, such as a file's encoding."""

    def lines(self) -> tuple[str, ...]:
        """The whole receipt as lines of text, notes first."""
        return (
            *(plain(n, 300) for n in self.notes),
            *(line for t in self.tables for line in t.lines()),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data and where each of its values stands."""

    data: Any
    """dict, list, str, int, float, bool, None and date, nested."""
    places: Mapping[Location, str]
    """`file:line` or `file Sheet!C4` by location; the empty location is the document itself."""
    faults: tuple[Fault, ...] = ()
    """Faults of form that the reader found."""
    receipt: Receipt = field(default_factory=Receipt)
    """What was read, used and held."""
    quoted: frozenset[Location] = frozenset()
    """YAML text in quotes, which means what it says even where it is `TBC`."""

    def place(self, location: Location) -> str:
        """Where a value stands; where it is missing, the place of the nearest record around it."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, "input")


class EarlyFault(NamedTuple):
    """A fault before the whole document is known: its field can be named only then."""

    where: str
    location: Location
    found: str
    expected: str
    mend: str


def named_faults(early: Iterable[EarlyFault], data: object) -> tuple[Fault, ...]:
    """Early faults with the names of their fields, once the data is there to name them by."""
    return tuple(
        Fault(f.where, dotted(f.location, data), f.found, f.expected, f.mend) for f in early
    )


def line_of(text: str, offset: int) -> int:
    """The line, from 1, in which an offset of a text lies."""
    return text.count("\n", 0, offset) + 1


def is_encodable(text: str) -> bool:
    """Whether text can be written as UTF-8: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
