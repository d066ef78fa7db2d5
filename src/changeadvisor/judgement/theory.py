"""What published models say.

Each is a pack whose answer becomes the fact `theory.<pack>`, for other rules to read.

Such a pack looks at our own questions, some of them through facts of its own (`from` in the pack).
Where an answer to them lies between, or raters differ, a table is judged for each of the values:
several answers are then the fact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from changeadvisor.facts import (
    VOCABULARY,
    Fact,
    FactSheet,
    Known,
    Single,
    Value,
)
from changeadvisor.judgement.ledger import Ledger, judge
from changeadvisor.judgement.pack import Rule, RulePack, members
from changeadvisor.judgement.recommendation import FILLINGS, Missing

PREFIX = "theory."
#: Readings that are remembered: the same answers to the same questions come up again and again.
_REMEMBERED = 8192

_Values = tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class TheoryReading:
    """What one published model says here, in the words of its pack.

    answer: None where it cannot say. rules: those that answered; because, source: of the first.
    between: the answers left open where values differ. missing: the questions it waits for.
    """

    pack: str
    title: str
    answer: str | None
    meaning: str | None
    because: str | None
    source: str | None
    rules: tuple[str, ...]
    between: tuple[str, ...]
    missing: tuple[Missing, ...]


def fact_name(pack: RulePack) -> str:
    """The fact that a pack's answer becomes."""
    return PREFIX + pack.name


def fact_of(pack: RulePack) -> Fact:
    """That fact.

    Its levels are the answers, its criteria the questions, so that rules on it count nothing twice.
    """
    levels = MappingProxyType({a: pack.meanings.get(a, a) for a in pack.answers})
    return Fact(
        fact_name(pack),
        f"What a published model says: {pack.title}",
        "theory",
        "",
        levels,
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
    found: dict[str, Known] = {}
    for pack in packs:
        said = _known(_Pack(pack), tuple(map(sheet.get, pack.questions)))
        if said is not None:
            found[PREFIX + pack.name] = said
    return found


def read(pack: RulePack, sheet: FactSheet) -> TheoryReading:
    """What a pack says on a sheet, why, and what it waits for."""
    ledgers = _judged(pack, tuple(map(sheet.get, pack.questions)))
    answers = _answers(pack, ledgers)
    spoke = _spoke(pack, ledgers, answers[0]) if len(answers) == 1 else []
    return TheoryReading(
        pack=pack.name,
        title=pack.title,
        answer=answers[0] if len(answers) == 1 else None,
        meaning=pack.meanings.get(answers[0]) if len(answers) == 1 else None,
        because=spoke[0].because if spoke else None,
        source=spoke[0].source if spoke else None,
        rules=tuple(r.id for r in spoke),
        between=answers if len(answers) > 1 else (),
        missing=() if answers else tuple(_missing(pack, sheet)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Pack:
    """A pack as a key: the same only as itself."""

    pack: RulePack

    def __hash__(self) -> int:
        return id(self.pack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pack) and other.pack is self.pack


@lru_cache(maxsize=_REMEMBERED)
def _known(key: _Pack, values: _Values) -> Known | None:
    """The answer as a fact: one answer, or the set of those left open."""
    answers = _answers(key.pack, _judged(key.pack, values))
    if not answers:
        return None
    return Known(answers[0] if len(answers) == 1 else frozenset(answers), key.pack.title)


def _answers(pack: RulePack, ledgers: Sequence[Ledger]) -> tuple[str, ...]:
    """The answers over all values, in the pack's order; none where any of them gives none."""
    found = {ledger.answer for ledger in ledgers}
    return () if None in found else tuple(a for a in pack.answers if a in found)


def _judged(pack: RulePack, values: _Values) -> list[Ledger]:
    """The judgement for each way the values may fall.

    What is weighed is judged once, as where raters differ.
    """
    asked = dict(zip(pack.questions, values, strict=True))
    if pack.combine == "weigh":
        return [judge(pack, FactSheet.of(_own(pack, asked)))]
    # Answers are told apart before they are translated: two facts read from one question must not
    # contradict.
    sheets = [sheet for way in _ways(asked) for sheet in _ways(_own(pack, way))]
    return [
        judge(pack, FactSheet.of({n: v for n, v in sheet.items() if v is not None}))
        for sheet in sheets
    ]


def _ways(values: Mapping[str, Value | None]) -> list[dict[str, Value | None]]:
    """Every way sets of values may fall; as they are, where there are too many."""
    split = {n: sorted(v, key=str) for n, v in values.items() if isinstance(v, frozenset)}
    if math.prod(map(len, split.values())) > FILLINGS:
        return [dict(values)]
    return [
        {**values, **dict(zip(split, way, strict=True))}
        for way in itertools.product(*split.values())
    ]


def _own(pack: RulePack, asked: Mapping[str, Value | None]) -> dict[str, Value]:
    """The pack's facts as far as they are known, those of its own read from our questions."""
    found: dict[str, Value] = {}
    for name in pack.facts:
        read_from = pack.reads.get(name)
        value = asked[name if read_from is None else read_from.fact]
        if value is not None:
            found[name] = value if read_from is None else _translated(read_from.levels, value)
    return found


def _translated(levels: Mapping[str, Value], value: Value) -> Value:
    """What the levels people gave mean in the pack."""
    meant: set[Single] = {m for v in members(value) for m in members(levels[str(v)])}
    return meant.pop() if len(meant) == 1 else frozenset(meant)


def _spoke(pack: RulePack, ledgers: Sequence[Ledger], answer: str) -> list[Rule]:
    """The rules that gave the answer, the strongest first."""
    at = {i for ledger in ledgers for i, counted in enumerate(ledger.counted) if counted}
    rules = (pack.rules[i] for i in sorted(at))
    return sorted((r for r in rules if r.then == answer and r.weight >= 0), key=lambda r: -r.weight)


def _missing(pack: RulePack, sheet: FactSheet) -> Iterator[Missing]:
    """The unknown questions behind the rules that wait."""
    own = FactSheet.of(_own(pack, {q: sheet.get(q) for q in pack.questions}))
    waiting = {
        n for rule in pack.rules if rule.state(own) == "unknown" for n in rule.facts if n not in own
    }
    for name in sorted({pack.reads[n].fact if n in pack.reads else n for n in waiting}):
        asked = VOCABULARY.get(name, pack.vocabulary[name])
        yield Missing(name, None, asked.question)
