"""Worlds of our own, in which the truth is known: what advice is worth beside rules of thumb and perfect foresight.

Each world is one initiative with its true curve, its noise and the true luck of every option. A programme file tells
the engine no more than a council would know. Reviews are played one after another under each way of deciding; the value
realised is counted in years of full benefit, so that all initiatives count alike.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from changeadvisor import trajectory
from changeadvisor.advice import Judges, answers
from changeadvisor.documents import read_document
from changeadvisor.errors import InputError
from changeadvisor.evidence import all_series
from changeadvisor.model import (
    Initiative,
    Programme,
    Record,
    ReferenceClass,
    Series,
    Share,
    add_months,
    months_between,
)
from changeadvisor.validation import faults_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Times = NDArray[np.float64]

NEVER = math.inf
ACTIONS = ("persist", "adjust-tactics", "adjust-strategy", "stop")
_MIXED = {"exponential": 0.3, "s": 0.25, "gompertz": 0.15, "step": 0.15, "fading": 0.15}
#: Where the programmes of the worlds begin, and what a year of full benefit is worth in them.
_START, _YEAR = dt.date(2021, 1, 1), 1_000_000.0
_PEOPLE = 500.0
#: What the register's P10, P50 and P90 are, for a middle value of 1.
_MONTHS, _DIP, _DIP_MONTH = (0.75, 1.0, 1.4), (0.5, 1.0, 1.6), (0.7, 1.0, 1.5)
#: Other new paths that a decider who knows only the present must reckon with.
_UNTRIED = 40

Range = Annotated[tuple[float, float], Field(strict=False)]


class OptionWorlds(Record):
    """How costs (in years of full benefit) and prospects of the options vary."""

    tactics_cost: Range = (0.05, 1.0)
    tactics_gain: Range = (0.02, 0.2)
    tactics_months: Range = (3.0, 9.0)
    strategy_cost: Range = (0.1, 1.0)
    strategy_full: Range = (0.2, 0.5)
    strategy_partial: Share = 0.22
    strategy_months: Range = (9.0, 20.0)
    stop_cost: Range = (0.0, 0.15)
    fade_months: Range = (3.0, 12.0)


class Worlds(Record):
    """What the worlds are like. Ranges are even; shares are of initiatives; noise is a share of the target gain."""

    full: Share = 0.42
    partial: Share = 0.23
    none: Share = 0.35
    noise: Range = (0.06, 0.3)
    ar: Range = (0.0, 0.5)
    seasonal: Share = 0.3
    season: Range = (0.5, 1.5)
    missing: Share = 0.08
    before: Annotated[int, Field(ge=0, le=36)] = 0
    shapes: dict[str, Share] = Field(default_factory=lambda: dict(_MIXED))
    months: Range = (10.0, 30.0)
    delay: Annotated[tuple[float, float, float], Field(strict=False)] = (0.9, 1.28, 1.8)
    dip: Range = (0.0, 0.5)
    dip_month: Range = (2.0, 7.0)
    deeper: Annotated[tuple[float, float, float], Field(strict=False)] = (0.8, 1.3, 2.2)
    spend: Range = (0.02, 1.0)
    after: Range = (0.0, 0.4)
    runs: Range = (18.0, 42.0)
    rate: Share = 0.035
    horizon: Annotated[float, Field(gt=0, le=60)] = 10.0
    reviews: Annotated[tuple[int, ...], Field(strict=False)] = (6, 9, 12, 15, 18, 21, 24)
    told: Annotated[tuple[float, float, float] | None, Field(strict=False)] = None
    options: OptionWorlds = Field(default_factory=OptionWorlds)

    @property
    def span(self) -> int:
        """Months from the start of a path to the end of what counts."""
        return self.reviews[0] + round(12 * self.horizon)

    @property
    def shares(self) -> tuple[float, float, float]:
        """True shares of full, partial and none."""
        return self.full, self.partial, self.none


# --- drawing worlds --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paths:
    """True paths, worlds x months, with the class each ends in (0 full, 1 partial, 2 none)."""

    progress: Grid
    kind: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Worlds drawn: true paths, readings (nan: missing), options with their luck, and what the plan says."""

    spec: Worlds
    old: Paths
    new: Paths
    readings: Grid
    plan: Mapping[str, Grid]
    gain: Grid
    gain_new: Grid
    noise: Grid
    untried: Callable[[int, int], Paths]

    @property
    def count(self) -> int:
        """How many worlds."""
        return len(self.old.kind)

    def some(self, rows: slice | NDArray[np.intp]) -> Drawn:
        """Some of the worlds."""
        old, new = (Paths(p.progress[rows], p.kind[rows]) for p in (self.old, self.new))
        plan = {n: v[rows] for n, v in self.plan.items()}
        gains, noise = (self.gain[rows], self.gain_new[rows]), self.noise[rows]
        return Drawn(self.spec, old, new, self.readings[rows], plan, *gains, noise, self.untried)

    def repeated(self, times: int) -> Drawn:
        """Every world so many times over."""
        import numpy as np

        return self.some(np.repeat(np.arange(self.count), times))


