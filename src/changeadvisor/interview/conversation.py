"""The conversation of `changeadvisor ask`: one question at a time, each answer written at once.

Nothing here weighs or averages: where several people answered, who said what is shown first, then
how far they lie apart.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import select
import signal
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import ValidationError

from changeadvisor.errors import InputError, nearest, plain
from changeadvisor.facts import Fact, FactSheet, Single
from changeadvisor.interview.answer_file import AnswerFile, same_rater
from changeadvisor.interview.questions import ENOUGH, Interview, InterviewState
from changeadvisor.io import cells
from changeadvisor.model import Initiative, Judgement, Programme
from changeadvisor.words import (
    answer_in_sentence,
    day_text,
    many,
    many_or_no,
)

#: What a reply can be, besides an answer.
Reply = Literal["unknown", "back", "stop"]
_WAYS_OUT: dict[str, Reply] = {
    "": "unknown",
    "?": "unknown",
    "b": "back",
    "back": "back",
    "q": "stop",
    "quit": "stop",
}
_HOW = "Type the number or the word, `because …` after it if you like. Enter: not known. b: back. q: stop and keep."
_TWENTY = 20


def read_line(prompt: str) -> str:
    """A line typed or piped in; EOFError at the end.

    In a terminal Ctrl-C is heard whenever it comes.

    A signal that comes just before a blocking read would wait for the next line. So the terminal
    and the signals are waited for together, and the line is read once it is there.
    """
    if os.name != "posix" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return input(prompt)
    sys.stdout.write(prompt)
    sys.stdout.flush()
    heard, told = os.pipe()
    os.set_blocking(told, False)
    before = signal.set_wakeup_fd(told)
    try:
        select.select([sys.stdin, heard], [], [])
        return input()
    finally:
        signal.set_wakeup_fd(before)
        os.close(heard)
        os.close(told)


def named(given: str | None, read: Callable[[str], str]) -> str:
    """Who answers; asked for until there is a name. Raises InputError where none is given."""
    who = given
    while who is None or not _sound(who):
        if given is not None:
            raise InputError.one("--by", f"`{plain(given)}`", "the name or role of who answers")
        try:
            who = read("Who answers (name or role)? ")
        except EOFError:
            raise InputError.one(
                "--by", "nobody", "the name or role of who answers", "add --by NAME"
            ) from None
    return cells.folded(who)


def _sound(who: str) -> bool:
    try:
        Judgement(level="yes", by=cells.folded(who))
    except ValidationError:
        return False
    return not cells.unknown(who) and plain(who, len(who)) == who


@dataclass(slots=True)
class Conversation:
    """A run of questions with one rater.

    read: gives a line for a prompt, EOFError at the end. say: shows a line. wait: whether to offer
    to go on once it is settled. all: go on without asking. asked: facts asked in this run, in
    order. again: the one to go back to.
    """

    programme: Programme
    interview: Interview
    initiative: Initiative
    file: AnswerFile
    by: str
    on: dt.date
    read: Callable[[str], str]
    say: Callable[[str], None]
    wait: bool = True
    all: bool = False
    asked: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Ask until it is settled, nothing is left, or the rater stops."""
        standing = self._look()
        self._greet(standing)
        while (fact := self._next(standing)) is not None:
            if standing.settled and not self.all and not self.again and not self._goes_on(standing):
                return
            reply = self._ask(fact)
            if reply == "stop":
                return
            standing = self._taken(fact, reply, standing)
        self.say("")
        self.say(_left(standing))

    def _taken(
        self, fact: Fact, reply: Judgement | Reply, standing: InterviewState
    ) -> InterviewState:
        """What a reply does.

        Go back, leave it unknown, or write it and see where the answer stands then.
        """
        if reply == "back":
            self.again = self.asked[-1:]
            self.asked = self.asked[:-1]
            return standing
        self.again = []
        self.asked.append(fact.name)
        if not isinstance(reply, Judgement):
            return standing
        self._keep(fact, reply)
        standing = self._look()
        self.say(f"  {_now(standing)}")
        return standing

    @property
    def summary(self) -> str:
        """How many answers were written, and where."""
        whose = f", by {plain(self.by)}, dated {day_text(self.on)}" if self.file.written else ""
        return f"{many_or_no(self.file.written, 'answer')} written to {plain(self.file.path, 300)}{whose}."

    def _look(self) -> InterviewState:
        return self.interview.look(self._sheet())

    def _sheet(self) -> FactSheet:
        return self.interview.sheet(self.initiative, self.programme)

    def _greet(self, standing: InterviewState) -> None:
        facts, open_ = len(self.interview.facts), len(standing.order)
        self.say(
            f"{plain(self.initiative.title, 200)}. {many(open_, 'question')} open, of {facts}."
        )
        self.say(
            f"Answers go to {plain(self.file.path, 300)}, by {plain(self.by)}, dated {day_text(self.on)}."
        )
        if self.on > self.programme.as_of:
            self.say(
                f"That is after {day_text(self.programme.as_of)}, as of which is judged: they do not count yet."
            )
        self.say(_HOW)
        self.say(_now(standing))

    # Which question.

    def _goes_on(self, standing: InterviewState) -> bool:
        """Say that it is settled; whether the rater wants to go on all the same."""
        self.say("")
        self.say(_left(standing))
        if self.wait:
            self.all = self.read("Go on all the same (y or n)? ").strip().lower() in ("y", "yes")
        return self.all

    def _next(self, standing: InterviewState) -> Fact | None:
        """The question to go back to, else the most telling open one.

        After these, or with `all`, what is known.
        """
        every = [*standing.order[: standing.telling]]
        if self.all or standing.settled:
            known = [f for f in self.interview.facts if f not in standing.order]
            every = [*standing.order, *sorted(known, key=lambda f: self._own(f) is not None)]
        left = [f for f in self.interview.facts if f.name in self.again]
        return next(iter([*left, *(f for f in every if f.name not in self.asked)]), None)

    # One question.

    def _answers(self, fact: Fact) -> Sequence[Judgement]:
        return self.initiative.judgements.get(fact.name, ())

    def _own(self, fact: Fact) -> Judgement | None:
        return next((a for a in self._answers(fact) if same_rater(a.by, self.by)), None)

    def _ask(self, fact: Fact) -> Judgement | Reply:
        """Ask one question until the reply can be used."""
        self.say("")
        self.say(fact.question)
        for line in _choices(fact):
            self.say(line)
        own = self._own(fact)
        if own is not None:
            self.say(f"  You said {_word(own.level)}{_when(own)}. Enter keeps it.")
        while True:
            reply = self._understood(fact, self.read("> "))
            if not isinstance(reply, str) or reply in _WAYS_OUT.values():
                return reply  # type: ignore[return-value]
            self.say(f"  {reply}")

    def _understood(self, fact: Fact, line: str) -> Judgement | str:
        """A reply as an answer or a way out; else what is wrong with it."""
        text, _, why = re.sub(r"\s+because\s+", "\0", line.strip(), count=1).partition("\0")
        if text.lower() in _WAYS_OUT and not why:
            return _WAYS_OUT[text.lower()]
        level, fault = _level(fact, text)
        if level is None:
            return fault
        try:
            return Judgement(level=level, by=self.by, on=self.on, because=cells.folded(why) or None)
        except ValidationError:
            return "That cannot be read as text; please type it again."

    def _keep(self, fact: Fact, answer: Judgement) -> None:
        """Write an answer, then show who else answered and how far they lie apart."""
        self.file.write(self.initiative.id, fact.name, answer)
        others = tuple(a for a in self._answers(fact) if not same_rater(a.by, self.by))
        judged = {**self.initiative.judgements, fact.name: (*others, answer)}
        self.initiative = self.initiative.model_copy(update={"judgements": judged})
        for line in spread(fact, (*others, answer)) if others else ():
            self.say(f"  {line}")


