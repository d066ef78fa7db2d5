"""Records and results as plain data: canonical JSON, JSON for people, and digests of it."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from typing import Any

from pydantic import (
    BaseModel,
)

from changeadvisor.model.records import tidy_number


def canonical_json(record: BaseModel) -> str:
    """A record as compact JSON: keys sorted, defaults left out, whole numbers without a point."""
    import json

    return json.dumps(
        _whole(record.model_dump(mode="json", exclude_defaults=True)),
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _whole(value: Any) -> Any:
    """Floats that are whole become integers, everywhere inside."""
    if isinstance(value, dict):
        return {k: _whole(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def to_plain(value: Any) -> Any:
    """A dataclass as plain data, numbers to ten significant digits."""
    from pydantic import TypeAdapter

    return _tidied(
        TypeAdapter(type(value) if is_dataclass(value) else Any).dump_python(
            value, mode="json", by_alias=True
        )
    )


def _tidied(value: Any) -> Any:
    """Numbers without the dust of binary fractions; minus nothing is nothing."""
    if isinstance(value, dict):
        return {k: _tidied(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_tidied(v) for v in value]
    return tidy_number(value) if isinstance(value, float) else value


def as_json(data: Any) -> str:
    """Plain data as JSON text, ending in a newline; nothing in it can move a terminal."""
    import json

    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    # JSON escapes control characters below a blank only; those above, and direction marks, could
    # move a terminal too.
    return (
        re.sub(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]", lambda m: f"\\u{ord(m[0]):04x}", text)
        + "\n"
    )


def digest(text: str) -> str:
    """The SHA-256 of a text, as `sha256:` and 64 hexadecimal digits."""
    import hashlib

    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
