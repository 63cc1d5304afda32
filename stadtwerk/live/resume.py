"""Delivers what an earlier live run could not."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import NO_TEXT, Text, Verbatim, Words, number
from stadtwerk.influx.live import HealthWatch
from stadtwerk.live import events
from stadtwerk.live.feed import arrived
from stadtwerk.live.plant import Journal
from stadtwerk.live.processes import Processes, private_folder
from stadtwerk.live.reconciliation import Reconciliation, counted, left_in, row_count, seal
from stadtwerk.live.settings import LiveSettings
from stadtwerk.live.undelivered import JOURNAL, LIVE, RECORD, Left, find_left, write_record
from stadtwerk.terminal import Terminal

_ = Words("stadtwerk.live")


@dataclass(frozen=True, slots=True)
class Resumed:
    """What became of it. `left`: readings still in outboxes. `tally` is None where nothing can be counted, and `reason`
    then says why."""

    left: Mapping[str, int]
    tally: Reconciliation | None
    reason: Text = NO_TEXT

    @property
    def holds(self) -> bool:
        return not any(self.left.values()) and (self.tally is None or self.tally.holds)

    def sentence(self) -> Text:
        left = sum(self.left.values())
        said: Text = _("all is delivered") if not left else _("{n} readings are still left", n=number(left))
        if self.tally is None:
            return said + _("; not counted: {reason}").filled(reason=self.reason)
        counted = _(
            ": {acknowledged} acknowledged by gateways, {stored} in the store, {missing} missing, {doubled} doubled"
        )
        return said + counted.filled(
            acknowledged=number(self.tally.acknowledged),
            stored=number(self.tally.stored),
            missing=number(self.tally.missing),
            doubled=number(self.tally.doubled),
        )


def resume(run: Path, settings: LiveSettings, terminal: Terminal) -> Resumed:
    """Start brokers, ingest and the gateways of a run that has ended, until their outboxes are empty or time is up.

    `run` is its folder; its live.json and live.jsonl are continued. Raises `BadInput`.
    """
    found = find_left(run)
    known = found.resumable
    _check(found, settings)
    settings = replace(settings, gateways=None, ingests=1, drills=())
    with private_folder() as place, Journal(found.base / JOURNAL, further=True) as journal:
        processes = Processes(known.payloads, settings, place, found.store, found.outboxes, journal)
        processes.tag(known.tags)
        watch = HealthWatch(processes.watching, processes.gateways)
        try:
            with terminal.working(_("waiting for brokers, ingest and gateways")):
                processes.start()
            journal.add(events.RESUMED, "live")
            watch.start()
            with terminal.working(_("waiting for the last readings")):
                drained = _deliver(found, watch, settings)
            journal.add(events.DRAINED if drained else events.NOT_DRAINED, "live")
        finally:
            watch.close()
            processes.stop()
        left = {gateway: left_in(processes.outbox(gateway)) for gateway in known.payloads}
    if settings.influx is not None:
        left["ingest"] = row_count(found.store)
    resumed = _counted(found, settings, left)
    _write(found, resumed)
    if settings.influx is None:
        seal(found.store)
    if resumed.holds:
        found.delivered()
    return resumed


def _check(found: Left, settings: LiveSettings) -> None:
    """Readings go on to where the others are, by brokers that are closed to strangers if those of the run were."""
    known, problems = found.resumable, []

    def wrong(field: str, what: Text, fix: Text) -> None:
        problems.append(Problem(str(found.base), 0, field, what, fix))

    if settings.brokers != known.brokers:
        if known.brokers == "mosquitto":
            wrong("--mosquitto", _("the run used Mosquitto brokers"), _("give the folder of its secrets as then"))
        else:
            wrong("--mosquitto", _("the run used embedded brokers"), _("leave --mosquitto and --attach out"))
    if settings.store != known.store:
        if known.store == "embedded":
            wrong("--influx", _("the run wrote to its own store"), _("leave --influx out"))
        else:
            wrong("--influx", _("the run wrote to {store}", store=known.store), _("give the database as then"))
    if problems:
        raise BadInput(problems)


def _deliver(found: Left, watch: HealthWatch, settings: LiveSettings) -> bool:
    """Wait until gateways have told that nothing is left, and what they acknowledged is there."""
    deadline = time.monotonic() + settings.drain_s
    while any((waiting := watch.in_outboxes()).values()) or len(waiting) < len(found.resumable.payloads):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    known = found.resumable
    return arrived(found.store, settings.influx, known.run, known.acknowledged or {}, deadline)


def _counted(found: Left, settings: LiveSettings, left: Mapping[str, int]) -> Resumed:
    known = found.resumable
    if known.acknowledged is None:
        return Resumed(left, None, _("the run was killed before it said what gateways had taken"))
    tally, reason = counted(known.acknowledged, found.store, settings.influx, known.run)
    return Resumed(left, tally, Verbatim(reason))


def _write(found: Left, resumed: Resumed) -> None:
    path = found.base / RECORD
    record: dict[str, Any] = {"interrupted": True}
    if path.is_file():
        record, _version = LIVE.load(path)
    record |= {
        "resumed": record.get("resumed", 0) + 1,
        "left_in_outboxes": dict(resumed.left),
        "tally": None if resumed.tally is None else dataclasses.asdict(resumed.tally),
        "holds": resumed.holds,
    }
    write_record(found.base, record)
