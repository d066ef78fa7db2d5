"""The nouns: what a programme is made of, frozen once read.

Everything here is written by strangers, so every class refuses unknown keys and wrong types. Lists
whose order means nothing are kept sorted, so that the same programme in any order is the same
object. References between records (a dependency's initiative, a path's measure) are checked by
`loading`, which knows the lines.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from changeadvisor.errors import plain
from changeadvisor.model.base import (
    Count,
    Date,
    Id,
    Ids,
    Number,
    Positive,
    Record,
    Share,
    Text,
    Words,
    said_or_none,
    sorted_by,
    sorted_map,
)
from changeadvisor.model.estimate import Amount, Estimate, Part
from changeadvisor.words import DEFAULT_CURRENCY

Action = Literal["persist", "adjust-tactics", "adjust-strategy", "stop"]
Colour = Literal["green", "amber-green", "amber", "amber-red", "red"]
Kind = Literal["service-redesign", "digital", "process", "culture", "structure", "policy", "estate"]
Stage = Literal["idea", "design", "pilot", "delivery", "embedding", "closed"]
Every = Literal["month", "quarter", "year"]


# --- measures -------------------------------------------------------------------------------------


class Rebase(Record):
    """A known, explained change of the process: the chart starts anew here."""

    on: Date
    """The day from which the chart starts anew."""
    because: Text
    """Why the process changed, in a sentence."""


class Observation(Record):
    """One reading of a measure."""

    period: Date
    """The first day of the month, quarter or year it covers."""
    value: Number
    """The reading, in the measure's unit."""
    denominator: Positive | None = None
    """How many cases it is a share or rate of; None: not given."""
    expected: Positive | None = None
    """The expected count behind a ratio; None: not given."""


class Comparator(Observation):
    """One reading of another area."""

    area: Text
    """The code of the area."""


class Area(Record):
    """Another council or area, with any numeric features for finding neighbours."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": {"type": "number"}})

    area: Text
    """Its code, such as E08000099."""
    name: Text | None = None
    """Its name; None: not given."""
    kind: Text | None = None
    """The kind of council; None: not given."""
    region: Text | None = None
    """The region it lies in; None: not given."""
    succeeded_by: Text | None = None
    """The code of the area that took over from it; None: none did."""
    starts: Date | None = None
    """The day it came into being; None: not given."""
    ends: Date | None = None
    """The day it ceased; None: it stands, or that is not given."""
    features: dict[str, Number] = Field(default_factory=dict)
    """Numbers that tell which areas are alike, by name, each in a unit of its own."""

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, value: object) -> object:
        """Columns that are not our own and hold numbers are features."""
        if not isinstance(value, dict):
            return value
        own = {k: v for k, v in value.items() if k in cls.model_fields}
        extra = {k: v for k, v in value.items() if k not in cls.model_fields}
        numbers = {
            k: v for k, v in extra.items() if isinstance(v, int | float) and not isinstance(v, bool)
        }
        given = own.get("features") or {}
        if isinstance(given, dict):
            own["features"] = dict(sorted({**given, **numbers}.items()))
        return {**own, **{k: v for k, v in extra.items() if k not in numbers}}


class Measure(Record):
    """Something counted over time, for residents (external) or about our own working (process)."""

    id: Id
    """Its short name, by which initiatives and readings refer to it."""
    title: Text | None = None
    """The name people know it by; None: its id stands for it."""
    better: Literal["higher", "lower", "neutral"] | None = None
    """Which way is better; `neutral`: neither. None: not given."""
    unit: Text | None = None
    """What it is counted in, such as % or days; None: not given."""
    type: Literal["proportion", "rate", "ratio", "count", "value"] | None = None
    """What sort of number it is; None: not given."""
    every: Every | None = None
    """How often it is read; None: read from the periods."""
    lag_days: Count = 0
    """Days after a period ends until its reading is known."""
    kind: Literal["external", "process"] | None = None
    """`external`: felt by residents; `process`: about our own working. None: not given."""
    corporate: bool | None = None
    """Whether it is one of the council's few corporate measures; None: not given."""
    service: Text | None = None
    """The service it belongs to; None: not given."""
    aims: Ids = ()
    """Ids of the aims it tells of."""
    owner: Text | None = None
    """Who answers for it, by post; None: not given."""
    moves: Ids = ()
    """Of a process measure: ids of the outcome measures it is meant to move."""
    standard: Number | None = None
    """An outside standard to meet, in its unit; None: there is none."""
    target: Number | None = None
    """Our own aim, in its unit; None: there is none."""
    target_date: Date | None = None
    """The day by which the target should be met; None: not given."""
    own_area: Text | None = None
    """Our own code among the comparators; None: not given."""
    rebase: Annotated[tuple[Rebase, ...], Field(strict=False), sorted_by("on")] = ()
    """The known changes of the process, by day."""
    source: Text | None = None
    """Where the figures come from; None: not given."""
    observations: Annotated[tuple[Observation, ...], Field(strict=False), sorted_by("period")] = ()
    """Our own readings, oldest first."""
    comparators: Annotated[
        tuple[Comparator, ...], Field(strict=False), sorted_by("area", "period")
    ] = ()
    """Readings of other areas, by area and period; our own code may be among them."""


