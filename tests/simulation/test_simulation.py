"""Worlds of our own: foresight bounds everything, the truth is labelled as the format says, and the command runs."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import changeadvisor
from changeadvisor import simulation
from changeadvisor.advice import action_answers, advise
from changeadvisor.cli import main
from changeadvisor.errors import InputError
from tests.helpers import NORTHFIELD, ROOT

SPEC = simulation.Worlds(reviews=(6, 12))
BENCHMARK = ROOT / "benchmarks" / "worlds.yaml"


def test_nobody_does_better_than_perfect_foresight() -> None:
    drawn = simulation.draw(SPEC, 40, 1)
    best, keep = simulation.foresight(drawn)
    persist = simulation.value(drawn, simulation.Decisions.none(40))
    played = simulation.play(drawn, simulation.by_advice(changeadvisor.load_rulebook()))
    assert (played.value <= best + 1e-9).all()
    assert (simulation.ceiling(drawn) <= best + 1e-9).all()
    assert np.allclose(best[keep], persist[keep])


def test_classes_are_what_the_paths_do() -> None:
    drawn = simulation.draw(SPEC, 200, 2)
    ended = drawn.old.progress[:, 48:60].mean(axis=1)
    assert ((ended >= 0.8) == (drawn.old.kind == 0)).all()
    assert ((ended < 0.25) == (drawn.old.kind == 2)).all()


def test_the_register_tells_no_more_than_a_council_knows() -> None:
    drawn = simulation.draw(SPEC, 5, 3)
    given = simulation.programme(drawn, simulation.Decisions.none(5), 6, range(5))
    assert all(o.period < given.as_of for m in given.measures for o in m.observations)
    assert {i.path.target for i in given.initiatives if i.path} == {60.0}


def test_answers_are_those_of_advise() -> None:
    drawn = simulation.draw(SPEC, 6, 4)
    given = simulation.programme(drawn, simulation.Decisions.none(6), 12, range(6))
    advised = advise(given, changeadvisor.load_rulebook(), parts=["action"])
    assert action_answers(given, changeadvisor.load_rulebook()) == {
        i.id: i.action.answer for i in advised.initiatives if i.action
    }


def test_changes_so_far_are_in_the_register() -> None:
    drawn = simulation.draw(SPEC, 3, 5)
    made = simulation.Decisions(
        np.array([6.0, np.inf, 12.0]), np.array([np.inf, 6.0, 6.0]), np.full(3, np.inf)
    )
    given = simulation.programme(drawn, made, 12, range(3))
    assert [[c.did for c in i.history] for i in given.initiatives] == [
        ["adjust-tactics"], ["adjust-strategy"], ["adjust-strategy", "adjust-tactics"],
    ]  # fmt: skip
    assert [i.reference_class for i in given.initiatives] == ["worlds", "new1", "new2"]


def test_the_benchmark_file_is_read_and_a_wrong_one_refused(tmp_path: Path) -> None:
    assert simulation.worlds_of(BENCHMARK, None, None) == simulation.Worlds()
    wrong = tmp_path / "w.yaml"
    wrong.write_text("nois: [0.1, 0.2]\nar: often\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        simulation.worlds_of(wrong, None, None)
    assert len(caught.value.faults) == 2


def test_simulate_prints_every_way_of_deciding() -> None:
    options = [
        "simulate",
        "--worlds",
        "12",
        "--programme",
        str(NORTHFIELD),
        "--class",
        "service-redesign",
    ]
    done = CliRunner().invoke(main.commands, options)
    assert done.exit_code == 0, done.output
    for name in ("changeadvisor", "persist always", "stop at the first red", "DICE alone"):
        assert name in done.output
    assert CliRunner().invoke(main.commands, options).stdout == done.stdout
