"""The Bayesian reading and the worth of courses: published examples, invariants, and what a board is told."""

import datetime as dt
import math
import sys
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor import trajectory
from changeadvisor.advice import advise
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import (
    Estimate,
    Programme,
    ReferenceClass,
    add_months,
)
from changeadvisor.trajectory import (
    Appraisal,
    courses,
    curves,
    noise,
    posterior,
    pricing,
    regression,
    weights,
)
from changeadvisor.trajectory.outlook import Priced
from changeadvisor.trajectory.outlook import priced as priced_of

START = dt.date(2025, 1, 1)
PLAN = curves.Plan(Estimate.of(12, 18, 24), Estimate.of(1, 2, 4), Estimate.of(2, 3, 5), 10.0)
CLASS = ReferenceClass(id="c", full=0.42, partial=0.23, none=0.35, delay=Estimate.of(0.9, 1.3, 1.8))


def programme(values: list[float], money: float = 1.0, **more: Any) -> Programme:
    """One initiative with monthly readings from its start, baseline 50 and target 60."""
    readings = [{"period": add_months(START, k), "value": v} for k, v in enumerate(values)]
    initiative = {
        "id": "a",
        "title": "A",
        "stage": "delivery",
        "started": START,
        "ends": "2027-12-31",
        "reach": 100,
        "impact": [800 * money, 1000 * money, 1300 * money],
        "spend": {"monthly": 2500 * money, "after": 500 * money},
        "reference_class": "c",
        "path": {"measure": "m", "baseline": 50, "target": 60, "dip": [1, 2, 4], "dip_month": [2, 3, 5],
                 "months_to_target": [12, 18, 24]},
        "options": [
            {"action": "stop", "cost": 10000 * money, "fade_months": 6},
            {"action": "adjust-strategy", "cost": 40000 * money, "full": 0.4, "partial": 0.2, "none": 0.4,
             "months_to_target": 18, "runs": 24, "fade_months": 6},
        ],
        **more,
    }  # fmt: skip
    return Programme.model_validate(
        {
            "format": "changeadvisor/1",
            "programme": "P",
            "as_of": add_months(START, len(values)) - dt.timedelta(days=1),
            "review_months": 3,
            "appraisal": {"discount_rate": 0.035, "horizon_years": 10},
            "reference_classes": [{"id": "c", "full": 0.42, "partial": 0.23, "none": 0.35}],
            "measures": [
                {"id": "m", "better": "higher", "every": "month", "observations": readings}
            ],
            "initiatives": [initiative],
        },
        strict=False,
    )


def wobble(count: int) -> list[float]:
    """Noise that is the same each time, a tenth of the way."""
    return [float(x) for x in np.random.Generator(np.random.PCG64(7)).normal(0, 1.0, count)]


def test_waiting_in_two_periods_dixit_and_pindyck() -> None:
    """Dixit and Pindyck (1994): invest now 600, wait 773, the option 173 (methods.md 7.4).

    Going on spends nothing; stopping here stands for investing, whose worth a review knows. Money a
    year: price 200 now, 300 or 100 for ever after, rate 10 %, cost 1,600.
    """
    half = 160
    up = np.repeat([1.0, 0.0], half)[np.random.Generator(np.random.PCG64(1)).permutation(2 * half)]
    price = np.where(up > 0, 300.0, 100.0)
    now = -1600.0 + 200.0 + price / 0.1
    seen = fitted(np.stack([np.ones(2 * half), up], axis=1))

    def waited(cost: float) -> float:
        later = (-cost + price + price / 0.1) / 1.1
        return float(chosen(np.zeros((1, 2, half)), halves(later)[:, :, None], seen).mean())

    assert now.mean() == pytest.approx(600.0)
    assert waited(1600) == pytest.approx(773, abs=1.0)
    assert waited(1600) - now.mean() == pytest.approx(173, abs=1.0)
    # At 1,980 waiting is worth what investing now at 1,600 is.
    assert waited(1980) == pytest.approx(600, abs=1.0)


def halves(draws: Any) -> Any:
    """One way's draws: way x 2 x draws / 2."""
    return draws.reshape(1, 2, -1)


def fitted(features: Any) -> regression.Readings:
    """What a review goes by, from its features (draws x features)."""
    return regression.regression(features.T[None, None])


def chosen(worth: Any, choices: Any, seen: regression.Readings) -> Any:
    """The worth of what the first review chooses."""
    return regression.taken(regression.chooses(worth, choices, seen, 0), worth, choices)


