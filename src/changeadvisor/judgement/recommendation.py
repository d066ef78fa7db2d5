"""The recommendation.

An answer with its reasons, what is missing, whether it stands and what would change it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated

from pydantic import Field, GetPydanticSchema
from pydantic_core import core_schema

from changeadvisor.errors import JudgementError
from changeadvisor.facts import (
    VOCABULARY,
    Fact,
    FactSheet,
    Known,
    Single,
    Value,
)
from changeadvisor.judgement.conditions import Condition, Test, each_test
from changeadvisor.judgement.ledger import Ledger, settle, weights_on
from changeadvisor.judgement.pack import (
    SCALE,
    Rule,
    RulePack,
    State,
    between,
    cut_points,
    members,
)

#: Working that has no schema of its own.
ANYTHING = GetPydanticSchema(lambda _source, _handler: core_schema.any_schema())
#: Fillings of unknown facts tried before `stands` is given up as not proven.
FILLINGS = 4_096


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired.

    `decibans` None where nothing is weighed; not `counted`: its evidence already was.
    """

    rule: str
    answer: Annotated[str, Field(serialization_alias="for")]
    decibans: float | None
    counted: bool
    evidence: str
    because: str
    source: str
    appraises: Annotated[bool, Field(exclude=True)] = False
    """Whether its weight is that of the appraisal (or of the simulated spread). Not in the JSON."""


def by_strength(reasons: Iterable[Reason]) -> list[Reason]:
    """Reasons as people read them: what counted first, the strongest first."""
    return sorted(reasons, key=lambda r: (not r.counted, -abs(r.decibans or 0.0), r.rule))


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that cannot be given, or was not chosen, and why."""

    answer: str
    because: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """An unknown fact, by how many decibans it could move an answer at most, and what to ask."""

    fact: str
    could_move: float | None
    question: str


@dataclass(frozen=True, slots=True)
class Flip:
    """One change of one fact that changes the answer to `to` (None.

    To no answer), confirmed by judging again.

    share: the change as a share of the fact's declared range.
    """

    to: str | None
    change: str
    fact: str
    before: Annotated[str | float | bool | None, Field(serialization_alias="from")]
    at: Single
    share: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The appraisal and everything else in the ledger each lead strongly to another course.

    appraisal, others: the best course of each; their leads: decibans by which each puts its own
    before the other's. rule: the strongest of the other reasons; ask: what people were asked in it,
    None where it rests on no judgement.
    """

    appraisal: str
    appraisal_leads: float
    others: str
    others_lead: float
    rule: str
    ask: str | None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One test of a rule on this sheet.

    As written, the value it met, and its verdict (None unknown).
    """

    test: str
    fact: str
    value: str | float | bool | None
    verdict: bool | None


@dataclass(frozen=True, slots=True)
class Working:
    """What one rule did here, test by test."""

    rule: str
    title: str
    answer: str
    state: State
    decibans: float | None
    counted: bool
    veto: bool
    when: tuple[Step, ...]
    unless: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer that is its own explanation; None where there is none. Amounts in decibans."""

    pack: str
    question: str
    answer: str | None
    support: Mapping[str, float]
    margin: float | None
    finely_balanced: bool
    stands: bool
    reasons: tuple[Reason, ...]
    rejected: tuple[Rejected, ...]
    not_chosen: tuple[Rejected, ...]
    missing: tuple[Missing, ...]
    flips: tuple[Flip, ...]
    survives: Annotated[
        bool | None, Field(serialization_alias="survives_halved_and_doubled_weights")
    ]
    enough: bool = True
    disagreement: Disagreement | None = None
    judged: Annotated[_Judged | None, Field(exclude=True), ANYTHING] = field(
        default=None, repr=False, compare=False
    )

    @property
    def workings(self) -> tuple[Working, ...]:
        """Every rule's working, put together when it is asked for."""
        return () if self.judged is None else self.judged.workings()


@dataclass(frozen=True, slots=True)
class Lever:
    """A fact that can be pulled to see what changes.

    Other values to try, and the sheet each would give.

    candidates: single values, tried one by one. span: for a reading or another continuous number,
    the range to search in `strides` each way (the change point is found by halving). width: the
    declared range that shares are of.
    """

    fact: str
    before: Value
    candidates: tuple[Single, ...]
    sheet_at: Callable[[Single], FactSheet]
    width: float
    distance: Callable[[Single], float]
    span: tuple[float, float] | None = None
    label: str = ""
    strides: int = 32


