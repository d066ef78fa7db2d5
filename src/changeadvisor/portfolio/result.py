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
    """What the set does with one initiative, and why.

    worth: mean present value as chosen, helpers that do not run taken off; None where it is not
    known. spend: mean, in the budget periods. without: what the best set would lose if this were
    ruled out (for one that waits: if it were forced in); None where that was not worked out.
    locked: set from outside. few: counts as deep change for few people.
    """

    id: str
    course: str
    because: str
    worth: float | None
    spend: float
    without: float | None = None
    locked: bool = False
    few: bool = False
    start: dt.date | None = None
    planned: dt.date | None = None
    put_off: str = ""
    begun: bool = True


@dataclass(frozen=True, slots=True)
class Totals:
    """What the set comes to.

    Worth in all and its part for few, mean spend, and the chance of more than a budget.

    spend_over: the periods that are counted. low, high: P10 and P90 of the worth in all.
    share_for_few: of the spend. people: reached a year, each counted once, as far as is known.
    """

    all: float
    few: float
    spend: float
    overspend: float | None
    low: float
    high: float
    share_for_few: float | None
    spend_over: tuple[str, ...]
    people: float


@dataclass(frozen=True, slots=True)
class LimitCost:
    """One limit.

    How much of it is used at its fullest, and what the best set would gain without it.
    """

    limit: str
    used: float | None
    of: float | None
    costs: float
    kind: Annotated[LimitKind, Field(exclude=True)]
    """What it limits; `limit` is its name for people. Not in the JSON."""


@dataclass(frozen=True, slots=True)
class Gainer:
    """Who gains: a service.

    Worth of what runs for it, the part of that which is deep for few, and spend.
    """

    service: str
    worth: float
    few: float
    spend: float
    running: int


@dataclass(frozen=True, slots=True)
class CapacityUse:
    """A role in one quarter: how many the set needs, of how many."""

    role: str
    quarter: str
    used: float
    limit: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The set: what runs, what waits, and what they come to.

    why_none: where no set keeps to every limit.
    """

    chosen: tuple[Pick, ...]
    deferred: tuple[Pick, ...]
    totals: Totals | None
    bound: float | None
    gap: float | None
    limits: tuple[LimitCost, ...] = ()
    gainers: tuple[Gainer, ...] = ()
    capacity: tuple[CapacityUse, ...] = ()
    why_none: str | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A set on the frontier.

    Worth for few, worth in all, and what no set with as much for few can exceed.

    courses: what it does with each initiative. spend_on_few: mean, in the budget periods. More
    beside the set before it: gained for the few, given_up by all others, moved (spend on the few),
    and what each pound gained costs the others. chosen: the set that is advised.
    """

    few: float
    all: float
    bound: float
    gap: float
    courses: Mapping[str, str]
    spend_on_few: float
    gained: float | None = None
    given_up: float | None = None
    moved: float | None = None
    by_pound: float | None = None
    chosen: bool = False


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
    """A borderline initiative.

    In what share of the good sets it runs, and what knowing its worth would be worth.
    """

    id: str
    share: float
    worth: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another set near the best.

    What it comes to, and what it does otherwise than the advised one (id -> course).

    good: one of the good sets; else another would be better by every weight, but it is near and
    unlike.
    """

    all: float
    few: float
    spend: float
    differs: Mapping[str, str]
    good: bool = True


@dataclass(frozen=True, slots=True)
class Robust:
    """Which initiatives run whatever the weights and values.

    core: share of good sets; exact: all of these were found.

    sets: how many good sets. find_out: what to find out about the borderline ones, most worth
    knowing first.
    """

    core: Mapping[str, float]
    exact: bool
    sets: int
    find_out: tuple[FindOut, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """When to begin what has not begun and is in the set. planned: as the register has it.

    cost_of_delay: mean worth lost by each month of a further quarter; for_its_length: the same over
    the months it takes (what is greatest goes first where people are short).
    """

    id: str
    planned: dt.date
    start: dt.date
    months_later: float
    cost_of_delay: float | None
    for_its_length: float | None
    because: str


@dataclass(frozen=True, slots=True)
class Finish:
    """When one initiative ends, as drawn.

    Start, planned: from when to when it runs in the set, with no delay.

    register: the end that the register gives. late: share of draws that end after `planned`.
    critical: share in which it holds up the last end.
    """

    id: str
    start: dt.date
    planned: dt.date
    p10: dt.date
    p50: dt.date
    p90: dt.date
    critical: float
    late: float
    register: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The chance that all that runs has ended by a day, and how many have on average."""

    by: dt.date
    chance: float
    expected: float
    of: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the set comes to where what is late makes others wait: mean, P10 and P90 of its worth.

    waiting: mean worth lost by waiting for what is required; waits: initiatives that wait, months
    on average.
    """

    mean: float
    p10: float
    p90: float
    waiting: float
    waits: Mapping[str, float]
