"""One initiative read: what the results say of it, and what each course of action is worth."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from changeadvisor.model import (
    COVERS,
    AdjustStrategy,
    AdjustTactics,
    Estimate,
    GainByOutcome,
    Initiative,
    Measure,
    Programme,
    ReferenceClass,
    Series,
    Stop,
    months_between,
)
from changeadvisor.trajectory import courses, curves, posterior
from changeadvisor.trajectory.anyway import Observed, observed
from changeadvisor.trajectory.courses import Calendar, Options, Stakes, Stopping, Strategy, Tactics, Way, Worth
from changeadvisor.trajectory.curves import Curves, Plan, uniforms
from changeadvisor.trajectory.plan import since
from changeadvisor.trajectory.posterior import DRAWS, Posterior

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Reviews ahead that are valued one by one.
REVIEWS = 16
#: No gain at all.
NOTHING = Estimate.of(0.0)
#: Shares where neither a class nor an option gives any (flat, declared).
FLAT = (1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0)


Thing = TypeVar("Thing")


def given(value: Thing | None) -> Thing:
    """A value that an earlier check has found to be there."""
    if value is None:
        raise ValueError("asked for before it was checked")
    return value


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The reading: months since the path began, its readings, the posterior and the curves it rests on."""

    months: float
    observed: Observed | None
    curves: Curves
    posterior: Posterior
    shares: tuple[float, float, float]
    fixed: _Fixed
    seed: int

    @property
    def read(self) -> bool:
        """Whether it rests on results, and not on its class alone."""
        return self.observed is not None and self.observed.since > 0

    def progress(self, months: Grid) -> Grid:
        """Progress draw by draw at `months` since the path began, draws x months; 0 before."""
        import numpy as np

        p = self.posterior
        used, row = np.unique(p.curve, return_inverse=True)
        some = self.curves.rows(used)
        found = p.a[:, None] * some.rise(months)[row] - p.depth[:, None] * some.dip(months)[row]
        found = found + self.fixed.at(months, p.curve, p.kind)
        return np.where(np.asarray(months)[None, :] > 0.0, found, 0.0)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What earlier changes add to progress: gains rising from a month on, and what a changed strategy left behind.

    gains: month, months of the rise (curves), gain by class (three rows of curves).
    """

    gains: tuple[tuple[float, Grid, Grid], ...] = ()
    left: float = 0.0
    fade: Grid | None = None

    def by_class(self, months: Grid) -> tuple[Grid, Grid, Grid] | None:
        """For each class, curves x months."""
        if not self.gains and self.left == 0.0:
            return None
        a, b, c = (self._of(months, k) for k in range(3))
        return a, b, c

    def _of(self, months: Grid, kind: int) -> Grid:
        import numpy as np

        t = np.asarray(months, dtype=np.float64)[None, :]
        found = np.zeros((curves.CURVES, t.shape[1]))
        for on, rises, gain in self.gains:
            found = found + gain[kind][:, None] * np.clip((t - on) / np.maximum(rises, 1e-6)[:, None], 0.0, 1.0)
        if self.fade is not None:
            left = np.clip(1.0 - t / np.maximum(self.fade, 1e-6)[:, None], 0.0, 1.0)
            found = found + np.where(t > 0, self.left * left, 0.0)
        return found

    def at(self, months: Grid, curve: NDArray[np.intp], kind: NDArray[np.intp]) -> Grid | float:
        """Draw by draw, draws x months."""
        import numpy as np

        parts = self.by_class(months)
        return 0.0 if parts is None else np.stack(parts)[kind, curve]


def stream(seed: int, name: str) -> int:
    """The seed of one initiative's random stream: it belongs to (seed, name)."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big")


def shares_of(full: float | None, partial: float | None, none: float | None) -> tuple[float, float, float] | None:
    """Shares of the three classes; what is not given is split evenly (flat, declared). None where nothing is."""
    given = (full, partial, none)
    if all(s is None for s in given):
        return None
    rest = max(0.0, 1.0 - math.fsum(s for s in given if s is not None))
    blank = sum(s is None for s in given)
    a, b, c = (rest / blank if s is None else s for s in given)
    return a, b, c


