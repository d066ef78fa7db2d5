"""Golden outputs: what the scenarios give, byte for byte. `make golden` writes them anew; read the difference first."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.make_golden import GOLDEN, SCENARIOS, outputs


@pytest.mark.parametrize("name", SCENARIOS)
def test_outputs_are_as_kept(name: str) -> None:
    for file, text in outputs(name).items():
        kept = (GOLDEN / file).read_text(encoding="utf-8")
        assert text == kept, f"{file} differs; if that is meant, run `make golden`"


def test_the_workbook_is_written_the_same_each_time(tmp_path: Path) -> None:
    from changeadvisor import loading, workbook
    from tests.helpers import NORTHFIELD

    workbook.write_workbook(loading.load_programme(NORTHFIELD), tmp_path / "n.xlsx")
    assert (tmp_path / "n.xlsx").read_bytes() == (NORTHFIELD / "northfield.xlsx").read_bytes()
