"""A run folder in a database: the same figures as in the folder, once however often it is pushed."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest

from resilience.judge.affected import affected, by_service, groups, lows
from resilience.judge.metrics import quality, resilience
from simulator.contracts.registry import registry
from stadtwerk.influx.push import identity
from stadtwerk.influx.replay import Replay
from stadtwerk.runs.finished import RunFolder, StoredSource, read_folder
from tests.grafana.conftest import Pushed, say, silenced
from tests.influx.influx2 import InfluxDB2
from tests.influx.measurements import MEASUREMENTS
from tests.influx.servers import InfluxDB1
from tests.support.stored import lived

ZERO_MS = 1_768_410_000_000
"""2026-01-14T17:00, the rich scenario's zero, read as UTC."""


@pytest.fixture(scope="module")
def folder(rich: Path) -> RunFolder:
    return read_folder(rich, None)


def counts(pushed: Pushed) -> dict[tuple[str, str], int]:
    found = {}
    for row in pushed.rows('SELECT COUNT(*) FROM /.*/ WHERE "run" = \'rich\' GROUP BY "run"'):
        name = next(k for k, v in row.items() if k.startswith("count_") and v)
        found[name, str(row[name])] = sum(int(v) for k, v in row.items() if k.startswith("count_") and v)
    return found


def test_pushed_twice_it_is_there_once(pushed: Pushed, rich: Path) -> None:
    before = counts(pushed)
    assert len(before) > len(MEASUREMENTS) - 2
    code, said = say(pushed.arguments(rich))
    assert code == 0
    assert counts(pushed) == before
    assert said.strip() == f"/d/stadtwerk-city-en?var-run=rich&from={ZERO_MS - 1_800_000}&to={ZERO_MS + 10_800_000}"


