"""Why answers differ.

What if something were set otherwise, and what changed between two dated programmes.

Every reason is found by working it out again with some of the changes and without the others; none
is guessed. Pure.

Between an old and a new programme the steps are: *age*, the old data read as of the new day; *data*, what the new
programme says beside the old, both read on that day, for what was not yet known on the old day could not be read then;
*limit*, what is under `limits`; *threshold*, values of parameters of the rules; *rule*, all else in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from changeadvisor.advice.advise import Advice, BareAnswer, Part, Progress, WhatIfRun, advise
from changeadvisor.errors import ChangeAdvisorError, plain
from changeadvisor.facts import FactSheet
from changeadvisor.judgement import Rule, RulePack, settle
from changeadvisor.judgement.explanation import shown_value
from changeadvisor.judgement.ledger import weights_on
from changeadvisor.judgement.rulebook import Rulebook, RuleSets
from changeadvisor.model import Programme
from changeadvisor.portfolio import NO_LOCKS, Locks
from changeadvisor.whatif.compare import (
    AnswerChange,
    Cause,
    Difference,
    FactChange,
    FieldChange,
    InitiativeDifference,
    Kind,
    PlaceChange,
    PortfolioDifference,
    Question,
    RuleChange,
    Why,
    difference,
    done,
    places,
)
from changeadvisor.whatif.programme_diff import (
    Bearing,
    Field,
    fields,
    plain_data,
    put_back,
)
from changeadvisor.words import day_text

#: What both runs need: measures are not compared.
_PARTS: tuple[Part, ...] = ("action", "route", "portfolio")
#: Programmes in which one field is put back, kept at a time.
_KEPT = 32
#: Programmes in which one field is put back were never written by anybody, and may make no sense.
_NO_SENSE = (ChangeAdvisorError, ArithmeticError, LookupError, ValueError)
#: Parameters that bear on an answer by themselves, whatever rules fire.
_OF_A_PACK = ("tie", "close", "enough")
_STEPS: tuple[Kind, ...] = ("age", "data", "limit", "threshold", "rule")


@dataclass(frozen=True, slots=True)
class Case:
    """What advice is given on: a programme, who judges, and courses set by hand."""

    programme: Programme
    rulebook: Rulebook
    locks: Locks = field(default_factory=lambda: NO_LOCKS)


@dataclass(frozen=True, slots=True)
class Transition:
    """From one world to another by several causes.

    build: the world with some of the causes, by name; None where these alone make no programme.
    inherent: causes that another one always has with it. fields: what the cause `data` is made of.
    undo: the world after, one field put back.
    """

    causes: tuple[Cause, ...]
    build: Callable[[frozenset[str]], Case | None]
    inherent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fields: tuple[Field, ...] = ()
    undo: Callable[[Field], Case] | None = None
    bearing: Bearing = field(default_factory=Bearing)
    notices: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names of all causes."""
        return frozenset(c.name for c in self.causes)


def explained(
    change: Transition, *, seed: int = 0, on_progress: Progress | None = None
) -> Difference:
    """What a change does to the advice, and why. Raises as `advise` does."""
    worlds = [change.build(frozenset()), change.build(change.names)]
    before, after = (w for w in worlds if w is not None)
    told = _Told(on_progress, len(before.programme.initiatives), len(after.programme.initiatives))
    old = _advised(before, seed, told.first)
    new = _advised(after, seed, told.second) if change.causes else old
    found = difference(old, new)
    reasons = CauseFinder(change, old, new, seed)
    return replace(
        found,
        causes=change.causes,
        initiatives=tuple(reasons.initiative(i) for i in found.initiatives),
        portfolio=None if found.portfolio is None else reasons.portfolio(found.portfolio),
        notices=(*change.notices, *_on_locks(after, old, new)),
    )


