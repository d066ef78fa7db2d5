"""The vocabulary: every fact a rule may mention, and the sheet of facts of one initiative.

Analysis and people write facts; frameworks and rule packs read nothing else. A fact that is not on
the sheet is unknown. Where several people judged and differ, the fact is the set of their levels.
What has been spent is not in the vocabulary on purpose: no rule can weigh it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from changeadvisor.facts.sheet import Fact, Origin
from changeadvisor.words import COURSE_WORDS, RATING_WORDS, ROUTE_WORDS

# --- the vocabulary -------------------------------------------------------------------------------


def _level(
    name: str, origin: Origin, meaning: str, question: str, *, ordered: bool = True, **levels: str
) -> Fact:
    """A fact with levels, best first; `_` in a level's name stands for `-`."""
    named = MappingProxyType({k.replace("_", "-"): v for k, v in levels.items()})
    return Fact(name, meaning, origin, question, named, ordered=ordered)


def _judged(name: str, question: str, meaning: str, *, ordered: bool = True, **levels: str) -> Fact:
    return _level(name, "judgement", meaning, question, ordered=ordered, **levels)


def _number(
    name: str,
    origin: Origin,
    meaning: str,
    unit: str,
    low: float,
    high: float,
    question: str = "",
    worse: Literal["higher", "lower"] | None = None,
) -> Fact:
    return Fact(name, meaning, origin, question, unit=unit, low=low, high=high, worse=worse)


_RATINGS = MappingProxyType({rating: words.meaning for rating, words in RATING_WORDS.items()})


_REGISTER = (
    _level(
        "initiative.stage",
        "register",
        "How far the initiative has come",
        "What stage has it reached?",
        ordered=False,
        idea="not yet designed",
        design="being designed",
        pilot="tried on a small scale",
        delivery="being rolled out",
        embedding="becoming normal work",
        closed="ended",
    ),
    _level(
        "initiative.kind",
        "register",
        "What sort of change it is",
        "What kind of change is it?",
        ordered=False,
        service_redesign="a service done another way",
        digital="new systems",
        process="how work flows",
        culture="how people think and behave at work",
        structure="who reports to whom",
        policy="a new rule or policy",
        estate="buildings and places",
    ),
    Fact(
        "initiative.statutory",
        "Whether the law requires it",
        "register",
        "Does the law require this initiative (true or false)?",
    ),
    Fact(
        "initiative.declared",
        "The rating its own owners give it",
        "register",
        "What rating do its owners give it?",
        _RATINGS,
    ),
    _number(
        "path.months",
        "register",
        "Months since the expected path began",
        "months",
        0,
        60,
        "When did the initiative start (`started`, or `path: since`)?",
    ),
    _number(
        "path.share_of_time",
        "register",
        "Months gone, as a share of the likely months to the target",
        "share",
        0,
        3,
        "How many months was it expected to take (`path: months_to_target`)?",
    ),
    _level(
        "path.phase",
        "register",
        "Where the plan itself says results should be by now",
        "When were results expected to dip and to arrive (`path: dip_month, months_to_target`)?",
        ordered=False,
        before="the path has not begun",
        dip="results may still be falling as planned",
        climb="results should be rising",
        due="results should have arrived, even by the slow estimate",
    ),
    _level(
        "tripwire.state",
        "register",
        "What became of the tripwires agreed beforehand",
        "What did we agree would change our mind (`tripwires`)?",
        kept="all that are due were kept",
        not_due="agreed, none due yet",
        none_agreed="none was agreed",
        no_reading="due, but there was no reading to judge it by",
        broken="at least one is broken",
    ),
    _level(
        "tripwire.calls_for",
        "register",
        "The gravest course that a broken tripwire calls for",
        "What did we agree would change our mind (`tripwires`)?",
        nothing="no tripwire is broken",
        adjust_tactics="a broken tripwire calls for other tactics",
        adjust_strategy="a broken tripwire calls for another strategy",
        stop="a broken tripwire calls for stopping",
    ),
)

_GRAPH = (
    Fact(
        "prerequisites.stopped",
        "Whether something it requires has been set to stop",
        "graph",
        "Has something it requires been stopped (true or false)?",
    ),
    _number(
        "dependants.count",
        "graph",
        "Initiatives that require this one, directly or through others",
        "initiatives",
        0,
        20,
    ),
    _number(
        "dependants.statutory",
        "graph",
        "Statutory initiatives among those that require this one",
        "initiatives",
        0,
        10,
    ),
)

