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

Action = Literal["persist", "adjust-tactics", "adjust-strategy", "stop"]
Colour = Literal["green", "amber-green", "amber", "amber-red", "red"]
Kind = Literal["service-redesign", "digital", "process", "culture", "structure", "policy", "estate"]
Stage = Literal["idea", "design", "pilot", "delivery", "embedding", "closed"]
Every = Literal["month", "quarter", "year"]


# --- small types ----------------------------------------------------------------------------------


# --- measures -------------------------------------------------------------------------------------


class Rebase(Record):
    """A known, explained change of the process: the chart starts anew here."""

    on: Date
    because: Text


class Observation(Record):
    """One reading: `period` is its first day."""

    period: Date
    value: Number
    denominator: Positive | None = None
    expected: Positive | None = None


class Comparator(Observation):
    """One reading of another area."""

    area: Text


class Area(Record):
    """Another council or area, with any numeric features for finding neighbours."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": {"type": "number"}})

    area: Text
    name: Text | None = None
    kind: Text | None = None
    region: Text | None = None
    succeeded_by: Text | None = None
    starts: Date | None = None
    ends: Date | None = None
    features: dict[str, Number] = Field(default_factory=dict)

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
    title: Text | None = None
    better: Literal["higher", "lower", "neutral"] | None = None
    unit: Text | None = None
    type: Literal["proportion", "rate", "ratio", "count", "value"] | None = None
    every: Every | None = None
    lag_days: Count = 0
    kind: Literal["external", "process"] | None = None
    corporate: bool | None = None
    service: Text | None = None
    aims: Ids = ()
    owner: Text | None = None
    moves: Ids = ()
    standard: Number | None = None
    target: Number | None = None
    target_date: Date | None = None
    own_area: Text | None = None
    rebase: Annotated[tuple[Rebase, ...], Field(strict=False), sorted_by("on")] = ()
    source: Text | None = None
    observations: Annotated[tuple[Observation, ...], Field(strict=False), sorted_by("period")] = ()
    comparators: Annotated[
        tuple[Comparator, ...], Field(strict=False), sorted_by("area", "period")
    ] = ()


# --- initiatives ----------------------------------------------------------------------------------


class Spend(Record):
    """What it has cost (`to_date`.

    Never weighed), costs a month, and will cost a month after `ends`.
    """

    to_date: Positive | None = None
    monthly: Amount | None = None
    after: Amount | None = None


#: Two people who see each other work.
Tie = Annotated[tuple[Text, Text], Field(strict=False)]


def _each_tie_once(ties: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Ties lead both ways: (b, a) is (a, b). Nobody is tied to themselves."""
    return tuple(sorted({(min(tie), max(tie)) for tie in ties if tie[0] != tie[1]}))


class Adoption(Record):
    """The staff who must come to work differently."""

    staff: Count | None = None
    teams: Annotated[
        Count | Annotated[tuple[Count, ...], Field(strict=False)] | None,
        Field(union_mode="left_to_right"),
    ] = None
    groups: Words = ()
    ready: Part | None = None
    peers_needed: Amount | None = None
    mixing: Share | None = None
    champions: Count | None = None
    mandate: Literal["none", "weak", "strong"] | None = None
    turnover: Share | None = None
    needed: Share | None = None
    by: Date | None = None
    ties: Text | None = None
    #: The ties themselves, from the file or written inline; each pair once, in the order of names.
    tied: Annotated[tuple[Tie, ...], Field(strict=False), AfterValidator(_each_tie_once)] = ()
    #: The share who work the new way already.
    now: Part | None = None


class Path(Record):
    """What was expected of the measure when the initiative was approved: a dip, then the target."""

    measure: Id | None = None
    baseline: Number | None = None
    target: Number | None = None
    dip: Amount | None = None
    dip_month: Amount | None = None
    months_to_target: Amount | None = None
    since: Date | None = None
    cap: Positive | None = None


class GainByOutcome(Record):
    """A gain that differs by what the initiative would have become without it."""

    full: Estimate | None = None
    partial: Estimate | None = None
    none: Estimate | None = None


def _gain_form(value: object) -> str:
    return "by outcome" if isinstance(value, dict | GainByOutcome) else "one"


Gain = Annotated[
    Annotated[Estimate, Tag("one")] | Annotated[GainByOutcome, Tag("by outcome")],
    Discriminator(_gain_form),
]


class Change(Record):
    """What was done to the path on the way."""

    on: Date
    did: Literal["adjust-tactics", "adjust-strategy"]
    gain: Gain | None = None
    months: Amount | None = None
    because: Text | None = None


class AdjustTactics(Record):
    """Do the same thing better: a gain added to progress over `months`."""

    action: Literal["adjust-tactics"]
    cost: Amount | None = None
    gain: Gain | None = None
    months: Amount | None = None
    extends: Positive | None = None


class AdjustStrategy(Record):
    """Do another thing for the same target: a new path from the baseline."""

    action: Literal["adjust-strategy"]
    cost: Amount | None = None
    full: Share | None = None
    partial: Share | None = None
    none: Share | None = None
    dip: Amount | None = None
    dip_month: Amount | None = None
    months_to_target: Amount | None = None
    runs: Positive | None = None
    fade_months: Positive | None = None


