"""Version 1: SenML JSON, written and read by `gateways.wire.payload`."""

from __future__ import annotations

from gateways.wire.payload import PackEncoder, decode_pack

read = decode_pack
Encoder = PackEncoder
