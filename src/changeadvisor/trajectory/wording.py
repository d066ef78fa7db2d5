"""The sentences of this package: the outlook, corrected readings, the plan, what has no price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from changeadvisor.words import (
    COURSE_WORDS,
    OUTCOME_WORDS,
    agree,
    cases_in_100,
    day_text,
    honest_cases_in_100,
    in_100,
    joined,
    many,
    money_text,
)

if TYPE_CHECKING:
    from changeadvisor.trajectory.counterfactual import (
        BaselineEstimated,
        Observed,
        OthersMoved,
        SharedMeasure,
        StandsAlone,
    )
    from changeadvisor.trajectory.outlook import Improvement, OutlookReading
    from changeadvisor.trajectory.plan import PathReading, TripwireReading
    from changeadvisor.trajectory.pricing import Unpriced


# --- the outlook ----------------------------------------------------------------------------------


def outlook_sentences(outlook: OutlookReading) -> Iterator[str]:
    """What may become of it, for a board."""
    if not outlook.read:
        yield class_sentence(*outlook.chances)
        return
    bad, good = outlook.bad_and_succeeds, outlook.good_and_fails
    if bad is not None and good is not None:
        looks = f"{honest_cases_in_100(bad)} look at least this bad"
        yield f"Of initiatives like this that succeed, {looks} by now."
        yield f"Of those that fail, {honest_cases_in_100(good)} look at least this good by now."
    full, none = in_100(outlook.chances[0]), in_100(outlook.chances[2])
    # The three add up to a hundred, however they are rounded.
    partial = 100 - full - none
    yield f"Of 100 like this that look like this, {full} end full, {partial} partial, {none} none."
    if outlook.reached is None:
        yield (
            "It is more likely than not that it never quite reaches its whole target as it goes "
            "now."
        )
    elif outlook.reached < 1.0:
        yield "It has reached its target."
    else:
        yield (
            f"It reaches its target in about {round(outlook.reached)} months, if it goes as the "
            "middle of what is likely."
        )


def improvement_sentence(found: Improvement, review: str, currency: str) -> str:
    """A course that is better than going on, by less than counts. review: when the next one is."""
    doing = COURSE_WORDS[found.course].doing
    gains, costs = money_text(found.gains, currency), money_text(found.delay_costs, currency)
    return (
        f"An improvement to plan for is {doing}: it is worth {gains} more than never changing "
        f"anything. Putting it off to {review} costs about {costs}, which is too little to count "
        "against going on for now."
    )


def class_sentence(full: float | None, partial: float | None, none: float | None) -> str:
    """The outlook where there are no results: how its class has ended before.

    As far as the class says.
    """
    shares = zip((full, partial, none), OUTCOME_WORDS.values(), strict=True)
    ends = ", ".join(f"{in_100(share)} end {word}" for share, word in shares if share is not None)
    return f"There are no results yet. As its class has ended before: of 100 like this, {ends}."


# --- corrections of readings ----------------------------------------------------------------------


def correction_sentences(seen: Observed) -> Iterator[str]:
    """What was taken off readings, or held, before they were read."""
    unit = f" {seen.unit}" if seen.unit else ""
    if seen.others_moved is not None:
        yield _others_moved(seen.others_moved, unit)
    if seen.estimated is not None:
        yield _estimated(seen.estimated, unit)
    if seen.shared is not None:
        yield _shared(seen.shared, seen.measure)
    for reading in seen.alone:
        yield _alone(reading, unit)


def _others_moved(others: OthersMoved, unit: str) -> str:
    return (
        f"Other areas ({others.areas}) moved by {others.moved:+.3g}{unit} since its start: "
        "that is taken off its progress."
    )


def _estimated(baseline: BaselineEstimated, unit: str) -> str:
    moved = baseline.estimated - baseline.planned
    return (
        f"Progress counts from {baseline.estimated:.4g}{unit}, the mean of {baseline.readings} "
        f"readings before the start, and not from the plan's baseline of {baseline.planned:.4g}"
        f"{unit}: a change of {moved:+.3g} is not its doing."
    )


def _shared(shared: SharedMeasure, measure: str) -> str:
    return (
        f"{measure} is also moved by {', '.join(shared.others)}: by expected gain, "
        f"{shared.share:.0%} of its change counts as this one's."
    )


def _alone(reading: StandsAlone, unit: str) -> str:
    return (
        f"The reading of {reading.value:.4g}{unit} for the period from "
        f"{day_text(reading.period)} stands far from its neighbours: check it. It counts only as "
        "far as such readings scatter."
    )


# --- the plan -------------------------------------------------------------------------------------


def path_working(reading: PathReading) -> str:
    """Where the results stand beside the plan, or why that cannot be said.

    To stand in a sentence.
    """
    if reading.unread == "no-way":
        return "its path has no baseline and target that differ"
    if reading.unread == "few-readings":
        since = f"{many(reading.readings, 'reading')} since it began"
        return f"{since}, and {reading.needed} are needed"
    if reading.unread == "no-months":
        return "its path does not say how many months it should take"
    unit = f" {reading.unit}" if reading.unit else ""
    low, high = sorted((reading.level_low or 0.0, reading.level_high or 0.0))
    share = cases_in_100(reading.share_below or 0.0)
    return (
        f"recent level {reading.level or 0.0:.4g}{unit}, where the plan expected {low:.4g} to "
        f"{high:.4g}; {share} paths drawn from its own plan would be no better by now"
    )


def tripwire_bound(wire: TripwireReading) -> str:
    """What was agreed of a tripwire: the level below, or above, which it is broken."""
    return f"below {wire.below:g}" if wire.below is not None else f"above {wire.above:g}"


# --- what has no price ----------------------------------------------------------------------------


#: What is lacking for a price, by its key in the register.
_LACKING = {
    "appraisal.discount_rate": "the discount rate",
    "appraisal.horizon_years": "how many years count",
    "reach": "how many people it reaches",
    "impact": "what it is worth to each of them",
    "spend.monthly": "what it costs a month",
    "spend.after": "what it costs a month after its end",
    "ends": "when it ends",
    "cost": "what it would cost",
    "gain": "what it would gain",
    "months": "how many months it would take",
    "extends": "by how many months it would go on longer",
    "runs": "for how many months it would run",
    "fade_months": "how fast what was gained would fade",
    "months_to_target": "how many months it would take to the target",
    "full": "how likely it is to succeed",
}


def why_unpriced(why: Unpriced) -> str:
    """Why a course, or all of them, cannot be priced; to stand in a sentence."""
    if why.reason == "path":
        return "its path says too little to be read"
    lacking = joined([f"{_LACKING.get(name, name)} (`{name}`)" for name in why.lacks])
    return f"{lacking} {agree(len(why.lacks), 'is', 'are')} not given"
