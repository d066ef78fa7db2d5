"""The nouns: what a programme is made of, frozen once read.

Everything here is written by strangers, so every class refuses unknown keys and wrong types. Lists whose
order means nothing are kept sorted, so that the same programme in any order is the same object. References
between records (a dependency's initiative, a path's measure) are checked by `loading`, which knows the lines.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = "changeadvisor/1"
LN9 = math.log(9.0)
#: Draws stay between these probabilities, so that means exist (formats.md).
TAIL = 0.001
#: Keelin (2016), Decision Analysis 13(4): a metalog through P10, P50 and P90 exists for r between these.
METALOG_LOW, METALOG_HIGH = 0.16658, 0.83342

Action = Literal["persist", "adjust-tactics", "adjust-strategy", "stop"]
Colour = Literal["green", "amber-green", "amber", "amber-red", "red"]
Kind = Literal["service-redesign", "digital", "process", "culture", "structure", "policy", "estate"]
Stage = Literal["idea", "design", "pilot", "delivery", "embedding", "closed"]
Every = Literal["month", "quarter", "year"]


class Record(BaseModel):
    """The base of all that is read: frozen, strict, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


# --- small types -----------------------------------------------------------------------------------------------------


def _date(value: object) -> object:
    """ISO text becomes a date; a moment (with a time of day) at midnight becomes its day."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() and value.tzinfo is None else value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _sorted(*keys: str) -> AfterValidator:
    """Sort a tuple of records by the named attributes (None first)."""

    def sort(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(sorted(items, key=lambda i: tuple(str(getattr(i, k) or "") for k in keys)))

    return AfterValidator(sort)


def _sorted_words(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(words))


def _sorted_map(value: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(value.items()))


def _said_or_none(record: Any) -> Any:
    """A record in which nothing is said is none at all, so that every form of a programme is equal."""
    return None if record is None or record == type(record)() else record


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
        raise PydanticCustomError("id", "letters, digits, `-`, `_` and `.` only, beginning with a letter or digit")
    return value


Date = Annotated[dt.date, BeforeValidator(_date, json_schema_input_type=dt.date)]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_identifier)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
# A YAML list is a list; what is kept is a tuple, which cannot change.
Words = Annotated[tuple[Text, ...], Field(strict=False), AfterValidator(_sorted_words)]
Ids = Annotated[tuple[Id, ...], Field(strict=False), AfterValidator(_sorted_words)]


class Estimate(Record):
    """A number, or three: one time in ten lower, as likely above as below, one time in ten higher.

    Written as `n` or `[P10, P50, P90]`. `lower` and `upper` are the natural bounds of the field it stands in.
    """

    WRITTEN_AS_LIST: ClassVar[bool] = True

    low: Number
    likely: Number
    high: Number
    lower: float = Field(default=-math.inf, exclude=True, allow_inf_nan=True, repr=False)
    upper: float = Field(default=math.inf, exclude=True, allow_inf_nan=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: object) -> object:
        if isinstance(value, Estimate):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"low": value, "likely": value, "high": value}
        if isinstance(value, list | tuple) and len(value) == 3:
            return dict(zip(("low", "likely", "high"), value, strict=True))
        raise PydanticCustomError("estimate", "a number, or three numbers [P10, P50, P90]")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise PydanticCustomError("estimate_order", "P10 ≤ P50 ≤ P90, the smallest of the three first")
        return self

    @model_serializer(mode="plain")
    def _short(self) -> float | list[float]:
        return self.likely if self.constant else [self.low, self.likely, self.high]

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """JSON Schema of the written form, not of the fields."""
        three = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
        return {
            "title": "Estimate",
            "description": "a number, or [P10, P50, P90]",
            "anyOf": [{"type": "number"}, three],
        }

    @classmethod
    def of(cls, *points: float) -> Estimate:
        """An estimate from one number or three."""
        return cls.model_validate(points[0] if len(points) == 1 else list(points))

    @property
    def constant(self) -> bool:
        """Whether the three points are one."""
        return self.low == self.high

    @property
    def carried(self) -> bool:
        """Whether a metalog passes through the three points (Keelin 2016); else straight lines do."""
        if self.constant:
            return True
        return METALOG_LOW < (self.likely - self.low) / (self.high - self.low) < METALOG_HIGH

    def quantile(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at cumulative probabilities `share` (any shape, within 0 to 1, ends excluded).

        Keelin T. (2016) *The Metalog Distributions*, Decision Analysis 13(4), 243-277, in its three-term
        symmetric-percentile form at 10/50/90; clipped to the natural bounds, which keeps the three points.
        """
        import numpy as np

        spread = self._metalog(share) if self.carried else self._straight(share)
        return np.clip(spread, self.lower, self.upper)

    def sample(self, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Draws from uniforms in 0 to 1 (any shape), between P0.1 and P99.9."""
        return self.quantile(TAIL + (1.0 - 2.0 * TAIL) * uniforms)

    def _metalog(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        logit = np.log(share / (1.0 - share))
        scale = (self.high - self.low) / (2.0 * LN9)
        skew = (self.high + self.low - 2.0 * self.likely) / (0.8 * LN9)
        return self.likely + scale * logit + skew * (share - 0.5) * logit

    def _straight(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Piecewise-linear through the three points, continued at the same slopes."""
        import numpy as np

        below = (self.likely - self.low) / 0.4
        above = (self.high - self.likely) / 0.4
        return self.likely + (share - 0.5) * np.where(share < 0.5, below, above)


def _bounded(lower: float, upper: float, what: str) -> AfterValidator:
    """Hold an estimate to its natural bounds and remember them for sampling."""

    def hold(value: Estimate) -> Estimate:
        if value.low < lower or value.high > upper:
            raise PydanticCustomError("bounds", "{what}", {"what": what})
        return value.model_copy(update={"lower": lower, "upper": upper})

    return AfterValidator(hold)


#: Money, people, months and dips: never below nothing.
Amount = Annotated[Estimate, _bounded(0.0, math.inf, "an amount not below 0")]
#: Shares of a whole.
Part = Annotated[Estimate, _bounded(0.0, 1.0, "a share between 0 and 1")]


# --- measures --------------------------------------------------------------------------------------------------------


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
        numbers = {k: v for k, v in extra.items() if isinstance(v, int | float) and not isinstance(v, bool)}
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
    rebase: Annotated[tuple[Rebase, ...], Field(strict=False), _sorted("on")] = ()
    source: Text | None = None
    observations: Annotated[tuple[Observation, ...], Field(strict=False), _sorted("period")] = ()
    comparators: Annotated[tuple[Comparator, ...], Field(strict=False), _sorted("area", "period")] = ()


# --- initiatives -----------------------------------------------------------------------------------------------------


class Spend(Record):
    """What it has cost (`to_date`: never weighed), costs a month, and will cost a month after `ends`."""

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
        Count | Annotated[tuple[Count, ...], Field(strict=False)] | None, Field(union_mode="left_to_right")
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
    Annotated[Estimate, Tag("one")] | Annotated[GainByOutcome, Tag("by outcome")], Discriminator(_gain_form)
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
        given = {k: v for k in ("level", "by", "on", "because") if (v := getattr(self, k)) is not None}
        return {k: str(v) if isinstance(v, dt.date) else v for k, v in given.items()}


def _raters(value: object) -> object:
    """One answer is a list of one."""
    if isinstance(value, list | tuple) and not value:
        raise PydanticCustomError("answers", "a level, or a list of answers with who gave each")
    return value if isinstance(value, list | tuple) else [value]


def _by_rater(answers: tuple[Judgement, ...]) -> tuple[Judgement, ...]:
    return tuple(sorted(answers, key=lambda a: (a.by or "", str(a.on or ""), str(a.level), a.because or "")))


Answers = Annotated[
    tuple[Judgement, ...],
    Field(strict=False),
    BeforeValidator(_raters, json_schema_input_type=Judgement | bool | float | str | list[Judgement]),
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
    spend: Annotated[Spend | None, AfterValidator(_said_or_none)] = None
    needs: Annotated[dict[str, Positive], AfterValidator(_sorted_map)] = Field(default_factory=dict)
    reference_class: Id | None = None
    relative_income: Annotated[float, Field(gt=0)] | None = None
    overlaps: Annotated[dict[str, Share], AfterValidator(_sorted_map)] = Field(default_factory=dict)
    also_moves: Ids = ()
    adoption: Annotated[Adoption | None, AfterValidator(_said_or_none)] = None
    path: Annotated[Path | None, AfterValidator(_said_or_none)] = None
    history: Annotated[tuple[Change, ...], Field(strict=False), _sorted("on", "did")] = ()
    options: Annotated[tuple[Option, ...], Field(strict=False), _sorted("action")] = ()
    tripwires: Annotated[tuple[Tripwire, ...], Field(strict=False), _sorted("by", "measure", "then")] = ()
    judgements: Annotated[dict[str, Answers], AfterValidator(_sorted_map)] = Field(default_factory=dict)
    depends_on: Annotated[tuple[Dependency, ...], Field(strict=False), _sorted("initiative", "kind")] = ()

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.started and self.ends and self.ends < self.started:
            raise PydanticCustomError("dates", "`ends` on or after `started`")
        if self.ends and self.lasts_until and self.lasts_until < self.ends:
            raise PydanticCustomError("dates", "`lasts_until` on or after `ends`")
        return self


# --- the programme ---------------------------------------------------------------------------------------------------


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
            raise PydanticCustomError("period", "{what}, found {wrong}", {"what": what, "wrong": ", ".join(wrong)})
        return _sorted_map(value)

    return AfterValidator(check)


def _consecutive(key: str) -> bool:
    """Whether a financial year such as 2026-27 names two years that follow; quarters always do."""
    return "Q" in key or int(key[5:7]) == (int(key[:4]) + 1) % 100


ByYear = Annotated[Positive | dict[str, Positive], _period_keys(r"\d{4}-\d{2}", "financial years such as 2026-27")]
ByQuarter = Annotated[
    Positive | dict[str, Positive], _period_keys(r"\d{4}-Q[1-4]", "calendar quarters such as 2026-Q4")
]


class Limits(Record):
    """What may be spent and who there is."""

    budget: ByYear | None = None
    carry_over: bool | None = None
    capacity: Annotated[dict[str, ByQuarter], AfterValidator(_sorted_map)] = Field(default_factory=dict)
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
    organisation: Annotated[Organisation | None, AfterValidator(_said_or_none)] = None
    aims: Annotated[tuple[Aim, ...], Field(strict=False), _sorted("id")] = ()
    review_months: Annotated[int, Field(ge=1, le=60)] | None = None
    appraisal: Annotated[Appraisal | None, AfterValidator(_said_or_none)] = None
    limits: Annotated[Limits | None, AfterValidator(_said_or_none)] = None
    reference_classes: Annotated[tuple[ReferenceClass, ...], Field(strict=False), _sorted("id")] = ()
    areas: Annotated[tuple[Area, ...], Field(strict=False), _sorted("area")] = ()
    measures: Annotated[tuple[Measure, ...], Field(strict=False), _sorted("id")] = ()
    initiatives: Annotated[tuple[Initiative, ...], Field(strict=False), _sorted("id")] = ()

    def measure(self, id: str | None) -> Measure | None:
        """The measure of that id, or None."""
        return None if id is None else self._by_id[0].get(id)

    def initiative(self, id: str) -> Initiative | None:
        """The initiative of that id, or None."""
        return self._by_id[1].get(id)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with some fields changed; what had been worked out from the old ones is forgotten."""
        found = super().model_copy(update=update, deep=deep)
        for name in ("_by_id", "movers"):
            found.__dict__.pop(name, None)
        return found

    @cached_property
    def _by_id(self) -> tuple[dict[str, Measure], dict[str, Initiative]]:
        """Measures and initiatives by id (of two alike the first)."""
        return {m.id: m for m in reversed(self.measures)}, {i.id: i for i in reversed(self.initiatives)}

    @cached_property
    def movers(self) -> Mapping[str, tuple[Initiative, ...]]:
        """By measure, the initiatives whose path is about it."""
        found: dict[str, tuple[Initiative, ...]] = {}
        for initiative in self.initiatives:
            if initiative.path is not None and initiative.path.measure is not None:
                found[initiative.path.measure] = (*found.get(initiative.path.measure, ()), initiative)
        return found

    def reference_class(self, id: str | None) -> ReferenceClass | None:
        """The reference class of that id, or None."""
        return next((c for c in self.reference_classes if c.id == id), None)


@lru_cache(maxsize=4096)
def _last_day(year: int, month: int) -> int:
    import calendar

    return calendar.monthrange(year, month)[1]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later; the last day of a month stays the last day of a month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = _last_day(year, month + 1)
    at_end = day.day == _last_day(day.year, day.month)
    return dt.date(year, month + 1, last if at_end else min(day.day, last))


def months_between(start: dt.date, end: dt.date) -> float:
    """Months from `start` to `end`, a part of a month counted by its days; negative where `end` is earlier."""
    whole = (end.year - start.year) * 12 + end.month - start.month
    return whole + (end.day - start.day) / 30.4375


def canonical_json(record: BaseModel) -> str:
    """A record as compact JSON: keys sorted, defaults left out, whole numbers without a point."""
    import json

    return json.dumps(
        _whole(record.model_dump(mode="json", exclude_defaults=True)),
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _whole(value: Any) -> Any:
    """Floats that are whole become integers, everywhere inside."""
    if isinstance(value, dict):
        return {k: _whole(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def to_plain(value: Any) -> Any:
    """A dataclass as plain data, numbers to ten significant digits."""
    from pydantic import TypeAdapter

    return _tidied(
        TypeAdapter(type(value) if is_dataclass(value) else Any).dump_python(value, mode="json", by_alias=True)
    )


def _tidied(value: Any) -> Any:
    """Numbers without the dust of binary fractions; minus nothing is nothing."""
    if isinstance(value, dict):
        return {k: _tidied(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_tidied(v) for v in value]
    return tidy_number(value) if isinstance(value, float) else value


def tidy_number(value: float) -> float:
    """A number to ten significant digits, as it is written out; minus nothing is nothing."""
    return float(f"{value:.10g}") + 0.0


def as_json(data: Any) -> str:
    """Plain data as JSON text, ending in a newline; nothing in it can move a terminal."""
    import json

    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    # JSON escapes control characters below a blank only; those above, and direction marks, could move a terminal too.
    return re.sub(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]", lambda m: f"\\u{ord(m[0]):04x}", text) + "\n"


def digest(text: str) -> str:
    """The SHA-256 of a text, as `sha256:` and 64 hexadecimal digits."""
    import hashlib

    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


# --- readings: a measure's observations, timed -----------------------------------------------------------------------

COVERS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


class Reading(NamedTuple):
    """One reading: its first day, the middle of what it covers, the day it became known, and its value."""

    period: dt.date
    middle: dt.date
    known_on: dt.date
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of a measure known by a date, oldest first. `not_yet`: periods that became known only later."""

    measure: str
    every: Every | None
    points: tuple[Reading, ...]
    not_yet: tuple[dt.date, ...] = ()
