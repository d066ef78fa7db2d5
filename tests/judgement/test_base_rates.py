"""Published base rates: the figures are those of their sources, and only who names a class gets it, in every form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from changeadvisor.advice import advise
from changeadvisor.errors import InputError
from changeadvisor.io import (
    load,
    rules,
    save,
    workbook_write,
)
from changeadvisor.judgement import base_rates
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Estimate, Programme
from tests.helpers import ROOT, SHARED, programme

METHODS = SHARED.parent / "design" / "methods.md"
#: What methods.md, sections 2.2 and 5.3, has as published: full, and U of works duration and of
#: money, in per cent.
FIGURES: dict[str, tuple[float | None, float | None, float | None]] = {
    "gustafson-culture-change": (5, None, None),
    "gustafson-process-change": (16, None, None),
    "optimism-non-standard-buildings": (None, 39, 51),
    "optimism-standard-buildings": (None, 4, 24),
    "optimism-non-standard-civil": (None, 25, 66),
    "optimism-standard-civil": (None, 20, 44),
    "optimism-equipment": (None, 54, 200),
    "optimism-outsourcing": (None, None, 41),
}
ROWS = {
    "optimism-non-standard-buildings": "non-standard buildings",
    "optimism-standard-buildings": "standard buildings",
    "optimism-non-standard-civil": "non-standard civil engineering",
    "optimism-standard-civil": "standard civil engineering",
    "optimism-equipment": "equipment / development (IT)",
    "optimism-outsourcing": "outsourcing",
}


# --- the file -------------------------------------------------------------------------------------


def factor(bias: float | None) -> Estimate | None:
    """A bias in per cent as a factor on the plan."""
    return None if bias is None else Estimate.of(round(1 + bias / 100, 4))


@pytest.mark.parametrize("id", FIGURES)
def test_each_class_holds_what_is_published_and_nothing_more(id: str) -> None:
    full, duration, money = FIGURES[id]
    found = load.published_classes().by_id[id]
    assert found.full == (None if full is None else full / 100)
    assert (found.partial, found.none, found.deeper) == (None, None, None)
    assert found.title
    assert found.source
    for held, published in ((found.delay, factor(duration)), (found.overrun, factor(money))):
        assert (held is None) == (published is None)
        if held is not None and published is not None:
            assert (held.low, held.likely, held.high) == (
                published.low,
                published.likely,
                published.high,
            )


def test_no_class_is_without_figures_of_its_own_here() -> None:
    assert set(load.published_classes().by_id) == set(FIGURES)


def methods() -> str:
    if not METHODS.exists():
        pytest.skip("methods.md is not beside this checkout")
    return METHODS.read_text(encoding="utf-8")


def test_priors_equal_those_of_methods() -> None:
    found = re.search(r"culture change \*\*(\d+) %\*\*, process change \*\*(\d+) %\*\*", methods())
    assert found is not None
    published = load.published_classes().by_id
    held = [published[f"gustafson-{kind}-change"].full for kind in ("culture", "process")]
    assert held == [int(p) / 100 for p in found.groups()]


@pytest.mark.parametrize("id", ROWS)
def test_optimism_bias_equals_that_of_methods(id: str) -> None:
    row = next(line for line in methods().splitlines() if line.startswith(f"| {ROWS[id]} |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
    upper_time, lower_time, upper, lower = (re.sub(r" \(opex\)", "", c) for c in cells)
    assert FIGURES[id][1:] == (None if upper_time == "n/a" else float(upper_time), float(upper))
    source = load.published_classes().by_id[id].source or ""
    assert f"U {upper} %, L {lower} %" in source
    assert f"U {upper_time} %, L {lower_time} %" in source or upper_time == "n/a"


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([{"id": "a", "title": "A", "full": 0.1}], "a title and a source for every class"),
        ([{"id": "a", "source": "S", "full": 0.1}], "a title and a source for every class"),
        ([{"id": "a", "title": "A", "source": "S"}] * 2, "each id once"),
        ([{"id": "a", "title": "A", "source": "S", "fuller": 0.1}], "unknown key `fuller`"),
    ],
)
def test_what_is_not_told_in_full_is_refused(classes: list[dict[str, Any]], message: str) -> None:
    data = {"base_rates": "reference-classes", "version": "1", "title": "T", "classes": classes}
    with pytest.raises(InputError, match=message):
        base_rates.read_classes(data, str)


# --- in a programme -------------------------------------------------------------------------------


def named(name: str, **more: Any) -> Programme:
    """A programme whose one initiative names a class."""
    return programme(initiatives=[{"id": "a", "title": "A", "reference_class": name}], **more)


def written(made: Programme, form: str, folder: Path) -> Path:
    """The programme in one form."""
    path = folder / f"p{form}"
    if form == ".xlsx":
        workbook_write.write_workbook(made, path)
    elif form:
        save.write_file(made, path)
    else:
        save.write_folder(made, path)
    return path


FORMS = ("", ".yaml", ".json", ".xlsx")


@pytest.mark.parametrize("form", FORMS)
def test_a_published_class_needs_no_definition_in_any_form(tmp_path: Path, form: str) -> None:
    reading = load.read_programme(written(named("optimism-equipment"), form, tmp_path))
    assert reading.programme is not None
    assert reading.programme.reference_classes == (
        load.published_classes().by_id["optimism-equipment"],
    )
    assert [n for n in reading.notices if "published reference class" in n]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_used_is_written_out_and_reads_back_equal(tmp_path: Path, form: str) -> None:
    read = load.load_programme(written(named("gustafson-process-change"), ".yaml", tmp_path))
    again = load.read_programme(written(read, form, tmp_path / "again" if form else tmp_path))
    assert again.programme == read
    assert again.notices == ()


@pytest.fixture(autouse=True)
def _again(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()


@pytest.mark.parametrize("form", FORMS)
def test_a_class_of_ones_own_comes_first(tmp_path: Path, form: str) -> None:
    own: dict[str, Any] = {
        "id": "gustafson-process-change",
        "full": 0.3,
        "source": "our own projects",
    }
    read = load.load_programme(written(named(own["id"], reference_classes=[own]), form, tmp_path))
    assert [(c.id, c.full, c.delay) for c in read.reference_classes] == [(own["id"], 0.3, None)]


def test_classes_stay_in_order_and_each_stands_once(tmp_path: Path) -> None:
    two = [{"id": i, "title": i, "reference_class": "optimism-equipment"} for i in "ab"]
    own = [{"id": "zoo", "full": 0.3}, {"id": "apes", "full": 0.2}]
    read = load.load_programme(
        written(programme(initiatives=two, reference_classes=own), ".json", tmp_path)
    )
    assert [c.id for c in read.reference_classes] == ["apes", "optimism-equipment", "zoo"]


def test_who_names_no_published_class_gets_none(tmp_path: Path) -> None:
    data = programme(
        initiatives=[
            {"id": "a", "title": "A", "kind": "estate"},
            {"id": "b", "title": "B", "reference_class": "own"},
        ],
        reference_classes=[{"id": "own", "full": 0.4}],
    )
    read = load.load_programme(written(data, ".yaml", tmp_path))
    assert read == data


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "gustafson-process-chance",
            "unknown reference class `gustafson-process-chance`.*Did you mean `gustafson-process-change`",
        ),
        ("owm", "Did you mean `own`"),
        (
            "xyz",
            "Add it to `reference_classes`, or name a published one: gustafson-culture-change, .*optimism-outsourcing",
        ),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_class_is_refused_with_the_published_ones_in_mind(
    tmp_path: Path, form: str, name: str, message: str
) -> None:
    path = written(named(name, reference_classes=[{"id": "own"}]), form, tmp_path)
    with pytest.raises(InputError, match=message):
        load.load_programme(path)


def test_the_chances_of_a_published_class_are_those_of_the_outlook_with_their_source(
    tmp_path: Path, rulebook: Rulebook
) -> None:
    read = load.load_programme(written(named("gustafson-culture-change"), ".json", tmp_path))
    found = advise(read, rulebook).initiatives[0]
    assert found.outlook.basis == "class"
    assert found.outlook.probability is not None
    assert (found.outlook.probability.full, found.outlook.probability.partial) == (0.05, None)
    assert any("Gustafson et al. 2003" in notice for notice in found.notices)


def test_base_rates_are_no_packs() -> None:
    named = {p.stem for p in rules.pack_files()}
    assert {"evidenced-rating", "persist-or-adjust", "top-down-or-bottom-up", "which-lens"} <= named
    assert named.isdisjoint({"reference-classes", "rating-moves"})
    with pytest.raises(InputError, match=f"one of {', '.join(sorted(named))}$"):
        rules.load_pack("reference-classes")
    with pytest.raises(InputError, match="pack: nothing"):
        rules.load_pack(ROOT / "rules" / "reference-classes.yaml")


def test_the_table_and_the_page_show_every_class(capsys: pytest.CaptureFixture[str]) -> None:
    from changeadvisor.cli import main

    with pytest.raises(SystemExit) as stopped:
        main.main(["classes"])
    assert stopped.value.code == 0
    table, page = (
        capsys.readouterr().out,
        (ROOT / "docs" / "reference-classes.md").read_text(encoding="utf-8"),
    )
    for known in load.published_classes().classes:
        assert known.id in table
        assert f"| `{known.id}` | {known.title} |" in page
        assert (known.source or "?") in page
    assert "outline business case" in table
