"""What ingest tells of itself, as telemetry like any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from gateways.ingest.screening import DeadLetters
from gateways.ingest.store import Backlog

SCHEMA = 1


@dataclass(slots=True)
class Counters:
    """Since the start. `messages` came in; `packs` and `readings` are those written, also while they wait above a gap.

    `late` readings came in a pack with a lower number than one before it. `dropped` messages found no room, `deferred`
    packs were not taken yet; gateways send both again. `elsewhere` messages are of gateways that another service
    writes. `lag_s` is the longest way from arrival to commit in the last
    period of health, `commit_s` the longest commit.
    """

    messages: int = 0
    packs: int = 0
    readings: int = 0
    duplicate: int = 0
    late: int = 0
    dropped: int = 0
    deferred: int = 0
    elsewhere: int = 0
    lag_s: float = 0.0
    commit_s: float = 0.0
    unavailable: str = field(default="")


def health_message(
    name: str,
    state: str,
    counters: Counters,
    dead: DeadLetters,
    backlog: Backlog,
    inbox_bytes: int,
    brokers: dict[str, bool],
    parts: int,
) -> bytes:
    """The retained health message: `state` is online or ended."""
    message: dict[str, Any] = {
        "schema": SCHEMA,
        "name": name,
        "state": state,
        "received": counters.messages,
        "packs": counters.packs,
        "written": counters.readings,
        "duplicate": counters.duplicate,
        "late": counters.late,
        "dropped": counters.dropped,
        "deferred": counters.deferred,
        "elsewhere": counters.elsewhere,
        "parts": parts,
        "rejected": {reason.value: count for reason, count in sorted(dead.counts.items(), key=lambda of: of[0].value)},
        "rejected_unwritten": dead.unwritten,
        "lost_packs": backlog.lost,
        "ahead_packs": backlog.ahead,
        "in_outbox": backlog.outbox_rows,
        "outbox_bytes": backlog.outbox_bytes,
        "refused_rows": backlog.refused_rows,
        "in_inbox_bytes": inbox_bytes,
        "lag_s": round(counters.lag_s, 4),
        "commit_s": round(counters.commit_s, 4),
        "brokers": brokers,
        "reason": counters.unavailable or backlog.reason,
    }
    return orjson.dumps(message)


def will_message(name: str) -> bytes:
    """What the broker says when ingest is gone."""
    return orjson.dumps({"schema": SCHEMA, "name": name, "state": "offline"})


def ack_message(gateway: str, boot: int, sequence: int) -> bytes:
    """To a gateway: every pack of that boot up to this sequence is committed."""
    return orjson.dumps({"schema": SCHEMA, "gateway": gateway, "restart": boot, "seq": sequence})
