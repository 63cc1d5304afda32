"""Everything that a campaign's report says, before it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resilience.judge.figures import RunFigures
from resilience.judge.verdict import Category, Value
from resilience.study.campaign.campaign import TODAY, Campaign, Measure, Variation
from resilience.study.campaign.effect import Effect, effect
from resilience.study.campaign.risks import Risk, by_district, by_fault, by_owner
from resilience.study.campaign.run import CampaignRun
from resilience.study.campaign.statistics import Estimate, mean, percentile, proportion
from simulator.contracts.city import City

SHARES = (0.5, 0.9, 0.95)
"""The percentiles that are told."""
WORST_CASES = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over all runs of today: its mean, the percentiles of `SHARES`, and the worst run."""

    name: str
    mean: Estimate
    percentiles: tuple[Estimate, ...]
    most: float


@dataclass(frozen=True, slots=True)
class Check:
    """A redundancy or expectation: in how many runs it passed, failed, and stayed open."""

    name: str
    passed: int
    failed: int
    open: int


@dataclass(frozen=True, slots=True)
class CampaignContent:
    """The content of one report. `held` is None if no run of today came to an end.

    `command` repeats the campaign; `effects` come with the most person-hours saved first.
    """

    campaign: Campaign
    city: City
    runs: int
    today: int
    passed: int
    failed: int
    open: int
    held: Estimate | None
    spreads: tuple[Spread, ...]
    checks: tuple[Check, ...]
    faults: tuple[Risk, ...]
    districts: tuple[Risk, ...]
    owners: tuple[Risk, ...]
    effects: tuple[tuple[Measure, Effect | None], ...]
    hours: tuple[tuple[str, tuple[float, ...]], ...]
    worst: tuple[CampaignRun, ...]
    broken_off: tuple[CampaignRun, ...]
    command: str
    digest: str

    @property
    def variations(self) -> tuple[Variation, ...]:
        return self.campaign.variations


def compose(campaign: Campaign, city: City, runs: Sequence[CampaignRun], command: str, digest: str) -> CampaignContent:
    """The content from all runs, in the order of the data set. `city` is the town of today."""
    today = [run for run in runs if run.measure == TODAY]
    judged = [run.figures for run in today if run.figures is not None]
    counts = {value: sum(figures.verdict == value for figures in judged) for value in Value}
    effects = [
        (measure, effect(measure.id, today, [run for run in runs if run.measure == measure.id], campaign.seed))
        for measure in campaign.measures
    ]
    effects.sort(key=lambda row: 0.0 if row[1] is None else row[1].hours.difference.value)
    worst = sorted(
        (run for run in today if run.figures is not None and run.figures.service_hours > 0),
        key=lambda run: (-(run.figures.service_hours if run.figures else 0.0), run.case.number),
    )
    return CampaignContent(
        campaign=campaign,
        city=city,
        runs=len(runs),
        today=len(judged),
        passed=counts[Value.PASS],
        failed=counts[Value.FAIL],
        open=counts[Value.INCONCLUSIVE],
        held=proportion(counts[Value.PASS], len(judged)) if judged else None,
        spreads=_spreads(judged, campaign.seed) if judged else (),
        checks=_checks(judged),
        faults=by_fault(today, campaign.seed) if judged else (),
        districts=by_district(today, city, campaign.seed) if judged else (),
        owners=by_owner(today, city, campaign.seed) if judged else (),
        effects=tuple(effects),
        hours=tuple(
            (name, tuple(sorted(r.figures.service_hours for r in runs if r.measure == name and r.figures is not None)))
            for name in (TODAY, *(measure.id for measure, _ in effects))
        ),
        worst=tuple(worst[:WORST_CASES]),
        broken_off=tuple(run for run in runs if run.figures is None),
        command=command,
        digest=digest,
    )


def _spreads(judged: Sequence[RunFigures], seed: int) -> tuple[Spread, ...]:
    columns: dict[str, list[float]] = {
        "service_hours": [figures.service_hours for figures in judged],
        "person_hours": [figures.person_hours for figures in judged],
        "most_people": [float(figures.most_people) for figures in judged],
    }
    for name in dict.fromkeys(name for figures in judged for name in figures.services):
        columns[name] = [figures.services.get(name, 0.0) for figures in judged]
    return tuple(
        Spread(name, mean(column, seed, name), tuple(percentile(column, share) for share in SHARES), max(column))
        for name, column in columns.items()
    )


def _checks(judged: Sequence[RunFigures]) -> tuple[Check, ...]:
    asked = (f"{Category.REDUNDANCY}: ", f"{Category.EXPECTATION}: ")
    names = dict.fromkeys(name for figures in judged for name in figures.findings if name.startswith(asked))

    def count(name: str, value: Value) -> int:
        return sum(figures.findings.get(name) == value for figures in judged)

    return tuple(
        Check(name.partition(": ")[2], *(count(name, v) for v in (Value.PASS, Value.FAIL, Value.INCONCLUSIVE)))
        for name in names
    )
