"""What ingest takes: a message becomes columns, or is shed, or goes to the dead letters with the reason."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import orjson

from gateways.ingest.columns import ColumnReader, WireColumns, columns_of
from gateways.wire import topics
from gateways.wire.senml import SenmlError
from gateways.wire.versions import READINGS, UnknownVersion, WrongGateway, read_message

GATEWAYS = 20_000
"""Gateways whose flow is remembered (assumption: twice those that a ledger takes); beyond it all begin anew."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class Flow:
    """A bucket of tokens for each gateway: `rate_per_s` messages in the long run, `burst` at once.

    A gateway keeps what was shed, as it is not acknowledged, and sends it again. `clock_s` may be given for tests.
    """

    def __init__(self, rate_per_s: float, burst: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock_s = rate_per_s, float(burst), clock_s
        self._buckets: dict[str, _Bucket] = {}

    def admits(self, gateway: str) -> bool:
        """Whether one more message of it is looked at."""
        now = self._clock_s()
        bucket = self._buckets.get(gateway)
        if bucket is None:
            if len(self._buckets) >= GATEWAYS:
                self._buckets.clear()
            bucket = self._buckets[gateway] = _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at_s) * self._rate)
        bucket.at_s = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True


EXCERPT_BYTES = 512
"""What is kept of a payload (assumption: a person sees from it what was meant)."""

TEXT_LIMIT = 300
"""Characters kept of a topic and of an explanation (assumption)."""


class Reason(Enum):
    """Why a message was not taken."""

    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    UNKNOWN_VERSION = "unknown_version"
    UNAUTHORISED = "unauthorised"
    """The topic is not one of readings, or its gateway is not one that may send."""
    SPOOFED = "spoofed"
    """The pack says it is of another gateway than the one on whose branch it lies."""
    REPLAYED = "replayed"
    """The pack's number was used before, for other content."""
    FORGOTTEN = "forgotten"
    """The pack's boot is older than all that the ledger remembers of its gateway."""
    CROWDED = "crowded"
    """There are as many gateways as the ledger takes."""
    FLOODING = "flooding"
    """The gateway sends more messages than ingest looks at."""
    REFUSED = "refused"
    """The database will not have it."""


@dataclass(frozen=True, slots=True)
class DeadLetterLimits:
    """How much may be written.

    `file_bytes`: at this size the file becomes `NAME.1` in place of the one before, so that two such are the most there
    is. `rate_per_s`, `burst`: records written in a second, and at once; what is beyond is counted only. (Assumptions: a
    day of a careless gateway fits; a flood costs next to no disk.)
    """

    file_bytes: int = 8 << 20
    rate_per_s: float = 20.0
    burst: int = 200


