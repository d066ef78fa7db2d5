"""The sentences of this package: what a course does downstream, and how overlaps are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from changeadvisor.words import (
    COURSE_WORDS,
    NOT_KNOWN,
    capitalised,
    many,
    money_text,
    plain_per_cent,
    whole_number,
)

if TYPE_CHECKING:
    from changeadvisor.graph.cascade import Downstream, Loss

OVERLAP = (
    "People whom two initiatives both reach are taken from the register (`overlaps`); where it"
    " gives none, they are taken as different people. Among three or more, overlaps are taken as"
    " independent of one another."
)


def downstream_sentences(
    result: Downstream, titles: Mapping[str, str], currency: str
) -> Iterator[str]:
    """What a course does downstream; nothing where it does nothing. titles: by initiative id."""
    if not result.losses:
        return
    each = "; ".join(_loss(loss, titles[loss.id], currency) for loss in result.losses)
    doing = capitalised(COURSE_WORDS[result.course].doing_with_it)
    yield f"{doing}: {each}."
    if result.lost is not None and len(result.losses) > 1:
        mean, low, high = (money_text(worth, currency) for worth in result.lost)
        between = f" (8 times in 10 between {low} and {high})" if low != high else ""
        yield f"In all that loses {mean} of worth{between}."
    if result.unpriced:
        names = ", ".join(result.unpriced)
        yield f"It is at least so much: the worth of {names} is not known."
    if result.people > 0.0:
        unknown = ""
        if result.people_unknown:
            unknown = f", those of {', '.join(result.people_unknown)} not counted"
        yield (
            f"About {whole_number(result.people)} people a year would be reached by nobody, "
            f"each counted once{unknown}."
        )


def _loss(loss: Loss, title: str, currency: str) -> str:
    """What happens to one dependant."""
    worth = (
        f"worth {NOT_KNOWN}" if loss.mean is None else f"worth {money_text(loss.mean, currency)}"
    )
    who = f"{title}, which the law requires," if loss.statutory else title
    if loss.how == "stranded":
        return f"{who} cannot go on ({worth})"
    if loss.how == "helped":
        share = plain_per_cent(loss.share or 0.0)
        return f"{who} loses {share} of what it is worth ({worth})"
    months = max(1, round(loss.months or 0.0))
    return f"{who} waits {many(months, 'month')} longer ({worth})"
