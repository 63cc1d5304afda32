"""Faults, dead parts with their reason, re-supply, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from simulator.contracts.event import Event, EventKind
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.domains.energy.pickup import Return
from simulator.domains.energy.process import EnergyDomain
from tests.energy.support import Evening, Rated, chain, component, oberrhein, power, run, town, written

HOUR = to_ticks(3600)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(oberrhein(), tmp_path_factory.mktemp("grid") / "power.json")


SWITCHES = tuple(f"grid-switch-{i}" for i in (14, 34, 48, 107, 144, 311))


def started(file: Path, remote: Sequence[str] = SWITCHES, **options: object) -> tuple[Runtime, EnergyDomain]:
    extra = [component("grid-control", "network-control"), component("yard", "depot", 7.8, 48.4)]
    links = [Link(f"c-{name}", LinkKind("control"), "grid-control", name) for name in remote]
    return run(town(file, extra, links), **options)  # type: ignore[arg-type]


def picture(runtime: Runtime, domain: EnergyDomain) -> tuple[list[float], list[bool], list[float], list[bool]]:
    out = domain.readout
    up = [] if out.up is None else out.up.tolist()
    return out.voltage.tolist(), up, out.loading.tolist(), domain.state.closed.tolist()


def of_kind(runtime: Runtime, kind: EventKind) -> list[Event]:
    return [event for event in runtime.log.events if event.kind is kind]


FAULTS = (
    ("line-50", "line-trip"),
    ("transformer-114", "transformer-out"),
    ("substation-1", "substation-out"),
    ("bus-39", "bus-out"),
    ("grid-switch-14", "switch-stuck"),
    ("pv-3", "pv-loss"),
)


@pytest.mark.parametrize("target,fault", FAULTS)
@pytest.mark.parametrize("held_s", [60.0, 2 * 3600.0])
def test_inject_and_clear_is_the_baseline(file: Path, target: str, fault: str, held_s: float) -> None:
    """After the repair the grid is what it would have been without the fault, ring switches included.

    But for what an outage leaves behind in homes: cold-load pick-up fades over hours, here it is undone.
    """
    noon = datetime(2026, 6, 10, 11, 5)
    plain, untouched = started(file, start_at=noon, hours=6)
    broken, hit = started(file, start_at=noon, hours=6)
    for runtime in (plain, broken):
        runtime.clock.run_until(to_ticks(1800))
    before = picture(broken, hit)
    broken.faults.apply(target, fault, "test", {})
    broken.clock.run_until(to_ticks(1800 + held_s))
    if fault != "switch-stuck":
        assert picture(broken, hit)[0] != before[0], "the fault had no effect"
    broken.faults.clear(target, fault, "test")
    for runtime in (plain, broken):
        runtime.clock.run_until(to_ticks(1800 + held_s))
    assert hit.state.closed.tolist() == untouched.state.closed.tolist()
    hit.state.returning = Return(hit.state.grid)
    for runtime in (plain, broken):
        runtime.clock.run_until(5 * HOUR)
    for ours, theirs in zip(picture(broken, hit), picture(plain, untouched), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-9)
    assert not hit.state.shed.any()


def test_a_split_run_is_the_whole_run(file: Path) -> None:
    events, pictures = [], []
    for pieces in (1, 37):
        runtime, domain = started(file, hours=5)
        runtime.clock.at(HOUR, "test", lambda r=runtime: r.faults.apply("substation-0", "substation-out", "x", {}))
        runtime.clock.at(3 * HOUR, "test", lambda r=runtime: r.faults.clear("substation-0", "substation-out", "x"))
        for piece in range(1, pieces + 1):
            runtime.clock.run_until(5 * HOUR * piece // pieces)
        events.append(runtime.log.events)
        pictures.append(picture(runtime, domain))
    assert events[0] == events[1]
    assert pictures[0] == pictures[1]


def test_a_dead_part_is_named_with_its_reason_and_the_cascade_can_be_traced(tmp_path: Path) -> None:
    net = chain([0.5, 0.5, 0.5])
    city = town(
        written(net, tmp_path / "p.json"), [component("clinic", "hospital", beds=5.0)], [power("bus-4", "clinic")]
    )
    runtime, _domain = run(city)
    fault = runtime.faults.apply("line-1", "line-trip", "storm", {})
    runtime.clock.run_until(60_000)
    stopped = next(e for e in runtime.log.events if e.kind is EventKind.STOPPED and e.subject == "clinic")
    chain_of = runtime.log.trace(stopped.id)
    assert chain_of[0].id == fault
    (dead,) = [event for event in chain_of if event.code == "energy.buses-dead"]
    assert (dead.value, dead.params) == (2.0, {"buses": "bus-3 bus-4"})
    assert dead.cause is not None and runtime.log.events[dead.cause].subject == "line-1"
    assert not runtime.supply.works("clinic")
    assert runtime.quantities.value("bus-2", "energised") == 1.0
    assert runtime.quantities.value("bus-4", "energised") == 0.0
    assert runtime.quantities.value("bus-4", "voltage_pu") == 0.0
    assert runtime.quantities.value("bus-4", "load_w") == 0.0
    assert runtime.levels.courses()["light"].values[-1] == pytest.approx(1 / 3)
    runtime.faults.clear("line-1", "line-trip", "storm")
    runtime.clock.run_until(120_000)
    assert runtime.supply.works("clinic")
    assert runtime.levels.courses()["light"].values[-1] == 1.0


def test_two_causes_on_one_line_and_only_the_last_brings_it_back(tmp_path: Path) -> None:
    runtime, _domain = run(town(written(chain([0.5, 0.5]), tmp_path / "p.json")))
    for cause in ("storm", "digger"):
        runtime.faults.apply("line-1", "line-trip", cause, {})
    runtime.faults.clear("line-1", "line-trip", "storm")
    runtime.clock.run_until(1000)
    assert runtime.quantities.value("bus-3", "energised") == 0.0
    runtime.faults.clear("line-1", "line-trip", "digger")
    runtime.clock.run_until(2000)
    assert runtime.quantities.value("bus-3", "energised") == 1.0


@pytest.mark.parametrize("target,fault", FAULTS[:4])
def test_resupply_never_closes_onto_an_overload(file: Path, target: str, fault: str) -> None:
    """On a winter evening, near the limits: after every closing all loadings and voltages are in order."""
    runtime, domain = started(file, hours=8)
    runtime.clock.run_until(HOUR)
    runtime.faults.apply(target, fault, "test", {})
    closings = 0
    seen = len(runtime.log.events)
    while runtime.clock.now < 4 * HOUR:
        runtime.clock.run_until(runtime.clock.now + 30_000)
        fresh = runtime.log.events[seen:]
        seen = len(runtime.log.events)
        if any(event.kind is EventKind.SWITCH and event.after == "closed" for event in fresh):
            closings += 1
            assert domain.readout.loading.max() <= 1.0 + 1e-6
            voltage = domain.readout.voltage
            assert voltage[voltage > 0].min() >= 0.9
    assert closings > 0


def test_what_does_not_fit_stays_dark_behind_a_switch_that_somebody_opened(file: Path) -> None:
    """Operators restore in sections: nobody goes to sixty local substations to switch them off one by one.

    Whoever is dark on a detour is dark behind an end that a crew was sent to, or the control room at a busbar; and it
    comes back when the load of the night allows it.
    """
    important = {f"bus-{i}": 1.0 for i in (37, 43, 44, 46, 56)}
    runtime, domain = run(
        town(file, [component("grid-control", "network-control"), component("yard", "depot", 7.8, 48.4)],
             [Link(f"c-{s}", LinkKind("control"), "grid-control", s) for s in SWITCHES], important),
        hours=14,
    )  # fmt: skip
    runtime.faults.apply("substation-0", "substation-out", "test", {})
    most = 0
    while runtime.clock.now < 5 * HOUR:
        runtime.clock.run_until(runtime.clock.now + to_ticks(300))
        state = domain.state
        assert not state.shed.any(), "a local substation is switched off by nobody"
        opened = [e for e in runtime.log.events if e.code == "energy.section-opened"]
        assert len(opened) >= len(state.opened)
        most = max(most, len(state.opened))
    assert 0 < most <= 4, "a handful of switches, not one for each local substation"
    dark = ~domain.state.parts().live
    reasons = {runtime.log.events[e].code for e in domain.state.opened.values()}
    assert reasons <= {"energy.section-opened"}
    runtime.clock.run_until(10 * HOUR)
    assert (~domain.state.parts().live).sum() <= dark.sum()


def test_every_opened_section_has_somebody_who_went_there(file: Path) -> None:
    """Without a crew and without a control room no section is opened and no ring point closed: the part stays dark."""
    runtime, domain = run(town(file), hours=6)
    runtime.faults.apply("substation-0", "substation-out", "test", {})
    runtime.clock.run_until(5 * HOUR)
    codes = {e.code for e in runtime.log.events}
    assert not codes & {"energy.section-opened", "energy.closed-by-hand", "energy.closed-remotely"}
    assert not domain.state.parts().live.all()


def test_a_flooded_substation_feeds_nothing_through_its_own_busbar(file: Path) -> None:
    """Ring points bring power to the feeders of a substation whose infeed is lost, over its busbar; not if that is
    under water. The busbar itself stays dead as long as the flood lasts.
    """
    seen = {}
    for fault in ("substation-out", "substation-flooded"):
        runtime, domain = started(file, start_at=datetime(2026, 6, 10, 3, 0), hours=5)
        bar = domain.state.grid.sites[0].busbar
        runtime.faults.apply("substation-0", fault, "test", {})
        runtime.clock.run_until(4 * HOUR)
        live = domain.state.parts().live
        seen[fault] = bool(live[bar]), int(live.sum())
        runtime.faults.clear("substation-0", fault, "test")
        runtime.clock.run_until(4 * HOUR + 60_000)
        assert domain.state.parts().live.all()
    assert seen["substation-out"][0]
    assert not seen["substation-flooded"][0]
    assert 0 < seen["substation-flooded"][1] < seen["substation-out"][1]


def test_a_short_circuit_is_located_isolated_and_the_rest_fed_again(file: Path) -> None:
    """The breaker takes the whole feeder; what lies before the line comes back by the breaker, what lies beyond over a
    ring point, both only after somebody was at the line: with crews in German towns 30 to 60 min (Netze BW, four
    faults of 2018 and 2019 in the local press), never at once.
    """
    runtime, domain = started(file, start_at=datetime(2026, 1, 20, 3, 0), hours=5)
    state = domain.state
    line = next(
        name
        for name in state.grid.branch_ids
        if name.startswith("line-")
        and (head := state._zones.head(state.grid.branch_at[name])) is not None
        and 0
        < state._zones.feeder(state.grid.branch_at[name]).sum()
        < state._zones.feeder(int(state.grid.end_branch[head])).sum() - 2
        and any(state._zones.feeder(state.grid.branch_at[name])[list(s.buses)].any() for s in state.grid.switches)
    )
    whole = state._zones.feeder(int(state.grid.end_branch[state._zones.head(state.grid.branch_at[line])]))
    runtime.faults.apply(line, "short-circuit", "digger", {})
    runtime.clock.run_until(60_000)
    assert (~state.parts().live == whole).all(), "the breaker takes the whole feeder"
    runtime.clock.run_until(to_ticks(1800))
    assert (~state.parts().live == whole).all(), "nothing is closed onto a fault that nobody has found"
    runtime.clock.run_until(2 * HOUR)
    codes = [e.code for e in runtime.log.events]
    order = [codes.index(f"energy.{c}") for c in ("feeder-tripped", "isolated", "feeder-back", "closed-remotely")]
    assert order == sorted(order)
    found = runtime.log.events[order[1]].at
    assert to_ticks(1800) < found < to_ticks(5400)
    assert state.parts().live.all()
    runtime.faults.clear(line, "short-circuit", "digger")
    runtime.clock.run_until(2 * HOUR + 60_000)
    assert (state.closed == state.grid.end_closed).all(), "back to the ordinary day"


def test_by_hand_without_control_link_and_when_the_centre_is_down(file: Path) -> None:
    """The same trip re-supplied after 300 s from afar, and later by a crew: muster, drive, 900 s of work."""
    at: dict[str, int] = {}
    for case in ("remote", "no link", "centre out", "centre blind", "centre silent"):
        runtime, _ = started(file, SWITCHES if case != "no link" else (), start_at=datetime(2026, 1, 20, 3, 0), hours=5)
        of_centre = {"centre out": "control-out", "centre blind": "loss-of-view", "centre silent": "loss-of-control"}
        if case in of_centre:
            runtime.faults.apply("grid-control", of_centre[case], "test", {})
        runtime.faults.apply("line-50", "line-trip", "test", {})
        runtime.clock.run_until(4 * HOUR)
        first = next(e for e in of_kind(runtime, EventKind.SWITCH) if e.subject in SWITCHES)
        at[case] = first.at
        assert runtime.log.trace(first.id)[0].kind is EventKind.FAULT
        modes = [e for e in of_kind(runtime, EventKind.MODE) if e.subject == first.subject]
        assert (modes[0].before, modes[0].after) == ("open", "closed")
        assert bool(of_kind(runtime, EventKind.CREW)) is (case != "remote")
    assert at["remote"] == to_ticks(300)
    assert at["no link"] == at["centre out"] == at["centre blind"] == at["centre silent"]
    assert at["no link"] > to_ticks(900 + 900)


def test_a_control_link_that_comes_back_overtakes_the_crew(file: Path) -> None:
    runtime, _ = started(file, start_at=datetime(2026, 1, 20, 3, 0), hours=5)
    for name in SWITCHES:
        runtime.faults.apply(f"c-{name}", "link-cut", "test", {})
    runtime.faults.apply("line-50", "line-trip", "test", {})
    runtime.clock.run_until(to_ticks(600))
    for name in SWITCHES:
        runtime.faults.clear(f"c-{name}", "link-cut", "test")
    runtime.clock.run_until(4 * HOUR)
    closed = [event for event in of_kind(runtime, EventKind.SWITCH) if event.after == "closed"]
    assert [event.at for event in closed] == [to_ticks(600 + 300)]
    assert of_kind(runtime, EventKind.CREW), "a crew had been called before"


def test_a_stuck_switch_is_tried_once_and_then_passed_over(file: Path) -> None:
    """Nobody knows of it before. What the attempt costs, and all that follows, is put down to it as well."""
    free, _ = started(file, start_at=datetime(2026, 1, 20, 3, 0), hours=3)
    free.faults.apply("line-50", "line-trip", "test", {})
    free.clock.run_until(HOUR)
    used = of_kind(free, EventKind.SWITCH)[0].subject
    runtime, domain = started(file, start_at=datetime(2026, 1, 20, 3, 0), hours=3)
    stuck = runtime.faults.apply(used, "switch-stuck", "test", {})
    runtime.faults.apply("line-50", "line-trip", "test", {})
    runtime.clock.run_until(HOUR)
    tried = [event for event in runtime.log.events if event.code == "energy.switch-stuck"]
    assert [event.subject for event in tried] == [used] and stuck in tried[0].causes
    assert used not in [event.subject for event in of_kind(runtime, EventKind.SWITCH)]
    ends = next(s.ends for s in domain.state.grid.switches if s.id == used)
    assert not domain.state.closed[list(ends)].all()


def test_a_voltage_collapse_is_flagged_and_the_run_goes_on(tmp_path: Path) -> None:
    """60 MW over 30 km of cable have no power flow; the linearised one stands in and says so."""
    import pandapower as pp

    net = chain([1.0])
    far = pp.create_bus(net, 20.0, geodata=(7.9, 48.4))
    pp.create_line_from_parameters(net, 2, far, 30.0, 0.2, 0.12, 0.0, 0.3)
    pp.create_load(net, far, 60.0)
    runtime, domain = run(town(written(net, tmp_path / "p.json")))
    assert [e for e in of_kind(runtime, EventKind.NOTE) if e.code == "energy.collapse"]
    assert np.isfinite(domain.readout.voltage).all()
    runtime.faults.apply("line-1", "line-trip", "test", {})
    runtime.clock.run_until(1000)
    assert [e for e in of_kind(runtime, EventKind.NOTE) if e.code == "energy.converges"]


def test_components_draw_at_their_bus_and_a_linked_pump_replaces_the_file_s_motor(tmp_path: Path) -> None:
    import pandapower as pp

    net = chain([1.0, 0.0])
    pp.create_motor(net, 3, pn_mech_mw=0.2, cos_phi=0.9, name="WELL")
    path = written(net, tmp_path / "p.json")
    alone, _ = run(town(path), demand=Rated)
    assert alone.quantities.value("bus-3", "load_w") == pytest.approx(0.2e6)
    runtime, _domain = run(town(path, [component("pump-1", "pump")], [power("bus-3", "pump-1")]))
    assert runtime.quantities.value("bus-3", "load_w") == 0.0
    runtime.supply.draw("pump-1", 150e3)
    runtime.clock.run_until(to_ticks(900))
    assert runtime.quantities.value("bus-3", "load_w") == pytest.approx(150e3)


def test_pv_feeds_by_the_sun_and_is_lost_by_its_fault(file: Path) -> None:
    runtime, _domain = started(file, start_at=datetime(2026, 6, 21, 12, 0), hours=20)
    sunny = runtime.quantities.value("pv-0", "power_w")
    assert 0.3 * 122150 < sunny <= 122150 * 1.001
    runtime.faults.apply("pv-0", "pv-loss", "test", {})
    runtime.clock.run_until(1000)
    assert runtime.quantities.value("pv-0", "power_w") == 0.0
    assert runtime.quantities.value("pv-1", "power_w") > 0.0
    runtime.clock.run_until(12 * HOUR)
    assert runtime.quantities.value("pv-1", "power_w") == 0.0


def test_nobody_switches_a_section_by_a_plan_that_is_out_of_date(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crew is hours on its way, and the load goes on meanwhile. Where it gets to a section of a standing detour, it
    opens it only if the detour does not carry all of it by now, and closes it only if it carries it too.
    """
    late = 2.5 * 3600.0
    runtime, domain = run(
        town(file, [component("grid-control", "network-control"), component("yard", "depot", 7.8, 48.4)],
             [Link(f"c-{s}", LinkKind("control"), "grid-control", s) for s in SWITCHES]),
        start_at=datetime(2026, 1, 14, 21), hours=15, demand=Evening,
    )  # fmt: skip
    resupply = domain.resupply
    go, log = resupply._go, resupply._log_section

    def slowly(order, section, switch, cause, done):  # type: ignore[no-untyped-def]
        def later(event: int | None) -> None:
            runtime.clock.after(late, "crew", lambda: done(event))

        go(order, section, switch, cause, later if any(r.busy for r in resupply.regions) else done)

    def checked(section, code, cause):  # type: ignore[no-untyped-def]
        for region in resupply.regions:
            if section in region.sections and code.name == "energy.section-opened":
                closed = domain.state.closed.copy()
                closed[section.end] = True
                assert not resupply._limits.carries(closed, region.buses, 1.0 + 1e-6), "the detour carries it by now"
        return log(section, code, cause)

    monkeypatch.setattr(resupply, "_go", slowly)
    monkeypatch.setattr(resupply, "_log_section", checked)
    runtime.faults.apply("substation-0", "substation-out", "test", {})
    while runtime.clock.now < 13 * HOUR:
        runtime.clock.run_until(runtime.clock.now + to_ticks(300))
        out = domain.readout
        if any(e.code == "energy.section-closed" and e.at == runtime.clock.now for e in runtime.log.events[-5:]):
            assert out.loading.max() <= 1.0 + 1e-6
    codes = [event.code for event in runtime.log.events]
    assert "energy.section-closed" in codes and "energy.section-not-needed" in codes
