"""What `--set` says, read into overrides.

`ID=COURSE` sets the course of an initiative. `dotted.path=value` goes into the programme,
`ID.key=value` into an initiative. Where a path leads and what may stand there is read off the
model, so that a field added to it can be set at once.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from changeadvisor.io.documents import parsed
from changeadvisor.io.load import base_of, programme_of
from changeadvisor.model import (
    Estimate,
    Initiative,
    Judgement,
    Programme,
)
from changeadvisor.whatif.overrides import (
    Item,
    Override,
    Overrides,
    Place,
    applied,
    as_data,
    as_document,
    value_at,
)

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
#: What takes a value away, besides the marks of not knowing.
_NOTHING = ("null", "~")
#: Lists whose records are told apart by another key than `id`.
_KEYS = {"areas": "area", "options": "action", "depends_on": "initiative"}
#: Keys of the programme in which something may be set.
_SET = tuple(n for n in Programme.model_fields if n not in ("format", "programme", "initiatives"))
_QUARTER = re.compile(r"(?P<role>.+)\.(?P<quarter>\d{4}-Q\d)")
_HOW = (
    "ID=COURSE, ID.key=value or key=value, such as `library-hub=stop` or "
    "`limits.budget.2026-27=1.9m`"
)


def read_overrides(texts: Sequence[str], programme: Programme, path: Path) -> Overrides:
    """What `--set` was given, for the programme read from a path.

    Raises InputError with every fault.
    """
    reader = _OverrideReader(programme)
    overrides = reader.once([o for text in texts if (o := reader.override(text)) is not None])
    after = applied(programme, [o for o in overrides if o.lock is None], base_of(path))
    faults = (*reader.faults, *after.faults, *_against_the_law(overrides, after.programme))
    if faults:
        raise InputError(dict.fromkeys(faults))
    before = programme_of(as_document(as_data(programme), ()), base_of(path)).notices
    new = tuple(n for n in after.notices if n not in before)
    return Overrides(programme, tuple(overrides), base_of(path), new)


def _against_the_law(overrides: Iterable[Override], after: Programme | None) -> Iterator[Fault]:
    """Courses set by hand that the law rules out."""
    for override in overrides:
        if after is None or override.lock is None or override.value != "stop":
            continue
        initiative = after.initiative(override.lock)
        if initiative is not None and initiative.statutory:
            yield Fault(
                f"--set {plain(override.text, 120)}",
                "",
                f"`{plain(override.text)}`, which the law requires (`statutory`)",
                "a course that goes on",
                "to see what would follow if the law did not: "
                f"`--set {plain(initiative.id)}.statutory=false` as well",
            )


# --- one override ---------------------------------------------------------------------------------


class _FaultError(Exception):
    """What was found in one override, what was expected, and how to mend it."""


class _OverrideReader:
    """Reads overrides one by one, gathering every fault."""

    def __init__(self, programme: Programme) -> None:
        self.programme, self.data = programme, as_data(programme)
        self.ids = [i.id for i in programme.initiatives]
        self.faults: list[Fault] = []

    def _fault(self, text: str, found: str, expected: str, mend: str = "") -> None:
        self.faults.append(Fault(f"--set {plain(text, 120)}", "", found, expected, mend))

    def override(self, text: str) -> Override | None:
        """One override, or None where it has a fault."""
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            self._fault(text, f"`{plain(text)}`", _HOW)
            return None
        if not value:
            mend = f"`{plain(key)}=null` takes the value away"
            self._fault(text, "nothing after `=`", _HOW, mend)
            return None
        if key in self.ids:
            return self._lock(text, key, value)
        try:
            at, annotation = self._place(key)
            given = _as_judged_already(_value(value, annotation), at, self.data)
        except _FaultError as fault:
            self._fault(text, *fault.args)
            return None
        return Override(key, at, given, text=text)

    def once(self, overrides: Iterable[Override]) -> list[Override]:
        """The overrides without those that set what an earlier one does, each a fault."""
        kept: list[Override] = []
        for override in overrides:
            other = next((o for o in kept if _same_place(o, override)), None)
            if other is None:
                kept.append(override)
                continue
            found = f"set again (first by `{plain(other.text)}`)"
            self._fault(override.text, found, "each value set once")
        return kept

    def _lock(self, text: str, id: str, value: str) -> Override | None:
        """The course of an initiative, set by hand."""
        initiative = next(i for i in self.programme.initiatives if i.id == id)
        if initiative.stage == "closed":
            self._fault(text, f"`{plain(id)}`, which has ended", "an initiative that is not closed")
            return None
        begun = _begun(self.programme, initiative)
        known = [c for c in COURSES if not (begun and c in _OF_IDEAS)]
        if value in known:
            return Override(id, (), COURSES[value], id, text)
        near = nearest(value, known)
        if near:
            mend = _meant(near)
        elif value in _OF_IDEAS:
            mend = "it has begun"
        else:
            mend = f"to set one of its fields: {plain(id)}.key=value"
        self._fault(text, f"`{plain(value)}`", f"one of {', '.join(known)}", mend)
        return None

    # Where.

    def _place(self, key: str) -> tuple[Place, Any]:
        """Where a key leads, and the annotation of what may stand there."""
        first = key.partition(".")[0]
        if first in Programme.model_fields:
            return self._inside(Programme, self.data, key, ())
        id = _longest(key, self.ids)
        if id is None:
            known = [*self.ids, *_SET]
            near = nearest(first, known) or nearest(key, known)
            expected = f"the id of an initiative, or one of {', '.join(_SET)}"
            raise _FaultError(f"unknown `{plain(first)}`", expected, _meant(near))
        record = next(r for r in self.data["initiatives"] if r["id"] == id)
        at = ("initiatives", Item("id", id))
        return self._inside(Initiative, record, key[len(id) + 1 :], at)

    def _inside(self, record: type[BaseModel], data: Any, key: str, at: Place) -> tuple[Place, Any]:
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
        self, records: list[type[BaseModel]], here: Any, name: str, rest: str, at: Place
    ) -> tuple[Place, Any]:
        """Where a key leads inside one record of a list."""
        key = _KEYS.get(name)
        if key is None and "id" in records[0].model_fields:
            key = "id"
        # What may be named: the records that are there, and those that may be put in.
        by_name = _by_name(here or [], key)
        new: dict[str, type[BaseModel]] = {}
        if key == "action":
            new = {action: record for record in records for action in _actions(record)}
        elif key == "initiative":
            new = dict.fromkeys(self.ids, records[0])
        named = _longest(rest, [*by_name, *new])
        if named is None:
            actions = new if key == "action" else {}
            near = nearest(rest.partition(".")[0], [*by_name, *actions])
            there = ", ".join([*by_name, *sorted(actions.keys() - by_name.keys())])
            expected = f"one of {there}" if there else f"`{name}` as a whole: it has none yet"
            raise _FaultError(f"unknown `{plain(rest)}` in `{name}`", expected, _meant(near))
        record = new.get(named, records[0])
        at, more = (*at, Item(key, named)), rest[len(named) + 1 :]
        if not more:
            return at, record
        return self._inside(record, by_name.get(named, {}), more, at)

    def _in_map(
        self, annotation: Any, here: Any, name: str, rest: str, at: Place
    ) -> tuple[Place, Any]:
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

    def _capacity(self, held: Any, here: dict[str, Any], rest: str, at: Place) -> tuple[Place, Any]:
        """A role, or a role in one quarter."""
        quarter = _QUARTER.fullmatch(rest)
        needed = [r for i in self.programme.initiatives for r in i.needs]
        new = quarter["role"] if quarter else rest
        role = _longest(rest, here) or _longest(rest, needed) or new
        if role not in here and role not in needed:
            known = sorted({*here, *needed})
            expected = "a role that an initiative `needs`; none says whom"
            if known:
                expected = f"one of {', '.join(known)}"
            near = nearest(role, known)
            raise _FaultError(f"unknown role `{plain(role)}`", expected, _meant(near))
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
    """The courses that an option of this model may be for."""
    return get_args(record.model_fields["action"].annotation)


def _by_name(records: Sequence[Any], key: str | None) -> dict[str, Any]:
    """The records of a list by the value of a key, or by their places, from 1.

    Of several with the same value (two dependencies on one initiative) the first is meant.
    """
    by_name: dict[str, Any] = {}
    for place, record in enumerate(records, 1):
        by_name.setdefault(str(record[key] if key else place), record)
    return by_name


def _written_out(name: str, part: str) -> tuple[str, str]:
    """What is expected, and the mend, where one part is set of what is one value for all."""
    mend = f"give them all: {plain(name)}={{{plain(part)}: …, …}}"
    return "a value that is given by its parts", mend


def _meant(near: str | None) -> str:
    return f"did you mean `{near}`?" if near else ""


def _longest(key: str, known: Iterable[str]) -> str | None:
    """The longest known name that a dotted key begins with."""
    return max((k for k in known if key == k or key.startswith(f"{k}.")), key=len, default=None)


def _same_place(one: Override, other: Override) -> bool:
    """Whether one sets what the other does, or something inside it."""
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
    kinds: list[Any] = []
    for part in _parts(annotation):
        kinds += _parts(get_args(part)[0]) if get_origin(part) is tuple else (part,)
    return [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]


def _is_list(annotation: Any) -> bool:
    """Whether a list may stand there."""
    return any(get_origin(p) is tuple for p in _parts(annotation))


def _held(annotation: Any) -> Any:
    """What a map holds; None where it is no map."""
    return next((get_args(p)[1] for p in _parts(annotation) if get_origin(p) is dict), None)


def _takes(annotation: Any, kinds: tuple[type, ...]) -> bool:
    """Whether a value of one of these kinds may stand there, or in a list or map there."""
    for part in _parts(annotation):
        if part in kinds:
            return True
        inner: tuple[Any, ...] = ()
        if get_origin(part) is tuple:
            inner = get_args(part)
        elif get_origin(part) is dict:
            inner = get_args(part)[1:]
        if any(_takes(kind, kinds) for kind in inner):
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
    """A value with text such as 3.5m or £1,200 read as a number.

    Only where a number may stand, and no text may.
    """
    if isinstance(data, list):
        return [_with_numbers(v, annotation) for v in data]
    if isinstance(data, dict):
        keys: dict[str, Any] = {}
        for record in _models(annotation):
            keys |= {name: info.annotation for name, info in record.model_fields.items()}
        return {k: _with_numbers(v, keys.get(k, annotation)) for k, v in data.items()}
    if not isinstance(data, str) or _takes(annotation, (str,)):
        return data
    return _number(data) if _takes(annotation, (float, int, Estimate)) else data


def _number(text: str) -> float | int | str | None:
    """Text as a number, or as it is where it is none."""
    try:
        number = cells.number(text)
    except ValueError:
        return text
    return int(number) if number is not None and number.is_integer() else number


def _as_judged_already(value: Any, at: Place, data: dict[str, Any]) -> Any:
    """A judgement that is so already is left with who gave it and when."""
    if len(at) < 2 or at[-2] != "judgements":
        return value
    now = value_at(data, at) or []
    return now if now and all(answer.get("level") == value for answer in now) else value
