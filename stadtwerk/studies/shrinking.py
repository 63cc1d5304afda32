"""Makes the timeline of a run that failed as small as it can be while it still fails for the same reason."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resilience.judge.verdict import Category, Finding, Value, Verdict
from resilience.study.shrink import Piece, Shrunk, Timeline, shrink
from simulator.contracts.document import load_document
from simulator.contracts.duration import seconds, shown
from simulator.contracts.problem import BadInput
from simulator.contracts.words import Text, Words
from stadtwerk.runs.run import RunRequest, RunResult, run_scenario
from stadtwerk.terminal import Quiet, Terminal

_ = Words("stadtwerk")

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
    for category in (Category.EXPECTATION, Category.REDUNDANCY):
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
            once = replace(request, scenario=file, city=city, seed=None, out=Path(place) / "run", broker_port=None)
            try:
                findings = run(replace(once, speed=None), Quiet(request.lang)).verdict.findings
            except BadInput:  # what is left no longer makes a scenario
                return False
        failed = any(f.id == finding.id and f.category is finding.category and f.value is Value.FAIL for f in findings)
        said = {"en": ("holds", "still fails"), "de": ("hält", "scheitert noch")}[request.lang][failed]
        names = ", ".join(_named(piece) for piece in timeline) or "-"
        terminal.say(f"shrink {runs}: {names}: {said}")
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
    else:
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
