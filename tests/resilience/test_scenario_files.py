"""Scenario files: the schema, the examples that ship, and every mistake at its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml

from resilience.scenario.loader import build_scenario, check_scenario, city_reference, executed_text, load_scenario
from resilience.scenario.model import ScenarioFile
from resilience.scenario.scenario import (
    CityReference,
    Evidence,
    Invariant,
    LevelChoice,
    LevelHolds,
    Recovery,
    Repair,
    Threshold,
)
from resilience.scenario.selector import resolve
from simulator.contracts.crews import CrewPolicy, Priority
from simulator.contracts.document import load_document
from simulator.contracts.model import schema_of
from simulator.contracts.problem import BadInput, Problem
from simulator.kernel import Streams
from tests.resilience.town import tiny_city

CITY = tiny_city()
SHIPPED = sorted(Path(str(resources.files("scenarios"))).glob("*.yaml"))

HEAD = """\
schema: stadtwerk/scenario/1
id: by-hand
title: {de: Von Hand, en: By hand}
question: {de: "Hält es?", en: "Does it hold?"}
charter: [3.3/subsystem-continuity]
city: {name: tiny}
run: {start: "2026-01-14T17:00", warmup: 1h, duration: 10h, heal_by: 5h, seeds: [1, 2]}
"""
STEADY = "steady_state: [{level: water-supply-d1, for: 30min}]\n"
TIMELINE = """\
timeline:
  - id: break
    at: 1h
    fault: pump-out
    target: pump-1
    for: 1h30m
    evidence: {signal: target.flow_m3_s, below: 0.5, within: 5min}
"""
SPARE = """\
redundancies:
  - {id: spare, kind: technical, component: hospital-1, primary: mains, standby: generator,
     must_activate: true, within: hospital-changeover, lasts: 24h}
"""
EXPECT = """\
expect:
  - {id: water, type: invariant, levels: {measure: water-supply}, at_least: 0.5, longest: saidi-sustained}
  - {id: back, type: recovery, level: water-supply-d1, within: 1h, after: cleared, fault: break}
