"""A sheet judged by a pack, and what its ledger says: reasons, what was not chosen, the working.

`unknowns` asks it what is missing and `flips` what would change the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from changeadvisor.errors import JudgementError
from changeadvisor.facts import VOCABULARY, FactSheet
from changeadvisor.judgement import wording
from changeadvisor.judgement.conditions import Condition, Test, each_test
from changeadvisor.judgement.explanation import (
    Disagreement,
    Reason,
    Rejected,
    Step,
    Working,
    shown_value,
)
from changeadvisor.judgement.ledger import Ledger, settle, weights_on
from changeadvisor.judgement.pack import Rule, RulePack, members
from changeadvisor.judgement.pack_file import State


@dataclass(frozen=True, slots=True)
class PackJudgement:
    """A judged sheet, and the questions a reader asks of it."""

    pack: RulePack
    sheet: FactSheet
    states: tuple[State, ...]
    """What each rule does on the sheet, by position in the pack's rules."""
    weights: tuple[float, ...]
    """What each rule weighs on it, in decibans."""
    ledger: Ledger

    @classmethod
    def of(cls, pack: RulePack, sheet: FactSheet) -> PackJudgement:
        """A sheet judged. Raises JudgementError where two rules of a `unique` pack fire."""
        states, weights = pack.states(sheet), weights_on(pack, sheet)
        return cls(pack, sheet, states, weights, settle(pack, states, weights))

    def answer_on(self, sheet: FactSheet) -> str | None:
        """The answer on a changed sheet; only the rules that look at what changed judge again."""
        before, after = self.sheet.known, sheet.known
        changed = [n for n, k in after.items() if before.get(n) is not k and before.get(n) != k]
        if len(before) != len(after) or changed:
            changed += [name for name in before if name not in after]
        states, weights = list(self.states), list(self.weights)
        for i in {i for name in changed for i in self.pack.readers.get(name, ())}:
            rule = self.pack.rules[i]
            states[i], weights[i] = rule.state(sheet), rule.decibans(sheet)
        if tuple(states) == self.states and tuple(weights) == self.weights:
            return self.ledger.answer
        try:
            return settle(self.pack, states, weights).answer
        except JudgementError:
            return None

    def reasons(self) -> tuple[Reason, ...]:
        """What fired, by rule, vetoes apart."""
        weighed = self.pack.combine == "weigh"
        reasons = [
            Reason(
                rule=rule.id,
                answer=rule.then,
                decibans=self.weights[i] if weighed else None,
                counted=self.ledger.counted[i],
                evidence=rule.evidence_name,
                because=rule.because,
                source=rule.source,
                appraises=rule.appraises,
            )
            for i, rule in enumerate(self.pack.rules)
            if self.states[i] == "fired" and not rule.veto
        ]
        return tuple(sorted(reasons, key=lambda reason: reason.rule))

    def rejected(self) -> tuple[Rejected, ...]:
        """Answers a veto took out."""
        vetoes = ((answer, self.pack.rules[i]) for answer, i in self.ledger.vetoed.items())
        rejected = (Rejected(answer, r.because or r.title, r.id) for answer, r in vetoes)
        return tuple(sorted(rejected, key=lambda r: r.answer))

    def not_chosen(self) -> tuple[Rejected, ...]:
        """Answers that were outweighed, with the counted evidence against or the lack of any."""
        chosen, support = self.ledger.answer, self.ledger.support
        if chosen is None or self.pack.combine != "weigh":
            return ()
        counted = [reason for reason in self.reasons() if reason.counted]
        outweighed = []
        for answer in sorted(self.pack.answers):
            if answer in self.ledger.vetoed or answer == chosen:
                continue
            own = [reason for reason in counted if reason.answer == answer]
            against = min(
                (reason for reason in own if (reason.decibans or 0.0) < 0),
                key=lambda reason: reason.decibans or 0.0,
                default=None,
            )
            behind = support[chosen] - support[answer]
            because = wording.outweighed(behind, chosen, against, unsupported=not own)
            outweighed.append(Rejected(answer, because))
        return tuple(outweighed)

    def survives(self) -> bool | None:
        """Whether the answer is the same with all judgement weights halved and with all doubled."""
        if self.ledger.answer is None or self.pack.combine != "weigh":
            return None
        again = (settle(self.pack, self.states, self.weights, scale).answer for scale in (0.5, 2.0))
        return all(answer == self.ledger.answer for answer in again)

    def workings(self) -> tuple[Working, ...]:
        """Every rule's working."""
        return tuple(self._working(i, rule) for i, rule in enumerate(self.pack.rules))

    def _working(self, i: int, rule: Rule) -> Working:
        weighed = self.pack.combine == "weigh" and not rule.veto and self.states[i] == "fired"
        unless = () if rule.unless is None else _steps(rule.unless, self.sheet)
        return Working(
            rule=rule.id,
            title=rule.title,
            answer=rule.then,
            state=self.states[i],
            decibans=self.weights[i] if weighed else None,
            counted=self.ledger.counted[i],
            veto=rule.veto,
            when=_steps(rule.when, self.sheet),
            unless=unless,
        )

    def disagreement(self) -> Disagreement | None:
        """Where the appraisal and the rest would each have answered alone, and otherwise.

        Each must lead by `enough` over the other's course: with less neither could have answered by
        itself. Only courses that the appraisal has priced and no veto took out are compared.
        """
        appraised, support = self._appraised(), self.ledger.support
        others = {a: support[a] - appraised.get(a, 0.0) for a in self.pack.answers}
        left = [answer for answer in self.pack.answers if answer not in self.ledger.vetoed]
        priced = [answer for answer in left if answer in appraised]
        if len(priced) < 2:
            return None
        by_worth = max(priced, key=lambda a: appraised[a])
        by_others = max(left, key=lambda a: others[a])
        if by_others not in priced:
            return None
        lead = round(appraised[by_worth] - appraised[by_others], 2)
        others_lead = round(others[by_others] - others[by_worth], 2)
        if min(lead, others_lead) < self.pack.threshold("enough"):
            return None
        strongest = self._most_parting(by_worth, by_others)
        asked = (VOCABULARY.get(name) for name in sorted(strongest.facts) if name in self.sheet)
        ask = next((fact.question for fact in asked if fact and fact.judged), None)
        return Disagreement(
            appraisal=by_worth,
            appraisal_leads=lead,
            others=by_others,
            others_lead=others_lead,
            rule=strongest.id,
            ask=ask,
            sentences=(wording.disagreement(by_worth, lead, by_others, others_lead, strongest),),
        )

    def _appraised(self) -> dict[str, float]:
        """What the appraisal says for each course it could price, in decibans."""
        return {
            rule.then: self.weights[i]
            for i, rule in enumerate(self.pack.rules)
            if rule.appraises and self.ledger.counted[i]
        }

    def _most_parting(self, by_worth: str, by_others: str) -> Rule:
        """The reason beside the appraisal that parts two courses most; of equals the first."""
        signs = {by_others: 1.0, by_worth: -1.0}
        parting = {
            i: self.weights[i] * signs[rule.then]
            for i, rule in enumerate(self.pack.rules)
            if self.ledger.counted[i] and not rule.appraises and rule.then in signs
        }
        return self.pack.rules[max(parting, key=lambda i: (parting[i], -i))]


def _steps(condition: Condition, sheet: FactSheet) -> tuple[Step, ...]:
    """Each test of a condition with the value it met."""
    return tuple(_step(test, sheet) for test in each_test(condition))


def _step(test: Test, sheet: FactSheet) -> Step:
    value = sheet.get(test.fact)
    verdicts = {test.holds(v) for v in members(value)} if value is not None else set()
    verdict = verdicts.pop() if len(verdicts) == 1 else None
    return Step(str(test), test.fact, shown_value(value), verdict)
