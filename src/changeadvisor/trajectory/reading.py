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
    Series,
    Stop,
    months_between,
)
from changeadvisor.trajectory import courses, curves, noise, posterior
from changeadvisor.trajectory.anyway import Observed, observed
from changeadvisor.trajectory.courses import Calendar, Options, Stakes, Stopping, Strategy, Tactics, Way, Worth
from changeadvisor.trajectory.curves import Curves, Plan, uniforms
from changeadvisor.trajectory.plan import since
from changeadvisor.trajectory.posterior import DRAWS, Design, Posterior

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Reviews ahead that are valued one by one.
REVIEWS = 12
#: Months that a reading looks ahead at least.
AHEAD = 120
#: A step that has no divisor in common with the number of curves.
_STRIDE = 47
#: How alike neighbouring readings are taken to be along a path not yet begun.
_ALIKE = 0.3
#: What sets the stream of a changed strategy's new path apart.
_NEW = 0xB3
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
    """The reading: months since the path began, its readings, the posterior and the curves it rests on.

    pool: all curves drawn; curves: those that are followed. design: these at the months of the readings. ahead: these
    now and in the months to come.
    """

    months: float
    observed: Observed | None
    pool: Curves
    curves: Curves
    design: Design | None
    posterior: Posterior
    shares: tuple[float, float, float]
    fixed: _Fixed
    seed: int
    ahead: _Ahead

    def kept(self) -> Trajectory:
        """What is worth keeping once it has been advised on: enough for pictures, no more."""
        return replace(self, pool=self.curves, design=None, ahead=_Ahead.of(self.curves, self.fixed, _from_now(0)))

    @property
    def read(self) -> bool:
        """Whether it rests on results, and not on its class alone."""
        return self.observed is not None and self.observed.since > 0

    def progress(self, months: Grid) -> Grid:
        """Progress draw by draw at `months` since the path began, draws x months; 0 before."""
        return _Ahead.of(self.curves, self.fixed, months).drawn(self.posterior)

    def before(self) -> tuple[Grid, Grid]:
        """Progress now by plan and class alone, earlier changes left out, classes x curves; and their weights."""
        import numpy as np

        some = self.pool.rows(which := _even(len(self.pool)), np.zeros(len(which)))
        now = _Ahead.of(some, _Fixed(), np.array([self.months]))
        ends = posterior.outcomes(len(which))
        # Outcomes and curves are paired in an order that mixes them.
        mixed = ends[:, (np.arange(len(which)) * _STRIDE) % len(which)]
        found = mixed * now.rise[:, 0] - some.depth * now.dip[:, 0]
        return found, np.repeat(np.asarray(self.shares)[:, None] / len(which), len(which), axis=1)

    def coming(self, count: int) -> Grid:
        """Progress draw by draw now and in the middle of each of `count` months to come, draws x (1 + count)."""
        return self.ahead.drawn(self.posterior, count + 1)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Rise, dip and what is fixed at some months since the path began, curves x months; 0 before."""

    rise: Grid
    dip: Grid
    fixed: Grid | None

    @classmethod
    def of(cls, drawn: Curves, fixed: _Fixed, months: Grid) -> _Ahead:
        begun = months > 0.0
        added = fixed.by_class(months)
        rise, dip = drawn.at(months)
        return cls(rise * begun, dip * begun, None if added is None else added * begun)

    def drawn(self, p: Posterior, count: int | None = None) -> Grid:
        """Progress draw by draw at the first `count` of the months, draws x months."""
        some = slice(0, count)
        found = p.a[:, None] * self.rise[p.curve, some] - p.depth[:, None] * self.dip[p.curve, some]
        return found if self.fixed is None else found + self.fixed[p.kind, p.curve, some]


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What earlier changes add to progress: gains rising from a month on, and what a changed strategy left behind.

    gains: month, months of the rise (curves), gain by class (three rows of curves).
    """

    gains: tuple[tuple[float, Grid, Grid], ...] = ()
    left: float = 0.0
    fade: Grid | None = None

    def by_class(self, months: Grid) -> Grid | None:
        """For each class, classes x curves x months; None where nothing was changed."""
        import numpy as np

        if not self.gains and self.left == 0.0:
            return None
        t = np.asarray(months, dtype=np.float64)[None, :]
        found = np.zeros((3, 1, t.shape[1]))
        for on, rises, gain in self.gains:
            found = found + gain[:, :, None] * np.clip((t - on) / np.maximum(rises, 1e-6)[:, None], 0.0, 1.0)
        if self.fade is not None:
            left = np.clip(1.0 - t / np.maximum(self.fade, 1e-6)[:, None], 0.0, 1.0)
            found = found + np.where(t > 0, self.left * left, 0.0)
        return found

    def rows(self, which: NDArray[np.intp]) -> _Fixed:
        """The same for some of the curves."""
        gains = tuple((on, rises[which], gain[:, which]) for on, rises, gain in self.gains)
        return replace(self, gains=gains, fade=None if self.fade is None else self.fade[which])


