"""The report: views and templates agree, nothing typed becomes markup, and everybody can read the page."""

from __future__ import annotations

import base64
import dataclasses
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.exceptions import SecurityError, UndefinedError

import changeadvisor
from changeadvisor import portfolio, resources
from changeadvisor.advice import Advice, advise
from changeadvisor.facts import FactSheet
from changeadvisor.io import rules
from changeadvisor.judgement import recommend
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme, to_plain
from changeadvisor.report import (
    answer,
    board,
    initiative,
    initiative_pictures,
    measures,
    parts,
    portfolio_tables,
    reference,
    render,
    route,
    terminal,
)
from changeadvisor.report import (
    portfolio as portfolio_view,
)
from tests.helpers import ROOT, programme

EVIL = "<script>alert(1)</script>{{ 7*7 }} \x1b[31m =1+1 \u202e"


# --- views and templates --------------------------------------------------------------------------

VIEWS = [
    v
    for module in (board, initiative, answer, measures, parts, route, portfolio_view)
    for v in vars(module).values()
    if dataclasses.is_dataclass(v) and v.__module__ == module.__name__
]


def template_files(name: str) -> list[Path]:
    """A template and the parts it includes, which lie in a folder of its name."""
    folder = resources.folder("templates")
    return [folder / name, *sorted((folder / Path(name).stem).glob("*"))]


def fields_used(name: str) -> set[str]:
    """The attributes a template asks of anything but loops."""
    tree = render.environment(True).parse(
        "\n".join(p.read_text(encoding="utf-8") for p in template_files(name))
    )
    return {
        n.attr
        for n in tree.find_all(nodes.Getattr)
        if not (isinstance(n.node, nodes.Name) and n.node.name == "loop")
    }


def test_every_field_of_a_view_is_shown_and_every_name_shown_is_a_field() -> None:
    known = {f.name for view in VIEWS for f in dataclasses.fields(view)}
    shown = fields_used("report.html") | fields_used("explain.txt")
    # By its key code finds a table; people read its caption.
    assert known - shown == {"key"}
    assert shown - known == set()


def test_a_name_the_view_lacks_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render.environment(True).from_string("{{ view.nothing }}").render(view=object())


def test_templates_run_in_a_sandbox() -> None:
    with pytest.raises(SecurityError):
        render.environment(True).from_string("{{ ''.__class__.__mro__ }}").render()


# --- what people typed ----------------------------------------------------------------------------


def evil() -> Advice:
    made = programme(
        programme=EVIL,
        review_months=3,
        measures=[
            {
                "id": "m",
                "title": EVIL,
                "unit": EVIL,
                "better": "higher",
                "target": 5,
                "standard": 3,
                "observations": [{"period": f"2026-0{k}-01", "value": k} for k in range(1, 8)],
            }
        ],
        initiatives=[
            {
                "id": "a",
                "title": EVIL,
                "aim": EVIL,
                "sponsor": EVIL,
                "owner": EVIL,
                "service": EVIL,
                "started": "2026-01-01",
                "reach": 10,
                "path": {"measure": "m", "baseline": 1, "target": 9, "months_to_target": 12},
                "tripwires": [{"by": "2026-06-30", "measure": "m", "above": 3, "then": "stop"}],
                "judgements": {
                    "need.there": {"level": "yes", "by": EVIL, "on": "2024-01-01", "because": EVIL}
                },
            },
            {
                "id": "b",
                "title": EVIL,
                "reach": 5,
                "depends_on": [{"initiative": "a", "kind": "requires"}],
            },
        ],
    )
    return advise(made, changeadvisor.load_rulebook())


def test_typed_text_never_becomes_markup_or_an_escape() -> None:
    advice = evil()
    page = render.html(advice)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    text = render.explanation(advice, advice.initiatives[0])
    for output in (page, text):
        assert "\x1b" not in output
        assert "\u202e" not in output
    from changeadvisor.advice import to_json
    from changeadvisor.report.terminal import advice_table

    assert not set(to_json(advice)) & {"\x1b", "\u202e"}
    table = advice_table(advice, 100)
    assert "\x1b" not in table
    assert "[31m" in table


