"""Golden outputs: what the scenarios give, byte for byte. `make golden` writes them anew; read the difference first."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from changeadvisor.io import load, workbook_write
from scripts.make_golden import GOLDEN, SCENARIOS, outputs
from tests.helpers import NORTHFIELD


@pytest.mark.parametrize("name", SCENARIOS)
def test_outputs_are_as_kept(name: str) -> None:
    for file, text in outputs(name).items():
        kept = (GOLDEN / file).read_text(encoding="utf-8")
        assert text == kept, f"{file} differs; if that is meant, run `make golden`"


def parts(path: Path) -> dict[str, bytes]:
    """What a workbook holds, part by part: how hard it was squeezed is zlib's affair and differs between builds."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_workbook_is_written_the_same_each_time(tmp_path: Path) -> None:
    workbook_write.write_workbook(load.load_programme(NORTHFIELD), tmp_path / "n.xlsx")
    written, kept = parts(tmp_path / "n.xlsx"), parts(NORTHFIELD / "northfield.xlsx")
    differing = sorted(
        name for name in written.keys() | kept.keys() if written.get(name) != kept.get(name)
    )
    assert not differing, "the workbook differs; if that is meant, run `make golden`"