def test_another_run_does_not_mix_with_one_of_the_same_name(
    pushed: Pushed, rich: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = [*pushed.arguments(rich), "--now", "--name", "moved", "--no-readings"]
    assert say(moved)[0] == 0
    first = pushed.rows('SELECT COUNT("value") FROM service_level WHERE "run" = \'moved\'')
    last = pushed.rows('SELECT LAST("value") FROM service_level WHERE "run" = \'moved\'')[0]["time"]
    assert abs(last / 1000 - time.time()) < 120
    time.sleep(1.1)  # now is another second
    assert say(moved)[0] == 64
    assert "--replace" in capsys.readouterr().err
    assert say([*moved, "--replace"])[0] == 0
    assert (
        pushed.rows('SELECT COUNT("value") FROM service_level WHERE "run" = \'moved\'')[0]["count"] == first[0]["count"]
    )
    assert pushed.rows('SELECT COUNT("value") FROM pressure_m WHERE "run" = \'moved\'') == []
    pushed.server.query("DROP SERIES WHERE \"run\" = 'moved'")
    assert pushed.rows('SELECT COUNT("value") FROM service_level WHERE "run" = \'rich\'')


@pytest.mark.parametrize("by", [pytest.param("token", marks=pytest.mark.nightly), "login"])
def test_a_run_is_replaced_in_influxdb_2_by_token_and_by_login(
    pushed: Pushed, rich: Path, tmp_path: Path, by: str
) -> None:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("writer-pass-1")
    who = ["--token-file", str(secret), "--org", InfluxDB2.ORG]
    if by == "login":
        who = ["--user", "writer", "--password-file", str(secret)]
    with InfluxDB2(pushed.server, {"writer-pass-1": True}, {("writer", "writer-pass-1"): True}) as server:
        where = ["--influx", server.url, "--bucket", InfluxDB1.DATABASE, *who]
        arguments = ["push", str(rich), *where, "--name", "second", "--no-readings", "--now"]
        with pushed.writer() as before:
            before.write(b'run,city=demo,run=second digest="another" 1768402800000\n')
        assert say(arguments)[0] == 64, "it is another one"
        assert say([*arguments, "--replace"])[0] == 0
        (row,) = pushed.rows("SELECT digest FROM run WHERE \"run\" = 'second'")
        assert row["digest"] != "another"
    pushed.server.query("DROP SERIES WHERE \"run\" = 'second'")


def test_person_hours_and_losses_are_those_of_the_metrics(pushed: Pushed, folder: RunFolder) -> None:
    past = lived(folder)
    wanted = {row.need: row.person_hours for row in by_service(folder.city, past, 0, folder.end)}
    there = pushed.rows('SELECT LAST("person_hours") AS h FROM affected WHERE "run" = \'rich\' GROUP BY measure')
    found = {row["measure"]: row["h"] for row in there}
    once = affected(groups(folder.city), folder.city, lows(folder.city, past, 0, folder.end))
    assert found.pop("any") == pytest.approx(once.person_hours)
    technical = found.keys() - wanted.keys()
    assert "ict-availability" in technical and {found.pop(measure) for measure in technical} == {0.0}
    assert found == pytest.approx(wanted)
    assert max(wanted.values()) > 10_000
    # The curve of a measure with one level is that level's own.
    level = folder.city.levels["ict-availability"]
    loss_s = resilience(quality(past.levels[level.id], level), 0, folder.end).loss_s
    where = "WHERE \"run\" = 'rich' AND measure = 'ict-availability'"
    (row,) = pushed.rows(f"SELECT LAST(loss_h) AS h FROM service_curve {where}")
    assert row["h"] == pytest.approx(loss_s / 3600.0)
    assert row["h"] > 0.01


def test_levels_faults_and_modes_are_where_the_folder_has_them(pushed: Pushed, folder: RunFolder) -> None:
    for row in pushed.rows('SELECT LAST("value") AS v FROM service_level WHERE "run" = \'rich\' GROUP BY level'):
        assert row["v"] == pytest.approx(lived(folder).levels[row["level"]].values[-1])
    faults = pushed.rows("SELECT MAX(active) AS most, LAST(active) AS now FROM fault WHERE \"run\" = 'rich' GROUP BY *")
    applied = {(e.subject, e.params["fault"]) for e in StoredSource(folder.path).events() if e.kind == "fault"}
    assert {(row["component"], row["fault"]) for row in faults} == applied
    assert {(row["most"], row["now"]) for row in faults} == {(1, 0)}
    where = "WHERE \"run\" = 'rich' AND component = 'hospital-1'"
    course = [row["mode"] for row in pushed.rows(f'SELECT "mode" FROM "mode" {where}')]
    assert list(dict.fromkeys(course)) == ["mains", "battery", "generator"]
    (first,) = pushed.rows(f'SELECT FIRST(state) AS s FROM "mode" {where} AND "state" = 2')
    assert first["time"] == ZERO_MS + 900_000


def test_findings_and_second_ways_are_those_of_the_verdict(pushed: Pushed, rich: Path) -> None:
    verdict = json.loads((rich / "verdict.json").read_text())
    codes = {"pass": 0, "fail": 1, "inconclusive": 2}
    wanted = {
        (f["category"], f["id"]): codes[f["value"]] if f["needed"] else 4
        for f in verdict["findings"]
        if f["category"] != "redundancy"
    }
    there = pushed.rows(
        "SELECT LAST(verdict) AS v FROM expectation WHERE \"run\" = 'rich' GROUP BY category, expectation"
    )
    assert {(row["category"], row["expectation"]): row["v"] for row in there} == wanted
    ways = pushed.rows(
        "SELECT LAST(verdict) AS v, activation_s, limit_s FROM redundancy WHERE \"run\" = 'rich' GROUP BY redundancy"
    )
    by_id = {row["redundancy"]: (row["v"], row["activation_s"], row["limit_s"]) for row in ways}
    assert by_id == {"hospital-generator": (0, 12.0, 15.0), "paper-counter": (4, None, 7200.0)}
    (run,) = pushed.rows("SELECT verdict, begin_ms, end_ms, answer_de FROM run WHERE \"run\" = 'rich'")
    assert run["verdict"] == verdict["exit_code"]
    assert run["answer_de"] == verdict["answer"]["de"]
    assert run["begin_ms"] == run["time"]


def test_figures_are_those_of_the_folder(pushed: Pushed, rich: Path) -> None:
    """PCS, ECS, ENS, SAIDI, SAIFI, CAIDI, Todini, availability, people below a pressure: all of figures.json."""
    wanted = {k: v for k, v in json.loads((rich / "figures.json").read_text())["metrics"].items() if v is not None}
    there = pushed.rows('SELECT LAST(value) AS v, unit FROM "figure" WHERE "run" = \'rich\' GROUP BY "name"')
    assert {row["name"]: row["v"] for row in there} == wanted
    kinds = {row["figure"] for row in pushed.rows('SELECT value FROM "figure" WHERE "run" = \'rich\' GROUP BY figure')}
    assert kinds >= {"eoh-pcs", "eoh-ecs", "ens", "saidi", "saifi", "caidi", "todini", "water-availability"}
    of = pushed.rows("SELECT value FROM figure WHERE \"run\" = 'rich' AND figure = 'eoh-pcs' GROUP BY against")
    assert {row["against"] for row in of} == {"required", "undisturbed"}
    units = {metric["unit"] for metric in json.loads((rich / "verdict.json").read_text())["metrics"]}
    assert {row["unit"] for row in there} <= units


def test_margins_and_what_held_under_small_changes_are_those_of_the_folder(pushed: Pushed, rich: Path) -> None:
    rows = json.loads((rich / "robust.json").read_text())["findings"]
    assert {row["category"] for row in rows} == {"redundancy", "expectation", "required"}
    wanted = {(r["category"], r["finding"]): (r["margin"], r["holds"], r["tried"]) for r in rows}
    fields = "LAST(verdict), margin, holds, tried"
    there = pushed.rows(f"SELECT {fields} FROM expectation WHERE \"run\" = 'rich' GROUP BY category, expectation")
    found = {(r["category"], r["expectation"]): (r["margin"], r["holds"], r["tried"]) for r in there}
    there = pushed.rows(f"SELECT {fields} FROM redundancy WHERE \"run\" = 'rich' GROUP BY redundancy")
    found |= {("redundancy", r["redundancy"]): (r["margin"], r["holds"], r["tried"]) for r in there}
    assert {name: found[name] for name in wanted} == wanted
    assert len({tried for _margin, _holds, tried in wanted.values()}) == len(wanted)
    others = {name: row for name, row in found.items() if name not in wanted}
    assert others and {row[1:] for row in others.values()} == {(None, None)}


def test_readings_are_those_that_arrived(pushed: Pushed, rich: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(rich / "readings.parquet", columns=["delivered_s", "sensor"])
    arrived = int(np.isfinite(table.column("delivered_s").to_numpy()).sum())
    names = {name.rpartition("/")[2] for name in table.column("sensor").unique().to_pylist()}
    there = [
        row
        for name in sorted(names)
        for row in pushed.rows(f'SELECT COUNT(quality) AS n FROM "{name}" WHERE "run" = \'rich\'')
    ]
    assert sum(row["n"] for row in there) == arrived
    rows = pushed.rows(
        "SELECT LAST(taken), delivered, lost, outbox, late FROM gateway WHERE \"run\" = 'rich' GROUP BY gateway"
    )
    assert all(row["last"] == row["delivered"] + row["lost"] + row["outbox"] for row in rows)
    said = re.search(r"([\d,]+) of them late, ([\d,]+) lost", (rich.with_name("said")).read_text().replace("\n", " "))
    assert said
    totals = [sum(row[name] for row in rows) for name in ("late", "lost")]
    assert totals == [int(number.replace(",", "")) for number in said.groups()]
    silent = pushed.rows("SELECT MAX(silent_s) AS s FROM gateway WHERE \"run\" = 'rich' GROUP BY gateway")
    long = {row["gateway"] for row in silent if row["s"] > 900}
    assert "gateway-d3" in long <= silenced(rich), "the one that was out for an hour, and whose reserves were used up"


def test_the_lines_are_the_same_in_however_many_steps(folder: RunFolder) -> None:
    """What a live run writes bit by bit is what a push writes at once."""
    run = identity(folder, "rich", now=False)
    at_once = Replay(run, StoredSource(folder.path)).advance(folder.end + 1)
    replay, bits = Replay(run, StoredSource(folder.path)), []
    for tick in range(folder.begin, folder.end + 500_000, 457_001):
        bits += replay.advance(min(tick, folder.end + 1))
    assert bits == at_once


def test_measurements_and_quantities_have_names_of_their_own() -> None:
    assert not MEASUREMENTS.keys() & registry().quantities.keys()
    for measurement in MEASUREMENTS.values():
        assert not set(measurement.tags) & {field.name for field in measurement.fields}, "a name is a tag or a field"


def test_a_database_that_lets_nobody_in_is_bad_input(
    pushed: Pushed, rich: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "password"
    secret.write_text("no such password")
    arguments = pushed.arguments(rich)
    arguments[arguments.index("--password-file") + 1] = str(secret)
    for mode, reason in ((0o644, "open to other users"), (0o600, "authorization failed")):
        secret.chmod(mode)
        assert say(arguments)[0] == 64
        assert reason in capsys.readouterr().err
    arguments[arguments.index("--influx") + 1] = "http://127.0.0.1:9"
    assert say(arguments)[0] == 64
    assert "no answer" in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(["push", str(tmp_path), "--influx", "http://127.0.0.1:1", "--bucket", "b"])[0] == 64
    assert "run.json" in capsys.readouterr().err
    assert (
        say(["push", str(tmp_path), "--influx", "ftp://x", "--bucket", "b", "--user", "u", "--token-file", "no"])[0]
        == 64
    )
    said = capsys.readouterr().err
    assert all(field in said for field in ("--influx", "--user", "--token-file", "--password-file", "--org"))
