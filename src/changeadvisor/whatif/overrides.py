"""What `--set` says: a course set by hand, or a value put into the programme.

And the programme it makes.

`ID=COURSE` sets the course of an initiative. `dotted.path=value` goes into the programme, `ID.key=value` into an
initiative. What comes out is read as any programme is, with every check of form and of sense.
"""

from __future__ import annotations

import copy
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from changeadvisor.errors import (
    Fault,
    InputError,
    nearest,
    plain,
)
from changeadvisor.io import cells
from changeadvisor.io.documents import Document, Location, parsed
from changeadvisor.io.load import ReadProgramme, base_of, programme_of
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import (
    Estimate,
    Initiative,
    Judgement,
    Programme,
)
from changeadvisor.whatif.causes import Case, Transition
from changeadvisor.whatif.compare import Cause, FieldChange, Kind
from changeadvisor.whatif.programme_diff import plain_data

#: What an initiative may be set to, and the course it means: for an idea, to persist is to start
#: it.
COURSES: Mapping[str, str] = {
    "persist": "persist",
    "adjust-tactics": "adjust-tactics",
    "adjust-strategy": "adjust-strategy",
    "stop": "stop",
    "start": "persist",
    "not-start": "stop",
}
_OF_IDEAS = ("start", "not-start")
_NOTHING = ("null", "~")
#: Lists whose records are told apart by another key than `id`.
_KEYS = {"areas": "area", "options": "action", "depends_on": "initiative"}
#: Records that may be put in by setting a value inside them.
_PUT_IN = ("action", "initiative")
_SET = tuple(n for n in Programme.model_fields if n not in ("format", "programme", "initiatives"))
_QUARTER = re.compile(r"(?P<role>.+)\.(?P<quarter>\d{4}-Q\d)")
_HOW = "ID=COURSE, ID.key=value or key=value, such as `library-hub=stop` or `limits.budget=3.5m`"


@dataclass(frozen=True, slots=True)
class _Item:
    """A record of a list: by the value of a key, or (key None) by its place."""

    key: str | None
    value: str


