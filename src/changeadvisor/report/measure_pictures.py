"""What is drawn of a measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from changeadvisor.advice import MeasureAdvice
from changeadvisor.errors import InputError, plain
from changeadvisor.model import (
    Area,
    Initiative,
    Measure,
    Programme,
)
from changeadvisor.performance import compare
from changeadvisor.performance.comparators import Comparative, funnel_at
from changeadvisor.report.charts import drawing
from changeadvisor.report.charts.measures import (
    FunnelArea,
    FunnelView,
    GapPoint,
    GapView,
    RankArea,
    RankView,
    XmrPoint,
    XmrView,
)

Kind = Literal["xmr", "funnel", "rank", "gap"]


_WORDS = {
    "much-better": "outside the 99.8 % limits, on the better side",
    "better": "outside the 95 % limits, on the better side",
    "similar": "within the limits",
    "worse": "outside the 95 % limits, on the worse side",
    "much-worse": "outside the 99.8 % limits, on the worse side",
    None: "which side is better is not given",
}


def beside_views(areas: Sequence[Area], found: MeasureAdvice) -> Iterator[drawing.View]:
    """The pictures beside other areas that the readings give: funnel, ranks, gap."""
    beside = found.reading.comparative
    if beside is not None:
        made = (of(areas, found.measure, beside) for of in (_funnel, _ranks, _gap))
        yield from (view for view in made if view is not None)


def view_of(
    programme: Programme, measure: Measure, found: MeasureAdvice, kind: Kind
) -> drawing.View:
    """The view of one kind. Raises InputError where the readings do not give one."""
    if kind == "xmr":
        return xmr_view(programme.initiatives, found)
    beside = found.reading.comparative
    if beside is None:
        raise InputError.one(measure.id, "no other areas' readings", "comparators for this measure")
    made = {"funnel": _funnel, "rank": _ranks, "gap": _gap}[kind](programme.areas, measure, beside)
    if made is None:
        wanted = {
            "funnel": (
                "the size (`denominator`) of every area, and a measure of type proportion or rate"
            ),
            "rank": "areas' sizes, or four periods or more of two areas or more",
            "gap": "two areas or more that have all our periods",
        }
        raise InputError.one(measure.id, f"too little for a {kind} chart", wanted[kind])
    return made


def _title(measure: Measure) -> str:
    return plain(measure.title or measure.id, 200)


def xmr_view(initiatives: Sequence[Initiative], found: MeasureAdvice) -> XmrView:
    """The XmR chart, with rebases and the starts of the initiatives whose path it carries."""
    measure, own = found.measure, found.reading.ipsative
    aim = found.normative.standard if measure.standard is not None else found.normative.target
    points = own.points if own else ()
    return XmrView(
        title=_title(measure),
        unit=plain(measure.unit or "", 60),
        points=tuple(
            XmrPoint(p.period, p.value, p.centre, p.lower, p.upper, p.variation) for p in points
        ),
        better=measure.better,
        target=measure.target,
        standard=measure.standard,
        variation=own.last.variation if own else None,
        assured=aim.assurance,
        notes=(
            tuple(_notes(initiatives, measure, points[0].period, points[-1].period))
            if points
            else ()
        ),
        trial=bool(own and own.trial),
    )


def _notes(
    initiatives: Sequence[Initiative], measure: Measure, first: dt.date, last: dt.date
) -> Iterator[tuple[dt.date, str]]:
    """Rebases and starts within the time shown."""
    for rebase in measure.rebase:
        if first <= rebase.on <= last:
            yield rebase.on, "counted anew"
    for initiative in initiatives:
        path = initiative.path
        begun = (path.since if path and path.since else initiative.started) if path else None
        if path and path.measure == measure.id and begun and first <= begun <= last:
            yield begun, plain(initiative.title, 40)


def _names(areas: Sequence[Area]) -> dict[str, str]:
    return {a.area: plain(a.name or a.area, 60) for a in areas}


def _funnel(areas: Sequence[Area], measure: Measure, beside: Comparative) -> FunnelView | None:
    among, names = beside.comparison, _names(areas)
    if among.basis != "chance" or among.average is None:
        return None
    sized = [level for level in among.levels if level.size or level.expected]
    sizes = np.array([level.size or level.expected or 0.0 for level in sized])
    grid = tuple(
        (float(n), *funnel_at(measure, among, float(n)))
        for n in np.linspace(sizes.min() * 0.7, sizes.max() * 1.05, 60)
    )
    own = _own(measure)
    return FunnelView(
        title=_title(measure),
        unit=plain(measure.unit or "", 60),
        size_label="size (denominator)" if sized[0].size else "expected count",
        areas=tuple(
            FunnelArea(names.get(a.area, a.area), float(n), a.value, a.area == own)
            for a, n in zip(sized, sizes, strict=True)
        ),
        average=among.average,
        grid=grid,
        position=_WORDS[among.position],
    )


def _own(measure: Measure) -> str:
    return measure.own_area or "us"


def _ranks(areas: Sequence[Area], measure: Measure, beside: Comparative) -> RankView | None:
    names, own = _names(areas), _own(measure)
    levels = {level.area: level for level in beside.comparison.levels}
    ranks = compare.rank_intervals(tuple(levels.values()), measure.better, np.random.default_rng(0))
    ranked = []
    for area, low, high in ranks:
        level = levels[area]
        reach = compare.Z95 * (level.error or 0.0)
        name = names.get(area, "ours" if area == own else area)
        ranked.append(
            RankArea(
                name,
                level.value,
                level.value - reach,
                level.value + reach,
                (low, high),
                area == own,
            )
        )
    return (
        RankView(_title(measure), plain(measure.unit or "", 60), tuple(ranked)) if ranked else None
    )


def _gap(_areas: Sequence[Area], measure: Measure, beside: Comparative) -> GapView | None:
    points = tuple(
        GapPoint(y.period, y.own, y.low_quartile, y.median, y.high_quartile) for y in beside.years
    )
    if not points:
        return None
    count = beside.years[0].areas
    return GapView(
        _title(measure), plain(measure.unit or "", 60), points, count, beside.gap, measure.better
    )
