"""The words of the charter report in German and English."""

from __future__ import annotations

from resilience.judge.outcome import Outcome
from resilience.report.charter.content import Status
from simulator.contracts.words import Words

_ = Words("resilience")

STATUS = {
    Status.SHOWN: _("shown"),
    Status.WEAKNESS: _("known weakness"),
    Status.FAILED: _("not met"),
    Status.NOT_SHOWN: _("not shown"),
}
OUTCOME = {
    Outcome.PASS: _("pass"),
    Outcome.KNOWN: _("known weakness"),
    Outcome.FAIL: _("fail"),
    Outcome.INCONCLUSIVE: _("inconclusive"),
    Outcome.NOT_SHOWN: _("not shown"),
    Outcome.ERROR: _("error"),
}

TEXTS = {
    "kicker": _("Stadtwerk · assessment grid for the Smart City Charter"),
    "heading": _("Evidence of {city} for the charter"),
    "facts": _("{people} people · {scenarios} scenarios in {runs} runs · {clauses} clauses"),
    "answer": _("Result"),
    "sum-known-weakness": _("{n} with a known weakness"),
    "sum-failed": _("{n} not met"),
    "sum-not-shown": _("{n} not shown"),
    "badge-all": _("all shown"),
    "all-shown": _("All {all} clauses are shown."),
    "some-shown": _("{shown} of {all} clauses are shown without reservation."),
    "card-shown": _("shown without reservation"),
    "card-known-weakness": _("shown, with a known weakness"),
    "card-failed": _("not met"),
    "card-not-shown": _("not shown"),
    "note-shown": _("by scenarios or checks"),
    "note-known-weakness": _("the town knows it and says why"),
    "note-failed": _("an expectation was missed"),
    "note-not-shown": _("nobody has examined it conclusively"),
    "contents": _("Contents"),
    "grid": _("Check grid"),
    "grid-intro": _(
        "One row a clause. “Not shown” means that no scenario and no check has examined the clause "
        "conclusively; that is never a pass. A known weakness is declared in its scenario, with the "
        "reason."
    ),
    "clause": _("Clause"),
    "status": _("Status"),
    "must-show": _("What has to be shown"),
    "found": _("What was found"),
    "details": _("The clauses one by one"),
    "scenario": _("Scenario"),
    "outcome": _("Outcome"),
    "checked": _("checked"),
    "target": _("target"),
    "actual": _("actual"),
    "source": _("source of the target"),
    "checks": _("Checks of data and interfaces"),
    "no-evidence": _("No scenario names this clause."),
    "figures-of": _("Targets and actual figures: {title}"),
    "more-figures": _("targets and actual figures ({n})"),
    "owners": _("Who answers for what"),
    "owners-intro": _(
        "Each finding stands with whoever owns the component or is responsible for the service that it "
        "is about. A finding at the interface of two owners stands with both."
    ),
    "owner": _("Owner"),
    "components": _("components"),
    "links": _("links"),
    "levels": _("required service levels"),
    "findings": _("findings"),
    "no-findings": _("no finding"),
    "same-findings": _("in {n} scenarios"),
    "not-shown": _("What is not shown"),
    "nothing-open": _("There is conclusive evidence for every clause."),
    "open-runs": _("Runs that show nothing conclusive"),
    "makers": _("Dependency on vendors"),
    "makers-intro": _(
        "Each vendor's share of the components of a kind, where the vendor is known. The larger the "
        "share, the more fails at once by a fault of this vendor."
    ),
    "maker": _("Vendor"),
    "kind": _("Kind"),
    "share": _("Share"),
    "no-makers": _("No component's vendor is known."),
    "ages": _("Age of components"),
    "ages-intro": _("Components past their usual service life in {year}. Where no year is known, nothing can be said."),
    "count": _("number"),
    "past": _("past their service life"),
    "unknown-age": _("without a year"),
    "oldest": _("oldest"),
    "lifetime": _("usual service life"),
    "years": _("years"),
    "no-ages": _("No component names its year."),
    "thresholds": _("Limits"),
    "thresholds-caption": _("Limits the findings rest on, and how sure they are"),
    "limit": _("Limit"),
    "value": _("Value"),
    "confidence": _("confidence"),
    "reproduce": _("How to reproduce"),
    "reproduce-intro": _(
        "The same command gives the same run, figure for figure. This report was made by the first one."
    ),
    "seed": _("seed"),
    "footer": _(
        "This report shows simulations, not measurements, and certifies nothing. The clauses are put in "
        "words of our own; what counts is the Smart City Charter (BMUB/BBSR 2017)."
    ),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text of the report with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)
