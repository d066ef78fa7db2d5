"""What is drawn of one initiative: its curve, its worth, its evidence, how it would spread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from changeadvisor import trajectory
from changeadvisor.adoption import Diffusion, WayOutcome
from changeadvisor.advice import InitiativeAdvice
from changeadvisor.errors import plain
from changeadvisor.facts import VOCABULARY, FactSheet
from changeadvisor.judgement.frameworks import Contribution, Scorecard
from changeadvisor.judgement.pack import members
from changeadvisor.model import (
    add_months,
    months_between,
)
from changeadvisor.report.charts import drawing
from changeadvisor.report.charts.leading import (
    Dimension,
    DimensionsView,
    Feature,
    FeaturesView,
    Mark,
    SpreadView,
    SpreadWay,
)
from changeadvisor.report.charts.trajectory import Bar, BarView, CurvePoint, CurveView
from changeadvisor.trajectory import Trajectory
from changeadvisor.trajectory.counterfactual import Observed
from changeadvisor.words import (
    COURSE_WORDS,
    WAY_WORDS,
    answer_in_sentence,
    answer_label,
    in_100,
    money_text,
    of_100,
    plain_per_cent,
    uncapitalised,
)

#: Months of the J-curve that are drawn beyond today.
_AHEAD = 36


def initiative_views(item: InitiativeAdvice) -> Iterator[drawing.View]:
    """The J-curve, the worth of each course, the ledger, and the spread, where there is any."""
    curve = item.evidence.trajectory
    if curve is not None and curve.read and curve.observed is not None:
        yield _curve_view(item, curve, curve.observed)
    if item.outlook.value:
        yield _worth_view(item)
    if (
        item.action is not None
        and item.action.answer is not None
        and any(r.counted for r in item.action.reasons)
    ):
        yield _waterfall(item)
    if item.route is not None and item.route.spread is not None:
        yield spread_view(item.route.spread)


def _curve_view(item: InitiativeAdvice, curve: Trajectory, seen: Observed) -> CurveView:
    initiative, review = item.evidence.initiative, item.outlook.next_review
    begun = trajectory.since(initiative)
    months = np.arange(0.5, curve.months + _AHEAD, 1.0)
    drawn = np.quantile(curve.progress(months), [0.1, 0.5, 0.9], axis=0)
    planned = (
        trajectory.expected_path(initiative.path, months.tolist()) if initiative.path else None
    )
    expected = drawn[1] if planned is None else planned.mean(axis=0)
    points = tuple(
        CurvePoint(add_months(begun, k), *ordered(seen, float(expected[k]), drawn[:, k]))
        for k in range(len(months))
        if begun is not None
    )
    results = tuple(
        (add_months(begun, round(m - 0.5)), seen.level(p))
        for m, p in zip(seen.months, seen.progress, strict=True)
        if begun is not None
    )
    level = None if review is None else review.below if review.below is not None else review.above
    then = answer_label(review.then) if review is not None and review.then is not None else ""
    wire = None if review is None or level is None else (review.on, level, then)
    today = (
        begun + dt.timedelta(days=round(curve.months * 30.4375))
        if begun is not None
        else initiative.started
    )
    measure = item.evidence.measure
    return CurveView(
        title=f"{plain(item.title, 80)}: what was expected, what came, what may come",
        unit=plain((measure.unit if measure else None) or "", 60),
        points=points,
        results=results,
        target=seen.target,
        as_of=today or points[0].month,
        reviews=() if review is None else tuple(_reviews(review.on, today, points)),
        tripwire=wire,
        finding=" ".join(item.outlook.sentences),
    )


def _reviews(
    first: dt.date, today: dt.date | None, points: Sequence[CurvePoint]
) -> Iterator[dt.date]:
    """The reviews to come, as far as the curve is drawn."""
    step = 0 if today is None else round(months_between(today, first))
    for k in range(_AHEAD):
        day = add_months(first, k * step)
        if day > points[-1].month or (k and not step):
            return
        yield day


def ordered(
    seen: Observed, expected: float, drawn: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Expected level, then the band from low to high, whichever way is better."""
    low, middle, high = sorted(seen.level(float(v)) for v in drawn)
    return seen.level(expected), low, middle, high


