"""All scenarios of a suite, one after the other or several at once, each into a run folder of its own.

The timeline of a run that failed is made as small as it can be while it still fails for the same reason.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.outcome import ASKED, CuredRun, Judged, Outcome, exit_code_of, held_to_cures, outcome_of
from resilience.judge.verdict import Category, Finding, Value, Verdict
from resilience.study.shrink import Piece, Shrunk, Timeline, shrink
from resilience.study.suite import OptOuts, SuiteRun, opt_outs, suite_junit_xml
from resilience.study.why.less import lesser
from simulator.contracts.document import load_document
from simulator.contracts.duration import seconds, shown
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Verbatim, Words
from stadtwerk.library import load_checked, load_named_city
from stadtwerk.runs.finished import CURES, CURES_FILE
from stadtwerk.runs.folder import put_in_place
from stadtwerk.runs.run import RunRequest, RunResult, replay_command, run_scenario
from stadtwerk.studies.earlier import FORM, Earlier, inputs_of
from stadtwerk.studies.variants import Base, Variant, run_variants
from stadtwerk.terminal import Quiet, Terminal

if TYPE_CHECKING:
    from resilience.scenario.scenario import Scenario, Weakness
    from resilience.study.baseline import Baseline
    from resilience.study.suite import Suite
    from simulator.contracts.city import City

_ = Words("stadtwerk")

SUITE_FILE = "suite.json"
JUNIT_FILE = "junit.xml"


@dataclass(frozen=True, slots=True)
class SuiteRequest:
    """What to run and where to put it. `city` given: in this city, where no scenario's known weakness counts.

    With `cures` each known weakness is run again with its cure, which must cure it. Only what is not in `baseline`
    counts. After `within_s` no further run is begun. What an `earlier` run of the suite has shown is not run again
    where nothing that it depends on has changed.
    """

    suite: Suite
    out: Path
    city: str | None = None
    jobs: int = 1
    lang: str = "en"
    twin: bool = True
    cures: bool = True
    baseline: Baseline | None = None
    within_s: float | None = None
    earlier: Path | None = None


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What came of a suite: its runs in the order of the suite, and what its baseline records that did not show."""

    suite: Suite
    runs: tuple[SuiteRun, ...]
    began: datetime
    length_s: float

    own_city: bool = True
    mended: tuple[str, ...] = ()

    @property
    def opt_outs(self) -> OptOuts:
        return opt_outs(self.runs, self.suite.opt_outs if self.own_city else None)

    @property
    def exit_code(self) -> int:
        """By the worst outcome; more opt-outs than recorded are a failure."""
        failure = (Outcome.FAIL,) if self.opt_outs.too_many else ()
        return exit_code_of((*(run.judged.outcome for run in self.runs), *failure))

    def junit_xml(self, lang: str) -> str:
        return suite_junit_xml(self.suite.id, self.runs, self.began, lang, self.opt_outs)


Told = Callable[[SuiteRun, int, int], None]
"""Is told of each run that is over, with how many are over and how many there are."""


def run_suite(
    request: SuiteRequest, told: Told = lambda *_: None, note: Callable[[Text], None] = lambda _: None
) -> SuiteResult:
    """Run every scenario of a suite. Raises `BadInput` with the mistakes of all files before anything is run.

    A run that breaks down is an error among the results; the others go on. Leaves `suite.json` and `junit.xml` beside
    the run folders.
    """
    planned = _planned(request)
    earlier = None if request.earlier is None else Earlier(request.earlier, SUITE_FILE)
    if earlier is not None and earlier.none:
        note(_("No earlier results in {folder}: everything is run.", folder=str(request.earlier)))
    _make(request.out)
    began, start = datetime.now(), time.monotonic()
    done: dict[int, SuiteRun] = {}
    for number, run in _all(request, planned, earlier):
        done[number] = run if request.baseline is None else request.baseline.beside(run)
        told(done[number], len(done), len(planned))
    runs = tuple(done[number] for number in range(len(planned)))
    mended = () if request.baseline is None else request.baseline.mended(runs)
    result = SuiteResult(request.suite, runs, began, time.monotonic() - start, request.city is None, mended)
    (request.out / JUNIT_FILE).write_text(result.junit_xml(request.lang), encoding="utf-8")
    text = json.dumps(_record(result, request.out), indent=2, ensure_ascii=False)
    (request.out / SUITE_FILE).write_text(text + "\n", encoding="utf-8")
    return result


def run_single(file: Path, seed: int, out: Path, lang: str = "en") -> SuiteRun:
    """One run by itself, judged as in a suite; its folder stands in `out`. Raises `BadInput`."""
    _document, scenario, city = load_checked(file)
    request = RunRequest(file, None, seed, out / f"{scenario.id}-seed{seed}", broker_port=None, lang=lang)
    one = _Planned(file, scenario, request, city)
    return _finished(one, lambda: _run_one(one.request, one.weaknesses))


