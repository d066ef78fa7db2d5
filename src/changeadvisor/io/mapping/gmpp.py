"""The Government Major Projects Portfolio as it is published, several years into one programme.

Files differ in every way: on their side or upright, headings, encodings, dates, money, blanks,
exemptions. Nothing is lost and nothing invented: every rating is counted under its own words, and
what is no colour is unknown.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from changeadvisor.errors import Fault, InputError, plain
from changeadvisor.io import cells
from changeadvisor.io.documents import (
    Receipt,
    TableReceipt,
    csv_rows,
    decode_leniently,
    read_bytes,
)
from changeadvisor.model import FORMAT, Programme
from changeadvisor.words import two_digit_day_text

Field = Literal[
    "id", "name", "department", "category", "aim", "independent", "sponsor", "start", "end"
]
Scale = Literal["five", "three"]

#: Fields and how their headings begin, folded to small letters and single spaces. The first that
#: fits is taken.
_HEADINGS: Mapping[Field, str] = {
    "id": r"gmpp id( number)?",
    "name": r"project[ _]name",
    "department": r"department",
    "category": r"annual report category",
    "aim": r"description[ _/].*|description",
    "independent": r"(mpa|ipa|nista) (rag rating|delivery confidence assessment).*|colour_rating",
    "sponsor": r"sro delivery confidence assessment.*",
    "start": r"project - start date.*|start_date",
    "end": r"project - end date.*|end_date",
}
_COLOURS: Mapping[str, str] = {
    "green": "green",
    "amber/green": "amber-green",
    "amber": "amber",
    "amber/red": "amber-red",
    "red": "red",
}
_POINTS: Mapping[Scale, Mapping[str, float]] = {
    "five": {"green": 5, "amber-green": 4, "amber": 3, "amber-red": 2, "red": 1},
    "three": {"green": 3, "amber": 2, "red": 1},
}
_KINDS = {
    "ict": "digital",
    "infrastructure and construction": "estate",
    "government transformation and service delivery": "service-redesign",
}
#: How alike two names must be to be named as possibly the same project.
ALIKE = 0.88


@dataclass(frozen=True, slots=True)
class Published:
    """What was read.

    The programme, the receipt, and for each file and rating the count of every value.
    """

    programme: Programme
    receipt: Receipt
    counts: Mapping[str, Mapping[str, Mapping[str, int]]]
    matches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One project in one file, as published; where it stands."""

    where: str
    values: Mapping[Field, str]

    def get(self, field: Field) -> str:
        return self.values.get(field, "")


@dataclass(frozen=True, slots=True)
class _File:
    """One file: its date, the scale of its ratings, its projects."""

    name: str
    on: dt.date
    scale: Scale | None
    entries: tuple[_Entry, ...]
    receipt: TableReceipt
    notes: tuple[str, ...]


def read_gmpp(files: Sequence[Path], snapshots: Mapping[str, dt.date]) -> Published:
    """Read the files as one programme; `snapshots` gives each file's date by name or path.

    Raises InputError for a file without a date, or one that is no such file.
    """
    dates = _dates(files, snapshots)
    read = sorted((_read(path, on) for path, on in dates.items()), key=lambda f: (f.on, f.name))
    projects = _Linker()
    for file in read:
        projects.add(file)
    made = _Maker(projects.found, read)
    programme = made.programme()
    notes = [*(n for f in read for n in f.notes), *made.notes, *projects.notes, *projects.alike()]
    receipt = Receipt(tuple(f.receipt for f in read), tuple(notes))
    return Published(programme, receipt, {f.name: _counts(f) for f in read}, tuple(projects.notes))


def _dates(files: Sequence[Path], snapshots: Mapping[str, dt.date]) -> dict[Path, dt.date]:
    """Each file's date. Nothing is guessed from its name."""
    faults: list[Fault] = []
    dates: dict[Path, dt.date] = {}
    for path in files:
        on = snapshots.get(str(path)) or snapshots.get(path.name)
        if on is None:
            mend = f"add --snapshot {path.name}=2019-09-30, with the day the file shows"
            faults.append(Fault(path.name, "", "no date for this file", "the day it shows", mend))
        elif path.name in {p.name for p in dates}:
            faults.append(Fault(path.name, "", "a file of that name twice", "each file once"))
        else:
            dates[path] = on
    known = {str(p) for p in files} | {p.name for p in files}
    strange = [name for name in snapshots if name not in known]
    faults += [
        Fault("--snapshot", "", f"`{plain(name)}`", "one of the files given") for name in strange
    ]
    if faults:
        raise InputError(faults)
    return dates


