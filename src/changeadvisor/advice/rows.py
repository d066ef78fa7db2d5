"""An advice as rows of plain values, and in a few lines: what a notebook shows and pandas takes.

A row is a plain dictionary of text, numbers, yes or no, dates and None. Each kind of row always has
all its columns, in the same order, and a column holds one kind of value, so that
`pandas.DataFrame(advice.rows())` and `polars.DataFrame(advice.rows())` need no help. (Polars looks
at the first hundred rows only, where a column may be None throughout: of longer tables it is to be
told `infer_schema_length=None`.)
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from changeadvisor.errors import plain
from changeadvisor.words import CLOSED, NOT_ASKED, answer_label, day_text

if TYPE_CHECKING:
    from changeadvisor.advice.measures import MeasureAdvice
    from changeadvisor.advice.result import Advice, DecisionNeeded, InitiativeAdvice
    from changeadvisor.judgement import Recommendation
    from changeadvisor.portfolio import Pick


class InitiativeRow(TypedDict):
    """One initiative: the answers, the outlook, the decision needed and its place in the set."""

    id: str
    """Its id in the programme."""
    title: str
    """Its title."""
    stage: str | None
    """"idea", "design", "pilot", "delivery", "embedding" or "closed"; None: not given."""
    action: str | None
    """"persist", "adjust-tactics", "adjust-strategy" or "stop"; None: no answer, or not asked."""
    action_margin: float | None
    """By how many decibans the answer is ahead of the next."""
    action_finely_balanced: bool | None
    """Whether that margin is small; None where there is no answer."""
    action_stands: bool | None
    """Whether the answer is the same whatever the missing facts are."""
    route: str | None
    """"top-down", "blended" or "bottom-up"; None: no answer, or not asked."""
    route_margin: float | None
    """As `action_margin`, in decibans."""
    route_finely_balanced: bool | None
    """As `action_finely_balanced`."""
    route_stands: bool | None
    """As `action_stands`."""
    declared: str | None
    """The rating that the register declares, "green" to "red"."""
    evidenced: str | None
    """The rating that the results support, "green" to "red"; None: they do not say."""
    chance_full: float | None
    """The chance that it ends with full results, 0 to 1."""
    chance_partial: float | None
    """The chance that it ends with partial results, 0 to 1."""
    chance_none: float | None
    """The chance that it ends with no results, 0 to 1."""
    chances_from: str | None
    """What the chances rest on: "results" or "class" (its reference class)."""
    progress_now: float | None
    """How far it is on the way from its baseline (0) to its target (1); the mean."""
    progress_expected: float | None
    """How far the plan expects it to be by now, on the same scale."""
    worth: float | None
    """Present worth of the recommended course from here on, in the programme's currency; mean."""
    worth_low: float | None
    """The same, P10: nine times in ten it is worth more."""
    worth_high: float | None
    """The same, P90."""
    worth_of_knowing: float | None
    """What it would be worth at most to know how it will end, in the programme's currency."""
    months_to_target: float | None
    """Months from now to the target, in the middle of what is likely (below 1: it is reached).

    None: not known, or more likely than not it is not reached within ten years.
    """
    dependants: int
    """How many initiatives hang on it."""
    next_review: dt.date | None
    """When it should be reviewed next."""
    decision: str | None
    """What somebody must decide; None: nothing."""
    decision_by: str | None
    """Who must decide; None: nobody is named."""
    decision_before: dt.date | None
    """Before which day."""
    in_set: bool | None
    """Whether the set to run runs it; None: there is no set, or it has ended."""
    set_course: str | None
    """What the set does with it, a course as in `action`."""
    set_start: dt.date | None
    """When to begin what has not begun."""


