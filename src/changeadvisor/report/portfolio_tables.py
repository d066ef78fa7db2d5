"""The tables of the programme as a whole, the set to run first."""

from __future__ import annotations

from collections.abc import Iterator

from changeadvisor.advice import InitiativeAdvice
from changeadvisor.portfolio import LimitKind, Load
from changeadvisor.portfolio.problem import within
from changeadvisor.report.charts import portfolio as charts
from changeadvisor.report.parts import TableView
from changeadvisor.report.portfolio_page import (
    PortfolioPage,
    done_in_set,
    other_courses,
)
from changeadvisor.words import (
    COURSE_WORDS,
    NOT_KNOWN,
    cases_in_100,
    day_text,
    fine_per_cent,
    money_to_the_penny,
    per_cent,
    plain_per_cent,
    short_quarter_text,
    whole_number,
)

#: Quarters of change load that are shown; the JSON has them all.
LOAD_QUARTERS = 8


def tables(page: PortfolioPage) -> Iterator[TableView]:
    """Every table, the set first."""
    yield _set(page)
    yield _limits(page)
    yield _frontier(page)
    yield _gainers(page)
    yield _core(page)
    yield _alternatives(page)
    yield _hanging(page)
    yield _split(page)
    yield _order(page)
    yield _finishes(page)
    yield _delivery(page)
    yield _capacity(page)
    yield _load_of_set(page)


def _set(page: PortfolioPage) -> TableView:
    rows = (
        (
            f"{page.title(p.id)} ({p.id})",
            done_in_set(p, runs),
            _recommended(page, p.id),
            NOT_KNOWN if p.worth is None else page.money(p.worth),
            page.money(p.spend),
            p.because,
        )
        for _, (p, runs) in sorted(page.picks.items())
    )
    heads = (
        "Initiative",
        "In the set",
        "Recommended by itself",
        "Worth in the set",
        "Spend",
        "Because",
    )
    note = (
        "Worth: mean present value from here on. Spend: mean, in the budget periods. Past spend"
        " never counts."
    )
    return TableView("set", "Which set to run", heads, tuple(rows), note)


def _recommended(page: PortfolioPage, id: str) -> str:
    item = page.items.get(id)
    answer = item.action.answer if item and item.action else None
    course = COURSE_WORDS.get(answer or "")
    return course.imperative if course else "no answer"


def _limits(page: PortfolioPage) -> TableView:
    rows = (
        (
            x.limit,
            NOT_KNOWN if x.used is None else amount(page, x.used, x.kind),
            NOT_KNOWN if x.of is None else _limit(page, x.of, x.kind),
            "nothing" if x.costs == 0.0 else page.money(x.costs),
        )
        for x in page.portfolio.limits
    )
    heads = ("Limit", "Used, at its fullest", "Of", "What it costs")
    note = (
        "What it costs: how much more the best set would be worth if this limit alone were dropped."
        " Money that is left of one year counts in the next only where the table says so."
    )
    return TableView("limits", "What each limit costs", heads, tuple(rows), note)


def _frontier(page: PortfolioPage) -> TableView:
    points = page.portfolio.frontier or ()
    rows = (
        (
            f"set {k + 1}{' (advised)' if p.chosen else ''}",
            page.money(p.few),
            page.money(p.all),
            f"{page.money(p.bound)} (proven to within {fine_per_cent(p.gap, 2)})",
            "" if p.moved is None else page.money(p.moved),
            "" if p.gained is None else page.money(p.gained),
            "" if p.given_up is None else page.money(p.given_up),
            (
                "nothing"
                if p.by_pound is None and p.gained is not None
                else money_to_the_penny(p.by_pound, page.advice.currency)
                if p.by_pound
                else ""
            ),
        )
        for k, p in enumerate(points)
    )
    heads = (
        "Set",
        "Worth for the few",
        "Worth in all",
        "No set is worth more than",
        "More spent on the few",
        "The few gain",
        "All others give up",
        "Cost to others of each pound gained",
    )
    note = (
        "Each row beside the one above: what the few gain and all others give up. The few can also"
        " gain with less spent on them, where what helps them runs."
    )
    caption = "Few and all: what each costs the other"
    return TableView("frontier", caption, heads, tuple(rows), note)


