"""What advice is made of: the dataclasses behind `changeadvisor-advice/1` (formats.md section 2).

Nothing is worked out here. Keys of the JSON are the names of the fields; a field marked
`exclude=True` is working that pages and tests read and the JSON leaves out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from changeadvisor.adoption import Diffusion
from changeadvisor.advice.arrangement import Order
from changeadvisor.advice.evidence import Evidence, Stale
from changeadvisor.advice.measures import MeasureAdvice
from changeadvisor.advice.rows import (
    InitiativeRow,
    MeasureRow,
    ReasonRow,
    advice_html,
    advice_text,
    initiative_rows,
    initiative_text,
    measure_rows,
    reason_rows,
)
from changeadvisor.facts import FactSheet
from changeadvisor.graph import OVERLAP, Downstream, Enabler
from changeadvisor.judgement import Recommendation, TheoryReading
from changeadvisor.judgement.base_rates import DeclaredMoves
from changeadvisor.judgement.frameworks import Scorecard
from changeadvisor.model import Area, as_json, to_plain
from changeadvisor.performance.targets import TargetAudit
from changeadvisor.portfolio import (
    CapacityUse,
    Conflict,
    Delivered,
    Delivery,
    FewAndAll,
    Finish,
    FreeOptimum,
    FrontierPoint,
    Gainer,
    LimitCost,
    Load,
    Pick,
    Proposal,
    Robust,
    Start,
    Totals,
    Weighed,
)
from changeadvisor.trajectory import Improvement, Priced

Part = Literal["action", "route", "portfolio", "measures"]
PARTS: tuple[Part, ...] = ("action", "route", "portfolio", "measures")


@dataclass(frozen=True, slots=True)
class PackUsed:
    """A pack, framework or table that judged."""

    pack: str
    """Its name."""
    version: str
    """Its version, as it stands in the file."""
    digest: str
    """The SHA-256 of what it says, in one canonical form."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What produced the advice."""

    version: str
    """The version of the program."""
    packs: tuple[PackUsed, ...]
    """The rule packs, by name."""
    frameworks: tuple[PackUsed, ...]
    """The frameworks that scored, by name."""
    tables: tuple[PackUsed, ...] = ()
    """The published base rates that were used."""


@dataclass(frozen=True, slots=True)
class DecisionNeeded:
    """What somebody must decide, by whom and before which day."""

    initiative: str
    """The id of the initiative."""
    decision: str
    """What is to be decided, in a sentence."""
    by: str | None
    """Who decides, by post; None: nobody is named."""
    before: dt.date | None
    """The day of the next review; None: no reviews are given."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution in brief."""

    mean: float
    """Its mean."""
    p10: float
    """One time in ten it is lower."""
    p90: float
    """One time in ten it is higher."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Shares of initiatives like it that end full, partial and none."""

    full: float | None
    """The chance (0 to 1) of 0.8 or more of the way; None: not known."""
    partial: float | None
    """The chance (0 to 1) of 0.25 to 0.8 of the way; None: the class does not say."""
    none: float | None
    """The chance (0 to 1) of less, harm included; None: the class does not say."""


@dataclass(frozen=True, slots=True)
class NextReview:
    """The next review, and the reading at which the advice would then be another."""

    on: dt.date
    """The day of the review."""
    measure: str | None = None
    """The id of the measure that is read; None: nothing is read."""
    below: float | None = None
    """The mean reading below which the advice becomes `then`, in the measure's unit.

    None: not known, or `above` holds.
    """
    above: float | None = None
    """The same where lower is better: the mean reading above which it becomes `then`."""
    then: str | None = None
    """The course that the advice would become; None: not known."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may become of one initiative."""

    probability: Chances | None
    """How it may end. Without results the chances are those of its class; None: not known."""
    basis: Literal["results", "class"] | None
    """What the chances rest on; None: nothing is known."""
    progress_now: Spread | None
    """Where it stands, in shares of the way from baseline to target; None: not read."""
    progress_expected_now: float | None
    """Where it was expected to stand by now, in shares of the way; None: not known."""
    looks_this_bad_and_succeeds: float | None
    """Of those like it that end full, the share (0 to 1) that look at least this bad by now.

    None: not read.
    """
    looks_this_good_and_fails: float | None
    """Of those like it that end none, the share (0 to 1) that look at least this good by now.

    None: not read.
    """
    value: Mapping[str, Priced] | None
    """Present worth of each course from here on, in the programme's currency.

    None: nothing is priced.
    """
    worth_of_waiting: float | None
    """Going on with its later choices, over the best course that is fixed for good.

    In the programme's currency, not below 0; None: not priced.
    """
    next_review: NextReview | None
    """The next review; None: it is closed, or no reviews are given."""
    worth_of_knowing: float | None = None
    """What it would be worth at most to know how it will end, in the programme's currency.

    None: not priced.
    """
    cashable: Spread | None = None
    """Present value of what the budget saves, in the programme's currency; None: not given.

    Shown beside the worth, never added.
    """
    improvement: Improvement | None = None
    """A course that is better than going on, by less than counts against it; None: none is."""
    pays_back_in_year: int | None = None
    """By the end of which year from now going on has earned its coming costs.

    None: never, or not priced.
    """
    months_to_target: float | None = None
    """Months until it reaches its target in the middle draw.

    None: not within ten years, or not read.
    """
    sentences: tuple[str, ...] = ()
    """The same in plain sentences."""


