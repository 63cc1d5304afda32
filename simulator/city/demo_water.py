"""The demo city's water network: ky10 as published, with the edits that bring it into balance.

As published, and with 0.7 of its demand, ky10 runs dry within three days: two valves behind constant-power pumps are
never found open by the solver, the source pumps lift 400 m3 a day less than is drawn, and ten of thirteen pumps have no
controls. No pipe, tank or place is touched here; `EDITS` says what is, and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulator.city.files import resolve
from simulator.contracts.city import Assumption
from simulator.contracts.words import Verbatim, Words, joined, number, percent

_ = Words("simulator.city")

PUBLISHED = "package:wntr/library/networks/ky10.inp"

DEMAND_SHARE = 0.7
"""Of the published demand, which the published pumps cannot lift."""

POWERS_HP = {
    "~@Pump-2": (20, 30),
    "~@Pump-3": (20, 30),
    "~@Pump-4": (20, 30),
    "~@Pump-7": (20, 50),
    "~@Pump-10": (10, 15),
    "~@Pump-11": (20, 30),
}
"""Constant-power pumps that lift too little: horsepower as published and here."""

OPEN = ("~@RV-4", "~@RV-5")
"""Valves behind pumps 11 and 10, whose pressure setting the pumps never reach: open, or the solver keeps them shut."""

SHUT = ("~@Pump-1",)
"""It lifts 13,800 m3 a day from one source to the other at the same height, which no demand asks for."""


@dataclass(frozen=True, slots=True)
class Switching:
    """A pump starts when the tank falls below a share of its usable height, and stops above another, below full."""

    pump: str
    tank: str
    starts: float
    stops: float


SWITCHING = (
    Switching("~@Pump-2", "T-7", 0.9, 0.97),
    Switching("~@Pump-3", "T-7", 0.8, 0.95),
    Switching("~@Pump-4", "T-7", 0.7, 0.93),
    Switching("~@Pump-5", "T-10", 0.7, 0.95),
    Switching("~@Pump-6", "T-12", 0.85, 0.97),
    Switching("~@Pump-7", "T-9", 0.6, 0.9),
    Switching("~@Pump-10", "T-12", 0.7, 0.95),
    Switching("~@Pump-11", "T-3", 0.6, 0.9),
    Switching("~@Pump-12", "T-12", 0.6, 0.9),
)
"""Controls by the tank that a pump fills, found by trying about twenty variants (assumption); pumps 8, 9 and 13 keep
the published ones. All stop below full: a pump that fills a tank to its edge makes the solver swing there."""

_MULTIPLIER = re.compile(r"^(\s*DEMAND MULTIPLIER\s+)([0-9.]+)", re.IGNORECASE | re.MULTILINE)
_TANK = re.compile(r"^ *(T-\d+)[ \t]+\S+[ \t]+\S+[ \t]+([\d.]+)[ \t]+([\d.]+)", re.MULTILINE)
_CONTROLS, _STATUS = "[CONTROLS]", "[STATUS]"


def write_water(out: Path) -> tuple[Assumption, ...]:
    """Write the published file with our edits, and tell what was edited.

    Raises `FileNotFoundError` without WNTR, `ValueError` if the file no longer says what the edits change.
    """
    text = resolve(out.parent, PUBLISHED).read_text(encoding="utf-8")
    text = _once(_MULTIPLIER, lambda found: f"{found[1]}{float(found[2]) * DEMAND_SHARE:g}", text, "its demand")
    for pump, (published, here) in POWERS_HP.items():
        line = re.compile(rf"^(\s*{re.escape(pump)}\s+\S+\s+\S+\s+POWER\s+){published}\b", re.MULTILINE)
        text = _once(line, rf"\g<1>{here}", text, pump)
    edges = {name: (float(low), float(high)) for name, low, high in _TANK.findall(text)}
    controls = "\n".join(line for switching in SWITCHING for line in _lines(switching, *edges[switching.tank]))
    text = _after(_CONTROLS, controls, text)
    text = _after(_STATUS, "\n".join([*(f"{v} OPEN" for v in OPEN), *(f"{p} CLOSED" for p in SHUT)]), text)
    out.write_text(text, encoding="utf-8")
    return _told()


def _lines(switching: Switching, low: float, high: float) -> tuple[str, str]:
    start, stop = (low + share * (high - low) for share in (switching.starts, switching.stops))
    of, tank = f"LINK {switching.pump}", f"IF NODE {switching.tank}"
    return f"{of} OPEN {tank} BELOW {start:.4f}", f"{of} CLOSED {tank} ABOVE {stop:.4f}"


def _once(pattern: re.Pattern[str], by: str | Callable[[re.Match[str]], str], text: str, what: str) -> str:
    changed, count = pattern.subn(by, text)
    if count != 1:
        raise ValueError(f"{PUBLISHED} states {what} {count} times, not once")
    return changed


def _after(section: str, lines: str, text: str) -> str:
    if text.count(section) != 1:
        raise ValueError(f"{PUBLISHED} has {section} {text.count(section)} times, not once")
    return text.replace(section, f"{section}\n{lines}")


def _told() -> tuple[Assumption, ...]:
    powers = joined(
        [
            _("{pump} {published} to {here} hp", pump=_short(pump), published=published, here=here)
            for pump, (published, here) in POWERS_HP.items()
        ],
        Verbatim(", "),
    )
    switching = joined(
        [
            _(
                "{pump} by {tank} at {starts} and {stops}",
                pump=_short(one.pump),
                tank=one.tank,
                starts=percent(one.starts),
                stops=percent(one.stops),
            )
            for one in SWITCHING
        ],
        Verbatim(", "),
    )
    return (
        Assumption(
            _("water demand"),
            _("{share} of what ky10 publishes: its pumps cannot lift all of it", share=number(DEMAND_SHARE, 1)),
        ),
        Assumption(
            _("power of water pumps"),
            _(
                "stronger than ky10 publishes, which runs dry within three days even at this demand: {powers}",
                powers=powers,
            ),
        ),
        Assumption(
            _("valves RV-4 and RV-5"),
            _("open: as published the solver keeps them shut, though the pumps before them never reach their setting"),
        ),
        Assumption(
            _("Pump-1"),
            _("shut: it only moves water between the two sources, which stand at the same height"),
        ),
        Assumption(
            _("controls of water pumps"),
            _(
                "pumps start and stop at these shares of a tank's usable height: {switching}; Pump-8, Pump-9 and "
                "Pump-13 as published. All stop below full",
                switching=switching,
            ),
        ),
        Assumption(
            _("Pump-7"),
            _(
                "three quarters of what it lifts flow back to it through a bypass of 1.1 km, which is open as "
                "published; the rest fills T-8 and T-9"
            ),
        ),
    )


def _short(pump: str) -> str:
    return pump.removeprefix("~@")
