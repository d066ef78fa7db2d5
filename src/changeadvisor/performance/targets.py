"""The audit of targets: whether they measure residents' lives, or only our own working."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from changeadvisor.model import (
    COVERS,
    Measure,
    Programme,
    Series,
)
from changeadvisor.performance.levels import comparable, recent_level


@dataclass(frozen=True, slots=True)
class ServiceAudit:
    """The targets of one service, and what they measure."""

    service: str | None
    """The name of the service; None: no service is named."""
    targets: int
    """How many measures have a target."""
    external: int
    """How many of those are felt by residents."""
    process: int
    """How many of those are about our own working."""
    unknown: int
    """Of how many nobody says which."""


@dataclass(frozen=True, slots=True)
class TargetAudit:
    """What our targets measure."""

    targets: int
    """How many measures have a target."""
    external: int
    """How many of those are felt by residents."""
    process: int
    """How many of those are about our own working."""
    corporate: int
    """How many of those are corporate measures."""
    with_comparators: int
    """How many of those have readings of other areas."""
    unknown: int
    """Of how many nobody says whether residents feel them."""
    per_service: tuple[ServiceAudit, ...]
    """The same by service."""
    process_linked: tuple[str, ...]
    """Ids of process measures meant to move an external one, with a target or not."""
    linked_to_process_only: tuple[str, ...]
    """Ids of process measures meant to move only other process measures."""
    process_unlinked: tuple[str, ...]
    """Ids of process measures meant to move none."""
    no_comparator: tuple[str, ...]
    """Ids of measures with a target and no other area's readings."""
    no_owner: tuple[str, ...]
    """Ids of measures with a target and no owner."""
    no_date: tuple[str, ...]
    """Ids of measures with a target and no date for it."""
    below_present: tuple[str, ...]
    """Ids of measures whose target is set below the level of the last year."""


def audit_targets(programme: Programme, series: Mapping[str, Series]) -> TargetAudit:
    """What the targets of a programme measure.

    series: the readings by measure id, as `levels.readings` gives them.
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


def _linked(programme: Programme, measure: Measure) -> Literal["external", "process", "none"]:
    """What a process measure is meant to move: an external one, only process ones, or none."""
    moved = [programme.measure(name) for name in measure.moves]
    kinds = [other.kind for other in moved if other is not None]
    if not kinds:
        return "none"
    return "external" if "external" in kinds else "process"


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
