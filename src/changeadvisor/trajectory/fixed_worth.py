"""What each course is worth chosen for good, today or at a later review, draw by draw.

Value runs from today over the horizon, less costs from now on; what has been spent is not in here
at all. Beside each worth stands what of it is luck: what differs between draws only because the
course is untried (its cost, its gain), and which nobody who chooses it can know.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from changeadvisor.trajectory.courses import (
    Calendar,
    Stakes,
    Stopping,
    Strategy,
    Tactics,
    Way,
)
from changeadvisor.trajectory.discounting import Discounting, discounting, fading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Where progress is capped, later adjustments are priced at every third review, and between them by
#: straight lines.
_EVERY = 3


def persisting(way: Way, stakes: Stakes, calendar: Calendar) -> Grid:
    """Worth of going on as planned with no later choice, draw by draw."""
    return going_on(way, stakes, discounting(calendar))


def going_on(way: Way, stakes: Stakes, money: Discounting) -> Grid:
    """Worth of going on as planned."""
    ended = money.until(stakes.ends)
    benefit = stakes.benefit * (_worthwhile(way.monthly, stakes) @ money.counted)
    spent = _spent(stakes, ended - money.until(stakes.begins), money.paid[-1] - ended)
    worth: Grid = benefit - spent[:, 0]
    return worth


def going_on_until(way: Way, stakes: Stakes, money: Discounting) -> Grid:
    """Worth of going on until today (nothing) and until each review, draws x (1 + reviews)."""
    import numpy as np

    month = money.reviews
    ended = money.until(np.minimum(month, stakes.ends))
    running = ended - money.until(np.minimum(month, stakes.begins))
    gained = stakes.benefit[:, None] * (_worthwhile(way.monthly, stakes) @ money.upto)
    worth = gained - _spent(stakes, running, money.until(month) - ended)
    return np.concatenate([np.zeros((len(worth), 1)), worth], axis=1)


def _worthwhile(progress: Grid, stakes: Stakes) -> Grid:
    """Progress that is worth anything."""
    import numpy as np

    return np.minimum(progress, stakes.cap) if math.isfinite(stakes.cap) else progress


def _spent(stakes: Stakes, running: float | Grid, rest: float | Grid) -> Grid:
    """Cost of discounted months that it runs, and of those after it."""
    import numpy as np

    running, rest = np.atleast_1d(running), np.atleast_1d(rest)
    return stakes.spend[:, None] * running + stakes.after[:, None] * rest


def _off_mean(draws: Grid) -> Grid:
    """Draws less their mean (the first axis)."""
    off: Grid = draws - draws.mean(axis=0)
    return off


# --- stopping -------------------------------------------------------------------------------------


def stopped(
    way: Way, stakes: Stakes, stop: Stopping, money: Discounting, until: Grid | None = None
) -> tuple[Grid, Grid]:
    """Worth of stopping today and at each review, draws x (1 + reviews), and what of it is luck.

    until: worth of going on until then.
    """
    until = going_on_until(way, stakes, money) if until is None else until
    left = _worthwhile(way.at, stakes) * fading(money.calendar, stop.fade)
    at = money.at(money.points)
    worth: Grid = until + stakes.benefit[:, None] * left - stop.cost[:, None] * at
    return worth, _off_mean(stop.cost)[:, None] * -at


# --- adjusting tactics ----------------------------------------------------------------------------


def adjusted_way(way: Way, tactics: Tactics, calendar: Calendar) -> Way:
    """The way with tactics adjusted today."""
    import numpy as np

    points = np.array([0, *calendar.reviews], dtype=np.float64)
    share = np.minimum(points / np.maximum(tactics.months, 1e-6)[:, None], 1.0)
    return Way(
        way.monthly + _ramp(tactics, calendar.months), way.at + tactics.gain[:, None] * share
    )


def _ramp(tactics: Tactics, months: int) -> Grid:
    """What has been gained in the middle of each month after the choice, draws x months."""
    import numpy as np

    step = 1.0 / np.maximum(tactics.months, 1e-6)
    return tactics.gain[:, None] * np.minimum((np.arange(months) + 0.5) * step[:, None], 1.0)


def tactics_adjusted(
    way: Way, stakes: Stakes, tactics: Tactics, money: Discounting
) -> tuple[Grid, Grid]:
    """Worth of adjusting tactics at each review, draws x reviews, and what of it is luck."""
    import numpy as np

    month, ramp = money.reviews, _ramp(tactics, money.calendar.months)
    begins = np.maximum(stakes.ends, month)
    longer = money.until(begins + tactics.extends) - money.until(begins)
    before = money.until(stakes.begins)
    running = money.until(min(stakes.ends, money.calendar.months)) + longer - before
    at, benefit = money.at(month), stakes.benefit[:, None]
    luck = -_off_mean(tactics.cost)[:, None] * at
    if math.isfinite(stakes.cap):
        gained = _capped(way, stakes, ramp, money)
    else:
        more = ramp @ money.delays[:, 1:]
        gained = (way.monthly @ money.counted)[:, None] + more
        luck = luck + benefit * _luck_of_gain(more, tactics)
    cost = _spent(stakes, running, money.paid[-1] - running - before) + tactics.cost[:, None] * at
    return benefit * gained - cost, luck


def _luck_of_gain(more: Grid, tactics: Tactics) -> Grid:
    """What a gain differs from its mean, within each class where it hangs on it."""
    if tactics.by_class is None:
        return _off_mean(more)
    off = more.copy()
    for k in range(3):
        rows = tactics.by_class == k
        if rows.any():
            off[rows] -= more[rows].mean(axis=0)
    return off


def _capped(way: Way, stakes: Stakes, ramp: Grid, money: Discounting) -> Grid:
    """Months of full benefit with a gain that begins at each review, nothing beyond the cap.

    Worked out at every third review and the last, and by straight lines between.
    """
    import numpy as np

    reviews, n = money.calendar.reviews, money.calendar.months
    knots = sorted({*range(0, len(reviews), _EVERY), len(reviews) - 1})
    base = np.minimum(way.monthly, stakes.cap) @ money.counted
    worth = []
    for start in (min(reviews[k], n) for k in knots):
        late = way.monthly[:, start:]
        more = np.minimum(late + ramp[:, : n - start], stakes.cap) - np.minimum(late, stakes.cap)
        worth.append(base + more @ money.counted[start:])
    table = np.stack(worth, axis=1)
    if len(knots) == 1:
        return table
    at, share = _between(len(reviews), knots)
    between: Grid = table[:, at] * (1.0 - share) + table[:, at + 1] * share
    return between


def _between(count: int, knots: Sequence[int]) -> tuple[NDArray[np.intp], Grid]:
    """For each of `count` places, the knot before it and how far it lies towards the next."""
    import numpy as np

    place = np.interp(np.arange(count), knots, np.arange(len(knots)))
    at = np.minimum(place.astype(int), max(len(knots) - 2, 0))
    return at, place - at


# --- changing strategy ----------------------------------------------------------------------------


def strategy_changed(
    way: Way, stakes: Stakes, strategy: Strategy, money: Discounting, until: Grid | None = None
) -> tuple[Grid, Grid]:
    """Worth of changing strategy today and at each review, and what of it is luck.

    Draws x (1 + reviews); no choice after the change is counted. until: worth of going on until
    then.
    """
    until = going_on_until(way, stakes, money) if until is None else until
    month, benefit = money.points, stakes.benefit[:, None]
    new = _worthwhile(strategy.way.monthly, stakes) @ money.delays
    old = _worthwhile(way.at, stakes) * fading(money.calendar, strategy.fade)
    ended, at = money.until(month + strategy.runs), money.at(month)
    spent = _spent(stakes, ended - money.until(month), money.paid[-1] - ended)
    cost = spent + strategy.cost[:, None] * at
    luck = benefit * _off_mean(new) - _off_mean(strategy.cost)[:, None] * at
    return until + benefit * (old + new) - cost, luck
