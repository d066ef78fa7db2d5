"""How to lead it, once the route is chosen: in which order, and the arrangement to put in place.

Nothing is judged here: every line follows from the answer, the register, the answers people gave
and the simulated spread. What is not known is said and never filled in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from changeadvisor.adoption import (
    BLENDS,
    Diffusion,
    Way,
    WayOutcome,
    bass_curve,
    enough,
)
from changeadvisor.facts import FactSheet
from changeadvisor.judgement import (
    Reason,
    Recommendation,
    RulePack,
    by_strength,
    recommend,
)
from changeadvisor.model import Initiative, Programme, add_months
from changeadvisor.words import (
    ROUTE_WORDS,
    day_text,
    in_100,
    plain_per_cent,
)


@dataclass(frozen=True, slots=True)
class Order:
    """Which half of a blend comes first, and why.

    settled: whether the pack blend-order answered; else the top comes first, as in Theory E then O.
    """

    first: Way
    settled: bool
    because: tuple[str, ...]


def order_of(pack: RulePack, sheet: FactSheet) -> Order:
    """Which half of a blend comes first on a sheet.

    E then O (Beer and Nohria 2000) unless more speaks against it.
    """
    found = recommend(pack, sheet, ())
    first = next((w for w in BLENDS if w == found.answer), BLENDS[0])
    reasons = tuple(
        r.because for r in by_strength(found.reasons) if r.counted and _speaks_for(r, first)
    )
    return Order(first, found.answer is not None, reasons)


def _speaks_for(reason: Reason, first: Way) -> bool:
    return (reason.decibans or 0.0) * (1.0 if reason.answer == first else -1.0) > 0


#: The parts of an arrangement, in the order in which they are read.
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "order": "In which order",
        "led_from_the_top": "Led from the top",
        "led_from_below": "Led from below",
        "initiates": "Who initiates",
        "executes": "Who executes",
        "board": "Board and its cadence",
        "stage_gates": "Stage gates",
        "champions": "Champions, and where",
        "measures_of_adoption": "How adoption is measured",
        "reviews": "Reviews",
        "stop_doing": "What to stop doing",
        "load": "Load on staff groups",
    }
)


@dataclass(frozen=True, slots=True)
class ArrangementInput:
    """All that an arrangement follows from. begins: the day from which the spread is simulated."""

    programme: Programme
    initiative: Initiative
    sheet: FactSheet
    found: Recommendation
    order: Order | None
    spread: Diffusion | None
    begins: dt.date
    review: dt.date | None
    not_simulated: str | None = None

    @property
    def way(self) -> Way:
        """The way of leading it: the route, a blend in its order."""
        if self.order is not None:
            return self.order.first
        return "top-down" if self.found.answer == "top-down" else "bottom-up"

    @property
    def outcome(self) -> WayOutcome | None:
        """What the simulated spread comes to that way."""
        return None if self.spread is None else self.spread.of(self.way)

    def has(self, fact: str, *levels: str) -> bool:
        """Whether people judged a fact to be at one of these levels."""
        value = self.sheet.get(fact)
        return isinstance(value, str) and value in levels

    @property
    def sponsor(self) -> str:
        """Who answers for it."""
        return self.initiative.sponsor or "its sponsor (nobody is named yet)"

    @property
    def owner(self) -> str:
        """Who runs it."""
        return self.initiative.owner or "its owner (nobody is named yet)"


def arrangement(led: ArrangementInput) -> dict[str, str]:
    """A concrete set-up for the answer, by the keys of `PARTS`; empty where there is no answer."""
    if led.found.answer is None:
        return {}
    made = {
        "order": _order(led),
        "led_from_the_top": _from_the_top(led),
        "led_from_below": _from_below(led),
        "initiates": _initiates(led),
        "executes": _executes(led),
        "board": _board(led),
        "stage_gates": " ".join(_gates(led)),
        "champions": " ".join(_champions(led)),
        "measures_of_adoption": " ".join(_measures(led)),
        "reviews": " ".join(_reviews(led)),
        "stop_doing": " ".join(_stop_doing(led)),
        "load": _load(led),
    }
    return {key: made[key] for key in PARTS if made[key]}


_NOBODY = "the register does not say who must change (`adoption`)"


def _order(led: ArrangementInput) -> str:
    """A blend is never just both."""
    if led.order is None:
        return ""
    first, then = "direction from the top", "the front line"
    if led.order.first == "below-then-top":
        first, then = "the front line, in a few places", "the top, for all"
    why = (
        led.order.because[0]
        if led.order.because
        else "Nothing known speaks for another order (Beer and Nohria 2000)."
    )
    return f"First {first}; then {then}. {why} Say so to everybody from the start."


def _from_the_top(led: ArrangementInput) -> str:
    """What stays with those who answer for it."""
    if led.way == "bottom-up":
        return f"Only the aim, the limits that may not be crossed, and time and cover for those who try it: {led.sponsor}."
    if led.way == "top-down":
        return f"The decision, the plan, the money, and the check that it is done: {led.sponsor}."
    return f"The aim, the money, the dates and what is not open to choice: {led.sponsor}."


def _from_below(led: ArrangementInput) -> str:
    if led.way == "top-down":
        return "How it fits each team's day, and what does not work: teams report it, and the board answers every report."
    if led.way == "bottom-up":
        return "What is done, in which steps and at what pace: the teams who do the work."
    return "How it is done: the teams who do the work design it, within what the top has fixed."


def _initiates(led: ArrangementInput) -> str:
    """Staff back a change most when the middle begins it (Heyden and others 2017)."""
    middle = "Staff back a change most when middle managers begin it (Heyden and others 2017)."
    if led.has("route.middle_managers", "oppose"):
        return f"{led.sponsor}, in person: middle managers stand in its way, and winning them comes first. {middle}"
    if led.way == "bottom-up":
        return f"Front-line teams with {led.owner}. {middle}"
    if led.has("route.middle_managers", "lead", "support"):
        return f"{led.owner} and the middle managers, in their own words. {middle}"
    return (
        f"{led.sponsor} with {led.owner}. Where middle managers stand is not known: ask. {middle}"
    )


def _executes(led: ArrangementInput) -> str:
    needs = [f"{e:g} {role}" for role, e in sorted(led.initiative.needs.items())]
    staffed = f" Staff in the register: {', '.join(needs)}." if needs else ""
    if led.way == "bottom-up":
        return f"The teams themselves; {led.owner} clears the way and links them.{staffed}"
    backing = "the top carries it through where middle managers began it (Heyden and others 2017)"
    if led.way == "top-down":
        return f"{led.owner} as programme manager, with the authority of {led.sponsor}.{staffed}"
    return f"{led.owner} with the teams, with the authority of {led.sponsor}: {backing}.{staffed}"


def _board(led: ArrangementInput) -> str:
    """A board or none, and how often it meets."""
    guard = led.has("route.failure_cost", "statutory") or led.has("route.intervention", "near")
    if led.way == "bottom-up" and not guard:
        return f"No board of its own. {led.owner} tells {led.sponsor} at each review what was tried and learnt."
    kind = (
        "A transformation board"
        if led.way == "top-down"
        else "A small board with people from the front line on it"
    )
    duty = (
        " A duty or an intervention is at stake, so it reports to members (Best Value guidance, 2024)."
        if guard
        else ""
    )
    return f"{kind}, chaired by {led.sponsor}. {_cadence(led)}{duty}"


def _cadence(led: ArrangementInput) -> str:
    """How often: DICE scores gaps of two months or more worse (Sirkin, Keenan and Jackson 2005)."""
    gap = led.sheet.get("delivery.review_gap")
    least = "Gaps of two months or more between formal reviews score worse (Sirkin, Keenan and Jackson 2005)."
    if not isinstance(gap, float):
        return f"How often progress is reviewed is not known. {least}"
    now = f"Progress is reviewed every {'month' if gap == 1 else f'{gap:g} months'} now."
    return (
        f"{now} It meets at least as often."
        if gap < 2
        else f"{now} {least} Meet more often than that."
    )


def _gates(led: ArrangementInput) -> Iterator[str]:
    """Points at which it goes on only if enough work the new way, from the simulated spread and the tripwires."""
    outcome, spread = led.outcome, led.spread
    if outcome is not None and spread is not None:
        halfway = max(1, spread.by // 2)
        for month, what in (
            (halfway, "Half of the time gone"),
            (spread.by, "The date it must count by"),
        ):
            on = day_text(_date(led, month))
            least = spread.needed if month == spread.by else outcome.curve.p10[month]
            yield f"{what} ({on}): go on as planned only if at least {plain_per_cent(least)} work the new way."
    else:
        yield f"No gate on adoption can be set yet: {led.not_simulated or _NOBODY}."
    for wire in led.initiative.tripwires:
        side = f"below {wire.below:g}" if wire.below is not None else f"above {wire.above:g}"
        yield f"Tripwire of {day_text(wire.by)}: {wire.measure} {side}."


def _date(led: ArrangementInput, month: int) -> dt.date:
    """The day of a month of the spread; the last is the date it must count by."""
    by = led.initiative.adoption.by if led.initiative.adoption else None
    return (
        by
        if by is not None and led.spread is not None and month == led.spread.by
        else add_months(led.begins, month)
    )


def _champions(led: ArrangementInput) -> Iterator[str]:
    """How many, and where they should sit."""
    if led.way == "top-down":
        yield "None are needed to start with; managers show it first."
        return
    spread, staff = led.spread, led.initiative.adoption
    asked = staff.champions if staff else None
    if spread is None or spread.seats is None:
        known = (
            "How many there are is not known (`adoption.champions`)."
            if asked is None
            else f"{asked} of them."
        )
        yield f"{known} Where they should sit cannot be said yet: {led.not_simulated or _NOBODY}."
        return
    seats = spread.seats
    if seats.clustered:
        yield f"{asked}, {seats.per_team} together in each of {seats.teams} teams, not one by one."
    else:
        yield f"{asked}, one in each of as many teams, where most colleagues see them."
    gain = in_100(seats.gain)
    makes = f"changes by {gain:+d} in 100 how often it lasts" if gain else "makes no difference"
    yield f"In the simulation, sitting together {makes}."
    if seats.names:
        yield "By the ties given: " + "; ".join(" with ".join(group) for group in seats.names) + "."
    elif (
        led.initiative.adoption
        and isinstance(led.initiative.adoption.teams, int)
        and led.initiative.adoption.staff
    ):
        team = max(2, round(led.initiative.adoption.staff / led.initiative.adoption.teams))
        yield f"In a team of {team} about {enough(team)} committed people turn a habit (Centola and others 2018)."


def _measures(led: ArrangementInput) -> Iterator[str]:
    """The share who work the new way, and what to expect at the next review."""
    spread, outcome, staff = led.spread, led.outcome, led.initiative.adoption
    if spread is None or outcome is None or staff is None or staff.by is None:
        yield "Count each month, by team, who works the new way."
        yield f"What to expect is not known: {led.not_simulated or _NOBODY}."
        return
    yield (
        f"Count each month, by team, who of the {spread.whole} works the new way. "
        f"{plain_per_cent(spread.needed)} must by {day_text(staff.by)}."
    )
    month = _month_of(led.review, led.begins)
    if month is not None and month < len(outcome.curve.p50):
        low, middle = outcome.curve.p10[month], outcome.curve.p50[month]
        expected, slow = plain_per_cent(middle), plain_per_cent(low)
        yield f"Expect about {expected} at the next review; under {slow} is slower than nine runs in ten."
    if not led.has("route.commitment", "not-needed") and led.way != "bottom-up":
        yield "Count apart those who only comply: they stop when nobody looks."
    products = plain_per_cent(bass_curve(spread.by / 12))
    yield f"For comparison, new products reach {products} by then (Bass 1969; averages unverified)."


def _month_of(day: dt.date | None, begins: dt.date) -> int | None:
    if day is None or day < begins:
        return None
    return (day.year - begins.year) * 12 + day.month - begins.month


def _reviews(led: ArrangementInput) -> Iterator[str]:
    if led.review is not None:
        yield f"The next is on {day_text(led.review)}, then every {led.programme.review_months} months."
    else:
        yield "No review dates are known (`review_months`)."
    path = led.initiative.path
    if path is not None and path.measure:
        yield f"Bring together who works the new way and the readings of {path.measure}: the first moves first."


def _stop_doing(led: ArrangementInput) -> Iterator[str]:
    """What stands in the way of this route."""
    now = led.sheet.get("route.led_now")
    if isinstance(now, str) and now != led.found.answer:
        yield f"Stop leading it as now: it is {ROUTE_WORDS[now].led_now}."
    if led.way == "bottom-up":
        yield "Stop setting roll-out dates for teams and reporting compliance upwards."
    elif led.way == "top-down":
        yield "Stop local versions that go another way, and consultation on what is already decided."
    else:
        yield "Stop doing both at once in the same place: it asks people to obey and to choose in one breath."
    if led.has("support.sponsor", "weak", "opposed"):
        yield "Stop announcing it in the sponsor's name until the sponsor backs it in deed."


def _load(led: ArrangementInput) -> str:
    """Which staff it asks to change, until when, and what else asks them."""
    staff = led.initiative.adoption
    if staff is None or not staff.groups:
        return "Which staff groups must change is not known (`adoption.groups`): the load on them cannot be checked."
    groups = ", ".join(staff.groups)
    many = f" ({staff.staff} people)" if staff.staff is not None else ""
    until = f" until {day_text(led.initiative.ends)}" if led.initiative.ends else ""
    effort = led.sheet.get("delivery.extra_effort")
    extra = (
        f" {effort:g} % on top of normal work."
        if isinstance(effort, float)
        else " The extra effort is not known."
    )
    return f"{groups}{many}{until}.{extra}{_others(led)}"


def _others(led: ArrangementInput) -> str:
    """Other open initiatives that ask the same groups at the same time."""
    mine = (
        {g.casefold() for g in led.initiative.adoption.groups} if led.initiative.adoption else set()
    )
    same = [
        i.id
        for i in led.programme.initiatives
        if i.id != led.initiative.id
        and i.stage != "closed"
        and i.adoption is not None
        and _overlap(i, led.initiative)
        if mine & {g.casefold() for g in i.adoption.groups}
    ]
    limit = led.programme.limits.load if led.programme.limits else None
    bound = f" The limit is {limit:g} at once." if limit is not None else ""
    return f" The same groups are asked by {', '.join(same)}.{bound}" if same else ""


def _overlap(one: Initiative, other: Initiative) -> bool:
    """Whether two run at the same time, as far as their dates are known."""
    if None in (one.started, one.ends, other.started, other.ends):
        return False
    return one.started <= other.ends and other.started <= one.ends  # type: ignore[operator]
