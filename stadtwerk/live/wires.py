"""The ways from one who connects to the brokers: a proxy for each, which is cut, slow or lossy as the city says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateways.brokers.address import BrokerAddress
from gateways.network.proxy import HOST, TcpProxy
from stadtwerk.live.journal import Journal

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
        self._tell("delay", [_delay(wire) for wire in before], [_delay(wire) for wire in self._wires], cause)
        self._tell("loss", [_loss(wire) for wire in before], [_loss(wire) for wire in self._wires], cause)

    def _tell_cuts(self, before: list[bool], now: list[bool], cause: int | None) -> None:
        if all(now) and not any(before):
            self._journal.add(self._name, "link cut", cause=cause)
        elif all(before) and not any(now):
            self._journal.add(self._name, "link mended", cause=cause)
        else:
            for broker, was, cut in zip(self._brokers, before, now, strict=True):
                if was is not cut:
                    what = "cut" if cut else "mended"
                    self._journal.add(self._name, f"link to {broker} {what}", cause=cause)

    def _tell(self, what: str, before: list[float], now: list[float], cause: int | None) -> None:
        """Numbers that changed: once if that of all ways is the same, else way by way."""
        if now == before:
            return
        if len(set(before)) == len(set(now)) == 1:
            self._journal.add(self._name, f"link {what}", cause=cause, value=now[0])
            return
        for broker, was, value in zip(self._brokers, before, now, strict=True):
            if was != value:
                self._journal.add(self._name, f"link to {broker} {what}", cause=cause, value=value)


def _delay(wire: Wire) -> float:
    """The delay as far as it is worth telling; 0 while the way is cut, which is told as such."""
    delay_s = 0.0 if wire.is_cut else min(wire.delay_s, LONGEST_DELAY_S)
    return delay_s if delay_s >= TOLD_DELAY_S else 0.0


def _loss(wire: Wire) -> float:
    return wire.loss if wire.loss >= TOLD_LOSS and not wire.is_cut else 0.0
