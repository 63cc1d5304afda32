"""Every event code has a sentence with a blank for each of its parameters, in every language, and somebody logs it."""

from __future__ import annotations

import ast
import importlib
import re
from datetime import datetime
from pathlib import Path

import pytest

from resilience.words.events import sentence
from simulator.contracts.codes import event_codes, event_modules, tasks
from simulator.contracts.event import (
    FIELDS,
    NOWHERE,
    Counted,
    Event,
    EventCode,
    EventKind,
    Role,
    Task,
    Value,
    Vocabulary,
)
from simulator.contracts.words import LANGUAGES, Message
from simulator.coupling.events import LEVEL_LOW
from simulator.kernel import Clock
from simulator.kernel.log import EventLog
from tests.support.towns import component, town
from tests.words.emitted import known

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
CODES = list(event_codes().values())
NO_WORDS_OF_ITS_OWN = {"fault.applied"}
"""Codes whose sentence is nothing but a parameter's words."""


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_sentence_has_a_blank_for_each_parameter(code: EventCode) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*", code.name)
    assert code.sentence.blanks == code.parameters.keys()
    if not code.parameters:
        assert code.sentence.en, "says something"
    fields = {name: role for name, role in code.parameters.items() if name in FIELDS}
    assert not isinstance(fields.get("value"), Vocabulary)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_every_language_has_words_of_its_own(code: EventCode) -> None:
    said = [code.sentence] + [role.words for role in code.parameters.values() if isinstance(role, Counted)]
    for role in code.parameters.values():
        said += (
            [word for word in role.words.values() if isinstance(word, Message)] if isinstance(role, Vocabulary) else []
        )
    for message in said:
        for language in LANGUAGES:
            assert message.of(language)
    if code.name not in NO_WORDS_OF_ITS_OWN and re.search(r"[a-z]{3}", re.sub(r"\{\w+\}", "", code.sentence.en)):
        same = code.sentence.en == code.sentence.de
        assert not same or code.sentence.en == "online", "is English in German"


def test_every_task_has_a_title() -> None:
    assert {"repair", "fuel-delivery", "switching", "water-tanker", "by-hand"} <= set(tasks())
    assert all(task.title.of(language) for task in tasks().values() for language in LANGUAGES)


@pytest.mark.parametrize("module", list(event_modules()))
def test_every_code_is_logged_by_the_folder_that_declares_it(module: str) -> None:
    """A constant that nothing names is a code that can never happen."""
    declared = {
        name
        for name, value in vars(importlib.import_module(module)).items()
        if isinstance(value, EventCode | Task) and not name.startswith("_")
    }
    folder = ROOT / Path(*module.split(".")[:-1])
    assert declared
    used: set[str] = set()
    for path in folder.rglob("*.py"):
        if path.name == "events.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.Name):
                used.add(node.id)
    assert declared <= used


def log() -> EventLog:
    return EventLog(Clock(datetime(2026, 1, 14), 0.0, 60.0))


@pytest.mark.parametrize(
    "params", [None, {}, {"required": "much"}, {"required": 0.5, "more": 1}, {"asked": 0.5}], ids=repr
)
def test_an_event_takes_the_parameters_that_its_code_declares(params: dict[str, float | str] | None) -> None:
    with pytest.raises(TypeError, match=r"level\.low"):
        log().add(LEVEL_LOW, "level", params)


def test_an_event_has_the_kind_of_its_code_unless_told_otherwise() -> None:
    wrong = EventCode("test.thing", EventKind.NOTE, Message("tests", "{n} things"), {"n": Role.COUNT})
    book = log()
    book.add(wrong, "x", {"n": 1})
    book.add(wrong, "x", {"n": 2}, kind=EventKind.MODE)
    assert [(e.kind, e.code, e.params) for e in book.events] == [
        (EventKind.NOTE, "test.thing", {"n": 1}),
        (EventKind.MODE, "test.thing", {"n": 2}),
    ]
    with pytest.raises(TypeError):
        book.add(wrong, "x", {"n": 1.5})


UNSEEN = {
    "ict.no-data-link": "a fault point without a data link is no device of a network file that ships",
    "traffic.signal-unpoliced": "officers leave a junction for good only where no other team ever comes",
    "water.unbalanced": "EPANET found a balance in every network that ships",
    "water.balanced": "follows water.unbalanced",
    "live.not-drained": "needs a database that does not answer at the end of a live run",
    "live.unit-not-read": "needs a Modbus unit that fails while a live run reads it",
    "live.not-ended": "needs a process that does not obey at the end of a live run",
}
"""Codes that no test and no scenario has come to, and why."""


def test_every_code_happens_in_a_scenario_or_a_test() -> None:
    """By `emitted.json`, or because a test names it: the injector's and a live run's go by other logs."""
    seen, tests = (
        set(known()),
        "".join(
            path.read_text(encoding="utf-8") for path in sorted(TESTS.rglob("test_*.py")) if path != Path(__file__)
        ),
    )
    missing = [code.name for code in CODES if code.name not in seen and f'"{code.name}"' not in tests]
    assert [name for name in missing if name not in UNSEEN] == [], "see tests/words/emitted.py, or say why in UNSEEN"
    assert [name for name in UNSEEN if name in seen] == [], "happens by now: take it out of UNSEEN"


def test_a_log_says_names_of_what_is_read_and_switched_and_no_ids() -> None:
    """A person at a desk knows pump 8 and its tank, not `pump-8` and `tank-T-13/level_m`."""
    city = town([component("w", "waterworks"), component("tank-T-13", "tank"), component("pump-8", "pump")])
    read: dict[str, Value] = {"seat": "w", "reading": "tank-T-13/level_m", "believed": "measured", "read": 22.9}
    read |= {"below": 23.0, "above": 27.6}
    for setting, en, de in ((1.0, "on", "ein"), (0.0, "off", "aus")):
        event = Event(1, 0, EventKind.NOTE, "pump-8", "decision.switches", read, value=setting)
        assert f"switches it {en}: level in m at water tank T-13 is 22.9" in sentence(event, city).en
        assert f"schaltet {de}: Füllstand in m (Hochbehälter T-13) beträgt 22,9" in sentence(event, city).de
    alarm: dict[str, Value] = {"alarm": 1, "seat": "w", "evidence": "silence", "districts": NOWHERE}
    alarm["components"] = "pump-8 tank-T-13"
    said = sentence(Event(2, 0, EventKind.NOTE, "tank-T-13", "alarm.raised", alarm, value=2.0), city)
    assert "(pump 8, water tank T-13; place not known)" in said.en
    assert "(Pumpe 8, Hochbehälter T-13; Ort unbekannt)" in said.de
