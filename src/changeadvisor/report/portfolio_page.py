"""The portfolio's page while it is put together.

What every sentence, table and chart of it needs.
"""

from __future__ import annotations

from collections.abc import Mapping

from changeadvisor.advice import Advice, Portfolio
from changeadvisor.errors import plain
from changeadvisor.portfolio import Pick
from changeadvisor.words import COURSE_WORDS, NOT_KNOWN, day_text, money_text


class PortfolioPage:
    """An advice with its portfolio, and what the set does with each initiative, by id."""

    def __init__(self, advice: Advice, portfolio: Portfolio) -> None:
        self.advice, self.portfolio = advice, portfolio
        self.items = {i.id: i for i in advice.initiatives}
        chosen, deferred = portfolio.chosen or (), portfolio.deferred or ()
        #: What the set does with each, and whether that runs.
        self.picks: dict[str, tuple[Pick, bool]] = {
            **{p.id: (p, True) for p in chosen},
            **{p.id: (p, False) for p in deferred},
        }
        #: Not weighed, for what they are worth is not known.
        self.held = {id for id, (pick, _) in self.picks.items() if pick.worth is None}

    def title(self, id: str) -> str:
        """An initiative's title."""
        item = self.items.get(id)
        return plain(item.title, 120) if item else id

    def money(self, value: float) -> str:
        """Money in the programme's currency."""
        return money_text(value, self.advice.currency)

    def worth_or_unknown(self, value: float | None) -> str:
        """Money, or that it is not known."""
        return NOT_KNOWN if value is None else self.money(value)


def done_in_set(pick: Pick, runs: bool) -> str:
    """What the set does with one initiative."""
    return f"run: {course_in_set(pick, runs)}" if runs else course_in_set(pick, runs)


def course_in_set(pick: Pick, runs: bool) -> str:
    """What is done with one initiative, without whether it runs."""
    if not runs:
        return "stop" if pick.begun else "not start now"
    if pick.start is not None:
        return f"begin on {day_text(pick.start)}"
    return COURSE_WORDS[pick.course].imperative


def other_courses(courses: Mapping[str, str]) -> str:
    """What another set does otherwise, in words. courses: by initiative id."""
    said = (f"{COURSE_WORDS[course].imperative} {id}" for id, course in sorted(courses.items()))
    return ", ".join(said) or "nothing"
