"""What the domains write into the event log, in the words of the page.

The log speaks English and names things by their ids. The sentences that turn up in a cascade are worded here by their
patterns; what has none is shown as the log has it, marked as the log's own wording.
"""

from __future__ import annotations

import re

from resilience.report.run.wording import duration
from resilience.words.text import Text

_RULES: tuple[tuple[str, str, str], ...] = (
    (r"(\d+) bus\(es\) without supply.*", "{buses_de} ohne Strom", "{buses_en} without power"),
    (
        r"(\d+) bus\(es\) energised again.*",
        "{buses_de} wieder unter Spannung",
        "{buses_en} live again",
    ),
    (
        r"(\d+) bus\(es\) of the detour stay without supply.*",
        "{buses_de} auf dem Umweg weiter ohne Strom, damit nichts überlastet wird",
        "{buses_en} on the detour still without power so that nothing is overloaded",
    ),
    (
        r"the detour carries all its buses",
        "der Umweg trägt alle Ortsnetzstationen",
        "the detour carries all its local substations",
    ),
    (
        r"its island sheds (\d+) bus\(es\).*",
        "die Insel wirft {buses_de} ab, für mehr reicht die Leistung nicht",
        "its island sheds {buses_en}, there is not enough power for more",
    ),
    (
        r"no open ring point can re-supply (\d+) bus\(es\).*",
        "kein offener Ringpunkt kann {buses_de} wieder versorgen",
        "no open ring point can re-supply {buses_en}",
    ),
    (
        r"voltage collapse.*",
        "Spannungszusammenbruch (vereinfacht weitergerechnet)",
        "voltage collapse (a simplified power flow stands in)",
    ),
    (r"the power flow converges again", "der Lastfluss ist wieder lösbar", "the power flow has a solution again"),
    (r"loaded to (\d+%).*", "zu {0} belastet", "loaded to {0}"),
    (
        r"to be closed by remote control in ([\d.]+) s",
        "wird in {0} s ferngesteuert geschlossen",
        "to be closed by remote control in {0} s",
    ),
    (
        r"closed by remote control.*?(\d+) bus\(es\)",
        "ferngesteuert geschlossen, versorgt {buses_de} wieder",
        "closed by remote control to re-supply {buses_en}",
    ),
    (
        r"closed by hand.*?(\d+) bus\(es\)",
        "von Hand geschlossen, versorgt {buses_de} wieder",
        "closed by hand to re-supply {buses_en}",
    ),
    (
        r"opened: its detour is no longer needed",
        "wieder geöffnet, der Umweg wird nicht mehr gebraucht",
        "opened, its detour is no longer needed",
    ),
    (r"stays open: not needed any more", "bleibt offen, wird nicht mehr gebraucht", "stays open, no longer needed"),
    (
        r"stays open: would overload",
        "bleibt offen, sonst würde etwas überlastet",
        "stays open, it would overload something",
    ),
    (r"does not move", "bewegt sich nicht", "does not move"),
    (r"orders fuel, (\d+) l left", "bestellt Treibstoff, noch {0} l", "orders fuel, {0} l left"),
    (r"(\d+) l in the tank", "{0} l im Tank", "{0} l in the tank"),
    (
        r"boil-water notice: (\d+%).*",
        "Abkochgebot: {0} des Wassers sind verunreinigt",
        "boil-water notice: {0} of the water is contaminated",
    ),
    (
        r"do-not-drink notice: (\d+%).*",
        "Wasser nicht trinken: {0} des Wassers sind verunreinigt",
        "do-not-drink notice: {0} of the water is contaminated",
    ),
    (r"notice lifted.*", "Wasser darf wieder getrunken werden", "the water may be drunk again"),
    (
        r"its protection is called to trip",
        "ihr Schutz wird zum Auslösen angeregt",
        "its protection is called to trip",
    ),
    (
        r"its protection does not trip.*?(\d+) bus\(es\).*",
        "ihr Schutz löst nicht aus, der nächste davor schaltet {buses_de} ab",
        "its protection does not trip, the next one upstream takes {buses_en} with it",
    ),
    (
        r"sees nothing of the grid.*",
        "sieht das Netz nicht, geschaltet wird von Hand",
        "sees nothing of the grid, switching goes by hand",
    ),
    (r"sees the grid again", "sieht das Netz wieder", "sees the grid again"),
    (
        r"a forged command.*",
        "folgt einem gefälschten Befehl",
        "follows a forged command",
    ),
    (
        r"(\d+) controls get (false|true) readings",
        "{0} Regelungen bekommen andere Messwerte als bisher",
        "{0} controls get other readings than before",
    ),
    (
        r"no control path leads there.*",
        "dorthin führt kein Steuerweg, es geschieht nichts",
        "no control path leads there, nothing happens",
    ),
    (
        r"(\d+) more cars set out within (\d+) min",
        "{0} Fahrzeuge mehr fahren binnen {1} min los",
        "{0} more cars set out within {1} min",
    ),
    (
        r"the first (\d+) cars of the surge are on the road",
        "die ersten {0} Fahrzeuge des Ansturms sind unterwegs",
        "the first {0} cars of the surge are on the road",
    ),
    (
        r"the town takes ([\d.]+) times the water of an ordinary day",
        "die Stadt nimmt das {0}-Fache des üblichen Wassers ab",
        "the town takes {0} times the usual water",
    ),
    (r"the tank is empty", "ist leer", "is empty"),
    (r"the tank fills again", "füllt sich wieder", "fills again"),
    (
        r"the network's controls start it",
        "von der Regelung des Wassernetzes eingeschaltet",
        "started by the network's controls",
    ),
    (
        r"the network's controls stop it",
        "von der Regelung des Wassernetzes ausgeschaltet",
        "stopped by the network's controls",
    ),
    (
        r"back under its own controls, which open it",
        "wieder unter eigener Regelung, läuft",
        "back under its own controls, runs",
    ),
    (
        r"back under its own controls, which shut it",
        "wieder unter eigener Regelung, steht",
        "back under its own controls, stands",
    ),
    (
        r".*keeps its last set-point.*",
        "behält den letzten Sollwert, keine Regelung greift ein",
        "keeps its last set-point, no controls act on it",
    ),
    (r"is closed", "ist gesperrt", "is closed"),
    (r"is open", "ist offen", "is open"),
    (r"takes in (\d+%) of its capacity", "fasst noch {0} des Verkehrs", "takes in {0} of its capacity"),
    (r"no water left.*", "kein Wasser mehr", "no water left"),
    (r"has water again", "hat wieder Wasser", "has water again"),
    (
        r"operating by hand: crew from .* arrived.*",
        "ein Trupp bedient von Hand{drive_de}",
        "a crew operates it by hand{drive_en}",
    ),
    (r"(?:operating by hand|water tanker): crew called at .*", "ein Trupp wird gerufen", "a crew is called"),
    (r"water tanker: crew from .* arrived.*", "der Tankwagen trifft ein{drive_de}", "the tanker arrives{drive_en}"),
    (r"water tanker: done", "der Tankwagen ist entladen", "the tanker is unloaded"),
    (r"calls a water tanker", "ruft einen Tankwagen mit Wasser", "calls a water tanker"),
    (r"police arrive at the junction", "Polizei regelt die Kreuzung", "police regulate the junction"),
    (r"police are relieved", "die Polizei wird abgelöst", "police are relieved"),
    (r"police leave the junction: their stint is over", "die Polizei geht in die Pause", "police leave to rest"),
    (
        r"police leave the junction: needed elsewhere",
        "die Polizei wird anderswo gebraucht",
        "police are needed elsewhere",
    ),
    (
        r"no officers are free for the junction",
        "keine Polizei ist für die Kreuzung frei",
        "no officers are free for the junction",
    ),
    (r"comes back in (\d+) steps", "kommt in {0} Schritten zurück", "comes back in {0} steps"),
    (r"step (\d+) of (\d+)", "Schritt {0} von {1}", "step {0} of {1}"),
    (r"(.+) does not start", "{0} startet nicht", "{0} does not start"),
    (r"fuel truck: crew called at .*", "ein Tankwagen wird gerufen", "a fuel truck is called"),
    (
        r"fuel truck: crew from .* arrived.*",
        "der Tankwagen trifft ein{drive_de}",
        "the fuel truck arrives{drive_en}",
    ),
    (r"fuel truck: done", "der Tankwagen hat abgeladen", "the fuel truck has unloaded"),
    (
        r"fuel truck: brings no fuel, turns back",
        "der Tankwagen kehrt um, die Lieferung ist gestoppt",
        "the fuel truck turns back, deliveries are stopped",
    ),
    (r"[^:]*: no crew is free, waiting", "kein Trupp ist frei, es wird gewartet", "no crew is free, waiting"),
    (
        r"[^:]*: no spare part is left, waiting",
        "kein Ersatzteil ist da, es wird gewartet",
        "no spare part is left, waiting",
    ),
    (
        r"[^:]*: no fuel truck can leave, waiting",
        "kein Tankwagen kann fahren, es wird gewartet",
        "no fuel truck can leave, waiting",
    ),
    (
        r"[^:]*: the depot cannot be used, waiting",
        "der Betriebshof ist nicht nutzbar, es wird gewartet",
        "the depot cannot be used, waiting",
    ),
    (
        r"[^:]*: no crew of the trade .*",
        "kein Betriebshof hat einen Trupp dafür, niemand kommt",
        "no depot has a crew for this, nobody comes",
    ),
    (r"(?:switching|repair[^:]*): crew called at .*", "ein Trupp wird gerufen", "a crew is called"),
    (
        r"(?:switching|repair[^:]*): crew from .* arrived.*",
        "der Trupp trifft ein{drive_de}",
        "the crew arrives{drive_en}",
    ),
    (r"(?:switching|repair[^:]*): done", "der Trupp ist fertig", "the crew is done"),
    (
        r"[^:]*: no open road leads there, waiting",
        "keine offene Straße führt hin, der Trupp wartet",
        "no open road leads there, the crew waits",
    ),
    (
        r".*the city has no depot, nobody comes",
        "die Stadt hat keinen Betriebshof, niemand kommt",
        "the city has no depot, nobody comes",
    ),
    (
        r"\S+ is \S+: (?:above|below) .*, as a fault waits for",
        "der Zustand, auf den eine Störung wartet, ist da",
        "the state that a fault waits for is there",
    ),
    (r"(?:power|data|control|water|road) is back", "{supply_de} ist wieder da", "{supply_en} is back"),
)
_COMPILED = tuple((re.compile(pattern), de, en) for pattern, de, en in _RULES)


def log_words(what: str, value: float | None, supply: Text) -> Text | None:
    """An event's text as the page says it, without its subject; None for one that has no pattern.

    `value` is the event's number (for a crew, the seconds on the road); `supply` is what a supply event is about. A
    sentence about local substations has their number first.
    """
    drive = Text("", "")
    if value:
        drive = Text(f", {duration(value, 'de')} unterwegs", f", {duration(value)} on the road")
    blanks = {"drive_de": drive.de, "drive_en": drive.en, "supply_de": supply.de, "supply_en": supply.en}
    for pattern, de, en in _COMPILED:
        found = pattern.fullmatch(what)
        if found:
            groups = found.groups()
            if groups:
                one = groups[0] == "1"
                blanks["buses_de"] = f"{groups[0]} {'Ortsnetzstation' if one else 'Ortsnetzstationen'}"
                blanks["buses_en"] = f"{groups[0]} {'local substation' if one else 'local substations'}"
            german = (group.replace("%", "\u00a0%") for group in groups)
            return Text(de.format(*german, **blanks), en.format(*groups, **blanks))
    return None
