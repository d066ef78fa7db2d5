"""Answers into the file they belong to: only their own lines change, and the file is always whole.

YAML is not written anew: the places of values are looked up and the answer is put in between, so
that comments, order and quotes of all else stay as they are. What comes out is read again and
compared before it takes the old one's place.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from changeadvisor.errors import InputError, plain
from changeadvisor.io import cells
from changeadvisor.io.documents import parsed
from changeadvisor.io.folder import MAIN
from changeadvisor.io.text_files import read_bytes
from changeadvisor.model import Judgement

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

_KINDS = (".yaml", ".yml", ".json")
_BOM = "\ufeff"


def same_rater(one: object, other: object) -> bool:
    """Whether two names are one rater's: case and spaces do not matter.

    Who is not named is nobody else.
    """
    if not one or not other:
        return False
    return cells.folded(one).casefold() == cells.folded(other).casefold()


class AnswerFile:
    """The file that a programme's judgements stand in, as it was when it was read."""

    def __init__(self, path: Path) -> None:
        """Find and read it.

        Raises InputError where answers cannot be written to a programme of this form.
        """
        self.path = _main_file(path).resolve()
        self._bytes = read_bytes(self.path)
        self._text = _decoded(self._bytes, self.path)
        #: What the text says; None until it was needed.
        self._data: Any = None
        #: The bytes that are being put in place: an interrupt may come before or after they are.
        self._coming: bytes | None = None
        #: Which answers have been put into it, and the one that is being put in.
        self._in_it: set[tuple[str, str]] = set()
        self._coming_at: tuple[str, str] | None = None

    @property
    def written(self) -> int:
        """How many answers have been put into it.

        The one is counted during whose writing the work was stopped, if it got into the file.
        """
        in_place = self._coming is not None and self.path.read_bytes() == self._coming
        coming = {self._coming_at} if in_place and self._coming_at is not None else set()
        return len(self._in_it | coming)

    def write(self, initiative: str, fact: str, answer: Judgement) -> None:
        """Put one answer in, in place of what the same rater said before.

        Raises InputError, and writes nothing, where it cannot be put in without changing more.
        """
        given, at = _given(answer), (initiative, fact)
        if self._data is None:
            self._data = parsed(self._text.lstrip(_BOM), self.path.name).data
        put = _in_json if self.path.suffix.lower() == ".json" else _in_yaml
        text = put(self._text, self._data, at, given)
        after = self._read_again(text, self._data, at, given)
        self._replace(text.encode("utf-8"), at)
        self._text, self._data = text, after

    def _read_again(
        self, text: str, before: Any, at: tuple[str, str], given: dict[str, Any]
    ) -> Any:
        """What a text says, once it is sure that it says what it said before, and the answer."""
        expected = (_split(before, *at)[0], _expected_answers(before, at, given))
        try:
            after = parsed(text.lstrip(_BOM), self.path.name).data
        except InputError:
            after = None
        if after is not None and _split(after, *at) == expected:
            return after
        mend = f"write it there by hand: `{at[1]}: {_flow(given)}`, under `judgements` of {at[0]}"
        found = "a form in which the answer cannot be put without changing more than itself"
        raise InputError.one(self.path.name, found, "judgements written out, a fact a line", mend)

    def _replace(self, data: bytes, at: tuple[str, str]) -> None:
        """The new file in place of the old one, whole, unless somebody else has written it."""
        building = self.path.with_name(f".{self.path.name}.{os.getpid()}.answering")
        try:
            handle = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            building.chmod(self.path.stat().st_mode & 0o7777)
            if self.path.read_bytes() != self._bytes:
                found = "a file that somebody has changed since it was read"
                raise InputError.one(
                    str(self.path), found, "the file as it was", "run `ask` again: it reads it anew"
                )
            self._coming, self._coming_at = data, at
            building.replace(self.path)
            self._in_it.add(at)
            self._bytes, self._coming = data, None
        finally:
            building.unlink(missing_ok=True)


