"""What the terminal shows: the table of advice, and a progress bar on work over a second."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from changeadvisor.errors import plain
from changeadvisor.report.board import BoardRow, BoardView, board_view
from changeadvisor.report.portfolio import PortfolioView
from changeadvisor.report.reference import estimate_said, shares_said
from changeadvisor.words import day_text, month_text

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID
    from rich.table import Table
    from rich.text import Text

    from changeadvisor.advice import Advice, BesideYear, MeasuresPart
    from changeadvisor.judgement.base_rates import ClassesFile
    from changeadvisor.model import Programme
    from changeadvisor.whatif.difference import Difference


def advice_table(advice: Advice, width: int) -> str:
    """The advice as a table `width` columns wide, plain text, ending in a newline."""
    from rich.table import Table

    view = board_view(advice, front_page=True)
    table = Table(
        title=_text(f"{view.programme}, as of {view.as_of}"), show_lines=True, expand=True
    )
    for heading, ratio in (
        ("Initiative", 3),
        ("Recommended", 3),
        ("Lead it", 2),
        ("Declared / evidence", 2),
        ("Because", 5),
    ):
        table.add_column(heading, ratio=ratio)
    for row in view.rows:
        table.add_row(*map(_text, _cells(row)))
    return _printed(table, width, _below(view))


def measures_table(part: MeasuresPart, programme: Programme, width: int) -> str:
    """Every measure read three ways, what targets measure, and the few chosen, as plain text."""
    from rich.table import Table

    from changeadvisor.advice import ATTENTION
    from changeadvisor.performance.wording import audit_sentences

    title = _text(f"{programme.programme}: measures as of {day_text(programme.as_of)}")
    table = Table(title=title, show_lines=True, expand=True)
    for heading, ratio in (
        ("Measure", 4),
        ("Readings", 1),
        ("Read three ways", 6),
        ("Look first at", 4),
    ):
        table.add_column(heading, ratio=ratio)
    for measure, found in zip(programme.measures, part.measures, strict=True):
        look = f"{ATTENTION[found.attention.answer]}. {found.attention.because}"
        table.add_row(
            *map(_text, (measure.title or measure.id, str(found.points), found.says, look))
        )
    below = [*audit_sentences(part.audit), *_chosen(part)]
    return _printed(
        table, width, [*below, "Every figure: changeadvisor measures PROGRAMME --format json"]
    )


def difference_table(found: Difference, width: int) -> str:
    """What differs and why.

    The line that answers, a table of changed answers, and all else below it, as plain text.
    """
    from rich.table import Table

    from changeadvisor.report import difference

    table = Table(show_lines=True, expand=True)
    for heading, ratio in (
        ("Initiative", 3),
        ("Asked", 3),
        ("Before", 3),
        ("After", 3),
        ("Because of", 3),
    ):
        table.add_column(heading, ratio=ratio)
    every = list(difference.rows(found))
    for row in every:
        table.add_row(*map(_text, row))
    below = list(difference.below(found))
    head = difference.headline(found)
    return f"{head}\n{_printed(table if every else None, width, below)}"


def classes_table(file: ClassesFile, width: int) -> str:
    """The published reference classes, and what a reader must know of them, as plain text."""
    from rich.table import Table

    table = Table(title=_text(file.title), show_lines=True, expand=True)
    # An id is there to be copied: it is never broken.
    table.add_column("Id", no_wrap=True, min_width=max(len(c.id) for c in file.classes))
    table.add_column("What", ratio=1)
    for heading, least in (("Ends", 9), ("Delay", 0), ("Overrun", 0), ("Deeper", 0)):
        table.add_column(heading, min_width=max(least, len(heading)))
    table.add_column("Source", ratio=2)
    for c in file.classes:
        factors = (estimate_said(e) for e in (c.delay, c.overrun, c.deeper))
        table.add_row(*map(_text, (c.id, c.title or "", shares_said(c), *factors, c.source or "")))
    use = (
        "Use: `reference_class: ID` in an initiative. A class of the programme's own with the same"
        " id comes first."
    )
    return _printed(table, width, [*file.notes, use])


def plain_table(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    below: Sequence[str] = (),
) -> str:
    """A table with lines below it, as plain text `width` columns wide, ending in a newline."""
    from rich.table import Table

    table = Table(title=_text(title), expand=True)
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*map(_text, row))
    return _printed(table, width, list(below))


def _chosen(part: MeasuresPart) -> list[str]:
    """The few measures chosen, and those left out, each with its reason."""
    choice = part.corporate
    if choice is None:
        return []
    proven = (
        "proven best"
        if choice.gap == 0
        else f"within {choice.gap:g} points of the best there can be"
    )
    lines = [
        (
            f"The {choice.count} that together tell most ({proven}; the points are our judgement,"
            " not measured):"
        )
    ]
    for chosen in choice.chosen:
        lines += [
            f"  {chosen.id}: {chosen.because}",
            *_years((part.beside or {}).get(chosen.id, ())),
        ]
    lines += ["Left out:", *(f"  {c.id}: {c.because}" for c in choice.left_out)]
    uncovered = [*choice.aims_uncovered, *choice.services_uncovered]
    return [*lines, f"Not covered: {', '.join(uncovered)}"] if uncovered else lines


def _years(years: Sequence[BesideYear]) -> Iterator[str]:
    """A chosen measure beside other areas over time."""
    for y in years:
        target = "" if y.target is None else f"; our target {y.target:g}"
        middle = (
            f"the middle half of {y.areas} other areas {y.low_quartile:.4g} to"
            f" {y.high_quartile:.4g}"
        )
        yield f"    {month_text(y.period)}: ours {y.own:.4g}, {middle}{target}"


def _printed(table: Table | None, width: int, below: list[str]) -> str:
    """A table, where there is one, and lines below it as plain text, ending in a newline."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False
    )
    if table is not None:
        console.print(table)
    for line in below:
        console.print(_text(line), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _text(value: str) -> Text:
    """Text that rich takes as it is, markup and control characters included."""
    from rich.text import Text

    return Text(plain(value, 2000))


def _cells(row: BoardRow) -> tuple[str, ...]:
    sure = f"{row.answer}. {row.sureness}" if row.sureness else row.answer
    return row.title, sure, row.route, f"{row.declared} / {row.evidenced}", row.because


def _below(view: BoardView) -> list[str]:
    lines = [f"Decisions needed: {len(view.decisions)}"] if view.decisions else [view.no_decision]
    lines += [f"  {d.initiative} ({d.by}, before {d.before}): {d.decision}" for d in view.decisions]
    if view.portfolio is not None and view.portfolio.sentences:
        lines += [
            "The programme as a whole:",
            *(f"  {s}" for s in view.portfolio.sentences),
            *_set(view.portfolio),
        ]
    lines += [*view.notices, "The whole working of one: changeadvisor explain PROGRAMME INITIATIVE"]
    return lines


def _set(view: PortfolioView) -> Iterator[str]:
    """The set, a line each."""
    for table in view.tables:
        if table.key == "set":
            yield from (f"  {row[0]}: {row[1]}" for row in table.rows)


class Progress:
    """A progress bar on a terminal, once the work has taken a second; on standard error."""

    def __init__(self, title: str, patience: float = 1.0) -> None:
        """`patience` in seconds."""
        self._title, self._patience = title, patience
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to wait."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, all: int) -> None:
        """Show that `done` of `all` are done."""
        if (
            self._bar is None
            and time.monotonic() - self._began > self._patience
            and sys.stderr.isatty()
        ):
            self._begin(all)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done)

    def _begin(self, all: int) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar

        self._bar = Bar(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(self._title, total=all)
        self._bar.start()
