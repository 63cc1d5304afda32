"""Every reading of a run as a row of a Parquet file, and the digest that proves two runs equal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateways.wire.payload import Block
from simulator.contracts.sensor import SensorCohort, SensorGroup
from simulator.contracts.ticks import to_s

ROW_GROUP = 1 << 18
"""Rows kept in memory until they are written (9 MB as columns)."""

NEVER = float("nan")

COLUMNS: dict[str, np.dtype[Any]] = {
    "t_s": np.dtype("<f8"),
    "sensor": np.dtype("<i4"),
    "value": np.dtype("<f8"),
    "quality": np.dtype("u1"),
    "gateway": np.dtype("<i4"),
    "delivered_s": np.dtype("<f8"),
}
"""The columns, in order. `sensor` and `gateway` are places in a dictionary of names."""

NAMED = ("sensor", "gateway")

Columns = dict[str, NDArray[Any]]
Names = Mapping[str, tuple[str, ...]]

NO_NAMES: Names = MappingProxyType(dict.fromkeys(NAMED, ()))


class ColumnDigest:
    """SHA-256 over the columns' bytes, little endian, each column for itself: blocks may be cut anywhere."""

    def __init__(self) -> None:
        self._hashes = {name: hashlib.sha256() for name in COLUMNS}

    def update(self, columns: Columns) -> None:
        """Add rows. Columns are named and typed as in `COLUMNS`."""
        for name, dtype in COLUMNS.items():
            self._hashes[name].update(np.ascontiguousarray(columns[name], dtype=dtype).data)

    def hexdigest(self, dictionaries: Names) -> str:
        """The digest of all rows so far and of the names that the dictionary columns point to."""
        whole = hashlib.sha256()
        for name, column in self._hashes.items():
            whole.update(f"{name}\0".encode() + column.digest())
            whole.update("".join(f"{text}\0" for text in dictionaries.get(name, ())).encode())
        return whole.hexdigest()


class ReadingStore:
    """Writes readings in blocks; memory stays bounded by one row group.

    Rows stand in the order in which it became clear what became of a reading. `t_s` and `delivered_s` are seconds from
    the scenario's zero; `delivered_s` is NaN if the reading never arrived. The file has its name only when it is
    complete; the same rows give the same bytes under the same version of pyarrow.
    """

    def __init__(self, path: Path, cohorts: Iterable[SensorCohort], row_group: int = ROW_GROUP) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        cohorts = tuple(cohorts)
        sensors = {name: None for cohort in cohorts for name in cohort.sensors}
        self._place = {name: i for i, name in enumerate(sensors)}
        self._gateways = {name: i for i, name in enumerate(dict.fromkeys(cohort.gateway for cohort in cohorts))}
        self._places: dict[SensorGroup, NDArray[np.int32]] = {}
        self._names: Names = {"sensor": tuple(sensors), "gateway": tuple(self._gateways)}
        self._dictionaries = {name: pa.array(texts, type=pa.string()) for name, texts in self._names.items()}
        self._blocks: list[Block] = []
        self._arrivals: list[float] = []
        self._waiting = self._rows = 0
        self._row_group = row_group
        self._digest = ColumnDigest()
        self._path, self._part = path, path.with_name(path.name + ".part")
        named = pa.dictionary(pa.int32(), pa.string())
        kinds = {"f": pa.float64(), "i": named, "u": pa.uint8()}
        self._schema = pa.schema([(name, kinds[dtype.kind]) for name, dtype in COLUMNS.items()])
        self._writer = pq.ParquetWriter(
            self._part,
            self._schema,
            compression="zstd",
            compression_level=1,
            # Values hardly repeat; names and times do. A dictionary that outgrows its page would be written row by row.
            use_dictionary=[name for name in COLUMNS if name != "value"],
            dictionary_pagesize_limit=1 << 26,
            write_statistics=["t_s", "delivered_s"],
        )

    def add(self, block: Block, delivered: int | None) -> None:
        """Rows for a block that arrived at the tick `delivered`, or never. The block's arrays must not change later."""
        self._blocks.append(block)
        self._arrivals.append(NEVER if delivered is None else to_s(delivered))
        self._waiting += len(block.values)
        if self._waiting >= self._row_group:
            self._flush()

    def close(self) -> str:
        """Write the rest, give the file its name and return the digest of all rows."""
        self._flush()
        self._writer.close()
        self._part.replace(self._path)
        return self._digest.hexdigest(self._names if self._rows else NO_NAMES)

    def discard(self) -> None:
        """Give up: nothing is left of the file."""
        self._writer.close()
        self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        if not self._waiting:
            return
        import pyarrow as pa

        columns = self._gather()
        self._digest.update(columns)
        arrays = [
            pa.DictionaryArray.from_arrays(pa.array(columns[name]), self._dictionaries[name])
            if name in NAMED
            else pa.array(columns[name])
            for name in COLUMNS
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=self._waiting)
        self._rows += self._waiting
        self._waiting = 0
        self._blocks.clear()
        self._arrivals.clear()

    def _gather(self) -> Columns:
        """The waiting blocks as columns, all at once: one call for many small blocks."""
        blocks = self._blocks
        lengths = [len(block.values) for block in blocks]
        pieces = [
            self._places_of(block.group)[block.first : block.first + length]
            for block, length in zip(blocks, lengths, strict=True)
        ]
        gateways = np.array([self._gateways[block.group.gateway] for block in blocks], dtype=np.int32)
        return {
            "t_s": np.repeat(np.array([to_s(block.at) for block in blocks]), lengths),
            "sensor": np.concatenate(pieces),
            "value": np.concatenate([block.values for block in blocks]),
            "quality": np.concatenate([block.quality for block in blocks]),
            "gateway": np.repeat(gateways, lengths),
            "delivered_s": np.repeat(np.array(self._arrivals), lengths),
        }

    def _places_of(self, group: SensorGroup) -> NDArray[np.int32]:
        if group not in self._places:
            self._places[group] = np.array([self._place[name] for name in group.sensors], dtype=np.int32)
        return self._places[group]
