"""What an arrangement follows from: the order of a blend, gates, and who asks the same staff.

Nothing is judged here that people did not answer or the simulation did not show. The arrangement
itself, a concrete set-up in sentences, is put together by `arrangement_wording`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from changeadvisor.adoption import BLENDS, Diffusion, Way, WayOutcome
from changeadvisor.facts import FactSheet
from changeadvisor.judgement import Reason, RulePack, by_strength, recommend
from changeadvisor.model import Initiative, Programme, add_months


@dataclass(frozen=True, slots=True)
class Order:
    """Which half of a blend comes first, and why."""

    first: Way
    """The half that comes first."""
    settled: bool
    """Whether the pack `blend-order` answered; else the top comes first, as in Theory E then O."""
    because: tuple[str, ...]
    """Why, in sentences."""


def order_of(pack: RulePack, sheet: FactSheet) -> Order:
    """Which half of a blend comes first on a sheet.

    The top, unless more speaks against it: economic change before organisational change (Theory E
    then O, Beer and Nohria 2000).
    """
    recommendation = recommend(pack, sheet, ())
    first = next((way for way in BLENDS if way == recommendation.answer), BLENDS[0])
    reasons = tuple(
        reason.because
        for reason in by_strength(recommendation.reasons)
        if reason.counted and _speaks_for(reason, first)
    )
    return Order(first, recommendation.answer is not None, reasons)


def _speaks_for(reason: Reason, first: Way) -> bool:
    """Whether it weighs towards an answer: for that one, or against another."""
    weight = reason.decibans or 0.0
    return weight > 0 if reason.answer == first else weight < 0


@dataclass(frozen=True, slots=True)
class ArrangementInput:
    """All that an arrangement follows from."""

    programme: Programme
    """The programme, for its other initiatives, its limits and its reviews."""
    initiative: Initiative
    """The initiative to be led."""
    sheet: FactSheet
    """What people answered about it."""
    route: str | None
    """The answer of the route pack; None where it has none."""
    order: Order | None
    """The order of a blend; None for another answer."""
    spread: Diffusion | None
    """The simulated spread; None where it cannot be simulated."""
    begins: dt.date
    """The day from which the spread is simulated."""
    review: dt.date | None
    """The next review; None where no review dates are known."""
    not_simulated: str | None = None
    """Why the spread cannot be simulated, where the register names who must change."""

    @property
    def way(self) -> Way:
        """The way of leading it: the route, a blend in its order."""
        if self.order is not None:
            return self.order.first
        return "top-down" if self.route == "top-down" else "bottom-up"

    @property
    def outcome(self) -> WayOutcome | None:
        """What the simulated spread comes to that way."""
        return None if self.spread is None else self.spread.of(self.way)

    @property
    def reports_to_members(self) -> bool:
        """Whether a duty or an intervention is at stake, so that members must hear of it."""
        return self.has("route.failure_cost", "statutory") or self.has("route.intervention", "near")

    def has(self, fact: str, *levels: str) -> bool:
        """Whether people judged a fact to be at one of these levels."""
        value = self.sheet.get(fact)
        return isinstance(value, str) and value in levels

    def number(self, fact: str) -> float | None:
        """The value of a fact that is a number; None where it is unknown or raters differ."""
        value = self.sheet.get(fact)
        return value if isinstance(value, float) else None


@dataclass(frozen=True, slots=True)
class Gate:
    """A day on which it goes on as planned only if enough people work the new way."""

    on: dt.date
    """The day."""
    least: float
    """The least share of people, from 0 to 1."""
    last: bool
    """Whether it is the date the change must count by."""


def gates(given: ArrangementInput) -> tuple[Gate, ...]:
    """Half-way and at the end, from the simulated spread; none where it was not simulated.

    Half-way asks for no more than nine runs in ten reach; the end for the share that is needed.
    """
    outcome, spread = given.outcome, given.spread
    if outcome is None or spread is None:
        return ()
    half = max(1, spread.by // 2)
    end = spread.by
    # Of a spread of one month, half-way is the end.
    at_half = spread.needed if half == end else outcome.curve.p10[half]
    return (
        Gate(_day(given, half), at_half, last=False),
        Gate(_day(given, end), spread.needed, last=True),
    )


def _day(given: ArrangementInput, month: int) -> dt.date:
    """The day of a month of the spread; the last is the date it must count by."""
    staff, spread = given.initiative.adoption, given.spread
    by = None if staff is None else staff.by
    if by is not None and spread is not None and month == spread.by:
        return by
    return add_months(given.begins, month)


@dataclass(frozen=True, slots=True)
class Expected:
    """Shares of people who work the new way at the next review, from 0 to 1."""

    low: float
    """Nine runs in ten have more."""
    middle: float
    """Half the runs have more."""


def expected_at_review(given: ArrangementInput) -> Expected | None:
    """What the simulation leads one to expect at the next review; None where it does not say."""
    outcome, review = given.outcome, given.review
    if outcome is None or review is None or review < given.begins:
        return None
    month = (review.year - given.begins.year) * 12 + review.month - given.begins.month
    if month >= len(outcome.curve.p50):
        return None
    return Expected(outcome.curve.p10[month], outcome.curve.p50[month])


def team_size(initiative: Initiative) -> int | None:
    """How many people are in a team, on average and at least two; None where it is not known."""
    staff = initiative.adoption
    if staff is None or not isinstance(staff.teams, int) or not staff.teams or not staff.staff:
        return None
    return max(2, round(staff.staff / staff.teams))


def asking_same_groups(programme: Programme, initiative: Initiative) -> tuple[str, ...]:
    """Other open initiatives that ask the same staff groups at the same time."""
    if initiative.adoption is None:
        return ()
    own = {group.casefold() for group in initiative.adoption.groups}
    return tuple(
        other.id
        for other in programme.initiatives
        if other.id != initiative.id
        and other.stage != "closed"
        and other.adoption is not None
        and _at_same_time(other, initiative)
        and own & {group.casefold() for group in other.adoption.groups}
    )


def _at_same_time(one: Initiative, other: Initiative) -> bool:
    """Whether two run at the same time, as far as their dates are known."""
    if one.started is None or one.ends is None or other.started is None or other.ends is None:
        return False
    return one.started <= other.ends and other.started <= one.ends
