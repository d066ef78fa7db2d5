"""Every sentence the program can say, in one list: `make sentences`. Read it aloud.

From the code (words, wording, pages, messages, help), the vocabulary, the packs and the templates,
each with its place. What a programme itself says is not in it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Four words or more are taken for a sentence or a part of one.
SENTENCE = re.compile(r"(?:[A-Za-z{}\'`]+[,:;]? ){3,}")
FIELDS = re.compile(r"^\s*(?:- )?(?:because|title|label|question|meaning):\s*(.+)$")


def in_code(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a module that are no documentation, by line; values that are put in stand as {}."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    plain = [node for node in nodes if isinstance(node, ast.Constant)]
    # Documentation is an expression by itself; parts of an f-string are told with the whole.
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    left_out = documentation | {id(value) for text in joined for value in text.values}
    for text in joined:
        yield text.lineno, "".join(map(_part, text.values))
    for node in plain:
        if id(node) not in left_out and isinstance(node.value, str):
            yield node.lineno, node.value


def _part(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else "{}"


def sentences() -> Iterator[tuple[str, int, str]]:
    """Every sentence with its file and line."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        yield from ((name, line, text) for line, text in in_code(path) if SENTENCE.search(text))
    for path in sorted((ROOT / "rules").rglob("*.yaml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if (match := FIELDS.match(line)) is not None:
                yield path.relative_to(ROOT).as_posix(), number, match[1]
    for path in sorted((ROOT / "templates").rglob("*.*")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            text = re.sub(r"<[^>]*>|\{%.*?%\}", " ", line).strip()
            if SENTENCE.search(text):
                yield path.relative_to(ROOT).as_posix(), number, re.sub(r"\s+", " ", text)


def main() -> int:
    """Print the list, a sentence a line."""
    for name, line, text in sentences():
        print(f"{name}:{line}: {' '.join(text.split())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
