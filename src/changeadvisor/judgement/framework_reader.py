"""Turns a written framework into one that can score, gathering every fault on the way."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from changeadvisor.errors import did_you_mean
from changeadvisor.facts import VOCABULARY, Fact
from changeadvisor.judgement.checking import FaultList, validated
from changeadvisor.judgement.conditions import literal_text
from changeadvisor.judgement.framework_file import (
    BandFile,
    CriterionFile,
    FrameworkFile,
    LevelsFile,
    LinearFile,
    StepsFile,
    ValueFile,
)
from changeadvisor.judgement.frameworks import (
    Band,
    Criterion,
    Framework,
    LevelPoints,
    LinearPoints,
    OwnNumber,
    StepPoints,
    ValueFunction,
)
from changeadvisor.model import canonical_json, digest
from changeadvisor.validation import Location, Place


def read_framework(
    data: object, place: Place, vocabulary: Mapping[str, Fact] = VOCABULARY
) -> Framework:
    """A framework from plain data; `place` tells where a value stands.

    Raises InputError with every fault.
    """
    return _FrameworkReader(validated(FrameworkFile, data, place), place, vocabulary).framework()


class _FrameworkReader:
    def __init__(self, file: FrameworkFile, place: Place, vocabulary: Mapping[str, Fact]) -> None:
        self.file, self.vocabulary = file, vocabulary
        self.faults = FaultList(file, place)

    def framework(self) -> Framework:
        """The framework, or InputError."""
        file = self.file
        read = [self._criterion(i, criterion) for i, criterion in enumerate(file.criteria)]
        bands = self._bands()
        for i, example in enumerate(file.tests):
            for name, value in example.given.items():
                at = ("tests", i, "given", name)
                self.faults.check_given(at, name, value, self.vocabulary)
        self.faults.raise_any()
        # The order in which criteria stand in the file changes nothing, so it is not kept.
        criteria = sorted((c for c in read if c is not None), key=lambda c: c.id)
        written = tuple(sorted(file.criteria, key=lambda c: c.id))
        return Framework(
            name=file.framework,
            version=file.version,
            title=file.title or file.framework,
            question=file.question,
            source=file.source or "",
            notes=file.notes,
            criteria=tuple(criteria),
            bands=bands,
            tests=file.tests,
            digest=digest(canonical_json(file.model_copy(update={"criteria": written}))),
        )

    def _criterion(self, i: int, file: CriterionFile) -> Criterion | None:
        """One criterion, or None where it cannot be scored."""
        at = ("criteria", i)
        if file.id in {c.id for c in self.file.criteria[:i]}:
            self.faults.add((*at, "id"), f"`{file.id}` again", "each id once")
        fact = self.vocabulary.get(file.fact)
        if fact is None:
            mend = did_you_mean(file.fact, self.vocabulary)
            expected = "a fact of the vocabulary"
            self.faults.add((*at, "fact"), f"unknown fact `{file.fact}`", expected, mend)
            return None
        value = self._value((*at, "value"), file.value, fact)
        if value is None:
            return None
        low, high = value.range
        return Criterion(
            id=file.id,
            title=file.title or fact.meaning,
            group=file.group or "",
            fact=file.fact,
            weight=file.weight,
            source=file.source or "",
            value=value,
            low=low,
            high=high,
        )

    def _value(self, at: Location, file: ValueFile, fact: Fact) -> ValueFunction | None:
        """How a fact becomes points; None where it cannot."""
        if isinstance(file, LevelsFile):
            return self._levels(at, file.__pydantic_extra__, fact)
        if fact.kind != "number":
            expected = f"`levels`: the fact takes {fact.expected()}"
            self.faults.add(at, f"`{file.kind}` for {fact.name}", expected)
            return None
        if isinstance(file, LinearFile):
            return self._linear(at, file)
        if isinstance(file, StepsFile):
            return self._steps(at, file)
        return OwnNumber(fact.low, fact.high)

    def _levels(self, at: Location, points: Mapping[str, float], fact: Fact) -> LevelPoints | None:
        values = {literal_text(value): value for value in fact.values}
        for name in points:
            if name not in values:
                expected = f"a level of {fact.name}: {', '.join(values)}"
                mend = did_you_mean(name, values)
                self.faults.add((*at, name), f"`{name}`", expected, mend)
        left_out = [name for name in values if name not in points]
        if left_out or not values:
            found = f"no points for {', '.join(left_out) or fact.name}"
            self.faults.add(at, found, "points for every level")
            return None
        known = {values[name]: number for name, number in points.items() if name in values}
        return LevelPoints(MappingProxyType(known))

    def _linear(self, at: Location, file: LinearFile) -> LinearPoints | None:
        if file.worst == file.best:
            found = f"worst and best both {file.best:g}"
            self.faults.add(at, found, "two different numbers")
            return None
        return LinearPoints(file.worst, file.best)

    def _steps(self, at: Location, file: StepsFile) -> StepPoints | None:
        *inner, last = file.steps
        ends: list[tuple[float, bool]] = []
        for step in inner:
            if step.upto is not None:
                ends.append((step.upto, True))
            elif step.below is not None:
                ends.append((step.below, False))
        endless = last.upto is None and last.below is None
        if not endless or len(ends) < len(inner) or not _rising([end for end, _ in ends]):
            expected = "rising ends (`upto` or `below`), and none on the last"
            self.faults.add((*at, "steps"), "steps out of order", expected)
            return None
        return StepPoints(tuple(ends), tuple(step.points for step in file.steps))

    def _bands(self) -> tuple[Band, ...]:
        """Bands best first, as written; `upto` bands rise, `from` bands fall."""
        written = self.file.bands
        nowhere = [None] * len(written)
        uptos, froms = [band.upto for band in written], [band.from_ for band in written]
        rising = froms == nowhere
        ends = uptos if rising else froms
        mixed = not rising and uptos != nowhere
        given = [end for end in ends if end is not None]
        in_order = _rising(given if rising else given[::-1])
        if mixed or None in ends[:-1] or not in_order:
            expected = "`upto` rising or `from` falling, one of the two, best first"
            self.faults.add(("bands",), "bands out of order", expected)
            return ()
        if len({band.answer for band in written}) < len(written):
            self.faults.add(("bands",), "an answer twice", "each band's answer once")
        return _with_both_ends(written, ends, rising)


def _rising(numbers: Sequence[float]) -> bool:
    return all(low < high for low, high in itertools.pairwise(numbers))


def _with_both_ends(
    written: Sequence[BandFile], ends: Sequence[float | None], rising: bool
) -> tuple[Band, ...]:
    """Each band begins where its neighbour ended; the shared number is in the one that names it."""
    bands = []
    before: float | None = None
    for file, end in zip(written, ends, strict=True):
        first = before is None
        low, high = (before, end) if rising else (end, before)
        bands.append(
            Band(
                answer=file.answer,
                low=-math.inf if low is None else low,
                high=math.inf if high is None else high,
                low_in=first or not rising,
                high_in=rising or first,
                meaning=file.meaning or "",
            )
        )
        before = end
    return tuple(bands)
