"""A table of rows judged at once: the same answers as one by one, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from changeadvisor.errors import JudgementError
from changeadvisor.facts import Single
from changeadvisor.judgement.columns import Batch, Column, Flagged, Flags, Numbers, column_of
from changeadvisor.judgement.pack import Rule, RulePack

#: Rows judged at a time: their columns stay in the processor's cache.
CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A table judged: rows in its own order, rules in the order of `RulePack.rules`."""

    answer: NDArray[np.int8]
    """For each row a position in `RulePack.answers`, or -1 for none."""
    support: Numbers
    """Decibans, rows x answers."""
    margin: Numbers
    """Decibans between the best and the second, for each row; NaN for none."""
    fired: Flags
    """Where each rule fires, rules x rows."""
    unknown: Flags
    """Where each rule waits for a fact, rules x rows."""


def columns_of(pack: RulePack, table: Mapping[str, Sequence[Single | None]]) -> dict[str, Column]:
    """Columns for `judge_batch` from lists of values (None: unknown); others are left out."""
    return {
        name: column_of(pack.vocabulary[name], values)
        for name, values in table.items()
        if name in pack.vocabulary
    }


def judge_batch(pack: RulePack, columns: Mapping[str, Column], rows: int) -> BatchResult:
    """Judge `rows` rows at once, in pieces that stay in cache. A fact without a column is unknown.

    Raises JudgementError where two rules of a `unique` pack fire in a row.
    """
    rule_count, answer_count = len(pack.rules), len(pack.answers)
    result = BatchResult(
        np.full(rows, -1, dtype=np.int8),
        np.zeros((rows, answer_count)),
        np.full(rows, np.nan),
        np.zeros((rule_count, rows), dtype=np.bool_),
        np.zeros((rule_count, rows), dtype=np.bool_),
    )
    for start in range(0, rows, CHUNK):
        piece = slice(start, min(start + CHUNK, rows))
        here = {name: column.rows(piece) for name, column in columns.items()}
        _fire(pack, here, result.fired[:, piece], result.unknown[:, piece])
        if pack.combine == "weigh":
            _settle_weighed(pack, here, piece, result)
        else:
            _settle_table(pack, piece, result)
    return result


def fired_rows(pack: RulePack, columns: Mapping[str, Column], rows: int) -> Flags:
    """Which rules fire in which rows (rules x rows), with no answer drawn from it."""
    fired = np.zeros((len(pack.rules), rows), dtype=np.bool_)
    _fire(pack, columns, fired, np.zeros_like(fired))
    return fired


def _fire(pack: RulePack, columns: Mapping[str, Column], fired: Flags, unknown: Flags) -> None:
    """Set which rules fire in which rows, and which wait (both rules x rows)."""
    batch = Batch(columns, pack.vocabulary, fired.shape[1])
    for i, rule in enumerate(pack.rules):
        flagged = batch.judge(rule.condition)
        if rule.weight_fact is not None:
            flagged = _where_weight_is_known(columns.get(rule.weight_fact), flagged)
        fired[i] = flagged.holds
        if flagged.fails is not None:
            unknown[i] = ~(flagged.holds | flagged.fails)


def _where_weight_is_known(column: Column | None, flagged: Flagged) -> Flagged:
    """A rule whose weight is a fact fires only where that fact is known."""
    if column is None:
        return Flagged(np.zeros_like(flagged.holds), flagged.negated)
    if column.missing is None:
        return flagged
    return Flagged(flagged.holds & ~column.missing, flagged.negated)


def _settle_weighed(
    pack: RulePack, columns: Mapping[str, Column], piece: slice, result: BatchResult
) -> None:
    """The ledger of `weigh` over one piece, written into the result."""
    fired = result.fired[:, piece]
    support, size = _summed(pack, columns, _counted_rows(pack, fired))
    result.support[piece] = support.T
    if any(rule.veto for rule in pack.rules):
        support = np.where(_vetoed_rows(pack, fired), -np.inf, support)
    result.answer[piece], result.margin[piece] = _decided_rows(pack, support, size)


