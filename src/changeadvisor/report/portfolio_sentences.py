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
    money_text,
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
    ends = (
        f" and stops or does not start {len(portfolio.deferred)}"
        if portfolio.deferred
        else ", which is all"
    )
    low, high = money_text(totals.low), money_text(totals.high)
    yield (
        f"The best set{within_limits} runs {len(portfolio.chosen)}{ends}. It is worth"
        f" {money_text(totals.all)} in all (eight times in ten between {low} and {high}), for spend"
        f" of {money_text(totals.spend)} over {', '.join(totals.spend_over)}."
    )
    yield from _waiting(page)
    yield _proven(page)
    if portfolio.time_limit is not None:
        yield (
            f"Each choice had {portfolio.time_limit:g} seconds by the clock: the same input may"
            " give another set."
        )
    if totals.overspend is not None:
        yield f"The chance of spending more than a budget is {per_cent(totals.overspend)}."
    yield (
        f"It reaches {whole_number(totals.people)} people a year, each counted once, as far as"
        " reach is known."
    )
    yield from portfolio.sentences
    yield from _robust(page)
    yield from _fair(page)
    yield (
        "The choice weighs worth by itself within the limits. It does not rewrite the"
        " recommendation on each initiative, which weighs all evidence: where the two differ,"
        " people decide."
    )


def _waiting(page: PortfolioPage) -> Iterator[str]:
    """What delays passed down take away."""
    got = page.portfolio.delivered
    if got is not None and got.waiting >= 0.5 and got.waits:
        longest = max(got.waits, key=lambda i: (got.waits[i], i), default="")
        yield (
            f"What is late makes others wait (most of all {longest} has to). That takes"
            f" {money_text(got.waiting)} on average and leaves {money_text(got.mean)} (eight times"
            f" in ten between {money_text(got.p10)} and {money_text(got.p90)})."
        )


def _proven(page: PortfolioPage) -> str:
    gap = page.portfolio.gap
    if gap is None:
        return "How close it is to the best there can be is not known."
    if gap == 0.0:
        return "It is proven: no other set within the limits is worth more (gap 0)."
    return (
        f"No other set within the limits is worth more than {fine_per_cent(gap, 3)} above it (the"
        " proven gap)."
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
            "One set is good whatever a pound for the few counts, with values as expected, cautious"
            " or hopeful."
        )
        return
    how = "all good sets" if robust.exact else "a sample of good sets, not all"
    yield (
        "Whatever a pound for the few counts, and with values as expected, cautious or hopeful,"
        f" {len(by['core'])} run in every good set and {len(by['borderline'])} in some"
        f" ({robust.sets} sets; {how})."
    )
    if robust.find_out and robust.find_out[0].worth >= 0.5:
        top = robust.find_out[0]
        yield (
            f"Find out first about {top.id}: to know its worth before choosing would be worth up to"
            f" {money_text(top.worth)}."
        )


def _fair(page: PortfolioPage) -> Iterator[str]:
    weighed = page.portfolio.weighed
    if weighed is None:
        return
    said = f"With gains weighed by income (Green Book, elasticity {weighed.elasticity:g})"
    if weighed.differs:
        yield f"{said} another set is best: {other_courses(weighed.differs)}."
    else:
        yield f"{said} the same set is best."
    if weighed.turns_at is None:
        yield "No inequality aversion up to 4 would turn the choice."
    else:
        yield (
            f"From an inequality aversion of {weighed.turns_at:.2g} on (the higher, the more do"
            " gains of poorer people count), another set would be best:"
            f" {other_courses(weighed.instead)}."
        )
    if weighed.unknown:
        yield (
            f"The income of those reached is not known for {len(weighed.unknown)}; their gains"
            " count plainly."
        )