def read_trajectory(
    programme: Programme, initiative: Initiative, measure: Measure | None, series: Series | None, seed: int
) -> Trajectory | None:
    """The Bayesian reading of one initiative. None where its path says too little to be read.

    series: the readings of its measure that can be compared with one another.
    """
    path = initiative.path
    if path is None or path.months_to_target is None or path.baseline is None or path.target is None:
        return None
    if path.baseline == path.target:
        return None
    reference = programme.reference_class(initiative.reference_class)
    own = stream(seed, initiative.id)
    plan = Plan(path.months_to_target, path.dip, path.dip_month, path.target - path.baseline)
    drawn = curves.draw(plan, reference, own)
    begun = since(initiative)
    months = months_between(begun, programme.as_of) if begun is not None and initiative.stage != "idea" else 0.0
    seen = observed(programme, initiative, measure, series) if measure and series and months > 0 else None
    fixed = _earlier(initiative, seen, series, own)
    shares = (shares_of(reference.full, reference.partial, reference.none) if reference else None) or FLAT
    found = posterior.read(drawn, _readings(seen, fixed), shares, own)
    return Trajectory(months, seen, drawn, found, shares, fixed, own)


def _readings(seen: Observed | None, fixed: _Fixed) -> posterior.Readings | None:
    import numpy as np

    if seen is None or not seen.since:
        return None
    return posterior.Readings(
        seen.months, np.asarray(seen.progress), seen.loose, fixed.by_class(np.asarray(seen.months))
    )


def _earlier(initiative: Initiative, seen: Observed | None, series: Series | None, seed: int) -> _Fixed:
    """What was changed on the way, since its path began (anew)."""
    import numpy as np

    begun = since(initiative)
    if begun is None or not initiative.history:
        return _Fixed()
    u = uniforms(seed ^ 0x71, curves.CURVES, 2 * len(initiative.history) + 1)
    gains = []
    for k, change in enumerate(initiative.history):
        if change.did != "adjust-tactics" or change.on < begun or change.gain is None or change.months is None:
            continue
        gain = np.stack([g.sample(u[2 * k]) for g in _by_class(change.gain)])
        gains.append((months_between(begun, change.on), change.months.sample(u[2 * k + 1]), gain))
    left = _left_behind(initiative, seen, series)
    return _Fixed(tuple(gains), left, 12.0 * u[-1] if left else None)


def _by_class(gain: Estimate | GainByOutcome) -> tuple[Estimate, Estimate, Estimate]:
    """A gain for each class; a class that is not mentioned gains nothing."""
    if isinstance(gain, Estimate):
        return gain, gain, gain
    nothing = Estimate.of(0.0)
    return gain.full or nothing, gain.partial or nothing, gain.none or nothing


def _left_behind(initiative: Initiative, seen: Observed | None, series: Series | None) -> float:
    """Progress of the old way when the strategy was changed: the mean of the last three readings before."""
    begun, path = since(initiative), initiative.path
    if seen is None or series is None or begun is None or path is None or path.target is None:
        return 0.0
    if not any(c.did == "adjust-strategy" and c.on == begun for c in initiative.history):
        return 0.0
    last = [p.value for p in series.points if p.middle < begun][-3:]
    return (math.fsum(last) / len(last) - seen.baseline) / (path.target - seen.baseline) if last else 0.0


def replaced(found: Trajectory, shares: tuple[float, float, float]) -> Trajectory:
    """The same initiative had it no results, with other shares of full, partial and none."""
    return replace(found, posterior=posterior.read(found.curves, None, shares, found.seed))


# --- the worth of each course ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What each course is worth, draw by draw, with what it rests on; `unpriced`: courses that cannot be, with why."""

    worth: Mapping[str, Worth]
    way: Way
    calendar: Calendar
    unpriced: Mapping[str, str]
    stakes: Stakes
    options: Options
    noise: tuple[Grid, Grid, Grid]
    cashable: Grid | None


def appraise(programme: Programme, initiative: Initiative, series: Series | None, found: Trajectory) -> Appraisal | str:
    """The worth of every course that can be priced, or why none can be."""
    import numpy as np

    lacking = _lacking(programme, initiative)
    if lacking:
        return "the worth of no course can be said: " + ", ".join(lacking)
    calendar = _calendar(programme, initiative, series)
    months, points = _grid(found, calendar)
    progress = found.progress(np.concatenate([months, points]))
    way = Way(progress[:, : len(months)], progress[:, len(months) :])
    stakes = _stakes(programme, initiative, found)
    options, unpriced = _options(programme, initiative, found, calendar)
    noise = _noise(found, series, calendar)
    worth = courses.appraise(way, stakes, options, calendar, noise)
    if initiative.stage == "idea":
        # Of what has not begun, stopping means not to start.
        worth["stop"] = Worth(np.zeros(DRAWS), np.zeros(DRAWS))
        unpriced = {c: why for c, why in unpriced.items() if c != "stop"}
    saved = initiative.cashable
    cashable = None if saved is None else saved.sample(uniforms(found.seed ^ 0xD9, DRAWS, 1)[0])
    return Appraisal(worth, way, calendar, unpriced, stakes, options, noise, cashable)


