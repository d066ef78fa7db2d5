"""What published models say: each is a pack whose answer becomes a fact for other rules to read.

The fact is `theory.<pack>`. Such a pack looks at our own questions, some of them through facts of
its own (`from` in the pack). Where an answer to them lies between, or raters differ, a table is
judged for each of the values: several answers are then the fact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from changeadvisor.facts import VOCABULARY, Fact, FactSheet, Known, Single, Value
from changeadvisor.judgement import wording
from changeadvisor.judgement.explanation import Missing
from changeadvisor.judgement.ledger import Ledger, judge
from changeadvisor.judgement.pack import Rule, RulePack, members
from changeadvisor.judgement.unknowns import FILLINGS

PREFIX = "theory."
#: Readings that are remembered: the same answers to the same questions come up again and again.
_REMEMBERED = 8192

_Values = tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class TheoryReading:
    """What one published model says here, in the words of its pack."""

    pack: str
    """The name of the pack."""
    title: str
    """The name of the model."""
    answer: str | None
    """Its answer; None: it cannot say."""
    meaning: str | None
    """What that answer means; None: there is no answer, or the pack does not say."""
    because: str | None
    """Why, by the first of `rules`; None: there is no answer."""
    source: str | None
    """Who says so, by the first of `rules`; None: there is no answer."""
    rules: tuple[str, ...]
    """Ids of the rules that answered, the strongest first."""
    between: tuple[str, ...]
    """The answers left open where values differ."""
    missing: tuple[Missing, ...]
    """The questions it waits for."""


def fact_name(pack: RulePack) -> str:
    """The fact that a pack's answer becomes."""
    return PREFIX + pack.name


def fact_of(pack: RulePack) -> Fact:
    """That fact: its levels are the answers.

    Its criteria are the questions, so that rules on it count nothing twice.
    """
    return Fact(
        fact_name(pack),
        wording.theory_meaning(pack.title),
        "theory",
        levels=MappingProxyType({a: pack.meanings.get(a, a) for a in pack.answers}),
        ordered=pack.ordered,
        criteria=pack.questions,
    )


def facts_of(packs: Iterable[RulePack]) -> dict[str, Fact]:
    """The facts of several, by name."""
    return {fact.name: fact for fact in map(fact_of, packs)}


def questions(packs: Iterable[RulePack]) -> tuple[str, ...]:
    """Every question that any of the packs rests on, sorted."""
    return tuple(sorted({q for pack in packs for q in pack.questions}))


def known(packs: Iterable[RulePack], sheet: FactSheet) -> dict[str, Known]:
    """What the packs say on a sheet, as facts; one that cannot say is left out."""
    facts: dict[str, Known] = {}
    for pack in packs:
        fact = _known(pack, tuple(map(sheet.get, pack.questions)))
        if fact is not None:
            facts[fact_name(pack)] = fact
    return facts


def read(pack: RulePack, sheet: FactSheet) -> TheoryReading:
    """What a pack says on a sheet, why, and what it waits for."""
    ledgers = _ledgers(pack, tuple(map(sheet.get, pack.questions)))
    answers = _answers(pack, ledgers)
    if len(answers) != 1:
        return TheoryReading(
            pack=pack.name,
            title=pack.title,
            answer=None,
            meaning=None,
            because=None,
            source=None,
            rules=(),
            between=answers,
            missing=() if answers else tuple(_missing(pack, sheet)),
        )
    (answer,) = answers
    rules = _rules_behind(pack, ledgers, answer)
    return TheoryReading(
        pack=pack.name,
        title=pack.title,
        answer=answer,
        meaning=pack.meanings.get(answer),
        because=rules[0].because if rules else None,
        source=rules[0].source if rules else None,
        rules=tuple(rule.id for rule in rules),
        between=(),
        missing=(),
    )


@lru_cache(maxsize=_REMEMBERED)
def _known(pack: RulePack, values: _Values) -> Known | None:
    """The answer as a fact: one answer, or the set of those left open."""
    answers = _answers(pack, _ledgers(pack, values))
    if not answers:
        return None
    return Known(answers[0] if len(answers) == 1 else frozenset(answers), pack.title)


def _answers(pack: RulePack, ledgers: Sequence[Ledger]) -> tuple[str, ...]:
    """The answers over all values, in the pack's order; none where any of them gives none."""
    given = {ledger.answer for ledger in ledgers}
    return () if None in given else tuple(a for a in pack.answers if a in given)


def _ledgers(pack: RulePack, values: _Values) -> list[Ledger]:
    """The judgement for each way the values may fall.

    What is weighed is judged once, as where raters differ.
    """
    asked = dict(zip(pack.questions, values, strict=True))
    if pack.combine == "weigh":
        return [judge(pack, FactSheet.of(_own_facts(pack, asked)))]
    # Answers are told apart before they are translated: two facts read from one question must not
    # contradict.
    own = [facts for way in _ways(asked) for facts in _ways(_own_facts(pack, way))]
    return [judge(pack, FactSheet.of(facts)) for facts in own]


def _ways(values: Mapping[str, Value | None]) -> list[dict[str, Value]]:
    """Every way sets of values may fall; as they are, where there are too many."""
    given = {name: value for name, value in values.items() if value is not None}
    split = {n: sorted(v, key=str) for n, v in given.items() if isinstance(v, frozenset)}
    if math.prod(map(len, split.values())) > FILLINGS:
        return [given]
    return [
        {**given, **dict(zip(split, way, strict=True))}
        for way in itertools.product(*split.values())
    ]


def _own_facts(pack: RulePack, asked: Mapping[str, Value | None]) -> dict[str, Value]:
    """The pack's facts as far as they are known, those of its own read from our questions."""
    facts: dict[str, Value] = {}
    for name in pack.facts:
        read_from = pack.reads.get(name)
        value = asked.get(name if read_from is None else read_from.fact)
        if value is not None:
            facts[name] = value if read_from is None else _translated(read_from.levels, value)
    return facts


def _translated(levels: Mapping[str, Value], value: Value) -> Value:
    """What the levels people gave mean in the pack."""
    meant: set[Single] = {m for v in members(value) for m in members(levels[str(v)])}
    return meant.pop() if len(meant) == 1 else frozenset(meant)


def _rules_behind(pack: RulePack, ledgers: Sequence[Ledger], answer: str) -> list[Rule]:
    """The rules that gave the answer, the strongest first."""
    counted = {i for ledger in ledgers for i, counts in enumerate(ledger.counted) if counts}
    rules = (pack.rules[i] for i in sorted(counted))
    return sorted((r for r in rules if r.then == answer and r.weight >= 0), key=lambda r: -r.weight)


def _missing(pack: RulePack, sheet: FactSheet) -> Iterator[Missing]:
    """The unknown questions behind the rules that wait."""
    own = FactSheet.of(_own_facts(pack, {q: sheet.get(q) for q in pack.questions}))
    waiting = [rule for rule in pack.rules if rule.state(own) == "unknown"]
    unknown = {name for rule in waiting for name in rule.facts if name not in own}
    for name in sorted({pack.reads[n].fact if n in pack.reads else n for n in unknown}):
        asked = VOCABULARY.get(name, pack.vocabulary[name])
        yield Missing(name, None, asked.question)
