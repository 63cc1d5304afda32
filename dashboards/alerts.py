"""Alert rules on symptoms, as Grafana's provisioning reads them: a query, its last value, a threshold.

Each says on purpose what the lack of data means. While no run is on there are none, so rules about the town stay quiet
then. That nothing arrives is what the rule about telemetry is for, so that one fires.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import yaml

from dashboards import queries
from dashboards.health import SILENT_S
from dashboards.influxql import UID
from dashboards.page import panel_id, uid
from dashboards.provision import HEADER
from simulator.contracts.catalogue import Alert
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

FOLDER = "Stadtwerk"
GROUP = "stadtwerk-symptoms"
INTERVAL = "1m"
"""How often rules are evaluated: levels and modes are written once a minute."""

WINDOW_S = 600
"""How far back a rule looks for the last value: beyond what a late minute or two can hide."""

PEOPLE = 1000
"""So many people below the limit of drinking water are an alarm (assumption: more than a street or a burst main)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert rule. `than` and `limit` are the threshold on the last value; `lasting` how long it must hold."""

    uid: str
    title: Text
    query: str
    than: Literal["gt", "lt"]
    limit: float
    lasting: str
    no_data: Literal["OK", "Alerting", "NoData"]
    error: Literal["OK", "Alerting", "Error"]
    severity: Literal["critical", "warning"]
    domain: str
    summary: Text
    runbook: Text
    page: str
    panel: str

    @property
    def names(self) -> tuple[str, str, str]:
        """The references of query, last value and threshold."""
        return "A", "B", "C"


def town_rule(alert: Alert) -> Rule:
    """The rule about what a sub-system or lifeline wants to be called for."""
    people = bool(alert.below)
    return Rule(
        alert.name,
        alert.title,
        queries.alert_people(alert.below) if people else queries.alert_fallbacks(alert.last_way_of),
        "gt" if people else "lt",
        PEOPLE if people else 1,
        alert.lasting,
        "OK",
        "Error" if people else "Alerting",
        "critical",
        alert.page,
        alert.summary,
        alert.runbook,
        alert.page,
        alert.panel,
    )


def silent_rule() -> Rule:
    """The rule about the way of readings itself."""
    links = registry().links
    return Rule(
        "stadtwerk-telemetry-silent",
        _("Telemetry is silent"),
        queries.alert_silent(),
        "gt",
        SILENT_S,
        "5m",
        "Alerting",
        "Alerting",
        "warning",
        next(links[kind].carrier.value for kind in registry().digital_links),
        _(
            "{{ $labels.gateway }} ({{ $labels.district }}) has delivered nothing for {{ $values.B.Value }} "
            "s, or nothing arrives at all."
        ),
        _(
            "1. Page Data health: one gateway or all? 2. All: check brokers, ingest and database; pause this "
            "rule while no exercise is on. 3. One: power and data link of the gateway (page ICT), send a "
            "crew. 4. Until then trust nothing that other pages show from readings of that area: ask by "
            "telephone. 5. Afterwards see that the readings which were held arrive."
        ),
        "health",
        "gateways",
    )


def rules() -> str:
    """The provisioning file."""
    group = {
        "orgId": 1,
        "name": GROUP,
        "folder": FOLDER,
        "interval": INTERVAL,
        "rules": [_rule(rule) for rule in (*map(town_rule, registry().alerts), silent_rule())],
    }
    body = yaml.safe_dump({"apiVersion": 1, "groups": [group]}, sort_keys=False, allow_unicode=True, width=120)
    return HEADER + body


def _rule(rule: Rule) -> dict[str, Any]:
    query, last, threshold = rule.names
    evaluator = {"type": rule.than, "params": [rule.limit]}
    condition = {
        "type": "query",
        "evaluator": evaluator,
        "operator": {"type": "and"},
        "query": {"params": [threshold]},
        "reducer": {"type": "last", "params": []},
    }
    return {
        "uid": rule.uid,
        "title": f"{rule.title.de} / {rule.title.en}",
        "condition": threshold,
        "data": [
            _data(
                query,
                UID,
                {
                    "datasource": {"type": "influxdb", "uid": UID},
                    "query": rule.query,
                    "rawQuery": True,
                    "resultFormat": "time_series",
                    "intervalMs": 60_000,
                    "maxDataPoints": 43_200,
                },
            ),
            _data(
                last,
                "__expr__",
                {"type": "reduce", "expression": query, "reducer": "last", "settings": {"mode": "dropNN"}},
            ),
            _data(threshold, "__expr__", {"type": "threshold", "expression": last, "conditions": [condition]}),
        ],
        "dashboardUid": uid(rule.page, "de"),
        "panelId": panel_id(f"{rule.page}/{rule.panel}"),
        "noDataState": rule.no_data,
        "execErrState": rule.error,
        "for": rule.lasting,
        "annotations": {
            "summary": f"{rule.summary.de} / {rule.summary.en}",
            "runbook_de": rule.runbook.de,
            "runbook_en": rule.runbook.en,
        },
        "labels": {"team": "stadtwerk", "severity": rule.severity, "domain": rule.domain},
        "isPaused": False,
    }


def _data(ref: str, source: str, model: dict[str, Any]) -> dict[str, Any]:
    if source == "__expr__":
        model = {"datasource": {"type": "__expr__", "uid": "__expr__"}, **model}
    return {
        "refId": ref,
        "relativeTimeRange": {"from": WINDOW_S, "to": 0},
        "datasourceUid": source,
        "model": {"refId": ref, **model},
    }
