"""Which set to run, in words and figures.

What is chosen, what waits and why, what each limit costs, and who gains.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from changeadvisor.model import Initiative
from changeadvisor.portfolio.build import (
    ChoiceProblem,
    Locks,
    begun,
    spent_by_period,
)
from changeadvisor.portfolio.choice import (
    choose,
    early,
    effort_for,
    explained,
)
from changeadvisor.portfolio.frontier import (
    POINTS,
    Exchange,
    Point,
    exchanges,
    frontier,
)
from changeadvisor.portfolio.infeasible import why_none
from changeadvisor.portfolio.joint import JOINT, paired, worth_drawn
from changeadvisor.portfolio.problem import (
    Course,
    Outcome,
    Problem,
    broken,
    kept,
    outcome,
    spent_on_few,
    within,
)
from changeadvisor.portfolio.robust import (
    Values,
    core,
    different,
    good_sets,
    worth_of_knowing,
)
from changeadvisor.portfolio.solver import Chosen, Effort, Infeasible
from changeadvisor.trajectory import Prospect
from changeadvisor.words import (
    COURSE_WORDS,
    agree,
    capitalised,
    cases_in_100,
    day_text,
    in_100,
    joined,
    many,
    money_text,
    quarter_text,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

#: What a limit limits, by the keys that `problem.broken` has.
LimitKind = Literal["budget", "capacity", "share_for_few"]
#: Up to so many initiatives it is worked out what each would change by itself.
EACH = 40
#: How closely: figures are said in three digits.
_CLOSE = Effort(1e-4, 2_000)


@dataclass(frozen=True, slots=True)
class Pick:
    """What the set does with one initiative, and why.

    worth: mean present value as chosen, helpers that do not run taken off; None where it is not
    known. spend: mean, in the budget periods. without: what the best set would lose if this were
    ruled out (for one that waits: if it were forced in); None where that was not worked out.
    locked: set from outside. few: counts as deep change for few people.
    """

    id: str
    course: str
    because: str
    worth: float | None
    spend: float
    without: float | None = None
    locked: bool = False
    few: bool = False
    start: dt.date | None = None
    planned: dt.date | None = None
    put_off: str = ""
    begun: bool = True


@dataclass(frozen=True, slots=True)
class Totals:
    """What the set comes to.

    Worth in all and its part for few, mean spend, and the chance of more than a budget.

    spend_over: the periods that are counted. low, high: P10 and P90 of the worth in all.
    share_for_few: of the spend. people: reached a year, each counted once, as far as is known.
    """

    all: float
    few: float
    spend: float
    overspend: float | None
    low: float
    high: float
    share_for_few: float | None
    spend_over: tuple[str, ...]
    people: float


@dataclass(frozen=True, slots=True)
class LimitCost:
    """One limit.

    How much of it is used at its fullest, and what the best set would gain without it.
    """

    limit: str
    used: float | None
    of: float | None
    costs: float
    kind: Annotated[LimitKind, Field(exclude=True)]
    """What it limits; `limit` is its name for people. Not in the JSON."""


@dataclass(frozen=True, slots=True)
class Gainer:
    """Who gains: a service.

    Worth of what runs for it, the part of that which is deep for few, and spend.
    """

    service: str
    worth: float
    few: float
    spend: float
    running: int


@dataclass(frozen=True, slots=True)
class CapacityUse:
    """A role in one quarter: how many the set needs, of how many."""

    role: str
    quarter: str
    used: float
    limit: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The set: what runs, what waits, and what they come to.

    why_none: where no set keeps to every limit.
    """

    chosen: tuple[Pick, ...]
    deferred: tuple[Pick, ...]
    totals: Totals | None
    bound: float | None
    gap: float | None
    limits: tuple[LimitCost, ...] = ()
    gainers: tuple[Gainer, ...] = ()
    capacity: tuple[CapacityUse, ...] = ()
    why_none: str | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A set on the frontier.

    Worth for few, worth in all, and what no set with as much for few can exceed.

    courses: what it does with each initiative. spend_on_few: mean, in the budget periods. More
    beside the set before it: gained for the few, given_up by all others, moved (spend on the few),
    and what each pound gained costs the others. chosen: the set that is advised.
    """

    few: float
    all: float
    bound: float
    gap: float
    courses: Mapping[str, str]
    spend_on_few: float
    gained: float | None = None
    given_up: float | None = None
    moved: float | None = None
    by_pound: float | None = None
    chosen: bool = False


def few_and_all(
    setting: ChoiceProblem, rows: Sequence[int], points: int = POINTS, effort: Effort | None = None
) -> tuple[FrontierPoint, ...]:
    """The frontier of worth for few against worth in all. rows: the set that is advised."""
    found = frontier(setting.problem, points, effort)
    advised = outcome(setting.problem, rows)
    same = [_doing(setting.problem, p.rows) == _doing(setting.problem, rows) for p in found.points]
    near = [abs(p.worth - advised.worth) <= 1e-6 * max(1.0, abs(p.worth)) for p in found.points]
    shown = [
        _shown(setting.problem, p, s and n)
        for p, s, n in zip(found.points, same, near, strict=True)
    ]
    stepped = (_stepped(p, e) for p, e in zip(shown[1:], exchanges(found), strict=True))
    return (*shown[:1], *stepped)


def _doing(problem: Problem, rows: Sequence[int]) -> dict[str, str]:
    """What a set does with each initiative."""
    return dict(sorted((problem.courses[r].initiative, problem.courses[r].course) for r in rows))


def _shown(problem: Problem, p: Point, chosen: bool) -> FrontierPoint:
    return FrontierPoint(
        p.few, p.worth, p.bound, p.gap, _doing(problem, p.rows), p.spent_on_few, chosen=chosen
    )


def _stepped(point: FrontierPoint, step: Exchange) -> FrontierPoint:
    return replace(
        point, gained=step.gained, given_up=step.given_up, moved=step.moved, by_pound=step.by_pound
    )


@dataclass(frozen=True, slots=True)
class FindOut:
    """A borderline initiative.

    In what share of the good sets it runs, and what knowing its worth would be worth.
    """

    id: str
    share: float
    worth: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another set near the best.

    What it comes to, and what it does otherwise than the advised one (id -> course).

    good: one of the good sets; else another would be better by every weight, but it is near and
    unlike.
    """

    all: float
    few: float
    spend: float
    differs: Mapping[str, str]
    good: bool = True


