"""YAML and JSON files as plain data: the one way in for whatever is written as a document.

The readers themselves are apart, one a form: `yaml_reader`, `json_reader`. Workbooks have their
own (`workbook_read`) and give the same `Document`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from changeadvisor.errors import InputError, plain
from changeadvisor.io import cells
from changeadvisor.io.json_reader import read_json
from changeadvisor.io.placed_data import Document, Location, Receipt
from changeadvisor.io.text_files import decode, read_bytes
from changeadvisor.io.yaml_reader import read_yaml


def read_document(path: Path) -> Document:
    """A YAML or JSON file as plain data with places.

    Raises InputError where it cannot be read at all.
    """
    text, notes = decode(read_bytes(path), path.name)
    return replace(parsed(text, path.name), receipt=Receipt(notes=notes))


def parsed(text: str, name: str) -> Document:
    """Text as a document: JSON where `name` ends so, else YAML.

    Raises InputError where it cannot be read at all.
    """
    read = read_json if name.lower().endswith(".json") else read_yaml
    document = read(text, name)
    if document.data is None and not document.faults:
        raise InputError.one(name, "nothing in it", "a map of names to values")
    return document


def without_unknown(document: Document) -> Document:
    """The document without values that say nobody knows (TBC, n/a, a dash), each with a note.

    In quotes such a text means what it says; an empty text stays as it is.
    """
    notes = list(document.receipt.notes)
    data = _known(document.data, (), document, notes)
    return replace(document, data=data, receipt=replace(document.receipt, notes=tuple(notes)))


def _known(value: Any, at: Location, document: Document, notes: list[str]) -> Any:
    """What is known of a value at a location; a note is added for each key left out."""
    if isinstance(value, list):
        return [_known(v, (*at, i), document, notes) for i, v in enumerate(value)]
    if not isinstance(value, dict):
        return value
    gone = {k for k, v in value.items() if v != "" and isinstance(v, str) and cells.unknown(v)}
    gone -= {k for k in gone if (*at, k) in document.quoted}
    for key in sorted(gone):
        place = document.place((*at, key))
        notes.append(f"{place} {plain(key)}: `{plain(value[key])}` is unknown")
    return {k: _known(v, (*at, k), document, notes) for k, v in value.items() if k not in gone}
