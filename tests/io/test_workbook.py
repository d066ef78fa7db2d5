"""Registers in Excel: tolerant reading, exact round trips, and workbooks people can fill in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from openpyxl.utils import get_column_letter

from changeadvisor.errors import InputError
from changeadvisor.io import load, register_help, workbook_layout
from changeadvisor.io.workbook_layout import SHEETS
from changeadvisor.io.workbook_read import read_workbook
from changeadvisor.io.workbook_write import write_workbook
from changeadvisor.model import Programme
from tests.helpers import NORTHFIELD
from tests.strategies import programmes

HEAD = [["Programme", "P"], ["as_of", "30/09/2026"]]


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook of plain rows, as somebody else's program would write it."""
    made = openpyxl.Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for name, rows in {"Programme": HEAD, **sheets}.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(path)
    return path


def faults(path: Path) -> list[str]:
    return [str(f) for f in load.read_programme(path).faults]


# --- round trips ----------------------------------------------------------------------------------


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # shrinking a whole programme takes minutes
)
@given(programmes())
def test_a_workbook_written_reads_back_equal(tmp_path: Path, made: Programme) -> None:
    write_workbook(made, tmp_path / "w.xlsx")
    read = load.read_programme(tmp_path / "w.xlsx")
    assert read.faults == ()
    assert read.programme == made


