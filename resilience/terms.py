"""What things in a town are called: every kind, fault, mode and supply of the catalogue."""

from __future__ import annotations

from resilience.text import Text

KIND_NAMES: dict[str, Text] = {
    "junction": Text("Wasserknoten", "water junction"),
    "pipe": Text("Wasserleitung", "water main"),
    "pump": Text("Pumpe", "pump"),
    "valve": Text("Regelventil", "control valve"),
    "tank": Text("Hochbehälter", "water tank"),
    "reservoir": Text("Wasserquelle", "water source"),
    "bus": Text("Ortsnetzstation", "local substation"),
    "line": Text("Stromleitung", "power line"),
    "transformer": Text("Transformator", "transformer"),
    "substation": Text("Umspannwerk", "substation"),
    "grid-switch": Text("Netzschalter", "grid switch"),
    "pv": Text("Photovoltaik", "photovoltaics"),
    "battery": Text("Netzbatterie", "grid battery"),
    "generator": Text("Notstromaggregat", "emergency generator"),
    "network-control": Text("Netzleitstelle", "grid control centre"),
    "road-node": Text("Straßenknoten", "road junction"),
    "road": Text("Straße", "road"),
    "signal": Text("Ampel", "traffic signal"),
    "server": Text("Server", "server"),
    "router": Text("Router", "router"),
    "switch": Text("Netzwerk-Switch", "network switch"),
    "radio-site": Text("Funkstandort", "radio site"),
    "gateway": Text("Telemetrie-Gateway", "telemetry gateway"),
    "service": Text("IT-Dienst", "IT service"),
    "hospital": Text("Krankenhaus", "hospital"),
    "rescue-dispatch": Text("Rettungsleitstelle", "rescue dispatch centre"),
    "rescue-station": Text("Rettungswache", "rescue station"),
    "drinking-water": Text("Trinkwasser-Notversorgung", "emergency drinking water"),
    "emergency-well": Text("Notbrunnen", "emergency well"),
    "traffic-control-centre": Text("Verkehrsleitstelle", "traffic control centre"),
    "town-hall": Text("Rathaus", "town hall"),
    "waterworks": Text("Wasserwerk", "waterworks"),
    "depot": Text("Betriebshof", "depot"),
}

FAULT_NAMES: dict[str, Text] = {
    "burst": Text("Rohrbruch", "main breaks"),
    "isolated": Text("abgeschiebert", "closed off by its valves"),
    "pump-out": Text("Pumpe ausgefallen", "pump does not run"),
    "valve-stuck": Text("Ventil klemmt", "valve is stuck"),
    "bus-out": Text("Sammelschiene spannungslos", "busbar is dead"),
    "line-trip": Text("Leitung abgeschaltet", "line is open"),
    "transformer-out": Text("Transformator abgeschaltet", "transformer is out"),
    "substation-out": Text("Umspannwerk ausgefallen", "substation is out"),
    "switch-stuck": Text("Schalter klemmt", "switch is stuck"),
    "pv-loss": Text("Photovoltaik speist nicht ein", "photovoltaic plant feeds nothing in"),
    "battery-loss": Text("Netzbatterie ausgefallen", "grid battery gives nothing"),
    "generator-fails": Text("Notstromaggregat versagt", "generator fails"),
    "control-out": Text("Netzleitstelle ausgefallen", "grid control centre is out"),
    "road-closed": Text("Straße gesperrt", "road is closed"),
    "road-narrowed": Text("Straße verengt", "road is narrowed"),
    "signal-dark": Text("Ampel dunkel", "signal is dark"),
    "node-out": Text("Gerät ausgefallen", "device is out"),
    "site-out": Text("Standort nicht nutzbar", "site cannot be used"),
    "well-out": Text("Brunnen gibt kein Wasser", "well gives no water"),
    "link-cut": Text("Verbindung getrennt", "link is cut"),
    "link-degraded": Text("Verbindung gestört", "link loses and delays messages"),
    "sensor-bias": Text("Sensor misst versetzt", "sensor is off"),
    "sensor-drift": Text("Sensor driftet", "sensor drifts"),
    "sensor-stuck": Text("Sensor hängt fest", "sensor is stuck"),
    "sensor-noise": Text("Sensor rauscht", "sensor is noisy"),
    "sensor-spike": Text("Sensor zeigt Ausreißer", "sensor shows spikes"),
    "sensor-dropout": Text("Sensor gibt keinen Wert", "sensor gives no value"),
    "sensor-clipping": Text("Sensor ist am Anschlag", "sensor is clipped"),
    "firmware-update": Text("Neue Gateway-Software", "new gateway software"),
    "clock-skew": Text("Uhr der Sensoren geht falsch", "clock of the sensors is wrong"),
    "readings-duplicated": Text("Messwerte kommen doppelt", "readings arrive twice"),
    "readings-reordered": Text("Messwerte kommen in falscher Reihenfolge", "readings arrive in the wrong order"),
    "readings-replayed": Text("Alte Messwerte werden wieder eingespielt", "old readings are played again"),
    "readings-spoofed": Text("Gefälschte Messwerte", "forged readings"),
}

