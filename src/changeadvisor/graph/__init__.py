"""What hangs on what: order, paths, critical path, people counted once, what is lost downstream.

`dependencies` the graph of a programme (networkx is used there only); `cascade` what each course of
one initiative does downstream; `network` the same as arrays, for many draws at once; `wording` the
sentences.
"""

from changeadvisor.graph.cascade import (
    Cascade,
    Downstream,
    Enabler,
    Loss,
)
from changeadvisor.graph.dependencies import (
    MOST_PATHS,
    CriticalPath,
    DependencyGraph,
    PathList,
    Reach,
    Timing,
    critical_path,
    later,
)
from changeadvisor.graph.network import (
    Network,
    criticality,
    propagate,
    reach_counts,
)
from changeadvisor.graph.wording import OVERLAP

__all__ = [
    "MOST_PATHS",
    "OVERLAP",
    "Cascade",
    "CriticalPath",
    "DependencyGraph",
    "Downstream",
    "Enabler",
    "Loss",
    "Network",
    "PathList",
    "Reach",
    "Timing",
    "critical_path",
    "criticality",
    "later",
    "propagate",
    "reach_counts",
]
