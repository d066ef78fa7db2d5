"""The rulebook: all the packs and frameworks that judge a programme, and two of them mixed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from changeadvisor.judgement.base_rates import RatingMoves
from changeadvisor.judgement.frameworks import Framework
from changeadvisor.judgement.pack import RulePack


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The packs and frameworks that judge."""

    action: RulePack
    """What to do."""
    route: RulePack
    """How to lead it."""
    rating: RulePack
    """What rating the results support."""
    lens: RulePack
    """Which reading of a measure should drive attention."""
    order: RulePack
    """Which half of a blend comes first."""
    frameworks: tuple[Framework, ...] = ()
    moves: RatingMoves | None = None
    """How published ratings moved; words only, it judges nothing."""
    theory: tuple[RulePack, ...] = ()
    """Published models, whose answers the route reads as facts."""

    @property
    def packs(self) -> tuple[RulePack, ...]:
        """Every pack that judges, those of published models last."""
        return (self.action, self.route, self.rating, self.lens, self.order, *self.theory)

    @property
    def tables(self) -> tuple[RatingMoves, ...]:
        """Published tables that are shown beside what was judged."""
        return () if self.moves is None else (self.moves,)

    def of_action(self) -> Rulebook:
        """No more than what judges the action.

        The frameworks that it or the rating reads, and no theory.
        """
        read = {*self.action.readers, *self.rating.readers}
        scored = tuple(f for f in self.frameworks if not read.isdisjoint(f.facts()))
        return replace(self, frameworks=scored, theory=())


@dataclass(frozen=True, slots=True)
class RuleSets:
    """The rules before and after a change, and those between where they can be told apart."""

    before: Rulebook
    after: Rulebook
    thresholds: Rulebook | None = None
    """The rules before with the thresholds after; None where these do not fit each other, and then
    all that differs counts as rules."""
    rules: Rulebook | None = None
    """The rules after with the thresholds before; None in the same case."""

    def of(self, causes: frozenset[str]) -> Rulebook:
        """What judges where some of the causes `threshold` and `rule` hold."""
        if self.thresholds is None or self.rules is None:
            return self.after if "rule" in causes else self.before
        if "rule" in causes:
            return self.after if "threshold" in causes else self.rules
        return self.thresholds if "threshold" in causes else self.before
