"""The documents say what is: the tutorial runs, generated pages are fresh, links lead somewhere, the README names every command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.make_docs import pages
from tests.helpers import ROOT

DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_tutorial_runs(tmp_path: Path) -> None:
    """Every block in order: files are written, commands are run with `bash -e`."""
    binaries = tmp_path / "bin"
    binaries.mkdir()
    command = binaries / "changeadvisor"
    command.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m changeadvisor "$@"\n', encoding="utf-8"
    )
    command.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\S*)(?: file=(\S+))?\n(.*?)^```$", text, re.M | re.S)
    assert len(blocks) >= 10
    env = {
        **os.environ,
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
    }
    outputs = []
    for _, file, body in blocks:
        if file:
            (work / file).parent.mkdir(exist_ok=True)
            (work / file).write_text(body, encoding="utf-8")
            continue
        done = subprocess.run(
            ["bash", "-e", "-c", body],
            cwd=work,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{body}\n{done.stderr}"
        outputs.append(done.stdout)
    together = "\n".join(outputs)
    assert "Persist" in together
    assert "B,no,yes,yes,adjust-strategy" in together
    assert (work / "first.html").exists()


def test_generated_pages_are_fresh() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name} is not fresh; run `make golden`"
        )


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_readme_begins_with_the_two_commands_and_names_all_others() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.splitlines()[3].startswith("make advise")
    assert text.splitlines()[4].startswith("make test")
    from changeadvisor.cli.main import commands
    from changeadvisor.cli.rules import rules

    for name in [*commands.commands, *(f"rules {n}" for n in rules.commands)]:
        assert f"changeadvisor {name}" in text or f"`{name}`" in text, name


def test_nothing_committed_names_a_registry_or_this_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    wrong = re.compile(
        r"https?://[^\s\"']*(pypi|npmjs|debian)|--(extra-)?index-url |--find-links [^-]|/work/main|/root/",
        re.I,
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in (".xlsx",) or not path.is_file() or path == Path(__file__).resolve():
            continue
        found = wrong.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, f"{name}: {found[0] if found else ''}"
