"""A payload of each version that was ever published, with the readings that it means. They are never changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateways.wire.payload import WirePack
from gateways.wire.versions.registry import VERSIONS, read_message

FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True, slots=True)
class Published:
    """One payload. `meaning` is what a reader has to make of it, as `plain` writes a pack."""

    name: str
    version: str
    payload: bytes
    meaning: Mapping[str, Any]

    def read(self) -> dict[str, object]:
        """What today's reader makes of it. Raises `SenmlError` if it cannot read it."""
        return plain(read_message(VERSIONS[self.version].topic(self.meaning["gateway"]), self.payload))


def published() -> tuple[Published, ...]:
    """Every payload, oldest version first."""
    files = sorted(path for path in FOLDER.iterdir() if path.suffix in (".json", ".cbor"))
    return tuple(
        Published(
            path.name,
            path.name.split("-")[0],
            path.read_bytes(),
            orjson.loads(path.with_suffix(".expected").read_bytes()),
        )
        for path in files
    )


def plain(pack: WirePack) -> dict[str, object]:
    """A pack as JSON beside a golden file has it."""
    return {
        "gateway": pack.gateway,
        "boot": pack.boot,
        "sequence": pack.sequence,
        "lowest": pack.lowest,
        "readings": [
            [r.sensor, r.time, None if math.isnan(r.value) else r.value, r.unit, int(r.quality)] for r in pack.readings
        ],
    }
