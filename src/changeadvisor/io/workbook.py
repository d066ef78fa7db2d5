"""Excel registers: read with their oddities, written so that people can fill them in.

The columns are derived from the models: headings are the keys, with spaces for `_` and for nesting;
an estimate takes three columns, `… low`, `… likely`, `… high`. What is read becomes the same plain
data as the YAML form.
"""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from changeadvisor import model
from changeadvisor.errors import (
    Fault,
    InputError,
    nearest,
    plain,
)
from changeadvisor.facts import VOCABULARY
from changeadvisor.io import cells, register_help
from changeadvisor.io.documents import (
    Document,
    Location,
    Receipt,
    TableReceipt,
)
from changeadvisor.model import (
    FORMAT,
    Estimate,
    Part,
    Programme,
    Share,
)

#: Limits that hold before a workbook is opened, and while its cells are read.
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO, RATIO_FROM = 100, 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 200_000, 400
#: An id that begins so marks the worked row of a new register; it is no valid id, so no real row is
#: mistaken for it.
EXAMPLE = "(example)"
_POINTS = ("low", "likely", "high")

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


# --- columns, derived from the models -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    The path of keys inside its record, how its cells are read, and the words allowed in it.

    point: for an estimate, which of its three points. share: whether it holds a share, so that 40 %
    is 0.4; a percentage in any other column is the number that is shown.
    """

    path: tuple[str, ...]
    kind: Kind
    words: tuple[str, ...] = ()
    point: str | None = None
    title: str | None = None
    share: bool = False

    @property
    def heading(self) -> str:
        """The heading: the keys with spaces, or a title of its own."""
        if self.title is not None:
            return self.title
        return " ".join(
            (*(p.replace("_", " ") for p in self.path), *([self.point] if self.point else []))
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its records, under which list of which parent they go, and its columns.

    parent: the column naming the parent record, or None; key: the parent's list (or the programme's
    own).
    """

    name: str
    records: tuple[type[BaseModel], ...]
    key: str
    parent: Literal["initiative", "measure"] | None = None
    id: str | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, that of the parent first."""
        return _columns_of(self)


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
    }
    | {"aims_", "features", "tied"}
)
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
    found = dict.fromkeys(c for record in sheet.records for c in _fields(record, ()))
    merged: dict[tuple[tuple[str, ...], str | None], Column] = {}
    for column in found:
        before = merged.get((column.path, column.point))
        words = tuple(dict.fromkeys((*(before.words if before else ()), *column.words)))
        merged[column.path, column.point] = replace(column, words=words)
    if sheet.key == "depends_on":
        return (*first, *(_renamed(c) for c in merged.values()))
    return (*first, *merged.values())


def _renamed(column: Column) -> Column:
    """The initiative that is needed stands under `depends on initiative`.

    `initiative` is the one that needs it.
    """
    return (
        Column(("depends_on", "initiative"), column.kind)
        if column.path == ("initiative",)
        else column
    )


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
            yield from _estimate(path)
            for outcome in ("full", "partial", "none"):
                yield from _estimate((*path, outcome))
            continue
        yield from _column(path, info.annotation)


def _estimate(path: tuple[str, ...]) -> Iterator[Column]:
    for point in _POINTS:
        yield Column(path, "number", point=point)


def _column(path: tuple[str, ...], annotation: Any) -> Iterator[Column]:
    """The column or columns of one field."""
    inner = _unwrapped(annotation)
    if isinstance(inner, type) and issubclass(inner, Estimate):
        yield from (replace(c, share=_says(annotation, Part)) for c in _estimate(path))
    elif isinstance(inner, type) and issubclass(inner, BaseModel):
        yield from _fields(inner, path)
    else:
        kind, words = _kind(path[-1], inner)
        yield Column(path, kind, words, share=_says(annotation, Share))


def _says(annotation: Any, kind: Any) -> bool:
    """Whether an annotation is that of a share, alone or as one of several."""
    return annotation == kind or any(a == kind for a in get_args(annotation))


def _unwrapped(annotation: Any) -> Any:
    """An annotation without None and without Annotated."""
    if get_origin(annotation) is typing.Annotated:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        return _unwrapped(inner[0]) if len(inner) == 1 else annotation
    return annotation


_SPECIAL: Mapping[str, Kind] = {"level": "level", "teams": "teams", "budget": "budget"}
_PLAIN: Mapping[Any, Kind] = {
    str: "text",
    dt.date: "date",
    float: "number",
    int: "whole",
    bool: "yes-no",
}


def _kind(name: str, inner: Any) -> tuple[Kind, tuple[str, ...]]:
    if name in _SPECIAL:
        return _SPECIAL[name], ()
    if get_origin(inner) is Literal:
        return "choice", tuple(get_args(inner))
    if get_origin(inner) is tuple:
        return "words", ()
    return ("map", ()) if get_origin(inner) is dict else (_PLAIN[inner], ())


def folded(heading: object) -> str:
    """A heading as it is compared: small letters, `_` and white space alike."""
    return cells.folded(str(heading).replace("_", " ")).lower().rstrip("*").strip()


_ALSO = {
    "depends on": "depends on initiative",
    "needs initiative": "depends on initiative",
    "now": "as of",
}


# --- reading: the file ----------------------------------------------------------------------------


def read_workbook(path: Path) -> Document:
    """A register as plain data with the cell of every value, every fault, and a receipt.

    Raises InputError where it is no workbook, or one that is not safe to open.
    """
    _safe(path)
    grids = _grids(path)
    return _Reader(path.name, grids).document()


def _safe(path: Path) -> None:
    """Refuse what is no workbook, and what would unpack to far more than a register."""
    from changeadvisor.io.documents import read_bytes

    data = read_bytes(path)
    if not data:
        raise InputError.one(path.name, "nothing in it", "an Excel workbook (.xlsx)")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError.one(
            path.name, "a file that is no workbook, or is cut short", "an Excel workbook (.xlsx)"
        ) from None
    if any(e.flag_bits & 1 for e in entries):
        raise InputError.one(
            path.name, "a workbook with a password", "one without", "save it without a password"
        )
    total = sum(e.file_size for e in entries)
    bloated = any(
        e.file_size > RATIO_FROM and e.file_size > MOST_RATIO * max(e.compress_size, 1)
        for e in entries
    )
    if total > MOST_UNPACKED or bloated or len(entries) > 2_000:
        found = f"a workbook that unpacks to {total // (1024 * 1024):,} MB"
        most = f"at most {MOST_UNPACKED // (1024 * 1024)} MB, packed at most {MOST_RATIO} to 1"
        raise InputError.one(path.name, found, most, "save a copy with the values only")


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet that hold something, row by row: (row number, {column letter: value}).

    Formulas unread.
    """

    name: str
    rows: tuple[tuple[int, Mapping[str, Any]], ...]
    uncached: frozenset[str] = frozenset()


