"""Who answers for what: one name for each duty in the town."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners by duty. Neutral names; a planner puts the real ones into the city's files."""

    water: str = "water utility"
    power: str = "grid operator"
    roads: str = "city roads department"
    ict: str = "city IT department"
    health: str = "hospital trust"
    rescue: str = "rescue service"
    radio: str = "public-safety radio operator"
    city: str = "city administration"


NEUTRAL = Owners()
