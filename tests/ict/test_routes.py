"""Routes against closed forms, and what is connected against networkx."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contracts.city import City
from simulator.contracts.link import Link, LinkKind
from simulator.domains.ict import engine, start
from simulator.domains.ict.model import DataGraph
from tests.ict.town import component, control, data, run_to, town, world

NODE_KINDS = ("server", "router", "switch", "radio-site", "gateway")


def chain() -> City:
    """Gateway g - switch s - router r - server v, with a slow second way s - v and a pump on the gateway."""
    nodes = [component("g", "gateway"), component("s", "switch"), component("r", "router"), component("v", "server")]
    links = [
        data("g", "s", 0.002, 0.01),
        data("s", "r", 0.003, 0.02),
        data("r", "v", 0.004, 0.05),
        data("s", "v", 0.020, 0.0),
        data("g", "p", 0.5, 0.1),
        data("p", "v2", 0.0001),
    ]
    return town([*nodes, component("p", "pump"), component("v2", "server")], [*links, control("v", "p")])


def test_latency_adds_up_and_loss_multiplies() -> None:
    runtime = world(chain())
    ict = start(runtime)
    route = ict.path("g", "v")
    assert route is not None
    assert route.nodes == ("g", "s", "r", "v")
    assert route.links == ("data-g-s", "data-s-r", "data-r-v")
    assert route.latency_s == pytest.approx(0.009, abs=1e-15)
    assert route.loss == pytest.approx(1 - 0.99 * 0.98 * 0.95, abs=1e-15)
    back = ict.path("v", "g")
    assert back is not None
    assert back.nodes == route.nodes[::-1]
    assert back.latency_s == pytest.approx(route.latency_s, abs=1e-15)


def test_a_leaf_forwards_nothing() -> None:
    ict = start(world(chain()))
    assert ict.path("v2", "g") is None
    to_leaf = ict.path("v2", "p")
    assert to_leaf is not None
    assert to_leaf.nodes == ("v2", "p")


def test_degraded_link_loses_delays_and_drives_traffic_to_the_other_way() -> None:
    runtime = world(chain())
    ict = start(runtime)
    runtime.faults.apply("data-s-r", "link-degraded", "one", {"loss": 0.1, "delay_s": 0.005})
    run_to(runtime, 1)
    route = ict.path("g", "v")
    assert route is not None
    assert route.latency_s == pytest.approx(0.014)
    assert route.loss == pytest.approx(1 - 0.99 * 0.88 * 0.95)
    assert runtime.quantities.value("g", "latency_s") == pytest.approx(0.014)
    assert runtime.quantities.value("g", "loss") == pytest.approx(route.loss)
    runtime.faults.apply("data-s-r", "link-degraded", "two", {"delay_s": 1.0})
    run_to(runtime, 2)
    detour = ict.path("g", "v")
    assert detour is not None
    assert detour.links == ("data-g-s", "data-s-v")
    assert detour.latency_s == pytest.approx(0.022)
    for cause in ("two", "one"):
        runtime.faults.clear("data-s-r", "link-degraded", cause)
    run_to(runtime, 3)
    healed = ict.path("g", "v")
    assert healed is not None
    assert healed.latency_s == pytest.approx(0.009)


def test_a_link_that_loses_everything_is_as_good_as_cut() -> None:
    runtime = world(chain())
    ict = start(runtime)
    runtime.faults.apply("data-g-s", "link-degraded", "jam", {"loss": 1.0})
    run_to(runtime, 1)
    assert ict.path("g", "v") is None
    assert not runtime.supply.link_up("control-v-p")
    assert runtime.quantities.value("g", "online") == 0
    assert math.isnan(runtime.quantities.value("g", "latency_s"))
    assert runtime.quantities.value("g", "loss") == 1.0
    assert runtime.quantities.value("g", "online") == 0.0


@st.composite
def damaged(draw: st.DrawFn) -> tuple[DataGraph, engine.NetworkState]:
    """A random network of nodes and leaves with random damage; two links may join the same pair."""
    nodes = draw(st.integers(1, 12))
    leaves = draw(st.integers(0, 4))
    names = [f"n{i}" for i in range(nodes)] + [f"leaf{i}" for i in range(leaves)]
    parts = [component(name, draw(st.sampled_from(NODE_KINDS))) for name in names[:nodes]]
    parts += [component(name, "pump") for name in names[nodes:]]
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=25))
    links = [
        Link(
            f"e{i}", LinkKind("data"), a, b, latency_s=draw(st.integers(0, 9)) / 1000, loss=draw(st.integers(0, 9)) / 10
        )
        for i, (a, b) in enumerate(pairs)
        if a != b
    ]
    graph = DataGraph.of(town(parts, links))
    state = engine.NetworkState.sound(graph)
    state.works[:] = draw(st.lists(st.booleans(), min_size=len(graph.ids), max_size=len(graph.ids)))
    state.cut[:] = draw(st.lists(st.booleans(), min_size=len(graph.links), max_size=len(graph.links)))
    return graph, state


def as_networkx(graph: DataGraph, state: engine.NetworkState, source: int | None = None) -> nx.MultiGraph:
    """What is left of the network for messages from `source`: other leaves can only be ends, so they point one way."""
    left = nx.MultiDiGraph()
    passes = state.works & graph.forwards
    left.add_nodes_from(np.flatnonzero(passes))
    for e in np.flatnonzero(~state.cut):
        for a, b in ((graph.a[e], graph.b[e]), (graph.b[e], graph.a[e])):
            if (passes[a] or a == source) and (passes[b] or not graph.forwards[b]):
                left.add_edge(int(a), int(b), latency=float(graph.latency_s[e]))
    return left


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_parts_are_those_of_networkx(case: tuple[DataGraph, engine.NetworkState]) -> None:
    graph, state = case
    part = engine.parts(graph, state)
    passes = np.flatnonzero(state.works & graph.forwards)
    among_nodes = as_networkx(graph, state).subgraph(passes).to_undirected()
    expected = {frozenset(map(int, members)) for members in nx.connected_components(among_nodes)}
    found: dict[int, set[int]] = {}
    for v in passes:
        found.setdefault(int(part[v]), set()).add(int(v))
    assert {frozenset(members) for members in found.values()} == expected
    assert all(label == min(members) for label, members in found.items())
    assert (part[~(state.works & graph.forwards)] == -1).all()


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_routes_are_as_fast_as_networkx_finds(case: tuple[DataGraph, engine.NetworkState]) -> None:
    graph, state = case
    for source in range(len(graph.ids)):
        tree = engine.route_tree(graph, state, (source,))
        expected: dict[int, float] = {}
        if state.works[source]:
            left = as_networkx(graph, state, source)
            left.add_node(source)
            expected = nx.single_source_dijkstra_path_length(left, source, weight="latency")
        reached = {v for v in range(len(graph.ids)) if not math.isinf(tree.latency_s[v])}
        assert reached == set(expected)
        for v in reached:
            assert tree.latency_s[v] == pytest.approx(expected[v], abs=1e-12)
            route = tree.route(graph, v)
            assert route is not None
            edges = [graph.edge[link] for link in route.links]
            assert route.latency_s == pytest.approx(sum(graph.latency_s[edges]), abs=1e-12)
            assert route.loss == pytest.approx(1 - np.prod(1 - graph.loss[edges]), abs=1e-12)
