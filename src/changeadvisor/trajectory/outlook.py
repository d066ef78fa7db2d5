"""What comes out of a reading: chances, Kanter's question, the worth of each course, the tripwire.

Kanter's question: everything can look like a failure in the middle (Kanter 2009, Change is hardest
in the middle, HBR), so how many that look like this succeed all the same?
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from changeadvisor.trajectory.counterfactual import Observed
from changeadvisor.trajectory.courses import COURSES
from changeadvisor.trajectory.pricing import Appraisal
from changeadvisor.trajectory.reading import AHEAD, Trajectory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: The most decibans that the appraisal may say (formats.md section 3); the pack caps it further.
MOST = 30.0
#: Decibans by which another course must lead before a tripwire names it: draws tell no finer.
CLEAR = 1.0
#: Standard errors that count as the numerical error of a mean.
ERROR = 3.0
#: How far the latest reading is changed to see what would follow, in shares of the way.
REACH = 1.0


@dataclass(frozen=True, slots=True)
class Priced:
    """A course's present worth, in the programme's currency."""

    mean: float
    """Its mean, later choices counted in."""
    p10: float
    """One time in ten it is lower."""
    p50: float
    """As likely above as below."""
    p90: float
    """One time in ten it is higher."""
    if_fixed: float
    """Its mean with no later choice."""
    within_spend: float
    """Its mean with a later stop as the only later choice, where that costs no more than it saves.

    It is what the set counts: nothing that has not been budgeted for.
    """
    best_in: float
    """The share (0 to 1) of draws in which it is best."""
    regret: float
    """What choosing it is expected to lose against the best in each draw."""
    error: float
    """The numerical error of the mean: three standard errors."""


@dataclass(frozen=True, slots=True)
class Improvement:
    """A course that is better than going on, by less than counts against it."""

    course: str
    """Which."""
    gains: float
    """Its mean worth above that of going on, if neither is ever followed by another choice."""
    delay_costs: float
    """What putting it off to the next review costs on average."""


@dataclass(frozen=True, slots=True)
class OutlookReading:
    """The outlook of one initiative; money is in the programme's currency."""

    chances: tuple[float, float, float]
    """Of full, partial and none."""
    read: bool
    """Whether it rests on results, and not on its class alone."""
    progress: tuple[float, float, float]
    """Now, in shares of the way: mean, P10, P90."""
    bad_and_succeeds: float | None = None
    """Of those like it that end full, the share that look at least this bad by now."""
    good_and_fails: float | None = None
    """Of those like it that end none, the share that look at least this good by now."""
    reached: float | None = None
    """Months until it reaches its target in the middle draw; None: not within ten years."""
    value: Mapping[str, Priced] | None = None
    """The worth of each course; None: none can be priced."""
    worth_of_waiting: float | None = None
    """Going on with its later choices, over the best course that is fixed for good."""
    worth_of_knowing: float | None = None
    """What it would be worth at most to know how it will end."""
    below: float | None = None
    """The mean reading at the next review below which going on gives way, in the measure's unit.

    Above which, where lower is better.
    """
    then: str | None = None
    """The course to which it gives way."""
    cashable: tuple[float, float, float] | None = None
    """Present value of what the budget saves by going on: mean, P10, P90."""
    improvement: Improvement | None = None
    """The best of those that lead going on by less than is material; None: none does."""
    pays_back: int | None = None
    """The year from today by the end of which going on has earned its coming costs."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is in the ledger beside the appraisal, in decibans."""

    support: Mapping[str, float]
    """Of each course, without the appraisal."""
    cap: float
    """The most that the appraisal may say."""
    barred: frozenset[str] = frozenset()
    """Courses that are vetoed."""


def read_outlook(curve: Trajectory, appraisal: Appraisal | None, beside: Beside) -> OutlookReading:
    """What a reading and its appraisal come to; `beside`: what else is in the ledger."""
    now = curve.coming(0)[:, 0]
    low, _, high = quantiles(now)
    outlook = OutlookReading(
        chances=curve.posterior.chances,
        read=curve.read,
        progress=(float(now.mean()), float(low), float(high)),
        reached=_reached(curve),
    )
    if curve.read:
        bad, good = _kanter(curve, float(now.mean()), float(now.std()))
        outlook = replace(outlook, bad_and_succeeds=bad, good_and_fails=good)
    if appraisal is None:
        return outlook
    value = priced(appraisal)
    below, then = _tripwire(curve, appraisal, beside) if curve.read else (None, None)
    return replace(
        outlook,
        value=value,
        worth_of_waiting=_waiting(value),
        worth_of_knowing=min(p.regret for p in value.values()),
        below=below,
        then=then,
        cashable=_cashable(appraisal),
        pays_back=_pays_back(appraisal),
        improvement=improvement(appraisal, value),
    )