class MeasureRow(TypedDict):
    """One measure, read against its own past, a standard or target, and other areas."""

    id: str
    """Its id in the programme."""
    title: str
    """Its title, or its id where it has none."""
    unit: str | None
    """The unit of all its values."""
    points: int
    """How many readings are known."""
    recent: float | None
    """Its recent level."""
    past_variation: str | None
    """The class of the last point: "improvement", "concern", "common-cause" or "neither"."""
    past_adjusted: str | None
    """What rules weigh: "better", "no-different" or "worse", from adjusted limits."""
    past_centre: float | None
    """The centre of its chart."""
    past_lower: float | None
    """The lower limit."""
    past_upper: float | None
    """The upper limit."""
    standard: float | None
    """The outside standard."""
    standard_distance: float | None
    """How far the recent level is on the better side of the standard (below 0: on the worse)."""
    standard_assurance: str
    """"pass", "fail", "hit-and-miss" or "unknown"."""
    standard_chance: float | None
    """The chance that the next reading meets it, 0 to 1."""
    target: float | None
    """Our own target."""
    target_by: dt.date | None
    """The date it is for."""
    target_distance: float | None
    """As `standard_distance`."""
    target_assurance: str
    """As `standard_assurance`."""
    target_chance: float | None
    """The chance that the reading for that date (without one: the next) meets it, 0 to 1."""
    others_areas: int | None
    """How many areas are compared, ours included; None: none could be."""
    others_rank: int | None
    """Our rank among them, 1 the best."""
    others_rank_low: int | None
    """The best rank that chance leaves open."""
    others_rank_high: int | None
    """The worst rank that chance leaves open."""
    others_position: str | None
    """"much-better", "better", "similar", "worse" or "much-worse"."""
    others_period: dt.date | None
    """The period compared."""
    others_average: float | None
    """The average of the areas."""
    others_gap: str | None
    """"closing", "steady", "widening" or "too-few"."""
    attention: str | None
    """Which reading to look at first: "past", "standard", "others" or "none"; None: not known."""
    attention_rule: str
    """The rule that says so."""
    says: str
    """The three readings in words."""


class ReasonRow(TypedDict):
    """One rule that fired for one initiative and question."""

    initiative: str
    """The id of the initiative."""
    question: str
    """What was asked: "action" (what to do) or "route" (how to lead it)."""
    rule: str
    """The id of the rule."""
    answer: str
    """The answer that it is about."""
    vetoes: bool
    """Whether it rules that answer out."""
    decibans: float | None
    """What it weighs for the answer (below 0: against), in decibans; None where it rules out."""
    counted: bool
    """Whether it counts; not where its evidence was counted already by another rule."""
    evidence: str | None
    """The evidence it rests on, by name; None where it rules out."""
    because: str
    """Why, in words."""
    source: str | None
    """The source of the rule; None where it rules out."""


# --- rows -----------------------------------------------------------------------------------------


def initiative_rows(advice: Advice) -> list[InitiativeRow]:
    """A row for each initiative, in the order of the programme."""
    decisions = {d.initiative: d for d in advice.decisions_needed}
    picks: dict[str, tuple[bool, Pick]] = {}
    if advice.portfolio is not None:
        picks.update({p.id: (True, p) for p in advice.portfolio.chosen or ()})
        picks.update({p.id: (False, p) for p in advice.portfolio.deferred or ()})
    return [
        _initiative_row(item, decisions.get(item.id), picks.get(item.id))
        for item in advice.initiatives
    ]


