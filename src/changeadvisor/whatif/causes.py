"""Why answers differ: what if something were otherwise, and what changed between two programmes.

Every reason is found by working it out again with some of the changes and without the others; none
is guessed. Pure.

Between an old and a new programme the steps are: *age*, the old data read as of the new day;
*data*, what the new programme says beside the old, both read on that day, for what was not yet
known on the old day could not be read then; *limit*, what is under `limits`; *threshold*, values of
parameters of the rules; *rule*, all else in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from changeadvisor.advice import Advice, BareAnswer, Part, Progress, WhatIfRun, advise
from changeadvisor.errors import ChangeAdvisorError
from changeadvisor.judgement import RulePack
from changeadvisor.judgement.rulebook import Rulebook, RuleSets
from changeadvisor.model import Programme
from changeadvisor.portfolio import NO_LOCKS, Locks
from changeadvisor.whatif import wording
from changeadvisor.whatif.compare import difference, done, places
from changeadvisor.whatif.difference import (
    AnswerChange,
    Cause,
    Difference,
    FieldChange,
    InitiativeDifference,
    Kind,
    PlaceChange,
    PortfolioDifference,
    Question,
    RuleChange,
    Why,
)
from changeadvisor.whatif.programme_diff import (
    Bearing,
    DifferingField,
    differing_fields,
    put_back,
)
from changeadvisor.whatif.rule_diff import (
    parameters_bearing_on,
    rule_changes,
    rule_differences,
    threshold_differences,
)

#: What both runs need: measures are not compared.
_PARTS: tuple[Part, ...] = ("action", "route", "portfolio")
#: Programmes in which one field is put back, kept at a time.
_KEPT = 32
#: Programmes in which one field is put back were never written by anybody, and may make no sense.
_NO_SENSE = (ChangeAdvisorError, ArithmeticError, LookupError, ValueError)
_STEPS: tuple[Kind, ...] = ("age", "data", "limit", "threshold", "rule")


@dataclass(frozen=True, slots=True)
class Case:
    """What advice is given on."""

    programme: Programme
    """The programme, which nobody need have written so."""
    rulebook: Rulebook
    """Who judges it."""
    locks: Locks = field(default_factory=lambda: NO_LOCKS)
    """Courses set by hand, by the ids of initiatives."""


@dataclass(frozen=True, slots=True)
class Transition:
    """From one case to another by several causes."""

    causes: tuple[Cause, ...]
    """All that differs in what goes in."""
    build: Callable[[frozenset[str]], Case | None]
    """The case with some of the causes, by name; None where these alone make no programme."""
    inherent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Causes that another one always has with it: name of that one → name of what comes with it."""
    fields: tuple[DifferingField, ...] = ()
    """What the cause `data` is made of."""
    undo: Callable[[DifferingField], Case] | None = None
    """The case after, with one field put back; None where the causes have no fields."""
    bearing: Bearing = field(default_factory=Bearing)
    """Which of the fields can bear on an initiative."""
    notices: tuple[str, ...] = ()
    """What should be known of the two."""

    @property
    def names(self) -> frozenset[str]:
        """The names of all causes."""
        return frozenset(c.name for c in self.causes)


def explained(
    change: Transition, *, seed: int = 0, on_progress: Progress | None = None
) -> Difference:
    """What a change does to the advice, and why. Raises as `advise` does."""
    before, after = _ends(change)
    progress = _TwoRuns(
        on_progress, len(before.programme.initiatives), len(after.programme.initiatives)
    )
    old = _advised(before, seed, progress.first)
    new = _advised(after, seed, progress.second) if change.causes else old
    unexplained = difference(old, new)
    finder = CauseFinder(change, old, new, seed)
    portfolio = unexplained.portfolio
    notices = list(change.notices)
    if after.locks and places(old) is None and places(new) is None:
        notices.append(wording.locks_change_nothing(after.locks))
    return replace(
        unexplained,
        causes=change.causes,
        initiatives=tuple(finder.initiative(i) for i in unexplained.initiatives),
        portfolio=None if portfolio is None else finder.portfolio(portfolio),
        notices=tuple(notices),
    )


