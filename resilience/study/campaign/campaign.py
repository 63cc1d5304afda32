"""What a campaign asks, as records: which scenarios, how often, what varies, which measures are tried; and one run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from resilience.judge.figures import RunFigures
from resilience.study.campaign.distribution import Distribution
from simulator.contracts.component import Value
from simulator.contracts.words import Text

TODAY = "today"
"""The town as it is, beside which each measure is held."""


class Method(StrEnum):
    """How points are spread over the distributions (scipy.stats.qmc for the first two)."""

    LATIN_HYPERCUBE = "latin-hypercube"
    SOBOL = "sobol"
    MONTE_CARLO = "monte-carlo"


@dataclass(frozen=True, slots=True)
class Variation:
    """One thing that differs from run to run.

    In the scenario it is a `field` (`at`, `parameters.area_m2`, `run.start`), of the timeline entry `entry` if one is
    named; an entry without a field happens or does not. In the city it is `field` of what `setting` chooses, a JSON
    object as the city's amendments know it. `scenario` restricts it to one of several. `source` says where the
    distribution comes from.
    """

    id: str
    field: str
    distribution: Distribution
    source: str
    entry: str = ""
    setting: str = ""
    scenario: str = ""
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What the planner might do: a change to the city's data, as JSON text (`add` and `set` of an amendment)."""

    id: str
    title: Text
    change: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """Many runs of a few scenarios, drawn from `seed`. `seeds` are those of the runs; empty: each run has its own."""

    id: str
    title: Text
    question: Text
    scenarios: tuple[str, ...]
    city: str
    runs: int
    method: Method
    seed: int
    seeds: tuple[int, ...] = ()
    variations: tuple[Variation, ...] = ()
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One draw: a scenario (by its place in the campaign), a seed, and a value for each variation that concerns it."""

    number: int
    scenario: int
    seed: int
    values: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignRun:
    """A case, the measure it was run with (`today`: none), and its figures, or the reason why there are none."""

    case: Case
    measure: str
    figures: RunFigures | None
    error: str = ""
