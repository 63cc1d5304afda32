"""Which payload versions there are, whose reader takes a message, and who writes one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import orjson

from gateways.wire import topics
from gateways.wire.payload import Batch, WireBatch
from gateways.wire.senml import SenmlError
from gateways.wire.versions import v0, v1, v2

DEFAULT = "v1"
"""What a gateway writes unless its configuration says otherwise."""

READINGS = "senml"
"""Last level of the topics of readings. It is the same in every version, so that one right and one filter cover all."""

FILTER = f"city/+/+/{READINGS}"
"""What to subscribe to for the readings of all gateways in all versions."""


class UnknownVersion(SenmlError):
    """A message or a configuration names a payload version that this program does not know."""


class WrongGateway(SenmlError):
    """A pack lies on the branch of one gateway and says that it is of another one."""


class BatchWriter(Protocol):
    """Writes packs in one version. `lowest` is the lowest sequence of its boot that the gateway still has."""

    def encode(self, pack: Batch, lowest: int | None = None) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Version:
    """One payload version. `writer` makes a `BatchWriter` from the Unix time of tick 0; None if nobody writes it."""

    id: str
    content_type: str
    read: Callable[[bytes], WireBatch]
    writer: Callable[[float], BatchWriter] | None

    def topic(self, gateway: str) -> str:
        """Where a gateway publishes readings in this version."""
        return f"city/{self.id}/{topics.level(gateway)}/{READINGS}"


VERSIONS: Mapping[str, Version] = MappingProxyType(
    {
        version.id: version
        for version in (
            Version("v0", "application/json", v0.read, None),
            Version("v1", "application/senml+json", v1.read, v1.Encoder),
            Version("v2", "application/senml+cbor", v2.read, v2.Encoder),
        )
    }
)
"""All versions by id, oldest first. One is only ever added."""


def read_message(topic: str, payload: bytes) -> WireBatch:
    """The pack in a message on a topic of readings.

    The topic says the version, and whose branch it is. Raises `UnknownVersion` for a version that is not known,
    `WrongGateway` for a pack of another gateway than the topic names, `SenmlError` for a topic that is not one of
    readings and for a payload that its version does not allow.
    """
    levels = topic.split("/")
    if len(levels) != 4 or levels[0] != "city" or levels[3] != READINGS or not levels[2]:
        raise SenmlError(f"{topic!r} is no topic of readings; one is {VERSIONS[DEFAULT].topic('gateway-1')!r}")
    pack = _known(levels[1]).read(payload)
    try:
        owner = topics.plain(levels[2])
    except ValueError as error:
        raise SenmlError(f"{topic!r} names no gateway: {error}") from None
    if pack.gateway != owner:
        raise WrongGateway(f"a pack of {pack.gateway!r} lies on the branch of {owner!r}")
    return pack


def encoder(version: str, clock_start_unix: float) -> BatchWriter:
    """A writer of packs in one version. Raises `UnknownVersion` if there is none for it."""
    found = _known(version)
    if found.writer is None:
        written = ", ".join(known.id for known in VERSIONS.values() if known.writer is not None)
        raise UnknownVersion(f"payload version {version!r} is only read; written are {written}")
    return found.writer(clock_start_unix)


def _known(version: str) -> Version:
    if version not in VERSIONS:
        raise UnknownVersion(f"payload version {version!r} is not known; known are {', '.join(VERSIONS)}")
    return VERSIONS[version]


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


def plain(pack: WireBatch) -> dict[str, object]:
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
