"""What each course of action is worth from here on, with the choices still open after it.

Value runs from today over the horizon, less costs from now on; what has been spent is not in here
at all. A later choice is made on what will then be known: at each coming review the worth of every
course still open is regressed on the readings seen by then, from the last review back to the first
(Longstaff and Schwartz 2001, Review of Financial Studies 14(1), 113-147). The rule for one half of
the draws is fitted on the other half, so that no choice knows its own future; what comes out is a
policy that can be followed, and so never more than the best.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

COURSES = ("persist", "adjust-tactics", "adjust-strategy", "stop")
#: Where progress is capped, later adjustments are priced at every third review, and between them by
#: straight lines.
_EVERY = 3
#: Reviews after a change of strategy at which something may be chosen again.
_AFTER = 6


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months from today: `months` of the horizon, of them `alive` until what was gained ends.

    `reviews` to come.

    windows: readings to come as month numbers from 0, a review period's worth each. seen: how many
    windows each review will have seen. discount: what one year takes off, 0.035 for 3.5 %.
    """

    months: int
    alive: float
    reviews: tuple[int, ...]
    windows: tuple[tuple[int, ...], ...]
    seen: tuple[int, ...]
    discount: float

    def up_to(self, count: int) -> Calendar:
        """The same with its first `count` reviews only."""
        seen = self.seen[:count]
        windows = self.windows[: max(seen, default=0)] or self.windows[:1]
        return replace(self, reviews=self.reviews[:count], windows=windows, seen=seen)

    @property
    def weights(self) -> Grid:
        """The present worth of money in each month, paid in its middle."""
        import numpy as np

        return np.asarray(
            (1.0 + self.discount) ** (-(np.arange(self.months) + 0.5) / 12.0), dtype=np.float64
        )

    def counted(self) -> Grid:
        """The weights of value: nothing after what was gained has ended."""
        import numpy as np

        found: Grid = self.weights * np.clip(self.alive - np.arange(self.months), 0.0, 1.0)
        return found


@dataclass(frozen=True, slots=True)
class Stakes:
    """Draw by draw.

    `benefit` a month at progress 1, running `spend` a month and what it costs `after`.

    `ends`: months until running spend ends; `begins`: months until it begins. cap: progress beyond it is worth nothing.
    """

    benefit: Grid
    spend: Grid
    after: Grid
    ends: float
    cap: float = math.inf
    begins: float = 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """Progress draw by draw.

    In the middle of each month, and at each point of choice (today first).
    """

    monthly: Grid
    at: Grid


@dataclass(frozen=True, slots=True)
class Stopping:
    """The option to stop: cost by draw, months over which what was gained fades."""

    cost: Grid
    fade: float


@dataclass(frozen=True, slots=True)
class Tactics:
    """The option to adjust tactics: cost, gain and months of its rise by draw.

    `extends` running spend.

    by_class: the class of each draw, where the gain hangs on it.
    """

    cost: Grid
    gain: Grid
    months: Grid
    extends: float
    by_class: NDArray[np.intp] | None = None


@dataclass(frozen=True, slots=True)
class Strategy:
    """The option to change strategy.

    Cost by draw, the new path from its start, how long it runs, how long the old gain takes to
    fade, and the tactics that fit the new path, if any. later: what choices after it add, draw by
    draw.
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
    """The next review that has news, along one way, draw by draw.

    mean, scatter: of the mean of the new readings. worth: of going on after it and of each course
    chosen then, courses x draws, as `names` has them (persist first); the luck of what is untried
    is averaged out.
    """

    mean: Grid
    scatter: Grid
    worth: Grid
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings to come along several ways.

    features: reviews x ways x halves x features x draws / 2. solve: the map from worth to what is
    fitted on each half, draws / 2 x features. windows: the means of the windows themselves, windows
    x ways x draws.
    """

    features: Grid
    solve: Grid
    windows: Grid


