"""Data health: can what the other pages show be trusted?"""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.influxql import held
from dashboards.page import Page
from dashboards.panels import IN_SECONDS, LONG, Column, Kit, PanelOf, Put, bad_from, plain
from dashboards.shared import STATE, place
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

SILENT_S = 900.0
"""A gateway that has been silent for so long is an alarm (assumption: three periods of the slowest sensors)."""


def health(lang: str) -> str:
    """The dashboard as JSON."""
    page = Page(
        "health",
        lang,
        _("Does what sensors read arrive? Gateways, brokers, ingest, readings that wait."),
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
            _("Readings per second"),
            _("What arrives now, over all gateways."),
            queries.gateway_sum("rate_hz"),
            "cps",
            False,
        ),
        one(
            "outbox-now",
            _("Most that waited"),
            _("Readings that gateways held at once, at the worst moment of the time shown."),
            queries.gateway_most("outbox"),
            "locale",
            False,
        ),
        one(
            "late",
            _("Late"),
            _("Readings that came later than one period of their sensor, since the begin."),
            queries.ingest_sum("late"),
            "locale",
            True,
        ),
        one(
            "lost",
            _("Lost"),
            _("Readings that never arrived, since the begin."),
            queries.gateway_sum("lost"),
            "locale",
            True,
        ),
        one(
            "rejected",
            _("Rejected"),
            _("Messages that ingest did not take, and lines that the database did not take."),
            queries.ingest_sum("rejected"),
            "locale",
            True,
        ),
        one(
            "dead-letters",
            _("Dead letters"),
            _("Messages kept as dead letters."),
            queries.ingest_sum("dead_letters"),
            "locale",
            True,
        ),
    )


def _gateways(kit: Kit) -> PanelOf:
    return kit.table(
        _("Gateways: last seen"),
        _("How long each gateway has delivered nothing, and what waits there."),
        queries.gateway_table(kit.lang),
        [
            Column(f"label_{held(kit.lang)}", _("Gateway")),
            place(kit),
            Column("silent_s", _("silent for"), IN_SECONDS, decimals=0, width=100),
            Column("last_seen_ms", _("last seen"), "dateTimeAsIso", width=170),
            Column("rate_hz", _("per second"), "cps", decimals=2, width=100),
            Column("outbox", _("waiting"), "short", width=80),
            Column("late", _("late"), "short", width=90),
            Column("lost", _("lost"), "short", width=90),
            Column("broker", _("Broker"), width=160),
        ],
        sort=("silent_s", True),
    )


def _online(kit: Kit) -> PanelOf:
    words = palette.yes_no(kit.lang, _("delivers"), _("silent"), bad=False)
    return kit.timeline(
        _("Who delivers?"),
        _("A gateway is silent once it has delivered nothing for two periods of its fastest sensor."),
        queries.gateway_course(kit.lang, "MIN", "online"),
        words,
        f"$tag_label_{held(kit.lang)}",
        interval="1m",
    )


def _rate(kit: Kit) -> PanelOf:
    return kit.lines(
        _("Readings per second"),
        _("What arrives from each gateway."),
        [(queries.gateway_course(kit.lang, "MEAN", "rate_hz"), f"$tag_label_{held(kit.lang)}")],
        "cps",
    )


def _silent(kit: Kit) -> PanelOf:
    return kit.lines(
        _("Silent for"),
        _("Time since the last reading; from the dashed line on there is an alarm."),
        [(queries.gateway_course(kit.lang, "MAX", "silent_s"), f"$tag_label_{held(kit.lang)}")],
        LONG,
        limit=SILENT_S,
    )


def _outbox(kit: Kit) -> PanelOf:
    return kit.lines(
        _("Waiting in gateways"),
        _("Readings that a gateway holds until they are stored."),
        [(queries.gateway_course(kit.lang, "MAX", "outbox"), f"$tag_label_{held(kit.lang)}")],
        "short",
    )


def _delay(kit: Kit) -> PanelOf:
    return kit.lines(
        _("From the sensor to the store"),
        _("Mean time from reading to arrival, of what arrived in the interval."),
        [(queries.gateway_course(kit.lang, "MAX", "delay_s"), f"$tag_label_{held(kit.lang)}")],
        IN_SECONDS,
    )


def _ingest(kit: Kit) -> PanelOf:
    up = palette.yes_no(kit.lang, _("✔ up"), _("✘ gone"), bad=False)
    return kit.table(
        _("Ingest"),
        _("The services that take readings and store them; counts since their start."),
        queries.ingest_table(),
        [
            Column("ingest", _("Service")),
            Column("up", STATE, mappings=up, coloured=True, width=90),
            Column("written", _("written"), "short", width=100),
            Column("duplicate", _("duplicate"), "short", width=90),
            Column("late", _("late"), "short", width=90),
            Column("rejected", _("rejected"), "short", width=100),
            Column("dead_letters", _("dead letters"), "short", width=110),
            Column("lost_packs", _("lost packs"), "short", width=135),
            Column("outbox", _("waiting"), "short", width=80),
            Column("lag_s", _("lag"), IN_SECONDS, decimals=2, width=80),
        ],
    )


def _brokers(kit: Kit) -> PanelOf:
    up = palette.yes_no(kit.lang, _("✔ there"), _("✘ gone"), bad=False)
    return kit.table(
        _("Brokers in use"),
        _("Which broker is there, and how many gateways use it now."),
        queries.broker_table(),
        [
            Column("broker", _("Broker")),
            Column("up", STATE, mappings=up, coloured=True, width=90),
            Column("gateways", _("Gateways"), "short", width=100),
        ],
    )


def _broker_course(kit: Kit) -> PanelOf:
    up = palette.yes_no(kit.lang, _("there"), _("gone"), bad=False)
    return kit.timeline(
        _("Brokers over time"),
        _("Whether each broker was there."),
        queries.broker_course(),
        up,
        "$tag_broker",
        interval="1m",
    )
