"""Words in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same thing said twice."""

    de: str
    en: str

    def of(self, lang: Language) -> str:
        return self.de if lang == "de" else self.en


def both(same: str) -> Text:
    return Text(same, same)
