"""Data health: can what the other pages show be trusted?"""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.page import Page
from dashboards.panels import Kit, Put
from dashboards.shared import PLACE, STATE
from dashboards.style import PanelOf, bad_from, plain
from dashboards.tables import Column
from dashboards.text import Language, Text

SILENT_S = 900.0
"""A gateway that has been silent for so long is an alarm (assumption: three periods of the slowest sensors)."""


def health(lang: Language) -> str:
    """The dashboard as JSON."""
    page = Page(
        "health",
        lang,
        Text(
            "Kommt an, was Sensoren messen? Gateways, Broker, Empfang, Vorräte an Messwerten.",
            "Does what sensors read arrive? Gateways, brokers, ingest, readings that wait.",
        ),
    )
    page.variables()
    page.notes(fallbacks=False)
    kit = page.kit
    page.put(*_figures(kit))
    page.put(Put("gateways", _gateways(kit), 14, 10), Put("online", _online(kit), 10, 10))
    page.put(Put("rate", _rate(kit), 12, 9), Put("silent", _silent(kit), 12, 9))
    page.put(Put("outbox", _outbox(kit), 12, 9), Put("delay", _delay(kit), 12, 9))
    page.put(Put("ingest", _ingest(kit), 16, 8), Put("brokers", _brokers(kit), 8, 8))
    page.put(Put("broker-course", _broker_course(kit), 24, 6))
    return page.json()


def _figures(kit: Kit) -> tuple[Put, ...]:
    def one(key: str, title: Text, said: Text, query: str, unit: str, bad: bool) -> Put:
        return Put(
            key,
            kit.stat(title, said, query, unit, bad_from(1) if bad else plain(), decimals=1 if unit == "cps" else 0),
            4,
            4,
        )

    return (
        one(
            "rate-now",
            Text("Messwerte je Sekunde", "Readings per second"),
            Text("Was gerade ankommt, über alle Gateways.", "What arrives now, over all gateways."),
            queries.gateway_sum("rate_hz"),
            "cps",
            False,
        ),
        one(
            "outbox-now",
            Text("Warten in Gateways", "Waiting in gateways"),
            Text("Messwerte, die Gateways noch halten.", "Readings that gateways still hold."),
            queries.gateway_sum("outbox"),
            "short",
            False,
        ),
        one(
            "late",
            Text("verspätet", "Late"),
            Text(
                "Messwerte, die später kamen als ein Takt ihres Sensors, seit Beginn.",
                "Readings that came later than one period of their sensor, since the begin.",
            ),
            queries.ingest_sum("late"),
            "short",
            True,
        ),
        one(
            "lost",
            Text("verloren", "Lost"),
            Text("Messwerte, die nie ankamen, seit Beginn.", "Readings that never arrived, since the begin."),
            queries.gateway_sum("lost"),
            "short",
            True,
        ),
        one(
            "rejected",
            Text("abgewiesen", "Rejected"),
            Text(
                "Nachrichten, die der Empfang nicht annahm, und Zeilen, die die Datenbank nicht nahm.",
                "Messages that ingest did not take, and lines that the database did not take.",
            ),
            queries.ingest_sum("rejected"),
            "short",
            True,
        ),
        one(
            "dead-letters",
            Text("unzustellbar", "Dead letters"),
            Text("Nachrichten in der Ablage für Unzustellbares.", "Messages kept as dead letters."),
            queries.ingest_sum("dead_letters"),
            "short",
            True,
        ),
    )


def _gateways(kit: Kit) -> PanelOf:
    return kit.table(
        Text("Gateways: zuletzt gehört", "Gateways: last seen"),
        Text(
            "Wie lange jedes Gateway nichts geliefert hat, und was bei ihm wartet.",
            "How long each gateway has delivered nothing, and what waits there.",
        ),
        queries.gateway_table(),
        [
            Column("gateway", Text("Gateway", "Gateway")),
            Column("district", PLACE, width=110),
            Column("silent_s", Text("still seit", "silent for"), "s", decimals=0, width=100),
            Column("last_seen_ms", Text("zuletzt gehört", "last seen"), "dateTimeAsIso", width=170),
            Column("rate_hz", Text("je Sekunde", "per second"), "cps", decimals=2, width=100),
            Column("outbox", Text("wartet", "waiting"), "short", width=80),
            Column("late", Text("verspätet", "late"), "short", width=90),
            Column("lost", Text("verloren", "lost"), "short", width=90),
            Column("broker", Text("Broker", "Broker"), width=160),
        ],
        sort=("silent_s", True),
    )


