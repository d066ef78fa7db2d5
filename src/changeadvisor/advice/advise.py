"""advise(): the way from a programme to reasoned advice. Start reading here.

1. Evidence: what the register, graph, results and people say of each initiative (`evidence`).
2. Stake: what each course of it would lose downstream (`context`, which holds the programme).
3. Facts: all of it on one sheet, with what follows from it: scores, theory, ratings (`derived`).
4. Frameworks and rules: packs weigh the facts in one ledger (`initiative`), and what would change
   the answer is searched for (`flips`). How to lead it goes the same way (`arrangement`).
5. Set: which of it to run within money and people (`set_to_run`).
6. Advice: what somebody must decide, and by when (`decisions`, `result`).

Pure: no file, clock, network or global randomness; the same programme, packs and seed give the
same advice. Programmes are loaded by `changeadvisor.io`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from changeadvisor import __version__
from changeadvisor.advice.context import ProgrammeContext
from changeadvisor.advice.decisions import decisions
from changeadvisor.advice.measures import MeasureAdvice, audit, read_measures
from changeadvisor.advice.notices import programme_notices
from changeadvisor.advice.result import (
    PARTS,
    Advice,
    Engine,
    InitiativeAdvice,
    PackUsed,
    Part,
    Portfolio,
)
from changeadvisor.advice.evidence import (
    Evidence,
    Hanging,
    Spreading,
    Stale,
)
from changeadvisor.advice.measures import (
    MeasureAdvice,
    attend,
    audit,
    read_measures,
)
from changeadvisor.advice.rows import (
    InitiativeRow,
    MeasureRow,
    ReasonRow,
    advice_html,
    advice_text,
    initiative_rows,
    initiative_text,
    measure_rows,
    reason_rows,
)
from changeadvisor.facts import (
    VOCABULARY,
    FactSheet,
    Known,
    can_be_known,
)
from changeadvisor.graph import (
    OVERLAP,
    Cascade,
    DependencyGraph,
    Downstream,
    Enabler,
    Reach,
)
from changeadvisor.judgement import (
    Disagreement,
    Flip,
    Lever,
    Missing,
    Recommendation,
    RulePack,
    TheoryReading,
    judge,
    lever_for,
    recommend,
    said,
    theory,
)
from changeadvisor.judgement.base_rates import (
    RATINGS,
    DeclaredMoves,
    candour_means,
    declared_moves,
)
from changeadvisor.judgement.frameworks import Scorecard, score
from changeadvisor.judgement.ledger import weights_on
from changeadvisor.judgement.pack import cut_points
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme, canonical_json, digest
from changeadvisor.performance.targets import TargetAudit
from changeadvisor.portfolio import NO_LOCKS, Locks

Progress = Callable[[int, int], None]

_RATED = ("results.evidenced", "results.candour")
#: Facts of a reading that its value does not change, or that are worked out again with the
#: appraisal.
_PRICED_AGAIN = ("appraisal.", "tripwire.", "results.readings")
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
)


# --- what comes out (formats.md section 2) --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PackUsed:
    """A pack that judged, by digest."""

    pack: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Engine:
    """What produced the advice."""

    version: str
    packs: tuple[PackUsed, ...]
    frameworks: tuple[PackUsed, ...]
    tables: tuple[PackUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionNeeded:
    """What somebody must decide, by whom (None: nobody is named) and before which day."""

    initiative: str
    decision: str
    by: str | None
    before: dt.date | None


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution in brief."""

    mean: float
    p10: float
    p90: float


@dataclass(frozen=True, slots=True)
class Chances:
    """Shares that end full, partial and none; None where the class does not say."""

    full: float | None
    partial: float | None
    none: float | None


