"""What a live run could not deliver stays on disk, and is delivered later."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from gateways.ingest.embedded_store import EmbeddedStore, read_columns
from simulator.contracts.problem import BadInput
from stadtwerk.__main__ import main
from stadtwerk.live.reconciliation import seal
from stadtwerk.live.resume import resume
from stadtwerk.live.settings import LiveSettings
from stadtwerk.live.undelivered import Kept, Resumable
from stadtwerk.terminal import Terminal
from tests.foreground import hears_ctrl_c
from tests.ingest.support import columns, written
from tests.live.support import read_live, write_scenario

COMMAND = ["live", "live-short.yaml", "--gateways", "2", "--out", "out"]


def left_of(folder: Path) -> int:
    """Packs in the gateways' outboxes, by looking into the files."""
    packs = 0
    for file in folder.glob("outboxes/*/outbox.db"):
        with closing(sqlite3.connect(file)) as database:
            packs += database.execute("select count(*) from packs").fetchone()[0]
    return packs


def test_what_was_left_at_the_end_is_delivered_by_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_scenario(tmp_path)
    drill = ["--speed", "300", "--drain", "0.001", "--kill", "ingest-1@300"]  # down for its last 15 minutes: 3 s
    assert main([*COMMAND, *drill]) == 1
    live = read_live(tmp_path / "out", 1)
    assert not live.record["holds"] and live.record["tally"]["missing"] > 0
    assert left_of(tmp_path / "out" / "undelivered") > 0
    assert "--resume" in capsys.readouterr().out
    assert main([*COMMAND, "--speed", "600"]) == 64, "another run does not take its place"
    assert main(["live", "--resume", "out", "--influx", "http://127.0.0.1:1", "--bucket", "b"]) == 64
    capsys.readouterr()
    assert main(["live", "--resume", "out"]) == 0
    assert "all is delivered" in capsys.readouterr().out
    after = read_live(tmp_path / "out", 0)
    tally = after.record["tally"]
    assert after.record["holds"] and (tally["missing"], tally["doubled"], tally["disordered"]) == (0, 0, 0)
    assert tally["acknowledged"] == live.record["tally"]["acknowledged"]
    assert written(tmp_path / "out" / "store.sqlite") == tally["rows"]
    assert not (tmp_path / "out" / "undelivered").exists()
    assert after.told("live")[-2:] == ["live.resumed", "live.drained"]
    assert main(["live", "--resume", "out"]) == 64, "there is nothing left"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere children look for their parent themselves")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.nightly)])
def test_a_run_that_is_stopped_keeps_everything(tmp_path: Path, number: signal.Signals) -> None:
    write_scenario(tmp_path)
    command = [sys.executable, "-m", "stadtwerk", *COMMAND, "--speed", "60", "--kill", "ingest-1@0"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=hears_ctrl_c,  # noqa: PLW1509
    ) as run:
        assert run.stderr is not None
        assert any("processes run" in line for line in run.stderr)
        kept = tmp_path / "out.undelivered"
        deadline = time.monotonic() + 60.0
        # Its gateways alone may open them now.
        while sum(file.stat().st_size for file in kept.glob("outboxes/*/outbox.db*")) < 400_000:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        os.kill(run.pid, number)
        _, said = run.communicate(timeout=60)
    assert kept.stat().st_mode & 0o777 == 0o700
    if number == signal.SIGINT:
        assert "--resume" in said and json.loads((kept / "live.json").read_bytes())["interrupted"]
    assert left_of(kept) > 0
    done = subprocess.run(
        [sys.executable, "-m", "stadtwerk", "live", "--resume", "out"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all is delivered" in done.stdout
    record = json.loads((kept / "live.json").read_bytes())
    assert record["holds"] and not any(record["left_in_outboxes"].values())
    if number == signal.SIGINT:
        assert record["tally"]["acknowledged"] > 0 and record["tally"]["missing"] == 0
    assert written(kept / "store.sqlite") > 0 and not (kept / "outboxes").exists()


@pytest.mark.parametrize(
    ("brokers", "store", "fields"),
    [
        ("mosquitto", "embedded", ["--mosquitto"]),
        ("embedded", "http://127.0.0.1:8086", ["--influx"]),
        ("mosquitto", "http://127.0.0.1:8086", ["--influx", "--mosquitto"]),
    ],
)
def test_what_is_left_goes_the_way_of_the_rest(tmp_path: Path, brokers: str, store: str, fields: list[str]) -> None:
    kept = Kept(tmp_path / "out")
    kept.begin(Resumable({"gateway-d1": "senml"}, brokers, store, "out", {}))
    kept.outboxes.mkdir()
    with pytest.raises(BadInput) as bad:
        resume(tmp_path / "out", LiveSettings(), Terminal("en"))
    assert [problem.field for problem in bad.value.problems] == fields


def test_ctrl_c_while_the_rest_is_delivered_says_that_it_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("stadtwerk.live.resume.resume", stopped)
    assert main(["live", "--resume", "out"]) == 130
    said = capsys.readouterr().err
    assert "--resume out" in said and "nothing was written" not in said


def test_reading_the_store_while_the_run_ends_breaks_neither(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = EmbeddedStore(path, durable=False)
    for sequence in range(200):
        store.commit([columns(sequence)])
    failures: list[BaseException] = []
    ending = threading.Event()

    def look() -> None:
        while not ending.is_set():
            try:
                assert len(read_columns(path)) == 400
            except BaseException as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=look) for _ in range(3)]
    holding = sqlite3.connect(path)
    holding.execute("begin")
    holding.execute("select count(*) from block").fetchone()
    for reader in readers:
        reader.start()
    store.close()
    begun = time.monotonic()
    seal(path)
    assert time.monotonic() - begun < 30.0
    time.sleep(0.2)
    holding.close()
    seal(path)
    ending.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert len(read_columns(path)) == 400


@pytest.mark.nightly  # its parts are tried above
def test_a_live_run_ends_in_order_while_its_store_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_scenario(tmp_path)
    ending, failures, looks = threading.Event(), [], [0, 0]
    places = (tmp_path / "out.undelivered" / "store.sqlite", tmp_path / "out" / "store.sqlite")

    def look(hold: bool) -> None:
        while not ending.is_set():
            for place, path in enumerate(places):
                try:
                    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
                        database.execute("begin")
                        first = database.execute("select count(*) from block").fetchone()
                        time.sleep(1.0 if hold else 0.0)  # longer than the store takes to be closed
                        assert database.execute("select count(*) from block").fetchone() == first
                    looks[place] += 1
                except sqlite3.OperationalError as error:
                    # It is not there yet, has not got its tables yet, or is being put in place: the folder gets its
                    # name between the moments at which a reader opens the database and its journal.
                    if not any(said in str(error) for said in ("unable to open", "no such table", "disk I/O")):
                        failures.append(error)
                except AssertionError as error:
                    failures.append(error)
            time.sleep(0.01)

    readers = [threading.Thread(target=look, args=(hold,)) for hold in (False, False, True)]
    for reader in readers:
        reader.start()
    try:
        code = main([*COMMAND, "--speed", "300"])
        time.sleep(1.5)
    finally:
        ending.set()
        for reader in readers:
            reader.join()
    assert code == 0, capsys.readouterr()
    assert not failures
    assert min(looks) > 10, "it was read while the run went on, and when it had ended"
    live = read_live(tmp_path / "out", 0)
    tally = live.record["tally"]
    assert live.record["holds"] and (tally["missing"], tally["doubled"], tally["disordered"]) == (0, 0, 0)
    assert written(places[1]) == tally["rows"]
