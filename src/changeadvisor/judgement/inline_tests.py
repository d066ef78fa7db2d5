"""The tests that stand inside packs and frameworks, run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from changeadvisor.facts import FactSheet
from changeadvisor.judgement import wording
from changeadvisor.judgement.checking import as_number
from changeadvisor.judgement.frameworks import Framework, score
from changeadvisor.judgement.pack import RulePack


@dataclass(frozen=True, slots=True)
class TestResult:
    """One inline test: what was expected and what came out."""

    __test__ = False  # not a pytest class

    rule: str
    """The rule that it tests, or the framework."""
    it: str
    """What the example shows, as written after `it`."""
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        """Whether it came out as expected."""
        return self.expected == self.found


def run_tests(tested: RulePack | Framework) -> Iterator[TestResult]:
    """Every inline test of a pack or a framework."""
    return _pack_results(tested) if isinstance(tested, RulePack) else _framework_results(tested)


def _pack_results(pack: RulePack) -> Iterator[TestResult]:
    for rule in pack.rules:
        for test in rule.tests:
            yield TestResult(rule.id, test.it, test.expect, rule.state(FactSheet.of(test.given)))


def _framework_results(framework: Framework) -> Iterator[TestResult]:
    for example in framework.tests:
        given = {name: as_number(value) for name, value in example.given.items()}
        card = score(framework, FactSheet.of(given))
        expected, found = [], []
        if example.expect.score is not None:
            ends = example.expect.score
            low, high = ends if isinstance(ends, tuple) else (ends, ends)
            expected.append(wording.example_score(low, high))
            found.append(wording.example_score(card.low, card.high))
        expected.append(f"band {example.expect.band}")
        found.append(f"band {card.band}")
        yield TestResult(framework.name, example.it, ", ".join(expected), ", ".join(found))
