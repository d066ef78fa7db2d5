"""Calendar quarters, counted, so that two of them can be compared."""

from __future__ import annotations

import datetime as dt

#: Calendar quarters looked ahead.
QUARTERS = 40


def quarter(day: dt.date) -> int:
    """Calendar quarters since the year 0."""
    return day.year * 4 + (day.month - 1) // 3


def quarter_bounds(quarter: int) -> tuple[dt.date, dt.date]:
    """The first and last day of a quarter."""
    year, q = divmod(quarter, 4)
    after = dt.date(year + (q == 3), (3 * q + 4) if q < 3 else 1, 1)
    return dt.date(year, 3 * q + 1, 1), after - dt.timedelta(days=1)


def quarter_label(number: int) -> str:
    """A quarter by name: 2026-Q4."""
    return f"{number // 4}-Q{number % 4 + 1}"