def draw(spec: Worlds, worlds: int, seed: int) -> Drawn:
    """Draw worlds; the seed fixes them."""
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    plan = _plan(spec, worlds, rng)
    old = _paths(spec, np.array(spec.shares)[None, :], plan["months"], plan["dip"], plan["dip_month"], rng)
    options = spec.options
    full = plan["strategy_full"]
    partial = np.full(worlds, options.strategy_partial)
    shares = np.stack([full, partial, 1.0 - full - partial], axis=1)
    new = _paths(spec, shares, plan["strategy_months"], plan["dip"], plan["dip_month"], rng)
    noise = _uniform(rng, spec.noise, worlds)
    readings = _noisy(spec, worlds, noise, rng)
    lost = rng.random(readings.shape) < spec.missing
    disturbance = np.where(lost, np.nan, readings)
    gain, gain_new = (_triangular(plan["gain"], rng) for _ in range(2))

    def untried(first: int, last: int) -> Paths:
        own = np.random.Generator(np.random.PCG64([seed, first]))
        rows = np.repeat(np.arange(first, last), _UNTRIED)
        months, dip, month = (plan[name][rows] for name in ("strategy_months", "dip", "dip_month"))
        return _paths(spec, shares[rows], months, dip, month, own)

    return Drawn(spec, old, new, disturbance, plan, gain, gain_new, noise, untried)


def _uniform(rng: Any, ends: Range, count: int) -> Grid:
    found: Grid = ends[0] + (ends[1] - ends[0]) * rng.random(count)
    return found


def _plan(spec: Worlds, worlds: int, rng: Any) -> dict[str, Grid]:
    """What the register says of each: middle values of its estimates."""
    import numpy as np

    options = spec.options
    ends = {
        "months": spec.months,
        "dip": spec.dip,
        "dip_month": spec.dip_month,
        "spend": spec.spend,
        "after": spec.after,
        "runs": spec.runs,
        "gain": options.tactics_gain,
        "strategy_full": options.strategy_full,
    }
    ends |= {n: getattr(options, n) for n in ("tactics_cost", "tactics_months", "strategy_cost", "strategy_months")}
    ends |= {n: getattr(options, n) for n in ("stop_cost", "fade_months")}
    found = {name: _uniform(rng, end, worlds) for name, end in ends.items()}
    found["dip_month"] = np.minimum(found["dip_month"], 0.4 * found["months"])
    return found


def _factor(ends: tuple[float, float, float], count: int, rng: Any) -> Grid:
    """A factor whose P10, P50 and P90 are about `ends`: a lognormal with its own spread each side."""
    import numpy as np

    z = rng.standard_normal(count)
    up, down = math.log(ends[2] / ends[1]) / 1.2816, math.log(ends[1] / ends[0]) / 1.2816
    found: Grid = ends[1] * np.exp(np.clip(z, -3.0, 3.0) * np.where(z > 0, up, down))
    return found


def _triangular(likely: Grid, rng: Any) -> Grid:
    """The luck of a gain whose P10 is 0 and whose P90 is two and a half times the likely one."""
    import numpy as np

    z = rng.standard_normal(len(likely))
    found: Grid = likely * np.where(z > 0, 1.0 + z * 1.5 / 1.2816, 1.0 + z / 1.2816)
    return found


