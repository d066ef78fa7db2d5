"""Excel registers as plain data: rows into records, records under their parents.

What is read becomes the same plain data as the YAML form, with the cell of every value. A row that
cannot be used yet is held and counted; a value that cannot be read is a fault with its cell.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from changeadvisor.errors import (
    Fault,
    nearest,
    plain,
)
from changeadvisor.io import cells
from changeadvisor.io.placed_data import Document, Location, Receipt, TableReceipt
from changeadvisor.io.workbook_grid import Grid, Percent, grids_of, refuse_unsafe
from changeadvisor.io.workbook_layout import (
    EXAMPLE,
    POINTS,
    SHEETS,
    Column,
    Kind,
    Sheet,
    folded,
    is_guarded,
    is_guarded_level,
    programme_columns,
)
from changeadvisor.model import (
    FORMAT,
)

#: Headings that people use for other ones.
_ALSO = {
    "depends on": "depends on initiative",
    "needs initiative": "depends on initiative",
    "now": "as of",
}
#: The row of headings is looked for among the first rows that hold something.
_HEADER_WITHIN = 5


def read_workbook(path: Path) -> Document:
    """A register as plain data with the cell of every value, every fault, and a receipt.

    Raises InputError where it is no workbook, or one that is not safe to open.
    """
    refuse_unsafe(path)
    return _WorkbookReader(path.name, grids_of(path)).document()


@dataclass(frozen=True, slots=True)
class _Header:
    """The row of headings of a sheet."""

    number: int
    """Its row."""
    columns: Mapping[str, Column]
    """What the columns mean, by their letters."""
    not_understood: tuple[str, ...]
    """Headings that mean nothing here."""

    def letter(self, *path: str) -> str | None:
        """The letter of the column with a path; None where there is no such column."""
        return next((k for k, c in self.columns.items() if c.path == path), None)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row below the headings."""

    sheet: Sheet
    """The sheet that it stands on."""
    header: _Header
    """What the columns of the sheet mean."""
    number: int
    """Which row it is."""
    values: Mapping[str, Any]
    """What its cells hold, by the letters of their columns."""
    where: str
    """The file and the sheet: `file Sheet!`."""
    letter: str
    """The column of the id, or of the parent's id."""

    def place(self, letter: str) -> str:
        """Where a cell of it stands."""
        return f"{self.where}{letter}{self.number}"

    @property
    def unread(self) -> str | None:
        """The column of a reading's value where nobody knows it yet: the row waits, as in a CSV."""
        if self.sheet.key not in ("observations", "comparators"):
            return None
        letters = [k for k, c in self.header.columns.items() if c.path == ("value",)]
        return next((k for k in letters if cells.unknown(self.values.get(k))), None)


