"""Builds the town of the past event of Berlin-Köpenick, 2019: `python -m tools.koepenick [FOLDER]`.

The town has the size, the people and the feeding of the area that was dark, from published figures; the grid inside it
is drawn by rule, because nobody publishes that. Every figure is in `NOTES`, with its source or as an assumption; they
become assumptions of the city. Without a folder it writes anew what ships in scenarios/koepenick.
"""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.city.draft import CityDraft, DistrictDraft, NetworkRef, Override
from simulator.city.frame import MapFrame, to_degrees
from simulator.city.generator.layer import join, place
from simulator.city.importers.pandapower_grid import import_pandapower, quiet_pandapower
from simulator.city.loader import load_city
from simulator.city.write import staged, write_assumptions, write_city
from simulator.contracts.city import ASSUMED, Assumption
from simulator.contracts.component import Component
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.words import Said, Verbatim
from simulator.domains.energy.catalogue import POWER
from simulator.lifelines.catalogue import SERVED
from simulator.lifelines.district_heating.catalogue import HEAT, LEAST_C, LEAST_NORM, ROOM_TEMPERATURE
from simulator.lifelines.telephony.catalogue import EXCHANGE, MOBILE_SITE, TELEPHONE

SHIPPED = Path(__file__).resolve().parents[1] / "scenarios" / "koepenick"
POWER_FILE = "power.json"
TRENCH = "salvador-allende-bridge"
LONGITUDE, LATITUDE = 13.58, 52.444

HOUSEHOLDS = 31_500
PEOPLE_HOUSEHOLD = 2.0
PEOPLE = {"bohnsdorf": 10_805, "gruenau": 5_408, "mueggelheim": 6_463, "schmoeckwitz": 4_068}
"""Whole districts that were dark."""
REST = round(HOUSEHOLDS * PEOPLE_HOUSEHOLD) - sum(PEOPLE.values())
"""The dark part of the district of Köpenick: what is left of all who were dark."""
PEOPLE |= {"altstadt": 14_000, "allende": 13_000, "wendenschloss": REST - 27_000, "neighbours": 17_500}

BERLIN_WH_A, BERLIN_PEOPLE = 13_302e9, 3_670_000
MEAN_W = BERLIN_WH_A / 8760.0 / BERLIN_PEOPLE
LOAD_FACTOR = 0.66
"""Mean of a year over its peak in the model's load profile."""
PEAK_W = MEAN_W / LOAD_FACTOR

BEDS = 525
HEATED_HOUSEHOLDS = 5_000
HOME_W = 5_000.0
OUTDOOR_C = 5.0