def _gainers(page: PortfolioPage) -> TableView:
    rows = tuple(
        (g.service, str(g.running), page.money(g.worth), page.money(g.few), page.money(g.spend))
        for g in page.portfolio.gainers
    )
    heads = ("Service", "Initiatives that run", "Worth", "Of it deep for few", "Spend")
    note = (
        "All rows add up to the set. A service can be worth less than its part for few: an enabler"
        " in it may be worth less than nothing by itself."
    )
    return TableView("gainers", "Who gains, by service", heads, rows, note)


#: How firmly an initiative is in the set, by kind.
_KINDS = {
    "core": "in every good set",
    "borderline": "in some",
    "exterior": "in none",
}


def _core(page: PortfolioPage) -> TableView:
    knowing = (
        {f.id: f.worth for f in page.portfolio.robust.find_out} if page.portfolio.robust else {}
    )
    rows = tuple(
        (
            page.title(id),
            "not weighed" if id in page.held else _KINDS[charts.kind_of(share)],
            cases_in_100(share),
            NOT_KNOWN if id in page.held else page.worth_or_unknown(knowing.get(id, 0.0)),
        )
        for id, share in sorted((page.portfolio.core or {}).items(), key=lambda c: (-c[1], c[0]))
    )
    heads = ("Initiative", "Kind", "Runs in good sets", "Worth of knowing its worth first")
    note = (
        "A good set is one that no other beats both for the few and for all. Finding out more"
        " pays only for initiatives that run in some good sets and not in others: for the rest it"
        " would change no choice."
    )
    return TableView("core", "How firmly each initiative is in the set", heads, rows, note)


def _alternatives(page: PortfolioPage) -> TableView:
    found = page.portfolio.robust.alternatives if page.portfolio.robust else ()
    names = (
        f"set {chr(65 + k)}{'' if a.good else ' (not a good set)'}" for k, a in enumerate(found)
    )
    rows = tuple(
        (name, page.money(a.all), page.money(a.few), page.money(a.spend), other_courses(a.differs))
        for name, a in zip(names, found, strict=True)
    )
    heads = ("Set", "Worth in all", "For the few", "Spend", "What it does otherwise")
    note = (
        "Each is worth within a tenth of the best, and differs from it and from the others in what"
        " runs. Where it is not a good set, another is better however the few are weighed; it is"
        " shown because it is close and really different."
    )
    caption = "Other sets near the best that really differ"
    return TableView("alternatives", caption, heads, rows, note)


def _hanging(page: PortfolioPage) -> TableView:
    rows = tuple(row for item in page.advice.initiatives for row in _losses(page, item))
    heads = ("If this", "does this", "then", "by this path", "and loses")
    note = (
        "Stranded: cannot go on. People are counted once; those whom others reach all the same are"
        " not lost. What is at stake enters the initiative's own reasons; the set is chosen by"
        " worth alone, so nothing counts twice."
    )
    caption = "What hangs on what: each course and what it does downstream"
    return TableView("downstream", caption, heads, rows, note)


def _losses(page: PortfolioPage, item: InitiativeAdvice) -> Iterator[tuple[str, ...]]:
    for down in item.dependants.courses:
        for loss in down.losses:
            law = " (the law requires it)" if loss.statutory else ""
            how = {
                "stranded": "is stranded",
                "helped": f"loses {plain_per_cent(loss.share or 0.0)} of its worth",
                "delayed": f"waits {loss.months or 0.0:.0f} months longer",
            }[loss.how]
            path, worth = " → ".join(loss.path), page.worth_or_unknown(loss.mean)
            yield (
                page.title(item.id),
                COURSE_WORDS[down.course].imperative,
                f"{page.title(loss.id)} {how}{law}",
                path,
                worth,
            )
        if down.people > 0.0 and down.losses:
            yield (
                page.title(item.id),
                COURSE_WORDS[down.course].imperative,
                "people reached no longer",
                "",
                f"{whole_number(down.people)} a year",
            )


def _split(page: PortfolioPage) -> TableView:
    rows = tuple(
        (page.title(e.id), page.title(e.dependant), page.money(e.part))
        for e in page.portfolio.enablers
    )
    heads = ("Enabler", "Holds up", "Its part of that worth")
    note = (
        "What several hold up together is split evenly among them (Shapley 1953), so that the parts"
        " add up."
    )
    return TableView("enablers", "Who shares what hangs on them", heads, rows, note)


