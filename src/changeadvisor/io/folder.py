"""A programme that stands in a folder: programme.yaml joined with the CSV tables beside it.

Each row of a table goes under the record that it belongs to, with its own line kept for messages.
A row that nobody knows the value of yet is held and counted, not refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from changeadvisor.errors import (
    Fault,
    InputError,
    nearest,
    plain,
)
from changeadvisor.io import cells
from changeadvisor.io.documents import read_document, without_unknown
from changeadvisor.io.placed_data import Document, Location, Receipt, TableReceipt
from changeadvisor.io.text_files import Table, leaves_folder, read_csv

#: The columns of each table; in `areas.csv` every other column of numbers is a feature.
READINGS = ("measure", "period", "value", "denominator", "expected")
COMPARED = ("measure", "area", "period", "value", "denominator", "expected")
AREA_TEXT = ("area", "name", "kind", "region", "succeeded_by")
AREA_DATES = ("starts", "ends")
#: The file of the programme itself, the first of these that is there; and the tables beside it.
MAIN = ("programme.yaml", "programme.yml", "programme.json")
TABLES = ("observations.csv", "comparators.csv", "areas.csv")
#: What formats.md calls a file of working ties: `adoption.ties` names it, no table of the
#: programme.
_TIES = "ties.csv"


def read_folder(path: Path, named: str | None = None) -> Document:
    """programme.yaml (or .json) with observations.csv, comparators.csv and areas.csv beside it.

    named: the file that holds the programme, where it is known.
    """
    there = [name for name in MAIN if (path / name).exists()]
    main = named or next(iter(there), None)
    if main is None:
        raise InputError.one(str(path), "a folder without programme.yaml", "programme.yaml in it")
    document = without_unknown(read_document(_inside(path, main)))
    notes = [f"{name}: not read, since {main} is" for name in there if name != main]
    for name in sorted(p.name for p in path.glob("*.csv")):
        near = nearest(name, TABLES)
        if near and name not in (*TABLES, _TIES):
            notes.append(f"{name}: not read; did you mean {near}?")
    return _FolderReader(path, document, notes).document()


def _inside(folder: Path, name: str) -> Path:
    """A file of the folder. Raises InputError where the name leads out of it."""
    if leaves_folder(folder, name):
        raise InputError.one(name, "a path that leaves the folder", "a file inside the folder")
    return folder / name


class _FolderReader:
    """Joins a document with the CSV files beside it."""

    def __init__(self, path: Path, document: Document, notes: Sequence[str]) -> None:
        self.path = path
        self.data = document.data
        self.places = dict(document.places)
        self.faults = list(document.faults)
        self.tables: list[TableReceipt] = []
        self.notes = [*document.receipt.notes, *notes]

    def document(self) -> Document:
        """All of it as one document."""
        if isinstance(self.data, dict):
            self._readings("observations.csv", READINGS, "observations")
            self._readings("comparators.csv", COMPARED, "comparators")
            self._areas("areas.csv")
        receipt = Receipt(tuple(self.tables), tuple(self.notes))
        return Document(self.data, self.places, tuple(self.faults), receipt)

    def _table(self, name: str) -> Table | None:
        """The table of a file; None where there is none, or (with faults) none to read."""
        if not (self.path / name).exists() and not (self.path / name).is_symlink():
            return None
        try:
            table = read_csv(_inside(self.path, name))
        except InputError as error:
            self.faults += error.faults
            return None
        self.notes += table.notes
        return table

    def _readings(self, name: str, columns: Sequence[str], key: str) -> None:
        """Rows of readings, each put under its measure."""
        table = self._table(name)
        if table is None or not self._has(table, columns[: columns.index("value") + 1]):
            return
        measures = self._measures()
        held, used = [], 0
        for line, row in table.rows:
            where = f"{name}:{line}"
            given, sound = self._row(table, row, where, columns)
            if sound and given.get("value") is None:
                held.append(f"{where}: no value")
                continue
            measure = self._measure_of(measures, given, where)
            if measure is None or not sound:
                continue
            used += 1
            index, record = measure
            readings = record.setdefault(key, [])
            if isinstance(readings, list):
                self._remember(("measures", index, key, len(readings)), given, where)
                readings.append(given)
        self._receipt(table, columns, used, held)

    def _measures(self) -> dict[str, tuple[int, dict[str, Any]]]:
        """The measures of the programme by id, each with its place in the list."""
        listed = self.data.get("measures")
        items = listed if isinstance(listed, list) else []
        return {
            m["id"]: (i, m)
            for i, m in enumerate(items)
            if isinstance(m, dict) and isinstance(m.get("id"), str)
        }

    def _measure_of(
        self, measures: Mapping[str, tuple[int, dict[str, Any]]], given: dict[str, Any], where: str
    ) -> tuple[int, dict[str, Any]] | None:
        """The measure a reading is of, its id taken out of the reading.

        None, with a fault, where there is no such measure.
        """
        name = given.pop("measure", None)
        if name in measures:
            return measures[name]
        found = "no measure" if name is None else f"unknown measure `{plain(name)}`"
        near = nearest(name, measures) if name else None
        mend = f"did you mean `{near}`?" if near else "add it to `measures` in the programme"
        self.faults.append(Fault(where, "measure", found, "the id of a measure", mend))
        return None

    def _remember(self, location: Location, given: Mapping[str, Any], where: str) -> None:
        self.places[location] = where
        self.places.update({(*location, k): where for k in given})

    def _row(
        self, table: Table, row: Sequence[str], where: str, columns: Iterable[str]
    ) -> tuple[dict[str, Any], bool]:
        """The cells of one row that are known, read by their columns.

        False beside them, with faults, where one cannot be read.
        """
        given: dict[str, Any] = {}
        sound = True
        for heading, cell in zip(table.headings, row, strict=False):
            if heading not in columns or cells.unknown(cell):
                continue
            try:
                given[heading] = _reader(heading)(cell)
            except ValueError as error:
                self.faults.append(Fault(where, heading, f"`{plain(cell)}`", str(error)))
                sound = False
        return given, sound

    def _has(self, table: Table, needed: Iterable[str]) -> bool:
        """Whether the columns that must be there are; a fault for each that is not."""
        missing = [c for c in needed if c not in table.headings]
        for column in missing:
            near = nearest(column, table.headings)
            mend = f"is it the one called `{plain(near)}`?" if near else ""
            self.faults.append(
                Fault(f"{table.name}:1", column, "no such column", f"a column `{column}`", mend)
            )
        return not missing

    def _receipt(
        self, table: Table, columns: Iterable[str], used: int, held: Sequence[str]
    ) -> None:
        strange = tuple(h for h in table.headings if h and h not in columns)
        self.tables.append(TableReceipt(table.name, len(table.rows), used, tuple(held), strange))

    def _areas(self, name: str) -> None:
        """Other areas; columns that are not our own and hold only numbers are features."""
        table = self._table(name)
        if table is None or not self._has(table, ("area",)):
            return
        columns = {*AREA_TEXT, *AREA_DATES}
        for k, heading in enumerate(table.headings):
            if heading and heading not in columns and _is_numeric(table, k):
                columns.add(heading)
        rows = self.data.setdefault("areas", [])
        held, used = [], 0
        for line, row in table.rows:
            given, sound = self._row(table, row, f"{name}:{line}", columns)
            if "area" not in given:
                held.append(f"{name}:{line}: no area")
            elif sound and isinstance(rows, list):
                self._remember(("areas", len(rows)), given, f"{name}:{line}")
                rows.append(given)
                used += 1
        self._receipt(table, columns, used, held)


def _is_numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers only (and at least one)."""
    filled = [row[column] for _, row in table.rows if column < len(row)]
    try:
        return bool([cells.number(cell) for cell in filled if not cells.unknown(cell)])
    except ValueError:
        return False


