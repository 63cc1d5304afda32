"""A run to be reported: a town of twelve districts, a day in winter, a substation out from 18:00 to 22:30."""

from __future__ import annotations

import math
from datetime import datetime
from types import MappingProxyType

import numpy as np

from resilience.judge.metrics import Readings
from resilience.judge.metrics.table import metrics_of
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value, Verdict
from resilience.report.run.compose import compose
from resilience.report.run.content import ReportContent, TelemetrySummary
from resilience.scenario.scenario import CityReference, Evidence, Redundancy, RunSettings, Scenario, TimelineEntry
from simulator.contracts.city import Assumption, City
from simulator.contracts.component import Component, District
from simulator.contracts.event import Event, EventKind
from simulator.contracts.failure import Confidence
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.sources import source_text
from simulator.contracts.words import Said, Verbatim

START = datetime(2026, 1, 14, 12, 0)
OUT_S, BACK_S, END_S = 6 * 3600.0, 10.5 * 3600.0, 86400.0
NAMES = (
    "Altstadt", "Bahnhofsviertel", "Hafen", "Lindenhof", "Mühlenfeld", "Nordstadt",
    "Rosenberg", "Schlossgarten", "Südstadt", "Weststadt", "Gewerbepark", "Am Wasserturm",
)  # fmt: skip
DISTRICT_MEASURES = {
    "water-supply": 0.9,
    "water-pressure": 0.9,
    "power-supply": 0.99,
    "litres-per-person": 15.0,
}
CITY_MEASURES = {
    "power-supply": 0.99,
    "water-supply": 0.95,
    "water-pressure": 0.95,
    "travel-time-index": 1.5,
    "rescue-arrival": 0.95,
    "ict-availability": 0.9,
    "telemetry": 0.8,
}
DARK = frozenset({0, 1, 2, 5, 9, 10})
"""Districts behind the substation that is lost."""