def _lacking(programme: Programme, initiative: Initiative) -> list[str]:
    """What is missing for any present value."""
    rules, spend = programme.appraisal, initiative.spend
    needed = {
        "`appraisal discount_rate` is not given": rules is None or rules.discount_rate is None,
        "`appraisal horizon_years` is not given": rules is None or rules.horizon_years is None,
        "`reach` is not given": initiative.reach is None,
        "`impact` is not given": initiative.impact is None,
        "`spend monthly` is not given": spend is None or spend.monthly is None,
        "`spend after` is not given": spend is None or spend.after is None,
        "`ends` is not given": initiative.ends is None,
    }
    return [text for text, missing in needed.items() if missing]


def _calendar(programme: Programme, initiative: Initiative, series: Series | None) -> Calendar:
    """Months, reviews to come, and which readings each of them will have seen."""
    rules = given(programme.appraisal)
    months = max(1, round(given(rules.horizon_years) * 12))
    ends = initiative.lasts_until
    alive = months_between(programme.as_of, ends) if ends is not None else float(months)
    step = programme.review_months
    reviews = tuple(range(step, min(months, step * REVIEWS + 1), step)) if step else ()
    windows, seen = _windows(programme, initiative, series, reviews, step or 1)
    return Calendar(months, max(alive, 0.0), reviews, windows, seen, given(rules.discount_rate))


