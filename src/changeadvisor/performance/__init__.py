"""A measure against its own past, a standard and a target, and other areas.

`levels` readings with their times, and the recent level; `reading` one measure read three ways:
start there. `own_past` against its own past, from charts (`spc`) adjusted for autocorrelation and
season (`autocorrelation`); `aims` beside a standard and a target, with the chance of meeting them
(`forecast`, which also compares before with after); `comparators` beside other areas, on levels
that can be compared (`area_levels`) of areas that are alike (`neighbours`), with limits and ranks
(`compare`). `targets` what our targets measure; `corporate` a few measures that tell most of the
story; `wording` the sentences.
"""

from changeadvisor.performance.levels import (
    RECENT,
    Levels,
    Trend,
    against,
    comparable,
    noise,
    readings,
    rebased,
    recent_level,
    trend,
)

__all__ = [
    "RECENT",
    "Levels",
    "Trend",
    "against",
    "comparable",
    "noise",
    "readings",
    "rebased",
    "recent_level",
    "trend",
]
