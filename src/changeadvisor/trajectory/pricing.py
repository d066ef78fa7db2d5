"""What the worth of an initiative's courses rests on, and what they are worth.

Its register, put before `courses`.
"""

from __future__ import annotations

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
    Programme,
    Series,
    Stop,
    months_between,
)
from changeadvisor.trajectory import (
    courses,
    curves,
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
from changeadvisor.trajectory.posterior import DRAWS
from changeadvisor.trajectory.reading import (
    FLAT,
    Ahead,
    Fixed,
    Trajectory,
    by_class,
    from_now,
    shares_of,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Reviews ahead that are valued, at most.
REVIEWS = 12
#: How alike neighbouring readings are taken to be along a path not yet begun.
_ALIKE = 0.3
#: What sets the stream of a changed strategy's new path apart.
_NEW = 0xB3

Thing = TypeVar("Thing")


def given(value: Thing | None) -> Thing:
    """A value that an earlier check has found to be there."""
    if value is None:
        raise ValueError("asked for before it was checked")
    return value


@dataclass(frozen=True, slots=True)
class Frame:
    """What the worth of courses rests on beside the reading.

    None of it hangs on the value of the latest reading.

    options: those that can be priced; a gain that hangs on the class waits for the reading.
    unpriced: the others, and why. shocks: of the readings to come, windows x draws.
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

    @property
    def worths(self) -> dict[str, Grid]:
        """Worth of each course with its later choices, draw by draw."""
        return {course: w.flexible for course, w in self.worth.items()}


def frame(
    programme: Programme, initiative: Initiative, series: Series | None, found: Trajectory
) -> Frame | str:
    """What the worth of courses rests on, or why none can be priced."""
    from scipy.special import ndtri

    lacking = _lacking(programme, initiative)
    if lacking:
        return "the worth of no course can be said: " + ", ".join(lacking)
    calendar, stakes = (
        _calendar(programme, initiative, series),
        _stakes(programme, initiative, found),
    )
    shocks = ndtri(uniforms(found.seed ^ 0xC7, DRAWS, len(calendar.windows)).clip(1e-6, 1 - 1e-6))
    covers = COVERS[series.every] if series is not None and series.every else 1
    saved = initiative.cashable
    return Frame(
        initiative,
        calendar,
        stakes,
        courses.after_change(
            stakes,
            _options(programme, initiative, found, calendar),
            calendar,
            _usual(found, calendar, covers, shocks),
        ),
        _unpriced(initiative),
        covers,
        shocks,
        None if saved is None else saved.sample(uniforms(found.seed ^ 0xD9, DRAWS, 1)[0]),
    )


def appraise(frame: Frame, found: Trajectory) -> Appraisal:
    """The worth of every course that can be priced."""
    import numpy as np

    # A path with a date of its own to come begins late by itself.
    wait = max(0.0, frame.stakes.begins + min(found.months, 0.0))
    way = _way(put_off(found.coming(frame.calendar.months), wait), frame.calendar)
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


def put_off(progress: Grid, months: float) -> Grid:
    """The same progress so many months later, nothing before.

    A part of a month by straight lines.
    """
    import numpy as np

    whole, part = int(months), months % 1.0
    count = progress.shape[1]

    def later(by: int) -> Grid:
        return np.pad(progress, ((0, 0), (by, 0)))[:, :count] if by else progress

    return later(whole) if part == 0.0 else later(whole) * (1.0 - part) + later(whole + 1) * part


def _way(progress: Grid, calendar: Calendar) -> Way:
    """From progress now and in the middle of each month.

    At a review it is half-way between two months.
    """
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
    # Reviews go on while it runs: after its end there is nobody left to change it. The next one
    # always counts.
    runs = max(months_between(programme.as_of, given(initiative.ends)) + 0.1, step or 0)
    reviews = (
        tuple(r for r in range(step, min(months, step * REVIEWS + 1), step) if r <= runs)
        if step
        else ()
    )
    windows, seen = _windows(programme, initiative, series, reviews, step or 1)
    return Calendar(months, max(alive, 0.0), reviews, windows, seen, given(rules.discount_rate))


def _windows(
    programme: Programme,
    initiative: Initiative,
    series: Series | None,
    reviews: Sequence[int],
    step: int,
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


def _stakes(programme: Programme, initiative: Initiative, found: Trajectory) -> Stakes:
    import numpy as np

    u = uniforms(found.seed ^ 0xA5, DRAWS, 5)
    reach, impact, spend = (
        given(initiative.reach),
        given(initiative.impact),
        given(initiative.spend),
    )
    reference = programme.reference_class(initiative.reference_class)
    overrun = reference.overrun.sample(u[4]) if reference and reference.overrun else np.ones(DRAWS)
    path = initiative.path
    return Stakes(
        benefit=reach.sample(u[0]) * impact.sample(u[1]) / 12.0,
        spend=given(spend.monthly).sample(u[2]) * overrun,
        after=given(spend.after).sample(u[3]) * overrun,
        ends=max(0.0, months_between(programme.as_of, given(initiative.ends))),
        cap=path.cap if path is not None and path.cap is not None else math.inf,
        begins=begins(programme, initiative),
    )


def begins(programme: Programme, initiative: Initiative) -> float:
    """Months from today until it begins; 0 where it has begun or no start is given."""
    start = initiative.started
    return max(0.0, months_between(programme.as_of, start)) if start is not None else 0.0


def _unpriced(initiative: Initiative) -> dict[str, str]:
    """Options that cannot be priced, and why.

    Of what has not begun, not to start needs no price.
    """
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


def _options(
    programme: Programme, initiative: Initiative, found: Trajectory, calendar: Calendar
) -> Options:
    """The options that can be priced."""
    stop, tactics = _priced(initiative, Stop), _priced(initiative, AdjustTactics)
    return Options(
        None if stop is None else _stopping(stop, found.seed),
        None if tactics is None else _tactics(tactics, found.seed, found.posterior.kind),
        _strategy(programme, initiative, found, calendar),
    )


def _stopping(option: Stop, seed: int) -> Stopping:
    return Stopping(
        given(option.cost).sample(uniforms(seed ^ 0xB1, DRAWS, 1)[0]), given(option.fade_months)
    )


def _tactics(option: AdjustTactics, seed: int, kind: NDArray[np.intp]) -> Tactics:
    import numpy as np

    u = uniforms(seed ^ 0xB2, DRAWS, 3)
    cost, months, extends = (
        given(option.cost).sample(u[0]),
        given(option.months).sample(u[2]),
        option.extends or 0.0,
    )
    if option.gain is None or isinstance(option.gain, Estimate):
        return Tactics(cost, given(option.gain).sample(u[1]), months, extends)
    gain = np.stack([g.sample(u[1]) for g in by_class(option.gain)])[kind, np.arange(DRAWS)]
    return Tactics(cost, gain, months, extends, kind)


def _strategy(
    programme: Programme, initiative: Initiative, found: Trajectory, calendar: Calendar
) -> Strategy | None:
    """Another strategy.

    Its new path as its own plan says, the ranges corrected by the same reference class.
    """
    option, tactics = _priced(initiative, AdjustStrategy), _priced(initiative, AdjustTactics)
    if option is None:
        return None
    path, seed = given(initiative.path), found.seed ^ _NEW
    span = given(path.target) - given(path.baseline)
    plan = Plan(given(option.months_to_target), option.dip, option.dip_month, span)
    drawn = curves.draw(plan, programme.reference_class(initiative.reference_class), seed)
    prior = posterior.prior(
        drawn, shares_of(option.full, option.partial, option.none) or FLAT, seed
    )
    return Strategy(
        given(option.cost).sample(uniforms(seed, DRAWS, 1)[0]),
        _way(Ahead.of(drawn, Fixed(), from_now(calendar.months)).drawn(prior), calendar),
        given(option.runs),
        given(option.fade_months),
        None if tactics is None else _tactics(tactics, found.seed, prior.kind),
    )


def _usual(found: Trajectory, calendar: Calendar, covers: int, shocks: Grid) -> courses.Noise:
    """Readings along a path not yet begun.

    They scatter as the measure has done, the latest reading left out.
    """
    import numpy as np

    known = found.observed.progress[:-1] if found.observed is not None else ()
    scatter, one = noise.scatter(known)[0], np.ones(DRAWS)
    return _noise(scatter * one, _ALIKE * one, calendar, covers, shocks)


def _noise(
    scatter: Grid, correlation: Grid, calendar: Calendar, covers: int, shocks: Grid
) -> courses.Noise:
    """Readings to come.

    Scatter of the mean of a window, and errors of neighbouring windows that are alike.
    """
    import numpy as np

    size = max(1, len(calendar.windows[0]) // covers)
    rho = correlation**covers
    lags = np.arange(size)
    within = size + 2.0 * sum((size - k) * rho**k for k in lags[1:])
    across = sum(rho ** (a + b + 1.0) for a in lags for b in lags)
    return courses.Noise.of(scatter * np.sqrt(within) / size, across / within, shocks)
