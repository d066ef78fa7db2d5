"""Rule packs and the ledger: facts go in, a recommendation with its whole working comes out.

`pack` reads rules, `ledger` counts them for one row, `recommendation` says why and what would change the answer,
`batch` judges a table at once, `lint` looks for faults in the rules themselves. `theory` reads published models.
"""

from changeadvisor.judgement.batch import BatchResult, columns_of, judge_batch
from changeadvisor.judgement.ledger import Ledger, judge, settle
from changeadvisor.judgement.pack import (
    PackFile,
    Rule,
    RulePack,
    RuleTest,
    TestResult,
    run_tests,
)
from changeadvisor.judgement.recommendation import (
    Disagreement,
    Flip,
    Lever,
    Missing,
    Reason,
    Recommendation,
    Rejected,
    Working,
    by_strength,
    lever_for,
    recommend,
    said,
)
from changeadvisor.judgement.theory import TheoryReading

__all__ = [
    "BatchResult",
    "Disagreement",
    "Flip",
    "Ledger",
    "Lever",
    "Missing",
    "PackFile",
    "Reason",
    "Recommendation",
    "Rejected",
    "Rule",
    "RulePack",
    "RuleTest",
    "TestResult",
    "TheoryReading",
    "Working",
    "by_strength",
    "columns_of",
    "judge",
    "judge_batch",
    "lever_for",
    "recommend",
    "run_tests",
    "said",
    "settle",
]