# --- one file -------------------------------------------------------------------------------------


def _read(path: Path, on: dt.date) -> _File:
    text, notes = decode_leniently(read_bytes(path), path.name)
    rows = [(line, row) for line, row in csv_rows(text, path.name) if any(row)]
    if not rows:
        raise InputError.one(path.name, "nothing in it", "a GMPP file as published")
    upright, headings, columns = _laid_out(rows)
    fields = _fields(headings)
    if "name" not in fields or "independent" not in fields:
        found = "no headings for a project's name and rating"
        raise InputError.one(path.name, found, "a GMPP file as published, upright or on its side")
    entries = tuple(_entries(path.name, columns, fields, upright))
    strange = tuple(
        cells.folded(h) for k, h in enumerate(headings) if h and k not in fields.values()
    )
    shape = "upright" if upright else "on its side: a project a column"
    scale = _scale(headings[fields["independent"]], entries)
    said = f"{path.name}: {shape}; ratings on a scale of {scale or 'unknown'}; as of {two_digit_day_text(on)}"
    blank = len(columns) - len(entries)
    receipt = TableReceipt(
        path.name, len(columns), len(entries), ("no project name",) * blank, strange
    )
    return _File(path.name, on, scale, entries, receipt, (*notes, said))


def _laid_out(
    rows: Sequence[tuple[int, tuple[str, ...]]],
) -> tuple[bool, list[str], list[tuple[str, tuple[str, ...]]]]:
    """Whether it stands upright, its headings, and the values of each project with where they stand."""
    across, down = list(rows[0][1]), [row[0] for _, row in rows]
    upright = len(_fields(across)) >= len(_fields(down))
    if upright:
        return True, across, [(f"{line}", row) for line, row in rows[1:]]
    width = max(len(row) for _, row in rows)
    columns = [tuple(row[k] if k < len(row) else "" for _, row in rows) for k in range(1, width)]
    return False, down, [(f"column {k}", column) for k, column in enumerate(columns, 2)]


def _fields(headings: Sequence[str]) -> dict[Field, int]:
    """Which heading is which field."""
    found: dict[Field, int] = {}
    for k, heading in enumerate(headings):
        text = cells.folded(heading).lower()
        for field, pattern in _HEADINGS.items():
            if field not in found and re.fullmatch(pattern, text):
                found[field] = k
    return found


def _entries(
    name: str,
    columns: Sequence[tuple[str, tuple[str, ...]]],
    fields: Mapping[Field, int],
    upright: bool,
) -> Iterator[_Entry]:
    for where, values in columns:
        given = {f: cells.folded(values[k]) for f, k in fields.items() if k < len(values)}
        if given.get("name"):
            yield _Entry(f"{name}:{where}" if upright else f"{name} {where}", given)


def _colour(text: str) -> str | None:
    """A rating's colour, or None for any other text."""
    return _COLOURS.get(re.sub(r"\s*/\s*", "/", text.lower()))


def _scale(heading: str, entries: Sequence[_Entry]) -> Scale | None:
    """Five points or three: as the heading says, or by a mixed colour; else unknown."""
    text = heading.lower()
    if "three" in text or "3-point" in text:
        return "three"
    mixed = {"amber-green", "amber-red"} & {
        _colour(e.get(f)) for e in entries for f in ("independent", "sponsor")
    }
    return "five" if mixed or "five" in text else None


def _counts(file: _File) -> dict[str, dict[str, int]]:
    """For each rating the count of every value under its own words; a blank is counted as blank."""
    found = {}
    for field in ("independent", "sponsor"):
        if any(field in e.values for e in file.entries):
            words = Counter(e.get(field) or "blank" for e in file.entries)
            found[field] = dict(sorted(words.items()))
    return found


