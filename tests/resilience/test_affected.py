"""Who is affected, against counting by hand in a town of 1,000 and 3,000 people and a hospital of 50 beds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resilience.judge.affected import affected, by_service, groups, lows, people_of
from resilience.judge.figures import run_figures
from resilience.judge.judge import judge
from resilience.judge.losses import headline, level_courses
from resilience.scenario.scenario import Invariant, LevelChoice, Threshold
from simulator.contracts.city import City
from simulator.contracts.history import Course
from simulator.contracts.level import ServiceLevel
from tests.resilience.town import HOUR, component, course, history, scenario, tiny_city

WATER = Invariant("water", LevelChoice(measure="water-supply"), Threshold())


def city() -> City:
    town = tiny_city()
    hospital = replace(town.components["hospital-1"], parameters={"beds": 50.0})
    records = component("records-1", "patient-records")
    records = replace(records, parameters={"hospital": "hospital-1"})
    more = [
        ServiceLevel("water-pressure-d1", "water-pressure", "d1", 0.9, 1000),
        ServiceLevel("water-city", "water-supply", "city", 0.9, 4000),
        ServiceLevel("telemetry", "telemetry", "city", 0.9, 4000),
        ServiceLevel("rescue", "rescue-arrival", "city", 0.95, 4000),
        ServiceLevel("dispatch", "lifeline", "rescue-dispatch-1", 0.5, 4000),
        ServiceLevel("records", "lifeline", "records-1", 0.5, 4000),
    ]
    return replace(
        town,
        components={**town.components, "hospital-1": hospital, "records-1": records},
        levels={**town.levels, **{level.id: level for level in more}},
    )


def gap(begin_h: float, end_h: float, low: float = 0.0) -> Course:
    return course((-3600, 1.0), (begin_h * 3600, low), (end_h * 3600, 1.0))


def services(**levels: Course) -> dict[str, float]:
    past = history({name.replace("_", "-"): one for name, one in levels.items()})
    return {row.need: row.person_hours for row in by_service(city(), past, 0, past.end)}


def test_demand_and_pressure_are_one_service() -> None:
    """Without water from 1 to 3 h, without pressure from 2 to 4 h: three hours without, not four."""
    found = services(water_supply_d1=gap(1, 3), water_pressure_d1=gap(2, 4))
    assert found == {"water-supply": pytest.approx(3 * 1000)}


def test_districts_before_the_whole_town() -> None:
    assert services(water_supply_d1=gap(0, 1), water_city=gap(0, 9))["water-supply"] == pytest.approx(1000)


def test_technical_indicators_are_nobody() -> None:
    past = {"travel-time-index": course((-3600, 9.0)), "telemetry": course((-3600, 0.0))}
    town, lived = city(), history(past)
    assert by_service(town, lived, 0, lived.end) == ()
    assert {people_of(town.levels[name], town) for name in past} == {0}
    assert affected(groups(town), town, lows(town, lived, 0, lived.end)).most == 0


def test_a_hospital_by_its_beds_and_so_what_belongs_to_it() -> None:
    town = city()
    assert people_of(town.levels["hospital-1"], town) == people_of(town.levels["records"], town) == 50
    assert services(hospital_1=gap(0, 2), records=gap(1, 2)) == {"lifeline": pytest.approx(50 * 3)}


def test_dispatch_and_arrival_of_rescue_are_one_service() -> None:
    found = services(rescue=gap(0, 2, 0.5), dispatch=gap(1, 3))
    assert found == {"rescue-arrival": pytest.approx(3 * 4000)}


def test_each_person_once_whatever_they_lack() -> None:
    """d1 lacks water, then also power; d2 water at the end; 50 in hospital hide behind them until both are served."""
    past = history(
        {
            "water-supply-d1": gap(0, 2),
            "power-supply-d1": gap(1, 3),
            "water-supply-d2": gap(2, 4),
            "hospital-1": gap(0, 5),
        }
    )
    town = city()
    found = affected(groups(town), town, lows(town, past, 0, past.end))
    assert found.person_hours == pytest.approx(1000 * 3 + 3000 * 2 + 50 * 1)
    assert (found.most, found.at) == (4000, 2 * HOUR)


def test_one_definition_in_figures_and_headline() -> None:
    town = city()
    past = history({"water-supply-d1": gap(0, 2), "water-pressure-d1": gap(1, 3), "telemetry": course((-3600, 0.0))})
    figures = run_figures(town, past, judge(scenario(), town, past))
    assert figures.person_hours == figures.service_hours == pytest.approx(3000)
    assert sum(loss.person_hours for loss in figures.losses) == pytest.approx(3000)
    assert {level.id: level.person_hours for level in figures.levels}["telemetry"] == 0


@pytest.mark.parametrize(
    ("levels", "worst"),
    [
        ({"rescue": gap(0, 2), "water-supply-d1": gap(0, 9)}, "water-supply-d1"),  # 8,000 to 9,000 person-hours
        ({"rescue": gap(0, 3), "water-supply-d1": gap(0, 9)}, "rescue"),  # 12,000 to 9,000
        ({"rescue": gap(0, 3), "water-supply-d1": gap(0, 9), "water-city": gap(0, 9)}, "rescue"),  # of districts only
        ({"rescue": gap(0, 4), "water-supply-d1": gap(0, 8), "water-supply-d2": gap(0, 5)}, "water-supply-d2"),
        ({"rescue": gap(0, 1), "telemetry": gap(0, 9), "travel-time-index": course((-3600, 9.0))}, "rescue"),
        ({"hospital-1": gap(0, 9), "records": gap(0, 9), "rescue": gap(0, 0.2)}, "rescue"),  # 450 each to 800
        ({"telemetry": gap(0, 2), "ict": gap(0, 1)}, "telemetry"),  # nobody lacks anything
    ],
)
def test_the_hardest_hit_service_may_be_one_of_the_whole_town(levels: dict[str, Course], worst: str) -> None:
    """Services are ranked by the person-hours of all who lack them, and the worst level is one of that service."""
    past = history(levels)
    assert headline(city(), past, level_courses(city(), past)).worst_level == worst


def test_the_answer_begins_with_what_people_felt() -> None:
    """Telemetry is low for ten hours and comes first in the catalogue; what rescue cost is told first all the same."""
    town = city()
    fine = {name: course((-3600, 50.0 if name == "litres-d1" else 1.0)) for name in town.levels}
    past = history(fine | {"telemetry": course((-3600, 0.0)), "rescue": gap(1, 2.5), "power-supply-d1": gap(1, 3)})
    verdict = judge(scenario(expectations=[WATER]), town, past)
    order = [verdict.answer.en.index(part) for part in ("reached by rescue in time", "power supply", "telemetry")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("courses", "first"),
    [
        ({"power-supply-d1": gap(0, 1), "travel-time-index": course((-3600, 9.0))}, "power-supply-d1"),
        ({"power-supply-d1": gap(0, 1), "water-supply-d2": gap(0, 2)}, "water-supply-d2"),  # the longer gap of the two
        ({"travel-time-index": course((-3600, 9.0))}, "travel-time-index"),
        ({"travel-time-index": course((-3600, 1.49)), "power-supply-d1": course((-3600, 0.99))}, "travel-time-index"),
    ],
)
def test_in_one_finding_services_to_people_speak_before_technical_ones(courses: dict[str, Course], first: str) -> None:
    """Of what is missed. Where all is kept, what is nearest to its limit speaks."""
    town = tiny_city()
    fine = {name: course((-3600, 50.0 if name == "litres-d1" else 1.0)) for name in town.levels}
    item = Invariant("all", LevelChoice(), Threshold())
    (found,) = [
        f for f in judge(scenario(expectations=[item]), town, history(fine | courses)).findings if f.id == "all"
    ]
    assert found.actual is not None and found.actual.subject == first
