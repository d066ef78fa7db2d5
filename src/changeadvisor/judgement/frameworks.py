"""Frameworks: criteria turned into points, points into a score, the score into a band.

A missing fact widens the score to an interval; a band is given only when the whole interval lies in
it. Weights are never assumed. Additive value model (Keeney and Raiffa 1976).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, ValidationError

from changeadvisor import validation
from changeadvisor.errors import Fault, InputError, nearest
from changeadvisor.facts import (
    VOCABULARY,
    Fact,
    FactSheet,
    Known,
    Single,
    Value,
)
from changeadvisor.model import (
    Number,
    Positive,
    Record,
    Text,
    canonical_json,
    digest,
)

#: Scores that a framework remembers.
_REMEMBERED = 4096

Place = Callable[[tuple[str | int, ...]], str]


# --- what people write ----------------------------------------------------------------------------


class LinearFile(Record):
    """(x - worst) / (best - worst), held to 0 to 1."""

    kind: Literal["linear"]
    worst: Number
    best: Number


class PointsFile(Record):
    """The fact's own number."""

    kind: Literal["points"]


class LevelsFile(Record):
    """Points for each level, as further keys beside `kind`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)

    kind: Literal["levels"]


class StepFile(Record):
    """A number up to and with `upto` (or below `below`) gives `points`.

    The last step has no end.
    """

    upto: Number | None = None
    below: Number | None = None
    points: Number


class StepsFile(Record):
    """A number turned into points in steps, rising."""

    kind: Literal["steps"]
    steps: Annotated[tuple[StepFile, ...], Field(strict=False, min_length=2)]


ValueFile = Annotated[LinearFile | PointsFile | LevelsFile | StepsFile, Discriminator("kind")]


class CriterionFile(Record):
    """One criterion: a fact, how it becomes a value, and its weight."""

    id: Text
    title: Text | None = None
    group: Text | None = None
    fact: Text
    value: ValueFile
    weight: Positive
    source: Text | None = None


class BandFile(Record):
    """A band of scores, bounds included; `upto` rising, the last left out, or `from`."""

    upto: Number | None = None
    from_: Number | None = Field(default=None, alias="from")
    answer: Text
    meaning: Text | None = None


class ExpectedFile(Record):
    """What an example should give: a score, or the two ends of an interval, and a band."""

    score: Number | Annotated[tuple[Number, Number], Field(strict=False)] | None = None
    band: Text | None = None


class ExampleFile(Record):
    """An inline test."""

    it: Text
    given: dict[str, bool | Number | Text] = Field(default_factory=dict)
    expect: ExpectedFile


class FrameworkFile(Record):
    """A framework as written."""

    framework: Text
    version: Text
    title: Text | None = None
    question: Text
    method: Literal["additive"]
    source: Text | None = None
    notes: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    criteria: Annotated[tuple[CriterionFile, ...], Field(strict=False, min_length=1)]
    bands: Annotated[tuple[BandFile, ...], Field(strict=False, min_length=1)]
    tests: Annotated[tuple[ExampleFile, ...], Field(strict=False)] = ()


# --- a framework, ready to score ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion.

    points: from a value of its fact to its value; cuts: the numbers at which that changes or ends.
    """

    id: str
    title: str
    group: str
    fact: str
    weight: float
    source: str
    points: Callable[[Single], float]
    low: float
    high: float
    cuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from low to high, and whether each end belongs to it."""

    answer: str
    low: float
    high: float
    low_in: bool
    high_in: bool
    meaning: str

    def holds(self, score: float) -> bool:
        """Whether a score lies in the band."""
        above = score >= self.low if self.low_in else score > self.low
        return above and (score <= self.high if self.high_in else score < self.high)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one criterion adds.

    Points from low to high (equal where it is known), and what better would gain.
    """

    id: str
    title: str
    fact: str
    weight: float
    points_low: float
    points_high: float
    gain_available: float
    known: bool
    source: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A score between low and high, its band where the whole of it lies in one, and what it is made of."""

    framework: str
    title: str
    low: float
    high: float
    band: str | None
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    range: tuple[float, float]

    def known(self) -> dict[str, Known]:
        """The score as facts: the band where it is given, the total where it is a point."""
        facts = {}
        source = f"{self.title}: {self.low:g} on a scale of {self.range[0]:g} to {self.range[1]:g}"
        if self.band is not None:
            between = f"{self.title}: between {self.low:g} and {self.high:g}"
            facts[f"score.{self.framework}"] = Known(
                self.band, source if self.low == self.high else between
            )
        if self.low == self.high:
            facts[f"score.{self.framework}.total"] = Known(self.low, source)
        return facts


@dataclass(frozen=True, slots=True)
class WeightShift:
    """The smallest change of one weight that changes the band."""

    criterion: str
    before: float
    after: float
    band: str | None


@dataclass(frozen=True, slots=True)
class Framework:
    """Criteria and bands, ready to score. Smaller scores are better where `small_is_better`."""

    name: str
    version: str
    title: str
    question: str
    source: str
    notes: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    bands: tuple[Band, ...]
    tests: tuple[ExampleFile, ...]
    digest: str
    #: Its scores as facts, by what its criteria were: the same values come up again and again.
    _done: dict[tuple[Value | None, ...], Mapping[str, Known]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def read(
        cls, data: object, place: Place, vocabulary: Mapping[str, Fact] = VOCABULARY
    ) -> Framework:
        """A framework from plain data; `place` tells where a value stands.

        Raises InputError with every fault.
        """
        try:
            file = FrameworkFile.model_validate(data)
        except ValidationError as error:
            raise InputError(validation.faults_of(error, FrameworkFile, data, place)) from None
        return _Reader(file, place, vocabulary).framework()

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and largest score there can be."""
        return sum(c.weight * c.low for c in self.criteria), sum(
            c.weight * c.high for c in self.criteria
        )

    def facts(self) -> dict[str, Fact]:
        """The facts it writes: `score.<name>`, its bands best first, and `score.<name>.total`."""
        criteria = tuple(sorted({c.fact for c in self.criteria}))
        levels = MappingProxyType({b.answer: b.meaning or b.answer for b in self.bands})
        low, high = self.range
        worse: Literal["higher", "lower"] = (
            "higher" if self.bands[0].low < self.bands[-1].low else "lower"
        )
        name = f"score.{self.name}"
        band = Fact(
            name, self.title, "framework", f"What is its {self.title}?", levels, criteria=criteria
        )
        total = Fact(
            f"{name}.total",
            self.title,
            "framework",
            "",
            unit="points",
            low=low,
            high=high,
            worse=worse,
            criteria=criteria,
        )
        return {name: band, total.name: total}

    def known(self, sheet: FactSheet) -> Mapping[str, Known]:
        """The score of a sheet as facts."""
        met = tuple(sheet.get(c.fact) for c in self.criteria)
        found = self._done.get(met)
        if found is None:
            if len(self._done) >= _REMEMBERED:
                self._done.clear()
            found = self._done[met] = MappingProxyType(score(self, sheet).known())
        return found

    def cut_points(self, fact: str) -> tuple[float, ...]:
        """The numbers at which a fact's value changes step, or its line begins and ends."""
        return tuple(sorted({cut for c in self.criteria if c.fact == fact for cut in c.cuts}))


