"""Starts everything that a city has on one runtime, and hands the sensors to the gateways."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.component import Domain
from simulator.coupling import Quantities, Runtime
from simulator.coupling.running import Running


def start_domains(runtime: Runtime) -> tuple[Running, ...]:
    """Start the domains and lifelines this city has, ICT first: control paths exist before anybody asks for them."""
    city = runtime.city
    started: list[Running] = []
    if any(component.domain is Domain.ICT for component in city.components.values()):
        from simulator.domains import ict

        started.append(ict.start(runtime))
    if city.power_file is not None:
        from simulator.domains import energy

        started.append(energy.start(runtime))
    if city.of_kind("generator"):
        from simulator.domains.energy import start_generators

        started.append(start_generators(runtime))
    if city.water_file is not None:
        from simulator.domains import water

        started.append(water.start(runtime))
    if city.road_files is not None:
        from simulator.domains import traffic

        started.append(traffic.start(runtime))
    if any(component.domain is Domain.LIFELINE for component in city.components.values()):
        from simulator import lifelines

        started.append(lifelines.start(runtime))
    return tuple(started)


def reader(quantities: Quantities) -> Callable[[str, tuple[str, ...]], NDArray[np.float64]]:
    """Reads one quantity at many components, remembering where each stands in its domain's array."""
    places: dict[
        tuple[str, tuple[str, ...]], list[tuple[Callable[[], NDArray[np.float64]], NDArray[np.intp], slice]]
    ] = {}

    def find(name: str, components: tuple[str, ...]) -> None:
        runs: list[tuple[Callable[[], NDArray[np.float64]], list[int], int]] = []
        for place, component in enumerate(components):
            quantity = quantities.find(component, name)
            if runs and runs[-1][0] is quantity.read:
                runs[-1][1].append(quantity.index[component])
            else:
                runs.append((quantity.read, [quantity.index[component]], place))
        places[name, components] = [
            (read, np.array(index, dtype=np.intp), slice(start, start + len(index))) for read, index, start in runs
        ]

    def read(name: str, components: tuple[str, ...]) -> NDArray[np.float64]:
        if (name, components) not in places:
            find(name, components)
        values = np.empty(len(components))
        for source, index, where in places[name, components]:
            values[where] = source()[index]
        return values

    return read


def close_all(running: tuple[Running, ...]) -> None:
    """Close in the reverse order of starting."""
    for domain in reversed(running):
        domain.close()
