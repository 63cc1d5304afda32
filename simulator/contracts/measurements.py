"""What stands in a database beside readings: every measurement with its tags and fields, for writers and dashboards.

Readings themselves are `QUANTITY,city=,component=,district=,gateway=,run= value=,quality=`. All names here differ from
those of quantities. A tag that does not apply holds `NONE`, so that a filter by it is never in vain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NONE = "-"
"""The value of a tag that does not apply: a lifeline of no district, a level of the whole city."""

CITY = "city"
"""The district of what belongs to the whole city."""

ANY = "any"
"""Instead of a measure: people who lack at least one service."""

Type = Literal["float", "integer", "text"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a measurement, with its unit (empty for texts and codes)."""

    name: str
    type: Type
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """`tags` are complete in every point; of `fields` a point has those that are known at its time."""

    name: str
    tags: tuple[str, ...]
    fields: tuple[Field, ...]
    title: str

    def field(self, name: str) -> Field:
        """Raises `KeyError` for a field that it does not have."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name} has no field {name!r}")


def _f(*names: str, unit: str = "") -> tuple[Field, ...]:
    return tuple(Field(name, "float", unit) for name in names)


def _i(*names: str, unit: str = "") -> tuple[Field, ...]:
    return tuple(Field(name, "integer", unit) for name in names)


def _t(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "text") for name in names)


_PLACE = ("run", "city", "district", "owner")

RUN = Measurement(
    "run",
    ("run", "city"),
    (
        *_i("verdict", "seed", "people"),
        *_i("begin_ms", "zero_ms", "end_ms", unit="ms"),
        *_t("scenario", "title_de", "title_en", "question_de", "question_en", "answer_de", "answer_en"),
        *_t("digest", "report", "name"),
    ),
    "a run: what it asks, when it plays, how it ended; one point at its begin, so there is one a run",
)
_LABEL = ("label_de", "label_en")
"""What people call it, as tags, so that a series can be named by it."""

OVER = -1
"""Of something that is counted at the present moment, once a run is over: there is no present any more."""

LEVEL = Measurement(
    "service_level",
    (*_PLACE, "domain", "measure", "level", *_LABEL),
    (*_f("value", "minimum"), *_f("quality", unit="1"), *_i("below"), *_i("people", "people_below", unit="person")),
    "a service level owed to people: at each change, and once a beat",
)
CURVE = Measurement(
    "service_curve",
    ("run", "city", "measure"),
    (*_f("quality", "target", unit="1"), *_f("loss_h", "t_h", unit="h")),
    "the quality of one service for the average person, and the lost area under it so far; `t_h` is the time since the "
    "scenario's zero, to lay runs on each other",
)
AFFECTED = Measurement(
    "affected",
    ("run", "city", "measure"),
    (
        *_i("people", "now", "peak", unit="person"),
        *_f("person_hours", unit="person-h"),
        *_f("lasted_s", unit="s"),
        *_f("t_h", unit="h"),
        *_i("onset_ms", "peak_ms", unit="ms"),
        *_i("levels_below", "faults", "uncovered"),
        *_t("worst_de", "worst_en"),
        *_f("worst_quality", unit="1"),
    ),
    "people below what they are owed now, and since the scenario's zero: person-hours of that, the most at once and "
    "when, since when and for how long anybody was. `now` is `people`, and `OVER` once the run is. `uncovered` are "
    "faults in force for which somebody lacks a service, `worst` is the service that is lowest, of the whole run "
    "once it is over",
)
DISTRICT = Measurement(
    "district",
    ("run", "city", "district"),
    (
        *_f("lat", "lon", unit="deg"),
        *_i("people", "people_below", unit="person"),
        *_f("quality", unit="1"),
        *_i("state", "below"),
        *_t("label"),
    ),
    "a district on the map: its worst service",
)
COMPONENT = Measurement(
    "component",
    (*_PLACE, "domain", "kind", "component"),
    (
        *_i("state", "working", "faults"),
        *_i("since_ms", unit="ms"),
        *_f("lat", "lon", unit="deg"),
        *_t("label_de", "label_en", "kind_de", "kind_en", "mode"),
    ),
    "a component: at each change, and now and then",
)
PLACE = Measurement(
    "place",
    ("run", "city", "district", "domain", "place"),
    (
        *_i("state", "components", "many"),
        *_f("lat", "lon", unit="deg"),
        *_t("label_de", "label_en"),
    ),
    "a marker of the map: the worst state among the components at one place, of one sub-system or (domain `any`) of "
    "all; `many` says that nothing stands there but what there are hundreds of",
)
CLASS = Measurement(
    "component_class",
    ("run", "city", "district", "domain", "kind", "kind_de", "kind_en"),
    _i("worst", "total", "normal", "degraded", "technical", "analogue", "failed"),
    "how many components of a kind are in which state, by district; the kind by its name and in words",
)
MODE = Measurement(
    "mode",
    (*_PLACE, "domain", "kind", "component", *_LABEL),
    (
        *_i("state", "fallbacks_left", "left_now"),
        *_f("share", unit="1"),
        *_f("since_s", unit="s"),
        *_f("hours_left", "hours_least", "hours_now", unit="h"),
        *_t("mode", "mode_de", "mode_en"),
    ),
    "what a component with a fallback runs on, how many ways are left behind it, and how long what it draws on lasts "
    "as it goes now, and at least. `left_now` and `hours_now` are the same for alert rules, silent once a run is over",
)
PLENTY = 99
"""`left_now` once a run is over."""
FAULT = Measurement(
    "fault",
    (*_PLACE, "domain", "kind", "component", "fault"),
    (
        *_i("active", "uncovered"),
        *_i("since_ms", unit="ms"),
        *_f("since_s", unit="s"),
        *_t("entry", "label_de", "label_en"),
    ),
    "a fault in force (1) or cleared (0) since an instant; `uncovered` are services that somebody lacks because of it",
)
EVENT = Measurement(
    "annotation",
    (*_PLACE, "domain", "kind", "slot"),
    (
        *_t("title_de", "title_en", "text_de", "text_en", "note_de", "note_en", "tags", "subject", "also"),
        *_i("event", "cause"),
    ),
    "an event of the log, as an annotation; `slot` tells apart what happened at one instant. `cause` is the event that "
    "leads to it, `also` has the other ones, with blanks between them, where several brought it about together",
)
REDUNDANCY = Measurement(
    "redundancy",
    ("run", "city", "district", "owner", "kind", "component", "redundancy"),
    (
        *_i("verdict", "needed"),
        *_f("activation_s", "limit_s", "held_s", "lasts_s", unit="s"),
        *_f("used_share", "margin", unit="1"),
        *_i("holds", "tried"),
        *_t("title_de", "title_en", "reason_de", "reason_en"),
    ),
    "a fallback: how long it took against its limit; margin, holds and tried as in `expectation`",
)
EXPECTATION = Measurement(
    "expectation",
    ("run", "city", "category", "expectation"),
    (
        *_i("verdict"),
        *_f("actual", "limit"),
        *_f("margin", unit="1"),
        *_i("holds", "tried"),
        *_t("unit", "title_de", "title_en", "reason_de", "reason_en", "source_de", "source_en"),
    ),
    "a finding with its verdict; open while the run lasts. `margin` is what lies between figure and limit, as a share "
    "of the limit; `holds` of `tried` small changes leave it a pass, where `stadtwerk robust` was asked before",
)
FIGURE = Measurement(
    "figure",
    ("run", "city", "figure", "against", "name"),
    (*_f("value"), *_t("unit", "title_de", "title_en", "subject_de", "subject_en", "source_de", "source_en")),
    "a published figure of the whole run (PCS, ECS, ENS, SAIDI ...), known at its end; `name` is what figures.json "
    "calls it, `against` is what a supply was held against: required or undisturbed",
)
STORE = Measurement(
    "depletion",
    (*_PLACE, "domain", "kind", "component", *_LABEL),
    (*_f("hours_left", "hours_least", unit="h"), *_f("amount"), *_i("draining"), *_t("unit")),
    "what a tank, battery or fuel tank holds, for how long that lasts as it goes now, and for how long at least",
)
BALANCE = Measurement(
    "balance",
    ("run", "city", "district", "domain"),
    (*_f("supplied", "asked", "stored", "local"), *_f("share", unit="1")),
    "supply against demand of a district in its network's unit: m3/s of water, W of power, vehicles on the road",
)
GATEWAY = Measurement(
    "gateway",
    ("run", "city", "district", "owner", "gateway", *_LABEL),
    (
        *_f("silent_s", "delay_s", unit="s"),
        *_f("rate_hz", unit="1/s"),
        *_i("online", "taken", "delivered", "late", "lost", "outbox", "dropped", "refused", "switches"),
        *_i("last_seen_ms", unit="ms"),
        *_t("broker"),
    ),
    "how a gateway is; counts since the run began",
)
INGEST = Measurement(
    "ingest",
    ("run", "city", "ingest"),
    (
        *_i("up", "written", "duplicate", "late", "rejected", "dead_letters", "lost_packs", "outbox", "outbox_bytes"),
        *_f("lag_s", "commit_s", unit="s"),
        *_t("reason"),
    ),
    "how an ingest service is; counts since it started",
)
BROKER = Measurement(
    "broker",
    ("run", "city", "broker"),
    (*_i("up", "gateways"), *_t("state")),
    "whether a broker is there, and how many gateways use it",
)

VERDICT_CODES: dict[str, int] = {"pass": 0, "fail": 1, "inconclusive": 2, "open": 3, "not needed": 4}
"""Verdicts as numbers; the first three are the exit codes."""

HOURS_SHOWN = 72.0
"""Forecasts end here: so much or more. Three days are what the German guideline for emergency power of authorities and
companies asks fuel to last (BBK, Notstromversorgung in Unternehmen und Behörden)."""

BEAT_S = 60.0
"""Levels, modes and people affected are written at least so often, so that a short look finds them (assumption)."""

SLOW_BEAT_S = 300.0
"""Stores, balances and components that are not well: as often as they are sampled (assumption)."""

SNAPSHOT_S = 3600.0
"""All components, also those that are well: once so often (assumption: a map of the last hour is complete)."""
ALARM = Measurement(
    "alarm",
    ("run", "city", "seat", "alarm"),
    (
        *_i("active", "acknowledged", "priority"),
        *_i("since_ms", unit="ms"),
        *_f("age_s", unit="s"),
        *_f("score", unit="1"),
        *_t("text_de", "text_en", "seat_de", "seat_en"),
    ),
    "an alarm of a control room: at each change, and once a beat while it stands; of priority 1 (first) to 3. `score` "
    "is 1 at the limit",
)
ALARM_RATE = Measurement(
    "alarm_rate",
    ("run", "city"),
    _i("raised", "standing", "first", "second", "third"),
    "alarms raised in the last ten minutes, to be held against EEMUA 191, and those that stand, in all and by "
    "priority; `OVER` once the run is",
)
COMMAND = Measurement(
    "command",
    ("run", "city", "seat", "target"),
    (
        *_i("on_its_way"),
        *_i("since_ms", unit="ms"),
        *_t("text_de", "text_en", "answer_de", "answer_en", "label_de", "label_en"),
    ),
    "what a control room orders a device or a crew: on its way (1) until it is answered (0)",
)
PICTURE = Measurement(
    "picture",
    ("run", "city", "district", "component", *_LABEL),
    _f("believed", "truth"),
    "what a control room goes by in place of a reading that a level control needs, and how it really is, which only a "
    "simulation knows; in the unit of the reading",
)
