"""How sensors lie, and how their readings go astray.

The kinds of value fault are those of Ni et al., "Sensor network data fault types", ACM Transactions on Sensor Networks
5 (2009), article 25. They befall the sensors of a component; `quantity` says which of them. What happens to readings
on their way befalls a gateway, with all sensors behind it.
"""

from __future__ import annotations

from simulator.contracts.catalogue import Catalogue
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.registry import ANY_QUANTITY

_QUANTITY = Parameter("quantity", "", ANY_QUANTITY, "assumption", "which sensor of the component", names_quantity=True)
_IN_UNIT = "in the unit of the quantity"


def _share(title: str, default: float = 1.0) -> Parameter:
    return Parameter("share", "1", default, "assumption", f"probability that a {title}", at_least=0.0, at_most=1.0)


SENSOR_FAULTS: tuple[FaultPoint, ...] = (
    FaultPoint(
        "sensor-bias",
        "the sensor is off by an amount or by a share of the value",
        parameters=(
            _QUANTITY,
            Parameter("form", "", "constant", "assumption", choices=("constant", "proportional")),
            Parameter("amount", "", None, "", f"{_IN_UNIT}, or as a share of the value"),
        ),
    ),
    FaultPoint(
        "sensor-drift",
        "the sensor is off by more and more",
        parameters=(
            _QUANTITY,
            Parameter("form", "", "linear", "assumption", choices=("linear", "quadratic", "exponential")),
            Parameter("amount", "", None, "", f"error after `reached_s`, {_IN_UNIT}"),
            Parameter(
                "reached_s",
                "s",
                3600.0,
                "assumption",
                "time until the error is `amount`; it goes on growing",
                at_least=0.001,
            ),
        ),
    ),
    FaultPoint(
        "sensor-stuck",
        "the sensor shows the same value for ever",
        parameters=(
            _QUANTITY,
            Parameter("form", "", "last", "assumption", "its last reading, or `amount`", ("last", "value")),
            Parameter("amount", "", 0.0, "assumption", f"the value, {_IN_UNIT}"),
        ),
    ),
    FaultPoint(
        "sensor-noise",
        "the sensor is noisier than it should be",
        parameters=(
            _QUANTITY,
            Parameter("amount", "", None, "", f"standard deviation added, {_IN_UNIT}", at_least=0.0),
        ),
    ),
    FaultPoint(
        "sensor-spike",
        "single readings of the sensor are far off, upwards or downwards",
        parameters=(_QUANTITY, Parameter("amount", "", None, "", _IN_UNIT), _share("reading is a spike", 0.05)),
    ),
    FaultPoint(
        "sensor-dropout",
        "the sensor gives no value",
        parameters=(_QUANTITY, _share("reading has no value")),
    ),
    FaultPoint(
        "sensor-clipping",
        "the sensor shows nothing beyond its limits",
        parameters=(
            _QUANTITY,
            Parameter("lowest", "", None, "", _IN_UNIT),
            Parameter("highest", "", None, "", _IN_UNIT),
        ),
    ),
)
"""What can happen to the sensors of a component of any kind."""

REPORT_FAULTS: tuple[FaultPoint, ...] = (
    FaultPoint(
        "clock-skew",
        "the readings carry a wrong time",
        parameters=(
            Parameter("offset_s", "s", None, "", "how much the clock of the sensors is fast"),
            Parameter("rate", "1", 0.0, "assumption", "seconds that it gains in a second"),
        ),
    ),
    FaultPoint(
        "readings-duplicated", "readings arrive twice", parameters=(_share("set of readings is sent once more"),)
    ),
    FaultPoint(
        "readings-reordered",
        "readings arrive after those that were taken later",
        parameters=(_share("set of readings waits until the next one is sent", 0.5),),
    ),
    FaultPoint(
        "readings-replayed",
        "recorded readings are sent in place of the present ones",
        parameters=(
            Parameter(
                "record_s",
                "s",
                600.0,
                "assumption",
                "time recorded first and then played again and again",
                at_least=0.0,
            ),
        ),
    ),
    FaultPoint(
        "readings-spoofed",
        "somebody sends made-up readings besides the true ones",
        parameters=(Parameter("factor", "1", None, "", "what they say, as a multiple of what was read"),),
    ),
)
"""What can happen to readings on the way to a gateway."""

CATALOGUE = Catalogue("sensors", api=1, sensor_faults=SENSOR_FAULTS, report_faults=REPORT_FAULTS)
