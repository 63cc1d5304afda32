"""`stadtwerk why` on the hamlet: a cable that is cut for an hour needs a battery for an hour, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from stadtwerk.__main__ import main
from tests.city.towns import hamlet

SCENARIO = """\
    schema: stadtwerk/scenario/1
    id: cut
    title: {de: Das einzige Kabel, en: The only cable}
    question: {de: "Hält der Weiler?", en: "Does the hamlet hold?"}
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


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "city").mkdir()
    hamlet(tmp_path / "city")
    (tmp_path / "cut.yaml").write_text(dedent(SCENARIO), encoding="utf-8")
    assert main(["run", str(tmp_path / "cut.yaml"), "--mqtt", "off", "--out", str(tmp_path / "run")]) == 1
    return tmp_path / "run"


def why(run: Path, *more: str) -> int:
    return main(["why", str(run), *more, "--city", str(run.parent / "city")])


def test_the_answer_on_the_terminal_in_the_record_and_in_the_report(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (run / "report.html").read_text(encoding="utf-8")
    assert "Nobody has asked yet. This command" in before
    capsys.readouterr()
    assert why(run) == 0
    said, went_on = capsys.readouterr()
    assert "findings that failed: 1;" in went_on and "[1 of 1]" in went_on
    assert "run 1, " in went_on and "fails again as it did" in went_on
    assert "without “A server fails”: not kept" in went_on and "instead of 10 min at St. Example: kept" in went_on
    (answer,) = json.loads((run / "why.json").read_text(encoding="utf-8"))["answers"]
    assert (answer["finding"], answer["complete"]) == ("hospital", True)
    assert [one["entries"] for one in answer["without"]] == [["cable"]]
    battery = next(one for one in answer["cures"] if one["change"].get("set"))
    assert battery["change"] == {"set": [{"link": "g-h", "autonomy_min": 60.0}]}
    assert battery["bought"] == [{"cure": "reserve: power", "size": 60.0, "places": ["g-h"]}]
    words = battery["title"]
    assert words["en"] == "emergency power for 1 h instead of 10 min at St. Example"
    assert words["de"] == "Notstrom für 1 h (heute 10 min): St. Example"
    page = (run / "report.html").read_text(encoding="utf-8")
    asked = "Nobody has asked yet. This command"
    assert words["en"] in said and words["en"] in page and asked not in page
    assert page.count("<html") == before.count("<html") and page.endswith(before[-200:])
    assert why(run, "--lang", "de") == 0
    assert words["de"] in capsys.readouterr().out
    assert words["de"] in (run / "report.html").read_text(encoding="utf-8")


def test_an_interrupted_search_goes_on_and_comes_to_the_same(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert why(run, "--most-runs", "4") == 2
    (short,) = json.loads((run / "why.json").read_text(encoding="utf-8"))["answers"]
    assert not short["complete"] and not short["cures"]
    for told in (capsys.readouterr().out, (run / "report.html").read_text(encoding="utf-8")):
        assert "No cure found so far" in told and "not even all together" not in told
    for _more in range(20):
        code = why(run, "--most-runs", "4")
        if code == 0:
            break
    assert code == 0
    pieces = (run / "why.json").read_bytes()
    assert why(run) == 0
    assert (run / "why.json").read_bytes() == pieces


@pytest.mark.parametrize("more", [("nothing",), ("--jobs", "0"), ("--most-runs", "0")])
def test_what_cannot_be_asked_is_bad_input(run: Path, more: tuple[str, ...]) -> None:
    assert why(run, *more) == 64
    assert not (run / "why.json").exists()


def test_a_finding_that_holds_has_nothing_to_explain(run: Path) -> None:
    assert why(run, "water") == 64


BOTH = """\
    schema: stadtwerk/scenario/1
    id: both
    title: {de: Kabel und Wasser, en: Cable and water}
    question: {de: "Hält der Weiler?", en: "Does the hamlet hold?"}
    city: {path: city}
    run: {start: "2026-01-14T06:00", warmup: 10min, duration: 9h}
    timeline:
      - {id: cable, at: 30min, fault: link-cut, target: g-h, for: 1h}
      - {id: main, at: 30min, fault: link-cut, target: w-h, for: 6h}
      - {id: closed, at: 30min, fault: isolated, target: [junction-B, junction-C], for: 30min}
    expect:
      - {id: hospital, type: invariant, level: hospital-1}
      - {id: water, type: invariant, level: water-supply-city}
    """


def test_a_pair_where_no_single_one_will_do_and_none_where_nothing_does(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hospital is without power for an hour and without water for six: it needs a reserve of each, and either fault
    alone is too much. That people get no water through closed valves no reserve of the hospital's mends."""
    place = run.parent
    (place / "both.yaml").write_text(dedent(BOTH), encoding="utf-8")
    assert main(["run", str(place / "both.yaml"), "--mqtt", "off", "--out", str(place / "both")]) == 1
    capsys.readouterr()
    assert main(["why", str(place / "both"), "--city", str(place / "city")]) == 0
    assert "No cure found: of what the town could have more of" in capsys.readouterr().out
    answers = {one["finding"]: one for one in json.loads((place / "both" / "why.json").read_text("utf-8"))["answers"]}
    pair = answers["hospital"]
    assert [one["entries"] for one in pair["without"]] == [["cable", "main"]]
    ((power, water),) = [one["bought"] for one in pair["cures"]]
    assert (power["places"], power["size"]) == (["g-h"], 60.0)
    assert water["places"] == ["w-h"] and 360.0 <= water["size"] <= 360.0 * 1.02
    assert [one["entries"] for one in answers["water"]["without"]] == [["closed"]] and not answers["water"]["cures"]
