"""Rule packs, frameworks and published ratings by file or name, and the rulebook of them all.

The files that come with this lie in `rules/`: packs at the top, frameworks and the packs of
published models (`theory`) in folders of their own. A folder of one's own may replace them, file by
file.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from changeadvisor import resources
from changeadvisor.errors import InputError, did_you_mean, nearest, plain
from changeadvisor.facts import VOCABULARY, Fact
from changeadvisor.io.documents import read_document
from changeadvisor.io.placed_data import Document
from changeadvisor.io.text_files import read_bytes
from changeadvisor.judgement import RulePack, TestResult, base_rates, read_pack, run_tests, theory
from changeadvisor.judgement.base_rates import RatingMoves
from changeadvisor.judgement.framework_reader import read_framework
from changeadvisor.judgement.frameworks import Framework
from changeadvisor.judgement.rulebook import Rulebook, RuleSets

#: The files that come with this, parsed beforehand.
COMPILED = "compiled.json"
#: The packs that `advise` uses, by their files, in the order of a rulebook.
_RULEBOOK_PACKS = (
    "persist-or-adjust",
    "top-down-or-bottom-up",
    "evidenced-rating",
    "which-lens",
    "blend-order",
)


# --- one pack or framework ------------------------------------------------------------------------


def load_framework(name: Path | str) -> Framework:
    """A framework by file or name. Raises InputError with every fault."""
    document = _read(_path_of(name, _shipped("frameworks")))
    return read_framework(document.data, document.place)


def load_pack(name: Path | str, facts: Mapping[str, Fact] | None = None) -> RulePack:
    """A rule pack by file or name. Raises InputError with every fault.

    facts: what its rules may mention; by default all there are.
    """
    document = _read(_path_of_either(name))
    if _is_framework(document):
        mend = "`rules show` and `rules test` read frameworks too"
        raise InputError.one(str(name), "a framework, which scores facts", "a rule pack", mend)
    return read_pack(document.data, document.place, vocabulary() if facts is None else facts)


def load_rules(name: Path | str) -> RulePack | Framework:
    """A pack or a framework by file or name. Raises InputError with every fault."""
    path = _path_of_either(name)
    return load_framework(path) if _is_framework(read_document(path)) else load_pack(path)


def run_inline_tests(name: Path | str) -> Iterator[TestResult]:
    """The inline tests of a pack or a framework, by file or name."""
    yield from run_tests(load_rules(name))


def rating_moves() -> RatingMoves:
    """How published ratings moved in a year."""
    document = _read(resources.folder("rules") / f"{base_rates.MOVES}.yaml")
    return base_rates.read_moves(document.data, document.place)


def _is_framework(document: Document) -> bool:
    data = document.data
    return isinstance(data, dict) and "framework" in data and "pack" not in data


def _read(path: Path) -> Document:
    """A file without faults. Raises InputError with every fault."""
    document = _compiled(path) or read_document(path)
    if document.faults:
        raise InputError(document.faults)
    return document


def _compiled(path: Path) -> Document | None:
    """A file that comes with this as it was parsed beforehand; None where that is not fresh.

    The digest of its bytes says whether it is. To parse all of them takes most of a second.
    """
    shipped = resources.folder("rules")
    if not path.is_relative_to(shipped):
        return None
    entry = _all_compiled(shipped / COMPILED).get(path.relative_to(shipped).as_posix())
    if entry is None or entry["digest"] != digest_of(read_bytes(path)):
        return None
    return Document(copy.deepcopy(entry["data"]), {(): path.name})


@cache
def _all_compiled(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes()) if path.is_file() else {}


def digest_of(data: bytes) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def compiled() -> str:
    """What `COMPILED` has to hold: every file of rules with its digest, as JSON."""
    shipped = resources.folder("rules")
    entries = {
        path.relative_to(shipped).as_posix(): {
            "digest": digest_of(read_bytes(path)),
            "data": read_document(path).data,
        }
        for path in sorted(shipped.rglob("*.yaml"))
    }
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n"


def _path_of(name: Path | str, shipped: Iterable[Path]) -> Path:
    """A file, or the one of that name among those that come with this."""
    path = Path(name)
    if path.exists() or path.suffix:
        return path
    by_name = {file.stem: file for file in shipped}
    if len(path.parts) == 1 and path.name in by_name:
        return by_name[path.name]
    expected = f"a file, or one of {', '.join(sorted(by_name))}"
    mend = did_you_mean(name, by_name)
    raise InputError.one(str(name), "no such file or name", expected, mend)


def _path_of_either(name: Path | str) -> Path:
    """The file of a framework or a pack."""
    framework = resources.folder("rules") / "frameworks" / f"{name}.yaml"
    is_name = len(Path(name).parts) == 1
    return framework if is_name and framework.is_file() else _path_of(name, pack_files())


# --- what comes with this -------------------------------------------------------------------------


def _shipped(folder: str) -> list[Path]:
    """The files of a folder of the rules that come with this, by name."""
    return sorted((resources.folder("rules") / folder).glob("*.yaml"))


def frameworks() -> tuple[Framework, ...]:
    """The frameworks that come with this, by name."""
    return tuple(map(load_framework, _shipped("frameworks")))


def theories() -> tuple[RulePack, ...]:
    """The packs of published models that come with this, by name.

    They look at questions alone, at no score.
    """
    return tuple(load_pack(path, VOCABULARY) for path in _shipped("theory"))


def pack_files() -> tuple[Path, ...]:
    """The files of the packs that come with this, by name.

    The published base rates beside them are no packs.
    """
    packs = (path for path in _shipped("") if path.stem not in base_rates.FILES)
    return (*packs, *_shipped("theory"))


def vocabulary(
    scored: Iterable[Framework] | None = None, models: Iterable[RulePack] | None = None
) -> dict[str, Fact]:
    """Every fact a pack may mention: the built-in ones and those that are written by others.

    scored: the frameworks that write facts; models: the published models that do. By default those
    that come with this.
    """
    facts = dict(VOCABULARY)
    for framework in frameworks() if scored is None else scored:
        facts.update(framework.facts())
    facts.update(theory.facts_of(theories() if models is None else models))
    return facts


# --- the rulebook ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """Where the files of a rulebook are taken from."""

    own: Path | None = None
    """A folder of one's own, whose files stand in the place of those that come with this."""

    @classmethod
    def at(cls, path: Path) -> RuleFolder:
        """A folder of one's own. Raises InputError where no file of it is in the place of ours."""
        folder = cls(path)
        if not path.is_dir():
            raise InputError.one(str(path), "no such folder", "a folder of rule packs")
        if not any(file.parent.is_relative_to(path) for file in folder.files()):
            names = ", ".join(f"{name}.yaml" for name in _RULEBOOK_PACKS)
            expected = f"some of {names}, theory/*.yaml and frameworks/*.yaml"
            raise InputError.one(str(path), "a folder without rules that are used", expected)
        return folder

    def files(self) -> tuple[Path, ...]:
        """All files of the rulebook."""
        return (*self.packs(), *self.theory(), *self.frameworks())

    def packs(self) -> tuple[Path, ...]:
        """The files of the packs that `advise` uses, in the order of a rulebook."""
        return tuple(map(self._pack, _RULEBOOK_PACKS))

    def theory(self) -> tuple[Path, ...]:
        """The files of published models, by name."""
        return self._under("theory")

    def frameworks(self) -> tuple[Path, ...]:
        """The files of frameworks, by name."""
        return self._under("frameworks")

    def _pack(self, name: str) -> Path:
        if self.own is not None and (own := self.own / f"{name}.yaml").is_file():
            return own
        return resources.folder("rules") / f"{name}.yaml"

    def _under(self, folder: str) -> tuple[Path, ...]:
        by_name = {path.stem: path for path in _shipped(folder)}
        if self.own is not None:
            by_name.update({path.stem: path for path in (self.own / folder).glob("*.yaml")})
        return tuple(by_name[name] for name in sorted(by_name))

    def unread(self) -> Iterator[str]:
        """Files of one's own folder that stand in nobody's place, as notices."""
        for path in sorted(self.own.glob("*.yaml")) if self.own else ():
            if path.stem in _RULEBOOK_PACKS:
                continue
            near = None if path.stem in base_rates.FILES else nearest(path.stem, _RULEBOOK_PACKS)
            why = f"did you mean {near}.yaml?" if near else "it judges nothing"
            yield f"{plain(path, 300)}: not read; {why}"