class Stop(Record):
    """End it: spending ends at once, progress goes evenly to nothing over `fade_months`."""

    action: Literal["stop"]
    cost: Amount | None = None
    fade_months: Positive | None = None


Option = Annotated[AdjustTactics | AdjustStrategy | Stop, Discriminator("action")]


class Tripwire(Record):
    """Agreed beforehand: what at which review would change our mind."""

    by: Date
    measure: Id
    below: Number | None = None
    above: Number | None = None
    then: Action

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.below is None) == (self.above is None):
            raise PydanticCustomError("tripwire", "either `below` or `above`, and one of them only")
        return self


class Judgement(Record):
    """What somebody judged: a level of a fact, with who, when and why where given."""

    level: bool | Number | Text
    by: Text | None = None
    on: Date | None = None
    because: Text | None = None

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
    """What this initiative hangs on. `share` of its value is lost if a helper fails or stops."""

    initiative: Id
    kind: Literal["requires", "helps", "conflicts-with"]
    lag_months: Positive | None = None
    share: Share | None = None


class Initiative(Record):
    """A change that is run, planned or past."""

    id: Id
    title: Text
    aim: Text | None = None
    aims: Ids = ()
    kind: Kind | None = None
    service: Text | None = None
    stage: Stage | None = None
    statutory: bool | None = None
    sponsor: Text | None = None
    owner: Text | None = None
    started: Date | None = None
    ends: Date | None = None
    lasts_until: Date | None = None
    declared: Colour | None = None
    reach: Amount | None = None
    impact: Amount | None = None
    cashable: Amount | None = None
    spend: Annotated[Spend | None, AfterValidator(said_or_none)] = None
    needs: Annotated[dict[str, Positive], AfterValidator(sorted_map)] = Field(default_factory=dict)
    reference_class: Id | None = None
    relative_income: Annotated[float, Field(gt=0)] | None = None
    overlaps: Annotated[dict[str, Share], AfterValidator(sorted_map)] = Field(default_factory=dict)
    also_moves: Ids = ()
    adoption: Annotated[Adoption | None, AfterValidator(said_or_none)] = None
    path: Annotated[Path | None, AfterValidator(said_or_none)] = None
    history: Annotated[tuple[Change, ...], Field(strict=False), sorted_by("on", "did")] = ()
    options: Annotated[tuple[Option, ...], Field(strict=False), sorted_by("action")] = ()
    tripwires: Annotated[
        tuple[Tripwire, ...], Field(strict=False), sorted_by("by", "measure", "then")
    ] = ()
    judgements: Annotated[dict[str, Answers], AfterValidator(sorted_map)] = Field(
        default_factory=dict
    )
    depends_on: Annotated[
        tuple[Dependency, ...], Field(strict=False), sorted_by("initiative", "kind")
    ] = ()

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
    code: Text | None = None
    kind: Text | None = None
    neighbours: Annotated[tuple[Text, ...], Field(strict=False)] = ()


class Aim(Record):
    """What the council plan promises."""

    id: Id
    title: Text | None = None


class Appraisal(Record):
    """How the future is valued: a yearly rate and how many years count."""

    discount_rate: Annotated[float, Field(ge=0, lt=1)] | None = None
    horizon_years: Annotated[float, Field(gt=0, le=100)] | None = None


class Few(Record):
    """What counts as few people and a deep change for each, on the likely values."""

    reach_below: Positive
    impact_above: Positive


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
    carry_over: bool | None = None
    capacity: Annotated[dict[str, ByQuarter], AfterValidator(sorted_map)] = Field(
        default_factory=dict
    )
    share_for_few: Share | None = None
    few: Few | None = None
    load: Positive | None = None


class ReferenceClass(Record):
    """How initiatives like these have ended (shares), and how far their plans were out (factors)."""

    id: Id
    title: Text | None = None
    full: Share | None = None
    partial: Share | None = None
    none: Share | None = None
    source: Text | None = None
    delay: Amount | None = None
    overrun: Amount | None = None
    deeper: Amount | None = None

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
    programme: Text
    as_of: Date
    organisation: Annotated[Organisation | None, AfterValidator(said_or_none)] = None
    aims: Annotated[tuple[Aim, ...], Field(strict=False), sorted_by("id")] = ()
    review_months: Annotated[int, Field(ge=1, le=60)] | None = None
    appraisal: Annotated[Appraisal | None, AfterValidator(said_or_none)] = None
    limits: Annotated[Limits | None, AfterValidator(said_or_none)] = None
    reference_classes: Annotated[
        tuple[ReferenceClass, ...], Field(strict=False), sorted_by("id")
    ] = ()
    areas: Annotated[tuple[Area, ...], Field(strict=False), sorted_by("area")] = ()
    measures: Annotated[tuple[Measure, ...], Field(strict=False), sorted_by("id")] = ()
    initiatives: Annotated[tuple[Initiative, ...], Field(strict=False), sorted_by("id")] = ()

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


# --- readings: a measure's observations, timed ----------------------------------------------------