def test_writing_gives_the_same_bytes_and_leaves_nothing_else(tmp_path: Path) -> None:
    for _ in range(2):
        write_workbook(None, tmp_path / "a.xlsx")
    write_workbook(None, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_typed_text_is_never_a_formula(tmp_path: Path) -> None:
    made = Programme.model_validate(
        {
            "format": "changeadvisor/1",
            "programme": "=1+1",
            "as_of": "2026-09-30",
            "initiatives": [{"id": "a", "title": "@SUM(A1)", "owner": "http://x"}],
        }
    )
    write_workbook(made, tmp_path / "w.xlsx")
    cells = [
        c
        for s in openpyxl.load_workbook(tmp_path / "w.xlsx").worksheets
        for row in s.iter_rows()
        for c in row
    ]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    assert load.load_programme(tmp_path / "w.xlsx") == made


# --- the empty register ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("new") / "register.xlsx"
    write_workbook(None, path)
    return path


def test_an_empty_register_has_every_sheet_of_the_format(register: Path) -> None:
    names = openpyxl.load_workbook(register).sheetnames
    wanted = "Programme Aims Classes Measures Observations Comparators Areas Initiatives Adoption Options Tripwires Dependencies Judgements History Rebase"
    assert set(wanted.split()) <= set(names)
    assert names[0] == "Start here"


def test_headings_are_locked_explained_and_cells_below_are_open(register: Path) -> None:
    made = openpyxl.load_workbook(register)
    for sheet in SHEETS:
        page = made[sheet.name]
        assert page.protection.sheet
        for cell in page[1]:
            assert cell.comment is not None, f"{sheet.name}!{cell.coordinate} has no help"
            assert len(cell.comment.text) > 20
            assert cell.protection.locked
        assert not page.column_dimensions["A"].protection.locked
        assert page.freeze_panes is not None


def test_every_column_has_a_meaning_of_its_own() -> None:
    for sheet in SHEETS:
        for column in sheet.columns:
            key = " ".join(p.replace("_", " ") for p in column.path)
            assert register_help.MEANINGS.get(f"{sheet.name} {key}") or register_help.MEANINGS.get(
                key
            ), f"{sheet.name}: {key}"
    for column in workbook_layout.programme_columns():
        assert column.heading in register_help.MEANINGS


def test_drop_downs_stand_where_only_some_words_will_do(register: Path) -> None:
    made = openpyxl.load_workbook(register)
    page = made["Initiatives"]
    headings = {str(c.value).rstrip(" *"): get_column_letter(c.column or 0) for c in page[1]}
    found = {
        str(v.sqref).split(":")[0].rstrip("0123456789"): v.formula1
        for v in page.data_validations.dataValidation
    }
    assert found[headings["stage"]] == '"idea,design,pilot,delivery,embedding,closed"'
    assert found[headings["statutory"]] == '"yes,no"'
    assert found[headings["path measure"]] == "Measures!$A$2:$A$2000"
    assert any(
        "Words!" in str(v.formula1) for v in made["Judgements"].data_validations.dataValidation
    )
    assert any(
        "Initiatives!" in str(v.formula1) for v in made["Tripwires"].data_validations.dataValidation
    )


def test_the_worked_rows_are_held_and_said(register: Path) -> None:
    read = load.read_programme(register)
    assert [f.field for f in read.faults] == ["programme", "as_of"]
    assert any("Initiatives!A2: the worked example" in line for line in read.receipt.lines())


def test_a_filled_register_is_a_programme(register: Path, tmp_path: Path) -> None:
    made = openpyxl.load_workbook(register)
    rows = {str(row[0].value).rstrip(" *"): row[1] for row in made["Programme"].iter_rows()}
    rows["programme"].value, rows["as of"].value = "Ours", dt.datetime(2026, 9, 30)
    page = made["Initiatives"]
    headings = {str(c.value).rstrip(" *"): c.column or 0 for c in page[1]}
    filled: dict[str, Any] = {
        "id": "hub",
        "title": "Hub",
        "stage": "Delivery",
        "statutory": "no",
        "spend monthly low": "£5k",
        "spend monthly likely": "7k",
        "spend monthly high": 9000,
        "needs": "analysts: 2",
    }
    for heading, value in filled.items():
        page.cell(3, headings[heading], value)
    made.save(tmp_path / "r.xlsx")
    read = load.load_programme(tmp_path / "r.xlsx")
    hub = read.initiatives[0]
    assert (hub.stage, hub.statutory, hub.needs) == ("delivery", False, {"analysts": 2})
    assert hub.spend is not None
    assert hub.spend.monthly is not None
    assert (hub.spend.monthly.low, hub.spend.monthly.high) == (5000, 9000)


# --- tolerant reading -----------------------------------------------------------------------------


def test_oddities_are_read(tmp_path: Path) -> None:
    path = book(
        tmp_path / "r.xlsx",
        Initiatives=[
            ["Our register", None, None],
            [],
            [
                "Colour of folder",
                "TITLE",
                "id",
                "Started",
                "reach_low",
                "reach likely",
                "reach high",
                "Declared",
                "impact likely",
                "Overlaps",
            ],
            ["red", " Alpha ", "a", "01/04/2026", 1, 2, 3, "Amber Red", "£1.2m", "b: 0.4"],
            [None, None, None],
            ["blue", "Beta", "b", "TBC", "n/a", "-", None, "TBC", None, None],
            ["", "no id", None],
        ],
        Judgements=[
            ["initiative", "fact", "level", "by"],
            ["a", "support.sponsor", "weak", "X"],
            ["a", "support.sponsor", "strong", "Y"],
            ["a", "delivery.review_gap", "3", None],
        ],
        Dependencies=[["initiative", "depends on", "kind"], ["a", "b", "requires"]],
        Adoption=[["initiative", "teams", "staff"], ["a", "22; 14", 320.0]],
        Notes=[["x"]],
    )
    read = load.read_programme(path)
    assert read.faults == ()
    assert read.programme is not None
    alpha, beta = read.programme.initiatives
    assert (alpha.title, alpha.started, alpha.declared) == (
        "Alpha",
        dt.date(2026, 4, 1),
        "amber-red",
    )
    assert alpha.impact is not None
    assert (alpha.impact.likely, alpha.overlaps) == (1.2e6, {"b": 0.4})
    assert (beta.started, beta.reach, beta.declared) == (None, None, None)
    assert {j.level for j in alpha.judgements["support.sponsor"]} == {"weak", "strong"}
    assert alpha.judgements["delivery.review_gap"][0].level == 3
    assert (alpha.depends_on[0].initiative, alpha.depends_on[0].kind) == ("b", "requires")
    assert alpha.adoption is not None
    assert (alpha.adoption.teams, alpha.adoption.staff) == ((22, 14), 320)
    lines = "\n".join(read.receipt.lines())
    assert "Initiatives: 3 rows read, 2 used, 1 held" in lines
    assert "Initiatives!C7: no id" in lines
    assert "columns not understood: Colour of folder" in lines
    assert "sheet `Notes` not understood" in lines


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        (
            {"Initiatives": [["id", "title", "started"], ["a", "A", "soon"]]},
            "r.xlsx Initiatives!C2: started: `soon`; expected a date",
        ),
        (
            {"Initiatives": [["id", "title", "reach likely"], ["a", "A", "many"]]},
            "Initiatives!C2: reach likely: `many`; expected a number",
        ),
        (
            {"Initiatives": [["id", "title", "reach low", "reach high"], ["a", "A", 1, 2]]},
            "two points, and no likely",
        ),
        (
            {
                "Initiatives": [
                    ["id", "title", "reach low", "reach likely", "reach high"],
                    ["a", "A", 3, 2, 1],
                ]
            },
            "P10 ≤ P50 ≤ P90",
        ),
        (
            {"Initiatives": [["id", "title", "stage"], ["a", "A", "deliverry"]]},
            "Initiatives!C2: initiatives[a].stage: `deliverry`",
        ),
        (
            {"Initiatives": [["id", "title", "statutory"], ["a", "A", "perhaps"]]},
            "expected yes or no",
        ),
        (
            {"Initiatives": [["id", "title", "started"], ["a", "A", "#REF!"]]},
            "not an error of Excel",
        ),
        ({"Initiatives": [["id", "title", "needs"], ["a", "A", "analysts"]]}, "a small map"),
        (
            {
                "Initiatives": [["id", "title"], ["a", "A"]],
                "Adoption": [["initiative", "staff"], ["a", 2.5]],
            },
            "a whole number",
        ),
        ({"Initiatives": [["name", "title"], ["a", "A"]]}, "no row of headings"),
        (
            {
                "Tripwires": [["initiative", "by"], ["zz", "01/01/2027"]],
                "Initiatives": [["id", "title"], ["z", "Z"]],
            },
            "unknown initiative `zz`; expected an id from the sheet Initiatives. Did you mean `z`?",
        ),
        ({"Programme": [["Programm", "P"]]}, "programme: nothing"),
    ],
)
def test_wrong_values_are_faults_with_their_cell(
    tmp_path: Path, sheets: dict[str, Any], message: str
) -> None:
    assert message in "\n".join(faults(book(tmp_path / "r.xlsx", **sheets)))


