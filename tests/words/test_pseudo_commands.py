"""Every command in the pseudo-language, on a town so small that each takes a moment: no word without a catalogue."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from textwrap import dedent

import pytest

from resilience.judge.verdict import Value
from resilience.scenario.clauses import clauses
from resilience.scenario.norms import norms
from simulator.city.importers.road_units import COORDINATES, LENGTHS_M, PERIODS, SPEEDS_M_S, TIMES_S
from simulator.contracts.registry import registry
from simulator.contracts.words import PSEUDO, READABLE
from stadtwerk.__main__ import COMMANDS, main
from stadtwerk.library import campaign_names, load_named_suite, scenario_names, suite_names
from tests.city.towns import hamlet
from tests.words.test_pseudo import Page, outside, strangers

SCENARIO = """\
    schema: stadtwerk/scenario/1
    id: cut
    title: {de: "Das einzige Kabel", en: "The only cable"}
    question: {de: "Hält der Weiler?", en: "Does the hamlet hold?"}
    charter: [3.3/subsystem-continuity]
    city: {path: city}
    run: {start: "2026-01-14T06:00", warmup: 10min, duration: 3h}
    timeline:
      - {id: cable, at: 30min, fault: link-cut, target: g-h, for: 1h}
      - {id: server, title: {de: Ein Server fällt aus, en: A server fails}, at: 1h, fault: node-out, target: server-1,
         for: 1h}
    expect:
      - {id: hospital, type: invariant, level: hospital-1}
      - {id: water, type: invariant, level: water-supply-city}
    """

SUITE = """\
    schema: stadtwerk/suite/1
    id: small
    title: {de: "Eine kleine Suite", en: "A small suite"}
    scenarios: [cut.yaml]
    """

CAMPAIGN = """\
    schema: stadtwerk/campaign/1
    id: cuts
    title: {de: "Viele Kabel", en: "Many cables"}
    question: {de: "Wie oft hält der Weiler?", en: "How often does the hamlet hold?"}
    scenarios: [cut.yaml]
    runs: 8
    sampler: {method: latin-hypercube, seed: 1}
    vary:
      - {id: begins, entry: cable, field: at, uniform: [10min, 90min], source: assumption}
      - {id: breaks, entry: server, chance: 0.6, source: assumption}
    measures:
      - id: bigger-tank
        title: {de: "Größerer Dachbehälter", en: "A bigger roof tank"}
        set: [{link: w-h, autonomy_min: 240}]
    """

TOPICS = (
    *("scenarios", "suites", "campaigns", "cities", "kinds", "faults", "levels", "quantities"),
    *("norms", "rates", "fragilities", "clauses", "plugins"),
)
NESTED = {
    "secrets": ("init", "add", "revoke"),
    "city": ("show", "export", "import", "template", "generate"),
    "monitor": ("learn", "watch", "tune"),
}

TYPED = re.compile(
    r"`[^`]*`|(?<![\w-])--?[a-z][\w-]*|stadtwerk(?: [\w./=<>@:-]+)*|[\w./-]*/[\w./*-]*"
    r"|\w+\.(?:json|yaml|md|html|csv)|\w+_\w+|simulator\.[\w.]+|\b[0-9a-f]{16,64}\b"
)
"""What is typed as it stands: commands, options, files, names with an underscore, units with a stroke."""


@cache
def ids() -> frozenset[str]:
    """What is typed into files and so is the same in every language: ids, choices, units, names that people gave."""
    found = registry()
    names = {*found.types, *found.faults, *found.links, *found.measures, *found.quantities, *found.rates, *norms()}
    names |= {
        *found.subsystems,
        *found.trades,
        *clauses(),
        *scenario_names(),
        *suite_names(),
        *(path.stem for suite in suite_names() for path in load_named_suite(suite).scenarios),
        *campaign_names(),
        "demo",
    }
    names |= {one.id for one in found.fragilities.values()}
    names |= {word for one in found.plugins for word in (one.name, one.group.removeprefix("stadtwerk."), one.origin)}
    for one in found.types.values():
        names |= {mode.name for mode in one.ladder} | {one.domain.value}
        names |= {choice for p in one.parameters for choice in p.choices}
        names |= {p.name for p in one.parameters} | {str(p.default) for p in one.parameters}
    for fault in (*found.faults.values(), *found.sensor_faults):
        names |= {p.name for p in fault.parameters} | {str(p.default) for p in fault.parameters}
    for measure in found.measures.values():
        names |= {*measure.subject.split("|")}
    return frozenset(str(name) for name in names) | CHOICES


UNITS = ("NTU", *chain(LENGTHS_M, TIMES_S, SPEEDS_M_S, COORDINATES, PERIODS), "thousand", "feet")
"""Units that have a name, as they are typed."""

OPTIONS = ("auto", "off", "any", "true", "false", "influxdb", "victoriametrics", "closed-loop", "all-knowing", "blind")
VERDICTS = tuple(value.value for value in Value)
CHOICES = frozenset((*READABLE, *COMMANDS, *TOPICS, *chain(*NESTED.values()), *OPTIONS, *VERDICTS, *UNITS))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The hamlet, a scenario, a suite and a campaign on it; and a finished run that fails."""
    folder = tmp_path_factory.mktemp("hamlet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "4000")
        patch.setenv("STADTWERK_LANG", PSEUDO)
        patch.chdir(folder)
        (folder / "city").mkdir()
        hamlet(folder / "city")
        for name, text in (("cut", SCENARIO), ("small", SUITE), ("cuts", CAMPAIGN)):
            (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
        assert main(["run", "cut.yaml", "--mqtt", "off", "--out", "run"]) == 1
        yield folder


GIVEN = ("hamlet", "west", "West", "east", "East")
"""What the hamlet and its districts are called."""


Said = Callable[..., str]


@pytest.fixture
def said(place: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command shows on the terminal; `code` is the exit code that it must have."""

    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        try:
            got = main(list(arguments))
        except SystemExit as ended:
            got = int(ended.code or 0)
        shown = capsys.readouterr()
        assert got == code, shown.out + shown.err
        return shown.out + shown.err

    return run


def foreign(text: str, *names: str) -> list[str]:
    """The words that stand outside brackets and are neither typed as they stand nor ids or names that people gave."""
    left = TYPED.sub(" ", outside(text))
    words = [word.strip(".,;:()[]{}|=→\"'") for word in re.split(r"[\s,|{}=\[\]()]+", left)]
    known = ids() | set(names)
    return [word for word in words if re.search(r"[^\W\d_]{2}", word) and word not in known]


def page_of(path: Path, *names: str) -> list[str]:
    page = Page(path.read_text(encoding="utf-8"))
    assert len(page.texts) > 40
    return [word for text in strangers(page.texts) for word in foreign(text, *names)]


def test_why_and_robust(place: Path, said: Said) -> None:
    declared = ("expected", "verdict", "fail", "weaknesses", "findings", "cure", "set", "link", "hospital", "g-h")
    assert foreign(said("why", "run", "--city", "city"), *declared) == []
    assert foreign(said("robust", "run", "--city", "city"), "hospital", "water") == []
    assert page_of(place / "run" / "report.html") == []


def test_check(said: Said) -> None:
    assert foreign(said("check", "cut.yaml", "small.yaml", "cuts.yaml", "city/"), "OK") == []


def test_events(said: Said) -> None:
    assert foreign(said("events", "run", "--city", "city"), "min", "h", "s") == []


def test_compare(place: Path, said: Said) -> None:
    assert foreign(said("compare", "run", "run", "--out", "comparison.html"), "hamlet") == []
    assert page_of(place / "comparison.html", "hamlet") == []


def test_suite_and_charter(place: Path, said: Said) -> None:
    assert (
        foreign(said("test", "small.yaml", "--out", "suite", "--junit", "out.xml", code=1), "cut", "small", "hospital")
        == []
    )
    read = ET.parse(place / "out.xml")
    messages = [one.text or "" for one in read.iter()] + [one.get("message", "") for one in read.iter()]
    assert any(messages) and foreign("\n".join(messages), "cut") == []
    assert foreign(said("charter", "suite", "--city", "city", "--out", "charter", code=1)) == []
    assert page_of(place / "charter" / "charter.html", "cut") == []


def test_campaign(place: Path, said: Said) -> None:
    assert foreign(said("campaign", "cuts.yaml", "--jobs", "1", "--out", "campaign")) == []
    assert page_of(place / "campaign" / "report.html", "begins", "breaks") == []


def test_audit(place: Path, said: Said) -> None:
    assert foreign(said("audit", "city", "--jobs", "1", "--limit", "6", "--out", "audit", code=1)) == []
    assert page_of(place / "audit" / "audit.html", "s-gw", "gw-u", "ww-u") == []


def test_city_show(said: Said) -> None:
    assert foreign(said("city", "show", "city"), *GIVEN) == []
    assert foreign(said("city", "show", "city", "--kind", "power"), *GIVEN) == []


@pytest.mark.parametrize("topic", TOPICS)
def test_lists(topic: str, said: Said) -> None:
    assert foreign(said("list", topic)) == []


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), *((a, b) for a in NESTED for b in NESTED[a])])
def test_help(command: tuple[str, ...], said: Said) -> None:
    assert foreign(said(*command, "--help")) == []
