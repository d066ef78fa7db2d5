"""Speed of the graph.

Reach of every node beside networkx, and ten thousand draws through a thousand nodes.

Each bar is a ratio or a limit within this run (CPU time). Exit status 1 where one is missed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np

from changeadvisor.graph import Network, propagate, reach_counts

LEVELS, PARENTS = 30, 3


def made(count: int, seed: int) -> list[tuple[int, int, float]]:
    """About thirty levels, three edges into each node."""
    rng = np.random.default_rng(seed)
    level = np.sort(rng.integers(0, LEVELS, count))
    edges = set()
    for node in range(count):
        above = np.searchsorted(level, level[node])
        below = np.searchsorted(level, max(level[node] - 3, 0))
        if above > 0:
            edges |= {(int(p), node) for p in rng.integers(below, above, PARENTS)}
    return [(a, b, 1.0) for a, b in sorted(edges)]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what came out."""
    before = time.process_time()
    found = work()
    return time.process_time() - before, found


def reach() -> bool:
    """Downstream counts of 10,000 nodes."""
    edges = made(10_000, 1)
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(range(10_000))
    graph.add_edges_from((a, b) for a, b, _ in edges)
    theirs, slow = timed(lambda: [len(nx.descendants(graph, k)) for k in range(10_000)])
    net = Network.of(10_000, edges)
    ours, quick = min((timed(lambda: reach_counts(net)) for _ in range(3)), key=lambda r: r[0])
    same = quick.tolist() == slow
    print(
        f"reach of 10,000 nodes: networkx {theirs:.1f} s, ours {ours * 1e3:.0f} ms,"
        f" {theirs / ours:.0f} times (bar 200)"
    )
    return same and theirs >= 200 * ours


def draws() -> bool:
    """10,000 draws over 1,000 nodes."""
    net = Network.of(1_000, made(1_000, 2))
    rng = np.random.default_rng(3)
    drawing, durations = timed(lambda: rng.lognormal(1.0, 0.4, (1_000, 10_000)))
    spent = min(timed(lambda: propagate(net, np.zeros((1_000, 1)), durations))[0] for _ in range(3))
    print(
        f"10,000 draws over 1,000 nodes: {spent:.3f} s CPU beyond {drawing:.2f} s for the draws"
        " (bar 0.3)"
    )
    return spent <= 0.3


def chain() -> bool:
    """A chain of 10,000 nodes, node by node."""
    net = Network.of(10_000, [(k, k + 1, 0.0) for k in range(9_999)])
    spent, ends = timed(lambda: propagate(net, np.zeros((10_000, 1)), np.ones((10_000, 10))))
    print(f"a chain of 10,000, ten draws: {spent:.3f} s CPU, length {ends[-1, 0]:.0f}")
    return bool(ends[-1, 0] == 10_000)


if __name__ == "__main__":
    sys.exit(0 if all([reach(), draws(), chain()]) else 1)
