"""Write the scenario workbook and the golden outputs anew: `make golden`. Read the difference before you commit it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
SCENARIOS = ("northfield", "minimal")


def outputs(name: str) -> dict[str, str]:
    """Every golden output of a scenario, by file name."""
    from changeadvisor import advice, loading, report, terminal

    found = advice.advise(loading.load_programme(ROOT / "scenarios" / name), loading.load_judges())
    first = found.initiatives[-1] if name == "minimal" else found.initiative("reablement-redesign")
    assert first is not None
    return {
        f"{name}.json": advice.to_json(found),
        f"{name}.html": report.html(found),
        f"{name}.table.txt": terminal.advice_table(found, 110),
        f"{name}.explain.txt": report.explanation(found, first),
    }


def main() -> int:
    """Write all of it."""
    from changeadvisor import loading, workbook

    GOLDEN.mkdir(exist_ok=True)
    workbook.write_workbook(
        loading.load_programme(ROOT / "scenarios" / "northfield"), ROOT / "scenarios" / "northfield" / "northfield.xlsx"
    )
    for name in SCENARIOS:
        for file, text in outputs(name).items():
            (GOLDEN / file).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
