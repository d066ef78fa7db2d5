"""What people read: view models made from advice, and templates that show them.

A view holds finished words and numbers; templates only lay them out. Every template value is
escaped, templates run in a sandbox, and a name that a view lacks is an error. The explanation is
the working itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from changeadvisor import performance, resources
from changeadvisor.advice.advise import Advice, DecisionNeeded, InitiativeAdvice
from changeadvisor.advice.measures import ATTENTION, MeasureAdvice
from changeadvisor.errors import InputError, plain
from changeadvisor.facts import VOCABULARY, Fact, FactSheet
from changeadvisor.judgement import (
    Reason,
    Recommendation,
    RulePack,
    Working,
    by_strength,
)
from changeadvisor.judgement.base_rates import ClassesFile
from changeadvisor.judgement.frameworks import Framework, Scorecard
from changeadvisor.model import Estimate, ReferenceClass
from changeadvisor.performance.forecast import AFTER, BEFORE, BeforeAfter
from changeadvisor.performance.targets import sentences
from changeadvisor.portfolio import Load
from changeadvisor.report.charts import drawing
from changeadvisor.report.charts import views as pictures
from changeadvisor.report.portfolio import (
    LOAD_QUARTERS,
    PortfolioView,
    in_set,
    portfolio_view,
)
from changeadvisor.report.route import RouteView, route_view, spread_parameters
from changeadvisor.words import (
    CLOSED,
    COURSE_WORDS,
    NOT_KNOWN,
    OUTCOME_WORDS,
    ROUTE_WORDS,
    answer_in_sentence,
    answer_label,
    answer_meaning,
    capitalised,
    cases_in_100,
    chance_per_cent,
    day_text,
    fine_per_cent,
    joined,
    many,
    money_text,
    month_text,
    quarter_text,
    rating_label,
    three_figures,
    whole_number,
)

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


# --- views ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A rule that fired, with the facts it met."""

    rule: str
    speaks: str
    decibans: str
    because: str
    source: str
    met: str


@dataclass(frozen=True, slots=True)
class SupportView:
    """An answer's support in decibans, and its bar as a share (per cent) of the largest."""

    answer: str
    decibans: str
    bar: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class PairView:
    """Two things that belong together: a name and what is said of it."""

    name: str
    text: str


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
class WorkingView:
    """What one rule did, test by test."""

    rule: str
    title: str
    state: str
    speaks: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One question answered, with everything a reader may ask of it."""

    heading: str
    answer: str
    meaning: str
    sureness: tuple[str, ...]
    support: tuple[SupportView, ...]
    reasons: tuple[ReasonView, ...]
    already: tuple[ReasonView, ...]
    rejected: tuple[PairView, ...]
    not_chosen: tuple[PairView, ...]
    flips: tuple[str, ...]
    missing: tuple[PairView, ...]
    workings: tuple[WorkingView, ...]


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


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One initiative on the board's page."""

    id: str
    title: str
    mark: str
    answer: str
    sureness: str
    route: str
    declared: str
    evidenced: str
    because: str
    change: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision somebody must take."""

    initiative: str
    title: str
    decision: str
    by: str
    before: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture as an SVG inside the page, and the text that carries its finding."""

    source: str
    alt: str


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


@dataclass(frozen=True, slots=True)
class LoadRow:
    """How many changes one staff group carries, quarter by quarter."""

    group: str
    cells: tuple[LoadCell, ...]


@dataclass(frozen=True, slots=True)
class LoadCell:
    """The changes of one quarter in words; over: more than the limit."""

    text: str
    over: bool


@dataclass(frozen=True, slots=True)
class LoadView:
    """Change load by staff group (rows) and quarter (columns); explained: what the numbers are."""

    quarters: tuple[str, ...]
    groups: tuple[LoadRow, ...]
    explained: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """One page for the board, then a page for each initiative."""

    programme: str
    as_of: str
    counts: tuple[PairView, ...]
    decisions: tuple[DecisionView, ...]
    rows: tuple[BoardRow, ...]
    no_decision: str
    notices: tuple[str, ...]
    engine: tuple[str, ...]
    initiatives: tuple[InitiativeView, ...]
    load: LoadView | None
    portfolio: PortfolioView | None


