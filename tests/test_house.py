"""The house rules that no tool knows: tests keep to public names, and sentences for people keep to their places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.helpers import ROOT

PACKAGE = ROOT / "src" / "changeadvisor"

# --- private names --------------------------------------------------------------------------------

#: Names with an underscore that are not private: what a notebook asks an object for.
PROTOCOL = frozenset({"_repr_html_"})
#: A private name, by itself or at the end of a dotted path into the package.
PRIVATE = re.compile(r"(?:changeadvisor\.[\w.]*\.)?_(?!_)\w+")
#: Calls that reach an attribute by its name in a string.
BY_NAME = frozenset({"getattr", "setattr", "delattr", "hasattr", "attrgetter", "patch", "object"})


def private_names(text: str) -> list[str]:
    """What a test touches that is private to something else; its own `self._more` is its own."""
    found = []
    for node in ast.walk(ast.parse(text)):
        names: list[str] = []
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            names = [] if own else [node.attr]
        elif isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(a.name for a in node.names)]
        elif isinstance(node, ast.Import):
            names = [part for a in node.names for part in a.name.split(".")]
        elif isinstance(node, ast.Call) and called(node) in BY_NAME:
            texts = (a.value for a in node.args if isinstance(a, ast.Constant))
            names = [t for t in texts if isinstance(t, str)]
        found += [n for n in names if PRIVATE.fullmatch(n) and n not in PROTOCOL]
    return found


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    name = call.func
    if isinstance(name, ast.Attribute):
        return name.attr
    return name.id if isinstance(name, ast.Name) else ""


def test_no_test_touches_a_private_name() -> None:
    touched = {
        str(path.relative_to(ROOT)): names
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if (names := private_names(path.read_text(encoding="utf-8")))
    }
    assert touched == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from changeadvisor.graph.network import _by_nodes", ["_by_nodes"]),
        ("from changeadvisor._private import x", ["_private"]),
        ("import changeadvisor._private", ["_private"]),
        ("charts._laid(view)", ["_laid"]),
        ("made().initiatives[0]._more", ["_more"]),
        ('patch.setattr(save, "_write_yaml", no)', ["_write_yaml"]),
        ('patch.setattr("changeadvisor.io.save._write", no)', ["changeadvisor.io.save._write"]),
        ('getattr(save, "_NAME")', ["_NAME"]),
        ("self._more()", []),
        ("advice._repr_html_(); x.__dict__", []),
        ('setattr(save, "name", 1); "_text"', []),
    ],
)
def test_a_private_name_is_seen(text: str, found: list[str]) -> None:
    assert private_names(text) == found


# --- sentences ------------------------------------------------------------------------------------

#: Four words or more, a placeholder counting as one.
SENTENCE = re.compile(r"(?:[A-Za-z{}']+ ){3,}")
#: Modules that may hold sentences: wording, what shows things to people, what talks with them, and
#: what refuses their input.
PLACES = (
    "words.py",
    "*/wording*.py",
    "*_wording.py",
    "report/*",
    "facts/vocabulary.py",
    "io/*",
    "cli/*",
    "interview/*",
    "errors.py",
    "validation.py",
    "judgement/*_reader.py",
    "judgement/conditions.py",
    "judgement/checking.py",
    "whatif/override_text.py",
    "model/*",
    "publish.py",
)
#: Calls whose text is an error message.
REFUSALS = re.compile(r".*(?:Error|Fault|_fault)|fault|_bounded|one")


def sentences(text: str) -> list[tuple[int, str]]:
    """The sentences of a module, with their lines.

    Left out: docstrings, the documentation of fields, and the messages of errors.
    """
    return list(spoken(ast.parse(text)))


def spoken(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The sentences in a piece of code."""
    if isinstance(node, ast.Raise):
        return
    if isinstance(node, ast.Call) and REFUSALS.fullmatch(called(node)):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    text = None
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    if text is not None and SENTENCE.search(text):
        yield node.lineno, text  # type: ignore[attr-defined]
    for child in ast.iter_child_nodes(node):
        # The pieces of an f-string are part of it; what is in its braces is looked at by itself.
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from spoken(child)


def test_sentences_stand_in_their_places() -> None:
    modules = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    found = {
        (name, text): line
        for name, path in modules.items()
        if not any(fnmatch(name, place) for place in PLACES)
        for line, text in sentences(path.read_text(encoding="utf-8"))
    }
    misplaced = sorted(f"{name}:{line}: {text}" for (name, text), line in found.items())
    assert misplaced == [], "a sentence belongs in words.py or the wording of its package"


def test_every_place_is_there() -> None:
    modules = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")]
    assert [place for place in PLACES if not any(fnmatch(name, place) for name in modules)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('x = "It is not known"', ["It is not known"]),
        ('x = ("It is "\n "not known")', ["It is not known"]),
        ('x = f"{a} is worth {b}"', ["{} is worth {}"]),
        ("x = f\"{a} {show('it is not known')}\"", ["it is not known"]),
        ('f("It is not known")', ["It is not known"]),
        ('x = "a-key"; y = "three words only"', []),
        ('"""What it is for."""\nclass A:\n    x: int\n    """What it is for."""', []),
        ('raise ValueError("It is not known")', []),
        ('raise ValueError(f"{a} is not known") from None', []),
        ('InputError.one("", "it is not known", x)', []),
        ('faults.append(Fault("", f"it is not {x}"))', []),
        ('self._fault(text, "it is not known")', []),
    ],
)
def test_a_sentence_is_seen(text: str, found: list[str]) -> None:
    assert [said for _, said in sentences(text)] == found