@dataclass(frozen=True, slots=True)
class Robust:
    """Which initiatives run whatever the weights and values.

    core: share of good sets; exact: all of these were found.

    sets: how many good sets. find_out: what to find out about the borderline ones, most worth
    knowing first.
    """

    core: Mapping[str, float]
    exact: bool
    sets: int
    find_out: tuple[FindOut, ...]
    alternatives: tuple[Alternative, ...]


def robust_choice(
    setting: ChoiceProblem, prospects: Mapping[str, Prospect], rows: Sequence[int], seed: int
) -> Robust:
    """Core, borderline and exterior initiatives, what to find out, and good sets that really differ. rows: the set."""
    problem = setting.problem
    good = good_sets(problem, _states(setting, prospects), seed)
    sets = tuple(sorted({*good.sets, tuple(sorted(rows))}))
    shares = core(problem, good.sets)
    borderline = {id for id, share in shares.items() if 0.0 < share < 1.0}
    draws = {
        id: prospects[id].worth for id in borderline if id in prospects and prospects[id].worth
    }
    knowing = [
        FindOut(id, shares[id], worth) for id, worth in worth_of_knowing(problem, sets, draws)
    ]
    found = tuple(sorted(knowing, key=lambda f: (-f.worth, f.id)))
    unlike = (
        replace(_alternative(problem, rows, s), good=s in good.sets)
        for s in different(problem, good, rows)
    )
    return Robust(shares, good.exact, len(good.sets), found, tuple(unlike))


