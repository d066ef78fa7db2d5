"""Where rules, scenarios and templates are.

Package data in an installed wheel, the repository root otherwise.
"""

from __future__ import annotations

from pathlib import Path

#: The folder of the package: in an installed wheel its data lie in it.
PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `rules`, `scenarios` or `templates`.

    Raises FileNotFoundError where neither place has it.
    """
    for place in (PACKAGE / "_data" / name, PACKAGE.parents[1] / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(2, "a folder of changeadvisor is missing; install it again", name)
