"""Pictures of one initiative over time: the J-curve, and bars of worth and evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.words import money_tick, number_tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
from changeadvisor.report.charts.style import INK, QUIET, TARGET, month_axis


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One month of a J-curve, in the measure's unit.

    What the plan expected, and P10, middle and P90 of the reading.
    """

    month: dt.date
    expected: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class CurveView:
    """The J-curve: expected path, results, the reading with its band, target, tripwire, reviews.

    `finding` in words.
    """

    title: str
    unit: str
    points: tuple[CurvePoint, ...]
    results: tuple[tuple[dt.date, float], ...]
    target: float
    as_of: dt.date
    reviews: tuple[dt.date, ...]
    tripwire: tuple[dt.date, float, str] | None
    finding: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from `start` to `end`; `middle` where it has one; `label` beside its name."""

    name: str
    start: float
    end: float
    middle: float | None
    label: str


@dataclass(frozen=True, slots=True)
class BarView:
    """Bars one below another.

    The worth of each course with its range, or a ledger as a waterfall.
    """

    title: str
    unit: str
    points: tuple[Bar, ...]
    finding: str
    currency: str | None = None
    """ISO code of the currency where the bars are money; None where they are decibans."""


def draw_curve(view: CurveView, axes: Axes) -> None:
    """The J-curve: the plan, readings, and what may come."""
    days = [p.month.toordinal() for p in view.points]
    axes.fill_between(
        days,
        [p.low for p in view.points],
        [p.high for p in view.points],
        color="#D8DDE0",
        label="8 times in 10",
    )
    axes.plot(
        days,
        [p.expected for p in view.points],
        color=INK,
        linestyle=(0, (5, 3)),
        label="the plan expected",
    )
    axes.plot(days, [p.middle for p in view.points], color="#005EB8", label="as the results say")
    axes.scatter(
        [d.toordinal() for d, _ in view.results],
        [v for _, v in view.results],
        color=QUIET,
        s=14,
        zorder=3,
        label="results",
    )
    axes.axhline(
        view.target,
        color=TARGET,
        linewidth=1.4,
        linestyle=(0, (1, 1.5)),
        label=f"target {view.target:.4g}",
    )
    axes.axvline(view.as_of.toordinal(), color=QUIET, linewidth=0.8, label="today")
    for k, day in enumerate(view.reviews):
        axes.axvline(
            day.toordinal(),
            color=QUIET,
            linewidth=0.6,
            linestyle=":",
            label=None if k else "reviews to come",
        )
    if view.tripwire is not None:
        day, level, then = view.tripwire
        axes.scatter(
            [day.toordinal()],
            [level],
            color="#B35A00",
            marker="X",
            s=60,
            zorder=4,
            label=f"tripwire {level:.4g}: {then}",
        )
    axes.set_ylabel(view.unit)
    month_axis(axes, sorted({p.month for p in view.points} | {day for day, _ in view.results}))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)


def draw_bars(view: BarView, axes: Axes) -> None:
    """Bars with what they are worth."""
    rows = range(len(view.points))
    for row, bar in zip(rows, view.points, strict=True):
        colour = "#005EB8" if bar.end >= bar.start else "#B35A00"
        axes.barh(row, bar.end - bar.start, left=bar.start, color=colour, height=0.55, alpha=0.75)
        if bar.middle is not None:
            axes.plot([bar.middle, bar.middle], [row - 0.35, row + 0.35], color=INK, linewidth=2)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_yticks(list(rows), [f"{b.name}  {b.label}" for b in view.points], fontsize=8)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda value, _: _tick(value, view.currency))
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(view.unit)


def _tick(value: float, currency: str | None) -> str:
    return number_tick(value) if currency is None else money_tick(value, currency)
