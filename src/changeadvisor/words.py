"""The words that come back everywhere: labels, and how figures, dates and lists are written.

One place for each word, so that a board reads the same one on every page. Keys (`adjust-tactics`,
`top-down`) are for files and JSON; people read what stands here. Nothing may branch on these words:
branch on the key.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

#: What stands where a value is not known.
NOT_KNOWN = "not known"
#: What stands where the evidence gives no answer.
NO_ANSWER_YET = "No answer yet"
#: What stands where an answer would be, for an initiative that has ended.
CLOSED = "Closed"


# --- courses --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CourseWords:
    """A course (what to do with an initiative) in every form in which a sentence needs it."""

    label: str
    """For a cell or a heading: Adjust tactics."""

    meaning: str
    """What it asks for, after the label: keep the idea, change how it is done."""

    mark: str
    """One sign that tells courses apart where there is no room for words."""

    imperative: str
    """What to do, inside a sentence or a cell of the set to run: go on."""

    doing: str
    """As the subject of a short sentence, beside another course: going on."""

    doing_in_set: str
    """As the subject of a sentence about the set to run: going on as planned."""

    doing_with_it: str
    """As the subject of what happens downstream, where "it" must be clear: going on with it."""

    doing_in_ledger: str
    """As what a weight speaks for: persisting."""

    decision: str
    """The question for whoever decides. For persist: only asked where a tripwire is broken."""

    decision_on_idea: str
    """The same question for something that is still an idea."""


#: The courses by key, mildest first.
COURSE_WORDS: Mapping[str, CourseWords] = MappingProxyType(
    {
        "persist": CourseWords(
            label="Persist",
            meaning="go on as planned",
            mark="→",
            imperative="go on",
            doing="going on",
            doing_in_set="going on as planned",
            doing_with_it="going on with it",
            doing_in_ledger="persisting",
            decision="Go on in spite of it?",
            decision_on_idea="Start it?",
        ),
        "adjust-tactics": CourseWords(
            label="Adjust tactics",
            meaning="keep the idea, change how it is done",
            mark="↻",
            imperative="adjust tactics",
            doing="adjusting tactics",
            doing_in_set="adjusting tactics",
            doing_with_it="adjusting tactics",
            doing_in_ledger="adjusting tactics",
            decision="Adjust tactics: keep the idea, change how it is done?",
            decision_on_idea="Adjust tactics: keep the idea, change how it is done?",
        ),
        "adjust-strategy": CourseWords(
            label="Adjust strategy",
            meaning="keep the aim, change the idea",
            mark="⇄",
            imperative="adjust strategy",
            doing="adjusting strategy",
            doing_in_set="adjusting strategy",
            doing_with_it="adjusting strategy",
            doing_in_ledger="adjusting strategy",
            decision="Adjust strategy: keep the aim, change the idea?",
            decision_on_idea="Adjust strategy: keep the aim, change the idea?",
        ),
        "stop": CourseWords(
            label="Stop",
            meaning="end it",
            mark="■",
            imperative="stop",
            doing="stopping",
            doing_in_set="stopping",
            doing_with_it="stopping it",
            doing_in_ledger="stopping",
            decision="Stop it?",
            decision_on_idea="Not start it?",
        ),
    }
)


# --- routes ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RouteWords:
    """A route (how to lead a change) in every form in which a sentence needs it."""

    label: str
    """For a cell or a heading: Top-down."""

    meaning: str
    """What it is, after the label."""

    adverb: str
    """Where it comes from: from the top."""

    leading: str
    """As what a weight speaks for: leading it from the top."""

    led_now: str
    """How something is led today, after "it is": driven from the top."""


#: The routes by key.
ROUTE_WORDS: Mapping[str, RouteWords] = MappingProxyType(
    {
        "top-down": RouteWords(
            label="Top-down",
            meaning="a board and strong programme management",
            adverb="from the top",
            leading="leading it from the top",
            led_now="driven from the top",
        ),
        "blended": RouteWords(
            label="Blended",
            meaning="direction from the top, design from the front line",
            adverb="from the top and from below",
            leading="leading it from the top and from below, in the better order",
            led_now="blended",
        ),
        "bottom-up": RouteWords(
            label="Bottom-up",
            meaning="culture change from the front line",
            adverb="from below",
            leading="leading it from below",
            led_now="led from below",
        ),
    }
)

#: The ways of leading that are simulated: the two plain routes, and a blend in either order.
WAY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "top-down": "Led from the top",
        "top-then-below": "The top first, then the front line",
        "below-then-top": "The front line first, then the top",
        "bottom-up": "Led from the front line",
    }
)


# --- answers --------------------------------------------------------------------------------------


def answer_label(answer: str | None) -> str:
    """A course or route for a cell. Other answers, of a pack of one's own, stand as they are."""
    if answer is None:
        return NO_ANSWER_YET
    known = COURSE_WORDS.get(answer) or ROUTE_WORDS.get(answer)
    return known.label if known else answer


def answer_in_sentence(answer: str | None) -> str:
    """A course or route inside a sentence; answers of a pack of one's own stand as they are."""
    known = answer is None or answer in COURSE_WORDS or answer in ROUTE_WORDS
    return answer_label(answer).lower() if known else answer_label(answer)