class RuleFiles:
    """Files of rules, each read once however often it is asked for."""

    def __init__(self) -> None:
        self._documents: dict[Path, Document] = {}

    def at(self, path: Path) -> Document:
        """A file without faults. Raises InputError with every fault."""
        if path not in self._documents:
            self._documents[path] = _read(path)
        return self._documents[path]


def load_rulebook(
    rules: RuleFolder | None = None,
    thresholds: RuleFolder | None = None,
    files: RuleFiles | None = None,
) -> Rulebook:
    """The packs and frameworks that `advise` uses, and how ratings moved.

    rules: where they are taken from; by default those that come with this. thresholds: whose values
    of parameters of the same name stand in them instead of their own. files: what has been read
    already.
    """
    folder, files = rules or RuleFolder(), files or RuleFiles()
    other: dict[str, Path] = {}
    if thresholds is not None:
        other = {path.stem: path for path in (*thresholds.packs(), *thresholds.theory())}
    scored = tuple(
        read_framework(document.data, document.place)
        for document in map(files.at, folder.frameworks())
    )
    # Published models look at questions alone; the other packs read what these and frameworks say.
    models = tuple(
        _pack_at(path, VOCABULARY, other.get(path.stem), files) for path in folder.theory()
    )
    facts = vocabulary(scored, models)
    action, route, rating, lens, order = (
        _pack_at(path, facts, other.get(path.stem), files) for path in folder.packs()
    )
    return Rulebook(action, route, rating, lens, order, scored, rating_moves(), models)


