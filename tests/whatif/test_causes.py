"""What if, and what changed: settings, differences, and reasons found by working it out again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import changeadvisor
from changeadvisor.advice import Advice, BareAnswer, Portfolio, WhatIfRun, advise
from changeadvisor.errors import InputError
from changeadvisor.io import load
from changeadvisor.io import rules as library
from changeadvisor.judgement.rulebook import Rulebook, RuleSets
from changeadvisor.model import Programme, to_plain
from changeadvisor.portfolio import Conflict, Pick, Totals
from changeadvisor.report.terminal import difference_table
from changeadvisor.whatif import compare
from changeadvisor.whatif.causes import between, explained
from changeadvisor.whatif.compare import difference, place_changes, to_json
from changeadvisor.whatif.difference import (
    AnswerChange,
    AnswerState,
    Cause,
    Course,
    DecisionChange,
    Difference,
    FieldChange,
    InitiativeDifference,
    Kind,
    MarginChange,
    OutlookChange,
    PlaceChange,
    Placed,
    PortfolioDifference,
    RuleChange,
    SetChange,
    Why,
    WireChange,
)
from changeadvisor.whatif.override_text import read_overrides
from changeadvisor.whatif.overrides import Overrides
from changeadvisor.whatif.programme_diff import Bearing, differing_fields, put_back
from changeadvisor.whatif.rule_diff import rule_differences, threshold_differences
from tests.cli.test_cli import call
from tests.helpers import MINIMAL, ROOT, programme
from tests.strategies import programmes

SHOP: dict[str, Any] = {
    "id": "shop",
    "title": "One-stop shop",
    "judgements": {"idea.works": "yes", "doing.as_designed": "partly", "support.sponsor": "weak"},
}
RULES = (ROOT / "rules" / "persist-or-adjust.yaml").read_text(encoding="utf-8")


def made(**more: Any) -> Programme:
    """A programme with everything that settings may be about."""
    base: dict[str, Any] = {
        "review_months": 3,
        "appraisal": {"discount_rate": 0.035},
        "limits": {
            "budget": {"2026-27": 4_200_000},
            "capacity": {"analysts": {"2026-Q4": 6}, "engineers": 7},
            "load": 2,
        },
        "measures": [{"id": "m", "target": 5}, {"id": "m.two"}],
        "initiatives": [
            {
                **SHOP,
                "needs": {"analysts": 1},
                "reach": [1, 2, 3],
                "started": "2026-01-01",
                "stage": "delivery",
                "tripwires": [{"by": "2027-02-28", "measure": "m", "below": 6, "then": "stop"}],
            },
            {"id": "shop.two", "title": "Another", "stage": "idea"},
            {"id": "gone", "title": "Gone", "stage": "closed"},
        ],
    }
    return programme(**{**base, **more})


def asked(read: Programme, *texts: str) -> Overrides:
    return read_overrides(texts, read, Path())


def changed(read: Programme, *texts: str) -> Programme:
    found = asked(read, *texts)
    world = found.change(None).build(frozenset(s.name for s in found.overrides))  # type: ignore[arg-type]
    assert world is not None
    return world.programme


# --- settings -------------------------------------------------------------------------------------

SET: list[tuple[str, Callable[[Any], Any], Any]] = [
    ("limits.budget=3.5m", lambda p: p.limits.budget, 3_500_000),
    ("limits.budget=£1,250,000", lambda p: p.limits.budget, 1_250_000),
    ("limits.budget=0.5bn", lambda p: p.limits.budget, 5e8),
    ("limits.budget.2026-27=3.5m", lambda p: p.limits.budget, {"2026-27": 3_500_000}),
    ("limits.budget={2026-27: 3.5m, 2027-28: 800k}", lambda p: p.limits.budget["2027-28"], 800_000),
    ("limits.capacity.analysts=4", lambda p: p.limits.capacity["analysts"], 4),
    ("limits.capacity.analysts.2027-Q1=3", lambda p: p.limits.capacity["analysts"], {"2026-Q4": 6, "2027-Q1": 3}),
    ("limits.share_for_few=0.3", lambda p: p.limits.share_for_few, 0.3),
    ("limits.load=3", lambda p: p.limits.load, 3),
    ("limits.load=null", lambda p: p.limits.load, None),
    ("as_of=2026-12-31", lambda p: p.as_of, dt.date(2026, 12, 31)),
    ("review_months=2", lambda p: p.review_months, 2),
    ("appraisal.discount_rate=.03", lambda p: p.appraisal.discount_rate, 0.03),
    ("appraisal=unknown", lambda p: p.appraisal, None),
    ("shop.reach=[200,300,400]", lambda p: p.initiative("shop").reach.likely, 300),
    ("shop.reach=[1k, 2k, £1.5m]", lambda p: p.initiative("shop").reach.high, 1_500_000),
    ("shop.ends=2027-03-31", lambda p: p.initiative("shop").ends, dt.date(2027, 3, 31)),
    ("shop.judgements.support.sponsor=strong", lambda p: p.initiative("shop").judgements["support.sponsor"][0].level, "strong"),
    ("shop.judgements.support.sponsor=null", lambda p: "support.sponsor" in p.initiative("shop").judgements, False),
    ("shop.judgements.delivery.extra_effort=15", lambda p: p.initiative("shop").judgements["delivery.extra_effort"][0].level, 15),
    ("shop.spend.monthly=60k", lambda p: p.initiative("shop").spend.monthly.likely, 60_000),
    ("shop.spend={monthly: 60k}", lambda p: p.initiative("shop").spend.monthly.likely, 60_000),
    ("shop.statutory=true", lambda p: p.initiative("shop").statutory, True),
    ("shop.title=12k", lambda p: p.initiative("shop").title, "12k"),
    ("shop.needs.engineers=2", lambda p: p.initiative("shop").needs, {"analysts": 1, "engineers": 2}),
    ("shop.adoption.staff=1.2k", lambda p: p.initiative("shop").adoption.staff, 1200),
    ("shop.tripwires.1.below=7", lambda p: p.initiative("shop").tripwires[0].below, 7),
    ("shop.tripwires.1=null", lambda p: p.initiative("shop").tripwires, ()),
    ("shop.options.stop.cost=20k", lambda p: p.initiative("shop").options[0].cost.likely, 20_000),
    ("shop.options.stop={cost: 20k}", lambda p: p.initiative("shop").options[0].action, "stop"),
    ("shop.depends_on.shop.two.kind=helps", lambda p: p.initiative("shop").depends_on[0].kind, "helps"),
    ("shop.two.declared=red", lambda p: p.initiative("shop.two").declared, "red"),
    ("initiatives.shop.two.declared=red", lambda p: p.initiative("shop.two").declared, "red"),
    ("measures.m.target=6", lambda p: p.measure("m").target, 6),
    ("measures.m.two.target=6", lambda p: p.measure("m.two").target, 6),
    ("shop.reference_class=gustafson-culture-change", lambda p: p.reference_classes[0].id, "gustafson-culture-change"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "read", "expected"), SET, ids=[t for t, _, _ in SET])
def test_a_setting_goes_where_it_says(text: str, read: Callable[[Any], Any], expected: Any) -> None:
    assert read(changed(made(), text)) == expected


@pytest.mark.parametrize(
    ("text", "lock"),
    [
        ("shop=stop", {"shop": "stop"}),
        ("shop = adjust-tactics", {"shop": "adjust-tactics"}),
        ("shop.two=start", {"shop.two": "persist"}),
        ("shop.two=not-start", {"shop.two": "stop"}),
        ("shop.two=persist", {"shop.two": "persist"}),
    ],
)
def test_a_course_is_a_lock(text: str, lock: dict[str, str]) -> None:
    found = asked(made(), text)
    assert found.locks == lock
    assert [c.kind for c in found.change(None).causes] == ["course"]  # type: ignore[arg-type]
    assert changed(made(), text) == made()


FAULTS = [
    ("shp=stop", "unknown `shp`", "Did you mean `shop`?"),
    ("shp.reach=3", "unknown `shp`", "Did you mean `shop`?"),
    ("limit.budget=3", "unknown `limit`", "Did you mean `limits`?"),
    ("shop=stopp", "`stopp`; expected one of persist, adjust-tactics, adjust-strategy, stop", "Did you mean `stop`?"),
    ("shop=3", "`3`", "To set one of its fields: shop.key=value"),
    ("shop=start", "`start`", "It has begun"),
    ("gone=stop", "`gone`, which has ended", ""),
    ("shop", "expected ID=COURSE", ""),
    ("=3", "expected ID=COURSE", ""),
    ("shop.reach=", "nothing after `=`", "`shop.reach=null` takes the value away"),
    ("shop.reach=[1,2", "`[1,2`", "a value as YAML has it"),
    ("shop.reach=[3,2,1]", "initiatives[shop].reach: `[3, 2, 1]`; expected P10 ≤ P50 ≤ P90", ""),
    ("shop.rech=3", "unknown key `rech`", "Did you mean `reach`?"),
    ("shop.reach.x=3", "`.x` inside `reach`", "`reach` alone"),
    ("shop.title=null", "nothing; expected this key", ""),
    ("shop.declared=grey", "`grey`; expected one of green", "Did you mean `green`?"),
    ("shop.judgements.support.sponsr=weak", "expected a fact that people judge", "Did you mean `support.sponsor`?"),
    ("shop.judgements.support.sponsor=week", "expected one of strong, moderate, weak", "Did you mean `weak`?"),
    ("shop.options.sotp.cost=3", "unknown `sotp.cost` in `options`", "Did you mean `stop`?"),
    ("shop.history.1.on=2026-01-01", "`history` as a whole: it has none yet", ""),
    ("shop.depends_on.shop.kind=helps", "`shop`, itself", "another initiative"),
    ("shop.reference_class=x", "unknown reference class `x`", ""),
    ("limits.bugdet=3", "unknown key `bugdet`", "Did you mean `budget`?"),
    ("limits.budget=-3", "expected a number ≥ 0", ""),
    ("limits.budget=lots", "`lots`", "a number"),
    ("limits.budget.26=3", "financial years such as 2026-27", ""),
    ("limits.capacity.analsts=3", "unknown role `analsts`", "Did you mean `analysts`?"),
    ("limits.capacity.analysts.2026-Q7=3", "calendar quarters such as 2026-Q4", ""),
    ("limits.capacity.engineers.2026-Q4=3", "one part of `engineers`, which is 7 for all", "engineers={2026-Q4: …, …}"),
    ("measures.mm.target=3", "unknown `mm.target` in `measures`", "one of m, m.two"),
    ("as_of=tomorrow", "`tomorrow`; expected a date", ""),
    ("as_of=1066-10-14", "a date between 1990 and 2100", ""),
    ("review_months=0.5", "a whole number", ""),
    ("format=x", "changeadvisor/1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found", "mend"), FAULTS, ids=[t for t, _, _ in FAULTS])
def test_a_fault_of_a_setting_is_said_with_a_mend(text: str, found: str, mend: str) -> None:
    with pytest.raises(InputError) as refused:
        asked(made(), text)
    assert len(refused.value.faults) == 1
    assert refused.value.faults[0].where == f"--set {text}"
    assert found in str(refused.value)
    assert mend in str(refused.value)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(FAULTS), min_size=2, max_size=6, unique_by=lambda f: f[0].partition("=")[0]
    )
)
def test_all_faults_are_told_at_once(chosen: list[tuple[str, str, str]]) -> None:
    texts = [text for text, _, _ in chosen]
    assume(
        not any(
            a.partition("=")[0].startswith(f"{b.partition('=')[0]}.") for a in texts for b in texts
        )
    )
    assume("format=x" not in texts)
    with pytest.raises(InputError) as refused:
        asked(made(), *texts)
    assert {f.where for f in refused.value.faults} == {f"--set {t}" for t in texts}


def test_what_is_set_twice_is_refused() -> None:
    for texts in (
        ("shop=stop", "shop=persist"),
        ("limits.budget=3", "limits.budget.2026-27=4"),
        ("shop.reach=3", "initiatives.shop.reach=4"),
    ):
        with pytest.raises(InputError, match="set again"):
            asked(made(), *texts)
    assert (
        len(asked(made(), "shop.options.stop.cost=3", "shop.options.stop.fade_months=4").overrides)
        == 2
    )


def test_dates_are_checked_together() -> None:
    with pytest.raises(InputError, match="`ends` on or after `started`"):
        asked(made(), "shop.ends=2020-01-01")
    found = changed(made(), "shop.ends=2020-12-01", "shop.started=2020-01-01").initiative("shop")
    assert found is not None
    assert found.ends == dt.date(2020, 12, 1)


def test_ties_that_are_named_anew_are_read_anew(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("from,to\na,b\n", encoding="utf-8")
    found = read_overrides(["shop.adoption.ties=t.csv"], made(), tmp_path).change(None)  # type: ignore[arg-type]
    world = found.build(found.names)
    assert world is not None
    shop = world.programme.initiative("shop")
    assert shop is not None
    assert shop.adoption is not None
    assert shop.adoption.tied == (("a", "b"),)


def _own(read: Programme) -> list[str]:
    """Settings of values as they are."""
    data = json.loads(json.dumps(read.model_dump(mode="json", exclude_defaults=True)))
    texts = [
        f"{k}={json.dumps(data[k], ensure_ascii=False)}"
        for k in ("as_of", "review_months")
        if k in data
    ]
    for key in ("limits", "appraisal"):
        texts += [
            f"{key}.{k}={json.dumps(v, ensure_ascii=False)}" for k, v in data.get(key, {}).items()
        ]
    for record in data["initiatives"]:
        texts += [
            f"{record['id']}.{k}={json.dumps(v, ensure_ascii=False)}"
            for k, v in record.items()
            if k not in ("id", "judgements")
        ]
        for fact, answers in record.get("judgements", {}).items():
            if len({a["level"] for a in answers}) == 1:
                texts.append(f"{record['id']}.judgements.{fact}={answers[0]['level']}")
    return texts


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(programmes())
def test_setting_a_value_to_what_it_is_changes_nothing(read: Programme) -> None:
    texts = _own(read)
    try:
        found = asked(read, *texts)
    except InputError as refused:
        # What the loader would have refused before; nothing of it comes from the settings.
        assume("set again" in str(refused))
        raise
    finally:
        assume(not _faulty(read))
    assert found.change(None).causes == ()  # type: ignore[arg-type]
    assert changed(read, *texts) == read


def _faulty(read: Programme) -> bool:
    from changeadvisor.whatif.overrides import as_data, as_document

    return bool(load.programme_of(as_document(as_data(read), ()), Path()).faults)


# --- differences ----------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programmes())
def test_the_difference_of_an_advice_with_itself_is_empty(read: Programme) -> None:
    found = advise(
        read, changeadvisor.load_rulebook(), flips=False, parts=("action", "route", "portfolio")
    )
    assert difference(found, found).empty


def whatif(rulebook: Rulebook, read: Programme, *texts: str) -> Difference:
    return explained(asked(read, *texts).change(rulebook))


def why(found: Difference, id: str, question: str = "action") -> Why | None:
    item = next(i for i in found.initiatives if i.id == id)
    return next(a.why for a in item.answers if a.question == question)


def test_nothing_set_otherwise_changes_nothing(rulebook: Rulebook) -> None:
    found = whatif(rulebook, programme(initiatives=[SHOP]), "shop.judgements.support.sponsor=weak")
    assert found.empty
    assert (found.answers, found.changed, found.causes) == (2, 0, ())
    assert difference_table(found, 100).startswith("Nothing changes.\nWhat went in is the same.")


def test_one_setting_is_the_cause_with_the_rules_and_facts_it_moved(rulebook: Rulebook) -> None:
    found = whatif(
        rulebook,
        programme(initiatives=[SHOP]),
        "shop.judgements.doing.as_designed=yes",
        "review_months=3",
    )
    text = difference_table(found, 110)
    assert (found.changed, found.answers) == (0, 2)
    assert text.startswith("None of 2 answers changes. What else does is below.")
    read = programme(initiatives=[SHOP])
    found = whatif(
        rulebook,
        read,
        "shop.judgements.doing.as_designed=null",
        "shop.judgements.support.sponsor=null",
    )
    assert why(found, "shop") == Why(("data",), "together", tuple(c.name for c in found.causes))
    (answer,) = found.initiatives[0].answers
    assert (answer.before.answer, answer.after.answer) == ("adjust-tactics", None)
    rules = {r.rule: r for r in answer.rules}
    assert (rules["PA-38"].before, rules["PA-38"].after) == (4.0, None)
    (fact,) = (f for f in rules["PA-38"].facts if f.fact == "support.sponsor")
    assert (fact.before, fact.after, fact.moved_by) == (
        "weak",
        None,
        ("shop.judgements.support.sponsor",),
    )
    assert "1 of 2 answers changes." in difference_table(found, 110)


def test_either_of_two_settings_does_it(rulebook: Rulebook) -> None:
    found = whatif(
        rulebook, programme(initiatives=[SHOP]), "shop.stage=closed", "shop.title=Another"
    )
    assert why(found, "shop") == Why(("data",), "alone", ("shop.stage",))
    text = difference_table(found, 110)
    assert "What to do: Adjust tactics → Closed. Because of data (shop.stage)." in text
    lone = {**SHOP, "judgements": {"idea.works": "yes", "support.sponsor": "weak"}}
    found = whatif(
        rulebook,
        programme(initiatives=[lone]),
        "shop.judgements.idea.works=null",
        "shop.stage=closed",
    )
    assert why(found, "shop") == Why(("data",), "alone", ("shop.stage",))


def test_a_setting_that_makes_no_sense_alone_is_left_out_of_the_trials(rulebook: Rulebook) -> None:
    read = programme(initiatives=[{**SHOP, "started": "2026-01-01", "stage": "delivery"}])
    texts = ("shop.ends=2020-12-01", "shop.started=2020-01-01", "shop.judgements.doing.as_designed=null", "shop.judgements.support.sponsor=null")  # fmt: skip
    found = explained(asked(read, *texts).change(rulebook))
    reason = why(found, "shop")
    assert reason is not None
    assert reason.by == texts[2].partition("=")[:1] + texts[3].partition("=")[:1]


def test_the_calendar_and_limits_are_causes_of_their_own(rulebook: Rulebook) -> None:
    later = {
        **SHOP,
        "judgements": {**SHOP["judgements"], "need.there": {"level": "gone", "on": "2026-11-01"}},
    }
    groups = {"adoption": {"groups": ["x"]}, "ends": "2027-06-30", "started": "2026-01-01"}
    read = programme(
        limits={"load": 1},
        initiatives=[{**later, **groups}, {"id": "b", "title": "B", **groups}],
    )
    found = whatif(rulebook, read, "as_of=2026-12-01", "limits.load=2")
    assert [c.kind for c in found.causes] == ["age", "limit"]
    assert found.portfolio is not None
    assert [c.kind for c in found.portfolio.resolved_conflicts] == ["load"]
    assert why(found, "shop") == Why(("age",), "alone", ("as_of",))


def test_a_course_set_by_hand_changes_nothing_where_no_set_is_chosen(rulebook: Rulebook) -> None:
    found = whatif(rulebook, programme(initiatives=[SHOP]), "shop=stop")
    assert [c.kind for c in found.causes] == ["course"]
    if found.portfolio is None:
        assert found.empty
        assert "the courses set by hand change none: shop" in found.notices[0]


def chosen_set(**more: Any) -> Portfolio:
    """A set in which `a` runs and `b` does not."""
    totals = Totals(
        all=10.0, few=2.0, spend=4.0, overspend=None, low=5.0, high=15.0,
        share_for_few=0.25, spend_over=("2026-27",), people=100.0,
    )  # fmt: skip
    runs = Pick("a", "persist", "x", 1.0, 1.0, start=dt.date(2027, 1, 1))
    made = Portfolio(
        (),
        chosen=(runs,),
        deferred=(Pick("b", "stop", "y", 0.0, 0.0),),
        totals=totals,
        bound=10.0,
        gap=0.0,
    )
    return replace(made, **more)


def test_the_set_and_its_totals_are_read_as_they_are_typed(rulebook: Rulebook) -> None:
    advice = advise(programme(initiatives=[SHOP]), rulebook, flips=False)
    old = chosen_set()
    assert old.totals is not None
    # Every number moves enough to be told but `low`, `people` (less than a reader sees) and `few`
    # (dust).
    totals = replace(
        old.totals, all=12.0, few=2.0 + 1e-13, spend=5.0, overspend=0.5, low=5.1, high=20.0,
        share_for_few=None, spend_over=("2026-27", "2027-28"), people=100.1,
    )  # fmt: skip
    new = replace(
        old,
        chosen=(Pick("b", "persist", "z", 1.0, 1.0),),
        deferred=None,
        totals=totals,
        bound=12.0,
        gap=0.1,
    )
    first, second = replace(advice, portfolio=old), replace(advice, portfolio=new)
    assert compare.places(first) == {
        "a": Placed("chosen", "persist", "x", "2027-01-01"),
        "b": Placed("deferred", "stop", "y"),
    }
    found = difference(first, second).portfolio
    assert found is not None
    assert [
        (c.initiative, c.before and c.before.place, c.after and c.after.place)
        for c in found.courses
    ] == [
        ("a", "chosen", None),
        ("b", "deferred", "chosen"),
    ]
    assert [(t.field, t.before, t.after) for t in found.totals] == [
        ("bound", 10.0, 12.0),
        ("gap", 0.0, 0.1),
        ("totals.all", 10.0, 12.0),
        ("totals.high", 15.0, 20.0),
        ("totals.overspend", None, 0.5),
        ("totals.share_for_few", 0.25, None),
        ("totals.spend", 4.0, 5.0),
        ("totals.spend_over", "2026-27", "2026-27, 2027-28"),
    ]
    text = difference_table(difference(first, second), 110)
    assert "the set to run does something else with 2 initiatives" in text
    assert "b: Does not run → Runs (persist)" in text


def test_every_number_of_the_totals_is_compared(rulebook: Rulebook) -> None:
    """A number that is added to the totals must be compared as well, by the name it has in the JSON."""
    advice = advise(programme(initiatives=[SHOP]), rulebook, flips=False)
    old = chosen_set()
    assert old.totals is not None
    numbers = {name for name, value in to_plain(old.totals).items() if not isinstance(value, list)}
    doubled: dict[str, Any] = {name: 2.0 * (getattr(old.totals, name) or 0.1) for name in numbers}
    new = replace(old, totals=replace(old.totals, **doubled))
    found = difference(replace(advice, portfolio=old), replace(advice, portfolio=new)).portfolio
    assert found is not None
    assert {t.field for t in found.totals} == {f"totals.{name}" for name in numbers}


def test_why_there_is_no_set_is_said(rulebook: Rulebook) -> None:
    advice = advise(programme(initiatives=[SHOP]), rulebook, flips=False)
    none = chosen_set(
        chosen=None, deferred=None, totals=None, bound=None, gap=None, why_none="Too little money."
    )
    found = difference(
        replace(advice, portfolio=chosen_set()), replace(advice, portfolio=none)
    ).portfolio
    assert found is not None
    assert found.set == SetChange(True, False, "Too little money.")
    assert found.courses == ()


def test_where_there_is_no_set_nothing_is_placed() -> None:
    assert list(place_changes(None, None)) == []
    (found,) = place_changes(None, {"a": Placed("chosen", "persist", None)})
    assert (found.before, found.initiative) == (None, "a")


# --- between two programmes -----------------------------------------------------------------------


def test_fields_that_differ_and_one_put_back() -> None:
    old = made()
    texts = ("shop.reach=[2,3,4]", "shop.judgements.support.sponsor=strong", "shop.needs.analysts=2", "measures.m.target=6", "limits.load=null", "as_of=2026-12-31")  # fmt: skip
    new = changed(old, *texts)
    found = differing_fields(old, new)
    assert {f.name for f in found} == {t.partition("=")[0] for t in texts}
    again = new
    for field in found:
        again = put_back(again, field)
    assert again == old
    assert {f.name for f in Bearing(old, new).of("shop.two", found)} == {"limits.load", "as_of"}


def test_a_record_that_is_in_one_only_and_readings_that_differ() -> None:
    rows = [{"period": f"2026-0{k}-01", "value": k} for k in range(1, 5)]
    old = programme(measures=[{"id": "m", "observations": rows[:3]}], initiatives=[SHOP])
    new = programme(
        measures=[{"id": "m", "observations": [{**rows[0], "value": 9}, *rows[1:]]}], initiatives=[]
    )
    by_name = {f.name: f for f in differing_fields(old, new)}
    assert set(by_name) == {"shop", "measures.m.observations"}
    assert by_name["measures.m.observations"].shown == (
        {"2026-01-01": 1},
        {"2026-01-01": 9, "2026-04-01": 4},
    )
    assert put_back(new, by_name["shop"]).initiatives == old.initiatives


def compared(old: Programme, new: Programme, rules: RuleSets) -> Difference:
    return explained(between(old, new, rules))


def kinds(found: Difference, question: str = "action") -> tuple[tuple[Kind, ...], str]:
    reason = why(found, "shop", question)
    assert reason is not None
    return reason.kinds, reason.how


def test_the_same_programme_twice(rulebook: Rulebook) -> None:
    found = compared(made(), made(), RuleSets(rulebook, rulebook))
    assert found.empty
    assert found.causes == ()


def test_age_of_the_evidence(rulebook: Rulebook) -> None:
    judged = {**SHOP["judgements"], "need.there": {"level": "gone", "on": "2026-11-01"}}
    old = programme(initiatives=[{**SHOP, "judgements": judged}])
    new = programme(
        as_of="2026-12-31", initiatives=[{**SHOP, "title": "New title", "judgements": judged}]
    )
    found = compared(old, new, RuleSets(rulebook, rulebook))
    assert [c.kind for c in found.causes] == ["age", "data"]
    assert kinds(found) == (("age",), "alone")
    facts = {f.fact: f for a in found.initiatives[0].answers for r in a.rules for f in r.facts}
    assert facts["need.there"].moved_by == ("age",)


def test_data_of_the_new_programme_and_which_field_it_hangs_on(rulebook: Rulebook) -> None:
    old = programme(initiatives=[SHOP])
    new = programme(
        as_of="2026-12-31",
        initiatives=[
            {
                **SHOP,
                "title": "T",
                "judgements": {
                    **SHOP["judgements"],
                    "need.there": {"level": "gone", "on": "2026-11-01"},
                },
            }
        ],
    )
    found = compared(old, new, RuleSets(rulebook, rulebook))
    assert why(found, "shop") == Why(("data",), "alone", ("data",), ("shop.judgements.need.there",))
    facts = {f.fact: f for a in found.initiatives[0].answers for r in a.rules for f in r.facts}
    assert facts["need.there"].moved_by == ("shop.judgements.need.there",)
    text = difference_table(found, 110)
    assert "Because of data; it hangs on shop.judgements.need.there." in text


def test_new_and_vanished_initiatives_and_other_names(rulebook: Rulebook) -> None:
    other = {"id": "b", "title": "B"}
    found = compared(
        programme(programme="P1", initiatives=[SHOP]),
        programme(programme="P2", as_of="2026-06-30", initiatives=[other]),
        RuleSets(rulebook, rulebook),
    )
    assert [n.id for n in found.new] == ["b"]
    assert [n.id for n in found.vanished] == ["shop"]
    assert found.answers == 0
    assert "different names, `P1` and `P2`" in found.notices[0]
    assert "before the old one" in found.notices[1]
    text = difference_table(found, 110)
    assert text.startswith(
        "None of 0 answers changes; 1 new initiative; 1 initiative no longer there."
    )
    assert "New: B (b): no answer yet, no answer yet" in text


def folder(at: Path, *pairs: tuple[str, str]) -> library.RuleFolder:
    """A folder with a pack of one's own, some words of it changed."""
    at.mkdir()
    text = RULES
    for before, after in pairs:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (at / "persist-or-adjust.yaml").write_text(text, encoding="utf-8")
    return library.RuleFolder.at(at)


