"""What a measure would buy: each case before and after, on the same draws and the same seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from resilience.judge.figures import RunFigures
from resilience.judge.verdict import Value
from resilience.study.campaign.run import CampaignRun
from resilience.study.campaign.statistics import Estimate, mean, percentile, proportion


@dataclass(frozen=True, slots=True)
class Change:
    """One figure before and after: the mean of both, and of the difference (after less before) in each pair."""

    name: str
    before: Estimate
    after: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Effect:
    """A measure beside today, over the pairs that both came to an end.

    `better` and `worse` count pairs by person-hours summed over services; `held_before`, `held_after` the runs that
    passed, `saved` and `spoilt` those that pass only with or only without it. `bad_before`, `bad_after` are the
    person-hours that 95 % of runs do not exceed.
    """

    measure: str
    pairs: int
    hours: Change
    services: tuple[Change, ...]
    better: int
    worse: int
    held_before: Estimate
    held_after: Estimate
    saved: int
    spoilt: int
    bad_before: Estimate
    bad_after: Estimate


def effect(measure: str, before: Sequence[CampaignRun], after: Sequence[CampaignRun], seed: int) -> Effect | None:
    """The effect of one measure; None if no pair came to an end. Runs are paired by the number of their case."""
    today = {run.case.number: run.figures for run in before if run.figures is not None}
    pairs = [(today[run.case.number], run.figures) for run in after if run.figures and run.case.number in today]
    if not pairs:
        return None
    services = dict.fromkeys(name for one, other in pairs for name in (*one.services, *other.services))
    hours = _change("service_hours", pairs, lambda f: f.service_hours, seed)
    held = [(one.verdict == Value.PASS, other.verdict == Value.PASS) for one, other in pairs]
    return Effect(
        measure,
        len(pairs),
        hours,
        tuple(_change(name, pairs, _service(name), seed) for name in services),
        sum(other.service_hours < one.service_hours for one, other in pairs),
        sum(other.service_hours > one.service_hours for one, other in pairs),
        proportion(sum(one for one, _ in held), len(held)),
        proportion(sum(other for _, other in held), len(held)),
        sum(other and not one for one, other in held),
        sum(one and not other for one, other in held),
        percentile([one.service_hours for one, _ in pairs], 0.95),
        percentile([other.service_hours for _, other in pairs], 0.95),
    )


def _service(name: str) -> Callable[[RunFigures], float]:
    def hours(figures: RunFigures) -> float:
        services: Mapping[str, float] = figures.services
        return services.get(name, 0.0)

    return hours


def _change(
    name: str,
    pairs: Sequence[tuple[RunFigures, RunFigures]],
    figure: Callable[[RunFigures], float],
    seed: int,
) -> Change:
    # One random stream for all three: where two columns are the same, so are their intervals.
    before, after = [figure(one) for one, _ in pairs], [figure(other) for _, other in pairs]
    saved = [b - a for a, b in zip(before, after, strict=True)]
    return Change(
        name,
        mean(before, seed, name),
        mean(after, seed, name),
        mean(saved, seed, name),
    )
