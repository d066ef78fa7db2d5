"""The fact sheet of one initiative: what the register, graph, results and people say of it.

Analysis is read here and written down as facts with their provenance; nothing is judged. A reading
may be replaced by another, to see what the same analysis would then have said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from pydantic import GetPydanticSchema
from pydantic_core import core_schema

from changeadvisor import performance, trajectory
from changeadvisor.advice import wording
from changeadvisor.facts import FactSheet, Known, Value
from changeadvisor.graph import DependencyGraph
from changeadvisor.model import (
    Initiative,
    Judgement,
    Measure,
    Programme,
    Series,
    add_months,
    months_between,
)
from changeadvisor.performance import Levels
from changeadvisor.performance.comparators import Comparative
from changeadvisor.performance.forecast import BeforeAfter, before_after
from changeadvisor.performance.own_past import places
from changeadvisor.performance.reading import read_performance
from changeadvisor.trajectory import Appraisal, PathReading, Trajectory, TripwireReading, Unpriced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Months after which a judgement is shown as stale; it still counts (formats.md section 2).
STALE_MONTHS = 12
#: The chance beyond which an end is likely: no rating stands against it (formats.md section 2).
LIKELY = 0.6
#: The chance of ending none beyond which a new idea is needed (our judgement).
HOPELESS = 0.9
ANYTHING = GetPydanticSchema(lambda _source, _handler: core_schema.any_schema())
_GRAVITY = ("adjust-tactics", "adjust-strategy", "stop")
#: How the names of facts begin that hang on readings.
READ = ("results.", "performance.", "tripwire.", "appraisal.", "worth.")
_STATES = ("broken", "no reading", "kept", "not due")


@dataclass(frozen=True, slots=True)
class Stale:
    """A judgement made more than twelve months before `as_of`."""

    fact: str
    """The name of the fact in the vocabulary."""
    on: dt.date
    """The day of the judgement."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """What each course would lose downstream."""

    lost: Mapping[str, NDArray[np.float64] | float]
    """Worth lost by course, draw by draw."""
    cap: float
    """The most that the appraisal may weigh, in decibans."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one initiative as of a date, and the sheet of facts it makes.

    The draws behind a trajectory and an appraisal have no schema; all of it is working, which the
    JSON of an advice leaves out.
    """

    initiative: Initiative
    """The initiative as the register has it."""
    currency: str
    """ISO code of the currency that its money is in."""
    measure: Measure | None
    """The measure its path is about; None where it has none."""
    series: Mapping[str, Series]
    """The readings of every measure of the programme known by `as_of`, by measure id."""
    standing: Levels | None
    """Where the measure stands against its limits; None where there is too little to read."""
    reading: PathReading | None
    """Where the results stand on the plan's path; None where nothing can be read."""
    changed: BeforeAfter | None
    """What changed when its path began; None where it cannot be said."""
    tripwires: tuple[TripwireReading, ...]
    """What became of each tripwire."""
    trajectory: Annotated[Trajectory | None, ANYTHING]
    """What the results say, by draw; None where there is no path to read them on."""
    appraisal: Annotated[Appraisal | Unpriced | None, ANYTHING]
    """What each course is worth, by draw; in words why none can be priced; None: not tried."""
    sheet: FactSheet
    """All of it as facts."""
    stale: tuple[Stale, ...]
    """Judgements made so long ago that they are shown as stale."""
    hangs: Annotated[Hanging | None, ANYTHING] = None
    """What hangs on it, where that was worked out."""

    def kept(self) -> Evidence:
        """What is worth keeping once it was advised on: a thousand appraisals fill the memory."""
        curve = self.trajectory
        why = self.appraisal if isinstance(self.appraisal, Unpriced) else None
        return replace(
            self, trajectory=None if curve is None else curve.kept(), appraisal=why, hangs=None
        )

    @property
    def priced(self) -> Appraisal | None:
        """The appraisal, where any course could be priced."""
        return None if isinstance(self.appraisal, Unpriced) else self.appraisal

    @property
    def own_series(self) -> Series | None:
        """The readings of the measure its path is about."""
        return None if self.measure is None else self.series.get(self.measure.id)


