"""Facts that follow from others: scores, theory, the evidenced rating, candour, attention.

`complete` puts them all on a sheet. What may be changed to see whether an answer changes with it
(`flips`) works out again no more of them than the change touches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from changeadvisor.advice import wording
from changeadvisor.advice.measures import attend
from changeadvisor.facts import FactSheet, Known
from changeadvisor.judgement import RulePack, judge, theory
from changeadvisor.judgement.base_rates import RATINGS
from changeadvisor.judgement.frameworks import Framework
from changeadvisor.judgement.rulebook import Rulebook

#: No rating stands against a likely end (formats.md section 2).
_HELD = {
    ("likely-none", "green"): "amber",
    ("likely-none", "amber-green"): "amber",
    ("hopeless", "green"): "amber",
    ("hopeless", "amber-green"): "amber",
    ("likely-full", "red"): "amber",
    ("likely-full", "amber-red"): "amber",
}
#: How the facts begin that tell how strongly the signs speak for one end.
PULL = "pull."
EVIDENCED, CANDOUR = "results.evidenced", "results.candour"


def complete(sheet: FactSheet, rulebook: Rulebook) -> FactSheet:
    """The sheet with all that follows from it."""
    scored = theory.known(rulebook.theory, sheet)
    for framework in rulebook.frameworks:
        scored.update(framework.known(sheet))
    sheet = pulled(sheet.with_known(scored), rulebook.route)
    return rated(_with_attention(sheet, rulebook.lens), rulebook)


def pulled(sheet: FactSheet, pack: RulePack) -> FactSheet:
    """The sheet with how strongly the signs speak for either end of the route.

    Of each thing that is looked at, the largest weight of a rule that fires; what the simulated
    spread weighs is no sign.
    """
    read = {name for name in pack.facts if name.startswith(PULL)}
    if not read:
        return sheet
    states = pack.states(sheet)
    known = {}
    for name in sorted(read):
        largest: dict[str, float] = {}
        for rule, state in zip(pack.rules, states, strict=True):
            sign = rule.weight_fact is None and not rule.veto and read.isdisjoint(rule.facts)
            if sign and state == "fired" and rule.then == name.removeprefix(PULL):
                for evidence in rule.evidence:
                    largest[evidence] = max(largest.get(evidence, 0.0), rule.weight)
        known[name] = Known(math.fsum(largest.values()), wording.table_source(pack.name))
    return sheet.with_known(known)


@dataclass(frozen=True, slots=True)
class Scores:
    """The frameworks and theories that look at one fact, to work out again when it changes."""

    frameworks: tuple[Framework, ...]
    """The frameworks it is a criterion of."""
    theories: tuple[RulePack, ...]
    """The published models that ask for it."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts they give."""
        scores = (fact for framework in self.frameworks for fact in framework.facts())
        return (*scores, *map(theory.fact_name, self.theories))

    def again(self, sheet: FactSheet) -> FactSheet:
        """The sheet with these facts as they follow from it now."""
        if not self.frameworks and not self.theories:
            return sheet
        known = theory.known(self.theories, sheet)
        for framework in self.frameworks:
            known.update(framework.known(sheet))
        return sheet.without(self.facts).with_known(known)

    def reach_rating(self, rulebook: Rulebook, name: str) -> bool:
        """Whether the fact itself or one of these can change the evidenced rating or candour."""
        read = frozenset(rulebook.rating.facts)
        return name == "initiative.declared" or not read.isdisjoint((name, *self.facts))


def scores_of(rulebook: Rulebook, name: str) -> Scores:
    """What looks at one fact."""
    return Scores(
        frameworks=tuple(f for f in rulebook.frameworks if any(c.fact == name for c in f.criteria)),
        theories=tuple(pack for pack in rulebook.theory if name in pack.questions),
    )


def rated(sheet: FactSheet, rulebook: Rulebook) -> FactSheet:
    """The sheet with the rating that the results support, and how candid the declared one is."""
    rating = judge(rulebook.rating, sheet).answer
    if rating is None:
        return sheet
    source = wording.table_source(rulebook.rating.name)
    held = _HELD.get((level(sheet, "results.chances") or "", rating))
    if held is not None:
        rating, source = held, wording.held_source(source)
    known = {EVIDENCED: Known(rating, source)}
    declared = level(sheet, "initiative.declared")
    if declared is not None:
        candour = candour_level(declared, rating)
        known[CANDOUR] = Known(candour, wording.DECLARED_BESIDE_EVIDENCED)
    return sheet.with_known(known)


def _with_attention(sheet: FactSheet, pack: RulePack) -> FactSheet:
    """The sheet with the reading that should drive attention, where any can be read."""
    past, others = level(sheet, "performance.past"), level(sheet, "performance.others")
    line = level(sheet, "performance.standard") or level(sheet, "performance.target")
    attention = attend(pack, past, line, others)
    if attention.answer is None:
        return sheet
    source = f"{pack.name} {attention.rule}"
    return sheet.with_known({"performance.attention": Known(attention.answer, source)})


def candour_steps(declared: str, evidenced: str) -> int:
    """How many steps better than the evidence the declared rating is; below 0 where it is worse."""
    best_first: tuple[str, ...] = RATINGS
    return best_first.index(evidenced) - best_first.index(declared)


def candour_level(declared: str, evidenced: str) -> str:
    """How much better than the evidence the declared rating is, as a level of the vocabulary."""
    better = candour_steps(declared, evidenced)
    if better < 0:
        return "harsher"
    return ("same", "kinder", "much-kinder")[min(better, 2)]


def level(sheet: FactSheet, name: str) -> str | None:
    """The level of a fact; None where it is unknown, raters differ, or it takes no levels."""
    value = sheet.get(name)
    return value if isinstance(value, str) else None
