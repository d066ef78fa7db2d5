"""The JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from changeadvisor.errors import InputError, did_you_mean, plain

#: The schemas there are, by name.
NAMES = ("programme", "advice", "difference", "pack", "framework")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of `programme`, `advice`, `difference`, `pack` or `framework`."""
    if name not in NAMES:
        expected = f"one of {', '.join(NAMES)}"
        raise InputError.one("NAME", f"`{plain(name)}`", expected, did_you_mean(name, NAMES))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:changeadvisor:{name}:1",
        **_MAKERS[name](),
    }


def _programme() -> dict[str, Any]:
    from changeadvisor.model import Programme

    return Programme.model_json_schema()


def _advice() -> dict[str, Any]:
    from pydantic import TypeAdapter

    from changeadvisor.advice import Advice

    return TypeAdapter(Advice).json_schema(mode="serialization", by_alias=True)


def _difference() -> dict[str, Any]:
    from pydantic import TypeAdapter

    from changeadvisor.whatif.difference import Difference

    return TypeAdapter(Difference).json_schema(mode="serialization", by_alias=True)


def _pack() -> dict[str, Any]:
    from changeadvisor.judgement import PackFile

    return PackFile.model_json_schema()


def _framework() -> dict[str, Any]:
    from changeadvisor.judgement.framework_file import FrameworkFile

    return FrameworkFile.model_json_schema()


_MAKERS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "programme": _programme,
    "advice": _advice,
    "difference": _difference,
    "pack": _pack,
    "framework": _framework,
}
