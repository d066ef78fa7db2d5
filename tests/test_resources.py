"""Where the folders that travel with the package are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from changeadvisor import resources
from tests.helpers import ROOT


@pytest.mark.parametrize("name", ["rules", "scenarios", "templates"])
def test_an_editable_install_sees_the_top_of_the_repository(name: str) -> None:
    assert resources.folder(name) == ROOT / name


def test_package_data_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_data" / "rules").mkdir(parents=True)
    monkeypatch.setattr(resources, "PACKAGE", tmp_path)
    assert resources.folder("rules") == tmp_path / "_data" / "rules"


def test_a_folder_that_is_missing_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="install it again") as caught:
        resources.folder("nothing")
    assert caught.value.filename == "nothing"