def keep_memory() -> None:
    """Let the process keep the memory it frees: asking for it anew would cost more than the reckoning with it.

    One large block, asked for and let go untouched, tells the C library (glibc, mallopt(3)) to do so; elsewhere it does
    nothing.
    """
    import numpy as np

    np.empty(3_900_000)


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
    pool = curves.draw(plan, reference, own, curves.POOL)
    begun = since(initiative)
    months = months_between(begun, programme.as_of) if begun is not None and initiative.stage != "idea" else 0.0
    seen = observed(programme, initiative, measure, series) if measure and series and months > 0 else None
    fixed = _earlier(initiative, seen, series, own)
    shares = (shares_of(reference.full, reference.partial, reference.none) if reference else None) or FLAT
    drawn, fixed = _followed(pool, seen, fixed, own)
    design = _design(drawn, seen, fixed)
    if design is None or seen is None:
        found = posterior.prior(drawn, shares, own)
    else:
        found = posterior.read(design, seen.progress, shares, own)
    ahead = _Ahead.of(drawn, fixed, _months_ahead(programme, months))
    return Trajectory(months, seen, pool, drawn, design, found, shares, fixed, own, ahead)


def _followed(pool: Curves, seen: Observed | None, fixed: _Fixed, seed: int) -> tuple[Curves, _Fixed]:
    """The curves of a pool that are followed: those the readings favour; without readings an even choice."""
    import numpy as np

    # The latest reading does not sort them, so that other values of it are read along the same curves.
    if seen is None or seen.since < 2:
        which = _even(len(pool))
        log_share = np.zeros(len(which))
    else:
        months = seen.months[:-1]
        known = fixed.by_class(np.asarray(months))
        which, log_share = posterior.sorted_out(pool, months, seen.progress[:-1], known, loose=seen.loose, seed=seed)
    return pool.rows(which, log_share), fixed.rows(which)


def _even(count: int) -> NDArray[np.intp]:
    """`CURVES` places of a pool, evenly over it."""
    import numpy as np

    return ((np.arange(curves.CURVES) + 0.5) * (count / curves.CURVES)).astype(np.intp)


def reread(
    programme: Programme, initiative: Initiative, measure: Measure, series: Series, found: Trajectory
) -> Trajectory | None:
    """The same initiative read again with other values of the same readings."""
    seen = observed(programme, initiative, measure, series)
    if seen is None or found.observed is None or found.design is None or seen.months != found.observed.months:
        return None
    again = posterior.read(found.design, seen.progress, found.shares, found.seed)
    return replace(found, observed=seen, posterior=again)


def _months_ahead(programme: Programme, months: float) -> Grid:
    """Months since the path began: now, and the middle of each month of the horizon, ten years at least."""
    rules = programme.appraisal
    horizon = rules.horizon_years if rules is not None and rules.horizon_years is not None else 0.0
    return months + _from_now(max(round(horizon * 12), AHEAD))


def _design(drawn: Curves, seen: Observed | None, fixed: _Fixed) -> Design | None:
    import numpy as np

    if seen is None or not seen.since:
        return None
    return posterior.design(drawn, seen.months, fixed.by_class(np.asarray(seen.months)), loose=seen.loose)


