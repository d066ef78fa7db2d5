"""The words of an empty register: what each column means, how to write it, and one worked row.

Keyed by heading without low, likely and high; `Sheet heading` where a heading means different
things on two sheets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

#: The sheet that a new register opens with, a line each.
START = (
    (
        "This register tells changeadvisor what your change programme is, what was expected, and "
        "what has happened so far."
    ),
    (
        "Fill in the sheet Programme first, then Initiatives, one row each. Columns with a star "
        "must be filled in; leave blank what you do not know."
    ),
    (
        "Point at a heading to read what it means. Grey rows that begin with (example) show how; "
        "they are never read, so leave or delete them."
    ),
    (
        "Then add what you have: Measures and Observations for results, Judgements for what people "
        "think, Dependencies for what hangs on what."
    ),
    (
        "When done, run: changeadvisor check register.xlsx. It lists every fault by cell, and what "
        "is still missing and would matter most."
    ),
)

#: What each of the three columns of an estimate means.
POINTS: Mapping[str, str] = {
    "low": "Low: one time in ten it is lower.",
    "likely": "Likely: as likely above as below. Fill in this one alone for a plain number.",
    "high": "High: one time in ten it is higher.",
}

#: How the cells of a column are written, by its kind.
FORMS: Mapping[str, str] = {
    "text": "Text.",
    "date": "A date, dd/mm/yyyy.",
    "number": "A number; £k, £m and % are understood.",
    "whole": "A whole number.",
    "yes-no": "yes or no.",
    "choice": "",
    "words": "Several, with ; between them.",
    "map": (
        "Such as `change managers: 3; analysts: 1`. Capacity by quarter: `analysts 2026-Q4: 6; "
        "analysts 2027-Q1: 4`."
    ),
    "level": "A level from the sheet Words, or a number where the fact is one.",
    "teams": (
        "How many teams, or their sizes with ; between them (22; 14). A single size ends with ; "
        "(22;)."
    ),
    "budget": "A sum, or by financial year: `2026-27: 4200000; 2027-28: 3900000`.",
}

#: What a column means, by its heading, or by `Sheet heading`.
MEANINGS: Mapping[str, str] = {
    "programme": "The name of the programme.",
    "as of": "The day as of which everything is judged.",
    "review months": "Months between reviews.",
    "organisation name": "Whose programme it is.",
    "organisation currency": "What money is in: GBP for pounds, EUR for euros.",
    "organisation code": "The area code, such as E08000099.",
    "organisation kind": "The kind of council.",
    "organisation neighbours": "Codes of areas to compare with.",
    "appraisal discount rate": "Yearly discount rate, such as 0.035.",
    "appraisal horizon years": "How many years of value count, from the as-of day.",
    "limits budget": "New money for the next twelve months, or by financial year.",
    "limits carry over": "Whether what is left of one year may be spent in the next.",
    "limits capacity": "Full-time equivalents there are, by role.",
    "limits share for few": (
        "Least share of the spend kept for deep changes for few people, 0 to 1."
    ),
    "limits few reach below": "A change counts as for few where it reaches fewer people than this.",
    "limits few impact above": (
        "A change counts as deep where each person gains more than this a year, in money."
    ),
    "limits load": "Most changes at once that one staff group should carry.",
    "id": "A short name without spaces, used on the other sheets, such as library-hub.",
    "title": "The name people know it by.",
    "aim": "What it is for, in a sentence.",
    "aims": "Ids from the sheet Aims.",
    "Measures kind": "external: felt by residents. process: about our own working.",
    "better": "Which way is better.",
    "unit": "What it is counted in, such as % or days.",
    "type": "What sort of number it is.",
    "every": "How often it is read.",
    "lag days": "Days after the period ends until the reading is known.",
    "corporate": "Whether it is one of the council's few corporate measures.",
    "service": "The service it belongs to.",
    "owner": "Who runs it, by post.",
    "sponsor": "The senior person who answers for it, by post.",
    "moves": "For a process measure: ids of the outcome measures it is meant to move.",
    "standard": "An outside standard to meet.",
    "target": "Our own aim.",
    "target date": "When the target should be met.",
    "own area": "Our own code among the comparators.",
    "source": "Where the figures come from.",
    "Observations period": "The first day of the month, quarter or year.",
    "Comparators period": "The first day of the month, quarter or year.",
    "value": "The reading.",
    "denominator": "How many it is a share or rate of.",
    "expected": "The expected count, for a ratio.",
    "area": "The code of the area.",
    "Areas name": "The name of the area.",
    "Areas kind": "The kind of council.",
    "Areas region": "The region it lies in.",
    "Areas starts": "When the area came into being.",
    "Areas ends": "When it ceased.",
    "succeeded by": "The code of the area that took over from it.",
    "Initiatives kind": "The sort of change.",
    "stage": "How far it has come.",
    "statutory": "Whether the law requires it.",
    "started": "When it began, or will.",
    "ends": "When its spending ends.",
    "lasts until": "When what it gained ends of itself.",
    "declared": "The rating its own owners give it.",
    "reach": "People it reaches a year.",
    "impact": "Social value to each of them a year once it works in full, in money.",
    "cashable": "Of that value, money a year the budget saves in all.",
    "spend to date": "What it has cost so far. It is never weighed.",
    "spend monthly": "What it costs a month while it runs.",
    "spend after": "What it costs a month after it ends.",
    "needs": "Full-time equivalents it needs while it runs, by role.",
    "reference class": (
        "Id from the sheet Classes, or of a published one (`changeadvisor classes` lists them): "
        "initiatives like it."
    ),
    "relative income": "Median income of those it reaches over that of all.",
    "overlaps": (
        "Share of those it reaches whom another initiative reaches too, by its id: "
        "`falls-prevention: 0.4`."
    ),
    "also moves": "Ids of other measures it should move.",
    "path measure": "The measure it should move, by id.",
    "path baseline": "Where the measure stood when it was approved.",
    "path target": "Where it should come to.",
    "path dip": "How far it may first go the wrong way, in the measure's unit.",
    "path dip month": "The month in which it is lowest, counted from the start.",
    "path months to target": "Months from the start to the target.",
    "path since": "When the path began, if not when it started.",
    "path cap": "Progress beyond this is worth nothing; 1 is the target.",
    "initiative": "The id of the initiative.",
    "measure": "The id of the measure.",
    "staff": "Staff who must come to work differently.",
    "teams": "Teams they work in.",
    "groups": "Staff groups they belong to.",
    "ready": "Share who would begin unasked, 0 to 1.",
    "peers needed": "Colleagues most must see doing it before they do.",
    "mixing": "Share of working ties outside one's own team, 0 to 1.",
    "champions": "People who will show the way.",
    "mandate": "How hard it is required and checked.",
    "turnover": "Share of staff who leave in a year, 0 to 1.",
    "needed": "Share who must work the new way for it to count, 0 to 1.",
    "Adoption by": "By when.",
    "now": "Share who work the new way already, 0 to 1.",
    "ties": "A CSV file of real working ties, with columns from,to.",
    "action": "The course of action.",
    "cost": "What choosing it costs, once.",
    "gain": "Share of the way from baseline to target that it adds.",
    "gain full": "Gain if it would have ended in full without it.",
    "gain partial": "Gain if it would have ended in part.",
    "gain none": "Gain if it would have come to nothing.",
    "months": "Months until the gain is there.",
    "extends": "Months of running spend it adds.",
    "full": "Share that end with 0.8 or more of the way, 0 to 1.",
    "partial": "Share that end with 0.25 to 0.8 of the way.",
    "none": "Share that end with less, harm included.",
    "delay": "Time taken over time planned, such as 0.9, 1.3, 1.8.",
    "overrun": "Spend over planned spend.",
    "deeper": "Dip over planned dip.",
    "dip": "How far it may first go the wrong way, in the measure's unit.",
    "dip month": "The month in which it is lowest.",
    "months to target": "Months to the target.",
    "runs": "Months of running spend from now.",
    "fade months": "Months over which what the old way gained fades.",
    "Tripwires by": "The review at which it is judged.",
    "below": "Broken where the mean reading is below this. Give below or above, not both.",
    "above": "Broken where the mean reading is above this.",
    "then": "What was agreed to do then.",
    "depends on initiative": "The id of the initiative it hangs on.",
    "Dependencies kind": (
        "requires: cannot go on without it. helps: loses a share of its value. conflicts-with: "
        "they stand in each other's way."
    ),
    "lag months": "Months after the other ends until this can begin.",
    "share": "Share of its value that rests on the helper, 0 to 1.",
    "fact": "What is judged, from the sheet Words.",
    "level": "The level judged.",
    "Judgements by": "Who judged, by post.",
    "on": "When.",
    "because": "Why, in a sentence.",
    "did": "What was changed.",
}

_ID = "(example) library-hub"

#: The worked row of each main sheet; keys of the record, or headings.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "Programme": {},
    "Aims": {"id": "(example) independence", "title": "People live well at home"},
    "Classes": {
        "id": "(example) service-redesign",
        "title": "Redesigns of a service",
        "full": 0.4,
        "partial": 0.25,
        "none": 0.35,
        "source": "our own last twenty redesigns",
    },
    "Measures": {
        "id": "(example) visits",
        "title": "Visits to the library",
        "better": "higher",
        "unit": "visits",
        "type": "count",
        "every": "month",
        "kind": "external",
        "target": 12000,
    },
    "Observations": {"measure": "(example) visits", "period": dt.date(2026, 4, 1), "value": 9850},
    "Initiatives": {
        "id": _ID,
        "title": "Library hubs",
        "aim": "One place for libraries, benefits advice and health checks",
        "kind": "service-redesign",
        "stage": "delivery",
        "statutory": False,
        "sponsor": "Director of Communities",
        "owner": "Head of Libraries",
        "started": dt.date(2025, 11, 1),
        "ends": dt.date(2027, 10, 31),
        "declared": "amber",
        "reach": [4000, 5200, 7000],
        "needs": {"change managers": 2},
        "path": {
            "measure": "(example) visits",
            "baseline": 9000,
            "target": 12000,
            "dip": [200, 600, 1200],
            "dip_month": [2, 4, 7],
            "months_to_target": [12, 18, 30],
        },
    },
    "Judgements": {
        "initiative": _ID,
        "fact": "support.sponsor",
        "level": "strong",
        "by": "Programme office",
        "on": dt.date(2026, 9, 12),
        "because": "chairs the board every month",
    },
    "Dependencies": {
        "initiative": _ID,
        "depends_on": {"initiative": "(example) booking-system"},
        "kind": "requires",
        "lag_months": 1,
    },
    "Tripwires": {
        "initiative": _ID,
        "by": dt.date(2027, 3, 31),
        "measure": "(example) visits",
        "below": 8500,
        "then": "adjust-strategy",
    },
    "Options": {
        "initiative": _ID,
        "action": "adjust-tactics",
        "cost": [20000, 30000, 50000],
        "gain": [0.0, 0.2, 0.4],
        "months": 6,
    },
}
