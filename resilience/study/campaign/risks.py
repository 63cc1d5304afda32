"""Which fault costs how much, whom it costs it, and who could mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resilience.judge.figures import UNTRACED, Broken, Loss
from resilience.study.campaign.run import CampaignRun
from resilience.study.campaign.statistics import Estimate, mean
from simulator.contracts.city import City

WHOLE_TOWN = "city"


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
    """By what broke and how, most person-hours first. What leads back to no fault has the name `""`."""
    happened: dict[tuple[str, str], int] = {}
    for run in runs:
        for key in {_key(broken) for broken in run.figures.broken} if run.figures else ():
            happened[key] = happened.get(key, 0) + 1
    rows = _ranked(runs, seed, lambda loss: _key(loss.broken))
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

    def where(loss: Loss) -> tuple[str, str]:
        subject = city.levels[loss.level].subject
        if subject in city.components:
            return city.components[subject].district or WHOLE_TOWN, ""
        return subject, ""

    return tuple(Risk(name, "", hours, share, costly) for (name, _), hours, share, costly in _ranked(runs, seed, where))


def by_owner(runs: Sequence[CampaignRun], city: City, seed: int) -> tuple[Risk, ...]:
    """By who owns what broke; `""` where nobody is named, or nothing broke."""

    def who(loss: Loss) -> tuple[str, str]:
        target = loss.broken.target
        thing = city.components.get(target) or city.links.get(target)
        return ("" if thing is None else thing.owner), ""

    return tuple(Risk(name, "", hours, share, costly) for (name, _), hours, share, costly in _ranked(runs, seed, who))


def _key(broken: Broken) -> tuple[str, str]:
    return broken.target, broken.fault


Row = tuple[tuple[str, str], Estimate, float, int]


def _ranked(runs: Sequence[CampaignRun], seed: int, key: Callable[[Loss], tuple[str, str]]) -> list[Row]:
    """Sums of losses by key: the mean over all runs, the share of all losses, and the runs that had any; most first."""
    judged = [run.figures for run in runs if run.figures is not None]
    hours: dict[tuple[str, str], list[float]] = {}
    for place, figures in enumerate(judged):
        for loss in figures.losses:
            hours.setdefault(key(loss), [0.0] * len(judged))[place] += loss.person_hours
    total = sum(sum(column) for column in hours.values())
    rows = [
        (name, mean(column, seed, f"risk {name}"), sum(column) / total if total else 0.0, sum(h > 0 for h in column))
        for name, column in hours.items()
    ]
    return sorted(rows, key=lambda row: (-row[1].value, row[0]))