class _WorkbookReader:
    """Rows into records, records under their parents."""

    def __init__(self, name: str, grids: Mapping[str, Grid]) -> None:
        self.name, self.grids = name, grids
        self.data: dict[str, Any] = {"format": FORMAT}
        self.places: dict[Location, str] = {(): name}
        self.faults: list[Fault] = []
        self.tables: list[TableReceipt] = []
        self.notes: list[str] = []
        #: Records that others may go under, by their list and id.
        self.parents: dict[tuple[str, str], tuple[Location, dict[str, Any]]] = {}

    def document(self) -> Document:
        """The whole workbook."""
        self._programme()
        for sheet in sorted(SHEETS, key=lambda s: s.parent is not None):
            self._sheet(sheet)
        for grid in self.grids.values():
            self.notes += [
                f"{self.name} {grid.name}!{c}: a formula without a value is unknown"
                for c in sorted(grid.uncached)
            ]
        known = {s.name.lower() for s in SHEETS} | {"programme", "start here", "words"}
        self.notes += [
            f"{self.name}: sheet `{plain(g.name)}` not understood"
            for n, g in self.grids.items()
            if n not in known
        ]
        receipt = Receipt(tuple(self.tables), tuple(self.notes))
        return Document(self.data, self.places, tuple(self.faults), receipt)

    def _programme(self) -> None:
        """The sheet Programme: key in the first column, value in the second."""
        grid = self.grids.get("programme")
        if grid is None:
            self.faults.append(Fault(self.name, "", "no sheet `Programme`", "a sheet `Programme`"))
            return
        known = {folded(c.heading): c for c in programme_columns()}
        strange, read = [], 0
        self.places[()] = f"{self.name} {grid.name}"
        for number, row in grid.rows:
            key, value = folded(row.get("A", "")), row.get("B")
            if not key or key in ("key", "what", "format"):
                continue
            column = known.get(_ALSO.get(key, key))
            read += column is None or value is not None
            if column is None:
                strange.append(_not_understood(row.get("A"), known))
            elif value is not None:
                self._set(self.data, (), column, value, f"{self.name} {grid.name}!B{number}")
        self.tables.append(TableReceipt(grid.name, read, read - len(strange), (), tuple(strange)))

    def _sheet(self, sheet: Sheet) -> None:
        """Any other sheet: a row of headings, then a record a row."""
        grid = self.grids.get(sheet.name.lower())
        if grid is None or len(grid.rows) < 2:
            return
        header = _header_of(grid, sheet)
        named = header.letter(sheet.parent or sheet.id or "") if header else None
        if header is None or named is None:
            expected = f"a row of headings with `{sheet.parent or sheet.id}`"
            self.faults.append(
                Fault(f"{self.name} {grid.name}", "", "no row of headings", expected)
            )
            return
        read, used = 0, 0
        held: list[str] = []
        for number, values in grid.rows:
            if number <= header.number or all(cells.unknown(v) for v in values.values()):
                continue
            read += 1
            row = _Row(sheet, header, number, values, f"{self.name} {grid.name}!", named)
            why = _why_held(row)
            if why is not None:
                held.append(why)
            elif self._record(row):
                used += 1
        if read:
            self.tables.append(
                TableReceipt(grid.name, read, used, tuple(held), header.not_understood)
            )

    def _record(self, row: _Row) -> bool:
        """Read a row into its record; False, with a fault, where its parent is not known."""
        target = self._target(row)
        if target is None:
            return False
        location, record = target
        for letter, column in row.header.columns.items():
            if letter in row.values and letter != row.letter and column.path != ("fact",):
                self._set(record, location, column, row.values[letter], row.place(letter))
        self._join_points(record, location, row.place(row.letter))
        if row.sheet.key == "depends_on" and isinstance(record.get("depends_on"), dict):
            record.update(record.pop("depends_on"))
        return True

    def _target(self, row: _Row) -> tuple[Location, dict[str, Any]] | None:
        """The record a row fills, put where it belongs."""
        sheet, place = row.sheet, row.place(row.letter)
        name = _text(row.values[row.letter])
        if sheet.parent is None:
            record: dict[str, Any] = {sheet.id or "id": name}
            location = self._appended(self.data, (), sheet.key, record, place)
            self.parents.setdefault((sheet.key, name), (location, record))
            return location, record
        plural = f"{sheet.parent}s"
        parent = self.parents.get((plural, name))
        if parent is None:
            title = plural.capitalize()
            near = nearest(name, [n for k, n in self.parents if k == plural])
            mend = f"did you mean `{near}`?" if near else f"add it to the sheet {title}"
            found, expected = (
                f"unknown {sheet.parent} `{plain(name)}`",
                f"an id from the sheet {title}",
            )
            self.faults.append(Fault(place, sheet.parent, found, expected, mend))
            return None
        at, owner = parent
        if sheet.key == "adoption":
            # One of each initiative: a second row goes on filling in the first.
            self.places.setdefault((*at, "adoption"), place)
            return (*at, "adoption"), owner.setdefault("adoption", {})
        record = {}
        if sheet.key == "judgements":
            letter = row.header.letter("fact")
            fact = _text(row.values.get(letter, "")) if letter else ""
            at = (*at, "judgements")
            self.places.setdefault(at, place)
            self.places.setdefault((*at, fact), place)
            answers = owner.setdefault("judgements", {})
            return self._appended(answers, at, fact, record, place), record
        return self._appended(owner, at, sheet.key, record, place), record

    def _appended(
        self, owner: dict[str, Any], at: Location, key: str, record: dict[str, Any], place: str
    ) -> Location:
        """Put a record at the end of a list; its location."""
        listed = owner.setdefault(key, [])
        location = (*at, key, len(listed))
        listed.append(record)
        self.places[location] = place
        for name in record:
            self.places[(*location, name)] = place
        return location

    def _set(
        self, record: dict[str, Any], at: Location, column: Column, value: Any, place: str
    ) -> None:
        """Read one cell into its record; a wrong value is a fault with its cell."""
        try:
            read = _read_cell(column, value)
        except ValueError as error:
            self.faults.append(Fault(place, column.heading, f"`{plain(value)}`", str(error)))
            return
        if read is None:
            return
        here = record
        location = at
        for key in column.path[:-1]:
            location = (*location, key)
            self.places.setdefault(location, place)
            here = here.setdefault(key, {})
        last = column.path[-1]
        self.places.setdefault((*location, last), place)
        if column.point is None:
            here[last] = read
        else:
            points = here.setdefault(last, _Points())
            if isinstance(points, _Points):
                points[column.point] = read

    def _join_points(
        self,
        record: dict[str, Any],
        location: Location,
        place: str,
        under: tuple[str, ...] = (),
    ) -> None:
        """Filled points into a number or three numbers, everywhere inside a record.

        under: the keys from the record of the row to this one. place: the cell of the row's id.
        """
        for key, value in record.items():
            at, names = (*location, key), (*under, key)
            if isinstance(value, _Points):
                record[key] = value.joined
                if value.missing is not None:
                    self.faults.append(
                        Fault(
                            self.places.get(at, place),
                            ".".join(names).replace("_", " "),
                            f"two points, and no {value.missing}",
                            "one of low, likely and high, or all three",
                        )
                    )
            elif isinstance(value, dict):
                self._join_points(value, at, place, names)


