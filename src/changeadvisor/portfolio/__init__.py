"""Across initiatives: what stands in whose way, and which set to run within money and people.

`conflicts` what is asked of the same staff at the same time, and ways of leading that clash; `problem` a choice among
courses under limits, as numbers.
"""

from changeadvisor.portfolio.conflicts import (
    FROM_THE_TOP,
    NONE,
    QUARTERS,
    Answers,
    Conflict,
    Load,
    conflicts,
    load,
    notices,
)

__all__ = ["FROM_THE_TOP", "NONE", "QUARTERS", "Answers", "Conflict", "Load", "conflicts", "load", "notices"]
