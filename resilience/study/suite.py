"""A suite: scenarios that are run together, by name or by file; and all its runs in one JUnit file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from xml.etree import ElementTree

from pydantic import Field

from resilience.judge.outcome import Judged, Outcome
from resilience.judge.verdict import Finding, Value, Verdict
from resilience.scenario.scenario import KnownWeakness
from simulator.contracts.document import load_document
from simulator.contracts.model import Id, Mistakes, Model, Name, Version, Wording, read, read_version
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput
from simulator.contracts.words import Text, Verbatim, Words, joined
from simulator.contracts.words import number as numeral

_ = Words("resilience")
_n = _.plural

SCHEMA = "stadtwerk/suite/1"


@dataclass(frozen=True, slots=True)
class Suite:
    """`scenarios` are the files to run, in the order of the suite; `all_seeds`: with each seed that they name.

    `opt_outs`: how many required levels its scenarios opt out, each counted in each scenario, as recorded.
    """

    id: str
    title: Text
    scenarios: tuple[Path, ...]
    all_seeds: bool = False
    opt_outs: int = 0


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a suite is read against: the file it stands in, and the scenarios that have a name."""

    suite: Path
    shipped: Mapping[str, Path]
    found: list[Path] = field(default_factory=list)


class SuiteFile(Model):
    """Scenarios that are run together."""

    schema_: Version(SCHEMA) = Field(alias="schema")  # type: ignore[valid-type]
    id: Id
    title: Wording
    seeds: Literal["first", "all"] = "first"
    """whether each scenario runs with its first seed only, or with each of them"""
    scenarios: list[Name] = Field(min_length=1)
    """names of scenarios that ship, or paths from this file"""
    opt_outs: Annotated[int, Field(ge=0)] = 0
    """how many required levels the scenarios opt out (`not_asked`), each counted in each scenario; 0 if left out. With
    more than that the suite fails"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: _Beside, mistakes: Mistakes) -> None:
        """Each scenario is there, and is named once."""
        first: dict[Path, str] = {}
        for number, name in enumerate(fields.get("scenarios", ())):
            file = _file(name, context.suite, context.shipped)
            if file is None:
                hint = suggestion(name, context.shipped, "stadtwerk list scenarios")
                fix = _("{hint}; for a file write its path from here", hint=hint)
                what = _("{name} is neither a scenario that ships nor a file", name=repr(name))
                mistakes.wrong(("scenarios", number), what, fix)
            elif file in first:
                what = _("{name} is the same scenario as {first}", name=repr(name), first=repr(first[file]))
                mistakes.wrong(("scenarios", number), what, _("name it once"))
            else:
                first[file] = name
        context.found.extend(first)


def load_suite(path: Path, shipped: Callable[[], dict[str, Path]]) -> Suite:
    """Read and check a suite file. `shipped` gives the scenarios that have a name. Raises `BadInput`, all problems."""
    document = load_document(path)
    beside = _Beside(path, shipped())
    problems, suite = read_version(document, "stadtwerk/suite", 1), None
    if not problems:
        suite, problems = read(SuiteFile, document, beside)
    if suite is None:
        raise BadInput(problems)
    return Suite(suite.id, suite.title, tuple(beside.found), suite.seeds == "all", suite.opt_outs)


def _file(name: str, suite: Path, shipped: Mapping[str, Path]) -> Path | None:
    if name in shipped:
        return shipped[name].resolve()
    path = suite.parent / name
    return path.resolve() if path.suffix in (".yaml", ".yml") and path.is_file() else None


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a suite. `verdict` None: it broke down or was not run, for the reason that `judged` gives.

    `inputs` is a digest of all that its result depends on; `earlier`: it was not run again, as that is unchanged.
    """

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
    inputs: str = ""
    earlier: bool = False

    @property
    def name(self) -> str:
        return f"{self.scenario}-seed{self.seed}"


@dataclass(frozen=True, slots=True)
class OptOuts:
    """The required levels that the scenarios of a suite opt out, by scenario, and how many are recorded.

    `recorded` None: in another city than its own nothing is recorded.
    """

    levels: Mapping[str, int]
    recorded: int | None

    @property
    def number(self) -> int:
        return sum(self.levels.values())

    @property
    def too_many(self) -> bool:
        return self.recorded is not None and self.number > self.recorded

    @property
    def told(self) -> Text:
        said: Text = _n("One required level is opted out", "{n} required levels are opted out", self.number)
        if self.recorded is not None:
            said += _(", {recorded} are recorded", recorded=numeral(self.recorded))
        if self.too_many:
            parts = [Verbatim(f"{name} {count}") for name, count in self.levels.items() if count]
            said += _(": more than the suite allows ({where})", where=joined(parts, Verbatim(", ")))
        return said + Verbatim(".")


