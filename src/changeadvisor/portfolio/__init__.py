"""Across initiatives: what stands in whose way, and which set to run within money and people.

`conflicts` what is asked of the same staff at the same time, and ways of leading that clash; `problem` a choice among
courses under limits, as numbers; `building` a programme put as such a choice; `choice` the best set, exactly;
`frontier` few against all; `selection` what is chosen and why.
"""

from changeadvisor.portfolio.building import NO_LOCKS, Locks, Setting, setting
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
from changeadvisor.portfolio.selection import (
    CapacityUse,
    FrontierPoint,
    Gainer,
    LimitCost,
    Pick,
    Selection,
    Totals,
    few_and_all,
    select,
)

__all__ = [
    "FROM_THE_TOP",
    "NONE",
    "NO_LOCKS",
    "QUARTERS",
    "Answers",
    "CapacityUse",
    "Conflict",
    "FrontierPoint",
    "Gainer",
    "LimitCost",
    "Load",
    "Locks",
    "Pick",
    "Selection",
    "Setting",
    "Totals",
    "conflicts",
    "few_and_all",
    "load",
    "notices",
    "select",
    "setting",
]
