"""What the board must know of the programme as a whole, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from changeadvisor.report.charts import portfolio as charts
from changeadvisor.report.portfolio_page import (
    PortfolioPage,
    other_courses,
)
from changeadvisor.words import (
    fine_per_cent,
    joined,
    many,
    per_cent,
    whole_number,
)


def sentences(page: PortfolioPage) -> Iterator[str]:
    """What the board must know first."""
    portfolio, totals = page.portfolio, page.portfolio.totals
    if totals is None or portfolio.chosen is None or portfolio.deferred is None:
        if portfolio.why_none:
            yield portfolio.why_none
        return
    within_limits = " within the limits" if portfolio.limits else ""
    running, waiting = len(portfolio.chosen), len(portfolio.deferred)
    does = f"runs {many(running, 'initiative')} and stops, or does not start, {waiting}"
    if not waiting:
        does = f"runs all {many(running, 'initiative')}"
    low, high = page.money(totals.low), page.money(totals.high)
    yield (
        f"What is proposed{within_limits} {does}. It is worth {page.money(totals.all)} in all"
        f" (8 times in 10 between {low} and {high}) and costs {page.money(totals.spend)} over"
        f" {joined(totals.spend_over)}."
    )
    yield from _waiting(page)
    yield _proven(page)
    if portfolio.time_limit is not None:
        yield (
            f"Each search was given {portfolio.time_limit:g} seconds, so the same input may give"
            " another set."
        )
    if totals.overspend is not None:
        yield f"The chance of spending more than a budget is {per_cent(totals.overspend)}."
    yield (
        f"It reaches up to {whole_number(totals.people)} people a year. Whom several of them reach"
        " is counted once only where the register says how many they are."
    )
    yield from portfolio.sentences
    yield from _robust(page)
    yield from _fair(page)
    if portfolio.free_optimum is not None:
        yield portfolio.free_optimum.because
    yield (
        "What is proposed for each is what is recommended for it by itself, unless a limit forces"
        " another course; the limit is then named, with the least more that would restore it."
        " People decide."
    )


def _waiting(page: PortfolioPage) -> Iterator[str]:
    """What delays passed down take away."""
    delivered = page.portfolio.delivered
    if delivered is not None and delivered.waiting >= 0.5 and delivered.waits:
        longest = max(delivered.waits, key=lambda i: (delivered.waits[i], i), default="")
        low, high = page.money(delivered.p10), page.money(delivered.p90)
        yield (
            f"Delays hold up whatever depends on them; {page.title(longest)} waits longest. On"
            f" average that costs {page.money(delivered.waiting)} and leaves"
            f" {page.money(delivered.mean)} (8 times in 10 between {low} and {high})."
        )


def _proven(page: PortfolioPage) -> str:
    gap = page.portfolio.gap
    if page.portfolio.as_recommended:
        return "These are the recommended courses: together they keep every limit."
    if gap is None:
        return "How close this is to the best possible set is not known."
    if gap == 0.0:
        return (
            "Of the recommended courses, going on and stopping, no other set within the limits is"
            " worth more: that is proven."
        )
    return (
        "No other set within the limits could be worth more than"
        f" {fine_per_cent(gap, 3)} above it: that is proven."
    )


def _robust(page: PortfolioPage) -> Iterator[str]:
    robust = page.portfolio.robust
    if robust is None or not robust.sets:
        return
    weighed = {i: s for i, s in robust.core.items() if i not in page.held}
    by = {
        k: [i for i, s in weighed.items() if charts.kind_of(s) == k] for k in ("core", "borderline")
    }
    if robust.sets == 1:
        yield (
            "One set is best however much a pound for the few counts, and whether values turn out"
            " as expected, low or high."
        )
        return
    how = "all of them were found" if robust.exact else "a sample of them, not all"
    yield (
        "However much a pound for the few counts, and whether values turn out as expected, low or"
        f" high: {len(by['core'])} run in every good set, and {len(by['borderline'])} only in some"
        f" ({robust.sets} good sets; {how})."
    )
    if robust.find_out and robust.find_out[0].worth >= 0.5:
        top = robust.find_out[0]
        yield (
            f"Find out first about {page.title(top.id)}: knowing its worth before choosing could be"
            f" worth up to {page.money(top.worth)}."
        )


def _fair(page: PortfolioPage) -> Iterator[str]:
    weighed = page.portfolio.weighed
    if weighed is None:
        return
    said = (
        "If gains of poorer people count for more, as the Green Book weighs them"
        f" (elasticity {weighed.elasticity:g}),"
    )
    if weighed.differs:
        yield f"{said} another set is best: {other_courses(weighed.differs)}."
    else:
        yield f"{said} the same set is best."
    if weighed.turns_at is None:
        yield "However strongly they are weighed, as far as was tried, the same set stays best."
    else:
        yield (
            "Another set is best only if they are weighed more strongly still (inequality aversion"
            f" {weighed.turns_at:.2g} or more, where 0 counts every pound alike and 4 was the most"
            f" tried): {other_courses(weighed.instead)}."
        )
    if weighed.unknown:
        yield (
            f"For {many(len(weighed.unknown), 'initiative')} the income of the people reached is"
            " not known, so their gains count as they are."
        )
