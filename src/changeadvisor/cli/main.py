"""The command line: a thin shell over `loading`, `advice` and `report`.

Results go to standard output; receipts, warnings and progress to standard error. Exit status 0:
done; 1: a check found something; 2: the input cannot be used. No traceback reaches a user unless
CHANGEADVISOR_DEBUG is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from changeadvisor import __version__

if TYPE_CHECKING:
    import datetime as dt

    from changeadvisor.advice import Advice, Part
    from changeadvisor.interview.conversation import Conversation
    from changeadvisor.interview.questions import About
    from changeadvisor.judgement.rulebook import Rulebook
    from changeadvisor.model import Initiative, Programme
    from changeadvisor.performance.reading import How
    from changeadvisor.publish import Include
    from changeadvisor.report.measure_pictures import Kind
    from changeadvisor.whatif.causes import Transition

FAULTY, FOUND, BROKEN, STOPPED = 2, 1, 70, 130
_PARTS: tuple[Part, ...] = ("action", "route", "portfolio", "measures")
_AnyPath = click.Path(path_type=Path)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit; every failure ends in one clear message."""
    sys.exit(
        _guarded(lambda: commands.main(argv, prog_name="changeadvisor", standalone_mode=False))
    )


def _guarded(run: Callable[[], object]) -> int:
    """Run, and turn whatever goes wrong into a message and an exit status."""
    from changeadvisor.errors import ChangeAdvisorError

    try:
        result = run()
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _warn(["stopped"])
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ChangeAdvisorError as error:
        _warn([str(error)])
        return FAULTY
    except Exception as error:
        return _unforeseen(error)


def _unforeseen(error: Exception) -> int:
    """A file that cannot be used, or a fault of our own, without a traceback."""
    from changeadvisor.errors import plain

    if isinstance(error, OSError):
        where = f"{plain(error.filename, 200)}: " if error.filename else ""
        _warn([f"{where}{error.strerror or error}"])
        return FAULTY
    if os.environ.get("CHANGEADVISOR_DEBUG"):
        raise error
    _warn(
        [
            f"a fault in changeadvisor itself ({type(error).__name__}: {plain(error, 200)}); please report it"
        ]
    )
    return BROKEN


def _warn(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="changeadvisor")
def commands() -> None:
    """Persist, adjust or stop: reasoned recommendations for a programme of change.

    PROGRAMME is a folder with programme.yaml, one YAML or JSON file, or an Excel workbook.
    """


# --- in -------------------------------------------------------------------------------------------


@commands.command()
@click.argument("path", type=_AnyPath)
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

    reading = load.read_programme(path)
    _warn(reading.receipt.lines())
    _warn(reading.notices)
    if reading.programme is None or reading.faults:
        raise InputError(reading.faults)
    click.echo(_counted(reading.programme))
    for line in _most_missed(reading.programme, most):
        click.echo(line)
    return 0


def _counted(programme: Programme) -> str:
    from changeadvisor.words import day_text, many

    readings = sum(len(m.observations) for m in programme.measures)
    return (
        f"No faults. {many(len(programme.initiatives), 'initiative')}, {many(len(programme.measures), 'measure')}, "
        f"{many(readings, 'reading')}, as of {day_text(programme.as_of)}."
    )


def _most_missed(programme: Programme, most: int) -> Iterable[str]:
    """The unknown facts that could move an answer most, over the whole programme."""
    from changeadvisor.advice import advise, missing_overall
    from changeadvisor.errors import plain
    from changeadvisor.words import many

    rows = missing_overall(advise(programme, _judges(), parts=("action", "route")))
    if rows:
        yield f"{many(len(rows), 'missing fact')} could move an answer. Those that could move it most:"
    for row in rows[:most]:
        move = "" if row.could_move is None else f"{many(row.could_move, 'deciban')}: "
        yield f"  {move}{plain(row.initiative)}, {row.fact}: {row.question}"


@commands.command()
@click.argument("path", type=_AnyPath)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(path: Path, force: bool) -> int:
    """Write an empty register to fill in.

    An Excel workbook with help, drop-downs and one worked row.
    """
    from changeadvisor.io import workbook_write

    _free(path, force, (".xlsx",))
    workbook_write.write_workbook(None, path)
    click.echo(f"Wrote {path}. Fill it in, then run: changeadvisor check {path}")
    return 0


