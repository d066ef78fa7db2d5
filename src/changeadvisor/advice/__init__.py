"""From a programme to reasoned advice. Start reading at `advise`.

What other packages use is named here. Sentences for people stand in `wording` and
`arrangement_wording`; everything else returns numbers, keys and facts.
"""

from changeadvisor.advice.advise import Progress, advise, judge_initiative
from changeadvisor.advice.arrangement import order_of
from changeadvisor.advice.arrangement_wording import ARRANGEMENT_PARTS
from changeadvisor.advice.bulk import action_answers, route_sheets
from changeadvisor.advice.context import BareAnswer, WhatIfRun
from changeadvisor.advice.decisions import missing_overall
from changeadvisor.advice.derived import complete
from changeadvisor.advice.evidence import all_series
from changeadvisor.advice.measures import BesideYear, MeasureAdvice, MeasuresPart
from changeadvisor.advice.result import (
    PARTS,
    Advice,
    Chances,
    DecisionNeeded,
    Engine,
    InitiativeAdvice,
    MissingFact,
    PackUsed,
    Part,
    Portfolio,
    Route,
    to_data,
    to_json,
)
from changeadvisor.advice.spreading import SPREAD_BY, Spreading
from changeadvisor.advice.wording import ATTENTION

__all__ = [
    "ARRANGEMENT_PARTS",
    "ATTENTION",
    "PARTS",
    "SPREAD_BY",
    "Advice",
    "BareAnswer",
    "BesideYear",
    "Chances",
    "DecisionNeeded",
    "Engine",
    "InitiativeAdvice",
    "MeasureAdvice",
    "MeasuresPart",
    "MissingFact",
    "PackUsed",
    "Part",
    "Portfolio",
    "Progress",
    "Route",
    "Spreading",
    "WhatIfRun",
    "action_answers",
    "advise",
    "all_series",
    "complete",
    "judge_initiative",
    "missing_overall",
    "order_of",
    "route_sheets",
    "to_data",
    "to_json",
]
