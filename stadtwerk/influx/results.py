"""The run itself, its findings and its fallbacks: open while it lasts, with the verdict afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateways.stores.influx.lines import Value
from simulator.contracts.measurements import EXPECTATION, REDUNDANCY, RUN, VERDICT_CODES
from simulator.contracts.words import Verbatim
from stadtwerk.influx.identity import RunIdentity
from stadtwerk.influx.places import Places
from stadtwerk.influx.sender import Out

if TYPE_CHECKING:
    from resilience.judge.verdict import Finding, Verdict
    from resilience.scenario.scenario import Redundancy

OPEN = VERDICT_CODES["open"]
NOT_NEEDED = VERDICT_CODES["not needed"]
_SECOND_WAY = "redundancy"
_OF = ("changeover", "standby held")


class Results:
    """Writes what is asked at the begin, and what was found when it is known."""

    def __init__(self, run: RunIdentity, places: Places, out: Out) -> None:
        self._run, self._places, self._out = run, places, out
        self._digest = self._report = ""
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

    def judged(self, verdict: Verdict, tick: int, digest: str, report: str) -> None:
        self._digest, self._report = digest, report
        self._write_run(verdict)
        for finding in verdict.findings:
            if finding.category.value == _SECOND_WAY and finding.id in self._asked:
                self._second_way(self._asked[finding.id], finding, tick)
            else:
                self._finding(finding, tick)

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
        }
        self._out.add(RUN, {}, fields, run.begin)

    def _finding(self, finding: Finding, tick: int) -> None:
        limit, actual = finding.limit, finding.actual
        fields: dict[str, Value] = {
            "verdict": VERDICT_CODES[finding.value.value] if finding.needed else NOT_NEEDED,
            "actual": None if actual is None else actual.value,
            "limit": None if limit is None else limit.value,
            "unit": "" if limit is None else limit.unit,
            "source": "" if limit is None else limit.source,
            "title_de": finding.title.de,
            "title_en": finding.title.en,
            "reason_de": finding.reason.de,
            "reason_en": finding.reason.en,
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
        }
        self._out.add(REDUNDANCY, tags, fields, tick)
