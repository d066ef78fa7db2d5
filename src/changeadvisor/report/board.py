"""The page for the board: the decisions needed, and every initiative in a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from changeadvisor.advice import Advice, DecisionNeeded, InitiativeAdvice
from changeadvisor.errors import plain
from changeadvisor.judgement import (
    Reason,
    Recommendation,
    by_strength,
)
from changeadvisor.portfolio import Load
from changeadvisor.portfolio.wording import restoring
from changeadvisor.report.initiative import InitiativeView, initiative_view
from changeadvisor.report.parts import PairView, day_or_unknown
from changeadvisor.report.portfolio import PortfolioView, in_set, portfolio_view
from changeadvisor.report.portfolio_tables import LOAD_QUARTERS
from changeadvisor.words import (
    CLOSED,
    COURSE_WORDS,
    NOT_ASKED,
    NOT_KNOWN,
    ROUTE_WORDS,
    answer_label,
    beginning_is_worth,
    money_text,
    rating_label,
    short_quarter_text,
    within_limits,
)

# --- views ----------------------------------------------------------------------------------------


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
    """The whole report's view. front_page: leave out the pages of initiatives."""
    in_set_by_id = in_set(advice)
    return BoardView(
        programme=plain(advice.programme, 200),
        as_of=day_or_unknown(advice.as_of),
        counts=tuple(_counts(advice)),
        decisions=tuple(_decision(advice, d) for d in advice.decisions_needed),
        rows=tuple(map(_row, advice.initiatives)),
        no_decision=_no_decision(advice),
        notices=tuple(_notices(advice)),
        engine=tuple(_engine(advice)),
        initiatives=(
            ()
            if front_page
            else tuple(
                initiative_view(i, in_set=in_set_by_id.get(i.id, "")) for i in advice.initiatives
            )
        ),
        load=_load(advice.portfolio.load) if advice.portfolio and advice.portfolio.load else None,
        portfolio=portfolio_view(advice),
    )


def _load(rows: Sequence[Load]) -> LoadView:
    """Change load as a table, the nearest quarters."""
    quarters = tuple(sorted({r.quarter for r in rows})[:LOAD_QUARTERS])
    found = {(r.group, r.quarter): r for r in rows}
    limit = "no limit is given" if rows[0].limit is None else f"the limit is {rows[0].limit:g}"
    return LoadView(
        tuple(map(short_quarter_text, quarters)),
        tuple(
            LoadRow(g, tuple(_cell(found.get((g, q))) for q in quarters))
            for g in sorted({r.group for r in rows})
        ),
        f"The most changes a staff group is asked to carry on any one day of a quarter ({limit})."
        " Led from the top: blends included. Changes for all staff count for every group. What is"
        " recommended to stop is not counted.",
    )


def _cell(row: Load | None) -> LoadCell:
    if row is None:
        return LoadCell("none", False)
    over = row.limit is not None and row.changes > row.limit
    parts = [str(row.changes), f"{row.top_down} {ROUTE_WORDS['top-down'].adverb}"]
    if row.route_unknown:
        parts.append(f"{row.route_unknown} {NOT_KNOWN}")
    return LoadCell(", ".join(parts) + (": over the limit" if over else ""), over)


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
    return DecisionView(
        decision.initiative, title, decision.decision, by, day_or_unknown(decision.before)
    )


def _engine(advice: Advice) -> Iterator[str]:
    yield f"changeadvisor {advice.engine.version}, seed {advice.seed}, input {advice.input_digest}"
    for used in (*advice.engine.packs, *advice.engine.frameworks, *advice.engine.tables):
        yield f"{used.pack} {used.version}, {used.digest}"


def _row(item: InitiativeAdvice) -> BoardRow:
    action = item.action
    closed = item.evidence.initiative.stage == "closed"
    asked = NOT_ASKED if action is None else answer_label(action.answer)
    top = _top(action)
    flip = action.flips[0].change if action and action.flips else ""
    return BoardRow(
        id=item.id,
        title=plain(item.title, 200),
        mark=_mark(action),
        answer=CLOSED if closed else asked,
        sureness="" if closed or action is None else _sureness(action, item),
        route="" if item.route is None or closed else answer_label(item.route.answer),
        declared=rating_label(item.declared),
        evidenced=rating_label(item.evidenced),
        because=_because(item, top) if top else _why_none(action, closed),
        change=flip,
    )


def _mark(action: Recommendation | None) -> str:
    """The sign of the recommended course."""
    if action is None or action.answer is None:
        return "?"
    course = COURSE_WORDS.get(action.answer)
    return course.mark if course else "?"


def _because(item: InitiativeAdvice, top: Reason) -> str:
    """The strongest reason.

    Where it is the appraisal: first what the results look like, in the words of the rule that says
    so for the same answer, then by how much the course is worth more than the next best.
    """
    value = item.outlook.value or {}
    if item.action is None or not top.appraises or top.answer not in value or len(value) < 2:
        return top.because
    alike = (r for r in by_strength(item.action.reasons) if r.evidence == top.evidence)
    looks = next(
        (r.because for r in alike if r.answer == top.answer and not r.counted and not r.appraises),
        None,
    )
    if item.evidence.initiative.stage == "idea":
        more = value["persist"].mean - value["stop"].mean
        return beginning_is_worth(more, item.evidence.currency)
    rival = max((c for c in value if c != top.answer), key=lambda c: (value[c].mean, c))
    more, currency = value[top.answer].mean - value[rival].mean, item.evidence.currency
    doing = COURSE_WORDS[rival].doing
    if more < 0.0 and top.answer == "persist":
        worth = (
            f"By its results so far {doing} now instead of at the next review is worth "
            f"{money_text(-more, currency)} more: too little to count."
        )
    else:
        worth = (
            f"Weight of the appraisal: by its results so far {COURSE_WORDS[top.answer].doing} is "
            f"worth {money_text(more, currency)} more than {doing}, later choices counted in."
        )
    return worth if looks is None else f"{looks} {worth}"


def _top(action: Recommendation | None) -> Reason | None:
    """The strongest counted reason for the answer."""
    if action is None:
        return None
    counted = (r for r in by_strength(action.reasons) if r.counted and r.answer == action.answer)
    return next((r for r in counted if (r.decibans or 0.0) > 0), None)


def _why_none(action: Recommendation | None, closed: bool) -> str:
    """What to say where no reason leads."""
    if closed or action is None:
        return ""
    if action.missing:
        return f"Find out first: {action.missing[0].question}"
    return "The evidence is evenly balanced."


def _sureness(found: Recommendation, item: InitiativeAdvice) -> str:
    """What keeps the answer from being sure or from being run; empty where nothing does."""
    proposal = item.proposal
    limited = ""
    if proposal is not None and proposal.changed_by is not None:
        more = restoring(proposal.would_restore or (), item.evidence.currency)
        limited = f"{within_limits(proposal.course)} {more}".strip()
    if found.answer is None:
        return limited
    parts = [
        limited,
        "Finely balanced." if found.finely_balanced else "",
        "" if found.stands else "Missing facts could change it.",
        "The appraisal and the other evidence disagree." if found.disagreement else "",
    ]
    return " ".join(p for p in parts if p)
