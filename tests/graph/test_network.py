"""Networks as arrays: reach, times for many draws and criticality, beside networkx, plain Python and published paths."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor.errors import CycleError
from changeadvisor.graph import (
    Network,
    critical_path,
    criticality,
    network,
    propagate,
    reach_counts,
)
from tests.graph.test_graph import PSPLIB


@st.composite
def networks(draw: Any) -> tuple[int, list[tuple[int, int, float]]]:
    count = draw(st.integers(1, 12))
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
        lambda p: p[0] < p[1]
    )
    pairs = draw(st.lists(pair, max_size=25, unique=True)) if count > 1 else []
    names = draw(st.permutations(range(count)))
    return count, [(names[a], names[b], float(draw(st.integers(0, 3)))) for a, b in pairs]


def times(count: int, seed: int, draws: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 5, (count, draws)).astype(float), rng.integers(
        0, 9, (count, draws)
    ).astype(float)


def test_by_hand() -> None:
    """a (3) then b (2), after a lag of 1; c (4) beside them; d (1) after b and c."""
    net = Network.of(4, [(0, 1, 1.0), (1, 3, 0.0), (2, 3, 0.0)])
    finishes = propagate(net, np.zeros((4, 1)), np.array([[3.0], [2.0], [4.0], [1.0]]))
    assert finishes[:, 0].tolist() == [3.0, 6.0, 4.0, 7.0]
    assert criticality(net, np.zeros((4, 1)), np.array([[3.0], [2.0], [4.0], [1.0]])).tolist() == [
        1,
        1,
        0,
        1,
    ]
    assert reach_counts(net).tolist() == [2, 1, 1, 0]


def test_a_ring_is_refused_by_name() -> None:
    with pytest.raises(CycleError) as caught:
        Network.of(4, [(0, 1, 0.0), (1, 2, 0.0), (2, 1, 0.0), (2, 3, 0.0)])
    assert caught.value.path == ("1", "2", "1")


@settings(deadline=None)
@given(networks(), st.integers(0, 99))
def test_levels_nodes_and_the_critical_path_agree(case: tuple[int, Any], seed: int) -> None:
    count, edges = case
    net = Network.of(count, edges)
    earliest, durations = times(count, seed)
    by_way = []
    for shallow in (1.0, 0.0):  # every network counts as shallow: by levels; none does: by nodes
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(network, "SHALLOW", shallow)
            by_way.append(propagate(net, earliest, durations).tolist())
    assert by_way[0] == by_way[1]
    plain = critical_path(
        {f"{k:02d}": float(durations[k, 0]) for k in range(count)},
        {(f"{a:02d}", f"{b:02d}"): lag for a, b, lag in edges},
    )
    finishes = propagate(net, np.zeros((count, 1)), durations[:, :1])
    assert finishes[:, 0].tolist() == [plain.finishes[f"{k:02d}"] for k in range(count)]
    critical = criticality(net, np.zeros((count, 1)), durations[:, :1])
    assert critical.tolist() == [float(plain.slack[f"{k:02d}"] == 0.0) for k in range(count)]


@settings(deadline=None)
@given(networks())
def test_reach_is_that_of_networkx(case: tuple[int, Any]) -> None:
    count, edges = case
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from((a, b) for a, b, _ in edges)
    assert reach_counts(Network.of(count, edges)).tolist() == [
        len(nx.descendants(graph, k)) for k in range(count)
    ]


@settings(deadline=None)
@given(networks(), st.integers(0, 99))
def test_one_edge_more_never_makes_anything_earlier_or_smaller(
    case: tuple[int, Any], seed: int
) -> None:
    count, edges = case
    if not edges:
        return
    fewer, more = Network.of(count, edges[:-1]), Network.of(count, edges)
    earliest, durations = times(count, seed)
    assert (propagate(more, earliest, durations) >= propagate(fewer, earliest, durations)).all()
    assert (reach_counts(more) >= reach_counts(fewer)).all()


def test_a_chain_of_ten_thousand() -> None:
    count = 10_000
    edges = [(k, k + 1, 0.0) for k in range(count - 1)]
    net = Network.of(count, edges)
    finishes = propagate(net, np.zeros((count, 1)), np.ones((count, 2)))
    assert finishes[-1].tolist() == [count, count]
    assert reach_counts(net)[0] == count - 1
    plain = critical_path(
        {f"{k:05d}": 1.0 for k in range(count)},
        {(f"{a:05d}", f"{b:05d}"): 0.0 for a, b, _ in edges},
    )
    assert plain.length == count
    assert len(plain.path) == count


@pytest.mark.skipif(
    not PSPLIB.exists(), reason="the psplib networks (shared/data/psplib_graphs) are not here"
)
def test_published_critical_paths() -> None:
    durations: dict[str, dict[int, float]] = defaultdict(dict)
    edges: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    with (PSPLIB / "nodes_j30_j120_first.csv").open() as file:
        for row in csv.DictReader(file):
            durations[row["instance"]][int(row["job"]) - 1] = float(row["duration"])
    with (PSPLIB / "edges_j30_j120_first.csv").open() as file:
        for row in csv.DictReader(file):
            edges[row["instance"]].append((int(row["from_job"]) - 1, int(row["to_job"]) - 1, 0.0))
    with (PSPLIB / "instances.csv").open() as file:
        known = {
            r["instance"]: float(r["published_mpm_time"])
            for r in csv.DictReader(file)
            if r["instance"] in durations
        }
    assert len(known) == 108
    for name, length in known.items():
        net = Network.of(len(durations[name]), edges[name])
        given_ = np.array([[durations[name][k]] for k in range(net.count)])
        assert propagate(net, np.zeros((net.count, 1)), given_).max() == length, name
