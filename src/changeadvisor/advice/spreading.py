"""How an initiative would spread through those who must change, simulated as its sheet has it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from changeadvisor import adoption
from changeadvisor.advice import wording
from changeadvisor.facts import FactSheet, Known, Value
from changeadvisor.model import Initiative, Programme

#: Answers that bear on how a change spreads: with others the spread is another.
SPREAD_BY = ("route.commitment", "route.accept_if_told")


@dataclass(frozen=True, slots=True)
class Spreading:
    """The simulated spread of one initiative, by the answers on its sheet; each simulated once."""

    programme: Programme
    """The programme it belongs to."""
    initiative: Initiative
    """The initiative, with its `adoption`."""
    seed: int
    """What random draws follow from, together with the initiative's id."""
    _done: dict[tuple[object, ...], adoption.Diffusion | adoption.NotSimulated] = field(
        default_factory=dict, repr=False
    )

    def of(
        self, sheet: FactSheet, **changed: object
    ) -> adoption.Diffusion | adoption.NotSimulated | None:
        """The spread, or in words why it cannot be simulated.

        None where the register names nobody who must change. changed: keys of `adoption` as they
        might be instead.
        """
        staff = self.initiative.adoption
        if staff is None or self.initiative.stage == "closed":
            return None
        answers = tuple(frozenset(str(v) for v in _members(sheet.get(name))) for name in SPREAD_BY)
        key = (*answers, *sorted(changed.items()))
        if key not in self._done:
            self._done[key] = adoption.simulate_adoption(
                staff.model_copy(update=changed),
                spreads_from(self.programme, self.initiative),
                adoption.Answers(*answers),
                seed=self.seed,
                monthly=_monthly(self.initiative),
            )
        return self._done[key]

    def known(self, sheet: FactSheet, **changed: object) -> dict[str, Known]:
        """What the simulation weighs for each route, as facts."""
        spread = self.of(sheet, **changed)
        if not isinstance(spread, adoption.Diffusion):
            return {}
        source = wording.simulation_source(spread.runs, spread.staff)
        return {
            f"adoption.{name}": Known(round(weight, 2), source)
            for name, weight in spread.weights.items()
        }


def spreads_from(programme: Programme, initiative: Initiative) -> dt.date:
    """The day from which its spread is simulated: now, or when it starts."""
    return max(programme.as_of, initiative.started or programme.as_of)


def _members(value: Value | None) -> frozenset[str | bool | float]:
    if value is None:
        return frozenset()
    return value if isinstance(value, frozenset) else frozenset([value])


def _monthly(initiative: Initiative) -> float | None:
    """Mean running spend a month, where it is given."""
    spend = initiative.spend.monthly if initiative.spend else None
    if spend is None:
        return None
    import numpy as np

    # The mean over 200 evenly placed shares of the estimate: no draw, so no seed.
    return float(np.mean(spend.sample((np.arange(200) + 0.5) / 200)))
