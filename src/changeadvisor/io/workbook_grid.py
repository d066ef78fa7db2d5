"""The cells of a workbook, opened safely: what no register would be is refused before it unpacks.

A workbook is a zip of XML: it may unpack to far more than its size, reach for other files through
entities, or hold a value in the last row there is. Formulas are not run; the value that Excel last
worked out is taken.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from changeadvisor.errors import InputError
from changeadvisor.io.text_files import read_bytes

#: Bytes that a workbook may unpack to, and files that it may consist of.
MOST_UNPACKED, MOST_ENTRIES = 64 * 1024 * 1024, 2_000
#: A file in it may unpack to so many times its size; below RATIO_FROM bytes nobody minds.
MOST_RATIO, RATIO_FROM = 100, 1024 * 1024
#: No value stands beyond these.
MOST_ROWS, MOST_COLUMNS = 200_000, 400


def refuse_unsafe(path: Path) -> None:
    """Refuse what is no workbook, and what would unpack to far more than a register."""
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
    if total > MOST_UNPACKED or bloated or len(entries) > MOST_ENTRIES:
        found = f"a workbook that unpacks to {total // (1024 * 1024):,} MB"
        most = f"at most {MOST_UNPACKED // (1024 * 1024)} MB, packed at most {MOST_RATIO} to 1"
        raise InputError.one(path.name, found, most, "save a copy with the values only")


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet that hold something."""

    name: str
    """What the sheet is called."""
    rows: tuple[tuple[int, Mapping[str, Any]], ...]
    """Rows that hold something: their number, and their values by the letter of the column."""
    uncached: frozenset[str] = frozenset()
    """Cells such as `C4` with a formula that no program has worked out yet."""


def grids_of(path: Path) -> dict[str, Grid]:
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
        values = {c.column_letter: _value(c) for c in row if c.value is not None}
        if values:
            _refuse_far(path, sheet.title, number, row)
            rows.append((number, values))
    return Grid(sheet.title, tuple(rows), _uncached(path, sheet, rows))


#: How Excel writes a control character in text: `_x000D_`.
_CONTROL = re.compile(r"_x(00[01][0-9A-Fa-f])_")


class Percent(float):
    """A cell that is shown as a percentage: 0.7, shown as 70 %."""


def _value(cell: Any) -> Any:
    """What a cell holds, percentages told apart, Excel's marks of control characters undone.

    Only marks of control characters: openpyxl has by then made `_x0041_` out of text that merely
    looks like a mark.
    """
    value = cell.value
    if isinstance(value, str):
        return _CONTROL.sub(lambda m: chr(int(m[1], 16)), value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Percent(value) if is_number and "%" in str(cell.number_format) else value


def _refuse_far(path: Path, title: str, number: int, row: Sequence[Any]) -> None:
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
    valued = {f"{letter}{number}" for number, values in rows for letter in values}
    book = load_workbook(path, read_only=True, data_only=False)
    try:
        written = (c for row in book[sheet.title].iter_rows() for c in row)
        formulas = (
            c.coordinate for c in written if isinstance(c.value, str) and c.value.startswith("=")
        )
        return frozenset(c for c in formulas if c not in valued)
    finally:
        book.close()
