"""A substation that two high-voltage cables feed, and its neighbour: who opens what when both cables are cut.

The expectations are those of practice: breakers of a substation are operated from the control room (Stromnetz Berlin
on the substation Landjägerstraße, 25 June 2014), one after the other, and whoever has supply again once the cables are
mended does not wait for a crew that is on its way to a ring point.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.contracts.event import EventKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.domains.energy.process import EnergyDomain
from tests.energy.support import Rated, component, run, town, written

FEEDERS = 3
BAR = 2
"""The busbar's number in the grid."""


def grid() -> Any:
    """Infeed, two 110 kV cables, a transformer, a busbar with feeders; each meets a feeder of the neighbour."""
    import pandapower as pp

    net = pp.create_empty_network()
    node, high = (pp.create_bus(net, 110.0, geodata=(7.8 + i / 100, 48.4)) for i in range(2))
    bar = pp.create_bus(net, 10.0, geodata=(7.81, 48.4))
    other_high, other_bar = (pp.create_bus(net, kv, geodata=(7.81, 48.42)) for kv in (110.0, 10.0))
    for bus in (node, other_high):
        pp.create_ext_grid(net, bus)
    for _ in range(2):
        pp.create_line(net, node, high, 2.0, "N2XS(FL)2Y 1x300 RM/35 64/110 kV")
    for above, below in ((high, bar), (other_high, other_bar)):
        pp.create_transformer(net, above, below, "25 MVA 110/10 kV")
    for i in range(FEEDERS):
        ends = []
        for begin, load in ((bar, 3.5), (other_bar, 1.0)):
            bus = pp.create_bus(net, 10.0, geodata=(7.812 + i / 1000, 48.41))
            pp.create_line(net, begin, bus, 1.0, "NA2XS2Y 1x240 RM/25 6/10 kV")
            pp.create_load(net, bus, load)
            ends.append(bus)
        tie = pp.create_line(net, *ends, 0.2, "NA2XS2Y 1x240 RM/25 6/10 kV")
        pp.create_switch(net, ends[0], tie, et="l", closed=False)
    return net


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(grid(), tmp_path_factory.mktemp("sections") / "power.json")


def cut(file: Path, crews: float = 3.0, fault: str = "") -> tuple[Runtime, EnergyDomain]:
    """Both cables cut at once, on a winter evening, after a fault of the control room if one is named."""
    people = {"crews": 0.0, "electric_crews": crews, "night_share": 1.0}
    extra = [component("control", "network-control"), component("yard", "depot", 7.8, 48.4, **people)]
    runtime, domain = run(town(file, extra), hours=8, demand=Rated)
    if fault:
        runtime.faults.apply("control", fault, "test", {})
    for line in ("line-0", "line-1"):
        runtime.faults.apply(line, "line-trip", "digger", {})
    return runtime, domain


def opened(runtime: Runtime) -> list[int]:
    return [event.at for event in runtime.log.events if event.code == "energy.section-opened"]


def test_the_control_room_opens_the_breakers_of_a_substation_one_after_the_other(file: Path) -> None:
    runtime, _ = cut(file)
    runtime.clock.run_until(to_ticks(3 * 300 + 1))
    assert opened(runtime) == [to_ticks(300), to_ticks(600), to_ticks(900)][: len(opened(runtime))]
    assert len(opened(runtime)) >= 2, "the next one does not wait for the quarter of an hour"
    sent = [e.subject for e in runtime.log.events if e.kind is EventKind.CREW and e.code == "crew.called"]
    assert sent and all(name.startswith("grid-switch") for name in sent), "nobody drives to the breakers"


@pytest.mark.parametrize("fault", ["control-out", "loss-of-view", "loss-of-control"])
def test_without_the_control_room_a_crew_goes_to_the_busbar(file: Path, fault: str) -> None:
    runtime, _ = cut(file, fault=fault)
    runtime.clock.run_until(to_ticks(3600))
    first = next(event for event in runtime.log.events if event.code == "crew.called")
    assert first.subject == f"bus-{BAR}"
    assert opened(runtime)[0] > to_ticks(900 + 900)


def test_nobody_waits_for_a_crew_once_the_cables_are_mended(file: Path) -> None:
    runtime, domain = cut(file, crews=1.0)
    runtime.clock.run_until(to_ticks(1200))
    assert opened(runtime) and not domain.resupply.regions, "sections are open, no ring point is closed yet"
    for line in ("line-0", "line-1"):
        runtime.faults.clear(line, "line-trip", "digger")
    runtime.clock.run_until(to_ticks(1201))
    assert domain.state.parts().live.all()
    assert not domain.state.opened
    runtime.clock.run_until(to_ticks(4 * 3600))
    assert (domain.state.closed == domain.state.grid.end_closed).all(), "and the crew closes nothing any more"


def test_what_waits_for_absent_crews_is_put_down_to_their_absence(file: Path) -> None:
    runtime, _ = cut(file)
    absent = runtime.faults.apply("yard", "staff-absent", "flu", {"share": 1.0})
    runtime.clock.run_until(to_ticks(900))
    waits = next(event for event in runtime.log.events if event.code == "crew.waits-for-crew")
    assert absent in waits.also


@pytest.mark.parametrize(
    ("priorities", "first"),
    [({}, 0), ({1: 1.0}, 1), ({1: 2.0, 2: 1.0}, 2), ({2: 2.0}, 2)],
    ids=["all alike", "a hospital", "a hospital and a waterworks", "a waterworks"],
)
def test_light_comes_back_first_where_it_matters_most(file: Path, priorities: dict[int, float], first: int) -> None:
    """Three feeders of the same load and with a ring point each, of which one carries no more than its own: the
    hospital's (1) is used first, then the waterworks' (2). Critical infrastructure first in a shortage: BBK; what is
    alike goes by its order."""
    ranks = {f"bus-{BAR + 3 + 2 * i}": rank for i, rank in priorities.items()}
    city = town(file, [component("control", "network-control")], priorities=ranks)
    runtime, domain = run(city, hours=1, demand=Rated)
    for line in ("line-0", "line-1"):
        runtime.faults.apply(line, "line-trip", "digger", {})
    runtime.clock.run_until(to_ticks(300))
    (end,) = domain.state.opened
    grid = domain.state.grid
    ends = {grid.bus_ids[int(grid.end_bus[other])] for other in grid.ends_of(int(grid.end_branch[end]))}
    assert ends == {f"bus-{BAR}", f"bus-{BAR + 3 + 2 * first}"}, "the busbar with all other feeders stays dark for now"


def test_feeders_of_a_dead_busbar_are_fed_by_the_neighbour_while_it_is_dead(file: Path) -> None:
    """Its breakers have opened it at all feeders: somebody goes to the ring points, and nobody to look for anything."""
    people = {"crews": 0.0, "electric_crews": 3.0, "night_share": 1.0}
    extra = [component("control", "network-control"), component("yard", "depot", 7.8, 48.4, **people)]
    runtime, domain = run(town(file, extra), hours=8, demand=Rated)
    runtime.faults.apply(f"bus-{BAR}", "bus-out", "arc", {})
    runtime.clock.run_until(to_ticks(60))
    live = domain.state.parts().live
    behind = [BAR + 3 + 2 * i for i in range(FEEDERS)]
    assert not live[[BAR, *behind]].any()
    runtime.clock.run_until(to_ticks(2 * 3600))
    live = domain.state.parts().live
    assert live[behind].any() and not live[BAR]
    assert "energy.isolated" not in {event.code for event in runtime.log.events}
