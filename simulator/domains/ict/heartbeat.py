"""When a lost server is missed, as a closed form: nobody counts beats one by one."""

from __future__ import annotations

from simulator.contracts.ticks import to_ticks


def missed_at(lost: int, begin: int, heartbeat_s: float, missed: int) -> int:
    """The tick at which `missed` beats in a row have not come from a server that was lost at tick `lost`.

    Beats come every `heartbeat_s` from `begin` on; the last one is the one at or before the loss. So detection takes
    more than (missed - 1) and at most missed beats: exactly missed x heartbeat_s for a loss on a beat.
    """
    period = max(1, to_ticks(heartbeat_s))
    last_beat = begin + (lost - begin) // period * period
    return last_beat + missed * period
