"""What a push holds in memory does not grow with the number of readings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gateways.stores.parquet import COLUMNS
from stadtwerk.influx.gateways import PART_ROWS

ROOT = Path(__file__).resolve().parents[2]
SENSORS, GATEWAYS = 400, 8

MEASURE = """
import resource, sys
from pathlib import Path
from resilience.scenario.loader import build_scenario
from simulator.contracts.document import load_document
from stadtwerk.influx.gateways import GatewayLines, ReadingFile, ReadingLines
from stadtwerk.influx.places import RunIdentity
from stadtwerk.library import load_named_city, scenario_folder
scenario = build_scenario(load_document(scenario_folder() / "quiet-day.yaml"))
run = RunIdentity("r", load_named_city("demo"), scenario, 1, 0, 86_400_000, 0)
readings, single, of_gateways, lines = ReadingFile(Path(sys.argv[1])), ReadingLines(run), GatewayLines(run), 0
for part in readings.parts():
    of_gateways.add(part)
    lines += sum(count for _, count in single.of(part))
of_gateways.lines()
print(lines, len(readings), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def write(path: Path, rows: int) -> None:
    """As `ReadingStore` lays them out: in row groups of this size, names in dictionaries."""
    rng = np.random.default_rng(1)
    names = {
        "sensor": pa.array([f"thing-{n}/pressure_m" for n in range(SENSORS)]),
        "gateway": pa.array([f"gateway-d{n + 1}" for n in range(GATEWAYS)]),
    }
    named = pa.dictionary(pa.int32(), pa.string())
    kinds = {"f": pa.float64(), "i": named, "u": pa.uint8()}
    schema = pa.schema([(name, kinds[kind.kind]) for name, kind in COLUMNS.items()])
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for first in range(0, rows, PART_ROWS):
            count = min(PART_ROWS, rows - first)
            sensor = np.arange(first, first + count, dtype=np.int32) % SENSORS
            at = np.arange(first, first + count) * (86_400.0 / rows)
            columns = {
                "t_s": pa.array(at),
                "sensor": pa.DictionaryArray.from_arrays(pa.array(sensor), names["sensor"]),
                "value": pa.array(rng.random(count)),
                "quality": pa.array(np.zeros(count, np.uint8)),
                "gateway": pa.DictionaryArray.from_arrays(pa.array(sensor % GATEWAYS), names["gateway"]),
                "delivered_s": pa.array(at + 0.004),
            }
            writer.write_table(pa.table(columns, schema=schema), row_group_size=PART_ROWS)


def memory_mb(path: Path, rows: int) -> int:
    write(path, rows)
    said = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines, read, peak = map(int, said.stdout.split())
    assert lines == read == rows
    path.unlink()
    return peak


def test_twice_the_readings_take_no_more_memory(tmp_path: Path) -> None:
    few, many = (memory_mb(tmp_path / "r.parquet", parts * PART_ROWS) for parts in (2, 4))
    assert many - few < 20, (few, many)


@pytest.mark.nightly
def test_sixteen_times_the_readings_take_no_more_memory(tmp_path: Path) -> None:
    few, many = (memory_mb(tmp_path / "r.parquet", parts * PART_ROWS) for parts in (4, 64))
    assert many - few < 20, (few, many)