@commands.command()
@click.argument("programme", type=_AnyPath)
@click.argument("out", type=_AnyPath)
@click.option("--force", is_flag=True, help="Write over what is there.")
def convert(programme: Path, out: Path, force: bool) -> int:
    """Write a programme in another form.

    OUT is a workbook (.xlsx), one file (.yaml or .json) or a folder.
    """
    from changeadvisor.io import load, save, workbook_write

    read = load.load_programme(programme)
    kind = out.suffix.lower()
    if kind in _FILES:
        _free(out, force, (".xlsx", ".yaml", ".yml", ".json"))
        (workbook_write.write_workbook if kind == ".xlsx" else save.write_file)(read, out)
    else:
        save.write_folder(read, out, force=force)
    click.echo(f"Wrote {out}.")
    return 0


#: Endings of OUT that are meant as a file; those we do not write are refused, any other name is a
#: folder.
_FILES = (
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


def _free(path: Path, force: bool, suffixes: tuple[str, ...]) -> None:
    """Refuse to write over a file, or to a name that does not fit."""
    from changeadvisor.errors import InputError

    if path.suffix.lower() not in suffixes:
        raise InputError.one(
            str(path),
            f"a name ending in `{path.suffix}`",
            f"a name ending in {' or '.join(suffixes)}",
        )
    if not path.parent.is_dir():
        mend = "make the folder first"
        raise InputError.one(
            str(path), "a folder that is not there", "a file in a folder that is there", mend
        )
    if path.exists() and not force:
        raise InputError.one(
            str(path), "a file that is already there", "a new name", "add --force to write over it"
        )


@commands.group(name="import")
def import_() -> None:
    """Read published files into a programme."""


@import_.command()
@click.argument("files", type=_AnyPath, nargs=-1, required=True)
@click.option("--out", type=_AnyPath, required=True, help="Folder to write the programme to.")
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
    from changeadvisor.io.mapping import gmpp as published

    found = published.read_gmpp(files, _snapshots(snapshot))
    save.write_folder(found.programme, out, force=force)
    _warn(found.receipt.lines())
    click.echo(f"Wrote {len(found.programme.initiatives)} projects to {out}.")
    return 0


def _snapshots(given: Sequence[str]) -> dict[str, Any]:
    """FILE=DATE pairs as a map."""
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


# --- advice ---------------------------------------------------------------------------------------


def _parts(_context: object, _parameter: object, value: str | None) -> tuple[str, ...]:
    """The parts named by `--only`."""
    if value is None:
        return _PARTS
    names = tuple(part.strip() for part in value.split(","))
    wrong = [name for name in names if name not in _PARTS]
    if wrong:
        raise click.BadParameter(f"{', '.join(wrong)}: expected some of {', '.join(_PARTS)}")
    return names


_seed = click.option("--seed", default=0, show_default=True, help="Where the random draws begin.")


@commands.command()
@click.argument("programme", type=_AnyPath)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.option("--report", type=_AnyPath, help="Also write an HTML report to this file.")
@click.option(
    "--only", callback=_parts, metavar="PARTS", help="Some of action,route,portfolio,measures."
)
@_seed
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
    """Say for each initiative: persist, adjust tactics, adjust strategy or stop; how to lead it.

    And why.
    """
    from changeadvisor.advice import to_json

    advice = _advised(programme, only, seed, time_limit)
    if report is not None:
        from changeadvisor.io import save
        from changeadvisor.report import render

        save.write_text(render.html(advice), report)
        _warn([f"Wrote {report}."])
    if form == "json":
        click.echo(to_json(advice), nl=False)
    else:
        from changeadvisor.report.terminal import advice_table

        click.echo(advice_table(advice, _width()), nl=False)
    return 0


def _advised(path: Path, parts: Sequence[Part], seed: int, seconds: float | None = None) -> Advice:
    """Load and advise, with the receipt and a progress bar on standard error."""
    from changeadvisor.advice import advise as run
    from changeadvisor.report.terminal import Progress

    read = _read(path)
    with Progress("Judging initiatives") as progress:
        return run(
            read, _judges(), seed=seed, parts=parts, on_progress=progress.update, seconds=seconds
        )


def _read(path: Path) -> Programme:
    """The programme, its receipt and notices on standard error.

    Raises InputError with every fault.
    """
    from changeadvisor.errors import InputError
    from changeadvisor.io import load

    reading = load.read_programme(path)
    _warn(reading.receipt.lines())
    if reading.programme is None or reading.faults:
        raise InputError(reading.faults)
    _warn(reading.notices)
    return reading.programme


def _width() -> int:
    """The width of the terminal.

    A fixed one where output goes elsewhere, so that it is always the same.
    """
    import shutil

    return max(80, shutil.get_terminal_size((110, 40)).columns) if sys.stdout.isatty() else 110


def _judges() -> Rulebook:
    from changeadvisor.io import rules as library

    return library.load_rulebook()


@commands.command()
@click.argument("programme", type=_AnyPath)
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
@_seed
def ask(
    programme: Path,
    initiative: str,
    by: str | None,
    on: str | None,
    about: About,
    every: bool,
    seed: int,
) -> int:
    """Ask the fewest questions that settle how to lead an initiative, and write the answers into the programme.

    The question that tells most comes first. Each answer is written at once, with who and when;
    nothing else in the file changes. Where others have answered too, all answers are kept.
    """
    from changeadvisor.interview import conversation, questions
    from changeadvisor.interview.answer_file import AnswerFile

    file = AnswerFile(programme)
    read = _read(programme)
    found = _open_initiative(read, initiative)
    day = _answered_on(on, read)
    try:
        who = conversation.named(by, conversation.read_line)
        interview = questions.begin(read, found, _judges(), about=about, seed=seed)
    except KeyboardInterrupt:
        _warn(["", "Stopped. No answers written."])
        return STOPPED
    wait = sys.stdin.isatty()
    talk = conversation.Conversation(
        read,
        interview,
        found,
        file,
        who,
        day,
        conversation.read_line,
        click.echo,
        wait=wait,
        all=every,
    )
    return _talked(talk)


def _talked(talk: Conversation) -> int:
    """Have the conversation.

    However it ends, what was answered is kept, and how much that is is said.
    """
    status = 0
    try:
        talk.run()
    except EOFError:
        click.echo("")
    except KeyboardInterrupt:
        click.echo("\nStopped.")
        status = STOPPED
    except Exception:
        _warn([talk.summary])
        raise
    click.echo(talk.summary)
    return status


def _open_initiative(read: Programme, id: str) -> Initiative:
    """The initiative of that id. Raises InputError where there is none, or it has ended."""
    from changeadvisor.errors import InputError, nearest, plain

    found = next((i for i in read.initiatives if i.id == id), None)
    if found is None:
        ids = [i.id for i in read.initiatives]
        near = nearest(id, ids)
        mend = f"did you mean `{near}`?" if near else ""
        raise InputError.one(
            "INITIATIVE",
            f"`{plain(id)}`",
            f"one of {', '.join(ids) or 'none: there are none'}",
            mend,
        )
    if found.stage == "closed":
        raise InputError.one(
            "INITIATIVE", f"`{plain(id)}`, which has ended", "an initiative that is not closed"
        )
    return found


def _answered_on(given: str | None, read: Programme) -> dt.date:
    """The date of the answers.

    As given, else today, but not after the date as of which is judged.
    """
    import datetime as dt

    from changeadvisor.errors import InputError, plain
    from changeadvisor.io import cells

    if given is None:
        return min(dt.date.today(), read.as_of)
    try:
        found = cells.date(given)
    except ValueError:
        found = None
    if found is None:
        raise InputError.one("--on", f"`{plain(given)}`", "a date such as 2026-09-30")
    return found


@commands.command()
@click.option(
    "--worlds",
    default=200,
    show_default=True,
    type=click.IntRange(10, 20000),
    help="How many to play.",
)
@click.option("--spec", type=_AnyPath, help="YAML that says what the worlds are like.")
@click.option(
    "--programme",
    type=_AnyPath,
    help="Take the shares, delay and depth of one of its reference classes.",
)
@click.option("--class", "reference", help="Which reference class of the programme.")
@_seed
def simulate(
    worlds: int, spec: Path | None, programme: Path | None, reference: str | None, seed: int
) -> int:
    """Play simulated worlds under this advice and under rules of thumb, beside perfect foresight."""
    from changeadvisor import simulation
    from changeadvisor.report.terminal import Progress, simulation_table

    told = simulation.worlds_of(spec, None if programme is None else _read(programme), reference)
    kinds = simulation.draw(told, worlds, seed).old.kind
    ways = {
        "changeadvisor": simulation.by_advice(_judges(), seed),
        **simulation.rules_of_thumb(kinds, seed),
    }
    with Progress("Playing") as progress:
        done: list[str] = []

        def on_done(name: str) -> None:
            done.append(name)
            progress.update(len(done), len(ways))

        found = simulation.compare(told, worlds, seed, ways, on_done)
    click.echo(simulation_table(found, worlds, _width()), nl=False)
    return 0


_form = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)