def _grids(path: Path) -> dict[str, Grid]:
    """Every sheet, by its name in small letters."""
    import warnings

    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                return {w.title.strip().lower(): _grid(path, w) for w in book.worksheets}
            finally:
                book.close()
    except InputError:
        raise
    except Exception as error:
        mend = "save it again as .xlsx"
        raise InputError.one(
            path.name, _unreadable(error), "an Excel workbook (.xlsx)", mend
        ) from None


def _unreadable(error: BaseException | None) -> str:
    """Why a workbook cannot be read, from the first error of the chain that says so."""
    from defusedxml.common import DefusedXmlException

    while error is not None:
        if isinstance(error, DefusedXmlException):
            return "a workbook with entities, which may reach for other files"
        error = error.__cause__ or error.__context__
    return "a workbook that is damaged"


def _grid(path: Path, sheet: Any) -> Grid:
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()
    rows = []
    for number, row in enumerate(sheet.iter_rows(), 1):
        found = {c.column_letter: _value(c) for c in row if c.value is not None}
        if found:
            _within(path, sheet.title, number, row)
            rows.append((number, found))
    return Grid(sheet.title, tuple(rows), _uncached(path, sheet, rows))


_MARKED = re.compile(r"_x(00[01][0-9A-Fa-f])_")


