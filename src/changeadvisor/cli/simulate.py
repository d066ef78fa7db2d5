"""The command that plays simulated worlds, and the table of what each way of deciding realised."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from changeadvisor import api
from changeadvisor.cli.shared import AnyPath, read_programme, seed_option, terminal_width

if TYPE_CHECKING:
    from changeadvisor.simulation import Result


@click.command(
    help="Play simulated worlds under this advice and under rules of thumb, "
    "beside perfect foresight."
)
@click.option(
    "--worlds",
    default=200,
    show_default=True,
    type=click.IntRange(10, 20000),
    help="How many to play.",
)
@click.option("--spec", type=AnyPath, help="YAML that says what the worlds are like.")
@click.option(
    "--programme",
    type=AnyPath,
    help="Take the shares, delay and depth of one of its reference classes.",
)
@click.option("--class", "reference", help="Which reference class of the programme.")
@seed_option
def simulate(
    worlds: int, spec: Path | None, programme: Path | None, reference: str | None, seed: int
) -> int:
    """Play simulated worlds under this advice and under rules of thumb."""
    from changeadvisor import simulation
    from changeadvisor.report.terminal import Progress

    read = None if programme is None else read_programme(programme)
    described = simulation.worlds_of(spec, read, reference)
    kinds = simulation.draw(described, worlds, seed).old.kind
    ways = {
        "changeadvisor": simulation.by_advice(api.load_rulebook()),
        **simulation.rules_of_thumb(kinds, seed),
    }
    with Progress("Playing") as progress:
        done: list[str] = []

        def on_done(name: str) -> None:
            done.append(name)
            progress.update(len(done), len(ways))

        results = simulation.compare(described, worlds, seed, ways, on_done)
    click.echo(simulation_table(results, worlds, terminal_width()), nl=False)
    return 0


def simulation_table(results: Sequence[Result], worlds: int, width: int) -> str:
    """What each way of deciding realised in simulated worlds, as plain text."""
    from changeadvisor.report.terminal import plain_table

    title = (
        f"{worlds} simulated initiatives, "
        "reviewed one after another by what the register says alone"
    )
    headings = ("Way of deciding", "Value", "Of foresight", "Of the ceiling", "Wrongly ended")
    value = (
        "Value: mean years of full benefit. "
        "Of foresight: share of what perfect foresight adds to always persisting."
    )
    ceiling = (
        "Of the ceiling: share of what knowing each present class and curve adds, "
        "with 95 % limits (bootstrap)."
    )
    ended = (
        "Wrongly ended: of those foresight would keep, "
        "the share ever advised to stop or to change strategy."
    )
    rows = [
        (
            result.name,
            f"{result.value:.2f}",
            f"{result.of_gap:.0%}",
            f"{result.of_ceiling:.0%} ({result.low:.0%} to {result.high:.0%})",
            f"{result.keepers_stopped:.0%}",
        )
        for result in results
    ]
    return plain_table(title, headings, rows, width, (value, ceiling, ended))
