"""Pictures.

XmR chart, funnel, ranks with their intervals, gaps, J-curves, worth, spread, and how a change is
led.

Each has a text that carries its finding. Nothing is told by colour alone: kinds of point differ in
shape too. The same view gives the same bytes. matplotlib is imported only when something is drawn.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape, quoteattr

from changeadvisor.words import (
    NOT_KNOWN,
    agree,
    capitalised,
    month_text,
    number_tick,
    of_100,
    plain_per_cent,
    short_month_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Variation = Literal["improvement", "concern", "common-cause", "neither"]
Form = Literal["svg", "png"]

#: Colours as the NHS has them, each at least 3:1 on white, with a shape of its own.
_KINDS: dict[str, tuple[str, str, str]] = {
    "common-cause": ("#6B6B6B", "o", "ordinary ups and downs"),
    "improvement": ("#005EB8", "^", "better than chance"),
    "concern": ("#B35A00", "s", "worse than chance"),
    "neither": ("#6A3D9A", "D", "more than chance"),
}
_INK, _QUIET, _TARGET, _STANDARD = "#212B32", "#6B6B6B", "#A6003A", "#00703C"
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


# --- views ----------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class SpreadWay:
    """One way of leading.

    Shares of runs (0 to 1) that reach the line in time and stand a year later, and its curve.

    low, middle, high: the share who work the new way at the end of each month, beginning with month
    0.
    """

    name: str
    reaches: float
    stands: float
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SpreadView:
    """How a new way of working spreads by way of leading, a panel each.

    by: months from today to the date it counts.
    """

    title: str
    points: tuple[SpreadWay, ...]
    needed: float
    by: int
    finding: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a level of a feature points.

    0 from the top, 0.5 neither, 1 from below or, with `build`, build it first.
    """

    level: str
    place: float
    build: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of the setting.

    None marked where it is not known, several where raters differ.
    """

    name: str
    question: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class FeaturesView:
    """A map of the features of a setting, a row each; caption says whose reading the placing is."""

    title: str
    points: tuple[Feature, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension with its three options.

    chosen: which of them, none if not known, two ends where raters differ.
    """

    name: str
    options: tuple[str, str, str]
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DimensionsView:
    """Dimensions of a choice between two theories and their combination.

    heads: what the three columns are called.
    """

    title: str
    heads: tuple[str, str, str]
    points: tuple[Dimension, ...]


View = (
    XmrView | FunnelView | RankView | GapView | CurveView | BarView | SpreadView | FeaturesView | DimensionsView
)  # fmt: skip


# --- what each finds ------------------------------------------------------------------------------


def alt_text(view: View) -> str:
    """What the picture finds, in whole sentences."""
    texts: dict[type, Callable[[Any], Iterator[str]]] = {
        XmrView: _xmr_text,
        FunnelView: _funnel_text,
        RankView: _rank_text,
        GapView: _gap_text,
        CurveView: _finding,
        BarView: _finding,
        SpreadView: _finding,
        FeaturesView: _features_text,
        DimensionsView: _dimensions_text,
    }
    return " ".join(texts[type(view)](view))


def _finding(view: CurveView | BarView | SpreadView) -> Iterator[str]:
    yield f"{view.title}: {view.finding}"


_POINTS = {
    "top": "Calling for leading from the top",
    "neither": "Neither",
    "below": "Calling for leading from below",
    "build": "To be built first",
}


def pointing(mark: Mark) -> str:
    """Where a mark points: top, neither, below or build."""
    if mark.build:
        return "build"
    return "top" if mark.place < 0.5 else "below" if mark.place > 0.5 else "neither"


def _features_text(view: FeaturesView) -> Iterator[str]:
    """How many features point where, each named with its level."""
    known = [f for f in view.points if f.marks]
    yield f"{view.title}: {len(known)} of {len(view.points)} features {agree(len(known), 'is', 'are')} known."
    for where, words in _POINTS.items():
        here = [f for f in known if {pointing(m) for m in f.marks} == {where}]
        if here:
            yield f"{words}: {', '.join(map(feature_said, here))}."
    apart = [f for f in known if len({pointing(m) for m in f.marks}) > 1]
    if apart:
        yield f"Raters differ: {', '.join(map(feature_said, apart))}."
    unknown = [f.name for f in view.points if not f.marks]
    if unknown:
        yield f"{capitalised(NOT_KNOWN)}: {', '.join(unknown)}."
    yield view.caption


def feature_said(feature: Feature) -> str:
    """A feature with its levels."""
    return f"{feature.name} ({' or '.join(m.level for m in feature.marks) or NOT_KNOWN})"


