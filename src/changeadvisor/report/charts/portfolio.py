"""Pictures of a programme.

What hangs on what, few against all, core and borderline, people by quarter, and time.

Each has a text that carries its finding, and its content stands beside it as a table. Nothing is
told by colour alone. The dependency map is laid out by Graphviz (Gansner et al. 1993), which is
stable from run to run.
"""

from __future__ import annotations

import datetime as dt
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from changeadvisor.report.charts.style import INK, QUIET, TARGET, Form, settings, written
from changeadvisor.words import (
    DEFAULT_CURRENCY,
    cases_in_100,
    in_100,
    many,
    money_tick,
    quarter_text,
    short_quarter_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR, _PALE, _ALARM = "#005EB8", "#AFC7E0", "#B35A00"
#: Rows of a chart beyond which only the first are drawn; the table has them all.
_MOST_ROWS = 120


@dataclass(frozen=True, slots=True)
class MapNode:
    """An initiative on the map.

    Its short name, what is done with it, whether the law requires it, what is at stake.
    """

    id: str
    title: str
    course: str
    runs: bool
    statutory: bool
    few: bool
    at_stake: str


@dataclass(frozen=True, slots=True)
class MapEdge:
    """What `dependant` hangs on.

    `needed`, by which kind (requires, helps, conflicts-with), with a short note.
    """

    needed: str
    dependant: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class MapView:
    """What hangs on what."""

    title: str
    points: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]


@dataclass(frozen=True, slots=True)
class FrontierDot:
    """A set: worth for few, worth in all, the bound, and whether it is the advised one."""

    few: float
    all: float
    bound: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class FrontierView:
    """Worth for few against worth in all."""

    title: str
    points: tuple[FrontierDot, ...]
    finding: str
    currency: str = DEFAULT_CURRENCY
    """ISO code of the currency that worth is in."""


