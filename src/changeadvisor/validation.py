"""Faults in plain words from pydantic's errors.

Where, what was found, what was expected, how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from changeadvisor.errors import Fault, nearest, plain

#: A path inside a document: keys and list positions from the top.
Location = tuple[str | int, ...]
Place = Callable[[Location], str]

_EXPECTED = {
    "bool_type": "true or false",
    "date_from_datetime_inexact": "a date without a time of day, such as 2026-09-30",
    "date_from_datetime_parsing": "a date such as 2026-09-30",
    "date_parsing": "a date such as 2026-09-30",
    "date_type": "a date such as 2026-09-30",
    "dict_type": "a map of names to values",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "a map of names to values",
    "model_type": "a map of names to values",
    "string_too_short": "some text",
    "string_type": "text",
    "tuple_type": "a list",
}
_BOUNDS = {"greater_than_equal": "≥", "greater_than": ">", "less_than_equal": "≤", "less_than": "<"}
_BOUND_KEYS = {"≥": "ge", ">": "gt", "≤": "le", "<": "lt"}


def faults_of(
    error: ValidationError, record: type[BaseModel], data: object, place: Place
) -> tuple[Fault, ...]:
    """Every error as a fault, in the order of the document; several at one place become one.

    record: the class that refused; data: what it was given; place: where a location stands.
    """
    found: dict[Location, list[Fault]] = {}
    details = [(detail, _real(detail["loc"], data)) for detail in error.errors(include_url=False)]
    holders = {other[:k] for _, other in details for k in range(len(other))}
    for detail, location in details:
        if location in holders and _other_form(detail, location, data):
            continue
        fault = _fault(detail, location, record, data, place)
        found.setdefault(location, [])
        if fault not in found[location]:
            found[location].append(fault)
    return tuple(_merged(faults) for faults in found.values())


def _other_form(detail: Any, location: Location, data: object) -> bool:
    """Whether a map was only held to be no single value.

    What is wrong inside it is told by itself.
    """
    return str(detail["type"]).endswith("_type") and isinstance(at(data, location), Mapping)


def _merged(faults: list[Fault]) -> Fault:
    """What several forms of one value expected, as one fault."""
    first = faults[0]
    if len(faults) == 1:
        return first
    expected = " or ".join(dict.fromkeys(f.expected for f in faults))
    mend = next((f.mend for f in faults if f.mend), "")
    return Fault(first.where, first.field, first.found, expected, mend, absent=first.absent)


def _real(location: tuple[int | str, ...], data: object) -> Location:
    """The location without the names of union branches, which are not in the data.

    A last name that is missing from the data is kept where it is a key that was expected.
    """
    path: list[str | int] = []
    here = data
    for i, part in enumerate(location):
        if _has(here, part):
            here = here[part]  # type: ignore[index]
        elif not (isinstance(here, Mapping) and i == len(location) - 1 and _is_key(part)):
            continue
        path.append(part)
    return tuple(path)


def _has(here: object, part: str | int) -> bool:
    if isinstance(here, list | tuple):
        return isinstance(part, int) and part < len(here)
    return isinstance(here, Mapping) and part in here


def _is_key(part: object) -> bool:
    return isinstance(part, str) and re.fullmatch(r"[a-z_]+", part) is not None


def at(data: object, location: Location) -> Any:
    """The value at a location, or None."""
    for part in location:
        if not _has(data, part):
            return None
        data = data[part]  # type: ignore[index]
    return data


def dotted(location: Location, data: object) -> str:
    """A location in words: `initiatives[reablement].path.dip`.

    List items by their id where they have one.
    """
    text = ""
    for i, part in enumerate(location):
        if isinstance(part, int):
            item = at(data, location[: i + 1])
            name = item.get("id") if isinstance(item, Mapping) else None
            text += f"[{plain(name, 60)}]" if isinstance(name, str) else f"[{part + 1}]"
        else:
            text += f".{plain(part, 60)}" if text else plain(part, 60)
    return text


def _fault(
    detail: Any, location: Location, record: type[BaseModel], data: object, place: Place
) -> Fault:
    kind = detail["type"]
    where, field = place(location), dotted(location, data)
    if kind == "missing":
        return Fault(where, field, "nothing", "this key")
    if kind == "extra_forbidden":
        keys = sorted(_keys(record, location[:-1], data))
        return Fault(
            where,
            field,
            f"unknown key `{plain(location[-1])}`",
            _listed(keys),
            _meant(location[-1], keys),
        )
    value = at(data, location)
    shown, absent = f"`{plain(_shown(value))}`", value is None
    if kind == "union_tag_not_found":
        actions = _listed(_actions(record, location, data))
        return Fault(where, field, shown, f"`action`, {actions}", absent=absent)
    known = _words(detail)
    if known:
        return Fault(
            where,
            field,
            f"`{plain(_tag(value, detail))}`",
            _listed(known),
            _meant(_tag(value, detail), known),
        )
    return Fault(where, field, shown, _expected(detail), check=kind, absent=absent)


def _shown(value: object) -> str:
    """A value as people would write it."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_shown(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tag(value: object, detail: Any) -> object:
    """The word that was wrong: of a union told apart by a key, the value of that key."""
    tag = detail.get("ctx", {}).get("tag")
    return value if tag is None else tag


