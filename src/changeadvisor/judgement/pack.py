"""A rule pack, ready to judge: its rules, what each does on one sheet, and what they share."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from changeadvisor.facts import Fact, FactSheet, Single, Value
from changeadvisor.judgement.conditions import AllOf, Condition, Not, each_test, judge, text
from changeadvisor.judgement.pack_file import Combine, ParameterFile, State

#: The one scale of weights, in decibans: our judgement, not measured (formats.md section 3).
SCALE = (1, 2, 4, 7, 10)
#: Parameters that bear on the answer of every pack by themselves, in decibans.
THRESHOLDS = ("tie", "close", "enough", "material")

#: States that a rule remembers.
_REMEMBERED = 4096
_STATES: Mapping[bool | None, State] = {True: "fired", False: "silent", None: "unknown"}


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An inline test of a rule: an example beside it."""

    it: str
    """What the example shows, in words, as written after `it`."""
    given: Mapping[str, Value]
    """The facts of the example; all others are unknown."""
    expect: State
    """What the rule then does."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    id: str
    title: str
    evidence_name: str
    """The body of evidence that it names as its own."""
    evidence: frozenset[str]
    """Every body of evidence it looks at, its own among them."""
    when: Condition
    unless: Condition | None
    """What blocks it; None where nothing does."""
    then: str
    """The answer it speaks for, or vetoes."""
    weight: float = 0.0
    """Decibans for that answer; 0 where they are read from a fact, or nothing is weighed."""
    weight_fact: str | None = None
    """The fact that the weight is read from; None where it is fixed."""
    cap: float = 0.0
    """Decibans that a weight read from a fact is held to, either way."""
    veto: bool = False
    because: str = ""
    source: str = ""
    tests: tuple[RuleTest, ...] = ()
    parameters: frozenset[str] = frozenset()
    """The names of the parameters that it uses."""
    facts: frozenset[str] = field(init=False)
    """Every fact it looks at, the one its weight is read from among them."""
    _fact_names: tuple[str, ...] = field(default=(), init=False, repr=False, compare=False)
    _states: dict[tuple[Value | None, ...], State] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Its states by the values of its facts: the same values come up again and again."""

    def __post_init__(self) -> None:
        facts = {test.fact for test in each_test(self.condition)}
        if self.weight_fact is not None:
            facts.add(self.weight_fact)
        object.__setattr__(self, "facts", frozenset(facts))
        object.__setattr__(self, "_fact_names", tuple(sorted(facts)))

    @property
    def appraises(self) -> bool:
        """Whether its weight is that of the appraisal itself, or of the simulated spread."""
        return self.weight_fact is not None and not self.weight_fact.startswith("stake.")

    @property
    def condition(self) -> Condition:
        """When it fires: `when`, and not `unless`."""
        return self.when if self.unless is None else AllOf((self.when, Not(self.unless)))

    @property
    def when_text(self) -> str:
        """Its condition in words."""
        return text(self.when)

    @property
    def unless_text(self) -> str:
        """What blocks it, in words; empty where nothing does."""
        return "" if self.unless is None else text(self.unless)

    def state(self, sheet: FactSheet) -> State:
        """Fired, silent or unknown on one sheet; where raters differ, fired only if for each."""
        values = tuple(map(sheet.get, self._fact_names))
        state = self._states.get(values)
        if state is None:
            if len(self._states) >= _REMEMBERED:
                self._states.clear()
            state = self._states[values] = self._judged(values)
        return state

    def _judged(self, values: tuple[Value | None, ...]) -> State:
        given = {n: v for n, v in zip(self._fact_names, values, strict=True) if v is not None}
        condition = self.condition
        # Every way in which the raters, where they differ, may be right.
        ways = itertools.product(*(sorted(members(v), key=str) for v in given.values()))
        verdicts = {judge(condition, dict(zip(given, way, strict=True))) for way in ways}
        verdict = verdicts.pop() if len(verdicts) == 1 else None
        if self.weight_fact is not None and self.weight_fact not in given and verdict is not False:
            return "unknown"
        return _STATES[verdict]

    def decibans(self, sheet: FactSheet) -> float:
        """Its weight on this sheet."""
        if self.weight_fact is None:
            return self.weight
        value = sheet.get(self.weight_fact)
        if not isinstance(value, int | float):
            return 0.0
        return max(-self.cap, min(self.cap, float(value)))


def members(value: Value) -> Iterable[Single]:
    """The values of a fact: one, or those raters gave."""
    return value if isinstance(value, frozenset) else (value,)


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """The question of ours that a pack's own fact is read from."""

    fact: str
    """The question's fact."""
    levels: Mapping[str, Value]
    """What each of its levels means in the pack: one level, or several."""


