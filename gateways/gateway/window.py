"""Which pack goes out next on the connection in use; see `gateways.gateway.failover` for what it promises."""

from __future__ import annotations

from collections import deque

from gateways.gateway.links import LinkSettings, doubled
from gateways.gateway.outbox_file import START, Place


class Window:
    """Which packs are on their way on the connection in use.

    After a time-out only one pack goes out, then, with each acknowledgement, twice as many as before: if ingest is away
    for long, the broker does not fill up with repetitions.
    """

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._size = settings.window
        self._out: deque[Place] = deque()
        self._underway = 0
        self._since = 0.0
        self._timeouts = 0
        self.cursor = START
        """The last pack that was sent: the next one is the first behind it."""

    @property
    def timeouts(self) -> int:
        """Time-outs in a row."""
        return self._timeouts

    def room(self) -> int:
        """How many packs may go out now."""
        return max(0, min(self._settings.inflight - self._underway, self._size - len(self._out)))

    def may(self, place: Place) -> bool:
        """Whether a pack may follow those that are out: a boot waits until all before it is acknowledged.

        Ingest sees a gap within a boot by the numbers, but not that the end of an earlier boot is missing.
        """
        return not self._out or self._out[0].boot == place.boot

    def opened(self, now: float) -> None:
        """Another connection is in use: begin with the oldest pack that is not acknowledged.

        After a time-out still with this one alone: if it is ingest that is away, no broker is to be filled up.
        """
        self._underway = self._timeouts = 0
        self._back(now)

    def sent(self, place: Place, now: float) -> None:
        """A pack went out. Raises `ValueError` if it is not behind the one before it."""
        if place <= self.cursor:
            raise ValueError(f"{place} was sent after {self.cursor}")
        if not self._out and not self._underway:
            self._since = now
        self._out.append(place)
        self._underway += 1
        self.cursor = place

    def taken(self) -> None:
        """The broker has taken one pack."""
        self._underway = max(0, self._underway - 1)

    def acknowledged(self, boot: int, sequence: int, progress: bool, now: float) -> None:
        """Ingest has all packs of a boot up to `sequence`, which the outbox knows to be ours.

        `progress`: some of them were still in the outbox. One that is not ours must not get here, or else packs would
        be taken for delivered.
        """
        self._out = deque(place for place in self._out if place.boot != boot or place.sequence > sequence)
        if progress:
            if self._timeouts or self._size < self._settings.window:
                self._size = min(2 * self._size, self._settings.window)
            self._timeouts = 0
            self._since = now
        elif self._timeouts > 1:
            self._timeouts = 1  # nothing new, but ingest is there again: no need to wait so long

    def due(self) -> float | None:
        """When the oldest pack, or the broker's answer, has been waited for too long; None if nothing is."""
        if not self._out and not self._underway:
            return None
        return self._since + doubled(self._settings.ack_timeout_s, self._settings.ack_timeout_max_s, self._timeouts)

    def overdue(self, now: float) -> bool:
        """If a time-out is over: go back to the oldest pack, and say so."""
        due = self.due()
        if due is None or now < due:
            return False
        self._timeouts += 1
        self._size = 1
        self._back(now)
        return True

    def _back(self, now: float) -> None:
        self._out.clear()
        self.cursor = START
        self._since = now
