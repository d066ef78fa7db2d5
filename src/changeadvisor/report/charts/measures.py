"""Pictures of a measure: XmR chart, funnel, ranks with their intervals, gaps over time.

Colours and icons follow the NHS (Making Data Count).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from changeadvisor.words import (
    month_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
from changeadvisor.report.charts.style import INK, QUIET, STANDARD, TARGET, amount, month_axis

Variation = Literal["improvement", "concern", "common-cause", "neither"]


#: Colours as the NHS has them, each at least 3:1 on white, with a shape of its own.
_KINDS: dict[str, tuple[str, str, str]] = {
    "common-cause": ("#6B6B6B", "o", "ordinary ups and downs"),
    "improvement": ("#005EB8", "^", "better than chance"),
    "concern": ("#B35A00", "s", "worse than chance"),
    "neither": ("#6A3D9A", "D", "more than chance"),
}


_FINDS = {
    "common-cause": "shows ordinary ups and downs",
    "improvement": "is better than ordinary ups and downs would make it",
    "concern": "is worse than ordinary ups and downs would make it",
    "neither": "lies beyond ordinary ups and downs",
}


_ICONS = {
    "improvement": "getting better",
    "concern": "getting worse",
    "common-cause": "no real change",
}


_ASSURED = {
    "pass": ("P", "always meets the line"),
    "fail": ("F", "never meets the line"),
    "hit-and-miss": ("?", "meets the line at times"),
}


@dataclass(frozen=True, slots=True)
class XmrPoint:
    """One point with its limits and what it shows, in the measure's unit."""

    period: dt.date
    value: float
    centre: float
    lower: float
    upper: float
    kind: Variation


@dataclass(frozen=True, slots=True)
class XmrView:
    """An XmR chart. assured: of the standard, else the target. notes: (day, text) on it.

    trial: under 12 points.
    """

    title: str
    unit: str
    points: tuple[XmrPoint, ...]
    better: str | None
    target: float | None
    standard: float | None
    variation: Variation | None
    assured: str | None
    notes: tuple[tuple[dt.date, str], ...]
    trial: bool


@dataclass(frozen=True, slots=True)
class FunnelArea:
    """One area: its size (cases or people), its value and whether it is ours."""

    name: str
    size: float
    value: float
    own: bool


@dataclass(frozen=True, slots=True)
class FunnelView:
    """A funnel. grid: (size, 99.8 % low, 95 % low, 95 % high, 99.8 % high).

    position: where ours stands, in words.
    """

    title: str
    unit: str
    size_label: str
    areas: tuple[FunnelArea, ...]
    average: float
    grid: tuple[tuple[float, float, float, float, float], ...]
    position: str


@dataclass(frozen=True, slots=True)
class RankArea:
    """One area, its value with a 95 % interval, and the interval of its rank."""

    name: str
    value: float
    low: float
    high: float
    ranks: tuple[int, int]
    own: bool


@dataclass(frozen=True, slots=True)
class RankView:
    """Areas, best first, with intervals: never a bare league table."""

    title: str
    unit: str
    areas: tuple[RankArea, ...]


@dataclass(frozen=True, slots=True)
class GapPoint:
    """Our value and the others' quartiles in one period."""

    period: dt.date
    own: float
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class GapView:
    """Our line beside the others' median and middle half.

    areas: how many others, the same throughout.
    """

    title: str
    unit: str
    points: tuple[GapPoint, ...]
    areas: int
    gap: str
    better: str | None


def xmr_text(view: XmrView) -> Iterator[str]:
    """The latest reading beside the process limits, and what that means."""
    if not view.points:
        yield f"{view.title}: no readings that make a chart yet."
        return
    last = view.points[-1]
    yield f"{view.title}: {amount(last.value, view.unit)} in {month_text(last.period)}."
    if view.variation is not None:
        yield f"The last point {_FINDS[view.variation]}."
    limits = "Trial limits" if view.trial else "Limits"
    yield f"{limits} {amount(last.lower, view.unit)} to {amount(last.upper, view.unit)}."
    for name, line in (("standard", view.standard), ("target", view.target)):
        if line is not None:
            where = (
                "between"
                if last.lower <= line <= last.upper
                else "above"
                if line > last.upper
                else "below"
            )
            yield f"The {name} of {amount(line, view.unit)} lies {where} the limits."