def _paths(spec: Worlds, shares: Grid, months: Grid, dip: Grid, dip_month: Grid, rng: Any) -> Paths:
    """True paths from plans: later than planned, dips deeper than planned, ending as their class says."""
    import numpy as np

    count = len(months)
    kind = (rng.random(count)[:, None] > np.cumsum(shares, axis=1)[:, :2]).sum(axis=1)
    spread = rng.random(count)
    outcome = np.choose(kind, [0.8 + 0.4 * spread, 0.25 + 0.55 * spread, -0.2 + 0.45 * spread])
    delay, deeper = _factor(spec.delay, count, rng), _factor(spec.deeper, count, rng)
    # The register's three points mean what they say: the truth lies about them, and then it is later and deeper.
    length = months * _factor(_MONTHS, count, rng) * delay
    dip, dip_month = dip * _factor(_DIP, count, rng), dip_month * _factor(_DIP_MONTH, count, rng)
    t = np.asarray(np.arange(spec.span) + 0.5, dtype=np.float64)
    names = np.array(list(spec.shapes))
    shape = names[rng.choice(len(names), count, p=np.array(list(spec.shapes.values())) / sum(spec.shapes.values()))]
    start = rng.random(count)
    fade = 20.0 + 22.0 * rng.random(count)
    risen = _true_rise(shape, t, length, start, fade)
    b = np.maximum(dip_month * delay, 0.5)[:, None]
    dips = (dip * deeper)[:, None] * (t / b) * np.exp(1.0 - t / b)
    # The outcome is that of months 49 to 60, dip and all, unless it would need more than five times the way.
    scale = (outcome + dips[:, 48:60].mean(axis=1)) / np.maximum(risen[:, 48:60].mean(axis=1), 0.2)
    progress = scale[:, None] * risen - dips
    ended = progress[:, 48:60].mean(axis=1)
    return Paths(progress, np.where(ended >= 0.8, 0, np.where(ended >= 0.25, 1, 2)))


def _true_rise(shape: NDArray[np.str_], t: Grid, length: Grid, start: Grid, fade: Grid) -> Grid:
    """How paths truly rise: other formulas than those the engine reads by."""
    import numpy as np

    x = t[None, :] / length[:, None]
    begins = (0.3 + 0.7 * start)[:, None]
    s = 1.0 / (1.0 + np.exp(-9.0 * (x - 0.55))) - 1.0 / (1.0 + math.exp(4.95))
    step = np.clip((x - begins) / 0.05, 0.0, 1.0)
    fading = (1.0 - np.exp(-3.0 * x**1.3)) * (1.0 - 0.55 * np.clip((t[None, :] - fade[:, None]) / 24.0, 0.0, 1.0))
    kinds = {
        "exponential": 1.0 - np.exp(-2.5 * x),
        "s": s,
        "gompertz": np.exp(-5.0 * np.exp(-4.2 * x)),
        "step": step,
        "fading": fading,
    }
    found: Grid = np.select([(shape == name)[:, None] for name in kinds], list(kinds.values()))
    return found


def _noisy(spec: Worlds, worlds: int, noise: Grid, rng: Any) -> Grid:
    """Noise of readings, worlds x (months before the start and after it): scatter alike over time, some seasonal."""
    import numpy as np

    months = spec.before + spec.reviews[-1]
    rho = _uniform(rng, spec.ar, worlds)
    shocks = rng.standard_normal((worlds, months))
    found = np.empty_like(shocks)
    found[:, 0] = shocks[:, 0]
    for k in range(1, months):
        found[:, k] = rho * found[:, k - 1] + np.sqrt(1.0 - rho**2) * shocks[:, k]
    wave = np.where(rng.random(worlds) < spec.seasonal, _uniform(rng, spec.season, worlds), 0.0)
    phase = 2.0 * np.pi * rng.random(worlds)
    season = wave[:, None] * np.sin(2.0 * np.pi * (np.arange(months) + 0.5)[None, :] / 12.0 + phase[:, None])
    noisy: Grid = noise[:, None] * (found + season)
    return noisy


# --- what is realised ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decisions:
    """When each course was taken, in months since the path began; never is infinity."""

    tactics: Times
    strategy: Times
    stop: Times

    @classmethod
    def none(cls, count: int) -> Decisions:
        """All go on."""
        import numpy as np

        return cls(*(np.full(count, NEVER) for _ in range(3)))


def progress(drawn: Drawn, made: Decisions, rows: slice = slice(None)) -> Grid:
    """True progress under decisions, worlds x months."""
    return _progress(
        drawn.spec,
        drawn.old.progress[rows],
        drawn.new.progress[rows],
        {n: v[rows] for n, v in drawn.plan.items()},
        (drawn.gain[rows], drawn.gain_new[rows]),
        (made.tactics[rows], made.strategy[rows], made.stop[rows]),
    )


def _progress(
    spec: Worlds, old: Grid, new: Grid, plan: Mapping[str, Grid], gains: tuple[Grid, Grid], made: tuple[Times, ...]
) -> Grid:
    import numpy as np

    tactics, strategy, stop = (m[:, None] for m in made)
    t = np.arange(spec.span) + 0.5
    with np.errstate(invalid="ignore"):
        ramp = np.clip((t - tactics) / plan["tactics_months"][:, None], 0.0, 1.0)
        found = old + np.where(tactics < strategy, gains[0][:, None] * np.nan_to_num(ramp), 0.0)
        changed = np.isfinite(strategy)
        if changed.any():
            found = np.where(t > strategy, _fading(found, strategy, plan["fade_months"]) + _late(new, strategy), found)
            again = np.where(tactics > strategy, gains[1][:, None] * np.nan_to_num(ramp), 0.0)
            found = found + np.where(changed, again, 0.0)
        if np.isfinite(stop).any():
            found = np.where(t > stop, _fading(found, stop, plan["fade_months"]), found)
    return found


