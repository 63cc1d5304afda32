"""What happens in the main scenario has words in both languages, with the numbers of the event."""

from __future__ import annotations

import re
from typing import Any

import pytest

from resilience.scenario.loader import build_scenario
from resilience.words.events import KIND_WORDS, line, sentence
from simulator.contracts.city import City
from simulator.contracts.codes import event_codes
from simulator.contracts.document import load_document
from simulator.contracts.event import Event, EventKind
from simulator.contracts.words import PSEUDO
from stadtwerk.influx.places import Places
from stadtwerk.influx.results import Notes
from stadtwerk.runs.folder import read_events
from tests.run.conftest import Run


@pytest.fixture(scope="module")
def events(main_run: Run) -> list[Event]:
    return read_events(main_run.folder / "events.jsonl")


def test_every_event_of_the_main_scenario_is_worded(events: list[Event], demo: City) -> None:
    """No letter of a sentence stands outside what a catalogue translates or an owner named."""
    assert len(events) > 100
    for event in events:
        assert event.code in event_codes()
        for said in (line(event, demo), sentence(event, demo)):
            assert not re.search(r"[^\W\d_]", _outside(said.of(PSEUDO))), said.of(PSEUDO)


def test_no_german_sentence_is_english(events: list[Event], demo: City) -> None:
    """635 events and 356 English ones among their German sentences, when these were made from English prose."""
    same = {line(e, demo).en for e in events if sentence(e, demo).de == sentence(e, demo).en}
    assert same == set()


class Kept:
    """In place of the way to a database: the fields of every point."""

    def __init__(self) -> None:
        self.fields: list[dict[str, Any]] = []

    def add(self, of: object, tags: object, fields: dict[str, Any], tick: int) -> None:
        self.fields.append(fields)


def test_no_german_annotation_is_english(main_run: Run, events: list[Event], demo: City) -> None:
    scenario = build_scenario(load_document(main_run.folder / "scenario.yaml"))
    kept = Kept()
    notes = Notes(Places(demo), scenario, kept)  # type: ignore[arg-type]
    for event in events:
        notes.event(event)
    assert len(kept.fields) == len(events)
    assert [one["cause"] for one in kept.fields] == [event.cause for event in events]
    others = [tuple(map(int, (one["also"] or "").split())) for one in kept.fields]
    assert others == [event.also for event in events] and any(others)
    english = [one for one in kept.fields if one["text_de"] == one["text_en"] or one["title_de"] == one["title_en"]]
    assert english == []


def test_every_kind_of_event_has_a_name() -> None:
    assert set(KIND_WORDS) == set(EventKind)


def _outside(said: str) -> str:
    """What stands outside all brackets."""
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", said)) != said:
        said = less
    return said


@pytest.mark.parametrize(
    ("event", "de", "en"),
    [
        (
            Event(0, 0, EventKind.NOTE, "bus-0", "energy.buses-dead", {"buses": "bus-0 bus-1"}, value=108.0),
            "108 Ortsnetzstationen ohne Strom: Ortsnetzstation 0, Ortsnetzstation 1",
            "108 local substations without power: local substation 0, local substation 1",
        ),
        (
            Event(0, 0, EventKind.NOTE, "bus-0", "energy.buses-alive", {"buses": "bus-0"}, value=1.0),
            "1 Ortsnetzstation wieder unter Spannung: Ortsnetzstation 0",
            "1 local substation live again: local substation 0",
        ),
        (
            Event(
                0,
                0,
                EventKind.CREW,
                "hospital-1",
                "crew.arrived",
                {"task": "switching", "depot": "depot-1"},
                value=779.85,
            ),
            "Krankenhaus: Schalten vor Ort: Trupp von Betriebshof Südstadt trifft ein, 13 min unterwegs",
            "hospital: switching: crew from depot Südstadt arrives after 13 min on the road",
        ),
        (
            Event(0, 0, EventKind.NOTE, "hospital-1", "energy.overloaded", value=1.03),
            "Krankenhaus: zu 103\u00a0% belastet",
            "hospital: loaded to 103%",
        ),
        (
            Event(0, 0, EventKind.SUPPLY_BACK, "hospital-1", "supply.back", {"link_kind": "power"}),
            "Krankenhaus: Strom ist wieder da",
            "hospital: power is back",
        ),
    ],
)
def test_the_words_carry_the_numbers(event: Event, de: str, en: str, demo: City) -> None:
    said = line(event, demo)
    assert (said.de, said.en) == (de, en)


def test_a_code_that_nobody_declares_is_shown_as_it_is(demo: City) -> None:
    event = Event(0, 0, EventKind.NOTE, "hospital-1", "nobody.knows")
    assert line(event, demo).de == "Krankenhaus: nobody.knows"