@commands.command()
@click.argument("programme", type=_AnyPath)
@click.option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="KEY=VALUE",
    help="What is set; may be repeated.",
)
@_form
@_seed
def whatif(programme: Path, settings: tuple[str, ...], form: str, seed: int) -> int:
    """Say what would change if something were set otherwise, and why. Nothing is written.

    \b
    --set ID=COURSE                course of an initiative: persist, adjust-tactics,
                                   adjust-strategy, stop; of an idea: start, not-start
    --set limits.budget=3.5m       a value of the programme (£, k, m, bn understood)
    --set ID.reach=[200,300,400]   a value of an initiative, as in programme.yaml
    --set ID.judgements.support.sponsor=weak
    --set as_of=2026-12-31         ID.ends=null takes a value away
    """  # noqa: D301 (click knows a block that is not to be wrapped by it)
    from changeadvisor.whatif import override_text

    read = _read(programme)
    found = override_text.read_overrides(settings, read, programme)
    return _shown_difference(found.change(_judges()), form, seed)


@commands.command()
@click.argument("old", type=_AnyPath)
@click.argument("new", type=_AnyPath)
@click.option(
    "--rules-before",
    type=_AnyPath,
    metavar="DIR",
    help="Rule packs that judge OLD; by default those shipped.",
)
@click.option(
    "--rules-after",
    type=_AnyPath,
    metavar="DIR",
    help="Rule packs that judge NEW; by default those shipped.",
)
@_form
@_seed
def compare(
    old: Path, new: Path, rules_before: Path | None, rules_after: Path | None, form: str, seed: int
) -> int:
    """Say which answers changed between two dated programmes, and what did it.

    The data, a limit, the age of the evidence, a threshold or a rule: each is found by judging
    again with it and without it. A file in DIR stands in the place of the shipped one of the same
    name.
    """
    from changeadvisor.io import rules as library
    from changeadvisor.whatif import causes

    then, now = _read(old), _read(new)
    ours = library.RuleFolder()
    before, after = (library.RuleFolder.at(p) if p else ours for p in (rules_before, rules_after))
    for folder in dict.fromkeys((before, after)):
        _warn(folder.unread())
    return _shown_difference(
        causes.between(then, now, library.load_rule_sets(before, after)), form, seed
    )


