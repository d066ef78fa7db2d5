"""What the answers mean for one another, and which set to run within money and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from changeadvisor import portfolio
from changeadvisor.advice import wording
from changeadvisor.advice.context import ProgrammeContext
from changeadvisor.advice.result import InitiativeAdvice, Portfolio
from changeadvisor.judgement import judge
from changeadvisor.portfolio import wording as portfolio_wording


def set_to_run(
    context: ProgrammeContext, advised: Sequence[InitiativeAdvice], seconds: float | None
) -> tuple[Portfolio, Mapping[str, portfolio.Proposal]]:
    """One proposal an initiative, and what they come to together.

    The proposals are empty where no set keeps to the limits; then the rest speaks of the courses on
    merit. Routes that were not asked for are unknown. seconds: a clock on each choice, None: none.
    """
    programme, graph, prospects = context.programme, context.graph, context.prospects
    routes = {i.id: i.route.answer if i.route else None for i in advised}
    merits = {i.id: _merit(context, i) for i in advised if i.evidence.initiative.stage != "closed"}
    every = portfolio.choice_problem(programme, graph, prospects, context.locks)
    allowed = portfolio.allowed(every, merits, seconds)
    proposals = portfolio.proposals(allowed, merits)
    courses: dict[str, str | None] = {id: merit.course for id, merit in merits.items()}
    courses.update({id: proposal.course for id, proposal in proposals.items()})
    problem = allowed.setting
    together = Portfolio(
        conflicts=portfolio.conflicts(programme, graph, routes, courses),
        load=portfolio.load(programme, routes, courses),
        notices=(*portfolio.notices(programme, routes, courses), *problem.assumed),
        enablers=context.cascade.enablers(prospects),
    )
    if not any(prospect.worth for prospect in prospects.values()):
        return replace(together, why_none=wording.NO_WORTH_TO_CHOOSE_BY), proposals

    def reached(ids: Iterable[str]) -> float:
        """People reached by a set, each counted once."""
        return graph.reach(ids).likely

    share = every.problem.share_for_few
    selection = portfolio.select(
        problem, prospects, reached, context.locks, context.seed, seconds, allowed, share
    )
    if selection.totals is None:
        return replace(together, why_none=selection.why_none), proposals
    rows = selection.rows
    points = portfolio.few_and_all(problem, rows)
    robust = portfolio.robust_choice(problem, prospects, rows, context.seed)
    ends = portfolio.finishes(problem, graph, prospects, rows, context.seed)
    few_and_all = portfolio_wording.few_and_all(problem, selection, points)
    waiting = {pick.id: "stop" for pick in selection.deferred}
    notices = list(together.notices)
    if allowed.excess:
        notices.append(portfolio_wording.beyond_limits(allowed.excess, programme.currency))
    used = selection.totals.share_for_few
    if share is not None and used is not None and used < share:
        notices.append(portfolio_wording.short_for_few(used, share))
    return replace(
        together,
        notices=tuple(notices),
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
        as_recommended=allowed.as_merits,
        free_optimum=portfolio.free_optimum(every, selection, seconds),
    ), proposals


def _merit(context: ProgrammeContext, item: InitiativeAdvice) -> portfolio.Merit:
    """What is recommended for one initiative by itself; a course set from outside stands first."""
    pack, lock = context.rulebook.action, context.locks.get(item.id)
    judged = item.action
    if judged is None or judged.judged is None:
        ledger = judge(pack, item.sheet)
        answer, vetoed = ledger.answer, frozenset(ledger.vetoed)
    else:
        answer, vetoed = judged.answer, frozenset(judged.judged.ledger.vetoed)
    return portfolio.Merit(lock or answer, vetoed)
