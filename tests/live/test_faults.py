"""What breaks a gateway or its way in the city is done to the real thing, at that instant, and taken back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from gateways.brokers.embedded import BrokerUnavailable
from simulator.contracts.city import City
from simulator.contracts.link import LinkKind
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from stadtwerk.__main__ import main
from stadtwerk.live.faults import RealFaults, plan_drills
from stadtwerk.live.plant import Wire
from stadtwerk.live.processes import Processes
from stadtwerk.live.settings import DOWN_S, Drill
from stadtwerk.runs.feed import TownBrokers
from tests.ict.town import component, data, power, run_to, town, world
from tests.live.support import write_scenario

GATEWAYS = ("g1", "g2")


class Recorder:
    """Takes note of what would be done to processes and links, and when."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.done: list[tuple[Any, ...]] = []
        self.ingests = ("ingest-1",)
        self.wires: dict[str, list[Wire]] = {}
        self.causes: list[int | None] = []

    def _note(self, what: str, name: str, cause: int | None) -> None:
        self.done.append((self._runtime.clock.now_s, what, name))
        self.causes.append(cause)

    def kill(self, process: str, reason: str, down_s: float, cause: int | None = None) -> None:
        self._note("kill" if down_s == math.inf else f"kill for {down_s:g}", process, cause)

    def revive(self, process: str, cause: int | None = None) -> None:
        self._note("revive", process, cause)

    def wire(self, name: str, wires: Sequence[Wire], cause: int | None = None) -> None:
        before, self.wires[name] = self.wires.get(name, [Wire()] * 2), list(wires)
        for place, (old, new) in enumerate(zip(before, wires, strict=True)):
            if new.is_cut is not old.is_cut:
                self._note("cut" if new.is_cut else "mend", f"{name}/{place}", cause)

    def expire(self, name: str, reconnect: bool, cause: int | None = None) -> None:
        self._note("expire" if reconnect else "expire in silence", name, cause)

    def renew(self, name: str, cause: int | None = None) -> None:
        self._note("renew", name, cause)

    def both(self, what: str, at_s: float, name: str) -> list[tuple[Any, ...]]:
        """What is noted if the ways of somebody to both brokers change at a time."""
        return [(at_s, what, f"{name}/0"), (at_s, what, f"{name}/1")]


@pytest.fixture
def runtime() -> Runtime:
    """Two gateways behind a router each, a core, a server; g1 has a battery for ten minutes behind a bus."""
    return world(a_town())


def a_town(*brokers: str) -> City:
    """With brokers on the server, in the order of preference, and another server that hosts them from the second on."""
    parts = [component(name, kind) for name, kind in (("g1", "gateway"), ("g2", "gateway"), ("server", "server"))]
    parts += [component(name, "router") for name in ("r1", "r2", "core")]
    parts += [component("bus", "bus"), component("other", "server")]
    parts += [component(name, "broker", rank=float(place)) for place, name in enumerate(brokers)]
    ways = [("g1", "r1"), ("g2", "r2"), ("r1", "core"), ("r2", "core"), ("core", "server"), ("core", "other")]
    ways += [("other" if place else "server", name) for place, name in enumerate(brokers)]
    return town(parts, [*(data(*way) for way in ways), power("bus", "g1", 600.0)])


def recorded(runtime: Runtime) -> Recorder:
    ict.start(runtime)
    recorder = Recorder(runtime)
    runtime.faults.handle("certificate-expired", lambda *_: None)
    brokers = TownBrokers(runtime, GATEWAYS)
    RealFaults(runtime, cast(Processes, recorder), GATEWAYS, brokers, (0, 1)).look()
    return recorder


@pytest.fixture
def recorder(runtime: Runtime) -> Recorder:
    return recorded(runtime)


def break_at(runtime: Runtime, at_s: float, target: str, fault: str, for_s: float, **parameters: float) -> None:
    def apply() -> None:
        runtime.faults.apply(target, fault, "test", parameters)

    def clear() -> None:
        runtime.faults.clear(target, fault, "test")

    runtime.clock.at(round(at_s * 1000), "test", apply)
    runtime.clock.at(round((at_s + for_s) * 1000), "test", clear)


def test_a_gateway_that_is_out_is_killed_until_it_works_again(runtime: Runtime, recorder: Recorder) -> None:
    break_at(runtime, 60, "g1", "node-out", 120)
    run_to(runtime, 600)
    assert recorder.done == [(60.0, "kill", "g1"), (180.0, "revive", "g1")]
    first = recorder.causes[0]
    assert first is not None
    assert runtime.log.trace(first)[0].subject == "g1"


def test_a_gateway_without_power_is_killed_when_its_battery_is_empty(runtime: Runtime, recorder: Recorder) -> None:
    runtime.clock.at(60_000, "test", lambda: runtime.supply.offer("bus", LinkKind("power"), False))
    runtime.clock.at(900_000, "test", lambda: runtime.supply.offer("bus", LinkKind("power"), True))
    run_to(runtime, 1200)
    assert recorder.done == [(660.0, "kill", "g1"), (900.0, "revive", "g1")]


