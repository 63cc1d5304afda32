"""Who may log in at a broker, and which topics each may write and read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateways.wire import topics
from gateways.wire.versions import FILTER, VERSIONS
from simulator.contracts.problem import Unable
from simulator.contracts.words import Words

_ = Words("gateways")

INGESTS = ("ingest-1", "ingest-2")
"""Two services share the gateways among them and stand in for each other."""

VIEWERS = ("viewer",)
CONTROL = "control"
WATCH = "watch"
"""Reads, for a live run, how gateways, ingest and brokers are. A viewer that nobody else is: where an identity has one
connection, whoever shared it would throw the other one out."""

PROBE = "probe"
"""Publishes to itself, to see whether messages pass, and may do nothing else."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What is a level of a topic as it stands, and fits into a certificate's common name (64 characters, RFC 5280)."""

_TAKEN = ("ingest", topics.RUN)
"""Levels under which others than gateways publish."""


class Role(StrEnum):
    """What an identity is for."""

    GATEWAY = "gateway"
    INGEST = "ingest"
    VIEWER = "viewer"
    CONTROL = "control"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Identity:
    """One who may log in. The name is the user, the certificate's common name and a gateway's level in the topics.

    Raises `ValueError` for a name that cannot be all three.
    """

    name: str
    role: Role

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name.startswith("."):
            raise ValueError(
                f"{self.name!r} cannot be an identity: 1 to 64 letters, digits, '.', '_' or '-', no '.' in front"
            )
        if self.name in _TAKEN:
            raise Unable(_("{name} cannot be an identity: the name has a meaning in the topics", name=repr(self.name)))


@dataclass(frozen=True, slots=True)
class Rights:
    """Topic filters that an identity may publish to and receive from."""

    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


def identities(
    gateways: Iterable[str],
    ingests: Sequence[str] = INGESTS,
    viewers: Sequence[str] = VIEWERS,
) -> tuple[Identity, ...]:
    """All who log in at the brokers of one installation. Raises `ValueError` if a name is unfit or used twice."""
    named = {
        Role.GATEWAY: tuple(gateways),
        Role.INGEST: tuple(ingests),
        Role.VIEWER: (*viewers, WATCH),
        Role.CONTROL: (CONTROL,),
        Role.PROBE: (PROBE,),
    }
    found = tuple(Identity(name, role) for role, names in named.items() for name in names)
    seen: set[str] = set()
    for identity in found:
        # Names become file names, and some file systems do not tell upper from lower case.
        if identity.name.lower() in seen:
            raise Unable(_("{name} is the name of two identities", name=repr(identity.name)))
        seen.add(identity.name.lower())
    return found


def rights(identity: Identity) -> Rights:
    """What an identity may do.

    Nobody may use `#`, a shared group or what is the broker's own, and what is written has its version by name: under a
    version that somebody makes up, one gateway alone could retain more than a broker has room for. So brokers are told
    of a new version of the payload before gateways are.
    """
    name = identity.name
    match identity.role:
        case Role.GATEWAY:
            packs = tuple(version.topic(name) for version in VERSIONS.values())
            return Rights((*packs, topics.status(name), topics.meta(name)), (topics.ack(name), topics.config(name)))
        case Role.INGEST:
            return Rights((topics.ANY_ACK, topics.health(name)), (FILTER,))
        case Role.CONTROL:
            return Rights((topics.ANY_CONFIG, topics.status(topics.RUN)), ())
        case Role.VIEWER:
            return Rights((), topics.EVERYTHING)
        case Role.PROBE:
            return Rights((topics.PROBE,), (topics.PROBE,))