def test_formulas_give_their_cached_values(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    made = xlsxwriter.Workbook(str(path))
    page = made.add_worksheet("Programme")
    page.write_row(0, 0, ["programme", "P"])
    page.write_row(1, 0, ["as of", "2026-09-30"])
    page = made.add_worksheet("Initiatives")
    page.write_row(0, 0, ["id", "title", "reach likely", "relative income"])
    page.write_row(1, 0, ["a", "A"])
    page.write_formula(1, 2, "=1+2", None, 3)
    made.close()
    assert load.load_programme(path).initiatives[0].reach is not None
    bare = openpyxl.load_workbook(path)
    bare["Initiatives"]["D2"] = "=1/2"
    bare.save(path)  # openpyxl keeps formulas, not their values
    read = load.read_programme(path)
    assert read.programme is not None
    assert read.programme.initiatives[0].reach is None
    assert [n for n in read.receipt.notes if "a formula without a value is unknown" in n] == [
        "f.xlsx Initiatives!C2: a formula without a value is unknown",
        "f.xlsx Initiatives!D2: a formula without a value is unknown",
    ]


def test_limits_by_year_and_quarter(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        *HEAD,
        ["limits budget", "2026-27: 5; 2027-28: 6"],
        ["limits capacity", "analysts 2026-Q4: 6; managers: 2"],
        ["limits few reach below", 250],
        ["limits few impact above", 1000],
        ["what is this", 1],
    ]
    read = load.read_programme(book(tmp_path / "r.xlsx", Programme=rows))
    assert read.programme is not None
    limits = read.programme.limits
    assert limits is not None
    assert limits.budget == {"2026-27": 5, "2027-28": 6}
    assert limits.capacity == {"analysts": {"2026-Q4": 6}, "managers": 2}
    assert "rows not understood: what is this" in "\n".join(read.receipt.lines())


def test_features_of_areas(tmp_path: Path) -> None:
    read = load.load_programme(
        book(
            tmp_path / "r.xlsx",
            Areas=[
                ["area", "name", "pop density", "note"],
                ["E1", "One", 12.5, "x"],
                ["E2", "Two", None, None],
            ],
        )
    )
    assert [a.features for a in read.areas] == [{"pop density": 12.5}, {}]


def test_northfield_reads_the_same_from_excel() -> None:
    read = load.read_programme(NORTHFIELD / "northfield.xlsx")
    assert read.faults == ()
    assert "Observations: 531 rows read, 531 used, 0 held" in "\n".join(read.receipt.lines())


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("no zip", encoding="utf-8")
    with pytest.raises(InputError, match="no workbook"):
        read_workbook(path)


def test_a_percentage_is_the_number_shown_and_a_share_stays_a_share(tmp_path: Path) -> None:
    from openpyxl import Workbook, load_workbook

    made = Workbook()
    main = made.create_sheet("Programme", 0)
    main.append(["programme", "P"])
    main.append(["as of", "2026-09-30"])
    measures = made.create_sheet("Measures")
    measures.append(["id", "target"])
    measures.append(["m", 0.7])
    measures["B2"].number_format = "0.0%"
    adoption = made.create_sheet("Initiatives")
    adoption.append(["id", "title", "relative income"])
    adoption.append(["a", "A", None])
    spread = made.create_sheet("Adoption")
    spread.append(["initiative", "needed", "mixing"])
    spread.append(["a", 0.6, "25%"])
    spread["B2"].number_format = "0%"
    path = tmp_path / "r.xlsx"
    made.save(path)
    assert load_workbook(path)["Measures"]["B2"].value == 0.7
    read = load.load_programme(path)
    assert read.measures[0].target == 70
    found = read.initiatives[0].adoption
    assert found is not None
    assert (found.needed, found.mixing) == (0.6, 0.25)


def test_control_characters_come_back_from_a_workbook(tmp_path: Path) -> None:
    from changeadvisor.io.workbook_write import write_workbook

    (tmp_path / "p.json").write_text(
        '{"format": "changeadvisor/1", "programme": "a\\rb _x0041_", "as_of": "2026-09-30"}',
        encoding="utf-8",
    )
    made = load.load_programme(tmp_path / "p.json")
    write_workbook(made, tmp_path / "p.xlsx")
    assert load.load_programme(tmp_path / "p.xlsx").programme == made.programme
