"""Across initiatives: what stands in whose way, and which set to run within money and people.

Analysis: `change_load` how many changes each staff group carries; `conflicts` what stands in whose
way. The choice: `problem` as numbers; `build` a programme put as such; `solver`; `choice` the best
set, exactly; `frontier` few against all; `fairness` depth against reach; `robust` what runs
whatever the weights and values; `timing` when to start and when it ends; `select` the set as
it is told, with `picks`, `limit_costs`, `few_and_all` and `robust_choice`.
`working` and `result` hold what comes out; `wording` and `wording_conflicts` tell it.
"""

from changeadvisor.portfolio.build import (
    NO_LOCKS,
    ChoiceProblem,
    Locks,
    choice_problem,
)
from changeadvisor.portfolio.change_load import FROM_THE_TOP, NONE, Answers, Load, load
from changeadvisor.portfolio.conflicts import Conflict, conflicts, notices
from changeadvisor.portfolio.fairness import Weighed, weighed
from changeadvisor.portfolio.few_and_all import few_and_all
from changeadvisor.portfolio.proposals import Merit, Proposal, Restore, allowed, proposals
from changeadvisor.portfolio.quarters import QUARTERS
from changeadvisor.portfolio.result import (
    Alternative,
    CapacityUse,
    Delivered,
    Delivery,
    FewAndAll,
    FindOut,
    Finish,
    FreeOptimum,
    FrontierPoint,
    Gainer,
    LimitCost,
    LimitKind,
    Pick,
    Robust,
    Selection,
    Start,
    Totals,
)
from changeadvisor.portfolio.robust_choice import robust_choice
from changeadvisor.portfolio.select import free_optimum, select
from changeadvisor.portfolio.timing import delivered, finishes, starts

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
    "FreeOptimum",
    "FrontierPoint",
    "Gainer",
    "LimitCost",
    "LimitKind",
    "Load",
    "Locks",
    "Merit",
    "Pick",
    "Proposal",
    "Restore",
    "Robust",
    "Selection",
    "Start",
    "Totals",
    "Weighed",
    "allowed",
    "choice_problem",
    "conflicts",
    "delivered",
    "few_and_all",
    "finishes",
    "free_optimum",
    "load",
    "notices",
    "proposals",
    "robust_choice",
    "select",
    "starts",
    "weighed",
]
