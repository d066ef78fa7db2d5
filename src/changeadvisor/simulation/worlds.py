"""What the worlds are like, and worlds drawn.

True curves, readings and the luck of every option.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from changeadvisor import trajectory
from changeadvisor.errors import InputError
from changeadvisor.io.documents import read_document
from changeadvisor.model import Programme, Record, Share
from changeadvisor.validation import faults_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Times = NDArray[np.float64]

NEVER = math.inf
_MIXED = {"exponential": 0.3, "s": 0.25, "gompertz": 0.15, "step": 0.15, "fading": 0.15}
#: What the register's P10, P50 and P90 are, for a middle value of 1.
MONTHS, DIP, DIP_MONTH = (0.75, 1.0, 1.4), (0.5, 1.0, 1.6), (0.7, 1.0, 1.5)
#: Other new paths that a decider who knows only the present must reckon with.
UNTRIED = 40

Range = Annotated[tuple[float, float], Field(strict=False)]


class OptionWorlds(Record):
    """How costs (in years of full benefit) and prospects of the options vary."""

    tactics_cost: Range = (0.05, 1.0)
    tactics_gain: Range = (0.02, 0.2)
    tactics_months: Range = (3.0, 9.0)
    strategy_cost: Range = (0.1, 1.0)
    strategy_full: Range = (0.2, 0.5)
    strategy_partial: Share = 0.22
    strategy_months: Range = (9.0, 20.0)
    stop_cost: Range = (0.0, 0.15)
    fade_months: Range = (3.0, 12.0)


class Worlds(Record):
    """What the worlds are like.

    Ranges are even; shares are of initiatives; noise is a share of the target gain.
    """

    full: Share = 0.42
    partial: Share = 0.23
    none: Share = 0.35
    noise: Range = (0.06, 0.3)
    ar: Range = (0.0, 0.5)
    seasonal: Share = 0.3
    season: Range = (0.5, 1.5)
    missing: Share = 0.08
    before: Annotated[int, Field(ge=0, le=36)] = 0
    shapes: dict[str, Share] = Field(default_factory=lambda: dict(_MIXED))
    months: Range = (10.0, 30.0)
    delay: Annotated[tuple[float, float, float], Field(strict=False)] = (0.9, 1.28, 1.8)
    dip: Range = (0.0, 0.5)
    dip_month: Range = (2.0, 7.0)
    deeper: Annotated[tuple[float, float, float], Field(strict=False)] = (0.8, 1.3, 2.2)
    spend: Range = (0.02, 1.0)
    after: Range = (0.0, 0.4)
    runs: Range = (18.0, 42.0)
    rate: Share = 0.035
    horizon: Annotated[float, Field(gt=0, le=60)] = 10.0
    reviews: Annotated[tuple[int, ...], Field(strict=False)] = (6, 9, 12, 15, 18, 21, 24)
    told: Annotated[tuple[float, float, float] | None, Field(strict=False)] = None
    options: OptionWorlds = Field(default_factory=OptionWorlds)

    @property
    def span(self) -> int:
        """Months from the start of a path to the end of what counts."""
        return self.reviews[0] + round(12 * self.horizon)

    @property
    def shares(self) -> tuple[float, float, float]:
        """True shares of full, partial and none."""
        return self.full, self.partial, self.none


# --- drawing worlds -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paths:
    """True paths, worlds x months, with the class each ends in (0 full, 1 partial, 2 none)."""

    progress: Grid
    kind: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Worlds drawn: true paths, readings (nan: missing), options with their luck, the plan."""

    spec: Worlds
    old: Paths
    new: Paths
    readings: Grid
    plan: Mapping[str, Grid]
    gain: Grid
    gain_new: Grid
    noise: Grid
    untried: Callable[[int, int], Paths]

    @property
    def count(self) -> int:
        """How many worlds."""
        return len(self.old.kind)

    def some(self, rows: slice | NDArray[np.intp]) -> Drawn:
        """Some of the worlds."""
        old, new = (Paths(p.progress[rows], p.kind[rows]) for p in (self.old, self.new))
        plan = {n: v[rows] for n, v in self.plan.items()}
        gains, noise = (self.gain[rows], self.gain_new[rows]), self.noise[rows]
        return Drawn(self.spec, old, new, self.readings[rows], plan, *gains, noise, self.untried)

    def repeated(self, times: int) -> Drawn:
        """Every world so many times over."""
        import numpy as np

        return self.some(np.repeat(np.arange(self.count), times))