@dataclass(frozen=True, slots=True)
class TripwireState:
    """What became of one tripwire."""

    by: dt.date
    """The review at which it is judged."""
    state: str
    """What became of it: `not due`, `kept`, `broken` or `no reading`."""
    measure: str
    """The id of the measure."""
    then: str
    """What was agreed to do where it is broken."""
    level: float | None
    """The mean reading it was judged on, in the measure's unit; None: none, or not due."""


@dataclass(frozen=True, slots=True)
class Dependants:
    """What hangs on one initiative."""

    at_stake: Spread | None
    """Worth lost downstream if it is stopped, in the programme's currency.

    None where something hangs on it and none of that is priced.
    """
    people: float | None
    """People whom those initiatives reach a year, counted once; None: not known of all."""
    paths: tuple[tuple[str, ...], ...]
    """By which paths they hang on it, each as ids from this one on."""
    courses: tuple[Downstream, ...] = ()
    """What each course does downstream."""
    count: int = 0
    """How many initiatives hang on it."""
    assumption: str = OVERLAP
    """What is taken for granted where people are counted."""


@dataclass(frozen=True, slots=True, repr=False)
class Route(Recommendation):
    """How to lead one initiative, with the arrangement to put in place."""

    arrangement: Mapping[str, str] = field(default_factory=dict)
    """What to put in place, in sentences by part."""
    order: Order | None = None
    """Of a blend, which half comes first; None: it is no blend."""
    spread: Diffusion | None = None
    """How it would spread under each way of leading it, simulated; None: it could not be."""
    not_simulated: str | None = None
    """Why it could not be simulated; None: it was, or was not asked for."""


