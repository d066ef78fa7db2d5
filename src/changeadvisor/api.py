"""The library: what a notebook, a script, the command line and a web page call.

Everything here is offered by `import changeadvisor`. Each function takes and gives frozen values,
writes nothing, and gives the same answer for the same arguments. What is heavy is imported when a
function is called, so that importing this module costs nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from changeadvisor.errors import InputError, nearest, plain

if TYPE_CHECKING:
    from changeadvisor.advice import Advice, InitiativeAdvice
    from changeadvisor.judgement.rulebook import Rulebook
    from changeadvisor.model import Programme
    from changeadvisor.whatif.difference import Difference

AnyPath: TypeAlias = str | PathLike[str]
Part: TypeAlias = Literal["action", "route", "portfolio", "measures"]
Question: TypeAlias = Literal["action", "route"]
OnProgress: TypeAlias = Callable[[int, int], None]
"""Called as `on_progress(done, all)` whenever one more initiative is done."""

_Word = TypeVar("_Word", bound=str)

PARTS: tuple[Part, ...] = ("action", "route", "portfolio", "measures")
"""Every part of an advice."""
QUESTIONS: tuple[Question, ...] = ("action", "route")
"""What may be asked of one initiative by itself: what to do, and how to lead it."""
COURSES = ("persist", "adjust-tactics", "adjust-strategy", "stop")
"""What may be done with an initiative."""


def load(path: AnyPath) -> Programme:
    """Read a programme.

    Arguments:
        path: a folder with `programme.yaml` (and CSV files beside it), one YAML or JSON file, or an
            Excel workbook.

    Raises:
        InputError: the programme cannot be used. `error.faults` holds every fault found, each with
            its file and line (or sheet and cell), what was found, what was expected and a mend.
        OSError: a file is there but cannot be opened.
    """
    from changeadvisor.io.load import load_programme

    return load_programme(Path(path))


def load_rulebook(folder: AnyPath | None = None) -> Rulebook:
    """The rule packs and frameworks that judge.

    Arguments:
        folder: a folder of rules of one's own. A file in it stands in the place of the shipped one
            of the same name; all others are as shipped. None: all as shipped (read once, kept).

    Raises:
        InputError: the folder is not there, holds nothing that is used, or a file in it is faulty.
    """
    from changeadvisor.io.rules import RuleFolder
    from changeadvisor.io.rules import load_rulebook as read

    return _shipped_rulebook() if folder is None else read(RuleFolder.at(Path(folder)))


@cache
def _shipped_rulebook() -> Rulebook:
    """The shipped rules; reading them takes longer than judging an initiative by them."""
    from changeadvisor.io.rules import load_rulebook as read

    return read()


def advise(
    programme: Programme,
    rulebook: Rulebook | None = None,
    *,
    seed: int = 0,
    parts: Sequence[Part] = PARTS,
    locks: Mapping[str, str] | None = None,
    time_limit: float | None = None,
    flips: bool = True,
    on_progress: OnProgress | None = None,
) -> Advice:
    """Advise on every initiative of a programme, and on the programme as a whole.

    Arguments:
        programme: as `load` gives it.
        rulebook: what judges. None: the shipped rules.
        seed: where the random draws begin. The same seed gives the same advice.
        parts: what is wanted, some of "action" (what to do with each initiative), "route" (how to
            lead it), "portfolio" (which set to run) and "measures" (each measure read three ways).
            What is left out is None in the advice.
        locks: initiative id -> course it is set to ("persist", "adjust-tactics", "adjust-strategy"
            or "stop"), whatever the rules say of it. None: no course is set. To see what a course
            would change, and why, use `what_if`.
        time_limit: seconds that each choice of a set may take. None: as long as it needs to be
            proven best. With a limit the same arguments may give another set.
        flips: whether to search for what would change each answer. This takes most of the time.
        on_progress: called as `on_progress(done, all)` after each initiative.

    Raises:
        InputError: an unknown part, or a lock on an unknown initiative or to an unknown course.
        CycleError: initiatives require one another in a ring (an InputError too).
    """
    from changeadvisor.advice import advise as run

    given_locks = dict(locks or {})
    for id, course in given_locks.items():
        _refuse_unknown_initiative("locks", programme, id)
        _known_words("locks", [course], COURSES)
    return run(
        programme,
        load_rulebook() if rulebook is None else rulebook,
        seed=seed,
        parts=_known_words("parts", parts, PARTS),
        on_progress=on_progress,
        locks=given_locks,
        seconds=time_limit,
        flips=flips,
    )


def judge(
    programme: Programme,
    initiative_id: str,
    *,
    questions: Sequence[Question] = QUESTIONS,
    flips: bool = False,
    rulebook: Rulebook | None = None,
    seed: int = 0,
) -> InitiativeAdvice:
    """Judge one initiative by itself: the answers `advise` gives, in a fraction of the time.

    Arguments:
        programme: as `load` gives it.
        initiative_id: the id of the initiative.
        questions: what is asked, one or both of "action" (what to do) and "route" (how to lead
            it). What is not asked is None in the result.
        flips: whether to search for what would change the answers. This takes most of the time.
        rulebook: what judges. None: the shipped rules.
        seed: where the random draws begin.

    Raises:
        InputError: no initiative has that id, or an unknown question.
        CycleError: initiatives require one another in a ring (an InputError too).
    """
    from changeadvisor.advice import judge_initiative

    asked = _known_words("questions", questions, QUESTIONS)
    _refuse_unknown_initiative("initiative_id", programme, initiative_id)
    rules = load_rulebook() if rulebook is None else rulebook
    return judge_initiative(
        programme, rules, initiative_id, questions=asked, flips=flips, seed=seed
    )


def what_if(
    programme: Programme,
    settings: Iterable[str] | Mapping[str, object],
    *,
    rulebook: Rulebook | None = None,
    seed: int = 0,
    base: AnyPath = ".",
    on_progress: OnProgress | None = None,
) -> Difference:
    """What would change if something were set otherwise, and why. The programme stays as it is.

    Arguments:
        programme: as `load` gives it.
        settings: what is set, as "KEY=VALUE" texts like those of the command line, or as a map of
            keys to values. A key is the id of an initiative (its value a course: "persist",
            "adjust-tactics", "adjust-strategy", "stop"; of an idea "start" or "not-start"),
            "limits.budget" or another place in the programme, or "ID.reach" or another place in an
            initiative, named as in programme.yaml. A value in a map may be a number, a text, True
            or False, a date, a list or a map; a text of words or a number is read as on the command
            line, where "3.5m" is 3,500,000, and any other text as it stands; None takes away what
            is there.
        rulebook: what judges before and after. None: the shipped rules.
        seed: where the random draws begin, before and after.
        base: the folder, or the file, that the programme was read from. It is needed only where a
            setting names a file (`adoption.ties`).
        on_progress: called as `on_progress(done, all)`, both runs counted as one.

    Raises:
        InputError: every setting that cannot be read, does not fit, or breaks the law.
    """
    from changeadvisor.whatif.causes import explained
    from changeadvisor.whatif.override_text import read_overrides

    if isinstance(settings, Mapping):
        texts = [f"{key}={_setting_text(value)}" for key, value in settings.items()]
    else:
        texts = [settings] if isinstance(settings, str) else list(settings)
    overrides = read_overrides(texts, programme, Path(base))
    rules = load_rulebook() if rulebook is None else rulebook
    return explained(overrides.change(rules), seed=seed, on_progress=on_progress)


def compare(
    old: Programme,
    new: Programme,
    *,
    rules_before: AnyPath | None = None,
    rules_after: AnyPath | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Difference:
    """Which answers changed between two dated programmes, and what did it.

    Arguments:
        old: the programme as it was.
        new: the programme as it is.
        rules_before: a folder of rules that judge `old`, as for `load_rulebook`. None: as shipped.
        rules_after: a folder of rules that judge `new`. None: as shipped.
        seed: where the random draws begin, before and after.
        on_progress: called as `on_progress(done, all)`, both runs counted as one.

    Raises:
        InputError: a folder of rules cannot be used, or the initiatives of either programme require
            one another in a ring.
    """
    from changeadvisor.io.rules import RuleFolder, load_rule_sets
    from changeadvisor.whatif.causes import between, explained

    before, after = (
        RuleFolder() if folder is None else RuleFolder.at(Path(folder))
        for folder in (rules_before, rules_after)
    )
    change = between(old, new, load_rule_sets(before, after))
    return explained(change, seed=seed, on_progress=on_progress)


def unknown_name(where: str, name: str, known: Sequence[str], none_there: str) -> InputError:
    """The error of a name that is not among those known, with the one that may have been meant.

    `none_there` is what was expected where none is known at all.
    """
    near = nearest(name, known)
    return InputError.one(
        where,
        f"`{plain(name)}`",
        f"one of {', '.join(known)}" if known else none_there,
        f"did you mean `{near}`?" if near else "",
    )


def _refuse_unknown_initiative(where: str, programme: Programme, id: str) -> None:
    if programme.initiative(id) is None:
        ids = [i.id for i in programme.initiatives]
        raise unknown_name(where, id, ids, "an initiative of the programme, which has none")


def _known_words(where: str, words: Sequence[_Word], known: Sequence[_Word]) -> tuple[_Word, ...]:
    """The words as a tuple. Raises InputError where one is not known."""
    if isinstance(words, str):
        # A text is a sequence too, of letters: without this the fault would be of the first letter.
        raise InputError.one(where, f"the text `{plain(words)}`", f'a list, such as ["{known[0]}"]')
    for word in words:
        if word not in known:
            raise unknown_name(where, word, known, "")
    return tuple(words)


def _setting_text(value: object) -> str:
    """A value as the command line takes it after the sign of equality.

    The command line reads YAML, of which JSON is a part. A text with signs in it (`A: b`, `[c]`)
    would be read as a map or a list, so it goes quoted.
    """
    if isinstance(value, str) and re.fullmatch(r"-?[\w£.][\w£.,+ -]*", value):
        return value
    return json.dumps(value, ensure_ascii=False, default=_iso_date)


def _iso_date(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"a setting cannot hold {type(value).__name__}")
