"""Programmes into files: a folder, one YAML or JSON file, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from changeadvisor.errors import InputError
from changeadvisor.io import cells
from changeadvisor.io.load import (
    AREA_DATES,
    AREA_TEXT,
    COMPARED,
    MAIN,
    READINGS,
    TABLES,
)
from changeadvisor.model import Programme


def write_folder(programme: Programme, folder: Path, *, force: bool = False) -> None:
    """Write a programme as a folder, whole or not at all.

    Raises InputError where the folder is not free.

    With `force`, programme.yaml and the CSV files of the programme are replaced; other files there
    stay.
    """
    if (
        folder.exists()
        and (not folder.is_dir() or any(folder.iterdir()))
        and not (force and folder.is_dir())
    ):
        mend = "add --force to replace it" if folder.is_dir() else ""
        raise InputError.one(str(folder), "something that is already there", "a new folder", mend)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        _write_into(programme, building)
        _put_in_place(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _put_in_place(building: Path, folder: Path) -> None:
    """Everything is written by now; what is left is to give it its name."""
    if not folder.exists():
        building.chmod(0o755)
        building.rename(folder)
        return
    written = {p.name for p in building.iterdir()}
    for name in sorted(written):
        (building / name).replace(folder / name)
    for name in {MAIN[0], *TABLES} - written:
        (folder / name).unlink(missing_ok=True)


def write_file(programme: Programme, path: Path) -> None:
    """Write a programme as one YAML or JSON file, whole or not at all."""
    import json

    data = _written(programme)
    building = path.with_name(f".{path.name}.building")
    try:
        if path.suffix.lower() == ".json":
            text = json.dumps(_readable(data), indent=2, ensure_ascii=False, default=str)
            building.write_text(text + "\n", encoding="utf-8", newline="\n")
        else:
            _write_yaml(data, building)
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


def _written(programme: Programme) -> dict[str, Any]:
    """A programme as people write it.

    Nothing that is only a default, judgements in their short form.
    """
    data = programme.model_dump(exclude_defaults=True)
    for initiative in data.get("initiatives", ()):
        if "judgements" in initiative:
            initiative["judgements"] = {k: _answers(v) for k, v in initiative["judgements"].items()}
    return data


def _write_into(programme: Programme, folder: Path) -> None:
    data = _written(programme)
    tables = {
        "observations.csv": (READINGS, _taken(data, "observations")),
        "comparators.csv": (COMPARED, _taken(data, "comparators")),
        "areas.csv": ((*AREA_TEXT, *AREA_DATES), _taken_areas(data)),
    }
    _write_ties(data, folder)
    _write_yaml(data, folder / "programme.yaml")
    for name, (columns, rows) in tables.items():
        if rows:
            (folder / name).write_text(_csv_text(columns, rows), encoding="utf-8", newline="")


def _write_ties(data: Mapping[str, Any], folder: Path) -> None:
    """Working ties go into the file that the register names.

    Without one they stay where they are.
    """
    for initiative in data.get("initiatives", ()):
        adoption = initiative.get("adoption", {})
        name, tied = adoption.get("ties"), adoption.get("tied", ())
        if (
            not name
            or not tied
            or Path(name).name != name
            or name in (*MAIN, *TABLES)
            or not all(map(_tie_held, tied))
        ):
            continue
        rows = [{"from": a, "to": b} for a, b in tied]
        path, text = folder / name, _csv_text(("from", "to"), rows)
        if path.suffix == ".csv" and (
            not path.exists() or path.read_text(encoding="utf-8") == text
        ):
            path.write_text(text, encoding="utf-8", newline="")
            del adoption["tied"]


def _tie_held(tie: Sequence[str]) -> bool:
    return _holds({"from": tie[0], "to": tie[1]})


def _answers(answers: Sequence[Mapping[str, Any]]) -> Any:
    """Judgements as people write them.

    A level where only that is known, one answer without a list.
    """
    dated = [{**a, "on": dt.date.fromisoformat(a["on"])} if "on" in a else a for a in answers]
    short = [a["level"] if len(a) == 1 else a for a in dated]
    return short[0] if len(short) == 1 else short


def _taken(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The readings of every measure, taken out of it.

    Those that CSV cannot hold stay where they are.
    """
    rows: list[dict[str, Any]] = []
    for measure in data.get("measures", ()):
        mine = [{"measure": measure["id"], **row} for row in measure.get(key, ())]
        if mine and all(map(_holds, mine)):
            rows += mine
            del measure[key]
    return rows


def _taken_areas(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The areas, taken out of the programme, unless CSV cannot hold them."""
    areas = data.get("areas", ())
    features = {name for a in areas for name in a.get("features", {})}
    if not all(_holds(a) for a in areas) or not all(_is_heading(name) for name in features):
        return []
    data.pop("areas", None)
    return [
        {**{k: v for k, v in a.items() if k != "features"}, **a.get("features", {})} for a in areas
    ]


def _holds(row: Mapping[str, Any]) -> bool:
    """Whether CSV can hold the text of a row: read back, it is the same."""
    return all(_kept(value) for value in row.values() if isinstance(value, str))


def _kept(text: str) -> bool:
    safe = cells.safe_text(text)
    return (
        safe == safe.strip()
        and not cells.unknown(safe)
        and not {"\0", "\r"} & {*text}
        and len(text) < 10_000
    )


def _is_heading(name: str) -> bool:
    return _kept(name) and cells.safe_text(name) == name and name not in (*AREA_TEXT, *AREA_DATES)


def _write_yaml(data: Mapping[str, Any], path: Path) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(_readable(data), file)


def _readable(value: Any) -> Any:
    """Whole numbers as integers, short lists on one line.

    Odd line ends, and text such as TBC, in quotes.
    """
    from ruamel.yaml.comments import CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return {_readable(k): _readable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        made = CommentedSeq(_readable(v) for v in value)
        if all(isinstance(v, int | float | str) for v in value):
            made.fa.set_flow_style()
        return made
    odd = isinstance(value, str) and (cells.unknown(value) or not _ODD_ENDS.isdisjoint(value))
    return DoubleQuotedScalarString(value) if odd else _short_number(value)


#: Characters that YAML takes for the end of a line, and so does not keep, unless the text is quoted
#: twice.
_ODD_ENDS = frozenset("\r\x85\u2028\u2029")


def _short_number(value: Any) -> Any:
    return (
        int(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        else value
    )


def _csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV.

    Columns without a value are left out, text that could be a formula is made safe.
    """
    extra = sorted({k for row in rows for k in row} - set(columns))
    used = [c for c in (*columns, *extra) if any(row.get(c) is not None for row in rows)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([_csv_cell(row.get(c)) for c in used] for row in rows)
    return out.getvalue()


def _csv_cell(value: object) -> object:
    return cells.safe_text(value) if isinstance(value, str) else _short_number(value)
