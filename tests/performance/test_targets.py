"""The audit of targets, and the few corporate measures that tell most."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changeadvisor import performance
from changeadvisor.errors import InputError
from changeadvisor.model import Programme, Series
from changeadvisor.performance.corporate import MeasureProblem, Weights, choose
from changeadvisor.performance.targets import audit_targets
from changeadvisor.performance.wording import audit_sentences
from tests.helpers import programme


def series(made: Programme) -> dict[str, Series]:
    return {m.id: performance.readings(m, made.as_of) for m in made.measures}


def readings(values: list[float]) -> list[dict[str, Any]]:
    return [{"period": f"2025-{k + 1:02}-01", "value": v} for k, v in enumerate(values)]


MEASURES: list[dict[str, Any]] = [
    {"id": "home", "kind": "external", "better": "higher", "target": 80, "service": "care", "owner": "A",
     "target_date": "2027-03-31", "observations": readings([85.0] * 12), "comparators": [
         {"area": "x", "period": "2025-01-01", "value": 1}]},
    {"id": "visits", "kind": "process", "better": "higher", "target": 90, "service": "care", "moves": ["home"],
     "observations": readings([85.0] * 12)},
    {"id": "forms", "kind": "process", "moves": ["visits"]},
    {"id": "calls", "kind": "process", "target": 5, "service": "contact"},
    {"id": "other", "target": 5},
]  # fmt: skip


def test_what_targets_measure() -> None:
    made = programme(measures=MEASURES)
    found = audit_targets(made, series(made))
    assert (
        found.targets,
        found.external,
        found.process,
        found.unknown,
        found.with_comparators,
    ) == (4, 1, 2, 1, 1)
    assert [(s.service, s.targets, s.external, s.process) for s in found.per_service] == [
        ("care", 2, 1, 1), ("contact", 1, 0, 1), (None, 1, 0, 0),
    ]  # fmt: skip
    assert found.process_linked == ("visits",)
    assert found.linked_to_process_only == ("forms",)
    assert found.process_unlinked == ("calls",)
    assert found.no_comparator == ("calls", "other", "visits")
    assert found.no_owner == ("calls", "other", "visits")
    assert found.no_date == ("calls", "other", "visits")
    assert found.below_present == ("home",)


def test_in_words() -> None:
    made = programme(measures=MEASURES)
    said = audit_sentences(audit_targets(made, series(made)))
    assert (
        said[0]
        == "Of 4 targets, 1 measures what residents feel and 2 our own working, and of 1 nobody says which."
    )
    assert "1 target is below what we reached over the last year: home." in said
    assert "1 process measure names no outcome to move (`moves`): calls." in said
    bare = programme(measures=[{"id": "m"}])
    assert audit_sentences(audit_targets(bare, series(bare))) == ("No measure has a target.",)


# --- a few corporate measures ---------------------------------------------------------------------


def test_northfield_by_six_covers_every_aim(northfield: Programme) -> None:
    found = choose(northfield, series(northfield), 6)
    assert len(found.chosen) == 6
    assert found.gap == 0
    assert found.aims_uncovered == ()
    assert len(found.chosen) + len(found.left_out) == len(northfield.measures)
    assert all(c.because for c in (*found.chosen, *found.left_out))


def test_pins_and_bars_are_kept(northfield: Programme) -> None:
    found = choose(northfield, series(northfield), 4, pinned=["sickness"], barred=["falls"])
    assert "sickness" in {c.id for c in found.chosen}
    assert {c.id: c.because for c in found.left_out}["falls"] == "barred"


@pytest.mark.parametrize(
    ("count", "pinned", "barred", "lines"),
    [
        (0, [], [], ["--choose"]),
        (99, [], [], ["--choose"]),
        (2, ["hom"], ["nothing-like-it"], ["did you mean `home`?", "nothing-like-it"]),
        (1, ["home"], ["home"], ["barred too"]),
        (1, ["home", "calls"], [], ["a number from 2 to 5"]),
    ],
)
def test_what_cannot_be_chosen(
    count: int, pinned: list[str], barred: list[str], lines: list[str]
) -> None:
    made = programme(measures=MEASURES)
    with pytest.raises(InputError) as refused:
        choose(made, series(made), count, pinned=pinned, barred=barred)
    for line in lines:
        assert line.lower() in str(refused.value).lower()


def test_measures_that_move_together_are_not_both_chosen() -> None:
    up = [1.0, 4, 2, 6, 3, 8, 5, 9, 4, 7, 2, 6]
    own = {"kind": "external", "better": "higher"}
    made = programme(
        measures=[
            {"id": "a", **own, "observations": readings(up)},
            {"id": "b", **own, "observations": readings([2 * v for v in up])},
            {"id": "c", **own, "observations": readings([5.0, 1, 9, 2, 2, 8, 1, 1, 6, 3, 7, 2])},
        ]
    )
    found = choose(made, series(made), 2)
    assert [c.id for c in found.chosen] == ["a", "c"]
    assert "moves with a (correlation 1.00 of changes)" in found.left_out[0].because


measure = st.fixed_dictionaries({
    "kind": st.sampled_from(["external", "process", None]),
    "aims": st.lists(st.sampled_from(["p", "q", "r"]), max_size=2, unique=True),
    "service": st.sampled_from(["s", "t", None]),
    "target": st.sampled_from([None, 5]),
    "values": st.lists(st.integers(0, 9), min_size=12, max_size=12),
})  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(measure, min_size=2, max_size=7), st.integers(1, 4))
def test_the_choice_is_the_best_there_is(rows: list[dict[str, Any]], count: int) -> None:
    """Against every set there is, by brute force; of equal ones the first by id."""
    data = [
        {"id": f"m{k}", **{key: v for key, v in row.items() if key != "values" and v is not None},
         "observations": readings([float(v) for v in row["values"]])}
        for k, row in enumerate(rows)
    ]  # fmt: skip
    aims = [{"id": a} for a in ("p", "q", "r")]
    made = programme(measures=data, aims=aims)
    count = min(count, len(data))
    found = choose(made, series(made), count)
    case = MeasureProblem.of(made, series(made), Weights(), frozenset(), frozenset())
    sets = list(itertools.combinations(range(len(data)), count))
    best = max(case.value(s) for s in sets)
    assert found.objective == pytest.approx(best, abs=1e-6)
    first = min(s for s in sets if case.value(s) >= best - 1e-7)
    assert tuple(int(c.id[1:]) for c in found.chosen) == first
    assert choose(made.model_copy(update={"measures": made.measures}), series(made), count) == found


def test_solving_leaves_standard_output_clean(
    northfield: Programme, capfd: pytest.CaptureFixture[str]
) -> None:
    choose(northfield, series(northfield), 3)
    assert capfd.readouterr() == ("", "")
