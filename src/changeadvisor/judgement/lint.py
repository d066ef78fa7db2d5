"""Faults in the rules themselves.

Gaps, overlaps, rules that cannot fire, things unused, answers milder when worse.

A table is laid out over every combination of what its facts can be; numbers stand for the pieces
their cuts make. After CERTCC/SSVC's coverage and order checks (Carnegie Mellon SEI 2025), for any
pack.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from changeadvisor.facts import Fact, Single
from changeadvisor.judgement.batch import fired_rows
from changeadvisor.judgement.conditions import Column
from changeadvisor.judgement.pack import (
    Rule,
    RulePack,
    between,
    cut_points,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: The most combinations laid out; beyond it a fixed sample is looked at, and the notes say so.
COMBINATIONS = 400_000
_NAMED = ("tie", "close", "enough")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: its kind, the rules or names it is about, and what is wrong in words."""

    kind: str
    about: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        """The finding on one line."""
        return f"{self.kind}: {self.message}"


@dataclass(frozen=True, slots=True)
class LintReport:
    """All findings, and notes on what could not be looked at in full."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Grid:
    """Combinations of values: for each fact its values, and for each row the position of its value.

    places: facts x rows. whole: whether every combination is there, in the order of nested loops.
    """

    facts: tuple[Fact, ...]
    values: tuple[tuple[Single, ...], ...]
    places: NDArray[np.intp]
    whole: bool

    @property
    def rows(self) -> int:
        """How many combinations there are."""
        return int(self.places.shape[1])

    def columns(self) -> dict[str, Column]:
        """The grid as columns to judge."""
        return {f.name: Column(self._data(k, f)) for k, f in enumerate(self.facts)}

    def _data(self, k: int, fact: Fact) -> Any:
        import numpy as np

        return (
            self.places[k]
            if fact.values
            else np.array(self.values[k], dtype=np.float64)[self.places[k]]
        )

    def row(self, index: int) -> str:
        """One combination in words."""
        at = ((f.name, self.values[k][self.places[k, index]]) for k, f in enumerate(self.facts))
        return ", ".join(f"{n} = {_word(v)}" for n, v in at)


def _word(value: Single) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def lint(pack: RulePack) -> LintReport:
    """Everything wrong with a pack's rules.

    In `weigh` every rule may speak: no gaps, overlaps or order to judge.
    """
    findings = [*_unused(pack), *_unreachable(pack)]
    if pack.combine == "weigh" or not pack.rules:
        return LintReport(tuple(findings))
    grid = _grid(pack, pack.facts)
    fired = fired_rows(pack, grid.columns(), grid.rows)
    findings += _gaps(grid, fired)
    findings += (
        _overlaps(pack, grid, fired)
        if pack.combine == "unique"
        else _shadowed(pack, grid, fired, findings)
    )
    if pack.ordered:
        findings += _milder(pack, grid, fired)
    return LintReport(tuple(findings), _notes(grid))


def _notes(grid: _Grid) -> tuple[str, ...]:
    if grid.whole:
        return ()
    return (f"too many combinations to try them all: a fixed sample of {grid.rows:,} was tried",)


def _grid(pack: RulePack, names: Sequence[str]) -> _Grid:
    import numpy as np

    facts = tuple(pack.vocabulary[n] for n in names)
    values = tuple(_values(pack, fact) for fact in facts)
    shape = [len(v) for v in values]
    if math.prod(shape) <= COMBINATIONS:
        places = (
            np.indices(shape).reshape(len(shape), -1) if shape else np.zeros((0, 1), dtype=np.intp)
        )
        return _Grid(facts, values, places, True)
    rng = np.random.default_rng(0)
    sample = [rng.integers(0, n, COMBINATIONS) for n in shape]
    return _Grid(facts, values, np.array(sample), False)


def _values(pack: RulePack, fact: Fact) -> tuple[Single, ...]:
    """What a fact can be, better values first where it is known which are."""
    if fact.values:
        return fact.values
    cuts = cut_points(pack, fact.name)
    pieces = between(cuts) if cuts else (fact.low, fact.high)
    return tuple(reversed(pieces)) if fact.worse == "lower" else pieces


def _unused(pack: RulePack) -> list[Finding]:
    used = set(pack.facts)
    named = frozenset().union(*(r.parameters for r in pack.rules)) | set(_NAMED)
    facts = [
        Finding("unused fact", (n,), f"`{n}` is declared, but no rule mentions it")
        for n in pack.declared
        if n not in used
    ]
    numbers = [
        Finding("unused parameter", (n,), f"`{n}` is set, but no rule uses it")
        for n in pack.parameters
        if n not in named
    ]
    return [*facts, *numbers]


def _unreachable(pack: RulePack) -> list[Finding]:
    """Rules no combination of their own facts can set off (looked at where all of them can be tried)."""
    found = []
    for i, rule in enumerate(pack.rules):
        grid = _grid(pack, sorted(rule.facts))
        if grid.whole and not fired_rows(_only(pack, rule), grid.columns(), grid.rows).any():
            found.append(
                Finding(
                    "unreachable",
                    (rule.id,),
                    f"{pack.rules[i].id} can never fire: its conditions exclude one another",
                )
            )
    return found


def _only(pack: RulePack, rule: Rule) -> RulePack:
    from dataclasses import replace

    return replace(pack, rules=(rule,), order=(), blockers=())


def _gaps(grid: _Grid, fired: NDArray[np.bool_]) -> list[Finding]:
    import numpy as np

    none = np.flatnonzero(~fired.any(axis=0))
    if not len(none):
        return []
    return [
        Finding(
            "gap",
            (),
            f"{len(none):,} of {grid.rows:,} combinations have no rule, such as {grid.row(int(none[0]))}",
        )
    ]


def _overlaps(pack: RulePack, grid: _Grid, fired: NDArray[np.bool_]) -> list[Finding]:
    import numpy as np

    several = fired[:, fired.sum(axis=0) > 1]
    together = np.triu(several.astype(np.float32) @ several.T.astype(np.float32), 1)
    return [
        _overlap(pack, grid, fired, int(i), int(j))
        for i, j in zip(*together.nonzero(), strict=True)
    ]


def _overlap(pack: RulePack, grid: _Grid, fired: NDArray[np.bool_], i: int, j: int) -> Finding:
    import numpy as np

    both = np.flatnonzero(fired[i] & fired[j])
    a, b = pack.rules[i].id, pack.rules[j].id
    return Finding(
        "overlap",
        (a, b),
        f"{a} and {b} fire together in {len(both):,} combinations, such as {grid.row(int(both[0]))}",
    )


def _shadowed(
    pack: RulePack, grid: _Grid, fired: NDArray[np.bool_], findings: Sequence[Finding]
) -> list[Finding]:
    """In `first`: rules that never come first, though they could fire."""
    import numpy as np

    first = np.where(fired.any(axis=0), fired.argmax(axis=0), -1)
    dead = {name for f in findings if f.kind == "unreachable" for name in f.about}
    late = [r.id for i, r in enumerate(pack.rules) if r.id not in dead and not (first == i).any()]
    if not grid.whole:
        return []
    return [
        Finding("unreachable", (r,), f"{r} never answers: rules before it always fire first")
        for r in late
    ]


def _milder(pack: RulePack, grid: _Grid, fired: NDArray[np.bool_]) -> list[Finding]:
    """Neighbouring combinations where a worse fact gives a milder answer.

    One finding for each fact.
    """
    import numpy as np

    if not grid.whole:
        return []
    answers = np.array([pack.answers.index(r.then) for r in pack.rules], dtype=np.int16)
    flat = np.where(fired.any(axis=0), answers[fired.argmax(axis=0)], -1)
    shape = tuple(len(v) for v in grid.values)
    table, numbers = flat.reshape(shape), np.arange(flat.size).reshape(shape)
    found = (
        _milder_along(pack, grid, table, numbers, k)
        for k, f in enumerate(grid.facts)
        if _has_order(f)
    )
    return [f for f in found if f is not None]


def _has_order(fact: Fact) -> bool:
    return fact.ordered if fact.levels else fact.worse is not None


def _milder_along(
    pack: RulePack, grid: _Grid, table: Any, numbers: Any, axis: int
) -> Finding | None:
    import numpy as np

    def cut(array: Any, keep: slice) -> Any:
        return array[(slice(None),) * axis + (keep,)]

    better, worse = cut(table, slice(None, -1)), cut(table, slice(1, None))
    wrong = (better >= 0) & (worse >= 0) & (worse < better)
    if not wrong.any():
        return None
    place = np.unravel_index(int(wrong.argmax()), wrong.shape)
    before, after = (
        int(cut(numbers, slice(None, -1))[place]),
        int(cut(numbers, slice(1, None))[place]),
    )
    name = grid.facts[axis].name
    first, then = (f"{pack.answers[table.flat[n]]} ({grid.row(n)})" for n in (before, after))
    message = f"as {name} gets worse the answer gets milder in {int(wrong.sum()):,} places, such as from {first} to {then}"
    return Finding("milder when worse", (name,), message)
