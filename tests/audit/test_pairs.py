"""Two at once: what the pruning leaves out comes out as it says, on random towns in which every pair is run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest

from resilience.judge.verdict import Value
from resilience.scenario.scenario import CityReference
from resilience.study.audit import AuditSettings, Scope
from resilience.study.audit.audit import Single, audit, pair_of, pairs, single, spared
from resilience.study.audit.cases import BASELINE, Case, Group, component_cases, link_cases, scenario_of
from resilience.study.audit.graph import DependencyGraph
from resilience.study.audit.outcome import Bench, Observation, observe
from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.level import ServiceLevel
from stadtwerk.runs.branching import run_cases
from stadtwerk.studies.audit import live_of
from tests.support.towns import component, link, town

SETTINGS = AuditSettings(datetime(2026, 1, 14, 9, 0), 600.0, 600.0, 3600.0, 6000.0, longest_s=60.0)
TOWNS = (1, 3)


def random_town(seed: int) -> City:
    """Servers, routers and what hangs on them, with feeds, batteries and ways through the network drawn by lot."""
    draw = np.random.default_rng(seed)
    routers = [f"router-{i}" for i in range(int(draw.integers(2, 4)))]
    things = ["hospital-1", "waterworks-1", "pump-1", "town-hall-1"]
    parts = [component(name, "router") for name in routers]
    parts += [component(f"server-{i}", "server", cluster="data", rank=float(i)) for i in (1, 2)]
    parts += [component(f"bus-{i}", "bus") for i in (1, 2)]
    parts += [component("portal", "service", cluster="data"), component("pump-1", "pump")]
    parts += [component("hospital-1", "hospital", beds=10.0), component("waterworks-1", "waterworks")]
    parts += [
        component("town-hall-1", "town-hall"),
        component("well-1", "emergency-well"),
        component("depot-1", "depot"),
    ]
    parts += [component("node-1", "road-node")]
    links = [link("control", "waterworks-1", "pump-1"), link("control", "portal", "town-hall-1")]
    links += [link("road", "node-1", name) for name in ("pump-1", "well-1")]
    for name in [*things, *routers]:
        for bus in draw.permutation(2)[: int(draw.integers(1, 3))]:
            links.append(link("power", f"bus-{bus + 1}", name, autonomy_s=float(draw.choice([0.0, 7200.0]))))
    for name in [*things, "server-1", "server-2"]:
        for router in draw.permutation(len(routers))[: int(draw.integers(1, 3))]:
            links.append(link("data", routers[router], name))
    links += [link("data", a, b) for a, b in pairwise(routers)]
    owed = [
        ServiceLevel("ict", "ict-availability", "city", 0.6, 100),
        *(ServiceLevel(name, "lifeline", name, 0.5, 100) for name in ("hospital-1", "waterworks-1", "town-hall-1")),
    ]
    made = town(parts, links, owed)
    return replace(made, districts=MappingProxyType({"d1": District("d1", "One", 100, 0.0, 0.0)}))


def lived(city: City, cases: list[Case]) -> dict[str, Observation]:
    scenarios = [scenario_of(case, SETTINGS, CityReference("town")) for case in cases]
    found = run_cases(
        city, scenarios, 1, lambda o: observe(o.scenario, o.history, o.indifferent, city, SETTINGS), jobs=2
    )
    return {cases[place].id: seen for place, seen in found}


@pytest.mark.parametrize("seed", [TOWNS[0], *(pytest.param(seed, marks=pytest.mark.nightly) for seed in TOWNS[1:])])
def test_what_is_spared_comes_out_as_the_rule_says(seed: int) -> None:
    city = random_town(seed)
    cases = [*link_cases(city), *component_cases(city)]
    seen = lived(city, [BASELINE, *cases])
    bench = Bench.of(city, SETTINGS, seen[BASELINE.id])
    graph = DependencyGraph(city, ())
    singles = [_single(case, seen, bench, graph) for case in cases]
    both = [(a, b, pair_of(a.case, b.case)) for a, b in pairs(singles)]
    # a pair of which one alone is too much is no finding of its own
    exhaustive = lived(city, [pair for a, b, pair in both if Value.FAIL not in (a.value, b.value)])
    rules: dict[str | None, int] = {}
    failing = set()
    for a, b, pair in both:
        rule = spared(a, b)
        rules[rule] = rules.get(rule, 0) + 1
        if Value.FAIL in (a.value, b.value):
            assert rule == "one"
            continue
        value = bench.outcome(pair, exhaustive[pair.id]).value
        if rule in ("unasked", "apart"):
            assert value is Value.PASS, f"{pair.subject}: spared as {rule}, but both together are too much"
        if rule == "unasked":
            other = b if a.case.subject in b.indifferent else a
            assert exhaustive[pair.id].courses == seen[other.case.id].courses
        if value is Value.FAIL:
            failing.add(pair.subject)
    assert min(rules.get(rule, 0) for rule in (None, "unasked", "apart", "one")) > 0
    if seed != TOWNS[0]:
        return  # once is enough to see that the audit itself goes by these rules
    found = audit(city, (), live_of(city, 1, 2), SETTINGS, Scope(pairs=True))
    assert {o.case.subject for o in found.of(Group.PAIR) if o.value is Value.FAIL} == failing
    assert len(found.of(Group.PAIR)) == rules.get(None, 0)
    assert dict(found.pairs_spared) == {rule: rules.get(rule, 0) for rule in ("one", "unasked", "apart")}


def test_two_feeders_are_too_much_together_and_neither_alone() -> None:
    parts = [component("hospital-1", "hospital", beds=10.0), component("bus-1", "bus"), component("bus-2", "bus")]
    links = [link("power", bus, "hospital-1") for bus in ("bus-1", "bus-2")]
    city = town(parts, links, [ServiceLevel("hospital-1", "lifeline", "hospital-1", 0.5, 100)])
    found = audit(city, (), live_of(city, 1, 1), SETTINGS, Scope(pairs=True))
    assert {o.value for o in found.of(Group.LINK)} == {Value.PASS}
    (pair,) = found.of(Group.PAIR)
    assert pair.value is Value.FAIL and pair.case.subjects == ("power-bus-1-hospital-1", "power-bus-2-hospital-1")
    assert found.value is Value.FAIL


def _single(case: Case, seen: dict[str, Observation], bench: Bench, graph: DependencyGraph) -> Single:
    value = bench.outcome(case, seen[case.id]).value
    return single(case, value, seen[case.id], bench.baseline, graph.victims(case.subject), bench.city)
