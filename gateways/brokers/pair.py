"""Two brokers that stand in for each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from gateways.brokers.address import BrokerAddress
from gateways.brokers.mosquitto import NAMES
from gateways.brokers.rights import Identity


class Broker(Protocol):
    """A broker as a child process, of either kind. `start` raises `BrokerUnavailable`; a stopped one may be started."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def pid(self) -> int | None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...

    def restart(self) -> None: ...

    def healthy(self) -> bool: ...

    def address(self, identity: str) -> BrokerAddress: ...


class BrokerPair:
    """Two brokers that know nothing of each other: a gateway changes from one to the other, ingest listens to both."""

    def __init__(self, first: Broker, second: Broker) -> None:
        self.brokers: tuple[Broker, Broker] = (first, second)

    def addresses(self, identity: str) -> tuple[BrokerAddress, BrokerAddress]:
        """How `identity` reaches each of them, in order of preference."""
        first, second = self.brokers
        return first.address(identity), second.address(identity)

    def start(self) -> None:
        """Start both, or none. Raises `BrokerUnavailable`."""
        try:
            for broker in self.brokers:
                broker.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for broker in self.brokers:
            broker.stop()

    def __enter__(self) -> BrokerPair:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def embedded_pair(known: Sequence[Identity]) -> BrokerPair:
    """Two brokers that come with pip, with a login for each identity."""
    from gateways.brokers.embedded import EmbeddedBroker

    return BrokerPair(EmbeddedBroker(identities=known), EmbeddedBroker(identities=known))


def mosquitto_pair(secrets: Path, data: Path) -> BrokerPair:
    """Two Mosquitto brokers with the certificates in `secrets` and their state in folders below `data`."""
    from gateways.brokers.mosquitto import MosquittoBroker

    first, second = (MosquittoBroker(secrets, data / name, name=name) for name in NAMES)
    return BrokerPair(first, second)
