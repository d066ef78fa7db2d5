"""Frameworks: criteria turned into points, points into a score, the score into a band.

A missing fact widens the score to an interval; a band is given only when the whole interval lies in
it. Weights are never assumed. Additive value model (Keeney and Raiffa 1976).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from changeadvisor.facts import Fact, FactSheet, Known, Single, Value
from changeadvisor.judgement import wording
from changeadvisor.judgement.framework_file import ExampleFile
from changeadvisor.judgement.pack import members

#: Scores that a framework remembers.
_REMEMBERED = 4096


# --- value functions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelPoints:
    """Points for each level of a fact, or for yes and no."""

    points: Mapping[Single, float]

    def of(self, value: Single) -> float:
        """The points of a level."""
        return self.points[value]

    @property
    def range(self) -> tuple[float, float]:
        """The fewest points and the most."""
        return min(self.points.values()), max(self.points.values())

    @property
    def cuts(self) -> tuple[float, ...]:
        """None: levels are no numbers."""
        return ()


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number that is its own points."""

    low: float
    high: float

    def of(self, value: Single) -> float:
        """The number itself."""
        return float(value)

    @property
    def range(self) -> tuple[float, float]:
        """The declared range of the fact."""
        return self.low, self.high

    @property
    def cuts(self) -> tuple[float, ...]:
        """None: nothing changes at any number."""
        return ()


@dataclass(frozen=True, slots=True)
class LinearPoints:
    """From 0 at the worst number to 1 at the best, and no further."""

    worst: float
    best: float

    def of(self, value: Single) -> float:
        """How far from the worst to the best."""
        return max(0.0, min(1.0, (float(value) - self.worst) / (self.best - self.worst)))

    @property
    def range(self) -> tuple[float, float]:
        """From 0 to 1."""
        return 0.0, 1.0

    @property
    def cuts(self) -> tuple[float, ...]:
        """The numbers at which the line begins and ends."""
        return tuple(sorted((self.worst, self.best)))


@dataclass(frozen=True, slots=True)
class StepPoints:
    """Points in steps, rising with the number."""

    ends: tuple[tuple[float, bool], ...]
    """The number at which each step but the last ends, and whether that still belongs to it."""
    points: tuple[float, ...]
    """The points of each step."""

    def of(self, value: Single) -> float:
        """The points of the step that a number lies on."""
        number = float(value)
        past = (number > end if within else number >= end for end, within in self.ends)
        return self.points[sum(past)]

    @property
    def range(self) -> tuple[float, float]:
        """The fewest points and the most."""
        return min(self.points), max(self.points)

    @property
    def cuts(self) -> tuple[float, ...]:
        """The numbers at which steps end."""
        return tuple(end for end, _ in self.ends)


ValueFunction = LevelPoints | OwnNumber | LinearPoints | StepPoints


