"""The words of an audit's page and of its answer, each beside its translation."""

from __future__ import annotations

from resilience.judge.verdict import Value
from resilience.study.audit.audit import Audit
from resilience.study.audit.cases import Group
from simulator.contracts.words import NO_TEXT, Text, Words, number

_ = Words("resilience")
_n = _.plural

GROUPS: dict[Group, Text] = {
    Group.LINK: _("links cut"),
    Group.COMPONENT: _("components failed"),
    Group.LIFELINE: _("lifelines without anything digital"),
    Group.ACCESS: _("access for crews and rescue"),
    Group.PAIR: _("two at once"),
    Group.MAKER: _("everything of one vendor"),
}

VALUES: dict[Value, Text] = {
    Value.PASS: _("holds"),
    Value.FAIL: _("does not hold"),
    Value.INCONCLUSIVE: _("open"),
}

TEXTS: dict[str, Text] = {
    "kicker": _("Stadtwerk · audit of all dependencies"),
    "title": _("What happens when one of them fails?"),
    "people": _("people"),
    "question": _("The question"),
    "question-text": _(
        "Does every part of the town go on working when one link or one core component fails, and is "
        "there a way without technology when everything digital is gone?"
    ),
    "answer": _("The answer"),
    "counts": _("What was audited"),
    "group": _("group"),
    "cases": _("cases"),
    "run": _("simulated"),
    "unasked": _("proven to have no effect"),
    "no-effect": _("no effect"),
    "failures": _("What does not hold"),
    "nothing": _("Nothing."),
    "subject": _("what fails"),
    "kind": _("kind"),
    "owner": _("owner"),
    "sub-system": _("worst sub-system"),
    "level": _("service"),
    "depth": _("worst value"),
    "owed": _("required"),
    "length": _("at a stretch"),
    "hours": _("person-hours"),
    "result": _("result"),
    "points": _("Single points of failure"),
    "points-intro": _(
        "Looked for twice: in the dependency graph (who has every feed of one kind over this one place) "
        "and by simulation (which service falls below the required level). The graph knows no time, no "
        "capacity and no fallback; where the two differ, the reason is given."
    ),
    "both": _("graph and simulation say: single point of failure"),
    "only-graph": _("the graph only"),
    "only-simulation": _("the simulation only"),
    "victims": _("hangs on it"),
    "why": _("why not both"),
    "owners": _("Findings by owner"),
    "nobody": _("not stated"),
    "failing": _("that do not hold"),
    "makers": _("Dependency on vendors"),
    "maker": _("vendor"),
    "share": _("share of all with a known vendor"),
    "lost": _("below the required level if all of it fails"),
    "roads-intro": _(
        "A blocked way in does harm only when somebody has to get there. So it is tried together with "
        "the need (something is broken and a crew called, a generator needs fuel, wells and tankers are "
        "needed) and held against the same need with the road open."
    ),
    "unsteady": _("Services that cannot be judged"),
    "unsteady-intro": _("They were below the required level without any fault, or were not recorded."),
    "pairs-spared": _("Pairs that needed no run"),
    "rule-one": _("one of the two is too much already"),
    "rule-unasked": _("the other is proven to have no effect"),
    "rule-apart": _("the two have nothing to do with each other"),
    "assumptions": _("Assumptions"),
    "all": _("All cases stand in audit.csv and audit.json."),
    "way-to": _("way to "),
    "replay": _("The worst cases lie in cases/ as scenarios. One by itself, with a full report:"),
    "more": _("and {} more in audit.csv"),
    "and-more": _("and {} more"),
}


def answer(audit: Audit) -> Text:
    """The audit in one or two sentences."""
    failed, total = len(audit.failed), len(audit.outcomes)
    left = sum(outcome.value is Value.INCONCLUSIVE for outcome in audit.outcomes)
    of_all = number(total)
    opened: Text = NO_TEXT
    if left:
        opened = _n(" One case is open.", " {n} cases are open.", left, n=number(left))
    unjudged = len(audit.bench.unsteady)
    if unjudged:
        opened += _n(" One service cannot be judged.", " {n} services cannot be judged.", unjudged, n=number(unjudged))
    if not failed:
        if audit.value is Value.PASS:
            return _("Yes: the town holds in all {of_all} cases.", of_all=of_all)
        return _("Open: nothing fell below the required level.") + opened
    return (
        _(
            "No: in {failed} of {of_all} cases a service falls below the required level, or nobody gets there.",
            failed=number(failed),
            of_all=of_all,
        )
        + opened
    )
