"""Who sees whom at work, and where champions sit.

Networks are made from team sizes and mixing, or from real ties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Network:
    """Who sees whom at work."""

    ties: sparse.csr_array
    """People x people, 1 where two see each other work: both ways, counted once."""
    names: tuple[str, ...] = ()
    """The people, where real ties name them; empty for a network that was generated."""

    @property
    def size(self) -> int:
        """How many people."""
        return int(self.ties.shape[0])

    @property
    def degrees(self) -> Ints:
        """How many colleagues each person sees."""
        return np.asarray(np.diff(self.ties.indptr), np.int64)


def team_sizes(staff: int, teams: int | Sequence[int]) -> tuple[int, ...]:
    """The sizes of the teams: as given, or as even as they can be."""
    if not isinstance(teams, int):
        return tuple(int(t) for t in teams if t > 0)
    count = max(1, min(teams, staff))
    whole, over = divmod(staff, count)
    return tuple(whole + (i < over) for i in range(count))


def generated(sizes: Sequence[int], mixing: float, close: int, rng: np.random.Generator) -> Network:
    """Teams whose members see up to `close` team mates.

    A share `mixing` of all ties lead out of the team. Within a team neighbours' neighbours are
    mostly neighbours (a ring lattice, as in Watts and Strogatz 1998); ties between teams are
    random.
    """
    n = int(sum(sizes))
    inside = np.zeros((0, 2), np.int64) if mixing >= 1 else _inside(sizes, close)
    wanted = n * close / 2 if mixing >= 1 else len(inside) * mixing / (1 - mixing)
    return of_edges(n, np.concatenate([inside, _between(sizes, round(wanted), rng)]))


def named(pairs: Sequence[tuple[str, str]]) -> Network:
    """The network of real ties; everybody who is named is in it, in the order of their names."""
    names = tuple(sorted({person for pair in pairs for person in pair}))
    at = {name: i for i, name in enumerate(names)}
    edges = np.array([(at[a], at[b]) for a, b in pairs if a != b], np.int64).reshape(-1, 2)
    return Network(of_edges(len(names), edges).ties, names)


def of_edges(n: int, edges: NDArray[np.int64]) -> Network:
    """A network of n people from an array of pairs (m, 2): each pair once, both ways."""
    both = np.concatenate([edges, edges[:, ::-1]]) if len(edges) else edges.reshape(0, 2)
    keys = np.unique(both[:, 0] * n + both[:, 1])
    rows, columns = np.divmod(keys, max(n, 1))
    # Counts of colleagues fit a byte where nobody sees more than 255 people.
    most = int(np.bincount(rows, minlength=1).max(initial=0))
    kind = np.uint8 if most <= 255 else np.uint16
    ties = sparse.csr_array((np.ones(len(keys), kind), (rows, columns)), shape=(n, n))
    return Network(ties)


def _inside(sizes: Sequence[int], close: int) -> NDArray[np.int64]:
    """Each person with the next `close / 2` in a ring of the team.

    With the whole team where it is small.
    """
    held, start = np.asarray(sizes, np.int64), np.concatenate([[0], np.cumsum(sizes)[:-1]])
    team = np.repeat(np.arange(len(held)), held)
    place = np.arange(int(held.sum())) - start[team]
    steps = []
    for step in range(1, max(1, close // 2) + 1):
        # In a ring of k people the step d and the step k - d are the same pair.
        keep = held[team] > 2 * step - 1
        there = start[team] + (place + step) % held[team]
        steps.append(np.stack([np.arange(len(team))[keep], there[keep]], axis=1))
    edges: Ints = np.concatenate(steps)
    apart: Ints = edges[edges[:, 0] != edges[:, 1]]
    return apart


def _between(sizes: Sequence[int], wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Random pairs of people in different teams, about `wanted` of them.

    None where there is one team.
    """
    n, team = int(sum(sizes)), np.repeat(np.arange(len(sizes)), sizes)
    if len(sizes) < 2 or wanted <= 0:
        return np.zeros((0, 2), np.int64)
    # A few more are drawn than are wanted: some pairs fall within one team.
    outside = 1 - float(np.sum((np.asarray(sizes) / n) ** 2))
    drawn = rng.integers(0, n, (int(wanted / outside * 1.05) + 8, 2))
    apart: Ints = drawn[team[drawn[:, 0]] != team[drawn[:, 1]]][:wanted]
    return apart


def seats(
    network: Network, champions: int, cluster: int, rng: np.random.Generator
) -> tuple[tuple[int, ...], ...]:
    """Where `champions` sit: groups of `cluster` close colleagues, far from each other.

    In groups of 1 they sit one by one. Each group begins with the person who sees most colleagues
    among those not yet near a group, and grows by whoever has most ties into it; ties are broken at
    random.
    """
    order = np.lexsort((rng.random(network.size), -network.degrees))
    free = np.ones(network.size, bool)
    near = np.zeros(network.size, bool)
    groups: list[tuple[int, ...]] = []
    left = min(champions, network.size)
    while left > 0:
        fresh = order[free[order] & ~near[order]]
        first = int(fresh[0]) if len(fresh) else int(order[free[order]][0])
        group = _grown(network, first, min(cluster, left), free)
        groups.append(group)
        left -= len(group)
        for person in group:
            near[_colleagues(network, person)] = True
    return tuple(groups)


def _grown(network: Network, first: int, size: int, free: NDArray[np.bool_]) -> tuple[int, ...]:
    """A group of close colleagues around one person, taken out of those who are free."""
    group, into = [first], np.zeros(network.size, np.int64)
    free[first] = False
    while len(group) < size:
        into[_colleagues(network, group[-1])] += 1
        best = int(np.argmax(np.where(free, into, 0)))
        if not free[best] or into[best] == 0:
            break
        group.append(best)
        free[best] = False
    return tuple(group)


def _colleagues(network: Network, person: int) -> Ints:
    ties = network.ties
    return np.asarray(ties.indices[ties.indptr[person] : ties.indptr[person + 1]], np.int64)