@dataclass(frozen=True, slots=True)
class _Planned:
    file: Path
    scenario: Scenario
    request: RunRequest
    town: City
    cures: bool = True
    inputs: str = ""

    @property
    def weaknesses(self) -> tuple[Weakness, ...]:
        """Those whose cure is to be run."""
        known = self.run.expected
        return () if known is None or not self.cures else known.weaknesses

    @property
    def run(self) -> SuiteRun:
        """The run as far as it is known before it is run."""
        seed, city = self.request.seed or 0, self.request.city
        return SuiteRun(
            self.scenario.id,
            seed,
            self.scenario.title,
            str(self.file),
            str(self.request.out),
            replay_command(self.file, seed, city),
            Judged(Outcome.ERROR, Verbatim("")),
            expected=self.scenario.expected if city is None else None,
            inputs=self.inputs,
        )


def _planned(request: SuiteRequest) -> tuple[_Planned, ...]:
    load = cache(load_named_city)
    problems: list[Problem] = []
    planned: list[_Planned] = []
    files: dict[str, Path] = {}
    for file in request.suite.scenarios:
        try:
            document, scenario, town = load_checked(file, request.city, load)
        except BadInput as bad:
            problems += bad.problems
            continue
        if files.setdefault(scenario.id, file) != file:
            what = _("{id} is also the id of {name}", id=repr(scenario.id), name=files[scenario.id].name)
            problems.append(Problem(str(file), 0, "id", what, _("give each scenario of a suite an id of its own")))
        for seed in scenario.run.seeds if request.suite.all_seeds else scenario.run.seeds[:1]:
            out = request.out / f"{scenario.id}-seed{seed}"
            one = RunRequest(file, request.city, seed, out, broker_port=None, lang=request.lang, twin=request.twin)
            inputs = inputs_of(document, scenario, request.city, seed, request.twin, request.cures)
            planned.append(_Planned(file, scenario, one, town, request.cures, inputs))
    if problems:
        raise BadInput(problems)
    return tuple(planned)


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = _("cannot be made ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(out), 0, "--out", what, _("check the path"))]) from None


def _all(
    request: SuiteRequest, planned: tuple[_Planned, ...], earlier: Earlier | None
) -> Iterator[tuple[int, SuiteRun]]:
    """Each run as soon as it is over, with its place in the suite."""
    end_s = None if request.within_s is None else time.monotonic() + request.within_s
    waiting: dict[int, _Planned] = {}
    for number, one in enumerate(planned):
        taken = None if earlier is None else earlier.of(one.run)
        if taken is not None:
            yield number, taken
        else:
            waiting[number] = one
    if request.jobs == 1:
        for number, one in waiting.items():
            late = end_s is not None and time.monotonic() >= end_s
            yield number, _late(one) if late else _finished(one, lambda one=one: _run_one(one.request, one.weaknesses))  # type: ignore[misc]
        return
    from multiprocessing import get_context

    # Started afresh: engines and their threads do not outlive a fork of a process that has used them.
    with ProcessPoolExecutor(request.jobs, get_context("spawn")) as pool:
        running: dict[Future[_Done], int] = {}
        left = list(waiting)
        while left or running:
            if end_s is not None and time.monotonic() >= end_s:
                for number in left:
                    yield number, _late(planned[number])
                left = []
            while left and len(running) < request.jobs:
                number = left.pop(0)
                running[pool.submit(_run_one, planned[number].request, planned[number].weaknesses)] = number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                yield number, _finished(planned[number], future.result)


def _late(one: _Planned) -> SuiteRun:
    """The run that there was no time for."""
    return replace(one.run, judged=Judged(Outcome.NOT_RUN, _("Not run: the time given was over.")))


@dataclass(frozen=True, slots=True)
class _Done:
    """Verdict and wall time of one run, and the runs with the cures of its weaknesses."""

    verdict: Verdict
    length_s: float
    cured: tuple[CuredRun, ...] = ()


def _run_one(request: RunRequest, weaknesses: tuple[Weakness, ...]) -> _Done:
    start = time.monotonic()
    verdict = run_scenario(request, Quiet(request.lang)).verdict
    cured = run_cured(request.scenario, request.seed, weaknesses) if verdict.value is Value.FAIL else ()
    if cured and request.out is not None:
        put_in_place(request.out / CURES_FILE, json.dumps(_cures_record(cured), indent=2) + "\n")
    return _Done(verdict, time.monotonic() - start, cured)


def _cures_record(runs: Sequence[CuredRun]) -> dict[str, Any]:
    rows = [
        {"findings": list(run.weakness.findings), "cure": json.loads(run.weakness.cure), "enough": run.cured}
        for run in runs
    ]
    return {"schema": CURES.schema, "cures": rows}


def run_cured(file: Path, seed: int | None, weaknesses: Sequence[Weakness]) -> tuple[CuredRun, ...]:
    """Each weakness of a scenario with its cure, and with about half of it, as light runs. Raises `BadInput`."""
    if not weaknesses:
        return ()
    base = Base.of_scenario(file, seed=seed)
    plain = {name: part for name, part in base.scenario.items() if name != "expected"}
    jobs = [base.job(plain, weakness.cure) for weakness in weaknesses]
    found = run_variants(jobs)
    cured = [_cured_run(one, found[job.key]) for one, job in zip(weaknesses, jobs, strict=True)]
    return tuple(replace(run, less=_less(base, plain, run.weakness)) if run.cured else run for run in cured)


def _less(base: Base, scenario: Mapping[str, Any], weakness: Weakness) -> str:
    """The first of the changes that are about half of a cure and are enough too; empty if none is."""
    for change in lesser(json.loads(weakness.cure), base.town()):
        text = json.dumps(change, sort_keys=True)
        job = base.job(scenario, text)
        if _cured_run(weakness, run_variants([job])[job.key]).cured:
            return text
    return ""


def _cured_run(weakness: Weakness, variant: Variant) -> CuredRun:
    if variant.verdict is None:
        return CuredRun(weakness, error=variant.error)
    meant = [f for f in variant.verdict.findings if f.id in weakness.findings and f.category in ASKED]
    return CuredRun(weakness, tuple(finding for finding in meant if finding.value is not Value.PASS))


def _finished(one: _Planned, result: Callable[[], _Done]) -> SuiteRun:
    """The run with what came of it. Bad input that shows only now (a folder that is in use) stops the suite."""
    try:
        done = result()
    except BadInput:
        raise
    except Exception as error:  # a bug of ours in one run must not hide what the others show
        said = f"{type(error).__name__}: {error}"
        reason = _("Internal error: {said}", said=said)
        return replace(one.run, judged=Judged(Outcome.ERROR, reason))
    known = one.run
    judged = held_to_cures(
        outcome_of(done.verdict, known.expected, one.town if one.cures else None), done.cured, one.town
    )
    return replace(known, judged=judged, verdict=done.verdict, length_s=done.length_s)


def _record(result: SuiteResult, out: Path) -> dict[str, Any]:
    return {
        "schema": FORM,
        "suite": result.suite.id,
        "title": result.suite.title.record(),
        "exit_code": result.exit_code,
        "opt_outs": {
            "recorded": result.opt_outs.recorded,
            "levels": {name: count for name, count in result.opt_outs.levels.items() if count},
        },
        "runs": [
            {
                "scenario": run.scenario,
                "seed": run.seed,
                "folder": os.path.relpath(run.folder, out),
                "outcome": run.judged.outcome.value,
                "verdict": run.verdict.value.value if run.verdict else None,
                "reason": run.judged.reason.record(),
                "inputs": run.inputs,
                "earlier": run.earlier,
                "replay": run.replay,
            }
            for run in result.runs
        ],
        "mended": list(result.mended),
    }


_ = Words("stadtwerk")


SHRUNK_FILE = "shrunk.yaml"
MOST_RUNS = 60
"""Runs that shrinking may take (assumption: a few minutes on the demo city)."""

TITLE = _(" (smallest timeline that still fails)")


@dataclass(frozen=True, slots=True)
class ShrunkRun:
    """The reduced scenario file, the finding it still fails for, and how it was found."""

    file: Path
    finding: Finding
    shrunk: Shrunk
    runs: int
    faults_before: int

    def told(self) -> Text:
        left = self.shrunk.timeline
        names = ", ".join(_named(piece) for piece in left) or "-"
        proof = _("no fewer will do") if self.shrunk.smallest else _("perhaps fewer would do")
        return _(
            "Smallest timeline for which “{title}” still fails: "
            "{left} of {before} faults, after {runs} runs ({proof}): {names}. {file}",
            title=self.finding.title,
            left=len(left),
            before=self.faults_before,
            runs=self.runs,
            proof=proof,
            names=names,
            file=str(self.file),
        )


def leading_failure(verdict: Verdict) -> Finding | None:
    """The finding that shrinking holds on to: the first expectation that failed, else the first redundancy."""
    failed = [finding for finding in verdict.findings if finding.value is Value.FAIL]
    for category in (Category.EXPECTATION, Category.REDUNDANCY, Category.REQUIRED):
        for finding in failed:
            if finding.category is category:
                return finding
    return None


def shrink_run(
    request: RunRequest,
    folder: Path,
    verdict: Verdict,
    terminal: Terminal,
    run: Callable[[RunRequest, Terminal], RunResult] = run_scenario,
) -> ShrunkRun | None:
    """Shrink a run that failed and leave `shrunk.yaml` in its folder; None where nothing failed that can be shrunk."""
    finding = leading_failure(verdict)
    executed: dict[str, Any] = load_document(folder / "scenario.yaml").data
    if finding is None or not executed["timeline"]:
        return None
    city = _city(request, executed)
    pieces, needed = _pieces(executed), _needed(executed, finding)
    runs = 0

    def fails(timeline: Timeline) -> bool:
        nonlocal runs
        if not needed <= {piece.id for piece in timeline}:
            return False
        runs += 1
        with tempfile.TemporaryDirectory(prefix="stadtwerk-shrink-") as place:
            file = Path(place) / "scenario.yaml"
            file.write_text(_text(reduced(executed, timeline, finding)), encoding="utf-8")
            out = Path(place) / "run"
            once = replace(request, scenario=file, city=city, seed=None, out=out, broker_port=None, twin=False)
            try:
                findings = run(replace(once, speed=None), Quiet(request.lang)).verdict.findings
            except BadInput:  # what is left no longer makes a scenario
                return False
        failed = any(f.id == finding.id and f.category is finding.category and f.value is Value.FAIL for f in findings)
        outcome = _("still fails") if failed else _("holds")
        names = ", ".join(_named(piece) for piece in timeline) or "-"
        terminal.say(_("shrink {runs}: {names}: {outcome}", runs=runs, names=names, outcome=outcome))
        return failed

    shrunk = shrink(pieces, fails, MOST_RUNS)
    file = folder / SHRUNK_FILE
    data = reduced(executed, shrunk.timeline, finding)
    data["title"] = {lang: data["title"][lang] + TITLE.of(lang) for lang in ("de", "en")}
    if city is not None and Path(city).is_dir():
        data["city"] = {"path": os.path.relpath(city, file.parent.resolve())}
    file.write_text(_text(data), encoding="utf-8")
    return ShrunkRun(file, finding, shrunk, runs, len(pieces))


def _named(piece: Piece) -> str:
    parts = [f"x {len(piece.targets)}"] if len(piece.targets) > 1 else []
    parts += [shown(piece.length_s)] if piece.length_s is not None else []
    return f"{piece.id} ({', '.join(parts)})" if parts else piece.id


def _city(request: RunRequest, executed: Mapping[str, Any]) -> str | None:
    """The city as it is to be named from any folder; None for the one that the file names by name."""
    if request.city is not None:
        return str(Path(request.city).resolve()) if Path(request.city).exists() else request.city
    path = executed["city"].get("path")
    return None if path is None else str((request.scenario.parent / path).resolve())


def _pieces(executed: Mapping[str, Any]) -> Timeline:
    return tuple(_piece(entry) for entry in executed["timeline"])


def _piece(entry: Mapping[str, Any]) -> Piece:
    if "cases" in entry:  # what was drawn has a length for each target
        return Piece(entry["id"], tuple(case["target"] for case in entry["cases"]))
    targets = tuple(entry["target"]) if isinstance(entry.get("target"), list) else ()
    return Piece(entry["id"], targets, seconds(entry["for"]) if "for" in entry else None)


def _needed(executed: Mapping[str, Any], finding: Finding) -> set[str]:
    """The timeline entries that the finding's own expectation speaks of."""
    if finding.category is not Category.EXPECTATION:
        return set()
    return {item["fault"] for item in executed["expect"] if item["id"] == finding.id and "fault" in item}


def reduced(executed: Mapping[str, Any], timeline: Timeline, finding: Finding) -> dict[str, Any]:
    """The scenario with these faults only, and with no more to ask than what the finding is about."""
    kept = {piece.id: piece for piece in timeline}
    data = {name: part for name, part in executed.items() if name not in ("expected", "redundancies")}
    data["timeline"] = [_entry(entry, kept[entry["id"]]) for entry in executed["timeline"] if entry["id"] in kept]
    if finding.category is Category.EXPECTATION:
        data["expect"] = [item for item in executed["expect"] if item["id"] == finding.id]
    elif finding.category is Category.REDUNDANCY:
        data["redundancies"] = [item for item in executed["redundancies"] if item["id"] == finding.id]
        data["expect"] = [item for item in executed["expect"] if item.get("fault", "") in ("", *kept)]
    return data


def _entry(entry: Mapping[str, Any], piece: Piece) -> dict[str, Any]:
    smaller = dict(entry)
    if "cases" in entry:
        smaller["cases"] = [case for case in entry["cases"] if case["target"] in piece.targets]
    elif piece.targets:
        smaller["target"] = list(piece.targets)
    if piece.length_s is not None:
        smaller["for"] = f"{round(piece.length_s * 1000)} ms" if piece.length_s % 1 else f"{piece.length_s:.0f} s"
    return smaller


def _text(data: Mapping[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=120)