def all_series(programme: Programme) -> dict[str, Series]:
    """The readings of every measure known by `as_of`, by measure id."""
    return {m.id: performance.readings(m, programme.as_of) for m in programme.measures}


def gather(
    programme: Programme,
    initiative: Initiative,
    graph: DependencyGraph,
    series: Mapping[str, Series],
    material: float,
) -> Evidence:
    """All that is known of one initiative, as facts. `series` as from `all_series`.

    material: the least share of the worth at stake by which a course must lead going on to count.
    """
    known = {
        **dict(_register(initiative)),
        **dict(_reviews(programme)),
        **dict(_path(initiative, programme.as_of)),
        **dict(_graph(initiative, graph)),
        **dict(judged(initiative, programme.as_of)),
    }
    return _read(programme, initiative, series, known, material)


def _read(
    programme: Programme,
    initiative: Initiative,
    series: Mapping[str, Series],
    known: Mapping[str, Known],
    material: float,
    before: Evidence | None = None,
) -> Evidence:
    """What is known, and what the readings say.

    before: the same initiative with other values of its readings.
    """
    measure = programme.measure(initiative.path.measure if initiative.path else None)
    every = series.get(measure.id) if measure else None
    own = performance.comparable(measure, every) if measure and every else None
    standing = performance.against(measure, own) if measure and own else None
    reading = (
        trajectory.read_against_plan(initiative, measure, own, programme.as_of)
        if measure and own
        else None
    )
    wires = trajectory.tripwires(initiative, series, programme.as_of, programme.review_months)
    changed = _before_after(initiative, measure, every) if measure and every else None
    curve = _curve(programme, initiative, measure, own, before)
    appraisal = None
    if curve is not None:
        appraisal = _appraisal(programme, initiative, own, curve, material, before)
    read = {
        **dict(_appraised(curve, appraisal)),
        **dict(_worth_of_beginning(initiative, appraisal)),
        **dict(_wires(wires)),
        **dict(_results(measure, own, reading, _likely_end(curve))),
        **dict(_lenses(programme, measure, every)),
        **dict(_changed(measure, every, changed)),
    }
    sheet = FactSheet(MappingProxyType({**read, **known}))
    return Evidence(
        initiative,
        programme.currency,
        measure,
        series,
        standing,
        reading,
        changed,
        wires,
        curve,
        appraisal,
        sheet if before is None else sheet.with_known(dict(_hung(curve, appraisal, before.hangs))),
        before.stale if before else _stale(initiative, programme.as_of),
        before.hangs if before else None,
    )


def with_stopped(evidence: Evidence, stopped: Sequence[str]) -> Evidence:
    """The same where something it requires has been set to stop."""
    known = Known(True, wording.stopped_source(stopped))
    return replace(evidence, sheet=evidence.sheet.with_known({"prerequisites.stopped": known}))


def with_hanging(evidence: Evidence, hangs: Hanging) -> Evidence:
    """The same with the worth of what hangs on it, which enters its own ledger."""
    known = dict(_hung(evidence.trajectory, evidence.appraisal, hangs))
    return replace(evidence, sheet=evidence.sheet.with_known(known), hangs=hangs)


def _hung(
    curve: Trajectory | None, appraisal: Appraisal | Unpriced | None, hangs: Hanging | None
) -> Facts:
    """What the worth at stake downstream turns in the weight of each course."""
    if hangs is None:
        return
    worths: Mapping[str, NDArray[np.float64]] = {}
    gate = 0.0
    # An appraisal that no results were read for would only echo its class.
    if curve is not None and curve.read and not isinstance(appraisal, Unpriced | None):
        worths, gate = appraisal.worths, appraisal.gate
    for course, decibans in trajectory.hanging(worths, hangs.lost, hangs.cap, gate).items():
        yield f"stake.{course}", Known(round(decibans, 2), wording.LOST_DOWNSTREAM)


