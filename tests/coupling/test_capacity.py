"""What each component carries, as a dispatcher compares it: against the published networks' own figures."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from simulator.domains.water import start as start_water
from tests.energy.support import chain, run, town, written
from tests.water.networks import city_of, published, world


def test_a_main_carries_what_its_cross_section_lets_through() -> None:
    wntr = pytest.importorskip("wntr")
    path = published("Net1")
    runtime = world(city_of(path))
    start_water(runtime).close()
    found = runtime.crews.capacity
    network = wntr.network.WaterNetworkModel(str(path))
    for name, pipe in network.pipes():
        assert found[f"pipe-{name}"] == pytest.approx(math.pi / 4 * pipe.diameter**2, rel=1e-3)
    assert found["pump-9"] == max(found[f"pipe-{p}"] for p in ("10",))  # node 9 is the source, node 10 has main 10
    assert found["tank-2"] == found["pipe-110"]


def test_lines_and_transformers_carry_their_rating(tmp_path: Path) -> None:
    """A feeder of 0.3 A times 1,000 at 20 kV: sqrt(3) * U * I; and a transformer of 25 MVA."""
    runtime, domain = run(town(written(chain([0.5, 1.0]), tmp_path / "power.json")))
    found = runtime.crews.capacity
    assert found["line-0"] == found["line-1"] == pytest.approx(math.sqrt(3) * 20e3 * 300, rel=1e-6)
    assert found["transformer-0"] == pytest.approx(25e6)
    assert max(value for name, value in found.items() if name.startswith("bus-")) == pytest.approx(1e6)
    domain.close()
