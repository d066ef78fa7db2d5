"""What the rest of a programme needs to know of one initiative: its courses in brief.

Small enough to keep those of a thousand initiatives. Draws of two initiatives are made independent
of one another by shuffling each by its own seed: evenly spread draws of the same lattice would
otherwise move together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from changeadvisor.model import (
    AdjustStrategy,
    AdjustTactics,
    Initiative,
    Programme,
    Stop,
)
from changeadvisor.trajectory.courses import Way
from changeadvisor.trajectory.curves import uniforms
from changeadvisor.trajectory.fixed_worth import persisting
from changeadvisor.trajectory.posterior import POINTS
from changeadvisor.trajectory.pricing import (
    STAKES,
    STOPPING,
    STRATEGY,
    TACTICS,
    Appraisal,
    Unpriced,
    begins,
    put_off,
    runs_on,
)
from changeadvisor.trajectory.reading import Trajectory
from changeadvisor.trajectory.reading import stream as stream_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Months of delay at which the worth of starting later is worked out; between them lie straight
#: lines.
LATER = (0.0, 3.0, 6.0, 12.0, 24.0, 36.0, 60.0)
#: What makes two initiatives alike, their path apart.
_CONTENT = {"stage", "started", "ends", "lasts_until", "reach", "impact", "spend", "options"}
#: What sets the stream of delays, and that of the shuffling, apart.
_DELAY, _SHUFFLE = 0xDE1A, 0x5F1E


@dataclass(frozen=True, slots=True)
class Spending:
    """Spend of one course, in the programme's currency, not discounted."""

    cost: Grid
    """At once, by draw."""
    monthly: Grid
    """A month while it runs, by draw."""
    after: Grid
    """A month once it has ended, by draw."""
    begins: float
    """Months from today until it begins."""
    ends: float
    """Months from today until it ends."""

    def over(self, months: Grid) -> Grid:
        """Spend in some of the coming months, draw by draw.

        months: a weight from 0 to 1 for each month from today.
        """
        import numpy as np

        at = np.arange(len(months))
        ended = np.clip(self.ends - at, 0.0, 1.0)
        running = ended - np.minimum(np.clip(self.begins - at, 0.0, 1.0), ended)
        rest = 1.0 - ended
        first = float(months[0]) if len(months) else 0.0
        spent: Grid = (
            self.cost * first
            + self.monthly * float(running @ months)
            + self.after * float(rest @ months)
        )
        return spent


@dataclass(frozen=True, slots=True)
class Prospect:
    """One initiative in brief, draw by draw where it is uncertain."""

    id: str
    """Of the initiative."""
    stream: int
    """What its draws are shuffled by: two initiatives move independently of one another."""
    worth: Mapping[str, Grid]
    """Of each course that can be priced, a later stop counted in but no other choice.

    As in `Worth.within`: what the set counts.
    """
    benefit: Mapping[str, float]
    """Mean present value of what each priced course gains, costs apart."""
    spending: Mapping[str, Spending]
    """Of each course that can be costed."""
    delay: Grid
    """Time taken over time planned."""
    fails: NDArray[np.bool_] | None
    """Whether it ends none; None: it cannot be read."""
    late: tuple[float, ...] | None
    """Mean worth lost by beginning so many months later (as `LATER`); None: it is not priced."""
    unpriced: Mapping[str, Unpriced]
    """By course, why it has no worth; under `persist`, why none has."""

    def lost_by(self, months: Grid) -> Grid:
        """Mean worth lost by so many months of delay, of any shape.

        Nothing where it is not priced.
        """
        import numpy as np

        return np.interp(months, LATER, self.late if self.late is not None else [0.0] * len(LATER))


def streams(programme: Programme, seed: int) -> dict[str, int]:
    """What the draws of each initiative are shuffled by, by its id.

    It belongs to the seed and to what the register says of the initiative, not to its name, so that
    renaming changes nothing; of several that are alike each has its own.
    """
    given: dict[str, int] = {}
    alike: Counter[str] = Counter()
    for initiative in sorted(programme.initiatives, key=lambda i: i.id):
        path = initiative.path
        # What has been spent changes nothing, so it makes no two initiatives different.
        content = initiative.model_dump_json(include=_CONTENT, exclude={"spend": {"to_date"}})
        if path is not None:
            content += path.model_dump_json(exclude={"measure"})
        given[initiative.id] = stream_of(seed, f"{content}/{alike[content]}")
        alike[content] += 1
    return given


