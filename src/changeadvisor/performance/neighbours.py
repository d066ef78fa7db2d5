"""Which areas a measure is compared with: those listed, or alike in features, region or kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from changeadvisor.model import (
    Area,
    Measure,
    Programme,
)

#: How many neighbours are found by distance (as CIPFA's "nearest neighbours" have it).
NEIGHBOURS = 15

How = Literal["listed", "features", "region", "kind", "all"]
#: The ways to choose, in the order in which they are tried.
HOW: tuple[How, ...] = ("listed", "features", "region", "kind", "all")


def chosen_areas(
    programme: Programme, measure: Measure, there: frozenset[str], how: How | None
) -> tuple[How, tuple[str, ...]]:
    """The areas to compare with, and how they were chosen.

    there: areas with readings of the measure. how: None for the first way that finds any.
    """
    for way in HOW if how is None else (how,):
        areas = _by(way, programme, measure, there)
        if areas:
            return way, tuple(sorted(areas))
    return how or "all", ()


def _by(way: How, programme: Programme, measure: Measure, there: frozenset[str]) -> frozenset[str]:
    if way == "all":
        return there
    if way == "listed":
        listed = programme.organisation.neighbours if programme.organisation else ()
        return there & frozenset(listed)
    areas = {area.area: area for area in programme.areas}
    own = areas.get(measure.own_area or "")
    if own is None:
        return frozenset()
    alike = [areas[name] for name in there if name in areas]
    if way == "features":
        return _nearest(own, sorted(alike, key=lambda area: area.area))
    ours = getattr(own, way)
    if ours is None:
        return frozenset()
    return frozenset(area.area for area in alike if getattr(area, way) == ours)


def _nearest(own: Area, others: Sequence[Area]) -> frozenset[str]:
    """The nearest areas by standardised Euclidean distance over the features that all of them have.

    Areas of the same kind only, where kinds are known. Empty where no feature is shared by ours and
    two others.
    """
    if own.kind is not None:
        others = [area for area in others if area.kind in (None, own.kind)]
    had = Counter(feature for area in others for feature in area.features)
    features = [name for name in own.features if had[name] >= 2]
    known = [area for area in others if area.features.keys() >= set(features)]
    if not features or len(known) < 2:
        return frozenset()
    far = _distances(own, known, features)
    nearest = sorted(known, key=lambda area: (far[area.area], area.area))[:NEIGHBOURS]
    return frozenset(area.area for area in nearest)


def _distances(own: Area, others: Sequence[Area], features: Sequence[str]) -> dict[str, float]:
    """The squared distance of each of the others from ours, by its name."""
    table = np.array(
        [[area.features[f] for f in features] for area in (own, *others)], dtype=np.float64
    )
    # In units of each feature's own spread, so that no unit outweighs another.
    spread = table.std(axis=0)
    steps = (table[1:] - table[0])[:, spread > 0] / spread[spread > 0]
    squares = (steps**2).sum(axis=1).tolist()
    return {area.area: square for area, square in zip(others, squares, strict=True)}