def _fading(path: Grid, since: Times, months: Grid) -> Grid:
    """What was gained by `since`, fading evenly."""
    import numpy as np

    n = path.shape[1]
    at = np.where(np.isfinite(since), since, 0).astype(int)
    level = (
        np.take_along_axis(path, np.clip(at - 1, 0, n - 1), 1) + np.take_along_axis(path, np.clip(at, 0, n - 1), 1)
    ) / 2
    gone = (np.arange(n) + 0.5 - at) / months[:, None]
    found: Grid = level * np.clip(1.0 - gone, 0.0, 1.0)
    return found


def _late(path: Grid, since: Times) -> Grid:
    """A path that begins at `since`."""
    import numpy as np

    at = np.where(np.isfinite(since), since, 0).astype(int)
    index = np.arange(path.shape[1])[None, :] - at
    return np.where(index >= 0, np.take_along_axis(path, np.maximum(index, 0), 1), 0.0)


def value(drawn: Drawn, made: Decisions) -> Grid:
    """Value realised by decisions from the first review on, in years of full benefit."""
    return _value(drawn.spec, progress(drawn, made), drawn.plan, (made.tactics, made.strategy, made.stop))


def _value(spec: Worlds, path: Grid, plan: Mapping[str, Grid], made: tuple[Times, ...]) -> Grid:
    import numpy as np

    tactics, strategy, stop = made
    first = spec.reviews[0]
    t = np.arange(spec.span)
    weights = np.where(t >= first, (1.0 + spec.rate) ** (-(t - first + 0.5) / 12.0), 0.0)
    ends = plan["runs"] + np.where(np.isfinite(tactics) & (tactics < strategy), 4.0, 0.0)
    ends = np.where(
        np.isfinite(strategy), strategy + 24.0 + np.where(np.isfinite(tactics) & (tactics > strategy), 4.0, 0.0), ends
    )
    runs = np.clip(ends[:, None] - t, 0.0, 1.0)
    live = (t[None, :] < stop[:, None]).astype(float)
    spent = (plan["spend"][:, None] * runs + plan["after"][:, None] * (1.0 - runs)) * live / 12.0
    found: Grid = (path / 12.0 - spent) @ weights
    for when, cost in ((tactics, "tactics_cost"), (strategy, "strategy_cost"), (stop, "stop_cost")):
        day = np.where(np.isfinite(when), when, first)
        paid = (1.0 + spec.rate) ** (-(day - first + 0.5) / 12.0)
        found = found - np.where(np.isfinite(when), plan[cost] * paid, 0.0)
    return found


# --- deciders who know the truth -------------------------------------------------------------------------------------


def foresight(drawn: Drawn) -> tuple[Grid, Flags]:
    """What perfect foresight gets, and where it would simply go on."""
    import numpy as np

    persist = value(drawn, Decisions.none(drawn.count))
    best = persist.copy()
    for made in _sequences(drawn.count, drawn.spec.reviews):
        best = np.maximum(best, value(drawn, made))
    return best, best <= persist + 1e-12


def _sequences(count: int, reviews: Sequence[int]) -> list[Decisions]:
    """All sequences of one or two courses at the reviews (after stopping nothing follows)."""
    import numpy as np

    found = []
    names = ("tactics", "strategy", "stop")
    for i, a in enumerate(reviews):
        for one in names:
            found.append({one: a})
            if one != "stop":
                found += [{one: a, two: b} for b in reviews[i + 1 :] for two in names if two != one]
    return [Decisions(*(np.full(count, float(made.get(n, NEVER))) for n in names)) for made in found]


def ceiling(drawn: Drawn) -> Grid:
    """What a decider gets who knows class and curve of what is, but not the luck of what is untried.

    Nothing is news to him while he goes on, so he plans his first change at the start: the best by expectation, with
    the reactions open to him once its luck is known, from the next review on. Then he reacts to what came.
    """
    import numpy as np

    found = np.empty(drawn.count)
    for first in range(0, drawn.count, 250):
        rows = slice(first, min(first + 250, drawn.count))
        found[rows] = _known(drawn.some(rows), drawn.untried(rows.start, rows.stop))
    return found


