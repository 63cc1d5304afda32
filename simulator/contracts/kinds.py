"""Going: the names under which the registry's tables were known. New code asks `registry()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from simulator.contracts.catalogue import ComponentType as Kind
from simulator.contracts.fault import FaultPoint
from simulator.contracts.level import Measure
from simulator.contracts.quantities import QuantityName
from simulator.contracts.registry import registry

T = TypeVar("T")


class _Lazy(Mapping[str, T]):
    def __init__(self, of: Callable[[], Mapping[str, T]]) -> None:
        self._of = of

    def __getitem__(self, name: str) -> T:
        return self._of()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of())

    def __len__(self) -> int:
        return len(self._of())

    def __contains__(self, name: object) -> bool:
        return name in self._of()


def _links() -> Mapping[str, tuple[FaultPoint, ...]]:
    return {name: link.faults for name, link in registry().links.items()}


KINDS: Mapping[str, Kind] = _Lazy(lambda: registry().types)
FAULTS_OF_KIND: Mapping[str, tuple[FaultPoint, ...]] = _Lazy(lambda: registry().faults_of_type)
LINK_FAULTS: Mapping[str, tuple[FaultPoint, ...]] = _Lazy(_links)
MEASURES: Mapping[str, Measure] = _Lazy(lambda: registry().measures)
QUANTITIES: Mapping[str, QuantityName] = _Lazy(lambda: registry().quantities)


def fault_points() -> Mapping[str, FaultPoint]:
    """Every fault point by name."""
    return registry().faults


__all__ = ["FAULTS_OF_KIND", "KINDS", "LINK_FAULTS", "MEASURES", "QUANTITIES", "Kind", "fault_points"]
