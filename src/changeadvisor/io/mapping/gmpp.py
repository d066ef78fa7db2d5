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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from changeadvisor.errors import Fault, InputError, plain
from changeadvisor.io import cells
from changeadvisor.io.placed_data import Receipt, TableReceipt
from changeadvisor.io.text_files import csv_rows, decode_leniently, read_bytes
from changeadvisor.model import FORMAT, Programme

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
    """What was read."""

    programme: Programme
    """All files as one programme."""
    receipt: Receipt
    """What became of every project, file by file, with notes on what was joined or left out."""
    counts: Mapping[str, Mapping[str, Mapping[str, int]]]
    """By file and rating (`independent`, `sponsor`): how often each value stands there."""
    matches: tuple[str, ...]
    """Projects joined though not exactly the same: a person is asked to confirm them."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One project in one file, as published."""

    where: str
    """`file:line`, or `file column N` where the file lies on its side."""
    values: Mapping[Field, str]
    """What the file says, by field; a field that the file does not have is not there."""

    def get(self, field: Field) -> str:
        return self.values.get(field, "")


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it was read."""

    name: str
    """The file's name."""
    on: dt.date
    """The day that it shows."""
    scale: Scale | None
    """The scale of its independent ratings; None where nothing tells."""
    entries: tuple[_Entry, ...]
    """Its projects."""
    receipt: TableReceipt
    """How many of its projects were read and used."""
    notes: tuple[str, ...]
    """How it was read: encoding, shape, scale, date."""


#: A project: its entry in each file that has it, in the order of the files' dates.
_Project = Sequence[tuple[_File, _Entry]]


def read_gmpp(files: Sequence[Path], snapshots: Mapping[str, dt.date]) -> Published:
    """Read the files as one programme; `snapshots` gives each file's date by name or path.

    Raises InputError for a file without a date, or one that is no such file.
    """
    dates = _dates(files, snapshots)
    read = sorted((_read(path, on) for path, on in dates.items()), key=lambda f: (f.on, f.name))
    linker = _Linker()
    for file in read:
        linker.add(file)
    maker = _Maker(linker.projects, read)
    programme = maker.programme()
    notes = [*(n for f in read for n in f.notes), *maker.notes, *linker.notes, *linker.alike()]
    receipt = Receipt(tuple(f.receipt for f in read), tuple(notes))
    return Published(programme, receipt, {f.name: _counts(f) for f in read}, tuple(linker.notes))


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
    """One file, whichever way round it lies and whatever its headings are called."""
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
    note = f"{path.name}: {shape}; ratings on a scale of {scale or 'unknown'}; as of {on:%d %B %Y}"
    blank = len(columns) - len(entries)
    receipt = TableReceipt(
        path.name, len(columns), len(entries), ("no project name",) * blank, strange
    )
    return _File(path.name, on, scale, entries, receipt, (*notes, note))


def _laid_out(
    rows: Sequence[tuple[int, tuple[str, ...]]],
) -> tuple[bool, list[str], list[tuple[str, tuple[str, ...]]]]:
    """Whether it stands upright, its headings, and the values of each project with their place."""
    across, down = list(rows[0][1]), [row[0] for _, row in rows]
    upright = len(_fields(across)) >= len(_fields(down))
    if upright:
        return True, across, [(f"{line}", row) for line, row in rows[1:]]
    width = max(len(row) for _, row in rows)
    padded = [(*row, *[""] * (width - len(row))) for _, row in rows]
    columns = list(zip(*padded, strict=True))[1:]
    return False, down, [(f"column {k}", column) for k, column in enumerate(columns, 2)]


def _fields(headings: Sequence[str]) -> dict[Field, int]:
    """Which heading is which field, by its place."""
    places: dict[Field, int] = {}
    for k, heading in enumerate(headings):
        text = cells.folded(heading).lower()
        for field, pattern in _HEADINGS.items():
            if field not in places and re.fullmatch(pattern, text):
                places[field] = k
    return places


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
    counts = {}
    for field in ("independent", "sponsor"):
        if any(field in e.values for e in file.entries):
            words = Counter(e.get(field) or "blank" for e in file.entries)
            counts[field] = dict(sorted(words.items()))
    return counts


# --- the same project in several files ------------------------------------------------------------


def _loosely(name: str) -> str:
    """A name without case, punctuation, brackets and the words programme and project."""
    text = re.sub(r"\(.*?\)", " ", name.lower())
    text = re.sub(r"[^a-z0-9]+", " ", text.replace("&", " and "))
    return " ".join(w for w in text.split() if w not in ("programme", "project", "the", "program"))


def _same_number(one: _Entry, other: _Entry) -> bool:
    """Whether two ids differ only in the department before the number, under the same name.

    Departments are renamed: DH_0017 became DOH_0017.
    """
    numbers = {e.get("id").lower().partition("_")[2] for e in (one, other)}
    return (
        len(numbers) == 1
        and numbers != {""}
        and _loosely(one.get("name")) == _loosely(other.get("name"))
    )


