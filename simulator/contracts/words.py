"""Everything that a person reads, in every language that people are given.

A `Text` says one thing and knows how each language writes it. Most are messages: the English sentence stands in the
code and is its own key, the other languages stand in the gettext catalogue of the package (its folder `locale`).
Nothing here chooses a language; that is done where a text meets a reader, by `text.of("de")`.

    _ = Words("simulator.domains.water")        # the package whose folder `locale` holds the catalogues
    _n, _c = _.plural, _.context
    _("closed by remote control in {time}", time=quantity(40.0, "s"))
    _n("{n} local substation", "{n} local substations", count)
    _c("mode", "battery")                       # where one English word has several translations

The pseudo-language `qps` puts every text into brackets, ⟦like this⟧: what stands outside them cannot be translated.
"""

from __future__ import annotations

import gettext
import os
import re
from abc import ABC, abstractmethod
from functools import cache

from simulator.contracts.duration import apart, exact

TYPE_CHECKING = False  # `typing` itself is too slow for a help text
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any, Final

LANGUAGES = ("de", "en")
"""What people are offered. English is the language of the code; each other one is a catalogue a package."""

SOURCE = "en"
"""The language in which messages are written in the code."""

PSEUDO = "qps"
"""The language of tests: English in brackets."""

READABLE = (*LANGUAGES, PSEUDO)
"""Every language in which a text can be asked for."""

SHARE = "share"
"""The unit in which a dimensionless measure between 0 and 1 is told to people: per cent."""

_NUMERALS = {"de": str.maketrans(",.", ".,")}
"""How a language writes a number whose thousands have commas and whose fraction has a point in English."""

_PER_CENT = {"de": "\u00a0%"}


class Text(ABC):
    """Something to be read. Two texts are equal when they read the same in every language."""

    __slots__ = ()

    @abstractmethod
    def of(self, language: str) -> str:
        """The wording in a language of `LANGUAGES`, or in `PSEUDO`. Raises `KeyError` for another one."""

    @property
    def de(self) -> str:
        return self.of("de")

    @property
    def en(self) -> str:
        return self.of("en")

    def __add__(self, other: Text) -> Text:
        return Joined((self, other))

    def begun(self) -> Text:
        """With a capital letter, to begin a sentence."""
        return Begun(self)

    def record(self) -> dict[str, str]:
        """The wording by language, as files keep it; `Said` reads it back."""
        return {language: self.of(language) for language in LANGUAGES}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and all(self.of(language) == other.of(language) for language in LANGUAGES)

    def __hash__(self) -> int:
        return hash(self.of(SOURCE))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.of(SOURCE)!r})"


Parameter = str | int | float | Text


class Message(Text):
    """A sentence of the code with its blanks filled, looked up in the catalogue of `package`.

    `plural` is the English sentence for any count but one; `count` chooses between them, by the rule of each language.
    """

    __slots__ = ("context", "count", "package", "params", "plural", "sentence")

    def __init__(
        self,
        package: str,
        sentence: str,
        context: str | None = None,
        plural: str | None = None,
        count: int = 1,
        params: tuple[tuple[str, Parameter], ...] = (),
    ) -> None:
        self.package: Final = package
        self.sentence: Final = sentence
        self.context: Final = context
        self.plural: Final = plural
        self.count: Final = count
        self.params: Final = params

    def of(self, language: str) -> str:
        if language in (SOURCE, PSEUDO):
            said = self.sentence if self.plural is None or self.count == 1 else self.plural
        else:
            said = self._translated(_catalogue(self.package, language))
        if self.params:
            said = said.format(**{name: _written(value, language) for name, value in self.params})
        return _pseudo(said) if language == PSEUDO else said

    def filled(self, **params: Parameter) -> Message:
        """The same sentence with these blanks filled. A sentence without any parameter is shown as it stands."""
        merged = dict(self.params) | params
        return Message(self.package, self.sentence, self.context, self.plural, self.count, tuple(merged.items()))

    def counted(self, count: int) -> Message:
        """The sentence for so many, with `{n}` filled."""
        merged: dict[str, Parameter] = dict(self.params) | {"n": count}
        return Message(self.package, self.sentence, self.context, self.plural, count, tuple(merged.items()))

    @property
    def blanks(self) -> frozenset[str]:
        """The names that the English sentence leaves open."""
        return blanks_of(self.sentence) | (blanks_of(self.plural) if self.plural else frozenset())

    def _translated(self, catalogue: gettext.NullTranslations) -> str:
        if self.plural is None:
            if self.context is None:
                return catalogue.gettext(self.sentence)
            return catalogue.pgettext(self.context, self.sentence)
        if self.context is None:
            return catalogue.ngettext(self.sentence, self.plural, self.count)
        return catalogue.npgettext(self.context, self.sentence, self.plural, self.count)