def _curve(
    programme: Programme,
    initiative: Initiative,
    measure: Measure | None,
    own: Series | None,
    before: Evidence | None,
) -> Trajectory | None:
    """The reading of the results; what does not hang on their values is taken from `before`.

    Where the appraisal is silent nothing else is read from it, so it is left as it was.
    """
    if before is not None and not any(n.startswith("appraisal.") for n in before.sheet):
        return before.trajectory
    if (
        before is not None
        and before.trajectory is not None
        and measure is not None
        and own is not None
    ):
        again = trajectory.reread(programme, initiative, measure, own, before.trajectory)
        if again is not None:
            return again
    return trajectory.read_trajectory(programme, initiative, measure, own)


def _appraisal(
    programme: Programme,
    initiative: Initiative,
    own: Series | None,
    curve: Trajectory,
    material: float,
    before: Evidence | None,
) -> Appraisal | Unpriced:
    """The worth of its courses, or why none can be priced."""
    if before is not None and before.appraisal is not None and curve is before.trajectory:
        return before.appraisal
    if before is not None and before.priced is not None:
        return trajectory.appraise(before.priced.frame, curve)
    framed = trajectory.frame(programme, initiative, own, curve, material)
    return framed if isinstance(framed, Unpriced) else trajectory.appraise(framed, curve)


def with_latest(programme: Programme, evidence: Evidence, value: float) -> Evidence:
    """The same evidence had the latest reading of the initiative's measure been `value`."""
    if evidence.measure is None or evidence.own_series is None:
        return evidence
    changed = trajectory.with_latest(evidence.own_series, value)
    series = {**evidence.series, evidence.measure.id: changed}
    known = _unread_of(evidence.sheet)
    material = 0.0 if evidence.priced is None else evidence.priced.frame.material
    return _read(programme, evidence.initiative, series, known, material, evidence)


def with_latest_priced(
    programme: Programme, evidence: Evidence, value: float
) -> dict[str, Known] | None:
    """What the appraisal and the tripwires would say had the latest reading been `value`.

    None where it cannot be said. The same as `with_latest` for these facts; what else a reading
    says is left alone.
    """
    measure, own = evidence.measure, evidence.own_series
    curve, priced = evidence.trajectory, evidence.priced
    if measure is None or own is None or curve is None or priced is None:
        return None
    every = trajectory.with_latest(own, value)
    initiative = evidence.initiative
    again = trajectory.reread(
        programme, initiative, measure, performance.comparable(measure, every), curve
    )
    if again is None:
        return None
    series = {**evidence.series, measure.id: every}
    wires = trajectory.tripwires(initiative, series, programme.as_of, programme.review_months)
    appraisal = trajectory.appraise(priced.frame, again)
    hung = dict(_hung(again, appraisal, evidence.hangs))
    return {**dict(_appraised(again, appraisal)), **hung, **dict(_wires(wires))}


def _unread_of(sheet: FactSheet) -> dict[str, Known]:
    """What does not hang on readings."""
    return {n: known for n, known in sheet.known.items() if not n.startswith(READ)}


Facts = Iterator[tuple[str, Known]]


def _register(initiative: Initiative) -> Facts:
    """Facts that stand in the register as they are."""
    for name in ("stage", "kind", "statutory", "declared"):
        value = getattr(initiative, name)
        if value is not None:
            yield f"initiative.{name}", Known(value, wording.REGISTER)


def _reviews(programme: Programme) -> Facts:
    """How often progress is reviewed, as the programme has it.

    A judgement of one initiative stands in its place.
    """
    if programme.review_months is not None:
        months = float(programme.review_months)
        yield "delivery.review_gap", Known(months, wording.REGISTER_REVIEWS)


def _path(initiative: Initiative, as_of: dt.date) -> Facts:
    """Where the plan says it should be by now."""
    path, since = initiative.path, trajectory.since(initiative)
    if since is None:
        return
    # Of a path that has not begun no month has passed: an age below nothing would say that it is
    # late to be early.
    elapsed = months_between(since, as_of)
    months = max(0.0, elapsed)
    source = wording.path_source(since, as_of)
    yield "path.months", Known(round(months, 2), source)
    if path is None:
        return
    if path.months_to_target is not None and path.months_to_target.likely > 0:
        yield "path.share_of_time", Known(round(months / path.months_to_target.likely, 3), source)
    phase = trajectory.phase(path, elapsed)
    if phase is not None:
        yield "path.phase", Known(phase, source)


