"""Near misses among many names, without comparing each with all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from simulator.contracts.names import near_misses, suggestion
from simulator.contracts.words import Text

MOST_SUGGESTIONS = 50
"""So many unknown names are looked up; in a file with more, the first ones show what is wrong with the rest."""

USUAL = 500
"""Three letters that stand in more names than this tell nothing apart."""

CLOSE = 40
"""So many names that share the most letters are compared."""


class Suggester:
    """The mending half of a problem about an unknown name, for cities of any size.

    Comparing a name with 100,000 others takes a second. So names are found by the three-letter pieces they share with
    the unknown one, and only those that share the most are compared.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = known
        self._names: list[str] = []
        self._with_piece: dict[str, list[int]] = {}
        self._asked = 0

    def fix(self, name: str, otherwise: Text) -> Text:
        """`did you mean …?`, or `otherwise` where nothing is near."""
        self._asked += 1
        if self._asked > MOST_SUGGESTIONS:
            return otherwise
        if not self._names:
            self._index()
        candidates = self._candidates(name)
        return suggestion(name, candidates) if near_misses(name, candidates) else otherwise

    def _index(self) -> None:
        self._names = list(self._known)
        for i, name in enumerate(self._names):
            for piece in _pieces(name):
                self._with_piece.setdefault(piece, []).append(i)

    def _candidates(self, name: str) -> list[str]:
        if len(self._names) <= CLOSE:
            return self._names
        shared: Counter[int] = Counter()
        for piece in _pieces(name):
            having = self._with_piece.get(piece, [])
            if len(having) <= USUAL:
                shared.update(having)
        best = sorted(shared, key=lambda i: (-shared[i], i))[:CLOSE]
        # Where only usual pieces are shared, any of the names that have one is as good as the other.
        more = [i for piece in _pieces(name) for i in self._with_piece.get(piece, [])[:CLOSE]][:CLOSE]
        return [self._names[i] for i in dict.fromkeys((*best, *more))]


def _pieces(name: str) -> list[str]:
    padded = f"^{name}$"
    return list(dict.fromkeys(padded[i : i + 3] for i in range(len(padded) - 2)))