@dataclass(frozen=True, slots=True)
class _Money:
    """Sums of discounted months.

    paid, value: of all months, and of those that count, up to each. upto: of those that count until
    each review. delays: of those that count from each review on, as months of something that begins
    then; mean: windows.
    """

    calendar: Calendar
    paid: Grid = field(repr=False)
    counted: Grid = field(repr=False)
    upto: Grid = field(repr=False)
    delays: Grid = field(repr=False)
    mean: Grid = field(repr=False)

    def until(self, month: float | Grid) -> Grid:
        """Discounted months up to `month`, which may be a part of one."""
        import numpy as np

        return np.asarray(
            np.interp(month, np.arange(self.calendar.months + 1.0), self.paid), dtype=np.float64
        )

    def at(self, month: Grid) -> Grid:
        """The present worth of a cost that falls in the month after `month`.

        Nothing beyond the horizon.
        """
        import numpy as np

        found: Grid = np.where(
            month < self.calendar.months,
            (1.0 + self.calendar.discount) ** (-(month + 0.5) / 12.0),
            0.0,
        )
        return found

    @property
    def today(self) -> float:
        """The present worth of a cost that falls today, in the middle of the first month."""
        found: float = (1.0 + self.calendar.discount) ** (-0.5 / 12.0)
        return found

    @property
    def months(self) -> Grid:
        """The reviews, as numbers to reckon with."""
        import numpy as np

        return np.asarray(self.calendar.reviews, dtype=np.float64)


@lru_cache(maxsize=64)
def _money(calendar: Calendar) -> _Money:
    import numpy as np

    n, counted = calendar.months, calendar.counted()
    reviews = np.minimum(np.asarray(calendar.reviews, dtype=int), n)
    upto = counted[:, None] * (np.arange(n)[:, None] < reviews)
    delays = np.stack([np.pad(counted, (0, n))[s : s + n] for s in (0, *reviews)], axis=1)
    mean = np.zeros((n, len(calendar.windows)))
    for k, window in enumerate(calendar.windows):
        np.add.at(mean[:, k], np.minimum(window, n - 1), 1.0 / len(window))
    return _Money(
        calendar, np.concatenate([[0.0], np.cumsum(calendar.weights)]), counted, upto, delays, mean
    )


@lru_cache(maxsize=256)
def _fading(calendar: Calendar, fade: float) -> Grid:
    """Worth of progress 1 that fades evenly to nothing from today and from each review on."""
    import numpy as np

    steps = np.arange(1.0, math.ceil(fade) + 1.0) - 0.5
    left = np.clip(1.0 - steps / fade, 0.0, 1.0) if fade > 0 else np.zeros(0)
    counted = np.concatenate([calendar.counted(), np.zeros(len(left) + 1)])
    return np.array(
        [
            counted[s : s + len(left)] @ left
            for s in (0, *(min(r, calendar.months) for r in calendar.reviews))
        ]
    )


@dataclass(frozen=True, slots=True)
class Noise:
    """Of readings to come.

    Scatter of the mean of one window by draw, and its errors, windows x draws.
    """

    scatter: Grid
    error: Grid

    @classmethod
    def of(cls, scatter: Grid, correlation: Grid, shocks: Grid) -> Noise:
        """From the correlation of neighbouring windows by draw, and normal shocks (windows x draws)."""
        import numpy as np

        error = np.sqrt(1.0 - correlation**2) * shocks
        error[0] = shocks[0]
        for k in range(1, len(error)):
            error[k] += correlation * error[k - 1]
        return cls(scatter, error)


def appraise(
    way: Way, stakes: Stakes, options: Options, calendar: Calendar, noise: Noise
) -> dict[str, Worth]:
    """The worth of persisting and of every option, from now on, draw by draw."""
    money = _money(calendar)
    branches = {"persist": _Branch.of(way, stakes, options, money)}
    if options.tactics is not None:
        branches["adjust-tactics"] = _tactics_now(way, stakes, options.tactics, options, money)
    found = dict(zip(branches, _followed(list(branches.values()), money, noise), strict=True))
    if options.strategy is not None:
        changed = _changed(way, stakes, options.strategy, money)[0][:, 0]
        later = options.strategy.later
        found["adjust-strategy"] = Worth(changed if later is None else changed + later, changed)
    if options.stop is not None:
        stopped = _stopped(way, stakes, options.stop, money)[0][:, 0]
        found["stop"] = Worth(stopped, stopped)
    return found