def board_view(advice: Advice, *, front_page: bool = False) -> BoardView:
    """The whole report's view.

    The `front_page` alone leaves out the initiatives with their pictures.
    """
    does = in_set(advice)
    return BoardView(
        programme=plain(advice.programme, 200),
        as_of=_day(advice.as_of),
        counts=tuple(_counts(advice)),
        decisions=tuple(_decision(advice, d) for d in advice.decisions_needed),
        rows=tuple(map(_row, advice.initiatives)),
        no_decision=_no_decision(advice),
        notices=tuple(_notices(advice)),
        engine=tuple(_engine(advice)),
        initiatives=()
        if front_page
        else tuple(initiative_view(i, in_set=does.get(i.id, "")) for i in advice.initiatives),
        load=_load(advice.portfolio.load) if advice.portfolio and advice.portfolio.load else None,
        portfolio=portfolio_view(advice, pictures=not front_page),
    )


def _load(rows: Sequence[Load]) -> LoadView:
    """Change load as a table, the nearest quarters."""
    quarters = tuple(sorted({r.quarter for r in rows})[:LOAD_QUARTERS])
    found = {(r.group, r.quarter): r for r in rows}
    limit = "no limit is given" if rows[0].limit is None else f"the limit is {rows[0].limit:g}"
    return LoadView(
        tuple(map(quarter_text, quarters)),
        tuple(
            LoadRow(g, tuple(_cell(found.get((g, q))) for q in quarters))
            for g in sorted({r.group for r in rows})
        ),
        f"The most changes a staff group is asked to carry on any one day of a quarter ({limit}). Led from the top: "
        "blends included. Changes for all staff count for every group. What is recommended to stop is not counted.",
    )


def _cell(row: Load | None) -> LoadCell:
    if row is None:
        return LoadCell("none", False)
    open_ = f", {row.route_unknown} {NOT_KNOWN}" if row.route_unknown else ""
    over = row.limit is not None and row.changes > row.limit
    from_the_top = ROUTE_WORDS["top-down"].adverb
    return LoadCell(
        f"{row.changes}, {row.top_down} {from_the_top}{open_}{': over the limit' if over else ''}",
        over,
    )


#: Fewest points of a chart that is drawn in the report; shorter series are told in words.
DRAWN = 12


def measures_view(advice: Advice) -> MeasuresView:
    """The page of measures; empty where they were not asked for."""
    audit = sentences(advice.audit) if advice.audit else ()
    return MeasuresView(audit, tuple(_measure(advice, found) for found in advice.measures or ()))


def _measure(advice: Advice, found: MeasureAdvice) -> MeasureView:
    initiatives = [item.evidence.initiative for item in advice.initiatives]
    view = pictures.xmr_view(initiatives, found)
    shown = [view] if len(view.points) >= DRAWN else []
    every = [*shown, *pictures.beside_views(advice.areas, found)]
    return MeasureView(
        id=found.id,
        title=plain(found.measure.title or found.id, 200),
        reads=found.says,
        look=f"{ATTENTION[found.attention.answer]}. {found.attention.because}",
        standing=(*_chances(found), *(f"{capitalised(why)}." for why in found.why)),
        finding="" if shown else drawing.alt_text(view),
        pictures=tuple(map(_picture, every)),
    )


def _picture(view: drawing.View) -> PictureView:
    return PictureView(drawing.address(drawing.render(view, "svg")), drawing.alt_text(view))


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
        yield f"Among {beside.areas} areas in the period from {_day(beside.period)} it ranks {beside.rank}{could}."
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


def initiative_view(
    item: InitiativeAdvice, *, drawn: bool = True, in_set: str = ""
) -> InitiativeView:
    """The view of one initiative; its pictures in words alone where they are not `drawn`.

    in_set: what the set does.
    """
    views = () if _ended(item) else tuple(pictures.initiative_views(item))
    answers = [("What to do", item.action), ("How to lead it", item.route)]
    dimensions = _dimensions(item)
    return InitiativeView(
        id=item.id,
        title=plain(item.title, 200),
        register=tuple(_register(item)),
        ratings=tuple(_ratings(item)),
        answers=tuple(_answer(h, r, item) for h, r in answers if r is not None),
        results=tuple(_results(item)),
        scores=() if _ended(item) else tuple(_score(card) for card in item.scorecards),
        tripwires=tuple(_tripwires(item)),
        dependants=tuple(_dependants(item)),
        in_set=in_set,
        judgements=tuple(_judgements(item)),
        stale=tuple(
            f"{_meaning(s.fact)}: judged on {_day(s.on)}, more than a year ago" for s in item.stale
        ),
        caveats=item.notices,
        outlook=tuple(_outlook(item)),
        worths=tuple(_worths(item)),
        pictures=tuple(_shown_picture(v, drawn) for v in views),
        route=route_view(item.route),
        setting=_setting(item, drawn),
        heads=dimensions.heads if dimensions else (),
        dimensions=tuple(_dimension(d, dimensions.heads) for d in dimensions.points)
        if dimensions
        else (),
        theories=tuple(_theories(item)),
        theories_waiting=tuple(_theories_waiting(item)),
    )


