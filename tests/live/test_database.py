"""A live run that writes to a database, which is killed in the middle: what gateways acknowledged is there once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from stadtwerk.__main__ import main
from tests.influx.servers import VICTORIA_METRICS, VictoriaMetrics
from tests.live.support import SCENARIO, read_live, write_scenario


@pytest.mark.skipif(VICTORIA_METRICS is None, reason="victoria-metrics is not installed")
def test_everything_acknowledged_is_in_the_database_once(tmp_path: Path) -> None:
    short = SCENARIO.replace("20min", "7min").replace("at: 8min", "at: 2min")
    scenario = write_scenario(tmp_path, short.replace("5min", "2min").replace("6min", "2min"))
    token = tmp_path / "token"
    token.touch(0o600)
    token.write_text("of a test")
    (tmp_path / "database").mkdir()
    killed = threading.Event()
    with VictoriaMetrics(tmp_path / "database") as database:

        def kill() -> None:
            database.kill()
            killed.set()

        timer = threading.Timer(4.0, kill)  # the processes need one or two seconds, the 7 minutes of the town another 7
        # On Linux a child ends with the thread that started it, so this one has to last.
        finished = threading.Event()

        def bring_back() -> None:
            database.start()
            finished.wait(120)

        back = threading.Timer(6.0, bring_back)
        timer.start()
        back.start()
        try:
            arguments = ["live", str(scenario), "--out", str(tmp_path / "run"), "--gateways", "2", "--speed", "60"]
            target = ["--influx", database.url, "--token-file", str(token), "--org", "city", "--bucket", "readings"]
            drill = ["--engine", "victoriametrics", "--kill", "ingest@100"]
            live = read_live(tmp_path / "run", main([*arguments, *target, *drill]))
            # Each reading is one sample of `value` and one of `quality`.
            there = {kind: database.count(f'{{__name__=~".*_{kind}"}}') for kind in ("value", "quality")}
        finally:
            finished.set()
            timer.join()
            back.join()
    assert killed.is_set()
    assert live.record["readings"]["acknowledged"] > 350
    assert there["value"] == there["quality"] == live.record["leaving"]
    assert live.record["tally"] is None
    assert live.record["drained"]
    assert live.record["holds"]
    assert not any(live.record["left_in_outboxes"].values())
    assert not (tmp_path / "run" / "store.sqlite").exists()
