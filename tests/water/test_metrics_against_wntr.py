"""Todini index and water service availability beside WNTR's own functions, on runs of its own networks by EPANET."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resilience.judge.metrics import service_availability, todini_index
from resilience.judge.metrics.consumers import below, missing, supply
from simulator.contracts.figures import ARRIVING, GIVEN, NEEDED
from simulator.contracts.history import Consumers
from simulator.domains.water.powers import powers

pytest.importorskip("epanet.toolkit")  # before WNTR, whose own library lacks some of its functions
wntr = pytest.importorskip("wntr")
REQUIRED_M = 20.4


NETWORKS = ("Net1", "Net2", "Net3")


@pytest.fixture(scope="module", params=NETWORKS)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """A day with too little pressure for all: pressure-driven, so that not everybody gets what they ask for."""
    file = Path(wntr.__file__).parent / "library" / "networks" / f"{request.param}.inp"
    model = wntr.network.WaterNetworkModel(str(file))
    model.options.time.duration = 24 * 3600
    model.options.hydraulic.demand_model = "PDD"
    model.options.hydraulic.required_pressure = 80.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prefix = str(tmp_path_factory.mktemp(request.param) / "run")
        return model, wntr.sim.EpanetSimulator(model).run_sim(file_prefix=prefix)


def test_todini_index(ran: tuple[Any, Any]) -> None:
    model, results = ran
    # EPANET's binary file holds single precision; summed as such, the two would differ by rounding alone.
    node = {name: frame.astype(np.float64) for name, frame in results.node.items()}
    link = {"flowrate": results.link["flowrate"].astype(np.float64)}
    theirs = wntr.metrics.todini_index(
        node["head"], node["pressure"], node["demand"], link["flowrate"], model, REQUIRED_M
    )
    junctions, sources = model.junction_name_list, model.reservoir_name_list
    pumps = [pump for _, pump in model.pumps()]
    ours = []
    for at in node["head"].index:
        head, demand = node["head"].loc[at], node["demand"].loc[at]
        gain = [float(head[p.end_node_name] - head[p.start_node_name]) for p in pumps]
        flow = [float(link["flowrate"].loc[at, p.name]) for p in pumps]
        pressure = node["pressure"].loc[at, junctions]
        found = powers(
            demand[junctions], head[junctions], pressure, REQUIRED_M, -demand[sources], head[sources], flow, gain
        )
        ours.append(todini_index(found[ARRIVING], found[NEEDED], found[GIVEN]))
    assert len(ours) > 20 and np.ptp(ours) > 0.01
    np.testing.assert_allclose(ours, theirs.to_numpy(), rtol=1e-6)


def test_water_service_availability(ran: tuple[Any, Any]) -> None:
    model, results = ran
    asked = wntr.metrics.expected_demand(model)
    got = results.node["demand"].astype(np.float64).loc[:, model.junction_name_list]
    asked = asked.loc[:, model.junction_name_list]
    theirs = wntr.metrics.water_service_availability(asked, got)
    ours = service_availability(got, asked)
    some = (asked != 0).to_numpy()
    assert np.nanmin(ours) < 0.99
    np.testing.assert_allclose(ours[some], theirs.to_numpy()[some], rtol=1e-6)
    for axis in (0, 1):
        summed = wntr.metrics.water_service_availability(asked.sum(axis=axis), got.sum(axis=axis))
        mine = service_availability(got.sum(axis=axis), asked.sum(axis=axis))
        known = ~np.isnan(mine)
        np.testing.assert_allclose(mine[known], summed.to_numpy()[known], rtol=1e-6)


def test_people_below_a_pressure_and_water_not_delivered(ran: tuple[Any, Any]) -> None:
    """WNTR's query of the same tables, people by its own rule (mean demand over a use a head)."""
    model, results = ran
    names = model.junction_name_list
    people = wntr.metrics.population(model).loc[names].clip(lower=0)
    pressure = results.node["pressure"].loc[:, names]
    asked = wntr.metrics.expected_demand(model).loc[:, names].clip(lower=0)
    got = results.node["demand"].astype(np.float64).loc[:, names].clip(lower=0)
    at = (1000 * pressure.index.to_numpy()).astype(np.int64)
    meter = Consumers(
        "water",
        "m3/s",
        tuple(names),
        people.to_numpy(dtype=np.float64),
        at,
        tuple(asked.to_numpy()),
        tuple(np.minimum(got, asked).to_numpy()),
        {"pressure": tuple(pressure.to_numpy())},
    )
    limit = float(np.median(pressure))
    ours = below(meter, "pressure", limit, int(at[-1]) + 1000)
    for second in pressure.index:
        short = wntr.metrics.query(pressure.loc[second], np.less, limit)
        assert ours.value_at(int(1000 * second)) == pytest.approx(people[short].sum(), rel=1e-6)
    end = int(at[-1])
    lost = (asked - got).clip(lower=0).iloc[:-1].multiply(np.diff(pressure.index), axis=0).sum().sum()
    assert lost > 0
    assert missing(supply(meter, end)) == pytest.approx(lost, rel=1e-6)
