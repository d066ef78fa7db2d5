"""Programmes drawn at random, with everything the format allows, for round trips."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from changeadvisor.model import Programme

#: Any printable text, among it what could be taken for a formula, a number, or a mark of not
#: knowing.
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
    st.sampled_from(
        [
            "TBC",
            "n/a",
            "=1+1",
            "@x",
            "'quoted",
            "-5",
            "12",
            "yes",
            "two words",
            "(example) x",
            "a\nb",
            " outer ",
        ]
    ),
)
NAME = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
DATES = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)).map(str)
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: x + 0.0)
POSITIVE = st.floats(0, 1e9)
SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 10_000)


def estimates(inner: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.one_of(inner, st.lists(inner, min_size=3, max_size=3).map(sorted))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


MONEY = estimates(POSITIVE)
GAIN = st.one_of(
    estimates(NUMBERS), some(full=estimates(NUMBERS), none=estimates(NUMBERS)).filter(bool)
)
LEVELS = st.sampled_from(["strong", "weak", "opposed"])
JUDGED = st.fixed_dictionaries(
    {"level": LEVELS}, optional={"by": TEXT, "on": DATES, "because": TEXT}
)
OPTIONS = st.one_of(
    st.just([]),
    st.tuples(
        st.fixed_dictionaries(
            {"action": st.just("adjust-tactics")},
            optional={"cost": MONEY, "gain": GAIN, "extends": POSITIVE},
        ),
        st.fixed_dictionaries({"action": st.just("stop")}, optional={"fade_months": POSITIVE}),
        st.fixed_dictionaries(
            {"action": st.just("adjust-strategy")},
            optional={"full": SHARES, "dip": MONEY, "runs": POSITIVE},
        ),
    ).map(list),
)


def _initiative(id: str, others: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": st.just(id), "title": TEXT},
        optional={
            "aim": TEXT,
            "aims": st.lists(st.just("home"), max_size=1),
            "kind": st.sampled_from(["digital", "culture"]),
            "stage": st.sampled_from(["idea", "closed"]),
            "statutory": st.booleans(),
            "started": DATES,
            "declared": st.sampled_from(["green", "amber-red"]),
            "reach": MONEY,
            "spend": some(to_date=POSITIVE, monthly=MONEY).filter(bool),
            "needs": st.dictionaries(NAME, POSITIVE, max_size=2),
            "overlaps": st.dictionaries(st.just(others[0]), SHARES, max_size=1),
            "adoption": some(
                staff=COUNTS,
                teams=st.one_of(COUNTS, st.lists(COUNTS, min_size=1, max_size=3)),
                ready=estimates(SHARES),
                by=DATES,
            ).filter(bool),
            "path": some(measure=st.just("m"), baseline=NUMBERS, dip=MONEY, since=DATES).filter(
                bool
            ),
            "history": st.lists(
                st.fixed_dictionaries(
                    {"on": DATES, "did": st.just("adjust-tactics")},
                    optional={"gain": GAIN, "because": TEXT},
                ),
                max_size=2,
            ),
            "options": OPTIONS,
            "tripwires": st.lists(
                st.fixed_dictionaries(
                    {
                        "by": DATES,
                        "measure": st.just("m"),
                        "below": NUMBERS,
                        "then": st.just("stop"),
                    }
                ),
                max_size=2,
            ),
            "judgements": st.dictionaries(
                st.sampled_from(["support.sponsor", "support.professionals"]),
                st.one_of(JUDGED, st.lists(JUDGED, min_size=2, max_size=3)),
                max_size=2,
            ),
            "depends_on": st.lists(
                st.fixed_dictionaries(
                    {"initiative": st.just(others[0]), "kind": st.just("helps")},
                    optional={"share": SHARES},
                ),
                max_size=1,
            ),
        },
    )


_MEASURE = st.fixed_dictionaries(
    {"id": st.just("m")},
    optional={
        "title": TEXT,
        "better": st.sampled_from(["higher", "neutral"]),
        "lag_days": COUNTS,
        "corporate": st.booleans(),
        "target": NUMBERS,
        "target_date": DATES,
        "rebase": st.lists(st.fixed_dictionaries({"on": DATES, "because": TEXT}), max_size=2),
        "observations": st.lists(
            st.fixed_dictionaries(
                {"period": DATES, "value": NUMBERS}, optional={"denominator": POSITIVE}
            ),
            max_size=3,
            unique_by=lambda o: o["period"],
        ),
        "comparators": st.lists(
            st.fixed_dictionaries(
                {"area": st.sampled_from(["E1", "=E2"]), "period": DATES, "value": NUMBERS}
            ),
            max_size=3,
            unique_by=lambda o: (o["area"], o["period"]),
        ),
    },
)


def programmes() -> st.SearchStrategy[Programme]:
    """Any programme."""
    return st.fixed_dictionaries(
        {
            "format": st.just("changeadvisor/1"),
            "programme": TEXT,
            "as_of": DATES,
            "aims": st.just([{"id": "home", "title": "x"}]),
            "measures": _MEASURE.map(lambda m: [m]),
            "initiatives": st.tuples(_initiative("a", ["b"]), _initiative("b", ["a"])).map(list),
        },
        optional={
            "organisation": some(name=TEXT, neighbours=st.lists(NAME, max_size=2)).filter(bool),
            "review_months": st.integers(1, 12),
            "appraisal": some(discount_rate=st.floats(0, 0.5)).filter(bool),
            "limits": some(
                budget=st.one_of(POSITIVE, st.just({"2026-27": 5.0, "2027-28": 6.5})),
                carry_over=st.booleans(),
                capacity=st.dictionaries(
                    NAME, st.one_of(POSITIVE, st.just({"2026-Q4": 6.0})), max_size=2
                ),
                few=st.just({"reach_below": 250.0, "impact_above": 1000.0}),
            ).filter(bool),
            "reference_classes": st.lists(
                st.fixed_dictionaries(
                    {"id": st.just("c")}, optional={"full": SHARES, "delay": MONEY, "source": TEXT}
                ),
                max_size=1,
            ),
            "areas": st.lists(
                st.fixed_dictionaries(
                    {"area": st.just("E1")},
                    optional={"name": TEXT, "population": NUMBERS, "pop_density": NUMBERS},
                ),
                max_size=1,
            ),
        },
    ).map(Programme.model_validate)
