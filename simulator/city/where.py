"""Where each entry of a city folder was written, so that a mistake found later is shown at its place."""

from __future__ import annotations

from simulator.contracts.document import Document, Place
from simulator.contracts.problem import Problem


class Where:
    """Remembers file and line of every entry by (section, id); sections are `components`, `links`, `districts`…"""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows: dict[tuple[str, str], tuple[str, int]] = {}
        self._nodes: dict[tuple[str, str], tuple[Document, Place]] = {}

    def row(self, section: str, entry: str, file: str, line: int) -> None:
        """The entry stands in this line of a table or GeoJSON file."""
        self._rows.setdefault((section, entry), (file, line))

    def node(self, section: str, entry: str, document: Document, place: Place) -> None:
        """The entry stands at this place of a YAML document."""
        if (section, entry) not in self._rows:
            self._nodes.setdefault((section, entry), (document, place))

    def problem(self, section: str, entry: str, field: str, what: str, mend: str) -> Problem:
        """A problem with one field of an entry, or with the whole of it if `field` is empty."""
        node = self._nodes.get((section, entry))
        if node is not None:
            document, place = node
            return document.problem((*place, *field.split(".")) if field else place, what, mend)
        file, line = self._rows.get((section, entry), (self._file, 0))
        return Problem(file, line, field or section, what, mend)
