"""A programme while it is advised on: what its initiatives share, and each ready to be judged."""

from __future__ import annotations

from dataclasses import dataclass

from changeadvisor import trajectory
from changeadvisor.advice.derived import EVIDENCED, level
from changeadvisor.advice.evidence import (
    Evidence,
    Hanging,
    all_series,
    gather,
    with_hanging,
    with_stopped,
)
from changeadvisor.advice.initiative import InitiativeCase
from changeadvisor.advice.result import InitiativeAdvice
from changeadvisor.facts import FactSheet
from changeadvisor.graph import Cascade, DependencyGraph, Downstream
from changeadvisor.judgement import judge
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Initiative, Programme
from changeadvisor.portfolio import NO_LOCKS, Locks
from changeadvisor.trajectory import Prospect


class ProgrammeContext:
    """The graph and the readings of a programme, and each initiative in brief once it was read."""

    def __init__(
        self, programme: Programme, rulebook: Rulebook, seed: int, locks: Locks = NO_LOCKS
    ) -> None:
        """Read the graph and every series.

        locks: initiative id -> course it is set to, for asking what if. Raises CycleError where
        initiatives require one another in a ring.
        """
        trajectory.keep_memory()
        self.programme, self.rulebook, self.seed, self.locks = programme, rulebook, seed, locks
        self.graph = DependencyGraph(programme)
        self.series = all_series(programme)
        self.counts = self.graph.downstream_counts()
        self.prospects: dict[str, Prospect] = {}
        self._streams = trajectory.streams(programme, seed)
        self._stopped = frozenset(id for id, course in locks.items() if course == "stop")
        self.cascade = Cascade(programme, self.graph, self._stopped)
        # The most decibans that an appraisal may weigh in the ledger.
        self._material = rulebook.action.threshold("material")
        self._cap = max((r.cap for r in rulebook.action.rules if r.appraises), default=0.0)

    def case(self, id: str) -> InitiativeCase:
        """One initiative ready to be judged, with what is at stake downstream in its ledger.

        Those that hang on it are read too, where they were not before: no more of the programme is.
        Raises KeyError where there is no such initiative.
        """
        initiative = self.programme.initiative(id)
        if initiative is None:
            raise KeyError(id)
        evidence = self._gathered(initiative)
        downstream: tuple[Downstream, ...] = ()
        if initiative.stage != "closed" and self.graph.downstream(id):
            evidence, downstream = self._with_stake(evidence)
        if self._stopped:
            lost = self._stopped.intersection(self.graph.requirements(id))
            if lost:
                evidence = with_stopped(evidence, sorted(lost))
        return InitiativeCase(
            programme=self.programme,
            rulebook=self.rulebook,
            graph=self.graph,
            seed=self.seed,
            initiative=initiative,
            evidence=evidence,
            downstream=downstream,
            count=self.counts[id],
        )

    def _gathered(self, initiative: Initiative) -> Evidence:
        """Its evidence; what the rest of the programme needs of it is kept in brief."""
        evidence = gather(self.programme, initiative, self.graph, self.series, self._material)
        self.prospects[initiative.id] = trajectory.prospect(
            self.programme,
            initiative,
            evidence.trajectory,
            evidence.appraisal,
            self._streams[initiative.id],
        )
        return evidence

    def _with_stake(self, evidence: Evidence) -> tuple[Evidence, tuple[Downstream, ...]]:
        """The evidence with the worth at stake downstream, and what each course does there.

        The worth enters the ledger only where some of it is priced.
        """
        id = evidence.initiative.id
        for other in self.cascade.touched(id):
            if other not in self.prospects:
                initiative = self.programme.initiative(other)
                if initiative is not None:
                    self._gathered(initiative)
        downstream: list[Downstream] = []
        lost = {}
        for course in trajectory.COURSES:
            does, lost[course] = self.cascade.of(id, course, self.prospects)
            downstream.append(does)
        stopping = next(d for d in downstream if d.course == "stop")
        if stopping.lost is not None:
            evidence = with_hanging(evidence, Hanging(lost, self._cap))
        return evidence, tuple(downstream)


@dataclass(frozen=True, slots=True)
class BareAnswer:
    """The bare answers for one initiative, and the facts they rest on."""

    action: str | None
    """What to do; None where there is no answer."""
    route: str | None
    """How to lead it; None where there is no answer."""
    evidenced: str | None
    """The rating that the results support; None where they support none."""
    ended: bool
    """Whether it is closed, so that nothing is asked of it."""
    sheet: FactSheet
    """The complete sheet that was judged."""

    @classmethod
    def of(cls, item: InitiativeAdvice) -> BareAnswer:
        """Those of an advice on action and route."""
        return cls(
            action=None if item.action is None else item.action.answer,
            route=None if item.route is None else item.route.answer,
            evidenced=item.evidenced,
            ended=item.evidence.initiative.stage == "closed",
            sheet=item.sheet,
        )


class WhatIfRun:
    """A programme as it might be: the bare answers for each initiative, when they are asked for."""

    def __init__(
        self, programme: Programme, rulebook: Rulebook, *, seed: int = 0, locks: Locks = NO_LOCKS
    ) -> None:
        """Raises CycleError as `advise` does."""
        self._context = ProgrammeContext(programme, rulebook, seed, locks)
        self._answers: dict[str, BareAnswer | None] = {}

    def of(self, id: str) -> BareAnswer | None:
        """What `advise` answers for one initiative; None where it is not there."""
        if id not in self._answers:
            there = self._context.programme.initiative(id) is not None
            self._answers[id] = self._answer(id) if there else None
        return self._answers[id]

    def _answer(self, id: str) -> BareAnswer:
        case, rulebook = self._context.case(id), self._context.rulebook
        sheet, _ = case.facts(("action", "route"))
        action, route = None, None
        if not case.closed:
            action = judge(rulebook.action, sheet).answer
            route = judge(rulebook.route, sheet).answer
        return BareAnswer(action, route, level(sheet, EVIDENCED), case.closed, sheet)