def prospect(
    programme: Programme,
    initiative: Initiative,
    curve: Trajectory | None,
    appraisal: Appraisal | Unpriced | None,
    stream: int,
) -> Prospect:
    """An initiative in brief, from its reading and its appraisal.

    stream: as `streams` gives it.
    """
    order = _order(stream)
    spending = _spending(programme, initiative)
    brief = Prospect(
        id=initiative.id,
        stream=stream,
        worth={},
        benefit={},
        spending={course: _shuffled(s, order) for course, s in spending.items()},
        delay=_delay(programme, initiative)[order],
        fails=None if curve is None else (curve.posterior.kind == 2)[order],
        late=None,
        unpriced={},
    )
    if appraisal is None:
        return replace(brief, unpriced={"persist": Unpriced("path")})
    if isinstance(appraisal, Unpriced):
        return replace(brief, unpriced={"persist": appraisal})
    return replace(
        brief,
        worth={course: worth.within[order] for course, worth in appraisal.worth.items()},
        benefit=_benefits(appraisal, spending),
        late=_late(appraisal),
        unpriced=dict(appraisal.frame.unpriced),
    )


def _order(stream: int) -> NDArray[np.intp]:
    import numpy as np

    return np.random.Generator(np.random.PCG64(stream ^ _SHUFFLE)).permutation(POINTS)


def _shuffled(s: Spending, order: NDArray[np.intp]) -> Spending:
    return replace(s, cost=s.cost[order], monthly=s.monthly[order], after=s.after[order])


def _delay(programme: Programme, initiative: Initiative) -> Grid:
    """Time taken over time planned, as its class has it; 1 where the class does not say."""
    import numpy as np

    reference = programme.reference_class(initiative.reference_class)
    if reference is None or reference.delay is None:
        return np.ones(POINTS)
    return reference.delay.sample(uniforms(_DELAY, POINTS, 1)[0])


def _spending(programme: Programme, initiative: Initiative) -> dict[str, Spending]:
    """What each course would spend from today, where the register says enough.

    The draws are those of the appraisal.
    """
    import numpy as np

    nothing, idea = np.zeros(POINTS), initiative.stage == "idea"
    spending: dict[str, Spending] = {}
    if idea:
        spending["stop"] = Spending(nothing, nothing, nothing, 0.0, 0.0)
    for option in initiative.options:
        if isinstance(option, Stop) and option.cost is not None and not idea:
            cost = option.cost.sample(uniforms(STOPPING, POINTS, 1)[0])
            spending["stop"] = Spending(cost, nothing, nothing, 0.0, 0.0)
    spend = initiative.spend
    ends = runs_on(programme, initiative)
    if spend is None or spend.monthly is None or ends is None:
        return spending
    u = uniforms(STAKES, POINTS, 5)
    reference = programme.reference_class(initiative.reference_class)
    overrun = reference.overrun.sample(u[4]) if reference and reference.overrun else np.ones(POINTS)
    after = nothing if spend.after is None else spend.after.sample(u[3]) * overrun
    start = begins(programme, initiative)
    going_on = Spending(nothing, spend.monthly.sample(u[2]) * overrun, after, start, ends)
    return {**spending, "persist": going_on, **_changed(initiative, going_on)}


def _changed(initiative: Initiative, going_on: Spending) -> dict[str, Spending]:
    """Spend with other tactics, or with another strategy."""
    changed: dict[str, Spending] = {}
    for option in initiative.options:
        if option.cost is None:
            continue
        if isinstance(option, AdjustTactics):
            cost = option.cost.sample(uniforms(TACTICS, POINTS, 3)[0])
            ends = going_on.ends + (option.extends or 0.0)
            changed[option.action] = replace(going_on, cost=cost, ends=ends)
        elif isinstance(option, AdjustStrategy) and option.runs is not None:
            cost = option.cost.sample(uniforms(STRATEGY, POINTS, 1)[0])
            changed[option.action] = replace(going_on, cost=cost, begins=0.0, ends=option.runs)
    return changed


def _benefits(priced: Appraisal, spending: Mapping[str, Spending]) -> dict[str, float]:
    """Mean present value of what each course gains: its worth with its planned costs put back."""
    weights = priced.frame.calendar.weights
    return {
        c: float(w.within.mean()) + float(spending[c].over(weights).mean())
        for c, w in priced.worth.items()
        if c in spending
    }


def _late(priced: Appraisal) -> tuple[float, ...]:
    """Mean worth that beginning later would lose.

    Gains and spend come later, the horizon does not move.
    """
    frame = priced.frame
    now = float(priced.worth["persist"].fixed.mean())
    return tuple(now - _worth_later(priced, d, frame.stakes.ends) for d in LATER)


def _worth_later(priced: Appraisal, months: float, ends: float) -> float:
    frame = priced.frame
    stakes = replace(frame.stakes, begins=frame.stakes.begins + months, ends=ends + months)
    way = Way(put_off(priced.way.monthly, months), priced.way.at)
    return float(persisting(way, stakes, frame.calendar).mean())
