"""Where each entry of a city folder was written, so that a mistake found later is shown at its place."""

from __future__ import annotations

from simulator.contracts.document import Located, Row
from simulator.contracts.problem import Problem
from simulator.contracts.words import Text


class Where:
    """Remembers the place of every entry by (section, id); sections are `components`, `links`, `districts`…"""

    def __init__(self, file: str) -> None:
        self._file = file
        self._entries: dict[tuple[str, str], Located] = {}

    def entry(self, section: str, entry: str, at: Located) -> None:
        """The entry stands there; of several with one id the first counts."""
        self._entries.setdefault((section, entry), at)

    def problem(self, section: str, entry: str, field: str, what: Text, fix: Text) -> Problem:
        """A problem with one field of an entry, or with the whole of it if `field` is empty."""
        at = self._entries.get((section, entry)) or Row(self._file, 0, section)
        return at.problem(tuple(field.split(".")) if field else (), what, fix)
