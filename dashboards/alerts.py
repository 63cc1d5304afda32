"""Alert rules on symptoms, as Grafana's provisioning reads them: a query, its last value, a threshold.

Each says on purpose what the lack of data means. A run that ends tells so, which ends its alarms; data that stop before
that are no good news, and a rule about the town keeps what it last said. What telemetry does is written by the run
itself, whether readings arrive or not: where there is nothing at all no run is live, and nobody is to be called.
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
"""So many people below the required level are an alarm (assumption: more than a street or a burst main)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert rule. `than` and `limit` are the threshold on the last value; `lasting` how long it must hold."""

    uid: str
    title: Text
    query: str
    than: Literal["gt", "lt"]
    limit: float
    lasting: str
    no_data: Literal["OK", "KeepLast"]
    error: Literal["Alerting", "KeepLast"]
    severity: Literal["critical", "warning"]
    domain: str
    summary: Text
    runbook: Text
    trusts: Text
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
        "KeepLast",
        "Alerting",
        "critical",
        alert.page,
        alert.summary,
        alert.runbook,
        _("More than {people} people (assumption: more than a street or a burst main).", people=f"{PEOPLE:,}")
        if people
        else LAST_WAY,
        alert.page,
        alert.panel,
    )


def _of_data() -> str:
    """The sub-system that carries data."""
    links = registry().links
    return next(links[kind].carrier.value for kind in registry().digital_links)


def silent_rule() -> Rule:
    """The rule about the way of readings itself."""
    return Rule(
        "stadtwerk-telemetry-silent",
        _("Telemetry is silent"),
        queries.alert_silent(),
        "gt",
        SILENT_S,
        "5m",
        "OK",
        "Alerting",
        "warning",
        _of_data(),
        _("{{ $labels.gateway }} ({{ $labels.district }}) has delivered nothing for {{ $values.B.Value }} s."),
        _(
            "1. Page Data health: one gateway or all? 2. All: check brokers, ingest and database. 3. One: power and "
            "data link of the gateway (page ICT), send a crew. 4. Until then trust nothing that other pages show from "
            "readings of that area: ask by telephone. 5. Afterwards see that the readings which were held arrive."
        ),
        _(
            "Silent for more than {seconds} s (assumption: three periods of the slowest sensors).",
            seconds=f"{SILENT_S:g}",
        ),
        "health",
        "gateways",
    )


LAST_WAY = _(
    "No way is left behind the present one, of those that the city declares; a source that has failed is none."
)

STORE_H = 2.0
"""A store that lasts for less is an alarm (assumption: what it takes to order fuel or water and bring it there)."""


def last_source_rule() -> Rule:
    """The rule about lifelines for which nobody declares one of their own."""
    kinds = [alert.last_way_of for alert in registry().alerts if alert.last_way_of]
    return Rule(
        "stadtwerk-lifeline-last-source",
        _("Lifeline on its last source"),
        queries.alert_last_source(kinds),
        "lt",
        1,
        "1m",
        "KeepLast",
        "Alerting",
        "warning",
        queries.for_people(),
        _("{{ $labels.label_en }} ({{ $labels.district }}): no way is left behind the present one, or it is out."),
        _(
            "1. Page Lifelines: what does it run on, and for how long does that last? 2. What took the other ways: "
            "page Energy, page ICT? 3. Bring up what can stand in: a generator, messengers, tankers. 4. Tell those who "
            "lean on it before it is out."
        ),
        LAST_WAY,
        queries.for_people(),
        "lifelines",
    )


def stores_rule() -> Rule:
    """The rule about fuel, batteries and tanks that lifelines draw on."""
    return Rule(
        "stadtwerk-store-low",
        _("Store of a lifeline below two hours"),
        queries.alert_stores(),
        "lt",
        STORE_H,
        "2m",
        "KeepLast",
        "Alerting",
        "critical",
        queries.for_people(),
        _("{{ $labels.label_en }} ({{ $labels.district }}): what it draws on lasts for {{ $values.B.Value }} h."),
        _(
            "1. Page City, panel Stores that run down: fuel, battery or tank? 2. Order fuel, a generator or a tanker "
            "now, and check the way there (page Traffic). 3. Shed what can wait. 4. Prepare the next fallback before "
            "the store is empty."
        ),
        _(
            "Less than {hours} h at the present rate (assumption: what it takes to order and to bring).",
            hours=f"{STORE_H:g}",
        ),
        queries.for_people(),
        "lifelines",
    )


def brokers_rule() -> Rule:
    """The rule about both brokers."""
    return Rule(
        "stadtwerk-brokers-silent",
        _("Both brokers are silent"),
        queries.alert_brokers(),
        "lt",
        1,
        "2m",
        "OK",
        "Alerting",
        "critical",
        _of_data(),
        _("{{ $labels.city }}: no broker answers (run {{ $labels.run }})."),
        _(
            "1. Page Data health: since when, and what waits in the gateways? 2. Servers of the brokers: power, disk, "
            "certificate? Start one of them; gateways find it by themselves. 3. Until then trust no reading: ask by "
            "telephone. 4. Afterwards see that what gateways held arrives."
        ),
        _("None of the brokers that the run knows of is connected."),
        "health",
        "brokers",
    )


def rules() -> str:
    """The provisioning file."""
    own = (last_source_rule(), stores_rule(), silent_rule(), brokers_rule())
    made = (*map(town_rule, registry().alerts), *own)
    group = {
        "orgId": 1,
        "name": GROUP,
        "folder": FOLDER,
        "interval": INTERVAL,
        "rules": [_rule(rule) for rule in made],
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
            "limit_de": rule.trusts.de,
            "limit_en": rule.trusts.en,
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
