"""The command line, run as people run it."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from changeadvisor.cli import main
from tests.helpers import MINIMAL, NORTHFIELD, ROOT, SHARED


def run(
    *arguments: object, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "changeadvisor", *map(str, arguments)]
    full = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **(env or {})}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=full, check=False)


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command in this process: status, standard output, standard error."""
    with pytest.raises(SystemExit) as stopped:
        main.main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def test_advise_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "advise", NORTHFIELD)
    assert status == 0
    assert "Reablement at home" in out
    assert "Decisions needed: " in out
    assert "observations.csv: 531 rows read, 531 used, 0 held" in err


def test_advise_as_json_prints_nothing_else_on_standard_output(tmp_path: Path) -> None:
    done = run(
        "advise", NORTHFIELD, "--format", "json", "--report", tmp_path / "r.html", "--seed", 3
    )
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert (found["format"], found["seed"]) == ("changeadvisor-advice/1", 3)
    assert done.stdout.count("\n}\n") == 1
    assert "Wrote" in done.stderr
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_only_some_parts(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(
        capsys, "advise", MINIMAL, "--only", "action, measures", "--format", "json"
    )
    assert status == 0
    assert json.loads(out)["portfolio"] is None
    status, _, err = call(capsys, "advise", MINIMAL, "--only", "actions")
    assert status == 2
    assert "expected some of action, route, portfolio, measures" in err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "explain", NORTHFIELD, "homelessness-duty")
    assert status == 0
    for words in (
        "WHAT TO DO: Adjust strategy",
        "Ruled out",
        "What would change the answer",
        "What to find out first",
        "EVERY RULE",
    ):
        assert words in out
    status, _, err = call(capsys, "explain", NORTHFIELD, "homeless-duty")
    assert status == 2
    assert "Did you mean `homelessness-duty`?" in err


def test_check_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "check", MINIMAL, "--most", 3)
    assert status == 0
    assert out.startswith(
        "No faults. 2 initiatives, 0 measures, 0 readings, as of 30 September 2026."
    )
    assert len(re.findall(r"^  \d+ decibans", out, re.M)) == 3


def test_check_refuses_with_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: changeadvisor/1\nprogram: x\n", encoding="utf-8")
    for command in (("check", bad), ("advise", bad)):
        status, out, err = call(capsys, *command)
        assert (status, out) == (2, "")
        assert "unknown key `program`" in err