class Words:
    """Makes the messages of one package; see the head of this module."""

    __slots__ = ("package",)

    def __init__(self, package: str) -> None:
        self.package: Final = package

    def __call__(self, sentence: str, /, **params: Parameter) -> Message:
        return Message(self.package, sentence, params=tuple(params.items()))

    def plural(self, one: str, many: str, count: int, /, **params: Parameter) -> Message:
        """One sentence for one, another for more; `{n}` is the count, unless a parameter `n` writes it otherwise."""
        return Message(self.package, one, None, many, count, (("n", params.pop("n", count)), *params.items()))

    def context(self, context: str, sentence: str, /, **params: Parameter) -> Message:
        """A sentence that reads the same in English in several senses."""
        return Message(self.package, sentence, context, params=tuple(params.items()))


class Verbatim(Text):
    """What is the same in every language: an id, a name that its owner gave."""

    __slots__ = ("said",)

    def __init__(self, said: str) -> None:
        self.said: Final = said

    def of(self, language: str) -> str:
        _known(language)
        return _pseudo(self.said) if language == PSEUDO else self.said


class Said(Text):
    """What a user's file says, in the languages in which it says it; the first stands in for those that are missing."""

    __slots__ = ("by_language",)

    def __init__(self, by_language: Mapping[str, str]) -> None:
        self.by_language: Final = by_language

    def of(self, language: str) -> str:
        _known(language)
        said = self.by_language.get(SOURCE if language == PSEUDO else language)
        if said is None:
            said = next(iter(self.by_language.values()))
        return _pseudo(said) if language == PSEUDO else said


class Joined(Text):
    """Texts one after the other."""

    __slots__ = ("between", "parts")

    def __init__(self, parts: tuple[Text, ...], between: Text | None = None) -> None:
        self.parts: Final = parts
        self.between: Final = between

    def of(self, language: str) -> str:
        between = "" if self.between is None else self.between.of(language)
        return between.join(part.of(language) for part in self.parts)


class Begun(Text):
    """A text with a capital letter."""

    __slots__ = ("text",)

    def __init__(self, text: Text) -> None:
        self.text: Final = text

    def of(self, language: str) -> str:
        said = self.text.of(language)
        return said[:1].upper() + said[1:]


class Numeral(Text):
    """A number, and perhaps units that every language writes alike, as English writes it: `1,234.5`, `1 h 30 min`."""

    __slots__ = ("per_cent", "plain")

    def __init__(self, plain: str, per_cent: bool = False) -> None:
        self.plain: Final = plain
        self.per_cent: Final = per_cent

    def of(self, language: str) -> str:
        _known(language)
        said = self.plain.translate(_NUMERALS.get(language, {}))
        if language == PSEUDO and any(letter.isalpha() for letter in said):
            said = _pseudo(said)
        return said + _PER_CENT.get(language, "%") if self.per_cent else said


NO_TEXT = Verbatim("")
"""Nothing to say."""

_ = Words("simulator.contracts")

UNIT_NAMES: Mapping[str, Text] = {
    "l/person/d": _("l per person and day"),
    "m2": Verbatim("m²"),
    "m3": Verbatim("m³"),
    "m3/h": Verbatim("m³/h"),
    "m3/s": Verbatim("m³/s"),
    "person-h": _("person-hours"),
    "person": _("people"),
}
"""Units that people read otherwise than files have them."""


def joined(parts: Iterable[Text], between: Text) -> Text:
    """The parts with `between` between them."""
    return Joined(tuple(parts), between)


def alternatives(names: Iterable[str]) -> Text:
    """`a, b or c`, of names that read the same in every language."""
    *others, last = map(Verbatim, names)
    if not others:
        return last
    return _("{others} or {last}", others=joined(others, Verbatim(", ")), last=last)


def enumerated(parts: list[Text], most: int = 4) -> Text:
    """`a, b and c`; beyond `most`, `a, b, c and 5 more`."""
    shown, left = (parts, 0) if len(parts) <= most else (parts[: most - 1], len(parts) - most + 1)
    if left:
        last: Text = _("{n} more", n=left)
    else:
        last, shown = shown[-1], shown[:-1]
    if not shown:
        return last
    return _("{all_but_last} and {last}", all_but_last=joined(shown, Verbatim(", ")), last=last)


def number(value: float, digits: int = 3) -> Text:
    """A number with so many significant digits, thousands kept whole, decimal comma in German."""
    import math

    if math.isnan(value):
        return _("unknown")
    if math.isinf(value):
        return _("infinite")
    size = 0 if value == 0 else math.floor(math.log10(abs(value)))
    return Numeral(_without_trailing_zeros(f"{value:,.{max(0, digits - 1 - size)}f}"))


def percent(value: float, decimals: int = 0) -> Text:
    """A share in per cent. What is not quite all is never shown as 100 %, nor what is not quite nothing as 0 %."""
    import math

    if not math.isfinite(value):
        return number(value)
    if 0 < value < 1:
        while decimals < 9 and round(100 * value, decimals) in (0.0, 100.0):
            decimals += 1
    return Numeral(_without_trailing_zeros(f"{100 * value:.{decimals}f}"), per_cent=True)