_RESULTS = (
    _number(
        "results.readings",
        "results",
        "Readings of its measure that are known since the path began",
        "readings",
        0,
        36,
        "What has been measured since it began (`path: measure`, observations)?",
        "lower",
    ),
    _number(
        "results.progress",
        "results",
        "Recent level as a share of the way from baseline to target; below 0 in the dip",
        "share of the way",
        -1,
        2,
        "What are its baseline, target and readings?",
        "lower",
    ),
    _level(
        "results.against_path",
        "results",
        "Where the recent level stands among paths drawn from its own plan",
        "What was expected by now (`path`), and what has been measured?",
        ahead="better than nine in ten such paths",
        on_path="among the middle eight in ten",
        behind="worse than nine in ten such paths",
        far_behind="worse than ninety-nine in a hundred such paths",
    ),
    _level(
        "results.trend",
        "results",
        "The last three readings against the three before, beside the noise of the series",
        "What were the last six readings?",
        improving="better by more than the noise",
        steady="no difference beyond the noise",
        worsening="worse by more than the noise",
    ),
    _level(
        "results.chances",
        "results",
        "What the chances of its ending say, once results are read",
        "What was expected by now (`path`), and what has been measured?",
        likely_full="more than six in ten that it ends full",
        open="neither end is likelier than six in ten",
        likely_none="more than six in ten that it ends none",
        hopeless="more than nine in ten that it ends none",
    ),
    Fact(
        "results.target_met",
        "Whether the recent level is at the path's target or better",
        "results",
        "What are its target and readings?",
    ),
    Fact(
        "results.evidenced",
        "The rating that the results support, by the table evidenced-rating",
        "results",
        "What has been measured since it began?",
        _RATINGS,
    ),
    _level(
        "results.candour",
        "results",
        "The declared rating beside the evidenced one",
        "What rating do its owners give it, and what has been measured?",
        harsher="declared worse than the results support",
        same="declared as the results support",
        kinder="declared one step better than the results support",
        much_kinder="declared two steps or more better than the results support",
    ),
)


def _assured(name: str, meaning: str, question: str) -> Fact:
    """Whether chance alone meets a line, by the limits of the chart."""
    return _level(
        f"performance.{name}",
        "results",
        meaning,
        question,
        **{"pass": "the line lies beyond its ordinary ups and downs, on the worse side"},  # type: ignore[arg-type]
        hit_and_miss="the line lies within its ordinary ups and downs",
        fail="the line lies beyond its ordinary ups and downs, on the better side",
    )


_PERFORMANCE = (
    _level(
        "performance.past",
        "results",
        "Its measure against its own past, limits adjusted for memory and season",
        "What were its measure's readings over the last year or more?",
        better="a special cause on the better side",
        no_different="ordinary ups and downs",
        worse="a special cause on the worse side",
    ),
    _assured(
        "standard",
        "Whether its measure, as things are, meets the outside standard",
        "Is there a standard for its measure (`standard`), and what are its readings?",
    ),
    _assured(
        "target",
        "Whether its measure, as things are, meets the measure's own target",
        "What is its measure's target (`target`), and what are its readings?",
    ),
    _level(
        "performance.others",
        "results",
        "Its measure beside other areas, by funnel limits or by how far the others lie apart",
        "How do other councils do on its measure (`comparators.csv`)?",
        much_better="outside the 99.8 % limits, on the better side",
        better="outside the 95 % limits, on the better side",
        similar="within the limits",
        worse="outside the 95 % limits, on the worse side",
        much_worse="outside the 99.8 % limits, on the worse side",
    ),
    _level(
        "performance.gap",
        "results",
        "Whether its measure catches up with other areas over the years",
        "How have other councils done on its measure over the years (`comparators.csv`)?",
        closing="the gap moves to our side",
        steady="no clear movement",
        widening="the gap moves against us",
    ),
    _level(
        "performance.attention",
        "results",
        "Which reading of its measure should drive attention, by the pack which-lens",
        "What are its measure's readings, its standard, and other areas' readings?",
        ordered=False,
        none="nothing calls for attention",
        others="other areas",
        past="its own past",
        standard="the standard or target",
    ),
    _level(
        "results.before_after",
        "results",
        "The level since it began against the level before, the line and season before going on "
        "as they were",
        "What were the readings of its measure in the year before it began?",
        improved="better by more than chance",
        no_clear_change="no difference beyond chance",
        worsened="worse by more than chance",
    ),
)

