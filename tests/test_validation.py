"""Pydantic's errors in plain words, with place, field and a mend; and the small types of the model."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from changeadvisor import errors, model, validation
from changeadvisor.errors import (
    CycleError,
    Fault,
    InputError,
    nearest,
    plain,
)
from changeadvisor.model import (
    Initiative,
    Programme,
    add_months,
    months_between,
)
from tests.helpers import programme


def faults(data: dict[str, Any], record: type[model.Record] = Programme) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        record.model_validate(data)
    return [
        str(f)
        for f in validation.faults_of(
            caught.value, record, data, lambda at: "f:" + ".".join(map(str, at))
        )
    ]


def test_a_fault_tells_what_code_must_know_apart_from_its_words() -> None:
    data = {
        "format": "changeadvisor/1", "programme": None, "as_of": "2026-09-30", "initiatives": [
            initiative(started="nothing"),
        ],
    }  # fmt: skip
    with pytest.raises(ValidationError) as caught:
        Programme.model_validate(data)
    found = {f.field: f for f in validation.faults_of(caught.value, Programme, data, lambda _: "f")}
    assert {field: fault.found for field, fault in found.items()} == {
        "programme": "`nothing`",
        "initiatives[a].started": "`nothing`",
    }
    assert [field for field, fault in found.items() if fault.absent] == ["programme"]


def test_a_check_of_the_model_is_told_by_its_key() -> None:
    data = initiative(started="2026-02-01", ends="2026-01-01")
    with pytest.raises(ValidationError) as caught:
        Initiative.model_validate(data)
    (fault,) = validation.faults_of(caught.value, Initiative, data, lambda _: "f")
    assert fault.check == "dates"


def initiative(**more: Any) -> dict[str, Any]:
    return {"id": "a", "title": "A", **more}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"title": 3}, "f:title: title: `3`; expected text"),
        ({"title": ""}, "expected some text"),
        ({"id": "a b"}, "letters, digits"),
        ({"id": "x" * 200}, "at most 120 characters"),
        ({"statutory": "yes"}, "`yes`; expected true or false"),
        ({"statutory": 1}, "`1`; expected true or false"),
        ({"started": "soon"}, "expected a date such as 2026-09-30"),
        ({"started": "2026-02-31"}, "expected a date such as 2026-09-30"),
        ({"started": dt.datetime(2026, 1, 2, 3)}, "expected a date"),
        ({"reach": True}, "`true`; expected a number, or three numbers [P10, P50, P90]"),
        ({"reach": [1, 2]}, "`[1, 2]`; expected a number, or three"),
        ({"reach": [1, "x", 3]}, "expected a number"),
        ({"reach": float("inf")}, "expected a finite number"),
        ({"impact": -1}, "expected an amount not below 0"),
        ({"adoption": {"ready": 1.5}}, "expected a share between 0 and 1"),
        ({"adoption": {"staff": 2.5}}, "expected a whole number"),
        ({"adoption": {"staff": -1}}, "expected a number ≥ 0"),
        ({"adoption": {"teams": "many"}}, "expected a whole number or a list"),
        ({"relative_income": 0}, "expected a number > 0"),
        ({"overlaps": {"b": 2}}, "expected a number ≤ 1"),
        ({"overlaps": 3}, "expected a map of names to values"),
        ({"path": 3}, "expected a map of names to values"),
        ({"aims": "x"}, "expected a list"),
        ({"stage": "pilt"}, "`pilt`; expected one of idea, design, pilot, delivery, embedding, closed. Did you mean `pilot`?"),
        ({"stge": "pilot"}, "unknown key `stge`; expected one of adoption, aim"),
        ({"path": {"bsaeline": 3}}, "path.bsaeline: unknown key `bsaeline`"),
        ({"options": [{"action": "halt"}]}, "options[1]: `halt`; expected one of adjust-tactics, adjust-strategy, stop"),
        ({"options": [{"cost": 3}]}, "expected `action`, one of adjust-strategy, adjust-tactics, stop"),
        ({"options": [{"action": "stop", "runs": 3}]}, "unknown key `runs`; expected one of action, cost, fade_months"),
        ({"options": [{"action": "adjust-tactics", "gain": {"full": "x"}}]}, "options[1].gain.full: `x`; expected a number, or three"),
        ({"tripwires": [{"by": "2026-01-01", "measure": "m", "then": "stop"}]}, "either `below` or `above`"),
        ({"judgements": {"x": []}}, "expected a level, or a list of answers with who gave each"),
        ({"started": "2026-05-01", "ends": "2026-04-01"}, "`ends` on or after `started`"),
        ({"ends": "2026-05-01", "lasts_until": "2026-04-01"}, "`lasts_until` on or after `ends`"),
    ],
)  # fmt: skip
def test_plain_words(more: dict[str, Any], message: str) -> None:
    found = faults(initiative(**more), Initiative)
    assert any(message in f for f in found), found
    assert not any("Input should" in f for f in found)


def test_missing_keys_and_places() -> None:
    found = faults(
        {
            "format": "changeadvisor/1",
            "programme": "P",
            "as_of": "2026-01-01",
            "initiatives": [{"id": "a"}, {}],
        }
    )
    assert found == [
        "f:initiatives.0.title: initiatives[a].title: nothing; expected this key",
        "f:initiatives.1.id: initiatives[2].id: nothing; expected this key",
        "f:initiatives.1.title: initiatives[2].title: nothing; expected this key",
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"limits": {"budget": {"2026-28": 1}}}, "financial years such as 2026-27"),
        ({"limits": {"budget": {"26-27": 1}}}, "financial years such as 2026-27"),
        ({"limits": {"capacity": {"x": {"2026-Q5": 1}}}}, "calendar quarters such as 2026-Q4"),
        ({"reference_classes": [{"id": "c", "full": 0.9, "none": 0.2}]}, "to add up to 1"),
        (
            {"reference_classes": [{"id": "c", "full": 0.2, "partial": 0.2, "none": 0.2}]},
            "to add up to 1",
        ),
        ({"review_months": 0}, "a number ≥ 1"),
        ({"appraisal": {"discount_rate": 1}}, "a number < 1"),
    ],
)
def test_checks_of_the_programme(value: dict[str, Any], message: str) -> None:
    found = faults({"format": "changeadvisor/1", "programme": "P", "as_of": "2026-01-01", **value})
    assert any(message in f for f in found), found


def test_a_wrong_value_in_a_map_is_told_once() -> None:
    """And not also that the map is no number."""
    data = {
        **programme().model_dump(mode="json"),
        "limits": {"budget": {"2026-27": "lots", "2027-28": -4}},
    }
    assert faults(data) == [
        "f:limits.budget.2026-27: limits.budget.2026-27: `lots`; expected a number",
        "f:limits.budget.2027-28: limits.budget.2027-28: `-4`; expected a number ≥ 0",
    ]


def test_century_years_follow_one_another() -> None:
    assert programme(limits={"budget": {"2099-00": 1.0}}).limits is not None


def test_lookups() -> None:
    made = programme(
        initiatives=[initiative()], measures=[{"id": "m"}], reference_classes=[{"id": "c"}]
    )
    assert made.initiative("a") is not None
    assert made.measure("m") is not None
    assert made.reference_class("c") is not None
    assert (made.initiative("z"), made.measure(None), made.reference_class(None)) == (
        None,
        None,
        None,
    )


def test_areas_take_numbers_as_features_and_refuse_other_keys() -> None:
    made = programme(areas=[{"area": "E1", "population": 5, "features": {"density": 2}}])
    assert made.areas[0].features == {"density": 2, "population": 5}
    assert faults(
        {
            "format": "changeadvisor/1",
            "programme": "P",
            "as_of": "2026-01-01",
            "areas": [{"area": "E", "note": "x"}, 3],
        }
    )


def test_an_estimate_stays_itself() -> None:
    one = model.Estimate.of(1, 2, 3)
    assert model.Estimate.model_validate(one) == one
    dumped: object = one.model_dump()
    assert dumped == [1, 2, 3]
    single: object = model.Estimate.of(4).model_dump()
    assert single == 4


@pytest.mark.parametrize(
    ("a", "b", "months"), [("2026-01-15", "2026-03-15", 2), ("2026-03-15", "2026-01-15", -2)]
)
def test_months_between(a: str, b: str, months: float) -> None:
    assert months_between(dt.date.fromisoformat(a), dt.date.fromisoformat(b)) == months


def test_add_months_keeps_the_end_of_the_month() -> None:
    assert add_months(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert add_months(dt.date(2026, 2, 28), 1) == dt.date(2026, 3, 31)
    assert add_months(dt.date(2026, 1, 30), 1) == dt.date(2026, 2, 28)


def test_text_is_safe_to_show() -> None:
    assert plain("a\x1b[31m\n\u202eb") == "a\\u001b[31m \\u202eb"
    assert plain("x" * 100, 10) == "x" * 9 + "…"
    assert nearest("sponser", ["sponsor", "owner"]) == "sponsor"
    assert nearest("zzz", ["sponsor"]) is None


def test_a_fault_on_one_line() -> None:
    assert str(Fault("f:1", "", "x", "y")) == "f:1: x; expected y"
    assert str(Fault("f:1", "a.b", "x", "y", "mend it")) == "f:1: a.b: x; expected y. Mend it"
    error = InputError([Fault("f", "", "x", "y"), Fault("g", "", "x", "y")])
    assert str(error) == "f: x; expected y\ng: x; expected y"
    assert isinstance(errors.CycleError(("a", "a")), InputError)


def test_unknown_keys_of_a_gain_by_outcome_are_met_with_its_own() -> None:
    options = [{"action": "adjust-tactics", "gain": {"ful": 3}}]
    assert any(
        "expected one of full, none, partial" in f
        for f in faults(initiative(options=options), Initiative)
    )


def test_an_error_can_be_pickled() -> None:
    """A worker process hands its errors back so."""
    plain_error = InputError.one("p.yaml:1", "`x`", "a number", "write one")
    ring = CycleError(("a", "b", "a"), "p.yaml")
    for error in (plain_error, ring):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.faults) == (type(error), str(error), error.faults)