@pytest.mark.parametrize(("readings", "worth"), [(4, 43.86), (16, 64.40), (64, 72.90)])
def test_worth_of_sampling_raiffa_and_schlaifer(readings: int, worth: float) -> None:
    """EVSI of a normal loss with mean 100, sd 300, scatter 600 (methods.md 7.5), by the code that chooses at reviews."""
    from scipy.special import ndtri

    count = 400_000
    u = np.random.Generator(np.random.PCG64(3))
    truth = 100 + 300 * ndtri((u.permutation(count) + 0.5) / count)
    seen = truth + 600 / math.sqrt(readings) * ndtri((u.permutation(count) + 0.5) / count)
    z = (seen - seen.mean()) / seen.std()
    known = fitted(np.stack([np.ones(count), z], axis=1))
    flexible = chosen(halves(truth), np.zeros((1, 2, 1, count // 2)), known)
    assert flexible.mean() - 100 == pytest.approx(worth, abs=1.0)


@pytest.mark.parametrize(
    ("worth", "knowing"),
    [
        (np.repeat([10.0, -5.0], [4000, 6000]), 3.0),
        (
            100 + 300 * np.array([NormalDist().inv_cdf((k + 0.5) / 10_000) for k in range(10_000)]),
            76.27,
        ),
    ],
)
def test_worth_of_knowing_everything(worth: Any, knowing: float) -> None:
    """EVPI (methods.md 7.5): +10 (0.4) or -5 (0.6) beside stopping at 0; and a normal loss with mean 100 and sd 300."""
    every = {"persist": of_one(worth), "stop": of_one(0 * worth)}
    priced = priced_of(Appraisal(every, None, None))  # type: ignore[arg-type]
    assert min(p.regret for p in priced.values()) == pytest.approx(knowing, abs=0.05)


def of_one(worth: Any) -> courses.Worth:
    """The worth of a course without later choices."""
    return courses.Worth(worth, worth, worth)


def test_shares_are_not_corrected_twice() -> None:
    """Without results the chances are those of the class, whatever its delay."""
    family = curves.family(PLAN, CLASS)
    found = posterior.prior(family, (0.42, 0.23, 0.35))
    assert found.chances == pytest.approx((0.42, 0.23, 0.35))
    ended = found.a
    assert np.mean(ended >= 0.8) == pytest.approx(0.42, abs=0.01)
    assert np.mean(ended < 0.25) == pytest.approx(0.35, abs=0.01)


@pytest.mark.parametrize(("rises", "likeliest"), [(1.0, 0), (0.5, 1), (0.0, 2)])
def test_it_reads_what_is_there(rises: float, likeliest: int) -> None:
    months = tuple(k + 0.5 for k in range(30))
    t = np.array(months)
    values = (
        rises * (1 - np.exp(-2.5 * t / 18))
        - 0.2 * (t / 3) * np.exp(1 - t / 3)
        + 0.07 * np.array(wobble(30))
    )
    seen = posterior.design(curves.family(PLAN, CLASS), months)
    found = posterior.read(seen, values.tolist(), (1 / 3, 1 / 3, 1 / 3), noise.ROUGH)
    assert int(np.argmax(found.chances)) == likeliest
    assert math.fsum(found.chances) == pytest.approx(1.0)


def test_curves_rise_to_their_outcome() -> None:
    family = curves.family(PLAN, CLASS)
    assert family.at(np.array(curves.OUTCOME))[0].mean(axis=1) == pytest.approx(1.0)
    assert 0.9 < family.at(np.linspace(0, 60, 2000))[1].max(axis=1).mean() <= 1.0
    assert np.exp(family.log_share).sum() == pytest.approx(1.0)


def test_scatter_is_learnt_and_a_guess_before() -> None:
    assert noise.scatter([])[0] == math.hypot(noise.TYPICAL, noise.ROUGH)
    found, error = noise.scatter([0.4 * w for w in wobble(200)])
    assert found == pytest.approx(0.4, rel=0.25)
    assert error < noise.scatter([0.1, 0.2, 0.1])[1]


def test_the_weight_of_the_appraisal() -> None:
    """formats.md section 3: z = mean / sd against the best of the others; 10 log10 of the odds."""
    draws = np.linspace(-1, 3, 320)
    worth = {c: of_one(v) for c, v in (("persist", draws), ("stop", 0 * draws))}
    one = weights(Appraisal(worth, None, None).worths)  # type: ignore[arg-type]
    # The spread has the numerical error of the mean in it: three standard errors.
    z = draws.mean() / math.hypot(draws.std(), 3 * draws.std() / math.sqrt(320))
    odds = 0.5 * (1 + math.erf(z / math.sqrt(2)))
    assert one["persist"] == pytest.approx(10 * math.log10(odds / (1 - odds)), abs=1e-6)
    assert one["stop"] == pytest.approx(-one["persist"])


def test_a_dip_is_not_failure_and_long_flat_is(rulebook: Rulebook) -> None:
    dip = [50 - 2 * math.sin(math.pi * (k + 1) / 12) + 0.5 * w for k, w in enumerate(wobble(6))]
    flat = [49.5 + 0.5 * w for w in wobble(24)]
    early, late = (
        advise(programme(v), rulebook, parts=["action"]).initiatives[0] for v in (dip, flat)
    )
    assert early.action is not None
    assert late.action is not None
    assert early.action.answer in ("persist", None)
    assert late.action.answer in ("stop", "adjust-strategy")
    assert early.outlook.probability is not None
    assert late.outlook.probability is not None
    assert (early.outlook.probability.full or 0) > (late.outlook.probability.full or 0)


def test_no_results_no_appraisal_in_the_ledger(rulebook: Rulebook) -> None:
    made = programme([], started=dt.date(2024, 11, 1))
    found = advise(made, rulebook, parts=["action"]).initiatives[0]
    assert found.action is not None
    assert found.action.answer is None
    assert found.outlook.basis == "class"
    assert found.outlook.worth_of_knowing is not None
    assert not [n for n in found.sheet if n.startswith("appraisal.")]
    assert "no results yet" in found.outlook.sentences[0]


@pytest.mark.parametrize("field", ["reach", "impact", "ends"])
def test_what_is_unknown_prices_nothing(field: str, rulebook: Rulebook) -> None:
    blank: dict[str, Any] = {field: None}
    found = advise(
        programme([50.0, 49.0, 51.0, 50.5], **blank), rulebook, parts=["action"]
    ).initiatives[0]
    assert found.outlook.value is None
    assert any(f"(`{field}`) is not given" in n for n in found.notices)


SERIES = st.lists(st.floats(46, 62), min_size=6, max_size=20)


@settings(max_examples=15, deadline=None)
@given(SERIES)
def test_scaling_all_money_changes_no_answer(rulebook: Rulebook, values: list[float]) -> None:
    one, many = (
        advise(programme(values, m), rulebook, parts=["action"], flips=False).initiatives[0]
        for m in (1.0, 1000.0)
    )
    assert one.action is not None
    assert many.action is not None
    assert one.action.answer == many.action.answer


@settings(max_examples=15, deadline=None)
@given(SERIES, st.floats(0.2, 4))
def test_lifting_all_readings_never_moves_persist_to_stop(
    rulebook: Rulebook, values: list[float], lift: float
) -> None:
    low, high = (
        advise(
            programme([v + d for v in values]), rulebook, parts=["action"], flips=False
        ).initiatives[0]
        for d in (0, lift)
    )
    assert low.action is not None
    assert high.action is not None
    assert not (low.action.answer == "persist" and high.action.answer == "stop")


@settings(max_examples=15, deadline=None)
@given(SERIES)
def test_more_draws_change_a_value_by_less_than_its_error(
    rulebook: Rulebook, values: list[float]
) -> None:
    def value() -> Mapping[str, Priced] | None:
        advised = advise(programme(values), rulebook, parts=["action"], flips=False)
        return advised.initiatives[0].outlook.value

    few = value()
    more = 8 * posterior.POINTS
    with pytest.MonkeyPatch.context() as patch:
        for module in (posterior, pricing, sys.modules[trajectory.prospect.__module__]):
            patch.setattr(module, "POINTS", more)
        many = value()
    assert few is not None
    assert many is not None
    for course in few:
        assert abs(few[course].mean - many[course].mean) <= few[course].error


def test_a_dip_that_no_plan_had_is_a_dip() -> None:
    """A plan sure of no dip, and results that dip and rise: not taken for a failure."""
    family = curves.family(
        curves.Plan(Estimate.of(12, 18, 24), Estimate.of(0), Estimate.of(0), 20.0), CLASS
    )
    months = tuple(k + 0.5 for k in range(12))
    values = [0.04, 0.0, -0.09, -0.16, -0.16, -0.06, -0.06, -0.01, 0.11, 0.16, 0.23, 0.22]
    found = posterior.read(
        posterior.design(family, months), values, (0.42, 0.23, 0.35), noise.ROUGH
    )
    assert found.chances[2] < 0.4
