"""The J-curve: what the results so far say, and what each course of action is worth.

`plan` the path a plan itself describes; `anyway` readings as progress, less what would have happened anyway; `curves`
and `noise` what may be; `posterior` what the results say; `courses` what each course is worth; `reading` one
initiative put together; `outlook` what comes out of it.
"""

from changeadvisor.trajectory.outlook import Priced, View, look, reweighted, weights
from changeadvisor.trajectory.plan import (
    FEWEST,
    PathReading,
    TripwireReading,
    class_outlook,
    expected_path,
    next_review,
    phase,
    since,
    stand,
    tripwires,
    with_latest,
)
from changeadvisor.trajectory.reading import Appraisal, Trajectory, appraise, read_trajectory, shares_of

__all__ = [
    "FEWEST",
    "Appraisal",
    "PathReading",
    "Priced",
    "Trajectory",
    "TripwireReading",
    "View",
    "appraise",
    "class_outlook",
    "expected_path",
    "look",
    "next_review",
    "phase",
    "read_trajectory",
    "reweighted",
    "shares_of",
    "since",
    "stand",
    "tripwires",
    "weights",
    "with_latest",
]
