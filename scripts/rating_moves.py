"""How ratings of government major projects moved, from ../shared/data/gmpp.

Writes the table that travels with the product (rules/rating-moves.yaml), and docs/rating-moves.md
with its picture. The data (Infrastructure and Projects Authority, OGL v3) lie beside the checkout
and are never committed; counts are quoted with their source. Beside each row stands what an extreme
rating would do by itself.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from changeadvisor.judgement.base_rates import MOVES as NAME
from changeadvisor.judgement.base_rates import RATINGS, RatingMoves, read_moves
from changeadvisor.model import Colour

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "gmpp"
TABLE = ROOT / "rules" / f"{NAME}.yaml"
PAGE = ROOT / "docs" / "rating-moves.md"
PICTURE = ROOT / "docs" / "rating-moves.svg"
COLOURS: Mapping[str, Colour] = {r.title().replace("-", "/"): r for r in RATINGS}
MOVES = ("improved", "same", "worsened", "left")
#: Snapshots from this one on are foretold from those before it.
LATER = "2017"
#: Resamples of whole projects for the intervals.
AGAIN, SEED = 2_000, 1
VERSION = "1.0.0"
TITLE = "How ratings of government major projects moved in a year"
SOURCE = (
    "Infrastructure and Projects Authority, Government Major Projects Portfolio: ratings of"
    " September 2013 to 2018, each with the snapshot a year later (Open Government Licence v3)"
)

Shares = Mapping[str, float]


class Case(NamedTuple):
    """A rating of a project at a snapshot, and what became of it by the next."""

    project: str
    snapshot: str
    rating: Colour
    move: str


# --- the cases ------------------------------------------------------------------------------------


def cases() -> list[Case]:
    """Every rating of the scale whose next year is known."""
    return [c for c in every() if c is not None]


def every() -> Iterator[Case | None]:
    """Every listing that has a next snapshot; None where there is no colour, then or next."""
    with (DATA / "panel.csv").open(encoding="utf-8", newline="") as file:
        rated = {(r["project_key"], r["snapshot_date"]): r["dca"] for r in csv.DictReader(file)}
    with (DATA / "next_snapshot_outcomes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["project_key"], row["snapshot_date"]
            colour, move = COLOURS.get(rated.get(key, "")), _move(row)
            yield None if colour is None or move not in MOVES else Case(*key, colour, move)


def _move(row: Mapping[str, str]) -> str:
    return "left" if row["status_next"] == "left" else row["move_next"]


def table(found: Iterable[Case]) -> str:
    """The counts as the file that travels with the product."""
    count = Counter((c.rating, c.move) for c in found)
    rows = (
        "".join([f"  - {{rating: {r}", *(f", {m}: {count[r, m]}" for m in MOVES), "}"])
        for r in RATINGS
    )
    head = [
        (
            "# Written by scripts/rating_moves.py from data that are not committed; "
            "do not edit it by hand."
        ),
        (
            "# left: no longer listed at the next snapshot; finished, stopped, merged or renamed, "
            "which is not known."
        ),
        f"base_rates: {NAME}",
        f"version: {VERSION}",
        f"title: {TITLE}",
        f'source: "{SOURCE}"',
        "ratings:",
    ]
    return "\n".join([*head, *rows]) + "\n"


def moves_of(text: str) -> RatingMoves:
    """The table as the product reads it."""
    from ruamel.yaml import YAML

    return read_moves(YAML(typ="safe", pure=True).load(text), str)


# --- out of time ----------------------------------------------------------------------------------


def shares_of(moves: Sequence[str]) -> Shares:
    """Shares of the moves."""
    count = Counter(moves)
    return {m: count[m] / len(moves) for m in MOVES}


def forecasts(early: Sequence[Case]) -> dict[str, Callable[[Colour], Shares]]:
    """Ways to foretell a move from what was seen before."""
    by_rating = {r: shares_of([c.move for c in early if c.rating == r]) for r in RATINGS}
    plain = shares_of([c.move for c in early])
    before = moves_of(table(early))

    @cache
    def afresh(rating: Colour) -> Shares:
        alone, stay = before.by_itself(rating), 1 - plain["left"]
        drawn = {m: getattr(alone, m) * stay for m in MOVES[:-1]}
        return {**drawn, "left": plain["left"]}

    return {
        "the shares of each rating": lambda rating: by_rating[rating],
        "the plain shares of all": lambda _: plain,
        "ratings drawn afresh": afresh,
    }


def brier(told: Shares, came: str) -> float:
    """Brier (1950) over the four moves."""
    return math.fsum((told[m] - (m == came)) ** 2 for m in MOVES)


def scores(later: Sequence[Case], told: Callable[[Colour], Shares]) -> list[float]:
    """The score of every later case."""
    return [brier(told(c.rating), c.move) for c in later]


def interval(later: Sequence[Case], gains: Sequence[float]) -> tuple[float, float]:
    """95 % of the mean gain, whole projects drawn again.

    The years of one project resemble each other.
    """
    import numpy as np

    of: dict[str, list[float]] = {}
    for case, gain in zip(later, gains, strict=True):
        of.setdefault(case.project, []).append(gain)
    sums, sizes = np.array([[math.fsum(g), len(g)] for g in of.values()]).T
    drawn = np.random.default_rng(SEED).integers(0, len(sums), (AGAIN, len(sums)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % limits of a share (Wilson 1927)."""
    z, p = 1.959964, part / whole
    middle, half = (
        p + z * z / (2 * whole),
        z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)),
    )
    return (middle - half) / (1 + z * z / whole), (middle + half) / (1 + z * z / whole)