def score(framework: Framework, sheet: FactSheet) -> Scorecard:
    """Score one sheet. Where raters differ, or a fact is missing, the score is an interval."""
    parts = tuple(_contribution(c, sheet) for c in framework.criteria)
    low, high = (
        round(sum(getattr(p, end) for p in parts), 9) for end in ("points_low", "points_high")
    )
    missing = tuple(sorted({p.fact for p in parts if not p.known}))
    band = _band(framework, low, high)
    return Scorecard(
        framework.name, framework.title, low, high, band, parts, missing, framework.range
    )


def _band(framework: Framework, low: float, high: float) -> str | None:
    return next((b.answer for b in framework.bands if b.holds(low) and b.holds(high)), None)


def _contribution(criterion: Criterion, sheet: FactSheet) -> Contribution:
    value = sheet.get(criterion.fact)
    if value is None:
        points = [criterion.low, criterion.high]
    else:
        members = value if isinstance(value, frozenset) else (value,)
        points = [criterion.points(v) for v in members]
    low, high = criterion.weight * min(points), criterion.weight * max(points)
    best = criterion.weight * criterion.high
    return Contribution(
        id=criterion.id,
        title=criterion.title,
        fact=criterion.fact,
        weight=criterion.weight,
        points_low=low,
        points_high=high,
        gain_available=round(best - low, 9),
        known=value is not None,
        source=criterion.source,
    )


def smallest_shift(framework: Framework, sheet: FactSheet) -> WeightShift | None:
    """The smallest change of a single weight (not below 0) that changes the band.

    None where none does.

    With x the criterion's value, moving its weight by d moves the score by d·x: each band's ends
    give the d to try.
    """
    card = score(framework, sheet)
    if card.band is None or card.low != card.high:
        return None
    tried = [s for c in framework.criteria for s in _shifts(framework, sheet, c, card)]
    return min(tried, key=lambda s: (abs(s.after - s.before), s.criterion), default=None)


