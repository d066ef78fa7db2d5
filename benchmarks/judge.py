"""How long one initiative takes, warm: `api.judge` without flips, in CPU time.

`make judge`. The bar is 20 ms (issue 17).
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import changeadvisor

NORTHFIELD = Path(__file__).parents[1] / "scenarios" / "northfield"


def main() -> int:
    """Judge each open initiative of Northfield ten times, and print the middle of each."""
    programme = changeadvisor.load(NORTHFIELD)
    middles = {}
    for initiative in programme.initiatives:
        if initiative.stage == "closed":
            continue
        changeadvisor.judge(programme, initiative.id, questions=["action"])
        took = []
        for _ in range(10):
            began = time.process_time()
            changeadvisor.judge(programme, initiative.id, questions=["action"])
            took.append(time.process_time() - began)
        middles[initiative.id] = statistics.median(took)
    for id, seconds in middles.items():
        print(f"{seconds * 1000:6.1f} ms  {id}")
    middle = statistics.median(middles.values())
    print(f"{middle * 1000:6.1f} ms  the middle one, {'met' if middle <= 0.02 else 'NOT MET'}")
    return 0 if middle <= 0.02 else 1


if __name__ == "__main__":
    sys.exit(main())
