"""`stadtwerk test` in somebody's build: new failures only, a bound on time, and only what a change touches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xmlschema
import yaml

from stadtwerk.__main__ import main
from tests.suite.support import CLOSED, CUT, SMALL, UNSEEN, scenario, suite, town

XSD = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))
BOTH = f"{CLOSED}\n{CUT}"
"""Water and the hospital fail, one for each fault."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return town(tmp_path)


def run(place: Path, *names: str, more: tuple[str, ...] = (), out: str = "out") -> int:
    return main(["test", str(suite(place, *names)), "--out", str(place / out), *more])


def outcomes(place: Path, out: str = "out") -> dict[str, str]:
    record = json.loads((place / out / "suite.json").read_text(encoding="utf-8"))
    return {row["scenario"]: row["outcome"] for row in record["runs"]}


def recorded(place: Path) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = yaml.safe_load((place / "known.yaml").read_text(encoding="utf-8"))["runs"]
    return runs


def test_only_what_is_new_fails_and_what_is_mended_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = ("--baseline", str(place / "known.yaml"))
    scenario(place, "holds")
    scenario(place, "breaks", CLOSED)
    scenario(place, "open", UNSEEN)
    assert run(place, "holds", "breaks", "open", more=("--record-baseline", str(place / "known.yaml"))) == 1
    assert [(row["scenario"], row["outcome"]) for row in recorded(place)] == [("breaks", "fail"), ("open", "not-shown")]
    assert "water" in recorded(place)[0]["findings"] and "hospital" not in recorded(place)[0]["findings"]

    assert run(place, "holds", "breaks", "open", more=known) == 0
    assert outcomes(place) == {"holds": "pass", "breaks": "recorded", "open": "recorded"}
    assert "mine: 1 pass, 2 as recorded" in capsys.readouterr().out
    XSD.validate(str(place / "out" / "junit.xml"))

    scenario(place, "breaks", BOTH)  # the same, and the hospital beside it
    scenario(place, "holds", CUT)  # another scenario
    assert run(place, "holds", "breaks", "open", more=known) == 1
    assert outcomes(place) == {"holds": "fail", "breaks": "fail", "open": "recorded"}
    said = capsys.readouterr().out
    assert "New beside what is recorded" in said
    new = said.partition("New beside what is recorded: ")[2].partition(".")[0]
    assert "St. Example" in new or "hospital" in new.lower()

    scenario(place, "breaks", SMALL)
    scenario(place, "holds")
    assert run(place, "holds", "breaks", "open", more=known) == 0
    assert "Recorded, but no longer so: breaks-seed1." in capsys.readouterr().out
    assert json.loads((place / "out" / "suite.json").read_text(encoding="utf-8"))["mended"] == ["breaks-seed1"]


def test_a_weakness_that_has_gone_is_never_one_that_is_recorded(place: Path) -> None:
    """The declaration in the scenario is wrong then, whatever a baseline says."""
    scenario(place, "gone", findings="water")
    assert run(place, "gone", more=("--record-baseline", str(place / "known.yaml"))) == 1
    assert recorded(place) == []
    text = "schema: stadtwerk/suite-baseline/1\nsuite: mine\nruns:\n- {scenario: gone, seed: 1, outcome: fail, "
    (place / "known.yaml").write_text(text + "findings: [water]}\n", encoding="utf-8")
    assert run(place, "gone", more=("--baseline", str(place / "known.yaml"))) == 1


def test_a_baseline_that_makes_no_sense_is_refused_and_nothing_is_run(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario(place, "holds")
    text = "schema: stadtwerk/suite-baseline/1\nsuite: other\nruns:\n- {scenario: a, seed: 1, outcome: pass}\n"
    (place / "known.yaml").write_text(text, encoding="utf-8")
    assert run(place, "holds", more=("--baseline", str(place / "known.yaml"))) == 64
    said = capsys.readouterr().err
    assert "known.yaml:2" in said and "known.yaml:4" in said
    assert not (place / "out").exists()
    both = ("--within", "1min", "--record-baseline", str(place / "known.yaml"))
    assert run(place, "holds", more=both) == 64
    assert run(place, "holds", more=("--within", "soon")) == 64
    (place / "broken").mkdir()
    (place / "broken" / "suite.json").write_text("{}", encoding="utf-8")
    assert run(place, "holds", more=("--changed-from", str(place / "broken"))) == 64
    assert not (place / "out").exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_there_is_no_time_for_is_told_and_is_no_pass(
    place: Path, jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario(place, "holds")
    scenario(place, "small")
    assert run(place, "holds", "small", more=("--within", "0s", "--jobs", jobs)) == 2
    assert outcomes(place) == {"holds": "not-run", "small": "not-run"}
    assert "mine: 2 not run" in capsys.readouterr().out
    XSD.validate(str(place / "out" / "junit.xml"))
    assert run(place, "holds", "small", more=("--within", "1h", "--jobs", jobs)) == 0


def test_only_what_a_change_touches_is_run_again(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario(place, "holds")
    scenario(place, "small")
    scenario(place, "weak", CUT, findings="hospital")
    scenario(place, "breaks", CLOSED)
    names, again = ("holds", "small", "weak", "breaks"), ("--changed-from", str(place / "out"))
    assert run(place, *names, more=("--changed-from", str(place / "out"))) == 1
    assert "No earlier results in" in capsys.readouterr().err

    def lived() -> set[str]:
        lines = capsys.readouterr().err.splitlines()
        return {name for name in names for line in lines if f" {name} (" in line and "unchanged" not in line}

    assert run(place, *names, more=again) == 1
    assert lived() == {"breaks"}, "what failed is run again"
    assert outcomes(place) == {"holds": "pass", "small": "pass", "weak": "known-weakness", "breaks": "fail"}

    scenario(place, "small", SMALL.replace("at: 5min", "at: 6min"))
    assert run(place, *names, more=again, out="other") == 1
    assert lived() == {"small", "breaks"}
    assert run(place, *names, more=("--changed-from", str(place / "other")), out="third") == 1
    assert lived() == {"breaks"}, "what was taken over is taken over again"

    assert run(place, *names, more=(*again, "--no-cures")) == 1
    assert lived() == set(names), "judged otherwise"
    district = next((place / "city").glob("*.yaml"))
    district.write_text(district.read_text(encoding="utf-8") + "\n# a change\n", encoding="utf-8")
    assert run(place, *names, more=again) == 1
    assert lived() == set(names)
