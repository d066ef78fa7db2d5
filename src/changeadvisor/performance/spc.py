"""XmR charts as the NHS's "Making Data Count" draws them, for one series or a hundred thousand.

Rules and their order of precedence are those of the R package NHSRplotthedots (commit 050b07d, 29
September 2025): centre = mean of the baseline; moving ranges of 3.267 times their mean or more are
dropped once (Nelson 1982; Provost and Murray 2011), then limits = mean -/+ 2.66 mean moving ranges.
Arrays are n series x t points, time along the last axis. Where we depart from it,
docs/deviations.md says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Signs = NDArray[np.int8]

#: Limits lie 2.66 = 3 / 1.128 mean moving ranges from the centre; near limits two thirds of that.
TO_LIMIT: Final = 2.66
NEAR: Final = 2.0 / 3.0
#: Moving ranges this many times their mean or more say nothing of common cause.
SCREEN: Final = 3.267
#: Points on one side of the mean, or in one run up or down, that are no chance.
SHIFT, TREND = 7, 7
#: Fewer points than these give trial limits only.
TRIAL: Final = 12

#: What a point shows, the strongest first: the precedence of the label.
SIGNALS: Final = ("outside", "trend", "two-of-three", "shift")

Assured = Literal["pass", "fail", "hit-and-miss", "unknown"]


@dataclass(frozen=True, slots=True)
class Charts:
    """XmR charts, each array n x t; signals are -1 (low, or falling), 1 (high, or rising) or 0."""

    values: Floats
    """What was read."""
    centre: Floats
    """The mean of the segment."""
    lower: Floats
    """The lower process limit."""
    upper: Floats
    """The upper process limit."""
    outside: Signs
    """Beyond a limit."""
    trend: Signs
    """In a run up or down."""
    two_of_three: Signs
    """One of two points of three that are near a limit."""
    shift: Signs
    """In a run on one side of the mean."""

    def signals(self, row: int, point: int) -> tuple[str, ...]:
        """Every signal that one point belongs to, in order of precedence."""
        every = (self.outside, self.trend, self.two_of_three, self.shift)
        return tuple(name for name, flags in zip(SIGNALS, every, strict=True) if flags[row, point])

    def directions(self) -> Signs:
        """The direction of each point's strongest signal; 0 is common cause."""
        label = self.shift
        for flags in (self.two_of_three, self.trend, self.outside):
            label = np.where(flags != 0, flags, label)
        return label


def xmr(
    values: Floats,
    *,
    starts: Sequence[int] = (0,),
    baseline: int | None = None,
    screen: bool = True,
    widen: Floats | None = None,
    shift_run: NDArray[np.intp] | int = SHIFT,
    trend_run: NDArray[np.intp] | int = TREND,
    near: bool | NDArray[np.bool_] = True,
) -> Charts:
    """Charts of `values` (n x t, or t).

    starts: the points at which a segment begins (rebase), the first 0. baseline: points of each
    segment that centre and limits are taken from; all by default. widen: per series, a factor on
    the distance of the limits. shift_run, trend_run, near: per series, the lengths of run that
    count and whether two of three near a limit do; the NHS's own by default. Raises ValueError for
    values that are not finite.
    """
    rows = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if not np.isfinite(rows).all():
        raise ValueError("values that are not finite")
    ends = [*list(starts)[1:], rows.shape[1]]
    parts = [
        _segment(
            np.ascontiguousarray(rows[:, a:b]), baseline, screen, widen, shift_run, trend_run, near
        )
        for a, b in zip(starts, ends, strict=True)
    ]
    names = ("values", "centre", "lower", "upper", "outside", "trend", "two_of_three", "shift")
    return Charts(*(np.concatenate([getattr(p, name) for p in parts], axis=1) for name in names))


def _segment(
    rows: Floats,
    baseline: int | None,
    screen: bool,
    widen: Floats | None,
    shift_run: NDArray[np.intp] | int,
    trend_run: NDArray[np.intp] | int,
    near: bool | NDArray[np.bool_],
) -> Charts:
    """One segment of every series."""
    centre, reach = limits(rows[:, :baseline], screen)
    if widen is not None:
        reach = reach * np.asarray(widen, dtype=np.float64)[:, None]
    side = np.sign(rows - centre).astype(np.int8)
    # As R has it, limits are worked out first: `mean + x < value` and `x < value - mean` can differ
    # in the last bit.
    lower, upper = centre - reach, centre + reach
    outside = np.where((rows > upper) | (rows < lower), side, 0).astype(np.int8)
    beyond_near = (rows > centre + NEAR * reach) | (rows < centre - NEAR * reach)
    close = beyond_near & (outside == 0) & np.atleast_1d(near).reshape(-1, 1)
    everywhere = np.ones_like(rows)
    return Charts(
        rows,
        centre * everywhere,
        lower * everywhere,
        upper * everywhere,
        outside,
        backfilled(trend_ends(rows, trend_run), trend_run),
        (two_of_three(close, side) & close) * side,
        backfilled(shift_ends(side, shift_run), shift_run),
    )


