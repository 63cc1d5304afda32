"""The door of ingest: a message becomes columns, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass

from gateways.ingest.columns import ColumnReader, WireColumns, columns_of
from gateways.ingest.deadletter import Reason
from gateways.ingest.flow import Flow
from gateways.wire import topics
from gateways.wire.senml import SenmlError
from gateways.wire.versions import READINGS, UnknownVersion, WrongGateway, read_message

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
