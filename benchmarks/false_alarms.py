"""How often a stable series is called better or worse, and how many real steps are found.

Run `make alarms`. Three readers in the same run on the same series: ours (limits adjusted for
memory and season), the NHS's plain chart, and the naive "the last three points rose (or fell)".
Series are simulated; the seed is fixed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from changeadvisor.performance import autocorrelation, spc
from changeadvisor.performance.forecast import before_after

Floats = NDArray[np.float64]
SERIES, POINTS, MANY = 10_000, 24, 100_000


def ours(values: Floats) -> NDArray[np.int8]:
    """The class of the last point, by the limits that rules weigh."""
    return autocorrelation.read(values, 12)[0].directions()[:, -1]


def plain(values: Floats) -> NDArray[np.int8]:
    """The class of the last point on the NHS's chart."""
    return spc.xmr(values).directions()[:, -1]


def naive(values: Floats) -> NDArray[np.int8]:
    """The last three points rose, or fell."""
    steps = np.sign(np.diff(values[:, -3:], axis=1)).sum(axis=1)
    return np.where(np.abs(steps) == 2, np.sign(steps), 0).astype(np.int8)


READERS: dict[str, Callable[[Floats], NDArray[np.int8]]] = {
    "ours": ours,
    "NHS chart": plain,
    "naive": naive,
}


def remembering(rng: np.random.Generator, count: int, points: int, r: float) -> Floats:
    """Stable series whose neighbours correlate by r, of variance 1."""
    noise = rng.standard_normal((count, points))
    values = np.empty_like(noise)
    values[:, 0] = noise[:, 0]
    for k in range(1, points):
        values[:, k] = r * values[:, k - 1] + np.sqrt(1 - r * r) * noise[:, k]
    return values


def false_alarms(rng: np.random.Generator) -> None:
    """The share of stable series called better or worse."""
    print(
        f"Stable series of {POINTS} points, {SERIES:,} of each kind: share called better or worse"
    )
    print(f"  {'':24}" + "".join(f"{name:>12}" for name in READERS))
    season = 1.5 * np.sin(2 * np.pi * np.arange(POINTS) / 12)
    kinds = {
        f"neighbours correlate {r:.1f}": remembering(rng, SERIES, POINTS, r)
        for r in (0.0, 0.3, 0.5, 0.7, 0.9)
    }
    kinds["seasonal (swing 1.5 s.d.)"] = rng.standard_normal((SERIES, POINTS)) + season
    kinds["seasonal and 0.5"] = remembering(rng, SERIES, POINTS, 0.5) + season
    for kind, values in kinds.items():
        print(
            f"  {kind:<26}"
            + "".join(f"{(read(values) != 0).mean():>11.1%} " for read in READERS.values())
        )


def steps_found(rng: np.random.Generator) -> None:
    """Real steps: the share found within 12 readings, after how many, and those called worse."""
    print(
        "Real steps, in series without memory, after 24 stable readings: found within 12, after how"
        " many (median)"
    )
    for size in (1.0, 2.0, 3.0):
        values = rng.standard_normal((SERIES // 5, POINTS + 12))
        values[:, POINTS:] += size
        row = ""
        for name, read in READERS.items():
            first = np.full(len(values), 99)
            for after in range(12, 0, -1):
                first = np.where(read(values[:, : POINTS + after]) > 0, after, first)
            found = first < 99
            late = int(np.median(first[found])) if found.any() else 0
            row += f"   {name} {found.mean():.0%} after {late}"
        print(f"  step of {size:g} s.d.:{row}")


def starts(rng: np.random.Generator) -> None:
    """Before and after a start: false alarms, and effects found."""
    print(
        "Before and after a start (24 readings before, 12 after): share called improved or worsened"
    )
    for r in (0.0, 0.3, 0.5, 0.7):
        found = [
            before_after(list(y), 24, "higher", 12).verdict for y in remembering(rng, 2_000, 36, r)
        ]
        print(
            f"  nothing changed, neighbours correlate {r:.1f}:"
            f" {np.mean([v != 'no-clear-change' for v in found]):.1%}"
        )
    for size in (1.0, 2.0, 3.0):
        values = rng.standard_normal((1_000, 36))
        values[:, 24:] += size
        found = [before_after(list(y), 24, "higher", 12).verdict for y in values]
        print(
            f"  a step of {size:g} s.d.: {np.mean([v == 'improved' for v in found]):.0%} called"
            " improved"
        )


def speed(rng: np.random.Generator) -> bool:
    """100,000 series of 36 points.

    CPU seconds, and whether a thousand read one by one are the same.
    """
    values = rng.standard_normal((MANY, 36))
    began = time.process_time()
    charts, (adjusted, found) = spc.xmr(values), autocorrelation.read(values, 12)
    labels, news = charts.directions(), adjusted.directions()
    seconds = time.process_time() - began
    same = all(
        (spc.xmr(values[k]).directions()[0] == labels[k]).all()
        and (spc.xmr(values[k]).upper[0] == charts.upper[k]).all()
        and (autocorrelation.read(values[k], 12)[0].directions()[0] == news[k]).all()
        and abs(autocorrelation.read(values[k], 12)[1].r[0] - found.r[k]) < 1e-9
        for k in range(1_000)
    )
    print(
        f"{MANY:,} series of 36 points, both charts: {seconds:.1f} s CPU (limit 20); one by one the"
        f" same: {same}"
    )
    return seconds <= 20 and same


def main() -> int:
    """Print all of it; status 1 where the speed or the equality is missed."""
    rng = np.random.default_rng(20261124)
    false_alarms(rng)
    steps_found(rng)
    starts(rng)
    return 0 if speed(rng) else 1


if __name__ == "__main__":
    sys.exit(main())
