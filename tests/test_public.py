"""The public face: these names and no others, imported when they are used."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import changeadvisor
from changeadvisor import api
from tests.helpers import ROOT

NAMES = [
    "Advice",
    "Difference",
    "Initiative",
    "InitiativeAdvice",
    "InputError",
    "Programme",
    "Recommendation",
    "Rulebook",
    "__version__",
    "advise",
    "compare",
    "judge",
    "load",
    "load_rulebook",
    "what_if",
]


def python(code: str) -> str:
    """Run code in a process of its own; what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    return done.stdout


def test_these_names_and_no_others() -> None:
    assert len(NAMES) <= 15
    assert sorted(changeadvisor.__all__) == NAMES
    assert dir(changeadvisor) == NAMES
    for name in NAMES:
        assert getattr(changeadvisor, name) is not None


def test_nothing_else_stands_in_the_namespace() -> None:
    """Of names without an underscore, only those asked for, and modules that were imported."""
    code = (
        "import json, types, typing, changeadvisor\n"
        f"for name in {NAMES!r}: getattr(changeadvisor, name)\n"
        "extra = {n: v for n, v in vars(changeadvisor).items() if not n.startswith('_')}\n"
        "ours = {n for n, v in extra.items() if not isinstance(v, types.ModuleType)}\n"
        "print(json.dumps(sorted(ours)))"
    )
    allowed = {*NAMES, "TYPE_CHECKING", "Any", "annotations", "import_module"}
    assert set(json.loads(python(code))) <= allowed


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'advice_on'"):
        changeadvisor.advice_on  # type: ignore[attr-defined]  # noqa: B018


def test_star_import_gives_the_names() -> None:
    names: dict[str, object] = {}
    exec("from changeadvisor import *", names)
    assert sorted({*names} - {"__builtins__"}) == NAMES


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'scipy', 'pydantic', 'networkx', 'matplotlib', 'click', 'rich', 'openpyxl'}"
    code = "import sys, changeadvisor\nfrom changeadvisor import advise, load, InputError\n"
    assert python(f"{code}print(sorted({heavy} & set(sys.modules)))") == "[]\n"


def test_importing_it_is_quick() -> None:
    """At most 150 ms of CPU on the machine of the issue; the figure here leaves room for a busy one."""
    python("import changeadvisor")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    python("import changeadvisor")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.6


def test_it_is_typed() -> None:
    assert (Path(changeadvisor.__file__).parent / "py.typed").exists()


def test_every_argument_is_documented() -> None:
    import inspect

    for name in ("advise", "compare", "judge", "load", "load_rulebook", "what_if"):
        function = getattr(changeadvisor, name)
        text = inspect.getdoc(function) or ""
        for argument in inspect.signature(function).parameters:
            assert f"\n    {argument}: " in text, f"{name}: {argument}"
        assert "Raises:" in text


def test_the_words_it_takes_are_those_of_the_engine() -> None:
    from changeadvisor import trajectory
    from changeadvisor.advice import PARTS

    assert api.PARTS == PARTS
    assert set(api.COURSES) == set(trajectory.COURSES)
