"""A package of somebody else adds a lifeline and an importer; what does not work is named and left out.

The package stands in a temporary folder on the path of child processes only, with the metadata that an installation
would leave beside it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from simulator.city.loader import load_city
from tests.city.towns import CITY, COMPONENTS, hamlet
from tests.monitoring.plant import NAMES, course, write

ROOT = Path(__file__).resolve().parents[2]
HARBOUR = Path(__file__).parent / "harbour"
GOOD = """
[stadtwerk.lifelines]
harbour = harbour.catalogue:CATALOGUE
[stadtwerk.importers]
pipe-list = harbour.catalogue:LISTS
[stadtwerk.checkers]
crossings = harbour.catalogue:CROSSINGS
[stadtwerk.detectors]
tide = harbour.catalogue:TIDES
"""
BROKEN = """
[stadtwerk.domains]
moon = moon.catalogue:CATALOGUE
[stadtwerk.lifelines]
old-harbour = old_harbour:CATALOGUE
stray = strays:STRAY
hollow = strays:HOLLOW
twice = harbour.catalogue:CATALOGUE
lacking = strays:LACKING
no-class = strays:NO_CLASS
listed = strays:LISTED
untitled = strays:UNTITLED
unbounded = strays:UNBOUNDED
absent = strays:NOSUCH
number = strays:NUMBER
bang = bangs:CATALOGUE
quits = quits:CATALOGUE
[stadtwerk.checkers]
unwritten = strays:UNWRITTEN
"""
OLD = """
from simulator.contracts.catalogue import Catalogue
CATALOGUE = Catalogue("old-harbour", api=0)
"""
STRAYS = """
from simulator.contracts.catalogue import Catalogue, ComponentType, Extension
from simulator.contracts.component import Domain
from simulator.contracts.fault import Parameter
from simulator.contracts.words import Verbatim

def a_type(name, domain="lifeline", title=Verbatim("it"), **more):
    return ComponentType(name, Domain(domain), title, **more)

