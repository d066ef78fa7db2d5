"""The page of measures: each read three ways, with its charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from changeadvisor.advice import ATTENTION, Advice, MeasureAdvice
from changeadvisor.errors import plain
from changeadvisor.performance.wording import audit_sentences
from changeadvisor.report import measure_pictures
from changeadvisor.report.charts import drawing
from changeadvisor.report.parts import PictureView, day_or_unknown
from changeadvisor.words import (
    capitalised,
    chance_per_cent,
)


@dataclass(frozen=True, slots=True)
class MeasureView:
    """One measure on its page.

    The three readings in words, what else is known, and its pictures.
    """

    id: str
    title: str
    reads: str
    look: str
    standing: tuple[str, ...]
    finding: str
    pictures: tuple[PictureView, ...]


@dataclass(frozen=True, slots=True)
class MeasuresView:
    """What the targets measure, and every measure."""

    audit: tuple[str, ...]
    measures: tuple[MeasureView, ...]


#: Fewest points of a chart that is drawn in the report; shorter series are told in words.
DRAWN = 12


def measures_view(advice: Advice) -> MeasuresView:
    """The page of measures; empty where they were not asked for."""
    audit = audit_sentences(advice.audit) if advice.audit else ()
    return MeasuresView(
        audit, tuple(measure_view(advice, found) for found in advice.measures or ())
    )


def measure_view(advice: Advice, found: MeasureAdvice) -> MeasureView:
    """One measure: read three ways, in words and pictures."""
    initiatives = [item.evidence.initiative for item in advice.initiatives]
    view = measure_pictures.xmr_view(initiatives, found)
    shown = [view] if len(view.points) >= DRAWN else []
    every = [*shown, *measure_pictures.beside_views(advice.areas, found)]
    return MeasureView(
        id=found.id,
        title=plain(found.measure.title or found.id, 200),
        reads=found.says,
        look=f"{ATTENTION[found.attention.answer]}. {found.attention.because}",
        standing=(*_chances(found), *(f"{capitalised(why)}." for why in found.why)),
        finding="" if shown else drawing.alt_text(view),
        pictures=tuple(map(PictureView.of, every)),
    )


def _chances(found: MeasureAdvice) -> Iterator[str]:
    """Chances of standard and target, and the rank with its interval."""
    aims = found.normative
    for aim, what in (
        (aims.standard, "the next reading meets the standard"),
        (aims.target, "the target is met by its date"),
    ):
        if aim.probability is not None and aim.low is not None and aim.high is not None:
            likely, low, high = (chance_per_cent(p) for p in (aim.probability, aim.low, aim.high))
            yield f"The chance that {what} is {likely} (likely between {low} and {high})."
    beside = found.comparative
    if beside is not None and beside.rank is not None:
        could = _could(beside.rank_interval)
        yield (
            f"Among {beside.areas} areas in the period from {day_or_unknown(beside.period)} it"
            f" ranks {beside.rank}{could}."
        )
        if beside.gap != "too-few":
            yield f"The gap to the others: {_GAPS[beside.gap]}."


def _could(ranks: tuple[int, int] | None) -> str:
    """How else it could rank."""
    if ranks is None:
        return ""
    return (
        f", and could as well be {ranks[0]} to {ranks[1]}"
        if ranks[0] < ranks[1]
        else ", and no other rank is likely"
    )


_GAPS = {
    "closing": "it moves to our side",
    "steady": "no clear movement",
    "widening": "it moves against us",
}
