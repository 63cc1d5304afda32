"""What every consumer of a network required and got: taken down at each solve, for figures of single consumers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.history import Consumers
from simulator.kernel.clock import Clock

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

Kind = TypeVar("Kind", np.float32, np.float64)

FULL = 1.0 - 1e-9
"""Who gets this share of what they require gets all of it: what is missing is the solver's rounding."""


def residents_at(city: City, consumers: Sequence[str], weights: Floats) -> Floats:
    """The residents behind each consumer: those of its district, shared out by weight (assumption).

    The weight of a consumer is its mean demand. Nobody lives behind a consumer that stands in no district.
    """
    rows = {name: i for i, name in enumerate(city.districts)}
    row = np.array([rows.get(city.components[name].district, len(rows)) for name in consumers], dtype=np.intp)
    people = np.array([*(district.people for district in city.districts.values()), 0.0])
    total = np.bincount(row, weights, minlength=len(people)).astype(np.float64)
    per_weight = np.divide(people, total, out=np.zeros(len(people)), where=total > 0)
    found: Floats = weights * per_weight[row]
    return found


@dataclass
class ConsumerMeter:
    """Takes down one network. Rows that equal the one before are kept once, which most are."""

    measure: str
    unit: str
    names: tuple[str, ...]
    people: Floats
    clock: Clock
    at: list[int] = field(default_factory=list)
    required: list[Floats] = field(default_factory=list)
    supplied: list[Floats] = field(default_factory=list)
    measured: dict[str, list[Singles]] = field(default_factory=dict)
    totals: dict[str, list[float]] = field(default_factory=dict)
    _rows: dict[str, NDArray[np.intp]] = field(default_factory=dict)

    def rows_in(self, district: str, city: City) -> NDArray[np.intp]:
        """The places of those consumers that stand in a district."""
        if district not in self._rows:
            there = [i for i, name in enumerate(self.names) if city.components[name].district == district]
            self._rows[district] = np.array(there, dtype=np.intp)
        return self._rows[district]

    def note(
        self,
        required: Floats,
        supplied: Floats,
        measured: Mapping[str, Floats] | None = None,
        totals: Mapping[str, float] | None = None,
    ) -> None:
        """Say what holds from now on; of several calls at one instant the last one counts. Arrays are copied.

        More than is required is nobody's supply, and what is not required is not missed.
        """
        now = self.clock.now
        if self.at and (self.at[-1] == now or now <= 0):  # of the warm-up only the state at zero matters
            for rows in (self.at, self.required, self.supplied, *self.measured.values(), *self.totals.values()):
                del rows[-1]  # type: ignore[attr-defined]
        asked = np.maximum(required, 0.0)
        got = np.where(supplied >= asked * FULL, asked, np.maximum(supplied, 0.0))
        self.at.append(now)
        asked = _kept(self.required, asked)
        self.required.append(asked)
        self.supplied.append(asked if np.array_equal(asked, got) else _kept(self.supplied, got))
        for name, values in (measured or {}).items():
            rows = self.measured.setdefault(name, [])
            rows.append(_kept(rows, np.array(values, dtype=np.float32)))
        for name, value in (totals or {}).items():
            self.totals.setdefault(name, []).append(value)

    def recorded(self) -> Consumers:
        return Consumers(
            self.measure,
            self.unit,
            self.names,
            self.people,
            np.array(self.at, dtype=np.int64),
            tuple(self.required),
            tuple(self.supplied),
            {name: tuple(rows) for name, rows in self.measured.items()},
            {name: np.array(values) for name, values in self.totals.items()},
        )


def _kept(rows: list[NDArray[Kind]], new: NDArray[Kind]) -> NDArray[Kind]:
    return rows[-1] if rows and np.array_equal(rows[-1], new) else new


class ConsumerRecorder:
    """Every network of a run that says what its consumers get."""

    def __init__(self, city: City, clock: Clock) -> None:
        self._city, self._clock = city, clock
        self._meters: dict[str, ConsumerMeter] = {}

    def meter(self, measure: str, unit: str, names: Sequence[str], weights: Floats) -> ConsumerMeter:
        """The meter of the network behind a measure. `weights` are the consumers' mean demands.

        Raises `ValueError` where the measure has one already.
        """
        if measure in self._meters:
            raise ValueError(f"the consumers of {measure!r} are metered already")
        people = residents_at(self._city, names, weights)
        self._meters[measure] = ConsumerMeter(measure, unit, tuple(names), people, self._clock)
        return self._meters[measure]

    def residents(self, measure: str) -> dict[str, float]:
        """The residents behind each consumer of the network behind a measure; empty where nobody meters it."""
        meter = self._meters.get(measure)
        return {} if meter is None else dict(zip(meter.names, meter.people.tolist(), strict=True))

    def share(self, measure: str, district: str) -> float:
        """What consumers in a district get now of what they require; 1 where nobody knows, or nothing is required."""
        meter = self._meters.get(measure)
        if meter is None or not meter.at:
            return 1.0
        here = meter.rows_in(district, self._city)
        required = float(meter.required[-1][here].sum())
        return float(meter.supplied[-1][here].sum()) / required if required > 0 else 1.0

    def recorded(self) -> dict[str, Consumers]:
        return {name: meter.recorded() for name, meter in self._meters.items() if meter.at}
