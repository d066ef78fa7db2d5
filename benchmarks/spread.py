"""How long the simulated spread takes: 10,000 staff, 500 runs of 36 months, each of four routes.

`make spread`.

Bars: 20 s CPU in all, 500 MB, and time linear in staff. Bottom-up is played twice (champions one by
one and together), so that five simulations are timed where four are asked.
"""

from __future__ import annotations

import datetime as dt
import resource
import time

from changeadvisor.adoption import Answers, Diffusion, simulate_adoption
from changeadvisor.model import Adoption

AS_OF = dt.date(2026, 9, 30)
RUNS = 500


def register(staff: int) -> Adoption:
    """Staff in teams of 15, to be won in 24 months; a year later is month 36."""
    return Adoption.model_validate(
        {
            "staff": staff,
            "teams": staff // 15,
            "ready": [0.02, 0.06, 0.12],
            "peers_needed": [1.5, 2.5, 3.5],
            "mixing": 0.15,
            "champions": staff // 50,
            "mandate": "strong",
            "turnover": 0.12,
            "needed": 0.7,
            "by": AS_OF.replace(year=AS_OF.year + 2),
            "now": 0,
        }
    )


def seconds(staff: int) -> float:
    """CPU seconds of one simulation of all routes."""
    began = time.process_time()
    found = simulate_adoption(register(staff), AS_OF, Answers(), seed=0, runs=RUNS)
    took = time.process_time() - began
    if not isinstance(found, Diffusion) or found.runs != RUNS or found.by + 12 != 36:
        raise SystemExit(f"not what was to be timed: {found}")
    print(
        f"{staff:6} staff: {took:5.2f} s CPU; stands: "
        + ", ".join(f"{w.way} {w.stands:.2f}" for w in found.ways)
    )
    return took


def main() -> None:
    """Time three sizes and print the bars."""
    seconds(500)  # imports and caches
    took = {staff: seconds(staff) for staff in (2500, 5000, 10000)}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"10,000 staff, {RUNS} runs of 36 months, all: {took[10000]:.1f} s CPU (bar 20),"
        f" {memory:.0f} MB (bar 500)"
    )
    print(
        f"Twice the staff: {took[5000] / took[2500]:.2f} and {took[10000] / took[5000]:.2f} times"
        " as long (linear: 2)"
    )


if __name__ == "__main__":
    main()
