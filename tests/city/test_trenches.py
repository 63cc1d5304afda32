"""Cable trenches: what a city says of them, and the rule that finds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simulator.city.draft import Override
from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, join, place
from simulator.city.generator.trenches import in_trenches
from simulator.city.loader import load_city
from simulator.city.read import read_folder
from simulator.city.write import write_city
from simulator.contracts.component import Component, District
from simulator.contracts.link import LinkKind
from tests.city.towns import CITY, COMPONENTS, LINKS, hamlet

DUG = {
    "city": CITY.replace("title: main pump}", "title: main pump, trenches: [canal]}"),
    "components": COMPONENTS.replace("title,parameters\n", "title,parameters,trenches\n")
    .replace("2015,,\n", "2015,,,canal; high street\n")
    .replace(",,,,,,\n", ",,,,,,,\n")
    .replace("cluster=data\n", "cluster=data,\n")
    .replace("rank=2\n", "rank=2,\n")
    .replace('"beds=200"\n', '"beds=200",\n')
    .replace("burn_l_h=20\n", "burn_l_h=20,\n"),
    "links": LINKS.replace("loss,fallback\n", "loss,fallback,trenches\n")
    .replace("1.5,0.01,\n", "1.5,0.01,,canal\n")
    .replace(",,,\n", ",,,,\n")
    .replace("1.5,,\n", "1.5,,,\n")
    .replace(",2,,\n", ",2,,,\n")
    .replace("hold\n", "hold,\n"),
}


def test_what_a_city_says_of_trenches_is_read_and_written(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path, **DUG))
    assert city.links["s-gw"].trenches == ("canal",)
    assert city.links["s-ge"].trenches == ()
    assert city.components["gateway-west"].trenches == ("canal", "high street")
    assert city.components["pump-u"].trenches == ("canal",)
    draft = read_folder(tmp_path).draft
    write_city(draft, tmp_path / "out")
    again = read_folder(tmp_path / "out").draft
    assert (again.links, again.components, again.overrides) == (draft.links, draft.components, draft.overrides)


def test_a_city_without_the_column_has_no_trenches(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path))
    assert not any(one.trenches for one in (*city.links.values(), *city.components.values()))


def test_pipes_have_the_length_of_their_file_and_pumps_none(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path))
    found = {name: city.components[name].length_m for name in ("pipe-p1", "pipe-p2", "pipe-p3", "junction-A")}
    assert found == {"pipe-p1": 400.0, "pipe-p2": 300.0, "pipe-p3": 300.0, "junction-A": 0.0}


def node(name: str, x_m: float, y_m: float) -> Component:
    return replace(place(f"road-node-{name}", "road-node", x_m, y_m, ""), network_id=name)


def road(a: str, b: str, length_m: float) -> Component:
    return replace(place(f"road-{a}-{b}", "road", 0.0, 0.0, ""), length_m=length_m)


ROADS = {("a", "b"): 100.0, ("b", "a"): 100.0, ("b", "c"): 100.0, ("c", "d"): 100.0, ("a", "d"): 350.0}
"""A square with one long side: from a to d it is shorter over b and c; one-way roads carry cables both ways."""


def square(*lines: Component) -> BareTown:
    nodes = [node("a", 0, 0), node("b", 100, 0), node("c", 100, 100), node("d", 0, 100)]
    roads = [road(a, b, length) for (a, b), length in ROADS.items()]
    buses = [place("bus-1", "bus", 1, 1, ""), place("bus-2", "bus", 101, 99, "")]
    ends = {f"road-{a}-{b}": (f"road-node-{a}", f"road-node-{b}") for a, b in ROADS}
    ends |= {line.id: ("bus-1", "bus-2") for line in lines}
    components = {c.id: c for c in (*nodes, *roads, *buses, *lines)}
    return BareTown(components, {}, ends, (District("d1", "D", 1, 0.0, 0.0),), {})


def test_cables_follow_the_streets_and_two_in_one_street_make_a_trench() -> None:
    line, hanging = place("line-1", "line", 50, 50, ""), place("line-2", "line", 50, 50, "", overhead=True)
    servers = (place("server-a", "server", 0, 2, ""), place("server-d", "server", 1, 101, ""))
    layer = Layer(
        servers,
        (
            join(LinkKind("data"), "server-a", "server-d", ""),
            join(LinkKind("data"), "server-d", "server-a", ""),
            join(LinkKind("control"), "server-a", "server-d", ""),
            join(LinkKind("power"), "bus-1", "server-a", ""),
        ),
        overrides={"line-1": Override(year=1990)},
    )
    kept = {"data-server-d-server-a"}
    found = in_trenches(square(line, hanging), layer, kept)
    links = {link.id: link.trenches for link in found.links}
    assert links == {
        "data-server-a-server-d": ("trench-a-b", "trench-b-c"),  # alone in the street from c to d
        "data-server-d-server-a": (),  # the town's own
        "control-server-a-server-d": (),  # no cable
        "power-bus-1-server-a": (),  # the same node is nearest to both ends
    }
    assert found.overrides == {"line-1": Override(year=1990, trenches=("trench-a-b", "trench-b-c"))}
    assert "2 streets" in found.assumptions[-1].text.en


def test_without_roads_there_are_no_trenches() -> None:
    ground = BareTown({}, {}, {}, (), {})
    layer = Layer((), (join(LinkKind("data"), "x", "y", ""),))
    assert in_trenches(ground, layer, ()) == layer
