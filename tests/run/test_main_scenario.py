"""The main scenario: the cascade is physical, and every loss leads back to the fault."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

from simulator.contracts.city import City
from simulator.contracts.link import LinkKind
from tests.run.conftest import Run

FAULT_S = 900.0


def stopped(run: Run, kind: str, city: City) -> list[dict]:
    return [e for e in run.events if e["kind"] == "stopped" and city.components[e["subject"]].kind == kind]


def test_the_folder_is_complete_and_the_codes_agree(main_run: Run) -> None:
    names = {path.name for path in main_run.folder.iterdir()}
    assert names == {
        "scenario.yaml", "run.json", "events.jsonl", "levels.parquet", "gauges.parquet", "readings.parquet",
        "verdict.json", "junit.xml", "report.html", "figures.json",
    }  # fmt: skip
    by_value = {"pass": 0, "fail": 1, "inconclusive": 2}
    assert main_run.exit_code == main_run.record["exit_code"] == by_value[main_run.verdict["value"]]
    suite = ET.parse(main_run.folder / "junit.xml").getroot()
    cases = list(suite.iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None]
    counted = Counter(finding["value"] for finding in main_run.verdict["findings"])
    beside = [case for case in cases if case.get("classname", "").endswith(("not-asked", "allowed"))]
    assert len(cases) - len(beside) == len(main_run.verdict["findings"])
    assert len(failed) == counted["fail"]


def test_pumps_on_dead_buses_stop_at_once_and_because_of_the_substation(main_run: Run, demo: City) -> None:
    pumps = [e for e in stopped(main_run, "pump", demo) if e["t_s"] == FAULT_S]
    assert pumps
    for event in pumps:
        chain = main_run.causes(event)
        assert chain[-1]["kind"] == "fault"
        assert chain[-1]["subject"] == "substation-1"
        link = demo.links[event["via"]]
        assert (link.kind, link.target) == (LinkKind("power"), event["subject"])
        assert chain[1]["kind"] == "supply-lost"


def test_what_has_a_battery_goes_on_exactly_as_long_as_it_lasts(main_run: Run, demo: City) -> None:
    """The first outage of each component: stopped at loss + autonomy of its power link, or never if power came back."""
    lost: dict[str, dict] = {}
    for event in main_run.events:
        if event["kind"] == "supply-lost" and event["params"]["link_kind"] == "power":
            lost.setdefault(event["subject"], event)
    checked = 0
    for subject, event in lost.items():
        autonomy_s = max(link.autonomy_s for link in demo.links_into(subject, LinkKind("power")))
        back = next(
            (
                e["t_s"]
                for e in main_run.events[event["id"] :]
                if e["kind"] == "supply-back" and e["subject"] == subject
            ),
            float("inf"),
        )
        end = next(
            (e["t_s"] for e in main_run.events[event["id"] :] if e["kind"] == "stopped" and e["subject"] == subject),
            None,
        )
        if autonomy_s == 0 or demo.components[subject].kind not in ("signal", "router", "gateway", "radio-site"):
            continue
        checked += 1
        if event["t_s"] + autonomy_s < back:
            assert end == event["t_s"] + autonomy_s, subject
        else:
            assert end is None or end > back, subject
    assert checked > 3


def test_signals_go_dark_and_police_come_where_they_are_planned(main_run: Run, demo: City) -> None:
    dark = [e for e in main_run.events if e["kind"] == "mode" and e.get("after") == "dark"]
    assert dark
    planned = {s.id for s in demo.of_kind("signal") if s.parameters["police"]}
    police = {e["subject"] for e in main_run.events if e["kind"] == "mode" and e["after"] == "police"} - {
        "traffic-centre-1"
    }
    assert police
    assert police <= planned


def test_tanks_drain_while_pumps_stand_and_pressure_falls(main_run: Run, quiet: Run) -> None:
    """Against the same hours without the fault: less water in the tanks that pumps fill, less pressure at the worst."""

    def reading(run: Run, quantity: str, at_s: float) -> dict[str, float]:
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        table = pq.read_table(run.folder / "readings.parquet", columns=["t_s", "sensor", "value"])
        rows = table.filter(pc.equal(table["t_s"], at_s)).to_pydict()
        pairs = zip(rows["sensor"], rows["value"], strict=True)
        return {sensor: value for sensor, value in pairs if sensor.endswith(quantity)}

    at_s = FAULT_S + 2400.0  # 40 minutes into the outage, before the first detour is closed
    tanks, undisturbed = reading(main_run, "/level_m", at_s), reading(quiet, "/level_m", at_s)
    lower = [tank for tank in tanks if tanks[tank] < undisturbed[tank] - 0.2]  # eight times the sensor's accuracy
    assert len(lower) >= 3
    pressures, usual = reading(main_run, "/pressure_m", at_s), reading(quiet, "/pressure_m", at_s)
    assert sum(pressures[place] < usual[place] - 2.0 for place in pressures) >= 5
    worst = min(value for t, value in main_run.levels["water-pressure-city"] if t > FAULT_S)
    assert worst < min(value for _, value in quiet.levels["water-pressure-city"])


def test_travel_times_rise_while_signals_are_dark(main_run: Run, quiet: Run) -> None:
    def mean(run: Run, begin: float, end: float) -> float:
        inside = [value for t, value in run.levels["travel-time-index"] if begin <= t < end]
        return sum(inside) / len(inside)

    window = (FAULT_S + 900.0, FAULT_S + 3 * 3600.0)
    assert mean(main_run, *window) > mean(quiet, *window)


def test_the_hospital_is_on_its_generator_within_the_limit(main_run: Run) -> None:
    modes = main_run.modes("hospital-1")
    assert modes[0] == (FAULT_S, "battery")
    after, mode = modes[1]
    assert mode == "generator"
    assert after - FAULT_S <= 15.0
    row = next(f for f in main_run.verdict["findings"] if f["id"] == "hospital-generator")
    assert row["value"] == "pass"


def test_every_level_that_fell_leads_back_to_the_fault(main_run: Run) -> None:
    low = [e for e in main_run.events if e["kind"] == "level-low" and e["t_s"] >= FAULT_S]
    assert len(low) > 5
    traced = [e for e in low if any(c["kind"] == "fault" for c in main_run.causes(e))]
    assert len(traced) >= 0.9 * len(low), [e["subject"] for e in low if e not in traced]


def test_nobody_is_cut_off_once_the_substation_is_repaired(main_run: Run) -> None:
    """Crews that were on their way to relieve a detour find that it is not needed any more."""
    repaired = max(e["t_s"] for e in main_run.events if e["kind"] == "clear" and e["subject"].startswith("substation-"))
    late = [e for e in main_run.events if e["code"] == "energy.buses-dead" and e["t_s"] > repaired]
    assert repaired > FAULT_S and late == []


def test_nothing_is_low_before_the_fault(main_run: Run) -> None:
    assert not [e for e in main_run.events if e["kind"] == "level-low" and 0 <= e["t_s"] < FAULT_S]
