"""Programmes out of files: a folder, one YAML or JSON file, a workbook.

Reading collects every fault, of form and of sense, with file and line (or sheet and cell), before
it refuses. What the files say is read by `folder`, `documents` and `workbook_read`; what makes no
sense is found by `checks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from changeadvisor import resources, validation
from changeadvisor.errors import Fault, InputError, plain
from changeadvisor.io.checks import faults_of_sense, notices_of
from changeadvisor.io.documents import read_document, without_unknown
from changeadvisor.io.folder import MAIN, TABLES, read_folder, with_ties
from changeadvisor.io.placed_data import Document, Receipt
from changeadvisor.judgement import base_rates
from changeadvisor.model import Programme, ReferenceClass


@dataclass(frozen=True, slots=True)
class ReadProgramme:
    """What reading gave."""

    programme: Programme | None
    """The programme; None where there are faults."""
    faults: tuple[Fault, ...]
    """Every fault, in the order of the file."""
    notices: tuple[str, ...]
    """What is no fault but should be known."""
    receipt: Receipt
    """What became of every row."""


def load_programme(path: Path | str) -> Programme:
    """The programme at a path. Raises InputError with every fault."""
    reading = read_programme(Path(path))
    if reading.programme is None or reading.faults:
        raise InputError(reading.faults)
    return reading.programme


def read_programme(path: Path) -> ReadProgramme:
    """Read a folder, one YAML or JSON file, or a workbook.

    A file called programme.yaml (or .yml, .json) stands for its folder: the CSV files beside it are
    read too. Beside a file of any other name they are not. Raises InputError where there is nothing
    to read.
    """
    reading = programme_of(_document(path), base_of(path))
    if reading.programme is None:
        return reading
    return replace(reading, notices=(*_unread_beside(path), *reading.notices))


def programme_of(read: Document, base: Path) -> ReadProgramme:
    """A document as a programme, with every check of form and of sense.

    base: the folder that it stands in.
    """
    document = with_ties(read, base)
    programme: Programme | None = None
    form: tuple[Fault, ...] = ()
    try:
        programme = Programme.model_validate(document.data)
    except ValidationError as error:
        form = validation.faults_of(error, Programme, document.data, document.place)
    sense = faults_of_sense(document, base, lambda: published_classes().by_id)
    faults = (*document.faults, *_without_told_better(form, document.faults, sense), *sense)
    ordered = tuple(sorted(dict.fromkeys(faults), key=by_place))
    if programme is None or ordered:
        return ReadProgramme(None, ordered, (), document.receipt)
    published = _published_of(programme)
    notices = (*notices_of(programme, base), *(_taken_up(c.id) for c in published))
    return ReadProgramme(_with_classes(programme, published), (), notices, document.receipt)


def base_of(path: Path) -> Path:
    """The folder that a programme stands in."""
    return path if path.is_dir() else path.parent


def _document(path: Path) -> Document:
    """The programme as plain data, whatever its form."""
    if path.is_dir():
        return read_folder(path)
    if path.name in MAIN and path.is_file():
        return read_folder(path.absolute().parent, path.name)
    kind = path.suffix.lower()
    if kind in (".xlsx", ".xlsm"):
        from changeadvisor.io.workbook_read import read_workbook

        return read_workbook(path)
    if kind in (".yaml", ".yml", ".json"):
        return without_unknown(read_document(path))
    found = f"a name ending in `{kind}`" if path.exists() else "no such file or folder"
    raise InputError.one(
        str(path),
        found,
        "a folder with programme.yaml, a .yaml or .json file, or an .xlsx workbook",
    )


def _unread_beside(path: Path) -> Iterator[str]:
    """CSV tables beside a file that stands alone, which are not read with it."""
    kinds = (".yaml", ".yml", ".json")
    if not path.is_file() or path.suffix.lower() not in kinds or path.name in MAIN:
        return
    there = [name for name in TABLES if (path.parent / name).is_file()]
    if there:
        yield (
            f"{', '.join(there)} beside {plain(path.name)}: not read; "
            "only beside programme.yaml are they."
        )


# --- published reference classes ------------------------------------------------------------------


@cache
def published_classes() -> base_rates.ClassesFile:
    """The reference classes that any programme may name without defining them."""
    document = read_document(resources.folder("rules") / f"{base_rates.CLASSES}.yaml")
    if document.faults:
        raise InputError(document.faults)
    return base_rates.read_classes(document.data, document.place)


def _published_of(programme: Programme) -> tuple[ReferenceClass, ...]:
    """Published classes that initiatives name and the programme does not define itself."""
    own = {c.id for c in programme.reference_classes}
    named = {i.reference_class for i in programme.initiatives if i.reference_class is not None}
    return tuple(published_classes().by_id[name] for name in sorted(named - own))


def _with_classes(programme: Programme, published: Iterable[ReferenceClass]) -> Programme:
    """The programme with published classes among its own.

    So what is written out holds all that was used.
    """
    classes = sorted((*programme.reference_classes, *published), key=lambda c: c.id)
    return programme.model_copy(update={"reference_classes": tuple(classes)})


def _taken_up(id: str) -> str:
    return (
        f"{id}: the published reference class is used; "
        "`changeadvisor classes` shows it and its source."
    )


# --- faults in order ------------------------------------------------------------------------------


def _without_told_better(
    form: Iterable[Fault], earlier: Iterable[Fault], sense: Sequence[Fault]
) -> Iterator[Fault]:
    """Faults of form, without those that another fault tells better.

    Of a value that the reader refused there is nothing left, so the form misses it; and where a
    record makes no sense in itself, the form says the same of the whole record.
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
    place = _PLACE.fullmatch(fault.where)
    assert place is not None  # noqa: S101 (every part of the pattern may be missing)
    # Of columns the shorter name comes first: Z before AA.
    column = place["column"] or ""
    return place["name"], int(place["line"] or place["row"] or 0), len(column), column
