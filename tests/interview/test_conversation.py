"""`changeadvisor ask`: what is written where, the conversation, and a real terminal."""

from __future__ import annotations

import datetime as dt
import difflib
import errno
import io
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import changeadvisor
from changeadvisor.cli import main
from changeadvisor.errors import InputError
from changeadvisor.facts import VOCABULARY
from changeadvisor.interview import answer_file, conversation
from changeadvisor.interview.answer_file import AnswerFile, same_rater
from changeadvisor.interview.questions import question_facts
from changeadvisor.io.documents import read_document
from changeadvisor.io.load import load_programme
from changeadvisor.model import Judgement
from tests.helpers import NORTHFIELD, ROOT
from tests.strategies import TEXT

HEAD = "format: changeadvisor/1\nprogramme: P\nas_of: 2026-09-30\ninitiatives:\n"
NEW = "{level: weak, by: Staff council, on: 2026-09-18}"
FACT = "support.sponsor"


def answer(level: Any = "weak", by: str | None = "Staff council", **more: Any) -> Judgement:
    return Judgement(level=level, by=by, **{"on": dt.date(2026, 9, 18), **more})


def written(
    folder: Path,
    text: str,
    judgement: Judgement | None = None,
    name: str = "p.yaml",
    fact: str = FACT,
) -> str:
    """The file after one answer."""
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    AnswerFile(path).write("a", fact, judgement or answer())
    assert sorted(p.name for p in folder.iterdir()) == [name]
    return path.read_bytes().decode("utf-8")


# --- where an answer is put: before and after -----------------------------------------------------

