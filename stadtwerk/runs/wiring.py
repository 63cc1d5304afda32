"""Starts everything that a city has on one runtime, and hands the sensors to the gateways."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.quantities import Tells
from simulator.contracts.registry import named, registry
from simulator.coupling import Quantities, Runtime
from simulator.coupling.runtime import Running

Floats = NDArray[np.float64]
Read = Callable[[], Floats]
Find = Callable[[str, tuple[str, ...]], Read]


def start_domains(runtime: Runtime) -> tuple[Running, ...]:
    """Start the sub-systems and lifelines this city has, in the order that their catalogues declare."""
    started: list[Running] = []
    for start in registry().starts:
        running = named(start.run)(runtime)
        if running is not None:
            started.append(running)
    return tuple(started)


def finder(quantities: Quantities) -> Find:
    """Finds where a quantity is measured at many components, once, for one who then reads it again and again."""

    def find(name: str, components: tuple[str, ...]) -> Read:
        runs: list[tuple[Read, list[int], int]] = []
        for place, component in enumerate(components):
            quantity = quantities.find(component, name)
            if runs and runs[-1][0] is quantity.read:
                runs[-1][1].append(quantity.index[component])
            else:
                runs.append((quantity.read, [quantity.index[component]], place))
        sources = [
            (source, np.array(index, dtype=np.intp), slice(start, start + len(index))) for source, index, start in runs
        ]

        def read() -> Floats:
            values = np.empty(len(components))
            for source, index, where in sources:
                values[where] = source()[index]
            return values

        return read

    return find


def gateway_latency(find: Find, gateways: tuple[str, ...]) -> Callable[[], list[float]]:
    """Reads how many seconds a message takes from each gateway to the data centre, infinite where none gets through."""
    try:
        online, latency = (find(registry().telling(tells)[0], gateways) for tells in (Tells.OFFLINE, Tells.DELAY))
    except (KeyError, IndexError):  # a city without an ICT model: its gateways are always there
        return lambda: [0.0] * len(gateways)

    def read() -> list[float]:
        seconds: list[float] = np.where(online() > 0, latency(), np.inf).tolist()
        return seconds

    return read


def close_all(running: tuple[Running, ...]) -> None:
    """Close in the reverse order of starting."""
    for domain in reversed(running):
        domain.close()
