"""A grid battery: stands by, carries an island while its charge lasts, is charged again from the grid."""

from __future__ import annotations

from simulator.contracts.ticks import to_s, to_ticks
from simulator.domains.energy.model import BatterySite

CHARGING_SHARE = 0.25
"""Share of its rating at which a battery charges from the grid (assumption)."""
RESTART_SHARE = 0.1
"""Charge that an empty battery needs before it forms an island again (assumption)."""
SMALLEST_J = 1.0
"""A charge below this is none: it lasts for less than a tick."""


class Battery:
    """Charge in J; `power_w` is what it gives (negative while it takes), constant since the last `advance`.

    `event` is the one that brought its present `mode`.
    """

    def __init__(self, site: BatterySite) -> None:
        self.site = site
        self.charge_j = site.initial_share * site.energy_j
        self.power_w = 0.0
        self.available = True
        self.overwhelmed = False
        self.empty = self.charge_j < SMALLEST_J
        self.mode = "empty" if self.empty else "standby"
        self.event: int | None = None
        self.may_charge = True
        self._since: int | None = None
        self._alone_since: int | None = None
        self._built_up = site.black_start_s <= 0

    @property
    def can_form(self) -> bool:
        """Whether it could carry an island now."""
        ready = self.site.grid_forming and self._built_up
        return ready and self.available and not self.empty and not self.overwhelmed

    def look_for_infeed(self, alone: bool, tick: int) -> int | None:
        """Say whether its part of the grid has lost every infeed. Returns when its island will stand, if known anew."""
        if self.site.black_start_s <= 0:
            return None
        if not alone:
            self._alone_since, self._built_up = None, False
            return None
        if self._alone_since is None:
            self._alone_since = tick
            return tick + to_ticks(self.site.black_start_s)
        self._built_up = tick >= self._alone_since + to_ticks(self.site.black_start_s)
        return None

    @property
    def charging_w(self) -> float:
        """What it takes from a grid with an infeed: until it is as full as it was at the start."""
        wanted = self.site.initial_share * self.site.energy_j - self.charge_j
        if not (self.available and self.may_charge and wanted > SMALLEST_J):
            return 0.0
        return CHARGING_SHARE * self.site.rated_w

    @property
    def room_w(self) -> float:
        """The power that it could take as the source of an island."""
        return self.site.rated_w if self.charge_j < self.site.energy_j - SMALLEST_J else 0.0

    def charge_at(self, tick: int) -> float:
        passed = 0.0 if self._since is None else to_s(tick - self._since)
        return min(self.site.energy_j, max(0.0, self.charge_j - self.power_w * passed))

    def advance(self, tick: int) -> None:
        """Live through the time since the last call."""
        self.charge_j = self.charge_at(tick)
        self._since = tick
        if self.power_w > 0 and self.charge_j < max(SMALLEST_J, self.power_w * 1e-3):
            self.charge_j, self.empty = 0.0, True
        elif self.empty and self.charge_j >= max(SMALLEST_J, RESTART_SHARE * self.site.energy_j):
            self.empty = False

    def change_in_s(self, carrying: bool) -> float | None:
        """Seconds until it is empty or as full as it will be at the present power; None if never."""
        if self.power_w > 0:
            return self.charge_j / self.power_w
        if self.power_w < 0:
            top = self.site.energy_j if carrying else self.site.initial_share * self.site.energy_j
            return max(0.0, (top - self.charge_j) / -self.power_w)
        return None