def _initiative_row(
    item: InitiativeAdvice, decision: DecisionNeeded | None, placed: tuple[bool, Pick] | None
) -> InitiativeRow:
    action, route, outlook = _sureness(item.action), _sureness(item.route), item.outlook
    chances, review = outlook.probability, outlook.next_review
    worth = (outlook.value or {}).get(action.answer or "")
    in_set, pick = (None, None) if placed is None else placed
    return InitiativeRow(
        id=item.id,
        title=item.title,
        stage=item.evidence.initiative.stage,
        action=action.answer,
        action_margin=action.margin,
        action_finely_balanced=action.finely_balanced,
        action_stands=action.stands,
        route=route.answer,
        route_margin=route.margin,
        route_finely_balanced=route.finely_balanced,
        route_stands=route.stands,
        declared=item.declared,
        evidenced=item.evidenced,
        chance_full=_number(chances, "full"),
        chance_partial=_number(chances, "partial"),
        chance_none=_number(chances, "none"),
        chances_from=outlook.basis,
        progress_now=_number(outlook.progress_now, "mean"),
        progress_expected=_number(outlook, "progress_expected_now"),
        worth=_number(worth, "mean"),
        worth_low=_number(worth, "p10"),
        worth_high=_number(worth, "p90"),
        worth_of_knowing=_number(outlook, "worth_of_knowing"),
        months_to_target=_number(outlook, "months_to_target"),
        dependants=item.dependants.count,
        next_review=_value(review, "on"),
        decision=_value(decision, "decision"),
        decision_by=_value(decision, "by"),
        decision_before=_value(decision, "before"),
        in_set=in_set,
        set_course=_value(pick, "course"),
        set_start=_value(pick, "start"),
    )


class _Sureness(NamedTuple):
    """An answer and how sure it is; all None where there is no answer."""

    answer: str | None = None
    margin: float | None = None
    finely_balanced: bool | None = None
    stands: bool | None = None


def _sureness(recommendation: Recommendation | None) -> _Sureness:
    if recommendation is None or recommendation.answer is None:
        return _Sureness()
    return _Sureness(
        recommendation.answer,
        _number(recommendation, "margin"),
        recommendation.finely_balanced,
        recommendation.stands,
    )


def measure_rows(advice: Advice) -> list[MeasureRow]:
    """A row for each measure, in the order of the programme; none where they were not asked for."""
    return [_measure_row(measure) for measure in advice.measures or ()]


def _measure_row(read: MeasureAdvice) -> MeasureRow:
    past, others = read.ipsative, read.comparative
    standard, target = read.normative.standard, read.normative.target
    interval = None if others is None else others.rank_interval
    low, high = interval or (None, None)
    return MeasureRow(
        id=read.id,
        title=read.measure.title or read.id,
        unit=read.measure.unit,
        points=read.points,
        recent=_number(read, "recent"),
        past_variation=_value(past, "variation"),
        past_adjusted=_value(past, "adjusted"),
        past_centre=_number(past, "centre"),
        past_lower=_number(past, "lower"),
        past_upper=_number(past, "upper"),
        standard=_number(standard, "value"),
        standard_distance=_number(standard, "distance"),
        standard_assurance=standard.assurance,
        standard_chance=_number(standard, "probability"),
        target=_number(target, "value"),
        target_by=target.by,
        target_distance=_number(target, "distance"),
        target_assurance=target.assurance,
        target_chance=_number(target, "probability"),
        others_areas=_value(others, "areas"),
        others_rank=_value(others, "rank"),
        others_rank_low=low,
        others_rank_high=high,
        others_position=_value(others, "position"),
        others_period=_value(others, "period"),
        others_average=_number(others, "average"),
        others_gap=_value(others, "gap"),
        attention=read.attention.answer,
        attention_rule=read.attention.rule,
        says=read.says,
    )


def reason_rows(advice: Advice) -> list[ReasonRow]:
    """A row for each rule that fired: by initiative, by question, then what rules out last."""
    return [
        row
        for item in advice.initiatives
        for question, recommendation in (("action", item.action), ("route", item.route))
        if recommendation is not None
        for row in _reasons(item.id, question, recommendation)
    ]


def _reasons(id: str, question: str, recommendation: Recommendation) -> Iterator[ReasonRow]:
    for reason in recommendation.reasons:
        yield ReasonRow(
            initiative=id,
            question=question,
            rule=reason.rule,
            answer=reason.answer,
            vetoes=False,
            decibans=_number(reason, "decibans"),
            counted=reason.counted,
            evidence=reason.evidence,
            because=reason.because,
            source=reason.source,
        )
    for rejected in recommendation.rejected:
        yield ReasonRow(
            initiative=id,
            question=question,
            rule=rejected.rule or "",
            answer=rejected.answer,
            vetoes=True,
            decibans=None,
            counted=True,
            evidence=None,
            because=rejected.because,
            source=None,
        )


