"""Which questions are asked, in which order, and what settled means."""

from __future__ import annotations

from typing import Any

import pytest

import changeadvisor
from changeadvisor.advice import complete, spreading
from changeadvisor.facts import VOCABULARY, Known
from changeadvisor.interview import questions
from changeadvisor.interview.questions import Interview, question_facts
from changeadvisor.judgement import judge
from changeadvisor.model import Initiative, Programme
from tests.helpers import programme

JUDGES = changeadvisor.load_rulebook()


def one(**judgements: Any) -> tuple[Programme, Initiative]:
    """A programme of one initiative with these judgements (`_` before a fact's last word stands for a point)."""
    judged = {name.replace("__", "."): level for name, level in judgements.items()}
    made = programme(
        initiatives=[
            {"id": "a", "title": "A", "kind": "process", "stage": "delivery", "judgements": judged}
        ]
    )
    return made, made.initiatives[0]


def look(seed: int = 0, **judgements: Any) -> tuple[Interview, questions.InterviewState]:
    made, initiative = one(**judgements)
    interview = questions.begin(made, initiative, JUDGES, seed=seed)
    return interview, interview.state(interview.sheet(initiative, made))


@pytest.mark.parametrize(
    ("about", "stage", "among", "not_among"),
    [
        (
            "route",
            "delivery",
            ["route.time", "route.led_now", "support.staff"],
            ["idea.works", "initiative.kind"],
        ),
        ("route", "idea", ["route.time", "route.preservation"], ["route.led_now"]),
        (
            "route",
            None,
            ["route.capacity", "route.intervention", "route.preservation", "route.led_now"],
            [],
        ),
        (
            "action",
            "delivery",
            ["idea.works", "delivery.extra_effort", "sustain.training"],
            ["route.time"],
        ),
        (
            "action",
            "design",
            ["need.there"],
            ["idea.works", "sustain.training", "progress.milestones"],
        ),
    ],
)
def test_the_question_set(
    about: Any, stage: str | None, among: list[str], not_among: list[str]
) -> None:
    names = [f.name for f in question_facts(JUDGES, about, stage)]
    assert names == sorted(names)
    assert set(among) <= set(names)
    assert not set(not_among) & set(names)
    assert all(VOCABULARY[n].judged and VOCABULARY[n].question for n in names)


def test_every_way_uses_every_level_equally_often() -> None:
    interview, _ = look()
    for fact in interview.facts:
        column = [known.value for known in interview.ways[fact.name]]
        assert {column.count(v) for v in fact.values} == {len(column) / len(fact.values)}


