"""The command that asks: a conversation about one initiative, written into its programme."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from changeadvisor import api
from changeadvisor.cli.shared import STOPPED, AnyPath, read_programme, seed_option, warn

if TYPE_CHECKING:
    import datetime as dt

    from changeadvisor.interview.conversation import Conversation
    from changeadvisor.interview.questions import About
    from changeadvisor.model import Initiative, Programme


@click.command(
    help="""\
    Ask the fewest questions that settle how to lead an initiative, and write the answers into the
    programme.

    The question that tells most comes first. Each answer is written at once, with who and when;
    nothing else in the file changes. Where others have answered too, all answers are kept.
    """
)
@click.argument("programme", type=AnyPath)
@click.argument("initiative")
@click.option("--by", metavar="WHO", help="Who answers: a name or a role. Asked for if not given.")
@click.option(
    "--on",
    metavar="DATE",
    help="Date of the answers; by default today, or as_of if that is earlier.",
)
@click.option(
    "--question",
    "about",
    type=click.Choice(["route", "action"]),
    default="route",
    show_default=True,
)
@click.option(
    "--all", "every", is_flag=True, help="Go on when it is settled, and ask again what is answered."
)
@seed_option
def ask(
    programme: Path,
    initiative: str,
    by: str | None,
    on: str | None,
    about: About,
    every: bool,
    seed: int,
) -> int:
    """Ask the fewest questions that settle how to lead an initiative."""
    from changeadvisor.interview import conversation, questions
    from changeadvisor.interview.answer_file import AnswerFile

    file = AnswerFile(programme)
    read = read_programme(programme)
    asked_about = _open_initiative(read, initiative)
    day = _date_of_answers(on, read)
    try:
        who = conversation.named(by, conversation.read_line)
        interview = questions.begin(read, asked_about, api.load_rulebook(), about=about, seed=seed)
    except KeyboardInterrupt:
        warn(["", "Stopped. No answers written."])
        return STOPPED
    talk = conversation.Conversation(
        read,
        interview,
        asked_about,
        file,
        who,
        day,
        conversation.read_line,
        click.echo,
        wait=sys.stdin.isatty(),
        all=every,
    )
    return _hold(talk)


def _hold(talk: Conversation) -> int:
    """Have the conversation: however it ends, what was answered is kept, and how much is said."""
    status = 0
    try:
        talk.run()
    except EOFError:
        click.echo("")
    except KeyboardInterrupt:
        click.echo("\nStopped.")
        status = STOPPED
    except Exception:
        warn([talk.summary])
        raise
    click.echo(talk.summary)
    return status


def _open_initiative(programme: Programme, id: str) -> Initiative:
    """The initiative of that id. Raises InputError where there is none, or it has ended."""
    from changeadvisor.errors import InputError, plain

    initiative = programme.initiative(id)
    if initiative is None:
        ids = [i.id for i in programme.initiatives]
        raise api.unknown_name("INITIATIVE", id, ids, "one of none: there are none")
    if initiative.stage == "closed":
        raise InputError.one(
            "INITIATIVE", f"`{plain(id)}`, which has ended", "an initiative that is not closed"
        )
    return initiative


def _date_of_answers(given: str | None, programme: Programme) -> dt.date:
    """The date as given, else today, but not after the date as of which is judged."""
    import datetime as dt

    from changeadvisor.errors import InputError, plain
    from changeadvisor.io import cells

    if given is None:
        return min(dt.date.today(), programme.as_of)
    try:
        day = cells.date(given)
    except ValueError:
        day = None
    if day is None:
        raise InputError.one("--on", f"`{plain(given)}`", "a date such as 2026-09-30")
    return day
