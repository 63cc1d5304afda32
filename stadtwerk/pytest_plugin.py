"""Scenario files as tests: `pytest scenarios/` runs those that ship, `pytest mine/` those of your own.

A YAML file is collected if it says that it is a scenario of Stadtwerk, and nothing else is looked at; until one is
found nothing heavy is imported. A scenario that ships is run if it is in the suite that `--suite` names (default:
smoke) or if its file is named on the command line; a file of your own always is. A known weakness is an xfail.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from resilience.study.suite import Suite, SuiteRun

DEFAULT, ALL = "smoke", "all"
SUITE: pytest.StashKey[Suite] = pytest.StashKey()
SCENARIO = re.compile(r"^schema:\s*[\"']?stadtwerk/scenario/", re.MULTILINE)
HEAD = 4096
"""A scenario names its schema within so many characters."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("stadtwerk", "scenarios of Stadtwerk")
    names: dict[str, Any] = {
        "dest": "stadtwerk_suite",
        "default": DEFAULT,
        "metavar": "SUITE",
        "help": "which of the scenarios that ship are run: a suite by name or file, or `all` (default: smoke)",
    }
    try:
        group.addoption("--suite", "--stadtwerk-suite", **names)
    except ValueError:  # another plugin has the short name
        group.addoption("--stadtwerk-suite", **names)
    group.addoption(
        "--stadtwerk-lang",
        dest="stadtwerk_lang",
        choices=("en", "de"),
        default="en",
        help="language of messages and reports of scenarios",
    )


def pytest_configure(config: pytest.Config) -> None:
    """A suite that does not exist ends the session with its own words. The default is not looked at: it ships."""
    if config.getoption("stadtwerk_suite") in (DEFAULT, ALL):
        return
    from simulator.contracts.problem import BadInput

    try:
        _suite(config)
    except BadInput as bad:
        raise pytest.UsageError(str(bad)) from None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    if file_path.suffix not in (".yaml", ".yml") or not _is_scenario(file_path):
        return None
    found: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    if not parent.session.isinitpath(file_path) and _ships(file_path):
        if not _chosen(file_path, parent.config):
            return None
        found.all_seeds = parent.config.getoption("stadtwerk_suite") == ALL or _suite(parent.config).all_seeds
    return found


def _is_scenario(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return SCENARIO.search(file.read(HEAD)) is not None
    except OSError:
        return False


def _ships(path: Path) -> bool:
    from stadtwerk.library import scenario_folder

    return scenario_folder().resolve() in path.resolve().parents


def _chosen(path: Path, config: pytest.Config) -> bool:
    return config.getoption("stadtwerk_suite") == ALL or path.resolve() in _suite(config).scenarios


def _suite(config: pytest.Config) -> Suite:
    from stadtwerk.library import load_named_suite

    if SUITE not in config.stash:
        config.stash[SUITE] = load_named_suite(config.getoption("stadtwerk_suite"))
    return config.stash[SUITE]


class ScenarioFile(pytest.File):
    """A scenario file: a test for each of its seeds, or for the first one only."""

    all_seeds = True

    def collect(self) -> Iterator[Scenario]:
        from resilience.scenario.loader import load_scenario
        from simulator.contracts.problem import BadInput

        try:
            scenario = load_scenario(self.path)
        except BadInput as bad:
            raise self.CollectError(str(bad)) from None
        for seed in scenario.run.seeds if self.all_seeds else scenario.run.seeds[:1]:
            yield Scenario.from_parent(self, name=f"seed{seed}", seed=seed)


class ScenarioFailed(Exception):
    """The run was not what its scenario expects; the lines are for people."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))


class Scenario(pytest.Item):
    """One run of a scenario."""

    def __init__(self, *, seed: int, **more: Any) -> None:
        super().__init__(**more)
        self.seed = seed

    def runtest(self) -> None:
        from resilience.judge.outcome import Outcome
        from stadtwerk.cli.suite_terminal import complaint

        run = self._run()
        lang = self.config.getoption("stadtwerk_lang")
        if run.judged.outcome is Outcome.KNOWN:
            pytest.xfail(f"known weakness: {run.judged.reason.of(lang)}")
        if run.judged.outcome is not Outcome.PASS:
            raise ScenarioFailed(complaint(run, lang))

    def _run(self) -> SuiteRun:
        from stadtwerk.studies.suite import run_single

        return run_single(self.path, self.seed, self._folder(), self.config.getoption("stadtwerk_lang"))

    def _folder(self) -> Path:
        """Where the run folder stays to be looked at: in pytest's cache or, without one, in a new temporary folder."""
        cache = getattr(self.config, "cache", None)
        with contextlib.suppress(OSError):
            if cache is not None:
                return Path(cache.mkdir("stadtwerk"))
        import tempfile

        return Path(tempfile.mkdtemp(prefix="stadtwerk-"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from simulator.contracts.problem import BadInput

        if isinstance(excinfo.value, ScenarioFailed | BadInput):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.name} ({self.name})"
