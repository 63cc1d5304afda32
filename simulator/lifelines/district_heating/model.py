"""How the rooms of a building cool and warm up: one thermal mass behind one resistance.

    C dT/dt = P - UA (T - T_out)        tau = C / UA

Under constant heat P and constant outdoor temperature the room goes to T_out + P / UA as exp(-t / tau); nothing here
steps through time. The building's time constant tau is what cooling tests measure (norm `building-tau`). Sun, people
and appliances are left out (assumption: a winter night; they would slow the cooling).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Building:
    """All homes that hang on one transfer station, as one body.

    `ua_w_k` is the heat they lose per kelvin of difference to outdoors in W/K, `tau_s` their time constant in s,
    `set_c` the room temperature that is held in °C, `peak_w` the most heat that their radiators give in W.
    """

    ua_w_k: float
    tau_s: float
    set_c: float
    peak_w: float

    @classmethod
    def designed(cls, peak_w: float, tau_s: float, set_c: float, design_c: float) -> Building:
        """Homes whose radiators hold `set_c` at the design outdoor temperature `design_c`, as EN 12831 sizes them.

        Raises `ValueError` where it would have to be colder inside than out.
        """
        if set_c <= design_c:
            raise ValueError(f"rooms at {set_c:g} °C need no heating at {design_c:g} °C outdoors")
        return cls(peak_w / (set_c - design_c), tau_s, set_c, peak_w)

    def asked_w(self, room_c: float, outdoor_c: float) -> float:
        """Heat that the homes take if they get it: what holds the room, or all they can while it is too cold."""
        hold = max(0.0, self.ua_w_k * (self.set_c - outdoor_c))
        return self.peak_w if room_c < self.set_c else min(hold, self.peak_w)

    def goal_c(self, heat_w: float, outdoor_c: float) -> float:
        """Where the room temperature goes under this heat."""
        return outdoor_c + heat_w / self.ua_w_k

    def after_c(self, room_c: float, heat_w: float, outdoor_c: float, seconds: float) -> float:
        """The room temperature after so long under this heat."""
        goal = self.goal_c(heat_w, outdoor_c)
        return goal + (room_c - goal) * math.exp(-seconds / self.tau_s)

    def until_s(self, room_c: float, heat_w: float, outdoor_c: float, reached_c: float) -> float:
        """Seconds until the room is at `reached_c` under this heat; infinite where it never gets there."""
        goal = self.goal_c(heat_w, outdoor_c)
        start, rest = room_c - goal, reached_c - goal
        if start == rest:
            return 0.0
        if rest == 0.0 or start / rest < 1.0:
            return math.inf
        return self.tau_s * math.log(start / rest)
