"""A table of rows judged at once: the same answers as one by one, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from changeadvisor.errors import JudgementError
from changeadvisor.facts import Fact, Single
from changeadvisor.judgement.conditions import Batch, Column
from changeadvisor.judgement.pack import Rule, RulePack

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Rows judged at a time: their columns stay in the processor's cache.
CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A table judged: n rows, k answers, m rules, rules in the order of `RulePack.rules`.

    answer: n codes, a position in `RulePack.answers` or -1 for none. support: n x k decibans.
    margin: n decibans, NaN for none. fired, unknown: m x n flags.
    """

    answer: NDArray[np.int8]
    support: NDArray[np.float64]
    margin: NDArray[np.float64]
    fired: NDArray[np.bool_]
    unknown: NDArray[np.bool_]


def columns_of(pack: RulePack, table: Mapping[str, Sequence[Single | None]]) -> dict[str, Column]:
    """Columns for `judge_batch` from lists of values (None: unknown).

    Names that are no fact are left out.
    """
    return {
        n: column_of(pack.vocabulary[n], values)
        for n, values in table.items()
        if n in pack.vocabulary
    }


def column_of(fact: Fact, values: Sequence[Single | None]) -> Column:
    """One column: numbers as they are, levels as codes."""
    import numpy as np

    missing = np.array([v is None for v in values], dtype=np.bool_)
    if fact.values:
        codes: Mapping[Single, int] = {v: i for i, v in enumerate(fact.values)}
        kind = np.int8 if len(codes) < 128 else np.int16
        data: Any = np.array([-1 if v is None else codes[v] for v in values], dtype=kind)
    else:
        data = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return Column(data, missing if missing.any() else None)


def judge_batch(pack: RulePack, columns: Mapping[str, Column], rows: int) -> BatchResult:
    """Judge `rows` rows at once, in pieces that stay in cache. A fact without a column is unknown.

    Raises JudgementError where two rules of a `unique` pack fire in a row.
    """
    import numpy as np

    m, k = len(pack.rules), len(pack.answers)
    result = BatchResult(
        np.full(rows, -1, dtype=np.int8),
        np.zeros((rows, k)),
        np.full(rows, np.nan),
        np.zeros((m, rows), dtype=np.bool_),
        np.zeros((m, rows), dtype=np.bool_),
    )
    for start in range(0, rows, CHUNK):
        piece = slice(start, min(start + CHUNK, rows))
        _judge_piece(pack, {n: _cut(c, piece) for n, c in columns.items()}, piece, result)
    return result


def _cut(column: Column, piece: slice) -> Column:
    return Column(column.data[piece], None if column.missing is None else column.missing[piece])


def _judge_piece(
    pack: RulePack, columns: Mapping[str, Column], piece: slice, result: BatchResult
) -> None:
    """Judge one piece of the table and write it into the result."""
    _fire_piece(pack, columns, piece, result.fired, result.unknown)
    settle_piece = _settle_weighed if pack.combine == "weigh" else _settle_table
    settle_piece(pack, columns, piece, result)


def fired_rows(pack: RulePack, columns: Mapping[str, Column], rows: int) -> NDArray[np.bool_]:
    """Which rules fire in which rows (rules x rows), with no answer drawn from it."""
    import numpy as np

    fired = np.zeros((len(pack.rules), rows), dtype=np.bool_)
    _fire_piece(pack, columns, slice(0, rows), fired, np.zeros_like(fired))
    return fired


def _fire_piece(
    pack: RulePack, columns: Mapping[str, Column], piece: slice, fired: Any, unknown: Any
) -> None:
    """Set which rules fire and which wait in one piece."""
    batch = Batch(columns, pack.vocabulary, piece.stop - piece.start)
    for i, rule in enumerate(pack.rules):
        flagged = batch.judge(rule.condition)
        if rule.weight_fact is not None:
            fired[i, piece], unknown[i, piece] = _weighed_from_fact(
                columns.get(rule.weight_fact), flagged.holds, flagged.negated
            )
            continue
        fired[i, piece] = flagged.holds
        if flagged.fails is not None:
            unknown[i, piece] = ~(flagged.holds | flagged.fails)


def _weighed_from_fact(column: Column | None, holds: Any, fails: Any) -> tuple[Any, Any]:
    """A rule whose weight is a fact fires only where that fact is known."""
    import numpy as np

    if column is None:
        return np.zeros_like(holds), ~fails
    known = np.ones_like(holds) if column.missing is None else ~column.missing
    return holds & known, ~fails & ~(holds & known)