def _shown_picture(view: drawing.View, drawn: bool) -> PictureView:
    return _picture(view) if drawn else PictureView("", drawing.alt_text(view))


def _setting(item: InitiativeAdvice, drawn: bool) -> SettingView | None:
    """What the setting calls for, where how to lead it was asked and any feature is known."""
    view = None if item.route is None or _ended(item) else pictures.features_view(item.sheet)
    if view is None:
        return None
    return SettingView(tuple(map(_feature, view.points)), _shown_picture(view, drawn), view.caption)


def _feature(feature: drawing.Feature) -> PairView:
    """A feature with its levels and where they point, or the question to ask."""
    said = (f"{m.level}, {_CALLS[drawing.pointing(m)]}: {m.meaning}" for m in feature.marks)
    return PairView(feature.name, "; or ".join(said) or f"{NOT_KNOWN}. {feature.question}")


_CALLS = {
    "top": "from the top",
    "neither": "neither",
    "below": "from below",
    "build": "build it first",
}


def _dimensions(item: InitiativeAdvice) -> drawing.DimensionsView | None:
    """Where it stands between Theory E and Theory O, where the framework is there and any dimension is known."""
    card = next((c for c in item.scorecards if c.framework == pictures.BEER_NOHRIA), None)
    return (
        None
        if card is None or item.route is None or _ended(item)
        else pictures.dimensions_view(card)
    )


def _dimension(found: drawing.Dimension, heads: Sequence[str]) -> DimensionView:
    options = tuple(
        OptionView(text, drawing.choice_mark(found, k)) for k, text in enumerate(found.options)
    )
    return DimensionView(found.name, options, drawing.choice_said(found, heads))


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
    outlook = item.outlook
    yield from outlook.sentences
    if outlook.worth_of_waiting:
        waiting = money_text(outlook.worth_of_waiting)
        yield f"To go on and choose later is worth {waiting} more than any course fixed for good."
    answered = item.action is None or item.action.answer is not None
    if outlook.worth_of_knowing and outlook.basis == "class" and answered:
        yield _knowing(item)
    if outlook.cashable is not None:
        saved = outlook.cashable
        yield (
            f"The budget itself saves {money_text(saved.mean)} ({money_text(saved.p10)} to {money_text(saved.p90)}) "
            "by going on: shown beside the value, never added."
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
            f"Tripwire at the review of {_day(review.on)}: if the readings known by then average {way} {level:.4g}, "
            f"think again: {answer_in_sentence(review.then)}. It is an estimate; run the advice again then."
        )


def _worths(item: InitiativeAdvice) -> Iterator[WorthView]:
    """What each course is worth, mildest first."""
    for course, worth in (item.outlook.value or {}).items():
        yield WorthView(
            COURSE_WORDS[course].label,
            money_text(worth.mean),
            f"{money_text(worth.p10)} to {money_text(worth.p90)}",
            money_text(worth.if_fixed),
            cases_in_100(worth.best_in),
            money_text(worth.regret),
        )


def _ended(item: InitiativeAdvice) -> bool:
    return item.evidence.initiative.stage == "closed"


def _day(day: Any) -> str:
    return NOT_KNOWN if day is None else day_text(day)


def _meaning(fact: str) -> str:
    if fact in VOCABULARY:
        return VOCABULARY[fact].meaning
    if fact.startswith("theory."):
        return "What a published model says"
    return "Score" if fact.startswith("score.") else fact