def quantity(value: float, unit: str, digits: int = 3) -> Text:
    """A number with its unit; seconds as a duration, shares in per cent, indices (unit `1`) bare."""
    import math

    if unit == "s" and math.isfinite(value):
        return Numeral(exact(value))
    if unit == SHARE:
        return percent(value, max(0, digits - 2))
    # a tenth of a litre is a sip: nobody is told of thousandths
    shown = number(round(value, 1) if unit == "l/person/d" and math.isfinite(value) else value, digits)
    if unit in ("1", ""):
        return shown
    return joined((shown, UNIT_NAMES.get(unit, Verbatim(unit))), Verbatim(" "))


def told_apart(value: float, limit: float, unit: str) -> tuple[Text, Text]:
    """Both numbers with as many digits as it takes to see that they differ, if they do."""
    import math

    if unit == "s" and math.isfinite(value):
        return Numeral(apart(value, limit)), quantity(limit, unit)
    digits = 2 if unit == SHARE else 3
    while digits < 9 and value != limit and quantity(value, unit, digits) == quantity(limit, unit, digits):
        digits += 1
    exact_limit = next(
        (d for d in range(digits, 9) if math.isclose(float(number(limit, d).en.replace(",", "")), limit)), digits
    )
    return quantity(value, unit, digits), quantity(limit, unit, exact_limit if math.isfinite(limit) else digits)


def unbroken(sentence: str) -> str:
    """A sentence in which no line ends between a number and its unit: no-break spaces there."""
    return _unit_ahead().sub("\u00a0", sentence)


def plain(value: Any) -> Any:
    """A record as dictionaries and lists, for a file: each text by language, everything else as it is."""
    from collections.abc import Mapping
    from dataclasses import fields, is_dataclass

    if isinstance(value, Text):
        return value.record()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def blanks_of(sentence: str) -> frozenset[str]:
    """The names between braces in a sentence."""
    import string

    return frozenset(name for _before, name, _spec, _conversion in string.Formatter().parse(sentence) if name)


def preferred_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language that the environment asks for by `STADTWERK_LANG`, else by `LANG`; English where we have none."""
    for variable in ("STADTWERK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = environment.get(variable, "")
        if asked:
            language = asked.split("_")[0].split(".")[0].lower()
            return language if language in READABLE else SOURCE
    return SOURCE


@cache
def _unit_ahead() -> re.Pattern[str]:
    units = "s|ms|min|h|d|l|l/s|m|mm|km|m2|m3|m²|m³|bar|W|kW|MW|kWh|MWh|V|kV|K|°C|von|of"
    return re.compile(rf"(?<=\d) (?=(?:{units})(?![\w/²³])|%)")


def _without_trailing_zeros(said: str) -> str:
    return said.rstrip("0").rstrip(".") if "." in said else said


def _written(value: Parameter, language: str) -> str:
    if isinstance(value, Text):
        return value.of(language)
    if isinstance(value, float):
        return number(value).of(language)
    return str(value)


def _pseudo(said: str) -> str:
    return f"⟦{said}⟧" if said.strip() else said


def _known(language: str) -> None:
    if language not in READABLE:
        raise KeyError(language)


@cache
def _catalogue(package: str, language: str) -> gettext.NullTranslations:
    """What a package says in a language; a package without words in it says everything in English."""
    import importlib
    import io
    from pathlib import Path

    _known(language)
    for folder in importlib.import_module(package).__path__:
        source = Path(folder) / "locale" / language / "LC_MESSAGES" / f"{package}.po"
        content = _compiled(source)
        if content is not None:
            return gettext.GNUTranslations(io.BytesIO(content))
    return gettext.NullTranslations()


def _compiled(source: Path) -> bytes | None:
    """The compiled form of a catalogue: what the installation built or, where its source is newer, compiled now.

    As Python does with modules, the compiled form is left beside the source, where that can be written.
    """
    import contextlib

    target = source.with_suffix(".mo")
    try:
        written = source.stat().st_mtime_ns
    except FileNotFoundError:
        return target.read_bytes() if target.exists() else None
    if target.exists() and target.stat().st_mtime_ns >= written:
        return target.read_bytes()
    try:
        content = compiled(source)
    except ImportError:  # an installation without the tools of developers
        return target.read_bytes() if target.exists() else None
    with contextlib.suppress(OSError):
        aside = target.with_suffix(f".{os.getpid()}.mo")
        aside.write_bytes(content)
        aside.replace(target)
    return content


def compiled(source: Path) -> bytes:
    """A `.po` file as the bytes of a `.mo` file. Raises `ImportError` where Babel is not installed."""
    import io

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parents[1].name)
    into = io.BytesIO()
    write_mo(into, catalogue)
    return into.getvalue()
