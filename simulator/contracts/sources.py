"""Where a number comes from, in the languages of those who read it.

A source is a text (a norm, a study), or the word `assumption` where the number is ours. Whether it is ours is asked
with `is_assumed`, never read out of a sentence.
"""

from __future__ import annotations

from typing import Final, Literal

from simulator.contracts.words import NO_TEXT, Said, Text, Verbatim, Words

_ = Words("simulator.contracts")

ASSUMPTION: Final = "assumption"
"""The source of a number that is ours."""

Source = Text | Literal["assumption", ""]
"""What a catalogue gives: a text, the word `assumption`, or nothing where there is no number."""


class Assumed(Text):
    """A number that is ours, with the reason for this one."""

    __slots__ = ("why",)

    def __init__(self, why: Text | None = None) -> None:
        self.why: Final = why

    def of(self, language: str) -> str:
        said = _("assumption") if self.why is None else _("assumption: {why}", why=self.why)
        return said.of(language)


def assumed(why: Text) -> Assumed:
    """An assumption, with its reason in a few words."""
    return Assumed(why)


def is_assumed(source: Source) -> bool:
    """Whether the number is ours."""
    return source == ASSUMPTION if isinstance(source, str) else isinstance(source, Assumed)


def source_text(source: Source | str) -> Text:
    """A source in words. Plug-ins may name a book or norm in one language."""
    if isinstance(source, Text):
        return source
    if source == ASSUMPTION:
        return Assumed()
    return Verbatim(source) if source else NO_TEXT


def read_source(stored: object) -> Text:
    """The source that a file holds, by language as `plain` writes it, or in one language as older files do."""
    return Said({str(k): str(v) for k, v in stored.items()}) if isinstance(stored, dict) else source_text(str(stored))