def _main_file(path: Path) -> Path:
    """The file that holds the judgements of a programme."""
    if path.is_dir():
        main = next((path / name for name in MAIN if (path / name).is_file()), None)
        if main is None:
            raise InputError.one(
                str(path), "a folder without programme.yaml", "programme.yaml in it"
            )
        return main
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        mend = (
            "fill in its sheet Judgements, or first run: "
            f"changeadvisor convert {path} {path.with_suffix('.yaml')}"
        )
        raise InputError.one(
            str(path), "a workbook, into which answers are not written", "a YAML or JSON file", mend
        )
    if path.suffix.lower() not in _KINDS or not path.is_file():
        found = f"a name ending in `{path.suffix}`" if path.exists() else "no such file or folder"
        raise InputError.one(
            str(path), found, "a folder with programme.yaml, or a .yaml or .json file"
        )
    return path


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError.one(
            str(path), "text that is not UTF-8", "UTF-8", "save the file as UTF-8 text"
        ) from None


# --- what is written, as data ---------------------------------------------------------------------


def _given(answer: Judgement) -> dict[str, Any]:
    """An answer as people write it."""
    level = answer.level
    if isinstance(level, float) and level.is_integer():
        level = int(level)
    given = {"level": level, "by": answer.by, "on": answer.on, "because": answer.because}
    return {k: v for k, v in given.items() if v is not None}


def _listed(value: Any) -> list[Any]:
    """The answers to one question; what says that nobody knows is none."""
    every = value if isinstance(value, list) else [value]
    return [a for a in every if not cells.unknown(a)]


def _is_by(answer: Any, who: object) -> bool:
    """Whether an answer was given by this rater."""
    return isinstance(answer, dict) and same_rater(answer.get("by"), who)


def _comparable(answers: Iterable[Any]) -> list[str]:
    """Answers in a form that compares alike whatever their order, and that of their keys."""
    return sorted(json.dumps(a, default=str, sort_keys=True) for a in answers)


def _expected_answers(before: Any, at: tuple[str, str], given: dict[str, Any]) -> list[str]:
    """All answers to one question once `given` is among them."""
    others = [a for a in _listed(_answers_at(before, *at)) if not _is_by(a, given.get("by"))]
    return _comparable([*others, given])


def _split(data: Any, initiative: str, fact: str) -> tuple[Any, list[str]]:
    """A document without the answers to one question, and these."""
    answers = _listed(_answers_at(data, initiative, fact))
    rest = [_without(i, fact) if _has_id(i, initiative) else i for i in data["initiatives"]]
    return {**data, "initiatives": rest}, _comparable(answers)


def _has_id(record: Any, id: str) -> bool:
    return isinstance(record, dict) and record.get("id") == id


def _answers_at(data: Any, initiative: str, fact: str) -> Any:
    """What stands at one question: an answer, a list of them, or None."""
    record = next(i for i in data["initiatives"] if _has_id(i, initiative))
    return (record.get("judgements") or {}).get(fact)


def _without(record: dict[str, Any], fact: str) -> dict[str, Any]:
    """An initiative without the answers to one question, and without an empty map of judgements."""
    kept = {k: v for k, v in (record.get("judgements") or {}).items() if k != fact}
    rest = {k: v for k, v in record.items() if k != "judgements"}
    return {**rest, "judgements": kept} if kept else rest


# --- JSON -----------------------------------------------------------------------------------------


def _in_json(text: str, before: Any, at: tuple[str, str], given: dict[str, Any]) -> str:
    """JSON written anew in the same order, with the same indentation."""
    del before
    data = json.loads(text.lstrip(_BOM))
    record = next(i for i in data["initiatives"] if _has_id(i, at[0]))
    judged = record.setdefault("judgements", {})
    own = {k: str(v) if k == "on" else v for k, v in given.items()}
    others = [a for a in _listed(judged.get(at[1])) if not _is_by(a, given.get("by"))]
    judged[at[1]] = [*others, own] if others else own
    indent = re.search(r"^[{\[][ ]*\r?\n([ \t]+)", text.lstrip(_BOM))
    tight = None if indent or ": " in text else (",", ":")
    written = json.dumps(
        data, indent=indent[1] if indent else None, ensure_ascii=text.isascii(), separators=tight
    )
    end = text[len(text.rstrip()) :]
    head = _BOM if text.startswith(_BOM) else ""
    return head + (written.replace("\n", "\r\n") if "\r\n" in text else written) + end


