"""The library: one road with the command line, results that can be shown, tabled, kept and sent."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import changeadvisor
from changeadvisor import Advice, InputError, Programme
from changeadvisor.advice import to_json
from scripts import make_notebook
from tests import typed_user
from tests.helpers import MINIMAL, ROOT, programme

# --- the functions --------------------------------------------------------------------------------


def test_load_takes_text_and_paths() -> None:
    assert changeadvisor.load(str(MINIMAL)) == changeadvisor.load(MINIMAL)
    with pytest.raises(InputError, match="no such file or folder"):
        changeadvisor.load("nowhere")


def test_advise_gives_what_the_command_line_prints(northfield_advice: Advice) -> None:
    golden = (ROOT / "tests" / "golden" / "northfield.json").read_text(encoding="utf-8")
    assert to_json(northfield_advice) == golden


def test_judge_gives_the_same_as_advise(northfield: Programme, northfield_advice: Advice) -> None:
    for item in northfield_advice.initiatives:
        assert changeadvisor.judge(northfield, item.id, flips=True) == replace(item, proposal=None)


def test_judge_can_be_asked_one_question(northfield: Programme, northfield_advice: Advice) -> None:
    whole = northfield_advice.initiative("waste-rounds")
    assert whole is not None
    item = changeadvisor.judge(northfield, "waste-rounds", questions=["route"])
    assert item.action is None
    assert item.route is not None
    assert whole.route == replace(item.route, flips=whole.route.flips if whole.route else ())


def test_rules_of_ones_own(northfield: Programme, tmp_path: Path) -> None:
    assert changeadvisor.load_rulebook() is changeadvisor.load_rulebook()
    text = (ROOT / "rules" / "persist-or-adjust.yaml").read_text(encoding="utf-8")
    (tmp_path / "persist-or-adjust.yaml").write_text(text, encoding="utf-8")
    rulebook = changeadvisor.load_rulebook(tmp_path)
    assert rulebook is not changeadvisor.load_rulebook()
    mine = changeadvisor.judge(northfield, "waste-rounds", rulebook=rulebook)
    assert mine.action == changeadvisor.judge(northfield, "waste-rounds").action
    with pytest.raises(InputError, match="no such folder"):
        changeadvisor.load_rulebook(tmp_path / "nowhere")


def test_locks_set_a_course() -> None:
    small = changeadvisor.load(MINIMAL)
    id = small.initiatives[0].id
    locked = changeadvisor.advise(small, locks={id: "stop"}, flips=False)
    assert locked.initiative(id) is not None


@pytest.mark.parametrize(
    "settings",
    [
        ["appraisal.discount_rate=0.05", "review_months=6", "as_of=2026-12-31"],
        {
            "appraisal.discount_rate": 0.05,
            "review_months": 6,
            "as_of": dt.date(2026, 12, 31),
        },
        {
            "appraisal": {"discount_rate": 0.05},
            "review_months": "6",
            "as_of": "2026-12-31",
        },
    ],
)
def test_what_if_takes_texts_and_maps(settings: Any) -> None:
    small = changeadvisor.load(MINIMAL)
    difference = changeadvisor.what_if(small, settings)
    changed = {f.field: f.after for cause in difference.causes for f in cause.changes}
    assert changed["review_months"] == 6
    assert changed["as_of"] == "2026-12-31"
    assert len(difference.causes) == 3


def test_what_if_takes_lists_booleans_and_nothing() -> None:
    small = changeadvisor.load(MINIMAL)
    id = small.initiatives[0].id
    values: dict[str, object] = {
        f"{id}.reach": [200, 300, 400],
        f"{id}.statutory": True,
        f"{id}.title": 'A "new" title, of £1: {all}',
        "review_months": None,
    }
    difference = changeadvisor.what_if(small, values)
    changed = {c.name: c.changes[0].after for c in difference.causes}
    assert changed[f"{id}.title"] == 'A "new" title, of £1: {all}'
    assert changed.get("review_months") is None
    assert changeadvisor.what_if(small, "review_months=7").causes[0].name == "review_months"
    with pytest.raises(TypeError, match="a setting cannot hold set"):
        changeadvisor.what_if(small, {"review_months": {1}})


def test_compare_takes_folders_of_rules(tmp_path: Path) -> None:
    small = changeadvisor.load(MINIMAL)
    text = (ROOT / "rules" / "persist-or-adjust.yaml").read_text(encoding="utf-8")
    (tmp_path / "persist-or-adjust.yaml").write_text(text, encoding="utf-8")
    assert changeadvisor.compare(small, small).empty
    assert changeadvisor.compare(small, small, rules_after=tmp_path).empty


REFUSED: list[tuple[Callable[[Programme], object], str]] = [
    (lambda p: changeadvisor.advise(p, parts=["actions"]), "Did you mean `action`"),  # type: ignore[list-item]
    (lambda p: changeadvisor.advise(p, parts="action"), "a list, such as"),  # type: ignore[arg-type]
    (lambda p: changeadvisor.advise(p, locks={"nobody": "stop"}), "locks: `nobody`"),
    (lambda p: changeadvisor.advise(p, locks={p.initiatives[0].id: "end"}), "locks: `end`"),
    (lambda p: changeadvisor.judge(p, "nobody"), "initiative_id: `nobody`; expected one of"),
    (lambda p: changeadvisor.judge(p, p.initiatives[0].id, questions=["why"]), "questions"),  # type: ignore[list-item]
    (lambda p: changeadvisor.judge(programme(), "a"), "which has none"),
    (lambda p: changeadvisor.what_if(p, {"limits.budget": "plenty"}), "plenty"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_what_cannot_be_used_is_an_input_error(
    call: Callable[[Programme], object], message: str
) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        call(changeadvisor.load(MINIMAL))


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    changeadvisor.advise(
        changeadvisor.load(MINIMAL), on_progress=lambda *at: told.append(at), flips=False
    )
    assert told == [(1, 2), (2, 2)]


# --- results --------------------------------------------------------------------------------------


def test_repr_is_a_few_lines(northfield: Programme, northfield_advice: Advice) -> None:
    difference = changeadvisor.what_if(changeadvisor.load(MINIMAL), ["review_months=6"])
    item = northfield_advice.initiatives[0]
    for result in (northfield, northfield_advice, item, item.action, item.route, difference):
        assert len(repr(result)) < 700
        assert len(repr(result).splitlines()) <= 8
    assert "action: 6 persist" in repr(northfield_advice)
    assert item.id in repr(item)
    assert repr(item.route).startswith("<Route: top-down-or-bottom-up")
    assert str(northfield) == repr(northfield)


def test_repr_without_answers() -> None:
    small = changeadvisor.load(MINIMAL)
    only = changeadvisor.advise(small, parts=["measures"])
    assert "action" not in repr(only)
    assert "measures: 0" in repr(only)
    assert repr(only.initiatives[0]).count("\n") == 0
    closed = programme(initiatives=[{"id": "a", "title": "A", "stage": "closed"}])
    assert "action: closed" in repr(changeadvisor.judge(closed, "a"))
    assert "1 closed" in repr(changeadvisor.advise(closed))


def test_a_name_cannot_move_the_terminal_or_break_the_table() -> None:
    evil = programme(initiatives=[{"id": "a", "title": "<script>\x1b[2J & co", "stage": "idea"}])
    advice = changeadvisor.advise(evil, parts=["action"])
    assert "\x1b" not in repr(advice) + repr(advice.initiatives[0])
    html = advice._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "\x1b" not in html


def test_the_table_of_a_notebook(northfield_advice: Advice) -> None:
    html = northfield_advice._repr_html_()
    assert html.count("<tr>") == len(northfield_advice.initiatives) + 1
    assert "Adjust strategy" in html
    assert "Top-down" in html
    assert "http" not in html
    assert "src=" not in html


def test_rows_are_plain_and_even(northfield_advice: Advice) -> None:
    """Each row has the same columns, each column one type of scalar beside None."""
    tables: list[Sequence[Mapping[str, Any]]] = [
        northfield_advice.rows(),
        northfield_advice.measure_rows(),
        northfield_advice.reason_rows(),
    ]
    for rows in tables:
        assert rows
        for row in rows:
            assert type(row) is dict
            assert list(row) == list(rows[0])
        for column in rows[0]:
            types = {type(row[column]) for row in rows} - {type(None)}
            assert len(types) <= 1, column
            assert types <= {str, int, float, bool, dt.date}, column


def test_every_column_is_documented() -> None:
    from changeadvisor.advice import rows

    source = Path(rows.__file__).read_text(encoding="utf-8")
    for kind in (rows.InitiativeRow, rows.MeasureRow, rows.ReasonRow):
        for column in kind.__annotations__:
            assert re.search(rf'^    {column}: [^\n]+\n    """', source, re.M), column


