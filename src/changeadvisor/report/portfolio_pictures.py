"""What is drawn of the programme as a whole; each chart has its content in a table too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from changeadvisor.model import Dependency
from changeadvisor.report.charts import portfolio as charts
from changeadvisor.report.portfolio_page import (
    PortfolioPage,
    course_in_set,
)
from changeadvisor.words import (
    NOT_KNOWN,
    many,
    plain_per_cent,
)

#: Initiatives on the map, at most.
MOST_ON_MAP = 150


def pictures(page: PortfolioPage) -> Iterator[charts.View]:
    """Every picture that has something to show."""
    portfolio = page.portfolio
    if any(i.dependants.paths for i in page.advice.initiatives) or _edges(page):
        yield _map(page)
    if portfolio.frontier and len(portfolio.frontier) > 1:
        dots = [charts.FrontierDot(p.few, p.all, p.bound, p.chosen) for p in portfolio.frontier]
        finding = portfolio.few_and_all.finding if portfolio.few_and_all else ""
        yield charts.FrontierView(
            "Worth for the few against worth in all", tuple(dots), finding, page.advice.currency
        )
    if portfolio.core:
        yield _core(page, portfolio.core)
    if portfolio.capacity:
        bars = [charts.CapacityBar(c.role, c.quarter, c.used, c.limit) for c in portfolio.capacity]
        yield charts.CapacityView("People needed, quarter by quarter", tuple(bars))
    if portfolio.finishes:
        yield _gantt(page)


def _core(page: PortfolioPage, core: Mapping[str, float]) -> charts.CoreView:
    weighed = [(id, share) for id, share in core.items() if id not in page.held]
    bars = sorted(weighed, key=lambda c: (-c[1], c[0]))
    named = tuple(charts.CoreBar(page.title(id), share) for id, share in bars)
    return charts.CoreView("In how many good sets each runs", named)


def _gantt(page: PortfolioPage) -> charts.GanttView:
    in_order = sorted(page.portfolio.finishes, key=lambda f: (f.start, f.p50, f.id))
    rows = (
        charts.GanttRow(page.title(f.id), f.start, f.planned, f.p10, f.p50, f.p90, f.critical)
        for f in in_order
    )
    return charts.GanttView("When it runs and ends", tuple(rows), page.advice.as_of)


def _map(page: PortfolioPage) -> charts.MapView:
    """The map; of a very large one the part on which most hangs: the table has it all."""
    top = sorted(page.advice.initiatives, key=lambda i: (-i.dependants.count, i.id))[:MOST_ON_MAP]
    shown = {i.id for i in top} if len(page.advice.initiatives) > MOST_ON_MAP else set(page.items)
    nodes = tuple(n for n in _nodes(page) if n.id in shown)
    edges = tuple(e for e in _edges(page) if {e.needed, e.dependant} <= shown)
    left = len(page.items) - len(shown)
    return charts.MapView(
        f"What hangs on what{f' ({left} more in the table)' if left else ''}", nodes, edges
    )


def _nodes(page: PortfolioPage) -> Iterator[charts.MapNode]:
    for item in page.advice.initiatives:
        initiative = item.evidence.initiative
        pick, runs = page.picks.get(item.id, (None, False))
        other = "closed" if initiative.stage == "closed" else "not decided"
        what = other if pick is None else course_in_set(pick, runs)
        stake = item.dependants.at_stake
        at_stake = (
            ""
            if not item.dependants.paths
            else NOT_KNOWN
            if stake is None
            else page.money(stake.mean)
        )
        yield charts.MapNode(
            item.id, page.title(item.id), what, runs, bool(initiative.statutory),
            pick is not None and pick.few, at_stake,
        )  # fmt: skip


def _edges(page: PortfolioPage) -> list[charts.MapEdge]:
    """Every dependency between two that are in the advice."""
    return [
        charts.MapEdge(dependency.initiative, item.id, dependency.kind, _edge_note(dependency))
        for item in page.advice.initiatives
        for dependency in item.evidence.initiative.depends_on
        if dependency.initiative in page.items
    ]


def _edge_note(dependency: Dependency) -> str:
    """Months that must lie between, or the share that rests on a helper."""
    if dependency.kind == "requires":
        return many(dependency.lag_months, "month") if dependency.lag_months else ""
    return plain_per_cent(dependency.share) if dependency.share is not None else ""