I = "  - id: a\n    title: A\n"  # noqa: E741
PLACES = {
    "no judgements yet": (
        f"{I}  - {{id: b, title: B}}\n",
        f"{I}    judgements:\n      support.sponsor: {NEW}\n  - {{id: b, title: B}}\n",
    ),
    "after the last judgement, before what follows": (
        f"{I}    judgements:\n      need.there: yes   # still\n\n    # then\n    stage: idea\n",
        f"{I}    judgements:\n      need.there: yes   # still\n      support.sponsor: {NEW}\n\n    # then\n    stage: idea\n",
    ),
    "at the end of a file without a last line end": (
        f"{I}    judgements:\n      need.there: yes",
        f"{I}    judgements:\n      need.there: yes\n      support.sponsor: {NEW}",
    ),
    "beside another's": (
        f"{I}    judgements:\n      support.sponsor: {{level: strong, by: 'PMO'}}  # said so\n      need.there: yes\n",
        f"{I}    judgements:\n      support.sponsor:\n        - {{level: strong, by: 'PMO'}}  # said so\n        - {NEW}\n      need.there: yes\n",
    ),
    "beside a bare level": (
        f"{I}    judgements:\n      support.sponsor: strong\n",
        f"{I}    judgements:\n      support.sponsor:\n        - strong\n        - {NEW}\n",
    ),
    "beside one written on lines of its own": (
        f"{I}    judgements:\n      support.sponsor:\n        level: strong  # so\n        by: PMO\n      need.there: yes\n",
        f"{I}    judgements:\n      support.sponsor:\n        - level: strong  # so\n          by: PMO\n        - {NEW}\n      need.there: yes\n",
    ),
    "beside one over two lines": (
        f"{I}    judgements:\n      support.sponsor: {{level: strong,\n        by: PMO}}\n",
        f"{I}    judgements:\n      support.sponsor: [{{level: strong,\n        by: PMO}}, {NEW}]\n",
    ),
    "third in a list": (
        f"{I}    judgements:\n      support.sponsor:\n      - strong\n      - level: moderate\n        by: PMO\n\n    stage: idea\n",
        f"{I}    judgements:\n      support.sponsor:\n      - strong\n      - level: moderate\n        by: PMO\n      - {NEW}\n\n    stage: idea\n",
    ),
    "in a list on one line": (
        f"{I}    judgements:\n      support.sponsor: [strong, {{level: moderate, by: PMO}}]\n",
        f"{I}    judgements:\n      support.sponsor: [strong, {{level: moderate, by: PMO}}, {NEW}]\n",
    ),
    "in place of his own": (
        f"{I}    judgements:\n      support.sponsor: {{level: strong, by: staff  Council, because: once}} # c\n",
        f"{I}    judgements:\n      support.sponsor: {NEW} # c\n",
    ),
    "in place of his own, on lines of its own": (
        f"{I}    judgements:\n      support.sponsor:\n        level: strong\n        by: Staff council\n      need.there: yes\n",
        f"{I}    judgements:\n      support.sponsor: {NEW}\n      need.there: yes\n",
    ),
    "in place of his own in a list": (
        f"{I}    judgements:\n      support.sponsor:\n        - {{level: strong, by: Staff council}} # first\n        - strong\n",
        f"{I}    judgements:\n      support.sponsor:\n        - {NEW} # first\n        - strong\n",
    ),
    "in place of all his own": (
        f"{I}    judgements:\n      support.sponsor:\n        - {{level: strong, by: Staff council}}\n        - strong\n        - {{level: opposed, by: Staff council}}\n    stage: idea\n",
        f"{I}    judgements:\n      support.sponsor:\n        - {NEW}\n        - strong\n    stage: idea\n",
    ),
    "in place of a mark of not knowing": (
        f"{I}    judgements:\n      support.sponsor: TBC\n",
        f"{I}    judgements:\n      support.sponsor: {NEW}\n",
    ),
    "an initiative on one line": (
        "  - {id: a, title: A}\n",
        f"  - {{id: a, title: A, judgements: {{support.sponsor: {NEW}}}}}\n",
    ),
    "judgements on one line": (
        f"{I}    judgements: {{need.there: yes}}\n",
        f"{I}    judgements: {{need.there: yes, support.sponsor: {NEW}}}\n",
    ),
    "no judgements on one line": (
        f"{I}    judgements: {{}}\n",
        f"{I}    judgements: {{support.sponsor: {NEW}}}\n",
    ),
    "beside another's, judgements on one line": (
        f"{I}    judgements: {{support.sponsor: strong}}\n",
        f"{I}    judgements: {{support.sponsor: [strong, {NEW}]}}\n",
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_where_an_answer_is_put(case: str, tmp_path: Path) -> None:
    before, after = PLACES[case]
    assert written(tmp_path, HEAD + before) == HEAD + after
    assert load_programme(tmp_path / "p.yaml").initiatives[0].judgements[FACT]


@pytest.mark.parametrize("case", PLACES)
def test_line_ends_and_byte_order_marks_stay(case: str, tmp_path: Path) -> None:
    before, after = (f"\ufeff{HEAD}{text}".replace("\n", "\r\n") for text in PLACES[case])
    assert written(tmp_path, before) == after


@pytest.mark.parametrize(
    ("judgement", "text"),
    [
        (answer(by="N/A"), '{level: weak, by: "N/A", on: 2026-09-18}'),
        (answer(by="O: #1, {x}"), '{level: weak, by: "O: #1, {x}", on: 2026-09-18}'),
        (
            answer(because="rotas changed, twice"),
            '{level: weak, by: Staff council, on: 2026-09-18, because: "rotas changed, twice"}',
        ),
        (
            answer(because='she said "no"'),
            '{level: weak, by: Staff council, on: 2026-09-18, because: "she said \\"no\\""}',
        ),
        (answer(by="Zoë"), '{level: weak, by: "Zoë", on: 2026-09-18}'),
    ],
)
def test_text_is_quoted_where_it_must_be(judgement: Judgement, text: str, tmp_path: Path) -> None:
    assert written(tmp_path, HEAD + I, judgement).endswith(f"      support.sponsor: {text}\n")


def test_numbers_are_written_as_numbers(tmp_path: Path) -> None:
    text = written(tmp_path, HEAD + I, answer(15.0), fact="delivery.extra_effort")
    assert text.endswith("delivery.extra_effort: {level: 15, by: Staff council, on: 2026-09-18}\n")


@pytest.mark.parametrize("id", [i.id for i in load_programme(NORTHFIELD).initiatives])
def test_on_northfield_only_the_lines_of_the_answer_change(id: str, tmp_path: Path) -> None:
    folder = shutil.copytree(NORTHFIELD, tmp_path / "n")
    before = (folder / "programme.yaml").read_text(encoding="utf-8").splitlines()
    file = AnswerFile(folder)
    for fact in ("support.staff", "route.local_variation"):
        file.write(id, fact, answer(VOCABULARY[fact].values[0]))
    after = (folder / "programme.yaml").read_text(encoding="utf-8").splitlines()
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert [line for line in changed if "Staff council, on: 2026-09-18" in line]
    assert all(
        "support.staff" in line
        or "route.local_variation" in line
        or "{level" in line
        or "judgements:" in line
        for line in changed
    )
    assert len(changed) <= 6
    assert len(load_programme(folder).initiatives) == 15


JSONS = [
    (
        '{\n  "format": "changeadvisor/1",\n  "programme": "Zo\\u00eb",\n  "as_of": "2026-09-30",\n  "initiatives": [%s]\n}\n',
        2,
    ),
    ('{"programme":"P","format":"changeadvisor/1","as_of":"2026-09-30","initiatives":[%s]}', None),
]


@pytest.mark.parametrize(("form", "indent"), JSONS)
def test_json_keeps_order_and_indentation(form: str, indent: int | None, tmp_path: Path) -> None:
    own = {"title": "A", "id": "a", "judgements": {FACT: {"level": "strong", "by": "PMO"}}}
    data = json.loads(form % json.dumps(own))
    tight = (",", ":") if indent is None else None
    end = "\n" if form.endswith("\n") else ""
    before = json.dumps(data, indent=indent, separators=tight) + end
    after = written(tmp_path, before, name="p.json")
    data["initiatives"][0]["judgements"][FACT] = [
        {"level": "strong", "by": "PMO"},
        {"level": "weak", "by": "Staff council", "on": "2026-09-18"},
    ]
    assert after == json.dumps(data, indent=indent, separators=tight) + end


# --- what is refused, with nothing written --------------------------------------------------------


def test_a_workbook_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="changeadvisor convert") as error:
        AnswerFile(NORTHFIELD / "northfield.xlsx")
    assert "sheet Judgements" in str(error.value)
    for path in (tmp_path, tmp_path / "none.yaml", NORTHFIELD / "expected.md"):
        with pytest.raises(InputError):
            AnswerFile(path)


def test_a_file_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + I, encoding="utf-8")
    file = AnswerFile(path)
    path.write_text(HEAD + I + "    stage: idea\n", encoding="utf-8")
    with pytest.raises(InputError, match="somebody has changed"):
        file.write("a", FACT, answer())
    assert path.read_text(encoding="utf-8") == HEAD + I + "    stage: idea\n"
    assert [p.name for p in tmp_path.iterdir()] == ["p.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        f"{I}    judgements: &j\n      need.there: yes\n  - {{id: b, title: B, judgements: *j}}\n",
        f"{I}    judgements:\n      need.there: |+\n        yes\n\n    stage: idea\n",
    ],
)
def test_a_form_that_would_change_more_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(InputError, match="Write it there by hand"):
        AnswerFile(path).write("a", FACT, answer())
    assert path.read_text(encoding="utf-8") == HEAD + text
    assert [p.name for p in tmp_path.iterdir()] == ["p.yaml"]


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes((HEAD + "  - {id: a, title: Zoë}\n").encode("cp1252"))
    with pytest.raises(InputError, match="UTF-8"):
        AnswerFile(path)


