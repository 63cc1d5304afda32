"""Values out of a part of a checked file, where they must be."""

from __future__ import annotations

from resilience.scenario.fields import Fields
from simulator.contracts.words import Said, Text


def needed_text(item: Fields, name: str) -> str:
    value = item.text(name)
    if value is None:
        raise TypeError(f"{name!r} is no text: this document was not checked")
    return value


def needed_seconds(item: Fields, name: str) -> float:
    value = item.seconds(name)
    if value is None:
        raise TypeError(f"{name!r} is no duration: this document was not checked")
    return value


def needed_words(item: Fields, name: str) -> Text:
    both = item.child(name)
    return Said({"de": needed_text(both, "de"), "en": needed_text(both, "en")})


def title_of(item: Fields) -> Text | None:
    return needed_words(item, "title") if "title" in item else None
