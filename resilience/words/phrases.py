"""How a service level is spoken of: the service in a word or two, and a value of it in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from resilience.words.text import Text


@dataclass(frozen=True, slots=True)
class Phrase:
    """`service` names what is owed; `value` says how much of it there was, with the number in the blank."""

    service: Text
    value: Text

    def of(self, number: Text) -> Text:
        return Text(self.value.de.format(number.de), self.value.en.format(number.en))


PHRASES = {
    "water-supply": Phrase(
        Text("Wasserversorgung", "water supply"),
        Text("{} des Wasserbedarfs geliefert", "{} of the water demand delivered"),
    ),
    "water-pressure": Phrase(
        Text("Wasserdruck", "water pressure"),
        Text("{} der Menschen mit ausreichendem Wasserdruck", "{} of people with enough water pressure"),
    ),
    "power-supply": Phrase(
        Text("Stromversorgung", "power supply"),
        Text("{} der elektrischen Last versorgt", "{} of the electric load supplied"),
    ),
    "travel-time-index": Phrase(Text("Reisezeiten", "travel times"), Text("Reisezeitindex {}", "travel-time index {}")),
    "rescue-arrival": Phrase(
        Text("Hilfsfrist des Rettungsdienstes", "rescue in time"),
        Text("{} der Menschen vom Rettungsdienst rechtzeitig erreicht", "{} of people reached by rescue in time"),
    ),
    "ict-availability": Phrase(
        Text("IKT-Knoten", "ICT nodes"),
        Text("{} der IKT-Knoten in Betrieb und erreichbar", "{} of ICT nodes working and within reach"),
    ),
    "telemetry": Phrase(
        Text("Telemetrie", "telemetry"),
        Text("{} der Sensoren mit Verbindung zum Rechenzentrum", "{} of sensors connected to the data centre"),
    ),
    "lifeline": Phrase(Text("Daseinsvorsorge", "lifeline"), Text("{} der Aufgabe erfüllt", "{} of its service")),
    "litres-per-person": Phrase(Text("Trinkwasser", "drinking water"), Text("Trinkwasser {}", "drinking water {}")),
}
"""By measure; every measure of the catalogue has one."""
