"""What the shut-off valves around a main close off, and how central things are, on networks drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest

from simulator.coupling.networks import Networks, Ways
from tests.resilience.town import tiny_city

#  1 --a-- 2 --b-- 3 --c-- 4
#          |
#          d
#          5
EDGES = {"a": (1, 2), "b": (2, 3), "c": (3, 4), "d": (2, 5), "pump": (4, 6)}
NODES = {f"n{i}": i for i in range(1, 7)}


def networks() -> Networks:
    found = Networks(replace(tiny_city(), links={}))
    found.provide(Ways(NODES, EDGES, frozenset("abcd")))
    return found


@pytest.mark.parametrize(
    ("broken", "valves", "closed"),
    [
        ("a", {("a", "n1"), ("a", "n2")}, {"a"}),
        ("a", {("a", "n1"), ("b", "n2"), ("d", "n2")}, {"a", "n2"}),
        ("b", {("a", "n2"), ("c", "n4")}, {"b", "c", "d", "n2", "n3", "n5"}),
        ("c", {("c", "n3")}, {"c", "n4", "n6"}),  # a pump is passed and not closed itself
        ("b", None, {"b", "n3"}),  # at 2 mains b and d have valves, at 3 main c
        ("a", None, {"a", "n1", "n2"}),  # the first of each junction has none
        ("elsewhere", None, {"elsewhere"}),
    ],
)
def test_what_valves_close_off(broken: str, valves: set[tuple[str, str]] | None, closed: set[str]) -> None:
    found = networks().segment(broken, valves)
    assert found[0] == broken and set(found) == closed


def test_centrality_is_that_of_networkx() -> None:
    found, graph = networks().centrality, nx.Graph(EDGES.values())
    assert {name: found[name] for name in NODES} == {
        name: pytest.approx(nx.betweenness_centrality(graph)[node]) for name, node in NODES.items()
    }
    edges = nx.edge_betweenness_centrality(graph)
    assert found["b"] == pytest.approx(edges[2, 3]) and found["d"] == pytest.approx(edges[2, 5])