def _settle_weighed(
    pack: RulePack, columns: Mapping[str, Column], piece: slice, result: BatchResult
) -> None:
    """The ledger of `weigh` over one piece."""
    import numpy as np

    fired = result.fired[:, piece]
    support, size = _summed(pack, columns, _counted_rows(pack, fired))
    result.support[piece] = support.T
    if any(rule.veto for rule in pack.rules):
        support = np.where(_vetoed_rows(pack, fired), -np.inf, support)
    result.answer[piece], result.margin[piece] = _decided_rows(pack, support, size)


def _summed(
    pack: RulePack, columns: Mapping[str, Column], counted: NDArray[np.bool_]
) -> tuple[Any, Any]:
    """Support (answers x rows) and size (rows).

    Whole decibans add up exactly in single precision.
    """
    import numpy as np

    k = len(pack.answers)
    weights = np.zeros((k + 1, len(pack.rules)), dtype=np.float32)
    for i, rule in enumerate(pack.rules):
        weights[pack.answers.index(rule.then), i] = rule.weight
        weights[k, i] = abs(rule.weight)
    total = (weights @ counted.astype(np.float32)).astype(np.float64)
    for i, rule in enumerate(pack.rules):
        if rule.weight_fact is not None:
            part = np.where(counted[i], _weight_rows(rule, columns), 0.0)
            total[pack.answers.index(rule.then)] += part
            total[k] += abs(part)
    return total[:k], total[k]


def _vetoed_rows(pack: RulePack, fired: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which answers are taken out in which rows (answers x rows)."""
    import numpy as np

    vetoed = np.zeros((len(pack.answers), fired.shape[1]), dtype=np.bool_)
    for i, rule in enumerate(pack.rules):
        if rule.veto:
            vetoed[pack.answers.index(rule.then)] |= fired[i]
    return vetoed


def _weight_rows(rule: Rule, columns: Mapping[str, Column]) -> Any:
    import numpy as np

    column = columns.get(rule.weight_fact or "")
    return 0.0 if column is None else np.clip(column.data, -rule.cap, rule.cap)


def _counted_rows(pack: RulePack, fired: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where each rule counts (rules x rows); a veto counts nowhere."""
    import numpy as np

    counted = fired.copy()
    spoken: dict[str, Any] = {}
    for i, rule in enumerate(pack.rules):
        if rule.veto:
            counted[i] = False
        elif rule.weight_fact is not None:
            for name in rule.evidence:
                spoken[name] = spoken[name] | fired[i] if name in spoken else fired[i]
    for j in pack.order:
        before = [counted[i] for i in pack.blockers[j]]
        before += [spoken[e] for e in pack.rules[j].evidence if e in spoken]
        for other in before:
            np.greater(counted[j], other, out=counted[j])
    return counted


def _decided_rows(
    pack: RulePack, left: NDArray[np.float64], size: NDArray[np.float64]
) -> tuple[Any, Any]:
    """Answer codes and margins from the support of the answers left (-inf where vetoed), answers x rows."""
    import numpy as np

    best, code = left[0].copy(), np.zeros(left.shape[1], dtype=np.int8)
    second = np.full(left.shape[1], -np.inf)
    for a in range(1, len(pack.answers)):
        better = left[a] > best
        np.maximum(second, np.where(better, best, left[a]), out=second)
        code[better] = a
        np.maximum(best, left[a], out=best)
    with np.errstate(invalid="ignore"):
        margin = best - second
    lone = np.isneginf(second)
    tied = ~lone & ((margin < pack.threshold("tie")) | (margin == 0.0))
    code[tied | (size < pack.threshold("enough")) | np.isneginf(best)] = -1
    return code, np.where(lone, np.nan, margin)


def _settle_table(
    pack: RulePack, columns: Mapping[str, Column], piece: slice, result: BatchResult
) -> None:
    """`unique` and `first` over one piece."""
    import numpy as np

    del columns
    fired, unknown = result.fired[:, piece], result.unknown[:, piece]
    if pack.combine == "unique":
        count = fired.sum(axis=0)
        if (count > 1).any():
            row = int(np.argmax(count > 1)) + piece.start
            both = ", ".join(
                r.id for r, f in zip(pack.rules, result.fired[:, row], strict=True) if f
            )
            raise JudgementError(
                f"pack {pack.name}: {both} fired together in row {row + 1}; run `rules lint`"
            )
        settled = (count == 1) & ~unknown.any(axis=0)
    else:
        met = fired | unknown
        settled = (
            met.any(axis=0) & np.take_along_axis(fired, met.argmax(axis=0)[None, :], axis=0)[0]
        )
    answers = np.array([pack.answers.index(r.then) for r in pack.rules], dtype=np.int8)
    result.answer[piece] = np.where(settled, answers[fired.argmax(axis=0)], -1)
