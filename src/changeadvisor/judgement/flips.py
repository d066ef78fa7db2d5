"""What would change the answer: levers on facts, and the smallest pull of each that does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from changeadvisor.facts import Fact, FactSheet, Single, Value
from changeadvisor.judgement import wording
from changeadvisor.judgement.explanation import Flip, shown_value
from changeadvisor.judgement.pack import RulePack, cut_points, members
from changeadvisor.judgement.pack_judgement import PackJudgement


@dataclass(frozen=True, slots=True)
class Lever:
    """A fact that can be pulled to see what changes."""

    fact: str
    before: Value
    """What it is now."""
    candidates: tuple[Single, ...]
    """Other single values, tried one by one."""
    sheet_at: Callable[[Single], FactSheet]
    """The sheet that a value would give."""
    width: float
    """The declared range that shares are of."""
    distance: Callable[[Single], float]
    """How far a value lies from what the fact is now."""
    span: tuple[float, float] | None = None
    """For a reading or another continuous number, the range to search (the change point is found by
    halving); None where the candidates are all."""
    label: str = ""
    """What to call the fact in words; its name where empty."""
    strides: int = 32
    """Strides of the search, each way."""


def default_levers(pack: RulePack, sheet: FactSheet) -> tuple[Lever, ...]:
    """A lever for every known fact of the pack; one that is a weight may be anything to its cap."""
    levers = []
    for name in pack.facts:
        if name in sheet:
            lever = lever_for(pack.vocabulary[name], sheet, cut_points(pack, name))
            cap = max((r.cap for r in pack.rules if r.weight_fact == name), default=None)
            levers.append(lever if cap is None else replace(lever, span=(-cap, cap)))
    return tuple(levers)


def lever_for(
    fact: Fact,
    sheet: FactSheet,
    cuts: Sequence[float],
    rebuilt: Callable[[FactSheet], FactSheet] = lambda sheet: sheet,
) -> Lever:
    """A lever on one known fact: its other levels, or the nearest numbers on either side of cuts.

    rebuilt: what else follows on a sheet once the fact is changed there.
    """
    before = sheet.known[fact.name].value

    def sheet_at(value: Single) -> FactSheet:
        return rebuilt(sheet.changed(fact.name, value))

    if fact.values:
        values = fact.values
        places = [values.index(v) for v in members(before)]

        def steps_away(value: Single) -> float:
            # To settle on a level that some of the raters gave already is half a step.
            return float(min(abs(values.index(value) - place) for place in places)) or 0.5

        others = tuple(value for value in values if before != value)
        width = len(values) - 1.0
        return Lever(fact.name, before, others, sheet_at, width, steps_away, label=fact.meaning)
    number = float(next(iter(members(before))))
    width = fact.high - fact.low
    # A small round step: about a thousandth of the range.
    grain = 10.0 ** math.floor(math.log10(width / 1000))
    around = tuple(round(cut + step, 12) for cut in cuts for step in (-grain, 0.0, grain))

    def away(value: Single) -> float:
        return abs(float(value) - number)

    return Lever(fact.name, before, around, sheet_at, width, away, label=fact.meaning)


def flips(judgement: PackJudgement, levers: Sequence[Lever]) -> tuple[Flip, ...]:
    """The smallest change of each fact that changes the answer, the smallest share first."""
    smallest = (_smallest(judgement, lever) for lever in levers)
    return tuple(sorted(filter(None, smallest), key=lambda flip: (flip.share, flip.fact)))


def _smallest(judgement: PackJudgement, lever: Lever) -> Flip | None:
    nearest_first = sorted(lever.candidates, key=lambda v: (lever.distance(v), str(v)))
    tried = next((v for v in nearest_first if _changes(judgement, lever, v)), None)
    searched = _change_point(judgement, lever)
    options = [value for value in (tried, searched) if value is not None]
    if not options:
        return None
    at = min(options, key=lever.distance)
    to = judgement.answer_on(lever.sheet_at(at))
    share = lever.distance(at) / lever.width if lever.width else 1.0
    change = wording.flip_text(lever, at, to)
    return Flip(to, change, lever.fact, shown_value(lever.before), at, share)


def _changes(judgement: PackJudgement, lever: Lever, value: Single) -> bool:
    return judgement.answer_on(lever.sheet_at(value)) != judgement.ledger.answer


def _change_point(judgement: PackJudgement, lever: Lever) -> float | None:
    """The nearest value of a continuous lever at which the answer differs; None where none is."""
    ways = _ways_outwards(lever)
    nearest: float | None = None
    reach = math.inf
    # Both ways in step; beyond the reach of what is found already nothing nearer can come.
    for k in range(1, lever.strides + 1):
        for way in list(ways):
            if lever.distance(way[k - 1]) < reach and _changes(judgement, lever, way[k]):
                ways.remove(way)
                point = _halved(judgement, lever, way[k - 1], way[k])
                if lever.distance(point) < reach:
                    nearest, reach = point, lever.distance(point)
    return nearest


def _ways_outwards(lever: Lever) -> list[list[float]]:
    """The strides of a search each way, from what the fact is now; none for other levers."""
    if lever.span is None or not isinstance(lever.before, int | float):
        return []
    start, strides = float(lever.before), lever.strides
    return [[start + (end - start) * k / strides for k in range(strides + 1)] for end in lever.span]


def _halved(judgement: PackJudgement, lever: Lever, same: float, other: float) -> float:
    """Where between two values the answer changes, to a 500th of the range."""
    width = max(lever.width, 1e-9)
    while abs(other - same) > width / 500:
        middle = (same + other) / 2
        if _changes(judgement, lever, middle):
            other = middle
        else:
            same = middle
    rounded = _rounded_outwards(other, same, width)
    return rounded if _changes(judgement, lever, rounded) else other


def _rounded_outwards(value: float, inner: float, width: float) -> float:
    """`value` with few digits, rounded away from `inner`."""
    grain = 10.0 ** math.floor(math.log10(width / 100))
    steps = math.ceil(value / grain - 1e-9) if value > inner else math.floor(value / grain + 1e-9)
    return round(steps * grain, 12)
