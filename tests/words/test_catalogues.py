"""Every message of the code is said in every language, and nothing else is kept."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.words import catalogues


def test_every_message_has_a_translation_that_fits() -> None:
    assert not catalogues.complaints()


def test_catalogues_are_kept_in_their_one_form() -> None:
    for package in catalogues.sources():
        for language in catalogues.TRANSLATIONS:
            path = catalogues.file_of(package, language)
            assert path.read_bytes() == catalogues.written(catalogues.stored(package, language), language), path


def test_german_addresses_nobody() -> None:
    """It says what there is and what helps: no request ("nehmen Sie"), and nothing "für Sie" or "für dich"."""
    addressed = re.compile(r"\b[a-zäöüß]+en Sie\b|\b(für|nur) (Sie|Ihnen|dich|dir)\b|\b(du|dein\w*)\b")
    for package in catalogues.sources():
        for message in catalogues.stored(package, "de"):
            said = message.string if isinstance(message.string, tuple | list) else (message.string,)
            assert not [one for one in said if addressed.search(one)], package


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a module and no catalogue yet."""
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "ROOMS", ("town",))
    package = tmp_path / "town"
    package.mkdir()
    (package / "signs.py").write_text(
        '_ = Words("town")\n_n, _c = _.plural, _.context\n'
        'A = _("the {thing} " "is closed", thing=1)\n'
        'B = _n("{n} bridge", "{n} bridges", 2)\nC = _c("mode", "battery")\n',
        encoding="utf-8",
    )
    return package


def filled(town: Path, **german: str) -> list[str]:
    path = town / "locale" / "de" / "LC_MESSAGES" / "town.po"
    text = path.read_text(encoding="utf-8")
    for english, said in german.items():
        lines = text.split("\n")
        at = next(n for n, line in enumerate(lines) if line.startswith("msgid") and english in line)
        while not lines[at].endswith('""'):
            at += 1
        lines[at] = lines[at].replace('""', f'"{said}"')
        text = "\n".join(lines)
    path.write_text(text, encoding="utf-8")
    return catalogues.complaints()


def test_what_is_not_translated_is_named(town: Path) -> None:
    assert catalogues.complaints() == [
        "town (de): 'the {thing} is closed': is missing (make words)",
        "town (de): ('{n} bridge', '{n} bridges'): is missing (make words)",
        "town (de): 'battery': is missing (make words)",
    ]
    catalogues.update()
    assert [line.split(": ")[-1] for line in catalogues.complaints()] == ["is not translated"] * 3
    left = filled(town, closed="{thing} zu", battery="Batterie")
    assert left == ["town (de): ('{n} bridge', '{n} bridges'): is not translated"]
    filled(town, bridge="eine Brücke")
    assert filled(town, bridge="{n} Brücken") == []


def test_blanks_must_agree_and_leftovers_are_named(town: Path) -> None:
    catalogues.update()
    filled(town, bridge="{n} Brücke", battery="Batterie")
    assert filled(town, bridge="{n} Brücken", closed="{ding} zu") == [
        "town (de): 'the {thing} is closed': '{ding} zu' has other blanks (ding, thing)"
    ]
    (town / "signs.py").write_text('_ = Words("town")\n', encoding="utf-8")
    assert "town (de): 'battery': no longer said by the code" in catalogues.complaints()
    catalogues.update()
    assert catalogues.complaints() == []


def test_what_the_search_would_miss_is_named(town: Path) -> None:
    path = town / "signs.py"
    for line, said in (
        ("A = _(name)", "argument 1 of _ is no plain sentence"),
        ('A = _(f"{name}")', "argument 1 of _ is no plain sentence"),
        ('A = _.plural("a", "b", 2)', "give _.plural and _.context the names _n and _c"),
    ):
        tree = ast.parse(f'_ = Words("town")\n{line}\n')
        (fault,) = catalogues.faults_of(path, tree, "town")
        assert said in fault
    (fault,) = catalogues.faults_of(path, ast.parse(""), "village")
    assert "not a package around it" in fault


def test_every_owner_of_a_town_that_we_lay_out_has_its_words() -> None:
    from dataclasses import astuple

    from simulator.city.generator.layer import NEUTRAL
    from simulator.city.generator.names import OWNERS
    from simulator.city.loader import load_city

    koepenick = load_city(catalogues.ROOT / "scenarios" / "koepenick")
    owners = {*astuple(NEUTRAL), *(one.owner for one in koepenick.components.values() if one.owner)}
    assert owners <= OWNERS.keys()