def after_change(stakes: Stakes, options: Options, calendar: Calendar, noise: Noise) -> Options:
    """The options with what later choices add to a new strategy.

    To stop, or to adjust the tactics of the new way.
    """
    strategy = options.strategy
    if strategy is None:
        return options
    running, money = replace(stakes, ends=strategy.runs, begins=0.0), _money(calendar.up_to(_AFTER))
    way = Way(strategy.way.monthly, strategy.way.at[:, : 1 + len(money.calendar.reviews)])
    branch = _Branch.of(way, running, Options(options.stop, strategy.tactics), money)
    both = _followed([branch], money, noise)[0]
    return replace(options, strategy=replace(strategy, later=both.flexible - both.fixed))


# --- what each course is worth with no later choice -----------------------------------------------


def _worthwhile(progress: Grid, stakes: Stakes) -> Grid:
    """Progress that is worth anything."""
    import numpy as np

    return np.minimum(progress, stakes.cap) if math.isfinite(stakes.cap) else progress


def _spent(stakes: Stakes, running: float | Grid, rest: float | Grid) -> Grid:
    """Cost of discounted months that it runs, and of those after it."""
    import numpy as np

    running, rest = np.atleast_1d(running), np.atleast_1d(rest)
    return stakes.spend[:, None] * running + stakes.after[:, None] * rest


def _persisting(way: Way, stakes: Stakes, money: _Money) -> Grid:
    """Worth of going on as planned."""
    ended = money.until(stakes.ends)
    benefit = stakes.benefit * (_worthwhile(way.monthly, stakes) @ money.counted)
    found: Grid = (
        benefit - _spent(stakes, ended - money.until(stakes.begins), money.paid[-1] - ended)[:, 0]
    )
    return found


def persisting(way: Way, stakes: Stakes, calendar: Calendar) -> Grid:
    """Worth of going on as planned with no later choice, draw by draw."""
    return _persisting(way, stakes, _money(calendar))


def _kept(way: Way, stakes: Stakes, money: _Money) -> Grid:
    """Worth of going on as planned until today (nothing) and until each review, draws x (1 + reviews)."""
    import numpy as np

    month = money.months
    ended = money.until(np.minimum(month, stakes.ends))
    running = ended - money.until(np.minimum(month, stakes.begins))
    gained = stakes.benefit[:, None] * (_worthwhile(way.monthly, stakes) @ money.upto)
    worth = gained - _spent(stakes, running, money.until(month) - ended)
    return np.concatenate([np.zeros((len(worth), 1)), worth], axis=1)


def _points(money: _Money) -> Grid:
    """Months at which something can be chosen: today and the reviews."""
    import numpy as np

    return np.concatenate([[0.0], money.months])


def _stopped(
    way: Way, stakes: Stakes, stop: Stopping, money: _Money, kept: Grid | None = None
) -> tuple[Grid, Grid]:
    """Worth of stopping today and at each review, draws x (1 + reviews), and what of it is luck of the untried.

    kept: worth of going on until then.
    """
    kept = _kept(way, stakes, money) if kept is None else kept
    fading = _worthwhile(way.at, stakes) * _fading(money.calendar, stop.fade)
    at = money.at(_points(money))
    found: Grid = kept + stakes.benefit[:, None] * fading - stop.cost[:, None] * at
    return found, _off(stop.cost)[:, None] * -at


def _off(draws: Grid) -> Grid:
    """Draws less their mean (the first axis)."""
    found: Grid = draws - draws.mean(axis=0)
    return found


def _ramp(tactics: Tactics, months: int) -> Grid:
    """What has been gained in the middle of each month after the choice, draws x months."""
    import numpy as np

    step = 1.0 / np.maximum(tactics.months, 1e-6)
    return tactics.gain[:, None] * np.minimum((np.arange(months) + 0.5) * step[:, None], 1.0)


def _retuned(way: Way, stakes: Stakes, tactics: Tactics, money: _Money) -> tuple[Grid, Grid]:
    """Worth of adjusting tactics at each review, draws x reviews, and what of it is luck of the untried."""
    import numpy as np

    month, ramp = money.months, _ramp(tactics, money.calendar.months)
    begins = np.maximum(stakes.ends, month)
    longer = money.until(begins + tactics.extends) - money.until(begins)
    before = money.until(stakes.begins)
    running = money.until(min(stakes.ends, money.calendar.months)) + longer - before
    at, benefit = money.at(month), stakes.benefit[:, None]
    luck = -_off(tactics.cost)[:, None] * at
    if math.isfinite(stakes.cap):
        gained = _capped(way, stakes, ramp, money)
    else:
        more = ramp @ money.delays[:, 1:]
        gained = (way.monthly @ money.counted)[:, None] + more
        luck = luck + benefit * _untold(more, tactics)
    cost = _spent(stakes, running, money.paid[-1] - running - before) + tactics.cost[:, None] * at
    return benefit * gained - cost, luck


