"""The spread of one initiative under each way of leading it, over what its register leaves open.

Every way is played under the same luck: the same people, networks and draws (`draws`), month by
month (`spread`). What comes out is how often the needed share works the new way by its date and
still does a year later, what that takes, and how much each of our judgements matters.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from changeadvisor.adoption import networks, wording
from changeadvisor.adoption.bass import enough_to_tip
from changeadvisor.adoption.draws import (
    Answers,
    Block,
    Draws,
    Flags,
    Shares,
    blocks,
    draw_parameters,
    staff_in_all,
)
from changeadvisor.adoption.networks import Network
from changeadvisor.adoption.results import (
    BLENDS,
    WAYS,
    Assumed,
    Band,
    Diffusion,
    NotSimulated,
    Seats,
    Varied,
    Way,
    WayOutcome,
)
from changeadvisor.adoption.spread import Lead, spread
from changeadvisor.model import Adoption, months_between

#: Runs in all, and the fewest in large organisations, where luck evens out within a run.
RUNS, FEWEST = 240, 96
#: Staff up to whom all runs are played.
MANY_RUNS = 1200
#: Months after the date at which it must still stand, and the longest time that is simulated.
YEAR, LONGEST = 12, 120
#: The most decibans that the simulation may say for a route.
MOST = 30.0


def missing(adoption: Adoption) -> tuple[str, ...]:
    """What the register must say before the spread can be simulated, as `adoption` keys."""
    needed = ["ready", "peers_needed", "champions", "turnover", "needed", "by"]
    if not adoption.tied:
        listed = isinstance(adoption.teams, tuple)
        one_team = adoption.teams == 1 or (
            isinstance(adoption.teams, tuple) and len(adoption.teams) == 1
        )
        if not listed:
            needed.append("staff")
        needed.append("teams")
        if not one_team:
            needed.append("mixing")
    return tuple(name for name in needed if getattr(adoption, name) is None)


def simulate_adoption(
    adoption: Adoption,
    begins: dt.date,
    answers: Answers,
    *,
    seed: int,
    monthly: float | None = None,
    runs: int | None = None,
) -> Diffusion | NotSimulated:
    """The spread under each way of leading from `begins` on, or why it cannot be simulated.

    monthly: mean running spend a month. runs: None for as many as the size asks. The seed fixes
    the draws.
    """
    lacking = missing(adoption)
    if lacking or adoption.by is None:
        return NotSimulated("missing", lacking)
    by = math.ceil(months_between(begins, adoption.by) - 1e-9)
    if by <= 0:
        return NotSimulated("date-passed")
    if by + YEAR > LONGEST:
        return NotSimulated("date-too-far", most_years=(LONGEST - YEAR) // 12)
    if staff_in_all(adoption) < 2:
        return NotSimulated("nobody")
    return _Spread(adoption, by, answers, monthly, (seed,), runs).result()


class _Spread:
    """One initiative whose spread is simulated, with all that was drawn for it."""

    def __init__(
        self,
        adoption: Adoption,
        by: int,
        answers: Answers,
        monthly: float | None,
        stream: tuple[int, ...],
        runs: int | None,
    ) -> None:
        self.adoption, self.by, self.answers, self.monthly = adoption, by, answers, monthly
        self.whole = staff_in_all(adoption)
        self.runs = runs or max(FEWEST, min(RUNS, RUNS * MANY_RUNS // max(self.whole, 1)))
        self.months = by + YEAR
        self.needed = float(adoption.needed or 0.0)
        self.draws = draw_parameters(adoption, answers, self.runs, stream)
        self.blocks = list(blocks(adoption, self.draws, stream))

    def result(self) -> Diffusion:
        """All ways, the better seats for champions and the better order of a blend."""
        network = self.blocks[0].network
        cluster = self._cluster(network)
        alone, together = (self._played("bottom-up", size) for size in (1, cluster))
        clustered = cluster > 1 and self._rank(together) > self._rank(alone)
        size = cluster if clustered else 1
        # Where champions sit is settled for the front line; other ways seat them alike.
        below = together if clustered else alone
        shares = {way: below if way == "bottom-up" else self._played(way, size) for way in WAYS}
        gain = float(self._won(together).mean() - self._won(alone).mean())
        order: Way = max(BLENDS, key=lambda way: self._rank(shares[way]))
        won = {way: self._won(shares[way]) for way in WAYS}
        return Diffusion(
            ways=tuple(self._outcome(way, shares[way]) for way in WAYS),
            order=order,
            seats=self._seats(size, clustered, gain) if self.adoption.champions else None,
            needed=self.needed,
            by=self.by,
            staff=network.size,
            whole=self.whole,
            runs=self.runs,
            weights=_route_weights(won, order),
            varied=tuple(_varied(self.draws, won)),
            notices=tuple(self._notices(network)),
        )

    # --- playing ----------------------------------------------------------------------------------

    def _champions(self, network: Network) -> int:
        """Champions among those simulated: their part where ties name only a part of the staff."""
        return round((self.adoption.champions or 0) * network.size / max(self.whole, 1))

    def _cluster(self, network: Network) -> int:
        """How many champions sit together, if there are as many.

        Enough to turn a team (Centola and others 2018).
        """
        teams = self.adoption.teams
        sizes: tuple[int, ...] = ()
        if teams and not self.adoption.tied:
            sizes = networks.team_sizes(self.adoption.staff or 0, teams)
        team = float(np.median(sizes)) if sizes else float(network.degrees.mean()) + 1
        return max(1, min(enough_to_tip(max(2, round(team))), self._champions(network)))

    def _played(self, way: Way, size: int) -> Shares:
        """The share that counts at the end of each month, (months + 1, runs).

        size: champions who sit together.
        """
        shares = np.empty((self.months + 1, self.runs))
        for block in self.blocks:
            lead = self._lead(way, block, size)
            rng = np.random.default_rng(block.seed)
            convinced, complying = spread(block.network, block.people, lead, rng, block.now)
            shares[:, block.which] = convinced + self.draws.counts[block.which] * complying
        return shares

    def _lead(self, way: Way, block: Block, size: int) -> Lead:
        """A blend gives each half of what the board can hold: first the one, then the other."""
        half = np.maximum(1, block.hold // 2)
        none, zero = np.zeros((self.months, len(half))), np.zeros(len(half), np.int64)
        who = [person for group in self._groups(block, size) for person in group]
        if way == "top-down":
            return Lead(_attention(zero, block.hold, block.fade, self.months))
        if way == "bottom-up":
            return Lead(none, who)
        if way == "top-then-below":
            return Lead(_attention(zero, half, block.fade, self.months), who, half)
        return Lead(_attention(half, half, block.fade, self.months), who)

    def _groups(self, block: Block, size: int) -> tuple[tuple[int, ...], ...]:
        """Where the champions sit, the same for every way."""
        rng = np.random.default_rng((*block.seed, 3))
        return networks.seats(block.network, self._champions(block.network), size, rng)

    # --- what becomes of it -----------------------------------------------------------------------

    def _won(self, shares: Shares) -> Flags:
        """Runs in which the needed share was there by the date and still is a year later."""
        return np.asarray(self._reached(shares) & (shares[-1] >= self.needed))

    def _reached(self, shares: Shares) -> Flags:
        return np.asarray((shares[: self.by + 1] >= self.needed).any(axis=0))

    def _rank(self, shares: Shares) -> tuple[float, float]:
        """What makes a way better: standing in more runs, then the share a year on."""
        return float(self._won(shares).mean()), float(shares[-1].mean())

    def _outcome(self, way: Way, shares: Shares) -> WayOutcome:
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
            champion_months=self._champion_months(way),
            board_months=self._board_months(way),
            spend=None if self.monthly is None else float(self.monthly * when.mean()),
        )

    def _champion_months(self, way: Way) -> float:
        """Months of champions until the date, on average."""
        if way == "top-down":
            return 0.0
        late = np.zeros(self.runs)
        if way == "top-then-below":
            late = np.maximum(1, np.rint(self.draws.values["hold"]) // 2)
        return (self.adoption.champions or 0) * float(np.maximum(0, self.by - late).mean())

    def _board_months(self, way: Way) -> float:
        """Months of the board's attention until the date, on average."""
        if way == "bottom-up":
            return 0.0
        hold = np.rint(self.draws.values["hold"]).astype(np.int64)
        half, zero = np.maximum(1, hold // 2), np.zeros(self.runs, np.int64)
        start = half if way == "below-then-top" else zero
        held = hold if way == "top-down" else half
        attention = _attention(start, held, self.draws.values["fade"], self.by)
        return float(attention.sum(axis=0).mean())

    def _seats(self, size: int, clustered: bool, gain: float) -> Seats:
        groups = self._groups(self.blocks[0], size)
        called = self.blocks[0].network.names
        if not called:
            teams = max(1, round((self.adoption.champions or 0) / size))
            return Seats(clustered, gain, size, teams)
        names = tuple(tuple(called[person] for person in group) for group in groups)
        return Seats(clustered, gain, size, len(groups), names)

    def _notices(self, network: Network) -> Iterator[str]:
        """What was assumed, in sentences."""
        if network.size < self.whole:
            yield wording.part_of_staff(
                network.size, self.whole, self._champions(network), self.adoption.champions or 0
            )
        assumed: dict[Assumed, bool] = {
            "any-mandate": self.adoption.mandate not in ("weak", "strong"),
            "any-acceptance": not self.answers.accept,
            "any-commitment": not self.answers.commitment,
            "from-nobody": self.adoption.now is None,
        }
        for key, holds in assumed.items():
            if holds:
                yield wording.assumed_sentence(key)


def _attention(
    start: NDArray[np.int64], held: NDArray[np.int64], fade: Shares, months: int
) -> Shares:
    """The board's attention each month, (months, runs).

    None before `start`, full while it is held, then halving every `fade` months.
    """
    month = np.arange(months)[:, None]
    after = np.maximum(0.0, month - (start + held) + 1.0)
    return np.where(month < start, 0.0, 0.5 ** (after / fade))


def _route_weights(won: Mapping[Way, Flags], order: Way) -> dict[str, float]:
    """What the simulation weighs for each route, and for beginning a blend below, in decibans."""
    routes = _weights(
        {"top-down": won["top-down"], "blended": won[order], "bottom-up": won["bottom-up"]}
    )
    orders = _weights({way: won[way] for way in BLENDS})
    return {**routes, "below-first": orders["below-then-top"]}


def _weights(won: Mapping[str, Flags]) -> dict[str, float]:
    """The weight of each of several ways in decibans, as the appraisal's is worked out.

    d is whether it won less whether the best of the others did, run by run; weight = 10 log10(P(d >
    0)/P(d < 0)) of a normal with its mean and deviation (formats.md section 3), held to `MOST`.
    """
    from scipy.special import log_ndtr

    weights = {}
    for name, mine in won.items():
        others = [flags for other, flags in won.items() if other != name]
        rival = max(others, key=lambda flags: float(flags.mean()))
        d = mine.astype(float) - rival
        mean, sd = float(d.mean()), float(d.std())
        if sd < 1e-12:
            weights[name] = math.copysign(MOST, mean) if mean else 0.0
        else:
            decibans = 10 / math.log(10) * (log_ndtr(mean / sd) - log_ndtr(-mean / sd))
            weights[name] = float(np.clip(decibans, -MOST, MOST))
    return weights


def _varied(draws: Draws, won: Mapping[Way, Flags]) -> Iterator[Varied]:
    """What each judgement matters: how often each way stands in the thirds of runs at its ends."""
    for key, label in wording.VARIED.items():
        low, high = np.quantile(draws.at[key], [1 / 3, 2 / 3])
        few, many = draws.at[key] <= low, draws.at[key] >= high
        yield Varied(
            label,
            float(draws.values[key][few].mean()),
            float(draws.values[key][many].mean()),
            {way: float(s[few].mean()) for way, s in won.items()},
            {way: float(s[many].mean()) for way, s in won.items()},
        )
