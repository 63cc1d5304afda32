"""An installation whose gateways, brokers and database run elsewhere: where each is, and how to prove who one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Interval, MinLen

from gateways.brokers.address import BrokerAddress
from gateways.network.tls_proxy import Certificate
from gateways.stores.influx.settings import InfluxSettings
from simulator.contracts.problem import Unfit
from simulator.contracts.settings import SETTINGS, read_settings

SCHEMA = "stadtwerk/installation/1"

Port = Annotated[int, Interval(ge=1, le=65535)]


@dataclass(frozen=True, slots=True)
class Station:
    """One gateway: the door of its field side, and the ports on which the ways from it to the brokers begin here."""

    __pydantic_config__: ClassVar[Any] = SETTINGS

    host: Annotated[str, MinLen(1)]
    port: Port
    links: tuple[Port, Port]


@dataclass(frozen=True, slots=True)
class Installation:
    """What a live run must know to join in.

    `brokers` are reached as the identity `control`, which rolls gateway software out and back; `watching` are the same
    brokers, reached as one who only reads; the preferred one comes first. The ways from gateways to brokers begin at
    `links_host`. `identity` opens the doors of gateways.
    """

    __pydantic_config__: ClassVar[Any] = SETTINGS

    schema: Literal["stadtwerk/installation/1"]
    gateways: Annotated[Mapping[str, Station], MinLen(1)]
    brokers: tuple[BrokerAddress, BrokerAddress]
    watching: tuple[BrokerAddress, BrokerAddress]
    links_host: Annotated[str, MinLen(1)]
    identity: Certificate
    database: InfluxSettings

    def __post_init__(self) -> None:
        taken: set[int] = set()
        for name, station in self.gateways.items():
            if taken & set(station.links):
                mend = "give each gateway ports of its own"
                raise Unfit("are used by another gateway", mend, f"gateways.{name}.links")
            taken |= set(station.links)


def read_installation(path: Path) -> Installation:
    """Read a file; names in it count from its folder. Raises `BadInput` with every mistake."""
    return read_settings(path, Installation)
