"""The programme as a whole, as people read it.

Tables, the pictures of the same content, and plain sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from changeadvisor.advice.advise import Advice, InitiativeAdvice, Portfolio
from changeadvisor.errors import plain
from changeadvisor.portfolio import LimitKind, Load, Pick
from changeadvisor.portfolio.problem import within
from changeadvisor.report.charts import portfolio as charts
from changeadvisor.report.charts.drawing import address
from changeadvisor.words import (
    COURSE_WORDS,
    NOT_KNOWN,
    capitalised,
    cases_in_100,
    day_text,
    fine_per_cent,
    many,
    money_text,
    per_cent,
    plain_per_cent,
    quarter_text,
    whole_number,
)

#: Initiatives on the map, at most.
MOST_ON_MAP = 150
#: Quarters of change load that are shown; the JSON has them all.
LOAD_QUARTERS = 8


#: Which table it is, whatever its caption says.
TableKey = Literal[
    "set",
    "limits",
    "frontier",
    "gainers",
    "core",
    "alternatives",
    "downstream",
    "enablers",
    "order",
    "finishes",
    "delivery",
    "capacity",
    "load",
]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table.

    Caption, headings (the first is of the row), rows of words, and what a reader must know of it.
    """

    key: TableKey
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class DrawnView:
    """A picture as an SVG inside the page, and the text that carries its finding."""

    source: str
    alt: str


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """The set to run: in sentences, tables and pictures."""

    sentences: tuple[str, ...]
    tables: tuple[TableView, ...]
    pictures: tuple[DrawnView, ...]


def portfolio_view(advice: Advice, *, pictures: bool = True) -> PortfolioView | None:
    """The view; None where the portfolio was not asked for."""
    if advice.portfolio is None:
        return None
    view = _Whole(advice, advice.portfolio)
    tables = tuple(t for t in view.tables() if t.rows)
    drawn = tuple(map(_drawn, view.pictures())) if pictures else ()
    return PortfolioView(tuple(view.sentences()), tables, drawn)


def _drawn(view: charts.View) -> DrawnView:
    return DrawnView(address(charts.render(view, "svg")), charts.alt_text(view))