def _earlier(initiative: Initiative, seen: Observed | None, series: Series | None, seed: int) -> _Fixed:
    """What was changed on the way, since its path began (anew)."""
    import numpy as np

    begun = since(initiative)
    if begun is None or not initiative.history:
        return _Fixed()
    u = uniforms(seed ^ 0x71, curves.POOL, 2 * len(initiative.history) + 1)
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


# --- the worth of each course ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """What the worth of courses rests on beside the reading; none of it hangs on the value of the latest reading.

    options: those that can be priced; a gain that hangs on the class waits for the reading. unpriced: the others, and
    why. shocks: of the readings to come, windows x draws.
    """

    initiative: Initiative
    calendar: Calendar
    stakes: Stakes
    options: Options
    unpriced: Mapping[str, str]
    covers: int
    shocks: Grid
    cashable: Grid | None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What each course is worth, draw by draw, with what it rests on."""

    worth: Mapping[str, Worth]
    way: Way
    frame: Frame


def frame(programme: Programme, initiative: Initiative, series: Series | None, found: Trajectory) -> Frame | str:
    """What the worth of courses rests on, or why none can be priced."""
    from scipy.special import ndtri

    lacking = _lacking(programme, initiative)
    if lacking:
        return "the worth of no course can be said: " + ", ".join(lacking)
    calendar, stakes = _calendar(programme, initiative, series), _stakes(programme, initiative, found)
    shocks = ndtri(uniforms(found.seed ^ 0xC7, DRAWS, len(calendar.windows)).clip(1e-6, 1 - 1e-6))
    covers = COVERS[series.every] if series is not None and series.every else 1
    saved = initiative.cashable
    return Frame(
        initiative,
        calendar,
        stakes,
        courses.after_change(
            stakes, _options(programme, initiative, found, calendar), calendar, _usual(found, calendar, covers, shocks)
        ),
        _unpriced(initiative),
        covers,
        shocks,
        None if saved is None else saved.sample(uniforms(found.seed ^ 0xD9, DRAWS, 1)[0]),
    )


def appraise(frame: Frame, found: Trajectory) -> Appraisal:
    """The worth of every course that can be priced."""
    import numpy as np

    way = _way(found.coming(frame.calendar.months), frame.calendar)
    options, tactics = frame.options, _priced(frame.initiative, AdjustTactics)
    if tactics is not None and isinstance(tactics.gain, GainByOutcome):
        options = replace(options, tactics=_tactics(tactics, found.seed, found.posterior.kind))
    p = found.posterior
    errors = _noise(p.scatter, p.correlation, frame.calendar, frame.covers, frame.shocks)
    worth = courses.appraise(way, frame.stakes, options, frame.calendar, errors)
    if frame.initiative.stage == "idea":
        # Of what has not begun, stopping means not to start.
        worth["stop"] = Worth(np.zeros(DRAWS), np.zeros(DRAWS))
    return Appraisal(worth, way, frame)


def _way(progress: Grid, calendar: Calendar) -> Way:
    """From progress now and in the middle of each month; at a review it is half-way between two months."""
    import numpy as np

    ends = np.minimum(np.asarray(calendar.reviews, dtype=int), calendar.months - 1)
    at = (progress[:, ends] + progress[:, ends + 1]) / 2.0
    return Way(progress[:, 1:], np.concatenate([progress[:, :1], at], axis=1))


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
    # Reviews go on while it runs: after its end there is nobody left to change it. The next one always counts.
    runs = max(months_between(programme.as_of, given(initiative.ends)) + 0.1, step or 0)
    reviews = tuple(r for r in range(step, min(months, step * REVIEWS + 1), step) if r <= runs) if step else ()
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


def _unpriced(initiative: Initiative) -> dict[str, str]:
    """Options that cannot be priced, and why; of what has not begun, not to start needs no price."""
    lacks = {o.action: _lacks(o) for o in initiative.options}
    return {
        action: "its " + ", ".join(f"`{name}`" for name in names) + " is not given"
        for action, names in lacks.items()
        if names and not (action == "stop" and initiative.stage == "idea")
    }


