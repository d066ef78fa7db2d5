"""The audit of targets: whether they measure residents' lives, or only our own working."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from changeadvisor.model import (
    COVERS,
    Measure,
    Programme,
    Series,
)
from changeadvisor.performance.levels import comparable, recent_level
from changeadvisor.words import agree, many


@dataclass(frozen=True, slots=True)
class ServiceAudit:
    """The targets of one service (None: no service is named), and what they measure."""

    service: str | None
    targets: int
    external: int
    process: int
    unknown: int


@dataclass(frozen=True, slots=True)
class TargetAudit:
    """What our targets measure.

    The first five are counts of measures with a target, as formats.md has them.

    unknown: targets of which nobody says whether residents feel them. The lists hold ids, sorted:
    process measures linked to an external one, only to other process measures, or to none (target
    or not); and targets with no other area's readings, no owner, no date, or set below the level of
    the last year.
    """

    targets: int
    external: int
    process: int
    corporate: int
    with_comparators: int
    unknown: int
    per_service: tuple[ServiceAudit, ...]
    process_linked: tuple[str, ...]
    linked_to_process_only: tuple[str, ...]
    process_unlinked: tuple[str, ...]
    no_comparator: tuple[str, ...]
    no_owner: tuple[str, ...]
    no_date: tuple[str, ...]
    below_present: tuple[str, ...]


def audit_targets(programme: Programme, series: Mapping[str, Series]) -> TargetAudit:
    """What the targets of a programme measure.

    `series`: by measure id, as `standing.readings` gives them.
    """
    aimed = [m for m in programme.measures if m.target is not None]
    process = [m for m in programme.measures if m.kind == "process"]
    links = {m.id: _linked(programme, m) for m in process}
    return TargetAudit(
        targets=len(aimed),
        external=sum(m.kind == "external" for m in aimed),
        process=sum(m.kind == "process" for m in aimed),
        corporate=sum(bool(m.corporate) for m in aimed),
        with_comparators=sum(bool(m.comparators) for m in aimed),
        unknown=sum(m.kind is None for m in aimed),
        per_service=tuple(_per_service(aimed)),
        process_linked=_ids(m for m in process if links[m.id] == "external"),
        linked_to_process_only=_ids(m for m in process if links[m.id] == "process"),
        process_unlinked=_ids(m for m in process if links[m.id] == "none"),
        no_comparator=_ids(m for m in aimed if not m.comparators),
        no_owner=_ids(m for m in aimed if m.owner is None),
        no_date=_ids(m for m in aimed if m.target_date is None),
        below_present=_ids(m for m in aimed if _below(m, series.get(m.id))),
    )


def _ids(measures: Iterable[Measure]) -> tuple[str, ...]:
    return tuple(sorted(m.id for m in measures))


def _linked(programme: Programme, measure: Measure) -> str:
    """What a process measure is meant to move.

    An external one (`external`), only others (`process`), or `none`.
    """
    moved = [found for name in measure.moves if (found := programme.measure(name)) is not None]
    if not moved:
        return "none"
    return "external" if any(m.kind == "external" for m in moved) else "process"


def _per_service(aimed: Iterable[Measure]) -> Iterator[ServiceAudit]:
    listed = list(aimed)
    for service in sorted({m.service for m in listed}, key=lambda s: (s is None, s or "")):
        kinds = [m.kind for m in listed if m.service == service]
        yield ServiceAudit(
            service, len(kinds), kinds.count("external"), kinds.count("process"), kinds.count(None)
        )


def _below(measure: Measure, series: Series | None) -> bool:
    """Whether the level of the last year is already better than the target.

    Reaching it would be a step back.
    """
    sign = {"higher": 1.0, "lower": -1.0}.get(measure.better or "")
    if series is None or sign is None or measure.target is None:
        return False
    level = recent_level(comparable(measure, series), 12 // COVERS[series.every or "month"])
    return level is not None and sign * (level - measure.target) > 0


# --- in words -------------------------------------------------------------------------------------


def sentences(audit: TargetAudit) -> tuple[str, ...]:
    """What the audit found, in sentences a councillor can repeat."""
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
    for ids, what in (
        (audit.no_comparator, "no other council's readings beside {them}"),
        (audit.no_owner, "no owner"),
        (audit.no_date, "no date"),
    ):
        if ids:
            lack = what.format(them=agree(len(ids), "it", "them"))
            yield f"{many(len(ids), 'target')} {agree(len(ids), 'has', 'have')} {lack}: {', '.join(ids)}."
    if audit.below_present:
        ids = audit.below_present
        verb = agree(len(ids), "is", "are")
        yield f"{many(len(ids), 'target')} {verb} below what we reached over the last year: {', '.join(ids)}."


def _links(audit: TargetAudit) -> Iterator[str]:
    if audit.process_unlinked:
        ids = audit.process_unlinked
        verb = agree(len(ids), "names", "name")
        yield f"{many(len(ids), 'process measure')} {verb} no outcome to move (`moves`): {', '.join(ids)}."
    if audit.linked_to_process_only:
        ids = audit.linked_to_process_only
        verb = agree(len(ids), "moves", "move")
        yield f"{many(len(ids), 'process measure')} {verb} only other process measures: {', '.join(ids)}."
