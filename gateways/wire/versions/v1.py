"""Version 1: SenML JSON, written and read by `gateways.wire.payload`."""

from __future__ import annotations

from gateways.wire.payload import BatchEncoder, decode_batch

read = decode_batch
Encoder = BatchEncoder
