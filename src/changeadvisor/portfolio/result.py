"""What the choice across initiatives comes to: the set, its totals and limits, few and all, dates.

These are the portfolio's part of the advice: finished figures, with their reasons in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

#: What a limit limits.
LimitKind = Literal["budget", "capacity", "share_for_few"]


@dataclass(frozen=True, slots=True)
class Pick:
    """What the set does with one initiative, and why."""

    id: str
    """The id of the initiative."""
    course: str
    """The course that was chosen for it."""
    because: str
    """Why, in sentences."""
    worth: float | None
    """Mean present value as chosen, in the programme's currency; None: not known.

    Helpers that do not run are taken off.
    """
    spend: float
    """Mean spend in the budget periods, in the programme's currency."""
    without: float | None = None
    """What the best set would lose if this were ruled out; None: not worked out.

    Of one that waits: if it were forced in. In the programme's currency.
    """
    locked: bool = False
    """Whether it was set from outside."""
    few: bool = False
    """Whether it counts as a deep change for few people."""
    start: dt.date | None = None
    """When the set begins it; None: it has begun, does not run, or has no dates."""
    planned: dt.date | None = None
    """The start that the register has; None: as `start`."""
    put_off: str = ""
    """Why it begins later than planned, in sentences; empty: it does not."""
    begun: bool = True
    """Whether it has begun already."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the set comes to, money in the programme's currency."""

    all: float
    """Mean present worth in all."""
    few: float
    """The part of it in deep changes for few people."""
    spend: float
    """Mean spend in the budget periods."""
    overspend: float | None
    """The chance (0 to 1) of spending more than some budget; None: there is none."""
    low: float
    """P10 of the worth in all."""
    high: float
    """P90 of the worth in all."""
    share_for_few: float | None
    """The share (0 to 1) of the spend on deep changes for few people; None: nothing is spent."""
    spend_over: tuple[str, ...]
    """The periods whose spend is counted, by name."""
    people: float
    """People reached a year, each counted once, as far as is known."""


@dataclass(frozen=True, slots=True)
class FreeOptimum:
    """The set of the greatest worth alone, whatever is recommended: a comparison, no proposal."""

    courses: Mapping[str, str]
    """What it would do with each initiative, by id."""
    all: float
    """Its mean present worth, in the programme's currency."""
    spend: float
    """Its mean spend in the budget periods."""
    because: str
    """What it is, and how far the proposals are from it, in sentences."""


@dataclass(frozen=True, slots=True)
class LimitCost:
    """One limit: how full it is, and what it costs."""

    limit: str
    """Its name for people."""
    used: float | None
    """How much of it is used at its fullest: money, full-time equivalents or a share.

    None: nothing is spent.
    """
    of: float | None
    """The limit itself, in the same unit; None: there is none."""
    costs: float
    """What the best set would gain without it, in the programme's currency."""
    kind: Annotated[LimitKind, Field(exclude=True)]
    """What it limits; `limit` is its name for people. Not in the JSON."""


@dataclass(frozen=True, slots=True)
class Gainer:
    """What runs for one service, money in the programme's currency."""

    service: str
    """The name of the service."""
    worth: float
    """Mean present worth of what runs for it."""
    few: float
    """The part of that in deep changes for few people."""
    spend: float
    """Mean spend in the budget periods."""
    running: int
    """How many initiatives run for it."""


