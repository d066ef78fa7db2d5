"""Documents people wrote, read with the place of every value.

Whatever the form (YAML, JSON, a workbook), what comes out is plain data, the place of each value for messages,
the faults found so far and a receipt. Limits of size and depth hold before anything is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from changeadvisor.errors import Fault, plain

#: A path inside a document: keys and list positions from the top.
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TableReceipt:
    """What became of the rows of one sheet or file: read = used + held."""

    name: str
    read: int
    used: int
    held: tuple[str, ...] = ()
    columns_not_understood: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The receipt of this table as lines of text."""
        head = f"{plain(self.name)}: {self.read} rows read, {self.used} used, {len(self.held)} held"
        columns = ", ".join(plain(c) for c in self.columns_not_understood)
        unknown = (f"  columns not understood: {columns}",) if columns else ()
        return (head, *(f"  held: {plain(h, 200)}" for h in self.held), *unknown)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was read, table by table, with notes such as a file's encoding."""

    tables: tuple[TableReceipt, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The whole receipt as lines of text, notes first."""
        return (*(plain(n, 300) for n in self.notes), *(line for t in self.tables for line in t.lines()))


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None, date) and where each value stands.

    places: location -> `file:line` or `file Sheet!C4`; the empty location is the document itself.
    """

    data: Any
    places: Mapping[Location, str]
    faults: tuple[Fault, ...] = ()
    receipt: Receipt = field(default_factory=Receipt)

    def place(self, location: Location) -> str:
        """Where a value stands; where it is missing, the place of the nearest record around it."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, "input")
