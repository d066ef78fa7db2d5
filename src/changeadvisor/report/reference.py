"""Pages for reference.

Packs, frameworks, the vocabulary, published classes, the simulated spread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from changeadvisor.facts import Fact
from changeadvisor.judgement import (
    RulePack,
)
from changeadvisor.judgement.base_rates import ClassesFile
from changeadvisor.judgement.frameworks import Framework
from changeadvisor.model import Estimate, ReferenceClass
from changeadvisor.report.parts import plain_value
from changeadvisor.report.render import environment
from changeadvisor.report.route import spread_parameters
from changeadvisor.words import (
    OUTCOME_WORDS,
    fine_per_cent,
)


def pack_page(pack: RulePack) -> str:
    """A pack as Markdown people can read.

    Its parameters, and each rule with its reason, source and examples.
    """
    return (
        environment(False)
        .get_template("pack.md")
        .render(pack=pack, rules=_by_answer(pack), tests=_example)
    )


def framework_page(framework: Framework) -> str:
    """A framework as Markdown people can read.

    Its criteria, their weights and sources, and its bands.
    """
    return environment(False).get_template("framework.md").render(framework=framework)


def classes_page(file: ClassesFile) -> str:
    """The published reference classes as Markdown, with their sources."""
    return (
        environment(False)
        .get_template("reference-classes.md")
        .render(file=file, shares=shares_said, says=estimate_said)
    )


def shares_said(known: ReferenceClass) -> str:
    """The outcome shares of a class in per cent, as far as they are given; a dash where none is."""
    given = [(label, getattr(known, key)) for key, label in OUTCOME_WORDS.items()]
    said = [f"{label} {fine_per_cent(share)}" for label, share in given if share is not None]
    return ", ".join(said) or "–"


def estimate_said(estimate: Estimate | None) -> str:
    """A factor, or its P10, P50 and P90; a dash where it is not given."""
    if estimate is None:
        return "–"
    points = (
        (estimate.low,) if estimate.constant else (estimate.low, estimate.likely, estimate.high)
    )
    return " / ".join(f"{p:g}" for p in points)


def spread_page() -> str:
    """The parameters of the simulated spread as Markdown."""
    return environment(False).get_template("spread.md").render(**spread_parameters())


def vocabulary_page(vocabulary: Mapping[str, Fact]) -> str:
    """The vocabulary as Markdown, by name."""
    facts = [vocabulary[name] for name in sorted(vocabulary)]
    return environment(False).get_template("vocabulary.md").render(facts=facts)


def _by_answer(pack: RulePack) -> Mapping[str, Sequence[Any]]:
    return {a: [r for r in pack.rules if r.then == a] for a in pack.answers}


def _example(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{n} = {plain_value(v)}" for n, v in sorted(given.items())) or "nothing known"
