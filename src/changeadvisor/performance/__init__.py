"""A measure against its own past, a standard, and its comparators.

`standing` reads the values and sets them beside baseline, target and standard; `spc` draws XmR charts.
"""

from changeadvisor.performance.levels import (
    RECENT,
    Audit,
    Standing,
    Trend,
    against,
    audit,
    comparable,
    noise,
    readings,
    rebased,
    recent_level,
    trend,
)

__all__ = [
    "RECENT",
    "Audit",
    "Standing",
    "Trend",
    "against",
    "audit",
    "comparable",
    "noise",
    "readings",
    "rebased",
    "recent_level",
    "trend",
]
