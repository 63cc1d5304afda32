"""Every query of every panel, variable and annotation runs on a real database that holds a real run, and has rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboards.queries import values_of
from simulator.contracts.measurements import CURVE
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from tests.grafana.conftest import Pushed
from tests.grafana.grafana import Dashboard, load, pages, panels
from tests.grafana.test_push import ZERO_MS

NOT_IN_V2 = ("INTO ", "CONTINUOUS", "SHOW SERIES", "SHOW STATS", "SHOW DIAGNOSTICS", "CARDINALITY", "::tag", "::field")
"""What InfluxDB 2 does not take at `/query`, and what we keep away from."""


def shown(path: Path, **values: str | None) -> Dashboard:
    """A page on the rich run, with everything else at "All"."""
    board = load(path)
    chosen: dict[str, str | None] = {v["name"]: None for v in board["templating"]["list"]}
    chosen |= {"run": "rich"} | ({"run_b": "rich"} if "run_b" in chosen else {})
    chosen |= {"measure": "power-supply"} if "measure" in chosen else {}
    return Dashboard(board, ZERO_MS - 1_800_000, ZERO_MS + 10_800_000, chosen | values)


PRESENT = {"Auf Rückfallebenen", "Vorräte, die abnehmen", "Running on a fallback", "Stores that run down"}
"""What is told of the present moment alone; in the midst of the run there is some of it."""


def answer(pushed: Pushed, page: Dashboard, panel: dict[str, Any], target: dict[str, Any]) -> tuple[str, list[Any]]:
    """The query of a panel and the series that it gives: over the whole run, or up to its midst."""
    if panel["title"] in PRESENT:
        page = replace(page, end_ms=ZERO_MS + 3_600_000)
    query = page.filled(target["query"], panel.get("interval"))
    return query, pushed.server.query(query)


def empty(pushed: Pushed, page: Dashboard) -> list[str]:
    """Panels with a query that gives no row, or a column in which nothing stands."""
    found = []
    for panel in panels(page.board):
        states = panel["type"] == "geomap"  # at the end of the run nothing is in most of them
        for target in panel.get("targets", []):
            query, series = answer(pushed, page, panel, target)
            assert not any(word in query for word in NOT_IN_V2), query
            if states and target["refId"] not in ("A", "B"):
                continue
            columns = series[0]["columns"] if series else ["everything"]
            full = {
                name
                for one in series
                for row in one["values"]
                for name, v in zip(columns, row, strict=True)
                if v is not None
            }
            if lacking := [name for name in columns if name not in full]:
                found.append(f"{page.board['uid']}: {panel['title']} ({target['refId']}) has no {lacking}: {query}")
    return found


@pytest.mark.parametrize("path", pages("de"), ids=lambda path: path.stem)
def test_no_panel_is_without_data(pushed: Pushed, path: Path) -> None:
    assert empty(pushed, shown(path)) == []


def test_a_panel_without_data_would_be_found(pushed: Pushed) -> None:
    page = shown(next(path for path in pages("de") if path.stem == "water"), district="Nowhere")
    assert len(empty(pushed, page)) > 5


def test_on_a_normal_day_what_there_is_not_is_said_in_words(pushed: Pushed, quiet: dict[str, Any]) -> None:
    zero = ticks_of(quiet)
    begin, end = zero + to_ticks(quiet["begin_s"]), zero + to_ticks(quiet["end_s"])
    without: set[str] = set()
    for path in pages("en"):
        page = replace(shown(path, run="quiet"), begin_ms=begin, end_ms=end)
        if "run_b" in page.values:
            page = replace(page, values={**page.values, "run_b": "quiet"})
        for panel in panels(page.board):
            for target in panel.get("targets", []):
                if not pushed.server.query(page.filled(target["query"], panel.get("interval"))):
                    without.add(panel["title"].partition(" (")[0])
                    assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]
    sensors = {page.readings.title.en for page in registry().pages.values() if page.readings is not None}
    assert {"Least pressure of each sensor", "Greatest loading of each sensor"} < sensors
    no_fault = {
        "Map",
        "Running on a fallback",
        "Stores that run down",
        "Faults",
        "Fallbacks",
        "Activation against its limit",
    }
    path = next(path for path in pages("en") if path.stem == "control-room")
    no_room = {panel["title"] for panel in panels(load(path))}
    assert without == no_fault | sensors | no_room, "its readings were left out"


def ticks_of(record: dict[str, Any]) -> int:
    """A run's zero in Unix milliseconds."""
    return to_ticks(datetime.fromisoformat(record["start"]).replace(tzinfo=UTC).timestamp())


