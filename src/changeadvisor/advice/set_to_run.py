"""What the answers mean for one another, and which set to run within money and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from changeadvisor import portfolio
from changeadvisor.advice import wording
from changeadvisor.advice.context import ProgrammeContext
from changeadvisor.advice.result import InitiativeAdvice, Portfolio
from changeadvisor.portfolio import wording as portfolio_wording


def set_to_run(
    context: ProgrammeContext, advised: Sequence[InitiativeAdvice], seconds: float | None
) -> Portfolio:
    """Conflicts, load and enablers; and the set to run, where any keeps to all limits.

    Routes and actions that were not asked for are unknown. seconds: a clock on each choice, None
    for none.
    """
    programme, graph, prospects = context.programme, context.graph, context.prospects
    routes = {i.id: i.route.answer if i.route else None for i in advised}
    actions = {i.id: i.action.answer if i.action else None for i in advised}
    problem = portfolio.choice_problem(programme, graph, prospects, context.locks)
    together = Portfolio(
        conflicts=portfolio.conflicts(programme, graph, routes, actions),
        load=portfolio.load(programme, routes, actions),
        notices=(*portfolio.notices(programme, routes, actions), *problem.assumed),
        enablers=context.cascade.enablers(prospects),
    )
    if not any(prospect.worth for prospect in prospects.values()):
        return replace(together, why_none=wording.NO_WORTH_TO_CHOOSE_BY)

    def reached(ids: Iterable[str]) -> float:
        """People reached by a set, each counted once."""
        return graph.reach(ids).likely

    selection = portfolio.select(problem, prospects, reached, context.locks, context.seed, seconds)
    if selection.totals is None:
        return replace(together, why_none=selection.why_none)
    rows = selection.rows
    points = portfolio.few_and_all(problem, rows)
    robust = portfolio.robust_choice(problem, prospects, rows, context.seed)
    ends = portfolio.finishes(problem, graph, prospects, rows, context.seed)
    few_and_all = portfolio_wording.few_and_all(problem, selection, points)
    waiting = {pick.id: "stop" for pick in selection.deferred}
    return replace(
        together,
        chosen=selection.chosen,
        deferred=selection.deferred,
        totals=selection.totals,
        bound=selection.bound,
        gap=selection.gap,
        limits=selection.limits,
        gainers=selection.gainers,
        capacity=selection.capacity,
        frontier=points,
        core=robust.core,
        robust=robust,
        weighed=portfolio.weighed(problem, prospects, rows),
        order=portfolio.starts(problem, prospects, selection.chosen),
        finishes=ends.finishes,
        delivery=ends.delivery,
        delivered=portfolio.delivered(problem, prospects, rows, ends.waits, context.seed),
        sentences=few_and_all.sentences,
        few_and_all=few_and_all,
        time_limit=seconds,
        load_of_set=portfolio.load(problem.as_run(rows), routes, waiting),
    )
