"""Pictures of a programme: the same bytes in any order, any text as text, and large ones in reasonable time."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest

from changeadvisor.report.charts import drawing
from changeadvisor.report.charts import portfolio as charts

NASTY = "<script>alert('x')</script> & \"$x^2$\" \\N \n 🙂 " + "long " * 30
DAY = dt.date(2026, 9, 30)


def a_map(count: int, title: str = "Name") -> charts.MapView:
    nodes = tuple(
        charts.MapNode(
            f"i{k}",
            f"{title} {k}",
            "go on" if k % 2 else "stop",
            bool(k % 2),
            k % 5 == 0,
            k % 3 == 0,
            "1,000",
        )
        for k in range(count)
    )
    kinds = ("requires", "helps", "conflicts-with")
    edges = tuple(
        charts.MapEdge(f"i{k}", f"i{min(k + step, count - 1)}", kinds[(k + step) % 3], "10 %")
        for k in range(count - 1)
        for step in (1, 7)
        if k < count - 1
    )
    return charts.MapView("What hangs on what", nodes, edges)


def gantt(title: str = "a") -> charts.GanttView:
    row = charts.GanttRow(
        title,
        DAY,
        dt.date(2027, 3, 31),
        dt.date(2027, 3, 1),
        dt.date(2027, 6, 1),
        dt.date(2028, 1, 1),
        0.5,
    )
    return charts.GanttView("Time", (row, replace(row, name="b", critical=0.0)), DAY)


VIEWS: tuple[charts.View, ...] = (
    a_map(6, NASTY),
    charts.FrontierView(
        NASTY, (charts.FrontierDot(1, 9, 9.5, True), charts.FrontierDot(3, 5, 5, False)), "x."
    ),
    charts.CoreView(
        "c", (charts.CoreBar(NASTY, 1.0), charts.CoreBar("b", 0.5), charts.CoreBar("x", 0.0))
    ),
    charts.CapacityView(
        "p", (charts.CapacityBar(NASTY, "2026-Q4", 7, 4), charts.CapacityBar("b", "2027-Q1", 1, 4))
    ),
    gantt(NASTY),
    charts.MapView("none", (), ()),
    charts.CoreView("none", ()),
    charts.CapacityView("none", ()),
    charts.GanttView("none", (), DAY),
    charts.FrontierView("none", (), ""),
)


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: f"{type(v).__name__}-{len(v.points)}")
def test_it_is_an_image_with_a_text(view: Any, capfd: pytest.CaptureFixture[str]) -> None:
    drawn = drawing.render(view, "svg")
    root = ET.fromstring(drawn.decode())
    assert root.attrib["role"] == "img"
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    assert drawing.alt_text(view)
    assert drawing.render(view, "svg") == drawn
    assert drawing.render(view, "png")[:4] == b"\x89PNG"
    assert capfd.readouterr() == ("", "")


def test_the_order_of_what_is_given_changes_nothing() -> None:
    view = a_map(9)
    turned = replace(view, points=view.points[::-1], edges=view.edges[::-1])
    assert drawing.render(turned, "svg") == drawing.render(view, "svg")


def test_a_large_map_is_drawn_whole() -> None:
    view = a_map(120)
    assert len(view.edges) > 200
    drawn = drawing.render(view, "svg").decode()
    names = re.findall(r"<!-- (Name \d+) -->", drawn)
    assert sorted(names) == sorted(node.title for node in view.points)
    # Frames are straight: what has a curve (C, a Bezier) is a tie.
    paths = (
        part.get("d", "")
        for group in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}g")
        if group.get("id", "").startswith("patch_")
        for part in group
    )
    assert sum("C " in path for path in paths) == len(view.edges)


def test_words_say_what_the_map_shows() -> None:
    said = drawing.alt_text(
        charts.MapView("Map", a_map(3).points, (charts.MapEdge("i0", "i1", "requires", ""),))
    )
    assert "i1 requires i0" in said
    assert "Tied to nothing: Name 2" in said
