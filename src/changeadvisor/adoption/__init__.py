"""How a change spreads through an organisation, mandated or from peer to peer."""

from changeadvisor.adoption.results import WAYS, Band, Seats, Spread, Varied, Way, WayOutcome

__all__ = ["WAYS", "Band", "Seats", "Spread", "Varied", "Way", "WayOutcome"]
