"""What things in a town are called: every kind, fault, mode and supply of the catalogue."""

from __future__ import annotations

from resilience.scenario.entry import TimelineEntry
from resilience.words.text import Text

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
    "household-meter": Text("Stromzähler eines Haushalts", "household meter"),
    "network-control": Text("Netzleitstelle", "grid control centre"),
    "road-node": Text("Straßenknoten", "road junction"),
    "road": Text("Straße", "road"),
    "signal": Text("Ampel", "traffic signal"),
    "server": Text("Server", "server"),
    "router": Text("Router", "router"),
    "switch": Text("Netzwerk-Switch", "network switch"),
    "radio-site": Text("Funkstandort", "radio site"),
    "gateway": Text("Telemetrie-Gateway", "telemetry gateway"),
    "broker": Text("MQTT-Broker", "MQTT broker"),
    "service": Text("IT-Dienst", "IT service"),
    "hospital": Text("Krankenhaus", "hospital"),
    "rescue-dispatch": Text("Rettungsleitstelle", "rescue dispatch centre"),
    "rescue-station": Text("Rettungswache", "rescue station"),
    "patient-records": Text("Patientenakten", "patient records"),
    "hospital-water": Text("Wasser des Krankenhauses", "water of the hospital"),
    "public-warning": Text("Warnung der Bevölkerung", "warning of the public"),
    "siren": Text("Sirene", "siren"),
    "loudspeaker-van": Text("Lautsprecherwagen", "loudspeaker van"),
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
    "tank-drained": Text("Hochbehälter läuft aus", "tank runs out"),
    "tank-contaminated": Text("Hochbehälter verunreinigt", "tank is contaminated"),
    "source-contaminated": Text("Wasserquelle verunreinigt", "water source is contaminated"),
    "source-lost": Text("Wasserquelle gibt kein Wasser", "water source gives no water"),
    "bus-out": Text("Sammelschiene spannungslos", "busbar is dead"),
    "line-trip": Text("Leitung abgeschaltet", "line is open"),
    "feeder-out": Text("ganzer Leitungsabgang ausgefallen", "whole feeder is out"),
    "protection-fails": Text("Schutz löst nicht aus", "protection does not trip"),
    "transformer-out": Text("Transformator abgeschaltet", "transformer is out"),
    "substation-out": Text("Umspannwerk ausgefallen", "substation is out"),
    "switch-stuck": Text("Schalter klemmt", "switch is stuck"),
    "pv-loss": Text("Photovoltaik speist nicht ein", "photovoltaic plant feeds nothing in"),
    "battery-loss": Text("Netzbatterie ausgefallen", "grid battery gives nothing"),
    "generator-fails": Text("Notstromaggregat versagt", "generator fails"),
    "control-out": Text("Netzleitstelle ausgefallen", "grid control centre is out"),
    "road-closed": Text("Straße gesperrt", "road is closed"),
    "road-narrowed": Text("Straße verengt", "road is narrowed"),
    "demand-surge": Text("Ansturm von Fahrzeugen", "surge of traffic"),
    "controller-failed": Text("Ampelsteuerung ausgefallen", "signal controller has failed"),
    "signal-dark": Text("Ampel dunkel", "signal is dark"),
    "node-out": Text("Gerät ausgefallen", "device is out"),
    "direct-mode-fails": Text("Direktmodus versagt", "direct mode fails"),
    "records-out": Text("Krankenhaus-IT ausgefallen", "hospital's information system is down"),
    "forms-missing": Text("Vordrucke fehlen", "forms are missing"),
    "no-tankers": Text("Kein Tankwagen mit Wasser kommt", "no water tanker comes"),
    "notice-withheld": Text("Abkochgebot wird nicht bekannt", "boil-water notice is withheld"),
    "bottles-missing": Text("Abgefülltes Wasser fehlt", "bottled water is missing"),
    "warning-out": Text("Warnung auf Mobiltelefone ausgefallen", "warning on mobile phones is out"),
    "siren-out": Text("Sirene ausgefallen", "siren is out"),
    "van-out": Text("Lautsprecherwagen ausgefallen", "loudspeaker van is out"),
    "police-elsewhere": Text("Polizei ist anderswo gebunden", "police are needed elsewhere"),
    "staff-absent": Text("Personal fehlt", "staff is absent"),
    "fuel-not-delivered": Text("Treibstoff wird nicht geliefert", "no fuel is delivered"),
    "site-out": Text("Standort nicht nutzbar", "site cannot be used"),
    "well-out": Text("Brunnen gibt kein Wasser", "well gives no water"),
    "loss-of-view": Text("Leitstelle sieht nichts", "control room sees nothing"),
    "loss-of-control": Text("Befehle der Leitstelle kommen nicht an", "control room's commands do not arrive"),
    "set-point-tampered": Text("Sollwert manipuliert", "set-point is tampered with"),
    "commands-replayed": Text("Alte Befehle werden wieder eingespielt", "old commands are played again"),
    "peak-demand": Text("Spitzenverbrauch von Wasser", "peak demand for water"),
    "false-data": Text("Gefälschte Daten für die Regelung", "false data for controls"),
    "ransomware": Text("Systeme verschlüsselt", "systems are encrypted"),
    "flooding": Text("Mit Anfragen überflutet", "flooded with requests"),
    "link-cut": Text("Verbindung getrennt", "link is cut"),
    "link-degraded": Text("Verbindung gestört", "link loses and delays messages"),
    "sensor-bias": Text("Sensor misst versetzt", "sensor is off"),
    "sensor-drift": Text("Sensor driftet", "sensor drifts"),
    "sensor-stuck": Text("Sensor hängt fest", "sensor is stuck"),
    "sensor-noise": Text("Sensor rauscht", "sensor is noisy"),
    "sensor-spike": Text("Sensor zeigt Ausreißer", "sensor shows spikes"),
    "sensor-dropout": Text("Sensor gibt keinen Wert", "sensor gives no value"),
    "sensor-clipping": Text("Sensor ist am Anschlag", "sensor is clipped"),
    "broker-out": Text("Broker ausgefallen", "broker does not run"),
    "certificate-expired": Text("Zertifikat abgelaufen", "certificate has run out"),
    "firmware-update": Text("Neue Gateway-Software", "new gateway software"),
    "clock-skew": Text("Uhr der Sensoren geht falsch", "clock of the sensors is wrong"),
    "readings-duplicated": Text("Messwerte kommen doppelt", "readings arrive twice"),
    "readings-reordered": Text("Messwerte kommen in falscher Reihenfolge", "readings arrive in the wrong order"),
    "readings-replayed": Text("Alte Messwerte werden wieder eingespielt", "old readings are played again"),
    "readings-spoofed": Text("Gefälschte Messwerte", "forged readings"),
}

