"""What the choice across initiatives says in words: why each runs or waits, few and all, limits.

Each function takes figures and keys, and gives whole sentences. Nothing is worked out here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from changeadvisor.portfolio.result import FewAndAll, FrontierPoint, Pick, Selection
from changeadvisor.portfolio.working import (
    CourseWorth,
    Instead,
    LateNeed,
    Obstacle,
    PickWorking,
    PutOff,
    TooFewPeople,
    TooLittleForFew,
    TooMuchSpent,
)
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
    money_that_is_enough,
    money_to_the_penny,
    quarter_text,
    quarters_text,
)

if TYPE_CHECKING:
    from changeadvisor.portfolio.build import ChoiceProblem
    from changeadvisor.portfolio.proposals import Restore
    from changeadvisor.portfolio.solver import Infeasible

#: Names of limits and of those who gain, where no register gives one.
SHARE_FOR_FEW = "share for few"
NO_SERVICE = "service not given"
STOPPING = "stopping what does not run"
#: Money that nobody would notice.
_PENNIES = 0.5


# --- proposals ------------------------------------------------------------------------------------


def as_on_merit(whole: bool) -> str:
    """A course on merit that is proposed. whole: whether all of them keep the limits together."""
    if whole:
        return "As recommended: all recommended courses keep the limits together."
    return "As recommended: the limits leave room for it."


def no_merit(merit: str | None, why: str | None, proposed: str, *, begun: bool) -> str:
    """What is proposed where there is no answer, or none that is priced. why: it is not priced."""
    if merit is None:
        first = "There is no answer on merit yet."
    else:
        worth = f" ({why})" if why else ""
        first = f"{capitalised(COURSE_WORDS[merit].doing)} is recommended, but not priced{worth}."
    if proposed == "stop":
        return f"{first} It has not begun, so it is not started."
    goes_on = "It has begun, so it goes on" if begun else "The law requires it, so it runs"
    return f"{first} {goes_on}."


def changed_by_limit(merit: str, proposed: str, restore: Sequence[Restore], currency: str) -> str:
    """A course that a limit forces, and the least more that would restore the one on merit."""
    first = f"{capitalised(COURSE_WORDS[merit].doing)} is recommended by itself"
    then = f"{COURSE_WORDS[proposed].doing} is proposed"
    if not restore:
        return (
            f"{first}, but the limits cannot hold all that is recommended, and of what they can "
            f"hold, the set with {COURSE_WORDS[proposed].doing} is worth most."
        )
    return f"{first}; within the limits {then}. {restoring(restore, currency)}"


def restoring(restore: Sequence[Restore], currency: str) -> str:
    """The least more that would restore a course, with the others as they stand."""
    more = [_more(r, currency) for r in restore if not isinstance(r.by, str)]
    said = [f"{joined(more)} would keep it as recommended, with the others as they stand."]
    for r in restore:
        if r.limit == "requires":
            said.append(f"It cannot run without {r.by}, which does not run.")
        elif r.limit == "conflicts-with":
            said.append(f"It cannot run beside {r.by}.")
    return " ".join(said[0 if more else 1 :])


def _more(restore: Restore, currency: str) -> str:
    """More of one measured limit: money or people."""
    by = restore.by if not isinstance(restore.by, str) else 0.0
    if restore.limit == "budget":
        return f"{money_that_is_enough(by, currency)} more for {restore.period}"
    role = restore.limit.removeprefix("capacity: ")
    return f"{math.ceil(by * 10) / 10:g} more {role} in {quarter_text(restore.period or '')}"


def beyond_limits(excess: Sequence[Restore], currency: str) -> str:
    """Limits that are broken by what the law requires, whatever else is stopped."""
    over = joined([_more(r, currency) for r in excess if not isinstance(r.by, str)])
    return f"What the law requires cannot be done within the limits: it takes {over}."


def short_for_few(used: float, share: float) -> str:
    """A share of spend for the few that the proposals miss."""
    return (
        f"Of the spend {used:.1%} goes to deep changes for few people: the {share:.0%} that is to "
        "be kept for them is missed."
    )


def free_optimum(worth: float, proposed: float, differ: Sequence[str], currency: str) -> str:
    """The set of the greatest worth alone, beside the proposals. differ: where they do."""
    if not differ:
        return "By worth alone the best set within the limits would be the same."
    return (
        f"A comparison, not a proposal: by worth alone the best set within the limits would be "
        f"worth {money_text(worth, currency)}, beside {money_text(proposed, currency)} for what is "
        f"proposed. It differs on {joined(list(differ))}."
    )


# --- why each runs or waits -----------------------------------------------------------------------


def pick_because(working: PickWorking) -> str:
    """Why the set does with an initiative what it does."""
    return " ".join((*_because(working), put_off(working))).strip()


def put_off(working: PickWorking) -> str:
    """Why it begins later than planned; empty where it does not."""
    return " ".join(_put_off(working.put_off, working.currency)) if working.put_off else ""


def _because(working: PickWorking) -> Iterator[str]:
    currency = working.currency
    if working.locked:
        yield "A person set this course."
    if working.statutory and working.runs:
        yield "The law requires it: it cannot be dropped."
    if working.why_held is not None:
        yield f"Its worth is not known ({working.why_held}), so it is not weighed."
        if not working.locked and working.runs:
            yield "It has begun, so it is counted as going on."
        elif not working.locked:
            yield "It has not begun, so it waits."
        return
    if working.alone is not None:
        doing = COURSE_WORDS[working.alone.course].doing_in_set
        yield f"By itself {doing} is worth {_worth_and_spend(working.alone, currency)}."
    if working.going_on is not None:
        doing = COURSE_WORDS[working.going_on.course].doing_in_set
        yield f"By itself {doing} would be worth {_worth_and_spend(working.going_on, currency)}."
    if working.without_helpers is not None:
        helpers, worth = working.without_helpers
        yield (
            f"Without {joined(helpers)}, which would help it, it is worth"
            f" {money_text(worth, currency)}."
        )
    yield from _hanging(working)
    yield from _turned(working)
    for other in working.instead:
        yield from _instead(other, currency)


def _worth_and_spend(course: CourseWorth, currency: str) -> str:
    spend = f", for spend of {money_text(course.spend, currency)}" if course.spend else ""
    return f"{money_text(course.worth, currency)}{spend}"


def _hanging(working: PickWorking) -> Iterator[str]:
    """What hangs on it and runs, or what it hangs on and does not run."""
    currency = working.currency
    if working.requirers is not None:
        ids, worth = working.requirers
        are, together = agree(len(ids), "is", "are"), agree(len(ids), "", " together")
        what = f"{are} worth {money_text(worth, currency)}{together} in this set"
        yield f"{joined(ids)} cannot run without it and {what}."
    if working.helped is not None:
        ids, lost = working.helped
        yield (
            f"It helps {joined(ids)}, which would be worth {money_text(lost, currency)} less"
            " without it."
        )
    if working.runs and working.few:
        yield "It counts as deep change for few people."
    if working.lacking:
        does = agree(len(working.lacking), "does", "do")
        yield f"It requires {joined(working.lacking)}, which {does} not run."
    if working.in_the_way_of:
        runs = agree(len(working.in_the_way_of), "runs", "run")
        yield f"It stands in the way of {joined(working.in_the_way_of)}, which {runs}."


def _turned(working: PickWorking) -> Iterator[str]:
    """What turning it round would do to the set, where it may be turned round."""
    if not working.may_turn:
        return
    if working.runs and working.without is None:
        yield "Without it no set keeps to the limits."
    elif working.without is None:
        yield "No set within the limits can run it."
    elif working.runs:
        yield f"Without it the best set would be worth {_less(working.without, working.currency)}."
    else:
        yield (
            f"Running it would make the best set worth {_less(working.without, working.currency)}."
        )


def _instead(other: Instead, currency: str) -> Iterator[str]:
    """What another way to go on would do to the set."""
    doing = capitalised(COURSE_WORDS[other.course].doing_in_set)
    doing = f"{doing} instead is worth {money_text(other.worth, currency)} by itself"
    if other.set_loses is None:
        yield f"{doing}, and no set within the limits has room for it."
        return
    yield f"{doing}, and would make the best set worth {_less(other.set_loses, currency)}."
    if other.obstacle is not None:
        yield _obstacle(other.obstacle, "With that alone changed", currency)


def _put_off(found: PutOff, currency: str) -> Iterator[str]:
    yield f"It begins on {day_text(found.start)} and not on {day_text(found.planned)}."
    if found.obstacle is not None:
        yield _obstacle(found.obstacle, "As planned", currency)
    if found.waits_for_required:
        yield "What it requires ends later than the register plans."
    if found.keeping is not None:
        cost = "nothing"
        if found.keeping >= _PENNIES:
            cost = f"{money_text(found.keeping, currency)}, as others would have to give way"
        yield f"Keeping to the earliest start would cost {cost}."
    elif found.worked_out:
        yield "No set within the limits keeps to the earliest start."


def _obstacle(obstacle: Obstacle, when: str, currency: str) -> str:
    """What stands in the way. when: how the sentence begins."""
    match obstacle:
        case LateNeed(needed, ends, lag):
            ending = f"which ends on {day_text(ends)}" if ends else "which ends later"
            between = f", and {many(lag, 'month')} must lie between" if lag else ""
            return f"It requires {needed}, {ending}{between}."
        case TooFewPeople(role, quarter, needed_people, limit):
            return (
                f"{when} the set would need {needed_people:.3g} {role} in {quarter_text(quarter)}, "
                f"and there are {limit:g}."
            )
        case TooMuchSpent(period, so_far, spent, limit):
            over = f"to the end of {period}" if so_far else f"in {period}"
            return (
                f"{when} the set would spend {money_text(spent, currency)} {over}, "
                f"and there is {money_text(limit, currency)}."
            )
        case TooLittleForFew(share):
            return (
                f"{when} less than {100.0 * share:g} in 100 of the spend in the budget years "
                "would be for the few."
            )
        case "later-is-better":
            return "Beginning later is worth more by itself."


def _less(value: float, currency: str) -> str:
    return f"{money_text(value, currency)} less" if value >= _PENNIES else "as much"


def start_because(pick: Pick, start: dt.date, planned: dt.date, as_of: dt.date) -> str:
    """Why what has not begun begins when it does."""
    if pick.put_off:
        return pick.put_off
    if planned <= as_of and start <= as_of + dt.timedelta(days=1):
        return (
            f"Its planned start, {day_text(planned)}, is over: "
            f"it is counted from {day_text(start)} on."
        )
    if start <= planned:
        return f"It begins as planned, on {day_text(start)}."
    return (
        f"It begins on {day_text(start)} and not on {day_text(planned)}: "
        "what it requires ends later."
    )


# --- limits ---------------------------------------------------------------------------------------


def budget_limit(period: str, so_far: bool) -> str:
    """The name of a budget. so_far: money left from earlier years counts."""
    if so_far:
        return f"budget to the end of {period}, with money left from earlier years"
    return f"budget {period}"


def capacity_limit(role: str) -> str:
    """The name of a limit on people of one role."""
    return f"capacity {role}"


# --- few and all ----------------------------------------------------------------------------------


def few_and_all(
    choice_problem: ChoiceProblem, selection: Selection, points: Sequence[FrontierPoint]
) -> FewAndAll:
    """What the set means for few and all, in sentences a councillor can repeat."""
    totals, currency = selection.totals, choice_problem.programme.currency
    if totals is None:
        return FewAndAll()
    spent = next_step = ""
    deep = [p.id for p in selection.chosen if p.id in choice_problem.problem.few]
    if deep and totals.share_for_few is not None:
        share = in_100(totals.share_for_few)
        spent = (
            f"Of every 100 we spend, {share} {agree(share, 'goes', 'go')} to changes that "
            f"matter deeply to few people ({joined(deep)})."
        )
    kept = _kept_for_few(selection, currency)
    after = next((p for p in points if p.by_pound is not None and p.few > totals.few), None)
    if after is not None and after.by_pound is not None and after.gained is not None:
        next_step = (
            "Going one step further for the few would give them "
            f"{money_text(after.gained, currency)} more. Each pound they gain would cost everyone "
            f"else {money_to_the_penny(after.by_pound, currency)}."
        )
    return FewAndAll(spent, kept, next_step)


def _kept_for_few(selection: Selection, currency: str) -> str:
    """What the share kept for the few costs; empty: there is none, or it is missed."""
    rule = next((x for x in selection.limits if x.kind == "share_for_few"), None)
    if rule is None:
        return ""
    if rule.costs > 0.0:
        return (
            f"Keeping {cases_in_100(rule.of or 0.0)} for them costs everybody "
            f"together {money_text(rule.costs, currency)} of value: without that rule another set "
            "would be worth that much more."
        )
    kept = (rule.used or 0.0) >= (rule.of or 0.0)
    return "The share that is to be kept for them is kept." if kept else ""


# --- why there is no set --------------------------------------------------------------------------


def why_none(choice_problem: ChoiceProblem, infeasible: Infeasible) -> str:
    """Why no set can be run, and what would let one."""
    if not infeasible.proven:
        return (
            "No set that keeps to all limits was found in the search. "
            "That there is none is not proven."
        )
    said = ["No set keeps to all limits together."]
    problem = choice_problem.problem
    must = [id for id, rows in problem.groups.items() if all(problem.courses[r].runs for r in rows)]
    if must:
        said.append(f"What has to run in any case: {joined(must)}.")
    ways = [_way(choice_problem, kind, infeasible) for kind in infeasible.limits]
    if not ways:
        said.append("Dropping one limit alone would not help.")
    elif len(ways) == 1:
        said.append(f"This would be enough to allow one: {ways[0]}.")
    else:
        lettered = "; ".join(f"({chr(97 + k)}) {way}" for k, way in enumerate(ways))
        said.append(f"Any one of these would be enough to allow one: {lettered}.")
    return " ".join(said)


_DROPPED = {
    "budget": "no budget",
    "capacity": "no limit on people",
    "requires": "letting an initiative run without one that it requires",
    "conflicts-with": "running initiatives together that stand in each other's way",
    "share_for_few": "no share kept for few",
}


def _way(choice_problem: ChoiceProblem, kind: str, infeasible: Infeasible) -> str:
    """What would let a set run: how far a limit must give where that is measured."""
    enough, problem = infeasible.enough.get(kind), choice_problem.problem
    currency = choice_problem.programme.currency
    if enough is None:
        return _DROPPED[kind]
    if kind == "budget":
        several = len([b for b in problem.budgets if b is not None]) > 1
        more = f"{money_that_is_enough(enough, currency)} more money"
        if several and problem.carry_over:
            first = next((p.name for p in choice_problem.periods if p.limit is not None), "")
            return f"{more} in {first}"
        return f"{more} in each year" if several else more
    if kind == "capacity":
        short = _short(choice_problem, infeasible)
        return f"up to {_up(enough):g} more full-time people ({short})"
    share = 100.0 * (problem.share_for_few or 0.0)
    return f"{_down(100.0 * enough):g} in 100 kept for few, not {share:g}"


def _short(choice_problem: ChoiceProblem, infeasible: Infeasible) -> str:
    """Who is short, and when: the first quarters of each role."""
    by_role: dict[str, list[str]] = {}
    for k in infeasible.short:
        capacity = choice_problem.capacities[k]
        by_role.setdefault(capacity.role, []).append(quarter_text(capacity.quarter))
    return "; ".join(
        f"{role} in {joined(quarters[:2])}{' and later' if len(quarters) > 2 else ''}"
        for role, quarters in by_role.items()
    )


def _up(value: float) -> float:
    """Rounded up to a tenth, so that it is still enough."""
    return float(math.ceil(value * 10 - 1e-6) / 10)


def _down(value: float) -> float:
    """Rounded down to a tenth, so that it can still be kept."""
    return float(math.floor(value * 10 + 1e-6) / 10)


# --- what was taken for want of figures -----------------------------------------------------------


def not_priced_course(course: str) -> str:
    """Why the worth of a course set from outside is not known."""
    return (
        f"the register does not say what {course.replace('-', ' ')} would cost and bring: "
        "neither is counted"
    )


WORTH_NOT_KNOWN = "its worth is not known"
NEXT_TWELVE_MONTHS = "the next twelve months"
CARRY_OVER_NOT_GIVEN = (
    "Whether money may be carried over is not given (`limits: carry_over`): "
    "each year is held by itself."
)
NO_BUDGET = (
    "No budget is given (`limits: budget`): spend of the next twelve months is shown, not limited."
)
NO_YEAR_TO_COME = (
    "No year of the budget (`limits: budget`) is still to come: spend of the next twelve months "
    "is shown, not limited."
)
NO_SHARE_FOR_FEW = "No share for few is given (`limits: share_for_few`): none is kept."


def runs_both(one: str, other: str) -> str:
    """Two that stand in each other's way and must both run."""
    return (
        f"{one} and {other} stand in each other's way, and neither can be dropped: "
        "the set runs both all the same."
    )