class _Points(dict[str, float]):
    """The points of an estimate as far as they were filled, at least one of them."""

    @property
    def joined(self) -> list[float] | float:
        """All three as a list, else the first that was filled."""
        given = [self[point] for point in POINTS if point in self]
        return given if len(given) == len(POINTS) else given[0]

    @property
    def missing(self) -> str | None:
        """The one point that is not filled where two are."""
        left = [point for point in POINTS if point not in self]
        return left[0] if len(left) == 1 else None


# --- headings -------------------------------------------------------------------------------------


def _header_of(grid: Grid, sheet: Sheet) -> _Header | None:
    """The row of headings, which holds that of the id (or parent); None where none does."""
    needed = sheet.parent or sheet.id or ""
    rows = [r for r in grid.rows[:_HEADER_WITHIN] if needed in map(folded, r[1].values())]
    if not rows:
        return None
    number, headings = rows[0]
    known = {folded(c.heading): c for c in sheet.columns}
    columns: dict[str, Column] = {}
    for letter, heading in headings.items():
        name = folded(heading)
        column = known.get(_ALSO.get(name, name))
        if column is not None:
            columns[letter] = column
    if sheet.key == "areas":
        left = {letter: h for letter, h in headings.items() if letter not in columns}
        columns |= _features(grid, number, left)
    strange = [_not_understood(h, known) for k, h in headings.items() if k not in columns]
    return _Header(number, columns, tuple(strange))


def _features(grid: Grid, header: int, headings: Mapping[str, Any]) -> dict[str, Column]:
    """Columns of areas that are not our own and hold only numbers, by their letters."""
    features = {}
    for letter, heading in headings.items():
        values = [row[letter] for n, row in grid.rows if n > header and letter in row]
        filled = [value for value in values if not cells.unknown(value)]
        if filled and all(map(_is_numeric, filled)):
            features[letter] = Column((cells.folded(heading),), "number")
    return features


def _not_understood(heading: Any, known: Mapping[str, Column]) -> str:
    """A heading that is not understood, with those that may have been meant."""
    name = folded(heading)
    points = [c.heading for key, c in known.items() if c.point and key == f"{name} {c.point}"]
    near = nearest(name, known)
    meant = ", ".join(points) or near
    return f"{heading} (did you mean {meant}?)" if meant else str(heading)