def _summed(
    pack: RulePack, columns: Mapping[str, Column], counted: Flags
) -> tuple[Numbers, Numbers]:
    """Support (answers x rows) and size (rows)."""
    size = len(pack.answers)
    weights = np.zeros((size + 1, len(pack.rules)), dtype=np.float32)
    for i, rule in enumerate(pack.rules):
        weights[pack.answers.index(rule.then), i] = rule.weight
        weights[size, i] = abs(rule.weight)
    # Whole decibans add up exactly in single precision, and that is twice as fast.
    total = (weights @ counted.astype(np.float32)).astype(np.float64)
    for i, rule in enumerate(pack.rules):
        if rule.weight_fact is not None:
            part = np.where(counted[i], _weight_rows(rule, columns), 0.0)
            total[pack.answers.index(rule.then)] += part
            total[size] += abs(part)
    return total[:size], total[size]


def _vetoed_rows(pack: RulePack, fired: Flags) -> Flags:
    """Which answers are taken out in which rows (answers x rows)."""
    vetoed = np.zeros((len(pack.answers), fired.shape[1]), dtype=np.bool_)
    for i, rule in enumerate(pack.rules):
        if rule.veto:
            vetoed[pack.answers.index(rule.then)] |= fired[i]
    return vetoed


def _weight_rows(rule: Rule, columns: Mapping[str, Column]) -> Any:
    """The weight that a rule reads from its fact, in each row."""
    column = columns.get(rule.weight_fact or "")
    return 0.0 if column is None else np.clip(column.data, -rule.cap, rule.cap)


def _counted_rows(pack: RulePack, fired: Flags) -> Flags:
    """Where each rule counts (rules x rows); a veto counts nowhere."""
    counted = fired.copy()
    counted[[rule.veto for rule in pack.rules]] = False
    # What a rule weighed by a fact has spoken for is counted: other rules on it are silent.
    appraised: dict[str, Flags] = {}
    for i in pack.read_weights:
        for name in pack.rules[i].evidence:
            appraised[name] = appraised[name] | fired[i] if name in appraised else fired[i]
    for j in pack.order:
        before = [counted[i] for i in pack.blockers[j]]
        before += [appraised[name] for name in pack.rules[j].evidence if name in appraised]
        for other in before:
            # In place: counted, and not the other.
            np.greater(counted[j], other, out=counted[j])
    return counted


def _decided_rows(
    pack: RulePack, support: Numbers, size: Numbers
) -> tuple[NDArray[np.int8], Numbers]:
    """Answer codes and margins from the support (answers x rows; -inf where vetoed)."""
    best, code = support[0].copy(), np.zeros(support.shape[1], dtype=np.int8)
    second = np.full(support.shape[1], -np.inf)
    for a in range(1, len(pack.answers)):
        better = support[a] > best
        np.maximum(second, np.where(better, best, support[a]), out=second)
        code[better] = a
        np.maximum(best, support[a], out=best)
    with np.errstate(invalid="ignore"):
        margin = best - second
    lone = np.isneginf(second)
    tied = ~lone & ((margin < pack.threshold("tie")) | (margin == 0.0))
    code[tied | (size < pack.threshold("enough")) | np.isneginf(best)] = -1
    return code, np.where(lone, np.nan, margin)


def _settle_table(pack: RulePack, piece: slice, result: BatchResult) -> None:
    """`unique` and `first` over one piece, written into the result."""
    fired, unknown = result.fired[:, piece], result.unknown[:, piece]
    if pack.combine == "unique":
        count = fired.sum(axis=0)
        if (count > 1).any():
            at = int(np.argmax(count > 1))
            both = ", ".join(r.id for r, f in zip(pack.rules, fired[:, at], strict=True) if f)
            raise JudgementError(
                f"pack {pack.name}: {both} fired together in row {piece.start + at + 1}; "
                "run `rules lint`"
            )
        settled = (count == 1) & ~unknown.any(axis=0)
    else:
        # The first rule that is not silent must have fired: one that waits may still come first.
        not_silent = fired | unknown
        first = not_silent.argmax(axis=0)[None, :]
        settled = not_silent.any(axis=0) & np.take_along_axis(fired, first, axis=0)[0]
    answers = np.array([pack.answers.index(r.then) for r in pack.rules], dtype=np.int8)
    result.answer[piece] = np.where(settled, answers[fired.argmax(axis=0)], -1)
