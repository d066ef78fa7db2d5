"""Networks as arrays: reach of every node, and times passed down the graph for many draws at once.

Knows nothing of programmes. Times by the critical path method (Kelley and Walker 1959, Proc.
Eastern Joint Computer Conference), drawn many times over (Van Slyke 1963, Operations Research
11(5), 839-860), where the share of draws in which a node is critical is its criticality. What is
shallow is worked out level by level, what is deep node by node; both give the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.errors import CycleError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]
    Places = NDArray[np.intp]

#: Levels a node, at most, for working level by level: a chain is one node a level.
SHALLOW = 0.2
#: Draws with which levels pay: with many draws one pass a node is as quick, and needs no copies.
FEW_DRAWS = 64
#: Draws worked at once where slack is needed, to keep memory small.
CHUNK = 1_024


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes 0 to `count` - 1 and the edges between them."""

    count: int
    """How many nodes there are."""
    before: Places
    """For each edge, the node that must end first."""
    after: Places
    """For each edge, the node that can start only then."""
    lag: Grid
    """For each edge, the time between that end and that start."""
    order: Places
    """All nodes, each after all before it."""
    level: Places
    """The longest way down to each node, in edges."""

    @classmethod
    def of(cls, count: int, edges: Sequence[tuple[int, int, float]]) -> Network:
        """From edges (before, after, lag). Raises CycleError where they make a ring."""
        import numpy as np

        made = np.array(sorted(edges), dtype=np.float64).reshape(-1, 3)
        before, after = made[:, 0].astype(np.intp), made[:, 1].astype(np.intp)
        level = _levels(count, before, after)
        return cls(count, before, after, made[:, 2], np.argsort(level, kind="stable"), level)

    @property
    def depth(self) -> int:
        """How many levels there are."""
        return int(self.level.max(initial=-1)) + 1


def _levels(count: int, before: Places, after: Places) -> Places:
    """The level of each node, by taking away what waits for nothing (Kahn 1962)."""
    import numpy as np

    level, waits = np.zeros(count, np.intp), np.bincount(after, minlength=count)
    start, onward = _grouped(before, after, count)
    ready = [int(n) for n in np.flatnonzero(waits == 0)]
    done, at = 0, 0
    while ready:
        done += len(ready)
        level[ready] = at
        following = []
        for node in ready:
            for other in onward[start[node] : start[node + 1]].tolist():
                waits[other] -= 1
                if waits[other] == 0:
                    following.append(other)
        ready, at = following, at + 1
    if done < count:
        raise CycleError(_ring(before, after, waits))
    return level


