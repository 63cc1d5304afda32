"""How sensors lie, and how their readings go astray.

The kinds of value fault are those of Ni et al., "Sensor network data fault types", ACM Transactions on Sensor Networks
5 (2009), article 25. They befall the sensors of a component; `quantity` says which of them. What happens to readings
on their way befalls a gateway, with all sensors behind it.
"""

from __future__ import annotations

from simulator.contracts.catalogue import Catalogue
from simulator.contracts.fault import FaultPoint, Parameter, logged
from simulator.contracts.registry import ANY_QUANTITY
from simulator.contracts.words import Text, Words

_ = Words("simulator.sensors")

_QUANTITY = Parameter(
    "quantity", "", ANY_QUANTITY, "assumption", _("which sensor of the component"), names_quantity=True
)
_IN_UNIT = _("in the unit of the quantity")


_WRONG = (logged("sensor.wrong-readings"),)
_ASTRAY = (logged("sensor.wrong-reports"),)


def _share(title: Text, default: float = 1.0) -> Parameter:
    return Parameter("share", "1", default, "assumption", title, at_least=0.0, at_most=1.0)


SENSOR_FAULTS: tuple[FaultPoint, ...] = (
    FaultPoint(
        "sensor-bias",
        _("sensor is off"),
        parameters=(
            _QUANTITY,
            Parameter(
                "form",
                "",
                "constant",
                "assumption",
                _("whether `amount` is added, or a share of the value"),
                ("constant", "proportional"),
            ),
            Parameter("amount", "", None, "", _("in the unit of the quantity, or as a share of the value")),
        ),
        about=_("the sensor is off by an amount or by a share of the value"),
        evidence=_WRONG,
    ),
    FaultPoint(
        "sensor-drift",
        _("sensor drifts"),
        parameters=(
            _QUANTITY,
            Parameter(
                "form", "", "linear", "assumption", _("how the error grows"), ("linear", "quadratic", "exponential")
            ),
            Parameter("amount", "", None, "", _("error after `reached_s`, in the unit of the quantity")),
            Parameter(
                "reached_s",
                "s",
                3600.0,
                "assumption",
                _("time until the error is `amount`; it goes on growing"),
                at_least=0.001,
            ),
        ),
        about=_("the sensor is off by more and more"),
        evidence=_WRONG,
    ),
    FaultPoint(
        "sensor-stuck",
        _("sensor is stuck"),
        parameters=(
            _QUANTITY,
            Parameter("form", "", "last", "assumption", _("its last reading, or `amount`"), ("last", "value")),
            Parameter("amount", "", 0.0, "assumption", _("the value, in the unit of the quantity")),
        ),
        about=_("the sensor shows the same value for ever"),
        evidence=_WRONG,
    ),
    FaultPoint(
        "sensor-noise",
        _("sensor is noisy"),
        parameters=(
            _QUANTITY,
            Parameter("amount", "", None, "", _("standard deviation added, in the unit of the quantity"), at_least=0.0),
        ),
        about=_("the sensor is noisier than it should be"),
        evidence=_WRONG,
    ),
    FaultPoint(
        "sensor-spike",
        _("sensor shows spikes"),
        parameters=(
            _QUANTITY,
            Parameter("amount", "", None, "", _IN_UNIT),
            _share(_("probability that a reading is a spike"), 0.05),
        ),
        about=_("single readings of the sensor are far off, upwards or downwards"),
        evidence=_WRONG,
    ),
    FaultPoint(
        "sensor-dropout",
        _("sensor gives no value"),
        parameters=(_QUANTITY, _share(_("probability that a reading has no value"))),
        evidence=_WRONG,
    ),
    FaultPoint(
        "sensor-clipping",
        _("sensor is clipped"),
        parameters=(
            _QUANTITY,
            Parameter("lowest", "", None, "", _IN_UNIT),
            Parameter("highest", "", None, "", _IN_UNIT),
        ),
        about=_("the sensor shows nothing beyond its limits"),
        evidence=_WRONG,
    ),
)
"""What can happen to the sensors of a component of any kind."""

REPORT_FAULTS: tuple[FaultPoint, ...] = (
    FaultPoint(
        "clock-skew",
        _("clock of the sensors is wrong"),
        parameters=(
            Parameter("offset_s", "s", None, "", _("how much the clock of the sensors is fast")),
            Parameter("rate", "1", 0.0, "assumption", _("seconds that it gains in a second")),
        ),
        about=_("the readings carry a wrong time"),
        evidence=_ASTRAY,
    ),
    FaultPoint(
        "readings-duplicated",
        _("readings arrive twice"),
        parameters=(_share(_("probability that a set of readings is sent once more")),),
        evidence=_ASTRAY,
    ),
    FaultPoint(
        "readings-reordered",
        _("readings arrive in the wrong order"),
        parameters=(_share(_("probability that a set of readings waits until the next one is sent"), 0.5),),
        about=_("readings arrive after those that were taken later"),
        evidence=_ASTRAY,
    ),
    FaultPoint(
        "readings-replayed",
        _("old readings are played again"),
        parameters=(
            Parameter(
                "record_s",
                "s",
                600.0,
                "assumption",
                _("time recorded first and then played again and again"),
                at_least=0.0,
            ),
        ),
        about=_("recorded readings are sent in place of the present ones"),
        evidence=_ASTRAY,
    ),
    FaultPoint(
        "readings-spoofed",
        _("forged readings"),
        parameters=(Parameter("factor", "1", None, "", _("what they say, as a multiple of what was read")),),
        about=_("somebody sends made-up readings besides the true ones"),
        evidence=_ASTRAY,
    ),
)
"""What can happen to readings on the way to a gateway."""

CATALOGUE = Catalogue("sensors", api=1, sensor_faults=SENSOR_FAULTS, report_faults=REPORT_FAULTS)
