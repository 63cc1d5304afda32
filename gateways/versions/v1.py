"""Version 1: SenML JSON, written and read by `gateways.payload`."""

from __future__ import annotations

from gateways.payload import PackEncoder, decode_pack

read = decode_pack
Encoder = PackEncoder
