"""What a reader must know of an initiative's evidence before the answer is leant on."""

from __future__ import annotations

from collections.abc import Iterator

from changeadvisor import trajectory
from changeadvisor.advice import wording
from changeadvisor.advice.evidence import Evidence, judged_after, only_insiders
from changeadvisor.model import Programme, ReferenceClass


def programme_notices(programme: Programme) -> Iterator[str]:
    """What is not known of the whole programme."""
    if programme.review_months is None:
        yield wording.NO_REVIEW_MONTHS


def initiative_notices(programme: Programme, evidence: Evidence) -> Iterator[str]:
    """What does not count yet, who judged, by which class, and what could not be read or priced."""
    as_of, initiative = programme.as_of, evidence.initiative
    for name in judged_after(initiative, as_of):
        yield wording.judged_later(name, as_of)
    begins = trajectory.since(initiative)
    if begins is not None and begins > as_of:
        yield wording.path_to_come(begins, as_of)
    ended = trajectory.past_end(initiative, as_of)
    if ended is not None:
        yield wording.past_its_end(ended)
    if only_insiders(initiative):
        yield wording.ALL_INSIDERS
    reference = programme.reference_class(initiative.reference_class)
    if reference is not None and reference.source is not None:
        yield wording.class_and_source(reference.id, reference.source)
    series, measure = evidence.own_series, evidence.measure
    if series is not None and measure is not None and series.not_yet:
        yield wording.readings_to_come(len(series.not_yet), measure.id)
    if evidence.reading is not None and evidence.reading.against_path is None:
        yield wording.no_place_on_path(trajectory.path_working(evidence.reading))
    if initiative.stage != "closed":
        yield from _assumed(programme, evidence)


def _assumed(programme: Programme, evidence: Evidence) -> Iterator[str]:
    """What was corrected in its results, assumed for want of a class, or could not be priced."""
    curve = evidence.trajectory
    if curve is None:
        return
    reference = programme.reference_class(evidence.initiative.reference_class)
    if curve.read and curve.observed is not None:
        yield from trajectory.correction_sentences(curve.observed)
        if trajectory.class_outlook(reference) is None:
            yield wording.EVEN_CHANCES
    # Shares that a class does not give are split evenly, and that is said.
    if reference is not None and reference.full is not None and _open_shares(reference):
        yield wording.shares_split(reference.id)
    yield from _unpriced(evidence)


def _open_shares(reference: ReferenceClass) -> bool:
    return reference.partial is None or reference.none is None


def _unpriced(evidence: Evidence) -> Iterator[str]:
    """Why no course, or not every course, has a worth."""
    if isinstance(evidence.appraisal, trajectory.Unpriced):
        yield wording.no_worth(trajectory.why_unpriced(evidence.appraisal))
    if evidence.priced is None:
        return
    if len(evidence.priced.worth) < 2:
        yield wording.ONLY_PERSISTING_PRICED
    for course, why in evidence.priced.frame.unpriced.items():
        yield wording.course_without_worth(course, trajectory.why_unpriced(why))
