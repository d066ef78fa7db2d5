"""YAML 1.2 as plain data, each value with its line.

The file is composed into nodes, not loaded: nodes know where they stand, and every tag, merge key
or alias that would make something else of the text is seen and refused before anything is built.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from changeadvisor.errors import InputError, plain
from changeadvisor.io.placed_data import (
    MOST_DEPTH,
    Document,
    EarlyFault,
    Location,
    is_encodable,
    line_of,
    named_faults,
)

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

#: Aliases may repeat so many values in all: more would unfold to a file many times its size.
MOST_ALIASED = 10_000
#: What is text: words, and the signs `=` and `<<` where they stand as values.
_WORDS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:value", "tag:yaml.org,2002:merge")
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def read_yaml(text: str, name: str) -> Document:
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
        return _NodeReader(name, yaml).document(root)
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
        where = f"{name}:{line_of(text, error.position)}"
        raise InputError.one(
            where, found, "text without control characters", "take it out"
        ) from None


def _refuse_old_yaml(text: str, name: str) -> None:
    """In YAML 1.1 `NO` is false and `12:30` is 750; a file that asks for it would be misread."""
    directive = re.search(r"^%YAML[ \t]+(?!1\.2\b)\S*", text, re.MULTILINE)
    if directive:
        where = f"{name}:{line_of(text, directive.start())}"
        raise InputError.one(where, f"`{plain(directive[0])}`", "YAML 1.2", "take this line out")


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


class _NodeReader:
    """Turns YAML nodes into plain data, keeping the line of every key and value."""

    def __init__(self, name: str, yaml: Any) -> None:
        self.name, self.yaml = name, yaml
        self.places: dict[Location, str] = {}
        self.faults: list[EarlyFault] = []
        self.seen: set[int] = set()
        self.quoted: set[Location] = set()
        self.aliased = 0

    def document(self, root: Node | None) -> Document:
        """The whole document."""
        self.places[()] = self.name
        data = None if root is None else self._value(root, ())
        return Document(
            data, self.places, named_faults(self.faults, data), quoted=frozenset(self.quoted)
        )

    def _at(self, node: Node) -> str:
        return f"{self.name}:{node.start_mark.line + 1}"

    def _fault(
        self, node: Node, location: Location, found: str, expected: str, mend: str = ""
    ) -> None:
        self.faults.append(EarlyFault(self._at(node), location, found, expected, mend))

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
        """Count values reached again through an alias: a few are welcome, an explosion is not."""
        if id(node) in self.seen:
            self.aliased += 1
            if self.aliased > MOST_ALIASED:
                found = f"aliases that unfold to more than {MOST_ALIASED:,} values"
                raise InputError.one(
                    self._at(node), found, "values written out", "write them where they are used"
                )
        self.seen.add(id(node))

    def _map(self, node: MappingNode, location: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in node.value:
            name = self._key(key, location)
            if name is None:
                continue
            if name in values:
                again = f"`{plain(name)}` again (first in line {first[name]})"
                self._fault(key, (*location, name), again, "each key once", "remove one of the two")
                continue
            first[name] = key.start_mark.line + 1
            self.places[(*location, name)] = self._at(key)
            values[name] = self._value(value, (*location, name))
        return values

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
            if is_encodable(node.value):
                return node.value
            self._fault(node, location, "half a character (a lone surrogate)", "whole characters")
            return None
        # A tag that the text alone would not have got was written there by hand.
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

    def _constructed(self, node: ScalarNode) -> Any:
        """A number or date; text that only looks like one stays text, for the form to refuse."""
        try:
            value = self.yaml.constructor.construct_object(node, deep=True)
        except (ValueError, OverflowError):
            return str(node.value)
        plain_date = isinstance(value, dt.datetime) and len(str(node.value)) <= 10
        return value.date() if plain_date else value
