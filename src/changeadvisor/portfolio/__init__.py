"""Across initiatives: what stands in whose way, and which set to run within money and people.

`conflicts` what is asked of the same staff at the same time, and ways of leading that clash; `problem` a choice among
courses under limits, as numbers; `building` a programme put as such a choice; `solving` the solver; `choice` the best
set, exactly; `frontier` few against all; `fairness` depth against reach; `robust` what runs whatever the weights and
values; `joint` draws over all; `sequence` when to start and when it ends; `selection` what is chosen and why,
and `wanting` why nothing can be.
"""

from changeadvisor.portfolio.build import (
    NO_LOCKS,
    ChoiceProblem,
    Locks,
    choice_problem,
)
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
from changeadvisor.portfolio.fairness import Weighed, weighed
from changeadvisor.portfolio.joint import Delivered, delivered
from changeadvisor.portfolio.select import (
    Alternative,
    CapacityUse,
    FewAndAll,
    FindOut,
    FrontierPoint,
    Gainer,
    LimitCost,
    LimitKind,
    Pick,
    Robust,
    Selection,
    Totals,
    few_and_all,
    robust_choice,
    said,
    select,
)
from changeadvisor.portfolio.timing import (
    Delivery,
    Finish,
    Start,
    finishes,
    starts,
)

__all__ = [
    "FROM_THE_TOP",
    "NONE",
    "NO_LOCKS",
    "QUARTERS",
    "Alternative",
    "Answers",
    "CapacityUse",
    "ChoiceProblem",
    "Conflict",
    "Delivered",
    "Delivery",
    "FewAndAll",
    "FindOut",
    "Finish",
    "FrontierPoint",
    "Gainer",
    "LimitCost",
    "LimitKind",
    "Load",
    "Locks",
    "Pick",
    "Robust",
    "Selection",
    "Start",
    "Totals",
    "Weighed",
    "choice_problem",
    "conflicts",
    "delivered",
    "few_and_all",
    "finishes",
    "load",
    "notices",
    "robust_choice",
    "said",
    "select",
    "starts",
    "weighed",
]
