"""A rule pack: what people write, and what it becomes once every fault is out of it.

The rule is the unit: its condition, weight, reason, source and examples stand together in the file.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from changeadvisor import validation
from changeadvisor.errors import Fault, InputError, nearest
from changeadvisor.facts import (
    VOCABULARY,
    Fact,
    FactSheet,
    Single,
    Value,
)
from changeadvisor.judgement.conditions import (
    AllOf,
    Condition,
    ConditionError,
    Not,
    each_test,
    parse,
    text,
)
from changeadvisor.judgement.conditions import judge as judge_condition
from changeadvisor.model import (
    Number,
    Record,
    Text,
    canonical_json,
    digest,
)

Place = Callable[[tuple[str | int, ...]], str]
State = Literal["fired", "silent", "unknown"]
Combine = Literal["weigh", "unique", "first"]

#: The one scale of weights, in decibans: our judgement, not measured (formats.md section 3).
SCALE = (1, 2, 4, 7, 10)


# --- what people write ----------------------------------------------------------------------------


class ParameterFile(Record):
    """A number or level with a name, a unit and a source, used in conditions as `$name`."""

    value: bool | Number | Text
    unit: Text | None = None
    label: Text | None = None
    source: Text | None = None


class ReadFromFile(Record):
    """The question of ours that a pack's own fact is read from: what each of its levels means here.

    A level that lies between means several; the fact is then the set of them, as where raters
    differ.
    """

    fact: Text
    levels: dict[str, Text | Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]]


class FactFile(Record):
    """A fact a pack declares for itself.

    Levels (worst last), a number with unit and range, or neither (yes or no).
    """

    levels: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)] | None = None
    unit: Text | None = None
    range: Annotated[tuple[Number, ...], Field(strict=False, min_length=2, max_length=2)] | None = (
        None
    )
    worse: Literal["higher", "lower"] | None = None
    ordered: bool = True
    meaning: Text | None = None
    question: Text | None = None
    from_: ReadFromFile | None = Field(default=None, alias="from")


class RuleTestFile(Record):
    """An example beside its rule: these facts, and what the rule then does."""

    it: Text
    given: dict[str, bool | Number | Text | list[bool | Number | Text]] = Field(
        default_factory=dict
    )
    expect: State


class FromFact(Record):
    """A weight read from a fact in decibans, held to plus or minus `cap` (a number or `$parameter`)."""

    fact: Text
    cap: Number | Text


class RuleFile(Record):
    """One rule as written."""

    id: Text
    title: Text | None = None
    evidence: Text | None = None
    when: Any = None
    unless: Any = None
    then: Text
    weight: int | FromFact | None = None
    veto: bool = False
    because: Text | None = None
    source: Text | None = None
    tests: Annotated[tuple[RuleTestFile, ...], Field(strict=False)] = ()


class PackFile(Record):
    """A rule pack as written."""

    pack: Text
    version: Text
    title: Text | None = None
    description: Text | None = None
    question: Text
    answers: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)]
    meanings: dict[str, Text] = Field(default_factory=dict)
    combine: Combine
    ordered: bool = True
    parameters: dict[str, ParameterFile] = Field(default_factory=dict)
    facts: dict[str, FactFile] = Field(default_factory=dict)
    retired: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    rules: Annotated[tuple[RuleFile, ...], Field(strict=False)]


# --- a pack, ready to judge -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An inline test of a rule."""

    it: str
    given: Mapping[str, Value]
    expect: State


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `weight` in decibans; `weight_fact` names the fact it is read from instead, held to `cap`.

    evidence: the bodies of evidence it looks at, its own name first in `named`.
    """

    id: str
    title: str
    named: str
    evidence: frozenset[str]
    when: Condition
    unless: Condition | None
    then: str
    weight: float = 0.0
    weight_fact: str | None = None
    cap: float = 0.0

    @property
    def appraises(self) -> bool:
        """Whether its weight is that of the appraisal of the initiative itself (or of its simulated spread)."""
        return self.weight_fact is not None and not self.weight_fact.startswith("stake.")

    veto: bool = False
    because: str = ""
    source: str = ""
    tests: tuple[RuleTest, ...] = ()
    facts: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    #: Its facts in order, and its states by what they were: the same values come up again and
    #: again.
    _names: tuple[str, ...] = field(default=(), init=False, repr=False, compare=False)
    _done: dict[tuple[Value | None, ...], State] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", tuple(sorted(self.facts)))

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
        """Fired, silent or unknown on one sheet.

        Where raters differ, fired only if it fires for each of them.
        """
        met = tuple(map(sheet.get, self._names))
        state = self._done.get(met)
        if state is None:
            if len(self._done) >= _REMEMBERED:
                self._done.clear()
            state = self._done[met] = self._judged(sheet)
        return state

    def _judged(self, sheet: FactSheet) -> State:
        given = {name: value for name in self.facts if (value := sheet.get(name)) is not None}
        split = sorted(n for n, v in given.items() if isinstance(v, frozenset))
        condition = self.condition
        verdicts: set[bool | None] = set()
        for answers in itertools.product(*(sorted(members(given[n]), key=str) for n in split)):
            one: Mapping[str, Any] = (
                {**given, **dict(zip(split, answers, strict=True))} if split else given
            )
            verdicts.add(judge_condition(condition, one))
        verdict = verdicts.pop() if len(verdicts) == 1 else None
        if self.weight_fact is not None and self.weight_fact not in given and verdict is not False:
            return "unknown"
        return _STATES[verdict]

    def decibans(self, sheet: FactSheet) -> float:
        """Its weight on this sheet."""
        if self.weight_fact is None:
            return self.weight
        value = sheet.get(self.weight_fact)
        return (
            max(-self.cap, min(self.cap, float(value))) if isinstance(value, int | float) else 0.0
        )


#: States that a rule remembers.
_REMEMBERED = 4096
_STATES: Mapping[bool | None, State] = {True: "fired", False: "silent", None: "unknown"}


def members(value: Value) -> Iterable[Single]:
    """The values of a fact: one, or those raters gave."""
    return value if isinstance(value, frozenset) else (value,)


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """Which question a pack's own fact is read from, and what each of its levels means.

    One level here, or several.
    """

    fact: str
    levels: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RulePack:
    """Rules with what they share.

    In id order, but as written where the first that fires answers.
    """

    name: str
    version: str
    question: str
    answers: tuple[str, ...]
    combine: Combine
    rules: tuple[Rule, ...]
    parameters: Mapping[str, ParameterFile]
    vocabulary: Mapping[str, Fact]
    declared: tuple[str, ...]
    digest: str
    ordered: bool = True
    title: str = ""
    description: str = ""
    #: What an answer means, where the pack says so.
    meanings: Mapping[str, str] = field(default_factory=dict)
    #: Its own facts that are read from a question of ours.
    reads: Mapping[str, ReadFrom] = field(default_factory=dict)
    #: What its answer rests on, sorted: its facts, or the questions they are read from.
    questions: tuple[str, ...] = ()
    #: Rules of fixed weight, the strongest first (ties: lower id), by position in `rules`.
    order: tuple[int, ...] = field(default=(), repr=False)
    #: Their places in that order.
    rank: Mapping[int, int] = field(default_factory=dict, repr=False)
    #: For each rule, the stronger ones that would already have counted what it says.
    blockers: tuple[tuple[int, ...], ...] = field(default=(), repr=False)
    #: Weights that are fixed, and the rules whose weight is read from a fact.
    fixed_weights: tuple[float, ...] = field(default=(), repr=False)
    read_weights: tuple[int, ...] = field(default=(), repr=False)
    #: For each fact, the rules that look at it, by position in `rules`.
    readers: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(
        cls, data: object, place: Place, vocabulary: Mapping[str, Fact] = VOCABULARY
    ) -> RulePack:
        """A pack from plain data; `place` tells where a value stands.

        Raises InputError with every fault.
        """
        try:
            file = PackFile.model_validate(data)
        except ValidationError as error:
            raise InputError(validation.faults_of(error, PackFile, data, place)) from None
        return _Reader(file, place, vocabulary).pack()

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts its rules mention, sorted."""
        return tuple(sorted(frozenset().union(*(rule.facts for rule in self.rules))))

    def heard(self, sheet: FactSheet) -> frozenset[str]:
        """The facts that can still count on a sheet.

        Where the appraisal speaks, others on its evidence are silent.
        """
        spoken = frozenset().union(
            *(
                r.evidence
                for r in self.rules
                if r.weight_fact is not None and r.state(sheet) == "fired"
            )
        )
        count = (
            r
            for r in self.rules
            if r.veto or r.weight_fact is not None or spoken.isdisjoint(r.evidence)
        )
        return frozenset().union(*(r.facts for r in count))

    def threshold(self, name: str) -> float:
        """The parameter `tie`, `close` or `enough` in decibans.

        Where a pack sets none, there is no threshold.
        """
        parameter = self.parameters.get(name)
        return float(parameter.value) if parameter is not None else 0.0

    def states(self, sheet: FactSheet) -> tuple[State, ...]:
        """What every rule does on this sheet, in the order of `rules`."""
        return tuple(rule.state(sheet) for rule in self.rules)