# --- initiatives ----------------------------------------------------------------------------------


class Spend(Record):
    """What an initiative has cost and will cost, in the programme's currency."""

    to_date: Positive | None = None
    """What it has cost so far. It is never weighed. None: not given."""
    monthly: Amount | None = None
    """What it costs a month while it runs; None: not given."""
    after: Amount | None = None
    """What it costs a month after it ends; None: not given."""


#: Two people who see each other work.
Tie = Annotated[tuple[Text, Text], Field(strict=False)]


def _each_tie_once(ties: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Ties lead both ways: (b, a) is (a, b). Nobody is tied to themselves."""
    return tuple(sorted({(min(tie), max(tie)) for tie in ties if tie[0] != tie[1]}))


class Adoption(Record):
    """The staff who must come to work differently."""

    staff: Count | None = None
    """How many people must come to work differently; None: not given."""
    teams: Annotated[
        Count | Annotated[tuple[Count, ...], Field(strict=False)] | None,
        Field(union_mode="left_to_right"),
    ] = None
    """How many teams they work in, or the size of each in people; None: not given."""
    groups: Words = ()
    """The staff groups they belong to, by name."""
    ready: Part | None = None
    """The share (0 to 1) who would begin unasked; None: not given."""
    peers_needed: Amount | None = None
    """How many colleagues most must see doing it before they do; None: not given."""
    mixing: Share | None = None
    """The share (0 to 1) of working ties outside one's own team; None: not given."""
    champions: Count | None = None
    """How many people will show the way; None: not given."""
    mandate: Literal["none", "weak", "strong"] | None = None
    """How hard it is required and checked; None: not given."""
    turnover: Share | None = None
    """The share (0 to 1) of staff who leave in a year; None: not given."""
    needed: Share | None = None
    """The share (0 to 1) who must work the new way for it to count; None: not given."""
    by: Date | None = None
    """The day by which that many must; None: not given."""
    ties: Text | None = None
    """The file of real working ties, with the columns `from,to`; None: there is none."""
    tied: Annotated[tuple[Tie, ...], Field(strict=False), AfterValidator(_each_tie_once)] = ()
    """The ties themselves, from the file or inline; each pair once, in the order of names."""
    now: Part | None = None
    """The share (0 to 1) who work the new way already; None: not given."""


class Path(Record):
    """What was expected of the measure when the initiative was approved: a dip, then the target."""

    measure: Id | None = None
    """The id of the measure it should move; None: not given."""
    baseline: Number | None = None
    """Where the measure stood then, in its unit; None: not given."""
    target: Number | None = None
    """Where it should come to, in its unit; None: not given."""
    dip: Amount | None = None
    """How far it may first go the wrong way, above 0, in its unit; None: not given."""
    dip_month: Amount | None = None
    """The month in which it is lowest, counted from `since`; None: not given."""
    months_to_target: Amount | None = None
    """Months from `since` to the target; None: not given."""
    since: Date | None = None
    """The day from which the months count; None: when the initiative started."""
    cap: Positive | None = None
    """Progress beyond this is worth nothing (1 is the target); None: all of it counts."""


class GainByOutcome(Record):
    """A gain that differs by what the initiative would have become without it."""

    full: Estimate | None = None
    """Share of the way it adds if it would have ended in full; None: not given."""
    partial: Estimate | None = None
    """Share of the way it adds if it would have ended in part; None: not given."""
    none: Estimate | None = None
    """Share of the way it adds if it would have come to nothing; None: not given."""


def _gain_form(value: object) -> str:
    return "by outcome" if isinstance(value, dict | GainByOutcome) else "one"


Gain = Annotated[
    Annotated[Estimate, Tag("one")] | Annotated[GainByOutcome, Tag("by outcome")],
    Discriminator(_gain_form),
]


class Change(Record):
    """What was done to the path on the way."""

    on: Date
    """The day it was done."""
    did: Literal["adjust-tactics", "adjust-strategy"]
    """What was done."""
    gain: Gain | None = None
    """Share of the way from baseline to target that it was to add; None: not given."""
    months: Amount | None = None
    """Months until the gain is there; None: not given."""
    because: Text | None = None
    """Why, in a sentence; None: not given."""


class AdjustTactics(Record):
    """Do the same thing better: a gain added to progress over `months`."""

    action: Literal["adjust-tactics"]
    """Names the course."""
    cost: Amount | None = None
    """What choosing it costs, once, in the programme's currency; None: not given."""
    gain: Gain | None = None
    """Share of the way from baseline to target that it adds; None: not given."""
    months: Amount | None = None
    """Months over which the gain rises evenly; None: not given."""
    extends: Positive | None = None
    """Months of running spend that it adds; None: not given."""


class AdjustStrategy(Record):
    """Do another thing for the same target: a new path from the baseline."""

    action: Literal["adjust-strategy"]
    """Names the course."""
    cost: Amount | None = None
    """What choosing it costs, once, in the programme's currency; None: not given."""
    full: Share | None = None
    """The share (0 to 1) of such new paths that end in full; None: not given."""
    partial: Share | None = None
    """The share (0 to 1) of such new paths that end in part; None: not given."""
    none: Share | None = None
    """The share (0 to 1) of such new paths that come to nothing; None: not given."""
    dip: Amount | None = None
    """How far the measure may first go the wrong way, in its unit; None: not given."""
    dip_month: Amount | None = None
    """The month in which it is lowest, counted from the choice; None: not given."""
    months_to_target: Amount | None = None
    """Months from the choice to the target; None: not given."""
    runs: Positive | None = None
    """Months of running spend from the choice; None: not given."""
    fade_months: Positive | None = None
    """Months over which what the old way gained fades evenly; None: not given."""


class Stop(Record):
    """End it: spending ends at once, progress goes evenly to nothing over `fade_months`."""

    action: Literal["stop"]
    """Names the course."""
    cost: Amount | None = None
    """What choosing it costs, once, in the programme's currency; None: not given."""
    fade_months: Positive | None = None
    """Months over which progress goes evenly to nothing; None: not given."""


Option = Annotated[AdjustTactics | AdjustStrategy | Stop, Discriminator("action")]


class Tripwire(Record):
    """Agreed beforehand: what at which review would change our mind."""

    by: Date
    """The review at which it is judged."""
    measure: Id
    """The id of the measure."""
    below: Number | None = None
    """Broken where the mean reading is below this, in the measure's unit; None: `above` holds."""
    above: Number | None = None
    """Broken where the mean reading is above this, in the measure's unit; None: `below` holds."""
    then: Action
    """What was agreed to do then."""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.below is None) == (self.above is None):
            raise PydanticCustomError("tripwire", "either `below` or `above`, and one of them only")
        return self


