"""The cases of a campaign: drawn by a sampler, put into scenario and city, and looked at before any is run.

Points of the unit cube are spread by a sampler and read through the distributions. Every case is checked first, so
that nothing drawn turns out to be impossible half-way.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resilience.study.campaign.campaign import Campaign, Case, Method, Variation
from simulator.contracts.city import City
from simulator.contracts.component import Value
from simulator.contracts.document import Document
from simulator.contracts.names import suggestion
from simulator.contracts.problem import Problem, Reason
from simulator.contracts.words import Words

_ = Words("resilience")


def unit_points(method: Method, runs: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """So many points of the unit cube, one a row. Sobol points are scrambled (Owen 1998)."""
    rng = np.random.default_rng(seed)
    if dimensions == 0:
        return np.empty((runs, 0))
    if method is Method.MONTE_CARLO:
        return rng.random((runs, dimensions))
    from scipy.stats import qmc  # costs half a second, and only a campaign needs it

    if method is Method.SOBOL:
        points: NDArray[np.float64] = qmc.Sobol(dimensions, rng=rng).random(runs)
    else:
        points = qmc.LatinHypercube(dimensions, rng=rng).random(runs)
    return points


def cases(campaign: Campaign) -> tuple[Case, ...]:
    """All cases, by number. They depend on the campaign alone.

    Scenarios take turns, and the seeds take turns within each. A variation of one scenario costs a dimension for all,
    so that adding a scenario moves nothing.
    """
    points = unit_points(campaign.method, campaign.runs, len(campaign.variations), campaign.seed)
    found = []
    for number, point in enumerate(points.tolist()):
        turn, scenario = divmod(number, len(campaign.scenarios))
        seed = campaign.seeds[turn % len(campaign.seeds)] if campaign.seeds else _own_seed(campaign.seed, number)
        values = tuple(
            (variation.id, variation.distribution.value(u))
            for variation, u in zip(campaign.variations, point, strict=True)
            if variation.scenario in ("", campaign.scenarios[scenario])
        )
        found.append(Case(number, scenario, seed, values))
    return tuple(found)


def _own_seed(seed: int, number: int) -> int:
    """A seed for one case; never that of another case or campaign, but by chance."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1)[0])


class NoPlace(Reason):
    """A variation of something that the scenario does not have."""


def drawn_scenario(base: Document, campaign: Campaign, case: Case) -> Document:
    """The scenario of one case: the base with its drawn values, each at the line where the base has it.

    Raises `NoPlace` for a variation of a timeline entry that does not exist.
    """
    data: dict[str, Any] = copy.deepcopy(base.data)
    values = dict(case.values)
    for variation in campaign.variations:
        if variation.id in values and not variation.setting:
            _put(data, variation, values[variation.id])
    absent = {v.entry for v in campaign.variations if v.distribution.kind == "chance" and values.get(v.id) is False}
    data["timeline"] = [entry for entry in data["timeline"] if entry.get("id") not in absent]
    return Document(base.file, data, base.lines)


def city_settings(campaign: Campaign, case: Case) -> tuple[str, ...]:
    """The values of one case that concern the city, each as JSON text of a setting of the city's amendments."""
    values = dict(case.values)
    return tuple(
        setting_of(variation, values[variation.id])
        for variation in campaign.variations
        if variation.setting and variation.id in values
    )


def setting_of(variation: Variation, value: Value) -> str:
    name, _, parameter = variation.field.partition(".")
    return json.dumps({**json.loads(variation.setting), name: {parameter: value} if parameter else value})


def _put(data: dict[str, Any], variation: Variation, value: Value) -> None:
    """Put one value into a scenario's data, making the fields above it where they are missing."""
    at: Any = data
    if variation.entry:
        at = next((entry for entry in data["timeline"] if entry.get("id") == variation.entry), None)
        if at is None:
            raise NoPlace(_("no timeline entry is called {name}", name=repr(variation.entry)))
    if not variation.field:
        return
    *above, last = variation.field.split(".")
    for name in above:
        at = at.setdefault(name, {}) if isinstance(at, dict) else None
    if not isinstance(at, dict):
        raise NoPlace(_("there is no field {name}", name=repr(variation.field)))
    at[last] = value


def check_places(
    document: Document, entries: Mapping[int, tuple[str, str]], bases: Sequence[tuple[str, Document]]
) -> list[Problem]:
    """Variations, by their places in the file, of timeline entries that their scenarios do not have.

    `entries` has the entry and the scenario of each, empty where it names none; `bases` are the scenarios that could
    be read, by the names that the file has for them.
    """
    problems = []
    for place, (wanted, named) in entries.items():
        scenario = "" if len(bases) == 1 else named  # where there is one it is meant, whatever it is called here
        for name, base in bases:
            timeline = base.data.get("timeline") if isinstance(base.data, Mapping) else None
            if not wanted or scenario not in ("", name) or not isinstance(timeline, list):
                continue
            known = [str(entry.get("id")) for entry in timeline if isinstance(entry, Mapping)]
            if wanted not in known:
                what = _("scenario {name} has no timeline entry {entry}", name=repr(name), entry=repr(wanted))
                hint = suggestion(wanted, known, ", ".join(known))
                fix = _("{hint}; `scenario` names the one that is meant", hint=hint)
                problems.append(document.problem(("vary", place, "entry"), what, fix))
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
            problems.append(document.problem(("vary",), error.text, _("name a field of the scenario")))
            break
        for problem in check_scenario(drawn, city):
            sort = (case.scenario, _named(problem.field, drawn))
            first.setdefault(sort, (case, problem, drawn))
            often[sort] = often.get(sort, 0) + 1
    for (scenario, field), (case, problem, _line) in first.items():
        place, said = _origin(campaign, field, dict(case.values))
        what = _(
            "in {often} of {n} cases, first in case {number} ({said}): {scenario}: {field}: {what}",
            often=often[scenario, field],
            n=len(cases),
            number=case.number,
            said=said,
            scenario=campaign.scenarios[scenario],
            field=field,
            what=problem.what.text,
        )
        problems.append(document.problem(place, what, problem.fix.text))
    return problems


def _named(field: str, drawn: Document) -> str:
    """A field as a reader finds it whatever was left out: `timeline[2].at` as `timeline.burst.at`."""
    head, bracket, rest = field.partition("[")
    number, _bracket, tail = rest.partition("]")
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
