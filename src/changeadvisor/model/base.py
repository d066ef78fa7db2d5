"""The record that all others are made from, and the small types of their fields."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from pydantic_core import PydanticCustomError

FORMAT = "changeadvisor/1"


class Record(BaseModel):
    """The base of all that is read: frozen, strict, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _date(value: object) -> object:
    """ISO text becomes a date; a moment (with a time of day) at midnight becomes its day."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() and value.tzinfo is None else value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value


def sorted_by(*keys: str) -> AfterValidator:
    """Sort a tuple of records by the named attributes (None first)."""

    def sort(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(sorted(items, key=lambda i: tuple(str(getattr(i, k) or "") for k in keys)))

    return AfterValidator(sort)


def sorted_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words whose order means nothing, by the alphabet."""
    return tuple(sorted(words))


def sorted_map(value: Mapping[str, Any]) -> dict[str, Any]:
    """A map whose order means nothing, by its keys."""
    return dict(sorted(value.items()))


def said_or_none(record: Any) -> Any:
    """A record in which nothing is said is none, so that every form of a programme is equal."""
    return None if record is None or record == type(record)() else record


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
        raise PydanticCustomError(
            "id", "letters, digits, `-`, `_` and `.` only, beginning with a letter or digit"
        )
    return value


Date = Annotated[dt.date, BeforeValidator(_date, json_schema_input_type=dt.date)]


Text = Annotated[str, Field(min_length=1)]


Id = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_identifier)]


Number = Annotated[float, Field(allow_inf_nan=False)]


Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


Count = Annotated[int, Field(ge=0)]


# A YAML list is a list; what is kept is a tuple, which cannot change.
Words = Annotated[tuple[Text, ...], Field(strict=False), AfterValidator(sorted_words)]


Ids = Annotated[tuple[Id, ...], Field(strict=False), AfterValidator(sorted_words)]
