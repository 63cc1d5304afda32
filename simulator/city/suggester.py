"""Near misses among many names, without looking through all of them again and again."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.contracts.names import suggestion

MOST_SUGGESTIONS = 50
"""So many unknown names are looked up; in a file with more, the first ones show what is wrong with the rest."""


class Suggester:
    """The mending half of a problem about an unknown id, for cities of any size.

    Comparing a name with 100,000 others takes a second. So only names of the same beginning (up to the first hyphen)
    are compared where there are such names, and only the first unknown names are looked up at all.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._all = list(known)
        self._by_prefix: dict[str, list[str]] = {}
        for name in self._all:
            self._by_prefix.setdefault(name.partition("-")[0], []).append(name)
        self._asked = 0

    def mend(self, name: str, otherwise: str) -> str:
        """`did you mean …?`, or `otherwise` where nothing is near."""
        self._asked += 1
        if self._asked > MOST_SUGGESTIONS:
            return otherwise
        near = suggestion(name, self._by_prefix.get(name.partition("-")[0], self._all[:5000]))
        return near if near.startswith("did") else otherwise
