"""Every sentence of this package, apart from those of an arrangement (`arrangement_wording`).

The rest of the package works out what holds and calls these with numbers, keys and ids; nothing
here decides anything, and nothing elsewhere branches on what is said here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from changeadvisor.model import Judgement
from changeadvisor.performance.forecast import BeforeAfter
from changeadvisor.words import (
    COURSE_WORDS,
    NO_ANSWER_YET,
    agree,
    capitalised,
    day_text,
    many,
    month_text,
    plain_per_cent,
    within_limits,
)

# --- where a fact comes from ----------------------------------------------------------------------

REGISTER = "register"
REGISTER_REVIEWS = "register: review_months"
REGISTER_TRIPWIRES = "register: tripwires"
NO_DEPENDANTS = "dependencies: none"
NONE_SET_TO_STOP = "dependencies: none is set to stop"
LOST_DOWNSTREAM = "worth lost downstream, draw by draw"
APPRAISAL = "appraisal: worth of each course, draw by draw"
DECLARED_BESIDE_EVIDENCED = "declared beside evidenced"


def path_source(begins: dt.date, as_of: dt.date) -> str:
    """Where the age of a path is taken from."""
    verb = "begins" if begins > as_of else "began"
    return f"register: the path {verb} on {day_text(begins)}"


def dependencies_source(ids: Sequence[str]) -> str:
    """Which initiatives were counted."""
    return "dependencies: " + (", ".join(ids) or "none")


def stopped_source(ids: Sequence[str]) -> str:
    """Which of what it requires somebody has set to stop, to ask what if."""
    return f"set to stop: {', '.join(ids)}"


def readings_source(measure: str, last: dt.date) -> str:
    """Which readings were read."""
    return f"readings of {measure} to {month_text(last)}"


def against_path_source(readings: str, because: str) -> str:
    """Which readings were set beside the plan, and how."""
    return f"{readings}: {because}"


HELD_BEHIND = (
    "the level is where the plan has it, but it is more likely than not by far that it ends none: "
    "counted as behind"
)
HELD_ON_PATH = (
    "the level is short of the plan, but it is more likely than not by far that it ends full: "
    "counted as on its path"
)
CHANCES = "the chances of its ending, by its results so far"


def own_past_source(readings: str, correlation: float, seasonal: bool) -> str:
    """Which readings, and what their limits were adjusted for."""
    season = ", its season taken out" if seasonal else ""
    return f"{readings}: limits for a correlation of neighbours of {correlation:.2f}{season}"


def aim_source(readings: str, name: str, value: float | None) -> str:
    """Which readings, and the standard or target beside them."""
    return f"{readings}, {name} {value:g}"


def other_areas_source(others: int, period: dt.date) -> str:
    """How many areas it was set beside, and when."""
    return f"{others} other areas in the period from {day_text(period)}"


def position_source(areas: str, basis: str | None) -> str:
    """What the limits among other areas come from."""
    return f"{areas}, limits from {basis}"


def gap_source(areas: str, periods: int) -> str:
    """Over how many periods the gap to other areas was followed."""
    return f"{areas}, over {periods} periods"


def before_after_source(measure: str, changed: BeforeAfter) -> str:
    """What changed when its path began."""
    interval = f"95 % interval {changed.low:.3g} to {changed.high:.3g}"
    counts = f"{changed.before} readings before, {changed.after} after"
    return f"readings of {measure}: {changed.effect:+.3g}, {interval}; {counts}"


def simulation_source(runs: int, staff: int) -> str:
    """How much was simulated."""
    return f"{runs} simulated runs of {staff} people"


def rater_source(answer: Judgement, *, with_level: bool) -> str:
    """Who judged, when and why; what, where the raters differ."""
    who = answer.by or "rater not named"
    when = f", {day_text(answer.on)}" if answer.on else ", undated"
    level = f", {answer.level}" if with_level else ""
    why = f": {answer.because}" if answer.because else ""
    return f"{who}{when}{level}{why}"


def held_source(table: str) -> str:
    """A rating that the chances hold."""
    return f"{table}, held to amber by the chances of its ending"


def table_source(name: str) -> str:
    """Which table gave a rating."""
    return f"table {name}"


# --- what is said of an initiative ----------------------------------------------------------------

ALL_INSIDERS = (
    "Every judgement comes from its own sponsor or owner: ask somebody who did not start it."
)
EVEN_CHANCES = (
    "It has no reference class with shares: full, partial and none are taken as equally likely."
)
ONLY_PERSISTING_PRICED = "Only going on could be priced: there is nothing to set its worth beside."
NO_REVIEW_MONTHS = (
    "The time between reviews is not given (`review_months`): no review dates can be named."
)


def judged_later(fact: str, as_of: dt.date) -> str:
    """A judgement dated after the day of the advice."""
    return f"A judgement of {fact} is dated after {as_of}: it is not counted yet."


def path_to_come(begins: dt.date, as_of: dt.date) -> str:
    """A path that has not begun."""
    return (
        f"Its path begins on {day_text(begins)}, after {day_text(as_of)}: nothing can be read of "
        "it yet."
    )


def class_and_source(reference_class: str, source: str) -> str:
    """Which class it is judged by."""
    return f"Its reference class is {reference_class}. Source: {source.rstrip('.')}."


def readings_to_come(count: int, measure: str) -> str:
    """Readings that are dated but not known."""
    return f"{many(count, 'reading')} of {measure} {agree(count, 'is', 'are')} not known yet."


def no_place_on_path(because: str) -> str:
    """Why results cannot be set beside the plan."""
    return f"Where the results stand against the plan cannot be said: {because}."


def shares_split(reference_class: str) -> str:
    """Shares that a class does not give."""
    return (
        f"{reference_class} does not say all shares: "
        "what it leaves open is split evenly over partial and none."
    )


def no_worth(why: str) -> str:
    """Why no course has a worth."""
    return f"No course can be priced: {why}."


def course_without_worth(course: str, why: str) -> str:
    """Why one course has no worth."""
    return f"The worth of {COURSE_WORDS[course].doing} cannot be said: {why}."


def candour(steps: int) -> str:
    """The declared rating beside the evidenced one; steps: how many it is the better."""
    if steps == 0:
        return "declared as the evidence supports"
    side = "better" if steps > 0 else "worse"
    return f"declared {many(abs(steps), 'step')} {side} than the evidence"


def to_settle(ask: str | None, measure: str | None, review: dt.date | None) -> str:
    """What would settle a disagreement: the judgement asked again, and the next results."""
    again = f'ask somebody who did not start it "{ask}", and ' if ask else ""
    when = f" at the review of {day_text(review)}" if review else ""
    return f"To settle it, {again}read the next results of {measure or 'its measure'}{when}."


def waits_for(question: str, why: str) -> str:
    """A question about something simulated, with what the simulation waits for."""
    return f"{question} {capitalised(why)}."


# --- what became of what has ended ----------------------------------------------------------------

ENDED_UNREAD = "It has ended. No results are known of it."


def ended_at(value: float, unit: str | None, on: dt.date) -> str:
    """The last reading of what has ended."""
    held = f" {unit}" if unit else ""
    return f"It has ended. Its latest reading is {value:.4g}{held}, of {day_text(on)}."


def ended_share(progress: float, baseline: float | None, target: float | None) -> str:
    """How far it came; progress: in shares of the way."""
    share = plain_per_cent(progress)
    return f"Its recent level is {share} of the way from {baseline:.4g} to {target:.4g}."


# --- what may be changed to see what follows ------------------------------------------------------

CHAMPIONS = "number of champions"
MANDATE = "how hard it is required and checked"


def latest_reading(measure: str) -> str:
    """The latest reading of a measure, as something that may be another."""
    return f"latest reading of {measure}"


# --- decisions ------------------------------------------------------------------------------------

NO_WORTH_TO_CHOOSE_BY = "No initiative has a worth yet, so there is nothing to choose by."
_EVENLY_BALANCED = "The evidence is evenly balanced."


def decide(answer: str, *, begun: bool, broken: dt.date | None) -> str:
    """The decision that an answer calls for; broken: the day of a tripwire that is."""
    course = COURSE_WORDS[answer]
    return (course.decision if begun else course.decision_on_idea) + _tripped(broken)


def past_its_end(ended: dt.date) -> str:
    """The decision on what still runs after its end."""
    return (
        f"It was to end on {day_text(ended)} and is still open: hand it over to everyday work, "
        "agree a new end, or close it. Until the next review it is taken to cost what it costs now."
    )


def decide_within_limits(course: str, because: str, broken: dt.date | None) -> str:
    """The decision where a limit forces another course; broken: the day of a tripwire that is."""
    return f"{within_limits(course)} {because}{_tripped(broken)}"


def find_out_first(question: str | None, broken: dt.date | None) -> str:
    """The decision where there is no answer; question: of the fact that tells most, if any."""
    return f"{NO_ANSWER_YET}. Find out first: {question or _EVENLY_BALANCED}{_tripped(broken)}"


def _tripped(broken: dt.date | None) -> str:
    return f" A tripwire agreed for {day_text(broken)} is broken." if broken else ""


# --- measures -------------------------------------------------------------------------------------

#: What to look at first, in words.
ATTENTION = {
    "none": "Nothing now",
    "others": "Other councils",
    "past": "Its own past",
    "standard": "The standard or target",
    None: "Cannot be said",
}
ALONGSIDE_SPREAD = (
    "the areas' sizes are not known: "
    "it is set beside how far the others lie apart, not beside chance"
)
TOO_FEW_AREAS = (
    "too few other areas, or all of them alike: where it stands among them cannot be said"
)
RANK_UNSURE = (
    "it is not known how sure each area's value is: "
    "the rank has no interval and should not be leant on"
)
_PAST = {
    "better": "Better than its own past",
    "no-different": "No different from its own past",
    "worse": "Worse than its own past",
}
_PAST_UNREAD = "Its own past cannot be read yet"
_NO_BETTER_WAY = "Which way is better is not given, so no reading is called better or worse"
_ASSURED = {
    "pass": "always meets the {line}",
    "hit-and-miss": "meets the {line} at times only",
    "fail": "never meets the {line} as things are",
    "unknown": "whether it is good enough cannot be read",
}
_NOT_YET = "does not meet the {line} yet"
_BESIDE = {
    "much-better": "far better than other areas",
    "better": "better than other areas",
    "similar": "like other areas",
    "worse": "worse than other areas",
    "much-worse": "far worse than other areas",
    None: "how others do cannot be read",
}


def line_named(name: str, value: float | None, unit: str | None) -> str:
    """A standard or a target with its value; empty where there is none."""
    if value is None:
        return ""
    held = f" {unit}" if unit else ""
    return f"{name} of {value:g}{held}"


def three_readings(
    past: str | None, *, way_known: bool, assurance: str, line: str, position: str | None
) -> str:
    """A measure against its past, a line and other areas; what cannot be read is said to be so.

    way_known: whether the register says which way is better. line: as from `line_named`.
    """
    unread = _PAST_UNREAD if way_known else _NO_BETTER_WAY
    own = _PAST[past] if past is not None else unread
    # What gets better and falls short still is not written off.
    short = assurance == "fail" and past == "better"
    assured = (_NOT_YET if short else _ASSURED[assurance]).format(line=line)
    return f"{own}; {assured}; {_BESIDE[position]}."
