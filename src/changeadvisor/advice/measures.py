"""Every measure read three ways, what the three say together, and what our targets measure.

The readings come from `performance`; which of the three should drive attention is judged by the
pack `which-lens`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from changeadvisor.advice import wording
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
from changeadvisor.performance.aims import Aim
from changeadvisor.performance.comparators import Comparative
from changeadvisor.performance.corporate import CorporateChoice, choose
from changeadvisor.performance.neighbours import How
from changeadvisor.performance.own_past import Drawing
from changeadvisor.performance.reading import Performance, read_performance
from changeadvisor.performance.targets import TargetAudit, audit_targets
from changeadvisor.performance.wording import lacking

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
    """Against its own past: the limits and the class of the last point;
    `adjusted` is what rules weigh.
    """  # noqa: D205

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
    """The first day of its period."""
    value: float
    """The reading, in the measure's unit."""
    centre: float
    """The middle line of its segment."""
    lower: float
    """The lower limit of its segment."""
    upper: float
    """The upper limit of its segment."""
    signals: tuple[str, ...]
    """Every signal it belongs to."""


@dataclass(frozen=True, slots=True)
class MeasureAdvice:
    """One measure: how many readings are known, where the recent level stands,
    and the three readings together.
    """  # noqa: D205

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
    read = read_performance(programme, measure, own, seed=seed, how=how, drawing=drawing)
    return _advised(measure, read, pack)


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
        own = series[measure.id]
        read = read_performance(programme, measure, own, seed=seed, how=how, drawing=drawing)
        yield _advised(measure, read, pack)


def audit(programme: Programme, series: Mapping[str, Series]) -> TargetAudit:
    """What our targets measure."""
    return audit_targets(programme, series)


def _advised(measure: Measure, read: Performance, pack: RulePack) -> MeasureAdvice:
    return MeasureAdvice(
        id=measure.id,
        points=read.points,
        recent=read.recent,
        ipsative=_past(read),
        normative=Normative(_against(read.standard), _against(read.target)),
        comparative=_others(read.comparative),
        says=_says(measure, read),
        attention=_attention(read, pack),
        why=(*map(lacking, read.why), *_doubts(read)),
        reading=read,
        measure=measure,
    )


def _doubts(read: Performance) -> Iterator[str]:
    """Why where it stands among others rests on less than chance alone would tell."""
    if read.comparative is None:
        return
    among = read.comparative.comparison
    if among.basis == "spread":
        yield wording.ALONGSIDE_SPREAD
    elif among.basis is None:
        yield wording.TOO_FEW_AREAS
    if among.rank is not None and among.rank_interval is None:
        yield wording.RANK_UNSURE


def _past(read: Performance) -> PastAdvice | None:
    own = read.ipsative
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
    against = Against(
        value=aim.value,
        distance=aim.distance,
        assurance=aim.assurance,
        now=aim.now,
        probability=None,
        low=None,
        high=None,
        by=aim.by,
    )
    if aim.chance is None:
        return against
    chance = aim.chance
    return replace(against, probability=chance.probability, low=chance.low, high=chance.high)


def _others(read: Comparative | None) -> OthersAdvice | None:
    if read is None:
        return None
    among = read.comparison
    return OthersAdvice(
        areas=len(among.levels),
        rank=among.rank,
        rank_interval=among.rank_interval,
        position=among.position,
        flag=among.flag,
        period=read.period,
        chosen_by=read.how,
        basis=among.basis,
        dispersed=among.between > 0,
        average=among.average,
        top_quarter=among.top_quarter,
        above_median=among.above_median,
        ahead_of=dict(among.ahead_of),
        gap=read.gap,
    )


# --- the three together ---------------------------------------------------------------------------


def _says(measure: Measure, read: Performance) -> str:
    """The three readings in one sentence."""
    name, aim = _line(read)
    return wording.three_readings(
        read.ipsative.past if read.ipsative else None,
        way_known=measure.better in ("higher", "lower"),
        assurance=aim.now,
        line=wording.line_named(name, aim.value, measure.unit),
        position=read.comparative.comparison.position if read.comparative else None,
    )


def _line(read: Performance) -> tuple[Literal["standard", "target"], Aim]:
    """The outside standard, or where there is none our own target."""
    if read.standard.value is not None:
        return "standard", read.standard
    return "target", read.target


def _attention(read: Performance, pack: RulePack) -> Attention:
    """Which reading should drive attention, by the first rule that fires."""
    _, aim = _line(read)
    return attend(
        pack,
        read.ipsative.past if read.ipsative else None,
        None if aim.now == "unknown" else aim.now,
        read.comparative.comparison.position if read.comparative else None,
    )


def attend(pack: RulePack, past: str | None, standard: str | None, others: str | None) -> Attention:
    """The judgement of three readings, each None where it cannot be read."""
    lenses = {"lens.past": past, "lens.standard": standard, "lens.others": others}
    ledger = judge(pack, FactSheet.of({name: value or "unread" for name, value in lenses.items()}))
    rule = next(r for r, counted in zip(pack.rules, ledger.counted, strict=True) if counted)
    answer = None if ledger.answer == "unread" else ledger.answer
    return Attention(answer, rule.id, rule.because)  # type: ignore[arg-type]


# --- the part of its own: `changeadvisor measures` ------------------------------------------------


@dataclass(frozen=True, slots=True)
class BesideYear:
    """A chosen measure in one period: ours, the middle half of other areas, and our target."""

    period: dt.date
    """The first day of the period."""
    own: float
    """Our value, in the measure's unit."""
    low_quartile: float
    """A quarter of the other areas (the same ones throughout) lie below it."""
    median: float
    """Half of them lie below it."""
    high_quartile: float
    """Three quarters of them lie below it."""
    areas: int
    """How many other areas."""
    target: float | None
    """Our own target; None where there is none."""


@dataclass(frozen=True, slots=True)
class MeasuresPart:
    """The measures and the audit alone, and a choice of a few measures where asked for."""

    measures: tuple[MeasureAdvice, ...]
    """Every measure, with its series."""
    audit: TargetAudit
    """What our targets measure."""
    corporate: CorporateChoice | None = None
    """The few that tell most; None where no choice was asked for."""
    beside: Mapping[str, tuple[BesideYear, ...]] | None = None
    """The chosen beside other areas over the periods, by measure id; None as above."""


def measures_part(
    programme: Programme,
    pack: RulePack,
    seed: int,
    how: How | None = None,
    drawing: Drawing | None = None,
) -> MeasuresPart:
    """Every measure of a programme read three ways, and what its targets measure."""
    series = {m.id: readings(m, programme.as_of) for m in programme.measures}
    read = tuple(read_measures(programme, series, pack, seed, how, drawing))
    return MeasuresPart(read, audit_targets(programme, series))


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


def _beside(measure: MeasureAdvice) -> Iterator[BesideYear]:
    """Ours, the others' and our target over the periods that can be compared."""
    for year in measure.reading.comparative.years if measure.reading.comparative else ():
        yield BesideYear(
            period=year.period,
            own=year.own,
            low_quartile=year.low_quartile,
            median=year.median,
            high_quartile=year.high_quartile,
            areas=year.areas,
            target=measure.normative.target.value,
        )


def part_json(part: MeasuresPart) -> str:
    """The part as JSON text: keys as formats.md has them, each measure with its `series`."""
    data = to_plain(part)
    for record, measure in zip(data["measures"], part.measures, strict=True):
        record["series"] = to_plain(measure.series)
    if part.corporate is None:
        del data["corporate"], data["beside"]
    return as_json(data)
