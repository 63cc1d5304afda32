"""The couplings are data: a link taken out of the city's files changes the result, and no code is touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from simulator.contracts.registry import registry
from stadtwerk.__main__ import main
from stadtwerk.library import demo_folder, load_named_city
from tests.run.conftest import Run, read_run

OUTAGE = """\
schema: stadtwerk/scenario/1
id: outage
title: {de: Ausfall, en: Outage}
question: {de: "Was trägt?", en: "What carries?"}
charter: [3.3/subsystem-continuity]
city: {name: demo}
run: {start: "2026-01-14T17:00", warmup: 10min, duration: 80min, seeds: [1]}
timeline:
  - {id: dark, at: 10min, fault: substation-out, selector: {kind: substation}, for: 60min}
expect:
  - {id: hospital, type: invariant, level: hospital-1, longest: hospital-changeover}
"""


def hospital(run: Run) -> str:
    """What was found of the hospital; in a town that is dark for an hour other services are missed as well."""
    findings = json.loads((run.folder / "verdict.json").read_text(encoding="utf-8"))["findings"]
    (found,) = [one["value"] for one in findings if one["id"] == "hospital"]
    return str(found)


def run_on(city: Path, place: Path) -> Run:
    (place / "outage.yaml").write_text(OUTAGE, encoding="utf-8")
    out = place / "run"
    return read_run(
        out, main(["run", str(place / "outage.yaml"), "--city", str(city), "--out", str(out), "--mqtt", "off"])
    )


def without(link_source: str, link_target: str, place: Path) -> Path:
    """The demo city with one power link taken out of links.csv."""
    city = place / "city"
    shutil.copytree(demo_folder(), city)
    rows = (city / "links.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if not (",power," in row and f",{link_source},{link_target}," in row)]
    assert len(kept) == len(rows) - 1
    (city / "links.csv").write_text("".join(kept), encoding="utf-8")
    return city


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_on(demo_folder(), tmp_path_factory.mktemp("whole"))


def test_without_the_link_from_its_generator_the_hospital_goes_dark_when_its_battery_is_empty(
    whole: Run, tmp_path: Path
) -> None:
    assert [mode for _, mode in whole.modes("hospital-1")][:2] == ["battery", "generator"]
    cut = run_on(without("generator-hospital-1", "hospital-1", tmp_path), tmp_path)
    modes = cut.modes("hospital-1")
    assert [mode for _, mode in modes][:2] == ["battery", "manual"]
    city = load_named_city("demo")
    (mains,) = [ln for ln in city.links_into("hospital-1") if ln.kind == "power" and ln.source.startswith("bus-")]
    assert modes[1][0] - modes[0][0] == mains.autonomy_s
    assert (hospital(whole), hospital(cut)) == ("pass", "fail")


def test_a_longer_battery_in_the_file_is_a_longer_battery_in_the_run(whole: Run, tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(demo_folder(), city)
    head, *rows = (city / "links.csv").read_text(encoding="utf-8").splitlines()
    column = head.split(",").index("autonomy_min")
    for i, row in enumerate(rows):
        cells = row.split(",")
        if ",power," in row and cells[3] == "gateway-d1":
            before = float(cells[column])
            cells[column] = str(before / 4)
            rows[i] = ",".join(cells)
    (city / "links.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    short = run_on(city, tmp_path)

    def dark(run: Run) -> list[float]:
        return [e["t_s"] for e in run.events if e["kind"] == "autonomy-used" and e["subject"] == "gateway-d1"]

    assert dark(short) == [600.0 + before / 4 * 60.0]
    assert dark(whole) == ([600.0 + before * 60.0] if before <= 60 else [])


def test_domains_register_the_quantities_that_are_declared_and_no_others() -> None:
    from datetime import datetime

    from simulator.coupling import Runtime
    from simulator.kernel import Clock
    from stadtwerk.runs.wiring import close_all, start_domains

    city = load_named_city("demo")
    runtime = Runtime.build(city, Clock(datetime(2026, 1, 14, 17), 0.0, 60.0), 1)
    running = start_domains(runtime)
    registered = set(runtime.quantities.names())
    close_all(running)
    assert registered <= set(registry().quantities), registered - set(registry().quantities)
    only_where_a_sensor_reads_it, of_gateways_with_sensors = (
        {"water_age_s"},
        {"held_readings", "refused_readings", "rewritten_readings"},
    )
    there = {component.kind for component in city.components.values()}
    of_what_is_not_there = {
        quantity.name
        for catalogue in registry().catalogues.values()
        if catalogue.types and not there & {one.name for one in catalogue.types}
        for quantity in catalogue.quantities
    }
    assert (
        set(registry().quantities) - registered - of_what_is_not_there
        == only_where_a_sensor_reads_it | of_gateways_with_sensors
    )