def test_links_lead_to_the_real_file_and_the_mode_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "p.yaml"
    real.write_text(HEAD + I, encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    AnswerFile(link).write("a", FACT, answer())
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "Staff council" in real.read_text(encoding="utf-8")


def test_a_failure_while_writing_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + I, encoding="utf-8")
    file = AnswerFile(path)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        file.write("a", FACT, answer())
    assert path.read_text(encoding="utf-8") == HEAD + I
    assert [p.name for p in tmp_path.iterdir()] == ["p.yaml"]
    assert file.written == 0


def test_an_answer_is_counted_even_if_the_work_stops_right_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + I, encoding="utf-8")
    file, replace = AnswerFile(path), Path.replace

    def stopped_after(self: Path, target: Path) -> None:
        replace(self, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped_after)
    with pytest.raises(KeyboardInterrupt):
        file.write("a", FACT, answer())
    assert file.written == 1
    assert path.read_text(encoding="utf-8").endswith(f"support.sponsor: {NEW}\n")
    assert [p.name for p in tmp_path.iterdir()] == ["p.yaml"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PMO", "pmo ", True),
        ("PMO", "P", False),
        (None, None, False),
        ("", "", False),
        (None, "PMO", False),
    ],
)
def test_who_is_the_same_rater(one: str | None, other: str | None, same: bool) -> None:
    assert same_rater(one, other) is same


