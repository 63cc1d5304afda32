"""What a live run needs of the gateways, brokers and ingest around it, whoever started them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from gateways.brokers.address import BrokerAddress
from gateways.wire.versions import GatewayConfig
from stadtwerk.live.wires import Wire


class Plant(Protocol):
    """Gateways that take readings, and the ways from them to brokers. Nothing here waits but `start` and `stop`.

    `names` can be killed in a drill. `ingests` reach the brokers over ways that can be cut, too. `store` is the file
    that ingest writes, None if it is not on this machine.
    """

    gateways: tuple[str, ...]
    store: Path | None

    @property
    def ingests(self) -> tuple[str, ...]: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    def start(self) -> None:
        """Bring everything up. Raises `BadInput` with the reason if something does not come up in time."""
        ...

    def stop(self) -> None: ...

    def port(self, gateway: str) -> int:
        """Where on this machine its field side is reached."""
        ...

    def kill(self, process: str, reason: str, down_s: float, cause: int | None = None) -> None:
        """Let it be away for so long; for ever (infinite) until `revive`."""
        ...

    def revive(self, process: str, cause: int | None = None) -> None: ...

    def wire(self, name: str, wires: Sequence[Wire], cause: int | None = None) -> None:
        """What the ways of a gateway or an ingest service to the two brokers are like from now on."""
        ...

    def expire(self, name: str, reconnect: bool, cause: int | None = None) -> None:
        """Logins of a gateway, or at a broker, are refused from now on; with `reconnect` all have to log in anew."""
        ...

    def renew(self, name: str, cause: int | None = None) -> None: ...

    def install(self, gateway: str, software: GatewayConfig, cause: int | None = None) -> None: ...

    def mend_all(self) -> None:
        """Nothing is broken any more."""
        ...

    def outbox(self, gateway: str) -> Path | None:
        """The file of its unacknowledged packs, None if it is not on this machine."""
        ...

    def tag(self, tags: Mapping[str, Mapping[str, str]]) -> bool:
        """Let readings bear these tags in a database, by gateway; before `start`. Whether they will."""
        ...

    def watching(self) -> dict[str, BrokerAddress]:
        """How one who may read what gateways and ingest tell of themselves reaches each broker, by its name."""
        ...

    def listening(self) -> str:
        """How anyone can listen, for a person to read."""
        ...

    def dead_letters(self) -> list[Path]: ...

    def counts(self) -> dict[str, dict[str, int]]:
        """Starts and deaths of each process."""
        ...
