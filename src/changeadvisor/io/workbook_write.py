"""Excel registers written so that people can fill them in: headings, help, drop-downs, protection.

What is written reads back as the same programme; typed text never becomes a formula. The words of
the help stand in `register_help`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from changeadvisor.facts import VOCABULARY, Fact
from changeadvisor.io import register_help
from changeadvisor.io.workbook_layout import (
    POINTS,
    SHEETS,
    Column,
    Sheet,
    is_guarded,
    is_guarded_level,
    programme_columns,
)
from changeadvisor.model import (
    Programme,
)


def write_workbook(programme: Programme | None, path: Path) -> None:
    """Write a programme as a register, whole or not at all.

    programme: None for an empty register, with a worked row on each main sheet.
    """
    building = path.with_name(f".{path.name}.building.xlsx")
    try:
        _WorkbookWriter(building, programme).write()
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


#: Rows of a sheet that get the drop-downs, and rows of another sheet that these offer.
_ROWS = 2_000


class _WorkbookWriter:
    """Writes the sheets with headings, help, drop-downs and protection."""

    def __init__(self, path: Path, programme: Programme | None) -> None:
        import xlsxwriter

        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(str(path), options)
        # A fixed date: the same programme gives the same file, byte for byte.
        self.book.set_properties(
            {"title": "changeadvisor register", "created": dt.datetime(2000, 1, 1)}
        )
        self.programme = programme
        self.data: dict[str, Any] = {}
        if programme is not None:
            self.data = programme.model_dump(mode="python", exclude_defaults=True)
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
        grey = {"locked": False, "italic": True, "font_color": "#595959"}
        #: How a cell looks, by whether it is a date and whether it is of the worked example.
        self.styles = {
            (False, False): self.open,
            (True, False): self.day,
            (False, True): make(grey),
            (True, True): make({**grey, "num_format": "dd/mm/yyyy"}),
        }
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
        """The sheet that says how to begin."""
        page = self.book.add_worksheet("Start here")
        page.set_column(0, 0, 100, self.wrap)
        for i, sentence in enumerate(register_help.START):
            page.write_string(i, 0, sentence, self.wrap)
        page.protect()

    def _programme(self) -> None:
        """What is asked once, a line each."""
        page = self.book.add_worksheet("Programme")
        self._headings(page, ("what", "value"), ("What is asked", "Your answer"))
        page.set_column(0, 0, 34)
        page.set_column(1, 1, 60, self.open)
        example = register_help.EXAMPLES["Programme"] if self.programme is None else {}
        for row, column in enumerate(programme_columns(), 1):
            page.write_string(row, 0, _marked(column, "Programme"))
            page.write_comment(row, 0, _help(column, "Programme"), {"x_scale": 2})
            value = example.get(column.heading, _value_of(self.data, column))
            self._cell(page, row, 1, column, value, example=False)
            self._choices(page, column, row, row, 1)
        self._protect(page)

    def _headings(self, page: Any, headings: Sequence[str], comments: Sequence[str]) -> None:
        """The first row, each heading with its help."""
        for k, (heading, comment) in enumerate(zip(headings, comments, strict=True)):
            page.write_string(0, k, heading, self.head)
            page.write_comment(0, k, comment, {"x_scale": 2})
        page.freeze_panes(1, 1)

    def _sheet(self, sheet: Sheet) -> None:
        """A sheet with a row for each of its records."""
        page = self.book.add_worksheet(sheet.name)
        columns = [*sheet.columns, *self._feature_columns(sheet)]
        headings = [_marked(c, sheet.name) for c in columns]
        self._headings(page, headings, [_help(c, sheet.name) for c in columns])
        page.set_row(0, 32)
        for k, column in enumerate(columns):
            width = 28 if column.kind in ("text", "words", "map") else 14
            page.set_column(k, k, width, self.day if column.kind == "date" else self.open)
            self._choices(page, column, 1, _ROWS, k)
        example = self.programme is None
        for number, record in enumerate(self._rows(sheet), 1):
            for k, column in enumerate(columns):
                self._cell(page, number, k, column, _value_of(record, column), example=example)
        self._protect(page)

    def _feature_columns(self, sheet: Sheet) -> list[Column]:
        """A column for each feature of areas: they are named by the programme, not by the model."""
        if sheet.key != "areas":
            return []
        names = {n for a in self.data.get("areas", ()) for n in a.get("features", {})}
        return [Column(("features", n), "number", title=n) for n in sorted(names)]

    def _rows(self, sheet: Sheet) -> list[dict[str, Any]]:
        """The records of a sheet, each with its parent's id; of an empty register, its example."""
        if self.programme is None:
            example = register_help.EXAMPLES.get(sheet.name)
            return [] if example is None else [dict(example)]
        if sheet.parent is None:
            return list(self.data.get(sheet.key, ()))
        owners = self.data.get(f"{sheet.parent}s", ())
        return [row for owner in owners for row in _child_rows(sheet, owner)]

    def _cell(
        self, page: Any, row: int, k: int, column: Column, value: Any, *, example: bool
    ) -> None:
        """One cell as its kind asks; typed text is never a formula."""
        is_date = column.kind == "date"
        style = self.styles[is_date, example]
        if is_date and isinstance(value, str):
            value = dt.date.fromisoformat(value)
        if value in (None, (), {}):
            page.write_blank(row, k, None, style)
        elif isinstance(value, dt.date) and value.year >= _FIRST_YEAR:
            page.write_datetime(row, k, dt.datetime(value.year, value.month, value.day), style)
        elif isinstance(value, bool) and column.kind == "level":
            page.write_boolean(row, k, value, style)
        elif isinstance(value, bool):
            page.write_string(row, k, "yes" if value else "no", style)
        elif isinstance(value, int | float) and _exact(value):
            page.write_number(row, k, value, style)
        else:
            page.write_string(row, k, _written(column, value), style)

    def _choices(self, page: Any, column: Column, first: int, last: int, k: int) -> None:
        """A drop-down where only some words will do."""
        source: Any
        if column.path in (("initiative",), ("depends_on", "initiative")):
            source = f"=Initiatives!$A$2:$A${_ROWS}"
        elif column.path in (("measure",), ("path", "measure")):
            source = f"=Measures!$A$2:$A${_ROWS}"
        elif column.path == ("fact",):
            source = f"=Words!$A$2:$A${len(_judged()) + 1}"
        elif column.kind == "yes-no":
            source = ["yes", "no"]
        elif column.words:
            source = list(column.words)
        else:
            return
        # A warning only: Excel lets through what the reader then names as a fault.
        choice = {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "ignore_blank": True,
        }
        page.data_validation(first, k, last, k, choice)

    def _words(self) -> None:
        """The facts that people judge, with their levels, for the drop-down of Judgements."""
        page = self.book.add_worksheet("Words")
        headings = (("fact", 26), ("question", 70), ("levels, best first", 60))
        for k, (heading, width) in enumerate(headings):
            page.write_string(0, k, heading, self.head)
            page.set_column(k, k, width, self.wrap)
        for row, fact in enumerate(_judged(), 1):
            levels = "; ".join(f"{name}: {meaning}" for name, meaning in fact.levels.items())
            texts = (fact.name, fact.question, levels or f"a number ({fact.unit})")
            for k, text in enumerate(texts):
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


