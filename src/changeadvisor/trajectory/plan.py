"""The path a plan itself describes, and where the results stand beside it.

The path falls to its dip and rises to its target in half-cosine steps through the points that the
plan gives; nothing published gives a general depth or length of the dip (methods.md 3.2), so the
plan's own ranges are drawn. What the results say of it is read in `posterior`, from `curves`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from changeadvisor.model import (
    Initiative,
    Measure,
    Path,
    ReferenceClass,
    Series,
    Tripwire,
    add_months,
    months_between,
)
from changeadvisor.trajectory.curves import uniforms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Draws = NDArray[np.float64]

#: Paths drawn from a plan.
DRAWS = 512
#: What sets its draws apart.
_PATHS = 0x9A
#: Readings that make the recent level, and the fewest that can be set beside a path.
RECENT, FEWEST = 3, 2
#: The same for slower measures: what lies years back is not recent.
_RECENT_READINGS = {"quarter": 2, "year": 1}

Against = Literal["ahead", "on-path", "behind", "far-behind"]
#: Why the results cannot be set beside the path: no way to go, too few readings, or no months.
Unread = Literal["no-way", "few-readings", "no-months"]
Phase = Literal["before", "dip", "climb", "due"]
State = Literal["not due", "kept", "broken", "no reading"]


@dataclass(frozen=True, slots=True)
class PathReading:
    """The results since the path began, beside the path.

    Progress is in shares of the way from baseline to target; `wording.path_working` says the rest.
    """

    readings: int
    """How many there are since the path began."""
    unread: Unread | None = None
    """Why they cannot be set beside the path."""
    needed: int = FEWEST
    """The fewest readings that can be."""
    progress: float | None = None
    """The recent level."""
    expected: float | None = None
    """The mean of the drawn paths at the same time."""
    expected_low: float | None = None
    """Their P10."""
    expected_high: float | None = None
    """Their P90."""
    share_below: float | None = None
    """The share of drawn paths, with the noise of readings, at or below what is seen."""
    against_path: Against | None = None
    """What that comes to."""
    level: float | None = None
    """The recent level in the measure's unit."""
    level_low: float | None = None
    """`expected_low` in the measure's unit."""
    level_high: float | None = None
    """`expected_high` in the measure's unit."""
    unit: str | None = None
    """The measure's unit; None: not given."""


@dataclass(frozen=True, slots=True)
class TripwireReading:
    """What became of a tripwire."""

    by: dt.date
    """When it is due."""
    measure: str
    """The id of its measure."""
    then: str
    """The course that was agreed should it be broken."""
    state: State
    """Whether it is due, and kept."""
    level: float | None
    """The mean of the readings it was judged on; None: it was not."""
    below: float | None
    """It is broken below this level."""
    above: float | None
    """It is broken above this level; one of the two is given."""


def since(initiative: Initiative) -> dt.date | None:
    """When its path began: `path.since`, or `started`; a changed strategy begins it anew."""
    begun = initiative.started
    if initiative.path is not None and initiative.path.since is not None:
        begun = initiative.path.since
    if begun is None:
        return None
    changed = [c.on for c in initiative.history if c.did == "adjust-strategy"]
    return max([begun, *changed])


def past_end(initiative: Initiative, as_of: dt.date) -> dt.date | None:
    """Its end, where that has passed and it is still open; None where it has not."""
    if initiative.ends is None or initiative.stage in ("closed", "idea"):
        return None
    return initiative.ends if initiative.ends <= as_of else None


def phase(path: Path, months: float) -> Phase | None:
    """Where the plan says it should be, on its slow estimates; None where it gives no months."""
    if months < 0:
        return "before"
    dips = path.dip is not None and path.dip.high > 0 and path.dip_month is not None
    if dips and path.dip_month is not None and months <= path.dip_month.high:
        return "dip"
    if path.months_to_target is None:
        return None
    return "climb" if months <= path.months_to_target.high else "due"


def expected_path(path: Path, months: Sequence[float]) -> Draws | None:
    """Paths drawn from the plan in shares of the way: draws x months.

    None where the plan does not say enough. Equal plans have equal draws.
    """
    import numpy as np

    span = _span(path)
    if span is None or path.months_to_target is None:
        return None
    u = uniforms(_PATHS, DRAWS, 3)
    length = np.maximum(path.months_to_target.sample(u[0]), 1e-6)
    depth, low = _dip(path, span, u, length)
    t = np.asarray(months, dtype=np.float64)[None, :]
    falling = -depth * _eased(t / low)
    rising = -depth + (1.0 + depth) * _eased((t - low) / np.maximum(length[:, None] - low, 1e-9))
    return np.where(t <= low, falling, rising)


def _dip(path: Path, span: float, u: Draws, length: Draws) -> tuple[Draws, Draws]:
    """Depth in shares of the way, and its month (held to before the target), each draws x 1."""
    import numpy as np

    if path.dip is None or path.dip_month is None:
        return np.zeros((DRAWS, 1)), np.full((DRAWS, 1), 1e-9)
    month = np.minimum(path.dip_month.sample(u[2]), 0.9 * length)
    return (path.dip.sample(u[1]) / abs(span))[:, None], np.maximum(month, 1e-9)[:, None]


