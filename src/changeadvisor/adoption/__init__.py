"""How a change spreads through an organisation, mandated or from peer to peer."""

from changeadvisor.adoption.bass import bass_curve, enough
from changeadvisor.adoption.results import (
    BLENDS,
    WAYS,
    Band,
    Diffusion,
    Seats,
    Varied,
    Way,
    WayOutcome,
)
from changeadvisor.adoption.routes import Answers, missing, simulate_adoption

__all__ = [
    "BLENDS",
    "WAYS",
    "Answers",
    "Band",
    "Diffusion",
    "Seats",
    "Varied",
    "Way",
    "WayOutcome",
    "bass_curve",
    "enough",
    "missing",
    "simulate_adoption",
]
