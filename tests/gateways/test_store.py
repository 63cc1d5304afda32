"""The Parquet file: what was read is what is in it, and its digest tells any difference."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from gateways.stores.parquet import COLUMNS, NAMED, NO_NAMES, ColumnDigest, Columns, Names, ReadingStore
from gateways.wire.payload import Block
from simulator.contracts.sensor import SensorGroup
from tests.gateways.samples import block, cohort

PUMPS, METERS = cohort("pump", "gw-1"), cohort("meter", "gw-2", count=2)
BLOCKS = (
    (block(PUMPS, -60.0, [1.5, 2.5, math.nan], [0, 0, 2]), -59_750),
    (block(METERS, 0.0, [7.0, 8.0]), None),
    (block(PUMPS, 0.0, [2.0, 3.0], first=1), 125_001),
)


def write(path: Path, blocks=BLOCKS, row_group: int = 100) -> str:
    store = ReadingStore(path, [PUMPS, METERS], row_group)
    for part, delivered in blocks:
        store.add(part, delivered)
    return store.close()


def readings_digest(path: Path) -> str:
    """The digest of a file that a `ReadingStore` wrote, computed again from its rows."""
    digest, names = ColumnDigest(), NO_NAMES
    for columns, in_file in _row_groups(path):
        digest.update(columns)
        names = in_file
    return digest.hexdigest(names)


def _row_groups(path: Path) -> Iterator[tuple[Columns, Names]]:
    with pq.ParquetFile(path, read_dictionary=list(NAMED)) as file:
        for i in range(file.num_row_groups):
            table = file.read_row_group(i)
            columns, names = {}, {}
            for name in COLUMNS:
                column = table.column(name).combine_chunks()
                column = column.chunk(0) if hasattr(column, "chunk") else column
                if name in NAMED:
                    names[name] = tuple(column.dictionary.to_pylist())
                    column = column.indices
                columns[name] = column.to_numpy(zero_copy_only=False)
            yield columns, names


def test_every_reading_is_a_row_as_it_was_and_when_it_arrived(tmp_path: Path) -> None:
    write(tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet").to_pydict()
    assert list(table) == ["t_s", "sensor", "value", "quality", "gateway", "delivered_s"]
    assert table["t_s"] == [-60.0] * 3 + [0.0] * 4
    assert table["sensor"] == [
        f"{n}/pressure_m" for n in ("pump0", "pump1", "pump2", "meter0", "meter1", "pump1", "pump2")
    ]
    np.testing.assert_array_equal(table["value"], [1.5, 2.5, math.nan, 7.0, 8.0, 2.0, 3.0])
    assert table["quality"] == [0, 0, 2, 0, 0, 0, 0]
    assert table["gateway"] == ["gw-1"] * 3 + ["gw-2"] * 2 + ["gw-1"] * 2
    np.testing.assert_array_equal(table["delivered_s"], [-59.75] * 3 + [math.nan] * 2 + [125.001] * 2)


def test_a_group_s_rows_are_those_of_its_cohorts_one_after_the_other(tmp_path: Path) -> None:
    gauges = cohort("gauge", "gw-1", count=2)
    group = SensorGroup((PUMPS, gauges))
    alone = [(block(PUMPS, 1.0, [2.0, 3.0], first=1), 1000), (block(gauges, 1.0, [4.0]), 1000)]
    for name, blocks in (("a", alone), ("b", [(block(group, 1.0, [2.0, 3.0, 4.0], first=1), 1000)])):
        store = ReadingStore(tmp_path / name, [PUMPS, METERS, gauges])
        for part, delivered in blocks:
            store.add(part, delivered)
        store.close()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_names_are_stored_as_a_dictionary(tmp_path: Path) -> None:
    write(tmp_path / "r.parquet")
    schema = pq.read_schema(tmp_path / "r.parquet")
    assert str(schema.field("sensor").type) == "dictionary<values=string, indices=int32, ordered=0>"


def test_the_same_rows_give_the_same_bytes_and_digest(tmp_path: Path) -> None:
    assert write(tmp_path / "a.parquet") == write(tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize("row_group", [1, 2, 3, 5, 100])
def test_the_digest_is_that_of_the_rows_however_they_are_cut_and_is_found_again_in_the_file(
    tmp_path: Path, row_group: int
) -> None:
    digest = write(tmp_path / "r.parquet", row_group=row_group)
    assert digest == write(tmp_path / "whole.parquet")
    assert readings_digest(tmp_path / "r.parquet") == digest
    assert pq.read_metadata(tmp_path / "r.parquet").num_rows == 7


def _changed(i: int, **change: object):
    blocks = list(BLOCKS)
    blocks[i] = (dataclasses.replace(blocks[i][0], **change), blocks[i][1])
    return tuple(blocks)


@pytest.mark.parametrize(
    "blocks",
    [
        _changed(1, values=np.array([7.0, np.nextafter(8.0, 9.0)])),
        _changed(1, at=1),
        _changed(1, quality=np.array([0, 1], dtype=np.uint8)),
        _changed(2, first=0),
        (BLOCKS[0], (BLOCKS[1][0], 5), BLOCKS[2]),
        (BLOCKS[1], BLOCKS[0], BLOCKS[2]),
        BLOCKS[:2],
        (),
    ],
)
def test_any_difference_changes_the_digest(tmp_path: Path, blocks: tuple[tuple[Block, int | None], ...]) -> None:
    assert write(tmp_path / "a.parquet", blocks) != write(tmp_path / "b.parquet")
    assert readings_digest(tmp_path / "a.parquet") != readings_digest(tmp_path / "b.parquet")


def test_an_empty_file_has_a_digest_too(tmp_path: Path) -> None:
    assert write(tmp_path / "r.parquet", ()) == readings_digest(tmp_path / "r.parquet")


def test_the_file_has_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "r.parquet", [PUMPS, METERS], row_group=1)
    store.add(*BLOCKS[0])
    assert [path.name for path in tmp_path.iterdir()] == ["r.parquet.part"]
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["r.parquet"]


def test_a_discarded_file_leaves_nothing(tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "r.parquet", [PUMPS, METERS], row_group=1)
    store.add(*BLOCKS[0])
    store.discard()
    assert list(tmp_path.iterdir()) == []


def test_two_cohorts_may_measure_the_same_thing_at_the_same_place(tmp_path: Path) -> None:
    twin = dataclasses.replace(PUMPS, id="twin", gateway="gw-2")
    store = ReadingStore(tmp_path / "r.parquet", [PUMPS, twin], row_group=100)
    store.add(block(PUMPS, 0.0, [1, 2, 3]), 0)
    store.add(block(twin, 0.0, [4, 5, 6]), 0)
    digest = store.close()
    table = pq.read_table(tmp_path / "r.parquet").to_pydict()
    assert table["sensor"][:3] == table["sensor"][3:]
    assert table["gateway"] == ["gw-1"] * 3 + ["gw-2"] * 3
    assert readings_digest(tmp_path / "r.parquet") == digest
