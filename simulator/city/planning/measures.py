"""The figures of a drawn town beside those that are published of towns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.city.planning import supply
from simulator.city.planning.grid import Grid
from simulator.city.planning.roads import RoadNetwork
from simulator.city.planning.site import Site
from simulator.city.planning.supply import Supply
from simulator.contracts.words import Text, Words

_ = Words("simulator.city")


@dataclass(frozen=True, slots=True)
class Figure:
    """What is counted, in which unit, of this town, and between which bounds it lies in towns, with the source."""

    name: Text
    unit: str
    value: float
    least: float
    most: float
    source: Text

    @property
    def fits(self) -> bool:
        """Whether the town's figure lies between the bounds."""
        return self.least <= self.value <= self.most


def figures_of(site: Site, water: Supply, power: Grid, ways: RoadNetwork) -> tuple[Figure, ...]:
    """All figures of a town."""
    people = site.inhabitants
    mains = sum(one.main_m for one in water.districts)
    pipes = float(site.length_m[water.pipe_mm > 0].sum())
    rest = water.rest_m
    least = float(site.length_m[water.pipe_mm == supply.DIAMETERS_MM[0]].sum()) / max(pipes, 1.0)
    low = float(power.stations.peak_w[~power.stations.large].sum())
    peak = float(power.stations.peak_w.sum())
    stations = int((~power.stations.large).sum())
    trips = sum(one.trips for one in ways.trips)
    assumed = _("assumption")
    return (
        Figure(_("streets at a corner"), "1", site.degree, 2.8, 3.1, assumed),
        Figure(_("water pipes a head"), "m", (pipes + mains) / people, 3.4, 6.5,
               _("BDEW: 544,000 km in Germany; Hamm 5.1, Rosenheim 6.3 (their pages)")),
        Figure(_("pipes of DN 100"), "1", least, 0.6, 0.95, assumed),
        Figure(_("water drawn a head and day"), "l", water.drawn_m3_s * 86.4e6 / people, 126, 215,
               _("UBA 126 by households; Hamm 215 with its industry")),
        Figure(_("water stored, in mean days"), "d", supply.STORED_D, 0.7, 1.0, _("Hamm 0.70; 1.0 assumed")),
        Figure(_("lowest pressure at rest"), "m", float(rest.min()), 30.5, 60.0,
               _("DVGW W 400-1, as told by LfU Bayern: 3.05 bar at four floors")),
        Figure(_("median pressure at rest"), "m", float(np.median(rest)), 40.0, 60.0,
               _("DVGW W 400-1, as told by LfU Bayern: 4 to 6 bar in the middle of a zone")),
        Figure(_("highest pressure at rest"), "m", float(rest.max()), 40.0, 80.0, assumed),
        Figure(_("peak load a head, all"), "W", round(peak / people), 750, 960,
               _("Husum 960 W (§ 23c EnWG); 750 assumed")),
        Figure(_("peak load a head, low voltage"), "W", low / people, 570, 630,
               _("Husum 630 W (§ 23c EnWG); assumption")),
        Figure(_("local substations for 1,000 people"), "1", stations / people * 1000, 5.0, 6.5,
               _("Wernigerode 5.9 (§ 23c EnWG); assumption")),
        Figure(_("20 kV cables a head"), "m", power.cable_m / people, 2.0, 5.9,
               _("Munich 2.5, Wernigerode 5.9 (§ 23c EnWG); 2 assumed")),
        Figure(_("busiest half ring over its rating"), "1", float(power.loading.max()), 0.0, 0.6,
               _("60 % in ordinary operation (ding0)")),
        Figure(_("busiest ring fed from one side"), "1", float(power.whole.max()), 0.0, 1.0, _("100 % at n-1 (ding0)")),
        Figure(_("car trips a head and day"), "1", trips / people, 1.2, 1.4,
               _("Mobilität in Deutschland 2017: 3.1 trips, 43 % as a car's driver")),
    )  # fmt: skip


def figures_text(inhabitants: int, seed: int, figures: tuple[Figure, ...]) -> str:
    """The figures as Markdown."""
    lines = [f"# A town of {inhabitants} people, seed {seed}: its figures", ""]
    lines += ["| figure | unit | town | least | most | source |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one.name.en} | {one.unit} | {shown(one.value)} | {shown(one.least)} | {shown(one.most)} "
        f"| {one.source.en} |"
        for one in figures
    ]
    return "\n".join(lines) + "\n"


def shown(value: float) -> str:
    """A figure with three digits."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
