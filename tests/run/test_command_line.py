"""The command line as its three users meet it: exit codes, mistakes, help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stadtwerk.__main__ import COMMANDS, main

FIVE_MISTAKES = """\
schema: stadtwerk/scenario/1
id: broken
title: {de: Kaputt, en: Broken}
question: {de: Wie viele Fehler, en: How many mistakes}
charter: [3.3/subsystem-continuity]
city: {name: demo}
run: {start: "2026-01-14T17:00", warmup: 1h, duration: 6h, seeds: [1]}
timeline:
  - id: one
    at: 15min
    fault: substation-ouf
    target: substation-0
    for: 1h
  - id: two
    at: 15min
    fault: pump-out
    target: hospital-2
    for: 1h
  - id: three
    at: 9h
    fault: substation-out
    target: substation-0
    for: 1h
expect:
  - {id: four, type: invariant, level: power-suply-city, at_least: 0.5}
  - {id: five, type: invariant, level: power-supply-city, at_least: wassv-persn}
"""


def test_a_scenario_with_five_mistakes_prints_five_lines_with_their_line_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(FIVE_MISTAKES, encoding="utf-8")
    assert main(["check", str(path)]) == 64
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.split(":")[1] for line in lines] == ["11", "17", "20", "25", "26"]
    assert all(line.startswith(f"{path}:") for line in lines)
    for line, mend in zip(
        lines, ("substation-out", "hospital-1", "", "power-supply-city", "wassv-person"), strict=True
    ):
        assert mend in line


def test_a_bad_scenario_runs_nothing_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(FIVE_MISTAKES, encoding="utf-8")
    out = tmp_path / "out"
    assert main(["run", str(path), "--out", str(out)]) == 64
    assert "5 problems found; nothing was run." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "substation-wintr"], "substation-winter"),
        (["run", "substation-winter", "--city", "dmo"], "demo"),
        (["run", "substation-winter", "--speed", "-3"], "--speed"),
        (["run", "substation-winter", "--mqtt", "22"], "--mqtt"),
        (["check", "nowhere.yaml"], "nowhere.yaml:0: file"),
        (["city", "show", "nowhere"], "nowhere"),
        (["list", "kinds", "--city", "demo"], "--city"),
        (["campaign", "winter-measures", "--measure", "well"], "--measure"),
        (["campaign", "winter-measures", "--jobs", "2", "--dask", "tcp://127.0.0.1:1"], "--jobs"),
        (["campaign", "winter-measures", "--case", "1", "--jobs", "2"], "--jobs"),
        (["campaign", "winter-measures", "--case", "1", "--keep-runs"], "--keep-runs"),
        (["campaign", "winter-measures", "--case", "1", "--dask", "tcp://127.0.0.1:1"], "--dask"),
        (["live", "quiet-day", "--ca-file", "ca.crt"], "--ca-file"),
        (["live", "quiet-day", "--engine", "influxdb"], "--engine"),
        (["live", "quiet-day", "--attach", "nowhere.json", "--ingests", "2"], "--ingests"),
    ],
)
def test_wrong_arguments_are_named_with_the_mend(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 64
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--influx", "http://127.0.0.1:port"], "no address of a database"),
        (["--influx", "http://"], "no address of a database"),
        (["--influx", "http://me:secret@127.0.0.1:1"], "holds no login"),
        (["--influx", "http://192.0.2.1:8086", "--user", "me", "--password-file", "SECRET"], "not encrypted"),
        (["--influx", "http://127.0.0.1:1", "--password-file", "SECRET"], "--user"),
        (
            ["--influx", "http://127.0.0.1:1", "--org", "o", "--token-file", "SECRET", "--password-file", "SECRET"],
            "both",
        ),
        (["--influx", "http://127.0.0.1:1", "--ca-file", "SECRET"], "--ca-file"),
    ],
)
def test_what_is_said_of_a_database_is_used_or_refused(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is ignored, and no login goes over a network unencrypted."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    given = ["--bucket", "city", *(str(secret) if word == "SECRET" else word for word in options)]
    for command in (["push", str(tmp_path)], ["live", "quiet-day", "--out", str(tmp_path / "out")]):
        assert main([*command, *given]) == 64
        told = capsys.readouterr().err
        assert said in told and "me:secret" not in told


def test_usage_errors_have_the_code_for_bad_input_and_not_for_inconclusive() -> None:
    for arguments in ([], ["jump"], ["run"], ["list", "dragons"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 64, arguments


def test_a_folder_that_is_no_run_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    assert main(["run", "quiet-day", "--out", str(precious), "--mqtt", "off"]) == 64
    assert "is not a run folder" in capsys.readouterr().err
    assert (precious / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_teaches_by_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert "examples:" in said
    assert f"stadtwerk {command}" in said


@pytest.mark.parametrize(
    "topic",
    [
        "scenarios",
        "suites",
        "cities",
        "kinds",
        "faults",
        "levels",
        "quantities",
        "norms",
        "rates",
        "fragilities",
        "clauses",
    ],
)
@pytest.mark.parametrize("lang", ["en", "de"])
def test_lists_say_something(topic: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", topic, "--lang", lang]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 4


def test_an_internal_error_is_owned_up_to(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr("stadtwerk.cli.listings.listing", broken)
    assert main(["list", "norms"]) == 70
    said = capsys.readouterr().err
    assert "by accident" in said
    assert "--traceback" in said
    with pytest.raises(ZeroDivisionError):
        main(["--traceback", "list", "norms"])


def test_the_module_runs_as_a_program() -> None:
    run = subprocess.run([sys.executable, "-m", "stadtwerk", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("stadtwerk ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: document: is empty; write a set of fields"),
        ("just words", "1: document: 'just words' is not a set of fields"),
        ("id: x\n  title: y\n", "2: yaml: mapping values are not allowed here; check how far the line is indented"),
        ("id: x\n\ttitle: y\n", "2: yaml: found character '\\t' that cannot start any token; indent with blanks"),
        ("title: {de: Ja, wenn?, en: no}\n", "1: yaml: expected ',' or '}', but got '?'; close the bracket, and put"),
        (FIVE_MISTAKES.replace("name: demo", "name: atlantis"), "6: city.name: no city is called 'atlantis'"),
        (FIVE_MISTAKES.replace("name: demo", "path: nowhere"), "6: city.path: there is no folder"),
        (FIVE_MISTAKES.replace("at: 15min", "at: 17:15"), "10: timeline[0].at: '17:15' is not a duration; write"),
        (
            FIVE_MISTAKES.replace("invariant", "invarant"),
            "25: expect[0].type: 'invarant' is not a choice; did you mean",
        ),
        (FIVE_MISTAKES.replace("id: broken\n", ""), "1: document: 'id' is missing; add it"),
    ],
)
def test_common_slips_are_told_plainly_and_at_their_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "slip.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path)]) == 64
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith(f"{path}:{said}")], lines


def test_a_city_can_be_checked_by_name_and_a_folder_without_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "demo"]) == 0
    assert "a city of" in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 64
    assert "there is no city.yaml in this folder" in capsys.readouterr().err
