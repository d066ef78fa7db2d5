"""Pictures of how a change is led.

Its spread, the features of the setting, the dimensions of theory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.words import (
    NOT_KNOWN,
    agree,
    capitalised,
    of_100,
    plain_per_cent,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
from changeadvisor.report.charts.style import INK, QUIET, TARGET, wrapped


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


def features_text(view: FeaturesView) -> Iterator[str]:
    """How many features point where, each named with its level."""
    known = list(filter(lambda feature: feature.marks, view.points))
    yield (
        f"{view.title}: {len(known)} of {len(view.points)} features"
        f" {agree(len(known), 'is', 'are')} known."
    )
    ways = [{pointing(mark) for mark in feature.marks} for feature in known]
    for where, words in _POINTS.items():
        here = [f for f, way in zip(known, ways, strict=True) if way == {where}]
        if here:
            yield f"{words}: {', '.join(map(feature_said, here))}."
    apart = [f for f, way in zip(known, ways, strict=True) if len(way) > 1]
    if apart:
        yield f"Raters differ: {', '.join(map(feature_said, apart))}."
    unknown = ", ".join(f.name for f in view.points if not f.marks)
    if unknown:
        yield f"{capitalised(NOT_KNOWN)}: {unknown}."
    yield view.caption


def feature_said(feature: Feature) -> str:
    """A feature with its levels."""
    return f"{feature.name} ({' or '.join(m.level for m in feature.marks) or NOT_KNOWN})"


def dimensions_text(view: DimensionsView) -> Iterator[str]:
    """Where it stands on each dimension."""
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


def draw_spread(view: SpreadView, figure: Figure) -> None:
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
    axes.axhline(view.needed, color=TARGET, linewidth=1.4, linestyle=(0, (1, 1.5)),
                 label=f"needed: {plain_per_cent(view.needed)}")  # fmt: skip
    axes.axvline(view.by, color=INK, linewidth=1.0, linestyle=(0, (5, 3)), label="must count by")
    axes.axvline(view.by + 12, color=QUIET, linewidth=1.0, linestyle=":", label="a year later")
    axes.set_ylim(0.0, 1.0)
    axes.yaxis.set_major_formatter(lambda value, _: plain_per_cent(value))
    there = f"{of_100(way.reaches)} of 100 runs there in time, {of_100(way.stands)} a year later"
    axes.set_title(f"{way.name}\n{there}", loc="left", fontsize=8)


def draw_features(view: FeaturesView, axes: Axes) -> None:
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
    axes.set_xlabel(wrapped(view.caption), fontsize=7.5, loc="left")


def _feature_label(feature: Feature) -> str:
    levels = " or ".join(m.level for m in feature.marks)
    return f"{feature.name}: {levels}" if levels else feature.name


def draw_dimensions(view: DimensionsView, axes: Axes) -> None:
    """A table.

    What is chosen has a filled circle and is bold, what raters differ over a half one.
    """
    axes.set_axis_off()
    axes.set_xlim(0.0, 4.0)
    axes.set_ylim(len(view.points) - 0.4, -1.0)
    for column, head in enumerate(view.heads, 1):
        axes.text(column - 0.3, -0.7, head, fontsize=8, fontweight="bold", va="center")
    for row, dimension in enumerate(view.points):
        axes.axhline(row - 0.5, color=QUIET, linewidth=0.6)
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