class Judgement(Record):
    """What somebody judged: a level of a fact, with who, when and why where given."""

    level: bool | Number | Text
    """The level judged, a number, or yes or no."""
    by: Text | None = None
    """Who judged, by post; None: not given."""
    on: Date | None = None
    """The day of the judgement; None: not given."""
    because: Text | None = None
    """Why, in a sentence; None: not given."""

    @model_validator(mode="before")
    @classmethod
    def _from_level(cls, value: object) -> object:
        return value if isinstance(value, dict | Judgement) else {"level": value}

    @model_serializer(mode="plain")
    def _short(self) -> Any:
        given = {
            k: v for k in ("level", "by", "on", "because") if (v := getattr(self, k)) is not None
        }
        return {k: str(v) if isinstance(v, dt.date) else v for k, v in given.items()}


def _raters(value: object) -> object:
    """One answer is a list of one."""
    if isinstance(value, list | tuple) and not value:
        raise PydanticCustomError("answers", "a level, or a list of answers with who gave each")
    return value if isinstance(value, list | tuple) else [value]


def _by_rater(answers: tuple[Judgement, ...]) -> tuple[Judgement, ...]:
    return tuple(
        sorted(answers, key=lambda a: (a.by or "", str(a.on or ""), str(a.level), a.because or ""))
    )