def _advised(world: Case, seed: int, on_progress: Progress | None = None) -> Advice:
    return advise(
        world.programme,
        world.rulebook,
        seed=seed,
        parts=_PARTS,
        on_progress=on_progress,
        locks=world.locks,
        flips=False,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Progress over two runs as one."""

    tell: Progress | None
    before: int
    after: int

    def first(self, done: int, _all: int) -> None:
        if self.tell is not None:
            self.tell(done, self.before + self.after)

    def second(self, done: int, _all: int) -> None:
        self.first(self.before + done, _all)


def _on_locks(world: Case, *advice: Advice) -> Iterator[str]:
    """Courses set by hand change no set where none is chosen, with them or without."""
    if world.locks and all(places(a) is None for a in advice):
        ids = ", ".join(sorted(world.locks))
        yield f"No set to run is chosen here, so the courses set by hand change none: {ids}."


# --- between two dated programmes -----------------------------------------------------------------


def threshold_differences(rules: RuleSets) -> tuple[FieldChange, ...]:
    """Parameters of other values."""
    if rules.thresholds is None:
        return ()
    return tuple(
        c for a, b in _paired(rules.before, rules.thresholds) for c in parameter_changes(a, b)
    )


def rule_differences(rules: RuleSets) -> tuple[FieldChange, ...]:
    """What else differs: rules, packs and frameworks."""
    after = rules.rules or rules.after
    packs = [c for a, b in _paired(rules.before, after) for c in _pack_changes(a, b)]
    scored = [{f.name: f.digest for f in js.frameworks} for js in (rules.before, after)]
    models = [{p.name: p.digest for p in js.theory} for js in (rules.before, after)]
    alone = {*models[0]} ^ {*models[1]}
    pairs = [
        *((n, scored[0].get(n), scored[1].get(n)) for n in sorted({*scored[0], *scored[1]})),
        *((n, models[0].get(n), models[1].get(n)) for n in sorted(alone)),
    ]
    return (*packs, *(FieldChange(n, a, b) for n, a, b in pairs if a != b))


def _paired(before: Rulebook, after: Rulebook) -> Iterator[tuple[RulePack, RulePack]]:
    """Packs that are on both sides."""
    for name in ("action", "route", "rating", "lens", "order"):
        yield getattr(before, name), getattr(after, name)
    theories = {p.name: p for p in after.theory}
    yield from ((p, theories[p.name]) for p in before.theory if p.name in theories)


def parameter_changes(old: RulePack, new: RulePack) -> Iterator[FieldChange]:
    """Parameters of a pack that have other values.

    Those in one of the two only belong to its rules.
    """
    for name in sorted(old.parameters.keys() & new.parameters.keys()):
        a, b = old.parameters[name].value, new.parameters[name].value
        if a != b:
            yield FieldChange(f"{new.name}.{name}", plain_data(a), plain_data(b))


def _bearing_on(
    old: RulePack, new: RulePack, changed: Sequence[RuleChange]
) -> Iterator[FieldChange]:
    """Parameters of other values that an answer hangs on.

    Those of the pack as a whole, and of rules that changed.
    """
    ids = {c.rule for c in changed}
    read = {p for pack in (old, new) for r in pack.rules if r.id in ids for p in r.parameters}
    for found in parameter_changes(old, new):
        if found.field.rpartition(".")[2] in {*_OF_A_PACK, *read}:
            yield found


def _pack_changes(old: RulePack, new: RulePack) -> Iterator[FieldChange]:
    """Rules that judge otherwise; other words are none."""
    rules = [{r.id: r for r in p.rules} for p in (old, new)]
    for id in sorted({*rules[0], *rules[1]}):
        a, b = (r.get(id) for r in rules)
        if _substance(a) != _substance(b):
            yield FieldChange(f"{new.name} {id}", _said(a), _said(b))
    if [r.id for r in old.rules] != [r.id for r in new.rules] and rules[0].keys() == rules[
        1
    ].keys():
        yield FieldChange(
            f"{new.name} order",
            " ".join(r.id for r in old.rules),
            " ".join(r.id for r in new.rules),
        )
    if old.combine != new.combine:
        yield FieldChange(f"{new.name} combine", old.combine, new.combine)
    if old.reads != new.reads:
        yield FieldChange(
            f"{new.name} from", *(", ".join(r.fact for r in p.reads.values()) for p in (old, new))
        )


def _substance(rule: Rule | None) -> object:
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


def _said(rule: Rule | None) -> str | None:
    """A rule on one line."""
    if rule is None:
        return None
    unless = f" unless {rule.unless_text}" if rule.unless_text else ""
    weight = (
        "veto"
        if rule.veto
        else f"weight of {rule.weight_fact}"
        if rule.weight_fact
        else f"{rule.weight:g}"
    )
    return f"when {rule.when_text}{unless}: {rule.then}, {weight}"


def between(old: Programme, new: Programme, rules: RuleSets) -> Transition:
    """The change from an old to a new programme, and from the rules of then to those of now."""
    found = fields(old, new)
    data = tuple(f for f in found if f.path[0] not in ("as_of", "limits", "programme"))
    parts: dict[Kind, tuple[FieldChange, ...]] = {
        "age": _changes(f for f in found if f.path[0] == "as_of"),
        "data": _changes(data),
        "limit": _changes(f for f in found if f.path[0] == "limits"),
        "threshold": threshold_differences(rules),
        "rule": rule_differences(rules),
    }
    causes = tuple(Cause(kind, kind, parts[kind]) for kind in _STEPS if parts[kind])

    def build(names: frozenset[str]) -> Case:
        base = new if "data" in names else old
        as_of = new.as_of if names & {"age", "data"} else old.as_of
        limits = new.limits if "limit" in names else old.limits
        return Case(base.model_copy(update={"as_of": as_of, "limits": limits}), rules.of(names))

    def undo(one: Field) -> Case:
        return Case(put_back(new, one), rules.after)

    return Transition(
        causes,
        build,
        MappingProxyType({"data": "age"}),
        data,
        undo,
        Bearing(old, new),
        tuple(_told_apart(old, new)),
    )


def _changes(found: Iterator[Field] | Sequence[Field]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(f.name, *f.shown) for f in found)


def _told_apart(old: Programme, new: Programme) -> Iterator[str]:
    """What should be known of two programmes that are compared."""
    if old.programme != new.programme:
        names = f"`{plain(old.programme)}` and `{plain(new.programme)}`"
        yield f"The two have different names, {names}: they are compared by the ids of initiatives."
    if old.as_of > new.as_of:
        yield f"The new one is as of {day_text(new.as_of)}, before the old one, {day_text(old.as_of)}."


# --- why ------------------------------------------------------------------------------------------

#: An answer as it is compared; None where there can be none.
_Answer = tuple[Any, ...] | None


class CauseFinder:
    """Finds out why each answer differs, by advising again in worlds between the two."""

    def __init__(self, change: Transition, old: Advice, new: Advice, seed: int) -> None:
        self.change, self.old, self.new, self.seed = change, old, new, seed
        self.trials: dict[frozenset[str], WhatIfRun | None] = {}
        self.undone: dict[tuple[str, ...], WhatIfRun | None] = {}
        self.sets: dict[frozenset[str], Advice | None] = {}
        self.moves: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {}

    def initiative(self, found: InitiativeDifference) -> InitiativeDifference:
        """The difference of one initiative with its reasons."""
        return replace(
            found,
            answers=tuple(self._answer(found.id, a) for a in found.answers),
            sureness=tuple(self._answer(found.id, a, sure=True) for a in found.sureness),
        )

    def _answer(self, id: str, found: AnswerChange, *, sure: bool = False) -> AnswerChange:
        why = None if sure and len(self.change.causes) > 1 else self._why(id, found.question)
        packs = [_pack(w.rulebook, found.question) for w in self._ends()]
        items = [a.initiative(id) for a in (self.old, self.new)]
        sheets = [i.sheet for i in items if i is not None]
        ended = found.before.ended or found.after.ended
        rules = () if ended else tuple(self._rules(id, packs, sheets))
        return replace(
            found, why=why, rules=rules, parameters=tuple(_bearing_on(packs[0], packs[1], rules))
        )

    def _ends(self) -> tuple[Case, Case]:
        worlds = [self.change.build(frozenset()), self.change.build(self.change.names)]
        before, after = (w for w in worlds if w is not None)
        return before, after

    # Which causes.

    def _why(self, id: str, question: Question) -> Why:
        why = self._by(lambda names: self._answer_with(names, id, question))
        if "data" not in why.by or self.change.undo is None:
            return why
        found = self._answer_with(self.change.names, id, question)
        needed = [f for f in self._bearing(id) if self._answer_without(f, id, question) != found]
        return replace(why, fields=tuple(f.name for f in needed))

    def _by(self, answer: Callable[[frozenset[str]], _Answer]) -> Why:
        """Which causes bring about the answer after.

        One by itself, any of some, or the fewest that do together.
        """
        every = [c.name for c in self.change.causes]
        after, before = answer(self.change.names), answer(frozenset())
        if len(every) == 1:
            return self._named("alone", every)

        def carries(name: str) -> bool:
            """Whether what a cause always has with it leaves the answer as it was."""
            other = self.change.inherent.get(name)
            return other not in every or answer(frozenset({other or ""})) == before

        single = [n for n in every if answer(frozenset({n})) == after and carries(n)]
        if single:
            return self._named("alone" if len(single) == 1 else "either", single)
        return self._named(
            "together", self._fewest(every, lambda names: answer(names) == after, carries)
        )

    def _fewest(
        self,
        every: Sequence[str],
        does: Callable[[frozenset[str]], bool],
        carries: Callable[[str], bool],
    ) -> Sequence[str]:
        """Causes that together do it, none of which can be left out.

        Those that came first are kept first.
        """
        for name in reversed(every):
            rest = [n for n in every if n != name]
            within = any(self.change.inherent.get(n) == name and not carries(n) for n in rest)
            if rest and not within and does(frozenset(rest)):
                return self._fewest(rest, does, carries)
        return every

    def _named(self, how: Any, names: Sequence[str]) -> Why:
        kinds = {c.name: c.kind for c in self.change.causes}
        return Why(tuple(dict.fromkeys(kinds[n] for n in names)), how, tuple(names))

    def _answer_with(self, names: frozenset[str], id: str, question: Question) -> _Answer:
        return _as_compared(self._with(names, id), question)

    def _answer_without(self, one: Field, id: str, question: Question) -> _Answer:
        return _as_compared(self._without(one, id), question)

    # Answers in other worlds.

    def _with(self, names: frozenset[str], id: str) -> BareAnswer | None:
        """What is answered where some causes hold."""
        if not names or names == self.change.names:
            item = (self.new if names else self.old).initiative(id)
            return None if item is None else BareAnswer.of(item)
        if names not in self.trials:
            world = self.change.build(names)
            self.trials[names] = None if world is None else _trial(world, self.seed)
        return _tried(self.trials[names], id)

    def _without(self, one: Field, id: str) -> BareAnswer | None:
        """What is answered where all holds but one field, which is as it was."""
        if self.change.undo is None:
            return None
        if one.path not in self.undone:
            if len(self.undone) >= _KEPT:
                self.undone.clear()
            self.undone[one.path] = _trial(self.change.undo(one), self.seed)
        return _tried(self.undone[one.path], id)

    def _bearing(self, id: str) -> tuple[Field, ...]:
        return self.change.bearing.of(id, self.change.fields)

    # Which rules, and what moved the facts under them.

    def _rules(
        self, id: str, packs: Sequence[RulePack], sheets: Sequence[FactSheet]
    ) -> Iterator[RuleChange]:
        for found in rule_changes(packs[0], packs[1], sheets[0], sheets[1]):
            yield replace(
                found,
                facts=tuple(replace(f, moved_by=self._moved_by(id, f.fact)) for f in found.facts),
            )

    def _moved_by(self, id: str, fact: str) -> tuple[str, ...]:
        if id not in self.moves:
            self.moves[id] = tuple(self._moved(id))
        return tuple(name for name, facts in self.moves[id] if fact in facts)

    def _moved(self, id: str) -> Iterator[tuple[str, frozenset[str]]]:
        """For each cause, or each field of the data, the facts that are other ones with it than without."""
        after, every = self._with(self.change.names, id), self.change.names
        for cause in self.change.causes:
            if cause.name in self.change.inherent.values():
                yield (
                    cause.name,
                    _facts_apart(
                        self._with(frozenset(), id), self._with(frozenset({cause.name}), id)
                    ),
                )
            elif cause.name == "data" and self.change.undo is not None:
                for one in self._bearing(id):
                    yield one.name, _facts_apart(self._without(one, id), after)
            else:
                yield cause.name, _facts_apart(self._with(every - {cause.name}, id), after)

    # The set to run.

    def portfolio(self, found: PortfolioDifference) -> PortfolioDifference:
        """What differs in the set to run, with its reasons."""
        one_sided = None if found.set is None else replace(found.set, why=self._by(self._has_set))
        return replace(found, set=one_sided, courses=tuple(self._placed(c) for c in found.courses))

    def _has_set(self, names: frozenset[str]) -> _Answer:
        advice = self._whole(names)
        return None if advice is None else (places(advice) is not None,)

    def _placed(self, found: PlaceChange) -> PlaceChange:
        def answer(names: frozenset[str]) -> _Answer:
            placed = places(advice) if (advice := self._whole(names)) is not None else None
            return done((placed or {}).get(found.initiative))

        return replace(found, why=self._by(answer))

    def _whole(self, names: frozenset[str]) -> Advice | None:
        """All the advice where some causes hold."""
        if not names or names == self.change.names:
            return self.new if names else self.old
        if names not in self.sets:
            world = self.change.build(names)
            self.sets[names] = None if world is None else _whole(world, self.seed)
        return self.sets[names]


def _trial(world: Case, seed: int) -> WhatIfRun | None:
    try:
        return WhatIfRun(world.programme, world.rulebook, seed=seed, locks=world.locks)
    except _NO_SENSE:
        return None


def _tried(trial: WhatIfRun | None, id: str) -> BareAnswer | None:
    try:
        return None if trial is None else trial.of(id)
    except _NO_SENSE:
        return None


def _whole(world: Case, seed: int) -> Advice | None:
    try:
        return _advised(world, seed)
    except _NO_SENSE:
        return None


def _as_compared(found: BareAnswer | None, question: Question) -> _Answer:
    return (
        None
        if found is None
        else (getattr(found, question), question != "evidenced" and found.ended)
    )


def _facts_apart(before: BareAnswer | None, after: BareAnswer | None) -> frozenset[str]:
    if before is None or after is None:
        return frozenset()
    sheets = before.sheet, after.sheet
    return frozenset(n for n in {*sheets[0], *sheets[1]} if sheets[0].get(n) != sheets[1].get(n))


def _pack(rulebook: Rulebook, question: Question) -> RulePack:
    return {"action": rulebook.action, "route": rulebook.route, "evidenced": rulebook.rating}[
        question
    ]


# --- rules that count otherwise -------------------------------------------------------------------


def rule_changes(
    old: RulePack, new: RulePack, before: FactSheet, after: FactSheet
) -> Iterator[RuleChange]:
    """Rules whose count differs between two packs on two sheets, the greatest difference first."""
    effects = [_effects(old, before), _effects(new, after)]
    rules = [{r.id: r for r in p.rules} for p in (old, new)]
    apart = [
        id for id in sorted({*rules[0], *rules[1]}) if effects[0].get(id) != effects[1].get(id)
    ]
    for id in sorted(apart, key=lambda i: (-_size(effects[0].get(i), effects[1].get(i)), i)):
        a, b = (r.get(id) for r in rules)
        rule = b or a
        if rule is not None:
            yield RuleChange(
                id,
                rule.title,
                rule.then,
                effects[0].get(id),
                effects[1].get(id),
                rule.because,
                _differs(a, b),
                tuple(_fact_changes(a, b, before, after)),
            )


def _effects(pack: RulePack, sheet: FactSheet) -> dict[str, float | str]:
    """What each rule counts for, where it does: decibans, a veto, or that it fired in a table."""
    states, weights = pack.states(sheet), weights_on(pack, sheet)
    ledger = settle(pack, states, weights)
    found: dict[str, float | str] = {}
    for i, rule in enumerate(pack.rules):
        if rule.veto and states[i] == "fired":
            found[rule.id] = "veto"
        elif ledger.counted[i]:
            found[rule.id] = round(weights[i], 2) if pack.combine == "weigh" else "fired"
    return found


def _size(before: float | str | None, after: float | str | None) -> float:
    """How much a rule's count differs; a veto is more than any weight."""
    if isinstance(before, str) or isinstance(after, str):
        return 1_000.0
    return abs((after or 0.0) - (before or 0.0))


def _differs(old: Rule | None, new: Rule | None) -> str | None:
    """How a rule itself differs."""
    if old is None:
        return "new"
    if new is None:
        return "taken out"
    return None if _substance(old) == _substance(new) else f"{_said(old)} → {_said(new)}"


def _fact_changes(
    old: Rule | None, new: Rule | None, before: FactSheet, after: FactSheet
) -> Iterator[FactChange]:
    """Facts that a rule looks at and that differ."""
    for name in sorted(frozenset().union(*(r.facts for r in (old, new) if r is not None))):
        if before.get(name) != after.get(name):
            yield FactChange(name, shown_value(before.get(name)), shown_value(after.get(name)))
