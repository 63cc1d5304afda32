"""A sentence in German and in English, and numbers as each language writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from resilience.duration import shown

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
    """A number with its unit; seconds as a duration, shares and indices (unit `1`) bare."""
    if unit == "s" and math.isfinite(value):
        said = shown(value)
        return Text(said.replace(".", ","), said)
    told = number(value, digits)
    return told if unit in ("1", "") else Text(f"{told.de} {unit}", f"{told.en} {unit}")


def told_apart(value: float, limit: float, unit: str) -> tuple[Text, Text]:
    """Both numbers with as many digits as it takes to see that they differ, if they do."""
    digits = 3
    while digits < 9 and value != limit and number(value, digits) == number(limit, digits):
        digits += 1
    return quantity(value, unit, digits), quantity(limit, unit, digits)
