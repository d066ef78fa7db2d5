"""Programmes out of files: a folder, one YAML or JSON file, a workbook.

Reading collects every fault, of form and of sense, with file and line (or sheet and cell), before
it refuses.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

from pydantic import ValidationError

from changeadvisor import resources, validation
from changeadvisor.errors import (
    Fault,
    InputError,
    nearest,
    plain,
)
from changeadvisor.facts import VOCABULARY, Fact
from changeadvisor.io import cells
from changeadvisor.io.documents import (
    Document,
    Location,
    Receipt,
    Table,
    TableReceipt,
    read_csv,
    read_document,
)
from changeadvisor.judgement import base_rates
from changeadvisor.model import (
    Estimate,
    Initiative,
    Programme,
    ReferenceClass,
)

READINGS = ("measure", "period", "value", "denominator", "expected")
COMPARED = ("measure", "area", "period", "value", "denominator", "expected")
AREA_TEXT = ("area", "name", "kind", "region", "succeeded_by")
AREA_DATES = ("starts", "ends")
MAIN = ("programme.yaml", "programme.yml", "programme.json")
TABLES = ("observations.csv", "comparators.csv", "areas.csv")


@dataclass(frozen=True, slots=True)
class ReadProgramme:
    """What reading gave.

    The programme (None where there are faults), every fault, notices, and the receipt.
    """

    programme: Programme | None
    faults: tuple[Fault, ...]
    notices: tuple[str, ...]
    receipt: Receipt


def load_programme(path: Path | str) -> Programme:
    """The programme at a path. Raises InputError with every fault."""
    reading = read_programme(Path(path))
    if reading.programme is None or reading.faults:
        raise InputError(reading.faults)
    return reading.programme


def read_programme(path: Path) -> ReadProgramme:
    """Read a folder, one YAML or JSON file, or a workbook.

    Raises InputError where there is nothing to read.

    A file called programme.yaml (or .yml, .json) stands for its folder: the CSV files beside it are
    read too. Beside a file of any other name they are not.
    """
    reading = programme_of(_document(path), base_of(path))
    return (
        reading
        if reading.programme is None
        else replace(reading, notices=(*_beside(path), *reading.notices))
    )


def programme_of(read: Document, base: Path) -> ReadProgramme:
    """A document as a programme, with every check of form and of sense.

    base: the folder that it stands in.
    """
    document = _with_ties(read, base)
    programme: Programme | None = None
    form: tuple[Fault, ...] = ()
    try:
        programme = Programme.model_validate(document.data)
    except ValidationError as error:
        form = validation.faults_of(error, Programme, document.data, document.place)
    sense = _sense(document, base)
    faults = (*document.faults, *_not_told(form, document.faults, sense), *sense)
    ordered = tuple(sorted(dict.fromkeys(faults), key=by_place))
    if programme is None or ordered:
        return ReadProgramme(None, ordered, (), document.receipt)
    published = _published_of(programme)
    notices = (*_notices(programme, base), *map(_taken_up, published))
    return ReadProgramme(_with_classes(programme, published), (), notices, document.receipt)


@cache
def published_classes() -> base_rates.ClassesFile:
    """The reference classes that any programme may name without defining them."""
    document = read_document(resources.folder("rules") / f"{base_rates.CLASSES}.yaml")
    if document.faults:
        raise InputError(document.faults)
    return base_rates.read_classes(document.data, document.place)


def _published_of(programme: Programme) -> tuple[ReferenceClass, ...]:
    """Published classes that initiatives name and the programme does not define.

    Its own come first.
    """
    own = {c.id for c in programme.reference_classes}
    named = {
        i.reference_class for i in programme.initiatives if i.reference_class is not None
    } - own
    return tuple(published_classes().by_id[name] for name in sorted(named))


def _with_classes(programme: Programme, published: Iterable[ReferenceClass]) -> Programme:
    """The programme with published classes among its own, so that what is written out holds all that was used."""
    classes = sorted((*programme.reference_classes, *published), key=lambda c: c.id)
    return programme.model_copy(update={"reference_classes": tuple(classes)})


def _taken_up(published: ReferenceClass) -> str:
    return f"{published.id}: the published reference class is used; `changeadvisor classes` shows it and its source."


def _beside(path: Path) -> Iterator[str]:
    """CSV tables beside a file that stands alone, which are not read with it."""
    alone = (
        path.is_file()
        and path.suffix.lower() in (".yaml", ".yml", ".json")
        and path.name not in MAIN
    )
    there = [name for name in TABLES if alone and (path.parent / name).is_file()]
    if there:
        yield f"{', '.join(there)} beside {plain(path.name)}: not read; only beside programme.yaml are they."


def _not_told(
    form: Iterable[Fault], earlier: Iterable[Fault], sense: Sequence[Fault]
) -> Iterator[Fault]:
    """Faults of form, without those told better.

    Of values already refused, and of records whose sense is at fault.
    """
    refused = {(f.where, f.field) for f in earlier}
    for fault in form:
        lost = fault.absent and (fault.where, fault.field) in refused
        same = (s for s in sense if s.check and s.check == fault.check)
        better = any(f"{s.field}.".startswith(f"{fault.field}.") for s in same)
        if not lost and not better:
            yield replace(fault, expected=plain(fault.expected, 2_000))


_PLACE = re.compile(
    r"(?P<name>.*?)(?::(?P<line>\d+).*|!(?P<column>[A-Z]+)(?P<row>\d+))?", re.DOTALL
)


def by_place(fault: Fault) -> tuple[str, int, int, str]:
    """Faults in the order of their lines, or of their sheets, rows and columns."""
    found = _PLACE.fullmatch(fault.where)
    assert found is not None  # noqa: S101 (every part of the pattern may be missing)
    column = found["column"] or ""
    return found["name"], int(found["line"] or found["row"] or 0), len(column), column


def base_of(path: Path) -> Path:
    """The folder that a programme stands in."""
    return path if path.is_dir() else path.parent


def _document(path: Path) -> Document:
    """The programme as plain data, whatever its form."""
    if path.is_dir():
        return _folder(path)
    if path.name in MAIN and path.is_file():
        return _folder(path.absolute().parent, path.name)
    return _one_file(path)


def _one_file(path: Path) -> Document:
    """A workbook, or a YAML or JSON file that stands alone."""
    kind = path.suffix.lower()
    if kind in (".xlsx", ".xlsm"):
        from changeadvisor.io.workbook import read_workbook

        return read_workbook(path)
    if kind in (".yaml", ".yml", ".json"):
        return _unknown_left_out(read_document(path))
    found = f"a name ending in `{kind}`" if path.exists() else "no such file or folder"
    raise InputError.one(
        str(path),
        found,
        "a folder with programme.yaml, a .yaml or .json file, or an .xlsx workbook",
    )


def _unknown_left_out(document: Document) -> Document:
    """The document without the values that say nobody knows (TBC, n/a, a dash), as in a workbook.

    Each with a note.
    """
    notes: list[str] = []

    def kept(value: Any, at: Location) -> Any:
        if isinstance(value, list):
            return [kept(v, (*at, i)) for i, v in enumerate(value)]
        if not isinstance(value, dict):
            return value
        gone = {
            k for k, v in value.items() if isinstance(v, str) and _is_mark(v, (*at, k), document)
        }
        notes.extend(
            f"{document.place((*at, k))} {plain(k)}: `{plain(value[k])}` is unknown"
            for k in sorted(gone)
        )
        return {k: kept(v, (*at, k)) for k, v in value.items() if k not in gone}

    data = kept(document.data, ())
    receipt = replace(document.receipt, notes=(*document.receipt.notes, *notes))
    return replace(document, data=data, receipt=receipt)


def _is_mark(text: str, at: Location, document: Document) -> bool:
    """Whether text says that nobody knows.

    In quotes it means what it says; so does an empty text.
    """
    return bool(text) and cells.unknown(text) and at not in document.quoted


# --- working ties ---------------------------------------------------------------------------------


def _with_ties(document: Document, base: Path) -> Document:
    """The document with the ties that each `adoption.ties` names, read from the file beside the programme."""
    data, faults = document.data, list(document.faults)
    for initiative in data.get("initiatives") or () if isinstance(data, dict) else ():
        adoption = initiative.get("adoption") if isinstance(initiative, dict) else None
        if not isinstance(adoption, dict) or adoption.get("tied"):
            continue
        name = adoption.get("ties")
        if not isinstance(name, str) or _leaves(base, name) or not (base / name).is_file():
            continue
        try:
            adoption["tied"] = list(_tie_rows(read_csv(base / name)))
        except InputError as error:
            faults += error.faults
    return replace(document, faults=tuple(faults))


def _tie_rows(table: Table) -> Iterator[list[str]]:
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
    return iter([pair for _, pair in pairs])


# --- a folder -------------------------------------------------------------------------------------


def _folder(path: Path, named: str | None = None) -> Document:
    """programme.yaml (or .json) with observations.csv, comparators.csv and areas.csv beside it."""
    found = [name for name in MAIN if (path / name).exists()]
    main = named or next(iter(found), None)
    if main is None:
        raise InputError.one(str(path), "a folder without programme.yaml", "programme.yaml in it")
    unread = [f"{name}: not read, since {main} is" for name in found if name != main]
    return _Folder(
        path, _unknown_left_out(read_document(_inside(path, main))), [*unread, *_misnamed(path)]
    ).document()


#: What formats.md calls a file of working ties: `adoption.ties` names it, no table of the
#: programme.
_TIES = "ties.csv"


def _misnamed(path: Path) -> Iterator[str]:
    """CSV files whose names are nearly those that are read."""
    for name in sorted(p.name for p in path.glob("*.csv")):
        near = nearest(name, TABLES)
        if near and name not in (*TABLES, _TIES):
            yield f"{name}: not read; did you mean {near}?"


def _inside(folder: Path, name: str) -> Path:
    """A file of the folder. Raises InputError where the name leads out of it."""
    if _leaves(folder, name):
        raise InputError.one(name, "a path that leaves the folder", "a file inside the folder")
    return folder / name


class _Folder:
    """A document and the CSV files beside it, joined."""

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
            if measure is not None and sound:
                self._put(*measure, key, given, where)
                used += 1
        self._receipt(table, columns, used, held)

    def _measures(self) -> dict[str, tuple[int, dict[str, Any]]]:
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
        """The measure a reading is of, taken out of it.

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

    def _put(
        self, i: int, measure: dict[str, Any], key: str, given: dict[str, Any], where: str
    ) -> None:
        rows = measure.setdefault(key, [])
        if isinstance(rows, list):
            self._remember(("measures", i, key, len(rows)), given, where)
            rows.append(given)

    def _remember(self, location: Location, given: Mapping[str, Any], where: str) -> None:
        self.places[location] = where
        self.places.update({(*location, k): where for k in given})

    def _row(
        self, table: Table, row: Sequence[str], where: str, columns: Iterable[str]
    ) -> tuple[dict[str, Any], bool]:
        """The cells of one row that are known, read by their columns.

        False, with faults, where one cannot be read.
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
        own = {*AREA_TEXT, *AREA_DATES}
        columns = {
            *own,
            *(h for k, h in enumerate(table.headings) if h and h not in own and _numeric(table, k)),
        }
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


def _numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers only (and at least one)."""
    found = [
        row[column] for _, row in table.rows if column < len(row) and not cells.unknown(row[column])
    ]
    try:
        return bool([cells.number(cell) for cell in found])
    except ValueError:
        return False


