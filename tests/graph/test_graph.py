"""The dependency graph: order, rings named, critical paths, and people counted once."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor.errors import CycleError
from changeadvisor.graph import OVERLAP, DependencyGraph, Timing, critical_path
from changeadvisor.model import Programme
from tests.helpers import ROOT

PSPLIB = ROOT / ".." / "shared" / "data" / "psplib_graphs"


def programme(*initiatives: dict[str, Any], as_of: str = "2026-09-30") -> Programme:
    items = [{"title": i["id"].upper(), **i} for i in initiatives]
    return Programme.model_validate(
        {"format": "changeadvisor/1", "programme": "p", "as_of": as_of, "initiatives": items}
    )


def item(id: str, *needs: str, helps: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    dependencies: list[dict[str, Any]] = [{"initiative": n, "kind": "requires"} for n in needs]
    dependencies += [{"initiative": n, "kind": "helps", "share": 0.3} for n in helps]
    return {"id": id, "depends_on": dependencies, **more}


def graph(*initiatives: dict[str, Any], **more: Any) -> DependencyGraph:
    return DependencyGraph(programme(*initiatives, **more))


def test_order_and_what_hangs_on_what() -> None:
    made = graph(
        item("d", "b"),
        item("c", helps=("a",)),
        item("b", "a"),
        item("a"),
        item("e", "d", statutory=True),
    )
    assert made.order() == ("a", "b", "c", "d", "e")
    assert made.downstream("a") == ("b", "c", "d", "e")
    assert made.upstream("d") == ("a", "b")
    assert made.requirers("a") == ("b", "d", "e")
    assert made.statutory_dependants("a") == ("e",)
    assert made.paths("a").paths == (("a", "b"), ("a", "b", "d"), ("a", "b", "d", "e"), ("a", "c"))
    assert not made.paths("a").cut
    assert made.paths("a", most=2).cut
    assert made.paths("e").paths == ()


def test_conflicts_hold_both_ways_and_stand_once() -> None:
    against = [{"initiative": "a", "kind": "conflicts-with"}]
    made = graph(item("a"), {"id": "b", "depends_on": against}, {"id": "c", "depends_on": against})
    assert made.conflicts() == (("a", "b"), ("a", "c"))
    assert made.downstream("a") == ()


@pytest.mark.parametrize(
    ("initiatives", "ring"),
    [
        ([item("a", "c"), item("b", "a"), item("c", "b")], ("a", "b", "c", "a")),
        ([item("a", "a")], ("a", "a")),
        ([item("z", "y"), item("y", "z"), item("b", "c"), item("c", "b")], ("b", "c", "b")),
    ],
)
def test_rings_are_refused_by_name(
    initiatives: list[dict[str, Any]], ring: tuple[str, ...]
) -> None:
    with pytest.raises(CycleError) as caught:
        graph(*initiatives)
    assert caught.value.path == ring
    assert " → ".join(ring) in str(caught.value)


def test_helping_one_another_is_no_ring() -> None:
    made = graph(item("a", helps=("b",)), item("b", helps=("a",)))
    assert made.downstream("a") == ("b",)
    assert made.paths("a").paths == (("a", "b"),)


def test_a_closed_dependant_is_not_lost() -> None:
    assert graph(item("a"), item("b", "a", stage="closed")).requirers("a") == ()


def test_ten_thousand_in_a_chain() -> None:
    chain = {f"n{i:05}": 1.0 for i in range(10_000)}
    names = list(chain)
    found = critical_path(chain, dict.fromkeys(itertools.pairwise(names), 0.5))
    assert found.length == 10_000 + 0.5 * 9_999
    assert len(found.path) == 10_000
    assert max(found.slack.values()) == 0


def test_critical_path_with_lags_and_slack() -> None:
    made = graph(
        item("a"),
        {"id": "b", "depends_on": [{"initiative": "a", "kind": "requires", "lag_months": 2}]},
        item("c", "a"),
        item("d", "b", "c"),
    )
    found = made.critical_path({"a": 3, "b": 4, "c": 5, "d": 1})
    assert (found.length, found.path) == (10, ("a", "b", "d"))
    assert found.starts == {"a": 0, "b": 5, "c": 3, "d": 9}
    assert found.slack == {"a": 0, "b": 0, "c": 1, "d": 0}


def test_critical_path_refuses_a_ring() -> None:
    with pytest.raises(CycleError):
        critical_path({"a": 1, "b": 1}, {("a", "b"): 0, ("b", "a"): 0})


def test_nothing_has_no_length() -> None:
    found = critical_path({}, {})
    assert (found.length, found.path) == (0, ())


def test_published_critical_paths() -> None:
    """PSPLIB (Kolisch and Sprecher 1997): the published MPM times of 108 networks."""
    if not PSPLIB.exists():
        pytest.skip("the public data folder ../shared/data/psplib_graphs is not here")
    durations: dict[str, dict[str, float]] = defaultdict(dict)
    edges: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for row in rows("nodes_j30_j120_first.csv"):
        durations[row["instance"]][row["job"]] = float(row["duration"])
    for row in rows("edges_j30_j120_first.csv"):
        edges[row["instance"]][row["from_job"], row["to_job"]] = 0.0
    published = {r["instance"]: float(r["published_mpm_time"]) for r in rows("instances.csv")}
    found = {name: critical_path(durations[name], edges[name]).length for name in durations}
    assert len(found) == 108
    assert found == {name: published[name] for name in found}


def rows(name: str) -> list[dict[str, str]]:
    with (PSPLIB / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- dates ----------------------------------------------------------------------------------------


def test_schedule_moves_what_is_to_come_and_leaves_unknown_unknown() -> None:
    made = graph(
        item("a", started="2026-01-01", ends="2027-03-31"),
        {
            "id": "b",
            "started": "2027-01-01",
            "ends": "2027-12-31",
            "depends_on": [{"initiative": "a", "kind": "requires", "lag_months": 2}],
        },
        item("c", started="2026-05-01"),
        item("d", "c", started="2027-01-01", ends="2027-06-30"),
        item("e", "f", started="2027-01-01", ends="2027-06-30"),
        item("f", stage="closed"),
        item("g", "a", started="2027-06-01"),
    )
    found = made.schedule()
    assert found["a"] == Timing(dt.date(2026, 1, 1), dt.date(2027, 3, 31))
    assert found["b"].start == dt.date(2027, 5, 31)
    assert found["b"].end is not None
    assert abs((found["b"].end - dt.date(2028, 5, 30)).days) <= 1
    assert found["d"] == Timing(None, None)
    assert found["e"].start == dt.date(2027, 1, 1)
    assert found["g"] == Timing(dt.date(2027, 6, 1), None)


# --- reach ----------------------------------------------------------------------------------------


def test_people_are_counted_once() -> None:
    made = graph(
        item("a", reach=[50, 100, 150]),
        item("b", reach=200, overlaps={"a": 0.25}),
        item("c", "a", reach=40),
        item("d", "a"),
    )
    assert made.reach(["a"]).likely == 100
    assert made.reach(["a", "b"]).likely == 250  # 50 of b's 200 are a's
    assert made.reach(["b", "a", "c"]).likely == 290
    assert made.reach(["a", "d"]).unknown == ("d",)
    assert made.downstream_reach("a").likely == 40
    assert made.reach([]).likely == 0
    assert "independent" in OVERLAP


def test_the_larger_overlap_holds_where_both_say() -> None:
    made = graph(
        item("a", reach=100, overlaps={"b": 0.1}), item("b", reach=100, overlaps={"a": 0.4})
    )
    assert made.reach(["a", "b"]).likely == 160


def test_nobody_reached_is_nobody() -> None:
    made = graph(item("a", reach=0, overlaps={"b": 0.5}), item("b", reach=10))
    assert made.reach(["a", "b"]).likely == 10


# --- properties -----------------------------------------------------------------------------------

_names = ["a", "b", "c", "d", "e", "f"]
_edges = st.sets(
    st.tuples(st.sampled_from(_names), st.sampled_from(_names)).filter(lambda e: e[0] < e[1]),
    max_size=9,
)
_overlaps = st.dictionaries(
    st.tuples(st.sampled_from(_names), st.sampled_from(_names)), st.floats(0, 1), max_size=8
)
_people = st.lists(st.integers(0, 500), min_size=6, max_size=6)


def made_from(
    edges: set[tuple[str, str]], people: list[int], overlaps: dict[tuple[str, str], float]
) -> DependencyGraph:
    return graph(
        *(
            item(
                n,
                *sorted(a for a, b in edges if b == n),
                reach=people[k],
                overlaps={b: s for (a, b), s in overlaps.items() if a == n and b != n},
            )
            for k, n in enumerate(_names)
        )
    )


@given(_edges, _people, _overlaps)
def test_order_respects_requirements(
    edges: set[tuple[str, str]], people: list[int], overlaps: dict[tuple[str, str], float]
) -> None:
    order = made_from(edges, people, overlaps).order()
    assert sorted(order) == _names
    assert all(order.index(a) < order.index(b) for a, b in edges)


@given(_edges, _people, _overlaps, st.tuples(st.sampled_from(_names), st.sampled_from(_names)))
def test_adding_a_dependency_never_shrinks_what_hangs_on_it(
    edges: set[tuple[str, str]],
    people: list[int],
    overlaps: dict[tuple[str, str], float],
    more: tuple[str, str],
) -> None:
    if more[0] < more[1]:
        before, after = (
            made_from(edges, people, overlaps),
            made_from(edges | {more}, people, overlaps),
        )
        assert set(before.downstream("a")) <= set(after.downstream("a"))


@given(_people, _overlaps, st.sets(st.sampled_from(_names), min_size=1))
def test_reach_lies_between_the_largest_and_the_sum(
    people: list[int], overlaps: dict[tuple[str, str], float], chosen: set[str]
) -> None:
    made = made_from(set(), people, overlaps)
    single = [people[_names.index(c)] for c in chosen]
    total = made.reach(chosen).likely
    assert max(single) - 1e-9 <= total <= sum(single) + 1e-9
    assert made.reach(sorted(chosen, reverse=True)).likely == total
