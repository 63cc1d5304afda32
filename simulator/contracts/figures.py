"""Published figures that a run is told by: which formula applies to what, declared with the thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.contracts.sources import Source
from simulator.contracts.words import Message


class Formula(StrEnum):
    """How a figure is computed; what it needs is said with each. The formulas themselves stand with those who judge.

    The first group needs the consumers of the measure, as `History.consumers` holds them, the second only its level.
    """

    SERVICEABILITY = "serviceability"  # ECS and PCS, as hours of a full outage
    INTERRUPTIONS = "interruptions"  # customer-minutes, SAIDI, SAIFI, CAIDI
    NOT_SUPPLIED = "not-supplied"  # what was required and did not arrive, summed up over time
    SUPPLIED_SHARE = "supplied-share"  # what arrived over what was required, over the whole time
    BELOW = "below"  # people at consumers where `quantity` is below `limit`: at the worst moment, and person-hours
    SURPLUS = "surplus"  # Todini's index, at the worst moment, from the powers that a network reports

    WORST = "worst"  # the worst value of the level
    UPTIME = "uptime"  # the mean of the level over time
    READINGS = "readings"  # what became of the sensors' readings


@dataclass(frozen=True, slots=True)
class FigureKind:
    """A figure of a measure. `name` and `title` are those of the table; formulas of several figures name their own.

    `unit` is the one shown, and `factor` what the unit recorded is multiplied by to get it. `source` says where the
    formula stands. `quantity` and `limit` are those of BELOW; a scenario may choose another limit.
    """

    formula: Formula
    name: str = ""
    title: Message | None = None
    unit: str = "1"
    source: Source = ""
    factor: float = 1.0
    quantity: str = ""
    limit: float = 0.0


ARRIVING, NEEDED, GIVEN = "power-arriving", "power-needed", "power-given"
"""Powers of a network, as SURPLUS takes them from `Consumers.totals`: with the consumers, what they need, put in."""
