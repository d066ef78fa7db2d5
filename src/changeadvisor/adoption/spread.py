"""How a practice spreads from colleague to colleague, under a mandate or without, month by month, many runs at once.

Each person needs to see so many colleagues at it before they are convinced (Granovetter 1978; more
than one: complex contagion, Centola and Macy 2007). A mandate makes people comply without being
convinced; compliance fades when nobody looks, and sets less of an example (compliance is not
internalisation, Kelman 1958, unverified). People leave, and newcomers begin as outsiders. Arrays
are (people, runs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from changeadvisor.adoption.networks import Network

Shares = NDArray[np.float64]
Flags = NDArray[np.bool_]
_WHOLE = 65536


@dataclass(frozen=True, slots=True)
class People:
    """The staff of each run.

    threshold: colleagues each must see at it, (people, runs); 0 begins unasked.

    resent: who would need to see one more once they are ordered. genuine: whose work is an example
    to others even while they only comply. Monthly chances, one a run: act, that somebody who sees
    enough is convinced; leave, that somebody convinced who sees too few gives up; comply, that
    somebody ordered complies while the board attends; lapse, that somebody who only complies gives
    up when it does not. turnover: the chance a month that somebody leaves.
    """

    threshold: NDArray[np.integer]
    resent: Flags
    genuine: Flags
    act: Shares
    leave: Shares
    comply: Shares
    lapse: Shares
    turnover: float = 0.0


@dataclass(frozen=True, slots=True)
class Lead:
    """How it is led in each run.

    attention: of the board, 0 to 1, (months, runs). champions: who stays convinced whatever others do, from month
    `begin` of each run on (None: from the start).
    """

    attention: Shares
    champions: Sequence[int] = ()
    begin: NDArray[np.int64] | None = None


@dataclass(slots=True)
class _State:
    convinced: Flags
    complying: Flags
    champion: Flags
    threshold: NDArray[np.integer]
    ordered: Flags


def spread(
    network: Network | None,
    people: People,
    lead: Lead,
    rng: np.random.Generator,
    now: Flags | None = None,
) -> tuple[Shares, Shares]:
    """The shares convinced, and complying only, at the end of each month.

    Two arrays (months + 1, runs).

    network None: everybody sees everybody. now: who is convinced at the start. Draws the same
    numbers whatever the way of leading, so that ways are compared under the same luck.
    """
    months, (n, runs) = len(lead.attention), people.threshold.shape
    none = np.zeros((n, runs), bool)
    state = _State(
        none.copy() if now is None else now.copy(),
        none.copy(),
        none.copy(),
        people.threshold.copy(),
        np.zeros(runs, bool),
    )
    convinced, complying = np.empty((months + 1, runs)), np.empty((months + 1, runs))
    for month in range(months + 1):
        if month:
            _month(network, people, lead.attention[month - 1], state, rng)
        _seat(lead, month, state)
        convinced[month] = state.convinced.sum(axis=0, dtype=np.int32) / n
        complying[month] = (state.complying > state.convinced).sum(axis=0, dtype=np.int32) / n
    return convinced, complying


def _seat(lead: Lead, month: int, state: _State) -> None:
    """Champions take their seats in the runs where this is their month."""
    if not len(lead.champions):
        return
    runs = state.convinced.shape[1]
    here = np.ones(runs, bool) if lead.begin is None and month == 0 else np.zeros(runs, bool)
    if lead.begin is not None:
        here = lead.begin == month
    if here.any():
        who = np.ix_(np.asarray(lead.champions), np.flatnonzero(here))
        state.champion[who] = state.convinced[who] = True


def _month(
    network: Network | None,
    people: People,
    attention: Shares,
    state: _State,
    rng: np.random.Generator,
) -> None:
    """One month.

    Who sees enough is convinced or stays so, who is ordered complies, and some leave.
    """
    _order(people, attention, state)
    examples = state.convinced | (state.complying & people.genuine)
    enough = _seen(network, examples) >= state.threshold
    luck = _luck(rng, state.convinced.shape)
    gone = luck[0] < _parts(people.leave)
    gone &= ~(enough | state.champion)
    state.convinced &= ~gone
    enough &= luck[0] < _parts(people.act)
    state.convinced |= enough
    if attention.any() or state.complying.any():
        _comply(people, attention, state, luck[1])
    _turn_over(people.turnover, state, rng)


def _order(people: People, attention: Shares, state: _State) -> None:
    """Those who resent an order need to see one colleague more from the month it is given on, unless convinced."""
    newly = (attention > 0) & ~state.ordered
    if newly.any():
        state.threshold += people.resent & ~state.convinced & newly
        state.ordered |= newly


def _comply(people: People, attention: Shares, state: _State, luck: NDArray[np.uint16]) -> None:
    # Joining and lapsing take opposite ends of the same draw: nobody does both in a month.
    state.complying &= luck < _WHOLE - _parts(people.lapse * (1 - attention))
    state.complying |= luck < _parts(people.comply * attention)


def _turn_over(share: float, state: _State, rng: np.random.Generator) -> None:
    """Some leave; those who come are neither convinced nor champions."""
    cells = state.convinced.size
    many = rng.binomial(cells, share) if share > 0 else 0
    if many:
        who = rng.integers(0, cells, many)
        for held in (state.convinced, state.complying, state.champion):
            held.reshape(-1)[who] = False


def _seen(network: Network | None, doing: Flags) -> NDArray[np.integer]:
    """How many colleagues each person sees at it."""
    if network is None:
        return np.asarray(doing.sum(axis=0, dtype=np.int32)[None, :] - doing)
    found: NDArray[np.integer] = network.ties @ doing.view(np.uint8)
    return found


def _luck(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.uint16]:
    """Two even draws of 16 bits for each person and run."""
    count = 2 * shape[0] * shape[1]
    words = rng.integers(0, 2**64, -(-count // 4), np.uint64)
    return words.view(np.uint16)[:count].reshape(2, *shape)


def _parts(chance: Shares) -> NDArray[np.int32]:
    """Chances in parts of 65,536."""
    return np.rint(np.clip(chance, 0.0, 1.0) * _WHOLE).astype(np.int32)
