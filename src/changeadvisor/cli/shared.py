"""What the commands share: exit statuses, options, reading a programme, refusing to overwrite."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from changeadvisor.model import Programme

FOUND = 1
"""A check found something."""
FAULTY = 2
"""The input cannot be used."""
BROKEN = 70
"""A fault in changeadvisor itself."""
STOPPED = 130
"""Somebody pressed Ctrl-C."""

AnyPath = click.Path(path_type=Path)

seed_option = click.option(
    "--seed", default=0, show_default=True, help="Where the random draws begin."
)
form_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)

_Command = TypeVar("_Command", bound=Callable[..., Any])


def drawing_options(others_help: str) -> Callable[[_Command], _Command]:
    """The options that say how a measure is read: with whom it is compared, and its limits."""
    options = (
        click.option(
            "--others",
            type=click.Choice(["listed", "features", "region", "kind", "all"]),
            help=others_help,
        ),
        click.option(
            "--no-screen",
            is_flag=True,
            help="Keep outlying moving ranges in the limits, as the NHS's Excel tool does.",
        ),
        click.option(
            "--baseline",
            type=click.IntRange(min=2),
            metavar="N",
            help="Take limits from the first N points only.",
        ),
    )

    def with_options(command: _Command) -> _Command:
        # Decorators are applied from the last to the first, so that help lists the first first.
        for option in reversed(options):
            command = option(command)
        return command

    return with_options


def warn(lines: Iterable[str]) -> None:
    """Write lines to standard error."""
    for line in lines:
        click.echo(line, err=True)


def terminal_width() -> int:
    """The width of the terminal, at least 80; where output goes elsewhere, always the same."""
    import shutil

    if not sys.stdout.isatty():
        return 110
    return max(80, shutil.get_terminal_size((110, 40)).columns)


def read_programme(path: Path) -> Programme:
    """A programme, its receipt and notices on standard error.

    Raises InputError with every fault.
    """
    from changeadvisor.errors import InputError
    from changeadvisor.io import load

    reading = load.read_programme(path)
    warn(reading.receipt.lines())
    if reading.programme is None or reading.faults:
        raise InputError(reading.faults)
    warn(reading.notices)
    return reading.programme


def refuse_to_overwrite(path: Path, force: bool, suffixes: tuple[str, ...]) -> None:
    """Raise InputError where a file is there already, or its name or folder does not fit."""
    from changeadvisor.errors import InputError

    if path.suffix.lower() not in suffixes:
        raise InputError.one(
            str(path),
            f"a name ending in `{path.suffix}`",
            f"a name ending in {' or '.join(suffixes)}",
        )
    if not path.parent.is_dir():
        raise InputError.one(
            str(path),
            "a folder that is not there",
            "a file in a folder that is there",
            "make the folder first",
        )
    if path.exists() and not force:
        raise InputError.one(
            str(path), "a file that is already there", "a new name", "add --force to write over it"
        )
