"""How a practice spreads from colleague to colleague, month by month, many runs at once.

Under a mandate or without. Each person needs to see so many colleagues at it before they are
convinced (Granovetter 1978; more than one: complex contagion, Centola and Macy 2007). A mandate
makes people comply without being convinced; compliance fades when nobody looks, and sets less of an
example (compliance is not internalisation, Kelman 1958, unverified). People leave, and newcomers
begin as outsiders. Arrays are (people, runs).
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
    """The staff of each run. All chances are monthly."""

    threshold: NDArray[np.integer]
    """Colleagues whom each must see at it, people x runs; who needs none begins unasked."""
    resent: Flags
    """Who would need to see one more once they are ordered, people x runs."""
    genuine: Flags
    """Whose work is an example to others even while they only comply, people x runs."""
    act: Shares
    """The chance that somebody who sees enough is convinced, one a run."""
    leave: Shares
    """The chance that somebody convinced who sees too few gives up, one a run."""
    comply: Shares
    """The chance that somebody ordered complies while the board attends, one a run."""
    lapse: Shares
    """The chance that somebody who only complies gives up when it does not, one a run."""
    turnover: float = 0.0
    """The chance that somebody leaves."""


@dataclass(frozen=True, slots=True)
class Lead:
    """How it is led in each run."""

    attention: Shares
    """Of the board, 0 to 1, months x runs."""
    champions: Sequence[int] = ()
    """Who stays convinced whatever others do."""
    begin: NDArray[np.int64] | None = None
    """The month from which the champions do, by run; None: from the start."""


@dataclass(slots=True)
class _State:
    """Where everybody stands in a month, people x runs; changed in place, for speed."""

    convinced: Flags
    """Who does it because they believe in it."""
    complying: Flags
    """Who does it because it is ordered; some of them may be convinced as well."""
    champion: Flags
    """Who stays convinced whatever others do."""
    threshold: NDArray[np.integer]
    """Colleagues whom each must see at it, by now."""
    ordered: Flags
    """Runs in which it has been ordered."""


def spread(
    network: Network | None,
    people: People,
    lead: Lead,
    rng: np.random.Generator,
    now: Flags | None = None,
) -> tuple[Shares, Shares]:
    """The shares convinced, and complying only, at the end of each month.

    Two arrays (months + 1, runs). network None: everybody sees everybody. now: who is convinced at
    the start. Draws the same numbers whatever the way of leading, so that ways are compared under
    the same luck.
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
    if lead.begin is None:
        here = np.full(state.convinced.shape[1], month == 0)
    else:
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
    """One month: who sees enough is convinced, who is ordered complies, and some leave."""
    _order(people, attention, state)
    examples = state.convinced | (state.complying & people.genuine)
    enough = _seen(network, examples) >= state.threshold
    luck = _luck(rng, state.convinced.shape)
    # Giving up and taking up fall on different people, so that one draw serves both.
    gone = luck[0] < _parts(people.leave)
    gone &= ~(enough | state.champion)
    state.convinced &= ~gone
    enough &= luck[0] < _parts(people.act)
    state.convinced |= enough
    if attention.any() or state.complying.any():
        _comply(people, attention, state, luck[1])
    _turn_over(people.turnover, state, rng)


def _order(people: People, attention: Shares, state: _State) -> None:
    """Those who resent an order need to see one colleague more from the month it is given on.

    Unless they are convinced.
    """
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
    seen: NDArray[np.integer] = network.ties @ doing.view(np.uint8)
    return seen


def _luck(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.uint16]:
    """Two even draws of 16 bits for each person and run: a quarter of the time of floats."""
    count = 2 * shape[0] * shape[1]
    words = rng.integers(0, 2**64, -(-count // 4), np.uint64)
    return words.view(np.uint16)[:count].reshape(2, *shape)


def _parts(chance: Shares) -> NDArray[np.int32]:
    """Chances in parts of 65,536."""
    return np.rint(np.clip(chance, 0.0, 1.0) * _WHOLE).astype(np.int32)