MODE_NAMES: dict[str, Text] = {
    "mains": Text("Netz", "mains"),
    "battery": Text("Batterie", "battery"),
    "generator": Text("Notstrom", "generator"),
    "none": Text("nichts", "none"),
    "standby": Text("in Bereitschaft", "standby"),
    "starting": Text("läuft an", "starting"),
    "running": Text("läuft", "running"),
    "empty": Text("leer", "empty"),
    "failed": Text("versagt", "failed"),
    "primary": Text("erster Server", "primary"),
    "trunked": Text("Bündelfunk", "trunked radio"),
    "isolated-cell": Text("Inselzelle", "isolated cell"),
    "direct-mode": Text("Direktmodus", "direct mode"),
    "network": Text("Leitungsnetz", "piped supply"),
    "tank": Text("Behälter", "tank"),
    "emergency": Text("Notbrunnen und Tankwagen", "wells and tankers"),
    "central": Text("zentral", "central"),
    "local": Text("örtlich", "local"),
    "police": Text("Polizei", "police"),
    "dark": Text("dunkel", "dark"),
    "online": Text("online", "online"),
    "paper": Text("Papier", "paper"),
    "island": Text("Inselbetrieb", "island"),
    "open": Text("offen", "open"),
    "closed": Text("geschlossen", "closed"),
}
_MODES_OF_KIND: dict[tuple[str, str], Text] = {
    ("service", "standby"): Text("Ersatzserver", "standby server"),
}
"""Where a mode's name means something else for one kind."""

SUPPLY_NAMES: dict[str, Text] = {
    "power": Text("Strom", "power"),
    "data": Text("Datenverbindung", "data"),
    "control": Text("Fernsteuerung", "remote control"),
    "water": Text("Wasser", "water"),
    "road": Text("Zufahrt", "road access"),
}

SUB_SYSTEMS: dict[str, Text] = {
    "water": Text("Wasser", "water"),
    "energy": Text("Energie", "energy"),
    "traffic": Text("Verkehr", "traffic"),
    "ict": Text("IKT", "ICT"),
    "lifeline": Text("Daseinsvorsorge", "lifelines"),
    "crew": Text("Einsatzkräfte", "crews"),
}

OTHER_NAMES: dict[str, Text] = {
    "scenario file": Text("Szenariodatei", "scenario file"),
    "declared minimum (assumption)": Text("Mindestmaß der Stadt", "minimum declared by the town"),
    "found": Text("belegt", "found in the source"),
    "secondary": Text("aus zweiter Hand", "second-hand"),
    "memory": Text("noch zu prüfen", "to be checked"),
    "assumption": Text("Annahme", "assumption"),
    "steady-state": Text("Ausgangslage", "steady state"),
    "execution": Text("Ausführung", "execution"),
    "evidence": Text("Wirkung der Störung", "evidence of the fault"),
    "redundancy": Text("Ersatzweg", "second way"),
    "expectation": Text("Erwartung", "expectation"),
    "technical": Text("technisch", "technical"),
    "analogue": Text("analog", "analogue"),
}

_SOURCES = (
    ("declared minimum: ", "Mindestmaß der Stadt: "),
    ("declared minimum (assumption, after ", "Mindestmaß der Stadt (Annahme, nach "),
    ("declared minimum (", "Mindestmaß der Stadt ("),
)
"""How the source of a limit begins, in each language."""

_ALL: dict[str, Text] = OTHER_NAMES | SUB_SYSTEMS | SUPPLY_NAMES | MODE_NAMES | FAULT_NAMES | KIND_NAMES


def words_of(names: dict[str, Text], name: str) -> Text:
    """What `name` is called, or the name itself where the table does not know it."""
    return names.get(name, Text(name, name))


def mode_words(kind: str, mode: str) -> Text:
    """What a mode of a kind of component is called."""
    return _MODES_OF_KIND.get((kind, mode)) or words_of(MODE_NAMES, mode)


def term(name: str, lang: str) -> str:
    """What a kind, supply, confidence or category is called in one language."""
    return words_of(_ALL, name).of(lang)


def source_words(source: str) -> Text:
    """Where a limit comes from. The title of a norm or book stays as it is."""
    known = _ALL.get(source)
    if known is not None:
        return known
    for english, german in _SOURCES:
        if source.startswith(english):
            return Text(german + source.removeprefix(english), source)
    return Text(source, source)
