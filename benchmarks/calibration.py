"""Are the chances right? 10,000 simulated readings, classes drawn at the file's shares: `make calibration`.

Prints, and writes into docs/calibration.md, the chance of full said beside the share that ended full, the Brier score
beside that of the plain base rate, and how often the mean of the next three readings fell within the 80 % band; then
the same with the class's share of success halved and doubled.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from changeadvisor import simulation
from changeadvisor.evidence import all_series
from changeadvisor.trajectory import Trajectory, read_trajectory

MONTHS = (6, 9, 12, 18, 24)
#: What the engine is told of the class: the truth, and wrong shares of success.
WRONG: dict[str, tuple[float, float, float] | None] = {
    "As drawn": None,
    "Success share halved": (0.21, 0.29, 0.5),
    "Success share doubled": (0.84, 0.07, 0.09),
}
PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"


def chances(spec: simulation.Worlds, count: int, month: int, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Chances said (worlds x 3), how each ended, and the share of next readings within the 80 % band."""
    drawn = simulation.draw(spec, count, seed)
    given = simulation.programme(drawn, simulation.Decisions.none(count), month, range(count))
    series = all_series(given)
    said, within = np.zeros((count, 3)), []
    for i in given.initiatives:
        k = int(i.id[1:])
        measure = given.measure(i.path.measure if i.path else None)
        found = read_trajectory(given, i, measure, series[f"m{k}"], 0)
        if found is None:
            continue
        said[k] = found.posterior.chances
        if month + 3 <= spec.reviews[-1]:
            within.append(inside(drawn, found, k, month))
    return said, drawn.old.kind, float(np.nanmean(within)) if within else float("nan")


def inside(drawn: simulation.Drawn, found: Trajectory, k: int, month: int) -> float:
    """Whether the mean of the next three readings lies in the 80 % band; nan where one of them is missing."""
    noise = drawn.readings[k, month : month + 3]
    if np.isnan(noise).any():
        return float("nan")
    p = found.posterior
    rng = np.random.Generator(np.random.PCG64(k))
    path = found.progress(month + np.array([0.5, 1.5, 2.5])).mean(axis=1)
    spread = p.scatter * np.sqrt((3 + 4 * p.correlation + 2 * p.correlation**2) / 9)
    low, high = np.quantile(path + spread * rng.standard_normal(len(path)), [0.1, 0.9])
    return float(low <= drawn.old.progress[k, month : month + 3].mean() + noise.mean() <= high)


def table(said: np.ndarray, kind: np.ndarray) -> list[str]:
    """Deciles of cases by the chance of full said, beside the share that ended full."""
    order = np.argsort(said[:, 0])
    rows = ["| cases | said | ended full | difference |", "|---|---|---|---|"]
    for k, part in enumerate(np.array_split(order, 10)):
        a, b = said[part, 0].mean(), (kind[part] == 0).mean()
        rows.append(f"| tenth {k + 1} | {a:.3f} | {b:.3f} | {b - a:+.3f} |")
    return rows


def brier(said: np.ndarray, kind: np.ndarray) -> tuple[float, float]:
    """Brier (1950) score over the three classes, and that of the base rate."""
    truth = np.eye(3)[kind]
    return float(((said - truth) ** 2).sum(axis=1).mean()), float(
        ((truth.mean(axis=0) - truth) ** 2).sum(axis=1).mean()
    )


def main(count: int) -> int:
    """Measure, print and write."""
    base = simulation.Worlds(reviews=(6, 9, 12, 15, 18, 21, 24, 27))
    lines = [
        "# Are the chances right?", "",
        "Made by `make calibration`; the worlds are those of `benchmarks/worlds.yaml`, invented, drawn by other",
        f"formulas than the engine reads by. {count:,} readings in all, in equal parts at months",
        ", ".join(map(str, MONTHS)) + ".",
        "",
        "",
    ]  # fmt: skip
    for title, told in WRONG.items():
        spec = base.model_copy(update={"told": told})
        parts = [chances(spec, count // len(MONTHS), m, m) for m in MONTHS]
        said, kind = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        ours, plain = brier(said, kind)
        lines += [
            f"## {title}",
            "",
            *table(said, kind),
            "",
            f"Brier score {ours:.3f}; the plain base rate {plain:.3f}.",
        ]
        lines += [f"Next three readings within the 80 % band: {np.nanmean([p[2] for p in parts]):.1%}.", ""]
        if told is None:
            for m, p in zip(MONTHS, parts, strict=True):
                a, b = brier(p[0], p[1])
                lines.append(f"Month {m}: Brier {a:.3f} beside {b:.3f}; band {p[2]:.1%}.")
            lines.append("")
    print("\n".join(lines))
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
