"""How many questions settle how to lead an initiative.

`make questions [FILLINGS=8]`, on Northfield.

A seeded respondent plays each open initiative several times: he says what the register says where
it has an answer, and any level alike where it has none. Asking starts from nothing (the bar: half
of all questions), and from the register as it is (beside it: half of those still open). Three
orders are compared: what tells most first (as `changeadvisor ask` does), the order of the rules,
and the alphabet. Settled has two meanings (changeadvisor.questions): as good as settled (9 in 10
ways to answer the rest leave the answer) and for good (no way changes it, proven). How often an
answer that was as good as settled was still the answer in the end is printed too.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from changeadvisor.facts import Fact, FactSheet, Known
from changeadvisor.interview import questions
from changeadvisor.interview.questions import Interview, InterviewState
from changeadvisor.io.load import load_programme
from changeadvisor.io.rules import load_rulebook
from changeadvisor.model import Programme
from changeadvisor.trajectory import stream

NORTHFIELD = Path(__file__).parents[1] / "scenarios" / "northfield"
BAR = 0.75
Order = Callable[[InterviewState, Interview], Fact]


@dataclass(frozen=True, slots=True)
class Asked:
    """One initiative from one start.

    Questions, those known at the start, and how many settled it, a filling each.
    """

    id: str
    questions: int
    known: int
    nearly: tuple[int, ...]
    for_good: tuple[int, ...]
    right: tuple[bool, ...]

    @property
    def half(self) -> float:
        """Half of the questions that were open: of all, where asking starts from nothing."""
        return (self.questions - self.known) / 2


def telling(standing: InterviewState, interview: Interview) -> Fact:
    """What tells most."""
    del interview
    return standing.order[0]


def by_rules(standing: InterviewState, interview: Interview) -> Fact:
    """As the rules mention them."""
    places: dict[str, int] = {}
    for rule in interview.pack.rules:
        for name in sorted(rule.facts):
            for read in interview.pack.vocabulary[name].criteria or (name,):
                places.setdefault(read, len(places))
    return min(_moving(standing), key=lambda f: places[f.name])


def by_alphabet(standing: InterviewState, interview: Interview) -> Fact:
    """By name."""
    del interview
    return min(_moving(standing), key=lambda f: f.name)


def _moving(standing: InterviewState) -> Iterable[Fact]:
    """Open questions that could move the answer.

    Even the orders compared with do not ask in vain.
    """
    return standing.order[: standing.telling]


ORDERS: Mapping[str, Order] = {"telling": telling, "by rules": by_rules, "by alphabet": by_alphabet}


class Player:
    """Plays one initiative; what is looked at twice is remembered."""

    def __init__(self, interview: Interview, full: FactSheet) -> None:
        self.interview, self.full = interview, full
        self.names = [f.name for f in interview.facts if f.name in interview.reaching_pack]
        self.seen: dict[frozenset[tuple[str, object]], InterviewState] = {}

    def look(self, sheet: FactSheet) -> InterviewState:
        """Where it stands."""
        key = frozenset((n, sheet.get(n)) for n in self.names)
        if key not in self.seen:
            self.seen[key] = self.interview.state(sheet)
        return self.seen[key]

    def truth(self, filling: int) -> Mapping[str, Known]:
        """What the respondent says in one filling."""
        rng = random.Random(stream(filling, f"respondent/{self.interview.initiative.id}"))
        drawn = {f.name: Known(rng.choice(f.values)) for f in self.interview.facts}
        return {n: self.full.known.get(n, known) for n, known in drawn.items()}

    def asked(self, start: FactSheet, order: Order, fillings: int) -> Asked:
        """How many questions settle it."""
        played = [self._played(start, order, self.truth(k)) for k in range(fillings)]
        known = sum(n in start for n in self.names)
        nearly, for_good, right = zip(*played, strict=True)
        return Asked(self.interview.initiative.id, len(self.names), known, nearly, for_good, right)

    def _played(
        self, sheet: FactSheet, order: Order, truth: Mapping[str, Known]
    ) -> tuple[int, int, bool]:
        """Questions until it is as good as settled, and for good.

        Whether the first answer was the last.
        """
        asked, nearly = 0, None
        while True:
            standing = self.look(sheet)
            if nearly is None and standing.settled:
                nearly = asked, standing.answer
            if standing.stands or not standing.telling:
                first, answer = nearly or (asked, standing.answer)
                return first, asked, answer == standing.answer
            fact = order(standing, self.interview)
            sheet = sheet.with_known({fact.name: truth[fact.name]})
            asked += 1


def players(programme: Programme, seed: int) -> list[Player]:
    """Every open initiative."""
    rulebook = load_rulebook()
    found = []
    for initiative in programme.initiatives:
        if initiative.stage != "closed":
            interview = questions.begin(programme, initiative, rulebook, seed=seed)
            found.append(Player(interview, interview.sheet(initiative, programme)))
    return found


def mean(values: Iterable[float]) -> float:
    """The mean."""
    every = list(values)
    return sum(every) / len(every)


def by_half(rows: Iterable[Asked], which: str) -> tuple[float, float]:
    """The share of initiatives, and of all plays, that half of the questions settle."""
    every = list(rows)
    settled = mean(mean(getattr(r, which)) <= r.half for r in every)
    return settled, mean(mean(n <= r.half for n in getattr(r, which)) for r in every)


def step(about: Literal["route", "action"]) -> float:
    """Seconds of CPU for what is worked out between two questions, the best of three."""
    made, took = load_programme(NORTHFIELD), []
    interview = questions.begin(made, made.initiatives[0], load_rulebook(), about=about)
    sheet = interview.sheet(made.initiatives[0], made)
    for _ in range(3):
        began = time.process_time()
        interview.state(sheet)
        took.append(time.process_time() - began)
    return min(took)


def table_printed(tables: dict[str, list[Asked]]) -> None:
    """A line for each initiative, a column for each order of questions."""
    print(f"{'initiative':22}{'of':>4}{'known':>7}", *(f"{name:>15}" for name in ORDERS))
    for row in zip(*tables.values(), strict=True):
        cells = (f"{mean(r.nearly):7.1f} |{mean(r.for_good):6.1f}" for r in row)
        print(f"{row[0].id:22}{row[0].questions:4}{row[0].known:7}", *cells)


def shares_printed(name: str, rows: list[Asked]) -> dict[str, float]:
    """The share of initiatives settled by half of their questions, for each meaning of settled."""
    found = {}
    for which, word in (("nearly", "as good as settled"), ("for_good", "settled for good")):
        found[word], plays = by_half(rows, which)
        shares = f"{found[word]:4.0%} of initiatives, {plays:4.0%} of plays"
        print(f"  {name:12}{word:19} by half of the open questions: {shares}")
    right = mean(mean(r.right) for r in rows)
    print(f"  {name:12}as good as settled was the last answer in {right:.0%} of plays")
    return found


def main(fillings: int, seed: int = 0) -> int:
    """Play, print, and say which bar is met."""
    steps: tuple[Literal["route", "action"], ...] = ("route", "action")
    for about in steps:
        print(f"between two questions ({about}): {step(about):.2f} s CPU (bar 0.3)")
    began = time.process_time()
    found = players(load_programme(NORTHFIELD), seed)
    met: list[tuple[str, float]] = []
    for start in ("nothing", "the register as it is"):
        tables = {
            name: [_one(p, start, order, fillings) for p in found] for name, order in ORDERS.items()
        }
        print(
            f"\nFrom {start}: questions until it is as good as settled | settled for good; mean of"
            f" {fillings} fillings"
        )
        table_printed(tables)
        shares = {name: shares_printed(name, rows) for name, rows in tables.items()}
        met += [(f"from {start}, {word}", share) for word, share in shares["telling"].items()]
    print(
        f"\nThe bar: at most half of the questions settle the answer for {BAR:.0%} of the"
        " initiatives."
    )
    for text, share in met:
        print(f"{'met    ' if share >= BAR else 'NOT MET'} {share:4.0%} {text}")
    print(f"{time.process_time() - began:.0f} s CPU")
    return 0 if met[0][1] >= BAR else 1


def _one(player: Player, start: str, order: Order, fillings: int) -> Asked:
    sheet = player.full if start != "nothing" else player.full.without(player.names)
    return player.asked(sheet, order, fillings)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8))