def _reader(heading: str) -> Callable[[str], object]:
    """How the cells of a column are read."""
    if heading in ("period", *AREA_DATES):
        return cells.date
    return cells.from_safe if heading in ("measure", *AREA_TEXT) else cells.number


# --- working ties ---------------------------------------------------------------------------------


def with_ties(document: Document, base: Path) -> Document:
    """The document with the ties that each `adoption.ties` names, out of that file.

    base: the folder that the programme stands in, and the file beside it.
    """
    faults = list(document.faults)
    listed = document.data.get("initiatives") if isinstance(document.data, dict) else None
    for initiative in listed if isinstance(listed, list) else ():
        adoption = initiative.get("adoption") if isinstance(initiative, dict) else None
        if not isinstance(adoption, dict) or adoption.get("tied"):
            continue
        name = adoption.get("ties")
        if not isinstance(name, str) or leaves_folder(base, name) or not (base / name).is_file():
            continue
        try:
            adoption["tied"] = _ties_of(read_csv(base / name))
        except InputError as error:
            faults += error.faults
    return replace(document, faults=tuple(faults))


def _ties_of(table: Table) -> list[list[str]]:
    """The pairs of a file of ties. Raises InputError with every fault."""
    missing = [h for h in ("from", "to") if h not in table.headings]
    if missing:
        raise InputError.one(
            f"{table.name}:1", f"no heading `{missing[0]}`", "the headings `from` and `to`"
        )
    columns = [table.headings.index(h) for h in ("from", "to")]
    pairs = [(line, [row[c] if c < len(row) else "" for c in columns]) for line, row in table.rows]
    faults = [
        Fault(
            f"{table.name}:{line}",
            "",
            "one person of a tie only",
            "a name under `from` and under `to`",
        )
        for line, pair in pairs
        if not all(pair)
    ]
    if faults:
        raise InputError(faults)
    return [pair for _, pair in pairs]
