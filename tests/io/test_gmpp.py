"""The Government Major Projects Portfolio as published: nothing lost, nothing invented."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from pathlib import Path

import pytest

from changeadvisor.errors import InputError
from changeadvisor.io.mapping.gmpp import Published, read_gmpp
from changeadvisor.model import Programme
from tests.helpers import SHARED

FOLDER = SHARED / "gmpp" / "published"
DATES = {
    "gmpp_sept_2014.csv": dt.date(2014, 9, 30),
    "gmpp_sept_2017.csv": dt.date(2017, 9, 30),
    "gmpp_2019_20.csv": dt.date(2019, 9, 30),
    "gmpp_2021_22.csv": dt.date(2022, 3, 31),
}


def read(tmp_path: Path, **files: str | bytes) -> Published:
    """Files by the year in their name, as of 30 September of it."""
    paths = []
    for name, text in files.items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(path)
    return read_gmpp(paths, {p.name: dt.date(int(p.stem[1:]), 9, 30) for p in paths})


HEAD = "project_name,department,colour_rating,start_date,end_date,yearly_budget,year\n"


def test_upright_and_on_its_side_are_the_same(tmp_path: Path) -> None:
    upright = read(
        tmp_path,
        y2017=HEAD + "A,MOD,Amber/red,30.06.08,17.11.23,£25.80,x\nB,DfT,GREEN,,No end date,,x\n",
    )
    sideways = read(
        tmp_path,
        y2018="Project name,A,B,\nDepartment,MOD,DfT,\nMPA RAG rating\n,Amber/red,GREEN,\nProject - Start Date,30/06/2008,,\nProject - End Date,17/11/2023,No end date,\n".replace(
            "rating\n,", '"rating\n(x)",'
        ).replace('MPA RAG "rating', '"MPA RAG rating'),
    )
    for found in (upright, sideways):
        a, b = found.programme.initiatives
        assert (a.title, a.service, a.started, a.ends) == (
            "A",
            "MOD",
            dt.date(2008, 6, 30),
            dt.date(2023, 11, 17),
        )
        assert (b.started, b.ends) == (None, None)
        assert [m.observations[0].value for m in found.programme.measures] == [2, 5]
    assert any("ends `No end date` is no date" in n for n in upright.receipt.notes)
    assert upright.receipt.tables[0].columns_not_understood == ("yearly_budget", "year")
    assert sideways.receipt.tables[0].held == ("no project name",)


def test_ratings_are_counted_under_their_own_words_and_only_colours_are_readings(
    tmp_path: Path,
) -> None:
    rows = [
        "Amber / Red",
        "amber",
        "Exempt under Section 43",
        "",
        "Early planning\nnot yet",
        "Purple",
        "RED",
    ]
    text = HEAD + "".join(f'P{i},MOD,"{r}",,,,\n' for i, r in enumerate(rows))
    found = read(tmp_path, y2017=text)
    assert found.counts["y2017.csv"]["independent"] == {
        "Amber / Red": 1,
        "Early planning not yet": 1,
        "Exempt under Section 43": 1,
        "Purple": 1,
        "RED": 1,
        "amber": 1,
        "blank": 1,
    }
    assert sorted(m.observations[0].value for m in found.programme.measures) == [1, 2, 3]


def test_scales_are_kept_apart_and_the_sponsors_rating_is_declared(tmp_path: Path) -> None:
    first = "GMPP ID Number,Project Name,IPA Delivery Confidence Assessment (five-point),Annual Report Category\nMOD_1,A,Green,ICT\n"
    later = "GMPP ID Number,Project Name,IPA Delivery Confidence Assessment (three-point scale),SRO Delivery Confidence Assessment (x)\nmod_1,A renamed,Red,Amber\nMOD_2,B,,Green\n"
    found = read(tmp_path, y2019=first, y2021=later)
    a, b = found.programme.initiatives
    assert (a.id, a.title, a.declared, b.declared) == ("mod_1", "A renamed", "amber", "green")
    assert {m.id: m.observations[0].value for m in found.programme.measures} == {
        "confidence-five-mod_1": 5,
        "confidence-three-mod_1": 1,
    }
    assert a.path is not None
    assert (a.path.measure, b.path) == ("confidence-three-mod_1", None)
    assert found.programme.as_of == dt.date(2021, 9, 30)


def test_a_scale_nobody_names_is_unknown(tmp_path: Path) -> None:
    found = read(tmp_path, y2017=HEAD + "A,MOD,Amber,,,,\n")
    assert found.programme.measures == ()
    assert any("on a scale of unknown" in n for n in found.receipt.notes)


def test_the_same_project_over_years(tmp_path: Path) -> None:
    first = (
        HEAD
        + "Crossrail,DfT,Amber/Red,,,,\nThe Hub Programme (formerly X),MOD,Green,,,,\nSmart Meters Implementation,BEIS,Amber,,,,\nTwin,MOD,Green,,,,\nTwin,MOD,Red,,,,\n"
    )
    second = (
        HEAD
        + "Crossrail,DfT,Amber/Green,,,,\nHub,MOD,Amber,,,,\nSmart Metering Implementation,BEIS,Amber,,,,\nTwin,MOD,Amber,,,,\n"
    )
    found = read(tmp_path, y2017=first, y2018=second)
    assert len(found.programme.initiatives) == 6
    crossrail = found.programme.measure("confidence-five-crossrail")
    assert crossrail is not None
    assert [o.value for o in crossrail.observations] == [2, 4]
    assert [m for m in found.matches if "`Hub` with" in m]
    assert any(
        "not joined, possibly the same" in n and "Smart Metering" in n for n in found.receipt.notes
    )


def test_dates_that_contradict_are_unknown(tmp_path: Path) -> None:
    found = read(tmp_path, y2017=HEAD + "A,MOD,Amber/Red,01.01.20,01.01.19,,\n")
    assert (found.programme.initiatives[0].started, found.programme.initiatives[0].ends) == (
        None,
        None,
    )
    assert any("ends 2019-01-01 before it starts" in n for n in found.receipt.notes)


def test_projects_that_left_are_not_closed(tmp_path: Path) -> None:
    found = read(
        tmp_path, y2017=HEAD + "A,MOD,Amber/Red,,,,\n", y2018=HEAD + "B,MOD,Amber/Red,,,,\n"
    )
    assert [i.stage for i in found.programme.initiatives] == [None, None]
    assert any("1 projects are not in y2018.csv" in n for n in found.receipt.notes)


def test_names_that_make_the_same_id(tmp_path: Path) -> None:
    found = read(
        tmp_path, y2017=HEAD + "A b,MOD,Amber/Red,,,,\nA-B,MOD,Amber/Red,,,,\n!!!,MOD,Red,,,,\n"
    )
    assert [i.id for i in found.programme.initiatives] == ["a-b", "a-b-2", "project"]


@pytest.mark.parametrize(
    ("text", "message"), [("", "nothing in it"), ("a,b\n1,2\n", "no headings"), ('a,"b\n', "CSV")]
)
def test_files_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, y2017=text)


def test_dates_are_never_guessed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text(HEAD, encoding="utf-8")
    paths = [tmp_path / "a" / "x.csv", tmp_path / "b" / "x.csv"]
    with pytest.raises(InputError) as caught:
        read_gmpp(paths[:1], {"y.csv": dt.date(2020, 1, 1)})
    assert "Add --snapshot x.csv=2019-09-30" in str(caught.value)
    assert "`y.csv`; expected one of the files given" in str(caught.value)
    with pytest.raises(InputError, match="twice"):
        read_gmpp(paths, {"x.csv": dt.date(2020, 1, 1)})


# --- the files as published -----------------------------------------------------------------------

needs_files = pytest.mark.skipif(
    not FOLDER.exists(), reason="the public data folder ../shared/data/gmpp/published is not here"
)


@pytest.fixture(scope="module")
def published() -> Published:
    return read_gmpp([FOLDER / n for n in DATES], DATES)


#: Where the ratings stand in each file, chosen by eye: on its side (row) or upright (column), and
#: what is read of them.
RAW = {
    ("gmpp_sept_2014.csv", "independent"): ("row", 2),
    ("gmpp_sept_2017.csv", "independent"): ("column", 2),
    ("gmpp_2019_20.csv", "independent"): ("row", 4),
    ("gmpp_2021_22.csv", "independent"): ("column", 5),
    ("gmpp_2021_22.csv", "sponsor"): ("column", 6),
}


def counted(name: str, way: str, at: int) -> dict[str, int]:
    """A plain count over the raw file, written separately: every value of one row or column beside a project's name."""
    text = (
        (FOLDER / name)
        .read_bytes()
        .decode("utf-8-sig" if name == "gmpp_2021_22.csv" else "cp1252", "replace")
    )
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if way == "row":
        names = rows[1] if rows[0][0].startswith("GMPP") else rows[0]
        values = [v for n, v in zip(names[1:], rows[at][1:], strict=True) if n.strip()]
    else:
        values = [row[at] for row in rows[1:]]
    return dict(sorted(Counter(" ".join(v.split()) or "blank" for v in values).items()))


