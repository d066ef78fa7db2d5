"""What is not known: how far each unknown fact could move the answer, and whether it stands.

Unknown facts are filled in every way that the rules can tell apart. Nothing but the rules that wait
and those that share their evidence bears on what a filling does, so that initiatives alike in this
share the work (the caches below).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from changeadvisor.errors import JudgementError
from changeadvisor.facts import VOCABULARY, FactSheet, Known, Single, Value
from changeadvisor.judgement.conditions import each_test
from changeadvisor.judgement.explanation import Missing
from changeadvisor.judgement.ledger import Ledger, settle
from changeadvisor.judgement.pack import SCALE, RulePack, cut_points, probe_points
from changeadvisor.judgement.pack_file import State
from changeadvisor.judgement.pack_judgement import PackJudgement

#: Fillings of unknown facts tried before `stands` is given up as not proven.
FILLINGS = 4_096


# --- what is missing ------------------------------------------------------------------------------


def missing_facts(judgement: PackJudgement) -> tuple[Missing, ...]:
    """Unknown facts that could move an answer, by how much, the most first."""
    pack, sheet = judgement.pack, judgement.sheet
    waiting = _waiting_rules(judgement)
    unknown = _names_to_fill(pack, waiting, sheet)
    # People are asked for the criteria of a framework's score, never for the score itself.
    scores_of: dict[str, list[str]] = {}
    for score in unknown:
        for criterion in pack.vocabulary[score].criteria:
            if criterion not in sheet:
                scores_of.setdefault(criterion, []).append(score)
    no_scores = [name for name in unknown if not pack.vocabulary[name].criteria]
    vocabulary = {**VOCABULARY, **pack.vocabulary}
    missing = []
    for name in sorted({*scores_of, *no_scores}):
        learnt = tuple(n for n in (name, *scores_of.get(name, ())) if n in pack.vocabulary)
        could_move = _could_move(judgement, learnt, waiting)
        if could_move is None or could_move > 0:
            missing.append(Missing(name, could_move, vocabulary[name].question))
    return tuple(sorted(missing, key=lambda m: (-(m.could_move or 0.0), m.fact)))


def _waiting_rules(judgement: PackJudgement) -> tuple[int, ...]:
    """The rules that wait for a fact, by position."""
    return tuple(i for i, state in enumerate(judgement.states) if state == "unknown")


def _could_move(
    judgement: PackJudgement, names: tuple[str, ...], waiting: Sequence[int]
) -> float | None:
    """The most any answer's support could change once `names` are known, in decibans.

    names: a fact and the scores it is a criterion of. A veto it could set off counts as the
    strongest weight of the scale. None where nothing is weighed.
    """
    pack = judgement.pack
    if pack.combine != "weigh":
        return None
    looking = {i for name in names for i in pack.readers.get(name, ())}
    surroundings = _bearing_on(judgement, sorted(looking.intersection(waiting)))
    return _most_moved(surroundings, names)


@lru_cache(maxsize=8192)
def _most_moved(surroundings: _Surroundings, names: tuple[str, ...]) -> float:
    """The most that any filling of `names` could move any answer's support."""
    pack, sheet = surroundings.pack, surroundings.sheet()
    sheets = (sheet.with_known(filling) for filling in _fillings(pack, names))
    return max((_moved(surroundings, names, filled) for filled in sheets), default=0.0)


def _moved(surroundings: _Surroundings, names: tuple[str, ...], sheet: FactSheet) -> float:
    """The most that one filling moves any support, what is still unknown falling as it may."""
    pack = surroundings.pack
    states, weights = surroundings.states_and_weights()
    before = settle(pack, states, weights).support
    set_off = []
    for i, state, _ in surroundings.rules:
        rule = pack.rules[i]
        asked = state == "unknown" and not rule.facts.isdisjoint(names)
        if asked and rule.state(sheet) != "silent":
            set_off.append(i)
            weights[i] = rule.decibans(sheet)
    moved = float(max(SCALE)) if any(pack.rules[i].veto for i in set_off) else 0.0
    for sign in (1.0, -1.0):
        firing = list(states)
        for i in set_off:
            if weights[i] * sign > 0:
                firing[i] = "fired"
        after = settle(pack, firing, weights).support
        moved = max(moved, *(abs(after[a] - before[a]) for a in pack.answers))
    return moved


# --- whether the answer stands --------------------------------------------------------------------


def stands(judgement: PackJudgement) -> bool:
    """Whether no filling of the unknown facts changes the answer, as far as can be proven.

    Rules that wait are split into groups that share no fact and no evidence; each group is filled
    in every way. Where a group has too many fillings nothing is proven and the answer is False.
    """
    waiting = _waiting_rules(judgement)
    if not waiting:
        return True
    leader = judgement.ledger.answer
    if judgement.pack.combine != "weigh" or leader is None:
        return _stands_in_every_filling(judgement, waiting)
    unknown = _names_to_fill(judgement.pack, waiting, judgement.sheet)
    return _stands_by_group(judgement, leader, _groups(judgement.pack, waiting, unknown))


