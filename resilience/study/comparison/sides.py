"""What is known of each of two runs or campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resilience.judge.figures import RunFigures
from resilience.judge.verdict import Verdict
from simulator.contracts.words import Text


@dataclass(frozen=True, slots=True)
class RunSide:
    """A run folder, read back. `name` is the folder as the user named it."""

    name: str
    city: str
    seed: int
    digest: str
    verdict: Verdict
    figures: RunFigures


@dataclass(frozen=True, slots=True)
class Outcome:
    """One finished run of a campaign: what was drawn for it (with its seed), and what came of it."""

    draw: tuple[tuple[str, str], ...]
    verdict: str
    service_hours: float
    services: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CampaignSide:
    """A campaign's folder, read back: outcomes by measure (`today` first) and number of case."""

    name: str
    title: Text
    city: str
    cases: int
    failed: int
    seed: int
    digest: str
    measures: Mapping[str, Text]
    outcomes: Mapping[str, Mapping[int, Outcome]]
