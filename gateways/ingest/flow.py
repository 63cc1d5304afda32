"""How many messages of one gateway are looked at: what is beyond is shed before it costs anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

GATEWAYS = 20_000
"""Gateways whose flow is remembered (assumption: twice those that a ledger takes); beyond it all begin anew."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class Flow:
    """A bucket of tokens for each gateway: `rate_per_s` messages in the long run, `burst` at once.

    A gateway keeps what was shed, as it is not acknowledged, and sends it again. `clock_s` may be given for tests.
    """

    def __init__(self, rate_per_s: float, burst: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock_s = rate_per_s, float(burst), clock_s
        self._buckets: dict[str, _Bucket] = {}

    def admits(self, gateway: str) -> bool:
        """Whether one more message of it is looked at."""
        now = self._clock_s()
        bucket = self._buckets.get(gateway)
        if bucket is None:
            if len(self._buckets) >= GATEWAYS:
                self._buckets.clear()
            bucket = self._buckets[gateway] = _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at_s) * self._rate)
        bucket.at_s = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
