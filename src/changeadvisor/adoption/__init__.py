"""How a change spreads through an organisation, mandated or from peer to peer.

`routes` plays one initiative under each way of leading it: start there. `draws` what is drawn for
it; `judged` the ranges that no published figure gives; `networks` who sees whom; `spread` one month
after another; `bass` two published models beside it; `results` what comes out; `wording` the
sentences.
"""

from changeadvisor.adoption.bass import bass_share, enough_to_tip
from changeadvisor.adoption.draws import Answers
from changeadvisor.adoption.results import (
    BLENDS,
    WAYS,
    Band,
    Diffusion,
    NotSimulated,
    Seats,
    Varied,
    Way,
    WayOutcome,
)
from changeadvisor.adoption.routes import missing, simulate_adoption
from changeadvisor.adoption.wording import why_not_simulated

__all__ = [
    "BLENDS",
    "WAYS",
    "Answers",
    "Band",
    "Diffusion",
    "NotSimulated",
    "Seats",
    "Varied",
    "Way",
    "WayOutcome",
    "bass_share",
    "enough_to_tip",
    "missing",
    "simulate_adoption",
    "why_not_simulated",
]
