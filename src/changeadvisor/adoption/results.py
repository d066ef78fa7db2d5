"""What a simulated spread comes to, for each route: what advice, pictures and words read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: The ways to lead that are simulated. A blend has an order: direction from the top first (Theory E
#: then O, Beer and Nohria 2000), or the front line first.
Way = Literal["top-down", "top-then-below", "below-then-top", "bottom-up"]
WAYS: tuple[Way, ...] = ("top-down", "top-then-below", "below-then-top", "bottom-up")

BLENDS: tuple[Way, ...] = ("top-then-below", "below-then-top")

#: What is drawn over its whole range, or counted from nobody, for want of an answer.
Assumed = Literal["any-mandate", "any-acceptance", "any-commitment", "from-nobody"]


@dataclass(frozen=True, slots=True)
class NotSimulated:
    """Why a spread cannot be simulated; `wording.why_not_simulated` says it."""

    reason: Literal["missing", "date-passed", "date-too-far", "nobody"]
    """`missing`: the register does not say enough; `nobody`: fewer than two people must change."""
    missing: tuple[str, ...] = ()
    """Keys of `adoption` that are not given."""
    most_years: int | None = None
    """How far ahead the date may lie, where it lies too far."""


@dataclass(frozen=True, slots=True)
class Band:
    """A share (0 to 1) at the end of each month, beginning with month 0."""

    p10: tuple[float, ...]
    """Nine runs in ten are above it."""
    p50: tuple[float, ...]
    """Half of the runs are above it."""
    p90: tuple[float, ...]
    """One run in ten is above it."""


@dataclass(frozen=True, slots=True)
class WayOutcome:
    """What one way of leading comes to over all runs."""

    way: Way
    """The way of leading."""
    reaches: float
    """The share (0 to 1) of runs in which the needed share works the new way by the date."""
    stands: float
    """The share (0 to 1) of runs in which it still does a year later."""
    months: float | None
    """The middle run's months to get there, of those that do; None where none does."""
    curve: Band
    """The share who work the new way, month by month."""
    champion_months: float
    """Months of champions that it takes, on average."""
    board_months: float
    """Months of the board's attention that it takes, on average."""
    spend: float | None
    """Mean running spend until it is there or time is up, in the programme's currency.

    None: the register gives none.
    """


@dataclass(frozen=True, slots=True)
class Varied:
    """What one uncertain judgement matters, from the thirds of runs at its two ends."""

    name: str
    """What is judged, in words."""
    low: float
    """Its mean in the third of runs where it is lowest, in its own unit."""
    high: float
    """Its mean in the third of runs where it is highest, in its own unit."""
    stands_low: dict[Way, float]
    """How often (0 to 1) each way stands in the third where it is lowest."""
    stands_high: dict[Way, float]
    """How often (0 to 1) each way stands in the third where it is highest."""


@dataclass(frozen=True, slots=True)
class Seats:
    """Where champions should sit."""

    clustered: bool
    """Whether together rather than one by one."""
    gain: float
    """By how much sitting so raises `stands`, in shares of runs."""
    per_team: int
    """How many champions sit in one team."""
    teams: int
    """In how many teams they sit."""
    names: tuple[tuple[str, ...], ...] = ()
    """The people, team by team, where real ties name them."""


@dataclass(frozen=True, slots=True)
class Diffusion:
    """The simulated spread of one initiative under each way of leading it."""

    ways: tuple[WayOutcome, ...]
    """What each way comes to."""
    order: Way
    """Which order of a blend is better."""
    seats: Seats | None
    """Where champions should sit; None: there are none."""
    needed: float
    """The share (0 to 1) who must work the new way for it to count."""
    by: int
    """Months from `as_of` to the date it must count by."""
    staff: int
    """How many people were simulated."""
    whole: int
    """How many people must change in all."""
    runs: int
    """How many runs were simulated."""
    weights: dict[str, float]
    """What it weighs in decibans for top-down, blended and bottom-up.

    And for beginning a blend below (`below-first`).
    """
    varied: tuple[Varied, ...]
    """What each uncertain judgement matters."""
    notices: tuple[str, ...]
    """What was assumed or is not known, in sentences."""

    def of(self, way: Way) -> WayOutcome:
        """The outcome of one way."""
        return next(w for w in self.ways if w.way == way)
