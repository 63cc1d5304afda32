"""One live run, from a scenario file to a run folder."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from gateways.alive import Alive
from simulator.contracts.measurements import BEAT_S
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import NO_TEXT, Text, Words, number
from stadtwerk.influx.gateways import reading_tags
from stadtwerk.influx.live import HealthWatch, LiveLines
from stadtwerk.influx.places import RunIdentity, zero_of
from stadtwerk.influx.push import dashboard_link
from stadtwerk.live import events
from stadtwerk.live.attached import Attached
from stadtwerk.live.faults import check_drills
from stadtwerk.live.feed import BEHIND_S, LiveFeed, LiveTerminal
from stadtwerk.live.plant import Journal, Plant
from stadtwerk.live.processes import Processes, private_folder
from stadtwerk.live.reconciliation import Reconciliation, counted, found_before, row_count, seal
from stadtwerk.live.settings import LiveSettings
from stadtwerk.live.southbound import FieldSums
from stadtwerk.live.undelivered import JOURNAL, Kept, Resumable, acknowledged_by, write_record
from stadtwerk.runs.feed import software_of
from stadtwerk.runs.run import RunRequest, RunResult, run_scenario
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from simulator.contracts.city import City
    from simulator.kernel import Clock

_ = Words("stadtwerk")


SPEED = 60.0
DEAD_LETTERS = "dead-letters.jsonl"
FAIL = 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the readings of a live run.

    `drained`: everything had arrived within the time for it. `tally` counts in the store; it is None if a database did
    not say what it has, and `reason` says why. `left`: readings in outboxes, by gateway and of ingest. `leaving`:
    readings that acknowledged ones leave gateways as; fewer where those of households leave as sums. `before`: readings
    of these sensors and times that a database had before the run; of those the count proves nothing.
    """

    field: FieldSums
    drained: bool
    left: dict[str, int]
    tally: Reconciliation | None
    leaving: int = 0
    before: int = 0
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether no acknowledged reading is missing, doubled or out of order, as far as the store shows it."""
        if self.field.refused or self.field.dropped:
            return False
        return self.tally is not None and self.tally.holds

    @property
    def undelivered(self) -> int:
        """Readings that gateways or ingest still have and the store may lack."""
        if self.drained and self.tally is not None and not self.tally.missing:
            return 0  # what is left was on its way to be forgotten
        return sum(self.left.values())

    def sentence(self) -> Text:
        field = self.field
        verdict = _("live telemetry holds") if self.holds else _("live telemetry FAILS")
        said: Text = _(
            "{verdict}: {sent} readings sent, {acknowledged} acknowledged by gateways",
            verdict=verdict,
            sent=number(field.sent),
            acknowledged=number(field.acknowledged),
        )
        if self.leaving < field.acknowledged:
            said += _(", which leave them as {n} (private ones as sums)", n=number(self.leaving))
        if self.tally is not None:
            counted = self.tally
            in_store = _(", {stored} in the store, {missing} missing, {doubled} doubled")
            said += in_store.filled(
                stored=number(counted.stored), missing=number(counted.missing), doubled=number(counted.doubled)
            )
            if counted.disordered is not None:
                said += _(", {n} out of order", n=number(counted.disordered))
        else:
            said += _("; the database did not say what it has: {reason}", reason=str(self.reason))
        if self.before:
            said += _("; {n} such readings were there before the run", n=number(self.before))
        if field.refused or field.dropped:
            lost = _("; {refused} refused by gateways, {dropped} dropped before them")
            said += lost.filled(refused=number(field.refused), dropped=number(field.dropped))
        return said + (_("; {n} never answered", n=number(field.waiting)) if field.waiting else NO_TEXT)


@dataclass(frozen=True, slots=True)
class LiveResult:
    """A run's result and what became of its readings."""

    run: RunResult
    delivery: Delivery

    @property
    def exit_code(self) -> int:
        """That of the verdict; fail if acknowledged readings are missing, doubled or out of order."""
        return self.run.verdict.exit_code if self.delivery.holds else FAIL