def _untold(more: Grid, tactics: Tactics) -> Grid:
    """What a gain differs from its mean, within each class where it hangs on it."""
    if tactics.by_class is None:
        return _off(more)
    found = more.copy()
    for k in range(3):
        rows = tactics.by_class == k
        if rows.any():
            found[rows] -= more[rows].mean(axis=0)
    return found


def _capped(way: Way, stakes: Stakes, ramp: Grid, money: _Money) -> Grid:
    """Months of full benefit with a gain that begins at each review, nothing counted beyond the cap.

    Worked out at every third review and the last, and by straight lines between.
    """
    import numpy as np

    reviews, n = money.calendar.reviews, money.calendar.months
    knots = sorted({*range(0, len(reviews), _EVERY), len(reviews) - 1})
    base = np.minimum(way.monthly, stakes.cap) @ money.counted
    worth = []
    for s in (min(reviews[k], n) for k in knots):
        late = way.monthly[:, s:]
        more = np.minimum(late + ramp[:, : n - s], stakes.cap) - np.minimum(late, stakes.cap)
        worth.append(base + more @ money.counted[s:])
    at, share = _between(len(reviews), knots)
    table = np.stack(worth, axis=1)
    found: Grid = (
        table[:, at] * (1.0 - share) + table[:, at + 1] * share if len(knots) > 1 else table
    )
    return found


def _between(count: int, knots: Sequence[int]) -> tuple[NDArray[np.intp], Grid]:
    """For each of `count` places, the knot before it and how far it lies towards the next."""
    import numpy as np

    place = np.interp(np.arange(count), knots, np.arange(len(knots)))
    at = np.minimum(place.astype(int), max(len(knots) - 2, 0))
    return at, place - at


def _changed(
    way: Way, stakes: Stakes, strategy: Strategy, money: _Money, kept: Grid | None = None
) -> tuple[Grid, Grid]:
    """Worth of changing strategy today and at each review, draws x (1 + reviews), and what of it is luck.

    No later choice is counted.
    """
    kept = _kept(way, stakes, money) if kept is None else kept
    month, benefit = _points(money), stakes.benefit[:, None]
    new = _worthwhile(strategy.way.monthly, stakes) @ money.delays
    old = _worthwhile(way.at, stakes) * _fading(money.calendar, strategy.fade)
    until, at = money.until(month + strategy.runs), money.at(month)
    cost = (
        _spent(stakes, until - money.until(month), money.paid[-1] - until)
        + strategy.cost[:, None] * at
    )
    return kept + benefit * (old + new) - cost, benefit * _off(new) - _off(strategy.cost)[
        :, None
    ] * at


# --- with the choices still open ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Branch:
    """A way that is begun today.

    Worth with no later choice, worth of each later choice (draws x reviews), its path.

    told: the choices with the luck of what is untried averaged out, which nobody knows. cost: what
    beginning it costs today, by draw.
    """

    fixed: Grid
    choices: Mapping[str, Grid]
    told: Mapping[str, Grid]
    way: Way
    cost: Grid | float = 0.0

    @classmethod
    def of(
        cls, way: Way, stakes: Stakes, options: Options, money: _Money, cost: Grid | float = 0.0
    ) -> _Branch:
        """A way with the options that are open along it."""
        found, told = {}, {}
        for name, (worth, luck) in _offered(way, stakes, options, money, _kept(way, stakes, money)):
            found[name], told[name] = worth, worth - luck
        return cls(_persisting(way, stakes, money), found, told, way, cost)


def _offered(
    way: Way, stakes: Stakes, options: Options, money: _Money, kept: Grid
) -> Iterator[tuple[str, tuple[Grid, Grid]]]:
    """Each option with its worth at each review, draws x reviews, and what of it is luck of the untried."""
    if options.stop is not None:
        worth, luck = _stopped(way, stakes, options.stop, money, kept)
        yield "stop", (worth[:, 1:], luck[:, 1:])
    if options.tactics is not None:
        yield "adjust-tactics", _retuned(way, stakes, options.tactics, money)
    if options.strategy is not None:
        worth, untold = _changed(way, stakes, options.strategy, money, kept)
        later = _later(options.strategy, money)
        yield "adjust-strategy", (worth[:, 1:] + later, untold[:, 1:] + _off(later))


