"""What `why` finds for each kind of measure in a hamlet where a line of arithmetic says what is needed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from textwrap import dedent

import pytest

from stadtwerk.__main__ import main
from tests.city.towns import CITY, COMPONENTS, LINKS, WATER, hamlet

HALL_COMPONENTS = (
    COMPONENTS.rstrip()
    + """
    hall-1,town-hall,300,200,,city,,,,,Town hall,"opens_s=0; closes_s=0; activate_s=0; paper_share=0.2"
    """
)
HALL_LINKS = (
    LINKS.rstrip()
    + """
    gw-hall,data,gateway-west,hall-1,city,,2,,
    s-hall,control,scada,hall-1,city,,,,
    g-hall,power,generator-1,hall-1,city,,,,
    """
)
HALL_LEVEL = "levels:\n      - {id: hall-1, measure: lifeline, subject: hall-1, minimum: 0.47, people: 100}\n"
HALL = {"components": HALL_COMPONENTS, "links": HALL_LINKS, "city": CITY.replace("levels:\n", HALL_LEVEL)}


def cures(place: Path, timeline: str, level: str, hours: str, longest: str = "0s", **city: str) -> list[dict]:  # type: ignore[type-arg]
    """The cures that are told of the only expectation, the smallest first."""
    (place / "city").mkdir()
    hamlet(place / "city", **city)
    scenario = f"""\
        schema: stadtwerk/scenario/1
        id: one
        title: {{de: Eine Probe, en: A probe}}
        question: {{de: "Hält der Weiler?", en: "Does the hamlet hold?"}}
        city: {{path: city}}
        run: {{start: "2026-01-14T06:00", warmup: 10min, duration: {hours}}}
        timeline: {timeline}
        expect: [{{id: level, type: invariant, level: {level}, longest: {longest}}}]
        """
    (place / "one.yaml").write_text(dedent(scenario), encoding="utf-8")
    assert main(["run", str(place / "one.yaml"), "--mqtt", "off", "--no-twin", "--out", str(place / "run")]) == 1
    assert main(["why", str(place / "run"), "level", "--city", str(place / "city")]) == 0
    (answer,) = json.loads((place / "run" / "why.json").read_text(encoding="utf-8"))["answers"]
    assert answer["complete"]
    return list(answer["cures"])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def bought(found: list[dict], name: str) -> dict:  # type: ignore[type-arg]
    (one,) = (cure["bought"][0] for cure in found if [part["cure"] for part in cure["bought"]] == [name])
    return dict(one)


def test_fuel_for_as_long_as_the_run_without_what_the_battery_bridges(tmp_path: Path) -> None:
    """20 l/h; 30 h 15 min and the 10 min before, less a battery of 10 min: 605 l, in steps of 10 l."""
    found = cures(tmp_path, "[]", "hospital-1", "30h15min")
    assert bought(found, "generator: fuel_l") == {
        "cure": "generator: fuel_l",
        "size": 610,
        "places": ["generator-1"],
    }


def test_a_water_tank_for_as_long_as_the_pipe_is_cut(tmp_path: Path) -> None:
    """Today for 4 h; the pipe is cut for 6 h 20 min."""
    found = cures(tmp_path, "[{id: cut, at: 30min, fault: link-cut, target: w-h, for: 6h20min}]", "hospital-1", "8h")
    assert bought(found, "reserve: water")["size"] == pytest.approx(380, abs=7)
    assert bought(found, "reserve: water")["size"] >= 380


def test_staff_on_stand_by_so_that_half_are_there(tmp_path: Path) -> None:
    """60 % are absent, of those on stand-by too. On its generator it serves 80 %: 0.8 * 0.4 (1 + r) >= 0.5, so r is at
    least 0.5625, in steps of 0.01.
    """
    ill = "[{id: ill, at: 30min, fault: staff-absent, target: hospital-1, parameters: {share: 0.6}, for: 1h}]"
    found = cures(tmp_path, ill, "hospital-1", "3h")
    assert bought(found, "hospital: staff_reserve")["size"] == 0.57


def test_a_paper_counter_as_large_as_is_required_or_a_second_line_from_the_other_gateway(tmp_path: Path) -> None:
    cut = "[{id: cut, at: 30min, fault: link-cut, target: gw-hall, for: 1h}]"
    found = cures(tmp_path, cut, "hall-1", "3h", **HALL)
    assert bought(found, "town-hall: paper_share")["size"] == 0.47
    line = next(cure for cure in found if cure["change"].get("add"))["change"]["add"]["links"]
    assert [(one["source"], one["target"], one["kind"]) for one in line] == [("gateway-east", "hall-1", "data")]


def test_crews_for_as_many_repairs_as_must_go_on_at_once(tmp_path: Path) -> None:
    """Four breaks at once, the hospital's cable the last in the queue, an hour of work each, and 15 min until a crew
    sets out; a few metres to drive. Its battery lasts 2 h 50 min: two rounds of repairs, not three. Four jobs in two
    rounds are two crews, one more than today.
    """
    queue = "priority=list; priority_list=gateway-west gateway-east server-1 g-h"
    yard = f"    yard,depot,300,200,,city,,,,,Yard,crews=1; {queue}"
    breaks = "\n".join(
        f"        - {{id: {name}, at: 30min, fault: {fault}, target: {target}, repair: {{work: 1h, depot: yard}}}}"
        for name, fault, target in (
            ("a", "node-out", "gateway-west"),
            ("b", "node-out", "gateway-east"),
            ("c", "node-out", "server-1"),
            ("d", "link-cut", "g-h"),
        )
    )
    city = {
        "components": f"{COMPONENTS.rstrip()}\n{yard}\n",
        "links": LINKS.replace(
            "g-h,power,generator-1,hospital-1,trust,10", "g-h,power,generator-1,hospital-1,trust,170"
        ),
    }
    found = cures(tmp_path, f"\n{breaks}", "hospital-1", "6h", **city)
    assert bought(found, "depot: crews")["size"] == 1


def test_a_tank_as_large_as_what_flows_out_while_the_pump_stands(tmp_path: Path) -> None:
    """3.78 l/s flow out for 10 h, 136 m3. The tank of 6 m has 3 m in it, 85 m3, all of which comes down to the houses:
    it must hold 1.604 times as much. Larger tanks go in steps of 0.05; what the pump gives in the ten minutes before
    the fault is at most two of these cubic metres.
    """
    stands = "[{id: stands, at: 0s, fault: pump-out, target: pump-u, for: 10h}]"
    factor = 3.78e-3 * 10 * 3600 / (math.pi / 4 * 6**2 * 3)
    tank = {"water": WATER.replace("T 60 3 0 6 15 0", "T 60 3 0 6 6 0")}
    found = cures(tmp_path, stands, "water-supply-city", "11h", **tank)
    assert bought(found, "pump: devices") == {"cure": "pump: devices", "size": 2, "places": ["pump-u"]}
    size = bought(found, "tank: volume_factor")["size"]
    assert factor * 0.98 <= size <= factor * 1.02 + 0.05


def test_a_second_device_beside_the_one_that_fails(tmp_path: Path) -> None:
    """It takes over within three seconds: ten may be missed. A second line from the other gateway would do as well."""
    out = "[{id: out, at: 30min, fault: node-out, target: gateway-west, for: 1h}]"
    found = cures(tmp_path, out, "hall-1", "2h", "10s", **HALL)
    assert bought(found, "gateway: devices") == {"cure": "gateway: devices", "size": 2, "places": ["gateway-west"]}
    assert bought(found, "second: data")["places"] == ["hall-1"]


def test_a_threshold_as_high_as_the_water_stands(tmp_path: Path) -> None:
    """1.2 m stand at the hospital, and nowhere else; thresholds go in steps of 0.1 m."""
    water = "type: flood, area: {centre: [500, 200], radius_m: 5}, depth_m: 1.2"
    flood = f"[{{id: river, at: 30min, hazard: {{{water}}}, for: 1h}}]"
    found = cures(tmp_path, flood, "hospital-1", "2h")
    assert bought(found, "hospital: flood_protection_m")["size"] == 1.2
    assert len(found) == 1


def test_a_second_feeder_from_another_generator(tmp_path: Path) -> None:
    """Its cable is cut for two hours, its battery lasts ten minutes."""
    other = '    generator-2,generator,700,200,,city,,,,,,"fuel_l=500; tank_l=600; burn_l_h=20"\n'
    hall = '    hall-1,town-hall,300,200,,city,,,,,Town hall,"opens_s=0; closes_s=0"\n    '
    city = {
        "components": COMPONENTS.rstrip() + "\n" + other + hall,
        "links": LINKS.rstrip() + "\n    g-hall,power,generator-2,hall-1,city,,,,\n    ",
    }
    cut = "[{id: cut, at: 30min, fault: link-cut, target: g-h, for: 2h}]"
    found = cures(tmp_path, cut, "hospital-1", "3h", **city)
    (line,) = next(cure for cure in found if cure["change"].get("add"))["change"]["add"]["links"]
    assert (line["kind"], line["source"], line["target"]) == ("power", "generator-2", "hospital-1")
    assert 110 <= bought(found, "reserve: power")["size"] <= 123


def test_a_portable_cell_for_each_district_that_cannot_telephone(tmp_path: Path) -> None:
    """Nine of ten people shall telephone five hours after both sites have failed; a cell is four hours on its way."""
    sites = "".join(
        f"    {name},{kind},{x},200,{district},city,,,,,,\n"
        for name, kind, x, district in (
            ("exchange-1", "telephone-exchange", 300, "west"),
            ("mobile-west", "mobile-site", 310, "west"),
            ("mobile-east", "mobile-site", 700, "east"),
        )
    )
    lines = "".join(f"    t-{end},telephone,exchange-1,mobile-{end},city,,,,\n" for end in ("west", "east"))
    level = "levels:\n      - {id: exchange-1, measure: lifeline, subject: exchange-1, minimum: 0.9, people: 100}\n"
    city = {
        "components": COMPONENTS.rstrip() + "\n" + sites + "    ",
        "links": LINKS.rstrip() + "\n" + lines + "    ",
        "city": CITY.replace("levels:\n", level),
    }
    out = "[{id: out, at: 30min, fault: mobile-site-out, target: [mobile-west, mobile-east], for: 7h}]"
    found = cures(tmp_path, out, "exchange-1", "8h", "5h", **city)
    assert bought(found, "telephone-exchange: portable_cells")["size"] == 2
