"""TODO: what this module holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from changeadvisor.judgement import (
    RulePack,
)
from changeadvisor.judgement.base_rates import (
    RatingMoves,
)
from changeadvisor.judgement.frameworks import Framework


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The packs and frameworks that judge.

    action: what to do; route: how to lead it; order: which half of a blend comes first; rating:
    what rating the results support; lens: which reading of a measure should drive attention. moves:
    how published ratings moved; words only, it judges nothing. theory: published models, whose
    answers the route reads as facts.
    """

    action: RulePack
    route: RulePack
    rating: RulePack
    lens: RulePack
    order: RulePack
    frameworks: tuple[Framework, ...] = ()
    moves: RatingMoves | None = None
    theory: tuple[RulePack, ...] = ()

    def of_action(self) -> Rulebook:
        """No more than what judges the action.

        The frameworks that it or the rating reads, and no theory.
        """
        read = {*self.action.readers, *self.rating.readers}
        scored = tuple(f for f in self.frameworks if not read.isdisjoint(f.facts()))
        return replace(self, frameworks=scored, theory=())
