"""A sentence in German and in English, and numbers as each language writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass

LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same thing said twice."""

    de: str
    en: str

    def of(self, language: str) -> str:
        """The wording in `de` or `en`. Raises `KeyError` for another language."""
        if language not in LANGUAGES:
            raise KeyError(language)
        return self.de if language == "de" else self.en

    def __add__(self, other: Text) -> Text:
        return Text(self.de + other.de, self.en + other.en)


def joined(parts: list[Text], between: Text) -> Text:
    return Text(between.de.join(part.de for part in parts), between.en.join(part.en for part in parts))


def number(value: float, digits: int = 3) -> Text:
    """A number with so many significant digits, thousands kept whole, decimal comma in German."""
    if math.isnan(value):
        return Text("unbekannt", "unknown")
    if math.isinf(value):
        return Text("unendlich", "infinite")
    size = 0 if value == 0 else math.floor(math.log10(abs(value)))
    plain = f"{value:,.{max(0, digits - 1 - size)}f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Text(plain.translate(str.maketrans(",.", ".,")), plain)


def quantity(value: float, unit: str, digits: int = 3) -> Text:
    """A number with its unit: shares (unit `1`) as per cent when they lie in 0 to 1, seconds as a duration."""
    if unit == "s" and math.isfinite(value):
        from resilience.duration import shown

        return Text(shown(value).replace(".", ","), shown(value))
    said = number(value, digits)
    return said if unit in ("1", "") else Text(f"{said.de} {unit}", f"{said.en} {unit}")