def _reader(heading: str) -> Callable[[str], object]:
    """How the cells of a column are read."""
    if heading in ("period", *AREA_DATES):
        return cells.date
    return cells.from_safe if heading in ("measure", *AREA_TEXT) else cells.number


# --- sense: what the form alone cannot tell -------------------------------------------------------


def _sense(document: Document, base: Path) -> list[Fault]:
    """Faults of sense, from the data as far as it can be read, so that they stand beside the faults of form."""
    return list(_Sense(document, base).faults()) if isinstance(document.data, dict) else []


class _Sense:
    """References that lead nowhere, ids that stand twice, rings, judgements of unknown facts."""

    def __init__(self, document: Document, base: Path) -> None:
        self.document, self.base = document, base
        self.ids = {
            kind: self._ids(kind)
            for kind in ("initiatives", "measures", "aims", "reference_classes")
        }

    def _records(self, kind: str) -> Iterator[tuple[Location, dict[str, Any]]]:
        listed = self.document.data.get(kind)
        for i, record in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(record, dict):
                yield (kind, i), record

    def _inner(
        self, at: Location, record: Mapping[str, Any], key: str
    ) -> Iterator[tuple[Location, Any]]:
        listed = record.get(key)
        for i, value in enumerate(listed if isinstance(listed, list) else []):
            yield (*at, key, i), value

    def _ids(self, kind: str) -> list[str]:
        return [r["id"] for _, r in self._records(kind) if isinstance(r.get("id"), str)]

    def _fault(
        self, at: Location, found: str, expected: str, mend: str = "", *, check: str = ""
    ) -> Fault:
        """A fault. check: the key of the model's own check, where that refuses the same."""
        where, field = self.document.place(at), validation.dotted(at, self.document.data)
        return Fault(where, field, found, expected, mend, check)

    def faults(self) -> Iterator[Fault]:
        """Every fault of sense."""
        yield from self._when()
        for kind in self.ids:
            yield from self._twice(kind)
        yield from self._twice("areas", "area")
        for at, area in self._records("areas"):
            yield from self._ordered(at, area, "starts", "ends")
        for at, record in self._records("reference_classes"):
            yield from self._shares(at, record)
        for at, measure in self._records("measures"):
            yield from self._measure(at, measure)
        for at, initiative in self._records("initiatives"):
            yield from self._initiative(at, initiative)
        yield from self._ring()

    def _when(self) -> Iterator[Fault]:
        as_of = _day(self.document.data.get("as_of"))
        if as_of is not None and not 1990 <= as_of.year < 2100:
            yield self._fault(("as_of",), f"`{as_of}`", "a date between 1990 and 2100")

    def _twice(self, kind: str, key: str = "id") -> Iterator[Fault]:
        seen: dict[str, Location] = {}
        for at, record in self._records(kind):
            name = record.get(key)
            if not isinstance(name, str):
                continue
            if name in seen:
                first = self.document.place((*seen[name], key))
                yield self._fault(
                    (*at, key), f"`{plain(name)}` again (first in {first})", "an id used once"
                )
            seen.setdefault(name, at)

    def _ordered(
        self, at: Location, record: Mapping[str, Any], first: str, second: str
    ) -> Iterator[Fault]:
        start, end = _day(record.get(first)), _day(record.get(second))
        if start and end and end < start:
            found = f"`{end}`, before `{first}` {start}"
            expected = f"`{second}` on or after `{first}`"
            yield self._fault((*at, second), found, expected, check="dates")

    def _shares(self, at: Location, record: Mapping[str, Any]) -> Iterator[Fault]:
        """The shares of the three outcomes make a whole, or less where some are not given."""
        given = [float(v) for k in ("full", "partial", "none") if _is_number(v := record.get(k))]
        total = math.fsum(given)
        if total > 1 + 1e-9 or (len(given) == 3 and abs(total - 1) > 1e-9):
            found = f"{' + '.join(f'{v:g}' for v in given)} = {total:g}"
            expected = "`full`, `partial` and `none` to add up to 1"
            yield self._fault(at, found, expected, check="shares")

    def _refers(self, at: Location, name: object, kind: str) -> Iterator[Fault]:
        """A fault where `name` is no id of that kind; what is not a word is a fault of form."""
        if isinstance(name, str) and name not in self.ids[kind]:
            near = nearest(name, self.ids[kind])
            mend = f"did you mean `{near}`?" if near else f"add it to `{kind}`"
            found = f"unknown {kind.removesuffix('s')} `{plain(name)}`"
            yield self._fault(at, found, f"the id of one of the {kind}", mend)

    def _class(self, at: Location, name: object) -> Iterator[Fault]:
        """A fault where a reference class is neither the programme's own nor published."""
        own = self.ids["reference_classes"]
        if not isinstance(name, str) or name in own or name in published_classes().by_id:
            return
        published = published_classes().by_id
        near = nearest(name, [*own, *published])
        other = f"add it to `reference_classes`, or name a published one: {', '.join(published)}"
        mend = f"did you mean `{near}`?" if near else other
        yield self._fault(
            at,
            f"unknown reference class `{plain(name)}`",
            "the id of one of the reference classes",
            mend,
        )

    def _each(
        self, at: Location, record: Mapping[str, Any], key: str, kind: str
    ) -> Iterator[Fault]:
        for inner, name in self._inner(at, record, key):
            yield from self._refers(inner, name, kind)

    def _measure(self, at: Location, measure: Mapping[str, Any]) -> Iterator[Fault]:
        yield from self._each(at, measure, "aims", "aims")
        yield from self._each(at, measure, "moves", "measures")
        seen: set[tuple[object, object]] = set()
        for key in ("observations", "comparators"):
            for inner, row in self._inner(at, measure, key):
                if not isinstance(row, dict):
                    continue
                mark = (row.get("area"), str(row.get("period")))
                if mark in seen and row.get("period") is not None:
                    yield self._fault(
                        inner,
                        f"a second value for {plain(row.get('period'))}",
                        "one value a period",
                    )
                seen.add(mark)

    def _initiative(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        yield from self._each(at, initiative, "aims", "aims")
        yield from self._each(at, initiative, "also_moves", "measures")
        yield from self._class((*at, "reference_class"), initiative.get("reference_class"))
        path = initiative.get("path")
        if isinstance(path, dict):
            yield from self._refers((*at, "path", "measure"), path.get("measure"), "measures")
        overlaps = initiative.get("overlaps")
        for name in overlaps if isinstance(overlaps, dict) else ():
            yield from self._refers((*at, "overlaps", name), name, "initiatives")
        yield from self._ordered(at, initiative, "started", "ends")
        yield from self._ordered(at, initiative, "ends", "lasts_until")
        yield from self._tripwires(at, initiative)
        yield from self._options(at, initiative)
        yield from self._dependencies(at, initiative)
        yield from self._judgements(at, initiative)
        yield from self._ties(at, initiative)

    def _tripwires(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        for inner, wire in self._inner(at, initiative, "tripwires"):
            if not isinstance(wire, dict):
                continue
            yield from self._refers((*inner, "measure"), wire.get("measure"), "measures")
            below, above = wire.get("below"), wire.get("above")
            if below is not None and above is not None:
                found = f"`below` {plain(below)} and `above` {plain(above)}"
                expected = "either `below` or `above`, and one of them only"
                yield self._fault((*inner, "above"), found, expected, check="tripwire")

    def _options(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        seen: set[object] = set()
        for inner, option in self._inner(at, initiative, "options"):
            action = option.get("action") if isinstance(option, dict) else None
            if isinstance(action, str) and action in seen:
                yield self._fault(
                    (*inner, "action"),
                    f"`{plain(action)}` again",
                    "at most one option of each action",
                )
            seen.add(action if isinstance(action, str) else None)
            if isinstance(option, dict):
                yield from self._shares(inner, option)

    def _dependencies(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        for inner, dependency in self._inner(at, initiative, "depends_on"):
            if not isinstance(dependency, dict):
                continue
            name = dependency.get("initiative")
            if name is not None and name == initiative.get("id"):
                yield self._fault(
                    (*inner, "initiative"), f"`{plain(name)}`, itself", "another initiative"
                )
            yield from self._refers((*inner, "initiative"), name, "initiatives")

    def _judgements(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        judged = initiative.get("judgements")
        for name, answers in (judged if isinstance(judged, dict) else {}).items():
            fact = VOCABULARY.get(name)
            if fact is None or not fact.judged:
                known = [f.name for f in VOCABULARY.values() if f.judged]
                near = nearest(name, known)
                mend = (
                    f"did you mean `{near}`?" if near else "`changeadvisor rules facts` lists them"
                )
                yield self._fault(
                    (*at, "judgements", name), f"`{plain(name)}`", "a fact that people judge", mend
                )
            else:
                yield from self._levels((*at, "judgements", name), fact, answers)

    def _levels(self, at: Location, fact: Fact, answers: object) -> Iterator[Fault]:
        listed = list(enumerate(answers)) if isinstance(answers, list) else [(None, answers)]
        for i, answer in listed:
            inner = at if i is None else (*at, i)
            level = answer.get("level") if isinstance(answer, dict) else answer
            if level is not None and not isinstance(level, dict | list) and not fact.accepts(level):
                near = nearest(level, fact.levels)
                mend = f"did you mean `{near}`?" if near else ""
                yield self._fault(inner, f"`{plain(level)}`", fact.expected(), mend)

    def _ties(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        adoption = initiative.get("adoption")
        name = adoption.get("ties") if isinstance(adoption, dict) else None
        if not isinstance(name, str):
            return
        if _leaves(self.base, name):
            found = f"`{plain(name)}`, a path that leaves the folder"
            yield self._fault((*at, "adoption", "ties"), found, "a file inside the folder")

    def _ring(self) -> Iterator[Fault]:
        """A ring of requirements, named, at the line of its first step."""
        needs = {
            (str(d["initiative"]), str(r["id"])): (*inner, "initiative")
            for at, r in self._records("initiatives")
            if isinstance(r.get("id"), str)
            for inner, d in self._inner(at, r, "depends_on")
            if isinstance(d, dict)
            and d.get("kind") == "requires"
            and d.get("initiative") in self.ids["initiatives"]
        }
        ring = _ring_among([edge for edge in needs if edge[0] != edge[1]])
        if ring:
            names = " → ".join(map(plain, ring))
            expected = "no initiative to require itself through others"
            at = needs[ring[0], ring[1]]
            yield self._fault(
                at, f"a ring of requirements: {names}", expected, "remove one, or make it `helps`"
            )


def _day(value: object) -> dt.date | None:
    """A date as the form reads it, or None where there is none."""
    try:
        return (
            cells.date(value) if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
        )
    except ValueError:
        return None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _leaves(folder: Path, name: str) -> bool:
    """Whether a name leads out of the folder, by `..`, from the root or through a link, or is no name at all."""
    try:
        return not (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return True


def _ring_among(edges: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """A ring among edges, or nothing. `critical_path` refuses rings by name."""
    from changeadvisor.errors import CycleError
    from changeadvisor.graph import critical_path

    try:
        critical_path({name: 0.0 for edge in edges for name in edge}, dict.fromkeys(edges, 0.0))
    except CycleError as error:
        return error.path
    return ()


def _notices(programme: Programme, base: Path) -> Iterator[str]:
    """What is no fault but should be known."""
    for at, estimate in _estimates(programme, ""):
        if not estimate.carried:
            yield f"{at}: no metalog passes through its three points; straight lines between them are used."
    for initiative in programme.initiatives:
        yield from _of_initiative(programme, initiative, base)
    areas = {a.area for a in programme.areas}
    for measure in programme.measures:
        strange = sorted({c.area for c in measure.comparators} - areas - {measure.own_area})
        if areas and strange:
            yield f"{measure.id}: comparators for areas not in `areas`: {', '.join(map(plain, strange))}."


def _of_initiative(programme: Programme, initiative: Initiative, base: Path) -> Iterator[str]:
    """Roles it needs that nobody offers, and a file of ties that is not there."""
    offered = set(programme.limits.capacity) if programme.limits else set()
    for role in initiative.needs:
        if offered and role not in offered:
            yield f"{initiative.id} needs {plain(role)}, of whom `limits.capacity` names none."
    ties = initiative.adoption.ties if initiative.adoption else None
    if initiative.adoption and ties and not initiative.adoption.tied:
        what = "no tie in the" if (base / ties).is_file() else "no"
        yield f"{initiative.id}: {what} file {plain(ties)} beside the programme; its working ties are unknown."


def _estimates(value: Any, at: str) -> Iterator[tuple[str, Estimate]]:
    """Every estimate inside, with where it stands."""
    if isinstance(value, Estimate):
        yield at, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _estimates(item, f"{at}[{getattr(item, 'id', i + 1)}]")
    elif hasattr(value, "__pydantic_fields__"):
        for name in type(value).model_fields:
            yield from _estimates(getattr(value, name), f"{at}.{name}" if at else name)