def _worth_view(item: InitiativeAdvice) -> BarView:
    value = item.outlook.value or {}
    best = max(value, key=lambda c: (value[c].mean, c))
    bars = tuple(
        Bar(
            COURSE_WORDS[c].label,
            w.p10,
            w.p90,
            w.mean,
            f"{money_text(w.mean, item.evidence.currency)}, best in {in_100(w.best_in)} of 100",
        )
        for c, w in value.items()
    )
    return BarView(
        title=f"{plain(item.title, 80)}: worth of each course from here on",
        unit="present worth, 8 times in 10 within the bar; the line is the mean",
        points=bars,
        finding=(
            f"{COURSE_WORDS[best].label} has the greatest mean worth,"
            f" {money_text(value[best].mean, item.evidence.currency)}."
        ),
        currency=item.evidence.currency,
    )


def _waterfall(item: InitiativeAdvice) -> BarView:
    """The counted weights for the answer, one after another, up to its support."""
    answer = item.action.answer if item.action else None
    titles = {w.rule: w.title for w in item.action.workings} if item.action else {}
    bars, level = [], 0.0
    for reason in item.action.reasons if item.action else ():
        if reason.counted and reason.answer == answer and reason.decibans is not None:
            name = f"{reason.rule} {plain(titles[reason.rule], 44)}"
            bars.append(Bar(name, level, level + reason.decibans, None, f"{reason.decibans:+g}"))
            level += reason.decibans
    bars.append(Bar("In all", 0.0, level, None, f"{level:+.3g}"))
    return BarView(
        title=f"{plain(item.title, 80)}: what speaks for {answer_in_sentence(answer)}",
        unit="decibans; each bar begins where the last one ended",
        points=tuple(bars),
        finding=f"{len(bars) - 1} reasons come to {level:+.3g} decibans.",
    )


def spread_view(
    spread: Diffusion, *, title: str = "How the new way of working spreads, by way of leading"
) -> SpreadView:
    """The adoption curves of each way of leading, with their bands."""
    ways = tuple(
        SpreadWay(WAY_WORDS[w.way], w.reaches, w.stands, w.curve.p10, w.curve.p50, w.curve.p90)
        for w in spread.ways
    )
    return SpreadView(
        plain(title, 120), ways, spread.needed, spread.by, " ".join(_spread_said(spread))
    )


def _spread_said(spread: Diffusion) -> Iterator[str]:
    """In how many runs each way gets there by the date, and in how many it lasts a year."""
    if not spread.ways:
        yield "nothing was simulated."
        return
    best = max(spread.ways, key=lambda w: (w.stands, w.reaches))
    yield f"{plain_per_cent(spread.needed)} must work the new way by month {spread.by}."
    for way in spread.ways:
        yield f"{WAY_WORDS[way.way]}: there by then in {_runs_said(way)} a year later."
    equal = [w for w in spread.ways if (w.stands, w.reaches) == (best.stands, best.reaches)]
    if len(equal) == 1:
        yield f"It stands most often where it is {uncapitalised(WAY_WORDS[best.way])}."
    else:
        yield "No one way stands more often than every other."


def _runs_said(way: WayOutcome) -> str:
    return f"{of_100(way.reaches)} of 100 runs, still in {of_100(way.stands)}"