NOTES: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "people",
        "Menschen",
        "31,500 households of 2.0 people; whole districts: Bohnsdorf 10,805, Grünau 5,408, Müggelheim 6,463, "
        "Schmöckwitz 4,068; the rest lives in Köpenick south of Spree and Dahme. Reports say 65,000 and 70,000 people",
        "31.500 Haushalte zu 2,0 Personen; ganze Ortsteile: Bohnsdorf 10.805, Grünau 5.408, Müggelheim 6.463, "
        "Schmöckwitz 4.068; die übrigen wohnen in Köpenick südlich von Spree und Dahme. Berichtet sind 65.000 und "
        "70.000 Menschen",
        "Berliner Zeitung 2019-02-21; Destatis; Wikipedia (hauptstadtmakler.de); Ortsverband B04; FEUERWEHR 5/2019",
    ),
    (
        "infeed",
        "Einspeisung",
        "the substation Landjägerstraße (110/10 kV, since 2014) is fed by two 110 kV cables, 780 and 781, both from "
        "the node Wuhlheide, which lie about 1 m apart in one trench at the Salvador-Allende bridge; no other way "
        "in at 110 kV",
        "das Umspannwerk Landjägerstraße (110/10 kV, seit 2014) hängt an zwei 110-kV-Kabeln, 780 und 781, beide vom "
        "Knoten Wuhlheide, die an der Salvador-Allende-Brücke etwa 1 m voneinander in einer Trasse liegen; mit 110 kV "
        "gibt es keinen anderen Weg",
        "Stromnetz Berlin 2014-06-25; Berliner Zeitung; Vattenfall, dpa 2019-02-20",
    ),
    (
        "load",
        "Last",
        f"{PEAK_W:.0f} W a person at the peak of the year: 13,302 GWh in Berlin in 2019 for 3.67 million people, "
        f"over a load factor of {LOAD_FACTOR:g} (of the model's profile); for an area of homes that is rather too much",
        f"{PEAK_W:.0f} W je Person in der Jahresspitze: 13.302 GWh in Berlin 2019 für 3,67 Millionen Menschen, geteilt "
        f"durch einen Lastfaktor von {str(LOAD_FACTOR).replace('.', ',')} (des Lastprofils im Modell); für ein "
        f"Wohngebiet eher zu viel",
        "Stromnetz Berlin, Tagesspiegel 26974752",
    ),
    (
        "hospital-1",
        "hospital-1",
        "525 beds in 2016 (DRK Kliniken Köpenick); diesel generator",
        "525 Betten 2016 (DRK Kliniken Köpenick); Dieselaggregat",
        "Wikipedia; DRK-Schwesternschaft Berlin",
    ),
    (
        "district heating",
        "Fernwärme",
        "5,000 households lost heat and hot water with the plants in Köpenick (Wendenschloß) and Friedrichshagen, "
        "which lost the grid; here one plant feeds them",
        "5.000 Haushalte verloren Wärme und Warmwasser mit den Kraftwerken in Köpenick (Wendenschloß) und "
        "Friedrichshagen, denen das Netz fehlte; hier versorgt sie ein Heizkraftwerk",
        "dts, Neues Deutschland 2019-02-20",
    ),
    (
        "temperature outdoors",
        "Außentemperatur",
        f"{OUTDOOR_C:g} °C, of the 2 to 10 °C that were measured",
        f"{OUTDOOR_C:g} °C von den gemessenen 2 bis 10 °C",
        "FEUERWEHR 5/2019",
    ),
    (
        "warm rooms",
        "Wärmeräume",
        "five schools opened on the second day to warm up; 200 places each, and 8:00, are assumptions",
        "am zweiten Tag öffneten fünf Schulen zum Aufwärmen; je 200 Plätze und 8 Uhr sind Annahmen",
        "dpa 2019-02-20",
    ),
    (
        "feeders",
        "Leitungen",
        "13 half rings of 10 kV cable (240 mm² aluminium) with the people of a district shared evenly, two local "
        "substations each standing for some twenty; nobody publishes the real plan",
        "13 Halbringe aus 10-kV-Kabel (240 mm² Aluminium), die Menschen eines Ortsteils gleichmäßig verteilt, je zwei "
        "Ortsnetzstationen für etwa zwanzig; der wirkliche Plan ist nicht veröffentlicht",
        "",
    ),
    (
        "ties",
        "Kuppelstellen",
        "seven half rings (Altstadt, Allende-Viertel, Müggelheim: 53 % of the people) meet a half ring of the "
        "neighbouring area at an open point; the other six meet each other. So drawn because about half of the "
        "households were reported to come back over neighbouring areas before the cables did, the Altstadt first and "
        "Grünau, Wendenschloß and Bohnsdorf last",
        "sieben Halbringe (Altstadt, Allende-Viertel, Müggelheim: 53 % der Menschen) treffen an einer offenen Stelle "
        "auf einen Halbring des Nachbargebiets, die anderen sechs aufeinander. So gezeichnet, weil berichtet ist, "
        "dass etwa die Hälfte der Haushalte vor den Kabeln über Nachbargebiete wieder Strom bekam, die Altstadt "
        "zuerst, Grünau, Wendenschloß und Bohnsdorf zuletzt",
        "",
    ),
    (
        "switches",
        "Schalter",
        "open ring points are closed on site by a crew; the breakers of the substation are operated from afar "
        "(Stromnetz Berlin 2014)",
        "offene Ringstellen schließt ein Trupp vor Ort; die Schalter des Umspannwerks sind ferngesteuert (Stromnetz "
        "Berlin 2014)",
        "",
    ),
    (
        "transformers",
        "Transformatoren",
        "two of 40 MVA in each substation, as one of them has to carry the area",
        "zwei zu 40 MVA in jedem Umspannwerk, weil einer das Gebiet tragen muss",
        "",
    ),
    (
        "crews",
        "Trupps",
        "four crews of the grid operator for switching; the work at the cables is the length of the fault",
        "vier Trupps des Netzbetreibers zum Schalten; die Arbeit an den Kabeln ist die Dauer der Störung",
        "",
    ),
    (
        "places",
        "Orte",
        "read roughly off a map; only the way of crews and the length of cables depend on them",
        "grob von der Karte gelesen; nur die Wege der Trupps und die Länge der Kabel hängen davon ab",
        "",
    ),
    (
        "hospital-2",
        "hospital-2",
        "400 beds (a second hospital is reported, its size was not found); emergency power as in hospital-1",
        "400 Betten (ein zweites Krankenhaus ist berichtet, seine Größe fand sich nicht); Notstrom wie in hospital-1",
        "",
    ),
    (
        "emergency power",
        "Notstrom",
        "1 kW a bed at 0.27 l/kWh, fuel for 24 h, more by truck; batteries last 3 h (DIN VDE 0100-710, secondary)",
        "1 kW je Bett bei 0,27 l/kWh, Kraftstoff für 24 h, mehr mit dem Tankwagen; Batterien halten 3 h (DIN VDE "
        "0100-710, mittelbar)",
        "",
    ),
    (
        "homes on district heating",
        "Wohnungen am Wärmenetz",
        "7,000 people in Wendenschloß, 3,000 in the Allende-Viertel; time constant 65 h; no store",
        "7.000 Menschen in Wendenschloß, 3.000 im Allende-Viertel; Zeitkonstante 65 h; kein Speicher",
        "",
    ),
    (
        "telephone",
        "Telefon",
        "three operators with a site each in every district and a third of the people each: two with batteries for "
        "2 h, one whose emergency power lasts from 14:10 until 3:48; the exchange stands outside the dark area",
        "drei Anbieter mit je einem Standort in jedem Ortsteil und je einem Drittel der Menschen: zwei mit Batterien "
        "für 2 h, einer mit Notstrom von 14:10 bis 3:48; die Vermittlungsstelle steht außerhalb des dunklen Gebiets",
        "Tagesspiegel 24019498; equal shares: assumption",
    ),
    (
        "roads, water, sewers",
        "Straßen, Wasser, Abwasser",
        "not modelled here: crews drive in straight lines at 30 km/h; no waterworks lies in the dark area, and "
        "drinking water was not lost",
        "hier nicht modelliert: Trupps fahren in gerader Linie mit 30 km/h; im dunklen Gebiet liegt kein Wasserwerk, "
        "und Trinkwasser fiel nicht aus",
        "",
    ),
)
"""Subject and text in English and German, and the source; an assumption where that is empty."""