def _later(strategy: Strategy, money: _Money) -> Grid:
    """Choices after a later change add what they would add after a change today, put off."""
    if strategy.later is None:
        return strategy.cost[:, None] * 0.0
    found: Grid = strategy.later[:, None] * (money.at(money.months) / money.today)
    return found


def _tactics_now(
    way: Way, stakes: Stakes, tactics: Tactics, options: Options, money: _Money
) -> _Branch:
    """Adjust tactics today; stop or change strategy at a later review."""
    extended = replace(stakes, ends=max(stakes.ends, 0.0) + tactics.extends)
    cost = tactics.cost * money.today
    return _Branch.of(
        retuned(way, tactics, money.calendar), extended, replace(options, tactics=None), money, cost
    )


def retuned(way: Way, tactics: Tactics, calendar: Calendar) -> Way:
    """The way with tactics adjusted today."""
    import numpy as np

    points = np.array([0, *calendar.reviews], dtype=np.float64)
    share = np.minimum(points / np.maximum(tactics.months, 1e-6)[:, None], 1.0)
    return Way(
        way.monthly + _ramp(tactics, calendar.months), way.at + tactics.gain[:, None] * share
    )


def _followed(branches: Sequence[_Branch], money: _Money, noise: Noise) -> list[Worth]:
    """Worth of each way: fixed, and with what can be chosen at each review by what is then known.

    All ways go back through the reviews together (ways x halves x draws / 2).
    """
    import numpy as np

    calendar = money.calendar
    names = [c for c in COURSES if any(c in b.choices for b in branches)]
    fixed = np.stack([b.fixed for b in branches])
    if not names or not calendar.reviews:
        return [Worth(w - b.cost, w - b.cost) for w, b in zip(fixed, branches, strict=True)]
    seen = readings([b.way for b in branches], money, noise)
    offered, told = (
        _halves(_table(t, names, len(calendar.reviews)))
        for t in ([b.choices for b in branches], [b.told for b in branches])
    )
    barred = np.array([[n not in b.choices for n in names] for b in branches])
    worth = before = expected = _halves(fixed)
    first = next((r for r, n in enumerate(calendar.seen) if n), -1)
    for r in reversed(range(len(calendar.reviews))):
        before = expected if r == first else before
        take = chooses(expected, told[r], seen, r, barred)
        expected, worth = taken(take, expected, told[r]), taken(take, worth, offered[r])
    # The mean is that with luck averaged out; the spread is that of the draws.
    shift = expected.mean(axis=(1, 2)) - worth.mean(axis=(1, 2))
    ends = worth.reshape(fixed.shape) + shift[:, None]
    # To choose nothing later is open too.
    ends = np.where((ends.mean(axis=1) < fixed.mean(axis=1))[:, None], fixed, ends)
    found = [Worth(w - b.cost, f - b.cost) for w, f, b in zip(ends, fixed, branches, strict=True)]
    if first >= 0:
        found[0] = replace(
            found[0],
            coming=_coming(branches[0], names, before[0], told[first, 0], money, noise, first),
        )
    return found


def _coming(
    branch: _Branch,
    names: Sequence[str],
    going_on: Grid,
    told: Grid,
    money: _Money,
    noise: Noise,
    review: int,
) -> Coming:
    """What the next review with news may see and do along the first way."""
    import numpy as np

    own = [k for k, n in enumerate(names) if n in branch.choices]
    every = told.swapaxes(0, 1).reshape(len(names), -1)[own]
    mean = branch.way.monthly @ money.mean[:, money.calendar.seen[review] - 1]
    worth = np.concatenate([going_on.reshape(1, -1), every])
    return Coming(mean, noise.scatter, worth, ("persist", *(names[k] for k in own)))


def _table(ways: Sequence[Mapping[str, Grid]], names: Sequence[str], reviews: int) -> Grid:
    """What each course is worth at each review along each way: reviews x ways x courses x draws."""
    import numpy as np

    draws = max(len(worth) for way in ways for worth in way.values())
    found = np.zeros((reviews, len(ways), len(names), draws))
    for at, way in enumerate(ways):
        for name, worth in way.items():
            found[:, at, names.index(name)] = worth.T
    return found