def _online(kit: Kit) -> PanelOf:
    words = palette.yes_no(kit.lang, Text("liefert", "delivers"), Text("still", "silent"), bad=False)
    return kit.timeline(
        Text("Wer liefert?", "Who delivers?"),
        Text(
            "Ein Gateway gilt als still, wenn es zwei Takte seines schnellsten Sensors lang nichts geliefert hat.",
            "A gateway is silent once it has delivered nothing for two periods of its fastest sensor.",
        ),
        queries.gateway_course("MIN", "online"),
        words,
        "$tag_gateway",
        interval="1m",
    )


def _rate(kit: Kit) -> PanelOf:
    return kit.lines(
        Text("Messwerte je Sekunde", "Readings per second"),
        Text("Was von jedem Gateway ankommt.", "What arrives from each gateway."),
        [(queries.gateway_course("MEAN", "rate_hz"), "$tag_gateway")],
        "cps",
    )


def _silent(kit: Kit) -> PanelOf:
    return kit.lines(
        Text("Still seit", "Silent for"),
        Text(
            "Zeit seit dem letzten Messwert; ab der gestrichelten Linie wird alarmiert.",
            "Time since the last reading; from the dashed line on there is an alarm.",
        ),
        [(queries.gateway_course("MAX", "silent_s"), "$tag_gateway")],
        "s",
        limit=SILENT_S,
    )


def _outbox(kit: Kit) -> PanelOf:
    return kit.lines(
        Text("Warten in Gateways", "Waiting in gateways"),
        Text(
            "Messwerte, die ein Gateway hält, bis sie gespeichert sind.",
            "Readings that a gateway holds until they are stored.",
        ),
        [(queries.gateway_course("MAX", "outbox"), "$tag_gateway")],
        "short",
    )


def _delay(kit: Kit) -> PanelOf:
    return kit.lines(
        Text("Weg vom Sensor in den Speicher", "From the sensor to the store"),
        Text(
            "Mittlere Zeit von der Messung bis zur Ankunft, für das, was im Abschnitt ankam.",
            "Mean time from reading to arrival, of what arrived in the interval.",
        ),
        [(queries.gateway_course("MAX", "delay_s"), "$tag_gateway")],
        "s",
    )


def _ingest(kit: Kit) -> PanelOf:
    up = palette.yes_no(kit.lang, Text("✔ läuft", "✔ up"), Text("✘ weg", "✘ gone"), bad=False)
    return kit.table(
        Text("Empfang", "Ingest"),
        Text(
            "Die Dienste, die Messwerte entgegennehmen und speichern; Zahlen seit ihrem Start.",
            "The services that take readings and store them; counts since their start.",
        ),
        queries.ingest_table(),
        [
            Column("ingest", Text("Dienst", "Service")),
            Column("up", STATE, mappings=up, coloured=True, width=90),
            Column("written", Text("geschrieben", "written"), "short", width=100),
            Column("duplicate", Text("doppelt", "duplicate"), "short", width=90),
            Column("late", Text("verspätet", "late"), "short", width=90),
            Column("rejected", Text("abgewiesen", "rejected"), "short", width=100),
            Column("dead_letters", Text("unzustellbar", "dead letters"), "short", width=110),
            Column("lost_packs", Text("verlorene Pakete", "lost packs"), "short", width=120),
            Column("outbox", Text("wartet", "waiting"), "short", width=80),
            Column("lag_s", Text("Verzug", "lag"), "s", decimals=2, width=80),
        ],
    )


def _brokers(kit: Kit) -> PanelOf:
    up = palette.yes_no(kit.lang, Text("✔ da", "✔ there"), Text("✘ weg", "✘ gone"), bad=False)
    return kit.table(
        Text("Broker in Gebrauch", "Brokers in use"),
        Text(
            "Welcher Broker da ist und wie viele Gateways ihn gerade benutzen.",
            "Which broker is there, and how many gateways use it now.",
        ),
        queries.broker_table(),
        [
            Column("broker", Text("Broker", "Broker")),
            Column("up", STATE, mappings=up, coloured=True, width=90),
            Column("gateways", Text("Gateways", "Gateways"), "short", width=100),
        ],
    )


def _broker_course(kit: Kit) -> PanelOf:
    up = palette.yes_no(kit.lang, Text("da", "there"), Text("weg", "gone"), bad=False)
    return kit.timeline(
        Text("Broker im Verlauf", "Brokers over time"),
        Text("Ob jeder Broker da war.", "Whether each broker was there."),
        queries.broker_course(),
        up,
        "$tag_broker",
        interval="1m",
    )
