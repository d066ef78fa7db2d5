"""Every sentence that judging says to people; what judges gives it numbers and keys.

The sentences of rules, levels and questions stand in the packs and in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, get_args

from changeadvisor.facts import VOCABULARY, Single
from changeadvisor.judgement.explanation import Reason, shown_value
from changeadvisor.model import Colour
from changeadvisor.words import answer_in_sentence, in_100, rating_label, strength

if TYPE_CHECKING:
    from changeadvisor.judgement.base_rates import ByItself, RatingMoves, RatingRow
    from changeadvisor.judgement.flips import Lever
    from changeadvisor.judgement.pack import Rule

_BEST, *_, _WORST = get_args(Colour)


# --- a recommendation -----------------------------------------------------------------------------


def outweighed(behind: float, leader: str, against: Reason | None, *, unsupported: bool) -> str:
    """Why an answer was not chosen.

    behind: decibans by which the leader leads it. against: the strongest reason against it, if any.
    unsupported: whether no rule that counted is about it.
    """
    lead = answer_in_sentence(leader)
    parts = [f"Behind {lead}: the weight of evidence between them is {strength(behind)}."]
    if against is not None:
        parts.append(f"Strongest against: {against.because} ({against.rule})")
    if unsupported:
        parts.append("No rule that fired speaks for it.")
    return " ".join(parts)


def disagreement(
    by_worth: str, lead: float, by_others: str, others_lead: float, strongest: Rule
) -> str:
    """That the appraisal and the other evidence each lead to another course, by so many decibans.

    strongest: of the other reasons the one that parts the two courses most.
    """
    one, other = (answer.replace("-", " ") for answer in (by_worth, by_others))
    return (
        f"The appraisal and the other evidence disagree. By what they are worth, {one} leads "
        f"{other} (weight of evidence: {strength(lead)}). By all else, {other} leads {one} "
        f"({strength(others_lead)}; most of it: {strongest.title}, {strongest.id})."
    )


def flip_text(lever: Lever, at: Single, to: str | None) -> str:
    """That pulling a lever to a value gives another answer, or none."""
    before, after = (
        f"{v:g}" if isinstance(v, float) else str(v).lower()
        for v in (shown_value(lever.before), at)
    )
    return f"{lever.label or lever.fact}: from {before} to {after} gives {answer_in_sentence(to)}"


# --- frameworks and published models --------------------------------------------------------------


def score_question(title: str) -> str:
    """What is asked of a framework's score."""
    return f"What is its {title}?"


def score_on_scale(title: str, score: float, scale: tuple[float, float]) -> str:
    """A score with the scale that it is on."""
    return f"{title}: {score:g} on a scale of {scale[0]:g} to {scale[1]:g}"


def score_between(title: str, low: float, high: float) -> str:
    """A score that is known only to lie between two."""
    return f"{title}: between {low:g} and {high:g}"


def example_score(low: float, high: float) -> str:
    """The score of an example, expected or found."""
    return f"score {low:g} to {high:g}"


def theory_meaning(title: str) -> str:
    """What the answer of a published model means as a fact."""
    return f"What a published model says: {title}"


# --- faults in rules ------------------------------------------------------------------------------


def unused_fact(name: str) -> str:
    """That a pack's own fact is looked at by no rule."""
    return f"`{name}` is declared, but no rule mentions it"


def unused_parameter(name: str) -> str:
    """That a parameter is used by no rule."""
    return f"`{name}` is set, but no rule uses it"


def never_fires(rule: str) -> str:
    """That nothing can set a rule off."""
    return f"{rule} can never fire: its conditions exclude one another"


def never_answers(rule: str) -> str:
    """That a rule of a pack where the first answers never comes first."""
    return f"{rule} never answers: rules before it always fire first"


def gap(combinations: int, tried: int, example: str) -> str:
    """That for some combinations of facts no rule fires."""
    return f"{combinations:,} of {tried:,} combinations have no rule, such as {example}"


def overlap(one: str, other: str, combinations: int, example: str) -> str:
    """That two rules, of which one may fire, fire together."""
    return f"{one} and {other} fire together in {combinations:,} combinations, such as {example}"