def test_rows_say_what_the_advice_says(northfield_advice: Advice) -> None:
    rows = {row["id"]: row for row in northfield_advice.rows()}
    assert list(rows) == [item.id for item in northfield_advice.initiatives]
    needed = {d.initiative for d in northfield_advice.decisions_needed}
    assert {id for id, row in rows.items() if row["decision"]} == needed
    portfolio = northfield_advice.portfolio
    assert portfolio is not None
    runs = {pick.id for pick in portfolio.chosen or ()}
    assert {id for id, row in rows.items() if row["in_set"]} == runs
    for item in northfield_advice.initiatives:
        row = rows[item.id]
        assert row["action"] == (item.action and item.action.answer)
        priced = (item.outlook.value or {}).get(row["action"] or "")
        assert row["worth"] == (priced and priced.mean)
    fired = sum(
        len(r.reasons) + len(r.rejected)
        for item in northfield_advice.initiatives
        for r in (item.action, item.route)
        if r is not None
    )
    assert len(northfield_advice.reason_rows()) == fired
    assert [row["id"] for row in northfield_advice.measure_rows()] == [
        m.id for m in northfield_advice.measures or ()
    ]


def test_rows_of_parts_that_were_not_asked_for() -> None:
    only = changeadvisor.advise(changeadvisor.load(MINIMAL), parts=["action"], flips=False)
    assert only.measure_rows() == []
    assert {row["question"] for row in only.reason_rows()} == {"action"}
    assert all(row["route"] is None and row["in_set"] is None for row in only.rows())


