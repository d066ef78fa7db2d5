"""Text files people made: bytes into text, and CSV into rows with the line of each.

Files come out of many programs, so the encoding is found out and said rather than assumed; a file
that is too large is refused before it is read.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from changeadvisor.errors import InputError, plain

#: No file is larger, in bytes.
MOST_BYTES = 32 * 1024 * 1024


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises InputError where there is none, or too much of it."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError.one(str(path), "not a file", "a file")
        if size > MOST_BYTES:
            most = MOST_BYTES // (1024 * 1024)
            raise InputError.one(
                str(path),
                f"{size // (1024 * 1024)} MB",
                f"at most {most} MB",
                "split it, or use CSV files",
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError.one(
            str(path), (error.strerror or str(error)).lower(), "a file that can be read"
        ) from None


def decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text from bytes, with a note where it was not plain UTF-8.

    UTF-8 with or without a byte-order mark, UTF-16 with one, else Windows cp1252. Raises InputError
    where it is not text.
    """
    text, notes = _decoded(data, name, "strict")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError.one(
            f"{name}:{line}", "a NUL character", "text", "save the file as UTF-8 text"
        )
    return text, notes


def decode_leniently(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text from bytes that may hold some which no encoding knows.

    A byte that neither UTF-8 nor cp1252 knows becomes U+FFFD, and a note says where.
    """
    return _decoded(data, name, "replace")


#: Byte-order marks, and the encoding that each stands for.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What becomes of a byte that an encoding does not know: an error, or U+FFFD in its place.
_Errors = Literal["strict", "replace"]


def _decoded(data: bytes, name: str, errors: _Errors) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, encoding, name, errors)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _windows(data, name, errors)


def _marked(data: bytes, encoding: str, name: str, errors: _Errors) -> tuple[str, tuple[str, ...]]:
    """Text in the encoding that its byte-order mark names."""
    title = encoding.upper().removesuffix("-SIG")
    note = f"{name}: read as {title} with a byte-order mark"
    try:
        return data.decode(encoding), (note,)
    except UnicodeDecodeError as error:
        if errors == "strict":
            line = data.count(b"\n", 0, error.start) + 1
            found = f"bytes that are not {title}"
            raise InputError.one(
                f"{name}:{line}", found, "text", "save the file as UTF-8 text"
            ) from None
    text = data.decode(encoding, "replace")
    return text, (note, _replaced(text, name, title))


def _windows(data: bytes, name: str, errors: _Errors) -> tuple[str, tuple[str, ...]]:
    """Text in cp1252, the code page of Windows in western Europe."""
    note = f"{name}: not UTF-8, read as Windows cp1252"
    try:
        return data.decode("cp1252"), (note,)
    except UnicodeDecodeError as error:
        if errors == "strict":
            line = data.count(b"\n", 0, error.start) + 1
            found = f"byte 0x{data[error.start]:02x}, which neither UTF-8 nor cp1252 knows"
            raise InputError.one(
                f"{name}:{line}", found, "text", "save the file as UTF-8 text"
            ) from None
    text = data.decode("cp1252", "replace")
    return text, (note, _replaced(text, name, "cp1252"))


def _replaced(text: str, name: str, encoding: str) -> str:
    """A note on how many bytes became U+FFFD, and in which lines."""
    lines = [i for i, line in enumerate(text.split("\n"), 1) for _ in range(line.count("\ufffd"))]
    where = ", ".join(map(str, dict.fromkeys(lines)))
    return (
        f"{name}: {len(lines)} byte(s) that {encoding} does not know became U+FFFD, in line {where}"
    )


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file. Its cells are text, trimmed."""

    name: str
    """The file's name."""
    headings: tuple[str, ...]
    """The first row that holds something."""
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The rows below that hold something, each with the line it begins in."""
    notes: tuple[str, ...] = ()
    """What should be known of how the file was read."""


def read_csv(path: Path) -> Table:
    """A CSV file with a row of headings. Raises InputError where it is not one."""
    text, notes = decode(read_bytes(path), path.name)
    rows = [(line, row) for line, row in csv_rows(text, path.name) if any(row)]
    if not rows:
        raise InputError.one(path.name, "nothing in it", "a row of headings, then rows")
    line, headings = rows[0]
    twice = {h for h in headings if h and headings.count(h) > 1}
    if twice:
        raise InputError.one(
            f"{path.name}:{line}", f"heading `{plain(min(twice))}` twice", "each heading once"
        )
    for number, row in rows[1:]:
        if any(row[len(headings) :]):
            found = f"{len(row)} cells under {len(headings)} headings"
            raise InputError.one(
                f"{path.name}:{number}",
                found,
                "a heading over every cell",
                "quote cells that hold commas",
            )
    return Table(path.name, headings, tuple(rows[1:]), notes)


def csv_rows(text: str, name: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows of CSV text, each with the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, tuple(cell.strip() for cell in row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError.one(
            f"{name}:{reader.line_num}", str(error), "CSV", "quote cells that hold commas or quotes"
        ) from None


def leaves_folder(folder: Path, name: str) -> bool:
    """Whether a name leads out of the folder: by `..`, from the root or through a link.

    A name that is no name at all counts as leading out of it.
    """
    try:
        return not (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return True