def _shifts(
    framework: Framework, sheet: FactSheet, criterion: Criterion, card: Scorecard
) -> Iterator[WeightShift]:
    value = sheet.get(criterion.fact)
    x = criterion.points(value) if value is not None and not isinstance(value, frozenset) else 0.0
    if x == 0:
        return
    edges = {e for b in framework.bands for e in (b.low, b.high) if abs(e) != float("inf")}
    for edge, nudge in itertools.product(sorted(edges), (0.0, 1e-6, -1e-6)):
        weight = round(criterion.weight + (edge - card.low) / x + nudge, 9)
        if weight >= 0:
            band = _band(framework, *(2 * [round(card.low + (weight - criterion.weight) * x, 9)]))
            if band != card.band:
                yield WeightShift(criterion.id, criterion.weight, weight, band)


# --- reading --------------------------------------------------------------------------------------


class _Reader:
    """Turns a written framework into one that can score, gathering every fault on the way."""

    def __init__(self, file: FrameworkFile, place: Place, vocabulary: Mapping[str, Fact]) -> None:
        self.file, self.place, self.vocabulary = file, place, vocabulary
        self.faults: list[Fault] = []

    def framework(self) -> Framework:
        """The framework, or InputError."""
        file = self.file
        criteria = tuple(
            c for i, f in enumerate(file.criteria) if (c := self._criterion(i, f)) is not None
        )
        bands = self._bands()
        self._examples()
        if self.faults:
            raise InputError(self.faults)
        canonical = file.model_copy(
            update={"criteria": tuple(sorted(file.criteria, key=lambda c: c.id))}
        )
        return Framework(
            name=file.framework,
            version=file.version,
            title=file.title or file.framework,
            question=file.question,
            source=file.source or "",
            notes=file.notes,
            criteria=tuple(sorted(criteria, key=lambda c: c.id)),
            bands=bands,
            tests=file.tests,
            digest=digest(canonical_json(canonical)),
        )

    def _fault(
        self, location: tuple[str | int, ...], found: str, expected: str, mend: str = ""
    ) -> None:
        field = validation.dotted(location, self.file.model_dump())
        self.faults.append(Fault(self.place(location), field, found, expected, mend))

    def _criterion(self, i: int, file: CriterionFile) -> Criterion | None:
        at = ("criteria", i)
        if file.id in {c.id for c in self.file.criteria[:i]}:
            self._fault((*at, "id"), f"`{file.id}` again", "each id once")
        fact = self.vocabulary.get(file.fact)
        if fact is None:
            near = nearest(file.fact, self.vocabulary)
            mend = f"did you mean `{near}`?" if near else ""
            self._fault(
                (*at, "fact"), f"unknown fact `{file.fact}`", "a fact of the vocabulary", mend
            )
            return None
        made = self._value((*at, "value"), file.value, fact)
        if made is None:
            return None
        points, low, high, cuts = made
        title = file.title or fact.meaning
        return Criterion(
            file.id,
            title,
            file.group or "",
            file.fact,
            file.weight,
            file.source or "",
            points,
            low,
            high,
            cuts,
        )

    def _value(self, at: tuple[str | int, ...], value: Any, fact: Fact) -> Any:
        """How a fact becomes a value: the function, its smallest and largest, and its cuts.

        None where it cannot.
        """
        if isinstance(value, LevelsFile):
            return self._levels(at, value.__pydantic_extra__, fact)
        if fact.kind != "number":
            self._fault(
                at, f"`{value.kind}` for {fact.name}", f"`levels`: the fact takes {fact.expected()}"
            )
            return None
        if isinstance(value, LinearFile):
            return self._linear(at, value)
        if isinstance(value, StepsFile):
            return self._steps(at, value)
        return float, fact.low, fact.high, ()

    def _levels(self, at: tuple[str | int, ...], points: Mapping[str, float], fact: Fact) -> Any:
        names = {_name(v): v for v in fact.values}
        for name in points:
            if name not in names:
                near = nearest(name, names)
                mend = f"did you mean `{near}`?" if near else ""
                self._fault(
                    (*at, name), f"`{name}`", f"a level of {fact.name}: {', '.join(names)}", mend
                )
        left_out = [n for n in names if n not in points]
        if left_out or not names:
            self._fault(
                at, f"no points for {', '.join(left_out) or fact.name}", "points for every level"
            )
            return None
        table = {names[n]: p for n, p in points.items() if n in names}
        return table.__getitem__, min(table.values()), max(table.values()), ()

    def _linear(self, at: tuple[str | int, ...], value: LinearFile) -> Any:
        if value.worst == value.best:
            self._fault(at, f"worst and best both {value.best:g}", "two different numbers")
            return None

        def points(x: Single) -> float:
            return max(0.0, min(1.0, (float(x) - value.worst) / (value.best - value.worst)))

        return points, 0.0, 1.0, tuple(sorted((value.worst, value.best)))

    def _steps(self, at: tuple[str | int, ...], value: StepsFile) -> Any:
        ends = [
            (s.upto, True) if s.upto is not None else (s.below, False) for s in value.steps[:-1]
        ]
        last = value.steps[-1]
        numbers = [e for e, _ in ends]
        bounded = all(e is not None for e in numbers) and last.upto is None and last.below is None
        if not bounded or any(
            a >= b for a, b in itertools.pairwise(e for e in numbers if e is not None)
        ):
            self._fault(
                (*at, "steps"),
                "steps out of order",
                "rising ends (`upto` or `below`), and none on the last",
            )
            return None
        given = [s.points for s in value.steps]

        def points(x: Single) -> float:
            number = float(x)
            past = (number > e if within else number >= e for e, within in ends if e is not None)
            return given[sum(past)]

        return points, min(given), max(given), tuple(e for e in numbers if e is not None)

    def _bands(self) -> tuple[Band, ...]:
        """Bands best first, as written; `upto` bands rise, `from` bands fall."""
        written = self.file.bands
        form = "from_" if any(b.from_ is not None for b in written) else "upto"
        ends = [getattr(b, form) for b in written]
        other = any(getattr(b, "upto" if form == "from_" else "from_") is not None for b in written)
        inner = ends[:-1]
        steady = all(e is not None for e in inner) and all(
            (a < b if form == "upto" else a > b)
            for a, b in itertools.pairwise(e for e in ends if e is not None)
        )
        if other or not steady:
            self._fault(
                ("bands",),
                "bands out of order",
                "`upto` rising or `from` falling, one of the two, best first",
            )
            return ()
        if len({b.answer for b in written}) < len(written):
            self._fault(("bands",), "an answer twice", "each band's answer once")
        return tuple(_placed(written, ends, form == "upto"))

    def _examples(self) -> None:
        for i, example in enumerate(self.file.tests):
            for name, value in example.given.items():
                fact = self.vocabulary.get(name)
                if fact is None or not fact.accepts(value):
                    expected = fact.expected() if fact else "a fact of the vocabulary"
                    near = nearest(value, fact.levels) if fact else nearest(name, self.vocabulary)
                    mend = f"did you mean `{near}`?" if near else ""
                    self._fault(("tests", i, "given", name), f"`{name}: {value}`", expected, mend)


