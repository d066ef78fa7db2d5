"""Two published models of how things spread that the engine reads beside its own simulation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: Averages over many new products: innovation p and imitation q a year (Sultan, Farley and Lehmann
#: 1990, unverified).
BASS_P, BASS_Q = 0.03, 0.38


def bass_share(years: float, p: float = BASS_P, q: float = BASS_Q) -> float:
    """The share that has taken a new product up after `years`.

    F(t) of Bass (1969), hazard p + q F.
    """
    waning = float(np.exp(-(p + q) * years))
    return (1.0 - waning) / (1.0 + q / p * waning)


def bass_peak(p: float = BASS_P, q: float = BASS_Q) -> float:
    """Years until most take it up at once (Bass 1969): ln(q/p) / (p + q)."""
    return float(np.log(q / p)) / (p + q)


#: The design of Centola, Becker, Brackbill and Baronchelli (2018): each remembers the last twelve
#: plays of partners. Length of memory and of play from memory, unverified.
MEMORY, ROUNDS, RUNS = 12, 45, 200


@lru_cache(maxsize=256)
def tipped_share(group: int, committed: int, seed: int = 0) -> float:
    """The share of runs in which `committed` people turn the convention of a group of `group`.

    The published design: everybody else holds the old convention; in each round people meet in
    random pairs and each plays the new one where at least half of their last twelve partners did;
    the committed always play it. Turned: after 45 rounds three in four of the others play the new
    one (Centola and others 2018, Science 360, 1116-1119). That half is enough is our choice: it
    puts the tipping of a group of 24 at the published quarter; were a coin tossed at half, it would
    lie at 7 of 24.
    """
    if committed >= group:
        return 1.0
    rng = np.random.default_rng([seed, group, committed])
    seen = np.zeros((RUNS, group, MEMORY), bool)
    firm = np.arange(group) < committed
    plays = np.broadcast_to(firm, (RUNS, group)).copy()
    for step in range(ROUNDS):
        order = rng.permuted(np.broadcast_to(np.arange(group), (RUNS, group)), axis=1)
        half = group // 2
        first, second = order[:, :half], order[:, half : 2 * half]
        met = np.take_along_axis(plays, second, 1), np.take_along_axis(plays, first, 1)
        rows = np.arange(RUNS)[:, None]
        seen[rows, first, step % MEMORY], seen[rows, second, step % MEMORY] = met
        plays = (seen.sum(axis=2) * 2 >= MEMORY) | firm
    return float(np.mean(plays[:, committed:].mean(axis=1) >= 0.75))


@lru_cache(maxsize=256)
def enough_to_tip(group: int) -> int:
    """The fewest committed people who turn a group of `group` in at least half of the runs.

    1 at least. Groups of over 60 are read at the share of 60.
    """
    if group > 60:
        return round(enough_to_tip(60) / 60 * group)
    low, high = 1, max(1, group)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if tipped_share(group, middle) >= 0.5 else (middle + 1, high)
    return low
