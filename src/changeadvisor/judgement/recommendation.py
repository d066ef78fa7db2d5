"""The recommendation: an answer with its reasons, what is missing and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, GetPydanticSchema
from pydantic_core import core_schema

from changeadvisor.facts import FactSheet
from changeadvisor.judgement import unknowns
from changeadvisor.judgement.explanation import (
    Disagreement,
    Flip,
    Missing,
    Reason,
    Rejected,
    Working,
)
from changeadvisor.judgement.flips import Lever, default_levers, flips
from changeadvisor.judgement.pack import RulePack
from changeadvisor.judgement.pack_judgement import PackJudgement

#: Working that has no schema of its own.
ANYTHING = GetPydanticSchema(lambda _source, _handler: core_schema.any_schema())


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer that is its own explanation; amounts in decibans."""

    pack: str
    """The name of the pack that judged."""
    question: str
    """The question it answers."""
    answer: str | None
    """The answer; None: there is none."""
    support: Mapping[str, float]
    """What was counted for each answer, from 0."""
    margin: float | None
    """By how much the best leads the second; None: nothing is weighed, or no second is left."""
    finely_balanced: bool
    """Whether the margin is below what the pack calls close."""
    stands: bool
    """Whether no filling of the unknown facts changes the answer."""
    reasons: tuple[Reason, ...]
    """The rules that fired."""
    rejected: tuple[Rejected, ...]
    """Answers that a veto took out."""
    not_chosen: tuple[Rejected, ...]
    """Answers that were outweighed."""
    missing: tuple[Missing, ...]
    """Unknown facts that could move it, the most moving first."""
    flips: tuple[Flip, ...]
    """The smallest changes of one fact that change the answer, the smallest first."""
    survives: Annotated[
        bool | None, Field(serialization_alias="survives_halved_and_doubled_weights")
    ]
    """Whether the answer is the same with all judgement weights halved and doubled.

    None: there is no answer, or nothing is weighed.
    """
    enough: bool = True
    """Whether there is as much evidence in all as the pack asks for."""
    disagreement: Disagreement | None = None
    """Where the appraisal and all else lead to different courses; None: they do not."""
    judged: Annotated[PackJudgement | None, Field(exclude=True), ANYTHING] = field(
        default=None, repr=False, compare=False
    )
    """How it was judged, for the working. Not in the JSON."""

    @property
    def workings(self) -> tuple[Working, ...]:
        """Every rule's working, put together when it is asked for."""
        return () if self.judged is None else self.judged.workings()

    def __repr__(self) -> str:
        """The answer and its margin in one line, and how much working there is behind it."""
        margin = "" if self.margin is None else f", {self.margin:g} decibans"
        answer = f"{self.answer or 'no answer'}{margin}"
        counts = {"reasons": self.reasons, "missing": self.missing, "flips": self.flips}
        working = ", ".join(f"{name} {len(what)}" for name, what in counts.items())
        return f"<{type(self).__name__}: {self.pack}: {answer}; {working}>"


def recommend(
    pack: RulePack, sheet: FactSheet, levers: Sequence[Lever] | None = None
) -> Recommendation:
    """Judge one sheet and say why, what is missing, and what would change the answer.

    levers: the facts that may be changed to find `flips`; by default every known fact of the pack.
    Raises JudgementError where two rules of a `unique` pack fire.
    """
    judgement = PackJudgement.of(pack, sheet)
    ledger = judgement.ledger
    close = ledger.margin is not None and ledger.margin < pack.threshold("close")
    return Recommendation(
        pack=pack.name,
        question=pack.question,
        answer=ledger.answer,
        support=ledger.support,
        margin=ledger.margin,
        finely_balanced=ledger.answer is not None and close,
        stands=unknowns.stands(judgement),
        reasons=judgement.reasons(),
        rejected=judgement.rejected(),
        not_chosen=judgement.not_chosen(),
        missing=unknowns.missing_facts(judgement),
        flips=flips(judgement, default_levers(pack, sheet) if levers is None else levers),
        survives=judgement.survives(),
        enough=ledger.size >= pack.threshold("enough"),
        disagreement=judgement.disagreement(),
        judged=judgement,
    )
