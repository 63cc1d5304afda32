"""Every number of every tile is that of the run's figures.json: what the report says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resilience.judge.affected import affected, by_service, groups, lacking, lows, union
from simulator.contracts.measurements import HOURS_SHOWN, VERDICT_CODES
from simulator.contracts.registry import registry
from stadtwerk.__main__ import main
from stadtwerk.influx.places import Places
from stadtwerk.influx.push import identity
from stadtwerk.runs.finished import RunFolder, read_folder
from tests.grafana.conftest import Pushed
from tests.grafana.grafana import Dashboard, load, pages, panels
from tests.support.stored import lived

HELD: dict[str, set[str]] = {
    "city": {"Affected now", "Most people affected at once", "Worst service", "Faults without fallback", "Verdict"},
    "compare": {"Verdict (before: ${run:text})", "Verdict (after: ${run_b:text})"},
    "resilience": {"Verdict"},
    "control-room": set(),
    "health": {"Late", "Lost", "Rejected", "Dead letters"},
    **{domain.value: {"Most people affected at once", "Person-hours so far"} for domain in registry().pages},
}
"""The tiles of each page that are held here."""
OF_A_MOMENT = {"Readings per second", "Most that waited", "Alarms in 10 min", "Most alarms in 10 min"}
OF_A_MOMENT |= {"Priority 1", "Priority 2", "Priority 3"}
"""What a moment of the telemetry or of the control room was: no figure of a run says it."""


def test_no_tile_is_left_out() -> None:
    for path in pages("en"):
        tiles = {panel["title"] for panel in panels(load(path)) if panel["type"] == "stat"}
        assert tiles - OF_A_MOMENT == HELD[path.stem], path.stem


SCENARIOS = ("substation-winter", "main-break", "pump-link-cut")


class Tiles:
    """The rows behind the panels of a run, over its own time."""

    def __init__(self, pushed: Pushed, folder: RunFolder, run: str) -> None:
        self._pushed, self._run = pushed, run
        told = identity(folder, run, now=False)
        self._span = told.begin_ms, told.end_ms

    def rows(self, page: str, title: str) -> list[dict[str, Any]]:
        board = load(next(path for path in pages("en") if path.stem == page))
        chosen: dict[str, str | None] = {v["name"]: None for v in board["templating"]["list"]}
        shown = Dashboard(board, *self._span, chosen | {"run": self._run})
        (panel,) = [panel for panel in panels(board) if panel["title"] == title]
        return self._pushed.rows(shown.filled(panel["targets"][0]["query"]))


def check(pushed: Pushed, path: Path, run: str) -> None:
    """Hold every tile of a pushed run against its folder."""
    folder, figures = read_folder(path, None), json.loads((path / "figures.json").read_text(encoding="utf-8"))
    tiles, past, zero_ms = Tiles(pushed, folder, run), lived(folder), identity(folder, run, now=False).zero_ms
    low = lows(folder.city, past, 0, folder.end)
    once = affected(groups(folder.city), folder.city, low)

    (verdict,) = tiles.rows("city", "Verdict")
    assert verdict["verdict"] == VERDICT_CODES[figures["verdict"]]
    (now,) = tiles.rows("city", "Affected now")
    assert now["now"] == -1, "the run is over"
    (peak,) = tiles.rows("city", "Most people affected at once")
    assert peak["peak"] == figures["most_people"]
    spans = union(span for group in groups(folder.city) for span in lacking(group, low)) if once.most else ()
    assert peak["onset_ms"] == (zero_ms + spans[0][0] if spans else None)
    assert peak["peak_ms"] == (None if once.at is None else zero_ms + once.at)
    assert peak["lasted_s"] == pytest.approx(sum(end - begin for begin, end in spans) / 1000)
    (uncovered,) = tiles.rows("city", "Faults without fallback")
    assert uncovered["uncovered"] == -1, "the run is over"
    (worst,) = tiles.rows("city", "Worst service")
    missed = [one for one in figures["levels"] if one["person_hours"]]
    label = {one["id"]: Places(folder.city).level_label(one["id"]).en for one in missed}
    assert worst["worst"] in (label.values() if missed else ("none",))
    (at,) = pushed.rows(f"SELECT LAST(worst_quality) AS quality FROM affected WHERE \"run\" = '{run}'")
    assert all(one["worst"] >= at["quality"] - 1e-9 for one in missed if one["minimum"] <= 1.0)
    for page in ("resilience", "compare"):
        title = "Verdict" if page == "resilience" else "Verdict (before: ${run:text})"
        assert [row["verdict"] for row in tiles.rows(page, title)] == [verdict["verdict"]]

    shown = {
        f"{row['category']}: {row['expectation']}": row for row in tiles.rows("resilience", "Expectations and checks")
    }
    shown |= {f"redundancy: {row['redundancy']}": row for row in tiles.rows("resilience", "Fallbacks")}
    findings = {one: VERDICT_CODES[said] for one, said in figures["findings"].items()}
    idle = VERDICT_CODES["not needed"]  # a fallback that stood by is no failure, and says so
    assert {one: 0 if row["verdict"] == idle else row["verdict"] for one, row in shown.items()} == findings
    taken = json.loads((path / "run.json").read_text(encoding="utf-8"))["readings"]
    shares = figures["metrics"]
    (lost,), (late,) = tiles.rows("health", "Lost"), tiles.rows("health", "Late")
    assert lost["lost"] == round(shares["readings-lost: telemetry"] * taken)
    assert late["count"] == round(shares["readings-late: telemetry"] * (taken - lost["lost"]))
    assert [tiles.rows("health", title)[0]["count"] for title in ("Rejected", "Dead letters")] == [0, 0]

    services = {row.need: row for row in by_service(folder.city, past, 0, folder.end)}
    hours = {row["measure"]: row for row in tiles.rows("city", "Person-hours by service")}
    assert hours.pop("any")["person_hours"] == pytest.approx(figures["person_hours"])
    for need, wanted in figures["services"].items():
        assert hours[need]["person_hours"] == pytest.approx(wanted), need
        assert hours[need]["peak"] == services[need].most_people, need
    assert not any(row["person_hours"] for need, row in hours.items() if need not in figures["services"])

    for domain in registry().pages:
        peaks = {row["measure"]: row["peak"] for row in tiles.rows(domain, "Most people affected at once")}
        so_far = {row["measure"]: row["person_hours"] for row in tiles.rows(domain, "Person-hours so far")}
        for need in peaks.keys() & services.keys():
            assert peaks[need] == services[need].most_people, (domain, need)
            assert so_far[need] == pytest.approx(figures["services"][need]), (domain, need)
    metrics = {row["name"]: row["value"] for row in tiles.rows("resilience", "Figures of the run")}
    assert metrics == {name: value for name, value in figures["metrics"].items() if value is not None}


def at_least(pushed: Pushed, run: str) -> int:
    """Hold what every water tank is said to last at least against the hours that came; how many were held."""
    held = 0
    query = f"SELECT hours_left, hours_least, amount, draining FROM depletion WHERE \"run\" = '{run}' AND kind = 'tank'"
    for series in pushed.server.query(query + " GROUP BY component"):
        rows = series["values"]
        for looks in (6, 12, 24):
            for (at, hours, least, amount, draining), (then, *_, left, _on) in zip(rows, rows[looks:], strict=False):
                if draining and hours < HOURS_SHOWN:
                    assert least <= hours, series["tags"]
                    assert amount - left <= amount * ((then - at) / 3.6e6 / least), (series["tags"], at)
                    held += 1
    return held


def test_a_water_tank_lasts_as_long_as_is_said_at_least(pushed: Pushed) -> None:
    assert at_least(pushed, "rich") > 50


def test_tiles_of_an_evening_on_which_much_fails(pushed: Pushed, rich: Path) -> None:
    check(pushed, rich, "rich")


def test_tiles_of_a_day_on_which_nothing_fails(pushed: Pushed, quiet: dict[str, Any], quiet_folder: Path) -> None:
    assert quiet
    check(pushed, quiet_folder, "quiet")


@pytest.fixture
def forgotten(pushed: Pushed) -> Iterator[None]:
    yield
    pushed.server.query("DROP SERIES WHERE \"run\" = 'tiles'")


@pytest.mark.nightly
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_tiles_of_three_scenarios(pushed: Pushed, forgotten: None, tmp_path: Path, scenario: str) -> None:
    folder = tmp_path / "tiles"
    assert main(["run", scenario, "--out", str(folder), "--mqtt", "off"]) in (0, 1, 2)
    assert main([*pushed.arguments(folder), "--no-readings"]) == 0
    check(pushed, folder, "tiles")
    at_least(pushed, "tiles")


def test_what_is_said_to_last_lasts_so_long_within_a_tenth(pushed: Pushed) -> None:
    """Batteries and roof tanks that ran empty did so when it was said; fuel went at the rate that was said."""
    empty = burnt = 0
    query = "SELECT hours_left, amount, draining FROM depletion WHERE \"run\" = 'rich' GROUP BY kind, component"
    for series in pushed.server.query(query):
        rows = series["values"]
        end = next((at for at, _hours, amount, _draining in rows if amount == 0), None)
        kind = series["tags"]["kind"]
        if end is not None:
            for at, hours, amount, draining in rows:
                if at < end and draining and amount > 0 and (left := (end - at) / 3.6e6) > 0.15:
                    assert hours == pytest.approx(left, rel=0.1), series["tags"]
                    empty += 1
        elif kind == "fuel":
            running = [row for row in rows if row[3]][1:-1]  # the first and the last look are at a part of an interval
            for one, other in zip(running, running[6:], strict=False):
                used = (one[2] - other[2]) / ((other[0] - one[0]) / 3.6e6)
                if used > 0 and (lasts := one[2] / used) < 72:
                    assert one[1] == pytest.approx(lasts, rel=0.1), series["tags"]
                    burnt += 1
    assert empty > 50
    assert burnt > 10
