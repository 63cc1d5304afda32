"""Officers at dark junctions: so many teams, their stints, their rest, and their relief; times by hand."""

from __future__ import annotations

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import Value
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.lifelines import start
from simulator.lifelines.traffic_control import process as traffic_control
from tests.ict.town import component, course, level, modes, power, run_to, town, world

DARK_S, COMES_S = 1000.0, 1800.0
THERE_S = DARK_S + COMES_S


def junctions(**station: Value) -> City:
    """Three signals on the police's list; two officers a junction, who stand for an hour and rest for two."""
    given: dict[str, Value] = {"officers_at_junction": 2.0, "stint_s": 3600.0, "rest_s": 7200.0}
    parts = [component("centre", "traffic-control-centre"), component("station", "police-station", **(given | station))]
    parts += [component(f"signal-{i}", "signal", police=True, police_s=COMES_S) for i in range(3)]
    return town(parts, levels=[level("lifeline", "centre")])


def running(city: City, dark: int = 3) -> Runtime:
    runtime = world(city)
    start(runtime)
    for i in range(dark):
        name = f"signal-{i}"
        runtime.clock.at(
            to_ticks(DARK_S),
            "test",
            lambda name=name: runtime.faults.apply(name, "signal-dark", "x", {}),  # type: ignore[misc]
        )
    return runtime


def share(policed: int, central: int = 0) -> float:
    return (policed * traffic_control.SHARES["police"] + central) / 3


@pytest.mark.parametrize(
    ("officers", "expected"),
    [
        # six teams for three junctions: relieved once after an hour; after two hours all rest
        (12.0, [(DARK_S, 0.0), (THERE_S, share(3)), (THERE_S + 7200, 0.0), (THERE_S + 10_800, share(3))]),
        # two teams: two junctions for an hour, then nobody until they have rested
        (4.0, [(DARK_S, 0.0), (THERE_S, share(2)), (THERE_S + 3600, 0.0), (THERE_S + 10_800, share(2))]),
        (3.0, [(DARK_S, 0.0), (THERE_S, share(1)), (THERE_S + 3600, 0.0), (THERE_S + 10_800, share(1))]),
        (1.0, [(DARK_S, 0.0)]),
    ],
)
def test_teams_stand_rest_and_are_relieved(officers: float, expected: list[tuple[float, float]]) -> None:
    runtime = running(junctions(officers=officers))
    run_to(runtime, THERE_S + 11_000)
    assert course(runtime, "lifeline-centre") == [(0.0, 1.0), *((at, pytest.approx(value)) for at, value in expected)]
    there = [at for at, value in expected if value > 0]
    assert [at for at, mode in modes(runtime, "centre") if mode == "police"] == there


def test_a_signal_that_works_again_sets_its_team_free_for_the_next_junction() -> None:
    runtime = running(junctions(officers=2.0, stint_s=36_000.0))
    run_to(runtime, THERE_S + 100)
    assert [runtime.police.at(f"signal-{i}") for i in range(3)] == [True, False, False]
    runtime.faults.clear("signal-0", "signal-dark", "x")
    run_to(runtime, THERE_S + 200)
    assert [runtime.police.at(f"signal-{i}") for i in range(3)] == [False, True, False]
    assert course(runtime, "lifeline-centre")[-1][1] == pytest.approx(share(1, central=1))


def test_officers_who_are_needed_elsewhere_leave_and_come_back() -> None:
    runtime = running(junctions(officers=6.0, stint_s=36_000.0))
    run_to(runtime, 4000)
    assert runtime.police.free_teams == 0
    gone = runtime.faults.apply("station", "police-elsewhere", "riot", {})
    run_to(runtime, 5000)
    assert modes(runtime, "centre")[-1] == (4000.0, "none")
    last = next(e for e in reversed(runtime.log.events) if e.after == "none")
    assert gone in [event.id for event in runtime.log.trace(last.id)]
    runtime.faults.clear("station", "police-elsewhere", "riot")
    run_to(runtime, 6000)
    assert modes(runtime, "centre")[-1] == (5000.0, "police")
    assert course(runtime, "lifeline-centre")[-1][1] == pytest.approx(share(3))


