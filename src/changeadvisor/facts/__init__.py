"""The vocabulary of facts and the sheet of what is known of one initiative.

The seam between analysis and judgement.
"""

from changeadvisor.facts.sheet import (
    NOT_BEGUN,
    Fact,
    FactSheet,
    Known,
    Origin,
    Single,
    Value,
    can_be_known,
)
from changeadvisor.facts.vocabulary import VOCABULARY

__all__ = [
    "NOT_BEGUN",
    "VOCABULARY",
    "Fact",
    "FactSheet",
    "Known",
    "Origin",
    "Single",
    "Value",
    "can_be_known",
]
