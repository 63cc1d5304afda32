"""`stadtwerk test` on a small town: exit codes, replay, JUnit, mistakes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from stadtwerk.__main__ import main
from tests.suite.support import CLOSED, CUT, UNSEEN, scenario, suite, town

XSD = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return town(tmp_path)


def run(place: Path, *names: str, seeds: str = "first", more: tuple[str, ...] = ()) -> int:
    out = str(place / "out")
    return main(["test", str(suite(place, *names, seeds=seeds)), "--out", out, *more])


def test_all_as_expected_is_0_and_a_known_weakness_is_never_a_pass(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario(place, "holds", seeds="1, 2")
    scenario(place, "weak", CUT, findings="hospital")
    junit = place / "deep" / "junit.xml"
    assert run(place, "holds", "weak", seeds="all", more=("--junit", str(junit))) == 0
    said = capsys.readouterr().out
    assert "mine: 2 pass, 1 known weakness" in said and "emergency power for 30 min" in said
    record = json.loads((place / "out" / "suite.json").read_text(encoding="utf-8"))
    assert [(r["folder"], r["outcome"], r["verdict"]) for r in record["runs"]] == [
        ("holds-seed1", "pass", "pass"),
        ("holds-seed2", "pass", "pass"),
        ("weak-seed1", "known-weakness", "fail"),
    ]
    for row in record["runs"]:
        assert (place / "out" / row["folder"] / "report.html").is_file()
    XSD.validate(str(junit))
    root = ElementTree.parse(junit).getroot()
    assert [root.get(name) for name in ("failures", "errors", "skipped")] == ["0", "0", "1"]
    (skipped,) = root.iter("skipped")
    assert "St. Example: 10% of its service" in skipped.get("message", "")


def test_what_went_wrong_is_told_with_its_seed_and_the_command_that_replays_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario(place, "holds")
    scenario(place, "breaks", CLOSED, seeds="7")
    scenario(place, "gone", findings="water")
    scenario(place, "open", UNSEEN)
    assert run(place, "holds", "breaks", "gone", "open") == 1
    told = capsys.readouterr()
    assert [line.split("]")[0] for line in told.err.splitlines()] == ["[1/4", "[2/4", "[3/4", "[4/4"]
    said = told.out
    assert "Does breaks hold?" in said and "seed: 7" in said and "no longer shows" in said
    replay = next(line for line in said.splitlines() if "replay: " in line and "breaks" in line).partition("replay: ")[
        2
    ]
    assert main([*shlex.split(replay)[1:], "--out", str(place / "again"), "--mqtt", "off"]) == 1
    verdicts = [json.loads((p / "run.json").read_text()) for p in (place / "again", place / "out" / "breaks-seed7")]
    assert verdicts[0]["digest"] == verdicts[1]["digest"]
    junit = place / "out" / "junit.xml"
    XSD.validate(str(junit))
    root = ElementTree.parse(junit).getroot()
    # the fault that nobody saw made no difference either
    assert [root.get(name) for name in ("failures", "errors", "skipped")] == ["2", "2", "0"]
    for suite_of in root:
        for kind, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite_of.get(kind, "-1")) == len(list(suite_of.iter(tag))), (suite_of.get("name"), kind)


def test_a_run_whose_faults_made_no_difference_is_not_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario(place, "same", UNSEEN)
    assert run(place, "same") == 2
    said = capsys.readouterr().out
    assert "mine: 1 not shown" in said
    assert "The faults made no difference to anything that was judged." in said
    record = json.loads((place / "out" / "suite.json").read_text(encoding="utf-8"))
    assert [row["outcome"] for row in record["runs"]] == ["not-shown"]
    assert run(place, "same", more=("--no-twin",)) == 2  # nobody saw the fault, twin or not
    assert "mine: 1 inconclusive" in capsys.readouterr().out


def test_more_opt_outs_than_recorded_fail_the_suite(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario(place, "holds", seeds="1, 2")  # opts one level out, and counts once
    scenario(place, "small")
    enough = suite(place, "holds", "small", seeds="all", opt_outs=2)
    assert main(["test", str(enough), "--out", str(place / "out")]) == 0
    assert "2 required levels are opted out, 2 are recorded." in capsys.readouterr().out
    few = suite(place, "holds", "small", seeds="all", opt_outs=1)
    assert main(["test", str(few), "--out", str(place / "out"), "--lang", "de"]) == 1
    said = capsys.readouterr().out
    assert "mehr, als die Suite zulässt (holds 1, small 1)" in said
    junit = place / "out" / "junit.xml"
    XSD.validate(str(junit))
    root = ElementTree.parse(junit).getroot()
    assert root.get("failures") == "1"
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == ["opt-outs"]
    record = json.loads((place / "out" / "suite.json").read_text(encoding="utf-8"))
    assert (record["exit_code"], record["opt_outs"]) == (1, {"recorded": 1, "levels": {"holds": 1, "small": 1}})


def test_only_inconclusive_is_2_and_two_jobs_give_the_same_as_one(place: Path) -> None:
    scenario(place, "holds")
    scenario(place, "open", UNSEEN)
    assert run(place, "holds", "open") == 2
    first = {p.parent.name: json.loads(p.read_text())["digest"] for p in (place / "out").glob("*/run.json")}
    assert run(place, "holds", "open", more=("--jobs", "2")) == 2
    again = {p.parent.name: json.loads(p.read_text())["digest"] for p in (place / "out").glob("*/run.json")}
    assert first == again and len(first) == 2


def test_a_run_that_breaks_down_does_not_hide_the_others(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import stadtwerk.studies.suite
    from stadtwerk.runs.run import RunRequest, RunResult, run_scenario
    from stadtwerk.terminal import Terminal

    def fragile(request: RunRequest, terminal: Terminal) -> RunResult:
        if request.scenario.stem == "bad":
            raise ZeroDivisionError("by\x07accident")
        return run_scenario(request, terminal)

    monkeypatch.setattr(stadtwerk.studies.suite, "run_scenario", fragile)
    scenario(place, "bad")
    scenario(place, "holds")
    assert run(place, "bad", "holds") == 70
    assert "1 pass, 1 error" in capsys.readouterr().out
    junit = place / "out" / "junit.xml"
    XSD.validate(str(junit))
    (error,) = ElementTree.parse(junit).getroot().iter("error")
    assert "ZeroDivisionError" in error.get("message", "")


def test_every_mistake_in_every_file_is_told_at_its_line_and_nothing_is_run(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario(place, "holds")
    scenario(place, "wrong", findings="watr, water, water")
    scenario(place, "worse", "  - {id: x, at: 2h, fault: isolatd, target: junction-B}")
    assert run(place, "holds", "wrong", "worse") == 64
    lines = capsys.readouterr().err.splitlines()
    assert [(Path(line.split(":")[0]).stem, line.split(":")[1]) for line in lines[:-1]] == [
        ("worse", "9"), ("worse", "9"), ("wrong", "6"), ("wrong", "6")
    ]  # fmt: skip
    assert "did you mean 'water'" in lines[2] and "named twice" in lines[3]
    assert not (place / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: stadtwerk/suite/2\nid: x\ntitle: {de: a, en: b}\nscenarios: [blackout]\n", "1: schema:"),
        ("schema: stadtwerk/suite/1\nid: x\ntitle: {fr: a}\nscenarios: [blackout]\n", "3: title.fr: is not a language"),
        (
            "schema: stadtwerk/suite/1\nid: x\ntitle: {de: a, en: b}\nscenarios:\n  - blackot\n",
            "5: scenarios[0]: 'blackot' is neither a scenario that ships nor a file; did you mean 'blackout'",
        ),
        (
            "schema: stadtwerk/suite/1\nid: x\ntitle: {de: a, en: b}\nscenarios:\n  - blackout\n  - blackout\n",
            "6: scenarios[1]: 'blackout' is the same scenario as 'blackout'",
        ),
        ("schema: stadtwerk/suite/1\nid: x\ntitle: {de: a, en: b}\nscenarios: []\n", "4: scenarios:"),
        ("schema: stadtwerk/suite/1\nid: x\ntitle: {de: a, en: b}\nseed: all\nscenarios: [blackout]\n", "4: seed:"),
    ],
)
def test_mistakes_in_a_suite_are_told_at_their_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["test", str(path)]) == 64
    assert f"{path}:{said}" in capsys.readouterr().err


def test_an_unknown_suite_and_no_jobs_are_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "smok"]) == 64
    assert "did you mean 'smoke'" in capsys.readouterr().err
    assert main(["test", "smoke", "--jobs", "0"]) == 64
    assert "--jobs" in capsys.readouterr().err


def test_a_failing_timeline_is_shrunk_to_the_one_fault_that_matters(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from simulator.contracts.document import load_document

    gateways = "  - {id: deaf, at: 1min, fault: node-out, target: [server-1, gateway-west], for: 20min}"
    scenario(place, "breaks", f"{gateways}\n{CLOSED}\n{UNSEEN}")
    assert run(place, "breaks", more=("--shrink",)) == 1
    assert "1 of 3 faults" in capsys.readouterr().out
    file = place / "out" / "breaks-seed1" / "shrunk.yaml"
    (entry,) = load_document(file).data["timeline"]
    assert entry["id"] == "closed" and entry["target"] == ["junction-B"]
    length_s = float(entry["for"].removesuffix(" s"))
    assert 600 < length_s < 1800, "more than the ten minutes that are allowed, less than at first"
    assert main(["run", str(file), "--out", str(place / "small"), "--mqtt", "off"]) == 1
    verdict = json.loads((place / "small" / "verdict.json").read_text(encoding="utf-8"))
    assert [f["id"] for f in verdict["findings"] if f["value"] == "fail"] == ["water"]
    # and no shorter: the ten minutes are what the scenario allows
    text = file.read_text(encoding="utf-8").replace(entry["for"], "9 min")
    file.write_text(text, encoding="utf-8")
    assert main(["run", str(file), "--out", str(place / "shorter"), "--mqtt", "off"]) == 0


@pytest.mark.parametrize(
    ("cure", "outcome", "said"),
    [
        ("set: [{link: g-h, autonomy_min: 30}]", "known-weakness", "It holds with"),
        ("set: [{link: g-h, autonomy_min: 29}]", "fail", "does not cure it"),
        ("set: [{link: w-h, autonomy_min: 900}]", "fail", "does not cure it"),
        ("add: {links: [{id: two, kind: power, source: generator-1, target: hospital-1}]}", "known-weakness", "second"),
        ("set: [{link: nowhere, autonomy_min: 30}]", "fail", "does not fit the city"),
    ],
)
def test_a_weakness_is_known_only_by_what_cures_it(place: Path, cure: str, outcome: str, said: str) -> None:
    """The cable is cut for 30 minutes: a battery for 30 minutes carries the hospital over, one for 29 does not."""
    scenario(place, "weak", CUT, findings="hospital", cure=cure)
    assert run(place, "weak") == (0 if outcome == "known-weakness" else 1)
    (row,) = json.loads((place / "out" / "suite.json").read_text(encoding="utf-8"))["runs"]
    assert row["outcome"] == outcome
    assert said in row["reason"]["en"]


def test_cures_are_not_run_for_who_does_not_want_it(place: Path) -> None:
    scenario(place, "weak", CUT, findings="hospital", cure="set: [{link: g-h, autonomy_min: 1}]")
    assert run(place, "weak", more=("--no-cures",)) == 0
