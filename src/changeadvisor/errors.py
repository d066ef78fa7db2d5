"""Every error the package raises, and the fault they are made of.

    ChangeAdvisorError          anything this package refuses to do
    ├── InputError              what was given cannot be used; lists every fault (exit status 2)
    │   └── CycleError          initiatives that require one another in a ring; names the ring
    └── JudgementError          a pack cannot judge these facts as it was told to (exit status 2)

A fault says where it is, what was found, what was expected and how to mend it.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_SHOWN = 80
_LONGEST = 4000


def plain(value: object, limit: int = _SHOWN) -> str:
    """Text from a file made safe to show: one line, no control or direction characters.

    Terminal escapes and bidirectional overrides become visible codes, so that nothing read from
    a file can move the cursor, change a colour or reorder a line. Longer than `limit` is cut.
    """
    text = "".join(c if c.isprintable() else _code(c) for c in str(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _code(character: str) -> str:
    return " " if character in "\n\r\t\xa0" else f"\\u{ord(character):04x}"


def nearest(word: object, known: Iterable[object]) -> str | None:
    """The known word most like `word`, or None where nothing is near."""
    names = {str(k).lower(): str(k) for k in known}
    found = difflib.get_close_matches(str(word).lower(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """How to mend an unknown word: the known one most like it, or nothing where none is near."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was given.

    where: `file:line` or `file sheet!cell`; field: dotted path inside the document, or "".
    """

    where: str
    field: str
    found: str
    expected: str
    mend: str = ""
    check: str = dataclasses.field(default="", compare=False)
    """The key of the check that failed, where both form and sense are checked for the same."""
    absent: bool = dataclasses.field(default=False, compare=False)
    """Whether what was found is no value at all: one that was refused before reads so."""

    def __str__(self) -> str:
        """The fault on one line, safe for a terminal."""
        head = f"{plain(self.where, 200)}: " + (f"{plain(self.field, 160)}: " if self.field else "")
        mend = f". {self.mend[:1].upper()}{self.mend[1:]}" if self.mend else ""
        return head + plain(f"{self.found}; expected {self.expected}{mend}", _LONGEST)


class ChangeAdvisorError(Exception):
    """Anything this package refuses to do."""


class InputError(ChangeAdvisorError):
    """What was given cannot be used. `faults` holds every fault found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults; the message lists them, one a line."""
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it can be pickled: an exception is made anew from what it was made of."""
        return type(self), (self.faults,)

    @classmethod
    def one(
        cls, where: str, found: str, expected: str, mend: str = "", field: str = ""
    ) -> InputError:
        """An error of a single fault."""
        return cls([Fault(where, field, found, expected, mend)])


class CycleError(InputError):
    """Initiatives that require one another in a ring; `path` begins and ends with the same id."""

    def __init__(self, path: tuple[str, ...], where: str = "") -> None:
        """Name the ring in the message."""
        self.path = path
        ring = " → ".join(plain(p) for p in path)
        super().__init__(
            [
                Fault(
                    where or "programme",
                    "depends_on",
                    f"a ring of requirements: {ring}",
                    "no initiative to require itself, directly or through others",
                    "remove one of these `requires`, or make it `helps`",
                )
            ]
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it can be pickled."""
        return type(self), (self.path, self.faults[0].where)


class JudgementError(ChangeAdvisorError):
    """A pack cannot judge these facts: for instance two rules of a `unique` pack fired."""
