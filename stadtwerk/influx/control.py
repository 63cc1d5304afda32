"""The control room: its alarms with their age, how many come, what is on its way, and its picture against truth."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from gateways.stores.influx.lines import Value
from monitoring.checks import LAST_PRIORITY, PRIORITY
from resilience.words.events import sentence
from simulator.contracts.event import Event
from simulator.contracts.measurements import ALARM, ALARM_RATE, COMMAND, OVER, PICTURE
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import Text, Words
from stadtwerk.influx.places import Places
from stadtwerk.influx.sender import Out
from stadtwerk.runs import events
from stadtwerk.runs.control import BELIEVED, TRUTH

_ = Words("stadtwerk")

WINDOW = to_ticks(600.0)
"""EEMUA 191 counts alarms in ten minutes."""

DECISIONS = frozenset(
    one.name
    for one in (events.SWITCHES, events.SWITCHES_BLIND, events.JOINS, events.PARTS, events.LENGTHENS, events.SHORTENS)
)
FOUND = frozenset({"crew.search-found", "crew.search-in-vain", events.READ_ON_SITE.name})
"""What a crew says that was sent to look, with which its command is answered."""
ORDERED = "order."


@dataclass(slots=True)
class _Standing:
    event: Event
    seat: str
    priority: int
    acknowledged: int = 0


@dataclass(slots=True)
class _Sent:
    event: Event
    seat: str
    crews: int = 1


class Desk:
    """Writes what a control room does, by the events of its run; nothing for a run without one."""

    def __init__(self, places: Places, out: Out, room: bool) -> None:
        self._places, self._out, self._room = places, out, room
        self._standing: dict[int, _Standing] = {}
        self._raised: deque[int] = deque()
        self._sent: dict[str, _Sent] = {}
        self._crews: dict[int, str] = {}
        self._believed: dict[str, float] = {}
        self._truth: dict[str, float] = {}

    def event(self, event: Event) -> None:
        """Take over what a room noticed or decided, and what came of it."""
        code, number = event.code, event.params.get("alarm")
        if code == events.ALARM_RAISED.name:
            evidence = str(event.params["evidence"])
            alarm = _Standing(event, str(event.params["seat"]), PRIORITY.get(evidence, LAST_PRIORITY))
            self._standing[int(str(number))] = alarm
            self._raised.append(event.at)
            self._write_alarm(int(str(number)), alarm, event.at)
            self._write_rate(event.at)
        elif code == events.ALARM_ACKNOWLEDGED.name and (stands := self._standing.get(int(str(number)))) is not None:
            stands.acknowledged = 1
            self._write_alarm(int(str(number)), stands, event.at)
        elif code == events.ALARM_CLEARED.name and (over := self._standing.pop(int(str(number)), None)) is not None:
            self._write_alarm(int(str(number)), over, event.at, active=0)
            self._write_rate(event.at)
        elif code in DECISIONS:
            self._order(event.subject, _Sent(event, str(event.params["seat"])), event.at)
        elif code == events.SENDS.name:
            target = f"{event.params['trade']}/{event.id}"
            self._crews[event.id] = target
            self._order(
                target, _Sent(event, str(event.params["seat"]), len(str(event.params["districts"]).split())), event.at
            )
        elif code.startswith(ORDERED) and event.subject in self._sent:
            self._answered(event.subject, event)
        elif event.cause in self._crews:
            target = self._crews[event.id] = self._crews[event.cause]
            if code in FOUND and target in self._sent:
                self._answered(target, event)

    def gauge(self, subject: str, quantity: str, value: float, tick: int) -> None:
        """A sample of what the room believes, or of how it is."""
        for prefix, kept, field in ((BELIEVED, self._believed, "believed"), (TRUTH, self._truth, "truth")):
            if quantity.startswith(prefix):
                kept[subject] = value
                self._out.add(PICTURE, self._place(subject), {field: value}, tick)

    def beat(self, tick: int) -> None:
        """Alarms grow older, and the rate falls."""
        if not self._room:
            return
        for number, alarm in self._standing.items():
            self._write_alarm(number, alarm, tick)
        self._write_rate(tick)
        for subject in self._truth:
            now = {"believed": self._believed.get(subject), "truth": self._truth[subject]}
            self._out.add(PICTURE, self._place(subject), now, tick)

    def over(self, tick: int) -> None:
        """The run is over: nothing stands and nothing is on its way any more."""
        if self._room:
            self._out.add(ALARM_RATE, {}, dict.fromkeys((one.name for one in ALARM_RATE.fields), OVER), tick)
        for number, alarm in self._standing.items():
            self._write_alarm(number, alarm, tick, active=0)
        for target, sent in self._sent.items():
            self._write_command(target, sent, tick, 0, _("the run is over"))

    def _place(self, subject: str) -> dict[str, str]:
        named = self._places.named_tags(subject)
        return {name: named[name] for name in ("district", "component", "label_de", "label_en")}

    def _write_alarm(self, number: int, alarm: _Standing, tick: int, active: int = 1) -> None:
        said, seat = sentence(alarm.event, self._places.city), self._places.label(alarm.seat)
        fields: dict[str, Value] = {
            "active": active,
            "acknowledged": alarm.acknowledged,
            "priority": alarm.priority,
            "since_ms": self._out.ms(alarm.event.at),
            "age_s": to_s(tick - alarm.event.at),
            "score": float(alarm.event.value or 0.0),
            "text_de": said.de,
            "text_en": said.en,
            "seat_de": seat.de,
            "seat_en": seat.en,
        }
        self._out.add(ALARM, {"seat": alarm.seat, "alarm": str(number)}, fields, tick)

    def _write_rate(self, tick: int) -> None:
        while self._raised and tick - self._raised[0] >= WINDOW:
            self._raised.popleft()
        of = [alarm.priority for alarm in self._standing.values()]
        fields: dict[str, Value] = {"raised": len(self._raised), "standing": len(of)}
        fields |= {name: of.count(i) for i, name in enumerate(("first", "second", "third"), start=1)}
        self._out.add(ALARM_RATE, {}, fields, tick)

    def _order(self, target: str, sent: _Sent, tick: int) -> None:
        self._sent[target] = sent
        self._write_command(target, sent, tick, 1, _("on its way"))

    def _answered(self, target: str, answer: Event) -> None:
        sent = self._sent[target]
        sent.crews -= 1
        if sent.crews <= 0:
            del self._sent[target]
            self._write_command(target, sent, answer.at, 0, sentence(answer, self._places.city))

    def _write_command(self, target: str, sent: _Sent, tick: int, on_its_way: int, answer: Text) -> None:
        said, label = sentence(sent.event, self._places.city), self._places.label(sent.event.subject)
        fields: dict[str, Value] = {
            "on_its_way": on_its_way,
            "since_ms": self._out.ms(sent.event.at),
            "text_de": said.de,
            "text_en": said.en,
            "answer_de": answer.de,
            "answer_en": answer.en,
            "label_de": label.de,
            "label_en": label.en,
        }
        self._out.add(COMMAND, {"seat": sent.seat, "target": target}, fields, tick)
