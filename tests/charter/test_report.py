"""The charter report on a small town: real runs, real checks, all forms and both languages."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stadtwerk.__main__ import main
from tests.suite.support import CUT, SMALL, UNSEEN, scenario, suite, town


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite's folder with a run that holds, one with a known weakness, one that shows nothing; and the report."""
    here = town(tmp_path_factory.mktemp("charter"))
    scenario(here, "holds", SMALL)
    scenario(here, "weak", CUT, findings="hospital")
    scenario(here, "open", UNSEEN)
    assert main(["test", str(suite(here, "holds", "weak", "open")), "--out", str(here / "runs")]) == 2
    city = str(here / "city")
    assert main(["charter", str(here / "runs"), "--city", city, "--out", str(here / "report"), "--lang", "de"]) == 1
    return here


def data(place: Path) -> dict[str, dict[str, object]]:
    rows = json.loads((place / "report" / "charter.json").read_text(encoding="utf-8"))["rows"]
    return {row["clause"]["id"]: row for row in rows}


def test_each_clause_is_what_its_evidence_makes_it(place: Path) -> None:
    found = {name: row["status"] for name, row in data(place).items()}
    assert found["3.3/subsystem-continuity"] == "known-weakness"
    assert found["3.2/geodata"] == found["3.3/open-interfaces"] == found["III.l/check-grids"] == "shown"
    assert found["3.1/responsibilities"] == "failed", "the hamlet leaves some owners out"
    assert found["3.2/privacy"] == "not-shown", "it has no household meters"
    assert found["3.3/reversible"] == found["III.c/risk-analysis"] == "not-shown", "no scenario names them"
    runs = {run["scenario"]: run["outcome"] for run in data(place)["3.3/subsystem-continuity"]["runs"]}  # type: ignore
    assert runs == {"holds": "pass", "weak": "known-weakness", "open": "not-shown"}


def test_a_declared_cure_that_was_not_run_proves_nothing(place: Path, tmp_path: Path) -> None:
    """The same run by itself, as `stadtwerk run` leaves it, is a failure of its clause."""
    city, alone = str(place / "city"), str(tmp_path / "weak")
    assert main(["run", str(place / "weak.yaml"), "--city", city, "--mqtt", "off", "--out", alone]) == 1
    assert main(["charter", alone, "--city", city, "--out", str(tmp_path / "report")]) == 1
    rows = json.loads((tmp_path / "report" / "charter.json").read_text(encoding="utf-8"))["rows"]
    assert {row["status"] for row in rows if row["clause"]["id"] == "3.3/subsystem-continuity"} == {"failed"}


def test_findings_stand_with_their_owner(place: Path) -> None:
    owners = json.loads((place / "report" / "charter.json").read_text(encoding="utf-8"))["owners"]
    named = {o["owner"]["en"]: [(f["scenario"], f["outcome"]) for f in o["findings"]] for o in owners}
    levels = {o["owner"]["en"]: o["levels"] for o in owners}
    assert sum(levels.values()) == 3, "each service level of the hamlet is somebody's, or nobody's"
    assert [("weak", "known-weakness")] in [[f for f in found if f[0] == "weak"] for found in named.values()]


class Page(HTMLParser):
    """What a page loads, its ids and where its links go, its text, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.loads: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.targets += [(given["href"] or "")] if tag == "a" else []
        self.loads += [f"{tag}" for name in ("src", "data", "srcset") if name in given] + (
            ["link"] if tag == "link" else []
        )
        if tag not in ("meta", "br", "path", "circle"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)


@pytest.mark.parametrize(("name", "lang"), [("charter.html", "de"), ("charter.en.html", "en")])
def test_the_page_stands_alone_and_is_well_formed(place: Path, name: str, lang: str) -> None:
    text = (place / "report" / name).read_text(encoding="utf-8")
    page = Page(text)
    assert f'<html lang="{lang}">' in text and not page.open and not page.loads
    assert len(page.ids) == len(set(page.ids))
    assert page.targets and all(t.startswith("#") and t[1:] in page.ids for t in page.targets)
    words = " ".join(page.words)
    said = {"de": ("nicht gezeigt", "bekannte Schwäche", "Startwert"), "en": ("not shown", "known weakness", "seed")}[
        lang
    ]
    assert said[0] in words and said[1] in words
    assert not re.search(r"\b(None|NaN|Text\()", words)
    for row in data(place).values():
        assert row["clause"]["title"][lang] in words  # type: ignore[index]


def test_markdown_has_the_same_state_for_every_clause(place: Path) -> None:
    text = (place / "report" / "charter.en.md").read_text(encoding="utf-8")
    states = {"shown": "shown", "known-weakness": "known weakness", "failed": "not met", "not-shown": "not shown"}
    for name, row in data(place).items():
        line = next(line for line in text.splitlines() if line.startswith("| **") and f"({name})" in line)
        assert line.split("|")[2].strip() == states[str(row["status"])]


def test_the_same_runs_give_the_same_bytes(place: Path) -> None:
    def read() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (place / "report").iterdir()}

    before = read()
    arguments = ["charter", str(place / "runs"), "--city", str(place / "city"), "--out", str(place / "report")]
    assert main([*arguments, "--lang", "de"]) == 1
    assert read() == before


def test_what_is_no_run_is_refused(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["charter", str(tmp_path / "nothing"), "--out", str(out)]) == 64
    assert "is no run folder and holds none" in capsys.readouterr().err
    assert main(["charter", str(place / "runs"), "--out", str(out), "--city", "demo"]) == 64
    assert "the runs played in hamlet" in capsys.readouterr().err
    half = tmp_path / "half"
    half.mkdir()
    (half / "run.json").write_text("{}", encoding="utf-8")
    assert main(["charter", str(half), "--out", str(out)]) == 64
    assert "is no whole run folder: scenario.yaml" in capsys.readouterr().err
    assert not out.exists()


def test_an_audit_speaks_for_or_against_its_clauses(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every link of the hamlet cut: one failing link is enough to say that continuity is not met."""
    city, audit, out = str(place / "city"), str(tmp_path / "audit"), tmp_path / "report"
    assert main(["audit", city, "--out", audit, "--jobs", "1"]) in (0, 1, 2)
    cases = json.loads((tmp_path / "audit" / "audit.json").read_text(encoding="utf-8"))["cases"]
    failed = {g: sum(c["group"] == g and c["value"] == "fail" for c in cases) for g in ("link", "component")}
    assert main(["charter", str(place / "runs"), audit, "--city", city, "--out", str(out)]) == 1
    rows = json.loads((out / "charter.json").read_text(encoding="utf-8"))["rows"]
    row = next(row for row in rows if row["clause"]["id"] == "3.3/subsystem-continuity")
    (check,) = row["checks"]
    figures = {figure["name"]: figure["value"] for figure in check["figures"]}
    assert figures["cases"] == sum(case["group"] == "link" for case in cases) > 3
    assert figures["failed"] == failed["link"]
    assert check["value"] == ("fail" if failed["link"] else "pass")
    assert row["status"] == ("failed" if failed["link"] else "known-weakness")
    capsys.readouterr()
    assert main(["charter", audit, "--out", str(out), "--city", city]) == 64
    assert "holds an audit alone" in capsys.readouterr().err
