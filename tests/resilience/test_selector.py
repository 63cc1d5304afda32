"""Selectors: what matches, and draws that depend on seed, scenario and entry alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from resilience.scenario.scenario import Selector, TimelineEntry
from resilience.scenario.selector import expand, matching, resolve
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.link import LinkKind
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
        (Selector(between=("d2", "d2")), "link-cut", ("power-bus-2-pump-2",)),
        (Selector(between=("d1", "server-a")), "link-cut", ("data-server-a-pump-1",)),
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