def _level(fact: Fact, text: str) -> tuple[Single | None, str]:
    """The level a reply means, or what was expected instead."""
    if fact.kind == "number":
        try:
            number = cells.number(text)
        except ValueError:
            number = None
        return number, f"Expected a number ({fact.unit})."
    words = {_word(v): v for v in fact.values}
    if text.isdecimal() and 1 <= int(text) <= len(fact.values):
        return fact.values[int(text) - 1], ""
    given = "-".join(text.lower().split())
    near = nearest(given, words)
    meant = f" Did you mean {near}?" if near else ""
    return words.get(
        given
    ), f"Expected a number from 1 to {len(words)}, or {' or '.join(words)}.{meant}"


def _choices(fact: Fact) -> Iterator[str]:
    """The levels with their numbers and meanings."""
    if fact.kind == "number":
        yield f"  A number, {fact.unit}; usually {fact.low:g} to {fact.high:g}."
    for k, value in enumerate(fact.values, 1):
        meaning = fact.levels.get(str(value), "")
        yield f"  {k}  {_word(value)}" + (f": {meaning}" if meaning and meaning != value else "")


def _word(value: object) -> str:
    """A level as people say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else plain(value)


def _when(answer: Judgement) -> str:
    return f" on {day_text(answer.on)}" if answer.on else ""


def spread(fact: Fact, answers: Sequence[Judgement]) -> Iterator[str]:
    """Who said what, how far they lie apart, and what comes of it; levels are never averaged."""
    yield "; ".join(f"{plain(a.by or 'rater not named')}: {_word(a.level)}" for a in answers) + "."
    levels = [a.level for a in answers]
    if len({_word(v) for v in levels}) == 1:
        yield "They agree."
        return
    both = "Both" if len(levels) == 2 else "All"
    yield f"{_distance(fact, levels)} {both} count: a rule speaks only if it holds for each of them."


def _distance(fact: Fact, levels: Sequence[object]) -> str:
    """How far answers that differ lie apart.

    Range and middle for numbers, steps for levels that have an order.
    """
    if fact.kind == "number":
        numbers = [float(v) for v in levels if isinstance(v, int | float)]
        middle = statistics.median(numbers)
        return f"They range from {min(numbers):g} to {max(numbers):g}; the middle is {middle:g}."
    places = [
        fact.values.index(v) for v in levels if isinstance(v, str | bool) and v in fact.values
    ]
    steps = max(places) - min(places)
    if not fact.ordered:
        return "They differ."
    return f"They lie {'one step' if steps == 1 else f'{steps} steps'} apart."


# --- where it stands, in words --------------------------------------------------------------------


def of_twenty(same: float) -> str:
    """A share of the ways as so many of twenty, never more than it is."""
    return f"{int(same * _TWENTY + 1e-9)} of {_TWENTY} ways"


def _now(standing: InterviewState) -> str:
    """The answer as it is, and how much could still change it."""
    answer = answer_in_sentence(standing.answer)
    if standing.stands:
        return f"Now: {answer}. Nothing still open can change it."
    lead = (
        f" by {standing.lead:g} decibans"
        if standing.answer is not None and standing.lead is not None
        else ""
    )
    return f"Now: {answer}{lead}. {of_twenty(standing.same)} to answer the rest leave it so."


def _left(standing: InterviewState) -> str:
    """In which of the two meanings it is settled; or that nothing more can be asked."""
    answer = answer_in_sentence(standing.answer)
    if standing.stands:
        return f"Settled for good: {answer}. Whatever is answered to what is still open, it stays."
    share = f"{of_twenty(standing.same)} to answer the {many(len(standing.order), 'open question')} leave it as it is"
    if standing.same >= ENOUGH:
        return f"As good as settled: {answer}. {share}, every level taken as equally likely."
    return f"Not settled: {answer}. {share}, and nothing more can be asked now."
