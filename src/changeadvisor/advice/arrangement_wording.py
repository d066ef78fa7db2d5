"""An arrangement in sentences: who leads and carries it out, its board, gates and champions.

Every line follows from the answer, the register, the answers people gave and the simulated spread
(`arrangement`). What is not known is said and never filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from changeadvisor.adoption import bass_share, enough_to_tip
from changeadvisor.advice.arrangement import (
    ArrangementInput,
    asking_same_groups,
    expected_at_review,
    gates,
    team_size,
)
from changeadvisor.words import ROUTE_WORDS, day_text, in_100, plain_per_cent

#: The parts of an arrangement, in the order in which they are read.
ARRANGEMENT_PARTS: Mapping[str, str] = MappingProxyType(
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
_NOBODY = "the register does not say who must change (`adoption`)"


def arrangement(given: ArrangementInput) -> dict[str, str]:
    """A concrete set-up for the answer, by the keys of `ARRANGEMENT_PARTS`; empty for no answer."""
    if given.route is None:
        return {}
    made = {
        "order": _order(given),
        "led_from_the_top": _from_the_top(given),
        "led_from_below": _from_below(given),
        "initiates": _initiates(given),
        "executes": _executes(given),
        "board": _board(given),
        "stage_gates": " ".join(_gates(given)),
        "champions": " ".join(_champions(given)),
        "measures_of_adoption": " ".join(_measures(given)),
        "reviews": " ".join(_reviews(given)),
        "stop_doing": " ".join(_stop_doing(given)),
        "load": _load(given),
    }
    return {key: made[key] for key in ARRANGEMENT_PARTS if made[key]}


def _sponsor(given: ArrangementInput) -> str:
    """Who answers for it."""
    return given.initiative.sponsor or "its sponsor (nobody is named yet)"


def _owner(given: ArrangementInput) -> str:
    """Who runs it."""
    return given.initiative.owner or "its owner (nobody is named yet)"


def _order(given: ArrangementInput) -> str:
    """A blend is never just both: one half comes first."""
    if given.order is None:
        return ""
    first, then = "direction from the top", "the front line"
    if given.order.first == "below-then-top":
        first, then = "the front line, in a few places", "the top, for all"
    why = "Nothing known speaks for another order (Beer and Nohria 2000)."
    if given.order.because:
        why = given.order.because[0]
    return f"First {first}; then {then}. {why} Say so to everybody from the start."


def _from_the_top(given: ArrangementInput) -> str:
    """What stays with those who answer for it."""
    sponsor = _sponsor(given)
    if given.way == "bottom-up":
        return (
            "Only the aim, the limits that may not be crossed, and time and cover for those who "
            f"try it: {sponsor}."
        )
    if given.way == "top-down":
        return f"The decision, the plan, the money, and the check that it is done: {sponsor}."
    duty = ""
    if given.has("route.failure_cost", "statutory") or given.initiative.statutory:
        duty = " What the law requires of it is decided and checked from the top."
    return f"The aim, the money, the dates and what is not open to choice: {sponsor}.{duty}"


def _from_below(given: ArrangementInput) -> str:
    """What is left to those who do the work."""
    if given.way == "top-down":
        return (
            "How it fits each team's day, and what does not work: teams report it, and the board "
            "answers every report."
        )
    if given.way == "bottom-up":
        return "What is done, in which steps and at what pace: the teams who do the work."
    return "How it is done: the teams who do the work design it, within what the top has fixed."


def _initiates(given: ArrangementInput) -> str:
    """Staff back a change most when the middle begins it (Heyden and others 2017)."""
    sponsor, owner = _sponsor(given), _owner(given)
    middle = "Staff back a change most when middle managers begin it (Heyden and others 2017)."
    if given.has("route.middle_managers", "oppose"):
        return (
            f"{sponsor}, in person: middle managers stand in its way, and winning them comes "
            f"first. {middle}"
        )
    if given.way == "bottom-up":
        return f"Front-line teams with {owner}. {middle}"
    if given.has("route.middle_managers", "lead", "support"):
        return f"{owner} and the middle managers, in their own words. {middle}"
    return f"{sponsor} with {owner}. Where middle managers stand is not known: ask. {middle}"


def _executes(given: ArrangementInput) -> str:
    """Who carries it out, and with which staff."""
    sponsor, owner = _sponsor(given), _owner(given)
    needs = [f"{effort:g} {role}" for role, effort in sorted(given.initiative.needs.items())]
    staffed = f" Staff in the register: {', '.join(needs)}." if needs else ""
    if given.way == "bottom-up":
        return f"The teams themselves; {owner} clears the way and links them.{staffed}"
    if given.way == "top-down":
        return f"{owner} as programme manager, with the authority of {sponsor}.{staffed}"
    backing = "the top carries it through where middle managers began it (Heyden and others 2017)"
    return f"{owner} with the teams, with the authority of {sponsor}: {backing}.{staffed}"


def _board(given: ArrangementInput) -> str:
    """A board or none, and how often it meets."""
    sponsor, members = _sponsor(given), given.reports_to_members
    if given.way == "bottom-up" and not members:
        return (
            f"No board of its own. {_owner(given)} tells {sponsor} at each review what was tried "
            "and learnt."
        )
    kind = "A small board with people from the front line on it"
    if given.way == "top-down":
        kind = "A transformation board"
    duty = ""
    if members:
        duty = (
            " A duty or an intervention is at stake, so it reports to members "
            "(Best Value guidance, 2024)."
        )
    return f"{kind}, chaired by {sponsor}. {_cadence(given)}{duty}"


def _cadence(given: ArrangementInput) -> str:
    """How often: DICE scores gaps of two months or more worse (Sirkin, Keenan, Jackson 2005)."""
    gap = given.number("delivery.review_gap")
    worse = (
        "Gaps of two months or more between formal reviews score worse "
        "(Sirkin, Keenan and Jackson 2005)."
    )
    if gap is None:
        return f"How often progress is reviewed is not known. {worse}"
    every = "month" if gap == 1 else f"{gap:g} months"
    now = f"Progress is reviewed every {every} now."
    if gap < 2:
        return f"{now} It meets at least as often."
    return f"{now} {worse} Meet every month between these reviews."


def _gates(given: ArrangementInput) -> Iterator[str]:
    """Points at which it goes on only if enough work the new way, and the tripwires."""
    days = gates(given)
    for gate in days:
        name = "The date it must count by" if gate.last else "Half of the time gone"
        yield (
            f"{name} ({day_text(gate.on)}): go on as planned only if at least "
            f"{plain_per_cent(gate.least)} work the new way."
        )
    if not days:
        yield f"No gate on adoption can be set yet: {given.not_simulated or _NOBODY}."
    for wire in given.initiative.tripwires:
        side = f"below {wire.below:g}" if wire.below is not None else f"above {wire.above:g}"
        yield f"Tripwire of {day_text(wire.by)}: {wire.measure} {side}."


def _champions(given: ArrangementInput) -> Iterator[str]:
    """How many, and where they should sit."""
    if given.way == "top-down":
        yield "None are needed to start with; managers show it first."
        return
    spread, staff = given.spread, given.initiative.adoption
    asked = None if staff is None else staff.champions
    if spread is None or spread.seats is None:
        known = f"{asked} of them."
        if asked is None:
            known = "How many there are is not known (`adoption.champions`)."
        why = given.not_simulated or _NOBODY
        yield f"{known} Where they should sit cannot be said yet: {why}."
        return
    seats = spread.seats
    if seats.clustered:
        yield f"{asked}, {seats.per_team} together in each of {seats.teams} teams, not one by one."
    else:
        yield f"{asked}, one in each of as many teams, where most colleagues see them."
    gain = in_100(seats.gain)
    makes = f"changes by {gain:+d} in 100 how often it lasts" if gain else "makes no difference"
    yield f"In the simulation, sitting together {makes}."
    team = team_size(given.initiative)
    if seats.names:
        yield "By the ties given: " + "; ".join(" with ".join(group) for group in seats.names) + "."
    elif team is not None:
        yield (
            f"In a team of {team} about {enough_to_tip(team)} committed people turn a habit "
            "(Centola and others 2018)."
        )


def _measures(given: ArrangementInput) -> Iterator[str]:
    """The share who work the new way, and what to expect at the next review."""
    spread, staff = given.spread, given.initiative.adoption
    if spread is None or staff is None or staff.by is None:
        yield "Count each month, by team, who works the new way."
        yield f"What to expect is not known: {given.not_simulated or _NOBODY}."
        return
    yield f"Count each month, by team, who of the {spread.whole} works the new way."
    yield f"{plain_per_cent(spread.needed)} must by {day_text(staff.by)}."
    expected = expected_at_review(given)
    if expected is not None:
        yield (
            f"Expect about {plain_per_cent(expected.middle)} at the next review; "
            f"under {plain_per_cent(expected.low)} is slower than nine runs in ten."
        )
    if not given.has("route.commitment", "not-needed") and given.way != "bottom-up":
        yield "Count apart those who only comply: they stop when nobody looks."
    products = plain_per_cent(bass_share(spread.by / 12))
    yield (
        f"For comparison, new products reach {products} by then (Bass 1969; averages unverified)."
    )


def _reviews(given: ArrangementInput) -> Iterator[str]:
    """When it is looked at again, and what to bring."""
    if given.review is not None:
        months = given.programme.review_months
        yield f"The programme's next is on {day_text(given.review)}, then every {months} months."
    else:
        yield "No review dates are known (`review_months`)."
    path = given.initiative.path
    if path is not None and path.measure:
        yield (
            "Bring together who works the new way and the readings of "
            f"{path.measure}: the first moves first."
        )


def _stop_doing(given: ArrangementInput) -> Iterator[str]:
    """What stands in the way of this route."""
    now = given.sheet.get("route.led_now")
    if isinstance(now, str) and now != given.route:
        yield f"Stop leading it as now: it is {ROUTE_WORDS[now].led_now}."
    if given.way == "bottom-up":
        yield "Stop setting roll-out dates for teams and reporting compliance upwards."
    elif given.way == "top-down":
        yield (
            "Stop local versions that go another way, and consultation on what is already decided."
        )
    else:
        yield (
            "Stop doing both at once in the same place: it asks people to obey and to choose "
            "in one breath."
        )
    if given.has("support.sponsor", "weak", "opposed"):
        yield "Stop announcing it in the sponsor's name until the sponsor backs it in deed."


def _load(given: ArrangementInput) -> str:
    """Which staff it asks to change, until when, and what else asks them."""
    staff = given.initiative.adoption
    if staff is None or not staff.groups:
        return (
            "Which staff groups must change is not known (`adoption.groups`): the load on them "
            "cannot be checked."
        )
    people = f" ({staff.staff} people)" if staff.staff is not None else ""
    until = f" until {day_text(given.initiative.ends)}" if given.initiative.ends else ""
    effort = given.number("delivery.extra_effort")
    extra = " The extra effort is not known."
    if effort is not None:
        extra = f" {effort:g} % on top of normal work."
    return f"{', '.join(staff.groups)}{people}{until}.{extra}{_same_groups(given)}"


def _same_groups(given: ArrangementInput) -> str:
    """Who else asks the same staff at the same time, and how much at once is allowed."""
    others = asking_same_groups(given.programme, given.initiative)
    if not others:
        return ""
    limits = given.programme.limits
    bound = ""
    if limits is not None and limits.load is not None:
        bound = f" The limit is {limits.load:g} at once."
    return f" The same groups are asked by {', '.join(others)}.{bound}"
