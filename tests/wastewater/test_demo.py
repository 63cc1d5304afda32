"""The sewers of the demo city, and the demo city without them."""

from __future__ import annotations

import time

import pytest

from simulator.contracts.city import City
from simulator.domains.wastewater.engine import SewerEngine
from stadtwerk.library import DEMO_WITHOUT, load_named_city


@pytest.fixture(scope="module")
def demo() -> City:
    return load_named_city("demo")


def test_every_person_drains_somewhere_and_every_station_is_fed_and_commanded(demo: City) -> None:
    engine = SewerEngine(demo.network_files["wastewater"])
    try:
        people = engine.network.dry_weather_m3_s.sum() * 86400 / 0.126
    finally:
        engine.close()
    assert people == pytest.approx(demo.people, rel=1e-3)
    stations = demo.of_kind("lifting-station")
    assert len(stations) >= 5
    for station in stations:
        kinds = {link.kind.value for link in demo.links_into(station.id)}
        assert {"power", "control", "data", "road"} <= kinds
    own = [s for s in stations if any(link.source.startswith("generator") for link in demo.links_into(s.id))]
    assert 0 < len(own) < len(stations)
    measures = {level.measure for level in demo.levels.values() if level.owner == "city administration"}
    assert {"sewage-disposal", "cellar-safety", "sewage-treatment"} <= measures


def test_a_dry_day_costs_little_and_spills_nothing(demo: City) -> None:
    """The sewers of 45,000 people must not dominate a run: half a CPU second a day is a tenth of one."""
    engine = SewerEngine(demo.network_files["wastewater"], settle_s=86400.0)
    try:
        begin = time.process_time()
        for period in range(1, 289):
            engine.advance_to(300.0 * period)
        took = time.process_time() - begin
        assert engine.balance().overflow_m3 < 1.0
        assert abs(engine.balance().error) < 0.05
        assert took < 1.5, "CPU seconds; 0.3 to 0.5 on the machine that this was written on"
    finally:
        engine.close()


def test_without_its_layers_the_demo_city_is_the_one_that_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_named_city("demo")
    monkeypatch.setenv(DEMO_WITHOUT, "wastewater")
    without = load_named_city("demo")
    assert not [c for c in without.components.values() if c.domain == "wastewater"]
    assert not without.network_files
    rest = [name for name in whole.components if name in without.components]
    assert rest == list(without.components)
    assert {name: whole.components[name] for name in rest} == dict(without.components)
    assert [link for link in whole.links.values() if link.id in without.links] == list(without.links.values())