def draw(spec: Worlds, worlds: int, seed: int) -> Drawn:
    """Draw worlds; the seed fixes them."""
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    plan = _plan(spec, worlds, rng)
    old = _paths(
        spec, np.array(spec.shares)[None, :], plan["months"], plan["dip"], plan["dip_month"], rng
    )
    options = spec.options
    full = plan["strategy_full"]
    partial = np.full(worlds, options.strategy_partial)
    shares = np.stack([full, partial, 1.0 - full - partial], axis=1)
    new = _paths(spec, shares, plan["strategy_months"], plan["dip"], plan["dip_month"], rng)
    noise = _uniform(rng, spec.noise, worlds)
    readings = _noisy(spec, worlds, noise, rng)
    lost = rng.random(readings.shape) < spec.missing
    disturbance = np.where(lost, np.nan, readings)
    gain, gain_new = (_triangular(plan["gain"], rng) for _ in range(2))

    def untried(first: int, last: int) -> Paths:
        own = np.random.Generator(np.random.PCG64([seed, first]))
        rows = np.repeat(np.arange(first, last), UNTRIED)
        months, dip, month = (plan[name][rows] for name in ("strategy_months", "dip", "dip_month"))
        return _paths(spec, shares[rows], months, dip, month, own)

    return Drawn(spec, old, new, disturbance, plan, gain, gain_new, noise, untried)


def _uniform(rng: Any, ends: Range, count: int) -> Grid:
    found: Grid = ends[0] + (ends[1] - ends[0]) * rng.random(count)
    return found


def _plan(spec: Worlds, worlds: int, rng: Any) -> dict[str, Grid]:
    """What the register says of each: middle values of its estimates."""
    import numpy as np

    options = spec.options
    ends = {
        "months": spec.months,
        "dip": spec.dip,
        "dip_month": spec.dip_month,
        "spend": spec.spend,
        "after": spec.after,
        "runs": spec.runs,
        "gain": options.tactics_gain,
        "strategy_full": options.strategy_full,
    }
    ends |= {
        n: getattr(options, n)
        for n in ("tactics_cost", "tactics_months", "strategy_cost", "strategy_months")
    }
    ends |= {n: getattr(options, n) for n in ("stop_cost", "fade_months")}
    found = {name: _uniform(rng, end, worlds) for name, end in ends.items()}
    found["dip_month"] = np.minimum(found["dip_month"], 0.4 * found["months"])
    return found


def _factor(ends: tuple[float, float, float], count: int, rng: Any) -> Grid:
    """A factor whose P10, P50 and P90 are about `ends`.

    A lognormal with its own spread each side.
    """
    import numpy as np

    z = rng.standard_normal(count)
    up, down = math.log(ends[2] / ends[1]) / 1.2816, math.log(ends[1] / ends[0]) / 1.2816
    found: Grid = ends[1] * np.exp(np.clip(z, -3.0, 3.0) * np.where(z > 0, up, down))
    return found


def _triangular(likely: Grid, rng: Any) -> Grid:
    """The luck of a gain whose P10 is 0 and whose P90 is two and a half times the likely one."""
    import numpy as np

    z = rng.standard_normal(len(likely))
    found: Grid = likely * np.where(z > 0, 1.0 + z * 1.5 / 1.2816, 1.0 + z / 1.2816)
    return found


def _paths(spec: Worlds, shares: Grid, months: Grid, dip: Grid, dip_month: Grid, rng: Any) -> Paths:
    """True paths from plans.

    Later than planned, dips deeper than planned, ending as their class says.
    """
    import numpy as np

    count = len(months)
    kind = (rng.random(count)[:, None] > np.cumsum(shares, axis=1)[:, :2]).sum(axis=1)
    spread = rng.random(count)
    outcome = np.choose(kind, [0.8 + 0.4 * spread, 0.25 + 0.55 * spread, -0.2 + 0.45 * spread])
    delay, deeper = _factor(spec.delay, count, rng), _factor(spec.deeper, count, rng)
    # The register's three points mean what they say: the truth lies about them, and then it is
    # later and deeper.
    length = months * _factor(MONTHS, count, rng) * delay
    dip, dip_month = dip * _factor(DIP, count, rng), dip_month * _factor(DIP_MONTH, count, rng)
    t = np.asarray(np.arange(spec.span) + 0.5, dtype=np.float64)
    names = np.array(list(spec.shapes))
    shape = names[
        rng.choice(
            len(names), count, p=np.array(list(spec.shapes.values())) / sum(spec.shapes.values())
        )
    ]
    start = rng.random(count)
    fade = 20.0 + 22.0 * rng.random(count)
    risen = _true_rise(shape, t, length, start, fade)
    b = np.maximum(dip_month * delay, 0.5)[:, None]
    dips = (dip * deeper)[:, None] * (t / b) * np.exp(1.0 - t / b)
    # The outcome is that of months 49 to 60, dip and all, unless it would need more than five times
    # the way.
    scale = (outcome + dips[:, 48:60].mean(axis=1)) / np.maximum(risen[:, 48:60].mean(axis=1), 0.2)
    progress = scale[:, None] * risen - dips
    ended = progress[:, 48:60].mean(axis=1)
    return Paths(progress, np.where(ended >= 0.8, 0, np.where(ended >= 0.25, 1, 2)))


