"""Sharing goals: a data package that holds what it says, and nothing confidential."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from changeadvisor import publish
from changeadvisor.advice import measures
from changeadvisor.cli import main
from changeadvisor.io import rules
from changeadvisor.model import Programme
from tests.helpers import NORTHFIELD, programme

READ = {
    "string": str,
    "number": float,
    "date": dt.date.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def published(tmp_path: Path, made: Programme, **more: Any) -> Path:
    found = measures.measures_part(made, rules.load_pack("which-lens"), 0).measures
    publish.publish(made, found, tmp_path / "out", **more)
    return tmp_path / "out"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_value_is_what_the_description_says(tmp_path: Path, northfield: Programme) -> None:
    folder = published(tmp_path, northfield, include=("initiatives", "people"))
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        table, schema = rows(folder / resource["path"]), resource["schema"]
        assert list(table[0]) == [f["name"] for f in schema["fields"]]
        keys = [tuple(r[k] for k in schema["primaryKey"]) for r in table]
        assert len(set(keys)) == len(keys)
        for field in schema["fields"]:
            for row in table:
                checked(field, row[field["name"]])
        for foreign in schema.get("foreignKeys", []):
            ids = {r["id"] for r in rows(folder / f"{foreign['reference']['resource']}.csv")}
            assert {r[foreign["fields"]] for r in table} <= ids


def checked(field: dict[str, Any], value: str) -> None:
    limits = field.get("constraints", {})
    if value == "":
        assert not limits.get("required"), field["name"]
        return
    READ[field["type"]](value)  # type: ignore[operator]
    assert value in limits.get("enum", [value])


def private(made: Programme) -> set[str]:
    """Names, judgements and money of a programme."""
    people = {p for i in made.initiatives for p in (i.sponsor, i.owner)} | {
        m.owner for m in made.measures
    }
    said = {a.because for i in made.initiatives for every in i.judgements.values() for a in every}
    spent = {
        f"{i.spend.to_date:g}"
        for i in made.initiatives
        if i.spend and i.spend.to_date and i.spend.to_date > 9999
    }
    return {text for text in people | said | spent if text}


def test_nothing_confidential_is_written_unless_asked_for(
    tmp_path: Path, northfield: Programme
) -> None:
    folder = published(tmp_path, northfield)
    text = "".join(p.read_text(encoding="utf-8") for p in folder.iterdir())
    assert [
        name for name in private(northfield) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    ] == []
    assert "initiatives.csv" not in {p.name for p in folder.iterdir()}


def test_people_and_initiatives_where_asked_for(tmp_path: Path, northfield: Programme) -> None:
    folder = published(tmp_path, northfield, include=("initiatives", "people"))
    assert rows(folder / "initiatives.csv")[0]["sponsor"]
    assert any(r["owner"] for r in rows(folder / "measures.csv"))


def test_what_is_not_known_yet_is_left_out(tmp_path: Path) -> None:
    made = programme(
        measures=[
            {"id": "m", "every": "month", "lag_days": 40, "own_area": "us",
             "observations": [{"period": "2026-07-01", "value": 1}, {"period": "2026-08-01", "value": 2}],
             "comparators": [{"area": "x", "period": "2026-08-01", "value": 3}, {"area": "x", "period": "2026-10-01", "value": 4}]}
        ]
    )  # fmt: skip
    assert [(r["area"], r["value"]) for r in rows(published(tmp_path, made) / "results.csv")] == [
        ("us", "1"),
        ("x", "3"),
    ]


def test_text_stays_text(tmp_path: Path) -> None:
    made = programme(
        programme="<b>P</b>",
        measures=[{"id": "m", "title": "=1+1", "service": "<script>x</script>"}],
    )
    folder = published(tmp_path, made)
    assert rows(folder / "measures.csv")[0]["title"] == "'=1+1"
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>" not in page
    assert "http" not in page


class Tags(HTMLParser):
    """Tags that are open, and whether each closes in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole(tmp_path: Path, northfield: Programme) -> None:
    page = (published(tmp_path, northfield) / "index.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "Our target: 45 % by 31 March 2026" in page
    assert 'lang="en-GB"' in page


def test_the_same_bytes_each_time_and_nothing_is_written_over(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, northfield: Programme
) -> None:
    first = {p.name: p.read_bytes() for p in published(tmp_path, northfield).iterdir()}
    arguments = ["publish", str(NORTHFIELD), "-o", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as refused:
        main.main(arguments)
    assert refused.value.code == 2
    assert "add --force" in capsys.readouterr().err.lower()
    with pytest.raises(SystemExit) as done:
        main.main([*arguments, "--force"])
    assert not done.value.code
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == first


def test_a_programme_without_measures(tmp_path: Path) -> None:
    folder = published(tmp_path, programme())
    assert (folder / "measures.csv").read_text(encoding="utf-8").startswith("id,title")