def run_live(request: RunRequest, settings: LiveSettings, terminal: Terminal | None = None) -> LiveResult:
    """Run one scenario against the wall clock with real processes, judge it, and leave a run folder.

    The folder holds what that of `run_scenario` holds, and live.json, live.jsonl and, with the embedded store,
    store.sqlite; dead-letters.jsonl if ingest refused messages; and undelivered/ if gateways or ingest still have
    something. If the run is interrupted or killed, that and the store stay beside it (`Kept`). Digest and run.json are
    those of a run without anything real. Raises `BadInput`.
    """
    speed = request.speed or SPEED
    alive = Alive(settings.alive)
    terminal = LiveTerminal(terminal or Terminal(request.lang), speed, alive)
    delivered: list[Delivery] = []
    written: list[LiveLines] = []
    left_behind: list[Kept] = []

    @contextmanager
    def opened(city: City, clock: Clock, folder: Path) -> Iterator[LiveFeed]:
        gateways = _chosen(city, settings.gateways)
        told = _identity(request, city, clock, folder, settings.now)
        kept = Kept(folder.with_name(told.name))
        with private_folder() as place, Journal(folder / JOURNAL) as journal:
            journal.clock = lambda: clock.now
            payloads = {gateway: software_of(city, gateway).payload for gateway in gateways}
            tags = reading_tags(told.name, city)
            processes: Plant
            resumable: Resumable | None = None
            if settings.attached is None:
                store = kept.store(settings.influx is None)
                processes = Processes(payloads, settings, place, store, kept.outboxes, journal)
                resumable = Resumable(payloads, settings.brokers, settings.store, told.name, tags)
            else:
                processes = Attached(payloads, settings.attached.installation, settings.attached.file, journal)
            check_drills(settings.drills, processes.names, clock)
            if resumable is not None:
                kept.begin(resumable)
                left_behind.append(kept)
            tagged = told.name if processes.tag(tags) else ""
            lines = _lines(settings, told, processes, speed)
            if lines is not None:
                written.append(lines)
                where = dashboard_link(told.name, told.begin_ms, told.end_ms, request.lang, live=True)
                terminal.say(f"Grafana: {where}")
            feed = LiveFeed(clock, processes, settings, journal, told, alive, lines, tagged)
            ended = drained = False
            try:
                with terminal.working(_("waiting for brokers, ingest and gateways")):
                    processes.start()
                if lines is not None:
                    lines.replace()
                if settings.attached is None:
                    terminal.say(
                        _("live: {n} processes run, {gateways} of them gateways").filled(
                            n=len(processes.names), gateways=len(gateways)
                        )
                    )
                else:
                    terminal.say(
                        _("live: {n} gateways of {file} let us in", n=len(gateways), file=str(settings.attached.file))
                    )
                terminal.say(processes.listening())
                before = found_before(city, gateways, told, settings.influx, tagged)
                yield feed
                journal.add(events.DRAIN, "live")
                with terminal.working(_("waiting for the last readings")):
                    drained = feed.drain()
                journal.add(events.DRAINED if drained else events.NOT_DRAINED, "live")
                ended = True
            finally:
                feed.hang_up()
                if lines is not None:
                    lines.close()
                processes.stop()
                if resumable is not None and not ended:
                    _keep_interrupted(kept, resumable, feed, processes, journal, terminal)
            delivery = _count(feed, processes, settings, drained, before, tagged)
            delivered.append(delivery)
            if settings.influx is None and processes.store is not None:
                seal(processes.store)
            if resumable is not None and delivery.undelivered:
                kept.write(replace(resumable, acknowledged=acknowledged_by(feed.acknowledged())))
                fix = _("{n} readings were not delivered and are kept: stadtwerk live --resume {run}")
                feed.note(fix.filled(n=number(delivery.undelivered), run=str(kept.out)))
            refused = _keep_dead_letters(processes.dead_letters(), folder / DEAD_LETTERS)
            if refused:
                said = ", ".join(f"{count} {reason}" for reason, count in sorted(refused.items()))
                feed.note(_("messages that ingest did not take: {said}; see {folder}", said=said, folder=DEAD_LETTERS))
            _write(folder, speed, settings, terminal, processes, delivery, refused, feed.polls())
            feed.note(delivery.sentence())

    run = run_scenario(replace(request, speed=speed), terminal, opened)
    for kept in left_behind:
        kept.settle(bool(delivered[0].undelivered))
    for lines in written:
        terminal.say(
            lines.finish(run.verdict, run.digest, settings.report or str((run.folder / "report.html").resolve()))
        )
    return LiveResult(run, delivered[0])


def _identity(request: RunRequest, city: City, clock: Clock, folder: Path, now: bool) -> RunIdentity:
    """The run as a database knows it: by the name of its folder."""
    from resilience.scenario.loader import build_scenario
    from simulator.contracts.document import load_document

    scenario = build_scenario(load_document(folder / "scenario.yaml"))
    seed = scenario.run.seeds[0]
    name = f"{scenario.id}-seed{seed}" if request.out is None else request.out.resolve().name
    zero_ms = to_ticks(int(time.time())) - clock.begin if now else zero_of(clock.start)
    return RunIdentity(name, city, scenario, seed, clock.begin, clock.end, zero_ms)


