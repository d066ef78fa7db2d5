"""The library.

Rule packs, frameworks and schemas by file or name, and tables of facts judged by a pack.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from changeadvisor import resources
from changeadvisor.errors import (
    Fault,
    InputError,
    nearest,
    plain,
)
from changeadvisor.facts import VOCABULARY, Fact
from changeadvisor.io import cells
from changeadvisor.io.documents import (
    Document,
    Table,
    read_csv,
    read_document,
)
from changeadvisor.io.load import by_place
from changeadvisor.judgement import base_rates
from changeadvisor.model import Programme

if TYPE_CHECKING:
    from changeadvisor.judgement import RulePack
    from changeadvisor.judgement.base_rates import RatingMoves
    from changeadvisor.judgement.frameworks import Framework
    from changeadvisor.judgement.rulebook import Rulebook
    from changeadvisor.whatif.causes import RuleSets


def frameworks() -> tuple[Framework, ...]:
    """The frameworks that come with this, by name."""
    return tuple(
        load_framework(p) for p in sorted((resources.folder("rules") / "frameworks").glob("*.yaml"))
    )


def theories() -> tuple[RulePack, ...]:
    """The packs of published models that come with this, by name.

    They look at questions alone, at no score.
    """
    return tuple(load_pack(p, VOCABULARY) for p in _theory_files())


def packs() -> tuple[Path, ...]:
    """The files of the packs that come with this, by name.

    The published base rates beside them are none.
    """
    ours = (
        p
        for p in sorted(resources.folder("rules").glob("*.yaml"))
        if p.stem not in base_rates.FILES
    )
    return (*ours, *_theory_files())


def _theory_files() -> list[Path]:
    return sorted((resources.folder("rules") / "theory").glob("*.yaml"))


def vocabulary(
    scored: Iterable[Framework] | None = None, read: Iterable[RulePack] | None = None
) -> dict[str, Fact]:
    """Every fact a pack may mention.

    The built-in ones, and those that frameworks and packs of theory write.
    """
    from changeadvisor.judgement import theory

    written = frameworks() if scored is None else scored
    said = theory.facts_of(theories() if read is None else read)
    return {
        **VOCABULARY,
        **{name: fact for f in written for name, fact in f.facts().items()},
        **said,
    }


def load_framework(name: Path | str) -> Framework:
    """A framework by file or name. Raises InputError with every fault."""
    from changeadvisor.judgement.frameworks import Framework

    document = _sound(read_document(_found(name, "frameworks")))
    return Framework.read(document.data, document.place)


def load_pack(name: Path | str, facts: Mapping[str, Fact] | None = None) -> RulePack:
    """A rule pack by file or name; `facts` it may mention, by default all.

    Raises InputError with every fault.
    """
    from changeadvisor.judgement import RulePack

    document = _sound(read_document(_found_anywhere(name)))
    if _is_framework(document.data):
        mend = "`rules show` and `rules test` read frameworks too"
        raise InputError.one(str(name), "a framework, which scores facts", "a rule pack", mend)
    return RulePack.read(document.data, document.place, vocabulary() if facts is None else facts)


def load_rules(name: Path | str) -> RulePack | Framework:
    """A pack or a framework by file or name, whichever it is.

    Raises InputError with every fault.
    """
    path = _found_anywhere(name)
    return load_framework(path) if _is_framework(read_document(path).data) else load_pack(path)


def _is_framework(data: object) -> bool:
    return isinstance(data, dict) and "framework" in data and "pack" not in data


def _sound(document: Document) -> Document:
    if document.faults:
        raise InputError(document.faults)
    return document


def _found(name: Path | str, under: str) -> Path:
    """A file, or the file of that name among the rules that come with this."""
    path = Path(name)
    if path.exists() or path.suffix:
        return path
    files = (resources.folder("rules") / under).glob("*.yaml") if under else packs()
    names = {p.stem: p for p in files}
    if len(path.parts) == 1 and path.name in names:
        return names[path.name]
    near = nearest(name, names)
    mend = f"did you mean `{near}`?" if near else ""
    raise InputError.one(
        str(name), "no such file or name", f"a file, or one of {', '.join(sorted(names))}", mend
    )


def rating_moves() -> RatingMoves:
    """How published ratings moved in a year."""
    document = _sound(read_document(resources.folder("rules") / f"{base_rates.MOVES}.yaml"))
    return base_rates.read_moves(document.data, document.place)


#: The packs that `advise` uses, in the order of Judges.
_JUDGING = (
    "persist-or-adjust",
    "top-down-or-bottom-up",
    "evidenced-rating",
    "which-lens",
    "blend-order",
)


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """Where rules are taken from.

    File by file, from a folder of one's own before those that come with this.
    """

    own: Path | None = None

    @classmethod
    def at(cls, path: Path) -> RuleFolder:
        """A folder of one's own.

        Raises InputError where no file of it stands in the place of one of ours.
        """
        found = cls(path)
        if not path.is_dir():
            raise InputError.one(str(path), "no such folder", "a folder of rule packs")
        if not any(
            p.parent.is_relative_to(path) for p in (*found.packs(), *found.under("frameworks"))
        ):
            named = ", ".join(f"{n}.yaml" for n in _JUDGING)
            expected = f"some of {named}, theory/*.yaml and frameworks/*.yaml"
            raise InputError.one(str(path), "a folder without rules that are used", expected)
        return found

    def under(self, folder: str) -> tuple[Path, ...]:
        """The files of `frameworks` or `theory`, by name."""
        ours = sorted((resources.folder("rules") / folder).glob("*.yaml"))
        own = sorted((self.own / folder).glob("*.yaml")) if self.own else ()
        return tuple(path for _, path in sorted({p.stem: p for p in (*ours, *own)}.items()))

    def packs(self) -> tuple[Path, ...]:
        """The files of the packs that `advise` uses in the order of Judges, then those of published models."""
        return (*(self._pack(n) for n in _JUDGING), *self.under("theory"))

    def _pack(self, name: str) -> Path:
        own = self.own / f"{name}.yaml" if self.own else None
        return (
            own if own is not None and own.is_file() else resources.folder("rules") / f"{name}.yaml"
        )

    def unread(self) -> Iterator[str]:
        """Files of one's own folder that stand in nobody's place, as notices."""
        for path in sorted(self.own.glob("*.yaml")) if self.own else ():
            if path.stem not in _JUDGING:
                near = nearest(path.stem, _JUDGING)
                meant = (
                    f"; did you mean {near}.yaml?"
                    if near and path.stem not in base_rates.FILES
                    else ""
                )
                yield f"{plain(path, 300)}: not read{meant or '; it judges nothing'}"


class _Documents:
    """Files of rules, each read once."""

    def __init__(self) -> None:
        self._read: dict[Path, Document] = {}

    def at(self, path: Path) -> Document:
        """A file without faults. Raises InputError with every fault."""
        if path not in self._read:
            self._read[path] = _sound(read_document(path))
        return self._read[path]


def load_rulebook(
    rules: RuleFolder | None = None,
    thresholds: RuleFolder | None = None,
    files: _Documents | None = None,
) -> Rulebook:
    """The packs and frameworks that `advise` uses, and how ratings moved.

    rules: where they are taken from; by default those that come with this. thresholds: whose values
    of parameters of the same name stand in them instead of their own. files: what has been read
    already.
    """
    from changeadvisor.judgement.frameworks import Framework
    from changeadvisor.judgement.rulebook import Rulebook

    folder, files = rules or RuleFolder(), files or _Documents()
    scored = tuple(
        Framework.read(d.data, d.place) for d in map(files.at, folder.under("frameworks"))
    )
    values = {p.stem: p for p in thresholds.packs()} if thresholds else {}
    mains, models = folder.packs()[: len(_JUDGING)], folder.packs()[len(_JUDGING) :]
    read = tuple(_pack_at(p, VOCABULARY, values.get(p.stem), files) for p in models)
    facts = vocabulary(scored, read)
    action, route, rating, lens, order = (
        _pack_at(p, facts, values.get(p.stem), files) for p in mains
    )
    return Rulebook(action, route, rating, lens, order, scored, rating_moves(), read)


def _pack_at(
    path: Path, facts: Mapping[str, Fact], thresholds: Path | None, files: _Documents
) -> RulePack:
    """A pack of a file, with the values of the parameters that another file of it names too."""
    from changeadvisor.judgement import RulePack

    _fitting(path, files)
    document = files.at(path)
    if thresholds is None or thresholds == path:
        return RulePack.read(document.data, document.place, facts)
    given = _parameters(files.at(thresholds))
    own = {
        n: {**p, "value": given[n]["value"]} if n in given else p
        for n, p in _parameters(document).items()
    }
    return RulePack.read({**document.data, "parameters": own}, document.place, facts)


def _fitting(path: Path, files: _Documents) -> None:
    """Raises InputError where a pack of one's own in the place of ours gives other answers.

    Nothing would read them.
    """
    ours = next((p for p in packs() if p.stem == path.stem), path)
    if ours == path:
        return
    own, theirs = files.at(path), files.at(ours)
    for key in ("pack", "answers"):
        found, needed = (
            d.data.get(key) if isinstance(d.data, dict) else None for d in (own, theirs)
        )
        if found != needed:
            raise InputError.one(
                own.place((key,)), f"`{_said(found)}`", f"`{_said(needed)}`, as in ours", field=key
            )


def _said(value: object) -> str:
    return plain(", ".join(map(str, value)) if isinstance(value, list) else value)


def _parameters(document: Document) -> dict[str, Any]:
    return dict(document.data.get("parameters") or {})


def load_rule_sets(before: RuleFolder, after: RuleFolder) -> RuleSets:
    """The rules before and after, and those between.

    One's rules with the other's thresholds, where that can be.
    """
    from changeadvisor.whatif.causes import RuleSets

    files = _Documents()
    old = load_rulebook(before, files=files)
    if before == after:
        return RuleSets(old, old)
    new = load_rulebook(after, files=files)
    try:
        return RuleSets(
            old, new, load_rulebook(before, after, files), load_rulebook(after, before, files)
        )
    except InputError:
        return RuleSets(old, new)


def run_inline_tests(name: Path | str) -> Iterator[Any]:
    """The inline tests of a pack or a framework, each with rule, it, expected, found and passed."""
    from changeadvisor.judgement import run_tests
    from changeadvisor.judgement.frameworks import run_examples

    path = _found_anywhere(name)
    if _is_framework(read_document(path).data):
        yield from run_examples(load_framework(path))
    else:
        yield from run_tests(load_pack(path))


def _found_anywhere(name: Path | str) -> Path:
    inside = resources.folder("rules") / "frameworks" / f"{name}.yaml"
    return inside if len(Path(name).parts) == 1 and inside.is_file() else _found(name, "")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of `programme`, `advice`, `difference`, `pack` or `framework`."""
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "programme": Programme.model_json_schema,
        "advice": _advice_schema,
        "difference": _difference_schema,
        "pack": _pack_schema,
        "framework": _framework_schema,
    }
    if name not in makers:
        near = nearest(name, makers)
        mend = f"did you mean `{near}`?" if near else ""
        raise InputError.one("NAME", f"`{plain(name)}`", f"one of {', '.join(makers)}", mend)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:changeadvisor:{name}:1",
    }
    return {**head, **makers[name]()}


