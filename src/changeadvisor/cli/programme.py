"""Commands about a programme's own data: check it, write it elsewhere, read and share measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from changeadvisor import api
from changeadvisor.cli.shared import (
    AnyPath,
    drawing_options,
    form_option,
    read_programme,
    refuse_to_overwrite,
    seed_option,
    terminal_width,
    warn,
)
from changeadvisor.words import many

if TYPE_CHECKING:
    from changeadvisor.model import Programme
    from changeadvisor.performance.neighbours import How
    from changeadvisor.publish import Include
    from changeadvisor.report.measure_pictures import Kind

_FILE_SUFFIXES = (
    ".xlsx",
    ".yaml",
    ".yml",
    ".json",
    ".xlsm",
    ".xls",
    ".ods",
    ".csv",
    ".txt",
    ".html",
    ".pdf",
    ".docx",
)
"""Endings of OUT that are meant as a file: those we do not write are refused.

Any other name is a folder.
"""


@click.command()
@click.argument("path", type=AnyPath)
@click.option(
    "--most",
    type=click.IntRange(min=0),
    default=12,
    show_default=True,
    help="How many missing facts to list.",
)
def check(path: Path, most: int) -> int:
    """List every fault in a programme, or what is missing and would matter most."""
    from changeadvisor.errors import InputError
    from changeadvisor.io import load
    from changeadvisor.words import day_text

    # Notices are told even where there are faults: they may say what the faults come from.
    reading = load.read_programme(path)
    warn(reading.receipt.lines())
    warn(reading.notices)
    programme = reading.programme
    if programme is None or reading.faults:
        raise InputError(reading.faults)
    counts = (
        many(len(programme.initiatives), "initiative"),
        many(len(programme.measures), "measure"),
        many(sum(len(m.observations) for m in programme.measures), "reading"),
    )
    click.echo(f"No faults. {', '.join(counts)}, as of {day_text(programme.as_of)}.")
    for line in _most_telling_missing_facts(programme, most):
        click.echo(line)
    return 0


def _most_telling_missing_facts(programme: Programme, most: int) -> Iterable[str]:
    """The unknown facts that could move an answer most, over the whole programme."""
    from changeadvisor.advice import missing_overall
    from changeadvisor.errors import plain

    rows = missing_overall(api.advise(programme, parts=("action", "route"), flips=False))
    if not rows:
        return
    count = many(len(rows), "missing fact")
    yield f"{count} could move an answer. Those that could move it most:"
    for row in rows[:most]:
        move = ""
        if row.could_move is not None:
            move = f"{many(row.could_move, 'deciban')}: "
        yield f"  {move}{plain(row.initiative)}, {row.fact}: {row.question}"


@click.command(
    help="Write an empty register to fill in: "
    "an Excel workbook with help, drop-downs and one worked row."
)
@click.argument("path", type=AnyPath)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(path: Path, force: bool) -> int:
    """Write an empty register to fill in."""
    from changeadvisor.io import workbook_write

    refuse_to_overwrite(path, force, (".xlsx",))
    workbook_write.write_workbook(None, path)
    click.echo(f"Wrote {path}. Fill it in, then run: changeadvisor check {path}")
    return 0


@click.command(
    help="Write a programme in another form: "
    "OUT is a workbook (.xlsx), one file (.yaml or .json) or a folder."
)
@click.argument("programme", type=AnyPath)
@click.argument("out", type=AnyPath)
@click.option("--force", is_flag=True, help="Write over what is there.")
def convert(programme: Path, out: Path, force: bool) -> int:
    """Write a programme in another form."""
    from changeadvisor.io import save, workbook_write

    read = api.load(programme)
    suffix = out.suffix.lower()
    if suffix in _FILE_SUFFIXES:
        refuse_to_overwrite(out, force, (".xlsx", ".yaml", ".yml", ".json"))
    if suffix == ".xlsx":
        workbook_write.write_workbook(read, out)
    elif suffix in _FILE_SUFFIXES:
        save.write_file(read, out)
    else:
        save.write_folder(read, out, force=force)
    click.echo(f"Wrote {out}.")
    return 0


@click.group(name="import")
def import_() -> None:
    """Read published files into a programme."""


@import_.command()
@click.argument("files", type=AnyPath, nargs=-1, required=True)
@click.option("--out", type=AnyPath, required=True, help="Folder to write the programme to.")
@click.option(
    "--snapshot",
    multiple=True,
    metavar="FILE=DATE",
    help="The date a file shows, such as a.csv=2019-09-30.",
)
@click.option("--force", is_flag=True, help="Write over a folder that is there.")
def gmpp(files: tuple[Path, ...], out: Path, snapshot: tuple[str, ...], force: bool) -> int:
    """Read the Government Major Projects Portfolio as published, several years at once."""
    from changeadvisor.io import save
    from changeadvisor.io.mapping import gmpp as preset

    projects = preset.read_gmpp(files, _snapshot_dates(snapshot))
    save.write_folder(projects.programme, out, force=force)
    warn(projects.receipt.lines())
    click.echo(f"Wrote {len(projects.programme.initiatives)} projects to {out}.")
    return 0


def _snapshot_dates(given: Sequence[str]) -> dict[str, Any]:
    """FILE=DATE pairs as a map. Raises InputError with every pair that is none."""
    from changeadvisor.errors import Fault, InputError, plain
    from changeadvisor.io import cells

    dates, faults = {}, []
    for pair in given:
        name, _, text = pair.rpartition("=")
        try:
            date = cells.date(text)
        except ValueError:
            date = None
        if not name or date is None:
            faults.append(
                Fault("--snapshot", "", f"`{plain(pair)}`", "FILE=DATE, such as a.csv=2019-09-30")
            )
        dates[name] = date
    if faults:
        raise InputError(faults)
    return dates


@click.command(
    help="Share goals: "
    "measures, targets and results as open data and a page, nothing confidential unless included."
)
@click.argument("programme", type=AnyPath)
@click.option(
    "-o", "--out", type=AnyPath, required=True, help="Folder to write the data package to."
)
@click.option(
    "--include",
    type=click.Choice(["initiatives", "people"]),
    multiple=True,
    help="What else to publish.",
)
@click.option("--force", is_flag=True, help="Write over what is there.")
@seed_option
def publish(
    programme: Path, out: Path, include: tuple[Include, ...], force: bool, seed: int
) -> int:
    """Share goals as open data."""
    from changeadvisor import publish as open_data
    from changeadvisor.advice.measures import measures_part

    read = read_programme(programme)
    readings = measures_part(read, api.load_rulebook().lens, seed).measures
    open_data.publish(read, readings, out, include=include, force=force)
    click.echo(f"Wrote {many(len(read.measures), 'measure')} to {out}.")
    return 0


@click.command(
    help="Read every measure three ways: "
    "against our own past, a standard or target, and other councils."
)
@click.argument("programme", type=AnyPath)
@form_option
@drawing_options("Which areas to compare with; by default the first of these ways that finds any.")
@click.option(
    "--choose",
    type=click.IntRange(min=1),
    metavar="K",
    help="Also choose K measures that tell most.",
)
@click.option("--pin", multiple=True, metavar="MEASURE", help="A measure that must be among them.")
@click.option("--bar", multiple=True, metavar="MEASURE", help="A measure that must not be.")
@seed_option
def measures(
    programme: Path,
    form: str,
    others: How | None,
    no_screen: bool,
    baseline: int | None,
    choose: int | None,
    pin: tuple[str, ...],
    bar: tuple[str, ...],
    seed: int,
) -> int:
    """Read every measure three ways."""
    from changeadvisor.advice.measures import measures_part, part_json, with_choice
    from changeadvisor.errors import InputError
    from changeadvisor.performance.own_past import Drawing
    from changeadvisor.report.terminal import measures_table

    read = read_programme(programme)
    if (pin or bar) and choose is None:
        raise InputError.one(
            "--pin, --bar", "no number of measures to choose", "`--choose K` with them"
        )
    drawing = Drawing(screen=not no_screen, baseline=baseline)
    part = measures_part(read, api.load_rulebook().lens, seed, others, drawing)
    if choose is not None:
        part = with_choice(part, read, choose, pin, bar)
    if form == "json":
        click.echo(part_json(part), nl=False)
    else:
        click.echo(measures_table(part, read, terminal_width()), nl=False)
    return 0


@click.command()
@click.argument("programme", type=AnyPath)
@click.argument("measure")
@click.option(
    "--kind", type=click.Choice(["xmr", "funnel", "rank", "gap"]), default="xmr", show_default=True
)
@click.option("-o", "--out", type=AnyPath, required=True, help="Where to write it: .svg or .png.")
@drawing_options("As for `measures`.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@seed_option
def chart(
    programme: Path,
    measure: str,
    kind: Kind,
    out: Path,
    others: How | None,
    no_screen: bool,
    baseline: int | None,
    force: bool,
    seed: int,
) -> int:
    """Draw one measure: its XmR chart, the funnel, the ranks, or the gap to other councils."""
    from changeadvisor.advice.measures import read_one
    from changeadvisor.io import save
    from changeadvisor.performance.own_past import Drawing
    from changeadvisor.report import measure_pictures
    from changeadvisor.report.charts import drawing as charts

    refuse_to_overwrite(out, force, (".svg", ".png"))
    read = read_programme(programme)
    drawn = read.measure(measure)
    if drawn is None:
        raise api.unknown_name(
            "MEASURE", measure, [m.id for m in read.measures], "one of none: there are none"
        )
    limits = Drawing(screen=not no_screen, baseline=baseline)
    reading = read_one(read, drawn, api.load_rulebook().lens, seed, others, limits)
    view = measure_pictures.view_of(read, drawn, reading, kind)
    picture = charts.render(view, "png" if out.suffix.lower() == ".png" else "svg")
    save.write_bytes(picture, out)
    click.echo(f"Wrote {out}. {charts.alt_text(view)}")
    return 0


@click.command()
def classes() -> int:
    """Show the published reference classes that any initiative may name, with their sources."""
    from changeadvisor.io import load
    from changeadvisor.report.terminal import classes_table

    click.echo(classes_table(load.published_classes(), terminal_width()), nl=False)
    return 0
