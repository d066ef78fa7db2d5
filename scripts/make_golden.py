"""Write the scenario workbook and the golden outputs anew: `make golden`.

Read the difference before you commit it.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
SCENARIOS = ("northfield", "minimal")


def outputs(name: str) -> dict[str, str]:
    """Every golden output of a scenario, by file name."""
    from changeadvisor.advice import advise, to_json
    from changeadvisor.io import load, rules
    from changeadvisor.report import render, terminal

    found = advise(load.load_programme(ROOT / "scenarios" / name), rules.load_rulebook())
    first = found.initiatives[-1] if name == "minimal" else found.initiative("reablement-redesign")
    assert first is not None
    return {
        f"{name}.json": to_json(found),
        f"{name}.html": _without_pictures(render.html(found)),
        f"{name}.table.txt": terminal.advice_table(found, 110),
        f"{name}.explain.txt": render.explanation(found, first),
    }


def _without_pictures(page: str) -> str:
    """The page with the digest of each picture in its place.

    What matplotlib draws would swell the golden files.
    """

    def short(match: re.Match[str]) -> str:
        return f"data:image/svg+xml;sha256,{hashlib.sha256(match[0].encode()).hexdigest()[:16]}"

    return re.sub(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+", short, page)


def main() -> int:
    """Write all of it."""
    from changeadvisor.io import load, workbook_write

    GOLDEN.mkdir(exist_ok=True)
    workbook_write.write_workbook(
        load.load_programme(ROOT / "scenarios" / "northfield"),
        ROOT / "scenarios" / "northfield" / "northfield.xlsx",
    )
    for name in SCENARIOS:
        for file, text in outputs(name).items():
            (GOLDEN / file).write_text(text, encoding="utf-8", newline="\n")
    _rules()
    return 0


def _rules() -> None:
    """The texts of tests/judgement/test_recommendation.py."""
    import json

    sys.path.insert(0, str(ROOT))
    from changeadvisor.errors import InputError
    from changeadvisor.judgement import recommend
    from tests.judgement import test_recommendation

    found = [
        json.dumps(test_recommendation.spelled(recommend(p, s)), indent=1, default=str)
        for p, s in test_recommendation.whole()
    ]
    test_recommendation.WORKING.write_text("\n".join(found) + "\n", encoding="utf-8", newline="\n")
    cases = next(
        m
        for m in test_recommendation.test_refuses_with_the_place_and_a_mend.pytestmark
        if m.name == "parametrize"
    ).args[1]
    texts = []
    for change, _ in cases:
        try:
            test_recommendation.read(
                {**test_recommendation.data([test_recommendation.GOOD]), **change}
            )
        except InputError as error:
            texts.append(f"{error}\n---\n")
    test_recommendation.GOLDEN.write_text("".join(texts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
