"""The scenarios: they load, hold the hard cases, and are answered as a sensible reader expects."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from changeadvisor.advice import Advice
from changeadvisor.io.load import load_programme
from changeadvisor.model import Programme
from tests.helpers import MINIMAL, NORTHFIELD, expected


@pytest.mark.parametrize("folder", [NORTHFIELD, MINIMAL], ids=lambda f: f.name)
def test_answers_are_as_expected(folder: Path, request: pytest.FixtureRequest) -> None:
    advice: Advice = request.getfixturevalue(f"{folder.name}_advice")
    found = {
        i.id: (i.action.answer if i.action else None, i.route.answer if i.route else None)
        for i in advice.initiatives
    }
    assert found == expected(folder)


def test_northfield_holds_the_hard_cases(northfield_advice: Advice) -> None:
    by_id = {i.id: i for i in northfield_advice.initiatives}
    dip = by_id["reablement-redesign"]
    assert (dip.declared, dip.evidenced) == ("red", "amber-green")
    assert dip.candour == "declared 3 steps worse than the evidence"
    failing = by_id["benefits-digital"]
    assert failing.candour == "declared 4 steps better than the evidence"
    assert [w.state for w in failing.tripwires] == ["broken"]
    law = by_id["homelessness-duty"].action
    assert law is not None
    assert "stop" in {r.answer for r in law.rejected}
    assert by_id["care-record"].dependants.people == pytest.approx(1200 + 320 * 0.6 + 60)
    assert by_id["recycling-plus"].stale[0].fact == "need.there"
    states = Counter(w.state for i in northfield_advice.initiatives for w in i.tripwires)
    assert set(states) == {"not due", "kept", "broken"}
    assert northfield_advice.portfolio is not None
    said = [
        c.initiatives for c in northfield_advice.portfolio.conflicts if c.kind == "conflicts-with"
    ]
    assert said == [("depot-merger", "waste-rounds")]


def test_northfield_chooses_a_set(northfield_advice: Advice) -> None:
    """As expected.md tells it."""
    found = northfield_advice.portfolio
    assert found is not None
    assert found.chosen is not None
    assert found.deferred is not None
    assert found.totals is not None
    runs, waits = {p.id: p for p in found.chosen}, {p.id: p for p in found.deferred}
    enabler = runs["care-record"]
    assert enabler.worth is not None
    assert enabler.worth < 0
    assert "falls-prevention and reablement-redesign cannot run without it" in enabler.because
    assert {id for id, p in runs.items() if p.few} == {"reablement-redesign"}
    assert found.totals.share_for_few is not None
    assert found.totals.share_for_few < 0.25
    assert any("that is to be kept for them is missed" in notice for notice in found.notices)
    assert "The law requires it: it cannot be dropped." in runs["homelessness-duty"].because
    assert "waste-rounds" in runs
    assert "depot-merger" in waits
    assert runs["reablement-redesign"].course == "persist"
    assert found.gap == 0.0
    assert found.as_recommended is False


def test_northfield_proposes_one_course_each(northfield_advice: Advice) -> None:
    """The set and the proposals are one list; a limit that changed one is named, with what it takes."""
    found = northfield_advice.portfolio
    assert found is not None
    together = {p.id: p.course for p in (*(found.chosen or ()), *(found.deferred or ()))}
    proposed = {i.id: i.proposal for i in northfield_advice.initiatives if i.proposal is not None}
    assert {id: p.course for id, p in proposed.items()} == together
    changed = {id for id, p in proposed.items() if p.changed_by is not None}
    assert changed == {"benefits-digital", "one-team", "own-front-door", "repairs-first-time"}
    needed = {d.initiative: d.decision for d in northfield_advice.decisions_needed}
    for id in changed:
        restore = proposed[id].would_restore
        assert restore
        assert {r.limit for r in restore} == {"budget"}
        assert "more for 2026-27" in needed[id]
    # What is given to the first year may be carried over: it is not asked for twice.
    repairs = proposed["repairs-first-time"].would_restore or ()
    assert [r.period for r in repairs] == ["2026-27"]


def test_northfield_splits_core_from_borderline(northfield_advice: Advice) -> None:
    """As expected.md tells it."""
    assert northfield_advice.portfolio is not None
    core = northfield_advice.portfolio.core or {}
    assert {id for id, share in core.items() if share == 1.0} == {
        "homelessness-duty",
        "local-wealth",
        "recycling-plus",
    }
    assert {id for id, share in core.items() if share == 0.0} == {
        "benefits-digital",
        "contact-platform",
        "depot-merger",
        "repairs-first-time",
    }
    assert northfield_advice.portfolio.robust is not None
    assert northfield_advice.portfolio.robust.exact
    assert len(northfield_advice.portfolio.robust.find_out) == 7
    assert len(northfield_advice.portfolio.robust.alternatives) >= 2


def test_northfield_has_the_shape_the_issue_asks_for(northfield: Programme) -> None:
    assert len(northfield.initiatives) == 15
    monthly = [len(m.observations) for m in northfield.measures if m.every == "month"]
    assert len(monthly) >= 12
    assert all(n >= 17 for n in monthly)
    assert sum(24 <= n <= 36 for n in monthly) >= 12
    assert {m.every for m in northfield.measures} == {"month", "quarter", "year"}
    assert any(m.rebase for m in northfield.measures)
    raters = [
        a
        for i in northfield.initiatives
        for a in i.judgements.values()
        if len({j.level for j in a}) > 1
    ]
    assert raters
    assert {c.area for m in northfield.measures for c in m.comparators} <= {
        a.area for a in northfield.areas
    }


def test_every_code_is_fictional(northfield: Programme) -> None:
    """Real metropolitan districts have codes E08000001 and up; these begin with E089."""
    assert all(a.area.startswith("E089") for a in northfield.areas)


def test_the_workbook_is_the_same_programme(northfield: Programme) -> None:
    assert load_programme(NORTHFIELD / "northfield.xlsx") == northfield