class _Reader:
    """Turns a written pack into one that can judge, gathering every fault on the way."""

    def __init__(self, file: PackFile, place: Place, vocabulary: Mapping[str, Fact]) -> None:
        self.file, self.place = file, place
        self.faults: list[Fault] = []
        self.vocabulary = {**vocabulary, **{n: _declared(n, f) for n, f in file.facts.items()}}
        self.parameters: dict[str, Any] = {n: p.value for n, p in file.parameters.items()}

    def pack(self) -> RulePack:
        """The pack, or InputError."""
        self._names()
        self._own_facts()
        rules = [
            rule for i, r in enumerate(self.file.rules) if (rule := self._rule(i, r)) is not None
        ]
        if self.faults:
            raise InputError(self.faults)
        if self.file.combine != "first":
            rules.sort(key=lambda r: r.id)
        return self._assembled(_inherited(rules, self.vocabulary))

    def _assembled(self, rules: tuple[Rule, ...]) -> RulePack:
        file = self.file
        reads = {n: _read_from(f.from_) for n, f in sorted(file.facts.items()) if f.from_}
        fixed = [i for i, r in enumerate(rules) if not r.veto and r.weight_fact is None]
        order = tuple(sorted(fixed, key=lambda i: (-abs(rules[i].weight), rules[i].id)))
        return RulePack(
            name=file.pack,
            version=file.version,
            question=file.question,
            answers=file.answers,
            combine=file.combine,
            rules=rules,
            parameters=MappingProxyType(dict(sorted(file.parameters.items()))),
            vocabulary=MappingProxyType(self.vocabulary),
            declared=tuple(sorted(file.facts)),
            digest=_digest(file),
            ordered=file.ordered,
            title=file.title or file.pack,
            description=file.description or "",
            meanings=MappingProxyType(dict(file.meanings)),
            reads=MappingProxyType(reads),
            questions=tuple(
                sorted({reads[n].fact if n in reads else n for r in rules for n in r.facts})
            ),
            order=order,
            rank=MappingProxyType({i: at for at, i in enumerate(order)}),
            blockers=_blockers(rules, order),
            fixed_weights=tuple(r.weight for r in rules),
            read_weights=tuple(i for i, r in enumerate(rules) if r.weight_fact is not None),
            readers=_readers(rules),
        )

    def _fault(
        self, location: tuple[str | int, ...], found: str, expected: str, mend: str = ""
    ) -> None:
        field = validation.dotted(location, self.file.model_dump())
        self.faults.append(Fault(self.place(location), field, found, expected, mend))

    def _names(self) -> None:
        """Ids once each and not retired; thresholds are numbers; answers once each."""
        seen: set[str] = set(self.file.retired)
        for i, rule in enumerate(self.file.rules):
            if rule.id in seen:
                self._fault(
                    ("rules", i, "id"), f"`{rule.id}` again", "an id used once and never retired"
                )
            seen.add(rule.id)
        for name in ("tie", "close", "enough"):
            value = self.parameters.get(name, 0.0)
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                self._fault(("parameters", name, "value"), f"`{value}`", "decibans, 0 or more")
        if len(set(self.file.answers)) < len(self.file.answers):
            self._fault(("answers",), "an answer twice", "each answer once")
        for answer in self.file.meanings:
            self._unknown_word(("meanings", answer), answer, self.file.answers)

    def _own_facts(self) -> None:
        """What a pack's own facts are read from is there, and says of each level what it means."""
        for name, file in self.file.facts.items():
            if file.from_ is not None:
                self._check_read(("facts", name, "from"), file, file.from_)

    def _check_read(self, at: tuple[str | int, ...], own: FactFile, read: ReadFromFile) -> None:
        asked = self.vocabulary.get(read.fact)
        if asked is None or not asked.levels or read.fact in self.file.facts:
            near = nearest(
                read.fact,
                (n for n, f in self.vocabulary.items() if f.levels and n not in self.file.facts),
            )
            mend = f"did you mean `{near}`?" if near else ""
            self._fault(
                (*at, "fact"), f"`{read.fact}`", "a fact of the vocabulary that has levels", mend
            )
            return
        if not own.levels:
            self._fault(at, "a fact without levels", "`levels` beside `from`")
            return
        self._check_levels((*at, "levels"), own.levels, read, asked)

    def _check_levels(
        self, at: tuple[str | int, ...], own: tuple[str, ...], read: ReadFromFile, asked: Fact
    ) -> None:
        """Every level of the question is there, and means levels that the pack's own fact has."""
        for level, means in read.levels.items():
            self._unknown_word((*at, level), level, tuple(asked.levels))
            for word in _several(means):
                self._unknown_word((*at, level), word, own)
        left_out = [level for level in asked.levels if level not in read.levels]
        if left_out:
            self._fault(
                at, f"nothing for {', '.join(left_out)}", f"what each level of {asked.name} means"
            )

    def _unknown_word(self, at: tuple[str | int, ...], word: str, known: tuple[str, ...]) -> None:
        if word not in known:
            near = nearest(word, known)
            mend = f"did you mean `{near}`?" if near else ""
            self._fault(at, f"`{word}`", "one of " + ", ".join(known), mend)

    def _rule(self, i: int, rule: RuleFile) -> Rule | None:
        """One rule, or None where it has faults."""
        before = len(self.faults)
        at: tuple[str | int, ...] = ("rules", i)
        self._check_answer(at, rule)
        self._check_weight(at, rule)
        when = AllOf(()) if rule.when is None else self._condition((*at, "when"), rule.when)
        unless = None if rule.unless is None else self._condition((*at, "unless"), rule.unless)
        examples = tuple(self._test((*at, "tests", j), t) for j, t in enumerate(rule.tests))
        if len(self.faults) > before or when is None:
            return None
        return self._built(rule, when, unless, examples)

    def _built(
        self,
        rule: RuleFile,
        when: Condition,
        unless: Condition | None,
        examples: tuple[RuleTest, ...],
    ) -> Rule:
        named = rule.evidence or rule.id
        from_fact = rule.weight if isinstance(rule.weight, FromFact) else None
        met = [t for c in (when, unless) if c is not None for t in each_test(c)]
        mentioned = {t.fact for t in met}
        named_numbers = {p for t in met for p in t.parameters}
        if from_fact and isinstance(from_fact.cap, str):
            named_numbers.add(from_fact.cap[1:])
        return Rule(
            id=rule.id,
            title=rule.title or rule.id,
            named=named,
            evidence=frozenset([named]),
            when=when,
            unless=unless,
            then=rule.then,
            weight=float(rule.weight) if isinstance(rule.weight, int) else 0.0,
            weight_fact=from_fact.fact if from_fact else None,
            cap=self._cap(from_fact) if from_fact else 0.0,
            veto=rule.veto,
            because=rule.because or "",
            source=rule.source or "",
            tests=examples,
            facts=frozenset(mentioned | ({from_fact.fact} if from_fact else set())),
            parameters=frozenset(named_numbers),
        )

    def _check_answer(self, at: tuple[str | int, ...], rule: RuleFile) -> None:
        self._unknown_word((*at, "then"), rule.then, self.file.answers)

    def _check_weight(self, at: tuple[str | int, ...], rule: RuleFile) -> None:
        """Weights belong to `weigh`, are on the one scale, and are never assumed."""
        weight = rule.weight
        if self.file.combine != "weigh":
            if weight is not None or rule.veto:
                self._fault(
                    (*at, "weight"),
                    "a weight or veto",
                    f"none where a pack combines by `{self.file.combine}`",
                )
        elif rule.veto == (weight is not None):
            self._fault((*at, "weight"), "both or neither", "a `weight`, or `veto: true`")
        elif isinstance(weight, int) and abs(weight) not in SCALE:
            scale = ", ".join(map(str, SCALE))
            self._fault(
                (*at, "weight"), f"`{weight}`", f"one of {scale} decibans, or the same below 0"
            )
        elif isinstance(weight, FromFact):
            self._check_from_fact((*at, "weight"), weight)
        # A veto without a condition always holds: an answer that is known of and never given.
        if rule.when is None and not rule.veto and not isinstance(weight, FromFact):
            self._fault((*at, "when"), "nothing", "a condition")

    def _check_from_fact(self, at: tuple[str | int, ...], weight: FromFact) -> None:
        fact = self.vocabulary.get(weight.fact)
        if fact is None or fact.kind != "number":
            near = nearest(
                weight.fact, (n for n, f in self.vocabulary.items() if f.kind == "number")
            )
            self._fault(
                (*at, "fact"),
                f"`{weight.fact}`",
                "a fact that is a number",
                f"did you mean `{near}`?" if near else "",
            )
        cap = self._cap(weight)
        if not cap > 0:
            self._fault(
                (*at, "cap"),
                f"`{weight.cap}`",
                "a number above 0, or a parameter of this pack such as `$cap`",
            )

    def _cap(self, weight: FromFact) -> float:
        value = self.parameters.get(weight.cap[1:]) if isinstance(weight.cap, str) else weight.cap
        return (
            float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
        )

    def _condition(self, at: tuple[str | int, ...], source: object) -> Condition | None:
        try:
            return parse(source, self.vocabulary, self.parameters)
        except ConditionError as error:
            self._fault(at, error.found, error.expected, error.mend)
            return None

    def _test(self, at: tuple[str | int, ...], test: RuleTestFile) -> RuleTest:
        given: dict[str, Value] = {}
        for name, value in test.given.items():
            members = [_number(v) for v in (value if isinstance(value, list) else [value])]
            fact = self.vocabulary.get(name)
            if fact is None or not all(map(fact.accepts, members)):
                expected = fact.expected() if fact else "a fact of the vocabulary"
                near = nearest(value, fact.levels) if fact else nearest(name, self.vocabulary)
                mend = f"did you mean `{near}`?" if near else ""
                self._fault((*at, "given", name), f"`{name}: {value}`", expected, mend)
            given[name] = frozenset(members) if isinstance(value, list) else members[0]
        return RuleTest(test.it, MappingProxyType(given), test.expect)