def copies() -> list[Callable[[Any], Any]]:
    return [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]


@pytest.mark.parametrize("again", copies(), ids=["copy", "deepcopy", "pickle"])
def test_results_can_be_copied_and_pickled(
    northfield: Programme, northfield_advice: Advice, again: Callable[[Any], Any]
) -> None:
    made = again(northfield_advice)
    assert made == northfield_advice
    assert to_json(made) == to_json(northfield_advice)
    assert made.rows() == northfield_advice.rows()
    item = northfield_advice.initiatives[0]
    assert item.action is not None
    assert again(item) == item
    assert again(item.action) == item.action
    assert again(item.action).workings == item.action.workings
    assert again(northfield) == northfield
    difference = changeadvisor.what_if(changeadvisor.load(MINIMAL), ["review_months=6"])
    assert again(difference) == difference


# --- the documents --------------------------------------------------------------------------------


def test_the_page_and_the_notebook_are_run_and_fresh() -> None:
    for path, text in make_notebook.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make golden`"


def test_the_notebook_is_one() -> None:
    """What nbformat 4.5 asks for."""
    book = json.loads(make_notebook.NOTEBOOK.read_text(encoding="utf-8"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", id) for id in ids)
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"stream", "execute_result"}
    shown = [output["data"] for output in outputs if "data" in output]
    assert any("<table>" in "".join(data.get("text/html", [])) for data in shown)
    for cell in book["cells"]:
        keys = {"cell_type", "id", "metadata", "source"}
        more = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == keys | more


def test_the_example_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = re.search(
        r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S
    )
    assert example is not None
    assert len([line for line in example[1].splitlines() if line]) == 5
    monkeypatch.chdir(ROOT)
    exec(example[1], {})
    assert "waste-rounds persist top-down" in capsys.readouterr().out


def test_the_small_program_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    typed_user.main()
    assert changeadvisor.__version__ in capsys.readouterr().out
