"""Overrides: a course set by hand, or a value put into the programme, and the programme it makes.

What comes out is read as any programme is, with every check of form and of sense, and each fault is
said of the override that brought it. `override_text` reads what people write.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from changeadvisor.errors import plain
from changeadvisor.io.load import ReadProgramme, programme_of
from changeadvisor.io.placed_data import Document, Location
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme
from changeadvisor.whatif.causes import Case, Transition
from changeadvisor.whatif.difference import Cause, FieldChange, Kind
from changeadvisor.whatif.programme_diff import plain_data

#: Keys that stay with a record of a list when a value is put in its place.
_STAYING = ("action", "initiative")


@dataclass(frozen=True, slots=True)
class Item:
    """A record of a list."""

    key: str | None
    """The key that tells the records of the list apart; None where only their places do."""
    value: str
    """The value of that key, or the place in the list, from 1."""


#: Where a value stands in a programme: keys, and records of lists.
Place = tuple[str | Item, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """One thing set otherwise."""

    name: str
    """What it is called: the id of an initiative, or a dotted path."""
    at: Place
    """Where in the programme the value goes; empty where a course is set."""
    value: Any
    """The value, or the course; None takes the value away."""
    lock: str | None = None
    """The id of the initiative whose course is set; None where a value is."""
    text: str = ""
    """What was written, for messages."""

    @property
    def kind(self) -> Kind:
        """What kind of cause it is."""
        if self.lock is not None:
            return "course"
        if self.at[0] == "as_of":
            return "age"
        return "limit" if self.at[0] == "limits" else "data"


@dataclass(frozen=True, slots=True)
class Overrides:
    """Overrides that can be applied to a programme, all of them together."""

    programme: Programme
    """The programme as it is."""
    overrides: tuple[Override, ...]
    """What is set otherwise, in the order in which it was written."""
    base: Path
    """The folder that the programme stands in."""
    notices: tuple[str, ...] = ()
    """What should be known of the programme with all of them and was not so without."""
    _made: dict[frozenset[str], Programme | None] = field(default_factory=dict, repr=False)
    """Programmes made so far, by the names of the overrides in them."""

    @property
    def locks(self) -> dict[str, str]:
        """Courses set by hand, by the ids of initiatives."""
        return {o.lock: o.value for o in self.overrides if o.lock is not None}

    def change(self, rulebook: Rulebook) -> Transition:
        """The transition from the programme as it is to what was asked for.

        There is a cause for each override that changes anything.
        """
        data = as_data(self.programme)
        causes = [c for o in self.overrides if (c := _cause(o, data)) is not None]

        def build(names: frozenset[str]) -> Case | None:
            programme = self._with(names)
            if programme is None:
                return None
            locks = {id: course for id, course in self.locks.items() if id in names}
            return Case(programme, rulebook, locks)

        return Transition(tuple(causes), build, notices=self.notices)

    def _with(self, names: frozenset[str]) -> Programme | None:
        """The programme with some of the overrides; None where these alone make none."""
        chosen = [o for o in self.overrides if o.name in names and o.lock is None]
        if not chosen:
            return self.programme
        key = frozenset(o.name for o in chosen)
        if key not in self._made:
            self._made[key] = applied(self.programme, chosen, self.base).programme
        return self._made[key]


def _cause(override: Override, data: dict[str, Any]) -> Cause | None:
    """An override as a cause; None where it sets what is so already."""
    name, value = override.name, override.value
    if override.lock is not None:
        return Cause(name, "course", (FieldChange(name, None, value),))
    before, after = plain_data(value_at(data, override.at)), plain_data(value)
    if before == after:
        return None
    return Cause(name, override.kind, (FieldChange(name, before, after),))


# --- into the programme ---------------------------------------------------------------------------


def as_data(programme: Programme) -> dict[str, Any]:
    """A programme as plain data, as its file would have it: lists, and whole numbers as such."""
    data: dict[str, Any] = _as_file(programme.model_dump(exclude_defaults=True))
    return data


def _as_file(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _as_file(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_as_file(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def applied(programme: Programme, overrides: Sequence[Override], base: Path) -> ReadProgramme:
    """The programme with values put in, checked as any programme is.

    base: the folder that the programme stands in.
    """
    data = copy.deepcopy(as_data(programme))
    places = [(_put(data, override), override) for override in overrides]
    return programme_of(as_document(data, places), base)


def as_document(data: dict[str, Any], places: Sequence[tuple[Location, Override]]) -> Document:
    """Data as a document in which every fault is said of the override that stands nearest to it."""
    where: dict[Location, str] = {}
    for location, override in reversed(places):
        for k in range(len(location) + 1):
            where[location[:k]] = f"--set {plain(override.text, 120)}"
    return Document(data, where or {(): "--set"})


def value_at(data: Any, at: Place) -> Any:
    """What stands at a place, or None."""
    here = data
    for part in at:
        if isinstance(part, Item):
            index = _index(here or [], part)
            here = None if index is None else here[index]
        else:
            here = here.get(part) if isinstance(here, dict) else None
    return here


def _index(records: Sequence[Any], item: Item) -> int | None:
    """Where a record stands in its list; None where it is not there."""
    if item.key is None:
        return int(item.value) - 1
    key = item.key
    return next((i for i, r in enumerate(records) if str(r.get(key)) == item.value), None)


def _put(data: dict[str, Any], override: Override) -> Location:
    """Put one value in, or take it away; where it now stands."""
    here: Any = data
    location: list[str | int] = []
    for part, after in zip(override.at, [*override.at[1:], None], strict=True):
        index, inside = _step(here, part, after)
        location.append(index)
        if after is None:
            _set(here, index, override.value)
            if part == "ties":
                # Ties that are named anew are read anew, from the file of that name.
                here.pop("tied", None)
        here = inside
    return tuple(location)


def _step(here: Any, part: str | Item, after: str | Item | None) -> tuple[str | int, Any]:
    """One step into the data: the index, and what is there.

    What is on the way to a value and not there yet is put in: a map, a list or a record.
    """
    if isinstance(part, Item):
        index = _index(here, part)
        if index is None:
            index = len(here)
            here.append({part.key: part.value})
        return index, here[index]
    if after is not None and part not in here:
        here[part] = [] if isinstance(after, Item) else {}
    return part, here.get(part)


def _set(here: Any, index: Any, value: Any) -> None:
    """Set a value in a map or a list; None takes away what is there."""
    if value is None:
        if isinstance(here, list) or index in here:
            del here[index]
        return
    if isinstance(here, list) and isinstance(value, dict):
        staying = {k: v for k, v in here[index].items() if k in _STAYING}
        value = {**staying, **value}
    here[index] = value