def _placed(
    written: tuple[BandFile, ...], ends: list[float | None], rising: bool
) -> Iterator[Band]:
    """Bands with both ends.

    Each begins where its neighbour ended, the shared number in the one that names it.
    """
    infinity = float("inf")
    for i, (band, end) in enumerate(zip(written, ends, strict=True)):
        before = ends[i - 1] if i else None
        if rising:
            low, high = (
                (-infinity if before is None else before),
                (infinity if end is None else end),
            )
            yield Band(band.answer, low, high, before is None, True, band.meaning or "")
        else:
            low, high = (
                (-infinity if end is None else end),
                (infinity if before is None else before),
            )
            yield Band(band.answer, low, high, True, before is None, band.meaning or "")


def _name(value: Single) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- inline tests ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One inline test: what was expected and what came out."""

    rule: str
    it: str
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        """Whether it came out as expected."""
        return self.expected == self.found


def run_examples(framework: Framework) -> Iterator[ExampleResult]:
    """Every inline test of a framework."""
    for example in framework.tests:
        card = score(framework, FactSheet.of({n: _number(v) for n, v in example.given.items()}))
        wanted, found = [], []
        if example.expect.score is not None:
            ends = (
                example.expect.score
                if isinstance(example.expect.score, tuple)
                else (example.expect.score,) * 2
            )
            wanted.append(f"score {ends[0]:g} to {ends[1]:g}")
            found.append(f"score {card.low:g} to {card.high:g}")
        wanted.append(f"band {example.expect.band}")
        found.append(f"band {card.band}")
        yield ExampleResult(framework.name, example.it, ", ".join(wanted), ", ".join(found))


def _number(value: Any) -> Single:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
