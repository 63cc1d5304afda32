"""How a gateway is: counters, told with its status."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import orjson

from gateways.wire import payload


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of readings since this start, unless said otherwise.

    `received` were committed to the outbox, `repeated` came again and were known, `refused` counts blocks that could
    not be used. `sent` went to a broker, some of them more than once; `acknowledged` were committed by ingest.
    `dropped` were lost because the outbox was full, ever since it exists. `in_outbox` and `outbox_bytes` are held now.
    `timeouts` counts times without progress, `switches` changes of the broker, `foreign` acknowledgements and
    configurations that could not be used. `broker` is the one in use, "" if none is. `torn` tells of an outbox that
    was damaged at this start.
    """

    gateway: str
    restart: int
    payload: str
    received: int = 0
    repeated: int = 0
    refused: int = 0
    sent: int = 0
    acknowledged: int = 0
    dropped: int = 0
    in_outbox: int = 0
    outbox_bytes: int = 0
    timeouts: int = 0
    switches: int = 0
    foreign: int = 0
    broker: str = ""
    torn: str = ""


def status_message(state: str, unix: float, health: Health) -> bytes:
    """The retained status of a gateway with its health in it, so that a last will takes the place of both."""
    fields = orjson.loads(payload.status_message(health.gateway, state, unix, health.restart))
    return orjson.dumps(fields | {"health": dataclasses.asdict(health)})