def improvement(appraisal: Appraisal, value: Mapping[str, Priced]) -> Improvement | None:
    """The best course of those that lead going on by less than is material."""
    going_on = value["persist"]
    slight = [
        course
        for course, worth in value.items()
        if 0.0 < worth.mean - going_on.mean < appraisal.gate
    ]
    if not slight:
        return None
    best = max(slight, key=lambda course: (value[course].mean, course))
    return Improvement(
        best, value[best].if_fixed - going_on.if_fixed, value[best].mean - going_on.mean
    )


def _kanter(curve: Trajectory, mean: float, error: float) -> tuple[float, float]:
    """Of those like it that end full, the share that look at least this bad now.

    And of those that end none, the share that look at least this good. What is compared is the
    estimate. An estimate of progress p leans towards what is usual by `lean`, and scatters by
    sqrt(lean) times its error (the normal filter: West and Harrison 1997).
    """
    from scipy.special import ndtr

    now, share = curve.before()
    usual = float((share * now).sum())
    spread = float((share * (now - usual) ** 2).sum())
    lean = min(max(1.0 - error**2 / max(spread, 1e-12), 0.02), 1.0)
    z = (mean - usual - lean * (now - usual)) / max(math.sqrt(lean) * error, 1e-6)
    return float(ndtr(z[0]).mean()), float(ndtr(-z[2]).mean())


def priced(appraisal: Appraisal) -> dict[str, Priced]:
    """Each course priced, mildest first."""
    import numpy as np

    worth = {c: appraisal.worth[c] for c in COURSES if c in appraisal.worth}
    draws = np.stack([w.flexible for w in worth.values()])
    best, first = draws.max(axis=0), draws.argmax(axis=0)
    means, tens = draws.mean(axis=1).tolist(), quantiles(draws).tolist()
    regret = (best - draws).mean(axis=1).tolist()
    errors = _errors(draws).tolist()
    return {
        course: Priced(
            mean=means[k],
            p10=tens[k][0],
            p50=tens[k][1],
            p90=tens[k][2],
            if_fixed=float(worth[course].fixed.mean()),
            within_spend=float(worth[course].within.mean()),
            best_in=float((first == k).mean()),
            regret=regret[k],
            error=errors[k],
        )
        for k, course in enumerate(worth)
    }


def quantiles(draws: Grid) -> Grid:
    """P10, P50 and P90 of draws along the last axis (straight lines between draws, as usual)."""
    import numpy as np

    ordered = np.sort(draws, axis=-1)
    place = np.array([0.1, 0.5, 0.9]) * (draws.shape[-1] - 1)
    at = place.astype(int)
    part = place - at
    tens: Grid = ordered[..., at] * (1.0 - part) + ordered[..., at + 1] * part
    return tens


def _waiting(value: Mapping[str, Priced]) -> float:
    """Persist with its later choices, over the best course that is fixed for good."""
    return max(0.0, value["persist"].mean - max(p.if_fixed for p in value.values()))


def weights(worths: Mapping[str, Grid], gate: float = 0.0, lean: float = 0.0) -> dict[str, float]:
    """The weight of the appraisal for each course in decibans.

    10 log10(chance better / chance worse). worths: of each course, draw by draw. d is its worth
    less that of the other course with the greatest mean, draw by draw (formats.md section 3).
    gate: a course that leads persisting by less money weighs nothing, and is nobody's rival. lean:
    numerical errors of each lead that it is taken to be greater by.
    """
    import numpy as np

    if len(worths) < 2:
        return {}
    names = sorted(worths)
    worth = np.stack([worths[c] for c in names])
    counts = np.full((1, worth.shape[1]), 1.0 / worth.shape[1])
    return dict(zip(names, _weights_at(worth, counts, names, gate, lean)[0].tolist(), strict=True))


def hanging(
    worths: Mapping[str, Grid], lost: Mapping[str, Grid | float], cap: float, gate: float = 0.0
) -> dict[str, float]:
    """What the worth lost downstream turns in the weight of each course, in decibans.

    Weights are held to `cap`. worths: of the courses that are appraised. Where stopping is not
    among them its own worth is not known, and what is lost downstream speaks alone. gate: as for
    `weights`.
    """
    import numpy as np

    alone = len(worths) < 2 or "stop" not in worths
    nothing = np.zeros(max((np.size(v) for v in lost.values()), default=1))
    known = dict.fromkeys(COURSES, nothing) if alone else worths
    before = dict.fromkeys(known, 0.0) if alone else weights(known, gate)
    after = weights({c: w - lost.get(c, 0.0) for c, w in known.items()}, gate)
    return {c: _held(after[c], cap) - _held(before[c], cap) for c in known}


