"""The J-curve: what the results so far say, and what each course of action is worth.

`plan` the path a plan itself describes; `anyway` readings as progress, less what would have happened anyway; `curves`
and `noise` what may be; `posterior` what the results say; `reading` one initiative's results put together; `courses`
what each course is worth; `pricing` an initiative's register put before it; `outlook` what comes out of it all;
`prospect` what the rest of a programme needs to know of one initiative.
"""

from changeadvisor.trajectory.courses import COURSES
from changeadvisor.trajectory.outlook import (
    REACH,
    Beside,
    OutlookReading,
    Priced,
    class_said,
    hanging,
    read_outlook,
    reweighted,
    weights,
)
from changeadvisor.trajectory.plan import (
    FEWEST,
    PathReading,
    TripwireReading,
    class_outlook,
    expected_at,
    expected_path,
    next_review,
    phase,
    since,
    stand,
    tripwires,
    with_latest,
)
from changeadvisor.trajectory.pricing import (
    Appraisal,
    Frame,
    appraise,
    frame,
)
from changeadvisor.trajectory.prospect import (
    LATER,
    Prospect,
    Spending,
    prospect,
)
from changeadvisor.trajectory.reading import (
    Trajectory,
    keep_memory,
    read_trajectory,
    reread,
    shares_of,
    stream,
)

__all__ = [
    "COURSES",
    "FEWEST",
    "LATER",
    "REACH",
    "Appraisal",
    "Beside",
    "Frame",
    "OutlookReading",
    "PathReading",
    "Priced",
    "Prospect",
    "Spending",
    "Trajectory",
    "TripwireReading",
    "appraise",
    "class_outlook",
    "class_said",
    "expected_at",
    "expected_path",
    "frame",
    "hanging",
    "keep_memory",
    "next_review",
    "phase",
    "prospect",
    "read_outlook",
    "read_trajectory",
    "reread",
    "reweighted",
    "shares_of",
    "since",
    "stand",
    "stream",
    "tripwires",
    "weights",
    "with_latest",
]
