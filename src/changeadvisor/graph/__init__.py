"""What hangs on what: order, paths, critical path, reach counted once, and what is lost downstream.

`dependencies` the graph of a programme. networkx is used in this package only.
"""

from changeadvisor.graph.dependencies import (
    MOST_PATHS,
    OVERLAP,
    CriticalPath,
    DependencyGraph,
    PathList,
    Reach,
    Timing,
    critical_path,
    later,
)

__all__ = [
    "MOST_PATHS",
    "OVERLAP",
    "CriticalPath",
    "DependencyGraph",
    "PathList",
    "Reach",
    "Timing",
    "critical_path",
    "later",
]
