"""How to lead it, as people read it.

The arrangement, the simulated spread and how much its judgements matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from changeadvisor.adoption import WAYS, Diffusion, Varied, Way, WayOutcome
from changeadvisor.advice import ARRANGEMENT_PARTS, Route
from changeadvisor.report.parts import PairView
from changeadvisor.words import (
    NOT_KNOWN,
    WAY_WORDS,
    capitalised,
    cases_in_100,
    money_text,
    plain_per_cent,
)


@dataclass(frozen=True, slots=True)
class WayView:
    """One way of leading in a row: runs in 100, time, and what it takes."""

    way: str
    reaches: str
    stands: str
    months: str
    champion_months: str
    board_months: str
    spend: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RouteView:
    """How to lead one initiative.

    varied: what each judgement of the simulation matters, in sentences.
    """

    arrangement: tuple[PairView, ...]
    heading: str
    ways: tuple[WayView, ...]
    varied: tuple[str, ...]
    notices: tuple[str, ...]


def spread_parameters() -> dict[str, object]:
    """The tables behind the simulated spread, for a page that shows them."""
    from changeadvisor.adoption import judged, wording
    from changeadvisor.adoption.bass import BASS_P, BASS_Q

    return {
        "judged": judged.JUDGED,
        "parameters": wording.PARAMETERS,
        "comply": judged.COMPLY,
        "resent": judged.RESENT,
        "example": judged.EXAMPLE,
        "counts": judged.COMPLIANCE_COUNTS,
        "p": BASS_P,
        "q": BASS_Q,
    }


def route_view(route: Route | None, currency: str) -> RouteView:
    """The view of a route; empty where none was asked for."""
    if route is None:
        return RouteView((), "", (), (), ())
    lines = tuple(PairView(ARRANGEMENT_PARTS[key], text) for key, text in route.arrangement.items())
    spread = route.spread
    if spread is None:
        why = (
            f"How it would spread cannot be simulated: {route.not_simulated}."
            if route.not_simulated
            else ""
        )
        return RouteView(lines, "", (), (), (why,) if why else ())
    ways = tuple(_way(o, o.way == _chosen(route, spread), currency) for o in spread.ways)
    return RouteView(
        lines, _heading(spread), ways, tuple(_varied(spread)), (*spread.notices, _caution())
    )


def _chosen(route: Route, spread: Diffusion) -> Way | None:
    """The way that is recommended."""
    if route.answer == "blended":
        return route.order.first if route.order else spread.order
    return next((w for w in WAYS if w == route.answer), None)


def _heading(spread: Diffusion) -> str:
    return (
        f"{spread.runs} simulated runs of {spread.staff} people. Reaches:"
        f" {plain_per_cent(spread.needed)} work the new way within {spread.by} months. Lasts: they"
        " still do a year later."
    )


def _caution() -> str:
    return (
        "How much a mandate lifts and how it fades has no published figure: it is our judgement,"
        " drawn anew in every run. The weight of the simulation in the ledger is capped."
    )


def _way(o: WayOutcome, chosen: bool, currency: str) -> WayView:
    return WayView(
        way=WAY_WORDS[o.way],
        reaches=cases_in_100(o.reaches),
        stands=cases_in_100(o.stands),
        months="never" if o.months is None else f"{o.months:.0f}",
        champion_months=f"{o.champion_months:.0f}",
        board_months=f"{o.board_months:.0f}",
        spend=NOT_KNOWN if o.spend is None else money_text(o.spend, currency),
        chosen=chosen,
    )


def _varied(spread: Diffusion) -> Iterator[str]:
    """Each judgement that moves any way by ten runs in a hundred or more, the strongest first."""
    moved = sorted(spread.varied, key=lambda v: (-_most(v), v.name))
    for v in moved:
        way = max(WAYS, key=lambda w: abs(v.stands_high[w] - v.stands_low[w]))
        if _most(v) >= 0.1:
            yield f"{capitalised(v.name)}, from {v.low:.2g} to {v.high:.2g}. {_moves(way, v)}"
    if moved and _most(moved[0]) < 0.1:
        yield "No judgement of the simulation moves any way by ten runs in a hundred."


def _moves(way: Way, v: Varied) -> str:
    low, high = cases_in_100(v.stands_low[way]), cases_in_100(v.stands_high[way])
    return f"{WAY_WORDS[way]}: it lasts in {low}, then in {high}."


def _most(v: Varied) -> float:
    return max(abs(v.stands_high[w] - v.stands_low[w]) for w in WAYS)
