"""What each course of action is worth from here on, with the choices still open after it.

Value runs from today over the horizon, less costs from now on; what has been spent is not in here at all. A later
choice is made on what will then be known: at each coming review the worth of every course still open is regressed on
the readings seen by then, from the last review back to the first (Longstaff and Schwartz 2001, Review of Financial
Studies 14(1), 113-147). The rule for one half of the draws is fitted on the other half, so that no choice knows its
own future; what comes out is a policy that can be followed, and so never more than the best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

COURSES = ("persist", "adjust-tactics", "adjust-strategy", "stop")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months from today: `months` of the horizon, of them `alive` until what was gained ends; `reviews` to come.

    news: for each review, the windows of readings (as month numbers, from 0) seen by then, the newest last.
    discount: what one year takes off, 0.035 for 3.5 %.
    """

    months: int
    alive: float
    reviews: tuple[int, ...]
    windows: tuple[tuple[int, ...], ...]
    seen: tuple[int, ...]
    discount: float

    @property
    def weights(self) -> Grid:
        """The present worth of money in each month, paid in its middle."""
        found: Grid = _discounted(self.months, self.discount)
        return found

    def counted(self) -> Grid:
        """The weights of value: nothing after what was gained has ended."""
        import numpy as np

        found: Grid = self.weights * np.clip(self.alive - np.arange(self.months), 0.0, 1.0)
        return found


