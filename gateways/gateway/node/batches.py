"""Batches of readings as bytes in the outbox, and as messages in the payload version that holds now.

What is stored says nothing of payload versions: a pack is written in the version that holds when it is sent, so that
a roll-back also takes back what waits in the outbox. 9 bytes a reading, 20 a block.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterable

import numpy as np
import orjson

from gateways.gateway.outbox import OutBatch, Outbox
from gateways.wire.payload import Batch, Block
from gateways.wire.versions import VERSIONS, BatchWriter, encoder
from simulator.contracts.sensor import SensorCohort, SensorGroup

_HEAD = struct.Struct("<IqII")
"""Group, milliseconds of Unix time, place of the first sensor, number of readings."""


class GroupBook:
    """The groups of sensors that a gateway knows, each under the number that the outbox gave it for ever."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._by_id = {number: SensorGroup(cohorts_from(text)) for number, text in outbox.groups().items()}
        self._ids = {group: number for number, group in self._by_id.items()}

    def of(self, cohorts: tuple[SensorCohort, ...]) -> SensorGroup:
        """The group of these cohorts; a new one is written to the outbox first."""
        number = self._outbox.group(orjson.dumps([dataclasses.asdict(cohort) for cohort in cohorts]))
        if number not in self._by_id:
            group = SensorGroup(cohorts)
            self._by_id, self._ids = self._by_id | {number: group}, self._ids | {group: number}
        return self._by_id[number]

    def number(self, group: SensorGroup) -> int:
        return self._ids[group]

    def group(self, number: int) -> SensorGroup:
        return self._by_id[number]

    def cohorts(self) -> tuple[SensorCohort, ...]:
        """All cohorts whose readings leave, each in its latest description."""
        every = (cohort for group in self._by_id.values() for cohort in group.cohorts)
        latest = {cohort.id: cohort for cohort in every if not cohort.group_size}
        return tuple(latest.values())


def to_bytes(blocks: Iterable[Block], book: GroupBook) -> bytes:
    parts = []
    for block in blocks:
        parts += [
            _HEAD.pack(book.number(block.group), block.at, block.first, len(block)),
            np.ascontiguousarray(block.values, dtype="<f8").tobytes(),
            np.ascontiguousarray(block.quality, dtype=np.uint8).tobytes(),
        ]
    return b"".join(parts)


def from_bytes(body: bytes, book: GroupBook) -> tuple[Block, ...]:
    """The inverse of `to_bytes`."""
    blocks, place = [], 0
    while place < len(body):
        number, at, first, count = _HEAD.unpack_from(body, place)
        place += _HEAD.size
        values = np.frombuffer(body, dtype="<f8", count=count, offset=place)
        quality = np.frombuffer(body, dtype=np.uint8, count=count, offset=place + 8 * count)
        place += 9 * count
        blocks.append(Block(book.group(number), at, first, values, quality))
    return tuple(blocks)


def cohorts_from(text: bytes) -> tuple[SensorCohort, ...]:
    """Cohorts from JSON: a list of objects with the fields of `SensorCohort`. Raises `ValueError` for anything else."""
    data = orjson.loads(text)
    if not isinstance(data, list) or not data:
        raise ValueError("cohorts are a list with at least one")
    return tuple(_cohort(entry) for entry in data)


def _cohort(entry: object) -> SensorCohort:
    names = {item.name for item in dataclasses.fields(SensorCohort)}
    if not isinstance(entry, dict) or not names - {"phase_s", "group_size"} <= entry.keys() <= names:
        raise ValueError(f"a cohort has the fields {', '.join(sorted(names))}")
    texts = [entry["id"], entry["gateway"], entry["quantity"], entry["unit"]]
    components = entry["components"]
    numbers = [entry["accuracy"], entry["period_s"], entry.get("phase_s", 0.0)]
    if not all(isinstance(text, str) for text in texts) or not all(texts[:3]):
        raise ValueError("id, gateway, quantity and unit of a cohort are texts, and only the unit may be empty")
    if not isinstance(components, list) or not components or not all(c and isinstance(c, str) for c in components):
        raise ValueError(f"the components of the cohort {texts[0]!r} are a list of ids")
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise ValueError(f"accuracy, period_s and phase_s of the cohort {texts[0]!r} are numbers")
    size = entry.get("group_size", 0)
    if type(size) is not int or size < 0 or size == 1:
        raise ValueError(f"the group_size of the cohort {texts[0]!r} is 0, or 2 and more")
    name, gateway, quantity, unit = texts
    accuracy, period_s, phase_s = (float(number) for number in numbers)
    return SensorCohort(name, gateway, quantity, unit, tuple(components), accuracy, period_s, phase_s, size)


class BatchMessages:
    """Writes packs. Encoders keep text by a cohort's id, so a cohort that was described anew gets a new encoder."""

    def __init__(self, gateway: str, outbox: Outbox, book: GroupBook, version: str) -> None:
        self._gateway, self._outbox, self._book = gateway, outbox, book
        self._cohorts: dict[str, SensorCohort] = {}
        self.version = version
        self.faulty = False
        self._writer: BatchWriter = encoder(version, 0.0)

    def use(self, version: str, faulty: bool = False) -> None:
        """Write this version from now on. Raises `UnknownVersion`, and goes on as before.

        What `faulty` software writes ends in the middle, as of a buffer that is too short: no version can read that.
        """
        self._writer = encoder(version, 0.0)
        self.version, self.faulty = version, faulty

    def message(self, pack: OutBatch, lowest: int | None) -> tuple[str, bytes]:
        """Topic and payload. `lowest` is the first sequence of the pack's boot that is still held."""
        blocks = from_bytes(pack.body, self._book)
        for block in blocks:
            for cohort in block.group.cohorts:
                if self._cohorts.setdefault(cohort.id, cohort) != cohort:
                    self._writer = encoder(self.version, 0.0)
                    self._cohorts = {cohort.id: cohort}
        place = pack.place
        payload = self._writer.encode(Batch(self._gateway, place.boot, place.sequence, blocks), lowest)
        if self.faulty:
            payload = payload[: len(payload) // 2]
        return VERSIONS[self.version].topic(self._gateway), payload


def read_ack(payload: bytes, gateway: str) -> tuple[int, int]:
    """Boot and sequence up to which ingest has committed a gateway's packs. Raises `ValueError` for anything else."""
    said = orjson.loads(payload)
    if not isinstance(said, dict) or said.get("gateway") != gateway:
        raise ValueError("an acknowledgement names its gateway")
    boot, sequence = said.get("restart"), said.get("seq")
    if type(boot) is not int or type(sequence) is not int:
        raise ValueError("an acknowledgement has whole numbers restart and seq")
    return boot, sequence
