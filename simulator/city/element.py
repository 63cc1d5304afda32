"""What a network file tells the city about one of its elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.contracts.component import NO_PARAMETERS, Value


@dataclass(frozen=True, slots=True)
class NetworkElement:
    """An element of a network file. Its component id in the city is `{kind}-{network_id}`.

    `x`, `y` are in the file's own coordinates; the city maps them to metres. `ends` are the network ids of the two
    nodes that a line-like element joins, `length_m` its length where the file tells it, else 0. `weight` is the
    element's share in serving people (base demand in m3/s of a junction, rated load in W of a bus), 0 where it serves
    nobody.
    """

    kind: str
    network_id: str
    x: float
    y: float
    ends: tuple[str, str] | None = None
    weight: float = 0.0
    title: str = ""
    parameters: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    length_m: float = 0.0

    @property
    def component_id(self) -> str:
        return f"{self.kind}-{self.network_id}"
