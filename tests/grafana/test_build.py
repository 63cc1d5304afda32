"""The committed files are what the code builds, and are what Grafana expects to find."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.build import DEFAULT, built, differences, write
from dashboards.page import TAG, page_titles
from dashboards.palette import STATES, VERDICTS, measure_words
from simulator.contracts.measurements import VERDICT_CODES
from simulator.contracts.registry import registry
from simulator.contracts.state import State
from stadtwerk.influx.push import dashboard_link
from tests.grafana.grafana import BUILT, load, pages, panels, variables_in

WITHOUT_DATA = {"text", "alertlist"}


def test_a_rebuilt_tree_is_the_committed_one(tmp_path: Path) -> None:
    assert DEFAULT == BUILT
    assert differences(BUILT) == [], "run `python -m dashboards` and commit deploy/grafana"
    write(tmp_path)
    assert differences(tmp_path) == []
    (tmp_path / "dashboards" / "de" / "old.json").write_text("{}")
    page = tmp_path / "dashboards" / "en" / "city.json"
    page.write_text(page.read_text().replace("People", "Humans", 1))
    (tmp_path / "provisioning" / "alerting" / "stadtwerk.yaml").unlink()
    assert [line.of("en").split()[-1] for line in differences(tmp_path)] == ["built", "missing", "differs"]
    write(tmp_path)
    assert differences(tmp_path) == []


def test_the_same_in_another_process_under_another_hash_seed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dashboards", "--check"]
    environment = {"PYTHONHASHSEED": "12345", "PYTHONPATH": str(BUILT.parents[1]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_there_is_a_page_for_everything_in_both_languages() -> None:
    assert {path.stem for path in pages("de")} == {path.stem for path in pages("en")} == set(page_titles())
    assert {load(path)["uid"] for path in pages()} == {
        f"{TAG}-{key}-{lang}" for key in page_titles() for lang in ("de", "en")
    }
    assert all(len(load(path)["uid"]) <= 40 for path in pages()), "Grafana takes 40 characters"


@pytest.mark.parametrize("path", pages(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_page_is_complete(path: Path) -> None:
    board = load(path)
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(0 < number < 2**31 for number in ids)
    for panel in panels(board):
        assert panel["title"], panel
        assert len(panel["description"]) > 20, panel["title"]
        if panel["type"] not in WITHOUT_DATA:
            defaults = panel["fieldConfig"]["defaults"]
            assert defaults["unit"], panel["title"]
            assert defaults["noValue"], panel["title"]
            assert panel["datasource"] == {"type": "influxdb", "uid": "stadtwerk-influx"}
            refs = [target["refId"] for target in panel["targets"]]
            assert len(set(refs)) == len(refs) > 0
    assert board["timezone"] == "utc", "the town's clock is written as UTC"
    assert board["editable"] is False
    assert board["description"]


@pytest.mark.parametrize("path", pages(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_panels_stand_beside_each_other_and_not_on_each_other(path: Path) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in load(path)["panels"]:
        place = panel["gridPos"]
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies on {taken.get((x, y))}"
                taken[x, y] = panel["title"]


@pytest.mark.parametrize("path", pages(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_variable_dangles_and_none_is_in_vain(path: Path) -> None:
    board = load(path)
    known = {variable["name"] for variable in board["templating"]["list"]}
    assert {"run", "city", "district", "owner"} <= known
    text = json.dumps({key: value for key, value in board.items() if key != "templating"})
    text = re.sub(r"\$\{__(data|value|field)[^}]*\}", "", text)
    used = variables_in(text)
    for place, variable in enumerate(board["templating"]["list"]):
        asked = variable["query"]
        needs = variables_in(asked if variable["type"] == "custom" else asked["query"])
        assert needs <= {earlier["name"] for earlier in board["templating"]["list"][:place]}, "it is not filled yet"
        used |= needs
    assert used == known


def test_links_lead_to_pages_that_exist_and_keep_time_and_variables() -> None:
    uids = {load(path)["uid"] for path in pages()}
    for path in pages():
        board, lang = load(path), path.parent.name
        (tour, other) = board["links"]
        assert (tour["type"], tour["tags"]) == ("dashboards", [TAG, lang])
        assert set(tour["tags"]) <= set(board["tags"])
        assert other["url"].removeprefix("/d/") in uids
        assert other["url"].endswith(f"{path.stem}-{'en' if lang == 'de' else 'de'}")
        assert all(link["keepTime"] and link["includeVars"] for link in board["links"])
        for address in re.findall(r'"/d/([^?"/]+)', json.dumps(board)):
            assert address in uids
    assert dashboard_link("a b", 1, 2, "de") == "/d/stadtwerk-city-de?var-run=a+b&from=1&to=2"
    assert dashboard_link("a", 1, 2, "en", live=True).removeprefix("/d/").split("?")[0] in uids


def test_maps_have_a_ground_and_a_view_that_need_no_internet() -> None:
    maps = [panel for path in pages() for panel in panels(load(path)) if panel["type"] == "geomap"]
    assert len(maps) == 2 * (1 + len(registry().pages)), "the city's and one for each sub-system with a page"
    for panel in maps:
        options = panel["options"]
        assert options["basemap"]["type"] == "xyz"
        assert options["basemap"]["config"]["url"].startswith("data:image/png;base64,")
        assert options["view"]["id"] == "fit"
        assert (options["view"]["lat"], options["view"]["lon"]) != (0, 0)
        assert {layer["location"]["mode"] for layer in options["layers"]} == {"coords"}
        drawn = [layer["config"]["style"]["color"].get("fixed") for layer in options["layers"] if layer["tooltip"]]
        assert drawn[1:] == [STATES[state][1] for state in sorted(State)], "the worst on top"
        assert {layer["filterData"]["options"] for layer in options["layers"]} == {t["refId"] for t in panel["targets"]}
    text = "".join(built().values())
    assert not re.findall(r"https?://", text), "nothing is loaded from elsewhere"


def test_no_state_is_told_by_colour_alone() -> None:
    okabe_ito = {"#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#000000", "#8E8E8E"}
    for words, colour, _ in STATES.values():
        assert words.de and words.en
        assert colour in okabe_ito
    assert len({colour for _, colour, _ in STATES.values()}) == len(STATES)
    signs = [sign for _, _, sign in STATES.values()]
    assert len(set(signs)) == len(signs)
    for path in pages():
        for colour in re.findall(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8")):
            assert colour in okabe_ito, f"{path}: {colour}"
        for panel in panels(load(path)):
            if panel["type"] == "state-timeline":
                (mapping,) = panel["fieldConfig"]["defaults"]["mappings"]
                assert all(option["text"] for option in mapping["options"].values())


def test_everything_that_a_database_holds_has_words() -> None:
    assert set(STATES) == set(State)
    assert set(VERDICTS) == set(VERDICT_CODES)
    assert set(measure_words("de")) == {*registry().measures, "any"}
    kinds = [kind.name for kind in registry().stores.values()]
    assert len(set(kinds)) == len(kinds)


def test_german_and_english_texts_differ() -> None:
    for path in pages("de"):
        one, two = load(path), load(path.parent.parent / "en" / path.name)
        assert one["description"] != two["description"]
        for german, english in zip(panels(one), panels(two), strict=True):
            assert german["description"] != english["description"], german["title"]
    german = "".join(path.read_text(encoding="utf-8") for path in pages("de"))
    assert "Betroffene Menschen" in german
    assert "People affected" not in german


def test_the_lost_area_is_filled_between_the_two_lines_as_they_are_called() -> None:
    for path in pages():
        if path.stem != "resilience":
            continue
        (curve,) = [panel for panel in panels(load(path)) if "${measure:text}" in panel["title"]]
        given = {
            override["matcher"]["options"]: {one["id"]: one["value"] for one in override["properties"]}
            for override in curve["fieldConfig"]["overrides"]
        }
        assert set(given) == {"target", "quality"} == {query["query"].split('"')[3] for query in curve["targets"]}
        assert given["target"]["custom.fillBelowTo"] == given["quality"]["displayName"]
        assert given["target"]["custom.fillOpacity"] > 0


def test_provisioning_names_the_source_and_the_folders() -> None:
    files: dict[str, Any] = {
        path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in BUILT.rglob("*.yaml")
    }
    assert set(files) == {"datasources", "dashboards", "alerting"}
    assert all(content["apiVersion"] == 1 for content in files.values())
    (source,) = files["datasources"]["datasources"]
    assert (source["type"], source["uid"], source["jsonData"]["version"]) == (
        "influxdb",
        "stadtwerk-influx",
        "InfluxQL",
    )
    # InfluxDB 2 takes a login of its InfluxQL interface as Basic, and turns it away under `Token`.
    assert (source["basicAuth"], source["basicAuthUser"]) == (True, "${STADTWERK_INFLUX_USER}")
    assert source["secureJsonData"] == {"basicAuthPassword": "$__file{/run/secrets/influx-password}"}
    folders = {provider["options"]["path"] for provider in files["dashboards"]["providers"]}
    assert folders == {"/etc/grafana/dashboards/de", "/etc/grafana/dashboards/en"}
    secrets = re.compile(r"password|secret(?!s/)", re.I)
    assert not secrets.search(json.dumps(files["dashboards"]) + json.dumps(files["alerting"]))