@dataclass(frozen=True, slots=True)
class CoreBar:
    """An initiative, and the share of good sets in which it runs."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class CoreView:
    """Core, borderline and exterior."""

    title: str
    points: tuple[CoreBar, ...]


@dataclass(frozen=True, slots=True)
class CapacityBar:
    """One role in one quarter: used of how many."""

    role: str
    quarter: str
    used: float
    limit: float


@dataclass(frozen=True, slots=True)
class CapacityView:
    """People needed by quarter, a panel for each role."""

    title: str
    points: tuple[CapacityBar, ...]


@dataclass(frozen=True, slots=True)
class GanttRow:
    """When one initiative runs as planned and ends as drawn.

    critical: share of draws in which it holds all up.
    """

    name: str
    start: dt.date
    planned: dt.date
    low: dt.date
    middle: dt.date
    high: dt.date
    critical: float


@dataclass(frozen=True, slots=True)
class GanttView:
    """Time, with its uncertainty."""

    title: str
    points: tuple[GanttRow, ...]
    today: dt.date


View = MapView | FrontierView | CoreView | CapacityView | GanttView


# --- what each finds ------------------------------------------------------------------------------


def map_text(view: MapView) -> Iterator[str]:
    """What hangs on what, in words."""
    yield f"{view.title}: {len(view.points)} initiatives, {len(view.edges)} dependencies."
    tied = {id for e in view.edges for id in (e.needed, e.dependant)}
    for kind, words in (
        ("requires", "requires"),
        ("helps", "is helped by"),
        ("conflicts-with", "conflicts with"),
    ):
        said = sorted(f"{e.dependant} {words} {e.needed}" for e in view.edges if e.kind == kind)
        if said:
            yield f"{'; '.join(said[:20])}{' and more' if len(said) > 20 else ''}."
    alone = sorted(n.title for n in view.points if n.id not in tied)
    if alone:
        yield f"Tied to nothing: {', '.join(alone[:20])}{' and more' if len(alone) > 20 else ''}."


def frontier_text(view: FrontierView) -> Iterator[str]:
    """How many sets, and what the frontier finds."""
    yield f"{view.title}: {many(len(view.points), 'set')}. {view.finding}"


def kind_of(share: float) -> str:
    """Core, exterior or borderline."""
    return "core" if share >= 1.0 else "exterior" if share <= 0.0 else "borderline"


def core_text(view: CoreView) -> Iterator[str]:
    """What runs in every good set, in some, in none."""
    yield f"{view.title}."
    for kind, words in (
        ("core", "In every good set"),
        ("borderline", "In some"),
        ("exterior", "In none"),
    ):
        names = [b.name for b in view.points if kind_of(b.share) == kind]
        if names:
            yield f"{words}: {', '.join(names)}."


def capacity_text(view: CapacityView) -> Iterator[str]:
    """The fullest quarter of each role."""
    yield f"{view.title}."
    for role in sorted({b.role for b in view.points}):
        top = max(
            (b for b in view.points if b.role == role), key=lambda b: b.used / max(b.limit, 1e-9)
        )
        yield f"{role}: fullest in {quarter_text(top.quarter)}, {top.used:.3g} of {top.limit:g}."


def gantt_text(view: GanttView) -> Iterator[str]:
    """What delays the end most often."""
    yield f"{view.title}: {len(view.points)} initiatives."
    if view.points:
        top = max(view.points, key=lambda r: (r.critical, r.name))
        yield f"{top.name} delays the end most often, in {in_100(top.critical)} of 100 draws."


# --- drawing --------------------------------------------------------------------------------------


def render(view: View, form: Form, text: str) -> bytes:
    """The picture, with `text` for those who do not see it."""
    with warnings.catch_warnings():
        # A sign that the font lacks is drawn as an empty box; the text and the table have it.
        warnings.filterwarnings("ignore", message="Glyph")
        if isinstance(view, MapView):
            return _map(view, form, text)
        return _plotted(view, form, text)


def _plotted(
    view: FrontierView | CoreView | CapacityView | GanttView, form: Form, text: str
) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(settings()):
        figure = Figure(figsize=(8.0, _height(view)), layout="constrained")
        figure.suptitle(view.title, x=0.01, ha="left", fontsize=11, fontweight="bold")
        if isinstance(view, CapacityView):
            roles, quarters = (
                sorted({b.role for b in view.points}),
                sorted({b.quarter for b in view.points}),
            )
            panels = figure.subplots(max(len(roles), 1), 1, squeeze=False)[:, 0]
            for role, axes in zip(roles, panels, strict=False):
                _capacity([b for b in view.points if b.role == role], role, quarters, axes)
        else:
            drawn: dict[type, Callable[[Any, Axes], None]] = {
                FrontierView: _frontier,
                CoreView: _core,
                GanttView: _gantt,
            }
            drawn[type(view)](view, figure.add_subplot())
        return written(figure, form, text)


def _height(view: View) -> float:
    rows = min(len(view.points), _MOST_ROWS)
    if isinstance(view, CoreView | GanttView):
        return 1.3 + 0.28 * max(rows, 1)
    if isinstance(view, CapacityView):
        return 0.6 + 1.7 * max(len({b.role for b in view.points}), 1)
    return 3.8


def _short(text: str, most: int = 34) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _frontier(view: FrontierView, axes: Axes) -> None:
    few, all_ = [p.few for p in view.points], [p.all for p in view.points]
    axes.plot(few, all_, color=QUIET, linewidth=1, zorder=1)
    for p in view.points:
        if p.bound > p.all * (1 + 1e-6):
            axes.plot([p.few, p.few], [p.all, p.bound], color=QUIET, linewidth=1, marker="_")
        axes.plot(
            [p.few],
            [p.all],
            marker="D" if p.chosen else "o",
            markersize=9 if p.chosen else 6,
            color=_BAR,
        )
        if p.chosen:
            axes.annotate("advised", (p.few, p.all), xytext=(8, 6), textcoords="offset points")
    axes.set_xlabel("worth for the few")
    axes.set_ylabel("worth in all")
    axes.xaxis.set_major_formatter(lambda value, _: money_tick(value, view.currency))
    axes.yaxis.set_major_formatter(lambda value, _: money_tick(value, view.currency))
    axes.margins(0.12)


def _core(view: CoreView, axes: Axes) -> None:
    rows = view.points[:_MOST_ROWS]
    for at, bar in enumerate(rows):
        kind = kind_of(bar.share)
        hatch = {"core": "", "borderline": "///", "exterior": ""}[kind]
        axes.barh(
            at,
            bar.share,
            color=_BAR if kind == "core" else _PALE,
            hatch=hatch,
            edgecolor=INK,
            linewidth=0.5,
        )
        axes.text(bar.share + 0.01, at, f"{kind}, {cases_in_100(bar.share)}", va="center")
    axes.set_yticks(range(len(rows)), [_short(b.name) for b in rows])
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.set_xlim(0, 1.3)
    axes.set_xticks([0, 0.5, 1], ["in no good set", "in half", "in all"])


def _capacity(bars: Sequence[CapacityBar], role: str, quarters: Sequence[str], axes: Axes) -> None:
    """One role, the quarters in the same places as those of every other role."""
    for bar in bars:
        at = quarters.index(bar.quarter)
        over = bar.used > bar.limit * (1 + 1e-6)
        colour, hatch = (_ALARM, "xxx") if over else (_BAR, "")
        axes.bar(at, bar.used, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.5)
        axes.plot([at - 0.45, at + 0.45], [bar.limit, bar.limit], color=TARGET, linewidth=2)
        if over:
            axes.text(at, bar.used, "over", ha="center", va="bottom")
    axes.set_title(f"{_short(role, 60)} (line: how many there are)", loc="left", fontsize=9)
    step = max(1, len(quarters) // 12)
    axes.set_xticks(
        range(0, len(quarters), step), [short_quarter_text(q) for q in quarters[::step]]
    )
    axes.set_xlim(-0.6, max(len(quarters), 1) - 0.4)
    axes.set_ylim(0, max([b.used for b in bars] + [b.limit for b in bars]) * 1.2 + 1e-9)


def _gantt(view: GanttView, axes: Axes) -> None:
    from matplotlib.dates import ConciseDateFormatter

    rows = view.points[:_MOST_ROWS]
    for at, row in enumerate(rows):
        days = (row.start, row.planned, row.low, row.middle, row.high)
        start, planned, low, middle, high = map(_number, days)
        axes.barh(
            at,
            max(planned - start, 1.0),
            left=start,
            height=0.5,
            color=_PALE,
            edgecolor=INK,
            linewidth=0.5,
        )
        axes.plot([low, high], [at, at], color=INK, linewidth=1.5)
        axes.plot([middle], [at], marker="D", color=INK, markersize=5)
        if row.critical >= 0.005:
            axes.annotate(
                f"holds up the end in {in_100(row.critical)} of 100",
                (high, at),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
    axes.axvline(_number(view.today), color=TARGET, linewidth=1)
    axes.set_yticks(range(len(rows)), [_short(r.name) for r in rows])
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.xaxis_date()
    axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))  # type: ignore[no-untyped-call]
    axes.margins(x=0.22)
    axes.set_xlabel(
        "bar: in the set, without delay; line: one in ten earlier to one in ten later; diamond:"
        " middle; upright: today"
    )


def _number(day: dt.date) -> float:
    """A day as matplotlib counts them."""
    from matplotlib.dates import date2num

    return float(date2num(day))  # type: ignore[no-untyped-call]


# --- the map --------------------------------------------------------------------------------------

#: Size of a node in inches; fixed, so that the layout hangs on no font of the machine.
_WIDE, _TALL = 2.15, 0.78
#: A map is at most so wide on the page.
_PAGE = 10.0
_LINES = {"requires": "solid", "helps": "dashed", "conflicts-with": "dotted"}


@dataclass(frozen=True, slots=True)
class _Laid:
    """Where Graphviz puts things, in inches.

    The size of all, nodes by id, and each edge's curve (Bezier points).
    """

    size: tuple[float, float]
    nodes: dict[str, tuple[float, float]]
    curves: tuple[tuple[MapEdge, tuple[tuple[float, float], ...]], ...]


def _laid(view: MapView) -> _Laid:
    """The layout. Initiatives that nothing ties are left out: the text and the table have them."""
    import pygraphviz

    edges = sorted(view.edges, key=lambda e: (e.needed, e.dependant, e.kind, e.note))
    tied = sorted({id for e in edges for id in (e.needed, e.dependant)})
    names = {id: f"n{k}" for k, id in enumerate(tied)}
    graph = pygraphviz.AGraph(
        directed=True, strict=False, rankdir="LR", nodesep="0.2", ranksep="0.9"
    )
    for id in tied:
        graph.add_node(
            names[id], label="", shape="box", fixedsize="true", width=str(_WIDE), height=str(_TALL)
        )
    for k, edge in enumerate(edges):
        loose = {"constraint": "false"} if edge.kind == "conflicts-with" else {}
        graph.add_edge(
            names[edge.needed], names[edge.dependant], key=f"e{k}", arrowhead="none", **loose
        )
    graph.layout(prog="dot")
    box = [float(x) / 72.0 for x in graph.graph_attr["bb"].split(",")]
    nodes = {id: _places(graph.get_node(names[id]).attr["pos"])[0] for id in tied}
    curves = tuple(
        (e, _places(graph.get_edge(names[e.needed], names[e.dependant], f"e{k}").attr["pos"]))
        for k, e in enumerate(edges)
    )
    return _Laid((box[2], box[3]), nodes, curves)


def _places(written_: str) -> tuple[tuple[float, float], ...]:
    """Points as Graphviz writes them, in inches."""
    parts = (
        p.split(",") for p in written_.replace("\\\n", "").split() if not p.startswith(("s,", "e,"))
    )
    return tuple((float(x) / 72.0, float(y) / 72.0) for x, y in parts)


_KEY = (
    "solid: is required by (months that must lie between); dashed: helps (share of the worth that"
    " rests on it); dotted: stand in each other's way; double frame: the law requires it"
)
#: Letters of the key on an inch.
_LETTERS = 12.5


def _map(view: MapView, form: Form, text: str) -> bytes:
    """The map: places by Graphviz, drawn as every other picture is."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    laid = _laid(view)
    scale = min(1.0, _PAGE / max(laid.size[0], 1e-9))
    with rc_context(settings()):
        width = max(laid.size[0] * scale, 4.0)
        key = textwrap.wrap(_KEY, int(width * _LETTERS))
        above, below = 0.4, 0.2 + 0.16 * len(key)
        height = laid.size[1] * scale + above + below
        figure = Figure(figsize=(width, height))
        figure.text(0.01, 1.0 - 0.08 / height, view.title, va="top", fontsize=11, fontweight="bold")
        axes = figure.add_axes((0.0, below / height, 1.0, 1.0 - (above + below) / height))
        axes.set_xlim(-0.1, laid.size[0] + 0.1)
        axes.set_ylim(-0.1, laid.size[1] + 0.1)
        axes.axis("off")
        for edge, points in laid.curves:
            _edge(edge, points, axes)
        known = {n.id: n for n in view.points}
        for id, place in laid.nodes.items():
            _node(known[id], place, scale, axes)
        figure.text(0.01, 0.06 / height, "\n".join(key), fontsize=8, va="bottom")
        return written(figure, form, text)


