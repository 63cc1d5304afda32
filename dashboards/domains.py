"""The sub-systems, and what is particular to each: its balance, its sensors, its kinds of component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    kinds: Mapping[str, Text] = field(default_factory=dict)


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
        {
            "junction": Text("Wasserknoten", "junctions"),
            "pipe": Text("Wasserleitungen", "mains"),
            "pump": Text("Pumpen", "pumps"),
            "valve": Text("Regelventile", "valves"),
            "tank": Text("Hochbehälter", "tanks"),
            "reservoir": Text("Wasserquellen", "sources"),
        },
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
        {
            "bus": Text("Ortsnetzstationen", "local substations"),
            "line": Text("Stromleitungen", "lines"),
            "transformer": Text("Transformatoren", "transformers"),
            "substation": Text("Umspannwerke", "substations"),
            "grid-switch": Text("Netzschalter", "grid switches"),
            "pv": Text("Photovoltaik", "photovoltaics"),
            "battery": Text("Netzbatterien", "grid batteries"),
            "generator": Text("Notstromaggregate", "generators"),
            "network-control": Text("Netzleitstelle", "grid control"),
        },
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
        {
            "road": Text("Straßen", "roads"),
            "road-node": Text("Straßenknoten", "road junctions"),
            "signal": Text("Ampeln", "signals"),
        },
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
        {
            "server": Text("Server", "servers"),
            "router": Text("Router", "routers"),
            "switch": Text("Switches", "switches"),
            "radio-site": Text("Funkstandorte", "radio sites"),
            "gateway": Text("Gateways", "gateways"),
            "service": Text("IT-Dienste", "services"),
            "household-meter": Text("Haushaltszähler", "household meters"),
            "broker": Text("Broker", "brokers"),
        },
    ),
    Domain(
        "lifeline",
        Text("Worauf Menschen sich verlassen, wenn Netze ausfallen.", "What people lean on when networks fail."),
        None,
        None,
        {
            "hospital": Text("Krankenhaus", "hospital"),
            "rescue-dispatch": Text("Rettungsleitstelle", "rescue dispatch"),
            "rescue-station": Text("Rettungswachen", "rescue stations"),
            "drinking-water": Text("Trinkwasser-Notversorgung", "emergency water"),
            "emergency-well": Text("Notbrunnen", "emergency wells"),
            "traffic-control-centre": Text("Verkehrsleitstelle", "traffic control"),
            "town-hall": Text("Rathaus", "town hall"),
            "waterworks": Text("Wasserwerk", "waterworks"),
            "patient-records": Text("Patientenakten", "patient records"),
            "hospital-water": Text("Wasser des Krankenhauses", "water of the hospital"),
            "public-warning": Text("Warnung der Bevölkerung", "public warning"),
            "siren": Text("Sirenen", "sirens"),
            "loudspeaker-van": Text("Lautsprecherwagen", "loudspeaker vans"),
        },
    ),
)


def kind_names(*domains: str) -> dict[str, Text]:
    """What kinds are called in the plural; all of them without a domain."""
    found: dict[str, Text] = {}
    for domain in DOMAINS:
        if not domains or domain.key in domains:
            found |= domain.kinds
    return found | ({} if domains else {"depot": Text("Betriebshöfe", "depots")})
