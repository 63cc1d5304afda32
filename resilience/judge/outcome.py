"""What a verdict means for a suite: as expected, a known weakness, a failure, or inconclusive.

A known weakness is declared in the scenario file and names the findings that fail, with what would cure them. It is met
only if exactly these fail and nothing else is wrong, and with the cure they hold: a weakness that has gone, another one
beside it, or a cure that does not cure, is a failure of the suite.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from resilience.judge.verdict import Category, Finding, Value, Verdict
from resilience.scenario.scenario import KnownWeakness, Weakness
from resilience.words.changes import change_words
from simulator.contracts.city import City
from simulator.contracts.words import Text, Verbatim, Words, enumerated, joined

_ = Words("resilience")


ASKED = (Category.REDUNDANCY, Category.EXPECTATION, Category.REQUIRED)
"""What is asked of the town; the rest says whether the run itself is good."""


class Outcome(StrEnum):
    """`RECORDED`: not as it should be, and as a baseline has it. `NOT_SHOWN`: the faults made no difference to anything
    that was judged. `NOT_RUN`: there was no time left for it. `ERROR`: the run itself broke down, by a fault of the
    program.
    """

    PASS = "pass"
    KNOWN = "known-weakness"
    RECORDED = "recorded"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_SHOWN = "not-shown"
    NOT_RUN = "not-run"
    ERROR = "error"


EXIT_CODES = (
    (Outcome.ERROR, 70),
    (Outcome.FAIL, 1),
    (Outcome.INCONCLUSIVE, 2),
    (Outcome.NOT_SHOWN, 2),
    (Outcome.NOT_RUN, 2),
)
"""The exit code of a suite, by the worst outcome in it; 0 if there is none of these."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome with its reason. `unexpected` are the findings that make it one that was not expected."""

    outcome: Outcome
    reason: Text
    unexpected: tuple[Finding, ...] = ()


def outcome_of(verdict: Verdict, expected: KnownWeakness | None, city: City | None = None) -> Judged:
    """What a verdict means where `expected` was declared (None: a pass is expected).

    With the city that the run played in, the reason of a known weakness names the cures as well.
    """
    failed = [finding for finding in verdict.findings if finding.value is Value.FAIL]
    open_ = Outcome.NOT_SHOWN if verdict.without_effect else Outcome.INCONCLUSIVE
    if expected is None:
        return Judged(
            open_ if verdict.value is Value.INCONCLUSIVE else Outcome(verdict.value.value),
            verdict.answer,
            tuple(f for f in verdict.findings if f.value is verdict.value) if verdict.value is not Value.PASS else (),
        )
    beyond = tuple(finding for finding in failed if not is_known(finding, expected))
    if beyond:
        more = enumerated([quoted(finding.title) for finding in beyond])
        reason = _("Failed otherwise than expected: {more}. {reason}", more=more, reason=beyond[0].reason)
        return Judged(Outcome.FAIL, reason, beyond)
    unsettled = tuple(finding for finding in verdict.findings if finding.value is Value.INCONCLUSIVE)
    if unsettled:
        return Judged(open_, unsettled[0].reason, unsettled)
    gone = tuple(f for f in verdict.findings if f.value is Value.PASS and is_known(f, expected))
    if gone:
        names = enumerated([quoted(finding.title) for finding in gone])
        reason = _(
            "The known weakness no longer shows: {names}. If it is fixed, take `expected` out of the scenario.",
            names=names,
        )
        return Judged(Outcome.FAIL, reason, gone)
    return Judged(Outcome.KNOWN, weakness_words(verdict, expected, city))


def weakness_words(verdict: Verdict, expected: KnownWeakness, city: City | None = None, tried: bool = True) -> Text:
    """What failed in this run, and with a city what it would hold with; not `tried`: what is declared to be enough."""
    holds = _("It holds with: {cure}.") if tried else _("Declared as a cure, which this run did not try: {cure}.")
    failed = [finding for finding in verdict.findings if finding.value is Value.FAIL and is_known(finding, expected)]
    reasons = {finding.id: finding.reason for finding in failed}
    said: list[Text] = []
    for weakness in expected.weaknesses:
        shown = [reasons[name] for name in weakness.findings if name in reasons]
        said += shown
        if shown and city is not None:
            said.append(holds.filled(cure=change_words(json.loads(weakness.cure), city)))
    return joined(said, Verbatim(" "))


def weakness_note(verdict: Verdict, expected: KnownWeakness, city: City) -> Text:
    """What a single run, of which no cure was run, says of the declared weaknesses.

    Where all that failed is declared: the reasons and the declared cures. Where anything else failed beside it: what
    that is, and no cure, as none is known that keeps the town.
    """
    failed = [finding for finding in verdict.findings if finding.value is Value.FAIL]
    beyond = [quoted(finding.title) for finding in failed if not is_known(finding, expected)]
    if not beyond:
        return _("known weakness, as declared: {what}", what=weakness_words(verdict, expected, city, tried=False))
    known = [quoted(finding.title) for finding in failed if is_known(finding, expected)]
    if not known:
        return _("not declared as a known weakness: {beyond}", beyond=enumerated(beyond))
    return _(
        "only a part is declared as a known weakness: {known}; no cure is declared for {beyond}",
        known=enumerated(known),
        beyond=enumerated(beyond),
    )


@dataclass(frozen=True, slots=True)
class CuredRun:
    """The run again with the cure of a weakness: which of its findings do not hold yet, or why it could not be run.

    `less` is about half of the cure, as JSON text, where that is enough as well; else empty.
    """

    weakness: Weakness
    left: tuple[Finding, ...] = ()
    error: str = ""
    less: str = ""

    @property
    def cured(self) -> bool:
        return not self.left and not self.error


def held_to_cures(judged: Judged, runs: Sequence[CuredRun], city: City) -> Judged:
    """A known weakness whose cure does not cure is none: nobody knows what it comes from.

    A cure of which half would do is told.
    """
    wrong = next((run for run in runs if not run.cured), None)
    if judged.outcome is not Outcome.KNOWN:
        return judged
    if wrong is None:
        more = [_("Less would do: {cure}.", cure=change_words(json.loads(run.less), city)) for run in runs if run.less]
        return replace(judged, reason=joined([judged.reason, *more], Verbatim(" ")))
    cure = change_words(json.loads(wrong.weakness.cure), city)
    if wrong.error:
        reason: Text = _("The cure of the known weakness does not fit the city: {error}", error=wrong.error)
    else:
        reason = _(
            "The cure of the known weakness does not cure it. With {cure}: {reason}",
            cure=cure,
            reason=joined([finding.reason for finding in wrong.left], Verbatim(" ")),
        )
    return Judged(Outcome.FAIL, reason, wrong.left)


def is_known(finding: Finding, expected: KnownWeakness | None) -> bool:
    """Whether a finding is one of those that the scenario expects to fail."""
    return expected is not None and finding.category in ASKED and finding.id in expected.findings


def exit_code_of(outcomes: tuple[Outcome, ...]) -> int:
    """0 if all is as expected; else what the worst outcome says. Nothing run at all is inconclusive."""
    if not outcomes:
        return 2
    return next((code for outcome, code in EXIT_CODES if outcome in outcomes), 0)


def quoted(title: Text) -> Text:
    """A finding's title, in the quotation marks of each language."""
    return _("“{title}”", title=title) if title != Verbatim("") else title
