"""The running data network: who is lost behind a cut, and that everything heals."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.sensor import SensorCohort
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.ict import start
from simulator.domains.ict.process import Ict
from tests.ict.town import component, control, course, data, level, run_to, town, world

DISTRICTS = [District("north", "North", 600, 0, 1000), District("south", "South", 400, 0, -1000)]


def tree_town() -> City:
    """A core of two routers and two servers, a switch a district, three gateways on each, a pump on each gateway."""
    parts = [
        component("dc-1", "server", "south", cluster="data", rank=1),
        component("dc-2", "server", "south", cluster="data", rank=2),
        component("office", "server", "north"),
        component("core-1", "router", "south"),
        component("core-2", "router", "south"),
        component("scada", "service", cluster="data"),
        component("centre", "traffic-control-centre", "south"),
    ]
    links = [
        data("dc-1", "core-1"),
        data("dc-2", "core-2"),
        data("core-1", "core-2"),
        data("office", "switch-north"),
        data("centre", "core-1"),
    ]
    cohorts = []
    for district in ("north", "south"):
        parts.append(component(f"switch-{district}", "switch", district))
        links.append(data(f"switch-{district}", "core-1"))
        for i in range(3):
            gateway, pump = f"gw-{district}-{i}", f"pump-{district}-{i}"
            parts += [component(gateway, "gateway", district), component(pump, "pump", district)]
            links += [data(gateway, f"switch-{district}"), data(gateway, pump), control("scada", pump)]
            links.append(control("centre", pump))
            many = tuple(pump for _ in range(10 * (i + 1)))
            cohorts.append(SensorCohort(f"c-{gateway}", gateway, "working", "1", many, 0.0, 60.0))
    levels = [level("ict-availability", subject) for subject in ("city", "north", "south")] + [
        level("telemetry", "city")
    ]
    return town(parts, links, DISTRICTS, levels, tuple(cohorts))


def running(city: City) -> tuple[Runtime, Ict]:
    runtime = world(city)
    return runtime, start(runtime)


def test_cut_of_the_only_uplink_loses_exactly_what_is_behind_it() -> None:
    runtime, ict = running(tree_town())
    solves = ict.solves
    event = runtime.faults.apply("data-switch-north-core-1", "link-cut", "digger", {})
    run_to(runtime, 1)
    online = runtime.quantities.find("gw-north-0", "online")
    lost = {g for g, is_online in zip(online.components, online.read(), strict=True) if not is_online}
    assert lost == {"gw-north-0", "gw-north-1", "gw-north-2"}
    # Eight of 13 nodes are south; those in the north still reach the office server, so they count as available.
    values = {name: steps[-1][1] for name in runtime.city.levels for steps in [course(runtime, name)]}
    assert values == {
        "ict-availability-city": 1.0,
        "ict-availability-north": 1.0,
        "ict-availability-south": 1.0,
        "telemetry-city": 0.5,
    }
    dark = {link.id for link in runtime.city.links_of_kind(LinkKind("control")) if not runtime.supply.link_up(link.id)}
    assert dark == {f"control-{source}-pump-north-{i}" for source in ("scada", "centre") for i in range(3)}
    low = [e for e in runtime.log.events if e.kind is EventKind.LINK_DOWN and e.subject in dark]
    assert len(low) == 6
    assert {e.cause for e in low} == {event}
    assert ict.solves == solves + 1
    runtime.faults.apply("office", "node-out", "burnt", {})
    run_to(runtime, 2)
    assert course(runtime, "ict-availability-north")[-1] == (1.0, 0.0)
    assert course(runtime, "ict-availability-city")[-1][1] == pytest.approx(8 / 13)


def test_each_of_two_losses_at_one_instant_is_blamed_for_its_own() -> None:
    runtime, _ = running(tree_town())
    events = {
        district: runtime.faults.apply(f"switch-{district}", "node-out", "fire", {}) for district in ("north", "south")
    }
    run_to(runtime, 1)
    for district in ("north", "south"):
        down = [e for e in runtime.log.events if e.subject == f"control-centre-pump-{district}-1"]
        assert [e.kind for e in down] == [EventKind.LINK_DOWN]
        assert events[district] in {e.id for e in runtime.log.trace(down[0].id)}


def test_data_links_between_nodes_are_up_while_both_ends_work() -> None:
    runtime, _ = running(tree_town())
    runtime.faults.apply("core-2", "node-out", "fire", {})
    run_to(runtime, 1)
    down = {link.id for link in runtime.city.links_of_kind(LinkKind("data")) if not runtime.supply.link_up(link.id)}
    assert down == {"data-dc-2-core-2", "data-core-1-core-2"}


def test_a_leaf_has_data_while_it_reaches_a_server() -> None:
    runtime, _ = running(tree_town())
    for name in ("dc-1", "dc-2"):
        runtime.faults.apply(name, "node-out", "fire", {})
    run_to(runtime, 1)
    assert runtime.supply.link_up("data-gw-north-0-pump-north-0"), "the office server still works"
    runtime.faults.apply("office", "node-out", "fire", {})
    run_to(runtime, 2)
    assert not runtime.supply.link_up("data-gw-north-0-pump-north-0")
    assert not runtime.supply.mains("pump-north-0", LinkKind("data"))
    assert runtime.supply.link_up("data-gw-north-0-switch-north")


def test_control_link_without_data_links_never_works_and_is_noted() -> None:
    city = town([component("v", "server"), component("p", "pump")], [control("v", "p")])
    runtime, _ = running(city)
    assert not runtime.supply.link_up("control-v-p")
    notes = [e for e in runtime.log.events if e.kind is EventKind.NOTE]
    assert [(e.subject, e.params) for e in notes] == [("control-v-p", {"ends": "p"})]


def snapshot(runtime: Runtime, ict: Ict) -> object:
    """All that the network means to others: links, levels, gateways, who serves."""
    quantities = [
        runtime.quantities.find("gw-north-0", name).read().tolist() for name in ("online", "latency_s", "loss")
    ]
    return (
        {link: runtime.supply.link_up(link) for link in runtime.city.links},
        {name: steps[-1][1] for name in runtime.city.levels for steps in [course(runtime, name)]},
        quantities,
        ict.serving("scada"),
    )


CITY = tree_town()
BREAKS = [(c, "node-out") for c, k in CITY.components.items() if k.kind in {"server", "router", "switch", "gateway"}]
BREAKS += [(link.id, fault) for link in CITY.links_of_kind(LinkKind("data")) for fault in ("link-cut", "link-degraded")]
BREAKS += [(link.id, "link-cut") for link in list(CITY.links_of_kind(LinkKind("control")))[:3]]

FAULTS = st.lists(
    st.tuples(st.sampled_from(BREAKS), st.integers(0, 300), st.integers(1, 300), st.sampled_from(["x", "y"])),
    min_size=1,
    max_size=12,
)
Fault = tuple[tuple[str, str], int, int, str]


def schedule(runtime: Runtime, faults: list[Fault]) -> None:
    for n, ((target, fault), at, lasts, cause) in enumerate(faults):
        key = f"{cause}{n}" if n % 2 else cause  # some share a cause, most overlap under their own
        parameters: dict[str, float | str | bool] = {"loss": 0.3, "delay_s": 0.1} if fault == "link-degraded" else {}

        def apply(
            target: str = target, fault: str = fault, key: str = key, p: dict[str, float | str | bool] = parameters
        ) -> None:
            runtime.faults.apply(target, fault, key, p)

        def clear(target: str = target, fault: str = fault, key: str = key) -> None:
            runtime.faults.clear(target, fault, key)

        runtime.clock.at(to_ticks(at), "inject", apply)
        runtime.clock.at(to_ticks(at + lasts), "clear", clear)
        runtime.clock.at(to_ticks(700), "clear", clear)


@settings(max_examples=40, deadline=None)
@given(FAULTS)
def test_inject_and_clear_is_baseline(faults: list[Fault]) -> None:
    runtime, ict = running(CITY)
    baseline = snapshot(runtime, ict)
    schedule(runtime, faults)
    run_to(runtime, 1000 + 3600)  # an hour to put together what two servers have written
    assert snapshot(runtime, ict) == baseline


@settings(max_examples=25, deadline=None)
@given(FAULTS, st.lists(st.integers(1, 999), max_size=6).map(sorted))
def test_split_run_is_the_whole_run(faults: list[Fault], stops: list[int]) -> None:
    whole, _ = running(CITY)
    schedule(whole, faults)
    run_to(whole, 1000)
    split, _ = running(CITY)
    schedule(split, faults)
    for stop in [*stops, 1000]:
        run_to(split, stop)
    assert split.log.events == whole.log.events
    assert {n: course(split, n) for n in CITY.levels} == {n: course(whole, n) for n in CITY.levels}


@settings(max_examples=40, deadline=None)
@given(FAULTS)
def test_gateways_and_control_at_any_time_are_what_networkx_says(faults: list[Fault]) -> None:
    """Half way through, with faults in force: who is online and who is commanded, by a second engine."""
    runtime, ict = running(CITY)
    schedule(runtime, faults)
    run_to(runtime, 250)
    nodes = [c.id for c in CITY.of_kind("server", "router", "switch", "gateway") if not runtime.faults.disabled(c.id)]
    left = nx.Graph()
    left.add_nodes_from(nodes)

    def carrying(name: str) -> bool:
        """A link that is whole, and that faults together do not make lose everything."""
        lost = sum(fault.number("loss") for fault in runtime.faults.active(name, "link-degraded"))
        return CITY.links[name].loss + lost < 1 and not runtime.faults.active(name, "link-cut")

    for link in CITY.links_of_kind(LinkKind("data")):
        if link.source in nodes and link.target in nodes and carrying(link.id):
            left.add_edge(link.source, link.target)

    def joined(a: str, b: str) -> bool:
        return a in left and b in left and nx.has_path(left, a, b)

    for node in CITY.of_kind("gateway"):
        assert runtime.quantities.value(node.id, "online") == any(joined(node.id, v) for v in ("dc-1", "dc-2"))
    acting = ict.acting("scada")
    uncut = {link.id for link in CITY.links.values() if not runtime.faults.active(link.id, "link-cut")}
    for pump in CITY.of_kind("pump"):
        gateway = pump.id.replace("pump", "gw")
        last_mile = carrying(f"data-{gateway}-{pump.id}")
        for source, entries in (("scada", acting), ("centre", ("core-1",) * carrying("data-centre-core-1"))):
            way = any(joined(entry, gateway) for entry in entries) and last_mile
            name = f"control-{source}-{pump.id}"
            assert runtime.supply.link_up(name) == (way and name in uncut), name
    assert np.isfinite(runtime.quantities.find("gw-north-0", "loss").read()).all()
