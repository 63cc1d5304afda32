"""How a service level is spoken of: the service in a word or two, and a value of it in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.words import Message, Text, Words

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class Phrase:
    """`service` names what is owed; `value` says how much of it there was, with the number in the blank."""

    service: Text
    value: Message

    def of(self, number: Text) -> Text:
        return self.value.filled(amount=number)


PHRASES = {
    "water-supply": Phrase(
        _("water supply"),
        _("{amount} of the water demand delivered"),
    ),
    "water-pressure": Phrase(
        _("water pressure"),
        _("{amount} of people with enough water pressure"),
    ),
    "power-supply": Phrase(
        _("power supply"),
        _("{amount} of the electric load supplied"),
    ),
    "travel-time-index": Phrase(_("travel times"), _("travel-time index {amount}")),
    "rescue-arrival": Phrase(
        _("rescue in time"),
        _("{amount} of people reached by rescue in time"),
    ),
    "ict-availability": Phrase(
        _("ICT nodes"),
        _("{amount} of ICT nodes working and within reach"),
    ),
    "telemetry": Phrase(
        _("telemetry"),
        _("{amount} of sensors connected to the data centre"),
    ),
    "lifeline": Phrase(_("lifeline"), _("{amount} of its service")),
    "litres-per-person": Phrase(_("drinking water"), _("drinking water {amount}")),
}
"""By measure; every measure of the catalogue has one."""