def _counts(advice: Advice) -> Iterator[PairView]:
    """How many initiatives get each answer."""
    answers = [
        i.action.answer
        for i in advice.initiatives
        if i.action and i.evidence.initiative.stage != "closed"
    ]
    for name in (*COURSE_WORDS, None):
        count = answers.count(name)
        if count:
            yield PairView(answer_label(name), str(count))


def _no_decision(advice: Advice) -> str:
    """What to say where no decision is listed.

    None is needed, none was asked for, or there is nothing to decide on.
    """
    if not advice.initiatives:
        return "The register holds no initiatives yet, so there is nothing to decide."
    if all(item.action is None for item in advice.initiatives):
        return "What to do was not asked for, so no decision is listed."
    return "No decision is needed now."


def _notices(advice: Advice) -> Iterator[str]:
    """Notices on the whole programme, and initiatives that stand in each other's way."""
    yield from advice.notices
    if advice.portfolio is None:
        return
    for conflict in advice.portfolio.conflicts:
        way = f" {plain(conflict.suggestion, 400)}." if conflict.suggestion else ""
        yield f"Conflict: {plain(conflict.because, 1_000)}.{way}"
    yield from advice.portfolio.notices


def _decision(advice: Advice, decision: DecisionNeeded) -> DecisionView:
    by = plain(decision.by, 120) if decision.by else "nobody is named"
    item = advice.initiative(decision.initiative)
    title = plain(item.title, 200) if item else decision.initiative
    return DecisionView(decision.initiative, title, decision.decision, by, _day(decision.before))


def _engine(advice: Advice) -> Iterator[str]:
    yield f"changeadvisor {advice.engine.version}, seed {advice.seed}, input {advice.input_digest}"
    for used in (*advice.engine.packs, *advice.engine.frameworks, *advice.engine.tables):
        yield f"{used.pack} {used.version}, {used.digest}"


def _row(item: InitiativeAdvice) -> BoardRow:
    action, closed = item.action, item.evidence.initiative.stage == "closed"
    answer = CLOSED if closed else answer_label(action.answer) if action else "Not asked"
    top = _top(action)
    flip = action.flips[0].change if action and action.flips else ""
    return BoardRow(
        id=item.id,
        title=plain(item.title, 200),
        mark=_mark(action),
        answer=answer,
        sureness="" if closed or action is None else _brief(action),
        route="" if item.route is None or closed else answer_label(item.route.answer),
        declared=rating_label(item.declared),
        evidenced=rating_label(item.evidenced),
        because=_because(item, top) if top else _why_none(action, closed),
        change=flip,
    )


def _mark(action: Recommendation | None) -> str:
    """The sign of the recommended course."""
    course = COURSE_WORDS.get((action.answer if action else None) or "")
    return course.mark if course else "?"


def _because(item: InitiativeAdvice, top: Reason) -> str:
    """The strongest reason.

    Where it is the appraisal, by how much the course is worth more than the next best.
    """
    value = item.outlook.value or {}
    if not top.appraises or top.answer not in value or len(value) < 2:
        return top.because
    rival = max((c for c in value if c != top.answer), key=lambda c: (value[c].mean, c))
    more = value[top.answer].mean - value[rival].mean
    return (
        f"Weight of the appraisal: by its results so far {COURSE_WORDS[top.answer].doing} is worth {money_text(more)} "
        f"more than {COURSE_WORDS[rival].doing}, later choices counted in."
    )


def _top(action: Recommendation | None) -> Reason | None:
    """The strongest counted reason for the answer."""
    if action is None:
        return None
    mine = (r for r in by_strength(action.reasons) if r.counted and r.answer == action.answer)
    return next((r for r in mine if (r.decibans or 0.0) > 0), None)


def _why_none(action: Recommendation | None, closed: bool) -> str:
    """What to say where no reason leads."""
    if closed or action is None:
        return ""
    if action.missing:
        return f"Find out first: {action.missing[0].question}"
    return "The evidence is evenly balanced."


def _brief(found: Recommendation) -> str:
    if found.answer is None:
        return ""
    parts = [
        "Finely balanced." if found.finely_balanced else "",
        "" if found.stands else "Missing facts could change it.",
        "The appraisal and the other evidence disagree." if found.disagreement else "",
    ]
    return " ".join(p for p in parts if p)


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
        ("Started", _day(initiative.started)),
        ("Ends", _day(initiative.ends)),
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


