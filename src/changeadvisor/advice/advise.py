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
from dataclasses import replace

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
from changeadvisor.advice.set_to_run import set_to_run
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme, canonical_json, digest
from changeadvisor.performance.targets import TargetAudit
from changeadvisor.portfolio import NO_LOCKS, Locks

Progress = Callable[[int, int], None]


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
        case = context.case(id)  # 1 and 2: evidence and stake
        judged[id] = case.advice(parts, flips)  # 3 and 4: facts, rules, what would change it
        if on_progress is not None:
            on_progress(len(judged), len(programme.initiatives))
    initiatives = tuple(judged[initiative.id] for initiative in programme.initiatives)

    portfolio: Portfolio | None = None
    if "portfolio" in parts:
        portfolio, proposals = set_to_run(context, initiatives, seconds)
        initiatives = tuple(replace(i, proposal=proposals.get(i.id)) for i in initiatives)

    measures: tuple[MeasureAdvice, ...] | None = None
    target_audit: TargetAudit | None = None
    if "measures" in parts:
        measures = tuple(read_measures(programme, context.series, rulebook.lens, seed))
        target_audit = audit(programme, context.series)

    return Advice(
        engine=_engine(rulebook),
        programme=programme.programme,
        as_of=programme.as_of,
        input_digest=digest(canonical_json(programme)),
        seed=seed,
        decisions_needed=tuple(decisions(initiatives, programme.as_of)),
        initiatives=initiatives,
        portfolio=portfolio,
        measures=measures,
        audit=target_audit,
        notices=tuple(programme_notices(programme)),
        areas=programme.areas,
        currency=programme.currency,
    )


def judge_initiative(
    programme: Programme,
    rulebook: Rulebook,
    id: str,
    *,
    questions: Sequence[Part] = ("action", "route"),
    flips: bool = False,
    seed: int = 0,
) -> InitiativeAdvice:
    """What `advise(programme, rulebook, parts=questions, flips=flips)` says of one initiative.

    The others are not judged; only those that hang on it are read. Raises KeyError where there is
    no such initiative, CycleError as `advise` does.
    """
    return ProgrammeContext(programme, rulebook, seed).case(id).advice(questions, flips)


def _engine(rulebook: Rulebook) -> Engine:
    """What produced the advice: the version, and every pack, framework and table by its digest."""
    return Engine(
        version=__version__,
        packs=tuple(
            PackUsed(pack.name, pack.version, pack.digest)
            for pack in sorted(rulebook.packs, key=lambda pack: pack.name)
        ),
        frameworks=tuple(
            PackUsed(framework.name, framework.version, framework.digest)
            for framework in sorted(rulebook.frameworks, key=lambda framework: framework.name)
        ),
        tables=tuple(
            PackUsed(table.base_rates, table.version, table.digest) for table in rulebook.tables
        ),
    )
