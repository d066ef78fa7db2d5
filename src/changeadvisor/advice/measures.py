"""Every measure read three ways, what the three say together, and what our targets measure.

As formats.md has it.

The readings come from `performance`; which of the three should drive attention is judged by the
pack `which-lens`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from changeadvisor.facts import FactSheet
from changeadvisor.judgement import RulePack, judge
from changeadvisor.model import (
    Measure,
    Programme,
    Series,
    as_json,
    to_plain,
)
from changeadvisor.performance import readings
from changeadvisor.performance.corporate import CorporateChoice, choose
from changeadvisor.performance.reading import (
    Aim,
    Comparative,
    Drawing,
    How,
    Performance,
    read_performance,
)
from changeadvisor.performance.targets import TargetAudit, audit_targets

# --- what comes out (formats.md section 2; further keys are our own) ------------------------------


@dataclass(frozen=True, slots=True)
class Against:
    """A measure beside a standard or a target.

    value: the line. distance: how far the recent level is on its better side. assurance: as the NHS
    has it, from the last limits of the whole chart; now: the same from adjusted limits about the
    present level. probability: that the next reading (standard) or the one for the date (target)
    meets it; low, high: P10 and P90.
    """

    value: float | None
    distance: float | None
    assurance: Literal["pass", "fail", "hit-and-miss", "unknown"]
    now: Literal["pass", "fail", "hit-and-miss", "unknown"]
    probability: float | None
    low: float | None
    high: float | None
    by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Normative:
    """Beside an outside standard and beside our own target."""

    standard: Against
    target: Against


@dataclass(frozen=True, slots=True)
class PastAdvice:
    """Against its own past: the limits and the class of the last point.

    `adjusted` is what rules weigh.
    """

    centre: float
    lower: float
    upper: float
    variation: Literal["improvement", "concern", "common-cause", "neither"]
    signal: Literal["outside", "trend", "two-of-three", "shift", "none"]
    trial_limits: bool
    adjusted: Literal["better", "no-different", "worse"] | None
    correlation: float
    seasonal: bool


@dataclass(frozen=True, slots=True)
class OthersAdvice:
    """Beside other areas. areas: how many, ours included.

    `basis`: limits from `chance` or from the areas' `spread`.
    """

    areas: int
    rank: int | None
    rank_interval: tuple[int, int] | None
    position: Literal["much-better", "better", "similar", "worse", "much-worse"] | None
    flag: Literal["within", "above-95", "below-95", "above-998", "below-998"] | None
    period: dt.date
    chosen_by: How
    basis: Literal["chance", "spread"] | None
    dispersed: bool
    average: float | None
    top_quarter: float | None
    above_median: float | None
    ahead_of: Mapping[str, float]
    gap: Literal["closing", "steady", "widening", "too-few"]


@dataclass(frozen=True, slots=True)
class Attention:
    """Which of the three readings should drive attention, by which rule, and why."""

    answer: Literal["none", "others", "past", "standard"] | None
    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One point of the chart."""

    period: dt.date
    value: float
    centre: float
    lower: float
    upper: float
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasureAdvice:
    """One measure.

    How many readings are known, where the recent level stands, and the three readings together.
    """

    id: str
    points: int
    recent: float | None
    ipsative: PastAdvice | None
    normative: Normative
    comparative: OthersAdvice | None
    says: str
    attention: Attention
    why: tuple[str, ...]
    reading: Annotated[Performance, Field(exclude=True)]
    measure: Annotated[Measure, Field(exclude=True)]

    @property
    def series(self) -> tuple[SeriesPoint, ...]:
        """Every point with its limits and signals."""
        points = self.reading.ipsative.points if self.reading.ipsative else ()
        return tuple(
            SeriesPoint(p.period, p.value, p.centre, p.lower, p.upper, p.signals) for p in points
        )


# --- reading --------------------------------------------------------------------------------------


def read_one(
    programme: Programme,
    measure: Measure,
    pack: RulePack,
    seed: int,
    how: How | None = None,
    drawing: Drawing | None = None,
) -> MeasureAdvice:
    """One measure of a programme, read three ways."""
    own = readings(measure, programme.as_of)
    return _advised(
        measure,
        read_performance(programme, measure, own, seed=seed, how=how, drawing=drawing),
        pack,
    )