ENOUGH = ("enough: {value: 4, unit: decibans", "enough: {value: 40, unit: decibans")
TITLE = ("title: Persist, adjust or stop", "title: Persist, or not")


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RuleSets]:
    base = tmp_path_factory.mktemp("rules")
    ours = library.RuleFolder()
    # PA-35 and PA-38 carry the answer of SHOP.
    start = RULES.index("- id: PA-35")
    block = RULES[start : RULES.index("- id:", start + 5)]
    weaker = (
        block,
        block.replace("then: adjust-tactics\n    weight: 7", "then: persist\n    weight: 10"),
    )
    assert weaker[0] != weaker[1]
    made_ = {
        "threshold": folder(base / "threshold", ENOUGH, TITLE),
        "rule": folder(base / "rule", weaker),
        "both": folder(
            base / "both", ("enough: {value: 4, unit", "enough: {value: 5, unit"), weaker
        ),
        "words": folder(base / "words", TITLE),
    }
    return {name: library.load_rule_sets(ours, f) for name, f in made_.items()}


@pytest.mark.parametrize(
    ("name", "causes", "expected"),
    [
        ("threshold", ["threshold"], (("threshold",), "alone")),
        ("rule", ["rule"], (("rule",), "alone")),
        ("both", ["threshold", "rule"], (("rule",), "alone")),
        ("words", [], None),
    ],
)
def test_rules_and_thresholds(
    sets: dict[str, RuleSets],
    name: str,
    causes: list[str],
    expected: tuple[tuple[Kind, ...], str] | None,
) -> None:
    same = programme(initiatives=[SHOP])
    found = compared(same, same, sets[name])
    assert [c.kind for c in found.causes] == causes
    if expected is None:
        assert found.empty
        return
    assert kinds(found) == expected
    answer = found.initiatives[0].answers[0]
    if name == "threshold":
        assert [(p.field, p.before, p.after) for p in answer.parameters] == [
            ("persist-or-adjust.enough", 4, 40)
        ]
        assert answer.rules == ()
    else:
        (changed_rule,) = (r for r in answer.rules if r.rule == "PA-35")
        assert changed_rule.differs is not None
        assert changed_rule.differs.endswith("persist, 10")
        assert "The rule itself" in difference_table(found, 110)