def milder_when_worse(fact: str, places: int, before: str, after: str) -> str:
    """That a worse fact gives a milder answer; before and after are an example, with answers."""
    return (
        f"as {fact} gets worse the answer gets milder in {places:,} places, "
        f"such as from {before} to {after}"
    )


def sampled(tried: int) -> str:
    """That only a sample of the combinations of facts was looked at."""
    return f"too many combinations to try them all: a fixed sample of {tried:,} was tried"


# --- declared ratings -----------------------------------------------------------------------------


def rating_moves(row: RatingRow, by_itself: ByItself) -> tuple[str, ...]:
    """What became of ratings like the declared one, and what chance alone makes of them."""
    became = [(row.improved, "better"), (row.same, "the same"), (row.worsened, "worse")]
    # The best rating cannot improve, nor the worst worsen.
    impossible = {_BEST: "better", _WORST: "worse"}.get(row.rating)
    (first, how), *rest = (part for part in became if part[1] != impossible)
    shares = [
        f"{in_100(first, row.cases)} in 100 were rated {how}",
        *(f"{in_100(count, row.cases)} {other_how}" for count, other_how in rest),
    ]
    became_of_them = (
        f"Declared {rating_label(row.rating)}. Of {row.cases} government major projects rated "
        f"{rating_label(row.rating)}, "
        f"a year later {', '.join(shares[:-1])} and {shares[-1]}; "
        f"{in_100(row.left, row.cases)} were no longer listed, and why is unknown."
    )
    caution = (
        "Those ratings were given from outside, to projects of government and not of councils. "
        "They weigh nothing in the answer."
    )
    return became_of_them, _by_itself(row.rating, by_itself), caution


def _by_itself(rating: Colour, share: ByItself) -> str:
    """What chance alone does; at the ends of the scale it is much of what is seen."""
    drawn = "Had each next rating been drawn from all ratings"
    if rating not in (_BEST, _WORST):
        better, worse = in_100(share.improved), in_100(share.worsened)
        return f"{drawn}, {better} in 100 would have improved by themselves, and {worse} worsened."
    how, moved = "improved", share.improved
    if rating == _BEST:
        how, moved = "worsened", share.worsened
    return (
        f"{drawn}, {in_100(moved)} in 100 would have {how} by themselves: much of the movement "
        f"of an extreme rating is what any extreme rating would do (regression to the mean). "
        f"To have {how} by next year shows little by itself."
    )


def candour_means(declared: Colour, evidenced: Colour, moves: RatingMoves | None) -> str:
    """What the step between the declared rating and the one the results support means."""
    ratings = get_args(Colour)
    steps = ratings.index(evidenced) - ratings.index(declared)
    meaning = VOCABULARY["initiative.declared"].levels
    if steps == 0:
        return f"Its owners and its results say the same: {meaning[declared]}."
    both = (
        f"Declared {rating_label(declared)} says: {meaning[declared]}. "
        f"The results support {rating_label(evidenced)}: {meaning[evidenced]}."
    )
    more = _kinder(evidenced, steps, moves) if steps > 0 else _harsher(declared, moves)
    return " ".join([both, *more])


def _kinder(evidenced: Colour, steps: int, moves: RatingMoves | None) -> Iterator[str]:
    """Declared better than the evidence: whether time alone may close the gap."""
    if moves is not None:
        far = "" if steps == 1 else f", by whatever step; here it takes {steps}"
        yield f"{_rose(moves.row(evidenced))}{far}."
    yield "Until results show it, go by what they support."


def _harsher(declared: Colour, moves: RatingMoves | None) -> Iterator[str]:
    """Declared worse than the evidence: what its owners may know, and what a rise would show."""
    yield (
        "Its owners may know what the measure does not show yet, or take an expected dip for "
        "failure: ask which."
    )
    if moves is not None:
        yield f"{_rose(moves.row(declared))}."


def _rose(row: RatingRow) -> str:
    """How many of a rating were rated better a year later, without a full stop."""
    improved = in_100(row.improved, row.cases)
    return (
        f"Of government major projects rated {rating_label(row.rating)}, {improved} in 100 were "
        "rated better a year later"
    )
