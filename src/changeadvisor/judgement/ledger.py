"""The ledger: what fired is counted once, and the answer is what the count says.

A weight of w decibans says: this is 10^(w/10) times as likely where `then` is the best course as
where any other is (Good 1950, weight of evidence). Within one body of evidence only the strongest
weight each way counts for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from changeadvisor.errors import JudgementError
from changeadvisor.facts import FactSheet
from changeadvisor.judgement.pack import RulePack
from changeadvisor.judgement.pack_file import State


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counting of one row."""

    answer: str | None
    """The answer; None where there is none."""
    support: Mapping[str, float]
    """Decibans for each answer, from 0."""
    margin: float | None
    """Best less second of the answers left, in decibans; None where fewer than two are left, or
    nothing is weighed."""
    size: float
    """The counted weights in all, in decibans, whatever their sign."""
    counted: tuple[bool, ...]
    """Whether each rule counted, by position in the pack's rules."""
    vetoed: Mapping[str, int]
    """Answer -> position of the (first) veto that fired."""


def judge(pack: RulePack, sheet: FactSheet) -> Ledger:
    """The bare judgement of one sheet: answer, support, what counted."""
    return settle(pack, pack.states(sheet), weights_on(pack, sheet))


def weights_on(pack: RulePack, sheet: FactSheet) -> tuple[float, ...]:
    """Every rule's weight in decibans on this sheet."""
    if not pack.read_weights:
        return pack.fixed_weights
    weights = list(pack.fixed_weights)
    for i in pack.read_weights:
        weights[i] = pack.rules[i].decibans(sheet)
    return tuple(weights)


def settle(
    pack: RulePack, states: Sequence[State], weights: Sequence[float], scale: float = 1.0
) -> Ledger:
    """Count what fired and answer. `scale` multiplies judgement weights, not the appraisal's."""
    if pack.combine != "weigh":
        return _table_ledger(pack, states)
    fired = [i for i, state in enumerate(states) if state == "fired"]
    counted = [False] * len(pack.rules)
    support = dict.fromkeys(pack.answers, 0.0)
    size = 0.0
    for i in _counting(pack, fired):
        rule = pack.rules[i]
        weight = weights[i] * (scale if rule.weight_fact is None else 1.0)
        counted[i] = True
        support[rule.then] += weight
        size += abs(weight)
    vetoed: dict[str, int] = {}
    for i in fired:
        if pack.rules[i].veto:
            vetoed.setdefault(pack.rules[i].then, i)
    answer, margin = _decided(pack, support, size, vetoed)
    return Ledger(answer, support, margin, size, tuple(counted), vetoed)


def _counting(pack: RulePack, fired: Sequence[int]) -> list[int]:
    """Of the rules that fired, those that count, by position.

    The appraisal first: other rules on its evidence are already counted. Then the strongest of each
    body of evidence.
    """
    counting = {i for i in fired if pack.rules[i].weight_fact is not None}
    appraised = frozenset().union(*(pack.rules[i].evidence for i in counting))
    others = [i for i in fired if i in pack.rank and appraised.isdisjoint(pack.rules[i].evidence)]
    for i in sorted(others, key=pack.rank.__getitem__):
        if counting.isdisjoint(pack.blockers[i]):
            counting.add(i)
    return sorted(counting)


def _decided(
    pack: RulePack, support: Mapping[str, float], size: float, vetoed: Mapping[str, int]
) -> tuple[str | None, float | None]:
    """The answer and its margin over the second of those left (ties in the answers' own order)."""
    left = sorted((a for a in pack.answers if a not in vetoed), key=lambda a: -support[a])
    if not left:
        return None, None
    margin = support[left[0]] - support[left[1]] if len(left) > 1 else None
    tied = margin is not None and (margin < pack.threshold("tie") or margin == 0.0)
    undecided = tied or size < pack.threshold("enough")
    return (None if undecided else left[0]), margin


def _table_ledger(pack: RulePack, states: Sequence[State]) -> Ledger:
    """The ledger of a table, where nothing is weighed.

    `unique`: one may fire, none may be unknown. `first`: the first that fires, unless one before it
    is unknown.
    """
    fired = [i for i, state in enumerate(states) if state == "fired"]
    unknown = [i for i, state in enumerate(states) if state == "unknown"]
    if pack.combine == "unique" and len(fired) > 1:
        both = ", ".join(pack.rules[i].id for i in fired)
        raise JudgementError(
            f"pack {pack.name}: {both} fired together, where exactly one rule may; run `rules lint`"
        )
    chosen = fired[0] if fired else None
    if unknown and (pack.combine == "unique" or chosen is None or unknown[0] < chosen):
        chosen = None
    counted = tuple(i == chosen for i in range(len(pack.rules)))
    answer = None if chosen is None else pack.rules[chosen].then
    return Ledger(answer, dict.fromkeys(pack.answers, 0.0), None, 0.0, counted, {})