_KANTER = (
    _judged(
        "need.there",
        "Is the need it was meant to meet still there?",
        "Whether the need still exists",
        yes="as great as when it began",
        fading="smaller than it was",
        gone="no longer there",
    ),
    _judged(
        "assumptions.hold",
        "Do the assumptions it began with still hold?",
        "Whether the starting assumptions about the world still hold",
        yes="they hold",
        shaken="one or more are in doubt",
        failed="a central one has proved wrong",
    ),
    _judged(
        "idea.appeal",
        "Does the idea still inspire the people who must carry it?",
        "Whether the vision still inspires",
        strong="people speak of it unprompted",
        fading="it needs reminding",
        gone="nobody speaks for it",
    ),
    _judged(
        "idea.big_enough",
        "Is the result, if it comes, big enough to justify the extra effort?",
        "Whether the prize is worth the effort",
        yes="plainly",
        unsure="opinions differ",
        no="it is not",
    ),
    _judged(
        "idea.works",
        "Where it is done as designed, do residents get the result it promised?",
        "Whether the idea itself works where it is really carried out",
        yes="it works where it is done",
        unclear="too early or mixed",
        no="it is done as designed and does not work",
    ),
    _judged(
        "idea.better_way",
        "Is there another way to the same aim that now looks better?",
        "Whether a better strategy for the same aim is known",
        none="none known",
        possible="one is worth looking at",
        clear="one has been shown to work elsewhere",
    ),
    _judged(
        "doing.as_designed",
        "Is it being done as it was designed, day to day?",
        "How faithfully the design is carried out",
        yes="nearly everywhere",
        partly="in some teams or some of the time",
        no="hardly at all",
    ),
    _judged(
        "support.sponsor",
        "How far does its senior sponsor back it, in word and deed?",
        "Visible backing of senior leaders",
        strong="says often and clearly why it matters, and finds the means",
        moderate="seems to want it to succeed",
        weak="neutral or absent",
        opposed="reluctant or resisting",
    ),
    _judged(
        "support.staff",
        "How do the staff who must work differently feel about it?",
        "Support of the staff affected",
        eager="eager",
        willing="willing",
        reluctant="reluctant",
        opposed="strongly reluctant",
    ),
    _judged(
        "support.partners",
        "Are partners and other backers joining, staying or leaving?",
        "Whether the coalition behind it grows or shrinks",
        growing="new partners would join",
        steady="those there are staying",
        leaving="some have left or are about to",
    ),
    _judged(
        "support.professionals",
        "Do the respected professionals in the service back it?",
        "Backing of professional leaders",
        strong="they lead it",
        moderate="they support it",
        weak="they stand aside",
        opposed="they speak against it",
    ),
    _judged(
        "progress.milestones",
        "Have promises been kept and milestones met?",
        "Whether it does what it said it would do",
        met="all or nearly all",
        mostly_met="most, some late",
        mostly_missed="most were missed",
    ),
    _judged(
        "progress.early_signs",
        "Are there early signs that it can work?",
        "Small results, stories or pilots that show it can work",
        clear="several, and people know of them",
        some="one or two",
        none="none yet",
    ),
    _judged(
        "progress.next_results",
        "Will the next results keep supporters and quieten critics?",
        "Whether something to show is coming soon",
        likely="likely",
        unsure="could go either way",
        unlikely="unlikely",
    ),
    _judged(
        "fit.other_work",
        "Does it fit with what else the council is doing?",
        "Fit with other activity",
        reinforces="each helps the other",
        neutral="no bearing on each other",
        clashes="they pull in different directions",
    ),
    _judged(
        "fit.alliances",
        "Could an alliance make it stronger?",
        "Whether alliances could strengthen it",
        available="one is on offer",
        possible="one is thinkable",
        none="none in sight",
    ),
)

#: What delivery has to go on with: review, team, effort (Sirkin et al., 2005) and money.
_DELIVERY = (
    _number(
        "delivery.review_gap",
        "judgement",
        "Months between formal reviews of progress (or its whole length, if short)",
        "months",
        0,
        24,
        "How many months lie between formal reviews?",
        "higher",
    ),
    _judged(
        "delivery.team",
        "How able is the team: a respected leader, skill and will, and at least half of their "
        "time?",
        "Integrity of the project team",
        very_good="all of these hold",
        good="most hold",
        average="some hold",
        poor="none holds",
    ),
    _number(
        "delivery.extra_effort",
        "judgement",
        "Extra effort asked of the staff who change, on top of normal work",
        "% of normal work",
        0,
        100,
        "How much extra effort does it ask of the staff who change, in per cent of their normal "
        "work?",
        "higher",
    ),
    _judged(
        "delivery.money",
        "Is the money to finish it there?",
        "Whether the money to finish is there (not what has been spent)",
        secured="agreed to the end",
        tight="agreed in part",
        run_out="not there",
    ),
)