def _advice_schema() -> dict[str, Any]:
    from pydantic import TypeAdapter

    from changeadvisor.advice.advise import Advice

    return TypeAdapter(Advice).json_schema(mode="serialization", by_alias=True)


def _difference_schema() -> dict[str, Any]:
    from pydantic import TypeAdapter

    from changeadvisor.whatif.compare import Difference

    return TypeAdapter(Difference).json_schema(mode="serialization", by_alias=True)


def _pack_schema() -> dict[str, Any]:
    from changeadvisor.judgement import PackFile

    return PackFile.model_json_schema()


def _framework_schema() -> dict[str, Any]:
    from changeadvisor.judgement.frameworks import FrameworkFile

    return FrameworkFile.model_json_schema()


# --- asking a pack --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableAnswers:
    """A table judged, as CSV text, and notes on columns that are no facts."""

    text: str
    notes: tuple[str, ...]


def ask(pack: RulePack, path: Path) -> TableAnswers:
    """Judge every row of a CSV of facts. Raises InputError with every cell that cannot be read."""
    from changeadvisor.judgement import columns_of, judge_batch

    table = read_csv(path)
    _refuse_twice(pack, table)
    values = _fact_columns(pack, table)
    result = judge_batch(pack, columns_of(pack, values), len(table.rows))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    weighed = pack.combine == "weigh"
    writer.writerow([*table.headings, *_added(pack)])
    for i, (_, row) in enumerate(table.rows):
        answer = pack.answers[result.answer[i]] if result.answer[i] >= 0 else ""
        support = [f"{v:.10g}" if weighed else "" for v in result.support[i]]
        margin = "" if result.margin[i] != result.margin[i] else f"{result.margin[i]:.10g}"
        fired = " ".join(r.id for r, f in zip(pack.rules, result.fired[:, i], strict=True) if f)
        writer.writerow([*_padded(row, len(table.headings)), answer, *support, margin, fired])
    return TableAnswers(out.getvalue(), (*table.notes, *_strange(pack, table)))


