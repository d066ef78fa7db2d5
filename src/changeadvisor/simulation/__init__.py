"""Worlds of our own, in which the truth is known.

What advice is worth beside rules of thumb and perfect foresight.

Each world is one initiative with its true curve, its noise and the true luck of every option. A
programme file tells the engine no more than a council would know. Reviews are played one after
another under each way of deciding; the value realised is counted in years of full benefit, so that
all initiatives count alike.

`worlds` draws them; `truth` knows what decisions are worth; `register` tells the engine no more
than a council knows; `play` plays the reviews.
"""

from changeadvisor.simulation.play import (
    ACTIONS,
    Played,
    Result,
    by_advice,
    by_worth,
    compare,
    play,
    rules_of_thumb,
)
from changeadvisor.simulation.register import programme
from changeadvisor.simulation.truth import (
    Decisions,
    ceiling,
    foresight,
    progress,
    value,
)
from changeadvisor.simulation.worlds import (
    NEVER,
    Drawn,
    Worlds,
    draw,
    worlds_of,
)

__all__ = [
    "ACTIONS",
    "NEVER",
    "Decisions",
    "Drawn",
    "Played",
    "Result",
    "Worlds",
    "by_advice",
    "by_worth",
    "ceiling",
    "compare",
    "draw",
    "foresight",
    "play",
    "programme",
    "progress",
    "rules_of_thumb",
    "value",
    "worlds_of",
]
