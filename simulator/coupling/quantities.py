"""What can be measured in the town, and where: the truth that sensors and evidence checks read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Quantity:
    """A measurable at many components at once: `read()` gives float64 values in the order of `components`.

    The name carries the unit: `pressure_m`, `flow_m3_s`, `voltage_pu`. `read` may return a live view: copy to keep.
    """

    name: str
    unit: str
    components: tuple[str, ...]
    read: Callable[[], NDArray[np.float64]]
    index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {component: i for i, component in enumerate(self.components)})


class Quantities:
    """Every quantity that the domains of a run register. One name may stand for several sets of components."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Quantity]] = {}

    def register(self, quantity: Quantity) -> None:
        self._by_name.setdefault(quantity.name, []).append(quantity)

    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def every(self, name: str) -> tuple[Quantity, ...]:
        """All that is registered under a name; empty where nothing measures it."""
        return tuple(self._by_name.get(name, ()))

    def find(self, component: str, name: str) -> Quantity:
        """The quantity `name` that covers `component`. Raises `KeyError` if there is none."""
        for quantity in self._by_name.get(name, ()):
            if component in quantity.index:
                return quantity
        raise KeyError(f"nothing measures {name!r} at {component!r}")

    def value(self, component: str, name: str) -> float:
        """The true value now, in the unit of the name."""
        quantity = self.find(component, name)
        return float(quantity.read()[quantity.index[component]])