def _windows(
    programme: Programme, initiative: Initiative, series: Series | None, reviews: Sequence[int], step: int
) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
    """Windows of readings to come, a review period's worth each, and how many each review will have seen."""
    measure = programme.measure(initiative.path.measure if initiative.path else None)
    if not reviews or measure is None:
        return ((0,),), tuple(0 for _ in reviews)
    covers = COVERS[(series.every if series else None) or measure.every or "month"]
    size = max(1, step // covers) * covers
    lag = measure.lag_days / 30.4375
    first = _first_unseen(programme, series, covers)
    count = max(1, math.floor((reviews[-1] - lag - first) / size))
    windows = tuple(tuple(max(0, round(first + k * size) + m) for m in range(size)) for k in range(count))
    ends = [first + (k + 1) * size + lag for k in range(count)]
    return windows, tuple(sum(e <= r + 0.1 for e in ends) for r in reviews)


def _first_unseen(programme: Programme, series: Series | None, covers: int) -> float:
    """When the first period that is not yet known begins, in months from today."""
    if series is None or not series.points:
        return 0.0
    last = series.points[-1].period
    return max(months_between(programme.as_of, last) + covers, -12.0)


def _grid(found: Trajectory, calendar: Calendar) -> tuple[Grid, Grid]:
    """Months since the path began: the middle of each month to come, and each point of choice."""
    import numpy as np

    ahead = np.asarray(found.months + np.arange(calendar.months) + 0.5, dtype=np.float64)
    points: Grid = found.months + np.array([0.0, *calendar.reviews])
    return ahead, points


def _stakes(programme: Programme, initiative: Initiative, found: Trajectory) -> Stakes:
    import numpy as np

    u = uniforms(found.seed ^ 0xA5, DRAWS, 5)
    reach, impact, spend = given(initiative.reach), given(initiative.impact), given(initiative.spend)
    reference = programme.reference_class(initiative.reference_class)
    overrun = reference.overrun.sample(u[4]) if reference and reference.overrun else np.ones(DRAWS)
    path = initiative.path
    return Stakes(
        benefit=reach.sample(u[0]) * impact.sample(u[1]) / 12.0,
        spend=given(spend.monthly).sample(u[2]) * overrun,
        after=given(spend.after).sample(u[3]) * overrun,
        ends=max(0.0, months_between(programme.as_of, given(initiative.ends))),
        cap=path.cap if path is not None and path.cap is not None else math.inf,
    )


def _options(
    programme: Programme, initiative: Initiative, found: Trajectory, calendar: Calendar
) -> tuple[Options, dict[str, str]]:
    """The options that can be priced, and why the others cannot."""
    unpriced: dict[str, str] = {}
    built = Options()
    for option in initiative.options:
        lacks = _lacks(option)
        if lacks:
            unpriced[option.action] = "its " + ", ".join(f"`{name}`" for name in lacks) + " is not given"
        elif isinstance(option, Stop):
            built = replace(built, stop=_stopping(option, found))
        elif isinstance(option, AdjustTactics):
            built = replace(built, tactics=_tactics(option, found, found.posterior.kind))
    strategy = next((o for o in initiative.options if isinstance(o, AdjustStrategy) and not _lacks(o)), None)
    if strategy is not None:
        reference = programme.reference_class(initiative.reference_class)
        built = replace(built, strategy=_strategy(strategy, initiative, reference, found, calendar))
    return built, unpriced


def _lacks(option: AdjustTactics | AdjustStrategy | Stop) -> list[str]:
    """What an option lacks to be priced."""
    needed = {
        "stop": ("cost", "fade_months"),
        "adjust-tactics": ("cost", "gain", "months"),
        "adjust-strategy": ("cost", "full", "months_to_target", "runs", "fade_months"),
    }[option.action]
    return [name for name in needed if getattr(option, name) is None]


def _stopping(option: Stop, found: Trajectory) -> Stopping:
    return Stopping(given(option.cost).sample(uniforms(found.seed ^ 0xB1, DRAWS, 1)[0]), given(option.fade_months))


def _tactics(option: AdjustTactics, found: Trajectory, kind: NDArray[np.intp]) -> Tactics:
    import numpy as np

    u = uniforms(found.seed ^ 0xB2, DRAWS, 3)
    gains = np.stack([g.sample(u[1]) for g in _by_class(option.gain or NOTHING)])
    return Tactics(
        given(option.cost).sample(u[0]),
        gains[kind, np.arange(DRAWS)],
        given(option.months).sample(u[2]),
        option.extends or 0.0,
    )


def _strategy(
    option: AdjustStrategy,
    initiative: Initiative,
    reference: ReferenceClass | None,
    found: Trajectory,
    calendar: Calendar,
) -> Strategy:
    """The new path as its own plan says, its ranges corrected by the same reference class."""
    import numpy as np

    path = given(initiative.path)
    span = given(path.target) - given(path.baseline)
    plan = Plan(given(option.months_to_target), option.dip, option.dip_month, span)
    seed = found.seed ^ 0xB3
    shares = shares_of(option.full, option.partial, option.none) or FLAT
    drawn = curves.draw(plan, reference, seed)
    prior = shuffled(posterior.read(drawn, None, shares, seed), seed)
    months = np.concatenate([np.arange(calendar.months) + 0.5, np.array([0.0, *calendar.reviews])])
    new = Trajectory(0.0, None, drawn, prior, shares, _Fixed(), seed).progress(months)
    tactics = next((o for o in initiative.options if isinstance(o, AdjustTactics) and not _lacks(o)), None)
    return Strategy(
        given(option.cost).sample(uniforms(seed, DRAWS, 1)[0]),
        Way(new[:, : calendar.months], new[:, calendar.months :]),
        given(option.runs),
        given(option.fade_months),
        _tactics(tactics, found, prior.kind) if tactics else None,
    )


def shuffled(drawn: Posterior, seed: int) -> Posterior:
    """The same draws in an order that has nothing to do with any other's."""
    import numpy as np

    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(drawn.a))
    arrays = {n: getattr(drawn, n)[order] for n in ("kind", "curve", "a", "depth", "scatter", "correlation")}
    return replace(drawn, **arrays)


def _noise(found: Trajectory, series: Series | None, calendar: Calendar) -> tuple[Grid, Grid, Grid]:
    """Scatter of the mean of a window, correlation of neighbouring windows, and shocks."""
    import numpy as np
    from scipy.special import ndtri

    p = found.posterior
    covers = COVERS[series.every] if series is not None and series.every else 1
    size = max(1, len(calendar.windows[0]) // covers)
    rho = p.correlation**covers
    lags = np.arange(size)
    within = size + 2.0 * sum((size - k) * rho**k for k in lags[1:])
    across = sum(rho ** (a + b + 1.0) for a in lags for b in lags)
    u = uniforms(found.seed ^ 0xC7, DRAWS, len(calendar.windows))
    return p.scatter * np.sqrt(within) / size, across / within, ndtri(np.clip(u, 1e-6, 1 - 1e-6)).T
