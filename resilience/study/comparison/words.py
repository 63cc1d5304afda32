"""The words of a comparison, each beside its translation."""

from __future__ import annotations

from simulator.contracts.words import Text, Words

_ = Words("resilience")

TEXTS: dict[str, Text] = {
    "kicker": _("Stadtwerk · comparison"),
    "title-runs": _("Two runs side by side"),
    "title-campaigns": _("Two campaigns side by side"),
    "verdicts": _("Verdicts"),
    "same": _("Both runs are the same: one digest."),
    "same-campaign": _("Both campaigns are the same: one digest."),
    "other-question": _("Mind: the two ask different questions ({a}; {b})."),
    "differences": _("{changed} of {checks} checks come out differently, {levels} of {all} service levels differ."),
    "hours": _("Person-hours summed over services: {a} against {b} ({difference})."),
    "run": _("Run"),
    "campaign": _("Campaign"),
    "city": _("Town"),
    "seed": _("Seed"),
    "digest": _("Digest"),
    "verdict": _("Verdict"),
    "answer": _("Answer"),
    "checks": _("Checks"),
    "checks-changed": _("What comes out differently"),
    "checks-same": _("What stays the same"),
    "check": _("Check"),
    "reason-in": _("finding in {side}"),
    "redundancies": _("Fallbacks"),
    "no-redundancies": _("Neither asks for a fallback."),
    "redundancy": _("Fallback"),
    "levels": _("Service levels"),
    "level": _("Service level"),
    "owed": _("required"),
    "worst-in": _("worst, {side}"),
    "below-in": _("below, {side}"),
    "hours-in": _("person-hours, {side}"),
    "difference": _("difference (B − A)"),
    "levels-same": _("The same in both: {n} more."),
    "levels-none": _("All service levels do equally well."),
    "figures": _("Figures"),
    "figure": _("Figure"),
    "service-hours": _("person-hours summed over services"),
    "person-hours": _("person-hours, each person counted once"),
    "most-people": _("people affected at the peak"),
    "recovery": _("until everything was back"),
    "not-recovered": _("not reached"),
    "faults": _("Faults that only one of the two had"),
    "fault": _("Fault"),
    "where": _("where"),
    "in": _("in"),
    "not-there": _("–"),
    "not-needed": _("not needed"),
    "pass": _("pass"),
    "fail": _("fail"),
    "inconclusive": _("inconclusive"),
    "today": _("today"),
    "measure": _("Measure"),
    "cases": _("Cases"),
    "failed": _("not finished"),
    "held-in": _("held, {side}"),
    "mean-in": _("person-hours a case, {side}"),
    "bad-in": _("95th percentile, {side}"),
    "outcomes": _("How often it held, and what a case cost"),
    "paired": _("Both drew the same cases: differences are paired ({n} pairs)."),
    "unpaired": _("The two drew different cases: means of independent runs are compared."),
    "interval-note": _(
        "In brackets 95 % intervals: shares by Clopper and Pearson, percentiles binomial, means and "
        "differences by bootstrap (BCa)."
    ),
    "services": _("By service, the town of today"),
    "service": _("Service"),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)
