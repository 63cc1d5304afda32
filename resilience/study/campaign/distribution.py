"""Distributions that a campaign draws from, by their quantile functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from simulator.contracts.component import Value
from simulator.contracts.duration import exact

DIGITS = 6
"""Significant digits of a drawn number: more than anybody knows, and the same on every machine."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """`kind` with its numbers, in the order of `KINDS`.

    `choices` are what a choice is made from, with `numbers` as their weights. `timed` numbers are seconds, and what is
    drawn is written as a duration.
    """

    kind: str
    numbers: tuple[float, ...] = ()
    choices: tuple[Value, ...] = ()
    timed: bool = False

    def value(self, u: float) -> Value:
        """The value below which the share `u` (0 to 1) of all draws lies."""
        if self.kind == "chance":
            return u < self.numbers[0]
        if self.kind == "choice":
            return self.choices[_chosen(self.numbers, u)]
        number = KINDS[self.kind].quantile(self.numbers, u)
        if self.timed:
            return exact(round(number) if abs(number) >= 100 else round(number, 3))
        return number if self.kind == "integers" else float(f"{number:.{DIGITS}g}")

    def edges(self) -> tuple[Value, ...]:
        """The outermost values, or all of a choice: what is possible here is possible in between."""
        if self.kind == "choice":
            return self.choices
        if self.kind == "chance":
            return (True, False)
        return self.value(0.0), self.value(1.0)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a distribution's numbers mean, and its quantile function of (numbers, share)."""

    numbers: tuple[str, ...]
    quantile: Callable[[tuple[float, ...], float], float]


def _uniform(numbers: tuple[float, ...], u: float) -> float:
    least, most = numbers
    return least + (most - least) * u


def _loguniform(numbers: tuple[float, ...], u: float) -> float:
    least, most = numbers
    return least * math.exp(math.log(most / least) * u)


def _triangular(numbers: tuple[float, ...], u: float) -> float:
    least, mode, most = numbers
    if most == least:
        return least
    turn = (mode - least) / (most - least)
    if u < turn:
        return least + math.sqrt(u * (most - least) * (mode - least))
    return most - math.sqrt((1 - u) * (most - least) * (most - mode))


def _normal(numbers: tuple[float, ...], u: float) -> float:
    from scipy.special import ndtr, ndtri

    mean, sd, least, most = numbers
    low, high = float(ndtr((least - mean) / sd)), float(ndtr((most - mean) / sd))
    number = mean + sd * float(ndtri(low + (high - low) * u))
    return min(max(number, least), most)


def _exponential(numbers: tuple[float, ...], u: float) -> float:
    mean, most = numbers
    return min(-mean * math.log1p(-u * -math.expm1(-most / mean)), most)


def _integers(numbers: tuple[float, ...], u: float) -> float:
    least, most = round(numbers[0]), round(numbers[1])
    return min(least + int((most - least + 1) * u), most)


KINDS: dict[str, Kind] = {
    "uniform": Kind(("least", "most"), _uniform),
    "loguniform": Kind(("least", "most"), _loguniform),
    "triangular": Kind(("least", "mode", "most"), _triangular),
    "normal": Kind(("mean", "sd", "least", "most"), _normal),
    "exponential": Kind(("mean", "most"), _exponential),
    "integers": Kind(("least", "most"), _integers),
}
"""Distributions of numbers. Normal and exponential end at their limits: what lies beyond is not drawn at all."""


def _chosen(weights: tuple[float, ...], u: float) -> int:
    total, sum_so_far = math.fsum(weights), 0.0
    for place, weight in enumerate(weights):
        sum_so_far += weight
        if u * total < sum_so_far:
            return place
    return max(place for place, weight in enumerate(weights) if weight > 0)