def _sustain(name: str, question: str, meaning: str) -> Fact:
    """A factor of the NHS Sustainability Model, with its four levels in our words."""
    return _judged(
        f"sustain.{name}",
        question,
        meaning,
        all="all of it holds",
        most="the main part holds, something supporting it is missing",
        some="only what supports it holds",
        none="none of it holds",
    )


_SUSTAIN = (
    _sustain(
        "benefits",
        "Does it also help staff: less waste, less time, easier work?",
        "Benefits beyond helping residents",
    ),
    _sustain(
        "credibility",
        "Are its benefits plain, evidenced and believed?",
        "Credibility of the benefits",
    ),
    _sustain(
        "adaptability",
        "Would it survive staff changes and keep improving?",
        "Adaptability of the improved process",
    ),
    _sustain(
        "monitoring",
        "Is there a system that will go on measuring it after the project ends?",
        "Effectiveness of monitoring",
    ),
    _sustain(
        "training",
        "Were staff involved and trained to keep it going?",
        "Staff involvement and training",
    ),
    _sustain(
        "behaviour",
        "Do staff believe in it and bring ideas to it?",
        "Staff behaviour toward sustaining it",
    ),
    _sustain(
        "senior_leaders",
        "Are senior leaders engaged and answerable for it?",
        "Senior leadership engagement",
    ),
    _sustain(
        "professionals",
        "Are professional leaders engaged and answerable for it?",
        "Professional leadership engagement",
    ),
    _sustain(
        "strategic_fit",
        "Does it fit the council's aims, and has it a record of lasting change?",
        "Fit with strategic aims and culture",
    ),
    _sustain(
        "infrastructure",
        "Are staff, buildings, equipment, policies and job descriptions in place?",
        "Infrastructure",
    ),
)

_ROUTE = (
    _judged(
        "route.time",
        "How much time is there before it must work?",
        "Time available",
        plenty="two years or more",
        some="about a year",
        little="months",
    ),
    _judged(
        "route.scale",
        "How large a change is it for the organisation?",
        "Scale of change",
        fine_tuning="small improvements of what is done",
        incremental="a real adjustment, the service stays what it is",
        modular="a service is made anew",
        corporate="the whole organisation is made anew",
    ),
    _judged(
        "route.goal",
        "Is the first goal to save money, to build ability, or both?",
        "What the change is for, first of all",
        ordered=False,
        capability="to build ability and better practice",
        both="both, openly",
        cost="to save money or restore control",
    ),
    _judged(
        "route.knowledge",
        "Who knows what needs to be done?",
        "Where the knowledge of what to do sits",
        ordered=False,
        leaders="leaders and their experts know",
        shared="each knows a part",
        front_line="the front line knows better than leaders",
    ),
    _judged(
        "route.commitment",
        "Does it work only if staff truly commit to it?",
        "How much it rests on staff commitment",
        ordered=False,
        not_needed="compliance is enough",
        helpful="it helps",
        essential="it fails without",
    ),
    _judged(
        "route.accept_if_told",
        "If it were simply decided from above, would staff go along?",
        "Whether a decision from above would be accepted",
        likely="very likely",
        unsure="some would",
        unlikely="unlikely",
    ),
    _judged(
        "route.shared_goals",
        "Do staff share the goal of this change?",
        "Whether staff share the goal",
        yes="they do",
        partly="some do",
        no="they want something else",
    ),
    _judged(
        "route.capability",
        "Could front-line teams design and run it themselves?",
        "Ability of front-line teams to design and run the change",
        high="they have done such things",
        medium="with help",
        low="not now",
    ),
    _judged(
        "route.professional_identity",
        "Do the staff see themselves first as members of a profession?",
        "Strength of professional identity",
        ordered=False,
        weak="hardly",
        moderate="in part",
        strong="first of all",
    ),
    _judged(
        "route.local_variation",
        "How different are the places or teams it must fit?",
        "How much it must be fitted locally",
        ordered=False,
        little="much the same everywhere",
        some="different in part",
        much="each is different",
    ),
    _judged(
        "route.failure_cost",
        "What would failure mean?",
        "What is at risk if it fails",
        low="a setback",
        serious="harm to people or to the budget",
        statutory="a breach of duty, or intervention",
    ),
    _judged(
        "route.spread",
        "Do people take it up because they see colleagues do it?",
        "Whether the new practice spreads from peer to peer",
        ordered=False,
        no="no: it comes with a system or a rule",
        partly="in part",
        mostly="yes, mostly",
    ),
    _judged(
        "route.agent_power",
        "How much say does the person leading it have over those who must change?",
        "Power of the change leader",
        strong="can decide and enforce",
        moderate="can influence",
        weak="can only ask",
    ),
    _judged(
        "route.middle_managers",
        "Where do middle managers stand?",
        "Part played by middle managers",
        lead="they began it or lead it",
        support="they support it",
        oppose="they stand in its way",
    ),
    _judged(
        "route.preservation",
        "How much of the way things are done now must be kept?",
        "How much must be preserved",
        ordered=False,
        little="hardly anything",
        some="some ways and groups",
        much="most of it: people, ways and trust would be hard to win again",
    ),
    _judged(
        "route.capacity",
        "Have the people who must change the time and the money for it?",
        "Capacity to change: time and money",
        ample="both are there",
        tight="one of them is tight",
        short="they are stretched already",
    ),
    _judged(
        "route.intervention",
        "How near is intervention from outside in this service or the council?",
        "How near outside intervention is",
        none="no sign of it",
        watched="a regulator or auditor has concerns",
        near="it is threatened, or in place",
    ),
    _judged(
        "route.led_now",
        "How is it led at present?",
        "How it is led at present",
        ordered=False,
        top_down="decided and driven from the top",
        blended="direction from the top, design from below",
        bottom_up="led by front-line teams",
    ),
)