def _order(page: PortfolioPage) -> TableView:
    rows = tuple(
        (
            page.title(s.id),
            day_text(s.planned),
            day_text(s.start),
            page.worth_or_unknown(s.cost_of_delay),
            s.because,
        )
        for s in sorted(
            page.portfolio.order, key=lambda s: (s.start, -(s.for_its_length or 0.0), s.id)
        )
    )
    heads = ("Initiative", "Planned start", "Best start", "A month later loses", "Because")
    note = (
        "What has not begun, in the order of its best start. Below nothing: waiting gains. What"
        " begins later spends less in the budget years; beyond them no start is put off."
    )
    return TableView("order", "Which to start when", heads, rows, note)


def _finishes(page: PortfolioPage) -> TableView:
    rows = tuple(
        (
            page.title(f.id),
            NOT_KNOWN if f.register is None else day_text(f.register),
            day_text(f.planned),
            day_text(f.p10),
            day_text(f.p50),
            day_text(f.p90),
            per_cent(f.late),
            per_cent(f.critical),
        )
        for f in page.portfolio.finishes
    )
    heads = (
        "Initiative",
        "End in the register",
        "End in the set, without delay",
        "One in ten by",
        "Middle",
        "Nine in ten by",
        "Later than in the set",
        "Holds up the last end",
    )
    note = (
        "Drawn jointly: each takes longer or shorter as its reference class has done, and what"
        " requires it waits. Where no class gives delays, it ends as planned."
    )
    return TableView("finishes", "When what runs will be finished", heads, rows, note)


def _delivery(page: PortfolioPage) -> TableView:
    rows = tuple(
        (day_text(d.by), per_cent(d.chance), f"{d.expected:.1f} of {d.of}")
        for d in page.portfolio.delivery
    )
    heads = ("By", "Chance that all are finished", "Finished on average")
    dated = {f.id for f in page.portfolio.finishes}
    without = sorted(p.id for p in page.portfolio.chosen or () if p.id not in dated)
    note = f"Not counted, for want of dates: {', '.join(without)}." if without else ""
    return TableView("delivery", "The chance that the set is delivered", heads, rows, note)


def _capacity(page: PortfolioPage) -> TableView:
    rows = tuple(
        (
            f"{c.role}, {short_quarter_text(c.quarter)}",
            f"{c.used:.3g}",
            f"{c.limit:g}",
            "within" if within(c.used, c.limit) else "over",
        )
        for c in page.portfolio.capacity
    )
    heads = ("Role and quarter", "Needed", "There are", "State")
    note = "Full-time equivalents, on average over the quarter."
    return TableView("capacity", "People by quarter", heads, rows, note)


def _load_of_set(page: PortfolioPage) -> TableView:
    """Staff groups by quarter, the nearest quarters."""
    found = {(r.group, r.quarter): r for r in page.portfolio.load_of_set}
    quarters = tuple(sorted({q for _, q in found})[:LOAD_QUARTERS])
    rows = tuple(
        (g, *(_carried(found.get((g, q))) for q in quarters)) for g in sorted({g for g, _ in found})
    )
    limits = {r.limit for r in found.values()}
    limit = next((f"the limit is {x:g}" for x in limits if x is not None), "no limit is given")
    note = (
        f"The most changes on any one day of a quarter ({limit}), what waits left out. By the dates"
        " of the set. Changes for all staff count for every group."
    )
    caption = "Changes each staff group carries if the set is run"
    return TableView(
        "load", caption, ("Staff group", *map(short_quarter_text, quarters)), rows, note
    )


def _carried(row: Load | None) -> str:
    if row is None:
        return "none"
    return (
        f"{row.changes}: over the limit"
        if row.limit is not None and row.changes > row.limit
        else str(row.changes)
    )


def amount(page: PortfolioPage, value: float, kind: LimitKind) -> str:
    """How much of a limit, in its own unit."""
    if kind == "share_for_few":
        return per_cent(value)
    return page.money(value) if kind == "budget" else f"{value:.3g}"


def _limit(page: PortfolioPage, value: float, kind: LimitKind) -> str:
    """How much of it there is; a share is one that must be kept."""
    return (
        f"at least {amount(page, value, kind)}"
        if kind == "share_for_few"
        else amount(page, value, kind)
    )