Answers = Annotated[
    tuple[Judgement, ...],
    Field(strict=False),
    BeforeValidator(
        _raters, json_schema_input_type=Judgement | bool | float | str | list[Judgement]
    ),
    AfterValidator(_by_rater),
]


class Dependency(Record):
    """What this initiative hangs on."""

    initiative: Id
    """The id of the other initiative."""
    kind: Literal["requires", "helps", "conflicts-with"]
    """In which way.

    `requires`: cannot go on without it; `helps`: loses a share of its value; `conflicts-with`:
    they stand in each other's way.
    """
    lag_months: Positive | None = None
    """Months after the other ends until this can begin; None: none."""
    share: Share | None = None
    """The share (0 to 1) of its value that is lost if a helper fails or stops; None: not given."""


class Initiative(Record):
    """A change that is run, planned or past."""

    id: Id
    """Its short name, by which others refer to it. No answer depends on it."""
    title: Text
    """The name people know it by."""
    aim: Text | None = None
    """What it is for, in a sentence; None: not given."""
    aims: Ids = ()
    """Ids of the aims it serves."""
    kind: Kind | None = None
    """The sort of change; None: not given."""
    service: Text | None = None
    """The service it belongs to; None: not given."""
    stage: Stage | None = None
    """How far it has come; None: not given."""
    statutory: bool | None = None
    """Whether the law requires it; None: not given."""
    sponsor: Text | None = None
    """The senior person who answers for it, by post; None: not given."""
    owner: Text | None = None
    """Who runs it, by post; None: not given."""
    started: Date | None = None
    """The day it began, or will; None: not given."""
    ends: Date | None = None
    """The day its running spend ends; None: not given."""
    lasts_until: Date | None = None
    """The day when what it gained ends of itself; None: no such day is given."""
    declared: Colour | None = None
    """The rating its own people give it; None: not given."""
    reach: Amount | None = None
    """People it reaches a year, at any progress; None: not given."""
    impact: Amount | None = None
    """Social value to each of them a year at progress 1, in the programme's currency.

    None: not given.
    """
    cashable: Amount | None = None
    """Of that value, money a year the budget saves in all at progress 1; None: not given."""
    spend: Annotated[Spend | None, AfterValidator(said_or_none)] = None
    """What it has cost and will cost; None: not given."""
    needs: Annotated[dict[str, Positive], AfterValidator(sorted_map)] = Field(default_factory=dict)
    """Full-time equivalents it needs while it runs, by role."""
    reference_class: Id | None = None
    """The id of the class of initiatives like it; None: not given."""
    relative_income: Annotated[float, Field(gt=0)] | None = None
    """Median income of those it reaches over that of all; None: not given."""
    overlaps: Annotated[dict[str, Share], AfterValidator(sorted_map)] = Field(default_factory=dict)
    """The share (0 to 1) of those it reaches whom another reaches too, by that one's id."""
    also_moves: Ids = ()
    """Ids of other measures it should move."""
    adoption: Annotated[Adoption | None, AfterValidator(said_or_none)] = None
    """The staff who must come to work differently; None: not given."""
    path: Annotated[Path | None, AfterValidator(said_or_none)] = None
    """What was expected of its measure; None: not given."""
    history: Annotated[tuple[Change, ...], Field(strict=False), sorted_by("on", "did")] = ()
    """What was done to the path on the way, by day."""
    options: Annotated[tuple[Option, ...], Field(strict=False), sorted_by("action")] = ()
    """What else could be done, at most one of each; going on as it is always can."""
    tripwires: Annotated[
        tuple[Tripwire, ...], Field(strict=False), sorted_by("by", "measure", "then")
    ] = ()
    """What was agreed beforehand, by day."""
    judgements: Annotated[dict[str, Answers], AfterValidator(sorted_map)] = Field(
        default_factory=dict
    )
    """What people judged, by the name of the fact; several answers where several people judged."""
    depends_on: Annotated[
        tuple[Dependency, ...], Field(strict=False), sorted_by("initiative", "kind")
    ] = ()
    """What it hangs on."""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.started and self.ends and self.ends < self.started:
            raise PydanticCustomError("dates", "`ends` on or after `started`")
        if self.ends and self.lasts_until and self.lasts_until < self.ends:
            raise PydanticCustomError("dates", "`lasts_until` on or after `ends`")
        return self