class Percent(float):
    """A cell that is shown as a percentage: 0.7, shown as 70 %."""


def _value(cell: Any) -> Any:
    """What a cell holds.

    Text with Excel's marks for control characters undone, and a note of percentages.

    Only marks of control characters: openpyxl has by then made `_x0041_` out of text that merely
    looks like a mark.
    """
    value = cell.value
    if isinstance(value, str):
        return _MARKED.sub(lambda m: chr(int(m[1], 16)), value)
    plain_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Percent(value) if plain_number and "%" in str(cell.number_format) else value


def _within(path: Path, title: str, number: int, row: Sequence[Any]) -> None:
    """Refuse a value far outside any register."""
    far = next((c for c in row[MOST_COLUMNS:] if c.value is not None), None)
    if far is None and number > MOST_ROWS:
        far = next(c for c in row if c.value is not None)
    if far is not None:
        most = f"values within {MOST_COLUMNS} columns and {MOST_ROWS:,} rows"
        raise InputError.one(
            f"{path.name} {title}!{far.coordinate}", "a value far outside", most, "clear that cell"
        )


def _uncached(path: Path, sheet: Any, rows: Sequence[Any]) -> frozenset[str]:
    """Cells with a formula that no program has worked out yet."""
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as archive:
        source = getattr(sheet, "_worksheet_path", None)
        if source is None or b"<f" not in archive.read(source):
            return frozenset()
    known = {f"{letter}{number}" for number, found in rows for letter in found}
    book = load_workbook(path, read_only=True, data_only=False)
    try:
        written = (c for row in book[sheet.title].iter_rows() for c in row)
        formulas = (
            c.coordinate for c in written if isinstance(c.value, str) and c.value.startswith("=")
        )
        return frozenset(c for c in formulas if c not in known)
    finally:
        book.close()


# --- reading: the sense ---------------------------------------------------------------------------


