"""Are the chances right? 10,000 simulated readings, classes drawn at the file's shares.

`make calibration`.

Prints, and writes into docs/calibration.md and .svg, the chance said beside the share that came,
the Brier score beside that of the plain base rate, how often the mean of the next three readings
fell within the 80 % band, and whether Kanter's question is answered right; then the same with the
class's share of success halved and doubled.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from changeadvisor import simulation
from changeadvisor.advice import all_series
from changeadvisor.trajectory import Beside, Trajectory, read_outlook, read_trajectory

MONTHS = (6, 9, 12, 18, 24)
#: What the engine is told of the class: the truth, and wrong shares of success.
WRONG: dict[str, tuple[float, float, float] | None] = {
    "As drawn": None,
    "Success share halved": (0.21, 0.29, 0.5),
    "Success share doubled": (0.84, 0.07, 0.09),
}
WORLDS = Path(__file__).with_name("worlds.yaml")
PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
CLASSES = ("full", "partial", "none")


@dataclass(frozen=True)
class Part:
    """Readings of one month.

    Chances said (worlds x 3), ends, share of bands kept, Kanter's shares (worlds x 2).
    """

    said: np.ndarray
    kind: np.ndarray
    inside: float
    kanter: np.ndarray


def chances(spec: simulation.Worlds, count: int, month: int, seed: int) -> Part:
    """Read `count` worlds at a month."""
    drawn = simulation.draw(spec, count, seed)
    given = simulation.programme(drawn, simulation.Decisions.none(count), month, range(count))
    series = all_series(given)
    said, within, kanter = np.zeros((count, 3)), [], np.full((count, 2), np.nan)
    for i in given.initiatives:
        k = int(i.id[1:])
        measure = given.measure(i.path.measure if i.path else None)
        found = read_trajectory(given, i, measure, series[f"m{k}"])
        if found is None:
            continue
        said[k] = found.posterior.chances
        view = read_outlook(found, None, Beside({}, 0.0))
        kanter[k] = view.bad_and_succeeds, view.good_and_fails
        within.append(inside(drawn, found, k, month))
    return Part(said, drawn.old.kind, float(np.nanmean(within)), kanter)


def inside(drawn: simulation.Drawn, found: Trajectory, k: int, month: int) -> float:
    """Whether the mean of the next three readings lies in the 80 % band.

    Nan where one of them is missing.
    """
    noise = drawn.readings[k, month : month + 3]
    if np.isnan(noise).any():
        return float("nan")
    p = found.posterior
    rng = np.random.Generator(np.random.PCG64(k))
    path = found.progress(month + np.array([0.5, 1.5, 2.5])).mean(axis=1)
    spread = p.scatter * np.sqrt((3 + 4 * p.correlation + 2 * p.correlation**2) / 9)
    low, high = np.quantile(path + spread * rng.standard_normal(len(path)), [0.1, 0.9])
    return float(low <= drawn.old.progress[k, month : month + 3].mean() + noise.mean() <= high)


def tenths(said: np.ndarray, came: np.ndarray) -> list[tuple[float, float]]:
    """Said and came, on average in each tenth of cases by what was said."""
    order = np.argsort(said, kind="stable")
    return [
        (float(said[part].mean()), float(came[part].mean())) for part in np.array_split(order, 10)
    ]


def brier(said: np.ndarray, kind: np.ndarray) -> tuple[float, float]:
    """Brier (1950) score over the three classes, and that of the base rate."""
    truth = np.eye(3)[kind]
    base = truth.mean(axis=0)
    return tuple(float(((told - truth) ** 2).sum(axis=1).mean()) for told in (said, base))  # type: ignore[return-value]


def table(said: np.ndarray, kind: np.ndarray) -> Iterator[str]:
    """Deciles of cases by the chance said, beside the share that came, for full and for none."""
    yield "| cases | full: said | came | difference | none: said | came | difference |"
    yield "|---|---|---|---|---|---|---|"
    both = zip(tenths(said[:, 0], kind == 0), tenths(said[:, 2], kind == 2), strict=True)
    for k, ((a, b), (c, d)) in enumerate(both, start=1):
        yield f"| tenth {k} | {a:.3f} | {b:.3f} | {b - a:+.3f} | {c:.3f} | {d:.3f} | {d - c:+.3f} |"


def kanter_lines(parts: Sequence[Part]) -> Iterator[str]:
    """Of those that end full, the share said must be even between 0 and 1.

    A tenth of them below 0.1, and so on.
    """
    yield (
        "| Kanter's question | cases | below 0.1 | below 0.25 | below 0.5 | below 0.75 | below"
        " 0.9 |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name, column, kind in (
        ("ended full: look this bad", 0, 0),
        ("ended none: look this good", 1, 2),
    ):
        said = np.concatenate([p.kanter[p.kind == kind, column] for p in parts])
        shares = " | ".join(f"{(said < bound).mean():.2f}" for bound in (0.1, 0.25, 0.5, 0.75, 0.9))
        yield f"| {name} | {len(said)} | {shares} |"


def section(title: str, parts: Sequence[Part], *, whole: bool) -> Iterator[str]:
    """What came out with one way of telling the engine about the class."""
    said, kind = np.concatenate([p.said for p in parts]), np.concatenate([p.kind for p in parts])
    ours, plain = brier(said, kind)
    yield from (f"## {title}", "", *table(said, kind), "")
    yield f"Brier score {ours:.3f}; the plain base rate {plain:.3f}."
    yield f"Next three readings within the 80 % band: {np.mean([p.inside for p in parts]):.1%}."
    yield ""
    if not whole:
        return
    for month, part in zip(MONTHS, parts, strict=True):
        a, b = brier(part.said, part.kind)
        yield f"- Month {month}: Brier {a:.3f} beside {b:.3f}; band {part.inside:.1%}."
    yield from (
        "",
        "![Chances said beside what came](calibration.svg)",
        "",
        *kanter_lines(parts),
        "",
    )
    yield "Were the answers exact, the columns would read 0.10, 0.25, 0.50, 0.75 and 0.90."
    yield ""


def picture(said: np.ndarray, kind: np.ndarray) -> bytes:
    """The reliability diagram.

    Each class in its tenths, the line of perfect chances, and how many cases a dot has.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    out = io.BytesIO()
    with rc_context({"svg.hashsalt": "changeadvisor", "svg.fonttype": "path"}):
        figure = Figure(figsize=(9, 3.4), layout="constrained")
        for k, axes in enumerate(figure.subplots(1, 3, sharey=True)):
            points = tenths(said[:, k], kind == k)
            axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
            axes.plot(
                *zip(*points, strict=True), color="#1d4f91", marker="o", markersize=4, linewidth=1
            )
            axes.set_title(f"ends {CLASSES[k]}")
            axes.set_xlabel("chance said")
        figure.axes[0].set_ylabel(f"share that came ({len(kind) // 10:,} cases a dot)")
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def bars_met(said: NDArray[np.float64], kind: NDArray[np.int_], inside: float) -> bool:
    """Each tenth within 5 of what was said, and the band of 80 % holds 77 to 83 %."""
    near = all(abs(a - b) <= 0.05 for a, b in tenths(said[:, 0], kind == 0))
    return near and 0.77 <= inside <= 0.83


def main(count: int) -> int:
    """Measure, print and write; exit status 1 where a bar is missed."""
    base = simulation.worlds_of(WORLDS, None, None)
    base = base.model_copy(update={"reviews": (*base.reviews, base.reviews[-1] + 3)})
    lines = [
        "# Are the chances right?",
        "",
        (
            "Made by `make calibration`; the worlds are those of `benchmarks/worlds.yaml`, "
            "invented, drawn by other"
        ),
        f"formulas than the engine reads by. {count:,} readings in all, in equal parts at months",
        ", ".join(map(str, MONTHS)) + ".",
        "",
    ]
    met = True
    for title, told in WRONG.items():
        parts = [
            chances(base.model_copy(update={"told": told}), count // len(MONTHS), m, m)
            for m in MONTHS
        ]
        lines += section(title, parts, whole=told is None)
        if told is None:
            said = np.concatenate([p.said for p in parts])
            kind = np.concatenate([p.kind for p in parts])
            PAGE.with_suffix(".svg").write_bytes(picture(said, kind))
            met = bars_met(said, kind, float(np.mean([p.inside for p in parts])))
    print("\n".join(lines))
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