# --- the page -------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The elements of a page with their attributes, and its headings in order."""

    VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: dict[str, list[str]] = {}
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.text.setdefault(self.open[-1], []).append(data.strip())

    def all(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attrs for tag, attrs in self.elements if tag in tags)


@pytest.fixture(scope="module")
def page(northfield_page: str) -> Page:
    return Page(northfield_page)


def test_the_page_has_what_wcag_asks_of_structure(page: Page) -> None:
    """WCAG 2.2: 1.3.1 (tables, headings), 2.4.1 (skip link), 2.4.2 (title), 2.4.6, 3.1.1 (language), 4.1.2 (ids)."""
    assert next(page.all("html"))["lang"] == "en-GB"
    assert page.text["title"][0].startswith("Northfield improvement plan")
    assert next(page.all("a")) == {"class": "skip", "href": "#board"}
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))
    assert len(list(page.all("table"))) == len(page.text["caption"])
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {f"#{i}" for i in ids}
    assert {a["href"] for a in page.all("a")} <= targets
    labels = {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a}
    assert labels <= set(ids)


def test_the_page_fetches_nothing(page: Page) -> None:
    assert not list(page.all("script", "link", "iframe", "object"))
    sources = [
        v for _, attrs in page.elements for k, v in attrs.items() if k in ("src", "srcset", "data")
    ]
    assert all((source or "").startswith("data:image/svg+xml;base64,") for source in sources)
    assert all(
        (a["src"] or "").startswith("data:image/svg+xml;base64,") and a["alt"]
        for a in page.all("img")
    )


def test_every_picture_is_whole(page: Page) -> None:
    """However large: an address that is cut is no picture."""
    sources = [a["src"] or "" for a in page.all("img")]
    drawn = [base64.b64decode(s.partition(",")[2], validate=True) for s in sources]
    assert max(map(len, sources)) > 100_000
    for svg in drawn:
        assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


