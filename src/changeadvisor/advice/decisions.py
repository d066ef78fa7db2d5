"""What somebody must decide, and what is missing to decide it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from changeadvisor import trajectory
from changeadvisor.advice import wording
from changeadvisor.advice.result import Advice, DecisionNeeded, InitiativeAdvice, MissingFact


def decisions(advised: Iterable[InitiativeAdvice], as_of: dt.date) -> Iterator[DecisionNeeded]:
    """One line for each initiative that needs a decision, by whom and before its next review."""
    for item in advised:
        decision = _decision(item, as_of)
        if decision is not None:
            review = item.outlook.next_review
            sponsor = item.evidence.initiative.sponsor
            yield DecisionNeeded(item.id, decision, sponsor, review.on if review else None)


def _decision(item: InitiativeAdvice, as_of: dt.date) -> str | None:
    """What needs deciding; None where it simply goes on, or nothing was asked of it."""
    stage = item.evidence.initiative.stage
    if item.action is None or stage == "closed":
        return None
    broken = next((wire.by for wire in item.tripwires if wire.state == "broken"), None)
    past = trajectory.past_end(item.evidence.initiative, as_of)
    if past is not None:
        return wording.past_its_end(past)
    proposal = item.proposal
    if proposal is not None and proposal.changed_by is not None:
        return wording.decide_within_limits(proposal.course, proposal.because, broken)
    answer = item.action.answer
    if answer is None:
        missing = item.action.missing
        return wording.find_out_first(missing[0].question if missing else None, broken)
    begun = stage != "idea"
    if answer == "persist" and begun and broken is None:
        return None
    return wording.decide(answer, begun=begun, broken=broken)


def missing_overall(advice: Advice) -> tuple[MissingFact, ...]:
    """What is missing over the whole programme, the most telling first.

    Each fact stands once for an initiative, with the most it could move either answer.
    """
    most: dict[tuple[str, str], MissingFact] = {}
    for item in advice.initiatives:
        for answer in (item.action, item.route):
            for missing in answer.missing if answer else ():
                row = MissingFact(item.id, missing.fact, missing.could_move, missing.question)
                before = most.get((item.id, missing.fact))
                if before is None or (before.could_move or 0.0) < (row.could_move or 0.0):
                    most[item.id, missing.fact] = row
    ordered = sorted(most.values(), key=lambda m: (-(m.could_move or 0.0), m.initiative, m.fact))
    return tuple(ordered)