def _judged() -> list[Fact]:
    """The facts that people judge."""
    return [f for f in VOCABULARY.values() if f.judged]


#: Sheet and heading of what must be filled in.
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
    form = register_help.FORMS[column.kind]
    if column.words:
        form = f"One of: {', '.join(column.words)}."
    required = (sheet, column.heading) in _REQUIRED
    needed = "Must be filled in." if required else "Leave blank if not known."
    return " ".join(t for t in (meaning, point, form, needed) if t)


def _value_of(record: Mapping[str, Any], column: Column) -> Any:
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
    is_record = isinstance(value, Mapping) and column.kind not in ("map", "budget")
    return None if is_record else value


def _point(value: Any, point: str) -> Any:
    """One point of an estimate; a plain number is its likely point alone."""
    if isinstance(value, list | tuple):
        return value[POINTS.index(point)]
    return value if point == "likely" and not isinstance(value, Mapping) else None


def _child_rows(sheet: Sheet, owner: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of a parent that stand on a sheet of their own, each with the parent's id."""
    children = owner.get(sheet.key)
    if not children:
        return
    if sheet.key == "judgements":
        for fact, answers in children.items():
            yield from ({"initiative": owner["id"], "fact": fact, **a} for a in answers)
        return
    records = children if isinstance(children, tuple | list) else [children]
    for record in records:
        row = {**record}
        if sheet.key == "depends_on":
            row["depends_on"] = {"initiative": row.pop("initiative")}
        yield {**row, str(sheet.parent): owner["id"]}


#: Excel counts 1900 as a leap year, which it was not: earlier dates are written as text.
_FIRST_YEAR = 1901


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
    if not isinstance(value, str):
        return repr(value)
    needs_guard = is_guarded_level if column.kind == "level" else is_guarded
    return f"'{value}" if needs_guard(value) else value


def _map_text(value: Mapping[str, Any]) -> Iterator[str]:
    """The entries of a small map as text; of capacity by quarter, one for each quarter."""
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from (f"{name} {quarter}: {number!r}" for quarter, number in inner.items())
        else:
            yield f"{name}: {inner!r}"
