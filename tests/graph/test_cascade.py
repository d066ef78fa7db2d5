"""What happens downstream of each course: stranded, without help, or later; and who shares it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor.graph import Cascade, DependencyGraph
from changeadvisor.model import Programme
from tests.graph.test_graph import item, programme


@dataclass(frozen=True)
class Known:
    """Worth of courses in three draws; a month of delay loses 10."""

    worth: dict[str, Any] = field(default_factory=dict)

    def lost_by(self, months: Any) -> Any:
        return 10.0 * np.asarray(months)


def worth(persist: float, stop: float | None = None) -> Known:
    spread = np.array([-30.0, 0.0, 30.0])
    known = {"persist": persist + spread}
    return Known(known if stop is None else {**known, "stop": np.full(3, stop)})


def cascade(*initiatives: dict[str, Any]) -> Cascade:
    made = programme(*initiatives)
    return Cascade(made, DependencyGraph(made))


THREE = (
    item("a"),
    item("b", "a"),
    item("c", "b", helps=("a",)),
    item("d", helps=("b",)),
    item("e"),
)
WORTH = {"a": worth(-50), "b": worth(100), "c": worth(200, -20), "d": worth(1000), "e": worth(10)}


def test_stopping_strands_what_requires_it_and_takes_its_help_away() -> None:
    down, drawn = cascade(*THREE).of("a", "stop", WORTH)
    assert [(x.id, x.how, x.path) for x in down.losses] == [
        ("b", "stranded", ("a", "b")),
        ("c", "stranded", ("a", "c")),
        ("d", "helped", ("a", "b", "d")),
    ]
    assert [x.mean for x in down.losses] == pytest.approx([100, 220, 300])
    assert down.lost is not None
    assert down.lost[0] == pytest.approx(620)
    assert np.mean(drawn) == pytest.approx(620)


def test_what_happens_is_said_in_sentences() -> None:
    down, _ = cascade(
        item("a", reach=70), item("b", "a", statutory=True, reach=30), item("c", "a")
    ).of("a", "stop", {"b": worth(100)})
    assert down.sentences == (
        "Stopping it: B, which the law requires, cannot go on (worth £100); C cannot go on (worth not known).",
        "In all that loses £100 of worth (8 times in 10 between £76 and £124).",
        "It is at least so much: the worth of c is not known.",
        "About 100 people a year would be reached by nobody, each counted once, those of c not counted.",
    )
    helped, _ = cascade(item("a"), item("d", helps=("a",))).of("a", "stop", {"d": worth(1000)})
    assert helped.sentences == ("Stopping it: D loses 30 % of what it is worth (worth £300).",)
    assert cascade(item("a")).of("a", "stop", {})[0].sentences == ()


def test_what_is_not_worth_running_is_no_loss() -> None:
    down, _ = cascade(item("a"), item("b", "a")).of("a", "stop", {"b": worth(-40)})
    assert down.lost == (0.0, 0.0, 0.0)


def test_a_dependant_without_a_worth_is_named() -> None:
    down, _ = cascade(item("a"), item("b", "a"), item("c", "a")).of("a", "stop", {"b": worth(5)})
    assert down.unpriced == ("c",)
    assert down.lost is not None
    none, _ = cascade(item("a"), item("b", "a")).of("a", "stop", {})
    assert none.lost is None


def test_people_are_counted_once_and_only_where_nobody_else_reaches_them() -> None:
    down, _ = cascade(
        item("a", reach=100), item("b", "a", reach=50, overlaps={"c": 1.0}), item("c", reach=500)
    ).of("a", "stop", {})
    assert down.people == 100


def test_a_later_end_makes_what_requires_it_wait_beyond_its_slack() -> None:
    dates: dict[str, Any] = {"started": "2026-01-01", "ends": "2026-12-31", "stage": "delivery"}
    options = [{"action": "adjust-tactics", "extends": 6}]
    made = cascade(
        item("a", options=options, **dates),
        item("b", "a", started="2026-02-01", ends="2027-02-28", stage="delivery"),
        item("law", "a", statutory=True, started="2027-01-01", ends="2027-12-31"),
    )
    down, _ = made.of("a", "adjust-tactics", {"b": worth(100), "law": worth(100)})
    assert [(x.id, x.how, round(x.months or 0)) for x in down.losses] == [
        ("b", "delayed", 4),
        ("law", "delayed", 6),
    ]
    assert down.statutory == ("law",)
    assert made.of("a", "persist", {})[0].losses == ()


def test_who_shares_a_dependant_is_split_evenly_and_adds_up() -> None:
    """c is worth 100 and cannot be had without a and b; d helps it by 0.3: 70 is split in two, 30 in three."""
    helped = {**item("c", "a", "b", helps=("d",))}
    parts = cascade(item("a"), item("b"), item("d"), helped).enablers({"c": worth(100)})
    assert {e.id: e.part for e in parts} == pytest.approx({"a": 45, "b": 45, "d": 10})
    assert sum(e.part for e in parts) == pytest.approx(100)


@st.composite
def graphs(draw: Any) -> tuple[list[str], list[tuple[int, int, str]], dict[str, Known]]:
    ids = [f"i{k}" for k in range(draw(st.integers(2, 7)))]
    pair = st.tuples(st.integers(0, len(ids) - 1), st.integers(0, len(ids) - 1)).filter(
        lambda p: p[0] < p[1]
    )
    pairs = draw(st.lists(pair, min_size=1, max_size=10, unique=True))
    edges = [(a, b, draw(st.sampled_from(["requires", "helps"]))) for a, b in pairs]
    stops = st.none() | st.integers(-50, 50).map(float)
    known = {i: worth(float(draw(st.integers(-100, 300))), draw(stops)) for i in ids}
    return ids, edges, known


def made(ids: list[str], edges: list[tuple[int, int, str]]) -> Programme:
    return programme(
        *(
            {
                "id": id,
                "depends_on": [
                    {
                        "initiative": ids[a],
                        "kind": kind,
                        **({"share": 0.4} if kind == "helps" else {}),
                    }
                    for a, b, kind in edges
                    if b == k
                ],
            }
            for k, id in enumerate(ids)
        )
    )


def stakes(
    ids: list[str], edges: list[tuple[int, int, str]], known: dict[str, Known]
) -> dict[str, float]:
    of = made(ids, edges)
    cascade_ = Cascade(of, DependencyGraph(of))
    return {id: float(np.mean(cascade_.of(id, "stop", known)[1])) for id in ids}


@settings(deadline=None, max_examples=150)
@given(graphs())
def test_one_dependency_more_never_shrinks_what_is_at_stake(case: Any) -> None:
    ids, edges, known = case
    fewer, more = stakes(ids, edges[:-1], known), stakes(ids, edges, known)
    assert all(more[id] >= fewer[id] - 1e-9 for id in ids)
    assert all(v >= 0.0 for v in more.values())


@settings(deadline=None, max_examples=60)
@given(graphs(), st.randoms(use_true_random=False))
def test_other_names_change_nothing(case: Any, random: Any) -> None:
    ids, edges, known = case
    others = random.sample([f"z{k}" for k in range(20)], len(ids))
    again = stakes(others, edges, {o: known[i] for i, o in zip(ids, others, strict=True)})
    assert list(again.values()) == pytest.approx(list(stakes(ids, edges, known).values()))
