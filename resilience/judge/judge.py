"""All checkers on one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from resilience.judge.answer import answer
from resilience.judge.checkers import CHECKERS, Context
from resilience.judge.verdict import Category, Finding, Value, Verdict, combined
from resilience.scenario.scenario import Scenario
from resilience.scenario.selector import matching
from simulator.contracts.city import City
from simulator.contracts.history import History
from simulator.contracts.words import Words

_ = Words("resilience")

Checker = Callable[[Context], tuple[Finding, ...]]


def judge(scenario: Scenario, city: City, history: History, checkers: Sequence[Checker] = CHECKERS) -> Verdict:
    """The verdict on one run: any fail fails; else anything inconclusive is inconclusive; else pass.

    `scenario` is the one that was executed, with its random selectors resolved under the run's seed.
    """
    context = Context(_settled(scenario, city), city, history)
    findings: list[Finding] = []
    for checker in checkers:
        try:
            findings.extend(checker(context))
        except Exception as error:  # a broken judge has not acquitted anybody
            name = getattr(checker, "__name__", "checker")
            said = f"{type(error).__name__}: {error}"
            reason = _("The check itself failed ({said}).", said=said)
            title = _("Check {name}", name=name)
            findings.append(Finding(name, Category.EXECUTION, Value.INCONCLUSIVE, title, reason))
    value = combined(finding.value for finding in findings)
    return Verdict(
        scenario.id,
        scenario.title,
        scenario.question,
        value,
        answer(value, findings),
        tuple(findings),
        scenario.charter,
    )


def _settled(scenario: Scenario, city: City) -> Scenario:
    """Selectors that need no draw mean the same under every seed and are filled in here."""
    timeline = tuple(
        replace(entry, targets=matching(entry.selector, entry.fault, city), selector=None)
        if entry.selector is not None and entry.selector.random is None and not entry.is_drawn
        else entry
        for entry in scenario.timeline
    )
    return replace(scenario, timeline=timeline)
