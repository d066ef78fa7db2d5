"""The fewest questions that settle an answer: what can be asked, and what to ask next.

Every question is a fact that people judge, with its levels in plain words; one set feeds the rule
pack and the theory packs. What the open questions could still do is seen by filling them in many
ways: each by itself, all its levels equally often, numbers evenly over their declared range.

Two meanings of *settled*, always told apart:

- *for good*: no way to answer the open questions changes the answer. It is proven, by the bounds of
  the pack (`stands`) or by trying every way where they are few. What cannot be known yet at the
  initiative's stage is no open question.
- *as good as settled*: of the ways tried, at least 9 in 10 leave the answer as it is now. That is a
  share of equally likely fillings, not a probability that the answer is right: people do not answer
  evenly.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from changeadvisor.advice import SPREAD_BY, Spreading, complete, evidence
from changeadvisor.facts import (
    VOCABULARY,
    Fact,
    FactSheet,
    Known,
    Value,
    can_be_known,
)
from changeadvisor.graph import DependencyGraph
from changeadvisor.judgement import RulePack, recommend, settle
from changeadvisor.judgement.ledger import weights_on
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Initiative, Programme
from changeadvisor.trajectory import stream

About = Literal["route", "action"]

#: Share of the ways tried that must leave the answer as it is, for it to be as good as settled.
ENOUGH = 0.9
#: Ways tried: a number that 2, 3, 4, 5, 6, 8, 9 and 10 levels share evenly. Fewer put the questions
#: in a worse order.
WAYS = 720
#: No more ways than these are all tried to prove that an answer is settled for good.
EVERY_WAY = 1024
#: Numbers are tried at the middles of so many equal parts of their declared range.
_PARTS = 12
_SPREAD = "adoption."
#: Facts that follow from judgements, besides scores and the answers of theories.
_ALSO_DERIVED = frozenset({"results.evidenced", "results.candour"})


def question_facts(
    rulebook: Rulebook, about: About = "route", stage: str | None = None
) -> tuple[Fact, ...]:
    """The questions of an initiative, by name.

    Judged facts that the packs look at, directly or through a score or a theory, and that can be
    known yet at its stage (None: any).
    """
    pack: RulePack = getattr(rulebook, about)
    names = set(pack.facts)
    if about == "route":
        names.update(rulebook.order.facts, *(t.questions for t in rulebook.theory))
    names.update(*(pack.vocabulary[n].criteria for n in pack.facts))
    facts = (VOCABULARY[n] for n in sorted(names) if n in VOCABULARY and can_be_known(n, stage))
    return tuple(f for f in facts if f.judged and f.question)


@dataclass(frozen=True, slots=True)
class InterviewState:
    """Where the answer stands, and what to ask."""

    answer: str | None
    """The answer as it is now; None where there is none yet."""
    lead: float | None
    """Decibans by which it leads; None where nothing is weighed."""
    stands: bool
    """Whether it is settled for good."""
    same: float
    """Share, 0 to 1, of the ways tried that leave the answer as it is."""
    order: tuple[Fact, ...]
    """Open questions, the most telling first."""
    telling: int
    """How many of these, from the first, could still move the answer."""

    @property
    def settled(self) -> bool:
        """Settled for good, or as good as settled."""
        return self.stands or self.same >= ENOUGH


@dataclass(frozen=True, slots=True)
class Interview:
    """One initiative being asked about."""

    rulebook: Rulebook
    """Who judges it."""
    pack: RulePack
    """The pack whose answer is asked for."""
    initiative: Initiative
    """The initiative as it was when the interview began."""
    facts: tuple[Fact, ...]
    """The questions, by name."""
    base: FactSheet
    """What is known of it without any judgement."""
    ways: Mapping[str, tuple[Known, ...]]
    """For each question WAYS answers to try, all levels as often; they belong to (seed, id)."""
    derives: bool
    """Whether the pack looks at what follows from judgements: each way is worked out anew then."""
    spreading: Spreading | None = None
    """How the change spreads, simulated; None where it is not asked about the route."""

    def sheet(self, initiative: Initiative, programme: Programme) -> FactSheet:
        """What is known with the judgements that `initiative` now holds."""
        return self.base.with_known(dict(evidence.judged(initiative, programme.as_of)))

    def state(self, sheet: FactSheet) -> InterviewState:
        """Where the answer stands on a sheet, and which question tells most.

        A question tells more if, once it is answered, two of the ways tried more often end alike;
        then if it takes away more of the doubt (mutual information); then by what it could move.
        """
        open_ = [f for f in self.facts if f.name not in sheet]
        full = self._complete(sheet)
        now = recommend(self.pack, self._without_unknowable(full), ())
        filled = [f for f in open_ if f.name in self.reaching_pack]
        columns = {f.name: self.ways[f.name] for f in filled}
        ends = self._ends(sheet, full, columns)
        same = ends.count(now.answer) / len(ends)
        moves = {m.fact: m.could_move or 0.0 for m in now.missing}

        def telling_first(fact: Fact) -> tuple[bool, float, float, float, str]:
            sure, doubt = 0.0, 0.0
            if fact.name in columns:
                sure, doubt = _information(columns[fact.name], ends)
            return fact.name not in moves, -sure, -doubt, -moves.get(fact.name, 0.0), fact.name

        order = sorted(open_, key=telling_first)
        telling = sum(f.name in moves for f in order)
        stands = same == 1.0 and (
            self._proven(full, now.stands, now.answer)
            or self._every_way(sheet, full, filled, now.answer)
        )
        return InterviewState(now.answer, now.margin, stands, same, tuple(order), telling)

    def _complete(self, sheet: FactSheet) -> FactSheet:
        """The sheet with what follows from it; for the route, the simulated spread too."""
        full = complete(sheet, self.rulebook)
        return full if self.spreading is None else full.with_known(self.spreading.known(full))

    def _without_unknowable(self, full: FactSheet) -> FactSheet:
        """The sheet on which what cannot be known yet is undecided.

        So nothing waits for it to be filled: all its levels are held for possible at once.
        """
        undecided: dict[str, Known] = {}
        for name in self.pack.facts:
            fact = VOCABULARY.get(name)
            if fact is None or not fact.judged or not fact.values or name in full:
                continue
            if not can_be_known(name, self.initiative.stage):
                undecided[name] = Known(frozenset(fact.values))
        return full.with_known(undecided)

    def moves_spread(self, full: FactSheet) -> bool:
        """Whether an open question would have the spread simulated anew.

        Then the spread as it is now is not to be relied on.
        """
        simulated = self.spreading is not None and self.initiative.adoption is not None
        return simulated and not all(name in full for name in SPREAD_BY)

    def _proven(self, full: FactSheet, stands: bool, answer: str | None) -> bool:
        """Whether the pack proves that the answer stands.

        Where answers still move the spread, whatever the spread may be.
        """
        if not self.moves_spread(full):
            return stands
        spread = [name for name in full if name.startswith(_SPREAD)]
        bare = recommend(self.pack, self._without_unknowable(full.without(spread)), ())
        return bare.stands and bare.answer == answer

    def _every_way(
        self, sheet: FactSheet, full: FactSheet, facts: Sequence[Fact], answer: str | None
    ) -> bool:
        """Whether every way there is to answer ends in `answer`.

        False where they are too many to try, or endless.
        """
        endless = self.moves_spread(full) or not all(f.values for f in facts)
        if endless or math.prod(len(f.values) for f in facts) > EVERY_WAY:
            return False
        counted: dict[tuple[object, ...], str | None] = {}
        for values in itertools.product(*(f.values for f in facts)):
            way = {f.name: Known(value) for f, value in zip(facts, values, strict=True)}
            if self._end(sheet, full, way, counted) != answer:
                return False
        return True

    def _ends(
        self, sheet: FactSheet, full: FactSheet, columns: Mapping[str, Sequence[Known]]
    ) -> list[str | None]:
        """The final answer of every way."""
        counted: dict[tuple[object, ...], str | None] = {}
        rows: Iterable[tuple[Known, ...]] = zip(*columns.values(), strict=True) if columns else [()]
        return [
            self._end(sheet, full, dict(zip(columns, way, strict=True)), counted) for way in rows
        ]

    @property
    def reaching_pack(self) -> frozenset[str]:
        """What can reach the pack, directly or through a score or a theory.

        Other questions need no filling.
        """
        return frozenset(self.pack.facts).union(
            *(self.pack.vocabulary[n].criteria for n in self.pack.facts)
        )

    def _end(
        self,
        sheet: FactSheet,
        full: FactSheet,
        way: Mapping[str, Known],
        counted: dict[tuple[object, ...], str | None],
    ) -> str | None:
        """The answer once all is filled in one way; `counted` remembers what was counted before."""
        filled = full.with_known(way)
        if self.derives:
            # The spread is held as simulated for what is known now: to simulate it for every way
            # would take minutes.
            held = {n: known for n, known in full.known.items() if n.startswith(_SPREAD)}
            filled = complete(sheet.with_known(way), self.rulebook).with_known(held)
        states, weights = self.pack.states(filled), weights_on(self.pack, filled)
        key = (states, weights)
        if key not in counted:
            counted[key] = settle(self.pack, states, weights).answer
        return counted[key]


def begin(
    programme: Programme,
    initiative: Initiative,
    rulebook: Rulebook,
    *,
    about: About = "route",
    seed: int = 0,
) -> Interview:
    """Begin to ask about one initiative; what is not a judgement is gathered once."""
    bare = initiative.model_copy(update={"judgements": {}})
    graph, series = DependencyGraph(programme), evidence.all_series(programme)
    base = evidence.gather(
        programme, bare, graph, series, rulebook.action.threshold("material")
    ).sheet
    pack: RulePack = getattr(rulebook, about)
    facts = question_facts(rulebook, about, initiative.stage)
    ways = {f.name: _ways(f, stream(seed, f.name)) for f in facts}
    spreading = Spreading(programme, initiative, seed) if about == "route" else None
    return Interview(
        rulebook, pack, initiative, facts, base, MappingProxyType(ways), _derives(pack), spreading
    )


def _derives(pack: RulePack) -> bool:
    """Whether the pack looks at anything that follows from judgements.

    That is a score, a theory's answer or a rating.
    """
    looked_at = (pack.vocabulary[n] for n in pack.facts)
    return any(f.origin in ("framework", "theory") or f.name in _ALSO_DERIVED for f in looked_at)


def _ways(fact: Fact, own: int) -> tuple[Known, ...]:
    """All values of a fact, equally often, in an order of their own."""
    step = (fact.high - fact.low) / _PARTS
    values = fact.values or tuple(fact.low + step * (k + 0.5) for k in range(_PARTS))
    known = [Known(v) for v in values]
    filled = [known[k % len(known)] for k in range(WAYS)]
    random.Random(own).shuffle(filled)  # noqa: S311 (a drawing, no secret)
    return tuple(filled)


def _information(column: Sequence[Known], ends: Sequence[str | None]) -> tuple[float, float]:
    """What a question tells: how sure the end is once it is answered, and the doubt it takes away.

    Sure: the chance that two ways with the same answer to it end alike (the Gini index; Breiman and
    others 1984). Doubt taken away: mutual information. Tried on Northfield: the first settles
    soonest (docs/measured.md).
    """
    ends_by_value: dict[Value, Counter[str | None]] = defaultdict(Counter)
    for known, end in zip(column, ends, strict=True):
        ends_by_value[known.value][end] += 1
    alike, left = 0.0, 0.0
    for counts in ends_by_value.values():
        ways = counts.total()
        alike += sum(n * n for n in counts.values()) / ways
        left += ways / len(ends) * _entropy(counts)
    # Nine decimals: what tells as much must sort as equal, whatever the order of the sums.
    return round(alike / len(ends), 9), round(_entropy(Counter(ends)) - left, 9)


def _entropy(counts: Counter[str | None]) -> float:
    """How much doubt there is about an end, in nats (Shannon 1948)."""
    total = counts.total()
    return -sum(n / total * math.log(n / total) for n in counts.values())