def _value(record: object, name: str) -> Any:
    """A field of a record that may be None."""
    return None if record is None else getattr(record, name)


def _number(record: object, name: str) -> float | None:
    """A number of a record that may be None, never an integer: a column holds one kind of value."""
    value = _value(record, name)
    return None if value is None else float(value)


# --- in a few lines, and as a table of HTML -------------------------------------------------------


def advice_text(advice: Advice) -> str:
    """The programme, as of when, and how often each answer is given: for `repr`."""
    rows = initiative_rows(advice)
    lines = [f"<Advice: {plain(advice.programme, 80)}, {advice.as_of}, seed {advice.seed}"]
    lines.append(f"  initiatives: {len(rows)}")
    if any(item.action for item in advice.initiatives):
        lines.append(f"  action: {_counts(row['action'] or _no_answer(row) for row in rows)}")
    if any(item.route for item in advice.initiatives):
        lines.append(f"  route: {_counts(row['route'] or _no_answer(row) for row in rows)}")
    lines.append(f"  decisions: {len(advice.decisions_needed)}")
    if advice.portfolio is not None and advice.portfolio.chosen is not None:
        runs = [bool(row["in_set"]) for row in rows if row["in_set"] is not None]
        lines.append(f"  in_set: {sum(runs)} of {len(runs)}")
    if advice.measures is not None:
        lines.append(f"  measures: {len(advice.measures)}")
    return "\n".join(lines) + ">"


def _no_answer(row: InitiativeRow) -> str:
    return "closed" if row["stage"] == "closed" else "no answer"


def _counts(words: Iterable[str]) -> str:
    """How often each word comes, the most frequent first."""
    return ", ".join(f"{count} {word}" for word, count in Counter(words).most_common())


def initiative_text(item: InitiativeAdvice) -> str:
    """The initiative and its answers: for `repr`."""
    lines = [f"<InitiativeAdvice: {item.id}, {plain(item.title, 80)}"]
    for question, recommendation in (("action", item.action), ("route", item.route)):
        if recommendation is not None:
            lines.append(f"  {question}: {_brief(recommendation, item)}")
    return "\n".join(lines) + ">"


def _brief(recommendation: Recommendation, item: InitiativeAdvice) -> str:
    if recommendation.answer is None:
        return "closed" if item.evidence.initiative.stage == "closed" else "no answer"
    if recommendation.margin is None:
        return recommendation.answer
    return f"{recommendation.answer}, {recommendation.margin:g} decibans"


_HTML_HEADINGS = ("Initiative", "Recommended", "Lead it", "Declared / evidence", "Decision", "By")


def advice_html(advice: Advice) -> str:
    """The answers as a table of HTML, every value escaped, nothing taken from elsewhere."""
    caption = f"{advice.programme}, as of {day_text(advice.as_of)}"
    head = "".join(f"<th>{escape(heading)}</th>" for heading in _HTML_HEADINGS)
    rows = (
        _html_cells(row, item)
        for row, item in zip(initiative_rows(advice), advice.initiatives, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(plain(cell, 2000))}</td>' for cell in cells)}</tr>"
        for cells in rows
    )
    return (
        f"<table><caption>{escape(plain(caption, 200))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _html_cells(row: InitiativeRow, item: InitiativeAdvice) -> tuple[str, ...]:
    action, route = (
        NOT_ASKED if asked is None else answer_label(asked.answer)
        for asked in (item.action, item.route)
    )
    closed = row["stage"] == "closed"
    return (
        row["title"],
        CLOSED if closed else action,
        CLOSED if closed else route,
        f"{row['declared'] or '-'} / {row['evidenced'] or '-'}",
        row["decision"] or "",
        row["decision_by"] or "",
    )
