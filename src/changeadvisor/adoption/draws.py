"""What is drawn before a spread is simulated: every parameter of every run, networks and people.

What the register says is drawn from its estimates; what no published figure gives is drawn evenly
from the ranges of `judged`. Where an answer is not known, every level it could take is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from changeadvisor.adoption import networks
from changeadvisor.adoption.judged import (
    COMPLIANCE_COUNTS,
    COMPLY,
    EXAMPLE,
    JUDGED,
    RESENT,
    Judged,
)
from changeadvisor.adoption.networks import Network
from changeadvisor.adoption.spread import People
from changeadvisor.model import Adoption

Shares = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Networks among which the runs are split.
NETWORKS = 8


@dataclass(frozen=True, slots=True)
class Answers:
    """What people answered that bears on the spread: any of several levels; empty: not known."""

    commitment: frozenset[str] = frozenset()
    """Levels of how much it rests on commitment (`route.commitment`)."""
    accept: frozenset[str] = frozenset()
    """Levels of whether staff would go along if told (`route.accept_if_told`)."""


@dataclass(frozen=True, slots=True)
class Draws:
    """What was drawn for each run."""

    at: Mapping[str, Shares]
    """By parameter, where in its range (0 to 1) each run lies."""
    values: Mapping[str, Shares]
    """By parameter, its value in each run."""
    counts: Shares
    """What somebody counts for, in each run, who complies without being convinced."""


@dataclass(frozen=True, slots=True)
class Block:
    """Runs that share a network."""

    which: NDArray[np.int64]
    """The places of its runs among all."""
    network: Network
    """Who sees whom."""
    people: People
    """The staff in each of its runs."""
    now: Flags
    """Who works the new way already, people x runs."""
    hold: NDArray[np.int64]
    """Months for which the board attends fully, by run."""
    fade: Shares
    """Months in which its attention then halves, by run."""
    seed: tuple[int, ...]
    """Of the luck that every way of leading meets alike."""


def staff_in_all(adoption: Adoption) -> int:
    """How many people must change, as far as the register says."""
    if adoption.tied:
        named = {person for tie in adoption.tied for person in tie}
        return max(adoption.staff or 0, len(named))
    sized = sum(adoption.teams) if isinstance(adoption.teams, tuple) else 0
    return sized or adoption.staff or 0


def draw_parameters(
    adoption: Adoption, answers: Answers, runs: int, stream: tuple[int, ...]
) -> Draws:
    """Every parameter of every run, from the estimates, the answers and the ranges of judgement."""
    rng = np.random.default_rng((*stream, 0))
    at = {
        key: rng.random(runs)
        for key in (*JUDGED, "comply", "resent", "example", "mandate", "ready", "peers", "now")
    }
    values = {key: _between(held, at[key]) for key, held in JUDGED.items()}
    accept = _levels(answers.accept, COMPLY, rng, runs)
    for key, table in (("comply", COMPLY), ("resent", RESENT), ("example", EXAMPLE)):
        values[key] = np.array(
            [_between(table[level], u) for level, u in zip(accept, at[key], strict=True)]
        )
    values["comply"] = values["comply"] * _mandate(adoption, values["weak"], at["mandate"])
    for key, estimate in (("ready", adoption.ready), ("peers", adoption.peers_needed)):
        assert estimate is not None  # noqa: S101 (missing() has seen to it)
        values[key] = estimate.sample(at[key])
    now = adoption.now
    values["now"] = np.zeros(runs) if now is None else now.sample(at["now"])
    commitment = _levels(answers.commitment, COMPLIANCE_COUNTS, rng, runs)
    counts = np.array([COMPLIANCE_COUNTS[level] for level in commitment])
    return Draws(at, values, counts)


def _mandate(adoption: Adoption, weak: Shares, u: Shares) -> Shares:
    """How strong a mandate from the top would be, as a share of a strong one.

    As the register has it, else anything from weak to strong.
    """
    if adoption.mandate == "strong":
        return np.ones(len(weak))
    return weak if adoption.mandate == "weak" else np.asarray(weak + (1 - weak) * u)


def _between(held: Judged, u: Shares) -> Shares:
    return np.asarray(held.low + (held.high - held.low) * u)


def _levels(
    known: frozenset[str], table: Mapping[str, object], rng: np.random.Generator, runs: int
) -> list[str]:
    """A level for each run: the one that is known, else evenly among those it could be."""
    could = sorted(known & set(table)) or sorted(table)
    return [could[i] for i in rng.integers(0, len(could), runs)]


def blocks(adoption: Adoption, draws: Draws, stream: tuple[int, ...]) -> Iterator[Block]:
    """The runs in blocks, each with a network of its own."""
    for i, which in enumerate(np.array_split(np.arange(len(draws.counts)), NETWORKS)):
        if len(which):
            rng = np.random.default_rng((*stream, 1, i))
            close = round(float(np.mean(draws.values["close"][which[:1]])))
            network = _network(adoption, close, rng)
            yield _block(adoption, network, draws, which, rng, (*stream, 2, i))


def _network(adoption: Adoption, close: int, rng: np.random.Generator) -> Network:
    if adoption.tied:
        return networks.named(adoption.tied)
    sizes = networks.team_sizes(adoption.staff or 0, adoption.teams or 1)
    return networks.generated(sizes, adoption.mixing or 0.0, close, rng)


def _block(
    adoption: Adoption,
    network: Network,
    draws: Draws,
    which: NDArray[np.int64],
    rng: np.random.Generator,
    seed: tuple[int, ...],
) -> Block:
    value = {key: v[which] for key, v in draws.values.items()}
    shape = (network.size, len(which))
    people = People(
        threshold=_thresholds(network, value["ready"], value["peers"], value["spread"], rng),
        resent=rng.random(shape) < value["resent"],
        genuine=rng.random(shape) < value["example"],
        act=value["act"],
        leave=value["leave"],
        comply=value["comply"],
        lapse=value["lapse"],
        # A yearly share as the chance of one month.
        turnover=1 - (1 - (adoption.turnover or 0.0)) ** (1 / 12),
    )
    return Block(
        which=which,
        network=network,
        people=people,
        now=rng.random(shape) < value["now"],
        hold=np.rint(value["hold"]).astype(np.int64),
        fade=value["fade"],
        seed=seed,
    )


def _thresholds(
    network: Network, ready: Shares, peers: Shares, differ: Shares, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Colleagues whom each needs to see at it, people x runs.

    None for those who are ready; about `peers` for the others, and never more than they have.
    """
    shape = (network.size, len(ready))
    wanted = peers * (1 + differ * (2 * rng.random(shape, np.float32) - 1))
    # Rounded up or down by chance, so that the mean stays.
    whole = np.floor(wanted + rng.random(shape, np.float32))
    most = np.clip(network.degrees, 1, 250)[:, None]
    threshold = np.clip(whole, 1, most).astype(np.uint8)
    threshold[rng.random(shape, np.float32) < ready] = 0
    return threshold