# --- the same project in several files ------------------------------------------------------------


def _loosely(name: str) -> str:
    """A name without case, punctuation, brackets and the words programme and project."""
    text = re.sub(r"\(.*?\)", " ", name.lower())
    text = re.sub(r"[^a-z0-9]+", " ", text.replace("&", " and "))
    return " ".join(w for w in text.split() if w not in ("programme", "project", "the", "program"))


def _same_number(one: _Entry, other: _Entry) -> bool:
    """Ids that differ only in the department before the number (DH_0017 became DOH_0017), under the same name."""
    numbers = {e.get("id").lower().partition("_")[2] for e in (one, other)}
    return (
        len(numbers) == 1
        and numbers != {""}
        and _loosely(one.get("name")) == _loosely(other.get("name"))
    )


class _Linker:
    """Joins entries of several files: by published id where both have one, else by name."""

    def __init__(self) -> None:
        self.found: list[list[tuple[_File, _Entry]]] = []
        self.notes: list[str] = []

    def add(self, file: _File) -> None:
        """Join one later file to what is there; two entries of one file are never joined."""
        taken: set[int] = set()
        before = list(enumerate(self.found))
        for entry in file.entries:
            index = self._match(entry, [(k, p) for k, p in before if k not in taken])
            if index is None:
                self.found.append([(file, entry)])
            else:
                taken.add(index)
                self.found[index].append((file, entry))

    def _match(
        self, entry: _Entry, open_: Sequence[tuple[int, list[tuple[_File, _Entry]]]]
    ) -> int | None:
        mine = entry.get("id").lower()
        for k, project in open_:
            ids = {e.get("id").lower() for _, e in project} - {""}
            if mine and mine in ids:
                return k
        near = [(k, p) for k, p in open_ if mine and any(_same_number(entry, e) for _, e in p)]
        if near:
            return self._joined(entry, *near[0])
        free = [(k, p) for k, p in open_ if not mine or not any(e.get("id") for _, e in p)]
        name = entry.get("name")
        exact = [k for k, p in free if any(e.get("name") == name for _, e in p)]
        if exact:
            return exact[0]
        loose = [
            (k, p) for k, p in free if any(_loosely(e.get("name")) == _loosely(name) for _, e in p)
        ]
        if len(loose) != 1 or not _loosely(name):
            return None
        return self._joined(entry, *loose[0])

    def _joined(self, entry: _Entry, k: int, project: Sequence[tuple[_File, _Entry]]) -> int:
        """Joined though not exactly the same: a person is asked to confirm it."""
        earlier = project[-1][1]
        self.notes.append(
            f"joined, please confirm: {entry.where} `{entry.get('name')}` with {earlier.where} `{earlier.get('name')}`"
        )
        return k

    def alike(self) -> list[str]:
        """Projects that were not joined, though their names are much alike."""
        names = [
            (p[0][1].where, _loosely(p[-1][1].get("name")), p[-1][1].get("name"), _seen(p))
            for p in self.found
        ]
        notes = []
        for i, (where, loose, name, seen) in enumerate(names):
            for other_where, other, other_name, other_seen in names[i + 1 :]:
                if seen.isdisjoint(other_seen) and _ratio(loose, other) >= ALIKE:
                    notes.append(
                        f"not joined, possibly the same: {where} `{name}` and {other_where} `{other_name}`"
                    )
        return notes


def _seen(project: Sequence[tuple[_File, _Entry]]) -> set[str]:
    return {file.name for file, _ in project}


def _ratio(a: str, b: str) -> float:
    """How alike two names are, 0 to 1; names that share no word are not compared."""
    if not a or not b or set(a.split()).isdisjoint(b.split()):
        return 0.0
    return difflib.SequenceMatcher(None, a, b).ratio()


# --- the programme --------------------------------------------------------------------------------


