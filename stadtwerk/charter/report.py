"""From run folders to the charter report as files."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resilience.judge.verdict import Value, read_verdict
from resilience.report.charter import (
    CharterContent,
    CharterRun,
    ClauseEvidence,
    charter_json,
    charter_markdown,
    charter_page,
    compose_charter,
)
from resilience.report.charter.compose import reference_year
from resilience.report.charter.evidence import judged_for_charter
from resilience.scenario.loader import load_scenario
from simulator.contracts.city import City
from simulator.contracts.problem import BadInput, Problem, Sentence, reason_of
from simulator.contracts.words import LANGUAGES, Words
from stadtwerk.charter.city_checks import check_ages, check_forms, check_geodata, check_makers, check_owners
from stadtwerk.charter.run_checks import AUDIT_FILE, check_audits, check_causes, check_detection
from stadtwerk.charter.wire_checks import check_interfaces, check_privacy, check_versions
from stadtwerk.library import load_named_city
from stadtwerk.runs import folder as files
from stadtwerk.runs.finished import cured_findings, run_folders

_ = Words("stadtwerk")


def read_runs(folders: Iterable[Path]) -> tuple[tuple[CharterRun, ...], dict[str, str]]:
    """The runs, and for each city that they played in the name or folder by which it can be loaded.

    Raises `BadInput` for a folder of another version that cannot be read.
    """
    runs: list[CharterRun] = []
    cities: dict[str, str] = {}
    problems: list[Problem] = []
    for folder in folders:
        try:
            scenario = load_scenario(folder / "scenario.yaml")
            verdict = read_verdict((folder / "verdict.json").read_text(encoding="utf-8"))
            record, _version = files.RUN.load(folder / "run.json")
            seed, city = int(record["seed"]), str(record["city"])
            cured = cured_findings(folder)
        except BadInput as bad:
            problems += bad.problems
            continue
        except (ValueError, KeyError) as error:
            what = _("cannot be read ({error})", error=reason_of(error))
            problems.append(Problem(str(folder), 0, "RUN_FOLDER", what, _("run the scenario again with this version")))
            continue
        cities.setdefault(city, scenario.city.name or str(folder / scenario.city.path))
        replay = f"stadtwerk run {shlex.quote(scenario.id)} --seed {seed}"
        judged = judged_for_charter(verdict, scenario.expected, cured)
        runs.append(CharterRun(scenario, seed, str(folder), replay, verdict, judged, cured=cured))
    if problems:
        raise BadInput(problems)
    return tuple(runs), cities


@dataclass(frozen=True, slots=True)
class CharterFiles:
    """The report, and where it stands. `page` is in the language that was asked for."""

    content: CharterContent
    page: Path


def make_report(paths: Sequence[Path], city: str | None, out: Path, lang: str) -> CharterFiles:
    """Read the runs, carry out the checks and write the report. Raises `BadInput`; nothing is written if it fails.

    Leaves `charter.html` and `charter.md` in the language, both also in the other one (`charter.en.html`), and
    `charter.json`.
    """
    audits = [path for path in paths if (path / AUDIT_FILE).is_file()]
    runs, cities = read_runs(run_folders(path for path in paths if path not in audits))
    if not runs:
        what, fix = _("holds an audit alone, and no run"), _("name run folders as well")
        raise BadInput([Problem(str(paths[0]), 0, "RUN_FOLDER", what, fix)])
    town = _city(city, cities)
    runs = tuple(replace(run, level_of={level.id: level.subject for level in town.levels.values()}) for run in runs)
    checks = (*check_audits(audits, town), *carry_out(town, runs))
    command = " ".join(
        ["stadtwerk charter", *(shlex.quote(str(path)) for path in paths), "--out", shlex.quote(str(out))]
    )
    if city is not None:
        command += f" --city {shlex.quote(city)}"
    content = compose_charter(town, runs, checks, command, files.versions())
    forms = _guarded("III.l/check-grids", lambda: check_forms(content))
    content = compose_charter(town, runs, (*checks, forms), command, files.versions())
    try:
        out.mkdir(parents=True, exist_ok=True)
        for other in dict.fromkeys((lang, *LANGUAGES)):
            name = "charter" if other == lang else f"charter.{other}"
            (out / f"{name}.html").write_text(charter_page(content, other), encoding="utf-8", newline="\n")
            (out / f"{name}.md").write_text(charter_markdown(content, other), encoding="utf-8", newline="\n")
        (out / "charter.json").write_text(charter_json(content), encoding="utf-8", newline="\n")
    except OSError as error:
        what = _("cannot be written ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(out), 0, "--out", what, _("check the path"))]) from None
    return CharterFiles(content, out / "charter.html")


def carry_out(city: City, runs: Sequence[CharterRun]) -> tuple[ClauseEvidence, ...]:
    """Every check but that of the report itself. One that breaks down is inconclusive."""
    year = reference_year(runs)
    checks: dict[str, Callable[[], ClauseEvidence]] = {
        "3.3/backward-compatible": check_versions,
        "3.3/open-interfaces": lambda: check_interfaces(city, runs),
        "3.3/vendor-independence": lambda: check_makers(city),
        "image/responsive-sensitive": lambda: check_detection(city, runs),
        "3.1/responsibilities": lambda: check_owners(city),
        "3.2/geodata": lambda: check_geodata(city, runs),
        "3.2/privacy": lambda: check_privacy(city, runs),
        "III.j/obsolescence": lambda: check_ages(city, year),
        "III.k/cross-sector": lambda: check_causes(city, runs),
    }
    return tuple(_guarded(clause, check) for clause, check in checks.items())


def _guarded(clause: str, check: Callable[[], ClauseEvidence]) -> ClauseEvidence:
    try:
        return check()
    except Exception as error:  # a broken check has shown nothing
        said = f"{type(error).__name__}: {error}"
        reason = _("The check itself failed ({said}).", said=said)
        return ClauseEvidence(clause, "broken", _("Check"), Value.INCONCLUSIVE, reason)


def _city(named: str | None, cities: dict[str, str]) -> City:
    if named is None and len(cities) > 1:
        what = _("the runs played in several cities: {names}", names=", ".join(sorted(cities)))
        raise BadInput([Problem("command line", 0, "RUN_FOLDER", what, _("name runs of one city only"))])
    ((name, place),) = cities.items() if len(cities) == 1 else (("", ""),)
    try:
        city = load_named_city(named or place)
    except BadInput as bad:
        if named is not None:
            raise
        found = [replace(problem, fix=Sentence(_("name the city with --city"))) for problem in bad.problems]
        raise BadInput(found) from None
    if city.name != name:
        what = _("the runs played in {city}, this is {name}", city=name or _("several cities"), name=repr(city.name))
        raise BadInput([Problem("command line", 0, "--city", what, _("name the city of the runs"))])
    return city
