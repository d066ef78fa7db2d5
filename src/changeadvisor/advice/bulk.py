"""Bare answers and sheets for many programmes at once: for simulation and benchmarks.

What hangs on an initiative is left out of its ledger here: worlds are played one initiative at a
time.
"""

from __future__ import annotations

from changeadvisor import trajectory
from changeadvisor.advice.derived import complete
from changeadvisor.advice.evidence import Evidence, all_series, gather
from changeadvisor.advice.spreading import Spreading
from changeadvisor.facts import FactSheet
from changeadvisor.graph import DependencyGraph
from changeadvisor.judgement import judge
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme


def action_answers(
    programme: Programme, rulebook: Rulebook, *, improved: bool = False
) -> dict[str, str | None]:
    """What `advise` answers for each initiative, without its reasons; None for a closed one.

    improved: where it goes on, the improvement that is named beside that is carried out.
    """
    graph, series = DependencyGraph(programme), all_series(programme)
    material = rulebook.action.threshold("material")
    rulebook = rulebook.of_action()
    answers: dict[str, str | None] = {}
    for initiative in programme.initiatives:
        evidence = gather(programme, initiative, graph, series, material)
        answers[initiative.id] = None
        if initiative.stage != "closed":
            sheet = complete(evidence.sheet, rulebook)
            answer = judge(rulebook.action, sheet).answer
            if improved and answer in (None, "persist"):
                answer = _improvement(evidence) or answer
            answers[initiative.id] = answer
    return answers


def _improvement(evidence: Evidence) -> str | None:
    """The course that is named as an improvement beside going on; None: none is."""
    priced = evidence.priced
    if priced is None:
        return None
    better = trajectory.improvement(priced, trajectory.priced(priced))
    return None if better is None else better.course


def route_sheets(
    programme: Programme, rulebook: Rulebook, *, seed: int = 0
) -> dict[str, FactSheet]:
    """The complete sheet of each open initiative with its simulated spread."""
    graph, series = DependencyGraph(programme), all_series(programme)
    material = rulebook.action.threshold("material")
    sheets: dict[str, FactSheet] = {}
    for initiative in programme.initiatives:
        if initiative.stage != "closed":
            evidence = gather(programme, initiative, graph, series, material)
            sheet = complete(evidence.sheet, rulebook)
            spread = Spreading(programme, initiative, seed).known(sheet)
            sheets[initiative.id] = sheet.with_known(spread)
    return sheets
