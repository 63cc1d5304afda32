"""What people leave in: each with its own tank."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class VehicleKind(StrEnum):
    """What leaves a depot: a crew with its tools, fuel for generators, water for people; officers."""

    VAN = "van"
    FUEL_TRUCK = "fuel-truck"
    WATER_TANKER = "water-tanker"
    PATROL_CAR = "patrol-car"


@dataclass(eq=False, slots=True)
class Vehicle:
    """One vehicle: litres in its own tank, what it burns in an hour on the road, the fuel that it carries for others.

    `out`: it is not at its depot.
    """

    kind: VehicleKind
    tank_l: float
    burn_l_h: float
    fuel_l: float
    burnt_l: float = 0.0
    load_l: float = 0.0
    out: bool = False

    def lasts(self, seconds: float) -> bool:
        """Whether its fuel is enough for so long on the road."""
        return self.fuel_l >= self.burn_l_h * seconds / 3600.0

    def drive(self, seconds: float) -> None:
        """Burn what so long on the road takes; a way that has become longer ends on the last drop."""
        self.burn(self.burn_l_h * seconds / 3600.0)

    def burn(self, litres: float) -> None:
        """Burn so much, or what is left."""
        used_l = min(self.fuel_l, litres)
        self.fuel_l -= used_l
        self.burnt_l += used_l
