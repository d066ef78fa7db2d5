"""What is worked out once a session and shared by the tests: look at it, do not change it.

A test that needs other rules, another seed or only some parts works that out for itself.
"""

from __future__ import annotations

import pytest

import changeadvisor
from changeadvisor import Advice, Programme, Rulebook
from changeadvisor.report import render
from tests.helpers import MINIMAL, NORTHFIELD


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    """The rules as shipped."""
    return changeadvisor.load_rulebook()


@pytest.fixture(scope="session")
def northfield() -> Programme:
    """The programme of the large scenario."""
    return changeadvisor.load(NORTHFIELD)


@pytest.fixture(scope="session")
def northfield_advice(northfield: Programme, rulebook: Rulebook) -> Advice:
    """Its advice, whole, with seed 0."""
    return changeadvisor.advise(northfield, rulebook)


@pytest.fixture(scope="session")
def northfield_page(northfield_advice: Advice) -> str:
    """The page on it."""
    return render.html(northfield_advice)


@pytest.fixture(scope="session")
def minimal() -> Programme:
    """The programme of the smallest scenario."""
    return changeadvisor.load(MINIMAL)


@pytest.fixture(scope="session")
def minimal_advice(minimal: Programme, rulebook: Rulebook) -> Advice:
    """Its advice, whole, with seed 0."""
    return changeadvisor.advise(minimal, rulebook)
