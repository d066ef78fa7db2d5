"""Files written whole or not at all: programmes as a folder or one file, and any text or picture.

Everything is written under another name first and put in place when it is complete, so that a full
disk or a stopped program leaves what was there.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from changeadvisor.errors import InputError
from changeadvisor.io import cells
from changeadvisor.io.folder import AREA_DATES, AREA_TEXT, COMPARED, MAIN, READINGS, TABLES
from changeadvisor.model import Programme


def write_text(text: str, path: Path) -> None:
    """Write a text whole or not at all. Raises InputError where its folder is not there."""
    write_bytes(text.encode(), path)


def write_bytes(data: bytes, path: Path) -> None:
    """Write a file whole or not at all. Raises InputError where its folder is not there."""
    if not path.parent.is_dir():
        expected = "a file in a folder that is there"
        raise InputError.one(
            str(path), "a folder that is not there", expected, "make the folder first"
        )
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# --- programmes -----------------------------------------------------------------------------------


def write_folder(programme: Programme, folder: Path, *, force: bool = False) -> None:
    """Write a programme as a folder, whole or not at all.

    force: replace programme.yaml and the CSV files of the programme; other files there stay.
    Raises InputError where the folder is not free.
    """
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken and not (force and folder.is_dir()):
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
    data = _as_written(programme)
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


def _as_written(programme: Programme) -> dict[str, Any]:
    """A programme as people write it: no mere defaults, judgements in their short form."""
    data = programme.model_dump(exclude_defaults=True)
    for initiative in data.get("initiatives", ()):
        if "judgements" in initiative:
            initiative["judgements"] = {k: _answers(v) for k, v in initiative["judgements"].items()}
    return data


def _write_into(programme: Programme, folder: Path) -> None:
    """All the files of a programme into an empty folder."""
    data = _as_written(programme)
    tables = {
        "observations.csv": (READINGS, _take_readings(data, "observations")),
        "comparators.csv": (COMPARED, _take_readings(data, "comparators")),
        "areas.csv": ((*AREA_TEXT, *AREA_DATES), _take_areas(data)),
    }
    _write_ties(data, folder)
    _write_yaml(data, folder / "programme.yaml")
    for name, (columns, rows) in tables.items():
        if rows:
            (folder / name).write_text(_csv_text(columns, rows), encoding="utf-8", newline="")


def _write_ties(data: Mapping[str, Any], folder: Path) -> None:
    """Working ties go into the file that the programme names; without one they stay in it.

    So do ties that CSV cannot hold, and those whose file another initiative has filled otherwise.
    """
    for initiative in data.get("initiatives", ()):
        adoption = initiative.get("adoption", {})
        name = adoption.get("ties")
        rows = [{"from": a, "to": b} for a, b in adoption.get("tied", ())]
        if not name or not rows or not all(map(_csv_holds, rows)):
            continue
        path = folder / name
        if path.suffix != ".csv" or Path(name).name != name or name in (*MAIN, *TABLES):
            continue
        text = _csv_text(("from", "to"), rows)
        if not path.exists() or path.read_text(encoding="utf-8") == text:
            path.write_text(text, encoding="utf-8", newline="")
            del adoption["tied"]


def _answers(answers: Sequence[Mapping[str, Any]]) -> Any:
    """Judgements as people write them: a level alone where only that is known, no list of one."""
    dated = [{**a, "on": dt.date.fromisoformat(a["on"])} if "on" in a else a for a in answers]
    short = [a["level"] if len(a) == 1 else a for a in dated]
    return short[0] if len(short) == 1 else short


def _take_readings(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Take the readings out of every measure, but for those that CSV cannot hold."""
    rows: list[dict[str, Any]] = []
    for measure in data.get("measures", ()):
        readings = [{"measure": measure["id"], **row} for row in measure.get(key, ())]
        if readings and all(map(_csv_holds, readings)):
            rows += readings
            del measure[key]
    return rows


def _take_areas(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the areas out of the programme, unless CSV cannot hold them; features are columns."""
    areas = data.get("areas", ())
    features = {name for a in areas for name in a.get("features", {})}
    if not all(map(_csv_holds, areas)) or not all(map(_is_heading, features)):
        return []
    data.pop("areas", None)
    rows = []
    for area in areas:
        own = {k: v for k, v in area.items() if k != "features"}
        rows.append({**own, **area.get("features", {})})
    return rows


def _csv_holds(row: Mapping[str, Any]) -> bool:
    """Whether CSV can hold the text of a row: read back, it is the same."""
    return all(_is_kept(value) for value in row.values() if isinstance(value, str))


def _is_kept(text: str) -> bool:
    """Whether a text comes back out of a cell of CSV as it went in."""
    safe = cells.safe_text(text)
    return (
        safe == safe.strip()
        and not cells.unknown(safe)
        and not {"\0", "\r"} & {*text}
        and len(text) < 10_000
    )


def _is_heading(name: str) -> bool:
    """Whether the name of a feature can be the heading of a column."""
    taken = name in (*AREA_TEXT, *AREA_DATES)
    return _is_kept(name) and cells.safe_text(name) == name and not taken


def _write_yaml(data: Mapping[str, Any], path: Path) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(_readable(data), file)


def _readable(value: Any) -> Any:
    """Data as people would write it in YAML.

    Whole numbers as integers, short lists on one line; odd line ends, and text such as TBC, in
    quotes.
    """
    from ruamel.yaml.comments import CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return {_readable(k): _readable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        items = CommentedSeq(_readable(v) for v in value)
        if all(isinstance(v, int | float | str) for v in value):
            items.fa.set_flow_style()
        return items
    if not isinstance(value, str):
        return _short_number(value)
    if cells.unknown(value) or not _ODD_ENDS.isdisjoint(value):
        return DoubleQuotedScalarString(value)
    return value


#: Characters that YAML takes for the end of a line, and so does not keep, unless the text is quoted
#: twice.
_ODD_ENDS = frozenset("\r\x85\u2028\u2029")


def _short_number(value: Any) -> Any:
    """A whole number without its point, up to 15 digits, which a float holds exactly."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV, columns without a value left out.

    Text that a spreadsheet could take for a formula is made safe.
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
