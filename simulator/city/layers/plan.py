"""How much the rules lay over a town: the few numbers in which the demo city and an imported one differ."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.city.layers.layer import UNKNOWN_MAKE, Make
from simulator.city.layers.owners import NEUTRAL, Owners


@dataclass(frozen=True, slots=True)
class Plan:
    """Numbers of things to lay over the networks.

    `core_routers` make a ring if there are three or more; with 0 every district hangs on the data centre itself.
    `makes` are the makers that devices come from in turn, empty where nothing is assumed about makers. `protocols` are
    what old devices speak, each behind one gateway, the gateway bought first taking the first of them.
    `household_meters`: whether some households have meters that report.
    """

    owners: Owners = NEUTRAL
    core_routers: int = 0
    signals: int = 20
    signals_with_police: int = 8
    depots: int = 1
    makes: tuple[Make, ...] = ()
    protocols: tuple[str, ...] = ()
    household_meters: bool = False

    def make(self, turn: int) -> Make:
        """The maker of the device whose turn it is."""
        return self.makes[turn % len(self.makes)] if self.makes else UNKNOWN_MAKE
