"""The sub-systems, and what is particular to each: its balance and its sensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.contracts.words import Text, Words

_ = Words("dashboards")


@dataclass(frozen=True, slots=True)
class Readings:
    """Sensors whose worst reading is shown: `function` is MIN or MAX."""

    quantity: str
    function: str
    unit: str
    title: Text


@dataclass(frozen=True, slots=True)
class Balance:
    """What of `balance` is shown: the fields by name, how districts are taken together, and the unit."""

    unit: str
    outer: str
    names: Mapping[str, Text]
    description: Text


@dataclass(frozen=True, slots=True)
class Domain:
    """A sub-system's page. Without a balance the levels themselves are shown."""

    key: str
    description: Text
    balance: Balance | None
    readings: Readings | None


DOMAINS: tuple[Domain, ...] = (
    Domain(
        "water",
        _("The water network: pressure, supply, pumps, tanks."),
        Balance(
            "m3/s",
            "SUM",
            {"supplied": _("delivered"), "asked": _("needed")},
            _("Water that arrives, against what is needed."),
        ),
        Readings("pressure_m", "MIN", "lengthm", _("Least pressure of each sensor")),
    ),
    Domain(
        "energy",
        _("The grid: load, infeed, substations, emergency power."),
        Balance(
            "watt",
            "SUM",
            {
                "supplied": _("load supplied"),
                "asked": _("load wanted"),
                "local": _("photovoltaics"),
            },
            _("Load that is supplied, against what is wanted."),
        ),
        Readings(
            "loading_pu",
            "MAX",
            "percentunit",
            _("Greatest loading of each sensor"),
        ),
    ),
    Domain(
        "traffic",
        _("Road traffic: speed, signals, closures."),
        Balance(
            "velocityms",
            "MEAN",
            {"supplied": _("mean speed"), "asked": _("free flow")},
            _(
                "Mean speed on the roads against that of free flow (the highest mean of the run, which begins on "
                "empty roads)."
            ),
        ),
        Readings("queue_veh", "MAX", "short", _("Most vehicles at each signal")),
    ),
    Domain(
        "ict",
        _("The data network: servers, routers, radio, gateways."),
        Balance(
            "short",
            "SUM",
            {"supplied": _("reachable"), "asked": _("installed")},
            _("Gateways that reach the data centre, against all."),
        ),
        None,
    ),
    Domain(
        "lifeline",
        _("What people lean on when networks fail."),
        None,
        None,
    ),
)
