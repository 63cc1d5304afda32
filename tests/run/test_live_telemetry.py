"""During a run anyone with the viewer's login sees the telemetry; without a broker the run goes on."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import paho.mqtt.client as mqtt
import pyarrow.parquet as pq
import pytest

from stadtwerk.__main__ import main
from tests.foreground import hears_ctrl_c
from tests.run.test_determinism import SHORT


def test_a_subscriber_sees_readings_while_the_run_lasts(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    command = [sys.executable, "-m", "stadtwerk", "run", "short.yaml", "--out", "out", "--speed", "400"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        told = next(line for line in run.stderr if "mqtt://" in line)
        found = re.search(r"mqtt://([\d.]+):(\d+).*user (\S+), password (\S+)", told)
        assert found is not None
        got: list[mqtt.MQTTMessage] = []
        enough = threading.Event()

        everything: list[mqtt.MQTTMessage] = []

        def on_message(client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
            everything.append(message)
            if message.topic.endswith("/senml"):
                got.append(message)
                if len(got) >= 5:
                    enough.set()

        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        client.username_pw_set(found[3], found[4])
        client.on_message = on_message
        client.on_connect = lambda c, *_: c.subscribe("city/#", 1)
        client.connect(found[1], int(found[2]))
        client.loop_start()
        try:
            assert enough.wait(60)
            run.communicate(timeout=240)  # listening to the end
        finally:
            client.loop_stop()
    assert run.returncode in (0, 1, 2)
    assert {message.topic.split("/")[2] for message in got} <= {f"gateway-d{i}" for i in range(1, 9)}
    # No meter of a household is on the wire or in the run's own file: they leave their gateways as sums.
    assert not [message for message in everything if b"meter-" in message.payload]
    written = set(pq.read_table(tmp_path / "out" / "readings.parquet").column("sensor").to_pylist())
    assert {f"households-gateway-d{i}/household_w_sum" for i in range(1, 9)} <= written
    assert not [sensor for sensor in written if "meter-" in sensor]


def test_a_taken_port_is_said_and_the_run_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code = main(["run", str(path), "--out", str(tmp_path / "out"), "--mqtt", str(port)])
    assert code in (0, 1, 2)
    assert "goes on without it" in capsys.readouterr().err
    assert (tmp_path / "out" / "readings.parquet").stat().st_size > 0


def test_a_run_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    command = [sys.executable, "-m", "stadtwerk", "run", "short.yaml", "--out", "out", "--speed", "1"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears_ctrl_c,  # noqa: PLW1509
    ) as run:
        try:
            assert run.stderr is not None
            next(line for line in run.stderr if "mqtt://" in line)
            os.kill(run.pid, signal.SIGINT)
            _, said = run.communicate(timeout=60)
        finally:
            run.kill()  # or a failure would wait for the end of the run
    assert run.returncode == 130
    assert "nothing was written" in said
    assert [path.name for path in tmp_path.iterdir()] == ["short.yaml"]
