"""Disruption files as InfraRisk has them, and mains that are closed off before they are mended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from resilience.inject.injector import build_injector
from resilience.scenario.disruption import as_scenario, read_disruption, read_valves
from resilience.scenario.loader import build_scenario, executed_text, load_question, read_scenario
from resilience.scenario.scenario import Isolation, TimelineEntry, Trigger
from resilience.scenario.selector import resolve
from simulator.contracts.city import City
from simulator.contracts.document import load_document, parse_document
from simulator.contracts.problem import BadInput
from simulator.kernel import Streams
from tests.resilience.test_injector import Bench
from tests.resilience.test_scenario_files import EXPECT, HEAD
from tests.resilience.town import HOUR, component, scenario, tiny_city

ROWS = "time_stamp,components,fail_perc\n3600,P_L1,50\n3600,road-1,100\n4000,W_9,25\n4000,road-2,40\n"


def city() -> City:
    town = tiny_city()
    more = [
        component("line-7", "line", title="P_L1"),
        component("road-1", "road"),
        component("road-2", "road"),
        component("pipe-W_9", "pipe", network_id="W_9"),
    ]
    return replace(town, components={**town.components, **{one.id: one for one in more}})


def asked(folder: Path, rows: str, entry: str = "repair: {}") -> tuple[Path, list[str]]:
    (folder / "damage.csv").write_text(rows, encoding="utf-8")
    path = folder / "s.yaml"
    text = HEAD + f"timeline:\n  - {{id: quake, disruption: damage.csv, {entry}}}\n" + EXPECT.split("  - {id: back")[0]
    path.write_text(text, encoding="utf-8")
    return path, [str(problem) for problem in read_scenario(load_document(path), city())[1]]


def test_what_damage_of_a_share_is_hangs_on_what_is_damaged(tmp_path: Path) -> None:
    """A line is out, whatever its share; a road loses that share of its capacity; a main has a hole of that share."""
    path, problems = asked(tmp_path, ROWS)
    assert problems == []
    document = load_document(path)
    resolved = resolve(build_scenario(document), city(), Streams(1).stream)
    cases = {case.target: (case.fault, case.at_s, dict(case.parameters)) for case in resolved.timeline[0].acts}
    assert cases == {
        "line-7": ("line-trip", 3600.0, {}),
        "road-1": ("road-closed", 3600.0, {}),
        "pipe-W_9": ("burst", 4000.0, {"area_share": 0.25}),
        "road-2": ("road-narrowed", 4000.0, {"capacity_share": 0.6}),
    }


def test_what_was_executed_needs_no_file_beside_it(tmp_path: Path) -> None:
    path, _ = asked(tmp_path, ROWS.replace("3600,P_L1", "3600,P_L1,50\n3600,gone"))
    document = load_document(path)
    resolved = resolve(build_scenario(document), city(), Streams(1).stream)
    text = executed_text(document, resolved, 1)
    (entry,) = yaml.safe_load(text)["timeline"]
    assert "disruption" not in entry and len(entry["cases"]) == 4 and entry["left_out"] == ["gone"]
    again, problems = read_scenario(parse_document(text, "run/scenario.yaml"), city())
    assert not problems and again is not None
    assert resolve(again, city(), Streams(9).stream).timeline[0].acts == resolved.timeline[0].acts


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS.replace("time_stamp", "when"), "line 1: the header lacks time"),
        (ROWS.replace("3600,P_L1,50", "soon,P_L1,50"), "line 2: 'soon' is not a number of 0 or more"),
        (ROWS.replace("W_9,25", "W_9,125"), "line 4: '125' is not a number"),
        (ROWS.replace("W_9", "hospital-1") + "5000,hospital-1,5\n", "line 6: 'hospital-1' is named twice"),
        (ROWS.replace("3600,road-1", "40000,road-1"), "line 3: lies at or after the end"),
        ("time,component,fail_perc\n60,W_8,5\n60,W_7,5\n60,W_9,5\n", "line 2: no component is called 'W_8'"),
        ("time,component,fail_perc\n60,sensor,5\n", "no component is called 'sensor'"),
        ("time,component,fail_perc\n", "names no component"),
        ("", "the header lacks"),
    ],
)
def test_a_wrong_row_is_told_with_its_file_and_line(rows: str, said: str, tmp_path: Path) -> None:
    problems = asked(tmp_path, rows)[1]
    assert any("timeline[0].disruption: damage.csv" in one and said in one for one in problems), problems


def test_a_name_that_two_things_bear_is_refused(tmp_path: Path) -> None:
    town = city()
    twin = component("junction-W_9", "junction", network_id="W_9")
    path, _ = asked(tmp_path, ROWS)
    problems = read_scenario(load_document(path), replace(town, components={**town.components, twin.id: twin}))[1]
    assert ["'W_9' may be pipe-W_9 or junction-W_9" in str(one) for one in problems] == [True]


def test_a_file_stands_alone_in_its_entry(tmp_path: Path) -> None:
    assert "stands beside `fault`" in "".join(asked(tmp_path, ROWS, "fault: line-trip, target: line-7")[1])


def test_semicolons_and_windows_letters_are_read(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes("Time;Component;fail_perc\r\n60;Straße 1;50\r\n".encode("latin-1"))
    (hit,) = read_disruption(path).hits
    assert (hit.line, hit.at_s, hit.name, hit.share) == (2, 60.0, "Straße 1", 0.5)


def test_a_file_alone_is_a_question_to_a_town(tmp_path: Path) -> None:
    path = tmp_path / "Beben 1.csv"
    path.write_text(ROWS, encoding="utf-8")
    assert as_scenario(path)["id"] == "beben-1"
    found, problems = read_scenario(load_question(path), city())
    assert not problems and found is not None
    assert found.run.duration_s == 4000 + 86400 and found.timeline[0].repair is not None


# --- closing off


def closing(how: Isolation, **measured: float) -> Bench:
    town = city()
    entry = TimelineEntry("hole", 60.0, "burst", ("pipe-W_9",), for_s=3600.0, isolation=how)
    bench = Bench(scenario())
    bench.value = measured.get("value", 0.0)
    around = {None: ("pipe-W_9", "junction-1", "hospital-1"), frozenset({("a", "b")}): ("pipe-W_9",)}
    bench.injector = build_injector(
        scenario(timeline=[entry]), town, bench.door, bench.clock, bench.measure, bench.repair, bench.log,
        segment=lambda broken, valves: around[valves],
    )  # fmt: skip
    return bench


def done(bench: Bench) -> list[tuple[float, str, str]]:
    bench.clock.run_until(3 * HOUR)
    return [(at / 1000, what, target) for at, what, target, _ in bench.door.calls]


BROKEN, MENDED = (60.0, "apply", "pipe-W_9"), (3660.0, "clear", "pipe-W_9")


def test_a_main_is_closed_after_a_delay_and_opened_when_it_is_mended() -> None:
    shut = (660.0, "apply", "pipe-W_9")
    assert done(closing(Isolation(600.0))) == [BROKEN, shut, MENDED, MENDED]
    assert done(closing(Isolation(7200.0))) == [BROKEN, MENDED]


def test_valves_around_close_what_lies_between_them_and_can_be_closed() -> None:
    """A hospital between the valves is not closed itself: no valve of the network is in it."""
    calls = done(closing(Isolation(600.0, around=True)))
    assert [call for call in calls if call[1] == "apply"][1:] == [
        (660.0, "apply", "pipe-W_9"),
        (660.0, "apply", "junction-1"),
    ]
    assert len([call for call in calls if call[1] == "clear"]) == 3
    assert len(done(closing(Isolation(0.0, around=True, valves=(("a", "b"),))))) == 4


def test_somebody_has_to_see_it_first() -> None:
    seen = Trigger("junction-1", "working", 0.5, None)
    assert done(closing(Isolation(300.0, seen), value=0.0))[1] == (360.0, "apply", "pipe-W_9")
    assert done(closing(Isolation(300.0, seen), value=1.0)) == [BROKEN, MENDED]
    unseen = closing(Isolation(0.0, Trigger("junction-1", "pressure_m", 9.0, None)))
    assert done(unseen) == [BROKEN, MENDED]
    assert any(event.code == "inject.never-seen" for event in unseen.log.events)


def test_isolation_is_refused_where_it_means_nothing(tmp_path: Path) -> None:
    def said(entry: str) -> str:
        path = tmp_path / "s.yaml"
        (tmp_path / "v.csv").write_text("link,node\nW_9,nowhere\n", encoding="utf-8")
        path.write_text(HEAD + f"timeline:\n  - {{id: x, at: 1h, {entry}}}\n" + EXPECT.split("  - {id: back")[0])
        return "".join(str(problem) for problem in read_scenario(load_document(path), city())[1])

    main = "fault: burst, target: pipe-W_9, parameters: {area_share: 0.1}"
    assert said(main + ", isolation: {after: 1h}") == ""
    assert "not ended by closing valves" in said("fault: pump-out, target: pump-1, isolation: {after: 1h}")
    assert "are not looked at with close: main" in said(main + ", isolation: {valves: [[W_9, junction-1]]}")
    assert "v.csv, line 2: no component is called 'nowhere'" in said(
        main + ", isolation: {close: valves, valves: v.csv}"
    )
    assert "no sensor reads 'working'" in said(main + ", isolation: {seen: {signal: junction-1.working, below: 1}}")
    assert "at 'pipe-W_9'" in said(main + ", isolation: {seen: {signal: target.flow_m3_s, below: 1}}")
    assert "has both `area_m2` and `area_share`" in said(main.replace("{", "{area_m2: 1, "))
    assert "needs one of the parameters area_m2 or area_share" in said("fault: burst, target: pipe-W_9")


def test_a_valve_layer_is_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "valves.csv"
    path.write_text(",link,node\n0,p1,A\n1,p2,B\n", encoding="utf-8")
    assert read_valves(path) == ((2, "p1", "A"), (3, "p2", "B"))
    path.write_text("link\np1\n", encoding="utf-8")
    with pytest.raises(BadInput, match="lacks node"):
        read_valves(path)
