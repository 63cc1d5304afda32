"""The run itself, its findings and its fallbacks, open while it lasts; and events as annotations, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gateways.stores.influx.lines import Value
from resilience.judge.figures import by_name
from resilience.judge.margin import margin
from resilience.scenario.scenario import Scenario
from resilience.words.events import KIND_WORDS, sentence
from simulator.contracts.event import Event, EventKind
from simulator.contracts.measurements import CITY, EVENT, EXPECTATION, FIGURE, NONE, REDUNDANCY, RUN, VERDICT_CODES
from simulator.contracts.words import Text, Verbatim, Words
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out

if TYPE_CHECKING:
    from resilience.judge.verdict import Finding, Metric, Verdict
    from resilience.scenario.scenario import Redundancy

OPEN = VERDICT_CODES["open"]
NOT_NEEDED = VERDICT_CODES["not needed"]
_SECOND_WAY = "redundancy"
_OF = ("changeover", "standby held")

Held = Mapping[tuple[str, str], tuple[int, int]]
"""In how many small changes each finding held, of how many that were tried, by category and id."""


class Results:
    """Writes what is asked at the begin, and what was found when it is known."""

    def __init__(self, run: RunIdentity, places: Places, out: Out) -> None:
        self._run, self._places, self._out = run, places, out
        self._digest = self._report = ""
        self._held: Held = {}
        self._asked = {item.id: item for item in run.scenario.redundancies}

    def opened(self, tick: int) -> None:
        """Everything that the scenario asks is open."""
        self._write_run(None)
        self.still_open(tick)

    def still_open(self, tick: int) -> None:
        for item in self._run.scenario.redundancies:
            self._second_way(item, None, tick)
        for expectation in self._run.scenario.expectations:
            title = expectation.title or Verbatim(expectation.id)
            fields: dict[str, Value] = {"verdict": OPEN, "title_de": title.de, "title_en": title.en, "unit": ""}
            self._out.add(EXPECTATION, {"category": "expectation", "expectation": expectation.id}, fields, tick)

    def judged(self, verdict: Verdict, tick: int, digest: str, report: str, held: Held) -> None:
        self._digest, self._report, self._held = digest, report, held
        self._write_run(verdict)
        for finding in verdict.findings:
            if finding.category.value == _SECOND_WAY and finding.id in self._asked:
                self._second_way(self._asked[finding.id], finding, tick)
            else:
                self._finding(finding, tick)
        for name, metric in by_name(verdict.metrics).items():
            self._figure(name, metric, tick)

    def _figure(self, name: str, metric: Metric, tick: int) -> None:
        title, subject = metric.full_title, metric.subject
        fields: dict[str, Value] = {
            "value": metric.value,
            "unit": metric.unit,
            "title_de": title.de,
            "title_en": title.en,
            "subject_de": subject.de,
            "subject_en": subject.en,
            "source_de": metric.source.de,
            "source_en": metric.source.en,
        }
        if metric.value is not None:  # what does not exist in a run, as a time for each interruption without any
            self._out.add(FIGURE, {"figure": metric.id, "against": metric.against or NONE, "name": name}, fields, tick)

    def _robustness(self, finding: Finding) -> dict[str, Value]:
        holds, tried = self._held.get((finding.category.value, finding.id), (None, None))
        return {"margin": margin(finding), "holds": holds, "tried": tried}

    def _write_run(self, verdict: Verdict | None) -> None:
        run, scenario = self._run, self._run.scenario
        fields: dict[str, Value] = {
            "verdict": OPEN if verdict is None else VERDICT_CODES[verdict.value.value],
            "seed": run.seed,
            "people": run.city.people,
            "begin_ms": run.begin_ms,
            "zero_ms": run.zero_ms,
            "end_ms": run.end_ms,
            "scenario": scenario.id,
            "title_de": scenario.title.de,
            "title_en": scenario.title.en,
            "question_de": scenario.question.de,
            "question_en": scenario.question.en,
            "answer_de": "läuft noch" if verdict is None else verdict.answer.de,
            "answer_en": "still running" if verdict is None else verdict.answer.en,
            "digest": self._digest,
            "report": self._report,
            "name": run.name,
        }
        self._out.add(RUN, {}, fields, run.begin)

    def _finding(self, finding: Finding, tick: int) -> None:
        limit, actual = finding.limit, finding.actual
        fields: dict[str, Value] = {
            "verdict": VERDICT_CODES[finding.value.value] if finding.needed else NOT_NEEDED,
            "actual": None if actual is None else actual.value,
            "limit": None if limit is None else limit.value,
            "unit": "" if limit is None else limit.unit,
            "source_de": "" if limit is None else limit.source.de,
            "source_en": "" if limit is None else limit.source.en,
            "title_de": finding.title.de,
            "title_en": finding.title.en,
            "reason_de": finding.reason.de,
            "reason_en": finding.reason.en,
            **self._robustness(finding),
        }
        tags = {"category": finding.category.value, "expectation": finding.id}
        self._out.add(EXPECTATION, tags, fields, tick)

    def _second_way(self, item: Redundancy, finding: Finding | None, tick: int) -> None:
        place = self._places.tags(item.component)
        tags = {"kind": item.kind, "redundancy": item.id}
        tags |= {name: place[name] for name in ("district", "owner", "component")}
        title = item.title or (Verbatim(item.id) if finding is None else finding.title)
        activation = held = None
        if finding is not None and finding.needed:
            figures = {
                name: [f.value for f in finding.figures if f.name == name and f.value is not None] for name in _OF
            }
            activation = max(figures["changeover"], default=None)
            held = min(figures["standby held"], default=None)
        limit = None if item.within is None else item.within.seconds
        code = OPEN if finding is None else VERDICT_CODES[finding.value.value]
        fields: dict[str, Value] = {
            "verdict": NOT_NEEDED if finding is not None and not finding.needed else code,
            "needed": int(finding is not None and finding.needed),
            "activation_s": activation,
            "limit_s": limit,
            "held_s": held,
            "lasts_s": None if item.lasts is None else item.lasts.seconds,
            "used_share": None if activation is None or not limit else activation / limit,
            "title_de": title.de,
            "title_en": title.en,
            "reason_de": "noch offen" if finding is None else finding.reason.de,
            "reason_en": "still open" if finding is None else finding.reason.en,
            **({} if finding is None else self._robustness(finding)),
        }
        self._out.add(REDUNDANCY, tags, fields, tick)


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
            "also": " ".join(map(str, event.also)) or None,
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
