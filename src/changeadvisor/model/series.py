"""The readings of a measure, each with the days between which it was true and became known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from changeadvisor.model.records import Every

COVERS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


class Reading(NamedTuple):
    """One reading, with its days."""

    period: dt.date
    """The first day of the period it covers."""
    middle: dt.date
    """The middle of what it covers."""
    known_on: dt.date
    """The day it became known."""
    value: float
    """What was read, in the measure's unit."""


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of a measure known by a date."""

    measure: str
    """The id of the measure."""
    every: Every | None
    """How often it is read; None: not known."""
    points: tuple[Reading, ...]
    """The readings, oldest first."""
    not_yet: tuple[dt.date, ...] = ()
    """The first days of periods that became known only later."""