ARRIVAL_S = 2.0
"""Wall time that a reading may take from its sensor to its acknowledgement (assumption: a second of batching, and a
busy machine)."""


def _silent_after_s(city: City, speed: float) -> dict[str, float]:
    """For how long of the scenario's time nothing of a gateway may arrive until it counts as silent: two periods of its
    fastest sensor, the time between two looks, and the way itself."""
    periods: dict[str, float] = {}
    for cohort in city.cohorts:
        periods[cohort.gateway] = min(cohort.period_s, periods.get(cohort.gateway, cohort.period_s))
    return {gateway: 2.0 * period + BEAT_S + ARRIVAL_S * speed for gateway, period in periods.items()}


def _lines(settings: LiveSettings, run: RunIdentity, processes: Plant, speed: float) -> LiveLines | None:
    """What writes the run itself into the database; None without one that Grafana could ask in InfluxQL."""
    if settings.influx is None or settings.influx.engine != "influxdb":
        return None
    silent = _silent_after_s(run.city, speed)
    return LiveLines(settings.influx, run, HealthWatch(processes.watching, processes.gateways, silent))


def _chosen(city: City, limit: int | None) -> tuple[str, ...]:
    """The gateways that become processes, in the order in which the city's sensors name them."""
    gateways = tuple(dict.fromkeys(cohort.gateway for cohort in city.cohorts))
    if not gateways:
        where = str(city.folder or city.name)
        raise BadInput(
            [Problem(where, 0, "sensors", _("there are none, so nothing is sent"), _("use `stadtwerk run`"))]
        )
    return gateways[:limit]


def _keep_dead_letters(files: Sequence[Path], out: Path) -> dict[str, int]:
    """Gather what ingest wrote down of messages that it did not take; how many, by reason."""
    lines = [line for file in files for line in file.read_bytes().splitlines()]
    if lines:
        out.write_bytes(b"\n".join(lines) + b"\n")
    return dict(Counter(str(orjson.loads(line)["reason"]) for line in lines))


def _count(feed: LiveFeed, processes: Plant, settings: LiveSettings, drained: bool, before: int, run: str) -> Delivery:
    left, acknowledged = feed.left(), feed.acknowledged()
    leaving = sum(len(group) for blocks in acknowledged.values() for group, _ in blocks)
    store = processes.store
    if settings.influx is not None and store is not None:
        left = left | {"ingest": row_count(store)}
    tally, reason = counted(acknowledged, store, settings.influx, run)
    return Delivery(feed.sums(), drained, left, tally, leaving, before, reason)


def _keep_interrupted(
    kept: Kept, resumable: Resumable, feed: LiveFeed, processes: Plant, journal: Journal, terminal: Terminal
) -> None:
    """The run did not come to its end: keep what gateways have not delivered and what is in the store, if anything."""
    store = processes.store
    left, rows = feed.left(), 0 if store is None else row_count(store)
    if not rows and not any(left.values()):
        kept.drop()
        return
    kept.write(replace(resumable, acknowledged=acknowledged_by(feed.acknowledged())))
    record: dict[str, Any] = {"interrupted": True, "gateways": list(resumable.payloads)}
    record |= {"brokers": resumable.brokers, "store": resumable.store, "processes": processes.counts()}
    record |= {"readings": dataclasses.asdict(feed.sums()), "left_in_outboxes": left}
    write_record(kept.place, record)
    (kept.place / JOURNAL).write_bytes(journal.path.read_bytes())
    said = _("kept: {n} readings in outboxes; deliver them with: stadtwerk live --resume {run}")
    terminal.say(said.filled(n=number(sum(left.values())), run=str(kept.out)))


def _write(
    folder: Path,
    speed: float,
    settings: LiveSettings,
    terminal: LiveTerminal,
    processes: Plant,
    delivery: Delivery,
    refused: Mapping[str, int],
    polls: Mapping[str, int],
) -> None:
    record: dict[str, Any] = {
        "speed": speed,
        "gateways": list(processes.gateways),
        "modbus_polls": polls,
        "brokers": settings.brokers,
        "store": settings.store,
        "drills": [dataclasses.asdict(drill) for drill in settings.drills],
        "lag": dataclasses.asdict(terminal.lag) | {"behind_from_s": BEHIND_S},
        "processes": processes.counts(),
        "readings": dataclasses.asdict(delivery.field),
        "leaving": delivery.leaving,
        "there_before": delivery.before,
        "left_in_outboxes": delivery.left,
        "tally": None if delivery.tally is None else dataclasses.asdict(delivery.tally),
        "dead_letters": refused,
        "drained": delivery.drained,
        "holds": delivery.holds,
    }
    write_record(folder, record)