_Place = tuple[str | _Item, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """One thing set.

    at: where in the programme; empty where `lock` names the initiative whose course is set.
    """

    name: str
    at: _Place
    value: Any
    lock: str | None = None
    text: str = ""

    @property
    def kind(self) -> Kind:
        """What kind of cause it is."""
        if self.lock is not None:
            return "course"
        if self.at[0] in ("as_of", "limits"):
            return "age" if self.at[0] == "as_of" else "limit"
        return "data"


@dataclass(frozen=True, slots=True)
class Overrides:
    """Settings that can be applied to a programme, all of them together."""

    programme: Programme
    settings: tuple[Override, ...]
    base: Path
    notices: tuple[str, ...] = ()
    _done: dict[frozenset[str], Programme | None] = field(default_factory=dict, repr=False)

    @property
    def locks(self) -> dict[str, str]:
        """Courses set by hand."""
        return {s.lock: s.value for s in self.settings if s.lock is not None}

    def change(self, rulebook: Rulebook) -> Transition:
        """The change from the programme as it is to what was asked, a cause for each setting that changes anything."""
        data = _data(self.programme)
        causes = [c for s in self.settings if (c := _cause(s, data)) is not None]

        def build(names: frozenset[str]) -> Case | None:
            found = self._with(names)
            locks = {
                s.lock: s.value for s in self.settings if s.lock is not None and s.name in names
            }
            return None if found is None else Case(found, rulebook, locks)

        return Transition(tuple(causes), build, notices=self.notices)

    def _with(self, names: frozenset[str]) -> Programme | None:
        """The programme with some of the settings; None where these alone make none."""
        here = [s for s in self.settings if s.name in names and s.lock is None]
        if not here:
            return self.programme
        key = frozenset(s.name for s in here)
        if key not in self._done:
            self._done[key] = _applied(self.programme, here, self.base).programme
        return self._done[key]


def _cause(setting: Override, data: dict[str, Any]) -> Cause | None:
    """A setting as a cause; None where it sets what is so already."""
    if setting.lock is not None:
        return Cause(setting.name, "course", (FieldChange(setting.name, None, setting.value),))
    before, after = (plain_data(v) for v in (_at(data, setting.at), setting.value))
    return (
        None
        if before == after
        else Cause(setting.name, setting.kind, (FieldChange(setting.name, before, after),))
    )


def read_settings(texts: Sequence[str], programme: Programme, path: Path) -> Overrides:
    """What `--set` was given, for the programme read from a path.

    Raises InputError with every fault.
    """
    reader = _Reader(programme)
    settings = reader.once([s for text in texts if (s := reader.setting(text)) is not None])
    found = _applied(programme, [s for s in settings if s.lock is None], base_of(path))
    faults = (*reader.faults, *found.faults, *_against_the_law(settings, found.programme))
    if faults:
        raise InputError(dict.fromkeys(faults))
    before = programme_of(_document(_data(programme), ()), base_of(path)).notices
    new = tuple(n for n in found.notices if n not in before)
    return Overrides(programme, tuple(settings), base_of(path), new)


def _against_the_law(settings: Iterable[Override], made: Programme | None) -> Iterator[Fault]:
    """Courses set by hand that the law rules out."""
    for s in settings:
        initiative = made.initiative(s.lock) if made and s.lock is not None else None
        if initiative is not None and initiative.statutory and s.value == "stop":
            mend = f"to see what would follow if the law did not: `--set {plain(initiative.id)}.statutory=false` as well"
            found = f"`{plain(s.text)}`, which the law requires (`statutory`)"
            yield Fault(f"--set {plain(s.text, 120)}", "", found, "a course that goes on", mend)


# --- one setting ----------------------------------------------------------------------------------


class _Reader:
    """Reads settings one by one, gathering every fault."""

    def __init__(self, programme: Programme) -> None:
        self.programme, self.data = programme, _data(programme)
        self.ids = [i.id for i in programme.initiatives]
        self.faults: list[Fault] = []

    def _fault(self, text: str, found: str, expected: str, mend: str = "") -> None:
        self.faults.append(Fault(f"--set {plain(text, 120)}", "", found, expected, mend))

    def setting(self, text: str) -> Override | None:
        """One setting, or None where it has a fault."""
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key or not value:
            mend = f"`{plain(key)}=null` takes the value away" if equals and key else ""
            self._fault(
                text, "nothing after `=`" if equals and key else f"`{plain(text)}`", _HOW, mend
            )
            return None
        if key in self.ids:
            return self._lock(text, key, value)
        try:
            at, annotation = self._place(key)
            given = _kept(_value(value, annotation), at, self.data)
        except _FaultError as fault:
            self._fault(text, *fault.args)
            return None
        return Override(key, at, given, text=text)

    def once(self, settings: Iterable[Override]) -> list[Override]:
        """The settings without those that set what an earlier one does, each of which is a fault."""
        seen: list[Override] = []
        for s in settings:
            other = next((o for o in seen if _same_place(o, s)), None)
            if other is not None:
                self._fault(
                    s.text, f"set again (first by `{plain(other.text)}`)", "each value set once"
                )
            else:
                seen.append(s)
        return seen

    def _lock(self, text: str, id: str, value: str) -> Override | None:
        """The course of an initiative."""
        initiative = next(i for i in self.programme.initiatives if i.id == id)
        known = [c for c in COURSES if c not in _OF_IDEAS or not _begun(self.programme, initiative)]
        if initiative.stage == "closed":
            self._fault(text, f"`{plain(id)}`, which has ended", "an initiative that is not closed")
        elif value not in known:
            near = nearest(value, known)
            other = (
                "it has begun"
                if value in _OF_IDEAS
                else f"to set one of its fields: {plain(id)}.key=value"
            )
            self._fault(
                text,
                f"`{plain(value)}`",
                f"one of {', '.join(known)}",
                (near and _meant(near)) or other,
            )
        else:
            return Override(id, (), COURSES[value], id, text)
        return None

    # Where.

    def _place(self, key: str) -> tuple[_Place, Any]:
        """Where a key leads, and what may stand there."""
        first = key.partition(".")[0]
        if first in Programme.model_fields:
            return self._inside(Programme, self.data, key, ())
        id = _longest(key, self.ids)
        if id is None:
            known = [*self.ids, *_SET]
            near = nearest(first, known) or nearest(key, known)
            expected = f"the id of an initiative, or one of {', '.join(_SET)}"
            raise _FaultError(f"unknown `{plain(first)}`", expected, _meant(near) if near else "")
        record = next(r for r in self.data["initiatives"] if r["id"] == id)
        return self._inside(
            Initiative, record, key[len(id) + 1 :], ("initiatives", _Item("id", id))
        )

    def _inside(
        self, record: type[BaseModel], data: Any, key: str, at: _Place
    ) -> tuple[_Place, Any]:
        """Where a key of a record leads."""
        name, _, rest = key.partition(".")
        at = (*at, name)
        if name not in record.model_fields:
            return at, None
        annotation = record.model_fields[name].annotation
        here = data.get(name) if isinstance(data, dict) else None
        if not rest:
            return at, annotation
        records = [m for m in _models(annotation) if not issubclass(m, Estimate | Judgement)]
        if _is_list(annotation) and records:
            return self._in_list(records, here, name, rest, at)
        if records:
            return self._inside(records[0], here, rest, at)
        return self._in_map(annotation, here, name, rest, at)

    def _in_list(
        self, records: list[type[BaseModel]], here: Any, name: str, rest: str, at: _Place
    ) -> tuple[_Place, Any]:
        """Where a key leads inside one record of a list."""
        key = _KEYS.get(name) or ("id" if "id" in records[0].model_fields else None)
        listed = here or []
        known = [str(r[key]) for r in listed] if key else [str(i + 1) for i in range(len(listed))]
        words = {w for r in records for w in _actions(r)} if key == "action" else set[str]()
        found = _longest(rest, [*known, *words, *(self.ids if key == "initiative" else ())])
        if found is None:
            near = nearest(rest.partition(".")[0], [*known, *words])
            there = ", ".join([*known, *sorted(words - {*known})])
            expected = f"one of {there}" if there else f"`{name}` as a whole: it has none yet"
            raise _FaultError(
                f"unknown `{plain(rest)}` in `{name}`", expected, _meant(near) if near else ""
            )
        fitting = [r for r in records if key != "action" or found in _actions(r)]
        data: Any = next((r for k, r in zip(known, listed, strict=True) if k == found), {})
        at, more = (*at, _Item(key, found)), rest[len(found) + 1 :]
        return self._inside(fitting[0], data, more, at) if more else (at, fitting[0])

    def _in_map(
        self, annotation: Any, here: Any, name: str, rest: str, at: _Place
    ) -> tuple[_Place, Any]:
        """Where a key leads inside a map; judgements, roles and years are keys as they are."""
        held = _held(annotation)
        if held is None:
            raise _FaultError(
                f"`.{plain(rest)}` inside `{name}`", f"`{name}` alone: nothing is inside it"
            )
        if here is not None and not isinstance(here, dict):
            raise _FaultError(
                f"one part of `{name}`, which is {here:g} for all", *_written_out(name, rest)
            )
        if name != "capacity":
            return (*at, rest), held
        return self._capacity(held, here or {}, rest, at)

    def _capacity(
        self, held: Any, here: dict[str, Any], rest: str, at: _Place
    ) -> tuple[_Place, Any]:
        """A role, or a role in one quarter."""
        quarter = _QUARTER.fullmatch(rest)
        needed = [r for i in self.programme.initiatives for r in i.needs]
        role = (
            _longest(rest, here) or _longest(rest, needed) or (quarter["role"] if quarter else rest)
        )
        if role not in here and role not in needed:
            known = sorted({*here, *needed})
            near = nearest(role, known)
            expected = (
                f"one of {', '.join(known)}"
                if known
                else "a role that an initiative `needs`; none says whom"
            )
            raise _FaultError(
                f"unknown role `{plain(role)}`", expected, _meant(near) if near else ""
            )
        part = rest[len(role) + 1 :]
        if not part:
            return (*at, role), held
        if role in here and not isinstance(here[role], dict):
            raise _FaultError(
                f"one part of `{role}`, which is {here[role]:g} for all", *_written_out(role, part)
            )
        return (*at, role, part), held


def _begun(programme: Programme, initiative: Initiative) -> bool:
    """Whether it has begun, so that there is nothing to start."""
    if initiative.started is not None and initiative.stage != "idea":
        return initiative.started <= programme.as_of
    return initiative.stage in ("pilot", "delivery", "embedding")


def _actions(record: type[BaseModel]) -> tuple[str, ...]:
    return get_args(record.model_fields["action"].annotation)


class _FaultError(Exception):
    """What was found, what was expected, and how to mend it, of one setting."""


def _written_out(name: str, part: str) -> tuple[str, str]:
    return (
        "a value that is given by its parts",
        f"give them all: {plain(name)}={{{plain(part)}: …, …}}",
    )


def _meant(near: str) -> str:
    return f"did you mean `{near}`?"


def _longest(key: str, known: Iterable[str]) -> str | None:
    """The longest known name that a dotted key begins with."""
    return max((k for k in known if key == k or key.startswith(f"{k}.")), key=len, default=None)


def _same_place(one: Override, other: Override) -> bool:
    if one.lock is not None or other.lock is not None:
        return one.lock == other.lock
    short = min(len(one.at), len(other.at))
    return one.at[:short] == other.at[:short]


# --- what may stand somewhere, by the model -------------------------------------------------------


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation, what is annotated taken bare."""
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(p for a in get_args(annotation) for p in _parts(a))
    return (annotation,)


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The records that may stand there, or in a list there."""
    inner = [
        p
        for a in _parts(annotation)
        for p in (_parts(get_args(a)[0]) if get_origin(a) is tuple else (a,))
    ]
    return [p for p in inner if isinstance(p, type) and issubclass(p, BaseModel)]


def _is_list(annotation: Any) -> bool:
    return any(get_origin(p) is tuple for p in _parts(annotation))


def _held(annotation: Any) -> Any:
    """What a map holds; None where it is no map."""
    return next((get_args(p)[1] for p in _parts(annotation) if get_origin(p) is dict), None)


def _takes(annotation: Any, kinds: tuple[type, ...]) -> bool:
    """Whether a value of one of these kinds may stand there, or in a list or map there."""
    for part in _parts(annotation):
        if part in kinds or (
            get_origin(part) is tuple and any(_takes(a, kinds) for a in get_args(part))
        ):
            return True
        if get_origin(part) is dict and _takes(get_args(part)[1], kinds):
            return True
    return False


# --- values ---------------------------------------------------------------------------------------


def _value(text: str, annotation: Any) -> Any:
    """A value as YAML 1.2 reads it, sums of money understood; None where it is to be taken away."""
    if cells.unknown(text) or text in _NOTHING:
        return None
    try:
        data = parsed(text, "value").data
    except InputError as error:
        raise _FaultError(
            f"`{plain(text)}`, {error.faults[0].found}", "a value as YAML has it"
        ) from None
    return _with_numbers(data, annotation)


def _with_numbers(data: Any, annotation: Any) -> Any:
    """A value with text such as 3.5m or £1,200 read as a number where a number and no text may stand."""
    if isinstance(data, list):
        return [_with_numbers(v, annotation) for v in data]
    if isinstance(data, dict):
        keys = {n: f.annotation for m in _models(annotation) for n, f in m.model_fields.items()}
        return {k: _with_numbers(v, keys.get(k, annotation)) for k, v in data.items()}
    if (
        not isinstance(data, str)
        or not _takes(annotation, (float, int, Estimate))
        or _takes(annotation, (str,))
    ):
        return data
    try:
        number = cells.number(data)
    except ValueError:
        return data
    return int(number) if number is not None and number.is_integer() else number


def _kept(value: Any, at: _Place, data: dict[str, Any]) -> Any:
    """A judgement that is so already is left with who gave it and when."""
    if len(at) < 2 or at[-2] != "judgements":
        return value
    now = _at(data, at) or []
    return now if now and all(answer.get("level") == value for answer in now) else value


# --- into the programme ---------------------------------------------------------------------------


def _data(programme: Programme) -> dict[str, Any]:
    """A programme as plain data, as its file would have it."""
    found: dict[str, Any] = _listed(programme.model_dump(exclude_defaults=True))
    return found


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _listed(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_listed(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _applied(programme: Programme, settings: Sequence[Override], base: Path) -> ReadProgramme:
    """The programme with values put in, checked as any programme is."""
    data = copy.deepcopy(_data(programme))
    places: list[tuple[Location, Override]] = [(_put(data, s), s) for s in settings]
    return programme_of(_document(data, places), base)


def _document(data: dict[str, Any], places: Sequence[tuple[Location, Override]]) -> Document:
    """Data as a document in which every fault is said of the setting that stands nearest to it."""
    where: dict[Location, str] = {}
    for location, setting in reversed(places):
        for k in range(len(location) + 1):
            where[location[:k]] = f"--set {plain(setting.text, 120)}"
    return Document(data, where or {(): "--set"})


def _put(data: dict[str, Any], setting: Override) -> Location:
    """Put one value in, or take it away; where it now stands."""
    here, location = data, list[str | int]()
    for part, after in zip(setting.at, [*setting.at[1:], None], strict=True):
        index, there = _step(here, part, after)
        location.append(index)
        if after is None:
            _set(here, index, setting.value)
        here = there
    if setting.at[-2:] and setting.at[-1] == "ties":
        _forget_ties(data, location)
    return tuple(location)


def _step(here: Any, part: str | _Item, after: str | _Item | None) -> tuple[str | int, Any]:
    """One step into the data: the index, and what is there.

    A map, a list or a record is put in where none is.
    """
    if isinstance(part, _Item):
        return _record(here, part)
    if after is not None and part not in here:
        here[part] = [] if isinstance(after, _Item) else {}
    return part, here.get(part)


def _record(here: list[Any], part: _Item) -> tuple[int, Any]:
    """A record of a list, put in where it is not there and may be."""
    if part.key is None:
        return int(part.value) - 1, here[int(part.value) - 1]
    index = next((i for i, r in enumerate(here) if str(r.get(part.key)) == part.value), len(here))
    if index == len(here):
        here.append({part.key: part.value})
    return index, here[index]


def _set(here: Any, index: Any, value: Any) -> None:
    if value is None and (isinstance(here, list) or index in here):
        del here[index]
    elif value is not None:
        named = (
            {k: v for k, v in here[index].items() if k in _PUT_IN} if isinstance(here, list) else {}
        )
        here[index] = {**named, **value} if named and isinstance(value, dict) else value


def _forget_ties(data: dict[str, Any], location: Sequence[str | int]) -> None:
    """Ties that are named anew are read anew."""
    here: Any = data
    for part in location[:-1]:
        here = here[part]
    here.pop("tied", None)


def _at(data: Any, at: Sequence[str | _Item]) -> Any:
    """What stands somewhere, or None."""
    here = data
    for part in at:
        if isinstance(part, _Item):
            key = part.key
            listed = here or []
            if key is None:
                here = listed[int(part.value) - 1]
            else:
                here = next((r for r in listed if str(r.get(key)) == part.value), None)
        else:
            here = here.get(part) if isinstance(here, dict) else None
    return here