def _light(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    light, dark = sorted((_light(a), _light(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_enough(northfield_page: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for lines and bars that carry meaning."""
    style = northfield_page.partition("<style>")[2].partition("</style>")[0]
    colours = {
        k: v if len(v) == 7 else "#" + "".join(c * 2 for c in v[1:])
        for k, v in re.findall(r"--(\w+): (#[0-9a-f]{3,6});", style)
    }
    for text in ("ink", "soft", "link", "mark"):
        assert _contrast(colours[text], colours["paper"]) >= 4.5
        assert _contrast(colours[text], colours["band"]) >= 4.5
    assert _contrast(colours["line"], colours["paper"]) >= 3


def test_answers_are_words_not_only_marks(northfield_advice: Advice) -> None:
    for row in board.board_view(northfield_advice).rows:
        assert row.answer in (
            "Persist",
            "Adjust tactics",
            "Adjust strategy",
            "Stop",
            "No answer yet",
            "Closed",
        )


def test_every_initiative_has_its_page(page: Page, northfield_advice: Advice) -> None:
    ids = {a.get("id") for a in page.all("section")}
    assert {f"i-{i.id}" for i in northfield_advice.initiatives} < ids


def test_the_words_for_no_answer(rulebook: Rulebook) -> None:
    item = advise(programme(initiatives=[{"id": "a", "title": "A"}]), rulebook).initiatives[0]
    found = recommend(rulebook.action, FactSheet.of({}))
    shown = answer.answer_view("What to do", found, item)
    assert shown.sureness[0] == "There is not enough evidence for an answer."
    tie = recommend(rulebook.route, FactSheet.of({}))
    assert answer.answer_view("How to lead it", tie, item).sureness[0]


def test_the_minimal_report_says_what_is_not_known(minimal_advice: Advice) -> None:
    text = render.explanation(minimal_advice, minimal_advice.initiatives[1])
    assert "No measure is named for it" in text
    assert "Aim: not known" in text


def test_pack_and_vocabulary_pages() -> None:
    page = reference.pack_page(rules.load_pack("persist-or-adjust"))
    assert "### PA-01" in page
    assert "veto" in page
    assert "Unless: `" in page
    vocabulary = reference.vocabulary_page(rules.vocabulary())
    assert "## `support.sponsor`" in vocabulary
    assert "A number in months" in vocabulary


def test_before_and_after_in_one_sentence(rulebook: Rulebook) -> None:
    made = programme(
        measures=[
            {
                "id": "m",
                "better": "higher",
                "unit": "%",
                "every": "month",
                "observations": [
                    {
                        "period": f"{2023 + k // 12}-{k % 12 + 1:02}-01",
                        "value": 50 + k % 3 + (9 if k >= 24 else 0),
                    }
                    for k in range(36)
                ],
            }
        ],
        initiatives=[{"id": "i", "title": "I", "path": {"measure": "m", "since": "2025-01-01"}}],
    )
    found = advise(made, rulebook)
    text = render.explanation(found, found.initiatives[0])
    assert "Before and after: improved, +" in text
    assert "beyond the line and the season from before" in text
    assert "24 readings before it began and 12 after" in text


def test_the_setting_is_shown_where_anything_of_it_is_known(northfield_advice: Advice) -> None:
    shown = {i.id: initiative.initiative_view(i).setting for i in northfield_advice.initiatives}
    assert shown["local-wealth"] is None
    assert shown["planning-online"] is None
    setting = shown["homelessness-duty"]
    assert setting is not None
    assert setting.features[0].text == "little, from the top: wide involvement takes longer"
    assert setting.features[2].text.startswith("not known. How much of the way things are done now")
    assert "our reading" in setting.caption
    item = northfield_advice.initiative("homelessness-duty")
    assert item is not None
    assert "Time: little, from the top: wide involvement takes longer" in render.explanation(
        northfield_advice, item
    )


def test_the_dimensions_are_a_table_with_words_and_marks(northfield_advice: Advice) -> None:
    from tests.report.test_charts import theories

    item = northfield_advice.initiative("homelessness-duty")
    assert item is not None
    others = (c for c in item.scorecards if c.framework != initiative_pictures.BEER_NOHRIA)
    cards = (*others, theories({"route.goal": "capability", "route.time": "some"}))
    with_theories = dataclasses.replace(item, scorecards=cards)
    advice = dataclasses.replace(northfield_advice, initiatives=(with_theories,), measures=None)
    page = render.html(advice)
    assert (
        '<th scope="row">Goals</th><td class="answer"><span class="mark" aria-hidden="true">●</span> economic value</td>'
        in page
    )
    assert "<td>Theory E (hard), economic value</td>" in page
    assert Page(page)
    assert "Focus: not known" in render.explanation(advice, with_theories)
    without = dataclasses.replace(
        northfield_advice,
        initiatives=(dataclasses.replace(item, scorecards=cards[:-1]),),
        measures=None,
    )
    assert "Theory E and Theory O, dimension by dimension" not in render.html(without)


def test_change_load_is_a_table_told_in_words(
    northfield: Programme, northfield_advice: Advice, minimal_advice: Advice
) -> None:
    """By the recommendations: the proposals stop some of what asks these staff."""
    given = {i.id: i for i in northfield_advice.initiatives}
    routes = {id: i.route.answer if i.route else None for id, i in given.items()}
    actions = {id: i.action.answer if i.action else None for id, i in given.items()}
    assert northfield_advice.portfolio is not None
    together = dataclasses.replace(
        northfield_advice.portfolio, load=portfolio.load(northfield, routes, actions)
    )
    told = dataclasses.replace(northfield_advice, portfolio=together)
    load = board.board_view(told, front_page=True).load
    assert load is not None
    assert len(load.quarters) == portfolio_tables.LOAD_QUARTERS
    crews = next(row for row in load.groups if row.group == "crews and drivers")
    assert [c.over for c in crews.cells[:3]] == [True, True, False]
    assert crews.cells[0].text == "4, 3 from the top: over the limit"
    care = next(row for row in load.groups if row.group == "home care")
    assert care.cells[0].text == "3, 1 from the top: over the limit"
    assert "the limit is 2" in load.explained
    assert board.board_view(minimal_advice, front_page=True).load is None


def test_the_set_is_found_by_the_key_of_its_table(
    northfield_advice: Advice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal lists the set the same whatever the tables are called, in whatever order."""
    before = terminal.advice_table(northfield_advice, 110)
    view = board.board_view(northfield_advice, front_page=True)
    assert view.portfolio is not None
    keys = [table.key for table in view.portfolio.tables]
    assert len(set(keys)) == len(keys)
    renamed = tuple(dataclasses.replace(t, caption="A table") for t in view.portfolio.tables[::-1])
    view = dataclasses.replace(view, portfolio=dataclasses.replace(view.portfolio, tables=renamed))
    monkeypatch.setattr(terminal, "board_view", lambda _advice, *, front_page: view)
    assert "(waste-rounds): " in before
    assert terminal.advice_table(northfield_advice, 110) == before


def test_what_a_limit_is_written_as_hangs_on_its_kind(northfield_advice: Advice) -> None:
    def cells(advice: Advice) -> list[tuple[str, ...]]:
        view = portfolio_view.portfolio_view(advice)
        assert view is not None
        return [row[1:] for table in view.tables if table.key == "limits" for row in table.rows]

    portfolio = northfield_advice.portfolio
    assert portfolio is not None
    assert {x.kind for x in portfolio.limits} == {"budget", "capacity", "share_for_few"}
    assert all("kind" not in to_plain(x) for x in portfolio.limits)
    renamed = tuple(dataclasses.replace(x, limit="A limit") for x in portfolio.limits)
    other = dataclasses.replace(
        northfield_advice, portfolio=dataclasses.replace(portfolio, limits=renamed)
    )
    assert cells(other) == cells(northfield_advice)
    assert any(of.startswith("at least ") for _, of, _ in cells(northfield_advice))


def test_the_finding_below_the_frontier_is_no_matter_of_order(northfield_advice: Advice) -> None:
    def texts(advice: Advice) -> list[str]:
        view = portfolio_view.portfolio_view(advice)
        assert view is not None
        return [picture.alt for picture in view.pictures]

    portfolio = northfield_advice.portfolio
    assert portfolio is not None
    assert portfolio.few_and_all is not None
    assert portfolio.few_and_all.sentences == portfolio.sentences
    assert "few_and_all" not in to_plain(portfolio)
    turned = dataclasses.replace(portfolio, sentences=(*portfolio.sentences[::-1], "And one more."))
    found = texts(dataclasses.replace(northfield_advice, portfolio=turned))
    assert any(text.endswith(portfolio.few_and_all.next_step) for text in found)
    assert found == texts(northfield_advice)


def test_the_board_reads_the_money_whatever_the_words_of_the_appraisals_rules(
    northfield_advice: Advice, northfield: Programme, tmp_path: Path
) -> None:
    """Only the words of the rules differ: the page must be the same wherever it gives the money."""
    before = {
        row.id: row.because for row in board.board_view(northfield_advice, front_page=True).rows
    }
    priced = {id: because for id, because in before.items() if "is worth" in because}
    assert priced
    text = (ROOT / "rules" / "persist-or-adjust.yaml").read_text(encoding="utf-8")
    reworded = text.replace('because: "Weight of the appraisal:', 'because: "By the figures:')
    reworded = reworded.replace('because: "Weight of its worth:', 'because: "By the figures:')
    (tmp_path / "persist-or-adjust.yaml").write_text(reworded, encoding="utf-8")
    reworded_rules = rules.load_rulebook(rules.RuleFolder(tmp_path))
    advice = advise(northfield, reworded_rules, parts=("action",), flips=False)
    appraised = [r for i in advice.initiatives if i.action for r in i.action.reasons if r.appraises]
    assert appraised
    assert all(r.because.startswith("By the figures:") for r in appraised)
    after = {row.id: row.because for row in board.board_view(advice, front_page=True).rows}
    assert {id: after[id] for id in priced} == priced
