"""Run docs/library.md and write what it prints, there and as a notebook: `... [--check]`.

The page is the source. Each block of Python is run in one namespace, in the folder docs/; what it
prints, and the value of a last expression, stand below it on the page and as outputs in
docs/library.ipynb. Nothing of Jupyter is needed: a notebook is JSON (nbformat 4.5).
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "library.md"
NOTEBOOK = PAGE.with_suffix(".ipynb")
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n.*?^```\n)?", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Ran:
    """A block of Python that was run."""

    code: str
    printed: str
    """What went to standard output."""
    value: Any
    """The value of the last expression; None where there is none."""

    @property
    def text(self) -> str:
        """What a reader of the page sees below the block."""
        return self.printed + ("" if self.value is None else f"{self.value!r}\n")


def run_blocks(page: str) -> list[Ran]:
    """Run every block of Python of a page, in order, in one namespace."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.chdir(PAGE.parent):
        return [run(match[1], names) for match in BLOCK.finditer(page)]


def run(code: str, names: dict[str, Any]) -> Ran:
    """Run one block, as a notebook does."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, PAGE.name, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), PAGE.name, "eval"), names)
    return Ran(code, printed.getvalue(), value)


def page_with_outputs(page: str, blocks: list[Ran]) -> str:
    """The page with what each block gave below it."""
    left = iter(blocks)

    def written(match: re.Match[str]) -> str:
        text = next(left).text
        return f"```python\n{match[1]}```\n" + (f"\n```text\n{text}```\n" if text else "")

    return BLOCK.sub(written, page)


def notebook(page: str, blocks: list[Ran]) -> str:
    """The page as a notebook with outputs, as JSON text."""
    cells: list[dict[str, Any]] = []
    left, end = iter(blocks), 0
    for count, match in enumerate(BLOCK.finditer(page), 1):
        cells += prose(page[end : match.start()], f"text-{count}")
        end = match.end()
        cells.append(code_cell(next(left), count))
    cells += prose(page[end:], "text-end")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    book = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": language},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def prose(text: str, id: str) -> list[dict[str, Any]]:
    """A cell of Markdown, or none where there is nothing to say."""
    if not text.strip():
        return []
    return [{"cell_type": "markdown", "id": id, "metadata": {}, "source": lines(text.strip())}]


def code_cell(ran: Ran, count: int) -> dict[str, Any]:
    """A cell of code with its outputs: what was printed, and the value with its HTML if any."""
    outputs: list[dict[str, Any]] = []
    if ran.printed:
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines(ran.printed)})
    if ran.value is not None:
        data = {"text/plain": lines(repr(ran.value))}
        html = getattr(ran.value, "_repr_html_", None)
        if html is not None:
            data = {"text/html": lines(html()), **data}
        outputs.append(
            {
                "data": data,
                "execution_count": count,
                "metadata": {},
                "output_type": "execute_result",
            }
        )
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": f"code-{count}",
        "metadata": {},
        "outputs": outputs,
        "source": lines(ran.code.rstrip("\n")),
    }


def lines(text: str) -> list[str]:
    """Text as a notebook holds it: a list of lines with their ends."""
    return text.splitlines(keepends=True)


def pages() -> dict[Path, str]:
    """The page and the notebook as they should be, by their place."""
    page = PAGE.read_text(encoding="utf-8")
    blocks = run_blocks(page)
    return {PAGE: page_with_outputs(page, blocks), NOTEBOOK: notebook(page, blocks)}


def main(check: bool) -> int:
    """Write, or with `check` compare; exit status 1 where one is not fresh."""
    stale = {
        path: text
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{'not fresh' if check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