@dataclass(frozen=True, slots=True)
class CapacityUse:
    """A role in one quarter."""

    role: str
    """The name of the role."""
    quarter: str
    """The calendar quarter, such as 2026-Q4."""
    used: float
    """Full-time equivalents that the set needs."""
    limit: float
    """Full-time equivalents there are."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The set: what runs, what waits, and what they come to."""

    chosen: tuple[Pick, ...]
    """What runs, by id."""
    deferred: tuple[Pick, ...]
    """What waits or stops, by id."""
    totals: Totals | None
    """What the set comes to; None: there is no set."""
    bound: float | None
    """No set within the limits is worth more, in the programme's currency.

    None: there is no set.
    """
    gap: float | None
    """By how much that exceeds the worth of the set, in shares of it; None: there is no set."""
    limits: tuple[LimitCost, ...] = ()
    """What each limit costs."""
    gainers: tuple[Gainer, ...] = ()
    """Who gains, by service."""
    capacity: tuple[CapacityUse, ...] = ()
    """How many people of each role it needs, by quarter."""
    why_none: str | None = None
    """Why no set keeps to every limit, in a sentence; None: there is a set."""
    rows: tuple[int, ...] = ()
    """The chosen courses, by their places in the problem."""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A set on the frontier of worth for few against worth in all, in money."""

    few: float
    """Mean worth for few."""
    all: float
    """Mean worth in all."""
    bound: float
    """What no set with as much for few can exceed in all."""
    gap: float
    """By how much that exceeds the worth in all, in shares of it."""
    courses: Mapping[str, str]
    """What it does with each initiative, by id."""
    spend_on_few: float
    """Mean spend on deep changes for few people, in the budget periods."""
    gained: float | None = None
    """Worth for few gained beside the set before it; None: it is the first."""
    given_up: float | None = None
    """Worth for all others given up beside the set before it; None: it is the first."""
    moved: float | None = None
    """How much more is spent on the few than in the set before it; None: it is the first."""
    by_pound: float | None = None
    """What each unit of money gained for the few costs all others.

    None: it is the first, or the others lose nothing.
    """
    chosen: bool = False
    """Whether it is the set that is advised."""


@dataclass(frozen=True, slots=True)
class FewAndAll:
    """What the set means for few and all, in sentences a councillor can repeat; "" where none."""

    spent: str = ""
    """How much of the spend goes to changes that matter deeply to few."""
    kept: str = ""
    """What it costs to keep a share of the spend for them."""
    next_step: str = ""
    """What the next step further towards the few would give them and take from all others."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that there are, in order."""
        return tuple(s for s in (self.spent, self.kept, self.next_step) if s)

    @property
    def finding(self) -> str:
        """The one that belongs below a picture of few against all; empty where there is none."""
        return self.next_step or self.kept or self.spent


@dataclass(frozen=True, slots=True)
class FindOut:
    """A borderline initiative, of which more should be known."""

    id: str
    """The id of the initiative."""
    share: float
    """The share (0 to 1) of the good sets in which it runs."""
    worth: float
    """What knowing its worth would be worth, in the programme's currency."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another set near the best, money in the programme's currency."""

    all: float
    """Mean worth in all."""
    few: float
    """Mean worth in deep changes for few people."""
    spend: float
    """Mean spend in the budget periods."""
    differs: Mapping[str, str]
    """The initiatives with which it does something else than the advised set, with the course."""
    good: bool = True
    """Whether it is one of the good sets.

    Else another would be better by every weight, but it is near and unlike.
    """


@dataclass(frozen=True, slots=True)
class Robust:
    """Which initiatives run whatever the weights and values."""

    core: Mapping[str, float]
    """The share (0 to 1) of the good sets in which each initiative runs, by id."""
    exact: bool
    """Whether all of the good sets were found."""
    sets: int
    """How many good sets there are."""
    find_out: tuple[FindOut, ...]
    """What to find out about the borderline ones, most worth knowing first."""
    alternatives: tuple[Alternative, ...]
    """Sets that really differ from the advised one."""


@dataclass(frozen=True, slots=True)
class Start:
    """When to begin one initiative that has not begun and is in the set."""

    id: str
    """The id of the initiative."""
    planned: dt.date
    """The start that the register has."""
    start: dt.date
    """When the set begins it."""
    months_later: float
    """Months between the two."""
    cost_of_delay: float | None
    """Mean worth lost by each month of a further quarter, in the programme's currency.

    None: not priced.
    """
    for_its_length: float | None
    """The same over the months it takes: what is greatest goes first where people are short.

    None: not priced, or its length is not known.
    """
    because: str
    """Why it begins then, in sentences."""


@dataclass(frozen=True, slots=True)
class Finish:
    """When one initiative ends, as drawn."""

    id: str
    """The id of the initiative."""
    start: dt.date
    """The day from which it runs in the set, with no delay."""
    planned: dt.date
    """The day to which it runs in the set, with no delay."""
    p10: dt.date
    """The day before which it ends one time in ten."""
    p50: dt.date
    """The day before which it ends as often as not."""
    p90: dt.date
    """The day before which it ends nine times in ten."""
    critical: float
    """The share (0 to 1) of draws in which it holds up the last end."""
    late: float
    """The share (0 to 1) of draws that end after `planned`."""
    register: dt.date | None = None
    """The end that the register gives; None: not given."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How much of what runs has ended by a day."""

    by: dt.date
    """The day."""
    chance: float
    """The chance (0 to 1) that all of it has ended."""
    expected: float
    """How many have ended, on average."""
    of: int
    """How many run."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the set comes to where what is late makes others wait, in money."""

    mean: float
    """Mean worth in all."""
    p10: float
    """P10 of the worth in all."""
    p90: float
    """P90 of the worth in all."""
    waiting: float
    """Mean worth lost by waiting for what is required."""
    waits: Mapping[str, float]
    """The initiatives that wait, with the months on average, by id."""
