"""Verdicts that people, telephones, fuel and quorums decide: the same outage, once with and once without.

Times by hand from tanks and ways, batteries from published figures (`tests/lifelines/test_telephony.py`), endurance
from DIN VDE 0100-710 (24 h) as norm `hospital-endurance` has it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from resilience.judge.verdict import Value
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.component import Value as Given
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.lifelines.hospital.process import SHARES
from simulator.lifelines.hospital.town import URGENT_SHARE
from stadtwerk.library import load_checked
from stadtwerk.runs.light import light_run
from tests.ict.test_split import rooms
from tests.support.towns import component, link, town


def verdict(folder: Path, city: City, hours: float, timeline: str, rest: str, start: str = "2026-01-14T09:00") -> Value:
    file = folder / "question.yaml"
    file.write_text(
        f"""
schema: stadtwerk/scenario/1
id: question
title: {{en: A question}}
question: {{en: Does it hold?}}
city: {{name: small}}
run: {{start: "{start}", warmup: 1h, duration: {hours:g}h}}
timeline:{timeline}
{rest}
""",
        encoding="utf-8",
    )
    _, scenario, checked = load_checked(file, "small", lambda name: city)
    return light_run(scenario, checked, 1)[2].value


def cut(*links: str, after: str = "0s") -> str:
    return "".join(f"\n  - {{id: cut-{i}, at: {after}, fault: link-cut, target: {x}}}" for i, x in enumerate(links))


HOSPITAL = "expect:\n  - {id: hospital, type: invariant, level: clinic, longest: 3min}"
TANK_L, BURN_L_H = 60.0, 10.0


def village(depot_has_generator: bool = True, trucks: float = 1.0, **generator: Given) -> City:
    """A hospital whose generator runs for six hours and calls for fuel when one is left; the depot is 3 km away: ten
    minutes to muster, six on the road, thirty to pump."""
    given: dict[str, Given] = {
        "fuel_l": TANK_L, "tank_l": TANK_L, "burn_l_h": BURN_L_H, "order_below": 1 / 6, "fail_on_demand": 0.0,
    }  # fmt: skip
    parts: list[Component] = [
        component("bus", "bus"),
        component("clinic", "hospital", x_m=3000.0, beds=10.0),
        component("diesel", "generator", x_m=3000.0, **(given | generator)),
        component("yard", "depot", muster_s=600.0, drivers=2.0, fuel_store_l=5000.0, fuel_trucks=trucks),
        component("exchange", "telephone-exchange"),
        component("mobile", "mobile-site"),
    ]
    links: list[Link] = [
        link("power", "bus", "clinic", 60.0), link("power", "diesel", "clinic"), link("power", "bus", "yard"),
        link("power", "bus", "exchange", 14_400.0), link("power", "bus", "mobile", 1800.0),
        link("telephone", "exchange", "mobile"), link("telephone", "exchange", "yard"),
    ]  # fmt: skip
    if depot_has_generator:
        own: dict[str, Given] = {"fuel_l": 900.0, "tank_l": 900.0, "burn_l_h": 3.0, "fail_on_demand": 0.0}
        parts.append(component("own", "generator", **own))
        links.append(link("power", "own", "yard", 0.0))
    levels = [ServiceLevel("clinic", "lifeline", "clinic", URGENT_SHARE, people=1000)]
    return town(parts, links, levels)


DARK = ("power-bus-clinic", "power-bus-yard")
SILENT = ("power-bus-exchange", "power-bus-mobile")


@pytest.mark.parametrize(
    ("depot_has_generator", "lost", "expected"),
    [
        (True, DARK, Value.PASS),
        (False, DARK, Value.FAIL),  # no fuel is pumped out of a store without power
        (True, DARK + SILENT, Value.FAIL),  # 46 minutes and the messenger's 21 are more than the hour that was left
    ],
)
def test_fuel_comes_in_time_only_from_a_depot_with_power_that_can_be_called(
    tmp_path: Path, depot_has_generator: bool, lost: tuple[str, ...], expected: Value
) -> None:
    assert verdict(tmp_path, village(depot_has_generator), 12, cut(*lost), HOSPITAL) is expected


@pytest.mark.parametrize(("hours", "expected"), [(24.0, Value.PASS), (26.0, Value.FAIL)])
def test_a_hospital_lives_on_its_own_fuel_for_as_long_as_the_norm_asks(
    tmp_path: Path, hours: float, expected: Value
) -> None:
    """24 h of fuel and a minute of batteries, nothing delivered: DIN VDE 0100-710."""
    city = village(trucks=0.0, fuel_l=240.0, tank_l=240.0)
    assert verdict(tmp_path, city, hours, cut("power-bus-clinic"), HOSPITAL) is expected


def test_what_is_required_of_a_hospital_lies_below_what_its_generator_carries() -> None:
    """Emergencies, births and transfers are 49 % of the patients (Destatis 2012: 7.5, 0.6 and 0.6 of 17.9 million)."""
    assert (7.5 + 0.6 + 0.6) / (7.5 + 0.6 + 0.6 + 9.2) <= URGENT_SHARE < SHARES["generator"]


@pytest.mark.parametrize(
    ("duty", "expected"),
    [({"quorum": "none"}, Value.FAIL), ({"quorum": "majority", "witness": "third"}, Value.PASS)],
)
def test_a_quorum_keeps_two_from_acting_at_once(tmp_path: Path, duty: dict[str, Given], expected: Value) -> None:
    """The room of the first server loses its cable to the other and to the third place."""
    city = rooms(**duty)
    links = {k: v for k, v in city.links.items() if k != "data-switch-a-third"} | {
        "data-switch-b-third": link("data", "switch-b", "third")
    }
    hall = component("hall", "town-hall")
    links |= {one.id: one for one in (link("data", "switch-b", "hall"), link("control", "duty", "hall"))}
    required = ServiceLevel("hall", "lifeline", "hall", 0.3, people=1000)
    got = verdict(
        tmp_path,
        town([*city.components.values(), hall], links.values(), [required]),
        2,
        cut("data-switch-a-switch-b", after="10min"),
        "redundancies:\n  - {id: standby, kind: technical, component: duty, primary: primary, standby: standby, "
        "must_activate: true, carries: {level: hall}}\n"
        "expect:\n  - {id: hall, type: invariant, level: hall, longest: 3min}",
    )
    assert got is expected
