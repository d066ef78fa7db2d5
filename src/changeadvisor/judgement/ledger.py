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
from changeadvisor.judgement.pack import RulePack, State


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counting of one row.

    counted: by position in the pack's rules. support: decibans for each answer, from 0. size: the
    counted weights in all, whatever their sign. vetoed: answer -> position of the (first) veto that
    fired. margin: best less second of the answers left; None where fewer than two are left, or
    nothing is weighed.
    """

    answer: str | None
    support: Mapping[str, float]
    margin: float | None
    size: float
    counted: tuple[bool, ...]
    vetoed: Mapping[str, int]


def settle(
    pack: RulePack, states: Sequence[State], weights: Sequence[float], scale: float = 1.0
) -> Ledger:
    """Count what fired and answer.

    `scale` multiplies the judgement weights, not the appraisal's.
    """
    if pack.combine != "weigh":
        return _table_ledger(pack, states)
    rules, fired = pack.rules, [i for i, s in enumerate(states) if s == "fired"]
    counts = _counted(pack, fired)
    support = dict.fromkeys(pack.answers, 0.0)
    size = 0.0
    for i in counts:
        weight = weights[i] * (scale if rules[i].weight_fact is None else 1.0)
        support[rules[i].then] += weight
        size += abs(weight)
    vetoed: dict[str, int] = {}
    for i in fired:
        if rules[i].veto:
            vetoed.setdefault(rules[i].then, i)
    counted = [False] * len(rules)
    for i in counts:
        counted[i] = True
    answer, margin = _decided(pack, support, size, vetoed)
    return Ledger(answer, support, margin, size, tuple(counted), vetoed)


def _counted(pack: RulePack, fired: Sequence[int]) -> list[int]:
    """The appraisal first: other rules on its evidence are already counted.

    Then the strongest of each kind.
    """
    counted = {i for i in fired if pack.rules[i].weight_fact is not None}
    spoken = frozenset().union(*(pack.rules[i].evidence for i in counted))
    left = [i for i in fired if i in pack.rank and spoken.isdisjoint(pack.rules[i].evidence)]
    for j in sorted(left, key=pack.rank.__getitem__):
        if counted.isdisjoint(pack.blockers[j]):
            counted.add(j)
    return sorted(counted)


def _decided(
    pack: RulePack, support: Mapping[str, float], size: float, vetoed: Mapping[str, int]
) -> tuple[str | None, float | None]:
    """The answer and its margin over the second of those left (ties in the answers' own order)."""
    left = sorted((a for a in pack.answers if a not in vetoed), key=lambda a: -support[a])
    if not left:
        return None, None
    margin = support[left[0]] - support[left[1]] if len(left) > 1 else None
    tied = margin is not None and (margin < pack.threshold("tie") or margin == 0.0)
    return (None if tied or size < pack.threshold("enough") else left[0]), margin


def _table_ledger(pack: RulePack, states: Sequence[State]) -> Ledger:
    """`unique`: one may fire, none may be unknown.

    `first`: the first that fires, unless one before it is unknown.
    """
    fired = [i for i, s in enumerate(states) if s == "fired"]
    unknown = [i for i, s in enumerate(states) if s == "unknown"]
    if pack.combine == "unique" and len(fired) > 1:
        both = ", ".join(pack.rules[i].id for i in fired)
        raise JudgementError(
            f"pack {pack.name}: {both} fired together, where exactly one rule may; run `rules lint`"
        )
    first = fired[0] if fired else None
    waits = (
        bool(unknown)
        if pack.combine == "unique"
        else bool(unknown) and (first is None or unknown[0] < first)
    )
    chosen = None if waits else first
    counted = tuple(i == chosen for i in range(len(pack.rules)))
    answer = None if chosen is None else pack.rules[chosen].then
    return Ledger(answer, dict.fromkeys(pack.answers, 0.0), None, 0.0, counted, {})


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
