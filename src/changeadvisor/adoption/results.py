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
    """A share (0 to 1) at the end of each month, beginning with month 0: nine runs in ten above
    p10, half above p50.
    """  # noqa: D205

    p10: tuple[float, ...]
    p50: tuple[float, ...]
    p90: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WayOutcome:
    """What one way of leading comes to over all runs.

    reaches: share of runs in which the needed share works the new way by the date; stands: in which
    it still does a year later. months: the middle run's months to get there, of those that do; None
    where none does. champion_months, board_months: months of champions and of the board's attention
    it takes. spend: mean running spend until it is there or time is up, in the programme's
    currency; None where the register gives none.
    """

    way: Way
    reaches: float
    stands: float
    months: float | None
    curve: Band
    champion_months: float
    board_months: float
    spend: float | None


@dataclass(frozen=True, slots=True)
class Varied:
    """A judgement parameter: `stands` of each way in the third of runs where it is lowest, and
    highest.
    """  # noqa: D205

    name: str
    low: float
    high: float
    stands_low: dict[Way, float]
    stands_high: dict[Way, float]


@dataclass(frozen=True, slots=True)
class Seats:
    """Where champions should sit. clustered: together rather than one by one, and by how much it
    raises `stands`.

    per_team: champions to a team; teams: in how many teams; names: people, where real ties name
    them.
    """  # noqa: D205

    clustered: bool
    gain: float
    per_team: int
    teams: int
    names: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Diffusion:
    """The simulated spread of one initiative: each way, which order of a blend is better, where
    champions sit.

    by: months from as_of to the date it must count by. weights: decibans for top-down, blended
    and bottom-up, and for beginning a blend below (`below-first`). notices:
    what was assumed or is not known, in sentences. staff: people simulated; whole: people in all.
    """  # noqa: D205

    ways: tuple[WayOutcome, ...]
    order: Way
    seats: Seats | None
    needed: float
    by: int
    staff: int
    whole: int
    runs: int
    weights: dict[str, float]
    varied: tuple[Varied, ...]
    notices: tuple[str, ...]

    def of(self, way: Way) -> WayOutcome:
        """The outcome of one way."""
        return next(w for w in self.ways if w.way == way)