@lru_cache(maxsize=32)
def _discounted(months: int, rate: float) -> Grid:
    import numpy as np

    return np.asarray((1.0 + rate) ** (-(np.arange(months) + 0.5) / 12.0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Stakes:
    """Draw by draw: `benefit` a month at progress 1, running `spend` a month and what it costs `after`.

    `ends`: months that running spend still goes on.
    """

    benefit: Grid
    spend: Grid
    after: Grid
    ends: float
    cap: float = math.inf


@dataclass(frozen=True, slots=True)
class Way:
    """Progress draw by draw: in the middle of each month, and at each point of choice (today first)."""

    monthly: Grid
    at: Grid


@dataclass(frozen=True, slots=True)
class Stopping:
    """The option to stop: cost by draw, months over which what was gained fades."""

    cost: Grid
    fade: float


@dataclass(frozen=True, slots=True)
class Tactics:
    """The option to adjust tactics: cost, gain and months of its rise by draw; `extends` running spend."""

    cost: Grid
    gain: Grid
    months: Grid
    extends: float


@dataclass(frozen=True, slots=True)
class Strategy:
    """The option to change strategy.

    Cost by draw, the new path from its start, how long it runs, how long the old gain takes to fade, and the
    tactics that fit the new path, if any.
    """

    cost: Grid
    way: Way
    runs: float
    fade: float
    tactics: Tactics | None = None
    later: Grid | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What can still be done."""

    stop: Stopping | None = None
    tactics: Tactics | None = None
    strategy: Strategy | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a course is worth, draw by draw: with the later choices, and fixed for good."""

    flexible: Grid
    fixed: Grid
    coming: Coming | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """The next review that has news.

    The mean of the new readings, the worth of going on after it, and of each course (`names`) chosen then, draw
    by draw.
    """

    seen: Grid
    going_on: Grid
    choices: Grid
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings to come along one way.

    Reviews x halves x draws / 2 x features, the map from worth to forecast for each half, and the means of the
    windows themselves, draws x windows.
    """

    features: Grid
    solve: Grid
    windows: Grid


@dataclass(frozen=True, slots=True)
class _Money:
    """Sums of discounted months: `paid[s]` of all months up to s, `value[s]` of those that count."""

    calendar: Calendar
    paid: Grid = field(repr=False)
    value: Grid = field(repr=False)

    @classmethod
    def of(cls, calendar: Calendar) -> _Money:
        import numpy as np

        zero = np.zeros(1)
        paid, value = (np.concatenate([zero, np.cumsum(w)]) for w in (calendar.weights, calendar.counted()))
        return cls(calendar, paid, value)

    def until(self, month: float | Grid) -> Grid:
        """Discounted months up to `month`, which may be a part of one."""
        import numpy as np

        return np.asarray(np.interp(month, np.arange(self.calendar.months + 1.0), self.paid), dtype=np.float64)

    def at(self, month: Grid) -> Grid:
        """The present worth of a cost that falls in the month after `month`; nothing beyond the horizon."""
        import numpy as np

        found: Grid = np.where(
            month < self.calendar.months, (1.0 + self.calendar.discount) ** (-(month + 0.5) / 12.0), 0.0
        )
        return found

    def fading(self, month: Grid, fade: float) -> Grid:
        """Worth of progress 1 that fades evenly to nothing from each `month` on."""
        import numpy as np

        left = (
            np.clip(1.0 - (np.arange(1.0, math.ceil(fade) + 1.0) - 0.5) / fade, 0.0, 1.0) if fade > 0 else np.zeros(0)
        )
        counted = np.concatenate([self.calendar.counted(), np.zeros(len(left) + 1)])
        at = np.minimum(month.astype(int), self.calendar.months)
        found: Grid = np.array([counted[s : s + len(left)] @ left for s in at])
        return found


def appraise(way: Way, stakes: Stakes, options: Options, calendar: Calendar, noise: Sequence[Grid]) -> dict[str, Worth]:
    """The worth of persisting and of every option, from now on, draw by draw.

    noise: for the readings to come: scatter of the mean of one window and the correlation of neighbouring windows, by
    draw, and normal shocks (draws x windows).
    """
    money = _Money.of(calendar)
    options, gain = _after_change(stakes, options, money, noise)
    found = {"persist": _followed(way, stakes, options, money, noise)}
    if options.tactics is not None:
        found["adjust-tactics"] = _tactics_now(way, stakes, options.tactics, options, money, noise)
    if options.strategy is not None:
        found["adjust-strategy"] = _strategy_now(way, stakes, options.strategy, gain, money)
    if options.stop is not None:
        stopped = _stopped(way, stakes, options.stop, money, _today(), _nothing(stakes))[:, 0]
        found["stop"] = Worth(stopped, stopped)
    return found


def _today() -> Grid:
    import numpy as np

    return np.zeros(1)


def _nothing(stakes: Stakes) -> Grid:
    return stakes.spend[:, None] * 0.0


def _persisting(way: Way, stakes: Stakes, money: _Money) -> Grid:
    """Worth of going on as planned."""
    import numpy as np

    running = money.until(stakes.ends)
    benefit = np.minimum(way.monthly, stakes.cap) @ money.calendar.counted()
    found: Grid = stakes.benefit * benefit - stakes.spend * running - stakes.after * (money.paid[-1] - running)
    return found


def _until(way: Way, stakes: Stakes, money: _Money, month: Grid) -> Grid:
    """Worth of going on as planned until each `month`, draws x months."""
    import numpy as np

    n = money.calendar.months
    at = np.minimum(month, n).astype(int)
    # A matrix of ones below each month sums up to it.
    upto = money.calendar.counted()[:, None] * (np.arange(n)[:, None] < at)
    gained = np.minimum(way.monthly, stakes.cap) @ upto
    running = money.until(np.minimum(month, stakes.ends))
    rest = money.until(month) - running
    return stakes.benefit[:, None] * gained - stakes.spend[:, None] * running - stakes.after[:, None] * rest


def _points(way: Way, month: Grid) -> Grid:
    """Progress at each point of choice that `month` names (today, or the reviews)."""
    return way.at[:, :1] if len(month) == 1 and month[0] == 0 else way.at[:, 1 : 1 + len(month)]


def _stopped(way: Way, stakes: Stakes, stop: Stopping, money: _Money, month: Grid, kept: Grid) -> Grid:
    """Worth of stopping at each `month`, draws x months; `kept`: worth of going on until then."""
    fading = _points(way, month) * money.fading(month, stop.fade)
    found: Grid = kept + stakes.benefit[:, None] * fading - stop.cost[:, None] * money.at(month)
    return found


def _ramp(tactics: Tactics, months: int) -> Grid:
    """The share of the gain that has come in the middle of each month after the choice."""
    import numpy as np

    u = np.arange(months) + 0.5
    found: Grid = np.clip(u[None, :] / np.maximum(tactics.months, 1e-6)[:, None], 0.0, 1.0)
    return found


def _retuned(way: Way, stakes: Stakes, tactics: Tactics, money: _Money, month: Grid) -> Grid:
    """Worth of adjusting tactics at each `month`, draws x months."""
    import numpy as np

    calendar = money.calendar
    begins = np.maximum(stakes.ends, month)
    running = (
        money.until(min(stakes.ends, calendar.months)) + money.until(begins + tactics.extends) - money.until(begins)
    )
    spent = stakes.spend[:, None] * running + stakes.after[:, None] * (money.paid[-1] - running)
    cost = tactics.cost[:, None] * money.at(month)
    found: Grid = stakes.benefit[:, None] * _retuned_gain(way, stakes, tactics, money, month) - spent - cost
    return found


def _retuned_gain(way: Way, stakes: Stakes, tactics: Tactics, money: _Money, month: Grid) -> Grid:
    """Months of full benefit with tactics adjusted at each `month`."""
    import numpy as np

    counted, ramp = money.calendar.counted(), tactics.gain[:, None] * _ramp(tactics, money.calendar.months)
    n = money.calendar.months
    if math.isfinite(stakes.cap):
        shifted = [np.pad(ramp, ((0, 0), (min(int(s), n), 0)))[:, :n] for s in month]
        return np.stack([np.minimum(way.monthly + r, stakes.cap) @ counted for r in shifted], axis=1)
    delays = np.stack([np.concatenate([counted[int(s) :], np.zeros(min(int(s), n))]) for s in month], axis=1)
    found: Grid = (way.monthly @ counted)[:, None] + ramp @ delays
    return found


def _changed(way: Way, stakes: Stakes, strategy: Strategy, money: _Money, month: Grid, kept: Grid) -> Grid:
    """Worth of changing strategy at each `month`, with no later choice, draws x months."""
    import numpy as np

    counted, n = money.calendar.counted(), money.calendar.months
    delays = np.stack([np.concatenate([counted[int(s) :], np.zeros(min(int(s), n))]) for s in month], axis=1)
    new = np.minimum(strategy.way.monthly, stakes.cap) @ delays
    old = _points(way, month) * money.fading(month, strategy.fade)
    running = money.until(month + strategy.runs) - money.until(month)
    rest = money.paid[-1] - money.until(month + strategy.runs)
    spent = stakes.spend[:, None] * running + stakes.after[:, None] * rest + strategy.cost[:, None] * money.at(month)
    found: Grid = kept + stakes.benefit[:, None] * (old + new) - spent
    return found


def _tactics_now(
    way: Way, stakes: Stakes, tactics: Tactics, options: Options, money: _Money, noise: Sequence[Grid]
) -> Worth:
    """Adjust tactics today; stop or change strategy at a later review."""
    new = retuned(way, tactics, money.calendar)
    later = replace(options, tactics=None)
    extended = replace(stakes, ends=max(stakes.ends, 0.0) + tactics.extends)
    found = _followed(new, extended, later, money, noise)
    cost = tactics.cost * float(money.at(_today())[0])
    return Worth(found.flexible - cost, found.fixed - cost)


def retuned(way: Way, tactics: Tactics, calendar: Calendar) -> Way:
    """The way with tactics adjusted today."""
    import numpy as np

    points = np.array([0, *calendar.reviews], dtype=np.float64)
    share = np.clip(points[None, :] / np.maximum(tactics.months, 1e-6)[:, None], 0.0, 1.0)
    ramp = tactics.gain[:, None] * _ramp(tactics, calendar.months)
    return Way(way.monthly + ramp, way.at + tactics.gain[:, None] * share)


def _strategy_now(way: Way, stakes: Stakes, strategy: Strategy, gain: Grid, money: _Money) -> Worth:
    """Change strategy today; stop, or adjust the tactics of the new way, at a later review."""
    fixed = _changed(way, stakes, strategy, money, _today(), _nothing(stakes))[:, 0]
    return Worth(fixed + gain, fixed)


def _after_change(stakes: Stakes, options: Options, money: _Money, noise: Sequence[Grid]) -> tuple[Options, Grid]:
    """The options with what later choices add to a new strategy: stopping alone (for later changes), and all."""
    strategy = options.strategy
    if strategy is None:
        return options, stakes.spend * 0.0
    running = replace(stakes, ends=strategy.runs)
    both = _followed(strategy.way, running, Options(options.stop, strategy.tactics), money, noise)
    gain = both.flexible - both.fixed
    return replace(options, strategy=replace(strategy, later=gain)), gain


def _followed(way: Way, stakes: Stakes, options: Options, money: _Money, noise: Sequence[Grid]) -> Worth:
    """Worth of going this way: fixed, and with what can be chosen at each review by what is then known."""
    import numpy as np

    fixed = _persisting(way, stakes, money)
    month = np.array(money.calendar.reviews, dtype=np.float64)
    choices = _choices(way, stakes, options, money, month)
    if not choices or not len(month):
        return Worth(fixed, fixed)
    seen = readings(way, money.calendar, noise)
    worth, offered = _halves(fixed), np.stack([_halves(c) for c in choices.values()], axis=-1)
    first, coming = next((r for r, n in enumerate(money.calendar.seen) if n), None), None
    for r in reversed(range(len(month))):
        if r == first:
            every = np.stack([c[:, r] for c in choices.values()], axis=1)
            news = seen.windows[:, money.calendar.seen[r] - 1]
            coming = Coming(news, worth.T.reshape(-1), every, tuple(choices))
        worth = chosen(worth, offered[:, :, r], seen, r)
    return Worth(worth.T.reshape(-1), fixed, coming)


def _halves(draws: Grid) -> Grid:
    """Even and odd draws apart: 2 x draws / 2 x the rest."""
    import numpy as np

    found: Grid = np.stack([draws[::2], draws[1::2]])
    return found


def _choices(way: Way, stakes: Stakes, options: Options, money: _Money, month: Grid) -> dict[str, Grid]:
    """Worth of each course that a review may choose, draws x reviews."""
    found = {}
    kept = _until(way, stakes, money, month)
    if options.stop is not None:
        found["stop"] = _stopped(way, stakes, options.stop, money, month, kept)
    if options.tactics is not None:
        found["adjust-tactics"] = _retuned(way, stakes, options.tactics, money, month)
    if options.strategy is not None:
        strategy = options.strategy
        # Choices after a later change add what they would add after a change today, put off.
        later = (
            (0.0 if strategy.later is None else strategy.later[:, None])
            * money.at(month)
            / float(money.at(_today())[0])
        )
        found["adjust-strategy"] = _changed(way, stakes, strategy, money, month, kept) + later
    return found


# --- what will be seen, and choosing by it ---------------------------------------------------------------------------


def readings(way: Way, calendar: Calendar, noise: Sequence[Grid]) -> Readings:
    """Readings to come along a way, as features of each review, standardised; half is fitted on the other half."""
    import numpy as np

    scatter, correlation, shocks = noise
    width = len(calendar.windows[0])
    flat = way.monthly[:, [m for w in calendar.windows for m in w]]
    mean = flat.reshape(len(flat), -1, width).mean(axis=2)
    error = np.empty_like(mean)
    error[:, 0] = shocks[:, 0]
    fresh = np.sqrt(1.0 - correlation**2)
    for k in range(1, mean.shape[1]):
        error[:, k] = correlation * error[:, k - 1] + fresh * shocks[:, k]
    seen = mean + scatter[:, None] * error
    features = _features(seen, np.array(calendar.seen))
    return replace(regression(features), windows=seen)


def regression(features: Grid) -> Readings:
    """The map from worth to forecast, for features of reviews x draws x features; half is fitted on the other half."""
    import numpy as np

    halves = np.stack([features[:, ::2], features[:, 1::2]], axis=1)
    turned = np.swapaxes(halves, 2, 3)
    # Ridge: where nothing is known yet, or two readings say the same, the forecast is the plain mean.
    solve = np.linalg.inv(turned @ halves + 1e-3 * np.eye(features.shape[2])) @ turned
    return Readings(halves, solve, features[..., 0].T)


def _features(seen: Grid, counts: NDArray[np.intp]) -> Grid:
    """What each review goes by: the newest window, the one before, the mean of all, a square and a product."""
    import numpy as np

    n = len(seen)
    known = np.concatenate([np.zeros((n, 2)), seen], axis=1).T
    sums = np.cumsum(known, axis=0)
    last, before = known[counts + 1], known[np.where(counts > 1, counts, 0)]
    every = np.where(counts > 2, 1.0 / np.maximum(counts, 1), 0.0)[:, None] * sums[counts + 1]
    f = np.stack([last, before, every], axis=-1)
    f = f - f.mean(axis=1, keepdims=True)
    f /= np.maximum(np.sqrt((f * f).mean(axis=1, keepdims=True)), 1e-12)
    one = np.ones((len(counts), n, 1))
    bends = np.stack([f[..., 0] ** 2 - 1.0, f[..., 0] * f[..., 1]], axis=-1)
    return np.concatenate([one, f, bends], axis=-1)


def chosen(worth: Grid, choices: Grid, seen: Readings, r: int) -> Grid:
    """At one review: go on, or the course whose worth is forecast to be greatest above that of going on.

    worth: 2 x draws / 2; choices: 2 x draws / 2 x courses. Fitted on one half, used on the other.
    """
    import numpy as np

    fitted = seen.solve[r] @ (choices - worth[..., None])
    forecast = seen.features[r] @ fitted[::-1]
    best = forecast.argmax(axis=2)[..., None]
    go = np.take_along_axis(forecast, best, 2)[..., 0] > 0.0
    return np.where(go, np.take_along_axis(choices, best, 2)[..., 0], worth)
