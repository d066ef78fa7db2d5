"""Sharing goals.

Measures, targets and results as open data with a description, and a page people can read.

What is written is a Frictionless Data Package (specs.frictionlessdata.io, tabular-data-package).
Nothing confidential is in it unless asked for: no sponsor, owner, judgement, spend or rating.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from changeadvisor.advice import MeasureAdvice
from changeadvisor.errors import InputError, plain
from changeadvisor.io import cells
from changeadvisor.model import (
    COVERS,
    Measure,
    Programme,
    add_months,
)
from changeadvisor.performance import readings
from changeadvisor.report.render import environment
from changeadvisor.words import day_text, many, month_text

Include = Literal["initiatives", "people"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published table: its name, its Frictionless type and what it holds.

    `words`: all it may hold.
    """

    name: str
    type: Literal["string", "number", "date", "boolean"]
    description: str
    required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedTable:
    """A published table. refers: columns that hold ids of another table, column -> table."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    key: tuple[str, ...]
    refers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GoalView:
    """One measure on the page, in words."""

    id: str
    title: str
    about: str
    lines: tuple[str, ...]
    reads: str
    results: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SharedView:
    """The page."""

    programme: str
    as_of: str
    goals: tuple[GoalView, ...]
    files: tuple[tuple[str, str], ...]


def publish(
    programme: Programme,
    found: Sequence[MeasureAdvice],
    folder: Path,
    *,
    include: Collection[Include] = (),
    force: bool = False,
) -> None:
    """Write the package, whole or not at all. Raises InputError where the folder is not free."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not force)):
        mend = "add --force to replace it" if folder.is_dir() else ""
        raise InputError.one(str(folder), "something that is already there", "a new folder", mend)
    written = _files(programme, found, include)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, text in written.items():
            (building / name).write_text(text, encoding="utf-8", newline="\n")
        folder.mkdir(exist_ok=True)
        for name in written:
            (building / name).replace(folder / name)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _files(
    programme: Programme, found: Sequence[MeasureAdvice], include: Collection[Include]
) -> dict[str, str]:
    """Every file of the package, by name."""
    tables = [
        t
        for t in _tables(programme, include)
        if t.rows or t.name in ("measures", "targets", "results")
    ]
    files = {f"{t.name}.csv": _csv(t) for t in tables}
    files["datapackage.json"] = (
        json.dumps(_package(programme, tables), indent=2, ensure_ascii=False) + "\n"
    )
    page = environment(True).get_template("published.html")
    files["index.html"] = page.render(view=_view(programme, found, tables))
    return files


# --- tables ---------------------------------------------------------------------------------------

_MEASURE = (
    Column("id", "string", "What the other tables call it by", required=True),
    Column("title", "string", "What is measured"),
    Column("better", "string", "Which way is better", words=("higher", "lower", "neutral")),
    Column("unit", "string", "The unit of its values"),
    Column(
        "type",
        "string",
        "What kind of figure it is",
        words=("proportion", "rate", "ratio", "count", "value"),
    ),
    Column("every", "string", "What period a value covers", words=("month", "quarter", "year")),
    Column(
        "kind",
        "string",
        "Felt by residents, or about our own working",
        words=("external", "process"),
    ),
    Column("corporate", "boolean", "Whether it is one of the council's chief measures"),
    Column("service", "string", "The service it is about"),
    Column("aims", "string", "The aims it serves, joined by semicolons"),
    Column("source", "string", "Where its values come from"),
)
_OWNER = Column("owner", "string", "Who answers for it")
_TARGET = (
    Column("measure", "string", "The measure", required=True),
    Column(
        "kind",
        "string",
        "An outside standard, or our own target",
        required=True,
        words=("standard", "target"),
    ),
    Column("value", "number", "The value to reach, in the measure's unit", required=True),
    Column("date", "date", "By when"),
)
_RESULT = (
    Column("measure", "string", "The measure", required=True),
    Column(
        "area",
        "string",
        "The area the value is of; `own` is ours where no code is given",
        required=True,
    ),
    Column("period", "date", "The first day of what it covers", required=True),
    Column("value", "number", "The value, in the measure's unit", required=True),
    Column("denominator", "number", "Of how many, where that is known"),
    Column("expected", "number", "How many were expected, where that is known"),
    Column("own", "boolean", "Whether it is our own", required=True),
)
_AREA = (
    Column("area", "string", "Its code", required=True),
    Column("name", "string", "Its name"),
    Column("kind", "string", "What kind of council it is"),
    Column("region", "string", "Its region"),
)
_AIM = (
    Column("id", "string", "What the measures call it by", required=True),
    Column("title", "string", "The aim"),
)
_INITIATIVE = (
    Column("id", "string", "Its id", required=True),
    Column("title", "string", "What it is", required=True),
    Column("aim", "string", "What it is for"),
    Column("service", "string", "The service it is about"),
    Column("stage", "string", "How far it has come"),
    Column("started", "date", "When it began"),
    Column("ends", "date", "When it ends"),
    Column("measure", "string", "The measure it should move"),
)
_SPONSOR = Column("sponsor", "string", "Who sponsors it")


