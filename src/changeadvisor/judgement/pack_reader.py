"""Turns a written rule pack into one that can judge, gathering every fault on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from changeadvisor.errors import did_you_mean
from changeadvisor.facts import VOCABULARY, Fact, Single, Value
from changeadvisor.judgement.checking import FaultList, as_number, is_number, validated
from changeadvisor.judgement.conditions import AllOf, Condition, ConditionError, each_test, parse
from changeadvisor.judgement.pack import SCALE, THRESHOLDS, ReadFrom, Rule, RulePack, RuleTest
from changeadvisor.judgement.pack_file import (
    FactFile,
    FromFact,
    PackFile,
    ReadFromFile,
    RuleFile,
    RuleTestFile,
)
from changeadvisor.model import canonical_json, digest
from changeadvisor.validation import Location, Place


def read_pack(data: object, place: Place, vocabulary: Mapping[str, Fact] = VOCABULARY) -> RulePack:
    """A pack from plain data; `place` tells where a value stands.

    Raises InputError with every fault.
    """
    return _PackReader(validated(PackFile, data, place), place, vocabulary).pack()


class _PackReader:
    def __init__(self, file: PackFile, place: Place, vocabulary: Mapping[str, Fact]) -> None:
        self.file = file
        self.faults = FaultList(file, place)
        own = {name: _declared(name, fact) for name, fact in file.facts.items()}
        self.vocabulary = {**vocabulary, **own}
        self.parameters: dict[str, Single] = {n: p.value for n, p in file.parameters.items()}

    def pack(self) -> RulePack:
        """The pack, or InputError."""
        file = self.file
        self._check_names()
        for name, fact in file.facts.items():
            if fact.from_ is not None:
                self._check_read_from(("facts", name, "from"), fact, fact.from_)
        parsed = [self._rule(("rules", i), rule) for i, rule in enumerate(file.rules)]
        self.faults.raise_any()
        rules = [rule for rule in parsed if rule is not None]
        written = file.rules
        if file.combine != "first":
            # The order in which rules stand in the file changes nothing, so it is not kept.
            rules.sort(key=lambda rule: rule.id)
            written = tuple(sorted(written, key=lambda rule: rule.id))
        fact_sources = {
            name: _read_from(fact.from_) for name, fact in sorted(file.facts.items()) if fact.from_
        }
        return RulePack(
            name=file.pack,
            version=file.version,
            question=file.question,
            answers=file.answers,
            combine=file.combine,
            rules=_with_evidence_of_scores(rules, self.vocabulary),
            parameters=MappingProxyType(dict(sorted(file.parameters.items()))),
            vocabulary=MappingProxyType(self.vocabulary),
            declared=tuple(sorted(file.facts)),
            digest=digest(canonical_json(file.model_copy(update={"rules": written}))),
            ordered=file.ordered,
            title=file.title or file.pack,
            description=file.description or "",
            meanings=MappingProxyType(dict(file.meanings)),
            reads=MappingProxyType(fact_sources),
        )

    def _check_names(self) -> None:
        """Ids and answers once each, no id retired; thresholds are numbers; meanings of answers."""
        taken: set[str] = set()
        for i, rule in enumerate(self.file.rules):
            if rule.id in taken or rule.id in self.file.retired:
                found = (
                    f"`{rule.id}` again" if rule.id in taken else f"`{rule.id}`, which is retired"
                )
                expected = "an id used once and never retired"
                self.faults.add(("rules", i, "id"), found, expected)
            taken.add(rule.id)
        for name in THRESHOLDS:
            value = self.parameters.get(name, 0.0)
            if not is_number(value) or float(value) < 0:
                at = ("parameters", name, "value")
                self.faults.add(at, f"`{value}`", "a number, 0 or more")
        if len(set(self.file.answers)) < len(self.file.answers):
            self.faults.add(("answers",), "an answer twice", "each answer once")
        for answer in self.file.meanings:
            self.faults.check_word(("meanings", answer), answer, self.file.answers)

    def _check_read_from(self, at: Location, own: FactFile, read: ReadFromFile) -> None:
        """What a pack's own fact is read from is there, and each of its levels means something."""
        asked = self.vocabulary.get(read.fact)
        if asked is None or not asked.levels or read.fact in self.file.facts:
            known = [n for n, f in self.vocabulary.items() if f.levels and n not in self.file.facts]
            expected = "a fact of the vocabulary that has levels"
            mend = did_you_mean(read.fact, known)
            self.faults.add((*at, "fact"), f"`{read.fact}`", expected, mend)
            return
        if not own.levels:
            self.faults.add(at, "a fact without levels", "`levels` beside `from`")
            return
        for level, meaning in read.levels.items():
            here = (*at, "levels", level)
            self.faults.check_word(here, level, asked.levels)
            for own_level in _several(meaning):
                self.faults.check_word(here, own_level, own.levels)
        left_out = [level for level in asked.levels if level not in read.levels]
        if left_out:
            found = f"nothing for {', '.join(left_out)}"
            self.faults.add((*at, "levels"), found, f"what each level of {asked.name} means")

    def _rule(self, at: Location, rule: RuleFile) -> Rule | None:
        """One rule, or None where it has faults."""
        before = len(self.faults)
        self.faults.check_word((*at, "then"), rule.then, self.file.answers)
        self._check_weight(at, rule)
        when = AllOf(()) if rule.when is None else self._condition((*at, "when"), rule.when)
        unless = None if rule.unless is None else self._condition((*at, "unless"), rule.unless)
        tests = tuple(self._test((*at, "tests", k), t) for k, t in enumerate(rule.tests))
        if len(self.faults) > before or when is None:
            return None
        evidence_name = rule.evidence or rule.id
        comparisons = [t for c in (when, unless) if c is not None for t in each_test(c)]
        parameters = {name for t in comparisons for name in t.parameters}
        from_fact = rule.weight if isinstance(rule.weight, FromFact) else None
        if from_fact is not None and isinstance(from_fact.cap, str):
            parameters.add(_parameter_name(from_fact.cap))
        cap = None if from_fact is None else self._cap(from_fact)
        return Rule(
            id=rule.id,
            title=rule.title or rule.id,
            evidence_name=evidence_name,
            evidence=frozenset([evidence_name]),
            when=when,
            unless=unless,
            then=rule.then,
            weight=float(rule.weight) if isinstance(rule.weight, int | float) else 0.0,
            weight_fact=from_fact.fact if from_fact else None,
            cap=cap or 0.0,
            veto=rule.veto,
            because=rule.because or "",
            source=rule.source or "",
            tests=tests,
            parameters=frozenset(parameters),
        )

    def _check_weight(self, at: Location, rule: RuleFile) -> None:
        """Weights belong to `weigh`, are on the one scale, and are never assumed."""
        weight, here = rule.weight, (*at, "weight")
        if self.file.combine != "weigh":
            if weight is not None or rule.veto:
                expected = f"none where a pack combines by `{self.file.combine}`"
                self.faults.add(here, "a weight or veto", expected)
        elif (rule.veto and weight is not None) or (not rule.veto and weight is None):
            self.faults.add(here, "both or neither", "a `weight`, or `veto: true`")
        elif isinstance(weight, FromFact):
            self._check_weight_fact(here, weight)
        elif weight is not None and abs(weight) not in SCALE:
            expected = f"one of {', '.join(map(str, SCALE))} decibans, or the same below 0"
            self.faults.add(here, f"`{weight}`", expected)
        # A veto without a condition always holds: an answer that is known of and never given.
        if rule.when is None and not rule.veto and not isinstance(weight, FromFact):
            self.faults.add((*at, "when"), "nothing", "a condition")

    def _check_weight_fact(self, at: Location, weight: FromFact) -> None:
        fact = self.vocabulary.get(weight.fact)
        if fact is None or fact.kind != "number":
            numbers = [n for n, f in self.vocabulary.items() if f.kind == "number"]
            mend = did_you_mean(weight.fact, numbers)
            self.faults.add((*at, "fact"), f"`{weight.fact}`", "a fact that is a number", mend)
        cap = self._cap(weight)
        if cap is None or not cap > 0:
            expected = "a number above 0, or a parameter of this pack such as `$cap`"
            self.faults.add((*at, "cap"), f"`{weight.cap}`", expected)

    def _cap(self, weight: FromFact) -> float | None:
        """The cap in decibans; None where it is no number."""
        cap: Single | None = weight.cap
        if isinstance(cap, str):
            cap = self.parameters.get(_parameter_name(cap))
        return float(cap) if is_number(cap) else None

    def _condition(self, at: Location, source: object) -> Condition | None:
        try:
            return parse(source, self.vocabulary, self.parameters)
        except ConditionError as error:
            self.faults.add(at, error.found, error.expected, error.mend)
            return None

    def _test(self, at: Location, test: RuleTestFile) -> RuleTest:
        given: dict[str, Value] = {}
        for name, value in test.given.items():
            self.faults.check_given((*at, "given", name), name, value, self.vocabulary)
            if isinstance(value, list):
                given[name] = frozenset(map(as_number, value))
            else:
                given[name] = as_number(value)
        return RuleTest(test.it, MappingProxyType(given), test.expect)


