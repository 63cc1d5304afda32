"""Looks at every case before any is run, so that nothing drawn turns out to be impossible half-way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resilience.study.campaign.apply import NoPlace, drawn_scenario
from resilience.study.campaign.campaign import Campaign, Case, Variation
from simulator.contracts.city import City
from simulator.contracts.document import Document
from simulator.contracts.names import suggestion
from simulator.contracts.problem import Problem


def check_places(document: Document, campaign: Campaign, bases: Sequence[Document]) -> list[Problem]:
    """Variations of timeline entries that their scenarios do not have."""
    problems = []
    for place, variation in enumerate(campaign.variations):
        for name, base in zip(campaign.scenarios, bases, strict=True):
            if not variation.entry or variation.scenario not in ("", name):
                continue
            known = [str(entry.get("id")) for entry in base.data["timeline"]]
            if variation.entry not in known:
                what = f"scenario {name!r} has no timeline entry {variation.entry!r}"
                mend = suggestion(variation.entry, known, ", ".join(known)) + "; `scenario` names the one that is meant"
                problems.append(document.problem(("vary", place, "entry"), what, mend))
    return problems


def check_cases(
    document: Document,
    campaign: Campaign,
    cases: Sequence[Case],
    bases: Sequence[Document],
    city: City,
) -> list[Problem]:
    """What is wrong with the scenarios as drawn: each sort of mistake once, at the variation that it comes from.

    The bases themselves have been checked, and so has `check_places`.
    """
    from resilience.scenario.loader import check_scenario

    first: dict[tuple[int, str], tuple[Case, Problem, Document]] = {}
    often: dict[tuple[int, str], int] = {}
    problems: list[Problem] = []
    for case in cases:
        try:
            drawn = drawn_scenario(bases[case.scenario], campaign, case)
        except NoPlace as error:
            problems.append(document.problem(("vary",), str(error), "name a field of the scenario"))
            break
        for problem in check_scenario(drawn, city):
            sort = (case.scenario, _named(problem.field, drawn))
            first.setdefault(sort, (case, problem, drawn))
            often[sort] = often.get(sort, 0) + 1
    for (scenario, field), (case, problem, _) in first.items():
        place, said = _origin(campaign, field, dict(case.values))
        what = f"in {often[scenario, field]} of {len(cases)} cases, first in case {case.number} ({said}): "
        what += f"{campaign.scenarios[scenario]}: {field}: {problem.what}"
        problems.append(document.problem(place, what, problem.mend))
    return problems


def _named(field: str, drawn: Document) -> str:
    """A field as a reader finds it whatever was left out: `timeline[2].at` as `timeline.burst.at`."""
    head, bracket, rest = field.partition("[")
    number, _, tail = rest.partition("]")
    if head != "timeline" or not bracket or not number.isdigit():
        return field
    return f"timeline.{drawn.data['timeline'][int(number)].get('id')}{tail}"


def _origin(campaign: Campaign, field: str, values: Mapping[str, object]) -> tuple[tuple[str | int, ...], str]:
    """The place of the variation that a mistake comes from, and the values that may have to do with it."""

    def at(variation: Variation) -> str:
        way = [f"timeline.{variation.entry}"] if variation.entry else []
        return ".".join((*way, variation.field))

    near = [
        place
        for place, variation in enumerate(campaign.variations)
        if variation.id in values and not variation.setting and (at(variation) + ".").startswith(field + ".")
    ]
    of_entry = [
        place
        for place, variation in enumerate(campaign.variations)
        if variation.entry and field.startswith(f"timeline.{variation.entry}")
    ]
    told = near or of_entry or list(range(len(campaign.variations)))
    said = ", ".join(
        f"{campaign.variations[place].id} = {_written(values[campaign.variations[place].id])}"
        for place in (of_entry or told)
        if campaign.variations[place].id in values
    )
    return (("vary", told[0]) if near or of_entry else ("vary",)), said


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
