"""The spread of one initiative under each way of leading it, over what its register leaves open.

What the register says is drawn from its estimates; what no published figure gives is drawn evenly from the ranges of
`JUDGED`, and how much that matters is shown. Where an answer is not known, every level it could take is drawn.
"""

from __future__ import annotations

import datetime as dt
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from changeadvisor.adoption import networks
from changeadvisor.adoption.bass import enough
from changeadvisor.adoption.networks import Network
from changeadvisor.adoption.results import (
    BLENDS,
    WAYS,
    Band,
    Diffusion,
    Seats,
    Varied,
    Way,
    WayOutcome,
)
from changeadvisor.adoption.spread import Lead, People, spread
from changeadvisor.model import Adoption, months_between

Shares = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Runs in all, and networks among which they are split. In large organisations luck evens out
#: within a run: fewer do.
RUNS, FEWEST, NETWORKS = 240, 96, 8
#: Staff up to whom all runs are played.
MANY_RUNS = 1200
#: Months after the date at which it must still stand, and the longest time that is simulated.
YEAR, LONGEST = 12, 120


@dataclass(frozen=True, slots=True)
class Judged:
    """A range that is our judgement, not measured: drawn evenly between low and high."""

    low: float
    high: float
    label: str


#: No published figure was found for any of these.
JUDGED: Mapping[str, Judged] = MappingProxyType(
    {
        "act": Judged(
            0.3, 0.7, "chance a month that somebody who sees enough colleagues at it takes it up"
        ),
        "leave": Judged(
            0.02, 0.08, "chance a month that somebody convinced who sees too few gives it up"
        ),
        "lapse": Judged(
            0.1, 0.3, "chance a month that somebody who only complies stops when nobody looks"
        ),
        "hold": Judged(6, 18, "months for which a board can keep its full attention on one change"),
        "fade": Judged(2, 6, "months in which that attention then halves, again and again"),
        "weak": Judged(0.25, 0.55, "what a weak mandate brings, as a share of a strong one"),
        "close": Judged(6, 12, "colleagues in one's own team whom one sees at work"),
        "spread": Judged(
            0.3, 0.7, "how far people differ in the colleagues they need to see, as a share"
        ),
    }
)
#: The chance a month that somebody complies with a strong mandate while the board attends, and the
#: share who need to see one colleague more once they are ordered, by the answer to "would staff go
#: along?" Our judgement, not measured.
COMPLY: Mapping[str, Judged] = MappingProxyType(
    {
        "likely": Judged(0.35, 0.7, "staff would very likely go along"),
        "unsure": Judged(0.15, 0.4, "some would go along"),
        "unlikely": Judged(0.04, 0.2, "staff would hardly go along"),
    }
)
RESENT: Mapping[str, Judged] = MappingProxyType(
    {
        "likely": Judged(0.0, 0.05, "staff would very likely go along"),
        "unsure": Judged(0.0, 0.3, "some would go along"),
        "unlikely": Judged(0.2, 0.6, "staff would hardly go along"),
    }
)
#: The share whose work is an example to colleagues even while they only comply. Our judgement, not
#: measured.
EXAMPLE: Mapping[str, Judged] = MappingProxyType(
    {
        "likely": Judged(0.7, 1.0, "staff would very likely go along"),
        "unsure": Judged(0.2, 0.7, "some would go along"),
        "unlikely": Judged(0.0, 0.15, "staff would hardly go along"),
    }
)
#: What somebody counts for who complies without being convinced, by how much it rests on
#: commitment.
COMPLIANCE_COUNTS: Mapping[str, float] = MappingProxyType(
    {"not-needed": 1.0, "helpful": 0.5, "essential": 0.0}
)
_VARIED = {
    "act": "how quickly people follow colleagues",
    "leave": "how quickly the convinced give up alone",
    "lapse": "how quickly compliance fades",
    "hold": "how long the board attends",
    "comply": "how readily people comply",
    "example": "how far those who only comply are an example",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What people answered that bears on the spread: levels of commitment and of going along.

    empty: not known.
    """

    commitment: frozenset[str] = frozenset()
    accept: frozenset[str] = frozenset()


def missing(adoption: Adoption) -> tuple[str, ...]:
    """What the register must say before the spread can be simulated, as `adoption` keys."""
    needed = ["ready", "peers_needed", "champions", "turnover", "needed", "by"]
    if not adoption.tied:
        one_team = adoption.teams == 1 or (
            isinstance(adoption.teams, tuple) and len(adoption.teams) == 1
        )
        sized = isinstance(adoption.teams, tuple)
        needed += ([] if sized else ["staff"]) + ["teams"] + ([] if one_team else ["mixing"])
    return tuple(name for name in needed if getattr(adoption, name) is None)


def simulate_adoption(
    adoption: Adoption,
    begins: dt.date,
    answers: Answers,
    *,
    seed: int,
    name: str,
    monthly: float | None = None,
    runs: int | None = None,
) -> Diffusion | str:
    """The spread under each way of leading from `begins` on, or in words why it cannot be simulated.

    monthly: mean running spend a month. runs: None for as many as the size asks. The random stream
    belongs to (seed, name).
    """
    lacking = missing(adoption)
    if lacking:
        return "not known yet: " + ", ".join(f"`adoption.{key}`" for key in lacking)
    case = _Case(adoption, begins, answers, monthly, seed, name, runs)
    return case.why_not() or case.result()


@dataclass(frozen=True, slots=True)
class _Draws:
    """What was drawn for each run: values by name, and where in its range (0 to 1) each lies."""

    at: Mapping[str, Shares]
    values: Mapping[str, Shares]
    counts: Shares


@dataclass(frozen=True, slots=True)
class _Block:
    """Runs that share a network."""

    network: Network
    people: People
    now: Flags
    hold: NDArray[np.int64]
    fade: Shares
    rng_seed: tuple[int, ...]


class _Case:
    """One initiative whose spread is simulated."""

    def __init__(
        self,
        adoption: Adoption,
        begins: dt.date,
        answers: Answers,
        monthly: float | None,
        seed: int,
        name: str,
        runs: int | None,
    ) -> None:
        self.adoption, self.begins, self.answers, self.monthly = adoption, begins, answers, monthly
        self.runs = runs or max(FEWEST, min(RUNS, RUNS * MANY_RUNS // max(self._whole(), 1)))
        self.stream = (seed, zlib.crc32(name.encode()))
        assert adoption.by is not None  # noqa: S101 (missing() has seen to it)
        self.by = math.ceil(months_between(begins, adoption.by) - 1e-9)
        self.months = self.by + YEAR
        self.needed = float(adoption.needed or 0.0)

    def why_not(self) -> str | None:
        """What stands against simulating it, in words."""
        if self.by <= 0:
            return "the date it must count by has passed (`adoption.by`)"
        if self.months > LONGEST:
            return f"the date it must count by lies more than {(LONGEST - YEAR) // 12} years ahead (`adoption.by`)"
        return "nobody is named who must change (`adoption.staff`)" if self._whole() < 2 else None

    def _whole(self) -> int:
        """People in all."""
        adoption = self.adoption
        named = len({p for tie in adoption.tied for p in tie})
        sized = sum(adoption.teams) if isinstance(adoption.teams, tuple) else 0
        return max(adoption.staff or 0, named) if adoption.tied else sized or adoption.staff or 0

    # --- what is drawn ---

    def _draws(self) -> _Draws:
        """Every parameter of every run, from the estimates, the answers and the ranges of judgement."""
        rng = np.random.default_rng((*self.stream, 0))
        at = {
            key: rng.random(self.runs)
            for key in (*JUDGED, "comply", "resent", "example", "mandate", "ready", "peers", "now")
        }
        values = {key: _between(r, at[key]) for key, r in JUDGED.items()}
        accept = _levels(self.answers.accept, COMPLY, rng, self.runs)
        for key, table in (("comply", COMPLY), ("resent", RESENT), ("example", EXAMPLE)):
            values[key] = np.array(
                [_between(table[a], u) for a, u in zip(accept, at[key], strict=True)]
            )
        values["comply"] = values["comply"] * self._mandate(values["weak"], at["mandate"])
        for key, estimate in (
            ("ready", self.adoption.ready),
            ("peers", self.adoption.peers_needed),
        ):
            assert estimate is not None  # noqa: S101
            values[key] = estimate.sample(at[key])
        now = self.adoption.now
        values["now"] = np.zeros(self.runs) if now is None else now.sample(at["now"])
        commitment = _levels(self.answers.commitment, COMPLIANCE_COUNTS, rng, self.runs)
        return _Draws(at, values, np.array([COMPLIANCE_COUNTS[c] for c in commitment]))

    def _mandate(self, weak: Shares, u: Shares) -> Shares:
        """How strong a mandate from the top would be.

        As the register has it, else anything from weak to strong.
        """
        mandate = self.adoption.mandate
        if mandate == "strong":
            return np.ones(self.runs)
        return weak if mandate == "weak" else np.asarray(weak + (1 - weak) * u)

    def _blocks(self, draws: _Draws) -> Iterator[tuple[NDArray[np.int64], _Block]]:
        """The runs in blocks, each with a network of its own."""
        for i, which in enumerate(np.array_split(np.arange(self.runs), NETWORKS)):
            if len(which):
                rng = np.random.default_rng((*self.stream, 1, i))
                close = round(float(np.mean(draws.values["close"][which[:1]])))
                network = self._network(close, rng)
                yield which, self._block(network, draws, which, rng, (*self.stream, 2, i))

    def _network(self, close: int, rng: np.random.Generator) -> Network:
        adoption = self.adoption
        if adoption.tied:
            return networks.named(adoption.tied)
        sizes = networks.team_sizes(adoption.staff or 0, adoption.teams or 1)
        return networks.generated(sizes, adoption.mixing or 0.0, close, rng)

    def _block(
        self,
        network: Network,
        draws: _Draws,
        which: NDArray[np.int64],
        rng: np.random.Generator,
        seed: tuple[int, ...],
    ) -> _Block:
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
            turnover=1 - (1 - (self.adoption.turnover or 0.0)) ** (1 / 12),
        )
        now = rng.random(shape) < value["now"]
        return _Block(
            network, people, now, np.rint(value["hold"]).astype(np.int64), value["fade"], seed
        )

    # --- what becomes of it ---

    def result(self) -> Diffusion:
        """All ways, the better seats for champions and the better order of a blend."""
        draws = self._draws()
        blocks = list(self._blocks(draws))
        clusters = self._cluster(blocks[0][1].network)
        alone, together = (self._played(blocks, "bottom-up", draws, size) for size in (1, clusters))
        clustered = clusters > 1 and self._rank(together) > self._rank(alone)
        size = clusters if clustered else 1
        below = together if clustered else alone
        shares = {
            w: below if w == "bottom-up" else self._played(blocks, w, draws, size) for w in WAYS
        }
        gain = float(self._won(together).mean() - self._won(alone).mean())
        seats = self._seats(blocks, size, clustered, gain) if self.adoption.champions else None
        return self._spread(draws, blocks[0][1].network, shares, seats)

    def _spread(
        self, draws: _Draws, network: Network, shares: Mapping[Way, Shares], seats: Seats | None
    ) -> Diffusion:
        order: Way = max(BLENDS, key=lambda w: self._rank(shares[w]))
        won = {w: self._won(s) for w, s in shares.items()}
        return Diffusion(
            ways=tuple(self._outcome(w, shares[w], draws) for w in WAYS),
            order=order,
            seats=seats,
            needed=self.needed,
            by=self.by,
            staff=network.size,
            whole=self._whole(),
            runs=self.runs,
            weights=self._weights(won, order),
            varied=tuple(_varied(draws, won)),
            notices=tuple(self._notices(network)),
        )

    def _weights(self, won: Mapping[Way, Flags], order: Way) -> dict[str, float]:
        """What the simulation weighs for each route, and for beginning a blend below."""
        routes = _weights(
            {"top-down": won["top-down"], "blended": won[order], "bottom-up": won["bottom-up"]}
        )
        orders = _weights({w: won[w] for w in BLENDS})
        return {**routes, "below-first": orders["below-then-top"]}

    def _champions(self, network: Network) -> int:
        """Champions among those simulated: their part where ties name only a part of the staff."""
        return round((self.adoption.champions or 0) * network.size / max(self._whole(), 1))

    def _cluster(self, network: Network) -> int:
        """How many champions sit together.

        Enough to turn a team (Centola and others 2018), if there are as many.
        """
        sizes = (
            networks.team_sizes(self.adoption.staff or 0, self.adoption.teams)
            if self.adoption.teams
            else ()
        )
        team = (
            float(np.median(sizes))
            if sizes and not self.adoption.tied
            else float(network.degrees.mean()) + 1
        )
        return max(1, min(enough(max(2, round(team))), self._champions(network)))

    def _played(
        self, blocks: Sequence[tuple[NDArray[np.int64], _Block]], way: Way, draws: _Draws, size: int
    ) -> Shares:
        """The share that counts at the end of each month, (months + 1, runs)."""
        found = np.empty((self.months + 1, self.runs))
        for which, block in blocks:
            lead = self._lead(way, block, size)
            rng = np.random.default_rng(block.rng_seed)
            convinced, complying = spread(block.network, block.people, lead, rng, block.now)
            found[:, which] = convinced + draws.counts[which] * complying
        return found

    def _lead(self, way: Way, block: _Block, size: int) -> Lead:
        """A blend gives each half of what the board can hold: first the one, then the other."""
        half = np.maximum(1, block.hold // 2)
        none, zero = np.zeros((self.months, len(half))), np.zeros(len(half), np.int64)
        rng = np.random.default_rng((*block.rng_seed, 3))
        who = [
            p
            for group in networks.seats(block.network, self._champions(block.network), size, rng)
            for p in group
        ]
        if way == "top-down":
            return Lead(_attention(zero, block.hold, block.fade, self.months))
        if way == "bottom-up":
            return Lead(none, who)
        if way == "top-then-below":
            return Lead(_attention(zero, half, block.fade, self.months), who, half)
        return Lead(_attention(half, half, block.fade, self.months), who)

    def _won(self, shares: Shares) -> Flags:
        """Runs in which the needed share was there by the date and still is a year later."""
        return np.asarray(self._reached(shares) & (shares[-1] >= self.needed))

    def _reached(self, shares: Shares) -> Flags:
        return np.asarray((shares[: self.by + 1] >= self.needed).any(axis=0))

    def _rank(self, shares: Shares) -> tuple[float, float]:
        """What makes a way better: standing in more runs, then the share a year on."""
        return float(self._won(shares).mean()), float(shares[-1].mean())

    def _outcome(self, way: Way, shares: Shares, draws: _Draws) -> WayOutcome:
        there = shares >= self.needed
        ever = there.any(axis=0)
        when = np.where(ever, there.argmax(axis=0), self.months)
        tens = (np.percentile(shares, q, axis=1) for q in (10, 50, 90))
        p10, p50, p90 = (tuple(float(round(v, 6)) for v in line) for line in tens)
        return WayOutcome(
            way=way,
            reaches=float(self._reached(shares).mean()),
            stands=float(self._won(shares).mean()),
            months=float(np.median(when[ever])) if ever.any() else None,
            curve=Band(p10, p50, p90),
            champion_months=self._champion_months(way, draws),
            board_months=self._board_months(way, draws),
            spend=None if self.monthly is None else float(self.monthly * when.mean()),
        )

    def _champion_months(self, way: Way, draws: _Draws) -> float:
        late = (
            np.maximum(1, np.rint(draws.values["hold"]) // 2)
            if way == "top-then-below"
            else np.zeros(self.runs)
        )
        months = 0.0 if way == "top-down" else float(np.maximum(0, self.by - late).mean())
        return (self.adoption.champions or 0) * months

    def _board_months(self, way: Way, draws: _Draws) -> float:
        hold = np.rint(draws.values["hold"]).astype(np.int64)
        half, zero = np.maximum(1, hold // 2), np.zeros(self.runs, np.int64)
        if way == "bottom-up":
            return 0.0
        start = half if way == "below-then-top" else zero
        held = hold if way == "top-down" else half
        return float(_attention(start, held, draws.values["fade"], self.by).sum(axis=0).mean())

    def _seats(
        self,
        blocks: Sequence[tuple[NDArray[np.int64], _Block]],
        size: int,
        clustered: bool,
        gain: float,
    ) -> Seats:
        block = blocks[0][1]
        rng = np.random.default_rng((*block.rng_seed, 3))
        groups = networks.seats(block.network, self._champions(block.network), size, rng)
        called = block.network.names
        names = tuple(tuple(called[p] for p in group) for group in groups) if called else ()
        whole = self.adoption.champions or 0
        teams = len(groups) if called else max(1, round(whole / size))
        return Seats(clustered, gain, size, teams, names)

    def _notices(self, network: Network) -> Iterator[str]:
        """What was assumed, in sentences."""
        if network.size < self._whole():
            yield (
                f"The ties name {network.size} of {self._whole()} staff: the spread is simulated among them, with "
                f"{self._champions(network)} of {self.adoption.champions} champions."
            )
        if self.adoption.mandate not in ("weak", "strong"):
            yield "How hard it would be required is not known: anything from a weak to a strong mandate is drawn."
        if not self.answers.accept:
            yield "Whether staff would go along if told is not known: every answer is drawn."
        if not self.answers.commitment:
            yield "Whether it works without commitment is not known: every answer is drawn."
        if self.adoption.now is None:
            yield "How many work the new way already is not known (`adoption.now`): it is counted from nobody."


# --- small parts ----------------------------------------------------------------------------------


def _evenly(rng: np.random.Generator, runs: int) -> Shares:
    """Draws from 0 to 1, one in each of as many equal parts, shuffled (Latin hypercube, McKay and others 1979)."""
    return np.asarray((rng.permutation(runs) + rng.random(runs)) / runs)


def _between(held: Judged, u: Shares) -> Shares:
    return np.asarray(held.low + (held.high - held.low) * u)


def _levels(
    known: frozenset[str], table: Mapping[str, object], rng: np.random.Generator, runs: int
) -> list[str]:
    """A level for each run: the one that is known, else evenly among those it could be."""
    could = sorted(known & set(table)) or sorted(table)
    return [could[i] for i in rng.integers(0, len(could), runs)]


def _thresholds(
    network: Network, ready: Shares, peers: Shares, differ: Shares, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Colleagues each needs to see: none for the ready.

    About `peers` for others, and never more than they have.
    """
    shape = (network.size, len(ready))
    wanted = peers * (1 + differ * (2 * rng.random(shape, np.float32) - 1))
    # Rounded up or down by chance, so that the mean stays.
    whole = np.floor(wanted + rng.random(shape, np.float32))
    most = np.clip(network.degrees, 1, 250)[:, None]
    threshold = np.clip(whole, 1, most).astype(np.uint8)
    threshold[rng.random(shape, np.float32) < ready] = 0
    return threshold


def _attention(
    start: NDArray[np.int64], held: NDArray[np.int64], fade: Shares, months: int
) -> Shares:
    """The board's attention each month, (months, runs).

    None before `start`, full while it holds, then halving.
    """
    month = np.arange(months)[:, None]
    after = np.maximum(0.0, month - (start + held) + 1.0)
    return np.where(month < start, 0.0, 0.5 ** (after / fade))


def _weights(won: Mapping[str, Flags]) -> dict[str, float]:
    """The weight of the simulation for each route in decibans, as the appraisal's is worked out (formats.md section 3).

    d is whether it won less whether the best of the others did, run by run; weight = 10 log10(P(d >
    0)/P(d < 0)) of a normal with its mean and deviation, held to 30.
    """
    from scipy.special import log_ndtr

    found = {}
    for name, mine in won.items():
        rival = max((w for n, w in won.items() if n != name), key=lambda w: float(w.mean()))
        d = mine.astype(float) - rival
        mean, sd = float(d.mean()), float(d.std())
        if sd < 1e-12:
            found[name] = math.copysign(30.0, mean) if mean else 0.0
        else:
            found[name] = float(
                np.clip(10 / math.log(10) * (log_ndtr(mean / sd) - log_ndtr(-mean / sd)), -30, 30)
            )
    return found


def _varied(draws: _Draws, won: Mapping[Way, Flags]) -> Iterator[Varied]:
    """What each judgement matters.

    How often each way stands in the third of runs where it is lowest, and highest.
    """
    for key, label in _VARIED.items():
        low, high = np.quantile(draws.at[key], [1 / 3, 2 / 3])
        few, many = draws.at[key] <= low, draws.at[key] >= high
        yield Varied(
            label,
            float(draws.values[key][few].mean()),
            float(draws.values[key][many].mean()),
            {w: float(s[few].mean()) for w, s in won.items()},
            {w: float(s[many].mean()) for w, s in won.items()},
        )
