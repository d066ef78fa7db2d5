"""The programme as a whole, as people read it.

Sentences, tables, and charts of the same content.
"""

from __future__ import annotations

from dataclasses import dataclass

from changeadvisor.advice import Advice
from changeadvisor.report import portfolio_pictures, portfolio_sentences, portfolio_tables
from changeadvisor.report.parts import PictureView, TableView
from changeadvisor.report.portfolio_page import PortfolioPage, done_in_set
from changeadvisor.words import capitalised


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """The set to run: in sentences, tables and pictures."""

    sentences: tuple[str, ...]
    tables: tuple[TableView, ...]
    pictures: tuple[PictureView, ...]


def portfolio_view(advice: Advice) -> PortfolioView | None:
    """The view; None where the portfolio was not asked for."""
    if advice.portfolio is None:
        return None
    page = PortfolioPage(advice, advice.portfolio)
    return PortfolioView(
        tuple(portfolio_sentences.sentences(page)),
        tuple(table for table in portfolio_tables.tables(page) if table.rows),
        tuple(map(PictureView.of, portfolio_pictures.pictures(page))),
    )


def in_set(advice: Advice) -> dict[str, str]:
    """What the set to run does with each initiative, and why, in a few sentences, by id.

    Empty where there is no set.
    """
    if advice.portfolio is None:
        return {}
    page = PortfolioPage(advice, advice.portfolio)
    return {
        id: f"{capitalised(done_in_set(pick, runs))}. {pick.because}".strip()
        for id, (pick, runs) in page.picks.items()
    }