@needs_files
@pytest.mark.parametrize(("name", "rating"), list(RAW))
def test_no_rating_is_lost_or_invented(published: Published, name: str, rating: str) -> None:
    raw, ours = counted(name, *RAW[name, rating]), published.counts[name][rating]
    for value in {**raw, **ours}:
        print(f"{name} {rating}: {raw.get(value, 0):4} {ours.get(value, 0):4}  {value[:90]}")
    assert raw == ours


@needs_files
def test_every_colour_published_is_a_reading_and_nothing_else_is(published: Published) -> None:
    for scale, names in (
        ("five", ("gmpp_sept_2014.csv", "gmpp_sept_2017.csv", "gmpp_2019_20.csv")),
        ("three", ("gmpp_2021_22.csv",)),
    ):
        points = (
            {"green": 5, "amber/green": 4, "amber": 3, "amber/red": 2, "red": 1}
            if scale == "five"
            else {"green": 3, "amber": 2, "red": 1}
        )
        raw: Counter[tuple[str, float]] = Counter()
        for name in names:
            for value, count in counted(name, *RAW[name, "independent"]).items():
                if value.lower() in points:
                    raw[str(DATES[name].replace(day=1)), points[value.lower()]] += count
        ours = Counter(
            (str(o.period), o.value)
            for m in published.programme.measures
            if m.id.startswith(f"confidence-{scale}-")
            for o in m.observations
        )
        assert ours == raw


@needs_files
def test_the_sponsors_own_rating_is_what_is_declared(published: Published) -> None:
    raw = counted("gmpp_2021_22.csv", "column", 6)
    declared = Counter(i.declared for i in published.programme.initiatives if i.declared)
    assert declared == {"amber": raw["Amber"], "green": raw["Green"], "red": raw["Red"]}


@needs_files
def test_the_strange_byte_has_its_line(published: Published) -> None:
    assert any(
        "1 byte(s) that cp1252 does not know became U+FFFD" in n for n in published.receipt.notes
    )


@needs_files
def test_the_programme_reads_back(published: Published) -> None:
    data = published.programme.model_dump(mode="json", exclude_defaults=True)
    assert Programme.model_validate(data) == published.programme