def _stands_in_every_filling(judgement: PackJudgement, waiting: Sequence[int]) -> bool:
    pack, sheet = judgement.pack, judgement.sheet
    names = _names_to_fill(pack, waiting, sheet)
    if _filling_count(pack, names) > FILLINGS:
        return False
    for filling in _fillings(pack, names):
        filled = sheet.with_known(filling)
        states, weights = list(judgement.states), list(judgement.weights)
        for i in waiting:
            states[i], weights[i] = pack.rules[i].state(filled), pack.rules[i].decibans(filled)
        try:
            answer = settle(pack, states, weights).answer
        except JudgementError:
            return False
        if answer != judgement.ledger.answer:
            return False
    return True


def _stands_by_group(
    judgement: PackJudgement, leader: str, groups: Sequence[tuple[int, ...]]
) -> bool:
    """Whether the worst that each group can do, added up, leaves the answer as it is.

    The worst is that to the lead over each other answer, and to the evidence in all.
    """
    pack, ledger, support = judgement.pack, judgement.ledger, judgement.ledger.support
    rivals = [a for a in pack.answers if a != leader and a not in ledger.vetoed]
    worst = dict.fromkeys(rivals, 0.0)
    least_size = 0.0
    for group in groups:
        effects = _effects(_bearing_on(judgement, group), group)
        if effects is None or leader in frozenset().union(*(e.vetoed for e in effects)):
            return False
        least_size += min(effect.size for effect in effects)
        for rival in rivals:
            worst[rival] += min(effect.lead(leader, rival) for effect in effects)
    leads = [support[leader] - support[rival] + worst[rival] for rival in rivals]
    return _answers(pack, min(leads, default=math.inf), ledger.size + least_size)


def _answers(pack: RulePack, lead: float, size: float) -> bool:
    """Whether a lead and the evidence in all, in decibans, are enough for an answer."""
    return lead > 0 and lead >= pack.threshold("tie") and size >= pack.threshold("enough")


@lru_cache(maxsize=4096)
def _groups(
    pack: RulePack, waiting: tuple[int, ...], unknown: tuple[str, ...]
) -> tuple[tuple[int, ...], ...]:
    """Waiting rules in groups that share neither an unknown fact nor a body of evidence."""
    groups: list[tuple[set[str], list[int]]] = []
    for i in waiting:
        rule = pack.rules[i]
        ties = {f"fact {name}" for name in rule.facts if name in unknown}
        ties |= {f"evidence {name}" for name in rule.evidence}
        touching = [group for group in groups if not group[0].isdisjoint(ties)]
        groups = [group for group in groups if group not in touching]
        rules = sorted([i, *(member for _, members in touching for member in members)])
        groups.append((ties.union(*(shared for shared, _ in touching)), rules))
    return tuple(tuple(members) for _, members in groups)


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one filling does."""

    support: Mapping[str, float]
    """What it adds to each answer's support, in decibans."""
    size: float
    """What it adds to the evidence in all, in decibans."""
    vetoed: frozenset[str]
    """The answers that are vetoed with it."""

    def lead(self, answer: str, rival: str) -> float:
        """What it adds to the lead of one answer over another, in decibans."""
        return self.support[answer] - self.support[rival]


@lru_cache(maxsize=4096)
def _effects(surroundings: _Surroundings, waiting: tuple[int, ...]) -> tuple[_Effect, ...] | None:
    """What every filling of what `waiting` rules wait for would do, or None if too many."""
    pack, sheet = surroundings.pack, surroundings.sheet()
    states, weights = surroundings.states_and_weights()
    before = settle(pack, states, weights)
    # What the appraisal speaks for is counted already: of rules on it only a veto can still do
    # anything.
    appraising = (i for i in pack.read_weights if states[i] == "fired")
    appraised = frozenset().union(*(pack.rules[i].evidence for i in appraising))
    open_rules = [
        i for i in waiting if pack.rules[i].veto or appraised.isdisjoint(pack.rules[i].evidence)
    ]
    names = _names_to_fill(pack, open_rules, sheet)
    if _filling_count(pack, names) > FILLINGS:
        return None
    effects: dict[tuple[tuple[State, float], ...], _Effect] = {}
    for filling in _fillings(pack, names):
        filled = sheet.with_known(filling)
        for i in open_rules:
            states[i], weights[i] = pack.rules[i].state(filled), pack.rules[i].decibans(filled)
        alike = tuple((states[i], weights[i]) for i in open_rules)
        if alike not in effects:
            effects[alike] = _effect(before, settle(pack, states, weights))
    return tuple(effects.values())