def _states(setting: ChoiceProblem, prospects: Mapping[str, Prospect]) -> list[Values]:
    """Every course worth what is expected; as little as one time in ten.

    As much as one time in ten.
    """
    import numpy as np

    def drawn(course: Course) -> tuple[float, float, float]:
        prospect = prospects.get(course.initiative)
        draws = prospect.worth.get(course.course) if prospect else None
        if draws is None:
            return course.worth, course.worth, course.worth
        # Begun later, every draw is worth so much less or more.
        low, high = np.quantile(draws, [0.1, 0.9]) + (course.worth - draws.mean())
        return course.worth, float(low), float(high)

    every = [drawn(c) for c in setting.problem.courses]
    counts = [c.runs and c.initiative in setting.problem.few for c in setting.problem.courses]
    return [
        Values(
            tuple(v[k] for v in every),
            tuple(v[k] if few else 0.0 for v, few in zip(every, counts, strict=True)),
        )
        for k in range(3)
    ]


def _alternative(problem: Problem, rows: Sequence[int], other: Sequence[int]) -> Alternative:
    got, courses = outcome(problem, other), problem.courses
    before = {courses[r].initiative: courses[r].course for r in rows}
    after = {courses[r].initiative: courses[r].course for r in other}
    return Alternative(
        got.worth, got.few, got.spent, {id: c for id, c in sorted(after.items()) if before[id] != c}
    )


@dataclass(frozen=True, slots=True)
class FewAndAll:
    """What the set means for few and all, in sentences a councillor can repeat; "" where none."""

    spent: str = ""
    """How much of the spend goes to changes that matter deeply to few."""
    kept: str = ""
    """What it costs to keep a share of the spend for them."""
    next_step: str = ""
    """What the next step further towards the few would give them and take from all others."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that there are, in order."""
        return tuple(s for s in (self.spent, self.kept, self.next_step) if s)

    @property
    def finding(self) -> str:
        """The one that belongs below a picture of few against all; empty where there is none."""
        return self.next_step or self.kept or self.spent


def said(setting: ChoiceProblem, found: Selection, points: Sequence[FrontierPoint]) -> FewAndAll:
    """What the set means for few and all."""
    totals = found.totals
    if totals is None:
        return FewAndAll()
    spent = kept_said = next_step = ""
    deep = [p for p in found.chosen if p.id in setting.problem.few]
    if deep and totals.share_for_few is not None:
        share = in_100(totals.share_for_few)
        spent = (
            f"Of every 100 we spend, {share} {agree(share, 'goes', 'go')} to changes that matter deeply to few "
            f"people ({joined([p.id for p in deep])})."
        )
    kept_for_few = next((x for x in found.limits if x.kind == "share_for_few"), None)
    if kept_for_few is not None and kept_for_few.costs > 0.0:
        kept_said = (
            f"Keeping {cases_in_100(kept_for_few.of or 0.0)} for them costs everybody together "
            f"{money_text(kept_for_few.costs)} of value: without that rule another set would be worth so much more."
        )
    elif kept_for_few is not None:
        kept_said = (
            "Keeping that share for them costs nobody anything: the best set keeps it by itself."
        )
    after = next((p for p in points if p.by_pound is not None and p.few > totals.few), None)
    if after is not None and after.by_pound is not None and after.gained is not None:
        next_step = (
            f"The next step further towards the few would give them {money_text(after.gained)} more and take "
            f"{after.by_pound:.3g} from all others for each 1 gained."
        )
    return FewAndAll(spent, kept_said, next_step)


def select(
    setting: ChoiceProblem,
    prospects: Mapping[str, Prospect],
    people: Any,
    locks: Locks,
    seed: int,
    seconds: float | None,
) -> Selection:
    """The set of the greatest mean worth within the limits.

    people: (ids) -> people a year, each counted once.
    """
    effort = effort_for(setting.problem, seconds)
    found = choose(setting.problem, effort=effort)
    if isinstance(found, Infeasible):
        return Selection(
            (), (), None, None, None, why_none=why_none(setting, explained(setting.problem, found))
        )
    found = early(setting.problem, found)
    return _Selected(setting, prospects, found, effort, locks, seed).selection(people)