def _number(value: Any) -> Single:
    """Whole numbers as floats, so that equal numbers are the same value."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _declared(name: str, file: FactFile) -> Fact:
    """A fact a pack declares inline, worst level last."""
    low, high = file.range or (0.0, 1.0)
    numeric = file.unit is not None or file.range is not None or file.worse is not None
    unit = (file.unit or "number") if numeric and not file.levels else None
    levels = MappingProxyType({level: level for level in file.levels or ()})
    meaning, question = file.meaning or name, file.question or f"What is {name}?"
    return Fact(name, meaning, "pack", question, levels, unit, low, high, file.worse, file.ordered)


def _several(means: str | tuple[str, ...]) -> tuple[str, ...]:
    return (means,) if isinstance(means, str) else means


def _read_from(file: ReadFromFile) -> ReadFrom:
    """A level that means several is the set of them."""

    def value(means: str | tuple[str, ...]) -> Value:
        several = _several(means)
        return several[0] if len(set(several)) == 1 else frozenset(several)

    return ReadFrom(
        file.fact, MappingProxyType({level: value(means) for level, means in file.levels.items()})
    )


def _inherited(rules: Sequence[Rule], vocabulary: Mapping[str, Fact]) -> tuple[Rule, ...]:
    """A rule on a framework's band looks at all the evidence its criteria are looked at for."""
    looked_at: dict[str, set[str]] = {}
    for rule in rules:
        for name in rule.facts:
            looked_at.setdefault(name, set()).add(rule.named)

    def evidence(rule: Rule) -> frozenset[str]:
        criteria = [c for name in rule.facts for c in vocabulary[name].criteria]
        return rule.evidence.union(*(looked_at.get(c, ()) for c in criteria))

    return tuple(replace(rule, evidence=evidence(rule)) for rule in rules)