# --- the programme --------------------------------------------------------------------------------


class Organisation(Record):
    """Whose programme it is."""

    name: Text | None = None
    """Its name; None: not given."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """ISO code of the currency all its money is in, such as GBP; None: read as pounds."""
    code: Text | None = None
    """Its area code, such as E08000099; None: not given."""
    kind: Text | None = None
    """The kind of council; None: not given."""
    neighbours: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Codes of areas to compare with, in the order given."""


class Aim(Record):
    """What the council plan promises."""

    id: Id
    """Its short name, by which measures and initiatives refer to it."""
    title: Text | None = None
    """The promise in words; None: its id stands for it."""


class Appraisal(Record):
    """How the future is valued: a yearly rate and how many years count."""

    discount_rate: Annotated[float, Field(ge=0, lt=1)] | None = None
    """By how much a year later counts less, 0 to 1, such as 0.035.

    None: no present value is given.
    """
    horizon_years: Annotated[float, Field(gt=0, le=100)] | None = None
    """How many years of value count from `as_of`; None: not given."""


class Few(Record):
    """What counts as few people and a deep change for each, on the likely values."""

    reach_below: Positive
    """It is for few where it reaches fewer people a year than this."""
    impact_above: Positive
    """It is deep where each gains more than this a year, in the programme's currency."""


def _period_keys(pattern: str, what: str) -> AfterValidator:
    """Hold the keys of a map to financial years or quarters, and sort them."""

    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        wrong = [k for k in value if not re.fullmatch(pattern, k) or not _consecutive(k)]
        if wrong:
            raise PydanticCustomError(
                "period", "{what}, found {wrong}", {"what": what, "wrong": ", ".join(wrong)}
            )
        return sorted_map(value)

    return AfterValidator(check)


def _consecutive(key: str) -> bool:
    """Whether a financial year such as 2026-27 names two years that follow; quarters always do."""
    return "Q" in key or int(key[5:7]) == (int(key[:4]) + 1) % 100


ByYear = Annotated[
    Positive | dict[str, Positive], _period_keys(r"\d{4}-\d{2}", "financial years such as 2026-27")
]
ByQuarter = Annotated[
    Positive | dict[str, Positive],
    _period_keys(r"\d{4}-Q[1-4]", "calendar quarters such as 2026-Q4"),
]


class Limits(Record):
    """What may be spent and who there is."""

    budget: ByYear | None = None
    """New money for the next twelve months, or by financial year, in the programme's currency.

    None: no limit is given.
    """
    carry_over: bool | None = None
    """Whether what is left of one year may be spent in the next; None: not given, counted as no."""
    capacity: Annotated[dict[str, ByQuarter], AfterValidator(sorted_map)] = Field(
        default_factory=dict
    )
    """Full-time equivalents there are by role, or by role and calendar quarter."""
    share_for_few: Share | None = None
    """The least share (0 to 1) of the spend kept for deep changes for few people.

    None: no limit is given.
    """
    few: Few | None = None
    """What counts as few and deep; None: not given."""
    load: Positive | None = None
    """Most changes at once that one staff group should carry; None: no limit is given."""