@dataclass(frozen=True, slots=True)
class NextReview:
    """The next review; below (or above) which reading the advice would become `then`, where that is known."""

    on: dt.date
    measure: str | None = None
    below: float | None = None
    above: float | None = None
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may become of it. Without results the chances are those of its class.

    value: present worth of each course from here on, in the programme's currency. worth_of_knowing:
    what it would be worth at most to know how it will end. cashable: present value of what the
    budget saves, beside the worth and never added. pays_back_in_year: by the end of which year from
    now persisting has earned its coming costs.
    """

    probability: Chances | None
    basis: Literal["results", "class"] | None
    progress_now: Spread | None
    progress_expected_now: float | None
    looks_this_bad_and_succeeds: float | None
    looks_this_good_and_fails: float | None
    value: Mapping[str, Priced] | None
    worth_of_waiting: float | None
    next_review: NextReview | None
    worth_of_knowing: float | None = None
    cashable: Spread | None = None
    pays_back_in_year: int | None = None
    months_to_target: float | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TripwireState:
    """What became of one tripwire."""

    by: dt.date
    state: str
    measure: str
    then: str
    level: float | None


@dataclass(frozen=True, slots=True)
class Dependants:
    """What hangs on it: worth lost downstream if it is stopped, people counted once, and by which paths.

    at_stake: None where something hangs on it and none of that is priced. courses: what each course
    does downstream. count: how many hang on it.
    """

    at_stake: Spread | None
    people: float | None
    paths: tuple[tuple[str, ...], ...]
    courses: tuple[Downstream, ...] = ()
    count: int = 0
    assumption: str = OVERLAP


@dataclass(frozen=True, slots=True, repr=False)
class Route(Recommendation):
    """How to lead it, with the arrangement to put in place.

    order: of a blend, which half comes first. spread: how it would spread under each way of leading
    it, simulated; not_simulated: why it could not be.
    """

    arrangement: Mapping[str, str] = field(default_factory=dict)
    order: Order | None = None
    spread: Diffusion | None = None
    not_simulated: str | None = None


@dataclass(frozen=True, slots=True)
class InitiativeAdvice:
    """All the advice on one initiative. `evidence` and `scorecards` are the working, not part of the JSON."""

    id: str
    title: str
    action: Recommendation | None
    route: Route | None
    outlook: Outlook
    tripwires: tuple[TripwireState, ...]
    declared: str | None
    evidenced: str | None
    candour: str | None
    stale: tuple[Stale, ...]
    dependants: Dependants
    notices: tuple[str, ...]
    evidence: Annotated[Evidence, Field(exclude=True)] = field(compare=False)
    sheet: Annotated[FactSheet, Field(exclude=True)]
    scorecards: Annotated[tuple[Scorecard, ...], Field(exclude=True)]
    candour_means: str | None = None
    declared_moves: DeclaredMoves | None = None
    theories: tuple[TheoryReading, ...] = ()

    def __repr__(self) -> str:
        """The initiative and its answers in a few lines."""
        return initiative_text(self)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What stands in whose way, how many changes each staff group carries, and which set to run.

    chosen: what runs; deferred: what waits or stops. bound: no set within the limits is worth more;
    gap: by how much, in shares of its worth. frontier: worth for few against worth in all. core:
    share of the good sets in which each runs. why_none: why there is no set. limits: what each
    costs. gainers: by service. robust: what runs whatever the weights and values. weighed: the
    choice with gains weighed by income. order: when to begin what has not begun. finishes,
    delivery: when what runs is finished. sentences: few and all in words. time_limit: seconds a
    choice was given, None without a clock. load_of_set: changes each staff group carries if the set
    is run. delivered: the worth of the set where what is late makes others wait.
    """

    conflicts: tuple[Conflict, ...]
    load: tuple[Load, ...] = ()
    notices: tuple[str, ...] = ()
    chosen: tuple[Pick, ...] | None = None
    deferred: tuple[Pick, ...] | None = None
    totals: Totals | None = None
    bound: float | None = None
    gap: float | None = None
    frontier: tuple[FrontierPoint, ...] | None = None
    core: Mapping[str, float] | None = None
    limits: tuple[LimitCost, ...] = ()
    gainers: tuple[Gainer, ...] = ()
    capacity: tuple[CapacityUse, ...] = ()
    why_none: str | None = None
    enablers: tuple[Enabler, ...] = ()
    robust: Robust | None = None
    weighed: Weighed | None = None
    order: tuple[Start, ...] = ()
    finishes: tuple[Finish, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    sentences: tuple[str, ...] = ()
    time_limit: float | None = None
    load_of_set: tuple[Load, ...] = ()
    delivered: Delivered | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The advice on a programme; `format` names this form of it."""

    engine: Engine
    programme: str
    as_of: dt.date
    input_digest: str
    seed: int
    decisions_needed: tuple[DecisionNeeded, ...]
    initiatives: tuple[InitiativeAdvice, ...]
    portfolio: Portfolio | None
    measures: tuple[MeasureAdvice, ...] | None
    audit: TargetAudit | None
    notices: tuple[str, ...]
    areas: Annotated[tuple[Area, ...], Field(exclude=True)]
    format: Literal["changeadvisor-advice/1"] = "changeadvisor-advice/1"

    def initiative(self, id: str) -> InitiativeAdvice | None:
        """The advice on one initiative, or None."""
        return next((i for i in self.initiatives if i.id == id), None)

    def rows(self) -> list[InitiativeRow]:
        """A row of plain values for each initiative, for pandas or polars."""
        return initiative_rows(self)

    def measure_rows(self) -> list[MeasureRow]:
        """A row of plain values for each measure; none where measures were not asked for."""
        return measure_rows(self)

    def reason_rows(self) -> list[ReasonRow]:
        """A row of plain values for each rule that fired."""
        return reason_rows(self)

    def __repr__(self) -> str:
        """The programme and how often each answer is given, in a few lines."""
        return advice_text(self)

    def _repr_html_(self) -> str:
        """The table of answers, as a notebook shows it."""
        return advice_html(self)


# --- the pipeline ---------------------------------------------------------------------------------


def advise(
    programme: Programme,
    rulebook: Rulebook,
    *,
    seed: int = 0,
    parts: Sequence[Part] = PARTS,
    on_progress: Progress | None = None,
    locks: Locks = NO_LOCKS,
    seconds: float | None = None,
    flips: bool = True,
) -> Advice:
    """Advise on a programme. Parts left out are None.

    on_progress(done, all) is called after each initiative. locks: initiative id -> course it is set
    to, for asking what if. seconds: a clock on each choice, only where one is asked for: with it
    the same input may give another set. flips: whether to search for what would change each answer,
    which takes most of the time. Raises CycleError where initiatives require one another in a ring.
    """
    context = ProgrammeContext(programme, rulebook, seed, locks)
    judged: dict[str, InitiativeAdvice] = {}
    # What hangs on an initiative is read before it, so that its worth at stake is at hand.
    for id in context.graph.dependants_first():
        judged[id] = context.case(id).advice(parts, flips)
        if on_progress is not None:
            on_progress(len(judged), len(programme.initiatives))
    initiatives = tuple(judged[initiative.id] for initiative in programme.initiatives)

    portfolio: Portfolio | None = None
    if "portfolio" in parts:
        portfolio = set_to_run(context, initiatives, seconds)

    measures: tuple[MeasureAdvice, ...] | None = None
    targets: TargetAudit | None = None
    if "measures" in parts:
        measures = tuple(read_measures(programme, context.series, rulebook.lens, seed))
        targets = audit(programme, context.series)

    return Advice(
        engine=_engine(rulebook),
        programme=programme.programme,
        as_of=programme.as_of,
        input_digest=digest(canonical_json(programme)),
        seed=seed,
        decisions_needed=tuple(decisions(initiatives)),
        initiatives=initiatives,
        portfolio=portfolio,
        measures=measures,
        audit=targets,
        notices=tuple(programme_notices(programme)),
        areas=programme.areas,
    )


def action_answers(
    programme: Programme, rulebook: Rulebook, *, seed: int = 0
) -> dict[str, str | None]:
    """What `advise` answers for each initiative, without its reasons: for playing many worlds."""
    graph, series = DependencyGraph(programme), evidence.all_series(programme)
    found: dict[str, str | None] = {}
    rulebook = rulebook.of_action()
    for initiative in programme.initiatives:
        sheet = evidence.gather(programme, initiative, graph, series, seed).sheet
        closed = initiative.stage == "closed"
        found[initiative.id] = (
            None if closed else judge(rulebook.action, complete(sheet, rulebook)).answer
        )
    return found


def route_sheets(
    programme: Programme, rulebook: Rulebook, *, seed: int = 0
) -> dict[str, FactSheet]:
    """The complete sheet of each open initiative with its simulated spread: for judging many programmes."""
    graph, series = DependencyGraph(programme), evidence.all_series(programme)
    found: dict[str, FactSheet] = {}
    for initiative in programme.initiatives:
        if initiative.stage != "closed":
            sheet = complete(
                evidence.gather(programme, initiative, graph, series, seed).sheet, rulebook
            )
            found[initiative.id] = sheet.with_known(
                evidence.Spreading(programme, initiative, seed).known(sheet)
            )
    return found


class ProgrammeContext:
    """A programme while it is advised on: its graph, its readings, and each initiative in brief once it was read."""

    def __init__(self, programme: Programme, rulebook: Rulebook, seed: int, locks: Locks) -> None:
        self.programme, self.rulebook, self.seed, self.locks = programme, rulebook, seed, locks
        self.graph, self.series = DependencyGraph(programme), evidence.all_series(programme)
        self.stopped = frozenset(id for id, course in locks.items() if course == "stop")
        self.cascade = Cascade(programme, self.graph, self.stopped)
        self.counts = self.graph.downstream_counts()
        self.prospects: dict[str, Prospect] = {}
        self.cap = max((r.cap for r in rulebook.action.rules if r.appraises), default=0.0)

    def case(self, id: str) -> InitiativeCase:
        """One initiative to judge. Those that hang on it should have been asked for before: it is quicker."""
        initiative = self.programme.initiative(id)
        if initiative is None:
            raise KeyError(id)
        found = self._gathered(initiative)
        downstream: tuple[Downstream, ...] = ()
        if initiative.stage != "closed" and self.graph.downstream(id):
            found, downstream = self._hanging(found)
        lost = (
            self.stopped.intersection(self.graph.requirements(id)) if self.stopped else frozenset()
        )
        if lost:
            found = evidence.with_stopped(found, sorted(lost))
        programme, rulebook, counts = self.programme, self.rulebook, self.counts
        return InitiativeCase(
            programme,
            rulebook,
            self.graph,
            self.series,
            self.seed,
            initiative,
            found,
            downstream,
            counts,
        )

    def _gathered(self, initiative: Initiative) -> Evidence:
        found = evidence.gather(self.programme, initiative, self.graph, self.series, self.seed)
        self.prospects[initiative.id] = trajectory.prospect(
            self.programme, initiative, found.trajectory, found.appraisal, self.seed
        )
        return found

    def _hanging(self, found: Evidence) -> tuple[Evidence, tuple[Downstream, ...]]:
        """With the worth at stake downstream in its ledger; not known where none of that is priced."""
        id = found.initiative.id
        for other in self.cascade.touched(id):
            if (
                other not in self.prospects
                and (known := self.programme.initiative(other)) is not None
            ):
                self._gathered(known)
        both = {c: self.cascade.of(id, c, self.prospects) for c in trajectory.COURSES}
        if both["stop"][0].lost is None:
            return found, tuple(d for d, _ in both.values())
        hangs = Hanging({c: drawn for c, (_, drawn) in both.items()}, self.cap)
        return evidence.with_hanging(found, hangs), tuple(d for d, _ in both.values())


@dataclass(frozen=True, slots=True)
class BareAnswer:
    """The bare answers for one initiative, and the facts they rest on. ended: it is closed, and nothing is asked."""

    action: str | None
    route: str | None
    evidenced: str | None
    ended: bool
    sheet: FactSheet

    @classmethod
    def of(cls, item: InitiativeAdvice) -> BareAnswer:
        """Those of an advice on action and route."""
        ended = item.evidence.initiative.stage == "closed"
        action, route = (
            None if found is None else found.answer for found in (item.action, item.route)
        )
        return cls(action, route, item.evidenced, ended, item.sheet)


class WhatIfRun:
    """A programme as it might be: the bare answers for each initiative, worked out when they are asked for."""

    def __init__(
        self, programme: Programme, rulebook: Rulebook, *, seed: int = 0, locks: Locks = NO_LOCKS
    ) -> None:
        """Raises CycleError as `advise` does."""
        trajectory.keep_memory()
        self._whole = ProgrammeContext(programme, rulebook, seed, locks)
        self._done: dict[str, BareAnswer | None] = {}

    def of(self, id: str) -> BareAnswer | None:
        """What `advise` answers for one initiative; None where it is not there."""
        if id not in self._done:
            there = self._whole.programme.initiative(id) is not None
            self._done[id] = self._answered(id) if there else None
        return self._done[id]

    def _answered(self, id: str) -> BareAnswer:
        case, rulebook = self._whole.case(id), self._whole.rulebook
        sheet, _ = case.facts(("action", "route"))
        evidenced, ended = _word(sheet, "results.evidenced"), case.initiative.stage == "closed"
        packs = (rulebook.action, rulebook.route)
        action, route = (None if ended else judge(pack, sheet).answer for pack in packs)
        return BareAnswer(action, route, evidenced, ended, sheet)


@dataclass(frozen=True, slots=True)
class InitiativeCase:
    """One initiative with all that is needed to judge it: what was gathered, and what its courses do downstream."""

    programme: Programme
    rulebook: Rulebook
    graph: DependencyGraph
    series: Mapping[str, Series]
    seed: int
    initiative: Initiative
    found: Evidence
    downstream: tuple[Downstream, ...]
    counts: Mapping[str, int]

    def advice(self, parts: Sequence[Part], flips: bool = True) -> InitiativeAdvice:
        """Evidence, then judgement, then what it means for those who decide."""
        found = self.found
        sheet, spreading = self.facts(parts)
        closed = self.initiative.stage == "closed"
        still = closed or not flips
        levers = [] if still else self._levers(sheet, spreading)
        spread_levers = [] if still or spreading is None else list(_spread_levers(sheet, spreading))
        readings = () if still else tuple(r for r in [self._reading_lever(found)] if r is not None)
        quick = () if still else self._quick_lever(found, sheet, readings)
        exact = () if still else self._exact_lever(found, sheet, readings)
        return InitiativeAdvice(
            id=self.initiative.id,
            title=self.initiative.title,
            action=self._action(sheet, [*levers, *quick], exact, closed)
            if "action" in parts
            else None,
            route=self._route(
                sheet,
                [
                    *levers,
                    *(readings if _hears_readings(self.rulebook.route) else ()),
                    *spread_levers,
                ],
                spreading,
            )
            if "route" in parts
            else None,
            outlook=self._outlook(found, sheet),
            tripwires=tuple(
                TripwireState(w.by, w.state, w.measure, w.then, w.level) for w in found.tripwires
            ),
            declared=self.initiative.declared,
            evidenced=_word(sheet, "results.evidenced"),
            candour=_candour(sheet),
            stale=found.stale,
            dependants=self._dependants(),
            notices=tuple(self._notices(found)),
            evidence=found.kept(),
            sheet=sheet,
            scorecards=tuple(score(f, sheet) for f in self.rulebook.frameworks),
            candour_means=self._candour_means(sheet),
            declared_moves=self._declared_moves(),
            theories=()
            if closed or "route" not in parts
            else tuple(theory.read(p, sheet) for p in self.rulebook.theory),
        )

    def facts(self, parts: Sequence[Part]) -> tuple[FactSheet, Spreading | None]:
        """The complete sheet; for a route that is asked for, with its simulated spread."""
        sheet = complete(self.found.sheet, self.rulebook)
        if "route" not in parts or self.initiative.stage == "closed":
            return sheet, None
        spreading = evidence.Spreading(self.programme, self.initiative, self.seed)
        return sheet.with_known(spreading.known(sheet)), spreading

    def _declared_moves(self) -> DeclaredMoves | None:
        """What became of ratings like the declared one; of what has ended nothing is foretold."""
        moves, declared = self.rulebook.moves, self.initiative.declared
        if moves is None or declared is None or self.initiative.stage == "closed":
            return None
        return declared_moves(moves, declared)

    def _candour_means(self, sheet: FactSheet) -> str | None:
        evidenced = _rating(_word(sheet, "results.evidenced"))
        if (
            self.initiative.declared is None
            or evidenced is None
            or self.initiative.stage == "closed"
        ):
            return None
        return candour_means(self.initiative.declared, evidenced, self.rulebook.moves)

    def _action(
        self, sheet: FactSheet, levers: Sequence[Lever], readings: Sequence[Lever], closed: bool
    ) -> Recommendation:
        if closed:
            return _no_answer(self.rulebook.action)
        found = self._judged(self.rulebook.action, sheet, levers)
        flips = (self._confirmed(flip, found, readings) for flip in found.flips)
        kept = tuple(f for f in flips if f is not None)
        return replace(found, flips=kept, disagreement=self._settled(found.disagreement))

    def _settled(self, found: Disagreement | None) -> Disagreement | None:
        """A disagreement with what would settle it: the judgement asked again, and the next results."""
        if found is None:
            return None
        review, measure = (
            self._next_review(None),
            self.initiative.path.measure if self.initiative.path else None,
        )
        ask = f'ask somebody who did not start it "{found.ask}", and ' if found.ask else ""
        when = f" at the review of {day_text(review.on)}" if review else ""
        settle = f"To settle it, {ask}read the next results of {measure or 'its measure'}{when}."
        return replace(found, sentences=(*found.sentences, settle))

    def _confirmed(
        self, flip: Flip, found: Recommendation, readings: Sequence[Lever]
    ) -> Flip | None:
        """A flip of a reading, confirmed by running the model again; a little further out, for the search is quick."""
        lever = next((r for r in readings if r.fact == flip.fact), None)
        if (
            lever is None
            or not isinstance(flip.at, int | float)
            or not isinstance(lever.before, int | float)
        ):
            return flip
        for stretch in (1.0, 1.25):
            at = float(f"{lever.before + (float(flip.at) - lever.before) * stretch:.4g}")
            if lever.span is not None and not lever.span[0] <= at <= lever.span[1]:
                return None
            to = judge(self.rulebook.action, lever.sheet_at(at)).answer
            if to != found.answer:
                return Flip(
                    to,
                    said(lever, at, to),
                    flip.fact,
                    flip.before,
                    at,
                    lever.distance(at) / lever.width,
                )
        return None

    def _judged(self, pack: RulePack, sheet: FactSheet, levers: Sequence[Lever]) -> Recommendation:
        """The recommendation, asking only for what can be known at this stage."""
        found = recommend(pack, sheet, levers)
        stage = self.initiative.stage
        return replace(
            found, missing=tuple(m for m in found.missing if can_be_known(m.fact, stage))
        )

    def _route(
        self, sheet: FactSheet, levers: Sequence[Lever], spreading: Spreading | None
    ) -> Route:
        pack = self.rulebook.route
        found = _no_answer(pack) if spreading is None else self._judged(pack, sheet, levers)
        kept = {name: getattr(found, name) for name in Recommendation.__dataclass_fields__}
        simulated = None if spreading is None else spreading.of(sheet)
        spread = simulated if isinstance(simulated, Diffusion) else None
        why = simulated if isinstance(simulated, str) else None
        lacking = tuple(_spread_once(found.missing, why))
        order = order_of(self.rulebook.order, sheet) if found.answer == "blended" else None
        return Route(
            **{**kept, "disagreement": None, "missing": lacking},
            arrangement=arrangement(
                replace(self._led(sheet, found, order, spread), not_simulated=why)
            ),
            order=order,
            spread=spread,
            not_simulated=why,
        )

    def _led(
        self, sheet: FactSheet, found: Recommendation, order: Order | None, spread: Diffusion | None
    ) -> ArrangementInput:
        review = self._next_review(None)
        begins = evidence.spreads_from(self.programme, self.initiative)
        return ArrangementInput(
            self.programme,
            self.initiative,
            sheet,
            found,
            order,
            spread,
            begins,
            None if review is None else review.on,
        )

    def _levers(self, sheet: FactSheet, spreading: Spreading | None) -> list[Lever]:
        """Every known fact that is not derived and that anything looks at, each with the sheet it would give."""
        action, route = self.rulebook.action, self.rulebook.route
        vocabulary = {**VOCABULARY, **action.vocabulary, **route.vocabulary}
        pulled = [
            n
            for n in sheet
            if n in vocabulary and not n.startswith(_DERIVED) and self._looked_at(n)
        ]
        return [
            lever_for(vocabulary[n], sheet, self._cuts(n), self._following(n, spreading))
            for n in pulled
        ]

    def _looked_at(self, name: str) -> bool:
        rulebook = self.rulebook
        read = (p.readers for p in (rulebook.action, rulebook.route, rulebook.rating))
        return (
            any(name in r for r in read)
            or any(c.fact == name for f in rulebook.frameworks for c in f.criteria)
            or any(
                name in p.questions and theory.fact_name(p) in rulebook.route.readers
                for p in rulebook.theory
            )
        )

    def _following(
        self, name: str, spreading: Spreading | None
    ) -> Callable[[FactSheet], FactSheet]:
        """What follows when one fact of a complete sheet has changed: only what looks at it is worked out again."""
        rulebook = self.rulebook
        touched = [f for f in rulebook.frameworks if any(c.fact == name for c in f.criteria)]
        asking = [p for p in rulebook.theory if name in p.questions]
        scores = [n for f in touched for n in f.facts()] + [theory.fact_name(p) for p in asking]
        rated = name == "initiative.declared" or not frozenset(rulebook.rating.facts).isdisjoint(
            (name, *scores)
        )
        gone = scores + ([*_RATED] if rated else [])

        def follow(sheet: FactSheet) -> FactSheet:
            scored = {n: k for f in touched for n, k in f.known(sheet).items()} | theory.known(
                asking, sheet
            )
            again = sheet.without(gone).with_known(scored) if gone else sheet
            if spreading is not None and name in evidence.SPREAD_BY:
                again = again.with_known(spreading.known(again))
            return _rated(again, rulebook) if rated else again

        return follow

    def _cuts(self, name: str) -> tuple[float, ...]:
        """The numbers at which a pack or a framework looks at a fact another way."""
        packs = {
            c
            for pack in (self.rulebook.action, self.rulebook.route)
            for c in cut_points(pack, name)
        }
        return tuple(sorted(packs.union(*(f.cut_points(name) for f in self.rulebook.frameworks))))

    def _reading_lever(self, found: Evidence) -> Lever | None:
        """The latest reading, changed by reading the results again."""
        measure, series, path = found.measure, found.own_series, self.initiative.path
        if (
            measure is None
            or series is None
            or not series.points
            or path is None
            or found.reading is None
        ):
            return None
        if path.target is None or path.baseline is None or path.target == path.baseline:
            return None
        latest, width = series.points[-1].value, abs(path.target - path.baseline)

        # Several searches ask for the same values.
        @cache
        def sheet_at(value: Any) -> FactSheet:
            again = evidence.with_latest(self.programme, found, float(value), self.seed)
            return complete(again.sheet, self.rulebook)

        low, high = _possible(measure.type, measure.unit, latest - 3 * width, latest + 3 * width)
        label = f"latest reading of {measure.title or measure.id}"
        name = f"latest.{measure.id}"
        return Lever(
            name, latest, (), sheet_at, width, lambda v: abs(float(v) - latest), (low, high), label
        )

    def _exact_lever(
        self, found: Evidence, sheet: FactSheet, readings: Sequence[Lever]
    ) -> tuple[Lever, ...]:
        """The latest reading, changed by reading and pricing again no more than what the action pack can still hear."""
        heard = [n for n in self.rulebook.action.heard(sheet) if n.startswith(evidence.READ)]
        if found.priced is None or not all(n.startswith(_PRICED_AGAIN) for n in heard):
            return tuple(readings)

        @cache
        def sheet_at(value: Any) -> FactSheet:
            again = evidence.with_latest_priced(self.programme, found, float(value))
            return readings[0].sheet_at(value) if again is None else sheet.with_known(again)

        return tuple(replace(r, sheet_at=sheet_at) for r in readings)

    def _quick_lever(
        self, found: Evidence, sheet: FactSheet, readings: Sequence[Lever]
    ) -> tuple[Lever, ...]:
        """The latest reading, changed by counting the draws anew: fast enough to search with, confirmed afterwards."""
        curve, appraisal, series = found.trajectory, found.priced, found.own_series
        if (
            curve is None
            or appraisal is None
            or series is None
            or not curve.read
            or curve.observed is None
        ):
            return tuple(readings)
        if not any(n.startswith("appraisal.") for n in sheet):
            return tuple(readings)
        span = curve.observed.target - curve.observed.baseline
        latest = series.points[-1].value
        weigh = trajectory.reweighted(curve, appraisal)

        def sheet_at(value: Any) -> FactSheet:
            change = (float(value) - latest) / span
            return sheet.with_known(dict(evidence.weighed(weigh(change))))

        return tuple(_nearer(replace(r, sheet_at=sheet_at, strides=6)) for r in readings)

    def _outlook(self, found: Evidence, sheet: FactSheet) -> Outlook:
        if self.initiative.stage == "closed" or found.trajectory is None:
            return self._class_outlook(found)
        view = trajectory.read_outlook(found.trajectory, found.priced, self._beside(sheet))
        shown = Chances(*view.chances) if view.read else self._class_chances()
        cashable = None if view.cashable is None else Spread(*view.cashable)
        return Outlook(
            probability=shown,
            basis="results" if view.read else "class" if shown is not None else None,
            progress_now=Spread(*view.progress) if view.read else None,
            progress_expected_now=self._expected(),
            looks_this_bad_and_succeeds=view.bad_and_succeeds,
            looks_this_good_and_fails=view.good_and_fails,
            value=view.value,
            worth_of_waiting=view.worth_of_waiting,
            next_review=self._next_review(view),
            worth_of_knowing=view.worth_of_knowing,
            cashable=cashable,
            pays_back_in_year=view.pays_back,
            months_to_target=view.reached if view.read else None,
            sentences=view.sentences if shown is not None else (),
        )

    def _beside(self, sheet: FactSheet) -> Beside:
        """What the ledger holds beside the appraisal."""
        pack = self.rulebook.action
        ledger, weights = judge(pack, sheet), weights_on(pack, sheet)
        support = dict(ledger.support)
        for i, rule in enumerate(pack.rules):
            if rule.appraises and ledger.counted[i]:
                support[rule.then] -= weights[i]
        return Beside(
            support, max((r.cap for r in pack.rules), default=0.0), frozenset(ledger.vetoed)
        )

    def _class_chances(self) -> Chances | None:
        chances = trajectory.class_outlook(
            self.programme.reference_class(self.initiative.reference_class)
        )
        return None if chances is None else Chances(*chances)

    def _class_outlook(self, found: Evidence) -> Outlook:
        """What its class says, where nothing can be read of it; of what has ended, what became of it."""
        if self.initiative.stage == "closed":
            return Outlook(
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                sentences=tuple(self._became(found)),
            )
        chances, expected = self._class_chances(), self._expected()
        basis: Literal["class"] | None = None if chances is None else "class"
        said = (
            ()
            if chances is None
            else (trajectory.class_said(chances.full, chances.partial, chances.none),)
        )
        review = self._next_review(None)
        return Outlook(
            chances, basis, None, expected, None, None, None, None, review, sentences=said
        )

    def _expected(self) -> float | None:
        """Where the plan expects it to be by now, in shares of the way."""
        path, begun = self.initiative.path, trajectory.since(self.initiative)
        if path is None or begun is None or self.initiative.stage == "idea":
            return None
        return trajectory.expected_at(
            path, months_between(begun, self.programme.as_of), self.seed, self.initiative.id
        )

    def _became(self, found: Evidence) -> Iterator[str]:
        """What became of something that has ended."""
        path, series, measure = self.initiative.path, found.own_series, found.measure
        if path is None or series is None or not series.points or measure is None:
            yield "It has ended. No results are known of it."
            return
        last, unit = series.points[-1], f" {measure.unit}" if measure.unit else ""
        yield f"It has ended. Its latest reading is {last.value:.4g}{unit}, of {day_text(last.period)}."
        if found.reading is not None and found.reading.progress is not None:
            share = round(100 * found.reading.progress)
            yield f"Its recent level is {share} % of the way from {path.baseline:.4g} to {path.target:.4g}."

    def _next_review(self, view: OutlookReading | None) -> NextReview | None:
        if self.programme.review_months is None or self.initiative.stage == "closed":
            return None
        on = trajectory.next_review(self.programme.as_of, self.programme.review_months)
        measure = self.programme.measure(
            self.initiative.path.measure if self.initiative.path else None
        )
        if view is None or measure is None or view.below is None:
            return NextReview(on, self.initiative.path.measure if self.initiative.path else None)
        lower = measure.better == "lower"
        return NextReview(
            on, measure.id, None if lower else view.below, view.below if lower else None, view.then
        )

    def _dependants(self) -> Dependants:
        reach = self.graph.downstream_reach(self.initiative.id)
        paths = self.graph.paths(self.initiative.id).paths
        stopped = next((d for d in self.downstream if d.course == "stop"), None)
        lost = (0.0, 0.0, 0.0) if stopped is None else stopped.lost
        at_stake = None if lost is None else Spread(*lost)
        count = self.counts[self.initiative.id]
        return Dependants(at_stake, _people(reach) if paths else 0.0, paths, self.downstream, count)

    def _notices(self, found: Evidence) -> Iterator[str]:
        as_of = self.programme.as_of
        for name in evidence.later(self.initiative, as_of):
            yield f"A judgement of {name} is dated after {as_of}: it is not counted yet."
        begins = trajectory.since(self.initiative)
        if begins is not None and begins > as_of:
            yield f"Its path begins on {begins}, after {as_of}: nothing can be read of it yet."
        if evidence.only_insiders(self.initiative):
            yield "Every judgement comes from its own sponsor or owner: ask somebody who did not start it."
        known = self.programme.reference_class(self.initiative.reference_class)
        if known is not None and known.source is not None:
            yield f"Its reference class is {known.id}. Source: {known.source.rstrip('.')}."
        series = found.own_series
        if series is not None and series.not_yet:
            yield f"{len(series.not_yet)} reading(s) of {found.measure.id if found.measure else ''} are not known yet."
        if found.reading is not None and found.reading.against_path is None:
            yield f"Where the results stand against the plan cannot be said: {found.reading.because}."
        yield from self._read_notices(found)

    def _split_notices(self) -> Iterator[str]:
        """Shares that a class does not give are split evenly, and that is said."""
        reference = self.programme.reference_class(self.initiative.reference_class)
        if (
            reference is None
            or reference.full is None
            or None not in (reference.partial, reference.none)
        ):
            return
        yield f"{reference.id} does not say all shares: what it leaves open is split evenly over partial and none."

    def _read_notices(self, found: Evidence) -> Iterator[str]:
        """What was corrected or could not be priced, and what was assumed for want of a class."""
        curve, priced = found.trajectory, found.priced
        if curve is None or self.initiative.stage == "closed":
            return
        if curve.read and curve.observed is not None:
            yield from curve.observed.notices
            if self._class_chances() is None:
                yield "It has no reference class with shares: full, partial and none are taken as equally likely."
        yield from self._split_notices()
        if isinstance(found.appraisal, str):
            yield f"Worth: {found.appraisal}."
        if priced is not None and len(priced.worth) < 2:
            yield "Only going on could be priced: there is nothing to set its worth beside."
        for course, why in (priced.frame.unpriced if priced is not None else {}).items():
            yield f"The worth of {course} cannot be said: {why}."


def _spread_levers(sheet: FactSheet, spreading: Spreading) -> Iterator[Lever]:
    """The champions and the mandate, changed by simulating the spread again."""
    staff = spreading.initiative.adoption
    if staff is None or not isinstance(spreading.of(sheet), Diffusion):
        return
    if staff.champions:
        most = staff.staff or 4 * staff.champions
        others = sorted(
            {
                c
                for c in (0, staff.champions // 2, 2 * staff.champions, 4 * staff.champions)
                if c <= most
            }
        )
        yield _spread_lever(
            sheet, spreading, "champions", staff.champions, others, "number of champions"
        )
    if staff.mandate in _MANDATES:
        others_ = [m for m in _MANDATES if m != staff.mandate]
        yield _spread_lever(
            sheet,
            spreading,
            "mandate",
            staff.mandate,
            others_,
            "how hard it is required and checked",
        )


_MANDATES = ("weak", "strong")


def _spread_lever(
    sheet: FactSheet, spreading: Spreading, key: str, before: Any, others: Sequence[Any], label: str
) -> Lever:
    def sheet_at(value: Any) -> FactSheet:
        wanted = value if isinstance(value, str) else int(value)
        return sheet.with_known(spreading.known(sheet, **{key: wanted}))

    held = before if isinstance(before, str) else float(before)
    values = tuple(v if isinstance(v, str) else float(v) for v in others)
    width = 1.0 if isinstance(held, str) else 4.0 * held

    def away(value: Any) -> float:
        return 1.0 if isinstance(value, str) or isinstance(held, str) else abs(float(value) - held)

    return Lever(f"adoption.{key}", held, values, sheet_at, width, away, label=label)


def _hears_readings(pack: RulePack) -> bool:
    """Whether a reading can reach a pack at all, by itself or inside a score: where none can, none is searched."""
    heard = {n for fact in pack.facts for n in (fact, *pack.vocabulary[fact].criteria)}
    return any(n.startswith((*evidence.READ, "path.")) for n in heard)


def _nearer(lever: Lever) -> Lever:
    """A lever that reaches no further than the draws tell."""
    if lever.span is None or not isinstance(lever.before, int | float):
        return lever
    low, high = (
        lever.before - trajectory.REACH * lever.width,
        lever.before + trajectory.REACH * lever.width,
    )
    return replace(lever, span=(max(lever.span[0], low), min(lever.span[1], high)))


def complete(sheet: FactSheet, rulebook: Rulebook) -> FactSheet:
    """The sheet with what follows from it: framework scores, what theory says, the evidenced rating, and candour."""
    scored = theory.known(rulebook.theory, sheet)
    for framework in rulebook.frameworks:
        scored.update(framework.known(sheet))
    return _rated(_with_attention(sheet.with_known(scored), rulebook.lens), rulebook)


def _rated(full: FactSheet, rulebook: Rulebook) -> FactSheet:
    """The sheet with the rating that the results support, and how candid the declared one is."""
    rating = judge(rulebook.rating, full).answer
    if rating is None:
        return full
    full = full.with_known({"results.evidenced": Known(rating, f"table {rulebook.rating.name}")})
    declared = full.get("initiative.declared")
    if not isinstance(declared, str):
        return full
    return full.with_known(
        {"results.candour": Known(_candour_level(declared, rating), "declared beside evidenced")}
    )


def _with_attention(sheet: FactSheet, pack: RulePack) -> FactSheet:
    """The sheet with the reading that should drive attention, where any can be read."""
    past, others = (_word(sheet, f"performance.{name}") for name in ("past", "others"))
    line = _word(sheet, "performance.standard") or _word(sheet, "performance.target")
    found = attend(pack, past, line, others)
    if found.answer is None:
        return sheet
    return sheet.with_known(
        {"performance.attention": Known(found.answer, f"{pack.name} {found.rule}")}
    )


def _rank(rating: str) -> int:
    """Where a rating stands, best first."""
    return next(i for i, known in enumerate(RATINGS) if known == rating)


def _candour_level(declared: str, evidenced: str) -> str:
    """How much better than the evidence the declared rating is."""
    better = _rank(evidenced) - _rank(declared)
    if better < 0:
        return "harsher"
    return ("same", "kinder", "much-kinder")[min(better, 2)]


def _candour(sheet: FactSheet) -> str | None:
    declared, evidenced = _word(sheet, "initiative.declared"), _word(sheet, "results.evidenced")
    if declared is None or evidenced is None:
        return None
    steps = _rank(evidenced) - _rank(declared)
    if steps == 0:
        return "declared as the evidence supports"
    many = f"{abs(steps)} step" + ("" if abs(steps) == 1 else "s")
    return f"declared {many} {'better' if steps > 0 else 'worse'} than the evidence"


def _rating(word: str | None) -> Colour | None:
    return next((r for r in RATINGS if r == word), None)


def _word(sheet: FactSheet, name: str) -> str | None:
    value = sheet.get(name)
    return value if isinstance(value, str) else None


def _possible(kind: str | None, unit: str | None, low: float, high: float) -> tuple[float, float]:
    """A range held to what the measure can be: counts, rates and shares not below 0, percentages not above 100."""
    if kind is not None and kind != "value":
        low = max(low, 0.0)
    return low, min(high, 100.0) if kind == "proportion" and unit == "%" else high


def _spread_once(missing: Iterable[Missing], why: str | None) -> Iterator[Missing]:
    """What is missing, the simulated spread once and not once a route, with what it waits for."""
    told = False
    for m in missing:
        spread = m.fact.startswith("adoption.")
        if spread and not told and why is not None:
            yield replace(m, question=f"{m.question} {why[:1].upper()}{why[1:]}.")
        elif not spread or not told:
            yield m
        told = told or spread


def _no_answer(pack: RulePack) -> Recommendation:
    """A closed initiative is not judged."""
    support = dict.fromkeys(pack.answers, 0.0)
    return Recommendation(
        pack.name,
        pack.question,
        None,
        support,
        None,
        False,
        True,
        (),
        (),
        (),
        (),
        (),
        None,
        enough=False,
    )


def _engine(rulebook: Rulebook) -> Engine:
    """What produced the advice: the version, and every pack, framework and table by its digest."""
    packs = (
        rulebook.action,
        rulebook.route,
        rulebook.rating,
        rulebook.lens,
        rulebook.order,
        *rulebook.theory,
    )
    tables = () if rulebook.moves is None else (rulebook.moves,)
    return Engine(
        version=__version__,
        packs=tuple(
            PackUsed(pack.name, pack.version, pack.digest)
            for pack in sorted(packs, key=lambda pack: pack.name)
        ),
        frameworks=tuple(
            PackUsed(framework.name, framework.version, framework.digest)
            for framework in sorted(rulebook.frameworks, key=lambda framework: framework.name)
        ),
        tables=tuple(PackUsed(table.base_rates, table.version, table.digest) for table in tables),
    )
