"""Supply: links, batteries, works; and faults counted by cause."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.coupling import Runtime
from simulator.coupling.supply import RECHARGE_S
from tests.codes import SOMETHING
from tests.support.towns import component, link, runtime, town

HOUR = 3_600_000


def pump_on_two_buses(autonomy_s: float = 0.0) -> Runtime:
    parts = [component("bus-1", "bus"), component("bus-2", "bus"), component("pump-1", "pump")]
    links = [link("power", "bus-1", "pump-1", autonomy_s), link("power", "bus-2", "pump-1", autonomy_s)]
    return runtime(town(parts, links))


def test_the_second_feeder_carries_and_the_last_one_stops_the_pump() -> None:
    r = pump_on_two_buses()
    fault = r.log.add(SOMETHING, "test")
    r.supply.offer("bus-1", LinkKind("power"), False, fault)
    assert r.supply.works("pump-1")
    r.supply.offer("bus-2", LinkKind("power"), False, fault)
    assert not r.supply.works("pump-1")
    stopped = next(e for e in r.log.events if e.kind is EventKind.STOPPED)
    chain = r.log.trace(stopped.id)
    assert chain[0].id == fault
    assert stopped.via == "power-bus-2-pump-1"
    r.supply.offer("bus-1", LinkKind("power"), True, fault)
    assert r.supply.works("pump-1")


def test_a_battery_lasts_its_minutes_recharges_in_its_hours_and_no_longer() -> None:
    r = pump_on_two_buses(autonomy_s=1800.0)
    for bus in ("bus-1", "bus-2"):
        r.supply.offer(bus, LinkKind("power"), False)
    r.clock.run_until(1_799_999)
    assert r.supply.works("pump-1")
    r.clock.run_until(1_800_000)
    assert not r.supply.works("pump-1")
    used = [e.at for e in r.log.events if e.kind is EventKind.AUTONOMY_USED]
    assert used == [1_800_000]
    r.supply.offer("bus-1", LinkKind("power"), True)
    r.clock.run_until(1_800_000 + round(RECHARGE_S * 500))  # half of the recharge time: half full
    assert r.supply.autonomy_left_s("pump-1", LinkKind("power")) == pytest.approx(900.0)
    r.supply.offer("bus-1", LinkKind("power"), False)
    start = r.clock.now
    r.clock.run_until(start + 900_000)
    assert not r.supply.works("pump-1")


def test_power_back_before_the_battery_is_empty_leaves_no_stale_stop() -> None:
    r = pump_on_two_buses(autonomy_s=600.0)
    for bus in ("bus-1", "bus-2"):
        r.supply.offer(bus, LinkKind("power"), False)
    r.clock.run_until(300_000)
    r.supply.offer("bus-1", LinkKind("power"), True)
    r.clock.run_until(HOUR)
    assert r.supply.works("pump-1")
    assert not [e for e in r.log.events if e.kind in (EventKind.STOPPED, EventKind.AUTONOMY_USED)]


def test_a_failed_server_stops_its_control_link_but_not_the_pump() -> None:
    parts = [component("server-1", "server"), component("pump-1", "pump")]
    r = runtime(town(parts, [link("control", "server-1", "pump-1")]))
    r.faults.apply("server-1", "node-out", "t1", {})
    assert not r.supply.link_up("control-server-1-pump-1")
    assert r.supply.works("pump-1")
    assert not r.supply.mains("pump-1", LinkKind("control"))


def test_watchers_hear_once_an_instant_with_the_last_cause() -> None:
    r = pump_on_two_buses()
    heard: list[int | None] = []
    r.supply.watch("pump-1", lambda _, cause: heard.append(cause))
    for bus in ("bus-1", "bus-2"):
        r.supply.offer(bus, LinkKind("power"), False)
    r.clock.run_until(0)
    assert len(heard) == 1
    assert heard[0] is not None
    assert r.log.events[heard[0]].kind is EventKind.STOPPED


def test_a_battery_that_is_empty_when_the_feeder_goes_again_is_not_used_up_twice() -> None:
    r = pump_on_two_buses(autonomy_s=60.0)
    for bus in ("bus-1", "bus-2"):
        r.supply.offer(bus, LinkKind("power"), False)
    r.clock.run_until(60_000)
    r.supply.offer("bus-1", LinkKind("power"), True)
    r.supply.offer("bus-1", LinkKind("power"), False)
    r.clock.run_until(120_000)
    kinds = [event.kind for event in r.log.events if event.subject == "pump-1"]
    assert kinds.count(EventKind.AUTONOMY_USED) == 1 and kinds.count(EventKind.STOPPED) == 2


def test_draw_is_taken_from_the_first_live_feeder_only() -> None:
    r = pump_on_two_buses()
    r.supply.draw("pump-1", 5000.0)
    assert (r.supply.demand_w("bus-1"), r.supply.demand_w("bus-2")) == (5000.0, 0.0)
    r.supply.offer("bus-1", LinkKind("power"), False)
    assert (r.supply.demand_w("bus-1"), r.supply.demand_w("bus-2")) == (0.0, 5000.0)


def test_undeclared_targets_and_faults_are_refused() -> None:
    r = pump_on_two_buses()
    with pytest.raises(KeyError):
        r.faults.apply("pump-9", "pump-out", "t1", {})
    with pytest.raises(KeyError, match="road-closed"):
        r.faults.apply("pump-1", "road-closed", "t1", {})
    with pytest.raises(NotImplementedError):
        r.faults.apply("bus-1", "bus-out", "t1", {})


ACTIONS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["pump-out", "cut"]), st.booleans()), max_size=12)


@given(ACTIONS)
@settings(max_examples=150, deadline=None)
def test_faults_in_any_overlapping_order_leave_what_the_set_of_open_causes_says(
    actions: list[tuple[str, str, bool]],
) -> None:
    parts = [component("bus-1", "bus"), component("pump-1", "pump")]
    r = runtime(town(parts, [link("power", "bus-1", "pump-1")]))
    open_causes: set[tuple[str, str]] = set()
    for cause, what, apply in actions:
        target, fault = ("pump-1", "pump-out") if what == "pump-out" else ("power-bus-1-pump-1", "link-cut")
        (r.faults.apply(target, fault, cause, {}) if apply else r.faults.clear(target, fault, cause))
        (open_causes.add if apply else open_causes.discard)((cause, what))
        assert r.supply.works("pump-1") == (not open_causes)
    for cause, what in sorted(open_causes):
        target, fault = ("pump-1", "pump-out") if what == "pump-out" else ("power-bus-1-pump-1", "link-cut")
        r.faults.clear(target, fault, cause)
    assert r.supply.works("pump-1")
    assert r.supply.link_up("power-bus-1-pump-1")
