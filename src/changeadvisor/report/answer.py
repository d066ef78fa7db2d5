"""One question answered, as people read it: the answer, how sure it is, and its whole working."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from changeadvisor.advice import InitiativeAdvice
from changeadvisor.errors import plain
from changeadvisor.facts import FactSheet
from changeadvisor.judgement import (
    Reason,
    Recommendation,
    Working,
    by_strength,
)
from changeadvisor.report.parts import (
    PairView,
    fact_meaning,
    has_ended,
    plain_value,
    value_in_words,
)
from changeadvisor.trajectory import Unpriced, why_unpriced
from changeadvisor.words import (
    NOT_KNOWN,
    answer_in_sentence,
    answer_label,
    answer_meaning,
    money_text,
    strength,
    times_as_likely,
)


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A rule that fired, with the facts it met."""

    rule: str
    speaks: str
    decibans: str
    weight: str
    """The same in words: slight, fair, strong, very strong."""
    because: str
    source: str
    met: str


@dataclass(frozen=True, slots=True)
class SupportView:
    """An answer's support in decibans, and its bar as a share (per cent) of the largest."""

    answer: str
    decibans: str
    bar: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class WorkingView:
    """What one rule did, test by test."""

    rule: str
    title: str
    state: str
    speaks: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One question answered, with everything a reader may ask of it."""

    heading: str
    answer: str
    meaning: str
    sureness: tuple[str, ...]
    support: tuple[SupportView, ...]
    reasons: tuple[ReasonView, ...]
    already: tuple[ReasonView, ...]
    rejected: tuple[PairView, ...]
    not_chosen: tuple[PairView, ...]
    flips: tuple[str, ...]
    missing: tuple[PairView, ...]
    workings: tuple[WorkingView, ...]


def answer_view(heading: str, found: Recommendation, item: InitiativeAdvice) -> AnswerView:
    """One question answered: how sure, why, what would change it, what to find out."""
    reasons = [_reason(found, r, item.sheet) for r in by_strength(found.reasons)]
    counted = {r.rule for r in found.reasons if r.counted}
    if has_ended(item):
        return _closed(heading)
    return AnswerView(
        heading=heading,
        answer=answer_label(found.answer),
        meaning=answer_meaning(found.answer),
        sureness=(*_sureness(found), *_disagreement(found), *_to_know(found, item)),
        support=tuple(_support(found)),
        reasons=tuple(r for r in reasons if r.rule in counted),
        already=tuple(r for r in reasons if r.rule not in counted),
        rejected=tuple(
            PairView(answer_label(r.answer), f"{r.because} ({r.rule})") for r in found.rejected
        ),
        not_chosen=tuple(PairView(answer_label(r.answer), r.because) for r in found.not_chosen),
        flips=tuple(f.change for f in found.flips) or ("No change of a single known fact.",),
        missing=tuple(_missing(found)),
        workings=tuple(map(_working, found.workings)),
    )


def _closed(heading: str) -> AnswerView:
    """Of what has ended nothing is recommended, so no working is shown."""
    return AnswerView(
        heading, "Closed: nothing to recommend", "", (), (), (), (), (), (), (), (), ()
    )


def _missing(found: Recommendation) -> Iterator[PairView]:
    """What to find out, each question once: several facts may be settled by one."""
    asked: set[str] = set()
    for m in found.missing:
        if m.question not in asked:
            asked.add(m.question)
            yield PairView(_could_move(m.could_move), m.question)


def _disagreement(found: Recommendation) -> Iterator[str]:
    """Where the appraisal and the rest of the ledger point strongly apart."""
    if found.disagreement is not None:
        yield from found.disagreement.sentences


def _to_know(found: Recommendation, item: InitiativeAdvice) -> Iterator[str]:
    """Where there is no answer to what to do.

    What knowing the end of it would be worth, or why that cannot be said.
    """
    if found.answer is not None or found is not item.action:
        return
    outlook, unpriced = (
        item.outlook,
        "What it would be worth to know how it will end cannot be said",
    )
    if outlook.value is None:
        yield f"{unpriced}, since {_not_priced(item)}."
    elif len(outlook.value) < 2:
        yield f"{unpriced}: only one course can be priced. Say what else could be done (`options`)."
    else:
        yield worth_of_knowing_said(item)


def _not_priced(item: InitiativeAdvice) -> str:
    why = item.evidence.appraisal
    return (
        why_unpriced(why)
        if isinstance(why, Unpriced)
        else "its path does not say enough (`baseline`, `target`, `months_to_target`)"
    )


def worth_of_knowing_said(item: InitiativeAdvice) -> str:
    """What it would be worth at most to know how it will end."""
    worth = item.outlook.worth_of_knowing
    if not worth:
        return (
            "To know how it will end would change nothing: one course is worth most whatever comes."
        )
    assumed = "" if item.outlook.basis else " (full, partial and none taken as equally likely)"
    return (
        "To know how it will end would be worth at most"
        f" {money_text(worth, item.evidence.currency)}{assumed}."
    )


def _could_move(decibans: float | None) -> str:
    if decibans is None:
        return "could matter"
    return f"could matter: {strength(decibans)} evidence"


def _reason(found: Recommendation, reason: Reason, sheet: FactSheet) -> ReasonView:
    working = next(w for w in found.workings if w.rule == reason.rule)
    names = dict.fromkeys(
        step.fact for step in (*working.when, *working.unless) if step.verdict is not None
    )
    met = "; ".join(
        f"{fact_meaning(n).lower()}: {value_in_words(sheet, n)}" for n in names if n in sheet
    )
    against = (reason.decibans or 0.0) < 0
    speaks = f"{'against' if against else 'for'} {answer_in_sentence(reason.answer)}"
    decibans = "" if reason.decibans is None else f"{reason.decibans:+g}"
    weight = "" if reason.decibans is None else strength(reason.decibans)
    return ReasonView(
        reason.rule, speaks, decibans, weight, reason.because, reason.source, plain(met, 600)
    )


def _support(found: Recommendation) -> Iterator[SupportView]:
    largest = max((abs(v) for v in found.support.values()), default=0.0) or 1.0
    for answer, value in found.support.items():
        yield SupportView(
            answer_label(answer),
            f"{value:+g}",
            round(100 * abs(value) / largest),
            answer == found.answer,
        )


def _sureness(found: Recommendation) -> Iterator[str]:
    """How sure the answer is, in whole sentences."""
    if found.answer is None:
        yield from _no_answer(found)
        return
    if found.margin is None:
        yield "No other answer is left."
    else:
        yield (
            "The weight of evidence that puts it ahead of the next answer is"
            f" {strength(found.margin)}: {times_as_likely(found.margin)}."
        )
    if found.finely_balanced:
        yield "It is finely balanced."
    yield (
        "No fact still missing could change it."
        if found.stands
        else "Facts still missing could change it."
    )
    if found.survives is not None:
        same = "the same" if found.survives else "not the same"
        yield f"With all judgement weights halved, and with all doubled, the answer is {same}."


def _no_answer(found: Recommendation) -> Iterator[str]:
    if not found.enough:
        yield "There is not enough evidence for an answer."
    elif found.margin is not None:
        yield "The evidence does not separate the two leading answers."
    else:
        yield "No answer is left."
    if found.missing:
        yield f"Find out first: {found.missing[0].question}"


def _working(working: Working) -> WorkingView:
    steps = [(s, "") for s in working.when] + [(s, "unless ") for s in working.unless]
    verdicts = {True: "holds", False: "does not hold", None: "unknown"}
    tests = tuple(
        f"{before}{s.test}: {NOT_KNOWN if s.value is None else plain(plain_value(s.value))} –"
        f" {verdicts[s.verdict]}"
        for s, before in steps
    )
    against = (working.decibans or 0.0) < 0
    speaks = "takes out" if working.veto else "against" if against else "for"
    return WorkingView(
        working.rule,
        working.title,
        _state(working),
        f"{speaks} {answer_in_sentence(working.answer)}",
        tests,
    )


def _state(working: Working) -> str:
    if working.state == "fired" and not working.counted and not working.veto:
        return "fired, its evidence already counted"
    return {"fired": "fired", "silent": "silent", "unknown": "waits for a fact"}[working.state]
