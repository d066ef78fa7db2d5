"""The J-curve: what the results so far say, and what each course of action is worth.

`plan` the path a plan itself describes. What the results say: `reading` puts one initiative
together, from `counterfactual` (readings as progress, less what would have happened without it),
`curves`, `noise` and `outcome_classes` (what may be) and `posterior`. What courses are worth:
`pricing` puts an initiative's register before `courses`, `fixed_worth` and `later_choices` (with
`discounting` and `regression`). What comes out: `outlook`, and `prospect`, what the rest of a
programme needs to know of one initiative; `wording` the sentences.
"""

from changeadvisor.trajectory.courses import COURSES
from changeadvisor.trajectory.outlook import (
    REACH,
    Beside,
    Improvement,
    OutlookReading,
    Priced,
    hanging,
    improvement,
    priced,
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
    past_end,
    phase,
    read_against_plan,
    since,
    tripwires,
    with_latest,
)
from changeadvisor.trajectory.pricing import (
    Appraisal,
    Frame,
    Unpriced,
    appraise,
    frame,
)
from changeadvisor.trajectory.prospect import (
    LATER,
    Prospect,
    Spending,
    prospect,
    streams,
)
from changeadvisor.trajectory.reading import (
    Trajectory,
    keep_memory,
    read_trajectory,
    reread,
    shares_of,
    stream,
)
from changeadvisor.trajectory.wording import (
    class_sentence,
    correction_sentences,
    improvement_sentence,
    outlook_sentences,
    path_working,
    tripwire_bound,
    why_unpriced,
)

__all__ = [
    "COURSES",
    "FEWEST",
    "LATER",
    "REACH",
    "Appraisal",
    "Beside",
    "Frame",
    "Improvement",
    "OutlookReading",
    "PathReading",
    "Priced",
    "Prospect",
    "Spending",
    "Trajectory",
    "TripwireReading",
    "Unpriced",
    "appraise",
    "class_outlook",
    "class_sentence",
    "correction_sentences",
    "expected_at",
    "expected_path",
    "frame",
    "hanging",
    "improvement",
    "improvement_sentence",
    "keep_memory",
    "next_review",
    "outlook_sentences",
    "past_end",
    "path_working",
    "phase",
    "priced",
    "prospect",
    "read_against_plan",
    "read_outlook",
    "read_trajectory",
    "reread",
    "reweighted",
    "shares_of",
    "since",
    "stream",
    "streams",
    "tripwire_bound",
    "tripwires",
    "weights",
    "why_unpriced",
    "with_latest",
]