TITLES = {
    "altstadt": "Altstadt und Kietz",
    "allende": "Allende-Viertel",
    "wendenschloss": "Wendenschloß",
    "mueggelheim": "Müggelheim",
    "gruenau": "Grünau",
    "bohnsdorf": "Bohnsdorf",
    "schmoeckwitz": "Schmöckwitz",
    "neighbours": "Nachbargebiet nördlich der Spree",
}
AT = {
    "altstadt": (-300.0, -100.0),
    "allende": (1600.0, -300.0),
    "wendenschloss": (600.0, -2500.0),
    "mueggelheim": (5500.0, -3000.0),
    "gruenau": (-500.0, -3600.0),
    "bohnsdorf": (-2500.0, -5200.0),
    "schmoeckwitz": (4500.0, -7800.0),
    "neighbours": (800.0, 2300.0),
}
HALF_M = 700.0
"""Half the side of the square that stands for a district."""
HALF_RINGS = {
    "altstadt": 3, "allende": 3, "mueggelheim": 1, "wendenschloss": 2, "gruenau": 1, "bohnsdorf": 2, "schmoeckwitz": 1,
}  # fmt: skip
TIED = ("altstadt", "allende", "mueggelheim")
MEET = (
    (("wendenschloss", 0), ("wendenschloss", 1)),
    (("bohnsdorf", 0), ("bohnsdorf", 1)),
    (("gruenau", 0), ("schmoeckwitz", 0)),
)
"""Half rings that meet each other at an open point."""
CABLE_10, CABLE_110, TRANSFORMER = "NA2XS2Y 1x240 RM/25 6/10 kV", "N2XS(FL)2Y 1x300 RM/35 64/110 kV", "40 MVA 110/10 kV"
TAN_PHI = 0.33
"""Reactive over real power (cos phi 0.95)."""
DETOUR = 1.3