def _added(pack: RulePack) -> tuple[str, ...]:
    """The columns that judging adds."""
    return ("answer", *(f"support_{a}" for a in pack.answers), "margin", "fired")


def _refuse_twice(pack: RulePack, table: Table) -> None:
    """Refuse a table with a column of a name that is added to it, or with a column twice."""
    names = [h for h in table.headings if h]
    twice = sorted({h for h in names if h in _added(pack) or names.count(h) > 1})
    if twice:
        mend = "rename or remove the column"
        expected = "each column once, and none that judging adds"
        found = "a column that would stand twice"
        raise InputError([Fault(f"{table.name}:1", plain(h), found, expected, mend) for h in twice])


def _padded(row: Sequence[str], length: int) -> list[str]:
    return [cells.safe_text(plain(cell, 100_000)) for cell in row[:length]] + [""] * (
        length - len(row)
    )


def _strange(pack: RulePack, table: Table) -> Iterator[str]:
    """Columns that are no facts of the pack, with the fact that may have been meant."""
    for heading in table.headings:
        if heading not in pack.facts:
            near = nearest(heading, pack.facts)
            meant = f"; did you mean `{near}`?" if near else ""
            yield f"{plain(table.name)}: column `{plain(heading)}` is no fact of this pack and is passed through{meant}"


