"""A run in the pseudo-language: the same figures, and no word that cannot be translated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dashboards.city import city as city_page
from dashboards.compare import compare
from dashboards.domain import domain_page
from dashboards.health import health
from dashboards.resilience import resilience
from simulator.contracts.registry import registry
from simulator.contracts.words import PSEUDO
from stadtwerk.__main__ import main

SCENARIO = "road-closed"
UNREAD = {"style", "script", "code", "pre"}
"""Parts of a page that are no sentences: commands and digests are typed, not read."""

READ_ALOUD = {"title", "aria-label", "data-label", "alt"}
SYMBOLS = {"A", "B", "C", "T"}
"""Letters that stand for themselves: faults in drawings, states on the map; a sentence beside them explains each."""

READ_BY_PEOPLE = {"title", "description", "text", "label", "displayName", "content", "noValue", "summary"}
OF_GRAFANA = {"All"}


def outside(text: str) -> str:
    """What stands outside brackets."""
    depth, left = 0, []
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        if not depth and sign != "⟧":
            left.append(sign)
    return "".join(left)


def strangers(texts: list[str]) -> list[str]:
    """Texts in which a letter stands outside brackets."""
    return [
        text
        for text in texts
        if any(sign.isalpha() for sign in outside(text)) and outside(text).strip(" ()\n\u2003") not in SYMBOLS
    ]


class Page(HTMLParser):
    """Collects what a reader of a page sees or hears."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNREAD:
            self._inside.append(tag)
        self.texts += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in UNREAD:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.texts.append(data)


def said_by(value: Any, key: str = "") -> Iterator[str]:
    """What people read of a dashboard."""
    if isinstance(value, dict):
        for name, item in value.items():
            shown = "title" if name == "value" and value.get("id") in ("displayName", "noValue") else name
            yield from said_by(item, shown)
    elif isinstance(value, list):
        for item in value:
            yield from said_by(item, key)
    elif isinstance(value, str) and key in READ_BY_PEOPLE:
        # A panel of text is a page of its own, with a letter of each state beside its colour.
        yield from (Page(value).texts if value.startswith("<") else (value,))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The same scenario in English and in the pseudo-language, with what the terminal showed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        found = {}
        for lang in ("en", PSEUDO):
            patch.setenv("STADTWERK_LANG", lang)
            found[lang] = tmp_path_factory.mktemp(lang) / "run"
            assert main(["run", SCENARIO, "--mqtt", "off", "--out", str(found[lang])]) == 0
        yield found


def test_what_happened_and_what_it_came_to_is_the_same(runs: dict[str, Path]) -> None:
    english, pseudo = runs["en"], runs[PSEUDO]
    for name in (
        "verdict.json",
        "figures.json",
        "events.jsonl",
        "levels.parquet",
        "gauges.parquet",
        "readings.parquet",
    ):
        assert (pseudo / name).read_bytes() == (english / name).read_bytes(), name
    digests = [json.loads((run / "run.json").read_text(encoding="utf-8"))["digests"] for run in (english, pseudo)]
    assert digests[0] == digests[1]


def test_database_tags_are_the_same(runs: dict[str, Path]) -> None:
    from stadtwerk.influx.push import _bodies, identity
    from stadtwerk.runs.finished import read_folder

    bodies = []
    for run in runs.values():
        folder = read_folder(run, None)
        bodies.append([body for body, _count in _bodies(identity(folder, "same", False), folder, "")])
    assert bodies[0] and bodies[0] == bodies[1]


def test_no_letter_stands_outside_brackets_in_the_report(runs: dict[str, Path]) -> None:
    page = Page((runs[PSEUDO] / "report.html").read_text(encoding="utf-8"))
    assert len(page.texts) > 300
    assert strangers(page.texts) == []


def test_no_letter_stands_outside_brackets_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "400")
    assert main(["run", SCENARIO, "--lang", PSEUDO, "--mqtt", "off", "--out", str(tmp_path / "run")]) == 0
    shown = capsys.readouterr()
    lines = [line.replace(str(tmp_path / "run" / "report.html"), "") for line in (shown.out + shown.err).splitlines()]
    assert len(lines) > 8
    assert strangers(["\n".join(lines)]) == []


def test_no_letter_stands_outside_brackets_on_a_dashboard() -> None:
    pages = [page(PSEUDO) for page in (city_page, resilience, health, compare)]
    pages += [domain_page(domain, PSEUDO) for domain in registry().pages]
    for page in pages:
        known = OF_GRAFANA | set(registry().measures)
        assert strangers([text for text in said_by(json.loads(page)) if text not in known]) == []
