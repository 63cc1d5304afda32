"""The names of topics, and how any id becomes a legal one.

Convention: `city/v1/{gateway}/senml` for readings, `.../ack` for what ingest has committed of them, retained
`.../status`, `.../meta` and `.../config`, and retained `city/v1/ingest/{name}/health`. The major version stands in the
topic; within one, fields are only ever added. Readings of another payload version go to a topic of that version.
"""

from __future__ import annotations

import re

VERSION = "v1"
ROOT = f"city/{VERSION}"
EVERYTHING = ("city/+/+/+", "city/+/ingest/+/health")
"""What a dashboard subscribes to."""

ANY_ACK, ANY_CONFIG = f"{ROOT}/+/ack", f"{ROOT}/+/config"
"""Those of all gateways."""

PROBE = "probe"
"""Where the brokers' own checks publish what they listen for: whoever hears it knows that messages pass."""

RUN = "stadtwerk"
"""The level under which a run as a whole says whether it is there; its last will comes through the broker."""

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._/-]")
_ESCAPED = re.compile(r"(?::[0-9a-f]{2})+")


def _hex(match: re.Match[str]) -> str:
    return "".join(f":{byte:02x}" for byte in match.group().encode())


def level(text: str) -> str:
    """An id as one level of a topic: other characters than letters, digits, `.`, `_`, `-` become `:hh`, byte by byte.

    MQTT forbids `/`, `+` and `#` in a level, some brokers forbid spaces, and SenML names know no `%`.
    """
    return _NOT_PLAIN.sub(_hex, text)


def name(text: str) -> str:
    """A sensor's name in the characters of a SenML name (RFC 8428, 4.5.1), escaped like a level; `/` stays."""
    return _NOT_IN_NAME.sub(_hex, text)


def plain(text: str) -> str:
    """The inverse of `level` and `name`. Raises `ValueError` for bytes that are no UTF-8."""
    return _ESCAPED.sub(lambda match: bytes.fromhex(match.group().replace(":", "")).decode(), text)


def senml(gateway: str) -> str:
    return f"{ROOT}/{level(gateway)}/senml"


def status(gateway: str) -> str:
    return f"{ROOT}/{level(gateway)}/status"


def meta(gateway: str) -> str:
    return f"{ROOT}/{level(gateway)}/meta"


def ack(gateway: str) -> str:
    """Where ingest tells a gateway which packs it has committed."""
    return f"{ROOT}/{level(gateway)}/ack"


def config(gateway: str) -> str:
    """Where a gateway is told which payload version to write."""
    return f"{ROOT}/{level(gateway)}/config"


def health(ingest: str) -> str:
    """Where an ingest service says how it is."""
    return f"{ROOT}/ingest/{level(ingest)}/health"
