"""The verdict as JUnit XML, for build servers. A pure function: no time of day, no host name."""

from __future__ import annotations

from xml.etree import ElementTree

from resilience.judge.unasked import in_short
from resilience.judge.verdict import Allowed, NotAsked, Value, Verdict
from simulator.contracts.words import Message, Words

_ = Words("resilience")


def junit_xml(verdict: Verdict, language: str = "en") -> str:
    """One test suite for the scenario, one case for each finding; inconclusive ones are skipped, with the reason.

    So is what was not asked, and what was missed as the scenario allows, with the reason of that and what it cost.
    """
    values = [finding.value for finding in verdict.findings]
    beside: list[tuple[str, Message, NotAsked | Allowed]] = [
        *(("not-asked", _("not asked: {said}"), one) for one in verdict.not_asked),
        *(("allowed", _("allowed: {said}"), one) for one in verdict.allowed),
    ]
    counts = {
        "tests": len(values) + len(beside),
        "failures": values.count(Value.FAIL),
        "errors": 0,
        "skipped": values.count(Value.INCONCLUSIVE) + len(beside),
    }
    numbers = {name: str(count) for name, count in counts.items()}
    root = ElementTree.Element("testsuites", {"name": "stadtwerk", **numbers})
    suite = ElementTree.SubElement(root, "testsuite", {"name": verdict.scenario, **numbers})
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("verdict", str(verdict.value)), ("answer", verdict.answer.of(language))):
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    for finding in verdict.findings:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {
                "classname": f"{verdict.scenario}.{finding.category}",
                "name": f"{finding.id}: {finding.title.of(language)}",
            },
        )
        reason = finding.reason.of(language)
        if finding.value is Value.FAIL:
            ElementTree.SubElement(case, "failure", {"message": reason, "type": str(finding.category)}).text = reason
        elif finding.value is Value.INCONCLUSIVE:
            ElementTree.SubElement(
                case, "skipped", {"message": _("inconclusive: {reason}", reason=reason).of(language)}
            )
        else:
            ElementTree.SubElement(case, "system-out").text = reason
    for kind, label, one in beside:
        head = {"classname": f"{verdict.scenario}.{kind}", "name": one.title.of(language)}
        case = ElementTree.SubElement(suite, "testcase", head)
        ElementTree.SubElement(case, "skipped", {"message": label.filled(said=in_short(one)).of(language)})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
