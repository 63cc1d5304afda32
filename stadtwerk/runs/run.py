"""One run, from a scenario file to a run folder."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitoring.delivered import RECORD
from simulator.contracts.history import History
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Text, Words
from stadtwerk.library import find_scenario, load_checked, scenario_folder
from stadtwerk.runs import folder as files
from stadtwerk.runs.credit import credited, credited_among
from stadtwerk.runs.feed import TRUTH_FILE, Feed, open_feed
from stadtwerk.runs.shelf import beside_others
from stadtwerk.runs.simulate import simulate
from stadtwerk.runs.twin import twin_of
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from gateways.simulated.telemetry import TelemetrySummary
    from resilience.judge.verdict import Verdict
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City
    from simulator.contracts.document import Document
    from simulator.kernel import Clock

_ = Words("stadtwerk")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What the user asked for. `broker_port` None means no broker, 0 a free port.

    `twin`: whether the run is held beside the same time without its faults. `evidence`: whether it is looked which of
    several faults did what was seen, where there is no twin; with one that is always done. `control` and `checks_off`
    stand in place of the scenario's own.
    """

    scenario: Path
    city: str | None = None
    seed: int | None = None
    out: Path | None = None
    speed: float | None = None
    broker_port: int | None = 0
    lang: str = "en"
    twin: bool = True
    evidence: bool = False
    control: str | None = None
    checks_off: tuple[str, ...] = ()

    @classmethod
    def from_arguments(
        cls,
        scenario: str,
        city: str | None,
        seed: int | None,
        out: str | None,
        speed: float | None,
        mqtt: str,
        lang: str,
    ) -> RunRequest:
        """Check what came from a command line. Raises `BadInput` with every problem."""
        problems = []
        if seed is not None and seed < 0:
            problems.append(
                Problem("command line", 0, "--seed", _("{seed} is below 0", seed=seed), _("use a whole number from 0"))
            )
        if speed is not None and not 0 < speed < float("inf"):
            problems.append(
                Problem("command line", 0, "--speed", _("{speed} is no speed", speed=speed), _("use a number above 0"))
            )
        port: int | None = {"auto": 0, "off": None}.get(mqtt, -1)
        if port == -1:
            port = int(mqtt) if mqtt.isascii() and mqtt.isdigit() else -1
            if not 1024 <= port <= 65535:
                fix = _("use auto, off, or a port from 1024 to 65535")
                problems.append(Problem("command line", 0, "--mqtt", _("{mqtt} is no choice", mqtt=repr(mqtt)), fix))
        try:
            path = find_scenario(scenario)
        except BadInput as bad:
            raise BadInput([*problems, *bad.problems]) from None
        if problems:
            raise BadInput(problems)
        return cls(path, city, seed, None if out is None else Path(out), speed, port, lang)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to, and where it and its city stand."""

    folder: Path
    city: Path | None
    verdict: Verdict
    digest: str
    telemetry: TelemetrySummary
    notes: tuple[Text, ...]


def replay_command(
    scenario: Path, seed: int, city: str | None = None, control: str | None = None, checks_off: Sequence[str] = ()
) -> str:
    """The command that gives the same run again."""
    shipped = scenario.resolve().parent == scenario_folder().resolve()
    command = f"stadtwerk run {shlex.quote(scenario.stem if shipped else str(scenario))} --seed {seed}"
    if city is not None:
        command += f" --city {shlex.quote(city)}"
    if control is not None:
        command += f" --control {control}"
    return f"{command} --checks-off {','.join(checks_off)}" if checks_off else command


Opened = Callable[["City", "Clock", Path], AbstractContextManager[Feed]]
"""Opens the way of the readings out of a run: given the city, its clock, and the folder that the run leaves."""


def run_scenario(request: RunRequest, terminal: Terminal | None = None, opened: Opened | None = None) -> RunResult:
    """Run and judge one scenario and leave a run folder. Raises `BadInput`; nothing is left behind if it fails.

    `opened` is asked for the feed; by default it is that of `open_feed`.
    """
    terminal = terminal or Terminal(request.lang)
    with terminal.working(_("loading the city")):
        document, scenario, city = load_checked(request.scenario, request.city)
    result, _history = run_checked(document, scenario, city, request, terminal, opened)
    return result


def run_checked(
    document: Document,
    scenario: Scenario,
    city: City,
    request: RunRequest,
    terminal: Terminal,
    opened: Opened | None = None,
    command: str = "",
) -> tuple[RunResult, History]:
    """`run_scenario` for a scenario and a city that have been read. `command` is what repeats the run, if not `run`."""
    seed = request.seed if request.seed is not None else scenario.run.seeds[0]
    document, scenario = _controlled(document, scenario, request)
    out = request.out or beside_others(Path("runs") / f"{scenario.id}-seed{seed}", request.lang)
    with files.new_folder(out) as folder:
        from resilience.scenario.hits import hits
        from resilience.scenario.loader import executed_text
        from resilience.scenario.selector import resolve
        from simulator.contracts.engine_settings import with_settings
        from simulator.kernel import Clock, Streams

        resolved = resolve(scenario, city, Streams(seed).stream)
        for line in hits(scenario, resolved, city):
            terminal.say(line)
        asked = executed_text(document, resolved, seed, request.city).encode()
        (folder / "scenario.yaml").write_bytes(asked)
        clock = Clock(resolved.run.start, resolved.run.warmup_s, resolved.run.duration_s)
        # The folder is only put in place once the feed is closed, so that it may leave something there, too.
        with open_feed(request.broker_port, terminal) if opened is None else opened(city, clock, folder) as feed:
            history, telemetry = simulate(
                resolved, city, clock, seed, feed, folder / "readings.parquet", request.speed, terminal
            )
        twin = twin_of(resolved, city, seed, terminal) if request.twin else None
        if request.twin:
            history = credited(resolved, city, seed, history, terminal)
        elif request.evidence:
            history = credited_among(resolved, city, seed, history)
        verdict, digest = _write_results(folder, resolved, city, history, telemetry, asked, seed, twin)
        command = command or replay_command(request.scenario, seed, request.city, request.control, request.checks_off)
        city = with_settings(city, resolved.run.settings)
        _write_report(folder, request.lang, resolved, city, history, verdict, telemetry, seed, digest, command, out)
    from resilience.judge.outcome import weakness_note

    notes = (*feed.notes(telemetry), _("digest: {digest} (seed {seed})", digest=digest[:16], seed=seed))
    if resolved.timeline and not request.twin:
        notes += (_("not held beside the same time without the faults: whether they made a difference is not known"),)
    if resolved.expected is not None and request.city is None and verdict.exit_code == 1:
        notes += (weakness_note(verdict, resolved.expected, city),)
    return RunResult(out, city.folder, verdict, digest, telemetry, notes), history


def _controlled(document: Document, scenario: Scenario, request: RunRequest) -> tuple[Document, Scenario]:
    """The scenario with the control that was asked for instead of its own."""
    from resilience.scenario.scenario import Control

    if request.control is None:
        return document, scenario
    data = {name: value for name, value in document.data.items() if name not in ("control", "checks_off")}
    data["control"] = request.control
    if request.checks_off:
        data["checks_off"] = list(request.checks_off)
    asked = Control(request.control, request.checks_off)
    return replace(document, data=data), replace(scenario, control=asked)


def _write_results(
    folder: Path,
    scenario: Scenario,
    city: City,
    history: History,
    telemetry: TelemetrySummary,
    asked: bytes,
    seed: int,
    twin: History | None,
) -> tuple[Verdict, str]:
    from resilience.judge.control import control_scores
    from resilience.judge.figures import figures_json, run_figures
    from resilience.judge.judge import judge
    from resilience.judge.metrics import Readings
    from resilience.judge.metrics.table import metrics_of
    from resilience.judge.verdict import verdict_json
    from resilience.report.junit import junit_xml

    counts = Readings(telemetry.read, telemetry.delivered, telemetry.late, telemetry.lost, telemetry.held)
    metrics = metrics_of(city, history, counts, twin, scenario.run.below)
    verdict = replace(judge(scenario, city, history, twin=twin), metrics=metrics)
    if scenario.control is not None and scenario.control.has_room:
        verdict = replace(verdict, control_room=control_scores(city, history, scenario.control.mode))
    events = files.event_lines(history.events)
    (folder / "events.jsonl").write_bytes(events)
    judged = verdict_json(verdict).encode()
    (folder / "verdict.json").write_bytes(judged)
    (folder / "figures.json").write_text(figures_json(run_figures(city, history, verdict)) + "\n", encoding="utf-8")
    (folder / "junit.xml").write_bytes(junit_xml(verdict).encode())
    parts = {
        "scenario": files.sha256(asked),
        "events": files.sha256(events),
        "levels": files.write_levels(folder / "levels.parquet", history.levels),
        "gauges": files.write_gauges(folder / "gauges.parquet", history.gauges),
        "readings": telemetry.digest,
        "verdict": files.sha256(judged),
    }
    if history.recorded is not None:
        parts["recorded"] = files.write_gauges(folder / "recorded.parquet", history.recorded)
    if (folder / TRUTH_FILE).exists():
        parts["truth"] = files.sha256((folder / TRUTH_FILE).read_bytes())
    if (folder / RECORD).exists():
        parts["control-room"] = files.sha256((folder / RECORD).read_bytes())
    plugins = files.plugins()
    if plugins:
        parts["plugins"] = files.sha256(json.dumps(plugins).encode())
    digest = files.digest_of(parts)
    record: dict[str, Any] = {
        "schema": files.RUN.schema,
        "scenario": scenario.id,
        "city": city.name,
        "people": city.people,
        "seed": seed,
        "verdict": verdict.value.value,
        "exit_code": verdict.exit_code,
        "digest": digest,
        "digests": parts,
        "start": scenario.run.start.isoformat(),
        "begin_s": to_s(history.begin),
        "end_s": to_s(history.end),
        "readings": telemetry.read,
        "versions": files.versions(),
        "plugins": plugins,
    }
    (folder / "run.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return verdict, digest


def _write_report(
    folder: Path,
    lang: str,
    scenario: Scenario,
    city: City,
    history: History,
    verdict: Verdict,
    telemetry: TelemetrySummary,
    seed: int,
    digest: str,
    command: str,
    out: Path,
) -> None:
    from resilience.report.run import write_report
    from resilience.report.run.compose import compose
    from resilience.report.run.content import TelemetrySummary as Shown

    shown = Shown(
        sensors=sum(len(cohort.components) for cohort in city.cohorts),
        cohorts=len(city.cohorts),
        readings=telemetry.read,
        delivered=telemetry.delivered,
        late=telemetry.late,
        lost=telemetry.lost,
        held=telemetry.held,
    )
    content = compose(city, scenario, history, verdict, seed, files.versions(), command, digest, shown, out)
    write_report(content, folder / "report.html", lang)