class Cell(NamedTuple):
    """One rating and move.

    The share foretold, how many of how many came, and the limits of that share.
    """

    rating: Colour
    move: str
    told: float
    came: int
    of: int

    @property
    def limits(self) -> tuple[float, float]:
        """95 % limits of the share that came."""
        return wilson(self.came, self.of)

    @property
    def within(self) -> bool:
        """Whether what was foretold lies within them."""
        return self.limits[0] <= self.told <= self.limits[1]


def reliability(later: Sequence[Case], told: Callable[[Colour], Shares]) -> list[Cell]:
    """What was foretold beside what came, for each rating and move that can be."""
    count = Counter((c.rating, c.move) for c in later)
    of = Counter(c.rating for c in later)
    found = [Cell(r, m, told(r)[m], count[r, m], of[r]) for r in RATINGS for m in MOVES]
    never = {(RATINGS[0], "improved"), (RATINGS[-1], "worsened")}
    return [c for c in found if (c.rating, c.move) not in never]


# --- the page -------------------------------------------------------------------------------------


def page(found: Sequence[Case], left_out: int) -> str:
    """docs/rating-moves.md."""
    early, later = ([c for c in found if (c.snapshot >= LATER) is after] for after in (False, True))
    told = forecasts(early)
    cells = reliability(later, told["the shares of each rating"])
    return (
        "\n".join(
            [*_what(found, left_out), *_calibrated(cells, early, later), *_scored(later, told)]
        )
        + "\n"
    )


def _what(found: Sequence[Case], left_out: int) -> Iterator[str]:
    moves = moves_of(table(found))
    yield from (
        "# How ratings move",
        "",
        (
            "Made by `make moves` (`scripts/rating_moves.py`) from data that are not committed. The"
            " counts stand in"
        ),
        (
            "`rules/rating-moves.yaml`. Reports say in words what they mean for a declared rating;"
            " they weigh nothing."
        ),
        "",
        (
            f"{len(found):,} ratings; {left_out} more listings had no colour then or a year later."
            " Source:"
        ),
        f"{SOURCE}.",
        "",
        "- Ratings are the Authority's, given from outside.",
        (
            "- Left: no longer listed. Finished, stopped, merged or renamed is not known; before"
            " 2019 names tell projects."
        ),
        (
            "- By itself: what would have been had each next rating been drawn from all. Extremes"
            " then move unaided."
        ),
        "",
        (
            "| rating | cases | improved | same | worsened | left | by itself: improved, same,"
            " worsened |"
        ),
        "|---|---|---|---|---|---|---|",
    )
    for row in moves.ratings:
        alone = moves.by_itself(row.rating)
        shares = " | ".join(f"{getattr(row, m) / row.cases:.0%}" for m in MOVES)
        yield (
            f"| {row.rating} | {row.cases} | {shares} | {alone.improved:.0%}, {alone.same:.0%},"
            f" {alone.worsened:.0%} |"
        )


