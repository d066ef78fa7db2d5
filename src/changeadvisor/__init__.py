"""changeadvisor: persist, adjust or stop; reasoned recommendations for a programme of change.

    import changeadvisor

    programme = changeadvisor.load("scenarios/northfield")
    advice = changeadvisor.advise(programme)

The names below are the library; docs/library.md shows each in use. A name is imported when it is
first used, so that `import changeadvisor` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from changeadvisor.advice import Advice, InitiativeAdvice
    from changeadvisor.api import advise, compare, judge, load, load_rulebook, what_if
    from changeadvisor.errors import InputError
    from changeadvisor.judgement import Recommendation
    from changeadvisor.judgement.rulebook import Rulebook
    from changeadvisor.model import Initiative, Programme
    from changeadvisor.whatif.difference import Difference

__version__ = "0.1.0"

__all__ = [
    "Advice",
    "Difference",
    "Initiative",
    "InitiativeAdvice",
    "InputError",
    "Programme",
    "Recommendation",
    "Rulebook",
    "__version__",
    "advise",
    "compare",
    "judge",
    "load",
    "load_rulebook",
    "what_if",
]

_DEFINED_IN = {
    "Advice": "changeadvisor.advice.result",
    "Difference": "changeadvisor.whatif.difference",
    "Initiative": "changeadvisor.model",
    "InitiativeAdvice": "changeadvisor.advice.result",
    "InputError": "changeadvisor.errors",
    "Programme": "changeadvisor.model",
    "Recommendation": "changeadvisor.judgement",
    "Rulebook": "changeadvisor.judgement.rulebook",
    "advise": "changeadvisor.api",
    "compare": "changeadvisor.api",
    "judge": "changeadvisor.api",
    "load": "changeadvisor.api",
    "load_rulebook": "changeadvisor.api",
    "what_if": "changeadvisor.api",
}


if not TYPE_CHECKING:  # a type checker would take the module to have every name there is

    def __getattr__(name: str) -> Any:
        """A public name, imported when it is first used (PEP 562) and kept."""
        if name not in _DEFINED_IN:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_DEFINED_IN[name]), name)
        return value


def __dir__() -> list[str]:
    """The public names, for completion."""
    return sorted(__all__)
