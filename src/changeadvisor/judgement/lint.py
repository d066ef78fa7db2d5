"""Faults in the rules themselves.

Gaps, overlaps, rules that cannot fire, things unused, answers that get milder as facts get worse. A
table is laid out over every combination of what its facts can be; numbers stand for the pieces
their cuts make. After CERTCC/SSVC's coverage and order checks (Carnegie Mellon SEI 2025), for any
pack.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from changeadvisor.facts import Fact, Single
from changeadvisor.judgement import wording
from changeadvisor.judgement.batch import fired_rows
from changeadvisor.judgement.columns import Column, Flags
from changeadvisor.judgement.conditions import literal_text
from changeadvisor.judgement.pack import THRESHOLDS, RulePack, cut_points, probe_points

#: The most combinations laid out; beyond it a fixed sample is looked at, and the notes say so.
COMBINATIONS = 400_000

FindingKind = Literal[
    "unused fact", "unused parameter", "unreachable", "gap", "overlap", "milder when worse"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault."""

    kind: FindingKind
    about: tuple[str, ...]
    """The rules or names it is about."""
    message: str
    """What is wrong, in words."""

    def __str__(self) -> str:
        """The finding on one line."""
        return f"{self.kind}: {self.message}"


@dataclass(frozen=True, slots=True)
class LintReport:
    """All findings."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    """What could not be looked at in full."""


def lint(pack: RulePack) -> LintReport:
    """Everything wrong with a pack's rules.

    In `weigh` every rule may speak: there are no gaps, overlaps or order to judge.
    """
    findings = [*_unused(pack), *_unreachable(pack)]
    if pack.combine == "weigh" or not pack.rules:
        return LintReport(tuple(findings))
    grid = _Grid.of(pack, pack.facts)
    fired = fired_rows(pack, grid.columns(), grid.rows)
    findings += _gaps(grid, fired)
    if pack.combine == "unique":
        findings += _overlaps(pack, grid, fired)
    elif grid.whole:
        unreachable = {name for f in findings if f.kind == "unreachable" for name in f.about}
        findings += _shadowed(pack, fired, unreachable)
    if pack.ordered and grid.whole:
        findings += _milder(pack, grid, fired)
    notes = () if grid.whole else (wording.sampled(grid.rows),)
    return LintReport(tuple(findings), notes)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Combinations of values of facts."""

    facts: tuple[Fact, ...]
    values: tuple[tuple[Single, ...], ...]
    """For each fact the values tried."""
    places: NDArray[np.intp]
    """For each fact and row the position of its value, facts x rows."""
    whole: bool
    """Whether every combination is there, in the order of nested loops."""

    @classmethod
    def of(cls, pack: RulePack, names: Sequence[str]) -> _Grid:
        """Every combination of what facts can be, or a fixed sample where there are too many."""
        facts = tuple(pack.vocabulary[name] for name in names)
        values = tuple(_values(pack, fact) for fact in facts)
        shape = [len(choices) for choices in values]
        if math.prod(shape) > COMBINATIONS:
            rng = np.random.default_rng(0)
            sample = [rng.integers(0, count, COMBINATIONS) for count in shape]
            return cls(facts, values, np.array(sample), False)
        if not shape:
            return cls(facts, values, np.zeros((0, 1), dtype=np.intp), True)
        return cls(facts, values, np.indices(shape).reshape(len(shape), -1), True)

    @property
    def rows(self) -> int:
        """How many combinations there are."""
        return int(self.places.shape[1])

    def columns(self) -> dict[str, Column]:
        """The grid as columns to judge."""
        columns = {}
        for k, fact in enumerate(self.facts):
            data: Any = self.places[k]
            if not fact.values:
                data = np.array(self.values[k], dtype=np.float64)[data]
            columns[fact.name] = Column(data)
        return columns

    def row(self, index: int) -> str:
        """One combination in words."""
        values = (self.values[k][self.places[k, index]] for k in range(len(self.facts)))
        return ", ".join(
            f"{fact.name} = {literal_text(value)}"
            for fact, value in zip(self.facts, values, strict=True)
        )


