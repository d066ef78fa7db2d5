"""England's complete councils, each beside its region, read in one run from a file.

`make councils`. The limit is 10 s.

The data (Defra, OGL v3) lie beside the checkout and are never committed; without them this says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))


def main() -> int:
    """Write the programme, time the command, and print what it found. Status 1 beyond the limit."""
    from changeadvisor.io import save
    from tests import councils
    from tests.helpers import programme

    if not councils.PANEL.exists():
        print("the recycling panel is not beside this checkout: nothing was measured")
        return 0
    rows = councils.panel()
    areas = councils.areas(rows)
    region = {a["area"]: a.get("region") for a in areas}
    measures = [
        councils.measure(own, rows, [a for a in rows if region.get(a) == region.get(own)])
        for own in councils.complete(rows)
    ]
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside) / "councils"
        save.write_folder(programme(areas=areas, measures=measures), folder)
        began = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "changeadvisor",
            "measures",
            str(folder),
            "--format",
            "json",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - began
    found = json.loads(done.stdout)["measures"]
    placed = [m["comparative"]["position"] for m in found]
    print(
        f"{len(found)} councils beside their region: {seconds:.1f} s (limit 10), loading and start"
        " included"
    )
    print(
        ", ".join(f"{word or 'unsaid'} {placed.count(word)}" for word in sorted({*placed}, key=str))
    )
    return 0 if seconds <= 10 else 1


if __name__ == "__main__":
    sys.exit(main())
