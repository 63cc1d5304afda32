"""How a gateway uses its brokers: sizes and waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How a gateway uses its brokers. All times are assumptions for a link within a town.

    `inflight`: packs that the broker has not taken yet; more made paho slower. `window`: packs that ingest has not
    acknowledged; it bounds what ingest has to keep in memory. `ack_timeout_s` to `ack_timeout_max_s`: time without
    progress until the oldest pack is sent again; doubled each time. `patience`: time-outs in a row until the next
    broker is tried. `retry_s` to `retry_max_s`: wait before a broker that was lost is tried again, doubled each time.
    `silence_s` to `silence_max_s`: the same for one that was left because no acknowledgement came through it.
    `connect_timeout_s`: time to connect and log in. `settled_s`: a preferred broker must be reachable for so long
    before it is used again.
    """

    inflight: int = 20
    window: int = 200
    ack_timeout_s: float = 5.0
    ack_timeout_max_s: float = 30.0
    patience: int = 2
    retry_s: float = 0.25
    retry_max_s: float = 10.0
    silence_s: float = 30.0
    silence_max_s: float = 300.0
    connect_timeout_s: float = 3.0
    settled_s: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.inflight <= self.window or self.patience < 1:
            raise ValueError("a window holds at least what is in flight, at least one pack, and patience is 1 or more")
        pairs = (
            (self.ack_timeout_s, self.ack_timeout_max_s),
            (self.retry_s, self.retry_max_s),
            (self.silence_s, self.silence_max_s),
        )
        if any(not 0 < low <= high for low, high in pairs) or self.connect_timeout_s <= 0 or self.settled_s < 0:
            raise ValueError("times are positive, and no longest time is shorter than its shortest")


def doubled(shortest: float, longest: float, times: int) -> float:
    """A wait that has been doubled so many times."""
    return min(shortest * float(1 << min(times, 30)), longest)
