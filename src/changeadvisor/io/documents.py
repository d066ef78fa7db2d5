"""Documents people wrote, read with the place of every value.

Whatever the form (YAML, JSON, a workbook), what comes out is plain data, the place of each value
for messages, the faults found so far and a receipt. Limits of size and depth hold before anything
is built.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from changeadvisor.errors import Fault, InputError, plain

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

#: A path inside a document: keys and list positions from the top.
Location = tuple[str | int, ...]

#: Limits that hold before anything is built: bytes in a file, nesting, and values that aliases may
#: add.
MOST_BYTES = 32 * 1024 * 1024
MOST_DEPTH = 64
MOST_ALIASED = 10_000


@dataclass(frozen=True, slots=True)
class TableReceipt:
    """What became of the rows of one sheet or file: read = used + held."""

    name: str
    read: int
    used: int
    held: tuple[str, ...] = ()
    columns_not_understood: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The receipt of this table as lines of text."""
        head = f"{plain(self.name)}: {self.read} rows read, {self.used} used, {len(self.held)} held"
        columns = ", ".join(plain(c, 200) for c in self.columns_not_understood)
        what = "rows" if self.name == "Programme" else "columns"
        unknown = (f"  {what} not understood: {columns}",) if columns else ()
        return (head, *(f"  held: {plain(h, 200)}" for h in self.held), *unknown)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was read, table by table, with notes such as a file's encoding."""

    tables: tuple[TableReceipt, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The whole receipt as lines of text, notes first."""
        return (
            *(plain(n, 300) for n in self.notes),
            *(line for t in self.tables for line in t.lines()),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None, date) and where each value stands.

    places: location -> `file:line` or `file Sheet!C4`; the empty location is the document itself.
    quoted: YAML text that stands in quotes, and so means what it says even where it is `TBC`.
    """

    data: Any
    places: Mapping[Location, str]
    faults: tuple[Fault, ...] = ()
    receipt: Receipt = field(default_factory=Receipt)
    quoted: frozenset[Location] = frozenset()

    def place(self, location: Location) -> str:
        """Where a value stands; where it is missing, the place of the nearest record around it."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, "input")


# --- bytes into text ------------------------------------------------------------------------------


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

    Raises InputError where it is not text.

    UTF-8 with or without a byte-order mark, UTF-16 with one, else Windows cp1252.
    """
    text, notes = _decoded(data, name, "strict")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError.one(
            f"{name}:{line}", "a NUL character", "text", "save the file as UTF-8 text"
        )
    return text, notes


def decode_leniently(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text from bytes.

    A byte that neither UTF-8 nor cp1252 knows becomes U+FFFD, and a note says where.
    """
    return _decoded(data, name, "replace")


def _decoded(data: bytes, name: str, errors: str) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _marked(data, encoding, name, errors)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _windows(data, name, errors)


def _marked(data: bytes, encoding: str, name: str, errors: str) -> tuple[str, tuple[str, ...]]:
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


def _windows(data: bytes, name: str, errors: str) -> tuple[str, tuple[str, ...]]:
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


# --- documents ------------------------------------------------------------------------------------


def read_document(path: Path) -> Document:
    """A YAML or JSON file as plain data with places.

    Raises InputError where it cannot be read at all.
    """
    text, notes = decode(read_bytes(path), path.name)
    return replace(parsed(text, path.name), receipt=Receipt(notes=notes))


def parsed(text: str, name: str) -> Document:
    """Text as a document: JSON where `name` ends so, else YAML.

    Raises InputError where it cannot be read at all.
    """
    read = _read_json if name.lower().endswith(".json") else _read_yaml
    document = read(text, name)
    if document.data is None and not document.faults:
        raise InputError.one(name, "nothing in it", "a map of names to values")
    return document


def _read_yaml(text: str, name: str) -> Document:
    """YAML 1.2: `NO` is text, `12:30` is text, dates are dates."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    class Limited(Composer):
        """Refuses nesting before it can exhaust the stack."""

        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > MOST_DEPTH:
                raise _TooDeepError(self.loader.parser.peek_event().start_mark.line + 1)
            try:
                return super().compose_node(parent, index)
            finally:
                self.depth -= 1

    _refuse_old_yaml(text, name)
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = Limited
    try:
        root = yaml.compose(text)
        return _FromNodes(name, yaml).document(root)
    except _TooDeepError as deep:
        raise InputError.one(
            f"{name}:{deep.line}", "values nested too deep", f"at most {MOST_DEPTH} levels"
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        found, mend = _problem(str(error.problem or error))
        raise InputError.one(where, found, "YAML", mend) from None
    except ReaderError as error:
        found = f"the character U+{ord(text[error.position]):04X}"
        where = f"{name}:{_line(text, error.position)}"
        raise InputError.one(
            where, found, "text without control characters", "take it out"
        ) from None


def _refuse_old_yaml(text: str, name: str) -> None:
    """In YAML 1.1 `NO` is false and `12:30` is 750; a file that asks for it would be misread."""
    asked = re.search(r"^%YAML[ \t]+(?!1\.2\b)\S*", text, re.MULTILINE)
    if asked:
        where = f"{name}:{_line(text, asked.start())}"
        raise InputError.one(where, f"`{plain(asked[0])}`", "YAML 1.2", "take this line out")


def _problem(message: str) -> tuple[str, str]:
    """What the parser stumbled on and how to mend it, in plain words."""
    if "\\t" in message:
        return "a tab", "indent with spaces"
    if "another document" in message:
        return "another document, begun by `---`", "keep one document in a file"
    return plain(message.removeprefix("found "), 200), "look at this line and the one before"


class _TooDeepError(Exception):
    """Nesting beyond the limit, at a line."""

    def __init__(self, line: int) -> None:
        self.line = line


#: What is text: words, and the signs `=` and `<<` where they stand as values.
_WORDS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:value", "tag:yaml.org,2002:merge")
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class _Found(NamedTuple):
    """A fault before the whole document is known: its field can be named only then."""

    where: str
    location: Location
    found: str
    expected: str
    mend: str


def _faults(found: Iterable[_Found], data: object) -> tuple[Fault, ...]:
    from changeadvisor.validation import dotted

    return tuple(
        Fault(f.where, dotted(f.location, data), f.found, f.expected, f.mend) for f in found
    )


class _FromNodes:
    """Turns YAML nodes into plain data, keeping the line of every key and value."""

    def __init__(self, name: str, yaml: Any) -> None:
        self.name, self.yaml = name, yaml
        self.places: dict[Location, str] = {}
        self.faults: list[_Found] = []
        self.seen: set[int] = set()
        self.quoted: set[Location] = set()
        self.aliased = 0

    def document(self, root: Node | None) -> Document:
        """The whole document."""
        self.places[()] = self.name
        data = None if root is None else self._value(root, ())
        return Document(
            data, self.places, _faults(self.faults, data), quoted=frozenset(self.quoted)
        )

    def _at(self, node: Node) -> str:
        return f"{self.name}:{node.start_mark.line + 1}"

    def _fault(
        self, node: Node, location: Location, found: str, expected: str, mend: str = ""
    ) -> None:
        self.faults.append(_Found(self._at(node), location, found, expected, mend))

    def _value(self, node: Node, location: Location) -> Any:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        self._count(node)
        if len(location) > MOST_DEPTH:
            raise _TooDeepError(node.start_mark.line + 1)
        self.places.setdefault(location, self._at(node))
        if isinstance(node, MappingNode | SequenceNode) and str(node.tag) not in _PLAIN_TAGS:
            return self._tagged(node, location)
        if isinstance(node, MappingNode):
            return self._map(node, location)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*location, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, location)

    def _count(self, node: Node) -> None:
        """Values reached again through an alias are counted.

        A few are welcome, an explosion is not.
        """
        if id(node) in self.seen:
            self.aliased += 1
            if self.aliased > MOST_ALIASED:
                found = f"aliases that unfold to more than {MOST_ALIASED:,} values"
                raise InputError.one(
                    self._at(node), found, "values written out", "write them where they are used"
                )
        self.seen.add(id(node))

    def _map(self, node: MappingNode, location: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in node.value:
            name = self._key(key, location)
            if name is None:
                continue
            if name in found:
                again = f"`{plain(name)}` again (first in line {first[name]})"
                self._fault(key, (*location, name), again, "each key once", "remove one of the two")
                continue
            first[name] = key.start_mark.line + 1
            self.places[(*location, name)] = self._at(key)
            found[name] = self._value(value, (*location, name))
        return found

    def _key(self, key: Node, location: Location) -> str | None:
        from ruamel.yaml.nodes import ScalarNode

        if not isinstance(key, ScalarNode):
            self._fault(key, location, "a key that is not a word", "a word as key")
            return None
        if key.value == "<<" and key.style is None:
            self._fault(
                key,
                location,
                "a merge key `<<`",
                "keys written out",
                "write the keys where they are used",
            )
            return None
        return str(key.value)

    def _scalar(self, node: Any, location: Location) -> Any:
        kind = str(node.tag).rpartition(":")[2]
        if node.style in ("'", '"'):
            self.quoted.add(location)
        if str(node.tag) in _WORDS:
            return node.value if _whole(node.value) else self._broken(node, location)
        if str(self.yaml.resolver.resolve(type(node), node.value, (True, False))) != str(node.tag):
            return self._tagged(node, location)
        if kind == "null":
            return None
        if kind == "bool":
            return str(node.value).lower() == "true"
        return self._constructed(node)

    def _tagged(self, node: Node, location: Location) -> None:
        self._fault(
            node, location, f"the tag `{plain(node.tag)}`", "a plain value", "remove the tag"
        )

    def _broken(self, node: Any, location: Location) -> None:
        self._fault(node, location, "half a character (a lone surrogate)", "whole characters")

    def _constructed(self, node: ScalarNode) -> Any:
        """A number or date; text that only looks like one stays text, for the form to refuse."""
        try:
            value = self.yaml.constructor.construct_object(node, deep=True)
        except (ValueError, OverflowError):
            return str(node.value)
        plain_date = isinstance(value, dt.datetime) and len(str(node.value)) <= 10
        return value.date() if plain_date else value


def _whole(text: str) -> bool:
    """Whether text can be written as UTF-8: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- JSON -----------------------------------------------------------------------------------------


class _Placed:
    """A JSON value and the offset at which it begins."""

    __slots__ = ("offset", "value")

    def __init__(self, value: Any, offset: int) -> None:
        self.value, self.offset = value, offset


def _read_json(text: str, name: str) -> Document:
    """JSON with the line of every value; keys that stand twice, NaN and Infinity are faults."""
    deepest = _deepest(text)
    if deepest is not None:
        raise InputError.one(
            f"{name}:{_line(text, deepest)}",
            "values nested too deep",
            f"at most {MOST_DEPTH} levels",
        )
    try:
        root = _PlacedDecoder().decode(text)
    except json.JSONDecodeError as error:
        where = f"{name}:{error.lineno}:{error.colno}"
        raise InputError.one(
            where, plain(error.msg).lower(), "JSON", "look at this line and the one before"
        ) from None
    return _FromPlaced(name, text).document(root)


def _deepest(text: str) -> int | None:
    """The offset at which brackets nest beyond the limit, strings apart; None where they do not."""
    depth, inside, escaped = 0, False, False
    for offset, character in enumerate(text):
        if inside:
            inside, escaped = character != '"' or escaped, character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                return offset
        elif character in "]}":
            depth -= 1
    return None


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


class _PlacedDecoder(json.JSONDecoder):
    """Python's own decoder, each value wrapped with its offset."""

    def __init__(self) -> None:
        from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]
        from json.scanner import py_make_scanner  # type: ignore[attr-defined]

        super().__init__(object_pairs_hook=list, parse_constant=_Constant, parse_int=_whole_number)
        self.parse_object = lambda at, strict, _scan, hook, pairs, memo: JSONObject(
            at, strict, self._scan, hook, pairs, memo
        )
        self.parse_array = lambda at, _scan: JSONArray(at, self._scan)
        self._inner = py_make_scanner(self)
        self.scan_once = self._scan

    def _scan(self, text: str, offset: int) -> tuple[_Placed, int]:
        value, end = self._inner(text, offset)
        return _Placed(value, offset), end


class _Constant(str):
    """NaN, Infinity or -Infinity, which are not JSON, or a whole number of absurd length."""

    __slots__ = ()


def _whole_number(digits: str) -> int | _Constant:
    try:
        return int(digits)
    except ValueError:
        return _Constant(digits)


class _FromPlaced:
    """Turns placed JSON values into plain data."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.places: dict[Location, str] = {}
        self.faults: list[_Found] = []
        self.ends = [i for i, c in enumerate(text) if c == "\n"]

    def document(self, root: _Placed) -> Document:
        """The whole document."""
        data = self._value(root, ())
        self.places[()] = self.name
        return Document(data, self.places, _faults(self.faults, data))

    def _row(self, placed: _Placed) -> int:
        from bisect import bisect_left

        return bisect_left(self.ends, placed.offset) + 1

    def _value(self, placed: _Placed, location: Location) -> Any:
        where = f"{self.name}:{self._row(placed)}"
        self.places[location] = where
        value = placed.value
        if isinstance(value, _Constant):
            expected = (
                "a number of usual size" if value.lstrip("-").isdigit() else "a finite number"
            )
            self._fault(where, location, f"`{plain(value)}`", expected)
            return None
        if isinstance(value, str) and not _whole(value):
            self._fault(where, location, "half a character (a lone surrogate)", "whole characters")
            return None
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            return self._map(value, location)
        if isinstance(value, list):
            return (
                [self._value(item, (*location, i)) for i, item in enumerate(value)]
                if value
                else self._empty(placed)
            )
        return value

    def _empty(self, placed: _Placed) -> Any:
        """An empty map and an empty list both decode to an empty list.

        The text tells which it was.
        """
        return {} if self.text[placed.offset] == "{" else []

    def _map(self, pairs: list[tuple[str, _Placed]], location: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in pairs:
            if key in found:
                again = f"`{plain(key)}` again (first in line {first[key]})"
                where = f"{self.name}:{self._row(value)}"
                self._fault(
                    where, (*location, key), again, "each key once", "remove one of the two"
                )
                continue
            first[key] = self._row(value)
            found[key] = self._value(value, (*location, key))
        return found

    def _fault(
        self, where: str, location: Location, found: str, expected: str, mend: str = ""
    ) -> None:
        self.faults.append(_Found(where, location, found, expected, mend))


# --- CSV ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: its headings, and its rows with the line each begins in.

    Cells are text, trimmed.
    """

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()


def read_csv(path: Path) -> Table:
    """A CSV file with a row of headings. Raises InputError where it is not one."""
    text, notes = decode(read_bytes(path), path.name)
    rows = [(line, cells) for line, cells in csv_rows(text, path.name) if any(cells)]
    if not rows:
        raise InputError.one(path.name, "nothing in it", "a row of headings, then rows")
    line, headings = rows[0]
    twice = {h for h in headings if h and headings.count(h) > 1}
    if twice:
        raise InputError.one(
            f"{path.name}:{line}", f"heading `{plain(min(twice))}` twice", "each heading once"
        )
    for number, cells in rows[1:]:
        if any(cells[len(headings) :]):
            found = f"{len(cells)} cells under {len(headings)} headings"
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