def _wires(wires: Sequence[TripwireReading]) -> Facts:
    """What became of the tripwires: the worst state, and the gravest course one calls for."""
    states = {wire.state for wire in wires}
    worst = next((s for s in _STATES if s in states), "none agreed")
    yield "tripwire.state", Known(worst.replace(" ", "-"), wording.REGISTER_TRIPWIRES)
    called = {wire.then for wire in wires if wire.state == "broken"}
    gravest = next((a for a in reversed(_GRAVITY) if a in called), "nothing")
    yield "tripwire.calls_for", Known(gravest, wording.REGISTER_TRIPWIRES)


def _graph(initiative: Initiative, graph: DependencyGraph) -> Facts:
    """What hangs on it."""
    for name, ids in (
        ("dependants.count", graph.requirers(initiative.id)),
        ("dependants.statutory", graph.statutory_dependants(initiative.id)),
    ):
        yield name, Known(float(len(ids)), wording.dependencies_source(ids))
    # Only somebody who asks "what if" can set what it requires to stop.
    yield "prerequisites.stopped", Known(False, wording.NONE_SET_TO_STOP)
    if not graph.downstream(initiative.id):
        for course in trajectory.COURSES:
            yield f"stake.{course}", Known(0.0, wording.NO_DEPENDANTS)


def _likely_end(curve: Trajectory | None) -> str | None:
    """What the chances say of its ending; None where no results are read."""
    if curve is None or not curve.read:
        return None
    full, _, none = curve.posterior.chances
    if none > LIKELY:
        return "hopeless" if none > HOPELESS else "likely-none"
    return "likely-full" if full > LIKELY else "open"


def _results(
    measure: Measure | None,
    series: Series | None,
    reading: PathReading | None,
    likely_end: str | None,
) -> Facts:
    """What the readings say, beside the plan.

    One story is told: a level that the plan allows for is no good news where it is likely to end
    none, and one short of it no bad news where it is likely to end full (formats.md section 2).
    """
    if likely_end is not None:
        yield "results.chances", Known(likely_end, wording.CHANCES)
    if measure is None or series is None or not series.points:
        return
    source = wording.readings_source(measure.id, series.points[-1].period)
    better = measure.better if measure.better != "neutral" else None
    trend = performance.trend(series, better)
    if trend is not None:
        yield "results.trend", Known(trend, source)
    if reading is None:
        return
    yield "results.readings", Known(float(reading.readings), source)
    if reading.progress is not None:
        yield "results.progress", Known(round(reading.progress, 4), source)
        yield "results.target_met", Known(reading.progress >= 1.0, source)
    if reading.against_path is not None:
        because, stands = trajectory.path_working(reading), reading.against_path
        if likely_end in ("likely-none", "hopeless") and stands in ("ahead", "on-path"):
            because, stands = f"{because}; {wording.HELD_BEHIND}", "behind"
        if likely_end == "likely-full" and stands in ("behind", "far-behind"):
            because, stands = f"{because}; {wording.HELD_ON_PATH}", "on-path"
        yield "results.against_path", Known(stands, wording.against_path_source(source, because))


def _lenses(programme: Programme, measure: Measure | None, series: Series | None) -> Facts:
    """Its measure against its own past, a standard and other areas."""
    if measure is None or series is None or not series.points:
        return
    source = wording.readings_source(measure.id, series.points[-1].period)
    read = read_performance(programme, measure, series, light=True)
    own, among = read.ipsative, read.comparative
    if own is not None and own.past is not None:
        past = wording.own_past_source(source, own.r, own.seasonal)
        yield "performance.past", Known(own.past, past)
    for name, aim in (("standard", read.standard), ("target", read.target)):
        if aim.now != "unknown":
            yield f"performance.{name}", Known(aim.now, wording.aim_source(source, name, aim.value))
    if among is not None:
        yield from _beside(among)


def _appraised(curve: Trajectory | None, appraisal: Appraisal | Unpriced | None) -> Facts:
    """What the appraisal weighs for each course, once results are read.

    Before that it would only echo its class.
    """
    if curve is None or not curve.read or appraisal is None or isinstance(appraisal, Unpriced):
        return
    weights = trajectory.weights(appraisal.worths, appraisal.gate)
    # Where nothing but slight leads stands beside going on, it has nothing to say.
    if any(weights.values()):
        yield from weighed(weights)