class _Linker:
    """Joins entries of several files: by published id where both have one, else by name."""

    def __init__(self) -> None:
        self.projects: list[list[tuple[_File, _Entry]]] = []
        self.notes: list[str] = []

    def add(self, file: _File) -> None:
        """Join one later file to what is there; two entries of one file are never joined."""
        taken: set[int] = set()
        before = list(enumerate(self.projects))
        for entry in file.entries:
            index = self._match(entry, [(k, p) for k, p in before if k not in taken])
            if index is None:
                self.projects.append([(file, entry)])
            else:
                taken.add(index)
                self.projects[index].append((file, entry))

    def _match(self, entry: _Entry, free: Sequence[tuple[int, _Project]]) -> int | None:
        """The project an entry belongs to, by its place, or None where it is a new one.

        A published id is the surest, then its number under the same name, then the name. Names
        count only where the entry or the project has no id: two ids are two projects.
        """
        id, name = entry.get("id").lower(), entry.get("name")
        if id:
            same = _having(free, lambda e: e.get("id").lower() == id)
            if same:
                return same[0][0]
            renumbered = _having(free, lambda e: _same_number(entry, e))
            if renumbered:
                return self._joined(entry, *renumbered[0])
            with_id = {k for k, _ in _having(free, lambda e: e.get("id") != "")}
            free = [(k, p) for k, p in free if k not in with_id]
        exact = _having(free, lambda e: e.get("name") == name)
        if exact:
            return exact[0][0]
        loose = _loosely(name)
        near = _having(free, lambda e: _loosely(e.get("name")) == loose)
        if len(near) != 1 or not loose:
            return None
        return self._joined(entry, *near[0])

    def _joined(self, entry: _Entry, k: int, project: _Project) -> int:
        """Joined though not exactly the same: a person is asked to confirm it."""
        earlier = project[-1][1]
        self.notes.append(
            f"joined, please confirm: {entry.where} `{entry.get('name')}` "
            f"with {earlier.where} `{earlier.get('name')}`"
        )
        return k

    def alike(self) -> list[str]:
        """Projects that were not joined, though their names are much alike."""
        names = [
            (p[0][1].where, _loosely(p[-1][1].get("name")), p[-1][1].get("name"), _files_of(p))
            for p in self.projects
        ]
        notes = []
        for i, (where, loose, name, files) in enumerate(names):
            for other_where, other_loose, other_name, other_files in names[i + 1 :]:
                if files.isdisjoint(other_files) and _likeness(loose, other_loose) >= ALIKE:
                    notes.append(
                        f"not joined, possibly the same: {where} `{name}` "
                        f"and {other_where} `{other_name}`"
                    )
        return notes


def _having(
    projects: Sequence[tuple[int, _Project]], fits: Callable[[_Entry], bool]
) -> list[tuple[int, _Project]]:
    """Of projects and their places, those with an entry that fits."""
    return [(k, p) for k, p in projects if any(fits(entry) for _, entry in p)]


def _files_of(project: _Project) -> set[str]:
    return {file.name for file, _ in project}


def _likeness(a: str, b: str) -> float:
    """How alike two names are, 0 to 1; names that share no word are not compared.

    The share of characters in matching blocks (Ratcliff and Metzener 1988), as difflib has it.
    """
    if not a or not b or set(a.split()).isdisjoint(b.split()):
        return 0.0
    return difflib.SequenceMatcher(None, a, b).ratio()


# --- the programme --------------------------------------------------------------------------------


class _Maker:
    """Turns joined projects into a programme."""

    def __init__(self, projects: Sequence[_Project], files: Sequence[_File]) -> None:
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
                f"{gone} projects are not in {latest.name}: "
                "what became of them is not published, so not known"
            )
        self.notes.append(
            "kept apart and not carried over: money (whole-life cost, budget, forecast) "
            "and the departments' narratives"
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
        self, project: _Project, measures: list[dict[str, object]]
    ) -> dict[str, object]:
        """A project as an initiative; its measures are added to `measures`."""
        entry = project[-1][1]
        id = self._id(entry)
        initiative: dict[str, object] = {"id": id, "title": entry.get("name")}
        scales = self._measures(id, project, measures)
        if scales:
            initiative["path"] = {"measure": f"confidence-{scales[-1]}-{id}"}
        texts = (("aim", entry.get("aim")), ("service", entry.get("department")))
        initiative.update({key: text for key, text in texts if not cells.unknown(text)})
        kind = _KINDS.get(entry.get("category").lower())
        if kind:
            initiative["kind"] = kind
        declared = _colour(entry.get("sponsor"))
        if declared:
            initiative["declared"] = declared
        initiative.update(self._days(entry))
        return initiative

    def _id(self, entry: _Entry) -> str:
        """The published id in small letters, else a word made of the name; each once."""
        words = re.findall(r"[a-z0-9]+", entry.get("name").lower())
        text = entry.get("id").lower() or "-".join(words)[:60].strip("-")
        base = re.sub(r"[^a-z0-9._-]+", "-", text).strip("-") or "project"
        id, n = base, 1
        while id in self.ids:
            n += 1
            id = f"{base}-{n}"
        self.ids.add(id)
        return id

    def _days(self, entry: _Entry) -> dict[str, dt.date]:
        """Its latest dates.

        One that cannot be read, or an end before the start, stays unknown, with a note.
        """
        days: dict[str, dt.date] = {}
        fields: Mapping[str, Field] = {"started": "start", "ends": "end"}
        for key, field in fields.items():
            text = entry.get(field)
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
                f"{entry.where}: ends {days['ends']} before it starts {days['started']}; "
                "both stay unknown"
            )
            return {}
        return days

    def _measures(
        self, id: str, project: _Project, measures: list[dict[str, object]]
    ) -> list[Scale]:
        """The history of the independent rating, a measure for each scale.

        Gives the scales in the order in which they were last read.
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
                    "source": (
                        "Government Major Projects Portfolio, independent rating, "
                        "Open Government Licence v3"
                    ),
                    "observations": rows,
                }
            )
        return sorted(readings, key=lambda s: str(readings[s][-1]["period"]))


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
