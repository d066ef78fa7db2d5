"""The JSON Schemas of what goes in and what comes out.

What a field is stands as a string under it in the source, where mypy and people see it. pydantic
could collect these strings itself (`use_attribute_docstrings`), but does so whenever a class is
made: every import would read its own source. So they are read here, when a schema is asked for.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

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


@cache
def field_texts(cls: type) -> Mapping[str, str]:
    """What the string under each field of a class says, those of its bases included, by field."""
    texts: dict[str, str] = {}
    for owner in reversed(cls.__mro__):
        if owner.__module__.startswith("changeadvisor."):
            texts.update(_texts_in(owner))
    return texts


def _texts_in(owner: type) -> Iterator[tuple[str, str]]:
    """The fields of one class body that have a string under them."""
    for field, below in pairwise(_class_bodies(owner.__module__)[owner.__qualname__]):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
            continue
        if isinstance(below.value.value, str):
            text = inspect.cleandoc(below.value.value)
            yield field.target.id, " ".join(text.split())


@cache
def _class_bodies(module: str) -> Mapping[str, list[ast.stmt]]:
    """The body of each class at the top of a module, by name."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node.body for node in tree.body if isinstance(node, ast.ClassDef)}


class _FieldsDescribed(GenerateJsonSchema):
    """pydantic's schema with what stands under each field as its description."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a record."""
        cls: type[BaseModel] = schema["cls"]
        names = {f.alias: name for name, f in cls.model_fields.items() if f.alias}
        return _described(super().model_schema(schema), cls, names)

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """The schema of a dataclass."""
        fields = schema["schema"].get("fields", [])
        names = {f.get("serialization_alias"): f["name"] for f in fields}
        return _described(super().dataclass_schema(schema), schema["cls"], names)


def _described(schema: JsonSchemaValue, cls: type, names: Mapping[str, str]) -> JsonSchemaValue:
    """The schema of a class with its fields described; names: of those that have an alias."""
    texts = field_texts(cls)
    for key, value in schema.get("properties", {}).items():
        if (text := texts.get(names.get(key, key))) is not None:
            value["description"] = text
    return schema


def _programme() -> dict[str, Any]:
    from changeadvisor.model import Programme

    return Programme.model_json_schema(schema_generator=_FieldsDescribed)


def _advice() -> dict[str, Any]:
    from changeadvisor.advice import Advice

    return _of_dataclass(Advice)


def _difference() -> dict[str, Any]:
    from changeadvisor.whatif.difference import Difference

    return _of_dataclass(Difference)


def _of_dataclass(cls: type) -> dict[str, Any]:
    return TypeAdapter(cls).json_schema(
        mode="serialization", by_alias=True, schema_generator=_FieldsDescribed
    )


def _pack() -> dict[str, Any]:
    from changeadvisor.judgement import PackFile

    return PackFile.model_json_schema(schema_generator=_FieldsDescribed)


def _framework() -> dict[str, Any]:
    from changeadvisor.judgement.framework_file import FrameworkFile

    return FrameworkFile.model_json_schema(schema_generator=_FieldsDescribed)


_MAKERS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "programme": _programme,
    "advice": _advice,
    "difference": _difference,
    "pack": _pack,
    "framework": _framework,
}