def _known(part: Drawn, other: Paths) -> Grid:
    """Plan the first change, then react to what came of it."""
    import numpy as np

    reviews, count = part.spec.reviews, part.count
    best, name, when = value(part, Decisions.none(count)), np.full(count, "", dtype="<U8"), np.full(count, NEVER)
    realised = best.copy()
    for month in reviews:
        for first in ("tactics", "strategy", "stop"):
            expected = _expected(part, other, first, float(month))
            better = expected > best + 1e-12
            best, when = np.where(better, expected, best), np.where(better, float(month), when)
            name[better] = first
    for month in reviews:
        for first in ("tactics", "strategy", "stop"):
            chosen = (name == first) & (when == float(month))
            if chosen.any():
                came = _reacted(part, first, float(month), part.new.progress, part.gain)
                realised = np.where(chosen, came, realised)
    return realised


def _likely(part: Drawn) -> Grid:
    """The mean gain of tactics: the luck is three-pointed, so it is not the likely one."""
    return part.plan["gain"] * (1.0 + 0.399 * (1.5 - 1.0) / 1.2816)


def _expected(part: Drawn, other: Paths, first: str, month: float) -> Grid:
    """Expected worth of a first change at one review, with the reactions open once its luck is known."""
    if first != "strategy":
        return _reacted(part, first, month, part.new.progress, _likely(part), told=True)
    many = part.repeated(_UNTRIED)
    worth = _reacted(many, first, month, other.progress, many.gain, told=True)
    mean: Grid = worth.reshape(part.count, _UNTRIED).mean(axis=1)
    return mean


def _reacted(part: Drawn, first: str, month: float, new: Grid, gain: Grid, *, told: bool = False) -> Grid:
    """Worth of a first change with the best reaction: to stop later, or to adjust the tactics of a new way.

    told: reactions that are untried count by their expectation; else by what came of them.
    """
    import numpy as np

    count, likely = part.count, _likely(part)

    def worth(luck: Grid, **times: float) -> Grid:
        made = tuple(np.full(count, times.get(n, NEVER)) for n in ("tactics", "strategy", "stop"))
        path = _progress(part.spec, part.old.progress, new, part.plan, (gain, luck), made)
        return _value(part.spec, path, part.plan, made)

    planned = came = worth(likely, **{first: month})
    later = [float(r) for r in part.spec.reviews if r > month] if first != "stop" else []
    tried: list[dict[str, float]] = [{first: month, "stop": r} for r in later]
    tried += [{first: month, "tactics": r} for r in later[:1] if first == "strategy"]
    for times in tried:
        hoped = worth(likely, **times)
        real = hoped if told or "tactics" not in times or first == "tactics" else worth(part.gain_new, **times)
        came = np.where(hoped > planned + 1e-12, real, came)
        planned = np.maximum(planned, hoped)
    return planned if told else came


# --- programmes ------------------------------------------------------------------------------------------------------


def programme(drawn: Drawn, made: Decisions, month: int, rows: Sequence[int]) -> Programme:
    """What the register says of some worlds at one review, and no more."""
    spec = drawn.spec
    path = progress(drawn, made)
    told = spec.told or spec.shares
    classes = [_class("worlds", spec, told)]
    measures, initiatives = [], []
    for w in rows:
        measures.append(_measure(drawn, path, w, month))
        initiative, own = _initiative(drawn, made, w)
        initiatives.append(initiative)
        classes += own
    return Programme.model_validate(
        {
            "format": "changeadvisor/1",
            "programme": "Simulated worlds",
            "as_of": add_months(_START, month) - dt.timedelta(days=1),
            "review_months": spec.reviews[1] - spec.reviews[0] if len(spec.reviews) > 1 else 3,
            "appraisal": {"discount_rate": spec.rate, "horizon_years": spec.horizon},
            "reference_classes": classes,
            "measures": measures,
            "initiatives": initiatives,
        },
        strict=False,
    )


def _class(name: str, spec: Worlds, shares: Sequence[float]) -> dict[str, Any]:
    full, partial, _ = shares
    return {
        "id": name,
        "full": full,
        "partial": partial,
        "none": 1.0 - full - partial,
        "delay": list(spec.delay),
        "deeper": list(spec.deeper),
        "source": "the worlds' own file",
    }


def _measure(drawn: Drawn, path: Grid, w: int, month: int) -> dict[str, Any]:
    """Readings of the months so far, the missing ones left out."""
    import numpy as np

    before = drawn.spec.before
    rows = []
    for k in range(-before, month):
        noise = drawn.readings[w, k + before]
        if not np.isnan(noise):
            level = float(path[w, k]) if k >= 0 else 0.0
            rows.append({"period": add_months(_START, k), "value": 50.0 + 10.0 * (level + float(noise))})
    return {"id": f"m{w}", "better": "higher", "every": "month", "kind": "external", "observations": rows}