def _true_rise(shape: NDArray[np.str_], t: Grid, length: Grid, start: Grid, fade: Grid) -> Grid:
    """How paths truly rise: other formulas than those the engine reads by."""
    import numpy as np

    x = t[None, :] / length[:, None]
    begins = (0.3 + 0.7 * start)[:, None]
    s = 1.0 / (1.0 + np.exp(-9.0 * (x - 0.55))) - 1.0 / (1.0 + math.exp(4.95))
    step = np.clip((x - begins) / 0.05, 0.0, 1.0)
    fading = (1.0 - np.exp(-3.0 * x**1.3)) * (
        1.0 - 0.55 * np.clip((t[None, :] - fade[:, None]) / 24.0, 0.0, 1.0)
    )
    kinds = {
        "exponential": 1.0 - np.exp(-2.5 * x),
        "s": s,
        "gompertz": np.exp(-5.0 * np.exp(-4.2 * x)),
        "step": step,
        "fading": fading,
    }
    found: Grid = np.select([(shape == name)[:, None] for name in kinds], list(kinds.values()))
    return found


def _noisy(spec: Worlds, worlds: int, noise: Grid, rng: Any) -> Grid:
    """Noise of readings, worlds x (months before the start and after it).

    Scatter alike over time, some seasonal.
    """
    import numpy as np

    months = spec.before + spec.reviews[-1]
    rho = _uniform(rng, spec.ar, worlds)
    shocks = rng.standard_normal((worlds, months))
    found = np.empty_like(shocks)
    found[:, 0] = shocks[:, 0]
    for k in range(1, months):
        found[:, k] = rho * found[:, k - 1] + np.sqrt(1.0 - rho**2) * shocks[:, k]
    wave = np.where(rng.random(worlds) < spec.seasonal, _uniform(rng, spec.season, worlds), 0.0)
    phase = 2.0 * np.pi * rng.random(worlds)
    season = wave[:, None] * np.sin(
        2.0 * np.pi * (np.arange(months) + 0.5)[None, :] / 12.0 + phase[:, None]
    )
    noisy: Grid = noise[:, None] * (found + season)
    return noisy


# --- from a file ----------------------------------------------------------------------------------


def worlds_of(path: Path | None, given: Programme | None, reference: str | None) -> Worlds:
    """What the worlds are like.

    From a YAML file, with the shares of a programme's reference class put in its place.

    Raises InputError with every fault.
    """
    spec = Worlds() if path is None else _read(path)
    if given is None:
        return spec
    known = [c.id for c in given.reference_classes]
    found = given.reference_class(reference or (known[0] if len(known) == 1 else None))
    if found is None:
        raise InputError.one(
            "--class", reference or "none named", f"one of {', '.join(known) or 'none given'}"
        )
    shares = trajectory.shares_of(found.full, found.partial, found.none)
    if shares is None:
        raise InputError.one(
            f"reference class {found.id}", "no shares", "`full`, `partial` and `none`"
        )
    factors = {
        n: (e.low, e.likely, e.high)
        for n in ("delay", "deeper")
        if (e := getattr(found, n)) is not None
    }
    return spec.model_copy(
        update={"full": shares[0], "partial": shares[1], "none": shares[2], **factors}
    )


def _read(path: Path) -> Worlds:
    document = read_document(path)
    if document.faults:
        raise InputError(document.faults)
    try:
        return Worlds.model_validate(document.data)
    except ValidationError as error:
        raise InputError(faults_of(error, Worlds, document.data, document.place)) from None
