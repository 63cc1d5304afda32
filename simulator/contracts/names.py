"""Names: open sets of them, and near misses, what the writer of a file probably meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from simulator.contracts.words import Text, Verbatim, Words, joined

_ = Words("simulator.contracts")


def near_misses(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Known names that look like `name`, best first: at most a third of its letters is otherwise, or they changed
    places, or one holds the other. What only shares some letters is another word."""
    close = difflib.get_close_matches(name, sorted(known), n=4 * most, cutoff=0.5)
    return tuple(one for one in close if _meant(name.casefold(), one.casefold()))[:most]


def _meant(name: str, known: str) -> bool:
    if sorted(name) == sorted(known):  # letters that changed places
        return True
    if min(len(name), len(known)) >= 3 and (name in known or known in name):
        return True
    parts = difflib.SequenceMatcher(None, name, known, autojunk=False).get_opcodes()
    other = sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in parts if tag != "equal")
    return other <= max(1, round(max(len(name), len(known)) / 3))


def suggestion(name: str, known: Iterable[str], listing: str = "") -> Text:
    """The fix of a problem about an unknown name; `listing` is the command that shows all of them."""
    near = near_misses(name, known)
    names = joined([Verbatim(repr(name)) for name in near], _(" or "))
    hint = _("did you mean {names}?", names=names) if near else _("no known name is close to it")
    return _("{hint} (all: {listing})", hint=hint, listing=listing) if listing else hint


_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def slug(name: str) -> str:
    """A name as an id: small letters, digits and hyphens, German letters spelt out; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).translate(_SPELT))
    return "-".join(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))


class OpenName(str):
    """A name of a set that anybody may add to. Equal names are the same object within a process."""

    __slots__ = ()
    _known: ClassVar[dict[str, Any]]

    def __init_subclass__(cls) -> None:
        cls._known = {}

    def __new__(cls, name: str) -> Self:
        found = cls._known.get(name)
        if found is None:
            found = cls._known[str(name)] = super().__new__(cls, name)
        same: Self = found
        return same

    @property
    def value(self) -> str:
        """The name as a plain string."""
        return str(self)
