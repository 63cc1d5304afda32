"""Small grids and towns for the tests of the energy domain."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from simulator.city.importers.pandapower_grid import import_pandapower
from simulator.city.power_file import read_power_elements
from simulator.contracts.city import City
from simulator.contracts.component import Component, Value
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.coupling import Runtime
from simulator.domains.energy import start
from simulator.domains.energy.demand import Demand
from simulator.domains.energy.model import Floats
from simulator.domains.energy.process import EnergyDomain
from simulator.kernel import Clock

WINTER_EVENING = datetime(2026, 1, 20, 18, 0)


def cases() -> Path:
    """The folder of published cases; skips the test where it is absent."""
    folder = Path(os.environ.get("STADTWERK_CASES", Path(__file__).parents[3] / "shared" / "cases"))
    if not (folder / "micropolis" / "power.json").is_file():
        pytest.skip(f"the published case micropolis is not in {folder}")
    return folder


def quiet(call: Any, *args: Any, **kwargs: Any) -> Any:
    """Call into pandapower without its remarks on missing accelerators."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args, **kwargs)


@cache
def _oberrhein_text() -> str:
    import pandapower
    import pandapower.networks

    return str(pandapower.to_json(quiet(pandapower.networks.mv_oberrhein)))


def oberrhein() -> Any:
    import pandapower

    return quiet(pandapower.from_json_string, _oberrhein_text())


def component(name: str, kind: str, x: float = 0.0, y: float = 0.0, district: str = "", **given: Value) -> Component:
    parameters = {p.name: p.default for p in registry().types[kind].parameters if p.default is not None} | given
    return Component(name, kind, registry().types[kind].domain, x, y, district, parameters=parameters)


def power(source: str, target: str, autonomy_s: float = 0.0) -> Link:
    return Link(f"{source}>{target}", LinkKind("power"), source, target, autonomy_s=autonomy_s)


def town(
    file: Path | None,
    extra: Iterable[Component] = (),
    links: Iterable[Link] = (),
    priorities: Mapping[str, float] | None = None,
    parameters: Mapping[str, Mapping[str, Value]] | None = None,
) -> City:
    """A city of one power file: every bus belongs to the district `centre`."""
    components = {}
    for element in read_power_elements(file) if file is not None else ():
        given = dict(element.parameters)
        if element.kind == "bus" and priorities and element.component_id in priorities:
            given["priority"] = priorities[element.component_id]
        name = element.component_id
        given |= (parameters or {}).get(name, {})
        components[name] = component(name, element.kind, element.x, element.y, "centre", **given)
    components.update((one.id, one) for one in extra)
    level = ServiceLevel("light", "power-supply", "city", 0.99, 1000)
    return City(
        "test", "Test", "Test", 48.4, 7.8, components, {link.id: link for link in links}, {}, {"light": level},
        power_file=file,
    )  # fmt: skip


class Rated(Demand):
    """Load as the network file has it, at any time."""

    def factor(self, when: datetime, outdoor_c: float) -> Floats:
        return np.ones_like(super().factor(when, outdoor_c))


class Evening(Demand):
    """Load as the network file has it at 19 h, and down to 0.4 of it at 7 h."""

    def factor(self, when: datetime, outdoor_c: float) -> Floats:
        course = 0.7 + 0.3 * math.cos(2 * math.pi * (when.hour + when.minute / 60 - 19) / 24)
        return course * np.ones_like(super().factor(when, outdoor_c))


def run(
    city: City,
    start_at: datetime = WINTER_EVENING,
    hours: float = 24.0,
    warmup_s: float = 0.0,
    demand: type[Demand] = Demand,
) -> tuple[Runtime, EnergyDomain]:
    """A run of the grid alone, with the loads of these houses."""
    runtime = Runtime.build(city, Clock(start_at, warmup_s, hours * 3600.0), seed=1)
    with patch("simulator.domains.energy.process.Demand", demand):
        domain = start(runtime)
    assert isinstance(domain, EnergyDomain)
    return runtime, domain


def chain(loads_mw: Iterable[float], **line: float) -> Any:
    """A 20 kV feeder: infeed, 110/20 kV transformer, then one bus after the other with these loads. Not yet written."""
    import pandapower as pp

    net = pp.create_empty_network()
    high = pp.create_bus(net, 110.0, geodata=(7.8, 48.4))
    before = pp.create_bus(net, 20.0, geodata=(7.801, 48.4))
    pp.create_ext_grid(net, high)
    pp.create_transformer(net, high, before, "25 MVA 110/20 kV")
    for i, load in enumerate(loads_mw):
        bus = pp.create_bus(net, 20.0, geodata=(7.802 + i / 1000, 48.4))
        given = {"r_ohm_per_km": 0.2, "x_ohm_per_km": 0.12, "c_nf_per_km": 250.0, "max_i_ka": 0.3} | line
        pp.create_line_from_parameters(net, before, bus, 1.0, **given)
        if load:
            pp.create_load(net, bus, load)
        before = bus
    return net


def written(net: Any, path: Path) -> Path:
    import_pandapower(net, path)
    return path
