"""ENS, SAIDI, SAIFI and CAIDI of a run beside a second computation of all of them, from what each bus is seen to get.

Nothing of the figures' own code is used: no recorded consumers, no formulas, no spells. The town lives twice. The first
time it tells at which moments anything happens, the second time every bus is looked at in the middle between two such
moments, where nothing changes, so that sums over these stretches are integrals.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from resilience.judge.metrics.table import metrics_of
from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.history import History
from simulator.coupling import Runtime
from tests.energy.support import component, run, town, written
from tests.energy.test_zones import NIGHT, two_feeders

END_MS = 4 * 3600 * 1000
PEOPLE = {2: 500.0, 3: 500.0, 4: 500.0, 5: 500.0, 6: 500.0}
"""Every bus with a load has the same, so that as many live behind each."""
FAULTS = (  # minutes of begin and end
    ("line-1", "line-trip", 20, 95),
    ("bus-6", "bus-out", 40, 41),
    ("line-3", "feeder-out", 61, 140),
    ("bus-2", "bus-out", 150, 200.5),
    ("bus-5", "bus-out", 230, 300),
)
"""A trip that the ring mends, a blink of a minute, a feeder that takes the detour with it, one that is dark for long,
and one that is dark to the end."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    file = written(two_feeders(), tmp_path_factory.mktemp("grid") / "power.json")
    found = town(file, [component("grid-control", "network-control")])
    return replace(found, districts={"centre": District("centre", "Centre", int(sum(PEOPLE.values())), 0, 0)})


def begun(city: City) -> Runtime:
    runtime, _domain = run(city, NIGHT, END_MS / 3_600_000)
    for i, (target, fault, begin, end) in enumerate(FAULTS):
        cause = f"entry-{i}"
        runtime.clock.at(
            int(begin * 60_000), cause, lambda t=target, f=fault, c=cause: runtime.faults.apply(t, f, c, {})
        )
        if end * 60_000 < END_MS:
            runtime.clock.at(int(end * 60_000), cause, lambda t=target, f=fault, c=cause: runtime.faults.clear(t, f, c))
    return runtime


def moments(city: City) -> list[int]:
    """Every tick at which the log says anything, and every full minute, at which the grid goes on by itself."""
    runtime = begun(city)
    runtime.clock.run_until(END_MS)
    return sorted(
        {event.at for event in runtime.log.events if 0 <= event.at < END_MS} | set(range(0, END_MS + 1, 60_000))
    )


def test_figures_of_a_run_are_those_of_a_second_computation(city: City) -> None:
    edges = moments(city)
    runtime = begun(city)
    dark: dict[int, list[tuple[int, int]]] = {bus: [] for bus in PEOPLE}
    missing_j = 0.0
    for begin, end in pairwise(edges):
        runtime.clock.run_until((begin + end) // 2)
        for bus, spans in dark.items():
            value = runtime.quantities.value
            got, asked = value(f"bus-{bus}", "load_w"), value(f"bus-{bus}", "load_asked_w")
            missing_j += (asked - got) * (end - begin) / 1000
            if got < asked:
                joined = bool(spans) and spans[-1][1] == begin
                spans[-1:] = [(spans[-1][0], end)] if joined else [*spans[-1:], (begin, end)]
    runtime.clock.run_until(END_MS)
    lasting = {bus: [(b, e) for b, e in spans if e - b >= 180_000] for bus, spans in dark.items()}
    assert any(len(spans) != len(lasting[bus]) for bus, spans in dark.items()), "a blink is among them, and not counted"
    assert max(len(spans) for spans in lasting.values()) > 1
    minutes = sum(PEOPLE[bus] * (e - b) / 60_000 for bus, spans in lasting.items() for b, e in spans)
    times = sum(PEOPLE[bus] * len(spans) for bus, spans in lasting.items())
    total = sum(PEOPLE.values())
    past = History(0, END_MS, runtime.levels.courses(), runtime.log.events, (), consumers=runtime.consumers.recorded())
    found = {one.id: one.value for one in metrics_of(city, past) if one.against != "undisturbed"}
    assert found["ens"] == pytest.approx(missing_j / 3.6e6, rel=1e-6)
    assert found["customer-minutes"] == pytest.approx(minutes, rel=1e-6)
    assert found["saidi"] == pytest.approx(minutes / total, rel=1e-6)
    assert found["saifi"] == pytest.approx(times / total, rel=1e-6)
    assert found["caidi"] == pytest.approx(minutes / times, rel=1e-6)
