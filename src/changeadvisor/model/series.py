"""TODO: what this module holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from changeadvisor.model.records import Every

COVERS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


class Reading(NamedTuple):
    """One reading.

    Its first day, the middle of what it covers, the day it became known, and its value.
    """

    period: dt.date
    middle: dt.date
    known_on: dt.date
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of a measure known by a date, oldest first.

    `not_yet`: periods that became known only later.
    """

    measure: str
    every: Every | None
    points: tuple[Reading, ...]
    not_yet: tuple[dt.date, ...] = ()
