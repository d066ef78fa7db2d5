"""Where the folders that travel with the package are found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from changeadvisor import resources
from changeadvisor.io import rules
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


def test_the_compiled_rules_are_those_that_are_written() -> None:
    """They are read in place of the YAML, by its digest: they must say the same."""
    shipped = resources.folder("rules")
    assert (shipped / rules.COMPILED).read_text(encoding="utf-8") == rules.compiled()


def test_a_rule_file_that_was_changed_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(resources.folder("rules"), tmp_path / "rules")
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path / name)
    changed = tmp_path / "rules" / "which-lens.yaml"
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace("version: 1.", "version: 9.", 1), encoding="utf-8")
    assert rules.load_pack(changed).version.startswith("9.")
