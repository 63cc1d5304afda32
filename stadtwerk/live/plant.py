"""What a live run needs of the gateways, brokers and ingest around it, the ways between them, and a journal."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import orjson

from gateways.brokers.address import BrokerAddress
from gateways.network.proxy import HOST, TcpProxy
from gateways.wire.versions import GatewayConfig
from simulator.contracts.event import EventCode, Value
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Text
from stadtwerk.live import events

LONGEST_DELAY_S = 10.0
"""A link that is slower than this is as good as cut, and protocols take it for that (assumption)."""

TOLD_DELAY_S = 0.1
TOLD_LOSS = 0.01
"""Delays and losses below these are those of a sound network and not told (assumption)."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What a way is like: seconds that it holds what passes, infinite for one that is cut, and the share it loses."""

    delay_s: float = 0.0
    loss: float = 0.0

    @property
    def is_cut(self) -> bool:
        return not math.isfinite(self.delay_s)


class Wires:
    """The ways of one gateway or ingest service to the brokers, in their order. `be` never waits.

    Connections go to `addresses`, which are those of the brokers behind the proxies. These listen at `host` on `ports`,
    by default on this machine only, on ports that the system chooses.
    """

    def __init__(
        self,
        name: str,
        targets: Sequence[BrokerAddress],
        brokers: Sequence[str],
        journal: Journal,
        host: str = HOST,
        ports: Sequence[int] = (),
    ) -> None:
        self._name, self._brokers, self._journal = name, tuple(brokers), journal
        self._proxies = tuple(
            TcpProxy((target.host, target.port), port, host=host)
            for target, port in zip(targets, ports or [0] * len(targets), strict=True)
        )
        self.addresses = tuple(
            replace(target, host=HOST, port=proxy.port) for target, proxy in zip(targets, self._proxies, strict=True)
        )
        self._wires = (Wire(),) * len(self._proxies)

    def start(self) -> None:
        for proxy in self._proxies:
            proxy.start()

    def stop(self) -> None:
        for proxy in self._proxies:
            proxy.stop()

    def drop(self, broker: int | None = None) -> None:
        """End the connections there are, or those with one broker; new ones are taken at once."""
        for place, proxy in enumerate(self._proxies):
            if broker in (None, place):
                proxy.drop()

    def be(self, wires: Sequence[Wire], cause: int | None = None) -> None:
        """Make the ways so. What is so already changes nothing."""
        before, self._wires = self._wires, tuple(wires)
        for proxy, old, new in zip(self._proxies, before, self._wires, strict=True):
            if new == old:
                continue
            if not new.is_cut:
                proxy.delay(min(new.delay_s, LONGEST_DELAY_S))
                proxy.lose(new.loss)
            if new.is_cut is not old.is_cut:
                (proxy.cut if new.is_cut else proxy.mend)()
        self._tell_cuts([wire.is_cut for wire in before], [wire.is_cut for wire in self._wires], cause)
        for of, all_alike, one in ((_delay, events.DELAY, events.ONE_DELAY), (_loss, events.LOSS, events.ONE_LOSS)):
            self._tell(all_alike, one, [of(wire) for wire in before], [of(wire) for wire in self._wires], cause)

    def _tell_cuts(self, before: list[bool], now: list[bool], cause: int | None) -> None:
        if all(now) and not any(before):
            self._journal.add(events.LINK_CUT, self._name, cause=cause)
        elif all(before) and not any(now):
            self._journal.add(events.LINK_MENDED, self._name, cause=cause)
        else:
            for broker, was, cut in zip(self._brokers, before, now, strict=True):
                if was is not cut:
                    code = events.ONE_LINK_CUT if cut else events.ONE_LINK_MENDED
                    self._journal.add(code, self._name, {"broker": broker}, cause=cause)

    def _tell(
        self, all_alike: EventCode, one: EventCode, before: list[float], now: list[float], cause: int | None
    ) -> None:
        """Numbers that changed: once if that of all ways is the same, else way by way."""
        if now == before:
            return
        if len(set(before)) == len(set(now)) == 1:
            self._journal.add(all_alike, self._name, cause=cause, value=now[0])
            return
        for broker, was, value in zip(self._brokers, before, now, strict=True):
            if was != value:
                self._journal.add(one, self._name, {"broker": broker}, cause=cause, value=value)


def _delay(wire: Wire) -> float:
    """The delay as far as it is worth telling; 0 while the way is cut, which is told as such."""
    delay_s = 0.0 if wire.is_cut else min(wire.delay_s, LONGEST_DELAY_S)
    return delay_s if delay_s >= TOLD_DELAY_S else 0.0


def _loss(wire: Wire) -> float:
    return wire.loss if wire.loss >= TOLD_LOSS and not wire.is_cut else 0.0


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

    def listening(self) -> Text:
        """How anyone can listen, for a person to read."""
        ...

    def dead_letters(self) -> list[Path]: ...

    def counts(self) -> dict[str, dict[str, int]]:
        """Starts and deaths of each process."""
        ...


class Journal:
    """`live.jsonl`: one event a line, on disk at once, in the form of events.jsonl and with `wall_s` since the start.

    `cause` is the number of an event in events.jsonl. These events are apart from those because they depend on the wall
    clock: the city's own log, and the digest over it, are the same at any speed and whatever dies. May be called from
    any thread. Until `clock` is set the simulated time is left out. With `further` it goes on in the file of an earlier
    one.
    """

    def __init__(self, path: Path, *, further: bool = False) -> None:
        self.clock: Callable[[], int] | None = None
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("ab" if further else "wb", buffering=0)
        self._began = time.monotonic()
        self._count = 0

    def add(
        self,
        code: EventCode,
        subject: str,
        params: Mapping[str, Value] | None = None,
        *,
        cause: int | None = None,
        value: float | None = None,
        after: str | None = None,
    ) -> None:
        code.check({} if params is None else params)
        now = None if self.clock is None else to_s(self.clock())
        fields: dict[str, Any] = {"kind": code.kind.value, "subject": subject, "code": code.name}
        optional = {"params": params or None, "t_s": now, "cause": cause, "value": value, "after": after}
        fields |= {name: got for name, got in optional.items() if got is not None}
        with self._lock:
            if self._file.closed:
                return
            place = {"id": self._count, "wall_s": round(time.monotonic() - self._began, 3)}
            self._file.write(orjson.dumps(place | fields) + b"\n")
            self._count += 1

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