def stopping_not_priced(ids: Sequence[str]) -> str:
    """What it would cost to stop these is not given."""
    return (
        f"What it would cost to stop {', '.join(ids)} is not given: stopping is counted as "
        "costing nothing and leaving nothing."
    )


def few_not_given(share_given: bool) -> str:
    """Few and all cannot be told apart."""
    share = ", and the share for few cannot be kept" if share_given else ""
    return (
        "What counts as deep for few is not given (`limits: few`): few and all are not set "
        f"apart{share}."
    )


def capacity_given_for(role: str, quarters: Sequence[str]) -> str:
    """A role is limited in some of the coming quarters only."""
    when = "for no quarter that is still to come"
    if quarters:
        when = f"only for {quarters_text(quarters[0], quarters[-1])}"
    return f"How many {role} there are is given {when}: in other quarters they are not limited."


def capacity_not_given(roles: Sequence[str]) -> str:
    """Roles that are needed and not limited."""
    return (
        f"How many there are of {', '.join(roles)} is not given (`limits: capacity`): "
        "what needs them is not limited."
    )


def capacity_not_needed(roles: Sequence[str]) -> str:
    """Roles that are limited and not needed."""
    return (
        f"Nothing that is open needs {', '.join(roles)} (`limits: capacity`): "
        "that limit holds nothing."
    )


def start_is_over(ids: Sequence[str]) -> str:
    """Ideas whose planned start has passed."""
    return (
        f"The planned start of {', '.join(ids)} is over and it has not begun: it is counted from "
        "tomorrow to its planned end. Give it a new start."
    )


def end_not_known(ids: Sequence[str]) -> str:
    """Initiatives that need people until a day that is not known."""
    return f"The end of {', '.join(ids)} is not known: the people it needs are not counted."


def spend_not_known(ids: Sequence[str]) -> str:
    """Initiatives whose spend is not known."""
    return f"The spend of {', '.join(ids)} is not known: it is not counted."


def share_not_given(ids: Sequence[str]) -> str:
    """Initiatives that are helped by an unknown share."""
    return (
        f"How much of {', '.join(ids)} rests on its helpers is not given (`share`): "
        "it is not counted."
    )
