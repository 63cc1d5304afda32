"""The packs behind the golden files: each is written in every version that is still written."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gateways.wire.payload import Batch, Block
from gateways.wire.versions.registry import FOLDER
from simulator.contracts.sensor import Quality, SensorCohort, SensorGroup
from tests.gateways.samples import block

GOLDEN = FOLDER
START = 1_768_406_400.0
"""2026-01-14 16:00 UTC."""


@dataclass(frozen=True)
class Case:
    """A pack, and the lowest sequence that the gateway says it still has."""

    pack: Batch
    lowest: int | None = None


def cohort(gateway: str, quantity: str, unit: str, *components: str) -> SensorCohort:
    return SensorCohort(f"{gateway}-{quantity}", gateway, quantity, unit, components, 0.1, 60.0)


def grouped(cohorts: tuple[SensorCohort, ...], at_s: float, values: list[float], quality: list[int]) -> Block:
    return block(SensorGroup(cohorts), at_s, values, quality)


PRESSURE = cohort("gateway-d1", "pressure_m", "m", "junction-12", "junction-7", "junction-J3")
POWER = cohort("gateway-d1", "power_w", "W", "meter-1", "meter-2")
SUCTION = cohort("gateway-d1", "suction_bar", "bar", "pump-1", "pump-2")
DEMAND = cohort("Süd 1/a", "demand", "l/person/d", "Köln+1", "a#b")
TANK = cohort("Süd 1/a", "level_m", "m", "tank 1")

CASES = {
    "plain": Case(
        Batch("gateway-d1", 1, 0, (block(PRESSURE, 0.0, [31.25, 28.5, 0.0]), block(POWER, 60.0, [1500.0, 2.5e6])))
    ),
    "quality": Case(
        Batch(
            "gateway-d1",
            3,
            41,
            (
                grouped((PRESSURE, SUCTION), 900.25, [31.5, math.nan, -1.5, 2.0, 3.5], [0, Quality.BAD, 1, 0, 1]),
                block(PRESSURE, 960.25, [30.125], first=2),
            ),
        )
    ),
    "units": Case(Batch("Süd 1/a", 2, 5, (block(DEMAND, 1.0, [126.0, 0.1]), block(TANK, 1.0, [4.75])))),
    "lowest": Case(Batch("gateway-d1", 2, 1000, (block(POWER, 3600.0, [-42.0, 1e-7]),)), lowest=993),
}
