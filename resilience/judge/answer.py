"""The answer to a scenario's question in a few sentences."""

from __future__ import annotations

from collections.abc import Sequence

from resilience.judge.verdict import Category, Finding, Value
from simulator.contracts.words import Text, Verbatim, Words, enumerated

_ = Words("resilience")

NAMED = 3
"""Findings and fallbacks that are named one by one; more are counted."""


def answer(value: Value, findings: Sequence[Finding]) -> Text:
    """`Yes: the town holds ...`, `No: the town does not hold. ...` or `Open: ...`.

    A pass says which fallbacks took over. Anything else says the finding that weighs most, and names the others.
    """
    asked = [f for f in findings if f.category in (Category.EXPECTATION, Category.REDUNDANCY)]
    if value is Value.PASS:
        return _held(asked)
    wrong = [finding for finding in findings if finding.value is value]
    undone = [finding for finding in wrong if finding.category is Category.EXECUTION]
    if value is Value.FAIL and undone:
        return _with_more(_("No: the run was not the one asked for. "), undone)
    if value is Value.FAIL:
        return _with_more(_("No: the town does not hold. "), wrong)
    return _with_more(
        _("Open: the run does not show whether the town holds. "),
        wrong,
    )


def _held(asked: Sequence[Finding]) -> Text:
    if len(asked) == 1:
        met = _("Yes: the town holds; its one expectation is met.")
    else:
        met = _("Yes: the town holds; all {count} expectations are met.", count=len(asked))
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
    first = next((finding for finding in wrong if finding.category is Category.EXPECTATION), wrong[0])
    if first.value is Value.INCONCLUSIVE:
        first = wrong[0]  # an unsteady start or a fault without effect explains what follows
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