def test_a_limit_changes_conflicts_and_no_answer(rulebook: Rulebook) -> None:
    groups = {"adoption": {"groups": ["x"]}, "ends": "2027-06-30", "started": "2026-01-01"}
    items = [{**SHOP, **groups}, {"id": "b", "title": "B", **groups}]
    old, new = (programme(limits={"load": n}, initiatives=items) for n in (2, 1))
    found = compared(old, new, RuleSets(rulebook, rulebook))
    assert [(c.kind, c.changes[0].field) for c in found.causes] == [("limit", "limits.load")]
    assert found.portfolio is not None
    assert [c.kind for c in found.portfolio.new_conflicts] == ["load"]
    assert found.changed == 0


def test_a_rule_that_needs_new_data_is_together(sets: dict[str, RuleSets]) -> None:
    bare = {**SHOP, "judgements": {"idea.works": "yes", "support.sponsor": "weak"}}
    found = compared(programme(initiatives=[bare]), programme(initiatives=[SHOP]), sets["rule"])
    assert kinds(found) == (("data", "rule"), "together")


def test_a_folder_of_rules_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "persist-or-adjst.yaml").write_text(RULES, encoding="utf-8")
    with pytest.raises(InputError, match="a folder without rules that are used"):
        library.RuleFolder.at(tmp_path / "a")
    with pytest.raises(InputError, match="no such folder"):
        library.RuleFolder.at(tmp_path / "b")
    (tmp_path / "a" / "blend-order.yaml").write_text(RULES, encoding="utf-8")
    own = library.RuleFolder.at(tmp_path / "a")
    assert [n for n in own.unread() if "did you mean persist-or-adjust.yaml?" in n]
    with pytest.raises(InputError, match="as in ours"):
        library.load_rulebook(own)


