"""What each course is worth with the choices still open after it.

A later choice is made on what will then be known (`regression`). Reviews are gone through from the
last back to the first; what comes out is a policy that can be followed, and so never more than the
best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from changeadvisor.trajectory.courses import (
    COURSES,
    Calendar,
    Coming,
    Options,
    Stakes,
    Strategy,
    Tactics,
    Way,
    Worth,
)
from changeadvisor.trajectory.discounting import Discounting, discounting
from changeadvisor.trajectory.fixed_worth import (
    adjusted_way,
    going_on,
    going_on_until,
    stopped,
    strategy_changed,
    tactics_adjusted,
)
from changeadvisor.trajectory.regression import Noise, chooses, halves, readings, taken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Reviews after a change of strategy at which something may be chosen again.
_AFTER = 6


def appraise(
    way: Way, stakes: Stakes, options: Options, calendar: Calendar, noise: Noise
) -> dict[str, Worth]:
    """The worth of persisting and of every option, from now on, draw by draw."""
    money = discounting(calendar)
    branches = {"persist": _Branch.of(way, stakes, options, money)}
    if options.tactics is not None:
        branches["adjust-tactics"] = _tactics_today(way, stakes, options.tactics, options, money)
    every = _followed(list(branches.values()), money, noise)
    worth = dict(zip(branches, every, strict=True))
    if options.strategy is not None:
        changed = strategy_changed(way, stakes, options.strategy, money)[0][:, 0]
        later = options.strategy.later
        worth["adjust-strategy"] = Worth(changed if later is None else changed + later, changed)
    if options.stop is not None:
        ended = stopped(way, stakes, options.stop, money)[0][:, 0]
        worth["stop"] = Worth(ended, ended)
    return worth


def after_change(stakes: Stakes, options: Options, calendar: Calendar, noise: Noise) -> Options:
    """The options with what later choices add to a new strategy.

    These are to stop, or to adjust the tactics of the new way.
    """
    strategy = options.strategy
    if strategy is None:
        return options
    running = replace(stakes, ends=strategy.runs, begins=0.0)
    money = discounting(calendar.up_to(_AFTER))
    way = Way(strategy.way.monthly, strategy.way.at[:, : 1 + len(money.calendar.reviews)])
    branch = _Branch.of(way, running, Options(options.stop, strategy.tactics), money)
    both = _followed([branch], money, noise)[0]
    return replace(options, strategy=replace(strategy, later=both.flexible - both.fixed))


@dataclass(frozen=True, slots=True)
class _Branch:
    """A way that is begun today, with what can be chosen along it."""

    fixed: Grid
    """Its worth with no later choice, by draw."""
    choices: Mapping[str, Grid]
    """The worth of each later choice, draws x reviews."""
    expected: Mapping[str, Grid]
    """The same with the luck of what is untried averaged out: nobody who chooses knows it."""
    way: Way
    """The path it follows."""
    cost: Grid | float = 0.0
    """What beginning it costs today, by draw."""

    @classmethod
    def of(
        cls,
        way: Way,
        stakes: Stakes,
        options: Options,
        money: Discounting,
        cost: Grid | float = 0.0,
    ) -> _Branch:
        """A way with the options that are open along it."""
        choices, expected = {}, {}
        until = going_on_until(way, stakes, money)
        for name, (worth, luck) in _offered(way, stakes, options, money, until):
            choices[name], expected[name] = worth, worth - luck
        return cls(going_on(way, stakes, money), choices, expected, way, cost)


def _offered(
    way: Way, stakes: Stakes, options: Options, money: Discounting, until: Grid
) -> Iterator[tuple[str, tuple[Grid, Grid]]]:
    """Each option with its worth at each review, draws x reviews, and what of it is luck."""
    if options.stop is not None:
        worth, luck = stopped(way, stakes, options.stop, money, until)
        yield "stop", (worth[:, 1:], luck[:, 1:])
    if options.tactics is not None:
        yield "adjust-tactics", tactics_adjusted(way, stakes, options.tactics, money)
    if options.strategy is not None:
        worth, luck = strategy_changed(way, stakes, options.strategy, money, until)
        later = _put_off(options.strategy, money)
        off_mean = later - later.mean(axis=0)
        yield "adjust-strategy", (worth[:, 1:] + later, luck[:, 1:] + off_mean)


def _put_off(strategy: Strategy, money: Discounting) -> Grid:
    """Choices after a later change add what they would add after a change today, put off."""
    if strategy.later is None:
        return strategy.cost[:, None] * 0.0
    later: Grid = strategy.later[:, None] * (money.at(money.reviews) / money.today)
    return later


def _tactics_today(
    way: Way, stakes: Stakes, tactics: Tactics, options: Options, money: Discounting
) -> _Branch:
    """Adjust tactics today; stop or change strategy at a later review."""
    extended = replace(stakes, ends=max(stakes.ends, 0.0) + tactics.extends)
    new, left = adjusted_way(way, tactics, money.calendar), replace(options, tactics=None)
    return _Branch.of(new, extended, left, money, tactics.cost * money.today)


def _followed(branches: Sequence[_Branch], money: Discounting, noise: Noise) -> list[Worth]:
    """Worth of each way: fixed, and with what can be chosen at each review."""
    import numpy as np

    names = [c for c in COURSES if any(c in b.choices for b in branches)]
    if not names or not money.calendar.reviews:
        return [Worth(b.fixed - b.cost, b.fixed - b.cost) for b in branches]
    fixed = np.stack([b.fixed for b in branches])
    flexible, coming = _back_through_reviews(branches, names, fixed, money, noise)
    # To choose nothing later is open too.
    worse = flexible.mean(axis=1) < fixed.mean(axis=1)
    flexible = np.where(worse[:, None], fixed, flexible)
    every = [
        Worth(more - b.cost, less - b.cost)
        for more, less, b in zip(flexible, fixed, branches, strict=True)
    ]
    return [replace(every[0], coming=coming), *every[1:]]


def _back_through_reviews(
    branches: Sequence[_Branch],
    names: Sequence[str],
    fixed: Grid,
    money: Discounting,
    noise: Noise,
) -> tuple[Grid, Coming | None]:
    """Worth with the choices at each review, ways x draws, and what the next with news may see.

    All ways go back through the reviews together (ways x halves x draws / 2).
    """
    import numpy as np

    reviews = len(money.calendar.reviews)
    seen = readings([b.way for b in branches], money, noise)
    offered = halves(_table([b.choices for b in branches], names, reviews))
    told = halves(_table([b.expected for b in branches], names, reviews))
    barred = np.array([[name not in b.choices for name in names] for b in branches])
    first = next((r for r, n in enumerate(money.calendar.seen) if n), None)
    worth = expected = halves(fixed)
    coming = None
    for r in reversed(range(reviews)):
        if r == first:
            coming = _coming(branches[0], names, expected[0], told[r, 0], money, noise, r)
        take = chooses(expected, told[r], seen, r, barred)
        expected, worth = taken(take, expected, told[r]), taken(take, worth, offered[r])
    # The mean is that with luck averaged out; the spread is that of the draws.
    shift = expected.mean(axis=(1, 2)) - worth.mean(axis=(1, 2))
    return worth.reshape(fixed.shape) + shift[:, None], coming


def _coming(
    branch: _Branch,
    names: Sequence[str],
    persisting: Grid,
    told: Grid,
    money: Discounting,
    noise: Noise,
    review: int,
) -> Coming:
    """What the next review with news may see and do along the first way."""
    import numpy as np

    own = [k for k, name in enumerate(names) if name in branch.choices]
    every = told.swapaxes(0, 1).reshape(len(names), -1)[own]
    mean = branch.way.monthly @ money.mean[:, money.calendar.seen[review] - 1]
    worth = np.concatenate([persisting.reshape(1, -1), every])
    return Coming(mean, noise.scatter, worth, ("persist", *(names[k] for k in own)))


def _table(ways: Sequence[Mapping[str, Grid]], names: Sequence[str], reviews: int) -> Grid:
    """What each course is worth at each review along each way: reviews x ways x courses x draws."""
    import numpy as np

    draws = max(len(worth) for way in ways for worth in way.values())
    table = np.zeros((reviews, len(ways), len(names), draws))
    for at, way in enumerate(ways):
        for name, worth in way.items():
            table[:, at, names.index(name)] = worth.T
    return table
