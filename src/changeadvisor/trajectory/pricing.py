"""What the worth of an initiative's courses rests on, and what they are worth.

Its register, put before `later_choices`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from changeadvisor.model import (
    COVERS,
    AdjustStrategy,
    AdjustTactics,
    Estimate,
    GainByOutcome,
    Initiative,
    Programme,
    Series,
    Stop,
    months_between,
)
from changeadvisor.trajectory import (
    curves,
    later_choices,
    noise,
    posterior,
)
from changeadvisor.trajectory.courses import (
    Calendar,
    Options,
    Stakes,
    Stopping,
    Strategy,
    Tactics,
    Way,
    Worth,
)
from changeadvisor.trajectory.curves import Plan, uniforms
from changeadvisor.trajectory.plan import past_end
from changeadvisor.trajectory.posterior import POINTS
from changeadvisor.trajectory.reading import (
    FLAT,
    Ahead,
    Fixed,
    Trajectory,
    by_class,
    floor,
    from_now,
    shares_of,
)
from changeadvisor.trajectory.regression import Noise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Reviews ahead that are valued, at most.
REVIEWS = 12
#: How alike neighbouring readings are taken to be along a path not yet begun.
_ALIKE = 0.3
#: What sets the points apart of stakes, of each option, of readings to come and of what is saved.
STAKES, STOPPING, TACTICS, STRATEGY, _SHOCKS, _SAVED = 0xA5, 0xB1, 0xB2, 0xB3, 0xC7, 0xD9

#: What an option must say to be priced, by its action.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "stop": ("cost", "fade_months"),
    "adjust-tactics": ("cost", "gain", "months"),
    "adjust-strategy": ("cost", "full", "months_to_target", "runs", "fade_months"),
}

Given = TypeVar("Given")


def given(value: Given | None) -> Given:
    """A value that an earlier check has found to be there."""
    if value is None:
        raise ValueError("asked for before it was checked")
    return value


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why a course, or all of them, cannot be priced; `wording.why_unpriced` says it."""

    reason: Literal["path", "register", "option"]
    """`path`: it says too little to be read; `register`, `option`: fields are not given."""
    lacks: tuple[str, ...] = ()
    """The fields that are not given, of the register or of the option."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the worth of courses rests on beside the reading.

    None of it hangs on the value of the latest reading.
    """

    initiative: Initiative
    """Whose courses they are."""
    calendar: Calendar
    """The months and reviews to come."""
    stakes: Stakes
    """What is gained and spent a month."""
    options: Options
    """Those that can be priced; a gain that hangs on the class waits for the reading."""
    unpriced: Mapping[str, Unpriced]
    """The other options, by course, and why."""
    covers: int
    """How many months a reading covers."""
    shocks: Grid
    """Standard normal, of the readings to come, windows x draws."""
    cashable: Grid | None
    """What the budget saves a year at progress 1, by draw; None: not given."""
    material: float = 0.0
    """The least share of the worth at stake by which a course must lead going on to count."""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What each course is worth, draw by draw, with what it rests on."""

    worth: Mapping[str, Worth]
    """Of each course that can be priced."""
    way: Way
    """The path it follows if it goes on."""
    frame: Frame
    """What it rests on beside the reading."""

    @property
    def gate(self) -> float:
        """By how much money a course must lead going on to count.

        A share of what is at stake: the mean worth of going on, or its P90 less its P10.
        """
        import numpy as np

        persist = self.worth["persist"].flexible
        low, high = np.quantile(persist, [0.1, 0.9])
        return self.frame.material * max(abs(float(persist.mean())), float(high - low))

    @property
    def worths(self) -> dict[str, Grid]:
        """Worth of each course with its later choices, draw by draw."""
        return {course: w.flexible for course, w in self.worth.items()}


def frame(
    programme: Programme,
    initiative: Initiative,
    series: Series | None,
    curve: Trajectory,
    material: float = 0.0,
) -> Frame | Unpriced:
    """What the worth of courses rests on, or why none can be priced.

    material: the least share of the worth at stake by which a course must lead going on to count.
    """
    from scipy.special import ndtri

    lacks = _lacking(programme, initiative)
    if lacks:
        return Unpriced("register", lacks)
    calendar = _calendar(programme, initiative, series)
    stakes = _stakes(programme, initiative)
    shocks = ndtri(uniforms(_SHOCKS, POINTS, len(calendar.windows)).clip(1e-6, 1 - 1e-6))
    covers = COVERS[series.every] if series is not None and series.every else 1
    saved = initiative.cashable
    return Frame(
        initiative=initiative,
        calendar=calendar,
        stakes=stakes,
        options=later_choices.after_change(
            stakes,
            _options(programme, initiative, curve, calendar),
            calendar,
            _usual_noise(curve, calendar, covers, shocks),
        ),
        unpriced=_unpriced(initiative),
        covers=covers,
        shocks=shocks,
        cashable=None if saved is None else saved.sample(uniforms(_SAVED, POINTS, 1)[0]),
        material=material,
    )


def appraise(frame: Frame, curve: Trajectory) -> Appraisal:
    """The worth of every course that can be priced."""
    import numpy as np

    # A path with a date of its own to come begins late by itself.
    wait = max(0.0, frame.stakes.begins + min(curve.months, 0.0))
    way = _way(put_off(curve.coming(frame.calendar.months), wait), frame.calendar)
    options, tactics = frame.options, _priced(frame.initiative, AdjustTactics)
    if tactics is not None and isinstance(tactics.gain, GainByOutcome):
        options = replace(options, tactics=_tactics(tactics, curve.posterior.kind))
    p = curve.posterior
    errors = _noise(p.scatter, p.correlation, frame.calendar, frame.covers, frame.shocks)
    worth = later_choices.appraise(way, frame.stakes, options, frame.calendar, errors)
    if frame.initiative.stage == "idea":
        # Of what has not begun, stopping means not to start.
        worth["stop"] = Worth(np.zeros(POINTS), np.zeros(POINTS), np.zeros(POINTS))
    return Appraisal(worth, way, frame)


def put_off(progress: Grid, months: float) -> Grid:
    """The same progress so many months later, nothing before.

    A part of a month by straight lines.
    """
    import numpy as np

    whole, part = int(months), months % 1.0
    count = progress.shape[1]

    def later(by: int) -> Grid:
        return np.pad(progress, ((0, 0), (by, 0)))[:, :count] if by else progress

    if part == 0.0:
        return later(whole)
    return later(whole) * (1.0 - part) + later(whole + 1) * part


def _way(progress: Grid, calendar: Calendar) -> Way:
    """From progress now and in the middle of each month.

    At a review it is half-way between two months.
    """
    import numpy as np

    ends = np.minimum(np.asarray(calendar.reviews, dtype=int), calendar.months - 1)
    at = (progress[:, ends] + progress[:, ends + 1]) / 2.0
    return Way(progress[:, 1:], np.concatenate([progress[:, :1], at], axis=1))


def _lacking(programme: Programme, initiative: Initiative) -> tuple[str, ...]:
    """The fields that are missing for any present value."""
    rules, spend = programme.appraisal, initiative.spend
    needed = {
        "appraisal.discount_rate": rules is None or rules.discount_rate is None,
        "appraisal.horizon_years": rules is None or rules.horizon_years is None,
        "reach": initiative.reach is None,
        "impact": initiative.impact is None,
        "spend.monthly": spend is None or spend.monthly is None,
        "spend.after": spend is None or spend.after is None,
        "ends": runs_on(programme, initiative) is None,
    }
    return tuple(name for name, missing in needed.items() if missing)


def _calendar(programme: Programme, initiative: Initiative, series: Series | None) -> Calendar:
    """Months, reviews to come, and which readings each of them will have seen."""
    rules = given(programme.appraisal)
    months = max(1, round(given(rules.horizon_years) * 12))
    ends = initiative.lasts_until
    alive = months_between(programme.as_of, ends) if ends is not None else float(months)
    step = programme.review_months
    # Reviews go on while it runs: after its end there is nobody left to change it. The next one
    # always counts.
    runs = max(months_between(programme.as_of, given(initiative.ends)) + 0.1, step or 0)
    reviews: tuple[int, ...] = ()
    if step:
        reviews = tuple(r for r in range(step, min(months, step * REVIEWS + 1), step) if r <= runs)
    windows, seen = _windows(programme, initiative, series, reviews, step or 1)
    return Calendar(months, max(alive, 0.0), reviews, windows, seen, given(rules.discount_rate))


def _windows(
    programme: Programme,
    initiative: Initiative,
    series: Series | None,
    reviews: Sequence[int],
    step: int,
) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
    """Windows of readings to come, a review period's worth each.

    And how many of them each review will have seen.
    """
    measure = programme.measure(initiative.path.measure if initiative.path else None)
    if not reviews or measure is None:
        return ((0,),), tuple(0 for _ in reviews)
    covers = COVERS[(series.every if series else None) or measure.every or "month"]
    size = max(1, step // covers) * covers
    lag = measure.lag_days / 30.4375
    first = _first_unseen(programme, series, covers)
    count = max(1, math.floor((reviews[-1] - lag - first) / size))
    windows = tuple(
        tuple(max(0, round(first + k * size) + m) for m in range(size)) for k in range(count)
    )
    ends = [first + (k + 1) * size + lag for k in range(count)]
    return windows, tuple(sum(e <= r + 0.1 for e in ends) for r in reviews)


def _first_unseen(programme: Programme, series: Series | None, covers: int) -> float:
    """When the first period that is not yet known begins, in months from today."""
    if series is None or not series.points:
        return 0.0
    last = series.points[-1].period
    return max(months_between(programme.as_of, last) + covers, -12.0)


def _stakes(programme: Programme, initiative: Initiative) -> Stakes:
    """What is gained and spent a month, draw by draw."""
    import numpy as np

    u = uniforms(STAKES, POINTS, 5)
    reach, impact = given(initiative.reach), given(initiative.impact)
    spend = given(initiative.spend)
    reference = programme.reference_class(initiative.reference_class)
    overrun = reference.overrun.sample(u[4]) if reference and reference.overrun else np.ones(POINTS)
    path = initiative.path
    return Stakes(
        benefit=reach.sample(u[0]) * impact.sample(u[1]) / 12.0,
        spend=given(spend.monthly).sample(u[2]) * overrun,
        after=given(spend.after).sample(u[3]) * overrun,
        ends=runs_on(programme, initiative) or 0.0,
        cap=path.cap if path is not None and path.cap is not None else math.inf,
        begins=begins(programme, initiative),
    )


def runs_on(programme: Programme, initiative: Initiative) -> float | None:
    """Months from today for which its running spend goes on; None where that is not known.

    To its end. What is still open past its end goes on costing until the next review, which is the
    first day on which it can be closed.
    """
    if past_end(initiative, programme.as_of) is not None:
        months = programme.review_months
        return None if months is None else float(months)
    if initiative.ends is None:
        return None
    return max(0.0, months_between(programme.as_of, initiative.ends))


def begins(programme: Programme, initiative: Initiative) -> float:
    """Months from today until it begins; 0 where it has begun or no start is given."""
    start = initiative.started
    return max(0.0, months_between(programme.as_of, start)) if start is not None else 0.0


def _unpriced(initiative: Initiative) -> dict[str, Unpriced]:
    """Options that cannot be priced, by course, and why."""
    unpriced: dict[str, Unpriced] = {}
    for option in initiative.options:
        lacks = _lacks(option)
        # Of what has not begun, not to start needs no price.
        not_to_start = option.action == "stop" and initiative.stage == "idea"
        if lacks and not not_to_start:
            unpriced[option.action] = Unpriced("option", lacks)
    return unpriced


def _lacks(option: AdjustTactics | AdjustStrategy | Stop) -> tuple[str, ...]:
    """What an option lacks to be priced."""
    return tuple(name for name in _NEEDED[option.action] if getattr(option, name) is None)


def _priced(initiative: Initiative, kind: type[Given]) -> Given | None:
    """The option of a kind that says all that a price needs."""
    return next((o for o in initiative.options if isinstance(o, kind) and not _lacks(o)), None)


def _options(
    programme: Programme, initiative: Initiative, curve: Trajectory, calendar: Calendar
) -> Options:
    """The options that can be priced."""
    stop, tactics = _priced(initiative, Stop), _priced(initiative, AdjustTactics)
    return Options(
        None if stop is None else _stopping(stop),
        None if tactics is None else _tactics(tactics, curve.posterior.kind),
        _strategy(programme, initiative, calendar),
    )


def _stopping(option: Stop) -> Stopping:
    return Stopping(
        given(option.cost).sample(uniforms(STOPPING, POINTS, 1)[0]), given(option.fade_months)
    )


def _tactics(option: AdjustTactics, kind: NDArray[np.intp]) -> Tactics:
    import numpy as np

    u = uniforms(TACTICS, POINTS, 3)
    cost, months = given(option.cost).sample(u[0]), given(option.months).sample(u[2])
    extends = option.extends or 0.0
    if option.gain is None or isinstance(option.gain, Estimate):
        return Tactics(cost, given(option.gain).sample(u[1]), months, extends)
    gain = np.stack([g.sample(u[1]) for g in by_class(option.gain)])[kind, np.arange(POINTS)]
    return Tactics(cost, gain, months, extends, kind)


def _strategy(programme: Programme, initiative: Initiative, calendar: Calendar) -> Strategy | None:
    """Another strategy, with its new path as its own plan says.

    The ranges are corrected by the same reference class.
    """
    option, tactics = _priced(initiative, AdjustStrategy), _priced(initiative, AdjustTactics)
    if option is None:
        return None
    path = given(initiative.path)
    span = given(path.target) - given(path.baseline)
    plan = Plan(given(option.months_to_target), option.dip, option.dip_month, span)
    new = curves.family(plan, programme.reference_class(initiative.reference_class))
    prior = posterior.prior(new, shares_of(option.full, option.partial, option.none) or FLAT)
    return Strategy(
        given(option.cost).sample(uniforms(STRATEGY, POINTS, 1)[0]),
        _way(Ahead.of(new, Fixed(), from_now(calendar.months), prior).drawn(prior), calendar),
        given(option.runs),
        given(option.fade_months),
        None if tactics is None else _tactics(tactics, prior.kind),
    )


def _usual_noise(curve: Trajectory, calendar: Calendar, covers: int, shocks: Grid) -> Noise:
    """Readings along a path not yet begun: they scatter as the measure has done.

    The latest reading is left out, so that nothing here hangs on its value.
    """
    import numpy as np

    seen, one = curve.observed, np.ones(POINTS)
    known = seen.progress[:-1] if seen is not None else ()
    scatter, _ = noise.scatter(known, noise.ROUGH if seen is None else floor(seen))
    return _noise(scatter * one, _ALIKE * one, calendar, covers, shocks)


def _noise(
    scatter: Grid, correlation: Grid, calendar: Calendar, covers: int, shocks: Grid
) -> Noise:
    """Readings to come: scatter of the mean of a window, and errors of windows that are alike."""
    import numpy as np

    # Within a window every pair of readings k apart is alike by rho^k; so is each of one window
    # with each of the next. All for a scatter of 1.
    size = max(1, len(calendar.windows[0]) // covers)
    rho = correlation**covers
    lags = np.arange(size)
    within = size + 2.0 * sum((size - k) * rho**k for k in lags[1:])
    across = sum(rho ** (a + b + 1.0) for a in lags for b in lags)
    return Noise.of(scatter * np.sqrt(within) / size, across / within, shocks)