def test_parameters_that_cannot_be_told_apart_count_as_rules(tmp_path: Path) -> None:
    odd = ("appraisal_cap:\n    value: 10", "appraisal_cap:\n    value: 0")
    capped = RULES.replace("cap: $appraisal_cap", "cap: 10")
    assert capped != RULES
    own = folder(tmp_path / "own")
    assert own.own is not None
    (own.own / "persist-or-adjust.yaml").write_text(capped.replace(*odd), encoding="utf-8")
    found = library.load_rule_sets(library.RuleFolder(), own)
    assert (found.thresholds, found.rules) == (None, None)
    assert threshold_differences(found) == ()


def test_frameworks_and_theory_of_ones_own(tmp_path: Path) -> None:
    frameworks = tmp_path / "frameworks"
    frameworks.mkdir()
    text = (ROOT / "rules" / "frameworks" / "dice.yaml").read_text(encoding="utf-8")
    (frameworks / "dice.yaml").write_text(
        text.replace("version: 1", "version: 2", 1), encoding="utf-8"
    )
    found = library.load_rule_sets(library.RuleFolder(), library.RuleFolder.at(tmp_path))
    assert [c.field for c in rule_differences(found)] == ["dice"]


# --- Northfield -----------------------------------------------------------------------------------


def test_a_trial_says_what_advise_says(rulebook: Rulebook, northfield: Programme) -> None:
    whole = advise(northfield, rulebook, parts=("action", "route"), flips=False)
    trial = WhatIfRun(northfield, rulebook)
    for item in whole.initiatives:
        assert trial.of(item.id) == BareAnswer.of(item)
    assert trial.of("nobody") is None