def _values(pack: RulePack, fact: Fact) -> tuple[Single, ...]:
    """What a fact can be, better values first where it is known which are."""
    if fact.values:
        return fact.values
    cuts = cut_points(pack, fact.name)
    pieces = probe_points(cuts) if cuts else (fact.low, fact.high)
    return tuple(reversed(pieces)) if fact.worse == "lower" else pieces


def _unused(pack: RulePack) -> list[Finding]:
    """Facts and parameters of the pack that no rule uses."""
    named = frozenset(THRESHOLDS).union(*(rule.parameters for rule in pack.rules))
    facts = [name for name in pack.declared if name not in pack.facts]
    parameters = [name for name in pack.parameters if name not in named]
    return [
        *(Finding("unused fact", (n,), wording.unused_fact(n)) for n in facts),
        *(Finding("unused parameter", (n,), wording.unused_parameter(n)) for n in parameters),
    ]


def _unreachable(pack: RulePack) -> list[Finding]:
    """Rules no combination of their own facts can set off, where all of them can be tried."""
    findings = []
    for rule in pack.rules:
        grid = _Grid.of(pack, sorted(rule.facts))
        alone = replace(pack, rules=(rule,))
        if grid.whole and not fired_rows(alone, grid.columns(), grid.rows).any():
            findings.append(Finding("unreachable", (rule.id,), wording.never_fires(rule.id)))
    return findings


def _gaps(grid: _Grid, fired: Flags) -> list[Finding]:
    """Combinations for which no rule fires."""
    empty = np.flatnonzero(~fired.any(axis=0))
    if not len(empty):
        return []
    return [Finding("gap", (), wording.gap(len(empty), grid.rows, grid.row(int(empty[0]))))]


def _overlaps(pack: RulePack, grid: _Grid, fired: Flags) -> list[Finding]:
    """In `unique`: pairs of rules that fire together."""
    several = fired[:, fired.sum(axis=0) > 1].astype(np.float32)
    together = np.triu(several @ several.T, 1)
    findings = []
    for i, j in zip(*together.nonzero(), strict=True):
        both = np.flatnonzero(fired[i] & fired[j])
        one, other = pack.rules[int(i)].id, pack.rules[int(j)].id
        message = wording.overlap(one, other, len(both), grid.row(int(both[0])))
        findings.append(Finding("overlap", (one, other), message))
    return findings


def _shadowed(pack: RulePack, fired: Flags, unreachable: set[str]) -> list[Finding]:
    """In `first`: rules that never come first, though they could fire."""
    first = np.where(fired.any(axis=0), fired.argmax(axis=0), -1)
    return [
        Finding("unreachable", (rule.id,), wording.never_answers(rule.id))
        for i, rule in enumerate(pack.rules)
        if rule.id not in unreachable and not (first == i).any()
    ]


def _milder(pack: RulePack, grid: _Grid, fired: Flags) -> list[Finding]:
    """Neighbouring combinations where a worse fact gives a milder answer; one finding a fact."""
    answers = np.array([pack.answers.index(rule.then) for rule in pack.rules], dtype=np.int16)
    flat = np.where(fired.any(axis=0), answers[fired.argmax(axis=0)], -1)
    shape = tuple(len(choices) for choices in grid.values)
    table, rows = flat.reshape(shape), np.arange(flat.size).reshape(shape)
    findings = []
    for axis, fact in enumerate(grid.facts):
        in_order = fact.ordered if fact.levels else fact.worse is not None
        if not in_order:
            continue
        before, after = _neighbours(table, axis)
        milder = (before >= 0) & (after >= 0) & (after < before)
        if milder.any():
            at = np.unravel_index(int(milder.argmax()), milder.shape)
            pair = (int(neighbour[at]) for neighbour in _neighbours(rows, axis))
            first, then = (f"{pack.answers[flat[row]]} ({grid.row(row)})" for row in pair)
            message = wording.milder_when_worse(fact.name, int(milder.sum()), first, then)
            findings.append(Finding("milder when worse", (fact.name,), message))
    return findings


def _neighbours(table: NDArray[Any], axis: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """A table without its last and without its first along an axis: a value and the next worse."""
    along = np.moveaxis(table, axis, 0)
    return np.moveaxis(along[:-1], 0, axis), np.moveaxis(along[1:], 0, axis)
