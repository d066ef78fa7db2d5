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
class DifferingField:
    """A field that differs between two programmes."""

    path: Path
    """Where it stands: attributes, and ids of records."""
    before: Any
    """Its value in the old one; None where it is not given."""
    after: Any
    """Its value in the new one; None where it is not given."""

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


def differing_fields(old: Programme, new: Programme) -> tuple[DifferingField, ...]:
    """Every field that differs, records that are in one of the two only among them."""
    return tuple(_apart((), old, new))


def _apart(at: Path, old: Any, new: Any) -> Iterator[DifferingField]:
    if old == new:
        return
    if len(at) == 1 and at[0] in _KEYS:
        key = _KEYS[at[0]]
        yield from _by_key(at, *({getattr(r, key): r for r in records} for records in (old, new)))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _by_key(at, old, new)
    elif type(old) is type(new) and isinstance(old, BaseModel) and not isinstance(old, Estimate):
        names = type(old).model_fields
        yield from _by_key(at, *({n: getattr(record, n) for n in names} for record in (old, new)))
    else:
        yield DifferingField(at, old, new)


def _by_key(at: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DifferingField]:
    for key in dict.fromkeys((*old, *new)):
        yield from _apart((*at, key), old.get(key), new.get(key))


def put_back(programme: Programme, field: DifferingField) -> Programme:
    """The programme with one field as it was before.

    It is not checked: nobody need have written it so.
    """
    changed: Programme = _with(programme, field.path, field.before)
    return changed


def _with(value: Any, path: Path, inner: Any) -> Any:
    """A value with `inner` in place of what stands at a path inside it."""
    if not path:
        return inner
    head, rest = path[0], path[1:]
    if isinstance(value, tuple):
        # Records told apart by their ids, one of them changed, put in or taken out.
        by_id = {str(getattr(r, "id", None) or r.area): r for r in value}
        by_id[head] = _with(by_id.get(head), rest, inner)
        return tuple(r for _, r in sorted(by_id.items()) if r is not None)
    if isinstance(value, Mapping):
        changed = {**value, head: _with(value.get(head), rest, inner)}
        return {k: v for k, v in changed.items() if v is not None}
    return value.model_copy(update={head: _with(getattr(value, head), rest, inner)})


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
    """The period of a reading, with its area where it is a comparator."""
    area = getattr(reading, "area", None)
    return str(reading.period) if area is None else f"{area} {reading.period}"


# --- what bears on what ---------------------------------------------------------------------------


class Bearing:
    """Which initiatives and measures can bear on one initiative, in either of two programmes.

    Initiatives bear on one another that depend on one another, overlap, or move the same measure,
    directly or through others.
    """

    def __init__(self, *programmes: Programme) -> None:
        #: Initiatives that are joined to an initiative directly.
        self._edges: dict[str, set[str]] = {}
        #: An initiative as each of the programmes has it.
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

    def _joined_to(self, id: str) -> set[str]:
        """The initiative, and all that are joined to it directly or through others."""
        reached, left = {id}, [id]
        while left:
            for other in self._edges.get(left.pop(), set()) - reached:
                reached.add(other)
                left.append(other)
        return reached

    def of(self, id: str, among: tuple[DifferingField, ...]) -> tuple[DifferingField, ...]:
        """Of fields that differ, those that can bear on one initiative, its own first."""
        joined = self._joined_to(id)
        every = [i for other in joined for i in self._every.get(other, ())]
        classes = {i.reference_class for i in every if i.reference_class is not None}
        ids: dict[str, set[str]] = {
            "initiatives": joined,
            "measures": {m for i in every for m in _measures(i)},
            "reference_classes": classes,
        }
        # Of other parts of the programme nobody knows whom they bear on: all of them can.
        bearing = [f for f in among if f.path[0] not in ids or f.path[1] in ids[f.path[0]]]
        return tuple(sorted(bearing, key=lambda f: f.path[:2] != ("initiatives", id)))


def _measures(initiative: Initiative) -> Iterator[str]:
    """The measures that an initiative is read by."""
    if initiative.path is not None and initiative.path.measure is not None:
        yield initiative.path.measure
    yield from initiative.also_moves
    yield from (w.measure for w in initiative.tripwires)