def _lacks(option: AdjustTactics | AdjustStrategy | Stop) -> list[str]:
    """What an option lacks to be priced."""
    needed = {
        "stop": ("cost", "fade_months"),
        "adjust-tactics": ("cost", "gain", "months"),
        "adjust-strategy": ("cost", "full", "months_to_target", "runs", "fade_months"),
    }[option.action]
    return [name for name in needed if getattr(option, name) is None]


def _priced(initiative: Initiative, kind: type[Thing]) -> Thing | None:
    """The option of a kind that says all that a price needs."""
    return next((o for o in initiative.options if isinstance(o, kind) and not _lacks(o)), None)


def _options(programme: Programme, initiative: Initiative, found: Trajectory, calendar: Calendar) -> Options:
    """The options that can be priced."""
    stop, tactics = _priced(initiative, Stop), _priced(initiative, AdjustTactics)
    return Options(
        None if stop is None else _stopping(stop, found.seed),
        None if tactics is None else _tactics(tactics, found.seed, found.posterior.kind),
        _strategy(programme, initiative, found, calendar),
    )


def _stopping(option: Stop, seed: int) -> Stopping:
    return Stopping(given(option.cost).sample(uniforms(seed ^ 0xB1, DRAWS, 1)[0]), given(option.fade_months))


def _tactics(option: AdjustTactics, seed: int, kind: NDArray[np.intp]) -> Tactics:
    import numpy as np

    u = uniforms(seed ^ 0xB2, DRAWS, 3)
    cost, months, extends = given(option.cost).sample(u[0]), given(option.months).sample(u[2]), option.extends or 0.0
    if option.gain is None or isinstance(option.gain, Estimate):
        return Tactics(cost, given(option.gain).sample(u[1]), months, extends)
    gain = np.stack([g.sample(u[1]) for g in _by_class(option.gain)])[kind, np.arange(DRAWS)]
    return Tactics(cost, gain, months, extends, kind)


def _strategy(programme: Programme, initiative: Initiative, found: Trajectory, calendar: Calendar) -> Strategy | None:
    """Another strategy: its new path as its own plan says, the ranges corrected by the same reference class."""
    option, tactics = _priced(initiative, AdjustStrategy), _priced(initiative, AdjustTactics)
    if option is None:
        return None
    path, seed = given(initiative.path), found.seed ^ _NEW
    span = given(path.target) - given(path.baseline)
    plan = Plan(given(option.months_to_target), option.dip, option.dip_month, span)
    drawn = curves.draw(plan, programme.reference_class(initiative.reference_class), seed)
    prior = posterior.prior(drawn, shares_of(option.full, option.partial, option.none) or FLAT, seed)
    return Strategy(
        given(option.cost).sample(uniforms(seed, DRAWS, 1)[0]),
        _way(_Ahead.of(drawn, _Fixed(), _from_now(calendar.months)).drawn(prior), calendar),
        given(option.runs),
        given(option.fade_months),
        None if tactics is None else _tactics(tactics, found.seed, prior.kind),
    )


def _from_now(count: int) -> Grid:
    """Now and the middle of each month to come."""
    import numpy as np

    return np.concatenate([[0.0], np.arange(count) + 0.5])


def _usual(found: Trajectory, calendar: Calendar, covers: int, shocks: Grid) -> courses.Noise:
    """Readings along a path not yet begun: they scatter as the measure has done, the latest reading left out."""
    import numpy as np

    known = found.observed.progress[:-1] if found.observed is not None else ()
    scatter, one = noise.scatter(known)[0], np.ones(DRAWS)
    return _noise(scatter * one, _ALIKE * one, calendar, covers, shocks)


def _noise(scatter: Grid, correlation: Grid, calendar: Calendar, covers: int, shocks: Grid) -> courses.Noise:
    """Readings to come: scatter of the mean of a window, and errors of neighbouring windows that are alike."""
    import numpy as np

    size = max(1, len(calendar.windows[0]) // covers)
    rho = correlation**covers
    lags = np.arange(size)
    within = size + 2.0 * sum((size - k) * rho**k for k in lags[1:])
    across = sum(rho ** (a + b + 1.0) for a in lags for b in lags)
    return courses.Noise.of(scatter * np.sqrt(within) / size, across / within, shocks)