def test_new_register_and_conversion(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register = tmp_path / "register.xlsx"
    assert call(capsys, "new", register)[0] == 0
    status, _, err = call(capsys, "new", register)
    assert status == 2
    assert "already there" in err
    assert call(capsys, "new", register, "--force")[0] == 0
    assert call(capsys, "new", tmp_path / "register.doc")[0] == 2
    assert call(capsys, "convert", MINIMAL, tmp_path / "m.xlsx")[0] == 0
    assert call(capsys, "convert", tmp_path / "m.xlsx", tmp_path / "m")[0] == 0
    first, second = (
        call(capsys, "advise", p, "--format", "json")[1] for p in (MINIMAL, tmp_path / "m")
    )
    assert first == second


def test_a_folder_a_file_and_a_workbook_give_the_same_bytes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = call(capsys, "advise", NORTHFIELD, "--format", "json")[1]
    workbook = call(capsys, "advise", NORTHFIELD / "northfield.xlsx", "--format", "json")[1]
    assert folder == workbook


def test_import_and_advise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = tmp_path / "gmpp.csv"
    published.write_text("project_name,colour_rating\nA,Amber/Red\nB,Exempt\n", encoding="utf-8")
    status, out, err = call(
        capsys,
        "import",
        "gmpp",
        published,
        "--out",
        tmp_path / "out",
        "--snapshot",
        "gmpp.csv=2017-09-30",
    )
    assert status == 0, err
    assert "Wrote 2 projects" in out
    assert call(capsys, "advise", tmp_path / "out", "--only", "action")[0] == 0
    for wrong in ("gmpp.csv", "gmpp.csv=soon", "=2017-09-30"):
        status, _, err = call(
            capsys, "import", "gmpp", published, "--out", tmp_path / "x", "--snapshot", wrong
        )
        assert status == 2
        assert "FILE=DATE" in err
    assert not (tmp_path / "x").exists()


def test_the_published_files_import_and_are_advised_on(tmp_path: Path) -> None:
    folder = SHARED / "gmpp" / "published"
    if not folder.exists():
        pytest.skip("the public data folder ../shared/data/gmpp/published is not here")
    dates = {
        "gmpp_sept_2014.csv": "2014-09-30",
        "gmpp_sept_2017.csv": "2017-09-30",
        "gmpp_2019_20.csv": "2019-09-30",
        "gmpp_2021_22.csv": "2022-03-31",
    }
    options = [o for name, date in dates.items() for o in ("--snapshot", f"{name}={date}")]
    done = run("import", "gmpp", *(folder / n for n in dates), "--out", tmp_path / "out", *options)
    assert done.returncode == 0, done.stderr
    advised = run("advise", tmp_path / "out", "--only", "action", "--format", "json")
    assert advised.returncode == 0, advised.stderr
    assert len(json.loads(advised.stdout)["initiatives"]) > 400


@pytest.mark.parametrize("name", ["programme", "advice", "difference", "pack", "framework"])
def test_schema(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, _ = call(capsys, "schema", name)
    assert status == 0
    assert json.loads(out)["$id"] == f"urn:changeadvisor:{name}:1"


def test_rules_test_lint_show_and_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "rules", "test", "evidenced-rating")
    assert status == 0
    assert re.search(r"^\d+ passed, 0 failed$", out, re.M)
    status, out, _ = call(capsys, "rules", "lint", "persist-or-adjust")
    assert (status, out) == (0, "0 found\n")
    assert call(capsys, "rules", "show", "top-down-or-bottom-up")[1].startswith("# ")
    assert "## `need.there`" in call(capsys, "rules", "facts")[1]
    pack = {
        "pack": "p", "version": "1", "question": "q", "answers": ["a", "b"], "combine": "unique",
        "facts": {"f": {"levels": ["x", "y"]}},
        "rules": [{"id": "R", "when": "f is x", "then": "a", "tests": [{"it": "wrong", "given": {"f": "y"}, "expect": "fired"}]}],
    }  # fmt: skip
    path = tmp_path / "p.json"
    path.write_text(json.dumps(pack), encoding="utf-8")
    status, out, _ = call(capsys, "rules", "test", path)
    assert (status, out) == (1, "R: wrong: expected fired, found silent\n0 passed, 1 failed\n")
    status, out, _ = call(capsys, "rules", "lint", path)
    assert (status, out) == (1, "gap: 1 of 2 combinations have no rule, such as f = y\n1 found\n")
    facts = tmp_path / "f.csv"
    facts.write_text("id,f\n1,x\n2,\n", encoding="utf-8")
    status, out, err = call(capsys, "rules", "ask", path, "--facts", facts, "--format", "csv")
    assert (status, out) == (
        0,
        "id,f,answer,support_a,support_b,margin,fired\n1,x,a,,,,R\n2,,,,,,\n",
    )
    assert "column `id` is no fact" in err


def test_a_fault_of_our_own_has_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("oh\x1b[31m")

    monkeypatch.setattr("changeadvisor.cli.schemas.schema", broken)
    status, out, err = call(capsys, "schema", "pack")
    assert (status, out) == (70, "")
    assert (
        err == "a fault in changeadvisor itself (RuntimeError: oh\\u001b[31m); please report it\n"
    )
    monkeypatch.setenv("CHANGEADVISOR_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main.main(["schema", "pack"])


def test_interruption_and_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("changeadvisor.cli.schemas.schema", stopped)
    status, _, err = call(capsys, "schema", "pack")
    assert (status, err.strip()) == (130, "stopped")
    assert call(capsys, "nonsense")[0] == 2


def test_a_report_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = call(capsys, "advise", MINIMAL, "--report", tmp_path / "none" / "r.html")
    assert status == 2
    assert "a folder that is not there" in err
    assert "Traceback" not in err


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m changeadvisor rules facts | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert done.stdout == "# The vocabulary\n"
    assert "Traceback" not in done.stderr


def test_help_starts_quickly() -> None:
    """At most 150 ms of CPU on the machine of the issue; the figure here leaves room for a busy one."""
    run("--help")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_help_imports_nothing_heavy() -> None:
    code = "import sys\ntry:\n    from changeadvisor.cli.main import main\n    main(['--help'])\nexcept SystemExit:\n    pass\nprint(sorted({'numpy', 'pydantic', 'networkx', 'jinja2', 'rich', 'openpyxl', 'ruamel', 'scipy'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert done.stdout.endswith("[]\n")


def test_works_from_any_folder(tmp_path: Path) -> None:
    done = run("advise", MINIMAL.resolve(), "--only", "action", cwd=tmp_path)
    assert done.returncode == 0


def test_progress_appears_only_on_a_terminal_after_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io

    from changeadvisor.report.terminal import Progress

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for screen, patience, shown in (
        (Terminal(), 0.0, True),
        (Terminal(), 60.0, False),
        (io.StringIO(), 0.0, False),
    ):
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("TERM", "xterm")
        with Progress("Judging", patience) as progress:
            progress.update(1, 3)
            progress.update(3, 3)
        assert ("Judging" in screen.getvalue()) is shown


# --- small mends ----------------------------------------------------------------------------------


def test_convert_writes_one_file_and_refuses_what_it_does_not_write(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call(capsys, "convert", NORTHFIELD, tmp_path / "all.yaml")[0] == 0
    assert (tmp_path / "all.yaml").is_file()
    refused = call(capsys, "convert", NORTHFIELD, tmp_path / "all.csv")
    assert refused[0] == 2
    assert not (tmp_path / "all.csv").exists()


def test_a_framework_is_shown_and_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    shown = call(capsys, "rules", "show", "dice")
    assert shown[0] == 0
    assert "delivery.review_gap" in shown[1]
    assert "a framework, which scores facts" in call(capsys, "rules", "lint", "dice")[2]