def _edge(edge: MapEdge, points: Sequence[tuple[float, float]], axes: Axes) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    codes = [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)]
    ends = "<->" if edge.kind == "conflicts-with" else "-|>"
    axes.add_patch(
        FancyArrowPatch(
            path=Path(list(points), codes),
            arrowstyle=ends,
            linestyle=_LINES[edge.kind],
            color="#4C4C4C",
            mutation_scale=9,
            linewidth=1.2,
            zorder=1,
        )
    )
    if edge.note:
        x, y = points[len(points) // 2]
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        axes.text(x, y, edge.note, fontsize=7, ha="center", va="center", zorder=3, bbox=behind)


def _node(node: MapNode, place: tuple[float, float], scale: float, axes: Axes) -> None:
    """A frame thick where it runs and dashed where it does not, doubled by law.

    What is done, in words.
    """
    from matplotlib.patches import Rectangle

    x, y = place[0] - _WIDE / 2, place[1] - _TALL / 2
    box = Rectangle(
        (x, y),
        _WIDE,
        _TALL,
        facecolor="#E8F0F8" if node.runs else "#F4F4F4",
        edgecolor=INK,
        zorder=2,
    )
    box.set_linewidth(1.8 if node.runs else 0.9)
    box.set_linestyle("solid" if node.runs else "dashed")
    axes.add_patch(box)
    if node.statutory:
        inner = Rectangle(
            (x + 0.05, y + 0.05), _WIDE - 0.1, _TALL - 0.1, fill=False, edgecolor=INK, zorder=2
        )
        axes.add_patch(inner)
    axes.text(
        *place, _label(node), ha="center", va="center", fontsize=8 * max(scale, 0.35), zorder=3
    )


def _label(node: MapNode) -> str:
    """Title, what is done, and what is at stake."""
    title = textwrap.wrap(node.title, 30)[:2] or [node.id]
    what = f"{node.course}{', deep for few' if node.few else ''}"
    return "\n".join([*title, what, *([f"at stake: {node.at_stake}"] if node.at_stake else [])])
