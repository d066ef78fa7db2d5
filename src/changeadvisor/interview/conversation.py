"""The conversation of `changeadvisor ask`: one question at a time, each answer written at once.

Nothing here weighs or averages: where several people answered, who said what is shown first, then
how far they lie apart.
"""

from __future__ import annotations

import contextlib
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
from changeadvisor.facts import Fact, Single
from changeadvisor.interview.answer_file import AnswerFile, same_rater
from changeadvisor.interview.questions import ENOUGH, Interview, InterviewState
from changeadvisor.io import cells
from changeadvisor.model import Initiative, Judgement, Programme
from changeadvisor.words import (
    day_text,
    strength,
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
_HOW = (
    "Type the number or the word, `because …` after it if you like. "
    "Enter: not known. b: back. q: stop and keep."
)
#: Shares are told as so many of twenty: nobody has a feeling for 0.85.
_TWENTY = 20


def read_line(prompt: str) -> str:
    """A line typed or piped in; EOFError at the end.

    In a terminal Ctrl-C is noticed whenever it comes, and throws away what was typed ahead. A
    signal that comes just before a blocking read would wait for the next line. So the terminal and
    the signals are waited for together, and reading never blocks.
    """
    if os.name != "posix" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return input(prompt)
    sys.stdout.write(prompt)
    sys.stdout.flush()
    terminal, line = sys.stdin.fileno(), b""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    before = signal.set_wakeup_fd(waker)
    try:
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([terminal, woken], [], [])
            if woken in ready:
                os.read(woken, 64)
            os.set_blocking(terminal, False)
            with contextlib.suppress(BlockingIOError):
                typed = os.read(terminal, 4096)
                if not typed and not line:
                    raise EOFError
                line += typed or b"\n"
    finally:
        os.set_blocking(terminal, True)
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(waker)
    return line.decode(sys.stdin.encoding, "replace").rstrip("\r\n")


def named(given: str | None, read: Callable[[str], str]) -> str:
    """Who answers; asked for until there is a name. Raises InputError where none is given."""
    who = given
    while who is None or not _is_name(who):
        if given is not None:
            raise InputError.one("--by", f"`{plain(given)}`", "the name or role of who answers")
        try:
            who = read("Who answers (name or role)? ")
        except EOFError:
            raise InputError.one(
                "--by", "nobody", "the name or role of who answers", "add --by NAME"
            ) from None
    return cells.folded(who)


def _is_name(who: str) -> bool:
    """Whether a judgement may be given under this name."""
    try:
        Judgement(level="yes", by=cells.folded(who))
    except ValidationError:
        return False
    return not cells.unknown(who) and plain(who, len(who)) == who


@dataclass(slots=True)
class Conversation:
    """A run of questions with one rater."""

    programme: Programme
    """The programme that the initiative belongs to."""
    interview: Interview
    """What can be asked, and what to ask next."""
    initiative: Initiative
    """The initiative with the judgements that it now holds."""
    file: AnswerFile
    """Where the answers are written."""
    by: str
    """Who answers."""
    on: dt.date
    """The day that answers are dated."""
    read: Callable[[str], str]
    """Gives a line for a prompt; EOFError at the end."""
    say: Callable[[str], None]
    """Shows a line."""
    wait: bool = True
    """Whether to offer to go on once it is settled."""
    all: bool = False
    """Whether to go on without asking."""
    asked: list[str] = field(default_factory=list)
    """Facts asked in this run, in order."""
    again: list[str] = field(default_factory=list)
    """The fact to go back to, if any."""

    def run(self) -> None:
        """Ask until it is settled, nothing is left, or the rater stops."""
        state = self._state()
        self._greet(state)
        while (fact := self._next(state)) is not None:
            if state.settled and not self.all and not self.again and not self._goes_on(state):
                return
            reply = self._ask(fact)
            if reply == "stop":
                return
            state = self._after(fact, reply, state)
        self.say("")
        self.say(_how_settled(state))

    def _after(self, fact: Fact, reply: Judgement | Reply, state: InterviewState) -> InterviewState:
        """What a reply does, and where the answer stands then.

        It goes back, leaves the question unknown, or writes the answer.
        """
        if reply == "back":
            self.again = self.asked[-1:]
            self.asked = self.asked[:-1]
            return state
        self.again = []
        self.asked.append(fact.name)
        if not isinstance(reply, Judgement):
            return state
        self._keep(fact, reply)
        state = self._state()
        self.say(f"  {_now(state)}")
        return state

    @property
    def summary(self) -> str:
        """How many answers were written, and where."""
        written, path = self.file.written, plain(self.file.path, 300)
        if not written:
            return f"No answers written to {path}."
        whose = f"by {plain(self.by)}, dated {day_text(self.on)}"
        return f"{_many(written, 'answer')} written to {path}, {whose}."

    def _state(self) -> InterviewState:
        """Where the answer stands now."""
        return self.interview.state(self.interview.sheet(self.initiative, self.programme))

    def _greet(self, state: InterviewState) -> None:
        """Say how many questions there are, where answers go, and how to reply."""
        facts, open_ = len(self.interview.facts), len(state.order)
        title, path = plain(self.initiative.title, 200), plain(self.file.path, 300)
        self.say(f"{title}. {_many(open_, 'question')} open, of {facts}.")
        self.say(f"Answers go to {path}, by {plain(self.by)}, dated {day_text(self.on)}.")
        as_of = self.programme.as_of
        if self.on > as_of:
            self.say(
                f"That is after {day_text(as_of)}, as of which is judged: they do not count yet."
            )
        self.say(_HOW)
        self.say(_now(state))

    # Which question.

    def _goes_on(self, state: InterviewState) -> bool:
        """Say that it is settled; whether the rater wants to go on all the same."""
        self.say("")
        self.say(_how_settled(state))
        if self.wait:
            self.all = self.read("Go on all the same (y or n)? ").strip().lower() in ("y", "yes")
        return self.all

    def _next(self, state: InterviewState) -> Fact | None:
        """The question to go back to, else the most telling open one that was not asked yet.

        Once it is settled, or with `all`: any open one, then what is known, this rater's own last.
        """
        for fact in self.interview.facts:
            if fact.name in self.again:
                return fact
        every = [*state.order[: state.telling]]
        if self.all or state.settled:
            known = [f for f in self.interview.facts if f not in state.order]
            every = [*state.order, *sorted(known, key=lambda f: self._own(f) is not None)]
        return next((f for f in every if f.name not in self.asked), None)

    # One question.

    def _answers(self, fact: Fact) -> Sequence[Judgement]:
        """All answers to a question, whoever gave them."""
        return self.initiative.judgements.get(fact.name, ())

    def _own(self, fact: Fact) -> Judgement | None:
        """What this rater has answered already, or None."""
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
        if others:
            for line in spread(fact, (*others, answer)):
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
    expected = f"Expected a number from 1 to {len(words)}, or {' or '.join(words)}.{meant}"
    return words.get(given), expected


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
    distance, both = _distance(fact, levels), "Both" if len(levels) == 2 else "All"
    yield f"{distance} {both} count: a rule speaks only if it holds for each of them."


def _distance(fact: Fact, levels: Sequence[object]) -> str:
    """How far answers that differ lie apart.

    The range and the middle of numbers; steps for levels that have an order.
    """
    if fact.kind == "number":
        numbers = [float(v) for v in levels if isinstance(v, int | float)]
        middle = statistics.median(numbers)
        return f"They range from {min(numbers):g} to {max(numbers):g}; the middle is {middle:g}."
    if not fact.ordered:
        return "They differ."
    places = [
        fact.values.index(v) for v in levels if isinstance(v, str | bool) and v in fact.values
    ]
    steps = max(places) - min(places)
    return f"They lie {'one step' if steps == 1 else f'{steps} steps'} apart."


# --- where it stands, in words --------------------------------------------------------------------


def _answer(state: InterviewState) -> str:
    if state.answer is None:
        return "no answer yet"
    return state.answer.replace("adjust-", "adjust ")


def of_twenty(same: float) -> str:
    """A share of the ways as so many of twenty, never more than it is."""
    return f"{int(same * _TWENTY + 1e-9)} of {_TWENTY} ways"


def _now(state: InterviewState) -> str:
    """The answer as it is, and how much could still change it."""
    answer = _answer(state)
    if state.stands:
        return f"Now: {answer}. Nothing still open can change it."
    if state.answer is not None and state.lead is not None:
        answer += f" (weight of evidence: {strength(state.lead)})"
    return f"Now: {answer}. {of_twenty(state.same)} to answer the rest leave it so."


def _how_settled(state: InterviewState) -> str:
    """In which of the two meanings it is settled; or that nothing more can be asked."""
    answer = _answer(state)
    if state.stands:
        return f"Settled for good: {answer}. Whatever is answered to what is still open, it stays."
    questions = _many(len(state.order), "open question")
    share = f"{of_twenty(state.same)} to answer the {questions} leave it as it is"
    if state.same >= ENOUGH:
        return f"As good as settled: {answer}. {share}, every level taken as equally likely."
    return f"Not settled: {answer}. {share}, and nothing more can be asked now."


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