class _Whole:
    def __init__(self, advice: Advice, found: Portfolio) -> None:
        self.advice, self.found = advice, found
        self.items = {i.id: i for i in advice.initiatives}
        self.picks = _picks(found)
        #: Not weighed, for what they are worth is not known.
        self.held = {id for id, (p, _) in self.picks.items() if p.worth is None}

    # --- sentences --------------------------------------------------------------------------------

    def sentences(self) -> Iterator[str]:
        """What the board must know first."""
        found, totals = self.found, self.found.totals
        if totals is None or found.chosen is None or found.deferred is None:
            if found.why_none:
                yield found.why_none
            return
        within_limits = " within the limits" if found.limits else ""
        ends = (
            f" and stops or does not start {len(found.deferred)}"
            if found.deferred
            else ", which is all"
        )
        low, high = money_text(totals.low), money_text(totals.high)
        yield (
            f"The best set{within_limits} runs {len(found.chosen)}{ends}. "
            f"It is worth {money_text(totals.all)} in all (eight times in ten between {low} and {high}), "
            f"for spend of {money_text(totals.spend)} over {', '.join(totals.spend_over)}."
        )
        yield from self._waiting()
        yield self._proven()
        if found.time_limit is not None:
            yield f"Each choice had {found.time_limit:g} seconds by the clock: the same input may give another set."
        if totals.overspend is not None:
            yield f"The chance of spending more than a budget is {per_cent(totals.overspend)}."
        yield f"It reaches {whole_number(totals.people)} people a year, each counted once, as far as reach is known."
        yield from found.sentences
        yield from self._robust()
        yield from self._fair()
        yield (
            "The choice weighs worth by itself within the limits. It does not rewrite the recommendation on each "
            "initiative, which weighs all evidence: where the two differ, people decide."
        )

    def _waiting(self) -> Iterator[str]:
        """What delays passed down take away."""
        got = self.found.delivered
        if got is not None and got.waiting >= 0.5 and got.waits:
            longest = max(got.waits, key=lambda i: (got.waits[i], i), default="")
            yield (
                f"What is late makes others wait (most of all {longest} has to). That takes {money_text(got.waiting)} "
                f"on average and leaves {money_text(got.mean)} (eight times in ten between {money_text(got.p10)} and "
                f"{money_text(got.p90)})."
            )

    def _proven(self) -> str:
        gap = self.found.gap
        if gap is None:
            return "How close it is to the best there can be is not known."
        if gap == 0.0:
            return "It is proven: no other set within the limits is worth more (gap 0)."
        return f"No other set within the limits is worth more than {fine_per_cent(gap, 3)} above it (the proven gap)."

    def _robust(self) -> Iterator[str]:
        robust = self.found.robust
        if robust is None or not robust.sets:
            return
        weighed = {i: s for i, s in robust.core.items() if i not in self.held}
        by = {
            k: [i for i, s in weighed.items() if charts.kind_of(s) == k]
            for k in ("core", "borderline")
        }
        if robust.sets == 1:
            yield "One set is good whatever a pound for the few counts, with values as expected, cautious or hopeful."
            return
        how = "all good sets" if robust.exact else "a sample of good sets, not all"
        yield (
            f"Whatever a pound for the few counts, and with values as expected, cautious or hopeful, {len(by['core'])} "
            f"run in every good set and {len(by['borderline'])} in some ({robust.sets} sets; {how})."
        )
        if robust.find_out and robust.find_out[0].worth >= 0.5:
            top = robust.find_out[0]
            yield (
                f"Find out first about {top.id}: to know its worth before choosing would be worth up to "
                f"{money_text(top.worth)}."
            )

    def _fair(self) -> Iterator[str]:
        weighed = self.found.weighed
        if weighed is None:
            return
        said = f"With gains weighed by income (Green Book, elasticity {weighed.elasticity:g})"
        if weighed.differs:
            yield f"{said} another set is best: {_differs(weighed.differs)}."
        else:
            yield f"{said} the same set is best."
        if weighed.turns_at is None:
            yield "No inequality aversion up to 4 would turn the choice."
        else:
            yield (
                f"From an inequality aversion of {weighed.turns_at:.2g} on (the higher, the more do gains of poorer "
                f"people count), another set would be best: {_differs(weighed.instead)}."
            )
        if weighed.unknown:
            yield f"The income of those reached is not known for {len(weighed.unknown)}; their gains count plainly."

    # --- tables -----------------------------------------------------------------------------------

    def tables(self) -> Iterator[TableView]:
        """Every table, the set first."""
        yield self._set()
        yield self._limits()
        yield self._frontier()
        yield self._gainers()
        yield self._core()
        yield self._alternatives()
        yield self._hanging()
        yield self._split()
        yield self._order()
        yield self._finishes()
        yield self._delivery()
        yield self._capacity()
        yield self._load_of_set()

    def _set(self) -> TableView:
        rows = (
            (
                f"{self._title(p.id)} ({p.id})",
                _does(p, runs),
                self._recommended(p.id),
                NOT_KNOWN if p.worth is None else money_text(p.worth),
                money_text(p.spend),
                p.because,
            )
            for _, (p, runs) in sorted(self.picks.items())
        )
        heads = (
            "Initiative",
            "In the set",
            "Recommended by itself",
            "Worth in the set",
            "Spend",
            "Because",
        )
        note = "Worth: mean present value from here on. Spend: mean, in the budget periods. Past spend never counts."
        return TableView("set", "Which set to run", heads, tuple(rows), note)

    def _recommended(self, id: str) -> str:
        item = self.items.get(id)
        answer = item.action.answer if item and item.action else None
        course = COURSE_WORDS.get(answer or "")
        return course.imperative if course else "no answer"

    def _limits(self) -> TableView:
        rows = (
            (
                x.limit,
                NOT_KNOWN if x.used is None else _amount(x.used, x.kind),
                NOT_KNOWN if x.of is None else _limit(x.of, x.kind),
                "nothing" if x.costs == 0.0 else money_text(x.costs),
            )
            for x in self.found.limits
        )
        heads = ("Limit", "Used, at its fullest", "Of", "What it costs")
        note = (
            "What it costs: how much more the best set would be worth if this limit alone were dropped. Money that is "
            "left of one year counts in the next only where the table says so."
        )
        return TableView("limits", "What each limit costs", heads, tuple(rows), note)

    def _frontier(self) -> TableView:
        points = self.found.frontier or ()
        rows = (
            (
                f"set {k + 1}{' (advised)' if p.chosen else ''}",
                money_text(p.few),
                money_text(p.all),
                f"{money_text(p.bound)} (gap {fine_per_cent(p.gap, 2)})",
                "" if p.moved is None else money_text(p.moved),
                "" if p.gained is None else money_text(p.gained),
                "" if p.given_up is None else money_text(p.given_up),
                "nothing"
                if p.by_pound is None and p.gained is not None
                else f"{p.by_pound:.3g}"
                if p.by_pound
                else "",
            )
            for k, p in enumerate(points)
        )
        heads = (
            "Set", "Worth for the few", "Worth in all", "No set is worth more than", "More spent on the few",
            "The few gain", "All others give up", "For each 1 gained",
        )  # fmt: skip
        note = (
            "Each row beside the one above: what the few gain and all others give up. The few can also gain with less "
            "spent on them, where what helps them runs."
        )
        caption = "Few and all: what each costs the other"
        return TableView("frontier", caption, heads, tuple(rows), note)

    def _gainers(self) -> TableView:
        rows = tuple(
            (g.service, str(g.running), money_text(g.worth), money_text(g.few), money_text(g.spend))
            for g in self.found.gainers
        )
        heads = ("Service", "Initiatives that run", "Worth", "Of it deep for few", "Spend")
        note = (
            "All rows add up to the set. A service can be worth less than its part for few: an enabler in it may be "
            "worth less than nothing by itself."
        )
        return TableView("gainers", "Who gains, by service", heads, rows, note)

    def _core(self) -> TableView:
        knowing = {f.id: f.worth for f in self.found.robust.find_out} if self.found.robust else {}
        rows = tuple(
            (
                self._title(id),
                "not weighed" if id in self.held else charts.kind_of(share),
                cases_in_100(share),
                NOT_KNOWN if id in self.held else _worth(knowing.get(id, 0.0)),
            )
            for id, share in sorted((self.found.core or {}).items(), key=lambda c: (-c[1], c[0]))
        )
        heads = ("Initiative", "Kind", "Runs in good sets", "Worth of knowing its worth first")
        note = (
            "Core: in every good set. Exterior: in none. Only for the borderline ones does finding out more pay: for "
            "the others it would turn no choice among these sets."
        )
        return TableView("core", "Core, borderline and exterior", heads, rows, note)

    def _alternatives(self) -> TableView:
        found = self.found.robust.alternatives if self.found.robust else ()
        names = (
            f"set {chr(65 + k)}{'' if a.good else ' (not a good set)'}" for k, a in enumerate(found)
        )
        rows = tuple(
            (name, money_text(a.all), money_text(a.few), money_text(a.spend), _differs(a.differs))
            for name, a in zip(names, found, strict=True)
        )
        heads = ("Set", "Worth in all", "For the few", "Spend", "What it does otherwise")
        note = (
            "Each within a tenth of the best worth, and unlike the best and one another in what runs. Where it is not "
            "a good set, another is better by every weight: it is shown because it is near and really differs."
        )
        caption = "Other sets near the best that really differ"
        return TableView("alternatives", caption, heads, rows, note)

    def _hanging(self) -> TableView:
        rows = tuple(row for item in self.advice.initiatives for row in self._losses(item))
        heads = ("If this", "does this", "then", "by this path", "and loses")
        note = (
            "Stranded: cannot go on. People are counted once; those whom others reach all the same are not lost. "
            "What is at stake enters the initiative's own reasons; the set is chosen by worth alone, so nothing counts "
            "twice."
        )
        caption = "What hangs on what: each course and what it does downstream"
        return TableView("downstream", caption, heads, rows, note)

    def _losses(self, item: InitiativeAdvice) -> Iterator[tuple[str, ...]]:
        for down in item.dependants.courses:
            for loss in down.losses:
                law = " (the law requires it)" if loss.statutory else ""
                how = {
                    "stranded": "is stranded",
                    "helped": f"loses {plain_per_cent(loss.share or 0.0)} of its worth",
                    "delayed": f"waits {loss.months or 0.0:.0f} months longer",
                }[loss.how]
                path, worth = " → ".join(loss.path), _worth(loss.mean)
                yield (
                    self._title(item.id),
                    COURSE_WORDS[down.course].imperative,
                    f"{self._title(loss.id)} {how}{law}",
                    path,
                    worth,
                )
            if down.people > 0.0 and down.losses:
                yield (
                    self._title(item.id),
                    COURSE_WORDS[down.course].imperative,
                    "people reached no longer",
                    "",
                    f"{whole_number(down.people)} a year",
                )

    def _split(self) -> TableView:
        rows = tuple(
            (self._title(e.id), self._title(e.dependant), money_text(e.part))
            for e in self.found.enablers
        )
        heads = ("Enabler", "Holds up", "Its part of that worth")
        note = "What several hold up together is split evenly among them (Shapley 1953), so that the parts add up."
        return TableView("enablers", "Who shares what hangs on them", heads, rows, note)

    def _order(self) -> TableView:
        rows = tuple(
            (
                self._title(s.id),
                day_text(s.planned),
                day_text(s.start),
                _worth(s.cost_of_delay),
                s.because,
            )
            for s in sorted(
                self.found.order, key=lambda s: (s.start, -(s.for_its_length or 0.0), s.id)
            )
        )
        heads = ("Initiative", "Planned start", "Best start", "A month later loses", "Because")
        note = (
            "What has not begun, in the order of its best start. Below nothing: waiting gains. What begins later "
            "spends less in the budget years; beyond them no start is put off."
        )
        return TableView("order", "Which to start when", heads, rows, note)

    def _finishes(self) -> TableView:
        rows = tuple(
            (
                self._title(f.id), NOT_KNOWN if f.register is None else day_text(f.register), day_text(f.planned),
                day_text(f.p10), day_text(f.p50), day_text(f.p90), per_cent(f.late), per_cent(f.critical),
            )
            for f in self.found.finishes
        )  # fmt: skip
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
            "Drawn jointly: each takes longer or shorter as its reference class has done, and what requires it waits. "
            "Where no class gives delays, it ends as planned."
        )
        return TableView("finishes", "When what runs will be finished", heads, rows, note)

    def _delivery(self) -> TableView:
        rows = tuple(
            (day_text(d.by), per_cent(d.chance), f"{d.expected:.1f} of {d.of}")
            for d in self.found.delivery
        )
        heads = ("By", "Chance that all are finished", "Finished on average")
        dated = {f.id for f in self.found.finishes}
        without = sorted(p.id for p in self.found.chosen or () if p.id not in dated)
        note = f"Not counted, for want of dates: {', '.join(without)}." if without else ""
        return TableView("delivery", "The chance that the set is delivered", heads, rows, note)

    def _capacity(self) -> TableView:
        rows = tuple(
            (
                f"{c.role}, {quarter_text(c.quarter)}",
                f"{c.used:.3g}",
                f"{c.limit:g}",
                "within" if within(c.used, c.limit) else "over",
            )
            for c in self.found.capacity
        )
        heads = ("Role and quarter", "Needed", "There are", "State")
        note = "Full-time equivalents, on average over the quarter."
        return TableView("capacity", "People by quarter", heads, rows, note)

    def _load_of_set(self) -> TableView:
        """Staff groups by quarter, the nearest quarters."""
        found = {(r.group, r.quarter): r for r in self.found.load_of_set}
        quarters = tuple(sorted({q for _, q in found})[:LOAD_QUARTERS])
        rows = tuple(
            (g, *(_carried(found.get((g, q))) for q in quarters))
            for g in sorted({g for g, _ in found})
        )
        limits = {r.limit for r in found.values()}
        limit = next((f"the limit is {x:g}" for x in limits if x is not None), "no limit is given")
        note = (
            f"The most changes on any one day of a quarter ({limit}), what waits left out. By the dates of "
            "the set. Changes for all staff count for every group."
        )
        caption = "Changes each staff group carries if the set is run"
        return TableView("load", caption, ("Staff group", *map(quarter_text, quarters)), rows, note)

    def _title(self, id: str) -> str:
        item = self.items.get(id)
        return plain(item.title, 120) if item else id

    # --- pictures ---------------------------------------------------------------------------------

    def pictures(self) -> Iterator[charts.View]:
        """Every picture that has something to show."""
        found = self.found
        if any(i.dependants.paths for i in self.advice.initiatives) or self._edges():
            yield self._map()
        if found.frontier and len(found.frontier) > 1:
            dots = tuple(
                charts.FrontierDot(p.few, p.all, p.bound, p.chosen) for p in found.frontier
            )
            finding = found.few_and_all.finding if found.few_and_all else ""
            yield charts.FrontierView("Worth for the few against worth in all", dots, finding)
        if found.core:
            weighed = ((i, s) for i, s in found.core.items() if i not in self.held)
            bars = sorted(weighed, key=lambda c: (-c[1], c[0]))
            yield charts.CoreView(
                "In how many good sets each runs",
                tuple(charts.CoreBar(self._title(i), s) for i, s in bars),
            )
        if found.capacity:
            used = tuple(
                charts.CapacityBar(c.role, c.quarter, c.used, c.limit) for c in found.capacity
            )
            yield charts.CapacityView("People needed, quarter by quarter", used)
        if found.finishes:
            rows = tuple(
                charts.GanttRow(
                    self._title(f.id), f.start, f.planned, f.p10, f.p50, f.p90, f.critical
                )
                for f in sorted(found.finishes, key=lambda f: (f.start, f.p50, f.id))
            )
            yield charts.GanttView("When it runs and ends", rows, self.advice.as_of)

    def _map(self) -> charts.MapView:
        """The map; of a very large one the part on which most hangs: the table has it all."""
        top = sorted(self.advice.initiatives, key=lambda i: (-i.dependants.count, i.id))[
            :MOST_ON_MAP
        ]
        shown = (
            {i.id for i in top} if len(self.advice.initiatives) > MOST_ON_MAP else set(self.items)
        )
        nodes = tuple(n for n in self._nodes() if n.id in shown)
        edges = tuple(e for e in self._edges() if {e.needed, e.dependant} <= shown)
        left = len(self.items) - len(shown)
        return charts.MapView(
            f"What hangs on what{f' ({left} more in the table)' if left else ''}", nodes, edges
        )

    def _nodes(self) -> Iterator[charts.MapNode]:
        for item in self.advice.initiatives:
            initiative = item.evidence.initiative
            pick, runs = self.picks.get(item.id, (None, False))
            other = "closed" if initiative.stage == "closed" else "not decided"
            what = other if pick is None else _course(pick, runs)
            stake = item.dependants.at_stake
            at_stake = (
                ""
                if not item.dependants.paths
                else NOT_KNOWN
                if stake is None
                else money_text(stake.mean)
            )
            yield charts.MapNode(
                item.id, self._title(item.id), what, runs, bool(initiative.statutory),
                pick is not None and pick.few, at_stake,
            )  # fmt: skip

    def _edges(self) -> list[charts.MapEdge]:
        found, ids = [], set(self.items)
        for item in self.advice.initiatives:
            for d in item.evidence.initiative.depends_on:
                if d.initiative in ids:
                    note = plain_per_cent(d.share) if d.share is not None else ""
                    months = many(d.lag_months, "month") if d.lag_months else ""
                    note = months if d.kind == "requires" else note
                    found.append(charts.MapEdge(d.initiative, item.id, d.kind, note))
        return found