def recommend(
    pack: RulePack, sheet: FactSheet, levers: Sequence[Lever] | None = None
) -> Recommendation:
    """Judge one sheet and say why, what is missing, and what would change the answer.

    levers: the facts that may be changed to find `flips`; by default every known fact of the pack.
    Raises JudgementError where two rules of a `unique` pack fire.
    """
    states, weights = pack.states(sheet), weights_on(pack, sheet)
    ledger = settle(pack, states, weights)
    judged = _Judged(pack, sheet, states, weights, ledger)
    pulled = default_levers(pack, sheet) if levers is None else levers
    close = ledger.margin is not None and ledger.margin < pack.threshold("close")
    return Recommendation(
        pack=pack.name,
        question=pack.question,
        answer=ledger.answer,
        support=ledger.support,
        margin=ledger.margin,
        finely_balanced=ledger.answer is not None and close,
        stands=judged.stands(),
        reasons=judged.reasons(),
        rejected=judged.rejected(),
        not_chosen=judged.not_chosen(),
        missing=judged.missing(),
        flips=judged.flips(pulled),
        survives=judged.survives(),
        enough=ledger.size >= pack.threshold("enough"),
        disagreement=judged.disagreement(),
        judged=judged,
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """A judged sheet, and the questions a reader asks of it."""

    pack: RulePack
    sheet: FactSheet
    states: tuple[State, ...]
    weights: tuple[float, ...]
    ledger: Ledger

    def reasons(self) -> tuple[Reason, ...]:
        """What fired, by rule, vetoes apart."""
        weighed = self.pack.combine == "weigh"
        fired = [
            i for i, s in enumerate(self.states) if s == "fired" and not self.pack.rules[i].veto
        ]
        reasons = [
            Reason(
                rule=rule.id,
                answer=rule.then,
                decibans=self.weights[i] if weighed else None,
                counted=self.ledger.counted[i],
                evidence=rule.named,
                because=rule.because,
                source=rule.source,
                appraises=rule.appraises,
            )
            for i, rule in ((i, self.pack.rules[i]) for i in fired)
        ]
        return tuple(sorted(reasons, key=lambda r: r.rule))

    def rejected(self) -> tuple[Rejected, ...]:
        """Answers a veto took out."""
        out = ((a, self.pack.rules[i]) for a, i in self.ledger.vetoed.items())
        return tuple(
            sorted(
                (Rejected(a, r.because or r.title, r.id) for a, r in out), key=lambda r: r.answer
            )
        )

    def not_chosen(self) -> tuple[Rejected, ...]:
        """Answers that were outweighed, with the counted evidence against or the lack of any."""
        if self.ledger.answer is None or self.pack.combine != "weigh":
            return ()
        others = (
            a for a in self.pack.answers if a not in self.ledger.vetoed and a != self.ledger.answer
        )
        return tuple(Rejected(a, self._outweighed(a)) for a in sorted(others))

    def _outweighed(self, answer: str) -> str:
        mine = [r for r in self.reasons() if r.counted and r.answer == answer]
        against = min(
            (r for r in mine if (r.decibans or 0) < 0),
            key=lambda r: r.decibans or 0.0,
            default=None,
        )
        speaks = f"Strongest against: {against.because} ({against.rule})" if against else ""
        nothing = "" if mine else "No rule that fired speaks for it."
        gap = self.ledger.support[self.ledger.answer or answer] - self.ledger.support[answer]
        head = f"{gap:g} decibans behind {self.ledger.answer}."
        return " ".join(part for part in (head, speaks, nothing) if part)

    def survives(self) -> bool | None:
        """Whether the answer is the same with all judgement weights halved and with all doubled."""
        if self.ledger.answer is None or self.pack.combine != "weigh":
            return None
        again = (settle(self.pack, self.states, self.weights, scale).answer for scale in (0.5, 2.0))
        return all(answer == self.ledger.answer for answer in again)

    def workings(self) -> tuple[Working, ...]:
        """Every rule's working."""
        return tuple(self._working(i, rule) for i, rule in enumerate(self.pack.rules))

    def _working(self, i: int, rule: Rule) -> Working:
        weighed = self.pack.combine == "weigh" and not rule.veto and self.states[i] == "fired"
        unless = () if rule.unless is None else steps(rule.unless, self.sheet)
        return Working(
            rule=rule.id,
            title=rule.title,
            answer=rule.then,
            state=self.states[i],
            decibans=self.weights[i] if weighed else None,
            counted=self.ledger.counted[i],
            veto=rule.veto,
            when=steps(rule.when, self.sheet),
            unless=unless,
        )

    # The appraisal beside everything else.

    def disagreement(self) -> Disagreement | None:
        """Where the appraisal and the rest would each have answered alone, and otherwise.

        Each must lead by `enough` over the other's course: with less neither could have answered by
        itself. Only courses that the appraisal has priced and no veto took out are compared.
        """
        appraised = self._appraised()
        open_ = [a for a in self.pack.answers if a in appraised and a not in self.ledger.vetoed]
        others = {a: self.ledger.support[a] - appraised.get(a, 0.0) for a in self.pack.answers}
        left = [a for a in self.pack.answers if a not in self.ledger.vetoed]
        if len(open_) < 2:
            return None
        mine, theirs = max(open_, key=lambda a: appraised[a]), max(left, key=lambda a: others[a])
        if theirs not in open_:
            return None
        leads = (
            round(appraised[mine] - appraised[theirs], 2),
            round(others[theirs] - others[mine], 2),
        )
        return (
            None
            if min(leads) < self.pack.threshold("enough")
            else self._between(mine, leads[0], theirs, leads[1])
        )

    def _appraised(self) -> dict[str, float]:
        """What the appraisal says for each course it could price."""
        rules = enumerate(self.pack.rules)
        return {r.then: self.weights[i] for i, r in rules if r.appraises and self.ledger.counted[i]}

    def _between(self, mine: str, leads: float, theirs: str, their_lead: float) -> Disagreement:
        """The disagreement in words, with the reason that parts the two courses most."""
        signs = {theirs: 1.0, mine: -1.0}
        parting = [
            (self.weights[i] * signs[r.then], i)
            for i, r in enumerate(self.pack.rules)
            if self.ledger.counted[i] and not r.appraises and r.then in signs
        ]
        rule = self.pack.rules[max(parting, key=lambda p: (p[0], -p[1]))[1]]
        says = (
            f"The appraisal and the other evidence disagree. By what they are worth, {_spoken(mine)} leads "
            f"{_spoken(theirs)} by {leads:g} decibans; by all else, {_spoken(theirs)} leads {_spoken(mine)} by "
            f"{their_lead:g} (most of it: {rule.title}, {rule.id})."
        )
        asked = (
            f
            for f in sorted(rule.facts)
            if f in self.sheet and VOCABULARY.get(f) and VOCABULARY[f].judged
        )
        ask = next((VOCABULARY[f].question for f in asked), None)
        return Disagreement(mine, leads, theirs, their_lead, rule.id, ask, (says,))

    # What is missing, and whether it matters.

    def missing(self) -> tuple[Missing, ...]:
        """Unknown facts that could move an answer, by how much, the most first.

        A score by its criteria.
        """
        unknown, vocabulary = self._unknown(), {**VOCABULARY, **self.pack.vocabulary}
        scores: dict[str, list[str]] = {}
        for score in unknown:
            for criterion in self.pack.vocabulary[score].criteria:
                if criterion not in self.sheet:
                    scores.setdefault(criterion, []).append(score)
        direct = [n for n in unknown if not self.pack.vocabulary[n].criteria]
        waiting = {i for i, s in enumerate(self.states) if s == "unknown"}
        found = []
        for name in sorted({*scores, *direct}):
            names = tuple(n for n in (name, *scores.get(name, ())) if n in self.pack.vocabulary)
            move = self._could_move(names, waiting)
            if move is None or move > 0:
                found.append(Missing(name, move, vocabulary[name].question))
        return tuple(sorted(found, key=lambda m: (-(m.could_move or 0.0), m.fact)))

    def _unknown(self) -> tuple[str, ...]:
        """Unknown facts that rules now wait for."""
        waiting = (
            r.facts for r, s in zip(self.pack.rules, self.states, strict=True) if s == "unknown"
        )
        return tuple(sorted(name for name in frozenset().union(*waiting) if name not in self.sheet))

    def _could_move(self, names: tuple[str, ...], waiting: set[int]) -> float | None:
        """The most any answer's support could change once `names` are known, whatever the other unknowns are.

        names: a fact and the scores it is a criterion of. A veto it could set off counts as the
        strongest weight of the scale. None where nothing is weighed.
        """
        if self.pack.combine != "weigh":
            return None
        looking = {i for n in names for i in self.pack.readers.get(n, ())}
        return _most_moved(*self._part(sorted(looking & waiting)), names)

    def _part(self, waiting: Sequence[int]) -> tuple[_Same, _States, _Facts]:
        """What bears on some waiting rules.

        The states and weights of all that share their evidence, and known facts.

        Nothing else can change what a filling of them does, so that initiatives alike in this share
        the work. What a weight read from a fact adds is there with and without the filling, and
        what it speaks for is counted already: both are left out, for they part all initiatives.
        """
        sharing, facts = _sharing(_Same(self.pack), tuple(waiting))
        known = tuple((n, v) for n in facts if (v := self.sheet.get(n)) is not None)
        read = [
            i
            for i in self.pack.read_weights
            if i in sharing and self.states[i] == "fired" and i not in waiting
        ]
        spoken = frozenset().union(*(self.pack.rules[i].evidence for i in read))
        still = {
            i for i in sharing if i in waiting or spoken.isdisjoint(self.pack.rules[i].evidence)
        }
        told = (
            (i, self.states[i], self.weights[i]) if i in still else (i, self._inert(i, read), 0.0)
            for i in sharing
        )
        return _Same(self.pack), tuple(told), known

    def _inert(self, rule: int, read: Sequence[int]) -> State:
        """The state of a rule whose weight is out of play.

        It matters only for what it speaks for or vetoes.
        """
        return self.states[rule] if rule in read or self.pack.rules[rule].veto else "silent"

    def _candidates(self, name: str) -> tuple[Single, ...]:
        return _candidates(self.pack, name)

    def stands(self) -> bool:
        """Whether no filling of the unknown facts changes the answer, as far as can be proven.

        Rules that wait are split into groups that share no fact and no evidence; each group is
        filled in every way. Where a group has too many fillings nothing is proven and the answer is
        False.
        """
        groups = self._waiting_groups()
        if not groups:
            return True
        if self.pack.combine != "weigh" or self.ledger.answer is None:
            return self._stands_all_ways([i for group in groups for i in group])
        return self._stands_by_group(groups)

    def _stands_all_ways(self, waiting: Sequence[int]) -> bool:
        ways = self._ways(waiting)
        if ways is None:
            return False
        try:
            return all(settle(self.pack, s, w).answer == self.ledger.answer for s, w in ways)
        except JudgementError:
            return False

    def _stands_by_group(self, groups: Sequence[Sequence[int]]) -> bool:
        """Add up the worst each group can do to the lead over each other answer, and to the evidence in all."""
        leader, base = self.ledger.answer or "", self.ledger
        rivals = [a for a in self.pack.answers if a != leader and a not in base.vetoed]
        worst, size = dict.fromkeys(rivals, 0.0), 0.0
        for group in groups:
            effects = _effects(*self._part(group), tuple(group))
            if effects is None or any(leader in e.vetoed for e in effects):
                return False
            size += min(e.size for e in effects)
            for rival in rivals:
                worst[rival] += min(e.support[leader] - e.support[rival] for e in effects)
        margins = (base.support[leader] - base.support[r] + worst[r] for r in rivals)
        holds = all(m >= self.pack.threshold("tie") and m > 0 for m in margins)
        return holds and base.size + size >= self.pack.threshold("enough")

    def _waiting_groups(self) -> tuple[tuple[int, ...], ...]:
        """Rules that wait, joined where they share an unknown fact or a body of evidence."""
        waiting = tuple(i for i, s in enumerate(self.states) if s == "unknown")
        return _joined(_Same(self.pack), waiting, self._unknown())

    def _ways(self, waiting: Sequence[int]) -> list[tuple[Sequence[State], Sequence[float]]] | None:
        """The states and weights of every filling of what `waiting` rules wait for, or None if too many."""
        rules = [self.pack.rules[i] for i in waiting]
        names = sorted(
            n for n in frozenset().union(*(r.facts for r in rules)) if n not in self.sheet
        )
        choices = [self._candidates(n) for n in names]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > FILLINGS:
            return None
        return [
            self._filled(waiting, dict(zip(names, way, strict=True)))
            for way in itertools.product(*choices)
        ]

    def _filled(
        self, waiting: Sequence[int], filling: Mapping[str, Single]
    ) -> tuple[Sequence[State], Sequence[float]]:
        sheet = self.sheet.with_known({n: Known(v) for n, v in filling.items()})
        states, weights = list(self.states), list(self.weights)
        for i in waiting:
            states[i], weights[i] = (
                self.pack.rules[i].state(sheet),
                self.pack.rules[i].decibans(sheet),
            )
        return states, weights

    # What would change the answer.

    def flips(self, levers: Sequence[Lever]) -> tuple[Flip, ...]:
        """The smallest change of each fact that changes the answer, the smallest share of its range first."""
        found = [flip for lever in levers if (flip := self._smallest(lever)) is not None]
        return tuple(sorted(found, key=lambda f: (f.share, f.fact)))

    def _smallest(self, lever: Lever) -> Flip | None:
        tried = sorted(lever.candidates, key=lambda v: (lever.distance(v), str(v)))
        hit = next((v for v in tried if self._changes(lever.sheet_at(v))), None)
        searched = self._search(lever)
        options = [v for v in (hit, searched) if v is not None]
        if not options:
            return None
        at = min(options, key=lever.distance)
        to = self._answer(lever.sheet_at(at))
        share = lever.distance(at) / lever.width if lever.width else 1.0
        return Flip(to, said(lever, at, to), lever.fact, shown(lever.before), at, share)

    def _changes(self, sheet: FactSheet) -> bool:
        return self._answer(sheet) != self.ledger.answer

    def _answer(self, sheet: FactSheet) -> str | None:
        """The answer on a changed sheet, judging again only the rules that mention what changed."""
        mine, other = self.sheet.known, sheet.known
        changed = [n for n, k in other.items() if mine.get(n) is not k and mine.get(n) != k]
        if len(mine) != len(other) or changed:
            changed += [n for n in mine if n not in other]
        states, weights = list(self.states), list(self.weights)
        for i in {i for n in changed for i in self.pack.readers.get(n, ())}:
            states[i], weights[i] = (
                self.pack.rules[i].state(sheet),
                self.pack.rules[i].decibans(sheet),
            )
        if tuple(states) == self.states and tuple(weights) == self.weights:
            return self.ledger.answer
        try:
            return settle(self.pack, states, weights).answer
        except JudgementError:
            return None

    def _search(self, lever: Lever) -> float | None:
        """The nearest point of a continuous lever at which the answer differs, outwards both ways."""
        if lever.span is None or not isinstance(lever.before, int | float):
            return None
        start, strides = float(lever.before), lever.strides
        ways = [
            [start + (end - start) * k / strides for k in range(strides + 1)] for end in lever.span
        ]
        found: float | None = None
        # Both ways in step; beyond what is found already nothing nearer can come.
        for k in range(1, strides + 1):
            for way in ways:
                if found is not None and lever.distance(way[k - 1]) >= lever.distance(found):
                    continue
                if self._changes(lever.sheet_at(way[k])):
                    at = self._halved(lever, way[k - 1], way[k])
                    found = at if found is None else min(found, at, key=lever.distance)
                    way[k:] = [way[k - 1]] * len(way[k:])
        return found

    def _halved(self, lever: Lever, same: float, other: float) -> float:
        while abs(other - same) > max(lever.width, 1e-9) / 500:
            middle = (same + other) / 2
            if self._changes(lever.sheet_at(middle)):
                other = middle
            else:
                same = middle
        rounded = _outward_rounded(other, same, max(lever.width, 1e-9))
        return rounded if self._changes(lever.sheet_at(rounded)) else other


# --- what the unknown could do, shared by all that are alike in it --------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A pack as a key: the same only as itself."""

    pack: RulePack

    def __hash__(self) -> int:
        return id(self.pack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.pack is self.pack


_States = tuple[tuple[int, State, float], ...]
_Facts = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one filling adds to each answer's support and to the evidence in all; what it vetoes."""

    support: Mapping[str, float]
    size: float
    vetoed: frozenset[str]


def _candidates(pack: RulePack, name: str) -> tuple[Single, ...]:
    """Values that between them show everything the pack's rules can make of a fact."""
    return _told_apart(_Same(pack), name)


@lru_cache(maxsize=4096)
def _told_apart(key: _Same, name: str) -> tuple[Single, ...]:
    """Of values that every test in the pack takes alike, the first stands for all."""
    pack = key.pack
    fact = pack.vocabulary[name]
    if fact.values:
        rules = (pack.rules[i] for i in pack.readers.get(name, ()))
        tests = [t for r in rules for t in each_test(r.condition) if t.fact == name]
        kinds: dict[tuple[bool, ...], Single] = {}
        for value in fact.values:
            kinds.setdefault(tuple(t.holds(value) for t in tests), value)
        return tuple(kinds.values())
    caps = {r.cap for r in pack.rules if r.weight_fact == name}
    cuts = {*cut_points(pack, name), *caps, *(-c for c in caps)}
    return between(sorted(cuts)) if cuts else (fact.low, fact.high)


def _spread(pack: RulePack, part: _States) -> tuple[list[State], list[float]]:
    """States and weights with all that does not bear on a part silent."""
    states: list[State] = ["silent"] * len(pack.rules)
    weights = [0.0] * len(pack.rules)
    for i, state, weight in part:
        states[i], weights[i] = state, weight
    return states, weights


@lru_cache(maxsize=4096)
def _joined(
    key: _Same, waiting: tuple[int, ...], unknown: tuple[str, ...]
) -> tuple[tuple[int, ...], ...]:
    """Waiting rules in groups that share neither an unknown fact nor a body of evidence."""
    groups: list[tuple[set[str], list[int]]] = []
    for i in waiting:
        rule = key.pack.rules[i]
        ties = {f"fact {n}" for n in rule.facts if n in unknown} | {
            f"evidence {e}" for e in rule.evidence
        }
        touching = [g for g in groups if not g[0].isdisjoint(ties)]
        members = sorted([i, *(m for g in touching for m in g[1])])
        groups = [g for g in groups if g not in touching]
        groups.append((ties.union(*(g[0] for g in touching)), members))
    return tuple(tuple(members) for _, members in groups)


@lru_cache(maxsize=4096)
def _sharing(key: _Same, waiting: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Waiting rules and all that share evidence with them, and the facts that the waiting ones read, sorted."""
    rules = key.pack.rules
    evidence = frozenset().union(*(rules[i].evidence for i in waiting))
    sharing = tuple(
        i for i, r in enumerate(rules) if i in waiting or not r.evidence.isdisjoint(evidence)
    )
    return sharing, tuple(sorted(frozenset().union(*(rules[i].facts for i in waiting))))


@lru_cache(maxsize=4096)
def _effects(
    key: _Same, part: _States, known: _Facts, waiting: tuple[int, ...]
) -> tuple[_Effect, ...] | None:
    """What every filling of what `waiting` rules wait for would do, or None if too many."""
    pack, sheet = key.pack, FactSheet.of(dict(known))
    states, weights = _spread(pack, part)
    # What the appraisal speaks for is counted already: of rules on it only a veto can still do
    # anything.
    base = settle(pack, states, weights)
    spoken = frozenset().union(
        *(pack.rules[i].evidence for i, s, _ in part if s == "fired" and pack.rules[i].weight_fact)
    )
    open_ = [i for i in waiting if pack.rules[i].veto or spoken.isdisjoint(pack.rules[i].evidence)]
    names = sorted(
        n for n in frozenset().union(*(pack.rules[i].facts for i in open_)) if n not in sheet
    )
    choices = [_candidates(pack, n) for n in names]
    if math.prod(len(c) for c in choices) > FILLINGS:
        return None
    found = {}
    for way in itertools.product(*choices):
        filled = sheet.with_known({n: Known(v) for n, v in zip(names, way, strict=True)})
        for i in open_:
            states[i], weights[i] = pack.rules[i].state(filled), pack.rules[i].decibans(filled)
        same = tuple((states[i], weights[i]) for i in open_)
        if same not in found:
            found[same] = _effect(base, settle(pack, states, weights))
    return tuple(found.values())


def _effect(base: Ledger, after: Ledger) -> _Effect:
    gained = {a: after.support[a] - base.support[a] for a in base.support}
    return _Effect(gained, after.size - base.size, frozenset(after.vetoed))


@lru_cache(maxsize=8192)
def _most_moved(key: _Same, part: _States, known: _Facts, names: tuple[str, ...]) -> float:
    """The most that any filling of `names` could move any answer's support."""
    pack, sheet = key.pack, FactSheet.of(dict(known))
    fillings = itertools.product(*(_candidates(pack, n) for n in names))
    ways = (
        sheet.with_known({n: Known(v) for n, v in zip(names, f, strict=True)}) for f in fillings
    )
    return max((_moved(pack, part, names, way) for way in ways), default=0.0)


def _moved(pack: RulePack, part: _States, names: tuple[str, ...], sheet: FactSheet) -> float:
    """The most that one filling moves any answer's support, what is still unknown falling as it may."""
    states, weights = _spread(pack, part)
    base = settle(pack, states, weights).support
    asked = (i for i, s, _ in part if s == "unknown" and not pack.rules[i].facts.isdisjoint(names))
    waiting = [i for i in asked if pack.rules[i].state(sheet) != "silent"]
    for i in waiting:
        weights[i] = pack.rules[i].decibans(sheet)
    moved = float(max(SCALE)) if any(pack.rules[i].veto for i in waiting) else 0.0
    for sign in (1.0, -1.0):
        fires = {i for i in waiting if weights[i] * sign > 0}
        after = settle(
            pack, ["fired" if i in fires else s for i, s in enumerate(states)], weights
        ).support
        moved = max(moved, *(abs(after[a] - base[a]) for a in pack.answers))
    return moved


def _spoken(answer: str) -> str:
    return answer.replace("-", " ")


def _outward_rounded(value: float, inner: float, width: float) -> float:
    """`value` with few digits, rounded away from `inner`."""
    grain = 10.0 ** math.floor(math.log10(width / 100))
    steps = math.ceil(value / grain - 1e-9) if value > inner else math.floor(value / grain + 1e-9)
    return round(steps * grain, 12)


def shown(value: Value | None) -> str | float | bool | None:
    """A value as one word or number; raters who differ joined by `or`."""
    if isinstance(value, frozenset):
        return " or ".join(sorted(map(str, value)))
    return value


def said(lever: Lever, at: Single, to: str | None) -> str:
    """The change in words."""
    what = lever.label or lever.fact
    before, after = (
        f"{v:g}" if isinstance(v, float) else str(v).lower() for v in (shown(lever.before), at)
    )
    return f"{what}: from {before} to {after} gives {to or 'no answer'}"


def steps(condition: Condition, sheet: FactSheet) -> tuple[Step, ...]:
    """Each test of a condition with the value it met."""
    return tuple(_step(test, sheet) for test in each_test(condition))


def _step(test: Test, sheet: FactSheet) -> Step:
    value = sheet.get(test.fact)
    verdicts = {test.holds(v) for v in members(value)} if value is not None else set()
    return Step(str(test), test.fact, shown(value), verdicts.pop() if len(verdicts) == 1 else None)


def default_levers(pack: RulePack, sheet: FactSheet) -> tuple[Lever, ...]:
    """A lever for every known fact of the pack.

    A fact that is a weight may take any value up to its cap.
    """
    levers = []
    for name in pack.facts:
        if name in sheet:
            lever = lever_for(pack.vocabulary[name], sheet, cut_points(pack, name))
            cap = max((r.cap for r in pack.rules if r.weight_fact == name), default=None)
            levers.append(lever if cap is None else replace(lever, span=(-cap, cap)))
    return tuple(levers)


def lever_for(
    fact: Fact,
    sheet: FactSheet,
    cuts: Sequence[float],
    rebuilt: Callable[[FactSheet], FactSheet] = lambda s: s,
) -> Lever:
    """A lever on one known fact.

    Its other levels, or the nearest numbers on either side of each cut.
    """
    before = sheet.known[fact.name].value

    def sheet_at(value: Single) -> FactSheet:
        return rebuilt(sheet.changed(fact.name, value))

    if fact.values:
        values = fact.values
        places = [values.index(v) for v in members(before)]

        def steps_away(value: Single) -> float:
            return float(min(abs(values.index(value) - p) for p in places)) or 0.5

        others = tuple(v for v in values if before != v)
        return Lever(
            fact.name, before, others, sheet_at, len(values) - 1.0, steps_away, label=fact.meaning
        )
    near = float(next(iter(members(before))))
    grain = _grain(fact.high - fact.low)
    around = tuple(round(c + d, 12) for c in cuts for d in (-grain, 0.0, grain))
    return Lever(
        fact.name,
        before,
        around,
        sheet_at,
        fact.high - fact.low,
        lambda v: abs(float(v) - near),
        label=fact.meaning,
    )


def _grain(width: float) -> float:
    """A small round step for a range: about a thousandth of it."""
    return float(10.0 ** math.floor(math.log10(width / 1000)))
