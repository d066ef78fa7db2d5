"""Across initiatives: who is asked too much, who is asked twice, and which ways to lead clash."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeadvisor import portfolio
from changeadvisor.advice import Advice, advise, to_data
from changeadvisor.graph import DependencyGraph
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme
from changeadvisor.portfolio import Conflict, conflicts
from changeadvisor.report.terminal import advice_table
from tests.helpers import programme


def one(
    id: str,
    start: str | None = "2026-01-01",
    end: str | None = "2027-12-31",
    *groups: str,
    **more: Any,
) -> dict[str, Any]:
    """An initiative: dates, staff groups, and what else of it and its `adoption`."""
    adoption: dict[str, Any] = {"groups": list(groups)}
    adoption.update({k: more.pop(k) for k in ("champions", "staff", "by") if k in more})
    dates = {k: v for k, v in (("started", start), ("ends", end)) if v}
    return {"id": id, "title": id, "stage": "delivery", **dates, "adoption": adoption, **more}


def made(*initiatives: dict[str, Any], load: float | None = 2) -> Programme:
    limits: dict[str, Any] = {} if load is None else {"limits": {"load": load}}
    return programme(initiatives=list(initiatives), **limits)


def found(
    of: Programme, kind: str, routes: Any = portfolio.NONE, actions: Any = portfolio.NONE
) -> list[Conflict]:
    return [
        c for c in portfolio.conflicts(of, DependencyGraph(of), routes, actions) if c.kind == kind
    ]


# --- change load ----------------------------------------------------------------------------------

THREE = [one(x, "2026-01-01", "2027-12-31", "nurses") for x in "abc"]


@pytest.mark.parametrize(
    ("initiatives", "load", "said"),
    [
        (THREE, 2, {("nurses",): ("a", "b", "c")}),
        (THREE, 3, {}),
        (THREE, None, {}),
        (THREE, 2.5, {("nurses",): ("a", "b", "c")}),
        (THREE[:2], 2, {}),
        ([*THREE[:2], one("c", "2026-01-01", "2027-12-31", " NURSES ")], 2, {("NURSES",): ("a", "b", "c")}),
        ([*THREE[:2], one("c", "2026-01-01", "2027-12-31", "porters")], 2, {}),
        ([*THREE[:2], one("c", "2026-01-01", "2027-12-31", "Everyone")], 2, {("nurses",): ("a", "b", "c")}),
        ([*THREE[:2], one("c", "2026-01-01", "2027-12-31", "nurses", stage="closed")], 2, {}),
        ([*THREE[:2], one("c", "2026-01-01", "2026-09-30", "nurses")], 2, {}),
        ([*THREE[:2], one("c", "2026-01-01", None, "nurses")], 2, {}),
        ([*THREE[:2], one("c", None, "2027-12-31", "nurses")], 2, {}),
        ([*THREE[:2], one("c", "2028-01-01", "2028-12-31", "nurses")], 2, {}),
        ([one("a", "2026-01-01", "2026-11-14", "x"), one("b", "2026-11-15", "2027-12-31", "x")], 1, {}),
        ([one("a", "2026-01-01", "2026-11-15", "x"), one("b", "2026-11-15", "2027-12-31", "x")], 1, {("x",): ("a", "b")}),
        ([one("d", "2026-01-01", "2027-12-31", "all staff"), one("e", "2026-01-01", "2027-12-31", "ALL"), THREE[0]], 1, {("all staff",): ("d", "e"), ("nurses",): ("a", "d", "e")}),
        ([one(x, "2026-01-01", "2027-12-31", "all staff") for x in "ab"] + [one("c", None, None, "nurses")], 1, {("all staff",): ("a", "b")}),
        ([one("a", "2026-01-01", "2026-12-31", "all"), one("b", "2026-01-01", "2026-12-31", "all"), one("c", "2028-01-01", "2028-12-31", "x")], 1, {("all staff",): ("a", "b")}),
        ([one(x, "2026-01-01", "2027-12-31", "p", "q") for x in "ab"], 1, {("p", "q"): ("a", "b")}),
    ],
)  # fmt: skip
def test_load(
    initiatives: list[dict[str, Any]],
    load: float | None,
    said: dict[tuple[str, ...], tuple[str, ...]],
) -> None:
    assert {c.groups: c.initiatives for c in found(made(*initiatives, load=load), "load")} == said


def test_load_says_when_and_how_many_are_led_from_the_top() -> None:
    of = made(
        *THREE[:2],
        one("c", "2027-02-01", "2027-05-31", "nurses"),
        one("d", "2027-09-01", "2028-03-31", "all staff"),
    )
    (c,) = found(of, "load", {"a": "top-down", "b": "blended", "c": "bottom-up"})
    assert (c.start, c.until) == (dt.date(2027, 2, 1), dt.date(2027, 12, 31))
    assert "up to 3 changes at once from January 2027 to December 2027" in c.because
    assert "2 of the 3 are led from the top, blends included;" in c.because
    assert "d asks all staff, so counts here too" in c.because
    assert c.suggestion == "Not begun yet, so the easiest to put off: c and d"


def test_load_apart_in_time_is_said_apart() -> None:
    of = made(
        *THREE[:2],
        one("c", "2027-01-01", "2027-02-28", "nurses"),
        one("d", "2027-08-01", "2027-08-31", "nurses"),
    )
    (c,) = found(of, "load", {"a": "top-down", "b": "top-down", "c": "top-down", "d": None})
    assert "from January to March 2027 and from July to September 2027" in c.because
    assert (
        "3 of the 3 are led from the top, blends included, which alone is more than the limit"
        in c.because
    )
    (unknown,) = found(of, "load")
    assert (
        "0 of the 3 are led from the top, blends included; how to lead 3 of them is not known"
        in unknown.because
    )


def test_what_the_law_requires_cannot_be_put_off() -> None:
    of = made(*THREE[:2], one("c", "2027-01-01", "2027-12-31", "nurses", statutory=True))
    (c,) = found(of, "load")
    assert (c.suggestion or "").startswith("All have begun or are required by law")


def test_stopping_relieves() -> None:
    four = [*THREE, one("d", "2026-01-01", "2027-12-31", "nurses")]
    (c,) = found(made(*four), "load", actions={"d": "stop"})
    assert c.initiatives == ("a", "b", "c")
    assert "stopping d, as proposed, relieves these staff and is counted already" in c.because
    of = made(*THREE)
    assert found(of, "load", actions={"c": "stop"}) == []
    (said,) = (n for n in portfolio.notices(of, actions={"c": "stop"}) if n.startswith("Stopping"))
    assert said == (
        "Stopping c, as proposed, relieves nurses: without that it would carry 3 changes at once, over the limit of 2."
    )


def test_the_table_of_load() -> None:
    of = made(*THREE[:2], one("c", "2026-11-01", "2027-02-28", "all staff"))
    rows = portfolio.load(of, {"a": "top-down", "b": "bottom-up"})
    shown = [(r.group, r.quarter, r.changes, r.top_down, r.route_unknown, r.limit) for r in rows]
    assert shown[:4] == [
        ("all staff", "2026-Q4", 1, 0, 1, 2),
        ("all staff", "2027-Q1", 1, 0, 1, 2),
        ("nurses", "2026-Q4", 3, 1, 1, 2),
        ("nurses", "2027-Q1", 3, 1, 1, 2),
    ]
    assert shown[4:] == [("nurses", f"2027-Q{q}", 2, 1, 0, 2) for q in (2, 3, 4)]


def test_quarters_that_only_touch_are_not_counted_together() -> None:
    of = made(one("a", "2026-01-01", "2026-11-14", "x"), one("b", "2026-11-15", "2026-12-31", "x"))
    assert [(r.quarter, r.changes) for r in portfolio.load(of)] == [("2026-Q4", 1)]


def test_it_looks_ten_years_ahead_and_to_the_end_of_the_calendar() -> None:
    assert (
        len(portfolio.load(made(one("a", "2026-01-01", "9999-12-31", "x")))) == portfolio.QUARTERS
    )
    late = made(*THREE).model_copy(update={"as_of": dt.date.max})
    assert portfolio.load(late) == ()


# --- champions ------------------------------------------------------------------------------------


def seeks(id: str, *groups: str, champions: int = 5, **more: Any) -> dict[str, Any]:
    return one(
        id,
        more.pop("start", "2026-01-01"),
        more.pop("end", "2027-12-31"),
        *groups,
        champions=champions,
        **more,
    )


@pytest.mark.parametrize(
    ("initiatives", "routes", "said"),
    [
        ([seeks("a", "x"), seeks("b", "X")], {"a": "bottom-up", "b": "blended"}, [("a", "b")]),
        ([seeks("a", "x"), seeks("b", "all")], {"a": "bottom-up", "b": "blended"}, [("a", "b")]),
        ([seeks("a", "x"), seeks("b", "x")], {"a": "bottom-up", "b": "top-down"}, []),
        ([seeks("a", "x"), seeks("b", "x")], {"a": "bottom-up"}, [("a", "b")]),
        ([seeks("a", "x"), seeks("b", "y")], {"a": "bottom-up", "b": "blended"}, []),
        ([seeks("a", "x"), seeks("b", "x", champions=0)], {"a": "bottom-up", "b": "blended"}, []),
        ([seeks("a", "x"), seeks("b", "x", start="2028-01-01", end="2029-01-01")], {}, []),
        ([seeks("a", "x"), seeks("b", "x"), seeks("c", "x", start="2027-06-01", end="2027-07-01")], {}, [("a", "b", "c")]),
        ([seeks("a", "x", end="2027-01-31"), seeks("b", "x"), seeks("c", "x", start="2027-06-01")], {}, [("a", "b"), ("b", "c")]),
    ],
)  # fmt: skip
def test_champions(
    initiatives: list[dict[str, Any]], routes: dict[str, str], said: list[tuple[str, ...]]
) -> None:
    assert [c.initiatives for c in found(made(*initiatives), "champions", routes)] == said


def test_champions_say_how_many_of_how_many() -> None:
    of = made(
        seeks("a", "x", "y", staff=320),
        seeks("b", "all staff", staff=3300, champions=20),
        seeks("c", "z"),
    )
    first, second = found(of, "champions", {"a": "blended", "b": "bottom-up"})
    assert (first.initiatives, first.groups) == (("a", "b"), ("x", "y"))
    assert (
        "together 25 champions of at most 3,300 staff (a 5 of 320 and b 20 of 3,300)"
        in first.because
    )
    assert "how to lead" not in first.because
    assert "c 5 of unknown" in second.because
    assert "how to lead c is not known, and it is counted" in second.because
    (none,) = found(made(seeks("a", "x"), seeks("b", "x")), "champions")
    assert "together 10 champions of how many staff is not known" in none.because


# --- routes and dependencies ----------------------------------------------------------------------


def needs(kind: str, other: str = "b", **more: Any) -> dict[str, Any]:
    return {"depends_on": [{"initiative": other, "kind": kind, **more}]}


B = one("b", "2026-01-01", "2027-06-30", "x", kind="culture")


@pytest.mark.parametrize(
    ("first", "second", "routes", "said"),
    [
        (one("a", **needs("requires")), B, ("bottom-up", "top-down"), "its teams would wait for something they have no say in"),
        (one("a", **needs("requires")), {**B, "stage": "closed"}, ("bottom-up", "top-down"), None),
        (one("a", **needs("requires")), B, ("bottom-up", "blended"), None),
        (one("a", **needs("requires")), B, ("blended", "top-down"), None),
        (one("a", **needs("requires")), B, ("top-down", "bottom-up"), None),
        (one("a", by="2027-03-31", **needs("requires")), B, ("top-down", "bottom-up"), "to a deadline of 31 March 2027"),
        (one("a", end="2027-07-31", **needs("requires", lag_months=2)), B, ("top-down", "bottom-up"), "before 31 August 2027"),
        (one("a", end="2027-07-31", **needs("requires", lag_months=1)), B, ("top-down", "bottom-up"), None),
        (one("a", "2026-01-01", "2027-12-31", "x", **needs("helps")), B, ("top-down", "bottom-up"), "the two messages undermine"),
        (one("a", "2026-01-01", "2027-12-31", "all", **needs("helps")), B, ("top-down", "bottom-up"), "the same staff (x)"),
        (one("a", "2026-01-01", "2027-12-31", "y", **needs("helps")), B, ("top-down", "bottom-up"), None),
        (one("a", "2026-01-01", "2027-12-31", "x", **needs("helps")), {**B, "kind": "digital"}, ("top-down", "bottom-up"), None),
        (one("a", "2026-01-01", "2027-12-31", "x", **needs("helps")), B, ("blended", "bottom-up"), None),
    ],
)  # fmt: skip
def test_routes_and_dependencies(
    first: dict[str, Any], second: dict[str, Any], routes: tuple[str, str], said: str | None
) -> None:
    of = made(first, second)
    clashes = found(of, "route-and-dependency", dict(zip("ab", routes, strict=True)))
    assert [c.initiatives for c in clashes] == ([] if said is None else [("a", "b")])
    assert said is None or said in clashes[0].because
    assert all(c.suggestion and c.source for c in clashes)
    assert (
        found(of, "route-and-dependency", dict(zip("ab", routes, strict=True)), {"b": "stop"}) == []
    )


def test_a_lag_beyond_the_calendar_is_late() -> None:
    of = made(one("a", **needs("requires", lag_months=1e9)), B)
    assert (
        "31 December 9999"
        in found(of, "route-and-dependency", {"a": "top-down", "b": "bottom-up"})[0].because
    )


def test_the_register_s_own_conflicts_are_kept() -> None:
    (c,) = found(made(one("a", **needs("conflicts-with")), B), "conflicts-with")
    assert (c.initiatives, c.because) == (
        ("a", "b"),
        "the register says that a and b stand in each other's way",
    )


# --- what cannot be checked -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "routes", "said"),
    [
        (made({"id": "a", "title": "A"}), {}, "No initiative says which staff it asks to change"),
        (made(*THREE, {"id": "z", "title": "Z"}), {}, "Which staff are asked to change is not given for z"),
        (made(*THREE, one("z", None, "2027-01-01", "x")), {}, "Both dates are not given for z"),
        (made(*THREE, one("z", "2026-01-01", "2026-05-01", "x")), {}, "Past the end, but not closed: z. Taken as ended"),
        (made(*THREE, load=None), {}, "No limit is given"),
        (made(*THREE), {"a": "top-down", "b": "top-down"}, "Whether c seeks champions is not given"),
        (made(one("a", **needs("requires")), B), {"a": "bottom-up"}, "a requires b cannot be checked. Not known: how to lead b."),
        (made(one("a", None, None, **needs("requires")), B), {"a": "top-down", "b": "bottom-up"}, "Not known: by when a must be done."),
        (made(one("a", **needs("requires")), one("b", None, None)), {"a": "top-down", "b": "bottom-up"}, "Not known: when b ends."),
        (made(one("a", **needs("helps")), B), {"a": "top-down"}, "a is helped by b cannot be checked. Not known: how to lead b and which staff a asks."),
        (made(one("a", **needs("helps")), one("b")), {"a": "top-down", "b": "bottom-up"}, "Not known: of which kind b is, which staff a asks and which staff b asks."),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_is_said(of: Programme, routes: dict[str, str], said: str) -> None:
    assert said in " ".join(portfolio.notices(of, routes))


@pytest.mark.parametrize(
    ("of", "routes"),
    [
        (made(one("a", **needs("requires")), B), {"a": "blended"}),
        (made(one("a", **needs("helps")), {**B, "kind": "digital"}), {"a": "top-down"}),
        (made(one("a", "2026-01-01", "2027-12-31", "y", **needs("helps")), B), {"a": "top-down"}),
    ],
)
def test_what_cannot_clash_is_not_asked_for(of: Programme, routes: dict[str, str]) -> None:
    assert "clash" not in " ".join(portfolio.notices(of, routes))


def test_nothing_open_needs_no_notice() -> None:
    assert portfolio.notices(made()) == ()
    assert portfolio.notices(made(one("a", stage="closed"))) == ()


def test_a_long_list_is_cut_and_says_so() -> None:
    many = [{"id": f"i{k:02}", "title": "I"} for k in range(20)]
    assert "i11 and 8 more" in " ".join(portfolio.notices(made(*THREE, *many)))


# --- what always holds ----------------------------------------------------------------------------

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2029, 12, 31))
ROUTES = st.sampled_from([None, "top-down", "blended", "bottom-up"])
GROUPS = st.lists(
    st.sampled_from(["x", "X", "y", "all staff", "Everyone"]), max_size=2, unique=True
)
ASK = st.tuples(
    DAYS, DAYS, GROUPS, ROUTES, st.integers(0, 3), st.sampled_from([None, "persist", "stop"])
)


def drawn(asks: list[Any], load: float) -> tuple[Programme, dict[str, Any], dict[str, Any]]:
    initiatives = [
        one(f"i{k}", str(min(a, b)), str(max(a, b)), *groups, champions=champions, kind="culture",
            **(needs("requires" if k % 2 else "helps", f"i{k - 1}") if k else {}))
        for k, (a, b, groups, _, champions, _) in enumerate(asks)
    ]  # fmt: skip
    routes, actions = ({f"i{k}": ask[at] for k, ask in enumerate(asks)} for at in (3, 5))
    return made(*initiatives, load=load), routes, actions


def overloaded(of: Programme, routes: Any, actions: Any) -> set[str]:
    return {g for c in found(of, "load", routes, actions) for g in c.groups}


@settings(max_examples=60, deadline=None)
@given(
    asks=st.lists(ASK, max_size=6), load=st.sampled_from([0.0, 1.0, 2.0, 3.0]), seed=st.randoms()
)
def test_the_order_of_initiatives_does_not_matter(asks: list[Any], load: float, seed: Any) -> None:
    of, routes, actions = drawn(asks, load)
    mixed = list(of.initiatives)
    seed.shuffle(mixed)
    # Past the sorting of the model, so that the order really differs.
    other = of.model_copy(update={"initiatives": tuple(mixed)})
    assert portfolio.load(of, routes, actions) == portfolio.load(other, routes, actions)
    assert portfolio.conflicts(of, DependencyGraph(of), routes, actions) == portfolio.conflicts(
        other, DependencyGraph(other), routes, actions
    )


@settings(max_examples=60, deadline=None)
@given(asks=st.lists(ASK, min_size=1, max_size=6), load=st.sampled_from([0.0, 1.0, 2.0]))
def test_one_more_never_takes_a_load_conflict_away(asks: list[Any], load: float) -> None:
    fewer, more = drawn(asks[:-1], load), drawn(asks, load)
    assert {g.casefold() for g in overloaded(*fewer)} <= {g.casefold() for g in overloaded(*more)}
    before = {(r.group.casefold(), r.quarter): r.changes for r in portfolio.load(*fewer)}
    after = {(r.group.casefold(), r.quarter): r.changes for r in portfolio.load(*more)}
    assert all(after[cell] >= count for cell, count in before.items())


@settings(max_examples=60, deadline=None)
@given(asks=st.lists(ASK, max_size=6), load=st.sampled_from([0.0, 1.0, 2.0]))
def test_a_higher_limit_never_adds_one(asks: list[Any], load: float) -> None:
    assert overloaded(*drawn(asks, load + 1)) <= overloaded(*drawn(asks, load))


@settings(max_examples=60, deadline=None)
@given(asks=st.lists(ASK, max_size=6), load=st.sampled_from([0.0, 1.0, 2.0]))
def test_table_and_conflicts_agree(asks: list[Any], load: float) -> None:
    """A group with a conflict has a quarter over the limit; one over it has a conflict, or `all staff` has."""
    of, routes, actions = drawn(asks, load)
    over = {r.group for r in portfolio.load(of, routes, actions) if r.changes > load}
    said = overloaded(of, routes, actions)
    assert said <= over
    assert over <= said or "all staff" in said
    assert all(
        r.top_down + r.route_unknown <= r.changes for r in portfolio.load(of, routes, actions)
    )


# --- in the advice --------------------------------------------------------------------------------


def test_northfield(northfield: Programme, northfield_advice: Advice, northfield_page: str) -> None:
    """By the recommendations; what is advised speaks of the proposals, which stop some of it."""
    assert northfield_advice.portfolio is not None
    routes = {i.id: i.route.answer if i.route else None for i in northfield_advice.initiatives}
    actions = {i.id: i.action.answer if i.action else None for i in northfield_advice.initiatives}
    by_kind: dict[str, set[tuple[str, ...]]] = {}
    for c in conflicts(northfield, DependencyGraph(northfield), routes, actions):
        by_kind.setdefault(c.kind, set()).add(c.initiatives)
    assert by_kind == {
        "conflicts-with": {("depot-merger", "waste-rounds")},
        "load": {
            ("depot-merger", "one-team", "recycling-plus", "waste-rounds"),
            ("care-record", "one-team", "reablement-redesign"),
        },
        "champions": {
            ("benefits-digital", "one-team"),
            ("one-team", "reablement-redesign"),
            ("one-team", "recycling-plus"),
        },
        "route-and-dependency": {("homelessness-duty", "one-team")},
    }
    assert any(
        "contact-platform" in n and "as proposed" in n for n in northfield_advice.portfolio.notices
    )
    data = to_data(northfield_advice)["portfolio"]
    assert {
        "kind",
        "initiatives",
        "because",
        "groups",
        "from",
        "until",
        "suggestion",
        "source",
    } == set(data["conflicts"][0])
    assert {"group", "quarter", "changes", "top_down", "route_unknown", "limit"} == set(
        data["load"][0]
    )
    relieved = "relieves contact centre: without that it would carry 3 changes at once"
    for page in (advice_table(northfield_advice, 100), northfield_page):
        assert "stand in each other's way" in page.replace("&#x27;", "'").replace("&#39;", "'")
        assert relieved in page


def test_load_is_told_where_routes_were_not_asked_for(rulebook: Rulebook) -> None:
    made_of = made(*THREE)
    advice = advise(made_of, rulebook, parts=["portfolio"])
    assert advice.portfolio is not None
    assert "how to lead 3 of them is not known" in advice.portfolio.conflicts[0].because
