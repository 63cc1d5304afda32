"""The words of a comparison, each beside its translation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from resilience.judge.figures import RunFigures
from resilience.judge.verdict import Value, Verdict
from resilience.report.pages import Page, Section, Table
from resilience.report.run.wording import number
from resilience.study.campaign.campaign import TODAY
from resilience.study.campaign.statistics import Estimate, difference, mean, percentile, proportion
from resilience.study.campaign.words import estimate, figure_words, share
from simulator.contracts.words import Text, Words

_ = Words("resilience")

TEXTS: dict[str, Text] = {
    "kicker": _("Stadtwerk · comparison"),
    "title-runs": _("Two runs side by side"),
    "title-campaigns": _("Two campaigns side by side"),
    "verdicts": _("Verdicts"),
    "same": _("Both runs are the same: one digest."),
    "same-campaign": _("Both campaigns are the same: one digest."),
    "other-question": _("Mind: the two ask different questions ({a}; {b})."),
    "differences": _("{changed} of {checks} checks come out differently, {levels} of {all} service levels differ."),
    "hours": _("Person-hours summed over services: {a} against {b} ({difference})."),
    "run": _("Run"),
    "campaign": _("Campaign"),
    "city": _("Town"),
    "seed": _("Seed"),
    "digest": _("Digest"),
    "verdict": _("Verdict"),
    "answer": _("Answer"),
    "checks": _("Checks"),
    "checks-changed": _("What comes out differently"),
    "checks-same": _("What stays the same"),
    "check": _("Check"),
    "reason-in": _("finding in {side}"),
    "redundancies": _("Fallbacks"),
    "no-redundancies": _("Neither asks for a fallback."),
    "redundancy": _("Fallback"),
    "levels": _("Service levels"),
    "level": _("Service level"),
    "owed": _("required"),
    "worst-in": _("worst, {side}"),
    "below-in": _("below, {side}"),
    "hours-in": _("person-hours, {side}"),
    "difference": _("difference (B − A)"),
    "levels-same": _("The same in both: {n} more."),
    "levels-none": _("All service levels do equally well."),
    "figures": _("Figures"),
    "figure": _("Figure"),
    "service-hours": _("person-hours summed over services"),
    "person-hours": _("person-hours, each person counted once"),
    "most-people": _("people affected at the peak"),
    "recovery": _("until everything was back"),
    "not-recovered": _("not reached"),
    "faults": _("Faults that only one of the two had"),
    "fault": _("Fault"),
    "where": _("where"),
    "in": _("in"),
    "not-there": _("–"),
    "not-needed": _("not needed"),
    "pass": _("pass"),
    "fail": _("fail"),
    "inconclusive": _("inconclusive"),
    "today": _("today"),
    "measure": _("Measure"),
    "cases": _("Cases"),
    "failed": _("not finished"),
    "held-in": _("held, {side}"),
    "mean-in": _("person-hours a case, {side}"),
    "bad-in": _("95th percentile, {side}"),
    "outcomes": _("How often it held, and what a case cost"),
    "paired": _("Both drew the same cases: differences are paired ({n} pairs)."),
    "unpaired": _("The two drew different cases: means of independent runs are compared."),
    "interval-note": _(
        "In brackets 95 % intervals: shares by Clopper and Pearson, percentiles binomial, means and "
        "differences by bootstrap (BCa)."
    ),
    "services": _("By service, the town of today"),
    "service": _("Service"),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)


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


SIDES = ("A", "B")
Outcomes = Mapping[int, Outcome]


def compare_campaigns(a: CampaignSide, b: CampaignSide, lang: str = "en") -> Page:
    """The page. Where both drew the same cases, cases are compared one by one; else their means."""
    paired = _same_draws(a, b)
    told = []
    if a.digest == b.digest:
        told.append(say("same-campaign", lang))
    elif paired:
        told.append(say("paired", lang, n=number(len(_both(a.outcomes[TODAY], b.outcomes[TODAY])), lang)))
    else:
        told.append(say("unpaired", lang))
    sections = [_campaigns(a, b, lang), _outcomes(a, b, paired, lang)]
    services = _services(a, b, paired, lang)
    sections += [services] if services is not None else []
    facts = f"A: {a.name} · B: {b.name}"
    lead = ((say("answer", lang), tuple(told)),)
    return Page(lang, say("kicker", lang), say("title-campaigns", lang), facts, lead, tuple(sections))


def _both(a: Outcomes, b: Outcomes) -> list[int]:
    return [case for case in a if case in b]


def _same_draws(a: CampaignSide, b: CampaignSide) -> bool:
    """Whether the cases that both have were drawn alike, and there are any."""
    one, other = a.outcomes.get(TODAY, {}), b.outcomes.get(TODAY, {})
    cases = _both(one, other)
    return bool(cases) and all(one[case].draw == other[case].draw for case in cases)


def _campaigns(a: CampaignSide, b: CampaignSide, lang: str) -> Section:
    heads = tuple(say(key, lang) for key in ("campaign", "city", "digest", "cases", "failed"))
    rows = tuple(
        (
            f"{sign}: {side.title.of(lang)}",
            side.city,
            side.digest[:16],
            number(side.cases, lang),
            number(side.failed, lang),
        )
        for sign, side in zip(SIDES, (a, b), strict=True)
    )
    return Section("verdicts", say("verdicts", lang), tables=(Table(heads, rows, names=3),))


def _outcomes(a: CampaignSide, b: CampaignSide, paired: bool, lang: str) -> Section:
    heads = (
        say("measure", lang),
        *(say(key, lang, side=side) for key in ("held-in", "mean-in", "bad-in") for side in SIDES),
        say("difference", lang),
    )
    rows = []
    for name in dict.fromkeys((TODAY, *a.outcomes, *b.outcomes)):
        sides = [a.outcomes.get(name, {}), b.outcomes.get(name, {})]
        hours = [[outcome.service_hours for outcome in side.values()] for side in sides]
        passed = [sum(outcome.verdict == Value.PASS for outcome in side.values()) for side in sides]
        title = say("today", lang) if name == TODAY else (a.measures.get(name) or b.measures[name]).of(lang)
        seed = a.seed
        rows.append(
            (
                title,
                *(
                    share(proportion(n, len(side)), lang) if side else "–"
                    for n, side in zip(passed, sides, strict=True)
                ),
                *(estimate(mean(values, seed, "service_hours"), lang) if values else "–" for values in hours),
                *(estimate(percentile(values, 0.95), lang) if values else "–" for values in hours),
                _difference(sides[0], sides[1], lambda outcome: outcome.service_hours, paired, seed, lang),
            )
        )
    notes = (say("interval-note", lang),)
    return Section("outcomes", say("outcomes", lang), tables=(Table(heads, tuple(rows)),), notes=notes)


def _services(a: CampaignSide, b: CampaignSide, paired: bool, lang: str) -> Section | None:
    sides = [a.outcomes.get(TODAY, {}), b.outcomes.get(TODAY, {})]
    names = dict.fromkeys(name for side in sides for outcome in side.values() for name in outcome.services)
    rows = []
    for name in names:
        columns = [[outcome.services.get(name, 0.0) for outcome in side.values()] for side in sides]
        if not any(any(column) for column in columns):
            continue
        rows.append(
            (
                figure_words(name).of(lang),
                *(estimate(mean(column, a.seed, name), lang) if column else "–" for column in columns),
                _difference(sides[0], sides[1], _service(name), paired, a.seed, lang),
            )
        )
    if not rows:
        return None
    heads = (say("service", lang), *SIDES, say("difference", lang))
    return Section("services", say("services", lang), tables=(Table(heads, tuple(rows)),))


def _service(name: str) -> Callable[[Outcome], float]:
    def hours(outcome: Outcome) -> float:
        return outcome.services.get(name, 0.0)

    return hours


def _difference(
    a: Outcomes, b: Outcomes, figure: Callable[[Outcome], float], paired: bool, seed: int, lang: str
) -> str:
    """B less A with its interval: of the pairs that both finished, or of the means."""
    found: Estimate
    if not a or not b:
        return "–"
    if paired:
        cases = _both(a, b)
        if not cases:
            return "–"
        found = mean([figure(b[case]) - figure(a[case]) for case in cases], seed, "difference")
    else:
        found = difference(_all(a, figure), _all(b, figure), seed, "difference")
    return estimate(found, lang, sign=True)


def _all(outcomes: Outcomes, figure: Callable[[Outcome], float]) -> Sequence[float]:
    return [figure(outcome) for outcome in outcomes.values()]
