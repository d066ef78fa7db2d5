"""How long 1,000 initiatives take: `make speed`.

Each in a process of its own, CPU time, loading printed beside.

The register is written as YAML with 36 months of readings for each initiative, loaded, and advised
with `--only action`; then twice as many. The bars are 10 s and 1 GB, and 2.2 times for twice as
many.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from changeadvisor import simulation
from changeadvisor.advice import advise, to_json
from changeadvisor.io import load as loading
from changeadvisor.io import save
from changeadvisor.io.rules import load_rulebook

BEFORE, MONTH = 12, 24


def register(count: int, folder: Path) -> None:
    """A programme of `count` simulated initiatives, read for 12 months before and 24 after."""
    spec = simulation.Worlds(before=BEFORE, missing=0.0, reviews=(MONTH, MONTH + 3))
    drawn = simulation.draw(spec, count, 3)
    save.write_folder(
        simulation.programme(drawn, simulation.Decisions.none(count), MONTH, range(count)), folder
    )


def one(folder: Path) -> int:
    """Load and advise once.

    Prints seconds of CPU for both, and the most memory used (megabytes).
    """
    rulebook = load_rulebook()
    began = time.process_time()
    given = loading.load_programme(folder)
    loaded = time.process_time()
    text = to_json(advise(given, rulebook, parts=("action",)))
    done = time.process_time()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(loaded - began, done - loaded, most, len(text))
    return 0


def main() -> int:
    """Measure one and two thousand, the better of three runs each."""
    times = {}
    for count in (1000, 2000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "big"
            register(count, folder)
            command = [sys.executable, __file__, str(folder)]
            runs = [
                subprocess.run(command, capture_output=True, text=True, check=True)
                for _ in range(3)
            ]
        rows = [tuple(map(float, run.stdout.split())) for run in runs]
        load, took, memory, _ = min(rows, key=lambda r: r[1])
        times[count] = took
        every = ", ".join(f"{r[1]:.1f}" for r in rows)
        print(
            f"{count} initiatives: loading {load:.1f} s, advising {took:.1f} s CPU (runs: {every}),"
            f" {memory:.0f} MB"
        )
    ratio = times[2000] / times[1000]
    print(f"twice as many take {ratio:.2f} times as long (bar 2.2)")
    print(f"1,000 in 10 s: {'met' if times[1000] <= 10 else 'NOT MET'}")
    return 0 if times[1000] <= 10 and ratio <= 2.2 else 1


if __name__ == "__main__":
    sys.exit(one(Path(sys.argv[1])) if len(sys.argv) > 1 else main())