class _Maker:
    """Turns joined projects into a programme."""

    def __init__(
        self, projects: Sequence[Sequence[tuple[_File, _Entry]]], files: Sequence[_File]
    ) -> None:
        self.projects, self.files = projects, files
        self.notes: list[str] = []
        self.ids: set[str] = set()

    def programme(self) -> Programme:
        """The programme, as of the last day of the month of the latest file."""
        measures: list[dict[str, object]] = []
        initiatives = [self._initiative(project, measures) for project in self.projects]
        latest = self.files[-1]
        gone = sum(all(f.name != latest.name for f, _ in p) for p in self.projects)
        if gone:
            self.notes.append(
                f"{gone} projects are not in {latest.name}: what became of them is not published, so not known"
            )
        self.notes.append(
            "kept apart and not carried over: money (whole-life cost, budget, forecast) and the departments' narratives"
        )
        return Programme.model_validate(
            {
                "format": FORMAT,
                "programme": "Government Major Projects Portfolio",
                "organisation": {"name": "UK Government"},
                "as_of": _month_end(latest.on),
                "measures": measures,
                "initiatives": initiatives,
            }
        )

    def _initiative(
        self, project: Sequence[tuple[_File, _Entry]], measures: list[dict[str, object]]
    ) -> dict[str, object]:
        entry = project[-1][1]
        id = self._id(entry)
        made: dict[str, object] = {"id": id, "title": entry.get("name")}
        scales = self._measures(id, project, measures)
        if scales:
            made["path"] = {"measure": f"confidence-{scales[-1]}-{id}"}
        said = (("aim", entry.get("aim")), ("service", entry.get("department")))
        made.update({key: text for key, text in said if not cells.unknown(text)})
        kind = _KINDS.get(entry.get("category").lower())
        if kind:
            made["kind"] = kind
        declared = _colour(entry.get("sponsor"))
        if declared:
            made["declared"] = declared
        made.update(self._days(entry))
        return made

    def _id(self, entry: _Entry) -> str:
        """The published id in small letters, else a word made of the name; each once."""
        words = entry.get("id").lower() or "-".join(
            re.findall(r"[a-z0-9]+", entry.get("name").lower())
        )[:60].strip("-")
        base = re.sub(r"[^a-z0-9._-]+", "-", words).strip("-") or "project"
        id, n = base, 1
        while id in self.ids:
            n += 1
            id = f"{base}-{n}"
        self.ids.add(id)
        return id

    def _days(self, entry: _Entry) -> dict[str, dt.date]:
        """Its latest dates.

        One that cannot be read, or an end before the start, is unknown and said.
        """
        days: dict[str, dt.date] = {}
        for key, field in (("started", "start"), ("ends", "end")):
            text = entry.get(field)  # type: ignore[arg-type]
            try:
                day = cells.date(text)
            except ValueError:
                self.notes.append(
                    f"{entry.where}: {key} `{plain(text)}` is no date and stays unknown"
                )
                continue
            if day is not None:
                days[key] = day
        if len(days) == 2 and days["ends"] < days["started"]:
            self.notes.append(
                f"{entry.where}: ends {days['ends']} before it starts {days['started']}; both stay unknown"
            )
            return {}
        return days

    def _measures(
        self, id: str, project: Sequence[tuple[_File, _Entry]], measures: list[dict[str, object]]
    ) -> list[Scale]:
        """The history of the independent rating, a measure for each scale.

        Scales in the order they were last read.
        """
        readings: dict[Scale, list[dict[str, object]]] = {}
        for file, entry in project:
            colour = _colour(entry.get("independent"))
            if colour is None or file.scale is None:
                continue
            period = file.on.replace(day=1)
            readings.setdefault(file.scale, []).append(
                {"period": period, "value": _POINTS[file.scale][colour]}
            )
        for scale, rows in readings.items():
            measures.append(
                {
                    "id": f"confidence-{scale}-{id}",
                    "title": f"Delivery confidence, {scale}-point: {project[-1][1].get('name')}",
                    "better": "higher",
                    "unit": f"points of {scale}",
                    "type": "value",
                    "every": "month",
                    "kind": "process",
                    "source": "Government Major Projects Portfolio, independent rating, Open Government Licence v3",
                    "observations": rows,
                }
            )
        return sorted(readings, key=lambda s: str(readings[s][-1]["period"]))


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