# --- one answer -----------------------------------------------------------------------------------


def _answer(heading: str, found: Recommendation, item: InitiativeAdvice) -> AnswerView:
    reasons = [_reason(found, r, item.sheet) for r in by_strength(found.reasons)]
    counted = {r.rule for r in found.reasons if r.counted}
    if _ended(item):
        return _closed(heading)
    return AnswerView(
        heading=heading,
        answer=answer_label(found.answer),
        meaning=answer_meaning(found.answer),
        sureness=(*_sureness(found), *_disagreement(found), *_to_know(found, item)),
        support=tuple(_support(found)),
        reasons=tuple(r for r in reasons if r.rule in counted),
        already=tuple(r for r in reasons if r.rule not in counted),
        rejected=tuple(
            PairView(answer_label(r.answer), f"{r.because} ({r.rule})") for r in found.rejected
        ),
        not_chosen=tuple(PairView(answer_label(r.answer), r.because) for r in found.not_chosen),
        flips=tuple(f.change for f in found.flips) or ("No change of a single known fact.",),
        missing=tuple(_missing(found)),
        workings=tuple(map(_working, found.workings)),
    )


def _closed(heading: str) -> AnswerView:
    """Of what has ended nothing is recommended, so no working is shown."""
    return AnswerView(
        heading, "Closed: nothing to recommend", "", (), (), (), (), (), (), (), (), ()
    )


def _missing(found: Recommendation) -> Iterator[PairView]:
    """What to find out, each question once: several facts may be settled by one."""
    asked: set[str] = set()
    for m in found.missing:
        if m.question not in asked:
            asked.add(m.question)
            yield PairView(_could_move(m.could_move), m.question)


def _disagreement(found: Recommendation) -> Iterator[str]:
    """Where the appraisal and the rest of the ledger point strongly apart."""
    if found.disagreement is not None:
        yield from found.disagreement.sentences


def _to_know(found: Recommendation, item: InitiativeAdvice) -> Iterator[str]:
    """Where there is no answer to what to do.

    What knowing the end of it would be worth, or why that cannot be said.
    """
    if found.answer is not None or found is not item.action:
        return
    outlook, unpriced = (
        item.outlook,
        "What it would be worth to know how it will end cannot be said",
    )
    if outlook.value is None:
        yield f"{unpriced}, since {_not_priced(item)}."
    elif len(outlook.value) < 2:
        yield f"{unpriced}: only one course can be priced. Say what else could be done (`options`)."
    else:
        yield _knowing(item)


def _not_priced(item: InitiativeAdvice) -> str:
    why = item.evidence.appraisal
    return (
        why
        if isinstance(why, str)
        else "its path does not say enough (`baseline`, `target`, `months_to_target`)"
    )


def _knowing(item: InitiativeAdvice) -> str:
    """What it would be worth at most to know how it will end."""
    worth = item.outlook.worth_of_knowing
    if not worth:
        return (
            "To know how it will end would change nothing: one course is worth most whatever comes."
        )
    assumed = "" if item.outlook.basis else " (full, partial and none taken as equally likely)"
    return f"To know how it will end would be worth at most {money_text(worth)}{assumed}."


def _could_move(decibans: float | None) -> str:
    if decibans is None:
        return "could matter"
    return f"could move {many(decibans, 'deciban')}"


def _reason(found: Recommendation, reason: Reason, sheet: FactSheet) -> ReasonView:
    working = next(w for w in found.workings if w.rule == reason.rule)
    names = dict.fromkeys(
        step.fact for step in (*working.when, *working.unless) if step.verdict is not None
    )
    met = "; ".join(f"{_meaning(n).lower()}: {_value(sheet, n)}" for n in names if n in sheet)
    against = (reason.decibans or 0.0) < 0
    speaks = f"{'against' if against else 'for'} {answer_in_sentence(reason.answer)}"
    decibans = "" if reason.decibans is None else f"{reason.decibans:+g}"
    return ReasonView(reason.rule, speaks, decibans, reason.because, reason.source, plain(met, 600))