def test_the_order_belongs_to_seed_and_initiative() -> None:
    first, again, other = (look(seed)[0].ways for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_numbers_are_filled_over_their_declared_range() -> None:
    made, initiative = one()
    interview = questions.begin(made, initiative, JUDGES, about="action")
    values = {known.value for known in interview.ways["delivery.extra_effort"]}
    assert len(values) == 12
    assert all(isinstance(v, float) and 0 < v < 100 for v in values)


def test_what_cannot_move_the_answer_is_asked_last() -> None:
    """What no rule of the route looks at, directly or through a model that it reads, moves nothing."""
    _, standing = look(route__commitment="not-needed", route__knowledge="leaders")
    told = [f.name for f in standing.order[: standing.telling]]
    rest = [f.name for f in standing.order[standing.telling :]]
    assert {"route.preservation", "route.capacity"} <= set(rest)
    assert "route.shared_goals" in told  # Vroom's tables look at it whatever commitment is worth
    assert "route.goal" in told


def test_the_first_question_tells_more_than_the_others() -> None:
    """By brute force: once it is answered, two ways most often end alike."""
    interview, standing = look()
    columns = {f.name: interview.ways[f.name] for f in interview.facts}
    ends = [
        judge(
            interview.pack,
            complete(interview.base.with_known(dict(zip(columns, way, strict=True))), JUDGES),
        ).answer
        for way in zip(*columns.values(), strict=True)
    ]

    def met(name: str) -> float:
        groups: dict[Any, list[str | None]] = {}
        for known, end in zip(columns[name], ends, strict=True):
            groups.setdefault(known.value, []).append(end)
        return sum(sum(g.count(e) for e in g) / len(g) for g in groups.values()) / len(ends)

    assert met(standing.order[0].name) == pytest.approx(max(met(f.name) for f in interview.facts))


LEADING = {"route__goal": "both", "route__middle_managers": "lead", "support__sponsor": "strong"}


@pytest.mark.parametrize(
    ("given", "answer", "for_good", "settled"),
    [
        ({}, None, False, False),
        ({"route__goal": "both"}, "blended", False, True),
        (LEADING, "blended", False, True),
        (
            {
                **LEADING,
                "route__knowledge": "shared",
                "route__commitment": "helpful",
                "route__scale": "corporate",
                "support__staff": "eager",
                "route__capability": "medium",
                "route__spread": "no",
                "route__local_variation": "little",
                "route__professional_identity": "weak",
                "route__failure_cost": "low",
            },
            "blended",
            True,
            True,
        ),
    ],
)
def test_settled(given: dict[str, Any], answer: str | None, for_good: bool, settled: bool) -> None:
    _, standing = look(**given)
    assert (standing.answer, standing.stands, standing.settled) == (answer, for_good, settled)
    assert standing.same == 1.0 or not for_good


def test_settled_for_good_holds_for_every_way(northfield: Programme) -> None:
    """No filling of what is open changes an answer that is settled for good (Northfield, one initiative filled in turn)."""
    initiative = next(i for i in northfield.initiatives if i.id == "reablement-redesign")
    interview = questions.begin(northfield, initiative, JUDGES)
    sheet = interview.sheet(initiative, northfield)
    while not (standing := interview.state(sheet)).stands:
        fact = standing.order[0]
        sheet = sheet.with_known({fact.name: Known(fact.values[-1])})
    names = [f.name for f in standing.order]
    for way in zip(*(interview.ways[n] for n in names), strict=True):
        filled = sheet.with_known(dict(zip(names, way, strict=True)))
        assert judge(JUDGES.route, filled).answer == standing.answer


def test_once_all_is_answered_nothing_is_open_and_it_stands() -> None:
    interview, _ = look()
    full = interview.base.with_known({f.name: Known(f.values[0]) for f in interview.facts})
    standing = interview.state(full)
    assert (standing.order, standing.telling, standing.stands, standing.same) == ((), 0, True, 1.0)


def test_what_cannot_be_known_yet_does_not_keep_it_open() -> None:
    made = programme(initiatives=[{"id": "a", "title": "A", "kind": "culture", "stage": "idea"}])
    interview = questions.begin(made, made.initiatives[0], JUDGES)
    full = interview.base.with_known({f.name: Known(f.values[-1]) for f in interview.facts})
    assert "route.led_now" not in full
    assert interview.state(full).stands


def test_raters_who_differ_are_looked_at_as_both() -> None:
    apart = [{"level": "leaders", "by": "A"}, {"level": "front-line", "by": "B"}]
    interview, standing = look(route__knowledge=apart)
    assert "route.knowledge" not in [f.name for f in standing.order]
    assert standing.answer is None
    assert interview.initiative.judgements["route.knowledge"][0].by == "A"


def test_a_spread_that_answers_still_move_is_not_held_for_the_proof(northfield: Programme) -> None:
    """While the questions it hangs on are open, settled for good holds whatever the spread; once answered, it is known."""
    initiative = next(i for i in northfield.initiatives if i.adoption is not None)
    interview = questions.begin(northfield, initiative, JUDGES)
    sheet = interview.sheet(initiative, northfield)
    open_, closed = sheet.without(spreading.SPREAD_BY), sheet
    for name in spreading.SPREAD_BY:
        closed = closed.with_known({name: Known(VOCABULARY[name].values[0])})
    assert interview.moves_spread(complete(open_, JUDGES))
    assert not interview.moves_spread(complete(closed, JUDGES))
    assert not questions.begin(northfield, initiative, JUDGES, about="action").moves_spread(open_)
