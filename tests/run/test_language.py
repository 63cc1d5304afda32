"""The command line speaks the language that is asked for, by `--lang` or by the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.contracts.command_line import speaker
from simulator.contracts.words import PSEUDO
from stadtwerk.__main__ import COMMANDS, main
from stadtwerk.library import find_scenario


def helped(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_help_is_german_where_german_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Aufruf: stadtwerk run" in helped(capsys, "run", "--lang", "de", "--help")
    assert "usage: stadtwerk run" in helped(capsys, "run", "--help")
    monkeypatch.setenv("STADTWERK_LANG", "de")
    assert "Optionen:" in helped(capsys, "--help")
    assert "options:" in helped(capsys, "run", "--lang=en", "--help")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_sentence_of_help_can_be_translated(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STADTWERK_LANG", PSEUDO)
    monkeypatch.setenv("COLUMNS", "1000")
    for line in helped(capsys, command, "--help").splitlines():
        said = line.strip()
        if said.startswith("-") and "  " in said:  # options with what they do behind them
            assert said.split("  ", 1)[1].strip().startswith("⟦"), line


def test_mistakes_on_the_command_line_are_told_in_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--lang", "de"])
    assert ended.value.code == 64
    assert "es fehlt: SZENARIO" in capsys.readouterr().err


def test_what_is_asked_for_counts_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STADTWERK_LANG", "de")
    assert speaker(["run", "x"]).lang == "de"
    assert speaker(["run", "x", "--lang", "en"]).lang == "en"
    assert speaker(["run", "x", "--lang"]).lang == "de"


def test_help_opens_no_catalogue_in_english() -> None:
    code = (
        "import contextlib, io, sys\nfrom stadtwerk.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    main(['--help'])\n"
        "from simulator.contracts import words\n"
        "print(words._catalogue.cache_info().currsize, 'simulator.contracts.registry' in sys.modules, "
        "'babel' in sys.modules)"
    )
    environment = os.environ | {"STADTWERK_LANG": "en"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert ran.stdout.split() == ["0", "False", "False"]


def test_mistakes_in_a_file_are_told_in_the_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = find_scenario("road-closed").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(shipped.replace("seeds:", "seedz:"), encoding="utf-8")
    line = next(n for n, text in enumerate(wrong.read_text(encoding="utf-8").splitlines(), 1) if "seedz:" in text)
    for lang, said in (("en", "is not a field here; did you mean 'seeds'?"), ("de", "ist hier kein Feld; gemeint ist")):
        assert main(["check", str(wrong), "--lang", lang]) == 64
        assert f"{wrong}:{line}: run.seedz: {said}" in capsys.readouterr().err


def test_a_scenario_may_speak_one_language_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = find_scenario("road-closed").read_text(encoding="utf-8").splitlines(keepends=True)
    one = tmp_path / "one.yaml"
    one.write_text("".join(line for line in shipped if not line.startswith("  en:")), encoding="utf-8")
    assert main(["check", str(one)]) == 0, capsys.readouterr().err