@dataclass(frozen=True, slots=True, eq=False)
class RulePack:
    """Rules with what they share. A pack is equal only to itself: it serves as a key of caches."""

    name: str
    version: str
    question: str
    answers: tuple[str, ...]
    combine: Combine
    rules: tuple[Rule, ...]
    """In id order, but as written where the first that fires answers."""
    parameters: Mapping[str, ParameterFile]
    vocabulary: Mapping[str, Fact]
    """Every fact its rules may mention, its own among them."""
    declared: tuple[str, ...]
    """The names of its own facts, sorted."""
    digest: str
    ordered: bool = True
    """Whether its answers are in order, the mildest first."""
    title: str = ""
    description: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What an answer means, where the pack says so."""
    reads: Mapping[str, ReadFrom] = field(default_factory=dict)
    """Its own facts that are read from a question of ours."""

    # Worked out from the rules once, for judging is done often.
    facts: tuple[str, ...] = field(init=False, repr=False)
    """The facts its rules look at, sorted."""
    questions: tuple[str, ...] = field(init=False, repr=False)
    """What its answer rests on, sorted: its facts, or the questions they are read from."""
    readers: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)
    """For each fact, the rules that look at it, by position in `rules`."""
    order: tuple[int, ...] = field(init=False, repr=False)
    """Rules of fixed weight by position, the strongest first (ties: lower id)."""
    rank: Mapping[int, int] = field(init=False, repr=False)
    """The places of rules in that order."""
    blockers: tuple[tuple[int, ...], ...] = field(init=False, repr=False)
    """For each rule, the stronger ones that would already have counted what it says."""
    fixed_weights: tuple[float, ...] = field(init=False, repr=False)
    """Every rule's fixed weight in decibans; 0 where it is read from a fact."""
    read_weights: tuple[int, ...] = field(init=False, repr=False)
    """The rules whose weight is read from a fact, by position."""

    def __post_init__(self) -> None:
        rules = self.rules
        facts = tuple(sorted(frozenset().union(*(rule.facts for rule in rules))))
        asked = {self.reads[name].fact if name in self.reads else name for name in facts}
        fixed = [i for i, r in enumerate(rules) if not r.veto and r.weight_fact is None]
        order = tuple(sorted(fixed, key=lambda i: (-abs(rules[i].weight), rules[i].id)))
        worked_out = {
            "facts": facts,
            "questions": tuple(sorted(asked)),
            "readers": MappingProxyType(_readers(rules)),
            "order": order,
            "rank": MappingProxyType({i: place for place, i in enumerate(order)}),
            "blockers": _blockers(rules, order),
            "fixed_weights": tuple(rule.weight for rule in rules),
            "read_weights": tuple(i for i, r in enumerate(rules) if r.weight_fact is not None),
        }
        for name, value in worked_out.items():
            object.__setattr__(self, name, value)

    def facts_that_count(self, sheet: FactSheet) -> frozenset[str]:
        """The facts that can still count on a sheet.

        Where a weight is read from a fact (the appraisal), other rules on its evidence are silent.
        """
        weighed_by_fact = [self.rules[i] for i in self.read_weights]
        appraised = frozenset().union(
            *(rule.evidence for rule in weighed_by_fact if rule.state(sheet) == "fired")
        )
        counting = (
            rule
            for rule in self.rules
            if rule.veto or rule.weight_fact is not None or appraised.isdisjoint(rule.evidence)
        )
        return frozenset().union(*(rule.facts for rule in counting))

    def threshold(self, name: str) -> float:
        """The parameter `tie`, `close` or `enough` in decibans, or `material`; 0: not set."""
        parameter = self.parameters.get(name)
        return float(parameter.value) if parameter is not None else 0.0

    def states(self, sheet: FactSheet) -> tuple[State, ...]:
        """What every rule does on this sheet, in the order of `rules`."""
        return tuple(rule.state(sheet) for rule in self.rules)


def _readers(rules: Sequence[Rule]) -> dict[str, tuple[int, ...]]:
    positions: dict[str, list[int]] = {}
    for i, rule in enumerate(rules):
        for name in rule.facts:
            positions.setdefault(name, []).append(i)
    return {name: tuple(readers) for name, readers in positions.items()}


def _blockers(rules: Sequence[Rule], order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """For each rule, those before it in `order` that say the same, on evidence that they share."""

    def says_the_same(one: Rule, other: Rule) -> bool:
        return (
            one.then == other.then
            and (one.weight > 0) == (other.weight > 0)
            and not one.evidence.isdisjoint(other.evidence)
        )

    blockers: list[tuple[int, ...]] = [()] * len(rules)
    for place, i in enumerate(order):
        blockers[i] = tuple(j for j in order[:place] if says_the_same(rules[j], rules[i]))
    return tuple(blockers)


def cut_points(pack: RulePack, name: str) -> tuple[float, ...]:
    """The numbers a pack compares a fact with, rising."""
    tests = (t for i in pack.readers.get(name, ()) for t in each_test(pack.rules[i].condition))
    numbers = (v for t in tests if t.fact == name for v in t.values if isinstance(v, int | float))
    return tuple(sorted(set(map(float, numbers))))


def probe_points(cuts: Sequence[float]) -> tuple[float, ...]:
    """One number of every kind that cuts can tell apart.

    Each cut, a point between neighbours and one beyond each end.
    """
    between = [(low + high) / 2 for low, high in itertools.pairwise(cuts)]
    return tuple(sorted({*cuts, *between, cuts[0] - 1.0, cuts[-1] + 1.0}))