class ReferenceClass(Record):
    """How initiatives like these ended (shares), and how far their plans were out (factors)."""

    id: Id
    """Its short name, by which initiatives refer to it."""
    title: Text | None = None
    """What sort of initiatives these are; None: not given."""
    full: Share | None = None
    """The share (0 to 1) that ended with 0.8 or more of the way; None: not given."""
    partial: Share | None = None
    """The share (0 to 1) that ended with 0.25 to 0.8 of the way; None: not given."""
    none: Share | None = None
    """The share (0 to 1) that ended with less, harm included; None: not given."""
    source: Text | None = None
    """Where the figures come from; None: not given."""
    delay: Amount | None = None
    """Time taken over time planned, such as 0.9, 1.3, 1.8; None: not given."""
    overrun: Amount | None = None
    """Spend over planned spend; None: not given."""
    deeper: Amount | None = None
    """Dip over planned dip; None: not given."""

    @model_validator(mode="after")
    def _shares(self) -> Self:
        given = [s for s in (self.full, self.partial, self.none) if s is not None]
        total = math.fsum(given)
        if total > 1 + 1e-9 or (len(given) == 3 and abs(total - 1) > 1e-9):
            raise PydanticCustomError("shares", "`full`, `partial` and `none` to add up to 1")
        return self


class Programme(Record):
    """Initiatives, measures, limits and judgements, as of a date. Lists are sorted by id."""

    format: Literal["changeadvisor/1"]
    """Names this form of the file."""
    programme: Text
    """The name of the programme."""
    as_of: Date
    """The day as of which everything is judged."""
    organisation: Annotated[Organisation | None, AfterValidator(said_or_none)] = None
    """Whose programme it is; None: not given."""
    aims: Annotated[tuple[Aim, ...], Field(strict=False), sorted_by("id")] = ()
    """What the council plan promises, by id."""
    review_months: Annotated[int, Field(ge=1, le=60)] | None = None
    """Months between reviews, 1 to 60; None: not given."""
    appraisal: Annotated[Appraisal | None, AfterValidator(said_or_none)] = None
    """How the future is valued; None: not given, so that nothing is priced."""
    limits: Annotated[Limits | None, AfterValidator(said_or_none)] = None
    """What may be spent and who there is; None: not given."""
    reference_classes: Annotated[
        tuple[ReferenceClass, ...], Field(strict=False), sorted_by("id")
    ] = ()
    """How initiatives like these have ended, by id."""
    areas: Annotated[tuple[Area, ...], Field(strict=False), sorted_by("area")] = ()
    """Other councils or areas, by code."""
    measures: Annotated[tuple[Measure, ...], Field(strict=False), sorted_by("id")] = ()
    """What is counted, by id."""
    initiatives: Annotated[tuple[Initiative, ...], Field(strict=False), sorted_by("id")] = ()
    """The changes, by id."""

    @property
    def currency(self) -> str:
        """The ISO code of the currency that its money is in; pounds where it names none."""
        named = self.organisation.currency if self.organisation else None
        return named or DEFAULT_CURRENCY

    def measure(self, id: str | None) -> Measure | None:
        """The measure of that id, or None."""
        return None if id is None else self._by_id[0].get(id)

    def initiative(self, id: str) -> Initiative | None:
        """The initiative of that id, or None."""
        return self._by_id[1].get(id)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with some fields changed.

        What had been worked out from the old ones is forgotten.
        """
        found = super().model_copy(update=update, deep=deep)
        for name in ("_by_id", "movers"):
            found.__dict__.pop(name, None)
        return found

    @cached_property
    def _by_id(self) -> tuple[dict[str, Measure], dict[str, Initiative]]:
        """Measures and initiatives by id (of two alike the first)."""
        return {m.id: m for m in reversed(self.measures)}, {
            i.id: i for i in reversed(self.initiatives)
        }

    @cached_property
    def movers(self) -> Mapping[str, tuple[Initiative, ...]]:
        """By measure, the initiatives whose path is about it."""
        found: dict[str, tuple[Initiative, ...]] = {}
        for initiative in self.initiatives:
            if initiative.path is not None and initiative.path.measure is not None:
                found[initiative.path.measure] = (
                    *found.get(initiative.path.measure, ()),
                    initiative,
                )
        return found

    def reference_class(self, id: str | None) -> ReferenceClass | None:
        """The reference class of that id, or None."""
        return next((c for c in self.reference_classes if c.id == id), None)

    def __repr__(self) -> str:
        """The name, the date and how much there is of everything, in one line."""
        counts = f"initiatives {len(self.initiatives)}, measures {len(self.measures)}"
        return f"<Programme: {plain(self.programme, 80)}, {self.as_of}; {counts}>"

    __str__ = __repr__


def tidy_number(value: float) -> float:
    """A number to ten significant digits, as it is written out; minus nothing is nothing."""
    return float(f"{value:.10g}") + 0.0