def _shown_difference(change: Transition, form: str, seed: int) -> int:
    """Work a change out, with a progress bar on standard error, and print what differs."""
    from changeadvisor.report.terminal import Progress, difference_table
    from changeadvisor.whatif import causes
    from changeadvisor.whatif import compare as differences

    with Progress("Judging initiatives") as progress:
        found = causes.explained(change, seed=seed, on_progress=progress.update)
    click.echo(
        differences.to_json(found) if form == "json" else difference_table(found, _width()),
        nl=False,
    )
    return 0


@commands.command()
@click.argument("programme", type=_AnyPath)
@click.argument("initiative")
@_seed
def explain(programme: Path, initiative: str, seed: int) -> int:
    """The whole working for one initiative, in plain words."""
    from changeadvisor.errors import InputError, nearest, plain
    from changeadvisor.report.render import explanation

    advice = _advised(programme, _PARTS, seed)
    found = advice.initiative(initiative)
    if found is None:
        ids = [i.id for i in advice.initiatives]
        near = nearest(initiative, ids)
        mend = f"did you mean `{near}`?" if near else ""
        expected = (
            f"one of {', '.join(ids)}" if ids else "an initiative of the programme, which has none"
        )
        raise InputError.one("INITIATIVE", f"`{plain(initiative)}`", expected, mend)
    click.echo(explanation(advice, found), nl=False)
    return 0