def limits(rows: Floats, screen: bool = True) -> tuple[Floats, Floats]:
    """Centre of each series, and the distance of its limits from there (n x 1 each)."""
    kept = np.ascontiguousarray(rows)
    centre = kept.mean(axis=1, keepdims=True) if kept.shape[1] else np.zeros((len(rows), 1))
    return centre, TO_LIMIT * moving_range(kept, screen)[:, None]


def moving_range(rows: Floats, screen: bool = True) -> Floats:
    """The mean moving range of each series, screened once; 0 where there are fewer than two points.

    Where screening would leave none (all ranges are 0), none is dropped.
    """
    ranges = np.abs(np.diff(rows, axis=1))
    if ranges.shape[1] == 0:
        return np.zeros(len(rows))
    mean: Floats = ranges.mean(axis=1)
    if not screen:
        return mean
    kept = ranges < SCREEN * mean[:, None]
    count = kept.sum(axis=1)
    total = np.where(kept, ranges, 0.0).sum(axis=1)
    screened: Floats = np.where(count > 0, total / np.maximum(count, 1), mean)
    return screened


def shift_ends(side: Signs, run: NDArray[np.intp] | int = SHIFT) -> Signs:
    """At each point, the side on which the last `run` points lie; 0 where they do not."""
    return _run_ends(side, np.asarray(run))


def trend_ends(rows: Floats, run: NDArray[np.intp] | int = TREND) -> Signs:
    """At each point, the way in which the last `run` points rise or fall; 0 where they do not.

    A tie breaks a run.
    """
    steps = np.zeros(rows.shape, dtype=np.int8)
    steps[:, 1:] = np.sign(np.diff(rows, axis=1))
    return _run_ends(steps, np.asarray(run) - 1)


def _run_ends(signs: Signs, length: NDArray[np.intp]) -> Signs:
    """Where `length` equal signs in a row end."""
    if len(signs) <= FEW:
        return _by_row(_run_ends_of, signs, length)
    ends = np.zeros_like(signs)
    run = np.zeros(len(signs), dtype=np.int64)
    before = np.zeros(len(signs), dtype=np.int8)
    for k in range(signs.shape[1]):
        now = signs[:, k]
        run = np.where(now == 0, 0, np.where(now == before, run + 1, 1))
        ends[:, k] = np.where(run >= length, now, 0)
        before = now
    return ends


def backfilled(ends: Signs, run: NDArray[np.intp] | int = SHIFT) -> Signs:
    """Every point of a run, from where runs end.

    The first end among this point and the `run` - 1 that follow.
    """
    if len(ends) <= FEW:
        return _by_row(_backfilled_of, ends, np.asarray(run))
    flags = np.zeros_like(ends)
    carried = np.zeros(len(ends), dtype=np.int8)
    left = np.zeros(len(ends), dtype=np.int64)
    for k in range(ends.shape[1] - 1, -1, -1):
        here = ends[:, k] != 0
        carried = np.where(here, ends[:, k], carried)
        left = np.where(here, np.asarray(run) - 1, left - 1)
        flags[:, k] = np.where(left >= 0, carried, 0)
    return flags


#: Up to so many series plain loops are faster than arrays. Both say the same; a property test holds
#: them to it.
FEW: Final = 4


def _by_row(
    of: Callable[[list[int], int], list[int]], signs: Signs, length: NDArray[np.intp]
) -> Signs:
    """`of` each series alone, with its own length of run."""
    lengths = np.broadcast_to(length, len(signs)).tolist()
    rows = [of(row, n) for row, n in zip(signs.tolist(), lengths, strict=True)]
    return np.array(rows, dtype=np.int8).reshape(signs.shape)


def _run_ends_of(signs: list[int], length: int) -> list[int]:
    ends, run, before = [], 0, 0
    for now in signs:
        if now == 0:
            run = 0
        elif now == before:
            run += 1
        else:
            run = 1
        ends.append(now if run >= length else 0)
        before = now
    return ends


def _backfilled_of(ends: list[int], length: int) -> list[int]:
    flags, carried, left = [], 0, 0
    for end in reversed(ends):
        if end:
            carried, left = end, length - 1
        else:
            left -= 1
        flags.append(carried if left >= 0 else 0)
    return flags[::-1]


def two_of_three(close: NDArray[np.bool_], side: Signs) -> NDArray[np.bool_]:
    """Points of three in a row on one side of the mean, two of them near the limit.

    The near ones are the signal.
    """
    flags = np.zeros(close.shape, dtype=np.bool_)
    if close.shape[1] < 3:
        return flags
    near, same = close.astype(np.int8), side.astype(np.int8)
    here = (near[:, :-2] + near[:, 1:-1] + near[:, 2:] >= 2) & (
        np.abs(same[:, :-2] + same[:, 1:-1] + same[:, 2:]) == 3
    )
    flags[:, :-2] |= here
    flags[:, 1:-1] |= here
    flags[:, 2:] |= here
    return flags


def assurance(lower: float, upper: float, aim: float | None, better: str | None) -> Assured:
    """Whether an aim will be met by chance alone.

    `pass`: always; `fail`: never; `unknown`: no aim is given, or no direction is better.
    """
    if aim is None or better not in ("higher", "lower"):
        return "unknown"
    if lower <= aim <= upper:
        return "hit-and-miss"
    return "pass" if (aim < lower) == (better == "higher") else "fail"
