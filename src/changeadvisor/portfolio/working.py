"""The working behind the set.

What is known of each pick, as figures and keys, before it is told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class CourseWorth:
    """A course by itself."""

    course: str
    worth: float
    """Mean present value, in the programme's currency."""
    spend: float
    """Mean spend in the budget periods."""


@dataclass(frozen=True, slots=True)
class LateNeed:
    """What an initiative requires and would not be ready in time."""

    needed: str
    ends: dt.date | None
    """None: its end is not known."""
    lag_months: float
    """Months that must lie between; 0 where none must."""


@dataclass(frozen=True, slots=True)
class TooFewPeople:
    """A role that a set would need more of than there are."""

    role: str
    quarter: str
    needed: float
    """Full-time equivalents."""
    limit: float


@dataclass(frozen=True, slots=True)
class TooMuchSpent:
    """A budget that a set would exceed."""

    period: str
    so_far: bool
    """Whether all years to the end of the period are counted together."""
    spent: float
    limit: float


@dataclass(frozen=True, slots=True)
class TooLittleForFew:
    """The share of spend kept for the few that a set would miss."""

    share: float
    """The least share, 0 to 1."""


#: What changing one initiative of the set alone would run into. `later-is-better`: no limit; what
#: has not begun is worth more when it begins later.
Obstacle = LateNeed | TooFewPeople | TooMuchSpent | TooLittleForFew | Literal["later-is-better"]


@dataclass(frozen=True, slots=True)
class Instead:
    """Another way to go on with an initiative, and what it would do to the set."""

    course: str
    worth: float
    """By itself, in money."""
    set_loses: float | None
    """What the best set would lose; None: no set within the limits has room for it."""
    obstacle: Obstacle | None
    """What stands in the way where it is worth more by itself than what was chosen."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """Why something begins later than planned."""

    start: dt.date
    planned: dt.date
    obstacle: Obstacle | None
    waits_for_required: bool
    """What it requires ends later than the register plans."""
    keeping: float | None
    """What keeping to the earliest start would cost the set; None: no set keeps to it."""
    worked_out: bool
    """False in programmes too large for asking what each start would cost."""


@dataclass(frozen=True, slots=True)
class PickWorking:
    """All that is known of what the set does with one initiative."""

    id: str
    currency: str
    """ISO code of the currency that money is in."""
    course: str
    runs: bool
    locked: bool
    """Set from outside."""
    statutory: bool
    why_held: str | None
    """Why its worth is not known; None where it is. All below is then unknown."""
    few: bool
    """It counts as deep change for few people."""
    may_turn: bool
    """Whether it may be turned round, and what that would do was worked out."""
    without: float | None
    """What the best set loses if it is turned round; None: no set then keeps to the limits."""
    alone: CourseWorth | None = None
    """The chosen course by itself; None where there is nothing to tell."""
    going_on: CourseWorth | None = None
    """Of what does not run: its best way to go on."""
    without_helpers: tuple[tuple[str, ...], float] | None = None
    """Helpers that do not run, and what it is worth without them."""
    requirers: tuple[tuple[str, ...], float] | None = None
    """What runs and requires it, and what that is worth."""
    helped: tuple[tuple[str, ...], float] | None = None
    """What runs and is helped by it, and what that would lose without it."""
    lacking: tuple[str, ...] = ()
    """What it requires and does not run."""
    in_the_way_of: tuple[str, ...] = ()
    """What runs and it stands in the way of."""
    instead: tuple[Instead, ...] = ()
    """Other ways to go on with it."""
    put_off: PutOff | None = None
    """Why it begins later than planned; None where it does not."""
