"""What several test modules share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from changeadvisor.judgement import Rule
from changeadvisor.model import Programme

ROOT = Path(__file__).parents[1]
NORTHFIELD = ROOT / "scenarios" / "northfield"
MINIMAL = ROOT / "scenarios" / "minimal"
SHARED = ROOT / ".." / "shared" / "data"


def programme(**more: Any) -> Programme:
    """A programme of bare data."""
    return Programme.model_validate(
        {"format": "changeadvisor/1", "programme": "P", "as_of": "2026-09-30", **more}
    )


def expected(folder: Path) -> dict[str, tuple[str | None, str | None]]:
    """The table of expected.md: initiative -> (action, route); a dash is no answer."""
    rows = re.findall(
        r"^\| ([a-z0-9-]+) \| (\S+) \| (\S+) \|",
        (folder / "expected.md").read_text(encoding="utf-8"),
        re.M,
    )
    return {
        id: (_word(action), _word(route))
        for id, action, route in rows
        if id != "initiative" and "---" not in id
    }


def _word(cell: str) -> str | None:
    return None if cell == "-" else cell


def untested(rule: Rule) -> tuple[str, ...]:
    """The states a rule is never shown in by its tests.

    One that looks at nothing need only be shown to fire.
    """
    shown = {t.expect for t in rule.tests}
    states = ("fired", "silent", "unknown") if rule.facts else ("fired",)
    return tuple(s for s in states if s not in shown)