def answer_meaning(answer: str | None) -> str:
    """What a course or route asks for; empty where there is nothing to explain."""
    known = COURSE_WORDS.get(answer or "") or ROUTE_WORDS.get(answer or "")
    return known.meaning if known else ""


# --- ratings and outcomes -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RatingWords:
    """A delivery rating: its label, and what it says of an initiative."""

    label: str
    """For a cell and inside a sentence."""

    meaning: str
    """What it says, after the label."""


#: Ratings by key, best first.
RATING_WORDS: Mapping[str, RatingWords] = MappingProxyType(
    {
        "green": RatingWords("green", "on course"),
        "amber-green": RatingWords("amber-green", "probably on course"),
        "amber": RatingWords("amber", "significant issues, resolvable"),
        "amber-red": RatingWords("amber-red", "in doubt"),
        "red": RatingWords("red", "not achievable as things stand"),
    }
)


def rating_label(rating: str | None) -> str:
    """A rating for people."""
    if rating is None:
        return NOT_KNOWN
    known = RATING_WORDS.get(rating)
    return known.label if known else rating


#: How an initiative can end, best first, after "ends": full.
OUTCOME_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "full": "full",
        "partial": "partial",
        "none": "none",
    }
)


# --- weight of evidence ---------------------------------------------------------------------------


def strength(decibans: float) -> str:
    """A weight of evidence in words: slight, fair, strong, very strong.

    decibans: either sign. Bounds as formats.md has them: under 3, to 6, to 10, more.
    """
    size = abs(decibans)
    if size < 3.0:
        return "slight"
    if size <= 6.0:
        return "fair"
    return "strong" if size <= 10.0 else "very strong"


def times_as_likely(decibans: float) -> str:
    """What a weight of evidence means, without its sign: about 2.5 times as likely."""
    return f"about {three_figures(10 ** (abs(decibans) / 10))} times as likely"


# --- figures --------------------------------------------------------------------------------------


def three_figures(value: float) -> str:
    """A number in three significant figures, thousands apart: 12,300 or 0.0123."""
    return f"{_rounded(value):,.10g}"


def whole_number(value: float) -> str:
    """A number without decimals, thousands apart: 12,345."""
    text = f"{value:,.0f}"
    return "0" if text == "-0" else text


def _rounded(value: float) -> float:
    """Three significant figures. Adding nought turns a nought below zero into a plain one."""
    return float(f"{value:.3g}") + 0.0


