"""How ratings of government major projects moved, from ../shared/data/gmpp: writes docs/rating-moves.md.

The data (Infrastructure and Projects Authority, OGL v3) lie beside the checkout and are never committed; the figures
are quoted with their source. Beside each row stands what an extreme rating would do by itself: had the next rating been
drawn afresh from all ratings, most of the extreme ones would move towards the middle without anybody's doing.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "gmpp"
PAGE = ROOT / "docs" / "rating-moves.md"
RATINGS = ("Green", "Amber/Green", "Amber", "Amber/Red", "Red")
MOVES = ("improved", "same", "worsened", "left")
#: Snapshots from this one on are foretold from those before it.
LATER = "2017"


def rows() -> list[tuple[str, str, str]]:
    """Snapshot, rating then, and what became of it by the next snapshot."""
    with (DATA / "panel.csv").open(encoding="utf-8", newline="") as file:
        rated = {(r["project_key"], r["snapshot_date"]): r["dca"] for r in csv.DictReader(file)}
    with (DATA / "next_snapshot_outcomes.csv").open(encoding="utf-8", newline="") as file:
        found = [(r, rated.get((r["project_key"], r["snapshot_date"]), "")) for r in csv.DictReader(file)]
    return [(r["snapshot_date"], dca, _move(r)) for r, dca in found if dca in RATINGS and _move(r) in MOVES]


def _move(row: Mapping[str, str]) -> str:
    return "left" if row["status_next"] == "left" else row["move_next"]


def by_itself(rating: str, shares: Mapping[str, float]) -> tuple[float, float, float]:
    """Improved, same and worsened, had the next rating been drawn afresh from all."""
    at = RATINGS.index(rating)
    better = sum(shares[r] for r in RATINGS[:at])
    return better, shares[rating], 1.0 - better - shares[rating]


def brier(told: Iterable[tuple[Mapping[str, float], str]]) -> float:
    """Brier (1950) over the four moves."""
    scores = [sum((p.get(m, 0.0) - (m == came)) ** 2 for m in MOVES) for p, came in told]
    return sum(scores) / len(scores)


def shares_of(moves: Sequence[str]) -> dict[str, float]:
    """Shares of the moves."""
    count = Counter(moves)
    return {m: count[m] / len(moves) for m in MOVES}


def main() -> int:
    """Write the page; without the data say so."""
    if not (DATA / "panel.csv").exists():
        print("the GMPP panel is not beside this checkout: nothing was written")
        return 0
    every = rows()
    ratings = Counter(r for _, r, _ in every)
    shares = {r: ratings[r] / len(every) for r in RATINGS}
    lines = [
        "# How ratings move", "",
        "Made by `python scripts/rating_moves.py` from the yearly snapshots of the Government Major Projects",
        f"Portfolio, 2013 to 2019 (Infrastructure and Projects Authority, OGL v3): {len(every):,} ratings and what",
        "became of them by the next snapshot.",
        "Left means that the project is no longer listed; whether it was finished, merged or stopped is unknown.",
        "The last column is what would have been had every rating been drawn afresh: an extreme one moves by itself.",
        "",
        "| rating | cases | improved | same | worsened | left | by itself: improved, same, worsened |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    groups: dict[str, list[str]] = defaultdict(list)
    for _, rating, move in every:
        groups[rating].append(move)
    for rating in RATINGS:
        s, alone = shares_of(groups[rating]), by_itself(rating, shares)
        cells = [f"{s[m]:.0%}" for m in MOVES]
        lines.append(
            f"| {rating} | {len(groups[rating])} | {' | '.join(cells)} | {', '.join(f'{a:.0%}' for a in alone)} |"
        )
    early, late = ([r for r in every if (r[0] >= LATER) is after] for after in (False, True))
    table = {rating: shares_of([m for _, r, m in early if r == rating]) for rating in RATINGS}
    plain = shares_of([m for *_, m in early])
    ours, base = brier([(table[r], m) for _, r, m in late]), brier([(plain, m) for _, _, m in late])
    lines += [
        "",
        f"Out of time: moves from {LATER} on ({len(late)}) foretold from those before ({len(early)}). Brier score by ",
    ]
    lines[-1] += f"rating {ours:.3f}; from the plain share of all moves {base:.3f}."
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
