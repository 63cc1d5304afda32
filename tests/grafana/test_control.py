"""The control room's page: alarms by priority and age, their rate as EEMUA 191 counts it, what is on its way."""

from __future__ import annotations

from datetime import datetime

import pytest

from resilience.scenario.scenario import CityReference, RunSettings, Scenario
from simulator.contracts.event import Event, EventKind
from simulator.contracts.measurements import OVER
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import Verbatim
from stadtwerk.influx.control import Desk
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out
from stadtwerk.runs import events
from tests.grafana.desk import SEAT, about, done, raised, sends, wants
from tests.grafana.test_states import parse
from tests.support.towns import component, town


class At:
    """A desk, and what it has written since the last look."""

    def __init__(self, room: bool = True) -> None:
        city = town([component(SEAT, "waterworks"), component("tank-T-4", "tank"), component("p", "pump")])
        settings = RunSettings(datetime(2026, 1, 14), 0.0, 3600.0)
        scenario = Scenario("s", Verbatim("S"), Verbatim("?"), CityReference(), settings)
        self.out = Out(RunIdentity("r", city, scenario, 1, 0, to_ticks(3600), 0))
        self.desk = Desk(Places(city), self.out, room)

    def rows(self, of: str) -> list[dict[str, str]]:
        found = [parse(line) for line in self.out.take()]
        return [{**tags, **fields} for name, tags, fields in found if name == of]


def test_the_rate_is_that_of_the_last_ten_minutes_as_eemua_191_counts_it() -> None:
    at = At()
    for number in range(1, 13):
        at.desk.event(raised(number, 30.0 * number, "jump"))
    assert [row["raised"] for row in at.rows("alarm_rate")] == [f"{i}i" for i in range(1, 13)]
    at.desk.beat(to_ticks(629))
    at.desk.beat(to_ticks(630))  # the first was ten minutes ago
    at.desk.beat(to_ticks(961))
    assert [row["raised"] for row in at.rows("alarm_rate")] == ["12i", "11i", "0i"]


def test_an_alarm_has_its_priority_its_age_and_its_life() -> None:
    at = At()
    at.desk.event(raised(1, 60, "balance"))
    at.desk.event(raised(2, 60, "jump"))
    at.desk.event(about(events.ALARM_ACKNOWLEDGED.name, 1, 240, 180.0))
    at.desk.beat(to_ticks(360))
    of_one = [row for row in at.rows("alarm") if row["alarm"] == "1"]
    assert [(row["priority"], row["acknowledged"], row["age_s"]) for row in of_one] == [
        ("1i", "0i", "0.0"),
        ("1i", "1i", "180.0"),
        ("1i", "1i", "300.0"),
    ]
    at.desk.event(about(events.ALARM_CLEARED.name, 1, 400))
    at.desk.beat(to_ticks(420))
    rows = at.rows("alarm")
    assert [(row["alarm"], row["active"]) for row in rows] == [("1", "0i"), ("2", "1i")]


def test_once_the_run_is_over_no_number_of_a_moment_is_left() -> None:
    at = At()
    at.desk.event(raised(1, 60, "balance"))
    at.rows("alarm_rate")
    at.desk.over(to_ticks(120))
    rows = [parse(line) for line in at.out.take()]
    assert [fields["active"] for name, _, fields in rows if name == "alarm"] == ["0i"]
    (rate,) = [fields for name, _, fields in rows if name == "alarm_rate"]
    assert {rate[name] for name in ("raised", "first", "second", "third")} == {f"{OVER}i"}


def test_an_order_is_on_its_way_until_the_device_answers_and_a_crew_until_it_has_looked_everywhere() -> None:
    at = At()
    at.desk.event(wants("p", 60, 10))
    at.desk.event(done("p", 62, 10))
    assert [(row["target"], row["on_its_way"]) for row in at.rows("command")] == [("p", "1i"), ("p", "0i")]
    at.desk.event(sends(100, 20, "d1 d2"))
    for event, cause, code in ((21, 20, "crew.called"), (22, 21, "crew.search-in-vain"), (23, 20, "crew.called")):
        at.desk.event(Event(event, to_ticks(200), EventKind.CREW, "p", code, {"task": "search", "depot": "d"}, cause))
    assert [row["on_its_way"] for row in at.rows("command")] == ["1i"]
    at.desk.event(Event(24, to_ticks(300), EventKind.CREW, "p", "crew.search-in-vain", {}, 23))
    assert [row["on_its_way"] for row in at.rows("command")] == ["0i"]


def test_the_picture_stands_beside_the_truth_and_a_run_without_a_room_has_neither() -> None:
    at = At()
    at.desk.gauge("tank-T-4", "truth_level_m", 2.0, 0)
    at.desk.gauge("tank-T-4", "picture_level_m", 6.0, 0)
    at.desk.beat(to_ticks(60))
    last = at.rows("picture")[-1]
    assert (last["component"], last["believed"], last["truth"]) == ("tank-T-4", "6.0", "2.0")
    none = At(room=False)
    none.desk.gauge("tank-T-4", "volume_m3", 2.0, 0)
    none.desk.beat(to_ticks(60))
    assert none.out.take() == []


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_page_holds_alarms_against_eemua_191(lang: str) -> None:
    import json

    from dashboards.control_room import FLOOD, control_room

    board = json.loads(control_room(lang))
    (rate,) = [one for one in board["panels"] if "EEMUA" in one.get("description", "") and one["type"] == "timeseries"]
    assert rate["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"] == FLOOD == 10
