"""What the register says of drawn worlds at a review, and no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from changeadvisor.model import Programme, add_months
from changeadvisor.simulation.truth import Decisions, progress
from changeadvisor.simulation.wording import OF_THE_WORLDS
from changeadvisor.simulation.worlds import (
    DIP,
    DIP_MONTH,
    MONTHS,
    NEVER,
    Drawn,
    Worlds,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Times = NDArray[np.float64]

#: Where the programmes of the worlds begin, and what a year of full benefit is worth in them.
_START, _YEAR = dt.date(2021, 1, 1), 1_000_000.0
_PEOPLE = 500.0


def programme(drawn: Drawn, made: Decisions, month: int, rows: Sequence[int]) -> Programme:
    """What the register says of some worlds at one review, and no more."""
    spec = drawn.spec
    path = progress(drawn, made)
    told = spec.told or spec.shares
    classes = [_class("worlds", spec, told)]
    measures, initiatives = [], []
    for w in rows:
        measures.append(_measure(drawn, path, w, month))
        initiative, own = _initiative(drawn, made, w)
        initiatives.append(initiative)
        classes += own
    return Programme.model_validate(
        {
            "format": "changeadvisor/1",
            "programme": "Simulated worlds",
            "as_of": add_months(_START, month) - dt.timedelta(days=1),
            "review_months": spec.reviews[1] - spec.reviews[0] if len(spec.reviews) > 1 else 3,
            "appraisal": {"discount_rate": spec.rate, "horizon_years": spec.horizon},
            "reference_classes": classes,
            "measures": measures,
            "initiatives": initiatives,
        },
        strict=False,
    )


def _class(name: str, spec: Worlds, shares: Sequence[float]) -> dict[str, Any]:
    full, partial, _ = shares
    return {
        "id": name,
        "full": full,
        "partial": partial,
        "none": 1.0 - full - partial,
        "delay": list(spec.delay),
        "deeper": list(spec.deeper),
        "source": OF_THE_WORLDS,
    }


def _measure(drawn: Drawn, path: Grid, w: int, month: int) -> dict[str, Any]:
    """Readings of the months so far, the missing ones left out."""
    import numpy as np

    before = drawn.spec.before
    rows = []
    for k in range(-before, month):
        noise = drawn.readings[w, k + before]
        if not np.isnan(noise):
            level = float(path[w, k]) if k >= 0 else 0.0
            rows.append(
                {"period": add_months(_START, k), "value": 50.0 + 10.0 * (level + float(noise))}
            )
    return {
        "id": f"m{w}",
        "better": "higher",
        "every": "month",
        "kind": "external",
        "observations": rows,
    }


def _estimate(middle: float, points: tuple[float, float, float], unit: float = 1.0) -> list[float]:
    return [unit * middle * p for p in points]


def _initiative(
    drawn: Drawn, made: Decisions, w: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One initiative as the register has it, after the decisions so far.

    A new strategy brings its own class.
    """
    plan = {n: float(v[w]) for n, v in drawn.plan.items()}
    tactics, strategy = float(made.tactics[w]), float(made.strategy[w])
    begun = strategy if strategy < NEVER else 0.0
    months = plan["strategy_months"] if strategy < NEVER else plan["months"]
    ends = begun + 24.0 if strategy < NEVER else plan["runs"]
    if begun <= tactics < NEVER:
        ends += 4.0
    return {
        "id": f"w{w}",
        "title": f"World {w}",
        "stage": "delivery",
        "started": _START,
        "ends": add_months(_START, round(ends)) - dt.timedelta(days=1),
        "reach": _PEOPLE,
        "impact": _YEAR / _PEOPLE,
        "spend": {"monthly": plan["spend"] * _YEAR / 12.0, "after": plan["after"] * _YEAR / 12.0},
        "reference_class": f"new{w}" if strategy < NEVER else "worlds",
        "path": {
            "measure": f"m{w}",
            "baseline": 50.0,
            "target": 60.0,
            "dip": _estimate(plan["dip"], DIP, 10.0),
            "dip_month": _estimate(plan["dip_month"], DIP_MONTH),
            "months_to_target": _estimate(months, MONTHS),
            "since": add_months(_START, round(begun)),
        },
        "history": _history(plan, tactics, strategy),
        "options": _options(plan, tactics, strategy),
    }, [_new_class(drawn, plan, w)] if strategy < NEVER else []


def _new_class(drawn: Drawn, plan: Mapping[str, float], w: int) -> dict[str, Any]:
    full, partial = plan["strategy_full"], drawn.spec.options.strategy_partial
    return _class(f"new{w}", drawn.spec, (full, partial, 1.0 - full - partial))


def _gain(plan: Mapping[str, float]) -> list[float]:
    return [0.0, plan["gain"], 2.5 * plan["gain"]]


def _history(plan: Mapping[str, float], tactics: float, strategy: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if tactics < NEVER:
        on = add_months(_START, round(tactics))
        found.append(
            {
                "on": on,
                "did": "adjust-tactics",
                "gain": _gain(plan),
                "months": plan["tactics_months"],
            }
        )
    if strategy < NEVER:
        found.append({"on": add_months(_START, round(strategy)), "did": "adjust-strategy"})
    return found


def _options(plan: Mapping[str, float], tactics: float, strategy: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"action": "stop", "cost": plan["stop_cost"] * _YEAR, "fade_months": plan["fade_months"]}
    ]
    if tactics == NEVER:
        found.append(
            {
                "action": "adjust-tactics",
                "cost": plan["tactics_cost"] * _YEAR,
                "gain": _gain(plan),
                "months": plan["tactics_months"],
                "extends": 4,
            }
        )
    if strategy == NEVER:
        full = plan["strategy_full"]
        found.append(
            {
                "action": "adjust-strategy",
                "cost": plan["strategy_cost"] * _YEAR,
                "full": full,
                "partial": 0.22,
                "none": 1.0 - full - 0.22,
                "dip": _estimate(plan["dip"], DIP, 10.0),
                "dip_month": _estimate(plan["dip_month"], DIP_MONTH),
                "months_to_target": _estimate(plan["strategy_months"], MONTHS),
                "runs": 24,
                "fade_months": plan["fade_months"],
            }
        )
    return found