HAZARD_NAMES: dict[str, Text] = {
    "flood": Text("Hochwasser", "flood"),
    "heat": Text("Hitze", "heat"),
    "storm": Text("Sturm", "storm"),
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
    "majority": Text("Mehrheit der Server", "majority of servers"),
    "usual-way": Text("üblicher Weg der Messwerte", "usual way of readings"),
    "other-way": Text("Ersatzweg der Messwerte", "other way of readings"),
    "trunked": Text("Bündelfunk", "trunked radio"),
    "isolated-cell": Text("Inselzelle", "isolated cell"),
    "direct-mode": Text("Direktmodus", "direct mode"),
    "runners": Text("Melder zu Fuß", "runners"),
    "manual": Text("Beatmung von Hand", "ventilation by hand"),
    "tanker": Text("Tankwagen", "tankers"),
    "boiled": Text("Abkochen", "boiled water"),
    "bottled": Text("abgefülltes Wasser", "bottled water"),
    "by-hand": Text("Bedienung von Hand", "operation by hand"),
    "digital": Text("Mobiltelefone", "mobile phones"),
    "sirens": Text("Sirenen", "sirens"),
    "vans": Text("Lautsprecherwagen", "loudspeaker vans"),
    "network": Text("Leitungsnetz", "piped supply"),
    "tank": Text("Behälter", "tank"),
    "emergency": Text("Notbrunnen und Tankwagen", "wells and tankers"),
    "central": Text("zentral", "central"),
    "local": Text("örtlich", "local"),
    "police": Text("Polizei", "police"),
    "dark": Text("dunkel", "dark"),
    "fixed": Text("feste Grünzeiten", "fixed greens"),
    "flashing": Text("Gelbblinken", "flashing amber"),
    "online": Text("online", "online"),
    "paper": Text("Papier", "paper"),
    "island": Text("Inselbetrieb", "island"),
    "infeed": Text("Einspeisung", "infeed"),
    "ring": Text("Versorgung über den Ring", "supply over the ring"),
    "open": Text("offen", "open"),
    "closed": Text("geschlossen", "closed"),
}
_MODES_OF_KIND: dict[tuple[str, str], Text] = {
    ("hospital-water", "tank"): Text("Dachtank", "roof tank"),
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

QUANTITY_NAMES: dict[str, Text] = {
    "working": Text("arbeitet (1) oder nicht (0)", "works (1) or not (0)"),
    "pressure_m": Text("Druck in m", "pressure in m"),
    "demand_m3_s": Text("Wasserabgabe in m³/s", "water delivered in m³/s"),
    "water_age_s": Text("Alter des Wassers in s", "age of the water in s"),
    "drain_m3_s": Text("Auslauf des Hochbehälters in m³/s", "flow out of the tank's drain in m³/s"),
    "contaminated_share": Text("Anteil verunreinigten Wassers", "share of water that is contaminated"),
    "leak_m3_s": Text("Wasserverlust in m³/s", "water lost in m³/s"),
    "level_m": Text("Füllstand in m", "level in m"),
    "level_share": Text("Füllstand, als Anteil", "level, as a share"),
    "volume_m3": Text("Inhalt in m³", "volume in m³"),
    "flow_m3_s": Text("Durchfluss in m³/s", "flow in m³/s"),
    "pump_running": Text("läuft (1) oder nicht (0)", "runs (1) or not (0)"),
    "power_w": Text("Leistung in W", "power in W"),
    "voltage_pu": Text("Spannung, als Anteil", "voltage, as a share"),
    "energised": Text("unter Spannung (1) oder nicht (0)", "energised (1) or not (0)"),
    "load_asked_w": Text("verlangte Last in W", "load asked for in W"),
    "load_w": Text("Last in W", "load in W"),
    "loading_pu": Text("Auslastung, als Anteil", "loading, as a share"),
    "charge_j": Text("Ladung in J", "charge in J"),
    "fuel_l": Text("Treibstoff in l", "fuel in l"),
    "fuel_hours": Text("Stunden, die der Treibstoff reicht", "hours that the fuel lasts"),
    "staff_share": Text("anwesender Anteil des Personals", "share of the staff that is there"),
    "crews_on_duty": Text("Trupps im Dienst", "crews on duty"),
    "fuel_trucks": Text("Tankwagen, die fahren können", "fuel trucks that could leave"),
    "fuel_store_l": Text("Treibstoff im Lager in l", "fuel in the store in l"),
    "household_w": Text("Leistung der Haushalte in W", "power that households take in W"),
    "vehicles": Text("Fahrzeuge", "vehicles"),
    "speed_m_s": Text("Geschwindigkeit in m/s", "speed in m/s"),
    "travel_time_s": Text("Fahrzeit in s", "travel time in s"),
    "flow_veh_h": Text("Fahrzeuge je Stunde", "vehicles an hour"),
    "queue_veh": Text("wartende Fahrzeuge", "vehicles queueing"),
    "online": Text("online (1) oder nicht (0)", "online (1) or not (0)"),
    "latency_s": Text("Laufzeit in s", "latency in s"),
    "loss": Text("Anteil verlorener Nachrichten", "share of messages lost"),
    "held_readings": Text("aufbewahrte Messwerte", "readings held"),
    "water_supply_ratio": Text("Wasserversorgung, als Anteil", "water supply, as a share"),
    "tank_volume_m3": Text("Wasser in den Behältern in m³", "water in the tanks in m³"),
    "water_pressure_ratio": Text("Menschen mit genug Druck, als Anteil", "people with enough pressure, as a share"),
    "litres_per_person_d": Text("Trinkwasser in l je Person und Tag", "drinking water in l per person and day"),
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


def entry_words(entry: TimelineEntry) -> Text:
    """What a timeline entry brings, where it has no title: its hazard, failures by chance, or its fault."""
    if entry.hazard is not None:
        return HAZARD_NAMES[entry.hazard.type.value]
    if entry.wear is not None and not entry.fault:
        return Text("zufällige Ausfälle", "failures by chance")
    return words_of(FAULT_NAMES, entry.fault)


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
