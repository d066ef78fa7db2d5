"""One proposal an initiative: its course on merit where the limits hold that, else another.

If the recommended courses keep every limit together, they are the set, whatever their worth. Else
any initiative may fall back to going on or to stopping, never to a course that a veto took out; of
what then keeps to the limits the greatest worth is taken, and of equals the fewest departures.
What the law requires never stops. Where even that breaks a limit, the limits that are measured
give by the least they must, and it is said (formats.md section 2, `proposal`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from changeadvisor.portfolio import wording
from changeadvisor.portfolio.build import ChoiceProblem, begun
from changeadvisor.portfolio.choice import choose, early, effort_for, explained
from changeadvisor.portfolio.problem import Course, Problem, outcome, within
from changeadvisor.portfolio.solver import Chosen, Infeasible

#: What one course on merit counts more, in money: of equal sets that with the fewest departures.
_MERIT = 0.01


@dataclass(frozen=True, slots=True)
class Merit:
    """What is recommended for one initiative by itself."""

    course: str | None
    """The answer on what to do; None: there is none."""
    vetoed: frozenset[str] = frozenset()
    """Courses that a rule has taken out."""


@dataclass(frozen=True, slots=True)
class Restore:
    """What would have to give for an initiative to keep its course on merit."""

    limit: str
    """`budget`, `capacity` with the role, `requires` or `conflicts-with`."""
    period: str | None
    """The year or quarter of a budget or capacity; None for the others."""
    by: float | str
    """By how much more, in money or full-time equivalents; of the others, the initiative."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The one line a board reads of an initiative."""

    course: str
    """What is proposed."""
    on_merit: str | None
    """What is recommended for it by itself; None: no answer."""
    changed_by: str | None
    """The limit that forces another course than that; None: none does."""
    would_restore: tuple[Restore, ...] | None
    """What would have to give for it to keep its course on merit, the others as they stand.

    None where nothing was changed.
    """
    because: str
    """Why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The choice among the courses that proposals allow, and the set of them."""

    setting: ChoiceProblem
    """All that may be proposed: merit and what it may fall back to."""
    chosen: Chosen | Infeasible
    """The set that is proposed; infeasible: none keeps to the limits, whatever gives."""
    as_merits: bool
    """Whether it is the courses on merit, which keep every limit."""
    excess: tuple[Restore, ...]
    """By how much limits are broken all the same, for what the law requires; empty: by nothing."""


def allowed(
    setting: ChoiceProblem, merits: Mapping[str, Merit], seconds: float | None = None
) -> Allowed:
    """The set that is proposed, of the courses that merit allows.

    setting: every course of every initiative. seconds: a clock on each choice; None: none.
    """
    # A share kept for the few stops nothing: a shortfall is said.
    whole = replace(setting.problem, share_for_few=None)
    own = {id: _own(setting, whole, id, merits.get(id, Merit(None))) for id in whole.groups}
    fallen = {id: _fallen(setting, whole, id, merits.get(id, Merit(None))) for id in whole.groups}
    merit = _only(whole, own)
    found = choose(merit, effort=effort_for(merit, seconds))
    if isinstance(found, Chosen):
        chosen = early(merit, found)
        may = _only(whole, fallen)
        return Allowed(replace(setting, problem=may), _as_rows_of(may, merit, chosen), True, ())
    may = _only(whole, fallen)
    bonus = [
        c.worth + (_MERIT if c.course == _own_course(whole, own, c.initiative) else 0.0)
        for c in may.courses
    ]
    other = choose(may, bonus, effort=effort_for(may, seconds))
    excess: tuple[Restore, ...] = ()
    if isinstance(other, Infeasible):
        eased = _eased(may, explained(may, other))
        other = choose(eased, bonus, effort=effort_for(eased, seconds))
        if isinstance(other, Chosen):
            excess = tuple(_excesses(setting, may, [may.courses[r] for r in other.rows]))
    if isinstance(other, Chosen):
        # Its worth is its own, without what merit counted more.
        got = outcome(may, other.rows)
        other = replace(other, outcome=got, worth=got.worth, bound=max(other.bound, got.worth))
    return Allowed(replace(setting, problem=may), other, False, excess)


def proposals(found: Allowed, merits: Mapping[str, Merit]) -> dict[str, Proposal]:
    """What is proposed for each open initiative, by id."""
    if isinstance(found.chosen, Infeasible):
        return {}
    problem = found.setting.problem
    rows = {problem.courses[r].initiative: r for r in found.chosen.rows}
    proposed = {}
    for id, row in sorted(rows.items()):
        merit, course = merits.get(id, Merit(None)).course, problem.courses[row]
        proposed[id] = _proposal(found, rows, course, merit)
    return proposed


def _proposal(
    found: Allowed, rows: Mapping[str, int], course: Course, merit: str | None
) -> Proposal:
    """What is proposed for one initiative, and what changed it."""
    id, setting, problem = course.initiative, found.setting, found.setting.problem
    on_merit = [r for r in problem.groups[id] if problem.courses[r].course == merit]
    if merit is None or not on_merit:
        begins = _begun(setting, id)
        because = wording.no_merit(merit, setting.held.get(id), course.course, begun=begins)
        return Proposal(course.course, merit, None, None, because)
    if course.course == merit:
        return Proposal(course.course, merit, None, None, wording.as_on_merit(found.as_merits))
    # The others as they stand: the start of it that asks for least.
    tried = (tuple(_excesses(setting, problem, _with(problem, rows, id, r))) for r in on_merit)
    restore = min(tried, key=len)
    changed_by = restore[0].limit if restore else _binding(found)
    currency = setting.programme.currency
    because = wording.changed_by_limit(merit, course.course, restore, currency)
    return Proposal(course.course, merit, changed_by, restore, because)