def _words(detail: Any) -> list[str]:
    """The words a value may be, where it must be one of some."""
    context = detail.get("ctx", {})
    text = context.get("expected_tags") if detail["type"] == "union_tag_invalid" else None
    text = context.get("expected") if detail["type"] == "literal_error" else text
    return re.findall(r"'([^']*)'", text or "")


def _expected(detail: Any) -> str:
    """What was expected, in plain words; our own checks already speak plainly."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    if kind in _BOUNDS:
        sign = _BOUNDS[kind]
        return f"a number {sign} {context[_BOUND_KEYS[sign]]:g}"
    if kind == "too_short":
        return f"a list of at least {context['min_length']}"
    if kind == "too_long":
        return f"a list of at most {context['max_length']}"
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    return str(detail["msg"])


def _listed(words: list[str]) -> str:
    return "one of " + ", ".join(words) if words else "no key here"


def _meant(word: object, known: list[str]) -> str:
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def _keys(record: type[BaseModel], location: Location, data: object) -> set[str]:
    """The keys a record at a location may have, of every form it can take there."""
    return {name for r in _records(record, location, data) for name in _written(r)}


def _written(record: type[BaseModel]) -> dict[str, Any]:
    """What a record's keys may hold, by the key as people write it (`from`, not `from_`)."""
    return {field.alias or name: field.annotation for name, field in record.model_fields.items()}


def _actions(record: type[BaseModel], location: Location, data: object) -> list[str]:
    """The actions that tell the forms of a record at a location apart."""
    return sorted(action for r in _records(record, location, data) for action in _names(r))


def _records(record: type[BaseModel], location: Location, data: object) -> set[type[BaseModel]]:
    """Every form a record at a location may have."""
    records = {record}
    for i, part in enumerate(location):
        if isinstance(part, str):
            fields = [_written(r)[part] for r in records if part in _written(r)]
            records = {found for annotation in fields for found in _models(annotation)} or records
        records = _chosen(records, at(data, location[: i + 1]))
    return records


def _chosen(records: set[type[BaseModel]], value: object) -> set[type[BaseModel]]:
    """Of records told apart by `action`, the one the data names.

    Of those written as maps or not, the right ones.
    """
    if not isinstance(value, Mapping):
        return records
    maps = {r for r in records if not getattr(r, "WRITTEN_AS_LIST", False)} or records
    return {r for r in maps if value.get("action") in _names(r)} or maps


def _names(record: type[BaseModel]) -> tuple[str, ...]:
    return (
        get_args(record.model_fields["action"].annotation)
        if "action" in record.model_fields
        else ()
    )


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every record class inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