#: The features of the change kaleidoscope (Hope Hailey and Balogun 2002, Long Range Planning
#: 35(2)), the fact that tells of each, and for each level: its place (0 from the top, 0.5 neither,
#: 1 from below), whether it is rather to be built first, and why. The features are theirs; the
#: placing is our reading of them, not measured.
KALEIDOSCOPE: tuple[tuple[str, str, dict[str, tuple[float, bool, str]]], ...] = (
    ("Time", "route.time", {
        "plenty": (0.75, False, "there is time to involve people"),
        "some": (0.5, False, "time for some involvement"),
        "little": (0.0, False, "wide involvement takes longer"),
    }),
    ("Scope", "route.scale", {
        "fine-tuning": (1.0, False, "those who do it can improve it"),
        "incremental": (0.75, False, "those who do it can shape it"),
        "modular": (0.25, False, "parts must fit, so direction helps"),
        "corporate": (0.0, False, "the whole must be steered"),
    }),
    ("Preservation", "route.preservation", {
        "little": (0.25, False, "little to lose by direction"),
        "some": (0.5, False, "say what stays"),
        "much": (1.0, False, "step by step, with those who hold it"),
    }),
    ("Diversity", "route.local_variation", {
        "little": (0.25, False, "one design can fit all"),
        "some": (0.5, False, "one design, fitted in part"),
        "much": (1.0, False, "pilots and local designs"),
    }),
    ("Capability", "route.capability", {
        "high": (1.0, False, "teams can design and run it"),
        "medium": (0.5, False, "teams can with help"),
        "low": (1.0, True, "build ability first, or narrow it"),
    }),
    ("Capacity", "route.capacity", {
        "ample": (0.5, False, "time and money allow either"),
        "tight": (0.75, True, "free time or money first"),
        "short": (1.0, True, "free time and money, or narrow it"),
    }),
    ("Readiness", "support.staff", {
        "eager": (1.0, False, "staff would carry it"),
        "willing": (0.75, False, "staff would shape it"),
        "reluctant": (0.75, True, "show why, and win people first"),
        "opposed": (1.0, True, "win people first"),
    }),
    ("Power", "route.agent_power", {
        "strong": (0.25, False, "its leader can decide"),
        "moderate": (0.5, False, "its leader can influence"),
        "weak": (1.0, True, "its leader needs allies first"),
    }),
)  # fmt: skip


_OURS = (
    "The eight features are those of the change kaleidoscope (Hope Hailey and Balogun 2002); where"
    " a level is placed is our reading, not measured."
)


def features_view(sheet: FactSheet) -> FeaturesView | None:
    """A map of the setting by the change kaleidoscope; None where none of its features is known."""
    rows = tuple(
        Feature(name, VOCABULARY[fact].question, _marks(sheet, fact, at))
        for name, fact, at in KALEIDOSCOPE
    )
    if not any(row.marks for row in rows):
        return None
    return FeaturesView("What the setting calls for", rows, _OURS)


def _marks(sheet: FactSheet, fact: str, at: dict[str, tuple[float, bool, str]]) -> tuple[Mark, ...]:
    """A mark for each level that is judged, in the order of the vocabulary.

    None where nobody judged.
    """
    value = sheet.get(fact)
    judged = () if value is None else members(value)
    return tuple(Mark(level, *where) for level, where in at.items() if level in judged)


#: Beer and Nohria (2000), Cracking the code of change, Harvard Business Review 78(3): what Theory
#: E, the two combined and Theory O say on each dimension (their table, in our words; read in
#: secondary sources).
_THEORIES: tuple[tuple[str, str, tuple[str, str, str]], ...] = (
    ("goals", "Goals", ("economic value", "both, held openly", "ability of the organisation")),
    (
        "leadership",
        "Leadership",
        ("from the top", "from the top, engaging those below", "participation from below"),
    ),
    ("focus", "Focus", ("structure and systems", "both at once", "culture, behaviour, attitudes")),
    (
        "process",
        "Process",
        ("plans and programmes with dates", "plan for spontaneity", "experiment and evolve"),
    ),
    (
        "reward",
        "Reward",
        (
            "financial incentives",
            "incentives support, not drive",
            "commitment; fair pay in exchange",
        ),
    ),
    (
        "consultants",
        "Consultants",
        ("analyse and solve", "experts who enable", "help people find their own answers"),
    ),
)


#: The framework that places an initiative on these dimensions: 0 is E, 1 combined, 2 O.
BEER_NOHRIA = "beer-nohria"


def dimensions_view(card: Scorecard) -> DimensionsView | None:
    """Where an initiative stands on the six dimensions of Beer and Nohria.

    None where none is known.
    """
    parts = {c.id: c for c in card.contributions}
    rows = tuple(
        Dimension(name, options, _chosen(parts.get(id))) for id, name, options in _THEORIES
    )
    if not any(row.chosen for row in rows):
        return None
    heads = ("Theory E (hard)", "Combined", "Theory O (soft)")
    return DimensionsView("Theory E and Theory O, dimension by dimension", heads, rows)


def _chosen(part: Contribution | None) -> tuple[int, ...]:
    """Which option it is: none where it is not known.

    Where raters differ, the two ends of what they say.
    """
    if part is None or not part.known or part.weight <= 0:
        return ()
    ends = (part.points_low / part.weight, part.points_high / part.weight)
    return tuple(sorted({min(max(round(e), 0), 2) for e in ends}))
