"""The scenario of lying sensors: each label is found in the readings, and without such faults nothing changes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from simulator.sensors import Label, read_labels
from stadtwerk.__main__ import main
from stadtwerk.runs.folder import sha256
from tests.run.conftest import Run, read_run

Rows = dict[tuple[float, str], list[float]]


@pytest.fixture(scope="module")
def lies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("lies") / "run"
    yield read_run(folder, main(["run", "sensor-lies", "--out", str(folder), "--mqtt", "off"]))


@pytest.fixture(scope="module")
def labels(lies: Run) -> list[Label]:
    return list(read_labels(lies.folder / "truth.jsonl"))


@pytest.fixture(scope="module")
def rows(lies: Run) -> Rows:
    import pyarrow.parquet as pq

    table = pq.read_table(lies.folder / "readings.parquet", columns=["t_s", "sensor", "value"]).to_pydict()
    found: Rows = {}
    for t_s, sensor, value in zip(table["t_s"], table["sensor"], table["value"], strict=True):
        found.setdefault((t_s, sensor), []).append(value)
    return found


def test_the_faults_were_executed_and_seen(lies: Run) -> None:
    assert lies.exit_code == 2, "nothing that is judged leans on what sensors say: the run shows nothing"
    effects = {event["subject"] for event in lies.events if event["kind"] == "telemetry"}
    assert len(effects) == 4  # three tanks and a gateway
    for event in (event for event in lies.events if event["kind"] == "telemetry"):
        assert lies.causes(event)[-1]["kind"] == "fault"


def test_readings_are_what_their_labels_say(labels: list[Label], rows: Rows) -> None:
    replayed = {(x.t_s, sensor) for x in labels if x.fault == "readings-replayed" for sensor in x.sensors}
    stuck: dict[str, set[float]] = {}
    for label in (label for label in labels if label.fault == "sensor-stuck"):
        for sensor, read in zip(label.sensors, label.read, strict=True):
            if (label.t_s, sensor) not in replayed:
                assert rows[label.t_s, sensor] == [read]
            stuck.setdefault(sensor, set()).add(float(read or 0))
    assert len(stuck) == 3 and all(len(values) == 1 for values in stuck.values())
    played = sorted({label.t_s for label in labels if label.fault == "readings-replayed"})
    assert played[0] == 3600 + 600 and played[-1] < 7200
    for t_s, sensor in replayed:
        # what was recorded in the first ten minutes comes again every ten minutes
        before = 3600 + (t_s - 3600) % 600
        if (before, sensor) in rows and (before, sensor) not in replayed:
            np.testing.assert_array_equal(rows[t_s, sensor], rows[before, sensor])


def test_labels_count_for_the_digest_and_only_where_there_are_any(lies: Run, quiet: Run) -> None:
    assert lies.record["digests"]["truth"] == sha256((lies.folder / "truth.jsonl").read_bytes())
    assert "truth" not in quiet.record["digests"]
    assert not (quiet.folder / "truth.jsonl").exists()