class _Selected:
    def __init__(
        self,
        setting: ChoiceProblem,
        prospects: Mapping[str, Prospect],
        found: Chosen,
        effort: Effort,
        locks: Locks,
        seed: int,
    ) -> None:
        self.setting, self.prospects, self.found = setting, prospects, found
        self.problem, self.effort, self.locks, self.seed = setting.problem, effort, locks, seed
        self.courses = [self.problem.courses[r] for r in found.rows]
        self.running = frozenset(c.initiative for c in self.courses if c.runs)
        self.each = len(self.problem.groups) <= EACH

    def selection(self, people: Any) -> Selection:
        picks = [self._pick(c) for c in sorted(self.courses, key=lambda c: c.initiative)]
        return Selection(
            tuple(p for p in picks if p.id in self.running),
            tuple(p for p in picks if p.id not in self.running),
            self._totals(people),
            self.found.bound,
            self.found.gap,
            tuple(self._limits()),
            tuple(self._gainers()),
            tuple(self._capacity()),
            rows=self.found.rows,
        )

    # --- each initiative --------------------------------------------------------------------------

    def _pick(self, course: Course) -> Pick:
        id, initiative = course.initiative, self._initiative(course.initiative)
        held = id in self.setting.held
        worth = None if held else course.worth * kept(self.problem, course, self.running)
        without = None if held or not self.each else self._without(course)
        put_off = (
            " ".join(self._put_off(course)) if self.problem.put_off(course) and not held else ""
        )
        because = " ".join((*self._because(course, worth, without), put_off)).strip()
        going = begun(self.setting.programme, initiative)
        dates = None if going else self.setting.dates(course)
        start, planned = (None, None) if dates is None else (dates[0], initiative.started)
        few = id in self.problem.few
        spend = sum(course.spend)
        locked = id in self.locks
        return Pick(
            id,
            course.course,
            because,
            worth,
            spend,
            without,
            locked,
            few,
            start,
            planned,
            put_off,
            going,
        )

    def _without(self, course: Course) -> float | None:
        """What the best set loses if this is turned round.

        Run where it does not, or not where it does.
        """
        rows = self.problem.groups[course.initiative]
        return self._loses(
            course.initiative, [r for r in rows if self.problem.courses[r].runs != course.runs]
        )

    def _loses(self, id: str, allowed: Sequence[int]) -> float | None:
        """What the best set loses if one initiative must take one of these rows.

        None where no set then fits.
        """
        if not allowed:
            return None
        rows = self.problem.groups[id]
        courses = tuple(
            c for r, c in enumerate(self.problem.courses) if r not in rows or r in allowed
        )
        found = choose(replace(self.problem, courses=courses), effort=_CLOSE)
        return max(0.0, self.found.worth - found.worth) if isinstance(found, Chosen) else None

    def _because(self, course: Course, worth: float | None, without: float | None) -> Iterator[str]:
        """The working of one pick, in sentences."""
        id, initiative = course.initiative, self._initiative(course.initiative)
        if id in self.locks:
            yield "It was set so by hand."
        if initiative.statutory and course.runs:
            yield "The law requires it: it cannot be dropped."
        if worth is None:
            yield f"Its worth is not known ({self.setting.held[id]}), so it is not weighed."
            if id not in self.locks:
                yield (
                    "It has begun, so it is counted as going on."
                    if course.runs
                    else "It has not begun, so it waits."
                )
            return
        yield from self._alone(course, worth)
        yield from self._hanging(course)
        yield from self._turned(course, without)
        if course.runs and self.each and id not in self.locks:
            yield from self._instead(course)

    def _instead(self, course: Course) -> Iterator[str]:
        """What each other way to go on with it would do to the set."""
        others: dict[str, list[int]] = {}
        for row in self.problem.groups[course.initiative]:
            other = self.problem.courses[row]
            if other.runs and other.course != course.course:
                others.setdefault(other.course, []).append(row)
        for name, rows in others.items():
            less, best = (
                self._loses(course.initiative, rows),
                max(rows, key=lambda r: self.problem.courses[r].worth),
            )
            worth = self.problem.courses[best].worth
            doing = f"{capitalised(COURSE_WORDS[name].doing_in_set)} instead is worth {money_text(worth)} by itself"
            if less is None:
                yield f"{doing}, and no set within the limits has room for it."
                continue
            yield f"{doing}, and would make the best set worth {_less(less)}."
            if worth > course.worth:
                yield from self._breaks(course, best, "With that alone changed")

    def _put_off(self, course: Course) -> Iterator[str]:
        """Why it does not begin as planned."""
        dates, planned = self.setting.dates(course), self._initiative(course.initiative).started
        first = self.problem.same(course)[0]
        if dates is None or planned is None:
            return
        yield f"It begins on {day_text(dates[0])} and not on {day_text(planned)}."
        yield from self._breaks(course, first, "As planned")
        if not self._late_need(course, first) and self.problem.courses[first].later > 0.0:
            yield "What it requires ends later than the register plans."
        less = self._loses(course.initiative, [first]) if self.each else None
        if less is not None:
            cost = (
                f"{money_text(less)}, as others would have to give way"
                if less >= 0.5
                else "nothing"
            )
            yield f"Keeping to the earliest start would cost {cost}."
        elif self.each:
            yield "No set within the limits keeps to the earliest start."

    def _breaks(self, course: Course, instead: int, when: str) -> Iterator[str]:
        """Which limit the set would break with another row for one initiative, and no other thing changed."""
        late = self._late_need(course, instead)
        if late is not None:
            yield late
            return
        rows = [
            instead if self.problem.courses[r].initiative == course.initiative else r
            for r in self.found.rows
        ]
        got = outcome(self.problem, rows)
        for reason in (self._short_of_people(got, when), self._short_of_money(got, when)):
            if reason is not None:
                yield reason
                return
        if "share_for_few" in broken(self.problem, rows):
            share = 100.0 * (self.problem.share_for_few or 0.0)
            yield f"{when} less than {share:g} in 100 of the spend in the budget years would be for the few."
        elif self.problem.courses[instead].worth < course.worth:
            yield "Beginning later is worth more by itself."

    def _late_need(self, course: Course, instead: int) -> str | None:
        """What it requires and would not be ready in time, where there is anything."""
        running = {c.initiative: c for c in self.courses if c.runs}
        other = self.problem.courses[instead]
        for pair in self.problem.requires:
            needed = running.get(pair[1])
            if (
                pair[0] == course.initiative
                and needed
                and not self.problem.in_time(pair, other, needed)
            ):
                dates, lag = self.setting.dates(needed), self.problem.lags.get(pair)
                ends = f"which ends on {day_text(dates[1])}" if dates else "which ends later"
                more = f", and {many(lag, 'month')} must lie between" if lag else ""
                return f"It requires {pair[1]}, {ends}{more}."
        return None

    def _short_of_people(self, got: Outcome, when: str) -> str | None:
        """The role and quarter that is shortest."""
        over = [
            (use - limit, -k) for k, (use, limit) in enumerate(zip(got.use, self.problem.capacities, strict=True))
            if not within(use, limit)
        ]  # fmt: skip
        if not over:
            return None
        k = -max(over)[1]
        at = self.setting.capacities[k]
        needed = f"{got.use[k]:.3g} {at.role} in {quarter_text(at.quarter)}"
        return f"{when} the set would need {needed}, and there are {at.limit:g}."

    def _short_of_money(self, got: Outcome, when: str) -> str | None:
        """The first budget that would be exceeded."""
        for periods, cap in self.problem.caps:
            spent = sum(got.spend[t] for t in periods)
            if not within(spent, cap):
                name = self.setting.periods[periods[-1]].name
                over = f"to the end of {name}" if len(periods) > 1 else f"in {name}"
                return f"{when} the set would spend {money_text(spent)} {over}, and there is {money_text(cap)}."
        return None

    def _alone(self, course: Course, worth: float) -> Iterator[str]:
        """What it is worth by itself, and without the helpers that do not run."""
        if course.runs or course.worth:
            yield f"By itself {COURSE_WORDS[course.course].doing_in_set} is worth {_worth_and_spend(course)}."
        if not course.runs:
            going = [c for c in self._rows(course.initiative) if c.runs]
            best = max(going, key=lambda c: (c.worth, c.course), default=None)
            if best is not None:
                yield f"By itself {COURSE_WORDS[best.course].doing_in_set} would be worth {_worth_and_spend(best)}."
        elif course.worth - worth > 0.5:
            helpers = {
                h
                for d, h, _ in self.problem.helps
                if d == course.initiative and h not in self.running
            }
            yield f"Without {joined(sorted(helpers))}, which would help it, it is worth {money_text(worth)}."

    def _rows(self, id: str) -> list[Course]:
        """The courses of one initiative."""
        return [self.problem.courses[r] for r in self.problem.groups[id]]

    def _hanging(self, course: Course) -> Iterator[str]:
        """What requires it and runs, or what it requires and does not run."""
        if course.runs:
            hang = sorted(self._requirers(course.initiative))
            if hang:
                left = [
                    (c, kept(self.problem, c, self.running))
                    for c in self.courses
                    if c.initiative in hang
                ]
                worth = sum(c.worth * share for c, share in left)
                together = agree(len(hang), "", " together")
                what = f"{agree(len(hang), 'is', 'are')} worth {money_text(worth)}{together} in this set"
                yield f"{joined(hang)} cannot run without it and {what}."
            yield from self._helping(course.initiative)
            if course.initiative in self.problem.few:
                yield "It counts as deep change for few people."
            return
        lacking = sorted(
            n for d, n in self.problem.requires if d == course.initiative and n not in self.running
        )
        if lacking:
            yield f"It requires {joined(lacking)}, which {agree(len(lacking), 'does', 'do')} not run."
        against = sorted(
            {
                b if a == course.initiative else a
                for a, b in self.problem.conflicts
                if course.initiative in (a, b)
            }
            & self.running
        )
        if against:
            yield f"It stands in the way of {joined(against)}, which {agree(len(against), 'runs', 'run')}."

    def _helping(self, id: str) -> Iterator[str]:
        """What runs and would be worth less without it."""
        helped = sorted({d for d, h, _ in self.problem.helps if h == id and d in self.running})
        of = [c for c in self.courses if c.initiative in helped]
        lost = sum(
            c.worth
            * (kept(self.problem, c, self.running) - kept(self.problem, c, self.running - {id}))
            for c in of
        )
        if lost >= 0.5:
            yield f"It helps {joined(helped)}, which would be worth {money_text(lost)} less without it."

    def _requirers(self, id: str) -> set[str]:
        """What runs and requires it, directly or through others."""
        found, ahead = set[str](), [id]
        while ahead:
            at = ahead.pop()
            more = {d for d, n in self.problem.requires if n == at and d in self.running} - found
            found |= more
            ahead.extend(more)
        return found

    def _turned(self, course: Course, without: float | None) -> Iterator[str]:
        """What turning it round would do to the set, where it may be turned round."""
        rows = self.problem.groups[course.initiative]
        may = any(self.problem.courses[r].runs != course.runs for r in rows)
        if course.initiative in self.locks or not self.each or not may:
            return
        if course.runs:
            none = "Without it no set keeps to the limits."
            yield (
                none
                if without is None
                else f"Without it the best set would be worth {_less(without)}."
            )
        elif without is None:
            yield "No set within the limits can run it."
        else:
            yield f"Running it would make the best set worth {_less(without)}."

    def _initiative(self, id: str) -> Initiative:
        found = self.setting.programme.initiative(id)
        if found is None:
            raise KeyError(id)
        return found

    # --- the set as a whole -----------------------------------------------------------------------

    def _totals(self, people: Any) -> Totals:
        import numpy as np

        got, spent = self.found.outcome, self._drawn_spend()
        worth = worth_drawn(self.setting, self.prospects, self.found.rows, self.seed)
        low, high = np.quantile(worth, [0.1, 0.9])
        few = spent_on_few(self.problem, self.courses)
        return Totals(
            got.worth,
            got.few,
            got.spent,
            self._overspend(spent),
            float(low),
            float(high),
            few / got.spent if got.spent > 0 else None,
            tuple(p.name for p in self.setting.periods),
            people(self.running),
        )

    def _drawn_spend(self) -> list[Grid]:
        """Joint draws of spend, by period."""
        import numpy as np

        found = [np.zeros(JOINT) for _ in self.setting.periods]
        for course in self.courses:
            prospect = self.prospects.get(course.initiative)
            spending = prospect.spending.get(course.course) if prospect else None
            if spending is not None:
                pairs = paired(self.seed, course.initiative)
                spent = spent_by_period(spending, self.setting.periods, course.later)
                found = [f + s[pairs] for f, s in zip(found, spent, strict=True)]
        return found

    def _overspend(self, spent: Sequence[Grid]) -> float | None:
        """The chance that some budget is exceeded; None where none is given."""
        import numpy as np

        if not self.problem.caps:
            return None
        over = np.zeros(JOINT, dtype=bool)
        for periods, cap in self.problem.caps:
            over |= sum((spent[t] for t in periods), np.zeros(JOINT)) > cap
        return float(over.mean())

    def _limits(self) -> Iterator[LimitCost]:
        """Each kind of limit, with what the best set would gain without it."""
        for kind, name, eased, used, of in self._eased():
            found = choose(eased, effort=self.effort)
            gains = max(0.0, found.worth - self.found.worth) if isinstance(found, Chosen) else 0.0
            yield LimitCost(name, used, of, gains if gains > 0.5 else 0.0, kind)

    def _eased(self) -> Iterator[tuple[LimitKind, str, Problem, float | None, float | None]]:
        """Each limit: kind, name, the problem without it, how much is used, and of how much."""
        problem, got = self.problem, self.found.outcome
        for periods, cap in problem.caps:
            last = periods[-1]
            budgets = tuple(None if k == last else b for k, b in enumerate(problem.budgets))
            name = self.setting.periods[last].name
            over = (
                f"to the end of {name}, with money left from earlier years"
                if len(periods) > 1
                else name
            )
            spent = sum(got.spend[t] for t in periods)
            yield "budget", f"budget {over}", replace(problem, budgets=budgets), spent, cap
        for role in dict.fromkeys(c.role for c in self.setting.capacities):
            rows = [k for k, c in enumerate(self.setting.capacities) if c.role == role]
            caps = tuple(float("inf") if k in rows else c for k, c in enumerate(problem.capacities))
            full = max(rows, key=lambda k: got.use[k] / max(problem.capacities[k], 1e-9))
            eased = replace(problem, capacities=caps)
            yield "capacity", f"capacity {role}", eased, got.use[full], problem.capacities[full]
        if problem.share_for_few is not None:
            few = spent_on_few(problem, self.courses)
            share = few / got.spent if got.spent > 0 else None
            eased, least = replace(problem, share_for_few=None), problem.share_for_few
            yield "share_for_few", "share for few", eased, share, least

    def _gainers(self) -> Iterator[Gainer]:
        """What runs, by service."""
        by: dict[str, list[Course]] = {}
        for course in self.courses:
            if course.runs:
                by.setdefault(
                    self._initiative(course.initiative).service or "service not given", []
                ).append(course)
        for service, of in sorted(by.items()):
            left = [kept(self.problem, c, self.running) for c in of]
            worth = sum(c.worth * k for c, k in zip(of, left, strict=True))
            few = sum(c.few * k for c, k in zip(of, left, strict=True))
            yield Gainer(service, worth, few, sum(sum(c.spend) for c in of), len(of))
        ending = [c for c in self.courses if not c.runs and (c.worth or sum(c.spend))]
        if ending:
            spend = sum(sum(c.spend) for c in ending)
            yield Gainer("stopping what does not run", sum(c.worth for c in ending), 0.0, spend, 0)

    def _capacity(self) -> Iterator[CapacityUse]:
        """Each role that the set uses, in each quarter up to the last in which any is used."""
        used = self.found.outcome.use
        rows = [(c, used[k]) for k, c in enumerate(self.setting.capacities)]
        roles, last = (
            {c.role for c, use in rows if use > 0.0},
            max((c.quarter for c, use in rows if use > 0.0), default=""),
        )
        for c, use in rows:
            if c.role in roles and c.quarter <= last:
                yield CapacityUse(c.role, c.quarter, use, c.limit)


def _worth_and_spend(course: Course) -> str:
    spend = sum(course.spend)
    return f"{money_text(course.worth)}{f', for spend of {money_text(spend)}' if spend else ''}"


def _less(value: float) -> str:
    return f"{money_text(value)} less" if value >= 0.5 else "as much"