OPERATOR, HEALTH, HEATING, HELP = "grid operator", "hospital trust", "district heating company", "civil protection"
PHONES = "telephone companies"


@dataclass(frozen=True)
class HalfRing:
    """Buses of a half ring from the busbar outwards."""

    district: str
    buses: tuple[int, ...]


class _Grid:
    """A pandapower net in metres of the map, written as degrees."""

    def __init__(self) -> None:
        import pandapower

        self._pp = pandapower
        self.net: Any = pandapower.create_empty_network(name="koepenick")
        self.at: dict[int, tuple[float, float]] = {}

    def bus(self, name: str, kv: float, x_m: float, y_m: float) -> int:
        degrees = tuple(round(one, 6) for one in to_degrees(x_m, y_m, LONGITUDE, LATITUDE))
        index = int(self._pp.create_bus(self.net, kv, name=name, geodata=degrees))
        self.at[index] = (x_m, y_m)
        return index

    def cable(self, name: str, a: int, b: int, kind: str) -> int:
        km = round(DETOUR * max(100.0, math.dist(self.at[a], self.at[b])) / 1000, 3)
        return int(self._pp.create_line(self.net, a, b, km, kind, name=name))

    def load(self, bus: int, watts: float) -> None:
        mw = round(watts / 1e6, 4)
        self._pp.create_load(self.net, bus, mw, round(mw * TAN_PHI, 4))

    def substation(self, name: str, high: int, low: int) -> None:
        own = {
            "sn_mva": 40.0, "vn_hv_kv": 110.0, "vn_lv_kv": 10.5, "vk_percent": 16.2, "vkr_percent": 0.34,
            "pfe_kw": 18.0, "i0_percent": 0.05,
        }  # fmt: skip
        for i in (1, 2):
            self._pp.create_transformer_from_parameters(self.net, high, low, name=f"{name} {i}", **own)

    def infeed(self, bus: int, name: str) -> None:
        self._pp.create_ext_grid(self.net, bus, vm_pu=1.02, name=name)

    def open_point(self, name: str, a: int, b: int) -> None:
        line = self.cable(name, a, b, CABLE_10)
        self._pp.create_switch(self.net, a, line, et="l", closed=False, name=name)

    def half_ring(self, name: str, bar: int, district: str, share: int, of: int, people: float) -> HalfRing:
        """Two buses in the district, each with half of the people; the second is at the open point."""
        x_m, y_m = AT[district]
        turn = 2 * math.pi * share / of
        buses, before = [], bar
        for step, radius in ((1, 250.0), (2, 550.0)):
            bus = self.bus(f"{name} {step}", 10.0, x_m + radius * math.cos(turn), y_m + radius * math.sin(turn))
            self.cable(f"{name} {step}", before, bus, CABLE_10)
            self.load(bus, people / 2 * PEAK_W)
            buses.append(bus)
            before = bus
        return HalfRing(district, tuple(buses))


def _grid(path: Path) -> tuple[dict[str, list[HalfRing]], list[int]]:
    """Write the grid; returns the half rings of each district and the numbers of the two 110 kV cables."""
    grid = _Grid()
    node = grid.bus("Wuhlheide 110 kV", 110.0, -4000.0, 2500.0)
    high = grid.bus("Landjägerstraße 110 kV", 110.0, 0.0, 0.0)
    bar = grid.bus("Landjägerstraße 10 kV", 10.0, 20.0, 0.0)
    grid.infeed(node, "Wuhlheide")
    cables = [grid.cable(f"110 kV cable {number}", node, high, CABLE_110) for number in (780, 781)]
    grid.substation("Landjägerstraße", high, bar)
    rings = {
        name: [
            grid.half_ring(f"{TITLES[name]} {i + 1}", bar, name, i, count, PEOPLE[name] / count) for i in range(count)
        ]
        for name, count in HALF_RINGS.items()
    }
    ties = [ring for name in TIED for ring in rings[name]]
    other = grid.bus("Nachbarumspannwerk 110 kV", 110.0, 800.0, 2800.0)
    other_bar = grid.bus("Nachbarumspannwerk 10 kV", 10.0, 820.0, 2800.0)
    grid.infeed(other, "Nachbarumspannwerk")
    grid.substation("Nachbarumspannwerk", other, other_bar)
    share = PEOPLE["neighbours"] / len(ties)
    for i, ring in enumerate(ties):
        meeting = grid.half_ring(f"{TITLES['neighbours']} {i + 1}", other_bar, "neighbours", i, len(ties), share)
        grid.open_point(f"Kuppelstelle {i + 1}", ring.buses[-1], meeting.buses[-1])
    rings["neighbours"] = []
    for (one, i), (two, k) in MEET:
        grid.open_point(f"Ringtrennstelle {TITLES[one]}", rings[one][i].buses[-1], rings[two][k].buses[-1])
    import_pandapower(grid.net, path)
    return rings, cables


