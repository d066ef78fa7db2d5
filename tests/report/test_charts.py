"""Pictures: real ones of Northfield and of made views, with texts that carry the finding."""

from __future__ import annotations

import datetime as dt
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from changeadvisor.adoption import WAYS, Band, Diffusion, Way, WayOutcome
from changeadvisor.advice import advise
from changeadvisor.advice import measures as advised_measures
from changeadvisor.cli import main
from changeadvisor.facts import VOCABULARY, FactSheet
from changeadvisor.io import rules
from changeadvisor.judgement import frameworks
from changeadvisor.judgement.framework_reader import read_framework
from changeadvisor.judgement.rulebook import Rulebook
from changeadvisor.model import Programme
from changeadvisor.report import initiative_pictures, measure_pictures
from changeadvisor.report.charts import drawing, leading, measures, trajectory
from changeadvisor.report.charts.measures import (
    FunnelArea,
    FunnelView,
    GapPoint,
    GapView,
    RankArea,
    RankView,
    XmrPoint,
    XmrView,
)
from tests.helpers import NORTHFIELD, programme

DAYS = [dt.date(2025, 1 + k, 1) for k in range(12)]
NASTY = '<script>x</script> $x$ & "quoted"'


def xmr(**more: Any) -> XmrView:
    points = tuple(
        XmrPoint(d, 50.0 + k, 52.0, 44.0, 60.0, "common-cause") for k, d in enumerate(DAYS)
    )
    made: dict[str, Any] = {
        "title": "Recycled", "unit": "%", "points": points, "better": "higher", "target": 65.0, "standard": None,
        "variation": "common-cause", "assured": "fail", "notes": ((DAYS[3], NASTY),), "trial": False,
    }  # fmt: skip
    return XmrView(**{**made, **more})


FUNNEL = FunnelView(
    "Recycled", "%", "size", (FunnelArea("Us", 100, 50, True), FunnelArea("A", 200, 40, False)), 45.0,
    ((50, 30, 35, 55, 60), (250, 38, 40, 50, 52)), "within the limits",
)  # fmt: skip
RANKS = RankView(
    "Recycled",
    "%",
    (RankArea("A", 60, 55, 65, (1, 2), False), RankArea("Us", 50, 45, 55, (1, 2), True)),
)
GAP = GapView(
    "Recycled",
    "%",
    tuple(GapPoint(dt.date(y, 4, 1), 50, 40, 45, 48) for y in range(2020, 2025)),
    7,
    "steady",
    "higher",
)


def spread(**stands: float) -> Diffusion:
    """A made spread in which each way is there in time as often as it stands."""
    curve = Band((0.1, 0.3, 0.5), (0.2, 0.5, 0.7), (0.3, 0.7, 0.9))

    def outcome(way: Way) -> WayOutcome:
        share = stands.get(way.replace("-", "_"), 0.0)
        return WayOutcome(way, share, share, None, curve, 1.0, 1.0, None)

    return Diffusion(
        tuple(map(outcome, WAYS)), "top-then-below", None, 0.75, 12, 300, 300, 200, {}, (), ()
    )


SETTING = FactSheet.of(
    {
        "route.time": "little",
        "route.local_variation": "much",
        "route.capacity": "short",
        "route.agent_power": "moderate",
        "support.staff": frozenset({"reluctant", "willing"}),
    }
)
FEATURES = initiative_pictures.features_view(SETTING)
assert FEATURES is not None


def theories(facts: dict[str, Any]) -> frameworks.Scorecard:
    """The six dimensions as a framework like the one that ships, over facts that exist."""
    ids = ("goals", "leadership", "focus", "process", "reward", "consultants")
    names = ("goal", "time", "capability", "failure_cost", "spread", "agent_power")
    rows = []
    for id, name in zip(ids, names, strict=True):
        levels = dict(zip(VOCABULARY[f"route.{name}"].levels, (0, 1, 2), strict=True))
        rows.append(
            {
                "id": id,
                "title": id,
                "fact": f"route.{name}",
                "value": {"kind": "levels", **levels},
                "weight": 1,
            }
        )
    data = {"framework": "beer-nohria", "version": "1", "question": "E or O?", "method": "additive", "criteria": rows,
            "bands": [{"upto": 6, "answer": "e"}, {"answer": "o"}]}  # fmt: skip
    return frameworks.score(read_framework(data, str), FactSheet.of(facts))