def _value(sheet: FactSheet, name: str) -> str:
    """A fact's value in words, with its unit and where it comes from."""
    value, fact = sheet.get(name), VOCABULARY.get(name)
    if isinstance(value, frozenset):
        said = "raters differ: " + " or ".join(sorted(map(str, value)))
    elif isinstance(value, bool):
        said = "yes" if value else "no"
    elif isinstance(value, float):
        said = f"{value:g} {fact.unit if fact and fact.unit else ''}".strip()
    else:
        said = str(value)
    return f"{said} [{source}]" if (source := sheet.known[name].source) else said


def _support(found: Recommendation) -> Iterator[SupportView]:
    largest = max((abs(v) for v in found.support.values()), default=0.0) or 1.0
    for answer, value in found.support.items():
        yield SupportView(
            answer_label(answer),
            f"{value:+g}",
            round(100 * abs(value) / largest),
            answer == found.answer,
        )


def _sureness(found: Recommendation) -> Iterator[str]:
    """How sure the answer is, in whole sentences."""
    if found.answer is None:
        yield from _no_answer(found)
        return
    if found.margin is None:
        yield "No other answer is left."
    else:
        times = f"{10 ** (found.margin / 10):.1f} times as likely"
        yield f"It leads the next answer by {many(found.margin, 'deciban')}: about {times} on this evidence."
    if found.finely_balanced:
        yield "It is finely balanced."
    yield (
        "No fact still missing could change it."
        if found.stands
        else "Facts still missing could change it."
    )
    if found.survives is not None:
        same = "the same" if found.survives else "not the same"
        yield f"With all judgement weights halved, and with all doubled, the answer is {same}."


def _no_answer(found: Recommendation) -> Iterator[str]:
    if not found.enough:
        yield "There is not enough evidence for an answer."
    elif found.margin is not None:
        apart = many(found.margin, "deciban")
        yield f"The two leading answers are only {apart} apart: the evidence does not separate them."
    else:
        yield "No answer is left."
    if found.missing:
        yield f"Find out first: {found.missing[0].question}"


def _working(working: Working) -> WorkingView:
    steps = [(s, "") for s in working.when] + [(s, "unless ") for s in working.unless]
    verdicts = {True: "holds", False: "does not hold", None: "unknown"}
    tests = tuple(
        f"{before}{s.test}: {NOT_KNOWN if s.value is None else plain(_shown(s.value))} – {verdicts[s.verdict]}"
        for s, before in steps
    )
    against = (working.decibans or 0.0) < 0
    speaks = "takes out" if working.veto else "against" if against else "for"
    return WorkingView(
        working.rule,
        working.title,
        _state(working),
        f"{speaks} {answer_in_sentence(working.answer)}",
        tests,
    )


def _state(working: Working) -> str:
    if working.state == "fired" and not working.counted and not working.veto:
        return "fired, its evidence already counted"
    return {"fired": "fired", "silent": "silent", "unknown": "waits for a fact"}[working.state]


# --- the evidence behind it -----------------------------------------------------------------------


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
    latest = _amount(f"{last.value:,.10g}", unit)
    yield f"{title}: {len(series.points)} readings, the latest {latest} for {month_text(last.period)}."
    yield from _rebased(item)
    yield from _standing(item, unit)
    if found.reading is not None:
        yield f"{capitalised(found.reading.because)}."
    if found.changed is not None:
        yield _before_after(found.changed, unit)


def _rebased(item: InitiativeAdvice) -> Iterator[str]:
    """From when on its readings are compared, where the way of counting changed."""
    measure, series = item.evidence.measure, item.evidence.own_series
    since = performance.rebased(measure, series) if measure and series else None
    if since is not None:
        why = f": {plain(since.because, 200)}" if since.because else ""
        yield f"Only readings from {_day(since.on)} on are compared{why}."


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
    effect = _amount(f"{changed.effect:+.3g}", unit)
    clear = "no clear change" if changed.verdict == "no-clear-change" else changed.verdict
    interval = f"95 % interval {changed.low:.3g} to {changed.high:.3g}"
    return f"Before and after: {clear}, {effect}{beyond} ({interval}; {counts})."


def _amount(figure: str, unit: str) -> str:
    return f"{figure} {plain(unit)}" if unit else figure