RATERS = st.lists(
    st.fixed_dictionaries(
        {"level": st.sampled_from(["strong", "weak"])},
        optional={"by": TEXT, "on": st.just(dt.date(2026, 1, 2)), "because": TEXT},
    ),
    min_size=0,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(
    raters=RATERS,
    who=TEXT,
    flow=st.booleans(),
    alone=st.booleans(),
    width=st.sampled_from([40, 4096]),
)
def test_asking_never_loses_what_another_rater_said(
    raters: list[dict[str, Any]],
    who: str,
    flow: bool,
    alone: bool,
    width: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever was there, however it is written: other raters' answers stay as they are, and the new one is there."""
    from ruamel.yaml import YAML

    judged = raters[0] if alone and raters else raters
    record = {
        "id": "a",
        "title": "A",
        "judgements": {"need.there": "yes", **({FACT: judged} if raters else {})},
    }
    yaml = YAML()
    yaml.default_flow_style, yaml.width = flow, width
    out = io.StringIO()
    yaml.dump(
        {
            "format": "changeadvisor/1",
            "programme": "P",
            "as_of": dt.date(2026, 9, 30),
            "initiatives": [record],
        },
        out,
    )
    path = tmp_path_factory.mktemp("h") / "p.yaml"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    try:
        before = read_document(path).data["initiatives"][0]["judgements"].get(FACT, [])
    except InputError:  # what ruamel wrote it cannot read itself, such as `because: :0` in braces
        reject()
    try:
        AnswerFile(path).write("a", FACT, answer("opposed", who))
    except InputError:
        assert path.read_bytes().decode("utf-8") == out.getvalue()
        return
    after = read_document(path).data["initiatives"][0]["judgements"][FACT]
    listed = after if isinstance(after, list) else [after]
    others = [
        a
        for a in (before if isinstance(before, list) else [before])
        if not same_rater(a.get("by"), who)
    ]
    assert [a for a in listed if not same_rater(a.get("by"), who)] == others
    assert [a for a in listed if same_rater(a.get("by"), who)] == [
        {"level": "opposed", "by": who, "on": dt.date(2026, 9, 18)}
    ]


# --- what raters said, beside each other ----------------------------------------------------------

SPREADS = [
    (
        "support.staff",
        [("willing", "Programme office"), ("reluctant", "Staff council")],
        [
            "Programme office: willing; Staff council: reluctant.",
            "They lie one step apart. Both count: a rule speaks only if it holds for each of them.",
        ],
    ),
    (
        "support.staff",
        [("eager", "A"), ("opposed", "B")],
        ["A: eager; B: opposed.", "They lie 3 steps apart. Both count"],
    ),
    (
        "support.staff",
        [("eager", "A"), ("willing", None), ("opposed", "B")],
        ["A: eager; rater not named: willing; B: opposed.", "They lie 3 steps apart. All count"],
    ),
    ("support.staff", [("eager", "A"), ("eager", "B")], ["A: eager; B: eager.", "They agree."]),
    (
        "route.goal",
        [("cost", "A"), ("both", "B")],
        ["A: cost; B: both.", "They differ. Both count"],
    ),
    (
        "delivery.extra_effort",
        [(10, "A"), (40, "B"), (15, "C")],
        ["A: 10; B: 40; C: 15.", "They range from 10 to 40; the middle is 15. All count"],
    ),
]


@pytest.mark.parametrize(("fact", "said", "lines"), SPREADS)
def test_the_spread(fact: str, said: list[tuple[Any, str | None]], lines: list[str]) -> None:
    found = list(conversation.spread(VOCABULARY[fact], [answer(level, by) for level, by in said]))
    assert len(found) == len(lines)
    assert all(text.startswith(start) for text, start in zip(found, lines, strict=True))


# --- the conversation, line by line from a pipe ---------------------------------------------------


def northfield(tmp_path: Path) -> Path:
    return shutil.copytree(NORTHFIELD, tmp_path / "n", dirs_exist_ok=True)


def talk(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lines: str,
    *arguments: object,
) -> tuple[int, str, str]:
    """Have a conversation in this process: status, standard output, standard error."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    with pytest.raises(SystemExit) as stopped:
        main.main(["ask", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def judged(folder: Path, id: str) -> dict[str, list[tuple[Any, str | None]]]:
    """Who said what of one initiative."""
    found = next(i for i in load_programme(folder).initiatives if i.id == id)
    return {name: [(a.level, a.by) for a in answers] for name, answers in found.judgements.items()}


def test_answers_from_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = northfield(tmp_path)
    before = judged(folder, "care-record")
    lines = "PMO\n?\nnonsense\n9\n3 because  they began it\n2\n"
    status, out, _ = talk(monkeypatch, capsys, lines, folder, "care-record", "--on", "12/09/2026")
    assert status == 0
    assert "Expected a number from 1 to 3, or" in out
    assert "2 answers written to" in out
    assert "by PMO, dated 12 September 2026." in out
    after = judged(folder, "care-record")
    new = {n: v for n, v in after.items() if n not in before}
    assert {n: after[n] for n in before} == before
    assert len(new) == 2
    assert all(by == "PMO" for answers in new.values() for _, by in answers)
    assert "because: they began it" in (folder / "programme.yaml").read_text(encoding="utf-8")


def test_the_default_date_is_never_after_as_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD.replace("2026-09-30", "2001-02-03") + I, encoding="utf-8")
    _, out, _ = talk(monkeypatch, capsys, "1\nq\n", path, "a", "--by", "PMO")
    assert "dated 3 February 2001" in out
    path.write_text(HEAD.replace("2026-09-30", "2099-02-03") + I, encoding="utf-8")
    talk(monkeypatch, capsys, "1\nq\n", path, "a", "--by", "PMO")
    assert f"on: {dt.date.today()}" in path.read_text(encoding="utf-8")


def test_an_answer_after_as_of_does_not_count_and_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + I, encoding="utf-8")
    _, out, _ = talk(monkeypatch, capsys, "1\n1\n", path, "a", "--by", "PMO", "--on", "2026-10-01")
    assert "they do not count yet" in out
    assert out.count("Now: no answer yet.") == 3
    assert len(judged(path, "a")) == 2


def test_back_asks_the_question_before_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + I, encoding="utf-8")
    _, out, _ = talk(monkeypatch, capsys, "b\n1\nb\n2\nq\n", path, "a", "--by", "PMO")
    assert "You said" in out
    (levels,) = judged(path, "a").values()
    assert len(levels) == 1
    fact = next(iter(judged(path, "a")))
    assert levels[0][0] == VOCABULARY[fact].values[1]


def test_two_raters_answer_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second is asked what the first answered, sees it only afterwards, and takes nothing away."""
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + I, encoding="utf-8")
    many = len(question_facts(changeadvisor.load_rulebook()))
    talk(monkeypatch, capsys, "1\n" * many, path, "a", "--by", "Programme office", "--all")
    first = judged(path, "a")
    assert len(first) == many
    _, out, _ = talk(monkeypatch, capsys, "3\n" * many, path, "a", "--by", "Staff council", "--all")
    both = judged(path, "a")
    for fact, answers in both.items():
        values = VOCABULARY[fact].values
        assert answers == [(values[0], "Programme office"), (values[2], "Staff council")]
    assert out.count("Both count: a rule speaks only if it holds for each of them.") == many
    staff = out[out.index(VOCABULARY["support.staff"].question) :]
    assert staff.index("> ") < staff.index("Programme office: eager; Staff council: reluctant.")
    _, out, _ = talk(
        monkeypatch, capsys, "\n" * (many - 1) + "2\n", path, "a", "--by", "staff COUNCIL", "--all"
    )
    assert out.count("Enter keeps it.") == many
    changed = {n for n, answers in judged(path, "a").items() if answers != both[n]}
    assert len(changed) == 1


def test_it_stops_when_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = northfield(tmp_path)
    status, out, _ = talk(monkeypatch, capsys, "1\n" * 30, folder, "recycling-plus", "--by", "PMO")
    assert status == 0
    assert "As good as settled: blended." in out
    assert "No answers written" in out
    _, out, _ = talk(
        monkeypatch, capsys, "1\n" * 30, folder, "recycling-plus", "--by", "PMO", "--all"
    )
    assert "Settled for good" in out


def test_the_question_of_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = northfield(tmp_path)
    arguments = (folder, "waste-rounds", "--by", "X", "--question", "action", "--all")
    status, out, _ = talk(monkeypatch, capsys, "2\n" * 3 + "q\n", *arguments)
    assert status == 0
    assert "Now: persist (weight of evidence: " in out
    asked = {
        f.question for f in question_facts(changeadvisor.load_rulebook(), "action", "delivery")
    }
    assert len([line for line in out.splitlines() if line in asked]) == 4
    answers = judged(folder, "waste-rounds").values()
    assert len([by for each in answers for _, by in each if by == "X"]) == 3


@pytest.mark.parametrize(
    ("arguments", "lines", "words"),
    [
        (["care-recrod"], "", "Did you mean `care-record`?"),
        (["planning-online"], "", "which has ended"),
        (["care-record", "--by", " "], "", "--by: ` `; expected the name or role of who answers"),
        (["care-record"], "\n\n", "Add --by NAME"),
        (["care-record", "--by", "PMO", "--on", "soon"], "", "expected a date such as 2026-09-30"),
    ],
)
def test_what_cannot_be_asked(
    arguments: list[str],
    lines: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, _, err = talk(monkeypatch, capsys, lines, NORTHFIELD, *arguments)
    assert status == 2
    assert words in err


def test_a_changed_file_ends_the_conversation_and_says_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + I, encoding="utf-8")
    write = answer_file.AnswerFile.write

    def and_somebody_else(self: AnswerFile, *given: Any) -> None:
        write(self, *given)
        path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")

    monkeypatch.setattr(answer_file.AnswerFile, "write", and_somebody_else)
    status, _, err = talk(monkeypatch, capsys, "1\n1\n", path, "a", "--by", "PMO")
    assert status == 2
    assert "1 answer written to" in err
    assert "somebody has changed" in err
    assert path.read_text(encoding="utf-8").endswith("# mine\n")


# --- a real terminal ------------------------------------------------------------------------------


class Terminal:
    """The command in a pseudo-terminal."""

    def __init__(self, *arguments: object) -> None:
        pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
        try:
            self.own, theirs = pty.openpty()
        except OSError as error:
            pytest.skip(f"no pseudo-terminal to be had: {error}")
        command = [sys.executable, "-m", "changeadvisor", "ask", *map(str, arguments)]
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TERM": "dumb"}
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=env,
            start_new_session=True,
            preexec_fn=_takes_terminal,
        )
        os.close(theirs)
        self.shown, self.read = "", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.own)

    def until(self, words: str, seconds: float = 60) -> str:
        """What is shown up to these words, since the last time."""
        start, end = self.read, time.monotonic() + seconds
        while words not in self.shown[start:] and time.monotonic() < end and self._more():
            pass
        assert words in self.shown[start:], f"no {words!r} in:\n{self.shown[start:]}"
        self.read = self.shown.index(words, start) + len(words)
        return self.shown[start : self.read]

    def _more(self) -> bool:
        if not select.select([self.own], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self.own, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        self.shown += data.decode("utf-8", "replace")
        return bool(data)

    def type(self, text: str) -> None:
        """Type a line, or a control character."""
        os.write(self.own, text.encode())

    def status(self) -> int:
        """How it ended; a minute is enough for that."""
        end = time.monotonic() + 60
        while self._more() and time.monotonic() < end:
            pass
        return self.process.wait(30)


def _takes_terminal() -> None:
    """Make standard input the controlling terminal, so that Ctrl-C reaches the process as it does for people.

    Tests that were started in the background ignore interrupts, and so would what they start.
    """
    import fcntl
    import signal
    import termios

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_in_a_terminal_answers_survive_ctrl_c(tmp_path: Path) -> None:
    folder = northfield(tmp_path)
    before = (folder / "programme.yaml").read_text(encoding="utf-8").splitlines()
    names = sorted(p.name for p in folder.iterdir())
    with Terminal(folder, "care-record") as screen:
        screen.until("Who answers (name or role)? ")
        screen.type("Staff council\n")
        screen.until("> ")
        screen.type("1\n")
        assert "leave it so" in screen.until("> ")
        screen.type("2 because the rota says so\n")
        screen.until("> ")
        screen.type("3")
        screen.type("\x03")
        screen.until("Stopped.")
        assert screen.status() == 130
    assert "2 answers written to" in screen.shown
    assert "Traceback" not in screen.shown
    after = (folder / "programme.yaml").read_text(encoding="utf-8").splitlines()
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert [line[0] for line in changed] == ["+", "+"]
    assert all("by: Staff council" in line for line in changed)
    assert sorted(p.name for p in folder.iterdir()) == names
    assert len(load_programme(folder).initiatives) == 15


def test_in_a_terminal_it_offers_to_go_on_and_raters_stand_beside_each_other(
    tmp_path: Path,
) -> None:
    folder = northfield(tmp_path)
    with Terminal(folder, "recycling-plus", "--by", "Crews") as screen:
        assert "As good as settled: blended." in screen.until("Go on all the same (y or n)? ")
        screen.type("y\n")
        screen.until("> ")
        while "a rule speaks only if" not in screen.shown and "They agree." not in screen.shown:
            screen.type("2\n")
            screen.until("Now: ")
            screen.until("> ")
        screen.type("\x04")
        assert screen.status() == 0
    two = [answers for answers in judged(folder, "recycling-plus").values() if len(answers) == 2]
    assert two
    assert all("Crews" in [by for _, by in answers] for answers in two)


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.25, 0.4, 0.7])
def test_ctrl_c_at_any_moment_leaves_a_whole_file(delay: float, tmp_path: Path) -> None:
    """Interrupted at odd moments: the file loads, holds as many answers as were said to be written, and is alone."""
    folder = northfield(tmp_path)
    names = sorted(p.name for p in folder.iterdir())
    with Terminal(folder, "local-wealth", "--by", "Crews", "--all") as screen:
        screen.until("> ")
        screen.type("1\n1\n1\n1\n")
        time.sleep(delay)
        screen.type("\x03")
        assert screen.status() == 130
    mine = [
        by
        for answers in judged(folder, "local-wealth").values()
        for _, by in answers
        if by == "Crews"
    ]
    words = {0: "No answers", 1: "1 answer"}.get(len(mine), f"{len(mine)} answers")
    assert f"{words} written to" in screen.shown
    assert sorted(p.name for p in folder.iterdir()) == names