class DeadLetters:
    """Appends one JSON object a line to a file. Never raises: what cannot be written is counted in `unwritten`.

    Fields: `time` (UTC), `reason`, `detail`, `topic`, `bytes`, `digest` (BLAKE2b of the payload, to find repetitions)
    and `excerpt`, the payload's first bytes as Latin-1, so that no byte is lost and no text is unsafe to print as JSON.
    For one thread. `clock_s` may be given for tests.
    """

    def __init__(
        self,
        path: Path | None,
        limits: DeadLetterLimits | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts: Counter[Reason] = Counter()
        self.unwritten = 0
        self._path, self._limits, self._clock_s = path, limits or DeadLetterLimits(), clock_s
        self._file: BinaryIO | None = None
        self._size = 0
        self._tokens, self._filled_s = float(self._limits.burst), clock_s()

    def add(self, reason: Reason, topic: str, payload: bytes, detail: str) -> None:
        """Count a message and, as long as the rate allows, keep it."""
        self.counts[reason] += 1
        if self._path is None or not self._may_write():
            self.unwritten += 1
            return
        line = _line(reason, topic, payload, detail)
        try:
            self._open(len(line)).write(line)
            self._size += len(line)
        except OSError:
            self.unwritten += 1
            self.close()

    def close(self) -> None:
        """May be called at any time; the next record opens the file again."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                self.unwritten += 1
            self._file = None

    def _may_write(self) -> bool:
        now = self._clock_s()
        self._tokens = min(self._limits.burst, self._tokens + (now - self._filled_s) * self._limits.rate_per_s)
        self._filled_s = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _open(self, needed: int) -> BinaryIO:
        assert self._path is not None
        if self._file is not None and self._size + needed > self._limits.file_bytes:
            self.close()
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size + needed > self._limits.file_bytes:
                self._path.replace(self._path.with_name(self._path.name + ".1"))
            # Unbuffered: a record is with the system before the next one, also if this process is killed.
            self._file = self._path.open("ab", buffering=0)
            self._size = self._path.stat().st_size
        return self._file


def _line(reason: Reason, topic: str, payload: bytes, detail: str) -> bytes:
    record = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "reason": reason.value,
        "detail": _safe(detail),
        "topic": _safe(topic),
        "bytes": len(payload),
        "digest": blake2b(payload, digest_size=8).hexdigest(),
        "excerpt": payload[:EXCERPT_BYTES].decode("latin-1"),
    }
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _safe(text: str) -> str:
    """Short, and without surrogates, which no UTF-8 holds."""
    return text[:TEXT_LIMIT].encode("utf-8", "replace").decode()


TOPIC_LIMIT = 512
"""Bytes of the longest topic that is looked at (assumption)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that is not taken, and why."""

    reason: Reason
    detail: str


class Screen:
    """Checks topic, sender, flow, size, version and form, in this order: the cheap ones first.

    `gateways`: who may send; None leaves that to the broker's topic rights. `message_bytes`: larger ones are refused.
    `flow` says how many messages of a gateway are looked at, None that all are.
    """

    def __init__(self, gateways: frozenset[str] | None, message_bytes: int, flow: Flow | None = None) -> None:
        self._gateways, self._message_bytes, self._flow = gateways, message_bytes, flow
        self._reader = ColumnReader()

    def pass_(self, topic: str, payload: bytes) -> WireColumns | Refusal:
        """Never raises for anything that a message can be."""
        levels = topic.split("/")
        if len(topic) > TOPIC_LIMIT or len(levels) != 4 or levels[0] != "city" or levels[3] != READINGS:
            return Refusal(Reason.UNAUTHORISED, "the topic is not one of readings")
        try:
            owner = topics.plain(levels[2])
        except ValueError as error:
            return Refusal(Reason.UNAUTHORISED, f"the topic names no gateway: {error}")
        if not owner or topics.level(owner) != levels[2]:
            return Refusal(Reason.UNAUTHORISED, "the topic names no gateway in the way that gateways are named")
        if self._gateways is not None and owner not in self._gateways:
            return Refusal(Reason.UNAUTHORISED, f"{owner!r} is not one of the gateways that may send")
        if self._flow is not None and not self._flow.admits(owner):
            return Refusal(Reason.FLOODING, f"{owner!r} sends more messages than are looked at")
        if len(payload) > self._message_bytes:
            return Refusal(Reason.OVERSIZED, f"more than {self._message_bytes} bytes")
        try:
            if levels[1] != topics.VERSION:
                return columns_of(read_message(topic, payload))
            columns = self._reader.read(payload)
        except UnknownVersion as error:
            return Refusal(Reason.UNKNOWN_VERSION, str(error))
        except WrongGateway as error:
            return Refusal(Reason.SPOOFED, str(error))
        except SenmlError as error:
            return Refusal(Reason.MALFORMED, str(error))
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            # A reader that trips over a message must not take ingest down with it.
            return Refusal(Reason.MALFORMED, f"{type(error).__name__}: {error}")
        if columns.gateway != owner:
            return Refusal(Reason.SPOOFED, f"a pack of {columns.gateway!r} lies on the branch of {owner!r}")
        return columns
