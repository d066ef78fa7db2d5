"""The parts that pages are put together from, and how single values are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from changeadvisor.advice import InitiativeAdvice
from changeadvisor.errors import plain
from changeadvisor.facts import VOCABULARY, FactSheet
from changeadvisor.report.charts import drawing
from changeadvisor.words import (
    NOT_KNOWN,
    day_text,
)


@dataclass(frozen=True, slots=True)
class PairView:
    """Two things that belong together: a name and what is said of it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """A chart, and the text that carries its finding."""

    chart: drawing.View
    """What it shows; a template draws it when the page is made."""
    alt: str

    @classmethod
    def of(cls, chart: drawing.View) -> PictureView:
        """A chart with its finding."""
        return cls(chart, drawing.alt_text(chart))


#: Which table it is, whatever its caption says.
TableKey = Literal[
    "set",
    "limits",
    "frontier",
    "gainers",
    "core",
    "alternatives",
    "downstream",
    "enablers",
    "order",
    "finishes",
    "delivery",
    "capacity",
    "load",
]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table.

    Caption, headings (the first is of the row), rows of words, and what a reader must know of it.
    """

    key: TableKey
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


def has_ended(item: InitiativeAdvice) -> bool:
    """Whether an initiative is closed."""
    return item.evidence.initiative.stage == "closed"


def day_or_unknown(day: dt.date | None) -> str:
    """A day, or that it is not known."""
    return NOT_KNOWN if day is None else day_text(day)


def fact_meaning(fact: str) -> str:
    """What a fact is about, for people."""
    if fact in VOCABULARY:
        return VOCABULARY[fact].meaning
    if fact.startswith("theory."):
        return "What a published model says"
    return "Score" if fact.startswith("score.") else fact


def value_in_words(sheet: FactSheet, name: str) -> str:
    """A fact's value in words, with its unit and where it comes from."""
    value, fact = sheet.get(name), VOCABULARY.get(name)
    if isinstance(value, frozenset):
        said = "raters differ: " + " or ".join(sorted(map(str, value)))
    elif isinstance(value, bool):
        said = "yes" if value else "no"
    elif isinstance(value, float):
        said = f"{value:g} {fact.unit if fact and fact.unit else ''}".strip()
    else:
        said = str(value)
    return f"{said} [{source}]" if (source := sheet.known[name].source) else said


def with_unit(figure: str, unit: str) -> str:
    """A figure with its unit, where it has one."""
    return f"{figure} {plain(unit)}" if unit else figure


def plain_value(value: Any) -> str:
    """A fact's value as it is written in a rule."""
    if isinstance(value, frozenset):
        return " or ".join(sorted(map(str, value)))
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
