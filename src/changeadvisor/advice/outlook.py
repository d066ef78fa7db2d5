"""What may become of an initiative: from its results, or from its class where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from changeadvisor import trajectory
from changeadvisor.advice import wording
from changeadvisor.advice.evidence import Evidence
from changeadvisor.advice.result import Chances, NextReview, Outlook, Spread
from changeadvisor.facts import FactSheet
from changeadvisor.judgement import RulePack, judge
from changeadvisor.judgement.ledger import weights_on
from changeadvisor.model import Initiative, Programme, months_between
from changeadvisor.trajectory import Beside, OutlookReading
from changeadvisor.words import NEXT_REVIEW, day_text

Basis = Literal["results", "class"]


def outlook(programme: Programme, pack: RulePack, evidence: Evidence, sheet: FactSheet) -> Outlook:
    """What may become of it; pack, sheet: what else is in its ledger beside the appraisal."""
    initiative = evidence.initiative
    if initiative.stage == "closed":
        return _unread(None, None, None, tuple(_became(evidence)))
    chances = _class_chances(programme, initiative)
    expected = _expected_now(programme, initiative)
    if evidence.trajectory is None:
        by_class = () if chances is None else (_class_said(chances),)
        return _unread(chances, expected, next_review(programme, initiative), by_class)
    reading = trajectory.read_outlook(evidence.trajectory, evidence.priced, _beside(pack, sheet))
    review = next_review(programme, initiative, reading)
    said: tuple[str, ...] = ()
    if chances is not None:
        said = tuple(trajectory.outlook_sentences(reading))
    if reading.improvement is not None:
        when = NEXT_REVIEW if review is None else day_text(review.on)
        better = trajectory.improvement_sentence(reading.improvement, when, evidence.currency)
        said = (*said, better)
    basis: Basis | None = None if chances is None else "class"
    progress, reached = None, None
    if reading.read:
        chances, basis = Chances(*reading.chances), "results"
        progress, reached = Spread(*reading.progress), reading.reached
    return Outlook(
        probability=chances,
        basis=basis,
        progress_now=progress,
        progress_expected_now=expected,
        looks_this_bad_and_succeeds=reading.bad_and_succeeds,
        looks_this_good_and_fails=reading.good_and_fails,
        value=reading.value,
        worth_of_waiting=reading.worth_of_waiting,
        next_review=review,
        improvement=reading.improvement,
        worth_of_knowing=reading.worth_of_knowing,
        cashable=None if reading.cashable is None else Spread(*reading.cashable),
        pays_back_in_year=reading.pays_back,
        months_to_target=reached,
        sentences=said,
    )


def next_review(
    programme: Programme, initiative: Initiative, reading: OutlookReading | None = None
) -> NextReview | None:
    """When it is reviewed next, and below which reading the advice would then be another.

    None where no review dates are known or it is closed.
    """
    if programme.review_months is None or initiative.stage == "closed":
        return None
    on = trajectory.next_review(programme.as_of, programme.review_months)
    name = initiative.path.measure if initiative.path else None
    measure = programme.measure(name)
    if reading is None or measure is None or reading.below is None:
        return NextReview(on, name)
    if measure.better == "lower":
        return NextReview(on, measure.id, above=reading.below, then=reading.then)
    return NextReview(on, measure.id, below=reading.below, then=reading.then)


def _unread(
    chances: Chances | None,
    expected: float | None,
    review: NextReview | None,
    sentences: tuple[str, ...],
) -> Outlook:
    """What can be said where no results are read."""
    return Outlook(
        probability=chances,
        basis=None if chances is None else "class",
        progress_now=None,
        progress_expected_now=expected,
        looks_this_bad_and_succeeds=None,
        looks_this_good_and_fails=None,
        value=None,
        worth_of_waiting=None,
        next_review=review,
        sentences=sentences,
    )


def _class_said(chances: Chances) -> str:
    return trajectory.class_sentence(chances.full, chances.partial, chances.none)


def _class_chances(programme: Programme, initiative: Initiative) -> Chances | None:
    chances = trajectory.class_outlook(programme.reference_class(initiative.reference_class))
    return None if chances is None else Chances(*chances)


def _expected_now(programme: Programme, initiative: Initiative) -> float | None:
    """Where the plan expects it to be by now, in shares of the way."""
    path, begun = initiative.path, trajectory.since(initiative)
    if path is None or begun is None or initiative.stage == "idea":
        return None
    months = months_between(begun, programme.as_of)
    return trajectory.expected_at(path, months)


def _beside(pack: RulePack, sheet: FactSheet) -> Beside:
    """What the ledger holds beside the appraisal."""
    ledger, weights = judge(pack, sheet), weights_on(pack, sheet)
    support = dict(ledger.support)
    for i, rule in enumerate(pack.rules):
        if rule.appraises and ledger.counted[i]:
            support[rule.then] -= weights[i]
    cap = max((rule.cap for rule in pack.rules), default=0.0)
    return Beside(support, cap, frozenset(ledger.vetoed))


def _became(evidence: Evidence) -> Iterator[str]:
    """What became of something that has ended."""
    path, series, measure = evidence.initiative.path, evidence.own_series, evidence.measure
    if path is None or series is None or not series.points or measure is None:
        yield wording.ENDED_UNREAD
        return
    last, reading = series.points[-1], evidence.reading
    yield wording.ended_at(last.value, measure.unit, last.period)
    if reading is not None and reading.progress is not None:
        yield wording.ended_share(reading.progress, path.baseline, path.target)