def _why_held(row: _Row) -> str | None:
    """Why a row is held, with its place; None where it can be read."""
    value = row.values.get(row.letter)
    place = row.place(row.letter)
    if cells.unknown(value):
        return f"{place}: no {row.sheet.parent or row.sheet.id}"
    if _text(value).startswith(EXAMPLE):
        return f"{place}: the worked example"
    if row.unread is not None:
        return f"{row.place(row.unread)}: no value"
    return None


# --- one cell -------------------------------------------------------------------------------------


def _is_numeric(value: Any) -> bool:
    """Whether a cell holds a number, or text that reads as one."""
    try:
        return cells.number(value) is not None
    except ValueError:
        return False


def _text(value: Any) -> str:
    """A cell as text: numbers as they look, guarded text without its guard, white space trimmed."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    text = str(value)
    return text[1:] if text[:1] == "'" and is_guarded(text[1:]) else text.strip()


_EXCEL_ERROR = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)")


def _read_cell(column: Column, value: Any) -> Any:
    """One cell as plain data; None where it says that nobody knows.

    Raises ValueError with what was expected.
    """
    if cells.unknown(value) or value == "":
        return None
    if isinstance(value, str) and _EXCEL_ERROR.fullmatch(value):
        raise ValueError("a value, not an error of Excel")
    if isinstance(value, Percent) and column.share:
        value = float(value)
    elif isinstance(value, Percent):
        # Ten decimals: 0.07 shown as 7 % is 7, not 7.000000000000001.
        value = round(100 * float(value), 10)
    elif column.share and isinstance(value, str) and value.rstrip().endswith("%"):
        value = (cells.number(value) or 0.0) / 100
    return _READERS[column.kind](value, column)


def _whole(value: Any, _column: Column) -> int:
    number = cells.number(value)
    if number is None or not number.is_integer():
        raise ValueError("a whole number")
    return int(number)


def _choice(value: Any, column: Column) -> str:
    """One of the column's words, whatever stands between its parts; else the text as it is."""
    text = cells.folded(_text(value))
    same = {re.sub(r"[ _-]+", "-", w.lower()): w for w in column.words}
    return same.get(re.sub(r"[ _-]+", "-", text.lower()), text)


def _level(value: Any, _column: Column) -> Any:
    """A level: yes or no, a number, or a word."""
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    if text[:1] == "'" and is_guarded_level(text[1:]):
        return text[1:]
    try:
        return cells.number(text)
    except ValueError:
        return _text(value)


def _map(value: Any, column: Column) -> dict[str, Any]:
    """`a: 1; b: 2`; capacity may be by quarter, `analysts 2026-Q4: 6`."""
    numbers: dict[str, Any] = {}
    for name, text in cells.small_map(value).items():
        number = cells.number(text)
        if number is None:
            continue
        match = re.fullmatch(r"(.+) (\d{4}-Q\d)", name) if column.path[-1] == "capacity" else None
        if match is None:
            numbers[name] = number
        elif isinstance(numbers.setdefault(match[1], {}), dict):
            numbers[match[1]][match[2]] = number
    return numbers


def _budget(value: Any, column: Column) -> Any:
    """One sum, or a sum for each financial year."""
    try:
        return cells.number(value)
    except ValueError:
        return _map(value, column)


def _teams(value: Any, column: Column) -> Any:
    """How many teams, or the sizes of all of them."""
    if ";" in str(value):
        return [_whole(word, column) for word in cells.words(value)]
    return _whole(value, column)


#: How a cell is read, by the kind of its column.
_READERS: Mapping[Kind, Callable[[Any, Column], Any]] = {
    "text": lambda v, _: _text(v),
    "date": lambda v, _: cells.date(v),
    "number": lambda v, _: cells.number(v),
    "whole": _whole,
    "yes-no": lambda v, _: cells.yes_no(v),
    "choice": _choice,
    "words": lambda v, _: cells.words(_text(v)),
    "map": _map,
    "level": _level,
    "teams": _teams,
    "budget": _budget,
}
