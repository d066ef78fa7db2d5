"""Bare answers and sheets for many programmes at once: for simulation and benchmarks.

What hangs on an initiative is left out of its ledger here: worlds are played one initiative at a
time.
"""

from __future__ import annotations

from changeadvisor.advice.derived import complete
from changeadvisor.advice.evidence import all_series, gather
from changeadvisor.advice.spreading import Spreading
from changeadvisor.facts import FactSheet
from changeadvisor.graph import DependencyGraph
from changeadvisor.judgement import judge
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme


def action_answers(programme: Programme, rulebook: Rulebook) -> dict[str, str | None]:
    """What `advise` answers for each initiative, without its reasons; None for a closed one."""
    graph, series = DependencyGraph(programme), all_series(programme)
    material = rulebook.action.threshold("material")
    rulebook = rulebook.of_action()
    answers: dict[str, str | None] = {}
    for initiative in programme.initiatives:
        sheet = gather(programme, initiative, graph, series, material).sheet
        answers[initiative.id] = None
        if initiative.stage != "closed":
            answers[initiative.id] = judge(rulebook.action, complete(sheet, rulebook)).answer
    return answers


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
