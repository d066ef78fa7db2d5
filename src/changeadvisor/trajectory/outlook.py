"""What comes out of a reading: chances, Kanter's question, the value of each course, the tripwire, and words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.trajectory.courses import COURSES
from changeadvisor.trajectory.posterior import DRAWS
from changeadvisor.trajectory.reading import Appraisal, Trajectory, replaced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: The most decibans that the appraisal may say (formats.md section 3); the pack caps it further.
MOST = 30.0


@dataclass(frozen=True, slots=True)
class Priced:
    """A course's worth in money.

    Mean, P10, P50, P90, `error` of the mean (one standard error), its mean with no later choice, the share of
    draws in which it is best, and what choosing it is expected to lose against the best.
    """

    mean: float
    p10: float
    p50: float
    p90: float
    if_fixed: float
    best_in: float
    regret: float
    error: float


@dataclass(frozen=True, slots=True)
class View:
    """The outlook: progress is in shares of the way; levels in the measure's unit; money in the programme's."""

    chances: tuple[float, float, float]
    read: bool
    progress: tuple[float, float, float]
    expected: float
    bad_and_succeeds: float | None
    good_and_fails: float | None
    value: Mapping[str, Priced] | None
    worth_of_waiting: float | None
    worth_of_knowing: float | None
    below: float | None
    then: str | None
    cashable: tuple[float, float, float] | None
    pays_back: int | None
    reached: float | None
    sentences: tuple[str, ...]


def look(found: Trajectory, appraisal: Appraisal | None) -> View:
    """What a reading and its appraisal come to."""
    import numpy as np

    now = found.progress(np.array([max(found.months, 0.01)]))[:, 0]
    spread = float(now.mean()), float(np.quantile(now, 0.1)), float(np.quantile(now, 0.9))
    bad, good = _kanter(found, float(now.mean()), float(now.std())) if found.read else (None, None)
    value = None if appraisal is None else _value(appraisal)
    below, then = (None, None) if appraisal is None or not found.read else _tripwire(found, appraisal)
    expected = float(replaced(found, found.shares).progress(np.array([max(found.months, 0.01)])).mean())
    waiting = None if value is None else _waiting(value)
    knowing = None if value is None else min(p.regret for p in value.values())
    reached, pays = _reached(found), None if appraisal is None else _pays_back(appraisal)
    cashable = None if appraisal is None else _cashable(appraisal)
    said = tuple(_sentences(found, bad, good, reached))
    return View(
        found.posterior.chances, found.read, spread, expected, bad, good, value, waiting, knowing, below, then,
        cashable, pays, reached, said,
    )  # fmt: skip


def _kanter(found: Trajectory, mean: float, error: float) -> tuple[float, float]:
    """Of those like it that end full, the share that look at least this bad now; of those that end none, this good.

    Both as they would be estimated, with the error of this estimate.
    """
    import numpy as np
    from scipy.special import ndtr

    shares = []
    for only, way in (((1.0, 0.0, 0.0), 1.0), ((0.0, 0.0, 1.0), -1.0)):
        like = replaced(found, only).progress(np.array([found.months]))[:, 0]
        shares.append(float(ndtr(way * (mean - like) / max(error, 1e-6)).mean()))
    return shares[0], shares[1]


def _value(appraisal: Appraisal) -> dict[str, Priced]:
    """Each course priced, mildest first."""
    import numpy as np

    worth = {c: appraisal.worth[c] for c in COURSES if c in appraisal.worth}
    draws = np.stack([w.flexible for w in worth.values()])
    best = draws.max(axis=0)
    first = draws.argmax(axis=0)
    found = {}
    for k, (course, w) in enumerate(worth.items()):
        p10, p50, p90 = (float(q) for q in np.quantile(w.flexible, [0.1, 0.5, 0.9]))
        found[course] = Priced(
            float(w.flexible.mean()), p10, p50, p90, float(w.fixed.mean()),
            float((first == k).mean()), float((best - w.flexible).mean()),
            float(w.flexible.std() / math.sqrt(DRAWS)),
        )  # fmt: skip
    return found


def _waiting(value: Mapping[str, Priced]) -> float | None:
    """Persist with its later choices, over the best course that is fixed for good."""
    return max(0.0, value["persist"].mean - max(p.if_fixed for p in value.values()))


def weights(appraisal: Appraisal, share: Grid | None = None) -> dict[str, float]:
    """The weight of the appraisal for each course in decibans: 10 log10(chance better / chance worse).

    d is its worth less that of the other course with the greatest mean, draw by draw (formats.md section 3). share:
    what each draw counts, where not all alike.
    """
    import numpy as np

    if len(appraisal.worth) < 2:
        return {}
    counts = np.full(DRAWS, 1.0 / DRAWS) if share is None else share
    means = {c: float(w.flexible @ counts) for c, w in appraisal.worth.items()}
    found = {}
    for course in means:
        rival = max((c for c in means if c != course), key=lambda c: (means[c], c))
        d = appraisal.worth[course].flexible - appraisal.worth[rival].flexible
        mean = float(d @ counts)
        sd = math.sqrt(max(float(((d - mean) ** 2) @ counts), 0.0))
        found[course] = _decibans(mean, sd)
    return found


def _decibans(mean: float, sd: float) -> float:
    from scipy.special import log_ndtr

    if sd <= 1e-12 * max(abs(mean), 1.0):
        return 0.0 if mean == 0.0 else math.copysign(MOST, mean)
    z = mean / sd
    weight = 10.0 * float(log_ndtr(z) - log_ndtr(-z)) / math.log(10.0)
    return max(-MOST, min(MOST, weight))


def reweighted(found: Trajectory, appraisal: Appraisal) -> Callable[[float], dict[str, float]]:
    """The weights had the latest reading been higher by a change, in shares of the way.

    Draws count by how well they explain it (importance weights), which saves reading everything again.
    """
    import numpy as np

    seen = found.observed
    if seen is None or not seen.since:
        return lambda _: weights(appraisal)
    p = found.posterior
    last = np.array(seen.months[-2:])
    curve = found.progress(last)
    error = seen.progress[-1] - curve[:, -1]
    pair = len(last) > 1 and last[0] > 0
    alike = p.correlation ** (last[-1] - last[0]) if pair else 0.0 * p.correlation
    if pair:
        error = error - alike * (seen.progress[-2] - curve[:, 0])
    twice = 2.0 * p.scatter**2 * (1.0 - alike**2)

    def at(change: float) -> dict[str, float]:
        log = (error**2 - (error + change) ** 2) / twice
        share = np.exp(log - log.max())
        return weights(appraisal, share / share.sum())

    return at


def _tripwire(found: Trajectory, appraisal: Appraisal) -> tuple[float | None, str | None]:
    """The reading at the next review below (above, where lower is better) which persisting gives way, and to what."""
    import numpy as np

    coming = appraisal.worth["persist"].coming
    if coming is None or found.observed is None:
        return None, None
    z, gain = coming.seen, coming.choices - coming.going_on[:, None]
    centre, scale = float(z.mean()), float(z.std()) or 1.0
    u = (z - centre) / scale
    fitted = np.linalg.lstsq(np.stack([np.ones_like(u), u, u * u], axis=1), gain, rcond=None)[0]
    # From a middling reading down to as bad a one as the draws hold; further out the fit says nothing.
    grid = np.linspace(0.0, float(np.quantile(u, 0.01)), 200)
    forecast = np.stack([np.ones_like(grid), grid, grid * grid], axis=1) @ fitted
    worst = forecast.max(axis=1)
    if worst[0] > 0.0 or not (worst > 0.0).any():
        return None, None
    at = int(np.argmax(worst > 0.0))
    return found.observed.level(centre + scale * float(grid[at])), coming.names[int(forecast[at].argmax())]


def _cashable(appraisal: Appraisal) -> tuple[float, float, float] | None:
    """Present value of what the budget saves by persisting: mean, P10, P90. Shown beside the worth, never added."""
    import numpy as np

    if appraisal.cashable is None:
        return None
    saved = appraisal.cashable / 12.0 * (appraisal.way.monthly @ appraisal.calendar.counted())
    return float(saved.mean()), float(np.quantile(saved, 0.1)), float(np.quantile(saved, 0.9))


def _pays_back(appraisal: Appraisal) -> int | None:
    """The year from today by the end of which persisting has earned its costs from now on, on average; None: never."""
    import numpy as np

    w, counted, stakes = appraisal.calendar.weights, appraisal.calendar.counted(), appraisal.stakes
    runs = np.clip(stakes.ends - np.arange(len(w)), 0.0, 1.0)
    gained = (stakes.benefit[:, None] * np.minimum(appraisal.way.monthly, stakes.cap)).mean(axis=0) * counted
    spent = (stakes.spend.mean() * runs + stakes.after.mean() * (1.0 - runs)) * w
    behind = np.flatnonzero(np.cumsum(gained - spent) < 0.0)
    if not len(behind):
        return 1
    return None if behind[-1] + 1 >= len(w) else int(behind[-1] + 1) // 12 + 1


def _reached(found: Trajectory) -> float | None:
    """Months from today to the target in the middle draw; None where half the draws never get there in ten years."""
    import numpy as np

    ahead = np.arange(0.5, 121.0)
    hit = found.progress(found.months + ahead) >= 1.0
    when = np.where(hit.any(axis=1), ahead[hit.argmax(axis=1)], np.inf)
    middle = float(np.quantile(when, 0.5, method="lower"))
    return middle if math.isfinite(middle) else None


def _sentences(found: Trajectory, bad: float | None, good: float | None, reached: float | None) -> Iterator[str]:
    """Plain sentences for a board."""
    full, partial, none = (round(100 * c) for c in found.posterior.chances)
    partial = 100 - full - none
    if not found.read:
        yield (
            f"There are no results yet. As its class has ended before: of 100 like this, {full} end full, {partial} "
            f"partial, {none} none."
        )
        return
    if bad is not None and good is not None:
        yield f"Of initiatives like this that succeed, {round(100 * bad)} in 100 look at least this bad by now."
        yield f"Of those that fail, {round(100 * good)} in 100 look at least this good by now."
    yield f"Of 100 like this that look like this, {full} end full, {partial} partial, {none} none."
    if reached is not None and reached < 1.0:
        yield "It has reached its target."
    elif reached is not None:
        yield f"It reaches its target in about {round(reached)} months, if it goes as the middle of what is likely."
    else:
        yield "It is more likely than not that it never quite reaches its whole target as it goes now."