def _held(weight: float, cap: float) -> float:
    return max(-cap, min(cap, weight))


def _decibans(mean: Grid, sd: Grid) -> Grid:
    """10 log10 of the odds that d is above 0; certain where nothing scatters; held to `MOST`."""
    import numpy as np
    from scipy.special import log_ndtr

    sure = sd <= 1e-12 * np.maximum(np.abs(mean), 1.0)
    z = mean / np.where(sure, 1.0, sd)
    odds = 10.0 / math.log(10.0) * (log_ndtr(z) - log_ndtr(-z))
    held: Grid = np.clip(np.where(sure, np.sign(mean) * MOST, odds), -MOST, MOST)
    return held


def reweighted(curve: Trajectory, appraisal: Appraisal) -> Callable[[float], dict[str, float]]:
    """The weights had the latest reading been higher by a change, in shares of the way.

    By `REACH` at most. Draws count by how well they explain it (importance weights), which saves
    reading everything again; between the changes that are worked out lie straight lines.
    """
    import numpy as np

    seen = curve.observed
    if seen is None or not seen.since or len(appraisal.worth) < 2:
        return lambda _: weights(appraisal.worths, appraisal.gate)
    error, twice = _last_error(curve, seen)
    changes = np.linspace(-REACH, REACH, 33)
    log = (error**2 - (error + changes[:, None]) ** 2) / twice
    shares = np.exp(log - log.max(axis=1, keepdims=True))
    names = sorted(appraisal.worth)
    worth = np.stack([appraisal.worth[c].flexible for c in names])
    gate = appraisal.gate
    table = _weights_at(worth, shares / shares.sum(axis=1, keepdims=True), names, gate).tolist()

    def at(change: float) -> dict[str, float]:
        place = min(max((change + REACH) / (2.0 * REACH), 0.0), 1.0) * (len(table) - 1)
        k = min(int(place), len(table) - 2)
        return {
            n: a + (b - a) * (place - k)
            for n, a, b in zip(names, table[k], table[k + 1], strict=True)
        }

    return at


def _last_error(curve: Trajectory, seen: Observed) -> tuple[Grid, Grid]:
    """How far the latest reading lies from each draw's curve, given the one before.

    And twice its variance.
    """
    import numpy as np

    p, last = curve.posterior, np.array(seen.months[-2:])
    drawn = curve.progress(last)
    error = seen.progress[-1] - drawn[:, -1]
    if len(last) < 2 or last[0] <= 0:
        return error, 2.0 * p.scatter**2
    alike = p.correlation ** (last[-1] - last[0])
    return error - alike * (seen.progress[-2] - drawn[:, 0]), 2.0 * p.scatter**2 * (1.0 - alike**2)


def _tripwire(
    curve: Trajectory, appraisal: Appraisal, beside: Beside
) -> tuple[float | None, str | None]:
    """The mean reading at the next review below which persisting gives way, and to what.

    Above which, where lower is better; None where it has given way already. Draws count by how well
    they would explain such readings; the weights they give stand beside the rest of the ledger.
    """
    import numpy as np

    coming = appraisal.worth["persist"].coming
    if coming is None or curve.observed is None or "persist" in beside.barred:
        return None, None
    # From a middling reading down to as bad a one as nine in a thousand; further out the draws say
    # nothing.
    spread = math.sqrt(float(coming.mean.var() + (coming.scatter**2).mean()))
    grid = float(np.median(coming.mean)) - spread * np.linspace(0.0, 2.4, 49)
    log = -0.5 * ((grid[:, None] - coming.mean) / coming.scatter) ** 2 - np.log(coming.scatter)
    shares = np.exp(log - log.max(axis=1, keepdims=True))
    weights_then = _weights_at(
        coming.worth, shares / shares.sum(axis=1, keepdims=True), coming.names, appraisal.gate
    )
    rest = [-math.inf if n in beside.barred else beside.support.get(n, 0.0) for n in coming.names]
    lead = np.clip(weights_then, -beside.cap, beside.cap) + np.array(rest)
    lead -= lead[:, :1] + CLEAR
    best = lead[:, 1:].argmax(axis=1) + 1
    gives_way = lead[np.arange(len(lead)), best] > 0.0
    if gives_way[0] or not gives_way.any():
        return None, None
    at = int(np.argmax(gives_way))
    return curve.observed.level(float(grid[at])), coming.names[int(best[at])]


