"""The known weaknesses of a scenario, found anew: what fails in its city, with the smallest cure that keeps it.

What the scenario declares already is tried first: a cure that proves to be enough, and the smallest of its sort, is
left as it stands, which takes a few runs instead of many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Finding, Value, Verdict
from resilience.study.why.options import merged, recognised
from resilience.study.why.search import OutOfRuns, Trial
from simulator.contracts.problem import BadInput
from stadtwerk.studies.variants import Base
from stadtwerk.studies.why import Trials, answered, lacks

if TYPE_CHECKING:
    from resilience.study.why.options import Change, Option
    from resilience.study.why.search import Answer
    from simulator.contracts.event import Event
    from stadtwerk.studies.executors import Executor
    from stadtwerk.studies.variants import Progress


@dataclass(frozen=True, slots=True)
class Declared:
    """What one scenario came to: its verdict, what failed in it, and an answer for each of these findings."""

    base: Base
    verdict: Verdict
    failed: tuple[Finding, ...]
    answers: tuple[Answer, ...]
    runs: int
    kept: tuple[Mapping[str, Any], ...] = ()
    """Weaknesses that stay as they are declared, whether or not less would do."""
    left: tuple[str, ...] = ()
    """Findings for which nothing was looked for, since another one has no cure and so nothing is declared."""

    @property
    def weaknesses(self) -> tuple[Mapping[str, Any], ...]:
        """As a scenario file has them; findings that one cure keeps stand together. None while something is uncured:
        a scenario is expected to fail by its known weaknesses alone.
        """
        if self.uncured:
            return ()
        found: dict[str, list[str]] = {}
        changes: dict[str, Change] = {}
        for weakness in self.kept:
            key = json.dumps(weakness["cure"], sort_keys=True)
            found.setdefault(key, []).extend(weakness["findings"])
            changes[key] = weakness["cure"]
        for answer in self.answers:
            if answer.cured:
                change = plain(merged(cured.change for cured in answer.cured[0]))
                key = json.dumps(change, sort_keys=True)
                found.setdefault(key, []).append(answer.finding)
                changes[key] = change
        return tuple({"findings": names, "cure": changes[key]} for key, names in found.items())

    @property
    def uncured(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.cured)


def declare(
    file: Path,
    most_runs: int,
    findings: Sequence[str] = (),
    keep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    thorough: bool = False,
) -> Declared:
    """Run a scenario with its first seed and look for the smallest cure of each finding that fails, or of those named.

    With `keep` a cure that is declared is left as it is where it still works, and is that of whatever else it keeps.
    The search ends with the first finding that has no cure, as nothing is declared then; those that fail even with all
    that could be bought come first, so that this takes a few runs. `thorough`: it goes on, and tells also which faults
    less would have been enough. Raises `BadInput`.
    """
    base = Base.of_scenario(file)
    verdict, events = _run(base)
    failed = tuple(one for one in verdict.findings if one.value is Value.FAIL and one.category in ASKED)
    wanted = [one.id for one in failed if not findings or one.id in findings]
    trials = Trials(base, most_runs, executor, progress)
    options = lacks(base, verdict, events)
    written = [one["cure"] for one in (base.scenario.get("expected") or {}).get("weaknesses", ())]
    kept: list[Mapping[str, Any]] = []
    for change in written if keep else ():
        held = trials.held_with(change)
        kept.append({"findings": [name for name in wanted if name in held], "cure": change})
        wanted = [name for name in wanted if name not in held]
    known = [cures for cures in (recognised(change, options) for change in written) if cures]
    answers: list[Answer] = []
    order = wanted if thorough or known else _hopeless_first(wanted, options, trials)
    for place, name in enumerate(order):
        answers += answered(base, [name], options, trials, known, faults=thorough)
        if not answers[-1].cured and not thorough:
            order = order[: place + 1]
            break
    left = tuple(name for name in wanted if name not in order)
    runs, kept = len(trials.seen) + len(kept), [one for one in kept if one["findings"]]
    found = sorted(answers, key=lambda answer: wanted.index(answer.finding))
    return Declared(base, verdict, failed, tuple(found), runs, tuple(kept), left)


def _hopeless_first(wanted: Sequence[str], options: Sequence[Option], trials: Trials) -> list[str]:
    """First those that fail even with everything that could be bought: most likely they have no cure."""
    try:
        held = (
            trials.holds([Trial(cured=tuple(option.whole for option in options))])[0].held if options else frozenset()
        )
    except OutOfRuns:
        return list(wanted)
    return sorted(wanted, key=lambda name: name in held)


def _run(base: Base) -> tuple[Verdict, Sequence[Event]]:
    from resilience.scenario.loader import read_scenario
    from simulator.contracts.document import Document
    from stadtwerk.runs.light import light_run

    plain_scenario = {name: part for name, part in base.scenario.items() if name != "expected"}
    scenario, problems = read_scenario(Document("scenario", plain_scenario, {}), base.town())
    if scenario is None:
        raise BadInput(problems)
    _, history, verdict = light_run(scenario, base.town(), base.seed)
    return verdict, history.events


def plain(change: Any) -> Any:
    """The same with whole numbers as such, as a person would write them."""
    if isinstance(change, Mapping):
        return {name: plain(part) for name, part in change.items()}
    if isinstance(change, list | tuple):
        return [plain(part) for part in change]
    return int(change) if isinstance(change, float) and change.is_integer() else change


EXPECTED = re.compile(r"^expected:.*\n(?:(?:[ \t]+.*)?\n)*", re.MULTILINE)
"""The part `expected` of a scenario file, up to the next one."""


def with_weaknesses(text: str, weaknesses: Sequence[Mapping[str, Any]]) -> str:
    """A scenario file with these known weaknesses in the place of its own; everything else stays as it is written."""
    part = expected_part(weaknesses)
    if EXPECTED.search(text):
        return EXPECTED.sub(lambda _: f"{part}\n" if part else "", text, count=1)
    return re.sub(r"^city:", f"{part}\ncity:", text, count=1, flags=re.MULTILINE) if part else text


def expected_part(weaknesses: Sequence[Mapping[str, Any]]) -> str:
    """The part `expected` of a scenario file, empty where there is nothing to declare."""
    if not weaknesses:
        return ""
    lines = ["expected:", "  verdict: fail", "  weaknesses:"]
    for weakness in weaknesses:
        lines += [f"    - findings: [{', '.join(weakness['findings'])}]", "      cure:"]
        added, settings = weakness["cure"].get("add", {}), weakness["cure"].get("set", ())
        if settings:
            lines += ["        set:", *(f"          - {_row(entry)}" for entry in settings)]
        if added:
            lines.append("        add:")
        for name, rows in added.items():
            lines += [f"          {name}:", *(f"            - {_row(row)}" for row in rows)]
    return "\n".join(lines) + "\n"


def _row(entry: Mapping[str, Any]) -> str:
    import yaml

    dumped = yaml.safe_dump(dict(entry), default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return str(dumped).strip()