def _tables(programme: Programme, include: Collection[Include]) -> Iterator[SharedTable]:
    people = "people" in include
    owner = (_OWNER,) if people else ()
    measures = tuple(_plain_row(m, (*_MEASURE, *owner)) for m in programme.measures)
    yield SharedTable("measures", "What is measured", (*_MEASURE, *owner), measures, ("id",), {})
    targets = tuple(row for m in programme.measures for row in _targets(m))
    yield SharedTable(
        "targets",
        "Standards and targets",
        _TARGET,
        targets,
        ("measure", "kind"),
        {"measure": "measures"},
    )
    results = tuple(row for m in programme.measures for row in _results(m, programme.as_of))
    key = ("measure", "area", "period")
    yield SharedTable(
        "results", "Results, ours and others'", _RESULT, results, key, {"measure": "measures"}
    )
    yield SharedTable(
        "areas", "Areas", _AREA, tuple(_plain_row(a, _AREA) for a in programme.areas), ("area",), {}
    )
    yield SharedTable(
        "aims", "Aims", _AIM, tuple(_plain_row(a, _AIM) for a in programme.aims), ("id",), {}
    )
    if "initiatives" in include:
        columns = (*_INITIATIVE, *((_SPONSOR, _OWNER) if people else ()))
        rows = tuple(
            {**_plain_row(i, columns), "measure": i.path.measure if i.path else None}
            for i in programme.initiatives
        )
        yield SharedTable("initiatives", "Initiatives", columns, rows, ("id",), {})


def _plain_row(record: Any, columns: Sequence[Column]) -> Row:
    """The columns of a record; lists are joined by semicolons."""
    values = {c.name: getattr(record, c.name, None) for c in columns}
    return {k: "; ".join(v) if isinstance(v, tuple) else v for k, v in values.items()}


def _targets(measure: Measure) -> Iterator[Row]:
    for kind, value, date in (
        ("standard", measure.standard, None),
        ("target", measure.target, measure.target_date),
    ):
        if value is not None:
            yield {"measure": measure.id, "kind": kind, "value": value, "date": date}


def _results(measure: Measure, as_of: dt.date) -> Iterator[Row]:
    """Our readings known by `as_of`, and other areas' for periods that are over."""
    own = measure.own_area or "own"
    sizes = {
        o.period: o
        for o in (*measure.comparators, *measure.observations)
        if getattr(o, "area", own) == own
    }
    series = readings(measure, as_of)
    for point in series.points:
        yield {
            **_sized(sizes.get(point.period)),
            "measure": measure.id,
            "area": own,
            "period": point.period,
            "value": point.value,
            "own": True,
        }
    months = COVERS[series.every or "month"]
    for row in measure.comparators:
        if row.area != own and add_months(row.period, months) <= as_of:
            yield {
                **_sized(row),
                "measure": measure.id,
                "area": row.area,
                "period": row.period,
                "value": row.value,
                "own": False,
            }


def _sized(row: Any) -> Row:
    return {} if row is None else {"denominator": row.denominator, "expected": row.expected}


def _csv(table: SharedTable) -> str:
    """A table as CSV; no text in it can be a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([c.name for c in table.columns])
    for row in table.rows:
        writer.writerow([_cell(row.get(c.name)) for c in table.columns])
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return cells.safe_text(plain(value, 10_000)) if isinstance(value, str) else value


# --- the description ------------------------------------------------------------------------------


def _package(programme: Programme, tables: Sequence[SharedTable]) -> dict[str, Any]:
    """The descriptor."""
    return {
        "profile": "tabular-data-package",
        "name": "measures-and-targets",
        "title": f"{programme.programme}: measures, targets and results",
        "description": f"As of {day_text(programme.as_of)}. Values not known by then are left out.",
        "created": f"{programme.as_of.isoformat()}T00:00:00Z",
        "resources": [_resource(t) for t in tables],
    }


def _resource(table: SharedTable) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(c) for c in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if table.refers:
        schema["foreignKeys"] = [
            {"fields": column, "reference": {"resource": other, "fields": "id"}}
            for column, other in table.refers.items()
        ]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.words:
        limits["enum"] = list(column.words)
    made = {"name": column.name, "type": column.type, "description": column.description}
    return {**made, "constraints": limits} if limits else made


# --- the page -------------------------------------------------------------------------------------


def _view(
    programme: Programme, found: Sequence[MeasureAdvice], tables: Sequence[SharedTable]
) -> SharedView:
    goals = tuple(_goal(programme, m, f) for m, f in zip(programme.measures, found, strict=True))
    files = tuple((f"{t.name}.csv", f"{t.title}: {many(len(t.rows), 'row')}") for t in tables)
    return SharedView(plain(programme.programme, 200), day_text(programme.as_of), goals, files)


def _goal(programme: Programme, measure: Measure, found: MeasureAdvice) -> GoalView:
    points = readings(measure, programme.as_of).points[-12:]
    unit = f" {plain(measure.unit)}" if measure.unit else ""
    return GoalView(
        id=measure.id,
        title=plain(measure.title or measure.id, 200),
        about=_about(measure),
        lines=tuple(_lines(measure, unit)),
        reads=found.says,
        results=tuple((month_text(p.period), f"{p.value:.6g}{unit}") for p in points),
    )


def _about(measure: Measure) -> str:
    kind = {"external": "Felt by residents.", "process": "About our own working."}.get(
        measure.kind or "", ""
    )
    better = {"higher": "Higher is better.", "lower": "Lower is better."}.get(
        measure.better or "", ""
    )
    service = f"Service: {plain(measure.service, 120)}." if measure.service else ""
    return " ".join(part for part in (kind, better, service) if part)


def _lines(measure: Measure, unit: str) -> Iterator[str]:
    if measure.standard is not None:
        yield f"Standard: {measure.standard:g}{unit}"
    if measure.target is not None:
        by = f" by {day_text(measure.target_date)}" if measure.target_date else ", no date given"
        yield f"Our target: {measure.target:g}{unit}{by}"
