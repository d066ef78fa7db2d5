"""The sentences of this package: what is lacking, what targets measure, which measures and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from changeadvisor.performance.own_past import FEWEST
from changeadvisor.words import agree, many

if TYPE_CHECKING:
    from changeadvisor.performance.corporate import WhyChosen, WhyLeftOut
    from changeadvisor.performance.reading import Lacking
    from changeadvisor.performance.targets import TargetAudit

#: From this correlation on, two measures are said to move together.
ALIKE = 0.7


def lacking(key: Lacking) -> str:
    """What cannot be said of a measure, and for want of what."""
    if key == "readings":
        return f"fewer than {FEWEST} readings: no chart"
    if key == "better":
        return "which way is better is not given: nothing is called better or worse"
    if key == "comparators":
        return "no other areas' readings: it cannot be set beside others"
    return (
        "which area is ours is not given (`own_area`): "
        "other areas are compared with our own readings only"
    )


# --- what our targets measure ---------------------------------------------------------------------


def audit_sentences(audit: TargetAudit) -> tuple[str, ...]:
    """What the audit of targets came to, in sentences a councillor can repeat."""
    if audit.targets == 0:
        return ("No measure has a target.", *_links(audit))
    return (_felt(audit), *_by_service(audit), *_lacks(audit), *_links(audit))


def _felt(audit: TargetAudit) -> str:
    felt = f"{audit.external} {agree(audit.external, 'measures', 'measure')} what residents feel"
    working = f"{audit.process} our own working"
    unsaid = f", and of {audit.unknown} nobody says which" if audit.unknown else ""
    return f"Of {many(audit.targets, 'target')}, {felt} and {working}{unsaid}."


def _by_service(audit: TargetAudit) -> Iterator[str]:
    """The same for each service, where there are several."""
    if len(audit.per_service) > 1:
        each = (
            f"{s.service or 'no service named'} {s.external} of {s.targets}"
            for s in audit.per_service
        )
        yield f"Targets that measure what residents feel, by service: {', '.join(each)}."


def _lacks(audit: TargetAudit) -> Iterator[str]:
    them = agree(len(audit.no_comparator), "it", "them")
    for ids, lack in (
        (audit.no_comparator, f"no other council's readings beside {them}"),
        (audit.no_owner, "no owner"),
        (audit.no_date, "no date"),
    ):
        if ids:
            yield _listed(ids, "target", ("has", "have"), lack)
    if audit.below_present:
        reached = "below what we reached over the last year"
        yield _listed(audit.below_present, "target", ("is", "are"), reached)


def _links(audit: TargetAudit) -> Iterator[str]:
    if audit.process_unlinked:
        nothing = "no outcome to move (`moves`)"
        yield _listed(audit.process_unlinked, "process measure", ("names", "name"), nothing)
    if audit.linked_to_process_only:
        others = "only other process measures"
        yield _listed(audit.linked_to_process_only, "process measure", ("moves", "move"), others)


def _listed(ids: tuple[str, ...], what: str, verbs: tuple[str, str], rest: str) -> str:
    """A sentence on some measures, with their ids. verbs: for one, and for several."""
    verb = agree(len(ids), *verbs)
    return f"{many(len(ids), what)} {verb} {rest}: {', '.join(ids)}."


# --- a few corporate measures ---------------------------------------------------------------------


def why_chosen(why: WhyChosen) -> str:
    """What a measure alone covers among the chosen, and what it is."""
    parts = ["asked for"] if why.pinned else []
    if why.only_for_aims:
        parts.append(f"the only one for {', '.join(why.only_for_aims)}")
    if why.only_for_service is not None:
        parts.append(f"the only one of {why.only_for_service}")
    if why.kind == "external":
        parts.append("felt by residents")
    elif why.kind is not None:
        parts.append("about our own working")
    if why.comparable:
        parts.append("can be set beside other councils")
    said = "; ".join(parts) or "best of those left"
    return f"{said} ({many(why.lost, 'point', 3)} would be lost without it)"


def why_left_out(why: WhyLeftOut) -> str:
    """Which chosen measure says much the same, or what the best exchange for it would lose."""
    if why.barred:
        return "barred"
    same = ""
    if why.nearest is not None and why.likeness >= ALIKE:
        same = f"moves with {why.nearest} (correlation {why.likeness:.2f} of changes); "
    if why.exchange is None:
        return f"{same}all places are pinned"
    lost = many(max(0.0, why.lost), "point", 3)
    return f"{same}in place of {why.exchange}, its best exchange, {lost} would be lost"
