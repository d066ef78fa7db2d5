"""A small program that uses the library as others would: run, and checked by mypy --strict.

`make wheel` does both in an empty venv, so it imports nothing but the installed package.
"""

from __future__ import annotations

import changeadvisor
from changeadvisor import Advice, InitiativeAdvice, InputError, Programme, Recommendation


def answers(advice: Advice) -> dict[str, str | None]:
    """Each initiative's answer."""
    return {row["id"]: row["action"] for row in advice.rows()}


def margin(item: InitiativeAdvice) -> float | None:
    """By how many decibans the answer is ahead."""
    action: Recommendation | None = item.action
    return None if action is None else action.margin


def why_not(programme: Programme, id: str) -> list[str]:
    """The faults of stopping an initiative, or what would change if it were."""
    try:
        difference = changeadvisor.what_if(programme, {id: "stop"})
    except InputError as error:
        return [fault.found for fault in error.faults]
    return [decision.after or "" for decision in difference.decisions]


def main() -> None:
    """Use every function once."""
    programme = changeadvisor.load("scenarios/northfield")
    rulebook: changeadvisor.Rulebook = changeadvisor.load_rulebook()
    advice = changeadvisor.advise(programme, rulebook, parts=["action"], flips=False)
    judged = changeadvisor.judge(programme, "waste-rounds", questions=["action"])
    assert answers(advice)["waste-rounds"] == (judged.action and judged.action.answer)
    assert margin(judged) is not None
    assert why_not(programme, "homelessness-duty")
    same: changeadvisor.Difference = changeadvisor.compare(programme, programme)
    assert same.empty
    first: changeadvisor.Initiative = programme.initiatives[0]
    print(changeadvisor.__version__, first.id)


if __name__ == "__main__":
    main()
