"""What a fact is, and what is known of one initiative: each value with its provenance."""

from __future__ import annotations

import copyreg
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

#: One value of a fact; several people who differ make a frozenset of them.
Single = str | bool | float


Value = Single | frozenset[Single]


Origin = Literal[
    "register",
    "results",
    "graph",
    "judgement",
    "framework",
    "appraisal",
    "pack",
    "theory",
    "adoption",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a fact means, which values it takes, where it comes from and how to learn it."""

    name: str
    """Its name, by which rules ask for it."""
    meaning: str
    """What it is, in words."""
    origin: Origin
    """Where its values come from."""
    question: str = ""
    """What to ask where it is unknown; empty: nothing."""
    levels: Mapping[str, str] = field(default_factory=dict)
    """Its levels, best first, each with its meaning; empty for numbers and yes-or-no facts."""
    unit: str | None = None
    """The unit of a number; None: it is no number."""
    low: float = 0.0
    """The least that a number is declared to be, in `unit`."""
    high: float = 1.0
    """The greatest that a number is declared to be, in `unit`."""
    worse: Literal["higher", "lower"] | None = None
    """Which way a number gets worse; None: neither, or not known."""
    ordered: bool = True
    """Whether its levels run from good to bad."""
    criteria: tuple[str, ...] = ()
    """Of a framework's score or a model's answer: the facts it is made of."""

    @property
    def kind(self) -> Literal["level", "number", "boolean"]:
        """Whether it takes levels, a number, or yes and no."""
        if self.levels:
            return "level"
        return "boolean" if self.unit is None else "number"

    @property
    def judged(self) -> bool:
        """Whether people may judge it in the register."""
        return self.origin == "judgement"

    @property
    def values(self) -> tuple[Single, ...]:
        """All values of a level or yes-or-no fact, best first; empty for a number."""
        if self.kind == "level":
            return tuple(self.levels)
        return (False, True) if self.kind == "boolean" else ()

    def accepts(self, value: object) -> bool:
        """Whether this fact can take `value`; a number outside the declared range still counts."""
        if self.kind == "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        if self.kind == "boolean":
            return isinstance(value, bool)
        return isinstance(value, str) and value in self.levels

    def expected(self) -> str:
        """What it takes, in words, for a message."""
        if self.kind == "number":
            return f"a number ({self.unit})"
        return "true or false" if self.kind == "boolean" else "one of " + ", ".join(self.levels)


@dataclass(frozen=True, slots=True)
class Known:
    """A value on a sheet with its provenance."""

    value: Value
    """The value; where raters differ, the set of theirs."""
    source: str = ""
    """From where or whom."""
    on: dt.date | None = None
    """As of when; None: not given."""


def frozen_map(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A map that cannot be changed, as it comes back from a pickle or a copy."""
    return MappingProxyType(items)


# Sheets, packs and vocabularies hold their maps frozen, and Python can neither pickle nor deep-copy
# a frozen map by itself. Results are to be sent between processes and kept, so it is told how.
copyreg.pickle(MappingProxyType, lambda frozen: (frozen_map, (dict(frozen),)))


@dataclass(frozen=True, slots=True)
class FactSheet:
    """What is known of one initiative. A name that is absent is unknown."""

    known: Mapping[str, Known] = field(default_factory=dict)
    """What is known, by the name of the fact."""

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> FactSheet:
        """A sheet of bare values."""
        return cls(MappingProxyType({name: Known(value) for name, value in values.items()}))

    def get(self, name: str) -> Value | None:
        """The value of a fact, or None where it is unknown."""
        known = self.known.get(name)
        return None if known is None else known.value

    def __contains__(self, name: object) -> bool:
        return name in self.known

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.known))

    def with_known(self, more: Mapping[str, Known]) -> FactSheet:
        """The sheet with `more` added or put in place of what was there."""
        return FactSheet(MappingProxyType({**self.known, **more}))

    def without(self, names: Iterable[str]) -> FactSheet:
        """The sheet with `names` unknown."""
        gone = frozenset(names)
        return FactSheet(MappingProxyType({n: k for n, k in self.known.items() if n not in gone}))

    def changed(self, name: str, value: Value | None) -> FactSheet:
        """The sheet with one fact set, or unknown where `value` is None."""
        if value is None:
            return self.without([name])
        before = self.known.get(name, Known(value))
        return self.with_known({name: replace(before, value=value)})


#: Stages before anything is done, and facts that nobody can know at them (a name, or the beginning
#: of several).
NOT_BEGUN = frozenset({"idea", "design"})


_ONCE_BEGUN = ("doing.", "idea.works", "progress.", "results.", "sustain.", "route.led_now")


def can_be_known(name: str, stage: str | None) -> bool:
    """Whether a fact can be known yet.

    How a thing is done, or what it does, not before it has begun.
    """
    return stage not in NOT_BEGUN or not name.startswith(_ONCE_BEGUN)
