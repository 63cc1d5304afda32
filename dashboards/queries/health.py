"""Gateways, ingest and brokers."""

from __future__ import annotations

from dashboards.influxql import course, field, newest, scope, where_of
from simulator.contracts.measurements import BROKER, GATEWAY, INGEST


def gateway_sum(name: str) -> str:
    """A count over all chosen gateways, as it was last."""
    conditions = where_of(scope(GATEWAY))
    rows = f'SELECT LAST({field(GATEWAY, name)}) AS "last" FROM "{GATEWAY.name}" WHERE {conditions} GROUP BY "gateway"'
    return f'SELECT SUM("last") AS "{name}" FROM ({rows}) WHERE $timeFilter'


def gateway_course(function: str, name: str) -> str:
    return course(GATEWAY, function, name, name, by=("gateway",))


def gateway_table() -> str:
    more = [("last_seen_ms", "last_seen_ms"), ("outbox", "outbox"), ("late", "late"), ("lost", "lost")]
    more += [("rate_hz", "rate_hz"), ("broker", "broker")]
    return newest(GATEWAY, "silent_s", "silent_s", more, by=("gateway", "district"))


def ingest_sum(*names: str) -> str:
    """Counts over all ingest services together, as they were last."""
    conditions = where_of(scope(INGEST))
    inner = ", ".join(f'LAST({field(INGEST, name)}) AS "{name}"' for name in names)
    total = " + ".join(f'SUM("{name}")' for name in names)
    rows = f'SELECT {inner} FROM "{INGEST.name}" WHERE {conditions} GROUP BY "ingest"'
    return f'SELECT {total} AS "count" FROM ({rows}) WHERE $timeFilter'


def ingest_table() -> str:
    more = [("written", "written"), ("duplicate", "duplicate"), ("late", "late"), ("rejected", "rejected")]
    more += [("dead_letters", "dead_letters"), ("lost_packs", "lost_packs"), ("outbox", "outbox"), ("lag_s", "lag_s")]
    return newest(INGEST, "up", "up", more, by=("ingest",))


def broker_course() -> str:
    return course(BROKER, "MIN", "up", "up", by=("broker",))


def broker_table() -> str:
    return newest(BROKER, "up", "up", [("gateways", "gateways"), ("state", "state")], by=("broker",))