def _weights_at(
    worth: Grid, shares: Grid, names: Sequence[str], gate: float, lean: float = 0.0
) -> Grid:
    """The weights of courses under several ways of counting draws: ways x courses.

    worth: courses x draws; shares: ways x draws; gate, lean: as for `weights`. The rival of all is
    the best; the rival of the best is the next (of equals the later in the alphabet).
    """
    import numpy as np

    means = shares @ worth.T
    slight = np.zeros(means.shape, dtype=np.bool_)
    if "persist" in names and gate > 0.0:
        persist = names.index("persist")
        lead = means - means[:, persist, None]
        if lean:
            lead = lead + lean * _errors(worth - worth[persist])
        slight = (lead > 0.0) & (lead < gate)
    # What leads by too little to count is nobody's rival.
    order = np.argsort(np.where(slight, -np.inf, means), axis=1, kind="stable")
    rival = np.repeat(order[:, -1:], len(worth), axis=1)
    np.put_along_axis(rival, order[:, -1:], order[:, -2:-1], axis=1)
    # Worth less its own mean, so that squares do not swallow small differences.
    middle = worth.mean(axis=1, keepdims=True)
    off = worth - middle
    squares = shares @ (off[:, None] * off).reshape(-1, worth.shape[1]).T
    squares = squares.reshape(-1, len(worth), len(worth))
    own, ways = np.arange(len(worth)), np.arange(len(shares))[:, None]
    mean = means - means[ways, rival]
    plain = shares @ worth.T - middle[:, 0]
    apart = plain - plain[ways, rival]
    square = squares[ways, own, own] - 2.0 * squares[ways, own, rival] + squares[ways, rival, rival]
    spread = np.maximum(square - apart**2, 0.0)
    # The numerical error of the mean counts as spread (formats.md section 3).
    told = _decibans(mean, np.sqrt(spread * (1.0 + ERROR**2 / worth.shape[1])))
    alone = slight.sum(axis=1, keepdims=True) >= len(worth) - 1
    told[slight | np.repeat(alone, len(worth), axis=1)] = 0.0
    return told


def _errors(draws: Grid) -> Grid:
    """The numerical error of the mean of each row."""
    errors: Grid = ERROR * draws.std(axis=-1) / math.sqrt(draws.shape[-1])
    return errors


def _cashable(appraisal: Appraisal) -> tuple[float, float, float] | None:
    """Present value of what the budget saves by persisting: mean, P10, P90.

    Shown beside the worth, never added.
    """
    frame = appraisal.frame
    if frame.cashable is None:
        return None
    saved = frame.cashable / 12.0 * (appraisal.way.monthly @ frame.calendar.counted())
    low, _, high = quantiles(saved)
    return float(saved.mean()), float(low), float(high)


def _pays_back(appraisal: Appraisal) -> int | None:
    """The year from today by the end of which persisting has earned its costs from now on.

    On average; None: never.
    """
    import numpy as np

    calendar, stakes = appraisal.frame.calendar, appraisal.frame.stakes
    w, counted = calendar.weights, calendar.counted()
    ended = np.clip(stakes.ends - np.arange(len(w)), 0.0, 1.0)
    runs = ended - np.clip(stakes.begins - np.arange(len(w)), 0.0, 1.0)
    worthwhile = np.minimum(appraisal.way.monthly, stakes.cap)
    gained = (stakes.benefit[:, None] * worthwhile).mean(axis=0) * counted
    spent = (stakes.spend.mean() * runs + stakes.after.mean() * (1.0 - ended)) * w
    behind = np.flatnonzero(np.cumsum(gained - spent) < 0.0)
    if not len(behind):
        return 1
    return None if behind[-1] + 1 >= len(w) else int(behind[-1] + 1) // 12 + 1


def _reached(curve: Trajectory) -> float | None:
    """Months from today to the target in the middle draw.

    None where half the draws never get there in ten years.
    """
    import numpy as np

    ahead = np.arange(AHEAD) + 0.5
    hit = curve.coming(AHEAD)[:, 1:] >= 1.0
    when = np.where(hit.any(axis=1), ahead[hit.argmax(axis=1)], np.inf)
    middle = float(np.sort(when)[(len(when) - 1) // 2])
    return middle if math.isfinite(middle) else None
