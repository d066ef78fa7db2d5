"""The page of one initiative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from changeadvisor import performance
from changeadvisor.advice import InitiativeAdvice
from changeadvisor.errors import plain
from changeadvisor.judgement.frameworks import Scorecard
from changeadvisor.performance.forecast import AFTER, BEFORE, BeforeAfter
from changeadvisor.report import initiative_pictures
from changeadvisor.report.answer import AnswerView, answer_view, worth_of_knowing_said
from changeadvisor.report.charts import leading
from changeadvisor.report.parts import (
    PairView,
    PictureView,
    day_or_unknown,
    fact_meaning,
    has_ended,
    value_in_words,
    with_unit,
)
from changeadvisor.report.route import RouteView, route_view
from changeadvisor.trajectory import path_working, tripwire_bound
from changeadvisor.words import (
    COURSE_WORDS,
    NOT_KNOWN,
    answer_in_sentence,
    capitalised,
    cases_in_100,
    joined,
    many,
    money_text,
    month_text,
    three_figures,
    whole_number,
)


@dataclass(frozen=True, slots=True)
class WorthView:
    """What one course is worth from here on, in words and money."""

    course: str
    mean: str
    range: str
    fixed: str
    best_in: str
    regret: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A framework's score with its parts."""

    name: str
    result: str
    parts: tuple[PairView, ...]


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option of a dimension.

    mark: a filled circle where it is chosen, a half one where raters differ over it.
    """

    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class DimensionView:
    """One of the six dimensions between Theory E and Theory O, and in words what it is here."""

    name: str
    options: tuple[OptionView, ...]
    choice: str


@dataclass(frozen=True, slots=True)
class SettingView:
    """What the setting calls for.

    The eight features in words, with the map of them, where any is known.
    """

    features: tuple[PairView, ...]
    map: PictureView
    caption: str


@dataclass(frozen=True, slots=True)
class InitiativeView:
    """A page on one initiative."""

    id: str
    title: str
    register: tuple[PairView, ...]
    ratings: tuple[str, ...]
    answers: tuple[AnswerView, ...]
    results: tuple[str, ...]
    scores: tuple[ScoreView, ...]
    tripwires: tuple[str, ...]
    dependants: tuple[str, ...]
    in_set: str
    judgements: tuple[PairView, ...]
    stale: tuple[str, ...]
    caveats: tuple[str, ...]
    outlook: tuple[str, ...]
    worths: tuple[WorthView, ...]
    pictures: tuple[PictureView, ...]
    route: RouteView
    setting: SettingView | None
    heads: tuple[str, ...]
    dimensions: tuple[DimensionView, ...]
    theories: tuple[PairView, ...]
    theories_waiting: tuple[str, ...]


def initiative_view(item: InitiativeAdvice, *, in_set: str = "") -> InitiativeView:
    """The view of one initiative. in_set: what the set to run does with it."""
    views = () if has_ended(item) else tuple(initiative_pictures.initiative_views(item))
    answers = [("What to do", item.action), ("How to lead it", item.route)]
    dimensions = _dimensions(item)
    return InitiativeView(
        id=item.id,
        title=plain(item.title, 200),
        register=tuple(_register(item)),
        ratings=tuple(_ratings(item)),
        answers=tuple(answer_view(h, r, item) for h, r in answers if r is not None),
        results=tuple(_results(item)),
        scores=() if has_ended(item) else tuple(_score(card) for card in item.scorecards),
        tripwires=tuple(_tripwires(item)),
        dependants=tuple(_dependants(item)),
        in_set=in_set,
        judgements=tuple(_judgements(item)),
        stale=tuple(
            f"{fact_meaning(s.fact)}: judged on {day_or_unknown(s.on)}, more than a year ago"
            for s in item.stale
        ),
        caveats=item.notices,
        outlook=tuple(_outlook(item)),
        worths=tuple(_worths(item)),
        pictures=tuple(map(PictureView.of, views)),
        route=route_view(item.route, item.evidence.currency),
        setting=_setting(item),
        heads=dimensions.heads if dimensions else (),
        dimensions=(
            tuple(_dimension(d, dimensions.heads) for d in dimensions.points) if dimensions else ()
        ),
        theories=tuple(_theories(item)),
        theories_waiting=tuple(_theories_waiting(item)),
    )


def _setting(item: InitiativeAdvice) -> SettingView | None:
    """What the setting calls for, where how to lead it was asked and any feature is known."""
    view = (
        None
        if item.route is None or has_ended(item)
        else initiative_pictures.features_view(item.sheet)
    )
    if view is None:
        return None
    return SettingView(tuple(map(_feature, view.points)), PictureView.of(view), view.caption)


def _feature(feature: leading.Feature) -> PairView:
    """A feature with its levels and where they point, or the question to ask."""
    said = (f"{m.level}, {_CALLS[leading.pointing(m)]}: {m.meaning}" for m in feature.marks)
    return PairView(feature.name, "; or ".join(said) or f"{NOT_KNOWN}. {feature.question}")


_CALLS = {
    "top": "from the top",
    "neither": "neither",
    "below": "from below",
    "build": "build it first",
}


def _dimensions(item: InitiativeAdvice) -> leading.DimensionsView | None:
    """Where it stands between Theory E and Theory O, if any dimension is known."""
    card = next(
        (c for c in item.scorecards if c.framework == initiative_pictures.BEER_NOHRIA), None
    )
    return (
        None
        if card is None or item.route is None or has_ended(item)
        else initiative_pictures.dimensions_view(card)
    )


def _dimension(found: leading.Dimension, heads: Sequence[str]) -> DimensionView:
    options = tuple(
        OptionView(text, leading.choice_mark(found, k)) for k, text in enumerate(found.options)
    )
    return DimensionView(found.name, options, leading.choice_said(found, heads))


def _theories(item: InitiativeAdvice) -> Iterator[PairView]:
    """What each published model says here, or between which answers it is open."""
    for found in item.theories:
        if found.answer is not None:
            meaning = f" ({found.meaning})" if found.meaning else ""
            because = f"{found.because} ({', '.join(found.rules)}; {found.source})"
            yield PairView(plain(found.title), plain(f"{found.answer}{meaning}. {because}", 600))
        elif found.between:
            either = " and ".join(found.between)
            said = f"open between {either}: an answer lies between, or raters differ."
            yield PairView(plain(found.title), plain(said, 600))


def _theories_waiting(item: InitiativeAdvice) -> Iterator[str]:
    """What each model that cannot answer yet would have to be told first."""
    for found in item.theories:
        if found.answer is None and not found.between:
            first, more = next(iter(found.missing), None), len(found.missing) - 1
            others = f" (and {more} more)" if more > 0 else ""
            asks = (
                f"Ask first: {first.question}{others}"
                if first
                else "What is known points no one way."
            )
            yield plain(f"{found.title}. {asks}", 600)


def _outlook(item: InitiativeAdvice) -> Iterator[str]:
    """The reading in plain sentences, and what follows from it."""
    outlook, currency = item.outlook, item.evidence.currency
    yield from outlook.sentences
    if outlook.worth_of_waiting:
        waiting = money_text(outlook.worth_of_waiting, currency)
        yield f"Going on and choosing later is worth {waiting} more than any course fixed for good."
    answered = item.action is None or item.action.answer is not None
    if outlook.worth_of_knowing and outlook.basis == "class" and answered:
        yield worth_of_knowing_said(item)
    if outlook.cashable is not None:
        saved = outlook.cashable
        yield (
            f"The budget itself saves {money_text(saved.mean, currency)}"
            f" ({money_text(saved.p10, currency)} to {money_text(saved.p90, currency)}) by going"
            " on: shown beside the value, never added."
        )
    if outlook.value is not None:
        year = outlook.pays_back_in_year
        yield (
            f"Its coming costs are earned back by the end of year {year}."
            if year
            else "It never earns its coming costs."
        )
    review = outlook.next_review
    if review is not None and review.then is not None:
        way, level = (
            ("below", review.below) if review.below is not None else ("above", review.above)
        )
        yield (
            f"Tripwire at the review of {day_or_unknown(review.on)}: if the readings known by then"
            f" average {way} {level:.4g}, think again: {answer_in_sentence(review.then)}. It is an"
            " estimate; run the advice again then."
        )


def _worths(item: InitiativeAdvice) -> Iterator[WorthView]:
    """What each course is worth, mildest first."""
    currency = item.evidence.currency
    for course, worth in (item.outlook.value or {}).items():
        yield WorthView(
            COURSE_WORDS[course].label,
            money_text(worth.mean, currency),
            f"{money_text(worth.p10, currency)} to {money_text(worth.p90, currency)}",
            money_text(worth.if_fixed, currency),
            cases_in_100(worth.best_in),
            money_text(worth.regret, currency),
        )


def _register(item: InitiativeAdvice) -> Iterator[PairView]:
    """What the register says, unknown where it does not."""
    initiative = item.evidence.initiative
    for label, value in (
        ("Aim", initiative.aim),
        ("Service", initiative.service),
        ("Stage", initiative.stage),
        (
            "Required by law",
            None if initiative.statutory is None else ("yes" if initiative.statutory else "no"),
        ),
        ("Sponsor", initiative.sponsor),
        ("Owner", initiative.owner),
        ("Started", day_or_unknown(initiative.started)),
        ("Ends", day_or_unknown(initiative.ends)),
        ("Declared rating", item.declared),
        ("Rating the results support", item.evidenced),
        ("Candour", item.candour),
    ):
        yield PairView(label, plain(value, 300) if value else NOT_KNOWN)


def _ratings(item: InitiativeAdvice) -> Iterator[str]:
    """What the declared rating means beside the evidence, and what ratings like it have done."""
    if item.candour_means is not None:
        yield item.candour_means
    if item.declared_moves is not None:
        yield from item.declared_moves.sentences


def _results(item: InitiativeAdvice) -> Iterator[str]:
    """What has been measured, beside the plan and the target."""
    found = item.evidence
    if found.measure is None:
        yield "No measure is named for it (`path: measure`): results cannot be read."
        return
    title, unit = plain(found.measure.title or found.measure.id, 200), found.measure.unit or ""
    series = found.own_series
    if series is None or not series.points:
        yield f"{title}: no reading is known yet."
        return
    last = series.points[-1]
    latest = with_unit(f"{last.value:,.10g}", unit)
    yield (
        f"{title}: {len(series.points)} readings, the latest {latest} for"
        f" {month_text(last.period)}."
    )
    yield from _rebased(item)
    yield from _standing(item, unit)
    if found.reading is not None:
        yield f"{capitalised(path_working(found.reading))}."
    if found.changed is not None:
        yield _before_after(found.changed, unit)


def _rebased(item: InitiativeAdvice) -> Iterator[str]:
    """From when on its readings are compared, where the way of counting changed."""
    measure, series = item.evidence.measure, item.evidence.own_series
    since = performance.rebased(measure, series) if measure and series else None
    if since is not None:
        why = f": {plain(since.because, 200)}" if since.because else ""
        yield f"Only readings from {day_or_unknown(since.on)} on are compared{why}."


def _before_after(changed: BeforeAfter, unit: str) -> str:
    """What changed when it began, in one sentence."""
    counts = f"{many(changed.before, 'reading')} before it began and {changed.after} after"
    if changed.effect is None or changed.low is None or changed.high is None:
        return f"Before and after: not enough data ({counts}; {BEFORE} and {AFTER} are needed)."
    allowed = [
        name
        for name, there in (("the line", changed.trend), ("the season", changed.season))
        if there
    ]
    beyond = f", beyond {joined(allowed)} from before" if allowed else ""
    effect = with_unit(f"{changed.effect:+.3g}", unit)
    clear = "no clear change" if changed.verdict == "no-clear-change" else changed.verdict
    interval = f"95 % interval {changed.low:.3g} to {changed.high:.3g}"
    return f"Before and after: {clear}, {effect}{beyond} ({interval}; {counts})."


def _standing(item: InitiativeAdvice, unit: str) -> Iterator[str]:
    stands = item.evidence.standing
    if stands is None:
        return
    for name, distance in (("target", stands.to_target), ("standard", stands.to_standard)):
        if distance is not None:
            side = "better than" if distance >= 0 else "short of"
            yield (
                f"The recent level is {with_unit(three_figures(abs(distance)), unit)} {side} the"
                f" {name}."
            )


def _score(card: Scorecard) -> ScoreView:
    result = f"{card.low:g}" if card.low == card.high else f"between {card.low:g} and {card.high:g}"
    band = f": {card.band}" if card.band else ": no band while facts are missing"
    parts = tuple(PairView(plain(c.title), _points(c)) for c in card.contributions)
    return ScoreView(card.framework, result + band, parts)


def _points(part: Any) -> str:
    if not part.known:
        return f"{NOT_KNOWN} ({part.points_low:g} to {part.points_high:g} points)"
    if part.points_low != part.points_high:
        return f"raters differ ({part.points_low:g} to {part.points_high:g} points)"
    return f"{part.points_low:g} points"


def _tripwires(item: InitiativeAdvice) -> Iterator[str]:
    for wire in item.evidence.tripwires:
        level = "" if wire.level is None else f" (level {wire.level:g})"
        agreed = (
            f"{plain(wire.measure)} {tripwire_bound(wire)}, then {answer_in_sentence(wire.then)}"
        )
        yield f"By {day_or_unknown(wire.by)}: {agreed}. State: {wire.state}{level}."


def _dependants(item: InitiativeAdvice) -> Iterator[str]:
    for path in item.dependants.paths:
        yield " → ".join(map(plain, path))
    people = item.dependants.people
    if item.dependants.paths and people is None:
        yield "How many people these reach together is not known: one of them gives no reach."
    elif item.dependants.paths and people is not None:
        yield f"Together these reach about {whole_number(people)} people a year, counted once."
    for course in item.dependants.courses:
        yield from (plain(said, 600) for said in course.sentences)


def _judgements(item: InitiativeAdvice) -> Iterator[PairView]:
    for name in (n for n in item.evidence.initiative.judgements if n in item.sheet):
        yield PairView(fact_meaning(name), plain(value_in_words(item.sheet, name), 600))
