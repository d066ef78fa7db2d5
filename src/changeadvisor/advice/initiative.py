"""One initiative judged: facts, frameworks and rules, then what it means for those who decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from changeadvisor import trajectory
from changeadvisor.adoption import Diffusion, NotSimulated, why_not_simulated
from changeadvisor.advice import arrangement_wording, wording
from changeadvisor.advice.arrangement import ArrangementInput, order_of
from changeadvisor.advice.derived import EVIDENCED, candour_steps, complete, level
from changeadvisor.advice.evidence import Evidence, weighed
from changeadvisor.advice.flips import Levers, confirmed, levers
from changeadvisor.advice.notices import initiative_notices
from changeadvisor.advice.outlook import next_review, outlook
from changeadvisor.advice.result import (
    Dependants,
    InitiativeAdvice,
    Part,
    Route,
    Spread,
    TripwireState,
)
from changeadvisor.advice.spreading import Spreading, spreads_from
from changeadvisor.facts import FactSheet, can_be_known
from changeadvisor.graph import DependencyGraph, Downstream
from changeadvisor.judgement import (
    Disagreement,
    Lever,
    Missing,
    Recommendation,
    RulePack,
    judge,
    recommend,
    theory,
)
from changeadvisor.judgement.base_rates import (
    RATINGS,
    DeclaredMoves,
    declared_moves,
)
from changeadvisor.judgement.frameworks import score
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.judgement.wording import candour_means
from changeadvisor.model import Initiative, Programme


@dataclass(frozen=True, slots=True)
class InitiativeCase:
    """One initiative with all that is needed to judge it."""

    programme: Programme
    """The programme it belongs to."""
    rulebook: Rulebook
    """What judges it."""
    graph: DependencyGraph
    """What hangs on what in the programme."""
    seed: int
    """What random draws follow from, together with its id."""
    initiative: Initiative
    """The initiative as the register has it."""
    evidence: Evidence
    """What was gathered of it, as facts."""
    downstream: tuple[Downstream, ...]
    """What each course does to those that hang on it; empty where none does."""
    count: int
    """How many hang on it, directly or through others."""

    @property
    def closed(self) -> bool:
        """Whether it has ended, so that nothing of it is judged."""
        return self.initiative.stage == "closed"

    def facts(self, parts: Sequence[Part]) -> tuple[FactSheet, Spreading | None]:
        """The complete sheet; for a route that is asked for, with its simulated spread."""
        sheet = complete(self.evidence.sheet, self.rulebook)
        if "route" not in parts or self.closed:
            return sheet, None
        spreading = Spreading(self.programme, self.initiative, self.seed)
        return sheet.with_known(spreading.known(sheet)), spreading

    def advice(self, parts: Sequence[Part], flips: bool = True) -> InitiativeAdvice:
        """All the advice on it; parts that are not asked for are None.

        flips: whether to search for what would change each answer.
        """
        evidence, rulebook = self.evidence, self.rulebook
        sheet, spreading = self.facts(parts)
        pulled = Levers()
        if flips and not self.closed:
            pulled = levers(self.programme, rulebook, evidence, sheet, spreading)
        theories: tuple[RulePack, ...] = ()
        if "route" in parts and not self.closed:
            theories = rulebook.theory
        declared, evidenced = level(sheet, "initiative.declared"), level(sheet, EVIDENCED)
        candour = None
        if declared is not None and evidenced is not None:
            candour = wording.candour(candour_steps(declared, evidenced))
        return InitiativeAdvice(
            id=self.initiative.id,
            title=self.initiative.title,
            action=self._action(sheet, pulled) if "action" in parts else None,
            route=self._route(sheet, pulled, spreading) if "route" in parts else None,
            outlook=outlook(self.programme, rulebook.action, evidence, sheet),
            tripwires=tuple(
                TripwireState(wire.by, wire.state, wire.measure, wire.then, wire.level)
                for wire in evidence.tripwires
            ),
            declared=self.initiative.declared,
            evidenced=evidenced,
            candour=candour,
            stale=evidence.stale,
            dependants=self._dependants(),
            notices=tuple(initiative_notices(self.programme, evidence)),
            evidence=evidence.kept(),
            sheet=sheet,
            scorecards=tuple(score(framework, sheet) for framework in rulebook.frameworks),
            candour_means=self._candour_means(evidenced),
            declared_moves=self._declared_moves(),
            theories=tuple(theory.read(pack, sheet) for pack in theories),
        )

    # --- what to do -------------------------------------------------------------------------------

    def _action(self, sheet: FactSheet, pulled: Levers) -> Recommendation:
        """What to do, with the flips of readings confirmed and what would settle a disagreement."""
        pack = self.rulebook.action
        if self.closed:
            return _not_judged(pack)
        judged = self._judged(pack, sheet, pulled.action)
        tried = (confirmed(flip, judged.answer, pack, pulled.exact) for flip in judged.flips)
        flips = tuple(flip for flip in tried if flip is not None)
        close = judged.finely_balanced or self._at_the_gate(pack, sheet, judged.answer)
        return replace(
            judged,
            flips=flips,
            finely_balanced=close,
            disagreement=self._settled(judged.disagreement),
        )

    def _at_the_gate(self, pack: RulePack, sheet: FactSheet, answer: str | None) -> bool:
        """Whether the numerical error of a lead decides if it is material, and so the answer."""
        priced = self.evidence.priced
        if answer is None or priced is None or "appraisal.persist" not in sheet:
            return False
        for lean in (-1.0, 1.0):
            weights = trajectory.weights(priced.worths, priced.gate, lean)
            if judge(pack, sheet.with_known(dict(weighed(weights)))).answer != answer:
                return True
        return False

    def _judged(self, pack: RulePack, sheet: FactSheet, pulled: Sequence[Lever]) -> Recommendation:
        """The recommendation, asking only for what can be known at this stage."""
        judged, stage = recommend(pack, sheet, pulled), self.initiative.stage
        # What each course is worth is not asked for where it is shown beside the answer.
        told = ("appraisal.", "worth.") if self.evidence.priced is not None else ()
        missing = tuple(
            m for m in judged.missing if can_be_known(m.fact, stage) and not m.fact.startswith(told)
        )
        return replace(judged, missing=missing)

    def _settled(self, disagreement: Disagreement | None) -> Disagreement | None:
        """A disagreement with what would settle it."""
        if disagreement is None:
            return None
        review = next_review(self.programme, self.initiative)
        settle = wording.to_settle(
            disagreement.ask,
            self.initiative.path.measure if self.initiative.path else None,
            None if review is None else review.on,
        )
        return replace(disagreement, sentences=(*disagreement.sentences, settle))

    # --- how to lead it ---------------------------------------------------------------------------

    def _route(self, sheet: FactSheet, pulled: Levers, spreading: Spreading | None) -> Route:
        """How to lead it; spreading: None where it is closed."""
        pack = self.rulebook.route
        judged, simulated = _not_judged(pack), None
        if spreading is not None:
            judged = self._judged(pack, sheet, pulled.route)
            simulated = spreading.of(sheet)
        spread = simulated if isinstance(simulated, Diffusion) else None
        why_not = None
        if isinstance(simulated, NotSimulated):
            why_not = why_not_simulated(simulated)
        order = order_of(self.rulebook.order, sheet) if judged.answer == "blended" else None
        review = next_review(self.programme, self.initiative)
        given = ArrangementInput(
            programme=self.programme,
            initiative=self.initiative,
            sheet=sheet,
            route=judged.answer,
            order=order,
            spread=spread,
            begins=spreads_from(self.programme, self.initiative),
            review=None if review is None else review.on,
            not_simulated=why_not,
        )
        own = {field.name: getattr(judged, field.name) for field in fields(Recommendation)}
        own["missing"] = tuple(_spread_once(judged.missing, why_not))
        own["disagreement"] = None
        return Route(
            **own,
            arrangement=arrangement_wording.arrangement(given),
            order=order,
            spread=spread,
            not_simulated=why_not,
        )

    # --- beside the answers -----------------------------------------------------------------------

    def _dependants(self) -> Dependants:
        """What hangs on it. at_stake is 0 where nothing does, None where none of it is priced."""
        paths = self.graph.paths(self.initiative.id).paths
        stopping = next((d for d in self.downstream if d.course == "stop"), None)
        lost = (0.0, 0.0, 0.0) if stopping is None else stopping.lost
        people: float | None = 0.0
        if paths:
            reach = self.graph.downstream_reach(self.initiative.id)
            people = None if reach.unknown else reach.likely
        at_stake = None if lost is None else Spread(*lost)
        return Dependants(at_stake, people, paths, self.downstream, self.count)

    def _declared_moves(self) -> DeclaredMoves | None:
        """What became of ratings like the declared one; of what has ended nothing is foretold."""
        moves, declared = self.rulebook.moves, self.initiative.declared
        if moves is None or declared is None or self.closed:
            return None
        return declared_moves(moves, declared)

    def _candour_means(self, evidenced: str | None) -> str | None:
        """What the step between the declared and the evidenced rating means."""
        declared = self.initiative.declared
        rating = next((rating for rating in RATINGS if rating == evidenced), None)
        if declared is None or rating is None or self.closed:
            return None
        return candour_means(declared, rating, self.rulebook.moves)


def _spread_once(missing: Iterable[Missing], why: str | None) -> Iterator[Missing]:
    """What is missing, the simulated spread once and not once a route, with what it waits for."""
    asked = False
    for fact in missing:
        if not fact.fact.startswith("adoption."):
            yield fact
        elif not asked:
            asked = True
            question = fact.question
            if why is not None:
                question = wording.waits_for(question, why)
            yield replace(fact, question=question)


def _not_judged(pack: RulePack) -> Recommendation:
    """No answer, for an initiative that is closed."""
    return Recommendation(
        pack=pack.name,
        question=pack.question,
        answer=None,
        support=dict.fromkeys(pack.answers, 0.0),
        margin=None,
        finely_balanced=False,
        stands=True,
        reasons=(),
        rejected=(),
        not_chosen=(),
        missing=(),
        flips=(),
        survives=None,
        enough=False,
    )
