"""How a change spreads: published worked examples by the engine's own code, invariants, and what a register gives."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from changeadvisor.adoption import (
    WAYS,
    Answers,
    Diffusion,
    NotSimulated,
    bass_share,
    enough_to_tip,
    missing,
    networks,
    simulate_adoption,
    why_not_simulated,
)
from changeadvisor.adoption.bass import bass_peak, tipped_share
from changeadvisor.adoption.networks import Network
from changeadvisor.adoption.spread import Lead, People, spread
from changeadvisor.model import Adoption

AS_OF = dt.date(2026, 9, 30)


def _plain(threshold: Any, runs: int = 1, act: float = 1.0, turnover: float = 0.0) -> People:
    """People who follow their thresholds and nothing else, whoever leads."""
    held = np.broadcast_to(np.asarray(threshold, np.int32)[:, None], (len(threshold), runs))
    no, one = np.zeros(held.shape, bool), np.ones(runs)
    return People(held, no, no, act * one, 0 * one, 0 * one, 0 * one, turnover)


def _final(
    network: Network | None, threshold: Any, months: int, now: Any = None, champions: Any = ()
) -> Any:
    """The share convinced at the end of each run."""
    runs = 1 if now is None else now.shape[1]
    lead = Lead(np.zeros((months, runs)), champions)
    convinced, _ = spread(network, _plain(threshold, runs), lead, np.random.default_rng(0), now)
    return convinced[-1]


# --- Granovetter 1978 -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thresholds", "join"),
    [
        (list(range(100)), 100),
        ([0, 2, *range(2, 100)], 1),  # the one with threshold 1 now needs two
        ([1, *range(1, 100)], 0),
        ([0, 0, *range(2, 100)], 100),
    ],
)
def test_granovetter_one_person_makes_the_riot(thresholds: list[int], join: int) -> None:
    assert _final(None, thresholds, 120)[0] * 100 == pytest.approx(join)


@pytest.mark.parametrize(
    ("sd", "low", "high"), [(0.12, 0.03, 0.05), (0.122, 0.05, 0.06), (0.123, 0.99, 1.0)]
)
def test_granovetter_normal_thresholds_jump_between_122_and_123(
    sd: float, low: float, high: float
) -> None:
    """Mean 0.25: the final share jumps from .0548 to 1 (methods.md 4.8, the continuous case, here 100,000 people)."""
    n = 100_000
    shares = norm.ppf((np.arange(n) + 0.5) / n, 0.25, sd)
    assert low <= _final(None, np.ceil(np.clip(shares, 0, 2) * n), 1500)[0] <= high


# --- Watts 2002 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean_degree", "cascades"), [(0.7, False), (1.6, True), (3.0, True), (5.0, True), (7.0, False)]
)
def test_watts_a_single_seed_moves_many_only_inside_the_window(
    mean_degree: float, cascades: bool
) -> None:
    """Random graphs, each moved by 18 % of neighbours: the window is 1.02 < z < 5.76 (methods.md 4.8)."""
    n, runs, rng = 4000, 60, np.random.default_rng(3)
    network = networks.of_edges(n, rng.integers(0, n, (round(n * mean_degree / 2), 2)))
    # Nobody without neighbours moves.
    threshold = np.where(network.degrees > 0, np.ceil(0.18 * network.degrees), 250)
    now = np.zeros((n, runs), bool)
    now[rng.integers(0, n, runs), np.arange(runs)] = True
    assert bool((_final(network, threshold, 200, now) > 0.1).any()) == cascades


# --- Bass 1969 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("years", "share"), [(0, 0.0), (1, 0.0358), (5, 0.3312), (10, 0.8128)])
def test_bass_figures(years: float, share: float) -> None:
    assert bass_share(years) == pytest.approx(share, abs=5e-5)


def test_bass_peak() -> None:
    assert bass_peak() == pytest.approx(6.193, abs=5e-4)
    assert bass_share(bass_peak()) == pytest.approx(0.4605, abs=5e-5)
    rate = (bass_share(bass_peak() + 1e-4) - bass_share(bass_peak() - 1e-4)) / 2e-4
    assert rate == pytest.approx(0.1106, abs=5e-5)


# --- Centola and others 2018 ----------------------------------------------------------------------


@pytest.mark.parametrize("group", [20, 24, 30])
def test_a_quarter_turns_a_convention_and_well_below_does_not(group: int) -> None:
    assert tipped_share(group, round(0.15 * group)) == 0.0
    assert tipped_share(group, round(0.35 * group)) > 0.95
    assert 0.2 <= enough_to_tip(group) / group <= 0.3


def test_enough_goes_with_the_size_of_the_group() -> None:
    found = [enough_to_tip(n) for n in (2, 5, 8, 12, 18, 24, 40, 60, 61, 120)]
    assert found == sorted(found)
    assert found[0] >= 1


# --- Centola and Macy 2007 (unverified) -----------------------------------------------------------


def _ring(n: int, close: int) -> Network:
    return networks.generated([n], 0.0, close, np.random.default_rng(0))


def _shuffled(n: int, close: int) -> Network:
    """Everybody has as many ties, at random."""
    rng = np.random.default_rng(1)
    return networks.of_edges(
        n,
        np.concatenate(
            [np.stack([np.arange(n), rng.permutation(n)], 1) for _ in range(close // 2)]
        ),
    )


@pytest.mark.parametrize(
    ("needed", "ring", "shuffled"), [(1, 1.0, 1.0), (2, 1.0, 0.2), (3, 1.0, 0.05)]
)
def test_complex_contagion_goes_further_where_ties_are_clustered(
    needed: int, ring: float, shuffled: float
) -> None:
    n, close = 1000, 8
    seeds = (0, 1, 2, 3, 4)
    thresholds = np.full(n, needed)
    assert _final(_ring(n, close), thresholds, 600, champions=seeds)[0] == pytest.approx(ring)
    spread_out = _final(_shuffled(n, close), thresholds, 600, champions=seeds)[0]
    assert spread_out >= shuffled if needed == 1 else spread_out <= shuffled


def test_simple_contagion_is_quicker_where_ties_are_random() -> None:
    """One contact is enough: shortcuts help (Watts and Strogatz 1998)."""
    soon = [
        _final(net, np.ones(1000), 6, champions=(0,))[0]
        for net in (_ring(1000, 8), _shuffled(1000, 8))
    ]
    assert soon[1] > 5 * soon[0]


# --- networks and seats ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "mixing", "close"),
    [([10] * 30, 0.15, 8), ([3, 4, 60], 0.3, 8), ([1] * 20, 0.5, 8), ([50], 0.2, 6)],
)
def test_a_generated_network_has_its_mixing(sizes: list[int], mixing: float, close: int) -> None:
    network = networks.generated(sizes, mixing, close, np.random.default_rng(5))
    team, ties = np.repeat(np.arange(len(sizes)), sizes), network.ties.tocoo()
    assert (network.ties != network.ties.T).nnz == 0
    assert network.ties.diagonal().sum() == 0
    if len(sizes) == 1:
        assert network.degrees.max() == close
    elif max(sizes) > 1:
        out = np.mean(team[ties.row] != team[ties.col])
        assert out == pytest.approx(mixing, abs=0.03)


def test_everybody_sees_the_whole_of_a_small_team() -> None:
    network = networks.generated([5, 5], 0.0, 8, np.random.default_rng(0))
    assert network.degrees.tolist() == [4] * 10


def test_all_ties_may_lead_out_of_the_team() -> None:
    network = networks.generated([10] * 10, 1.0, 8, np.random.default_rng(0))
    ties = network.ties.tocoo()
    assert np.all(ties.row // 10 != ties.col // 10)
    assert network.degrees.mean() == pytest.approx(8, abs=1)


@pytest.mark.parametrize(
    ("staff", "teams", "sizes"),
    [(10, 3, (4, 3, 3)), (3, 5, (1, 1, 1)), (7, 1, (7,)), (99, (4, 0, 5), (4, 5))],
)
def test_team_sizes(staff: int, teams: Any, sizes: tuple[int, ...]) -> None:
    assert networks.team_sizes(staff, teams) == sizes


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 9))
def test_champions_sit_once_each_and_close_together(
    champions: int, cluster: int, seed: int
) -> None:
    network = networks.generated([8] * 12, 0.1, 8, np.random.default_rng(1))
    groups = networks.seats(network, champions, cluster, np.random.default_rng(seed))
    seated = [p for group in groups for p in group]
    assert len(seated) == len(set(seated)) == champions
    assert max(map(len, groups)) <= cluster
    for group in groups:
        assert all(network.ties[[p], :][:, list(group)].sum() > 0 for p in group[1:])


# --- invariants -----------------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    st.integers(0, 1000),
    st.lists(st.integers(0, 59), min_size=1, max_size=8, unique=True),
    st.integers(0, 59),
    st.sampled_from([0.0, 0.05, 0.2]),
)
def test_one_champion_more_never_lowers_the_share(
    seed: int, who: list[int], more: int, turnover: float
) -> None:
    network = networks.generated([6] * 10, 0.2, 8, np.random.default_rng(seed))
    rng = np.random.default_rng(seed + 1)
    people = _people(rng, 60, 5, turnover)
    few, many = (
        _share(network, people, np.zeros((18, 5)), c, seed) for c in (who, sorted({*who, more}))
    )
    assert np.all(many >= few - 1e-12)


@settings(max_examples=40)
@given(st.integers(0, 1000), st.sampled_from([0.0, 0.3, 0.8]))
def test_more_attention_never_lowers_the_share_of_those_who_do_not_resent_it(
    seed: int, attention: float
) -> None:
    network = networks.generated([6] * 10, 0.2, 8, np.random.default_rng(seed))
    people = _people(np.random.default_rng(seed), 60, 5, 0.02)
    less, more = (_share(network, people, np.full((18, 5), a), (), seed) for a in (attention, 1.0))
    assert np.all(more >= less - 1e-12)


def _people(rng: np.random.Generator, n: int, runs: int, turnover: float) -> People:
    one, no = np.ones(runs), np.zeros((n, runs), bool)
    threshold = rng.integers(0, 4, (n, runs)).astype(np.uint8)
    return People(
        threshold,
        no,
        rng.random((n, runs)) < 0.5,
        0.5 * one,
        0.1 * one,
        0.3 * one,
        0.2 * one,
        turnover,
    )


def _share(network: Network, people: People, attention: Any, champions: Any, seed: int) -> Any:
    convinced, complying = spread(
        network, people, Lead(attention, champions), np.random.default_rng(seed)
    )
    return convinced + complying


# --- from a register ------------------------------------------------------------------------------


def _adoption(**changed: Any) -> Adoption:
    given: dict[str, Any] = {
        "staff": 200,
        "teams": 16,
        "ready": [0.01, 0.05, 0.1],
        "peers_needed": [1.5, 2.5, 3.5],
        "mixing": 0.15,
        "champions": 12,
        "mandate": "strong",
        "turnover": 0.12,
        "needed": 0.6,
        "by": AS_OF.replace(year=2028),
        "now": 0,
    }
    return Adoption.model_validate({k: v for k, v in {**given, **changed}.items() if v is not None})


def _simulated(answers: Answers, **changed: Any) -> Diffusion:
    found = simulate_adoption(_adoption(**changed), AS_OF, answers, seed=1, runs=120)
    assert isinstance(found, Diffusion)
    return found


@pytest.mark.parametrize(
    ("changed", "lacks"),
    [
        ({"ready": None}, ("ready",)),
        ({"teams": None}, ("teams",)),
        ({"teams": None, "mixing": None, "staff": None}, ("staff", "teams", "mixing")),
        ({"teams": 1, "mixing": None}, ()),
        ({"teams": [5, 9], "staff": None}, ()),
        ({"teams": None, "mixing": None, "staff": None, "tied": [["a", "b"]]}, ()),
        ({"mandate": None, "now": None}, ()),
        ({"by": None, "needed": None, "turnover": None}, ("turnover", "needed", "by")),
    ],
)
def test_what_must_be_known_is_named_and_never_filled_in(
    changed: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    adoption = _adoption(**changed)
    assert missing(adoption) == lacks
    found = simulate_adoption(adoption, AS_OF, Answers(), seed=0, runs=8)
    if lacks:
        assert found == NotSimulated("missing", lacks)
        named = ", ".join(f"`adoption.{name}`" for name in lacks)
        assert why_not_simulated(found) == f"not known yet: {named}"
    else:
        assert isinstance(found, Diffusion)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"by": AS_OF}, "has passed"),
        ({"by": AS_OF.replace(year=2045)}, "more than 9 years ahead"),
        ({"staff": 1, "teams": 1}, "nobody is named"),
    ],
)
def test_what_cannot_be_simulated_says_why(changed: dict[str, Any], says: str) -> None:
    found = simulate_adoption(_adoption(**changed), AS_OF, Answers(), seed=0, runs=8)
    assert isinstance(found, NotSimulated)
    assert says in why_not_simulated(found)


def test_where_an_order_is_followed_the_top_wins_and_where_it_is_resented_the_front_line() -> None:
    obeyed = _simulated(
        Answers(frozenset({"not-needed"}), frozenset({"likely"})),
        ready=[0, 0.02, 0.04],
        peers_needed=[3, 4, 5],
    )
    resented = _simulated(
        Answers(frozenset({"essential"}), frozenset({"unlikely"})),
        ready=[0, 0.02, 0.04],
        by="2027-09-30",
        peers_needed=[2, 3, 4],
        champions=30,
    )
    assert obeyed.of("top-down").stands > obeyed.of("bottom-up").stands + 0.2
    assert resented.of("bottom-up").stands > resented.of("top-down").stands + 0.2
    assert obeyed.weights["top-down"] >= 0 > obeyed.weights["bottom-up"]
    assert resented.weights["top-down"] < 0


def test_what_is_not_known_lies_between_what_could_be() -> None:
    every = [
        _simulated(Answers(frozenset({"helpful"}), frozenset({a})))
        for a in ("likely", "unsure", "unlikely")
    ]
    unknown = _simulated(Answers(frozenset({"helpful"})))
    stands = [found.of("top-down").stands for found in every]
    assert min(stands) - 0.1 <= unknown.of("top-down").stands <= max(stands) + 0.1
    assert any("would go along" in n for n in unknown.notices)


def test_every_way_has_its_curve_and_its_cost() -> None:
    found = _simulated(Answers())
    for way in WAYS:
        outcome = found.of(way)
        assert len(outcome.curve.p50) == found.by + 13
        assert all(0 <= a <= b <= c <= 1 for a, b, c in zip(*_lines(outcome.curve), strict=True))
        assert 0 <= outcome.stands <= outcome.reaches <= 1
    assert found.of("top-down").champion_months == 0 == found.of("bottom-up").board_months
    assert found.of("top-down").board_months > found.of("top-then-below").board_months > 0


def _lines(curve: Any) -> tuple[Any, Any, Any]:
    return curve.p10, curve.p50, curve.p90


def test_the_same_seed_gives_the_same_and_the_order_of_ties_does_not_matter() -> None:
    ties = [[f"p{i}", f"p{(i + d) % 40}"] for i in range(40) for d in (1, 2, 3)]
    one, two = (_simulated(Answers(), tied=t, staff=None, teams=None) for t in (ties, ties[::-1]))
    assert one == two
    assert one.seats is not None
    assert one.seats.names


def test_ties_that_name_a_part_of_the_staff_are_said_to() -> None:
    ties = [[f"p{i}", f"p{(i + d) % 50}"] for i in range(50) for d in (1, 2, 3)]
    found = _simulated(Answers(), tied=ties)
    assert (found.staff, found.whole) == (50, 200)
    assert found.notices[0].startswith("The ties name 50 of 200 staff")
    assert "3 of 12 champions" in found.notices[0]


def test_who_works_the_new_way_already_is_counted() -> None:
    assert _simulated(Answers(), now=0.9).of("bottom-up").reaches == 1.0


def test_no_champions_have_no_seats() -> None:
    found = _simulated(Answers(), champions=0)
    assert found.seats is None
    assert found.of("bottom-up").champion_months == 0