STRAY = Catalogue("stray", 1, types=(a_type("laser", "nowhere"),))
HOLLOW = Catalogue("hollow", 1, types=(a_type("maser", process="nosuch.model:It"),))
LACKING = Catalogue("lacking", 1, types=(a_type("taser", process="strays:Taser"),))
NO_CLASS = Catalogue("no-class", 1, types=(a_type("baser", process="strays:a_type"),))
LISTED = Catalogue("listed", 1, types=[a_type("raser")])
UNTITLED = Catalogue("untitled", 1, types=(a_type("paser", title="paser"),))
SHARE = Parameter("share", "1", 0.5, "assumption", Verbatim("share"), at_least="none")
UNBOUNDED = Catalogue("unbounded", 1, types=(a_type("gaser", parameters=(SHARE,)),))
NUMBER = 7
UNWRITTEN = Extension("unwritten", 1, Verbatim("unwritten"), "strays:checks")
"""
BANGS = {"bangs": "raise RuntimeError('it breaks')", "quits": "raise SystemExit(0)"}
SCENARIO = """\
    schema: stadtwerk/scenario/1
    id: ferry
    title: {en: The ferry's engine stops, de: Die Maschine der Fähre steht}
    question: {en: "Does anybody get across?", de: "Kommt jemand hinüber?"}
    charter: [3.3/emergency-preparedness]
    city: {name: hamlet}
    run: {start: "2026-05-12T06:30", warmup: 0s, duration: 1h, heal_by: 40min, seeds: [1]}
    timeline:
      - {id: engine, at: 10min, fault: ferry-engine-out, target: ferry-1, for: 20min}
    expect:
      - {id: across, type: level, level: ferry-1, share: 0.9}
      - {id: once, type: checker, checker: crossings, with: {times: 1}}
      - {id: never, type: checker, checker: crossings, with: {times: 0}}
    """


def metadata(site: Path, name: str, entry_points: str) -> None:
    info = site / f"{name}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(entry_points, encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the harbour in it, and one that does not work."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(HARBOUR, folder / "harbour")
    metadata(folder, "harbour", GOOD)
    (folder / "old_harbour.py").write_text(OLD, encoding="utf-8")
    (folder / "strays.py").write_text(STRAYS, encoding="utf-8")
    for name, text in BANGS.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    metadata(folder, "wreck", BROKEN)
    return folder


def stadtwerk(site: Path | None, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), *([] if site is None else [str(site)])])
    return subprocess.run(
        [sys.executable, "-m", "stadtwerk", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hamlet with a ferry."""
    folder = hamlet(
        tmp_path_factory.mktemp("hamlet"),
        components=COMPONENTS + "    ferry-1,ferry,600,200,,ferry company,,,,,,oars_share=0.4\n",
        city=CITY.replace(
            "    sensors:",
            "      - {id: ferry-1, measure: lifeline, subject: ferry-1, minimum: 0.9, people: 50}\n    sensors:",
        ),
    )
    (folder / "ferry.yaml").write_text(dedent(SCENARIO), encoding="utf-8")
    return folder


def test_list_plugins_shows_what_is_there_from_where_and_what_was_left_out(site: Path) -> None:
    done = stadtwerk(site, "list", "plugins")
    assert done.returncode == 0
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.split()}
    assert "lifelines" in rows["harbour"] and "harbour.catalogue:CATALOGUE" in rows["harbour"]
    assert "1.2" in rows["harbour"] and "takes part" in rows["harbour"]
    assert "importers" in rows["pipe-list"]
    assert "simulator.domains.water.catalogue" in rows["water"] and "stadtwerk" in rows["water"]
    reasons = {"moon": "No module named 'moon'", "old-harbour": "written for version 0", "twice": "'harbour' already"}
    reasons |= {
        "stray": "sub-system 'nowhere', which nobody",
        "hollow": "'nosuch.model:It', of which there is no module",
        "lacking": "'strays:Taser', which that module does not have",
        "no-class": "'strays:a_type', which is a function, not a class",
        "listed": "Catalogue 'listed': types is a list, not a tuple",
        "untitled": "ComponentType 'paser': title is a str, not a Text",
        "unbounded": "Parameter 'share': at_least is a str, not a float | None",
        "absent": "no attribute 'NOSUCH'",
        "number": "is a int, not a Catalogue",
        "bang": "RuntimeError: it breaks",
        "quits": "SystemExit: 0",
        "unwritten": "'strays:checks', which that module does not have",
    }
    for name, reason in reasons.items():
        (said,) = [line for line in done.stderr.splitlines() if line.startswith(f"plug-in {name} ")]
        assert "is left out" in said and reason in said
    assert "Traceback" not in done.stderr


def test_a_lifeline_from_outside_lives_breaks_and_is_judged(site: Path, town: Path, tmp_path: Path) -> None:
    done = stadtwerk(site, "run", town / "ferry.yaml", "--city", town, "--mqtt", "off", "--out", tmp_path / "run")
    assert done.returncode == 1, done.stderr
    events = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    modes = [(e["t_s"], e["code"], e["after"]) for e in events if e["kind"] == "mode" and e["subject"] == "ferry-1"]
    assert modes == [(600.0, "ferry.rows", "by-oars"), (1800.0, "ferry.crosses", "under-engine")]
    found = {one["id"]: one for one in json.loads((tmp_path / "run" / "verdict.json").read_text())["findings"]}
    assert {name: found[name]["value"] for name in ("across", "once", "never")} == {
        "across": "fail",
        "once": "pass",
        "never": "fail",
    }
    assert found["never"]["reason"]["en"] == "1 times by oars"
    said = stadtwerk(site, "list", "kinds", "--lang", "de").stdout
    assert "Fähre" in said and "ferry" in said
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert [(one["name"], one["group"], one["version"]) for one in record["plugins"]] == [
        ("harbour", "stadtwerk.lifelines", "1.2"),
        ("pipe-list", "stadtwerk.importers", "1.2"),
        ("crossings", "stadtwerk.checkers", "1.2"),
        ("tide", "stadtwerk.detectors", "1.2"),
    ]
    assert "plugins" in record["digests"]
    source = site / "harbour" / "process.py"
    before = source.read_text()
    source.write_text(before + "\n# another day\n", encoding="utf-8")
    again = stadtwerk(site, "run", town / "ferry.yaml", "--city", town, "--mqtt", "off", "--out", tmp_path / "again")
    source.write_text(before.replace("Duty(", "self.nosuch("), encoding="utf-8")
    failing = stadtwerk(
        site, "run", town / "ferry.yaml", "--city", town, "--mqtt", "off", "--out", tmp_path / "failing"
    )
    source.write_text(before, encoding="utf-8")
    assert failing.returncode == 70 and "Traceback" not in failing.stderr
    assert "the plug-in harbour (harbour.catalogue:CATALOGUE) failed: AttributeError" in failing.stderr
    assert again.returncode == 1
    changed = json.loads((tmp_path / "again" / "run.json").read_text())
    assert changed["digests"]["levels"] == record["digests"]["levels"]
    assert changed["digest"] != record["digest"]


