"""What each picture finds, in words, and the picture itself.

A view holds the numbers that a chart shows; it is drawn only when a page is made. Nothing is told
by colour alone: kinds of point differ in shape too. The same view gives the same bytes. matplotlib
is imported only when something is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from changeadvisor.report.charts import portfolio
from changeadvisor.report.charts.leading import (
    DimensionsView,
    FeaturesView,
    SpreadView,
    dimensions_text,
    draw_dimensions,
    draw_features,
    draw_spread,
    features_text,
)
from changeadvisor.report.charts.measures import (
    FunnelView,
    GapView,
    RankView,
    XmrView,
    draw_funnel,
    draw_gap,
    draw_ranks,
    draw_xmr,
    funnel_text,
    gap_text,
    rank_text,
    xmr_text,
)
from changeadvisor.report.charts.style import (
    Form,
    ImageAddress,
    address,
    settings,
    wrapped,
    written,
)
from changeadvisor.report.charts.trajectory import BarView, CurveView, draw_bars, draw_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Pictures of one measure or one initiative: one set of axes each, but for the spread.
SingleView = (
    XmrView
    | FunnelView
    | RankView
    | GapView
    | CurveView
    | BarView
    | SpreadView
    | FeaturesView
    | DimensionsView
)
View = SingleView | portfolio.View


def alt_text(view: View) -> str:
    """What the picture finds, in whole sentences."""
    texts: dict[type, Callable[[Any], Iterator[str]]] = {
        XmrView: xmr_text,
        FunnelView: funnel_text,
        RankView: rank_text,
        GapView: gap_text,
        CurveView: _title_and_finding,
        BarView: _title_and_finding,
        SpreadView: _title_and_finding,
        FeaturesView: features_text,
        DimensionsView: dimensions_text,
        portfolio.MapView: portfolio.map_text,
        portfolio.FrontierView: portfolio.frontier_text,
        portfolio.CoreView: portfolio.core_text,
        portfolio.CapacityView: portfolio.capacity_text,
        portfolio.GanttView: portfolio.gantt_text,
    }
    return " ".join(texts[type(view)](view))


def _title_and_finding(view: CurveView | BarView | SpreadView) -> Iterator[str]:
    yield f"{view.title}: {view.finding}"


def drawn(view: View) -> ImageAddress:
    """The picture as an address inside a page, for a template."""
    return address(render(view, "svg"))


def render(view: View, form: Form) -> bytes:
    """The picture. SVG carries its text as a title; the same view gives the same bytes."""
    if isinstance(view, portfolio.View):
        return portfolio.render(view, form, alt_text(view))
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(settings()):
        figure = Figure(figsize=(8.0, _height(view)), layout="constrained")
        if isinstance(view, SpreadView):
            figure.suptitle(wrapped(view.title), x=0.01, ha="left", fontsize=11, fontweight="bold")
            draw_spread(view, figure)
            return written(figure, form, alt_text(view))
        axes = figure.add_subplot()
        if isinstance(view, BarView | FeaturesView | DimensionsView):
            # Long names stand left of the axes: the title begins above them.
            figure.suptitle(wrapped(view.title), x=0.01, ha="left", fontsize=11, fontweight="bold")
        else:
            axes.set_title(wrapped(view.title), loc="left", fontsize=11, fontweight="bold")
        _draw(view, axes)
        return written(figure, form, alt_text(view))


def _height(view: SingleView) -> float:
    """Inches."""
    if isinstance(view, BarView):
        return 1.2 + 0.32 * len(view.points)
    if isinstance(view, SpreadView):
        return 5.4 if view.points else 3.0
    if isinstance(view, FeaturesView | DimensionsView):
        return 1.4 + 0.42 * len(view.points)
    return max(3.0, 0.8 + 0.22 * len(view.areas)) if isinstance(view, RankView) else 3.6


def _draw(view: SingleView, axes: Axes) -> None:
    by_kind: dict[type, Callable[[Any, Axes], None]] = {
        XmrView: draw_xmr,
        FunnelView: draw_funnel,
        RankView: draw_ranks,
        GapView: draw_gap,
        CurveView: draw_curve,
        BarView: draw_bars,
        FeaturesView: draw_features,
        DimensionsView: draw_dimensions,
    }
    shown = view.areas if isinstance(view, FunnelView | RankView) else view.points
    if shown:
        by_kind[type(view)](view, axes)
    else:
        axes.set_axis_off()
        axes.text(
            0.5, 0.5, "Nothing to show yet", ha="center", va="center", transform=axes.transAxes
        )