def city() -> City:
    districts, components, links, levels = {}, {}, {}, {}
    for i, name in enumerate(NAMES):
        x, y = (i % 4) * 1600.0, (i // 4) * 1300.0
        shear = 180.0 * ((i // 4) % 2)
        ring = ((x + shear, y), (x + 1600 + shear, y), (x + 1600 - shear + 180, y + 1300), (x - shear + 180, y + 1300))
        districts[f"d{i + 1}"] = District(f"d{i + 1}", name, 2600 + 520 * (i * 7 % 12), x + 850, y + 650, ring)

    def add(name: str, kind: str, x: float, y: float, title: str = "", district: str = "") -> None:
        components[name] = Component(name, kind, registry().types[kind].domain, x, y, district, title=title)

    add("substation-nord", "substation", 700, 3300, "Umspannwerk Nord")
    add("substation-sued", "substation", 5200, 500, "Umspannwerk Süd")
    for i in range(120):
        d = i % 12
        x, y = (d % 4) * 1600 + 150 + 331 * i % 1300, (d // 4) * 1300 + 120 + 217 * i % 1050
        add(f"bus-{i}", "bus", x, y, district=f"d{d + 1}")
    for i in range(13):
        add(f"pump-{i}", "pump", 500 + 470.0 * i, 600 + 2300 * abs(math.sin(i)), f"Pumpwerk {i + 1}")
        _link(links, LinkKind("power"), f"bus-{12 * (i % 10) + i % 12}", f"pump-{i}")
    for i in range(6):
        add(f"tank-{i}", "tank", 900 + 900.0 * i, 3000 - 380.0 * i, f"Hochbehälter {i + 1}")
    for i in range(24):
        add(f"signal-{i}", "signal", 300 + 251.0 * i, 400 + 1900 * abs(math.cos(i * 1.7)), f"Ampel {i + 1}")
    add("hospital-1", "hospital", 1200, 2900, "Klinikum Altstadt")
    add("hospital-2", "hospital", 4800, 1900, "St. Elisabeth")
    add("dispatch", "rescue-dispatch", 2100, 2000, "Rettungsleitstelle")
    add("town-hall", "town-hall", 900, 700, "Rathaus")
    add("waterworks", "waterworks", 6100, 3200, "Wasserwerk")
    add("traffic-centre", "traffic-control-centre", 3600, 800, "Verkehrsleitstelle")
    add("depot", "depot", 5800, 1100, "Betriebshof")
    add("server-a", "server", 3300, 1500, "Rechenzentrum A")
    add("server-b", "server", 4100, 2500, "Rechenzentrum B")
    _link(links, LinkKind("power"), "bus-0", "hospital-1", 1800.0)
    for measure, minimum in CITY_MEASURES.items():
        levels[f"{measure}-city"] = ServiceLevel(f"{measure}-city", measure, "city", minimum, 65_460, "Stadtwerke")
    for measure, minimum in DISTRICT_MEASURES.items():
        basis = "wassv-person" if measure == "litres-per-person" else "assumption"
        for d in districts.values():
            name = f"{measure}-{d.id}"
            levels[name] = ServiceLevel(name, measure, d.id, minimum, d.people, "Stadtwerke", basis)
    for name in ("hospital-1", "hospital-2", "dispatch", "town-hall", "waterworks", "traffic-centre"):
        levels[f"lifeline-{name}"] = ServiceLevel(f"lifeline-{name}", "lifeline", name, 0.95, 900)
    assumptions = tuple(
        Assumption(Verbatim(f"pump-{i}"), Verbatim("Bemessungsleistung aus Fördermenge und Förderhöhe"))
        for i in range(13)
    )
    return City(
        "muster", "Sample town", "Musterstadt", 48.5, 8.0,
        MappingProxyType(components), MappingProxyType(links), MappingProxyType(districts), MappingProxyType(levels),
        assumptions=assumptions,
    )  # fmt: skip


def _link(links: dict[str, Link], kind: LinkKind, source: str, target: str, autonomy_s: float = 0.0) -> None:
    name = f"{kind}-{source}-{target}"
    links[name] = Link(name, kind, source, target, autonomy_s=autonomy_s)


def course(level: ServiceLevel, town: City) -> Course:
    """A made-up course with a fall at the outage, an hour later for water, and a slow recovery."""
    index = list(town.districts).index(level.subject) if level.subject in town.districts else -1
    hit = index in DARK or index < 0
    lag = {"power-supply": 0.0, "water-pressure": 4000.0, "water-supply": 5400.0}.get(level.measure, 900.0)
    rows = [(-1800.0, _value(level.measure, 0.0, 0.0, -1800.0))]
    for at in np.arange(0.0, END_S, 300.0):
        depth = 0.0
        if hit and at >= OUT_S + lag:
            until = BACK_S + lag * 0.7
            depth = (0.35 + 0.05 * (index % 5)) * min(1.0, (at - OUT_S - lag + 300) / (300 + lag))
            depth *= 1.0 if at < until else math.exp(-(at - until) / 2400.0)
        depth = depth if depth > 0.004 else 0.0
        rows.append((float(at), _value(level.measure, depth, 1.0 if index < 0 else 1.6, float(at))))
    return Course(
        np.array([round(at * 1000) for at, _ in rows], dtype=np.int64), np.array([v for _, v in rows], dtype=np.float64)
    )


def _value(measure: str, depth: float, scale: float, at: float) -> float:
    if measure == "travel-time-index":
        rush = math.exp(-(((at / 3600.0) - 5.0) ** 2) / 2) + math.exp(-(((at / 3600.0) - 20.0) ** 2) / 2)
        return 1.05 + 0.25 * rush + 2.6 * depth
    if measure == "litres-per-person":
        return 126.0 * (1 - min(1.0, scale * depth * 1.1))
    return 1.0 - min(1.0, scale * depth)


FAULT = {"fault": "substation-out"}


def history(town: City) -> History:
    levels = {level.id: course(level, town) for level in town.levels.values()}
    events: list[Event] = []

    def log(
        at_s: float, kind: EventKind, subject: str, code: str = "", cause: int | None = None, **more: object
    ) -> int:
        params = FAULT if kind in (EventKind.FAULT, EventKind.CLEAR) else {}
        if subject in town.links:
            link = town.links[subject]
            params = {"link_kind": str(link.kind), "source": link.source, "target": link.target}
        elif kind is EventKind.SUPPLY_LOST:
            params = {"link_kind": "power"}
        elif kind is EventKind.LEVEL_LOW:
            params = {"required": town.levels[subject].minimum}
        at = round(at_s * 1000)
        events.append(Event(len(events), at, kind, subject, code, params, cause, **more))  # type: ignore[arg-type]
        return events[-1].id

    fault = log(OUT_S, EventKind.FAULT, "substation-nord", "fault.applied", after="blackout")
    for link in town.links.values():
        number = int(link.source.split("-")[1])
        if number % 12 not in DARK:
            continue
        down = log(OUT_S, EventKind.LINK_DOWN, link.id, "supply.link-down", fault)
        left = link.autonomy_s
        code = "supply.lost-with-reserve" if left else "supply.lost-without-reserve"
        lost = log(OUT_S, EventKind.SUPPLY_LOST, link.target, code, down, via=link.id, value=left)
        if link.target.startswith("pump"):
            stopped = log(OUT_S, EventKind.STOPPED, link.target, "supply.stopped", lost, via=link.id)
            if link.target == "pump-0":
                for i in sorted(DARK):
                    level = f"water-supply-d{i + 1}"
                    log(OUT_S + 5700 + i, EventKind.LEVEL_LOW, level, "level.low", stopped, value=0.84)
        elif link.target == "hospital-1":
            mode = log(OUT_S, EventKind.MODE, "hospital-1", "", lost, before="mains", after="battery")
            log(
                OUT_S + 12,
                EventKind.MODE,
                "hospital-1",
                "hospital.generator",
                mode,
                before="battery",
                after="generator",
            )
    for i in sorted(DARK):
        log(OUT_S, EventKind.LEVEL_LOW, f"power-supply-d{i + 1}", "level.low", fault, value=0.61)
    dark = [log(OUT_S, EventKind.MODE, f"signal-{i}", "", fault, before="central", after="dark") for i in range(9)]
    log(OUT_S + 1800, EventKind.MODE, "signal-3", "", dark[3], before="dark", after="police")
    log(OUT_S + 60, EventKind.MODE, "traffic-centre", "", fault, before="central", after="local")
    log(OUT_S + 3600, EventKind.MODE, "town-hall", "", fault, before="online", after="none")
    log(OUT_S + 2400, EventKind.LEVEL_LOW, "travel-time-index-city", "level.low", dark[0], value=1.62)
    cleared = log(BACK_S, EventKind.CLEAR, "substation-nord", "fault.cleared", before="blackout")
    for link in town.links.values():
        if int(link.source.split("-")[1]) % 12 in DARK:
            up = log(BACK_S, EventKind.LINK_UP, link.id, "supply.link-up", cleared)
            if link.target.startswith("pump"):
                log(BACK_S, EventKind.STARTED, link.target, "supply.started", up)
    log(BACK_S, EventKind.MODE, "hospital-1", "", cleared, before="generator", after="mains")
    for i in range(9):
        before = "police" if i == 3 else "dark"
        log(BACK_S + 30 * i, EventKind.MODE, f"signal-{i}", "", cleared, before=before, after="central")
    log(BACK_S, EventKind.MODE, "traffic-centre", "", cleared, before="local", after="central")
    log(BACK_S + 600, EventKind.MODE, "town-hall", "", cleared, before="none", after="online")
    ran = Executed(
        "blackout",
        "substation-nord",
        "substation-out",
        round(OUT_S * 1000),
        round(BACK_S * 1000),
        round(OUT_S * 1000),
        True,
    )
    return History(-1_800_000, round(END_S * 1000), MappingProxyType(levels), tuple(events), (ran,))


def scenario() -> Scenario:
    return Scenario(
        "substation-winter",
        Said(
            {
                "de": "Umspannwerk Nord fällt an einem Winterabend aus",
                "en": "Substation North fails on a winter evening",
            }
        ),
        Said(
            {
                "de": "Behalten die Menschen Wasser, Rettungsdienst und Krankenhaus, wenn das Umspannwerk Nord um "
                "18 Uhr für viereinhalb Stunden ausfällt?",
                "en": "Do people keep water, rescue services and the hospital when substation North fails at 18:00 "
                "for four and a half hours?",
            }
        ),
        CityReference(name="muster"),
        RunSettings(START, 1800.0, END_S, 15 * 3600.0),
        timeline=(
            TimelineEntry(
                "blackout",
                OUT_S,
                "substation-out",
                ("substation-nord",),
                for_s=BACK_S - OUT_S,
                evidence=Evidence("bus-0", "voltage_pu", 0.1, None, 60.0),
            ),
        ),
        redundancies=(Redundancy("hospital-power", "technical", "hospital-1", "mains", "generator", True),),
        charter=(
            "3.3/subsystem-continuity",
            "3.3/technical-redundancy",
            "3.3/analogue-redundancy",
            "III.k/cross-sector",
        ),
    )


def verdict() -> Verdict:
    asked = scenario()
    indicators = Said({"de": "Indikatoren der U4SSC", "en": "U4SSC indicators"})
    law = Said({"de": "1. WasSV § 2 (Verteidigungsfall)", "en": "1. WasSV § 2 (defence case)"})
    findings = (
        Finding(
            "steady",
            Category.STEADY_STATE,
            Value.PASS,
            Said({"de": "Ausgangslage war ruhig", "en": "the start was steady"}),
            Said({"de": "Alle Dienste hielten vor der Störung.", "en": "Every level held before the fault."}),
        ),
        Finding(
            "blackout",
            Category.EVIDENCE,
            Value.PASS,
            Said({"de": "Störung wirkte", "en": "the fault took effect"}),
            Said({"de": "Die Wirkung zeigte sich nach 5 min.", "en": "The effect was seen after 5 min."}),
            figures=(Figure("time to evidence", 300.0, "s", "substation-nord"),),
        ),
        Finding(
            "hospital-power",
            Category.REDUNDANCY,
            Value.PASS,
            Said({"de": "Notstrom im Klinikum", "en": "hospital power"}),
            Said({"de": "Das Aggregat übernahm nach 12 s.", "en": "The generator took over after 12 s."}),
            Limit(15.0, "s", "lower", Verbatim("DIN VDE 0100-710"), Confidence.SECONDARY, "hospital-changeover"),
            Figure("takeover", 12.0, "s", "hospital-1"),
        ),
        Finding(
            "water-minimum",
            Category.EXPECTATION,
            Value.PASS,
            Said({"de": "Trinkwasser", "en": "drinking water for each person"}),
            Said({"de": "Nirgends waren es weniger als 15 l.", "en": "Nowhere was it less than 15 l."}),
            Limit(15.0, "l/person/d", "higher", law, Confidence.FOUND, "wassv-person"),
            Figure("least", 29.4, "l/person/d", "litres-per-person-d10"),
        ),
        Finding(
            "water-supply",
            Category.EXPECTATION,
            Value.FAIL,
            Said({"de": "Leitungswasser", "en": "water in every district"}),
            Said(
                {
                    "de": "In der Weststadt kam über fünf Stunden lang zu wenig Wasser an.",
                    "en": "In Weststadt too little water arrived for more than five hours.",
                }
            ),
            Limit(0.9, "1", "higher", source_text("assumption"), Confidence.ASSUMPTION),
            Figure("least", 0.2, "1", "water-supply-d10"),
        ),
        Finding(
            "travel",
            Category.EXPECTATION,
            Value.INCONCLUSIVE,
            Said({"de": "Fahrzeiten", "en": "travel times"}),
            Said(
                {
                    "de": "Der Index wurde nicht durchgehend aufgezeichnet.",
                    "en": "The index was not recorded throughout.",
                }
            ),
            Limit(1.5, "1", "lower", indicators, Confidence.FOUND, "travel-time-index"),
        ),
    )
    answer = Said(
        {
            "de": "Nein: Krankenhaus und Notwasser halten, aber sechs Stadtteile verlieren bis in "
            "die Nacht ihr Leitungswasser.",
            "en": "No: the hospital and emergency water hold, but six districts lose their tap water into the night.",
        }
    )
    return Verdict(
        asked.id,
        asked.title,
        asked.question,
        Value.FAIL,
        answer,
        findings,
        asked.charter,
        metrics_of(city(), history(city()), Readings(3_144_960, 3_101_204, 41_220, 12_540, 31_216)),
    )


def content() -> ReportContent:
    town = city()
    telemetry = TelemetrySummary(2_184, 36, 3_144_960, 3_101_204, 41_220, 12_540, 31_216)
    return compose(
        town, scenario(), history(town), verdict(), 7, {"stadtwerk": "0.1.0", "simpy": "4.1.1", "numpy": "2.1.0"},
        "stadtwerk run substation-winter --seed 7", "3f9a" * 16, telemetry,
    )  # fmt: skip