def _ends(change: Transition) -> tuple[Case, Case]:
    """The case before and the case after."""
    cases = [change.build(frozenset()), change.build(change.names)]
    before, after = (case for case in cases if case is not None)
    return before, after


def _advised(case: Case, seed: int, on_progress: Progress | None = None) -> Advice:
    """The advice on a case, as far as it is compared."""
    return advise(
        case.programme,
        case.rulebook,
        seed=seed,
        parts=_PARTS,
        on_progress=on_progress,
        locks=case.locks,
        flips=False,
    )


@dataclass(frozen=True, slots=True)
class _TwoRuns:
    """Progress over two runs, shown as one."""

    show: Progress | None
    """Who is shown it, if anybody."""
    before: int
    """Initiatives of the first run."""
    after: int
    """Initiatives of the second."""

    def first(self, done: int, _all: int) -> None:
        """So many initiatives of the first run are done."""
        if self.show is not None:
            self.show(done, self.before + self.after)

    def second(self, done: int, _all: int) -> None:
        """So many initiatives of the second run are done."""
        self.first(self.before + done, _all)


# --- between two dated programmes -----------------------------------------------------------------


def between(old: Programme, new: Programme, rules: RuleSets) -> Transition:
    """The change from an old to a new programme, and from the rules of then to those of now."""
    fields = differing_fields(old, new)
    data = tuple(f for f in fields if f.path[0] not in ("as_of", "limits", "programme"))
    parts: dict[Kind, tuple[FieldChange, ...]] = {
        "age": _changes(f for f in fields if f.path[0] == "as_of"),
        "data": _changes(data),
        "limit": _changes(f for f in fields if f.path[0] == "limits"),
        "threshold": threshold_differences(rules),
        "rule": rule_differences(rules),
    }
    causes = tuple(Cause(kind, kind, parts[kind]) for kind in _STEPS if parts[kind])

    def build(names: frozenset[str]) -> Case:
        base = new if "data" in names else old
        as_of = new.as_of if names & {"age", "data"} else old.as_of
        limits = new.limits if "limit" in names else old.limits
        return Case(base.model_copy(update={"as_of": as_of, "limits": limits}), rules.of(names))

    def undo(one: DifferingField) -> Case:
        return Case(put_back(new, one), rules.after)

    return Transition(
        causes,
        build,
        # The new data are read on the new day: they never come without it.
        MappingProxyType({"data": "age"}),
        data,
        undo,
        Bearing(old, new),
        tuple(_to_be_known(old, new)),
    )


def _to_be_known(old: Programme, new: Programme) -> Iterator[str]:
    """What should be known of two programmes that are compared."""
    if old.programme != new.programme:
        yield wording.other_name(old, new)
    if old.as_of > new.as_of:
        yield wording.new_before_old(old, new)


def _changes(fields: Iterable[DifferingField]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(f.name, *f.shown) for f in fields)


# --- why ------------------------------------------------------------------------------------------

#: An answer as it is compared; None where there can be none.
_Answer = tuple[Any, ...] | None


