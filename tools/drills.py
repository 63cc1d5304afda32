"""Thirty drills of live runs, and what was missing, doubled or disordered by a count that shares nothing with ours.

    python -m tools.drills OUT [--only TEXT]

Each drill is one live run in which processes are killed or stopped; what it could not deliver, `--resume` delivers. The
count reads raw bytes: those that passed a tap before each gateway's socket for sensors (JSON lines), and the rows of
the store (SQLite). It uses no code of Stadtwerk, and Stadtwerk's own counts are not looked at. OUT gets a folder a
drill, and `drills.md`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SCENARIO = """\
schema: stadtwerk/scenario/1
id: drill
title: {de: Probe, en: Drill}
question: {de: "Kommt alles an?", en: "Does all arrive?"}
charter: [3.3/subsystem-continuity]
city: {name: demo}
run: {start: "2026-01-14T17:00", duration: 20min, seeds: [1]}
timeline: []
expect:
  - {id: water, type: invariant, levels: {measure: water-supply}}
"""
SPEED = 100
GATEWAYS = 3


@dataclass(frozen=True)
class Drill:
    """`kills`: process and scenario second. `stops`: process, wall seconds after the first reading, how long."""

    name: str
    brokers: str = "embedded"
    ingests: int = 1
    kills: tuple[str, ...] = ()
    stops: tuple[tuple[str, float, float], ...] = ()
    drain_s: float = 60.0


def drills() -> list[Drill]:
    found = []
    for brokers in ("embedded", "mosquitto"):
        found += [
            Drill("nothing", brokers),
            Drill("broker-a killed", brokers, 1, ("broker-a@300",)),
            Drill("broker-b killed", brokers, 1, ("broker-b@300",)),
            Drill("both brokers killed", brokers, 1, ("broker-a@300", "broker-b@310")),
            Drill("the one ingest killed", brokers, 1, ("ingest-1@300",)),
            Drill("the one ingest killed twice", brokers, 1, ("ingest-1@200", "ingest-1@900")),
            Drill("ingest-1 of two killed", brokers, 2, ("ingest-1@300",)),
            Drill("both of two ingests killed", brokers, 2, ("ingest-1@300", "ingest-2@500")),
            Drill("a gateway killed", brokers, 1, ("gateway-d1@300",)),
            Drill("all gateways killed", brokers, 1, ("gateway-d1@300", "gateway-d2@310", "gateway-d3@320")),
            Drill("broker, ingest and gateway killed", brokers, 2, ("broker-a@300", "ingest-1@310", "gateway-d1@320")),
            Drill("ingest-1 of two asleep", brokers, 2, (), (("ingest-1", 3.0, 6.0),)),
            Drill("broker-a asleep", brokers, 1, (), (("broker-a", 3.0, 5.0),)),
            Drill("the one ingest killed at the end, no time left", brokers, 1, ("ingest-1@1150",), (), 0.001),
            Drill("ingest and both brokers killed at the end", brokers, 1,
                  ("ingest-1@1100", "broker-a@1110", "broker-b@1120"), (), 0.001),
        ]  # fmt: skip
    return found


# The tap: in the process of the run, before the socket of each gateway.


class Tap:
    """Passes bytes between sensors and one gateway, and writes them down as they are."""

    def __init__(self, port: int, folder: Path, name: str) -> None:
        self._port, self._folder, self._name = port, folder, name
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        number = 0
        while True:
            near, _ = self._listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self._port), 5.0)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            number += 1
            for source, sink, way in ((near, far, "up"), (far, near, "down")):
                file = self._folder / f"{self._name}.{number}.{way}"
                threading.Thread(target=_pass, args=(source, sink, file), daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket, file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        while True:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                break
            out.write(data)
            try:
                sink.sendall(data)
            except OSError:
                break
    for line in (source, sink):
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def tapped(folder: Path, arguments: list[str]) -> int:
    """A live run with taps."""
    from stadtwerk.__main__ import main
    from stadtwerk.live.processes import Processes

    taps: dict[str, Tap] = {}
    direct = Processes.port

    def port(self: Processes, gateway: str) -> int:
        if gateway not in taps:
            taps[gateway] = Tap(direct(self, gateway), folder, gateway)
        return taps[gateway].port

    Processes.port = port  # type: ignore[method-assign]
    return main(arguments)


# The count.


@dataclass
class Count:
    acknowledged: int
    missing: int = 0
    doubled: int = 0
    disordered: int = 0


def acknowledged(taps: Path) -> dict[tuple[str, str, int], int]:
    """Readings that gateways said to have, in the order in which they were first sent. Meters of households leave a
    gateway as sums only, so they are left out here."""
    places: dict[tuple[str, str, int], int] = {}
    for up in sorted(taps.glob("*.up"), key=lambda file: (file.name.split(".")[0], int(file.name.split(".")[1]))):
        gateway = up.name.split(".")[0]
        down = up.with_suffix(".down")
        upto, refused = -1, set()
        for line in down.read_bytes().split(b"\n")[:-1] if down.exists() else ():
            said = json.loads(line)
            upto = max(upto, said.get("ok", -1))
            if "refused" in said:
                refused.add(said["refused"])
        groups: dict[int, list[str | None]] = {}
        for line in up.read_bytes().split(b"\n")[:-1]:
            said = json.loads(line)
            if "cohorts" in said:
                groups[said["group"]] = [
                    None if cohort.get("group_size") else f"{component}/{cohort['quantity']}"
                    for cohort in said["cohorts"]
                    for component in cohort["components"]
                ]
            elif said["n"] <= upto and said["n"] not in refused:
                at_ms = round(said["at_unix"] * 1000)
                for name in groups[said["group"]]:
                    if name is not None:
                        places.setdefault((gateway, name, at_ms), len(places))
    return places


def count(taps: Path, store: Path) -> Count:
    places = acknowledged(taps)
    seen: dict[tuple[str, str, int], int] = {}
    newest: dict[tuple[str, str], int] = {}
    told = Count(len(places))
    with contextlib.closing(sqlite3.connect(store)) as database:
        layouts = {
            number: (gateway, json.loads(sensors))
            for number, gateway, sensors in database.execute("select id, gateway, sensors from layout")
        }
        for layout, rows, first_ms, times in database.execute(
            "select layout, rows, first_ms, times from block order by id"
        ):
            gateway, sensors = layouts[layout]
            stamps = (first_ms,) * rows if times is None else struct.unpack(f"<{rows}q", times)
            for name, at_ms in zip(sensors, stamps, strict=True):
                key = gateway, name, at_ms
                seen[key] = seen.get(key, 0) + 1
                place = places.get(key)
                if place is not None:
                    before = newest.get((gateway, name), -1)
                    told.disordered += place < before
                    newest[gateway, name] = max(before, place)
    told.missing = sum(key not in seen for key in places)
    told.doubled = sum(times - 1 for times in seen.values())
    return told


class Gap:
    """The longest time in which nothing new came into the store, by its rows, between the first and the last one."""

    def __init__(self, folder: Path) -> None:
        self._store, self._ended = folder / "out.undelivered" / "store.sqlite", threading.Event()
        self.longest_s = 0.0
        self.began = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        last, since = None, 0.0
        while not self._ended.wait(0.05):
            try:
                with contextlib.closing(sqlite3.connect(f"file:{self._store}?mode=ro", uri=True, timeout=0.05)) as of:
                    newest = of.execute("select max(id) from block").fetchone()[0]
            except sqlite3.Error:
                continue
            if newest is not None and newest != last:
                if last is not None:
                    self.longest_s = max(self.longest_s, time.monotonic() - since)
                last, since = newest, time.monotonic()
                self.began.set()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


def pid_of(journal: Path, process: str) -> int:
    pid = 0
    for line in journal.read_text().splitlines():
        event = json.loads(line)
        if event["subject"] == process and event["code"].startswith("live.started"):
            pid = int(event["value"])
    return pid


def run(drill: Drill, folder: Path, secrets: Path) -> tuple[Count, bool, float]:
    """The count, whether anything had to be resumed, and the longest gap."""
    taps = folder / "taps"
    taps.mkdir(parents=True)
    (folder / "drill.yaml").write_text(SCENARIO)
    arguments = ["live", "drill.yaml", "--out", "out", "--gateways", str(GATEWAYS), "--speed", str(SPEED)]
    arguments += ["--ingests", str(drill.ingests), "--drain", str(drill.drain_s)]
    more = ["--mosquitto", str(secrets)] if drill.brokers == "mosquitto" else []
    for kill in drill.kills:
        arguments += ["--kill", kill]
    me = [sys.executable, "-m", "tools.drills", "--tapped", str(taps)]
    root = str(Path(__file__).resolve().parents[1])
    environment = os.environ | {"PYTHONPATH": root}
    gap = Gap(folder)
    with (folder / "said").open("w+") as said:
        child = subprocess.Popen([*me, *arguments, *more], cwd=folder, stdout=said, stderr=said, env=environment)
        while drill.stops and child.poll() is None and not gap.began.wait(0.1):
            pass
        for process, after_s, for_s in drill.stops:
            time.sleep(after_s)
            pid = pid_of(folder / ".out.partial" / "live.jsonl", process)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(for_s)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        child.wait(600)
        gap.end()
        left = (folder / "out" / "undelivered").exists()
        if left:
            resume = [sys.executable, "-m", "stadtwerk", "live", "--resume", "out", *more]
            subprocess.run(resume, cwd=folder, stdout=said, stderr=said, env=environment, timeout=300, check=False)
    return count(taps, folder / "out" / "store.sqlite"), left, gap.longest_s


HEAD = """\
| brokers | drill | acknowledged | missing | doubled | disordered | resumed | longest gap s |
|---|---|---|---|---|---|---|---|
"""


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--tapped"]:
        return tapped(Path(arguments[1]), arguments[2:])
    parser = argparse.ArgumentParser(
        prog="tools.drills", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="drills with this in their name or kind of broker")
    given = parser.parse_args(arguments)
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    secrets = out / "secrets"
    if not secrets.exists():
        init = [sys.executable, "-m", "stadtwerk", "secrets", "init", "--out", str(secrets), "--city", "demo"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
    bad = 0
    with (out / "drills.md").open("w") as table:
        table.write(HEAD)
        for number, drill in enumerate(drills()):
            if given.only not in f"{drill.brokers} {drill.name}":
                continue
            told, left, gap_s = run(drill, out / f"{number:02}", secrets)
            bad += bool(told.missing or told.doubled or told.disordered or not told.acknowledged)
            line = f"| {drill.brokers} | {drill.name} | {told.acknowledged} | {told.missing} | {told.doubled} "
            line += f"| {told.disordered} | {'yes' if left else ''} | {gap_s:.1f} |"
            print(line, flush=True)
            table.write(line + "\n")
            table.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
