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
from changeadvisor.trajectory.regression import (
    Noise,
    Readings,
    chooses,
    halves,
    readings,
    taken,
)

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
    worth: dict[str, Worth] = {}
    if options.tactics is not None:
        today = _tactics_today(way, stakes, options.tactics, options, money)
        adjusted, after = _followed(today, money, noise)
        # What may still be chosen after other tactics may be so after later ones too.
        options = replace(options, tactics=replace(options.tactics, later=after))
        worth["adjust-tactics"] = adjusted
    worth["persist"], _ = _followed(_Branch.of(way, stakes, options, money), money, noise)
    if options.strategy is not None:
        changed = strategy_changed(way, stakes, options.strategy, money)[0][:, 0]
        later, only = options.strategy.later, options.strategy.stopped_later
        worth["adjust-strategy"] = Worth(
            changed if later is None else changed + later,
            changed,
            changed if only is None else changed + only,
        )
    if options.stop is not None:
        ended = stopped(way, stakes, options.stop, money)[0][:, 0]
        worth["stop"] = Worth(ended, ended, ended)
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
    both, _ = _followed(branch, money, noise)
    later, only = both.flexible - both.fixed, both.within - both.fixed
    return replace(options, strategy=replace(strategy, later=later, stopped_later=only))


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
    saves: NDArray[np.bool_]
    """At which reviews stopping costs no more than the spend that it saves, on average."""
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
        saves = _saves(stakes, options, money)
        return cls(going_on(way, stakes, money), choices, expected, way, saves, cost)


def _saves(stakes: Stakes, options: Options, money: Discounting) -> NDArray[np.bool_]:
    """At which reviews stopping costs no more than the spend that it saves, on average."""
    import numpy as np

    month = money.reviews
    if options.stop is None:
        return np.zeros(len(month), dtype=np.bool_)
    ends = min(stakes.ends, money.calendar.months)
    running = money.until(ends) - money.until(np.clip(month, stakes.begins, ends))
    rest = money.paid[-1] - money.until(np.maximum(month, ends))
    saved = float(stakes.spend.mean()) * running + float(stakes.after.mean()) * rest
    return np.asarray(float(options.stop.cost.mean()) * money.at(month) <= saved)


def _offered(
    way: Way, stakes: Stakes, options: Options, money: Discounting, until: Grid
) -> Iterator[tuple[str, tuple[Grid, Grid]]]:
    """Each option with its worth at each review, draws x reviews, and what of it is luck."""
    if options.stop is not None:
        worth, luck = stopped(way, stakes, options.stop, money, until)
        yield "stop", (worth[:, 1:], luck[:, 1:])
    if options.tactics is not None:
        worth, luck = tactics_adjusted(way, stakes, options.tactics, money)
        more, of_luck = options.tactics.later or (0.0, 0.0)
        yield "adjust-tactics", (worth + more, luck + of_luck)
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


def _followed(branch: _Branch, money: Discounting, noise: Noise) -> tuple[Worth, tuple[Grid, Grid]]:
    """Worth of a way, fixed and with what can be chosen at each review.

    And what the choices after each review add, draws x reviews, with what of that is luck.
    """
    import numpy as np

    names = [c for c in COURSES if c in branch.choices]
    fixed, reviews = branch.fixed - branch.cost, len(money.calendar.reviews)
    if not names or not reviews:
        nothing = np.zeros((len(fixed), reviews))
        return Worth(fixed, fixed, fixed), (nothing, nothing)
    seen = readings([branch.way], money, noise)
    every = np.ones((reviews, len(names)), dtype=np.bool_)
    flexible, after, coming = _back_through_reviews(branch, names, money, noise, seen, every)
    within = branch.fixed
    if branch.saves.any():
        only = branch.saves[:, None] & np.array([name == "stop" for name in names])
        within, _, _ = _back_through_reviews(branch, names, money, noise, seen, only)
    return Worth(flexible - branch.cost, fixed, within - branch.cost, coming), after


def _back_through_reviews(
    branch: _Branch,
    names: Sequence[str],
    money: Discounting,
    noise: Noise,
    seen: Readings,
    open: NDArray[np.bool_],
) -> tuple[Grid, tuple[Grid, Grid], Coming | None]:
    """Worth with the choices that are open at each review (reviews x courses), by draw.

    With what the choices after each review add and what of that is luck (draws x reviews), and what
    the next review with news may see. Draws go in two halves (halves x draws / 2).
    """
    import numpy as np

    reviews = len(money.calendar.reviews)
    offered = halves(_table(branch.choices, names, reviews))
    told = halves(_table(branch.expected, names, reviews))
    first = next((r for r, n in enumerate(money.calendar.seen) if n), None)
    fixed = halves(branch.fixed[None])
    worth = expected = fixed
    after, luck = np.empty((2, reviews, len(branch.fixed)))
    coming = None
    for r in reversed(range(reviews)):
        if r == first:
            coming = _coming(branch, names, expected[0], told[r, 0], money, noise, r)
        luck[r] = (worth - expected).ravel() - (worth - expected).mean()
        after[r] = (expected - fixed).ravel() + luck[r]
        if open[r].any():
            take = chooses(expected, told[r], seen, r, ~open[r : r + 1])
            expected, worth = taken(take, expected, told[r]), taken(take, worth, offered[r])
    # The mean is that with luck averaged out; the spread is that of the draws.
    flexible = worth.ravel() + (expected.mean() - worth.mean())
    # To choose nothing later is open too, and so is one course at one review, whatever is read.
    means = np.stack([branch.expected[name].mean(axis=0) for name in names], axis=1)
    means = np.where(open, means, -np.inf)
    review, course = np.unravel_index(int(means.argmax()), means.shape)
    if means[review, course] > max(flexible.mean(), branch.fixed.mean()):
        flexible = branch.choices[names[int(course)]][:, review]
    elif flexible.mean() < branch.fixed.mean():
        flexible = branch.fixed
    return flexible, (after.T, luck.T), coming


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


def _table(choices: Mapping[str, Grid], names: Sequence[str], reviews: int) -> Grid:
    """What each course is worth at each review: reviews x one way x courses x draws."""
    import numpy as np

    table = np.stack([choices[name].T for name in names], axis=1)
    return table.reshape(reviews, 1, len(names), -1)