def read_measures(
    programme: Programme,
    series: Mapping[str, Series],
    pack: RulePack,
    seed: int,
    how: How | None = None,
    drawing: Drawing | None = None,
) -> Iterator[MeasureAdvice]:
    """Every measure of a programme, read three ways."""
    for measure in programme.measures:
        found = read_performance(
            programme, measure, series[measure.id], seed=seed, how=how, drawing=drawing
        )
        yield _advised(measure, found, pack)


def audit(programme: Programme, series: Mapping[str, Series]) -> TargetAudit:
    """What our targets measure."""
    return audit_targets(programme, series)


def _advised(measure: Measure, found: Performance, pack: RulePack) -> MeasureAdvice:
    return MeasureAdvice(
        id=measure.id,
        points=found.points,
        recent=found.recent,
        ipsative=_past(found),
        normative=Normative(_against(found.standard), _against(found.target)),
        comparative=_others(found.comparative),
        says=says(measure, found),
        attention=attention(found, pack),
        why=(*found.why, *_honest(found)),
        reading=found,
        measure=measure,
    )


def _honest(found: Performance) -> Iterator[str]:
    """On what its standing among others rests, where that is less than chance alone would tell."""
    among = found.comparative.comparison if found.comparative else None
    if among is None:
        return
    if among.basis == "spread":
        yield "the areas' sizes are not known: it is set beside how far the others lie apart, not beside chance"
    elif among.basis is None:
        yield "too few other areas, or all of them alike: where it stands among them cannot be said"
    if among.rank is not None and among.rank_interval is None:
        yield "nothing tells how sure each area's value is: the rank has no interval and should not be leant on"


def _past(found: Performance) -> PastAdvice | None:
    own = found.ipsative
    if own is None:
        return None
    last = own.last
    signal = last.signals[0] if last.signals else "none"
    return PastAdvice(
        last.centre,
        last.lower,
        last.upper,
        last.variation,
        signal,  # type: ignore[arg-type]
        own.trial,
        own.past,
        own.r,
        own.seasonal,
    )


def _against(aim: Aim) -> Against:
    chance = aim.chance
    if chance is None:
        return Against(aim.value, aim.distance, aim.assurance, aim.now, None, None, None, aim.by)
    low, high = chance.low, chance.high
    return Against(
        aim.value, aim.distance, aim.assurance, aim.now, chance.probability, low, high, aim.by
    )


def _others(found: Comparative | None) -> OthersAdvice | None:
    if found is None:
        return None
    among = found.comparison
    return OthersAdvice(
        areas=len(among.levels),
        rank=among.rank,
        rank_interval=among.rank_interval,
        position=among.position,
        flag=among.flag,
        period=found.period,
        chosen_by=found.how,
        basis=among.basis,
        dispersed=among.between > 0,
        average=among.average,
        top_quarter=among.top_quarter,
        above_median=among.above_median,
        ahead_of=dict(among.ahead_of),
        gap=found.gap,
    )


# --- the part of its own: `changeadvisor measures` ------------------------------------------------


@dataclass(frozen=True, slots=True)
class BesideYear:
    """A chosen measure in one period.

    Ours, the middle half of the same other areas throughout, and our target.
    """

    period: dt.date
    own: float
    low_quartile: float
    median: float
    high_quartile: float
    areas: int
    target: float | None


@dataclass(frozen=True, slots=True)
class MeasuresPart:
    """The measures and the audit alone, with every measure's series.

    And a choice of a few, where asked for.
    """

    measures: tuple[MeasureAdvice, ...]
    audit: TargetAudit
    corporate: CorporateChoice | None = None
    beside: Mapping[str, tuple[BesideYear, ...]] | None = None


def measures_part(
    programme: Programme,
    pack: RulePack,
    seed: int,
    how: How | None = None,
    drawing: Drawing | None = None,
) -> MeasuresPart:
    """Every measure of a programme read three ways, and what its targets measure."""
    series = {m.id: readings(m, programme.as_of) for m in programme.measures}
    found = tuple(read_measures(programme, series, pack, seed, how, drawing))
    return MeasuresPart(found, audit_targets(programme, series))