@pytest.mark.parametrize("link", ["data-g1-r1", "data-r1-core"])
def test_a_link_that_is_cut_near_or_far_cuts_the_real_one(runtime: Runtime, recorder: Recorder, link: str) -> None:
    break_at(runtime, 60, link, "link-cut", 120)
    run_to(runtime, 600)
    assert recorder.done == recorder.both("cut", 60.0, "g1") + recorder.both("mend", 180.0, "g1")


def test_what_cuts_all_off_cuts_all(runtime: Runtime, recorder: Recorder) -> None:
    break_at(runtime, 60, "data-core-server", "link-cut", 60)
    break_at(runtime, 60, "data-core-other", "link-cut", 60)
    run_to(runtime, 600)
    assert recorder.done == [
        change
        for what, at_s in (("cut", 60.0), ("mend", 120.0))
        for gateway in GATEWAYS
        for change in recorder.both(what, at_s, gateway)
    ]


def test_two_causes_at_once_end_with_the_last(runtime: Runtime, recorder: Recorder) -> None:
    break_at(runtime, 60, "g2", "node-out", 120)
    break_at(runtime, 120, "data-g2-r2", "link-cut", 180)
    run_to(runtime, 600)
    # While the process is dead nobody looks at its link; once it is back the link is found to be cut.
    lives = [(60.0, "kill", "g2"), (180.0, "revive", "g2")]
    assert recorder.done == lives + recorder.both("cut", 180.0, "g2") + recorder.both("mend", 300.0, "g2")


def test_a_bad_link_is_slow_and_lossy(runtime: Runtime, recorder: Recorder) -> None:
    break_at(runtime, 60, "data-g1-r1", "link-degraded", 60, delay_s=0.5, loss=0.25)
    sound = [Wire(0.003)] * 2
    gateways = {name: wires for name, wires in recorder.wires.items() if name in GATEWAYS}
    assert gateways == {"g1": sound, "g2": sound}
    run_to(runtime, 90)
    assert (recorder.wires["g1"], recorder.wires["g2"]) == ([Wire(0.503, 0.25)] * 2, sound)
    run_to(runtime, 600)
    assert (recorder.wires["g1"], recorder.wires["g2"]) == (sound, sound)
    assert recorder.done == []


def test_brokers_of_the_city_are_the_real_ones_in_the_order_of_preference() -> None:
    runtime = world(a_town("first", "second", "third"))
    recorder = recorded(runtime)
    break_at(runtime, 60, "first", "broker-out", 60)
    break_at(runtime, 240, "other", "node-out", 60)  # both the second and the third stand there
    run_to(runtime, 600)
    assert recorder.done == [
        (60.0, "kill", "broker-a"),
        (120.0, "revive", "broker-a"),
        (240.0, "kill", "broker-b"),
        *((240.0, "cut", f"{name}/1") for name in (*GATEWAYS, "ingest-1")),
        (300.0, "revive", "broker-b"),
        *((300.0, "mend", f"{name}/1") for name in (*GATEWAYS, "ingest-1")),
    ]
    cause = recorder.causes[0]
    assert cause is not None and runtime.log.trace(cause)[0].subject == "first"


def test_a_city_with_one_broker_has_no_other() -> None:
    recorder = recorded(world(a_town("only")))
    assert recorder.done == [(0.0, "cut", "g1/1"), (0.0, "cut", "g2/1"), (0.0, "cut", "ingest-1/1")]


def test_certificates_that_run_out_run_out_for_real() -> None:
    runtime = world(a_town("first", "second"))
    recorder = recorded(runtime)
    break_at(runtime, 60, "g1", "certificate-expired", 60)
    break_at(runtime, 240, "second", "certificate-expired", 60, reconnect=False)
    run_to(runtime, 600)
    assert recorder.done == [
        (60.0, "expire", "g1"),
        (120.0, "renew", "g1"),
        (240.0, "expire in silence", "broker-b"),
        (300.0, "renew", "broker-b"),
    ]


def test_drills_come_at_their_second(runtime: Runtime, recorder: Recorder) -> None:
    drills = (Drill("broker-a", 30.0), Drill("g2", 45.5))
    plan_drills(drills, runtime.clock, cast(Processes, recorder))
    run_to(runtime, 60)
    assert recorder.done == [(30.0, f"kill for {DOWN_S:g}", "broker-a"), (45.5, f"kill for {DOWN_S:g}", "g2")]


def test_drills_on_what_is_not_there_are_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["live", str(write_scenario(tmp_path)), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--kill", "broker-c@20", "--kill", "broker-a@1201"]) == 64
    said = capsys.readouterr().err
    assert "broker-c@20: no such process" in said
    assert "broker-a@1201: is outside of the run" in said
    assert [path.name for path in tmp_path.iterdir()] == ["live-short.yaml"]


def test_without_a_broker_there_is_no_live_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object) -> None:
        raise BrokerUnavailable("nats-server is not installed")

    monkeypatch.setattr("gateways.brokers.embedded.EmbeddedBroker.start", unavailable)
    assert main(["live", str(write_scenario(tmp_path)), "--out", str(tmp_path / "out")]) == 64
    assert "broker-a: does not start: nats-server is not installed" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["live-short.yaml"]