def _effect(before: Ledger, after: Ledger) -> _Effect:
    gained = {answer: after.support[answer] - before.support[answer] for answer in before.support}
    return _Effect(gained, after.size - before.size, frozenset(after.vetoed))


# --- what bears on rules that wait ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """All that bears on some waiting rules; initiatives alike in it share the work."""

    pack: RulePack
    rules: tuple[tuple[int, State, float], ...]
    """Rules by position, with their states and their weights in decibans; all others are silent."""
    facts: tuple[tuple[str, Value], ...]
    """What is known of the facts that the waiting rules look at."""

    def sheet(self) -> FactSheet:
        """The facts as a sheet."""
        return FactSheet.of(dict(self.facts))

    def states_and_weights(self) -> tuple[list[State], list[float]]:
        """The states and weights of every rule of the pack."""
        states: list[State] = ["silent"] * len(self.pack.rules)
        weights = [0.0] * len(self.pack.rules)
        for i, state, weight in self.rules:
            states[i], weights[i] = state, weight
        return states, weights


def _bearing_on(judgement: PackJudgement, waiting: Sequence[int]) -> _Surroundings:
    """The states and weights of all rules that share evidence with waiting ones, and known facts.

    What a weight read from a fact adds is there with and without a filling, and what it speaks for
    is counted already: both are left out, for they part all initiatives.
    """
    pack, states = judgement.pack, judgement.states
    sharing, names = _sharing_evidence(pack, tuple(waiting))
    appraising = [
        i for i in pack.read_weights if i in sharing and states[i] == "fired" and i not in waiting
    ]
    appraised = frozenset().union(*(pack.rules[i].evidence for i in appraising))
    rules: list[tuple[int, State, float]] = []
    for i in sharing:
        if i in waiting or appraised.isdisjoint(pack.rules[i].evidence):
            rules.append((i, states[i], judgement.weights[i]))
        elif i in appraising or pack.rules[i].veto:
            # Its weight is out of play, but not what it speaks for or vetoes.
            rules.append((i, states[i], 0.0))
        else:
            rules.append((i, "silent", 0.0))
    known = ((name, judgement.sheet.get(name)) for name in names)
    facts = tuple((name, value) for name, value in known if value is not None)
    return _Surroundings(pack, tuple(rules), facts)


@lru_cache(maxsize=4096)
def _sharing_evidence(
    pack: RulePack, waiting: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Waiting rules and all that share evidence with them; the facts that the waiting ones read."""
    evidence = frozenset().union(*(pack.rules[i].evidence for i in waiting))
    facts = frozenset().union(*(pack.rules[i].facts for i in waiting))
    sharing = (
        i
        for i, rule in enumerate(pack.rules)
        if i in waiting or not rule.evidence.isdisjoint(evidence)
    )
    return tuple(sharing), tuple(sorted(facts))


# --- fillings -------------------------------------------------------------------------------------


def _names_to_fill(pack: RulePack, rules: Sequence[int], sheet: FactSheet) -> tuple[str, ...]:
    """The facts that rules look at and that are unknown, sorted."""
    names = frozenset().union(*(pack.rules[i].facts for i in rules))
    return tuple(sorted(name for name in names if name not in sheet))


def _filling_count(pack: RulePack, names: Sequence[str]) -> int:
    return math.prod(len(_values_told_apart(pack, name)) for name in names)


def _fillings(pack: RulePack, names: Sequence[str]) -> Iterator[dict[str, Known]]:
    """Every way in which facts may fall, as far as the rules tell them apart."""
    choices = [_values_told_apart(pack, name) for name in names]
    for way in itertools.product(*choices):
        yield {name: Known(value) for name, value in zip(names, way, strict=True)}


@lru_cache(maxsize=4096)
def _values_told_apart(pack: RulePack, name: str) -> tuple[Single, ...]:
    """Values that between them show everything the pack's rules can make of a fact."""
    fact = pack.vocabulary[name]
    readers = [pack.rules[i] for i in pack.readers.get(name, ())]
    if not fact.values:
        caps = {rule.cap for rule in pack.rules if rule.weight_fact == name}
        cuts = {*cut_points(pack, name), *caps, *(-cap for cap in caps)}
        return probe_points(sorted(cuts)) if cuts else (fact.low, fact.high)
    # Of values that every test takes alike, the first stands for all.
    tests = [t for rule in readers for t in each_test(rule.condition) if t.fact == name]
    kinds: dict[tuple[bool, ...], Single] = {}
    for value in fact.values:
        kinds.setdefault(tuple(test.holds(value) for test in tests), value)
    return tuple(kinds.values())