def test_without_flips_all_else_is_the_same(
    rulebook: Rulebook, minimal: Programme, minimal_advice: Advice
) -> None:
    for item, bare in zip(
        minimal_advice.initiatives,
        advise(minimal, rulebook, flips=False).initiatives,
        strict=True,
    ):
        assert item.action is not None
        assert bare.action is not None
        assert replace(item.action, flips=()) == bare.action


def test_northfield_a_quarter_later(rulebook: Rulebook, northfield: Programme) -> None:
    texts = (
        "as_of=2026-12-31",
        "reablement-redesign.judgements.support.sponsor=opposed",
        "limits.load=3",
    )
    found = explained(asked(northfield, *texts).change(rulebook))
    ratings = [
        (i.id, a.why) for i in found.initiatives for a in i.answers if a.question == "evidenced"
    ]
    assert ratings
    assert all(w == Why(("age",), "alone", ("as_of",)) for _, w in ratings)
    data = json.loads(to_json(found))
    assert next(iter(data)) == "format"
    assert data["format"] == "changeadvisor-difference/1"
    assert data["answers"] == 28


# --- in words -------------------------------------------------------------------------------------


def test_every_kind_of_difference_is_said(rulebook: Rulebook) -> None:
    first = advise(programme(initiatives=[SHOP]), rulebook, flips=False)
    sure, unsure = (
        AnswerState("persist", 4.0, True, False),
        AnswerState("persist", 2.0, False, True),
    )
    rules = tuple(
        RuleChange(f"PA-0{k}", "T", "stop", None, "veto" if k else 2.0, "") for k in range(7)
    )
    item = InitiativeDifference(
        "shop",
        "One-stop shop",
        sureness=(
            AnswerChange("action", sure, unsure, rules=rules),
            AnswerChange("route", unsure, sure),
        ),
        declared=FieldChange("declared", "green", None),
        outlook=OutlookChange(
            (FieldChange("full", 0.25, None),), Course("persist", 123456.0), Course("stop", None)
        ),
        tripwires=(WireChange(dt.date(2027, 2, 28), "m", "stop", None, "broken"),),
    )
    readings = ({f"2026-0{k}-01": k for k in (1, 2, 3)}, {"2026-01-01": 9, "2026-08-01": 1})
    raters = [{"level": "strong", "by": "A"}, {"level": True}]
    values = (
        ("m.observations", *readings),
        ("shop.judgements.x", raters, "weak"),
        ("y", [1, 2.5], {"a": 12345}),
    )
    many = tuple(FieldChange(f"f{k}", False, k) for k in range(14))
    placed = Placed("chosen", "persist", None), Placed("deferred", "stop", "Too dear")
    conflicts = (Conflict("load", ("a",), "x would carry 3"),)
    found = replace(
        difference(first, first),
        causes=(
            Cause("data", "data", tuple(FieldChange(*v) for v in values)),
            Cause("rule", "rule", many),
        ),
        initiatives=(item,),
        margins=(MarginChange("shop", "route", None, None, 2.0),),
        decisions=(
            DecisionChange("shop", "Stop it?", None),
            DecisionChange("b", None, "Start it?"),
        ),
        portfolio=PortfolioDifference(
            None,
            (PlaceChange("shop", *placed, Why(("limit",), "alone", ("limits.budget",))),),
            (),
            conflicts,
            conflicts,
        ),
    )
    text = difference_table(found, 110)
    for words in (
        "None of 2 answers changes, and the set to run does something else with 1 initiative.",
        "m.observations: 1 new reading (2026-08-01), 2 readings taken out (2026-02-01 to 2026-03-01), 1 revised (2026-01-01: 1 → 9)",
        "shop.judgements.x: strong (A) and yes (rater not named) → weak",
        "y: [1, 2.5] → a: 12,345",
        "and 2 more (all with --format json)",
        "What to do: Persist as before, no longer finely balanced and missing facts can no longer change it.",
        "How to lead it: Persist as before, now finely balanced and missing facts could now change it.",
        "PA-01 T, for stop: 0 → veto",
        "PA-00 T, for stop: 0 → +2 decibans",
        "Declared: green → not given",
        "Chances in 100: full 25 → not known",
        "Worth of what is recommended: £123,000 (persist) → not known",
        "Tripwire of 28 February 2027 on m: not agreed → broken",
        "shop: Runs (persist) → Does not run. Because of limit (limits.budget).",
        "    Too dear",
        "New conflict: x would carry 3",
        "No longer a conflict: x would carry 3",
        "No longer needed: shop: Stop it?",
        "New: b: Start it?",
        "Same answer, another lead (in decibans): shop how to lead it none → 2.0",
    ):
        assert words in text, words