def _standing(item: InitiativeAdvice, unit: str) -> Iterator[str]:
    stands = item.evidence.standing
    if stands is None:
        return
    for name, distance in (("target", stands.to_target), ("standard", stands.to_standard)):
        if distance is not None:
            side = "better than" if distance >= 0 else "short of"
            yield f"The recent level is {_amount(three_figures(abs(distance)), unit)} {side} the {name}."


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
        agreed = f"{plain(wire.measure)} {wire.bound}, then {answer_in_sentence(wire.then)}"
        yield f"By {_day(wire.by)}: {agreed}. State: {wire.state}{level}."


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
        yield PairView(_meaning(name), plain(_value(item.sheet, name), 600))


# --- rendering ------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def environment(escape: bool) -> SandboxedEnvironment:
    """Templates in a sandbox; every value escaped for HTML where `escape`.

    A missing name is an error.
    """
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=FileSystemLoader(resources.folder("templates")),
        autoescape=escape,
        finalize=_clean,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _clean(value: object) -> object:
    """Text as it may be shown: no control or direction characters, wherever it came from."""
    return (
        plain(value, 100_000)
        if isinstance(value, str) and not isinstance(value, drawing.ImageAddress)
        else value
    )


def html(advice: Advice) -> str:
    """The report: one page for the board, then a page an initiative.

    One file, nothing fetched from anywhere.
    """
    return (
        environment(True)
        .get_template("report.html")
        .render(view=board_view(advice), shown=measures_view(advice))
    )


def explanation(advice: Advice, item: InitiativeAdvice) -> str:
    """The whole working for one initiative as plain text."""
    template = environment(False).get_template("explain.txt")
    return template.render(view=initiative_view(item, drawn=False), as_of=_day(advice.as_of))


def write(text: str, path: Path) -> None:
    """Write a text whole or not at all. Raises InputError where its folder is not there."""
    write_bytes(text.encode(), path)


def write_bytes(data: bytes, path: Path) -> None:
    """Write a file whole or not at all. Raises InputError where its folder is not there."""
    if not path.parent.is_dir():
        expected = "a file in a folder that is there"
        raise InputError.one(
            str(path), "a folder that is not there", expected, "make the folder first"
        )
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# --- a pack as a page -----------------------------------------------------------------------------


def pack_page(pack: RulePack) -> str:
    """A pack as Markdown people can read.

    Its parameters, and each rule with its reason, source and examples.
    """
    return (
        environment(False)
        .get_template("pack.md")
        .render(pack=pack, rules=_by_answer(pack), tests=_example)
    )


def framework_page(framework: Framework) -> str:
    """A framework as Markdown people can read.

    Its criteria, their weights and sources, and its bands.
    """
    return environment(False).get_template("framework.md").render(framework=framework)


def classes_page(file: ClassesFile) -> str:
    """The published reference classes as Markdown, with their sources."""
    return (
        environment(False)
        .get_template("reference-classes.md")
        .render(file=file, shares=shares_said, says=estimate_said)
    )


def shares_said(known: ReferenceClass) -> str:
    """The outcome shares of a class in per cent, as far as they are given; a dash where none is."""
    given = [(label, getattr(known, key)) for key, label in OUTCOME_WORDS.items()]
    said = [f"{label} {fine_per_cent(share)}" for label, share in given if share is not None]
    return ", ".join(said) or "–"


def estimate_said(estimate: Estimate | None) -> str:
    """A factor, or its P10, P50 and P90; a dash where it is not given."""
    if estimate is None:
        return "–"
    points = (
        (estimate.low,) if estimate.constant else (estimate.low, estimate.likely, estimate.high)
    )
    return " / ".join(f"{p:g}" for p in points)


def spread_page() -> str:
    """The parameters of the simulated spread as Markdown."""
    return environment(False).get_template("spread.md").render(**spread_parameters())


def vocabulary_page(vocabulary: Mapping[str, Fact]) -> str:
    """The vocabulary as Markdown, by name."""
    facts = [vocabulary[name] for name in sorted(vocabulary)]
    return environment(False).get_template("vocabulary.md").render(facts=facts)


def _by_answer(pack: RulePack) -> Mapping[str, Sequence[Any]]:
    return {a: [r for r in pack.rules if r.then == a] for a in pack.answers}


def _example(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{n} = {_shown(v)}" for n, v in sorted(given.items())) or "nothing known"


def _shown(value: Any) -> str:
    if isinstance(value, frozenset):
        return " or ".join(sorted(map(str, value)))
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
