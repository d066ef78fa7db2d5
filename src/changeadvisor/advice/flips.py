"""Levers: what may be changed about an initiative to see whether an answer changes with it.

A lever gives, for each other value of a fact, the sheet there would then be. Judged facts follow
the vocabulary; the latest reading runs the model again, and the champions and the mandate the
simulated spread. Running the model takes long, so a reading is searched with a quick stand-in and
what is found is confirmed by the model itself (`confirmed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from changeadvisor import trajectory
from changeadvisor.adoption import Diffusion
from changeadvisor.advice import wording
from changeadvisor.advice.derived import CANDOUR, EVIDENCED, complete, pulled, rated, scores_of
from changeadvisor.advice.evidence import READ, Evidence, weighed, with_latest, with_latest_priced
from changeadvisor.advice.spreading import SPREAD_BY, Spreading
from changeadvisor.facts import VOCABULARY, Fact, FactSheet
from changeadvisor.judgement import Flip, Lever, RulePack, judge, lever_for, theory
from changeadvisor.judgement.pack import cut_points
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.judgement.wording import flip_text
from changeadvisor.model import Programme

#: Beginnings of the names of facts that follow from others or from analysis: nobody sets them.
_DERIVED = (
    "results.",
    "path.",
    "score.",
    "theory.",
    "tripwire.",
    "appraisal.",
    "performance.",
    "adoption.",
    "stake.",
    "pull.",
    "worth.",
)
#: Facts of a reading that its value does not change, or that are worked out again with the
#: appraisal.
_PRICED_AGAIN = ("appraisal.", "tripwire.", "results.readings")
_MANDATES = ("weak", "strong")


@dataclass(frozen=True, slots=True)
class Levers:
    """The levers of one initiative."""

    action: tuple[Lever, ...] = ()
    """To search with for what would change the answer on what to do."""
    route: tuple[Lever, ...] = ()
    """To search with for what would change the answer on how to lead it."""
    exact: tuple[Lever, ...] = ()
    """The latest reading with the model run again, to confirm what was found quickly."""


def levers(
    programme: Programme,
    rulebook: Rulebook,
    evidence: Evidence,
    sheet: FactSheet,
    spreading: Spreading | None,
) -> Levers:
    """All levers of an initiative; sheet: the complete one. spreading: None where none is asked."""
    facts = tuple(
        lever_for(
            fact, sheet, _cuts(rulebook, fact.name), _following(rulebook, fact.name, spreading)
        )
        for fact in _settable(rulebook, sheet)
    )
    reading = reading_lever(programme, rulebook, evidence)
    readings = () if reading is None else (reading,)
    spread = () if spreading is None else tuple(_spread_levers(sheet, spreading))
    return Levers(
        action=(*facts, *(_quick(lever, evidence, sheet) for lever in readings)),
        route=(*facts, *(readings if reads_results(rulebook.route) else ()), *spread),
        exact=tuple(_exact(lever, programme, rulebook, evidence, sheet) for lever in readings),
    )


# --- facts that people set ------------------------------------------------------------------------


def _settable(rulebook: Rulebook, sheet: FactSheet) -> Iterator[Fact]:
    """Every known fact that is not derived and that anything looks at."""
    vocabulary = {**VOCABULARY, **rulebook.action.vocabulary, **rulebook.route.vocabulary}
    for name in sheet:
        if name in vocabulary and not name.startswith(_DERIVED) and _looked_at(rulebook, name):
            yield vocabulary[name]


def _looked_at(rulebook: Rulebook, name: str) -> bool:
    """Whether a pack, a framework or a theory that the route reads looks at a fact."""
    if any(name in pack.readers for pack in (rulebook.action, rulebook.route, rulebook.rating)):
        return True
    if any(c.fact == name for framework in rulebook.frameworks for c in framework.criteria):
        return True
    return any(
        name in pack.questions and theory.fact_name(pack) in rulebook.route.readers
        for pack in rulebook.theory
    )


def _following(
    rulebook: Rulebook, name: str, spreading: Spreading | None
) -> Callable[[FactSheet], FactSheet]:
    """What follows when one fact of a complete sheet has changed.

    The same as `complete`, but only what looks at the fact is worked out again.
    """
    scores = scores_of(rulebook, name)
    pulls = name in rulebook.route.readers or any(f in rulebook.route.readers for f in scores.facts)
    rates = scores.reach_rating(rulebook, name)

    def follow(sheet: FactSheet) -> FactSheet:
        again = scores.again(sheet.without((EVIDENCED, CANDOUR)) if rates else sheet)
        if spreading is not None and name in SPREAD_BY:
            again = again.with_known(spreading.known(again))
        again = pulled(again, rulebook.route) if pulls else again
        return rated(again, rulebook) if rates else again

    return follow


def _cuts(rulebook: Rulebook, name: str) -> tuple[float, ...]:
    """The numbers at which a pack or a framework looks at a fact another way."""
    cuts = {*cut_points(rulebook.action, name), *cut_points(rulebook.route, name)}
    return tuple(sorted(cuts.union(*(f.cut_points(name) for f in rulebook.frameworks))))


# --- the latest reading ---------------------------------------------------------------------------


def reading_lever(programme: Programme, rulebook: Rulebook, evidence: Evidence) -> Lever | None:
    """The latest reading, changed by reading the results again; None where none can be read."""
    measure, series, path = evidence.measure, evidence.own_series, evidence.initiative.path
    if measure is None or series is None or path is None or evidence.reading is None:
        return None
    if not series.points or path.target is None or path.baseline is None:
        return None
    if path.target == path.baseline:
        return None
    latest, width = series.points[-1].value, abs(path.target - path.baseline)

    # Several searches ask for the same values.
    @cache
    def sheet_at(value: Any) -> FactSheet:
        again = with_latest(programme, evidence, float(value))
        return complete(again.sheet, rulebook)

    def distance(value: Any) -> float:
        return abs(float(value) - latest)

    span = possible_range(measure.type, measure.unit, latest - 3 * width, latest + 3 * width)
    label = wording.latest_reading(measure.title or measure.id)
    return Lever(f"latest.{measure.id}", latest, (), sheet_at, width, distance, span, label)


def possible_range(
    kind: str | None, unit: str | None, low: float, high: float
) -> tuple[float, float]:
    """A range held to what a measure can be.

    Counts, rates and shares are not below 0, percentages not above 100.
    """
    if kind is not None and kind != "value":
        low = max(low, 0.0)
    if kind == "proportion" and unit == "%":
        high = min(high, 100.0)
    return low, high


def reads_results(pack: RulePack) -> bool:
    """Whether a reading can reach a pack at all, by itself or inside a score.

    Where none can, none is searched.
    """
    reads = {name for fact in pack.facts for name in (fact, *pack.vocabulary[fact].criteria)}
    return any(name.startswith((*READ, "path.")) for name in reads)


def _quick(lever: Lever, evidence: Evidence, sheet: FactSheet) -> Lever:
    """The latest reading, changed by counting the draws anew: fast enough to search with.

    Where no appraisal weighs, the model itself is quick enough.
    """
    curve, appraisal, series = evidence.trajectory, evidence.priced, evidence.own_series
    if curve is None or appraisal is None or series is None:
        return lever
    observed = curve.observed
    if not curve.read or observed is None or not any(n.startswith("appraisal.") for n in sheet):
        return lever
    span, latest = observed.target - observed.baseline, series.points[-1].value
    weigh = trajectory.reweighted(curve, appraisal)

    def sheet_at(value: Any) -> FactSheet:
        change = (float(value) - latest) / span
        return sheet.with_known(dict(weighed(weigh(change))))

    return _held_to_draws(replace(lever, sheet_at=sheet_at, strides=6))


def _held_to_draws(lever: Lever) -> Lever:
    """A lever that reaches no further than the draws tell."""
    if lever.span is None or not isinstance(lever.before, int | float):
        return lever
    reach = trajectory.REACH * lever.width
    low, high = lever.span
    return replace(lever, span=(max(low, lever.before - reach), min(high, lever.before + reach)))


def _exact(
    lever: Lever, programme: Programme, rulebook: Rulebook, evidence: Evidence, sheet: FactSheet
) -> Lever:
    """The latest reading, changed by running again no more than the action pack can still hear."""
    heard = [n for n in rulebook.action.facts_that_count(sheet) if n.startswith(READ)]
    if evidence.priced is None or not all(n.startswith(_PRICED_AGAIN) for n in heard):
        return lever

    @cache
    def sheet_at(value: Any) -> FactSheet:
        again = with_latest_priced(programme, evidence, float(value))
        if again is None:
            return lever.sheet_at(value)
        # An appraisal that has nothing to say any more leaves no weight of before behind.
        kept = sheet.without(tuple(n for n in sheet if n.startswith("appraisal.")))
        return kept.with_known(again)

    return replace(lever, sheet_at=sheet_at)


def confirmed(
    flip: Flip, answer: str | None, pack: RulePack, exact: Sequence[Lever]
) -> Flip | None:
    """A flip of a reading as the model itself gives it, None where it gives none; others as is.

    The search is quick and may stop a little short, so a quarter further out is tried too.
    """
    lever = next((r for r in exact if r.fact == flip.fact), None)
    if lever is None:
        return flip
    if not isinstance(flip.at, int | float) or not isinstance(lever.before, int | float):
        return flip
    for stretch in (1.0, 1.25):
        at = float(f"{lever.before + (float(flip.at) - lever.before) * stretch:.4g}")
        if lever.span is not None and not lever.span[0] <= at <= lever.span[1]:
            return None
        to = judge(pack, lever.sheet_at(at)).answer
        if to != answer:
            share = lever.distance(at) / lever.width
            return Flip(to, flip_text(lever, at, to), flip.fact, flip.before, at, share)
    return None


# --- the simulated spread -------------------------------------------------------------------------


def _spread_levers(sheet: FactSheet, spreading: Spreading) -> Iterator[Lever]:
    """The champions and the mandate, changed by simulating the spread again."""
    staff = spreading.initiative.adoption
    if staff is None or not isinstance(spreading.of(sheet), Diffusion):
        return
    if staff.champions:
        most = staff.staff or 4 * staff.champions
        tried = {0, staff.champions // 2, 2 * staff.champions, 4 * staff.champions}
        others = sorted(count for count in tried if count <= most)
        yield _champions_lever(sheet, spreading, staff.champions, others)
    if staff.mandate in _MANDATES:
        other = next(mandate for mandate in _MANDATES if mandate != staff.mandate)
        yield _mandate_lever(sheet, spreading, staff.mandate, other)


def _champions_lever(
    sheet: FactSheet, spreading: Spreading, before: int, others: Sequence[int]
) -> Lever:
    def sheet_at(value: Any) -> FactSheet:
        return sheet.with_known(spreading.known(sheet, champions=int(value)))

    def distance(value: Any) -> float:
        return abs(float(value) - before)

    values = tuple(float(count) for count in others)
    return Lever(
        "adoption.champions",
        float(before),
        values,
        sheet_at,
        width=4.0 * before,
        distance=distance,
        label=wording.CHAMPIONS,
    )


def _mandate_lever(sheet: FactSheet, spreading: Spreading, before: str, other: str) -> Lever:
    def sheet_at(value: Any) -> FactSheet:
        return sheet.with_known(spreading.known(sheet, mandate=value))

    return Lever(
        "adoption.mandate",
        before,
        (other,),
        sheet_at,
        width=1.0,
        distance=lambda _: 1.0,
        label=wording.MANDATE,
    )