def test_a_set_that_is_left_or_gained_is_said_once(rulebook: Rulebook) -> None:
    first = advise(programme(initiatives=[SHOP]), rulebook, flips=False)
    for before, words in (
        (True, "and no set to run is left"),
        (False, "and there is a set to run now"),
    ):
        change = SetChange(
            before,
            not before,
            "Dropping the budget would allow one.",
            Why(("limit",), "alone", ("b",)),
        )
        text = difference_table(
            replace(difference(first, first), portfolio=PortfolioDifference(change)), 110
        )
        assert words in text.splitlines()[0]
        assert "Because of limit (b)." in text
        assert "    Dropping the budget would allow one." in text


# --- the command line -----------------------------------------------------------------------------


def test_whatif_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    texts = ("--set", "one-stop-shop.judgements.doing.as_designed=null", "--set", "one-stop-shop.judgements.support.sponsor=null")  # fmt: skip
    status, out, err = call(capsys, "whatif", MINIMAL, *texts)
    assert (status, err) == (0, "")
    assert out.startswith("1 of 4 answers changes.\n")
    assert "data, together" in out
    status, out, _ = call(capsys, "whatif", MINIMAL, *texts, "--format", "json", "--seed", 3)
    data = json.loads(out)
    assert (status, data["changed"], data["seed"]) == (0, 1, 3)
    assert data["initiatives"][0]["answers"][0]["rules"][0]["for"] == "adjust-tactics"
    status, out, _ = call(capsys, "whatif", MINIMAL, "--set", "review_months=3")
    assert (status, out) == (0, "Nothing changes.\nWhat went in is the same.\n")


