"""What advice is worth where the truth is known: `make worlds [WORLDS=3000]`.

Worlds in worlds.yaml, all written down.

Prints every way of deciding beside perfect foresight and beside a decider who knows the present
class and curve, the same with parts left out, and what was advised by class and month. The truth is
drawn by other formulas than the engine reads by (changeadvisor.simulation); the engine sees only
the programme.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from changeadvisor import simulation
from changeadvisor.cli.simulate import simulation_table
from changeadvisor.io.rules import load_rulebook


def main(worlds: int, seed: int = 1) -> int:
    """Play, print, and say which bar is met."""
    began = time.process_time()
    spec = simulation.worlds_of(Path(__file__).with_name("worlds.yaml"), None, None)
    kinds = simulation.draw(spec, worlds, seed).old.kind
    ways = {
        "advice": simulation.by_advice(load_rulebook()),
        "improvements left": simulation.by_advice(load_rulebook(), improved=False),
        "worth alone": simulation.by_worth(),
        "without later choices": simulation.by_worth(flexible=False),
        "without delay and depth": simulation.by_worth(corrected=False),
        "without the class": simulation.by_worth(classed=False),
        **simulation.rules_of_thumb(kinds, seed),
    }
    found = simulation.compare(
        spec, worlds, seed, ways, lambda name: print(f"played: {name}", file=sys.stderr)
    )
    print(simulation_table(found, worlds, 120))
    advice = found[0]
    for k, kind in enumerate(("full", "partial", "none")):
        for action in simulation.ACTIONS:
            row = (advice.played.actions[kinds == k] == action).mean(axis=0)
            print(f"{kind:8} {action:16}", *(f"{v:6.1%}" for v in row))
    thumb = max(r.of_gap for r in found if r.name in simulation.rules_of_thumb(kinds, seed))
    bars = (
        ("of the ceiling, at least 0.36", advice.of_ceiling, advice.of_ceiling >= 0.36),
        ("its lower 95 % limit, above 0.32", advice.low, advice.low > 0.32),
        (
            "of the gap more than the best rule of thumb, at least 0.25",
            advice.of_gap - thumb,
            advice.of_gap - thumb >= 0.25,
        ),
        (
            "keepers ever stopped or changed, at most 0.12",
            advice.keepers_stopped,
            advice.keepers_stopped <= 0.12,
        ),
        (
            "class none advised away, at least 0.75",
            advice.failures_left,
            advice.failures_left >= 0.75,
        ),
        (
            "class none stopped or changed, at least 0.45",
            advice.failures_ended,
            advice.failures_ended >= 0.45,
        ),
    )
    for text, measured, met in bars:
        print(f"{'met    ' if met else 'NOT MET'} {measured:.3f} {text}")
    print(f"{time.process_time() - began:.0f} s CPU")
    return 0 if np.all([met for *_, met in bars]) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000))
