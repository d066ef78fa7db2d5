"""How every picture is drawn: colours, fonts, dates, and the file with its text.

The same view gives the same bytes, and nothing typed is taken as a formula.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape, quoteattr

from changeadvisor.words import (
    short_month_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


Form = Literal["svg", "png"]


INK, QUIET, TARGET, STANDARD = "#212B32", "#6B6B6B", "#A6003A", "#00703C"


def amount(value: float, unit: str) -> str:
    """A figure in three digits with its unit."""
    return f"{value:.4g} {unit}".strip()


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
        "text.color": INK,
    }


class ImageAddress(str):
    """The address of a picture that was drawn here and stands in the page whole.

    No length cuts it.
    """

    __slots__ = ()


def address(svg: bytes) -> ImageAddress:
    """A picture as an address that needs no other file."""
    return ImageAddress(f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}")


def wrapped(text: str) -> str:
    """A title on as many lines as it needs."""
    import textwrap

    return "\n".join(textwrap.wrap(text, 90)) or " "


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


def month_axis(axes: Axes, days: Sequence[dt.date]) -> None:
    """Months along the axis, few enough to be read."""
    step = max(1, -(-len(days) // 10))
    shown = list(days)[::step]
    labels = [short_month_text(day) for day in shown]
    axes.set_xticks([day.toordinal() for day in shown], labels, rotation=30, ha="right")