def funnel_text(view: FunnelView) -> Iterator[str]:
    """Where ours lies among other areas."""
    own = next((a for a in view.areas if a.own), None)
    if own is None:
        yield f"{view.title}: no areas to show."
        return
    yield (
        f"{view.title}: ours is {amount(own.value, view.unit)}, the average of {len(view.areas)}"
        " areas"
    )
    yield f"{amount(view.average, view.unit)}: {view.position}."


def rank_text(view: RankView) -> Iterator[str]:
    """Our rank, and how else it could be."""
    own = next((a for a in view.areas if a.own), None)
    if own is None:
        yield f"{view.title}: no areas to show."
        return
    place = 1 + sum(a.value != own.value for a in view.areas[: view.areas.index(own)])
    low, high = own.ranks
    could = (
        f", and could as well be {low} to {high}" if low < high else ", and no other rank is likely"
    )
    yield f"{view.title}: ours ranks {place} of {len(view.areas)}{could}."


def gap_text(view: GapView) -> Iterator[str]:
    """How the gap to the others has moved."""
    if not view.points:
        yield f"{view.title}: no periods that can be compared."
        return
    first, last = view.points[0], view.points[-1]
    words = {
        "closing": "moves to our side",
        "widening": "moves against us",
        "steady": "shows no clear movement",
    }
    if first is last:
        gap = amount(last.own - last.median, view.unit)
        yield (
            f"{view.title}: the gap between ours and the median of {view.areas} other areas is"
            f" {gap} in {month_text(last.period)}."
        )
        yield "One period shows no trend."
        return
    yield f"{view.title}: the gap between ours and the median of {view.areas} other areas was"
    yield f"{amount(first.own - first.median, view.unit)} in {month_text(first.period)}"
    yield f"and is {amount(last.own - last.median, view.unit)} in {month_text(last.period)}."
    yield f"The gap {words.get(view.gap, 'covers too few periods for a trend')}."


def draw_xmr(view: XmrView, axes: Axes) -> None:
    """The XmR chart: points, limits by segment, lines and icons."""
    days = [p.period.toordinal() for p in view.points]
    axes.plot(days, [p.value for p in view.points], color=QUIET, linewidth=1, zorder=1)
    for part in segments(view.points):
        _draw_limits(part, axes)
    for kind in _KINDS:
        _draw_points(kind, [p for p in view.points if p.kind == kind], axes)
    _lines(view, axes)
    _badges(view, axes)
    axes.set_ylabel(view.unit)
    month_axis(axes, [p.period for p in view.points])
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 0.55), frameon=False, fontsize=8)


def _draw_limits(part: Sequence[XmrPoint], axes: Axes) -> None:
    """The mean and the limits of one run of points that share them."""
    at = [p.period.toordinal() for p in part]
    axes.plot(at, [p.centre for p in part], color=INK, linewidth=1)
    for limit in ([p.lower for p in part], [p.upper for p in part]):
        axes.plot(at, limit, color=INK, linewidth=1, linestyle=(0, (5, 3)))


def _draw_points(kind: str, points: Sequence[XmrPoint], axes: Axes) -> None:
    """The points of one kind, by colour and by shape."""
    if points:
        colour, shape, label = _KINDS[kind]
        at, values = [p.period.toordinal() for p in points], [p.value for p in points]
        axes.scatter(at, values, color=colour, marker=shape, s=28, zorder=3, label=label)


def segments(points: Sequence[XmrPoint]) -> Iterator[list[XmrPoint]]:
    """Runs of points with the same limits."""
    part: list[XmrPoint] = []
    for point in points:
        if part and (point.centre, point.lower, point.upper) != (
            part[-1].centre,
            part[-1].lower,
            part[-1].upper,
        ):
            yield part
            part = []
        part.append(point)
    yield part


def _lines(view: XmrView, axes: Axes) -> None:
    """Target, standard and what happened when."""
    for name, line, colour, style in (
        ("target", view.target, TARGET, (0, (1, 1.5))),
        ("standard", view.standard, STANDARD, (0, (7, 2, 1, 2))),
    ):
        if line is not None:
            axes.axhline(
                line, color=colour, linewidth=1.4, linestyle=style, label=f"{name} {line:.4g}"
            )
    for day, text in view.notes:
        axes.axvline(day.toordinal(), color=QUIET, linewidth=0.8, linestyle=":")
        axes.annotate(
            text[:40],
            (day.toordinal(), 1.0),
            xycoords=("data", "axes fraction"),
            fontsize=7,
            rotation=90,
            ha="right",
            va="top",
            color=INK,
        )