# --- YAML -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edit:
    """Text to put in place of what is there."""

    start: int
    """The offset from which text is replaced."""
    end: int
    """The offset up to which it is; `start` where nothing is replaced."""
    text: str
    """What is put there."""


def _in_yaml(text: str, before: Any, at: tuple[str, str], given: dict[str, Any]) -> str:
    """YAML with one answer put in, all else left as it is."""
    head = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    changed = list(body)
    edits = _Splice(body, before, *at, given).edits()
    for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
        changed[edit.start : edit.end] = [edit.text]
    return head + "".join(changed)


class _Splice:
    """Where in the text an answer belongs, and what has to be written there."""

    def __init__(
        self, text: str, data: Any, initiative: str, fact: str, given: dict[str, Any]
    ) -> None:
        from ruamel.yaml import YAML

        self.text, self.data, self.given = text, data, given
        self.initiative, self.fact = initiative, fact
        self.root = YAML(typ="safe", pure=True).compose(text)
        self.line = "\r\n" if "\r\n" in text else "\n"
        self.new = _flow(given)

    def edits(self) -> Sequence[_Edit]:
        """What to change; nothing where the place is not found."""
        record = self._record()
        if record is None:
            return ()
        judged = _value(record, "judgements")
        if judged is None:
            return [self._after_last(record, "judgements", None)]
        if not hasattr(judged, "value") or not isinstance(judged.value, list):
            return ()
        answers = _value(judged, self.fact)
        if answers is None:
            return [self._after_last(judged, self.fact, self.new)]
        return self._among(judged, answers)

    def _record(self) -> MappingNode | None:
        """The node of the initiative."""
        listed = _value(self.root, "initiatives")
        place = next(
            i for i, r in enumerate(self.data["initiatives"]) if _has_id(r, self.initiative)
        )
        return None if listed is None else listed.value[place]

    def _after_last(self, node: MappingNode, key: str, value: str | None) -> _Edit:
        """A new key after the last of a map. `value` None: a map with the fact in it."""
        if node.flow_style:
            inner = value or f"{{{self.fact}: {self.new}}}"
            where = _end(self.text, node.value[-1][1]) if node.value else node.start_mark.index + 1
            return _Edit(where, where, f"{', ' if node.value else ''}{key}: {inner}")
        column = node.value[0][0].start_mark.column
        where = self._line_end(_end(self.text, node.value[-1][1]))
        start = f"{self.line}{' ' * column}{key}:"
        if value is not None:
            return _Edit(where, where, f"{start} {value}")
        return _Edit(where, where, f"{start}{self.line}{' ' * (column + 2)}{self.fact}: {self.new}")

    def _among(self, judged: MappingNode, answers: Node) -> Sequence[_Edit]:
        """Beside the answers that are there, or in place of this rater's own."""
        from ruamel.yaml.nodes import SequenceNode

        if isinstance(answers, SequenceNode):
            return self._in_list(answers)
        value = _answers_at(self.data, self.initiative, self.fact)
        if cells.unknown(value) or _is_by(value, self.given.get("by")):
            return [self._instead(answers)]
        return self._into_list(judged, answers)

    def _instead(self, node: Node) -> _Edit:
        """In place of one answer, on the line of its key or its dash."""
        start, end = node.start_mark.index, _end(self.text, node)
        before = self.text[:start].rstrip(" \r\n")
        gap = " " if before.endswith(":") else ""
        return _Edit(len(before) if gap else start, end, gap + self.new)

    def _in_list(self, answers: SequenceNode) -> Sequence[_Edit]:
        """In place of what this rater, or nobody, said; else one answer more."""
        values = _answers_at(self.data, self.initiative, self.fact)
        pairs = list(zip(values, answers.value, strict=True))
        mine = [n for v, n in pairs if cells.unknown(v) or _is_by(v, self.given.get("by"))]
        if not mine:
            return [self._appended(answers)]
        gone = [self._taken_out(answers, node) for node in mine[1:]]
        return [self._instead(mine[0]), *gone]

    def _appended(self, answers: SequenceNode) -> _Edit:
        """One answer more at the end of a list."""
        last = _end(self.text, answers.value[-1])
        if answers.flow_style:
            return _Edit(last, last, f", {self.new}")
        where = self._line_end(last)
        return _Edit(where, where, f"{self.line}{' ' * answers.start_mark.column}- {self.new}")

    def _taken_out(self, answers: SequenceNode, node: Node) -> _Edit:
        """An answer out of a list, with its line or its comma."""
        place = next(i for i, n in enumerate(answers.value) if n is node)
        before, end = _end(self.text, answers.value[place - 1]), _end(self.text, node)
        return _Edit(before if answers.flow_style else self._line_end(before), end, "")

    def _into_list(self, judged: MappingNode, answer: Any) -> Sequence[_Edit]:
        """A list of two in place of one answer."""
        start, end = answer.start_mark.index, _end(self.text, answer)
        old = self.text[start:end]
        if judged.flow_style or ("\n" in old and answer.flow_style):
            return [_Edit(start, start, "["), _Edit(end, end, f", {self.new}]")]
        where, column = self._line_end(end), judged.value[0][0].start_mark.column + 2
        if "\n" in self.text[len(self.text[:start].rstrip(" \r\n")) : start]:
            return self._indented(answer, end)
        gap = len(self.text[:start].rstrip(" "))
        item = f"{self.line}{' ' * column}- "
        return [_Edit(gap, start, item), _Edit(where, where, f"{item}{self.new}")]

    def _indented(self, answer: Node, end: int) -> Sequence[_Edit]:
        """An answer on lines of its own becomes the first of a list, its lines moved right."""
        start, column = answer.start_mark.index, answer.start_mark.column
        lines = [m.end() for m in re.finditer("\n", self.text[start:end])]
        moved = [_Edit(start + n, start + n, "  ") for n in lines]
        where = self._line_end(end)
        return [
            _Edit(start, start, "- "),
            *moved,
            _Edit(where, where, f"{self.line}{' ' * column}- {self.new}"),
        ]

    def _line_end(self, where: int) -> int:
        """The end of a line, a comment on it included."""
        end = self.text.find("\n", where)
        if end < 0:
            return len(self.text)
        has_return = end > where and self.text[end - 1 : end] == "\r"
        return end - 1 if has_return else end


