"""Packs from the outbox as messages, in the payload version that holds now."""

from __future__ import annotations

import orjson

from gateways.gateway.core import Pack
from gateways.gateway.node.frames import GroupBook, from_bytes
from gateways.gateway.outbox import Outbox, OutPack
from gateways.wire.versions import VERSIONS, PackWriter, encoder
from simulator.contracts.sensor import SensorCohort


class PackMessages:
    """Writes packs. Encoders keep text by a cohort's id, so a cohort that was described anew gets a new encoder."""

    def __init__(self, gateway: str, outbox: Outbox, book: GroupBook, version: str) -> None:
        self._gateway, self._outbox, self._book = gateway, outbox, book
        self._cohorts: dict[str, SensorCohort] = {}
        self.version = version
        self.faulty = False
        self._writer: PackWriter = encoder(version, 0.0)

    def use(self, version: str, faulty: bool = False) -> None:
        """Write this version from now on. Raises `UnknownVersion`, and goes on as before.

        What `faulty` software writes ends in the middle, as of a buffer that is too short: no version can read that.
        """
        self._writer = encoder(version, 0.0)
        self.version, self.faulty = version, faulty

    def message(self, pack: OutPack, lowest: int | None) -> tuple[str, bytes]:
        """Topic and payload. `lowest` is the first sequence of the pack's boot that is still held."""
        blocks = from_bytes(pack.body, self._book)
        for block in blocks:
            for cohort in block.group.cohorts:
                if self._cohorts.setdefault(cohort.id, cohort) != cohort:
                    self._writer = encoder(self.version, 0.0)
                    self._cohorts = {cohort.id: cohort}
        place = pack.place
        payload = self._writer.encode(Pack(self._gateway, place.boot, place.sequence, blocks), lowest)
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