def _declared(name: str, file: FactFile) -> Fact:
    """A fact a pack declares inline, worst level last."""
    low, high = file.range or (0.0, 1.0)
    numeric = file.unit is not None or file.range is not None or file.worse is not None
    return Fact(
        name,
        meaning=file.meaning or name,
        origin="pack",
        question=file.question or f"What is {name}?",
        levels=MappingProxyType({level: level for level in file.levels or ()}),
        unit=(file.unit or "number") if numeric and not file.levels else None,
        low=low,
        high=high,
        worse=file.worse,
        ordered=file.ordered,
    )


def _parameter_name(text: str) -> str:
    """The name of the parameter that `$name` stands for."""
    return text.removeprefix("$")


def _several(meaning: str | tuple[str, ...]) -> tuple[str, ...]:
    return (meaning,) if isinstance(meaning, str) else meaning


def _read_from(file: ReadFromFile) -> ReadFrom:
    """What a fact is read from, each level as one value, or as the set of several."""
    levels: dict[str, Value] = {}
    for level, meaning in file.levels.items():
        meant = frozenset(_several(meaning))
        levels[level] = meant if len(meant) > 1 else next(iter(meant))
    return ReadFrom(file.fact, MappingProxyType(levels))


def _with_evidence_of_scores(
    rules: Sequence[Rule], vocabulary: Mapping[str, Fact]
) -> tuple[Rule, ...]:
    """A rule on a framework's score looks at all the evidence its criteria are looked at for."""
    looked_at: dict[str, set[str]] = {}
    for rule in rules:
        for name in rule.facts:
            looked_at.setdefault(name, set()).add(rule.evidence_name)

    def evidence(rule: Rule) -> frozenset[str]:
        criteria = [c for name in rule.facts for c in vocabulary[name].criteria]
        return rule.evidence.union(*(looked_at.get(c, ()) for c in criteria))

    return tuple(replace(rule, evidence=evidence(rule)) for rule in rules)
