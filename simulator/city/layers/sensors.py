"""Which components are measured, how often and how well."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.city.draft import SensorRule
from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component

_TRANSMITTER = "assumption: 0.25 % of a range of 100 m, as pressure transmitters are sold"
_LEVEL = "assumption: 0.25 % of a range of 10 m"
_FLOW = "assumption: electromagnetic meter, 0.5 % of a flow of 200 l/s"
_VOLTAGE = "accuracy class 0.5 of instrument transformers (IEC 61869), taken as one standard deviation"
_LOADING = "assumption: current transformer of class 1"
_SPEED = "assumption: loop detectors within 3 km/h"
_QUEUE = "assumption: video detection within two vehicles"

RULES = (
    SensorRule("pressure", "pressure_m", "m", 0.25, 300.0, "junction", share=0.1, basis=_TRANSMITTER),
    SensorRule("tank-level", "level_m", "m", 0.025, 60.0, "tank", basis=_LEVEL),
    SensorRule("pump-flow", "flow_m3_s", "m3/s", 0.001, 60.0, "pump", basis=_FLOW),
    SensorRule("voltage", "voltage_pu", "pu", 0.005, 60.0, "bus", basis=_VOLTAGE),
    SensorRule("loading", "loading_pu", "1", 0.01, 60.0, "line", basis=_LOADING),
    SensorRule("speed", "speed_m_s", "m/s", 0.83, 300.0, "road", share=0.5, basis=_SPEED),
    SensorRule("queue", "queue_veh", "1", 2.0, 60.0, "signal", basis=_QUEUE),
)


def sensor_layer(ground: Ground, laid: Iterable[Component]) -> Layer:
    """The rules for those kinds that the town has."""
    present = {component.kind for component in (*ground.components.values(), *laid)}
    rules = tuple(rule for rule in RULES if rule.kind in present)
    text = "one junction in ten and every second road carry a sensor; other kinds are measured everywhere"
    return Layer(sensors=rules, assumptions=(Assumption("sensors", text),))