class CauseFinder:
    """Finds out why each answer differs, by advising again on cases between the two."""

    def __init__(self, change: Transition, old: Advice, new: Advice, seed: int) -> None:
        self.change, self.old, self.new, self.seed = change, old, new, seed
        #: Runs on cases with some of the causes, by their names; None where these make no sense.
        self.runs: dict[frozenset[str], WhatIfRun | None] = {}
        #: Runs with all causes but one field, by its path.
        self.undone: dict[tuple[str, ...], WhatIfRun | None] = {}
        #: All the advice on cases with some of the causes, for the set to run.
        self.advice: dict[frozenset[str], Advice | None] = {}
        #: By initiative: each cause or field with the facts that it moves.
        self.moves: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {}

    def initiative(self, difference: InitiativeDifference) -> InitiativeDifference:
        """The difference of one initiative with its reasons."""
        id = difference.id
        # How sure an answer is, is not compared between cases: only a lone cause can be named.
        lone = len(self.change.causes) <= 1
        return replace(
            difference,
            answers=tuple(self._answer(id, a, why=True) for a in difference.answers),
            sureness=tuple(self._answer(id, a, why=lone) for a in difference.sureness),
        )

    def _answer(self, id: str, change: AnswerChange, *, why: bool) -> AnswerChange:
        """The change of one answer with the rules behind it and, if asked for, its causes."""
        old, new = (_pack(case.rulebook, change.question) for case in _ends(self.change))
        rules: tuple[RuleChange, ...] = ()
        if not (change.before.ended or change.after.ended):
            items = [advice.initiative(id) for advice in (self.old, self.new)]
            before, after = (item.sheet for item in items if item is not None)
            changes = rule_changes(old, new, before, after)
            rules = tuple(self._with_moves(id, rule) for rule in changes)
        return replace(
            change,
            why=self._why(id, change.question) if why else None,
            rules=rules,
            parameters=tuple(parameters_bearing_on(old, new, rules)),
        )

    # Which causes.

    def _why(self, id: str, question: Question) -> Why:
        why = self._by(lambda names: _as_compared(self._with(names, id), question))
        if "data" not in why.by or self.change.undo is None:
            return why
        answer = _as_compared(self._with(self.change.names, id), question)
        needed = [
            field.name
            for field in self._bearing(id)
            if _as_compared(self._without(field, id), question) != answer
        ]
        return replace(why, fields=tuple(needed))

    def _by(self, answer: Callable[[frozenset[str]], _Answer]) -> Why:
        """Which causes bring about the answer after.

        One by itself, any of several by itself, or the fewest that do together.
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

        Those that come last are left out first, so that of several such sets the earliest is told.
        """
        for name in reversed(every):
            rest = [n for n in every if n != name]
            within = any(self.change.inherent.get(n) == name and not carries(n) for n in rest)
            if rest and not within and does(frozenset(rest)):
                return self._fewest(rest, does, carries)
        return every

    def _named(self, how: Literal["alone", "either", "together"], names: Sequence[str]) -> Why:
        kinds = {c.name: c.kind for c in self.change.causes}
        return Why(tuple(dict.fromkeys(kinds[n] for n in names)), how, tuple(names))

    # Answers on other cases.

    def _with(self, names: frozenset[str], id: str) -> BareAnswer | None:
        """What is answered where some causes hold."""
        if not names or names == self.change.names:
            item = (self.new if names else self.old).initiative(id)
            return None if item is None else BareAnswer.of(item)
        if names not in self.runs:
            case = self.change.build(names)
            self.runs[names] = None if case is None else _run(case, self.seed)
        return _answer_of(self.runs[names], id)

    def _without(self, field: DifferingField, id: str) -> BareAnswer | None:
        """What is answered where all holds but one field, which is as it was."""
        if self.change.undo is None:
            return None
        if field.path not in self.undone:
            if len(self.undone) >= _KEPT:
                self.undone.clear()
            self.undone[field.path] = _run(self.change.undo(field), self.seed)
        return _answer_of(self.undone[field.path], id)

    def _bearing(self, id: str) -> tuple[DifferingField, ...]:
        """Of the fields that differ, those that can bear on an initiative."""
        return self.change.bearing.of(id, self.change.fields)

    # What moved the facts under the rules.

    def _with_moves(self, id: str, change: RuleChange) -> RuleChange:
        """The change of a rule, each of its facts with what moved it."""
        if id not in self.moves:
            self.moves[id] = tuple(self._moves(id))
        facts = []
        for fact in change.facts:
            by = tuple(name for name, moved in self.moves[id] if fact.fact in moved)
            facts.append(replace(fact, moved_by=by))
        return replace(change, facts=tuple(facts))

    def _moves(self, id: str) -> Iterator[tuple[str, frozenset[str]]]:
        """For each cause, or each field of the data, the facts that it makes other ones."""
        after, every = self._with(self.change.names, id), self.change.names
        for cause in self.change.causes:
            if cause.name in self.change.inherent.values():
                # It comes with another cause, so without it there would be neither: it alone.
                before, alone = self._with(frozenset(), id), self._with(frozenset({cause.name}), id)
                yield cause.name, _facts_apart(before, alone)
            elif cause.name == "data" and self.change.undo is not None:
                for field in self._bearing(id):
                    yield field.name, _facts_apart(self._without(field, id), after)
            else:
                yield cause.name, _facts_apart(self._with(every - {cause.name}, id), after)

    # The set to run.

    def portfolio(self, difference: PortfolioDifference) -> PortfolioDifference:
        """What differs in the set to run, with its reasons."""
        one_sided = difference.set
        if one_sided is not None:
            one_sided = replace(one_sided, why=self._by(self._has_set))
        courses = tuple(self._placed(change) for change in difference.courses)
        return replace(difference, set=one_sided, courses=courses)

    def _has_set(self, names: frozenset[str]) -> _Answer:
        """Whether a set to run is chosen where some causes hold."""
        advice = self._advice(names)
        return None if advice is None else (places(advice) is not None,)

    def _placed(self, change: PlaceChange) -> PlaceChange:
        """What the set does otherwise with an initiative, with the reason."""

        def answer(names: frozenset[str]) -> _Answer:
            advice = self._advice(names)
            placed = None if advice is None else places(advice)
            return done((placed or {}).get(change.initiative))

        return replace(change, why=self._by(answer))

    def _advice(self, names: frozenset[str]) -> Advice | None:
        """All the advice where some causes hold."""
        if not names or names == self.change.names:
            return self.new if names else self.old
        if names not in self.advice:
            case = self.change.build(names)
            self.advice[names] = None if case is None else _advised_if_sound(case, self.seed)
        return self.advice[names]


