"""One initiative read: what the results say of it, on the curves of its plan."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from changeadvisor.model import (
    Estimate,
    GainByOutcome,
    Initiative,
    Measure,
    Programme,
    Series,
    months_between,
)
from changeadvisor.trajectory import curves, noise, outcome_classes, posterior
from changeadvisor.trajectory.counterfactual import Observed, observed
from changeadvisor.trajectory.curves import Curves, Plan, uniforms
from changeadvisor.trajectory.plan import since
from changeadvisor.trajectory.posterior import Design, Posterior

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Months that a reading looks ahead at least.
AHEAD = 120
#: What sets the points of earlier changes, and those of what was expected, apart.
_EARLIER, _MIXED = 0x71, 0x3D
#: Shares where neither a class nor an option gives any (flat, declared).
FLAT = (1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0)


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One initiative read: what its results say, and what that rests on."""

    months: float
    """Since its path began; below 0: it begins later; 0 for what is an idea."""
    observed: Observed | None
    """Its readings as progress; None: none are known."""
    curves: Curves
    """The curves of its plan."""
    design: Design | None
    """These at the months of the readings; None: there are none."""
    posterior: Posterior
    """What the results say."""
    shares: tuple[float, float, float]
    """Of full, partial and none, beforehand."""
    fixed: Fixed
    """What earlier changes add."""
    ahead: Ahead
    """The curves now and in the months to come."""

    def kept(self) -> Trajectory:
        """What is worth keeping once it has been advised on: enough for pictures, no more."""
        return replace(
            self, design=None, ahead=self.ahead.of_posterior(self.posterior, from_now(0))
        )

    @property
    def read(self) -> bool:
        """Whether it rests on results, and not on its class alone."""
        return self.observed is not None and self.observed.since > 0

    def progress(self, months: Grid) -> Grid:
        """Progress draw by draw at `months` since the path began, draws x months; 0 before."""
        return self.ahead.of_posterior(self.posterior, months).drawn(self.posterior)

    def before(self) -> tuple[Grid, Grid]:
        """Progress now by plan and class alone, classes x curves, and their weights.

        Earlier changes are left out.
        """
        import numpy as np

        some = self.curves
        rise, dip = some.at(np.array([self.months]))
        ends = outcome_classes.outcomes(len(some))
        # Outcomes and curves are paired in an order that mixes them.
        mixed = ends[:, np.argsort(uniforms(_MIXED, len(some), 1)[0], kind="stable")]
        progress = mixed * rise[:, 0] - some.depth * dip[:, 0]
        if self.months <= 0.0:
            progress = np.zeros_like(progress)
        return progress, np.asarray(self.shares)[:, None] * np.exp(some.log_share)

    def coming(self, count: int) -> Grid:
        """Progress draw by draw now and in the middle of each of `count` months to come.

        Draws x (1 + count).
        """
        return self.ahead.drawn(self.posterior, count + 1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Curves at some months since the path began; 0 before.

    Only those that a posterior has points on.
    """

    curves: Curves
    """All of the plan."""
    fixed: Fixed
    """What earlier changes add."""
    months: Grid
    """Since the path began."""
    which: NDArray[np.intp]
    """The rows of the curves that are worked out, rising."""
    rise: Grid
    """These curves x months."""
    dip: Grid
    """These curves x months."""
    added: Grid | None
    """What earlier changes add, classes x these curves x months; None: nothing."""

    @classmethod
    def of(cls, curves: Curves, fixed: Fixed, months: Grid, p: Posterior) -> Ahead:
        """The curves that a posterior has points on, with what earlier changes add, at `months`."""
        import numpy as np

        which = np.unique(p.curve)
        some, begun = curves.rows(which, curves.log_share[which]), months > 0.0
        added = fixed.rows(which).by_class(months)
        rise, dip = some.at(months)
        if added is not None:
            added = added * begun
        return cls(curves, fixed, months, which, rise * begun, dip * begun, added)

    def of_posterior(self, p: Posterior, months: Grid | None = None) -> Ahead:
        """The same for another posterior, or at other months."""
        return Ahead.of(self.curves, self.fixed, self.months if months is None else months, p)

    def drawn(self, p: Posterior, count: int | None = None) -> Grid:
        """Progress draw by draw at the first `count` of the months, draws x months."""
        import numpy as np

        some, at = slice(0, count), np.searchsorted(self.which, p.curve)
        rise, dip = self.rise[at, some], self.dip[at, some]
        progress = p.a[:, None] * rise - p.depth[:, None] * dip
        if self.added is None:
            return progress
        return progress + self.added[p.kind, at, some]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What earlier changes add to progress."""

    gains: tuple[tuple[float, Grid, Grid], ...] = ()
    """Of tactics: the month of each change, months of its rise by curve, gain by class, curve."""
    left: float = 0.0
    """What a changed strategy left behind, in shares of the way."""
    fade: Grid | None = None
    """Months over which that fades, by curve; None: nothing was left."""

    def by_class(self, months: Grid) -> Grid | None:
        """For each class, classes x curves x months; None where nothing was changed."""
        import numpy as np

        if not self.gains and self.left == 0.0:
            return None
        t = np.asarray(months, dtype=np.float64)[None, :]
        added = np.zeros((3, 1, t.shape[1]))
        for on, rises, gain in self.gains:
            risen = np.clip((t - on) / np.maximum(rises, 1e-6)[:, None], 0.0, 1.0)
            added = added + gain[:, :, None] * risen
        if self.fade is not None:
            left = np.clip(1.0 - t / np.maximum(self.fade, 1e-6)[:, None], 0.0, 1.0)
            added = added + np.where(t > 0, self.left * left, 0.0)
        return added

    def rows(self, which: NDArray[np.intp]) -> Fixed:
        """The same for some of the curves."""
        gains = tuple((on, rises[which], gain[:, which]) for on, rises, gain in self.gains)
        return replace(self, gains=gains, fade=None if self.fade is None else self.fade[which])


def keep_memory() -> None:
    """Let the process keep the memory it frees.

    Asking for it anew would cost more than the reckoning with it. One large block, asked for and
    let go untouched, tells the C library (glibc, mallopt(3)) to do so; elsewhere it does nothing.
    """
    import numpy as np

    np.empty(3_900_000)


def stream(seed: int, name: str) -> int:
    """The seed of one initiative's random stream: it belongs to (seed, name)."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big")


def shares_of(
    full: float | None, partial: float | None, none: float | None
) -> tuple[float, float, float] | None:
    """Shares of the three classes; what is not given is split evenly (flat, declared).

    None where nothing is given.
    """
    given = (full, partial, none)
    if all(s is None for s in given):
        return None
    rest = max(0.0, 1.0 - math.fsum(s for s in given if s is not None))
    blank = sum(s is None for s in given)
    a, b, c = (rest / blank if s is None else s for s in given)
    return a, b, c


def read_trajectory(
    programme: Programme, initiative: Initiative, measure: Measure | None, series: Series | None
) -> Trajectory | None:
    """The Bayesian reading of one initiative. None where its path says too little to be read.

    series: the readings of its measure that can be compared with one another.
    """
    path = initiative.path
    if path is None or path.months_to_target is None:
        return None
    if path.baseline is None or path.target is None or path.baseline == path.target:
        return None
    reference = programme.reference_class(initiative.reference_class)
    plan = Plan(path.months_to_target, path.dip, path.dip_month, path.target - path.baseline)
    family = curves.family(plan, reference)
    begun, months = since(initiative), 0.0
    if begun is not None and initiative.stage != "idea":
        months = months_between(begun, programme.as_of)
    seen = None
    if measure and series and months > 0:
        seen = observed(programme, initiative, measure, series)
    fixed = _earlier(initiative, seen, series, len(family))
    shares = FLAT
    if reference is not None:
        shares = shares_of(reference.full, reference.partial, reference.none) or FLAT
    design = _design(family, seen, fixed)
    if design is None or seen is None:
        says = posterior.prior(family, shares)
    else:
        says = posterior.read(design, seen.progress, shares, floor(seen))
    ahead = Ahead.of(family, fixed, _months_ahead(programme, months), says)
    return Trajectory(months, seen, family, design, says, shares, fixed, ahead)


def floor(seen: Observed) -> float:
    """The least error of its readings, in shares of the way."""
    return math.hypot(noise.ROUGH, seen.rounding)


def reread(
    programme: Programme,
    initiative: Initiative,
    measure: Measure,
    series: Series,
    before: Trajectory,
) -> Trajectory | None:
    """The same initiative read again with other values of the same readings.

    None where what was read before does not fit them.
    """
    seen = observed(programme, initiative, measure, series)
    if seen is None or before.observed is None or before.design is None:
        return None
    if seen.months != before.observed.months:
        return None
    again = posterior.read(before.design, seen.progress, before.shares, floor(seen))
    return replace(before, observed=seen, posterior=again, ahead=before.ahead.of_posterior(again))


def _months_ahead(programme: Programme, months: float) -> Grid:
    """Months since the path began: now, and the middle of each month of the horizon.

    Ten years at least.
    """
    rules = programme.appraisal
    horizon = rules.horizon_years if rules is not None and rules.horizon_years is not None else 0.0
    return months + from_now(max(round(horizon * 12), AHEAD))


def _design(family: Curves, seen: Observed | None, fixed: Fixed) -> Design | None:
    """The curves at the months of the readings; None without any since the start."""
    import numpy as np

    if seen is None or not seen.since:
        return None
    return posterior.design(
        family, seen.months, fixed.by_class(np.asarray(seen.months)), loose=seen.loose
    )


def _earlier(
    initiative: Initiative, seen: Observed | None, series: Series | None, count: int
) -> Fixed:
    """What was changed on the way, since its path began (anew), for `count` curves."""
    import numpy as np

    begun = since(initiative)
    if begun is None or not initiative.history:
        return Fixed()
    u = uniforms(_EARLIER, count, 2 * len(initiative.history) + 1)
    gains = []
    for k, change in enumerate(initiative.history):
        if change.did != "adjust-tactics" or change.on < begun:
            continue
        if change.gain is None or change.months is None:
            continue
        gain = np.stack([g.sample(u[2 * k]) for g in by_class(change.gain)])
        gains.append((months_between(begun, change.on), change.months.sample(u[2 * k + 1]), gain))
    left = _left_behind(initiative, seen, series)
    return Fixed(tuple(gains), left, 12.0 * u[-1] if left else None)


def by_class(gain: Estimate | GainByOutcome) -> tuple[Estimate, Estimate, Estimate]:
    """A gain for each class; a class that is not mentioned gains nothing."""
    if isinstance(gain, Estimate):
        return gain, gain, gain
    nothing = Estimate.of(0.0)
    return gain.full or nothing, gain.partial or nothing, gain.none or nothing


def _left_behind(initiative: Initiative, seen: Observed | None, series: Series | None) -> float:
    """Progress of the old way when the strategy was changed.

    The mean of the last three readings before.
    """
    begun, path = since(initiative), initiative.path
    if seen is None or series is None or begun is None or path is None or path.target is None:
        return 0.0
    last = [p.value for p in series.points if p.middle < begun][-3:]
    changed = any(c.did == "adjust-strategy" and c.on == begun for c in initiative.history)
    if not changed or not last:
        return 0.0
    return (math.fsum(last) / len(last) - seen.baseline) / (path.target - seen.baseline)


def from_now(count: int) -> Grid:
    """Now and the middle of each month to come."""
    import numpy as np

    return np.concatenate([[0.0], np.arange(count) + 0.5])
