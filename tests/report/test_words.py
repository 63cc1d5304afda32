"""Every name of the catalogue has both languages, every word of the page is used, numbers are written properly."""

from __future__ import annotations

import re
import string
from datetime import datetime
from pathlib import Path

import pytest

import resilience.report.run
from resilience.judge.verdict import Category
from resilience.report.run.texts import TEXTS, say
from resilience.report.run.town_map import shapes
from resilience.report.run.wording import duration, full_date, number, plain, quantity
from resilience.scenario.moment import clock, day
from resilience.words.terms import mode_words, term
from simulator.contracts.failure import Confidence
from simulator.contracts.registry import registry
from simulator.contracts.words import Said

ROOM = Path(resilience.report.run.__file__).parent


def test_glyphs_are_of_types_that_exist() -> None:
    assert shapes().keys() <= registry().types.keys()


def test_every_confidence_and_category_has_a_german_name() -> None:
    for value in (*Confidence, *Category):
        assert term(value.value, "de") != value.value


def test_every_measure_can_be_spoken_of() -> None:
    for name, measure in registry().measures.items():
        said = measure.of(Said({"de": "ZAHL", "en": "NUMBER"}))
        assert said.de.count("ZAHL") == said.en.count("NUMBER") == 1, name


def test_a_mode_means_what_it_means_for_its_kind() -> None:
    assert mode_words("service", "standby").en == "standby server"
    assert mode_words("generator", "standby").en == "standby"
    assert mode_words("generator", "nameless").de == "nameless"


def test_both_languages_fill_the_same_blanks_and_none_is_empty() -> None:
    for key, words in TEXTS.items():
        blanks = [{name for _, name, _, _ in string.Formatter().parse(t) if name} for t in (words.de, words.en)]
        assert blanks[0] == blanks[1], key
        assert words.de.strip() and words.en.strip(), key


def test_every_text_is_used_and_every_text_used_exists() -> None:
    template = "".join(path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.html.j2")))
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py")) if path.name != "texts.py")
    used = set(re.findall(r'\bt\("([a-z-]+)"', template)) | set(re.findall(r'say\(\s*"([a-z-]+)"', code))
    assert used <= TEXTS.keys()
    quoted = set(re.findall(r"""["']([a-z-]+)["']""", template + code))
    assert TEXTS.keys() <= quoted | {"pass", "fail", "inconclusive"}


def test_an_unknown_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no such text", "en")


@pytest.mark.parametrize(
    ("value", "unit", "en", "de"),
    [
        (1.0, "share", "100%", "100\u00a0%"),
        (0.9997, "share", "99.97%", "99,97\u00a0%"),
        (0.999999, "share", "99.99%", "99,99\u00a0%"),
        (0.0, "share", "0%", "0\u00a0%"),
        (0.00001, "share", "0.01%", "0,01\u00a0%"),
        (0.453, "share", "45%", "45\u00a0%"),
        (1.625, "1", "1.62", "1,62"),
        (29.44, "l/person/d", "29.4\u00a0l per person and day", "29,4\u00a0l je Person und Tag"),
        (float("nan"), "1", "–", "–"),
        (float("inf"), "1", "∞", "∞"),
    ],
)
def test_values_are_written_as_their_language_does(value: float, unit: str, en: str, de: str) -> None:
    assert (quantity(value, unit, "en"), quantity(value, unit, "de")) == (en, de)


def test_numbers_dates_and_durations() -> None:
    assert (number(1234567.8, "en"), number(1234567.8, "de")) == ("1,234,568", "1.234.568")
    assert number(-0.2, "en") == "0"
    assert number(-3.5, "en", 1) == "\u22123.5"
    assert [plain(v, "en") for v in (15.0, 1.5, 0.125)] == ["15", "1.5", "0.12"]
    at = datetime(2026, 3, 4, 5, 6)
    assert (full_date(at, "en"), full_date(at, "de")) == ("4 March 2026, 05:06", "4. März 2026, 05:06 Uhr")
    assert (day(at, "en"), day(at, "de")) == ("4\u00a0Mar", "4.\u00a0März")
    assert clock(at, 3600.0, "en") == "06:06"
    assert clock(at, 86400.0 + 12, "de", dated=True) == "5.\u00a0März, 05:06:12"
    said = [
        duration(s).replace("\u00a0", " ") for s in (0.0, 0.5, 12.0, 59.7, 90.0, 3540.0, 11400.0, 86399.0, 187200.0)
    ]
    assert said == ["0 s", "0.5 s", "12 s", "60 s", "90 s", "59 min", "3 h 10 min", "24 h", "2 d 4 h"]