def _hospital(
    name: str, title: str, district: str, beds: int, bus: str, move: float
) -> tuple[list[Component], list[Link]]:
    x_m, y_m = AT[district][0] + move, AT[district][1] - 300.0
    burn = round(beds * 1.0 * 0.27, 1)
    tank = float(math.ceil(burn * 24))
    site = place(name, "hospital", x_m, y_m, HEALTH, title, district, beds=float(beds))
    generator = place(
        f"generator-{name}", "generator", x_m + 10.0, y_m, HEALTH, f"Notstrom {title}", district,
        fuel_l=tank, tank_l=tank, burn_l_h=burn, fail_on_demand=0.0,
    )  # fmt: skip
    return [site, generator], [
        join(POWER, bus, name, OPERATOR, 3 * 3600.0),
        join(POWER, generator.id, name, HEALTH),
    ]


def _heating(buses: dict[str, str]) -> tuple[list[Component], list[Link], list[ServiceLevel]]:
    x_m, y_m = AT["wendenschloss"]
    total = HEATED_HOUSEHOLDS * HOME_W
    plant = place("heating-plant-1", "heating-plant", x_m, y_m + 300.0, HEATING, "Heizkraftwerk Wendenschloß",
                  "wendenschloss", rated_w=total, electric_w=total * 0.01)  # fmt: skip
    pumps = place("heating-pumps-1", "heating-pumps", x_m + 20.0, y_m + 300.0, HEATING, "Netzpumpen",
                  "wendenschloss", electric_w=total * 0.015)  # fmt: skip
    things, links, levels = [plant, pumps], [join(HEAT, plant.id, pumps.id, HEATING)], []
    links += [join(POWER, buses["wendenschloss"], one.id, OPERATOR) for one in (plant, pumps)]
    for district, people, places in (("wendenschloss", 7_000, 700.0), ("allende", 3_000, 300.0)):
        name = f"heated-homes-{district}"
        things.append(
            place(name, "heated-homes", AT[district][0], AT[district][1] + 100.0, HEATING,
                  f"Wohnungen am Wärmenetz, {TITLES[district]}", district,
                  people=float(people), peak_w=people / PEOPLE_HOUSEHOLD * HOME_W, outdoor_c=OUTDOOR_C,
                  warm_room_places=places, warm_rooms_s=8.5 * 3600.0)
        )  # fmt: skip
        links.append(join(HEAT, pumps.id, name, HEATING))
        levels.append(
            ServiceLevel(
                f"room-temperature-{district}", ROOM_TEMPERATURE, district, LEAST_C, people, HEATING, LEAST_NORM
            )
        )
    return things, links, levels


OPERATORS = {"a": 2 * 3600.0, "b": 2 * 3600.0, "c": 13 * 3600.0 + 38 * 60.0}
"""Emergency power of mobile sites, in seconds: two operators about two hours, the third held from 14:10 until 3:48
(Tagesspiegel 24019498)."""


def _telephony(buses: dict[str, str]) -> tuple[list[Component], list[Link]]:
    """An exchange outside the dark area, and a site of each of three operators in each district."""
    x_m, y_m = AT["neighbours"]
    exchange = place("telephone-exchange-1", EXCHANGE, x_m, y_m, PHONES, "Vermittlungsstelle", "neighbours")
    things, links = [exchange], []
    for district, title in TITLES.items():
        x_m, y_m = AT[district]
        for i, (operator, lasts_s) in enumerate(OPERATORS.items()):
            name, called = f"mobile-{operator}-{district}", f"Mobilfunk {operator.upper()} {title}"
            site = place(name, MOBILE_SITE, x_m, y_m + 60.0 + 20.0 * i, PHONES, called, district)
            things.append(site)
            links.append(join(TELEPHONE, exchange.id, site.id, PHONES))
            if district in buses:
                links.append(join(POWER, buses[district], site.id, OPERATOR, lasts_s))
    links += [join(TELEPHONE, exchange.id, depot, PHONES) for depot in ("depot-grid", "depot-thw")]
    return things, links