def number_tick(value: float) -> str:
    """A number at an axis, never in powers of ten as far as it is seen."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


# --- money ----------------------------------------------------------------------------------------


#: The sign of a currency by its code; another code stands before the figure as it is.
CURRENCY_SIGNS: Mapping[str, str] = MappingProxyType({"GBP": "£", "EUR": "€", "USD": "$"})
#: The currency of a programme that names none.
DEFAULT_CURRENCY = "GBP"


def within_limits(course: str) -> str:
    """A course that the limits force, beside the one that is recommended."""
    return f"Within the limits: {COURSE_WORDS[course].imperative}."


def beginning_is_worth(more: float, currency: str) -> str:
    """What beginning an idea is worth beside not beginning it."""
    than = "more" if more >= 0.0 else "less"
    return (
        f"By its plan and by how its class has ended, beginning it is worth "
        f"{money_text(abs(more), currency)} {than} than not beginning it."
    )


#: A question that was not asked of it.
NOT_ASKED = "Not asked"
#: Where no date is known.
NEXT_REVIEW = "the next review"


def money_text(value: float, currency: str) -> str:
    """Money in three figures with its sign: £12,300, -£850, £9.19m.

    currency: an ISO code, GBP for pounds.
    """
    return _signed(_rounded(value), currency)


def money_that_is_enough(value: float, currency: str) -> str:
    """Money in three figures, rounded up, so that what is said really is enough."""
    step = 10.0 ** max(0, math.floor(math.log10(max(value, 1.0))) - 2)
    # A sum that is round already must not go up a step for the sake of a rounding error.
    return _signed(math.ceil(value / step - 1e-6) * step, currency)


def money_to_the_penny(value: float, currency: str) -> str:
    """A small sum to the penny: £6.72."""
    minus, sign = "-" if value < 0 else "", CURRENCY_SIGNS.get(currency, f"{currency} ")
    return f"{minus}{sign}{abs(value):,.2f}"


def money_tick(value: float, currency: str) -> str:
    """Money at an axis, with a real minus sign."""
    return _signed(_rounded(value), currency).replace("-", "\N{MINUS SIGN}")


def _signed(value: float, currency: str) -> str:
    """A rounded sum with its sign; millions and billions by their letters, as budgets have them."""
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    size, minus = abs(value), "-" if value < 0 else ""
    for unit, letter in ((1e9, "bn"), (1e6, "m")):
        if size >= unit:
            return f"{minus}{sign}{size / unit:,.3g}{letter}"
    return f"{minus}{sign}{size:,.0f}" if round(size) else f"{sign}0"


# --- shares and chances ---------------------------------------------------------------------------

# A share is from 0 to 1 throughout. Honest functions never say nought or a hundred of what is not
# certain; plain ones round. Those with `100` in their name speak of cases ("37 in 100"), which
# people take in more easily than a percentage where something happens or does not.


def in_100(part: float, whole: float = 1.0) -> int:
    """A part of a whole as so many in a hundred, rounded plainly. A share is a part of one."""
    return round(100 * part / whole)


def _hides_doubt(share: float) -> bool:
    """Whether plain rounding would make a certainty of what is none."""
    return in_100(share) in (0, 100) and 0.0 < share < 1.0


def per_cent(share: float) -> str:
    """A share in per cent, never 0 or 100 where it is not: under 1 %, 37 %, over 99 %."""
    if _hides_doubt(share):
        return "under 1 %" if share < 0.5 else "over 99 %"
    return plain_per_cent(share)


def chance_per_cent(share: float) -> str:
    """A chance in per cent, where all below 1 % is "under", not only what would round to 0."""
    if 0.0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1.0 else plain_per_cent(share)


def plain_per_cent(share: float) -> str:
    """A share in per cent, rounded plainly: for a level that was set, or a middle of many runs."""
    return f"{in_100(share)} %"


def fine_per_cent(share: float, digits: int = 6) -> str:
    """A share in per cent to so many significant figures, where one per cent is much: 0.12 %."""
    return f"{100 * share:.{digits}g} %"


def of_100(share: float) -> str:
    """So many of a hundred, never none or all where it is not: under 1, 37, over 99."""
    if _hides_doubt(share):
        return "under 1" if share < 0.5 else "over 99"
    return str(in_100(share))


def cases_in_100(share: float) -> str:
    """A share of cases, rounded plainly: 37 in 100."""
    return f"{in_100(share)} in 100"


def honest_cases_in_100(share: float) -> str:
    """A share of cases, never none or all where it is not: 37 in 100, fewer than 1 in 100."""
    if _hides_doubt(share):
        return "fewer than 1 in 100" if share < 0.5 else "more than 99 in 100"
    return cases_in_100(share)


# --- days, months, quarters -----------------------------------------------------------------------


def day_text(day: dt.date) -> str:
    """A day: 1 March 2026."""
    return f"{day.day} {day:%B %Y}"


def month_text(day: dt.date) -> str:
    """A month and its year: March 2026."""
    return f"{day:%B %Y}"


def short_month_text(day: dt.date) -> str:
    """A month and its year where room is short: Mar 2026."""
    return f"{day:%b %Y}"


_QUARTERS = ("January to March", "April to June", "July to September", "October to December")
_SHORT_QUARTERS = ("Jan to Mar", "Apr to Jun", "Jul to Sep", "Oct to Dec")


def quarter_text(quarter: str) -> str:
    """A calendar quarter (2026-Q4 in the register and the JSON): October to December 2026."""
    year, number = quarter.split("-Q")
    return f"{_QUARTERS[int(number) - 1]} {year}"


def quarters_text(first: str, last: str) -> str:
    """From one calendar quarter to another, both counted: October 2026 to June 2027."""
    if first == last:
        return quarter_text(first)
    start, end = quarter_text(first), quarter_text(last)
    return f"{start.split()[0]} {start.split()[-1]} to {' '.join(end.split()[-2:])}"


def short_quarter_text(quarter: str) -> str:
    """A calendar quarter where room is short: Oct to Dec 2026."""
    year, number = quarter.split("-Q")
    return f"{_SHORT_QUARTERS[int(number) - 1]} {year}"


# --- numbers of things, lists, capitals -----------------------------------------------------------


def many(count: float, noun: str, digits: int = 6) -> str:
    """So many of something: 1 reading, 3 readings, 0.5 decibans.

    digits: significant figures of a count that need not be whole. One is what reads as one, so that
    nobody reads "1 readings".
    """
    figure = str(count) if isinstance(count, int) else f"{count:.{digits}g}"
    return f"{figure} {noun}" if figure == "1" else f"{figure} {noun}s"


def agree(count: int, one: str, several: str) -> str:
    """The form of a verb or pronoun that goes with so many: requires, require."""
    return one if count == 1 else several


def joined(words: Sequence[str], most: int | None = None) -> str:
    """Words as a list people read: a, b and c. Beyond `most` it is cut: a, b and 3 more."""
    if most is not None and len(words) > most:
        return listed(words, most)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def listed(words: Sequence[str], most: int) -> str:
    """Words with commas between them: a, b, c. Beyond `most` it is cut: a, b and 3 more."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"


def capitalised(text: str) -> str:
    """Text with its first letter large, the rest as it is: the start of a sentence."""
    return text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    """Text with its first letter small, the rest as it is: a label inside a sentence."""
    return text[:1].lower() + text[1:]


_KEYS = re.compile(r"\s*\((?:[^()`]*`[^()`]*`)+[^()`]*\)|`")


def without_keys(text: str) -> str:
    """Text for a board: without the bracketed keys that name a place in the register."""
    return _KEYS.sub("", text)