def test_whatif_refuses_with_status_2_and_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(
        capsys, "whatif", MINIMAL, "--set", "one-stop-shp=stop", "--set", "limits.bugdet=3m"
    )
    assert (status, out) == (2, "")
    assert "Did you mean `one-stop-shop`?" in err
    assert "Did you mean `budget`?" in err
    assert call(capsys, "whatif", MINIMAL)[0] == 2


def test_compare_on_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = (MINIMAL / "programme.yaml").read_text(encoding="utf-8")
    later = tmp_path / "later.yaml"
    later.write_text(
        text.replace("2026-09-30", "2026-12-31")
        .replace("doing.as_designed: partly", "doing.as_designed: yes")
        .replace("support.sponsor: weak", "support.sponsor: strong"),
        encoding="utf-8",
    )
    status, out, err = call(capsys, "compare", MINIMAL, later)
    assert (status, err) == (0, "")
    assert out.startswith("1 of 4 answers changes.\n")
    assert "Age of the evidence: as_of: 2026-09-30 → 2026-12-31" in out
    own = folder(tmp_path / "own", ENOUGH)
    (tmp_path / "own" / "other.yaml").write_text("x: y\n", encoding="utf-8")
    status, out, err = call(
        capsys, "compare", MINIMAL, MINIMAL, "--rules-after", own.own, "--format", "json"
    )
    data = json.loads(out)
    assert (status, data["causes"][0]["kind"], data["changed"]) == (0, "threshold", 1)
    assert [p["pack"] for p in data["before"]["packs"]] == ["persist-or-adjust"]
    assert "other.yaml: not read; it judges nothing" in err
    status, out, err = call(capsys, "compare", MINIMAL, tmp_path / "none.yaml")
    assert (status, out) == (2, "")
    assert "no such file or directory" in err
    assert (
        call(capsys, "compare", MINIMAL, MINIMAL)[1]
        == "Nothing changes.\nWhat went in is the same.\n"
    )