DIMENSIONS = initiative_pictures.dimensions_view(
    theories(
        {
            "route.goal": "capability",
            "route.time": "some",
            "route.spread": frozenset({"no", "mostly"}),
        }
    )
)
assert DIMENSIONS is not None
VIEWS = [
    initiative_pictures.spread_view(spread(bottom_up=0.5)), leading.SpreadView("S", (), 0.5, 3, "nothing was simulated."), FEATURES, DIMENSIONS,
    xmr(), xmr(title=NASTY), xmr(points=xmr().points[:1]), xmr(points=()), xmr(trial=True, variation=None, assured=None), FUNNEL,
    RANKS, GAP, FunnelView("F", "", "n", (), 0.0, (), ""), RankView("R", "", ()), GapView("G", "", (), 0, "too-few", None),
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: type(v).__name__)
def test_every_view_is_drawn_the_same_each_time(view: drawing.View) -> None:
    drawn = drawing.render(view, "svg")
    assert drawn == drawing.render(view, "svg")
    root = ET.fromstring(drawn)
    assert root.attrib["aria-label"] == drawing.alt_text(view)
    assert root.attrib["role"] == "img"
    assert not any("script" in element.tag for element in root.iter())
    png = drawing.render(view, "png")
    assert png.startswith(b"\x89PNG")
    assert png == drawing.render(view, "png")


def test_segments_after_a_rebase_have_limits_of_their_own() -> None:
    first, second = xmr().points[:6], xmr().points[6:]
    moved = tuple(XmrPoint(p.period, p.value, 70.0, 60.0, 80.0, p.kind) for p in second)
    assert [len(part) for part in measures.segments((*first, *moved))] == [6, 6]


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (xmr(), ("Recycled: 61 % in December 2025. The last point shows ordinary ups and downs. Limits 44 % to 60 %. "
                "The target of 65 % lies above the limits.")),
        (xmr(target=40.0), "The target of 40 % lies below the limits."),
        (xmr(target=None, standard=50.0), "The standard of 50 % lies between the limits."),
        (xmr(trial=True), "Trial limits 44 % to 60 %."),
        (xmr(points=()), "Recycled: no readings that make a chart yet."),
        (FUNNEL, "Recycled: ours is 50 %, the average of 2 areas 45 %: within the limits."),
        (GapView("Recycled", "%", GAP.points[:1], 7, "too-few", "higher"), "is 5 % in April 2020. One period shows no trend."),
        (RANKS, "Recycled: ours ranks 2 of 2, and could as well be 1 to 2."),
        (GAP, ("Recycled: the gap between ours and the median of 7 other areas was 5 % in April 2020 and is 5 % in April 2024. "
              "The gap shows no clear movement.")),
        (initiative_pictures.spread_view(spread(top_down=0.2, bottom_up=0.999)), ("75 % must work the new way by month 12. "
         "Led from the top: there by then in 20 of 100 runs, still in 20 a year later.")),
        (initiative_pictures.spread_view(spread(top_down=0.001)), "Led from the top: there by then in under 1 of 100 runs"),
        (initiative_pictures.spread_view(spread(bottom_up=0.999)), ("over 99 of 100 runs, still in over 99 a year later. "
         "It stands most often where it is led from the front line.")),
        (initiative_pictures.spread_view(spread()), "No one way stands more often than every other."),
        (initiative_pictures.spread_view(Diffusion((), "top-down", None, 0.5, 3, 0, 0, 0, {}, (), ())), "nothing was simulated."),
        (FEATURES, ("What the setting calls for: 5 of 8 features are known. Calling for leading from the top: Time (little). "
         "Neither: Power (moderate). Calling for leading from below: Diversity (much). To be built first: Capacity (short). "
         "Raters differ: Readiness (willing or reluctant). Not known: Scope, Preservation, Capability. The eight")),
        (FEATURES, "where a level is placed is our reading, not measured."),
        (DIMENSIONS, "Goals: Theory E (hard), economic value; Leadership: Combined, from the top, engaging those below; Focus: not known"),
        (DIMENSIONS, "Reward: raters differ, from Theory E (hard) to Theory O (soft); Consultants: not known."),
    ],
)  # fmt: skip
def test_the_text_carries_the_finding(view: drawing.View, said: str) -> None:
    assert said in drawing.alt_text(view)


