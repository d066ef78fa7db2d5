"""Reviews played one after another under several ways of deciding, and what came of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from changeadvisor import trajectory
from changeadvisor.advice import action_answers, all_series
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import (
    Initiative,
    Programme,
    ReferenceClass,
    Series,
    months_between,
)
from changeadvisor.simulation import wording
from changeadvisor.simulation.register import programme
from changeadvisor.simulation.truth import (
    Decisions,
    ceiling,
    foresight,
    value,
)
from changeadvisor.simulation.worlds import (
    NEVER,
    Drawn,
    Worlds,
    draw,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Times = NDArray[np.float64]

ACTIONS = ("persist", "adjust-tactics", "adjust-strategy", "stop")

Decider = Callable[[Programme], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Played:
    """What a way of deciding did.

    `value` realised by world, `actions` advised at each review (worlds x reviews).
    """

    value: Grid
    actions: NDArray[np.str_]


def play(drawn: Drawn, decide: Decider, *, batch: int = 250) -> Played:
    """Play all reviews under one way of deciding, given nothing but the programme file."""
    import numpy as np

    count, reviews = drawn.count, drawn.spec.reviews
    times = {n: np.full(count, NEVER) for n in ("tactics", "strategy", "stop")}
    actions = np.full((count, len(reviews)), "persist", dtype="<U16")
    for k, month in enumerate(reviews):
        running = np.flatnonzero(np.isinf(times["stop"]))
        actions[np.isfinite(times["stop"]), k] = "stopped"
        for first in range(0, len(running), batch):
            rows = running[first : first + batch].tolist()
            made = Decisions(**times)
            advice = decide(programme(drawn, made, month, rows))
            for w in rows:
                actions[w, k] = advice[f"w{w}"]
        for name, action in (
            ("tactics", "adjust-tactics"),
            ("strategy", "adjust-strategy"),
            ("stop", "stop"),
        ):
            chosen = (actions[:, k] == action) & np.isinf(times[name])
            times[name] = np.where(chosen, float(month), times[name])
    return Played(value(drawn, Decisions(**times)), actions)


# --- ways of deciding -----------------------------------------------------------------------------


def by_advice(rulebook: Rulebook, *, improved: bool = True) -> Decider:
    """The engine's own advice, as `advise --only action` gives it; no answer means to go on.

    improved: what is named as an improvement beside going on is carried out too.
    """

    def decide(given: Programme) -> dict[str, str]:
        return {
            name: answer or "persist"
            for name, answer in action_answers(given, rulebook, improved=improved).items()
        }

    return decide


def by_worth(*, flexible: bool = True, corrected: bool = True, classed: bool = True) -> Decider:
    """The course of greatest mean worth alone; parts can be left out to see what each is worth.

    flexible: later choices count. corrected: delay and depth are corrected. classed: the class's
    shares are known.
    """

    def decide(given: Programme) -> dict[str, str]:
        classes = [
            _reduced(c, corrected=corrected, classed=classed) for c in given.reference_classes
        ]
        known = given.model_copy(update={"reference_classes": tuple(classes)})
        series = all_series(known)
        return {i.id: _worthiest(known, i, series, flexible=flexible) for i in known.initiatives}

    return decide


def _reduced(reference: ReferenceClass, *, corrected: bool, classed: bool) -> ReferenceClass:
    gone: dict[str, Any] = {} if corrected else {"delay": None, "deeper": None}
    gone |= {} if classed else {"full": None, "partial": None, "none": None}
    return reference.model_copy(update=gone)


def _worthiest(
    known: Programme, initiative: Initiative, series: Mapping[str, Series], *, flexible: bool
) -> str:
    measure = known.measure(initiative.path.measure if initiative.path else None)
    own = series[measure.id] if measure else None
    found = trajectory.read_trajectory(known, initiative, measure, own)
    framed = None if found is None else trajectory.frame(known, initiative, own, found)
    if found is None or not isinstance(framed, trajectory.Frame):
        return "persist"
    priced = trajectory.appraise(framed, found)
    means = {
        c: float((w.flexible if flexible else w.fixed).mean()) for c, w in priced.worth.items()
    }
    return max(means, key=lambda c: (means[c], c == "persist"))


def always(given: Programme) -> dict[str, str]:
    """Persist always."""
    return {i.id: "persist" for i in given.initiatives}


def first_red(given: Programme) -> dict[str, str]:
    """Stop at the first red."""
    return {i.id: "stop" if light == "red" else "persist" for i, light in _lights(given)}


def amber_red() -> Decider:
    """Amber twice running, then adjust tactics; red three times running, then stop."""
    seen: dict[str, list[str]] = {}

    def decide(given: Programme) -> dict[str, str]:
        return {
            i.id: _by_record(seen.setdefault(i.id, []), light, i) for i, light in _lights(given)
        }

    return decide


def _by_record(record: list[str], light: str, initiative: Initiative) -> str:
    record.append(light)
    if record[-3:] == ["red"] * 3:
        return "stop"
    can = any(o.action == "adjust-tactics" for o in initiative.options)
    return "adjust-tactics" if can and len(record) > 1 and "green" not in record[-2:] else "persist"


def _lights(given: Programme) -> list[tuple[Initiative, str]]:
    """A traffic light for each.

    Green within a tenth of the way of a straight line to the target, red a third below.
    """
    found = []
    for initiative in given.initiatives:
        path = initiative.path
        measure = given.measure(path.measure if path else None)
        if path is None or measure is None or path.months_to_target is None or path.since is None:
            continue
        last = [o.value for o in measure.observations][-3:]
        months = months_between(path.since, given.as_of)
        due = min(1.0, months / path.months_to_target.likely)
        behind = due - (math.fsum(last) / max(len(last), 1) - 50.0) / 10.0
        found.append(
            (initiative, "green" if behind < 0.1 else "amber" if behind < 1.0 / 3.0 else "red")
        )
    return found


def by_dice(kinds: NDArray[np.intp], seed: int) -> Decider:
    """DICE alone: woe is stopped, worry is adjusted.

    Judged once, of those that fail two in three as woe or worry.

    How well DICE tells them apart is an assumption of the worlds (our judgement, not measured).
    """
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    zones = ("win", "worry", "woe")
    odds = ((0.6, 0.25, 0.15), (0.4, 0.35, 0.25), (0.3, 0.3, 0.4))
    zone = [zones[int(rng.choice(3, p=odds[k]))] for k in kinds]

    def decide(given: Programme) -> dict[str, str]:
        return {i.id: _by_zone(zone[int(i.id[1:])], i) for i in given.initiatives}

    return decide


def _by_zone(zone: str, initiative: Initiative) -> str:
    can = any(o.action == "adjust-tactics" for o in initiative.options)
    return "stop" if zone == "woe" else "adjust-tactics" if zone == "worry" and can else "persist"


# --- what came of it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """One way of deciding, and what came of it.

    value: mean, in years of full benefit. of_gap, of_ceiling: what it adds to always persisting, as
    a share of what perfect foresight adds, and of what knowing class and curve adds; low, high: 95
    % limits of the latter (paired bootstrap). keepers_stopped: of those foresight would keep, the
    share ever advised to stop or change strategy. failures_left, failures_ended: of class none, the
    share ever advised away from persisting, and to stop or change strategy.
    """

    name: str
    value: float
    of_gap: float
    of_ceiling: float
    low: float
    high: float
    keepers_stopped: float
    failures_left: float
    failures_ended: float
    played: Played


def compare(
    spec: Worlds,
    worlds: int,
    seed: int,
    ways: Mapping[str, Decider],
    on_done: Callable[[str], None] | None = None,
) -> list[Result]:
    """Play every way of deciding on the same worlds."""
    drawn = draw(spec, worlds, seed)
    persist = value(drawn, Decisions.none(worlds))
    (best, keep), known = foresight(drawn), ceiling(drawn)
    found = []
    for name, decide in ways.items():
        played = play(drawn, decide)
        found.append(_result(name, played, drawn, (persist, best, known), keep))
        if on_done is not None:
            on_done(name)
    return found


def _result(
    name: str, played: Played, drawn: Drawn, bounds: tuple[Grid, Grid, Grid], keep: Flags
) -> Result:
    import numpy as np

    persist, best, known = bounds
    gain, gap, top = played.value - persist, best - persist, known - persist
    rng = np.random.Generator(np.random.PCG64(0))
    picks = rng.integers(0, drawn.count, (1000, drawn.count))
    ratios = gain[picks].mean(axis=1) / top[picks].mean(axis=1)
    ended: Flags = np.asarray(np.isin(played.actions, ["adjust-strategy", "stop"]).any(axis=1))
    left: Flags = np.asarray(ended | (played.actions == "adjust-tactics").any(axis=1))
    none: Flags = np.asarray(drawn.old.kind == 2)
    low, high = (float(q) for q in np.quantile(ratios, [0.025, 0.975]))
    return Result(
        name=name,
        value=float(played.value.mean()),
        of_gap=float(gain.mean() / gap.mean()),
        of_ceiling=float(gain.mean() / top.mean()),
        low=low,
        high=high,
        keepers_stopped=_share(ended[keep]),
        failures_left=_share(left[none]),
        failures_ended=_share(ended[none]),
        played=played,
    )


def _share(flags: Flags) -> float:
    return float(flags.mean()) if flags.size else math.nan


def rules_of_thumb(drawn_kinds: NDArray[np.intp], seed: int) -> dict[str, Decider]:
    """The rules of thumb that advice is set beside."""
    return {
        wording.PERSIST_ALWAYS: always,
        wording.FIRST_RED: first_red,
        wording.AMBER_RED: amber_red(),
        wording.DICE_ALONE: by_dice(drawn_kinds, seed),
    }