def _draft(folder: Path) -> CityDraft:
    with quiet_pandapower():
        rings, cables = _grid(folder / POWER_FILE)
    buses = {name: f"bus-{of[0].buses[0]}" for name, of in rings.items() if of}
    districts = tuple(DistrictDraft(name, title, (_square(*AT[name]),), PEOPLE[name]) for name, title in TITLES.items())
    things = [
        place("network-control-1", "network-control", -4000.0, 2600.0, OPERATOR, "Netzleitstelle", "neighbours"),
        place("depot-grid", "depot", 800.0, 2600.0, OPERATOR, "Netzbezirk", "neighbours",
              crews=0.0, electric_crews=4.0, night_share=1.0, fuel_trucks=0.0),
        place("depot-thw", "depot", -9000.0, 4000.0, HELP, "Technisches Hilfswerk", "neighbours",
              crews=0.0, drivers=2.0, night_share=1.0),
    ]  # fmt: skip
    links: list[Link] = []
    for name, title, district, beds, bus in (
        ("hospital-1", "Krankenhaus im Allende-Viertel", "allende", BEDS, buses["allende"]),
        ("hospital-2", "Krankenhaus in Bohnsdorf", "bohnsdorf", 400, buses["bohnsdorf"]),
    ):
        more, ties = _hospital(name, title, district, beds, bus, 200.0)
        things, links = [*things, *more], [*links, *ties]
    heating, pipes, warm = _heating(buses)
    phones, lines = _telephony(buses)
    levels = [
        ServiceLevel(f"power-supply-{name}", "power-supply", name, 0.99, PEOPLE[name], OPERATOR, "assumption")
        for name in TITLES
    ]
    levels += [
        ServiceLevel("hospital-1", SERVED, "hospital-1", 0.8, BEDS, HEALTH),
        ServiceLevel("hospital-2", SERVED, "hospital-2", 0.8, 400, HEALTH),
    ]
    overrides = {f"line-{number}": Override(trenches=(TRENCH,)) for number in cables}
    overrides |= {
        buses["allende"]: Override(parameters={"priority": 1.0}),
        buses["bohnsdorf"]: Override(parameters={"priority": 1.0}),
    }
    return CityDraft(
        "koepenick",
        "Köpenick 2019",
        "Köpenick 2019",
        LATITUDE,
        LONGITUDE,
        energy=NetworkRef(POWER_FILE, OPERATOR, frame=MapFrame.of_degrees(LONGITUDE, LATITUDE)),
        components=(*things, *heating, *phones),
        links=(*links, *pipes, *lines),
        districts=districts,
        levels=(*levels, *warm),
        overrides=overrides,
        assumptions=tuple(_notes()),
    )


def _square(x_m: float, y_m: float) -> tuple[tuple[float, float], ...]:
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return tuple((x_m + i * HALF_M, y_m + k * HALF_M) for i, k in corners)


def _notes() -> list[Assumption]:
    return [
        Assumption(
            Said({"en": subject, "de": thema}),
            Said({"en": text, "de": worte}),
            Verbatim(source) if source else ASSUMED,
        )
        for subject, thema, text, worte, source in NOTES
    ]


def build(out: Path) -> None:
    """Write the town into the new folder `out`. Raises `BadInput` if that holds something."""
    with staged(out) as folder:
        write_city(_draft(folder), folder)
        write_assumptions(load_city(folder), folder)


def main() -> int:
    if len(sys.argv) > 1:
        build(Path(sys.argv[1]))
        return 0
    with tempfile.TemporaryDirectory() as aside:
        build(Path(aside) / "koepenick")
        shutil.rmtree(SHIPPED, ignore_errors=True)
        shutil.copytree(Path(aside) / "koepenick", SHIPPED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