def _with(problem: Problem, rows: Mapping[str, int], id: str, row: int) -> list[Course]:
    """The proposed courses with another row for one initiative."""
    return [problem.courses[row if other == id else r] for other, r in rows.items()]


def _binding(found: Allowed) -> str:
    """The limit that is fullest where none would be broken by one initiative alone."""
    problem = found.setting.problem
    return "budget" if problem.caps else "capacity" if problem.capacities else "requires"


# --- which courses are allowed --------------------------------------------------------------------


def _begun(setting: ChoiceProblem, id: str) -> bool:
    return begun(setting.programme, setting.initiative(id))


def _own(setting: ChoiceProblem, problem: Problem, id: str, merit: Merit) -> tuple[int, ...]:
    """The rows of the course on merit.

    Without an answer, or where it has no price: what has begun goes on, what has not does not
    begin, and what the law requires runs.
    """
    rows = problem.groups[id]
    own = tuple(r for r in rows if problem.courses[r].course == merit.course)
    if own and id not in setting.held:
        return own
    runs = _begun(setting, id) or bool(setting.initiative(id).statutory)
    wanted = "persist" if runs else "stop"
    return tuple(r for r in rows if problem.courses[r].course == wanted) or own or rows


def _fallen(setting: ChoiceProblem, problem: Problem, id: str, merit: Merit) -> tuple[int, ...]:
    """The rows of the course on merit, and of going on and stopping where no veto is on them."""
    own = _own(setting, problem, id, merit)
    priced = id not in setting.held
    open_to = {"persist", "stop"} if priced else set[str]()
    if not priced and not _begun(setting, id):
        open_to = {"persist"} if problem.courses[own[0]].runs else set()
    if setting.initiative(id).statutory:
        open_to.discard("stop")
    back = (
        r
        for r in problem.groups[id]
        if problem.courses[r].course in open_to - merit.vetoed and r not in own
    )
    return (*own, *back)


def _own_course(problem: Problem, own: Mapping[str, tuple[int, ...]], id: str) -> str:
    return problem.courses[own[id][0]].course


def _only(problem: Problem, rows: Mapping[str, Iterable[int]]) -> Problem:
    """The problem with some of its rows, in their order."""
    some = sorted(r for those in rows.values() for r in those)
    return replace(problem, courses=tuple(problem.courses[r] for r in some))


def _as_rows_of(problem: Problem, other: Problem, chosen: Chosen) -> Chosen:
    """A choice in one problem as rows of another that has the same courses."""
    place = {(c.initiative, c.course, c.later): r for r, c in enumerate(problem.courses)}
    courses = (other.courses[r] for r in chosen.rows)
    rows = sorted(place[c.initiative, c.course, c.later] for c in courses)
    return replace(chosen, rows=tuple(rows), bound=chosen.worth, gap=0.0)


# --- limits that are broken -----------------------------------------------------------------------


def _excesses(
    setting: ChoiceProblem, problem: Problem, courses: Sequence[Course]
) -> Iterator[Restore]:
    """By how much some courses break each limit."""
    yield from _overspent(setting, problem, courses)
    for k, capacity in enumerate(setting.capacities):
        used = sum(c.use[k] for c in courses)
        if not within(used, capacity.limit):
            yield Restore(f"capacity: {capacity.role}", capacity.quarter, used - capacity.limit)
    yield from _in_the_way(problem, {c.initiative: c for c in courses if c.runs})


def _overspent(
    setting: ChoiceProblem, problem: Problem, courses: Sequence[Course]
) -> Iterator[Restore]:
    """By how much some courses exceed each budget.

    What is given to an earlier year and may be carried over counts for the later ones too.
    """
    given = 0.0
    for periods, cap in problem.caps:
        spent = sum(sum(c.spend[t] for t in periods) for c in courses)
        if not within(spent, cap + given):
            more = spent - cap - given
            yield Restore("budget", setting.periods[periods[-1]].name, more)
            given += more if problem.carry_over else 0.0


def _in_the_way(problem: Problem, running: Mapping[str, Course]) -> Iterator[Restore]:
    """What is required and does not run in time, and what stands in the way of what runs."""
    for pair in problem.requires:
        dependant, needed = (running.get(id) for id in pair)
        if dependant is None:
            continue
        if needed is None or not problem.in_time(pair, dependant, needed):
            yield Restore("requires", None, pair[1])
    for a, b in problem.conflicts:
        if a in running and b in running:
            yield Restore("conflicts-with", None, b)


def _eased(problem: Problem, found: Infeasible) -> Problem:
    """The problem with its measured limits given by the least that lets a set be found."""
    more = found.enough.get("budget")
    if more is not None:
        budgets = tuple(None if b is None else b + more * (1.0 + 1e-6) for b in problem.budgets)
        return replace(problem, budgets=budgets)
    more = found.enough.get("capacity")
    if more is not None:
        return replace(
            problem, capacities=tuple(c + more * (1.0 + 1e-6) for c in problem.capacities)
        )
    return replace(
        problem,
        budgets=tuple(None for _ in problem.budgets),
        capacities=tuple(float("inf") for _ in problem.capacities),
    )
