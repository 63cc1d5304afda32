"""All checkers on one run, and the answer to its question in a few sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from resilience.judge.approximations import approximations, bounded, named, weighed
from resilience.judge.checkers import CHECKERS, Context
from resilience.judge.unasked import in_short, not_asked
from resilience.judge.verdict import Category, Finding, NotAsked, Value, Verdict, combined
from resilience.scenario.scenario import Scenario
from resilience.scenario.selector import matching
from simulator.contracts.city import City
from simulator.contracts.history import History
from simulator.contracts.words import Text, Verbatim, Words, enumerated, joined

_ = Words("resilience")

NAMED = 3
"""Findings and fallbacks that are named one by one; more are counted."""


def answer(value: Value, findings: Sequence[Finding], not_asked: Sequence[NotAsked] = ()) -> Text:
    """`Yes: the town holds ...`, `No: the town does not hold. ...` or `Open: ...`, and what was not asked.

    A pass says which fallbacks took over. Anything else says the finding that weighs most, and names the others.
    """
    said = _answer(value, findings, bool(not_asked))
    if not not_asked:
        return said
    return said + _(" Not asked: {levels}.", levels=joined([in_short(one) for one in not_asked], Verbatim("; ")))


def _answer(value: Value, findings: Sequence[Finding], partly: bool) -> Text:
    asked = [f for f in findings if f.category in (Category.EXPECTATION, Category.REDUNDANCY)]
    if value is Value.PASS:
        return _held(asked, partly)
    wrong = [finding for finding in findings if finding.value is value]
    undone = [finding for finding in wrong if finding.category is Category.EXECUTION]
    if value is Value.FAIL and undone:
        return _with_more(_("No: the run was not the one asked for. "), undone)
    if value is Value.FAIL:
        said = _with_more(_("No: the town does not hold. "), wrong)
        unfelt = [f for f in findings if f.category is Category.DIFFERENCE and f.value is Value.INCONCLUSIVE]
        return said + Verbatim(" ") + unfelt[0].reason if unfelt else said
    return _with_more(
        _("Open: the run does not show whether the town holds. "),
        wrong,
    )


def _held(asked: Sequence[Finding], partly: bool) -> Text:
    """`partly`: a required level was not asked for, so nothing is said of the town as a whole."""
    held = _("Yes: what was judged holds") if partly else _("Yes: the town holds")
    if len(asked) == 1:
        met = _("{held}; its one expectation is met.", held=held)
    else:
        met = _("{held}; all {count} expectations are met.", held=held, count=len(asked))
    spare = [finding for finding in asked if finding.category is Category.REDUNDANCY]
    used = [finding.title for finding in spare if finding.needed]
    if used:
        names = enumerated(used, NAMED + 1)
        return met + _(" What took over: {names}.", names=names)
    if spare:
        return met + _(" No fallback was needed.")
    return met


def _with_more(begin: Text, wrong: Sequence[Finding]) -> Text:
    """The most telling reason, and the names of the others. Expectations tell more than what stands behind them."""
    if not wrong:
        return begin + _("Nothing was judged.")
    telling = (Category.EXPECTATION, Category.REQUIRED)
    first = min(wrong, key=lambda one: telling.index(one.category) if one.category in telling else len(telling))
    if first.value is Value.INCONCLUSIVE:  # an unsteady start, or faults that nobody feels, explain what follows
        explain = (Category.STEADY_STATE, Category.DIFFERENCE)
        first = next((one for one in wrong if one.category in explain), wrong[0])
    said = begin + first.reason
    others = [_quoted(finding.title) for finding in wrong if finding is not first]
    if not others:
        return said
    names = enumerated(others, NAMED + 1)
    also = _("Not met either")
    if first.value is Value.INCONCLUSIVE:
        also = _("Open as well")
    return said + Verbatim(" ") + _("{also}: {names}.", also=also, names=names)


def _quoted(title: Text) -> Text:
    return _("“{title}”", title=title)


Checker = Callable[[Context], tuple[Finding, ...]]


def judge(
    scenario: Scenario,
    city: City,
    history: History,
    checkers: Sequence[Checker] = CHECKERS,
    twin: History | None = None,
) -> Verdict:
    """The verdict on one run: any fail fails; else anything inconclusive is inconclusive; else pass.

    `scenario` is the one that was executed, with its random selectors resolved under the run's seed. `twin` is the same
    run without its faults; None where nobody looks whether they made a difference.
    """
    context = Context(_settled(scenario, city), city, history, twin)
    findings = _found(context, checkers)
    rough = approximations(history)
    if rough:
        best, worst = (_found(bounded(context, rough, good), checkers) for good in (True, False))
        weighty = weighed(findings, best, worst, rough, city)
        changed = [one for one, was in zip(weighty, findings, strict=True) if one is not was]
        findings = [*weighty, *named(rough, changed, city)]
    value = combined(finding.value for finding in findings)
    left_out = not_asked(scenario, city, history)
    return Verdict(
        scenario.id,
        scenario.title,
        scenario.question,
        value,
        answer(value, findings, left_out),
        tuple(findings),
        scenario.charter,
        not_asked=left_out,
    )


def _found(context: Context, checkers: Sequence[Checker]) -> list[Finding]:
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
    return findings


def _settled(scenario: Scenario, city: City) -> Scenario:
    """Selectors that need no draw mean the same under every seed and are filled in here."""
    timeline = tuple(
        replace(entry, targets=matching(entry.selector, entry.fault, city), selector=None)
        if entry.selector is not None and entry.selector.random is None and not entry.is_drawn
        else entry
        for entry in scenario.timeline
    )
    return replace(scenario, timeline=timeline)
