"""Robust choice.

Which initiatives are in every good set, in none, and which hang on what is not known.

Robust portfolio modelling (Liesio, Mild and Salo 2007, EJOR 181(3), 1488-1505; 2008, EJOR 190(3),
679-695). A set is good if, whatever more a pound for few may count than one for others, no other
set is at least as good by every such weight and better by some. It is asked with every course worth
what is expected, and again with every course worth as little, and as much, as one time in ten:
values that are not known move together here. The sets good in any of the three are the good sets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from changeadvisor.portfolio.choice import choose
from changeadvisor.portfolio.frontier import COMPLETE, efficient
from changeadvisor.portfolio.problem import Problem
from changeadvisor.portfolio.solver import (
    Chosen,
    Effort,
    Model,
    solved,
    valued,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: Sets drawn where all cannot be had.
SAMPLES = 64
#: Two sets really differ where so many initiatives run in one and not in the other.
UNLIKE = 2


@dataclass(frozen=True, slots=True)
class Good:
    """Good sets (rows of the problem), and whether they are all there are."""

    sets: tuple[tuple[int, ...], ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Values:
    """One state of values: what each row is worth in all, and for few."""

    worth: tuple[float, ...]
    few: tuple[float, ...]


def good_sets(problem: Problem, states: Sequence[Values], seed: int, draws: int = SAMPLES) -> Good:
    """All good sets up to 40 initiatives.

    Beyond that such as are best by some weight and value, drawn by the seed.
    """
    if len(problem.groups) > COMPLETE:
        return Good(_sampled(problem, states, seed, draws), False)
    each = [efficient(problem, s.worth, s.few) for s in states]
    return Good(
        tuple(sorted({rows for sets, _ in each for rows in sets})),
        all(complete for _, complete in each),
    )


def core(problem: Problem, sets: Sequence[Sequence[int]]) -> dict[str, float]:
    """Share of the sets in which each initiative runs.

    1 core, 0 exterior, between them borderline.
    """
    runs = dict.fromkeys(sorted(problem.groups), 0)
    for rows in sets:
        for row in rows:
            course = problem.courses[row]
            runs[course.initiative] += course.runs
    return {id: count / len(sets) for id, count in runs.items()} if sets else {}


def _sampled(
    problem: Problem, states: Sequence[Values], seed: int, draws: int
) -> tuple[tuple[int, ...], ...]:
    """Sets that are best for some weight of the few and some mix of states, both drawn evenly."""
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed & 0xFFFFFFFF))
    worth, few = np.array([s.worth for s in states]), np.array([s.few for s in states])
    mixes, weights = rng.dirichlet(np.ones(len(states)), draws), rng.random(draws)
    mixed = (w * (m @ worth) + (1.0 - w) * (m @ few) for m, w in zip(mixes, weights, strict=True))
    found = (choose(problem, values.tolist(), effort=Effort(1e-3, 200)) for values in mixed)
    return tuple(sorted({c.rows for c in found if isinstance(c, Chosen)}))


# --- several good sets that differ ----------------------------------------------------------------


def different(
    problem: Problem, good: Good, best: Sequence[int], near: float = 0.9, count: int = 3
) -> list[tuple[int, ...]]:
    """Sets nearly as good as the best that differ most from it and from one another.

    Of each two, two initiatives at least run in one and not in the other. First from the good sets;
    where those are too few, any set near the best that runs as unlike as can be the ones already
    found (hop, skip and jump: Brill, Chang and Hopkins 1982, Management Science 28(3)). near: the
    least share of the best set's worth.
    """
    own = [c.worth for c in problem.courses]
    most = valued(problem, best, own)
    floor = most - (1.0 - near) * abs(most)
    close = [s for s in good.sets if valued(problem, s, own) >= floor]
    picked = [tuple(sorted(best))]
    while len(picked) <= count:
        further = _furthest(problem, close, picked) or _unlike(problem, picked, floor)
        if further is None:
            break
        picked.append(further)
    return picked[1:]


def _furthest(
    problem: Problem, sets: Sequence[tuple[int, ...]], picked: Sequence[tuple[int, ...]]
) -> tuple[int, ...] | None:
    """The set least like those picked, of equals the one of most worth; None if all are alike."""
    own = [c.worth for c in problem.courses]
    ranked = [(min(apart(problem, s, p) for p in picked), valued(problem, s, own), s) for s in sets]
    unlike, _, furthest = max(ranked, default=(0, 0.0, ()))
    return furthest if unlike >= UNLIKE else None


def _unlike(
    problem: Problem, picked: Sequence[Sequence[int]], floor: float
) -> tuple[int, ...] | None:
    """The set most unlike some others: least of what they run, most of what they do not."""
    own = [c.worth for c in problem.courses]
    running = [_running(problem, s) for s in picked]
    unlike = [[float(c.runs != (c.initiative in r)) for c in problem.courses] for r in running]
    among_equals = 0.5 / (sum(map(abs, own)) or 1.0)
    model = Model(
        problem, [sum(each) for each in zip(*unlike, strict=True)], own, floor, among_equals
    )
    for each in unlike:
        model.line(((k, each[r]) for k, r in enumerate(model.order)), UNLIKE, float("inf"))
    found = solved(model, Effort(1e-6, 5_000))
    return tuple(sorted(found.rows)) if isinstance(found, Chosen) else None


def _running(problem: Problem, rows: Sequence[int]) -> frozenset[str]:
    return frozenset(problem.courses[r].initiative for r in rows if problem.courses[r].runs)


def apart(problem: Problem, one: Sequence[int], other: Sequence[int]) -> int:
    """How many initiatives run in one of two sets and not in the other."""
    return len(_running(problem, one) ^ _running(problem, other))


def worth_of_knowing(
    problem: Problem, sets: Sequence[Sequence[int]], draws: Mapping[str, Mapping[str, Grid]]
) -> Iterator[tuple[str, float]]:
    """What it would be worth to know one initiative's worth before choosing, by initiative.

    The expected value of perfect information on it (Raiffa and Schlaifer 1961). draws: worth of
    each course of each initiative, draw by draw; the others stay at their means.
    """
    import numpy as np

    own = [c.worth for c in problem.courses]
    means = np.array([valued(problem, s, own) for s in sets])
    for id in sorted(draws):
        change = np.array([_changes(problem, s, id, draws[id], own) for s in sets])
        knowing = (
            float((means[:, None] + change).max(axis=0).mean()) - float(means.max())
            if len(sets)
            else 0.0
        )
        yield id, max(0.0, knowing)


def _changes(
    problem: Problem, rows: Sequence[int], id: str, draws: Mapping[str, Grid], own: Sequence[float]
) -> Grid:
    """By how much the worth of a set is another in each draw of one initiative."""
    import numpy as np

    row = next(r for r in rows if problem.courses[r].initiative == id)
    drawn = draws.get(problem.courses[row].course)
    if drawn is None:
        return np.zeros(len(next(iter(draws.values()))))
    worth = own[row]
    left = valued(problem, rows, own) - valued(
        problem, rows, [0.0 if r == row else w for r, w in enumerate(own)]
    )
    share = left / worth if worth > 0.0 else 1.0
    found: Grid = (drawn - drawn.mean()) * share
    return found
