"""A campaign file with its scenarios and its city, all checked, and every run that is to be done."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.document import Document, Place, dotted, load_document
from simulator.contracts.names import suggestion
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
    from resilience.study.campaign.model import Parts
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
    from resilience.study.campaign.model import read_campaign

    document = load_document(path)
    campaign, parts, problems = read_campaign(document)
    source, wrong = _city_source(document, parts, path)
    bases, city, also = _bases(document, parts, path, source)
    problems += wrong + also + check_places(document, parts.entries, list(bases.values()))
    if source == "" and bases and not wrong:
        source, none = _own_source(next(iter(bases.values())), path, document)
        problems += none
    problems += _city_problems(document, parts, source) if source else []
    if campaign is None or city is None or problems:
        raise BadInput(dict.fromkeys(problems))
    assert source
    documents, drawn = [base for _name, base in bases.values()], cases(campaign)
    if problems := check_cases(document, campaign, drawn, documents, city):
        raise BadInput(problems)
    return Plan(document, campaign, city, _runs(path, campaign, drawn, documents, source, keep, lang))


def _city_source(document: Document, parts: Parts, path: Path) -> tuple[str | None, list[Problem]]:
    """The city that the campaign itself names, a name or a folder; empty if it names none, None if there is no such."""
    if parts.city is None:
        return "", []
    field, said = parts.city
    if field == "name":
        if said in city_names():
            return said, []
        hint = suggestion(said, city_names(), "stadtwerk list cities")
        what, fix = _("no city is called {city}", city=repr(said)), _("{hint}; for a folder write `path`", hint=hint)
    else:
        folder = (path.parent / said).resolve()
        if folder.is_dir():
            return str(folder), []
        what = _("there is no folder {folder}", folder=repr(str(folder)))
        fix = _("write the path from this file to a city folder")
    return None, [document.problem(("city", field), what, fix)]


def campaign_command(path: Path) -> str:
    """What runs a campaign: by name if it ships, else by file."""
    shipped = path.resolve().parent == campaign_folder().resolve()
    return f"stadtwerk campaign {shlex.quote(path.stem if shipped else str(path))}"


def scenario_path(name: str, path: Path) -> Path:
    """The file of a scenario as a campaign names it: one that ships, or a file beside it. Raises `BadInput`."""
    return path.parent / name if Path(name).suffix in (".yaml", ".yml") else find_scenario(name)


def _bases(
    document: Document, parts: Parts, path: Path, source: str | None
) -> tuple[dict[int, tuple[str, Document]], City | None, list[Problem]]:
    """The scenarios as they are written, with their names and by their places; the one city they all play in; mistakes.

    Where the campaign names a city that there is not (`source` is None), a scenario is looked at by itself.
    """
    from resilience.scenario.loader import check_scenario

    problems: list[Problem] = []
    bases: dict[int, tuple[str, Document]] = {}
    cities: list[tuple[str, City]] = []
    for place, name in parts.scenarios.items():
        try:
            file = scenario_path(name, path)
        except BadInput as bad:
            problems += [document.problem(("scenarios", place), told.what.text, told.fix.text) for told in bad.problems]
            continue
        try:
            base = load_document(file)
            bases[place] = name, base
            if source is None:
                problems += check_scenario(base)
                continue
            city = load_checked(file, source or None)[2]
        except BadInput as bad:
            problems += bad.problems
            continue
        if cities and city.folder != cities[0][1].folder:
            what = _("{name} plays in another city than {scenarios}", name=repr(name), scenarios=repr(cities[0][0]))
            problems.append(document.problem(("scenarios", place), what, _("name one `city` for all of them")))
        cities.append((name, city))
    return bases, cities[0][1] if cities else None, problems


def _own_source(base: tuple[str, Document], path: Path, document: Document) -> tuple[str, list[Problem]]:
    """The city that a scenario names; empty if it names none, or one that there is not."""
    from resilience.scenario.loader import city_reference

    name, written = base
    reference = city_reference(written)
    if reference is None:
        what = _("neither it nor its scenario names a city")
        return "", [document.problem((), what, _("add `city`"))]
    source = reference.name or str((scenario_path(name, path).parent / reference.path).resolve())
    return source if source in city_names() or Path(source).is_dir() else "", []


def _city_problems(document: Document, parts: Parts, source: str) -> list[Problem]:
    """What is wrong with the city as measures would change it, and at the edges of what is drawn for it."""
    from resilience.study.campaign.cases import setting_of
    from simulator.city.amend import Amendment
    from simulator.city.loader import load_city

    tried = [("", Amendment(document, ("measures", place), change)) for place, change in parts.changes.items()]
    settings = list(parts.named.items())
    for place, variation in parts.variations.items():
        edges = variation.distribution.edges() if variation.setting else ()
        settings += [(place, json.loads(setting_of(variation, value))) for value in edges]
    for place, setting in settings:
        where, data = ("vary", place), {"set": [setting]}
        lines: dict[Place, int] = {("set", 0): document.line(where)}
        tried.append((dotted(where), Amendment(Document(document.file, data, lines), (), data)))
    problems: list[Problem] = []
    for field, amendment in tried:
        try:
            load_city(named_city_folder(source), (amendment,))
        except BadInput as bad:
            problems += [_at(field, one) if one.file == document.file else one for one in bad.problems]
    return problems


def _at(field: str, problem: Problem) -> Problem:
    """The problem of a setting that was tried by itself, at the field of the file that it stands in."""
    if not field:
        return problem
    told = field + problem.field.removeprefix("set[0]")
    return Problem(problem.file, problem.line, told, problem.what.text, problem.fix.text)


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
