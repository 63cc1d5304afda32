"""Texts: one thing said in every language."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from simulator.contracts import words
from simulator.contracts.words import (
    LANGUAGES,
    NO_TEXT,
    Message,
    Numeral,
    Said,
    Text,
    Verbatim,
    Words,
    enumerated,
    joined,
    number,
    percent,
    plain,
    preferred_language,
    quantity,
)

CATALOGUE = r"""msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"Content-Type: text/plain; charset=utf-8\n"

msgid "the {thing} is closed"
msgstr "{thing} ist zu"

msgid "{n} bridge"
msgid_plural "{n} bridges"
msgstr[0] "eine Brücke"
msgstr[1] "{n} Brücken"

msgctxt "mode"
msgid "battery"
msgstr "Batteriebetrieb"

msgctxt "device"
msgid "battery"
msgstr "Batterie"

#, fuzzy
msgid "perhaps"
msgstr "womöglich"
"""

_ = Words("town")


@pytest.fixture(autouse=True)
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a catalogue, on the path for one test."""
    source = tmp_path / "town" / "locale" / "de" / "LC_MESSAGES" / "town.po"
    source.parent.mkdir(parents=True)
    (tmp_path / "town" / "__init__.py").touch()
    source.write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "town", raising=False)
    words._catalogue.cache_clear()
    return source


def both(text: Text) -> tuple[str, str]:
    return text.of("de"), text.of("en")


def test_a_message_is_looked_up_and_its_blanks_are_filled_in_each_language() -> None:
    door = _("the {thing} is closed", thing=Said({"de": "Tür", "en": "door"}))
    assert both(door) == ("Tür ist zu", "the door is closed")
    assert door.of("qps") == "⟦the ⟦door⟧ is closed⟧"
    assert both(_("the {thing} is closed").filled(thing=0.25)) == ("0,25 ist zu", "the 0.25 is closed")
    assert _("the {thing} is closed").blanks == {"thing"}
    assert both(door.begun()) == ("Tür ist zu", "The door is closed")


def test_a_count_chooses_the_form_of_each_language() -> None:
    assert both(_.plural("{n} bridge", "{n} bridges", 1)) == ("eine Brücke", "1 bridge")
    assert both(_.plural("{n} bridge", "{n} bridges", 1200, n=number(1200.0))) == ("1.200 Brücken", "1,200 bridges")
    assert _.plural("{n} bridge", "{n} bridges", 2).of("qps") == "⟦2 bridges⟧"
    assert both(_.plural("{n} bridge", "{n} bridges", 1).counted(0)) == ("0 Brücken", "0 bridges")


def test_a_context_tells_one_word_from_its_twin() -> None:
    assert both(_.context("mode", "battery")) == ("Batteriebetrieb", "battery")
    assert _.context("device", "battery").of("de") == "Batterie"


def test_what_nobody_translated_is_said_in_english() -> None:
    assert both(_("not in the catalogue")) == ("not in the catalogue",) * 2
    assert _("perhaps").of("de") == "perhaps", "a doubtful translation is none"
    assert Words("tests.words")("a package without a catalogue").of("de") == "a package without a catalogue"
    with pytest.raises(KeyError):
        _("the {thing} is closed").of("fr")


def test_a_newer_source_replaces_what_was_compiled(town: Path) -> None:
    assert _.context("device", "battery").of("de") == "Batterie"
    assert town.with_suffix(".mo").exists()
    town.write_text(CATALOGUE.replace('"Batterie"', '"Akku"'), encoding="utf-8")
    words._catalogue.cache_clear()
    assert _.context("device", "battery").of("de") == "Akku"
    town.unlink()  # as in an installation
    words._catalogue.cache_clear()
    assert _.context("device", "battery").of("de") == "Akku"


def test_the_users_own_texts_may_have_one_language() -> None:
    assert both(Said({"de": "Sturm"})) == ("Sturm", "Sturm")
    assert Said({"de": "Sturm"}).of("qps") == "⟦Sturm⟧"
    assert both(Verbatim("pump-3")) == ("pump-3", "pump-3")
    assert NO_TEXT.of("qps") == ""


def test_texts_are_equal_when_they_read_the_same() -> None:
    door = _("the {thing} is closed", thing="door")
    assert door == Said({"de": "door ist zu", "en": "the door is closed"})
    assert hash(door) == hash(Said(door.record()))
    assert door != Verbatim("the door is closed")
    assert pickle.loads(pickle.dumps(door)) == door


def test_texts_are_joined() -> None:
    names: list[Text] = [Verbatim(name) for name in "abcde"]
    assert both(enumerated(names[:2])) == ("a und b", "a and b")
    assert both(enumerated(names)) == ("a, b, c und 2 weitere", "a, b, c and 2 more")
    assert both(joined(names[:2], Verbatim("; ")) + Verbatim("!")) == ("a; b!",) * 2


def test_numbers_follow_the_language_and_stay_bare_in_the_pseudo_language() -> None:
    assert both(number(1234.5, 6)) == ("1.234,5", "1,234.5")
    assert both(percent(0.955, 1)) == ("95,5\u00a0%", "95.5%")
    assert both(quantity(5400.0, "s")) == ("1 h 30 min",) * 2
    assert both(quantity(15.0, "l/person/d")) == ("15 l je Person und Tag", "15 l per person and day")
    assert both(number(float("nan"))) == ("unbekannt", "unknown")
    assert [number(3.5).of("qps"), percent(0.5).of("qps"), quantity(2.0, "bar").of("qps")] == ["3.5", "50%", "2 ⟦bar⟧"]
    assert quantity(90.0, "s").of("qps") == "⟦1 min 30 s⟧"


def test_a_record_keeps_every_language() -> None:
    assert plain({"a": (Numeral("1.5"), 2), "b": None}) == {"a": [{"de": "1,5", "en": "1.5"}, 2], "b": None}
    assert list(_("perhaps").record()) == list(LANGUAGES)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "STADTWERK_LANG": "de"}, "de"),
        ({"STADTWERK_LANG": "qps"}, "qps"),
        ({"STADTWERK_LANG": "fr"}, "en"),
    ],
)
def test_the_environment_may_ask_for_a_language(environment: dict[str, str], language: str) -> None:
    assert preferred_language(environment) == language


def test_message_is_a_value() -> None:
    assert _("perhaps") == Message("town", "perhaps")
