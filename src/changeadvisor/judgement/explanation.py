"""What a recommendation is made of: reasons, what is missing, what would change it, the working."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from changeadvisor.facts import Single, Value
from changeadvisor.judgement.pack_file import State


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired."""

    rule: str
    """The id of the rule."""
    answer: Annotated[str, Field(serialization_alias="for")]
    """The answer it speaks for."""
    decibans: float | None
    """What it weighs, in decibans; None: nothing is weighed."""
    counted: bool
    """Whether it counts; else its evidence already was counted."""
    evidence: str
    """What it looks at; within one, only the strongest weight each way counts."""
    because: str
    """Its reason, in a sentence."""
    source: str
    """Who says so."""
    appraises: Annotated[bool, Field(exclude=True)] = False
    """Whether its rule is the one by which the appraisal of results speaks."""


def by_strength(reasons: Iterable[Reason]) -> list[Reason]:
    """Reasons as people read them: what counted first, the strongest first."""
    return sorted(reasons, key=lambda r: (not r.counted, -abs(r.decibans or 0.0), r.rule))


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that cannot be given, or was not chosen."""

    answer: str
    """The answer."""
    because: str
    """Why, in a sentence."""
    rule: str | None = None
    """The id of the rule that took it out; None: it was outweighed."""


@dataclass(frozen=True, slots=True)
class Missing:
    """An unknown fact, and what to ask."""

    fact: str
    """The name of the fact in the vocabulary."""
    could_move: float | None
    """By how many decibans it could move an answer at most; None: nothing is weighed."""
    question: str
    """What to ask to learn it."""


@dataclass(frozen=True, slots=True)
class Flip:
    """One change of one fact that changes the answer, confirmed by judging again."""

    to: str | None
    """The answer it would become; None: no answer."""
    change: str
    """The change, in words."""
    fact: str
    """The name of the fact in the vocabulary."""
    before: Annotated[str | float | bool | None, Field(serialization_alias="from")]
    """What the fact is; None: unknown."""
    at: Single
    """What the fact would be, the nearest that changes the answer."""
    share: float
    """The change as a share of the fact's declared range."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The appraisal and everything else each lead strongly to another course."""

    appraisal: str
    """The best course by the appraisal."""
    appraisal_leads: float
    """Decibans by which the appraisal puts its own course before the other's."""
    others: str
    """The best course by all else in the ledger."""
    others_lead: float
    """Decibans by which all else puts its own course before the appraisal's."""
    rule: str
    """The id of the strongest of the other reasons."""
    ask: str | None
    """What people were asked in it; None: it rests on no judgement."""
    sentences: tuple[str, ...] = ()
    """The same in words."""


@dataclass(frozen=True, slots=True)
class Step:
    """One test of a rule on this sheet."""

    test: str
    """The test as it is written, parameters by their values."""
    fact: str
    """The name of the fact in the vocabulary."""
    value: str | float | bool | None
    """What it met; None where that is unknown."""
    verdict: bool | None
    """Whether it holds; None where that is unknown."""


@dataclass(frozen=True, slots=True)
class Working:
    """What one rule did here, test by test."""

    rule: str
    """The id of the rule."""
    title: str
    """What it looks for, in words."""
    answer: str
    """The answer it speaks for."""
    state: State
    """What it did on this sheet."""
    decibans: float | None
    """What it weighed; None where it did not fire, is a veto, or nothing is weighed."""
    counted: bool
    """Whether it counts; else its evidence already was counted."""
    veto: bool
    """Whether it takes its answer out."""
    when: tuple[Step, ...]
    """The tests that must hold."""
    unless: tuple[Step, ...]
    """The tests that must not."""


def shown_value(value: Value | None) -> str | float | bool | None:
    """A value as one word or number; those of raters who differ joined by `or`."""
    if isinstance(value, frozenset):
        return " or ".join(sorted(map(str, value)))
    return value
