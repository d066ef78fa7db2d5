"""What decisions are worth in worlds where the truth is known, and what those get who know it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.simulation.worlds import (
    NEVER,
    UNTRIED,
    Drawn,
    Paths,
    Worlds,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decisions:
    """When each course was taken, in months since the path began; never is infinity."""

    tactics: Times
    strategy: Times
    stop: Times

    @classmethod
    def none(cls, count: int) -> Decisions:
        """All go on."""
        import numpy as np

        return cls(*(np.full(count, NEVER) for _ in range(3)))


def progress(drawn: Drawn, made: Decisions, rows: slice = slice(None)) -> Grid:
    """True progress under decisions, worlds x months."""
    return _progress(
        drawn.spec,
        drawn.old.progress[rows],
        drawn.new.progress[rows],
        {n: v[rows] for n, v in drawn.plan.items()},
        (drawn.gain[rows], drawn.gain_new[rows]),
        (made.tactics[rows], made.strategy[rows], made.stop[rows]),
    )


def _progress(
    spec: Worlds,
    old: Grid,
    new: Grid,
    plan: Mapping[str, Grid],
    gains: tuple[Grid, Grid],
    made: tuple[Times, ...],
) -> Grid:
    import numpy as np

    tactics, strategy, stop = (m[:, None] for m in made)
    t = np.arange(spec.span) + 0.5
    with np.errstate(invalid="ignore"):
        ramp = np.clip((t - tactics) / plan["tactics_months"][:, None], 0.0, 1.0)
        found = old + np.where(tactics < strategy, gains[0][:, None] * np.nan_to_num(ramp), 0.0)
        changed = np.isfinite(strategy)
        if changed.any():
            found = np.where(
                t > strategy,
                _fading(found, strategy, plan["fade_months"]) + _late(new, strategy),
                found,
            )
            again = np.where(tactics > strategy, gains[1][:, None] * np.nan_to_num(ramp), 0.0)
            found = found + np.where(changed, again, 0.0)
        if np.isfinite(stop).any():
            found = np.where(t > stop, _fading(found, stop, plan["fade_months"]), found)
    return found


def _fading(path: Grid, since: Times, months: Grid) -> Grid:
    """What was gained by `since`, fading evenly."""
    import numpy as np

    n = path.shape[1]
    at = np.where(np.isfinite(since), since, 0).astype(int)
    level = (
        np.take_along_axis(path, np.clip(at - 1, 0, n - 1), 1)
        + np.take_along_axis(path, np.clip(at, 0, n - 1), 1)
    ) / 2
    gone = (np.arange(n) + 0.5 - at) / months[:, None]
    found: Grid = level * np.clip(1.0 - gone, 0.0, 1.0)
    return found


def _late(path: Grid, since: Times) -> Grid:
    """A path that begins at `since`."""
    import numpy as np

    at = np.where(np.isfinite(since), since, 0).astype(int)
    index = np.arange(path.shape[1])[None, :] - at
    return np.where(index >= 0, np.take_along_axis(path, np.maximum(index, 0), 1), 0.0)


def value(drawn: Drawn, made: Decisions) -> Grid:
    """Value realised by decisions from the first review on, in years of full benefit."""
    return _value(
        drawn.spec, progress(drawn, made), drawn.plan, (made.tactics, made.strategy, made.stop)
    )


def _value(spec: Worlds, path: Grid, plan: Mapping[str, Grid], made: tuple[Times, ...]) -> Grid:
    import numpy as np

    tactics, strategy, stop = made
    first = spec.reviews[0]
    t = np.arange(spec.span)
    weights = np.where(t >= first, (1.0 + spec.rate) ** (-(t - first + 0.5) / 12.0), 0.0)
    ends = plan["runs"] + np.where(np.isfinite(tactics) & (tactics < strategy), 4.0, 0.0)
    ends = np.where(
        np.isfinite(strategy),
        strategy + 24.0 + np.where(np.isfinite(tactics) & (tactics > strategy), 4.0, 0.0),
        ends,
    )
    runs = np.clip(ends[:, None] - t, 0.0, 1.0)
    live = (t[None, :] < stop[:, None]).astype(float)
    spent = (plan["spend"][:, None] * runs + plan["after"][:, None] * (1.0 - runs)) * live / 12.0
    found: Grid = (path / 12.0 - spent) @ weights
    for when, cost in ((tactics, "tactics_cost"), (strategy, "strategy_cost"), (stop, "stop_cost")):
        day = np.where(np.isfinite(when), when, first)
        paid = (1.0 + spec.rate) ** (-(day - first + 0.5) / 12.0)
        found = found - np.where(np.isfinite(when), plan[cost] * paid, 0.0)
    return found


# --- deciders who know the truth ------------------------------------------------------------------


def foresight(drawn: Drawn) -> tuple[Grid, Flags]:
    """What perfect foresight gets, and where it would simply go on."""
    import numpy as np

    persist = value(drawn, Decisions.none(drawn.count))
    best = persist.copy()
    for made in _sequences(drawn.count, drawn.spec.reviews):
        best = np.maximum(best, value(drawn, made))
    return best, best <= persist + 1e-12


def _sequences(count: int, reviews: Sequence[int]) -> list[Decisions]:
    """All sequences of one or two courses at the reviews (after stopping nothing follows)."""
    import numpy as np

    names = ("tactics", "strategy", "stop")
    found: list[dict[str, int]] = []
    for (i, first), one in itertools.product(enumerate(reviews), names):
        found.append({one: first})
        later = () if one == "stop" else itertools.product(reviews[i + 1 :], names)
        found += [{one: first, two: second} for second, two in later if two != one]
    return [
        Decisions(*(np.full(count, float(made.get(n, NEVER))) for n in names)) for made in found
    ]


def ceiling(drawn: Drawn) -> Grid:
    """What a decider gets who knows class and curve of what is, not the luck of what is untried.

    Nothing is news to him while he goes on, so he plans his first change at the start: the best by
    expectation, with the reactions open to him once its luck is known, from the next review on.
    Then he reacts to what came.
    """
    import numpy as np

    found = np.empty(drawn.count)
    for first in range(0, drawn.count, 250):
        rows = slice(first, min(first + 250, drawn.count))
        found[rows] = _known(drawn.some(rows), drawn.untried(rows.start, rows.stop))
    return found


def _known(part: Drawn, other: Paths) -> Grid:
    """Plan the first change, then react to what came of it."""
    import numpy as np

    reviews, count = part.spec.reviews, part.count
    best, name, when = (
        value(part, Decisions.none(count)),
        np.full(count, "", dtype="<U8"),
        np.full(count, NEVER),
    )
    realised = best.copy()
    for month in reviews:
        for first in ("tactics", "strategy", "stop"):
            expected = _expected(part, other, first, float(month))
            better = expected > best + 1e-12
            best, when = np.where(better, expected, best), np.where(better, float(month), when)
            name[better] = first
    for month in reviews:
        for first in ("tactics", "strategy", "stop"):
            chosen = (name == first) & (when == float(month))
            if chosen.any():
                came = _reacted(part, first, float(month), part.new.progress, part.gain)
                realised = np.where(chosen, came, realised)
    return realised


def _likely(part: Drawn) -> Grid:
    """The mean gain of tactics: the luck is three-pointed, so it is not the likely one."""
    return part.plan["gain"] * (1.0 + 0.399 * (1.5 - 1.0) / 1.2816)


def _expected(part: Drawn, other: Paths, first: str, month: float) -> Grid:
    """Expected worth of a first change at one review, free to react once its luck is known."""
    if first != "strategy":
        return _reacted(part, first, month, part.new.progress, _likely(part), told=True)
    many = part.repeated(UNTRIED)
    worth = _reacted(many, first, month, other.progress, many.gain, told=True)
    mean: Grid = worth.reshape(part.count, UNTRIED).mean(axis=1)
    return mean


def _reacted(
    part: Drawn, first: str, month: float, new: Grid, gain: Grid, *, told: bool = False
) -> Grid:
    """Worth of a first change with the best reaction.

    To stop later, or to adjust the tactics of a new way.

    told: reactions that are untried count by their expectation; else by what came of them.
    """
    import numpy as np

    count, likely = part.count, _likely(part)

    def worth(luck: Grid, **times: float) -> Grid:
        made = tuple(np.full(count, times.get(n, NEVER)) for n in ("tactics", "strategy", "stop"))
        path = _progress(part.spec, part.old.progress, new, part.plan, (gain, luck), made)
        return _value(part.spec, path, part.plan, made)

    planned = came = worth(likely, **{first: month})
    later = [float(r) for r in part.spec.reviews if r > month] if first != "stop" else []
    tried: list[dict[str, float]] = [{first: month, "stop": r} for r in later]
    tried += [{first: month, "tactics": r} for r in later[:1] if first == "strategy"]
    for times in tried:
        hoped = worth(likely, **times)
        real = (
            hoped
            if told or "tactics" not in times or first == "tactics"
            else worth(part.gain_new, **times)
        )
        came = np.where(hoped > planned + 1e-12, real, came)
        planned = np.maximum(planned, hoped)
    return planned if told else came