def test_without_the_package_its_kind_is_unknown_and_runs_name_no_plugin(town: Path, tmp_path: Path) -> None:
    done = stadtwerk(None, "run", town / "ferry.yaml", "--city", town, "--mqtt", "off", "--out", tmp_path / "run")
    assert done.returncode == 64
    assert "'ferry' is no kind of component" in done.stderr
    (town / "plain").mkdir()
    plain = hamlet(town / "plain")
    ours = "".join(line for line in SCENARIO.splitlines(keepends=True) if "checker" not in line)
    text = dedent(ours).replace("ferry-engine-out, target: ferry-1", "site-out, target: waterworks-1")
    (plain / "plain.yaml").write_text(text.replace("level: ferry-1", "level: hospital-1"), encoding="utf-8")
    done = stadtwerk(None, "run", plain / "plain.yaml", "--city", plain, "--mqtt", "off", "--out", tmp_path / "plain")
    assert done.returncode in (0, 1, 2), done.stderr
    record = json.loads((tmp_path / "plain" / "run.json").read_text())
    assert record["plugins"] == []
    assert "plugins" not in record["digests"]


LIST = """\
source spring 60 0 0
junction square 10 2.0 200 0
junction mill 12 1.5 600 100
junction quay 8 1.0 900 300
pipe p1 spring square 250 200
pipe p2 square mill 450 150
pipe p3 mill quay 400 150
"""


def test_an_importer_from_outside_brings_a_network(site: Path, tmp_path: Path) -> None:
    given = tmp_path / "pipes.txt"
    given.write_text(LIST, encoding="utf-8")
    done = stadtwerk(site, "city", "import", "--from", f"pipe-list={given}", "--out", tmp_path / "port")
    assert done.returncode == 0, done.stderr
    city = load_city(tmp_path / "port")
    assert {one.network_id for one in city.of_kind("junction")} == {"square", "mill", "quay"}
    both = stadtwerk(
        site, "city", "import", "--from", f"pipe-list={given}", "--water", given, "--out", tmp_path / "two"
    )
    assert both.returncode == 64, both.stderr
    assert "brings water, which is given twice" in both.stderr
    given.write_text(LIST + "\n", encoding="utf-8")
    both = ("--from", f"pipes-list={given}", "--from", f"pipe-list={given}")
    wrong = stadtwerk(site, "city", "import", *both, "--out", tmp_path / "three")
    assert wrong.returncode == 64 and "did you mean 'pipe-list'" in wrong.stderr
    assert "importer: the importer 'pipe-list' of a plug-in fails: ValueError: " in wrong.stderr


def test_a_detector_from_outside_is_asked_and_missed_where_it_is_not(site: Path, tmp_path: Path) -> None:
    values = course(24 * 16, seed=1)
    history = write(tmp_path / "history.csv", values)
    values[100, NAMES.index("level")] += 40
    readings, folder, out = write(tmp_path / "readings.csv", values), tmp_path / "baseline", tmp_path / "alarms.csv"
    learned = stadtwerk(site, "monitor", "learn", history, "--out", folder)
    assert learned.returncode == 0, learned.stderr
    asked = ("monitor", "watch", readings, "--baseline", folder, "--out", out, "--lang", "en")
    assert stadtwerk(site, *asked).returncode == 0
    with out.open(encoding="utf-8") as stream:
        tides = [row for row in csv.DictReader(stream) if row["kind"] == "tide"]
    assert [row["raised"] for row in tides] == ["2025-01-07T04:00:00"] and tides[0]["text"].startswith("level jumps")
    without = stadtwerk(None, *asked)
    assert without.returncode == 0 and "what tide learned is not used" in " ".join(without.stderr.split())
    assert "tide" not in out.read_text(encoding="utf-8")
