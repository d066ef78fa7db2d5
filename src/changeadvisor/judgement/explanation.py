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
    """A rule that fired.

    `decibans` None where nothing is weighed; not `counted`: its evidence already was.
    """

    rule: str
    answer: Annotated[str, Field(serialization_alias="for")]
    decibans: float | None
    counted: bool
    evidence: str
    because: str
    source: str
    appraises: Annotated[bool, Field(exclude=True)] = False
    """Whether its rule is the one by which the appraisal of results speaks."""


def by_strength(reasons: Iterable[Reason]) -> list[Reason]:
    """Reasons as people read them: what counted first, the strongest first."""
    return sorted(reasons, key=lambda r: (not r.counted, -abs(r.decibans or 0.0), r.rule))


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that cannot be given, or was not chosen, and why."""

    answer: str
    because: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """An unknown fact, by how many decibans it could move an answer at most, and what to ask."""

    fact: str
    could_move: float | None
    question: str


@dataclass(frozen=True, slots=True)
class Flip:
    """One change of one fact that changes the answer to `to` (None: to no answer), confirmed by
    judging again.

    share: the change as a share of the fact's declared range.
    """  # noqa: D205 (the schema's description)

    to: str | None
    change: str
    fact: str
    before: Annotated[str | float | bool | None, Field(serialization_alias="from")]
    at: Single
    share: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The appraisal and everything else in the ledger each lead strongly to another course.

    appraisal, others: the best course of each; their leads: decibans by which each puts its own
    before the other's. rule: the strongest of the other reasons; ask: what people were asked in it,
    None where it rests on no judgement.
    """

    appraisal: str
    appraisal_leads: float
    others: str
    others_lead: float
    rule: str
    ask: str | None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One test of a rule on this sheet."""

    test: str
    """The test as it is written, parameters by their values."""
    fact: str
    value: str | float | bool | None
    """What it met; None where that is unknown."""
    verdict: bool | None
    """Whether it holds; None where that is unknown."""


@dataclass(frozen=True, slots=True)
class Working:
    """What one rule did here, test by test."""

    rule: str
    title: str
    answer: str
    state: State
    decibans: float | None
    """What it weighed; None where it did not fire, is a veto, or nothing is weighed."""
    counted: bool
    veto: bool
    when: tuple[Step, ...]
    unless: tuple[Step, ...]


def shown_value(value: Value | None) -> str | float | bool | None:
    """A value as one word or number; those of raters who differ joined by `or`."""
    if isinstance(value, frozenset):
        return " or ".join(sorted(map(str, value)))
    return value
