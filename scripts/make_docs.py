"""Write the generated pages of docs/ and the compiled rules, or check that they are fresh.

`python scripts/make_docs.py [--check]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pages() -> dict[Path, str]:
    """Every generated page, by its place."""
    import json

    from changeadvisor.cli import schemas
    from changeadvisor.io import load, rules
    from changeadvisor.report import reference

    docs = ROOT / "docs"
    made = {docs / "vocabulary.md": reference.vocabulary_page(rules.vocabulary())}
    made[docs / "reference-classes.md"] = reference.classes_page(load.published_classes())
    made[docs / "spread.md"] = reference.spread_page()
    for path in rules.pack_files():
        made[docs / "rules" / f"{path.stem}.md"] = reference.pack_page(rules.load_pack(path))
    made[ROOT / "rules" / rules.COMPILED] = rules.compiled()
    for name in schemas.NAMES:
        text = json.dumps(schemas.schema(name), indent=2, ensure_ascii=False) + "\n"
        made[docs / "schemas" / f"{name}.schema.json"] = text
    return made


def main(check: bool) -> int:
    """Write, or with `check` compare; exit status 1 where a page is not fresh."""
    stale = [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8", newline="\n")
        print(f"{'not fresh' if check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