def _dimensions_text(view: DimensionsView) -> Iterator[str]:
    yield f"{view.title}:"
    yield "; ".join(f"{d.name}: {choice_said(d, view.heads)}" for d in view.points) + "."


def choice_said(dimension: Dimension, heads: Sequence[str]) -> str:
    """What is chosen in a dimension, in words."""
    if not dimension.chosen:
        return NOT_KNOWN
    first, last = dimension.chosen[0], dimension.chosen[-1]
    if first != last:
        return f"raters differ, from {heads[first]} to {heads[last]}"
    return f"{heads[first]}, {dimension.options[first]}"


def _amount(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".strip()


def _xmr_text(view: XmrView) -> Iterator[str]:
    if not view.points:
        yield f"{view.title}: no readings that make a chart yet."
        return
    last = view.points[-1]
    yield f"{view.title}: {_amount(last.value, view.unit)} in {month_text(last.period)}."
    if view.variation is not None:
        yield f"The last point {_FINDS[view.variation]}."
    limits = "Trial limits" if view.trial else "Limits"
    yield f"{limits} {_amount(last.lower, view.unit)} to {_amount(last.upper, view.unit)}."
    for name, line in (("standard", view.standard), ("target", view.target)):
        if line is not None:
            where = (
                "between"
                if last.lower <= line <= last.upper
                else "above"
                if line > last.upper
                else "below"
            )
            yield f"The {name} of {_amount(line, view.unit)} lies {where} the limits."


def _funnel_text(view: FunnelView) -> Iterator[str]:
    own = next((a for a in view.areas if a.own), None)
    if own is None:
        yield f"{view.title}: no areas to show."
        return
    yield f"{view.title}: ours is {_amount(own.value, view.unit)}, the average of {len(view.areas)} areas"
    yield f"{_amount(view.average, view.unit)}: {view.position}."


def _rank_text(view: RankView) -> Iterator[str]:
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


def _gap_text(view: GapView) -> Iterator[str]:
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
        gap = _amount(last.own - last.median, view.unit)
        yield f"{view.title}: ours less the median of {view.areas} other areas is {gap} in {month_text(last.period)}."
        yield "One period shows no trend."
        return
    yield f"{view.title}: ours less the median of {view.areas} other areas was"
    yield f"{_amount(first.own - first.median, view.unit)} in {month_text(first.period)}"
    yield f"and is {_amount(last.own - last.median, view.unit)} in {month_text(last.period)}."
    yield f"The gap {words.get(view.gap, 'covers too few periods for a trend')}."


# --- drawing --------------------------------------------------------------------------------------


#: How every picture is drawn: the same view gives the same bytes, and nothing typed is taken as a
#: formula.
INK, QUIET, EDGE = _INK, _QUIET, _TARGET


def settings() -> Any:
    """What matplotlib is told for every picture."""
    return {
        "svg.hashsalt": "changeadvisor",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.parse_math": False,
        "text.color": _INK,
    }


class ImageAddress(str):
    """The address of a picture that was drawn here and stands in the page whole.

    No length cuts it.
    """

    __slots__ = ()


def address(svg: bytes) -> ImageAddress:
    """A picture as an address that needs no other file."""
    return ImageAddress(f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}")


def render(view: View, form: Form) -> bytes:
    """The picture. SVG carries its text as a title; the same view gives the same bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(settings()):
        figure = Figure(figsize=(8.0, _height(view)), layout="constrained")
        if isinstance(view, SpreadView):
            figure.suptitle(_wrapped(view.title), x=0.01, ha="left", fontsize=11, fontweight="bold")
            _draw_spread(view, figure)
            return written(figure, form, alt_text(view))
        axes = figure.add_subplot()
        if isinstance(view, BarView | FeaturesView | DimensionsView):
            # Long names stand left of the axes: the title begins above them.
            figure.suptitle(_wrapped(view.title), x=0.01, ha="left", fontsize=11, fontweight="bold")
        else:
            axes.set_title(_wrapped(view.title), loc="left", fontsize=11, fontweight="bold")
        _draw(view, axes)
        return written(figure, form, alt_text(view))


def _height(view: View) -> float:
    if isinstance(view, BarView):
        return 1.2 + 0.32 * len(view.points)
    if isinstance(view, SpreadView):
        return 5.4 if view.points else 3.0
    if isinstance(view, FeaturesView | DimensionsView):
        return 1.4 + 0.42 * len(view.points)
    return max(3.0, 0.8 + 0.22 * len(view.areas)) if isinstance(view, RankView) else 3.6


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 90)) or " "


def _draw(view: View, axes: Axes) -> None:
    drawn: dict[type, Callable[[Any, Axes], None]] = {
        XmrView: _draw_xmr,
        FunnelView: _draw_funnel,
        RankView: _draw_ranks,
        GapView: _draw_gap,
        CurveView: _draw_curve,
        BarView: _draw_bars,
        FeaturesView: _draw_features,
        DimensionsView: _draw_dimensions,
    }
    if view.areas if isinstance(view, FunnelView | RankView) else view.points:
        drawn[type(view)](view, axes)
    else:
        axes.set_axis_off()
        axes.text(
            0.5, 0.5, "Nothing to show yet", ha="center", va="center", transform=axes.transAxes
        )


def written(figure: Figure, form: Form, text: str) -> bytes:
    """The figure as a file, with the text for those who do not see it."""
    out = io.BytesIO()
    if form == "png":
        figure.savefig(out, format="png", dpi=150, metadata={"Software": None, "Description": text})
        return out.getvalue()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    drawn = out.getvalue().decode()
    labelled = f'<svg role="img" aria-label={quoteattr(text)} '
    head, _, rest = drawn.partition("<svg ")
    tag, _, inner = rest.partition(">")
    return f"{head}{labelled}{tag}><title>{escape(text)}</title>{inner}".encode()


def _dates(axes: Axes, days: Sequence[dt.date]) -> None:
    """Months along the axis, few enough to be read."""
    step = max(1, -(-len(days) // 10))
    shown = list(days)[::step]
    labels = [short_month_text(day) for day in shown]
    axes.set_xticks([day.toordinal() for day in shown], labels, rotation=30, ha="right")


def _draw_xmr(view: XmrView, axes: Axes) -> None:
    days = [p.period.toordinal() for p in view.points]
    axes.plot(days, [p.value for p in view.points], color=_QUIET, linewidth=1, zorder=1)
    for part in _segments(view.points):
        at = [p.period.toordinal() for p in part]
        axes.plot(at, [p.centre for p in part], color=_INK, linewidth=1)
        for line in ("lower", "upper"):
            axes.plot(
                at, [getattr(p, line) for p in part], color=_INK, linewidth=1, linestyle=(0, (5, 3))
            )
    for kind, (colour, shape, label) in _KINDS.items():
        mine = [p for p in view.points if p.kind == kind]
        if mine:
            at = [p.period.toordinal() for p in mine]
            axes.scatter(
                at, [p.value for p in mine], color=colour, marker=shape, s=28, zorder=3, label=label
            )
    _lines(view, axes)
    _badges(view, axes)
    axes.set_ylabel(view.unit)
    _dates(axes, [p.period for p in view.points])
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 0.55), frameon=False, fontsize=8)


def _segments(points: Sequence[XmrPoint]) -> Iterator[list[XmrPoint]]:
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
        ("target", view.target, _TARGET, (0, (1, 1.5))),
        ("standard", view.standard, _STANDARD, (0, (7, 2, 1, 2))),
    ):
        if line is not None:
            axes.axhline(
                line, color=colour, linewidth=1.4, linestyle=style, label=f"{name} {line:.4g}"
            )
    for day, text in view.notes:
        axes.axvline(day.toordinal(), color=_QUIET, linewidth=0.8, linestyle=":")
        axes.annotate(text[:40], (day.toordinal(), 1.0), xycoords=("data", "axes fraction"), fontsize=7, rotation=90,
                      ha="right", va="top", color=_INK)  # fmt: skip


def _badges(view: XmrView, axes: Axes) -> None:
    """The two icons, each a letter in a circle with its words.

    How it varies, and whether it meets the line.
    """
    badges = [_variation_badge(view)]
    if view.assured in _ASSURED:
        badges.append((_INK, *_ASSURED[view.assured]))
    for k, (ink, letter, words) in enumerate(badges):
        high = 0.95 - 0.16 * k
        ring = {
            "boxstyle": "circle,pad=0.3",
            "facecolor": "white",
            "edgecolor": ink,
            "linewidth": 2,
        }
        axes.text(1.045, high, letter, transform=axes.transAxes, ha="center", va="center", color=ink,
                  fontweight="bold", bbox=ring)  # fmt: skip
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
        return _INK, "–", "too few readings"
    last = view.points[-1]
    letter = "∿" if view.variation == "common-cause" else "H" if last.value > last.centre else "L"
    return _KINDS[view.variation][0], letter, _ICONS.get(view.variation, "more than chance")


def _draw_funnel(view: FunnelView, axes: Axes) -> None:
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
            color=_INK,
            linewidth=1,
            linestyle=style,
            label=label,
        )
    axes.axhline(view.average, color=_INK, linewidth=1, label="average")
    others, own = [a for a in view.areas if not a.own], [a for a in view.areas if a.own]
    axes.scatter(
        [a.size for a in others], [a.value for a in others], color=_QUIET, s=20, label="other areas"
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


def _draw_ranks(view: RankView, axes: Axes) -> None:
    at = list(range(len(view.areas)))
    for k, area in enumerate(view.areas):
        colour, shape, width = ("#005EB8", "D", 2.4) if area.own else (_QUIET, "o", 1.2)
        axes.plot([area.low, area.high], [k, k], color=colour, linewidth=width)
        axes.plot([area.value], [k], color=colour, marker=shape, markersize=6)
    names = [
        f"{'▶ ' if a.own else ''}{a.name[:34]} (rank {a.ranks[0]} to {a.ranks[1]})"
        for a in view.areas
    ]
    axes.set_yticks(at, names, fontsize=8)
    axes.set_ylim(len(at) - 0.5, -0.5)
    axes.set_xlabel(f"{view.unit}, with 95 % intervals".lstrip(", "))


def _draw_gap(view: GapView, axes: Axes) -> None:
    days = [p.period.toordinal() for p in view.points]
    axes.fill_between(days, [p.low for p in view.points], [p.high for p in view.points], color="#D8DDE0",
                      label="middle half of the others")  # fmt: skip
    axes.plot(
        days,
        [p.median for p in view.points],
        color=_INK,
        linestyle=(0, (5, 3)),
        label="median of the others",
    )
    axes.plot(days, [p.own for p in view.points], color="#005EB8", marker="D", label="ours")
    axes.set_ylabel(view.unit)
    _dates(axes, [p.period for p in view.points])
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)


def _draw_curve(view: CurveView, axes: Axes) -> None:
    days = [p.month.toordinal() for p in view.points]
    axes.fill_between(days, [p.low for p in view.points], [p.high for p in view.points], color="#D8DDE0",
                      label="eight times in ten")  # fmt: skip
    axes.plot(
        days,
        [p.expected for p in view.points],
        color=_INK,
        linestyle=(0, (5, 3)),
        label="the plan expected",
    )
    axes.plot(days, [p.middle for p in view.points], color="#005EB8", label="as the results say")
    axes.scatter([d.toordinal() for d, _ in view.results], [v for _, v in view.results], color=_QUIET, s=14, zorder=3,
                 label="results")  # fmt: skip
    axes.axhline(
        view.target,
        color=_TARGET,
        linewidth=1.4,
        linestyle=(0, (1, 1.5)),
        label=f"target {view.target:.4g}",
    )
    axes.axvline(view.as_of.toordinal(), color=_QUIET, linewidth=0.8, label="today")
    for k, day in enumerate(view.reviews):
        axes.axvline(
            day.toordinal(),
            color=_QUIET,
            linewidth=0.6,
            linestyle=":",
            label=None if k else "reviews to come",
        )
    if view.tripwire is not None:
        day, level, then = view.tripwire
        axes.scatter([day.toordinal()], [level], color="#B35A00", marker="X", s=60, zorder=4,
                     label=f"tripwire {level:.4g}: {then}")  # fmt: skip
    axes.set_ylabel(view.unit)
    _dates(axes, sorted({p.month for p in view.points} | {day for day, _ in view.results}))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)


def _draw_bars(view: BarView, axes: Axes) -> None:
    rows = range(len(view.points))
    for row, bar in zip(rows, view.points, strict=True):
        colour = "#005EB8" if bar.end >= bar.start else "#B35A00"
        axes.barh(row, bar.end - bar.start, left=bar.start, color=colour, height=0.55, alpha=0.75)
        if bar.middle is not None:
            axes.plot([bar.middle, bar.middle], [row - 0.35, row + 0.35], color=_INK, linewidth=2)
    axes.axvline(0.0, color=_INK, linewidth=0.8)
    axes.set_yticks(list(rows), [f"{b.name}  {b.label}" for b in view.points], fontsize=8)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda value, _: number_tick(value))
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(view.unit)


# --- how a change is led --------------------------------------------------------------------------


def _draw_spread(view: SpreadView, figure: Figure) -> None:
    """A panel for each way of leading, axes shared.

    The middle run with its band, the line and the two dates.
    """
    if not view.points:
        figure.text(0.5, 0.5, "Nothing to show yet", ha="center", va="center")
        return
    rows = -(-len(view.points) // 2)
    panels = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False)
    for axes, way in zip(panels.flat, view.points, strict=False):
        _spread_panel(view, way, axes)
    for axes in list(panels.flat)[len(view.points) :]:
        axes.set_axis_off()
    for axes in panels[-1]:
        axes.set_xlabel("months from today")
    figure.supylabel("share who work the new way", fontsize=9)
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)


def _spread_panel(view: SpreadView, way: SpreadWay, axes: Axes) -> None:
    months = range(len(way.middle))
    axes.fill_between(months, way.low, way.high, color="#D8DDE0", label="eight runs in ten")
    axes.plot(months, way.middle, color="#005EB8", label="half of the runs are above")
    axes.axhline(view.needed, color=_TARGET, linewidth=1.4, linestyle=(0, (1, 1.5)),
                 label=f"needed: {plain_per_cent(view.needed)}")  # fmt: skip
    axes.axvline(view.by, color=_INK, linewidth=1.0, linestyle=(0, (5, 3)), label="must count by")
    axes.axvline(view.by + 12, color=_QUIET, linewidth=1.0, linestyle=":", label="a year later")
    axes.set_ylim(0.0, 1.0)
    axes.yaxis.set_major_formatter(lambda value, _: plain_per_cent(value))
    there = f"{of_100(way.reaches)} of 100 runs there in time, {of_100(way.stands)} a year later"
    axes.set_title(f"{way.name}\n{there}", loc="left", fontsize=8)


def _draw_features(view: FeaturesView, axes: Axes) -> None:
    """A row each.

    A circle where it points to a way to lead, a triangle where it must be built first.
    """
    for row, feature in enumerate(view.points):
        axes.plot([0.0, 1.0], [row, row], color="#D8DDE0", linewidth=0.8, zorder=0)
        middle = (len(feature.marks) - 1) / 2
        for k, mark in enumerate(feature.marks):
            colour, shape = ("#B35A00", "^") if mark.build else ("#005EB8", "o")
            axes.plot(
                [mark.place], [row + 0.3 * (k - middle)], color=colour, marker=shape, markersize=7
            )
        said = (
            " or ".join(m.meaning for m in feature.marks)
            if len(feature.marks) < 2
            else "raters differ"
        )
        axes.text(
            1.1,
            row,
            said or NOT_KNOWN,
            fontsize=7.5,
            va="center",
            style="normal" if said else "italic",
        )
    axes.set_yticks(
        list(range(len(view.points))), [_feature_label(f) for f in view.points], fontsize=8
    )
    axes.set_xticks(
        [0.0, 0.5, 1.0], ["from the top", "neither", "● from below\n▲ build it first"], fontsize=8
    )
    axes.set_xlim(-0.08, 2.1)
    axes.set_ylim(len(view.points) - 0.5, -0.5)
    axes.spines["bottom"].set_bounds(0.0, 1.0)
    axes.set_xlabel(_wrapped(view.caption), fontsize=7.5, loc="left")


def _feature_label(feature: Feature) -> str:
    levels = " or ".join(m.level for m in feature.marks)
    return f"{feature.name}: {levels}" if levels else feature.name


def _draw_dimensions(view: DimensionsView, axes: Axes) -> None:
    """A table.

    What is chosen has a filled circle and is bold, what raters differ over a half one.
    """
    axes.set_axis_off()
    axes.set_xlim(0.0, 4.0)
    axes.set_ylim(len(view.points) - 0.4, -1.0)
    for column, head in enumerate(view.heads, 1):
        axes.text(column - 0.3, -0.7, head, fontsize=8, fontweight="bold", va="center")
    for row, dimension in enumerate(view.points):
        axes.axhline(row - 0.5, color=_QUIET, linewidth=0.6)
        unknown = "" if dimension.chosen else f"\n{NOT_KNOWN}"
        axes.text(0.0, row, f"{dimension.name}{unknown}", fontsize=8, va="center")
        for k, option in enumerate(dimension.options):
            _draw_option(axes, (k + 0.7, row), option, choice_mark(dimension, k))


def choice_mark(dimension: Dimension, option: int) -> str:
    """A filled circle for what is chosen, a half one where raters differ, nothing else."""
    if option not in dimension.chosen:
        return ""
    return "●" if len(dimension.chosen) == 1 else "◐"


def _draw_option(axes: Axes, at: tuple[float, float], option: str, mark: str) -> None:
    import textwrap

    lines = "\n".join(textwrap.wrap(f"{mark} {option}".strip(), 27))
    axes.text(*at, lines, fontsize=7.5, va="center", fontweight="bold" if mark else "normal")
