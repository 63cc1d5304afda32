"""A campaign file with its scenarios and its city, all checked, and every run that is to be done."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.document import Document, Place, load_document
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from stadtwerk.library import (
    campaign_folder,
    campaign_names,
    city_names,
    find_scenario,
    load_checked,
    named_city_folder,
)
from stadtwerk.runs.basis import basis, city_digest
from stadtwerk.studies.campaigns.job import CityData, Job

if TYPE_CHECKING:
    from resilience.study.campaign.campaign import Campaign, Case
    from simulator.city.amend import Amendment
    from simulator.contracts.city import City

_ = Words("stadtwerk")


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A case with a measure (or `today`), and the job that runs it."""

    case: Case
    measure: str
    job: Job


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run, in the order of the data set. `city` is the town of today."""

    document: Document
    campaign: Campaign
    city: City
    runs: tuple[PlannedRun, ...]


def is_campaign(name: str) -> bool:
    """Whether a name or file is that of a campaign. Raises `BadInput` for a file that is no YAML."""
    path = Path(name)
    if not path.is_file():
        return name in campaign_names()
    data = load_document(path).data
    return isinstance(data, dict) and str(data.get("schema", "")).startswith("stadtwerk/campaign/")


def plan_campaign(path: Path, keep: Path | None = None, lang: str = "en") -> Plan:
    """Read and check a campaign, its scenarios and its city with every measure. Raises `BadInput` with all problems.

    With `keep` every run leaves a whole run folder there.
    """
    from resilience.study.campaign.cases import cases, check_cases, check_places
    from resilience.study.campaign.model import load_campaign

    document = load_document(path)
    campaign = load_campaign(document)
    source = _city_source(document, campaign, path)
    bases, city = _bases(document, campaign, path, source)
    source = source or _own_source(bases, path, document, campaign)
    problems = check_places(document, campaign, bases)
    drawn = cases(campaign)
    problems += _city_problems(document, campaign, source)
    if not problems:
        problems = check_cases(document, campaign, drawn, bases, city)
    if problems:
        raise BadInput(problems)
    return Plan(document, campaign, city, _runs(path, campaign, drawn, bases, source, keep, lang))


def _city_source(document: Document, campaign: Campaign, path: Path) -> str:
    """The city that the campaign itself names: a name or a folder; empty if it names none."""
    named = document.data.get("city", {})
    if "name" in named and campaign.city not in city_names():
        what, fix = (
            _("no city is called {city}", city=repr(campaign.city)),
            _("see: stadtwerk list cities; for a folder write `path`"),
        )
        raise BadInput([document.problem(("city", "name"), what, fix)])
    if "path" not in named:
        return campaign.city
    folder = (path.parent / campaign.city).resolve()
    if not folder.is_dir():
        what, fix = (
            _("there is no folder {folder}", folder=repr(str(folder))),
            _("write the path from this file to a city folder"),
        )
        raise BadInput([document.problem(("city", "path"), what, fix)])
    return str(folder)


def campaign_command(path: Path) -> str:
    """What runs a campaign: by name if it ships, else by file."""
    shipped = path.resolve().parent == campaign_folder().resolve()
    return f"stadtwerk campaign {shlex.quote(path.stem if shipped else str(path))}"


def scenario_path(name: str, path: Path) -> Path:
    """The file of a scenario as a campaign names it: one that ships, or a file beside it. Raises `BadInput`."""
    return path.parent / name if Path(name).suffix in (".yaml", ".yml") else find_scenario(name)


def _bases(document: Document, campaign: Campaign, path: Path, source: str) -> tuple[list[Document], City]:
    """The scenarios as they are written, and the one city they all play in."""
    problems: list[Problem] = []
    bases: list[Document] = []
    cities: list[City] = []
    for place, name in enumerate(campaign.scenarios):
        try:
            file = scenario_path(name, path)
        except BadInput as bad:
            problems += [document.problem(("scenarios", place), told.what.text, told.fix.text) for told in bad.problems]
            continue
        try:
            base, _scenario, city = load_checked(file, source or None)
        except BadInput as bad:
            problems += bad.problems
            continue
        bases.append(base)
        if cities and city.folder != cities[0].folder:
            what = _(
                "{name} plays in another city than {scenarios}", name=repr(name), scenarios=repr(campaign.scenarios[0])
            )
            problems.append(document.problem(("scenarios", place), what, _("name one `city` for all of them")))
        cities.append(city)
    if problems:
        raise BadInput(problems)
    return bases, cities[0]


def _own_source(bases: Sequence[Document], path: Path, document: Document, campaign: Campaign) -> str:
    """The city that the scenarios name."""
    from resilience.scenario.loader import city_reference

    reference = city_reference(bases[0])
    if reference is None:
        raise BadInput([document.problem((), _("neither it nor its scenario names a city"), _("add `city`"))])
    if reference.name:
        return reference.name
    return str((scenario_path(campaign.scenarios[0], path).parent / reference.path).resolve())


def _city_problems(document: Document, campaign: Campaign, source: str) -> list[Problem]:
    """What is wrong with the city as measures would change it, and at the edges of what is drawn for it."""
    from resilience.study.campaign.cases import setting_of
    from simulator.city.amend import Amendment
    from simulator.city.loader import load_city

    tried: list[Amendment] = []
    for place, variation in enumerate(campaign.variations):
        if variation.setting:
            for value in variation.distribution.edges():
                data = {"set": [json.loads(setting_of(variation, value))]}
                lines: dict[Place, int] = {("set", 0): document.line(("vary", place))}
                tried.append(Amendment(Document(document.file, data, lines), (), data))
    for place, measure in enumerate(campaign.measures):
        tried.append(Amendment(document, ("measures", place), json.loads(measure.change)))
    problems: list[Problem] = []
    for amendment in tried:
        try:
            load_city(named_city_folder(source), (amendment,))
        except BadInput as bad:
            problems += bad.problems
    return problems


def _runs(
    path: Path,
    campaign: Campaign,
    drawn: Sequence[Case],
    bases: Sequence[Document],
    source: str,
    keep: Path | None,
    lang: str,
) -> tuple[PlannedRun, ...]:
    from resilience.study.campaign.campaign import TODAY
    from resilience.study.campaign.cases import city_settings, drawn_scenario

    digest = city_digest(named_city_folder(source))
    runs = []
    for case in drawn:
        scenario = json.dumps(drawn_scenario(bases[case.scenario], campaign, case).data, ensure_ascii=False)
        settings = city_settings(campaign, case)
        for name, change, note in ((TODAY, "{}", ""), *((m.id, m.change, m.title.of(lang)) for m in campaign.measures)):
            job = Job(
                scenario,
                case.seed,
                CityData(source, digest, settings, change, note),
                basis(),
                keep="" if keep is None else str((keep / f"case-{case.number:05}-{name}").resolve()),
                command=f"{campaign_command(path)} --case {case.number} --measure {name}",
                lang=lang,
            )
            runs.append(PlannedRun(case, name, job))
    return tuple(runs)