def _worth_of_beginning(initiative: Initiative, appraisal: Appraisal | Unpriced | None) -> Facts:
    """What an idea is worth beside not beginning it: there are no results to wait for."""
    if initiative.stage != "idea" or appraisal is None or isinstance(appraisal, Unpriced):
        return
    both = {course: appraisal.worths[course] for course in ("persist", "stop")}
    weights = trajectory.weights(both)
    yield "worth.start", Known(round(weights["persist"], 2), wording.APPRAISAL)
    yield "worth.not-start", Known(round(weights["stop"], 2), wording.APPRAISAL)


def weighed(weights: Mapping[str, float]) -> Facts:
    """The weight of the appraisal for each course, as facts."""
    for course, decibans in weights.items():
        yield f"appraisal.{course}", Known(round(decibans, 2), wording.APPRAISAL)


def _changed(measure: Measure | None, series: Series | None, changed: BeforeAfter | None) -> Facts:
    """What changed when its path began."""
    if measure is None or series is None or changed is None or changed.effect is None:
        return
    source = wording.before_after_source(measure.id, changed)
    yield "results.before_after", Known(changed.verdict, source)


def _beside(read: Comparative) -> Facts:
    """Where it stands among other areas, and whether the gap closes."""
    among = read.comparison
    areas = wording.other_areas_source(len(among.levels) - 1, read.period)
    if among.position is not None:
        source = wording.position_source(areas, among.basis)
        yield "performance.others", Known(among.position, source)
    if read.gap != "too-few":
        source = wording.gap_source(areas, len(read.years))
        yield "performance.gap", Known(read.gap, source)


def _before_after(initiative: Initiative, measure: Measure, series: Series) -> BeforeAfter | None:
    """What changed when its path began, over the readings since the last rebase."""
    begun = trajectory.since(initiative)
    if begun is None:
        return None
    points = performance.comparable(measure, series).points
    start = sum(p.middle < begun for p in points)
    year = {"month": 12, "quarter": 4}.get(series.every or "")
    return before_after(
        [p.value for p in points], start, measure.better, year, places(points, series.every)
    )


def judged(initiative: Initiative, as_of: dt.date) -> Facts:
    """What people had judged by `as_of`; where they differ, all their levels."""
    for name, every in initiative.judgements.items():
        answers = [answer for answer in every if answer.on is None or answer.on <= as_of]
        if answers:
            yield name, _judgement(answers)


def _judgement(answers: Sequence[Judgement]) -> Known:
    """What several people answered, by whom, and since when: the oldest answer dates it."""
    levels = {_level(answer) for answer in answers}
    value: Value = next(iter(levels)) if len(levels) == 1 else frozenset(levels)
    dates = [answer.on for answer in answers if answer.on is not None]
    raters = (wording.rater_source(answer, with_level=len(levels) > 1) for answer in answers)
    return Known(value, "; ".join(raters), min(dates, default=None))


def judged_after(initiative: Initiative, as_of: dt.date) -> tuple[str, ...]:
    """Facts judged after `as_of`, which count for nothing yet."""
    judged = initiative.judgements.items()
    return tuple(
        name for name, answers in judged if any(a.on is not None and a.on > as_of for a in answers)
    )


def _level(answer: Judgement) -> str | bool | float:
    level = answer.level
    if isinstance(level, bool | str):
        return level
    return float(level)


def _stale(initiative: Initiative, as_of: dt.date) -> tuple[Stale, ...]:
    limit = add_months(as_of, -STALE_MONTHS)
    old = (
        Stale(name, answer.on)
        for name, answers in initiative.judgements.items()
        for answer in answers
        if answer.on is not None and answer.on < limit
    )
    return tuple(sorted(set(old), key=lambda s: (s.fact, s.on)))


def only_insiders(initiative: Initiative) -> bool:
    """Whether every named judge is its own sponsor or owner (Staw 1976: ask somebody fresh)."""
    judges = {a.by for answers in initiative.judgements.values() for a in answers if a.by}
    return bool(judges) and judges <= {initiative.sponsor, initiative.owner}
