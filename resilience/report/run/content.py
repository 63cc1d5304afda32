"""Everything the page shows, as frozen records. Times are seconds from the scenario's zero, places metres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from resilience.judge.control import ControlScores
from resilience.judge.losses import DistrictLoss, Headline, LevelCourse, ServiceLoss
from resilience.judge.verdict import Metric, Value
from resilience.report.run.robust import RobustRow
from resilience.report.run.why import WhyRow
from simulator.contracts.words import Text


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the charter that the run gives evidence for."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation: `target` is what was asked, `actual` what was found, both worded with their units.

    `needed` false: a fallback that was not called upon.
    """

    name: Text
    outcome: Value
    sentence: Text
    target: Text
    actual: Text
    source: Text | None = None
    confidence: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class FaultSpan:
    """A fault of the timeline, as asked for and as executed. None: never (an end: not before the run's).

    `asked_repair` says that a crew was to end it, `asked_when` is the state with which it was to come.
    """

    entry: str
    target: Text
    title: Text
    asked_begin_s: float | None
    asked_end_s: float | None
    begin_s: float | None
    end_s: float | None
    evidence_s: float | None
    asked_repair: bool = False
    asked_when: Text | None = None


@dataclass(frozen=True, slots=True)
class ModeSpan:
    """A redundancy was in `mode` from `begin_s` to `end_s`."""

    mode: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class ModeTimeline:
    """Which way of working a component of `kind` used when. `modes` are all it has; `mode_titles` go with them."""

    component: str
    kind: str
    label: Text
    modes: tuple[str, ...]
    mode_titles: tuple[Text, ...]
    spans: tuple[ModeSpan, ...]


@dataclass(frozen=True, slots=True)
class RedundancyResult:
    """What the scenario asked of one redundancy, and what it did. `technical` false is an analogue one."""

    name: Text
    technical: bool
    primary: Text
    standby: Text
    outcome: Value
    target: Text
    actual: Text
    sentence: Text
    needed: bool = True


@dataclass(frozen=True, slots=True)
class MapDistrict:
    id: str
    title: str
    people: int
    x_m: float
    y_m: float
    outline: tuple[tuple[float, float], ...]
    person_hours: float


@dataclass(frozen=True, slots=True)
class MapComponent:
    """`failed` are the stretches in which it did not work during the run, none if it always did."""

    id: str
    label: Text
    kind: str
    x_m: float
    y_m: float
    failed: tuple[tuple[float, float], ...] = ()
    district: str = ""
    owner: str = ""

    @property
    def failed_s(self) -> float:
        return sum(end - begin for begin, end in self.failed)


@dataclass(frozen=True, slots=True)
class TownMap:
    """`links` join two places (x1, y1, x2, y2); they give the eye something to hold on to and carry no result."""

    districts: tuple[MapDistrict, ...]
    components: tuple[MapComponent, ...]
    links: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Lacking:
    """A level that is below its minimum at a moment."""

    id: str
    measure_title: Text
    title: Text
    value: float
    minimum: float
    unit: str


@dataclass(frozen=True, slots=True)
class ReturnStep:
    """A switching step or repair: the levels (by id) that were better after it, and those that still lacked then."""

    at_s: float
    text: Text
    better: tuple[str, ...]
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class CascadeStep:
    """One event with its depth in the tree of causes.

    `after_s` is the delay since its cause; `alike` is how many more events of the same sort came at that time; `also`
    are the other causes that brought it about together with the one above it, as sentences.
    """

    at_s: float
    depth: int
    kind: str
    subject: str
    text: Text
    via: str
    after_s: float | None
    alike: int = 0
    also: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    id: str
    title: Text
    value: Text
    source: Text
    confidence: str


@dataclass(frozen=True, slots=True)
class AssumptionNote:
    subject: Text
    text: Text
    basis: Text


@dataclass(frozen=True, slots=True)
class TelemetrySummary:
    """What became of the readings: `late` ones are among the `delivered`; `held` were with a gateway at the end.

    What a broker took depends on the wall clock, so it is told on the terminal and not here.
    """

    sensors: int
    cohorts: int
    readings: int
    delivered: int
    late: int
    lost: int
    held: int


@dataclass(frozen=True, slots=True)
class NoticedFault:
    """A fault, and how long after it came the control room noticed it and acted; None: never."""

    fault: Text
    where: Text
    detected_s: float | None
    acted_s: float | None


@dataclass(frozen=True, slots=True)
class RoomAct:
    """An alarm or a decision, with its reason."""

    at_s: float
    said: Text


@dataclass(frozen=True, slots=True)
class ControlRoom:
    """What a control room made of a run; `more` acts are left out."""

    scores: ControlScores
    noticed: tuple[NoticedFault, ...]
    acts: tuple[RoomAct, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ReportContent:
    """The content of one report. Texts may hold anything: the page escapes them."""

    scenario_id: str
    title: Text
    question: Text
    clauses: tuple[Clause, ...]
    city_title: Text
    people: int
    seed: int
    versions: tuple[tuple[str, str], ...]
    start: datetime
    begin_s: float
    end_s: float
    outcome: Value
    answer: Text
    headline: Headline
    checks: tuple[Check, ...]
    courses: tuple[LevelCourse, ...]
    faults: tuple[FaultSpan, ...]
    timelines: tuple[ModeTimeline, ...]
    redundancies: tuple[RedundancyResult, ...]
    town: TownMap | None
    services: tuple[ServiceLoss, ...]
    districts: tuple[DistrictLoss, ...]
    cascade: tuple[CascadeStep, ...]
    thresholds: tuple[Threshold, ...]
    telemetry: TelemetrySummary | None
    assumptions: tuple[AssumptionNote, ...]
    command: str
    digest: str = ""
    metrics: tuple[Metric, ...] = ()
    robust: tuple[RobustRow, ...] = ()
    returns: tuple[ReturnStep, ...] = ()
    why: tuple[WhyRow, ...] = ()
    folder: Path = Path("RUN")
    """Where the run lies, as its commands name it."""
    control_room: ControlRoom | None = None
