"""The figures of docs/model: each from the code's own functions, a short solve, or (the long ones) a run."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from simulator.contracts.city import City
from simulator.contracts.fault import ActiveFault
from simulator.contracts.sensor import SensorCohort
from simulator.contracts.ticks import to_s
from simulator.coupling.calls import Calls
from simulator.coupling.travel import Travel
from simulator.domains.energy.pickup import fading_factor
from simulator.domains.water.hours import read_hours
from simulator.kernel.streams import Streams
from simulator.lifelines.district_heating.model import Building
from simulator.sensors.faults import drifted
from simulator.sensors.sampler import Panel
from stadtwerk.library import find_scenario, load_checked
from stadtwerk.runs.light import light_run
from tools.chart import Axis, Line, chart

Draw = Callable[[City], str]
HOURS = Axis(0, 24, range(0, 25, 3), "hour of the day", "{:g}:00".format)


def water(city: City) -> str:
    """Levels of the tanks of the demo city over the ordinary day with which every run begins."""
    from simulator.domains.water.engine import WaterEngine

    assert city.water_file is not None and city.water_hours is not None
    engine = WaterEngine(city.water_file)
    network = engine.network
    names = [network.nodes[node] for node in network.tanks.tolist()]
    low, high = network.tank_min_m.tolist(), network.tank_max_m.tolist()
    engine.close()
    states = read_hours(city.water_hours).states
    share = np.array(
        [
            [(state.levels_m[name] - a) / max(b - a, 1e-9) for name, a, b in zip(names, low, high, strict=True)]
            for state in states
        ]
    )
    hours = list(range(len(states)))
    volume = network.tank_max_volume_m3 - network.tank_min_volume_m3
    most = np.argsort(-volume)[:3].tolist()
    lines = [
        Line("lowest of all tanks at that hour", hours, share.min(axis=1).tolist(), dash="5 3"),
        *(Line(names[i], hours, share[:, i].tolist()) for i in most),
    ]
    y = Axis(0, 1, (0, 0.25, 0.5, 0.75, 1), "level, share of usable height", "{:.0%}".format)
    return chart("Tank levels of the demo city over an ordinary day without faults", HOURS, y, lines)


def energy(city: City) -> str:
    """Cold-load pick-up: what a local substation draws after outages of different length."""
    hours = np.linspace(0.0, 12.0, 97)
    lines = [
        Line(
            f"after {h:g} h without power",
            hours.tolist(),
            fading_factor(np.full(97, h * 3600.0), hours * 3600).tolist(),
        )
        for h in (1.0, 4.0, 8.0)
    ]
    x = Axis(0, 12, range(0, 13, 2), "hours since the power came back")
    y = Axis(1.0, 1.4, (1.0, 1.1, 1.2, 1.3, 1.4), "load over ordinary load", "{:.0%}".format)
    return chart("Cold-load pick-up of a local substation", x, y, lines)


def traffic(city: City) -> str:
    """Cars on the road and travel-time index over the working day of `quiet-day`, which has no fault."""
    _, scenario, quiet = load_checked(find_scenario("quiet-day"))
    _, history, _ = light_run(scenario, quiet, 1)
    course = history.levels["travel-time-index"]
    begin = datetime.fromisoformat(str(scenario.run.start))
    first = begin.hour + begin.minute / 60
    hours = [first + to_s(int(tick)) / 3600 for tick in course.at]
    inside = [i for i, hour in enumerate(hours) if 0 <= hour <= 24]
    line = Line(
        "demo city without faults", [hours[i] for i in inside], [float(course.values[i]) for i in inside], steps=True
    )
    limit = Line("required: at most", [0, 24], [2.5, 2.5], dash="5 3")
    y = Axis(1.0, 2.6, (1.0, 1.5, 2.0, 2.5), "travel-time index")
    return chart("Travel-time index over a working day", HOURS, y, [line, limit])


def ict(city: City) -> str:
    """For how long batteries keep mobile phones and rescue radio in a blackout, by people of the demo city."""
    lines = []
    for title, kind in (("mobile phone sites", "mobile-site"), ("rescue radio sites", "radio-site")):
        lasts = []
        for site in city.of_kind(kind):
            seconds = max((link.autonomy_s for link in city.links_into(site.id) if link.kind == "power"), default=0.0)
            lasts.append((seconds / 3600, city.districts[site.district].people))
        total = sum(people for _, people in lasts)
        ends = sorted({hours for hours, _ in lasts})
        x = [0.0, *ends, 12.0] if not ends or ends[-1] < 12 else [0.0, *(e for e in ends if e < 12), 12.0]
        share = [sum(p for hours, p in lasts if hours > now) / total for now in x]
        lines.append(Line(title, x, share, steps=True))
    x_axis = Axis(0, 12, range(0, 13, 2), "hours without power in the whole town")
    y = Axis(0, 1, (0, 0.25, 0.5, 0.75, 1), "people whose site has power", "{:.0%}".format)
    return chart("People whose mobile or radio site still has power in a blackout", x_axis, y, lines)


RAIN_MM_H, RAIN_FROM_H, RAIN_H = 20.0, 10.0, 1.0


def wastewater(city: City) -> str:
    """What arrives at the plant of a town of 6,000 along one street: a dry day, and one with an hour of rain."""
    from simulator.domains.wastewater.engine import SewerEngine
    from simulator.domains.wastewater.layout import Crossing, Street, lay_sewers

    crossings = {f"n{i}": Crossing(500.0 * i, 0.0, 1500.0) for i in range(4)}
    sewers = lay_sewers(crossings, [Street(f"n{i}", f"n{i + 1}", 500.0) for i in range(3)])
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "town.inp"
        file.write_text(sewers.text, encoding="utf-8")
        for title, rain in (("dry day", 0.0), (f"{RAIN_MM_H:g} mm of rain from 10:00 to 11:00", RAIN_MM_H)):
            engine = SewerEngine(file, 0.0, 86400.0)
            plant = engine.network.outfalls.tolist()
            before, hours, flow = 0.0, [], []
            for quarter in range(1, 97):
                falls = RAIN_FROM_H <= (quarter - 1) / 4 < RAIN_FROM_H + RAIN_H
                for gage in range(len(engine.network.gages)):
                    engine.set_rain(gage, rain if falls else 0.0)
                engine.advance_to(quarter * 900.0)
                left = float(sum(engine.left_m3[node] for node in plant))
                hours.append(quarter / 4)
                flow.append((left - before) / 900.0 * 1000.0)
                before = left
            engine.close()
            lines.append(Line(title, hours, flow))
    top = math.ceil(max(max(line.y) for line in lines) / 20) * 20
    y = Axis(0, top, range(0, top + 1, 20), "litres a second")
    return chart("Wastewater that leaves the sewers of a small town", HOURS, y, lines)


def lifelines(city: City) -> str:
    """Homes without heat at 5 °C below zero, by their time constant; and the 18 °C that are required."""
    hours = list(range(0, 73, 3))
    lines = []
    for title, tau_h in (("brick, 65 h", 65.0), ("panels, 230 h", 230.0)):
        homes = Building.designed(10_000.0, tau_h * 3600, 20.0, -12.0)
        lines.append(Line(title, hours, [homes.after_c(20.0, 0.0, -5.0, hour * 3600) for hour in hours]))
    lines.append(Line("required", [0, 72], [18.0, 18.0], dash="5 3"))
    x = Axis(0, 72, range(0, 73, 12), "hours without heat")
    y = Axis(0, 20, (0, 5, 10, 15, 20), "room temperature in °C")
    return chart("Homes on district heating without heat, at -5 °C outdoors", x, y, lines)


def people(city: City) -> str:
    """How late a depot hears of a job, by its distance, without telephones."""

    def minutes(km: float, by_road: bool) -> float:
        places = {"here": SimpleNamespace(x_m=0.0, y_m=0.0), "depot": SimpleNamespace(x_m=km * 1000, y_m=0.0)}
        travel = SimpleNamespace(time_s=lambda a, b: km * 1000 / Travel.FALLBACK_M_S if by_road else None)
        calls = Calls(cast(Any, SimpleNamespace(components=places)), cast(Any, travel))
        return calls.messenger_s("here", "depot") / 60

    far = [i / 2 for i in range(13)]
    lines = [
        Line("by telephone", far, [0.0] * len(far)),
        Line("messenger by car, 30 km/h", far, [minutes(km, True) for km in far]),
        Line("messenger on foot: no road is open", far, [minutes(km, False) for km in far]),
    ]
    x = Axis(0, 6, range(7), "distance to the depot in km, straight line")
    y = Axis(0, 150, (0, 30, 60, 90, 120, 150), "minutes until the depot knows")
    return chart("How late a depot hears that it is needed", x, y, lines)


def sensors(city: City) -> str:
    """A pressure sensor's readings, sound and with a drift, beside the truth."""
    cohort = SensorCohort("pressure", "gateway", "pressure_m", "m", ("node",), 0.25, 300.0)
    panel = Panel([cohort], Streams(1))
    minutes = np.arange(0, 241, 5)
    truth = 40.0 + 3.0 * np.sin(minutes / 240 * 2 * math.pi)
    read = [
        float(panel.read(np.array([value]), int(m) * 60_000)[0].values[0])
        for m, value in zip(minutes, truth, strict=True)
    ]
    drift = ActiveFault("node", "sensor-drift", "x", {"amount": 4.0, "reached_s": 7200.0, "form": "linear"})
    wrong = [
        float(drifted(np.array([value]), drift, np.array([m * 60.0]))[0])
        for m, value in zip(minutes, read, strict=True)
    ]
    when = minutes.tolist()
    lines = [
        Line("what is", when, truth.tolist()),
        Line("what a sound sensor reads", when, read, dots=True),
        Line("one that drifts by 4 m in 2 h", when, wrong, dots=True),
    ]
    x = Axis(0, 240, range(0, 241, 30), "minutes")
    y = Axis(30, 55, (30, 35, 40, 45, 50, 55), "pressure in m")
    return chart("A pressure and what its sensor reads", x, y, lines)


QUICK: Mapping[str, Draw] = {
    "water": water,
    "energy": energy,
    "ict": ict,
    "wastewater": wastewater,
    "lifelines": lifelines,
    "people": people,
    "sensors": sensors,
}
"""Figures that take a moment."""

LONG: Mapping[str, Draw] = {"traffic": traffic}
"""Figures of a run, drawn anew with `--all` and compared at night."""
