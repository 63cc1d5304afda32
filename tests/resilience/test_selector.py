"""Selectors: what matches, and draws that depend on seed, scenario and entry alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.scenario.hits import hits
from resilience.scenario.scenario import Selector, TimelineEntry
from resilience.scenario.selector import expand, left_out, matching, resolve
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.link import Link, LinkKind
from simulator.kernel import Streams
from tests.resilience.town import component, scenario, tiny_city

CITY = tiny_city()


def dug_city() -> City:
    """The tiny town with a power line, and cables in two trenches."""
    trenches = {"power-bus-1-pump-1": ("t1",), "data-server-a-pump-1": ("t1", "t2")}
    links = {name: replace(link, trenches=trenches.get(name, ())) for name, link in CITY.links.items()}
    links["data-server-a-pump-1"] = replace(links["data-server-a-pump-1"], owner="city")
    line = replace(component("line-1", "line"), trenches=("t1",))
    return replace(CITY, links=links, components={**CITY.components, line.id: line})


@pytest.mark.parametrize(
    ("selector", "fault", "expected"),
    [
        (Selector(kind="pump"), "pump-out", ("pump-1", "pump-2", "pump-3")),
        (Selector(kind="pump", district="d2"), "pump-out", ("pump-2", "pump-3")),
        (Selector(maker="Alpha"), "pump-out", ("pump-1", "pump-2")),
        (Selector(maker="Alpha"), "node-out", ("server-a",)),
        (Selector(domain=Domain("water")), "pump-out", ("pump-1", "pump-2", "pump-3")),
        (Selector(kind="pump"), "node-out", ()),
        (Selector(maker="Gamma"), "pump-out", ()),
        (Selector(link_kind=LinkKind("power")), "link-cut", ("power-bus-1-pump-1", "power-bus-2-pump-2")),
        (Selector(link_kind=LinkKind("power")), "link-degraded", ()),
        (Selector(link_kind=LinkKind("data")), "link-degraded", ("data-server-a-pump-1",)),
        (Selector(between=("pump-1", "bus-1")), "link-cut", ("power-bus-1-pump-1",)),
        (Selector(between=("d1", "d2")), "link-cut", ()),
        (Selector(between=("d2", "d2")), "link-cut", ()),
        (Selector(between=("d1", "server-a")), "link-cut", ("data-server-a-pump-1",)),
        (Selector(between=("pump-1", "server-a")), "link-cut", ("data-server-a-pump-1",)),
        (Selector(isolated="d1"), "link-cut", ()),
        (Selector(district="d2"), "link-cut", ("power-bus-2-pump-2",)),
        (Selector(owner="city"), "link-cut", ("data-server-a-pump-1",)),
        (Selector(maker="Alpha"), "link-cut", ()),
        (Selector(trench="t1"), "link-cut", ("power-bus-1-pump-1", "data-server-a-pump-1")),
        (Selector(trench="t1"), "line-trip", ("line-1",)),
        (Selector(trench="t2"), "link-cut", ("data-server-a-pump-1",)),
        (Selector(trench="t1", link_kind=LinkKind("data")), "link-cut", ("data-server-a-pump-1",)),
    ],
)
def test_matching(selector: Selector, fault: str, expected: tuple[str, ...]) -> None:
    assert matching(selector, fault, dug_city()) == expected


def big_city() -> City:
    pumps = [component(f"pump-{i}", "pump") for i in range(50)]
    return replace(CITY, components={pump.id: pump for pump in pumps})


def drawn(seed: int, entry: str = "e", name: str = "by-hand", count: int = 5) -> tuple[str, ...]:
    one = TimelineEntry(entry, 0.0, "pump-out", selector=Selector(kind="pump", random=count))
    return expand(one, name, big_city(), Streams(seed).stream)


def test_draws_depend_on_seed_scenario_and_entry() -> None:
    assert drawn(1) == drawn(1)
    assert len({drawn(1), drawn(2), drawn(1, entry="f"), drawn(1, name="other")}) == 4
    assert len(set(drawn(1))) == 5
    order = list(big_city().components)
    assert [order.index(name) for name in drawn(7)] == sorted(order.index(name) for name in drawn(7))


def test_every_component_is_drawn_about_as_often() -> None:
    """1,000 draws of 5 from 50: each 100 times, within five standard deviations of a binomial."""
    count = Counter(name for seed in range(1000) for name in drawn(seed))
    sigma = np.sqrt(1000 * 0.1 * 0.9)
    assert len(count) == 50
    assert all(abs(times - 100) < 5 * sigma for times in count.values())


def test_resolve_fills_targets_and_leaves_named_ones() -> None:
    named = TimelineEntry("named", 0.0, "pump-out", ("pump-3",))
    drawn_one = TimelineEntry("drawn", 0.0, "pump-out", selector=Selector(kind="pump", random=2))
    asked = scenario(timeline=[named, drawn_one])
    whole = resolve(asked, CITY, Streams(3).stream)
    alone = resolve(scenario(timeline=[drawn_one]), CITY, Streams(3).stream)
    assert whole.timeline[0].targets == ("pump-3",)
    assert whole.timeline[1].selector is None
    assert whole.timeline[1].targets == alone.timeline[0].targets  # other entries change nothing
    assert resolve(whole, CITY, Streams(9).stream) == whole


def test_more_than_there_are() -> None:
    with pytest.raises(ValueError, match="51 of 50"):
        drawn(1, count=51)


@st.composite
def towns(draw: st.DrawFn) -> City:
    """Routers and gateways in three districts or in none, joined by data links at random."""
    districts = [*CITY.districts, ""]
    kinds = st.sampled_from(["router", "gateway", "server"])
    nodes = [
        replace(component(f"n{i}", draw(kinds)), district=draw(st.sampled_from(districts)))
        for i in range(draw(st.integers(2, 9)))
    ]
    pairs = draw(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=14))
    links = [Link(f"l{i}", LinkKind("data"), a.id, b.id) for i, (a, b) in enumerate(pairs) if a.id != b.id]
    return replace(CITY, components={n.id: n for n in nodes}, links={link.id: link for link in links})


@given(towns(), st.data())
def test_between_never_means_what_lies_inside(town: City, data: st.DataObject) -> None:
    """Whatever the topology: each link that is meant leads from one place to the other, in either order, and none has
    both its ends in one of them; between two components it is every link that joins them.
    """
    places = st.sampled_from([*town.components, *town.districts])
    pair = (data.draw(places), data.draw(places))
    found = matching(Selector(between=pair), "link-cut", town)
    assert found == matching(Selector(between=pair[::-1]), "link-cut", town)

    def of(end: str) -> set[str]:
        """The places that an end can stand for: itself where it is named, else its district."""
        return {end} if end in pair else {town.components[end].district}

    for link in (town.links[name] for name in found):
        source, target = of(link.source), of(link.target)
        assert source != target
        assert any(a in source and b in target for a, b in (pair, pair[::-1]))
    if pair[0] in town.components and pair[1] in town.components and pair[0] != pair[1]:
        assert found == tuple(one.id for one in town.links.values() if {one.source, one.target} == set(pair))


@given(towns(), st.sampled_from(list(CITY.districts)))
def test_a_district_that_is_cut_off_reaches_nobody_and_keeps_its_own_links(town: City, district: str) -> None:
    cut = set(matching(Selector(isolated=district, link_kinds=(LinkKind("data"),)), "link-cut", town))
    inside = {name for name, one in town.components.items() if one.district == district}
    for link in town.links.values():
        crosses = (link.source in inside) != (link.target in inside)
        assert (link.id in cut) is crosses


def test_a_core_router_that_only_stands_in_a_district_is_no_end_of_it() -> None:
    """Two links of the ring leave the district through it: what passes there is not the district's own."""
    core = [replace(component(f"core-{i}", "router"), district=d) for i, d in enumerate(("d1", "d2", "d3"))]
    own = replace(component("own", "router"), district="d1")
    ends = [("core-0", "core-1"), ("core-1", "core-2"), ("core-2", "core-0"), ("core-0", "own"), ("own", "core-1")]
    links = {f"{a}-{b}": Link(f"{a}-{b}", LinkKind("data"), a, b) for a, b in ends}
    town = replace(CITY, components={one.id: one for one in (*core, own)}, links=links)
    assert matching(Selector(between=("d1", "core-1")), "link-cut", town) == ("own-core-1",)
    assert matching(Selector(between=("core-0", "core-1")), "link-cut", town) == ("core-0-core-1",)
    assert left_out(Selector(between=("d1", "core-1")), "link-cut", town) == ("core-0-core-1",)
    isolated = matching(Selector(isolated="d1", link_kinds=(LinkKind("data"),)), "link-cut", town)
    assert isolated == ("core-0-core-1", "core-2-core-0", "own-core-1")


def test_what_each_selector_hits_is_shown() -> None:
    pumps = TimelineEntry("pumps", 0.0, "pump-out", selector=Selector(kind="pump", district="d2"))
    some = TimelineEntry("some", 0.0, "pump-out", selector=Selector(kind="pump", random=1))
    cable = TimelineEntry("cable", 0.0, "link-cut", selector=Selector(link_kind=LinkKind("data")))
    named = TimelineEntry("named", 0.0, "pump-out", ("pump-1",))
    asked = scenario(timeline=[pumps, some, cable, named])
    lines = [line.en for line in hits(asked, resolve(asked, CITY, Streams(1).stream), CITY)]
    assert lines[0] == "  pumps: 2 components: pump-2, pump-3"
    assert lines[1].startswith("  some: 1 component, drawn of 3: pump-")
    assert lines[2:] == ["  cable: 1 link: data-server-a-pump-1"]