def _does(pick: Pick, runs: bool) -> str:
    """What the set does with one initiative."""
    return f"run: {_course(pick, runs)}" if runs else _course(pick, runs)


def _course(pick: Pick, runs: bool) -> str:
    """What is done with one initiative, without whether it runs."""
    if not runs:
        return "stop" if pick.begun else "not start now"
    return (
        COURSE_WORDS[pick.course].imperative
        if pick.start is None
        else f"begin on {day_text(pick.start)}"
    )


def in_set(advice: Advice) -> dict[str, str]:
    """What the set to run does with each initiative, and why, in a few sentences.

    Empty where there is no set.
    """
    picks = _picks(advice.portfolio) if advice.portfolio else {}
    does = {id: (_does(p, runs), p.because) for id, (p, runs) in picks.items()}
    return {id: f"{capitalised(what)}. {because}".strip() for id, (what, because) in does.items()}


def _picks(found: Portfolio) -> dict[str, tuple[Pick, bool]]:
    """What the set does with each initiative, and whether that runs, by id."""
    runs = {p.id: (p, True) for p in found.chosen or ()}
    return runs | {p.id: (p, False) for p in found.deferred or ()}


def _carried(row: Load | None) -> str:
    if row is None:
        return "none"
    return (
        f"{row.changes}: over the limit"
        if row.limit is not None and row.changes > row.limit
        else str(row.changes)
    )


def _worth(value: float | None) -> str:
    return NOT_KNOWN if value is None else money_text(value)


def _amount(value: float, kind: LimitKind) -> str:
    if kind == "share_for_few":
        return per_cent(value)
    return money_text(value) if kind == "budget" else f"{value:.3g}"


def _limit(value: float, kind: LimitKind) -> str:
    """How much of it there is; a share is one that must be kept."""
    return f"at least {_amount(value, kind)}" if kind == "share_for_few" else _amount(value, kind)


def _differs(courses: Mapping[str, str]) -> str:
    """What another set does otherwise, in words."""
    return (
        ", ".join(f"{COURSE_WORDS[c].imperative} {id}" for id, c in sorted(courses.items()))
        or "nothing"
    )
