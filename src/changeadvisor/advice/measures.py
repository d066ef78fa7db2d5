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
    """A measure beside a standard or a target."""

    value: float | None
    """The standard or target, in the measure's unit; None: there is none."""
    distance: float | None
    """How far the recent level is on its better side, in the measure's unit; None: not known."""
    assurance: Literal["pass", "fail", "hit-and-miss", "unknown"]
    """As the NHS has it, from the last limits of the whole chart."""
    now: Literal["pass", "fail", "hit-and-miss", "unknown"]
    """The same from adjusted limits about the present level."""
    probability: float | None
    """The chance (0 to 1) that a reading meets it; None: not known.

    The next reading (standard), or the one for the date (target).
    """
    low: float | None
    """P10 of that chance, for what is not known of the series; None: as `probability`."""
    high: float | None
    """P90 of that chance, for what is not known of the series; None: as `probability`."""
    by: dt.date | None = None
    """The date of a target; None: a standard, or no date is given."""


@dataclass(frozen=True, slots=True)
class Normative:
    """Beside an outside standard and beside our own target."""

    standard: Against
    """Beside an outside standard."""
    target: Against
    """Beside our own target."""


@dataclass(frozen=True, slots=True)
class PastAdvice:
    """A measure against its own past: the limits and the class of the last point."""

    centre: float
    """The middle line of the last segment, in the measure's unit."""
    lower: float
    """Its lower process limit, in the measure's unit."""
    upper: float
    """Its upper process limit, in the measure's unit."""
    variation: Literal["improvement", "concern", "common-cause", "neither"]
    """What the strongest signal at the last point means."""
    signal: Literal["outside", "trend", "two-of-three", "shift", "none"]
    """That signal."""
    trial_limits: bool
    """Whether limits are trial limits: fewer than 12 points since the last rebase."""
    adjusted: Literal["better", "no-different", "worse"] | None
    """What rules weigh, from limits adjusted for correlation and season.

    None: no direction is better.
    """
    correlation: float
    """The correlation of neighbouring readings that limits were adjusted for, -1 to 1."""
    seasonal: bool
    """Whether a season was taken out."""


@dataclass(frozen=True, slots=True)
class OthersAdvice:
    """A measure beside other areas."""

    areas: int
    """How many areas, ours included."""
    rank: int | None
    """Our rank, 1 is best; None: no direction is better."""
    rank_interval: tuple[int, int] | None
    """The ranks between which ours lies in 95 % of draws.

    None: nothing tells how sure the values are.
    """
    position: Literal["much-better", "better", "similar", "worse", "much-worse"] | None
    """What our place among the limits means.

    None: no direction is better, or there are no limits.
    """
    flag: Literal["within", "above-95", "below-95", "above-998", "below-998"] | None
    """Where our value lies among the 95 % and 99.8 % limits; None: there are no limits."""
    period: dt.date
    """The first day of the last period that both have."""
    chosen_by: How
    """The way the areas were chosen."""
    basis: Literal["chance", "spread"] | None
    """Whether limits are drawn from `chance` at our size or from the areas' `spread`.

    None: there are none.
    """
    dispersed: bool
    """Whether limits were widened for how far areas lie apart beyond chance."""
    average: float | None
    """The middle of the limits, in the measure's unit; None: there are none."""
    top_quarter: float | None
    """The chance (0 to 1) that we are in the best quarter; None: as `rank_interval`."""
    above_median: float | None
    """The chance (0 to 1) that we are in the better half; None: as `rank_interval`."""
    ahead_of: Mapping[str, float]
    """By area, the chance (0 to 1) that we are better than it."""
    gap: Literal["closing", "steady", "widening", "too-few"]
    """How the gap to the others' median moves, period by period."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Which of the three readings should drive attention."""

    answer: Literal["none", "others", "past", "standard"] | None
    """That reading; None: none of them can be read."""
    rule: str
    """The rule by which it should."""
    because: str
    """Why, in a sentence."""


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
    """One measure: its three readings, and what they say together."""

    id: str
    """The id of the measure."""
    points: int
    """How many readings are known."""
    recent: float | None
    """Where the recent level stands, in the measure's unit; None: not known."""
    ipsative: PastAdvice | None
    """Against its own past; None: fewer than three readings."""
    normative: Normative
    """Beside an outside standard and our own target."""
    comparative: OthersAdvice | None
    """Beside other areas; None: it cannot be compared."""
    says: str
    """The three readings together, in a sentence."""
    attention: Attention
    """Which of them should drive attention."""
    why: tuple[str, ...]
    """What is lacking or doubtful, in sentences."""
    reading: Annotated[Performance, Field(exclude=True)]
    """All that was read. Working, not in the JSON."""
    measure: Annotated[Measure, Field(exclude=True)]
    """The measure itself. Working, not in the JSON."""

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