def _estimate(middle: float, points: tuple[float, float, float], unit: float = 1.0) -> list[float]:
    return [unit * middle * p for p in points]


def _initiative(drawn: Drawn, made: Decisions, w: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One initiative as the register has it, after the decisions so far; a new strategy brings its own class."""
    plan = {n: float(v[w]) for n, v in drawn.plan.items()}
    tactics, strategy = float(made.tactics[w]), float(made.strategy[w])
    begun = strategy if strategy < NEVER else 0.0
    months = plan["strategy_months"] if strategy < NEVER else plan["months"]
    ends = begun + 24.0 if strategy < NEVER else plan["runs"]
    if begun <= tactics < NEVER:
        ends += 4.0
    return {
        "id": f"w{w}",
        "title": f"World {w}",
        "stage": "delivery",
        "started": _START,
        "ends": add_months(_START, round(ends)) - dt.timedelta(days=1),
        "reach": _PEOPLE,
        "impact": _YEAR / _PEOPLE,
        "spend": {"monthly": plan["spend"] * _YEAR / 12.0, "after": plan["after"] * _YEAR / 12.0},
        "reference_class": f"new{w}" if strategy < NEVER else "worlds",
        "path": {
            "measure": f"m{w}",
            "baseline": 50.0,
            "target": 60.0,
            "dip": _estimate(plan["dip"], _DIP, 10.0),
            "dip_month": _estimate(plan["dip_month"], _DIP_MONTH),
            "months_to_target": _estimate(months, _MONTHS),
            "since": add_months(_START, round(begun)),
        },
        "history": _history(plan, tactics, strategy),
        "options": _options(plan, tactics, strategy),
    }, [_new_class(drawn, plan, w)] if strategy < NEVER else []


def _new_class(drawn: Drawn, plan: Mapping[str, float], w: int) -> dict[str, Any]:
    full, partial = plan["strategy_full"], drawn.spec.options.strategy_partial
    return _class(f"new{w}", drawn.spec, (full, partial, 1.0 - full - partial))


def _gain(plan: Mapping[str, float]) -> list[float]:
    return [0.0, plan["gain"], 2.5 * plan["gain"]]


def _history(plan: Mapping[str, float], tactics: float, strategy: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if tactics < NEVER:
        on = add_months(_START, round(tactics))
        found.append({"on": on, "did": "adjust-tactics", "gain": _gain(plan), "months": plan["tactics_months"]})
    if strategy < NEVER:
        found.append({"on": add_months(_START, round(strategy)), "did": "adjust-strategy"})
    return found


def _options(plan: Mapping[str, float], tactics: float, strategy: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"action": "stop", "cost": plan["stop_cost"] * _YEAR, "fade_months": plan["fade_months"]}
    ]
    if tactics == NEVER:
        found.append(
            {
                "action": "adjust-tactics",
                "cost": plan["tactics_cost"] * _YEAR,
                "gain": _gain(plan),
                "months": plan["tactics_months"],
                "extends": 4,
            }
        )
    if strategy == NEVER:
        full = plan["strategy_full"]
        found.append(
            {
                "action": "adjust-strategy",
                "cost": plan["strategy_cost"] * _YEAR,
                "full": full,
                "partial": 0.22,
                "none": 1.0 - full - 0.22,
                "dip": _estimate(plan["dip"], _DIP, 10.0),
                "dip_month": _estimate(plan["dip_month"], _DIP_MONTH),
                "months_to_target": _estimate(plan["strategy_months"], _MONTHS),
                "runs": 24,
                "fade_months": plan["fade_months"],
            }
        )
    return found


# --- playing ---------------------------------------------------------------------------------------------------------

Decider = Callable[[Programme], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Played:
    """What a way of deciding did: `value` realised by world, `actions` advised at each review (worlds x reviews)."""

    value: Grid
    actions: NDArray[np.str_]


def play(drawn: Drawn, decide: Decider, *, batch: int = 250) -> Played:
    """Play all reviews under one way of deciding, given nothing but the programme file."""
    import numpy as np

    count, reviews = drawn.count, drawn.spec.reviews
    times = {n: np.full(count, NEVER) for n in ("tactics", "strategy", "stop")}
    actions = np.full((count, len(reviews)), "persist", dtype="<U16")
    for k, month in enumerate(reviews):
        running = np.flatnonzero(np.isinf(times["stop"]))
        actions[np.isfinite(times["stop"]), k] = "stopped"
        for first in range(0, len(running), batch):
            rows = running[first : first + batch].tolist()
            made = Decisions(**times)
            advice = decide(programme(drawn, made, month, rows))
            for w in rows:
                actions[w, k] = advice[f"w{w}"]
        for name, action in (("tactics", "adjust-tactics"), ("strategy", "adjust-strategy"), ("stop", "stop")):
            chosen = (actions[:, k] == action) & np.isinf(times[name])
            times[name] = np.where(chosen, float(month), times[name])
    return Played(value(drawn, Decisions(**times)), actions)


# --- ways of deciding -----------------------------------------------------------------------------------------------


def by_advice(judges: Judges, seed: int = 0) -> Decider:
    """The engine's own advice, as `advise --only action` gives it; no answer means to go on."""

    def decide(given: Programme) -> dict[str, str]:
        return {name: answer or "persist" for name, answer in answers(given, judges, seed=seed).items()}

    return decide


def by_worth(*, flexible: bool = True, corrected: bool = True, classed: bool = True) -> Decider:
    """The course of greatest mean worth alone; parts can be left out to see what each is worth.

    flexible: later choices count. corrected: delay and depth are corrected. classed: the class's shares are known.
    """

    def decide(given: Programme) -> dict[str, str]:
        classes = [_reduced(c, corrected=corrected, classed=classed) for c in given.reference_classes]
        known = given.model_copy(update={"reference_classes": tuple(classes)})
        series = all_series(known)
        return {i.id: _worthiest(known, i, series, flexible=flexible) for i in known.initiatives}

    return decide


def _reduced(reference: ReferenceClass, *, corrected: bool, classed: bool) -> ReferenceClass:
    gone: dict[str, Any] = {} if corrected else {"delay": None, "deeper": None}
    gone |= {} if classed else {"full": None, "partial": None, "none": None}
    return reference.model_copy(update=gone)


def _worthiest(known: Programme, initiative: Initiative, series: Mapping[str, Series], *, flexible: bool) -> str:
    measure = known.measure(initiative.path.measure if initiative.path else None)
    own = series[measure.id] if measure else None
    found = trajectory.read_trajectory(known, initiative, measure, own, 0)
    framed = "no path" if found is None else trajectory.frame(known, initiative, own, found)
    if found is None or isinstance(framed, str):
        return "persist"
    priced = trajectory.appraise(framed, found)
    means = {c: float((w.flexible if flexible else w.fixed).mean()) for c, w in priced.worth.items()}
    return max(means, key=lambda c: (means[c], c == "persist"))


def always(given: Programme) -> dict[str, str]:
    """Persist always."""
    return {i.id: "persist" for i in given.initiatives}


def first_red(given: Programme) -> dict[str, str]:
    """Stop at the first red."""
    return {i.id: "stop" if light == "red" else "persist" for i, light in _lights(given)}


def amber_red() -> Decider:
    """Amber twice running, then adjust tactics; red three times running, then stop."""
    seen: dict[str, list[str]] = {}

    def decide(given: Programme) -> dict[str, str]:
        return {i.id: _by_record(seen.setdefault(i.id, []), light, i) for i, light in _lights(given)}

    return decide


def _by_record(record: list[str], light: str, initiative: Initiative) -> str:
    record.append(light)
    if record[-3:] == ["red"] * 3:
        return "stop"
    can = any(o.action == "adjust-tactics" for o in initiative.options)
    return "adjust-tactics" if can and len(record) > 1 and "green" not in record[-2:] else "persist"


def _lights(given: Programme) -> list[tuple[Initiative, str]]:
    """A traffic light for each: green within a tenth of the way of a straight line to the target, red a third below."""
    found = []
    for initiative in given.initiatives:
        path = initiative.path
        measure = given.measure(path.measure if path else None)
        if path is None or measure is None or path.months_to_target is None or path.since is None:
            continue
        last = [o.value for o in measure.observations][-3:]
        months = months_between(path.since, given.as_of)
        due = min(1.0, months / path.months_to_target.likely)
        behind = due - (math.fsum(last) / max(len(last), 1) - 50.0) / 10.0
        found.append((initiative, "green" if behind < 0.1 else "amber" if behind < 1.0 / 3.0 else "red"))
    return found


def by_dice(kinds: NDArray[np.intp], seed: int) -> Decider:
    """DICE alone: woe is stopped, worry is adjusted; judged once, of those that fail two in three as woe or worry.

    How well DICE tells them apart is an assumption of the worlds (our judgement, not measured).
    """
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    zones = ("win", "worry", "woe")
    odds = ((0.6, 0.25, 0.15), (0.4, 0.35, 0.25), (0.3, 0.3, 0.4))
    zone = [zones[int(rng.choice(3, p=odds[k]))] for k in kinds]

    def decide(given: Programme) -> dict[str, str]:
        return {i.id: _by_zone(zone[int(i.id[1:])], i) for i in given.initiatives}

    return decide


def _by_zone(zone: str, initiative: Initiative) -> str:
    can = any(o.action == "adjust-tactics" for o in initiative.options)
    return "stop" if zone == "woe" else "adjust-tactics" if zone == "worry" and can else "persist"


# --- what came of it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """One way of deciding, and what came of it.

    value: mean, in years of full benefit. of_gap, of_ceiling: what it adds to always persisting, as a share of what
    perfect foresight adds, and of what knowing class and curve adds; low, high: 95 % limits of the latter (paired
    bootstrap). keepers_stopped: of those foresight would keep, the share ever advised to stop or change strategy.
    failures_left, failures_ended: of class none, the share ever advised away from persisting, and to stop or change
    strategy.
    """

    name: str
    value: float
    of_gap: float
    of_ceiling: float
    low: float
    high: float
    keepers_stopped: float
    failures_left: float
    failures_ended: float
    played: Played


def compare(
    spec: Worlds, worlds: int, seed: int, ways: Mapping[str, Decider], on_done: Callable[[str], None] | None = None
) -> list[Result]:
    """Play every way of deciding on the same worlds."""
    drawn = draw(spec, worlds, seed)
    persist = value(drawn, Decisions.none(worlds))
    (best, keep), known = foresight(drawn), ceiling(drawn)
    found = []
    for name, decide in ways.items():
        played = play(drawn, decide)
        found.append(_result(name, played, drawn, (persist, best, known), keep))
        if on_done is not None:
            on_done(name)
    return found


def _result(name: str, played: Played, drawn: Drawn, bounds: tuple[Grid, Grid, Grid], keep: Flags) -> Result:
    import numpy as np

    persist, best, known = bounds
    gain, gap, top = played.value - persist, best - persist, known - persist
    rng = np.random.Generator(np.random.PCG64(0))
    picks = rng.integers(0, drawn.count, (1000, drawn.count))
    ratios = gain[picks].mean(axis=1) / top[picks].mean(axis=1)
    ended: Flags = np.asarray(np.isin(played.actions, ["adjust-strategy", "stop"]).any(axis=1))
    left: Flags = np.asarray(ended | (played.actions == "adjust-tactics").any(axis=1))
    none: Flags = np.asarray(drawn.old.kind == 2)
    low, high = (float(q) for q in np.quantile(ratios, [0.025, 0.975]))
    return Result(
        name, float(played.value.mean()), float(gain.mean() / gap.mean()), float(gain.mean() / top.mean()), low, high,
        _share(ended[keep]), _share(left[none]), _share(ended[none]), played,
    )  # fmt: skip


def _share(flags: Flags) -> float:
    return float(flags.mean()) if flags.size else math.nan


def rules_of_thumb(drawn_kinds: NDArray[np.intp], seed: int) -> dict[str, Decider]:
    """The rules of thumb that advice is set beside."""
    return {
        "persist always": always,
        "stop at the first red": first_red,
        "amber twice adjust, red three times stop": amber_red(),
        "DICE alone": by_dice(drawn_kinds, seed),
    }


def worlds_of(path: Path | None, given: Programme | None, reference: str | None) -> Worlds:
    """What the worlds are like: from a YAML file, with the shares of a programme's reference class put in its place.

    Raises InputError with every fault.
    """
    spec = Worlds() if path is None else _read(path)
    if given is None:
        return spec
    known = [c.id for c in given.reference_classes]
    found = given.reference_class(reference or (known[0] if len(known) == 1 else None))
    if found is None:
        raise InputError.one("--class", reference or "none named", f"one of {', '.join(known) or 'none given'}")
    shares = trajectory.shares_of(found.full, found.partial, found.none)
    if shares is None:
        raise InputError.one(f"reference class {found.id}", "no shares", "`full`, `partial` and `none`")
    factors = {n: (e.low, e.likely, e.high) for n in ("delay", "deeper") if (e := getattr(found, n)) is not None}
    return spec.model_copy(update={"full": shares[0], "partial": shares[1], "none": shares[2], **factors})


def _read(path: Path) -> Worlds:
    document = read_document(path)
    if document.faults:
        raise InputError(document.faults)
    try:
        return Worlds.model_validate(document.data)
    except ValidationError as error:
        raise InputError(faults_of(error, Worlds, document.data, document.place)) from None