@commands.command()
@click.argument("programme", type=_AnyPath)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.option(
    "--others",
    type=click.Choice(["listed", "features", "region", "kind", "all"]),
    help="Which areas to compare with; by default the first of these ways that finds any.",
)
@click.option(
    "--no-screen",
    is_flag=True,
    help="Keep outlying moving ranges in the limits, as the NHS's Excel tool does.",
)
@click.option(
    "--baseline",
    type=click.IntRange(min=2),
    metavar="N",
    help="Take limits from the first N points only.",
)
@click.option(
    "--choose",
    type=click.IntRange(min=1),
    metavar="K",
    help="Also choose K measures that tell most.",
)
@click.option("--pin", multiple=True, metavar="MEASURE", help="A measure that must be among them.")
@click.option("--bar", multiple=True, metavar="MEASURE", help="A measure that must not be.")
@_seed
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
    """Read every measure three ways.

    Against our own past, a standard or target, and other councils.
    """
    from changeadvisor.advice import measures as lenses
    from changeadvisor.errors import InputError
    from changeadvisor.performance.reading import Drawing
    from changeadvisor.report.terminal import measures_table

    reading = _read(programme)
    if (pin or bar) and choose is None:
        raise InputError.one(
            "--pin, --bar", "no number of measures to choose", "`--choose K` with them"
        )
    drawing = Drawing(screen=not no_screen, baseline=baseline)
    found = lenses.measures_part(reading, _judges().lens, seed, others, drawing)
    if choose is not None:
        found = lenses.with_choice(found, reading, choose, pin, bar)
    click.echo(
        lenses.part_json(found) if form == "json" else measures_table(found, reading, _width()),
        nl=False,
    )
    return 0


