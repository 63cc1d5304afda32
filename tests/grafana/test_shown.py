"""What is read on each panel is what the codes in the database mean, by Grafana's own rules, on real answers."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dashboards import palette
from dashboards.control_room import LIFE
from resilience.judge.verdict import Category
from simulator.contracts.measurements import OVER, VERDICT_CODES
from simulator.contracts.registry import registry
from tests.grafana.conftest import Pushed
from tests.grafana.grafana import pages, panels
from tests.grafana.shown import INSTALLED, Field, frames, shown
from tests.grafana.test_queries import shown as page_of

pytestmark = pytest.mark.skipif(not INSTALLED, reason="needs node, and: npm ci --prefix tests/grafana/schema")

WITHOUT_DATA = {"text", "alertlist"}
_RUN_IS_OVER = {"de": "Lauf ist zu Ende", "en": "run is over"}
NUMBERS = ("now", "uncovered")
"""Columns in which some codes stand among numbers."""
NONSENSE = re.compile(r"undefined|NaN|∞|Invalid|\[object|\$\w")
SHARES = {"quality", "share", "used_share", "margin", "target"}


def meaning(lang: str) -> dict[str, dict[Any, tuple[str, str | None]]]:
    """What the codes of a column mean: the word, and the colour if it has one."""
    states = {int(state): (words.of(lang), colour) for state, (words, colour, _) in palette.STATES.items()}
    names = {code: name for name, code in VERDICT_CODES.items()}
    verdicts = {code: (palette.VERDICTS[n][0].of(lang), palette.VERDICTS[n][1]) for code, n in names.items()}
    measures = {name: (words.of(lang), None) for name, words in palette.measure_words(lang).items()}
    categories = {one.value: (palette.CATEGORIES[one.value].of(lang), None) for one in Category}
    return {
        "state": states,
        "verdict": verdicts,
        "measure": measures,
        "category": categories,
        "now": {OVER: (_RUN_IS_OVER[lang], palette.GREY)},
        "uncovered": {OVER: (_RUN_IS_OVER[lang], palette.GREY)},
        "life": {code: (words.of(lang), colour) for code, (words, colour) in LIFE.items()},
    }


def amiss(panel: dict[str, Any], fields: Sequence[Field], lang: str) -> list[str]:
    """What a person would read wrongly."""
    found: list[str] = []
    known = meaning(lang)
    nothing = panel["fieldConfig"]["defaults"]["noValue"]
    states = panel["type"] == "state-timeline"
    asked = panel["targets"][0]["query"]
    for field in fields:
        if field.column == "Time":
            continue
        if field.name in ("", "Value") or NONSENSE.search(field.name):
            found.append(f"heading {field.name!r}")
        codes = known.get("state" if states and ("state" in asked or "worst" in asked) else field.column)
        for raw, text, colour in zip(field.raw, field.texts, field.colours, strict=True):
            if raw is None:
                if text == nothing:
                    found.append(f"{field.name}: an empty cell says {text!r}")
            elif NONSENSE.search(text):
                found.append(f"{field.name}: {raw!r} is shown as {text!r}")
            elif codes is not None and raw in codes:
                word, wanted = codes[raw]
                unit = registry().measures[raw].unit if field.column == "measure" and raw in registry().measures else ""
                if text not in (word, f"{word} in {unit}") or (wanted is not None and colour != wanted):
                    found.append(f"{field.name}: {raw!r} is shown as {text!r} in {colour}, not {word!r} in {wanted}")
            elif codes is not None and field.column not in NUMBERS:
                found.append(f"{field.name}: nobody knows what {raw!r} means")
            elif states and (re.fullmatch(r"[\d.]+", text) or colour in (None, palette.GREY)):
                found.append(f"{field.name}: {raw!r} is shown as {text!r} in {colour}")
            elif field.column in SHARES and not _same_share(text, raw):
                found.append(f"{field.name}: {raw!r} is shown as {text!r}")
        if states and len({*field.colours}) < len({*field.raw} - {None}):
            found.append(f"{field.name}: two states in one colour")
    return found


def _same_share(text: str, raw: float) -> bool:
    number = re.fullmatch(r"(-?[\d.]+) ?%", text)
    return number is not None and abs(float(number[1]) / 100 - raw) <= 0.006


def read(pushed: Pushed, path: Path) -> tuple[list[dict[str, Any]], list[list[Field]]]:
    """The panels of a page on the rich run, and what they show."""
    page = page_of(path)
    asked = []
    for panel in panels(page.board):
        if panel["type"] not in WITHOUT_DATA:
            given: list[dict[str, Any]] = []
            for target in panel["targets"]:
                given += frames(pushed.server.query(page.filled(target["query"], panel.get("interval"))), target)
            asked.append((panel, given))
    return [panel for panel, _ in asked], shown(asked)


@pytest.mark.parametrize("path", pages("de"), ids=lambda path: path.stem)
def test_words_and_colours_are_what_the_codes_mean(pushed: Pushed, path: Path) -> None:
    wrong = {
        panel["title"]: found
        for panel, fields in zip(*read(pushed, path), strict=True)
        if (found := amiss(panel, fields, path.parent.name))
    }
    assert not wrong, wrong


def _by_thresholds(panel: dict[str, Any]) -> None:
    panel["fieldConfig"]["defaults"]["color"] = {"mode": "thresholds"}
    panel["fieldConfig"]["defaults"]["thresholds"] = {
        "mode": "absolute",
        "steps": [{"value": None, "color": "#8E8E8E"}],
    }


def _without_words(panel: dict[str, Any]) -> None:
    panel["fieldConfig"]["defaults"]["mappings"] = []


SPOILT: dict[str, Callable[[dict[str, Any]], None]] = {"thresholds": _by_thresholds, "no words": _without_words}


def test_a_panel_that_says_something_else_is_found(pushed: Pushed) -> None:
    path = next(path for path in pages("de") if path.stem == "resilience")
    page = page_of(path)
    good = next(panel for panel in panels(page.board) if panel["type"] == "state-timeline")
    target = good["targets"][0]
    given = frames(pushed.server.query(page.filled(target["query"], good.get("interval"))), target)
    made = [good]
    for spoil in SPOILT.values():
        made.append(copy.deepcopy(good))
        spoil(made[-1])
    right, *others = (
        amiss(panel, fields, "de") for panel, fields in zip(made, shown([(p, given) for p in made]), strict=True)
    )
    assert not right
    assert all(others), others