def _eased(share: Draws) -> Draws:
    """From 0 to 1 and level at both ends."""
    import numpy as np

    return (1.0 - np.cos(np.pi * np.clip(share, 0.0, 1.0))) / 2.0


def expected_at(path: Path, months: float) -> float | None:
    """The mean of the paths drawn from the plan at one month, in shares of the way.

    None where the plan says too little.
    """
    paths = expected_path(path, [months]) if months >= 0 else None
    return None if paths is None else float(paths.mean())


def _span(path: Path) -> float | None:
    """From baseline to target in the measure's unit; None where there is none."""
    if path.baseline is None or path.target is None or path.target == path.baseline:
        return None
    return path.target - path.baseline


def read_against_plan(
    initiative: Initiative, measure: Measure, series: Series, as_of: dt.date
) -> PathReading | None:
    """The results since the path began, beside the path its plan describes.

    None where it has no path or no start.
    """
    import numpy as np

    path, begun = initiative.path, since(initiative)
    if path is None or begun is None:
        return None
    own = [p for p in series.points if p.middle >= begun and p.known_on <= as_of]
    span = _span(path)
    if span is None or path.baseline is None:
        return PathReading(len(own), "no-way")
    if len(own) < FEWEST:
        return PathReading(len(own), "few-readings")
    last = own[-_RECENT_READINGS.get(series.every or "month", RECENT) :]
    progress = (math.fsum(p.value for p in last) / len(last) - path.baseline) / span
    paths = expected_path(path, [months_between(begun, p.middle) for p in last])
    if paths is None:
        return PathReading(len(own), "no-months", progress=progress)
    middle = paths.mean(axis=1)
    error = _noise([p.value for p in series.points]) / abs(span) / math.sqrt(len(last))
    share = _share_below(progress, middle, error)
    low, high = (float(np.quantile(middle, q)) for q in (0.1, 0.9))
    return PathReading(
        readings=len(own),
        progress=progress,
        expected=float(middle.mean()),
        expected_low=low,
        expected_high=high,
        share_below=share,
        against_path=_band(share),
        level=path.baseline + progress * span,
        level_low=path.baseline + low * span,
        level_high=path.baseline + high * span,
        unit=measure.unit,
    )


def _share_below(progress: float, paths: Draws, error: float) -> float:
    """The share of drawn paths, each blurred by the noise of readings, at or below what is seen."""
    import numpy as np
    from scipy.special import ndtr

    if error > 0:
        return float(np.mean(ndtr((progress - paths) / error)))
    return float(np.mean(paths <= progress))


def _band(share: float) -> Against:
    """Ahead of nine paths in ten, behind as many, or behind all but one in a hundred."""
    if share > 0.9:
        return "ahead"
    if share >= 0.1:
        return "on-path"
    return "behind" if share >= 0.01 else "far-behind"


def _noise(values: Sequence[float]) -> float:
    """The standard deviation of one reading from moving ranges (/ 1.128).

    0 where fewer than three readings are known.
    """
    ranges = [abs(b - a) for a, b in itertools.pairwise(values)]
    return math.fsum(ranges) / len(ranges) / 1.128 if len(ranges) > 1 else 0.0


def with_latest(series: Series, value: float) -> Series:
    """The same series had its latest reading been `value`."""
    return replace(series, points=(*series.points[:-1], series.points[-1]._replace(value=value)))


# --- tripwires, classes, reviews ------------------------------------------------------------------


def tripwires(
    initiative: Initiative, series: Mapping[str, Series], as_of: dt.date, review_months: int | None
) -> tuple[TripwireReading, ...]:
    """What became of each tripwire.

    It is due from `by`, and judged on what became known in the review period up to it.
    """
    return tuple(
        _tripwire(w, series.get(w.measure), as_of, review_months) for w in initiative.tripwires
    )


def _tripwire(
    wire: Tripwire, series: Series | None, as_of: dt.date, review_months: int | None
) -> TripwireReading:
    values = list(_became_known(series, wire.by, review_months)) if as_of >= wire.by else []
    level = math.fsum(values) / len(values) if values else None
    state: State
    if as_of < wire.by:
        state = "not due"
    elif level is None:
        state = "no reading"
    elif wire.below is not None:
        state = "broken" if level < wire.below else "kept"
    else:
        state = "broken" if level > (wire.above or 0.0) else "kept"
    return TripwireReading(wire.by, wire.measure, wire.then, state, level, wire.below, wire.above)


def _became_known(series: Series | None, by: dt.date, review_months: int | None) -> Iterator[float]:
    """Readings known in the months up to `by`; without a review period none can be named."""
    if series is None or review_months is None:
        return
    first = add_months(by, -review_months)
    yield from (p.value for p in series.points if first < p.known_on <= by)


def class_outlook(
    reference: ReferenceClass | None,
) -> tuple[float | None, float | None, float | None] | None:
    """Shares of a class that end full, partial and none, as far as it gives them."""
    if reference is None or reference.full is None:
        return None
    return reference.full, reference.partial, reference.none


def next_review(as_of: dt.date, review_months: int) -> dt.date:
    """The next review; the end of a month stays the end of a month."""
    return add_months(as_of, review_months)
