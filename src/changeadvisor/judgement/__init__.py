"""Rule packs and the ledger: facts go in, a recommendation with its whole working comes out.

`pack_reader` reads rules, `ledger` counts them for one sheet, `recommendation` says why and what
would change the answer, `batch` judges a table at once, `lint` looks for faults in the rules
themselves. `frameworks` score facts, `theory` reads published models, `base_rates` what became of
changes like these. A `Rulebook` holds all that judges.
"""

from changeadvisor.judgement.explanation import (
    Disagreement,
    Flip,
    Missing,
    Reason,
    Rejected,
    Working,
    by_strength,
)
from changeadvisor.judgement.flips import Lever, lever_for
from changeadvisor.judgement.inline_tests import TestResult, run_tests
from changeadvisor.judgement.ledger import Ledger, judge, settle
from changeadvisor.judgement.pack import Rule, RulePack, RuleTest
from changeadvisor.judgement.pack_file import PackFile
from changeadvisor.judgement.pack_reader import read_pack
from changeadvisor.judgement.recommendation import Recommendation, recommend
from changeadvisor.judgement.theory import TheoryReading

__all__ = [
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
    "judge",
    "lever_for",
    "read_pack",
    "recommend",
    "run_tests",
    "settle",
]
