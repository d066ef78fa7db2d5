"""Commands that advise: on a programme, on one initiative, on what if, and on what changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from changeadvisor import api
from changeadvisor.cli.shared import (
    AnyPath,
    form_option,
    read_programme,
    seed_option,
    terminal_width,
    warn,
)

if TYPE_CHECKING:
    from changeadvisor.advice import Advice, Part
    from changeadvisor.whatif.difference import Difference


def _parts(_context: object, _parameter: object, value: str | None) -> tuple[str, ...]:
    """The parts named by `--only`; all of them where it is not given."""
    if value is None:
        return api.PARTS
    names = tuple(part.strip() for part in value.split(","))
    wrong = [name for name in names if name not in api.PARTS]
    if wrong:
        raise click.BadParameter(f"{', '.join(wrong)}: expected some of {', '.join(api.PARTS)}")
    return names


@click.command(
    help="Say for each initiative: "
    "persist, adjust tactics, adjust strategy or stop; how to lead it; and why."
)
@click.argument("programme", type=AnyPath)
@form_option
@click.option("--report", type=AnyPath, help="Also write an HTML report to this file.")
@click.option(
    "--only", callback=_parts, metavar="PARTS", help="Some of action,route,portfolio,measures."
)
@seed_option
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="A clock on each choice of a set. Without it the same input gives the same answer.",
)
def advise(
    programme: Path,
    form: str,
    report: Path | None,
    only: tuple[Part, ...],
    seed: int,
    time_limit: float | None,
) -> int:
    """Advise on each initiative, and on the programme as a whole."""
    from changeadvisor.advice import to_json
    from changeadvisor.report.terminal import advice_table

    advice = _advised(programme, only, seed, time_limit)
    if report is not None:
        from changeadvisor.io import save
        from changeadvisor.report import render

        save.write_text(render.html(advice), report)
        warn([f"Wrote {report}."])
    text = to_json(advice) if form == "json" else advice_table(advice, terminal_width())
    click.echo(text, nl=False)
    return 0


def _advised(
    path: Path, parts: Sequence[Part], seed: int, time_limit: float | None = None
) -> Advice:
    """Load and advise, with the receipt and a progress bar on standard error."""
    from changeadvisor.report.terminal import Progress

    read = read_programme(path)
    with Progress("Judging initiatives") as progress:
        return api.advise(
            read, seed=seed, parts=parts, time_limit=time_limit, on_progress=progress.update
        )


@click.command()
@click.argument("programme", type=AnyPath)
@click.argument("initiative")
@seed_option
def explain(programme: Path, initiative: str, seed: int) -> int:
    """The whole working for one initiative, in plain words."""
    from changeadvisor.report.render import explanation

    advice = _advised(programme, api.PARTS, seed)
    item = advice.initiative(initiative)
    if item is None:
        ids = [i.id for i in advice.initiatives]
        none_there = "an initiative of the programme, which has none"
        raise api.unknown_name("INITIATIVE", initiative, ids, none_there)
    click.echo(explanation(advice, item), nl=False)
    return 0


@click.command()
@click.argument("programme", type=AnyPath)
@click.option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="KEY=VALUE",
    help="What is set; may be repeated.",
)
@form_option
@seed_option
def whatif(programme: Path, settings: tuple[str, ...], form: str, seed: int) -> int:
    """Say what would change if something were set otherwise, and why. Nothing is written.

    \b
    --set ID=COURSE                course of an initiative: persist, adjust-tactics,
                                   adjust-strategy, stop; of an idea: start, not-start
    --set limits.load=3            a value of the programme (£, k, m, bn understood)
    --set ID.reach=[200,300,400]   a value of an initiative, as in programme.yaml
    --set ID.judgements.support.sponsor=weak
    --set as_of=2026-12-31         ID.ends=null takes a value away
    """  # noqa: D301 (click knows a block that is not to be wrapped by it)
    from changeadvisor.report.terminal import Progress

    read = read_programme(programme)
    with Progress("Judging initiatives") as progress:
        difference = api.what_if(
            read, settings, seed=seed, base=programme, on_progress=progress.update
        )
    _print_difference(difference, form)
    return 0


@click.command()
@click.argument("old", type=AnyPath)
@click.argument("new", type=AnyPath)
@click.option(
    "--rules-before",
    type=AnyPath,
    metavar="DIR",
    help="Rule packs that judge OLD; by default those shipped.",
)
@click.option(
    "--rules-after",
    type=AnyPath,
    metavar="DIR",
    help="Rule packs that judge NEW; by default those shipped.",
)
@form_option
@seed_option
def compare(
    old: Path, new: Path, rules_before: Path | None, rules_after: Path | None, form: str, seed: int
) -> int:
    """Say which answers changed between two dated programmes, and what did it.

    The data, a limit, the age of the evidence, a threshold or a rule: each is found by judging
    again with it and without it. A file in DIR stands in the place of the shipped one of the same
    name.
    """
    from changeadvisor.io.rules import RuleFolder
    from changeadvisor.report.terminal import Progress

    then, now = read_programme(old), read_programme(new)
    own = [RuleFolder.at(p) for p in (rules_before, rules_after) if p is not None]
    for folder in dict.fromkeys(own):
        warn(folder.unread())
    with Progress("Judging initiatives") as progress:
        difference = api.compare(
            then,
            now,
            rules_before=rules_before,
            rules_after=rules_after,
            seed=seed,
            on_progress=progress.update,
        )
    _print_difference(difference, form)
    return 0


def _print_difference(difference: Difference, form: str) -> None:
    """What differs and why, as JSON or as a table."""
    from changeadvisor.report.terminal import difference_table
    from changeadvisor.whatif.compare import to_json

    if form == "json":
        click.echo(to_json(difference), nl=False)
    else:
        click.echo(difference_table(difference, terminal_width()), nl=False)
