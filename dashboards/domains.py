"""The sub-systems, and what is particular to each: its balance and its sensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.text import Text


@dataclass(frozen=True, slots=True)
class Readings:
    """Sensors whose worst reading is shown: `function` is MIN or MAX."""

    quantity: str
    function: str
    unit: str
    title: Text


@dataclass(frozen=True, slots=True)
class Balance:
    """What of `balance` is shown: the fields by name, how districts are taken together, and the unit."""

    unit: str
    outer: str
    names: Mapping[str, Text]
    description: Text


@dataclass(frozen=True, slots=True)
class Domain:
    """A sub-system's page. Without a balance the levels themselves are shown."""

    key: str
    description: Text
    balance: Balance | None
    readings: Readings | None


DOMAINS: tuple[Domain, ...] = (
    Domain(
        "water",
        Text(
            "Das Trinkwassernetz: Druck, Lieferung, Pumpen, Behälter.",
            "The water network: pressure, supply, pumps, tanks.",
        ),
        Balance(
            "m3/s",
            "SUM",
            {"supplied": Text("geliefert", "delivered"), "asked": Text("gebraucht", "needed")},
            Text("Wasser, das ankommt, gegen das, was gebraucht wird.", "Water that arrives, against what is needed."),
        ),
        Readings(
            "pressure_m", "MIN", "lengthm", Text("Kleinster Druck je Messstelle", "Least pressure of each sensor")
        ),
    ),
    Domain(
        "energy",
        Text(
            "Das Stromnetz: Last, Einspeisung, Netzstationen, Notstrom.",
            "The grid: load, infeed, substations, emergency power.",
        ),
        Balance(
            "watt",
            "SUM",
            {
                "supplied": Text("versorgte Last", "load supplied"),
                "asked": Text("gewollte Last", "load wanted"),
                "local": Text("Photovoltaik", "photovoltaics"),
            },
            Text(
                "Last, die versorgt wird, gegen die, die gewollt ist.", "Load that is supplied, against what is wanted."
            ),
        ),
        Readings(
            "loading_pu",
            "MAX",
            "percentunit",
            Text("Höchste Auslastung je Messstelle", "Greatest loading of each sensor"),
        ),
    ),
    Domain(
        "traffic",
        Text("Der Straßenverkehr: Tempo, Ampeln, Sperrungen.", "Road traffic: speed, signals, closures."),
        Balance(
            "velocityms",
            "MEAN",
            {"supplied": Text("mittleres Tempo", "mean speed"), "asked": Text("freie Fahrt", "free flow")},
            Text(
                "Mittleres Tempo auf den Straßen gegen das bei freier Fahrt (das höchste Mittel des Laufs; zu "
                "seinem Beginn "
                "sind die Straßen leer).",
                "Mean speed on the roads against that of free flow (the highest mean of the run, which begins on "
                "empty roads).",
            ),
        ),
        Readings("queue_veh", "MAX", "short", Text("Meiste Fahrzeuge vor jeder Ampel", "Most vehicles at each signal")),
    ),
    Domain(
        "ict",
        Text("Das Datennetz: Server, Router, Funk, Gateways.", "The data network: servers, routers, radio, gateways."),
        Balance(
            "short",
            "SUM",
            {"supplied": Text("erreichbar", "reachable"), "asked": Text("vorhanden", "installed")},
            Text(
                "Gateways, die das Rechenzentrum erreichen, gegen alle.",
                "Gateways that reach the data centre, against all.",
            ),
        ),
        None,
    ),
    Domain(
        "lifeline",
        Text("Worauf Menschen sich verlassen, wenn Netze ausfallen.", "What people lean on when networks fail."),
        None,
        None,
    ),
)
