"""How rules differ between two packs, and which count otherwise on two sheets of facts.

Other words are no difference: only what of a rule can change an answer is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from changeadvisor.facts import FactSheet
from changeadvisor.judgement import Rule, RulePack, settle
from changeadvisor.judgement.explanation import shown_value
from changeadvisor.judgement.ledger import weights_on
from changeadvisor.judgement.pack import THRESHOLDS
from changeadvisor.judgement.rulebook import Rulebook, RuleSets
from changeadvisor.whatif import wording
from changeadvisor.whatif.difference import FactChange, FieldChange, RuleChange
from changeadvisor.whatif.programme_diff import (
    plain_data,
)


def substance(rule: Rule | None) -> object:
    """What of a rule can change an answer."""
    if rule is None:
        return None
    return (
        rule.when,
        rule.unless,
        rule.then,
        rule.weight,
        rule.weight_fact,
        rule.cap,
        rule.veto,
        rule.evidence,
    )


def pack_changes(old: RulePack, new: RulePack) -> Iterator[FieldChange]:
    """Rules that judge otherwise, their order, and what the pack as a whole does."""
    rules_old, rules_new = ({r.id: r for r in pack.rules} for pack in (old, new))
    for id in sorted({**rules_old, **rules_new}):
        a, b = rules_old.get(id), rules_new.get(id)
        if substance(a) != substance(b):
            yield FieldChange(f"{new.name} {id}", _on_a_line(a), _on_a_line(b))
    same_rules = rules_old.keys() == rules_new.keys()
    if same_rules and list(rules_old) != list(rules_new):
        yield FieldChange(f"{new.name} order", " ".join(rules_old), " ".join(rules_new))
    if old.combine != new.combine:
        yield FieldChange(f"{new.name} combine", old.combine, new.combine)
    if old.reads != new.reads:
        yield FieldChange(f"{new.name} from", _facts_read(old), _facts_read(new))


def _on_a_line(rule: Rule | None) -> str | None:
    return None if rule is None else wording.rule_on_a_line(rule)


def _facts_read(pack: RulePack) -> str:
    """The facts that a pack takes over as they are."""
    return ", ".join(read.fact for read in pack.reads.values())


def parameter_changes(old: RulePack, new: RulePack) -> Iterator[FieldChange]:
    """Parameters of a pack that have other values.

    Those that are in one of the two only belong to its rules.
    """
    for name in sorted(old.parameters.keys() & new.parameters.keys()):
        a, b = old.parameters[name].value, new.parameters[name].value
        if a != b:
            yield FieldChange(f"{new.name}.{name}", plain_data(a), plain_data(b))


def parameters_bearing_on(
    old: RulePack, new: RulePack, changed: Sequence[RuleChange]
) -> Iterator[FieldChange]:
    """Parameters of other values that an answer hangs on.

    Those of the pack as a whole, and those of rules that changed.
    """
    ids = {c.rule for c in changed}
    read = {p for pack in (old, new) for r in pack.rules if r.id in ids for p in r.parameters}
    for change in parameter_changes(old, new):
        if change.field.rpartition(".")[2] in {*THRESHOLDS, *read}:
            yield change


# --- between two sets of rules --------------------------------------------------------------------


def threshold_differences(rules: RuleSets) -> tuple[FieldChange, ...]:
    """Parameters of other values."""
    if rules.thresholds is None:
        return ()
    pairs = _packs_on_both_sides(rules.before, rules.thresholds)
    return tuple(change for a, b in pairs for change in parameter_changes(a, b))


def rule_differences(rules: RuleSets) -> tuple[FieldChange, ...]:
    """What else differs: rules, packs and frameworks."""
    pairs = _packs_on_both_sides(rules.before, rules.rules or rules.after)
    packs = [change for a, b in pairs for change in pack_changes(a, b)]
    scored = [{f.name: f.digest for f in book.frameworks} for book in (rules.before, rules.after)]
    models = [{p.name: p.digest for p in book.theory} for book in (rules.before, rules.after)]
    alone = {*models[0]} ^ {*models[1]}
    digests = [
        *((n, scored[0].get(n), scored[1].get(n)) for n in sorted({*scored[0], *scored[1]})),
        *((n, models[0].get(n), models[1].get(n)) for n in sorted(alone)),
    ]
    return (*packs, *(FieldChange(n, a, b) for n, a, b in digests if a != b))


def _packs_on_both_sides(before: Rulebook, after: Rulebook) -> Iterator[tuple[RulePack, RulePack]]:
    for name in ("action", "route", "rating", "lens", "order"):
        yield getattr(before, name), getattr(after, name)
    theories = {p.name: p for p in after.theory}
    yield from ((p, theories[p.name]) for p in before.theory if p.name in theories)


# --- rules that count otherwise -------------------------------------------------------------------


def rule_changes(
    old: RulePack, new: RulePack, before: FactSheet, after: FactSheet
) -> Iterator[RuleChange]:
    """Rules whose count differs between two packs on two sheets, the greatest difference first."""
    effects_old, effects_new = _effects(old, before), _effects(new, after)
    rules_old, rules_new = ({r.id: r for r in pack.rules} for pack in (old, new))
    sizes: dict[str, float] = {}
    for id in {**rules_old, **rules_new}:
        a, b = effects_old.get(id), effects_new.get(id)
        if a != b:
            sizes[id] = _size(a, b)
    for id in sorted(sizes, key=lambda i: (-sizes[i], i)):
        rule_old, rule_new = rules_old.get(id), rules_new.get(id)
        rule = rule_new or rule_old
        if rule is not None:
            yield RuleChange(
                id,
                rule.title,
                rule.then,
                effects_old.get(id),
                effects_new.get(id),
                rule.because,
                _differs(rule_old, rule_new),
                tuple(_fact_changes(rule_old, rule_new, before, after)),
            )


def _effects(pack: RulePack, sheet: FactSheet) -> dict[str, float | str]:
    """What each rule counts for, where it does: decibans, a veto, or that it fired in a table."""
    states, weights = pack.states(sheet), weights_on(pack, sheet)
    ledger = settle(pack, states, weights)
    effects: dict[str, float | str] = {}
    for i, rule in enumerate(pack.rules):
        if rule.veto and states[i] == "fired":
            effects[rule.id] = "veto"
        elif ledger.counted[i]:
            effects[rule.id] = round(weights[i], 2) if pack.combine == "weigh" else "fired"
    return effects


def _size(before: float | str | None, after: float | str | None) -> float:
    """How much a rule's count differs; a veto is more than any weight."""
    if isinstance(before, str) or isinstance(after, str):
        return 1_000.0
    return abs((after or 0.0) - (before or 0.0))


def _differs(old: Rule | None, new: Rule | None) -> str | None:
    """How a rule itself differs; None where it does not."""
    if substance(old) == substance(new):
        return None
    return wording.rule_change(old, new)


def _fact_changes(
    old: Rule | None, new: Rule | None, before: FactSheet, after: FactSheet
) -> Iterator[FactChange]:
    """Facts that a rule looks at and that differ."""
    for name in sorted(frozenset().union(*(r.facts for r in (old, new) if r is not None))):
        if before.get(name) != after.get(name):
            yield FactChange(name, shown_value(before.get(name)), shown_value(after.get(name)))
