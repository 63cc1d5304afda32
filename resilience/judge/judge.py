"""All checkers on one run, and the answer to its question in a few sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from resilience.judge.affected import Lows, groups, lows, person_hours
from resilience.judge.approximations import approximations, bounded, leant_on, named, weighed
from resilience.judge.checkers import CHECKERS, Context
from resilience.judge.outcome import ASKED
from resilience.judge.unasked import allowed, in_short, not_asked
from resilience.judge.verdict import Allowed, Category, Finding, NotAsked, Value, Verdict, combined
from resilience.judge.withheld import at_odds, unknown
from resilience.scenario.scenario import Scenario, level_of
from resilience.scenario.selector import matching
from simulator.contracts.city import City
from simulator.contracts.history import History
from simulator.contracts.words import Text, Verbatim, Words, enumerated, joined

_ = Words("resilience")

NAMED = 3
"""Findings and fallbacks that are named one by one; more are counted."""


Felt = Callable[[Finding], float]
"""Person-hours that residents lacked what a finding is about."""


def answer(
    value: Value,
    findings: Sequence[Finding],
    not_asked: Sequence[NotAsked] = (),
    allowed: Sequence[Allowed] = (),
    felt: Felt = lambda _finding: 0.0,
) -> Text:
    """`Yes: the town holds ...`, `No: the town does not hold. ...` or `Open: ...`, and what was not asked.

    A pass says which fallbacks took over. Anything else says the finding that weighs most, and names the others: what
    residents lacked by its person-hours (`felt`), and only then technical indicators.
    """
    said = _answer(value, findings, bool(not_asked or allowed), felt)
    for label, rows in (
        (_(" Not asked: {levels}."), [one for one in not_asked if one.only is None]),
        (_(" Asked for less than required: {levels}."), [one for one in not_asked if one.only is not None]),
        (_(" Missed as the scenario allows: {levels}."), allowed),
    ):
        if rows:
            said = said + label.filled(levels=joined([in_short(one) for one in rows], Verbatim("; ")))
    return said


def _answer(value: Value, findings: Sequence[Finding], partly: bool, felt: Felt) -> Text:
    asked = [f for f in findings if f.category in (Category.EXPECTATION, Category.REDUNDANCY)]
    if value is Value.PASS:
        return _held(asked, partly)
    wrong = [finding for finding in findings if finding.value is value]
    undone = [finding for finding in wrong if finding.category is Category.EXECUTION]
    if value is Value.FAIL and undone:
        return _with_more(_("No: the run was not the one asked for. "), undone, felt)
    if value is Value.FAIL:
        said = _with_more(_("No: the town does not hold. "), wrong, felt)
        unfelt = [f for f in findings if f.category is Category.DIFFERENCE and f.value is Value.INCONCLUSIVE]
        return said + Verbatim(" ") + unfelt[0].reason if unfelt else said
    return _with_more(_("Open: the run does not show whether the town holds. "), wrong, felt)


def _held(asked: Sequence[Finding], partly: bool) -> Text:
    """`partly`: a required level was not asked for, so nothing is said of the town as a whole."""
    held = _("Yes: what was judged holds") if partly else _("Yes: the town holds")
    if len(asked) == 1:
        met = _("{held}; its one expectation is met.", held=held)
    elif len(asked) == 2:
        met = _("{held}; both expectations are met.", held=held)
    else:
        met = _("{held}; all {count} expectations are met.", held=held, count=len(asked))
    spare = [finding for finding in asked if finding.category is Category.REDUNDANCY]
    used = [
        _("{title} (endurance not tested)", title=finding.title) if finding.untested else finding.title
        for finding in spare
        if finding.needed
    ]
    if used:
        names = enumerated(used, NAMED + 1)
        return met + _(" What took over: {names}.", names=names)
    if spare:
        return met + _(" No fallback was needed.")
    return met


def _with_more(begin: Text, wrong: Sequence[Finding], felt: Felt) -> Text:
    """The most telling reason, and the names of the others. Expectations tell more than what stands behind them."""
    if not wrong:
        return begin + _("Nothing was judged.")
    telling = (Category.EXPECTATION, Category.REQUIRED)
    wrong = sorted(  # stable: what is alike stays in the order of the file and the catalogue
        wrong,
        key=lambda one: (-felt(one), telling.index(one.category) if one.category in telling else len(telling)),
    )
    first = wrong[0]
    if first.value is Value.INCONCLUSIVE:  # an unsteady start, or faults that nobody feels, explain what follows
        explain = (Category.STEADY_STATE, Category.DIFFERENCE)
        first = next((one for one in wrong if one.category in explain), first)
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
        weighty = weighed(findings, best, worst, leant_on(rough, city))
        changed = [one for one, was in zip(weighty, findings, strict=True) if one is not was]
        findings = [*weighty, *named(rough, changed, city)]
    for one in city.findings:
        if one.withholds:
            best, worst = (_found(unknown(context, one, good), checkers) for good in (True, False))
            findings = [*weighed(findings, best, worst, at_odds(one))]
    value = combined(finding.value for finding in findings)
    low = lows(city, history, 0, history.end)
    out, let = not_asked(context, low), allowed(context, findings, low)
    return Verdict(
        scenario.id,
        scenario.title,
        scenario.question,
        value,
        answer(value, findings, out, let, lambda one: _felt(one, city, low)),
        tuple(findings),
        scenario.charter,
        not_asked=out,
        allowed=let,
    )


def _felt(finding: Finding, city: City, low: Lows) -> float:
    """Person-hours without what a finding is about: its levels, or those in which its components show.

    What only says how the run went, as evidence, is about nothing that anybody lacks.
    """
    if finding.category not in ASKED:
        return 0.0
    about = [city.levels.get(name) or level_of(name, city) for name in finding.subjects]
    return person_hours(groups(city, [level for level in about if level is not None]), low)


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
