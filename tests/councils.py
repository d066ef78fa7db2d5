"""Programmes made of the published recycling panel (Defra, OGL v3), for tests and benchmarks; nothing of it is kept."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.helpers import SHARED

PANEL = SHARED / "councils" / "recycling_panel.csv"
CODES = SHARED / "councils" / "uk_local_authorities.csv"

Rows = dict[str, dict[str, float]]


def panel() -> Rows:
    """Share of household waste recycled, by area code and first day of the period."""
    found: Rows = defaultdict(dict)
    with PANEL.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                found[row["area_code"]][first_day(row["period"])] = float(row["value"])
    return dict(found)


def first_day(period: str) -> str:
    """England, Wales and Northern Ireland count financial years (2015/16), Scotland calendar years (2015)."""
    return f"{period[:4]}-04-01" if "/" in period else f"{period[:4]}-01-01"


def areas(wanted: Iterable[str]) -> list[dict[str, Any]]:
    """The code table: name, type, region, dates and successor of each area."""
    with CODES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    code = {r["local-authority-code"]: r["gss-code"] for r in rows}
    found = {r["gss-code"]: r for r in rows if r["gss-code"]}
    return [area(found[c], code) for c in sorted(set(wanted)) if c in found]


def area(row: dict[str, str], code: dict[str, str]) -> dict[str, Any]:
    made = {
        "area": row["gss-code"],
        "name": row["nice-name"],
        "kind": row["local-authority-type-name"],
        "region": row["region"],
        "starts": dt.date.fromisoformat(row["start-date"]) if row["start-date"] else None,
        "ends": dt.date.fromisoformat(row["end-date"]) if row["end-date"] else None,
        "succeeded_by": code.get(row["replaced-by"]),
    }
    return {k: v for k, v in made.items() if v}


def measure(own: str, rows: Rows, others: Iterable[str]) -> dict[str, Any]:
    """One council's recycling beside others'."""
    compared = [
        {"area": a, "period": p, "value": v} for a in others if a != own for p, v in rows[a].items()
    ]
    return {
        "id": f"recycled-{own}",
        "title": "Household waste recycled",
        "better": "higher",
        "unit": "%",
        "type": "proportion",
        "every": "year",
        "kind": "external",
        "own_area": own,
        "observations": [{"period": p, "value": v} for p, v in rows[own].items()],
        "comparators": compared,
    }


def complete(rows: Rows) -> list[str]:
    """England's councils with every year."""
    longest = max(len(v) for c, v in rows.items() if c.startswith("E"))
    return sorted(c for c, v in rows.items() if c.startswith("E") and len(v) == longest)