def _run(case: Case, seed: int) -> WhatIfRun | None:
    """A run on a case; None where it makes no sense."""
    try:
        return WhatIfRun(case.programme, case.rulebook, seed=seed, locks=case.locks)
    except _NO_SENSE:
        return None


def _answer_of(run: WhatIfRun | None, id: str) -> BareAnswer | None:
    """What a run answers for an initiative; None where that makes no sense."""
    try:
        return None if run is None else run.of(id)
    except _NO_SENSE:
        return None


def _advised_if_sound(case: Case, seed: int) -> Advice | None:
    """The advice on a case; None where it makes no sense."""
    try:
        return _advised(case, seed)
    except _NO_SENSE:
        return None


def _as_compared(answer: BareAnswer | None, question: Question) -> _Answer:
    """An answer with whether the initiative has ended, as far as that bears on the question."""
    if answer is None:
        return None
    return getattr(answer, question), question != "evidenced" and answer.ended


def _facts_apart(before: BareAnswer | None, after: BareAnswer | None) -> frozenset[str]:
    """The facts that are not the same in two answers; none where there is no answer."""
    if before is None or after is None:
        return frozenset()
    sheets = before.sheet, after.sheet
    return frozenset(n for n in {*sheets[0], *sheets[1]} if sheets[0].get(n) != sheets[1].get(n))


def _pack(rulebook: Rulebook, question: Question) -> RulePack:
    """The pack that answers a question."""
    packs = {"action": rulebook.action, "route": rulebook.route, "evidenced": rulebook.rating}
    return packs[question]


# --- rules that count otherwise -------------------------------------------------------------------
