"""Months: how many lie between two days, and which day is so many months later."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache


@lru_cache(maxsize=4096)
def last_day(year: int, month: int) -> int:
    """The number of the last day of a month."""
    import calendar

    return calendar.monthrange(year, month)[1]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later; the last day of a month stays the last day of a month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = last_day(year, month + 1)
    at_end = day.day == last_day(day.year, day.month)
    return dt.date(year, month + 1, last if at_end else min(day.day, last))


def months_between(start: dt.date, end: dt.date) -> float:
    """Months from `start` to `end`, a part of a month counted by its days.

    Negative where `end` is earlier.
    """
    whole = (end.year - start.year) * 12 + end.month - start.month
    return whole + (end.day - start.day) / 30.4375
