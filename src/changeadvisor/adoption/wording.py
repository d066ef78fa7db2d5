"""The sentences of this package: its parameters, what was assumed, why nothing was simulated."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from changeadvisor.adoption.results import Assumed, NotSimulated

#: What each range of `judged.JUDGED` is.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "act": "chance a month that somebody who sees enough colleagues at it takes it up",
        "leave": "chance a month that somebody convinced who sees too few gives it up",
        "lapse": "chance a month that somebody who only complies stops when nobody looks",
        "hold": "months for which a board can keep its full attention on one change",
        "fade": "months in which that attention then halves, again and again",
        "weak": "what a weak mandate brings, as a share of a strong one",
        "close": "colleagues in one's own team whom one sees at work",
        "spread": "how far people differ in the colleagues they need to see, as a share",
    }
)
#: The judgements whose weight is shown with each result, in that order.
VARIED: Mapping[str, str] = MappingProxyType(
    {
        "act": "how quickly people follow colleagues",
        "leave": "how quickly the convinced give up alone",
        "lapse": "how quickly compliance fades",
        "hold": "how long the board attends",
        "comply": "how readily people comply",
        "example": "how far those who only comply are an example",
    }
)
_ASSUMED: Mapping[Assumed, str] = MappingProxyType(
    {
        "any-mandate": (
            "How hard it would be required is not known: anything from a weak to a strong mandate "
            "is drawn."
        ),
        "any-acceptance": (
            "Whether staff would go along if told is not known: every answer is drawn."
        ),
        "any-commitment": (
            "Whether it works without commitment is not known: every answer is drawn."
        ),
        "from-nobody": (
            "How many work the new way already is not known (`adoption.now`): it is counted from "
            "nobody."
        ),
    }
)


def assumed_sentence(key: Assumed) -> str:
    """What was drawn or taken for want of an answer."""
    return _ASSUMED[key]


def part_of_staff(simulated: int, whole: int, champions: int, of_champions: int) -> str:
    """That real ties name only some of the staff, among whom the spread is simulated."""
    return (
        f"The ties name {simulated} of {whole} staff: the spread is simulated among them, with "
        f"{champions} of {of_champions} champions."
    )


def why_not_simulated(why: NotSimulated) -> str:
    """Why a spread cannot be simulated, to stand in a sentence."""
    if why.reason == "missing":
        return "not known yet: " + ", ".join(f"`adoption.{key}`" for key in why.missing)
    if why.reason == "date-passed":
        return "the date it must count by has passed (`adoption.by`)"
    if why.reason == "date-too-far":
        years = f"{why.most_years} years ahead"
        return f"the date it must count by lies more than {years} (`adoption.by`)"
    return "nobody is named who must change (`adoption.staff`)"
