"""The command line's entry point: the group of all commands, and what becomes of every failure.

Results go to standard output; receipts, warnings and progress to standard error. Exit status 0:
done; 1: a check found something; 2: the input cannot be used. No traceback reaches a user unless
CHANGEADVISOR_DEBUG is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import click

from changeadvisor import __version__
from changeadvisor.cli import advise, ask, programme, rules, simulate
from changeadvisor.cli.shared import BROKEN, FAULTY, STOPPED, warn


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit; every failure ends in one clear message."""
    # Many small arrays: more threads would only wait for one another, and burn the time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
        warn(["stopped"])
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ChangeAdvisorError as error:
        warn([str(error)])
        return FAULTY
    except Exception as error:
        return _unforeseen(error)


def _unforeseen(error: Exception) -> int:
    """A file that cannot be used, or a fault of our own, without a traceback."""
    from changeadvisor.errors import plain

    if isinstance(error, OSError):
        where = f"{plain(error.filename, 200)}: " if error.filename else ""
        warn([f"{where}{error.strerror or error}"])
        return FAULTY
    if os.environ.get("CHANGEADVISOR_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {plain(error, 200)}"
    warn([f"a fault in changeadvisor itself ({what}); please report it"])
    return BROKEN


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="changeadvisor")
def commands() -> None:
    """Persist, adjust or stop: reasoned recommendations for a programme of change.

    PROGRAMME is a folder with programme.yaml, one YAML or JSON file, or an Excel workbook.
    """


for _command in (
    programme.check,
    programme.new,
    programme.convert,
    programme.import_,
    programme.publish,
    programme.measures,
    programme.chart,
    programme.classes,
    advise.advise,
    advise.explain,
    advise.whatif,
    advise.compare,
    ask.ask,
    simulate.simulate,
    rules.rules,
    rules.schema,
):
    commands.add_command(_command)


if __name__ == "__main__":
    main()
