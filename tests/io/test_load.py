"""Programmes from folders, files and workbooks; packs, frameworks, schemas; tables asked of a pack."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from changeadvisor.cli import schemas
from changeadvisor.errors import InputError
from changeadvisor.io import fact_tables, load, rules, save
from changeadvisor.model import Programme, canonical_json
from tests.helpers import NORTHFIELD, ROOT, programme
from tests.strategies import programmes

HEAD = "format: changeadvisor/1\nprogramme: P\nas_of: 2026-09-30\n"


def folder(path: Path, main: str, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    (path / "programme.yaml").write_text(main, encoding="utf-8")
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def test_a_folder_a_file_and_json_load_to_equal_objects(tmp_path: Path) -> None:
    read = load.load_programme(NORTHFIELD)
    inline = tmp_path / "one.json"
    inline.write_text(
        json.dumps(read.model_dump(mode="json", exclude_defaults=True)), encoding="utf-8"
    )
    assert load.load_programme(str(inline)) == read
    save.write_folder(read, tmp_path / "again")
    shutil.copy(NORTHFIELD / "ties.csv", tmp_path / "again")
    assert load.load_programme(tmp_path / "again") == read
    shutil.copy(NORTHFIELD / "ties.csv", tmp_path)
    as_yaml = tmp_path / "one.yaml"
    as_yaml.write_text(inline.read_text(encoding="utf-8"), encoding="utf-8")
    assert load.load_programme(as_yaml) == read


@pytest.fixture(autouse=True)
def _ties(tmp_path: Path) -> None:
    shutil.copy(NORTHFIELD / "ties.csv", tmp_path)


def test_readings_are_put_under_their_measures(tmp_path: Path) -> None:
    main = HEAD + "measures:\n  - {id: m, own_area: E1}\n"
    observed = 'Note,measure,value,period,denominator\nx,m,TBC,01/02/2026,\ny,m,"1,200",01/01/2026,30\n,,,,\n'
    compared = "measure,area,period,value\nm,E2,2026-01-01,£1.5k\n"
    areas = 'area,name,population,note\nE2,Two,"12,000",x\n,Three,1,y\n'
    reading = load.read_programme(
        folder(tmp_path / "p", main, observations=observed, comparators=compared, areas=areas)
    )
    assert reading.faults == ()
    assert reading.programme is not None
    measure = reading.programme.measures[0]
    assert [(o.period, o.value, o.denominator) for o in measure.observations] == [
        (dt.date(2026, 1, 1), 1200, 30)
    ]
    assert measure.comparators[0].value == 1500
    assert reading.programme.areas[0].features == {"population": 12000}
    lines = "\n".join(reading.receipt.lines())
    assert "observations.csv: 2 rows read, 1 used, 1 held" in lines
    assert "held: observations.csv:2: no value" in lines
    assert "columns not understood: Note" in lines
    assert "areas.csv: 2 rows read, 1 used, 1 held" in lines
    assert "columns not understood: note" in lines


def test_encodings_and_line_ends_are_read_and_said(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", HEAD + "measures: [{id: m, title: Café}]\n")
    (path / "programme.yaml").write_bytes(
        (HEAD + "measures: [{id: m, title: Café}]\n").replace("\n", "\r\n").encode("cp1252")
    )
    (path / "observations.csv").write_bytes(
        "measure,period,value\r\nm,2026-01-01,1\r\n".encode("utf-16")
    )
    reading = load.read_programme(path)
    assert reading.faults == ()
    assert [n.split(": ")[0] for n in reading.receipt.notes] == [
        "programme.yaml",
        "observations.csv",
    ]


def test_a_symbolic_link_may_not_leave_the_folder(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", HEAD + "measures: [{id: m}]\n")
    outside = tmp_path / "outside.csv"
    outside.write_text("measure,period,value\n", encoding="utf-8")
    (path / "observations.csv").symlink_to(outside)
    with pytest.raises(InputError, match="leaves the folder"):
        load.load_programme(path)


def test_notices_are_no_faults(tmp_path: Path) -> None:
    main = (
        HEAD
        + "limits: {capacity: {analysts: 3}}\nareas: [{area: E1}]\nmeasures: [{id: m, comparators: [{area: E9, period: 2026-01-01, value: 1}]}]\n"
        + "initiatives: [{id: a, title: A, reach: [0, 1, 1000], needs: {engineers: 2}}]\n"
    )
    reading = load.read_programme(folder(tmp_path / "p", main))
    assert reading.programme is not None
    assert len(reading.notices) == 3
    assert reading.notices[0].startswith("initiatives[a].reach: no metalog")


def test_faults_of_form_and_of_sense_come_together_in_order(tmp_path: Path) -> None:
    main = (
        HEAD
        + "initiatives:\n  - {id: a, title: A, reference_class: x}\n  - {id: b, title: 3, depends_on: [{initiative: c, kind: requires}]}\n"
    )
    reading = load.read_programme(folder(tmp_path / "p", main))
    assert reading.programme is None
    assert [f.where.rpartition(":")[2] for f in reading.faults] == ["5", "6", "6"]


@pytest.mark.parametrize("name", ["nothing", "nothing.yaml", "nothing.xlsx"])
def test_what_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        load.load_programme(tmp_path / name)


def test_odd_data_does_not_break_the_checks_of_sense(tmp_path: Path) -> None:
    main = (
        "format: changeadvisor/1\nprogramme: P\nas_of: 2026-09-30\n"
        "measures: [3, {id: [x]}, {id: m, observations: 3, aims: x, moves: [m, z]}]\n"
        "initiatives: [4, {id: a, title: A, path: 3, overlaps: [a], tripwires: [3], options: [3, {action: [x]}], depends_on: [3, {initiative: [x]}], judgements: [1], adoption: 3},"
        " {id: b, title: B, judgements: {support.sponsor: [weak, [x], {level: {a: 1}}]}}]\n"
    )
    path = folder(tmp_path / "p", main, observations="measure,period,value\nm,2026-01-01,1\n")
    reading = load.read_programme(path)
    assert reading.programme is None
    assert any("unknown measure `z`" in str(f) for f in reading.faults)


# --- writing --------------------------------------------------------------------------------------


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(programmes())
def test_a_folder_written_reads_back_equal(tmp_path: Path, made: Programme) -> None:
    save.write_folder(made, tmp_path / "out", force=True)
    assert load.load_programme(tmp_path / "out") == made


def test_a_folder_that_is_not_free_is_kept(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="already there"):
        save.write_folder(programme(), taken)
    assert [p.name for p in taken.iterdir()] == ["mine.txt"]
    save.write_folder(programme(), taken, force=True)
    assert sorted(p.name for p in taken.iterdir()) == [
        "mine.txt",
        "programme.yaml",
    ]  # what is not ours is kept


def no_space(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "broken_off",
    [(YAML, "dump", no_space), (Path, "write_text", no_space)],
    ids=["the programme", "a table after it"],
)
def test_a_folder_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_off: tuple[type, str, Any]
) -> None:
    made = programme(areas=[{"area": "E1", "name": "One"}])
    monkeypatch.setattr(*broken_off)
    with pytest.raises(OSError, match="space"):
        save.write_folder(made, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["ties.csv"]


def test_typed_text_is_no_formula_in_csv(tmp_path: Path) -> None:
    made = programme(areas=[{"area": "=1+1", "name": "@x"}])
    save.write_folder(made, tmp_path / "out")
    assert "'=1+1,'@x" in (tmp_path / "out" / "areas.csv").read_text(encoding="utf-8")
    assert load.load_programme(tmp_path / "out") == made


def test_canonical_json_does_not_depend_on_order() -> None:
    one = programme(initiatives=[{"id": "a", "title": "A", "reach": 3}, {"id": "b", "title": "B"}])
    two = programme(
        initiatives=[{"title": "B", "id": "b"}, {"reach": 3.0, "id": "a", "title": "A"}]
    )
    assert canonical_json(one) == canonical_json(two)
    assert '"reach":3' in canonical_json(one)


# --- packs, frameworks, schemas -------------------------------------------------------------------


def test_packs_and_frameworks_load_by_name_and_by_file() -> None:
    assert (
        rules.load_pack("persist-or-adjust").digest
        == rules.load_pack(ROOT / "rules" / "persist-or-adjust.yaml").digest
    )
    assert [f.name for f in rules.frameworks()] == [
        "beer-nohria",
        "dice",
        "nhs-sustainability",
        "stouten",
    ]
    assert {"score.dice", "score.dice.total"} <= set(rules.vocabulary())
    assert rules.load_rulebook().action.name == "persist-or-adjust"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("persist-or-adjst", "Did you mean `persist-or-adjust`?"),
        ("zzz", "one of best-value, blend-order, dunphy-stace, evidenced-rating"),
        ("zzz.yaml", "no such file"),
    ],
)
def test_a_pack_that_is_not_there(name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        rules.load_pack(name)
    assert message in str(caught.value)


def test_a_pack_with_a_key_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("pack: p\npack: q\n", encoding="utf-8")
    with pytest.raises(InputError, match="`pack` again"):
        rules.load_pack(path)


def test_inline_tests_of_packs_and_frameworks() -> None:
    assert all(r.passed for r in rules.run_inline_tests("dice"))
    assert all(
        r.passed
        for r in rules.run_inline_tests(ROOT / "rules" / "frameworks" / "nhs-sustainability.yaml")
    )
    assert len(list(rules.run_inline_tests("evidenced-rating"))) > 10


@pytest.mark.parametrize("name", ["programme", "advice", "difference", "pack", "framework"])
def test_schemas_are_2020_12(name: str) -> None:
    found = schemas.schema(name)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"] == f"urn:changeadvisor:{name}:1"
    assert found["properties"]
    for record in (found, *found["$defs"].values()):
        for key, value in record.get("properties", {}).items():
            assert value.get("description"), f"{record['title']}: {key} is not described"


def test_the_advice_schema_names_the_keys_of_the_format() -> None:
    found = schemas.schema("advice")
    assert {
        "format",
        "engine",
        "programme",
        "as_of",
        "input_digest",
        "seed",
        "decisions_needed",
        "initiatives",
        "portfolio",
        "measures",
        "audit",
    } <= set(found["properties"])
    assert {"rule", "for", "decibans", "counted", "evidence", "because", "source"} <= set(
        found["$defs"]["Reason"]["properties"]
    )
    assert {"to", "change", "fact", "from", "at"} <= set(found["$defs"]["Flip"]["properties"])


def test_an_unknown_schema() -> None:
    with pytest.raises(InputError, match="Did you mean `programme`"):
        schemas.schema("program")


# --- asking ---------------------------------------------------------------------------------------

TABLE: dict[str, Any] = {
    "pack": "t",
    "version": "1",
    "question": "q",
    "answers": ["go", "stop"],
    "combine": "weigh",
    "parameters": {"tie": {"value": 1}},
    "facts": {"mood": {"levels": ["good", "n/a"]}, "months": {"unit": "months"}, "legal": {}},
    "rules": [
        {"id": "A", "when": "mood is good", "then": "go", "weight": 4},
        {"id": "B", "when": {"any": ["months > 6", "legal is true"]}, "then": "stop", "weight": 2},
    ],
}


@pytest.fixture
def pack_file(tmp_path: Path) -> Path:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(TABLE), encoding="utf-8")
    return path


def test_asking_adds_the_columns_of_the_format(tmp_path: Path, pack_file: Path) -> None:
    facts = tmp_path / "f.csv"
    facts.write_text(
        "id,mood,months,legal,mod\n=x,good,9,TBC,1\nb,n/a,,yes\nc,,,,\n", encoding="utf-8"
    )
    answered = fact_tables.ask(rules.load_pack(pack_file), facts)
    assert answered.text.splitlines() == [
        "id,mood,months,legal,mod,answer,support_go,support_stop,margin,fired",
        "'=x,good,9,TBC,1,go,4,2,2,A B",
        "b,n/a,,yes,,stop,0,2,2,B",
        "c,,,,,,0,0,0,",
    ]
    assert (
        "column `mod` is no fact of this pack and is passed through; did you mean `mood`?"
        in answered.notes[1]
    )


def test_asking_lists_every_cell_that_cannot_be_read(tmp_path: Path, pack_file: Path) -> None:
    facts = tmp_path / "f.csv"
    facts.write_text("mood,months,legal\ngod,9,no\ngood,nine,perhaps\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        fact_tables.ask(rules.load_pack(pack_file), facts)
    assert [f.where for f in caught.value.faults] == ["f.csv:2", "f.csv:3", "f.csv:3"]
    assert "did you mean `good`?" in caught.value.faults[0].mend


def test_a_decision_table_of_a_hundred_rows_reproduces_every_row(tmp_path: Path) -> None:
    """Any decision table is a pack: 100 combinations over 4 facts, the outcome columns compared row by row."""
    levels = {
        "a": ["x", "y"],
        "b": ["p", "q"],
        "c": ["k", "l", "m", "n", "o"],
        "d": ["s", "t", "u", "v", "w"],
    }
    import itertools

    rows = list(itertools.product(*levels.values()))
    answers = ["track", "attend", "act"]
    outcome = {
        row: answers[min(2, sum(levels[f].index(v) for f, v in zip(levels, row, strict=True)) // 4)]
        for row in rows
    }
    table = {
        **{k: TABLE[k] for k in ("pack", "version", "question")},
        "answers": answers,
        "combine": "unique",
        "facts": {f: {"levels": v} for f, v in levels.items()},
        "rules": [
            {
                "id": f"R{i:03}",
                "when": {"all": [f"{f} is {v}" for f, v in zip(levels, row, strict=True)]},
                "then": outcome[row],
            }
            for i, row in enumerate(rows)
        ],
    }
    path, facts = tmp_path / "table.json", tmp_path / "f.csv"
    path.write_text(json.dumps(table), encoding="utf-8")
    facts.write_text(
        "\n".join([",".join(levels), *(",".join(r) for r in rows)]) + "\n", encoding="utf-8"
    )
    lines = fact_tables.ask(rules.load_pack(path), facts).text.splitlines()[1:]
    assert len(lines) == 100
    assert [line.split(",")[4] for line in lines] == [outcome[r] for r in rows]


# --- what is given, told apart --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["programme.yaml", "programme.yml", "programme.json"])
def test_a_file_called_programme_stands_for_its_folder(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(
        tmp_path / "p",
        HEAD + "measures: [{id: m}]\n",
        observations="measure,period,value\nm,2026-01-01,3\n",
    )
    text = '{"format": "changeadvisor/1", "programme": "P", "as_of": "2026-09-30", "measures": [{"id": "m"}]}'
    (path / "programme.yaml").rename(path / "other.yaml")
    (path / name).write_text(text, encoding="utf-8")
    read = load.load_programme(path)
    assert [o.value for o in read.measures[0].observations] == [3]
    monkeypatch.chdir(path)
    assert load.load_programme(name) == read
    assert load.load_programme("other.yaml").measures[0].observations == ()


def test_files_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", HEAD, observation="measure,period,value\n", staff="a\n")
    (path / "programme.json").write_text("{}", encoding="utf-8")
    assert load.read_programme(path).receipt.notes == (
        "programme.json: not read, since programme.yaml is",
        "observation.csv: not read; did you mean observations.csv?",
    )


def _one(**initiative: Any) -> dict[str, Any]:
    return {"initiatives": [{"id": "a", "title": "A", **initiative}]}


def _needs(*names: str) -> dict[str, Any]:
    return {"depends_on": [{"initiative": n, "kind": "requires"} for n in names]}


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (_one(started="2026-01-01", ends="2025-01-01", lasts_until="2024-01-01"), [
            "initiatives[a].ends: `2025-01-01`, before `started` 2026-01-01; expected `ends` on or after `started`",
            "initiatives[a].lasts_until: `2024-01-01`, before `ends` 2025-01-01; expected `lasts_until` on or after `ends`"]),
        (_one(started="2026-01-01", ends="2025-01-01", reach=-1), [
            "initiatives[a].ends: `2025-01-01`, before `started` 2026-01-01; expected `ends` on or after `started`",
            "initiatives[a].reach: `-1`; expected an amount not below 0"]),
        ({"areas": [{"area": "E", "starts": "2026-01-01", "ends": "2025-01-01"}]}, [
            "areas[1].ends: `2025-01-01`, before `starts` 2026-01-01; expected `ends` on or after `starts`"]),
        ({"reference_classes": [{"id": "c", "full": 0.5, "partial": 0.1, "none": 0.1}]}, [
            "reference_classes[c]: 0.5 + 0.1 + 0.1 = 0.7; expected `full`, `partial` and `none` to add up to 1"]),
        (_one(options=[{"action": "adjust-strategy", "full": 0.9, "none": 0.2}]), [
            "initiatives[a].options[1]: 0.9 + 0.2 = 1.1; expected `full`, `partial` and `none` to add up to 1"]),
        ({"measures": [{"id": "m"}], **_one(tripwires=[{"by": "2027-01-01", "measure": "m", "below": 1, "above": 2, "then": "stop"}])}, [
            "initiatives[a].tripwires[1].above: `below` 1 and `above` 2; expected either `below` or `above`, and one of them only"]),
        ({"as_of": "1026-09-30"}, ["as_of: `1026-09-30`; expected a date between 1990 and 2100"]),
        ({"aims": [{"id": "x"}, {"id": "x"}]}, ["aims[x].id: `x` again (first in x.json:1); expected an id used once"]),
        ({"areas": [{"area": "E"}, {"area": "E"}]}, [
            "areas[2].area: `E` again (first in x.json:1); expected an id used once"]),
        ({"measures": [{"id": "m", "moves": ["mm"], "aims": ["x"]}]}, [
            "measures[m].aims[1]: unknown aim `x`; expected the id of one of the aims. Add it to `aims`",
            "measures[m].moves[1]: unknown measure `mm`; expected the id of one of the measures. Did you mean `m`?"]),
        ({"measures": [{"id": "m", "comparators": [{"area": "E", "period": "2026-01-01", "value": v} for v in (1, 2)]}]}, [
            "measures[m].comparators[2]: a second value for 2026-01-01; expected one value a period"]),
        (_one(also_moves=["m"], aims=["x"], reference_class="c", path={"measure": "m"}, overlaps={"b": 0.1}), [
            "initiatives[a].aims[1]: unknown aim `x`; expected the id of one of the aims. Add it to `aims`",
            "initiatives[a].also_moves[1]: unknown measure `m`; expected the id of one of the measures. Add it to `measures`",
            "initiatives[a].reference_class: unknown reference class `c`; expected the id of one of the reference classes. Add it to `reference_classes`, or name a published one: "
            + ", ".join(load.published_classes().by_id),
            "initiatives[a].path.measure: unknown measure `m`; expected the id of one of the measures. Add it to `measures`",
            "initiatives[a].overlaps.b: unknown initiative `b`; expected the id of one of the initiatives. Add it to `initiatives`"]),
        (_one(options=[{"action": "stop"}, {"action": "stop"}]), [
            "initiatives[a].options[2].action: `stop` again; expected at most one option of each action"]),
        (_one(**_needs("a")), ["initiatives[a].depends_on[1].initiative: `a`, itself; expected another initiative"]),
        ({"initiatives": [{"id": "a", "title": "A", "stage": "closed", **_needs("b")}, {"id": "b", "title": "B", **_needs("a")}]}, [
            "initiatives[b].depends_on[1].initiative: a ring of requirements: a → b → a; expected no initiative to require itself through others. Remove one, or make it `helps`"]),
        (_one(judgements={"support.sponser": "weak", "results.trend": "improving"}), [
            "initiatives[a].judgements.support.sponser: `support.sponser`; expected a fact that people judge. Did you mean `support.sponsor`?",
            "initiatives[a].judgements.results.trend: `results.trend`; expected a fact that people judge. `changeadvisor rules facts` lists them"]),
        (_one(judgements={"support.sponsor": ["weak", {"level": "week"}], "delivery.extra_effort": "much"}), [
            "initiatives[a].judgements.support.sponsor[2]: `week`; expected one of strong, moderate, weak, opposed. Did you mean `weak`?",
            "initiatives[a].judgements.delivery.extra_effort: `much`; expected a number (% of normal work)"]),
        (_one(adoption={"ties": "../ties.csv"}), [
            "initiatives[a].adoption.ties: `../ties.csv`, a path that leaves the folder; expected a file inside the folder"]),
        (_one(adoption={"ties": "/etc/passwd"}), [
            "initiatives[a].adoption.ties: `/etc/passwd`, a path that leaves the folder; expected a file inside the folder"]),
        (_one(adoption={"ties": "a\0b"}), [
            "initiatives[a].adoption.ties: `a\\u0000b`, a path that leaves the folder; expected a file inside the folder"]),
    ],
)  # fmt: skip
def test_faults_of_sense_are_told_once_and_in_plain_words(
    tmp_path: Path, data: dict[str, Any], faults: list[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        json.dumps({"format": "changeadvisor/1", "programme": "P", "as_of": "2026-09-30", **data})
    )
    found = load.read_programme(path).faults
    assert sorted(str(f).removeprefix("x.json:1: ") for f in found) == sorted(faults)


def test_initiatives_that_are_no_list_are_a_fault_of_form(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    cases: list[object] = [5, True, "a", {"a": {}}]
    for initiatives in cases:
        path.write_text(
            json.dumps(
                {
                    "format": "changeadvisor/1",
                    "programme": "P",
                    "as_of": "2026-09-30",
                    "initiatives": initiatives,
                }
            )
        )
        assert [f.expected for f in load.read_programme(path).faults] == ["a list"]


def test_helping_in_a_ring_and_conflicting_both_ways_are_allowed(tmp_path: Path) -> None:
    both = [
        {
            "id": i,
            "title": i,
            "depends_on": [{"initiative": o, "kind": k} for k in ("helps", "conflicts-with")],
        }
        for i, o in (("a", "b"), ("b", "a"))
    ]
    path = tmp_path / "x.json"
    path.write_text(programme(initiatives=both).model_dump_json(exclude_defaults=True))
    assert len(load.load_programme(path).initiatives) == 2


def test_ties_that_are_a_link_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    path = folder(
        tmp_path / "p", HEAD + "initiatives: [{id: a, title: A, adoption: {ties: t.csv}}]\n"
    )
    assert load.read_programme(path).notices == (
        "a: no file t.csv beside the programme; its working ties are unknown.",
    )
    (path / "t.csv").symlink_to(tmp_path / "ties.csv")
    with pytest.raises(InputError, match="leaves the folder"):
        load.load_programme(path)
    (path / "t.csv").unlink()
    (path / "t.csv").symlink_to("t.csv")
    with pytest.raises(InputError, match="leaves the folder"):
        load.load_programme(path)


def test_rows_that_cannot_be_used_are_faults_and_rows_without_a_value_are_held(
    tmp_path: Path,
) -> None:
    rows = "measure,period,value\nn,32/01/2026,1\n,2026-01-01,2\nn,2026-01-01,TBC\nm,,4\n"
    areas = "area,starts,size\nE1,soon,1\n"
    main = HEAD + "measures: [{id: m}, {id: q, observations: 3}]\n"
    reading = load.read_programme(
        folder(tmp_path / "p", main, observations=rows, comparators="area\n", areas=areas)
    )
    assert [f"{f.where} {f.field}: {f.found}" for f in reading.faults] == [
        "areas.csv:2 starts: `soon`",
        "comparators.csv:1 measure: no such column",
        "comparators.csv:1 period: no such column",
        "comparators.csv:1 value: no such column",
        "observations.csv:2 period: `32/01/2026`",
        "observations.csv:2 measure: unknown measure `n`",
        "observations.csv:3 measure: no measure",
        "observations.csv:5 measures[m].observations[1].period: nothing",
        "programme.yaml:4 measures[q].observations: `3`",
    ]
    assert reading.receipt.tables[0].held == ("observations.csv:4: no value",)


def test_faults_of_a_workbook_come_by_sheet_row_and_column(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    first = book.create_sheet("Programme")
    for row in (("programme", "P"), ("as of", "2026-09-30")):
        first.append(row)
    sheet = book.create_sheet("Initiatives")
    sheet.append(["id", "title", *(["note"] * 25), "started", "statutory"])
    for i in range(2, 12):
        sheet.append([f"i{i}", "T", *([None] * 25), "soon", "perhaps" if i == 2 else None])
    book.save(tmp_path / "x.xlsx")
    places = [f.where.rpartition("!")[2] for f in load.read_programme(tmp_path / "x.xlsx").faults]
    assert places == ["AB2", "AC2", *(f"AB{i}" for i in range(3, 12))]


JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        1e300,
        10**30,
        "",
        "x",
        "\0",
        "\x1b[2J",
        "../x",
        "2026-01-01",
        [],
        {},
        [[]],
        [3, 2, 1],
        [None],
    ]
) | st.sampled_from(
    [{"": {}}, {"action": [1]}, {"level": None}, {"full": 1, "none": 1}, {"\x1b": 1}]
)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in inner:
        yield (*at, key)
        yield from _paths(item, (*at, key))


RICH: dict[str, Any] = json.loads(
    load.load_programme(NORTHFIELD).model_dump_json(exclude_defaults=True)
)
RICH["measures"] = [
    {k: v for k, v in m.items() if k not in ("observations", "comparators")}
    for m in RICH["measures"]
]
PATHS = sorted(_paths(RICH), key=str)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.sampled_from(PATHS), JUNK)
def test_whatever_stands_anywhere_is_read_or_told_in_plain_words(
    tmp_path: Path, at: tuple[Any, ...], junk: object
) -> None:
    data = json.loads(json.dumps(RICH))
    record = data
    for key in at[:-1]:
        record = record[key]
    record[at[-1]] = junk
    path = tmp_path / "x.json"
    path.write_text(json.dumps(data))
    for fault in load.read_programme(path).faults:
        assert str(fault).isprintable()
        assert "Input should" not in str(fault)


def test_what_was_expected_is_safe_to_show_too(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        programme().model_dump_json(exclude_defaults=True)[:-1]
        + ', "limits": {"budget": {"\\u001b[2J": 1}}}'
    )
    assert [f.expected for f in load.read_programme(path).faults] == [
        "financial years such as 2026-27, found \\u001b[2J"
    ]


# --- text that is hard to keep --------------------------------------------------------------------

HARD = [
    "2026-01-01", "NO", "null", "~", "1e3", "0x10", "12:30", "a: b", "- x", "#x", "%x", "\ttab", "a\rb", "a\x85b",
    "a\u2028b", "a\r\x85b ", "\ufeffx", "\x1b[31m", "a\0b", "<<", "'", '"', "'=1", "''", " outer ", "x\n\n y\n", "=1+1", "+44", "-1",
    "@x", "TBC", "n/a", "-", "?", "\\", "*a", "&a", "!t", "|", "{a", "é" * 200, "word " * 60, "unknown", "\U0001f600",
]  # fmt: skip


@pytest.mark.parametrize("text", HARD)
def test_hard_text_is_kept_in_every_place(tmp_path: Path, text: str) -> None:
    made = programme(
        programme=text,
        areas=[{"area": text, "name": text, "features": {text: 1.5}}],
        limits={"capacity": {text: 2}},
        measures=[
            {"id": "tbc", "comparators": [{"area": text, "period": "2026-01-01", "value": 0.1}]}
        ],
        initiatives=[
            {
                "id": "a",
                "title": text,
                "judgements": {"support.sponsor": {"level": "weak", "by": text, "because": text}},
            }
        ],
    )
    save.write_folder(made, tmp_path / "out")
    assert load.load_programme(tmp_path / "out") == made
    for written in (tmp_path / "out").glob("*.csv"):
        assert not any(
            cell[:1] in ("=", "@", "\t") for cell in written.read_text(encoding="utf-8").split(",")
        )


def test_readings_go_to_csv_and_judgements_are_short(tmp_path: Path) -> None:
    made = programme(
        areas=[{"area": "E1", "starts": "2020-04-01", "size": 3}],
        measures=[{"id": "m", "observations": [{"period": "2026-01-01", "value": 2.0}]}],
        initiatives=[
            {
                "id": "a",
                "title": "A",
                "started": "2025-11-01",
                "judgements": {
                    "support.sponsor": "weak",
                    "idea.works": {"level": "yes", "on": "2026-09-12"},
                    "support.staff": ["eager", "willing"],
                },
            }
        ],
    )
    save.write_folder(made, tmp_path / "out")
    assert (
        tmp_path / "out" / "observations.csv"
    ).read_text() == "measure,period,value\nm,2026-01-01,2\n"
    assert (tmp_path / "out" / "areas.csv").read_text() == "area,starts,size\nE1,2020-04-01,3\n"
    assert (tmp_path / "out" / "programme.yaml").read_text() == HEAD + (
        "measures:\n  - id: m\ninitiatives:\n  - id: a\n    title: A\n    started: 2025-11-01\n    judgements:\n"
        "      idea.works:\n        level: yes\n        on: 2026-09-12\n"
        "      support.sponsor: weak\n      support.staff: [eager, willing]\n"
    )


def test_writing_again_leaves_no_reading_of_before(tmp_path: Path) -> None:
    out = tmp_path / "out"
    save.write_folder(
        programme(measures=[{"id": "m", "observations": [{"period": "2026-01-01", "value": 2}]}]),
        out,
    )
    later = programme(measures=[{"id": "m"}])
    save.write_folder(later, out, force=True)
    assert [p.name for p in out.iterdir()] == ["programme.yaml"]
    assert load.load_programme(out) == later


def test_a_file_is_no_folder_to_write_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="already there"):
        save.write_folder(programme(), tmp_path / "ties.csv", force=True)
    assert (tmp_path / "ties.csv").is_file()


@pytest.mark.parametrize(
    ("main", "message"),
    [
        (None, "a folder without programme.yaml; expected programme.yaml in it"),
        ("- a\n- b\n", "programme.yaml: `[a, b]`; expected a map of names to values"),
        (
            HEAD + "measures: [{id: m, observations: [3]}]\n",
            "measures[m].observations[1]: `3`; expected a map",
        ),
    ],
)
def test_a_folder_that_holds_no_programme(tmp_path: Path, main: str | None, message: str) -> None:
    path = folder(tmp_path / "p", main or "", observations="measure,period,value\n")
    if main is None:
        (path / "programme.yaml").unlink()
    with pytest.raises(InputError) as caught:
        load.load_programme(path)
    assert message in str(caught.value)


# --- unknown in every form ------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["TBC", "n/a", "–", "unknown"])
def test_a_mark_of_not_knowing_is_no_value_in_yaml(tmp_path: Path, mark: str) -> None:
    head = "format: changeadvisor/1\nprogramme: P\nas_of: 2026-09-30\ninitiatives:\n  - id: a\n    title: A\n"
    body = "".join(f"    {key}: {mark}\n" for key in ("sponsor", "started", "statutory"))
    (tmp_path / "p.yaml").write_text(head + body, encoding="utf-8")
    read = load.read_programme(tmp_path / "p.yaml")
    assert read.programme is not None
    first = read.programme.initiatives[0]
    assert (first.sponsor, first.started, first.statutory) == (None, None, None)
    assert sum("is unknown" in line for line in read.receipt.lines()) == 3


def test_in_quotes_it_means_what_it_says(tmp_path: Path) -> None:
    text = 'format: changeadvisor/1\nprogramme: "TBC"\nas_of: 2026-09-30\n'
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    assert load.load_programme(tmp_path / "p.yaml").programme == "TBC"


@pytest.mark.parametrize("name", ["p.yaml", "p.json"])
def test_one_file_written_reads_back_equal(tmp_path: Path, name: str) -> None:
    northfield = load.load_programme(NORTHFIELD)
    shutil.copy(NORTHFIELD / "ties.csv", tmp_path)
    save.write_file(northfield, tmp_path / name)
    assert load.load_programme(tmp_path / name) == northfield
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, "ties.csv"])


def test_tables_beside_a_file_of_its_own_are_named(tmp_path: Path) -> None:
    text = "format: changeadvisor/1\nprogramme: P\nas_of: 2026-09-30\n"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "observations.csv").write_text("measure,period,value\n", encoding="utf-8")
    assert any(
        "observations.csv beside p.yaml: not read" in n
        for n in load.read_programme(tmp_path / "p.yaml").notices
    )


# --- working ties ---------------------------------------------------------------------------------

TIED = HEAD + "initiatives: [{id: a, title: A, adoption: {ties: t.csv}}]\n"


@pytest.mark.parametrize(
    ("table", "tied"),
    [
        ("from,to\nb,a\na,b\na,c\n", (("a", "b"), ("a", "c"))),
        ("note,to,from\nx,q,p\n", (("p", "q"),)),
        ("from,to\na,a\n", ()),
    ],
)
def test_ties_are_read_from_the_file_that_is_named(
    tmp_path: Path, table: str, tied: tuple[object, ...]
) -> None:
    read = load.read_programme(folder(tmp_path / "p", TIED, t=table))
    assert read.programme is not None
    adoption = read.programme.initiatives[0].adoption
    assert adoption is not None
    assert adoption.tied == tied
    assert bool(read.notices) == (not tied)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("a,b\n1,2\n", "t.csv:1: no heading `from`; expected the headings `from` and `to`"),
        (
            "from,to\na,b\na,\n",
            "t.csv:3: one person of a tie only; expected a name under `from` and under `to`",
        ),
        ("", "t.csv: nothing in it; expected a row of headings, then rows"),
    ],
)
def test_faults_of_ties_are_told_with_their_line(tmp_path: Path, table: str, fault: str) -> None:
    assert [str(f) for f in load.read_programme(folder(tmp_path / "p", TIED, t=table)).faults] == [
        fault
    ]


def test_ties_travel_with_the_programme(tmp_path: Path) -> None:
    read = load.load_programme(folder(tmp_path / "p", TIED, t="from,to\na,b\n"))
    save.write_folder(read, tmp_path / "again")
    assert (tmp_path / "again" / "t.csv").read_text(encoding="utf-8") == "from,to\na,b\n"
    assert load.load_programme(tmp_path / "again") == read
    save.write_folder(read, tmp_path / "again", force=True)
    assert load.load_programme(tmp_path / "again") == read
    for name in ("one.yaml", "one.json"):
        save.write_file(read, tmp_path / name)
        assert load.load_programme(tmp_path / name) == read


def test_a_text_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    target = out / "r.html"
    save.write_text("one", target)
    assert target.read_text(encoding="utf-8") == "one"

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="space"):
        save.write_text("two", target)
    assert [p.name for p in out.iterdir()] == ["r.html"]
    assert target.read_text(encoding="utf-8") == "one"
