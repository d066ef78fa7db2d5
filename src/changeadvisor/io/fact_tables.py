"""A table of facts, a row a case, judged by a pack and given back with the answers."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from changeadvisor.errors import Fault, InputError, did_you_mean, plain
from changeadvisor.facts import Fact, Single
from changeadvisor.io import cells
from changeadvisor.io.load import by_place
from changeadvisor.io.text_files import Table, read_csv
from changeadvisor.judgement import RulePack


@dataclass(frozen=True, slots=True)
class TableAnswers:
    """A table judged."""

    text: str
    """The table as CSV, with the columns that judging adds."""
    notes: tuple[str, ...]
    """What should be known of columns that are no facts."""


def ask(pack: RulePack, path: Path) -> TableAnswers:
    """Judge every row of a CSV of facts. Raises InputError with every cell that cannot be read."""
    from changeadvisor.judgement.batch import columns_of, judge_batch

    table = read_csv(path)
    added = ("answer", *(f"support_{a}" for a in pack.answers), "margin", "fired")
    _refuse_twice(table, added)
    result = judge_batch(pack, columns_of(pack, _fact_columns(pack, table)), len(table.rows))
    weighed = pack.combine == "weigh"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.headings, *added])
    for i, (_, row) in enumerate(table.rows):
        code, margin = int(result.answer[i]), float(result.margin[i])
        answer = pack.answers[code] if code >= 0 else ""
        support = [f"{value:.10g}" if weighed else "" for value in result.support[i]]
        lead = "" if math.isnan(margin) else f"{margin:.10g}"
        fired = " ".join(
            rule.id for rule, f in zip(pack.rules, result.fired[:, i], strict=True) if f
        )
        writer.writerow([*_padded(row, len(table.headings)), answer, *support, lead, fired])
    return TableAnswers(out.getvalue(), (*table.notes, *_passed_through(pack, table)))


def _refuse_twice(table: Table, added: Sequence[str]) -> None:
    """Refuse a table with a column of a name that is added to it, or with a column twice."""
    names = [heading for heading in table.headings if heading]
    twice = sorted({h for h in names if h in added or names.count(h) > 1})
    if twice:
        found = "a column that would stand twice"
        expected = "each column once, and none that judging adds"
        mend = "rename or remove the column"
        raise InputError([Fault(f"{table.name}:1", plain(h), found, expected, mend) for h in twice])


def _padded(row: Sequence[str], length: int) -> list[str]:
    """A row as it may be written again, of as many cells as there are headings."""
    safe = [cells.safe_text(plain(cell, 100_000)) for cell in row[:length]]
    return safe + [""] * (length - len(row))


def _passed_through(pack: RulePack, table: Table) -> Iterator[str]:
    """Columns that are no facts of the pack, with the fact that may have been meant."""
    for heading in table.headings:
        if heading not in pack.facts:
            mend = did_you_mean(heading, pack.facts)
            note = f"column `{plain(heading)}` is no fact of this pack and is passed through"
            yield f"{plain(table.name)}: {'; '.join(filter(None, (note, mend)))}"


def _fact_columns(pack: RulePack, table: Table) -> dict[str, list[Single | None]]:
    """The columns that are facts, each cell read; None where it is unknown."""
    faults: list[Fault] = []
    columns: dict[str, list[Single | None]] = {}
    for k, heading in enumerate(table.headings):
        if heading not in pack.facts:
            continue
        fact = pack.vocabulary[heading]
        column: list[Single | None] = []
        columns[heading] = column
        for line, row in table.rows:
            cell = row[k] if k < len(row) else ""
            try:
                column.append(_read_cell(fact, cell))
            except ValueError:
                mend = did_you_mean(cell, fact.levels)
                where, found = f"{table.name}:{line}", f"`{plain(cell)}`"
                faults.append(Fault(where, fact.name, found, fact.expected(), mend))
    if faults:
        raise InputError(sorted(faults, key=by_place))
    return columns


def _read_cell(fact: Fact, cell: str) -> Single | None:
    """One cell as a value of its fact. A level may itself be called `n/a` or `unknown`.

    Raises ValueError where it cannot be one.
    """
    if fact.kind == "level" and cell in fact.levels:
        return cell
    if cells.unknown(cell):
        return None
    if fact.kind == "number":
        return cells.number(cell)
    if fact.kind == "boolean":
        return cells.yes_no(cell)
    raise ValueError(cell)