@commands.command()
@click.argument("programme", type=_AnyPath)
@click.argument("measure")
@click.option(
    "--kind", type=click.Choice(["xmr", "funnel", "rank", "gap"]), default="xmr", show_default=True
)
@click.option("-o", "--out", type=_AnyPath, required=True, help="Where to write it: .svg or .png.")
@click.option(
    "--others",
    type=click.Choice(["listed", "features", "region", "kind", "all"]),
    help="As for `measures`.",
)
@click.option(
    "--no-screen",
    is_flag=True,
    help="Keep outlying moving ranges in the limits, as the NHS's Excel tool does.",
)
@click.option(
    "--baseline",
    type=click.IntRange(min=2),
    metavar="N",
    help="Take limits from the first N points only.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@_seed
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
    from changeadvisor.advice import measures as lenses
    from changeadvisor.errors import InputError, nearest, plain
    from changeadvisor.io import save
    from changeadvisor.performance.reading import Drawing
    from changeadvisor.report import measure_pictures
    from changeadvisor.report.charts import drawing as charts

    _free(out, force, (".svg", ".png"))
    read = _read(programme)
    found = read.measure(measure)
    if found is None:
        ids = [m.id for m in read.measures]
        near = nearest(measure, ids)
        mend = f"did you mean `{near}`?" if near else ""
        raise InputError.one(
            "MEASURE",
            f"`{plain(measure)}`",
            f"one of {', '.join(ids) or 'none: there are none'}",
            mend,
        )
    drawing = Drawing(screen=not no_screen, baseline=baseline)
    view = measure_pictures.view_of(
        read, found, lenses.read_one(read, found, _judges().lens, seed, others, drawing), kind
    )
    save.write_bytes(charts.render(view, "png" if out.suffix.lower() == ".png" else "svg"), out)
    click.echo(f"Wrote {out}. {charts.alt_text(view)}")
    return 0


@commands.command()
@click.argument("programme", type=_AnyPath)
@click.option(
    "-o", "--out", type=_AnyPath, required=True, help="Folder to write the data package to."
)
@click.option(
    "--include",
    type=click.Choice(["initiatives", "people"]),
    multiple=True,
    help="What else to publish.",
)
@click.option("--force", is_flag=True, help="Write over what is there.")
@_seed
def publish(
    programme: Path, out: Path, include: tuple[Include, ...], force: bool, seed: int
) -> int:
    """Share goals.

    Measures, targets and results as open data and a page, nothing confidential unless included.
    """
    from changeadvisor import publish as sharing
    from changeadvisor.advice import measures as lenses
    from changeadvisor.words import many

    read = _read(programme)
    found = lenses.measures_part(read, _judges().lens, seed).measures
    sharing.publish(read, found, out, include=include, force=force)
    click.echo(f"Wrote {many(len(read.measures), 'measure')} to {out}.")
    return 0


@commands.command()
def classes() -> int:
    """Show the published reference classes that any initiative may name, with their sources."""
    from changeadvisor.io import load
    from changeadvisor.report.terminal import classes_table

    click.echo(classes_table(load.published_classes(), _width()), nl=False)
    return 0


@commands.command()
@click.argument("name")
def schema(name: str) -> int:
    """Print the JSON Schema of `programme`, `advice`, `difference`, `pack` or `framework`."""
    import json

    from changeadvisor.cli import schemas

    click.echo(json.dumps(schemas.schema(name), indent=2, ensure_ascii=False))
    return 0


# --- rules ----------------------------------------------------------------------------------------


@commands.group()
def rules() -> None:
    """Test, check, question and read rule packs.

    PATH is a file, or the name of a pack that comes with this.
    """


@rules.command(name="test")
@click.argument("path")
def rules_test(path: str) -> int:
    """Run every inline test of a pack or framework."""
    from changeadvisor.io import rules as library

    results = list(library.run_inline_tests(path))
    failed = [r for r in results if not r.passed]
    for result in failed:
        click.echo(f"{result.rule}: {result.it}: expected {result.expected}, found {result.found}")
    click.echo(
        f"{len(results) - len(failed)} passed, {len(failed)} failed"
        if results
        else "no tests in it"
    )
    return 0 if results and not failed else FOUND


@rules.command(name="lint")
@click.argument("path")
def rules_lint(path: str) -> int:
    """Report gaps, overlaps, rules that cannot fire, things unused, and answers milder when facts are worse."""
    from changeadvisor.io import rules as library
    from changeadvisor.judgement.lint import lint

    report = lint(library.load_pack(path))
    _warn(report.notes)
    for finding in report.findings:
        click.echo(str(finding))
    click.echo(f"{len(report.findings)} found")
    return FOUND if report.findings else 0


@rules.command(name="ask")
@click.argument("pack")
@click.option(
    "--facts", type=_AnyPath, required=True, help="A CSV with a column a fact and a row a case."
)
@click.option("--format", "form", type=click.Choice(["csv"]), default="csv", show_default=True)
def rules_ask(pack: str, facts: Path, form: str) -> int:
    """Judge a table of facts with a pack; adds answer, support, margin and the rules that fired."""
    from changeadvisor.io import fact_tables
    from changeadvisor.io import rules as library

    del form
    answered = fact_tables.ask(library.load_pack(pack), facts)
    _warn(answered.notes)
    click.echo(answered.text, nl=False)
    return 0


@rules.command(name="show")
@click.argument("path")
def rules_show(path: str) -> int:
    """Print a pack or a framework as a page people can read (Markdown)."""
    from changeadvisor.io import rules as library
    from changeadvisor.judgement import RulePack
    from changeadvisor.report import reference

    found = library.load_rules(path)
    page = (
        reference.pack_page(found)
        if isinstance(found, RulePack)
        else reference.framework_page(found)
    )
    click.echo(page, nl=False)
    return 0


@rules.command(name="facts")
def rules_facts() -> int:
    """Print the vocabulary.

    Every fact a rule may mention, its levels, and the question that settles it (Markdown).
    """
    from changeadvisor.io import rules as library
    from changeadvisor.report import reference

    click.echo(reference.vocabulary_page(library.vocabulary()), nl=False)
    return 0


if __name__ == "__main__":
    main()