def _calibrated(
    cells: Sequence[Cell], early: Sequence[Case], later: Sequence[Case]
) -> Iterator[str]:
    within = sum(c.within for c in cells)
    yield from (
        "",
        "## Out of time",
        "",
        (
            f"Moves from {LATER} on ({len(later)}) foretold from those before ({len(early)}). A"
            " cell is the share foretold"
        ),
        "→ the share that came, with its 95 % limits (Wilson 1927).",
        "",
        f"| rating | cases | {' | '.join(MOVES)} |",
        "|---|---|---|---|---|---|",
    )
    for rating in RATINGS:
        mine = {c.move: c for c in cells if c.rating == rating}
        shown = " | ".join(_shown(mine[m]) if m in mine else "–" for m in MOVES)
        yield f"| {rating} | {next(iter(mine.values())).of} | {shown} |"
    yield from (
        "",
        "![The share foretold beside the share that came](rating-moves.svg)",
        "",
        f"In {within} of {len(cells)} cells the share foretold lies within the limits. The others:",
        f"{'; '.join(f'{c.rating} {c.move}' for c in cells if not c.within) or 'none'}.",
    )


def _shown(cell: Cell) -> str:
    low, high = cell.limits
    return f"{cell.told:.0%} → {cell.came / cell.of:.0%} ({low:.0%} to {high:.0%})"


def _scored(later: Sequence[Case], told: Mapping[str, Callable[[Colour], Shares]]) -> Iterator[str]:
    every_score = {name: scores(later, way) for name, way in told.items()}
    ours = next(iter(every_score.values()))
    yield from (
        "",
        "| foretold by | Brier score | worse than by each rating (95 % interval) |",
        "|---|---|---|",
    )
    for name, mine in every_score.items():
        gains = [b - a for a, b in zip(ours, mine, strict=True)]
        low, high = interval(later, gains)
        more = (
            "" if mine is ours else f"{math.fsum(gains) / len(gains):.3f} ({low:.3f} to {high:.3f})"
        )
        yield f"| {name} | {math.fsum(mine) / len(mine):.3f} | {more} |"
    yield from (
        "",
        (
            "The score is Brier's (1950), summed over the four moves: 0 is perfect. Intervals draw"
            " whole projects again"
        ),
        (
            f"({AGAIN:,} times). Drawn afresh: the plain share leaves, the rest get a rating drawn"
            " from all."
        ),
        (
            "What a rating tells beyond that is partly where the scale ends, and who is about to"
            " leave the list."
        ),
    )


# --- the picture ----------------------------------------------------------------------------------

_MARKS = {"improved": "^", "same": "o", "worsened": "v", "left": "s"}


def picture(cells: Sequence[Cell]) -> bytes:
    """The reliability diagram: what was foretold across, what came upwards.

    The same cells give the same bytes.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.hashsalt": "changeadvisor",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        "font.size": 9,
    }
    with rc_context(settings):
        figure = Figure(figsize=(6.0, 5.2), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(
            "Moves of ratings: the share foretold beside the share that came",
            loc="left",
            fontsize=10,
        )
        axes.plot([0, 1], [0, 1], color="#6B6B6B", linewidth=1, label="as foretold")
        for move in MOVES:
            _drawn(axes, [c for c in cells if c.move == move], move)
        axes.set(
            xlabel="share foretold",
            ylabel="share that came, 95 % limits",
            xlim=(0, 1),
            ylim=(-0.03, 1.03),
        )
        axes.legend(frameon=False, loc="upper left")
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _drawn(axes: Any, cells: Sequence[Cell], move: str) -> None:
    """The cells of one move; each move has a shape of its own."""
    came = [c.came / c.of for c in cells]
    # Rounding may put a share of nought or one a hair outside its own limits.
    spread = [[max(0.0, s - c.limits[0]) for s, c in zip(came, cells, strict=True)],
              [max(0.0, c.limits[1] - s) for s, c in zip(came, cells, strict=True)]]  # fmt: skip
    axes.errorbar(
        [c.told for c in cells],
        came,
        yerr=spread,
        fmt=_MARKS[move],
        capsize=2,
        linewidth=1,
        label=move,
    )


def made() -> dict[Path, bytes]:
    """Everything this writes, by its place."""
    listed = list(every())
    found = [c for c in listed if c is not None]
    early, later = ([c for c in found if (c.snapshot >= LATER) is after] for after in (False, True))
    cells = reliability(later, forecasts(early)["the shares of each rating"])
    return {
        TABLE: table(found).encode(),
        PAGE: page(found, len(listed) - len(found)).encode(),
        PICTURE: picture(cells),
    }


def main() -> int:
    """Write all of it; without the data say so."""
    if not (DATA / "panel.csv").exists():
        print("the GMPP panel is not beside this checkout: nothing was written")
        return 0
    for path, data in made().items():
        path.write_bytes(data)
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
