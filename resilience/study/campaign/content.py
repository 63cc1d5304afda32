"""Everything that a campaign's report says, from its runs.

What cost how much, where and whose it is; what each measure would save, in pairs with the town of today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from resilience.judge.figures import Broken, Loss, RunFigures
from resilience.judge.verdict import Category, Value
from resilience.study.campaign.campaign import TODAY, Campaign, CampaignRun, Measure, Variation
from resilience.study.campaign.statistics import Estimate, mean, percentile, proportion
from simulator.contracts.city import City

WHOLE_TOWN = "city"

UNTRACED = ""
"""Stands for the fault where a loss leads back to none."""


@dataclass(frozen=True, slots=True)
class Risk:
    """A source of loss: person-hours a run on the average, its share of all, and in how many runs it came and cost.

    `happened` is None where that means nothing (a district, an owner).
    """

    name: str
    fault: str
    hours: Estimate
    share: float
    costly: int
    happened: int | None = None


def by_fault(runs: Sequence[CampaignRun], seed: int) -> tuple[Risk, ...]:
    """By what broke and how, most person-hours first. What leads back to no fault has the name `UNTRACED`.

    What several faults brought about together counts for each, so that the shares may come to more than the whole.
    """
    happened: dict[tuple[str, str], int] = {}
    for run in runs:
        for key in {_key(broken) for broken in run.figures.broken} if run.figures else ():
            happened[key] = happened.get(key, 0) + 1
    rows = _ranked(runs, seed, lambda loss: tuple(map(_key, loss.broken)) or ((UNTRACED, UNTRACED),))
    found = [
        Risk(name, fault, hours, share, costly, happened.get((name, fault), 0) if name != UNTRACED else None)
        for (name, fault), hours, share, costly in rows
    ]
    idle = [
        Risk(name, fault, Estimate(0.0, 0.0, 0.0), 0.0, 0, times)
        for (name, fault), times in sorted(happened.items())
        if (name, fault) not in {(risk.name, risk.fault) for risk in found}
    ]
    return (*found, *idle)


def by_district(runs: Sequence[CampaignRun], city: City, seed: int) -> tuple[Risk, ...]:
    """By where the people live who go without; a level of the whole town is the whole town's."""

    def where(loss: Loss) -> tuple[Key, ...]:
        subject = city.levels[loss.level].subject
        if subject in city.components:
            return ((city.components[subject].district or WHOLE_TOWN, ""),)
        return ((subject, ""),)

    return tuple(Risk(name, "", hours, share, costly) for (name, _), hours, share, costly in _ranked(runs, seed, where))


def by_owner(runs: Sequence[CampaignRun], city: City, seed: int) -> tuple[Risk, ...]:
    """By who owns what broke; `""` where nobody is named, or nothing broke. As `by_fault`, each owner once."""

    def who(loss: Loss) -> tuple[Key, ...]:
        things = (city.components.get(one.target) or city.links.get(one.target) for one in loss.broken)
        owners = dict.fromkeys("" if thing is None else thing.owner for thing in things)
        return tuple((owner, "") for owner in owners) or (("", ""),)

    return tuple(Risk(name, "", hours, share, costly) for (name, _), hours, share, costly in _ranked(runs, seed, who))


Key = tuple[str, str]


def _key(broken: Broken) -> Key:
    return broken.target, broken.fault


Row = tuple[Key, Estimate, float, int]


def _ranked(runs: Sequence[CampaignRun], seed: int, keys: Callable[[Loss], tuple[Key, ...]]) -> list[Row]:
    """Sums of losses by each of their keys: the mean over all runs, the share of all losses, and the runs that had any.

    Most come first.
    """
    judged = [run.figures for run in runs if run.figures is not None]
    hours: dict[tuple[str, str], list[float]] = {}
    for place, figures in enumerate(judged):
        for loss in figures.losses:
            for key in keys(loss):
                hours.setdefault(key, [0.0] * len(judged))[place] += loss.person_hours
    total = sum(loss.person_hours for figures in judged for loss in figures.losses)
    rows = [
        (name, mean(column, seed, f"risk {name}"), sum(column) / total if total else 0.0, sum(h > 0 for h in column))
        for name, column in hours.items()
    ]
    return sorted(rows, key=lambda row: (-row[1].value, row[0]))


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