def _value(node: Any, key: str) -> Any:
    """The value of a key in a map node, or None."""
    pairs = getattr(node, "value", None)
    if not isinstance(pairs, list):
        return None
    return next((v for k, v in pairs if k.value == key), None)


def _end(text: str, node: Any) -> int:
    """Where what a node says ends, before comments and blank lines that follow it."""
    if isinstance(node.value, list) and not node.flow_style:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    return len(text[: node.end_mark.index].rstrip())


def _flow(given: dict[str, Any]) -> str:
    """An answer on one line."""
    return "{" + ", ".join(f"{k}: {_scalar(v)}" for k, v in given.items()) + "}"


#: Text that YAML takes as it is in a map on one line; what YAML 1.1 took for yes or no stays so, as
#: levels are words.
_AS_IT_IS = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./()'-]*[A-Za-z0-9_.)'])?")
_NOT_TEXT = frozenset({"true", "false", "null"})


def _scalar(value: Any) -> str:
    """A value as YAML reads it back on one line, in quotes where it must be."""
    if not isinstance(value, str):
        return json.dumps(value) if isinstance(value, bool | int | float) else plain(value)
    bare = (
        _AS_IT_IS.fullmatch(value)
        and value.casefold() not in _NOT_TEXT
        and not cells.unknown(value)
    )
    return value if bare else json.dumps(value, ensure_ascii=not value.isprintable())
