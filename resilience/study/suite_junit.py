"""All runs of a suite in one JUnit file, for a build server.

Each run is a test suite, each of its findings a case. What was not expected is a `failure`. What the scenario declares
as a known weakness is `skipped`, with the reason: it shows up, and is never taken for a pass. What is inconclusive, and
a run that broke down, is an `error`: nothing was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from resilience.judge.verdict import Finding, Value, Verdict
from resilience.scenario.scenario import KnownWeakness
from resilience.study.outcome import Judged, Outcome
from simulator.contracts.words import Text


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a suite. `verdict` None: it broke down, for the reason that `judged` gives."""

    scenario: str
    seed: int
    title: Text
    file: str
    folder: str
    replay: str
    judged: Judged
    verdict: Verdict | None = None
    expected: KnownWeakness | None = None
    length_s: float = 0.0
    """How long it took, on the wall clock."""

    @property
    def name(self) -> str:
        return f"{self.scenario}-seed{self.seed}"


_KINDS = ("failures", "errors", "skipped")


def suite_junit_xml(suite: str, runs: Sequence[SuiteRun], at: datetime, language: str = "en") -> str:
    """The file as text. `at` is when the suite began: a build server sorts by it."""
    root = ElementTree.Element("testsuites", {"name": f"stadtwerk {suite}"})
    for number, run in enumerate(runs):
        _add(root, number, run, at, language)
    for kind in ("tests", *_KINDS):
        root.set(kind, str(sum(int(child.get(kind, "0")) for child in root)))
    root.set("time", f"{sum(run.length_s for run in runs):.3f}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add(root: ElementTree.Element, number: int, run: SuiteRun, at: datetime, language: str) -> None:
    suite = ElementTree.SubElement(root, "testsuite", {"name": run.name, "id": str(number), "package": "stadtwerk"})
    suite.set("timestamp", at.strftime("%Y-%m-%dT%H:%M:%S"))
    suite.set("hostname", "localhost")
    suite.set("time", f"{run.length_s:.3f}")
    properties = ElementTree.SubElement(suite, "properties")
    told = {
        "outcome": run.judged.outcome.value,
        "verdict": run.verdict.value.value if run.verdict else "",
        "reason": run.judged.reason.of(language),
        "seed": str(run.seed),
        "replay": run.replay,
        "folder": run.folder,
    }
    for name, value in told.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": printable(value)})
    findings = run.verdict.findings if run.verdict else ()
    counts = dict.fromkeys(_KINDS, 0)
    for finding in findings:
        case = _case(suite, f"{run.name}.{finding.category}", f"{finding.id}: {finding.title.of(language)}")
        kind = _judgement(case, finding, run, language)
        if kind:
            counts[kind] += 1
    if run.verdict is None:
        case = _case(suite, run.name, "run")
        _say(case, "error", "internal", run.judged.reason.of(language), run.replay)
        counts["errors"] += 1
    suite.set("tests", str(max(1, len(findings))))
    for kind, count in counts.items():
        suite.set(kind, str(count))


def _case(suite: ElementTree.Element, classname: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", {"classname": classname, "name": printable(name), "time": "0"})


def _judgement(case: ElementTree.Element, finding: Finding, run: SuiteRun, language: str) -> str:
    """Write what the finding came to. Returns which count it belongs to, empty for a pass."""
    reason = finding.reason.of(language)
    if finding in run.judged.unexpected and run.judged.outcome is Outcome.FAIL:
        said = run.judged.reason.of(language) if finding.value is Value.PASS else reason
        _say(case, "failure", finding.category.value, said, run.replay)
        return "failures"
    if finding.value is Value.FAIL:  # among those that the scenario expects
        why = run.expected.reason.of(language) if run.expected else reason
        ElementTree.SubElement(case, "skipped", {"message": printable(f"known weakness: {why}")})
        ElementTree.SubElement(case, "system-out").text = printable(reason)
        return "skipped"
    if finding.value is Value.INCONCLUSIVE:
        _say(case, "error", "inconclusive", f"inconclusive: {reason}", run.replay)
        return "errors"
    ElementTree.SubElement(case, "system-out").text = printable(reason)
    return ""


def _say(case: ElementTree.Element, tag: str, kind: str, reason: str, replay: str) -> None:
    message = {"message": printable(reason), "type": kind}
    ElementTree.SubElement(case, tag, message).text = printable(f"{reason}\n{replay}")


def printable(text: str) -> str:
    """Without the control characters that XML 1.0 cannot carry (an error message may hold any)."""
    return "".join(c for c in text if c >= " " or c in "\n\t")