def _halves(draws: Grid) -> Grid:
    """The two halves of the draws apart, each spread over all that may be: ...

    X 2 x (courses or features) x draws / 2.

    The last axis holds draws, the one before it courses or features, unless there are only ways.
    """
    apart = draws.reshape(*draws.shape[:-1], 2, -1)
    return apart.swapaxes(-3, -2) if draws.ndim > 2 else apart


# --- what will be seen, and choosing by it --------------------------------------------------------


def readings(ways: Sequence[Way], money: _Money, noise: Noise) -> Readings:
    """Readings to come along each way, as features of each review, standardised.

    Half is fitted on the other half.
    """
    import numpy as np

    error = noise.scatter * noise.error[: len(money.calendar.windows)]
    seen = np.stack([money.mean.T @ w.monthly.T for w in ways], axis=1) + error[:, None]
    found = regression(_features(seen, np.array(money.calendar.seen)))
    return replace(found, windows=seen)


def regression(features: Grid) -> Readings:
    """The map from worth to forecast, for features of reviews x ways x features x draws.

    Half fitted on the other.
    """
    import numpy as np

    halves = np.ascontiguousarray(_halves(features))
    turned = halves.swapaxes(-1, -2)
    # Ridge: where nothing is known yet, or two readings say the same, the forecast is the plain
    # mean.
    solve = turned @ np.linalg.inv(halves @ turned + 1e-3 * np.eye(features.shape[-2]))
    return Readings(halves, solve, features[..., 0, :])


def _features(seen: Grid, counts: NDArray[np.intp]) -> Grid:
    """What each review goes by.

    The newest window, the one before, the mean of all, a square and a product.

    seen: windows x ways x draws. Gives reviews x ways x features x draws.
    """
    import numpy as np

    known = np.concatenate([np.zeros((2, *seen.shape[1:])), seen])
    last, before = known[counts + 1], known[np.where(counts > 1, counts, 0)]
    every = (
        np.cumsum(seen, axis=0)[counts - 1]
        * np.where(counts > 2, 1.0 / np.maximum(counts, 1), 0.0)[:, None, None]
    )
    f = np.empty((len(counts), seen.shape[1], 6, seen.shape[2]))
    f[:, :, 0], f[:, :, 1], f[:, :, 2], f[:, :, 3] = 1.0, last, before, every
    plain = f[:, :, 1:4]
    plain -= plain.mean(axis=-1, keepdims=True)
    plain /= np.maximum(np.sqrt(np.einsum("rwfn,rwfn->rwf", plain, plain) / seen.shape[2]), 1e-12)[
        ..., None
    ]
    f[:, :, 4], f[:, :, 5] = f[:, :, 1] ** 2 - 1.0, f[:, :, 1] * f[:, :, 2]
    return f


def chooses(
    worth: Grid, choices: Grid, seen: Readings, r: int, barred: NDArray[np.bool_] | None = None
) -> NDArray[np.intp]:
    """What one review chooses, draw by draw: 0 goes on, k is the k-th course.

    The course whose worth is forecast to be greatest above that of going on. worth: ways x 2 x
    draws / 2; choices: ways x 2 x courses x draws / 2; barred: ways x courses that are not open.
    Fitted on one half, used on the other.
    """
    import numpy as np

    fitted = (choices - worth[..., None, :]) @ seen.solve[r]
    forecast = fitted[:, ::-1] @ seen.features[r]
    if barred is not None:
        forecast -= np.where(barred, np.inf, 0.0)[:, None, :, None]
    best, found = np.zeros(worth.shape), np.zeros(worth.shape, dtype=np.intp)
    for k in range(choices.shape[-2]):
        better = forecast[..., k, :] > best
        best, found = np.where(better, forecast[..., k, :], best), np.where(better, k + 1, found)
    return found


def taken(take: NDArray[np.intp], worth: Grid, choices: Grid) -> Grid:
    """The worth of what was chosen, shapes as in `chooses`."""
    import numpy as np

    for k in range(choices.shape[-2]):
        worth = np.where(take == k + 1, choices[..., k, :], worth)
    return worth
