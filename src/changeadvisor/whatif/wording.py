"""The sentences of what-if and compare: what should be known of two runs, and rules on one line."""

from __future__ import annotations

from collections.abc import Iterable

from changeadvisor.errors import plain
from changeadvisor.judgement import Rule
from changeadvisor.model import Programme
from changeadvisor.words import day_text


def locks_change_nothing(ids: Iterable[str]) -> str:
    """Courses were set by hand where no set to run is chosen, with them or without."""
    return (
        "No set to run is chosen here, so the courses set by hand change none: "
        f"{', '.join(sorted(ids))}."
    )


def other_name(old: Programme, new: Programme) -> str:
    """Two programmes that are compared have different names."""
    names = f"`{plain(old.programme)}` and `{plain(new.programme)}`"
    return f"The two have different names, {names}: they are compared by the ids of initiatives."


def new_before_old(old: Programme, new: Programme) -> str:
    """The programme given as the new one is the earlier of the two."""
    return f"The new one is as of {day_text(new.as_of)}, before the old one, {day_text(old.as_of)}."


def rule_on_a_line(rule: Rule) -> str:
    """A rule on one line."""
    unless = f" unless {rule.unless_text}" if rule.unless_text else ""
    if rule.veto:
        weight = "veto"
    elif rule.weight_fact:
        weight = f"weight of {rule.weight_fact}"
    else:
        weight = f"{rule.weight:g}"
    return f"when {rule.when_text}{unless}: {rule.then}, {weight}"


def rule_change(old: Rule | None, new: Rule | None) -> str:
    """How a rule itself was changed; None on one side where it is not in that pack."""
    if old is None:
        return "new"
    if new is None:
        return "taken out"
    return f"{rule_on_a_line(old)} → {rule_on_a_line(new)}"