def with_choice(
    part: MeasuresPart,
    programme: Programme,
    count: int,
    pinned: Sequence[str],
    barred: Sequence[str],
) -> MeasuresPart:
    """The same with a few measures chosen that tell most.

    Raises InputError where that cannot be.
    """
    series = {m.id: readings(m, programme.as_of) for m in programme.measures}
    choice = choose(programme, series, count, pinned=pinned, barred=barred)
    chosen = {c.id for c in choice.chosen}
    return replace(
        part,
        corporate=choice,
        beside={m.id: tuple(_beside(m)) for m in part.measures if m.id in chosen},
    )


def _beside(found: MeasureAdvice) -> Iterator[BesideYear]:
    """Ours, the others' and our target over the periods that can be compared."""
    for y in found.reading.comparative.years if found.reading.comparative else ():
        yield BesideYear(
            y.period,
            y.own,
            y.low_quartile,
            y.median,
            y.high_quartile,
            y.areas,
            found.normative.target.value,
        )


def part_json(part: MeasuresPart) -> str:
    """The part as JSON text: keys as formats.md has them, each measure with its `series`."""
    data = to_plain(part)
    for record, measure in zip(data["measures"], part.measures, strict=True):
        record["series"] = to_plain(measure.series)
    if part.corporate is None:
        del data["corporate"], data["beside"]
    return as_json(data)


# --- the three together ---------------------------------------------------------------------------

#: What to look at first, in words.
ATTENTION = {
    "none": "Nothing now",
    "others": "Other councils",
    "past": "Its own past",
    "standard": "The standard or target",
    None: "Cannot be said",
}
_PAST = {
    "better": "Better than its own past",
    "no-different": "No different from its own past",
    "worse": "Worse than its own past",
}
_ASSURED = {
    "pass": "always meets the {line}",
    "hit-and-miss": "meets the {line} at times only",
    "fail": "never meets the {line} as things are",
}
_BESIDE = {
    "much-better": "far better than other areas",
    "better": "better than other areas",
    "similar": "like other areas",
    "worse": "worse than other areas",
    "much-worse": "far worse than other areas",
}


def says(measure: Measure, found: Performance) -> str:
    """The three readings in one sentence; what cannot be read is said to be so."""
    own = found.ipsative.past if found.ipsative else None
    past = _PAST.get(own or "") or _unread(measure)
    aim, name = _line(found)
    line = f"{name} of {aim.value:g}{_unit(measure)}" if aim.value is not None else ""
    short = aim.now == "fail" and own == "better"
    words = "does not meet the {line} yet" if short else _ASSURED.get(aim.now, "")
    assured = words.format(line=line) or "whether it is good enough cannot be read"
    among = found.comparative.comparison if found.comparative else None
    beside = _BESIDE.get((among.position if among else None) or "", "how others do cannot be read")
    return f"{past}; {assured}; {beside}."


def _unread(measure: Measure) -> str:
    """Why its own past cannot be read."""
    if measure.better not in ("higher", "lower"):
        return "Which way is better is not given, so no reading is called better or worse"
    return "Its own past cannot be read yet"


def _unit(measure: Measure) -> str:
    unit = measure.unit or ""
    return f" {unit}" if unit else ""


def _line(found: Performance) -> tuple[Aim, str]:
    """The standard, or where there is none our own target."""
    return (
        (found.standard, "standard")
        if found.standard.value is not None
        else (found.target, "target")
    )


def attention(found: Performance, pack: RulePack) -> Attention:
    """Which reading should drive attention, by the first rule that fires."""
    aim, _ = _line(found)
    among = found.comparative.comparison if found.comparative else None
    return attend(
        pack,
        found.ipsative.past if found.ipsative else None,
        None if aim.now == "unknown" else aim.now,
        among.position if among else None,
    )


def attend(pack: RulePack, past: str | None, standard: str | None, others: str | None) -> Attention:
    """The judgement of three readings, each None where it cannot be read."""
    lenses = {"lens.past": past, "lens.standard": standard, "lens.others": others}
    ledger = judge(pack, FactSheet.of({name: value or "unread" for name, value in lenses.items()}))
    rule = next(r for r, counted in zip(pack.rules, ledger.counted, strict=True) if counted)
    answer = None if ledger.answer == "unread" else ledger.answer
    return Attention(answer, rule.id, rule.because)  # type: ignore[arg-type]