# --- a framework ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion."""

    id: str
    title: str
    group: str
    fact: str
    """The fact it looks at."""
    weight: float
    """What its points are multiplied by."""
    source: str
    value: ValueFunction
    """How the fact becomes points."""
    low: float
    """The fewest points there can be, before the weight."""
    high: float
    """The most points there can be, before the weight."""


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from low to high."""

    answer: str
    low: float
    high: float
    low_in: bool
    """Whether the lower end belongs to it."""
    high_in: bool
    """Whether the upper end belongs to it."""
    meaning: str

    def holds(self, score: float) -> bool:
        """Whether a score lies in the band."""
        above = score >= self.low if self.low_in else score > self.low
        below = score <= self.high if self.high_in else score < self.high
        return above and below


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one criterion adds to the score."""

    id: str
    title: str
    fact: str
    weight: float
    points_low: float
    """The fewest points it may add, weighted."""
    points_high: float
    """The most points it may add, weighted; equal where the fact is known."""
    gain_available: float
    """What the best value would add above the fewest."""
    known: bool
    source: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A score and what it is made of."""

    framework: str
    title: str
    low: float
    """The lowest the score may be."""
    high: float
    """The highest it may be; equal where everything is known."""
    band: str | None
    """The band, where the whole of the score lies in one."""
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    """The facts that are not known, sorted."""
    range: tuple[float, float]
    """The smallest and largest score there can be."""

    def known(self) -> dict[str, Known]:
        """The score as facts: the band where it is given, the total where it is a point."""
        exact = self.low == self.high
        if exact:
            source = wording.score_on_scale(self.title, self.low, self.range)
        else:
            source = wording.score_between(self.title, self.low, self.high)
        facts = {}
        if self.band is not None:
            facts[f"score.{self.framework}"] = Known(self.band, source)
        if exact:
            facts[f"score.{self.framework}.total"] = Known(self.low, source)
        return facts


@dataclass(frozen=True, slots=True)
class Framework:
    """Criteria and bands, ready to score."""

    name: str
    version: str
    title: str
    question: str
    source: str
    notes: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    """By id."""
    bands: tuple[Band, ...]
    """Best first."""
    tests: tuple[ExampleFile, ...]
    digest: str
    _scores: dict[tuple[Value | None, ...], Mapping[str, Known]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Its scores as facts, by what its criteria were: the same values come up again and again."""

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and largest score there can be."""
        low = sum(c.weight * c.low for c in self.criteria)
        return low, sum(c.weight * c.high for c in self.criteria)

    def facts(self) -> dict[str, Fact]:
        """The facts it writes: `score.<name>`, its bands best first, and `score.<name>.total`."""
        name = f"score.{self.name}"
        criteria = tuple(sorted({c.fact for c in self.criteria}))
        rising = self.bands[0].low < self.bands[-1].low
        worse: Literal["higher", "lower"] = "higher" if rising else "lower"
        low, high = self.range
        band = Fact(
            name,
            self.title,
            "framework",
            wording.score_question(self.title),
            levels=MappingProxyType({b.answer: b.meaning or b.answer for b in self.bands}),
            criteria=criteria,
        )
        total = Fact(
            f"{name}.total",
            self.title,
            "framework",
            unit="points",
            low=low,
            high=high,
            worse=worse,
            criteria=criteria,
        )
        return {band.name: band, total.name: total}

    def known(self, sheet: FactSheet) -> Mapping[str, Known]:
        """The score of a sheet as facts."""
        values = tuple(sheet.get(c.fact) for c in self.criteria)
        facts = self._scores.get(values)
        if facts is None:
            if len(self._scores) >= _REMEMBERED:
                self._scores.clear()
            facts = self._scores[values] = MappingProxyType(score(self, sheet).known())
        return facts

    def cut_points(self, fact: str) -> tuple[float, ...]:
        """The numbers at which a fact's value changes step, or its line begins and ends."""
        return tuple(sorted({cut for c in self.criteria if c.fact == fact for cut in c.value.cuts}))


def score(framework: Framework, sheet: FactSheet) -> Scorecard:
    """Score one sheet. Where raters differ, or a fact is missing, the score is an interval."""
    parts = tuple(_contribution(c, sheet) for c in framework.criteria)
    # Rounded, so that a sum of decimals meets the end of a band that it should meet.
    low = round(sum(part.points_low for part in parts), 9)
    high = round(sum(part.points_high for part in parts), 9)
    return Scorecard(
        framework=framework.name,
        title=framework.title,
        low=low,
        high=high,
        band=next((b.answer for b in framework.bands if b.holds(low) and b.holds(high)), None),
        contributions=parts,
        missing=tuple(sorted({part.fact for part in parts if not part.known})),
        range=framework.range,
    )


def _contribution(criterion: Criterion, sheet: FactSheet) -> Contribution:
    value = sheet.get(criterion.fact)
    points = [criterion.low, criterion.high]
    if value is not None:
        points = [criterion.value.of(v) for v in members(value)]
    low, high = criterion.weight * min(points), criterion.weight * max(points)
    return Contribution(
        id=criterion.id,
        title=criterion.title,
        fact=criterion.fact,
        weight=criterion.weight,
        points_low=low,
        points_high=high,
        gain_available=round(criterion.weight * criterion.high - low, 9),
        known=value is not None,
        source=criterion.source,
    )
