"""What the advised way of leading is worth in simulated organisations whose truth is known.

`make routes`.

Each organisation has settings that decide how every way of leading ends. The engine does not get
them: it gets the questions answered with errors and gaps, and rough estimates of its staff. Success
= the change fits (who knows, who can, what it is for, who backs it) and enough people work the new
way by the date and still do a year later. The truth differs from the engine's own simulation: other
networks, other parameters, and a fit the simulation knows nothing of. The penalties of a poor fit
are ours: they put into figures what the authors of methods.md section 4 say in words.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from changeadvisor.adoption import WAYS, Way, networks
from changeadvisor.adoption.spread import Lead, People, spread
from changeadvisor.advice import order_of, route_sheets
from changeadvisor.io import rules
from changeadvisor.judgement import judge
from changeadvisor.model import Programme, add_months

AS_OF = dt.date(2026, 9, 30)
#: Runs of each organisation under each way, from which its true chances are taken.
LUCK = 24
#: An answer is right so often; else it is a neighbouring level. So many are not given at all.
RIGHT, GIVEN = 0.8, 0.8

#: Levels of each answer, from what is found where the top can lead to what is found where the front
#: line can.
LEVELS: dict[str, tuple[str, ...]] = {
    "route.accept_if_told": ("likely", "unsure", "unlikely"),
    "route.agent_power": ("strong", "moderate", "weak"),
    "route.capability": ("low", "medium", "high"),
    "route.commitment": ("not-needed", "helpful", "essential"),
    "route.failure_cost": ("statutory", "serious", "low"),
    "route.goal": ("cost", "both", "capability"),
    "route.knowledge": ("leaders", "shared", "front-line"),
    "route.local_variation": ("little", "some", "much"),
    "route.middle_managers": ("oppose", "support", "lead"),
    "route.professional_identity": ("weak", "moderate", "strong"),
    "route.shared_goals": ("no", "partly", "yes"),
    "route.time": ("little", "some", "plenty"),
    "support.sponsor": ("strong", "moderate", "weak"),
    "support.staff": ("reluctant", "willing", "eager"),
    "route.spread": ("partly", "mostly"),
}
#: What a poor fit leaves of the chance, by answer: (top-down, top-then-below, below-then-top,
#: bottom-up).
FIT: dict[str, dict[str, tuple[float, float, float, float]]] = {
    "route.knowledge": {
        "leaders": (1.0, 0.75, 0.5, 0.3),
        "shared": (0.6, 1.0, 1.0, 0.6),
        "front-line": (0.3, 0.5, 0.8, 1.0),
    },
    "route.shared_goals": {
        "no": (1.0, 0.8, 0.5, 0.3),
        "partly": (0.9, 1.0, 0.95, 0.75),
        "yes": (0.75, 0.85, 1.0, 1.0),
    },
    "route.capability": {
        "low": (1.0, 0.75, 0.5, 0.3),
        "medium": (0.85, 1.0, 0.95, 0.75),
        "high": (0.7, 0.8, 1.0, 1.0),
    },
    "route.local_variation": {
        "little": (1.0, 0.85, 0.8, 0.7),
        "some": (0.8, 1.0, 1.0, 0.9),
        "much": (0.5, 0.7, 0.9, 1.0),
    },
    "route.goal": {
        "cost": (1.0, 0.75, 0.6, 0.4),
        "both": (0.7, 1.0, 0.95, 0.7),
        "capability": (0.45, 0.65, 0.85, 1.0),
    },
    "route.middle_managers": {
        "oppose": (1.0, 0.85, 0.7, 0.6),
        "support": (1.0, 1.0, 1.0, 1.0),
        "lead": (0.8, 0.95, 1.0, 1.0),
    },
    "route.failure_cost": {
        "statutory": (1.0, 1.0, 0.9, 0.7),
        "serious": (1.0, 1.0, 1.0, 0.95),
        "low": (1.0, 1.0, 1.0, 1.0),
    },
}
#: How far each answer strays from the leaning of the organisation, in levels (standard deviation).
STRAY = 0.3


@dataclass(frozen=True, slots=True)
class Organisation:
    """The truth about one organisation.

    The answers as they are, its staff, and the chance of each way (WAYS).
    """

    answers: dict[str, str]
    staff: dict[str, float]
    chances: NDArray[np.float64]


def drawn(count: int, seed: int) -> list[Organisation]:
    """Organisations with their true chances."""
    return [_organisation(np.random.default_rng((seed, i))) for i in range(count)]


def _organisation(rng: np.random.Generator) -> Organisation:
    leaning = rng.beta(0.5, 0.5)
    answers = {name: _level(levels, leaning, rng) for name, levels in LEVELS.items()}
    accept = float(
        rng.uniform(
            *{"likely": (0.66, 1), "unsure": (0.33, 0.66), "unlikely": (0, 0.33)}[
                answers["route.accept_if_told"]
            ]
        )
    )
    months = {
        "plenty": rng.integers(20, 30),
        "some": rng.integers(12, 20),
        "little": rng.integers(8, 12),
    }
    willing = {"no": 0.5, "partly": 1.0, "yes": 1.8}[answers["route.shared_goals"]]
    staff = {
        "staff": float(rng.integers(80, 500)),
        "team": float(rng.integers(7, 20)),
        "mixing": float(rng.uniform(0.05, 0.4)),
        "ready": float(rng.beta(2, 14)) * willing,
        "peers": float(rng.uniform(1.5, 4)),
        "champions": float(rng.uniform(0.04, 0.14)),
        "turnover": float(rng.uniform(0.05, 0.2)),
        "needed": float(rng.uniform(0.55, 0.8)),
        "by": float(months[answers["route.time"]]),
        "accept": accept,
    }
    fit = np.prod([FIT[name][answers[name]] for name in FIT], axis=0)
    return Organisation(answers, staff, fit * _adopted(answers, staff, rng))


def _level(levels: Sequence[str], leaning: float, rng: np.random.Generator) -> str:
    """A level near the leaning of the organisation, or off it."""
    at = leaning * (len(levels) - 1) + rng.normal(0, STRAY)
    return levels[int(np.clip(np.rint(at), 0, len(levels) - 1))]


def _adopted(
    answers: dict[str, str], staff: dict[str, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    """The chance that enough take it up in time and stay, for each way."""
    n, months = int(staff["staff"]), int(staff["by"]) + 12
    network = _network(n, int(staff["team"]), staff["mixing"], rng)
    people = _people(answers, staff, network, rng)
    counts = {"not-needed": 1.0, "helpful": 0.5, "essential": 0.0}[answers["route.commitment"]]
    hold = {"strong": 14, "moderate": 9, "weak": 3}[answers["support.sponsor"]]
    champions = max(1, round(staff["champions"] * n))
    who = [p for group in networks.seats(network, champions, 3, rng) for p in group]
    won, start = [], int(rng.integers(2**31))
    for way in WAYS:
        convinced, complying = spread(
            network, people, _lead(way, hold, who, months), np.random.default_rng(start)
        )
        share = convinced + counts * complying
        there = (share[: int(staff["by"]) + 1] >= staff["needed"]).any(axis=0) & (
            share[-1] >= staff["needed"]
        )
        won.append(float(there.mean()))
    return np.array(won)


def _network(n: int, team: int, mixing: float, rng: np.random.Generator) -> networks.Network:
    """Teams in which everybody sees about half of the others, and random ties between them."""
    teams = np.arange(n) // team
    inside = rng.integers(0, team, (n * team // 4, 2))
    base = rng.integers(0, n // team + 1, len(inside))[:, None] * team
    pairs = np.minimum(base + inside, n - 1)
    across = rng.integers(0, n, (round(len(pairs) * mixing / (1 - mixing)), 2))
    edges = np.concatenate([pairs, across[teams[across[:, 0]] != teams[across[:, 1]]]])
    return networks.of_edges(n, edges[edges[:, 0] != edges[:, 1]])


def _people(
    answers: dict[str, str],
    staff: dict[str, float],
    network: networks.Network,
    rng: np.random.Generator,
) -> People:
    n, one, accept = network.size, np.ones(LUCK), staff["accept"]
    need = 1 + rng.poisson(max(0.0, staff["peers"] - 1), (n, LUCK))
    threshold = np.clip(need, 1, np.maximum(network.degrees, 1)[:, None]).astype(np.uint8)
    threshold[rng.random((n, LUCK)) < staff["ready"]] = 0
    power = {"strong": 1.0, "moderate": 0.85, "weak": 0.55}[answers["route.agent_power"]]
    return People(
        threshold=threshold,
        resent=rng.random((n, LUCK)) < 0.6 * (1 - accept) ** 1.5,
        genuine=rng.random((n, LUCK)) < accept,
        act=one * rng.uniform(0.2, 0.8),
        leave=one * rng.uniform(0.01, 0.12),
        comply=one * (0.04 + 0.5 * accept**1.5) * power,
        lapse=one * rng.uniform(0.05, 0.4),
        turnover=1 - (1 - staff["turnover"]) ** (1 / 12),
    )


def _lead(way: Way, hold: int, who: Sequence[int], months: int) -> Lead:
    """A board holds its attention for `hold` months, half of that in a blend, then lets go."""
    half = max(1, hold // 2)
    start, held = {
        "top-down": (0, hold),
        "top-then-below": (0, half),
        "below-then-top": (half, half),
    }.get(way, (0, 0))
    month = np.arange(months)
    waning = np.clip(1 - (month - start - held + 1) / 6, 0, 1)
    attention = np.where((month < start) | (held == 0), 0.0, np.minimum(1.0, waning))
    begin = np.full(LUCK, half if way == "top-then-below" else 0)
    return Lead(
        np.repeat(attention[:, None], LUCK, axis=1), [] if way == "top-down" else who, begin
    )


# --- what the engine gets -------------------------------------------------------------------------


def register(organisations: Sequence[Organisation], seed: int) -> Programme:
    """All organisations as the initiatives of one register.

    Noisy answers, gaps, rough estimates.
    """
    initiatives = [
        _initiative(i, o, np.random.default_rng((seed, i, 7))) for i, o in enumerate(organisations)
    ]
    data = {
        "format": "changeadvisor/1",
        "programme": "Simulated",
        "as_of": AS_OF,
        "initiatives": initiatives,
    }
    return Programme.model_validate(data)


def _initiative(i: int, o: Organisation, rng: np.random.Generator) -> dict[str, Any]:
    judged = {
        name: _answered(LEVELS[name], level, rng)
        for name, level in o.answers.items()
        if rng.random() < GIVEN
    }
    s = o.staff
    adoption = {
        "staff": int(s["staff"]),
        "teams": max(1, round(s["staff"] / s["team"])),
        "ready": _rough(s["ready"], rng, 1.0),
        "peers_needed": _rough(s["peers"], rng),
        "mixing": float(np.clip(s["mixing"] * rng.uniform(0.6, 1.5), 0, 0.9)),
        "champions": max(1, round(s["champions"] * s["staff"])),
        "mandate": "strong",
        "turnover": float(np.clip(s["turnover"] * rng.uniform(0.8, 1.2), 0, 1)),
        "needed": s["needed"],
        "by": add_months(AS_OF, int(s["by"])),
        "now": 0.0,
    }
    return {
        "id": f"o{i:04}",
        "title": f"Organisation {i}",
        "stage": "design",
        "adoption": adoption,
        "judgements": judged,
    }


def _answered(levels: Sequence[str], level: str, rng: np.random.Generator) -> str:
    """The level as somebody answers it: mostly right, else the next one up or down."""
    at = levels.index(level)
    if rng.random() < RIGHT:
        return level
    near = [k for k in (at - 1, at + 1) if 0 <= k < len(levels)]
    return levels[int(rng.choice(near))]


def _rough(value: float, rng: np.random.Generator, most: float = 100.0) -> list[float]:
    """P10, P50 and P90 of somebody who is often off by a third."""
    middle = min(value * float(np.exp(rng.normal(0, 0.35))), most * 0.6)
    return [middle * 0.6, middle, min(middle * 1.6, most)]


# --- how it ends ----------------------------------------------------------------------------------


def advised(
    organisations: Sequence[Organisation], seed: int
) -> tuple[NDArray[np.float64], dict[str, int]]:
    """The true chance of the advised way in each organisation (no answer.

    A coin), and how often each was advised.
    """
    rulebook = rules.load_rulebook()
    sheets = route_sheets(register(organisations, seed), rulebook, seed=seed)
    found, counted = np.empty(len(organisations)), dict.fromkeys([*WAYS, "no answer"], 0)
    for i, o in enumerate(organisations):
        sheet = sheets[f"o{i:04}"]
        answer = judge(rulebook.route, sheet).answer
        way = order_of(rulebook.order, sheet).first if answer == "blended" else answer
        counted[way or "no answer"] += 1
        found[i] = o.chances.mean() if way is None else o.chances[WAYS.index(way)]
    return found, counted


def shares(
    chances: NDArray[np.float64], mine: NDArray[np.float64], seed: int
) -> tuple[float, float, float]:
    """The share won of what a perfect chooser adds to the best single way; 95 % by bootstrap."""

    def won(rows: NDArray[np.int64]) -> float:
        single = chances[rows].mean(axis=0).max()
        return float((mine[rows].mean() - single) / (chances[rows].max(axis=1).mean() - single))

    rng = np.random.default_rng(seed)
    many = [won(rng.integers(0, len(mine), len(mine))) for _ in range(2000)]
    low, high = np.quantile(many, [0.025, 0.975])
    return won(np.arange(len(mine))), float(low), float(high)


def main(count: int, seed: int = 1) -> None:
    """Draw, advise and print."""
    began = time.process_time()
    organisations = drawn(count, seed)
    chances = np.array([o.chances for o in organisations])
    mine, counted = advised(organisations, seed)
    single, perfect = chances.mean(axis=0), chances.max(axis=1).mean()
    print(f"{count} simulated organisations, seed {seed}; chance of success")
    named = dict(zip(WAYS, single, strict=True))
    rows = {
        "always a board (top-down)": named["top-down"],
        "always culture (bottom-up)": named["bottom-up"],
        "always the top, then below": named["top-then-below"],
        "always below, then the top": named["below-then-top"],
        "a coin among the four": single.mean(),
        "advised": mine.mean(),
        "a perfect chooser": perfect,
    }
    for name, value in rows.items():
        print(f"  {name:30} {100 * value:5.1f} %")
    print("  advised: " + ", ".join(f"{way} {many}" for way, many in counted.items()))
    print(
        "  best:    "
        + ", ".join(f"{w} {int((chances.argmax(axis=1) == i).sum())}" for i, w in enumerate(WAYS))
    )
    best, (share, low, high) = single.max(), shares(chances, mine, seed)
    print(
        f"Best single way {100 * best:.1f} % (asked: 35 to 60), perfect chooser"
        f" {100 * (perfect - best):+.1f} (30)."
    )
    print(
        f"The advised way wins {share:.3f} of that difference, 95 % {low:.3f} to {high:.3f} (0.5"
        " and 0.333 asked)."
    )
    print(f"{time.process_time() - began:.0f} s CPU")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 1000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 1,
    )