_WORTH = (
    "What has been measured since it began, and what is each course worth from here on "
    "(`path`, `reach`, `impact`, `spend`, `options`)?"
)
#: The weight of the appraisal for each course: 10 log10(P(better)/P(worse)), as formats.md section
#: 3 has it.
_APPRAISAL = tuple(
    _number(
        f"appraisal.{course}",
        "appraisal",
        f"Weight of the appraisal for: {words.doing_in_ledger}",
        "decibans",
        -30,
        30,
        _WORTH,
    )
    for course, words in COURSE_WORDS.items()
)

#: The weight of beginning what is an idea, by its plan and its class alone.
_START = tuple(
    _number(f"worth.{name}", "appraisal", meaning, "decibans", -30, 30, _WORTH)
    for name, meaning in (
        ("start", "Weight of the worth of beginning an idea, by its plan and its class"),
        ("not-start", "Weight of not beginning an idea, by its plan and its class"),
    )
)

_HANGS = "What is each initiative that hangs on it worth (its `path`, `reach`, `impact`, `spend`)?"
#: What the worth at stake downstream changes in the weight of the appraisal for each course
#: (graph.cascade).
_STAKE = tuple(
    _number(
        f"stake.{course}",
        "graph",
        f"What hangs on it, as weight for: {words.doing_in_ledger}",
        "decibans",
        -20,
        20,
        _HANGS,
    )
    for course, words in COURSE_WORDS.items()
)

_SPREAD = "Who must come to work differently, and how ready are they (`adoption`)?"
#: The weight of the simulated spread for each route, worked out as the appraisal's is (formats.md
#: section 3).
_ADOPTION = tuple(
    _number(
        f"adoption.{route}",
        "adoption",
        f"Weight of the simulated spread for: {words}",
        "decibans",
        -30,
        30,
        _SPREAD,
    )
    for route, words in (
        *((route, words.leading) for route, words in ROUTE_WORDS.items()),
        ("below-first", "beginning a blend from below"),
    )
)

#: How strongly the signs speak for each end: what a blend is known by.
_PULL = tuple(
    _number(
        f"pull.{route}",
        "pack",
        f"Signs that speak for {words.leading}, each thing looked at once",
        "decibans",
        0,
        60,
        "What speaks for leading it from the top, and what for leading it from below?",
    )
    for route, words in ROUTE_WORDS.items()
    if route != "blended"
)

#: Every fact by its name, sorted. Frameworks add `score.…` facts of their own (see scoring).
VOCABULARY: Mapping[str, Fact] = MappingProxyType(
    {
        f.name: f
        for f in sorted(
            (
                *_REGISTER,
                *_GRAPH,
                *_RESULTS,
                *_PERFORMANCE,
                *_APPRAISAL,
                *_START,
                *_STAKE,
                *_ADOPTION,
                *_PULL,
                *_KANTER,
                *_DELIVERY,
                *_SUSTAIN,
                *_ROUTE,
            ),
            key=lambda f: f.name,
        )
    }
)
