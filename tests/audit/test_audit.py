"""The audit of a small whole town: healthy it finds nothing, and of what is planted it finds all and nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from resilience.judge.verdict import Value
from resilience.scenario.scenario import CityReference
from resilience.study.audit import Audit, AuditSettings, Scope
from resilience.study.audit.cases import Group, reached_case, scenario_of
from resilience.study.audit.outcome import Method, observe
from resilience.study.audit.page import COLUMNS, by_graph, csv_text, json_text, render
from resilience.study.audit.words import answer
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import Said
from stadtwerk.__main__ import main
from stadtwerk.studies.audit import live_of, run_audit
from stadtwerk.studies.audit_kept import KEPT, Kept
from tests.audit.towns import whole_town

SETTINGS = AuditSettings(
    datetime(2026, 1, 14, 8, 0), warmup_s=1800.0, at_s=1800.0, for_s=3 * 3600.0, until_s=4 * 3600.0
)
PLANTED = (
    "power-bus-3-pump-U",  # the pump station is left with one feeder
    "data-server-a-router-2",
    "data-server-b-router-2",  # the other router leads to no server: the first has no standby
    "road-road-node-n00-emergency-well-1",  # nobody gets to this well
    "road-road-node-n11-reservoir-R",  # the only source is left with one way in
)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return run_audit(whole_town(tmp_path_factory.mktemp("healthy")), SETTINGS, Scope())


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return run_audit(whole_town(tmp_path_factory.mktemp("planted"), PLANTED), SETTINGS, Scope())


def failing(audit: Audit, *groups: Group) -> set[str]:
    return {outcome.case.subject for outcome in audit.of(*groups) if outcome.value is Value.FAIL}


def test_a_healthy_town_stands_everything(healthy: Audit) -> None:
    assert healthy.bench.unsteady == frozenset()
    assert failing(healthy, *Group) == set()
    assert healthy.value is Value.PASS


def test_a_service_that_cannot_be_judged_leaves_the_audit_open(healthy: Audit) -> None:
    """All cases held, but of one service nothing is known: that is no pass."""
    open_ = replace(healthy, bench=replace(healthy.bench, unsteady=frozenset({next(iter(healthy.city.levels))})))
    assert open_.value is Value.INCONCLUSIVE
    assert answer(open_) == Said(
        {
            "de": "Offen: Nichts fiel unter das Mindestniveau. Ein Dienst ist nicht zu beurteilen.",
            "en": "Open: nothing fell below the required level. One service cannot be judged.",
        }
    )


def test_every_link_of_the_model_is_in_it_once(healthy: Audit) -> None:
    audited = Counter(outcome.case.subject for outcome in healthy.of(Group.LINK))
    assert audited == Counter(list(healthy.city.links))
    kinds = [outcome.case.kind for outcome in healthy.of(Group.LINK)]
    assert list(dict.fromkeys(kinds)) == ["power", "data", "control", "water", "road"]


def test_every_core_component_and_lifeline_is_in_it(healthy: Audit) -> None:
    core = {c.id for c in healthy.city.of_kind("server", "router", "switch", "network-control")}
    assert {outcome.case.subject for outcome in healthy.of(Group.COMPONENT)} == core
    with_fallback = {
        c.id for c in healthy.city.components.values() if c.domain == "lifeline" and registry().types[c.kind].modes
    }
    assert {outcome.case.subject for outcome in healthy.of(Group.LIFELINE)} == with_fallback
    for outcome in healthy.of(Group.LIFELINE):
        broken = {one.target for one in outcome.case.breaks}
        own = [ln.id for ln in healthy.city.links.values() if outcome.case.subject in (ln.source, ln.target)]
        digital = {name for name in own if healthy.city.links[name].kind in (LinkKind("data"), LinkKind("control"))}
        assert digital | {"router-1", "router-2", "server-a", "server-b", "radio-site-1"} <= broken


def test_what_is_planted_is_found_and_nothing_else(planted: Audit) -> None:
    assert failing(planted, Group.LINK) == {"power-bus-1-pump-U"}
    assert failing(planted, Group.COMPONENT) == {"router-1"}
    assert failing(planted, Group.LIFELINE) == set()
    read = {o.case.subject for o in planted.of(Group.ACCESS) if o.method is Method.GRAPH}
    assert read == {"emergency-well-1"}
    assert planted.value is Value.FAIL


def test_a_way_in_matters_where_only_an_open_road_lets_the_town_hold(planted: Audit) -> None:
    """A crew that gets to the broken source is there before the tank is empty; one that has to wait is not."""
    cut = {o.case.subject: o for o in planted.of(Group.ACCESS) if o.method is Method.SIMULATED}
    assert {name for name, o in cut.items() if o.value is Value.FAIL} == {"reservoir-R"}
    assert cut["reservoir-R"].reason.en == "broken, a crew is called; with the road open the town holds"
    assert cut["reservoir-R"].failing[0].level == "water-supply-city"
    assert cut["bus-1"].reason.en.endswith("too much before anybody could have fixed anything")


def test_too_much_before_anybody_could_mend_it_is_too_much_with_the_road_open(planted: Audit) -> None:
    """What the audit takes as given is run here."""
    soon = [o.case for o in planted.of(Group.ACCESS) if o.reason.en.endswith("could have fixed anything")]
    assert len(soon) > 3
    live = live_of(planted.city, SETTINGS.seed)
    scenarios = [scenario_of(reached_case(case), SETTINGS, CityReference("town")) for case in soon]
    for place, seen in live(scenarios, lambda s, h, i: observe(s, h, i, planted.city, SETTINGS)):
        assert planted.bench.outcome(reached_case(soon[place]), seen).value is Value.FAIL, soon[place].id


def test_graph_and_simulation_find_the_planted_points_each_by_itself(planted: Audit) -> None:
    found = {o.case.subject: o for o in planted.of(Group.LINK, Group.COMPONENT)}
    feeder, router = found["power-bus-1-pump-U"], found["router-1"]
    assert by_graph(feeder) and feeder.single_point and not feeder.why.en
    assert ("pump-U", "power") in {(v.component, v.kind) for v in feeder.victims}
    assert by_graph(router) and router.single_point
    assert {"gateway-1", "gateway-2", "pump-U"} <= {v.component for v in router.victims if v.kind == "data"}
    assert feeder.worst is not None and feeder.worst.level == "water-supply-city"
    assert planted.bench.domain(feeder.worst.level) == "water"  # a control room's own level is nobody's supply
    assert feeder.worst.worst == 0.0 and 0 < feeder.worst.low_s < SETTINGS.for_s  # the tank lasts a while
    assert feeder.person_hours == pytest.approx(2000 * feeder.worst.low_s / 3600)  # 2,000 people live there


def test_where_the_two_differ_it_says_why(healthy: Audit) -> None:
    for outcome in healthy.of(Group.LINK, Group.COMPONENT):
        assert bool(outcome.why.en) == (by_graph(outcome) and outcome.value is Value.PASS), outcome.case.id
    why = {o.case.subject: o.why.en for o in healthy.outcomes}
    assert "waterworks-1 (central → local)" in why["control-waterworks-1-pump-U"]
    assert "a store bridges it: hospital-1 (water, 4 h)" in why["water-junction-A-hospital-1"]


def test_a_cut_is_not_run_only_where_it_is_proved_to_be_nothing(healthy: Audit) -> None:
    unasked = {o.case.subject for o in healthy.outcomes if o.method is Method.UNASKED}
    assert 20 < len(unasked) < len(healthy.city.links)
    assert {healthy.city.links[name].kind for name in unasked} == {LinkKind("road")}


def test_tables_hold_every_case(planted: Audit) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(planted))))
    assert list(rows[0]) == list(COLUMNS) and len(rows) == len(planted.outcomes)
    data = json.loads(json_text(planted))
    assert data["exit_code"] == 1 and [c["case"] for c in data["cases"]] == [r["case"] for r in rows]
    (feeder,) = [c for c in data["cases"] if c["subject"] == "power-bus-1-pump-U" and c["group"] == "link"]
    assert feeder["worst_sub_system"] == "water" and feeder["depth"] == 0.0
    assert feeder["owner"] == "owner of power" and 0 < feeder["longest_s"] < SETTINGS.for_s  # the tank lasts a while


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_page_names_the_planted_weaknesses(planted: Audit, lang: str) -> None:
    from tests.report.page_reader import read_page

    page = render(planted, lang)
    tree = read_page(page)
    assert tree.one(id="verdict").attributes["data-verdict"] == "fail"
    assert "power-bus-1-pump-U" in tree.one(id="failing-link").text
    assert "router-1" in tree.one(id="failing-component").text
    assert "emergency-well-1" in tree.one(id="failing-access").text
    assert "owner of power" in tree.one(id="owner-table").text
    assert page == render(planted, lang)


def test_what_a_limit_leaves_out_is_open_and_any_number_of_jobs_finds_the_same(tmp_path: Path) -> None:
    city, scope = whole_town(tmp_path), Scope((LinkKind("power"),), limit=3)
    found = run_audit(city, SETTINGS, scope, jobs=1)
    for other in (run_audit(city, SETTINGS, scope, jobs=2), run_audit(city, SETTINGS, scope, fork=False)):
        assert json_text(other) == json_text(found)
    run = [o for o in found.outcomes if o.method is Method.SIMULATED]
    assert len(run) == 3 and found.value is Value.INCONCLUSIVE
    assert all(o.method is Method.NOT_RUN for o in found.outcomes if o not in run)


def test_what_was_done_before_an_interruption_is_kept_and_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same bytes come out; a line that was being written is done again, and so is all of another state."""
    (tmp_path / "town").mkdir()
    city, scope, out, lived = whole_town(tmp_path / "town"), Scope((LinkKind("power"),)), tmp_path / "out", list[str]()
    monkeypatch.setattr("stadtwerk.studies.audit.load_named_city", lambda name: city)
    stop_at = 5

    def counted(self: Kept, seen: Any) -> None:
        if len(lived) == stop_at:
            raise KeyboardInterrupt
        lived.append(seen.case)
        add(self, seen)

    add = Kept.add
    monkeypatch.setattr(Kept, "add", counted)
    options = ["audit", "town", "--out", str(out), "--kinds", "power", "--start", "2026-01-14T08:00", "--jobs", "1"]
    times = ["--warmup", "30min", "--at", "30min", "--for", "3h", "--until", "4h"]
    assert main([*options, *times]) == 130
    said = capsys.readouterr().err
    assert "what was finished is kept, and the same command goes on" in said and "each at most about" in said
    kept = out / KEPT
    with kept.open("a", encoding="utf-8") as file:
        file.write('{"case": "link/')
    before, stop_at = list(lived), -1
    assert len(before) == 5
    lived.clear()
    main([*options, *times])
    assert not set(before) & set(lived) and len(lived) > 3
    assert "5 runs were done already" in capsys.readouterr().err
    assert not kept.exists()
    whole = run_audit(city, SETTINGS, scope, jobs=2)
    assert (out / "audit.json").read_text(encoding="utf-8") == json_text(whole)
    Kept(out, city, SETTINGS, scope)
    assert Kept(out, city, replace(SETTINGS, longest_s=1.0), scope).found_done == 0


def test_all_of_one_maker_at_once(tmp_path: Path) -> None:
    """Both routers are of one make; the one server of another maker has its standby from somebody else."""
    from tests.report.page_reader import read_page

    made = {"router-1": "Alpha", "router-2": "Alpha", "server-a": "Beta"}
    city = whole_town(tmp_path)
    parts = {name: replace(part, maker=made.get(name, "")) for name, part in city.components.items()}
    found = run_audit(replace(city, components=MappingProxyType(parts)), SETTINGS, Scope((), makers=True))
    by_maker = {o.case.subject: o for o in found.of(Group.MAKER)}
    assert {maker: o.value for maker, o in by_maker.items()} == {"Alpha": Value.FAIL, "Beta": Value.PASS}
    assert {one.target for one in by_maker["Alpha"].case.breaks} == {"router-1", "router-2"}
    assert "telemetry-city" in {loss.level for loss in by_maker["Alpha"].failing}
    table = read_page(render(found)).one(id="maker-table").text
    assert "Alpha" in table and "67%" in table and "router 100%" in table and "telemetry (whole town)" in table