def _badges(view: XmrView, axes: Axes) -> None:
    """The two icons, each a letter in a circle with its words.

    How it varies, and whether it meets the line.
    """
    badges = [_variation_badge(view)]
    if view.assured in _ASSURED:
        badges.append((INK, *_ASSURED[view.assured]))
    for k, (ink, letter, words) in enumerate(badges):
        high = 0.95 - 0.16 * k
        ring = {
            "boxstyle": "circle,pad=0.3",
            "facecolor": "white",
            "edgecolor": ink,
            "linewidth": 2,
        }
        axes.text(
            1.045,
            high,
            letter,
            transform=axes.transAxes,
            ha="center",
            va="center",
            color=ink,
            fontweight="bold",
            bbox=ring,
        )
        axes.text(1.085, high, words, transform=axes.transAxes, va="center", fontsize=8)
    if view.trial:
        axes.text(
            1.02,
            0.95 - 0.16 * len(badges),
            "trial limits: under 12 points",
            transform=axes.transAxes,
            fontsize=8,
        )


def _variation_badge(view: XmrView) -> tuple[str, str, str]:
    """Colour, letter and words.

    H or L for a special cause on the high or low side, a wave for common cause.
    """
    if view.variation is None:
        return INK, "–", "too few readings"
    last = view.points[-1]
    letter = "∿" if view.variation == "common-cause" else "H" if last.value > last.centre else "L"
    return _KINDS[view.variation][0], letter, _ICONS.get(view.variation, "more than chance")


def draw_funnel(view: FunnelView, axes: Axes) -> None:
    """The funnel: areas by size, limits of chance."""
    sizes = [row[0] for row in view.grid]
    for k, style, label in (
        (1, (0, (5, 3)), None),
        (4, (0, (5, 3)), "99.8 % limits"),
        (2, ":", None),
        (3, ":", "95 % limits"),
    ):
        axes.plot(
            sizes,
            [row[k] for row in view.grid],
            color=INK,
            linewidth=1,
            linestyle=style,
            label=label,
        )
    axes.axhline(view.average, color=INK, linewidth=1, label="average")
    others, own = [a for a in view.areas if not a.own], [a for a in view.areas if a.own]
    axes.scatter(
        [a.size for a in others], [a.value for a in others], color=QUIET, s=20, label="other areas"
    )
    axes.scatter(
        [a.size for a in own],
        [a.value for a in own],
        color="#005EB8",
        marker="D",
        s=60,
        zorder=3,
        label="ours",
    )
    axes.set_xlabel(view.size_label)
    axes.set_ylabel(view.unit)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)


def draw_ranks(view: RankView, axes: Axes) -> None:
    """Ranks with their intervals."""
    at = list(range(len(view.areas)))
    for k, area in enumerate(view.areas):
        colour, shape, width = ("#005EB8", "D", 2.4) if area.own else (QUIET, "o", 1.2)
        axes.plot([area.low, area.high], [k, k], color=colour, linewidth=width)
        axes.plot([area.value], [k], color=colour, marker=shape, markersize=6)
    names = [
        f"{'▶ ' if a.own else ''}{a.name[:34]} (rank {a.ranks[0]} to {a.ranks[1]})"
        for a in view.areas
    ]
    axes.set_yticks(at, names, fontsize=8)
    axes.set_ylim(len(at) - 0.5, -0.5)
    axes.set_xlabel(f"{view.unit}, with 95 % intervals".lstrip(", "))


def draw_gap(view: GapView, axes: Axes) -> None:
    """Ours beside the middle of the others, period by period."""
    days = [p.period.toordinal() for p in view.points]
    axes.fill_between(
        days,
        [p.low for p in view.points],
        [p.high for p in view.points],
        color="#D8DDE0",
        label="middle half of the others",
    )
    axes.plot(
        days,
        [p.median for p in view.points],
        color=INK,
        linestyle=(0, (5, 3)),
        label="median of the others",
    )
    axes.plot(days, [p.own for p in view.points], color="#005EB8", marker="D", label="ours")
    axes.set_ylabel(view.unit)
    month_axis(axes, [p.period for p in view.points])
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
