"""Events as annotations: a title, a sentence and tags, in both languages."""

from __future__ import annotations

from gateways.stores.influx.lines import Value
from resilience.scenario.scenario import Scenario
from resilience.words.events import KIND_WORDS, sentence
from simulator.contracts.event import Event, EventKind
from simulator.contracts.measurements import CITY, EVENT, NONE
from simulator.contracts.words import Text, Words
from stadtwerk.influx.places import Places
from stadtwerk.influx.sender import Out

_ = Words("stadtwerk")


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
            return _("{kind}: {title}", kind=kind, title=self._scenario.title)
        if event.kind in (EventKind.LEVEL_LOW, EventKind.LEVEL_BACK):
            place = self._places.level_label(event.subject)
        else:
            place = self._places.label(event.subject)
        return _("{kind}: {place}", kind=kind, place=place)

    def _text(self, event: Event) -> Text:
        """The sentence; what the scenario's author calls the fault comes first."""
        said = sentence(event, self._places.city)
        title = self._entries.get((event.after if event.kind is EventKind.FAULT else event.before) or "")
        if title is None or event.kind not in (EventKind.FAULT, EventKind.CLEAR):
            return said
        return _("{title} ({said})", title=title, said=said)
