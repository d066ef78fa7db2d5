"""Templates filled with views: the report as HTML, one initiative as text.

A view holds finished words and numbers; templates only lay them out. Every template value is
escaped, templates run in a sandbox, and a name that a view lacks is an error. Charts are drawn
here, by the filter `drawn`, when a page is made.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from changeadvisor import resources
from changeadvisor.advice import Advice, InitiativeAdvice
from changeadvisor.errors import plain
from changeadvisor.report.charts import drawing, style

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment
from changeadvisor.report.board import board_view
from changeadvisor.report.initiative import initiative_view
from changeadvisor.report.measures import measures_view
from changeadvisor.report.parts import day_or_unknown
from changeadvisor.words import without_keys


@lru_cache(maxsize=2)
def environment(escape: bool) -> SandboxedEnvironment:
    """Templates in a sandbox; every value escaped for HTML where `escape`.

    A missing name is an error.
    """
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=FileSystemLoader(resources.folder("templates")),
        autoescape=escape,
        finalize=_for_a_board if escape else _clean,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["drawn"] = drawing.drawn
    return environment


def _clean(value: object) -> object:
    """Text as it may be shown: no control or direction characters, wherever it came from."""
    if isinstance(value, str) and not isinstance(value, style.ImageAddress):
        return plain(value, 100_000)
    return value


def _for_a_board(value: object) -> object:
    """The same without the keys of the register, which only those who keep it know."""
    clean = _clean(value)
    if isinstance(clean, str) and not isinstance(clean, style.ImageAddress):
        return without_keys(clean)
    return clean


def html(advice: Advice) -> str:
    """The report: one page for the board, then a page an initiative.

    One file, nothing fetched from anywhere.
    """
    return (
        environment(True)
        .get_template("report.html")
        .render(view=board_view(advice), shown=measures_view(advice))
    )


def explanation(advice: Advice, item: InitiativeAdvice) -> str:
    """The whole working for one initiative as plain text."""
    template = environment(False).get_template("explain.txt")
    return template.render(view=initiative_view(item), as_of=day_or_unknown(advice.as_of))
