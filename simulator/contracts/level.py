"""A service level owed to people, and the measures it can be stated in."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.component import Domain

LITRES_PERSON_D = 126.0
"""Household water use a person and day in Germany in 2022 (Destatis, by way of BMUV)."""
LITRES_SOURCE = "Destatis, public water supply 2022: 126 litres per person and day"


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity in which a service level is stated. `subject` says what it is measured for.

    `higher_is_better` false turns the comparison with the minimum round (a travel-time index must stay *below*).
    """

    name: str
    domain: Domain
    unit: str
    subject: str
    higher_is_better: bool
    title_en: str
    title_de: str
    source: str


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What is owed: `measure` of `subject` (a district, a component, or `city`) must not be worse than `minimum`.

    `people` are those who lean on it. `basis` is the norm id or the word `assumption` behind the minimum.
    """

    id: str
    measure: str
    subject: str
    minimum: float
    people: int
    owner: str = ""
    basis: str = "assumption"


def _m(
    name: str, domain: Domain, unit: str, subject: str, en: str, de: str, source: str, higher: bool = True
) -> tuple[str, Measure]:
    return name, Measure(name, domain, unit, subject, higher, en, de, source)


MEASURES: dict[str, Measure] = dict(
    (
        _m(
            "water-supply",
            Domain.WATER,
            "1",
            "district|city",
            "share of water demand delivered",
            "gelieferter Anteil des Wasserbedarfs",
            "water service availability (Ostfeld et al. 2002)",
        ),
        _m(
            "water-pressure",
            Domain.WATER,
            "1",
            "district|city",
            "share of people with enough water pressure",
            "Anteil der Menschen mit ausreichendem Wasserdruck",
            "DVGW W 400-1, 2.0 bar at ground floor",
        ),
        _m(
            "power-supply",
            Domain.ENERGY,
            "1",
            "district|city",
            "share of electric load supplied",
            "versorgter Anteil der elektrischen Last",
            "energy not supplied, as a share",
        ),
        _m(
            "travel-time-index",
            Domain.TRAFFIC,
            "1",
            "city",
            "travel-time index (actual / free flow)",
            "Reisezeitindex (tatsächlich / frei)",
            "U4SSC indicators",
            False,
        ),
        _m(
            "rescue-arrival",
            Domain.TRAFFIC,
            "1",
            "city",
            "share of people reached by rescue in time",
            "Anteil der Menschen, die der Rettungsdienst rechtzeitig erreicht",
            "Länder rescue rules",
        ),
        _m(
            "ict-availability",
            Domain.ICT,
            "1",
            "city|district",
            "share of ICT nodes that work and reach the control centre",
            "Anteil der IKT-Knoten, die arbeiten und die Leitstelle erreichen",
            "availability",
        ),
        _m(
            "telemetry",
            Domain.ICT,
            "1",
            "city",
            "share of sensors whose gateway reaches the data centre",
            "Anteil der Sensoren, deren Gateway das Rechenzentrum erreicht",
            "availability",
        ),
        _m(
            "lifeline",
            Domain.LIFELINE,
            "1",
            "component",
            "share of the lifeline's duty that is served",
            "erbrachter Anteil der Aufgabe",
            "mode table of the lifeline",
        ),
        _m(
            "litres-per-person",
            Domain.LIFELINE,
            "l/person/d",
            "district",
            "drinking water available per person and day",
            "verfügbares Trinkwasser je Person und Tag",
            "1. WasSV § 2",
        ),
    )
)
"""Every measure by name."""
