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
    FrontierPoint,
    Gainer,
    LimitCost,
    Load,
    Pick,
    Robust,
    Start,
    Totals,
    Weighed,
)
from changeadvisor.trajectory import Priced

Part = Literal["action", "route", "portfolio", "measures"]
PARTS: tuple[Part, ...] = ("action", "route", "portfolio", "measures")


@dataclass(frozen=True, slots=True)
class PackUsed:
    """A pack that judged, by digest."""

    pack: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Engine:
    """What produced the advice."""

    version: str
    packs: tuple[PackUsed, ...]
    frameworks: tuple[PackUsed, ...]
    tables: tuple[PackUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionNeeded:
    """What somebody must decide, by whom (None: nobody is named) and before which day."""

    initiative: str
    decision: str
    by: str | None
    before: dt.date | None


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution in brief."""

    mean: float
    p10: float
    p90: float


@dataclass(frozen=True, slots=True)
class Chances:
    """Shares that end full, partial and none; None where the class does not say."""

    full: float | None
    partial: float | None
    none: float | None


@dataclass(frozen=True, slots=True)
class NextReview:
    """The next review; below (or above) which reading the advice would become `then`,
    where that is known.
    """  # noqa: D205

    on: dt.date
    measure: str | None = None
    below: float | None = None
    above: float | None = None
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may become of it. Without results the chances are those of its class.

    value: present worth of each course from here on, in the programme's currency. worth_of_knowing:
    what it would be worth at most to know how it will end. cashable: present value of what the
    budget saves, beside the worth and never added. pays_back_in_year: by the end of which year from
    now persisting has earned its coming costs.
    """

    probability: Chances | None
    basis: Literal["results", "class"] | None
    progress_now: Spread | None
    progress_expected_now: float | None
    looks_this_bad_and_succeeds: float | None
    looks_this_good_and_fails: float | None
    value: Mapping[str, Priced] | None
    worth_of_waiting: float | None
    next_review: NextReview | None
    worth_of_knowing: float | None = None
    cashable: Spread | None = None
    pays_back_in_year: int | None = None
    months_to_target: float | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TripwireState:
    """What became of one tripwire."""

    by: dt.date
    state: str
    measure: str
    then: str
    level: float | None


@dataclass(frozen=True, slots=True)
class Dependants:
    """What hangs on it: worth lost downstream if it is stopped, people counted once,
    and by which paths.

    at_stake: None where something hangs on it and none of that is priced. courses: what each course
    does downstream. count: how many hang on it.
    """  # noqa: D205

    at_stake: Spread | None
    people: float | None
    paths: tuple[tuple[str, ...], ...]
    courses: tuple[Downstream, ...] = ()
    count: int = 0
    assumption: str = OVERLAP


@dataclass(frozen=True, slots=True, repr=False)
class Route(Recommendation):
    """How to lead it, with the arrangement to put in place.

    order: of a blend, which half comes first. spread: how it would spread under each way of leading
    it, simulated; not_simulated: why it could not be.
    """

    arrangement: Mapping[str, str] = field(default_factory=dict)
    order: Order | None = None
    spread: Diffusion | None = None
    not_simulated: str | None = None


@dataclass(frozen=True, slots=True)
class InitiativeAdvice:
    """All the advice on one initiative.

    `evidence` and `scorecards` are the working, not part of the JSON.
    """

    id: str
    title: str
    action: Recommendation | None
    route: Route | None
    outlook: Outlook
    tripwires: tuple[TripwireState, ...]
    declared: str | None
    evidenced: str | None
    candour: str | None
    stale: tuple[Stale, ...]
    dependants: Dependants
    notices: tuple[str, ...]
    evidence: Annotated[Evidence, Field(exclude=True)] = field(compare=False)
    sheet: Annotated[FactSheet, Field(exclude=True)]
    scorecards: Annotated[tuple[Scorecard, ...], Field(exclude=True)]
    candour_means: str | None = None
    declared_moves: DeclaredMoves | None = None
    theories: tuple[TheoryReading, ...] = ()

    def __repr__(self) -> str:
        """The initiative and its answers in a few lines."""
        return initiative_text(self)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What stands in whose way, how many changes each staff group carries, and which set to run.

    chosen: what runs; deferred: what waits or stops. bound: no set within the limits is worth more;
    gap: by how much, in shares of its worth. frontier: worth for few against worth in all. core:
    share of the good sets in which each runs. why_none: why there is no set. limits: what each
    costs. gainers: by service. robust: what runs whatever the weights and values. weighed: the
    choice with gains weighed by income. order: when to begin what has not begun. finishes,
    delivery: when what runs is finished. sentences: few and all in words. time_limit: seconds a
    choice was given, None without a clock. load_of_set: changes each staff group carries if the set
    is run. delivered: the worth of the set where what is late makes others wait.
    """

    conflicts: tuple[Conflict, ...]
    load: tuple[Load, ...] = ()
    notices: tuple[str, ...] = ()
    chosen: tuple[Pick, ...] | None = None
    deferred: tuple[Pick, ...] | None = None
    totals: Totals | None = None
    bound: float | None = None
    gap: float | None = None
    frontier: tuple[FrontierPoint, ...] | None = None
    core: Mapping[str, float] | None = None
    limits: tuple[LimitCost, ...] = ()
    gainers: tuple[Gainer, ...] = ()
    capacity: tuple[CapacityUse, ...] = ()
    why_none: str | None = None
    enablers: tuple[Enabler, ...] = ()
    robust: Robust | None = None
    weighed: Weighed | None = None
    order: tuple[Start, ...] = ()
    finishes: tuple[Finish, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    sentences: tuple[str, ...] = ()
    time_limit: float | None = None
    load_of_set: tuple[Load, ...] = ()
    delivered: Delivered | None = None
    few_and_all: Annotated[FewAndAll | None, Field(exclude=True)] = None
    """`sentences` apart, each with its place. Not in the JSON."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The advice on a programme; `format` names this form of it."""

    engine: Engine
    programme: str
    as_of: dt.date
    input_digest: str
    seed: int
    decisions_needed: tuple[DecisionNeeded, ...]
    initiatives: tuple[InitiativeAdvice, ...]
    portfolio: Portfolio | None
    measures: tuple[MeasureAdvice, ...] | None
    audit: TargetAudit | None
    notices: tuple[str, ...]
    areas: Annotated[tuple[Area, ...], Field(exclude=True)]
    format: Literal["changeadvisor-advice/1"] = "changeadvisor-advice/1"

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
