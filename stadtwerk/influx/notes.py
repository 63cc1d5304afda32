"""Events as annotations: a title, a sentence and tags, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from gateways.stores.influx.lines import Value
from resilience.report.run.log_words import log_words
from resilience.scenario.scenario import Scenario
from resilience.words.terms import FAULT_NAMES, SUPPLY_NAMES, mode_words, words_of
from resilience.words.text import Text, both
from simulator.contracts.event import Event, EventKind
from simulator.contracts.kinds import MEASURES
from simulator.contracts.measurements import CITY, EVENT, NONE
from stadtwerk.influx.places import Places
from stadtwerk.influx.sender import Out

KIND_WORDS: Mapping[EventKind, Text] = MappingProxyType(
    {
        EventKind.RUN: Text("Lauf", "run"),
        EventKind.TRIGGER: Text("Auslöser", "trigger"),
        EventKind.FAULT: Text("Störung", "fault"),
        EventKind.CLEAR: Text("Störung behoben", "fault cleared"),
        EventKind.SUPPLY_LOST: Text("Versorgung weg", "supply lost"),
        EventKind.SUPPLY_BACK: Text("Versorgung zurück", "supply back"),
        EventKind.AUTONOMY_USED: Text("Vorrat verbraucht", "autonomy used up"),
        EventKind.STOPPED: Text("ausgefallen", "stopped"),
        EventKind.STARTED: Text("arbeitet wieder", "works again"),
        EventKind.MODE: Text("Betriebsweise", "mode"),
        EventKind.LINK_DOWN: Text("Verbindung unterbrochen", "link down"),
        EventKind.LINK_UP: Text("Verbindung steht", "link up"),
        EventKind.SWITCH: Text("Schalthandlung", "switching"),
        EventKind.LEVEL_LOW: Text("unter dem Mindestmaß", "below what is owed"),
        EventKind.LEVEL_BACK: Text("wieder im Maß", "back at what is owed"),
        EventKind.CREW: Text("Trupp", "crew"),
        EventKind.TELEMETRY: Text("Telemetrie", "telemetry"),
        EventKind.EVIDENCE: Text("Wirkung", "evidence"),
        EventKind.NOTE: Text("Vermerk", "note"),
    }
)
"""What each kind of event is called. A test holds that none is missing."""

_RUN_WORDS = {
    "begin": Text("Beginn mit dem Vorlauf", "begin, with the warm-up"),
    "warm-up is over": Text("Der Vorlauf ist zu Ende", "the warm-up is over"),
    "end": Text("Ende", "end"),
}
_FAULT_NAME = re.compile(r"\[([a-z0-9-]+)\]$")


class Notes:
    """Writes every event. Those of one instant are told apart by their number among those of their kind and place."""

    def __init__(self, places: Places, scenario: Scenario, out: Out) -> None:
        self._places, self._out = places, out
        self._entries = {entry.id: entry.title for entry in scenario.timeline if entry.title is not None}
        self._scenario = scenario
        self._slots: dict[tuple[str, ...], int] = {}
        self._at: int | None = None

    def event(self, event: Event) -> None:
        if event.at != self._at:
            self._at = event.at
            self._slots.clear()
        tags = self._tags(event)
        key = tuple(tags.values())
        slot = self._slots.get(key, 0)
        self._slots[key] = slot + 1
        title, text = self._title(event), self._text(event)
        fields: dict[str, Value] = {
            "title_de": title.de,
            "title_en": title.en,
            "text_de": text.de,
            "text_en": text.en,
            "note_de": f"{title.de}: {text.de}",
            "note_en": f"{title.en}: {text.en}",
            "tags": ",".join(dict.fromkeys((event.kind.value, tags["domain"], event.subject))),
            "subject": event.subject,
            "event": event.id,
            "cause": event.cause,
        }
        self._out.add(EVENT, {**tags, "slot": str(slot)}, fields, event.at)

    def _tags(self, event: Event) -> dict[str, str]:
        level = self._places.city.levels.get(event.subject)
        if level is not None and event.kind in (EventKind.LEVEL_LOW, EventKind.LEVEL_BACK):
            found = self._places.level_tags(level)
        elif event.subject in self._places.city.districts:
            found = {"district": self._places.district(event.subject), "owner": NONE, "domain": NONE}
        elif self._places.component_of(event.subject) is None:
            found = {"district": CITY, "owner": NONE, "domain": NONE}
        else:
            found = self._places.tags(event.subject)
        return {
            "district": found["district"],
            "owner": found["owner"],
            "domain": found["domain"],
            "kind": event.kind.value,
        }

    def _title(self, event: Event) -> Text:
        kind = KIND_WORDS[event.kind]
        if event.kind is EventKind.RUN:
            return Text(f"{kind.de}: {self._scenario.title.de}", f"{kind.en}: {self._scenario.title.en}")
        if event.kind in (EventKind.LEVEL_LOW, EventKind.LEVEL_BACK):
            place = self._places.level_label(event.subject)
        else:
            place = self._places.label(event.subject)
        return Text(f"{kind.de}: {place.de}", f"{kind.en}: {place.en}")

    def _text(self, event: Event) -> Text:
        entry = self._entries.get((event.after if event.kind is EventKind.FAULT else event.before) or "")
        if event.kind is EventKind.FAULT:
            found = _FAULT_NAME.search(event.what)
            name = words_of(FAULT_NAMES, found[1]) if found else both(event.what)
            return name if entry is None else Text(f"{entry.de} ({name.de})", f"{entry.en} ({name.en})")
        if event.kind is EventKind.CLEAR:
            name = words_of(FAULT_NAMES, event.what.split(" ", 1)[0])
            return name if entry is None else Text(f"{entry.de} ({name.de})", f"{entry.en} ({name.en})")
        if event.kind is EventKind.MODE and event.after is not None:
            kind = self._places.tags(event.subject)["kind"]
            after = mode_words(kind, event.after)
            before = mode_words(kind, event.before) if event.before else None
            if before is None:
                return after
            return Text(f"{before.de} → {after.de}", f"{before.en} → {after.en}")
        if event.kind is EventKind.RUN:
            return _RUN_WORDS.get(event.what, both(event.what))
        if event.kind in (EventKind.LEVEL_LOW, EventKind.LEVEL_BACK) and event.value is not None:
            return self._level_text(event)
        link = self._places.city.links.get(event.via or event.subject)
        supply = both("") if link is None else words_of(SUPPLY_NAMES, link.kind.value)
        return log_words(event.what, event.value, supply) or both(event.what)

    def _level_text(self, event: Event) -> Text:
        level = self._places.city.levels[event.subject]
        measure = MEASURES[level.measure]
        unit = "" if measure.unit == "1" else f" {measure.unit}"
        now, owed = f"{event.value:.3g}{unit}", f"{level.minimum:g}{unit}"
        return Text(
            f"{measure.title_de}: {now}; geschuldet {owed}, für {level.people} Menschen".replace(".", ","),
            f"{measure.title_en}: {now}; owed {owed}, for {level.people} people",
        )