@pytest.mark.parametrize("kind", ["xmr", "rank", "gap"])
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_northfield_by_the_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str, ending: str
) -> None:
    out = tmp_path / f"c.{ending}"
    with pytest.raises(SystemExit) as stopped:
        main.main(["chart", str(NORTHFIELD), "recycled", "--kind", kind, "-o", str(out)])
    assert not stopped.value.code
    assert out.stat().st_size > 5_000
    assert "Household waste recycled" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("measure", "kind", "name", "message"),
    [
        ("recicled", "xmr", "c.svg", "Did you mean `recycled`?"),
        ("recycled", "funnel", "c.svg", "too little for a funnel chart"),
        ("falls", "gap", "c.svg", "no other areas' readings"),
        ("recycled", "xmr", "c.gif", "a name ending in .svg or .png"),
        ("recycled", "xmr", "none/c.svg", "a folder that is not there"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    measure: str,
    kind: str,
    name: str,
    message: str,
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main(["chart", str(NORTHFIELD), measure, "--kind", kind, "-o", str(tmp_path / name)])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_a_funnel_of_real_sizes(kind: str) -> None:
    rows = [
        {"area": f"a{k}", "period": "2024-04-01", "value": 40 + k, "denominator": 1000 + 50 * k}
        for k in range(9)
    ]
    own = [{"period": "2024-04-01", "value": 48, "denominator": 1200}]
    unit = "%" if kind == "proportion" else "per 1000"
    made = programme(
        measures=[{"id": "m", "better": "higher", "type": kind, "unit": unit, "every": "year", "own_area": "us",
                   "observations": own, "comparators": rows}]
    )  # fmt: skip
    found = advised_measures.read_one(made, made.measures[0], rules.load_pack("which-lens"), 0)
    view = measure_pictures.view_of(made, made.measures[0], found, "funnel")
    assert isinstance(view, FunnelView)
    assert len(view.areas) == 10
    widths = [row[4] - row[1] for row in view.grid]
    assert widths == sorted(widths, reverse=True)
    assert drawing.render(view, "svg")


def test_screening_and_baseline_are_the_users_to_set(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = set()
    for extra in ([], ["--no-screen"], ["--baseline", "12"]):
        with pytest.raises(SystemExit) as stopped:
            main.main(
                [
                    "chart",
                    str(NORTHFIELD),
                    "missed-bins",
                    "-o",
                    str(tmp_path / "c.svg"),
                    "--force",
                    *extra,
                ]
            )
        assert not stopped.value.code
        said.add(capsys.readouterr().out)
    assert len(said) >= 2


def test_measures_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main(
            ["measures", str(NORTHFIELD), "--choose", "3", "--pin", "reablement", "--others", "all"]
        )
    assert not stopped.value.code
    out = capsys.readouterr().out
    assert "Of 16 targets" in out
    assert "reablement: asked for" in out
    assert "ours 68.58, the middle half of 9 other areas" in out


def test_pins_need_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main(["measures", str(NORTHFIELD), "--pin", "reablement"])
    assert stopped.value.code == 2
    assert "--choose" in capsys.readouterr().err


def test_measures_as_json_keep_the_keys_of_the_formats(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["measures", str(NORTHFIELD), "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"measures", "audit"}
    found = next(m for m in data["measures"] if m["id"] == "reablement")
    assert {"centre", "lower", "upper", "variation", "signal"} <= set(found["ipsative"])
    assert {"value", "assurance", "probability", "low", "high"} <= set(
        found["normative"]["standard"]
    )
    assert {"areas", "rank", "rank_interval", "position", "flag"} <= set(found["comparative"])
    assert {"period", "value", "centre", "lower", "upper", "signals"} == set(found["series"][0])


def test_an_initiative_is_drawn_three_ways(northfield: Programme, rulebook: Rulebook) -> None:
    """The J-curve with its tripwire, the worth of each course, and the ledger as a waterfall that ends at the support."""
    advised = advise(northfield, rulebook, parts=["action"])
    item = advised.initiative("reablement-redesign")
    assert item is not None
    curve, worth, ledger = initiative_pictures.initiative_views(item)
    assert isinstance(curve, trajectory.CurveView)
    assert isinstance(worth, trajectory.BarView)
    assert isinstance(ledger, trajectory.BarView)
    assert curve.target == 82
    assert all(p.low <= p.middle <= p.high for p in curve.points)
    assert item.action is not None
    assert ledger.points[-1].end == pytest.approx(item.action.support[item.action.answer or ""])
    for view in (curve, worth, ledger):
        assert drawing.render(view, "svg") == drawing.render(view, "svg")
        assert drawing.alt_text(view).startswith(view.title)


def test_every_level_of_the_eight_features_has_a_place() -> None:
    """The places are our reading: each level of each fact has one, between the two ends, and says why."""
    assert [name for name, _, _ in initiative_pictures.KALEIDOSCOPE] == [
        "Time", "Scope", "Preservation", "Diversity", "Capability", "Capacity", "Readiness", "Power"
    ]  # fmt: skip
    for _, fact, places in initiative_pictures.KALEIDOSCOPE:
        assert set(places) == set(VOCABULARY[fact].levels)
        for place, build, meaning in places.values():
            assert 0.0 <= place <= 1.0
            assert place > 0.5 or not build
            assert meaning


def test_what_is_not_known_is_not_placed_and_where_nothing_is_nothing_is_drawn() -> None:
    assert initiative_pictures.features_view(FactSheet.of({})) is None
    assert initiative_pictures.features_view(FactSheet.of({"route.time": "little"})) is not None
    assert FEATURES is not None
    assert [len(f.marks) for f in FEATURES.points] == [1, 0, 0, 1, 0, 1, 2, 1]


def test_the_dimensions_come_from_the_scorecard() -> None:
    assert DIMENSIONS is not None
    assert [d.chosen for d in DIMENSIONS.points] == [(0,), (1,), (), (), (0, 2), ()]
    assert [leading.choice_mark(DIMENSIONS.points[0], k) for k in range(3)] == ["●", "", ""]
    assert [leading.choice_mark(DIMENSIONS.points[4], k) for k in range(3)] == ["◐", "", "◐"]
    assert initiative_pictures.dimensions_view(theories({})) is None