def test_a_town_without_a_station_has_as_many_officers_as_it_needs() -> None:
    runtime = world(town([component(f"signal-{i}", "signal", police=i < 2, police_s=COMES_S) for i in range(3)]))
    for i in range(3):
        runtime.police.call(f"signal-{i}", None)
    run_to(runtime, 86_400)
    assert [runtime.police.at(f"signal-{i}") for i in range(3)] == [True, True, False]


# the way, the car, the fuel: 3 km at 30 km/h are six minutes

WAY_M, WAY_S = 3000.0, 360.0


def apart(**station: Value) -> City:
    """A station three kilometres from one junction; two officers go there, one car, a stint of an hour."""
    given: dict[str, Value] = {"officers": 4.0, "cars": 1.0, "stint_s": 3600.0, "rest_s": 3600.0}
    parts = [
        component("bus", "bus"),
        component("centre", "traffic-control-centre"),
        component("station", "police-station", x_m=WAY_M, **(given | station)),
        component("signal-0", "signal", police=True, police_s=COMES_S),
    ]
    return town(parts, [power("bus", "station")], levels=[level("lifeline", "centre")])


def test_officers_drive_and_come_back_with_the_car_before_others_leave_in_it() -> None:
    runtime = running(apart(), dark=1)
    run_to(runtime, 11_000)
    there_s = THERE_S + WAY_S
    # One car for two teams: the second leaves when the first is back, six minutes after its hour.
    again_s = there_s + 3600.0 + 2 * WAY_S
    assert [at for at, mode in modes(runtime, "centre") if mode == "police"] == [there_s, again_s]
    assert [e.code for e in runtime.log.events if e.code == "police.no-car"] == ["police.no-car"]


@pytest.mark.parametrize("powered", [True, False])
def test_a_car_without_fuel_stays_at_a_station_without_power(powered: bool) -> None:
    """A stint takes 2 x 6 min at 3 l/h and an hour at 1 l/h: 1.6 l of a tank of 2. Without power no fuel is pumped."""
    runtime = running(apart(car_tank_l=2.0), dark=1)
    if not powered:
        runtime.clock.at(to_ticks(10.0), "test", lambda: runtime.supply.offer("bus", LinkKind("power"), False))
    run_to(runtime, 11_000)
    there = [at for at, mode in modes(runtime, "centre") if mode == "police"]
    assert len(there) == (2 if powered else 1)
    burnt_l = sum(car.burnt_l for car in runtime.police.cars)
    assert burnt_l == pytest.approx(1.6 + (0.3 if powered else 0.0), abs=0.01), "the second one is still there"


def test_nobody_leaves_a_station_that_is_out_and_those_on_the_way_turn_back() -> None:
    runtime = running(apart(), dark=1)
    runtime.clock.at(to_ticks(500.0), "test", lambda: runtime.faults.apply("station", "site-out", "fire", {}))
    runtime.clock.at(to_ticks(5000.0), "test", lambda: runtime.faults.clear("station", "site-out", "fire"))
    runtime.clock.at(to_ticks(5100.0), "test", lambda: runtime.faults.clear("signal-0", "signal-dark", "x"))
    run_to(runtime, 12_000)
    assert [e.code for e in runtime.log.events if e.code.startswith("police.")] == ["police.station-out"]
    assert runtime.police.free_teams == 2


def test_officers_who_find_no_open_road_look_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of an hour later, as crews do."""
    runtime, open_from_s = running(apart(), dark=1), 3500.0

    def time_s(origin: str, destination: str) -> float | None:
        return WAY_S if runtime.clock.now >= to_ticks(open_from_s) else None

    monkeypatch.setattr(runtime.travel, "time_s", time_s)
    run_to(runtime, 5000)
    assert [e.at / 1000 for e in runtime.log.events if e.code == "police.no-road"] == [THERE_S]
    assert [at for at, mode in modes(runtime, "centre") if mode == "police"] == [THERE_S + 900.0 + WAY_S]
