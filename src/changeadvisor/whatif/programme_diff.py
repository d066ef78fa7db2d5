"""Where two programmes differ, field by field, and a programme with one field put back.

A path names a field by attributes and by the ids of records: ("initiatives", "care-record",
"spend", "monthly").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from changeadvisor.model import (
    Estimate,
    Initiative,
    Observation,
    Programme,
)

Path = tuple[str, ...]

#: Lists whose records are told apart by a key.
_KEYS = {
    "initiatives": "id",
    "measures": "id",
    "reference_classes": "id",
    "aims": "id",
    "areas": "area",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field that differs, with its values in the two programmes (None: not given)."""

    path: Path
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """Its dotted name, as `whatif --set` takes it."""
        return ".".join(self.path[1:] if self.path[0] == "initiatives" else self.path)

    @property
    def shown(self) -> tuple[Any, Any]:
        """Both values as plain data; of readings only those that differ."""
        if self.path[-1] in ("observations", "comparators"):
            return _readings(self.before, self.after), _readings(self.after, self.before)
        return plain_data(self.before), plain_data(self.after)


def fields(old: Programme, new: Programme) -> tuple[Field, ...]:
    """Every field that differs, records that are in one of the two only among them."""
    return tuple(_apart((), old, new))


def _apart(at: Path, old: Any, new: Any) -> Iterator[Field]:
    if old == new:
        return
    if len(at) == 1 and at[0] in _KEYS:
        key = _KEYS[at[0]]
        records = [{getattr(r, key): r for r in v} for v in (old, new)]
        yield from _by_key(at, *records)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _by_key(at, old, new)
    elif type(old) is type(new) and isinstance(old, BaseModel) and not isinstance(old, Estimate):
        yield from _by_key(
            at, *({name: getattr(v, name) for name in type(old).model_fields} for v in (old, new))
        )
    else:
        yield Field(at, old, new)


def _by_key(at: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Field]:
    for key in dict.fromkeys((*old, *new)):
        yield from _apart((*at, key), old.get(key), new.get(key))


def put_back(programme: Programme, field: Field) -> Programme:
    """The programme with one field as it was before.

    It is not checked: nobody need have written it so.
    """
    found: Programme = _with(programme, field.path, field.before)
    return found


def _with(value: Any, path: Path, wanted: Any) -> Any:
    """A value with what is inside at a path put in place of what was there."""
    if not path:
        return wanted
    head, rest = path[0], path[1:]
    if isinstance(value, tuple):
        return _in_list(value, head, rest, wanted)
    if isinstance(value, Mapping):
        changed = {**value, head: _with(value.get(head), rest, wanted)}
        return {k: v for k, v in changed.items() if v is not None}
    return value.model_copy(update={head: _with(getattr(value, head), rest, wanted)})


def _in_list(records: tuple[Any, ...], head: str, rest: Path, wanted: Any) -> tuple[Any, ...]:
    """Records told apart by id, one of them changed, put in or taken out, in the order of ids."""
    by_id = {_id(r): r for r in records}
    by_id[head] = _with(by_id.get(head), rest, wanted)
    return tuple(r for _, r in sorted(by_id.items()) if r is not None)


def _id(record: Any) -> str:
    return str(getattr(record, "id", None) or record.area)


# --- values as plain data -------------------------------------------------------------------------


def plain_data(value: Any) -> Any:
    """A value of the model as plain data, whole numbers without a point."""
    if isinstance(value, BaseModel):
        return plain_data(value.model_dump(mode="json", exclude_defaults=True))
    if isinstance(value, Mapping):
        return {k: plain_data(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(v) for v in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if isinstance(value, dt.date) else value


def _readings(
    these: tuple[Observation, ...] | None, others: tuple[Observation, ...] | None
) -> dict[str, Any]:
    """Readings that are not among others, by period (and area)."""
    return {_label(r): plain_data(r.value) for r in these or () if r not in (others or ())}


def _label(reading: Observation) -> str:
    area = getattr(reading, "area", None)
    return str(reading.period) if area is None else f"{area} {reading.period}"


# --- what bears on what ---------------------------------------------------------------------------


class Bearing:
    """Which initiatives and measures can bear on one initiative, in either of two programmes."""

    def __init__(self, *programmes: Programme) -> None:
        self._edges: dict[str, set[str]] = {}
        self._every: dict[str, list[Initiative]] = {}
        movers: dict[str, list[str]] = {}
        for initiative in (i for p in programmes for i in p.initiatives):
            self._every.setdefault(initiative.id, []).append(initiative)
            for other in (*(d.initiative for d in initiative.depends_on), *initiative.overlaps):
                self._join(initiative.id, other)
            if initiative.path is not None and initiative.path.measure is not None:
                movers.setdefault(initiative.path.measure, []).append(initiative.id)
        for ids in movers.values():
            for id in ids:
                self._join(ids[0], id)

    def _join(self, a: str, b: str) -> None:
        self._edges.setdefault(a, set()).add(b)
        self._edges.setdefault(b, set()).add(a)

    def _near(self, id: str) -> set[str]:
        found, left = {id}, [id]
        while left:
            for other in self._edges.get(left.pop(), set()) - found:
                found.add(other)
                left.append(other)
        return found

    def of(self, id: str, among: tuple[Field, ...]) -> tuple[Field, ...]:
        """Of fields that differ, those that can bear on one initiative, its own first."""
        near = self._near(id)
        every = [i for n in near for i in self._every.get(n, ())]
        known: dict[str, set[str]] = {
            "initiatives": near,
            "measures": {m for i in every for m in _measures(i)},
            "reference_classes": {
                i.reference_class for i in every if i.reference_class is not None
            },
        }
        bearing = [f for f in among if f.path[0] not in known or f.path[1] in known[f.path[0]]]
        return tuple(sorted(bearing, key=lambda f: f.path[:2] != ("initiatives", id)))


def _measures(initiative: Initiative) -> Iterator[str]:
    """The measures that an initiative is read by."""
    if initiative.path is not None and initiative.path.measure is not None:
        yield initiative.path.measure
    yield from initiative.also_moves
    yield from (w.measure for w in initiative.tripwires)