@dataclass
class _Reader:
    """Rows into records, records under their parents."""

    name: str
    grids: Mapping[str, Grid]
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Location, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    tables: list[TableReceipt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parents: dict[tuple[str, str], tuple[Location, dict[str, Any]]] = field(default_factory=dict)

    def document(self) -> Document:
        """The whole workbook."""
        self.places[()] = self.name
        self.data["format"] = FORMAT
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
        return Document(
            self.data,
            self.places,
            tuple(self.faults),
            Receipt(tuple(self.tables), tuple(self.notes)),
        )

    def _programme(self) -> None:
        """Key in the first column, value in the second."""
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
                strange.append(_asked(row.get("A"), known))
            elif value is not None:
                self._set(self.data, (), column, value, f"{self.name} {grid.name}!B{number}")
        self.tables.append(TableReceipt(grid.name, read, read - len(strange), (), tuple(strange)))

    def _sheet(self, sheet: Sheet) -> None:
        grid = self.grids.get(sheet.name.lower())
        if grid is None or len(grid.rows) < 2:
            return
        header = self._header(grid, sheet)
        if header is None:
            expected = f"a row of headings with `{sheet.parent or sheet.id}`"
            self.faults.append(
                Fault(f"{self.name} {grid.name}", "", "no row of headings", expected)
            )
            return
        at, columns, strange = header
        rows = [
            r for r in grid.rows if r[0] > at and not all(cells.unknown(v) for v in r[1].values())
        ]
        held: list[str] = []
        used = sum(self._row(sheet, grid, number, row, columns, held) for number, row in rows)
        if not rows:
            return
        self.tables.append(TableReceipt(grid.name, len(rows), used, tuple(held), strange))

    def _header(
        self, grid: Grid, sheet: Sheet
    ) -> tuple[int, dict[str, Column], tuple[str, ...]] | None:
        """The row of headings among the first five that hold something, and what its columns mean."""
        known = {folded(c.heading): c for c in sheet.columns}
        needed = sheet.parent or sheet.id or ""
        for number, row in grid.rows[:5]:
            names = {letter: folded(v) for letter, v in row.items()}
            if needed in names.values():
                meant = {letter: _ALSO.get(n, n) for letter, n in names.items()}
                columns = {letter: known[n] for letter, n in meant.items() if n in known}
                if sheet.key == "areas":
                    columns |= self._features(
                        grid, number, {k: n for k, n in names.items() if k not in columns}
                    )
                strange = tuple(
                    _asked(row[letter], known) for letter in names if letter not in columns
                )
                return number, columns, strange
        return None

    def _features(self, grid: Grid, header: int, left: Mapping[str, str]) -> dict[str, Column]:
        """Columns of areas that are not our own and hold only numbers."""
        title = {
            letter: cells.folded(grid_row[letter])
            for n, grid_row in grid.rows
            if n == header
            for letter in left
        }
        found = {}
        for letter in left:
            values = [
                row[letter]
                for n, row in grid.rows
                if n > header and letter in row and not cells.unknown(row[letter])
            ]
            if values and all(map(_numeric, values)):
                found[letter] = Column((title[letter],), "number")
        return found

    def _row(
        self,
        sheet: Sheet,
        grid: Grid,
        number: int,
        row: Mapping[str, Any],
        columns: Mapping[str, Column],
        held: list[str],
    ) -> int:
        """One row under its parent: 1 where it is used, 0 where it is held or faulty."""
        where = f"{self.name} {grid.name}!"
        named = sheet.parent or sheet.id
        letter = next(k for k, c in columns.items() if c.path == (named,))
        value = row.get(letter)
        if cells.unknown(value):
            held.append(f"{where}{letter}{number}: no {named}")
            return 0
        name = _text(value)
        if name.startswith(EXAMPLE):
            held.append(f"{where}{letter}{number}: the worked example")
            return 0
        unread = _unread(sheet, row, columns)
        if unread:
            held.append(f"{where}{unread}{number}: no value")
            return 0
        target = self._target(sheet, name, f"{where}{letter}{number}", row, columns)
        if target is None:
            return 0
        location, record = target
        for key, column in columns.items():
            if key in row and key != letter and column.path != ("fact",):
                self._set(record, location, column, row[key], f"{where}{key}{number}")
        self._joined(sheet, record, location, f"{where}{letter}{number}")
        return 1

    def _target(
        self,
        sheet: Sheet,
        name: str,
        place: str,
        row: Mapping[str, Any],
        columns: Mapping[str, Column],
    ) -> tuple[Location, dict[str, Any]] | None:
        """The record a row fills, put where it belongs."""
        if sheet.parent is None:
            record: dict[str, Any] = {sheet.id or "id": name}
            location = self._appended(self.data, (), sheet.key, record, place)
            self.parents.setdefault((sheet.key, name), (location, record))
            return location, record
        plural = f"{sheet.parent}s"
        parent = self.parents.get((plural, name))
        if parent is None:
            near = nearest(name, [n for k, n in self.parents if k == plural])
            mend = (
                f"did you mean `{near}`?" if near else f"add it to the sheet {plural.capitalize()}"
            )
            found = f"unknown {sheet.parent} `{plain(name)}`"
            self.faults.append(
                Fault(
                    place, sheet.parent, found, f"an id from the sheet {plural.capitalize()}", mend
                )
            )
            return None
        return self._under(sheet, *parent, place, row, columns)

    def _under(
        self,
        sheet: Sheet,
        at: Location,
        parent: dict[str, Any],
        place: str,
        row: Mapping[str, Any],
        columns: Mapping[str, Column],
    ) -> tuple[Location, dict[str, Any]]:
        """The record of a row under a parent that is known."""
        if sheet.key == "adoption":
            self.places.setdefault((*at, "adoption"), place)
            return (*at, "adoption"), parent.setdefault("adoption", {})
        if sheet.key == "judgements":
            letter = next((k for k, c in columns.items() if c.path == ("fact",)), None)
            fact = _text(row.get(letter, "")) if letter else ""
            answers = parent.setdefault("judgements", {})
            self.places.setdefault((*at, "judgements"), place)
            self.places.setdefault((*at, "judgements", fact), place)
            record: dict[str, Any] = {}
            return self._appended(answers, (*at, "judgements"), fact, record, place), record
        record = {}
        return self._appended(parent, at, sheet.key, record, place), record

    def _appended(
        self, owner: dict[str, Any], at: Location, key: str, record: dict[str, Any], place: str
    ) -> Location:
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
            read = _read(column, value)
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

    def _joined(self, sheet: Sheet, record: dict[str, Any], location: Location, place: str) -> None:
        """Three points into an estimate; what stands under `depends on` into its place."""
        _join_points(
            record, lambda key, found: self._two_points(record, key, found, location, place)
        )
        if sheet.key == "depends_on" and isinstance(record.get("depends_on"), dict):
            record.update(record.pop("depends_on"))

    def _two_points(
        self, record: Mapping[str, Any], key: str, found: str, location: Location, place: str
    ) -> None:
        del record
        where = self.places.get((*location, *key.split(".")), place)
        self.faults.append(
            Fault(where, key.replace("_", " "), found, "one of low, likely and high, or all three")
        )


def _asked(heading: Any, known: Mapping[str, Column]) -> str:
    """A heading that is not understood, with those that may have been meant."""
    name = folded(heading)
    points = [c.heading for key, c in known.items() if c.point and key == f"{name} {c.point}"]
    near = nearest(name, known)
    meant = ", ".join(points) or near
    return f"{heading} (did you mean {meant}?)" if meant else str(heading)


def _numeric(value: Any) -> bool:
    """Whether a cell holds a number, or text that reads as one."""
    try:
        return cells.number(value) is not None
    except ValueError:
        return False


class _Points(dict[str, float]):
    """The points of an estimate as far as they were filled."""


def _join_points(
    record: dict[str, Any], fault: Callable[[str, str], None], under: str = ""
) -> None:
    """Replace filled points by a number or three numbers, everywhere inside a record."""
    for key, value in list(record.items()):
        name = f"{under}{key}"
        if isinstance(value, _Points):
            record[key] = _estimated(value, lambda found, name=name: fault(name, found))  # type: ignore[misc]
        elif isinstance(value, dict):
            outcomes = value.pop("", None)
            _join_points(value, fault, f"{name}.")
            if outcomes is not None:
                value[""] = outcomes


def _estimated(points: _Points, fault: Callable[[str], None]) -> Any:
    given = [points[p] for p in _POINTS if p in points]
    if len(given) == 2:
        missing = next(p for p in _POINTS if p not in points)
        fault(f"two points, and no {missing}")
    return given if len(given) == 3 else given[0]


def _unread(sheet: Sheet, row: Mapping[str, Any], columns: Mapping[str, Column]) -> str | None:
    """The column of a reading's value where nobody knows it yet.

    The row waits, as it does in a CSV file.
    """
    if sheet.key not in ("observations", "comparators"):
        return None
    return next(
        (k for k, c in columns.items() if c.path == ("value",) and cells.unknown(row.get(k))), None
    )


def _text(value: Any) -> str:
    """A cell as text: numbers as they look, guarded text without its guard, white space trimmed."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    text = str(value)
    return text[1:] if text[:1] == "'" and _guarded(text[1:]) else text.strip()


def _guarded(text: str) -> bool:
    """Text that would read as something else.

    Unknown marks, formulas, outer white space, a guard of its own.
    """
    return (
        cells.unknown(text)
        or cells.safe_text(text) != text
        or text != text.strip()
        or text.startswith(EXAMPLE)
    )


def _read(column: Column, value: Any) -> Any:
    """One cell as plain data; None where it says that nobody knows.

    Raises ValueError with what was expected.
    """
    if cells.unknown(value) or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(
        r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)", value
    ):
        raise ValueError("a value, not an error of Excel")
    if isinstance(value, Percent):
        value = float(value) if column.share else round(100 * float(value), 10)
    elif column.share and isinstance(value, str) and value.rstrip().endswith("%"):
        value = (cells.number(value) or 0.0) / 100
    return _READERS[column.kind](value, column)


def _whole(value: Any, _column: Column) -> int:
    number = cells.number(value)
    if number is None or not number.is_integer():
        raise ValueError("a whole number")
    return int(number)


def _choice(value: Any, column: Column) -> str:
    text = cells.folded(_text(value))
    same = {re.sub(r"[ _-]+", "-", w.lower()): w for w in column.words}
    return same.get(re.sub(r"[ _-]+", "-", text.lower()), text)


def _level(value: Any, _column: Column) -> Any:
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    if text[:1] == "'" and _guarded_level(text[1:]):
        return text[1:]
    try:
        return cells.number(text)
    except ValueError:
        return _text(value)


def _guarded_level(text: str) -> bool:
    """A level in words that would read as a number, or needs a guard as any text does."""
    try:
        return cells.number(text) is not None or _guarded(text)
    except ValueError:
        return _guarded(text)


def _map(value: Any, column: Column) -> dict[str, Any]:
    """`a: 1; b: 2`; capacity may be by quarter, `analysts 2026-Q4: 6`."""
    found: dict[str, Any] = {}
    for name, text in cells.small_map(value).items():
        number = cells.number(text)
        if number is None:
            continue
        match = re.fullmatch(r"(.+) (\d{4}-Q\d)", name) if column.path[-1] == "capacity" else None
        if match is None:
            found[name] = number
        elif isinstance(found.setdefault(match[1], {}), dict):
            found[match[1]][match[2]] = number
    return found


def _budget(value: Any, column: Column) -> Any:
    try:
        return cells.number(value)
    except ValueError:
        return _map(value, column)


def _teams(value: Any, column: Column) -> Any:
    return (
        [_whole(w, column) for w in cells.words(value)]
        if ";" in str(value)
        else _whole(value, column)
    )


_READERS: Mapping[str, Callable[[Any, Column], Any]] = {
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


# --- writing --------------------------------------------------------------------------------------


def write_workbook(programme: Programme | None, path: Path) -> None:
    """Write a programme as a register, or an empty one with a worked row on each main sheet.

    Whole or not at all.
    """
    building = path.with_name(f".{path.name}.building.xlsx")
    try:
        _Writer(building, programme).write()
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


class _Writer:
    """Writes the sheets with headings, help, drop-downs and protection."""

    def __init__(self, path: Path, programme: Programme | None) -> None:
        import xlsxwriter

        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties(
            {"title": "changeadvisor register", "created": dt.datetime(2000, 1, 1)}
        )
        self.programme = programme
        self.data = (
            {} if programme is None else programme.model_dump(mode="python", exclude_defaults=True)
        )
        make = self.book.add_format
        self.head = make(
            {
                "bold": True,
                "bg_color": "#12457A",
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "top",
            }
        )
        self.open = make({"locked": False})
        self.day = make({"locked": False, "num_format": "dd/mm/yyyy"})
        self.grey = make({"locked": False, "italic": True, "font_color": "#595959"})
        self.grey_day = make(
            {"locked": False, "italic": True, "font_color": "#595959", "num_format": "dd/mm/yyyy"}
        )
        self.wrap = make({"text_wrap": True, "valign": "top"})

    def write(self) -> None:
        """All sheets."""
        if self.programme is None:
            self._start()
        self._programme()
        for sheet in SHEETS:
            self._sheet(sheet)
        self._words()
        self.book.close()

    def _start(self) -> None:
        page = self.book.add_worksheet("Start here")
        page.set_column(0, 0, 100, self.wrap)
        for i, sentence in enumerate(register_help.START):
            page.write_string(i, 0, sentence, self.wrap)
        page.protect()

    def _programme(self) -> None:
        page = self.book.add_worksheet("Programme")
        self._headings(page, ("what", "value"), ("What is asked", "Your answer"))
        page.set_column(0, 0, 34)
        page.set_column(1, 1, 60, self.open)
        example = register_help.EXAMPLES["Programme"] if self.programme is None else {}
        for row, column in enumerate(programme_columns(), 1):
            page.write_string(row, 0, _marked(column, "Programme"))
            page.write_comment(row, 0, _help(column, "Programme"), {"x_scale": 2})
            value = example.get(column.heading, _found(self.data, column))
            self._cell(page, row, 1, column, value, example=False)
            self._choices(page, column, row, row, 1)
        self._protect(page)

    def _headings(self, page: Any, headings: Sequence[str], comments: Sequence[str]) -> None:
        for k, (heading, comment) in enumerate(zip(headings, comments, strict=True)):
            page.write_string(0, k, heading, self.head)
            page.write_comment(0, k, comment, {"x_scale": 2})
        page.freeze_panes(1, 1)

    def _sheet(self, sheet: Sheet) -> None:
        page = self.book.add_worksheet(sheet.name)
        columns = [*sheet.columns, *self._feature_columns(sheet)]
        headings = [_marked(c, sheet.name) for c in columns]
        self._headings(page, headings, [_help(c, sheet.name) for c in columns])
        page.set_row(0, 32)
        for k, column in enumerate(columns):
            wide = 28 if column.kind in ("text", "words", "map") else 14
            page.set_column(k, k, wide, self.day if column.kind == "date" else self.open)
            self._choices(page, column, 1, 2_000, k)
        rows = self._rows(sheet)
        for number, record in enumerate(rows, 1):
            for k, column in enumerate(columns):
                self._cell(
                    page, number, k, column, _found(record, column), example=self.programme is None
                )
        self._protect(page)

    def _feature_columns(self, sheet: Sheet) -> list[Column]:
        if sheet.key != "areas":
            return []
        names = {n for a in self.data.get("areas", ()) for n in a.get("features", {})}
        return [Column(("features", n), "number", title=n) for n in sorted(names)]

    def _rows(self, sheet: Sheet) -> list[dict[str, Any]]:
        """The records of a sheet, each with its parent's id.

        Of an empty register, the worked row.
        """
        if self.programme is None:
            return (
                [dict(register_help.EXAMPLES[sheet.name])]
                if sheet.name in register_help.EXAMPLES
                else []
            )
        if sheet.parent is None:
            return list(self.data.get(sheet.key, ()))
        owners = self.data.get(f"{sheet.parent}s", ())
        return [row for owner in owners for row in _child_rows(sheet, owner)]

    def _cell(
        self, page: Any, row: int, k: int, column: Column, value: Any, *, example: bool
    ) -> None:
        """One cell as its kind asks; typed text is never a formula."""
        plain_format, day_format = (self.grey, self.grey_day) if example else (self.open, self.day)
        if column.kind == "date" and isinstance(value, str):
            value = dt.date.fromisoformat(value)
        if value is None or value == () or value == {}:
            page.write_blank(row, k, None, day_format if column.kind == "date" else plain_format)
        elif column.kind == "date" and isinstance(value, dt.date) and value.year >= 1901:
            page.write_datetime(row, k, dt.datetime(value.year, value.month, value.day), day_format)
        elif isinstance(value, bool):
            text = "yes" if value else "no"
            page.write_boolean(
                row, k, value, plain_format
            ) if column.kind == "level" else page.write_string(row, k, text, plain_format)
        elif isinstance(value, int | float) and _exact(value):
            page.write_number(row, k, value, plain_format)
        else:
            page.write_string(row, k, _written(column, value), plain_format)

    def _choices(self, page: Any, column: Column, first: int, last: int, k: int) -> None:
        """A drop-down where only some words will do."""
        source: Any = list(column.words) or (["yes", "no"] if column.kind == "yes-no" else None)
        if column.path in (("initiative",), ("depends_on", "initiative")):
            source = "=Initiatives!$A$2:$A$2000"
        elif column.path in (("measure",), ("path", "measure")):
            source = "=Measures!$A$2:$A$2000"
        elif column.path == ("fact",):
            source = f"=Words!$A$2:$A${len(_judged()) + 1}"
        if source is not None:
            page.data_validation(
                first,
                k,
                last,
                k,
                {
                    "validate": "list",
                    "source": source,
                    "error_type": "warning",
                    "ignore_blank": True,
                },
            )

    def _words(self) -> None:
        """The facts that people judge, with their levels, for the drop-down of Judgements."""
        page = self.book.add_worksheet("Words")
        for k, (heading, width) in enumerate(
            (("fact", 26), ("question", 70), ("levels, best first", 60))
        ):
            page.write_string(0, k, heading, self.head)
            page.set_column(k, k, width, self.wrap)
        for row, fact in enumerate(_judged(), 1):
            levels = (
                "; ".join(f"{n}: {m}" for n, m in fact.levels.items()) or f"a number ({fact.unit})"
            )
            for k, text in enumerate((fact.name, fact.question, levels)):
                page.write_string(row, k, text, self.wrap)
        page.freeze_panes(1, 0)
        page.protect()

    def _protect(self, page: Any) -> None:
        """Headings are locked, cells below are open; no password."""
        allowed = (
            "format_columns",
            "format_rows",
            "insert_rows",
            "delete_rows",
            "sort",
            "autofilter",
        )
        page.protect("", dict.fromkeys(allowed, True))


def _judged() -> list[Any]:
    return [f for f in VOCABULARY.values() if f.judged]


_REQUIRED = {
    ("Programme", "programme"),
    ("Programme", "as of"),
    ("Initiatives", "id"),
    ("Initiatives", "title"),
    ("Measures", "id"),
}


def _marked(column: Column, sheet: str) -> str:
    """The heading; what must be filled in carries a star, and its help says so in words."""
    return f"{column.heading} *" if (sheet, column.heading) in _REQUIRED else column.heading


def _help(column: Column, sheet: str) -> str:
    """The help for a column: what it means, and how to write it."""
    key = " ".join(p.replace("_", " ") for p in column.path)
    meaning = register_help.MEANINGS.get(f"{sheet} {key}") or register_help.MEANINGS.get(key, "")
    point = register_help.POINTS[column.point] if column.point else ""
    form = (
        f"One of: {', '.join(column.words)}." if column.words else register_help.FORMS[column.kind]
    )
    needed = (
        "Must be filled in."
        if (sheet, column.heading) in _REQUIRED
        else "Leave blank if not known."
    )
    return " ".join(t for t in (meaning, point, form, needed) if t)


def _found(record: Mapping[str, Any], column: Column) -> Any:
    """The value for a column in a record as dumped; an estimate gives its point."""
    if column.heading in record:
        return record[column.heading]
    value: Any = record
    for key in column.path:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    if column.point is not None:
        return _point(value, column.point)
    return None if isinstance(value, Mapping) and column.kind not in ("map", "budget") else value


def _point(value: Any, point: str) -> Any:
    if isinstance(value, list | tuple):
        return value[_POINTS.index(point)]
    return value if point == "likely" and not isinstance(value, Mapping) else None


def _child_rows(sheet: Sheet, owner: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = owner.get(sheet.key)
    if not found:
        return
    if sheet.key == "judgements":
        yield from (
            {"initiative": owner["id"], "fact": n, **a}
            for n, answers in found.items()
            for a in answers
        )
    elif sheet.key == "depends_on":
        for record in found:
            rest = {k: v for k, v in record.items() if k != "initiative"}
            yield {
                "initiative": owner["id"],
                "depends_on": {"initiative": record["initiative"]},
                **rest,
            }
    else:
        yield from (
            {sheet.parent: owner["id"], **r}
            for r in (found if isinstance(found, tuple | list) else [found])
        )


def _exact(value: float) -> bool:
    """Whether a number survives being written by XlsxWriter, with 16 digits."""
    return float(f"{value:.16G}") == value


def _written(column: Column, value: Any) -> str:
    """A value as text that reads back as itself."""
    if isinstance(value, Mapping):
        return "; ".join(_map_text(value))
    if isinstance(value, tuple | list):
        text = "; ".join(map(str, value))
        return f"{text};" if column.kind == "teams" and len(value) == 1 else text
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value) if isinstance(value, str) else repr(value)
    if isinstance(value, str) and (
        _guarded_level(text) if column.kind == "level" else _guarded(text)
    ):
        return f"'{text}"
    return text


def _map_text(value: Mapping[str, Any]) -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from (f"{name} {quarter}: {number!r}" for quarter, number in inner.items())
        else:
            yield f"{name}: {inner!r}"
