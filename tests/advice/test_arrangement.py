"""How to lead it: the order of a blend, the arrangement, the simulated spread in advice, and how people read them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import changeadvisor
from changeadvisor.adoption import Diffusion
from changeadvisor.advice import ARRANGEMENT_PARTS, Advice, Route, advise, order_of, to_data
from changeadvisor.facts import FactSheet
from changeadvisor.model import Programme
from changeadvisor.report.render import explanation, html
from changeadvisor.report.route import route_view

ADOPTION: dict[str, Any] = {
    "staff": 120,
    "teams": 10,
    "groups": ["home care"],
    "ready": [0.02, 0.05, 0.1],
    "peers_needed": [2, 2.5, 3],
    "mixing": 0.15,
    "champions": 12,
    "mandate": "strong",
    "turnover": 0.1,
    "needed": 0.6,
    "by": "2027-12-31",
    "now": 0,
}
TOP = {
    "route.knowledge": "leaders",
    "route.commitment": "not-needed",
    "route.goal": "cost",
    "route.spread": "partly",
}
BELOW = {
    "route.knowledge": "front-line",
    "route.capability": "high",
    "route.commitment": "essential",
    "route.accept_if_told": "unlikely",
    "route.shared_goals": "yes",
    "route.spread": "mostly",
}
BOTH = {"route.knowledge": "shared", "route.goal": "both", "route.spread": "partly"}


def advised(judged: dict[str, Any], *more: dict[str, Any], **changed: Any) -> Advice:
    """Advice on one initiative with these answers, beside others."""
    initiative = {
        "id": "a",
        "title": "A",
        "stage": "design",
        "sponsor": "Director",
        "owner": "Head",
        "started": "2026-10-01",
        "ends": "2028-03-31",
        "adoption": ADOPTION,
        "judgements": judged,
        **changed,
    }
    data = {
        "format": "changeadvisor/1",
        "programme": "P",
        "as_of": "2026-09-30",
        "review_months": 3,
        "limits": {"load": 2},
        "initiatives": [{k: v for k, v in initiative.items() if v is not None}, *more],
    }
    return advise(Programme.model_validate(data), changeadvisor.load_rulebook(), parts=("route",))


def route(judged: dict[str, Any], *more: dict[str, Any], **changed: Any) -> Route:
    found = advised(judged, *more, **changed).initiatives[0].route
    assert found is not None
    return found


# --- the order of a blend -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "first", "settled"),
    [
        ({}, "top-then-below", False),
        ({"route.goal": "both"}, "top-then-below", True),
        ({"route.time": "little"}, "top-then-below", True),
        ({"route.knowledge": "front-line"}, "below-then-top", True),
        (
            {"route.knowledge": "front-line", "route.time": "little", "route.capability": "low"},
            "top-then-below",
            True,
        ),
        ({"support.sponsor": "weak"}, "below-then-top", True),
        ({"support.sponsor": "weak", "route.time": "little"}, "top-then-below", False),
        ({"route.spread": "mostly", "adoption.below-first": 5.0}, "below-then-top", True),
        ({"route.spread": "mostly", "adoption.below-first": -5.0}, "top-then-below", True),
    ],
)
def test_order_of_a_blend(facts: dict[str, Any], first: str, settled: bool) -> None:
    found = order_of(changeadvisor.load_rulebook().order, FactSheet.of(facts))
    assert (found.first, found.settled) == (first, settled)
    assert bool(found.because) == (settled or "support.sponsor" in facts)


# --- the arrangement ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("judged", "answer"), [(TOP, "top-down"), (BOTH, "blended"), (BELOW, "bottom-up")]
)
def test_every_answer_has_a_whole_arrangement(judged: dict[str, Any], answer: str) -> None:
    found = route(judged)
    assert found.answer == answer
    wanted = [key for key in ARRANGEMENT_PARTS if key != "order" or answer == "blended"]
    assert list(found.arrangement) == wanted
    assert all(text.strip().endswith((".", "?")) for text in found.arrangement.values())


def test_no_answer_has_no_arrangement() -> None:
    found = route({})
    assert found.answer is None
    assert found.arrangement == {}
    assert found.order is None


def test_a_blend_says_what_is_led_from_where_and_in_which_order() -> None:
    found = route(BOTH)
    assert found.order is not None
    assert found.arrangement["order"].startswith("First ")
    assert "; then " in found.arrangement["order"]
    assert "Director" in found.arrangement["led_from_the_top"]
    assert "teams" in found.arrangement["led_from_below"]


@pytest.mark.parametrize(
    ("judged", "key", "says"),
    [
        (TOP, "board", "A transformation board, chaired by Director."),
        (TOP, "board", "Progress is reviewed every 3 months now. Gaps of two months or more"),
        (
            {**TOP, "delivery.review_gap": 1},
            "board",
            "every month now. It meets at least as often.",
        ),
        ({**TOP, "route.failure_cost": "statutory"}, "board", "reports to members"),
        (BELOW, "board", "No board of its own."),
        (BOTH, "board", "people from the front line on it"),
        (TOP, "champions", "None are needed to start with"),
        (BELOW, "champions", "12, "),
        (BELOW, "champions", "In a team of 12 about 3 committed people turn a habit"),
        ({**TOP, "route.middle_managers": "oppose"}, "initiates", "winning them comes first"),
        ({**TOP, "route.middle_managers": "lead"}, "initiates", "Head and the middle managers"),
        (TOP, "initiates", "Where middle managers stand is not known: ask."),
        (
            {**BELOW, "route.led_now": "top-down"},
            "stop_doing",
            "Stop leading it as now: it is driven from the top.",
        ),
        ({**BOTH, "support.sponsor": "weak"}, "stop_doing", "until the sponsor backs it in deed"),
        (TOP, "measures_of_adoption", "60 % must by 31 December 2027."),
        (BOTH, "measures_of_adoption", "Count apart those who only comply"),
        (TOP, "reviews", "The programme's next is on 31 December 2026, then every 3 months."),
        (TOP, "load", "home care (120 people) until 31 March 2028. The extra effort is not known."),
        ({**TOP, "delivery.extra_effort": 15}, "load", "15 % on top of normal work"),
        (BELOW, "stage_gates", "The date it must count by (31 December 2027)"),
    ],
)
def test_what_an_arrangement_says(judged: dict[str, Any], key: str, says: str) -> None:
    assert says in route(judged).arrangement[key]


def test_an_arrangement_says_what_it_does_not_know() -> None:
    found = route(TOP, adoption=None, sponsor=None, owner=None)
    assert "(nobody is named yet)" in found.arrangement["board"]
    assert "who must change (`adoption`)" in found.arrangement["stage_gates"]
    assert "cannot be checked" in found.arrangement["load"]


def test_no_teams_make_no_team_size() -> None:
    """A register that says 0 teams is answered, and nothing is divided by them."""
    found = route(BELOW, adoption={**ADOPTION, "teams": 0})
    assert "In a team of" not in found.arrangement["champions"]
    assert "In a team of" in route(BELOW).arrangement["champions"]


def test_the_load_names_who_else_asks_the_same_people() -> None:
    other = {
        "id": "b",
        "title": "B",
        "started": "2027-01-01",
        "ends": "2027-12-31",
        "adoption": {"groups": ["Home Care"]},
    }
    later = {**other, "id": "c", "started": "2029-01-01", "ends": "2029-12-31"}
    found = route(TOP, other, later)
    assert "The same groups are asked by b. The limit is 2 at once." in found.arrangement["load"]


# --- the simulated spread in advice ---------------------------------------------------------------


def test_the_spread_speaks_in_the_ledger_and_is_capped() -> None:
    found = route(BELOW)
    assert isinstance(found.spread, Diffusion)
    spoken = [r for r in found.reasons if r.rule in ("TB-40", "TB-41", "TB-42")]
    assert {r.rule for r in spoken if r.counted} >= {"TB-42"}
    assert all(abs(r.decibans or 0) <= 7 for r in spoken)
    # What the simulation looks at is not counted once more as an answer about it.
    assert not any(r.rule == "TB-15" and r.counted for r in found.reasons)


def test_where_it_does_not_spread_from_peer_to_peer_the_simulation_is_silent() -> None:
    found = route({**BELOW, "route.spread": "no"})
    assert not any(r.rule in ("TB-40", "TB-41", "TB-42") for r in found.reasons)


def test_what_the_simulation_waits_for_is_asked_once() -> None:
    found = route(BELOW, adoption={**ADOPTION, "champions": None, "by": None})
    assert found.not_simulated == "not known yet: `adoption.champions`, `adoption.by`"
    asked = [m for m in found.missing if m.fact.startswith("adoption.")]
    assert len(asked) == 1
    assert "Not known yet: `adoption.champions`, `adoption.by`." in asked[0].question


def test_the_number_of_champions_can_change_the_answer() -> None:
    """A tie of everything else: what champions the register gives decides it."""
    judged = {
        "route.spread": "mostly",
        "route.commitment": "essential",
        "route.accept_if_told": "unsure",
    }
    adoption = {
        **ADOPTION,
        "champions": 2,
        "ready": [0, 0.01, 0.02],
        "peers_needed": [3, 3.5, 4],
        "by": "2027-06-30",
    }
    found = route(judged, adoption=adoption)
    assert any(f.fact in ("adoption.champions", "adoption.mandate") for f in found.flips)


def test_the_answer_and_its_words_are_in_json_report_and_explanation() -> None:
    found = advised(BOTH)
    data = to_data(found)["initiatives"][0]["route"]
    assert data["order"]["first"] in ("top-then-below", "below-then-top")
    assert [w["way"] for w in data["spread"]["ways"]] == [
        "top-down",
        "top-then-below",
        "below-then-top",
        "bottom-up",
    ]
    page, words = html(found), explanation(found, found.initiatives[0])
    for text in (page, words):
        assert "In which order" in text
        assert "our judgement, drawn anew in every" in text


def test_the_view_marks_the_recommended_way() -> None:
    found = route(BOTH)
    view = route_view(found, "GBP")
    assert found.order is not None
    assert [w.chosen for w in view.ways].count(True) == 1
    assert route_view(None, "GBP").arrangement == ()
    assert (
        "cannot be simulated"
        in route_view(route(TOP, adoption={**ADOPTION, "by": None}), "GBP").notices[0]
    )


def test_dates_begin_when_it_starts() -> None:
    found = route(BELOW, started="2027-01-01")
    assert found.spread is not None
    assert found.spread.by == 12
    assert dt.date(2027, 12, 31).isoformat() == ADOPTION["by"]
