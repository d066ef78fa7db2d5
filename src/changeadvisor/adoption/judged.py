"""The ranges behind the simulated spread that no published figure gives: our judgement, declared.

Each is drawn evenly between its ends, anew in every run; how much each matters is shown with every
result. `wording.PARAMETERS` says what each is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Judged:
    """A range that is our judgement, not measured: drawn evenly between its ends."""

    low: float
    """The least it may be, in the parameter's own unit."""
    high: float
    """The most it may be."""


#: No published figure was found for any of these. Chances are monthly, `hold` and `fade` months,
#: `close` people, `weak` and `spread` shares.
JUDGED: Mapping[str, Judged] = MappingProxyType(
    {
        "act": Judged(0.3, 0.7),
        "leave": Judged(0.02, 0.08),
        "lapse": Judged(0.1, 0.3),
        "hold": Judged(6, 18),
        "fade": Judged(2, 6),
        "weak": Judged(0.25, 0.55),
        "close": Judged(6, 12),
        "spread": Judged(0.3, 0.7),
    }
)
#: The chance a month that somebody complies with a strong mandate while the board attends, by the
#: answer to "would staff go along?"
COMPLY: Mapping[str, Judged] = MappingProxyType(
    {
        "likely": Judged(0.35, 0.7),
        "unsure": Judged(0.15, 0.4),
        "unlikely": Judged(0.04, 0.2),
    }
)
#: The share who need to see one colleague more once they are ordered, by the same answer.
RESENT: Mapping[str, Judged] = MappingProxyType(
    {
        "likely": Judged(0.0, 0.05),
        "unsure": Judged(0.0, 0.3),
        "unlikely": Judged(0.2, 0.6),
    }
)
#: The share whose work is an example to colleagues even while they only comply, by the same answer.
EXAMPLE: Mapping[str, Judged] = MappingProxyType(
    {
        "likely": Judged(0.7, 1.0),
        "unsure": Judged(0.2, 0.7),
        "unlikely": Judged(0.0, 0.15),
    }
)
#: What somebody counts for who complies without being convinced, by how much it rests on
#: commitment.
COMPLIANCE_COUNTS: Mapping[str, float] = MappingProxyType(
    {"not-needed": 1.0, "helpful": 0.5, "essential": 0.0}
)
