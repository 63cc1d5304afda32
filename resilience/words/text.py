"""A sentence in German and in English, and numbers as each language writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator.contracts.duration import apart, exact

LANGUAGES = ("de", "en")

SHARE = "share"
"""The unit in which a dimensionless measure between 0 and 1 is told to people: per cent."""


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

    def begun(self) -> Text:
        """With a capital letter, to begin a sentence."""
        return Text(self.de[:1].upper() + self.de[1:], self.en[:1].upper() + self.en[1:])


NO_TEXT = Text("", "")
"""Nothing to say."""

UNIT_NAMES = {
    "l/person/d": Text("l je Person und Tag", "l per person and day"),
    "person-h": Text("Personenstunden", "person-hours"),
}
"""Units that each language writes differently."""


def both(same: str) -> Text:
    """A name that is the same in both languages."""
    return Text(same, same)


def joined(parts: list[Text], between: Text) -> Text:
    return Text(between.de.join(part.de for part in parts), between.en.join(part.en for part in parts))


def enumerated(parts: list[Text], most: int = 4) -> Text:
    """`a, b and c`; beyond `most`, `a, b, c and 5 more`."""
    shown, left = (parts, 0) if len(parts) <= most else (parts[: most - 1], len(parts) - most + 1)
    if left:
        last = Text(f"{left} weitere", f"{left} more")
    else:
        last, shown = shown[-1], shown[:-1]
    if not shown:
        return last
    return joined(shown, both(", ")) + Text(f" und {last.de}", f" and {last.en}")


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


def percent(value: float, decimals: int = 0) -> Text:
    """A share in per cent. What is not quite all is never shown as 100 %, nor what is not quite nothing as 0 %."""
    if not math.isfinite(value):
        return number(value)
    if 0 < value < 1:
        while decimals < 9 and round(100 * value, decimals) in (0.0, 100.0):
            decimals += 1
    plain = f"{100 * value:.{decimals}f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Text(plain.replace(".", ",") + "\u00a0%", plain + "%")


def quantity(value: float, unit: str, digits: int = 3) -> Text:
    """A number with its unit; seconds as a duration, shares in per cent, indices (unit `1`) bare."""
    if unit == "s" and math.isfinite(value):
        return _decimal_comma(exact(value))
    if unit == SHARE:
        return percent(value, max(0, digits - 2))
    # a tenth of a litre is a sip: nobody is told of thousandths
    told = number(round(value, 1) if unit == "l/person/d" and math.isfinite(value) else value, digits)
    if unit in ("1", ""):
        return told
    name = UNIT_NAMES.get(unit, both(unit))
    return Text(f"{told.de} {name.de}", f"{told.en} {name.en}")


def told_apart(value: float, limit: float, unit: str) -> tuple[Text, Text]:
    """Both numbers with as many digits as it takes to see that they differ, if they do."""
    if unit == "s" and math.isfinite(value):
        return _decimal_comma(apart(value, limit)), quantity(limit, unit)
    digits = 2 if unit == SHARE else 3
    while digits < 9 and value != limit and quantity(value, unit, digits) == quantity(limit, unit, digits):
        digits += 1
    exact_limit = next(
        (d for d in range(digits, 9) if math.isclose(float(number(limit, d).en.replace(",", "")), limit)), digits
    )
    return quantity(value, unit, digits), quantity(limit, unit, exact_limit if math.isfinite(limit) else digits)


def _decimal_comma(said: str) -> Text:
    return Text(said.replace(".", ","), said)
