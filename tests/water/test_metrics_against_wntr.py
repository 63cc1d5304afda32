"""Todini index and water service availability beside WNTR's own functions, on one run of Net3 by EPANET."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resilience.judge.metrics import service_availability, todini_index

wntr = pytest.importorskip("wntr")
REQUIRED_M = 20.4


@pytest.fixture(scope="module")
def net3(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """A day of Net3 with too little pressure for all: pressure-driven, so that not everybody gets what they ask for."""
    file = Path(wntr.__file__).parent / "library" / "networks" / "Net3.inp"
    model = wntr.network.WaterNetworkModel(str(file))
    model.options.time.duration = 24 * 3600
    model.options.hydraulic.demand_model = "PDD"
    model.options.hydraulic.required_pressure = 50.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prefix = str(tmp_path_factory.mktemp("net3") / "run")
        return model, wntr.sim.EpanetSimulator(model).run_sim(file_prefix=prefix)


def test_todini_index(net3: tuple[Any, Any]) -> None:
    model, results = net3
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
        ours.append(
            todini_index(
                demand[junctions], head[junctions], pressure, REQUIRED_M, -demand[sources], head[sources], flow, gain
            )
        )
    assert len(ours) > 24 and np.ptp(ours) > 0.01
    np.testing.assert_allclose(ours, theirs.to_numpy(), rtol=1e-9)


def test_water_service_availability(net3: tuple[Any, Any]) -> None:
    model, results = net3
    asked = wntr.metrics.expected_demand(model)
    got = results.node["demand"].astype(np.float64).loc[:, model.junction_name_list]
    asked = asked.loc[:, model.junction_name_list]
    theirs = wntr.metrics.water_service_availability(asked, got)
    ours = service_availability(got, asked)
    some = (asked != 0).to_numpy()
    assert np.nanmin(ours) < 0.9
    np.testing.assert_allclose(ours[some], theirs.to_numpy()[some], rtol=1e-12)
    for axis in (0, 1):
        summed = wntr.metrics.water_service_availability(asked.sum(axis=axis), got.sum(axis=axis))
        mine = service_availability(got.sum(axis=axis), asked.sum(axis=axis))
        known = ~np.isnan(mine)
        np.testing.assert_allclose(mine[known], summed.to_numpy()[known], rtol=1e-12)
