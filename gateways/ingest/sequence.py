"""Which packs of a gateway are new, which were here before, and up to where nothing is missing. Without I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

WINDOW = 256
"""Packs up to the mark whose content is remembered, so that a repetition is told from a forgery (assumption: a gateway
does not send again what lies further back)."""

AHEAD_LIMIT = 4096
"""Packs above the mark that are taken before a gap is filled (assumption: more than a gateway has on its way)."""

UNNUMBERED = 0
"""Boot of packs that their sender does not number: their sequence is a time, has gaps, and is not acknowledged."""


class Verdict(Enum):
    """What becomes of a pack."""

    NEW = "new"
    DUPLICATE = "duplicate"
    """It was here before, with the same content, or too long ago to tell."""
    REPLAYED = "replayed"
    """Its number was used before, for other content."""
    TOO_FAR = "too_far"
    """So far ahead of the mark, or with so much before it in the queue, that it is not taken yet; its gateway sends it
    again."""
    FORGOTTEN = "forgotten"
    """Its boot is older than all that are remembered of its gateway."""
    CROWDED = "crowded"
    """It is from one gateway more than there may be."""
    FULL = "full"
    """The store has no room; its gateway keeps it and sends it again."""


@dataclass(slots=True)
class Course:
    """The packs of one boot of one gateway.

    Every pack up to `mark` is settled: it is in the store, or its gateway no longer has it. `digests` holds the content
    of all packs above the mark, which wait for a gap to be filled, and of the last `WINDOW` up to it. So a number in
    that window without a digest is one that was given up. `lost` counts those.
    """

    mark: int = -1
    lost: int = 0
    digests: dict[int, bytes] = field(default_factory=dict)

    @property
    def ahead(self) -> int:
        """Packs above a gap."""
        return sum(1 for sequence in self.digests if sequence > self.mark)

    @property
    def top(self) -> int:
        """The highest sequence seen, -1 for none."""
        return max(self.digests, default=self.mark)

    def offer(self, sequence: int, digest: bytes, lowest: int | None = None, room: bool = True) -> Verdict:
        """A pack has come. `lowest` (at most `sequence`): its gateway has none of this boot below that any more.

        A pack that was given up and comes after all, within the window, is new. Without `room` for packs that wait, one
        above a gap is `TOO_FAR`.
        """
        known = self.digests.get(sequence)
        if known is not None and known != digest:
            return Verdict.REPLAYED
        if known is None and sequence > max(self.mark, (lowest or 0) - 1) + AHEAD_LIMIT:
            return Verdict.TOO_FAR
        if lowest is not None:
            self._give_up(lowest)
        if known is not None or sequence <= self.mark - WINDOW:
            return Verdict.DUPLICATE
        if not room and sequence > self.mark + 1:
            return Verdict.TOO_FAR
        self.digests[sequence] = digest
        if sequence <= self.mark:
            self.lost -= 1
        else:
            self._advance()
        return Verdict.NEW

    def _give_up(self, lowest: int) -> None:
        if lowest - 1 <= self.mark:
            return
        stored = sum(1 for sequence in self.digests if self.mark < sequence < lowest)
        self.lost += lowest - 1 - self.mark - stored
        before, self.mark = self.mark, lowest - 1
        self._forget(before)
        self._advance()

    def _advance(self) -> None:
        before = self.mark
        while self.mark + 1 in self.digests:
            self.mark += 1
        self._forget(before)

    def _forget(self, before: int) -> None:
        """Drop digests that fell out of the window since the mark was at `before`."""
        low, high = max(0, before - WINDOW + 1), self.mark - WINDOW
        if high - low > len(self.digests):
            self.digests = {number: digest for number, digest in self.digests.items() if number > high}
        else:
            for number in range(low, high + 1):
                self.digests.pop(number, None)


@dataclass(slots=True)
class Unnumbered:
    """The packs of a sender that does not number them: the last `WINDOW` contents tell what is a repetition."""

    digests: dict[bytes, int] = field(default_factory=dict)

    def offer(self, stamp: int, digest: bytes) -> Verdict:
        if digest in self.digests:
            return Verdict.DUPLICATE
        self.digests[digest] = stamp
        while len(self.digests) > WINDOW:
            del self.digests[next(iter(self.digests))]
        return Verdict.NEW


def restore(mark: int, lost: int, digests: Iterable[tuple[int, bytes]]) -> Course:
    """A course as it was written down."""
    return Course(mark, lost, dict(digests))