def _grouped(keys: Places, values: Places, count: int) -> tuple[Places, Places]:
    """Values by key: where those of each key begin, and all values in the order of keys."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    return np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=count))]), values[order]


def _ring(before: Places, after: Places, waits: Places) -> tuple[str, ...]:
    """A ring among the nodes that still wait, as numbers."""
    inward = {
        int(b): int(a) for a, b in zip(before, after, strict=True) if waits[a] > 0 and waits[b] > 0
    }
    node, seen = min(inward), []
    while node not in seen:
        seen.append(node)
        node = inward[node]
    ring = seen[seen.index(node) :][::-1]
    first = ring.index(min(ring))
    ring = ring[first:] + ring[:first]
    return tuple(str(n) for n in [*ring, ring[0]])


def reach_counts(network: Network) -> Places:
    """How many nodes lie downstream of each, every one counted once, itself not."""
    import numpy as np

    # Sets as rows of bits: 10,000 nodes take 12 MB, and a union is one `or`.
    bits = np.zeros((network.count, -(-network.count // 64)), np.uint64)
    start, onward = _grouped(network.before, network.after, network.count)
    one = np.uint64(1)
    for node in network.order[::-1].tolist():
        row = bits[node]
        for other in onward[start[node] : start[node + 1]].tolist():
            row |= bits[other]
            row[other >> 6] |= one << np.uint64(other & 63)
    counts: Places = np.bitwise_count(bits).sum(axis=1, dtype=np.intp)
    return counts


def propagate(network: Network, earliest: Grid, durations: Grid) -> Grid:
    """Finishes, nodes x draws: each starts when it may and all before it have ended.

    Lags are added. earliest, durations: nodes x draws, or nodes x 1.
    """
    import numpy as np

    draws = max(earliest.shape[1], durations.shape[1])
    finishes = np.empty((network.count, draws))
    shallow = network.depth <= SHALLOW * network.count and draws <= FEW_DRAWS
    (_by_levels if shallow else _by_nodes)(network, earliest, durations, finishes)
    return finishes


def _by_levels(network: Network, earliest: Grid, durations: Grid, finishes: Grid) -> None:
    """A level at a time: every edge into it at once."""
    import numpy as np

    into = np.argsort(network.level[network.after], kind="stable")
    cuts = np.searchsorted(network.level[network.after][into], np.arange(network.depth + 1))
    nodes = np.searchsorted(network.level[network.order], np.arange(network.depth + 1))
    for k in range(network.depth):
        here, edges = network.order[nodes[k] : nodes[k + 1]], into[cuts[k] : cuts[k + 1]]
        finishes[here] = earliest[here]
        if len(edges):
            edges = edges[np.argsort(network.after[edges], kind="stable")]
            targets, first = np.unique(network.after[edges], return_index=True)
            ready = finishes[network.before[edges]] + network.lag[edges, None]
            finishes[targets] = np.maximum(
                finishes[targets], np.maximum.reduceat(ready, first, axis=0)
            )
        finishes[here] += durations[here]


def _by_nodes(network: Network, earliest: Grid, durations: Grid, finishes: Grid) -> None:
    """A node at a time, all draws at once, in place: no more than one row is copied."""
    import numpy as np

    begin, edges = _grouped(network.after, np.arange(len(network.after)), network.count)
    lags, before = network.lag.tolist(), network.before.tolist()
    lagged = np.empty(finishes.shape[1])
    for node in network.order.tolist():
        row = finishes[node]
        row[:] = earliest[node]
        for edge in edges[begin[node] : begin[node + 1]].tolist():
            ended = finishes[before[edge]]
            if lags[edge]:
                ended = np.add(ended, lags[edge], out=lagged)
            np.maximum(row, ended, out=row)
        row += durations[node]


def criticality(network: Network, earliest: Grid, durations: Grid) -> Grid:
    """The share of draws in which each node, ending later, would put off the last end of all.

    That is: in which its slack is nothing.
    """
    import numpy as np

    draws = max(earliest.shape[1], durations.shape[1])
    critical = np.zeros(network.count)
    for k in range(0, draws, CHUNK):
        some = slice(k, k + CHUNK)
        own = durations[:, some] if durations.shape[1] > 1 else durations
        may = earliest[:, some] if earliest.shape[1] > 1 else earliest
        finishes = propagate(network, may, own)
        critical += _critical(network, finishes - own, finishes).sum(axis=1)
    shares: Grid = critical / draws
    return shares


def _critical(network: Network, starts: Grid, finishes: Grid) -> NDArray[np.bool_]:
    """Whether each node has no slack, by draw.

    It ends last, or something critical starts the moment it has ended.
    """
    import numpy as np

    last = finishes.max(axis=0, initial=0.0)
    near = 1e-9 * np.maximum(1.0, np.abs(last))
    critical: NDArray[np.bool_] = finishes >= last - near
    begin, edges = _grouped(network.before, np.arange(len(network.before)), network.count)
    for node in network.order[::-1].tolist():
        for edge in edges[begin[node] : begin[node + 1]].tolist():
            other = network.after[edge]
            binds = finishes[node] + network.lag[edge] >= starts[other] - near
            critical[node] |= critical[other] & binds
    return critical