"""
WHOLE = HEAD + STEADY + TIMELINE + SPARE + EXPECT


def problems(folder: Path, text: str, city: bool = True) -> list[Problem]:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return check_scenario(load_document(path, "s.yaml"), CITY if city else None)


def line_of(text: str, part: str) -> int:
    return next(i for i, line in enumerate(text.split("\n"), start=1) if part in line)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(ScenarioFile))


def test_every_field_says_what_it_is_or_refers_to_what_does() -> None:
    for item in schema_of(ScenarioFile)["$defs"].values():
        assert "description" in item or "enum" in item


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_are_sound(path: Path) -> None:
    scenario = load_scenario(path)
    assert scenario.id == path.stem
    assert scenario.expectations
    assert scenario.charter


def test_the_main_scenario_ships() -> None:
    assert "substation-winter" in [path.stem for path in SHIPPED]


def test_records(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(WHOLE, encoding="utf-8")
    scenario = load_scenario(tmp_path / "s.yaml", CITY)
    assert scenario.city == CityReference(name="tiny")
    assert scenario.run.start == datetime(2026, 1, 14, 17)
    assert (scenario.run.warmup_s, scenario.run.duration_s, scenario.run.heal_by_s) == (3600.0, 36000.0, 18000.0)
    assert scenario.run.seeds == (1, 2)
    (entry,) = scenario.timeline
    assert (entry.at_s, entry.for_s, entry.targets) == (3600.0, 5400.0, ("pump-1",))
    assert entry.evidence == Evidence("target", "flow_m3_s", 0.5, None, 300.0)
    (spare,) = scenario.redundancies
    assert spare.within is not None
    assert (spare.within.seconds, spare.within.norm) == (15.0, "hospital-changeover")
    water, back = scenario.expectations
    assert isinstance(water, Invariant)
    assert water.limit == Threshold(0.5)
    assert water.longest.seconds == 180.0
    assert [level.id for level in water.levels.of(CITY)] == ["water-supply-d1", "water-supply-d2"]
    assert isinstance(back, Recovery)
    assert (back.after, back.fault, back.limit) == ("cleared", "break", Threshold())
    assert scenario.steady_state[0].id == "steady-1"


def test_other_ways_to_say_it(tmp_path: Path) -> None:
    text = HEAD + (
        "timeline:\n"
        "  - {id: a, at: 0s, fault: burst, target: junction-1, parameters: {area_m2: 1}, repair: {work: 2h}}\n"
        "  - {id: b, at: 0s, fault: pump-out, selector: {kind: pump, random: 2}}\n"
        "expect:\n"
        "  - {id: all, type: level, levels: all, at_least: minimum, share: 1}\n"
        "  - {id: two, type: level, levels: [water-supply-d1, water-supply-d2], at: end}\n"
        "  - {id: some, type: invariant, levels: {domain: energy}}\n"
    )
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    scenario = load_scenario(tmp_path / "s.yaml", CITY)
    assert dict(scenario.timeline[0].parameters) == {"area_m2": 1.0}
    assert scenario.timeline[0].repair == Repair(7200.0)
    assert scenario.crews is None
    everything, two, some = scenario.expectations
    assert isinstance(everything, LevelHolds)
    assert (everything.levels, everything.limit, everything.share) == (LevelChoice(), Threshold(), 1.0)
    assert isinstance(two, LevelHolds)
    assert (two.levels.ids, two.at_s) == (("water-supply-d1", "water-supply-d2"), None)
    assert isinstance(some, Invariant)
    assert [level.id for level in some.levels.of(CITY)] == ["power-supply-d1"]


def test_crews_of_a_scenario(tmp_path: Path) -> None:
    """A repair that leaves all to the town, and an order of jobs; a list alone means the priority list."""
    for said, policy in (
        ("{priority: people}", CrewPolicy(Priority.PEOPLE)),
        ("{list: [pump-2, power-bus-1-pump-1]}", CrewPolicy(Priority.LIST, ("pump-2", "power-bus-1-pump-1"))),
    ):
        text = WHOLE.replace("for: 1h30m", "repair: {}") + f"crews: {said}\n"
        (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
        scenario = load_scenario(tmp_path / "s.yaml", CITY)
        assert scenario.timeline[0].repair == Repair()
        assert scenario.crews == policy


def test_nobody_is_sent_who_cannot_mend_it(tmp_path: Path) -> None:
    depot = replace(CITY.components["depot-1"], parameters={"crews": 0.0, "electric_crews": 1.0, "muster_s": 600.0})
    city = replace(CITY, components={**CITY.components, "depot-1": depot})
    for repair, field in (("{}", "timeline[0].repair"), ("{trade: ict}", "timeline[0].repair.trade")):
        path = tmp_path / "s.yaml"
        path.write_text(WHOLE.replace("for: 1h30m", f"repair: {repair}"), encoding="utf-8")
        (problem,) = check_scenario(load_document(path, "s.yaml"), city)
        assert problem.field == field
        assert "electric" in problem.fix
    path.write_text(WHOLE.replace("for: 1h30m", "repair: {trade: electric}"), encoding="utf-8")
    assert not check_scenario(load_document(path, "s.yaml"), city)


def test_as_executed_reads_back(tmp_path: Path) -> None:
    text = HEAD + (
        "timeline:\n  - {id: b, at: 1h, fault: pump-out, selector: {kind: pump, random: 2}, for: 1h}\n" + EXPECT[:0]
    )
    text += "expect:\n  - {id: all, type: invariant, levels: all}\n"
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    document = load_document(tmp_path / "s.yaml")
    resolved = resolve(build_scenario(document), CITY, Streams(2).stream)
    (tmp_path / "done.yaml").write_text(executed_text(document, resolved, 2, "tiny"), encoding="utf-8")
    again = load_scenario(tmp_path / "done.yaml", CITY)
    assert again.timeline == resolved.timeline
    assert again.run.seeds == (2,)
    assert again.expectations == resolved.expectations


def test_five_mistakes_five_lines(tmp_path: Path) -> None:
    text = (
        WHOLE.replace("target: pump-1", "target: pump-11")
        .replace("at: 1h\n", "at: 11h\n")
        .replace("level: water-supply-d1, for", "level: water-suply-d1, for")
        .replace("standby: generator", "standby: generador")
        .replace("3.3/subsystem-continuity", "3.3/subsystem-continuty")
    )
    found = problems(tmp_path, text)
    lines = [str(problem) for problem in found]
    assert len(lines) == 5
    assert [problem.line for problem in found] == sorted(
        line_of(text, part)
        for part in ("pump-11", "at: 11h", "water-suply", "standby: generador", "subsystem-continuty")
    )
    for part in ("'pump-1'", "'water-supply-d1'", "'generator'", "'3.3/subsystem-continuity'"):
        assert any(part in line and "did you mean" in line for line in lines), part
    assert all(line.startswith(f"s.yaml:{problem.line}: ") for line, problem in zip(lines, found, strict=True))


def test_structure_and_meaning_are_reported_together(tmp_path: Path) -> None:
    """A broken entry does not hide what is wrong with it and with others."""
    text = (
        WHOLE.replace("    fault: pump-out\n", "    fault: pump-oud\n    colour: red\n")
        .replace("warmup: 1h", "warmup: 1x")
        .replace("kind: technical", "kind: magical")
        .replace("fault: break}", "fault: brake}")
    )
    found = problems(tmp_path, text)
    assert [problem.field for problem in found] == [
        "run.warmup",
        "timeline[0].fault",
        "timeline[0].colour",
        "redundancies[0].kind",
        "expect[1].fault",
    ]
    with pytest.raises(BadInput) as caught:
        load_scenario(tmp_path / "s.yaml", CITY, "s.yaml")
    assert caught.value.problems == tuple(found)


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ('"2026-01-14T17:00"', '"14.1.2026"', "run.start", "not a date"),
        ('"2026-01-14T17:00"', '"2026-01-14T17:00+01:00"', "run.start", "time zone"),
        ("seeds: [1, 2]", "seeds: [-1]", "run.seeds[0]", "minimum"),
        ("seeds: [1, 2]", "seeds: [1, 1]", "run.seeds", "names a seed twice"),
        ("heal_by: 5h", "heal_by: 11h", "run.heal_by", "after the end"),
        ("for: 30min", "for: 2h", "steady_state[0].for", "longer than the warm-up"),
        ("for: 1h30m", "for: 6h", "timeline[0].for", "beyond heal_by"),
        ("at: 1h\n", "at: 5h\n", "timeline[0].at", "heal_by"),
        ("for: 1h30m", "for: 1m1h", "timeline[0].for", "a unit twice"),
        ("target: pump-1", "target: hospital-1", "timeline[0].fault", "declares no 'pump-out'"),
        ("target: pump-1", "target: [pump-1, pump-1]", "timeline[0].target[1]", "named twice"),
        ("target: pump-1", "selector: {kind: pumpe}", "timeline[0].selector.kind", "'pump'"),
        ("target: pump-1", "selector: {kind: bus}", "timeline[0].fault", "declares no"),
        ("target: pump-1", "selector: {maker: Alfa}", "timeline[0].selector.maker", "'Alpha'"),
        ("target: pump-1", "selector: {district: d3}", "timeline[0].selector.district", "'d1'"),
        ("target: pump-1", "selector: {kind: pump, random: 9}", "timeline[0].selector.random", "9 of 3"),
        ("target: pump-1", "selector: {domain: energy}", "timeline[0].selector", "finds no component"),
        ("target: pump-1", "selector: {trench: t9}", "timeline[0].selector.trench", "no trench"),
        ("target: pump-1", "selector: {link_kind: dta}", "timeline[0].selector.link_kind", "'data'"),
        ("target: pump-1", "selector: {link_kind: data}", "timeline[0].fault", "data link declares no 'pump-out'"),
        ("target: pump-1", "selector: {link_kind: data, maker: Alpha}", "timeline[0].selector.maker", "means links"),
        ("pump-out\n    target: pump-1", "link-cut\n    selector: {between: [d1, pump-99]}",
         "timeline[0].selector.between[1]", "no component or district"),
        ("pump-out\n    target: pump-1", "link-cut\n    selector: {between: [d1, d2]}",
         "timeline[0].selector", "finds no component or link"),
        ("pump-out\n    target: pump-1", "link-cut\n    selector: {between: [d1, d1]}",
         "timeline[0].selector", "lies inside"),
        ("fault: pump-out\n    target: pump-1", "isolate: {district: d1, kinds: [data]}",
         "timeline[0].isolate", "no data link leaves 'd1'"),
        ("target: pump-1", "isolate: {district: d1}", "timeline[0].isolate", "stands beside `fault`"),
        ("fault: pump-out\n    target: pump-1", "isolate: {district: d9}", "timeline[0].isolate.district", "'d1'"),
        ("    target: pump-1\n", "", "timeline[0]", "neither `target` nor `selector`"),
        ("target: pump-1", "target: pump-1\n    parameters: {power: 3}", "timeline[0].parameters.power", "no par"),
        ("pump-out\n    target: pump-1", "burst\n    target: junction-1", "timeline[0].parameters", "area_m2"),
        ("signal: target.flow_m3_s", "signal: target.working", "timeline[0].evidence", "only that it is"),
        ("signal: target.flow_m3_s", "signal: pump-1.working", "timeline[0].evidence", "only that it is"),
        ("signal: target.flow_m3_s", "signal: target.walking", "timeline[0].evidence.signal", "'working'"),
        ("signal: target.flow_m3_s", "signal: pump-1.pressure_m", "timeline[0].evidence.signal", "at a pump"),
        ("signal: target.flow_m3_s", "signal: pump-99.working", "timeline[0].evidence.signal", "no component"),
        ("    at: 1h\n", "", "timeline[0]", "neither `at` nor `when`"),
        ("    at: 1h\n", "    when: {signal: pump-1.working}\n", "timeline[0].when", "neither `below` nor `above`"),
        ("    at: 1h\n", "    when: {signal: pump-1.workin, below: 1}\n", "timeline[0].when.signal", "'working'"),
        ("    at: 1h\n", "    when: {signal: pmp-1.working, below: 1}\n", "timeline[0].when.signal", "'pump-1'"),
        ("    at: 1h\n", "    when: {signal: pump-1.level_share, below: 1}\n", "timeline[0].when.signal", "at a pump"),
        ("    at: 1h\n", "    when: {signal: pump-1.working, under: 1, above: 0}\n", "timeline[0].when.under", "allow"),
        ("    at: 1h\n", "    at: 6h\n    when: {signal: pump-1.working, below: 1}\n", "timeline[0].at", "heal_by"),
        ("below: 0.5, within", "within", "timeline[0].evidence", "neither `below` nor `above`"),
        ("below: 0.5,", "below: 0.5, above: 0.6,", "timeline[0].evidence.above", "nothing is above"),
        ("within: 5min", "within: 10h", "timeline[0].evidence.within", "ends after the run"),
        ("for: 1h30m", "repair: {work: 1h, depot: depot-2}", "timeline[0].repair.depot", "'depot-1'"),
        ("for: 1h30m", "repair: {trade: pluto}", "timeline[0].repair.trade", "no trade is called"),
        ("schema: stad", "crews: {priority: list}\nschema: stad", "crews.priority", "asks for `list`"),
        ("schema: stad", "crews: {list: [pump-9]}\nschema: stad", "crews.list[0]", "'pump-1'"),
        ("schema: stad", "crews: {priority: people, list: [pump-1]}\nschema: stad", "crews.list", "is not looked at"),
        ("schema: stad", "crews: {}\nschema: stad", "crews", "says nothing"),
        ("for: 1h30m", "for: 1h30m\n    repair: {work: 1h}", "timeline[0].repair", "beside `for`"),
        ("primary: mains", "carries: {at_least: 0.5, level: hospital-2}, primary: mains",
         "redundancies[0].carries.level", "'hospital-1'"),
        ("primary: mains", "carries: {at_most: 0.5}, primary: mains", "redundancies[0].carries.at_most", "is higher"),
        ("primary: mains", "carries: {at_least: wassv-person}, primary: mains",
         "redundancies[0].carries.at_least", "is in l/person/d"),
        ("component: hospital-1", "component: pump-1", "redundancies[0].component", "no modes"),
        ("primary: mains", "primary: none", "redundancies[0].standby", "not a lesser mode"),
        ("within: hospital-changeover", "within: hospital-change", "redundancies[0].within", "'hospital-changeover'"),
        ("within: hospital-changeover", "within: wassv-person", "redundancies[0].within", "not a time"),
        ("at_least: 0.5", "at_least: wassv-persom", "expect[0].at_least", "'wassv-person'"),
        ("at_least: 0.5", "at_least: wassv-person", "expect[0].at_least", "is in l/person/d"),
        ("at_least: 0.5", "at_least: n-1", "expect[0].at_least", "has no number"),
        ("at_least: 0.5", "at_most: 0.5", "expect[0].at_most", "better when it is higher"),
        ("water-supply}, at_least: 0.5", "travel-time-index}, at_most: 12", "expect[0].at_most", "told up to 10 only"),
        ("at_least: 0.5", "at_least: 0.5, at_most: 1", "expect[0].at_most", "has both"),
        ("measure: water-supply", "measure: water-suply", "expect[0].levels.measure", "'water-supply'"),
        ("measure: water-supply", "measure: telemetry", "expect[0].levels", "requires no such level"),
        ("longest: saidi-sustained", "share: 0.5", "expect[0].share", "not a field here"),
        ("type: recovery", "type: recover", "expect[1].type", "not a choice"),
        ("within: 1h, after", "within: 8h, after", "expect[1].within", "the run after 10 h"),
        ("after: cleared, fault: break", "after: heal, fault: break", "expect[1].fault", "means nothing"),
        ("id: back", "id: water", "expect[1].id", "used twice"),
        ("schema: stadtwerk/scenario/1", "schema: stadtwerk/scenario/7", "schema", "understands versions up to 1"),
    ],
)  # fmt: skip
def test_each_mistake_at_its_place(tmp_path: Path, old: str, new: str, field: str, said: str) -> None:
    assert WHOLE.count(old) >= 1
    text = WHOLE.replace(old, new, 1)
    found = problems(tmp_path, text)
    assert [problem.field for problem in found] == [field], "\n".join(map(str, found))
    assert said in str(found[0])
    key = next(
        (part for part in reversed(field.replace("]", "").replace("[", ".").split(".")) if not part.isdigit()), ""
    )
    lines = text.split("\n")
    if f"{key}:" in lines[found[0].line - 1]:
        return
    assert field.endswith("]") or "neither" in said or "area_m2" in said, (found[0].line, lines[found[0].line - 1])


def test_a_fault_at_the_end_of_the_run_shows_nothing(tmp_path: Path) -> None:
    text = WHOLE.replace(", heal_by: 5h", "").replace("    at: 1h\n", "    at: 10h\n")
    (found,) = problems(tmp_path, text)
    assert (found.field, "at or after the end" in found.what) == ("timeline[0].at", True)


def test_one_mistake_one_line_and_two_mistakes_two(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, WHOLE.replace("warmup: 1h", "warmup: 1x"))
    assert "is not a duration" in found.what
    text = WHOLE.replace("    target: pump-1\n", "").replace("    at: 1h\n", "")
    assert [(p.field, p.what) for p in problems(tmp_path, text)] == [
        ("timeline[0]", "has neither `at` nor `when`"),
        ("timeline[0]", "has neither `target` nor `selector`"),
    ]
    burst = TIMELINE.replace("pump-out\n    target: pump-1", "burst\n    target: junction-1")
    (found,) = problems(tmp_path, HEAD + burst + "    parameters: {area_m2: [1]}\n" + EXPECT)
    assert found.field == "timeline[0].parameters.area_m2"


def test_the_same_thing_twice_at_once(tmp_path: Path) -> None:
    twice = TIMELINE + "  - {id: more, at: 2h, fault: pump-out, target: [pump-2, pump-1], for: 1h}\n"
    (found,) = problems(tmp_path, HEAD + twice + EXPECT)
    assert (found.field, found.line) == ("timeline[1].target[1]", line_of(HEAD + twice, "id: more"))
    after = TIMELINE + "  - {id: more, at: 2h30m, fault: pump-out, target: [pump-2, pump-1], for: 1h}\n"
    assert problems(tmp_path, HEAD + after + EXPECT) == []


def test_missing_parts_and_nonsense_never_crash(tmp_path: Path) -> None:
    data = yaml.safe_load(WHOLE)
    for key in data:
        for value in (None, 7, "text", [], {}, [7], ["x"], {"a": 1}):
            broken = yaml.safe_dump(data | {key: value}, sort_keys=False)
            if key != "charter" or value not in ([],):
                problems(tmp_path, broken)
        missing = yaml.safe_dump({k: v for k, v in data.items() if k != key}, sort_keys=False)
        needed = key in schema_of(ScenarioFile)["required"]
        assert bool(problems(tmp_path, missing)) is needed, key
    for text in ("", "7", "[]", "a: b"):
        assert problems(tmp_path, text)


def test_without_a_city_only_the_file_is_checked(tmp_path: Path) -> None:
    text = WHOLE.replace("pump-1", "pump-of-another-city").replace("hospital-1", "clinic-9")
    assert problems(tmp_path, text, city=False) == []
    assert len(problems(tmp_path, text)) == 2
    (tmp_path / "s.yaml").write_text("city: {path: ../there}\ntimeline: 7\n", encoding="utf-8")
    assert city_reference(load_document(tmp_path / "s.yaml")) == CityReference(path="../there")
    (tmp_path / "s.yaml").write_text("7", encoding="utf-8")
    assert city_reference(load_document(tmp_path / "s.yaml")) is None


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("at_least: 0.5", "at_least: 80%", "expect[0].at_least", "write 0.8"),
        ("at_least: 0.5", 'at_least: "0.5"', "expect[0].at_least", "write 0.5 without quotes"),
        ("at_least: 0.5", 'at_least: "0,5"', "expect[0].at_least", "'0,5' has a decimal comma; write 0.5"),
        ("at_least: 0.5", "at_least: 80", "expect[0].at_least", "is a share of 0 to 1; write 0.8"),
        ("at_least: 0.5", "at_least: 0,5", "expect[0].5", "write a number with a decimal point"),
        ("title: {de: Von Hand, en: By hand}", "title: {en: By hand, or not?}", "title.or not?", "a comma in quotes"),
        ("city: {name: tiny}", "city: demo", "city", "write city: {name: demo}"),
        ("city: {name: tiny}", "city: ../there", "city", "write city: {path: ../there}"),
        ("city: {name: tiny}", "city: {name: tiny, path: there}", "city.path", "has both `name` and `path`"),
        ("warmup: 1h", "warmup: 3600", "run.warmup", "3600 has no unit; write a duration such as '15 s'"),
        ("warmup: 1h", "warmup: ~", "run.warmup", "is empty; write a duration such as"),
        ("seeds: [1, 2]", "seeds: [1, true]", "run.seeds[1]", "True is not a whole number"),
        ("below: 0.5", 'below: "0.5"', "timeline[0].evidence.below", "'0.5' is not a number"),
        ("must_activate: true", "must_activate: yes", "redundancies[0].must_activate", "'yes' is not true or false"),
        ("title: {de: Von Hand, en: By hand}", "title: By hand", "title", "write {en: 'By hand'}"),
        ("question: {de", "question: {fr: Quoi, de", "question.fr", "is not a language here"),
        ("charter: [", "charter: [~, ", "charter[0]", "is empty"),
        ("schema: stadtwerk/scenario/1", "schema: stadtwerk/scenario/0", "schema", "write schema: stadtwerk/scenario"),
        ("schema: stadtwerk/scenario/1", "schema: 1", "schema", "write schema: stadtwerk/scenario/1"),
    ],
)  # fmt: skip
def test_what_was_meant_is_said(tmp_path: Path, old: str, new: str, field: str, said: str) -> None:
    assert WHOLE.count(old) == 1
    text = WHOLE.replace(old, new)
    found = problems(tmp_path, text)
    assert [problem.field for problem in found] == [field], "\n".join(map(str, found))
    assert said in str(found[0])
    assert found[0].line == line_of(text, new)


def test_a_bracket_that_is_not_closed_is_told_at_its_own_line(tmp_path: Path) -> None:
    for old, new in (("{name: tiny}", "{name: tiny"), ("[3.3/subsystem-continuity]", "[3.3/subsystem-continuity")):
        text = WHOLE.replace(old, new)
        with pytest.raises(BadInput) as caught:
            problems(tmp_path, text)
        (found,) = caught.value.problems
        assert found.line == line_of(text, new)
        assert "closes the" in found.what


def test_of_a_later_version_nothing_else_is_told(tmp_path: Path) -> None:
    """It may mean other things by the same words, and hold fields that are not known here."""
    text = WHOLE.replace("scenario/1", "scenario/2").replace("warmup: 1h", "warm_up: 1h").replace("pump-1", "pump-9")
    (found,) = problems(tmp_path, text)
    assert (found.field, found.line) == ("schema", 1)
    assert "is version 2" in found.what
    assert "stadtwerk/scenario/1" in found.what


def test_one_language_is_enough(tmp_path: Path) -> None:
    text = WHOLE.replace("{de: Von Hand, en: By hand}", "{de: Von Hand}")
    (tmp_path / "s.yaml").write_text(text.replace('de: "Hält es?", ', ""), encoding="utf-8")
    scenario = load_scenario(tmp_path / "s.yaml", CITY)
    assert (scenario.title.of("en"), scenario.question.of("de")) == ("Von Hand", "Does it hold?")


def test_broken_structure_hides_neither_unknown_names_nor_times_that_do_not_fit(tmp_path: Path) -> None:
    """One go: types, fields, names of the city, and what several parts of the file say together."""
    text = (
        WHOLE.replace("title: {de: Von Hand, en: By hand}", "title: 7")
        .replace("level: water-supply-d1, for: 30min", "level: water-suply-d1, for: 2h")
        .replace("target: pump-1", "target: pump-11\n    colour: red")
        .replace("at: 1h\n", "at: 11h\n")
        .replace("kind: technical, component: hospital-1", "kind: magical, component: hospital-2")
        .replace("within: 1h, after: cleared, fault: break", "within: 1x, after: cleared, fault: brake")
    )
    assert [problem.field for problem in problems(tmp_path, text)] == [
        "title",
        "steady_state[0].for",
        "steady_state[0].level",
        "timeline[0].at",
        "timeline[0].target",
        "timeline[0].colour",
        "redundancies[0].component",
        "redundancies[0].kind",
        "expect[1].fault",
        "expect[1].within",
    ]


def test_a_limit_of_ones_own_for_the_people_below_it(tmp_path: Path) -> None:
    text = WHOLE.replace("seeds: [1, 2]", "seeds: [1, 2], below: {pressure_m: 15}")
    assert problems(tmp_path, text) == []
    assert dict(load_scenario(tmp_path / "s.yaml").run.below) == {"pressure_m": 15.0}
    (problem,) = problems(tmp_path, text.replace("pressure_m", "presure_m"))
    assert "presure_m" in problem.what and "pressure_m" in problem.fix
    (problem,) = problems(tmp_path, text.replace("15", "-1"))
    assert problem.line == line_of(text, "below")


OUT = "not_asked:\n  - {levels: {measure: water-supply}, reason: {en: so}}\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_least: 0.5", "at_least: 0.5", ""),  # 0.9 are required: weaker, so it is not asked for
        ("at_least: 0.5", "at_least: 0.9", "level 'water-supply-d1' is asked for by 'water'"),
        ("at_least: 0.5", "at_least: minimum", "level 'water-supply-d1' is asked for by 'water'"),
        ("at_least: 0.5", "at_least: 0.9, until: 9h", ""),
        ("at_least: 0.5", "at_least: 0.9, from: 1s", ""),
        ("at_least: 0.5", "at_least: 0.9, from: 0s, until: 10h", "level 'water-supply-d1' is asked for by 'water'"),
        ("longest: saidi-sustained", "longest: 10h", ""),
    ],
)
def test_what_is_asked_for_throughout_cannot_be_opted_out(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Less than that can: beside the return, a weaker limit or a part of the run the rest is left out by name."""
    found = problems(tmp_path, WHOLE.replace(old, new) + OUT)
    assert [problem.field for problem in found] == (["not_asked[0]"] * 2 if said else [])  # one for each district
    assert not said or said in str(found[0])
    assert not said or "judge it or leave it out, not both" in str(found[0])


def test_a_level_is_opted_out_once(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, WHOLE + OUT + "  - {level: water-supply-d1, reason: {en: again}}\n")
    assert (found.field, found.line) == ("not_asked[1]", (WHOLE + OUT).count("\n") + 1)
    assert "opted out already" in str(found)


def test_a_fallback_that_no_level_shows_is_refused_with_the_fix(tmp_path: Path) -> None:
    """Nobody could say whether it carried. Once it names a level, it is judged by that."""
    spare = "component: rescue-dispatch-1, primary: trunked, standby: isolated-cell"
    text = WHOLE.replace("component: hospital-1, primary: mains, standby: generator", spare)
    (found,) = problems(tmp_path, text)
    assert (found.field, found.line) == ("redundancies[0].carries", line_of(text, "id: spare"))
    assert "no service level shows what 'rescue-dispatch-1' carries" in str(found)
    assert "name one: carries: {level: litres-d1}" in str(found)
    assert problems(tmp_path, text.replace("must_activate", "carries: {level: litres-d1}, must_activate")) == []