def opt_outs(runs: Sequence[SuiteRun], recorded: int | None) -> OptOuts:
    """What the runs of a suite opt out; a scenario that runs with several seeds counts once."""
    levels: dict[str, int] = {}
    for run in runs:
        if run.verdict is not None:
            levels[run.scenario] = len({level for one in run.verdict.not_asked for level in one.levels})
    return OptOuts(levels, recorded)


_KINDS = ("failures", "errors", "skipped")


def suite_junit_xml(
    suite: str, runs: Sequence[SuiteRun], at: datetime, language: str = "en", left_out: OptOuts | None = None
) -> str:
    """The file as text. `at` is when the suite began: a build server sorts by it.

    `left_out` makes a test case of its own, which fails where more is opted out than recorded.
    """
    root = ElementTree.Element("testsuites", {"name": f"stadtwerk {suite}"})
    for number, run in enumerate(runs):
        _add(root, number, run, at, language)
    if left_out is not None:
        _add_opt_outs(root, len(runs), left_out, at, language)
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
        kind = "not-run" if run.judged.outcome is Outcome.NOT_RUN else "internal"
        _say(case, "error", kind, run.judged.reason.of(language), run.replay)
        counts["errors"] += 1
    suite.set("tests", str(max(1, len(findings))))
    for kind, count in counts.items():
        suite.set(kind, str(count))


def _add_opt_outs(root: ElementTree.Element, number: int, left_out: OptOuts, at: datetime, language: str) -> None:
    failed = str(int(left_out.too_many))
    head = {"name": "opt-outs", "id": str(number), "package": "stadtwerk"}
    suite = ElementTree.SubElement(root, "testsuite", head)
    suite.set("timestamp", at.strftime("%Y-%m-%dT%H:%M:%S"))
    suite.set("hostname", "localhost")
    suite.set("time", "0.000")
    ElementTree.SubElement(suite, "properties")
    case = _case(suite, "opt-outs", "opt-outs")
    if left_out.too_many:
        _say(case, "failure", "opt-outs", left_out.told.of(language), "")
    else:
        ElementTree.SubElement(case, "system-out").text = printable(left_out.told.of(language))
    for name, value in (("tests", "1"), ("failures", failed), ("errors", "0"), ("skipped", "0")):
        suite.set(name, value)


def _case(suite: ElementTree.Element, classname: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", {"classname": classname, "name": printable(name), "time": "0"})


def _judgement(case: ElementTree.Element, finding: Finding, run: SuiteRun, language: str) -> str:
    """Write what the finding came to. Returns which count it belongs to, empty for a pass."""
    reason = finding.reason.of(language)
    if finding in run.judged.unexpected and run.judged.outcome is Outcome.FAIL:
        said = run.judged.reason.of(language) if finding.value is Value.PASS else reason
        _say(case, "failure", finding.category.value, said, run.replay)
        return "failures"
    if finding in run.judged.unexpected and run.judged.outcome is Outcome.RECORDED:
        said = _("as recorded in the baseline: {reason}", reason=reason).of(language)
        ElementTree.SubElement(case, "skipped", {"message": printable(said)})
        return "skipped"
    if finding.value is Value.FAIL:  # among those that the scenario expects, or that a baseline records
        known = _("known weakness: {reason}", reason=reason).of(language)
        ElementTree.SubElement(case, "skipped", {"message": printable(known)})
        ElementTree.SubElement(case, "system-out").text = printable(run.judged.reason.of(language))
        return "skipped"
    if finding.value is Value.INCONCLUSIVE:
        said = _("inconclusive: {reason}", reason=reason).of(language)
        _say(case, "error", "inconclusive", said, run.replay)
        return "errors"
    ElementTree.SubElement(case, "system-out").text = printable(reason)
    return ""


def _say(case: ElementTree.Element, tag: str, kind: str, reason: str, replay: str) -> None:
    message = {"message": printable(reason), "type": kind}
    ElementTree.SubElement(case, tag, message).text = printable(f"{reason}\n{replay}")


def printable(text: str) -> str:
    """Without the control characters that XML 1.0 cannot carry (an error message may hold any)."""
    return "".join(c for c in text if c >= " " or c in "\n\t")
