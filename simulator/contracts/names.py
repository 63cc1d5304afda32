"""Near misses: what the writer of a file probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near_misses(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Known names that look like `name`, best first."""
    return tuple(difflib.get_close_matches(name, sorted(known), n=most, cutoff=0.5))


def suggestion(name: str, known: Iterable[str], listing: str = "") -> str:
    """The mending half of a problem about an unknown name; `listing` is the command that shows all of them."""
    near = near_misses(name, known)
    hint = f"did you mean {' or '.join(repr(n) for n in near)}?" if near else "no known name is close to it"
    return f"{hint} (all: {listing})" if listing else hint