def _fact_columns(pack: RulePack, table: Table) -> dict[str, list[Any]]:
    """The fact columns, each cell read; unknown cells are None."""
    faults: list[Fault] = []
    columns: dict[str, list[Any]] = {}
    for k, heading in enumerate(table.headings):
        if heading in pack.facts:
            fact = pack.vocabulary[heading]
            cellsof = ((line, row[k] if k < len(row) else "") for line, row in table.rows)
            columns[heading] = [
                _fact_cell(fact, cell, f"{table.name}:{line}", faults) for line, cell in cellsof
            ]
    if faults:
        raise InputError(sorted(faults, key=by_place))
    return columns


def _fact_cell(fact: Fact, cell: str, where: str, faults: list[Fault]) -> Any:
    """One cell as a value of its fact. A level may itself be called `n/a` or `unknown`."""
    if fact.kind == "level" and cell in fact.levels:
        return cell
    try:
        if cells.unknown(cell):
            return None
        if fact.kind == "number":
            return cells.number(cell)
        if fact.kind == "boolean":
            return cells.yes_no(cell)
    except ValueError:
        pass
    near = nearest(cell, fact.levels)
    mend = f"did you mean `{near}`?" if near else ""
    faults.append(Fault(where, fact.name, f"`{plain(cell)}`", fact.expected(), mend))
    return None