def load_rule_sets(before: RuleFolder, after: RuleFolder) -> RuleSets:
    """The rules before and after, and those between where that can be.

    Between are the rules of one with the thresholds of the other.
    """
    files = RuleFiles()
    old = load_rulebook(before, files=files)
    if before == after:
        return RuleSets(old, old)
    new = load_rulebook(after, files=files)
    try:
        new_thresholds = load_rulebook(before, after, files)
        new_rules = load_rulebook(after, before, files)
    except InputError:
        return RuleSets(old, new)
    return RuleSets(old, new, new_thresholds, new_rules)


def _pack_at(
    path: Path, facts: Mapping[str, Fact], thresholds: Path | None, files: RuleFiles
) -> RulePack:
    """A pack of a file, with the values of the parameters that another file of it names too."""
    _check_answers_are_ours(path, files)
    document = files.at(path)
    if thresholds is None or thresholds == path:
        return read_pack(document.data, document.place, facts)
    values = _parameters(files.at(thresholds))
    parameters = _parameters(document)
    for name in parameters.keys() & values.keys():
        parameters[name] = {**parameters[name], "value": values[name]["value"]}
    return read_pack({**document.data, "parameters": parameters}, document.place, facts)


def _parameters(document: Document) -> dict[str, Any]:
    return dict(document.data.get("parameters") or {})


def _check_answers_are_ours(path: Path, files: RuleFiles) -> None:
    """Raises InputError where a pack of one's own gives other answers than the one it replaces.

    Nothing would read them.
    """
    ours = next((file for file in pack_files() if file.stem == path.stem), path)
    if ours == path:
        return
    own_document, our_document = files.at(path), files.at(ours)
    for key in ("pack", "answers"):
        own, needed = (
            document.data.get(key) if isinstance(document.data, dict) else None
            for document in (own_document, our_document)
        )
        if own != needed:
            where, expected = own_document.place((key,)), f"`{_written(needed)}`, as in ours"
            raise InputError.one(where, f"`{_written(own)}`", expected, field=key)


def _written(value: object) -> str:
    return plain(", ".join(map(str, value)) if isinstance(value, list) else value)