def test_the_other_language_asks_for_the_same_in_its_own_words() -> None:
    for path in pages("de"):
        other = load(path.parent.parent / "en" / path.name)
        for one, two in zip(panels(load(path)), panels(other), strict=True):
            assert (one["id"], one["type"], one["gridPos"]) == (two["id"], two["type"], two["gridPos"])
            german = [target["query"].replace("_de", "_en") for target in one.get("targets", [])]
            assert german == [target["query"] for target in two.get("targets", [])]


@pytest.mark.parametrize("path", pages("en"), ids=lambda path: path.stem)
def test_texts_of_the_other_language_are_in_the_database(pushed: Pushed, path: Path) -> None:
    page = shown(path)
    for panel in panels(page.board):
        for target in panel.get("targets", []):
            if "_en" in target["query"] and (panel["type"] != "geomap" or target["refId"] == "B"):
                query, series = answer(pushed, page, panel, target)
                assert series, query


def test_variables_have_values_and_those_depend_on_the_run(pushed: Pushed) -> None:
    found: dict[str, set[str]] = {}
    for path in pages("de"):
        page = shown(path)
        for variable in page.board["templating"]["list"]:
            if variable["type"] == "custom":  # what can be chosen is what there can be
                there = {row["value"] for row in pushed.rows(page.filled(values_of(CURVE, variable["name"])))}
                assert there <= {option["value"] for option in variable["options"]}
                continue
            query = page.filled(variable["query"]["query"])
            values = {row["name" if variable["name"].startswith("run") else "value"] for row in pushed.rows(query)}
            assert values, query
            found.setdefault(variable["name"], set()).update(values)
        assert not [
            v["name"]
            for v in shown(path, run="nobody").board["templating"]["list"]
            if v["type"] == "query"
            and v["name"] not in ("run", "run_b")
            and pushed.rows(shown(path, run="nobody").filled(v["query"]["query"]))
        ]
    assert "rich" in found["run"]
    assert "Altstadt" in found["district"]
    assert "water utility" in found["owner"]
    assert found["city"] == {"demo"}


def test_choosing_a_district_and_an_owner_leaves_what_is_theirs(pushed: Pushed) -> None:
    page = shown(next(path for path in pages("de") if path.stem == "water"))
    (panel,) = [panel for panel in panels(page.board) if panel["title"] == "Schlechteste Orte"]
    query = panel["targets"][0]["query"]
    everywhere = {row["district"] for row in pushed.rows(page.filled(query))}
    assert len(everywhere) > 5
    chosen = shown(next(path for path in pages("de") if path.stem == "water"), district="Altstadt")
    assert {row["district"] for row in pushed.rows(chosen.filled(query))} == {"Altstadt"}
    other = shown(next(path for path in pages("de") if path.stem == "water"), owner="hospital trust")
    assert not pushed.rows(other.filled(query))


def test_readings_of_gateways_that_know_of_no_run_are_seen_as_well(pushed: Pushed) -> None:
    page = shown(next(path for path in pages("de") if path.stem == "water"))
    (panel,) = [panel for panel in panels(page.board) if panel["title"] == "Kleinster Druck je Messstelle"]
    query = page.filled(panel["targets"][0]["query"])
    before = {row["component"] for row in pushed.rows(query)}
    with pushed.writer() as writer:
        writer.write(b"pressure_m,component=elsewhere,gateway=g value=1.5,quality=0i %d\n" % ZERO_MS)
    assert {row["component"] for row in pushed.rows(query)} == before | {"elsewhere"}
    pushed.server.query("DROP SERIES WHERE component = 'elsewhere'")
    assert {row["component"] for row in pushed.rows(query)} == before


def test_annotations_are_the_events_of_the_run(pushed: Pushed) -> None:
    for path in pages("de"):
        page = shown(path)
        notes = page.board["annotations"].get("list", [])
        assert notes or path.stem == "compare"
        for note in notes:
            target: dict[str, Any] = note["target"]
            rows = pushed.rows(page.filled(target["query"]))
            assert rows, f"{path.stem}: {note['name']}"
            assert all(row[target["textColumn"]] and row[target["tagsColumn"]] for row in rows)
    faults = page_notes(pushed, "resilience", "Störungen")
    texts = [row["what"] for row in faults]
    assert any("Umspannwerk" in text for text in texts)
    assert faults[0]["time"] == ZERO_MS + 900_000


def page_notes(pushed: Pushed, key: str, name: str) -> list[dict[str, Any]]:
    page = shown(next(path for path in pages("de") if path.stem == key))
    (note,) = [note for note in page.board["annotations"]["list"] if note["name"] == name]
    return pushed.rows(page.filled(note["target"]["query"]))
