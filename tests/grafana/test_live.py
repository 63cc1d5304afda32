"""A live run writes, as it goes on, what a push of its folder writes afterwards, and how its real processes are."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from simulator.contracts.measurements import BROKER, GATEWAY, INGEST, RUN
from stadtwerk.__main__ import main
from tests.grafana.conftest import Pushed
from tests.influx.measurements import MEASUREMENTS

SCENARIO = """\
schema: stadtwerk/scenario/1
id: live-grafana
title: {de: Kurz, en: Short}
question: {de: "Sieht man es?", en: "Can it be seen?"}
charter: [3.3/subsystem-continuity]
city: {name: demo}
run: {start: "2026-01-14T17:00", duration: 8min, seeds: [1]}
timeline:
  - {id: out, at: 2min, fault: substation-out, target: substation-1, for: 3min}
expect:
  - {id: water, type: invariant, levels: {measure: water-supply}}
"""


def points(pushed: Pushed, measurement: str, run: str, begin_ms: int) -> list[dict[str, Any]]:
    """All points of a run, with times since its begin and without its name."""
    rows = pushed.rows(f'SELECT * FROM "{measurement}" WHERE "run" = \'{run}\'')
    times = ("begin_ms", "end_ms", "zero_ms", "onset_ms", "peak_ms", "since_ms")
    moved = [
        {
            name: value - begin_ms if name in ("time", *times) else value
            for name, value in row.items()
            if name not in ("run", "name", "report") and value is not None
        }
        for row in rows
    ]
    return sorted(moved, key=str)


def test_a_live_run_is_in_the_database_as_its_folder_would_be(pushed: Pushed, tmp_path: Path) -> None:
    scenario, folder = tmp_path / "live-grafana.yaml", tmp_path / "live"
    scenario.write_text(SCENARIO, encoding="utf-8")
    database = pushed.arguments(folder)[2:]
    began_ms = int(time.time() * 1000)
    command = ["live", str(scenario), "--out", str(folder), "--gateways", "1", "--speed", "120", "--now", *database]
    assert main(command) in (0, 1, 2)
    assert main([*pushed.arguments(folder), "--name", "afterwards", "--no-readings"]) == 0

    begin: dict[str, int] = {}
    for run in ("live", "afterwards"):
        (row,) = pushed.rows(f"SELECT begin_ms FROM run WHERE \"run\" = '{run}'")
        begin[run] = row["begin_ms"]
    assert abs(begin["live"] - began_ms) < 60_000, "--now"
    seen = set()
    for name in MEASUREMENTS:
        if name in (GATEWAY.name, INGEST.name, BROKER.name):
            continue  # these are simulated in the folder, and real here
        live, afterwards = (points(pushed, name, run, begin[run]) for run in ("live", "afterwards"))
        assert live == afterwards, name
        seen |= {name} if live else set()
    assert {RUN.name, "affected", "mode", "annotation", "fault", "expectation", "depletion"} <= seen

    (gateway,) = pushed.rows(
        "SELECT LAST(delivered) AS n, online, broker FROM gateway WHERE \"run\" = 'live' GROUP BY gateway"
    )
    assert gateway["gateway"] == "gateway-d1"
    assert gateway["n"] > 100
    assert (gateway["online"], gateway["broker"]) == (1, "broker-a")
    (ingest,) = pushed.rows(
        "SELECT LAST(up) AS up, written, rejected FROM ingest WHERE \"run\" = 'live' GROUP BY ingest"
    )
    assert (ingest["ingest"], ingest["up"], ingest["rejected"]) == ("ingest-1", 1, 0)
    assert ingest["written"] >= gateway["n"] / 2
    brokers = pushed.rows("SELECT LAST(up) AS up, gateways FROM broker WHERE \"run\" = 'live' GROUP BY broker")
    assert [(row["broker"], row["up"], row["gateways"]) for row in brokers] == [("broker-a", 1, 1), ("broker-b", 1, 0)]
    # Readings bear the same tags as pushed ones.
    (tags,) = pushed.rows(
        "SELECT COUNT(quality) AS n FROM pressure_m WHERE \"run\" = 'live' GROUP BY city, district, gateway"
    )
    assert (tags["city"], tags["district"], tags["gateway"]) == ("demo", "Altstadt", "gateway-d1")
    assert tags["n"] > 0
    for run in begin:
        pushed.server.query(f"DROP SERIES WHERE \"run\" = '{run}'")