@dataclass(frozen=True, slots=True)
class InitiativeAdvice:
    """All the advice on one initiative."""

    id: str
    """The id of the initiative."""
    title: str
    """The name people know it by."""
    action: Recommendation | None
    """Go on, adjust or stop; None: not asked for."""
    route: Route | None
    """How to lead it; None: not asked for."""
    outlook: Outlook
    """What may become of it."""
    tripwires: tuple[TripwireState, ...]
    """What became of what was agreed beforehand."""
    declared: str | None
    """The rating its own people give it; None: not given."""
    evidenced: str | None
    """The rating that the evidence supports; None: the evidence gives none."""
    candour: str | None
    """The declared rating beside the evidenced one: `harsher`, `same`, `kinder` or `much-kinder`.

    None: one of them is not known.
    """
    stale: tuple[Stale, ...]
    """Judgements made more than twelve months before `as_of`; they still count."""
    dependants: Dependants
    """What hangs on it."""
    notices: tuple[str, ...]
    """What was assumed, left out or is not known, in sentences."""
    evidence: Annotated[Evidence, Field(exclude=True)] = field(compare=False)
    """What was read of it. Working, not in the JSON."""
    sheet: Annotated[FactSheet, Field(exclude=True)]
    """The facts that were judged. Working, not in the JSON."""
    scorecards: Annotated[tuple[Scorecard, ...], Field(exclude=True)]
    """The scores of each framework. Working, not in the JSON."""
    candour_means: str | None = None
    """What the step between the two ratings means, in a sentence; None: as `candour`."""
    declared_moves: DeclaredMoves | None = None
    """What became of published ratings like the declared one; None: nothing is foretold."""
    theories: tuple[TheoryReading, ...] = ()
    """What each published model says of it."""
    proposal: Proposal | None = None
    """The one line a board reads; None: it is closed, or no set was asked for or found."""

    def __repr__(self) -> str:
        """The initiative and its answers in a few lines."""
        return initiative_text(self)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What stands in whose way, the load on staff groups, and which set to run."""

    conflicts: tuple[Conflict, ...]
    """Initiatives that stand in each other's way."""
    load: tuple[Load, ...] = ()
    """How many changes each staff group carries, by quarter."""
    notices: tuple[str, ...] = ()
    """What was assumed or is not known, in sentences."""
    chosen: tuple[Pick, ...] | None = None
    """What runs; None: no choice was made."""
    deferred: tuple[Pick, ...] | None = None
    """What waits or stops; None: no choice was made."""
    totals: Totals | None = None
    """What the set comes to; None: there is no set."""
    bound: float | None = None
    """No set within the limits is worth more, in the programme's currency.

    None: there is no set.
    """
    gap: float | None = None
    """By how much that exceeds the worth of the set, in shares of it; None: there is no set."""
    frontier: tuple[FrontierPoint, ...] | None = None
    """Sets with ever more worth for few against worth in all; None: not worked out."""
    core: Mapping[str, float] | None = None
    """The share (0 to 1) of the good sets in which each initiative runs, by id.

    None: not worked out.
    """
    limits: tuple[LimitCost, ...] = ()
    """What each limit costs."""
    gainers: tuple[Gainer, ...] = ()
    """Who gains, by service."""
    capacity: tuple[CapacityUse, ...] = ()
    """How many people of each role the set needs, by quarter."""
    why_none: str | None = None
    """Why there is no set, in a sentence; None: there is one, or none was asked for."""
    enablers: tuple[Enabler, ...] = ()
    """The worth of each dependant split among what it rests on."""
    robust: Robust | None = None
    """What runs whatever the weights and values; None: not worked out."""
    weighed: Weighed | None = None
    """The choice with gains weighed by income; None: no relative income is given."""
    order: tuple[Start, ...] = ()
    """When to begin what has not begun."""
    finishes: tuple[Finish, ...] = ()
    """When each initiative that runs is finished."""
    delivery: tuple[Delivery, ...] = ()
    """The chance that all of it is finished, by the end of each financial year to come."""
    sentences: tuple[str, ...] = ()
    """Few and all in words."""
    time_limit: float | None = None
    """Seconds a choice was given; None: it was given no clock."""
    load_of_set: tuple[Load, ...] = ()
    """Changes each staff group carries if the set is run, by quarter."""
    delivered: Delivered | None = None
    """The worth of the set where what is late makes others wait; None: not worked out."""
    as_recommended: bool | None = None
    """Whether the recommended courses keep every limit together, so that they are the set.

    None: there is no set.
    """
    free_optimum: FreeOptimum | None = None
    """The set of the greatest worth alone, for comparison; None: none was worked out."""
    few_and_all: Annotated[FewAndAll | None, Field(exclude=True)] = None
    """`sentences` apart, each with its place. Not in the JSON."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The advice on a programme."""

    engine: Engine
    """What produced it."""
    programme: str
    """The name of the programme."""
    as_of: dt.date
    """The day as of which everything is judged."""
    input_digest: str
    """The SHA-256 of the programme in its canonical form."""
    seed: int
    """Where the random numbers begin; the same seed gives the same advice."""
    decisions_needed: tuple[DecisionNeeded, ...]
    """What somebody must decide, by initiative."""
    initiatives: tuple[InitiativeAdvice, ...]
    """The advice on each initiative, by id."""
    portfolio: Portfolio | None
    """What concerns several initiatives at once; None: not asked for."""
    measures: tuple[MeasureAdvice, ...] | None
    """Each measure read three ways, by id; None: not asked for."""
    audit: TargetAudit | None
    """What the targets measure; None: not asked for."""
    notices: tuple[str, ...]
    """What was assumed or is not known of the programme, in sentences."""
    areas: Annotated[tuple[Area, ...], Field(exclude=True)]
    """The areas that measures are compared with. Working, not in the JSON."""
    currency: str
    """ISO code of the currency that all its money is in."""
    format: Literal["changeadvisor-advice/1"] = "changeadvisor-advice/1"
    """Names this form of the advice."""

    def initiative(self, id: str) -> InitiativeAdvice | None:
        """The advice on one initiative, or None."""
        return next((i for i in self.initiatives if i.id == id), None)

    def rows(self) -> list[InitiativeRow]:
        """A row of plain values for each initiative, for pandas or polars."""
        return initiative_rows(self)

    def measure_rows(self) -> list[MeasureRow]:
        """A row of plain values for each measure; none where measures were not asked for."""
        return measure_rows(self)

    def reason_rows(self) -> list[ReasonRow]:
        """A row of plain values for each rule that fired."""
        return reason_rows(self)

    def __repr__(self) -> str:
        """The programme and how often each answer is given, in a few lines."""
        return advice_text(self)

    def _repr_html_(self) -> str:
        """The table of answers, as a notebook shows it."""
        return advice_html(self)


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that is missing for one initiative."""

    initiative: str
    """The id of the initiative."""
    fact: str
    """The name of the fact in the vocabulary."""
    could_move: float | None
    """The most it could move an answer there, in decibans; None where nothing is weighed."""
    question: str
    """What to ask to learn it."""


def to_data(advice: Advice) -> dict[str, Any]:
    """The advice as plain data: keys as formats.md has them, numbers to ten significant digits."""
    data = to_plain(advice)
    return {"format": data.pop("format"), **data}


def to_json(advice: Advice) -> str:
    """The advice as JSON text, ending in a newline."""
    return as_json(to_data(advice))