def _readers(rules: Sequence[Rule]) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for i, rule in enumerate(rules):
        for name in rule.facts:
            found.setdefault(name, []).append(i)
    return MappingProxyType({name: tuple(at) for name, at in found.items()})


def _blockers(rules: Sequence[Rule], order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """For each rule, the earlier ones in `order` for the same answer, the same way, on shared evidence."""

    def blocks(i: int, j: int) -> bool:
        a, b = rules[i], rules[j]
        return (
            a.then == b.then
            and (a.weight > 0) == (b.weight > 0)
            and not a.evidence.isdisjoint(b.evidence)
        )

    rank = {i: k for k, i in enumerate(order)}
    return tuple(
        tuple(i for i in order[: rank[j]] if blocks(i, j)) if j in rank else ()
        for j in range(len(rules))
    )


def _digest(file: PackFile) -> str:
    """The digest of the canonical pack: rules by id, but as written in `first`."""
    rules = file.rules if file.combine == "first" else tuple(sorted(file.rules, key=lambda r: r.id))
    return digest(canonical_json(file.model_copy(update={"rules": rules})))


def cut_points(pack: RulePack, name: str) -> tuple[float, ...]:
    """The numbers a pack compares a fact with, rising."""
    found = {
        float(v)
        for i in pack.readers.get(name, ())
        for t in each_test(pack.rules[i].condition)
        if t.fact == name
        for v in t.values
        if isinstance(v, int | float)
    }
    return tuple(sorted(found))


def between(cuts: Sequence[float]) -> tuple[float, ...]:
    """Each cut, a point between neighbours and one beyond each end.

    One of every kind the cuts can tell apart.
    """
    inner = [(a + b) / 2 for a, b in itertools.pairwise(cuts)]
    return tuple(sorted({*cuts, *inner, cuts[0] - 1.0, cuts[-1] + 1.0}))


# --- inline tests ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TestResult:
    """One inline test: what was expected and what the rule did."""

    __test__ = False

    rule: str
    it: str
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        """Whether it did as expected."""
        return self.expected == self.found


def run_tests(pack: RulePack) -> Iterator[TestResult]:
    """Every inline test of a pack."""
    for rule in pack.rules:
        for test in rule.tests:
            yield TestResult(rule.id, test.it, test.expect, rule.state(FactSheet.of(test.given)))


def untested(rule: Rule) -> tuple[State, ...]:
    """The states a rule is never shown in by its tests.

    One that looks at nothing need only be shown to fire.
    """
    shown_states = {t.expect for t in rule.tests}
    states: tuple[State, ...] = ("fired", "silent", "unknown") if rule.facts else ("fired",)
    return tuple(s for s in states if s not in shown_states)
