"""What the form alone cannot tell: references that lead nowhere, ids used twice, dates in disorder.

Faults of sense are looked for in the plain data, before there is a programme, so that they are said
together with the faults of form. Below them, what is no fault but should be known.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from changeadvisor import validation
from changeadvisor.errors import (
    CycleError,
    Fault,
    nearest,
    plain,
)
from changeadvisor.facts import VOCABULARY, Fact
from changeadvisor.io import cells
from changeadvisor.io.placed_data import Document, Location
from changeadvisor.io.text_files import leaves_folder
from changeadvisor.model import (
    Estimate,
    Initiative,
    Programme,
)


def faults_of_sense(
    document: Document, base: Path, published: Callable[[], Collection[str]]
) -> list[Fault]:
    """Faults of sense, from the data as far as it can be read.

    base: the folder that the programme stands in. published: gives the ids of the published
    reference classes, which are read only where a programme names one that is not its own.
    """
    if not isinstance(document.data, dict):
        return []
    return list(_Checks(document, base, published).faults())


class _Checks:
    """References that lead nowhere, ids that stand twice, rings, judgements of unknown facts."""

    def __init__(
        self, document: Document, base: Path, published: Callable[[], Collection[str]]
    ) -> None:
        self.document, self.base, self.published = document, base, published
        self.ids = {
            kind: self._ids(kind)
            for kind in ("initiatives", "measures", "aims", "reference_classes")
        }

    def _records(self, kind: str) -> Iterator[tuple[Location, dict[str, Any]]]:
        """The records of a list of the programme, each with its location."""
        listed = self.document.data.get(kind)
        for i, record in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(record, dict):
                yield (kind, i), record

    def _inner(
        self, at: Location, record: Mapping[str, Any], key: str
    ) -> Iterator[tuple[Location, Any]]:
        """What a list inside a record holds, each with its location."""
        listed = record.get(key)
        for i, value in enumerate(listed if isinstance(listed, list) else []):
            yield (*at, key, i), value

    def _ids(self, kind: str) -> list[str]:
        return [r["id"] for _, r in self._records(kind) if isinstance(r.get("id"), str)]

    def _fault(
        self, at: Location, found: str, expected: str, mend: str = "", *, check: str = ""
    ) -> Fault:
        """A fault. check: the key of the model's own check, where that refuses the same."""
        where, field = self.document.place(at), validation.dotted(at, self.document.data)
        return Fault(where, field, found, expected, mend, check)

    def faults(self) -> Iterator[Fault]:
        """Every fault of sense."""
        as_of = _day(self.document.data.get("as_of"))
        if as_of is not None and not 1990 <= as_of.year < 2100:
            yield self._fault(("as_of",), f"`{as_of}`", "a date between 1990 and 2100")
        for kind in self.ids:
            yield from self._twice(kind)
        yield from self._twice("areas", "area")
        for at, area in self._records("areas"):
            yield from self._ordered(at, area, "starts", "ends")
        for at, record in self._records("reference_classes"):
            yield from self._shares(at, record)
        for at, measure in self._records("measures"):
            yield from self._measure(at, measure)
        for at, initiative in self._records("initiatives"):
            yield from self._initiative(at, initiative)
        yield from self._ring()

    def _twice(self, kind: str, key: str = "id") -> Iterator[Fault]:
        """Records of a list that have the id of an earlier one."""
        seen: dict[str, Location] = {}
        for at, record in self._records(kind):
            name = record.get(key)
            if not isinstance(name, str):
                continue
            if name in seen:
                first = self.document.place((*seen[name], key))
                yield self._fault(
                    (*at, key), f"`{plain(name)}` again (first in {first})", "an id used once"
                )
            seen.setdefault(name, at)

    def _ordered(
        self, at: Location, record: Mapping[str, Any], first: str, second: str
    ) -> Iterator[Fault]:
        """A second date before the first."""
        start, end = _day(record.get(first)), _day(record.get(second))
        if start and end and end < start:
            found = f"`{end}`, before `{first}` {start}"
            expected = f"`{second}` on or after `{first}`"
            yield self._fault((*at, second), found, expected, check="dates")

    def _shares(self, at: Location, record: Mapping[str, Any]) -> Iterator[Fault]:
        """The shares of the three outcomes make a whole, or less where some are not given."""
        given = [float(v) for k in ("full", "partial", "none") if _is_number(v := record.get(k))]
        total = math.fsum(given)
        # 1e-9: shares written with a few digits need not add up to 1 in binary.
        if total > 1 + 1e-9 or (len(given) == 3 and abs(total - 1) > 1e-9):
            found = f"{' + '.join(f'{v:g}' for v in given)} = {total:g}"
            expected = "`full`, `partial` and `none` to add up to 1"
            yield self._fault(at, found, expected, check="shares")

    def _refers(self, at: Location, name: object, kind: str) -> Iterator[Fault]:
        """A fault where `name` is no id of that kind; what is not a word is a fault of form."""
        if isinstance(name, str) and name not in self.ids[kind]:
            near = nearest(name, self.ids[kind])
            mend = f"did you mean `{near}`?" if near else f"add it to `{kind}`"
            found = f"unknown {kind.removesuffix('s')} `{plain(name)}`"
            yield self._fault(at, found, f"the id of one of the {kind}", mend)

    def _class(self, at: Location, name: object) -> Iterator[Fault]:
        """A fault where a reference class is neither the programme's own nor published."""
        own = self.ids["reference_classes"]
        if not isinstance(name, str) or name in own:
            return
        published = self.published()
        if name in published:
            return
        near = nearest(name, [*own, *published])
        other = f"add it to `reference_classes`, or name a published one: {', '.join(published)}"
        mend = f"did you mean `{near}`?" if near else other
        found = f"unknown reference class `{plain(name)}`"
        yield self._fault(at, found, "the id of one of the reference classes", mend)

    def _each(
        self, at: Location, record: Mapping[str, Any], key: str, kind: str
    ) -> Iterator[Fault]:
        """A fault for each of the ids listed in a record that is no id of that kind."""
        for inner, name in self._inner(at, record, key):
            yield from self._refers(inner, name, kind)

    def _measure(self, at: Location, measure: Mapping[str, Any]) -> Iterator[Fault]:
        yield from self._each(at, measure, "aims", "aims")
        yield from self._each(at, measure, "moves", "measures")
        seen: set[tuple[object, object]] = set()
        for key in ("observations", "comparators"):
            for inner, row in self._inner(at, measure, key):
                if not isinstance(row, dict):
                    continue
                period = row.get("period")
                reading = (row.get("area"), str(period))
                if reading in seen and period is not None:
                    found = f"a second value for {plain(period)}"
                    yield self._fault(inner, found, "one value a period")
                seen.add(reading)

    def _initiative(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        yield from self._each(at, initiative, "aims", "aims")
        yield from self._each(at, initiative, "also_moves", "measures")
        yield from self._class((*at, "reference_class"), initiative.get("reference_class"))
        path = initiative.get("path")
        if isinstance(path, dict):
            yield from self._refers((*at, "path", "measure"), path.get("measure"), "measures")
        overlaps = initiative.get("overlaps")
        for name in overlaps if isinstance(overlaps, dict) else ():
            yield from self._refers((*at, "overlaps", name), name, "initiatives")
        yield from self._ordered(at, initiative, "started", "ends")
        yield from self._ordered(at, initiative, "ends", "lasts_until")
        yield from self._tripwires(at, initiative)
        yield from self._options(at, initiative)
        yield from self._dependencies(at, initiative)
        yield from self._judgements(at, initiative)
        adoption = initiative.get("adoption")
        ties = adoption.get("ties") if isinstance(adoption, dict) else None
        if isinstance(ties, str) and leaves_folder(self.base, ties):
            found = f"`{plain(ties)}`, a path that leaves the folder"
            yield self._fault((*at, "adoption", "ties"), found, "a file inside the folder")

    def _tripwires(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        """Tripwires on unknown measures, or with two bounds."""
        for inner, wire in self._inner(at, initiative, "tripwires"):
            if not isinstance(wire, dict):
                continue
            yield from self._refers((*inner, "measure"), wire.get("measure"), "measures")
            below, above = wire.get("below"), wire.get("above")
            if below is not None and above is not None:
                found = f"`below` {plain(below)} and `above` {plain(above)}"
                expected = "either `below` or `above`, and one of them only"
                yield self._fault((*inner, "above"), found, expected, check="tripwire")

    def _options(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        """Two options of one action, or shares that are no shares."""
        seen: set[str] = set()
        for inner, option in self._inner(at, initiative, "options"):
            if not isinstance(option, dict):
                continue
            action = option.get("action")
            if isinstance(action, str):
                if action in seen:
                    found, expected = (
                        f"`{plain(action)}` again",
                        "at most one option of each action",
                    )
                    yield self._fault((*inner, "action"), found, expected)
                seen.add(action)
            yield from self._shares(inner, option)

    def _dependencies(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        """Initiatives that hang on themselves, or on what is not there."""
        for inner, dependency in self._inner(at, initiative, "depends_on"):
            if not isinstance(dependency, dict):
                continue
            name = dependency.get("initiative")
            if name is not None and name == initiative.get("id"):
                yield self._fault(
                    (*inner, "initiative"), f"`{plain(name)}`, itself", "another initiative"
                )
            yield from self._refers((*inner, "initiative"), name, "initiatives")

    def _judgements(self, at: Location, initiative: Mapping[str, Any]) -> Iterator[Fault]:
        """Judgements of what nobody judges, or at levels that the fact does not have."""
        judgements = initiative.get("judgements")
        if not isinstance(judgements, dict):
            return
        for name, answers in judgements.items():
            inner = (*at, "judgements", name)
            fact = VOCABULARY.get(name)
            if fact is not None and fact.judged:
                yield from self._levels(inner, fact, answers)
                continue
            near = nearest(name, [f.name for f in VOCABULARY.values() if f.judged])
            mend = f"did you mean `{near}`?" if near else "`changeadvisor rules facts` lists them"
            yield self._fault(inner, f"`{plain(name)}`", "a fact that people judge", mend)

    def _levels(self, at: Location, fact: Fact, answers: object) -> Iterator[Fault]:
        """Answers to one question, alone or in a list, at levels that it does not have."""
        listed = list(enumerate(answers)) if isinstance(answers, list) else [(None, answers)]
        for i, answer in listed:
            inner = at if i is None else (*at, i)
            level = answer.get("level") if isinstance(answer, dict) else answer
            # A level that is a map or a list is a fault of form, which says so.
            if level is None or isinstance(level, dict | list):
                continue
            if not fact.accepts(level):
                near = nearest(level, fact.levels)
                mend = f"did you mean `{near}`?" if near else ""
                yield self._fault(inner, f"`{plain(level)}`", fact.expected(), mend)

    def _ring(self) -> Iterator[Fault]:
        """A ring of requirements, named, at the line of its first step."""
        needs: dict[tuple[str, str], Location] = {}
        for at, record in self._records("initiatives"):
            for inner, dependency in self._inner(at, record, "depends_on"):
                if not isinstance(dependency, dict) or dependency.get("kind") != "requires":
                    continue
                id, other = record.get("id"), dependency.get("initiative")
                if isinstance(id, str) and other != id and other in self.ids["initiatives"]:
                    needs[other, id] = (*inner, "initiative")
        ring = _ring_among(tuple(needs))
        if ring:
            names = " → ".join(map(plain, ring))
            expected = "no initiative to require itself through others"
            at = needs[ring[0], ring[1]]
            yield self._fault(
                at, f"a ring of requirements: {names}", expected, "remove one, or make it `helps`"
            )


def _day(value: object) -> dt.date | None:
    """A date as the form reads it, or None where there is none."""
    try:
        if isinstance(value, dt.date):
            return cells.date(value)
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _ring_among(edges: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """A ring among edges, or nothing. `critical_path` refuses rings by name."""
    from changeadvisor.graph import critical_path

    try:
        critical_path({name: 0.0 for edge in edges for name in edge}, dict.fromkeys(edges, 0.0))
    except CycleError as error:
        return error.path
    return ()


def notices_of(programme: Programme, base: Path) -> Iterator[str]:
    """What is no fault but should be known."""
    for at, estimate in _estimates(programme, ""):
        if not estimate.carried:
            yield (
                f"{at}: no metalog passes through its three points; "
                "straight lines between them are used."
            )
    for initiative in programme.initiatives:
        yield from _of_initiative(programme, initiative, base)
    areas = {a.area for a in programme.areas}
    for measure in programme.measures:
        strange = sorted({c.area for c in measure.comparators} - areas - {measure.own_area})
        if areas and strange:
            names = ", ".join(map(plain, strange))
            yield f"{measure.id}: comparators for areas not in `areas`: {names}."


def _of_initiative(programme: Programme, initiative: Initiative, base: Path) -> Iterator[str]:
    """Roles it needs that nobody offers, and a file of ties that is not there."""
    offered = set(programme.limits.capacity) if programme.limits else set()
    for role in initiative.needs:
        if offered and role not in offered:
            yield f"{initiative.id} needs {plain(role)}, of whom `limits.capacity` names none."
    ties = initiative.adoption.ties if initiative.adoption else None
    if initiative.adoption and ties and not initiative.adoption.tied:
        what = "no tie in the" if (base / ties).is_file() else "no"
        yield (
            f"{initiative.id}: {what} file {plain(ties)} beside the programme; "
            "its working ties are unknown."
        )


def _estimates(value: Any, at: str) -> Iterator[tuple[str, Estimate]]:
    """Every estimate inside, with where it stands."""
    if isinstance(value, Estimate):
        yield at, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _estimates(item, f"{at}[{getattr(item, 'id', i + 1)}]")
    elif hasattr(value, "__pydantic_fields__"):
        for name in type(value).model_fields:
            yield from _estimates(getattr(value, name), f"{at}.{name}" if at else name)
